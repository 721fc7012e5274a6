"""Day 4's exercises: what each wrong reading is told, and the experiments that the readings rest on."""

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import TASKS
from hpcourse.checks.tasks import day4


def test_the_tops_of_the_curve_fall_by_the_root_of_the_hidden_momentum():
    assert np.cos(0.535) == day4.HIDDEN  # as in the notebook's figure
    ends = hp.descend(hp.Quadratic([1.0]), hp.Momentum([0.03, 0.3], day4.HIDDEN), [1.0], steps=160).w[..., 0]
    for w in np.abs(ends):
        tops = [t for t in range(1, 160) if w[t - 1] < w[t] > w[t + 1]]
        slope = np.polyfit(tops, np.log(w[tops]), 1)[0]
        assert np.exp(2 * slope) == pytest.approx(day4.HIDDEN, abs=0.005)
    assert np.abs(ends[0][[19, 153]]) == pytest.approx([0.24, 1e-5], rel=0.05)  # as the alternative text says


def test_the_slip_in_the_published_rule_moves_the_border():
    """Exact: the characteristic polynomial of each rule has a root at -1 there."""
    snippet = next(
        m.wrong for m in TASKS["nesterov_step"].mistakes if m.id == "new_velocity_in_expanded_form"
    )
    k = 0.9
    for rule, border in [
        (TASKS["nesterov_step"].reference, 2 * (1 + k) / (1 + 2 * k)),
        (snippet, 2 * (1 + k) / (1 + 2 * k + 2 * k**2)),
    ]:
        for lr, stays in [(border * 0.999, True), (border * 1.001, False)]:
            columns = [rule(w, v, w, lr, k) for w, v in ((1.0, 0.0), (0.0, 1.0))]
            assert (abs(np.linalg.eigvals(np.transpose(columns))).max() < 1) == stays
    w, v = 1.0, 0.0
    for _ in range(3):
        w, v = snippet(w, v, w, 0.1, k)
    assert w == pytest.approx(0.215522288999)
    path = hp.descend(hp.Quadratic([1.0]), hp.Nesterov(0.1, k), [1.0], steps=3)
    assert path.end[0] == pytest.approx(0.327321)


# The open task

PLANS = {
    "over_the_border": (0.2, 0.75, 0.001),
    "constant_rate": (0.005, 0.85, 0.005),
    "little_memory": (0.05, 0, 0.003),
    "last_rate_too_large": (0.03, 0.75, 0.01),
    "last_rate_too_small": (0.03, 0.75, 0.0001),
    "too_much_memory": (0.03, 0.95, 0.001),
    "rate_too_small": (0.005, 0.75, 0.001),
}


@pytest.mark.parametrize("mistake", PLANS)
def test_the_usual_ravine_plans_do_not_reach_the_target_and_are_told_why(mistake):
    result = hp.check("ravine_plan", PLANS[mistake])
    assert (result.status, result.mistake) == ("not yet", mistake)
    assert result.score < 0.9
    assert {m.id for m in day4.RAVINE_PLAN.mistakes} == set(PLANS)


def test_memory_that_brings_many_walks_down_is_not_called_too_little():
    assert (np.array(day4._losses_of_plan((0.064, 0.39, 0.0036))) <= day4.RAVINE_PLAN.target).sum() > 5
    result = hp.check("ravine_plan", (0.01, 0.39, 0.001))
    assert (result.status, result.mistake) == ("not yet", "rate_too_small")


@pytest.mark.parametrize(
    "plan",
    [
        (0.03, 0.75, 0.001),
        [0.02, 0.8, 0.001],
        {"lr": 0.033, "momentum": 0.67, "last_lr": 0.003},
        np.array([0.03, 0.75, 0.0005]),
    ],
)
def test_memory_a_large_rate_and_a_small_last_one_pass_from_every_start_in_any_form(plan):
    result = hp.check("ravine_plan", plan)
    assert result.passed
    told = day4.RAVINE_PLAN.read(day4.RAVINE_PLAN.telling(plan))
    assert max(day4.RAVINE_PLAN.run(told)) < 0.95 * day4.RAVINE_PLAN.target


def test_no_constant_rate_and_nothing_without_memory_gets_down_a_noisy_ravine():
    for lr in np.geomspace(0.001, 0.06, 12):
        for plan in [(lr, k, lr) for k in (0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95)] + [
            (lr, 0, last) for last in (0.001, 0.003, 0.01)
        ]:
            reached = np.array(day4._losses_of_plan(plan)) <= day4.RAVINE_PLAN.target
            assert reached.sum() < day4.RAVINE_PLAN.enough / 2


def test_the_check_walks_as_the_package_does():
    """The mean over the noise of 200 walks, from the same starts; the noise itself is another."""
    for seed in list(day4.HIDDEN_STARTS)[:5]:
        angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
        start = 10 * np.array([np.cos(angle), np.sin(angle)])
        rule = hp.Momentum(hp.GeometricRamp(0.02, 0.003, 100), 0.8)
        walks = hp.descend(hp.Quadratic([1, 100]), rule, start, 100, noise=3, seed=range(2000))
        loss = walks.loss[..., -1].mean()
        assert day4.ravine_loss(0.02, 0.8, 0.003, seed) == pytest.approx(loss, rel=0.3)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (0.03, "three numbers"),
        ((0.03, 0.75), "three numbers"),
        ((0.03, 0.75, 0.001, 1), "three numbers"),
        ((0.03, "much", 0.001), "three numbers"),
        ((0.75, 3, 0.001), "got 3"),
        ((0.03, -0.1, 0.001), "got -0.1"),
        ((0.03, np.nan, 0.001), "got nan"),
        ((0.03, 0.75, 0), "positive"),
        ((-0.03, 0.75, 0.001), "positive"),
    ],
)
def test_what_is_no_ravine_plan_is_said_so(answer, word):
    result = hp.check("ravine_plan", answer)
    assert (result.status, result.score) == ("not yet", 0)
    assert word in result.message


def test_half_a_ravine_plan_is_not_started_and_no_verdict_is_drawn():
    assert hp.check("ravine_plan", (0.03, ..., 0.001)).status == "not started"
    assert len({hp.check("ravine_plan", (0.01, 0.8, 0.01), seed=k).message for k in range(5)}) == 1


def test_the_text_of_the_open_task_has_the_numbers_of_its_check():
    assert (day4.RAVINE_PLAN.target, day4.RAVINE_PLAN.enough, len(day4.HIDDEN_STARTS)) == (0.1, 18, 20)
    assert (list(day4.RAVINE), day4.NOISE, day4.STEPS, day4.WALKS) == ([1, 100], 3, 100, 200)
