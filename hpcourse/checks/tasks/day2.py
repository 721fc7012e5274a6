"""Day 2: schedules. The first update has t = 0."""

import dataclasses
import functools
import inspect
import itertools
import operator
from numbers import Real

import numpy as np

from hpcourse import MLP, SGD, digits, train
from hpcourse.checks.contest import Contest, Refused
from hpcourse.checks.isolation import TimeUp, run_apart
from hpcourse.checks.lines import is_stub
from hpcourse.checks.properties import NO_POWER, Parts, at_caret, in_a_line, in_words, no_end
from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Formula, Mistake, Seen, Task, Unusable, kind_of, numbers, once, say
from hpcourse.checks.tasks.common import DEEP, HUGE, NUMBERS_ONLY, OVERFLOWS, SILENT, TINY, far, floors

LOST_PEAK = "The shape is right, but its highest rate is 1: the peak rate is missing."
SHORT_E = "Nearly: a few digits of e were typed in. Let the exponential function use all of them."
FEW_DIGITS = "A few digits of e were typed in. Let the exponential function use all of them."
STEP_EARLY = "You are one step ahead: the first value, at step 0, has already changed."


def _over_time(settings, drawn, times, random_times):
    """Cases for a schedule: each setting at several steps, then arrays of steps, then a drawn setting."""
    cases = []
    for number, setting in enumerate(settings, start=1):
        for t in times[number - 1]:
            deep = DEEP if t > 500 else None
            cases.append(Case(f"settings {number} at step {t}", {**setting, "t": t}, deep=deep))
    array = np.array(times[0])
    return [
        *cases,
        Case("an array of steps", {**settings[0], "t": array}, "array", NUMBERS_ONLY),
        Case("a list of steps", {**settings[0], "t": times[0]}, "lists", SILENT),
        *(Case(f"random settings at step {t}", {**drawn, "t": t}, "random") for t in random_times),
    ]


def exponential_decay(lr0, rate, t):
    """The seed's formula."""
    return lr0 * np.exp(-rate * t)


def _decays(rng):
    settings = [{"lr0": 0.1, "rate": 0.05}, {"lr0": 2.0, "rate": 0.3}, {"lr0": 0.5, "rate": 0.0005}]
    drawn = {"lr0": float(rng.uniform(0.01, 1)), "rate": float(rng.uniform(0.01, 0.2))}
    steps = (int(rng.integers(2, 6)), int(rng.integers(7, 30)))
    return _over_time(settings, drawn, ([0, 1, 10, 45, 100, 260, 300], [0, 3, 7, 60], [12_345]), steps)


FAR_DECAYS = (
    far("a large first rate", size=HUGE, lr0=HUGE, rate=0.05, t=20),
    far("a small first rate", size=TINY, lr0=TINY, rate=0.05, t=20),
    far("a small decay rate", size=1.0, lr0=1.0, rate=1e-9, t=2_000_000),
    far("a decay rate above one", size=0.5, lr0=0.5, rate=2.5, t=2),
    far("at the end of a long decay", size=1.0, lr0=1.0, rate=0.3, t=100),
    far("a very long decay", size=1.0, long=OVERFLOWS, lr0=1.0, rate=0.5, t=3000),
    *(far(f"a decay rate of {rate}", 0.5, "end", lr0=0.5, rate=float(rate), t=7) for rate in (0, 1)),
)


def _build_decay(p):
    def decay(lr0, rate, t):
        return p.floor(p.join(lr0, p.fade(p.sign, p.speed(rate), p.clock(t))), lr0)

    return decay


DECAY = Formula(
    _build_decay,
    speed=lambda rate: rate,
    clock=lambda t: t,
    sign=-1,
    fade=lambda sign, rate, t: np.exp(sign * rate * t),
    join=lambda lr0, share: lr0 * share,
    floor=lambda lr, lr0: lr,
)


def _rising(length):
    """Shows what a schedule does while it rises and afterwards, each by itself."""

    def view(case, name):
        t = case.arguments["t"]
        return None if np.ndim(t) else "rising" if t < case.arguments[length] else "afterwards"

    return view


STRAIGHT = "The decay is a straight line. It should be exponential."

