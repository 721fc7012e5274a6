"""Day 5: a step size for each weight."""

import numpy as np

from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Mistake, Task, once, say, steps
from hpcourse.checks.tasks.common import (
    ABSOLUTE,
    ASCENT,
    OLD_MEMORY_RETURNED,
    ORDER,
    SILENT,
    SQUARES,
    VELOCITY,
    walks,
)

EPS_INSIDE = (
    "Epsilon stands inside the square root. Outside it is added to the root: where gradients are small, "
    "that makes a difference."
)
EPS_APART = (
    "Epsilon is added to the step, not to the divisor: weights drift although nothing pulls, and a gradient "
    "that was always zero gives zero by zero. Check the parentheses."
)
NO_EPS = "Without epsilon, a weight whose gradient was always zero becomes NaN: zero divided by zero."
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
    "The correction divides by a power of beta, which shrinks to nothing, so that the steps explode. It "
    "should go towards one instead."
)
NO_RATE_HERE = "The learning rate is never used."


def rmsprop_step(w, v, grad, lr, rho, eps):
    """The rule of the lesson."""
    v = rho * v + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(v) + eps), v


def _rmsprop_cases(rng):
    def draw(rng):
        return {"lr": float(rng.uniform(0.01, 0.3)), "rho": float(rng.uniform(0.7, 0.95)), "eps": 1e-6}

    first = {"lr": 0.05, "rho": 0.99, "eps": 1e-8}
    second = {"lr": 0.1, "rho": 0.8, "eps": 1e-3}
    return walks(rng, first, second, draw, memory=("v",), start={"v": SQUARES})


def _average(rho, v, g):
    return rho * v + (1 - rho) * g**2


def _scaled(average=_average, divisor=lambda v, eps: np.sqrt(v) + eps):
    """A wrong rule: how the squares are averaged, and what the gradient is divided by."""

    def wrong(w, v, grad, lr, rho, eps):
        v = average(rho, v, grad)
        return w - lr * grad / divisor(v, eps), v

    return wrong


