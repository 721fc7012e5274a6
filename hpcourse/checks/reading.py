"""Questions answered by a value: read off a figure, or found by an experiment.

A reading knows what counts as right and which wrong values are typical, each with its message.
"""

import numbers as kinds
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from hpcourse.checks.checker import NOT_STARTED
from hpcourse.checks.properties import printable
from hpcourse.checks.result import Result
from hpcourse.checks.task import say

LONGEST = 200  # characters of a word


@dataclass(frozen=True)
class Misreading:
    """A typical wrong value: `accepts(value)` recognises it, `message` says what it rests on."""

    id: str
    accepts: Callable
    message: str


@dataclass(frozen=True)
class Reading:
    """A question whose answer is a number, or with `words` one of these.

    `accepts(value)` says whether a value is right; it may compute what it compares with. `mistakes` are
    tried in their order, `otherwise` is said of any other value, `right` of a right one.
    """

    name: str
    day: int
    accepts: Callable
    mistakes: tuple[Misreading, ...]
    right: str
    otherwise: str
    words: tuple[str, ...] = ()

    def check(self, answer, seed=None):
        """The Result of an answer; a reading draws nothing, so that `seed` changes nothing."""
        return self.conclude(self.telling(answer), seed)

    def telling(self, answer):
        """The answer as something that JSON can hold: a number, a word, None, or {"type": its name}."""
        if answer is None or answer is Ellipsis:
            return None
        if isinstance(answer, list | tuple) and len(answer) == 1:
            answer = answer[0]
        if isinstance(answer, np.ndarray | np.generic) and answer.size == 1:
            answer = answer.item()
        if isinstance(answer, str):
            return printable(answer[:LONGEST])
        if isinstance(answer, complex) and answer.imag == 0:
            answer = answer.real
        if isinstance(answer, Decimal):
            answer = float(answer)
        if isinstance(answer, kinds.Real):  # True too, which is then no number
            return answer if isinstance(answer, bool) else float(answer)
        return {"type": type(answer).__name__[:LONGEST]}

    def conclude(self, told, seed=None):
        """The Result of what `telling` said."""
        if told is None:
            return Result(self, "not started", NOT_STARTED)
        value = self._word(told) if self.words else _number(told)
        if value is None:
            return Result(self, "not yet", self._unsuitable(told))
        if self.accepts(value):
            return Result(self, "passed", say(self.right))
        for mistake in self.mistakes:
            if mistake.accepts(value):
                return Result(self, "not yet", say(mistake.message), mistake=mistake.id)
        return Result(self, "not yet", say(self.otherwise))

    def _word(self, told):
        word = str(told).strip().lower() if isinstance(told, str) else ""
        return next((known for known in self.words if known.lower() == word), None)

    def _unsuitable(self, told):
        got = repr(told) if isinstance(told, str | float | bool) else str(told.get("type"))
        if self.words:
            return say(
                "Answer with one of these words: {words}. The check got {got}.",
                words=", ".join(self.words),
                got=got,
            )
        return say("The answer should be one number; the check got {got}.", got=got)


def _number(told):
    return told if isinstance(told, float) and np.isfinite(told) else None
