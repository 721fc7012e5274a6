"""Day 6: the figures draw what they are given, the explorers say what is seen, the search finds it."""

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.page import figures
from hpcourse.page.explorers import day6

NOTEBOOK = Path(__file__).parents[2] / "notebooks/en/day6_summary.ipynb"


pytestmark = pytest.mark.usefixtures("no_figure_is_left_open")


def lesson_function(name):
    """A function that the lesson defines in its cells `protocol` and `search`."""
    cells = {cell["id"]: cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]}
    scope = {"hp": hp, "np": np}
    for key in ("protocol", "search"):
        exec("".join(cells[key]["source"]), scope)
    return scope[name]


# figures


def test_seed_dots_show_every_seed_and_the_median(ax):
    figures.seed_dots({"SGD": np.array([0.1, 0.2, 0.9]), "cosine": np.array([0.5, 0.7])}, ax, "accuracy")
    dots, bars = ax.lines[0::2], ax.lines[1::2]
    assert [list(dot.get_xdata()) for dot in dots] == [[0.1, 0.2, 0.9], [0.5, 0.7]]
    assert [bar.get_xdata()[0] for bar in bars] == [0.2, 0.6]
    assert dots[0].get_color() == figures.OPTIMIZER_STYLES["SGD"]["color"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["SGD", "cosine"]


def test_sweep_panels_ring_the_chosen_rate_and_show_the_others_in_grey():
    fig, axes = plt.subplots(1, 2)
    rates = np.array([0.01, 0.1, 1.0])
    results = {"SGD": np.array([[0.1], [0.5], [0.9]]), "Adam": np.array([[0.8], [0.9], [0.1]])}
    figures.sweep_panels(rates, results, {"SGD": 1.0, "Adam": 0.1}, axes, "accuracy", mark=0.01)
    plt.close(fig)
    for ax, x, y in ((axes[0], 1.0, 0.9), (axes[1], 0.1, 0.9)):
        (ring,) = (line for line in ax.lines if line.get_markersize() == 10)
        assert (ring.get_xdata()[0], ring.get_ydata()[0]) == pytest.approx((x, y))
        assert sum(line.get_color() == "#CCCCCC" for line in ax.lines) == 2
    assert [ax.get_title() for ax in axes] == ["SGD", "Adam"]


def test_search_path_rings_the_lowest_loss(ax):
    figures.search_path({0.001: 2.0, 0.1: 0.2, 10.0: np.inf}, ax)
    ring = next(line for line in ax.lines if line.get_markersize() == 15)
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0.1, 2)
    assert [note.get_text() for note in ax.texts] == ["2.00", "0.20", "inf"]


# the lesson's search


@pytest.mark.parametrize("best", [-6.75, -5, -3.25, -1, 0.5, 2.25])
def test_the_search_finds_the_best_of_any_valley_and_trains_no_rate_twice(best):
    asked = []

    def loss_at(k):
        asked.append(k)
        return abs(k / 3 - best)

    rate, found = lesson_function("search")(loss_at)
    assert abs(np.log10(min(found, key=found.get)) - best) <= 0.167
    assert len(asked) == len(set(asked)) == len(found)
    assert -0.34 < np.log10(rate) - best <= 0.167


def test_the_search_steps_back_from_a_cliff():
    """The loss falls all the way to the cliff at 10^-0.1: the lowest is the last rate before it."""
    rate, found = lesson_function("search")(lambda k: np.exp(-k) if k < -0.3 else np.inf)
    assert min(found, key=found.get) == pytest.approx(10 ** (-1 / 3))
    assert rate == pytest.approx(10 ** (-2 / 3))


