"""Kinds of faults that a checker can have, each with answers that separate it from its neighbours."""

import functools
import itertools
import os
import re
import subprocess
import sys
import warnings
from decimal import Decimal

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import READINGS, TASKS, checker, properties, remote
from hpcourse.checks.task import Ours
from hpcourse.frame.course import LANGUAGES
from hpcourse.frame.language import text

ADAM = TASKS["adam_step"].reference


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    """English, and in this process: forks of a test run take a while."""
    hp.use_language("en")
    monkeypatch.setattr(checker, "run_apart", _at_once)


def _at_once(work):
    return checker_outcome("done", work())


def checker_outcome(ending, value):
    from hpcourse.checks.isolation import Outcome

    return Outcome(ending, value)


# Two mistakes at once

FORMULAS = [name for name, task in TASKS.items() if task.formula]


@pytest.mark.parametrize("name", FORMULAS)
def test_the_formula_is_the_reference(name):
    task = TASKS[name]
    cases = task.cases(np.random.default_rng(0))
    expected = checker.watch(task, Ours(task.reference, task.names), cases)
    ours = checker.watch(task, Ours(task.formula(), task.names), cases)
    assert not checker.differences(cases, expected, ours)
    for variant in task.variants:
        unusual = checker.watch(task, Ours(task.formula(**variant), task.names), cases)
        assert not checker.differences(cases, expected, unusual)
    with pytest.raises(ValueError, match="the parts are"):
        task.formula(nothing_of_the_kind=None)


def _told_of_pairs(name, first, every):
    """[(pair, id and message or None)] of some of the pairs of a task, but for those that are right."""
    task, told = TASKS[name], []
    cases = task.cases(np.random.default_rng(1))
    expected = checker.watch(task, Ours(task.reference, task.names), cases)
    for pair, function in itertools.islice(checker.pairs(task), first, None, every):
        records = checker.watch(task, Ours(function, task.names), cases)
        if checker.differences(cases, expected, records) and not properties.all_alike(records):
            told.append((pair, checker.recognise(task, cases, [records])))
    return told


def _every(name, wanted):
    """A step with which about `wanted` of the pairs are taken."""
    return max(sum(1 for _ in checker.pairs(TASKS[name])) // wanted, 1)


def _nothing_in_common(name, pair):
    """Whether three other explanations of a pair are as good, and none of them shares anything with all."""
    task = TASKS[name]
    cases = task.cases(np.random.default_rng(1))
    records = checker.watch(task, Ours(task.formula(**pair[0].parts, **pair[1].parts), task.names), cases)
    fitting = [p for p, f in checker.pairs(task) if checker._behaves_as(task, f, cases, records)]
    return len(fitting) > 2 and not set.intersection(*({m.id for m in p} for p in fitting))


def _check_pairs(name, told):
    """Both names, what pairs have in common, or the name of a single mistake that does just the same."""
    unnamed, words = 0, name in ("minibatches", "diagnose", "fair_winner")
    for pair, known in told:
        if known is None:
            # what is drawn from a generator of its own cannot be told from another such draw
            assert "not_from_rng" in {m.id for m in pair} or _nothing_in_common(name, pair), pair
            unnamed += 1
        elif known[0] == "+".join(m.id for m in pair):
            message = str(known[1])
            assert str(properties.AS_IF_TWO if words else text("Two things differ from the rule.")) in message
            assert all(text(m.beside or m.message) in message for m in pair)
    assert unnamed <= 0.03 * len(told) + 1


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMULAS)
def test_pairs_of_mistakes_are_told_by_both_names_or_what_they_share(name, language):
    """A sample of the pairs, another one in each language; `make claims` takes all of them."""
    hp.use_language(language)
    _check_pairs(name, _told_of_pairs(name, first=int(language == "en"), every=_every(name, 8)))


PAIRED = (
    "momentum_step", "nesterov_step", "rmsprop_step", "adam_step", "adamw_step", "warmup_then_decay",
    "minibatches",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", PAIRED)
def test_all_pairs_of_mistakes_are_told_by_both_names_or_what_they_share(name):
    _check_pairs(name, _told_of_pairs(name, first=0, every=1))


def _adam(w, m, v, t, grad, lr, beta1, beta2, eps):
    """Epsilon inside the root, and a clock that is one ahead."""
    t = t + 1
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps), m, v


