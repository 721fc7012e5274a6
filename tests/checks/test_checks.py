"""The checker: every wrong answer rejected and named, every right one accepted, nothing harmed."""

import collections
import contextlib
import dataclasses
import doctest
import functools
import gc
import itertools
import math
import os
import pickle
import re
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tqdm import tqdm

import hpcourse as hp
import hpcourse.checks
from hpcourse.checks import TASKS, checker, isolation, properties
from hpcourse.checks.task import Answer, Ours, numbers, several

MISTAKES = [(task, mistake) for task in TASKS.values() for mistake in task.mistakes]


@pytest.fixture(autouse=True)
def _english():
    hp.use_language("en")
    yield
    hp.use_language("en")


def cases_of(task, seed=0):
    return task.cases(np.random.default_rng(seed))


def fixed(cases):
    """The cases that are always the same and that every answer must have an answer for."""
    return [index for index, case in enumerate(cases) if case.kind != "random" and not case.note]


@functools.cache
def records_of(name):
    """The reference's records and each mistake's, for one task."""
    task = TASKS[name]
    cases = cases_of(task)
    right = checker.watch(task, Ours(task.reference, task.names), cases)
    wrong = {m.id: checker.watch(task, Ours(m.wrong, task.names), cases) for m in task.mistakes}
    return cases, right, wrong


# The bank


def test_the_tasks_are_those_of_the_blueprint():
    assert {name: task.day for name, task in TASKS.items()} == {
        "gd_step": 1, "largest_stable_lr": 1, "best_learning_rate": 1,
        "exponential_decay": 2, "linear_warmup": 2, "warmup_then_decay": 2, "factor_schedule": 2,
        "minibatches": 3, "mean_gradient": 3, "updates_per_epoch": 3, "gradient_noise": 3,
        "noise_scale": 3,
        "momentum_step": 4, "effective_lr": 4, "best_momentum": 4, "nesterov_step": 4,
        "rmsprop_step": 5, "adam_step": 5, "adamw_step": 5, "corrected_average": 5,
        "diagnose": 6, "fair_winner": 6, "loss_map": 6, "honest_report": 6,
        "steps_for_a_word": 7, "after_a_spike": 7, "clip_gradient": 7, "wsd": 7, "mup_rates": 7,
    }  # fmt: skip
    assert (
        TASKS["adamw_step"].signature == "adamw_step(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay)"
    )
    assert len(MISTAKES) >= 300
    assert min(len(task.mistakes) for task in TASKS.values()) >= 12


def test_the_references_agree_with_the_package():
    rng = np.random.default_rng(3)
    w, m, v, g = rng.normal(size=(4, 5))
    v = v**2
    optimizers = hp.optimizers
    state = optimizers.Moments(6, m, v)
    for task, ours, given, extra in [
        ("gd_step", hp.SGD(0.1), optimizers.Count(0), ()),
        ("momentum_step", hp.Momentum(0.1, 0.8), optimizers.Velocity(0, v), (0.8,)),
        ("nesterov_step", hp.Nesterov(0.1, 0.8), optimizers.Velocity(0, v), (0.8,)),
        ("rmsprop_step", hp.RMSProp(0.1, 0.8, 1e-4), optimizers.Squares(0, v), (0.8, 1e-4)),
        ("adam_step", hp.Adam(0.1, 0.8, 0.9, 1e-4), state, (0.8, 0.9, 1e-4)),
        ("adamw_step", hp.AdamW(0.1, 0.8, 0.9, 1e-4, 0.3), state, (0.8, 0.9, 1e-4, 0.3)),
    ]:
        memory = list(given[1:]) + ([7] if len(given) == 3 else [])
        new, after = ours.step(w, g, given)
        got = TASKS[task].reference(w, *memory, g, 0.1, *extra)
        for one, other in zip(got if memory else [got], [new, *after[1:]]):
            np.testing.assert_allclose(one, other, rtol=1e-13)
    t = np.arange(50)
    decay, warmup = TASKS["exponential_decay"].reference, TASKS["linear_warmup"].reference
    np.testing.assert_allclose(decay(0.3, 0.1, t), hp.ExponentialDecay(0.3, 0.1)(t))
    np.testing.assert_allclose(warmup(0.3, 7, t), hp.LinearWarmup(7, 0.3)(t))
    both = hp.LinearWarmup(7, hp.ExponentialDecay(0.3, 0.1))
    np.testing.assert_allclose(TASKS["warmup_then_decay"].reference(0.3, 7, 0.1, t), both(t))


def test_the_reference_for_gradient_noise_is_exact():
    values = np.array([1.0, -2.0, 4.0, 7.0, 0.5, 3.0])
    for size in range(1, 7):
        means = [np.mean(batch) for batch in itertools.combinations(values, size)]
        assert TASKS["gradient_noise"].reference(6, size, values.var()) == pytest.approx(np.var(means))


def test_the_reference_for_the_noise_scale_is_exact_when_the_mean_is():
    """Over all batches of 1 and of 3 that can be drawn from four gradients nothing is left to chance."""
    grads = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 4.0], [2.0, 1.0]])
    small, large = ([np.mean(b, axis=0) for b in itertools.product(grads, repeat=n)] for n in (1, 3))
    exact = np.trace(np.cov(grads.T, bias=True)) / np.sum(grads.mean(axis=0) ** 2)
    assert TASKS["noise_scale"].reference(1, small, 3, large) == pytest.approx(exact, rel=1e-12)


def test_the_reference_for_the_noise_scale_solves_the_two_equations():
    for case in cases_of(TASKS["noise_scale"], 5):
        small, few, large, many = (np.asarray(value, float) for value in case.arguments.values())
        squares = [np.mean([np.linalg.norm(row) ** 2 for row in rows]) for rows in (few, many)]
        signal, noise = np.linalg.solve([[1, 1 / small], [1, 1 / large]], squares)
        assert TASKS["noise_scale"].reference(small, few, large, many) == pytest.approx(
            noise / signal, rel=1e-4
        )


def test_the_reference_for_the_best_momentum_is_the_best():
    def slowest(lr, momentum):
        steps = [np.array([[1 + momentum - lr * c, -momentum], [1, 0]]) for c in (1.0, 30.0)]
        return max(abs(np.linalg.eigvals(step)).max() for step in steps)

    lr, momentum = TASKS["best_momentum"].reference(1.0, 30.0)
    best = slowest(lr, momentum)
    assert best == pytest.approx((np.sqrt(30) - 1) / (np.sqrt(30) + 1), abs=1e-6)
    for a, b in itertools.product((0.9, 0.97, 1, 1.03, 1.1), (0.95, 0.99, 1, 1.01, 1.05)):
        assert slowest(lr * a, momentum * b) >= best - 1e-6


@pytest.mark.parametrize("task", TASKS.values(), ids=list(TASKS))
def test_a_right_answer_passes_with_many_seeds(task):
    for seed in range(20):
        cases = cases_of(task, seed)
        right = checker.watch(task, Ours(task.reference, task.names), cases)
        assert not any(record.problem for record in right)
        assert all(np.isfinite(s.value).all() for r in right for s in r.seen if s.value.dtype.kind != "U")
        again = checker.watch(task, Ours(task.reference, task.names), cases)
        assert checker.differences(cases, right, again) == []


@pytest.mark.parametrize(
    ("task", "mistake"), MISTAKES, ids=lambda x: getattr(x, "id", getattr(x, "name", ""))
)
def test_every_mistake_is_killed_by_a_fixed_case_and_under_every_form(task, mistake):
    cases, right, wrong = records_of(task.name)
    found = checker.differences(cases, right, wrong[mistake.id])
    assert any(cases[index] is case for index in fixed(cases) for case, *_ in found)
    for form in task.forms:
        records = checker.watch(task, Ours(mistake.wrong, task.names), cases, form)
        assert checker.differences(cases, right, records)


@pytest.mark.parametrize("name", TASKS)
def test_no_two_mistakes_are_confused(name):
    cases, _, wrong = records_of(name)
    here = [cases[index] for index in fixed(cases)]
    for mistake in TASKS[name].mistakes:
        for other in wrong.keys() - {mistake.id}:
            records = [wrong[other][index] for index in fixed(cases)]
            same = checker._behaves_as(TASKS[name], mistake.wrong, here, records)
            assert not same, f"{mistake.id} and {other}"


