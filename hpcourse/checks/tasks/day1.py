"""Day 1: the learning rate."""

import numpy as np

from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Formula, Mistake, Task, once, steps
from hpcourse.checks.tasks.common import (
    ABSOLUTE,
    APART,
    ASCENT,
    HUGE,
    INSTEAD_OF_MEAN,
    NO_RATE,
    OF_SEEDS,
    ONE_STEP_FOR_ALL,
    PENALTIES,
    PENALTY,
    SEEDS_LEFT_OUT,
    SILENT,
    STANDS_STILL,
    STILL,
    TINY,
    UPHILL,
    as_it_is,
    far,
    far_walks,
    of_one,
    penalty,
    rates_worth,
    scaled,
    unless_nan,
    walks,
    without_nan,
)


def gd_step(w, grad, lr):
    """One step of gradient descent."""
    return w - lr * grad


def _gd_cases(rng):
    def draw(rng):
        return {"lr": float(10 ** rng.uniform(-3, 0))}

    return walks(rng, {"lr": 0.1}, {"lr": 0.02}, draw, later_grads=STILL)


def _gd_scaled(scale, lr):
    return {key: value for key, value in scaled(scale).items() if key in ("w", "grads")} | {"lr": lr}


FAR_STEPS = far_walks(
    {"lr": 0.1},
    ("large numbers", _gd_scaled(HUGE, 1e4)),
    ("a large rate", _gd_scaled(1.0, HUGE)),
    ("small numbers", _gd_scaled(TINY, 0.01)),
    ("a small rate, large gradients", _gd_scaled(HUGE, TINY) | {"w": np.array([0.0, 1, -1, 2, 3, -2])}),
    ends=(("a rate of zero", {"lr": 0.0}), ("a rate of one", {"lr": 1.0})),
)

GD = Formula(
    lambda p: lambda w, grad, lr: p.walk(w, p.length(lr, p.gradient(grad, w))),
    gradient=lambda g, w: g,
    length=lambda lr, g: lr * g,
    walk=lambda w, step: w - step,
)

GD_STEP = Task(
    name="gd_step",
    day=1,
    reference=gd_step,
    cases=_gd_cases,
    far=FAR_STEPS,
    observe=steps("w"),
    formula=GD,
    mistakes=(
        *GD.mistakes(
            ("ascent", {"walk": lambda w, step: w + step}, ASCENT, UPHILL),
            (
                "no_learning_rate",
                {"length": lambda lr, g: g},
                NO_RATE,
                "The gradient enters without the rate.",
            ),
            ("mean_of_gradient", {"gradient": lambda g, w: np.mean(g)}, ONE_STEP_FOR_ALL),
            ("sum_of_gradient", {"gradient": lambda g, w: np.sum(g)}, ONE_STEP_FOR_ALL),
            ("unchanged", {"walk": lambda w, step: w}, STANDS_STILL),
            (
                "only_the_step",
                {"walk": lambda w, step: -step},
                "You return the step alone. The new weights are the old ones, changed by the step.",
            ),
            (
                "only_the_step_uphill",
                {"walk": lambda w, step: step},
                "You return the size of the step alone. The new weights are the old ones, changed by the "
                "step.",
            ),
            (
                "backwards",
                {"walk": lambda w, step: step - w},
                "The two sides of the minus sign are exchanged: start from the weights and take the step "
                "away.",
            ),
            (
                "divides_by_rate",
                {"length": lambda lr, g: g / lr},
                "A smaller learning rate makes your steps longer: the gradient should be multiplied by "
                "the rate, not divided.",
            ),
            (
                "rate_apart",
                {"length": lambda lr, g: lr + g},
                "Learning rate and gradient are taken away one after the other: the rate should scale "
                "the gradient.",
                "Learning rate and gradient stand one after the other: the rate should scale the gradient.",
            ),
            (
                "only_the_sign",
                {"gradient": lambda g, w: np.sign(g)},
                "Every weight moves by the same amount, however steep it is: only the gradient's sign is "
                "used.",
                "Only the gradient's sign is used, however steep it is.",
            ),
            (
                "unit_length",
                {"gradient": lambda g, w: g / np.linalg.norm(g)},
                "Every step is equally long: the gradient is divided by its length. It should count as it "
                "is.",
                "The gradient is divided by its length. It should count as it is.",
            ),
            ("rate_squared", {"length": lambda lr, g: lr**2 * g}, "The learning rate enters twice."),
            ("absolute", {"gradient": lambda g, w: abs(g)}, ABSOLUTE),
            (
                "squared",
                {"gradient": lambda g, w: g**2},
                "The gradient is squared: its sign is lost, and steep directions count too much beside flat "
                "ones.",
            ),
            (
                "times_weights",
                {"gradient": lambda g, w: g * w},
                "The step is multiplied by the weights: a weight that is zero can never move.",
                "The gradient is multiplied by the weights.",
            ),
        ),
        Mistake(
            "rate_scales_weights",
            lambda w, grad, lr: lr * (w - grad),
            "The learning rate scales the weights too: even where the gradient is zero, they change.",
        ),
    ),
)


