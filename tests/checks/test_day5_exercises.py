"""Day 5's exercises: what each wrong reading is told, and the numbers that the readings rest on."""

from pathlib import Path

import jupytext
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import TASKS
from hpcourse.checks.tasks import day5

ROOT = Path(__file__).parents[2]


def test_the_waking_step_is_that_of_the_package():
    gradients = np.append(np.zeros(20_000), 5.0)
    step = -np.diff(hp.replay(hp.Adam(lr=1.0), gradients).w)[-1]
    assert step == pytest.approx(0.1 / np.sqrt(0.001), rel=1e-6)
    assert hp.check("waking_step", step).passed


def test_the_four_curves_are_those_that_the_text_names():
    """The numbers in the notebook's figure against Adam's formula under a constant gradient."""
    lesson = jupytext.read(ROOT / "lessons/day5_exercises.py", fmt="py:percent")
    source = next(c.source for c in lesson.cells if c.metadata.get("key") == "uncorrected-curve-figure")
    names = {}
    exec(source.split("fig, ax")[0], names)
    t = np.array(names["t"])
    m, v = 1 - 0.9**t, 1 - 0.95**t
    whole = m / m / np.sqrt(v / v)
    exact = {"A": whole, "B": whole / np.sqrt(v), "C": m / np.sqrt(v), "D": m}
    for name, values in exact.items():
        assert names["measured"][name] == pytest.approx(values, abs=6e-4)


def test_the_snippets_average_of_ones_is_not_one():
    snippet = next(m.wrong for m in TASKS["corrected_average"].mistakes if m.id == "corrects_by_place")
    x, ones = np.array([3, 1, 2]), np.ones(3)
    assert snippet(x, ones, 0.9) == pytest.approx([0.1 / 0.19, 0.19 / 0.271, 0.271 / 0.1])
    assert TASKS["corrected_average"].reference(x, ones, 0.9) == pytest.approx([1, 1, 1])


# The open task


def rule_of(optimizer):
    """One of these rules: formula by formula, with its memory handed on."""
    kind, lr, *more = optimizer

    def rule(w, grad, memory, t):
        m, v = (0 * w, 0 * w) if memory is None else memory
        if kind == "sgd":
            return w - lr * grad, None
        if kind == "momentum":
            m = more[0] * m + grad
            return w - lr * m, (m, v)
        if kind == "sign":
            return w - lr * np.sign(grad), None
        if kind == "root":
            return w - lr * np.sqrt(grad), None
        if kind == "adagrad":
            v = v + grad**2
            return w - lr * grad / (np.sqrt(v) + 1e-8), (m, v)
        w, m, v = day5.adam_step(w, m, v, t, grad, lr, 0.9, 0.999, 1e-8)
        return w, (m, v)

    return rule


def each_word_alike(w, grad, memory, t):
    """Each word's gradient brought to length 1, at a rate that falls: no rule of the lesson."""
    rows = grad.reshape(150, 150)
    return w - 5 * 0.9**t * (rows / np.linalg.norm(rows, axis=1, keepdims=True)).ravel(), memory


RIGHT_RULES = [rule_of(o) for o in [("adam", 0.3), ("adam", 1.0), ("adagrad", 1.0), ("sign", 0.2)]]


@pytest.mark.parametrize("rule", [*RIGHT_RULES, each_word_alike])
def test_rules_whose_steps_do_not_depend_on_how_rare_a_word_is_pass(rule):
    result = hp.check("words_rule", rule)
    assert result.passed, result.message


NAMED = {
    "not_finite": [("sgd", np.inf), ("root", 0.3)],
    "no_progress": [("sgd", -100), ("sgd", 1e200), ("adam", 30.0), ("sgd", 0)],
    "favors_common_words": [("sgd", 3), ("sgd", 600), ("sgd", 1000), ("momentum", 100, 0.9)],
    "steps_too_short": [("adam", 0.001), ("adam", 0.1), ("adagrad", 0.01), ("sign", 0.03)],
    "steps_too_long": [("adam", 6.0), ("sign", 1.0), ("sign", 3.0)],
}


@pytest.mark.parametrize(("mistake", "optimizer"), [(m, o) for m, rules in NAMED.items() for o in rules])
def test_other_rules_do_not_and_are_told_why(mistake, optimizer):
    verdicts = [hp.check("words_rule", rule_of(optimizer), seed=seed) for seed in (0, 1)]
    assert [(v.status, v.mistake) for v in verdicts] == [("not yet", mistake)] * 2
    assert verdicts[0].message == verdicts[1].message
    assert {m.id for m in day5.WORDS_RULE.mistakes} == set(NAMED)


def test_a_rule_that_no_other_length_of_steps_helps_is_asked_for_another_thing():
    def rows_of_length_one(w, grad, memory, t):
        rows = grad.reshape(150, 150)
        return w - 1.0 * (rows / np.linalg.norm(rows, axis=1, keepdims=True)).ravel(), memory

    result = hp.check("words_rule", rows_of_length_one)
    assert (result.status, result.mistake) == ("not yet", None)
    assert "equally long" in result.message


def test_steps_scaled_from_outside_are_those_of_another_rate():
    for kind, lr, *more in [("sgd", 100), ("adam", 0.1), ("momentum", 30, 0.9), ("adagrad", 0.3)]:
        scaled = day5.words_left(rule_of((kind, lr, *more)), day5.TEXTS[0], scale=2.0)
        assert scaled == pytest.approx(day5.words_left(rule_of((kind, 2 * lr, *more)), day5.TEXTS[0]))


@pytest.mark.parametrize("kind", ["sgd", "momentum"])
def test_neither_sgd_nor_momentum_passes_at_any_rate(kind):
    for more in [()] if kind == "sgd" else [(0.5,), (0.7,), (0.8,), (0.9,), (0.95,)]:
        for lr in np.geomspace(50, 1600, 11):
            left = day5.words_left(rule_of((kind, lr, *more)), day5.TEXTS[0])
            assert left > (3 if kind == "sgd" else 1.5) * day5.WORDS_RULE.target


def test_sgd_leaves_as_much_as_the_praise_says():
    best = [min(day5.words_left(rule_of(("sgd", lr)), seed) for lr in (600, 650, 800)) for seed in day5.TEXTS]
    assert np.median(best) == pytest.approx(0.43, abs=0.02)


def test_the_text_of_the_open_task_has_the_numbers_of_its_check():
    assert (day5.WORDS_RULE.target, day5.WORDS_RULE.enough, len(day5.TEXTS)) == (0.1, 5, 5)
    assert (day5.WORD_STEPS, day5._hidden_text(0).counts.shape) == (30, (150, 150))


def _keeps():
    kept = []

    def rule(w, grad, memory, t):
        kept.append(t)
        return w - len(kept) * grad, None

    return rule


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (_keeps(), "second time"),
        (lambda w, grad, memory, t: w - grad, "ValueError"),
        (lambda w, grad, memory, t: (w[:3], None), "shape"),
        (lambda w, grad, memory, t: (w - memory, 0), "TypeError"),
        (0.3, "float"),
    ],
)
def test_what_is_no_rule_is_said_so(answer, word):
    result = hp.check("words_rule", answer)
    assert (result.status, result.score) == ("not yet", 0)
    assert word in result.message
