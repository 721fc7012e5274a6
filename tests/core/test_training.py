"""Runs against loops written out, closed forms and the statistics of noise."""

import pickle
import time
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest
import reference

import hpcourse as hp
from hpcourse import _axes
from hpcourse._runs import DIVERGED
from hpcourse.frame import cores

OPTIMIZERS = [
    hp.SGD(0.3),
    hp.Momentum(0.1, 0.8),
    hp.Nesterov(0.1, 0.8),
    hp.AdaGrad(0.1),
    hp.RMSProp(0.01),
    hp.Adam(0.05),
    hp.AdamW(hp.LinearWarmup(5, hp.CosineDecay(0.05, 40)), weight_decay=0.1),
]
OPTIMIZERS += [rule(0.01) for rule in hp.optimizers.RULES.values() if rule not in map(type, OPTIMIZERS)]
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)


class Inline(Executor):
    """Runs everything at once in this thread, and counts."""

    def __init__(self):
        self.calls = 0

    def submit(self, function, /, *arguments, **named):
        self.calls += 1
        future = Future()
        future.set_result(function(*arguments, **named))
        return future


class Slow(Inline):
    """Hands out each result after a while, as a busy machine does."""

    def submit(self, *call):
        time.sleep(0.2)
        return super().submit(*call)


def naive_training(network, data, optimizer, batch_size, epochs, seed, dtype=np.float32):
    """The loop of the docstring of `train`, in public names only."""
    rng = np.random.default_rng(seed)
    w = network.init(rng, dtype)
    state, losses = optimizer.init(w), []
    for _ in range(epochs):
        for X, y in hp.minibatches(data.X_train, data.y_train, batch_size, rng):
            loss, gradient = network.loss_and_gradient(w, X, y)
            w, state = optimizer.step(w, gradient, state)
            losses.append(loss)
    return w, np.array(losses)


def same(one, other):
    """Equal in every bit, NaN included."""
    np.testing.assert_array_equal(one, other)


def assert_same_run(history, index, alone):
    updates = alone.loss.shape[-1]
    same(history.loss[index][:updates], alone.loss)
    assert np.isnan(history.loss[index][updates:]).all()
    for name in ("weights", "train_loss", "test_accuracy", "diverged", "diverged_at"):
        same(getattr(history, name)[index], getattr(alone, name))


# --- train is what it says ---------------------------------------------------------------------------


@every_optimizer
@pytest.mark.parametrize("batch_size", [16, 80, 1])
def test_train_is_the_loop_of_its_docstring_bit_for_bit(optimizer, batch_size, small, net):
    epochs = 3
    history = hp.train(net, small, optimizer, batch_size=batch_size, epochs=epochs, seed=5)
    w, losses = naive_training(net, small, optimizer, batch_size, epochs, 5)
    same(history.loss, losses)
    same(history.weights, w)
    assert history.train_loss == pytest.approx(net.loss(w, small.X_train, small.y_train), rel=1e-5)
    assert history.test_accuracy == net.accuracy(w, small.X_test, small.y_test)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_train_on_digits_is_the_loop_of_its_docstring(dtype, digits):
    network = hp.MLP((64, 32, 10))
    history = hp.train(network, digits, hp.Adam(0.003), batch_size=64, epochs=2, seed=1, dtype=dtype)
    w, losses = naive_training(network, digits, hp.Adam(0.003), 64, 2, 1, dtype)
    assert history.weights.dtype == history.loss.dtype == dtype
    same(history.loss, losses)
    same(history.weights, w)
    assert losses[-5:].mean() < 0.7 * losses[0]


def test_full_batch_gradient_descent_on_least_squares_follows_its_closed_form():
    data = hp.linear_regression(100, seed=2)
    network = hp.linear_regression_model(3)
    X1 = np.column_stack([data.X_train, np.ones(80)])
    hessian = X1.T @ X1 / 80
    best = np.linalg.lstsq(X1, data.y_train, rcond=None)[0]
    history = hp.train(
        network, data, hp.SGD(0.2), batch_size=80, epochs=30, start=np.zeros(4), dtype=np.float64
    )
    expected = best - np.linalg.matrix_power(np.eye(4) - 0.2 * hessian, 30) @ best
    np.testing.assert_allclose(history.weights, expected, rtol=1e-10)
    assert np.isnan(history.test_accuracy)
    residual = X1 @ history.weights - data.y_train
    assert history.train_loss == pytest.approx(0.5 * np.mean(residual**2))


