"""Update rules against numbers worked out by hand, published steps and closed forms."""

import pickle
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import hpcourse as hp
from hpcourse._hyperparameters import _ranges

RULES = list(hp.optimizers.RULES.values())
every_rule = pytest.mark.parametrize("rule", RULES)


def walk(optimizer, w, gradients):
    """Weights after each of the gradients (numbers, or functions of w) and the last state."""
    state, path = optimizer.init(w), []
    for gradient in gradients:
        w, state = optimizer.step(w, gradient(w) if callable(gradient) else gradient, state)
        path.append(w)
    return np.array(path), state


# Two steps from w = 1 with gradients 2 and -1. One step alone does not tell the conventions apart.
HAND = [
    # w = 1 - 0.1*2 = 0.8;  w = 0.8 + 0.1*1 = 0.9
    (hp.SGD(0.1), [0.8, 0.9]),
    # v = 0.2, w = 0.8;  v = 0.5*0.2 - 0.1 = 0, w = 0.8
    (hp.Momentum(0.1, 0.5), [0.8, 0.8]),
    # v = 0.2, w = 1 - (0.1 + 0.2) = 0.7;  v = 0.5*0.2 - 0.1 = 0, w = 0.7 - (0 - 0.1) = 0.8
    (hp.Nesterov(0.1, 0.5), [0.7, 0.8]),
    # v = 4, w = 1 - 0.1*2/(2 + 2) = 0.95;  v = 5, w = 0.95 + 0.1/(sqrt 5 + 2)
    (hp.AdaGrad(0.1, eps=2), [0.95, 0.95 + 0.1 / 4.23606797749979]),
    # v = 0.25*4 = 1, w = 1 - 0.1*2/(1 + 1) = 0.9;  v = 0.75*1 + 0.25*1 = 1, w = 0.9 + 0.1/(1 + 1) = 0.95
    (hp.RMSProp(0.1, rho=0.75, eps=1), [0.9, 0.95]),
    # m = 1, v = 1, m^ = 1/0.5 = 2, v^ = 1/0.25 = 4, w = 1 - 0.1*2/(2 + 1) = 14/15
    # m = 0.5*1 - 0.5 = 0, so that w stays
    (hp.Adam(0.1, beta1=0.5, beta2=0.75, eps=1), [14 / 15, 14 / 15]),
    # m = 0.5, v = 1, m^ = 0.5/0.25 = 2, v^ = 4, w = 14/15
    # m = 0.75*0.5 - 0.25 = 0.125, v = 0.75*1 + 0.25*1 = 1; 1 - 0.75**2 = 0.4375 corrects both
    # m^ = 2/7, v^ = 16/7: w = 14/15 - 0.1*(2/7)/(4/sqrt 7 + 1)
    (hp.Adam(0.1, 0.75, 0.75, eps=1), [14 / 15, 14 / 15 - 0.1 * (2 / 7) / (1.5118578920369088 + 1)]),
    # Adam's 2/3 and the decay of the *old* weight: w = 1 - 0.1*(2/3 + 0.5*1) = 53/60
    # m = 0, only the decay: w = 53/60 * (1 - 0.05)
    (hp.AdamW(0.1, 0.5, 0.75, eps=1, weight_decay=0.5), [53 / 60, 53 / 60 * 0.95]),
    # 0.75*0 + 0.25*2 > 0: w = 0.9, m = 0.5*0 + 0.5*2 = 1;  0.75*1 - 0.25*1 = 0.5 > 0: w = 0.8, downhill of -1
    (hp.Lion(0.1, beta1=0.75, beta2=0.5), [0.9, 0.8]),
    # the same with beta1 = 0.25: 0.25*1 - 0.75*1 < 0, back to 1
    (hp.Lion(0.1, beta1=0.25, beta2=0.5), [0.9, 1.0]),
]


@pytest.mark.parametrize(("optimizer", "expected"), HAND, ids=lambda value: type(value).__name__)
def test_two_steps_are_those_worked_out_by_hand(optimizer, expected):
    path, state = walk(optimizer, 1.0, [2.0, -1.0])
    np.testing.assert_allclose(path, expected, rtol=1e-12)
    assert state.t == 2


def untested(rules):
    """Names of the rules that lack steps worked out by hand or an independent oracle."""
    by_hand = {type(optimizer).__name__ for optimizer, _ in HAND}
    return sorted(rules.keys() - (by_hand & reference.ORACLES.keys()))


def test_every_rule_of_the_course_has_its_steps_by_hand_and_its_oracle():
    lacking = untested(hp.optimizers.RULES)
    assert not lacking, f"{lacking} need steps in HAND and a formula in ORACLES of tests/reference.py"
    assert untested({**hp.optimizers.RULES, "New": hp.SGD}) == ["New"]  # a rule without them is found
    public = {name for name, thing in vars(hp).items() if isinstance(thing, type)}
    rules = {name for name in public if issubclass(getattr(hp, name), hp.optimizers.Optimizer)}
    assert rules == set(hp.optimizers.RULES)  # and none stands beside the list


