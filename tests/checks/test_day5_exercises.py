"""Day 5's exercises: what each wrong reading is told, and the numbers that the readings rest on."""

from pathlib import Path

import jupytext
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import TASKS

ROOT = Path(__file__).parents[2]


def test_the_waking_step_is_that_of_the_package():
    gradients = np.append(np.zeros(20_000), 5.0)
    step = -np.diff(hp.replay(hp.Adam(lr=1.0), gradients).w)[-1]
    assert step == pytest.approx(0.1 / np.sqrt(0.001), rel=1e-6)
    assert hp.check("waking_step", step).passed


def test_the_four_curves_are_those_that_the_text_names():
    """The numbers in the notebook's figure against Adam's formula under a constant gradient."""
    lesson = jupytext.read(ROOT / "lessons/day5_exercises.py", fmt="py:percent")
    source = next(c.source for c in lesson.cells if c.metadata.get("key") == "uncorrected-curve-figure")
    names = {}
    exec(source.split("fig, ax")[0], names)
    t = np.array(names["t"])
    m, v = 1 - 0.9**t, 1 - 0.95**t
    whole = m / m / np.sqrt(v / v)
    exact = {"A": whole, "B": whole / np.sqrt(v), "C": m / np.sqrt(v), "D": m}
    for name, values in exact.items():
        assert names["measured"][name] == pytest.approx(values, abs=6e-4)


def test_the_snippets_average_of_ones_is_not_one():
    snippet = next(m.wrong for m in TASKS["corrected_average"].mistakes if m.id == "corrects_by_place")
    x, ones = np.array([3, 1, 2]), np.ones(3)
    assert snippet(x, ones, 0.9) == pytest.approx([0.1 / 0.19, 0.19 / 0.271, 0.271 / 0.1])
    assert TASKS["corrected_average"].reference(x, ones, 0.9) == pytest.approx([1, 1, 1])
