"""What the page to take home, and Days 4 to 7, say of Keras, run with Keras on PyTorch (`make torch`)."""

import os

import numpy as np
import pytest

import hpcourse as hp

torch = pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras")
rules, schedules = keras.optimizers, keras.optimizers.schedules


def one_weight(optimizer, gradients, w=1.0):
    """The path of one weight in double precision."""
    weight, path = keras.Variable([w], dtype="float64"), []
    optimizer.build([weight])
    for gradient in gradients:
        optimizer.apply([torch.tensor([gradient], dtype=torch.float64)], [weight])
        path.append(weight.numpy()[0])
    return np.array(path)


def ours(rule, gradients):
    return hp.replay(rule, gradients).w[1:] + 1.0


@pytest.fixture(autouse=True)
def double():
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx(before)


TINY = 1e-30  # where epsilon stands is a question of its own, below
falls = schedules.PiecewiseConstantDecay([14], [0.1, 0.01])
RULES = {
    "SGD": (hp.SGD(0.1), lambda: rules.SGD(0.1)),
    "Momentum": (hp.Momentum(hp.StepDecay(0.1, 0.1, 15)), lambda: rules.SGD(falls, momentum=0.9)),
    "Nesterov": (hp.Nesterov(0.1), lambda: rules.SGD(0.1, momentum=0.9, nesterov=True)),
    "AdaGrad": (
        hp.AdaGrad(0.1, eps=TINY),
        lambda: rules.Adagrad(0.1, initial_accumulator_value=0.0, epsilon=TINY),
    ),
    "RMSProp": (hp.RMSProp(0.01, eps=TINY), lambda: rules.RMSprop(0.01, rho=0.9, epsilon=TINY)),
    "Adam": (hp.Adam(0.01, eps=TINY), lambda: rules.Adam(0.01, epsilon=TINY)),
    "AdamW": (
        hp.AdamW(0.01, eps=TINY, weight_decay=0.01),
        lambda: rules.AdamW(0.01, epsilon=TINY, weight_decay=0.01),
    ),
    "Lion": (hp.Lion(0.01, beta1=0.9, beta2=0.99), lambda: rules.Lion(0.01, beta_1=0.9, beta_2=0.99)),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_that_of_keras(name, rng):
    """Momentum with a rate that falls: Keras keeps the rate inside of the velocity, as we do."""
    mine, make = RULES[name]
    gradients = rng.normal(size=30)
    path = one_weight(make(), gradients)
    if name == "AdamW":  # the decay looks at the weight, so the path begins where Keras's does
        w, state, walked = np.ones(1), mine.init(np.ones(1)), []
        for gradient in gradients:
            w, state = mine.step(w, np.array([gradient]), state)
            walked.append(w[0])
        np.testing.assert_allclose(path, walked, rtol=1e-12)
    else:
        np.testing.assert_allclose(path, ours(mine, gradients).ravel(), rtol=1e-11)


def test_where_keras_puts_epsilon(rng):
    """In the root for AdaGrad and RMSProp; for Adam beside the root of v before its correction."""
    gradients, eps = 1e-4 * rng.normal(size=20), 1e-7
    summed = 0.1 + np.cumsum(gradients**2)
    path = 1 - np.cumsum(0.1 * gradients / np.sqrt(summed + eps))
    np.testing.assert_allclose(one_weight(rules.Adagrad(0.1), gradients), path, rtol=1e-12)

    w, v, m = 1.0, 0.0, 0.0
    path = []
    for gradient in gradients:
        v = 0.9 * v + 0.1 * gradient**2
        w -= 0.01 * gradient / np.sqrt(v + eps)
        path.append(w)
    np.testing.assert_allclose(one_weight(rules.RMSprop(0.01), gradients), path, rtol=1e-12)

    w, v, path = 1.0, 0.0, []
    for t, gradient in enumerate(gradients, start=1):
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        w -= 0.01 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (np.sqrt(v) + eps)
        path.append(w)
    np.testing.assert_allclose(one_weight(rules.Adam(0.01), gradients), path, rtol=1e-12)


def test_the_defaults_of_keras():
    assert (rules.AdamW().weight_decay, rules.RMSprop().rho) == (0.004, 0.9)
    assert rules.Adagrad().initial_accumulator_value == 0.1
    assert rules.SGD().momentum == 0
    assert float(rules.SGD().learning_rate) == 0.01
    assert {rule().epsilon for rule in (rules.Adagrad, rules.RMSprop, rules.Adam, rules.AdamW)} == {1e-7}
    assert type(keras.layers.Dense(3).kernel_initializer).__name__ == "GlorotUniform"
    assert float(keras.losses.MeanSquaredError()([[3.0]], [[0.0]])) == 9  # no one half


def test_an_average_of_keras_begins_after_the_first_update():
    weight = keras.Variable([2.0], dtype="float64")
    optimizer = rules.SGD(1.0, use_ema=True, ema_momentum=0.9)
    optimizer.build([weight])
    for expected in [1.0, 0.9, 0.71]:  # the weight goes 1, 0, -1
        optimizer.apply([torch.tensor([1.0]).double()], [weight])
        assert optimizer._model_variables_moving_average[0].numpy() == pytest.approx(expected, rel=1e-6)
    assert (rules.Lion().beta_1, rules.Lion().beta_2, rules.Lion().weight_decay) == (0.9, 0.99, None)


def test_the_schedules_of_keras():
    def rates(schedule, n=131):
        return np.array([float(schedule(t)) for t in range(n)])

    t, T, W = np.arange(131), 100, 10
    np.testing.assert_allclose(rates(schedules.CosineDecay(0.1, T)), hp.CosineDecay(0.1, T)(t), atol=1e-15)
    np.testing.assert_allclose(
        rates(schedules.ExponentialDecay(0.1, 10, 0.5)), hp.ExponentialDecay(0.1, np.log(2) / 10)(t)
    )
    stairs = schedules.ExponentialDecay(0.1, 7, 0.5, staircase=True)
    np.testing.assert_allclose(rates(stairs), hp.StepDecay(0.1, 0.5, 7)(t), rtol=1e-6)
    each = schedules.ExponentialDecay(0.1, 1, np.exp(-0.05))
    np.testing.assert_allclose(rates(each), hp.ExponentialDecay(0.1, 0.05)(t), rtol=1e-5)
    slow = schedules.InverseTimeDecay(0.1, 1, 0.05)
    np.testing.assert_allclose(rates(slow), hp.InverseTimeDecay(0.1, 0.05)(t), rtol=1e-6)
    warm = rates(schedules.CosineDecay(0.0, T, warmup_target=0.1, warmup_steps=W))
    mine = hp.LinearWarmup(W, hp.CosineDecay(0.1, T))(t)
    assert warm[0] == 0  # the first update does nothing
    np.testing.assert_allclose(warm[1 : W + 1], mine[:W], rtol=1e-12)  # and the others come one later
    np.testing.assert_allclose(warm[W:], mine[W:], atol=1e-15)


@pytest.mark.parametrize(
    ("how", "lengths"), [("global_clipnorm", (5 / 13, 12 / 13)), ("clipnorm", (1.0, 1.0))]
)
def test_which_clipping_of_keras_is_that_of_the_whole_gradient(how, lengths):
    weights = [keras.Variable(np.zeros(2), dtype="float64") for _ in range(2)]
    optimizer = rules.SGD(1.0, **{how: 1.0})
    optimizer.build(weights)
    optimizer.apply([torch.tensor([3.0, 4.0]).double(), torch.tensor([0.0, 12.0]).double()], weights)
    assert [np.linalg.norm(weight.numpy()) for weight in weights] == pytest.approx(lengths)
