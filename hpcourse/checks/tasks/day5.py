"""Day 5: a step size for each weight."""

import itertools

import numpy as np

from hpcourse.checks.contest import Contest, Refused
from hpcourse.checks.isolation import TimeUp, run_apart
from hpcourse.checks.lines import has_gaps, is_stub
from hpcourse.checks.properties import NO_POWER, Parts, at_caret, in_a_line, in_words, no_end
from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Formula, Mistake, Task, kind_of, once, say, steps
from hpcourse.checks.tasks.common import (
    ABSOLUTE,
    ASCENT,
    DEEP_IN_POINTS,
    HUGE,
    NORMAL,
    OLD_MEMORY,
    OLD_MEMORY_RETURNED,
    ORDER,
    ORDER_TOO,
    SILENT,
    SQUARES,
    TINY,
    UPHILL,
    VELOCITY,
    WEIGHTS,
    far,
    far_walks,
    scaled,
    walks,
)
from hpcourse.datasets import bigram_counts
from hpcourse.surfaces import Bigram

EPS_INSIDE = (
    "Epsilon stands inside the square root. Outside it is added to the root: where gradients are small, "
    "that makes a difference."
)
EPS_APART = (
    "Epsilon is added to the step, not to the divisor: weights drift although nothing pulls, and a gradient "
    "that was always zero gives zero by zero. Check the parentheses."
)
NO_EPS = "Without epsilon, a weight whose gradient was always zero becomes NaN: zero divided by zero."
EPS_MISSING = "Epsilon is missing."
EPS_ADDED = "Epsilon is added to the step, not to the divisor. Check the parentheses."
ROOT_MISSING = "The square root is missing."
NO_ROOT = "The square root is missing: dividing by the square itself makes steep directions stand still."
SHARED_SCALE = (
    "All weights share a single scale: the squares were averaged over the weights. Each weight has its own."
)
NOT_SQUARED = "The gradients go into v as they are. Their squares should: otherwise v can be negative."
REST_TO_A_POWER = (
    "In the correction the rest, one minus beta, is raised to a power. Raise beta itself; what that leaves "
    "to one is the correction."
)
POWER_ALONE = (
    "The correction divides by a power of beta, which shrinks to nothing, so that at the usual betas the "
    "steps explode. It should go towards one instead."
)
NO_RATE_HERE = "The learning rate is never used."
EPS_TWICE = "Epsilon is added twice, inside the square root and outside. It belongs outside alone."
EPS_SUBTRACTED = "Epsilon is taken away from the root, so that a small root can become negative. It is added."
EPS_AT_LEAST = "Epsilon is used as a lower limit of the root. It should be added to it."
EPS_FOR_ZEROS = (
    "A divisor of zero is taken care of, but elsewhere the root stands alone: epsilon is missing there. Add "
    "it to every root."
)
EPS_SQUARED = "Epsilon is squared. It should be added as it is."
EPS_TYPED = "Epsilon is typed in as a number: another one that is handed over changes nothing."
TYPED = (1e-8, 1e-7, 1e-6)
NO_DECAY = "The weight decay is never used."


def _build(p):
    """RMSProp, Adam and AdamW: two averages, their corrections, a step, a decay."""

    def step(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay=0.0):
        eps, lr, d = p.eps(eps), p.rate(lr), p.sign(weight_decay)
        g = p.enters(grad, w, d, lr)
        b1, b2 = p.betas(beta1, beta2)
        new_m, (c1, c2) = p.mean(b1, m, g), p.correcting(b1, b2, beta1, beta2)
        hat = lambda: p.correct_m(new_m, p.correction(np.float64(c1), p.clock(t)))  # noqa: E731
        new_v = p.square(b2, v, p.squared(p.into_v(g, new_m, hat)))
        use_m, use_v = p.used(new_m, new_v, m, v)
        m_hat = p.correct_m(use_m, p.correction(np.float64(c1), p.clock(t)))
        v_hat = p.correct_v(use_v, p.correction(np.float64(c2), p.clock(t)))
        change = p.scale(p.correction(np.float64(c2), p.clock(t))) * p.divide(
            p.above(m_hat, g, w, d), v_hat, eps, p.root
        )
        after = p.drift(p.move(w, lr * change), eps)
        after = p.decay(w, after, p.rate_of_decay(lr) * d * p.decays(w, after))
        return p.arrange(after, *p.remembered((new_m, new_v), (m_hat, v_hat), (m, v)))

    return step


def _average(rho, v, g):
    return rho * v + (1 - rho) * g


RIGHT = {
    "eps": lambda eps: eps,
    "rate": lambda lr: lr,
    "sign": lambda d: d,
    "enters": lambda g, w, d, lr: g,
    "betas": lambda b1, b2: (b1, b2),
    "mean": _average,
    "square": _average,
    "into_v": lambda g, m, m_hat: g,
    "squared": np.square,
    "used": lambda new_m, new_v, m, v: (new_m, new_v),
    "correcting": lambda b1, b2, *given: (b1, b2),
    "clock": lambda t: t,
    "correction": lambda b, t: 1 - b**t,
    "correct_m": lambda m, c: m / c,
    "correct_v": lambda v, c: v / c,
    "above": lambda m_hat, g, w, d: m_hat,
    "root": np.sqrt,
    "divide": lambda m, v, eps, root: m / (root(v) + eps),
    "scale": lambda c: 1.0,
    "move": lambda w, step: w - step,
    "drift": lambda w, eps: w,
    "rate_of_decay": lambda lr: lr,
    "decays": lambda w, after: w,
    "decay": lambda w, after, share: after,
    "arrange": lambda w, m, v: (w, m, v),
    "remembered": lambda new, hats, old: new,
}
ADAM = Formula(_build, **RIGHT)
ADAMW = Formula(_build, **RIGHT | {"decay": lambda w, after, share: after - share})


def _without_mean(p):
    """RMSProp: the gradient itself in place of a mean, and nothing corrected."""

    def step(w, v, grad, lr, rho, eps):
        w, _, v = _build(p)(w, 0.0 * w, v, 1, grad, lr, 0.0, rho, eps)
        return p.swap(w, v)

    return step


RMSPROP = Formula(
    _without_mean,
    **RIGHT
    | {
        "mean": lambda b, m, g: g,
        "correct_m": lambda m, c: m,
        "correct_v": lambda v, c: v,
        "swap": lambda w, v: (w, v),
    },
)