def largest_stable_lr(eigenvalues):
    """The border of stability: above it, the steepest direction diverges."""
    return 2 / np.max(eigenvalues)


def _curvatures(rng):
    given = {
        "three curvatures": [1.0, 10.0, 4.0],
        "the largest first": [50.0, 3.0, 0.2, 8.0],
        "a flat direction": [0.5, 0.0, 0.1],
        "a single curvature": [8.0],
        "many": [0.3, 0.7, 2.5, 0.9, 1.1, 2.2, 0.4],
    }
    cases = [Case(name, {"eigenvalues": np.array(values)}) for name, values in given.items()]
    drawn = np.append(rng.uniform(0.1, 9, 5), 0.2)
    return [
        *cases,
        Case("float32", {"eigenvalues": np.array([3.0, 7.0, 1.5], dtype=np.float32)}, "float32"),
        Case("whole numbers", {"eigenvalues": np.array([3, 7, 1])}, "integers"),
        Case("a list", {"eigenvalues": [2.0, 5.0, 0.5]}, "lists", SILENT),
        Case("random curvatures", {"eigenvalues": drawn}, "random"),
    ]


FAR_CURVATURES = (
    far("a flat bowl", eigenvalues=np.array([TINY, 3 * TINY, 0.0])),
    far("a steep bowl", eigenvalues=np.array([1.0, HUGE, 7.0])),
    far("many directions", kind="shape", eigenvalues=5 + 4 * np.sin(np.arange(300.0))),
)

BORDER = Formula(
    # a wrong answer may divide by a flat direction's zero, which for NumPy's numbers is infinity
    lambda p: lambda eigenvalues: p.border(p.product, p.bend(p.which(np.asarray(eigenvalues, float)))),
    product=2,
    which=np.max,
    bend=lambda curvature: curvature,
    border=lambda product, curvature: product / curvature,
)

