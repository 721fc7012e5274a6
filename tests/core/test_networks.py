"""Networks against central differences, formulas written out and a network computed by hand."""

import pickle

import numpy as np
import pytest
from reference import central_difference

import hpcourse as hp

NETWORKS = [
    hp.MLP((3, 4)),
    hp.MLP((3, 2), task="regression"),
    hp.MLP((3, 1), task="regression"),
    hp.MLP((3, 5, 4)),
    hp.MLP((3, 5, 4), activation="tanh"),
    hp.MLP((3, 5, 2), activation="tanh", task="regression"),
    hp.MLP((3, 6, 5, 4, 3)),
    hp.MLP((3, 4, 4, 4, 1), activation="tanh", task="regression"),
    hp.MLP((1, 3, 2)),
]
every_network = pytest.mark.parametrize("network", NETWORKS, ids=str)


def problem(network, rng, runs=None, n=7, own_data=False):
    """Random weights (biases too), inputs and targets."""
    leading = () if runs is None else (runs,)
    data = leading if own_data else ()
    w = 0.7 * rng.normal(size=(*leading, network.n_weights))
    X = rng.normal(size=(*data, n, network.sizes[0]))
    if network.task == "regression":
        return w, X, rng.normal(size=(*data, n, network.sizes[-1]))
    return w, X, rng.integers(0, network.sizes[-1], (*data, n))


def naive_loss(network, w, X, y):
    """The loss of one run, one example after the other, straight from the docstring."""
    losses = []
    for x, target in zip(X, y):
        a, start = x, 0
        for k, (n_in, n_out) in enumerate(zip(network.sizes[:-1], network.sizes[1:])):
            layer = w[start : start + n_out * (n_in + 1)].reshape(n_out, n_in + 1)
            start += n_out * (n_in + 1)
            z = layer[:, :-1] @ a + layer[:, -1]
            last = k == len(network.sizes) - 2
            a = z if last else np.maximum(z, 0) if network.activation == "relu" else np.tanh(z)
        if network.task == "regression":
            losses.append(0.5 * np.sum((a - target) ** 2))
        else:
            losses.append(-np.log(np.exp(a[target]) / np.exp(a).sum()))
    return np.mean(losses)


@every_network
def test_the_loss_is_the_formula_of_the_docstring(network, rng):
    w, X, y = problem(network, rng)
    assert network.loss(w, X, y) == pytest.approx(naive_loss(network, w, X, y), rel=1e-12)


@every_network
def test_the_gradient_is_the_one_of_central_differences(network, rng):
    w, X, y = problem(network, rng)
    # a step of 1e-6 crosses no kink of relu here: with random numbers none is that near to zero
    expected = central_difference(lambda v: network.loss(v, X, y), w, 1e-6)
    loss, gradient = network.loss_and_gradient(w, X, y)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(network.gradient(w, X, y), gradient)
    assert loss == pytest.approx(network.loss(w, X, y), rel=1e-14)


