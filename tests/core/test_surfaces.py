"""Surfaces against central differences, their minima and shapes."""

import numpy as np
import pytest
from reference import central_difference

import hpcourse as hp

SURFACES = [
    hp.Quadratic(),
    hp.Quadratic([3.0]),
    hp.Quadratic((1.0, 100.0), angle=0.7),
    hp.Quadratic((2.0, -1.0), angle=-1.2),
    hp.Quadratic(np.geomspace(0.01, 3, 20)),
    hp.TwoBasins(),
    hp.TwoBasins(0.3),
    hp.Ripples(),
    hp.Ripples(0.5, 3.0),
    hp.Rosenbrock(),
    hp.Rosenbrock(5.0),
    hp.Cliff(),
    hp.Cliff(steps=3, first=-1.0, target=0.2),
    hp.Bigram([[3, 1, 0], [2, 0, 9], [0, 0, 0]]),
]
every_surface = pytest.mark.parametrize("surface", SURFACES, ids=repr)


def points(surface, rng, n=200):
    low, high = np.array(surface.window or [(-2, 2)] * surface.dim).T
    also = [np.zeros(surface.dim), surface.minimum or np.ones(surface.dim)]
    return np.concatenate([rng.uniform(low, high, (n, surface.dim)), also])


@every_surface
def test_the_gradient_is_the_one_of_central_differences(surface, rng):
    w = points(surface, rng)
    expected = central_difference(surface, w, 1e-5)
    assert surface.gradient(w).shape == w.shape
    np.testing.assert_allclose(surface.gradient(w), expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


@every_surface
def test_the_hessian_is_the_one_of_central_differences_and_symmetric(surface, rng):
    w = points(surface, rng)
    hessian = surface.hessian(w)
    assert hessian.shape == (*w.shape, surface.dim)
    expected = np.stack(
        [central_difference(lambda u, i=i: surface.gradient(u)[..., i], w, 1e-5) for i in range(surface.dim)],
        axis=-2,
    )
    np.testing.assert_allclose(hessian, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(hessian, np.swapaxes(hessian, -1, -2), atol=1e-12)


@pytest.mark.parametrize("surface", [s for s in SURFACES if s.minimum and "-1.0" not in repr(s)], ids=repr)
def test_nothing_in_the_window_lies_below_the_minimum(surface, rng):
    assert np.linalg.norm(surface.gradient(surface.minimum)) < 1e-10
    assert np.linalg.eigvalsh(surface.hessian(surface.minimum)).min() > 0
    lowest = surface(surface.minimum)
    w = surface.grid(81) if surface.dim <= 2 else points(surface, rng, 20_000)
    assert surface(w).min() >= lowest - 1e-12
    low, high = np.array(surface.window).T
    assert np.all((low <= surface.minimum) & (surface.minimum <= high))


def test_surfaces_have_their_textbook_values():
    assert hp.Rosenbrock()([0.0, 0.0]) == 1
    assert hp.Rosenbrock()([-1.0, 1.0]) == 4
    assert hp.Rosenbrock()([1.0, 1.0]) == 0
    assert hp.Quadratic((1, 10))([1.0, 1.0]) == 5.5
    assert hp.TwoBasins(0.0)([0.0]) == 0.25
    # D2L, chapter_optimization/sgd.md: x**2 + 2 y**2 at (-5, -2)
    assert hp.Quadratic((2, 4))([-5.0, -2.0]) == 33


def test_a_turned_bowl_has_the_eigenvalues_it_was_given():
    for angle in (0.0, 0.3, np.pi / 4, 2.0):
        hessian = hp.Quadratic((1.0, 50.0), angle).hessian([0.3, -2.0])
        np.testing.assert_allclose(np.linalg.eigvalsh(hessian), [1, 50])
    # u = w turned by the angle: after a quarter turn the first direction points along y
    bowl = hp.Quadratic((1.0, 50.0), np.pi / 2)
    assert bowl([0.0, 1.0]) == pytest.approx(0.5)
    assert bowl([1.0, 0.0]) == pytest.approx(25)


@pytest.mark.parametrize("tilt", [0.0, 0.1, 0.38])
def test_two_basins_has_two_minima_and_a_barrier(tilt):
    surface = hp.TwoBasins(tilt)
    deep, barrier, shallow = stationary = surface.stationary_points()
    np.testing.assert_allclose(surface.gradient(stationary[:, None]), 0, atol=1e-7)
    assert deep < barrier < shallow
    curvature = surface.hessian(stationary[:, None])[:, 0, 0]
    assert curvature[0] > 0 > curvature[1]
    assert curvature[2] > 0
    assert surface([deep]) <= surface([shallow]) < surface([barrier])


@every_surface
def test_points_of_any_leading_shape_give_losses_of_that_shape(surface, rng):
    w = points(surface, rng, 22)
    flat = surface(w), surface.gradient(w), surface.hessian(w)
    deep = w.reshape(2, 3, 4, surface.dim)
    assert surface(deep).shape == (2, 3, 4)
    for whole, one in zip(flat, (surface(deep), surface.gradient(deep), surface.hessian(deep))):
        np.testing.assert_array_equal(one.reshape(whole.shape), whole)
    assert type(surface(w[0])) is float
    assert surface.gradient(w[0]).shape == (surface.dim,)
    assert surface.hessian(w[0]).shape == (surface.dim, surface.dim)
    np.testing.assert_allclose(surface.gradient(list(w[0])), surface.gradient(w[0]))
    assert surface(np.empty((0, surface.dim))).shape == (0,)


@every_surface
def test_points_are_not_changed(surface, rng):
    w = points(surface, rng, 5)
    w.flags.writeable = False
    kept = w.copy()
    surface(w), surface.gradient(w), surface.hessian(w)
    np.testing.assert_array_equal(w, kept)


@every_surface
def test_a_gradient_can_be_changed_by_its_owner(surface, rng):
    w = points(surface, rng, 5)
    kept = w.copy()
    surface.gradient(w)[:] = 99
    np.testing.assert_array_equal(w, kept)


@every_surface
def test_float32_stays_float32(surface, rng):
    w = points(surface, rng, 5).astype(np.float32)
    assert surface(w).dtype == np.float32
    assert surface.gradient(w).dtype == np.float32


@every_surface
def test_points_of_another_dimension_are_refused(surface):
    for wrong in (1.0, np.ones(surface.dim + 1), np.ones((surface.dim, surface.dim + 1))):
        for use in (surface, surface.gradient, surface.hessian):
            with pytest.raises(ValueError, match=rf"last axis of length {surface.dim}, got shape"):
                use(wrong)


@pytest.mark.parametrize("surface", [s for s in SURFACES if s.window and s.dim <= 2], ids=repr)
def test_the_grid_covers_the_window(surface):
    grid = surface.grid(11)
    assert grid.shape == (11,) * surface.dim + (surface.dim,)
    for i, (low, high) in enumerate(surface.window):
        assert (grid[..., i].min(), grid[..., i].max()) == (low, high)
    if surface.dim == 2:  # rows are y, as contour wants it
        assert np.ptp(grid[0, :, 1]) == 0


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: hp.Quadratic("steep"), TypeError, r"^eigenvalues must be .*got 'steep'"),
        (lambda: hp.Quadratic((1.0, np.nan)), ValueError, r"^eigenvalues must be .*got nan"),
        (lambda: hp.Quadratic([[1.0, 2.0]]), ValueError, r"^eigenvalues must be a list.*\(1, 2\)"),
        (lambda: hp.Quadratic(()), ValueError, r"^eigenvalues must "),
        (lambda: hp.Quadratic((1, 2, 3), angle=0.1), ValueError, r"^angle .*2 eigenvalues, got 3"),
        (lambda: hp.Quadratic((1, 2), angle="steep"), TypeError, r"^angle must be .*got 'steep'"),
        (lambda: hp.TwoBasins(0.5), ValueError, r"^tilt must be .*got 0.5"),
        (lambda: hp.Ripples(height="high"), TypeError, r"^height must be .*got 'high'"),
        (lambda: hp.Rosenbrock(np.nan), ValueError, r"^steepness must be .*got nan"),
        (lambda: hp.Cliff(0), ValueError, r"^steps must be at least 1, got 0"),
        (lambda: hp.Cliff(target="high"), TypeError, r"^target must be .*got 'high'"),
        (lambda: hp.Bigram([[1, -2], [0, 1]]), ValueError, r"^counts must be 0 or greater, got -2"),
        (lambda: hp.Bigram([[1, 2]]), ValueError, r"^counts must be a square table.*\(1, 2\)"),
        (lambda: hp.Bigram([[0, 0], [0, 0]]), ValueError, r"^counts must be a square table with a pair"),
        (lambda: hp.Bigram(3), ValueError, r"^counts must be a square table.*\(\)"),
        (lambda: hp.Bigram("words"), TypeError, r"^counts must be .*got 'words'"),
    ],
)
def test_wrong_shapes_of_a_surface_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_the_cliff_is_the_recurrence_written_out():
    w, b, x = 5.6, -2.6, 0.5
    for _ in range(50):
        x = w / (1 + np.exp(-x)) + b
    assert hp.Cliff()([w, b]) == pytest.approx((1 / (1 + np.exp(-x)) - 0.7) ** 2, rel=1e-12)
    # one step from x = 0: sigmoid(w / 2 + b), at w = 2, b = -1 that of 0; its slope is s (1 - s) / 2 by w
    once = hp.Cliff(steps=1, first=0.0, target=0.0)
    assert once([2.0, -1.0]) == 0.25
    np.testing.assert_allclose(once.gradient([2.0, -1.0]), [2 * 0.5 * 0.25 * 0.5, 2 * 0.5 * 0.25])