def drawn(rule, field, rng):
    """A value well inside the field's range."""
    span = _ranges(rule)[field.name]
    low, high = (1 if span.low is None else span.low), span.high
    share = {"lr": 0.1, "eps": 0.01}.get(field.name, 1) * rng.uniform(0.3, 0.95)
    return float(low + share * (1 if high is None else high - low))


@every_rule
@pytest.mark.parametrize("seed", range(5))
def test_a_walk_is_that_of_the_oracle(rule, seed):
    rng = np.random.default_rng(seed)
    hyper = {field.name: drawn(rule, field, rng) for field in fields(rule)}
    gradients = (rng.normal(size=25) * 10 ** rng.uniform(-3, 2, 25)).tolist()
    path, _ = walk(rule(**hyper), 0.7, gradients)
    w, expected = 0.7, []
    for t in range(1, 26):
        w -= reference.ORACLES[rule.__name__](w, gradients[:t], **hyper)
        expected.append(w)
    np.testing.assert_allclose(path, expected, rtol=1e-11, atol=1e-13)


def test_the_state_holds_the_symbols_of_the_formula():
    assert hp.SGD(0.1).init([1.0])._fields == ("t",)
    for rule in (hp.Momentum, hp.Nesterov, hp.AdaGrad, hp.RMSProp):
        assert rule(0.1).init([1.0])._fields == ("t", "v")
    for rule in (hp.Adam, hp.AdamW):
        assert rule(0.1).init([1.0])._fields == ("t", "m", "v")
    assert hp.Lion(0.1).init([1.0])._fields == ("t", "m")
    _, state = walk(hp.Lion(0.1, beta1=0.25, beta2=0.75), 1.0, [2.0, -1.0])
    assert state.m == 0.125  # 0.75 * 0.5 - 0.25: beta2 keeps the memory, beta1 only looks
    _, state = walk(hp.Momentum(0.1, 0.5), 1.0, [2.0, -1.0, 3.0])
    assert state.v == pytest.approx(0.3)  # 0.5 * 0 + 0.1 * 3: the velocity holds the learning rate
    _, state = walk(hp.AdaGrad(0.1), 1.0, [2.0, -1.0])
    assert state.v == 5  # 4 + 1
    _, state = walk(hp.RMSProp(0.1, rho=0.75), 1.0, [2.0, -1.0])
    assert state.v == 1  # 0.75 * 1 + 0.25 * 1
    _, state = walk(hp.Adam(0.1, beta1=0.5, beta2=0.75), 1.0, [2.0])
    assert (state.t, state.m, state.v) == (1, 1, 1)  # not the corrected ones


@every_rule
def test_the_state_is_a_named_tuple_that_starts_at_zero(rule):
    state = rule(0.1).init(np.ones((3, 2)))
    assert isinstance(state, tuple)
    assert state.t == 0
    for memory in state[1:]:
        assert memory.shape == (3, 2)
        assert not memory.any()


@every_rule
def test_lr_comes_first_and_by_name(rule):
    assert rule(0.25).lr == rule(lr=0.25).lr == 0.25


def test_defaults_are_those_of_the_contract():
    assert (hp.Momentum(1).momentum, hp.Nesterov(1).momentum) == (0.9, 0.9)
    assert (hp.AdaGrad(1).eps, hp.RMSProp(1).rho, hp.RMSProp(1).eps) == (1e-8, 0.9, 1e-8)
    assert hp.Adam() == hp.Adam(0.001, 0.9, 0.999, 1e-8)
    assert hp.AdamW() == hp.AdamW(0.001, 0.9, 0.999, 1e-8, 0.01)
    assert hp.Lion(1) == hp.Lion(1, 0.9, 0.99)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (hp.SGD(reference.KERAS_LR), reference.KERAS_SGD),
        (hp.Adam(reference.KERAS_LR, eps=reference.KERAS_EPS), reference.KERAS_ADAM),
        (hp.RMSProp(reference.KERAS_LR, rho=0.9, eps=reference.KERAS_EPS), reference.KERAS_RMSPROP),
    ],
    ids=["SGD", "Adam", "RMSProp"],
)
def test_a_single_step_is_the_one_that_keras_publishes(optimizer, expected):
    w, _ = optimizer.step(reference.KERAS_W, reference.KERAS_GRAD, optimizer.init(reference.KERAS_W))
    np.testing.assert_allclose(w, expected, atol=1e-4)


def test_decay_without_a_gradient_is_the_one_that_keras_publishes():
    path, _ = walk(hp.AdamW(lr=1.0, weight_decay=0.004), 2.0, [0.0] * 3)
    assert path[-1] == pytest.approx(reference.KERAS_DECOUPLED_DECAY, abs=1e-6)


