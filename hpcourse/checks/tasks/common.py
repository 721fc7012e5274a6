"""Cases that all update rules are tried on, and messages that several tasks share."""

import numpy as np

from hpcourse.checks.task import Case, say

SILENT = say("")  # an answer that does not take lists is right, and natural: nothing to tell
NO_INTEGERS = say("Whole numbers it cannot change in place: such an array holds no fractions.")
FLAT_ONLY = say("It works on flat arrays; a matrix of weights it does not take.")
ROWS_ONLY = say("It takes examples that are rows of numbers; images with several axes it does not take.")
ARRAYS_ONLY = say("It works on arrays; a single number it does not take.")
DEEP = say(
    "Your function calls itself once for each step. Python allows about a thousand such calls, and a "
    "training has more steps: there it stops with an error."
)
OVERFLOWS = say(
    "In a very long decay your function stops with an error: e to a large power is more than Python can "
    "hold. With a minus in the exponent it would fade to zero instead."
)
DEEP_IN_POINTS = say(
    "Your function calls itself once for each point. Python allows about a thousand such calls: with more "
    "points it stops with an error."
)
NUMBERS_ONLY = say("It works for one step at a time; a whole array of steps it does not take.")

ASCENT = "You walk uphill: the loss would rise from the first step on. The gradient points to where it grows."
UPHILL = "The sign is wrong: the gradient points to where the loss grows."
NO_RATE = "The learning rate is never used: every step is as long as the gradient itself."
ONE_STEP_FOR_ALL = (
    "All weights move by the same amount: the gradient was averaged or added up over the weights. "
    "Each weight has its own entry in the gradient."
)
STANDS_STILL = "The weights come back unchanged. Is the new value computed and then left behind?"
ORDER = "The right numbers in the wrong order: compare with the order that the task asks for."
OLD_MEMORY_RETURNED = (
    "The weights are right, but the old memory is returned: the next step will not know "
    "what happened in this one."
)
ORDER_TOO = "The results are returned in the wrong order."
OLD_MEMORY = "The old memory is returned: the next step will not know what happened in this one."
ABSOLUTE = "The sign of the gradient is lost: every weight moves the same way, whichever way its slope goes."


def _midrange(losses, axis):
    return (np.max(losses, axis=axis) + np.min(losses, axis=axis)) / 2


def _trimmed(losses, axis):
    return np.mean(np.sort(losses, axis=axis)[:, 1:-1], axis=axis)


# What the seeds of a rate can be judged by instead of their mean.
INSTEAD_OF_MEAN = (
    ("median", np.median, "The median over the seeds decides; the task asks for the mean."),
    ("worst_seed", np.max, "The worst seed of each rate decides; the task asks for the mean over the seeds."),
    (
        "midrange",
        _midrange,
        "Half-way between the best and the worst seed is not the mean: the others have a say too.",
    ),
    (
        "root_mean_square",
        lambda losses, axis: np.sqrt(np.mean(np.square(losses), axis=axis)),
        "Bad seeds count for more than in the mean, as where losses are squared first. The task asks for "
        "the mean.",
    ),
    (
        "geometric_mean",
        lambda losses, axis: np.exp(np.mean(np.log(losses), axis=axis)),
        "That is the geometric mean: the average of the logarithms. The task asks for the mean itself.",
    ),
    (
        "harmonic_mean",
        lambda losses, axis: 1 / np.mean(1 / np.asarray(losses), axis=axis),
        "That is the harmonic mean, in which lucky seeds count most. The task asks for the mean.",
    ),
    (
        "mean_and_spread",
        lambda losses, axis: np.mean(losses, axis=axis) + np.std(losses, axis=axis),
        "A rate whose seeds scatter counts as worse than its mean. That is careful, but the task asks for "
        "the mean.",
    ),
    (
        "mean_minus_spread",
        lambda losses, axis: np.mean(losses, axis=axis) - np.std(losses, axis=axis),
        "The spread over the seeds is taken away from the mean, which rewards what scatters. The task asks "
        "for the mean.",
    ),
    (
        "first_seed_decides",
        lambda losses, axis: np.take(losses, 0, axis=axis),
        "The first seed of each rate decides alone; the task asks for the mean over the seeds.",
    ),
    (
        "last_seed_decides",
        lambda losses, axis: np.take(losses, -1, axis=axis),
        "The last seed of each rate decides alone; the task asks for the mean over the seeds.",
    ),
    ("steadiest", np.std, "The smallest spread over the seeds decides, however high the loss is."),
    (
        "trimmed_mean",
        _trimmed,
        "The best and the worst seed are left out of the mean. All seeds count.",
    ),
)
PENALTY = (
    "A diverged seed counts as a fixed loss instead of putting its rate aside. Where losses are larger than "
    "that number, a rate that diverges looks good."
)

