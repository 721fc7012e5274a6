"""Day 7: the lines of a large model's recipe."""

import itertools

import numpy as np

from hpcourse.checks.capstone import CAPSTONE, _Thing
from hpcourse.checks.contest import Contest, Refused
from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Formula, Mistake, Task, once, say
from hpcourse.checks.tasks.common import (
    HUGE,
    NO_INTEGERS,
    NUMBERS_ONLY,
    ORDER,
    ORDER_TOO,
    SILENT,
    TINY,
    far,
    floors,
)
from hpcourse.page import laboratory, scale_up


def _cases(title, names, settings, drawn):
    """A case for each of the settings, its values written into the title, and the one that was drawn."""
    cases = [Case(title.format(*values), dict(zip(names, values))) for values in settings]
    return [*cases, Case("random numbers", dict(zip(names, drawn)), "random")]


def steps_for_a_word(lr, frequency, remaining):
    """Steps until the share `remaining` of the way is left, on a bowl of curvature 1, not rounded."""
    return np.log(remaining) / np.log(1 - lr * frequency)


def _build_steps(p):
    def steps(lr, frequency, remaining):
        lr, frequency, remaining = np.float64(lr), np.float64(frequency), np.float64(remaining)
        shrinks = p.per_step(p.rate(lr, frequency))
        steps = p.divide(p.log_left(p.left(remaining)), p.log_step(shrinks))
        return p.whole(p.sign * p.spread(steps, frequency) + p.more)

    return steps


STEPS = Formula(
    _build_steps,
    rate=lambda lr, pi: lr * pi,
    per_step=lambda rate: 1 - rate,
    left=lambda r: r,
    log_left=np.log,
    log_step=np.log,
    divide=lambda above, below: above / below,
    spread=lambda steps, pi: steps,
    sign=1,
    more=0,
    whole=lambda steps: steps,
)


def _words(rng):
    settings = [
        (0.5, 0.1, 0.1),
        (1.5, 0.02, 0.05),
        (0.87654321, 0.0123456, 0.5),  # whoever rounds on the way is seen
        (40.0, 0.001, 0.01),
        (0.3, 1.0, 0.2),
        (1.0, 1e-5, 0.3),
        (0.9, 0.3, 1.0),
    ]
    drawn = map(float, (rng.uniform(0.2, 1), rng.uniform(0.05, 0.4), rng.uniform(0.05, 0.4)))
    names = "lr", "frequency", "remaining"
    return _cases("lr {}, frequency {}, {} left", names, settings, drawn)


FAR_WORDS = (
    far("a very rare word", lr=0.1, frequency=1e-7, remaining=0.1),
    far("a rarer word, a large rate", lr=1e6, frequency=1e-14, remaining=0.1),
    far("a small rate", lr=1.23456e-8, frequency=1.0, remaining=0.1),
    far("hardly anything left", lr=1.0, frequency=0.5, remaining=1e-30),
    far("hardly anything done", size=1.0, lr=1.0, frequency=0.5, remaining=0.999),
    far("a large rate", lr=1e6, frequency=1e-7, remaining=0.5),
    far("a rate just below the border", lr=1.0, frequency=0.9999, remaining=0.5),
)

STEPS_FOR_A_WORD = Task(
    name="steps_for_a_word",
    day=7,
    reference=steps_for_a_word,
    cases=_words,
    far=FAR_WORDS,
    observe=once("result"),
    formula=STEPS,
    mistakes=STEPS.mistakes(
        (
            "no_frequency",
            {"rate": lambda lr, pi: lr},
            "The frequency is never used: every word would learn as fast as one that always comes.",
        ),
        (
            "no_learning_rate",
            {"rate": lambda lr, pi: pi},
            "The learning rate is never used: only the frequency decides.",
        ),
        (
            "divided_by_frequency",
            {"rate": lambda lr, pi: lr / pi},
            "The rarer the word, the larger its rate: it is the other way round. A rare word gets less of "
            "the learning rate.",
        ),
        (
            "root_of_frequency",
            {"rate": lambda lr, pi: lr * np.sqrt(pi)},
            "The square root of the frequency is taken. The word's gradient is multiplied by the frequency "
            "itself.",
        ),
        (
            "frequency_squared",
            {"rate": lambda lr, pi: lr * pi**2},
            "The frequency counts twice. It weighs the word's loss once, and so its gradient.",
        ),
        (
            "rates_added",
            {"rate": lambda lr, pi: lr + pi},
            "Learning rate and frequency are added. What becomes of the rate of a word that hardly ever "
            "comes?",
        ),
        (
            "grows",
            {"per_step": lambda rate: 1 + rate},
            "The distance grows with every step, so that the number of steps is negative. Look at the sign "
            "in what one step leaves.",
            "The distance grows with every step. Look at the sign in what one step leaves.",
        ),
        (
            "share_taken",
            {"per_step": lambda rate: rate},
            "That is the share of the distance that a step takes away. Go on with the share that it leaves.",
        ),
        (
            "done_instead_of_left",
            {"left": lambda r: 1 - r},
            "Those are the steps until that share of the way is done. Asked is when that share is left.",
        ),
        (
            "of_the_loss",
            {"left": np.sqrt},
            "Those are the steps until that share of the loss is left, which falls twice as fast on a bowl. "
            "Asked is the distance.",
        ),
        (
            "upside_down",
            {"divide": lambda above, below: below / above},
            "Upside down: the smaller the rate, the fewer steps you get.",
            "What is divided by what has changed places.",
        ),
        (
            "logarithms_subtracted",
            {"divide": lambda above, below: above - below},
            "The logarithms are subtracted. The number of steps times the one is the other: divide.",
        ),
        (
            "logarithms_multiplied",
            {"divide": lambda above, below: above * below},
            "The logarithms are multiplied. The number of steps times the one is the other: divide.",
        ),
        (
            "smooth",
            {"log_step": lambda left: left - 1},
            "Nearly, where the rate is small: that is a smooth descent without steps, an exponential. Each "
            "step leaves the same share; use the logarithm of that.",
            "That is a smooth descent without steps, an exponential. Each step leaves the same share; use "
            "the logarithm of that.",
        ),
        (
            "straight",
            {"log_left": lambda r: r - 1, "log_step": lambda left: left - 1},
            "That would be right if each step took away the same amount. It takes the same share of what is "
            "left, so the way gets slower and slower.",
            "Each step is thought to take the same amount. It takes the same share of what is left.",
        ),
        (
            "other_base",
            {"log_left": np.log10},
            "Two logarithms of different bases are divided. Any base will do, but the same for both.",
        ),
        (
            "other_base_below",
            {"log_step": np.log10},
            "Two logarithms of different bases are divided. Any base will do, but the same for both.",
        ),
        (
            "frequency_outside",
            {"rate": lambda lr, pi: lr, "spread": lambda steps, pi: steps / pi},
            "The steps of a word that always comes are divided by the frequency. Here every step moves the "
            "word, a little: the frequency belongs to the rate.",
            "The steps are divided by the frequency. It belongs to the rate.",
        ),
        (
            "one_more",
            {"more": 1},
            "One step too many: where all of the way is left, no step is needed.",
        ),
        (
            "negative",
            {"sign": -1},
            "The right size, but a negative number of steps. Both logarithms are negative already.",
            "There is a minus too many at the end.",
        ),
        (
            "smooth_negative",
            {"log_step": lambda left: left - 1, "sign": -1},
            "A smooth descent without steps, an exponential, and a negative number of steps: a minus is "
            "missing. Each step leaves the same share; use the logarithm of that.",
        ),
        (
            "rounded_up",
            {"whole": np.ceil},
            "Rounded up to whole steps. Here the number is asked for as it is, with its fraction.",
        ),
        (
            "cut_off",
            {"whole": np.floor},
            "Cut off to whole steps. Here the number is asked for as it is, with its fraction.",
        ),
        (
            "rounded",
            {"whole": np.round},
            "Rounded to whole steps. Here the number is asked for as it is, with its fraction.",
        ),
    ),
)


