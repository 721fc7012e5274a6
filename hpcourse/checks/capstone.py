"""The check of the capstone: the settings train again, from new starts, and read images kept in a drawer."""

import numbers as kinds
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hpcourse.checks.checker import NOT_STARTED
from hpcourse.checks.properties import printable
from hpcourse.checks.result import Result
from hpcourse.checks.task import kind_of, say
from hpcourse.page.laboratory import DEFAULTS, TARGET, Refused, checked, run

STARTS, ENOUGH, SOME = 20, 18, 5  # new starts; how many have to reach the target; how many are luck
FIRST_SEED = 10**6  # beyond those that a laboratory offers
PROBES, FACTORS = 5, (0.001, 0.01, 0.1, 1 / 3, 3, 10, 100, 1000)  # is another rate better?
BETTER, ENOUGH_BETTER = 0.03, 0.01  # by so much; where it reaches the target, by so much
LONGEST, MOST, LARGEST = 200, 20, 10**20  # characters of a word, settings, numbers passed on as they are


@dataclass(frozen=True)
class Capstone:
    """A task answered by the settings of a training: a dict of words and numbers.

    It is passed when nearly every one of several new starts reaches the target. Otherwise the score is
    the share of those that do.
    """

    name: str
    day: int

    def check(self, answer, seed=None):
        """The Result of settings; `seed` draws the new starts."""
        return self.conclude(self.telling(answer), seed)

    def telling(self, answer):
        """The answer as something that JSON can hold: None, {"settings": ...} or {"type": its name}."""
        if answer is None or answer is Ellipsis:
            return None
        if not isinstance(answer, Mapping):
            return {"type": kind_of(answer)}
        pairs = list(answer.items())[:MOST]
        return {"settings": {_name(name): _told(value) for name, value in pairs}}

    def conclude(self, told, seed=None):
        """The Result of what `telling` said."""
        if told is None:
            return Result(self, "not started", NOT_STARTED)
        if "settings" not in told:
            return Result(self, "not yet", _not_settings(told))
        if any(value is None for value in told["settings"].values()):
            return Result(self, "not started", NOT_STARTED)
        given = {name: _Thing.read(value) for name, value in told["settings"].items()}
        try:
            settings = checked(given)
        except Refused as refused:
            return Result(self, "not yet", say(refused.template, **refused.values))
        return _judged(self, settings, np.random.default_rng(seed))


CAPSTONE = Capstone("capstone", 6)


class _Thing:
    """What is neither a word nor a number, known by the name of its type."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<{self.name}>"

    @classmethod
    def read(cls, told):
        return cls(str(told.get("type"))[:LONGEST]) if isinstance(told, dict) else told


def _name(value):
    return printable(value[:LONGEST]) if isinstance(value, str) else f"<{kind_of(value)}>"


def _told(value):
    if value is None or value is Ellipsis:
        return None
    if isinstance(value, np.ndarray | np.generic) and value.size == 1:
        value = value.item()
    if isinstance(value, str):
        return printable(value[:LONGEST])
    if isinstance(value, bool | int) and abs(value) < LARGEST:
        return value
    if isinstance(value, kinds.Real) and not abs(value) >= LARGEST:  # NaN, too
        return float(value)
    return {"type": kind_of(value)}


def _not_settings(told):
    example = {name: DEFAULTS[name] for name in ("optimizer", "lr")}
    return say(
        "The capstone takes your settings as a dictionary, such as `{example}`; the check got: {got}.",
        example=example,
        got=str(told.get("type")),
    )


def _judged(task, settings, rng):
    seeds = (FIRST_SEED + rng.integers(2**31, size=STARTS)).tolist()
    accuracy = np.nan_to_num(run(settings, seeds, drawer=True).test_accuracy)
    reached = int((accuracy >= TARGET).sum())
    values = {
        "reached": reached,
        "starts": STARTS,
        "enough": ENOUGH,
        "target": f"{TARGET:.0%}",
        "median": f"{np.median(accuracy):.1%}",
        "worst": f"{accuracy.min():.1%}",
    }
    if reached >= ENOUGH:
        message = say(
            "{reached} of {starts} new starts reach {target} on images that no training of yours has seen; "
            "the lowest reads {worst}. These settings do not live on luck.",
            **values,
        )
        return Result(task, "passed", message)
    mistake = "defaults" if settings == checked({}) else _what_is_wrong(settings, seeds, accuracy, reached)
    return Result(task, "not yet", _hint(mistake, values), mistake=mistake, score=reached / STARTS)


def _what_is_wrong(settings, seeds, accuracy, reached):
    if reached >= SOME:
        return "lucky"
    rates = [settings["lr"] * factor for factor in FACTORS]
    others = np.nan_to_num(run(settings, seeds[:PROBES], True, rates).test_accuracy).mean(axis=1)
    better = others.max() - accuracy[:PROBES].mean()
    if better < (ENOUGH_BETTER if others.max() >= TARGET else BETTER):
        return "not_the_rate"
    return "lr_too_large" if FACTORS[others.argmax()] < 1 else "lr_too_small"


def _hint(mistake, values):
    if mistake == "defaults":
        return say(
            "These are the defaults, and nobody chose them for this problem: {reached} of {starts} new "
            "starts reach {target}, and half of them read {median} or less.",
            **values,
        )
    if mistake == "lr_too_large":
        return say(
            "{reached} of {starts} new starts reach {target}; half of them read {median} or less. With "
            "these settings a smaller rate does better. At which end of the rates that you tried "
            "does yours stand?",
            **values,
        )
    if mistake == "lr_too_small":
        return say(
            "{reached} of {starts} new starts reach {target}; half of them read {median} or less. With "
            "these settings a larger rate does better. At which end of the rates that you tried "
            "does yours stand?",
            **values,
        )
    if mistake == "lucky":
        return say(
            "{reached} of {starts} new starts reach {target}, and {enough} should; the lowest reads {worst}. "
            "So one training may well reach it, and the next one not. Over several seeds, which of your "
            "finalists stays clear of {target} even where it is lowest?",
            **values,
        )
    return say(
        "{reached} of {starts} new starts reach {target}; half of them read {median} or less. Neither a "
        "third of the rate nor three times the rate does much better. So which of the other settings is "
        "worth a search, each with its rate tuned again?",
        **values,
    )