def rmsprop_step(w, v, grad, lr, rho, eps):
    """The rule of the lesson."""
    v = rho * v + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(v) + eps), v


def _far(scale, memory, **settings):
    """Gradients of that scale, and of that scale squared in v; weights like the rate, which is the step."""
    state = scaled(scale) | {"w": settings["lr"] * np.array(WEIGHTS), "v": scale**2 * np.array(SQUARES)}
    return {key: value for key, value in state.items() if key in ("w", "grads", *memory)} | settings


FAR_RMSPROP = far_walks(
    {"lr": 0.1, "rho": 0.8, "eps": 1e-2},
    ("large numbers", _far(HUGE, "v", lr=HUGE, rho=0.99995, eps=1e-8)),
    ("small numbers", _far(TINY, "v", lr=TINY, rho=0.01, eps=1e-30)),
    ("a large epsilon", _far(1.0, "v", lr=0.1, rho=0.8, eps=HUGE)),
    memory="v",
    ends=(
        ("no memory", {"rho": 0.0}),
        ("hardly anything forgotten", {"rho": 0.99999}),
        ("a rate of one", {"lr": 1.0}),
    ),
)


def _with_a_standstill(cases):
    """The cases of a walk and one more, with the second one's settings: a step without any gradient.

    One gradient is so small that an epsilon typed in differs from one that is left out.
    """
    small = np.array([1.0, 1.0, 1e-3, 1e-5, 1e-3, 1e-3])
    grads = [np.array(grad) * small for grad in (NORMAL[0], np.zeros(6), NORMAL[2])]
    zero = {name: np.zeros(6) for name in "mv" if name in cases[1].arguments}
    return [
        *cases[:-1],
        Case("a step without any gradient", cases[1].arguments | zero | {"grads": grads}),
        cases[-1],
    ]


def _rmsprop_cases(rng):
    def draw(rng):
        return {"lr": float(rng.uniform(0.01, 0.3)), "rho": float(rng.uniform(0.7, 0.95)), "eps": 1e-6}

    first = {"lr": 0.05, "rho": 0.99, "eps": 1e-8}
    second = {"lr": 0.1, "rho": 0.8, "eps": 1e-2}
    return _with_a_standstill(walks(rng, first, second, draw, memory=("v",), start={"v": SQUARES}))


def _no_eps(m, v, eps, root):
    return m / root(v)


def _eps_for_zeros(m, v, eps, root):
    return m / np.where(root(v) == 0, eps, root(v))


# What all three rules can get wrong about epsilon, the root and the step.
STEP_MISTAKES = (
    ("eps_inside", {"divide": lambda m, v, eps, root: m / root(v + eps)}, EPS_INSIDE),
    ("no_eps", {"divide": _no_eps}, NO_EPS, EPS_MISSING),
    ("eps_apart", {"divide": _no_eps, "drift": lambda w, eps: w - eps}, EPS_APART, EPS_ADDED),
    ("eps_added_to_weights", {"divide": _no_eps, "drift": lambda w, eps: w + eps}, EPS_APART, EPS_ADDED),
    ("eps_added_to_ratio", {"divide": lambda m, v, eps, root: m / root(v) + eps}, EPS_APART, EPS_ADDED),
    ("eps_twice", {"divide": lambda m, v, eps, root: m / (root(v + eps) + eps)}, EPS_TWICE),
    ("eps_subtracted", {"divide": lambda m, v, eps, root: m / (root(v) - eps)}, EPS_SUBTRACTED),
    ("eps_at_least", {"divide": lambda m, v, eps, root: m / np.maximum(root(v), eps)}, EPS_AT_LEAST),
    ("eps_for_zeros", {"divide": _eps_for_zeros}, EPS_FOR_ZEROS),
    ("eps_squared", {"eps": np.square}, EPS_SQUARED),
    *((f"eps_is_{value:g}", {"eps": lambda eps, value=value: value}, EPS_TYPED) for value in TYPED),
    ("no_root", {"root": lambda v: v}, NO_ROOT, ROOT_MISSING),
    ("not_squared", {"squared": lambda g: g}, NOT_SQUARED),
    (
        "absolute_average",
        {"squared": np.abs},
        "The sizes of the gradients are averaged. Their squares should be.",
    ),
    ("shared_scale", {"squared": lambda g: np.mean(np.square(g))}, SHARED_SCALE),
    ("ascent", {"move": lambda w, step: w + step}, ASCENT, UPHILL),
    ("no_learning_rate", {"rate": lambda lr: 1.0}, NO_RATE_HERE),
    (
        "multiplied",
        {"divide": lambda m, v, eps, root: m * (root(v) + eps)},
        "You multiply by the scale: steep directions get longer steps still. It should be divided by.",
    ),
)
V_MISTAKES = (
    (
        "v_share_missing",
        {"square": lambda b, v, g: b * v + g},
        "In v the new square counts in full instead of with its share: v is far more than an average.",
        "In v what is new counts in full instead of with its share.",
    ),
    (
        "v_shares_swapped",
        {"square": lambda b, v, g: (1 - b) * v + b * g},
        "In v the two shares have changed places: it follows the last gradient and forgets the others.",
    ),
    (
        "v_only_adds_up",
        {"square": lambda b, v, g: v + g},
        "The squares only add up in v, as in AdaGrad: nothing is ever forgotten, and the steps keep "
        "shrinking.",
        "v only adds up: nothing is ever forgotten.",
    ),
    (
        "v_forgets",
        {"square": lambda b, v, g: (1 - b) * g + 0 * v},
        "The earlier average is dropped: v knows only the last gradient.",
    ),
)
NAMES_ALONE = {  # where v is the only average it needs no name of its own
    "v_share_missing": "no_share",
    "v_shares_swapped": "swapped",
    "v_only_adds_up": "adagrad",
    "v_forgets": "forgets",
}

