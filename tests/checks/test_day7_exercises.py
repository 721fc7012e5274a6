"""Day 7's exercises: the formulas against the walks that they describe, and the count of the branches."""

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import TASKS


@pytest.mark.parametrize(("lr", "frequency", "steps"), [(0.5, 0.2, 7), (1.5, 0.02, 30), (0.3, 1.0, 4)])
def test_the_steps_of_a_word_are_those_of_a_walk_on_a_bowl(lr, frequency, steps):
    w = 1.0
    for _ in range(steps):
        w -= lr * frequency * w
    assert TASKS["steps_for_a_word"].reference(lr, frequency, w) == pytest.approx(steps)


@pytest.mark.parametrize("beta2", [0.99, 0.95])
def test_after_a_spike_is_where_the_real_adam_goes(beta2):
    gradients = np.zeros(2400)
    gradients[2000] = 5.0
    moves = np.abs(hp.replay(hp.Adam(1.0, beta2=beta2, eps=1e-300), gradients).moves[2000:])
    first, total = TASKS["after_a_spike"].reference(0.9, beta2)
    assert moves[0] == pytest.approx(first, rel=1e-6)
    assert np.sum(moves) == pytest.approx(total, rel=1e-6)


def test_the_schedule_and_the_rates_are_those_of_the_package():
    t = np.arange(40)
    ours = TASKS["wsd"].reference(0.3, 5, 12, 9, t)
    np.testing.assert_allclose(ours, hp.WarmupStableDecay(0.3, 5, 12, 9)(t))
    start, rate = hp.MLP((4, 24, 24, 3)).mup(8)
    first, hidden, last, factor = TASKS["mup_rates"].reference(0.1, 8, 24)
    np.testing.assert_allclose(0.1 * np.unique(rate), np.unique([first, hidden]))
    assert (last, factor) == (hidden, pytest.approx(start.min()))


def test_the_updates_of_the_branches_are_counted():
    """Every update that one of the three results needs, once: those of the flat part are shared."""
    needed = set()
    for length in (10_000, 20_000, 40_000):
        leaves = length * 8 // 10
        needed |= {("flat", t) for t in range(leaves)} | {(length, t) for t in range(leaves, length)}
    assert hp.check("branch_updates", len(needed)).passed