@pytest.mark.parametrize("name", TASKS)
def test_the_check_names_every_mistake(name, monkeypatch):
    """In this process, as 300 forks of a test run take a while; other tests fork."""
    monkeypatch.delattr(os, "fork")
    task = TASKS[name]
    assert len({mistake.id for mistake in task.mistakes}) == len(task.mistakes)
    for mistake in task.mistakes:
        result = hp.check(name, mistake.wrong, seed=1)
        assert (result.passed, result.score, result.mistake) == (False, 0.0, mistake.id)
        as_if = f"{properties.AS_IF} " if task.few else ""
        assert result.message == as_if + mistake.message
        assert result.example


# Mutation of the checks: what each case and each mistake is there for.


@pytest.mark.parametrize("name", TASKS)
def test_every_case_is_there_for_something(name):
    """Each case tells some mistake from a right answer. Some of the cases that are out of the ordinary are
    also the only ones to notice a kind of error; those are listed in `ONLY_HERE` and tested below."""
    table, cases = checker.kills(TASKS[name])
    for index, case in enumerate(cases):
        assert any(told[index] for told in table.values()), case.name


@pytest.mark.slow
def test_without_a_mistake_its_name_is_lost_but_not_the_rejection(monkeypatch):
    monkeypatch.delattr(os, "fork")
    for name in ("gd_step", "exponential_decay", "best_momentum"):
        task = TASKS[name]
        for mistake in task.mistakes:
            others = tuple(other for other in task.mistakes if other is not mistake)
            poorer = _with(task, mistakes=others)
            result = checker.judge(poorer, mistake.wrong, seed=1)
            assert not result.passed
            # others together may come to the same
            assert mistake.id not in (result.mistake or "").replace("/", "+").split("+")
            assert result.message != ""


def _with(task, **changes):
    fields = {f.name: getattr(task, f.name) for f in dataclasses.fields(task) if f.init}
    return type(task)(**(fields | changes))


def _belongs_to(given, case, names):
    """Whether these are the arguments of the case (of its first step, if it has several)."""
    for name, value in zip(names, given):
        if name in ("X", "y", "rng") and "examples" in case.arguments:
            known = case.arguments["examples"] if name != "rng" else None
            if known is not None and len(value) != known:
                return False
            continue
        wanted = case.arguments["grads"][0] if name == "grad" else case.arguments[name]
        if type(value) is not type(wanted) or getattr(value, "dtype", 0) != getattr(wanted, "dtype", 0):
            return False
        if isinstance(value, dict):
            if value.keys() != wanted.keys() or type(next(iter(value.values()))) is not type(
                next(iter(wanted.values()))
            ):
                return False
            if not all(np.array_equal(value[key], wanted[key], equal_nan=True) for key in wanted):
                return False
        elif not np.array_equal(value, wanted, equal_nan=not isinstance(wanted, str)):
            return False
    return True


def _broken(result):
    if isinstance(result, tuple):
        return (result[0] + 1, *result[1:])
    if callable(result):
        return lambda t: result(t) + 1
    return result + 1 if np.asarray(result).dtype.kind != "U" else "neither"


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_removing_any_case_lets_a_wrong_answer_through(name, monkeypatch):
    """For each case an answer that is right on all the others: rejected with the case, accepted without."""
    monkeypatch.delattr(os, "fork")
    task = TASKS[name]
    ours = Ours(task.reference, task.names)
    for index, case in enumerate(cases_of(task)):

        def answer(*given, case=case):
            result = ours(**dict(zip(task.names, given)))
            if not _belongs_to(given, case, task.names):
                return result
            return _broken(result) if name != "minibatches" else []

        poorer = _with(
            task,
            cases=lambda rng, index=index: [
                other for place, other in enumerate(task.cases(rng)) if place != index
            ],
        )
        assert not checker.judge(task, answer, seed=0).passed, case.name
        assert checker.judge(poorer, answer, seed=0).passed, case.name


def test_the_banks_are_complete():
    """A mistake that disappears is noticed here; the tests above notice one that is no use."""
    assert {name: len(task.mistakes) for name, task in TASKS.items()} == {
        "gd_step": 17, "largest_stable_lr": 16, "best_learning_rate": 36, "exponential_decay": 29,
        "linear_warmup": 27, "warmup_then_decay": 34, "factor_schedule": 25, "minibatches": 38,
        "mean_gradient": 20, "updates_per_epoch": 12, "gradient_noise": 22, "noise_scale": 32,
        "momentum_step": 25,
        "effective_lr": 17, "best_momentum": 25, "nesterov_step": 37, "rmsprop_step": 30,
        "adam_step": 64, "adamw_step": 81, "corrected_average": 26, "diagnose": 46,
        "fair_winner": 48, "loss_map": 24, "honest_report": 29, "steps_for_a_word": 24, "after_a_spike": 24,
        "clip_gradient": 28, "wsd": 33, "mup_rates": 35,
    }  # fmt: skip


def _truncating(w, grad, lr):
    new = np.zeros_like(w)
    new[...] = w - lr * grad
    return new


def _dtype_loses(w, grad, lr):
    return np.asarray(w - lr * grad, dtype=np.float16) if np.asarray(w).dtype == np.float32 else w - lr * grad


def _flat_wrong(w, grad, lr):
    return w - lr * grad if np.ndim(w) < 2 else w - lr * grad.mean(axis=0)


def _scalar_wrong(w, grad, lr):
    return w - lr * grad if np.ndim(w) else w + lr * grad


def _lists_wrong(w, grad, lr):
    return [a + lr * b for a, b in zip(w, grad)] if isinstance(w, list) else w - lr * grad


def _typed_in(w, grad, lr):
    return w - (0.1 if lr == 0.1 else 0.02) * grad


ONLY_HERE = {  # task gd_step: a wrong answer that one kind of case alone notices
    "integers": (_truncating, "integers"),
    "float32": (_dtype_loses, "float32"),
    "matrix": (_flat_wrong, "arrays"),
    "scalar": (_scalar_wrong, "single numbers"),
    "lists": (_lists_wrong, "lists"),
    "random": (_typed_in, "typed in"),
}


@pytest.mark.parametrize("kind", ONLY_HERE)
def test_each_unusual_case_notices_what_no_other_does(kind):
    wrong, word = ONLY_HERE[kind]
    result = hp.check("gd_step", wrong)
    assert not result.passed
    assert word in result.message
    task = TASKS["gd_step"]
    poorer = _with(task, cases=lambda rng: [c for c in task.cases(rng) if c.kind != kind], far=())
    assert checker.judge(poorer, wrong).passed


# Right, but unusual


def _scale_by_matrix(small, small_grads, large, large_grads):
    squares = [np.mean(np.linalg.norm(np.array(g), axis=1) ** 2) for g in (small_grads, large_grads)]
    signal, noise = np.linalg.inv([[1, 1 / small], [1, 1 / large]]) @ squares
    return noise / signal


def _scale_by_fit(small, small_grads, large, large_grads):
    squares = [np.einsum("ij,ij->i", g, g).mean() for g in (np.array(small_grads), np.array(large_grads))]
    slope, intercept = np.polyfit([1 / small, 1 / large], squares, 1)
    return slope / intercept


def _scale_with_loops(small, small_grads, large, large_grads):
    means = []
    for grads in (small_grads, large_grads):
        total = 0.0
        for row in grads:
            for entry in np.ravel(row):
                total += float(entry) ** 2
        means.append(total / len(grads))
    ratio = means[0] / means[1]
    return (ratio - 1) / (1 / small - ratio / large)


def _scale_per_weight(small, small_grads, large, large_grads):
    one, other = np.square(small_grads).mean(), np.square(large_grads).mean()
    return small * large * (one - other) / (large * other - small * one)


def _scale_as_in_the_paper(small, small_grads, large, large_grads):
    one, other = (np.mean([np.dot(g, g) for g in grads]) for grads in (small_grads, large_grads))
    signal = (large * other - small * one) / (large - small)
    noise = (one - other) / (1 / small - 1 / large)
    return noise / signal


def _momentum_pytorch(w, v, grad, lr, momentum):
    v = momentum * v + grad
    return w - lr * v, v


def _momentum_minus(w, v, grad, lr, momentum):
    v = momentum * v - lr * grad
    return w + v, v


def _momentum_pytorch_minus(w, v, grad, lr, momentum):
    v = momentum * v - grad
    return w + lr * v, v


def _momentum_average(w, v, grad, lr, momentum):
    v = momentum * v + (1 - momentum) * grad
    return w - lr / (1 - momentum) * v, v


def _momentum_average_of_steps(w, v, grad, lr, momentum):
    v = momentum * v + (1 - momentum) * lr * grad
    return w - v / (1 - momentum), v


def _momentum_two_points(w, v, grad, lr, momentum):
    return w - lr * grad + momentum * (w - v), w


