"""Day 4: momentum."""

import functools

import numpy as np

from hpcourse.checks.contest import Contest, Refused, numbers_of
from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Form, Formula, Mistake, Task, once, say, steps
from hpcourse.checks.tasks.common import (
    ABSOLUTE,
    ASCENT,
    HUGE,
    OLD_MEMORY,
    OLD_MEMORY_RETURNED,
    ONE_STEP_FOR_ALL,
    ORDER,
    ORDER_TOO,
    STILL,
    TINY,
    UPHILL,
    VELOCITY,
    far,
    far_walks,
    scaled,
    walks,
)


def _momentum_cases(rng):
    first, second = {"lr": 0.1, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.7}
    start = {"v": VELOCITY}

    def draw(rng):
        return {"lr": float(10 ** rng.uniform(-3, -0.5)), "momentum": float(rng.uniform(0.75, 0.95))}

    return walks(rng, first, second, draw, memory=("v",), start=start, later_grads=STILL)


def _far(scale, lr, momentum):
    return {key: value for key, value in scaled(scale).items() if key != "m"} | {
        "lr": lr,
        "momentum": momentum,
    }


FAR_MOMENTUM = far_walks(
    {"lr": 0.1, "momentum": 0.9},
    ("large numbers", _far(HUGE, 1e4, 0.9996)),
    ("a large rate", _far(1.0, HUGE, 0.9)),
    ("small numbers", _far(TINY, 0.01, 0.001)),
    ("a small rate, large gradients", _far(HUGE, TINY, 0.9) | {"w": np.ones(6), "v": np.zeros(6)}),
    memory="v",
    ends=(("no momentum", {"momentum": 0.0}), ("hardly any friction", {"momentum": 0.99999})),
)


def _build(p):
    """A rule with velocity; momentum and Nesterov's variant differ in `step` alone."""

    def step(w, v, grad, lr, momentum):
        lr, momentum = p.given(lr, momentum)
        new = p.kept(momentum, v, lr) + p.sign(p.share(momentum) * p.enters(lr, p.gradient(grad)))
        change = p.step(new, v, lr, p.gradient(grad), momentum)
        return p.arrange(p.move(w, change, momentum), p.remembered(new, v, change))

    return step


PARTS = {
    "given": lambda lr, k: (lr, k),
    "gradient": lambda g: g,
    "kept": lambda k, v, lr: k * v,
    "share": lambda k: 1.0,
    "enters": lambda lr, g: lr * g,
    "sign": lambda x: x,
    "step": lambda new, old, lr, g, k: new,
    "move": lambda w, change, k: w - change,
    "remembered": lambda new, old, change: new,
    "arrange": lambda w, v: (w, v),
}
MOMENTUM = Formula(_build, **PARTS)
NESTEROV = Formula(_build, **PARTS | {"step": lambda new, old, lr, g, k: k * new + lr * g})


def momentum_step(w, v, grad, lr, momentum):
    """The seed's form of momentum."""
    v = momentum * v + lr * grad
    return w - v, v


def _scaled(factor, note=None):
    """The velocity kept in other units: `factor` of the learning rate and momentum times what is kept."""
    return Form(
        lambda given: given["v"] / factor(given["lr"], given["momentum"]),
        lambda after, given: factor(given["lr"], given["momentum"]) * after["v"],
        note,
    )


OTHER_SIGN = say(
    "Worth knowing: your `v` points the other way than the task's, and is added instead of taken away. The "
    "walk is the same, but a function that goes on with your `v` has to know it."
)
RATE_OUTSIDE = say(
    "Worth knowing: your `v` holds gradients, and the learning rate comes in when the weights move. At a "
    "constant rate the walk is the same; where the rate changes on the way, it is not."
)
OTHER_MEMORY = say(
    "Worth knowing: the walk is the same, but your `v` is not the task's: a function that goes on with it "
    "has to know what it holds."
)

# The same walk with another memory: the opposite sign (CS231n), the rate kept outside (PyTorch), both,
# averages of steps or gradients that are scaled up when they are used, and the last place instead of the
# last step (the two-point form).
FORMS = (
    _scaled(lambda lr, momentum: -1.0, OTHER_SIGN),
    _scaled(lambda lr, momentum: lr, RATE_OUTSIDE),
    _scaled(lambda lr, momentum: -lr, RATE_OUTSIDE),
    _scaled(lambda lr, momentum: 1 / (1 - momentum), OTHER_MEMORY),
    _scaled(lambda lr, momentum: lr / (1 - momentum), RATE_OUTSIDE),
    Form(lambda given: given["w"] + given["v"], lambda after, given: after["v"] - after["w"], OTHER_MEMORY),
)