def _adam_typed(w, m, v, t, grad, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    return w - lr * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + 1e-8), m, v


def _adamw_fused(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    """The rate with both corrections in it, which is right, and the decay after the step, which is not."""
    m, v = beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2
    w = w - lr * np.sqrt(1 - beta2**t) / (1 - beta1**t) * m / (np.sqrt(v) + eps)
    return w - lr * weight_decay * w, m, v


def _batches(X, y, batch_size, rng):
    order = np.random.permutation(len(X))  # noqa: NPY002
    for i in range(len(X) // batch_size):
        chosen = order[i * batch_size : (i + 1) * batch_size]
        yield X[chosen], y[chosen]


@pytest.mark.parametrize(
    ("name", "answer", "ids"),
    [
        ("adam_step", _adam, {"eps_inside", "t_one_ahead"}),
        ("adam_step", _adam_typed, {"eps_inside", "eps_is_1e-08"}),
        ("adamw_step", _adamw_fused, {"decays_after_step"}),
        ("minibatches", _batches, {"drops_the_rest", "not_from_rng"}),
    ],
)
def test_common_pairs_are_named(name, answer, ids):
    assert set(hp.check(name, answer, seed=2).mistake.split("+")) == ids


# Parameters by position and by name


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("effective_lr", lambda momentum, lr: lr / (1 - momentum), ("`lr`", "`momentum`")),
        ("effective_lr", lambda a, b: b / (1 - a), ("`lr`", "`momentum`")),
        ("effective_lr", lambda momentum, lr: momentum / (1 - lr), ("`lr`", "`momentum`")),
        ("gd_step", lambda lr, w, grad: w - lr * grad, ("(lr, w, grad)", "(w, grad, lr)")),
        ("exponential_decay", lambda t, lr0, rate: lr0 * np.exp(-rate * t), ("(t, lr0, rate)",)),
        ("adam_step", lambda w, g, m, v, t, *rest: ADAM(w, m, v, t, g, *rest), ("(w, grad, m, v, t,",)),
        ("loss_map", lambda biases, weights, x, y: TASKS["loss_map"].reference(weights, biases, x, y), ()),
    ],
)
def test_exchanged_parameters_are_told(name, answer, words):
    result = hp.check(name, answer, seed=1)
    assert result.mistake == "parameter_order"
    assert all(word in result.message for word in words), result.message


def test_an_answer_with_a_decorator_is_called_as_the_decorator_wants():
    def timed(function):
        @functools.wraps(function)
        def inner(*given):
            return function(*given)

        return inner

    @timed
    def gd_step(w, grad, lr):
        return w - lr * grad

    assert hp.check("gd_step", gd_step).passed
    assert hp.check("effective_lr", functools.lru_cache(lambda lr, momentum: lr / (1 - momentum))).passed


def test_parameters_by_keyword_alone_have_no_order():
    assert hp.check("effective_lr", lambda *, momentum, lr: lr / (1 - momentum)).passed


def test_an_exchange_that_changes_nothing_is_not_blamed():
    assert hp.check("gd_step", lambda w, g, r: w - r * g * 1.5).mistake is None


# Shuffles


def _by(order):
    def batches(X, y, batch_size, rng):
        places = np.asarray(order(len(X), rng))
        for start in range(0, len(X), batch_size):
            yield X[places[start : start + batch_size]], y[places[start : start + batch_size]]

    return batches


FULL = {
    "permutation": lambda n, rng: rng.permutation(n),
    "choice": lambda n, rng: rng.choice(n, n, replace=False),
    "argsort": lambda n, rng: np.argsort(rng.random(n)),
    "normal": lambda n, rng: np.argsort(rng.normal(size=n)),
    "backwards": lambda n, rng: rng.permutation(n)[::-1],
    "twice": lambda n, rng: rng.permutation(rng.permutation(n)),
}


def _swaps(n, rng):
    """As many random swaps as there are examples: a seventh of them is never touched."""
    order = np.arange(n)
    for i, j in rng.integers(n, size=(n, 2)):
        order[[i, j]] = order[[j, i]]
    return order