PENALTIES = (
    ("penalty", {"nan": 100.0, "posinf": 100.0}),
    ("penalty_of_one", {"nan": 1.0, "posinf": 1.0}),
    ("penalty_for_nan", {"nan": 100.0, "posinf": np.inf}),
)

APART = 0.01 + 0.001 * np.arange(5)  # makes five rounded losses differ: who counts equal ones once shows

# How seeds make up the worth of a rate, in parts: which of them count, what they are judged by, and what
# becomes of a rate that has diverged. `seen` is what is left of a row of losses.
OF_SEEDS = {
    "seeds": lambda row: row,
    "score": np.mean,
    "aside": lambda value, seen: value if np.isfinite(seen).all() else np.inf,
}


def rates_worth(p, losses):
    """What each rate, a row of losses, is worth by the parts `p`."""
    rows = map(p.seeds, np.asarray(losses, float))
    return np.array([p.aside(p.score(seen) if seen.size else np.nan, seen) for seen in rows])


def as_it_is(value, seen):
    """Diverged seeds are not looked for."""
    return value


def unless_nan(value, seen):
    """Only what is NaN at last is put aside."""
    return np.inf if np.isnan(value) else value


def without_nan(row):
    """The seeds that did not become NaN."""
    return row[~np.isnan(row)]


def of_one(score):
    """A score over an axis, for a single row."""
    return lambda row: score(row[None], axis=1)[0]


def penalty(**instead):
    """Parts in which a fixed loss stands for a diverged seed."""
    return {"seeds": lambda row: np.nan_to_num(row, **instead), "aside": unless_nan}


SEEDS_LEFT_OUT = (
    (
        "leaves_out_nan_seeds",
        {"seeds": without_nan, "aside": unless_nan},
        "The diverged seeds were left out of the average, so that a rate that fails now and then looks "
        "good. A rate with a diverged seed does not qualify.",
        "The diverged seeds were left out. A rate with a diverged seed does not qualify.",
    ),
    (
        "leaves_out_diverged_seeds",
        {"seeds": lambda row: row[np.isfinite(row)], "aside": unless_nan},
        "The diverged seeds, infinite ones too, were left out of the average. A rate with a diverged "
        "seed does not qualify.",
        "The diverged seeds were left out. A rate with a diverged seed does not qualify.",
    ),
)

# The first weight never feels a gradient; the others differ by four orders of magnitude.
MIXED = (
    [0.0, 2.0, -0.03, 40.0, -1.0, 0.005],
    [0.0, -1.5, 0.02, 0.0, 3.0, 0.004],
    [0.0, 0.7, 0.0, -25.0, 3.5, -0.006],
    [0.0, 2.2, -0.05, 31.0, 0.0, 0.001],
    [0.0, -0.4, 0.01, 12.0, -2.5, 0.003],
)
NORMAL = (
    [0.0, 2.0, -3.0, 40.0, -1.0, 5.0],
    [0.0, -1.5, 2.0, 0.0, 3.0, 4.0],
    [0.0, 7.0, 0.0, -25.0, 3.5, -6.0],
    [0.0, 2.2, -5.0, 31.0, 0.0, 1.0],
)
WEIGHTS = [0.5, -1.0, 2.0, 0.0, 3.0, -0.25]
VELOCITY = [0.0, 0.3, -0.2, 1.5, 0.0, -0.04]
SQUARES = [0.0, 4.0, 0.01, 900.0, 2.0, 0.00003]


def far(name, size=0.0, kind="far", long=None, **arguments):
    """A case far outside of the ordinary ones, made from numbers of that `size`; what stops there may.

    One of the kind "other" is as ordinary as they are, and stands for numbers that none of them has.
    """
    return Case(name, arguments, kind, SILENT, size=size, long=long)


def floors(formula, first, parts=("floor",)):
    """What finds lower limits that nobody asked for, whatever their height, in a schedule whose formula has a
    part `floor` (or several such `parts`), and whose first rate or peak is the argument `first`."""
    fixed = say(
        "Your rate stops at a lower limit; the right one goes on falling. The task asks for no limit."
    )
    shared = say(
        "Your rate stops at a fixed share of the first or highest one; the right one goes on falling. The "
        "task asks for no limit."
    )

    def fitted(cases, records):
        given = [
            (float(value), case.arguments[first])
            for case, record in zip(cases, records)
            for seen in record.seen
            if case.kind != "lists" and seen.value.dtype.kind in "if"
            for value in seen.value.ravel()
            if value > 0
        ]
        rows = []
        for id, message, power in (("floor_in_proportion", shared, 1), ("floor", fixed, 0)):
            heights = np.array([value / rate**power for value, rate in given])
            low = heights.min(initial=np.inf)
            at = [rate for height, (_, rate) in zip(heights, given) if np.isclose(height, low, 1e-6, 0)]
            if len(at) > 1:  # once it may be by chance
                alone = message
                if not power:
                    limit = f"{low:.4g}"
                    alone = say("Your results never fall below {limit}. The right ones do.", limit=limit)

                def at_least(rate, own, low=low, power=power):
                    return np.maximum(rate, low * own**power)

                rows += [(len(set(at)), (id, {part: at_least}, alone, message.template)) for part in parts]
        # Where only one rate is so low nobody can tell which; what is said of the second is true of both.
        sure = [row for rates, row in rows if rates > 1]
        return formula.mistakes(*(sure or [row for _, row in rows[-len(parts) :]]))

    return fitted