# What both rules can get wrong. In the velocity:
NEVER_USED = "The learning rate is never used: the gradient enters at full length."
VELOCITY_MISTAKES = (
    ("ascent_in_velocity", {"sign": lambda x: -x}, ASCENT, UPHILL),
    (
        "dampened",
        {"share": lambda k: 1 - k},
        "The gradient enters with a share only, as in an average. In this form it counts in full: under "
        "a constant gradient your steps stay as short as without momentum.",
        "The gradient enters with a share only, as in an average. It should count in full.",
    ),
    ("no_learning_rate", {"enters": lambda lr, g: g}, NEVER_USED, "The gradient enters without the rate."),
    (
        "swapped",
        {"given": lambda lr, k: (k, lr)},
        "Learning rate and momentum have changed places.",
    ),
    (
        "keeps_the_rest",
        {"kept": lambda k, v, lr: (1 - k) * v},
        "With a momentum of 0.9 you keep a tenth of the last velocity. It should be nine tenths.",
    ),
    (
        "no_momentum",
        {"kept": lambda k, v, lr: 0 * v},
        "The last velocity is forgotten: nothing is kept of it.",
    ),
    (
        "forgets_nothing",
        {"kept": lambda k, v, lr: v},
        "The velocity only adds up: nothing is ever forgotten. The momentum reduces it in every step.",
        "In the velocity nothing is ever forgotten. The momentum reduces it in every step.",
    ),
    (
        "rate_scales_both",
        {"kept": lambda k, v, lr: lr * k * v},
        "The learning rate scales the old velocity too, in every step again. It belongs to the "
        "gradient alone.",
    ),
    (
        "momentum_scales_both",
        {"share": lambda k: k},
        "Momentum scales the new gradient too. Only the old velocity is reduced.",
        "Momentum scales the new gradient. Only the old velocity is to be reduced.",
    ),
    (
        "momentum_on_gradient",
        {"kept": lambda k, v, lr: v, "share": lambda k: k},
        "Momentum stands at the wrong term: it should reduce the old velocity, not the gradient.",
    ),
    ("mean_of_gradient", {"gradient": np.mean}, ONE_STEP_FOR_ALL),
    ("absolute", {"gradient": np.abs}, ABSOLUTE),
    (
        "squared",
        {"gradient": np.square},
        "The gradient is squared: its sign is lost. Squares belong to RMSProp and Adam.",
    ),
    (
        "velocity_without_gradient",
        {"enters": lambda lr, g: 0 * g},
        "The velocity only shrinks: the gradient never enters it.",
        "The gradient never enters the velocity.",
    ),
    # when the weights move, and in what is returned:
    ("ascent", {"move": lambda w, change, k: w + change}, ASCENT, UPHILL),
    (
        "shrinks_weights",
        {"move": lambda w, change, k: k * w - change},
        "The weights themselves are multiplied by the momentum: they shrink even where nothing pulls. "
        "Only the old velocity is reduced.",
    ),
    (
        "velocity_forgotten_in_return",
        {"remembered": lambda new, old, change: old},
        OLD_MEMORY_RETURNED,
        OLD_MEMORY,
    ),
    ("order_of_results", {"arrange": lambda w, v: (v, w)}, ORDER, ORDER_TOO),
    (
        "weights_stand_still",
        {"step": lambda new, old, lr, g, k: 0 * new},
        "The velocity is right, but the weights come back unchanged.",
        "The weights come back unchanged.",
    ),
    (
        "only_gradient_moves",
        {"step": lambda new, old, lr, g, k: lr * g},
        "The velocity is right, but the weights move by the gradient alone: the velocity is never used.",
        "The weights move by the gradient alone: the velocity is never used.",
    ),
    (
        "moves_with_old_velocity",
        {"step": lambda new, old, lr, g, k: old},
        "The weights move before the velocity is updated: the first step from rest is zero, and every "
        "gradient comes one step late.",
    ),
    (
        "gradient_twice",
        {"step": lambda new, old, lr, g, k: new + lr * g},
        "When the weights move, the gradient's own step is added to the whole new velocity, which holds it "
        "already.",
    ),
    (
        "rate_twice",
        {"step": lambda new, old, lr, g, k: lr * new},
        "The learning rate is used twice, in the velocity and again for the weights: the steps "
        "are far too short.",
        "When the weights move, the velocity is multiplied by the learning rate.",
    ),
)

# A share, or no rate, wherever the gradient stands: in plain momentum, where it stands once, alone not new.
DAMPENED_EVERYWHERE = (
    "dampened_everywhere",
    {"given": lambda lr, k: ((1 - k) * lr, k)},
    "Wherever the gradient stands it has a share only, as in an average. In this form it counts in full.",
    "The gradient enters with a share only, as in an average. It should count in full.",
)
RATE_OF_ONE = (
    "rate_of_one",
    {"given": lambda lr, k: (1.0, k)},
    NEVER_USED,
    "The gradient enters without the rate.",
)