def test_gradient_descent_on_a_bowl_shrinks_by_one_minus_lr_times_curvature():
    path, _ = walk(hp.SGD(0.5), 1.0, [lambda w: w] * 10)
    assert path[-1] == 0.0009765625  # (1 - 0.5)**10, exact in binary
    path, _ = walk(hp.SGD(0.05), 3.0, [lambda w: 7 * w] * 30)
    np.testing.assert_allclose(path, 3 * (1 - 0.35) ** np.arange(1, 31), rtol=1e-12)


@pytest.mark.parametrize("momentum", reference.HEAVY_BALL_LIMIT)
def test_momentum_is_stable_up_to_two_times_one_plus_momentum(momentum):
    limit = reference.HEAVY_BALL_LIMIT[momentum]
    below, _ = walk(hp.Momentum(0.99 * limit, momentum), 1.0, [lambda w: w] * 4000)
    above, _ = walk(hp.Momentum(1.01 * limit, momentum), 1.0, [lambda w: w] * 4000)
    assert abs(below[-1]) < 1e-6
    assert abs(above[-1]) > 1e6


@pytest.mark.parametrize("momentum", reference.HEAVY_BALL_COMPLEX_RATE)
def test_momentum_with_complex_roots_shrinks_by_the_root_of_momentum(momentum):
    path, _ = walk(hp.Momentum(0.3, momentum), 1.0, [lambda w: w] * 600)
    amplitude = [np.abs(path[i : i + 100]).max() for i in (0, 500)]
    rate = (amplitude[1] / amplitude[0]) ** (1 / 500)
    assert rate == pytest.approx(reference.HEAVY_BALL_COMPLEX_RATE[momentum], abs=2e-3)


@pytest.mark.parametrize("kappa", reference.HEAVY_BALL_BEST)
def test_the_best_momentum_of_polyak_reaches_its_rate(kappa):
    lr, momentum, rate = reference.HEAVY_BALL_BEST[kappa]
    curvature = np.array([1.0, kappa])
    path, _ = walk(hp.Momentum(lr, momentum), np.ones(2), [lambda w: curvature * w] * 150)
    # a double root: |w| ~ (a + b t) rate**t
    t = np.array([75, 150])
    bound = np.abs(path[t - 1]) / (t[:, None] * rate ** t[:, None])
    np.testing.assert_allclose(bound[1], bound[0], rtol=0.15)


def test_nesterov_follows_the_recursion_of_sutskever():
    # written at the look-ahead point y = w - gamma v, as Sutskever et al. 2013 do
    lr, gamma, curvature = 0.1, 0.8, np.array([1.0, 5.0])
    theta, velocity, expected = np.ones(2), np.zeros(2), []
    for _ in range(20):
        velocity = gamma * velocity - lr * curvature * (theta + gamma * velocity)
        theta = theta + velocity
        expected.append(theta + gamma * velocity)
    path, _ = walk(hp.Nesterov(lr, gamma), np.ones(2), [lambda w: curvature * w] * 20)
    np.testing.assert_allclose(path, expected, rtol=1e-10)


@pytest.mark.parametrize("rule", [hp.Momentum, hp.Nesterov])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_under_a_constant_gradient_the_step_grows_to_lr_over_one_minus_momentum(rule, momentum):
    path, _ = walk(rule(0.1, momentum), 0.0, [3.0] * 400)
    assert path[-1] - path[-2] == pytest.approx(-0.1 * 3 / (1 - momentum))


def test_momentum_keeps_the_old_learning_rate_in_its_velocity():
    # lr 1, then 0.1: v = 1, w = -1;  v = 0.5 + 0.1 = 0.6, w = -1.6;  v = 0.3 + 0.1 = 0.4, w = -2
    # with lr outside the velocity the second step would be 0.1 * 1.5 = 0.15
    schedule = hp.StepDecay(1.0, 0.1, 1)
    path, _ = walk(hp.Momentum(schedule, 0.5), 0.0, [1.0, 1.0])
    np.testing.assert_allclose(path, [-1, -1.6])
    # Nesterov: v = 1, w = -(0.5 + 1);  v = 0.6, w = -1.5 - (0.3 + 0.1)
    path, _ = walk(hp.Nesterov(schedule, 0.5), 0.0, [1.0, 1.0])
    np.testing.assert_allclose(path, [-1.5, -1.9])


@every_rule
def test_a_schedule_is_asked_with_the_number_of_updates_made(rule):
    asked = []

    def schedule(t):
        asked.append(t)
        return 0.1

    walk(rule(schedule), 1.0, [1.0, 1.0, 1.0])
    assert [int(t) for t in dict.fromkeys(asked)] == [0, 1, 2]


@every_rule
def test_a_constant_schedule_is_a_number(rule):
    alone, _ = walk(rule(0.1), np.ones(2), [np.array([1.0, -2.0])] * 5)
    scheduled, _ = walk(rule(hp.Constant(0.1)), np.ones(2), [np.array([1.0, -2.0])] * 5)
    assert np.array_equal(alone, scheduled)