def _momentum_in_place(w, v, grad, lr, momentum):
    v *= momentum
    v += lr * grad
    w -= v
    return w, v


def _momentum_harms_gradient(w, v, grad, lr, momentum):
    grad *= lr
    v *= momentum
    v += grad
    return w - v, v


def _momentum_loop(w, v, grad, lr, momentum):
    new_w, new_v = [], []
    for a, b, c in zip(w, v, grad):
        new_v.append(momentum * b + lr * c)
        new_w.append(a - new_v[-1])
    return new_w, new_v


Pair = collections.namedtuple("Pair", "w v")


class MomentumRule:
    def __call__(self, w, v, grad, lr, momentum):
        return self.step(w, v, grad, lr, momentum)

    def step(self, w, v, grad, lr, momentum):
        v = momentum * v + lr * grad
        return w - v, v


def _closure():
    def rule(v, grad, lr, momentum):
        return momentum * v + lr * grad

    def step(w, v, grad, lr, momentum):
        new = rule(v, grad, lr, momentum)
        return w - new, new

    return step


def _keywords(*, momentum, lr, grad, v, w):
    v = momentum * v + lr * grad
    return w - v, v


def _any_keywords(**given):
    v = given["momentum"] * given["v"] + given["lr"] * given["grad"]
    return given["w"] - v, v


def _momentum_float32(w, v, grad, lr, momentum):
    w, v, grad = (np.asarray(a, dtype=np.float32) for a in (w, v, grad))
    v = np.float32(momentum) * v + np.float32(lr) * grad
    return w - v, v


def _adam_lerp(w, m, v, t, grad, lr, beta1, beta2, eps):
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad * grad - v)
    return w - lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps), m, v


def _adam_fused(w, m, v, t, grad, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    return w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps), m, v