RMSPROP_STEP = Task(
    name="rmsprop_step",
    day=5,
    reference=rmsprop_step,
    cases=_rmsprop_cases,
    observe=steps("w", "v"),
    mistakes=(
        Mistake(
            "no_share",
            _scaled(lambda rho, v, g: rho * v + g**2),
            "The squares are added in full instead of with their share, so that v is far more than "
            "an average.",
        ),
        Mistake(
            "swapped",
            _scaled(lambda rho, v, g: (1 - rho) * v + rho * g**2),
            "The two shares have changed places: the average forgets almost everything and follows "
            "the last gradient.",
        ),
        Mistake(
            "adagrad",
            _scaled(lambda rho, v, g: v + g**2),
            "The squares only add up, as in AdaGrad: nothing is ever forgotten, and the steps keep "
            "shrinking.",
        ),
        Mistake(
            "old_average",
            lambda w, v, grad, lr, rho, eps: (w - lr * grad / (np.sqrt(v) + eps), _average(rho, v, grad)),
            "You divide by the average from before this gradient: with a memory of zero the first "
            "step is gigantic.",
        ),
        Mistake(
            "eps_apart",
            lambda w, v, grad, lr, rho, eps: (
                w - (lr * grad / np.sqrt(_average(rho, v, grad)) + eps),
                _average(rho, v, grad),
            ),
            EPS_APART,
        ),
        Mistake(
            "eps_added_to_weights",
            lambda w, v, grad, lr, rho, eps: (
                w - lr * grad / np.sqrt(_average(rho, v, grad)) + eps,
                _average(rho, v, grad),
            ),
            EPS_APART,
        ),
        Mistake(
            "eps_added_to_ratio",
            lambda w, v, grad, lr, rho, eps: (
                w - lr * (grad / np.sqrt(_average(rho, v, grad)) + eps),
                _average(rho, v, grad),
            ),
            EPS_APART,
        ),
        Mistake("eps_inside", _scaled(divisor=lambda v, eps: np.sqrt(v + eps)), EPS_INSIDE),
        Mistake("no_eps", _scaled(divisor=lambda v, eps: np.sqrt(v)), NO_EPS),
        Mistake("no_root", _scaled(divisor=lambda v, eps: v + eps), NO_ROOT),
        Mistake("not_squared", _scaled(lambda rho, v, g: rho * v + (1 - rho) * g), NOT_SQUARED),
        Mistake(
            "absolute_average",
            _scaled(lambda rho, v, g: rho * v + (1 - rho) * np.abs(g)),
            "The sizes of the gradients are averaged. Their squares should be.",
        ),
        Mistake(
            "ascent",
            lambda w, v, grad, lr, rho, eps: (
                2 * w - rmsprop_step(w, v, grad, lr, rho, eps)[0],
                _average(rho, v, grad),
            ),
            ASCENT,
        ),
        Mistake("shared_scale", _scaled(lambda rho, v, g: rho * v + (1 - rho) * np.mean(g**2)), SHARED_SCALE),
        Mistake(
            "no_learning_rate",
            lambda w, v, grad, lr, rho, eps: rmsprop_step(w, v, grad, 1.0, rho, eps),
            NO_RATE_HERE,
        ),
        Mistake(
            "old_memory_returned",
            lambda w, v, grad, lr, rho, eps: (rmsprop_step(w, v, grad, lr, rho, eps)[0], v),
            OLD_MEMORY_RETURNED,
        ),
        Mistake(
            "order_of_results",
            lambda w, v, grad, lr, rho, eps: rmsprop_step(w, v, grad, lr, rho, eps)[::-1],
            ORDER,
        ),
        Mistake(
            "root_remembered",
            lambda w, v, grad, lr, rho, eps: (
                rmsprop_step(w, v, grad, lr, rho, eps)[0],
                np.sqrt(_average(rho, v, grad)),
            ),
            "The first step is right, but the square root is returned as memory. What is remembered is the "
            "average of the squares.",
        ),
        Mistake(
            "multiplied",
            lambda w, v, grad, lr, rho, eps: (
                w - lr * grad * (np.sqrt(_average(rho, v, grad)) + eps),
                _average(rho, v, grad),
            ),
            "You multiply by the scale: steep directions get longer steps still. It should be divided by.",
        ),
        Mistake(
            "plain_step",
            lambda w, v, grad, lr, rho, eps: (w - lr * grad, _average(rho, v, grad)),
            "The average is right, but it is never used: the weights take a plain gradient step.",
        ),
        Mistake(
            "absolute_gradient",
            lambda w, v, grad, lr, rho, eps: (
                w - lr * np.abs(grad) / (np.sqrt(_average(rho, v, grad)) + eps),
                _average(rho, v, grad),
            ),
            ABSOLUTE,
        ),
        Mistake(
            "forgets",
            _scaled(lambda rho, v, g: (1 - rho) * g**2 + 0 * v),
            "The earlier average is dropped: v knows only the last gradient.",
        ),
    ),
)