def after_a_spike(beta1, beta2):
    """Adam's first step after one huge gradient, and all its steps together, in units of the rate."""
    first = (1 - beta1) / np.sqrt(1 - beta2)
    return first, first / (1 - beta1 / np.sqrt(beta2))


def _build_spike(p):
    def spike(beta1, beta2):
        beta1, beta2 = np.float64(beta1), np.float64(beta2)
        first = p.first(p.of_m(beta1), p.of_v(beta2))
        return p.arrange(p.sign * first, p.sign * p.total(first, p.fades(beta1, beta2)))

    return spike


SPIKE = Formula(
    _build_spike,
    of_m=lambda b: 1 - b,
    of_v=lambda b: 1 - b,
    first=lambda m, v: m / np.sqrt(v),
    fades=lambda b1, b2: b1 / np.sqrt(b2),
    total=lambda first, fades: first / (1 - fades),
    sign=1,
    arrange=lambda first, total: (first, total),
)


def _spikes(rng):
    pairs = [(0.9, 0.999), (0.9, 0.95), (0.8, 0.99), (0.0, 0.9), (0.5, 0.6)]
    drawn = float(rng.uniform(0.3, 0.9)), float(rng.uniform(0.92, 0.998))
    return _cases("beta1 {}, beta2 {}", ("beta1", "beta2"), pairs, drawn)


FAR_SPIKES = (
    far("two long memories", beta1=0.97, beta2=0.98),
    # a thousand terms of the series are too few, the first 1,500 steps are right
    far("two very long memories", kind="end", beta1=0.99, beta2=0.999),
    far("only the squares remembered", kind="end", beta1=0.0, beta2=0.999),
    far("a very long memory of squares", beta1=0.9, beta2=0.9999999),
    far("shorter memories", beta1=0.7, beta2=0.85),  # with 0.02, replayed for long, no v would be left
)

AFTER_A_SPIKE = Task(
    name="after_a_spike",
    day=7,
    reference=after_a_spike,
    cases=_spikes,
    far=FAR_SPIKES,
    observe=once("first", "total"),
    formula=SPIKE,
    mistakes=SPIKE.mistakes(
        (
            "no_root",
            {"first": lambda m, v: m / v},
            "In the first step the square root is missing: v holds a square, and the step is divided by its "
            "root.",
        ),
        (
            "root_over_both",
            {"first": lambda m, v: np.sqrt(m / v)},
            "In the first step the root is taken of the whole fraction. It belongs to v alone.",
        ),
        (
            "multiplied",
            {"first": lambda m, v: m * np.sqrt(v)},
            "In the first step you multiply by the root. The longer the memory of v, the longer the step.",
            "In the first step you multiply by the root. It stands below.",
        ),
        (
            "corrected_first",
            {"first": lambda m, v: 1.0},
            "The first step would be the rate itself if the averages were corrected for a start at zero. "
            "Long after the start nothing is left to correct.",
        ),
        (
            "shares_upside_down",
            {"first": lambda m, v: np.sqrt(v) / m},
            "The first step is upside down: m stands above, the root of v below.",
        ),
        (
            "shares_swapped",
            {"first": lambda m, v: v / np.sqrt(m)},
            "In the first step the two shares have changed places: beta1 belongs to m, beta2 to v.",
        ),
        (
            "m_in_full",
            {"of_m": lambda b: 1.0},
            "In the first step the huge gradient counts in full above. m takes only its share of it.",
        ),
        (
            "v_in_full",
            {"of_v": lambda b: 1.0},
            "In the first step the huge square counts in full below. v takes only its share of it.",
        ),
        (
            "beta1_for_its_share",
            {"of_m": lambda b: b},
            "In the first step beta1 itself stands above. That is the share of the old m; the new gradient "
            "gets the rest.",
        ),
        (
            "beta2_for_its_share",
            {"of_v": lambda b: b},
            "In the first step beta2 itself stands below. That is the share of the old v; the new square "
            "gets the rest.",
        ),
        (
            "fades_without_root",
            {"fades": lambda b1, b2: b1 / b2},
            "From step to step the root of v fades, not v: a square root is missing in what carries on.",
        ),
        (
            "only_m_fades",
            {"fades": lambda b1, b2: b1},
            "From step to step only m fades in your sum. v forgets too, if slowly, which lengthens the way.",
        ),
        (
            "both_fade_above",
            {"fades": lambda b1, b2: b1 * np.sqrt(b2)},
            "The fading of v shortens your steps. v stands below: where it fades, steps get longer.",
        ),
        (
            "root_of_m",
            {"fades": lambda b1, b2: np.sqrt(b1) / np.sqrt(b2)},
            "From step to step the root of m fades in your sum. Only v stands under a root.",
        ),
        (
            "only_v_fades",
            {"fades": lambda b1, b2: np.sqrt(b2)},
            "From step to step your steps fade as the root of v does. m fades faster, and it stands above.",
        ),
        (
            "without_the_first",
            {"total": lambda first, fades: first * fades / (1 - fades)},
            "The sum holds what follows the first step. The first one belongs to it.",
        ),
        (
            "only_the_factor",
            {"total": lambda first, fades: 1 / (1 - fades)},
            "The sum starts with a step of one. It starts with the first step that you found.",
        ),
        (
            "factor_multiplied",
            {"total": lambda first, fades: first * (1 - fades)},
            "All steps together are shorter than the first one alone. How does a geometric series add up?",
        ),
        (
            "sum_with_plus",
            {"total": lambda first, fades: first / (1 + fades)},
            "All steps together are shorter than the first one alone: look at the sign in the sum.",
        ),
        (
            "two_steps",
            {"total": lambda first, fades: first * (1 + fades)},
            "Those are the first two steps together. The weight is carried on: where does the sum end?",
        ),
        (
            "squares_added",
            {"total": lambda first, fades: first / (1 - fades**2)},
            "In the sum the fading is squared. Steps add up as they are.",
        ),
        (
            "no_sum",
            {"total": lambda first, fades: first},
            "The second number is the first step again. m still remembers the gradient: the weight goes on.",
        ),
        (
            "order_of_results",
            {"arrange": lambda first, total: (total, first)},
            "The two results have changed places: first the first step, then all steps together.",
        ),
        (
            "negative",
            {"sign": -1},
            "The right sizes with a minus sign. Lengths are asked for.",
            "Both results have a minus sign. Lengths are asked for.",
        ),
    ),
)


