"""Facts about the data, and mini-batches that lose no example."""

import numpy as np
import pytest
import reference

import hpcourse as hp
from tools.words import READ


def test_the_digits_are_those_of_the_uci_repository(digits):
    assert digits.X_train.shape == (1437, 64)
    assert digits.X_test.shape == (360, 64)
    y = np.concatenate([digits.y_train, digits.y_test])
    assert np.bincount(y).tolist() == reference.DIGITS_PER_CLASS
    assert y.dtype.kind == "i"
    X = np.concatenate([digits.X_train, digits.X_test])
    assert X.dtype == np.float32
    assert (X.min(), X.max()) == (0, 1)
    assert np.array_equal(16 * X, np.round(16 * X))  # counts of 0 to 16 pixels
    assert not X[:, 0].any()  # the corner is white in all of them


def test_no_digit_is_in_both_parts(digits):
    train, test = ({row.tobytes() for row in X} for X in (digits.X_train, digits.X_test))
    assert len(train) + len(test) == 1797  # no two images are the same
    assert not train & test


def test_both_parts_hold_every_digit_in_about_equal_shares(digits):
    assert np.bincount(digits.y_train).min() > 120
    assert np.bincount(digits.y_test).min() > 20


def test_the_digits_are_the_same_every_time_and_belong_to_the_caller(digits):
    again = hp.digits()
    np.testing.assert_array_equal(again.X_train, digits.X_train)
    np.testing.assert_array_equal(again.y_test, digits.y_test)
    again.X_train[:] = 7
    assert hp.digits().X_train.max() == 1


def test_a_linear_classifier_reads_most_digits(digits):
    # least squares on one-hot targets, in NumPy alone: labels and images belong together
    def with_ones(X):
        return np.column_stack([X, np.ones(len(X))]).astype(float)

    W = np.linalg.lstsq(with_ones(digits.X_train), np.eye(10)[digits.y_train], rcond=None)[0]
    assert ((with_ones(digits.X_test) @ W).argmax(1) == digits.y_test).mean() > 0.9


@pytest.mark.parametrize("make", [hp.moons, hp.spirals, hp.linear_regression])
def test_generated_sets_come_from_the_seed_alone(make):
    one, same, other = make(seed=3), make(seed=3), make(seed=4)
    for part in ("X_train", "y_train", "X_test", "y_test"):
        np.testing.assert_array_equal(getattr(one, part), getattr(same, part))
    assert not np.array_equal(one.X_train, other.X_train)
    assert (len(one.X_train), len(one.X_test)) == (400, 100)
    assert make(57).X_train.shape[0] + len(make(57).X_test) == 57


@pytest.mark.parametrize("make", [hp.moons, hp.spirals])
def test_generated_classes_are_balanced_and_mixed(make):
    data = make(1000)
    assert np.bincount(np.concatenate([data.y_train, data.y_test])).tolist() == [500, 500]
    assert 0.4 < data.y_test.mean() < 0.6


