"""Rules and schedules that somebody writes in a notebook: exact in every sweep, slips named."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.optimizers import Count, Optimizer
from hpcourse.schedules import Schedule


class Three(NamedTuple):
    """A memory of three arrays."""

    t: int
    a: np.ndarray
    b: np.ndarray
    c: np.ndarray


@dataclass(frozen=True)
class Careful(Optimizer):
    """Fields without ranges, and NumPy's functions of numbers, which give float64."""

    lr: float
    beta: float = 0.99
    power: float = 0.5
    State = Three

    def update(self, w, grad, state, lr, beta, power):
        t = state.t + 1
        a = state.a + np.sqrt(beta) * grad
        b = beta * state.b + (1 - beta) * grad**2
        c = np.maximum(state.c, b)
        rate = lr * np.sqrt(1 - beta**t) / np.power(t, power)
        return w - rate * a / (np.sqrt(c) + np.exp(-18 * power)), Three(t, a, b, c)


@dataclass(frozen=True)
class InMemoryOnly(Optimizer):
    """Only its memory would become more precise: the weights move by signs."""

    lr: float
    beta: float = 0.9
    State = hp.optimizers.Squares

    def update(self, w, grad, state, lr, beta):
        v = np.sqrt(beta) * state.v + np.float64(1 / 3) * grad
        return w - lr * np.sign(v), self.State(state.t + 1, v)


@pytest.mark.parametrize("rule", [Careful, InMemoryOnly])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_in_a_sweep_is_the_run_alone_in_every_bit(rule, dtype, net, small):
    lrs, betas, sizes = [0.01, 1e9, 0.1], [0.9, 0.99], [20, 33]
    more = {"updates": 12, "dtype": dtype}
    sweep = hp.train(net, small, rule(lrs, betas), batch_size=sizes, seed=range(2), **more)
    assert sweep.weights.dtype == dtype
    for i, lr in enumerate(lrs):
        for j, beta in enumerate(betas):
            for k, size in enumerate(sizes):
                alone = hp.train(net, small, rule(lr, beta), batch_size=size, seed=1, **more)
                pair = hp.train(net, small, rule([lr, 0.1], beta), batch_size=size, seed=1, **more)
                for other in (alone.weights, pair.weights[0]):
                    assert sweep.weights[i, j, k, 1].tobytes() == other.tobytes()


def test_a_step_by_hand_keeps_float32(rng):
    w, grad = rng.normal(size=(2, 5)).astype(np.float32)
    rule = Careful(0.1)
    w, state = rule.step(w, grad, rule.init(w))
    assert w.dtype == np.float32
    assert rule.step(w, grad, state)[0].dtype == np.float32


def test_it_works_wherever_a_rule_does(net, small):
    rule = Careful([0.1, 0.2], power=[0.5, 1, 2])
    assert repr(rule).startswith("Careful(lr=array([0.1, 0.2]), beta=0.99")
    assert list(hp.train(net, small, rule, epochs=1).axes) == ["lr", "power"]
    assert hp.descend(hp.Quadratic(), rule, (1, 1), 5).w.shape == (2, 3, 6, 2)
    assert list(hp.replay(Careful(0.1), [1.0, 2.0]).memory) == ["a", "b", "c"]
    assert hp.lr_range_test(net, small, optimizer=Careful(0.1), steps=4).loss.shape == (4,)
    scheduled = Careful(hp.LinearWarmup([1, 2], hp.CosineDecay(0.1, 9)), beta=lambda t: 1 - 1 / (t + 2))
    assert list(hp.train(net, small, scheduled, epochs=1).axes) == ["steps"]


def kind(update, **more):
    """A rule with `lr` and `beta` and this `update`."""
    body = {"__annotations__": {"lr": float, "beta": float}, "beta": 0.9, "State": Count, "update": update}
    return dataclass(frozen=True)(type("Mine", (Optimizer,), body | more))


