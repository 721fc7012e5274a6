"""Open tasks: what a learner proposes is tried on seeds that are not shown; many answers are right."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from hpcourse.checks.checker import NOT_STARTED
from hpcourse.checks.properties import printable
from hpcourse.checks.reading import Misreading
from hpcourse.checks.result import Result
from hpcourse.checks.task import kind_of, say


class Refused(Exception):
    """A proposal that cannot be tried; its argument is the message."""


@dataclass(frozen=True)
class Contest:
    """A proposal is right when it gets at least as low as `target` with at least `enough` of the seeds.

    `tell(answer)` makes of an answer what JSON can hold, None where nothing is written yet; where it runs
    the learner's code, it does so apart. `read(told)` is the proposal, or raises Refused; `run(proposal)`
    gives the loss at each of the hidden seeds, always the same ones, so that no verdict depends on a draw.
    `mistakes` are tried in their order, `accepts(proposal, losses)`. Their messages, `right` and
    `otherwise` may speak of {reached}, {seeds}, {enough}, {target} and {median}. The score is the share of
    the seeds that reach the target.
    """

    name: str
    day: int
    tell: Callable
    read: Callable
    run: Callable
    target: float
    enough: int
    mistakes: tuple[Misreading, ...]
    right: str
    otherwise: str

    def check(self, answer, seed=None):
        """The Result of an answer; nothing is drawn, so that `seed` changes nothing."""
        return self.conclude(self.telling(answer), seed)

    def telling(self, answer):
        """The answer as something that JSON can hold."""
        return None if answer is None or answer is Ellipsis else self.tell(answer)

    def conclude(self, told, seed=None):
        """The Result of what `telling` said."""
        if told is None:
            return Result(self, "not started", NOT_STARTED)
        try:
            proposal = self.read(told)
        except Refused as refused:
            return Result(self, "not yet", refused.args[0])
        losses = np.asarray(self.run(proposal), float)
        reached = int((losses <= self.target).sum())
        finite = np.where(np.isfinite(losses), losses, np.inf)
        values = {
            "reached": reached,
            "seeds": len(losses),
            "enough": self.enough,
            "target": f"{self.target:g}",
            "median": f"{np.median(finite):.3g}",
        }
        if reached >= self.enough:
            return Result(self, "passed", say(self.right, **values))
        fits = (mistake for mistake in self.mistakes if mistake.accepts(proposal, losses))
        mistake = next(fits, Misreading(None, None, self.otherwise))
        score = reached / len(losses)
        message = say(mistake.message, **values)
        return Result(self, "not yet", message, mistake=mistake.id, score=score)


def numbers_of(answer):
    """Some numbers as JSON can hold them, for `tell`; None where one of them is still to be written."""
    if isinstance(answer, dict):
        answer = answer.values()
    try:
        parts = list(islice(answer, 4))  # no open task asks for more than three
    except TypeError:
        parts = [answer]
    return None if any(part is None or part is Ellipsis for part in parts) else list(map(_plain, parts))


def _plain(value):
    try:
        return float(np.asarray(value).item())
    except OverflowError:  # a whole number beyond all floats
        return float("inf")
    except Exception:  # a word, or anything else
        return printable(value[:100]) if isinstance(value, str) else f"<{kind_of(value)}>"