def test_the_cliff_is_flat_nearly_everywhere_and_steep_somewhere():
    size = np.linalg.norm(hp.Cliff().gradient(hp.Cliff().grid(300)), axis=-1)
    assert np.median(size) < 0.2
    assert size.max() > 100


COUNTS = np.array([[1.0, 2, 3], [8, 0, 4], [0, 1, 1]])


def test_a_bigram_model_is_the_cross_entropy_of_every_pair_of_the_text(rng):
    words = hp.Bigram(COUNTS)
    W = rng.normal(size=(3, 3))
    pairs = [(i, j) for i in range(3) for j in range(3) for _ in range(int(COUNTS[i, j]))]
    loss = [np.log(np.exp(W[i]).sum()) - W[i, j] for i, j in pairs]
    assert words(W.ravel()) == pytest.approx(np.mean(loss), rel=1e-12)
    np.testing.assert_allclose(words.frequencies, [0.3, 0.6, 0.1])
    best = np.log(np.maximum(COUNTS, 1e-12)).ravel()
    assert words(best) == pytest.approx(words.floor, abs=1e-9)
    np.testing.assert_allclose(words.excess(best), 0, atol=1e-9)
    assert words.entropies[2] == pytest.approx(np.log(2))
    assert (words.excess(W.ravel()) * words.frequencies).sum() + words.floor == pytest.approx(np.mean(loss))
    np.testing.assert_allclose(words.excess(np.zeros(9)), np.log(3) - words.entropies)


