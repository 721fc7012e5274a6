"""The live figures of day 4 move and say what is seen; its figures draw what they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.page import figures


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def said(explore, **values):
    """What a live figure says with its controls set so."""
    figure = explore()
    for name, value in values.items():
        figure.controls[name].value = value
    assert not figure.messages.value
    return figure.description


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lr": 0.02, "noise": 1.0}, "Exact level (dashed): 0.011."),
        ({"lr": 0.1, "noise": 0.0}, "Without noise the loss is"),
        ({"lr": 0.203, "noise": 0.1}, "the border is η = 0.2"),
        ({"lr": 0.25, "noise": 1.0}, "Diverged at step"),
    ],
)
def test_the_noisy_walk_says_what_is_seen(values, words):
    assert words in said(hp.explore_noisy_walk, **values)


def test_the_noisy_walk_measures_about_what_it_calls_exact():
    figure = hp.explore_noisy_walk()
    figure.controls["lr"].value = 0.1
    measured, exact = (float(part.split(". ")[0].rstrip(".")) for part in figure.description.split(": ")[-2:])
    assert exact == pytest.approx(0.1 / (2 * 1.9) + 0.1 / (2 * 1), rel=0.05)
    assert measured == pytest.approx(exact, rel=0.5)  # one run of 100 steps


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lr": 0.05, "momentum": 0.0, "kappa": 50.0}, "Diverged at step"),
        ({"lr": 0.05, "momentum": 0.5, "kappa": 50.0}, "η λ_max = 2.5; the border at this γ is 3."),
        ({"lr": 1.0, "momentum": 0.0, "kappa": 1.0}, "0 of the distance is left after 100 steps"),
    ],
)
def test_the_ravine_says_what_is_seen(values, words):
    text = said(hp.explore_ravine, **values).replace("1e-12 of", "0 of")  # the floor of the axis
    assert words in text


def test_the_map_names_the_best_of_both():
    text = said(hp.explore_momentum_map, kappa=100.0)
    assert "κ = 100" in text
    assert "keeps 0.818 of the distance per step, gradient descent at its best rate 0.980" in text


def test_the_map_shows_what_one_walk_at_its_star_leaves():
    figure = hp.explore_momentum_map()
    ax = figure.fig.axes[0]
    assert np.isfinite(ax.images[0].get_array()).any()
    (star,) = (line for line in ax.lines if line.get_marker() == "*")
    (x,), (gamma,) = star.get_data()
    assert x < 2 * (1 + gamma)


def test_captions_follow_the_language(in_chinese):
    figure = hp.explore_ravine()
    assert "界線" in figure.description
    assert figure.controls["momentum"].description == "動量係數 γ"


def test_the_map_is_white_exactly_where_the_distance_grew(ax):
    left = np.array([[0.5, 2.0], [1e-3, np.inf]])
    figures.momentum_map(np.array([0.5, 1.0]), np.array([0.0, 0.5]), left, ax, steps=10)
    shown = ax.images[0].get_array()
    assert np.isnan(np.ma.filled(shown, np.nan)).tolist() == [[False, False], [True, True]]
    border = next(line for line in ax.lines if line.get_linewidth() == 2)
    assert list(border.get_xdata()) == [2.0, 3.0]


def test_share_bands_span_the_groups(ax):
    figures.share_bands(np.array([0, 1]), {"out": np.array([[0.0, 0.2, 0.4], [1, 1, 1]])}, ax, "noise")
    (line,) = ax.lines
    assert list(line.get_ydata()) == [0.2, 1]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0, 1)


def test_rate_sweeps_leave_out_rates_with_a_lost_seed(ax):
    rates, values = np.array([0.1, 1.0, 10.0]), np.array([[1.0, 3.0], [0.1, 0.1], [np.nan, 0.1]])
    figures.rate_sweeps({"SGD": (rates, values)}, ax, "rate", "loss")
    (line,) = ax.lines
    assert list(line.get_xdata()) == [0.1, 1.0]
    assert list(line.get_ydata()) == [2.0, 0.1]
    assert line.get_color() == figures.OPTIMIZER_STYLES["SGD"]["color"]


def test_steps_by_condition_writes_the_slope(ax):
    figures.steps_by_condition([10, 100, 1000], {"Momentum": [20, 60, 200]}, {"Momentum": 0.5}, ax)
    assert "Momentum: slope 0.50" in [text.get_text() for text in ax.texts]


def test_wanders_marks_the_spread_on_both_sides():
    fig, axes = plt.subplots(1, 2)
    figures.wanders({"a": np.zeros(5), "b": np.ones(5)}, [0.2, 0.7], axes, limit=2)
    assert sorted(line.get_ydata()[0] for line in axes[1].lines[1:]) == [-0.7, 0.7]
    plt.close(fig)


def test_ravine_walks_begin_at_the_start_in_the_optimizers_colours(ax):
    bowl = hp.Quadratic([1, 9])
    walks = {"SGD": hp.descend(bowl, hp.SGD(0.1), (1.0, 0.5), 5)}
    figures.ravine_walks(bowl, walks, ax, height=1)
    walk = next(line for line in ax.lines if line.get_label() == "SGD")
    assert walk.get_xydata()[0].tolist() == [1.0, 0.5]
    assert walk.get_color() == figures.OPTIMIZER_STYLES["SGD"]["color"]