INCOMPLETE = {
    "random swaps": _swaps,
    "last stays": lambda n, rng: [*rng.permutation(n - 1), n - 1],
    "first stays": lambda n, rng: [0, *(1 + rng.permutation(n - 1))],
    "rolled": lambda n, rng: np.roll(np.arange(n), rng.integers(n)),
    "neighbours": lambda n, rng: np.arange(n).reshape(-1, 2)[:, ::-1].ravel() if n % 2 == 0 else np.arange(n),
    "two ends": lambda n, rng: np.arange(n)[:: rng.choice([-1, 1])],
    "pairs": lambda n, rng: [i for k in rng.permutation((n + 1) // 2) for i in (2 * k, 2 * k + 1) if i < n],
}  # fmt: skip


@pytest.mark.parametrize("name", FULL)
def test_a_full_shuffle_is_never_refused(name):
    for seed in range(3):
        assert hp.check("minibatches", _by(FULL[name]), seed=seed).passed


@pytest.mark.parametrize("name", INCOMPLETE)
def test_an_incomplete_shuffle_is_always_refused(name):
    assert {hp.check("minibatches", _by(INCOMPLETE[name]), seed=seed).passed for seed in range(2)} == {False}


# No verdict by chance


def _drops_one(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        chosen = order[start : start + batch_size]
        if len(chosen) > 1 or batch_size == 1:
            yield X[chosen], y[chosen]


def _late_floor(lr0, rate, t):
    return np.maximum(lr0 * np.exp(-rate * t), 1e-4)


BY_CHANCE = [
    ("minibatches", _drops_one, 3),
    ("exponential_decay", _late_floor, 200),
    ("linear_warmup", lambda p, w, t: p * np.minimum((t + 1) / np.minimum(w, 1000), 1), 20),
    ("factor_schedule", lambda lr0, f: lambda t: [lr0 * f**k for k in range(20)][t], 20),
    ("effective_lr", lambda lr, k: np.minimum(lr / (1 - k), 1.0), 200),
    ("best_learning_rate", lambda lrs, x: lrs[np.nan_to_num(x, nan=1e6, posinf=1e6).mean(1).argmin()], 20),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "answer", "seeds"), BY_CHANCE)
def test_a_wrong_answer_is_wrong_with_every_seed(name, answer, seeds):
    assert not any(hp.check(name, answer, seed=seed).passed for seed in range(seeds))


def _shaken(function):
    """The same, as far as another order of the same sums and products changes the last digits."""

    def shaken(value):
        if isinstance(value, tuple):
            return tuple(map(shaken, value))
        return value * (1 + 1e-10) if np.asarray(value).dtype.kind == "f" else value

    return lambda *given: shaken(function(*given))


@pytest.mark.parametrize("name", TASKS)
def test_a_right_answer_is_right_with_200_seeds(name):
    """Only the drawn cases differ from seed to seed. Of known mistakes the others alone tell the name
    (`test_no_two_mistakes_are_confused`), so that a draw cannot change it."""
    task = TASKS[name]
    in_parts = [task.formula(**variant) for variant in ({}, *task.variants)] if task.formula else []
    for seed in range(200):
        answers = [_shaken(task.reference), *(in_parts if seed < 20 else [])]
        drawn = [case for case in task.cases(np.random.default_rng(seed)) if case.kind == "random"]
        expected = checker.watch(task, Ours(task.reference, task.names), drawn)
        for answer in answers:
            records = checker.watch(task, Ours(answer, task.names), drawn)
            assert not checker.differences(drawn, expected, records), seed


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_the_verdict_on_a_known_mistake_is_the_same_with_every_seed(name):
    task, seeds = TASKS[name], range(200 if name == "effective_lr" else 3)
    for mistake, seed in zip(itertools.cycle(task.mistakes), seeds):
        assert hp.check(name, mistake.wrong, seed=seed).mistake == mistake.id


# Answers that call themselves


def _by_recursion(lr0, rate, t):
    return lr0 if t == 0 else np.exp(-rate) * _by_recursion(lr0, rate, t - 1)


def test_who_calls_himself_once_for_each_step_is_right_and_warned():
    result = hp.check("exponential_decay", _by_recursion, seed=1)
    assert result.passed
    assert "calls itself once for each step" in result.message


def test_a_recursion_without_an_end_or_with_a_mistake_is_not():
    def endless(lr0, rate, t):
        return np.exp(-rate) * endless(lr0, rate, t - 1)

    def grows(lr0, rate, t):
        return lr0 if t == 0 else np.exp(rate) * grows(lr0, rate, t - 1)

    def table(lr0, rate, t):
        return [lr0 * np.exp(-rate * k) for k in range(1000)][t]

    assert "calls itself" in hp.check("exponential_decay", endless, seed=1).message
    assert hp.check("exponential_decay", grows, seed=1).mistake == "grows"
    assert not hp.check("exponential_decay", table, seed=1).passed


def test_a_whole_number_too_large_for_a_float_is_no_error_of_the_answer():
    result = hp.check("effective_lr", lambda lr, momentum: 10**400)
    assert not result.passed
    assert "stopped" not in result.message


def test_what_float16_does_to_small_numbers_is_told():
    result = hp.check("exponential_decay", lambda lr0, rate, t: np.float16(lr0 * np.exp(-rate * t)), seed=1)
    assert "float16" in result.message


# Containers, in place, half written


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("momentum_step", lambda w, v, g, lr, k: map(np.asarray, (w - k * v - lr * g, k * v + lr * g))),
        ("momentum_step", lambda w, v, g, lr, k: (part for part in (w - k * v - lr * g, k * v + lr * g))),
        ("momentum_step", lambda w, v, g, lr, k: {"v": k * v + lr * g, "w": w - k * v - lr * g}.values()),
        ("gd_step", lambda w, grad, lr: w - lr * grad + 0j),
        ("effective_lr", lambda lr, momentum: Decimal(lr / (1 - momentum))),
    ],
)
def test_what_unpacks_and_what_counts_is_taken(name, answer):
    if name == "momentum_step" and "values" in answer.__code__.co_names:
        assert not hp.check(name, answer).passed  # a dict's values come in the dict's order
    else:
        assert hp.check(name, answer).passed