def test_the_axes_and_shapes_are_those_of_the_contract(digits):
    history = hp.train(
        hp.MLP((64, 8, 10)),
        digits,
        hp.Adam(lr=np.logspace(-4, 0, 4)),
        batch_size=256,
        epochs=2,
        seed=range(3),
    )
    assert list(history.axes) == ["lr", "seed"]
    np.testing.assert_allclose(history.axes["lr"], np.logspace(-4, 0, 4))
    assert history.axes["seed"] == range(3)
    updates = 2 * 6  # 1437 / 256, rounded up
    assert history.loss.shape == (4, 3, updates)
    assert history.test_accuracy.shape == history.diverged.shape == history.train_loss.shape == (4, 3)
    assert history.seconds.shape == (4, 3)
    assert history.diverged.dtype == bool
    assert history.weights.shape == (4, 3, hp.MLP((64, 8, 10)).n_weights)
    assert history.examples.tolist() == [256 * t for t in range(6)] + [1437 + 256 * t for t in range(6)]
    assert "4 lr x 3 seed" in repr(history)


def test_a_single_run_has_no_axes(small, net):
    history = hp.train(net, small, hp.SGD(0.1), epochs=2)
    assert history.axes == {}
    assert history.loss.shape == (4,)  # 80 examples in batches of 64 and 16
    assert history.test_accuracy.shape == history.diverged.shape == ()
    assert history.weights.shape == (net.n_weights,)


# --- a run of a sweep is the run alone ----------------------------------------------------------------


@every_optimizer
def test_a_run_of_a_sweep_equals_the_run_alone_in_every_bit(optimizer, small, net):
    lrs = np.logspace(-3, 0, 5)
    if callable(optimizer.lr):
        sweep = replace(optimizer, lr=hp.LinearWarmup(5, hp.CosineDecay(lrs, 40)))
        alone = [replace(optimizer, lr=hp.LinearWarmup(5, hp.CosineDecay(lr, 40))) for lr in lrs]
    else:
        sweep, alone = replace(optimizer, lr=lrs), [replace(optimizer, lr=lr) for lr in lrs]
    history = hp.train(net, small, sweep, batch_size=16, epochs=4, seed=range(2))
    for i, one in enumerate(alone):
        for seed in range(2):
            assert_same_run(history, (i, seed), hp.train(net, small, one, batch_size=16, epochs=4, seed=seed))


def test_a_run_of_a_sweep_on_digits_equals_the_run_alone_in_every_bit(digits):
    network, lrs = hp.MLP((64, 32, 10)), np.logspace(-4, 0, 40)
    history = hp.train(network, digits, hp.Adam(lr=lrs), epochs=1)
    for i in (0, 17, 39):
        assert_same_run(history, i, hp.train(network, digits, hp.Adam(lr=lrs[i]), epochs=1))


POWERS = {  # each takes a power of what is swept, which NumPy may round otherwise in an array
    "beta1": lambda value: hp.Adam(0.01, beta1=value),
    "beta2": lambda value: hp.AdamW(0.01, beta2=value),
    "factor": lambda value: hp.SGD(hp.StepDecay(0.1, factor=value, every=3)),
    "last": lambda value: hp.SGD(hp.GeometricRamp(0.01, value, 30)),
    "beta": lambda value: Averaged(0.1, value),
    "decay": lambda value: hp.SGD(Falling(0.1, value)),
}


@dataclass(frozen=True)
class Averaged(hp.Adam.__base__):
    """A rule of one's own with powers on both sides, of weights too."""

    lr: float
    beta: float
    State = hp.optimizers.Squares

    def update(self, w, grad, state, lr, beta):
        t = state.t + 1
        rate = lr * (1 - np.sqrt(beta) ** t) * t ** (beta - 1) * 2.0**beta
        return w - rate * np.sign(grad) * np.abs(grad) ** beta, self.State(t, state.v)


@dataclass(frozen=True)
class Falling(hp.Constant.__base__):
    """A schedule of one's own."""

    lr: float
    decay: float

    def at(self, t):
        return self.lr * self.decay**t * (t + 1) ** -self.decay