LARGEST_STABLE_LR = Task(
    name="largest_stable_lr",
    day=1,
    reference=largest_stable_lr,
    cases=_curvatures,
    far=FAR_CURVATURES,
    observe=once("result"),
    formula=BORDER,
    mistakes=BORDER.mistakes(
        (
            "smallest_curvature",
            {"which": np.min},
            "You ask the flattest direction. The steepest one diverges first: it sets the border for all.",
        ),
        (
            "smallest_positive",
            {"which": lambda e: e[e > 0].min()},
            "You ask the flattest direction that is not quite flat. The steepest one diverges first: it sets "
            "the border for all.",
        ),
        (
            "mean_curvature",
            {"which": np.mean},
            "You use the average curvature. One direction steeper than that is enough to diverge.",
        ),
        (
            "sum_of_curvatures",
            {"which": np.sum},
            "You add the curvatures up. Each direction goes its own way: only the steepest sets the border.",
        ),
        (
            "median_curvature",
            {"which": np.median},
            "You use the middle curvature. One direction steeper than that is enough to diverge.",
        ),
        (
            "half_the_border",
            {"product": 1},
            "Half of the border: at your rate the steepest direction lands on its minimum in one step. "
            "It may overshoot by as much again before it diverges.",
            "At the border rate times curvature is 2, and in your formula 1.",
        ),
        (
            "twice_the_border",
            {"product": 4},
            "Twice the border: at your rate the distance in the steepest direction triples with every step.",
            "At the border rate times curvature is 2, and in your formula 4.",
        ),
        (
            "upside_down",
            {"border": lambda product, curvature: curvature / product},
            "Upside down: the steeper the surface, the smaller the rate has to be. Yours grows with "
            "the curvature.",
        ),
        (
            "product",
            {"border": lambda product, curvature: product * curvature},
            "Your rate grows with the curvature. The steeper the surface, the smaller the rate has to be.",
        ),
        (
            "fastest_rate",
            {"which": lambda e: e.min() + e.max()},
            "That is the fastest rate, which balances the steepest and the flattest direction. The border "
            "of stability depends on the steepest direction alone.",
            "The flattest and the steepest curvature are added. The border depends on the steepest alone.",
        ),
        (
            "first_only",
            {"which": lambda e: e[0]},
            "You look at the first curvature only; the list is in no particular order.",
        ),
        (
            "last_only",
            {"which": lambda e: e[-1]},
            "You look at the last curvature only; the list is in no particular order.",
        ),
        (
            "one_for_each",
            {"which": lambda e: e},
            "One border for each direction. All directions share a single rate: which of them decides?",
        ),
        (
            "length",
            {"which": np.linalg.norm},
            "You use the length of the list of curvatures as a vector. Only the steepest sets the border.",
        ),
        (
            "root_of_curvature",
            {"bend": np.sqrt},
            "A square root is taken of the curvature. The border is where rate times curvature is 2.",
            "A square root is taken of the curvature.",
        ),
        (
            "largest_itself",
            {"border": lambda product, curvature: curvature},
            "That is the largest curvature itself. Which rate is just too much for it?",
            "No rate is made of it yet. Which one is just too much?",
        ),
    ),
)


def best_learning_rate(lrs, losses):
    """The rate of lowest mean loss among those whose runs all survived."""
    means = np.mean(losses, axis=1)
    return np.asarray(lrs)[np.argmin(np.where(np.isfinite(means), means, np.inf))]


def _sweeps(rng):
    nan, inf = np.nan, np.inf
    rates = np.array([0.001, 0.01, 0.1, 0.5, 1.0])
    plain = [[0.9, 1.0, 0.95], [0.5, 0.6, 0.4], [0.2, 0.3, 0.31], [0.05, 0.6, 0.7], [2.0, 3.0, 2.5]]
    diverged = [[0.9, 1.0, 0.95], [0.5, 0.6, 0.7], [0.3, 0.35, 0.25], [0.1, nan, 0.1], [nan, inf, inf]]
    often = [[0.5, 0.6, 0.7], [nan, 3.0, 2.9], [0.2, nan, 0.3], [nan, nan, 0.4], [0.8, 0.7, 0.9]]
    outlier = 1000 * np.array(
        [[0.8, 0.1, 0.9], [0.1, 1.5, 0.1], [0.6, 0.5, 0.7], [0.4, 0.4, 0.4], [0.45, 0.5, 0.45]]
    )
    steady = [[0.5, 0.5, 0.5], [0.9, 0.05, 0.5], [0.2, 0.75, 0.3], [1.0, 1.1, 0.9], [5.0, inf, 4.0]]
    unsorted = np.array([0.3, 0.003, 3.0, 0.03])
    fewer = [[nan, 0.7], [0.6, 0.1], [inf, 0.01], [0.3, 0.2]]
    huge = 1e12 * np.array([[3.0, 4.0], [nan, 1e-3], [inf, 1e-4], [9.0, 8.0], [2.0, 2.5]])
    size = rng.uniform(0.5, 1.0, (6, 4))
    size[rng.integers(0, 5)] *= 0.5
    size[5] = [0.01, 0.01, nan, 0.01]
    drawn = np.sort(10 ** rng.uniform(-4, 0, 6))
    return [
        Case("all survived", {"lrs": rates, "losses": np.array(plain)}),
        Case("some diverged", {"lrs": rates, "losses": np.array(diverged)}),
        Case("several rates diverged", {"lrs": rates, "losses": np.array(often)}),
        Case("one bad seed", {"lrs": rates, "losses": outlier}),
        Case("one lucky seed", {"lrs": rates, "losses": np.array(steady)}),
        Case("rates in no order", {"lrs": unsorted, "losses": np.array(fewer)}),
        Case("huge losses", {"lrs": rates, "losses": huge}),
        *(Case(f"losses that scatter {n}", _scattered(seed)) for n, seed in enumerate((737, 898, 158), 1)),
        Case("lists", {"lrs": list(rates), "losses": plain}, "lists", SILENT),
        Case("float32", {"lrs": rates, "losses": np.array(diverged, dtype=np.float32)}, "float32"),
        Case("a random sweep", {"lrs": drawn, "losses": size}, "random"),
    ]