def clip_gradient(first, second, limit):
    """Both layers' gradients shortened by one factor, so that together they are at most `limit` long."""
    length = np.sqrt(np.sum(np.square(first)) + np.sum(np.square(second)))
    factor = limit / max(length, limit)
    return first * factor, second * factor


def _build_clip(p):
    def clip(first, second, limit):
        limit = np.float64(limit)
        one, other = (p.factor(length, limit) for length in p.layers(first, second, p.size))
        return p.arrange(
            p.first(p.cut(first, one, limit), first), p.second(p.cut(second, other, limit), second)
        )

    return clip


def _spectral(grad):
    return np.linalg.norm(grad, 2)


def _all(first, second, size):
    """One size for both layers, that of all their numbers."""
    return 2 * (size(np.concatenate([np.ravel(first), np.ravel(second)])),)


def _each_layer(first, second, size):
    return size(np.ravel(first)), size(np.ravel(second))


def _of_layers(together):
    """One size for both layers, from the sizes of the two."""
    return lambda first, second, size: 2 * (together(np.array(_each_layer(first, second, size))),)


CLIP = Formula(
    _build_clip,
    size=np.linalg.norm,
    layers=_all,
    factor=lambda length, limit: limit / np.maximum(length, limit),
    cut=lambda grad, factor, limit: grad * factor,
    first=lambda cut, grad: cut,
    second=lambda cut, grad: cut,
    arrange=lambda first, second: (first, second),
)


def _gradients(rng):
    long = [[3.0, -1.0, 0.2], [0.5, 4.0, -2.0]], [-0.4, 6.0]
    short = [[0.1, -0.3, 0.2], [0.0, 0.25, -0.4]], [0.05, -0.6]
    near = [[0.3, -0.9, 0.6], [0.0, 0.75, -1.2]], [0.15, -1.8]
    mixed = [[0.1, -0.3, 0.2], [0.0, 0.25, -0.4]], [2.5, 9.0]
    below_one = [[0.6, 0.0, 0.2], [0.0, 0.4, -0.4]], [0.2, -0.489]  # hardly, for a millionth in a divisor

    def case(name, layers, limit, kind="plain", note=None, make=np.array):
        return Case(name, {"first": make(layers[0]), "second": make(layers[1]), "limit": limit}, kind, note)

    drawn = rng.normal(size=(3, 2)) * 3, rng.normal(size=4)
    zeros = np.zeros((2, 3)), np.zeros(2)
    return [
        case("both layers long", long, 1.0),
        case("the first one longer, another limit", (long[0], [-0.4, 1.5]), 2.5),
        case("both layers short", short, 3.0),
        case("one short, one long", mixed, 1.0),
        case("each below the limit, together hardly above", near, 2.45),
        case("together hardly below", short, 0.9),
        case("longer than a limit below one, and shorter than one", below_one, 0.5),
        case("together below a limit above one", near, 3.0),
        case("nothing but zeros", zeros, 1.0),
        case("nothing but zeros in the first layer", (zeros[0], long[1]), 1.0),
        case("nothing but zeros in the second layer", (long[0], zeros[1]), 1.0),
        case("whole numbers", ([[3, -1, 2], [0, 4, -2]], [-1, 6]), 2.5, "integers", NO_INTEGERS),
        case("float32", mixed, 0.5, "float32", make=lambda x: np.array(x, np.float32)),
        case("lists", long, 0.1, "lists", SILENT, list),
        case("random numbers", drawn, float(rng.uniform(0.5, 2)), "random"),
    ]


def _unchanged(cut, grad):
    return grad


LENGTHENS = "A comparison is missing: a short gradient should stay as it is."