RMSPROP_STEP = Task(
    name="rmsprop_step",
    day=5,
    reference=rmsprop_step,
    cases=_rmsprop_cases,
    far=FAR_RMSPROP,
    observe=steps("w", "v"),
    formula=RMSPROP,
    mistakes=RMSPROP.mistakes(
        *((NAMES_ALONE[id], *rest) for id, *rest in V_MISTAKES),
        *STEP_MISTAKES,
        (
            "old_average",
            {"used": lambda new_m, new_v, m, v: (new_m, v)},
            "You divide by the average from before this gradient: with a memory of zero the first "
            "step is gigantic.",
            "You divide by the average from before this gradient.",
        ),
        ("old_memory_returned", {"remembered": lambda new, hats, old: old}, OLD_MEMORY_RETURNED, OLD_MEMORY),
        ("order_of_results", {"swap": lambda w, v: (v, w)}, ORDER, ORDER_TOO),
        (
            "root_remembered",
            {"remembered": lambda new, hats, old: (new[0], np.sqrt(new[1]))},
            "The first step is right, but the square root is returned as memory. What is remembered is the "
            "average of the squares.",
            "The square root is returned as memory. What is remembered is the average of the squares.",
        ),
        (
            "plain_step",
            {"divide": lambda m, v, eps, root: m},
            "The average is right, but it is never used: the weights take a plain gradient step.",
            "The average is never used: the weights take a plain gradient step.",
        ),
        ("absolute_gradient", {"above": lambda m_hat, g, *_: np.abs(g)}, ABSOLUTE),
    ),
)