def _far_sweeps():
    nan, inf = np.nan, np.inf
    losses = np.array([[9.0, 8.0], [3.0, nan], [5.0, 6.0], [inf, 1.0], [7.0, 7.0]])
    rates = np.array([1e3, HUGE, TINY, 1.0, 1e-9])
    large = np.array([[9.0], [2.0], [6.0], [7.0], [5.0]])
    return (
        far("large losses", lrs=rates, losses=1e30 * losses),
        far("small losses", lrs=rates, losses=TINY * losses),
        far("a large rate", lrs=rates, losses=large),
        far("one rate, one seed", kind="shape", lrs=np.array([0.3]), losses=np.array([[0.7]])),
        far("many seeds", kind="shape", lrs=rates, losses=np.repeat(losses, 50, axis=1)),
        far("a loss of zero", kind="other", lrs=rates[:3], losses=np.array([[5, 6.0], [0, 3], [4, 7]])),
        far("an unlucky seed", kind="other", lrs=rates[:2], losses=np.array([[0.5] * 3, [1e-3, 1e-3, 1]])),
        far("seeds that end alike", kind="repeats", lrs=rates[:2], losses=np.array([[9, 9, 0.3], [5, 6, 6]])),
    )


def _scattered(seed):
    """A sweep whose best rate is another one by the mean than by the median, the root mean square, ...

    The seeds were searched for: with these three, no two of those averages choose alike everywhere.
    """
    rng = np.random.default_rng(seed)
    losses = np.round(rng.uniform(0.3, 0.6, (9, 1)) * rng.lognormal(0, 0.6, (9, 5)), 2) + APART
    return {"lrs": np.geomspace(0.001, 10, 9), "losses": losses}


def _search(lrs, losses, best, lowest):
    """The usual loop, which keeps what is lower than the lowest so far."""
    for lr, mean in zip(lrs, np.mean(losses, axis=1)):
        if mean < lowest:
            best, lowest = lr, mean
    return best


def _build_choice(p):
    def choose(lrs, losses):
        worth = rates_worth(p, losses)
        return p.answer(np.asarray(lrs), p.pick(worth), worth)

    return choose


CHOICE = Formula(
    _build_choice,
    **OF_SEEDS,
    pick=np.argmin,
    answer=lambda lrs, place, worth: lrs[place],
)