def _far_gradients():
    first, second = np.array([[3.0, -1.0, 0.2], [0.5, -2.0, 1.0]]), np.array([-0.4, 6.0])
    row = np.sin(np.arange(1200.0))
    return (
        far("large gradients", first=HUGE * first, second=HUGE * second, limit=1e12),
        far("large gradients, a larger limit", first=HUGE * first, second=HUGE * second, limit=10 * HUGE),
        far("small gradients", first=TINY * first, second=TINY * second, limit=1.0),
        far("a small limit", first=first, second=second, limit=TINY),
        far("a large limit", first=first, second=second, limit=1e30),
        far("a limit of zero", kind="end", first=first, second=second, limit=0.0),
        far("layers of one number", kind="shape", first=first[:1, :1], second=second[:1], limit=1.5),
        far("large layers", kind="shape", first=row.reshape(30, 40), second=row[:50], limit=2.0),
    )


ADDED_TO_THE_LENGTH = say("A small number is added to the length.")


def _added_to_the_length(cases, records):
    """The mistake of adding a number to the length, if the first gradient tells which."""
    case, record = cases[0], records[0]
    if record.problem or np.shape(record.seen[0].value) != np.shape(case.arguments["first"]):
        return ()
    length = _all(case.arguments["first"], case.arguments["second"], np.linalg.norm)[0]
    share = np.mean(np.asarray(record.seen[0].value) / case.arguments["first"])
    number = case.arguments["limit"] / share - length if share else 0.0
    if not 1e-6 < number < 1:
        return ()
    told = say(
        "About {number} is added to the length, so that what is too long gets shorter than the limit. Zeros "
        "need no such number where a comparison keeps them out.",
        number=f"{number:.2g}",
    )
    added = {"factor": lambda length, limit: np.minimum(limit / (length + number), 1)}
    return CLIP.mistakes(("number_added_to_the_length", added, told, ADDED_TO_THE_LENGTH.template))


CLIP_GRADIENT = Task(
    name="clip_gradient",
    day=7,
    reference=clip_gradient,
    cases=_gradients,
    far=_far_gradients(),
    observe=once("first", "second"),
    formula=CLIP,
    fitted=_added_to_the_length,
    mistakes=(
        Mistake(
            "the_snippet",
            CLIP(layers=_each_layer, factor=lambda length, limit: limit / length),
            "That is the snippet as it was: it gives every layer the same length, whether it was long or "
            "short. What should happen to a gradient that is shorter than the limit?",
        ),
        *CLIP.mistakes(
            (
                "each_number",
                {"cut": lambda grad, factor, limit: np.clip(grad, -limit, limit)},
                "Every number is cut at the limit by itself, which turns the gradient into another "
                "direction. Shorten all by one factor.",
            ),
            (
                "each_number_above",
                {"cut": lambda grad, factor, limit: np.minimum(grad, limit)},
                "Every number is cut at the limit by itself, and only from above: a huge negative one "
                "passes. Shorten all by one factor.",
            ),
            (
                "each_layer",
                {"layers": _each_layer},
                "Every layer is clipped by itself. That changes the direction, unless both are shortened "
                "alike. What counts is the length of both together.",
            ),
            (
                "each_layer_squares",
                {"layers": _each_layer, "size": lambda numbers: np.sum(numbers**2)},
                "Every layer is clipped by itself, and by the sum of its squares, without the root. What "
                "counts is the length of both together.",
            ),
            (
                "order_of_results",
                {"arrange": lambda first, second: (second, first)},
                "The two layers have changed places: first the matrix, then the vector.",
            ),
            (
                "lengthens",
                {"factor": lambda length, limit: limit / length},
                "Short gradients get longer, up to the limit, and zeros become NaN. What is short should "
                "stay as it is.",
                LENGTHENS,
            ),
            (
                "lengthens_all_but_zeros",
                {"factor": lambda length, limit: limit / np.maximum(length, 1e-12)},
                "Short gradients get longer, up to the limit. What is short should stay as it is.",
                LENGTHENS,
            ),
            (
                "lengthens_only",
                {"factor": lambda length, limit: limit / np.minimum(length, limit)},
                "The wrong ones are changed: short gradients get longer, and long ones stay long.",
            ),
            (
                "length_one",
                {"factor": lambda length, limit: 1 / np.maximum(length, limit)},
                "The gradient is divided, but not brought to the limit: a limit other than one makes a "
                "difference.",
            ),
            (
                "to_length_one",
                {"factor": lambda length, limit: 1 / np.where(length > limit, length, 1)},
                "What is too long becomes one long, whatever the limit is.",
            ),
            ("never", {"factor": lambda length, limit: 1.0}, "Nothing is ever shortened."),
            (
                "dropped",
                {"factor": lambda length, limit: 1.0 * (length <= limit)},
                "A gradient that is too long is thrown away altogether. It should be shortened and used.",
            ),
            (
                "squashed",
                {"factor": lambda length, limit: limit / (length + limit)},
                "Every gradient is shortened, short ones too. Below the limit nothing should change.",
            ),
            (
                "factor_squared",
                {"factor": lambda length, limit: (limit / np.maximum(length, limit)) ** 2},
                "Long gradients get shorter than the limit: the factor counts twice.",
                "The factor counts twice.",
            ),
            (
                "factor_root",
                {"factor": lambda length, limit: np.sqrt(limit / np.maximum(length, limit))},
                "Long gradients stay longer than the limit: there is a square root too many around the "
                "factor.",
                "There is a square root too many around the factor.",
            ),
            (
                "no_root",
                {"size": lambda numbers: np.sum(numbers**2)},
                "The square root is missing: the sum of the squares is not the length.",
            ),
            (
                "mean_square",
                {"size": lambda numbers: np.sqrt(np.mean(numbers**2))},
                "The squares are averaged, so that large networks are hardly ever clipped. For the length "
                "they are added up.",
            ),
            (
                "spectral",
                {"layers": lambda first, second, size: 2 * (np.hypot(*map(_spectral, (first, second))),)},
                "For the matrix its largest stretch is taken, the spectral norm, which NumPy calls a "
                "matrix's norm of order 2. The length is the root of the sum of all squares.",
            ),
            (
                "lengths_added",
                {"layers": _of_layers(np.sum)},
                "The lengths of the two layers are added. Lengths that are at right angles do not add up: "
                "their squares do.",
            ),
            (
                "longest_layer",
                {"layers": _of_layers(np.max)},
                "The longer one of the two layers decides alone. Both together make up the length.",
            ),
            (
                "first_alone",
                {"layers": _of_layers(lambda lengths: lengths[0])},
                "The length is that of the first layer alone. The second belongs to it.",
            ),
            (
                "second_alone",
                {"layers": _of_layers(lambda lengths: lengths[1])},
                "The length is that of the second layer alone. The first belongs to it.",
            ),
            (
                "sizes_added",
                {"size": lambda numbers: np.sum(np.abs(numbers))},
                "The sizes of all numbers are added up. The length is the root of the sum of their squares.",
            ),
            (
                "largest_number",
                {"size": lambda numbers: np.max(np.abs(numbers))},
                "The largest number is taken for the length. All numbers make up the length.",
            ),
            ("first_unchanged", {"first": _unchanged}, "The first layer is never shortened."),
            ("second_unchanged", {"second": _unchanged}, "The second layer is never shortened."),
            (
                "signs_lost",
                {"first": lambda cut, grad: abs(cut)},
                "In the first layer the signs are lost.",
            ),
        ),
    ),
)