@pytest.mark.parametrize("make", POWERS.values(), ids=POWERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_powers_of_what_is_swept_are_those_of_a_run_alone(make, dtype, net, small):
    values, more, bowl = np.linspace(0.5, 0.999, 24), {"updates": 20, "dtype": dtype}, hp.Quadratic()
    sweep, paths = hp.train(net, small, make(values), **more), hp.descend(bowl, make(values), (1, 1), 20)
    for i, value in enumerate(values):
        assert sweep.weights[i].tobytes() == hp.train(net, small, make(value), **more).weights.tobytes()
        assert paths.w[i].tobytes() == hp.descend(bowl, make(value), (1, 1), 20).w.tobytes()


def test_every_hyperparameter_can_be_an_axis_and_all_combine_as_a_grid(small, net):
    optimizer = hp.AdamW(
        lr=[0.01, 0.1],
        beta1=(0.8, 0.9),
        beta2=np.array([0.99, 0.999]),
        eps=[1e-8, 1e-3],
        weight_decay=[0, 0.1],
    )
    history = hp.train(net, small, optimizer, batch_size=[20, 40], epochs=2, seed=[7, 3])
    assert list(history.axes) == ["lr", "beta1", "beta2", "eps", "weight_decay", "batch_size", "seed"]
    assert history.diverged.shape == (2,) * 7
    for index in [(0, 0, 0, 0, 0, 0, 0), (1, 0, 1, 0, 1, 0, 1), (0, 1, 0, 1, 1, 1, 0), (1, 1, 1, 1, 1, 1, 1)]:
        *chosen, size, seed = (list(values)[i] for values, i in zip(history.axes.values(), index))
        alone = hp.train(net, small, hp.AdamW(*chosen), batch_size=int(size), epochs=2, seed=seed)
        assert_same_run(history, index, alone)


def test_fields_of_a_schedule_are_axes_under_their_names(small, net):
    optimizer = hp.Momentum(hp.ExponentialDecay(lr=[0.1, 0.3], rate=[0.0, 0.1, 0.2]), momentum=[0.5, 0.9])
    history = hp.train(net, small, optimizer, batch_size=40, epochs=3)
    assert list(history.axes) == ["lr", "rate", "momentum"]
    alone = hp.train(net, small, hp.Momentum(hp.ExponentialDecay(0.3, 0.2), 0.5), batch_size=40, epochs=3)
    assert_same_run(history, (1, 2, 0), alone)


def test_fields_of_nested_schedules_are_axes_and_a_name_used_twice_tells_where_from(small, net):
    schedule = hp.LinearWarmup([1, 4], hp.CosineDecay([0.1, 0.3], [5, 10, 20]))
    history = hp.train(net, small, hp.SGD(schedule), batch_size=40, epochs=5)
    names = list(history.axes)
    assert names[1] == "lr"
    assert names[0] != names[2]
    assert names[0].endswith("steps")
    assert names[2].endswith("then.steps")
    assert history.loss.shape == (2, 2, 3, 10)
    alone = hp.train(net, small, hp.SGD(hp.LinearWarmup(4, hp.CosineDecay(0.1, 20))), batch_size=40, epochs=5)
    assert_same_run(history, (1, 0, 2), alone)
    steps = hp.train(net, small, hp.SGD(hp.LinearWarmup([1, 4], 0.1)), batch_size=40, epochs=5)
    assert list(steps.axes) == ["steps"]


@pytest.mark.parametrize(
    "values", [[0.1, 0.2], (0.1, 0.2), np.array([0.1, 0.2]), np.float32([0.1, 0.2])], ids=repr
)
def test_any_kind_of_list_is_an_axis(values, small, net):
    history = hp.train(net, small, hp.SGD(values), epochs=1)
    assert history.loss.shape == (2, 2)
    assert hp.train(net, small, hp.SGD(values[:1]), epochs=1).loss.shape == (1, 2)


def test_batch_sizes_and_seeds_may_be_ranges_and_arrays(small, net):
    history = hp.train(net, small, hp.SGD(0.1), batch_size=range(20, 80, 20), epochs=1, seed=np.array([4, 1]))
    assert history.loss.shape == (3, 2, 4)
    alone = hp.train(net, small, hp.SGD(0.1), batch_size=40, epochs=1, seed=1)
    assert_same_run(history, (1, 1), alone)


def test_runs_of_unequal_batch_sizes_can_be_compared_per_example(small, net):
    history = hp.train(net, small, hp.SGD(0.1), batch_size=[16, 30, 80], epochs=2)
    assert history.loss.shape == history.examples.shape == (3, 10)
    assert history.examples[0].tolist() == list(range(0, 160, 16))
    assert history.examples[1, :6].tolist() == [0, 30, 60, 80, 110, 140]
    assert history.examples[2, :2].tolist() == [0, 80]
    same(np.isfinite(history.loss).sum(axis=1), [10, 6, 2])
    assert np.all(history.seconds > 0)


def test_updates_end_training_after_that_many_updates(small, net):
    longer = hp.train(net, small, hp.Adam(0.01), batch_size=[16, 40], epochs=4)
    history = hp.train(net, small, hp.Adam(0.01), batch_size=[16, 40], updates=7)
    assert history.loss.shape == (2, 7)
    same(history.loss, longer.loss[:, :7])


# --- what the seed decides -----------------------------------------------------------------------------


def test_the_seed_decides_weights_and_order_and_runs_of_one_seed_share_them(small, net):
    history = hp.train(net, small, hp.SGD(lr=[0.0, 0.0, 0.5]), batch_size=16, epochs=2, seed=range(3))
    # at a rate of zero each loss is that of the initial weights on the batch: equal losses, equal batches
    same(history.loss[0], history.loss[1])
    same(history.loss[2, :, 0], history.loss[0, :, 0])
    for seed in range(3):
        same(history.weights[0, seed], net.init(seed))
    assert len({row.tobytes() for row in history.loss[0]}) == 3
    for optimizer in (hp.SGD(0.0), hp.Adam(0.0), hp.Momentum(0.0, 0.5)):
        same(hp.train(net, small, optimizer, batch_size=16, epochs=2, seed=range(3)).loss, history.loss[0])


def test_training_twice_gives_the_same(small, net):
    first, second = (hp.train(net, small, hp.Adam([0.01, 0.1]), epochs=3, seed=range(4)) for _ in range(2))
    for name in ("loss", "weights", "train_loss", "test_accuracy", "diverged_at"):
        same(getattr(first, name), getattr(second, name))


def test_a_seed_named_twice_gives_the_same_run_twice(small, net):
    history = hp.train(net, small, hp.SGD(0.1), epochs=2, seed=[3, 0, 3])
    same(history.loss[0], history.loss[2])


def test_start_replaces_the_initial_weights_but_not_the_order(small, net):
    start = net.init(9)
    one = hp.train(net, small, hp.SGD([0.0, 0.1]), batch_size=16, epochs=1, seed=[0, 1], start=start)
    same(one.weights[0], [start, start])
    assert not np.array_equal(one.loss[0, 0], one.loss[0, 1])  # other orders
    each = hp.train(net, small, hp.SGD(0.0), epochs=1, seed=[4, 5], start=np.stack([start, -start]))
    same(each.weights, [start, -start])
    again = hp.train(net, small, hp.SGD(0.0), epochs=1, seed=4, start=net.init(4))
    same(again.loss, hp.train(net, small, hp.SGD(0.0), epochs=1, seed=4).loss)


# --- runs that diverge ------------------------------------------------------------------------------------


def test_a_diverged_run_is_marked_frozen_and_silent_and_its_neighbours_do_not_notice():
    data, network = hp.linear_regression(100, seed=1), hp.linear_regression_model(3)
    lrs = np.array([0.01, 50.0, 0.1, 1e20, 0.2])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # three seeds, so that a part of the work that two cores share holds runs of several seeds
        history = hp.train(network, data, hp.SGD(lrs), batch_size=20, epochs=5, seed=range(3))
    same(history.diverged, [[False] * 3, [True] * 3, [False] * 3, [True] * 3, [False] * 3])
    for i, lr in enumerate(lrs):
        for seed in range(3):
            at = history.diverged_at[i, seed]
            loss = history.loss[i, seed]
            if at < 0:
                alone = hp.train(network, data, hp.SGD(lr), batch_size=20, epochs=5, seed=seed)
                assert_same_run(history, (i, seed), alone)
                continue
            assert np.isfinite(loss[:at]).all()
            assert np.isnan(loss[at + 1 :]).all()
            assert not loss[at] <= DIVERGED * max(1, loss[0])
            assert np.isnan(history.train_loss[i, seed])
            assert np.isnan(history.test_accuracy[i, seed])
            assert np.isfinite(history.weights[i, seed]).all()


def test_the_loss_at_which_a_run_diverged_is_nan_too():
    data, network = hp.linear_regression(100, seed=1), hp.linear_regression_model(3)
    history = hp.train(network, data, hp.SGD(1e20), batch_size=20, epochs=2)
    assert history.diverged
    loss = history.loss[history.diverged_at :]
    assert not np.isfinite(loss[0]) or loss[0] > 1e6


def test_a_run_that_leaves_with_its_very_last_update_has_diverged_too():
    data, network = hp.linear_regression(100, seed=1), hp.linear_regression_model(3)
    history = hp.train(network, data, hp.SGD([0.1, 1e30]), batch_size=20, updates=1)
    same(history.diverged, [False, True])
    assert np.isnan(history.train_loss[1])
    assert np.isfinite(history.weights).all()


def test_all_runs_may_diverge():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = hp.train(
            hp.linear_regression_model(3), hp.linear_regression(100), hp.SGD([1e10, 1e30]), batch_size=20
        )
        path = hp.descend(hp.Rosenbrock(), hp.SGD([1.0, 1e3]), start=(-1.5, 2.0))
    assert history.diverged.all()
    assert path.diverged.all()
    assert np.isfinite(path.end).all()


@pytest.mark.parametrize("optimizer", [hp.Momentum, hp.Nesterov, hp.RMSProp, hp.Adam, hp.AdamW])
def test_schedules_and_memories_of_the_remaining_runs_stay_their_own(optimizer):
    surface, lrs = hp.Rosenbrock(), np.array([1e-4, 10.0, 3e-4, 1e3, 1e-3])
    sweep = hp.descend(
        surface, optimizer(hp.InverseTimeDecay(lrs, [0.0, 0.01])), start=[(-1.5, 2.0), (0.5, 0.5)], steps=60
    )
    assert sweep.w.shape == (5, 2, 2, 61, 2)
    for i, lr in enumerate(lrs):
        for j, rate in enumerate((0.0, 0.01)):
            for k, start in enumerate([(-1.5, 2.0), (0.5, 0.5)]):
                alone = hp.descend(surface, optimizer(hp.InverseTimeDecay(lr, rate)), start=start, steps=60)
                same(sweep.w[i, j, k], alone.w)
                same(sweep.loss[i, j, k], alone.loss)
                same(sweep.end[i, j, k], alone.end)


# --- descend against closed forms -------------------------------------------------------------------------


@pytest.mark.parametrize("lr", reference.D2L_GD_1D)
def test_descent_of_a_parabola_ends_where_d2l_ends(lr):
    path = hp.descend(hp.Quadratic([2.0]), hp.SGD(lr), start=10.0, steps=10)
    assert path.end[0] == pytest.approx(reference.D2L_GD_1D[lr], rel=1e-9)
    np.testing.assert_allclose(path.w[:, 0], 10 * (1 - 2 * lr) ** np.arange(11), rtol=1e-9)
    np.testing.assert_allclose(path.loss, path.w[:, 0] ** 2)


def test_descent_in_two_dimensions_ends_where_d2l_ends():
    path = hp.descend(hp.Quadratic((2, 4)), hp.SGD(0.1), start=(-5, -2), steps=20)
    np.testing.assert_allclose(path.end, reference.D2L_GD_2D, rtol=1e-9)
    for (lr, momentum), end in reference.D2L_MOMENTUM_2D.items():
        path = hp.descend(hp.Quadratic((0.2, 4)), hp.Momentum(lr, momentum), start=(-5, -2), steps=20)
        np.testing.assert_allclose(path.end, end, rtol=1e-9)
        np.testing.assert_array_equal(path.end, path.w[-1])


def test_a_sweep_of_rates_and_momenta_is_a_grid_of_the_published_ends():
    path = hp.descend(
        hp.Quadratic((0.2, 4)), hp.Momentum([0.4, 0.6], [0.0, 0.25, 0.5]), start=(-5, -2), steps=20
    )
    assert list(path.axes) == ["lr", "momentum"]
    assert path.w.shape == (2, 3, 21, 2)
    for (lr, momentum), end in reference.D2L_MOMENTUM_2D.items():
        index = (0 if lr == 0.4 else 1), [0.0, 0.25, 0.5].index(momentum)
        np.testing.assert_allclose(path.end[index], end, rtol=1e-9)


def test_a_path_starts_at_the_start_and_ends_after_the_steps():
    path = hp.descend(hp.Rosenbrock(), hp.SGD(0.001), start=(1.0, 2.0), steps=7)
    assert path.w.shape == (8, 2)
    assert path.loss.shape == (8,)
    assert path.w[0].tolist() == [1, 2]
    assert path.loss[0] == 100
    np.testing.assert_allclose(path.loss, hp.Rosenbrock()(path.w))
    assert not path.diverged


def test_a_diverged_path_is_nan_after_and_ends_where_it_was_still_there():
    # |1 - 3| = 2: the loss 0.5 * 4**t exceeds 1e6 at t = 11
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = hp.descend(hp.Quadratic([1.0]), hp.SGD([3.0, 0.5]), start=1.0, steps=2000)
    same(path.diverged, [True, False])
    assert path.diverged_at.tolist() == [11, -1]
    np.testing.assert_array_equal(path.w[0, :11, 0], (-2.0) ** np.arange(11))
    assert np.isnan(path.w[0, 12:]).all()
    assert np.isnan(path.loss[0, 12:]).all()
    assert path.end[0, 0] == 1024


@dataclass(frozen=True)
class Healing(hp.SGD):
    """Takes a gradient that is no number, or a large one, for none."""

    def update(self, w, grad, state, lr):
        return super().update(w, np.where(np.abs(grad) < 1e9, grad, 0), state, lr)


@pytest.mark.parametrize("rule", [hp.SGD, hp.Momentum, Healing])
def test_among_many_paths_the_diverged_stay_so_whether_few_or_most(rule):
    """Few may run along unseen and most are taken out: either way each is as if it were alone."""
    bowl, lrs = hp.Quadratic((1.0, 10.0)), np.linspace(0.01, 0.15, 40)
    for many in (3, 5, 30):  # at most, and more than, an eighth of the forty
        some = np.r_[np.geomspace(0.45, 9.0, many), lrs[many:]][::-1].copy()
        path = hp.descend(bowl, rule(some), start=(1.0, 1.0), steps=40, noise=0.1, seed=[0, 1])
        assert path.diverged.any(axis=1).sum() == many
        assert len(set(path.diverged_at[-many:].ravel())) >= 3
        for i, k in np.ndindex(path.diverged.shape):
            alone = hp.descend(bowl, rule(some[i]), start=(1.0, 1.0), steps=40, noise=0.1, seed=k)
            for name in ("w", "loss", "end", "diverged_at"):
                same(getattr(path, name)[i, k], getattr(alone, name))
            gone = slice(path.diverged_at[i, k] + 1, None) if path.diverged[i, k] else slice(0)
            assert np.isnan(path.w[i, k, gone]).all()
            assert np.isnan(path.loss[i, k, gone]).all()


def test_several_starts_are_an_axis_between_the_optimizer_and_the_seed():
    starts = [(1.0, 1.0), (2.0, -1.0), (0.0, 3.0)]
    path = hp.descend(hp.Quadratic(), hp.SGD([0.05, 0.1]), start=starts, steps=5, noise=0.1, seed=range(4))
    assert list(path.axes) == ["lr", "start", "seed"]
    np.testing.assert_array_equal(path.axes["start"], starts)
    assert path.w.shape == (2, 3, 4, 6, 2)
    alone = hp.descend(hp.Quadratic(), hp.SGD(0.1), start=starts[2], steps=5, noise=0.1, seed=3)
    same(path.w[1, 2, 3], alone.w)


def test_starts_on_a_line_may_be_plain_numbers():
    path = hp.descend(hp.TwoBasins(), hp.SGD(0.1), start=np.linspace(-2, 2, 5), steps=500)
    assert path.w.shape == (5, 501, 1)
    assert path.axes["start"].shape == (5, 1)
    deep, _, shallow = hp.TwoBasins().stationary_points()
    np.testing.assert_allclose(path.end[:, 0], [deep, deep, deep, shallow, shallow], atol=1e-6)
    assert hp.descend(hp.TwoBasins(), hp.SGD(0.1), start=2.0).w.shape == (101, 1)


def test_without_recording_only_the_end_is_kept():
    optimizer = hp.Momentum([0.01, 5.0], [0.5, 0.9])
    kept = hp.descend(hp.Quadratic(), optimizer, start=(1.0, 1.0), steps=50)
    ends = hp.descend(hp.Quadratic(), optimizer, start=(1.0, 1.0), steps=50, record=False)
    assert ends.w is None
    assert ends.loss is None
    same(ends.end, kept.end)
    same(ends.diverged_at, kept.diverged_at)


# --- noise ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", reference.STATIONARY_VARIANCE)
def test_noise_settles_at_its_stationary_variance(setting):
    lr, momentum, curvature, variance = setting
    runs, expected = 4000, reference.STATIONARY_VARIANCE[setting]
    path = hp.descend(
        hp.Quadratic([curvature]), hp.Momentum(lr, momentum), start=0.0, steps=200, noise=variance**0.5,
        seed=range(runs), record=False,
    )  # fmt: skip
    assert path.end.var() == pytest.approx(expected, rel=4 * np.sqrt(2 / runs))
    assert abs(path.end.mean()) < 4 * np.sqrt(expected / runs)


@pytest.mark.parametrize(("decay", "steps"), [key for key in reference.D2L_SGD_EXPECTED_LOSS if key[1] == 50])
def test_three_decays_reach_the_loss_that_is_expected_of_them(decay, steps):
    rate = {
        "constant": lambda t: 0.1 + 0.0 * t,
        "exponential": lambda t: 0.1 * np.exp(-0.1 * (t + 2)),
        "square root": lambda t: 0.1 / np.sqrt(1 + 0.1 * (t + 2)),
    }[decay]
    mean, variance, curvature = np.array([-5.0, -2.0]), np.zeros(2), np.array([2.0, 4.0])
    for t in range(steps):
        shrink = 1 - rate(t) * curvature
        mean, variance = shrink * mean, shrink**2 * variance + rate(t) ** 2
    expected = 0.5 * curvature @ (mean**2 + variance)
    assert expected == pytest.approx(reference.D2L_SGD_EXPECTED_LOSS[decay, steps], abs=1e-6)
    runs, bowl = 4000, hp.Quadratic((2.0, 4.0))
    ends = hp.descend(
        bowl, hp.SGD(rate), start=(-5.0, -2.0), steps=steps, noise=1.0, seed=range(runs), record=False
    ).end
    losses = bowl(ends)
    assert losses.mean() == pytest.approx(expected, abs=4 * losses.std() / np.sqrt(runs))


def test_runs_keep_their_own_noise_when_others_diverge():
    bowl, lrs = hp.Quadratic((1.0, 10.0)), [5.0, 0.05, 9.0, 0.1]
    path = hp.descend(bowl, hp.Momentum(lrs), start=(1, 1), steps=40, noise=0.5, seed=range(5))
    same(path.diverged.all(axis=1), [True, False, True, False])
    for i, lr in enumerate(lrs):
        for seed in range(5):
            alone = hp.descend(bowl, hp.Momentum(lr), start=(1, 1), steps=40, noise=0.5, seed=seed)
            same(path.w[i, seed], alone.w)
            same(path.end[i, seed], alone.end)


def test_the_noise_comes_from_the_seed_alone():
    path = hp.descend(
        hp.Quadratic((0.0, 1.0)), hp.SGD([1.0, 2.0]), start=(0, 0), steps=9, noise=0.5, seed=[0, 1]
    )
    walk = -np.diff(path.w[..., 0], axis=-1)  # along the flat direction the steps are the noise itself
    np.testing.assert_allclose(walk[1], 2 * walk[0])
    assert not np.allclose(walk[0, 0], walk[0, 1])


# --- executors, progress ----------------------------------------------------------------------------------


def test_executors_change_nothing_but_where_it_runs(small, net):
    optimizer = hp.Adam(hp.ExponentialDecay(np.logspace(-3, 3, 6), [0.0, 0.1]))
    settings = {"batch_size": [20, 40], "epochs": 3, "seed": range(2)}
    here = hp.train(net, small, optimizer, **settings)
    inline = Inline()
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2) as processes:
        for executor in (inline, threads, processes):
            there = hp.train(net, small, optimizer, **settings, executor=executor)
            for name in ("loss", "weights", "train_loss", "test_accuracy", "diverged_at"):
                same(getattr(there, name), getattr(here, name))
            executor.submit(int).result()  # still open
        path = hp.descend(hp.Rosenbrock(), hp.SGD([1e-3, 1e-4]), start=(0, 0), executor=processes)
    same(path.w, hp.descend(hp.Rosenbrock(), hp.SGD([1e-3, 1e-4]), start=(0, 0)).w)
    assert inline.calls >= 2


