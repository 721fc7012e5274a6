"""Schedules against closed forms and the values other libraries publish."""

import pickle
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
import reference

import hpcourse as hp

EXAMPLES = [
    hp.Constant(0.1),
    hp.ExponentialDecay(0.1, 0.05),
    hp.StepDecay(0.1, 0.5, 10),
    hp.InverseTimeDecay(0.1, 0.05),
    hp.CosineDecay(0.1, 50, 0.01),
    hp.LinearWarmup(7, 0.1),
    hp.LinearWarmup(7, hp.ExponentialDecay(0.1, 0.05)),
    hp.WarmupStableDecay(0.1, 5, 20, 10),
    hp.GeometricRamp(1e-4, 1.0, 30),
]
every_schedule = pytest.mark.parametrize("schedule", EXAMPLES, ids=repr)


# (schedule, updates made, rates worked out by hand)
FORMULAS = [
    (hp.Constant(0.3), [0, 1, 999], [0.3, 0.3, 0.3]),
    # 8 * 2**-t
    (hp.ExponentialDecay(8.0, np.log(2)), [0, 1, 2, 3], [8, 4, 2, 1]),
    # halves after every third update: t = 0, 1, 2 use the first rate
    (hp.StepDecay(8.0, 0.5, 3), [0, 1, 2, 3, 5, 6, 9], [8, 8, 8, 4, 4, 2, 1]),
    # 6 / (1 + t / 2)
    (hp.InverseTimeDecay(6.0, 0.5), [0, 1, 2, 4, 10], [6, 4, 3, 2, 1]),
    # cos of 0, 60, 90, 120, 180 degrees
    (hp.CosineDecay(4.0, 12), [0, 4, 6, 8, 12, 13, 500], [4, 3, 2, 1, 0, 0, 0]),
    (hp.CosineDecay(5.0, 12, final=1.0), [0, 4, 6, 8, 12, 99], [5, 4, 3, 2, 1, 1]),
    # 4 (t + 1) / 4, then 4
    (hp.LinearWarmup(4, 4.0), [0, 1, 2, 3, 4, 5, 100], [1, 2, 3, 4, 4, 4, 4]),
    # up to then(0) = 8 at t = 3; the decay starts at t = 4 with then(0) again
    (hp.LinearWarmup(4, hp.ExponentialDecay(8.0, np.log(2))), [0, 3, 4, 5, 6], [2, 8, 8, 4, 2]),
    (hp.LinearWarmup(1, hp.InverseTimeDecay(6.0, 0.5)), [0, 1, 2, 3], [6, 6, 4, 3]),
    (hp.LinearWarmup(0, hp.InverseTimeDecay(6.0, 0.5)), [0, 1, 2, 4], [6, 4, 3, 2]),
    # 4 (t + 1) / 4; flat for three updates; 4 (5 - k) / 5 in the k-th of the descent; nothing left
    (
        hp.WarmupStableDecay(4.0, 4, 3, 5),
        [0, 1, 3, 4, 6, 7, 8, 9, 11, 12, 99],
        [1, 2, 4, 4, 4, 4, 3.2, 2.4, 0.8, 0, 0],
    ),
    (hp.WarmupStableDecay(4.0, 0, 2, 4), [0, 1, 2, 3, 4, 5, 6], [4, 4, 4, 3, 2, 1, 0]),
    (hp.WarmupStableDecay(4.0, 2, 0, 2), [0, 1, 2, 3, 4], [2, 4, 4, 2, 0]),
    (hp.WarmupStableDecay(4.0, 0, 3, 0), [0, 2, 3], [4, 4, 0]),
    # fractions never rise above the peak
    (hp.LinearWarmup(2.5, 0.1), [0, 1, 2, 3], [0.04, 0.08, 0.1, 0.1]),
    (hp.LinearWarmup(0.5, 0.1), [0, 1], [0.1, 0.1]),
    (hp.LinearWarmup(7.5, hp.Constant(0.75)), [0, 6, 7, 8], [0.1, 0.7, 0.75, 0.75]),
    (hp.WarmupStableDecay(1.0, 2.5, 1.0, 2.0), [0, 1, 2, 3, 4, 5], [0.4, 0.8, 1, 1, 0.75, 0.25]),
    # 1e-3 to 10 in five rates, and stays
    (hp.GeometricRamp(1e-3, 10.0, 5), [0, 1, 2, 3, 4, 5, 9], [1e-3, 1e-2, 0.1, 1, 10, 10, 10]),
]