MOMENTUM_STEP = Task(
    name="momentum_step",
    day=4,
    reference=momentum_step,
    cases=_momentum_cases,
    far=FAR_MOMENTUM,
    observe=steps("w", "v"),
    forms=FORMS,
    formula=MOMENTUM,
    twins=MOMENTUM.mistakes(DAMPENED_EVERYWHERE, RATE_OF_ONE),
    mistakes=MOMENTUM.mistakes(
        *VELOCITY_MISTAKES,
        (
            "average_and_rate_outside",
            {
                "share": lambda k: 1 - k,
                "enters": lambda lr, g: g,
                "step": lambda new, old, lr, g, k: lr * new,
            },
            "The velocity is an average of gradients, and the learning rate comes afterwards. In "
            "this form the gradient counts in full and momentum makes the steps longer; your steps are as "
            "short as without it.",
            "The velocity is an average of gradients. In this form the gradient counts in full.",
        ),
        (
            "nesterov",
            {"step": lambda new, old, lr, g, k: k * new + lr * g},
            "That is Nesterov's variant, which looks one step ahead. The task asks for plain momentum.",
            "The weights move as in Nesterov's variant, which looks one step ahead. The task asks for plain "
            "momentum.",
        ),
    ),
)


def effective_lr(lr, momentum):
    """How long steps get under a constant gradient, per unit of gradient."""
    return lr / (1 - momentum)


def _gains(rng):
    pairs = [(0.1, 0.9), (0.01, 0.95), (0.5, 0.0), (0.3, 0.25), (0.02, 0.7), (2.0, 0.996)]
    cases = [Case(f"lr {lr}, momentum {k}", {"lr": lr, "momentum": k}) for lr, k in pairs]
    drawn = {"lr": float(rng.uniform(0.01, 1)), "momentum": float(rng.uniform(0.15, 0.95))}
    return [*cases, Case("random numbers", drawn, "random")]


def _build_gain(p):
    def gain(lr, momentum):
        lr, momentum = p.given(np.float64(lr), np.float64(momentum))
        return p.sign * p.join(p.above(lr) * p.first(momentum), p.bend(p.below(momentum)))

    return gain


GAIN = Formula(
    _build_gain,
    given=lambda lr, k: (lr, k),
    sign=1,
    above=lambda lr: lr,
    first=lambda k: 1.0,
    below=lambda k: 1 - k,
    bend=lambda rest: rest,
    join=lambda above, below: above / below,
)

FAR_GAINS = (
    far("a large rate", lr=HUGE, momentum=0.9),
    far("a small rate", lr=1.2345678e-6, momentum=0.9),  # who adds terms up until they are tiny is right
    far("hardly any momentum", lr=0.1, momentum=0.0001),
    # compared to one part in a thousand: who adds terms up until they are small is right
    far("hardly any friction", size=1e14, kind="end", lr=0.1, momentum=0.9999),
)

EFFECTIVE_LR = Task(
    name="effective_lr",
    day=4,
    reference=effective_lr,
    cases=_gains,
    far=FAR_GAINS,
    observe=once("result"),
    formula=GAIN,
    twins=GAIN.mistakes(  # alone the parameters are told to have changed places
        ("swapped", {"given": lambda lr, k: (k, lr)}, "Learning rate and momentum have changed places.")
    ),
    mistakes=(
        *GAIN.mistakes(
            (
                "smaller",
                {"join": lambda above, below: above * below},
                "Momentum makes the steps longer, and yours get shorter. Under a constant gradient the "
                "velocity adds up: 1, 1 + momentum, 1 + momentum + its square, and so on.",
                "There is a product where a quotient should be.",
            ),
            (
                "divided_by_momentum",
                {"below": lambda k: k},
                "Without momentum the effective rate should be the learning rate itself; you divide by zero "
                "there.",
                "The momentum itself stands where one minus the momentum should.",
            ),
        ),
        Mistake(
            "times_momentum",
            lambda lr, momentum: lr * momentum,
            "Without momentum the effective rate should be the learning rate itself; yours is zero there.",
        ),
        *GAIN.mistakes(
            (
                "plus_sign",
                {"below": lambda k: 1 + k},
                "Your steps get shorter with momentum. The steps add up: look at the sign in the divisor.",
                "Look at the sign beside the momentum: it should be a minus.",
            ),
        ),
        *GAIN.mistakes(
            (
                "two_steps",
                {"first": lambda k: 1 + k, "below": lambda k: 1.0},
                "That is the length after two steps. The velocity goes on growing: where does the sum end?",
            ),
            (
                "three_steps",
                {"first": lambda k: 1 + k + k**2, "below": lambda k: 1.0},
                "That is the length after three steps. The velocity goes on growing: where does the sum end?",
            ),
        ),
        Mistake(
            "sum",
            lambda lr, momentum: lr + momentum,
            "Learning rate and momentum are different things and cannot be added. By what factor do "
            "the steps grow?",
        ),
        *GAIN.mistakes(
            (
                "only_the_gain",
                {"above": lambda lr: 1},
                "That is the factor by which the steps grow. The learning rate is missing.",
                "The learning rate is missing.",
            ),
            (
                "upside_down",
                {"join": lambda above, below: below / above},
                "Upside down: a larger learning rate makes longer steps.",
                "What is divided by what has changed places.",
            ),
            (
                "root_of_momentum",
                {"below": lambda k: 1 - np.sqrt(k)},
                "A square root is taken of the momentum. The steps add up by its powers, as they are.",
            ),
            (
                "momentum_squared",
                {"below": lambda k: 1 - k**2},
                "The momentum is squared: that is the sum of the squares, which belongs to noise. Steps "
                "under a constant gradient add up as they are.",
                "The momentum is squared.",
            ),
        ),
        Mistake(
            "unchanged",
            lambda lr, momentum: lr,
            "That is the learning rate without momentum.",
        ),
        *GAIN.mistakes(
            (
                "root",
                {"bend": np.sqrt},
                "The steps grow more than that: there is no square root here.",
                "There is no square root here.",
            ),
            (
                "gain_squared",
                {"bend": np.square},
                "The steps grow less than that: the factor counts twice.",
                "The factor counts twice.",
            ),
            (
                "without_the_first",
                {"first": lambda k: k},
                "That is what the earlier steps contribute. The gradient of the present step is missing.",
                "The learning rate is multiplied by the momentum.",
            ),
        ),
        Mistake(
            "no_parentheses",
            lambda lr, momentum: lr - momentum,
            "The momentum is taken away from the learning rate. Are parentheses missing around the divisor?",
        ),
        *GAIN.mistakes(
            (
                "negative",
                {"sign": -1},
                "The right size with the wrong sign: a negative learning rate would walk uphill.",
                "The sign is wrong: a negative learning rate would walk uphill.",
            ),
        ),
    ),
)


