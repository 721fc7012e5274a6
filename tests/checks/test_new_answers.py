"""Answers written from the exercises' text alone, by somebody who had not read the checks.

They stand in `new_answers.txt`, one below the other: the task, whether the answer is right, what it is, and
the name of its mistake where it has one; then its lines.
"""

import inspect
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest

from hpcourse.checks import TASKS, checker

ANSWERS = re.split(
    r"^> ", Path(__file__).with_name("new_answers.txt").read_text("utf-8"), flags=re.MULTILINE
)[1:]


def _function(task, lines):
    """What the lines define; most are only the body of the task's function."""
    if not re.search(rf"^(def {task}\(|{task} = )", lines, re.MULTILINE):
        signature = inspect.signature(TASKS[task].reference)
        lines = f"def {task}{signature}:\n{textwrap.indent(lines, '    ')}"
    names = {"np": np, "__name__": "__main__"}
    exec(compile(lines, task, "exec"), names)
    return names[task]


@pytest.mark.slow
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.splitlines()[0])
def test_every_verdict_is_right_and_every_name(answer):
    heading, lines = answer.split("\n", 1)
    task, verdict, _, *mistake = (part.strip() for part in heading.split("|"))
    result = checker.judge(TASKS[task], _function(task, lines), seed=1)
    assert result.passed == (verdict == "right"), result.message
    if mistake:
        assert result.mistake == mistake[0]
