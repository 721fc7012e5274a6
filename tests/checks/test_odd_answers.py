"""A surrogate, a megabyte or a NaN in what an answer prints, raises or returns.

The verdict stands all the same, and what is said of it is true and can be shown.
"""

import decimal
import itertools
import os

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import ALL, TASKS

HALF = "\ud800x\udfff"  # halves of characters, which no page can show
LONG = "m" * 10**6


class Speechless(Exception):
    """Its own words are the learner's code, too, and may do anything."""

    def __str__(self):
        raise SystemExit


class Wordless:
    def __repr__(self):
        raise ValueError(HALF)

    def __float__(self):
        raise RuntimeError


Endless = type("T" * 10**6, (), {})


def stop(error):
    raise error


def shown(result):
    """What is said and shown, which has to fit on a page."""
    page = repr(result) + result._repr_html_()
    page.encode("utf-8")
    assert len(page) < 10_000
    return page


@pytest.fixture(params=["in a process", "here"])
def where(request, monkeypatch):
    if request.param == "here":
        monkeypatch.delattr(os, "fork")


RETURNED = [
    (lambda: Endless(), "not numbers: TTT"),
    (lambda: np.zeros(10**6), "1000000 numbers"),
    (lambda: [0.0] * 10**6, "1000000 numbers"),
    (lambda: LONG, "wrong kind of thing"),
    (lambda: complex("nan+nanj"), "has the shape ()"),
    (lambda: ["m"] * 1000, "not numbers: list"),
    (lambda: HALF, "wrong kind of thing"),
    (lambda: np.full(6, np.nan), "holds NaN"),
    (lambda: Wordless(), "RuntimeError"),
    (lambda: next(iter(())), "`next` asks for more than there is"),
    (lambda: stop(Speechless()), "Speechless"),
    (lambda: stop(ValueError(HALF)), "ValueError (?x?)"),
    (lambda: stop(ValueError(LONG)), "ValueError (mmm"),
]


@pytest.mark.parametrize(("give", "word"), RETURNED)
def test_what_is_said_of_it_is_true(give, word, where):
    result = hp.check("gd_step", lambda w, grad, lr: give())
    assert result.status == "not yet"
    assert word in result.message
    shown(result)


@pytest.mark.parametrize("printed", [HALF, LONG, HALF * 10**5, float("nan"), b"\xff", np.full(9, np.nan)])
def test_what_is_printed_changes_nothing(printed, where):
    result = hp.check("gd_step", lambda w, grad, lr: print(printed) or w - lr * grad)
    assert result.passed
    shown(result)


ODD = [
    HALF,
    LONG,
    np.nan,
    np.zeros(10**5),
    [HALF] * 10**5,
    ("B", np.nan),
    ("B", HALF),
    {HALF: HALF, "a": LONG},
]
ODD += [10**5000, -(10**5000), decimal.Decimal("sNaN"), Wordless(), Endless(), [Wordless(), 1], np.array(0.3)]
ODD += [("B", [0.25, [0.3]]), {"lr": np.nan, "mup": True}, np.ma.masked, b"\xff", itertools.count(1)]


@pytest.mark.parametrize("name", [name for name in ALL if name not in TASKS])
def test_as_a_value_it_is_a_wrong_answer_and_no_error(name):
    for value in ODD:
        result = hp.check(name, value)
        assert result.status == "not yet"
        shown(result)


def test_a_value_that_is_no_number_is_called_by_its_name():
    assert "got nan" in hp.check("wide_settings", {"lr": np.nan, "mup": True}).message
    assert "got -inf" in hp.check("unseen_share", -(10**5000)).message
    assert "got nan" in hp.check("unseen_share", decimal.Decimal("sNaN")).message


def _speaks(t):
    raise Speechless


@pytest.mark.parametrize(
    ("rate", "word"),
    [
        (lambda t: [0.1] * 10**5, "no single number, but: list"),
        (lambda t: 10**100_000, "no single number, but: int"),
        (lambda t: Endless(), "no single number, but: TTT"),
        (lambda t: 0.1 if t < 250 else HALF, "At step 250"),
        (lambda t: np.nan, "rate is nan"),
        (lambda t: stop(SystemExit(LONG)), "leave Python"),
        (_speaks, "stops: Speechless"),
    ],
)
def test_an_open_answer_is_not_said_to_be_endless_that_is_not(rate, word, where):
    result = hp.check("my_schedule", rate)
    assert word in result.message
    shown(result)


def test_whoever_ends_python_in_an_open_answer_is_told_so():
    assert "ended Python itself" in hp.check("my_schedule", lambda t: os._exit(0)).message
    assert "ended Python itself" in hp.check("words_rule", lambda w, grad, memory, t: os._exit(0)).message


def test_a_rule_that_never_ends_is_stopped_as_soon_as_any_other():
    def rule(w, grad, memory, t):
        while True:
            w = w - grad

    result = hp.check("words_rule", rule)
    assert "did not come to an end" in result.message


@pytest.mark.parametrize(
    ("given", "name"), [("w, m, None", "v"), ("w, None, None", "m"), ("None, m, v", "w")]
)
def test_which_of_several_results_is_none_is_said(given, name):
    answer = eval(f"lambda w, m, v, t, grad, lr, beta1, beta2, eps: ({given})")
    assert f"`{name}` comes back as nothing (None)" in hp.check("adam_step", answer).message


def test_more_results_than_asked_for_are_counted():
    def adam_step(w, m, v, t, grad, lr, beta1, beta2, eps):
        yield from [w] * 7

    assert "3 values, in the task's order, and returns 7" in hp.check("adam_step", adam_step).message


@pytest.mark.parametrize(("name", "number"), [("updates_per_epoch", 1), ("steps_for_a_word", 0)])
def test_one_number_for_everything_is_no_pair_of_mistakes(name, number):
    count = len(TASKS[name].names)
    answer = eval(f"lambda {', '.join('abcdef'[:count])}: {number}")
    assert "the same result for every input" in hp.check(name, answer).message
