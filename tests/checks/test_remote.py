"""A check in two halves: the same verdict as at once, whatever the text between them holds."""

import json

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import ALL, READINGS, TASKS, checker
from hpcourse.checks.remote import conclude, observe


def verdict(result):
    return result.status, result.mistake, result.message, result.example


@pytest.mark.slow
@pytest.mark.parametrize("name", TASKS)
def test_the_verdict_is_the_one_of_a_check_at_once(name):
    task = TASKS[name]
    for answer in [task.reference, *(mistake.wrong for mistake in task.mistakes[::5])]:
        at_once = hp.check(name, answer, seed=5)
        assert verdict(conclude(name, observe(name, answer, seed=5), seed=5)) == verdict(at_once)


def quits(w, grad, lr):
    raise SystemExit


def prints(w, grad, lr):
    print("still here")
    return w + lr * grad


def other_form(w, v, grad, lr, momentum):
    v = momentum * v + grad
    return w - lr * v, v


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("gd_step", ...),
        ("gd_step", None),
        ("gd_step", 3),
        ("gd_step", quits),
        ("gd_step", prints),
        ("gd_step", lambda w, grad, lr: w - lr * undefined),  # noqa: F821
        ("gd_step", lambda w, grad, lr: None),
        ("gd_step", lambda w, grad, lr: np.nan * w),
        ("gd_step", lambda w, grad, lr: "w"),
        ("gd_step", lambda w: w),
        ("momentum_step", other_form),
        ("diagnose", lambda train_loss: "tired"),
        ("steepest_bowl", "A"),
        ("steepest_bowl", ...),
        ("steepest_bowl", 3),
        ("steepest_curvature", [1, 2]),
    ],
)
def test_unusual_answers_are_told_too(name, answer):
    at_once = hp.check(name, answer, seed=5)
    there = conclude(name, observe(name, answer, seed=5), seed=5)
    assert verdict(there) == verdict(at_once)
    assert there.printed == at_once.printed


def test_the_seed_of_both_halves_must_be_the_same():
    right = TASKS["gd_step"].reference
    assert not conclude("gd_step", observe("gd_step", right, seed=1), seed=2).passed


@pytest.mark.slow
def test_what_is_told_is_plain_json_of_a_modest_size():
    for name, task in TASKS.items():
        text = observe(name, task.reference, seed=0)
        assert json.loads(text)["ending"] == "done"
        assert len(text) < 200_000


RIGHT = json.loads(observe("gd_step", TASKS["gd_step"].reference, seed=0))
GIVEN = RIGHT["records"][0]["seen"][0]


def with_first(**changes):
    first = RIGHT["records"][0] | {"seen": [GIVEN | changes]}
    return json.dumps(RIGHT | {"records": [first, *RIGHT["records"][1:]]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "passed",
        "[]",
        "{}",
        "NaN",
        '{"told": 3}',
        '{"status": "passed"}',
        json.dumps(RIGHT | {"ending": "passed"}),
        json.dumps(RIGHT | {"records": []}),
        json.dumps(RIGHT | {"records": RIGHT["records"][:-1]}),
        json.dumps(RIGHT | {"again": None}),
        json.dumps(RIGHT | {"records": 9 * [None]}),
        json.dumps(RIGHT | {"records": 9 * [{"seen": [], "problem": "", "details": {}}]}),
        json.dumps(RIGHT | {"records": 9 * [{"seen": [], "problem": "raised", "details": {}}]}),
        with_first(dtype="O"),
        with_first(dtype="V8"),
        with_first(dtype="<f8", shape=[10**12]),
        with_first(shape=[-1]),
        with_first(shape="six"),
        with_first(data="no base64!"),
        with_first(data=GIVEN["data"][:8]),
        with_first(dtype="U", data=["w"] * 6),
        '{"records": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_a_forged_report_never_passes_and_never_raises(text):
    result = conclude("gd_step", text, seed=0)
    assert result.status != "passed"
    assert result.score == 0
    assert str(result.message)
    assert result._repr_html_()


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize(
    "text", ["", "{}", '{"told": {}}', '{"told": [[]]}', '{"told": true}', '{"told": NaN}']
)
def test_a_forged_report_of_a_reading_never_passes_either(name, text):
    assert not conclude(name, text, seed=0).passed


def test_every_task_has_one_name():
    assert set(ALL) == set(TASKS) | set(READINGS)
    assert not set(TASKS) & set(READINGS)


def test_what_is_kept_from_call_to_call_is_told():
    known = {}

    def kept_by_step(lr0, rate, t):
        return known.setdefault(t, lr0 * np.exp(-rate * t))

    assert "Called twice" in checker.judge(TASKS["exponential_decay"], kept_by_step, seed=1).message
    told = observe("exponential_decay", kept_by_step, seed=1)
    assert "Called twice" in conclude("exponential_decay", told, seed=1).message
