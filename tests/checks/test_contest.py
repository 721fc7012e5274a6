"""Open tasks: the verdict, the score and what is said, on a contest of its own."""

import json

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.contest import Contest, Refused
from hpcourse.checks.reading import Misreading
from hpcourse.checks.task import say


def _read(told):
    if not isinstance(told, float):
        raise Refused(say("A number, please."))
    return told


NEAR = Contest(
    name="near",
    day=2,
    tell=lambda answer: float(answer) if isinstance(answer, int | float) else str(type(answer)),
    read=_read,
    run=lambda number: [number, number + 1, np.inf if number > 8 else 2.0],
    target=3,
    enough=2,
    mistakes=(Misreading("far", lambda number, losses: number > 5, "{reached} of {seeds}: far, {median}."),),
    right="{reached} of {seeds}, at least {enough} under {target}.",
    otherwise="Nearly: {reached}.",
)


def test_enough_of_the_seeds_have_to_reach_the_target():
    assert NEAR.check(2).message == "3 of 3, at least 2 under 3."
    assert NEAR.check(3.0).passed  # just as low is low enough
    nearly = NEAR.check(3.1)
    assert (nearly.status, nearly.mistake, nearly.message) == ("not yet", None, "Nearly: 1.")
    assert nearly.score == pytest.approx(1 / 3)


def test_a_known_mistake_is_named_and_what_diverged_counts_as_infinitely_high():
    assert NEAR.check(6).message == "1 of 3: far, 6."
    assert (NEAR.check(9).mistake, NEAR.check(9).score) == ("far", 0)


def test_what_cannot_be_tried_is_refused_and_what_is_not_written_is_not_started():
    assert NEAR.check("three").message == "A number, please."
    assert NEAR.check(...).status == NEAR.check(None).status == "not started"


CONTESTS = [task for task in READINGS.values() if isinstance(task, Contest)]


@pytest.mark.parametrize("task", CONTESTS, ids=lambda task: task.name)
@pytest.mark.parametrize("told", [0, -1, True, "x", [], {}, [[]], {"values": []}, [None], {"values": [None]}])
def test_no_report_harms_a_contest(task, told):
    result = task.conclude(json.loads(json.dumps(told)))
    assert not result.passed
    assert str(result.message)
    hp.use_language("zh-TW")
    assert str(result.message)
    hp.use_language("en")


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("float(input())", {"en": "it waits for `input`", "zh-TW": "它在等 `input`"}),
        ("missing_name", {"en": "uses a name that does not exist there", "zh-TW": "不存在的名字"}),
        ("int('three')", {"en": "ValueError: invalid literal", "zh-TW": "ValueError: invalid literal"}),
        ("exit()", {"en": "it tries to leave Python with `exit`", "zh-TW": "用 `exit` 離開 Python"}),
        ("next(iter(()))", {"en": "`next` asks for more than there is", "zh-TW": "已經沒有了"}),
    ],
)
def test_what_stops_an_open_answer_is_said_in_words(lines, wanted):
    for language, words in wanted.items():
        hp.use_language(language)
        for name, answer in {
            "my_schedule": lambda t: eval(lines),
            "words_rule": lambda w, grad, memory, t: eval(lines),
        }.items():
            assert words in hp.check(name, answer).message
        hp.use_language("en")
