"""The LR range test against closed forms, the sharpness against dense Hessians."""

import warnings

import numpy as np
import pytest
import reference
from reference import central_difference

import hpcourse as hp


def test_on_a_line_the_lowest_loss_marks_the_last_rate_that_is_stable():
    last_stable, limit = reference.RANGE_TEST_1D
    assert last_stable == pytest.approx(10**-0.1875)
    found = hp.lr_range_test(hp.Quadratic([3.0]), first=1e-4, last=10, steps=401, smooth=0, start=1.0)
    np.testing.assert_allclose(found.lr, np.geomspace(1e-4, 10, 401), rtol=1e-12)
    assert found.at_minimum == pytest.approx(last_stable, rel=1e-10)
    assert found.at_minimum < limit < found.lr[np.argmax(found.lr == found.at_minimum) + 1]
    # the loss at a rate is the one after the update made with it
    reached = 1.5 * np.cumprod((1 - 3 * found.lr) ** 2)
    kept = np.isfinite(found.loss)
    np.testing.assert_allclose(found.loss[kept], reached[kept], rtol=1e-9)
    assert kept[: np.argmin(reached) + 5].all()


def test_on_twenty_axes_the_lowest_loss_comes_far_too_late():
    bowl = hp.Quadratic(np.geomspace(0.01, 3, 20))
    found = hp.lr_range_test(bowl, first=1e-4, last=10, steps=401, smooth=0, start=np.ones(20))
    assert found.at_minimum == pytest.approx(reference.RANGE_TEST_20D, rel=0.06)  # to one rate of the grid
    assert found.at_minimum > 5 * 2 / 3


def test_smoothing_is_the_moving_average_with_its_correction():
    # weight 0.5: (1) L0;  (0.25 L0 + 0.5 L1) / 0.75;  (0.125 L0 + 0.25 L1 + 0.5 L2) / 0.875
    found = hp.lr_range_test(hp.Quadratic([1.0]), first=0.1, last=0.9, steps=5, smooth=0.5, start=2.0)
    first, second, third = found.loss[:3]
    expected = [first, (first + 2 * second) / 3, (first + 2 * second + 4 * third) / 7]
    np.testing.assert_allclose(found.smoothed[:3], expected, rtol=1e-12)
    rough = hp.lr_range_test(hp.Quadratic([1.0]), first=0.1, last=0.9, steps=5, smooth=0, start=2.0)
    np.testing.assert_allclose(rough.smoothed, rough.loss, rtol=1e-12)


def test_the_range_test_trains_one_update_per_rate(small, net):
    found = hp.lr_range_test(net, small, first=1e-3, last=1.0, steps=30, batch_size=16, seed=2)
    rng = np.random.default_rng(2)
    w, losses = net.init(rng), []
    while len(losses) < 31:
        for X, y in hp.minibatches(small.X_train, small.y_train, 16, rng):
            loss, gradient = net.loss_and_gradient(w, X, y)
            losses.append(loss)
            w = w - np.float32(1e-3 * 1000 ** ((len(losses) - 1) / 29)) * gradient
    np.testing.assert_allclose(found.loss, losses[1:31], rtol=1e-5)


def test_several_seeds_are_several_range_tests(small, net):
    settings = {"first": 1e-3, "last": 1e3, "steps": 20, "batch_size": 16, "optimizer": hp.Momentum(1.0, 0.5)}
    found = hp.lr_range_test(net, small, seed=range(3), **settings)
    assert found.loss.shape == found.smoothed.shape == (3, 20)
    assert found.at_minimum.shape == found.at_steepest.shape == (3,)
    for seed in range(3):
        alone = hp.lr_range_test(net, small, seed=seed, **settings)
        np.testing.assert_array_equal(found.loss[seed], alone.loss)
        assert found.at_minimum[seed] == alone.at_minimum
        assert found.at_steepest[seed] == alone.at_steepest
    assert np.all(found.at_steepest <= found.at_minimum)


