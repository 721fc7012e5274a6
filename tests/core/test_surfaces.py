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
]
every_surface = pytest.mark.parametrize("surface", SURFACES, ids=repr)


def points(surface, rng, n=200):
    low, high = np.array(surface.window).T
    return np.concatenate(
        [rng.uniform(low, high, (n, surface.dim)), [np.zeros(surface.dim), surface.minimum]]
    )


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


@pytest.mark.parametrize("surface", [s for s in SURFACES if "-1.0" not in repr(s)], ids=repr)
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


@pytest.mark.parametrize("surface", [s for s in SURFACES if s.dim <= 2], ids=repr)
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
    ],
)
def test_wrong_shapes_of_a_surface_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
