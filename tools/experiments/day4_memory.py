"""How much memory pays on digits? Each momentum at its own best rate.

For each momentum: the rate with the lowest mean loss of the tuning seeds, then its median loss, lowest and
highest, and its median accuracy, over seeds that had no part in the choice. A rate with a diverged run does
not qualify.
"""

import numpy as np

import hpcourse as hp

MOMENTA = (0, 0.5, 0.8, 0.9, 0.95, 0.99)
RATES = np.logspace(-4, 0.5, 28)
SEEDS = {"tuning": range(100, 120), "reported": range(1000, 1050)}


def measure(momenta=MOMENTA, seeds=SEEDS, rates=RATES):
    """One row for each momentum."""
    network, digits = hp.MLP((64, 32, 10)), hp.digits()
    for momentum in momenta:
        rule = hp.Momentum(rates, momentum)
        tuning = hp.train(network, digits, rule, batch_size=64, epochs=10, seed=seeds["tuning"])
        mean = np.where(tuning.diverged.any(axis=1), np.inf, tuning.train_loss.mean(axis=1))
        best = float(rates[mean.argmin()])
        rule = hp.Momentum(best, momentum)
        again = hp.train(network, digits, rule, batch_size=64, epochs=10, seed=seeds["reported"])
        yield {
            "momentum": momentum,
            "lr": best,
            "loss": np.median(again.train_loss),
            "lowest": again.train_loss.min(),
            "highest": again.train_loss.max(),
            "accuracy": np.median(again.test_accuracy),
            "trainings": tuning.train_loss.size + again.train_loss.size,
        }