@pytest.mark.parametrize(("schedule", "t", "expected"), FORMULAS, ids=str)
def test_a_schedule_follows_its_formula(schedule, t, expected):
    np.testing.assert_allclose(schedule(np.array(t)), expected, atol=1e-12)
    np.testing.assert_allclose([schedule(one) for one in t], expected, atol=1e-12)


def test_exponential_decay_gives_what_keras_and_optax_publish():
    rate = -np.log(0.96) / 10
    assert hp.ExponentialDecay(0.05, rate)(5) == pytest.approx(reference.KERAS_EXPONENTIAL, rel=1e-12)
    assert hp.StepDecay(0.1, 0.96, 3)(100) == pytest.approx(reference.KERAS_STAIRCASE_AT_100, rel=1e-12)
    halving = hp.ExponentialDecay(32, np.log(2))
    np.testing.assert_allclose(halving(np.arange(5)), reference.OPTAX_HALVING)


def test_inverse_time_decay_averages_noise_out_and_exponential_decay_stops_early():
    t = np.arange(10**6)
    slow, fast = hp.InverseTimeDecay(1.0, 1.0), hp.ExponentialDecay(1.0, 0.1)
    assert slow(t).sum() == pytest.approx(np.log(10**6) + 0.5772156649, rel=1e-6)  # harmonic: no bound
    assert (slow(t) ** 2).sum() == pytest.approx(np.pi**2 / 6, rel=1e-5)
    assert fast(t).sum() == pytest.approx(1 / (1 - np.exp(-0.1)))  # bounded


@every_schedule
def test_asking_twice_gives_the_same_answer(schedule):
    first = [schedule(t) for t in (0, 5, 100)]
    schedule(np.arange(300))
    assert [schedule(t) for t in (0, 5, 100)] == first


@every_schedule
def test_an_array_of_steps_gives_what_each_step_gives_alone(schedule):
    t = np.arange(80).reshape(4, 20)
    t.flags.writeable = False
    rates = schedule(t)
    assert rates.shape == t.shape
    np.testing.assert_allclose(rates.ravel(), [schedule(int(one)) for one in t.ravel()], rtol=1e-14)
    np.testing.assert_array_equal(schedule(list(range(20))), schedule(np.arange(20)))


@every_schedule
def test_a_single_step_gives_a_plain_finite_number(schedule):
    for t in (0, 7, np.int64(3), 10**6):
        assert type(schedule(t)) is float
        assert np.isfinite(schedule(t))
        assert schedule(t) >= 0


@every_schedule
def test_a_schedule_can_be_pickled_and_says_its_values(schedule):
    assert pickle.loads(pickle.dumps(schedule)) == schedule
    assert repr(schedule).startswith(type(schedule).__name__ + "(")