def test_the_steepest_fall_lies_where_the_loss_falls_fastest():
    found = hp.lr_range_test(hp.Quadratic([1.0]), first=1e-4, last=10, steps=200, smooth=0, start=1.0)
    fall = np.gradient(found.loss, np.log(found.lr))
    below = found.lr <= found.at_minimum
    assert found.at_steepest == found.lr[below][np.argmin(fall[below])]


@pytest.mark.parametrize("smooth", [0, 0.9])
def test_a_range_test_that_explodes_warns_nobody(smooth):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = hp.lr_range_test(
            hp.Rosenbrock(), first=1e-4, last=1e12, steps=30, smooth=smooth, start=(-1.5, 2.0)
        )
        assert np.isfinite(found.at_minimum)
        assert np.isfinite(found.at_steepest)


def test_a_range_test_whose_first_rate_diverges_has_no_best_rate():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = hp.lr_range_test(hp.Quadratic([1.0]), first=1e6, last=1e7, steps=5, start=1.0)
        assert not found.at_minimum > 1e6


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"steps": 1}, ValueError, r"^steps must be at least 2, got 1"),
        ({"smooth": 1.0}, ValueError, r"^smooth must be .*got 1"),
        ({"first": 0}, ValueError, r"^first must be .*got 0"),
    ],
)
def test_wrong_arguments_of_a_range_test_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        hp.lr_range_test(hp.Quadratic(), start=(1.0, 1.0), **arguments)


def test_a_range_test_of_a_network_needs_data(net):
    with pytest.raises(TypeError, match=r"^data must be given with a network"):
        hp.lr_range_test(net)


@pytest.mark.parametrize("angle", [0.0, 0.7])
def test_the_sharpness_of_a_bowl_is_its_largest_eigenvalue(angle):
    bowl = hp.Quadratic((0.5, 40.0), angle)
    assert hp.sharpness(bowl, (3.0, -1.0)) == pytest.approx(40)
    np.testing.assert_allclose(hp.sharpness(bowl, np.ones((2, 3, 2))), np.full((2, 3), 40))


def test_the_sharpness_of_a_surface_depends_on_the_point():
    assert hp.sharpness(hp.TwoBasins(), [2.0]) == 11  # 3 x**2 - 1
    assert hp.sharpness(hp.Quadratic((1.0, -1.0)), (0.0, 0.0)) == 1  # a saddle


