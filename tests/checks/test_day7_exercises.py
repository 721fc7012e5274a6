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


def test_the_standard_network_takes_the_rate_that_suits_its_width():
    result = hp.check("wide_settings", {"lr": 2**-6.1})  # well inside, on any machine
    assert result.passed, result.message
    assert result.score == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        ({"lr": 2**-6.2, "mup": True}, "counted_twice"),
        ({"lr": 2**-3.0}, "lr_too_large"),
        ({"lr": 0.001, "mup": True}, None),
        ({"lr": 2**-7.0}, "nearly"),
    ],
)
def test_settings_that_do_not_suit_the_large_network_are_told_why(settings, mistake):
    result = hp.check("wide_settings", settings)
    assert (result.status, result.mistake) == ("not yet", mistake)
    assert result.score < 0.9 if mistake == "nearly" else result.score < 0.3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (0.1, "dictionary, such as `{'lr': 0.001, 'mup': False}`; the check got: float"),
        ({"lr": "fast"}, "`lr` should be a number greater than 0 and at most 1000, got 'fast'"),
        ({"lr": 0.01, "mup": "yes"}, "`mup` should be True or False, got 'yes'"),
        ({"lr": 0.01, "width": 128}, "no setting `width`. The settings are lr, mup"),
    ],
)
def test_settings_that_are_none_are_named(settings, said):
    result = hp.check("wide_settings", settings)
    assert result.status == "not yet"
    assert said in result.message


def test_what_is_best_at_width_16_fails_at_128_and_passes_with_mup():
    """The whole path of the task, with other seeds than the solution's."""
    desk, rates = hp.ScaleUp(), 2.0 ** np.arange(-7, -2)
    tuned = rates[desk.small(rates, seed=[5, 6]).mean(axis=1).argmin()]
    assert 2**-5.5 < tuned < 2**-3.5
    assert desk.large(tuned, mup=True, seed=7) < desk.large(tuned, seed=7) - 0.02
    assert hp.check("wide_settings", {"lr": tuned, "mup": True}).passed
    assert hp.check("wide_settings", {"lr": tuned}).mistake == "carried_over"


def test_the_desk_counts_the_large_trainings_and_refuses_the_fourth(capsys):
    desk = hp.ScaleUp(budget=1)
    assert desk.large([0.01, 0.02]) is None
    assert "one rate and one seed" in capsys.readouterr().out
    assert desk.left == 1
    assert isinstance(float(desk.large(0.02)), float)
    assert desk.large(0.02) is None
    assert "All 1 trainings" in capsys.readouterr().out
    assert "0 of 1 trainings left" in repr(desk)
    assert np.shape(desk.small(0.02)) == ()
    assert np.shape(desk.small(0.02, seed=[0, 1])) == (2,)
    assert np.shape(desk.small([0.02, 0.03])) == (2,)
    same = desk.small(0.02)  # the base width: nothing to scale
    assert desk.small(0.02, mup=True) == pytest.approx(same, rel=1e-3)
    with pytest.raises(ValueError, match="lr"):
        desk.small(-1.0)