@pytest.mark.parametrize(
    ("loss", "best"),
    [
        ([3, 2, 1, 9], 0.2),  # next to the cliff: one back
        ([3, 2, 1, 2, 9], 0.2),  # a valley: either of its sides will do, and the smaller is safe
        ([3, 1, 1.1, 1.2, np.inf], 0.2),
        ([3, 2, 1], 0.2),  # beyond the last rate nothing is known
        ([np.inf, 5, np.inf, np.inf], 0.1),
    ],
)
def test_a_rate_is_judged_with_its_next_larger_neighbour(loss, best):
    rates = 0.1 * np.arange(1, len(loss) + 1)
    assert lesson_function("step_back")(rates, np.array(loss)) == pytest.approx(best)


def test_fair_tunes_on_one_data_set_and_reports_on_the_other():
    fair = lesson_function("fair")
    tuning, data, network = hp.moons(200, seed=1), hp.moons(200, seed=2), hp.softmax_regression(2, 2)
    rates = np.array([1e-4, 0.5, 0.6])
    best, sweep, report = fair(network, tuning, data, hp.SGD, rates, range(2), range(5, 8), updates=30)
    assert best == 0.5
    assert list(sweep.axes["seed"]) == [0, 1]
    assert list(report.axes["seed"]) == [5, 6, 7]
    alone = hp.train(network, data, hp.SGD(0.5), seed=range(5, 8), updates=30)
    assert np.array_equal(report.test_accuracy, alone.test_accuracy)


# explorers


def test_the_true_mean_of_the_noisy_bowl_is_exact():
    """Two steps by hand, in one direction after the other: w -> (1 - lr c) w - lr e with e of variance 1."""
    lr, expected = 0.1, 0.0
    for curvature in (1.0, 10.0):
        shrink = 1 - lr * curvature
        mean, variance = shrink**2 * 3.0, lr**2 * (1 + shrink**2)
        expected += 0.5 * curvature * (mean**2 + variance)
    assert day6._true_mean(np.array([lr]), 2) == pytest.approx([expected])


@pytest.mark.parametrize("draw", [1, 2, 3])
def test_luck_tells_what_is_picked_reported_and_true(draw):
    figure = hp.explore_luck(draws=3, most=10)
    figure.controls["draw"].value = draw
    rates = np.geomspace(0.005, 0.19, 12)
    truth = day6._true_mean(rates, 200)
    numbers = re.search(
        r"Picked ([\d.e-]+), which reports a loss of ([\d.e-]+); its true mean is ([\d.]+[\de-])\.",
        figure.description,
    )
    rate, reported, true = map(float, numbers.groups())
    assert reported > 0
    pick = np.abs(rates - rate).argmin()
    assert true == pytest.approx(truth[pick], rel=0.06)
    away = abs(pick - truth.argmin())
    words = f"{away} steps of the grid away." if away else "This is the truly best rate."
    assert words in figure.description
    assert not figure.messages.value


def test_more_seeds_and_other_seeds_change_the_picture_of_luck():
    figure = hp.explore_luck(draws=3, most=10)
    seen = {figure.picture.value}
    figure.controls["seeds"].value = 10
    seen.add(figure.picture.value)
    figure.controls["draw"].value = 3
    seen.add(figure.picture.value)
    assert len(seen) == 3


@pytest.fixture
def dashboard():
    return hp.explore_dashboard(epochs=1, seeds=range(2))


def test_the_dashboard_reports_what_train_says(dashboard):
    X, y = hp.digits().X_train, hp.digits().y_train
    tuning = hp.Dataset("1,150 to train on, 287 to choose by", X[:1150], y[:1150], X[1150:], y[1150:])
    history = hp.train(hp.MLP((64, 32, 10)), tuning, hp.SGD(0.1), epochs=1, seed=range(2))
    mean, low, high = (f"{f(history.test_accuracy):.1%}" for f in (np.mean, np.min, np.max))
    assert f"A: SGD 0.1, constant, 64: mean {mean}, {low} to {high} · Settings tried: 1." in (
        dashboard.description
    )