def best_momentum(smallest, largest):
    """Polyak's choice: both extreme directions shrink by the same, the smallest possible, factor."""
    low, high = np.sqrt(smallest), np.sqrt(largest)
    return 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2


def _bowls(rng):
    pairs = [(1.0, 100.0), (0.5, 8.0), (2.0, 2.0), (0.01, 4.0), (3.0, 75.0)]
    cases = [Case(f"curvatures {a} and {b}", {"smallest": a, "largest": b}) for a, b in pairs]
    low = float(rng.uniform(0.1, 2))
    drawn = {"smallest": low, "largest": low * float(rng.uniform(5, 200))}
    return [*cases, Case("random curvatures", drawn, "random")]


def _build_best(p):
    """The pair; both are made from the curvatures and their roots."""

    def best(smallest, largest):
        given = (smallest, largest, np.sqrt(smallest), np.sqrt(largest))
        return p.arrange(p.lr(*given), p.momentum(*given))

    return best


BEST = Formula(
    _build_best,
    lr=lambda a, b, p, q: 4 / (p + q) ** 2,
    momentum=lambda a, b, p, q: ((q - p) / (q + p)) ** 2,
    arrange=lambda lr, momentum: (lr, momentum),
)
RATE_RIGHT, MOMENTUM_RIGHT = "The learning rate is right. ", "The momentum is right. "


def _pair(id, message, **parts):
    """A row about one of the two numbers; that the other one is right holds only where it stands alone."""
    return id, parts, message, message.removeprefix(RATE_RIGHT).removeprefix(MOMENTUM_RIGHT)


RATIO_OF_CURVATURES = (
    "The momentum comes from the curvatures themselves. What counts with momentum is the ratio of their "
    "square roots: that is why it is faster."
)

FAR_BOWLS = (
    far("a very long ravine", smallest=1.0, largest=1e12),
    far("a long ravine", kind="other", smallest=0.5, largest=100_000.0),
    far("a flat bowl", smallest=TINY, largest=9 * TINY),
    far("a steep bowl", smallest=HUGE, largest=9 * HUGE),
)

