"""Questions answered by a value: read off a figure, or found by an experiment.

A reading knows what counts as right and which wrong values are typical, each with its message. Where a
choice could be guessed, it has a reason: the answer is then a pair, the choice and what shows it.
"""

import math
import numbers as kinds
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from hpcourse.checks.checker import CARET, NOT_STARTED
from hpcourse.checks.properties import Parts, printable
from hpcourse.checks.result import Result
from hpcourse.checks.task import kind_of, say
from hpcourse.frame.language import Listed

LONGEST = 200  # characters of a word
FARTHEST = 30  # exponents of ten that somebody may mean
ALONE = say(
    "The answer has two parts. Give both, with a comma between them: your choice first, then what the "
    "task asks for beside it."
)
OTHER_WAY_ROUND = say(
    "Worth knowing: the task asks for your choice first, then for what shows it. Here both orders are "
    "understood; a cell that goes on with your answer may rely on the task's."
)


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

    With a `reason`, another reading, the answer is a pair and right only with both. The choice is looked
    at first; its own `right` is then never said.
    """

    name: str
    day: int
    accepts: Callable
    mistakes: tuple[Misreading, ...]
    right: str
    otherwise: str
    words: tuple[str, ...] = ()
    reason: "Reading | None" = None

    @property
    def typical(self):
        """All wrong values that are known, those of the reason too."""
        return self.mistakes + (self.reason.mistakes if self.reason else ())

    def check(self, answer, seed=None):
        """The Result of an answer; a reading draws nothing, so that `seed` changes nothing."""
        return self.conclude(self.telling(answer), seed)

    def telling(self, answer):
        """The answer as something that JSON can hold: a number, a word, None, or {"type": its name}.

        With a reason, [choice, reason], each of them so.
        """
        if not self.reason or answer is None or answer is Ellipsis:
            return _told(answer)
        if isinstance(answer, Mapping):
            answer = list(answer.values())
        several = isinstance(answer, list | tuple) or (isinstance(answer, np.ndarray) and answer.ndim)
        both = list(answer) if several else [answer]
        return [_told(part) for part in both[:3]]

    def conclude(self, told, seed=None):
        """The Result of what `telling` said."""
        parts, exchanged = [(self, told)], False
        if self.reason and told is not None:
            if not isinstance(told, list) or len(told) != 2:
                return Result(self, "not yet", ALONE)
            if self._suits(told[1]) and not self._suits(told[0]):
                told, exchanged = told[::-1], True  # which is which can be seen
            parts = [(self, told[0]), (self.reason, told[1])]
        if any(part is None for _, part in parts):
            return Result(self, "not started", NOT_STARTED)
        for reading, part in parts:
            if fault := reading._fault(part):
                mistake, message = fault
                return Result(self, "not yet", message, mistake=mistake)
        right = say(parts[-1][0].right)
        return Result(self, "passed", Parts([right, OTHER_WAY_ROUND]) if exchanged else right)

    def _fault(self, told):
        """(id of the mistake or None, message) of a wrong answer, None of a right one."""
        value = self._word(told) if self.words else _number(told)
        if value is None:
            return None, self._unsuitable(told)
        if self.accepts(value):
            return None
        exponent = None if self.words else _meant_as_exponent(value)
        if exponent and self.accepts(10.0**exponent):
            return CARET, say(
                "Is that `10 ^ {exponent}`? In Python `^` is no power: it compares bits. `10 ** {exponent}` "
                "is right.",
                exponent=exponent,
            )
        fits = (mistake for mistake in self.mistakes if mistake.accepts(value))
        mistake = next(fits, Misreading(None, None, self.otherwise))
        return mistake.id, say(mistake.message)

    def _suits(self, told):
        return (self._word(told) if self.words else _number(told)) is not None

    def _word(self, told):
        word = str(told).strip().lower() if isinstance(told, str) else ""
        return next((known for known in self.words if known.lower() == word), None)

    def _unsuitable(self, told):
        got = str(told.get("type")) if isinstance(told, dict) else repr(told)
        if self.words:
            return say(
                "Answer with one of these words: {words}. The check got {got}.",
                words=Listed(self.words),
                got=got,
            )
        return say("The answer should be one number; the check got {got}.", got=got)


def _meant_as_exponent(value):
    """The exponent, if `value` is what Python makes of `10 ^ exponent`; None if nobody means such a one."""
    exponent = 10 ^ int(value)
    return exponent if value == int(value) and 2 <= abs(exponent) <= FARTHEST else None


def _number(told):
    return told if isinstance(told, float) and np.isfinite(told) else None


def _told(answer):
    """A number, a word, None, or {"type": its name}."""
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
        answer = _as_float(answer)
    if isinstance(answer, kinds.Real):  # True too, which is then no number
        return answer if isinstance(answer, bool) else _as_float(answer)
    return {"type": kind_of(answer)}


def _as_float(number):
    try:
        return float(number)
    except OverflowError:  # a whole number beyond all floats
        return math.inf if number > 0 else -math.inf
    except ValueError:  # a Decimal("sNaN")
        return math.nan