def _adam_fused_scaled(w, m, v, t, grad, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    root = math.sqrt(1 - beta2**t)
    return w - lr * root / (1 - beta1**t) * m / (np.sqrt(v) + eps * root), m, v


def _adam_in_place(w, m, v, t, grad, lr, beta1, beta2, eps):
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * np.square(grad)
    w -= lr * np.divide(m / (1 - beta1**t), np.power(v / (1 - beta2**t), 0.5) + eps)
    return w, m, v


def _adam_reciprocal(w, m, v, t, grad, lr, beta1, beta2, eps):
    m = np.add(np.multiply(beta1, m), (1 - beta1) * np.asarray(grad))
    v = np.add(np.multiply(beta2, v), (1 - beta2) * np.power(grad, 2.0))
    out = np.empty(np.shape(m))
    np.divide(m, 1 - beta1**t, out=out)
    return w - lr * out * np.reciprocal(np.sqrt(v / (1 - beta2**t)) + eps), m, v


def _adam_loop(w, m, v, t, grad, lr, beta1, beta2, eps):
    w, m, v = (np.array(a, dtype=float) for a in (w, m, v))
    for i in range(len(w)):
        m[i] = beta1 * m[i] + (1 - beta1) * grad[i]
        v[i] = beta2 * v[i] + (1 - beta2) * grad[i] ** 2
        w[i] -= lr * (m[i] / (1 - beta1**t)) / (math.sqrt(v[i] / (1 - beta2**t)) + eps)
    return [w, m, v]


def _adam_float32(*given):
    w, m, v, t, grad, lr, beta1, beta2, eps = given
    w, m, v, grad = (np.asarray(a, dtype=np.float32) for a in (w, m, v, grad))
    return _adam_lerp(w, m, v, t, grad, lr, beta1, beta2, eps)


def _adam_into_new_arrays(w, m, v, t, grad, lr, beta1, beta2, eps):
    new_m, new_v = np.empty_like(m), np.empty_like(v)
    new_m[...] = beta1 * m + (1 - beta1) * grad
    new_v[...] = beta2 * v + (1 - beta2) * grad**2
    return w - lr * (new_m / (1 - beta1**t)) / (np.sqrt(new_v / (1 - beta2**t)) + eps), new_m, new_v


def _momentum_like_weights(w, v, grad, lr, momentum):
    new = np.zeros_like(w)
    new[...] = momentum * v + lr * grad
    return w - new, new


def _adam_dict(w, m, v, t, grad, lr, beta1, beta2, eps):
    w, m, v = _adam_lerp(w, m, v, t, grad, lr, beta1, beta2, eps)
    return {"v": v, "w": w, "m": m}


def _adam_package(w, m, v, t, grad, lr, beta1, beta2, eps):
    state = hp.optimizers.Moments(t - 1, np.asarray(m, float), np.asarray(v, float))
    w, state = hp.Adam(lr, beta1, beta2, eps).step(np.asarray(w, float), np.asarray(grad, float), state)
    return w, state.m, state.v


def _adamw_decay_first(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    w = w * (1 - lr * weight_decay)
    return _adam_lerp(w, m, v, t, grad, lr, beta1, beta2, eps)


def _adamw_bracket(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    hat = (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * (hat + weight_decay * w), m, v


def _batches_list(X, y, batch_size, rng):
    order = rng.permutation(len(y))
    return [
        (X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(y), batch_size)
    ]


def _batches_shuffle_indices(X, y, batch_size, rng):
    order = np.arange(len(X))
    rng.shuffle(order)
    X, y = X[order], y[order]
    for start in range(0, len(X), batch_size):
        yield [X[start : start + batch_size], y[start : start + batch_size]]


def _batches_choice(X, y, batch_size, rng):
    order = rng.choice(len(X), size=len(X), replace=False)
    parts = np.split(order, np.arange(batch_size, len(X), batch_size))
    return iter([(X[part].tolist(), y[part].tolist()) for part in parts])


def _batches_argsort(X, y, batch_size, rng):
    order = list(np.argsort(rng.random(len(X))))
    while order:
        now, order = order[:batch_size], order[batch_size:]
        yield X[now], y[now]


def _batches_zip(X, y, batch_size, rng):
    pairs = [(X[i], y[i]) for i in rng.permutation(len(X))]
    return [tuple(map(np.array, zip(*pairs[i : i + batch_size]))) for i in range(0, len(X), batch_size)]


def _batches_in_one_buffer(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    batch, labels = np.empty((batch_size, X.shape[1])), np.empty(batch_size, int)
    for start in range(0, len(X), batch_size):
        chosen = order[start : start + batch_size]
        batch[: len(chosen)], labels[: len(chosen)] = X[chosen], y[chosen]
        yield batch[: len(chosen)], labels[: len(chosen)]


def _batches_refuse_too_large(X, y, batch_size, rng):
    return hp.minibatches(X, y, batch_size, rng)


def _warmup_if(peak_lr, warmup_steps, t):
    if t < warmup_steps:
        return peak_lr * (t + 1) / warmup_steps
    return peak_lr


def _then_if(peak_lr, warmup_steps, rate, t):
    if t < warmup_steps:
        return _warmup_if(peak_lr, warmup_steps, t)
    return peak_lr * math.exp(-rate * (t - warmup_steps))


def _then_product(peak_lr, warmup_steps, rate, t):
    late = np.maximum(np.asarray(t) - warmup_steps, 0)
    return peak_lr * np.clip((np.asarray(t) + 1) / warmup_steps, 0, 1) * np.exp(-rate * late)


def _factor_loop(lr0, factor):
    def schedule(t):
        lr = lr0
        for _ in range(t):
            lr *= factor
        return lr

    return schedule


def _factor_table(lr0, factor):
    known = [lr0]

    def schedule(t):
        while len(known) <= t:
            known.append(known[-1] * factor)
        return known[t]

    return schedule


class FactorSchedule:
    def __init__(self, lr0, factor):
        self.lr0, self.factor = lr0, factor

    def __call__(self, t):
        return self.lr0 * np.power(self.factor, t)


def _best_lr_loop(lrs, losses):
    best, best_mean = None, float("inf")
    for lr, row in zip(lrs, losses):
        if all(math.isfinite(x) for x in row) and sum(row) / len(row) < best_mean:
            best, best_mean = lr, sum(row) / len(row)
    return best


def _best_lr_in_place(lrs, losses):
    losses[np.isnan(losses)] = np.inf
    return lrs[losses.mean(axis=1).argmin()]


def _diagnose_otherwise(train_loss):
    losses = [float(x) for x in train_loss]
    if any(math.isnan(x) or math.isinf(x) for x in losses) or losses[-1] > losses[0]:
        return "lr_too_large"
    rises = sum(b > 1.02 * a for a, b in itertools.pairwise(losses[len(losses) // 2 :]))
    if rises > len(losses) / 10:
        return "noise_floor"
    return "healthy" if losses[-1] < losses[0] / 4 else "lr_too_small"


def _diagnose_by_slope(train_loss):
    loss = np.asarray(train_loss, float)
    if not np.isfinite(loss).all() or loss[-1] > 1.5 * loss[0]:
        return "lr_too_large"
    if loss[-10:].mean() < 0.1 * loss[0]:
        return "healthy"
    jumps = np.diff(loss[len(loss) // 2 :]) > 0.02 * loss.mean()
    return "noise_floor" if jumps.mean() > 0.2 else "lr_too_small"


def _diagnose_by_rise(train_loss):
    loss = np.asarray(train_loss, float)
    if not np.isfinite(loss).all() or loss[-1] > loss[0]:
        return "lr_too_large"
    if loss[-1] > 0.9 * loss[0]:
        return "lr_too_small"
    tail = loss[-len(loss) // 4 :]
    return "noise_floor" if np.diff(tail).max() > 0.05 * tail.mean() else "healthy"


def _winner_loop(results):
    scores = {}
    for name, losses in results.items():
        good = [np.mean(row) for row in losses if np.all(np.isfinite(row))]
        scores[name] = min(good, default=np.inf)
    return sorted(scores, key=scores.get)[0]


def _roots(smallest, largest):
    kappa = largest / smallest
    momentum = ((math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)) ** 2
    return [(2 / (smallest**0.5 + largest**0.5)) ** 2, momentum]


def _from_rate(smallest, largest):
    lr = 4 / (np.sqrt(largest) + np.sqrt(smallest)) ** 2
    return {"momentum": (1 - np.sqrt(lr * smallest)) ** 2, "lr": lr}


def _nesterov_expanded(w, v, grad, lr, momentum):
    return w - (momentum**2 * v + (1 + momentum) * lr * grad), momentum * v + lr * grad


def _nesterov_pytorch(w, v, grad, lr, momentum):
    v = momentum * v + grad
    return w - lr * (grad + momentum * v), v


def _nesterov_keras(w, v, grad, lr, momentum):
    v = momentum * v - lr * grad
    return w + momentum * v - lr * grad, v


def _nesterov_two_points(w, v, grad, lr, momentum):
    behind = w - lr * grad  # v is the point behind of the step before
    return behind + momentum * (behind - v), behind


def _nesterov_keeps_the_share(w, v, grad, lr, momentum):
    v = momentum * (v + lr * grad)
    return w - v - lr * grad, v


def _nesterov_in_place(w, v, grad, lr, momentum):
    w -= momentum**2 * v + (1 + momentum) * lr * grad
    v *= momentum
    v += lr * grad
    return w, v


def _rmsprop_in_place(w, v, grad, lr, rho, eps):
    v *= rho
    v += (1 - rho) * grad * grad
    w -= lr / (v**0.5 + eps) * grad
    return w, v


def _corrected_loop(x, y, beta):
    m, found = 0, []
    for _, value in sorted(zip(x, y)):
        m = beta * m + (1 - beta) * value
        found.append(m / (1 - beta ** (len(found) + 1)))
    return found


def _corrected_weights(x, y, beta):
    values = [value for _, value in sorted(zip(x, y))]
    weights = [beta**k for k in range(len(values))]
    return [np.average(values[: n + 1], weights=weights[: n + 1][::-1]) for n in range(len(values))]


def _corrected_matrix(x, y, beta):
    n = np.arange(len(x))
    shares = np.tril(beta ** np.abs(n[:, None] - n))
    return shares @ y[np.argsort(x)] / shares.sum(axis=1)


def _corrected_share(x, y, beta):
    mean, share, found = 0.0, 0.0, []
    for place in np.argsort(x):
        share = beta * share + 1
        mean += (y[place] - mean) / share
        found.append(mean)
    return tuple(found)


def _map_loop(weights, biases, x, y):
    table = np.zeros((len(biases), len(weights)))
    for i, bias in enumerate(biases):
        for j, weight in enumerate(weights):
            table[i, j] = sum((weight * a + bias - b) ** 2 for a, b in zip(x, y)) / len(x)
    return table


def _map_of_lists(weights, biases, x, y):
    x, y = np.asarray(x), np.asarray(y)
    return [[float(np.square(y - w * x - b).mean()) for w in weights] for b in biases]


def _map_by_grid(weights, biases, x, y):
    w, b = np.meshgrid(weights, biases)
    return np.mean([(w * one + b - other) ** 2 for one, other in zip(x, y)], axis=0)


def _spike_series(beta1, beta2):
    steps = [(1 - beta1) / np.sqrt(1 - beta2)]
    for _ in range(3000):
        steps.append(steps[-1] * beta1 / np.sqrt(beta2))
    return steps[0], sum(steps)


def _spike_replayed(beta1, beta2):
    gradients = np.zeros(1500)
    gradients[0] = 1.0
    m, v, steps = 0.0, 0.0, []
    for gradient in gradients:
        m, v = beta1 * m + (1 - beta1) * gradient, beta2 * v + (1 - beta2) * gradient**2
        steps.append(m / np.sqrt(v))
    return steps[0], np.sum(steps)


def _clip_if(first, second, limit):
    length = math.sqrt((np.asarray(first) ** 2).sum() + (np.asarray(second) ** 2).sum())
    if length <= limit:
        return first, second
    return np.asarray(first) * limit / length, np.asarray(second) * limit / length


def _clip_torch(first, second, limit):
    """As `clip_grad_norm_` does, with its small number in the divisor."""
    lengths = [np.linalg.norm(np.asarray(layer)) for layer in (first, second)]
    factor = min(1.0, limit / (np.linalg.norm(lengths) + 1e-6))
    return np.multiply(first, factor), np.multiply(second, factor)


def _clip_in_place(first, second, limit):
    length = np.sqrt((first**2).sum() + (second**2).sum())
    if length > limit:
        first *= limit / length
        second *= limit / length
    return first, second


def _clip_flat(first, second, limit):
    flat = np.concatenate([np.ravel(first), np.ravel(second)])
    flat = flat / max(1, np.linalg.norm(flat) / limit)
    return flat[: np.size(first)].reshape(np.shape(first)), flat[np.size(first) :]


def _wsd_if(lr, warmup, stable, decay, t):
    if t < warmup:
        return lr * (t + 1) / warmup
    if t < warmup + stable:
        return lr
    return max(0.0, lr * (1 - (t - warmup - stable) / decay))


def _report_sorted(search, fresh):
    """The order of all settings, and averages with weights."""
    first, *_ = np.argsort(search, kind="stable")
    row = np.asarray(fresh, float)[first]
    return [int(first), row @ np.full(len(row), 1 / len(row)), (row - search[first]).mean()]


def _report_by_hand(search, fresh):
    """Without NumPy."""
    chosen, promised = min(enumerate(search), key=lambda pair: pair[1])
    loss = sum(fresh[chosen]) / len(fresh[chosen])
    return chosen, loss, loss - promised


RIGHT = {
    "gd_step": [
        lambda w, grad, lr: np.subtract(w, np.multiply(lr, grad)),
        lambda w, grad, lr: [a - lr * b for a, b in zip(w, grad)],
        lambda w, grad, lr: tuple(a - lr * b for a, b in zip(w, grad)),
        lambda w, grad, lr: -(lr * grad - w),
        lambda weights, slope, eta: weights + (-eta) * slope,
        lambda w, grad, *, lr: w - lr * grad,
        lambda w, grad, lr=0.5, verbose=False: w - lr * grad,
        functools.partial(lambda factor, w, grad, lr: w - factor * lr * grad, 1),
        lambda *given: given[0] - given[2] * given[1],
        lambda w, grad, lr: (
            np.asarray(w, dtype=np.float32) - np.float32(lr) * np.asarray(grad, dtype=np.float32)
        ),
    ],
    "largest_stable_lr": [
        lambda eigenvalues: 2 / max(eigenvalues),
        lambda eigenvalues: 2.0 / np.sort(eigenvalues)[-1],
        lambda eigenvalues: np.array(2 / np.amax(eigenvalues)),
        lambda e: min(2 / x if x else float("inf") for x in e),
        lambda eigenvalues: 2 / eigenvalues.max(),
        lambda eigenvalues: 2 / np.linalg.norm(np.diag(eigenvalues), 2),
    ],
    "best_learning_rate": [
        _best_lr_loop,
        _best_lr_in_place,
        lambda lrs, losses: lrs[np.nanargmin(np.mean(losses, axis=1))],
        lambda lrs, losses: min(zip(np.nan_to_num(np.sum(losses, axis=1), nan=np.inf), lrs))[1],
        lambda lrs, losses: float(
            lrs[np.where(np.isfinite(losses).all(1), np.sum(losses, 1), 1e300).argmin()]
        ),
    ],
    "exponential_decay": [
        lambda lr0, rate, t: lr0 * math.exp(-rate * t),
        lambda lr0, rate, t: lr0 / np.exp(rate * t),
        lambda lr0, rate, t: lr0 * np.exp(-rate) ** t,
        lambda lr0, rate, t: lr0 * math.e ** (-rate * t),
        lambda lr0, rate, t: np.exp(np.log(lr0) - rate * t),
        lambda lr0, rate, t: (
            [lr0 * math.exp(-rate * s) for s in t] if np.ndim(t) else lr0 * math.exp(-rate * t)
        ),
        lambda lr0, rate, t: functools.reduce(lambda lr, _: lr * math.exp(-rate), range(t), lr0),
        lambda lr0, rate, t: hp.ExponentialDecay(lr0, rate)(t),
    ],
    "linear_warmup": [
        _warmup_if,
        lambda peak_lr, warmup_steps, t: peak_lr * min(1, (t + 1) / warmup_steps),
        lambda peak_lr, warmup_steps, t: min(peak_lr, peak_lr * (t + 1) / warmup_steps),
        lambda peak_lr, warmup_steps, t: np.interp(np.add(t, 1), [0, warmup_steps], [0, peak_lr]),
        lambda peak_lr, warmup_steps, t: peak_lr * np.clip(np.add(t, 1) / warmup_steps, 0, 1),
        lambda peak_lr, warmup_steps, t: np.where(
            t < warmup_steps, np.divide(peak_lr, warmup_steps) * (t + 1), peak_lr
        ),
        lambda peak_lr, warmup_steps, t: np.linspace(0, peak_lr, warmup_steps + 1)[min(t + 1, warmup_steps)],
        lambda peak_lr, warmup_steps, t: np.linspace(peak_lr / warmup_steps, peak_lr, warmup_steps)[
            np.minimum(t, warmup_steps - 1)
        ],
    ],
    "warmup_then_decay": [
        _then_if,
        _then_product,
        lambda peak_lr, warmup_steps, rate, t: hp.LinearWarmup(
            warmup_steps, hp.ExponentialDecay(peak_lr, rate)
        )(t),
        lambda peak_lr, warmup_steps, rate, t: min(
            peak_lr * (t + 1) / warmup_steps, peak_lr * math.exp(-rate * max(t - warmup_steps, 0))
        ),
    ],
    "factor_schedule": [
        _factor_loop,
        _factor_table,
        FactorSchedule,
        lambda lr0, factor: functools.partial(lambda t, f, lr: np.asarray([lr * f**t]), f=factor, lr=lr0),
        lambda lr0, factor: hp.ExponentialDecay(lr0, -math.log(factor)),
        lambda lr0, factor: hp.StepDecay(lr0, factor, 1),
        lambda lr0, factor: lambda t: lr0 * math.prod([factor] * t),
    ],
    "minibatches": [
        _batches_list,
        _batches_shuffle_indices,
        _batches_choice,
        _batches_argsort,
        _batches_zip,
        _batches_in_one_buffer,
        _batches_refuse_too_large,
        lambda X, y, batch_size, rng: hp.minibatches(X, y, min(batch_size, len(X)), rng),
    ],
    "mean_gradient": [
        lambda g: sum(g) / len(g),
        lambda g: (
            np.ones(len(g)) @ np.reshape(g, (len(g), -1)) / len(g) if np.ndim(g) == 2 else np.mean(g, 0)
        ),
        lambda g: np.einsum("i...->...", np.asarray(g)) / len(g),
        lambda g: np.einsum("ij->j", g) / len(g),
        lambda g: np.average(g, axis=0),
        lambda g: np.add.reduce(g) / np.shape(g)[0],
        lambda per_example_grads: per_example_grads.mean(0),
        lambda g: (
            [float(np.mean(column)) for column in np.transpose(g)] if np.ndim(g) == 2 else np.mean(g, 0)
        ),
        lambda g: (
            np.average([np.mean(g[:1], axis=0), np.mean(g[1:], axis=0)], axis=0, weights=[1, len(g) - 1])
            if len(g) > 1
            else g[0]
        ),
    ],
    "updates_per_epoch": [
        lambda n_examples, batch_size: -(-n_examples // batch_size),
        lambda n_examples, batch_size: (n_examples + batch_size - 1) // batch_size,
        lambda n_examples, batch_size: n_examples // batch_size + (n_examples % batch_size > 0),
        lambda n_examples, batch_size: len(range(0, n_examples, batch_size)),
        lambda n_examples, batch_size: int(np.ceil(n_examples / batch_size)),
        lambda n_examples, batch_size: np.ceil(n_examples / batch_size),
        lambda n_examples, batch_size: sum(divmod(n_examples - 1, batch_size)[:1]) + 1,
    ],
    "gradient_noise": [
        lambda n, b, variance: variance * (n - b) / (b * (n - 1)),
        lambda n, b, variance: variance / b * (1 - (b - 1) / (n - 1)),
        lambda n, b, variance: np.sqrt(variance / b * (n - b) / (n - 1)) ** 2,
        lambda n, b, variance: (1 / b - 1 / n) * variance * n / (n - 1),
    ],
    "noise_scale": [
        _scale_by_matrix,
        _scale_by_fit,
        _scale_with_loops,
        _scale_per_weight,  # the number of weights cancels
        _scale_as_in_the_paper,
        lambda b, few, B, many: _scale_as_in_the_paper(B, many, b, few),  # the equations know no order
    ],
    "momentum_step": [
        _momentum_pytorch,
        _momentum_minus,
        _momentum_pytorch_minus,
        _momentum_two_points,
        _momentum_average,
        _momentum_average_of_steps,
        _momentum_in_place,
        _momentum_harms_gradient,
        _momentum_loop,
        _momentum_float32,
        lambda *given: Pair(*_momentum_minus(*given)),
        lambda *given: dict(zip("wv", MomentumRule()(*given))),
        MomentumRule(),
        MomentumRule().step,
        _closure(),
        _keywords,
        _any_keywords,
        lambda *, grad, lr, momentum, v, w: (w - lr * grad - momentum * v, lr * grad + momentum * v),
        lambda *given: list(map(list, _momentum_loop(*given))),
        lambda *given: np.array(_momentum_two_points(*given)),
    ],
    "effective_lr": [
        lambda lr, momentum: lr * sum(momentum**k for k in range(200_000)),
        lambda lr, momentum: -lr / (momentum - 1),
        lambda lr, momentum: np.divide(lr, np.subtract(1, momentum)),
        lambda lr, momentum: lr + lr * momentum / (1 - momentum),
    ],
    "best_momentum": [_roots, _from_rate, lambda smallest, largest: np.array(_roots(smallest, largest))],
    "nesterov_step": [
        _nesterov_expanded,
        _nesterov_pytorch,
        _nesterov_keras,
        _nesterov_two_points,
        _nesterov_keeps_the_share,
        _nesterov_in_place,
    ],
    "rmsprop_step": [
        _rmsprop_in_place,
        lambda w, v, grad, lr, rho, eps: [
            w - lr * grad / ((v + (1 - rho) * (grad**2 - v)) ** 0.5 + eps),
            v + (1 - rho) * (grad**2 - v),
        ],
    ],
    "adam_step": [
        _adam_lerp,
        _adam_fused,
        _adam_fused_scaled,
        _adam_in_place,
        _adam_reciprocal,
        _adam_loop,
        _adam_float32,
        _adam_into_new_arrays,
        _adam_dict,
        _adam_package,
    ],
    "adamw_step": [_adamw_decay_first, _adamw_bracket],
    "corrected_average": [_corrected_loop, _corrected_weights, _corrected_matrix, _corrected_share],
    "diagnose": [
        _diagnose_otherwise,
        _diagnose_by_slope,
        _diagnose_by_rise,
        lambda losses: np.str_(_diagnose_otherwise(losses)),
    ],
    "fair_winner": [
        _winner_loop,
        lambda results: min(results, key=lambda n: np.nanmin(np.mean(results[n], axis=1))),
    ],
    "loss_map": [_map_loop, _map_of_lists, _map_by_grid],
    "honest_report": [
        _report_sorted,
        _report_by_hand,
        lambda search, fresh: np.array(_report_sorted(search, fresh)),
        lambda search, fresh: dict(zip(("chosen", "loss", "luck"), _report_by_hand(search, fresh))),
        lambda search, fresh: (
            k := np.argmin(search),
            np.mean(fresh, axis=1)[k],
            np.mean(np.subtract(fresh[k], search[k])),
        ),
    ],
    "steps_for_a_word": [
        lambda lr, frequency, remaining: np.log(remaining) / np.log1p(-lr * frequency),
        lambda lr, frequency, remaining: math.log(remaining, 1 - lr * frequency),
        lambda lr, pi, left: math.log2(left) / math.log2(1 - lr * pi),
        lambda lr, pi, left: -np.log(1 / np.float64(left)) / np.log(1 - lr * pi),
        lambda lr, frequency, remaining: np.array(np.log10(remaining) / np.log10(1 - lr * frequency)),
    ],
    "after_a_spike": [
        _spike_series,
        _spike_replayed,
        lambda b1, b2: [(1 - b1) / (1 - b2) ** 0.5, (1 - b1) / (1 - b2) ** 0.5 / (1 - b1 / b2**0.5)],
        lambda beta1, beta2: {
            "first": (1 - beta1) / math.sqrt(1 - beta2),
            "total": (1 - beta1) * math.sqrt(beta2 / (1 - beta2)) / (math.sqrt(beta2) - beta1),
        },
    ],
    "clip_gradient": [
        _clip_if,
        _clip_torch,
        _clip_in_place,
        _clip_flat,
        lambda first, second, limit: [
            g * min(1, limit / np.hypot(np.linalg.norm(first), np.linalg.norm(second)))
            for g in (np.asarray(first), np.asarray(second))
        ],
    ],
    "wsd": [
        _wsd_if,
        lambda lr, warmup, stable, decay, t: hp.WarmupStableDecay(lr, warmup, stable, decay)(t),
        lambda lr, warmup, stable, decay, t: (
            lr * max(0, min((t + 1) / warmup, 1, (warmup + stable + decay - t) / decay))
        ),
        lambda lr, warmup, stable, decay, t: np.interp(
            t,
            [-1, warmup - 1, warmup + stable, warmup + stable + decay],
            [0, lr, lr, 0],
        ),
    ],
    "mup_rates": [
        lambda lr, base, width: [lr, lr * base / width, lr * base / width, (base / width) ** 0.5],
        lambda lr, base, width: np.array([lr, base / width * lr, base / width * lr, np.sqrt(base / width)]),
        lambda lr, base, width: (lr, *[lr / (width / base)] * 2, math.sqrt(base) / math.sqrt(width)),
        lambda lr, base, width: lr * np.array([1, base / width, base / width, np.sqrt(base / width) / lr]),
    ],
}


@pytest.mark.parametrize(
    ("name", "answer"), [pytest.param(n, f, id=f"{n}-{i}") for n in RIGHT for i, f in enumerate(RIGHT[n])]
)
def test_right_but_unusual_answers_pass(name, answer):
    result = hp.check(name, answer)
    assert result.passed, repr(result)
    assert (result.score, result.mistake, result.status) == (1.0, None, "passed")


def test_a_right_answer_with_a_limit_is_told_so():
    assert "one step at a time" in hp.check("linear_warmup", _warmup_if).message
    assert "float" in hp.check("updates_per_epoch", lambda n, b: np.ceil(n / b)).message
    assert "matrix" in hp.check("adam_step", _adam_loop).message
    assert "as small as epsilon" in hp.check("adam_step", _adam_fused).message
    assert "as small as epsilon" not in hp.check("adam_step", _adam_fused_scaled).message
    assert hp.check("gd_step", lambda w, grad, lr: w - lr * grad).message == "Right in all 9 tests."


# Wrong in ways that no bank knows


def _forgets_return(w, grad, lr):
    w = w - lr * grad


def _grows_hidden():
    total = []

    def step(w, grad, lr):
        total.append(grad)
        return w - lr * total[0] if np.shape(total[0]) == np.shape(grad) else w - lr * grad

    return step


def _first_step_right(w, v, grad, lr, momentum):
    new = momentum * v + lr * grad
    return w - new, new * 1.1


def _endless(X, y, batch_size, rng):
    while True:
        yield X[:batch_size], y[:batch_size]


def _sorted_examples(X, y, batch_size, rng):
    order = np.sort(rng.permutation(len(X)))[::-1]
    return [
        (X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X), batch_size)
    ]


def _rotated(X, y, batch_size, rng):
    order = np.roll(np.arange(len(X)), rng.integers(1, len(X)))
    return [
        (X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(X), batch_size)
    ]


def _labels_first(X, y, batch_size, rng):
    return [(labels, batch) for batch, labels in _batches_list(X, y, batch_size, rng)]


def _overlapping(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return [(X[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(len(X))]


def _scaled_examples(X, y, batch_size, rng):
    return [(batch / 255, labels) for batch, labels in _batches_list(X, y, batch_size, rng)]


def _lowest_from(lowest, lrs, losses):
    best = lrs[0]
    for lr, mean in zip(lrs, np.mean(losses, axis=1)):
        if mean < lowest:
            best, lowest = lr, mean
    return best


WRONG = [
    ("gd_step", _forgets_return, "return"),
    ("gd_step", lambda w, grad, lr: print(w - lr * grad), "None"),
    ("gd_step", lambda w, grad, lr: w - 0.5 * lr * grad, "0.5 times"),
    ("gd_step", lambda w, grad, lr: (w, grad), "shape"),
    ("gd_step", lambda w, grad, lr: np.stack([w, w]), "shape"),
    ("gd_step", lambda w, grad, lr: np.append(w - lr * grad, 0.0), "shape"),
    ("gd_step", lambda w, grad, lr: "w minus lr times grad", "kind of thing"),
    ("gd_step", lambda w, grad, lr: w - lr * grad + 1j, "kind of thing"),
    ("gd_step", lambda w, grad, lr: w - lr * grad / np.abs(grad), "NaN"),
    ("gd_step", lambda w, grad, lr: w - lr * np.log(grad), "NaN"),
    ("gd_step", lambda w, grad, lr: w - learning_rate * grad, "name"),  # noqa: F821
    ("gd_step", lambda w, grad: w - 0.1 * grad, "cannot be called"),
    ("gd_step", lambda w, grad, lr, beta: w - lr * grad, "cannot be called"),
    ("gd_step", lambda w, grad, lr: w[99] - lr * grad, "past the end"),
    ("gd_step", lambda w, grad, lr: w.step(grad), "does not have"),
    ("gd_step", lambda w, grad, lr: {}["w"], "dictionary"),
    ("gd_step", lambda w, grad, lr: 1 / 0, "divides by zero"),
    ("gd_step", lambda w, grad, lr: (_ for _ in ()), "not numbers: generator"),
    ("gd_step", lambda w, grad, lr: lambda: w, "not numbers: function"),
    ("gd_step", lambda w, grad, lr: object(), "not numbers: object"),
    ("gd_step", lambda w, grad, lr: w - lr * grad + np.random.default_rng().normal(), "twice"),
    ("gd_step", lambda w, grad, lr: np.zeros(2 * 10**6), "2000000 numbers"),
    ("gd_step", lambda w, grad, lr: np.round(w - lr * grad, 2), "tests"),
    ("gd_step", lambda w, grad, lr: w - 2 * lr + lr * grad, "tests"),
    ("gd_step", lambda w, grad, lr: (w - lr * grad).astype(int), "whole numbers"),
    ("gd_step", lambda w, grad, lr: float(w - lr * grad), "With single numbers it is right"),
    ("gd_step", lambda w, grad, lr: w - 0.1 * grad, "do not depend on lr"),
    ("gd_step", lambda w, grad, lr: int, "not numbers: type"),
    ("gd_step", int, "cannot be called"),
    ("gd_step", np.add, "error"),
    ("largest_stable_lr", lambda e: 3 / np.max(e), "1.5 times"),
    ("largest_stable_lr", lambda e: -2 / np.max(e), "opposite"),
    ("largest_stable_lr", lambda e: 0.2, "same result"),
    ("largest_stable_lr", lambda e: [2 / np.max(e)], "shape"),
    ("best_learning_rate", lambda lrs, losses: lrs, "single value, and returns 5"),
    ("best_learning_rate", lambda lrs, losses: 0.1, "same result"),
    ("exponential_decay", lambda lr0, rate, t: lr0 * np.exp(-rate * t / 2), "tests"),
    ("exponential_decay", lambda lr0, rate, t: 0.1 * np.exp(-0.05 * t), "do not depend on lr0, rate"),
    ("exponential_decay", lambda lr0, rate, t: lr0 * np.exp(-rate * t) * 1000, "1000 times"),
    ("exponential_decay", lambda lr0, rate, t: t[0], "error"),
    ("linear_warmup", lambda peak_lr, warmup_steps, t: peak_lr / 0 if t == 0 else peak_lr, "divides by zero"),
    ("minibatches", _endless, "never come to an end"),
    ("minibatches", _scaled_examples, "unchanged"),
    ("minibatches", _scaled_examples, "unchanged"),
    ("minibatches", lambda X, y, batch_size, rng: rng.shuffle(X), "None"),
    ("minibatches", lambda X, y, batch_size, rng: X, "pair"),
    ("minibatches", lambda X, y, batch_size, rng: [X[:batch_size]], "pair"),
    ("minibatches", lambda X, y, batch_size, rng: 3, "TypeError"),
    ("mean_gradient", lambda g: np.mean(g, axis=0) * 3, "3 times"),
    ("mean_gradient", lambda g: np.mean(g, axis=5), "error"),
    ("updates_per_epoch", lambda n, b: str(-(-n // b)), "kind of thing"),
    ("updates_per_epoch", lambda n, b: 23, "same result"),
    ("gradient_noise", lambda n, b, variance: variance / b * 0.9, "do not depend on n_examples"),
    ("momentum_step", lambda w, v, grad, lr, momentum: w - lr * grad, "2 values"),
    ("momentum_step", lambda w, v, grad, lr, momentum: (w, v, grad), "returns 3"),
    ("momentum_step", lambda w, v, grad, lr, momentum: (w - v, None), "None"),
    ("momentum_step", _momentum_like_weights, "cut off to integers"),
    ("momentum_step", _first_step_right, "v is not"),
    ("effective_lr", lambda lr, momentum: 10 * lr, "do not depend on momentum"),
    ("best_momentum", lambda smallest, largest: (0.04, 0.9), "same result"),
    ("rmsprop_step", lambda w, v, grad, lr, rho, eps: w / 0.0 * v, "values"),
    ("adam_step", lambda w, m, v, t, grad, lr, beta1, beta2, eps: (w, m, v), "do not depend on t, lr"),
    ("adamw_step", lambda *given: given[:3], "do not depend on"),
    ("diagnose", lambda loss: "too_large", "not one of the possible"),
    ("diagnose", lambda loss: "healthy", "do not depend on the numbers in train_loss"),
    ("diagnose", lambda loss: "healthy" if loss[0] > 2 else "noise_floor", "are right"),
    ("diagnose", lambda loss: 3, "A word is asked for"),
    ("fair_winner", lambda results: "Lion", "do not depend on the numbers in results"),
    ("fair_winner", lambda results: 0.3, "A word is asked for, and your function returns numbers"),
    ("fair_winner", lambda results: list(results), "single value, and returns 3"),
    ("fair_winner", lambda results: results, "single value, and returns 3"),
    ("gd_step", lambda w, grad, lr: (w - lr * grad, lr), "single value, and returns 2"),
    ("momentum_step", lambda w, v, grad, lr, momentum: w - momentum * v - lr * grad, "returns 1."),
    ("largest_stable_lr", lambda e: np.float64(2) / np.argmax(e), "divided by zero, or does it grow"),
    ("largest_stable_lr", lambda e: np.log(-np.max(e)), "divided by zero, or a logarithm"),
    ("corrected_average", lambda x, y, beta: [0, *_corrected_loop(x, y, beta)], "holds 7 numbers"),
    ("factor_schedule", lambda lr0, factor: lambda: lr0 * factor, "should take one argument"),
    ("factor_schedule", lambda lr0, factor: lambda t: print(lr0 * factor**t), "asked about a step"),
    ("best_learning_rate", lambda lrs, losses: _lowest_from(1.0, lrs, losses), "tests"),
]


@pytest.mark.parametrize(
    ("name", "answer", "word"), [pytest.param(*w, id=f"{w[0]}-{i}") for i, w in enumerate(WRONG)]
)
def test_other_wrong_answers_are_rejected_with_a_sensible_message(name, answer, word):
    result = hp.check(name, answer)
    assert (result.passed, result.score, result.mistake) == (False, 0.0, None), repr(result)
    assert word in result.message, result.message
    assert "{" not in result.message


def test_an_error_is_located_in_the_learners_lines():
    def helper(x):
        return x + undefined_thing  # noqa: F821

    def step(w, grad, lr):
        x = w
        return helper(x)

    assert "line 2 of `helper`" in hp.check("gd_step", step).message


def test_a_mistake_is_recognised_in_another_form_of_the_memory_too():
    def minus(w, v, grad, lr, momentum):
        v = momentum * v - grad
        return w + v, v

    def outside(w, v, grad, lr, momentum):
        v = v + grad
        return w - lr * v, v

    assert hp.check("momentum_step", minus).mistake == "no_learning_rate"
    assert hp.check("momentum_step", outside).mistake == "forgets_nothing"


def test_hidden_state_between_calls_is_noticed():
    calls = []

    def step(w, grad, lr):
        calls.append(1)
        return w - lr * grad * (1 if len(calls) < 30 else 1.5)

    result = hp.check("gd_step", step)
    assert not result.passed
    assert "twice" in result.message
    assert calls == []


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_constants_typed_in_fail_with_a_fresh_seed(name):
    """An answer that looks up the results of one seed fails with every other."""
    task = TASKS[name]
    known = {}
    spy = Answer(task.reference, task.names)

    def remember(*arguments):
        key = pickle.dumps(arguments)
        result = task.reference(*arguments)
        known[key] = result
        return result

    spy.function, spy.by_name = remember, False
    if name == "minibatches":
        return  # facts are compared there, not results
    checker.watch(task, spy, cases_of(task, seed=5))

    def lookup(*arguments):
        return known[pickle.dumps(arguments)]

    assert hp.check(name, lookup, seed=5).passed
    for seed in (6, 7, None):
        assert not hp.check(name, lookup, seed=seed).passed


# Not started


def _pass(w, grad, lr):
    pass


def _ellipsis(w, grad, lr):
    """Your task."""
    ...


def _unwritten(w, grad, lr):
    raise NotImplementedError


def _unwritten_with_words(w, grad, lr):
    raise NotImplementedError("your turn")


def _half(w, grad, lr):
    w = ...
    return w


def _half_written(w, grad, lr):
    return w - ... * grad


def _returns_ellipsis(w, grad, lr):
    return ...


@pytest.mark.parametrize(
    "stub",
    [..., _pass, _ellipsis, _unwritten, _unwritten_with_words, _half, _half_written, _returns_ellipsis],
)
def test_what_is_not_written_yet_is_not_started(stub):
    result = hp.check("gd_step", stub)
    assert (result.status, result.passed, result.score, result.mistake) == ("not started", False, 0.0, None)
    assert "not started" in repr(result)


def test_a_pair_and_a_generator_can_be_unwritten_too():
    assert hp.check("momentum_step", lambda w, v, grad, lr, momentum: (..., ...)).status == "not started"

    def batches(X, y, batch_size, rng):
        for _ in range(0, len(X), batch_size):
            yield ..., ...

    assert hp.check("minibatches", batches).status == "not started"


def test_a_constant_is_an_answer():
    assert hp.check("largest_stable_lr", lambda eigenvalues: 0.2).status == "not yet"


def test_a_result_instead_of_a_function_is_explained():
    assert "without parentheses" in hp.check("gd_step", np.ones(3)).message


# Hostile answers


def _loop_that_swallows(w, grad, lr):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(0.01)


def _hog(w, grad, lr):
    return [0] * 10**10


def _loud(w, grad, lr):
    print("x" * 10**5)
    sys.stderr.write("y" * 10**5)
    os.system("echo noise; echo noise >&2")
    return w - lr * grad


def _deep(w, grad, lr):
    return _deep(w, grad, lr)


def _spawns(w, grad, lr):
    subprocess.Popen(["sleep", "30"])
    return w - lr * grad


def _threads(w, grad, lr):
    if threading.active_count() < 3:
        threading.Thread(target=time.sleep, args=(30,)).start()
    return w - lr * grad


HOSTILE = [
    (_loop_that_swallows, "did not finish"),
    (lambda w, grad, lr: os._exit(0), "ended Python"),
    (lambda w, grad, lr: os.kill(os.getpid(), 11), "ended Python"),
    (lambda w, grad, lr: sys.exit("bye"), "leave Python"),
    (lambda w, grad, lr: exec("raise KeyboardInterrupt"), "interrupt"),
    (_hog, "memory"),
    (lambda w, grad, lr: np.ones(10**11), "memory"),
    (_deep, "calls itself"),
    (lambda w, grad, lr: input("lr? "), "input"),
]


@pytest.mark.parametrize(("answer", "word"), [pytest.param(*h, id=h[1]) for h in HOSTILE])
def test_hostile_answers_get_a_plain_sentence(answer, word, capfd):
    result = hp.check("gd_step", answer)
    assert not result.passed
    assert word in result.message
    assert capfd.readouterr() == ("", "")


def test_an_answer_killed_while_it_holds_the_lock_of_progress_bars_leaves_the_bars_free(monkeypatch):
    monkeypatch.setattr(isolation.run_apart, "__defaults__", (0.3,))
    tqdm.get_lock()

    def holds(w, grad, lr):
        with tqdm.get_lock():
            while True:
                pass

    assert "did not finish" in hp.check("gd_step", holds).message
    assert tqdm.get_lock().mp_lock.acquire(timeout=1)
    tqdm.get_lock().mp_lock.release()


def test_loud_answers_are_cut_short(capfd):
    result = hp.check("gd_step", _loud)
    assert result.passed
    assert len(result.printed) == isolation.KEPT
    assert result.characters > 10**6
    assert capfd.readouterr() == ("", "")
    assert len(result._repr_html_()) < 5000


@pytest.mark.parametrize("answer", [_spawns, _threads])
def test_what_an_answer_starts_does_not_hold_the_check_up(answer):
    began = time.perf_counter()
    assert hp.check("gd_step", answer).passed
    assert time.perf_counter() - began < 20  # what it starts would go on for 30


def test_nothing_an_answer_changes_stays_changed():
    here = {"touched": False}

    def step(w, grad, lr):
        here["touched"] = True
        np.sqrt = None
        os.environ["HPCOURSE_TOUCHED"] = "1"
        return w - lr * grad

    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert hp.check("gd_step", step).passed
    assert not here["touched"]
    assert np.sqrt is not None
    assert "HPCOURSE_TOUCHED" not in os.environ
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_no_children_and_no_files_are_left_open():
    def state():
        gc.collect()  # what other tests have left to close
        threads = Path("/proc/self/task").iterdir()
        children = {child for thread in threads for child in (thread / "children").read_text().split()}
        return len(os.listdir("/proc/self/fd")), children

    if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
        pytest.skip("no such /proc here")
    hp.check("gd_step", lambda w, grad, lr: w)
    files, children = state()
    for _ in range(5):
        hp.check("gd_step", lambda w, grad, lr: w)
    left_open, left = state()
    assert left_open <= files
    assert left <= children  # those that other tests in this process have started may still be there


def test_threads_in_the_notebook_bring_no_warning(recwarn):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert hp.check("gd_step", lambda w, grad, lr: w - lr * grad).passed
    finally:
        stop.set()
        thread.join()
    assert not recwarn


def test_without_fork_the_work_is_done_here(monkeypatch, capfd):
    monkeypatch.delattr(os, "fork")
    assert hp.check("gd_step", lambda w, grad, lr: print("hello") or w - lr * grad).printed.startswith(
        "hello\n"
    )
    assert hp.check("gd_step", lambda w, grad, lr: w + lr * grad).mistake == "ascent"
    assert "leave Python" in hp.check("gd_step", lambda w, grad, lr: sys.exit()).message
    assert capfd.readouterr() == ("", "")


# What is shown


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^task must be one of 'gd_step', .*'fair_winner', .*, got 'gd'"):
        hp.check("gd", lambda: None)
    with pytest.raises(ValueError, match="got 3"):
        hp.check(3, lambda: None)


def test_a_result_shows_itself_and_is_safe_to_show():
    def step(w, grad, lr):
        print("<script>alert(1)</script>")
        raise ValueError("<b>&</b>")

    result = hp.check("gd_step", step)
    page = result._repr_html_()
    assert 'role="status"' in page
    assert "✗ gd_step: not yet" in page
    assert "<script>" not in page
    assert "<b>&</b>" not in page
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in page
    right = hp.check("gd_step", lambda w, grad, lr: w - lr * grad)
    assert "✓ gd_step: passed" in right._repr_html_()
    assert repr(right).splitlines()[0] == "✓ gd_step: passed"
    assert "…" in hp.check("gd_step", ...)._repr_html_()


def test_the_example_holds_the_numbers_of_the_first_case_that_differs():
    result = hp.check("gd_step", lambda w, grad, lr: w + lr * grad)
    rows = dict(result.example)
    assert rows["w after step 1 expected"] == "[ 0.5 , -1.2 ,  2.3 , -4.  ,  3.1 , -0.75]"
    assert rows["w after step 1 obtained"] == "[ 0.5 , -0.8 ,  1.7 ,  4.  ,  2.9 ,  0.25]"
    assert "lr = 0.1" in rows["arguments"]
    assert "<table" in result._repr_html_()


def test_whole_numbers_of_32_bits_are_compared_with_what_large_ones_were_made_into():
    few = np.array(3, np.int32)  # as NumPy has them in a browser
    assert checker.compare(few, np.array(3), made_from=10**12) == ""
    assert checker.compare(few, np.array(4), made_from=10**12) == "value"


def test_what_differs_only_later_is_shown_with_the_gradients_up_to_there():
    def step(w, v, grad, lr, momentum):
        return w - (momentum * v + lr * grad), lr * grad  # the first step is right

    rows = dict(hp.check("momentum_step", step).example)
    assert "w after step 2 expected" in rows or "v after step 2 expected" in rows
    assert rows["grad in step 2"] == "[ 0. , -1.5,  2. ,  0. ,  3. ,  4. ]"
    assert "grad in step 3" not in rows


def test_a_check_is_quiet_unless_it_is_looked_at(capfd):
    hp.check("gd_step", lambda w, grad, lr: w)
    assert capfd.readouterr() == ("", "")


def test_messages_follow_the_language_even_afterwards():
    result = hp.check("gd_step", lambda w, grad, lr: w + lr * grad)
    english = result.message
    assert re.search("uphill", english)
    hp.use_language("zh-TW")
    assert re.search("[\u4e00-\u9fff]", result.message)
    assert re.search("[\u4e00-\u9fff]", repr(result).splitlines()[0])
    assert "：" in repr(result).splitlines()[0]
    for answer in (_forgets_return, _unwritten_with_words, lambda w, grad, lr: 1 / 0, np.sqrt, 3):
        assert re.search("[\u4e00-\u9fff]", hp.check("gd_step", answer).message)


def test_no_message_gives_the_code_away():
    messages = {mistake.message for _, mistake in MISTAKES} | set(properties.RAISED.values())
    for message in messages:
        assert not re.search(r"\*|np\.|lambda|\bdef\b|\+=|-=|[^=]=[^=]|//", message), message
        assert "\n" not in message
        assert message.endswith((".", "?")), message


# Speed


def quickest(work):
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def interpreter():
    """What starting Python takes now: some 20 ms on a machine with nothing else to do."""
    subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_a_check_answers_in_the_time_of_a_few_interpreters(name):
    right = quickest(lambda: hp.check(name, TASKS[name].reference))
    wrong = quickest(lambda: hp.check(name, TASKS[name].mistakes[-1].wrong))
    start = quickest(interpreter)  # in the same minute, so that a busy machine slows both
    assert right < 15 * start
    assert wrong < 25 * start


# Parts


def test_numbers_and_several_take_what_learners_return():
    assert numbers([np.float64(1), 2]).tolist() == [1, 2]
    assert numbers(Fraction(1, 2)) == 0.5
    assert set(several({"v": 1, "w": 2}, ("w", "v"))) == {"w", "v"}
    assert several({"v": 1, "w": 2}, ("w", "v"))["w"] == 2
    assert several(np.array([[1, 2], [3, 4]]), ("w", "v"))["v"].tolist() == [3, 4]


def test_the_table_of_kills_is_printed():
    done = subprocess.run(
        [sys.executable, "-m", "hpcourse.checks", "gd_step", "adam_step"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert "gd_step: 17 mistakes, 9 cases" in done.stdout
    assert re.search(r"only_m_corrected .*x", done.stdout)
    assert "MISSED" not in done.stdout


def test_the_checks_load_no_figures_and_the_package_loads_no_checks():
    program = "import sys, hpcourse; a = set(sys.modules); hpcourse.check; print(*a, '|', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    before, after = (set(part.split()) for part in done.stdout.split("|"))
    assert not any(name.startswith("hpcourse.checks") for name in before)
    assert "hpcourse.checks" in after
    assert not after & {"matplotlib", "ipywidgets", "IPython", "hpcourse.page.figures"}


def test_the_example_in_the_docstring_runs():
    assert doctest.testmod(hpcourse.checks).failed == 0