def adam_step(w, m, v, t, grad, lr, beta1, beta2, eps):
    """Kingma and Ba's algorithm 1; t counts from 1."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def _far_adam(**decay):
    """Epsilon so small, or so late, that all the usual ways to correct agree."""
    large, small = ({key: value * by for key, value in decay.items()} for by in (1e-11, 1e13))
    late = {"t": 100_000, "lr": HUGE, "beta1": 0.9995, "beta2": 0.99999, "eps": 1e-8} | large
    early = {"t": 3, "lr": TINY, "beta1": 0.01, "beta2": 0.02, "eps": 1e-30} | small
    return far_walks(
        {"t": 60, "lr": 0.05, "beta1": 0.8, "beta2": 0.6, "eps": 1e-2} | decay,
        ("large numbers, late in a training", _far(HUGE, "mv", **late)),
        ("small numbers", _far(TINY, "mv", **early)),
        memory="mv",
        ends=(
            ("no memory of gradients", {"beta1": 0.0}),
            ("no memory of squares", {"beta2": 0.0}),
            ("hardly anything forgotten", {"beta1": 0.9999, "beta2": 0.99999, "eps": 1e-15}),
            ("the first step without memories", {"t": 1, "beta1": 0.0, "beta2": 0.0}),
            ("a rate of one", {"lr": 1.0}),
            *[("no decay", {"weight_decay": 0.0}), ("a decay of one", {"weight_decay": 1.0})][
                : 2 * len(decay)
            ],
        ),
    )


def _adam_cases(rng, more_first=(), more_second=()):
    def draw(rng):
        return {
            "t": int(rng.integers(4, 20)),
            "lr": float(rng.uniform(0.05, 0.5)),
            "beta1": float(rng.uniform(0.6, 0.95)),
            "beta2": float(rng.uniform(0.8, 0.95)),
            "eps": 1e-8,
        } | ({"weight_decay": float(rng.uniform(0.05, 0.5))} if more_first else {})

    first = {"t": 1, "lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, **dict(more_first)}
    # A large epsilon, to see where it stands, but so late that all the usual ways to correct agree.
    second = {"t": 60, "lr": 0.05, "beta1": 0.8, "beta2": 0.6, "eps": 1e-2, **dict(more_second)}
    start = {"m": VELOCITY, "v": SQUARES}
    return _with_a_standstill(walks(rng, first, second, draw, memory=("m", "v"), start=start))


# An epsilon that the correction does not reach (Kingma and Ba, end of section 2) is right and unusual.
def _tiny(**more):
    settings = {"t": 1, "lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, **more}
    return Case(
        "gradients as small as epsilon",
        {name: np.zeros(2) for name in "wmv"} | settings | {"grads": [np.array([2e-7, -1e-7])] * 2},
        note=say(
            "For gradients as small as epsilon your steps are shorter: the correction does not reach epsilon."
        ),
    )


# "The lr_t form": both corrections in the rate, epsilon beside the uncorrected root.
FUSED = ({"correct_v": lambda v, c: v, "scale": np.sqrt},)

ADAM_MISTAKES = (
    (
        "only_m_corrected",
        {"correct_v": lambda v, c: v},
        "v is not corrected for having started at zero: it is too small at first, and at the usual betas the "
        "first step comes out many times too long.",
        "v is not corrected for having started at zero.",
    ),
    (
        "only_v_corrected",
        {"correct_m": lambda m, c: m},
        "m is not corrected for having started at zero: it is too small at first, and so is the first step.",
        "m is not corrected for having started at zero.",
    ),
    (
        "no_correction",
        {"correct_m": lambda m, c: m, "correct_v": lambda v, c: v},
        "Neither m nor v is corrected for having started at zero: at the usual betas the first steps are "
        "too long by far.",
        "Neither m nor v is corrected for having started at zero.",
    ),
    (
        "t_one_ahead",
        {"clock": lambda t: t + 1},
        "The correction is one step ahead. In this task t counts from 1 already: the first step has "
        "t of one.",
    ),
    (
        "t_one_behind",
        {"clock": lambda t: t - 1},
        "The correction is one step behind: in the first step it divides by zero. Here t counts from 1.",
        "The correction is one step behind. Here t counts from 1.",
    ),
    (
        "correction_without_t",
        {"clock": lambda t: 1},
        "The correction is the same in every step: right in the first one, far too strong later. It "
        "should fade with t.",
        "The correction is the same in every step. It should fade with t.",
    ),
    (
        "betas_swapped_in_correction",
        {"correcting": lambda b1, b2, *given: (b2, b1)},
        "In the correction the two betas have changed places: beta1 belongs to m, beta2 to v.",
    ),
    (
        "beta1_corrects_both",
        {"correcting": lambda b1, b2, *given: (b1, b1)},
        "v is corrected with beta1. Its own beta is beta2, in the average and in the correction.",
    ),
    (
        "beta2_corrects_both",
        {"correcting": lambda b1, b2, *given: (b2, b2)},
        "m is corrected with beta2. Its own beta is beta1, in the average and in the correction.",
    ),
    (
        "multiplied_correction",
        {"correction": lambda b, t: 1 / (1 - b**t)},
        "The correction makes small averages smaller still: divide by it instead of multiplying.",
    ),
    (
        "t_as_factor",
        {"correction": lambda b, t: 1 - b * t},
        "In the correction t is a factor; it should be an exponent.",
    ),
    ("rest_to_a_power", {"correction": lambda b, t: (1 - b) ** t}, REST_TO_A_POWER),
    ("power_alone", {"correction": lambda b, t: b**t}, POWER_ALONE),
    (
        "correction_adds",
        {"correction": lambda b, t: 1 + b**t},
        "In the correction the power of beta is added to one. It should be taken away.",
    ),
    (
        "m_share_missing",
        {"mean": lambda b, m, g: b * m + g},
        "In m the new gradient counts in full instead of with its share: m is many times an average.",
    ),
    (
        "m_shares_swapped",
        {"mean": lambda b, m, g: (1 - b) * m + b * g},
        "In m the two shares have changed places: it follows the last gradient and forgets the others.",
    ),
    (
        "m_forgets",
        {"mean": lambda b, m, g: (1 - b) * g + 0 * m},
        "The earlier m is dropped: the average knows only the last gradient.",
    ),
    *V_MISTAKES,
    *STEP_MISTAKES,
    (
        "v_from_m",
        {"into_v": lambda g, m, m_hat: m},
        "v averages the squares of m. It should average those of the gradient itself.",
    ),
    (
        "v_from_corrected_m",
        {"into_v": lambda g, m, m_hat: m_hat()},
        "v averages the squares of the corrected m. It should average those of the gradient itself.",
    ),
    (
        "no_v",
        {"divide": lambda m, v, eps, root: m},
        "v is kept but never used: the step should be divided by its square root.",
    ),
    (
        "betas_swapped",
        {"betas": lambda b1, b2: (b2, b1)},
        "The two betas have changed places everywhere: beta1 belongs to m, beta2 to v.",
    ),
    (
        "betas_swapped_in_averages",
        {"betas": lambda b1, b2: (b2, b1), "correcting": lambda b1, b2, *given: given},
        "In the averages the two betas have changed places: beta1 belongs to m, beta2 to v.",
    ),
    (
        "beta1_for_both",
        {"betas": lambda b1, b2: (b1, b1)},
        "beta2 is never used: v is averaged and corrected with beta1.",
    ),
    (
        "beta1_averages_both",
        {"betas": lambda b1, b2: (b1, b1), "correcting": lambda b1, b2, *given: given},
        "v is averaged with beta1; it has a beta of its own.",
    ),
    (
        "raw_gradient",
        {"above": lambda m_hat, g, *_: g},
        "The raw gradient is in the numerator: the noise is not averaged. The corrected m belongs there.",
    ),
    (
        "corrected_values_kept",
        {"remembered": lambda new, hats, old: hats},
        "The first step is right, but the corrected averages are returned as memory and get corrected "
        "again in the next step. Remember the uncorrected ones.",
        "The corrected averages are returned as memory and get corrected again in the next step. Remember "
        "the uncorrected ones.",
    ),
    ("old_memory_returned", {"remembered": lambda new, hats, old: old}, OLD_MEMORY_RETURNED, OLD_MEMORY),
    (
        "corrected_m_kept",
        {"remembered": lambda new, hats, old: (hats[0], new[1])},
        "The corrected m is returned as memory and gets corrected again in the next step. Remember the "
        "uncorrected one.",
    ),
    (
        "corrected_v_kept",
        {"remembered": lambda new, hats, old: (new[0], hats[1])},
        "The corrected v is returned as memory and gets corrected again in the next step. Remember the "
        "uncorrected one.",
    ),
    (
        "old_m_returned",
        {"remembered": lambda new, hats, old: (old[0], new[1])},
        "The old m is returned: the next step will not know of this gradient.",
    ),
    (
        "old_v_returned",
        {"remembered": lambda new, hats, old: (new[0], old[1])},
        "The old v is returned: the next step will not know of this square.",
    ),
    ("order_of_results", {"arrange": lambda w, m, v: (w, v, m)}, ORDER, ORDER_TOO),
    ("weights_last", {"arrange": lambda w, m, v: (m, v, w)}, ORDER, ORDER_TOO),
    ("weights_second", {"arrange": lambda w, m, v: (m, w, v)}, ORDER, ORDER_TOO),
    ("results_backwards", {"arrange": lambda w, m, v: (v, m, w)}, ORDER, ORDER_TOO),
    ("v_first", {"arrange": lambda w, m, v: (v, w, m)}, ORDER, ORDER_TOO),
    (
        "moves_with_old_averages",
        {"used": lambda new_m, new_v, m, v: (m, v)},
        "The weights move before m and v know of this gradient: the first step is zero.",
        "The weights move before m and v know of this gradient.",
    ),
    (
        "moves_with_old_m",
        {"used": lambda new_m, new_v, m, v: (m, new_v)},
        "The weights move before m knows of this gradient, so that every gradient comes one step late.",
    ),
    (
        "moves_with_old_v",
        {"used": lambda new_m, new_v, m, v: (new_m, v)},
        "The weights move before v knows of this gradient: it divides by the average of the step before.",
    ),
    (
        "correction_outside_root",
        {"correct_v": lambda v, c: v / c**2},
        "v is corrected after its square root was taken. Correct it first.",
    ),
)

ADAM_STEP = Task(
    name="adam_step",
    day=5,
    reference=adam_step,
    cases=_adam_cases,
    far=_far_adam(),
    observe=steps("w", "m", "v"),
    remarks=(_tiny(),),
    formula=ADAM,
    variants=FUSED,
    mistakes=ADAM.mistakes(*ADAM_MISTAKES),
)


def adamw_step(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    """Adam's step and, apart from it, the decay of the weights."""
    after, m, v = adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)
    return after - lr * weight_decay * w, m, v


def _adamw_cases(rng):
    return _adam_cases(rng, {"weight_decay": 0.1}, {"weight_decay": 0.5})


L2 = (
    "The decay goes through the gradient, as an L2 penalty does: it enters m and v and is scaled away where "
    "gradients are large. In AdamW the weights shrink apart from Adam's step."
)


def _no_decay(w, after, share):
    return after


def _after(w, after):
    return after


