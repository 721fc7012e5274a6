"""Which line of a large model's recipe is felt on a small, healthy run? One line out at a time.

A network that guesses the next word, from pairs of words drawn once from the counts of the King James
Version. The whole recipe, then recipes that lack one line, and other rules. For each: the rate with the
lowest mean training loss of the tuning seeds, then mean and spread of the training loss over seeds that had
no part in the choice, and the mean loss on pairs that were not trained on.
"""

import numpy as np

import hpcourse as hp

UPDATES, BATCH_SIZE = 200, 128
ADAM_RATES = 2.0 ** np.arange(-9, -4, 0.5)
OTHER_RATES = {"Momentum": 2.0 ** np.arange(-4, 1, 0.5), "SGD": 2.0 ** np.arange(-2, 3, 0.5)}
LION_RATES = 2.0 ** np.arange(-10, -5, 0.5)
SEEDS = {"pairs": 0, "tuning": (100, 101), "reported": range(1000, 1005)}


def words(n_train=20_000, n_test=5_000, seed=0, language="en"):
    """Pairs of words as a data set: which word was given, as a row with one 1; which word followed."""
    counts = hp.bigram_counts(language)[1]
    V, rng = len(counts), np.random.default_rng(seed)
    pairs = rng.choice(V * V, n_train + n_test, p=counts.ravel() / counts.sum())
    X, y = np.eye(V, dtype=np.float32)[pairs // V], pairs % V
    return hp.Dataset("words", X[:n_train], y[:n_train], X[n_train:], y[n_train:])


def flat(rate):
    """Warmup over a tenth of the updates, then flat."""
    return hp.WarmupStableDecay(rate, UPDATES // 10, UPDATES, 0)


def whole(rate, warmup=UPDATES // 10, decay=UPDATES // 5):
    """Warmup, flat, and down over the last fifth."""
    return hp.WarmupStableDecay(rate, warmup, UPDATES - warmup - decay, decay)


def recipes():
    """(name, rule, clip) of each row; the rule has all its rates."""
    rates = ADAM_RATES
    yield "whole recipe", hp.AdamW(whole(rates), beta2=0.95, weight_decay=0.1), 1.0
    yield "no warmup", hp.AdamW(whole(rates, warmup=0), beta2=0.95, weight_decay=0.1), 1.0
    yield "no rate decay", hp.AdamW(flat(rates), beta2=0.95, weight_decay=0.1), 1.0
    yield "no clipping", hp.AdamW(whole(rates), beta2=0.95, weight_decay=0.1), None
    yield "no weight decay", hp.AdamW(whole(rates), beta2=0.95, weight_decay=0.0), 1.0
    yield "β₂ 0.999", hp.AdamW(whole(rates), beta2=0.999, weight_decay=0.1), 1.0
    yield "bare Adam", hp.Adam(rates), None
    yield "Lion for Adam", hp.Lion(whole(LION_RATES)), 1.0
    yield "Momentum for Adam", hp.Momentum(whole(OTHER_RATES["Momentum"])), 1.0
    yield "SGD for Adam", hp.SGD(whole(OTHER_RATES["SGD"])), 1.0


def measure(seeds=SEEDS, wanted=None):
    """One row for each recipe (or for those `wanted`)."""
    data = words(seed=seeds["pairs"])
    network = hp.MLP((data.X_train.shape[1], 64, 64, data.X_train.shape[1]))
    for name, rule, clip in recipes():
        if wanted is not None and name not in wanted:
            continue
        job = {"batch_size": BATCH_SIZE, "updates": UPDATES, "clip": clip}
        tuning = hp.train(network, data, rule, seed=seeds["tuning"], **job)
        rates = tuning.axes["lr"]
        mean = np.nan_to_num(tuning.train_loss.mean(axis=1), nan=np.inf)
        best = int(mean.argmin())
        again = hp.train(network, data, rule, seed=seeds["reported"], **job)
        loss, weights = again.train_loss[best], again.weights[best]
        yield {
            "recipe": name,
            "lr": float(rates[best]),
            "at the edge": best in (0, len(rates) - 1),
            "loss": loss.mean(),
            "spread": loss.std(ddof=1),
            "held out": float(network.loss(weights, data.X_test, data.y_test).mean()),
        }
