"""Day 3's readings, and whether its notebook's experiments come out as it says."""

import ast
import os
from pathlib import Path

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks.tasks import day3

SOURCE = (Path(__file__).parents[2] / "lessons/day3_exercises.py").read_text(encoding="utf-8")


def shown_function(name):
    """A function as the notebook shows it."""
    functions = [n for n in ast.parse(SOURCE).body if isinstance(n, ast.FunctionDef)]
    (shown,) = [node for node in functions if node.name == name]
    space = {"np": np}
    exec(compile(ast.Module([shown], []), "notebook", "exec"), space)
    return space[name]


def test_whoever_counts_rightly_is_told_so_whatever_the_seed():
    draw, y = shown_function("drawn_epoch"), np.arange(1024)
    for seed in range(200):
        seen = np.concatenate([labels for _, labels in draw(y, y, 32, np.random.default_rng(seed))])
        names, counts = np.unique(seen, return_counts=True)
        assert hp.check("unseen_share", 1 - len(names) / 1024).passed
        assert hp.check("unseen_share", len(names) / 1024).mistake == "share_that_was_seen"
        assert hp.check("unseen_share", (counts > 1).sum() / 1024).mistake == "share_that_came_again"


def test_the_published_loop_is_a_known_mistake_of_the_task_that_mends_it():
    def numbered(X, y, batch_size, rng):
        return list(shown_function("drawn_epoch")(X, y, batch_size, rng))

    assert not hp.check("minibatches", numbered).passed
    assert "with_replacement" in {mistake.id for mistake in day3.MINIBATCHES.mistakes}


@pytest.mark.parametrize("seed", [0, 20])
def test_the_map_answers_as_the_rule_does_with_every_pair_of_seeds(seed):
    rates = 2.0 ** np.arange(-6, 1)
    run = {"epochs": 4, "seed": range(seed, seed + 2)}
    network, digits = hp.MLP((64, 32, 10)), hp.digits()
    small = hp.train(network, digits, hp.SGD(1 / 32), batch_size=16, **run).train_loss.mean()
    large = hp.train(network, digits, hp.SGD(rates), batch_size=128, **run).train_loss.mean(axis=1)
    distance = abs(np.log(large / small))
    assert rates[distance.argmin()] == pytest.approx(day3.MATCHING_RATE)
    assert np.sort(distance)[1] > 4 * distance.min()  # nothing else comes near
    if seed == 0:  # the notebook's
        for loss in (small, large[distance.argmin()]):
            assert hp.check("rate_for_large_batch", (0.25, loss)).passed


def test_the_precise_batch_size_is_that_of_the_exact_variance():
    values = np.random.default_rng(1).normal(size=200)
    rng, draws = np.random.default_rng(2), 40_000
    for size, enough in [(60, False), (75, True)]:
        means = [values[rng.permutation(200)[:size]].mean() for _ in range(draws)]
        assert (np.std(means) <= values.std() / 10) == enough


def test_the_linear_factor_of_drawing_without_replacement_is_found_from_its_two_ends():
    for n in (5, 40):
        factor = [day3.gradient_noise(n, size, 1.0) * size for size in range(1, n + 1)]
        assert (factor[0], factor[-1]) == (1, 0)
        np.testing.assert_allclose(np.diff(factor, 2), 0, atol=1e-12)


@pytest.mark.slow
def test_a_verdict_on_the_noise_scale_is_the_same_for_200_seeds(monkeypatch):
    monkeypatch.delattr(os, "fork")  # 400 processes would take a while
    large_is_the_signal = next(m for m in day3.NOISE_SCALE.mistakes if m.id == "large_is_the_signal")
    for answer, mistake in [(day3.noise_scale, None), (large_is_the_signal.wrong, "large_is_the_signal")]:
        verdicts = {(hp.check("noise_scale", answer, seed=k).mistake) for k in range(200)}
        assert verdicts == {mistake}


# The open task

PLANS = {
    "over_the_cliff": (64, 2.0),
    "pays_for_starting": (4, 0.2),
    "few_updates": (512, 1.0),
    "rate_too_small": (64, 0.1),
}


@pytest.mark.parametrize("mistake", PLANS)
def test_the_usual_plans_do_not_reach_the_target_and_are_told_why(mistake):
    result = hp.check("budget_plan", PLANS[mistake])
    assert (result.status, result.mistake) == ("not yet", mistake)
    assert result.score < 0.9


def test_a_batch_that_a_larger_rate_would_save_is_not_told_that_none_can():
    result = hp.check("budget_plan", (220, 0.2))
    assert (result.status, result.mistake) == ("not yet", "rate_too_small")
    assert sum(day3._losses_of_plan((210, 0.9)) <= day3.BUDGET_PLAN.target) > 15


@pytest.mark.parametrize(
    "plan",
    [(64, 0.8), [50, 1], (np.int64(100), np.float32(0.8)), {"batch_size": 48, "lr": 0.9}, np.array([64, 1])],
)
def test_the_middle_with_a_large_rate_passes_in_any_form(plan):
    assert hp.check("budget_plan", plan).passed


@pytest.mark.parametrize("size", [1, 8, 256, 512])
def test_no_rate_makes_up_for_a_batch_that_is_far_too_small_or_too_large(size):
    for lr in 2.0 ** np.arange(-4, 1.1):
        assert (day3._losses_of_plan((size, lr)) <= day3.BUDGET_PLAN.target).sum() < day3.BUDGET_PLAN.enough


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (64, "two numbers"),
        (("many", 0.8), "two numbers"),
        ((64, 0.8, 1), "two numbers"),
        ((0.8, 64), "comes first"),
        ((64.5, 0.8), "comes first"),
        ((5000, 0.8), "1437"),
        ((64, -1), "positive"),
        ((64, np.nan), "positive"),
    ],
)
def test_what_is_no_plan_is_said_so(answer, word):
    result = hp.check("budget_plan", answer)
    assert (result.status, result.score) == ("not yet", 0)
    assert word in result.message


def test_half_a_plan_is_not_started_and_no_verdict_is_drawn():
    assert hp.check("budget_plan", (64, ...)).status == "not started"
    assert len({hp.check("budget_plan", (32, 0.5), seed=seed).message for seed in range(5)}) == 1