def test_adagrad_steps_shrink_with_the_root_of_time_under_a_constant_gradient():
    path, _ = walk(hp.AdaGrad(0.1, eps=0), 0.0, [5.0] * 50)
    np.testing.assert_allclose(-np.diff(path, prepend=0), 0.1 / np.sqrt(np.arange(1, 51)), rtol=1e-10)


def test_the_first_step_of_rmsprop_is_lr_over_the_root_of_one_minus_rho():
    for gradient in (1e-3, 7.0, -400.0):
        path, _ = walk(hp.RMSProp(0.1, rho=0.75, eps=0), 0.0, [gradient])
        assert path[0] == pytest.approx(-np.sign(gradient) * 0.2)


@pytest.mark.parametrize("gradient", [-3e-5, 0.01, 1.0, 2e4])
def test_adam_moves_exactly_lr_in_each_step_under_a_constant_gradient(gradient):
    path, _ = walk(hp.Adam(0.01, eps=0), 0.0, [gradient] * 300)
    np.testing.assert_allclose(np.diff(path, prepend=0), -0.01 * np.sign(gradient), rtol=1e-9)


def test_adam_remembers_an_alternating_gradient_as_a_small_mean():
    _, state = walk(hp.Adam(0.01), 0.0, [1.0, -1.0] * 200)
    assert abs(state.m) == pytest.approx(reference.ADAM_ALTERNATING_M)
    assert state.v == pytest.approx(1 - 0.999**400)


def test_lion_moves_exactly_lr_and_feels_only_signs(rng):
    gradients = rng.normal(size=(40, 3))
    path, _ = walk(hp.Lion(0.125), np.zeros(3), gradients)
    assert np.all(np.abs(np.diff(path, axis=0, prepend=0)) == 0.125)
    scaled, _ = walk(hp.Lion(0.125), np.zeros(3), 2.0**14 * gradients)
    assert np.array_equal(path, scaled)


def test_a_spike_after_many_zero_gradients_is_adams_largest_step():
    path, _ = walk(hp.Adam(1.0, eps=1e-30), 0.0, [0.0] * 20_000 + [123.0])
    assert path[-2] - path[-1] == pytest.approx(reference.ADAM_SPIKE, rel=1e-6)


@pytest.mark.parametrize(
    ("beta2", "first", "carried"), [(0.999, 3.16, 31.8), (0.99, 1.0, 10.5), (0.95, 0.45, 5.8)]
)
def test_one_huge_gradient_moves_adam_by_its_betas_alone(beta2, first, carried):
    # long after the start, gradients of size 1 and any sign, then one K times as large, K to infinity:
    # step k is (1 - b1) b1^k / sqrt((1 - b2) b2^k), a geometric series
    optimizer, spike, steps = hp.Adam(1.0, 0.9, beta2, eps=0), 1e9, 400
    state = optimizer.State(10**6, 0.0, 1.0)
    path, w = [], 0.0
    for gradient in [spike] + [0.0] * steps:
        w, state = optimizer.step(w, gradient, state)
        path.append(-w)
    expected = 0.1 / np.sqrt(1 - beta2) * (0.9 / np.sqrt(beta2)) ** np.arange(steps + 1)
    np.testing.assert_allclose(path, np.cumsum(expected), rtol=1e-9)
    assert path[0] == pytest.approx(first, rel=0.01)
    assert path[-1] == pytest.approx(carried, rel=0.01)


@pytest.mark.parametrize("rule", [hp.AdaGrad, hp.RMSProp, hp.Adam, hp.AdamW])
def test_without_eps_the_scale_of_the_gradient_does_not_matter(rule, rng):
    gradients = rng.normal(size=(50, 3))
    path, _ = walk(rule(0.1, eps=0), np.ones(3), gradients)
    scaled, _ = walk(rule(0.1, eps=0), np.ones(3), 2.0**14 * gradients)  # a power of 2 rounds alike
    assert np.array_equal(path, scaled)


@pytest.mark.parametrize("strength", reference.ADAMW_DECAY)
def test_decay_and_l2_penalty_are_different_things(strength):
    penalty, _ = walk(hp.Adam(0.01), 1.0, [lambda w: strength * w] * 50)
    decayed, _ = walk(hp.AdamW(0.01, weight_decay=strength), 1.0, [0.0] * 50)
    assert penalty[-1] == pytest.approx(reference.ADAM_WITH_L2[strength], rel=1e-6)
    assert decayed[-1] == pytest.approx(reference.ADAMW_DECAY[strength], rel=1e-12)


def test_adamw_without_decay_is_adam(rng):
    gradients = rng.normal(size=(20, 3))
    adam, _ = walk(hp.Adam(0.1), np.ones(3), gradients)
    adamw, _ = walk(hp.AdamW(0.1, weight_decay=0), np.ones(3), gradients)
    assert np.array_equal(adam, adamw)