def test_how_the_runs_are_cut_changes_nothing(small, net, monkeypatch):
    optimizer = hp.Adam(np.logspace(-3, 0, 7))
    whole = hp.train(net, small, optimizer, batch_size=16, epochs=2, seed=range(3))
    monkeypatch.setattr(_axes, "CHUNK", 1)  # every run alone
    each = hp.train(net, small, optimizer, batch_size=16, epochs=2, seed=range(3))
    for name in ("loss", "weights", "train_loss", "test_accuracy"):
        same(getattr(each, name), getattr(whole, name))


def test_long_work_shows_a_bar_that_is_gone_afterwards(small, net, capsys):
    hp.train(net, small, hp.SGD(0.1), batch_size=[10, 20, 30, 40, 50, 60], epochs=1, executor=Slow())
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "run" in printed.err
    assert printed.err.split("\r")[-1].strip() == ""


def test_one_long_run_shows_a_bar_too(small, net, capsys, monkeypatch):
    monkeypatch.setattr(cores, "PATIENCE", 0.02)
    hp.train(net, small, hp.SGD(0.1), updates=2000)
    assert capsys.readouterr().err != ""


def test_short_work_shows_nothing(small, net, capfd):
    hp.train(net, small, hp.SGD([0.1, 0.2]), batch_size=[20, 40], epochs=1)
    hp.descend(hp.Quadratic(), hp.SGD(0.1), start=(1, 1))
    assert capfd.readouterr() == ("", "")


