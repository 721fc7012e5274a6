"""Day 3's readings, and whether its notebook's experiments come out as it says."""

import ast
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


def test_the_precise_batch_size_is_that_of_the_exact_variance():
    values = np.random.default_rng(1).normal(size=200)
    rng, draws = np.random.default_rng(2), 40_000
    for size, enough in [(60, False), (75, True)]:
        means = [values[rng.permutation(200)[:size]].mean() for _ in range(draws)]
        assert (np.std(means) <= values.std() / 10) == enough