def test_the_schedule_scales_the_decay_of_adamw_too():
    path, _ = walk(hp.AdamW(hp.StepDecay(1.0, 0.5, 1), weight_decay=0.1), 1.0, [0.0] * 3)
    np.testing.assert_allclose(path, [0.9, 0.9 * 0.95, 0.9 * 0.95 * 0.975])


def test_adam_walks_the_wrong_way_on_the_example_of_reddi():
    # slopes 3, -1, -1 on [-1, 1]: the best point is -1; rate 0.5 sqrt(0.9 / t), beta1 = 0, beta2 = 0.1
    def rate(t):
        return 0.5 * np.sqrt(0.9 / (t + 1))

    optimizer, x, ends = hp.Adam(rate, beta1=0.0, beta2=0.1, eps=0), 1.0, []
    state = optimizer.init(x)
    for t in range(3000):
        x, state = optimizer.step(x, 3.0 if t % 3 == 0 else -1.0, state)
        x = float(np.clip(x, -1, 1))
        ends.append(x)
    np.testing.assert_allclose(ends[2::3][10:], reference.REDDI_ADAM_END, atol=1e-12)


def test_adam_feels_the_axes_and_gradient_descent_does_not():
    cos = np.sqrt(0.5)
    turn = np.array([[cos, cos], [-cos, cos]])
    bowl = np.diag([1.0, 1e4])
    turned = turn.T @ bowl @ turn
    loss = {}
    for name, matrix, start in (("aligned", bowl, np.ones(2)), ("turned", turned, turn.T @ np.ones(2))):
        w = walk(hp.Adam(0.05), start, [lambda w, matrix=matrix: matrix @ w] * 300)[0][-1]
        loss[name] = 0.5 * w @ matrix @ w
    assert loss["aligned"] == pytest.approx(reference.ADAM_ROTATION_LOSS["aligned"], rel=1e-3)
    assert loss["turned"] == pytest.approx(reference.ADAM_ROTATION_LOSS["turned"], rel=1e-3)
    for optimizer in (hp.SGD(1e-4), hp.Momentum(1e-4, 0.9), hp.Nesterov(1e-5, 0.9)):
        aligned, _ = walk(optimizer, np.ones(2), [lambda w: bowl @ w] * 100)
        rotated, _ = walk(optimizer, turn.T @ np.ones(2), [lambda w: turned @ w] * 100)
        np.testing.assert_allclose(rotated @ turn.T, aligned, atol=1e-11)


@every_rule
def test_a_zero_gradient_moves_nothing(rule):
    optimizer = rule(0.1) if rule is not hp.AdamW else hp.AdamW(0.1, weight_decay=0)
    w = np.array([1.0, -2.0, 0.0])
    path, _ = walk(optimizer, w, [np.zeros(3)] * 4)
    assert np.array_equal(path, [w] * 4)


@every_rule
def test_coordinates_do_not_touch_each_other(rule):
    optimizer = rule(0.1)
    gradients = np.array([[1.0, 0.0, 1e-6], [0.0, 0.0, -1e3], [2.0, 0.0, 0.0]])
    together, _ = walk(optimizer, np.ones(3), gradients)
    for i in range(3):
        alone, _ = walk(optimizer, 1.0, gradients[:, i])
        assert np.array_equal(together[:, i], alone)


@pytest.mark.parametrize(
    ("optimizer", "denominator"),
    [
        # a gradient as small as eps: outside the root sqrt(v) + eps, inside it would be sqrt(v + eps)
        (hp.AdaGrad(0.1, eps=1e-8), 1e-8 + 1e-8),
        (hp.RMSProp(0.1, rho=0.75, eps=1e-8), 0.5e-8 + 1e-8),
        (hp.Adam(0.1, eps=1e-8), 1e-8 + 1e-8),
        (hp.AdamW(0.1, eps=1e-8, weight_decay=0), 1e-8 + 1e-8),
    ],
    ids=lambda value: type(value).__name__,
)
def test_eps_stands_outside_the_root_and_beside_the_corrected_v(optimizer, denominator):
    path, _ = walk(optimizer, 0.0, [1e-8])
    assert path[0] == pytest.approx(-0.1 * 1e-8 / denominator, rel=1e-9)


@every_rule
@pytest.mark.parametrize(
    "lr", [0.1, np.array(0.1), np.float64(0.1), np.full((3, 1), 0.1), hp.ExponentialDecay(0.1, 0.5)], ids=repr
)
def test_float32_stays_float32(rule, lr):
    optimizer, w = rule(lr), np.ones((3, 2), np.float32)
    state = optimizer.init(w)
    for _ in range(3):
        w, state = optimizer.step(w, np.full((3, 2), 0.5, np.float32), state)
        assert w.dtype == np.float32
        assert all(memory.dtype == np.float32 for memory in state[1:])
    w, state = optimizer.step(w, np.full((3, 2), 0.5), state)  # a float64 gradient changes nothing
    assert w.dtype == np.float32


