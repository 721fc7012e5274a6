"""The check of Day 7's open task: settings for the large network train again, from starts not shown."""

from dataclasses import dataclass
from typing import ClassVar

from hpcourse.checks.capstone import Capstone
from hpcourse.checks.result import Result
from hpcourse.checks.task import say
from hpcourse.page import scale_up

SEEDS, ENOUGH = range(10**6, 10**6 + 6), 5  # starts not shown; how many have to reach the target
BEST = {False: 2**-6.2, True: 2**-4.5}  # the best rate at width 128, by muP; at width 16 both ways
BEST_SMALL = BEST[True]
NEAR = 1.8  # a factor of the rate


@dataclass(frozen=True)
class ScaledUp(Capstone):
    """A task answered by a rate, and whether with muP, for the large network."""

    example: ClassVar = {"lr": 0.001, "mup": False}

    def read(self, given):
        """All settings, from those given; raises `Refused`."""
        return scale_up.checked(given)

    def judged(self, settings, seed):
        """Trains from the starts not shown, and counts those that reach the target."""
        losses = scale_up.run(scale_up.LARGE, **settings, seeds=SEEDS, report=True)
        reached = int((losses <= scale_up.TARGET).sum())
        values = {
            "reached": reached,
            "starts": len(SEEDS),
            "target": scale_up.TARGET,
            "mean": f"{losses.mean():.3f}",
        }
        score = reached / len(SEEDS)
        if reached >= ENOUGH:
            message = say(
                "{reached} of {starts} new starts get below {target} nats on pairs that nobody has looked "
                "at; their mean is {mean}. The small network has told you most of it.",
                **values,
            )
            return Result(self, "passed", message)
        mistake, hint = _hint(settings, values)
        return Result(self, "not yet", hint, mistake=mistake, score=score)


def _hint(settings, values):
    """The mistake that unsuitable settings show, and what is said to it."""
    lr, mup = settings["lr"], settings["mup"]
    if not mup and 1 / NEAR < lr / BEST_SMALL < NEAR:
        return "carried_over", say(
            "{reached} of {starts} new starts get below {target} nats; their mean is {mean}. About this rate "
            "is best at width 16, but the standard network's best rate falls as the width grows. Either it "
            "has to fall, or something else has to change with the width.",
            **values,
        )
    if mup and 1 / NEAR < lr / BEST[False] < NEAR:
        return "counted_twice", say(
            "{reached} of {starts} new starts get below {target} nats; their mean is {mean}. This rate would "
            "suit the standard network. With muP the width is in the factors already: it counts twice here.",
            **values,
        )
    if values["reached"]:
        return "nearly", say(
            "{reached} of {starts} new starts get below {target} nats; their mean is {mean}. That is near. "
            "One training says little about the next start: use what is left of your three, or the slope of "
            "your curve at width 16.",
            **values,
        )
    if lr > BEST[mup]:
        return "lr_too_large", say(
            "{reached} of {starts} new starts get below {target} nats; their mean is {mean}. The rate is too "
            "large. Where does the curve of the small network end to the right?",
            **values,
        )
    return "lr_too_small", say(
        "{reached} of {starts} new starts get below {target} nats; their mean is {mean}. The rate is too "
        "small: the training ends before it gets there. Did your sweep at width 16 have its best rate "
        "inside?",
        **values,
    )


SCALED_UP = ScaledUp("wide_settings", 7)
