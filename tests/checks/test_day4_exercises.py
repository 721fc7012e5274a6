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