BEST_MOMENTUM = Task(
    name="best_momentum",
    day=4,
    reference=best_momentum,
    cases=_bowls,
    far=FAR_BOWLS,
    observe=once("lr", "momentum"),
    formula=BEST,
    mistakes=BEST.mistakes(
        _pair(
            "momentum_not_squared",
            "The learning rate is right. Your momentum is the factor by which the distance shrinks; the "
            "momentum is its square.",
            momentum=lambda a, b, p, q: (q - p) / (q + p),
        ),
        _pair("no_roots", RATIO_OF_CURVATURES, momentum=lambda a, b, p, q: ((b - a) / (b + a)) ** 2),
        _pair("no_roots_not_squared", RATIO_OF_CURVATURES, momentum=lambda a, b, p, q: (b - a) / (b + a)),
        _pair(
            "no_roots_anywhere",
            "The square roots are missing in both formulas: what counts with momentum are the square roots "
            "of the curvatures.",
            lr=lambda a, b, p, q: 4 / (a + b) ** 2,
            momentum=lambda a, b, p, q: ((b - a) / (b + a)) ** 2,
        ),
        _pair(
            "rate_without_momentum",
            "The momentum is right. Your learning rate is the best one without momentum; with it, it "
            "may be larger.",
            lr=lambda a, b, p, q: 2 / (a + b),
        ),
        _pair(
            "rate_bracket_not_squared",
            "The momentum is right. Your learning rate has not been squared yet.",
            lr=lambda a, b, p, q: 2 / (p + q),
        ),
        _pair(
            "half_the_rate",
            "The momentum is right. Your learning rate is half of what it should be.",
            lr=lambda a, b, p, q: 2 / (p + q) ** 2,
        ),
        _pair(
            "quarter_of_the_rate",
            "The momentum is right. Your learning rate is a quarter of what it should be.",
            lr=lambda a, b, p, q: 1 / (p + q) ** 2,
        ),
        _pair(
            "rate_no_roots",
            "The momentum is right. Your learning rate adds the curvatures; add their square roots first, "
            "then square the sum.",
            lr=lambda a, b, p, q: 4 / (a + b),
        ),
        _pair(
            "rate_no_roots_squared",
            "The momentum is right. Your learning rate is made from the curvatures themselves. The square "
            "roots are missing in it.",
            lr=lambda a, b, p, q: 4 / (a + b) ** 2,
        ),
        _pair(
            "rate_not_squared",
            "The momentum is right. In your learning rate the sum of the roots should be squared.",
            lr=lambda a, b, p, q: 4 / (p + q),
        ),
        _pair(
            "nothing_squared",
            "Learning rate and momentum both lack a square.",
            lr=lambda a, b, p, q: 4 / (p + q),
            momentum=lambda a, b, p, q: (q - p) / (q + p),
        ),
        _pair(
            "only_numerator_squared",
            "The learning rate is right. In your momentum only the upper part of the fraction is squared.",
            momentum=lambda a, b, p, q: (q - p) ** 2 / (q + p),
        ),
        _pair(
            "rate_of_the_steep_end",
            "The momentum is right. Your learning rate is one over the largest curvature. With momentum it "
            "may be larger.",
            lr=lambda a, b, p, q: 1 / b,
        ),
        _pair(
            "rate_of_border",
            "The momentum is right. Your learning rate is the border of stability without momentum.",
            lr=lambda a, b, p, q: 2 / b,
        ),
        ("order_of_results", {"arrange": lambda lr, momentum: (momentum, lr)}, ORDER, ORDER_TOO),
        _pair(
            "plain_descent",
            "That is the best learning rate without momentum, and no momentum.",
            lr=lambda a, b, p, q: 2 / (a + b),
            momentum=lambda a, b, p, q: 0.0,
        ),
        _pair(
            "nesterov",
            "Those are usual numbers for Nesterov's variant. The task asks for plain momentum.",
            lr=lambda a, b, p, q: 1 / b,
            momentum=lambda a, b, p, q: (q - p) / (q + p),
        ),
        _pair(
            "negative_root",
            "The learning rate is right. Your momentum is negative, and not yet squared.",
            momentum=lambda a, b, p, q: (p - q) / (q + p),
        ),
        _pair(
            "always_nine_tenths",
            "The learning rate is right. 0.9 is a good habit, but the best momentum depends on the "
            "curvatures.",
            momentum=lambda a, b, p, q: 0.9,
        ),
        _pair(
            "rest_of_momentum",
            "The learning rate is right. Your momentum is what is missing to 1: the longer the ravine, the "
            "more momentum it needs.",
            momentum=lambda a, b, p, q: 1 - ((q - p) / (q + p)) ** 2,
        ),
        _pair(
            "border_with_momentum",
            "The momentum is right. Your learning rate is the border of stability at this momentum, "
            "not the best one.",
            lr=lambda a, b, p, q: 2 * (1 + ((q - p) / (q + p)) ** 2) / b,
        ),
        _pair(
            "only_the_flat_end",
            "The flat direction just swings, but the steep one has room to spare: with a larger rate both "
            "swing with less momentum.",
            lr=lambda a, b, p, q: 1 / b,
            momentum=lambda a, b, p, q: (1 - p / q) ** 2,
        ),
        _pair(
            "only_the_steep_end_not_squared",
            "The learning rate is right. Your momentum takes one over the largest curvature for the rate, "
            "and is not yet squared.",
            momentum=lambda a, b, p, q: 1 - p / q,
        ),
        _pair(
            "only_the_steep_end",
            "The learning rate is right. Your momentum is what a rate of one over the largest curvature "
            "needs; the best rate is larger and needs less.",
            momentum=lambda a, b, p, q: (1 - p / q) ** 2,
        ),
    ),
)


def nesterov_step(w, v, grad, lr, momentum):
    """Nesterov's momentum for the gradient at the point it stands on (Bengio et al. 2013)."""
    v = momentum * v + lr * grad
    return w - (momentum * v + lr * grad), v