def adam_step(w, m, v, t, grad, lr, beta1, beta2, eps):
    """Kingma and Ba's algorithm 1; t counts from 1."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


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
    second = {"t": 60, "lr": 0.05, "beta1": 0.8, "beta2": 0.6, "eps": 1e-3, **dict(more_second)}
    start = {"m": VELOCITY, "v": SQUARES}
    return walks(rng, first, second, draw, memory=("m", "v"), start=start)


# An epsilon that the correction does not reach (Kingma and Ba, end of section 2) is right and unusual.
TINY = Case(
    "gradients as small as epsilon",
    {name: np.zeros(2) for name in "wmv"}
    | {"t": 1, "lr": 0.1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "grads": [np.array([2e-7, -1e-7])] * 2},
    note=say(
        "For gradients as small as epsilon your steps are shorter: the correction does not reach epsilon."
    ),
)


def _first(beta1, m, g):
    return beta1 * m + (1 - beta1) * g


def _adam(
    mean=lambda b, m, g: b * m + (1 - b) * g,
    square=lambda b, v, g: b * v + (1 - b) * g**2,
    correct_mean=lambda b1, b2, t: 1 - b1**t,
    correct_square=lambda b1, b2, t: 1 - b2**t,
    step=lambda m_hat, v_hat, eps: m_hat / (np.sqrt(v_hat) + eps),
    move=lambda w, lr, change: w - lr * change,
):
    """Adam with one part replaced by a wrong one."""

    def wrong(w, m, v, t, grad, lr, beta1, beta2, eps):
        m, v = mean(beta1, m, grad), square(beta2, v, grad)
        m_hat = m / correct_mean(beta1, beta2, t)
        v_hat = v / correct_square(beta1, beta2, t)
        return move(w, lr, step(m_hat, v_hat, eps)), m, v

    return wrong


def _kept(keep):
    """Adam that moves rightly and remembers the wrong thing."""

    def wrong(w, m, v, t, grad, lr, beta1, beta2, eps):
        return keep(adam_step(w, m, v, t, grad, lr, beta1, beta2, eps), m, v, t, beta1, beta2)

    return wrong


def _one(*_):
    return 1.0


ADAM_MISTAKES = (
    (
        "only_m_corrected",
        {"correct_square": _one},
        "v is not corrected for having started at zero: it is far too small at first, and the first step "
        "comes out many times too long.",
    ),
    (
        "only_v_corrected",
        {"correct_mean": _one},
        "m is not corrected for having started at zero: it is too small at first, and so is the first step.",
    ),
    (
        "no_correction",
        {"correct_mean": _one, "correct_square": _one},
        "Neither m nor v is corrected for having started at zero: the first steps are too long by far.",
    ),
    (
        "t_one_ahead",
        {
            "correct_mean": lambda b1, b2, t: 1 - b1 ** (t + 1),
            "correct_square": lambda b1, b2, t: 1 - b2 ** (t + 1),
        },
        "The correction is one step ahead. In this task t counts from 1 already: the first step has "
        "t of one.",
    ),
    (
        "t_one_behind",
        {
            "correct_mean": lambda b1, b2, t: 1 - np.float64(b1) ** (t - 1),
            "correct_square": lambda b1, b2, t: 1 - np.float64(b2) ** (t - 1),
        },
        "The correction is one step behind: in the first step it divides by zero. Here t counts from 1.",
    ),
    ("no_eps", {"step": lambda m, v, eps: m / np.sqrt(v)}, NO_EPS),
    ("eps_inside", {"step": lambda m, v, eps: m / np.sqrt(v + eps)}, EPS_INSIDE),
    (
        "betas_swapped_in_correction",
        {"correct_mean": lambda b1, b2, t: 1 - b2**t, "correct_square": lambda b1, b2, t: 1 - b1**t},
        "In the correction the two betas have changed places: beta1 belongs to m, beta2 to v.",
    ),
    (
        "beta1_corrects_both",
        {"correct_square": lambda b1, b2, t: 1 - b1**t},
        "v is corrected with beta1. It was averaged with beta2, and is corrected with it.",
    ),
    (
        "beta2_corrects_both",
        {"correct_mean": lambda b1, b2, t: 1 - b2**t},
        "m is corrected with beta2. It was averaged with beta1, and is corrected with it.",
    ),
    (
        "multiplied_correction",
        {
            "correct_mean": lambda b1, b2, t: 1 / (1 - b1**t),
            "correct_square": lambda b1, b2, t: 1 / (1 - b2**t),
        },
        "The correction makes small averages smaller still: divide by it instead of multiplying.",
    ),
    (
        "t_as_factor",
        {"correct_mean": lambda b1, b2, t: 1 - b1 * t, "correct_square": lambda b1, b2, t: 1 - b2 * t},
        "In the correction t is a factor; it should be an exponent.",
    ),
    (
        "rest_to_a_power",
        {"correct_mean": lambda b1, b2, t: (1 - b1) ** t, "correct_square": lambda b1, b2, t: (1 - b2) ** t},
        REST_TO_A_POWER,
    ),
    (
        "power_alone",
        {"correct_mean": lambda b1, b2, t: b1**t, "correct_square": lambda b1, b2, t: b2**t},
        POWER_ALONE,
    ),
    (
        "correction_without_t",
        {"correct_mean": lambda b1, b2, t: 1 - b1, "correct_square": lambda b1, b2, t: 1 - b2},
        "The correction is the same in every step: right in the first one, far too strong later. It "
        "should fade with t.",
    ),
    (
        "m_share_missing",
        {"mean": lambda b, m, g: b * m + g},
        "In m the new gradient counts in full instead of with its share: m is many times an average.",
    ),
    (
        "v_share_missing",
        {"square": lambda b, v, g: b * v + g**2},
        "In v the new square counts in full instead of with its share: v is many times an average, and the "
        "steps are far too short.",
    ),
    (
        "m_shares_swapped",
        {"mean": lambda b, m, g: (1 - b) * m + b * g},
        "In m the two shares have changed places: it follows the last gradient and forgets the others.",
    ),
    (
        "v_shares_swapped",
        {"square": lambda b, v, g: (1 - b) * v + b * g**2},
        "In v the two shares have changed places: it follows the last gradient and forgets the others.",
    ),
    ("not_squared", {"square": lambda b, v, g: b * v + (1 - b) * g}, NOT_SQUARED),
    ("shared_scale", {"square": lambda b, v, g: b * v + (1 - b) * np.mean(g**2)}, SHARED_SCALE),
    ("no_root", {"step": lambda m, v, eps: m / (v + eps)}, NO_ROOT),
    (
        "no_v",
        {"step": lambda m, v, eps: m},
        "v is kept but never used: the step should be divided by its square root.",
    ),
    ("ascent", {"move": lambda w, lr, change: w + lr * change}, ASCENT),
    ("no_learning_rate", {"move": lambda w, lr, change: w - change}, NO_RATE_HERE),
    (
        "m_forgets",
        {"mean": lambda b, m, g: (1 - b) * g + 0 * m},
        "The earlier m is dropped: the average knows only the last gradient.",
    ),
)


ADAM_STEP = Task(
    name="adam_step",
    day=5,
    reference=adam_step,
    cases=_adam_cases,
    observe=steps("w", "m", "v"),
    remarks=(TINY,),
    mistakes=(
        *(Mistake(id, _adam(**parts), message) for id, parts, message in ADAM_MISTAKES),
        Mistake(
            "eps_apart",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: (
                _adam(step=lambda m, v, _: m / np.sqrt(v))(w, m, v, t, grad, lr, beta1, beta2, eps)[0] - eps,
                *adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)[1:],
            ),
            EPS_APART,
        ),
        Mistake(
            "eps_added_to_weights",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: (
                _adam(step=lambda m, v, _: m / np.sqrt(v))(w, m, v, t, grad, lr, beta1, beta2, eps)[0] + eps,
                *adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)[1:],
            ),
            EPS_APART,
        ),
        Mistake("eps_added_to_ratio", _adam(step=lambda m, v, eps: m / np.sqrt(v) + eps), EPS_APART),
        Mistake(
            "betas_swapped",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: adam_step(
                w, m, v, t, grad, lr, beta2, beta1, eps
            ),
            "The two betas have changed places everywhere: beta1 belongs to m, beta2 to v.",
        ),
        Mistake(
            "beta1_for_both",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: adam_step(
                w, m, v, t, grad, lr, beta1, beta1, eps
            ),
            "beta2 is never used: v is averaged and corrected with beta1.",
        ),
        Mistake(
            "beta1_averages_both",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: _adam(
                square=lambda _, v, g: beta1 * v + (1 - beta1) * g**2
            )(w, m, v, t, grad, lr, beta1, beta2, eps),
            "v is averaged with beta1; it has a beta of its own.",
        ),
        Mistake(
            "raw_gradient",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: (
                _adam(mean=lambda b, m, g: (1 - b**t) * g)(w, m, v, t, grad, lr, beta1, beta2, eps)[0],
                *adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)[1:],
            ),
            "The raw gradient is in the numerator: the noise is not averaged. The corrected m belongs there.",
        ),
        Mistake(
            "corrected_values_kept",
            _kept(
                lambda new, m, v, t, beta1, beta2: (new[0], new[1] / (1 - beta1**t), new[2] / (1 - beta2**t))
            ),
            "The first step is right, but the corrected averages are returned as memory and get corrected "
            "again in the next step. Remember the uncorrected ones.",
        ),
        Mistake("old_memory_returned", _kept(lambda new, m, v, *_: (new[0], m, v)), OLD_MEMORY_RETURNED),
        Mistake("order_of_results", _kept(lambda new, *_: (new[0], new[2], new[1])), ORDER),
        Mistake(
            "moves_with_old_averages",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: (
                _adam(mean=lambda b, m, g: m, square=lambda b, v, g: v)(
                    w, m, v, t, grad, lr, beta1, beta2, eps
                )[0],
                *adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)[1:],
            ),
            "The weights move before m and v know of this gradient: the first step is zero.",
        ),
        Mistake(
            "correction_outside_root",
            lambda w, m, v, t, grad, lr, beta1, beta2, eps: (
                w
                - lr
                * (_first(beta1, m, grad) / (1 - beta1**t))
                / (np.sqrt(_average(beta2, v, grad)) / (1 - beta2**t) + eps),
                *adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)[1:],
            ),
            "v is corrected after its square root was taken. Correct it first.",
        ),
    ),
)


def adamw_step(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    """Adam's step and, apart from it, the decay of the weights."""
    after, m, v = adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)
    return after - lr * weight_decay * w, m, v