ADAMW_STEP = Task(
    name="adamw_step",
    day=5,
    reference=adamw_step,
    cases=_adamw_cases,
    far=_far_adam(weight_decay=0.1),
    observe=steps("w", "m", "v"),
    remarks=(_tiny(weight_decay=0.1),),
    formula=ADAMW,
    variants=FUSED,
    mistakes=ADAMW.mistakes(
        ("l2_in_gradient", {"enters": lambda g, w, d, lr: g + d * w, "decay": _no_decay}, L2),
        ("l2_in_gradient_doubled", {"enters": lambda g, w, d, lr: g + 2 * d * w, "decay": _no_decay}, L2),
        ("l2_in_gradient_with_rate", {"enters": lambda g, w, d, lr: g + lr * d * w, "decay": _no_decay}, L2),
        ("no_decay", {"decay": _no_decay}, "That is Adam: the weight decay is never used.", NO_DECAY),
        (
            "decay_without_rate",
            {"rate_of_decay": lambda lr: 1.0},
            "The weights shrink too fast: the decay is not scaled by the learning rate.",
            "The decay is not scaled by the learning rate.",
        ),
        (
            "weights_grow",
            {"sign": np.negative},
            "The weights grow instead of shrinking: look at the sign of the decay.",
        ),
        (
            "decays_after_step",
            {"decays": _after},
            "The decay is taken from the weights after Adam's step. It should be taken from those before it.",
        ),
        (
            "grows_after_step",
            {"sign": np.negative, "decays": _after},
            "The weights grow instead of shrinking, and after Adam's step instead of apart from it: look at "
            "the sign and at the place of the decay.",
        ),
        (
            "shrinks_to_share",
            {"decay": lambda w, after, share: after - w + share},
            "Only the decay's share of the weights is left; that share should go.",
        ),
        (
            "decay_by_sign",
            {"decays": lambda w, after: np.sign(w)},
            "Every weight shrinks by the same amount; it should be the same share of each.",
            "In the decay every weight counts with the same amount. It should be the same share of each.",
        ),
        (
            "decay_squared_weights",
            {"decays": lambda w, after: w**2},
            "The weights are squared in the decay: negative ones would grow. The penalty is a square, its "
            "slope is not.",
            "The weights are squared in the decay. The penalty is a square, its slope is not.",
        ),
        (
            "half_the_decay",
            {"sign": lambda d: 0.5 * d},
            "The decay is half of what it should be.",
            "The decay is halved.",
        ),
        (
            "twice_the_decay",
            {"sign": lambda d: 2 * d},
            "The decay is twice what it should be.",
            "The decay is doubled.",
        ),
        ("rate_squared", {"rate_of_decay": np.square}, "The learning rate enters the decay twice."),
        (
            "decay_is_scaled",
            {"above": lambda m_hat, g, w, d: m_hat + d * w, "decay": _no_decay},
            "The decay is divided by the root of v, as the gradient is. It should be the same share "
            "for every weight.",
        ),
        (
            "decays_twice",
            {"enters": lambda g, w, d, lr: g + d * w},
            "The weights decay twice: through the gradient, and once more apart from it.",
            "The decay enters the gradient too.",
        ),
        (
            "same_for_all",
            {"decays": lambda w, after: 1.0},
            "The same amount is taken from every weight, so that negative ones grow. It should be a "
            "share of each.",
            "In the decay every weight counts with the same amount. It should be the same share of each.",
        ),
        *ADAM_MISTAKES,
    ),
)


def corrected_average(x, y, beta):
    """Adam's corrected average of the values `y`, met in the order of growing `x`."""
    m, averages = 0.0, []
    for t, place in enumerate(np.argsort(x), start=1):
        m = beta * m + (1 - beta) * y[place]
        averages.append(m / (1 - beta**t))
    return np.array(averages)


def _build_averages(p):
    """A running average and its correction, point by point."""

    def averaged(x, y, beta):
        x, y, beta = np.asarray(x), np.asarray(y, float), np.float64(beta)
        values, m, averages, order = p.values(x, y), 0.0, [], list(p.order(x, y))
        for t, place in enumerate(order, start=1):
            m = p.average(beta, m, values[place], t)
            averages.append(m / p.correction(beta, t, place, len(y)))
            m = p.kept(m, averages[-1])
        return p.arrange(np.array(averages), order)

    return averaged


AVERAGES = Formula(
    _build_averages,
    values=lambda x, y: y,
    order=lambda x, y: np.argsort(x),
    average=lambda b, m, value, t: b * m + (1 - b) * value,
    correction=lambda b, t, place, n: 1 - b**t,
    kept=lambda m, corrected: m,
    arrange=lambda averages, order: averages,
)


def _averaged(function, case, form=None):
    """The averages. Points with the same x may come in any order: what is right in one of them counts."""
    for seen in once("result")(function, case):
        x, y, beta = case.arguments.values()
        if case.kind == "repeats" and any(
            seen.value.shape == right.shape and np.allclose(seen.value, right, rtol=1e-6, atol=1e-9)
            for right in (corrected_average(x[list(o)], y[list(o)], beta) for o in _orders_of(x))
        ):
            seen = seen._replace(value=corrected_average(x, y, beta))
        yield seen


def _orders_of(x):
    """All orders of the places in which x does not fall."""
    return [
        order for order in itertools.permutations(range(len(x))) if not np.any(np.diff(x[list(order)]) < 0)
    ]


def _points(rng):
    x = [2.0, -1.0, 0.5, 3.0, 1.0, -2.5]  # ranks differ from places
    y = [1.0, 4.0, -2.0, 0.0, 3.0, -1.0]  # a zero is a value, too
    drawn = {"x": rng.permutation(8) + rng.uniform(0, 0.5, 8), "y": rng.normal(size=8)}
    return [
        Case("points in no order", {"x": np.array(x), "y": np.array(y), "beta": 0.9}),
        Case("all values alike", {"x": np.array(x), "y": np.full(6, 2.0), "beta": 0.7}),
        Case("points in order", {"x": np.arange(5.0), "y": np.array(y[:5]), "beta": 0.5}),
        Case("a single point", {"x": np.array([3.0]), "y": np.array([-4.0]), "beta": 0.9}),
        Case(
            "whole numbers",
            {"x": np.array([3, 1, 0, 2]), "y": np.array([1, 5, -2, 4]), "beta": 0.8},
            "integers",
        ),
        Case("lists", {"x": x, "y": y, "beta": 0.6}, "lists", SILENT),
        Case("random points", drawn | {"beta": float(rng.uniform(0.5, 0.95))}, "random"),
    ]