def right(self, w, grad, state, lr, beta):
    return w - lr * grad, Count(state.t + 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda self, w, grad, state, lr, beta: w - lr * grad, r"\(Count\), got "),
        (lambda self, w, grad, state, lr, beta: None, r"\(Count\), got None"),
        (lambda self, w, grad, state, lr, beta: (Count(state.t + 1), w), r"\(Count\), got \(Count"),
        (lambda self, w, grad, state, lr, beta: (w, (state.t + 1,)), r"\(Count\), got "),
        (lambda self, w, grad, state, lr, beta: (w, Count(state.t + 1), lr), r"\(Count\), got "),
        (lambda self, w, grad, state, lr, beta: (w, state), "with t = 1, got one with t = 0"),
        (lambda self, w, grad, state, lr, beta: (w, Count(state.t + 2)), "with t = 1, got one with t = 2"),
        (lambda self, w, grad, state, lr, beta: (w.sum(axis=0), Count(state.t + 1)), "weights of shape "),
        (lambda self, w, grad, state, lr, beta: (np.ones((7, 7)), Count(state.t + 1)), "weights of shape "),
        (lambda self, w, grad, state, lr, beta: (0.0, Count(state.t + 1)), "weights of shape "),
        (lambda self, w, grad, state, lr, beta: ("w", Count(state.t + 1)), "got 'w' as weights"),
    ],
)
@pytest.mark.parametrize("lr", [0.1, [0.1, 0.2]], ids=["alone", "sweep"])
def test_an_update_that_returns_something_else_is_named(wrong, words, lr, net, small):
    message = rf"^Mine.update must return the new weights and the next state.*{words}"
    for run in (
        lambda rule: hp.train(net, small, rule, epochs=1),
        lambda rule: hp.descend(hp.Quadratic(), rule, (1.0, 1.0), 2),
        lambda rule: rule.step(np.ones((2, 2)), np.ones((2, 2)), rule.init(np.ones((2, 2)))),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            run(kind(wrong)(lr))


def test_an_update_that_takes_something_else_is_named():
    message = r"^Mine.update must take \(self, w, grad, state, lr, beta\), in the order of the fields, got "
    for wrong in (
        lambda self, w, grad, state, lr: (w, state),
        lambda self, w, grad, state, beta, lr: (w, state),  # would have run, with one in place of the other
        lambda self, w, grad, state: (w, state),
        lambda self, w, grad, state, lr, beta, more: (w, state),
        None,
    ):
        with pytest.raises(TypeError, match=message):
            kind(wrong)(0.1)
    for fine in (
        right,
        lambda self, w, grad, state, *values: (w, state),
        lambda self, w, grad, state, eta, gamma: (w, state),
        lambda self, w, grad, state, lr, beta=0.5, more=1: (w, state),
    ):
        assert kind(fine)(0.1).beta == 0.9


@pytest.mark.parametrize("wrong", [None, tuple, 3, NamedTuple("Memory", [("v", float)]), Count(0)], ids=repr)
def test_a_memory_that_does_not_count_is_named(wrong):
    with pytest.raises(TypeError, match=r"^Mine.State must be a named tuple whose first entry is t, got "):
        kind(right, State=wrong)(0.1)


def test_a_forgotten_decorator_is_said():
    class Mine(Optimizer):
        lr: float
        State = Count
        update = right

    class Adam2(hp.Adam):
        more: float = 1.0

    class Falling(Schedule):
        lr: float

        def at(self, t):
            return self.lr / (1 + t)

    for forgotten in (Mine, Adam2, Falling):
        with pytest.raises(TypeError, match=rf"^{forgotten.__name__} must be a dataclass: write @dataclass"):
            forgotten(0.1)

    class Reversed(hp.SGD):  # nothing new to keep, so no decorator is needed
        def update(self, w, grad, state, lr):
            return super().update(w, -grad, state, lr)

    assert Reversed(0.1).step(1.0, 1.0, Reversed(0.1).init(1.0))[0] == 1.1


def test_a_schedule_without_its_formula_is_named():
    @dataclass(frozen=True)
    class Empty(Schedule):
        lr: float

    with pytest.raises(TypeError, match=r"^Empty must define at\(self, t\), its formula"):
        Empty(0.1)


def test_a_rule_without_lr_has_no_range_test(net, small):
    @dataclass(frozen=True)
    class Eta(Optimizer):
        eta: float
        State = Count

        def update(self, w, grad, state, eta):
            return w - eta * grad, Count(state.t + 1)

    assert list(hp.train(net, small, Eta([0.1, 0.2]), epochs=1).axes) == ["eta"]
    with pytest.raises(
        ValueError, match=r"^optimizer must have a field lr, to be raised, got .*Eta\(eta=0.1"
    ):
        hp.lr_range_test(net, small, optimizer=Eta(0.1))


@pytest.mark.parametrize("given", [[0.1, 0.2], np.array([0.1, 0.2]), np.array([[0.1, 0.2]]), np.ones((3, 1))])
def test_a_function_of_the_step_gives_one_number(given, net, small):
    # two runs, so that two rates would find a place
    message = (
        r"^lr at t = 0 must be one number, got an array of shape .*; to sweep, give a schedule whose fields"
    )
    for run in (
        lambda rule: hp.train(net, small, rule, seed=range(2), epochs=1),
        lambda rule: hp.train(net, small, rule, epochs=1),
        lambda rule: hp.descend(hp.Quadratic(), rule, np.ones((2, 2)), 3),
    ):
        with pytest.raises(ValueError, match=message):
            run(hp.Momentum(lambda t: given))
    one = hp.train(net, small, hp.SGD(lambda t: np.array([0.1])), seed=range(2), epochs=1)
    np.testing.assert_array_equal(
        one.weights, hp.train(net, small, hp.SGD(0.1), seed=range(2), epochs=1).weights
    )


@pytest.mark.parametrize("wrong", [lambda: 0.1, lambda t, lr: lr / (1 + t)])
def test_a_schedule_is_a_function_of_the_step_alone(wrong):
    for make in (hp.SGD, lambda rate: hp.LinearWarmup(3, rate)):
        with pytest.raises(
            TypeError, match=r"^(lr|then) must be a function of one argument, the updates made"
        ):
            make(wrong)
    for fine in (np.sqrt, abs, lambda *t: 0.1, lambda t, lr=0.1: lr, hp.Constant(0.1)):
        assert hp.SGD(fine).lr is fine


@dataclass(frozen=True)
class Cyclic(Schedule):
    """Up and down, in fields without ranges; `scale` may be a schedule."""

    low: float
    high: float
    period: float = 4
    scale: float = 1.0

    def at(self, t):
        height = np.abs(t / self.period % 2 - 1)
        return (self.low + (self.high - self.low) * height) * self.value("scale", t)


def test_a_schedule_with_schedules_in_it_is_swept_field_by_field(net, small):
    make = lambda low, period, rate: hp.Adam(  # noqa: E731
        hp.LinearWarmup(2, Cyclic(low, 0.1, period, hp.ExponentialDecay(1, rate)))
    )
    sweep = hp.train(net, small, make([0.01, 0.02], [3, 4], [0.1, 0.2]), epochs=2, batch_size=20)
    assert list(sweep.axes) == ["low", "period", "rate"]
    for index in np.ndindex(2, 2, 2):
        values = [axis[i] for axis, i in zip(sweep.axes.values(), index)]
        alone = hp.train(net, small, make(*values), epochs=2, batch_size=20)
        assert sweep.weights[index].tobytes() == alone.weights.tobytes()