def _no_momentum(given):
    return given["momentum"] == 0


# Nesterov's other memories: as for momentum, what the next step will keep (momentum times velocity), and
# the point without the look ahead, from which the classical form takes its differences.
NESTEROV_FORMS = (
    *FORMS[:5],
    Form(
        lambda given: given["momentum"] * given["v"],
        lambda after, given: after["v"] / given["momentum"],
        OTHER_MEMORY,
        _no_momentum,
    ),
    Form(
        lambda given: given["w"] + given["momentum"] * given["v"],
        lambda after, given: (after["v"] - after["w"]) / given["momentum"],
        OTHER_MEMORY,
        _no_momentum,
    ),
)

ELSEWHERE = (
    "no_learning_rate",
    "rate_of_one",
    "momentum_scales_both",
    "gradient_twice",
    "dampened",  # the steps get longer all the same
)  # have another name here


PLAIN_MOMENTUM = "That is plain momentum: it moves by the new velocity and does not look ahead."
NO_LOOK_AHEAD = "The weights move by the new velocity alone, as with plain momentum: there is no look ahead."


def _ahead(id, step, *messages):
    return id, {"step": step}, *messages


NESTEROV_STEP = Task(
    name="nesterov_step",
    day=4,
    reference=nesterov_step,
    cases=_momentum_cases,
    far=FAR_MOMENTUM,
    observe=steps("w", "v"),
    forms=NESTEROV_FORMS,
    formula=NESTEROV,
    twins=NESTEROV.mistakes(  # written out with the old velocity: alone what it is with the new one
        _ahead("plain_momentum", lambda new, old, lr, g, k: k * old + lr * g, PLAIN_MOMENTUM, NO_LOOK_AHEAD)
    ),
    mistakes=NESTEROV.mistakes(
        _ahead(
            "new_velocity_in_expanded_form",
            lambda new, old, lr, g, k: k**2 * new + (1 + k) * lr * g,
            "That is the snippet as it was. From rest, with v at zero, the first step of the task's last "
            "formula has a single term, and the snippet's has two. Which velocity in it is not zero?",
            "The weights move as in the snippet: the last formula's, with a velocity that is already new.",
        ),
        _ahead(
            "square_stays",
            lambda new, old, lr, g, k: k**2 * new + lr * g,
            "The gradient's part is mended. The square still stands at a velocity that has "
            "already been updated.",
            "When the weights move, the square stands at a velocity that has already been updated.",
        ),
        _ahead(
            "gradient_counts_too_much",
            lambda new, old, lr, g, k: k * new + (1 + k) * lr * g,
            "The velocity's part is mended. The new velocity already holds a gradient: with your factor it "
            "counts too much.",
            "When the weights move, the gradient counts too much: the new velocity holds it already.",
        ),
        _ahead(
            "old_velocity_once",
            lambda new, old, lr, g, k: k * old + (1 + k) * lr * g,
            "You take the old velocity, which is one way to mend it. Written out in terms of the old "
            "velocity the momentum comes in twice: once in the update, once in the look ahead.",
        ),
        _ahead(
            "old_velocity_and_one_gradient",
            lambda new, old, lr, g, k: k**2 * old + lr * g,
            "The old velocity is one way to mend it, and its part is right. But written out in terms of the "
            "old velocity the gradient comes in twice: in the update, and again beside the look ahead.",
        ),
        _ahead(
            "whole_velocity_and_look_ahead",
            lambda new, old, lr, g, k: (1 + k) * new,
            "The look ahead is right. But beside it the whole new velocity counts, where only the present "
            "gradient's own step belongs.",
            "Beside the look ahead the whole new velocity counts, where only the present gradient's own step "
            "belongs.",
        ),
        _ahead(
            "plain_momentum",
            lambda new, old, lr, g, k: new,
            PLAIN_MOMENTUM,
            NO_LOOK_AHEAD,
        ),
        _ahead(
            "only_the_look_ahead",
            lambda new, old, lr, g, k: k * new,
            "The weights move by the look ahead alone: the present gradient's own step is missing.",
        ),
        _ahead(
            "momentum_scales_both",
            lambda new, old, lr, g, k: k * (new + lr * g),
            "Momentum scales the gradient's own step too. Only the velocity is reduced.",
        ),
        _ahead(
            "minus_between",
            lambda new, old, lr, g, k: k * new - lr * g,
            "Velocity and gradient pull in opposite directions: look at the sign between them.",
            "When the weights move, velocity and gradient are taken with opposite signs.",
        ),
        _ahead(
            "rate_only_in_velocity",
            lambda new, old, lr, g, k: k * new + g,
            "The velocity is right. Where the weights move, the gradient stands without the learning rate.",
            "Where the weights move, the gradient stands without the learning rate.",
        ),
        (
            "no_learning_rate",
            {"given": lambda lr, k: (1.0, k)},
            "The learning rate is never used: the gradient enters at full length.",
        ),
        (
            "momentum_scales_gradient",
            {"share": lambda k: k},
            "In the velocity momentum scales the new gradient too. Only the old velocity is reduced.",
            "In the velocity momentum scales the new gradient. Only the old velocity is to be reduced.",
        ),
        (
            "rate_not_in_velocity",
            {"enters": lambda lr, g: g},
            "The gradient enters the velocity without the learning rate.",
        ),
        (
            "remembers_the_look_ahead",
            {"remembered": lambda new, old, change: change},
            "The weights are right in the first step, but what you remember is the whole step with its look "
            "ahead. The memory is the velocity without it.",
            "What you remember is the whole step with its look ahead. The memory is the velocity without it.",
        ),
        (
            "dampened",
            {"share": lambda k: 1 - k},
            "The gradient enters with a share only, as in an average. It should count in full.",
        ),
        *(row for row in VELOCITY_MISTAKES if row[0] not in ELSEWHERE),
        DAMPENED_EVERYWHERE,
        _ahead(
            "whole_velocity_ahead",
            lambda new, old, lr, g, k: new + lr * g,
            "The new velocity counts in full. Only its share, the momentum, is added as the look ahead.",
        ),
    ),
)