def _far_points():
    x, y = np.array([2.0, -1.0, 0.5, 3.0]), np.array([1.0, 4.0, -2.0, 0.5])
    alike = {"x": np.array([1.0, 0.0, 1.0, 1.0, 2.0]), "y": np.array([3.0, 4.0, 5.0, -3.0, 1.0])}
    many, long = np.sin(np.arange(500.0) ** 2), np.sin(np.arange(1500.0) ** 2)
    return (
        far("large numbers", HUGE, x=HUGE * x, y=HUGE * y, beta=0.9),
        far("small numbers", TINY, x=TINY * x, y=TINY * y, beta=0.9),
        far("a long memory", 4.0, x=x, y=y, beta=0.99999),
        far("points with the same x", 4.0, "repeats", **alike, beta=0.9),
        far("very many points", 4.0, "shape", DEEP_IN_POINTS, x=long, y=np.cos(long), beta=0.9),
        far("no memory", 4.0, "end", x=x, y=y, beta=0.0),
        far("hardly anything forgotten", 4.0, "end", x=x, y=y, beta=0.9999999),
        far("five hundred points", 1.0, "shape", x=many, y=many[::-1].copy(), beta=0.9),
    )


def _one(*_):
    return 1.0


def _counts_for_places(x, y, beta):
    ranked = np.argsort(x)
    wrong = AVERAGES(
        order=lambda x, y: range(len(y)), correction=lambda b, t, *_: 1 - b ** (ranked[t - 1] + 1)
    )
    return wrong(x, y, beta)


def _back_in_place(averages, order):
    placed = np.empty(len(averages))
    placed[order] = averages
    return placed


CORRECTED_AVERAGE = Task(
    name="corrected_average",
    day=5,
    reference=corrected_average,
    cases=_points,
    far=_far_points(),
    observe=_averaged,
    formula=AVERAGES,
    mistakes=(
        *AVERAGES.mistakes(
            (
                "corrects_by_place",
                {"correction": lambda b, t, place, n: 1 - b ** (place + 1)},
                "That is the snippet as it was. Where x is in order from the start it is right, elsewhere "
                "it is not: what is `place`, and what does the formula's t count?",
                "The correction goes by `place`, the position in the data. What does the formula's t count?",
            ),
            (
                "corrects_by_place_from_zero",
                {"correction": lambda b, t, place, n: 1 - b**place},
                "It corrects by where a point stands in the data, and for the first of the data it divides "
                "by zero. What counts is how many points the average has met so far.",
                "The correction goes by the position in the data. What counts is how many points have been "
                "met.",
            ),
            (
                "no_correction",
                {"correction": _one},
                "The average is not corrected for having started at zero: its first values are far too "
                "small.",
                "The average is not corrected for having started at zero.",
            ),
            (
                "one_ahead",
                {"correction": lambda b, t, place, n: 1 - b ** (t + 1)},
                "The correction is one point ahead: after the first point, one point has been met, not two.",
                "The correction is one point ahead.",
            ),
            (
                "one_behind",
                {"correction": lambda b, t, place, n: 1 - b ** (t - 1)},
                "The correction is one point behind: for the first point it divides by zero. After it, one "
                "point has been met.",
                "The correction is one point behind.",
            ),
            (
                "order_of_the_data",
                {"order": lambda x, y: range(len(y))},
                "The points are met in the order of the data. Go through them from the smallest x to "
                "the largest.",
            ),
            (
                "largest_first",
                {"order": lambda x, y: np.argsort(x)[::-1]},
                "The points are met from the largest x to the smallest. Start at the smallest.",
            ),
            (
                "sorted_by_value",
                {"order": lambda x, y: np.argsort(y)},
                "The points are sorted by their values y, so that the average only rises. Sort by x.",
                "The points are sorted by their values y. Sort by x.",
            ),
            (
                "ranks",
                {"order": lambda x, y: np.argsort(np.argsort(x))},
                "Each point's rank was taken for the place of the next point. What you need is the places "
                "in the order of x.",
            ),
            (
                "averages_x",
                {"values": lambda x, y: x},
                "Those are averages of x itself. The order comes from x, the values come from y.",
                "x itself is averaged. The order comes from x, the values come from y.",
            ),
            (
                "back_in_place",
                {"arrange": _back_in_place},
                "The averages are right, but returned in the order of the data. Return them in the order in "
                "which they arise, from the smallest x on.",
                "The averages are returned in the order of the data. Return them in the order in which "
                "they arise.",
            ),
            (
                "shares_swapped",
                {"average": lambda b, m, value, t: (1 - b) * m + b * value},
                "The two shares have changed places: the average follows the last value and forgets the "
                "others.",
                "In the average the two shares have changed places.",
            ),
            (
                "shares_swapped_everywhere",
                {
                    "average": lambda b, m, value, t: (1 - b) * m + b * value,
                    "correction": lambda b, t, *_: 1 - (1 - b) ** t,
                },
                "beta and 1 - beta have changed places, in the average and in its correction: the average "
                "follows the last value and forgets the others.",
                "beta and 1 - beta have changed places, in the average and in its correction.",
            ),
            (
                "share_missing",
                {"average": lambda b, m, value, t: b * m + value},
                "The new value counts in full instead of with its share, so that this is a sum, not an "
                "average.",
            ),
            (
                "starts_at_first_value",
                {
                    "average": lambda b, m, value, t: value if t == 1 else b * m + (1 - b) * value,
                    "correction": _one,
                },
                "The average starts at the first value instead of at zero. That needs no correction, but "
                "gives the first value more weight than its share.",
                "The average starts at the first value instead of at zero.",
            ),
            (
                "starts_at_first_value_and_corrects",
                {"average": lambda b, m, value, t: value if t == 1 else b * m + (1 - b) * value},
                "The average starts at the first value, and is corrected as if it had started at zero. "
                "Start it at zero.",
                "The average starts at the first value instead of at zero.",
            ),
            (
                "corrected_value_kept",
                {"kept": lambda m, corrected: corrected},
                "The corrected average goes into the next one, and is corrected again there. Keep the "
                "uncorrected one to go on with.",
                "The corrected average goes into the next one. Keep the uncorrected one to go on with.",
            ),
            (
                "multiplied_correction",
                {"correction": lambda b, t, place, n: 1 / (1 - b**t)},
                "The correction makes small averages smaller still: divide by it instead of multiplying.",
            ),
            (
                "t_as_factor",
                {"correction": lambda b, t, place, n: 1 - b * t},
                "In the correction the number of points is a factor; it should be an exponent.",
            ),
            (
                "correction_without_t",
                {"correction": lambda b, t, place, n: 1 - b},
                "The correction is the same for every point: right for the first one, far too strong later.",
                "The correction is the same for every point.",
            ),
            ("rest_to_a_power", {"correction": lambda b, t, place, n: (1 - b) ** t}, REST_TO_A_POWER),
            (
                "forgets",
                {"average": lambda b, m, value, t: (1 - b) * value},
                "The average begins anew at zero with every point: the earlier ones are forgotten.",
            ),
        ),
        Mistake(
            "count_and_place_swapped",
            _counts_for_places,
            "The places in the order of x stand in the exponent, and the count picks the values. It is the "
            "other way round.",
        ),
        *AVERAGES.mistakes(
            (
                "final_correction",
                {"correction": lambda b, t, place, n: 1 - b**n},
                "All averages get the last one's correction. Each has its own, by the points met until then.",
                "All averages get the last one's correction.",
            ),
            (
                "plain_mean",
                {"average": lambda b, m, value, t: m + (value - m) / t, "correction": _one},
                "That is the plain mean of all values so far: beta is never used, nothing is forgotten.",
            ),
        ),
        Mistake(
            "last_only",
            lambda x, y, beta: corrected_average(x, y, beta)[-1],
            "That is the last average alone. Return one for each point.",
        ),
    ),
)

