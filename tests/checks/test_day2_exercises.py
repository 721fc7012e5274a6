"""Day 2's readings, and what its notebook says about its own experiments."""

import ast
from pathlib import Path

import numpy as np
import pytest
from typical_day2 import RIGHT, WRONG

import hpcourse as hp
from hpcourse.checks import READINGS
from hpcourse.checks.tasks import day2

SOURCE = (Path(__file__).parents[2] / "lessons/day2_exercises.py").read_text(encoding="utf-8")


def test_no_message_gives_a_value_away():
    for name in WRONG:
        said = [READINGS[name].otherwise, *(mistake.message for mistake in READINGS[name].mistakes)]
        assert not any(
            str(value) in message for value in RIGHT[name] for message in said if len(str(value)) > 1
        )


def test_the_expected_loss_is_what_the_notebook_computes_and_what_noisy_runs_do():
    tree = ast.parse(SOURCE)
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    (shown,) = [node for node in functions if node.name == "expected_loss"]
    space = {"exponential_decay": day2.exponential_decay}
    exec(compile(ast.Module([shown], []), "notebook", "exec"), space)
    for rate, steps in [(0.0, 50), (0.02, 300), (0.5, 40)]:
        expected = day2.expected_loss(rate, steps)
        assert space["expected_loss"](rate, steps) == pytest.approx(expected)
        schedule = hp.SGD(lambda t, rate=rate: day2.exponential_decay(0.5, rate, t))
        bowl = hp.Quadratic([1.0])
        path = hp.descend(bowl, schedule, [-5.0], steps, noise=1.0, seed=range(2000), record=False)
        assert bowl(path.end).mean() == pytest.approx(expected, rel=0.15)


def test_the_short_training_wants_a_decay_that_is_far_from_right_for_the_long_one():
    rates = np.geomspace(1e-4, 1, 400)
    good = {steps: rates[[day2._good_after(steps)(rate) for rate in rates]] for steps in (300, 3000)}
    assert good[300].min() > 3 * good[3000].max()
    assert good[3000].max() < 0.005 < good[300].min()  # the sweep of the notebook begins between them
    assert good[3000].max() / good[3000].min() > 1.5  # a sweep of 10 rates a decade meets it


def test_the_four_runs_are_as_different_as_the_question_says():
    bowl, ends = hp.Quadratic([1.0]), {}
    assert '"ABCD", (0.004, 0.9, 0.05, 0.5), (0, 0.3, 0.05, 0)' in SOURCE
    for name, lr, rate in zip("ABCD", (0.004, 0.9, 0.05, 0.5), (0, 0.3, 0.05, 0)):
        optimizer = hp.SGD(hp.ExponentialDecay(lr, rate))
        ends[name] = hp.descend(bowl, optimizer, [-5.0], steps=300, noise=1.0, seed=4).w[-100:, 0]
    still = {name: np.ptp(end) < 0.01 for name, end in ends.items()}
    far = {name: abs(end).min() > 1 for name, end in ends.items()}
    assert (still, far) == (
        {"A": False, "B": True, "C": True, "D": False},
        {"A": True, "B": False, "C": True, "D": False},
    )
