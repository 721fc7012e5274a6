"""Day 6: reading curves and comparing fairly. (The capstone has a check of its own.)"""

import numpy as np

from hpcourse.checks.capstone import CAPSTONE
from hpcourse.checks.reading import Misreading, Reading
from hpcourse.checks.task import Case, Formula, Mistake, Task, once
from hpcourse.checks.tasks.common import (
    APART,
    HUGE,
    INSTEAD_OF_MEAN,
    OF_SEEDS,
    PENALTY,
    SEEDS_LEFT_OUT,
    SILENT,
    TINY,
    as_it_is,
    far,
    of_one,
    penalty,
    rates_worth,
    unless_nan,
)

DIAGNOSES = ("lr_too_large", "lr_too_small", "noise_floor", "healthy")


def diagnose(train_loss):
    """A rule of thumb that is sure of the clear cases; the cases here are clear ones."""
    loss = np.asarray(train_loss, dtype=float)
    if not np.isfinite(loss).all() or loss[-1] > loss[0]:
        return "lr_too_large"
    late = loss[len(loss) // 2 :]
    if np.std(np.diff(late)) > 0.05 * late.mean():
        return "noise_floor"
    return "lr_too_small" if loss[-1] > 0.6 * loss[0] else "healthy"


def _falling(start, floor, speed, steps, jitter=0.0, rng=None):
    """A curve that falls exponentially to `floor`; `jitter` is the noise around it, in parts of the floor."""
    t = np.arange(steps)
    curve = floor + (start - floor) * np.exp(-speed * t)
    if not jitter:
        return curve
    noise = (
        jitter * floor * np.where(t % 2, 1, -1) * (rng or np.random.default_rng(1)).uniform(0.5, 1.2, steps)
    )
    return curve + noise * (t > 0.2 * steps)


def _bump(steps, height):
    return height * np.exp(-(((np.arange(steps) - 6) / 2.0) ** 2))


def _curves(rng):
    growing = 2.3 * 1.05 ** np.arange(60)
    exploding = np.append(2.3 * 1.6 ** np.arange(30), [np.inf, np.nan, np.nan])
    relapse = np.concatenate([_falling(2.0, 0.5, 0.2, 25), 0.6 * 1.25 ** np.arange(25)])
    lost = np.append(_falling(0.7, 0.2, 0.1, 20), np.full(20, np.nan))
    wild = 2.3 + 5 * (0.6 + np.abs(np.sin(3.0 * np.arange(50)))) * np.linspace(0, 1, 50)
    curves = {
        "grows slowly": growing,
        "explodes": exploding,
        "falls, then rises": relapse,
        "falls, then is lost": lost,
        "jumps about above its start": wild,
        "hardly moves": _falling(2.3, 1.0, 0.001, 80),
        "goes down in a straight line": np.linspace(0.7, 0.665, 50),
        "crawls for long": _falling(6.0, 0.5, 0.00015, 400),
        "flattens early and jitters": _falling(2.3, 0.5, 0.15, 100, 0.25),
        "jitters around a high level": _falling(0.7, 0.2, 0.1, 150, 0.3),
        "a large loss that jitters": _falling(6.0, 1.2, 0.2, 60, 0.25),
        "falls and settles": _falling(2.3, 0.03, 0.14, 100),
        "falls and settles soon": _falling(0.7, 0.01, 0.2, 60),
        "falls from far up": _falling(6.0, 0.05, 0.1, 150),
        "falls steeply to the end": np.linspace(2.3, 0.02, 60),
        "crawls and trembles": _falling(2.3, 1.6, 0.003, 80, 0.002),
        "jumps by a fifth, high up": _falling(2.0, 1.4, 0.15, 100, 0.2),
        "jumps by a tenth, high up": _falling(2.0, 1.5, 0.2, 81, 0.1),
        "jitters close to its start": _falling(1.0, 0.7, 0.3, 61, 0.15),
        "one early bump, then it learns": _falling(2.3, 0.03, 0.14, 100) + _bump(100, 3.0),
        "one early bump, then it crawls": _falling(2.3, 1.0, 0.001, 90) + _bump(90, 4.0),
        "one early dip, then it crawls": _falling(2.3, 1.0, 0.001, 90) - _bump(90, 1.8),
        "one early bump, then noise": _falling(2.3, 0.5, 0.15, 100, 0.25) + _bump(100, 4.0),
        "noisy at first, then it settles": np.where(
            np.arange(120) < 40, _falling(2.3, 0.9, 0.2, 120, 0.3), _falling(2.3, 0.02, 0.12, 120)
        ),
        "infinite for a moment": np.where(np.arange(60) == 20, np.inf, _falling(2.3, 0.03, 0.14, 60)),
        "nan for a moment": np.where(np.arange(70) == 9, np.nan, _falling(2.3, 0.03, 0.14, 70)),
        "infinite for a moment, then noise": np.where(
            np.arange(80) == 9, np.inf, _falling(2.3, 0.5, 0.15, 80, 0.25)
        ),
        "falls, then rises smoothly": np.concatenate(
            [_falling(2.0, 0.1, 0.2, 40), np.linspace(0.1, 3.4, 90)]
        ),
        "falls at the same pace to the end": _falling(2.3, 0.0, 0.03, 100),
        "comes down far and jitters": _falling(2.3, 0.27, 0.2, 100, 0.1),
        "jitters in its second half alone": np.where(
            np.arange(90) < 45, _falling(1.0, 0.3, 0.05, 90), _falling(1.0, 0.3, 0.05, 90, 0.25)
        ),
        "small losses that jitter": 0.004 * _falling(2.3, 0.5, 0.15, 100, 0.25),
        "small losses that crawl": 0.004 * _falling(2.3, 1.0, 0.001, 80),
        "large losses that settle above zero": 3000 * _falling(2.3, 0.17, 0.14, 100),
        "large losses that crawl": 3000 * _falling(2.3, 1.6, 0.003, 80, 0.002),
    }
    start, steps = float(rng.uniform(0.8, 5)), int(rng.integers(60, 150))
    random = {
        "a random curve that diverges": start * 1.1 ** np.arange(steps),
        "a random curve that crawls": _falling(start, 0.5 * start, 0.08 / steps, steps),
        "a random curve with noise": _falling(start, 0.25 * start, 12 / steps, steps, 0.3, rng),
        "a random curve that learns": _falling(start, 0.01 * start, 15 / steps, steps),
    }
    return [
        *(Case(name, {"train_loss": curve}) for name, curve in curves.items()),
        Case("a list", {"train_loss": growing.tolist()}, "lists", SILENT),
        *(Case(name, {"train_loss": curve}, "random") for name, curve in random.items()),
    ]


def _build_diagnosis(p):
    """Questions asked one after the other; `p.said` is what becomes of the word that answers."""

    def diagnosed(train_loss):
        loss = np.asarray(train_loss, dtype=float)
        late = p.part(loss)
        answers = {
            "lost": lambda: "lr_too_large" if p.lost(loss) else p.grown_word if p.grown(loss) else "",
            "noisy": lambda: "noise_floor" if p.jumps(late) > p.bound * p.level(late, loss) else "",
            "left": lambda: "lr_too_small" if p.left(loss) else "",
        }
        word = next(filter(None, (answers[question]() for question in p.order)), "healthy")
        return p.said.get(word, word)

    return diagnosed


DIAGNOSIS = Formula(
    _build_diagnosis,
    order=("lost", "noisy", "left"),
    lost=lambda loss: not np.isfinite(loss).all(),
    grown=lambda loss: loss[-1] > loss[0],
    grown_word="lr_too_large",
    part=lambda loss: loss[len(loss) // 2 :],
    jumps=lambda late: np.std(np.diff(late)),
    bound=0.05,
    level=lambda late, loss: late.mean(),
    left=lambda loss: loss[-1] > 0.6 * loss[0],
    said={},
)


def _never(loss):
    return False


NAN_UNNOTICED = (
    "A run whose loss became NaN passes unnoticed: with NaN none of `<`, `>` and `==` ever holds. Ask for it "
    "first."
)
GROWTH_UNNOTICED = (
    "Only NaN and infinity count as divergence. A loss that ends above its start has diverged too."
)
FALL_IS_NOISE = (
    "A smooth curve that falls to its end is called a noise floor. Its losses differ widely, true. But does "
    "it ever go up?"
)
STEPS_OR_LOSSES = (
    "The size of the steps, or the spread of the losses, is taken for noise. A smooth fall has both."
)
TREMBLING = (
    "A curve that trembles by far less than a percent of its level is called a noise floor. It is not the "
    "number of the jumps that counts, but their size."
)
ANY_RISE = "Every rise counts as noise, however small. It is the size of the jumps that counts."
JUMPS_UNNOTICED = (
    "A curve that jumps by a tenth of its level, or by more, counts as smooth. About 5% is enough to call it "
    "noise."
)
NEVER_NOISE = "No curve is ever called a noise floor, however far it jumps up and down."


def _far_curves():
    curves = {
        "that jitters": _falling(2.3, 0.5, 0.15, 100, 0.25),
        "that crawls": _falling(2.3, 1.6, 0.002, 80),
        "that settles": _falling(2.3, 0.03, 0.14, 100),
        "that grows": 2.3 * 1.05 ** np.arange(60),
    }
    sizes = {"a huge loss {what}": HUGE, "a tiny loss {what}": TINY}
    return (
        *(
            far(name.format(what=what), train_loss=size * curve)
            for name, size in sizes.items()
            for what, curve in curves.items()
        ),
        far("a curve that ends at zero", kind="end", train_loss=np.linspace(2.3, 0.0, 60)),
        far("a long curve", kind="shape", train_loss=_falling(2.3, 0.5, 0.01, 3000, 0.25)),
    )


DIAGNOSE = Task(
    name="diagnose",
    day=6,
    reference=diagnose,
    cases=_curves,
    far=_far_curves(),
    observe=once("result"),
    words=DIAGNOSES,
    formula=DIAGNOSIS,
    mistakes=DIAGNOSIS.mistakes(
        (
            "asked_for_progress_first",
            {"order": ("lost", "left", "noisy")},
            "A curve that jumps about, high up, is called too slow. Ask for the jumps first: a larger rate "
            "would only make them larger.",
            "A curve that jumps about, high up, is called too slow. Are the jumps asked for first?",
        ),
        (
            "asked_for_noise_first",
            {"order": ("noisy", "lost", "left")},
            "A run that has diverged is called a noise floor where it jumps about or runs away. Ask first "
            "whether it has diverged.",
            "A run that has diverged is called a noise floor. Is divergence asked for first?",
        ),
        (
            "asked_for_divergence_second",
            {"order": ("left", "lost", "noisy")},
            "A curve that ends above its start is called too slow, and so is one that jumps about, high up. "
            "Ask for divergence first, then for the jumps.",
            "Progress is asked for first of all. Ask for divergence first, then for the jumps.",
        ),
        (
            "asked_for_divergence_last",
            {"order": ("noisy", "left", "lost")},
            "A run that has diverged is called too slow, or a noise floor. Ask for divergence first.",
            "Divergence is asked for last. Ask for it first.",
        ),
        (
            "asked_backwards",
            {"order": ("left", "noisy", "lost")},
            "Your questions come in the opposite order: a curve that ends above its start has more than half "
            "of its loss left, too, and so has one that jumps about, high up.",
            "The questions come in the opposite order.",
        ),
        (
            "highest_loss_decides",
            {"grown": lambda loss: loss.max() > loss[0]},
            "A run with a bump on its way counts as diverged, although it comes down again. Compare its end "
            "with its start.",
            "A bump on the way counts as divergence. Compare the end with the start.",
        ),
        (
            "last_step_decides",
            {"grown": lambda loss: loss[-1] > loss[-2]},
            "A run whose last loss is higher than the one before counts as diverged, however far it has "
            "come. Compare its end with its start.",
            "The last loss is compared with the one before. Compare it with the first.",
        ),
        (
            "any_rise_is_divergence",
            {"grown": lambda loss: np.any(np.diff(loss) > 0)},
            "A run that ever goes up counts as diverged, even where it comes down again. Compare its end "
            "with its start.",
            "Any rise counts as divergence. Compare the end with the start.",
        ),
        (
            "jumps_anywhere",
            {"part": lambda loss: loss},
            "A curve that jumps at the beginning and is smooth later is called a noise floor. Look at its "
            "second half.",
            "The jumps are looked for in the whole curve. Look at its second half.",
        ),
        (
            "first_half",
            {"part": lambda loss: loss[: len(loss) // 2]},
            "The jumps are looked for in the first half of the curve. A noise floor shows in the second.",
        ),
        (
            "only_the_end_is_checked",
            {"lost": lambda loss: not np.isfinite(loss[-1])},
            "Only the last loss is asked whether it is finite. A run that was infinite or NaN on its way has "
            "diverged too.",
        ),
        ("nan_unnoticed", {"lost": _never}, NAN_UNNOTICED),
        ("only_infinity_is_checked", {"lost": lambda loss: np.isinf(loss).any()}, NAN_UNNOTICED),
        (
            "infinity_unnoticed",
            {"lost": lambda loss: np.isnan(loss).any()},
            "Only NaN is asked for. A run that was infinite for a moment has diverged too.",
        ),
        ("growth_unnoticed", {"grown": _never}, GROWTH_UNNOTICED),
        ("growth_is_healthy", {"grown_word": "healthy"}, GROWTH_UNNOTICED),
        (
            "growth_is_noise",
            {"grown_word": "noise_floor"},
            "A loss that ends above its start is called noise. Noise goes up and down around a "
            "level; this one is lost.",
        ),
        (
            "divergence_unnoticed",
            {"lost": _never, "grown": _never, "said": {}},
            "No run ever counts as diverged, neither one that becomes NaN or infinite nor one that ends "
            "above its start.",
        ),
        (
            "lowest_loss_decides",
            {"grown": _never, "left": lambda loss: np.nanmin(loss) > 0.6 * loss[0]},
            "A run that had a low loss and lost it again counts as if it had kept it. Look at the end too.",
            "The lowest loss counts instead of the last one.",
        ),
        (
            "noise_is_divergence",
            {"said": {"noise_floor": "lr_too_large"}},
            "A curve that jitters around a level is called divergence. It has learned, and noise "
            "keeps it from "
            "learning more.",
            "Noise is called divergence.",
        ),
        (
            "noise_is_healthy",
            {"said": {"noise_floor": "healthy"}},
            "A curve that jitters around a level well above zero counts as healthy. Compare its "
            "jitter with its level.",
            "Noise counts as healthy.",
        ),
        (
            "noise_is_crawling",
            {"said": {"noise_floor": "lr_too_small"}},
            "A curve that jitters around a level is called too slow. A larger rate would only raise "
            "that level.",
            "Noise is called too slow.",
        ),
        (
            "never_noise",
            {"order": ("lost", "left")},
            NEVER_NOISE,
        ),
        (
            "crawling_is_healthy",
            {"said": {"lr_too_small": "healthy"}},
            "A curve that falls, but hardly at all, counts as healthy. How much of the loss is gone "
            "at the end?",
            "A curve that crawls counts as healthy.",
        ),
        (
            "crawling_is_noise",
            {"said": {"lr_too_small": "noise_floor"}},
            "A smooth curve that is still falling is called a noise floor. Noise goes up and down.",
            "A curve that crawls is called a noise floor.",
        ),
        (
            "healthy_is_crawling",
            {"said": {"healthy": "lr_too_small"}},
            "A curve that has lost nearly all of its loss is called too slow.",
        ),
        (
            "hardly_anything_may_be_left",
            {"left": lambda loss: loss[-1] > 0.01 * loss[0]},
            "A curve that has lost nearly all of its loss is called too slow.",
        ),
        (
            "little_may_be_left",
            {"left": lambda loss: loss[-1] > 0.05 * loss[0]},
            "A curve that has lost nearly all of its loss is called too slow.",
        ),
        (
            "absolute_share",
            {"left": lambda loss: loss[-1] > 0.5},
            "What is left at the end is compared with a fixed loss. Compare it with the first one, whatever "
            "that is.",
        ),
        (
            "share_of_the_highest",
            {"left": lambda loss: loss[-1] > 0.5 * loss.max()},
            "What is left at the end is compared with the highest loss. After a bump on the way it looks "
            "small: compare it with the first.",
            "What is left is compared with the highest loss. Compare it with the first.",
        ),
        (
            "small_and_healthy_swapped",
            {"left": lambda loss: loss[-1] < 0.5 * loss[0]},
            "Too small and healthy have changed places: where more than half of the loss is left, the rate "
            "is too small.",
            "In the question of progress the comparison is the wrong way round.",
        ),
        (
            "healthy_is_noise",
            {"said": {"healthy": "noise_floor"}},
            "A smooth curve that has settled near zero is called a noise floor. Noise goes up and down.",
            "A healthy curve is called a noise floor.",
        ),
        ("fall_is_noise", {"jumps": np.std}, FALL_IS_NOISE, STEPS_OR_LOSSES),
        ("wide_fall_is_noise", {"jumps": np.std, "bound": 0.1}, FALL_IS_NOISE, STEPS_OR_LOSSES),
        (
            "range_is_noise",
            {"jumps": np.ptp},
            FALL_IS_NOISE,
            STEPS_OR_LOSSES,
        ),
        (
            "steps_are_noise",
            {"jumps": lambda late: np.abs(np.diff(late)).mean()},
            FALL_IS_NOISE,
            STEPS_OR_LOSSES,
        ),
        (
            "jumps_cancel",
            {"jumps": lambda late: abs(np.diff(late).mean())},
            "In the mean of the changes, the jumps up and down cancel each other, and only the fall is left. "
            "What counts is how much the changes scatter.",
            "In the mean of the changes, the jumps up and down cancel each other.",
        ),
        (
            "trembling_is_noise",
            {"jumps": lambda late: np.inf if np.any(np.diff(late) > 0) else 0.0},
            TREMBLING,
            ANY_RISE,
        ),
        (
            "absolute_jumps",
            {"level": lambda late, loss: 1.0},
            "The jumps are compared with a fixed number. What is a jump for a small loss is nothing for a "
            "large one: compare with the level of the curve.",
            "The jumps are compared with a fixed number. Compare them with the level of the curve.",
        ),
        (
            "jumps_and_the_start",
            {"level": lambda late, loss: loss[0]},
            "A curve that has come down far, and jumps by a tenth of its level there, counts as smooth. "
            "Compare its jumps with that level, not with the first loss.",
        ),
        ("jumps_unnoticed", {"bound": 0.25}, JUMPS_UNNOTICED),
        ("large_jumps_unnoticed", {"bound": 0.5}, JUMPS_UNNOTICED),
        (
            "large_and_small_swapped",
            {"said": {"lr_too_large": "lr_too_small", "lr_too_small": "lr_too_large"}},
            "Too large and too small have changed places: a loss that ends above its start means too large.",
        ),
        (
            "noise_and_healthy_swapped",
            {"said": {"noise_floor": "healthy", "healthy": "noise_floor"}},
            "Noise floor and healthy have changed places.",
        ),
        (
            "only_divergence",
            {"said": {"lr_too_small": "healthy", "noise_floor": "healthy"}},
            "Every run that does not diverge counts as healthy. Two of the four diagnoses never occur.",
            "Two of the four diagnoses never occur.",
        ),
        (
            "never_healthy",
            {"said": {"healthy": "lr_too_large"}},
            "A curve that falls smoothly and settles is called divergence.",
        ),
    ),
)


def fair_winner(results):
    """Each optimizer at its own best rate: the lowest mean over seeds, no seed diverged."""
    return min(results, key=lambda name: np.min(_means(results[name])))


def _means(losses):
    means = np.mean(losses, axis=1)
    return np.where(np.isfinite(means), means, np.inf)


def _comparisons(rng):
    nan, inf = np.nan, np.inf
    own_rates = {
        "Adam": [[0.5, 0.55], [0.4, 0.45], [0.8, 0.7], [nan, inf]],
        "SGD": [[2.0, 2.1], [1.5, 1.4], [0.9, 1.0], [0.2, 0.25]],
        "RMSProp": [[0.6, 0.5], [0.9, 0.8], [1.2, 1.3], [3.0, 2.8]],
    }
    lucky = {
        "Momentum": [[0.01, 0.9, 0.8], [1.0, 0.9, 0.95]],
        "Adam": [[0.6, 0.7, 0.65], [0.3, 0.4, 0.35]],
        "SGD": [[0.5, 0.45, 0.5], [0.7, 0.2, 0.9]],
    }
    diverged = {
        "Nesterov": [[nan, 0.9, 0.02], [0.5, 0.6, 0.55], [0.4, 0.3, 0.4]],
        "Adam": [[0.3, 0.4, 0.3], [0.005, nan, 0.05], [nan, nan, nan]],
        "SGD": [[0.9, 0.8, 1.0], [0.2, 0.25, 0.3], [inf, 5.0, 0.01]],
    }
    now_and_then = {
        "Adam": [[0.3, 0.35], [nan, 9.0]],
        "SGD": [[0.4, 0.45], [inf, 0.01]],
        "RMSProp": [[0.5, 0.2], [nan, 0.56]],
    }
    different = {
        "SGD": [[0.9, 1.0], [0.6, 0.5], [0.35, 0.4], [0.7, 0.8], [nan, 0.95]],
        "Adam": [[0.5, 0.5], [0.45, 0.55]],
        "AdaGrad": [[0.6, 0.6], [0.61, 0.63], [0.41, 0.43]],
    }
    often = {
        "Momentum": [[0.5, 0.45], [nan, 0.02]],
        "SGD": [[0.3, 0.4], [0.6, 0.5]],
    }
    outlier = {
        "RMSProp": [[0.9, 0.9, 0.9], [0.2, 0.2, 1.4]],
        "Adam": [[0.5, 0.3, 0.5], [0.8, 0.7, 0.9]],
        "SGD": [[0.8, 0.7, 0.6], [0.47, 0.48, 0.46]],
    }
    named = {
        "each at its own rate": own_rates,
        "one lucky seed": lucky,
        "some diverged": diverged,
        "some diverged now and then": now_and_then,
        "one diverged, low otherwise": often,
        "different numbers of rates": different,
        "one bad seed": outlier,
    }
    huge = {
        "RMSProp": [[3e12, 4e12], [nan, 1e9]],
        "SGD": [[2e12, 2.5e12], [9e12, 8e12]],
        "Adam": [[5e12, 6e12], [inf, 1e8]],
    }
    named["huge losses"] = huge
    named["losses below zero"] = {  # as those of a density
        "SGD": [[0.2, -0.3], [0.4, 0.5]],
        "Adam": [[-0.6, -0.7], [0.3, 0.2]],
        "RMSProp": [[-0.3, -0.2], [-0.4, -0.5]],
    }
    named["nothing left to lose"] = {
        "Adam": [[0.2, 0.1], [0.4, 0.3]],
        "SGD": [[0.5, 0.6], [0.0, 0.0]],
        "Momentum": [[0.3, 0.2], [0.25, 0.3]],
    }
    named["different numbers of seeds"] = {
        "SGD": [[0.9, 0.8], [0.5, 0.52]],
        "Adam": [[0.62, 0.6, 0.3, 0.31, 0.3], [0.6, 0.7, 0.5, 0.65, 0.6]],
        "Momentum": [[0.32, 0.35, 1.2]],
    }
    for number, seed in enumerate((2087, 56, 422, 1687, 19), start=1):
        named[f"losses that scatter {number}"] = _scattered(seed)
    cases = [Case(name, {"results": _arrays(results)}) for name, results in named.items()]
    names = [str(name) for name in rng.permutation(["SGD", "Momentum", "Adam", "RMSProp"])]
    drawn = {name: rng.uniform(0.5, 2, (5, 4)) for name in names}
    drawn[names[int(rng.integers(4))]][2] = rng.uniform(0.1, 0.2, 4)
    return [
        *cases,
        Case("lists", {"results": lucky}, "lists", SILENT),
        Case("random losses", {"results": drawn}, "random"),
    ]


def _scattered(seed):
    """A comparison whose winner is another one by the mean than by the median, the root mean square, ...

    The seeds were searched for: with these five, no two of those averages choose alike everywhere.
    """
    rng = np.random.default_rng(seed)
    names = ("SGD", "Momentum", "Nesterov", "RMSProp", "Adam", "AdaGrad")
    return {
        name: np.round(rng.uniform(0.3, 0.5, (4, 1)) * rng.lognormal(0, 0.6, (4, 5)), 2) + APART
        for name in names
    }


def _arrays(results):
    return {name: np.array(losses) for name, losses in results.items()}


def _lowest(score):
    """The name whose losses have the lowest score."""
    return lambda results: min(results, key=lambda name: score(np.asarray(results[name])))


def _survivors(losses):
    return losses[np.isfinite(losses).all(axis=1)]


def _without_diverged(results):
    return {name: losses for name, losses in results.items() if np.isfinite(losses).all()}


def _at_common_rate(results):
    shortest = min(len(losses) for losses in results.values())
    total = np.sum([_means(losses)[:shortest] for losses in results.values()], axis=0)
    return _lowest(lambda losses: _means(losses)[np.argmin(total)])(results)


def _mean_at(score):
    """The mean over the seeds, at the surviving rate with the lowest `score`."""

    def of(losses):
        losses = _survivors(losses)
        return np.mean(losses[np.argmin(score(losses, axis=1))])

    return of


def _build_referee(p):
    """Each optimizer's rates have a worth; one number for them all; the lowest wins."""

    def referee(results):
        return p.winner(results, key=lambda name: p.over_rates(rates_worth(p, results[name])))

    return referee


REFEREE = Formula(_build_referee, **OF_SEEDS, over_rates=np.min, winner=min)


RATE_BY = (
    "In the end the means are compared, but each optimizer's rate is chosen by something else, such as a "
    "single seed or the median. Choose it by the mean as well."
)
OUT_ALTOGETHER = (
    "An optimizer with a single diverged run is out altogether, and sometimes none is left. Only the rate "
    "that diverged does not qualify; the others of that optimizer still do."
)


def _far_comparisons():
    nan, inf = np.nan, np.inf
    tables = {
        "RMSProp": [[3.0, 4.0], [nan, 1e-3]],
        "SGD": [[2.0, 2.5], [9.0, 8.0]],
        "Adam": [[5.0, 6.0], [inf, 1.0]],
    }
    sizes = {"large losses": 1e30, "small losses": TINY}
    return (
        *(
            far(name, results={rule: size * np.array(table) for rule, table in tables.items()})
            for name, size in sizes.items()
        ),
        far(
            "seeds that end alike",
            kind="repeats",
            results={"SGD": np.array([[9.0, 9.0, 0.3]]), "Adam": np.array([[6.0, 6.0, 5.0]])},
        ),
        far("one optimizer", kind="shape", results={"SGD": np.array([[0.5]])}),
        far(
            "many rates", kind="shape", results={"SGD": np.full((200, 3), 0.5), "Adam": np.full((2, 3), 0.4)}
        ),
    )


FAIR_WINNER = Task(
    name="fair_winner",
    day=6,
    reference=fair_winner,
    cases=_comparisons,
    far=_far_comparisons(),
    observe=once("result"),
    formula=REFEREE,
    variants=({"aside": unless_nan},),  # of a mean it is the same whether infinity is asked for
    mistakes=(
        Mistake(
            "luckiest_run",
            _lowest(np.nanmin),
            "The single best run decides. One lucky seed is not a good optimizer: average over seeds first.",
        ),
        *REFEREE.mistakes(
            (
                "luckiest_survivor",
                {"score": np.min},
                "Diverged rates are out, as they should be; then the single best run decides. Average "
                "over seeds first.",
                "The single best run of each rate decides. Average over seeds first.",
            ),
        ),
        *(
            Mistake(
                id,
                _lowest(mean),
                "The losses are averaged over the rates too, so that an optimizer suffers for its bad ones. "
                "Each is to be judged at its own best rate.",
            )
            for id, mean in (
                ("mean_of_everything", lambda losses: np.mean(losses[np.isfinite(losses)])),
                ("mean_of_everything_but_nan", np.nanmean),
            )
        ),
        *REFEREE.mistakes(
            (
                "mean_of_survivors",
                {"over_rates": lambda worth: np.mean(worth[np.isfinite(worth)])},
                "The surviving rates are averaged. Each optimizer is to be judged at its own best rate.",
                "The rates are averaged. Each optimizer is to be judged at its own best rate.",
            ),
        ),
        Mistake(
            "first_rate",
            _lowest(lambda losses: _means(losses)[0]),
            "All are compared at the first rate. What suits one may not suit another: each at its "
            "own best rate.",
        ),
        Mistake(
            "last_rate",
            _lowest(lambda losses: _means(losses)[-1]),
            "All are compared at the last rate. What suits one may not suit another: each at its own "
            "best rate.",
        ),
        Mistake(
            "common_rate",
            _at_common_rate,
            "All are compared at the same rate, the best on the whole. What suits one may not suit another: "
            "each at its own best rate.",
        ),
        *REFEREE.mistakes(
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
                "nan_not_removed",
                {"aside": as_it_is},
                "Each at its own best rate: right. But diverged rates are still in, and nothing is below NaN "
                "nor above it, so that the winner depends on the order of the names.",
                "Diverged rates are still in, and nothing is below NaN nor above it.",
            ),
        ),
        Mistake(
            "mean_with_nan",
            _lowest(np.mean),
            "All losses of an optimizer go into one average, NaN included. Put diverged rates aside, and "
            "judge each optimizer at its own best rate.",
        ),
        Mistake(
            "out_altogether",
            lambda results: min(
                kept := _without_diverged(results), key=lambda name: np.min(_means(kept[name])), default=None
            ),
            OUT_ALTOGETHER,
        ),
        Mistake(
            "out_altogether_with_an_error",
            lambda results: min(
                kept := _without_diverged(results), key=lambda name: np.min(_means(kept[name]))
            ),
            OUT_ALTOGETHER,
        ),
        Mistake(
            "out_if_others_are_left",
            lambda results: fair_winner(_without_diverged(results) or results),
            "An optimizer with a single diverged run is out altogether, unless all are. Only the rate that "
            "diverged does not qualify; the others of that optimizer still do.",
        ),
        Mistake(
            "rates_in_common",
            lambda results: fair_winner(
                {name: table[: min(map(len, results.values()))] for name, table in results.items()}
            ),
            "Only as many rates count as every optimizer has. Each is to be judged at its own best rate, and "
            "that may be its last one.",
        ),
        Mistake(
            "seeds_in_common",
            lambda results: fair_winner(
                {
                    name: np.asarray(table)[:, : min(np.shape(other)[1] for other in results.values())]
                    for name, table in results.items()
                }
            ),
            "Only as many seeds count as every optimizer has. All of its own seeds belong to the mean.",
        ),
        *REFEREE.mistakes(
            *(
                (
                    id,
                    {
                        "seeds": lambda row, left=left: np.where(left(row), row, 0.0),
                        "aside": unless_nan,
                        "score": np.sum,
                    },
                    "The losses are added up, and a diverged seed adds nothing, as if its loss were zero. "
                    "Put its rate aside, and take the mean.",
                )
                for id, left in (
                    ("sum_of_finite", np.isfinite),
                    ("sum_of_all_but_nan", lambda row: ~np.isnan(row)),
                )
            ),
            (
                "worst_optimizer",
                {"winner": max},
                "That is the one with the highest loss: here lower is better.",
                "The highest number wins: here lower is better.",
            ),
            (
                "worst_rate",
                {"over_rates": lambda worth: np.max(worth[np.isfinite(worth)])},
                "Each optimizer is judged at its worst rate. That measures how forgiving it is; the task "
                "asks for "
                "its own best rate.",
                "Each optimizer is judged at its worst rate. The task asks for its own best rate.",
            ),
            *(
                (id, {"score": of_one(score)}, message)
                for id, score, message in INSTEAD_OF_MEAN
                if id != "steadiest"
            ),
            (
                "sum_over_seeds",
                {"score": np.sum},
                "The losses are added up over the seeds: an optimizer with more seeds seems worse. Take the "
                "mean.",
            ),
        ),
        *(
            Mistake(f"rate_by_{id}", _lowest(_mean_at(score)), RATE_BY)
            for id, score in (("luckiest_seed", np.min), ("median", np.median), ("worst_seed", np.max))
        ),
        Mistake(
            "best_rate_of_each_seed",
            _lowest(lambda losses: np.mean(np.min(_survivors(losses), axis=0))),
            "For every seed another rate may win, and their lowest losses are averaged. One rate has to "
            "serve all seeds: average first, then take the best rate.",
        ),
        *REFEREE.mistakes(
            ("penalty", penalty(nan=100.0, posinf=100.0), PENALTY),
            ("penalty_for_nan", penalty(nan=100.0, posinf=np.inf), PENALTY),
            (
                "first_seed",
                {"seeds": lambda row: row[:1]},
                "Only the first seed was looked at. Chance decides much of a single run: average over seeds.",
            ),
        ),
        *(
            Mistake(
                id,
                _lowest(lowest),
                "The average was taken over the rates, not over the seeds: that compares seeds. Rows are "
                "rates.",
            )
            for id, lowest in (
                ("mean_over_rates", lambda losses: np.nanmin(np.mean(losses, axis=0))),
                ("mean_over_rates_with_nan", lambda losses: np.min(np.mean(losses, axis=0))),
                ("mean_over_rates_without_nan", lambda losses: np.nanmin(np.nanmean(losses, axis=0))),
            )
        ),
        Mistake(
            "first_name",
            lambda results: next(iter(results)),
            "That is the first name in the dictionary, whatever the losses say.",
        ),
        Mistake(
            "alphabet",
            min,
            "That is the first name in the alphabet: the names were compared, not their losses.",
        ),
        Mistake(
            "last_in_alphabet",
            max,
            "That is the last name in the alphabet: the names were compared, not their losses.",
        ),
    ),
)


def loss_map(weights, biases, x, y):
    """The mean squared error of every line: a row for each bias, a column for each weight."""
    weights, biases = np.asarray(weights, float), np.asarray(biases, float)
    lines = weights[:, None] * np.asarray(x, float) + biases[:, None, None]
    return np.mean((lines - np.asarray(y, float)) ** 2, axis=-1)


def _maps(rng):
    x, y = [0.0, 1.0, 2.0], [0.3, 2.9, 5.2]
    given = {
        "twelve lines": ([1.0, 2.0, 3.5], [-1.0, 0.0, 0.5, 1.2], x, y),
        "a fine grid near the best line": ([2.4, 2.5], [0.2, 0.3, 0.4], x, y),
        "whole-number data": ([-1, 2], [0, 1], [1, 2, 4, 5], [1, 3, 3, 6]),
        "whole-number grid": ([-1, 0, 2], [1, 2], [0.2, 0.4, 1.7], [0.1, 1.4, 2.2]),
    }
    drawn = (rng.normal(size=3), rng.normal(size=4), rng.normal(size=6), 2 * rng.normal(size=6))
    names = ("weights", "biases", "x", "y")
    return [
        *(Case(name, dict(zip(names, map(np.array, values)))) for name, values in given.items()),
        Case("lists", dict(zip(names, given["twelve lines"])), "lists", SILENT),
        Case("random lines", dict(zip(names, drawn)), "random"),
    ]


def _build_map(p):
    """A map, its errors, what becomes of them, and what the table makes of the losses."""

    def mapped(weights, biases, x, y):
        def loss(weight, bias):
            return p.after(p.together(p.penalty(p.error(p.line(weight, bias, x), y))))

        table = np.array([[loss(weight, bias) for weight in weights] for bias in biases])
        return p.arranged(p.stored(table, weights, y))

    return mapped


MAP = Formula(
    _build_map,
    line=lambda weight, bias, x: weight * x + bias,
    error=lambda line, y: line - y,
    penalty=np.square,
    together=np.mean,
    after=lambda loss: loss,
    stored=lambda table, weights, y: table,
    arranged=lambda table: table,
)


def _stored(change):
    return {"stored": lambda table, *_: change(table)}


FEW_DECIMALS = "The losses are rounded. On a finer grid the same trouble comes back: keep all decimal places."


def _far_maps():
    weights, biases = np.array([1.0, 2.0, 3.5]), np.array([-1.0, 0.5])
    x, y = np.array([0.0, 1.0, 2.0]), np.array([0.3, 2.9, 5.2])
    return (
        far("large numbers", weights=weights, biases=HUGE * biases, x=HUGE * x, y=HUGE * y),
        far("small numbers", weights=weights, biases=TINY * biases, x=TINY * x, y=TINY * y),
        far("steep lines", weights=HUGE * weights, biases=biases, x=TINY * x, y=y),
        far("flat lines", weights=TINY * weights, biases=biases, x=HUGE * x, y=y),
        far(
            "points with the same x",
            1.0,
            "repeats",
            weights=weights,
            biases=biases,
            x=x[[0, 1, 1, 0]],
            y=x[[0, 1, 2, 0]],
        ),
        far("one line and one point", 1.0, "shape", weights=x[1:2], biases=x[1:2], x=x[1:2], y=y[1:2]),
        far(
            "a large map",
            9.0,
            "shape",
            weights=np.linspace(-1, 1, 40),
            biases=np.linspace(0, 1, 30),
            x=x,
            y=y,
        ),
    )


LOSS_MAP = Task(
    name="loss_map",
    day=6,
    reference=loss_map,
    cases=_maps,
    far=_far_maps(),
    observe=once("result"),
    formula=MAP,
    mistakes=MAP.mistakes(
        (
            "whole_numbers",
            _stored(np.trunc),
            "That is the table as it was: it can hold whole numbers only, and everything after the decimal "
            "point is cut off when a loss is written into it.",
            "The table holds whole numbers only.",
        ),
        (
            "rounded",
            _stored(np.round),
            "The losses are rounded now instead of cut off. But the best lines still share the same number: "
            "it is the decimal places that tell them apart.",
            "The losses are rounded. Keep all decimal places.",
        ),
        (
            "rounded_up",
            _stored(np.ceil),
            "The losses are rounded up. The decimal places tell the best lines apart: keep them.",
            "The losses are rounded. Keep all decimal places.",
        ),
        (
            "two_decimals",
            _stored(lambda table: np.round(table, 2)),
            "Only two decimal places are kept. On a finer grid the same trouble comes back: keep them all.",
        ),
        ("one_decimal", _stored(lambda table: np.round(table, 1)), FEW_DECIMALS),
        ("three_decimals", _stored(lambda table: np.round(table, 3)), FEW_DECIMALS),
        (
            "type_of_the_data",
            {"stored": lambda table, weights, y: table.astype(y.dtype)},
            "Right as long as the data have decimal places. With whole-number data the table takes over "
            "their type, and cuts the losses off again.",
            "With whole-number data the table takes over their type, and cuts the losses off.",
        ),
        (
            "type_of_the_grid",
            {"stored": lambda table, weights, y: table.astype(weights.dtype)},
            "Right as long as the grid has decimal places. With a grid of whole numbers the table takes "
            "over its type, and cuts the losses off again.",
            "With a grid of whole numbers the table takes over its type, and cuts the losses off.",
        ),
        (
            "transposed",
            {"arranged": np.transpose},
            "Rows and columns have changed places: a row for each bias, a column for each weight.",
        ),
        (
            "shared_rows",
            {"arranged": lambda table: np.repeat(table[-1:], len(table), axis=0)},
            "All rows hold the last one's losses: a row that is multiplied makes a table of one and the same "
            "row, and what is written into it stands everywhere. Make a new row for each bias.",
            "All rows hold the last one's losses: they are one and the same list.",
        ),
        (
            "upside_down",
            {"arranged": np.flipud},
            "The rows stand upside down: the first row belongs to the first bias.",
        ),
        (
            "sum",
            {"together": np.sum},
            "The squared errors are added up: take their mean.",
            "The errors are added up: take their mean.",
        ),
        (
            "half",
            {"after": lambda loss: loss / 2},
            "Half of what it should be. The loss here is the mean squared error, without a factor 1/2.",
            "There is a factor 1/2, which the loss here does not have.",
        ),
        (
            "absolute",
            {"penalty": np.abs},
            "The mean absolute error. The errors are to be squared.",
            "The sizes of the errors are taken. The errors are to be squared.",
        ),
        (
            "root",
            {"after": np.sqrt},
            "The root of the mean squared error: leave out the root.",
            "At the end a root is taken: leave it out.",
        ),
        (
            "square_of_the_mean",
            {"penalty": lambda error: error, "after": np.square},
            "Errors up and down cancel each other before they are squared: square each one first.",
        ),
        (
            "one_less",
            {"together": lambda errors: np.sum(errors) / np.float64(len(errors) - 1)},
            "Divided by one less than the number of examples. That belongs to the variance; a mean divides "
            "by all.",
        ),
        (
            "largest_error",
            {"together": np.max},
            "Only the largest error of each line counts. Take the mean over all examples.",
        ),
        (
            "last_example",
            {"together": lambda errors: errors[-1]},
            "Only the last example counts. Take the mean over all of them.",
        ),
        (
            "weight_and_bias_swapped",
            {"line": lambda weight, bias, x: bias * x + weight},
            "Weight and bias have changed places: the weight is the slope of the line, the bias its height.",
        ),
        (
            "no_bias",
            {"line": lambda weight, bias, x: weight * x},
            "All rows are alike: the bias is never used.",
            "The bias is never used.",
        ),
        (
            "y_added",
            {"error": lambda line, y: line + y},
            "The data `y` are added to the line. The error is their difference.",
        ),
        (
            "bias_subtracted",
            {"line": lambda weight, bias, x: weight * x - bias},
            "The bias is subtracted: the line is weight times `x` plus bias.",
        ),
        (
            "weight_subtracted",
            {"line": lambda weight, bias, x: bias - weight * x},
            "The slope has the wrong sign: the line is weight times `x` plus bias.",
        ),
    ),
)


def honest_report(search, fresh):
    """(number of the setting that the search chooses, its mean on fresh seeds, how lucky the search was)."""
    chosen = int(np.argmin(search))
    honest = float(np.mean(fresh[chosen]))
    return chosen, honest, honest - search[chosen]


def _build_report(p):
    """The search chooses, fresh seeds tell the loss, and what is between the two was luck."""

    def report(search, fresh):
        search, fresh = np.asarray(search, float), np.asarray(fresh, float)
        chosen = p.choose(search, fresh)
        promised = search[chosen]
        honest = p.measure(fresh, chosen, promised)
        return p.arrange(p.count(chosen, search), honest, p.luck(honest, promised, search))

    return report


REPORT = Formula(
    _build_report,
    choose=lambda search, fresh: np.argmin(search),
    measure=lambda fresh, chosen, promised: np.mean(fresh[chosen]),
    luck=lambda honest, promised, search: honest - promised,
    count=lambda chosen, search: chosen,
    arrange=lambda chosen, honest, luck: (chosen, honest, luck),
)


def _drawn_search(rng, settings, seeds, size=1.0):
    truth = size * rng.uniform(0.5, 1.5, (settings, 1))
    noisy = truth * rng.lognormal(0, 0.3, (settings, seeds + 1))
    return {"search": noisy[:, 0], "fresh": noisy[:, 1:]}


def _searches(rng):
    three = {"search": [0.4, 0.3, 0.5], "fresh": [[0.45, 0.4], [0.5, 0.6], [0.7, 0.9]]}
    fixed = {
        "three settings": three,
        "the chosen one was unlucky": {
            "search": [0.9, 0.8, 0.7],
            "fresh": [[0.95, 0.9, 0.7], [0.8, 0.75, 0.9], [0.5, 0.6, 0.52]],
        },
        "one fresh seed each": {"search": [0.2, 0.5, 0.1, 0.3], "fresh": [[0.25], [0.5], [0.35], [0.1]]},
        "each way of choosing chooses another": {
            "search": [0.71, 0.54, 0.33, 0.84, 0.89, 0.35, 0.75],
            "fresh": [
                [0.26, 0.62, 0.6],
                [0.71, 0.28, 0.79],
                [0.28, 0.89, 0.87],
                [0.53, 0.43, 0.42],
                [0.87, 0.67, 0.86],
                [0.73, 0.55, 0.6],
                [0.83, 0.89, 0.2],
            ],
        },
        "one bad fresh seed": {
            "search": [1.2, 0.6, 0.9],
            "fresh": [[1.0, 1.1, 0.9], [0.7, 0.6, 9.0], [0.9, 0.8, 0.95]],
        },
        "seven settings": _drawn_search(np.random.default_rng(12), 7, 4),
        "large losses": _drawn_search(np.random.default_rng(13), 6, 5, 4000.0),
        "small losses": _drawn_search(np.random.default_rng(14), 5, 6, 1e-4),
        "losses below zero": {  # as those of a density: nearest to zero is not lowest
            "search": [0.5, -0.2, -0.9, 0.1, -0.4],
            "fresh": [[0.4, 0.6], [-0.1, 0.1], [-0.5, -0.8], [0.0, 0.3], [-0.7, -0.6]],
        },
    }
    drawn = _drawn_search(rng, int(rng.integers(6, 20)), int(rng.integers(3, 8)))
    return [
        *(Case(name, {key: np.array(v) for key, v in given.items()}) for name, given in fixed.items()),
        Case("lists", three, "lists", SILENT),
        Case("a random search", drawn, "random"),
    ]


def _far_searches():
    search, fresh = np.array([0.4, 0.3, 0.5]), np.array([[0.45, 0.4], [0.4, 0.55], [0.5, 0.4]])
    many = np.sin(np.arange(1.0, 301))
    return (
        far("large losses", HUGE, search=HUGE * search, fresh=HUGE * fresh),
        far("small losses", TINY, search=TINY * search, fresh=TINY * fresh),
        far("seeds that end alike", 1.0, "repeats", search=search, fresh=fresh[:, [0, 0, 1]]),
        far("one setting", 1.0, "shape", search=search[:1], fresh=fresh[:1]),
        far(
            "three hundred settings", 2.0, "shape", search=many + 1, fresh=np.outer(many**2, [1.0, 0.5, 2.0])
        ),
    )


HONEST_REPORT = Task(
    name="honest_report",
    day=6,
    reference=honest_report,
    cases=_searches,
    far=_far_searches(),
    observe=once("chosen", "loss", "luck"),
    formula=REPORT,
    mistakes=REPORT.mistakes(
        (
            "fresh_seeds_choose",
            {"choose": lambda search, fresh: np.argmin(fresh.mean(axis=1))},
            "The mean of the fresh seeds chooses the setting. What has taken part in the choice is no longer "
            "fresh: it was lucky, too.",
        ),
        (
            "luckiest_fresh_seed_chooses",
            {"choose": lambda search, fresh: np.argmin(fresh.min(axis=1))},
            "The lowest of all fresh losses chooses the setting. What has taken part in the choice is no "
            "longer fresh: it was lucky, too.",
        ),
        (
            "all_choose",
            {"choose": lambda search, fresh: np.argmin(search + fresh.sum(axis=1))},
            "The search and the fresh seeds choose together, as if they were one. What has taken part in the "
            "choice is no longer fresh.",
        ),
        (
            "halves_choose",
            {"choose": lambda search, fresh: np.argmin(search + fresh.mean(axis=1))},
            "The search and the mean of the fresh seeds choose together. What has taken part in the choice "
            "is no longer fresh.",
        ),
        (
            "smallest_gap_chooses",
            {"choose": lambda search, fresh: np.argmin(np.abs(fresh.mean(axis=1) - search))},
            "The setting whose search and fresh seeds agree best is chosen. The search chooses, by its "
            "lowest loss.",
        ),
        (
            "highest",
            {"choose": lambda search, fresh: np.argmax(search)},
            "The setting with the highest loss is chosen: here lower is better.",
        ),
        (
            "first_setting",
            {"choose": lambda search, fresh: 0},
            "The first setting is chosen, whatever the search has found.",
        ),
        (
            "promise",
            {"measure": lambda fresh, chosen, promised: promised},
            "The reported loss is the one that the search has found. It was chosen because it was low: that "
            "is the curse.",
        ),
        (
            "with_the_promise",
            {"measure": lambda fresh, chosen, promised: np.mean([promised, *fresh[chosen]])},
            "The search's own loss is averaged in with the fresh ones. It was chosen because it was low, and "
            "on average pulls the report down.",
        ),
        (
            "half_the_promise",
            {"measure": lambda fresh, chosen, promised: (promised + np.mean(fresh[chosen])) / 2},
            "The reported loss lies halfway between the search's and the fresh seeds' mean. The first of "
            "them was chosen because it was low: leave it out.",
        ),
        (
            "lowest_fresh",
            {"measure": lambda fresh, chosen, promised: np.min(fresh[chosen])},
            "The lowest of the fresh losses is reported: the same curse once more, among the fresh seeds.",
        ),
        (
            "highest_fresh",
            {"measure": lambda fresh, chosen, promised: np.max(fresh[chosen])},
            "The highest of the fresh losses is reported. That is cautious; the task asks for their mean.",
        ),
        (
            "median",
            {"measure": lambda fresh, chosen, promised: np.median(fresh[chosen])},
            "The median of the fresh losses is reported. The task asks for their mean, in which a bad seed "
            "counts as well.",
        ),
        (
            "first_fresh",
            {"measure": lambda fresh, chosen, promised: fresh[chosen][0]},
            "Only the first fresh seed is reported. Take the mean of all of them.",
        ),
        (
            "all_settings",
            {"measure": lambda fresh, chosen, promised: np.mean(fresh)},
            "The reported loss is the mean over all settings. Only the row of the chosen one counts.",
        ),
        (
            "lowest_mean",
            {"measure": lambda fresh, chosen, promised: np.min(np.mean(fresh, axis=1))},
            "The reported loss is the lowest of the settings' fresh means. It may belong to another setting "
            "than the chosen one.",
        ),
        (
            "promise_minus_report",
            {"luck": lambda honest, promised, search: promised - honest},
            "The luck has the wrong sign: where the search promised too low a loss, the luck is positive.",
        ),
        (
            "no_sign",
            {"luck": lambda honest, promised, search: abs(honest - promised)},
            "The luck has lost its sign. A search can be unlucky, too.",
        ),
        (
            "never_unlucky",
            {"luck": lambda honest, promised, search: max(honest - promised, 0.0)},
            "The luck is cut off at zero. A search can be unlucky, too.",
        ),
        (
            "ratio",
            {"luck": lambda honest, promised, search: honest / promised},
            "The luck is a ratio. The task asks for the difference.",
        ),
        (
            "relative",
            {"luck": lambda honest, promised, search: (honest - promised) / promised},
            "The luck is divided by the promised loss. The task asks for the plain difference.",
        ),
        (
            "against_the_mean",
            {"luck": lambda honest, promised, search: honest - np.mean(search)},
            "The luck is measured against the mean of the search. What has the search promised of the chosen "
            "setting?",
        ),
        (
            "loss_for_its_number",
            {"count": lambda chosen, search: search[chosen]},
            "Where the number of the setting should stand, its loss stands.",
        ),
        (
            "from_one",
            {"count": lambda chosen, search: chosen + 1},
            "The settings are counted from one. Count them from zero.",
        ),
        (
            "order_of_results",
            {"arrange": lambda chosen, honest, luck: (chosen, luck, honest)},
            "Loss and luck have changed places: first the loss, then the luck.",
        ),
        (
            "number_last",
            {"arrange": lambda chosen, honest, luck: (honest, luck, chosen)},
            "The number of the setting comes last. It comes first, then the loss and the luck.",
        ),
        (
            "loss_first",
            {"arrange": lambda chosen, honest, luck: (honest, chosen, luck)},
            "Number and loss have changed places: first the number of the setting, then its loss.",
        ),
        (
            "results_backwards",
            {"arrange": lambda chosen, honest, luck: (luck, honest, chosen)},
            "Number and luck have changed places: first the number of the setting, then loss and luck.",
        ),
        (
            "luck_first",
            {"arrange": lambda chosen, honest, luck: (luck, chosen, honest)},
            "The luck comes first. It comes last, after the number of the setting and its loss.",
        ),
    ),
)


TASKS = (DIAGNOSE, FAIR_WINNER, LOSS_MAP, HONEST_REPORT)


# The curves of the gallery, measured: each diagnosis has a number that shows it.
JUMP, LEFT_OF_B, RISE, LEFT_OF_D = 4.745, 0.934, 28.64, 0.084


def _near(number, share=0.05):
    return lambda value: abs(value / number - 1) < share


def _curve(letter, truth, right, wrong, number, other, otherwise):
    """The reading of one curve of the gallery: its diagnosis, and the number that shows it.

    `wrong` maps the other diagnoses to what is said of them, `other` maps typical wrong numbers, each
    (id, number), to what is said of these.
    """
    name = f"curve_{letter}"
    return Reading(
        name=name,
        day=6,
        words=DIAGNOSES,
        accepts=lambda word: word == truth,
        mistakes=tuple(
            Misreading(name, lambda word, name=name: word == name, message) for name, message in wrong.items()
        ),
        right="",
        otherwise="",
        reason=Reading(
            name=name,
            day=6,
            accepts=_near(number, 0.015),
            mistakes=tuple(Misreading(id, _near(near), message) for (id, near), message in other.items()),
            right=right,
            otherwise=otherwise,
        ),
    )


def _left(share):
    """Typical wrong numbers in place of a share that is left."""
    return {
        ("gone", 1 - share): "The word is right. That is the share that is gone. How much is left?",
        ("upside_down", 1 / share): "The word is right. You divided the first loss by the last one.",
        ("percent", 100 * share): "The word is right. Give the share itself, not in percent.",
    }


LEFT = "The word is right. Divide the last loss of this curve by its first one."

CURVE_A = _curve(
    "a",
    "noise_floor",
    "Right: it has fallen, and then goes up and down around a level and comes no lower. A smaller rate, or "
    "one "
    "that decays, would.",
    {
        "lr_too_large": "It jumps about, but around a level far below its start, and it does not grow. "
        "This run is "
        "not lost.",
        "lr_too_small": "It makes no progress any more, true. But is that because its steps are too short? "
        "Look at "
        "how far it jumps.",
        "healthy": "It has fallen, true. But compare its jumps with its level: can it come any lower like "
        "this?",
    },
    JUMP,
    {
        (
            "over_the_lowest",
            406.6,
        ): "The word is right. You divided by the lowest loss of the second half: divide by its mean.",
        (
            "of_the_whole",
            6.828,
        ): "The word is right. You took the whole curve, in which the fall counts too: only "
        "the second half, please.",
        (
            "over_the_first",
            0.570,
        ): "The word is right. You divided by the first loss. Divide the highest loss of "
        "the second half by the mean of that half.",
        ("upside_down", 1 / JUMP): "The word is right. You divided the mean by the highest loss.",
    },
    "The word is right. In the second half of this curve, divide the highest loss by the mean.",
)
CURVE_B = _curve(
    "b",
    "lr_too_small",
    "Right: smooth, in the right direction, and hardly anywhere after all its steps.",
    {
        "lr_too_large": "A curve that shows too large a rate grows, or jumps about. This one falls at every "
        "step.",
        "noise_floor": "A noise floor is a level around which a curve goes up and down. Does this one?",
        "healthy": "It falls, and smoothly. But read the numbers on its axis: how much of the loss is gone?",
    },
    LEFT_OF_B,
    _left(LEFT_OF_B),
    LEFT,
)
CURVE_C = _curve(
    "c",
    "lr_too_large",
    "Right: the beginning looks fine, while the loss in the flat directions falls. In the steepest direction "
    "every step makes it worse, and in the end that is all one sees.",
    {
        "lr_too_small": "The steps are not too short: look at how fast it falls at first, and what it does "
        "then.",
        "noise_floor": "A noise floor goes up and down around a level. This one knows only one direction "
        "at the end.",
        "healthy": "The beginning looks healthy. Where does the curve end, and where would it go from there?",
    },
    RISE,
    {
        ("over_the_start", 3.035): "The word is right. You divided by the first loss: divide by the lowest.",
        ("upside_down", 1 / RISE): "The word is right. You divided the lowest loss by the last one.",
        ("difference", 97.39): "The word is right. You subtracted: divide the last loss by the lowest.",
    },
    "The word is right. Divide the last loss of this curve by its lowest.",
)
CURVE_D = _curve(
    "d",
    "healthy",
    "Right: it falls smoothly, most of the loss is gone, and it is settling.",
    {
        "lr_too_large": "Nothing grows here, and nothing jumps: it falls from beginning to end.",
        "lr_too_small": "It still falls a little at the end, as good ones do. How much of the loss is "
        "gone by "
        "then?",
        "noise_floor": "A noise floor goes up and down around a level. This curve is smooth, and not far "
        "from zero.",
    },
    LEFT_OF_D,
    _left(LEFT_OF_D),
    LEFT,
)

DEAD_RATE, RATES = 3.0, (0.0003, 0.1, 3.0, 3000.0)
PEAK = 4.276  # the highest loss of a batch at the dead rate, with the exercise's seed


def _is(rate):
    return lambda value: abs(value / rate - 1) < 1e-6


MISDIAGNOSED_RATE = Reading(
    name="misdiagnosed_rate",
    day=6,
    accepts=_is(DEAD_RATE),
    mistakes=(
        Misreading(
            "truly_too_small",
            _is(RATES[0]),
            "That curve is flat because its steps are tiny, and the word for it is right. Is there another "
            "one "
            "with the same word?",
        ),
        Misreading(
            "healthy",
            _is(RATES[1]),
            "That network learns: its curve falls, and its accuracy is high.",
        ),
        Misreading(
            "diverged",
            _is(RATES[3]),
            "At that rate the loss is lost altogether, and your function says so. Which curve looks harmless "
            "instead?",
        ),
    ),
    right="",
    otherwise="Answer with one of the rates of the figure: the one whose word is wrong.",
    reason=Reading(
        name="misdiagnosed_rate",
        day=6,
        accepts=_near(PEAK),
        mistakes=(
            Misreading(
                "where_it_sits",
                lambda loss: 2.25 < loss < 2.36,
                "The rate is right. At this loss it sits in the end, which is that of guessing. How high was "
                "it on the way?",
            ),
            Misreading(
                "where_it_begins",
                lambda loss: 2.45 < loss < 2.6,
                "The rate is right. That is its first batch, or the mean of its first epoch. A single batch "
                "was higher.",
            ),
            Misreading(
                "of_another_rate",
                _near(2.902, 0.02),
                "The rate is right, but that is the highest loss at another rate.",
            ),
        ),
        right="Right: it did not crawl there, it jumped. Its first steps were so long that they killed the "
        "ReLUs, and a dead network has a flat curve. Whoever believes the word makes the rate larger still. "
        "So when a loss sits still at guessing, look at how it got there, or train once with a third of the "
        "rate.",
        otherwise="The rate is right. Among the losses of all its batches, which one is the highest?",
    ),
)

SHARE, CHANCE = 0.05, 0.9  # of settings that reach the target; wanted


def _all_miss(draws):
    return np.exp(np.log(1 - SHARE) * np.clip(draws, -1e4, 1e4))


TRIALS_NEEDED = Reading(
    name="trials_needed",
    day=6,
    accepts=lambda value: value == int(value) and _all_miss(value) <= 1 - CHANCE < _all_miss(value - 1),
    mistakes=(
        Misreading(
            "not_rounded",
            lambda value: (
                value != int(value) and _all_miss(value + 0.1) < 1 - CHANCE < _all_miss(value - 0.1)
            ),
            "That is where the two sides are equal. But trainings come whole: how many must there be?",
        ),
        Misreading(
            "rounded_down",
            lambda value: _all_miss(value + 1) <= 1 - CHANCE < _all_miss(value),
            "Just too few: with that many, the chance is still a little below what was asked.",
        ),
        Misreading(
            "one_over_the_share",
            lambda value: abs(value - 1 / SHARE) < 0.5,
            "With that many draws you may expect one hit on average. But luck is uneven: many such searches "
            "have none.",
        ),
        Misreading(
            "chance_over_share",
            lambda value: abs(value - CHANCE / SHARE) < 0.5,
            "The chances of single draws do not add up like that: two of them can hit at once. Ask how "
            "likely "
            "it is that all draws miss.",
        ),
        Misreading(
            "for_95_percent",
            lambda value: value == np.ceil(np.log(0.05) / np.log(1 - SHARE)),
            "That is the number of the lesson, for a chance of 95%. Here another chance is asked for.",
        ),
        Misreading(
            "far_too_few",
            lambda value: _all_miss(value) > 1 - CHANCE / 2,
            "Far too few: with so few draws a search misses more often than it hits. How likely is it that "
            "one draw misses, and then another?",
        ),
        Misreading(
            "more_than_needed",
            lambda value: _all_miss(value - 1) <= 1 - CHANCE,
            "Enough, but more than needed: where does the chance that all of them miss fall below one tenth?",
        ),
    ),
    right="Right: more than the budget of the laboratory below, within which chance alone fails in about one "
    "search of five. So let the search learn from each training.",
    otherwise="Not yet: how likely is it that all draws miss? Make that smaller than one tenth.",
)

READINGS = (CURVE_A, CURVE_B, CURVE_C, CURVE_D, MISDIAGNOSED_RATE, TRIALS_NEEDED, CAPSTONE)