def _adamw_cases(rng):
    return _adam_cases(rng, {"weight_decay": 0.1}, {"weight_decay": 0.5})


def _decayed(adam, decay=lambda w, after, lr, d: after - lr * d * w):
    """AdamW from a (wrong) Adam, or with a wrong decay."""

    def wrong(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
        after, m_new, v_new = adam(w, m, v, t, grad, lr, beta1, beta2, eps)
        return decay(w, after, lr, weight_decay), m_new, v_new

    return wrong


def _through_gradient(penalty):
    def wrong(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
        return adam_step(w, m, v, t, grad + penalty(w, weight_decay, lr), lr, beta1, beta2, eps)

    return wrong


def _scaled_decay(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    after, m, v = adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)
    return after - lr * weight_decay * w / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


def _both(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    after, m, v = adam_step(w, m, v, t, grad + weight_decay * w, lr, beta1, beta2, eps)
    return after - lr * weight_decay * w, m, v


L2 = (
    "The decay goes through the gradient, as an L2 penalty does: it enters m and v and is scaled away where "
    "gradients are large. In AdamW the weights shrink apart from Adam's step."
)

ADAMW_STEP = Task(
    name="adamw_step",
    day=5,
    reference=adamw_step,
    cases=_adamw_cases,
    observe=steps("w", "m", "v"),
    mistakes=(
        Mistake("l2_in_gradient", _through_gradient(lambda w, d, lr: d * w), L2),
        Mistake("l2_in_gradient_doubled", _through_gradient(lambda w, d, lr: 2 * d * w), L2),
        Mistake("l2_in_gradient_with_rate", _through_gradient(lambda w, d, lr: lr * d * w), L2),
        Mistake(
            "no_decay",
            _decayed(adam_step, lambda w, after, lr, d: after),
            "That is Adam: the weight decay is never used.",
        ),
        Mistake(
            "decay_without_rate",
            _decayed(adam_step, lambda w, after, lr, d: after - d * w),
            "The weights shrink too fast: the decay is not scaled by the learning rate.",
        ),
        Mistake(
            "weights_grow",
            _decayed(adam_step, lambda w, after, lr, d: after + lr * d * w),
            "The weights grow instead of shrinking: look at the sign of the decay.",
        ),
        Mistake(
            "decays_after_step",
            _decayed(adam_step, lambda w, after, lr, d: after - lr * d * after),
            "The decay is taken from the weights after Adam's step. It should be taken from those before it.",
        ),
        Mistake(
            "shrinks_to_share",
            _decayed(adam_step, lambda w, after, lr, d: after - w + lr * d * w),
            "Only the decay's share of the weights is left; that share should go.",
        ),
        Mistake(
            "decay_by_sign",
            _decayed(adam_step, lambda w, after, lr, d: after - lr * d * np.sign(w)),
            "Every weight shrinks by the same amount; it should be the same share of each.",
        ),
        Mistake(
            "decay_squared_weights",
            _decayed(adam_step, lambda w, after, lr, d: after - lr * d * w**2),
            "The weights are squared in the decay: negative ones would grow. The penalty is a square, its "
            "slope is not.",
        ),
        Mistake(
            "half_the_decay",
            _decayed(adam_step, lambda w, after, lr, d: after - 0.5 * lr * d * w),
            "The decay is half of what it should be.",
        ),
        Mistake(
            "twice_the_decay",
            _decayed(adam_step, lambda w, after, lr, d: after - 2 * lr * d * w),
            "The decay is twice what it should be.",
        ),
        Mistake(
            "rate_squared",
            _decayed(adam_step, lambda w, after, lr, d: after - lr * lr * d * w),
            "The learning rate enters the decay twice.",
        ),
        Mistake(
            "decay_is_scaled",
            _scaled_decay,
            "The decay is divided by the root of v, as the gradient is. It should be the same share "
            "for every weight.",
        ),
        Mistake(
            "decays_twice",
            _both,
            "The weights decay twice: through the gradient, and once more apart from it.",
        ),
        Mistake(
            "same_for_all",
            _decayed(adam_step, lambda w, after, lr, d: after - lr * d),
            "The same amount is taken from every weight, so that negative ones grow. It should be a "
            "share of each.",
        ),
        *(
            Mistake(id, _decayed(_adam(**parts)), message)
            for id, parts, message in ADAM_MISTAKES
            if id
            in (
                "only_m_corrected",
                "only_v_corrected",
                "no_correction",
                "t_one_ahead",
                "no_eps",
                "eps_inside",
                "ascent",
                "m_share_missing",
                "v_share_missing",
                "not_squared",
                "no_root",
            )
        ),
        Mistake(
            "old_memory_returned", _decayed(_kept(lambda new, m, v, *_: (new[0], m, v))), OLD_MEMORY_RETURNED
        ),
        Mistake("order_of_results", _decayed(_kept(lambda new, *_: (new[0], new[2], new[1]))), ORDER),
    ),
)


def corrected_average(x, y, beta):
    """Adam's corrected average of the values `y`, met in the order of growing `x`."""
    return _averages(x, y, beta)


def _places(x, y):
    return np.argsort(x)


def _averages(
    x,
    y,
    beta,
    order=_places,
    average=lambda b, m, value, t: b * m + (1 - b) * value,
    correction=lambda b, t, place: 1 - b**t,
):
    """The corrected average, or with one part replaced by a wrong one."""
    y, m, averages = np.asarray(y, float), 0.0, []
    for t, place in enumerate(order(np.asarray(x), y), start=1):
        m = average(beta, m, y[place], t)
        averages.append(m / correction(np.float64(beta), t, place))
    return np.array(averages)


def _points(rng):
    x = [2.0, -1.0, 0.5, 3.0, 1.0, -2.5]  # ranks differ from places
    y = [1.0, 4.0, -2.0, 0.5, 3.0, -1.0]
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


def _misaveraged(**parts):
    return lambda x, y, beta: _averages(x, y, beta, **parts)


def _corrects_what_is_kept(x, y, beta):
    y, m, averages = np.asarray(y, float), 0.0, []
    for t, place in enumerate(np.argsort(x), start=1):
        m = (beta * m + (1 - beta) * y[place]) / (1 - beta**t)
        averages.append(m)
    return averages


def _counts_for_places(x, y, beta):
    ranked = np.argsort(x)
    return _averages(
        x, y, beta, lambda x, y: range(len(y)), correction=lambda b, t, _: 1 - b ** (ranked[t - 1] + 1)
    )


def _back_in_place(x, y, beta):
    averages = np.empty(len(y))
    averages[np.argsort(x)] = corrected_average(x, y, beta)
    return averages


CORRECTED_AVERAGE = Task(
    name="corrected_average",
    day=5,
    reference=corrected_average,
    cases=_points,
    observe=once("result"),
    mistakes=(
        Mistake(
            "corrects_by_place",
            _misaveraged(correction=lambda b, t, place: 1 - b ** (place + 1)),
            "That is the snippet as it was. Where x is in order from the start it is right, elsewhere it is "
            "not: what is `place`, and what does the formula's t count?",
        ),
        Mistake(
            "corrects_by_place_from_zero",
            _misaveraged(correction=lambda b, t, place: 1 - b**place),
            "It corrects by where a point stands in the data, and for the first of the data it divides by "
            "zero. What counts is how many points the average has met so far.",
        ),
        Mistake(
            "no_correction",
            _misaveraged(correction=_one),
            "The average is not corrected for having started at zero: its first values are far too small.",
        ),
        Mistake(
            "one_ahead",
            _misaveraged(correction=lambda b, t, place: 1 - b ** (t + 1)),
            "The correction is one point ahead: after the first point, one point has been met, not two.",
        ),
        Mistake(
            "one_behind",
            _misaveraged(correction=lambda b, t, place: 1 - b ** (t - 1)),
            "The correction is one point behind: for the first point it divides by zero. After it, one point "
            "has been met.",
        ),
        Mistake(
            "order_of_the_data",
            _misaveraged(order=lambda x, y: range(len(y))),
            "The points are met in the order of the data. Go through them from the smallest x to "
            "the largest.",
        ),
        Mistake(
            "largest_first",
            _misaveraged(order=lambda x, y: np.argsort(x)[::-1]),
            "The points are met from the largest x to the smallest. Start at the smallest.",
        ),
        Mistake(
            "sorted_by_value",
            _misaveraged(order=lambda x, y: np.argsort(y)),
            "The points are sorted by their values y, so that the average only rises. Sort by x.",
        ),
        Mistake(
            "ranks",
            _misaveraged(order=lambda x, y: np.argsort(np.argsort(x))),
            "Each point's rank was taken for the place of the next point. What you need is the places in the "
            "order of x.",
        ),
        Mistake(
            "averages_x",
            lambda x, y, beta: corrected_average(x, x, beta),
            "Those are averages of x itself. The order comes from x, the values come from y.",
        ),
        Mistake(
            "back_in_place",
            _back_in_place,
            "The averages are right, but returned in the order of the data. Return them in the order in "
            "which they arise, from the smallest x on.",
        ),
        Mistake(
            "shares_swapped",
            _misaveraged(average=lambda b, m, value, t: (1 - b) * m + b * value),
            "The two shares have changed places: the average follows the last value and forgets the others.",
        ),
        Mistake(
            "share_missing",
            _misaveraged(average=lambda b, m, value, t: b * m + value),
            "The new value counts in full instead of with its share, so that this is a sum, not an average.",
        ),
        Mistake(
            "starts_at_first_value",
            _misaveraged(
                average=lambda b, m, value, t: value if t == 1 else b * m + (1 - b) * value, correction=_one
            ),
            "The average starts at the first value instead of at zero. That needs no correction, but gives "
            "the first value a weight far larger than the others have.",
        ),
        Mistake(
            "starts_at_first_value_and_corrects",
            _misaveraged(average=lambda b, m, value, t: value if t == 1 else b * m + (1 - b) * value),
            "The average starts at the first value, and is corrected as if it had started at zero. Start it "
            "at zero.",
        ),
        Mistake(
            "corrected_value_kept",
            _corrects_what_is_kept,
            "The corrected average goes into the next one, and is corrected again there. Keep the "
            "uncorrected one to go on with.",
        ),
        Mistake(
            "multiplied_correction",
            _misaveraged(correction=lambda b, t, place: 1 / (1 - b**t)),
            "The correction makes small averages smaller still: divide by it instead of multiplying.",
        ),
        Mistake(
            "t_as_factor",
            _misaveraged(correction=lambda b, t, place: 1 - b * t),
            "In the correction the number of points is a factor; it should be an exponent.",
        ),
        Mistake(
            "correction_without_t",
            _misaveraged(correction=lambda b, t, place: 1 - b),
            "The correction is the same for every point: right for the first one, far too strong later.",
        ),
        Mistake(
            "rest_to_a_power",
            _misaveraged(correction=lambda b, t, place: (1 - b) ** t),
            REST_TO_A_POWER,
        ),
        Mistake(
            "forgets",
            _misaveraged(average=lambda b, m, value, t: (1 - b) * value),
            "The average begins anew at zero with every point: the earlier ones are forgotten.",
        ),
        Mistake(
            "count_and_place_swapped",
            _counts_for_places,
            "The places in the order of x stand in the exponent, and the count picks the values. It is the "
            "other way round.",
        ),
        Mistake(
            "final_correction",
            lambda x, y, beta: _misaveraged(correction=_one)(x, y, beta) / (1 - beta ** len(y)),
            "All averages get the last one's correction. Each has its own, by the points met until then.",
        ),
        Mistake(
            "plain_mean",
            _misaveraged(average=lambda b, m, value, t: m + (value - m) / t, correction=_one),
            "That is the plain mean of all values so far: beta is never used, nothing is forgotten.",
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
            "That is m, which is then divided by the root of v. And v has had as long a rest as m.",
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
    right="Right: its first step is too short, and later ones are a little too long. Whether Adam without "
    "correction starts too long or too short depends on both betas; with the hats nobody has to know.",
    otherwise="Every step of this one is exactly the learning rate: that is what the correction is for. "
    "What becomes of the first step without it?",
)

READINGS = (WAKING_STEP, UNCORRECTED_CURVE)
