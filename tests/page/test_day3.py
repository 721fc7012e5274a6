"""Day 3: the noise scale against exact gradients, the explorers against loops written out."""

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.page import figures


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def line():
    """Least squares with four weights, and each example's gradient at some weights, written out."""
    data = hp.linear_regression(250, seed=4)
    w = np.array([1.0, -1.0, 0.5, 0.3])
    X1 = np.column_stack([data.X_train, np.ones(200)])
    return hp.linear_regression_model(3), w, data.X_train, data.y_train, X1 * (X1 @ w - data.y_train)[:, None]


def exact_scale(each):
    full = each.mean(axis=0)
    return ((each - full) ** 2).sum(axis=1).mean() / (full**2).sum()


@pytest.mark.parametrize(("small", "large"), [(5, 50), (1, 200), (20, None)])
def test_the_noise_scale_of_least_squares_is_the_exact_one(line, small, large):
    network, w, X, y, each = line
    found = hp.gradient_noise_scale(network, w, X, y, small=small, large=large, draws=3000)
    assert found == pytest.approx(exact_scale(each), rel=0.05)


def test_over_all_batches_both_parts_of_the_noise_scale_are_exact(line):
    each = line[-1][:7]
    squares = {n: np.mean([(each[list(b)].mean(axis=0) ** 2).sum() for b in combinations(range(7), n)])
               for n in (2, 5)}  # fmt: skip
    c = {n: (7 - n) / (n * 6) for n in (2, 5)}
    trace = (squares[2] - squares[5]) / (c[2] - c[5])
    full = each.mean(axis=0)
    assert trace == pytest.approx(((each - full) ** 2).sum(axis=1).mean(), rel=1e-12)
    assert squares[5] - c[5] * trace == pytest.approx((full**2).sum(), rel=1e-12)


def test_the_noise_scale_of_many_runs_is_that_of_each(line):
    network, w, X, y, _ = line
    runs = np.stack([w, 2 * w, -w]).reshape(3, 1, 4)
    found = hp.gradient_noise_scale(network, runs, X, y, small=10, draws=20, seed=3)
    assert found.shape == (3, 1)
    for run, one in zip(runs[:, 0], found[:, 0]):
        alone = hp.gradient_noise_scale(network, run, X, y, small=10, draws=20, seed=3)
        assert isinstance(alone, float)
        assert alone == pytest.approx(one, rel=1e-12)


def test_at_the_minimum_there_is_only_noise(line):
    network, w, X, y, _ = line
    best = np.linalg.lstsq(np.column_stack([X, np.ones(200)]), y, rcond=None)[0]
    found = hp.gradient_noise_scale(network, np.stack([best, w]), X, y)
    assert found[0] > 1e6 * found[1]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"small": 0}, r"^small must be .*got 0"),
        ({"small": 50, "large": 50}, r"^small must be .*got 50"),
        ({"large": 201}, r"^large must be .*got 201"),
        ({"draws": 0}, r"^draws must be .*got 0"),
        ({"seed": -1}, r"^seed must be .*got -1"),
        ({"seed": "0"}, r"^seed must be .*got '0'"),
        ({"w": 0.5}, r"^w must have a last axis"),
        ({"w": []}, r"^w must have a last axis"),
        ({"X": None}, r"^X must be "),
        ({"X": [1.0, 2.0]}, r"^X must be "),
        ({"y": [1.0]}, r"^y must have "),
        ({"y": None}, r"^y must "),
    ],
)
def test_wrong_arguments_of_the_noise_scale_are_named(line, sizes, message):
    network, w, X, y, _ = line
    with pytest.raises((TypeError, ValueError), match=message):
        hp.gradient_noise_scale(**{"network": network, "w": w, "X": X, "y": y} | sizes)


def test_updates_to_a_target_counts_until_the_average_is_below():
    loss = np.array([[4.0, 1.0, 3.0, 0.5, 0.5], [4.0, 4.0, 4.0, 4.0, np.nan]])
    assert hp.updates_to_target(loss[0], 2.0) == 2
    np.testing.assert_array_equal(hp.updates_to_target(loss, 2.0, window=2), [4, np.nan])  # 2.5, 2, then 1.75
    np.testing.assert_array_equal(hp.updates_to_target(loss[:1], 2.0, window=3), [4])
    with pytest.raises(ValueError, match=r"^window must be .*got 6"):
        hp.updates_to_target(loss, 2.0, window=6)


@pytest.mark.parametrize("batch_size", [1, 10, 200])
def test_the_path_of_the_batches_is_that_of_a_plain_loop(batch_size):
    figure = hp.explore_batches()
    figure.controls["batch_size"].value = batch_size
    data, rng, w = hp.linear_regression(250, weights=(2.0,)), np.random.default_rng(1), np.array([-1.0, -1.6])
    model, path = hp.linear_regression_model(1), []
    for _ in range(5):
        for X, y in hp.minibatches(data.X_train, data.y_train, batch_size, rng):
            w = w - 0.1 * model.gradient(w, X, y)
            path.append(w)
    walk = max(figure.fig.axes[0].lines, key=lambda line: len(line.get_xdata()))
    np.testing.assert_allclose(walk.get_xydata()[1:], path, rtol=1e-9)
    assert f"updates in every epoch: {200 // batch_size}." in figure.description