HUGE, TINY = 1e15, 1e-15  # their squares are still numbers in float32


def scaled(scale):
    """Weights, memories and gradients of a walk that are `scale` times as large as usual."""
    return {
        "w": scale * np.array(WEIGHTS),
        "grads": [scale * np.array(grad) for grad in NORMAL],
        "m": scale * np.array(VELOCITY),
        "v": scale * np.array(VELOCITY),
    }


def far_walks(settings, *others, memory="", ends=()):
    """Walks of an update rule with weights of other shapes, with some settings at their `ends`, and `others`
    as they are: (name, arguments)."""

    def shaped(name, make, steps, kind="shape", **end):
        state = {key: make(0.5 * np.array(WEIGHTS) ** 2) for key in memory}
        arguments = {"w": make(WEIGHTS), **state, **settings, **end}
        return Case(name, {**arguments, "grads": [make(grad) for grad in NORMAL[:steps]]}, kind, SILENT)

    return (
        *(shaped(name, np.array, 4, "end", **end) for name, end in ends),
        shaped("weights with three axes", lambda values: np.reshape(values, (2, 1, 3)).astype(float), 4),
        shaped("a square matrix of weights", lambda values: np.reshape(values[1:5], (2, 2)).astype(float), 4),
        shaped("an array of one weight", lambda values: np.array(values[1:2]), 4),
        shaped("a weight in an array without axes", lambda values: np.array(values[1]), 4),
        shaped("two hundred weights", lambda values: np.resize(values, 200), 2),
        *(far(name, **{key: arguments[key] for key in arguments}) for name, arguments in others),
    )


# No gradient at all, and one whose entries add up to zero: neither is a reason to treat a step otherwise.
STILL = ([0.0] * 6, [0.0, 2.0, -3.0, 1.0, -1.0, 1.0])


def walks(rng, first, second, draw, memory=(), start=None, later_grads=()):
    """The cases of an update rule.

    `first` and `second` are two sets of hyperparameters, `draw` makes one from the generator. `memory`
    names what the rule remembers, `start` gives it a value other than zero. The longest walk ends with
    `later_grads`.
    """
    start = start or {}
    zero = {name: [0.0] * 6 for name in memory}

    def case(name, settings, grads, kind="plain", note=None, make=np.array, **state):
        state = {key: make(value) for key, value in ({"w": WEIGHTS} | zero | state).items()}
        return Case(name, state | settings | {"grads": [make(grad) for grad in grads]}, kind, note)

    def in_shape(shape, kind):
        return lambda values: np.array(values, dtype=kind).reshape(shape)

    numbers = {"w": 1.5} | dict.fromkeys(memory, 0.0)
    later = first | ({"t": first["t"] + 6} if "t" in first else {})
    long = (*NORMAL[1:], *NORMAL, *later_grads)
    drawn = draw(rng)
    gradients = [rng.uniform(0.3, 3, 6) * rng.choice([-1, 1], 6) for _ in range(4)]
    random = {"w": rng.normal(size=6)} | {name: rng.uniform(0.5, 2, 6) for name in memory}
    return [
        case("memory that starts at zero" if memory else "one set of settings", first, NORMAL),
        case("gradients of very different size", second, MIXED, **start),
        case("memory from earlier steps" if memory else "more steps", later, long, **start),
        case("a matrix of weights", second, NORMAL, "matrix", FLAT_ONLY, in_shape((2, 3), float), **start),
        case("a single number", first, [2.0, 0.0, -1.5], "scalar", ARRAYS_ONLY, float, **numbers),
        case("float32", later, NORMAL, "float32", None, in_shape(6, np.float32), **start),
        case("whole-number weights", first, NORMAL, "integers", NO_INTEGERS, w=[1, -2, 3, 0, 5, -6]),
        case("lists", second, MIXED, "lists", SILENT, list, **start),
        case("random numbers", drawn, gradients, "random", **random),
    ]
