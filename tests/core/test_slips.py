"""Likely slips are named where they happen: what the argument was, and what was expected."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hpcourse as hp

BOWL, NET = hp.Quadratic([1.0]), hp.MLP((2, 5, 2))


def tiny(n=3):
    X = np.arange(2.0 * n).reshape(n, 2)
    return hp.Dataset("tiny", X, np.arange(n) % 2, X[:1], [0])


# --- a class where one of its objects belongs


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("optimizer", lambda: hp.descend(BOWL, hp.Adam, 1.0)),
        ("surface", lambda: hp.descend(hp.Quadratic, hp.SGD(0.1), 1.0)),
        ("optimizer", lambda: hp.train(NET, tiny(), hp.Lion)),
        ("network", lambda: hp.train(hp.MLP, tiny(), hp.SGD(0.1))),
        ("data", lambda: hp.train(NET, hp.Dataset, hp.SGD(0.1))),
        ("data", lambda: hp.train(NET, hp.digits, hp.SGD(0.1))),
        ("executor", lambda: hp.train(NET, tiny(), hp.SGD(0.1), executor=ThreadPoolExecutor)),
        ("executor", lambda: hp.descend(BOWL, hp.SGD(0.1), 1.0, executor=ThreadPoolExecutor)),
        ("optimizer", lambda: hp.lr_range_test(BOWL, start=1.0, optimizer=hp.Adam)),
        ("optimizer", lambda: hp.lr_range_test(NET, tiny(), optimizer="Adam")),
        ("model", lambda: hp.lr_range_test(hp.Quadratic, start=1.0)),
        ("model", lambda: hp.sharpness(hp.Quadratic, [1.0])),
        ("network", lambda: hp.gradient_noise_scale(hp.MLP, np.zeros(27), np.ones((4, 2)), np.zeros(4, int))),
        ("optimizer", lambda: hp.replay(hp.Adam, [1.0])),
        ("path", lambda: hp.regimes(hp.descend)),
        ("rng", lambda: hp.minibatches([[1.0]], [0], 1, np.random.default_rng)),
        ("lr", lambda: hp.Adam(hp.WarmupStableDecay)),
        ("then", lambda: hp.LinearWarmup(3, hp.CosineDecay)),
    ],
)
def test_a_class_or_another_thing_is_named(name, call):
    with pytest.raises(TypeError, match=rf"^{name} must be .*got "):
        call()


# --- numbers that are none, and shapes


@pytest.mark.parametrize(
    "dtype", ["float16", np.float16, None, int, "no", complex, object, np.longdouble, ">f4"]
)
def test_only_the_two_precisions_of_the_course_are_taken(dtype):
    message = r"^dtype must be np.float32 or np.float64, got "
    for call in (
        lambda: hp.train(NET, tiny(), hp.SGD(0.1), dtype=dtype),
        lambda: NET.init(0, dtype),
        lambda: NET.targets([0, 1], dtype),
    ):
        with pytest.raises(TypeError, match=message):
            call()


@pytest.mark.parametrize("dtype", [np.float32, "float32", np.dtype("float64"), float])
def test_the_two_precisions_may_be_spelt_as_numpy_takes_them(dtype):
    assert hp.train(NET, tiny(), hp.SGD(0.1), epochs=1, dtype=dtype).weights.dtype == np.dtype(dtype)


@pytest.mark.parametrize("steps", [0.3, 2.5, 7.5, 0.05 * 150, 9.99])
def test_a_warmup_of_any_length_rises_to_its_peak_and_never_above(steps):
    for schedule in (hp.LinearWarmup(steps, 0.1), hp.WarmupStableDecay(0.1, steps, 50, 50)):
        rates = schedule(np.arange(40))
        assert rates.max() == 0.1
        assert (np.diff(rates) >= 0).all()


def test_labels_in_a_column_are_labels():
    X, y = np.random.default_rng(0).normal(size=(6, 2)), np.array([0, 1, 1, 0, 1, 0])
    w = np.stack([NET.init(seed) for seed in range(4)])
    for use in (NET.accuracy, NET.loss, NET.gradient):
        np.testing.assert_array_equal(use(w, X, y[:, None]), use(w, X, y))
        np.testing.assert_array_equal(use(w, X, y[None, :, None]), use(w, X, y[None]))
    data, column = (hp.Dataset("d", X, labels, X, labels) for labels in (y, y[:, None]))
    assert column.y_train.shape == column.y_test.shape == (6,)
    runs = [hp.train(NET, part, hp.SGD(0.1), epochs=2) for part in (data, column)]
    np.testing.assert_array_equal(runs[0].weights, runs[1].weights)
    assert runs[0].test_accuracy == runs[1].test_accuracy
    line, target = hp.linear_regression_model(2), y[:, None] + 0.5
    assert hp.train(line, hp.Dataset("d", X, target, X, target), hp.SGD(0.1), epochs=1).loss.shape == (1,)


@pytest.mark.parametrize(
    "y", [np.zeros(5, int), np.zeros((6, 2), int), np.zeros((2, 5), int), 0], ids=np.shape
)
def test_labels_of_another_shape_are_refused(y):
    X, w = np.ones((6, 2)), NET.init()
    for use in (NET.accuracy, NET.loss, NET.gradient):
        with pytest.raises(ValueError, match=r"^y must have as many examples as X, 6, got shape"):
            use(w, X, y)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"y_train": np.zeros((3, 2, 2))}, r"^y_train must be \(examples,\) or .*got shape \(3, 2, 2\)"),
        ({"y_train": 1.0}, r"^y_train must be \(examples,\) or .*got shape \(\)"),
        ({"X_train": np.ones((0, 2)), "y_train": []}, r"^X_train must have at least one example"),
        ({"X_train": np.ones((3, 0))}, r"^X_train must be \(examples, features\), got shape \(3, 0\)"),
    ],
)
def test_data_of_a_shape_that_cannot_be_are_refused(parts, message):
    whole = {"X_train": np.ones((3, 2)), "y_train": [0, 1, 0], "X_test": np.ones((1, 2)), "y_test": [0]}
    with pytest.raises(ValueError, match=message):
        hp.Dataset("d", **whole | parts)


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65])
def test_a_small_data_set_needs_no_batch_size(n):
    history = hp.train(NET, tiny(n), hp.SGD(0.1), epochs=2)
    np.testing.assert_array_equal(
        history.weights, hp.train(NET, tiny(n), hp.SGD(0.1), epochs=2, batch_size=min(n, 64)).weights
    )
    assert hp.lr_range_test(NET, tiny(n), steps=3).loss.shape == (3,)
    with pytest.raises(ValueError, match=rf"^batch_size must be from 1 to {n}, got {n + 1}"):
        hp.train(NET, tiny(n), hp.SGD(0.1), batch_size=n + 1)


def test_the_noise_scale_of_few_examples_needs_no_sizes():
    data = tiny(5)
    assert hp.gradient_noise_scale(NET, NET.init(), data.X_train, data.y_train) > 0
    with pytest.raises(ValueError, match=r"^X must have at least two examples, got 1"):
        hp.gradient_noise_scale(NET, NET.init(), data.X_train[:1], data.y_train[:1])


@pytest.mark.parametrize(
    "call",
    [
        lambda: hp.moons(50, noise=[0.1, 0.2]),
        lambda: hp.spirals(50, noise=(0.1,)),
        lambda: hp.spirals(50, turns=[1, 2]),
        lambda: hp.linear_regression(50, noise=np.array([1.0])),
        lambda: hp.linear_regression(50, weights=[[1.0], [2.0]]),
        lambda: hp.linear_regression(50, weights=[]),
        lambda: hp.minibatches(3, 4, 1, np.random.default_rng(0)),
    ],
)
def test_lists_where_one_number_belongs_are_refused(call):
    with pytest.raises((TypeError, ValueError), match=r"^(noise|turns|weights|X and y) must "):
        call()


# --- measures


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_sharpness_is_nan_where_the_point_is_not_finite_and_right_elsewhere(wrong):
    for surface in (hp.Quadratic(), hp.Rosenbrock(), hp.Quadratic((1.0, 10.0), angle=0.3), hp.Product()):
        points = np.array([[1.0, 1.0], [wrong, 1.0], [1.0, wrong]])
        found = hp.sharpness(surface, points)
        assert found[0] == hp.sharpness(surface, points[0])
        assert np.isnan(found[1:]).all()
        assert np.isnan(hp.sharpness(surface, points[1]))
    assert hp.sharpness(hp.Quadratic(), [1.0, 1.0]) == 10
    assert np.isnan(hp.sharpness(hp.Rosenbrock(), [1e200, 1.0]))  # its curvature has left all bounds
    assert hp.sharpness(hp.Quadratic(), np.ones((2, 3, 2))).shape == (2, 3)


@pytest.mark.parametrize("iterations", [0, -1, 1.5, None])
def test_iterations_of_the_sharpness_are_a_whole_number(iterations):
    for model, w, more in ((NET, NET.init(), (np.ones((3, 2)), [0, 1, 0])), (hp.Quadratic(), [1.0, 1.0], ())):
        with pytest.raises((TypeError, ValueError), match=r"^iterations must be "):
            hp.sharpness(model, w, *more, iterations=iterations)


def test_regimes_are_those_of_one_weight():
    for path in (
        hp.descend(hp.Quadratic(), hp.SGD(0.1), (1.0, 1.0)),
        hp.descend(BOWL, hp.SGD(0.1), 1.0, record=False),
    ):
        with pytest.raises(ValueError, match=r"^path must be recorded and of one weight, got one "):
            hp.regimes(path)


@pytest.mark.parametrize("lr", [1.0, 0.1, 0.37, 1.7])
@pytest.mark.parametrize("start", [-2.5, 1.0, 3.3])
def test_a_run_on_the_border_rings_whichever_way_it_is_rounded(lr, start):
    for curvature in (np.nextafter(2 / lr, 0), 2 / lr, np.nextafter(2 / lr, 9), 2 / lr + 4e-16):
        path = hp.descend(hp.Quadratic([curvature]), hp.SGD(lr), start, 20)
        assert hp.regimes(path) == ["rings"]
    for curvature, name in ((1.999 / lr, "rings"), (2.001 / lr, "diverges")):
        assert hp.regimes(hp.descend(hp.Quadratic([curvature]), hp.SGD(lr), start, 20)) == [name]


def test_a_run_that_begins_at_the_minimum_stays_there():
    assert hp.regimes(hp.descend(BOWL, hp.SGD([0.1, 3.0]), 0.0, 5)) == ["converges", "converges"]


def test_the_explorer_speaks_of_the_border_as_ringing():
    figure = hp.explore_parabola()
    for curvature in (2.0, 2.0000000000000004):
        assert figure.update(lr=1.0, curvature=curvature).startswith("Rings")


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [
        (hp.SGD([0.1, 0.2]), "lr"),
        (hp.Adam(0.1, beta1=[0.5, 0.9]), "beta1"),
        (hp.SGD(hp.ExponentialDecay(0.1, [0.1, 0.2])), "rate"),
    ],
)
def test_a_replay_is_of_one_run(optimizer, name):
    with pytest.raises(ValueError, match=rf"^{name} must be one number or a schedule in a replay, got "):
        hp.replay(optimizer, [1.0, 2.0])


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0.5, 1), "loss"), (([], 1), "loss"), (([1.0], np.nan), "target"), (([1.0], None), "target"),
     (([1.0, 2.0], 1, 3), "window"), (("loss", 1), "loss")],
)  # fmt: skip
def test_a_wrong_question_about_updates_is_named(arguments, name):
    with pytest.raises((TypeError, ValueError), match=rf"^{name} must be "):
        hp.updates_to_target(*arguments)


def test_a_range_test_that_diverges_at_once_has_no_best_rate():
    data, model = hp.linear_regression(50), hp.linear_regression_model(3)
    found = hp.lr_range_test(model, data, first=1e30, last=1e31, steps=5)
    assert np.isnan(found.at_minimum)
    assert np.isnan(found.at_steepest)


@pytest.mark.parametrize("key", [None, 3, "", "day1", "no-such", ["day1-threshold"], hp.quiz])
def test_a_question_that_is_none_is_named(key):
    with pytest.raises((TypeError, ValueError), match=r"^key must be "):
        hp.quiz(key)