TASKS = (MOMENTUM_STEP, EFFECTIVE_LR, BEST_MOMENTUM, NESTEROV_STEP)


def _steps_at_best(kappa):
    """Steps to a millionth of the distance in a ravine, from (1, 1), at the best rate and momentum."""
    lr, momentum = best_momentum(1.0, kappa)
    w, v, count = np.ones(2), np.zeros(2), 0
    while np.linalg.norm(w) > 1e-6 * np.sqrt(2):
        w, v = momentum_step(w, v, np.array([1.0, kappa]) * w, lr, momentum)
        count += 1
    return count


def _between(low, high):
    return lambda value: low <= value <= high


STEPS_GROWTH = Reading(
    name="steps_growth",
    day=4,
    accepts=lambda value: abs(value / (_steps_at_best(1e4) / _steps_at_best(1e2)) - 1) < 0.2,
    mistakes=(
        Misreading(
            "as_without_memory",
            _between(95, 110),
            "That is how plain gradient descent grows: its steps by the same factor as the condition number. "
            "Count with your own momentum.",
        ),
        Misreading(
            "number_of_steps",
            lambda value: 500 < value < 5000 or 92 <= value <= 94,
            "That looks like a number of steps. By what factor is it larger than in the shorter ravine?",
        ),
        Misreading(
            "upside_down",
            _between(0.07, 0.11),
            "You divided the shorter ravine's steps by the longer one's: the growth is the other way round.",
        ),
        Misreading(
            "no_growth",
            _between(0.9, 1.5),
            "Memory shortens the way, but a longer ravine still takes more steps.",
        ),
    ),
    right="Right: a hundred times the condition number takes about ten times the steps, its square root, "
    "and a little more.",
    otherwise="Count the steps for both condition numbers with the function above, then divide.",
)

HIDDEN = np.cos(0.535)  # the exercise's momentum, which the learner reads off the figure


def _near(value):
    return lambda given: abs(given - value) < 0.015


HIDDEN_MOMENTUM = Reading(
    name="hidden_momentum",
    day=4,
    accepts=_near(HIDDEN),
    mistakes=(
        Misreading(
            "factor_per_step",
            _near(np.sqrt(HIDDEN)),
            "That is what one step leaves of the distance. It is the momentum's square root.",
        ),
        Misreading(
            "squared_twice",
            _near(HIDDEN**2),
            "You squared once too often. What one step leaves of the distance is the square root of "
            "the momentum.",
        ),
        Misreading(
            "what_is_lost",
            lambda value: _near(1 - HIDDEN)(value) or _near(1 - np.sqrt(HIDDEN))(value),
            "That is the share that is lost. The momentum is about the share that stays.",
        ),
        Misreading(
            "usual",
            lambda value: abs(value - 0.9) < 0.006,
            "That is the usual value; these tops fall faster. Read two of them and calculate.",
        ),
    ),
    right="Right. While the ball swings, its memory alone sets the pace: the learning rate changes how fast "
    "it swings, not how fast it settles.",
    otherwise="Read the tops at two steps far apart. Divide the distances, take the root for one step, "
    "and think of the square root in the rule.",
)

READINGS = (STEPS_GROWTH, HIDDEN_MOMENTUM)


# The open task: rate, momentum and last rate for a noisy ravine.

RAVINE, NOISE, STEPS, WALKS = np.array([1.0, 100.0]), 3.0, 100, 200
HIDDEN_STARTS = range(1_000_400, 1_000_420)


