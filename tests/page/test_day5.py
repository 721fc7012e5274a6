"""Day 5: the replay of gradients, its figures, and what its explorers say."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.page import figures
from hpcourse.page.explorers import day5


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def test_a_replay_of_sgd_is_a_sum_of_gradients():
    gradients = np.array([[1.0, -2.0], [3.0, 0.5]])
    run = hp.replay(hp.SGD(0.1), gradients, start=1.0)
    assert run.w == pytest.approx(np.array([[1.0, 1.0], [0.9, 1.2], [0.6, 1.15]]))
    assert run.moves == pytest.approx(0.1 * gradients)
    assert run.memory == {}


def test_a_replay_keeps_the_memory_after_every_step():
    run = hp.replay(hp.Adam(lr=0.5, beta1=0.5, beta2=0.75), [2.0, -4.0])
    assert run.memory["m"] == pytest.approx([1.0, -1.5])
    assert run.memory["v"] == pytest.approx([1.0, 4.75])
    second = (-1.5 / 0.75) / np.sqrt(4.75 / (1 - 0.75**2))
    assert run.moves == pytest.approx([0.5, 0.5 * second], rel=1e-6)


def test_a_replay_follows_a_schedule():
    run = hp.replay(hp.SGD(hp.InverseTimeDecay(1.0, 1.0)), np.ones(3))
    assert run.moves == pytest.approx([1, 1 / 2, 1 / 3])


@pytest.mark.parametrize("gradients", [3.0, []])
def test_a_replay_needs_gradients(gradients):
    with pytest.raises(ValueError, match="gradients must be a list"):
        hp.replay(hp.SGD(0.1), gradients)


def test_named_lines_give_optimizers_their_look_and_others_different_ones(ax):
    figures.named_lines([1, 2], {"Adam": [1, 2], "one": [3, 4], "two": [5, 6]}, ax, xlabel="step")
    adam, one, two = ax.lines
    assert adam.get_color() == figures.OPTIMIZER_STYLES["Adam"]["color"]
    assert (one.get_color(), one.get_linestyle()) != (two.get_color(), two.get_linestyle())
    assert {text.get_text() for text in ax.texts} == {"Adam", "one", "two"}
    assert ax.get_xlabel() == "step"


def test_named_lines_can_be_named_at_the_start_or_in_a_legend(ax):
    figures.named_lines([1, 2], {"one": [3, 4]}, ax, names="start")
    assert ax.texts[0].xy == (1, 3)
    figures.named_lines([1, 2], {"two": [3, 4]}, ax, names="legend")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "two"]


def test_optimizer_sweeps_ring_the_best_mean_and_count_lost_runs_as_nothing(ax):
    values = {"Adam": np.array([[0.5, 0.6], [0.9, np.nan], [0.7, 0.8]])}
    figures.optimizer_sweeps(np.array([0.1, 1.0, 10.0]), values, ax, "accuracy")
    line, ring = ax.lines
    assert line.get_ydata() == pytest.approx([0.55, 0.45, 0.75])
    assert ring.get_xdata() == pytest.approx([10.0])


def test_adam_says_its_numbers_and_the_size_of_the_gradients_drops_out():
    figure = hp.explore_adam()
    figure.controls["t"].value = 2
    assert (
        "Step 2: g = 1, m = 0.19, m̂ = 1, v = 0.002, v̂ = 1. The weight moves by 1.00 η." in figure.description
    )
    figure.controls["size"].value = 1e6
    assert "g = 1e+06, m = 1.9e+05, m̂ = 1e+06" in figure.description
    assert "The weight moves by 1.00 η." in figure.description
    figure.controls["size"].value = 1e-8  # as small as ε
    assert "The weight moves by 0.50 η." in figure.description


def test_adam_hardly_moves_when_signs_change_and_rmsprop_takes_full_steps():
    figure = hp.explore_adam()
    figure.controls["sequence"].value = "signs"
    figure.controls["t"].value = 60
    assert "moves by −0.05 η" in figure.description  # (1 - β₁) / (1 + β₁) = 0.0526
    figure.controls["beta1"].value = 0.0
    assert "moves by −1.00 η" in figure.description


def test_a_rare_gradient_makes_a_step_longer_than_three_without_smoothing():
    figure = hp.explore_adam()
    figure.controls["sequence"].value = "rare"
    figure.controls["beta1"].value = 0.0
    figure.controls["beta2"].value = 0.99
    figure.controls["t"].value = 45
    assert 3 < float(figure.description.split("moves by ")[1].split(" ")[0]) < 5


@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_the_walks_of_the_ravine_are_those_of_the_package(angle):
    surface, start = hp.Quadratic((1.0, 50.0), angle=angle), [2.0, 1.0]
    bends = surface.hessian(start).tolist()
    for own, rule in ((day5._Adam(0.1), hp.Adam(0.1)), (day5._Momentum(0.02), hp.Momentum(0.02))):
        expected = hp.descend(surface, rule, start, steps=80).w
        assert np.array(day5._walk(bends, start, own, 80)) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_only_adam_notices_that_the_ravine_turns():
    figure = hp.explore_turned_ravine()
    losses = {}
    for angle in (0.0, 45.0, 90.0):
        figure.controls["angle"].value = angle
        words = figure.description.split("momentum ")[-1].rstrip(".")
        losses[angle] = [float(word) for word in words.split(", Adam ")]
    assert losses[0.0] == losses[90.0]
    assert losses[0.0][0] == losses[45.0][0]
    assert losses[45.0][1] > 1000 * losses[0.0][1]


def test_adam_walks_the_wrong_way_until_it_remembers_longer():
    figure = hp.explore_wrong_way()
    assert "SGD −0.97, Adam 0.99, AMSGrad −0.99" in figure.description
    figure.controls["beta2"].value = 0.9
    assert "Adam −0.9" in figure.description
    figure.controls["cycle"].value = 30
    assert "Adam 0.9" in figure.description


def test_captions_follow_the_language(in_chinese):
    figure = hp.explore_adam()
    assert "權重移動 1.00 η" in figure.description
    assert figure.controls["sequence"].options[1] == ("正負交替", "signs")