def test_another_pen_keeps_the_last_run(dashboard):
    (first,) = re.findall(
        r"A: SGD 0.1, constant, 64: mean [\d.]+%, [\d.]+% to [\d.]+%", dashboard.description
    )
    dashboard.controls["pen"].value = "B"
    dashboard.controls["optimizer"].value = "Adam"
    assert f"{first} · B: Adam 0.1, constant, 64" in dashboard.description
    assert "Settings tried: 2." in dashboard.description
    dashboard.controls["pen"].value = "A"
    assert "A: Adam 0.1" in dashboard.description  # a pen draws over its own run


@pytest.mark.parametrize(
    ("control", "value", "words"),
    [
        ("optimizer", "RMSProp", "RMSProp 0.1, constant, 64"),
        ("lr", 0.01, "SGD 0.01, constant, 64"),
        ("schedule", "exponential", "SGD 0.1, exponential, 64"),
        ("schedule", "cosine", "SGD 0.1, cosine, 64"),
        ("schedule", "warmup + cosine", "SGD 0.1, warmup + cosine, 64"),
        ("batch_size", 256, "SGD 0.1, constant, 256"),
    ],
)
def test_every_control_of_the_dashboard_trains_anew(dashboard, control, value, words):
    before = dashboard.picture.value
    dashboard.controls[control].value = value
    assert words in dashboard.description
    assert dashboard.picture.value != before
    assert not dashboard.messages.value


def test_the_dashboard_shows_a_run_at_a_hopeless_rate(dashboard):
    dashboard.controls["lr"].value = 10.0
    assert "SGD 10, constant, 64" in dashboard.description
    assert not dashboard.messages.value


def test_a_rate_on_the_dashboard_trains_only_when_the_slider_is_let_go(dashboard):
    assert not dashboard.controls["lr"].continuous_update
    assert not dashboard.controls["batch_size"].continuous_update


def test_the_dashboard_can_be_brought_above_95_percent():
    """The lesson asks for it, on the validation images."""
    dashboard = hp.explore_dashboard()
    for control, value in {"optimizer": "Adam", "schedule": "cosine", "batch_size": 16, "lr": 0.01}.items():
        dashboard.controls[control].value = value
    assert float(re.search(r"A: Adam 0.01, cosine, 16: mean ([\d.]+)%", dashboard.description)[1]) > 95


@pytest.mark.parametrize("name", ["constant", "exponential", "cosine", "warmup + cosine"])
def test_the_schedules_of_the_dashboard_peak_at_its_rate_and_end_with_the_run(name):
    schedule = day6._schedule(name, 0.5, 100)
    if name == "constant":
        assert schedule == 0.5
        return
    lr = schedule(np.arange(100))
    assert lr.max() == pytest.approx(0.5)
    assert lr[-1] < 0.06 * 0.5


def test_block_means_leave_out_what_has_diverged():
    loss = np.array([[1.0, 3.0, 5.0, 5.0], [1.0, 3.0, np.nan, np.nan]])
    assert day6._block_means(loss, 2).tolist() == [2.0, 5.0]
    assert np.isnan(day6._block_means(np.full((1, 2), np.nan), 2)).all()


def test_the_explorers_speak_chinese(in_chinese):
    board, luck = hp.explore_dashboard(epochs=1, seeds=range(2)), hp.explore_luck(draws=2, most=3)
    assert "試過的設定：1 組" in board.description
    assert board.controls["optimizer"].description == "最佳化器"
    assert "選中" in luck.description


# the arithmetic of random search


def test_59_trials_are_the_first_that_hit_the_best_5_percent_with_95_percent():
    miss = [1.0]
    while miss[-1] >= 0.05:
        miss.append(miss[-1] * 0.95)
    assert len(miss) - 1 == 59


def test_the_dashboard_offers_every_rule_of_the_course():
    dashboard = hp.explore_dashboard(epochs=1, seeds=range(1))
    assert dashboard.controls["optimizer"].options == tuple(hp.optimizers.RULES)
