"""Lines of a large model's recipe: clipping, averaged weights, rates by weight; oracles written out."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import hpcourse as hp
from hpcourse._runs import _Runs

RULES = [hp.SGD, hp.Momentum, hp.Adam, hp.Lion]


def loop(network, data, optimizer, size, updates, seed, clip=None, average=None, rates=None, dtype=float):
    """The recipe written out for one run: its weights, the averaged ones, the lengths of its gradients."""
    rng = np.random.default_rng(seed)
    w = network.init(rng, dtype)
    state, mean, walk, lengths = optimizer.init(w), w, [w], []
    while len(walk) <= updates:
        for X, y in hp.minibatches(data.X_train, data.y_train, size, rng):
            gradient = network.gradient(w, X, y)
            lengths.append(np.linalg.norm(gradient))
            if clip is not None and lengths[-1] > clip:
                gradient = gradient / lengths[-1] * clip
            after, state = optimizer.step(w, gradient, state)
            w = after if rates is None else w + rates * (after - w)
            mean = average * mean + (1 - average) * w if average is not None else None
            walk.append(w)
    return walk[updates], mean, np.array(lengths)


@pytest.mark.parametrize("rule", RULES)
def test_a_run_with_all_lines_is_the_loop_written_out(rule, small, net):
    rates = np.linspace(0.2, 1.8, net.n_weights)
    lengths = loop(net, small, rule(0.05), 20, 12, 3)[2]
    lines = {"clip": np.quantile(lengths, 0.8), "average": 0.8, "rates": rates}
    history = hp.train(net, small, rule(0.05), batch_size=20, updates=12, seed=3, dtype=float, **lines)
    w, mean, lengths = loop(net, small, rule(0.05), 20, 12, 3, **lines)
    assert (lengths > lines["clip"]).any()
    assert (lengths < lines["clip"]).any()
    np.testing.assert_allclose(history.weights, w, rtol=1e-12)
    np.testing.assert_allclose(history.averaged, mean, rtol=1e-12)
    assert history.averaged_accuracy == net.accuracy(mean, small.X_test, small.y_test)
    assert history.test_accuracy == net.accuracy(w, small.X_test, small.y_test)


def test_clipping_by_hand():
    # gradient (3, 40) of length 40.11 becomes (3, 40) / 40.11 * 2; one of length below 2 stays, bit for bit
    bowl, start = hp.Quadratic((1.0, 10.0)), np.array([3.0, 4.0])
    end = hp.descend(bowl, hp.SGD(0.5), start, 1, clip=2.0).end
    np.testing.assert_allclose(end, start - np.array([3.0, 40.0]) / np.hypot(3, 40), rtol=1e-14)
    plain = hp.descend(bowl, hp.SGD(0.01), start, 20)
    for loose in (100.0, np.inf):
        np.testing.assert_array_equal(hp.descend(bowl, hp.SGD(0.01), start, 20, clip=loose).w, plain.w)


def test_clipping_never_makes_a_gradient_longer_and_keeps_its_direction(rng):
    starts = rng.normal(size=(50, 2)) * np.geomspace(1e-3, 1e3, 50)[:, None]
    path = hp.descend(hp.Quadratic((1.0, 3.0)), hp.SGD(1.0), starts, 1, clip=0.5)
    gradient, step = starts * [1, 3], path.w[:, 0] - path.w[:, 1]
    size = np.linalg.norm(gradient, axis=1)
    np.testing.assert_allclose(np.linalg.norm(step, axis=1), np.minimum(size, 0.5), rtol=1e-9)
    np.testing.assert_allclose(step / gradient, (np.minimum(size, 0.5) / size)[:, None] * [1, 1], rtol=1e-9)


def test_a_gradient_of_zero_and_one_beyond_float32_are_clipped_too(small, net):
    path = hp.descend(hp.Quadratic((1.0, 1.0)), hp.SGD(1.0), (0.0, 0.0), 3, clip=1.0)
    assert not path.w.any()
    assert not path.diverged
    huge = np.full((1, 3), 2e30, np.float32)  # its square is infinite in float32
    runs = _Runs(hp.SGD(1.0), np.zeros((1, 3), np.float32), clip=np.array([[3.0]]))
    runs.step(huge)
    np.testing.assert_allclose(runs.w, -np.sqrt(3) * np.ones((1, 3)), rtol=1e-6)
    assert runs.w.dtype == np.float32


@pytest.mark.parametrize("clip", [0.1, 1.0, 10.0])
def test_clipping_is_what_torch_does(clip, rng):
    torch = pytest.importorskip("torch")
    for scale in (0.01, 1.0, 100.0):
        g = scale * rng.normal(size=7)
        weight = torch.nn.Parameter(torch.zeros(7, dtype=torch.float64))
        weight.grad = torch.tensor(g)
        torch.nn.utils.clip_grad_norm_([weight], clip)
        surface_step = _Runs(hp.SGD(1.0), np.zeros((1, 7)), clip=np.array([[clip]]))
        surface_step.step(g[None])
        np.testing.assert_allclose(-surface_step.w[0], weight.grad.numpy(), rtol=2e-6 / min(clip, 1))


def test_on_the_cliff_clipping_keeps_the_runs_together(rng):
    starts = np.stack([rng.uniform(4.5, 6.5, 300), rng.uniform(-3.2, -2.2, 300)], axis=1)
    path = hp.descend(hp.Cliff(), hp.SGD(0.3), starts, 200, clip=[1.0, np.inf])
    thrown = (np.abs(path.end - starts).max(axis=-1) > 5).mean(axis=-1)
    assert thrown[0] == 0
    assert thrown[1] > 0.3


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9, 0.99])
def test_the_average_is_the_sum_in_closed_form(decay, small, net):
    ends = [
        hp.train(net, small, hp.SGD(0.2), updates=t, batch_size=20, dtype=float).weights for t in range(1, 9)
    ]
    walk = np.array([net.init(0, float), *ends])
    weights = (1 - decay) * decay ** np.arange(8, -1, -1.0)
    weights[0] = decay**8  # what is left of the start
    history = hp.train(net, small, hp.SGD(0.2), updates=8, batch_size=20, dtype=float, average=decay)
    np.testing.assert_allclose(history.averaged, weights @ walk, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(history.weights, ends[-1])


def test_the_average_forgets_nothing_but_the_noise():
    # parabola, gradient noise of variance 1: the last iterate has the variance lr^2 / (1 - a^2), a = 1 - lr,
    # the average with decay d that times (1 - d)/(1 + d) (1 + d a)/(1 - d a)
    rng, w, mean, lr, d = np.random.default_rng(0), np.zeros(20_000), np.zeros(20_000), 0.5, 0.9
    for _ in range(200):
        w = w - lr * (w + rng.normal(size=w.shape))
        mean = d * mean + (1 - d) * w
    a = 1 - lr
    assert w.var() == pytest.approx(lr**2 / (1 - a**2), rel=0.03)
    ratio = (1 - d) / (1 + d) * (1 + d * a) / (1 - d * a)
    assert mean.var() == pytest.approx(lr**2 / (1 - a**2) * ratio, rel=0.03)


def test_without_average_there_is_none(small, net):
    history = hp.train(net, small, hp.SGD(0.2), updates=3)
    assert history.averaged is None
    assert history.averaged_accuracy is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", RULES)
def test_a_run_in_a_sweep_is_the_run_alone_bit_for_bit(rule, dtype, small, net):
    rates = net.mup(3)[1]
    optimizer = rule(hp.WarmupStableDecay([0.05, 3.0], 3, [2, 4], 4))
    lines = {"clip": [0.1, 1.0, np.inf], "average": (0.5, 0.9)}
    many = {"batch_size": [20, 33], "seed": range(2)}
    with ThreadPoolExecutor(2) as threads:
        swept = hp.train(
            net, small, optimizer, epochs=3, rates=rates, dtype=dtype, executor=threads, **lines, **many
        )
    assert list(swept.axes) == ["lr", "stable", "clip", "average", "batch_size", "seed"]
    assert swept.averaged.shape == (2, 2, 3, 2, 2, 2, net.n_weights)
    assert swept.averaged_accuracy.shape == (2, 2, 3, 2, 2, 2)
    for index in [
        (0, 0, 0, 0, 0, 0),
        (1, 1, 2, 1, 1, 1),
        (1, 0, 0, 1, 0, 1),
        (0, 1, 1, 0, 1, 0),
        (1, 0, 2, 0, 0, 0),
    ]:
        lr, stable, clip, average, size, seed = (list(v)[i] for v, i in zip(swept.axes.values(), index))
        alone = hp.train(
            net, small, rule(hp.WarmupStableDecay(lr, 3, stable, 4)), epochs=3, rates=rates, dtype=dtype,
            clip=clip, average=average, batch_size=size, seed=seed,
        )  # fmt: skip
        for name in (
            "weights",
            "averaged",
            "averaged_accuracy",
            "train_loss",
            "test_accuracy",
            "diverged_at",
        ):
            np.testing.assert_array_equal(getattr(swept, name)[index], getattr(alone, name))
        np.testing.assert_array_equal(swept.loss[index][: len(alone.loss)], alone.loss)


def test_a_run_that_diverges_keeps_the_average_of_what_was_good_and_disturbs_nobody():
    data, model = hp.linear_regression(50), hp.linear_regression_model(3)
    history = hp.train(
        model, data, hp.SGD([0.1, 50.0]), batch_size=40, updates=30, average=[0.5, 0.9], clip=[1e9]
    )
    assert history.diverged[:, 0, 0].tolist() == [False, True]
    assert np.isfinite(history.averaged).all()
    lost = int(history.diverged_at[1, 0, 0])
    before = hp.train(model, data, hp.SGD(50.0), batch_size=40, updates=lost - 1, average=0.5, clip=1e9)
    np.testing.assert_array_equal(history.averaged[1, 0, 0], before.averaged)
    alone = hp.train(model, data, hp.SGD(0.1), batch_size=40, updates=30, average=0.9, clip=1e9)
    np.testing.assert_array_equal(history.averaged[0, 0, 1], alone.averaged)


def test_rates_are_groups_with_a_rate_of_their_own(small, net):
    rates = np.where(np.arange(net.n_weights) % 2, 3.0, 0.0)
    history = hp.train(net, small, hp.Adam(0.01), updates=5, rates=rates, dtype=float)
    start = net.init(0, float)
    np.testing.assert_array_equal(history.weights[::2], start[::2])  # a rate of zero freezes
    assert (history.weights[1::2] != start[1::2]).any()
    np.testing.assert_allclose(
        hp.train(
            net, small, hp.Momentum(0.01), updates=5, rates=np.full(net.n_weights, 3.0), dtype=float
        ).weights,
        hp.train(net, small, hp.Momentum(0.03), updates=5, dtype=float).weights,
        rtol=1e-12,
    )


def test_mup_scales_what_the_width_makes_larger():
    network = hp.MLP((5, 64, 64, 3))
    start, rate = network.mup(16)
    first, hidden, last = network._matrices(rate)
    assert first.tolist() == np.ones((64, 6)).tolist()
    assert (hidden[:, :-1] == 1 / 4).all()
    assert (last[:, :-1] == 1 / 4).all()
    for matrix in (hidden, last):
        assert (matrix[:, -1] == 1).all()  # biases
    for matrix, factor in zip(network._matrices(start), (1, 1, 1 / 2)):
        assert (matrix[:, :-1] == factor).all()
    for same in (64, network):
        assert all((factors == 1).all() for factors in network.mup(same))
    assert all((factors == 1).all() for factors in hp.MLP((5, 3)).mup(2))  # no width to grow
    for one, other in zip(network.mup(16), network.mup(hp.MLP((5, 16, 16, 3)))):
        np.testing.assert_array_equal(one, other)


def test_with_mup_outputs_move_as_far_at_every_width(digits):
    def moved(width, mup):
        network = hp.MLP((64, width, width, 10))
        start, rates = network.mup(16) if mup else (np.ones(network.n_weights),) * 2
        w = start * network.init(0, float)
        end = hp.train(network, digits, hp.Adam(0.001), updates=1, start=w, rates=rates, dtype=float).weights
        X = digits.X_train[:100]
        return np.sqrt(np.mean((network.outputs(end, X) - network.outputs(w, X)) ** 2))

    assert moved(256, False) > 8 * moved(16, False)  # 16 times wider
    assert moved(256, True) < 1.5 * moved(16, True)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"clip": 0}, ValueError, r"^clip must be greater than 0.*got 0"),
        ({"clip": [1, -2]}, ValueError, r"^clip must be greater than 0.*got -2"),
        ({"clip": np.nan}, ValueError, r"^clip must be greater than 0.*got nan"),
        ({"clip": []}, (ValueError, TypeError), r"^clip must "),
        ({"clip": [[1.0]]}, ValueError, r"^clip must be .*list of numbers"),
        ({"clip": "1"}, TypeError, r"^clip must be numbers, got '1'"),
        ({"clip": True}, TypeError, r"^clip must be numbers, got True"),
        ({"average": 1.0}, ValueError, r"^average must be in \[0, 1\), got 1"),
        ({"average": -0.1}, ValueError, r"^average must be in \[0, 1\), got -0.1"),
        ({"average": [[0.5]]}, ValueError, r"^average must be a number or a list.*\(1, 1\)"),
        ({"average": []}, (ValueError, TypeError), r"^average must "),
        ({"average": "much"}, TypeError, r"^average must be .*got 'much'"),
        ({"rates": np.ones(3)}, ValueError, r"^rates must have shape \(27,\).*got \(3,\)"),
        ({"rates": 2.0}, ValueError, r"^rates must have shape \(27,\).*got \(\)"),
        ({"rates": (np.ones(27), np.ones(27))}, ValueError, r"^rates must have shape \(27,\).*got \(2, 27\)"),
        ({"rates": -np.ones(27)}, ValueError, r"^rates must be 0 or greater, got -1"),
    ],
)
def test_wrong_lines_of_a_recipe_are_named(arguments, error, message, small, net):
    with pytest.raises(error, match=message):
        hp.train(net, small, hp.SGD(0.1), **arguments)


@pytest.mark.parametrize("base", [0, 1.5, None, "wide", hp.MLP((2, 5))])
def test_a_wrong_base_is_named(base, net):
    with pytest.raises((TypeError, ValueError), match=r"^base must "):
        net.mup(base)
