"""The open task of Day 7: a rate tuned on a small network, for a large one that may be trained three times.

>>> desk = ScaleUp(budget=3)
>>> desk.small([0.01, 0.02], seed=range(2)).shape
(2, 2)
>>> desk.left
3
"""

import functools

import numpy as np

from hpcourse.datasets import Dataset, bigram_counts
from hpcourse.frame.arguments import is_axis, whole
from hpcourse.frame.language import Listed, text
from hpcourse.networks import MLP
from hpcourse.optimizers import AdamW
from hpcourse.page.laboratory import Refused, _real, _shown
from hpcourse.schedules import WarmupStableDecay
from hpcourse.training import train

SMALL, LARGE, BUDGET, TARGET = 16, 128, 3, 3.256  # widths; trainings of the large one; nats on unseen pairs
UPDATES, BATCH_SIZE, LARGEST_RATE = 150, 128, 1000
PAIRS = 20_000, 5_000, 5_000  # to train on, to choose by, for the report
SETTINGS = {"lr": None, "mup": False}


def checked(settings):
    """All settings, from those given and the defaults; raises `Refused` for what is wrong."""
    for name in settings:
        if name not in SETTINGS:
            shown, known = str(name)[:40], Listed(SETTINGS)
            raise Refused("There is no setting `{name}`. The settings are {known}.", name=shown, known=known)
    chosen = SETTINGS | dict(settings)
    lr, mup = _real(chosen["lr"]), chosen["mup"]
    if not 0 < lr <= LARGEST_RATE:
        raise Refused(
            "`lr` should be a number greater than 0 and at most {most}, got {got}.",
            most=LARGEST_RATE,
            got=_shown(chosen["lr"]),
        )
    if not isinstance(mup, bool | np.bool_):
        raise Refused("`mup` should be True or False, got {got}.", got=_shown(mup))
    return {"lr": lr, "mup": bool(mup)}


@functools.cache
def problem():
    """Pairs of words (given as a row with one 1, following), those to choose by and those for the report."""
    counts, rng = bigram_counts("en")[1], np.random.default_rng(7)
    pairs = rng.choice(counts.size, sum(PAIRS), p=counts.ravel() / counts.sum())
    X, y = np.eye(len(counts), dtype=np.float32)[pairs // len(counts)], pairs % len(counts)
    ends = np.cumsum(PAIRS)
    (X_train, X_choose, X_report, _), (y_train, y_choose, y_report, _) = np.split(X, ends), np.split(y, ends)
    choose = Dataset("words to choose by", X_train, y_train, X_choose, y_choose)
    return choose, Dataset("words for the report", X_train, y_train, X_report, y_report)


def run(width, lr, mup, seeds, report=False):
    """Losses on pairs that were not trained on, (seeds,); with a list of rates (rates, seeds).

    The network has two hidden layers of `width`; AdamW with beta2 0.95 and decay 0.1, clipping at 1, warmup
    over a tenth of the updates and the last fifth down to zero. `mup` scales rates and start from the small
    width. A run that diverged has an infinite loss.
    """
    data, seeds = problem()[report], list(seeds)
    words = data.X_train.shape[1]
    network = MLP((words, width, width, words))
    start, factors = network.mup(SMALL) if mup else (1.0, None)
    begin = np.stack([network.init(seed) * start for seed in seeds]).astype(np.float32)
    up, down = UPDATES // 10, UPDATES // 5
    rule = AdamW(WarmupStableDecay(lr, up, UPDATES - up - down, down), beta2=0.95, weight_decay=0.1)
    history = train(
        network, data, rule, batch_size=BATCH_SIZE, updates=UPDATES, seed=seeds, start=begin, rates=factors,
        clip=1.0,
    )  # fmt: skip
    return np.where(history.diverged, np.inf, network.loss(history.weights, data.X_test, data.y_test))


class ScaleUp:
    """A desk with a small network, to be trained as often as you like, and a large one for `budget` times."""

    def __init__(self, budget=BUDGET):
        self.budget, self.made = whole("budget", budget, 1), []

    @property
    def left(self):
        """How many trainings of the large network may still be made."""
        return self.budget - len(self.made)

    def small(self, lr, mup=False, seed=0):
        """Validation losses of the small network: a number, or an array with an axis for each list given."""
        return self._losses(SMALL, lr, mup, seed)

    def large(self, lr, mup=False, seed=0):
        """Validation loss of one training of the large network; None, and a sentence, if none is left."""
        try:
            if is_axis(lr) or is_axis(seed):
                raise Refused("One training at a time: the large network takes one rate and one seed.")
            if not self.left:
                raise Refused("All {budget} trainings of the large network are made.", budget=self.budget)
            loss = self._losses(LARGE, lr, mup, seed)
        except Refused as refused:
            print(refused)
            return None
        self.made.append({"lr": lr, "mup": mup, "seed": seed, "loss": loss})
        return loss

    def _losses(self, width, lr, mup, seed):
        rates, seeds = (list(x) if is_axis(x) else [x] for x in (lr, seed))
        rates = [checked({"lr": rate, "mup": mup})["lr"] for rate in rates]
        losses = run(width, rates, mup, [whole("seed", s, 0) for s in seeds])
        losses = losses if is_axis(seed) else losses[:, 0]
        return losses if is_axis(lr) else losses[0]

    def __repr__(self):
        said = text("Width {small}: as often as you like. Width {large}: {left} of {budget} trainings left.")
        return said.format(small=SMALL, large=LARGE, left=self.left, budget=self.budget)