def test_moons_without_noise_are_half_circles():
    data = hp.moons(200, noise=0)
    X, y = np.concatenate([data.X_train, data.X_test]), np.concatenate([data.y_train, data.y_test])
    upper, lower = X[y == 0], X[y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() >= 0
    assert lower[:, 1].max() <= 0.5


def test_spirals_without_noise_are_one_spiral_turned_by_half_a_circle():
    data = hp.spirals(400, noise=0, turns=0.75)
    for X, y in ((data.X_train, data.y_train), (data.X_test, data.y_test)):
        radius = np.hypot(*X.T) / 2
        angle = np.arctan2(X[:, 1], X[:, 0]) - np.pi * y
        np.testing.assert_allclose(np.exp(1j * angle), np.exp(2j * np.pi * 0.75 * radius), atol=1e-9)


def test_linear_regression_has_the_weights_it_was_given():
    exact = hp.linear_regression(50, weights=(1.0, 2.0), noise=0)
    np.testing.assert_allclose(exact.y_train, exact.X_train @ [1, 2])
    data = hp.linear_regression(20_000, weights=(2.0, -3.0), noise=0.5)
    residual = data.y_train - data.X_train @ [2, -3]
    assert residual.std() == pytest.approx(0.5, rel=4 / np.sqrt(2 * 16_000))
    np.testing.assert_allclose(data.X_train.T @ data.X_train / 16_000, np.eye(2), atol=0.04)


def test_minibatches_hold_every_example_once_and_in_step(rng):
    X, y = np.arange(46.0).reshape(23, 2), np.arange(23)
    batches = list(hp.minibatches(X, y, 5, rng))
    assert [len(yb) for _, yb in batches] == [5, 5, 5, 5, 3]
    assert all(len(Xb) == len(yb) for Xb, yb in batches)
    assert sorted(np.concatenate([yb for _, yb in batches])) == list(range(23))
    for Xb, yb in batches:
        np.testing.assert_array_equal(Xb, X[yb])


def test_minibatches_come_in_a_fresh_order_drawn_from_the_generator():
    X, y = np.arange(30.0)[:, None], np.arange(30)

    def orders(seed, epochs):
        rng = np.random.default_rng(seed)
        return [
            np.concatenate([yb for _, yb in hp.minibatches(X, y, 4, rng)]).tolist() for _ in range(epochs)
        ]

    first, second = orders(0, 2)
    assert first != second
    assert first != list(range(30))
    assert orders(0, 2) == [first, second]
    assert orders(1, 1) != [first]
    assert first == np.random.default_rng(0).permutation(30).tolist()


def test_the_order_is_drawn_at_the_call_and_not_at_the_first_batch():
    X, y, rng = np.arange(10.0)[:, None], np.arange(10), np.random.default_rng(0)
    batches = hp.minibatches(X, y, 10, rng)
    rng.random(100)
    ((_, yb),) = batches
    assert yb.tolist() == np.random.default_rng(0).permutation(10).tolist()


def test_minibatches_leave_the_data_unchanged_and_give_copies(rng):
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10)
    for Xb, yb in hp.minibatches(X, y, 3, rng):
        Xb[:], yb[:] = -1, -1
    np.testing.assert_array_equal(X, np.arange(20.0).reshape(10, 2))
    np.testing.assert_array_equal(y, np.arange(10))


@pytest.mark.parametrize(("size", "expected"), [(1, [1] * 6), (6, [6]), (4, [4, 2]), (3, [3, 3])])
def test_only_the_last_batch_may_be_smaller(size, expected, rng):
    assert [len(yb) for _, yb in hp.minibatches(np.ones((6, 1)), np.ones(6), size, rng)] == expected


@pytest.mark.parametrize(
    ("size", "error", "message"),
    [
        (0, ValueError, r"^batch_size must be from 1 to 6, got 0"),
        (7, ValueError, r"^batch_size must be from 1 to 6, got 7"),
        (2.5, TypeError, r"^batch_size must be a whole number, got 2.5"),
        ("2", TypeError, r"^batch_size must be a whole number, got '2'"),
    ],
)
def test_a_wrong_batch_size_is_named_at_the_call(size, error, message, rng):
    with pytest.raises(error, match=message):
        hp.minibatches(np.ones((6, 1)), np.ones(6), size, rng)


def test_data_out_of_step_is_named_at_the_call(rng):
    with pytest.raises(ValueError, match=r"^y must have as many examples as X, 6, got 5"):
        hp.minibatches(np.ones((6, 1)), np.ones(5), 2, rng)
    with pytest.raises(TypeError, match=r"^rng must be "):
        hp.minibatches(np.ones((6, 1)), np.ones(6), 2, 0)


