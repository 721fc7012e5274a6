"""Day 3's readings, and whether its notebook's experiments come out as it says."""

import ast
from pathlib import Path

import numpy as np
import pytest
from readings import try_values

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.tasks import day3

SOURCE = (Path(__file__).parents[2] / "lessons/day3_exercises.py").read_text(encoding="utf-8")
WRONG = {
    "unseen_share": {
        "share_that_was_seen": [0.632, 0.62],
        "share_that_came_again": [0.264],
        "in_percent": [36.8, 37],
        "number_of_examples": [377],
        "number_of_seen_examples": [647],
        "nothing_missed": [0],
        None: [0.5, 1, -0.368],
    },
    "rate_for_large_batch": {
        "same_rate": [1 / 32, 0.0312],
        "square_root": [np.sqrt(8) / 32, 1 / 16, 1 / 8],
        "wrong_way": [1 / 256, 0.0156],
        "the_loss": [0.7, 2.07],
        "lowest_loss": [0.5, 1],
        None: [-0.25],
    },
    "precise_batch_size": {
        "with_replacement": [100],
        "variance_of_a_tenth": [10, 9],
        "one_too_small": [66],
        "not_whole": [66.9, 66.5],
        "all_of_them": [200],
        "outside": [0, 201, -67],
        "too_noisy": [1, 32],
        "larger_than_needed": [68, 128],
    },
}
RIGHT = {
    "unseen_share": [0.368, 1 / np.e, np.float64(0.35), 0.39],
    "rate_for_large_batch": [0.25, 1 / 4, np.float64(0.25)],
    "precise_batch_size": [67, 67.0, np.int64(67)],
}


@pytest.fixture(autouse=True)
def _english():
    hp.use_language("en")
    yield
    hp.use_language("en")


def test_these_are_all_the_readings_of_the_day():
    assert {name for name, reading in READINGS.items() if reading.day == 3} == set(WRONG)
    assert {n: {m.id for m in READINGS[n].mistakes} for n in WRONG} == {
        n: {*WRONG[n]} - {None} for n in WRONG
    }


@pytest.mark.parametrize("language", ["en", "zh-TW"])
@pytest.mark.parametrize("name", WRONG)
def test_a_reading_names_each_typical_wrong_value_and_takes_the_right_ones(name, language):
    try_values(name, WRONG[name], RIGHT[name], language)


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