# --- arguments ----------------------------------------------------------------------------------------------


def test_nothing_given_is_changed(small, net):
    lrs, start, point = np.array([0.1, 1e9]), net.init(0), np.array([1.0, 2.0])
    data = pickle.loads(pickle.dumps(small))
    given = [lrs, start, point, data.X_train, data.y_train, data.X_test, data.y_test]
    kept = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    optimizer = hp.Momentum(lrs)
    hp.train(net, data, optimizer, batch_size=16, epochs=2, start=start)
    hp.train(net, data, optimizer, batch_size=16, epochs=2, seed=range(2))
    hp.descend(hp.Rosenbrock(), optimizer, start=point, noise=0.1)
    for array, before in zip(given, kept):
        np.testing.assert_array_equal(array, before)
    np.testing.assert_array_equal(optimizer.lr, lrs)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, r"^batch_size must be from 1 to 80, got 0"),
        ({"batch_size": 81}, ValueError, r"^batch_size must be from 1 to 80, got 81"),
        ({"batch_size": [20, 999]}, ValueError, r"^batch_size must be from 1 to 80, got 999"),
        ({"batch_size": 2.5}, TypeError, r"^batch_size must be a whole number, got 2.5"),
        ({"batch_size": []}, ValueError, r"^batch_size must .*at least one.*got \[\]"),
        ({"epochs": 0}, ValueError, r"^epochs must be at least 1, got 0"),
        ({"epochs": 1.5}, TypeError, r"^epochs must be a whole number, got 1.5"),
        ({"epochs": [1, 2]}, TypeError, r"^epochs must be a whole number, got \[1, 2\]"),
        ({"updates": 0}, ValueError, r"^updates must be at least 1, got 0"),
        ({"seed": -1}, ValueError, r"^seed must be at least 0, got -1"),
        ({"seed": "a"}, TypeError, r"^seed must be a whole number, got 'a'"),
        ({"seed": []}, ValueError, r"^seed must .*at least one.*got \[\]"),
        ({"seed": [[0, 1], [2, 3]]}, TypeError, r"^seed must be a whole number"),
        ({"start": np.ones(3)}, ValueError, r"^start must .*\(27,\).*got .*\(3,\)"),
        ({"start": np.full(27, np.nan)}, ValueError, r"^start must hold finite numbers, got nan"),
        ({"dtype": int}, (TypeError, ValueError), r"^dtype must "),
        ({"network": hp.MLP((3, 2))}, ValueError, r"^network must take the data's 2 features.*\(3, 2\)"),
        ({"network": hp.MLP((2, 1))}, ValueError, r"^y must hold whole numbers 0 to 0"),
        ({"network": "MLP"}, TypeError, r"^network must be .*got 'MLP'"),
        ({"data": "digits"}, TypeError, r"^data must be .*got 'digits'"),
        ({"optimizer": 0.1}, TypeError, r"^optimizer must be .*got 0.1"),
        ({"optimizer": hp.SGD}, TypeError, r"^optimizer must be .*SGD"),
        ({"optimizer": hp.SGD([])}, ValueError, r"^lr must be "),
        ({"optimizer": hp.SGD(np.ones((2, 2)))}, ValueError, r"^lr must be .*got shape \(2, 2\)"),
        ({"executor": 4}, TypeError, r"^executor must be .*got 4"),
    ],
    ids=str,
)
def test_a_wrong_argument_of_train_is_named_before_anything_runs(change, error, message, small, net):
    assert net.n_weights == 27
    arguments = {"network": net, "data": small, "optimizer": hp.SGD(0.1), "epochs": 1} | change
    with pytest.raises(error, match=message):
        hp.train(**arguments)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"start": (1.0, 2.0, 3.0)}, ValueError, r"^start must be a point of 2 numbers.*got shape \(3,\)"),
        ({"start": 1.0}, ValueError, r"^start must be a point of 2 numbers.*got shape \(\)"),
        ({"start": np.ones((2, 2, 2))}, ValueError, r"^start must be .*got shape \(2, 2, 2\)"),
        ({"start": (1.0, np.inf)}, ValueError, r"^start must hold finite numbers, got inf"),
        ({"start": "here"}, TypeError, r"^start must be numbers, got 'here'"),
        ({"start": np.empty((0, 2))}, ValueError, r"^start must "),
        ({"steps": 0}, ValueError, r"^steps must be at least 1, got 0"),
        ({"steps": 2.5}, TypeError, r"^steps must be a whole number, got 2.5"),
        ({"noise": -1}, ValueError, r"^noise must be .*got -1"),
        ({"noise": [0.1, 0.2]}, TypeError, r"^noise must be .*number"),
        ({"seed": []}, ValueError, r"^seed must .*got \[\]"),
        ({"surface": "bowl"}, TypeError, r"^surface must be .*got 'bowl'"),
        ({"surface": hp.Quadratic}, TypeError, r"^surface must be "),
        ({"optimizer": 0.1}, TypeError, r"^optimizer must be .*got 0.1"),
    ],
    ids=str,
)
def test_a_wrong_argument_of_descend_is_named_before_anything_runs(change, error, message):
    arguments = {"surface": hp.Quadratic(), "optimizer": hp.SGD(0.1), "start": (1.0, 1.0)} | change
    with pytest.raises(error, match=message):
        hp.descend(**arguments)