@every_network
@pytest.mark.parametrize("own_data", [False, True])
def test_several_runs_at_once_are_the_runs_one_by_one(network, own_data, rng):
    w, X, y = problem(network, rng, runs=4, own_data=own_data)
    loss, gradient = network.loss_and_gradient(w, X, y)
    assert loss.shape == (4,)
    assert gradient.shape == w.shape
    np.testing.assert_allclose(network.loss(w, X, y), loss, rtol=1e-14)
    for r in range(4):
        Xr, yr = (X[r], y[r]) if own_data else (X, y)
        one_loss, one_gradient = network.loss_and_gradient(w[r], Xr, yr)
        assert loss[r] == pytest.approx(one_loss, rel=1e-13)
        np.testing.assert_allclose(gradient[r], one_gradient, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(network.outputs(w, X)[r], network.outputs(w[r], Xr), rtol=1e-12)
        np.testing.assert_array_equal(network.predict(w, X)[r], network.predict(w[r], Xr))


@every_network
def test_the_gradient_of_a_batch_is_the_mean_over_its_examples(network, rng):
    w, X, y = problem(network, rng)
    each = [network.gradient(w, X[i : i + 1], y[i : i + 1]) for i in range(len(X))]
    np.testing.assert_allclose(np.mean(each, axis=0), network.gradient(w, X, y), rtol=1e-10, atol=1e-14)


def test_a_tiny_network_gives_what_a_hand_computes():
    # hidden: z = (2*1 - 1*3 + 0.5, 1*1 + 1*3 - 1) = (-0.5, 3), a = (0, 3); output: 4*0 + 2*3 + 1 = 7
    # target 5: loss 0.5 * 2**2 = 2, error 2. Output layer: 2 * (0, 3, 1) = (0, 6, 2)
    # error of the hidden layer: 2 * (4, 2), behind the relu (0, 4); gradient 4 * (1, 3, 1) for the second
    network = hp.MLP((2, 2, 1), task="regression")
    w = np.array([2.0, -1.0, 0.5, 1.0, 1.0, -1.0, 4.0, 2.0, 1.0])
    X, y = np.array([[1.0, 3.0]]), np.array([5.0])
    loss, gradient = network.loss_and_gradient(w, X, y)
    assert network.outputs(w, X) == 7
    assert loss == 2
    assert gradient.tolist() == [0, 0, 0, 4, 12, 4, 0, 6, 2]


def test_equal_outputs_cost_the_logarithm_of_the_number_of_classes():
    network = hp.softmax_regression(3, 10)
    X, y = np.ones((5, 3)), np.arange(5)
    loss, gradient = network.loss_and_gradient(np.zeros(40), X, y)
    assert loss == pytest.approx(np.log(10))
    bias = gradient.reshape(10, 4)[:, -1]
    np.testing.assert_allclose(bias, [0.1 - 0.2] * 5 + [0.1] * 5)  # p - how often the class occurs


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_outputs_overflow_nothing(dtype):
    network = hp.softmax_regression(1, 3)
    w = np.array([0.0, 1e4, 0.0, 0.0, 0.0, -1e4], dtype)
    loss, gradient = network.loss_and_gradient(w, np.ones((2, 1), dtype), np.array([0, 2]))
    assert loss == pytest.approx(1e4)  # (0 + 20000) / 2
    np.testing.assert_allclose(gradient, [0.5, 0.5, 0, 0, -0.5, -0.5])


def test_linear_regression_is_least_squares(rng):
    network = hp.linear_regression_model(3)
    X, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    best = np.linalg.lstsq(np.column_stack([X, np.ones(40)]), y, rcond=None)[0]
    np.testing.assert_allclose(network.gradient(best, X, y), 0, atol=1e-14)
    assert network.loss(best, X, y) < network.loss(best + 0.01, X, y)
    np.testing.assert_allclose(network.gradient(best, X, y[:, None]), 0, atol=1e-14)


@pytest.mark.parametrize(
    ("sizes", "expected"), [((64, 32, 10), 2410), ((3, 1), 4), ((2, 3, 4, 5), 9 + 16 + 25), ((784, 10), 7850)]
)
def test_every_connection_and_every_bias_is_one_weight(sizes, expected):
    network = hp.MLP(sizes)
    assert network.n_weights == expected
    assert network.init().shape == (expected,)


@pytest.mark.parametrize(("activation", "gain"), [("relu", 2.0), ("tanh", 1.0)])
def test_initial_weights_have_the_variance_of_he_or_lecun_and_no_bias(activation, gain):
    network = hp.MLP((200, 300, 50), activation=activation)
    w = network.init(0, np.float64)
    first, second = w[: 300 * 201].reshape(300, 201), w[300 * 201 :].reshape(50, 301)
    for layer, inputs in ((first, 200), (second, 300)):
        weights = layer[:, :-1]
        # the standard error of a variance estimate is variance * sqrt(2 / n)
        assert weights.var() == pytest.approx(gain / inputs, rel=4 * np.sqrt(2 / weights.size))
        assert abs(weights.mean()) < 4 * np.sqrt(gain / inputs / weights.size)
        assert not layer[:, -1].any()


def test_initial_weights_come_from_the_seed_alone():
    network = hp.MLP((4, 5, 3))
    np.testing.assert_array_equal(network.init(3), network.init(3))
    np.testing.assert_array_equal(network.init(3), network.init(np.random.default_rng(3)))
    assert not np.array_equal(network.init(3), network.init(4))
    assert network.init().dtype == np.float32
    np.testing.assert_array_equal(network.init(3), network.init(3, np.float64).astype(np.float32))


@every_network
def test_float32_stays_float32(network, rng):
    w, X, y = problem(network, rng, runs=3)
    w32 = w.astype(np.float32)
    loss, gradient = network.loss_and_gradient(w32, X, y)
    assert loss.dtype == gradient.dtype == network.outputs(w32, X).dtype == np.float32
    np.testing.assert_allclose(loss, network.loss(w, X, y), rtol=1e-4)
    np.testing.assert_allclose(gradient, network.gradient(w, X, y), rtol=1e-3, atol=1e-4)


@every_network
def test_weights_and_data_are_not_changed(network, rng):
    arrays = problem(network, rng, runs=2)
    kept = [array.copy() for array in arrays]
    for array in arrays:
        array.flags.writeable = False
    network.loss_and_gradient(*arrays)
    network.outputs(*arrays[:2])
    for array, before in zip(arrays, kept):
        np.testing.assert_array_equal(array, before)


def test_predictions_and_accuracy_count_the_largest_output():
    network = hp.softmax_regression(1, 2)
    w = np.array(
        [[1.0, 0.0, -1.0, 0.0], [-1.0, 0.0, 1.0, 0.0]]
    )  # class 0 for positive inputs, and the reverse
    X, y = np.array([[1.0], [2.0], [-1.0], [3.0]]), np.array([0, 0, 1, 1])
    assert network.predict(w, X).tolist() == [[0, 0, 1, 0], [1, 1, 0, 1]]
    assert network.accuracy(w, X, y).tolist() == [0.75, 0.25]
    assert network.accuracy(w[0], X, y) == 0.75
    regression = hp.linear_regression_model(1)
    np.testing.assert_allclose(regression.predict(np.array([2.0, 1.0]), X)[:, 0], [3, 5, -1, 7])


def test_lists_are_weights_and_data_too():
    network = hp.softmax_regression(1, 2)
    loss, gradient = network.loss_and_gradient([0, 0, 0, 0], [[1], [2]], [0, 1])
    assert loss == pytest.approx(np.log(2))
    np.testing.assert_allclose(gradient, [0.25, 0, -0.25, 0])


def test_a_network_equals_one_of_the_same_settings_and_can_be_pickled():
    assert hp.MLP([64, 32, 10]) == hp.MLP((64, 32, 10)) == pickle.loads(pickle.dumps(hp.MLP((64, 32, 10))))
    assert hp.softmax_regression(64, 10) == hp.MLP((64, 10))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: hp.MLP((64,)), ValueError, r"^sizes must .*got \(64,\)"),
        (lambda: hp.MLP((64, 0, 10)), ValueError, r"^sizes\[1\] must be at least 1, got 0"),
        (lambda: hp.MLP((64, 3.5, 10)), TypeError, r"^sizes\[1\] must be a whole number, got 3.5"),
        (lambda: hp.MLP(64), TypeError, r"^sizes must .*got 64"),
        (lambda: hp.MLP((2, 2), activation="gelu"), ValueError, r"^activation must be .*relu.*got 'gelu'"),
        (lambda: hp.MLP((2, 2), task="ranking"), ValueError, r"^task must be .*got 'ranking'"),
        (lambda: hp.MLP((2, 2)).outputs(np.ones(5), np.ones((3, 2))), ValueError, r"^w must .*6.*\(5,\)"),
        (lambda: hp.MLP((2, 2)).outputs(np.ones(6), np.ones((3, 4))), ValueError, r"^X must .*2.*\(3, 4\)"),
        (lambda: hp.MLP((2, 2)).outputs(np.ones(6), np.ones(2)), ValueError, r"^X must .*\(2,\)"),
        (
            lambda: hp.MLP((2, 2)).loss(np.ones(6), np.ones((3, 2)), [0, 1, 2]),
            ValueError,
            r"^y must .*0 to 1",
        ),
        (lambda: hp.MLP((2, 2)).loss(np.ones(6), np.ones((3, 2)), [0.0, 1.0, 0.5]), ValueError, r"^y must "),
        (lambda: hp.MLP((2, 2)).loss(np.ones(6), np.ones((3, 2)), [0, 1]), ValueError, r"^y must .*3.*got"),
        (
            lambda: hp.MLP((2, 2), task="regression").loss(np.ones(6), np.ones((3, 2)), np.ones((3, 5))),
            ValueError,
            r"^y must .*2 targets.*\(3, 5\)",
        ),
        (
            lambda: hp.linear_regression_model(2).loss(np.ones(3), np.ones((3, 2)), np.ones(4)),
            ValueError,
            r"^y must .*3.*got",
        ),
        (
            lambda: hp.linear_regression_model(2).accuracy(np.ones(3), np.ones((3, 2)), np.ones(3)),
            ValueError,
            r"accuracy needs classes.*regression",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_was_expected(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("network", [hp.MLP((2, 2)), hp.linear_regression_model(2)], ids=str)
def test_one_target_does_not_stand_for_many_examples(network):
    with pytest.raises(ValueError, match=r"^y must .*3.*got"):
        network.loss(np.ones(network.n_weights), np.ones((3, 2)), [1])


def test_activations_are_what_the_next_layer_gets():
    network = hp.MLP((3, 4, 5, 2))
    rng = np.random.default_rng(0)
    w, X = network.init(1, float), rng.normal(size=(6, 3))
    first, second = network.activations(w, X)
    W1, W2, W3 = w[:16].reshape(4, 4), w[16:41].reshape(5, 5), w[41:].reshape(2, 6)
    np.testing.assert_allclose(first, np.maximum(X @ W1[:, :3].T + W1[:, 3], 0))
    np.testing.assert_allclose(second, np.maximum(first @ W2[:, :4].T + W2[:, 4], 0))
    np.testing.assert_allclose(network.outputs(w, X), second @ W3[:, :5].T + W3[:, 5])