TASKS = (RMSPROP_STEP, ADAM_STEP, ADAMW_STEP, CORRECTED_AVERAGE)


def _waking(quiet=20_000, lr=1.0):
    """The step of a weight whose gradient, after `quiet` zeros, is suddenly 5."""
    return -adam_step(0.0, 0.0, 0.0, quiet + 1, 5.0, lr, 0.9, 0.999, 1e-8)[0]


def _about(number):
    return lambda value: abs(abs(value) / number - 1) < 0.02


WAKING_STEP = Reading(
    name="waking_step",
    day=5,
    accepts=_about(_waking()),
    mistakes=(
        Misreading(
            "as_a_first_step",
            _about(_waking(quiet=0)),
            "That is the first step of all, at t = 1, where the hats make up for the start at zero. After "
            "20,000 steps they have nothing left to make up for: what are m and v then?",
        ),
        Misreading(
            "raw_gradient",
            _about(1 / np.sqrt(0.001)),
            "Here the gradient counts in full in the numerator. But m, too, takes only its share of it.",
        ),
        Misreading(
            "m_only",
            lambda value: _about(0.1)(value) or _about(0.5)(value),
            "That is m, or the share it takes of the gradient. It is then divided by the root of v, and v "
            "has had as long a rest as m.",
        ),
        Misreading(
            "with_the_usual_rate",
            _about(_waking(lr=0.001)),
            "That is the step itself, at a learning rate of 0.001. Give it in units of the learning rate.",
        ),
        Misreading(
            "times_the_gradient",
            lambda value: _about(5.0)(value) or _about(5 * _waking())(value),
            "Adam's step does not grow with the gradient: make it ten times as large and look again.",
        ),
    ),
    right="Right: more than three times the learning rate. The numerator takes a tenth of the sudden "
    "gradient, the divisor the root of only a thousandth of its square. So a step can be longer than "
    "the rate.",
    otherwise="Ask your adam_step: nothing in m and v, 20,000 steps made already, and a learning rate of 1. "
    "Which t is the step after them?",
)

BETA1, NO_NEED = 0.9, 1 - (1 - 0.9) ** 2  # without correction the first step is (1 - beta1) / sqrt(1 - beta2)

UNCORRECTED_CURVE = Reading(
    name="uncorrected_curve",
    day=5,
    words=("A", "B", "C", "D"),
    accepts=lambda word: word == "C",
    mistakes=(
        Misreading(
            "only_m_corrected",
            lambda word: word == "B",
            "This one starts several times too long. So does Adam without correction at the usual betas; but "
            "here beta2 is smaller, and v fills faster. Work out the first step: what is m, and what is the "
            "root of v?",
        ),
        Misreading(
            "only_v_corrected",
            lambda word: word == "D",
            "This one is far too short at first and never too long, just like m itself. Something here is "
            "making up for v. Without any correction the small root of v stands in the divisor.",
        ),
    ),
    right="",
    otherwise="Every step of this one is exactly the learning rate: that is what the correction is for. "
    "What becomes of the first step without it?",
    reason=Reading(
        name="uncorrected_curve",
        day=5,
        accepts=lambda beta2: abs(beta2 - NO_NEED) < 0.0015,
        mistakes=(
            Misreading(
                "share_itself",
                lambda value: abs(value - (1 - NO_NEED)) < 0.0015,
                "The curve is right. Your number is the share of the new square, 1 - beta2. What is beta2?",
            ),
            Misreading(
                "without_the_root",
                lambda beta2: abs(beta2 - BETA1) < 0.002,
                "The curve is right. With two equal betas m and v are the same share of g and of its square. "
                "But the step divides by the root of v.",
            ),
            Misreading(
                "usual",
                lambda beta2: abs(beta2 - 0.999) < 0.0001,
                "The curve is right. At that value, the usual one, the first step is more than three times "
                "too long.",
            ),
            Misreading(
                "as_in_the_figure",
                lambda beta2: abs(beta2 - 0.95) < 0.002,
                "The curve is right. That is the beta2 of the figure, where the first step is too short.",
            ),
            Misreading(
                "length_of_the_step",
                lambda value: abs(value - 0.447) < 0.005,
                "The curve is right, and so long is its first step in the figure. Which beta2 would make "
                "it 1?",
            ),
        ),
        right="Right: below that value the first step is too short, above it too long. Whether Adam without "
        "correction starts too long or too short depends on both betas; with the hats nobody has to know.",
        otherwise="The curve is right. Write down m and v after one step for a gradient of 1, and what the "
        "step is then. Which beta2 makes it 1?",
    ),
)

