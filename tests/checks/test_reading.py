"""Questions answered by a value: what is right, what is typical, and what is no answer."""

import dataclasses
import json
from decimal import Decimal

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.reading import Misreading, Reading

NUMBER = Reading(
    name="number",
    day=1,
    accepts=lambda value: 2 < value < 3,
    mistakes=(Misreading("half", lambda value: 1 < value < 1.5, "Half of it."),),
    right="Right.",
    otherwise="Look again.",
)
WORD = Reading("word", 1, lambda word: word == "B", (), "Right.", "Look again.", words=("A", "B"))
A = Misreading("first", lambda word: word == "A", "The first.")


@pytest.mark.parametrize("value", [2.5, np.float32(2.5), np.array(2.5), np.array([2.5]), np.int64(5) / 2])
def test_numbers_of_any_kind_are_taken(value):
    assert NUMBER.check(value).passed


@pytest.mark.parametrize("word", ["B", "b", " b ", np.str_("B")])
def test_words_are_taken_in_any_case(word):
    assert WORD.check(word).passed


@pytest.mark.parametrize("value", [..., None])
def test_a_stub_is_not_started(value):
    assert NUMBER.check(value).status == WORD.check(value).status == "not started"


@pytest.mark.parametrize("value", [np.nan, np.inf, True, "2.5", [2.5, 2.6], {}, lambda: 2.5, 2.5j, object()])
def test_what_is_no_number_is_said_so(value):
    result = NUMBER.check(value)
    assert result.status == "not yet"
    assert "number" in result.message


@pytest.mark.parametrize("value", ["C", 2, ["C"], ["A", "B"], True, ""])
def test_what_is_no_such_word_is_said_with_the_words(value):
    assert "A, B" in WORD.check(value).message


HUGE = {"a number": 10**400, "a pair": ("A", 10**400), "three": (10**400, 0.5, 0.9), "sNaN": Decimal("sNaN")}


@pytest.mark.parametrize("name", READINGS)
@pytest.mark.parametrize("answer", HUGE.values(), ids=list(HUGE))
def test_a_number_beyond_all_floats_is_a_wrong_answer_and_no_error(name, answer):
    result = hp.check(name, answer)
    assert result.status == "not yet"
    assert len(repr(result)) < 2000


def test_a_typical_value_is_named_and_others_get_the_general_hint():
    half, other = NUMBER.check(1.2), NUMBER.check(7)
    assert (half.mistake, half.message) == ("half", "Half of it.")
    assert (other.mistake, other.message) == (None, "Look again.")


@pytest.mark.parametrize("name", READINGS)
def test_no_message_of_a_reading_shows_a_number_that_passes(name):
    reading = READINGS[name]
    if not isinstance(reading, Reading):
        pytest.skip("not answered by one value")
    for said in [reading.otherwise, *(mistake.message for mistake in reading.typical)]:
        for word in said.replace(",", " ").split():
            assert not hp.check(name, word.strip('."')).passed
            try:
                value = float(word)
            except ValueError:
                continue
            assert not hp.check(name, value).passed


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        (
            "steepest_bowl",
            ("B", 0.25),
            {
                ("C", 0.25): "flattest",
                ("A", 0.25): None,
                ("B", 0.125): "deepest",
                ("B", 4): "another_bowl",
                ("B", 8): "curvature",
                ("B", 0.5): None,
                "B": None,
            },
        ),
        ("steepest_curvature", 7.75, {0.258: "border", 3.876: "half", 9.0: None, -1: None}),
        ("slope_step", 1e-6, {1e-12: "drowned_in_rounding", 0.1: "bends_between", -1e-5: "not_positive"}),
    ],
)
def test_the_readings_of_day_1(name, right, wrong):
    assert hp.check(name, right).passed
    for value, mistake in wrong.items():
        result = hp.check(name, value)
        assert (result.passed, result.mistake) == (False, mistake)


def test_a_word_in_a_list_of_one_is_that_word():
    assert WORD.check(["B"]).passed
    assert not WORD.check(["A"]).passed


REASONED = dataclasses.replace(WORD, name="reasoned", mistakes=(A,), reason=NUMBER)


@pytest.mark.parametrize(
    "answer", [("B", 2.5), ["b", np.float32(2.5)], (2.5, "B"), {"letter": "B", "number": 2.5}]
)
def test_a_choice_with_its_reason_is_right_in_either_order(answer):
    result = REASONED.check(answer)
    assert result.passed
    exchanged = isinstance(answer, tuple) and answer[0] == 2.5
    assert exchanged == ("your choice first, then" in str(result.message))


@pytest.mark.parametrize(
    ("answer", "mistake", "word"),
    [
        (("B", 1.2), "half", "Half of it."),
        (("B", 7), None, "Look again."),
        (("A", 2.5), "first", "The first."),
        (("A", 1.2), "first", "The first."),
        (("C", 2.5), None, "A, B"),
        (("B", "2.5"), None, "number"),
        ("B", None, "two parts"),
        (2.5, None, "two parts"),
        (("B", 2.5, 2.5), None, "two parts"),
        ([], None, "two parts"),
    ],
)
def test_neither_a_choice_nor_a_reason_passes_alone(answer, mistake, word):
    result = REASONED.check(answer)
    assert (result.status, result.mistake, result.score) == ("not yet", mistake, 0)
    assert word in result.message


@pytest.mark.parametrize("answer", [..., None, (..., ...), ("B", ...), (..., 2.5), ("B", None)])
def test_half_a_pair_is_not_started(answer):
    assert REASONED.check(answer).status == "not started"


def test_a_pair_goes_through_text_unchanged():
    for answer in (("B", 2.5), ("A", 1.2), "B", ("B", ...), ...):
        told = json.loads(json.dumps(REASONED.telling(answer)))
        assert repr(REASONED.conclude(told)) == repr(REASONED.check(answer))