def test_lists_can_be_cut_into_minibatches_too(rng):
    batches = list(hp.minibatches([[1.0], [2.0], [3.0]], [1, 2, 3], 2, rng))
    assert sorted(np.concatenate([yb for _, yb in batches])) == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X_train": np.ones(4)}, ValueError, r"^X_train must be \(examples, features\), got shape \(4,\)"),
        ({"y_test": np.ones(9)}, ValueError, r"^y_test must have as many examples as X_test, 2, got 9"),
        ({"X_train": np.full((4, 3), np.nan)}, ValueError, r"^X_train must hold finite numbers, got nan"),
        (
            {"y_train": np.array([1, 2, np.inf, 3])},
            ValueError,
            r"^y_train must hold finite .*inf at index \(2,\)",
        ),
        ({"X_train": [["a", "b", "c"]] * 4}, TypeError, r"^X_train must be numbers"),
        ({"y_train": ["cat", "dog", "cat", "dog"]}, TypeError, r"^y_train must be numbers"),
        ({"X_test": np.ones((2, 5))}, ValueError, r"^X_test must .*3.*"),
    ],
)
def test_a_wrong_data_set_is_named(change, error, message):
    parts = {
        "X_train": np.ones((4, 3)),
        "y_train": np.ones(4),
        "X_test": np.ones((2, 3)),
        "y_test": np.ones(2),
    }
    hp.Dataset("fine", **parts)
    with pytest.raises(error, match=message):
        hp.Dataset("wrong", **parts | change)


@pytest.mark.parametrize("make", [hp.moons, hp.spirals, hp.linear_regression])
def test_wrong_arguments_of_a_generated_set_are_named(make):
    with pytest.raises(ValueError, match=r"^n_examples must be at least 10, got 5"):
        make(5)
    with pytest.raises(ValueError, match=r"^noise must be .*got -1"):
        make(noise=-1)
    with pytest.raises(TypeError, match=r"^seed must be a whole number, got 'a'"):
        make(seed="a")


@pytest.mark.parametrize(("language", "first"), [("en", ["the", "and", "of"]), ("zh-TW", ["子", "曰", "之"])])
def test_the_counts_of_words_begin_with_the_most_frequent(language, first):
    words, counts = hp.bigram_counts(language)
    assert words[:3] == first
    assert len(words) == len(set(words)) == 150
    assert counts.shape == (150, 150)
    assert counts.min() == 0
    assert (counts.sum(axis=1) > 0).all()  # every word is followed by another one
    assert counts.sum() == {"en": 335_975, "zh-TW": 8_432}[language]


def test_the_counts_know_what_everybody_can_look_up():
    words, counts = hp.bigram_counts("zh-TW")
    place = {word: i for i, word in enumerate(words)}
    assert counts[place["子"], place["曰"]] == counts.max()  # 子曰
    assert counts[place["孔"], place["子"]] > counts[place["孔"], place["曰"]]
    words, counts = hp.bigram_counts("en")
    assert words[counts[words.index("lord")].argmax()] in ("thy", "of", "and", "god", "hath")
    assert words[counts[words.index("children")].argmax()] == "of"


def test_the_counts_are_those_of_the_language_in_use_or_refused():
    assert hp.bigram_counts()[0] == hp.bigram_counts("en")[0]
    hp.use_language("zh-TW")
    try:
        assert hp.bigram_counts()[0] == hp.bigram_counts("zh-TW")[0]
    finally:
        hp.use_language("en")
    for wrong in ("fr", "", 3):
        with pytest.raises(ValueError, match=r"^language must be one of 'en', 'zh-TW', got "):
            hp.bigram_counts(wrong)


def test_only_characters_that_were_read_are_shipped_and_none_of_them_is_simplified():
    words, _ = hp.bigram_counts("zh-TW")
    assert set(words) <= set(READ)
    assert not set(words) & set("为与无则问谓礼见学闻乐贡诸从对后恶过虽尔远齐张贤义门犹难丧说颜达师将于")