@every_rule
def test_float32_stays_float32_when_every_hyperparameter_is_an_array_or_schedule(rule):
    values = {field.name: np.array([[0.1], [0.2]]) for field in fields(rule)}
    for lr in (values["lr"], hp.CosineDecay(values["lr"], 10)):
        optimizer = rule(**values | {"lr": lr})
        w = np.ones((2, 3), np.float32)
        state = optimizer.init(w)
        for _ in range(2):
            w, state = optimizer.step(w, np.full((2, 3), 0.5, np.float32), state)
        assert w.dtype == np.float32
        assert type(w) is np.ndarray
        assert all(memory.dtype == np.float32 and type(memory) is np.ndarray for memory in state[1:])


@every_rule
def test_nothing_is_changed_in_place(rule):
    optimizer = rule(np.array([[0.1], [0.2]]))
    w, grad = np.ones((2, 3)), np.full((2, 3), 0.5)
    _, state = optimizer.step(w, grad, optimizer.init(w))
    kept = [np.copy(memory) for memory in state]
    for frozen in (w, grad, *(memory for memory in state[1:])):
        frozen.flags.writeable = False
    new_w, new_state = optimizer.step(w, grad, state)
    again_w, _ = optimizer.step(w, grad, state)
    assert np.array_equal(new_w, again_w)
    assert not np.shares_memory(new_w, w)
    for memory, new, old in zip(state, new_state, kept):
        assert np.array_equal(memory, old)
        assert new is not memory


@every_rule
def test_the_memory_of_two_walks_is_not_shared(rule):
    optimizer = rule(0.1)
    first, second = optimizer.init(np.ones(2)), optimizer.init(np.ones(2))
    memories = [*first[1:], *second[1:]]
    for i, one in enumerate(memories):
        assert not any(np.shares_memory(one, other) for other in memories[i + 1 :])


@every_rule
def test_lists_single_numbers_and_whole_numbers_are_weights_too(rule):
    optimizer = rule(0.5)
    expected, _ = optimizer.step(np.array([1.0, 2.0]), np.array([1.0, -1.0]), optimizer.init(np.ones(2)))
    for w, grad in (([1, 2], [1, -1]), ((1.0, 2.0), np.array([1, -1])), (np.array([1, 2]), [1.0, -1.0])):
        got, _ = optimizer.step(w, grad, optimizer.init(w))
        assert got.dtype == float
        np.testing.assert_array_equal(got, expected)
    w, state = optimizer.step(1, 1, optimizer.init(1))
    assert np.shape(w) == ()
    assert w == expected[0]
    w, _ = optimizer.step(w, 1.0, state)  # and what came out goes in again
    assert np.isfinite(w)


@every_rule
@settings(max_examples=25, deadline=None)
@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=4), data=st.data())
def test_weights_and_rates_of_any_shapes_broadcast(rule, shapes, data):
    (w_shape, lr_shape), shape = shapes.input_shapes, shapes.result_shape
    numbers = st.floats(-10, 10)
    w, grad = (data.draw(hnp.arrays(float, w_shape, elements=numbers)) for _ in range(2))
    lr = data.draw(hnp.arrays(float, lr_shape, elements=st.floats(0, 1)))
    got, _ = walk(rule(lr), w, [grad, grad])
    assert got.shape[1:] == shape
    full_w, full_grad, full_lr = (np.broadcast_to(x, shape) for x in (w, grad, lr))
    for index in np.ndindex(shape):
        alone, _ = walk(rule(float(full_lr[index])), full_w[index], [full_grad[index]] * 2)
        np.testing.assert_allclose(got[(slice(None), *index)], alone, rtol=1e-12, atol=1e-12)


@every_rule
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_of_rates_gives_bit_for_bit_what_each_rate_gives_alone(rule, dtype, rng):
    lrs = np.logspace(-4, 0, 7)
    w, gradients = rng.normal(size=5).astype(dtype), rng.normal(size=(6, 5)).astype(dtype)
    together, _ = walk(rule(lrs[:, None]), np.tile(w, (7, 1)), gradients)
    for i, lr in enumerate(lrs):
        alone, _ = walk(rule(lr), w, gradients)
        assert np.array_equal(together[:, i], alone)


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (lambda: hp.SGD(-0.1), "lr", "-0.1"),
        (lambda: hp.SGD(float("nan")), "lr", "nan"),
        (lambda: hp.Adam(lr=np.inf), "lr", "inf"),
        (lambda: hp.SGD([0.1, -0.2]), "lr", "-0.2"),
        (lambda: hp.Momentum(0.1, 1.2), "momentum", "1.2"),
        (lambda: hp.Momentum(0.1, 1.0), "momentum", "1"),
        (lambda: hp.Nesterov(0.1, -0.5), "momentum", "-0.5"),
        (lambda: hp.RMSProp(0.1, rho=1.0), "rho", "1"),
        (lambda: hp.Adam(beta1=1), "beta1", "1"),
        (lambda: hp.Adam(beta2=[0.9, 1.5]), "beta2", "1.5"),
        (lambda: hp.AdaGrad(0.1, eps=-1), "eps", "-1"),
        (lambda: hp.AdamW(weight_decay=-0.01), "weight_decay", "-0.01"),
    ],
)
def test_a_hyperparameter_out_of_range_is_named_with_its_value_and_range(make, name, value):
    with pytest.raises(ValueError, match=rf"^{name} must be .*\b(or greater|in \[).*got {value}$"):
        make()