BEST_LEARNING_RATE = Task(
    name="best_learning_rate",
    day=1,
    reference=best_learning_rate,
    cases=_sweeps,
    far=_far_sweeps(),
    observe=once("result"),
    formula=CHOICE,
    few=True,
    variants=({"aside": unless_nan},),  # of a mean it is the same whether infinity is asked for
    mistakes=(
        *CHOICE.mistakes(
            (
                "nan_wins",
                {"aside": as_it_is},
                "A diverged run won: the search for the smallest value stops at NaN. "
                "Rates with a diverged seed have to be put aside first.",
                "Rates with a diverged seed have to be put aside first.",
            ),
            *SEEDS_LEFT_OUT,
            (
                "nan_is_zero",
                {"seeds": np.nan_to_num, "aside": unless_nan},
                "NaN was turned into zero, the best loss there is. A rate with a diverged seed does not "
                "qualify.",
                "NaN was turned into zero. A rate with a diverged seed does not qualify.",
            ),
            (
                "diverged_is_zero",
                penalty(nan=0.0, posinf=0.0),
                "Diverged losses were turned into zero, the best loss there is. A rate with a diverged seed "
                "does not qualify.",
                "Diverged losses were turned into zero. A rate with a diverged seed does not qualify.",
            ),
            (
                "luckiest_run",
                {"seeds": without_nan, "aside": unless_nan, "score": np.min},
                "You chose the rate of the single best run. One lucky seed is not a good rate: average "
                "over seeds.",
            ),
            (
                "luckiest_survivor",
                {"score": np.min},
                "Diverged rates are out, as they should be; then the single best run decides. "
                "One lucky seed is not a good rate: average over seeds.",
                "The single best run of each rate decides. One lucky seed is not a good rate: average over "
                "seeds.",
            ),
        ),
        Mistake(
            "mean_over_rates",
            lambda lrs, losses: lrs[np.nanargmin(np.mean(losses, axis=0))],
            "The average was taken over the rates, not over the seeds: that compares seeds. Rows are rates.",
        ),
        Mistake(
            "mean_over_rates_without_nan",
            lambda lrs, losses: lrs[np.nanargmin(np.nanmean(losses, axis=0))],
            "The average was taken over the rates, not over the seeds: that compares seeds. Rows are rates.",
        ),
        *CHOICE.mistakes(
            *((id, {"score": of_one(score)}, message) for id, score, message in INSTEAD_OF_MEAN),
            *((id, penalty(**instead), PENALTY) for id, instead in PENALTIES),
            (
                "first_seed",
                {"seeds": lambda row: row[:1]},
                "Only the first seed was looked at. Chance decides much of a single run: average over seeds.",
            ),
            (
                "last_seed",
                {"seeds": lambda row: row[-1:]},
                "Only the last seed was looked at. Chance decides much of a single run: average over seeds.",
            ),
            (
                "index",
                {"answer": lambda lrs, place, worth: place},
                "That is the place of the best rate in the list, not the rate itself.",
                "A place in the list comes back, not the rate itself.",
            ),
            (
                "index_among_survivors",
                {"answer": lambda lrs, place, worth: lrs[np.argmin(worth[np.isfinite(worth)])]},
                "The place was counted among the surviving rates, but looked up in the list of all rates.",
            ),
        ),
        Mistake(
            "never_below_the_first",
            lambda lrs, losses: _search(lrs, losses, lrs[0], np.mean(losses[0])),
            "The search starts from the first rate, and where its loss is NaN nothing is ever found to be "
            "lower: no number is below NaN.",
        ),
        Mistake(
            "nothing_low_enough",
            lambda lrs, losses: _search(lrs, losses, None, 10.0),
            "Where all losses are large your search finds none: it starts from a number that they never fall "
            "below. Start from something that every loss is lower than.",
        ),
        *CHOICE.mistakes(
            (
                "loss",
                {"answer": lambda lrs, place, worth: worth[place]},
                "That is the lowest mean loss. The task asks for the rate that reaches it.",
                "A loss comes back. The task asks for the rate that reaches it.",
            ),
            (
                "highest_loss",
                {"pick": lambda worth: np.argmax(np.where(np.isfinite(worth), worth, -np.inf))},
                "That is the rate of the highest loss: here lower is better.",
                "The highest loss is looked for: here lower is better.",
            ),
        ),
        Mistake(
            "largest_survivor",
            lambda lrs, losses: np.max(lrs[np.isfinite(losses).all(axis=1)]),
            "That is the largest rate that survives. Survival is not yet a low loss.",
        ),
        Mistake(
            "step_back",
            lambda lrs, losses: np.max(lrs[np.isfinite(losses).all(axis=1)]) / 10,
            "That is a tenth of the largest rate that survives, a rule of thumb. Here the losses decide.",
        ),
        Mistake(
            "first_rate",
            lambda lrs, losses: lrs[0],
            "That is the first rate of the list. What decides is the lowest mean loss.",
        ),
        Mistake(
            "smallest_rate",
            lambda lrs, losses: np.min(lrs),
            "That is the smallest rate. What decides is the lowest mean loss.",
        ),
    ),
)