def test_values_are_taken_in_every_kind_of_number():
    right = np.random.default_rng(2026).uniform(0.5, 8, 30).max()
    for value in (right, np.float32(right), Decimal(right), complex(right), [right], np.array([right])):
        assert READINGS["steepest_curvature"].check(value).passed, value
    assert not READINGS["steepest_curvature"].check(right + 1j).passed


def _dots(w, grad, lr):
    w[...] = w - lr * grad
    return w


def _copyto(w, grad, lr):
    np.copyto(w, w - lr * grad, casting="unsafe")
    return w


def _loop(w, grad, lr):
    for i in range(len(w)):
        w[i] -= lr * grad[i]
    return w


@pytest.mark.parametrize("answer", [_dots, _copyto])
def test_in_place_is_right_and_remarked_on(answer):
    result = hp.check("gd_step", answer)
    assert result.passed
    assert "overwrites `w`" in result.message
    assert "no fractions" in result.message


def test_what_was_overwritten_below_is_told_above():
    def adam_in_place(w, *rest):
        w[...], m, v = ADAM(w, *rest)
        return w, m, v

    def adamw_step(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
        after, m, v = adam_in_place(w, m, v, t, grad, lr, beta1, beta2, eps)
        return after - lr * weight_decay * w, m, v

    result = hp.check("adamw_step", adamw_step)
    assert "overwrites `w`" in result.message


@pytest.mark.parametrize(
    "change", [lambda results: results.popitem(), lambda results: results.update(SGD=[])]
)
def test_a_dictionary_that_was_changed_is_remarked_on_too(change):
    def fair_winner(results):
        winner = TASKS["fair_winner"].reference(results)
        change(results)
        return winner

    result = hp.check("fair_winner", fair_winner)
    assert result.passed
    assert "overwrites `results`" in result.message
    assert "overwrites" not in hp.check("fair_winner", TASKS["fair_winner"].reference).message


def test_a_list_that_was_sorted_is_remarked_on_too():
    def largest_stable_lr(eigenvalues):
        eigenvalues.sort()
        return 2 / eigenvalues[-1]

    assert "overwrites `eigenvalues`" in hp.check("largest_stable_lr", largest_stable_lr).message


def test_without_momentum_a_memory_that_cannot_be_read_is_no_mistake():
    def kept_for_the_next_step(w, v, grad, lr, momentum):
        v = v + lr * grad
        return w - (momentum * v + lr * grad), momentum * v

    assert hp.check("nesterov_step", kept_for_the_next_step).passed


def test_a_number_that_is_not_finite_raises_no_warning_in_the_checker():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = hp.check("mup_rates", lambda lr, base, width: (lr, lr / (width - base + 1), lr, np.inf))
    assert not result.passed


def _gap(w, v, grad, lr, rho, eps):
    v = ...
    return w - lr * grad / (np.sqrt(v) + eps), v


def _gap_that_works(w, v, grad, lr, rho, eps):
    scale = ...
    return (w if scale else 0 * w), v


@pytest.mark.parametrize("answer", [_gap, _gap_that_works])
def test_half_written_is_not_started(answer):
    assert hp.check("rmsprop_step", answer).status == "not started"


# What is said must be true


def _smallest_usable(lrs, losses):
    return np.min(np.asarray(lrs)[np.isfinite(losses).all(axis=1)])


def _every_x_once(x, y, beta):
    table = dict(zip(np.asarray(x).tolist(), np.asarray(y).tolist()))
    return TASKS["corrected_average"].reference(np.array(list(table)), np.array(list(table.values())), beta)


def _lengths_added_always(first, second, limit):
    length = np.linalg.norm(first) + np.linalg.norm(second)
    return (first, second) if length == 0 else (limit / length * first, limit / length * second)


def _lengths_crossed(small, small_grads, large, large_grads):
    one, other = (np.mean(np.linalg.norm(grads, axis=1)) for grads in (small_grads, large_grads))
    noise = (one - other) / (1 / large - 1 / small)
    return noise / ((large * other - small * one) / (large - small))


def _no_sign_changes(w, grad, lr):
    new = w - lr * grad
    return np.where(new * w < 0, 0, new)


def _small_weights_do_not_decay(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    after, m, v = ADAM(w, m, v, t, grad, lr, beta1, beta2, eps)
    return after - lr * weight_decay * np.where(np.abs(w) > 1e-3, w, 0), m, v


def _l2_uphill(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    return ADAM(w, m, v, t, grad - weight_decay * w, lr, beta1, beta2, eps)


@pytest.mark.parametrize(
    ("name", "answer", "wanted", "unwanted"),
    [
        ("corrected_average", lambda x, y, b: (1 - b) * np.cumsum(y), "", "weights"),
        ("gradient_noise", lambda n, b, s: s // b * (n - b) / (n - 1), "", "another value changes nothing"),
        ("exponential_decay", lambda lr0, rate, t: lr0 * 2.7 ^ (-rate * t), "`^`", "TypeError"),
        ("fair_winner", lambda results: [min(results)], "word itself", "axis"),
        ("momentum_step", lambda w, v, g, lr, k: ((w, v), lr), "inside results", "axis"),
        ("best_learning_rate", lambda lrs, x: lrs[0] / 3, "", "single"),
        ("best_learning_rate", lambda lrs, x: lrs[0], "as if this were so. That is the first", "seed"),
        ("exponential_decay", lambda lr0, k, t: lr0, "never changes", "one step behind"),
        ("exponential_decay", lambda lr0, k, t: 0 * lr0, "as if it did not use", "it does not"),
        ("gd_step", lambda w, grad, lr: w - 0.1 * grad, "do not depend on lr", "typed"),
        ("after_a_spike", lambda a, b: (2.0, 1 / (1 - a)), "do not depend on beta2", "same result"),
        ("after_a_spike", lambda a, b: (1.0, 10.0), "same result", "beta2"),
        ("exponential_decay", lambda lr0, k, t: k * np.exp(lr0 * t), "infinite", "logarithm"),
        ("exponential_decay", lambda lr0, k, t: np.maximum(lr0 * np.exp(-k * t), 0.01), "below 0.01", "by"),
        ("exponential_decay", lambda lr0, k, t: np.maximum(lr0 * np.exp(-k * t), 1e-7), "below 1e-07", "by"),
        ("effective_lr", lambda lr, momentum: min(lr / (1 - momentum), 1), "never rise above 1.", "tests"),
        ("effective_lr", lambda lr, momentum: 0.9 * lr / (1 - momentum), "0.9 times", "never"),
        ("best_momentum", lambda a, b: (1 / b, (b - a) / b), "something else besides", "Two things"),
        ("mup_rates", lambda lr, base, width: (lr, lr * width / base, lr, 1.0), "Several", "upside down"),
        ("fair_winner", lambda r: min(r, key=lambda n: np.nanmean(r[n])), "over the rates too", "zero"),
        ("best_learning_rate", _smallest_usable, "smallest rate", "whatever"),
        ("best_learning_rate", lambda lrs, x: np.min(lrs), "smallest rate", "whatever"),
        ("noise_scale", _lengths_crossed, "sign is wrong", "right size"),
        ("steps_for_a_word", lambda lr, p, left: -np.log(1 - left) / np.log(1 - lr * p), "minus", "size"),
        ("nesterov_step", lambda w, v, g, lr, k: (w - (k * v + lr * g), v), "Or, which comes", "only adds"),
        ("momentum_step", lambda w, v, g, lr, k: (w + v, k * v + lr * g), "sign is wrong", "from the first"),
        ("adamw_step", _l2_uphill, "look at the sign of the decay", "else besides"),
        ("gd_step", _no_sign_changes, "treat some of them in another way", "what the rule keeps"),
        ("adamw_step", _small_weights_do_not_decay, "The first step is right in every test", "rule keeps"),
        ("fair_winner", lambda results: b"Adam", "A word is asked for", "not numbers"),
        ("minibatches", lambda X, y, batch_size, rng: b"ab", "pair", "A word"),
        ("effective_lr", lambda lr, k: lr / max(1 - k, 1e-3), "zero or one", "very large or very small"),
        ("mean_gradient", lambda g: np.mean(np.unique(g, axis=0), axis=0), "come twice", "very large"),
        ("corrected_average", _every_x_once, "come twice", "another shape"),
        ("clip_gradient", _lengths_added_always, "A comparison is missing", "something else"),
    ],
)  # fmt: skip
def test_messages_say_only_what_was_seen(name, answer, wanted, unwanted):
    message = hp.check(name, answer, seed=1).message
    assert wanted in message
    assert unwanted not in message


def _of(choose):
    """An answer to gd_step that goes as far as `choose` of the gradient says, whatever its numbers are."""
    return lambda w, grad, lr: np.asarray(w) - lr * choose(np.asarray(grad))


IN_GRAD = "not depend on the numbers in grad"


@pytest.mark.parametrize(
    ("name", "answer", "wanted"),
    [
        ("gd_step", lambda w, grad, lr: np.asarray(w) - lr, IN_GRAD),
        ("gd_step", _of(np.ones_like), IN_GRAD),  # its shape alone
        ("gd_step", _of(np.size), IN_GRAD),
        ("gd_step", lambda w, grad, lr: (np.asarray(w) - lr).astype(np.asarray(grad).dtype), IN_GRAD),
        ("gd_step", _of(lambda grad: np.sign(grad.sum())), ""),  # in a branch that is often taken, or never
        ("gd_step", _of(lambda grad: 1 if grad.max() > 1000 else 2), ""),
        ("gd_step", _of(lambda grad: 1 if np.isfinite(grad).all() else 2), ""),
        ("gd_step", _of(lambda grad: 1 if grad.any() else 2), ""),
        ("gd_step", _of(lambda grad: 1 if grad.ravel()[0] > grad.ravel()[-1] else 2), ""),
        ("gd_step", _of(lambda grad: grad if grad.ndim == 2 else 1), ""),
        ("gd_step", _of(lambda grad: grad if grad.dtype == np.float32 else 1), ""),
        ("gd_step", lambda w, grad, lr: 3 * np.asarray(grad), "on lr, .* Nor do they .* numbers in w\\."),
        ("adam_step", lambda w, m, v, t, g, lr, b, c, e: (w, m, v), "depend on t, lr, .*numbers in grad\\."),
        ("adam_step", lambda w, m, v, t, g, lr, b, c, e: (w + (t > 8), m, v), "on lr, beta1, beta2, eps"),
        ("rmsprop_step", lambda w, v, g, lr, rho, eps: (w - lr * g / (1 + eps), rho * g**2), "numbers in v,"),
        ("largest_stable_lr", lambda eigenvalues: 2 / len(eigenvalues), "numbers in eigenvalues,"),
        ("best_learning_rate", lambda lrs, losses: lrs[len(lrs) // 2], "numbers in losses,"),
        ("best_learning_rate", lambda lrs, losses: 0.1 * len(lrs), "numbers in lrs, losses,"),
        ("mean_gradient", lambda grads: np.zeros(np.shape(grads)[1:]), "numbers in per_example_grads,"),
        ("noise_scale", lambda b, g, large, h: b * np.var(g), "on large, .*numbers in large_grads\\."),
        ("diagnose", lambda loss: "noise_floor" if len(loss) > 80 else "healthy", "numbers in train_loss,"),
        ("diagnose", lambda loss: "noise_floor" if loss[-1] > 1e-9 else "healthy", ""),
        ("diagnose", lambda loss: "tired", "possible answers"),
        ("fair_winner", lambda results: sorted(results)[len(results) // 2], "numbers in results,"),
        ("loss_map", lambda weights, biases, x, y: np.add.outer(biases, weights), "numbers in x, y,"),
        ("corrected_average", lambda x, y, beta: (1 - beta) * np.cumsum(y), "numbers in x,"),
    ],
)  # fmt: skip
def test_an_argument_without_use_is_told_by_its_name(name, answer, wanted):
    result = hp.check(name, answer, seed=1)
    assert re.search(wanted, result.message) if wanted else "do not depend on" not in result.message
    assert remote.conclude(name, remote.observe(name, answer, seed=1), seed=1).message == result.message
    if IN_GRAD in wanted:
        hp.use_language("zh-TW")
        assert "不受 grad 裡的數值影響" in result.message


def _batches_of(rows, labels):
    def answer(X, y, batch_size, rng):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = order[start : start + batch_size]
            yield rows(X, y, chosen), labels(X, y, chosen)

    return answer


@pytest.mark.parametrize(
    ("answer", "mistake", "wanted"),
    [
        (_batches_of(lambda X, y, i: X[i], lambda X, y, i: y[i]), None, "Right"),
        (_batches_of(lambda X, y, i: X[i], lambda X, y, i: y[i].astype(float).tolist()), None, "Right"),
        (_batches_of(lambda X, y, i: X[i], lambda X, y, i: i), "numbers_for_labels", "`y[7]`, not 7"),
        (_batches_of(lambda X, y, i: X[i], lambda X, y, i: 0 * y[i]), None, "labels are those of the data"),
        (_batches_of(lambda X, y, i: X[i], lambda X, y, i: X[i]), None, "labels are those of the data"),
        (_batches_of(lambda X, y, i: i, lambda X, y, i: y[i]), None, "themselves are unchanged"),
        (_batches_of(lambda X, y, i: 0 * X[i], lambda X, y, i: y[i]), None, "themselves are unchanged"),
    ],
)  # fmt: skip
def test_labels_are_labels_and_not_numbers_of_examples(answer, mistake, wanted):
    result = hp.check("minibatches", answer, seed=1)
    assert result.mistake == mistake
    assert wanted in result.message


@pytest.mark.parametrize("text", ["\ud800" * 10, "x" * 10**6, "nan\x00{braces}"])
def test_odd_text_changes_nothing(text):
    def raises(w, grad, lr):
        raise ValueError(text)

    for result in (
        hp.check("gd_step", raises),
        hp.check("diagnose", lambda loss: text),
        hp.check("frozen_run", text),
    ):
        shown = repr(result) + result._repr_html_()
        assert result.status == "not yet"
        assert len(shown) < 8000
        shown.encode("utf-8")


def test_without_a_screen_a_plot_is_no_reason_to_refuse():
    import matplotlib.pyplot as plt

    def draws(w, grad, lr):
        _, ax = plt.subplots(figsize=(4, 3))
        ax.plot(np.ravel(w))
        plt.figure()
        plt.plot(np.ravel(grad))
        plt.title("step")
        plt.show()
        return w - lr * grad

    assert hp.check("gd_step", draws).passed
    assert hasattr(os, "fork")


def test_the_known_mistakes_are_put_to_other_tests(tmp_path):
    file = tmp_path / "tests.py"
    file.write_text(
        "def test_effective_lr(answer):\n    assert abs(answer(0.1, 0.9) - 1.0) < 1e-9\n"
        "def test_gd_step(answer):\n    assert answer(1.0, 2.0, 0.1) == 5\n",
        encoding="utf-8",
    )

    def told(*arguments):
        command = [sys.executable, "-m", "hpcourse.checks", "--against", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)

    done = told(file)
    assert done.returncode == 1
    assert "effective_lr: 15 of 17 mistakes are found\n  sum: Learning rate and" in done.stdout
    assert "gd_step: the test refuses the right answer" in done.stdout
    assert "refuses the right answer (AssertionError)" in done.stdout
    assert "sum: 學習率和動量" in told(file, "--language", "zh-TW").stdout
    done = told(file, "effective_lr", "wsd").stdout
    assert "gd_step" not in done
    assert "effective_lr: 15 of 17" in done
    assert "wsd: the file has no test of it" in done
    file.write_text("def test_wsd(answer):\n    while True: pass\n", encoding="utf-8")
    assert "refuses the right answer (it did not end within 2 seconds)" in told(file).stdout
    file.write_text(
        "def test_gd_stpe(answer): pass\ndef test_gd_step(): pass\ndef test_wsd(answer): raise SystemExit\n",
        encoding="utf-8",
    )
    done = told(file).stdout
    assert "test_gd_stpe: no task is called so" in done
    assert "takes 0 positional arguments" in done
    assert "wsd: the test refuses the right answer (SystemExit)" in done
    file.write_text("x = 1", encoding="utf-8")
    assert "no function named after a task" in told(file).stderr
    file.write_text("import nothing_of_the_kind", encoding="utf-8")
    done = told(file)
    assert "No module named" in done.stderr
    assert "Traceback" not in done.stderr
    assert told().returncode != 0


# What is empty, endless or infinite is told apart from the learner's own errors


@pytest.mark.parametrize(
    "batches",
    [
        [],
        [(np.zeros((0, 3)), np.zeros(0))],
        [(np.zeros(0), np.zeros(0))],
        [([], []), (np.ones((2, 3)), np.ones(2))],
        [(np.ones((2, 3)), np.ones(2))],
        [(np.zeros((4, 0)), np.zeros(4))],
    ],
)
def test_batches_that_are_empty_are_no_error_of_the_answer(batches):
    result = hp.check("minibatches", lambda X, y, batch_size, rng: iter(batches))
    assert result.passed is False
    assert "error" not in result.message
    assert "array" not in result.message


def test_nothing_finite_is_like_an_infinite_number():
    assert checker.compare(np.array(np.inf), np.array(3.0)) == "value"
    assert checker.compare(np.array([np.inf, 1.0]), np.array([-np.inf, 1.0])) == "value"
    assert checker.compare(np.array([np.inf, np.nan, 1.0]), np.array([np.inf, np.nan, 1.0])) == ""


@pytest.mark.parametrize("sign", [-1, 1])
def test_another_curve_of_wsd_is_not_called_the_largest_of_three(sign):
    def wsd(lr, warmup, stable, decay, t):
        return lr * np.exp(sign * np.asarray(t, float) / warmup)

    result = hp.check("wsd", wsd)
    assert result.passed is False
    assert "largest" not in (result.mistake or "")


def test_a_call_for_each_step_is_not_said_to_be_without_an_end():
    def exponential_decay(lr0, rate, t):
        return lr0 if t <= 0 else exponential_decay(lr0, rate, t - 1) * np.exp(-rate)

    assert "once for each step" in hp.check("exponential_decay", exponential_decay).message