@pytest.mark.parametrize("wrong", ["0.1", None, True, 1j, [[0.1], [0.2, 0.3]], {"lr": 0.1}], ids=repr)
def test_a_hyperparameter_that_is_no_number_is_named(wrong):
    with pytest.raises(TypeError, match=r"^lr must be .*number.*got "):
        hp.Adam(lr=wrong)


@every_rule
def test_wrong_arguments_of_a_step_are_named(rule):
    optimizer = rule(0.1)
    state = optimizer.init(np.ones(3))
    with pytest.raises(ValueError, match=r"grad must have the shape of w, \(3,\), got \(4,\)"):
        optimizer.step(np.ones(3), np.ones(4), state)
    with pytest.raises(TypeError, match=r"w must be numbers, got "):
        optimizer.step("w", np.ones(3), state)
    with pytest.raises(TypeError, match=r"grad must be numbers, got "):
        optimizer.step(np.ones(3), None, state)
    with pytest.raises(TypeError, match=r"state must be what \w+\.init\(w\) returned, got "):
        optimizer.step(np.ones(3), np.ones(3), 0)


def test_a_state_of_other_weights_is_refused_by_name():
    optimizer = hp.Adam()
    with pytest.raises(ValueError, match="state"):
        optimizer.step(np.ones(3), np.ones(3), optimizer.init(np.ones(4)))


@every_rule
def test_an_optimizer_is_frozen_and_can_be_copied_with_another_value(rule):
    from dataclasses import FrozenInstanceError

    optimizer = rule(0.1)
    with pytest.raises(FrozenInstanceError):
        optimizer.lr = 0.2
    assert replace(optimizer, lr=0.2).lr == 0.2
    assert pickle.loads(pickle.dumps(optimizer)) == optimizer
    assert repr(optimizer).startswith(f"{rule.__name__}(lr=0.1")


@every_rule
def test_later_changes_of_the_array_given_as_lr_change_nothing(rule):
    lr = np.array([0.1, 0.2])
    optimizer = rule(lr)
    lr[:] = 99
    np.testing.assert_array_equal(optimizer.lr, [0.1, 0.2])


def test_a_function_of_ones_own_may_be_the_schedule():
    path, _ = walk(hp.SGD(lambda t: 1 / (t + 1)), 0.0, [1.0, 1.0])
    np.testing.assert_allclose(path, [-1, -1.5])


def test_a_schedule_in_any_field_of_a_rule_of_ones_own_is_asked():
    path, _ = walk(Scaled(0.5, power=lambda t: t), 0.0, [3.0, 3.0])
    np.testing.assert_allclose(path, [-0.5, -2.0])  # 3**0, 3**1


@dataclass(frozen=True)
class Scaled(hp.optimizers.Optimizer):
    """A rule of one's own with a new field: the gradient to a power, at most `clip`."""

    lr: float
    clip: float = 100.0
    power: float = 1.0
    seed: hp.optimizers.Fraction = 0.0
    State = hp.optimizers.Count

    def update(self, w, grad, state, lr, clip, power, seed):
        return w - lr * np.sign(grad) * np.minimum(np.abs(grad) ** power, clip), hp.optimizers.Count(
            state.t + 1
        )


def test_a_field_without_a_range_takes_any_finite_number_and_one_with_its_own():
    assert Scaled(-1, clip=-2.5).clip == -2.5
    for wrong, kind in ((np.nan, ValueError), (np.inf, ValueError), ("a", TypeError), (None, TypeError)):
        with pytest.raises(kind, match=r"^clip must be .*number.*got "):
            Scaled(0.1, clip=wrong)
    with pytest.raises(ValueError, match=r"^seed must be in \[0, 1\), got 1"):
        Scaled(0.1, seed=1)