def test_batches_that_diverge_raise_no_error():
    figure = hp.explore_batches()
    figure.controls["batch_size"].value = 1
    figure.controls["lr"].value = 4.0
    assert not figure.messages.value
    assert "in the last epoch it is" in figure.description


def history(loss, lr, sizes):
    """What a sweep returned, made up: training loss (rates, sizes, seeds)."""
    empty = np.zeros((*loss.shape, 1))
    axes = {"lr": np.array(lr), "batch_size": sizes, "seed": range(loss.shape[2])}
    return hp.History(axes, empty, empty, empty[..., 0], loss, loss, empty, np.full(loss.shape, -1))


def test_the_map_says_where_the_linear_rule_leads():
    loss = np.array([[[0.2, 0.4], [0.8, 0.8]], [[0.5, 0.7], [0.1, 0.3]]])
    figure = hp.explore_map(history(loss, [0.1, 0.2], [4, 8]))
    assert "Batch size 4: the lowest loss, 0.30, is at learning rate 0.1." in figure.description
    figure.controls["batch_size"].value = 1
    assert "Batch size 8: the lowest loss, 0.20, is at learning rate 0.2." in figure.description
    assert "The linear rule from batch size 4 says 0.2, with loss 0.20." in figure.description


def test_the_map_tells_when_the_rule_leaves_it_and_survives_diverged_runs():
    loss = np.array([[[0.9, 0.9], [0.8, 0.8]], [[0.2, 0.2], [np.nan, 0.3]]])
    figure = hp.explore_map(history(loss, [0.1, 0.2], [4, 8]))
    figure.controls["batch_size"].value = 1
    assert "says 0.4: beyond the map." in figure.description
    assert not figure.messages.value


@pytest.fixture(scope="module")
def races():
    network, data = hp.softmax_regression(64, 10), hp.digits()
    return {
        size: hp.train(network, data, hp.SGD(0.1), batch_size=size, updates=count, seed=range(2))
        for size, count in {16: 400, 128: 300}.items()
    }


def test_the_race_counts_in_updates_examples_and_seconds(races):
    figure = hp.explore_race(races, {16: 1.0, 128: 100.0})
    figure.controls["target"].value = 0.6
    needed = {B: np.mean(hp.updates_to_target(races[B].loss, 0.6, 512 // B)) for B in races}
    assert needed[128] < needed[16]
    assert f"batch size 128 needs the fewest updates, {needed[128]:,.0f}" in figure.description
    figure.controls["unit"].value = "examples"
    assert f"batch size 16 needs the fewest examples, {16 * needed[16]:,.0f}" in figure.description
    figure.controls["unit"].value = "seconds"
    times = 100 * needed[128] / needed[16]
    assert f"Batch size 128 needs {times:.2g} times as much" in figure.description
    assert not figure.messages.value


def test_a_target_that_nobody_reaches_is_said(races):
    short = {
        16: hp.train(hp.softmax_regression(64, 10), hp.digits(), hp.SGD(0.01), updates=40, seed=range(2))
    }
    figure = hp.explore_race(short, {16: 1.0})
    assert "No batch size gets to a loss of 0.20" in figure.description


def test_captions_of_the_day_follow_the_language(races, in_chinese):
    assert "每個訓練週期更新 20 次" in hp.explore_batches().description
    figure = hp.explore_race(races, {16: 1.0, 128: 2.0})
    figure.controls["target"].value = 1.0
    assert "的更新次數最少" in figure.description


def test_what_was_measured_is_dots_where_there_is_an_exact_line():
    fig, ax = plt.subplots()
    figures.by_batch_size([1, 4], {"a": [[1, 3], [5, 9]]}, ax, "y", exact={"a": [2.5, 6.5]})
    line, dots = ax.lines
    np.testing.assert_array_equal(line.get_ydata(), [2.5, 6.5])
    np.testing.assert_array_equal(dots.get_ydata(), [2, 7])
    assert dots.get_linestyle() == "None"
    plt.close(fig)


def test_losses_end_where_training_did():
    fig, ax = plt.subplots()
    loss = np.array([[8.0, 4.0, 2.0, 1.0], [6.0, 3.0, np.nan, np.nan]])
    first, second = figures.losses_by_batch_size(
        [np.arange(1, 5)] * 2, loss, [1, 2], ax, "updates", average=2
    )
    np.testing.assert_allclose(first.get_xydata(), [[2, 6], [3, 3], [4, 1.5]])
    np.testing.assert_allclose(second.get_xydata(), [[1, 6], [2, 3]])
    plt.close(fig)