TASKS = (GD_STEP, LARGEST_STABLE_LR, BEST_LEARNING_RATE)

STEEPEST_BOWL = Reading(
    name="steepest_bowl",
    day=1,
    words=("A", "B", "C"),
    accepts=lambda word: word == "B",
    mistakes=(
        Misreading(
            "flattest",
            lambda word: word == "C",
            "This curve stays low up to larger rates than the others: its bowl bears them, so it is the "
            "flattest.",
        ),
    ),
    right="",
    otherwise="Another bowl diverges at a smaller rate than this one. What does that say about curvatures?",
    reason=Reading(
        name="steepest_bowl",
        day=1,
        accepts=lambda lr: abs(lr / 0.25 - 1) < 0.1,
        mistakes=(
            Misreading(
                "deepest",
                lambda lr: abs(lr / 0.125 - 1) < 0.1,
                "The bowl is right. At this rate its curve is deepest; the border comes later, where the "
                "curve crosses the gray line on its way up.",
            ),
            Misreading(
                "another_bowl",
                lambda lr: abs(lr - 1) < 0.1 or abs(lr / 4 - 1) < 0.1,
                "The bowl is right, but that is where the curve of another bowl crosses the gray line.",
            ),
            Misreading(
                "curvature",
                lambda lr: abs(lr / 8 - 1) < 0.1,
                "The bowl is right, and that is its curvature. Which learning rate is its border?",
            ),
        ),
        right="Right: the bowl that is the first to diverge when the rate grows is the steepest.",
        otherwise="The bowl is right. Read off the learning rate at which its curve crosses the gray line on "
        "its way up.",
    ),
)


def _steepest():
    """The largest curvature of the exercise's bowl."""
    return np.random.default_rng(2026).uniform(0.5, 8, 30).max()


def _near(number, factor=1.0):
    return lambda value: abs(value / (factor * number()) - 1) < 0.02


STEEPEST_CURVATURE = Reading(
    name="steepest_curvature",
    day=1,
    accepts=_near(_steepest),
    mistakes=(
        Misreading(
            "border",
            lambda value: abs(value * _steepest() / 2 - 1) < 0.02,
            "That is the learning rate at the border. Which curvature has its border there?",
        ),
        Misreading(
            "half",
            _near(_steepest, 0.5),
            "Half of it: where rate times curvature is 1, the steepest direction only begins to overshoot, "
            "and the border comes later. How far may a step overshoot before it ends farther away than it "
            "began?",
        ),
        Misreading(
            "flattest",
            _near(lambda: np.random.default_rng(2026).uniform(0.5, 8, 30).min()),
            "That is the flattest direction; the steepest one sets the border.",
        ),
    ),
    right="Right, to within 2%: you have measured a curvature without seeing the bowl.",
    otherwise="That is more than 2% away. Close in on the border: with one rate the walk must come nearer, "
    "with the next one it must end farther away.",
)


def _slope_error(h):
    """Relative error of the exercise's central difference."""
    left, right = np.exp(1 - h) + 40, np.exp(1 + h) + 40
    return abs((right - left) / (2 * h) / np.e - 1)


SLOPE_STEP = Reading(
    name="slope_step",
    day=1,
    accepts=lambda h: 0 < h < 0.1 and _slope_error(h) < 1e-6,
    mistakes=(
        Misreading(
            "not_positive",
            lambda h: h <= 0,
            "The step should be a positive number.",
        ),
        Misreading(
            "drowned_in_rounding",
            lambda h: h < 1e-5,
            "Too small: the two losses agree in so many of their 16 digits that rounding spoils what is left "
            "of their difference.",
        ),
        Misreading(
            "bends_between",
            lambda h: h > 1e-4,
            "Too large: the curve bends more and more between the two points, so that the line through them "
            "has another slope than the curve in the middle.",
        ),
    ),
    right="Right: small enough that the curve bends evenly, or nearly so, and large enough for the rounding.",
    otherwise="Try it in the cell above: the error should be smaller than one millionth.",
)

READINGS = (STEEPEST_BOWL, STEEPEST_CURVATURE, SLOPE_STEP)