def test_a_rule_of_ones_own_is_swept_like_any_other(small, net):
    rule = Scaled([0.1, 0.2], clip=[0.05, 1.0, 10.0], seed=[0.1, 0.2])
    history = hp.train(net, small, rule, batch_size=20, epochs=2, seed=[0, 1])
    assert list(history.axes) == ["lr", "clip", "optimizer.seed", "seed"]  # the run has a seed too
    assert history.loss.shape == (2, 3, 2, 2, 8)
    alone = hp.train(net, small, Scaled(0.2, clip=1.0), batch_size=20, epochs=2, seed=1)
    np.testing.assert_array_equal(history.weights[1, 1, 0, 1], alone.weights)
    both = hp.train(net, small, rule, batch_size=20, epochs=2, clip=[0.1, 9.0], seed=1)
    assert list(both.axes) == ["lr", "optimizer.clip", "seed", "clip"]
    np.testing.assert_array_equal(both.weights[1, 1, 0, 1], alone.weights)
    path = hp.descend(hp.Quadratic(), rule, (1.0, 1.0), steps=3)
    assert list(path.axes) == ["lr", "clip", "seed"]
    assert path.w.shape == (2, 3, 2, 4, 2)
    np.testing.assert_array_equal(path.w[1, 1, 1], hp.descend(hp.Quadratic(), Scaled(0.2, 1.0), (1, 1), 3).w)


def test_a_rule_made_inside_a_function_with_annotations_as_text_keeps_what_can_be_read():
    class Memory(NamedTuple):
        t: int

    @dataclass(frozen=True)
    class Local(hp.optimizers.Optimizer):
        lr: "Unknown"  # noqa: F821
        keep: hp.optimizers.Fraction = 0.5
        State = Memory

        def update(self, w, grad, state, lr, keep):
            return w - lr * keep * grad, Memory(state.t + 1)

    assert Local(-3.0).lr == -3
    with pytest.raises(ValueError, match=r"^keep must be in \[0, 1\), got 2"):
        Local(1, keep=2)


@every_rule
def test_optimizers_with_arrays_compare_and_hash(rule):
    one, same, other = rule([0.1, 0.2]), rule(np.array([0.1, 0.2])), rule([0.1, 0.3])
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != rule(0.1)
    assert rule([0.1]) != rule(0.1)  # an axis of one is another sweep
    assert rule([[0.1, 0.2]]) != one
    assert len({one, same, other}) == 2
    nested = [rule(hp.LinearWarmup([1, 2], hp.CosineDecay(x, 5))) for x in (0.1, 0.1, 0.2)]
    assert nested[0] == nested[1] != nested[2]
    assert hash(nested[0]) == hash(nested[1])


def test_other_rules_with_the_same_numbers_are_not_equal():
    assert hp.SGD(0.1) != hp.schedules.Constant(0.1)
    assert hp.Momentum(0.1) != hp.Nesterov(0.1)
    assert Scaled([1, 2]) == Scaled([1, 2])


@every_rule
def test_an_array_inside_an_optimizer_cannot_be_written_to_nor_in_a_copy(rule):
    optimizer = rule([0.1, 0.2])
    for copy in (optimizer, pickle.loads(pickle.dumps(optimizer)), deepcopy(optimizer), replace(optimizer)):
        assert copy == optimizer
        with pytest.raises(ValueError, match="read-only"):
            copy.lr[0] = 9


@pytest.mark.parametrize("wrong", [hp.CosineDecay, hp.Adam, int], ids=repr)
def test_forgotten_parentheses_are_said(wrong):
    with pytest.raises(
        TypeError, match=rf"^lr must be .*{wrong.__name__}\(...\), got the class {wrong.__name__}$"
    ):
        hp.SGD(wrong)
    with pytest.raises(TypeError, match=rf"^then must be .*got the class {wrong.__name__}$"):
        hp.LinearWarmup(3, wrong)
    with pytest.raises(TypeError, match=r"^momentum must be a number.*got "):
        hp.Momentum(0.1, wrong)


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (None, TypeError, "a number or an array of numbers, got None"),
        (np.nan, ValueError, "0 or greater, got nan"),
        (np.inf, ValueError, "a finite number, 0 or greater, got inf"),
        (-0.5, ValueError, "0 or greater, got -0.5"),
        ("0.1", TypeError, "a number or an array of numbers, got '0.1'"),
        (hp.CosineDecay(1, 2), TypeError, r"a number, got CosineDecay\(lr=1.0"),
    ],
    ids=repr,
)
def test_a_schedule_that_gives_no_rate_is_an_error_and_no_divergence(given, kind, words, small, net):
    def schedule(t):
        return 0.1 if t < 2 else given

    for run in (
        lambda rule: hp.descend(hp.Quadratic(), rule, (1, 1), 5),
        lambda rule: hp.train(net, small, rule, batch_size=20),
        lambda rule: hp.measure.replay(rule, [1.0] * 5),
    ):
        with pytest.raises(kind, match=rf"^lr at t = 2 must be {words}"):
            run(hp.SGD(schedule))


@pytest.mark.parametrize("huge", [10**400, -(10**400), [1, 10**400]])
def test_a_number_too_large_for_a_float_is_named(huge):
    with pytest.raises((ValueError, TypeError), match=r"^lr must be .*got .{1,80}$"):
        hp.SGD(huge)