@pytest.mark.parametrize(
    ("make", "values"),
    [
        (lambda x: hp.Constant(x), [0.1, 0.2, 0.4]),
        (lambda x: hp.ExponentialDecay(0.1, x), [0.1, 0.2, 0.4]),
        (lambda x: hp.StepDecay(0.1, 0.5, x), [1, 2, 5]),
        (lambda x: hp.StepDecay(0.1, x, 3), [0.1, 0.5, 1.0]),
        (lambda x: hp.InverseTimeDecay(x, 0.3), [0.1, 0.2, 0.4]),
        (lambda x: hp.CosineDecay(0.1, x), [5, 10, 50]),
        (lambda x: hp.LinearWarmup(x, 0.1), [0, 5, 10]),
        (lambda x: hp.LinearWarmup(5, x), [0.1, 0.2, 0.3]),
        (lambda x: hp.LinearWarmup(5, hp.ExponentialDecay(0.1, x)), [0.1, 0.2, 0.3]),
        (lambda x: hp.LinearWarmup(x, hp.ExponentialDecay(0.1, 0.3)), [0, 2, 7]),
        (lambda x: hp.WarmupStableDecay(0.1, x, 5, 4), [0, 3, 7]),
        (lambda x: hp.WarmupStableDecay(0.1, 2, x, 4), [0, 5, 8]),
        (lambda x: hp.WarmupStableDecay(x, 2, 5, 4), [0.1, 0.2, 0.3]),
        (lambda x: hp.WarmupStableDecay(0.1, 2, 5, x), [1, 4, 9]),
        (lambda x: hp.GeometricRamp(1e-4, x, 20), [0.1, 1.0, 10.0]),
    ],
)
@pytest.mark.parametrize("container", [np.array, list, tuple])
def test_arrays_of_hyperparameters_broadcast_against_the_step(make, values, container):
    together = make(container(values))
    for t in (0, 3, 15):
        np.testing.assert_allclose(together(t), [make(value)(t) for value in values], rtol=1e-14)
    columns = make(np.array(values)[:, None])(np.arange(25))
    np.testing.assert_allclose(columns, [make(value)(np.arange(25)) for value in values], rtol=1e-14)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: hp.Constant(-1), r"^lr must be .*got -1$"),
        (lambda: hp.ExponentialDecay(0.1, -0.1), r"^rate must be .*got -0.1$"),
        (lambda: hp.ExponentialDecay(np.nan, 0.1), r"^lr must be .*got nan$"),
        (lambda: hp.StepDecay(0.1, 0, 10), r"^factor must be .*got 0$"),
        (lambda: hp.StepDecay(0.1, 0.5, 0), r"^every must be .*got 0$"),
        (lambda: hp.InverseTimeDecay(0.1, [0.1, -3]), r"^rate must be .*got -3$"),
        (lambda: hp.CosineDecay(0.1, 0), r"^steps must be .*got 0$"),
        (lambda: hp.CosineDecay(0.1, 10, -1), r"^final must be .*got -1$"),
        (lambda: hp.LinearWarmup(-1, 0.1), r"^steps must be .*got -1$"),
        (lambda: hp.LinearWarmup(10, -0.1), r"^then must be .*got -0.1$"),
        (lambda: hp.WarmupStableDecay(0.1, -1, 5, 5), r"^warmup must be .*got -1$"),
        (lambda: hp.WarmupStableDecay(0.1, 1, 5, -5), r"^decay must be .*got -5$"),
        (lambda: hp.CosineDecay(0.1, 10)(-1), r"^t must be 0 or greater, got -1$"),
        (lambda: hp.CosineDecay(0.1, 10)([0, np.nan]), r"^t must be .*got nan$"),
        (lambda: hp.LinearWarmup(5, lambda t: np.nan)(0), r"^then at t = 0.* must be .*got nan$"),
        (lambda: hp.GeometricRamp(0, 1, 10), r"^first must be .*got 0$"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("wrong", ["fast", None, True])
def test_what_is_no_number_is_named(wrong):
    with pytest.raises(TypeError, match=r"^rate must be .*number.*got "):
        hp.ExponentialDecay(0.1, wrong)
    with pytest.raises(TypeError, match=r"^then must be .*got "):
        hp.LinearWarmup(10, wrong)


def test_a_warmup_may_go_on_with_a_function_of_ones_own():
    warmup = hp.LinearWarmup(10, lambda t: 0.1 / (1 + t))
    assert [warmup(t) for t in (0, 9, 10, 14)] == pytest.approx([0.01, 0.1, 0.1, 0.02])


def test_later_changes_of_an_array_change_nothing():
    rates = np.array([0.1, 0.2])
    schedule = hp.ExponentialDecay(0.1, rates)
    rates[:] = 0
    np.testing.assert_allclose(schedule(1), 0.1 * np.exp([-0.1, -0.2]))


def test_every_schedule_of_the_course_follows_a_formula_above():
    course = {
        kind.__name__
        for kind in vars(hp.schedules).values()
        if isinstance(kind, type)
        and issubclass(kind, hp.schedules.Schedule)
        and kind.__module__ == "hpcourse.schedules"
    } - {"Schedule"}
    for place, listed in (("EXAMPLES", EXAMPLES), ("FORMULAS", [schedule for schedule, *_ in FORMULAS])):
        missing = course - {type(schedule).__name__ for schedule in listed}
        assert not missing, f"tests/core/test_schedules.py: {place} lacks {missing}"
    assert all(hasattr(hp, name) for name in course)


@dataclass(frozen=True)
class Polynomial(hp.schedules.Schedule):
    """A schedule of one's own, with new fields; `inner` may be a schedule."""

    lr: float
    steps: hp.schedules.AtLeastOne
    power: float = 1.0
    inner: float = 1.0

    def at(self, t):
        return self.lr * self.value("inner", t) * (1 - np.minimum(t / self.steps, 1)) ** self.power


def test_a_schedule_of_ones_own_works_in_every_place(small, net):
    assert Polynomial(1, 4, 2)(2) == 0.25
    assert Polynomial(1, 4, 2, inner=hp.Constant(3))(2) == 0.75
    with pytest.raises(ValueError, match=r"^steps must be 1 or greater, got 0"):
        Polynomial(1, 0)
    with pytest.raises(TypeError, match=r"^power must be a number.*got 'two'"):
        Polynomial(1, 4, "two")
    rule = hp.Momentum(Polynomial([0.1, 0.2], 8, power=[1, 2, 3]))
    history = hp.train(net, small, rule, batch_size=20, epochs=2)
    assert list(history.axes) == ["lr", "power"]
    alone = hp.train(net, small, hp.Momentum(Polynomial(0.2, 8, power=3)), batch_size=20, epochs=2)
    np.testing.assert_array_equal(history.weights[1, 2], alone.weights)
    nested = hp.SGD(hp.LinearWarmup(2, Polynomial(0.1, 8, power=[1.0, 2.0])))
    assert list(hp.descend(hp.Quadratic(), nested, (1, 1), 5).axes) == ["power"]


def test_a_schedule_of_ones_own_without_return_is_named():
    @dataclass(frozen=True)
    class Silent(hp.schedules.Schedule):
        lr: float

        def at(self, t):
            self.lr * t

    with pytest.raises(TypeError, match=r"^Silent.at\(t\) must be a number.*got None"):
        Silent(0.1)(3)
    with pytest.raises(TypeError, match=r"^Silent.at\(t\) must be a number.*got None"):
        hp.SGD(Silent(0.1)).step(1.0, 1.0, hp.SGD(0.1).init(1.0))


@every_schedule
def test_schedules_compare_hash_and_keep_their_arrays_closed(schedule):
    assert schedule == replace(schedule)
    assert hash(schedule) == hash(replace(schedule))
    field = next(f.name for f in fields(schedule) if isinstance(getattr(schedule, f.name), float))
    one, same, other = (replace(schedule, **{field: [5.0, x]}) for x in (6.0, 6.0, 7.0))
    assert one == same != other
    assert len({one, same, other, schedule}) == 3
    for copy in (one, pickle.loads(pickle.dumps(one))):
        with pytest.raises(ValueError, match="read-only"):
            getattr(copy, field)[0] = 9
