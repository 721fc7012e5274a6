"""Without colours too, lines of one panel are told apart: by a kind of dash, or by a mark, or by a name."""

from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest
from test_explorers import EXPLORERS

import hpcourse as hp
from hpcourse.page import figures

pytestmark = pytest.mark.usefixtures("no_figure_is_left_open")
RATES, RUNS = np.geomspace(0.01, 1, 5), {name: np.full((5, 2), 0.5) for name in hp.optimizers.RULES}
BOWL = hp.Quadratic([1, 9])


def kind(line):
    """Its mark, and its dash without lengths: how many strokes and dots there are, solid 0."""
    _, dashes = line._unscaled_dash_pattern
    strokes = [] if dashes is None else [part > 2 for part in dashes[::2]]
    return line.get_marker(), strokes.count(True), strokes.count(False)


def alike(ax):
    """The lines of a legend that only a colour or the length of their dashes tells apart."""
    legend = ax.get_legend()
    named = [] if legend is None else [line for line in ax.lines if not line.get_label().startswith("_")]
    count = Counter(kind(line) for line in named)
    return [line.get_label() for line in named if count[kind(line)] > 1]


@pytest.mark.slow
@pytest.mark.parametrize("explore", EXPLORERS, ids=lambda explore: explore.__name__)
def test_lines_of_an_explorer_are_told_apart(explore):
    assert [alike(ax) for ax in explore().fig.axes if alike(ax)] == []


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: figures.optimizer_sweeps(RATES, RUNS, ax, "accuracy"),
        lambda ax: figures.rate_sweeps(
            {name: (RATES, runs) for name, runs in RUNS.items()}, ax, "rate", "loss"
        ),
        lambda ax: figures.ravine_walks(
            BOWL, {name: hp.descend(BOWL, hp.SGD(0.1), (1.0, 0.5), 5) for name in RUNS}, ax, height=1
        ),
        lambda ax: figures.losses_by_batch_size(
            [np.arange(400)] * 6, [np.ones(400)] * 6, [1, 4, 16, 64, 256, 1437], ax, "updates"
        ),
    ],
    ids=["sweeps", "rates", "ravine", "batches"],
)
def test_lines_of_a_figure_are_told_apart(draw):
    fig, ax = plt.subplots()
    draw(ax)
    ax.legend()
    assert alike(ax) == []
    plt.close(fig)


def test_lengths_alone_do_not_tell_lines_apart():
    fig, ax = plt.subplots()
    for name, dash, marker in (
        ("a", "--", ""),
        ("b", (0, (7, 2)), ""),
        ("c", (0, (7, 2)), "s"),
        ("d", ":", ""),
    ):
        ax.plot([0, 1], [0, 1], ls=dash, marker=marker, label=name)
    ax.legend()
    assert alike(ax) == ["a", "b"]
    plt.close(fig)
