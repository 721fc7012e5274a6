"""Day 4's exercises: what each wrong reading is told, and the experiments that the readings rest on."""

import re

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import READINGS, TASKS
from hpcourse.checks.tasks import day4

WRONG = [
    ("steps_growth", 100, "as_without_memory"),
    ("steps_growth", 69074 / 691, "as_without_memory"),
    ("steps_growth", 1056, "number_of_steps"),
    ("steps_growth", 93 / 1056, "upside_down"),
    ("steps_growth", 1, "no_growth"),
    ("steps_growth", 30, None),
    ("hidden_momentum", (1e-5 / 0.24) ** (1 / (153 - 19)), "factor_per_step"),
    ("hidden_momentum", (1e-5 / 0.24) ** (4 / (153 - 19)), "squared_twice"),
    ("hidden_momentum", 0.14, "what_is_lost"),
    ("hidden_momentum", 0.0725, "what_is_lost"),
    ("hidden_momentum", 0.9, "usual"),
    ("hidden_momentum", 0.5, None),
]
RIGHT = [
    ("steps_growth", 10),
    ("steps_growth", 1056 / 93),
    ("hidden_momentum", (1e-5 / 0.24) ** (2 / (153 - 19))),
    ("hidden_momentum", (1e-3 / 0.05) ** (2 / (96 - 38))),
]


@pytest.fixture(autouse=True, params=["en", "zh-TW"])
def _language(request):
    hp.use_language(request.param)
    yield
    hp.use_language("en")


@pytest.mark.parametrize(("name", "value", "mistake"), WRONG)
def test_each_wrong_reading_is_named(name, value, mistake):
    result = hp.check(name, value)
    assert (result.passed, result.mistake) == (False, mistake)
    assert bool(re.search("[\u4e00-\u9fff]", result.message)) == (hp.current_language() == "zh-TW")


@pytest.mark.parametrize(("name", "value"), RIGHT)
def test_right_readings_pass(name, value):
    assert hp.check(name, value).passed


def test_every_misreading_of_the_day_is_tried():
    known = {(reading.name, mistake.id) for reading in day4.READINGS for mistake in reading.mistakes}
    assert known <= {(name, mistake) for name, _, mistake in WRONG}
    assert {reading.name for reading in day4.READINGS} <= set(READINGS)


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