def ravine_loss(lr, momentum, last_lr, seed):
    """Mean loss of the walks from one start, 10 from the minimum; the rate goes from `lr` to `last_lr`."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi)
    w = np.tile([10 * np.cos(angle), 10 * np.sin(angle)], (WALKS, 1))
    v = np.zeros_like(w)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(STEPS):
            rate = lr * (last_lr / lr) ** (t / (STEPS - 1))
            grad = RAVINE * w + rng.normal(0, NOISE, w.shape)
            w, v = momentum_step(w, v, grad, rate, momentum)
        return float((RAVINE * w**2).sum(axis=1).mean() / 2)


def _plan_told(told):
    """(rate, momentum, last rate), or Refused."""
    numbers = isinstance(told, list) and all(type(part) in (int, float) for part in told)
    if not numbers or len(told) != 3:
        raise Refused(
            say("Give three numbers, with commas between them: the rate, the momentum, the last rate.")
        )
    lr, momentum, last_lr = map(float, told)
    if not 0 <= momentum < 1:
        raise Refused(
            say(
                "The momentum is the second number, from 0 up to but not including 1. The check got {got}.",
                got=f"{momentum:g}",
            )
        )
    if not (1e-12 <= lr < 1e6 and 1e-12 <= last_lr < 1e6):
        raise Refused(
            say("Both rates, the first number and the third, have to be positive, from 1e-12 to below 1e6.")
        )
    return lr, momentum, last_lr


@functools.lru_cache(maxsize=32)
def _losses_of_plan(plan):
    """The loss from each hidden start."""
    return tuple(ravine_loss(*plan, seed) for seed in HIDDEN_STARTS)


def _better(change, but=0.9):
    """Whether the changed plan ends clearly lower."""

    def asked(plan, losses):
        other = np.nan_to_num(_losses_of_plan(change(*plan)), nan=np.inf)
        return np.median(other) < but * np.median(np.nan_to_num(losses, nan=np.inf))

    return asked


def _border(momentum):
    """The rate beyond which the steep direction flies away."""
    return 2 * (1 + momentum) / RAVINE.max()


def _over_the_border(plan, losses):
    lr, momentum, last_lr = plan
    start = RAVINE.max() * 10**2 / 2  # the highest loss that a walk can begin with
    beyond = max(lr, last_lr) > _border(momentum)
    return beyond and not np.median(losses) < start / 100


_twice_the_rate = _better(lambda lr, momentum, last_lr: (2 * lr, momentum, last_lr))

RAVINE_PLAN = Contest(
    name="ravine_plan",
    day=4,
    tell=numbers_of,
    read=_plan_told,
    run=_losses_of_plan,
    target=0.1,
    enough=18,
    mistakes=(
        Misreading(
            "over_the_border",
            _over_the_border,
            "{reached} of {seeds} reach {target}: with this momentum the rate is beyond the border of the "
            "steep direction for too long, and there the walks swing wider and wider.",
        ),
        Misreading(
            "constant_rate",
            lambda plan, losses: plan[2] > 0.6 * plan[0],
            "{reached} of {seeds} reach {target}, and {enough} should. Your rate does not fall, or hardly. "
            "A rate that gets down the flat direction in time is too large for the noise at the end.",
        ),
        Misreading(
            "little_memory",
            lambda plan, losses: plan[1] < 0.35,
            "{reached} of {seeds} reach {target}, and {enough} should. With so little momentum the flat "
            "direction hardly gets down in time, and the steep one limits how much the rate can make up for.",
        ),
        Misreading(
            "last_rate_too_large",
            _better(lambda lr, momentum, last_lr: (lr, momentum, last_lr / 3)),
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. With a third of "
            "this last rate the same plan does clearly better: what keeps you up at the end, the noise or a "
            "swing?",
        ),
        Misreading(
            "too_much_memory",
            _better(lambda lr, momentum, last_lr: (lr, momentum - (1 - momentum) / 2, last_lr)),
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. With these rates "
            "less momentum does clearly better: more memory swings longer, and every kick of noise counts "
            "for more.",
        ),
        Misreading(
            "rate_too_small",
            lambda plan, losses: 2 * plan[0] < _border(plan[1]) and _twice_the_rate(plan, losses),
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. With twice the "
            "first rate the same plan does clearly better.",
        ),
        Misreading(
            "last_rate_too_small",
            _better(lambda lr, momentum, last_lr: (lr, momentum, 3 * last_lr)),
            "{reached} of {seeds} reach {target}; half of them end at {median} or lower. With three times "
            "this last rate the same plan does clearly better: do you slow down before you have arrived?",
        ),
    ),
    right="{reached} of {seeds} starts that you have not seen end at {target} or lower, half of them at "
    "{median} or lower. Memory and a large rate bring you down the ravine, the small rate settles the noise.",
    otherwise="{reached} of {seeds} reach {target}, and {enough} should; half of them end at {median} or "
    "lower. Try the neighbours of each of the three numbers.",
)

READINGS += (RAVINE_PLAN,)