def wsd(lr, warmup, stable, decay, t):
    """Up in `warmup` updates, flat for `stable`, down to zero in `decay`, then zero; t counts from 0."""
    left = warmup + stable + decay - t
    return lr * np.clip(np.minimum((t + 1) / warmup, left / decay), 0, 1)


def _build_wsd(p):
    def schedule(lr, warmup, stable, decay, t):
        t = np.asarray(t, float)
        up = p.up(t, np.float64(warmup))
        down = p.down(p.left(warmup, stable, decay, t), np.float64(decay))
        return p.floor(p.peak(lr) * p.join(up, p.top(t), down), lr)

    return schedule


WSD_PARTS = Formula(
    _build_wsd,
    up=lambda t, w: (t + 1) / w,
    left=lambda w, s, d, t: w + s + d - t,
    down=lambda left, d: np.maximum(left / d, 0),
    top=lambda t: 1.0,
    join=lambda up, top, down: np.minimum(np.minimum(up, top), down),
    peak=lambda lr: lr,
    floor=lambda rate, lr: rate,
)


def _wsd_cases(rng):
    names = ("lr", "warmup", "stable", "decay")
    first, second = dict(zip(names, (0.4, 5, 10, 8))), dict(zip(names, (2.0, 3, 0, 5)))
    drawn = dict(zip(names, (float(rng.uniform(0.1, 1)), *map(int, rng.integers((4, 5, 6), (9, 20, 12))))))
    whole = drawn["warmup"] + drawn["stable"]
    times = np.array([0, 2, 4, 5, 9, 14, 15, 16, 20, 22, 23, 40])
    return [
        *(Case(f"settings 1 at step {t}", first | {"t": t}) for t in (0, 3, 4, 12, 15, 17, 22, 23, 60)),
        *(Case(f"settings 2 at step {t}", second | {"t": t}) for t in (1, 3, 5, 9)),
        Case("an array of steps", first | {"t": times}, "array", NUMBERS_ONLY),
        Case("a list of steps", first | {"t": times.tolist()}, "lists", SILENT),
        Case("random settings, rising", drawn | {"t": 1}, "random"),
        Case("random settings, falling", drawn | {"t": whole + 3}, "random"),
    ]


def _stretch(case, name):
    """Rise, flat part, descent and what follows, each by itself."""
    t, ends = case.arguments["t"], np.cumsum([case.arguments[key] for key in ("warmup", "stable", "decay")])
    return None if np.ndim(t) else str(np.searchsorted(ends, t, side="right"))


NO_CEILING = "The rise goes on above the peak. The flat part lies at the peak rate."


def _far_parts():
    usual = {"warmup": 5, "stable": 10, "decay": 8}
    long = {"warmup": 400_000, "stable": 2_000_000, "decay": 300_000}
    names = {123_456: "rising", 1_300_000: "flat", 2_699_999: "its last update", 9_000_000: "over for long"}
    return (
        *(far(f"a large rate at step {t}", HUGE, lr=HUGE, **usual, t=t) for t in (2, 8, 20)),
        *(far(f"a small rate at step {t}", TINY, lr=TINY, **usual, t=t) for t in (2, 8, 20)),
        *(far(f"a long training, {name}", 0.5, lr=0.5, **long, t=t) for t, name in names.items()),
        *(
            far(f"parts of one update at step {t}", kind="end", lr=0.5, warmup=1, stable=1, decay=1, t=t)
            for t in range(4)
        ),
        *(
            far(f"no flat part at step {t}", kind="end", lr=0.5, warmup=2, stable=0, decay=2, t=t)
            for t in range(5)
        ),
    )