def rows(path):
    return path.w.reshape(*path.w.shape[:-1], 3, 3)


def test_a_word_of_frequency_pi_learns_at_the_rate_times_pi():
    together = rows(hp.descend(hp.Bigram(COUNTS), hp.SGD(2.0), np.zeros(9), 30))
    for i, pi in enumerate([0.3, 0.6, 0.1]):
        alone = np.zeros((3, 3))
        alone[i] = COUNTS[i]
        expected = rows(hp.descend(hp.Bigram(alone), hp.SGD(2.0 * pi), np.zeros(9), 30))
        np.testing.assert_allclose(together[:, i], expected[:, i], rtol=1e-12)


def test_adam_does_not_see_how_frequent_a_word_is():
    counts = np.array([[1.0, 3, 4], [80, 0, 30], [0, 1, 1]])  # no share of a third, where nothing is to learn
    together = rows(hp.descend(hp.Bigram(counts), hp.Adam(0.1, eps=1e-30), np.zeros(9), 30))
    for i in range(3):
        alone = np.zeros((3, 3))
        alone[i] = counts[i]
        expected = rows(hp.descend(hp.Bigram(alone), hp.Adam(0.1, eps=1e-30), np.zeros(9), 30))
        np.testing.assert_allclose(together[:, i], expected[:, i], rtol=1e-9)


def test_a_sweep_over_words_is_each_run_alone_bit_for_bit():
    surface = hp.Bigram(hp.bigram_counts("zh-TW")[1][:40, :40])
    rates = [1.0, 64.0, 4096.0]
    swept = hp.descend(surface, hp.Momentum(rates), np.zeros(surface.dim), 12)
    for i, lr in enumerate(rates):
        alone = hp.descend(surface, hp.Momentum(lr), np.zeros(surface.dim), 12)
        np.testing.assert_array_equal(swept.w[i], alone.w)
        np.testing.assert_array_equal(swept.loss[i], alone.loss)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_sgd_leaves_rare_words_behind_and_adam_does_not(language):
    surface = hp.Bigram(hp.bigram_counts(language)[1])
    behind = {}
    for rule in (hp.SGD(2.0 ** np.arange(4, 11)), hp.Adam(2.0 ** np.arange(-3, 2), eps=1e-12)):
        ends = hp.descend(surface, rule, np.zeros(surface.dim), 30, record=False).end
        best = np.nanargmin(surface(ends))
        behind[type(rule)] = (surface.excess(ends[best]) > 0.5).sum()
    assert behind[hp.SGD] > 60
    assert behind[hp.Adam] == 0


def test_where_no_word_follows_there_is_nothing_to_learn(rng):
    words = hp.Bigram([[0, 2, 1], [3, 0, 0], [0, 0, 0]])
    left = words.excess(rng.normal(size=(2, 9)))
    assert (left[:, 2] == 0).all()
    assert (left[:, :2] > 0).all()


def test_the_counts_of_a_bigram_model_are_its_own():
    counts = COUNTS.copy()
    surface = hp.Bigram(counts)
    counts[:] = 1
    np.testing.assert_array_equal(surface.counts, COUNTS)
    with pytest.raises(ValueError, match="read-only"):
        surface.counts[0, 0] = 5