READINGS = (WAKING_STEP, UNCORRECTED_CURVE)


# The open task: a rule of one's own, on words.

TEXTS, WORD_STEPS, COMMON, RARE = range(1_000_500, 1_000_505), 30, 10, 100
LOST, NOT_FINITE = 1e6, 2e6  # nats: at most, and in place of what weights leave that are not finite


def _hidden_text(seed):
    _, counts = bigram_counts("en")
    drawn = np.random.default_rng(seed).multinomial(counts.sum(), counts.ravel() / counts.sum())
    return Bigram(drawn.reshape(counts.shape))


def _stepped(step, w, grad, memory, t):
    after, memory = step(w.copy(), grad, memory, t)
    after = np.array(after, float)
    if after.shape != w.shape:
        raise ValueError(f"the weights have the shape {after.shape}, not {w.shape}")
    return after, memory


def words_left(step, seed, steps=WORD_STEPS, scale=1.0):
    """The nats that `step` leaves to learn on this seed's text; each step is made `scale` times as long."""
    text, memory = _hidden_text(seed), None
    w = np.zeros(text.counts.size)
    for t in range(1, steps + 1):
        after, memory = _stepped(step, w, text.gradient(w), memory, t)
        if not np.isfinite(after).all():
            return NOT_FINITE
        w = w + scale * (after - w)
    return min(float(text.excess(w).mean()), LOST)


def favor(step):
    """How many times as far the first step moves the weights of common words as those of rare ones."""
    text = _hidden_text(TEXTS[0])
    w = np.zeros(text.counts.size)
    after, _ = _stepped(step, w, text.gradient(w), None, 1)
    moved = np.abs(after).reshape(text.counts.shape).mean(axis=1)
    ratio = moved[:COMMON].mean() / moved[-RARE:].mean()
    return float(min(ratio, LOST)) if ratio > 0 else 1.0


def _words_of(answer):
    """What the rule leaves, as it is and with other steps, or {"said": why nothing is known}."""
    if not callable(answer):
        return {"said": kind_of(answer)}
    if is_stub(answer) or has_gaps(answer):
        return None

    def apart(work, **limits):
        def safely():
            try:
                with np.errstate(all="ignore"):
                    return work()
            except TimeUp:
                raise
            except BaseException as error:  # SystemExit, too
                return {"said": in_a_line(error)}

        outcome = run_apart(safely, **limits)
        return outcome.value if outcome.ending == "done" else {"said": outcome.ending}

    first = apart(lambda: {"favor": favor(answer)})  # a loop without an end mostly shows in one step
    if "said" in first:
        return first
    return first | apart(
        lambda: {
            "left": [words_left(answer, seed) for seed in (*TEXTS, TEXTS[0])],
            "shorter": words_left(answer, TEXTS[0], scale=0.5),
            "longer": words_left(answer, TEXTS[0], scale=2.0),
        },
        seconds=20,
    )


def _words_told(told):
    """{"left": one for each text, "shorter", "longer", "favor"}, or Refused."""
    try:
        told = {name: np.array(told[name], float) for name in ("left", "shorter", "longer", "favor")}
        *left, again = told["left"]
    except (TypeError, ValueError, KeyError):
        got = str(told.get("said") if isinstance(told, dict) else told)[:200]
        if got == "time":
            raise Refused(say("Your rule did not come to an end. Is there a loop that never ends?")) from None
        if got == "died":
            raise Refused(no_end("died")) from None
        stops = say(
            "Your rule did not get through a text. It takes (w, grad, memory, t) and returns the new "
            "weights and the new memory, which is None before the first step. It stopped: {got}",
            got=in_words(got),
        )
        raise Refused(Parts([stops, NO_POWER if at_caret(got) else None])) from None
    if len(left) != len(TEXTS) or not np.isclose(again, left[0], rtol=1e-6):
        raise Refused(
            say(
                "On the same text your rule ends differently the second time: it keeps something from text "
                "to text, or draws at random. What it remembers belongs in `memory`, which begins as None."
            )
        )
    return told | {"left": np.array(left)}


def _start():
    return words_left(None, TEXTS[0], steps=0)


def _longer_is_better(told, losses):
    """By a tenth of what is left, or, with the tiniest steps, of what has been learned."""
    left = told["left"][0]
    return left - told["longer"] > 0.1 * min(left, _start() - left)


WORDS_RULE = Contest(
    name="words_rule",
    day=5,
    tell=_words_of,
    read=_words_told,
    run=lambda told: told["left"],
    target=0.1,
    enough=len(TEXTS),
    mistakes=(
        Misreading(
            "not_finite",
            lambda told, losses: max(told["left"]) >= NOT_FINITE,
            "On a hidden text your weights become NaN or infinite. Is something divided by zero, or a root "
            "taken of a negative number? Or do the steps grow without an end?",
        ),
        Misreading(
            "no_progress",
            lambda told, losses: told["left"][0] > 0.999 * _start(),
            "On the hidden texts your rule ends no better than it began: its steps are far too long, go "
            "uphill or lead nowhere, or it hardly moves.",
        ),
        Misreading(
            "favors_common_words",
            lambda told, losses: told["favor"] > 3,
            "{median} nats are left on a typical hidden text, {target} are allowed. Your first step already "
            "moves the weights of common words much farther than those of rare ones, so that one rate may "
            "not suit both. What of a gradient does not depend on how often a word occurs?",
        ),
        Misreading(
            "steps_too_short",
            _longer_is_better,
            "{median} nats are left on a typical hidden text, {target} are allowed. Your first step does not "
            "favor common words much, but the steps are short: twice as long they leave less.",
        ),
        Misreading(
            "steps_too_long",
            lambda told, losses: told["shorter"] < 0.9 * told["left"][0],
            "{median} nats are left on a typical hidden text, {target} are allowed. Your first step does not "
            "favor common words much, but the steps are long: half as long they leave clearly less.",
        ),
    ),
    right="On all {seeds} hidden texts at most {target} nats are left, on a typical one {median}. SGD at its "
    "best rate leaves about 0.43.",
    otherwise="{reached} of {seeds} hidden texts reach {target}, and all should; a typical one ends at "
    "{median}. Neither half the steps nor twice the steps do clearly better. Should all 30 be equally long?",
)

READINGS += (WORDS_RULE,)
