"""Far outside of the ordinary cases: limits that nobody asked for, other shapes, and what may stop there."""

import os

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import TASKS, checker, isolation, remote
from hpcourse.checks.task import Ours

LIMITS = {
    "at most": lambda x: np.clip(x, -1e12, 1e12),
    "at least": lambda x: np.where(np.abs(x) < 1e-12, 1e-12 * np.sign(x), x),
    "rounded": lambda x: np.round(x, 9),
    "at most a million": lambda n: min(n, 10**6),
}
# What lies between zero and one, or is told by its place, or whose small values nobody can tell from zero.
BOUNDED = {"momentum", "rho", "beta", "beta1", "beta2", "factor", "rate", "frequency", "remaining"}
NOT_FAR = {
    ("at least", "effective_lr"),  # who adds terms up until they are tiny is right
    ("rounded", "effective_lr"),
    ("at least", "noise_scale", "result"),  # a ratio
    ("rounded", "noise_scale", "result"),
    ("at most", "noise_scale", "result"),
    ("at most", "adam_step", "eps"),  # a large one would have to be corrected in one way
    ("at most", "adamw_step", "eps"),
    ("at most", "adamw_step", "weight_decay"),
    ("at least", "adamw_step", "weight_decay"),
    ("at most", "steps_for_a_word"),
    ("at least", "steps_for_a_word", "lr"),  # times the frequency it is taken from one
    ("at least", "steps_for_a_word", "result"),
    ("rounded", "steps_for_a_word", "result"),
}
COUNTS = {"t", "warmup_steps", "stable", "n_examples", "base", "width"}


def _changed(value, change, whole):
    """`value` with all its numbers changed, whole ones or others."""
    if isinstance(value, dict | tuple | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        changed = {key: _changed(item, change, whole) for key, item in items}
        return changed if isinstance(value, dict) else type(value)(changed.values())
    if callable(value):
        return lambda t: _changed(value(t), change, whole)
    is_whole = np.asarray(value).dtype.kind in "iu"
    return change(value) if whole == is_whole and np.asarray(value).dtype.kind in "iuf" else value


def _limited(task, where, change, whole=False):
    def answer(*given):
        given = dict(zip(task.names, given))
        if where != "result":
            given[where] = _changed(given[where], change, whole)
        result = task.reference(**given)
        return _changed(result, change, whole) if where == "result" else result

    return answer


def _differs(task, answer):
    cases = [*task.cases(np.random.default_rng(1)), *task.far]
    expected = checker.watch(task, Ours(task.reference, task.names), cases)
    return checker.differences(cases, expected, checker.watch(task, Ours(answer, task.names), cases))


PLACES = ("batch_size", "small", "large", "warmup", "decay")


@pytest.mark.parametrize("name", sorted(TASKS.keys() - {"minibatches", "updates_per_epoch"}))
def test_no_limit_on_a_number_passes(name):
    task, missed = TASKS[name], []
    words = ("result",) if name in ("diagnose", "fair_winner", "after_a_spike") else ()
    for where in {*task.names, "result"} - BOUNDED - COUNTS - {*PLACES, *words}:
        for limit in ("at most", "at least", "rounded"):
            told = (limit, name), (limit, name, where)
            if not NOT_FAR & {*told} and not _differs(task, _limited(task, where, LIMITS[limit])):
                missed.append((where, limit))
    assert missed == []


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if COUNTS & {*task.names}])
def test_no_limit_on_a_count_passes(name):
    task, million = TASKS[name], LIMITS["at most a million"]
    counts = COUNTS & {*task.names} if name not in ("adam_step", "adamw_step") else ()
    assert all(_differs(task, _limited(task, where, million, whole=True)) for where in counts)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_is_tried_far_away_and_its_reference_stays_finite(name):
    task = TASKS[name]
    assert len(task.far) >= 2, "a task has two `far` cases or more: CONTRIBUTING, A new task"
    for record in checker.watch(task, Ours(task.reference, task.names), task.far):
        assert not record.problem
        assert all(seen.value.dtype.kind == "U" or np.isfinite(seen.value).all() for seen in record.seen)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """In this process: other tests fork."""
    monkeypatch.delattr(os, "fork")


def _clips(w, grad, lr):
    return w - lr * np.clip(grad, -1e6, 1e6)


def _one_axis_only(w, grad, lr):
    return w - lr * (grad[::-1] if np.ndim(w) == 3 else grad)


@pytest.mark.parametrize(
    ("answer", "word"), [(_clips, "very large or very small"), (_one_axis_only, "another shape")]
)
def test_what_is_wrong_far_away_only_is_told_so(answer, word):
    result = hp.check("gd_step", answer)
    assert (result.status, result.mistake) == ("not yet", "limited")
    assert word in str(result.message)
    assert result.example
    told = remote.conclude("gd_step", remote.observe("gd_step", answer, seed=3), seed=3)
    assert (told.mistake, str(told.message)) == (result.mistake, str(result.message))


def test_what_stops_far_away_or_never_comes_back_is_right(monkeypatch):
    monkeypatch.setattr(isolation, "SECONDS", 0.3)
    monkeypatch.setattr(isolation.run_apart, "__defaults__", (0.3,))

    def stops(w, grad, lr):
        assert np.max(np.abs(grad)) < 1e6
        return w - lr * grad

    def loops(w, grad, lr):
        while np.max(np.abs(grad)) > 1e6:
            pass
        return w - lr * grad

    assert hp.check("gd_step", stops).passed
    assert hp.check("gd_step", loops).passed


def test_a_limit_is_found_in_another_form_of_the_memory_too():
    def pytorch(w, v, grad, lr, momentum):
        v = momentum * v + np.clip(grad, -1e9, 1e9)
        return w - lr * v, v

    assert hp.check("momentum_step", pytorch).mistake == "limited"


SCHEDULES = {
    "exponential_decay": lambda floor: lambda lr0, rate, t: floor(lr0 * np.exp(-rate * t), lr0),
    "warmup_then_decay": lambda floor: (
        lambda peak_lr, warmup_steps, rate, t: floor(
            np.where(
                t < warmup_steps,
                peak_lr * (t + 1) / warmup_steps,
                peak_lr * np.exp(-rate * (np.asarray(t, float) - warmup_steps)),
            ),
            peak_lr,
        )
    ),
    "factor_schedule": lambda floor: lambda lr0, factor: lambda t: floor(lr0 * factor**t, lr0),
    "wsd": lambda floor: (
        lambda lr, warmup, stable, decay, t: floor(
            lr * np.clip(np.minimum((t + 1) / warmup, (warmup + stable + decay - t) / decay), 0, 1), lr
        )
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("height", [0.05, 0.007, 2e-4])
def test_a_lower_limit_has_a_name_whatever_its_height(name, height):
    def fixed(rate, first):
        return np.maximum(rate, height)

    def shared(rate, first):
        return np.maximum(rate, height * first)

    assert hp.check(name, SCHEDULES[name](shared), seed=1).mistake == "floor_in_proportion"
    assert hp.check(name, SCHEDULES[name](fixed), seed=1).mistake == "floor"


def test_a_lower_limit_is_named_beside_another_mistake():
    def answer(lr0, rate, t):
        return np.maximum(lr0 * np.exp(-rate * (t + 1)), 0.003 * lr0)

    result = hp.check("exponential_decay", answer)
    assert result.mistake == "one_ahead+floor_in_proportion"
    assert "fixed share" in str(result.message)
