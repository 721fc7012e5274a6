"""The figures draw what they are given; the explorers say in words what is seen."""

import re
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import hpcourse as hp
from hpcourse.page import figures

pytestmark = pytest.mark.usefixtures("no_figure_is_left_open")


def luminance(colour):
    """Relative luminance as the web accessibility guidelines define it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


@pytest.mark.parametrize("name", sorted(figures.OPTIMIZER_STYLES))
def test_every_optimizer_colour_stands_out_from_white(name):
    assert (1 + 0.05) / (luminance(figures.OPTIMIZER_STYLES[name]["color"]) + 0.05) >= 3


def test_no_two_optimizers_share_a_dash_a_colour_or_a_marker():
    assert set(figures.OPTIMIZER_STYLES) == set(figures.OPTIMIZER_MARKERS) == set(hp.optimizers.RULES)
    for looks in zip(*figures._LOOKS):
        assert len({str(look) for look in looks}) == len(figures._LOOKS)


def test_there_is_a_look_left_for_the_next_optimizer():
    spare = len(figures._LOOKS) - len(hp.optimizers.RULES)
    assert spare > 0, "give _LOOKS of hpcourse/page/figures.py one more colour, dash and marker"


@pytest.fixture
def displayed(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: shown.append((a, k)))
    return shown


def test_show_gives_the_picture_with_its_words_in_the_language_in_use(displayed):
    fig, _ = plt.subplots(figsize=(3, 2))
    hp.use_language("zh-TW")
    try:
        hp.show(fig, "day1-regimes")
    finally:
        hp.use_language("en")
    ((bundle,), options), ((beside,), _) = displayed
    assert "拋物線" in bundle["text/plain"]
    assert options["metadata"]["image/png"]["alt"] == bundle["text/plain"]
    # For JupyterLab, which drops the alt: an image with a name, and nothing to see even without styles.
    assert (
        re.fullmatch(r'<div [^>]*role="img" aria-label="([^"<]*)"[^>]*></div>', beside["text/html"])[1]
        == (bundle["text/plain"])
    )


def test_show_takes_words_for_a_figure_of_ones_own_and_refuses_an_unknown_key(displayed):
    hp.show(plt.figure(), "My own figure: a < b.")
    assert displayed[0][0][0]["text/plain"] == "My own figure: a < b."
    assert 'aria-label="My own figure: a &lt; b."' in displayed[1][0][0]["text/html"]
    with pytest.raises(ValueError, match=r"'day1-regimes'.*got 'day1-regime'"):
        hp.show(plt.figure(), "day1-regime")
    plt.close("all")


def test_show_leaves_what_is_not_a_figure_to_the_page(displayed):
    hp.show("an explorer")
    assert displayed == [(("an explorer",), {})]


def test_sweep_rings_the_rate_with_the_best_mean_and_marks_lost_rates(ax):
    rates = np.array([0.1, 1.0, 10.0])
    figures.sweep(rates, np.array([[0.8, 0.8], [0.95, 0.75], [np.nan, 0.99]]), ax, "accuracy")
    ring = next(line for line in ax.lines if line.get_markersize() == 12)
    assert ring.get_xdata() == pytest.approx([1.0])  # 0.85 beats 0.8, and 0.99 has a lost seed
    crosses = next(line for line in ax.lines if line.get_marker() == "x")
    assert crosses.get_xdata() == pytest.approx([10.0])


def test_sweep_of_a_loss_rings_the_lowest(ax):
    figures.sweep(np.array([0.1, 1.0]), np.array([[0.3, 0.3], [0.1, 0.2]]), ax, "loss", better=min)
    ring = next(line for line in ax.lines if line.get_markersize() == 12)
    assert ring.get_xdata() == pytest.approx([1.0])


def test_names_at_the_ends_do_not_overlap(ax):
    lines = [(ax.plot([0, 1], [0, y])[0], f"run {y}") for y in (1.0, 1.01, 1.02)]
    figures.name_ends(ax, lines)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    boxes.sort(key=lambda box: box.y0)
    assert len(boxes) == 3
    assert all(lower.y1 <= upper.y0 + 2 for lower, upper in pairwise(boxes))


def test_distance_by_rate_tells_nearer_from_farther(ax):
    figures.distance_by_rate(np.array([1.0, 2.0, 3.0]), np.array([0.1, 2.0, 9.0]), ax, start=2.5)
    nearer, farther = ax.lines[:2]
    assert list(nearer.get_xdata()) == [1.0, 2.0]
    assert list(farther.get_xdata()) == [3.0]


def test_regimes_are_named_after_what_the_runs_do():
    path = hp.descend(hp.Quadratic([2.0]), hp.SGD([0.01, 0.3, 0.9, 1.1]), [1.0], 12)
    assert hp.regimes(path) == ["crawls", "converges", "rings", "diverges"]


@pytest.mark.parametrize(
    ("lr", "curvature", "words"),
    [
        (0.01, 2.0, "Crawls: every step multiplies w by 0.98; after 20 steps 0.67 of the distance is left."),
        (0.25, 2.0, "Converges: every step multiplies w by 0.5"),
        (0.9, 2.0, "Rings: every step crosses the minimum and multiplies w by −0.8"),
        (1.01, 2.0, "Diverges: every step multiplies w by −1.02 and lands farther away"),
        (10.0, 10.0, "Diverged at step 2: every step multiplies w by −99."),
    ],
)
def test_the_parabola_says_what_is_seen(lr, curvature, words):
    figure = hp.explore_parabola()
    figure.controls["curvature"].value = curvature
    figure.controls["lr"].value = lr
    assert words in figure.description


def test_the_bowl_names_both_directions():
    figure = hp.explore_bowl()
    figure.controls["lr"].value = 0.3
    assert "Flat direction (λ = 1): converges. Steep direction (λ = 10): diverges." in figure.description
    figure.controls["steepness"].value = 2.0
    assert "Steep direction (λ = 2): converges." in figure.description


def test_the_two_valleys_are_told_apart():
    figure = hp.explore_basins()
    assert "stuck in the shallow valley. Its longest step was" in figure.description
    figure.controls["start"].value = -1.5
    assert "rests in the deep valley" in figure.description
    figure.controls["lr"].value = 2.0
    figure.controls["start"].value = 2.0
    assert "Diverged at step" in figure.description


@pytest.mark.parametrize(("lr", "start"), [(0.785, -1.5), (1.53, 1.0)])
def test_who_jumps_to_and_fro_close_to_a_bottom_does_not_rest(lr, start):
    assert "still moving" in hp.explore_basins().update(lr=lr, start=start)


def test_the_sweep_explorer_reads_the_history_it_is_given():
    history = hp.train(
        hp.softmax_regression(64, 10), hp.digits(), hp.SGD([0.1, 1.0]), epochs=1, seed=range(2)
    )
    figure = hp.explore_sweep(history)
    figure.controls["rate"].value = 0
    accuracy = history.test_accuracy[0]
    assert f"test accuracy {accuracy.min():.1%} to {accuracy.max():.1%} over 2 seeds" in figure.description


def test_captions_follow_the_language():
    hp.use_language("zh-TW")
    try:
        figure = hp.explore_parabola()
        assert re.search("慢爬|收斂", figure.description)
        assert figure.controls["lr"].description == "學習率 η"
    finally:
        hp.use_language("en")


def test_a_page_beside_the_days_has_words_for_its_figures_too():
    assert figures.alternative("take_home_pytorch-range").startswith("Training loss while the rate grows")
    assert figures.alternative("a-figure of my own") == "a-figure of my own"
    assert figures.alternative("my-figure") == "my-figure"
    with pytest.raises(ValueError, match="take_home_pytorch-range"):
        figures.alternative("take_home_pytorch-rang")


def test_named_lines_have_a_look_for_each_of_ten():
    """Whoever adds widths to a sweep of four gets lines that can be told apart, not an error."""
    _, ax = plt.subplots()
    figures.named_lines([1, 2], {f"width {n}": [n, n] for n in range(10)}, ax, "legend")
    looks = {
        (line.get_color(), str(line.get_linestyle()), str(line._dash_pattern)) for line in ax.get_lines()
    }
    plt.close()
    assert len(looks) == 10