EXPONENTIAL_DECAY = Task(
    name="exponential_decay",
    day=2,
    reference=exponential_decay,
    cases=_decays,
    far=FAR_DECAYS,
    observe=once("result"),
    formula=DECAY,
    fitted=floors(DECAY, "lr0"),
    mistakes=(
        *DECAY.mistakes(
            (
                "grows",
                {"sign": 1},
                "The rate explodes instead of fading: look at the sign of the exponent.",
                "The sign before the decay rate is wrong.",
            ),
            (
                "inverse_time",
                {"fade": lambda sign, rate, t: 1 / (1 - sign * rate * t)},
                "That is inverse-time decay: it starts alike and then fades ever more slowly. Exponential "
                "decay loses the same share in every step.",
                "That is inverse-time decay. The task asks for the exponential function.",
            ),
            (
                "linear",
                {"fade": lambda sign, rate, t: 1 + sign * rate * t},
                "A straight line: it reaches zero and then goes below, where descent becomes ascent.",
                STRAIGHT,
            ),
            (
                "linear_clipped",
                {"fade": lambda sign, rate, t: np.maximum(1 + sign * rate * t, 0)},
                "A straight line down to zero. Exponential decay loses the same share in every step, so it "
                "never arrives at zero.",
                STRAIGHT,
            ),
            (
                "subtracts",
                {
                    "fade": lambda sign, rate, t: sign * rate * t,
                    "join": lambda lr0, share: lr0 + share,
                },
                "Every step takes away the same amount, and soon the learning rate is negative, which is "
                "ascent. Exponential decay takes away the same share.",
                STRAIGHT,
            ),
            ("one_ahead", {"clock": lambda t: t + 1}, STEP_EARLY, "You are one step ahead."),
            (
                "one_behind",
                {"clock": lambda t: t - 1},
                "You are one step behind: at step 0 the rate lies above the starting rate.",
                "You are one step behind.",
            ),
            (
                "compound",
                {"fade": lambda sign, rate, t: (1 + sign * rate) ** t},
                "Close, but that takes the share off once a step, as a bank does with interest. The "
                "formula asks for the exponential function.",
                "The share is reckoned once a step, as a bank does with interest. The formula asks for the "
                "exponential function.",
            ),
            (
                "compound_division",
                {"fade": lambda sign, rate, t: 1 / (1 - sign * rate) ** t},
                "Close, but that divides once a step. The formula asks for the exponential function.",
                "That divides once a step. The formula asks for the exponential function.",
            ),
            (
                "rate_is_base",
                {"fade": lambda sign, rate, t: rate**t},
                "The decay rate is used as the factor of each step. In the formula it stands in the "
                "exponent.",
            ),
            (
                "no_start",
                {"join": lambda lr0, share: share},
                "The starting rate is missing: at step 0 the schedule should give it back.",
                "The starting rate is missing.",
            ),
            (
                "start_added",
                {"join": lambda lr0, share: lr0 + share},
                "The starting rate is added to the exponential. It should be multiplied by it.",
                "The starting rate is added. It should be multiplied by what fades.",
            ),
            (
                "time_outside",
                {"fade": lambda sign, rate, t: np.exp(sign * rate) * t},
                "Zero at step 0, and growing from there: the step belongs in the exponent.",
                "The step stands outside of the exponent; it belongs inside.",
            ),
            (
                "no_exponential",
                {"fade": lambda sign, rate, t: rate * t},
                "Zero at step 0, and growing from there: the exponential function is missing.",
                "The exponential function is missing.",
            ),
            (
                "frozen",
                {"clock": lambda t: 1 + 0 * t},
                "The same value at every step: the step does not enter the exponent.",
                "The same value at every step: the step does not enter.",
            ),
        ),
        Mistake(
            "constant",
            lambda lr0, rate, t: lr0 + 0 * t,
            "The learning rate never changes. It should fade with every step.",
        ),
        *DECAY.mistakes(
            (
                "time_constant",
                {"speed": lambda rate: 1 / rate},
                "You divide by the decay rate, as if it were a duration: then a higher rate fades more "
                "slowly.",
                "You divide by the decay rate, as if it were a duration.",
            ),
            ("no_rate", {"speed": lambda rate: 1}, "The decay rate is never used."),
            (
                "half_life",
                {"fade": lambda sign, rate, t: 2.0 ** (sign * rate * t)},
                "Your base is 2; the formula's is e, the exponential function.",
            ),
            (
                "base_ten",
                {"fade": lambda sign, rate, t: 10.0 ** (sign * rate * t)},
                "Your base is 10; the formula's is e, the exponential function.",
            ),
        ),
        Mistake(
            "all_inside",
            lambda lr0, rate, t: np.exp(-lr0 * rate * t),
            "The starting rate stands inside the exponential; it belongs in front.",
        ),
        *DECAY.mistakes(
            (
                "staircase",
                {"fade": lambda sign, rate, t: np.exp(sign * np.floor(rate * t))},
                "A staircase: it stands still for some steps and then drops. Is something rounded down?",
                "A staircase. Is something rounded down?",
            ),
            (
                "gaussian",
                {"clock": np.square},
                "It fades far too fast: the step is squared.",
                "The step is squared.",
            ),
            *(
                (
                    f"once_in_{many}_steps",
                    {"clock": lambda t, many=many: t // many},
                    "A staircase: the step is divided and rounded down first, as if the rate changed once an "
                    "epoch. It should change with every step.",
                )
                for many in (10, 50, 100, 1000)
            ),
            ("short_e", {"fade": lambda sign, rate, t: 2.718 ** (sign * rate * t)}, SHORT_E, FEW_DIGITS),
            (
                "five_digits_of_e",
                {"fade": lambda sign, rate, t: 2.71828 ** (sign * rate * t)},
                SHORT_E,
                FEW_DIGITS,
            ),
        ),
    ),
)


def linear_warmup(peak_lr, warmup_steps, t):
    """Rise in a straight line, then stay."""
    return peak_lr * np.minimum((t + 1) / warmup_steps, 1)


def _warmups(rng):
    settings = [
        {"peak_lr": 0.4, "warmup_steps": 5},
        {"peak_lr": 0.03, "warmup_steps": 100},
        {"peak_lr": 3.0, "warmup_steps": 2000},
    ]
    drawn = {"peak_lr": float(rng.uniform(0.05, 0.9)), "warmup_steps": int(rng.integers(6, 20))}
    steps = (int(rng.integers(1, 5)), drawn["warmup_steps"] + int(rng.integers(0, 50)))
    return _over_time(settings, drawn, ([0, 1, 3, 4, 5, 6, 30], [0, 49, 99, 250], [1500, 12_345]), steps)


FAR_WARMUPS = (
    far("a large peak", size=HUGE, peak_lr=HUGE, warmup_steps=10, t=3),
    far("a large peak, reached", size=HUGE, peak_lr=HUGE, warmup_steps=10, t=30),
    far("a small peak", size=TINY, peak_lr=TINY, warmup_steps=10, t=3),
    far("a long warmup", peak_lr=0.5, warmup_steps=2_000_000, t=1_234_567),
    far("a long warmup's first stair", peak_lr=0.5, warmup_steps=2_000_000, t=0),
    *(
        far(f"a warmup of one step at step {t}", kind="end", peak_lr=0.5, warmup_steps=1, t=t)
        for t in (0, 1, 5)
    ),
    *(
        far(f"a warmup of two steps at step {t}", kind="end", peak_lr=0.5, warmup_steps=2, t=t)
        for t in (0, 1, 5)
    ),
)


def _build_warmup(p):
    def warmup(peak_lr, warmup_steps, t):
        share = p.share(p.stair(t), p.steps(np.float64(warmup_steps)))
        return p.peak(peak_lr) * p.cap(p.bend(share))

    return warmup


CLIMB = Formula(
    _build_warmup,
    stair=lambda t: t + 1,
    steps=lambda steps: steps,
    share=lambda stair, steps: stair / steps,
    bend=lambda share: share,
    cap=lambda share: np.minimum(share, 1),
    peak=lambda peak: peak,
)
BENT = "The rise is bent. It should be a straight line."
FRACTION_LOST = "Whole-number division throws the fraction away."

LINEAR_WARMUP = Task(
    name="linear_warmup",
    day=2,
    reference=linear_warmup,
    cases=_warmups,
    far=FAR_WARMUPS,
    observe=once("result"),
    formula=CLIMB,
    view=_rising("warmup_steps"),
    mistakes=(
        *CLIMB.mistakes(
            (
                "starts_at_zero",
                {"stair": lambda t: t},
                "At step 0 your rate is zero: the first update would be wasted. It should be one of the "
                "equal stairs up.",
                "Step 0 should stand on the first stair, not below it.",
            ),
            (
                "no_end",
                {"cap": lambda share: share},
                "The rise never ends: after the warmup the rate should stay at its peak.",
            ),
            (
                "no_end_from_zero",
                {"stair": lambda t: t, "cap": lambda share: share},
                "It starts at zero, which wastes the first update, and it never stops rising: after the "
                "warmup the rate should stay at its peak.",
            ),
            (
                "as_it_was",
                {"stair": lambda t: t, "steps": lambda steps: steps + 1, "cap": lambda share: share},
                "That is the function as it was: it starts at zero, its stairs are too low, and it never "
                "stops rising.",
                "The three slips of the hurried function are still there.",
            ),
            (
                "no_end_and_too_many",
                {"steps": lambda steps: steps + 1, "cap": lambda share: share},
                "The first rate is no longer zero. But there is one stair too many, and the rise never ends.",
                "There is one stair too many, and the rise never ends.",
            ),
            (
                "whole_division",
                {"stair": lambda t: t, "share": lambda stair, steps: stair // steps, "cap": lambda x: x},
                "Zero during the warmup, then the peak, then its double: whole-number division throws "
                "the fraction away.",
                FRACTION_LOST,
            ),
            (
                "whole_division_capped",
                {"stair": lambda t: t, "share": lambda stair, steps: stair // steps},
                "Zero during the whole warmup, then the peak at once: whole-number division throws the "
                "fraction away.",
                FRACTION_LOST,
            ),
            (
                "whole_division_ahead",
                {"share": lambda stair, steps: stair // steps},
                "Zero until the last step of the warmup, then the peak: whole-number division throws the "
                "fraction away.",
                FRACTION_LOST,
            ),
        ),
        Mistake(
            "falls",
            lambda peak_lr, warmup_steps, t: peak_lr * (1 - t / warmup_steps),
            "The rate falls where it should rise, and ends below zero.",
        ),
        Mistake(
            "falls_to_zero",
            lambda peak_lr, warmup_steps, t: peak_lr * np.maximum(1 - t / warmup_steps, 0),
            "The rate falls from its peak to zero. A warmup goes the other way and then stays.",
        ),
        *CLIMB.mistakes(
            (
                "one_stair_too_many",
                {"steps": lambda steps: steps + 1},
                "The peak is reached one step late: there is one stair too many.",
                "There is one stair too many.",
            ),
            (
                "from_zero_and_too_many",
                {"stair": lambda t: t, "steps": lambda steps: steps + 1},
                "It starts at zero, and is still below its peak when the warmup is over.",
                "The stairs are counted from zero, and there is one too many.",
            ),
            (
                "from_zero_to_peak",
                {"stair": lambda t: t, "steps": lambda steps: steps - 1},
                "The last step of the warmup is right, but the first has a rate of zero: a straight line "
                "through both ends has one stair less than steps.",
                "A straight line from zero through both ends has one stair less than steps.",
            ),
            (
                "one_stair_too_few",
                {"steps": lambda steps: steps - 1},
                "The peak is reached one step early: there is one stair too few.",
                "There is one stair too few.",
            ),
            ("one_ahead", {"stair": lambda t: t + 2}, STEP_EARLY, "You are one step ahead."),
            ("no_peak", {"peak": lambda peak: 1}, LOST_PEAK, "The peak rate is missing."),
        ),
        Mistake(
            "capped_before_scaling",
            lambda peak_lr, warmup_steps, t: np.minimum((t + 1) / warmup_steps, peak_lr),
            "Its stairs are shares of 1, cut off at the peak rate. They should be shares of the peak.",
        ),
        Mistake(
            "no_warmup",
            lambda peak_lr, warmup_steps, t: peak_lr + 0.0 * t,
            "The peak from the first step on: there is no warmup.",
        ),
        Mistake(
            "zero_afterwards",
            lambda peak_lr, warmup_steps, t: np.where(t < warmup_steps, peak_lr * (t + 1) / warmup_steps, 0),
            "The rise is right; after it the rate is zero. It should stay at its peak.",
            beside="After the warmup the rate is zero. It should stay at its peak.",
        ),
        *CLIMB.mistakes(
            (
                "larger_of_both",
                {"cap": lambda share: np.maximum(share, 1)},
                "The peak at once, and above it after the warmup: the larger of two values is taken "
                "instead of the smaller.",
                "The larger of two values is taken instead of the smaller.",
            ),
            (
                "larger_of_both_from_zero",
                {"stair": lambda t: t, "cap": lambda share: np.maximum(share, 1)},
                "The peak at once, and above it later: the larger of two values is taken instead of the "
                "smaller. And the stairs are counted from zero.",
            ),
        ),
        Mistake(
            "overshoots_once",
            lambda peak_lr, warmup_steps, t: np.where(
                t <= warmup_steps, peak_lr * (t + 1) / warmup_steps, peak_lr
            ),
            "For one step the rate overshoots its peak: the warmup lasts one step too long.",
        ),
        Mistake(
            "shares_multiplied",
            lambda peak_lr, warmup_steps, t: (
                peak_lr
                * np.cumprod(np.minimum(np.arange(1, np.max(t) + 2) / warmup_steps, 1))[np.asarray(t, int)]
            ),
            "The share of each step is multiplied onto the rate of the step before, so that the rate "
            "collapses. Each step takes its share of the peak.",
        ),
        Mistake(
            "one_step_only",
            lambda peak_lr, warmup_steps, t: np.where(t < warmup_steps, peak_lr / warmup_steps, peak_lr),
            "During the warmup the rate stands still at its first value. It should climb one stair "
            "with each step.",
        ),
        *CLIMB.mistakes(
            (
                "quadratic",
                {"bend": np.square},
                "The rise is bent: slow at first, steep at the end. It should be a straight line.",
                BENT,
            ),
            (
                "root",
                {"bend": np.sqrt},
                "The rise is bent: steep at first, slow at the end. It should be a straight line.",
                BENT,
            ),
            (
                "no_parentheses",
                {"stair": lambda t: t, "share": lambda stair, steps: stair + 1 / steps},
                "Step 0 is right, and step 1 is at the peak already: only the one that is added gets "
                "divided. Are parentheses missing?",
                "Only the one that is added gets divided. Are parentheses missing?",
            ),
        ),
    ),
)


def warmup_then_decay(peak_lr, warmup_steps, rate, t):
    """Rise in a straight line, then fade; the decay's clock starts when the warmup ends."""
    rising = peak_lr * (t + 1) / warmup_steps
    return np.where(t < warmup_steps, rising, peak_lr * np.exp(-rate * np.maximum(t - warmup_steps, 0)))


FAR_WARMUPS_AND_DECAYS = (
    *(dataclasses.replace(case, arguments=case.arguments | {"rate": 0.1}) for case in FAR_WARMUPS),
    far("a long decay", size=0.5, peak_lr=0.5, warmup_steps=10, rate=1e-6, t=1_500_000),
    far("at the end of a decay", size=0.5, peak_lr=0.5, warmup_steps=5, rate=0.3, t=105),
    far("a very long decay", size=0.5, long=OVERFLOWS, peak_lr=0.5, warmup_steps=5, rate=0.5, t=3000),
    far("a decay rate above one", size=0.5, peak_lr=0.5, warmup_steps=5, rate=2.5, t=7),
    far("a large peak, falling", size=HUGE, peak_lr=HUGE, warmup_steps=5, rate=0.1, t=20),
    far("a small peak, falling", size=TINY, peak_lr=TINY, warmup_steps=5, rate=0.1, t=20),
    *(
        far(f"a decay rate of {rate} at step {t}", 0.5, "end", peak_lr=0.5, warmup_steps=5, rate=rate, t=t)
        for rate in (0.0, 1.0)
        for t in (2, 9)
    ),
)


def _warmups_and_decays(rng):
    settings = [
        {"peak_lr": 0.4, "warmup_steps": 5, "rate": 0.1},
        {"peak_lr": 0.03, "warmup_steps": 40, "rate": 0.02},
        {"peak_lr": 3.0, "warmup_steps": 2000, "rate": 0.0004},
    ]
    drawn = {
        "peak_lr": float(rng.uniform(0.05, 0.9)),
        "warmup_steps": int(rng.integers(6, 15)),
        "rate": float(rng.uniform(0.05, 0.2)),
    }
    steps = (int(rng.integers(1, 5)), drawn["warmup_steps"] + int(rng.integers(3, 20)))
    return _over_time(
        settings, drawn, ([0, 2, 4, 5, 6, 25, 150, 200], [0, 39, 40, 100, 500], [1500, 12_345]), steps
    )


def _build(p):
    """A rise and a fall, each from its peak and by its own clock, joined at the seam."""

    def schedule(peak_lr, warmup_steps, rate, t):
        t, peak = np.asarray(t), p.peak(peak_lr)
        rising = p.low(peak) * p.rise(t, warmup_steps)
        falling = p.high(peak) * p.fade(p.sign(rate) * p.clock(t, warmup_steps))
        falling = p.late_floor(falling, peak_lr)
        return p.floor(p.join(p.early(t, warmup_steps), rising, falling, peak), peak_lr)

    return schedule


WARMUP = Formula(
    _build,
    peak=lambda peak: peak,
    low=lambda peak: peak,
    rise=lambda t, steps: (t + 1) / steps,
    high=lambda peak: peak,
    fade=lambda x: np.exp(-x),
    sign=lambda rate: rate,
    clock=lambda t, steps: t - steps,
    floor=lambda lr, peak_lr: lr,
    late_floor=lambda lr, peak_lr: lr,
    early=lambda t, steps: t < steps,
    join=lambda early, rising, falling, peak: np.where(early, rising, falling),
)


def _from_zero(t, steps):
    return t


WARMUP_THEN_DECAY = Task(
    name="warmup_then_decay",
    day=2,
    reference=warmup_then_decay,
    cases=_warmups_and_decays,
    far=FAR_WARMUPS_AND_DECAYS,
    observe=once("result"),
    formula=WARMUP,
    view=_rising("warmup_steps"),
    variants=(  # the seam belongs to the rise, which stops at the peak
        {
            "early": lambda t, steps: t <= steps,
            "join": lambda early, rising, falling, peak: np.where(early, np.minimum(rising, peak), falling),
        },
    ),
    fitted=floors(WARMUP, "peak_lr", ("floor", "late_floor")),
    mistakes=WARMUP.mistakes(
        (
            "jump_at_the_seam",
            {"clock": _from_zero},
            "A jump where the warmup ends: the decay has been counting from step 0. Its own clock "
            "starts when the warmup is over.",
            "The decay has been counting from step 0. Its own clock starts when the warmup is over.",
        ),
        (
            "decays_all_along",
            {
                "clock": _from_zero,
                "join": lambda early, rising, falling, peak: np.minimum(rising, peak) * falling / peak,
            },
            "The decay works from step 0 on, so that the peak is never reached. It should begin when "
            "the warmup is over.",
            "The decay works from step 0 on. It should begin when the warmup is over.",
        ),
        (
            "starts_at_zero",
            {"rise": lambda t, steps: t / steps},
            "At step 0 your rate is zero: the first update would be wasted. It should be one of the "
            "equal stairs up.",
            "Step 0 should stand on the first stair, not below it.",
        ),
        (
            "rise_one_ahead",
            {"rise": lambda t, steps: (t + 2) / steps},
            "The warmup is one step ahead: it starts on the second stair and ends above the peak.",
            "The warmup is one step ahead.",
        ),
        (
            "one_stair_too_many",
            {"rise": lambda t, steps: (t + 1) / (steps + 1)},
            "The warmup has one stair too many: at its last step it is still below the peak.",
            "The warmup has one stair too many.",
        ),
        (
            "from_zero_to_peak",
            {"rise": lambda t, steps: t / (steps - 1)},
            "The last step of the warmup is right, but the first has a rate of zero: a straight line through "
            "both ends has one stair less than steps.",
            "A straight line from zero through both ends has one stair less than steps.",
        ),
        (
            "rise_in_whole_numbers",
            {"rise": lambda t, steps: (t + 1) // steps},
            "Zero until the last step of the warmup, then the peak: whole-number division throws the "
            "fraction away.",
            "In the warmup whole-number division throws the fraction away.",
        ),
        (
            "quadratic",
            {"rise": lambda t, steps: ((t + 1) / steps) ** 2},
            "The rise is bent: slow at first, steep at the end. It should be a straight line.",
            BENT,
        ),
        (
            "no_decay",
            {"fade": lambda x: 1.0 + 0 * x},
            "After the warmup the rate stays at its peak: the decay is missing.",
            "The decay is missing.",
        ),
        (
            "endless_warmup",
            {"join": lambda early, rising, falling, peak: rising},
            "The warmup never ends: the rate keeps rising where it should decay.",
            "The warmup never ends.",
        ),
        (
            "no_warmup",
            {"clock": _from_zero, "join": lambda early, rising, falling, peak: falling},
            "Only the decay, from step 0 on: there is no warmup.",
            "From step 0 on there is the decay instead of a warmup.",
        ),
        (
            "no_warmup_shifted",
            {"join": lambda early, rising, falling, peak: falling},
            "Before the end of the warmup the rate lies above its peak: the decay is used there too, "
            "backwards in time.",
            "The decay is used before the end of the warmup too, backwards in time.",
        ),
        (
            "peak_before",
            {"rise": lambda t, steps: 1.0 + 0 * t},
            "The decay is right; before it the rate stands at its peak from the first step on, "
            "without a warmup.",
            "Before the decay the rate stands still from the first step on, without a warmup.",
        ),
        (
            "one_step_only",
            {"rise": lambda t, steps: 1 / steps + 0 * t},
            "During the warmup the rate stands still at its first value. It should climb one stair "
            "with each step.",
        ),
        (
            "seam_late",
            {"early": lambda t, steps: t <= steps},
            "At the seam the rate overshoots its peak for one step: the warmup lasts one step too long.",
            "The warmup lasts one step too long.",
        ),
        (
            "seam_early",
            {"early": lambda t, steps: t < steps - 1},
            "The decay takes over one step too early: the last step of the warmup is missing.",
        ),
        (
            "decay_one_ahead",
            {"clock": lambda t, steps: t - steps + 1},
            "The decay is one step ahead: its own first step should still have the peak rate.",
            "The decay is one step ahead.",
        ),
        (
            "clock_one_behind",
            {"clock": lambda t, steps: t - steps - 1},
            "The decay's clock is one step behind: its first step lies above the peak.",
            "The decay's clock is one step behind.",
        ),
        (
            "decay_one_behind",
            {
                "rise": lambda t, steps: np.minimum((t + 1) / steps, 1),
                "early": lambda t, steps: t <= steps,
                "clock": lambda t, steps: t - steps - 1,
            },
            "The decay begins one step late.",
        ),
        (
            "grows_after",
            {"sign": lambda rate: -rate},
            "After the warmup the rate explodes: look at the sign of the exponent.",
            "After the warmup the rate grows: look at the sign.",
        ),
        (
            "decay_forgets_peak",
            {"high": lambda peak: 1.0},
            "After the warmup the rate jumps to 1: the decay should start from the peak rate.",
            "The decay should start from the peak rate, which is missing there.",
        ),
        (
            "warmup_forgets_peak",
            {"low": lambda peak: 1.0},
            "The warmup rises to 1 instead of the peak rate.",
            "In the warmup the peak rate is missing.",
        ),
        ("forgets_peak", {"peak": lambda peak: 1.0}, LOST_PEAK, "The peak rate is missing."),
        (
            "linear_decay",
            {"fade": lambda x: 1 - x},
            "After the warmup the rate falls in a straight line, at last below zero. The decay "
            "should be exponential.",
            "The decay is a straight line. It should be exponential.",
        ),
        (
            "linear_decay_to_zero",
            {"fade": lambda x: np.maximum(1 - x, 0)},
            "After the warmup the rate falls in a straight line to zero. The decay should be exponential.",
            "The decay is a straight line. It should be exponential.",
        ),
        (
            "inverse_time",
            {"fade": lambda x: 1 / (1 + x)},
            "After the warmup you use inverse-time decay. The task asks for exponential decay.",
        ),
        (
            "compound",
            {"sign": lambda rate: np.log(1 - rate), "fade": np.exp},
            "After the warmup the rate is lowered once a step by a share. Close, but the task asks for the "
            "exponential function.",
            "The rate is lowered once a step by a share. The task asks for the exponential function.",
        ),
        (
            "half_life",
            {"fade": lambda x: 2.0**-x},
            "The base of your decay is 2; the formula's is e, the exponential function.",
        ),
        (
            "base_ten",
            {"fade": lambda x: 10.0**-x},
            "The base of your decay is 10; the formula's is e, the exponential function.",
        ),
        (
            "decay_squared",
            {"clock": lambda t, steps: (t - steps) ** 2},
            "It fades far too fast: the time since the warmup is squared.",
        ),
        (
            "time_constant",
            {"sign": lambda rate: 1 / rate},
            "You divide by the decay rate, as if it were a duration: then a higher rate fades more slowly.",
        ),
        (
            "smaller_of_both",
            {
                "clock": _from_zero,
                "join": lambda early, rising, falling, peak: np.minimum(rising, falling),
            },
            "You take the smaller of warmup and decay: they meet below the peak, because the decay has been "
            "running from step 0.",
            "You take the smaller of warmup and decay, and the decay has been running from step 0.",
        ),
        (
            "constant",
            {"join": lambda early, rising, falling, peak: peak + 0.0 * rising},
            "The peak from the first step on, and for ever: there is neither a warmup nor a decay.",
        ),
        (
            "zero_afterwards",
            {"fade": lambda x: 0.0 * x},
            "After the warmup the rate is zero. It should start there from its peak and fade.",
        ),
    ),
)


def factor_schedule(lr0, factor):
    """The schedule that multiplies by `factor` once a step, and answers for any step it is asked about."""
    return lambda t: lr0 * factor**t


FAR_FACTORS = (
    far("a large first rate", lr0=HUGE, factor=0.9, steps=[0, 5, 40]),
    far("a small first rate", lr0=TINY, factor=0.9, steps=[0, 5, 40]),
    far("at the end of a long decay", lr0=1.0, factor=0.5, steps=[60]),
    far("a factor above one", lr0=0.1, factor=1.5, steps=[0, 3, 40]),
    far("a factor close to one", lr0=0.1, factor=1 - 1e-6, steps=[1_500_000]),
    far("another start, the same factor", kind="other", lr0=0.7, factor=0.9, steps=[0, 2, 5]),
    far("a factor of one", kind="end", lr0=0.1, factor=1.0, steps=[0, 3, 40]),
)


def _asked(function, case, form=None):
    """Make one schedule and ask it about all the case's steps, one after the other.

    Another one, made in between, must not change it.
    """
    schedule = function(**case.arguments)
    lr0, factor = case.arguments["lr0"], case.arguments["factor"]
    function(**case.arguments | {"lr0": 2 * lr0 + 1, "factor": factor / 2})
    if schedule is None:
        raise Unusable("nothing")
    if schedule is Ellipsis or is_stub(schedule):
        raise Unusable("ellipsis")
    if isinstance(schedule, Real):
        yield Seen("result", 0, np.array("float"))
        return
    if not callable(schedule):
        raise Unusable("no schedule", got=kind_of(schedule))
    try:
        inspect.signature(schedule).bind(0)
    except TypeError as error:
        raise Unusable("schedule", said=str(error)) from None
    except ValueError:  # what is built in may keep its parameters to itself
        pass
    yield Seen("result", 0, np.concatenate([_rates(schedule, t) for t in case.arguments["steps"]]))


def _rates(schedule, t):
    """The answer to one question, which may be about an array of steps."""
    answer = schedule(t)
    if answer is None:
        raise Unusable("no rate")
    rates = numbers(answer).ravel()
    if rates.size < np.size(t):
        raise TypeError("one answer to several steps")  # as most functions for single numbers stop there
    return rates


def _factor_schedules(rng):
    given = {
        "one step after the other": (*FIRST, [0, 1, 2, 3]),
        "the same step twice": (1.5, 0.8, [0, 0]),
        "back and forth": (0.5, 0.7, [7, 2, 0, 2]),
        "a late step at once": (0.1, 0.5, [25]),
        "a step far away": (3.0, 0.99, [300]),
        "two late steps": (0.4, 0.6, [30, 20]),
    }
    drawn = (float(rng.uniform(0.1, 1)), float(rng.uniform(0.6, 0.95)), rng.permutation(12)[:5].tolist())
    names = ("lr0", "factor", "steps")
    return [
        *(Case(name, dict(zip(names, values))) for name, values in given.items()),
        Case("a step of a long training", dict(zip(names, (2.0, 0.99999, [250_000]))), deep=DEEP),
        Case("an array of steps", dict(zip(names, (0.3, 0.6, [np.arange(4)]))), "array", NUMBERS_ONLY),
        Case("random settings", dict(zip(names, drawn)), "random"),
    ]


def _build_factors(p):
    """A schedule that remembers nothing, unless it counts how often it was asked."""

    def make(lr0, factor):
        calls = itertools.count()

        def schedule(t):
            step = p.clock(p.step(t, next(calls)))
            return p.floor(p.join(lr0, p.shrunk(p.factor(factor, lr0), step)), lr0)

        return schedule

    return make


FACTORS = Formula(
    _build_factors,
    factor=lambda f, lr0: f,
    step=lambda t, calls: t,
    clock=lambda t: t,
    shrunk=lambda f, t: f**t,
    join=lambda lr0, share: lr0 * share,
    floor=lambda lr, lr0: lr,
)


def _changing(change):
    """A wrong schedule that keeps a rate and changes it at every call.

    `change(kept, lr0, factor, t)` returns what it keeps from now on and what it answers.
    """

    def make(lr0, factor):
        kept = lr0

        def schedule(t):
            nonlocal kept
            kept, answer = change(kept, lr0, factor, t)
            return answer

        return schedule

    return make


def _only_upwards(lr0, factor):
    lr, reached = lr0, 0

    def schedule(t):
        nonlocal lr, reached
        lr *= factor ** np.maximum(t - reached, 0)
        reached = np.maximum(t, reached)
        return lr

    return schedule


def _one_factor_a_change(lr0, factor):
    lr, last = lr0, 0

    def schedule(t):
        nonlocal lr, last
        if np.any(t != last):
            lr, last = lr * factor, t
        return lr

    return schedule


def _one_factor_upwards(lr0, factor):
    lr, last = lr0, 0

    def schedule(t):
        nonlocal lr, last
        if np.any(t > last):
            lr, last = lr * factor, t
        return lr

    return schedule


NEWEST = {}


def _newest_rules(lr0, factor):
    NEWEST.update(lr0=lr0, factor=factor)
    return lambda t: NEWEST["lr0"] * NEWEST["factor"] ** t


KEPT, FIRST = {}, (2.0, 0.9)  # the first case's settings: there nothing has been asked yet


def _kept_by_step(lr0, factor):
    if (lr0, factor) == FIRST:
        KEPT.clear()
    return lambda t: KEPT.setdefault(t, lr0 * factor**t)


def _first_come(lr0, factor):
    known = {}

    def schedule(t):
        return known.setdefault(t, lr0 * factor ** len(known))

    return schedule


ONE_FACTOR_A_CALL = (
    "Right as long as each call asks about the step after the last one. After a longer jump the rate is "
    "still lowered by a single factor: the schedule goes by the call before."
)

COUNTS_CALLS = "The schedule counts how often it was asked, not the step."

STARTS_AFRESH = (
    "Right as long as the steps come one after the other, beginning with step 0. Asked about a "
    "later step at once, the schedule still counts its calls."
)

FACTOR_SCHEDULE = Task(
    name="factor_schedule",
    day=2,
    reference=factor_schedule,
    cases=_factor_schedules,
    far=FAR_FACTORS,
    observe=_asked,
    formula=FACTORS,
    fitted=floors(FACTORS, "lr0"),
    mistakes=(
        *FACTORS.mistakes(
            (
                "counts_calls",
                {"step": lambda t, calls: calls + 1},
                "That is the schedule as it was: every call lowers the rate, whatever step it is asked "
                "about, and even the first answer is lowered already.",
                COUNTS_CALLS,
            ),
            (
                "counts_calls_from_the_start",
                {"step": lambda t, calls: calls},
                "Asked about step 0 first, it is right now. But the schedule still counts how often it was "
                "asked, not the step: asked twice about the same step, it gives two answers.",
                COUNTS_CALLS,
            ),
        ),
        Mistake(
            "start_by_hand",
            _changing(lambda kept, lr0, factor, t: (kept, lr0) if np.all(t == 0) else (kept * factor,) * 2),
            "Step 0 is right now. All the other steps are still counted in calls.",
        ),
        Mistake(
            "starts_afresh",
            _changing(lambda kept, lr0, factor, t: (lr0,) * 2 if np.all(t == 0) else (kept * factor,) * 2),
            STARTS_AFRESH,
        ),
        Mistake(
            "starts_afresh_and_answers_first",
            _changing(
                lambda kept, lr0, factor, t: (lr0 * factor, lr0) if np.all(t == 0) else (kept * factor, kept)
            ),
            STARTS_AFRESH,
        ),
        Mistake(
            "compounds",
            _changing(lambda kept, lr0, factor, t: (kept * factor**t,) * 2),
            "The whole way down to step `t` is taken from a rate that earlier calls have lowered: the "
            "schedule still remembers what it was asked before.",
        ),
        Mistake(
            "only_upwards",
            _only_upwards,
            "Right as long as the steps grow. Asked about an earlier step again, the schedule cannot go "
            "back: it still keeps the lowered rate between calls.",
        ),
        Mistake("one_factor_a_change", _one_factor_a_change, ONE_FACTOR_A_CALL),
        Mistake("one_factor_upwards", _one_factor_upwards, ONE_FACTOR_A_CALL),
        Mistake(
            "first_come",
            _first_come,
            "Asked about the same step again, the schedule repeats itself now. But the first answer still "
            "depends on how many other steps it was asked about before.",
        ),
        Mistake(
            "kept_by_step",
            _kept_by_step,
            "Answers are kept by the step alone, for all schedules together: another schedule, with other "
            "settings, gets the numbers of an earlier one. Each schedule should keep its own.",
        ),
        Mistake(
            "newest_rules",
            _newest_rules,
            "The schedule made last changes those made before: they share their numbers, through a class or "
            "through names outside of the function. Each schedule should keep its own.",
        ),
        *FACTORS.mistakes(
            (
                "one_factor",
                {"clock": lambda t: 1 + 0 * t},
                "The same answer at every step: the rate is lowered once, however large `t` is.",
                "The same answer at every step, however large `t` is.",
            ),
            (
                "constant",
                {"shrunk": lambda f, t: 1 + 0 * t},
                "The starting rate at every step: nothing is lowered at all.",
                "Nothing is lowered at all.",
            ),
            ("one_ahead", {"clock": lambda t: t + 1}, STEP_EARLY, "You are one step ahead."),
            (
                "one_behind",
                {"clock": lambda t: t - 1.0},
                "You are one step behind: at step 0 the rate lies above the starting rate.",
                "You are one step behind.",
            ),
            (
                "times_step",
                {"shrunk": lambda f, t: f * t},
                "Zero at step 0, and growing from there. The factor should be applied `t` times; multiplying "
                "with `t` is something else.",
                "The factor should be applied `t` times; multiplying with `t` is something else.",
            ),
            (
                "no_start",
                {"join": lambda lr0, share: share},
                "The starting rate is missing: at step 0 the schedule should give it back.",
                "The starting rate is missing.",
            ),
            (
                "grows",
                {"factor": lambda f, lr0: 1 / f},
                "The rate grows with every step: it is divided by the factor.",
                "There is a division by the factor.",
            ),
            (
                "start_inside",
                {"factor": lambda f, lr0: lr0 * f, "join": lambda lr0, share: share},
                "The starting rate is multiplied again in every step. It should count once.",
            ),
            (
                "takes_the_factor_away",
                {"factor": lambda f, lr0: 1 - f},
                "In every step you take the factor away, and keep only the rest. It is the other way round: "
                "the factor is the part that is kept.",
                "Where the factor should stand, one minus the factor stands.",
            ),
            (
                "linear",
                {"shrunk": lambda f, t: 1 - (1 - f) * t},
                "A straight line: every step takes away the same amount, and in the end the rate is "
                "negative. Multiplying takes away the same share of what is left.",
                "A straight line. Multiplying takes away the same share of what is left.",
            ),
            (
                "decay_rate",
                {"shrunk": lambda f, t: np.exp(-f * t)},
                "The factor is used as the decay rate of an exponential. Here one step multiplies by the "
                "factor itself.",
            ),
            (
                "inverse_time",
                {"shrunk": lambda f, t: 1 / (1 + f * t)},
                "That is inverse-time decay. Here every step multiplies by the same factor.",
            ),
        ),
        Mistake(
            "no_schedule",
            lambda lr0, factor: lr0 * factor,
            "You return a value. Return a schedule: a function that takes `t` and gives the learning rate "
            "of that step.",
        ),
    ),
)

TASKS = (EXPONENTIAL_DECAY, LINEAR_WARMUP, WARMUP_THEN_DECAY, FACTOR_SCHEDULE)


TRAVEL = 0.05 / (1 - np.exp(-0.05))  # all the rates of the frozen run together

FROZEN_RUN = Reading(
    name="frozen_run",
    day=2,
    words=("A", "B", "C", "D"),
    accepts=lambda word: word == "C",
    mistakes=(
        Misreading(
            "still_moving",
            lambda word: word == "A",
            "A is far away too, but look at its last hundred steps: is it standing still?",
        ),
        Misreading(
            "arrived",
            lambda word: word == "B",
            "B stands still, but where? It has arrived at the minimum.",
        ),
        Misreading(
            "noise_floor",
            lambda word: word == "D",
            "D comes no nearer either, but it is not standing still: the noise kicks it about, around the "
            "minimum. That is a noise floor.",
        ),
    ),
    right="",
    otherwise="Look for the run that no longer moves and is not at the minimum.",
    reason=Reading(
        name="frozen_run",
        day=2,
        accepts=lambda total: abs(total / TRAVEL - 1) < 0.03,
        mistakes=(
            Misreading(
                "where_it_stands",
                lambda total: 1.6 < abs(total) < 1.85,
                "The run is right, and that is where it stands. Why it stands there, the sum of its rates "
                "tells.",
            ),
            Misreading(
                "way_it_went",
                lambda total: 3.1 < abs(total) < 3.45,
                "The run is right, and that is the way it went. What is the sum of its rates?",
            ),
            Misreading(
                "first_rate",
                lambda total: total == 0.05,
                "The run is right, and that is its first rate. What do all its rates add up to?",
            ),
            Misreading(
                "without_decay",
                lambda total: abs(total / (300 * 0.05) - 1) < 0.01,
                "The run is right. Your sum would be that of a constant rate; this one decays.",
            ),
        ),
        right="Right: its rates add up to hardly more than 1, and about a third of the way is left, however "
        "many steps there are.",
        otherwise="The run is right. Ask its schedule about many steps, and add up the answers.",
    ),
)


def expected_loss(rate, steps):
    """The exercise's noisy bowl: mean loss after `steps` of exponential decay from 0.5, over all noise."""
    mean, variance = -5.0, 0.0
    for t in range(steps):
        lr = exponential_decay(0.5, rate, t)
        mean, variance = (1 - lr) * mean, (1 - lr) ** 2 * variance + lr**2
    return (mean**2 + variance) / 2


@functools.cache
def _lowest_loss(steps):
    return expected_loss(np.geomspace(1e-4, 1, 200), steps).min()


def _good_after(steps, most=1.25):
    """Whether a decay rate is as good as one can wish: at most a quarter above the lowest loss."""
    return lambda rate: 0 <= rate < 10 and expected_loss(rate, steps) < most * _lowest_loss(steps)


BEST_DECAY_RATE = Reading(
    name="best_decay_rate",
    day=2,
    accepts=_good_after(3000),
    mistakes=(
        Misreading(
            "for_the_short_training",
            _good_after(300),
            "That is about the best decay rate for 300 steps. With it, 3,000 steps end at several times the "
            "loss that they could reach: the run has stopped long before. What does a longer training want?",
        ),
        Misreading(
            "border_of_the_sweep",
            lambda rate: abs(rate / 0.005 - 1) < 0.02,
            "That is the smallest rate of the sweep. When the best lies at the border, the true best may lie "
            "beyond it: widen the sweep.",
        ),
        Misreading(
            "loss",
            lambda rate: abs(rate / _lowest_loss(3000) - 1) < 0.2,
            "That looks like the lowest loss itself. Which decay rate leads to it?",
        ),
        Misreading(
            "no_decay",
            lambda rate: rate == 0,
            "Without any decay the run stays at its noise floor, however long it trains.",
        ),
        Misreading(
            "too_slow",
            lambda rate: 0 < rate < 0.0025,
            "Too slow: when the training ends the learning rate could be smaller still, and so could the "
            "noise.",
        ),
        Misreading(
            "too_fast",
            lambda rate: rate > 0.0025,
            "Too fast: the learning rate is gone long before the training ends.",
        ),
    ),
    right="Right: ten times the steps want a decay several times slower, and repay it with a far lower loss.",
    otherwise="A decay rate is a positive number: the place of the lowest point in your sweep of 3,000 "
    "steps.",
)

READINGS = (FROZEN_RUN, BEST_DECAY_RATE)


# Which run has room to grow, and which start a warmup heals: a letter, and the number that shows it.


def _near(target, margin):
    """Whether a value is within `margin` of the target, as a share of it."""
    return lambda value: abs(value / target - 1) < margin


ROOM = 3.493  # 2 / (rate × sharpness) of the exercise's run B after its 500 updates; its rate is 0.08

EDGE_OF_STABILITY = Reading(
    name="edge_of_stability",
    day=2,
    words=("A", "B", "C", "D"),
    accepts=lambda word: word == "B",
    mistakes=(
        Misreading(
            "at_the_edge",
            lambda word: word in ("A", "D"),
            "This run sits at its border already: take its rate times its sharpness. At twice the rate its "
            "loss would jump up.",
        ),
        Misreading(
            "nearly_there",
            lambda word: word == "C",
            "The loss of C falls smoothly and its sharpness is still growing, true. But how much is left "
            "between its rate and its border? Not a factor of two.",
        ),
    ),
    right="",
    otherwise="",
    reason=Reading(
        name="edge_of_stability",
        day=2,
        accepts=_near(ROOM, 0.04),
        mistakes=(
            Misreading(
                "product",
                _near(2 / ROOM, 0.04),
                "The run is right. Your number is rate times sharpness: how many times does that fit into "
                "what it is at the border?",
            ),
            Misreading(
                "up_to_one",
                _near(ROOM / 2, 0.04),
                "The run is right. Your factor takes rate times sharpness to 1. Is that the border?",
            ),
            Misreading(
                "rate_at_the_border",
                _near(0.08 * ROOM, 0.04),
                "The run is right, and your number is the rate at its border. Which factor leads there?",
            ),
            Misreading(
                "sharpness",
                _near(2 / ROOM / 0.08, 0.04),
                "The run is right. Your number is its sharpness: which rate can that bear?",
            ),
            Misreading(
                "double",
                lambda value: value == 2,
                "The run is right, and twice its rate is safe. But which factor is the largest?",
            ),
        ),
        right="Right: below the border the loss tells nothing of how near it is. Rate times sharpness does.",
        otherwise="The run is right. Measure its sharpness now, and see by which factor its rate has to grow "
        "until the two multiply to the border.",
    ),
)

TOO_LARGE_BY = 22.45  # 0.4 × sharpness / 2 of the exercise's start D, on 500 images

HEALED_START = Reading(
    name="healed_start",
    day=2,
    words=("A", "B", "C", "D"),
    accepts=lambda word: word == "D",
    mistakes=(
        Misreading(
            "not_ill",
            lambda word: word == "B",
            "B learns without any warmup: there is nothing to heal.",
        ),
        Misreading(
            "no_gradient",
            lambda word: word in ("A", "C"),
            "Measure the sharpness of this start: the rate is not too large for it. Only its output biases "
            "have a gradient, and a smaller rate brings no other.",
        ),
    ),
    right="",
    otherwise="",
    reason=Reading(
        name="healed_start",
        day=2,
        accepts=_near(TOO_LARGE_BY, 0.06),
        mistakes=(
            Misreading(
                "no_half",
                _near(2 * TOO_LARGE_BY, 0.06),
                "The start is right. Your number is rate times sharpness; the border is not where that is 1.",
            ),
            Misreading(
                "sharpness",
                _near(5 * TOO_LARGE_BY, 0.06),
                "The start is right. Your number is its sharpness. Where is its border, and how many times "
                "larger is 0.4?",
            ),
            Misreading(
                "border",
                _near(0.4 / TOO_LARGE_BY, 0.06),
                "The start is right, and your number is its border. How many times larger is 0.4?",
            ),
            Misreading(
                "upside_down",
                _near(1 / TOO_LARGE_BY, 0.06),
                "The start is right, and the ratio is upside down.",
            ),
        ),
        right="Right: the rate is far too large for this start, and only for the start. That is the illness "
        "which a warmup heals.",
        otherwise="The start is right. Measure its sharpness on the 500 images, then compare 0.4 with the "
        "border that follows from it.",
    ),
)


# The open task: any schedule for 300 updates. What counts is how it does with seeds that are not shown.

UPDATES, BATCH, HIDDEN = 300, 8, range(1_000_200, 1_000_220)


def _rates_of(answer):
    """{"rates": what the schedule says at each step}, or {"fault": why it says nothing, ...}."""
    if isinstance(answer, list | tuple) or (isinstance(answer, np.ndarray) and answer.ndim):
        answer = list(answer)[: UPDATES + 1]
        return {"rates": [_rate(item) for item in answer]}
    if not callable(answer):
        return {"fault": "type", "got": kind_of(answer)}
    if is_stub(answer):
        return None

    def ask():
        rates = []
        for t in range(UPDATES):
            try:
                rates.append(_rate(answer(t)))
            except TimeUp:
                raise
            except BaseException as error:  # SystemExit, too
                return {"fault": "raised", "step": t, "said": in_a_line(error)}
            if not isinstance(rates[-1], float):  # it is no schedule, and that is all there is to say
                break
        else:
            for t in (0, UPDATES // 2, UPDATES - 1):
                if str(_rate(answer(t))) != str(rates[t]):
                    return {"fault": "changes", "step": t}
        return {"rates": rates}

    outcome = run_apart(ask)
    return outcome.value if outcome.ending == "done" else {"fault": outcome.ending}


def _rate(value):
    """A number as JSON can hold it; None where there is nothing; of anything else, the name of its type."""
    try:
        if value is None or isinstance(value, str):
            return value and "str"
        return float(np.asarray(value).item())
    except Exception:  # whatever `float` says of it, it is no number
        return kind_of(value)


def _schedule_told(told):
    """The 300 rates that `_rates_of` told, or Refused."""
    if not isinstance(told, dict) or "rates" not in told:
        raise Refused(_no_schedule(told if isinstance(told, dict) else {}))
    rates = told["rates"]
    if not isinstance(rates, list):
        rates = []
    for t, rate in enumerate(rates):
        if isinstance(rate, str):
            raise Refused(
                say("At step {t} your schedule gives no single number, but: {got}.", t=t, got=rate[:80])
            )
        if isinstance(rate, bool) or not isinstance(rate, int | float):
            raise Refused(
                say("At step {t} your schedule gives no number. Is `return` missing somewhere?", t=t)
            )
        if not 0 <= rate < np.inf:
            raise Refused(
                say(
                    "At step {t} your rate is {rate}: it has to be finite, and not negative.",
                    t=t,
                    rate=f"{rate:g}",
                )
            )
    if len(rates) != UPDATES:
        got = len(rates) if len(rates) <= UPDATES else f"> {UPDATES}"
        raise Refused(
            say(
                "There are {updates} updates, so {updates} rates are wanted; got {got}.",
                updates=UPDATES,
                got=got,
            )
        )
    return np.array(rates, float)


def _no_schedule(told):
    if told.get("fault") == "raised":
        said = str(told.get("said"))[:300]
        step = str(told.get("step"))[:9]
        stops = say("Asked about step {t}, your schedule stops: {said}", t=step, said=in_words(said))
        return Parts([stops, NO_POWER if at_caret(said) else None])
    if told.get("fault") == "changes":
        return say(
            "Asked about step {t} once more, your schedule gives another rate. It should go by `t` alone: "
            "does it count how often it is asked, or draw at random?",
            t=str(told.get("step"))[:9],
        )
    if told.get("fault") == "died":
        return no_end("died")
    if told.get("fault") == "time":
        return say("Your schedule did not come to an end. Is there a loop that never ends?")
    return say(
        "Give a schedule: a function of `t`, or the name of one of the course's, such as "
        "`hp.CosineDecay(0.5, 300)`. The check got: {got}.",
        got=str(told.get("got"))[:200],
    )


def _losses_of_schedule(rates):
    """Training loss after the last update, with each hidden seed."""
    optimizer = SGD(functools.partial(operator.getitem, rates))
    run = train(MLP((64, 32, 10)), digits(), optimizer, batch_size=BATCH, updates=UPDATES, seed=HIDDEN)
    return run.train_loss


def _thrown_out(rates, losses):
    """Whether the largest rates are what went wrong: with none above 0.4 most networks learn something, and
    with none below 0.05 most of these do not come back."""
    if not np.isfinite(losses).all() or np.median(losses) > 4:  # no start is that high
        return True
    if np.median(losses) <= 1.5 or np.median(_losses_of_schedule(np.minimum(rates, 0.4))) >= 1.5:
        return False
    return np.median(np.nan_to_num(_losses_of_schedule(np.maximum(rates, 0.05)), nan=np.inf)) > 1


def _wants_more(rates, losses):
    """Whether the rates add up to very little, or to little and more of them ends clearly lower."""
    longer = rates[np.arange(UPDATES) * 2 // 3]
    more = [other for other in (1.5 * rates, longer) if other.sum() > rates.sum()]

    def helps(other):
        return np.median(np.nan_to_num(_losses_of_schedule(other), nan=np.inf)) < 0.9 * np.median(losses)

    return rates.sum() < 40 or (rates.sum() < 75 and any(map(helps, more)))


def _falls_too_soon(rates, losses):
    """Whether nearly all of the way is made early, and holding the highest rate for longer ends lower."""
    held = rates.max() * np.minimum(1, 3 * (1 - np.arange(UPDATES) / UPDATES))
    early = rates[UPDATES // 2 :].sum() < 0.3 * rates.sum()
    return early and np.median(np.nan_to_num(_losses_of_schedule(held), nan=np.inf)) < np.median(losses)


MY_SCHEDULE = Contest(
    name="my_schedule",
    day=2,
    tell=_rates_of,
    read=_schedule_told,
    run=_losses_of_schedule,
    target=0.15,
    enough=18,
    mistakes=(
        Misreading(
            "all_zero",
            lambda rates, losses: not rates.any(),
            "All rates are zero: nothing moves.",
        ),
        Misreading(
            "too_large",
            _thrown_out,
            "{reached} of {seeds}: the largest of your rates throws the network out, and it does not come "
            "back.",
        ),
        Misreading(
            "too_little_travel",
            _wants_more,
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. Your rates add up "
            "to little: the network is still on its way when the training ends. Higher, or high for longer.",
        ),
        Misreading(
            "constant",
            lambda rates, losses: np.ptp(rates) == 0,
            "{reached} of {seeds} reach {target}. A constant rate: with batches of 8 the noise kicks the "
            "network to the last update, and some seeds stop at a bad moment.",
        ),
        Misreading(
            "high_at_the_end",
            lambda rates, losses: rates[-10:].mean() > 0.3 * rates.max(),
            "{reached} of {seeds} reach {target}, and {enough} should. In its last updates your rate is "
            "still high: the noise has no time to settle.",
        ),
        Misreading(
            "falls_too_soon",
            _falls_too_soon,
            "{reached} of {seeds} reach {target}, and {enough} should; half of them end at {median} or "
            "lower. In the second half your rates add up to less than a third of the whole sum. How late can "
            "the fall begin?",
        ),
    ),
    right="{reached} of {seeds} seeds that you have not seen end at {target} or lower, half of them at "
    "{median} or lower. No constant rate gets more than half of them there.",
    otherwise="{reached} of {seeds} reach {target}, and {enough} should; half of them end at {median} or "
    "lower. Three things can be turned: how high, how long, and how far down at the end.",
)

READINGS += (EDGE_OF_STABILITY, HEALED_START, MY_SCHEDULE)
