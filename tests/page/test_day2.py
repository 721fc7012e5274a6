"""Day 2: the live figures move and say what is right; the surface and the figures added for it."""

import numpy as np
import pytest
from reference import central_difference

import hpcourse as hp
from hpcourse.page import figures
from hpcourse.page.explorers import day2

pytestmark = pytest.mark.usefixtures("no_figure_is_left_open")


def test_the_product_has_the_gradient_and_hessian_of_central_differences(rng):
    surface = hp.Product(1.7)
    w = rng.uniform(-2, 3, (100, 2))
    np.testing.assert_allclose(
        surface.gradient(w), central_difference(surface, w, 1e-5), rtol=1e-5, atol=1e-5
    )
    rows = [central_difference(lambda u, i=i: surface.gradient(u)[..., i], w, 1e-5) for i in range(2)]
    np.testing.assert_allclose(surface.hessian(w), np.stack(rows, axis=-2), rtol=1e-5, atol=1e-5)


def test_the_sharpness_at_a_minimum_of_the_product_is_the_sum_of_squares():
    a = np.array([0.3, 1.0, 4.0])
    minima = np.stack([a, 2 / a], axis=-1)
    surface = hp.Product(2.0)
    assert np.abs(surface(minima)).max() < 1e-14
    np.testing.assert_allclose(hp.sharpness(surface, minima), a**2 + (2 / a) ** 2, rtol=1e-12)
    assert surface.minimum == pytest.approx((np.sqrt(2), np.sqrt(2)))


@pytest.mark.parametrize("target", [0, -1.0, "one"])
def test_the_product_wants_a_target_above_zero(target):
    with pytest.raises((TypeError, ValueError), match="target must be"):
        hp.Product(target)


def test_the_average_loss_of_the_live_figure_is_that_of_many_runs():
    schedule, steps = hp.ExponentialDecay(0.5, 0.05), 60
    path = hp.descend(
        hp.Quadratic([1.0]), hp.SGD(schedule), [-5.0], steps, noise=1.0, seed=range(4000), record=True
    )
    exact = day2._average_loss(schedule(np.arange(steps)))
    spread = path.loss.std(axis=0) / np.sqrt(4000)
    assert exact.shape == (steps + 1,)
    assert np.all(np.abs(path.loss.mean(axis=0) - exact) <= 5 * spread + 1e-12)


def test_the_average_loss_of_a_constant_rate_is_its_noise_floor():
    assert day2._average_loss(np.full(200, 0.5))[-1] == pytest.approx(0.5 / (2 * (2 - 0.5)))


def test_the_decay_says_the_sum_and_when_it_is_worse_than_a_constant_rate():
    figure = hp.explore_decay()
    figure.controls["decay"].value = 1.0
    total = 0.5 / (1 - np.exp(-1.0))
    assert f"all rates together {total:.3g}" in figure.description
    loss = float(figure.description.split("Average loss at the end ")[1].split(";")[0])
    assert loss > 0.17
    figure.controls["decay"].value = 10**-1.6
    assert float(figure.description.split("Average loss at the end ")[1].split(";")[0]) < 0.01


def test_the_valley_says_where_the_rate_can_rest():
    figure = hp.explore_valley()
    figure.controls["lr"].value = 0.1
    assert (
        "2/η = 20. It ends where the sharpness is 12.3; the loss never rose above its first value."
        in figure.description
    )
    figure.controls["lr"].value = 0.25
    assert "on the way the loss rose to" in figure.description
    assert float(figure.description.split("the sharpness is ")[1].split(";")[0]) < 8
    figure.controls["lr"].value = 1.0
    assert "Diverged at step" in figure.description


def test_the_edge_reads_the_training_it_is_given():
    losses = np.array([[3.0, 3.0], [2.0, 4.0], [1.0, 2.0]])
    figure = hp.explore_edge(np.array([0.5, 1.0]), losses, np.array([[1.0, 1.5], [1.2, 1.97]]), every=2)
    figure.controls["rate"].value = 1
    assert "2/η = 2.00, sharpness at the end 1.97. The loss rose in 1 of 2 updates." in figure.description
    figure.controls["rate"].value = 0
    assert "2/η = 4.00, sharpness at the end 1.20. The loss rose in 0 of 2 updates." in figure.description
    (label,) = figure.fig.axes[1].texts
    assert label.get_position()[1] == pytest.approx(min(4.0, 0.92 * figure.fig.axes[1].get_ylim()[1]))


def test_captions_follow_the_language(in_chinese):
    assert "所有學習率加起來" in hp.explore_decay().description
    assert "停在銳度" in hp.explore_valley().description


def test_noisy_losses_draws_the_mean_over_seeds(ax):
    path = hp.descend(hp.Quadratic([1.0]), hp.SGD([0.1, 0.5]), [1.0], 5, noise=1.0, seed=range(3))
    figures.noisy_losses(path, ax, ["small", "large"])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), path.loss[0].mean(axis=0))
    np.testing.assert_allclose(ax.lines[1].get_ydata(), path.loss[0, 0])


def test_strips_shows_every_seed_and_the_mean(ax):
    figures.strips(np.array([[0.1, 0.3], [0.5, 0.9]]), ["a", "b"], ax, "accuracy")
    assert [list(line.get_xdata()) for line in ax.lines[::2]] == [[0.1, 0.3], [0.5, 0.9]]
    assert [line.get_xdata()[0] for line in ax.lines[1::2]] == pytest.approx([0.2, 0.7])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_sharpness_by_rate_draws_the_line_of_two_over_the_rate(ax):
    figures.sharpness_by_rate(np.array([0.1, 1.0]), np.array([5.0, 2.0]), ax)
    line, dots = ax.lines
    np.testing.assert_allclose(np.multiply(*line.get_data()), 2)
    assert list(dots.get_ydata()) == [5.0, 2.0]


def test_threshold_in_training_draws_the_median_and_the_rate(ax):
    figures.threshold_in_training([0, 10], np.array([[1.0, 2.0, 9.0], [2.0, 3.0, 4.0]]), [0.1, 1.0], ax)
    middle, rate = ax.lines[-2:]
    assert list(middle.get_ydata()) == [2.0, 3.0]
    assert list(rate.get_ydata()) == [0.1, 1.0]
    assert {text.get_text() for text in ax.texts} == {"2 / sharpness", "learning rate"}


def test_every_schedule_has_a_colour_and_a_dash_of_its_own():
    styles = figures.SCHEDULE_STYLES.values()
    assert len({style["color"] for style in styles}) == len(styles)
    assert len({str(style["linestyle"]) for style in styles}) == len(styles)
