"""Which rule of choice walks to the edge of the cliff? SGD on digits, groups of four tuning seeds.

For each rule of choice: in how many groups it picks the last rate before the cliff (at the next one every
training fails), and how the picked rates do on seeds that had no part in the choice: mean test accuracy, the
accuracy that one training in ten stays below, and the share of trainings below 85%.
"""

import numpy as np

import hpcourse as hp

RATES = 10.0 ** (np.arange(-2, 2) / 3)  # 0.22, 0.46, 1 and 2.2, which is beyond the cliff
SEEDS = {"tuning": range(1000, 1200), "reported": range(2000, 3000)}
IN_A_GROUP = 4


def choices(loss):
    """{rule: index of the rate picked by each group}; `loss` is (rates, groups, seeds of a group)."""
    mean, groups = loss.mean(axis=2), np.arange(loss.shape[1])
    best = mean.argmin(axis=0)
    error = loss.std(axis=2, ddof=1)[best, groups] / np.sqrt(loss.shape[2])
    next_larger = np.vstack([mean[1:], np.full(len(groups), np.inf)])
    return {
        "lowest mean": best,
        "lowest worst seed": loss.max(axis=2).argmin(axis=0),
        "smallest within one standard error": (mean <= mean[best, groups] + error).argmax(axis=0),
        "step back": np.maximum(mean, next_larger).argmin(axis=0),
    }


def measure(seeds=SEEDS):
    """One row for each rule of choice."""
    network, digits = hp.MLP((64, 32, 10)), hp.digits()
    X, y = digits.X_train, digits.y_train
    tuning = hp.Dataset("digits for tuning", X[:1150], y[:1150], X[1150:], y[1150:])
    sweep = hp.train(network, tuning, hp.SGD(RATES), seed=seeds["tuning"], updates=138)
    loss = np.where(sweep.diverged, np.inf, network.loss(sweep.weights, tuning.X_test, tuning.y_test))
    again = hp.train(network, digits, hp.SGD(RATES), seed=seeds["reported"], updates=138).test_accuracy
    for rule, picks in choices(loss.reshape(len(RATES), -1, IN_A_GROUP)).items():
        accuracy = again[picks].ravel()
        yield {
            "choice": rule,
            "groups": len(picks),
            "edge": int((picks == 2).sum()),
            "accuracy": float(accuracy.mean()),
            "tenth": float(np.quantile(accuracy, 0.1)),
            "low": float((accuracy < 0.85).mean()),
        }