@pytest.mark.parametrize("targets", [1, 2])
def test_the_sharpness_of_least_squares_is_the_largest_eigenvalue_of_its_moments(targets, rng):
    network = hp.linear_regression_model(6, targets)
    X, y = rng.normal(size=(50, 6)) * np.arange(1, 7), rng.normal(size=(50, targets))
    X1 = np.column_stack([X, np.ones(50)])
    expected = np.linalg.eigvalsh(X1.T @ X1 / 50)[-1]
    w = rng.normal(size=(3, network.n_weights))
    np.testing.assert_allclose(hp.sharpness(network, w, X, y), expected, rtol=1e-6)
    assert hp.sharpness(network, w[0], X, y) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    "network",
    [
        hp.MLP((3, 4, 3), activation="tanh"),
        hp.MLP((3, 5, 2), activation="tanh", task="regression"),
        hp.MLP((3, 6, 3)),
        hp.MLP((3, 3)),
    ],
    ids=str,
)
def test_the_sharpness_of_a_network_is_that_of_its_dense_hessian(network, rng):
    w = rng.normal(size=(3, network.n_weights))
    X = rng.normal(size=(30, 3))
    y = rng.normal(size=(30, 2)) if network.task == "regression" else rng.integers(0, 3, 30)
    found = hp.sharpness(network, w, X, y, iterations=network.n_weights)
    for run, one in zip(w, found):
        rows = [
            central_difference(lambda v, i=i: network.gradient(v, X, y)[..., i], run, 1e-5)
            for i in range(network.n_weights)
        ]
        eigenvalues = np.linalg.eigvalsh((np.array(rows) + np.array(rows).T) / 2)
        # relu: the two differences may see other kinks
        assert one == pytest.approx(eigenvalues[-1], rel=2e-2 if network.activation == "relu" else 1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_the_kink_of_a_relu_beside_the_weights_is_not_taken_for_curvature(seed):
    network, digits = hp.MLP((64, 32, 10)), hp.digits()
    X, y, w = digits.X_train.astype(float), digits.y_train, network.init(seed, float)
    sums = X @ w[:64] + w[64]  # of the first hidden unit, whose bias is w[64]
    found = []
    for gap in (2e-7, 1e-5):  # from its middle image to the kink
        beside = w.copy()
        beside[64] += gap - np.sort(sums)[len(sums) // 2]
        found.append(hp.sharpness(network, beside, X, y))
    assert found[0] == pytest.approx(found[1], rel=1e-3)


def test_the_sharpness_of_many_runs_at_once_is_nan_only_where_the_weights_are(small, net, rng):
    w = rng.normal(size=(2, 2, net.n_weights))
    w[0, 1, 3] = np.nan
    w[1, 0, 0] = np.inf
    found = hp.sharpness(net, w, small.X_train, small.y_train)
    assert found.shape == (2, 2)
    np.testing.assert_array_equal(np.isnan(found), [[False, True], [True, False]])
    assert found[1, 1] == pytest.approx(hp.sharpness(net, w[1, 1], small.X_train, small.y_train), rel=1e-6)


def test_sharpness_changes_nothing_and_takes_what_training_returns(small, net):
    history = hp.train(net, small, hp.SGD([0.1, 0.2]), epochs=2, seed=range(2))
    history.weights.flags.writeable = False
    found = hp.sharpness(net, history.weights, small.X_train, small.y_train)
    assert found.shape == (2, 2)
    again = hp.sharpness(net, history.weights, small.X_train, small.y_train)
    np.testing.assert_array_equal(found, again)


def test_at_the_edge_of_stability_the_sharpness_is_two_over_the_rate(rng):
    # Cohen et al. 2021: full-batch gradient descent of a tanh network settles at 2 / lr
    X = rng.uniform(-1, 1, (50, 5))
    y = np.sin(3 * X @ rng.normal(size=5))[:, None]
    network = hp.MLP((5, 20, 20, 1), activation="tanh", task="regression")
    data = hp.Dataset("fifty", X, y, X[:1], y[:1])
    history = hp.train(network, data, hp.SGD([0.1, 0.4, 0.8]), batch_size=50, epochs=3000, dtype=np.float64)
    found = hp.sharpness(network, history.weights, X, y)
    assert found[0] <= 1.1 * 2 / 0.1
    np.testing.assert_allclose(found[1:], [2 / 0.4, 2 / 0.8], rtol=0.15)


def test_sharpness_of_a_network_needs_data(net):
    with pytest.raises(TypeError, match=r"^X and y must be given with a network"):
        hp.sharpness(net, net.init())
    with pytest.raises(ValueError, match=r"^w must "):
        hp.sharpness(net, np.ones(3), np.ones((4, 2)), np.zeros(4, int))


def test_regimes_are_named_by_the_product_of_rate_and_curvature():
    # each step multiplies by 1 - lr: 0.99**60 > 0.1; 0.5; 0 at once; -0.5; -0.99; -1.5
    rates = [0.01, 0.5, 1.0, 1.5, 1.99, 2.5]
    path = hp.descend(hp.Quadratic([1.0]), hp.SGD(rates), start=1.0, steps=60)
    expected = ["crawls", "converges", "converges", "rings", "rings", "diverges"]
    assert hp.measure.regimes(path) == expected
    assert hp.measure.regimes(hp.descend(hp.Quadratic([1.0]), hp.SGD(1.5), start=-3.0)) == ["rings"]


def test_a_run_that_rings_down_to_nothing_still_rings():
    path = hp.descend(hp.Quadratic([1.0]), hp.SGD(1.1), start=1.0, steps=250)
    assert hp.measure.regimes(path) == ["rings"]


def test_a_range_that_does_not_rise_is_named():
    with pytest.raises(ValueError, match=r"^last must be greater than first \(10\), got 1"):
        hp.lr_range_test(hp.Quadratic([1.0]), start=[1.0], first=10.0, last=1.0)