WSD = Task(
    name="wsd",
    day=7,
    reference=wsd,
    cases=_wsd_cases,
    far=_far_parts(),
    observe=once("result"),
    formula=WSD_PARTS,
    view=_stretch,
    fitted=floors(WSD_PARTS, "lr"),
    mistakes=WSD_PARTS.mistakes(
        (
            "starts_at_zero",
            {"up": lambda t, w: t / w},
            "The rise begins at zero: the first update is wasted, and the peak comes one update late.",
        ),
        (
            "one_ahead",
            {"up": lambda t, w: (t + 2) / w},
            "The rise is one update ahead: the first update should have one part of the peak, not two.",
        ),
        ("no_warmup", {"up": lambda t, w: 1.0}, "The warmup is missing: the rate starts at its peak."),
        (
            "warmup_squared",
            {"up": lambda t, w: ((t + 1) / w) ** 2},
            "The rise is curved. It should be a straight line.",
        ),
        (
            "warmup_root",
            {"up": lambda t, w: np.sqrt((t + 1) / w)},
            "The rise is curved. It should be a straight line.",
        ),
        (
            "whole_division",
            {"up": lambda t, w: (t + 1) // w},
            "In the rise whole-number division throws the fraction away: the rate is zero until it is at its "
            "peak.",
        ),
        (
            "one_more_to_the_peak",
            {"up": lambda t, w: (t + 1) / (w + 1)},
            "The rise takes one update more than the warmup has, so that the peak comes late.",
        ),
        (
            "descent_one_early",
            {"left": lambda w, s, d, t: w + s + d - t - 1},
            "The descent is one update ahead: its first update should still have the peak.",
        ),
        (
            "descent_one_late",
            {"left": lambda w, s, d, t: w + s + d - t + 1},
            "The descent is one update late, so that zero is reached one update late as well.",
            "The descent is one update late.",
        ),
        (
            "flat_from_the_start",
            {"left": lambda w, s, d, t: s + d - t},
            "The flat part is counted from the start of training. It begins where the warmup ends, so the "
            "descent comes later.",
        ),
        (
            "no_flat_part",
            {"left": lambda w, s, d, t: w + d - t},
            "The flat part is missing: the descent begins at once when the warmup ends.",
        ),
        (
            "descent_within",
            {"left": lambda w, s, d, t: w + s - t},
            "The descent comes too early: it ends where it should begin.",
        ),
        (
            "below_zero",
            {"down": lambda left, d: left / d},
            "After the descent the rate goes on falling, below zero, where descent becomes ascent.",
        ),
        (
            "descent_squared",
            {"down": lambda left, d: np.maximum(left / d, 0) ** 2},
            "The descent is curved. It should be a straight line.",
        ),
        (
            "descent_rooted",
            {"down": lambda left, d: np.sqrt(np.maximum(left / d, 0))},
            "The descent is curved. It should be a straight line.",
        ),
        (
            "descent_too_short",
            {"down": lambda left, d: np.maximum((left - 1) / np.maximum(d - 1, 1), 0)},
            "The descent takes one update less than `decay`: zero comes one update early.",
        ),
        (
            "descent_too_long",
            {"down": lambda left, d: np.maximum((left + 1) / (d + 1), 0)},
            "The descent takes one update more than `decay`: zero comes one update late.",
        ),
        (
            "descent_as_a_root",
            {"down": lambda left, d: 1 - np.sqrt(np.clip(1 - left / d, 0, 1))},
            "The descent falls as a square root does. Some recipes do that; here a straight line is asked.",
        ),
        (
            "cosine",
            {"down": lambda left, d: (1 - np.cos(np.pi * np.clip(left / d, 0, 1))) / 2},
            "The descent is a cosine. Here a straight line is asked.",
        ),
        (
            "exponential",
            {"down": lambda left, d: np.exp(left / d - 1)},
            "The descent is an exponential, which never arrives at zero. Here a straight line is asked.",
        ),
        (
            "stops_at_a_tenth",
            {"down": lambda left, d: np.maximum(left / d, 0.1)},
            "The descent stops at a tenth of the peak. Some recipes do that; here it ends at zero.",
        ),
        (
            "falls_to_a_tenth",
            {"down": lambda left, d: 0.1 + 0.9 * np.clip(left / d, 0, 1)},
            "The descent stops at a tenth of the peak. Some recipes do that; here it ends at zero.",
        ),
        (
            "rises_again",
            {"down": lambda left, d: np.where(left > d, 1, np.clip(1 - left / d, 0, 1))},
            "After the flat part the rate drops to zero and rises again. It should go down from the peak.",
        ),
        (
            "never_descends",
            {"down": lambda left, d: 1.0},
            "The descent is missing: the rate stays at its peak for ever.",
        ),
        (
            "falls_at_once",
            {"down": lambda left, d: 1.0 * (left > d)},
            "The rate falls to zero at once. It should go down in a straight line.",
        ),
        (
            "stays_up_after",
            {"down": lambda left, d: np.where(left > 0, left / d, 1.0)},
            "After the descent the rate jumps back to its peak. It should stay at zero.",
        ),
        (
            "stays_up_later",
            {"down": lambda left, d: np.where(left >= 0, left / d, 1.0)},
            "After the descent the rate jumps back to its peak. It should stay at zero.",
        ),
        (
            "no_ceiling",
            {"top": lambda t: np.inf},
            NO_CEILING,
        ),
        (
            "rises_until_the_descent",
            {"join": lambda up, top, down: np.where(down > 1, up, down)},
            NO_CEILING,
        ),
        (
            "product",
            {"join": lambda up, top, down: up * down},
            "Rise and descent are multiplied, without a limit: both go above one in between.",
        ),
        (
            "largest",
            {"join": lambda up, top, down: np.maximum(np.maximum(up, top), down)},
            "The largest of the three decides. It should be the smallest.",
        ),
        (
            "no_peak",
            {"peak": lambda lr: 1.0},
            "The shape is right, but its highest value is 1: the peak rate is missing.",
            "The peak rate is missing.",
        ),
        ("peak_squared", {"peak": lambda lr: lr**2}, "The peak rate counts twice."),
    ),
)


def mup_rates(lr, base, width):
    """Rates of the first, the hidden and the last matrix, and the factor on the start of the last."""
    m = width / base
    return lr, lr / m, lr / m, 1 / np.sqrt(m)


def _build_mup(p):
    def rates(lr, base, width):
        m = p.ratio(np.float64(width), np.float64(base))
        return p.arrange(p.first(lr, m), p.hidden(lr, m), p.last(lr, m), p.start(lr, m))

    return rates


MUP = Formula(
    _build_mup,
    ratio=lambda width, base: width / base,
    first=lambda lr, m: lr,
    hidden=lambda lr, m: lr / m,
    last=lambda lr, m: lr / m,
    start=lambda lr, m: 1 / np.sqrt(m),
    arrange=lambda *results: results,
)
# The orders in which the first rate, the two that are alike, and the factor can stand.
ORDERS = [order for order in itertools.permutations(range(4)) if order.index(1) < order.index(2)][1:]


def _widths(rng):
    settings = [(0.01, 32, 128), (0.004, 64, 4096), (0.02, 64, 16), (0.3, 100, 100), (0.01, 48, 72)]
    drawn = float(rng.uniform(0.001, 0.1)), int(rng.integers(10, 50)), int(rng.integers(60, 900))
    return _cases("lr {}, from {} to {}", ("lr", "base", "width"), settings, drawn)


FAR_WIDTHS = (
    far("a large rate", lr=HUGE, base=32, width=128),
    far("a small rate", lr=TINY, base=32, width=128),
    far("very much wider", lr=0.01, base=1, width=10**9),
    far("very much narrower", lr=0.01, base=10**9, width=1),
    far("as wide as it was", kind="end", lr=0.01, base=48, width=48),
    far("a width of one", kind="end", lr=0.01, base=1, width=1),
)

MUP_RATES = Task(
    name="mup_rates",
    day=7,
    reference=mup_rates,
    cases=_widths,
    far=FAR_WIDTHS,
    observe=once("first", "hidden", "last", "start"),
    formula=MUP,
    mistakes=MUP.mistakes(
        (
            "upside_down",
            {"ratio": lambda width, base: base / width},
            "The wider the network, the larger your rates. It is the other way round.",
            "The factor of the widths is upside down.",
        ),
        (
            "base_forgotten",
            {"ratio": lambda width, base: width},
            "The base width is never used. At that width nothing should change.",
        ),
        (
            "difference",
            {"ratio": lambda width, base: 1 + np.abs(width - base)},
            "The difference of the widths is used. What counts is how many times as wide the network is.",
        ),
        *(
            (
                f"difference_{more}",
                {"ratio": lambda width, base, more=more: width - base + more},
                "The difference of the widths is used. What counts is how many times as wide the network is.",
            )
            for more in (0, 1)
        ),
        (
            "doublings",
            {"ratio": lambda width, base: 1 + np.abs(np.log2(width / base))},
            "The doublings of the width are counted. Divide by the factor itself.",
        ),
        (
            "whole_factor",
            {"ratio": lambda width, base: np.maximum(width // base, 1)},
            "The factor of the widths is cut to a whole number. It may be a fraction.",
        ),
        (
            "whole_factor_or_none",
            {"ratio": lambda width, base: width // base},
            "The factor of the widths is cut to a whole number. It may be a fraction.",
        ),
        (
            "first_divided",
            {"first": lambda lr, m: lr / m},
            "The rate of the first matrix is changed. Its inputs do not grow with the width: its rate stays.",
        ),
        (
            "first_raised",
            {"first": lambda lr, m: lr * m},
            "The rate of the first matrix is changed. Its inputs do not grow with the width: its rate stays.",
        ),
        (
            "hidden_unchanged",
            {"hidden": lambda lr, m: lr},
            "The hidden matrices keep their rate. Their units add up more inputs in a wider network.",
        ),
        (
            "hidden_root",
            {"hidden": lambda lr, m: lr / np.sqrt(m)},
            "The rate of the hidden matrices is divided by the root. Adam's steps agree, so that they add up "
            "in full.",
        ),
        (
            "hidden_squared",
            {"hidden": lambda lr, m: lr / m**2},
            "The rate of the hidden matrices is divided twice.",
        ),
        (
            "hidden_raised",
            {"hidden": lambda lr, m: lr * m},
            "The rate of the hidden matrices grows with the width. It should get smaller.",
        ),
        (
            "last_raised",
            {"last": lambda lr, m: lr * m},
            "The rate of the last matrix grows with the width. It should get smaller.",
        ),
        (
            "last_unchanged",
            {"last": lambda lr, m: lr},
            "The last matrix keeps its rate. Its units add up more inputs in a wider network.",
        ),
        (
            "last_root",
            {"last": lambda lr, m: lr / np.sqrt(m)},
            "The rate of the last matrix is divided by the root. The root belongs to its start.",
        ),
        ("last_squared", {"last": lambda lr, m: lr / m**2}, "The rate of the last matrix is divided twice."),
        (
            "both_unchanged",
            {"hidden": lambda lr, m: lr, "last": lambda lr, m: lr},
            "All matrices keep their rate. Those that add up more inputs in a wider network, the hidden ones "
            "and the last, need a smaller one.",
        ),
        (
            "both_root",
            {"hidden": lambda lr, m: lr / np.sqrt(m), "last": lambda lr, m: lr / np.sqrt(m)},
            "The rates of the hidden matrices and of the last one are divided by the root. Adam's steps "
            "agree, so that they add up in full.",
        ),
        (
            "start_unchanged",
            {"start": lambda lr, m: 1.0},
            "The start of the last matrix is not changed. It should be nearer to zero in a wider network.",
        ),
        (
            "start_without_root",
            {"start": lambda lr, m: 1 / m},
            "The start of the last matrix is divided by the factor itself. Here the root is missing.",
        ),
        (
            "start_larger",
            {"start": lambda lr, m: np.sqrt(m)},
            "The start of the last matrix grows with the width. It should be nearer to zero.",
            "The start of the last matrix is multiplied by the root instead of divided.",
        ),
        (
            "start_with_rate",
            {"start": lambda lr, m: lr / np.sqrt(m)},
            "The start of the last matrix is multiplied by the rate. Return the factor alone.",
        ),
        *(
            (
                "order_of_results_" + "".join(map(str, order)),
                {"arrange": lambda *results, order=order: tuple(results[i] for i in order)},
                ORDER,
                ORDER_TOO,
            )
            for order in ORDERS
        ),
    ),
)

TASKS = (STEPS_FOR_A_WORD, AFTER_A_SPIKE, CLIP_GRADIENT, WSD, MUP_RATES)


LENGTHS, DESCENT = (10_000, 20_000, 40_000), 0.2


def _updates(flat=True, branches=True):
    """All updates of a flat run up to the last descent, and of the descents."""
    descents = [DESCENT * length for length in LENGTHS]
    return flat * (max(LENGTHS) - max(descents)) + branches * sum(descents)


def _is(number):
    return lambda value: abs(value - number) < 0.5


BRANCH_UPDATES = Reading(
    name="branch_updates",
    day=7,
    accepts=_is(_updates()),
    mistakes=(
        Misreading(
            "three_runs",
            _is(sum(LENGTHS)),
            "That is what three runs with cosine cost, each from the start. Here the flat part is trained "
            "once, and the three share it.",
        ),
        Misreading(
            "no_branches",
            _is(max(LENGTHS)),
            "That is the longest run alone. The two shorter results have descents of their own, which are no "
            "part of it.",
        ),
        Misreading(
            "flat_to_the_end",
            _is(max(LENGTHS) + _updates(flat=False)),
            "Here the flat run goes on to the very end, and the longest descent comes on top of it. Where "
            "does the last descent begin?",
        ),
        Misreading(
            "each_flat_part",
            _is(sum(LENGTHS) - _updates(flat=False)),
            "Those are the three flat parts, each from the start, and no descents. The flat part is trained "
            "once, and the three descents are trained, too.",
        ),
        Misreading(
            "only_the_flat_part",
            _is(_updates(branches=False)),
            "That is the flat part alone. The three descents are trained, too.",
        ),
        Misreading(
            "only_the_descents",
            _is(_updates(flat=False)),
            "Those are the three descents alone. The flat part that they start from has to be trained once.",
        ),
        Misreading(
            "descents_on_top",
            _is(sum(LENGTHS) + _updates(flat=False)),
            "Three whole runs and the descents on top: but the descents belong to the lengths, and the flat "
            "part is shared.",
        ),
        Misreading(
            "saved",
            _is(sum(LENGTHS) - _updates()),
            "That is what is saved, compared with three runs. How many updates are left to be made?",
        ),
    ),
    right="Right: one flat run of 32,000 updates, and descents of 2,000, 4,000 and 8,000. Three runs with "
    "cosine need 70,000, and would have to be planned from the start.",
    otherwise="Draw the flat run, and a descent for each of the three results. Where does each begin, and "
    "which updates do they share?",
)


def _line(letter):
    return lambda word: word[0] == letter


DOCTORED_LINE = Reading(
    name="doctored_line",
    day=7,
    words=tuple(f"{line}{reason}" for line in "ABCDEF" for reason in "1234"),
    accepts=lambda word: word == "B1",
    mistakes=(
        Misreading(
            "another_reason",
            _line("B"),
            "The line is right, the reason is not. What was changed between the sweep and this model, and "
            "what does that do to Adam's best rate?",
        ),
        Misreading(
            "the_rule",
            _line("A"),
            "A memory of 0.95 is short, but the batch is large. Most language models of the table use it.",
        ),
        Misreading(
            "the_warmup",
            _line("C"),
            "2,000 updates of 100,000 are a usual warmup, and it costs little.",
        ),
        Misreading(
            "the_schedule",
            _line("D"),
            "Flat, and then straight down to zero in the last fifth: that is warmup-stable-decay. It need "
            "not be cosine.",
        ),
        Misreading(
            "the_batch",
            _line("E"),
            "A batch that grows during training stands in several recipes of the table. Section 6 has a "
            "reason.",
        ),
        Misreading(
            "the_insurance",
            _line("F"),
            "Decay of 0.1 and clipping of the whole gradient at 1 stand in most recipes of the table.",
        ),
    ),
    right="Right: the rate was tuned at width 256 and is carried over to a width 16 times as large, without "
    "muP. Adam's best rate falls as the width grows; this one is likely to be far too large.",
    otherwise="Read the recipe against the lesson's sections, line by line.",
)

BEST_RATE = {False: 2**-6.2, True: 2**-4.5}  # of width 128, without and with muP; at width 16 the latter
HIDDEN = range(10**6, 10**6 + 6)


def _tell_settings(answer):
    """Settings as JSON holds them; None while one of them is not written yet."""
    told = CAPSTONE.telling(answer)
    return None if None in told.get("settings", {}).values() else told


def _read_settings(told):
    told = told if isinstance(told, dict) else {}
    if not isinstance(told.get("settings"), dict):
        raise Refused(
            say(
                "This task takes your settings as a dictionary, such as `{example}`; the check got: {got}.",
                example={"lr": 0.001, "mup": False},
                got=str(told.get("type")),
            )
        )
    try:
        return scale_up.checked({name: _Thing.read(value) for name, value in told["settings"].items()})
    except laboratory.Refused as refused:
        raise Refused(say(refused.template, **refused.values)) from None


def _near(rate, mup):
    """Whether these are settings with (or without) muP and a rate near `rate`."""
    return lambda settings, losses: settings["mup"] == mup and 0.55 < settings["lr"] / rate < 1.8


WIDE_SETTINGS = Contest(
    name="wide_settings",
    day=7,
    tell=_tell_settings,
    read=_read_settings,
    run=lambda settings: scale_up.run(scale_up.LARGE, **settings, seeds=HIDDEN, report=True),
    target=scale_up.TARGET,
    enough=5,
    mistakes=(
        Misreading(
            "carried_over",
            _near(BEST_RATE[True], mup=False),
            "{reached} of {seeds} new starts reach {target} nats; a typical one ends at {median}. About "
            "this rate is best at width 16, but the standard network's best rate falls as the width grows. "
            "Either it has to fall, or something else has to change with the width.",
        ),
        Misreading(
            "counted_twice",
            _near(BEST_RATE[False], mup=True),
            "{reached} of {seeds} new starts reach {target} nats; a typical one ends at {median}. This "
            "rate would suit the standard network. With muP the width is in the factors already: "
            "it counts twice here.",
        ),
        Misreading(
            "nearly",
            lambda settings, losses: losses.min() <= scale_up.TARGET,
            "{reached} of {seeds} new starts reach {target} nats. That is near. One training says little "
            "about the next start: use what is left of your three, or the slope of your curve at width 16.",
        ),
        Misreading(
            "lr_too_large",
            lambda settings, losses: settings["lr"] > BEST_RATE[settings["mup"]],
            "{reached} of {seeds} new starts reach {target} nats; a typical one ends at {median}. The rate "
            "is too large. Where does the curve of the small network end to the right?",
        ),
    ),
    right="{reached} of {seeds} new starts reach {target} nats on pairs that you have not seen.",
    otherwise="{reached} of {seeds} new starts reach {target} nats; a typical one ends at {median}. The "
    "rate is too small: the training ends before it gets there. Did your sweep at width 16 have its best "
    "rate inside?",
)

READINGS = (BRANCH_UPDATES, DOCTORED_LINE, WIDE_SETTINGS)
