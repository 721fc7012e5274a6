"""A live figure shows what a full draw would show, the newest values, and what went wrong."""

import asyncio
import base64
import io
import re
import sys

import ipywidgets as widgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from hpcourse.page import live
from hpcourse.page.live import LiveFigure, encode_png, log_slider

matplotlib.use("agg")
X = np.linspace(0, 6, 80)
VALUES = (0.2, 0.5, 0.9, 0.9, 0.1, 0.4)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def image_and_line():
    """Two axes: an image that stays on the left, on the right a black line that stays and a blue one."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(5, 2.5))
    left.imshow(np.outer(X, X))
    right.plot(X, X, "k")
    (line,) = right.plot(X, X)
    return fig, left, right, line


# Each function below builds a figure and returns it with an `update`; the test compares every frame with a
# second copy of the figure that matplotlib draws in full.
KINDS_OF_CHANGE = []


def kind_of_change(build):
    KINDS_OF_CHANGE.append(pytest.param(build, id=build.__name__))
    return build


@kind_of_change
def line_below_another():
    fig, _, right, line = image_and_line()
    right.plot(X, 6 - X, lw=5)
    return fig, lambda k=0.3: line.set_data(X, 3 + 3 * np.sin(X + k))


@kind_of_change
def titles_and_legend_text():
    fig, left, right, line = image_and_line()
    legend = right.legend([line], ["a"], loc="upper left")

    def update(k=0.3):
        line.set_ydata(X * k)
        legend.get_texts()[0].set_text(f"k={k:.1f}")
        left.set_title(f"{k:.2f}")
        fig.suptitle(f"all {k:.1f}")

    return fig, update


@kind_of_change
def new_legend_every_time():
    fig, _, right, line = image_and_line()

    def update(k=0.3):
        line.set(ydata=X * k, label=f"{k:.2f}")
        right.legend()

    return fig, update


@kind_of_change
def legend_that_seeks_the_best_place():
    fig, _, right, line = image_and_line()
    right.legend([line], ["line"], loc="best")
    return fig, lambda k=0.3: line.set_ydata(6 * (6 * k < X))


@kind_of_change
def autoscaled_limits():
    fig, _, right, line = image_and_line()

    def update(k=0.3):
        line.set_ydata(X * (10 * k + 1))
        right.relim()
        right.autoscale_view()

    return fig, update


@kind_of_change
def log_limits():
    fig, _, right, line = image_and_line()
    right.set_yscale("log")

    def update(k=0.3):
        line.set_ydata(np.exp(X * 5 * k))
        right.set_ylim(0.1, np.exp(30 * k))

    return fig, update


@kind_of_change
def shared_limits():
    fig, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(5, 2.5))
    left.plot(X, X)
    right.plot(X, 6 - X)
    return fig, lambda k=0.3: right.set_ylim(0, 9 * k)


@kind_of_change
def cleared_axes():
    fig, _, right, _ = image_and_line()

    def update(k=0.3):
        right.clear()
        right.plot(X, np.sin(X * k * 9), "r")
        right.fill_between(X, -k, k, alpha=0.3)
        right.set_xlabel(f"{k:.1f}")

    return fig, update


@kind_of_change
def ticks():
    fig, _, right, _ = image_and_line()
    return fig, lambda k=0.3: right.set_xticks([0, 6 * k], ["zero", f"{6 * k:.1f}"])


@kind_of_change
def axis_label_through_the_artist():
    fig, _, right, _ = image_and_line()
    right.set_xlabel("x")
    return fig, lambda k=0.3: right.xaxis.label.set_text(f"x {k:.1f}")


@kind_of_change
def title_above_ticks_on_top():
    fig, _, right, _ = image_and_line()
    right.xaxis.tick_top()
    return fig, lambda k=0.3: right.set_title("one" if k < 0.4 else f"$\\frac{{1}}{{{k}}}$")


@kind_of_change
def scatter_and_image():
    fig, left, right, _ = image_and_line()
    points = right.scatter(X, X, c=X)

    def update(k=0.3):
        points.set_offsets(np.column_stack([X, X * k]))
        points.set_sizes(20 * k + X)
        left.images[0].set_data(np.outer(X, X) * k)

    return fig, update


@kind_of_change
def equal_aspect():
    fig, _, right, line = image_and_line()
    right.set_aspect("equal")

    def update(k=0.3):
        line.set_ydata(X * (k + 0.1))
        right.set_ylim(0, 6 * k + 1)

    return fig, update


@kind_of_change
def moved_axes():
    fig, _, right, _ = image_and_line()
    return fig, lambda k=0.3: right.set_position([0.5, 0.2, 0.1 + 0.3 * k, 0.6])


@kind_of_change
def bars_and_colours():
    fig, _, right, _ = image_and_line()
    bars = right.bar([1, 2, 3], [1, 1, 1])

    def update(k=0.3):
        for number, bar in enumerate(bars, start=1):
            bar.set_height(6 * k / number)
        right.set_facecolor((1, 1, 1 - k / 2))
        right.spines["left"].set_color((k, 0, 0))
        fig.set_facecolor((1, 1 - k / 4, 1))

    return fig, update


@kind_of_change
def line_of_upper_twin():
    fig, _, right, _ = image_and_line()
    (line,) = right.twinx().plot(X, X, "r")
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def line_of_lower_twin():
    fig, _, right, line = image_and_line()
    line.set_linewidth(8)
    right.twinx().plot(X, 6 - X, "r", lw=4)
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def axes_over_axes():
    fig, _, _, line = image_and_line()
    fig.add_axes([0.6, 0.3, 0.2, 0.3]).plot(X, X)
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def text_of_the_figure_over_axes():
    fig, _, _, line = image_and_line()
    fig.text(0.6, 0.5, "over the line", fontsize=20)
    fig.legend([line], ["line"], loc="center")
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def three_dimensions():
    fig = plt.figure(figsize=(4, 3))
    axes = fig.add_subplot(projection="3d")
    x, y = np.meshgrid(X[::16], X[::16])
    axes.plot_surface(x, y, x * y)
    return fig, lambda k=0.3: axes.view_init(30, 90 * k)


@kind_of_change
def polar_axes():
    fig = plt.figure(figsize=(4, 3))
    axes = fig.add_subplot(projection="polar")
    (line,) = axes.plot(X, X)

    def update(k=0.3):
        line.set_ydata(X * k)
        axes.set_rmax(1 + 6 * k)

    return fig, update


@kind_of_change
def figures_in_the_figure():
    fig = plt.figure(figsize=(5, 2.5))
    left, right = fig.subfigures(1, 2)
    left.subplots().plot(X, X)
    axes = right.subplots()
    (line,) = axes.plot(X, X)

    def update(k=0.3):
        line.set_ydata(X * k)
        axes.set_xlim(0, 6 + k)

    return fig, update


@kind_of_change
def inset():
    fig, _, right, _ = image_and_line()
    (line,) = right.inset_axes([0.6, 0.1, 0.35, 0.35]).plot(X, X)
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def inset_that_zooms():
    fig, _, right, _ = image_and_line()
    zoom = right.inset_axes([0.6, 0.1, 0.35, 0.35])
    zoom.plot(X, X)
    zoom.set_xlim(0, 1)
    right.indicate_inset_zoom(zoom)
    return fig, lambda k=0.3: zoom.set_xlim(k, k + 1)


@kind_of_change
def second_scale():
    fig, _, right, line = image_and_line()
    right.secondary_yaxis("right", functions=(lambda y: 2 * y, lambda y: y / 2))

    def update(k=0.3):
        line.set_ydata(X * k)
        right.set_ylim(0, 6 if k < 0.5 else 7)

    return fig, update


@kind_of_change
def arrow_tip():
    fig, _, right, _ = image_and_line()
    note = right.annotate("here", (1, 1), (3, 5), arrowprops={"arrowstyle": "->"})

    def update(k=0.3):
        note.xy = (6 * k, 6 * k)  # leaves no mark of a change

    return fig, update


@kind_of_change
def constrained_layout_and_colorbar():
    fig, (left, right) = plt.subplots(1, 2, figsize=(5, 2.5), layout="constrained")
    fig.colorbar(left.imshow(np.outer(X, X)))
    (line,) = right.plot(X, X)
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def colorbar_limits():
    fig, left, _, _ = image_and_line()
    fig.colorbar(left.images[0])

    def update(k=0.3):
        left.images[0].set_data(np.outer(X, X) * (k + 0.1))
        left.images[0].autoscale()

    return fig, update


@kind_of_change
def titles_and_texts_that_stay():
    fig, _, right, line = image_and_line()
    right.set_title("above")
    right.set_title("inside", loc="right", y=0.5)
    right.text(1, 1, "in the axes")
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def number_of_lines():
    fig, _, right, _ = image_and_line()

    def update(k=0.3):
        for line in right.lines[1:]:
            line.remove()
        for number in range(int(10 * k)):
            right.plot(X, X * number / 10)

    return fig, update


@kind_of_change
def line_that_makes_the_limits_grow():
    fig, _, right, _ = image_and_line()

    def update(k=0.3):
        right.lines[-1].remove()
        right.plot(X, 20 * k * X)  # matplotlib puts autoscaling off until it draws

    return fig, update


@kind_of_change
def mark_on_a_colorbar():
    fig, left, _, _ = image_and_line()
    mark = fig.colorbar(left.images[0], extend="both").ax.axhline(3)
    return fig, lambda k=0.3: mark.set_ydata([30 * k, 30 * k])


@kind_of_change
def contours_and_arrows():
    fig, _, right, _ = image_and_line()
    arrows = right.quiver(X[::16], X[::16], X[::16], X[::16])
    contours = []

    def update(k=0.3):
        arrows.set_UVC(X[::16] * k, X[::16])
        if contours:
            contours.pop().remove()
        contours.append(right.contour(np.outer(X, X) * (k + 0.1), extent=(0, 6, 0, 6)))

    return fig, update


@kind_of_change
def animated_artist():
    fig, _, _, line = image_and_line()
    line.set_animated(True)
    return fig, lambda k=0.3: line.set_ydata(X * k)


@kind_of_change
def hidden_and_shown():
    fig, left, right, line = image_and_line()

    def update(k=0.3):
        line.set_visible(k > 0.3)
        left.set_visible(k < 0.8)
        right.set_frame_on(k < 0.45)
        right.axis("on" if k < 0.8 else "off")

    return fig, update


@kind_of_change
def order_of_lines():
    fig, _, right, line = image_and_line()
    right.lines[0].set_linewidth(6)
    return fig, lambda k=0.3: line.set_zorder(1.5 if k < 0.5 else 2.5)


def shown(figure):
    """The pixels of the picture in the page."""
    source = re.search('src="data:image/png;base64,([^"]+)"', figure.picture.value).group(1)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source))).convert("RGBA"))


class FullDraw:
    """A figure of the same kind that matplotlib draws in full, an independent reference."""

    def __init__(self, build):
        self.fig, self.update = build()
        plt.close(self.fig)
        self.canvas, self.value = FigureCanvasAgg(self.fig), None

    def __call__(self, value):
        if value != self.value:  # as in the page, where an equal value is no event
            self.update(value)
        self.value = value
        for artist in self.fig.findobj():
            artist.set_animated(False)
        self.canvas.draw()
        self.fig.set_layout_engine("none")
        return np.asarray(self.canvas.buffer_rgba())


@pytest.mark.slow
@pytest.mark.parametrize("build", KINDS_OF_CHANGE)
def test_every_frame_equals_a_full_draw(build):
    fig, update = build()
    full_draw = FullDraw(build)
    figure = LiveFigure(fig, update, "A figure.", k=(0.0, 1.0, 0.1))
    np.testing.assert_array_equal(shown(figure), full_draw(0.3))
    for value in VALUES:
        figure.controls["k"].value = value
        assert figure.messages.value == ""
        np.testing.assert_array_equal(shown(figure), full_draw(value))


def test_what_stays_is_not_drawn_again():
    fig, left, right, line = image_and_line()

    def update(k=0.3):
        if k <= 0.5:
            line.set_ydata(X * k)

    figure = LiveFigure(fig, update, "A line.", k=(0.0, 1.0, 0.1))
    figure.controls["k"].value = 0.4  # the line becomes one that moves
    drawn = []
    for artist in [fig, left, right, left.images[0], right.lines[0], right.xaxis, line]:
        artist.draw = lambda renderer, artist=artist, draw=artist.draw: (drawn.append(artist), draw(renderer))
    figure.controls["k"].value = 0.5
    assert drawn == [line]
    figure.controls["k"].value = 0.6  # now it does not, but it may again: the background stays
    assert drawn == [line, line]


def test_new_limits_redraw_their_axes_only():
    fig, left, right, _ = image_and_line()
    figure = LiveFigure(fig, lambda k=0.3: right.set_xlim(0, 6 + k), "A line.", k=(0.0, 1.0, 0.1))
    figure.controls["k"].value = 0.4
    drawn = []
    for axes in left, right:
        axes.draw = lambda renderer, axes=axes, draw=axes.draw: (drawn.append(axes), draw(renderer))
    figure.controls["k"].value = 0.5
    assert drawn == [right]


def test_savefig_shows_what_moves_and_loses_no_change():
    def build():
        fig, _, _, line = image_and_line()

        def update(k=0.3):
            line.set_ydata(X * k)
            fig.suptitle(f"k = {k:.1f}")

        return fig, update

    fig, update = build()
    full_draw = FullDraw(build)
    figure = LiveFigure(fig, update, "A line.", k=(0.0, 1.0, 0.1))
    for value in (0.5, 0.6):
        figure.controls["k"].value = value
    file = io.BytesIO()
    fig.savefig(file, dpi="figure")
    np.testing.assert_array_equal(np.asarray(Image.open(file).convert("RGBA")), full_draw(0.6))
    for each in fig, full_draw.fig:
        each.axes[0].images[0].set_cmap("gray")
    fig.canvas.draw()  # takes away matplotlib's mark of the change
    figure.controls["k"].value = 0.7
    np.testing.assert_array_equal(shown(figure), full_draw(0.7))


def line_figure(update=None, **controls):
    """A live figure with one moving line; `update`, if given, runs after the line has moved."""
    fig, _, _, line = image_and_line()

    def move(k=0.3, **others):
        line.set_ydata(X * k)
        return update(k, **others) if update else None

    controls = controls or {"k": (0.0, 1.0, 0.01)}
    return LiveFigure(fig, move, "A line.", **controls)


def test_of_a_burst_few_are_drawn_and_the_newest_is_the_last():
    seen = []
    figure = line_figure(seen.append)

    async def burst():
        for value in np.linspace(0.01, 0.99, 50):
            figure.controls["k"].value = round(value, 2)
        await asyncio.sleep(0.1)

    asyncio.run(burst())
    assert seen[-1] == 0.99
    assert len(seen) <= 4  # the first draw, the first event, the newest, and one more on a slow machine
    assert figure.frames == len(seen)


def test_newest_value_of_every_control():
    seen = []
    figure = line_figure(
        lambda k, **others: seen.append((k, others)),
        k=(0.0, 1.0, 0.1),
        rule=widgets.Dropdown(options=["SGD", "Adam"]),
        shown=widgets.Checkbox(value=True),
        size=widgets.ToggleButtons(options=[("small", 1), ("large", 2)]),
    )
    assert seen[-1] == (0.3, {"rule": "SGD", "shown": True, "size": 1})
    for name, value in {"rule": "Adam", "shown": False, "size": 2, "k": 0.5}.items():
        figure.controls[name].value = value
    assert seen[-1] == (0.5, {"rule": "Adam", "shown": False, "size": 2})
    assert len(seen) == 5


def test_error_is_shown_with_the_last_good_picture_and_goes_away():
    def update(k):
        print(f"k is <{k}>")
        if k == 0.5:
            raise ValueError("not <half>")

    figure = line_figure(update)
    assert "k is &lt;0.3&gt;" in figure.messages.value
    good = figure.picture.value
    figure.controls["k"].value = 0.5
    assert 'role="alert"' in figure.messages.value
    assert "ValueError: not &lt;half&gt;" in figure.messages.value
    assert "k is &lt;0.5&gt;" in figure.messages.value
    assert "in refresh" not in figure.messages.value  # the reader's own code only
    assert figure.picture.value == good
    assert figure.messages.layout.display is None
    figure.controls["k"].value = 0.6
    assert "ValueError" not in figure.messages.value
    assert "alert" not in figure.messages.value
    assert figure.picture.value != good


def test_what_goes_to_stderr_is_shown():
    figure = line_figure(lambda k: print("overflow", file=sys.stderr))
    assert "overflow" in figure.messages.value


def test_error_while_drawing_is_shown_and_the_next_frame_is_whole():
    fig, left, _, line = image_and_line()

    def update(k=0.3):
        line.set_ydata(X * k)
        left.set_title("$\\frac{$" if k == 0.5 else "good")

    def build():
        fig, _, _, line = image_and_line()
        fig.axes[0].set_title("good")
        return fig, lambda k: line.set_ydata(X * k)

    figure = LiveFigure(fig, update, "A line.", k=(0.0, 1.0, 0.1))
    good = figure.picture.value
    for value in (0.5, 0.6, 0.5):
        figure.controls["k"].value = value
        assert ("ValueError" in figure.messages.value) == (value == 0.5)
        if value == 0.6:
            np.testing.assert_array_equal(shown(figure), FullDraw(build)(0.6))
            assert figure.messages.layout.display == "none"
    assert figure.picture.value != good


def test_first_error_is_raised():
    with pytest.raises(ZeroDivisionError):
        line_figure(lambda k: 1 / 0)


def test_bundle_holds_widget_picture_and_words():
    figure = line_figure(lambda k: f"k < {k}")
    data, metadata = figure._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == figure.box.model_id
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A line. k < 0.3"
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    np.testing.assert_array_equal(np.asarray(picture), shown(figure))
    assert metadata["image/png"]["width"] == picture.width == round(5 * figure.fig.dpi)
    figure.controls["k"].value = 0.7
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "A line. k < 0.7"


def test_ipython_shows_the_bundle_as_it_is():
    formatter = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell.instance()
    data, metadata = formatter.display_formatter.format(line_figure(lambda k: "caption"))
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == "A line. caption"


def test_alt_and_caption_are_html_and_announced():
    figure = line_figure(lambda k: f'"k" < {k}')
    assert 'alt="A line. &quot;k&quot; &lt; 0.3"' in figure.picture.value
    assert 'role="status" aria-live="polite"' in figure.caption.value
    assert "&quot;k&quot; &lt; 0.3</div>" in figure.caption.value
    figure.controls["k"].value = 0.4
    assert "&lt; 0.4</div>" in figure.caption.value


def test_frames_fill_a_packet_but_the_stored_one_is_small():
    figure = line_figure()
    assert len(figure.picture.value) < live.FULL_PACKET
    figure.controls["k"].value = 0.4
    assert len(figure.picture.value) >= live.FULL_PACKET


def test_high_resolution_is_sharper_not_larger():
    for dpi, width in ((72, 360), (100, 500), (200, 500)):
        fig, axes = plt.subplots(figsize=(5, 2), dpi=dpi)
        (line,) = axes.plot(X, X)
        figure = LiveFigure(fig, lambda k=0.3, line=line: line.set_ydata(k * X), "A line.", k=(0.0, 1.0))
        assert f'width="{width}"' in figure.picture.value
        assert shown(figure).shape[1] == 5 * dpi


def test_figure_is_not_shown_a_second_time():
    figure = line_figure()
    assert figure.fig.number not in plt.get_fignums()


def test_error_heading_follows_the_language(monkeypatch):
    monkeypatch.setattr(live, "text", {"The figure was not updated:": "圖沒有更新："}.__getitem__)
    figure = line_figure(lambda k: 1 / (k - 0.5))
    figure.controls["k"].value = 0.5
    assert '<b role="alert">圖沒有更新：</b>' in figure.messages.value


def test_labels():
    figure = line_figure(
        lambda k, **_: None, k=(0.0, 1.0), batch_size=(1, 64), lr=log_slider(0.001, 1, 0.03, "學習率 η")
    )
    assert [control.description for control in figure.controls.values()] == ["k", "batch size", "學習率 η"]
    assert all(control.style.description_width == "initial" for control in figure.controls.values())


@pytest.mark.parametrize(
    ("abbreviation", "readout"),
    [
        ((0.001, 0.12, 0.001), ".3f"),
        ((0.0, 1.0, 0.25), ".2f"),
        ((0.0, 1e-3, 1e-5), ".5f"),
        ((0.0, 9.0, 1.0), ".0f"),
    ],
)
def test_readout_shows_every_step(abbreviation, readout):
    assert line_figure(k=abbreviation).controls["k"].readout_format == readout


def test_control_without_a_value_is_refused():
    with pytest.raises(TypeError, match="k must be a widget or an abbreviation"):
        line_figure(k=object())


@pytest.mark.parametrize("start", [1e-4, 0.00011, 0.03, 0.5, 10])
def test_log_slider(start):
    slider = log_slider(1e-4, 10, start, "η")
    assert (slider.min, slider.max) == (-4, 1)
    assert slider.value == pytest.approx(start)
    assert slider.readout_format == ".3g"
    assert slider.description == "η"
    assert 0.03 < slider.step < 0.07
    steps = (np.log10(start) - slider.min) / slider.step
    assert steps == pytest.approx(round(steps), abs=1e-6)  # else the page would move it at once


def test_png_is_lossless():
    pixels = np.random.default_rng(0).integers(0, 256, (7, 13, 4), np.uint8)
    for level in (1, 9):
        picture = Image.open(io.BytesIO(encode_png(pixels, level)))
        np.testing.assert_array_equal(np.asarray(picture), pixels)


def test_a_layout_engine_does_not_make_whole_axes_move():
    fig, ax = plt.subplots(layout="constrained")
    (line,) = ax.plot([0, 1], [0, 1])
    figure = LiveFigure(fig, lambda k=1.0: line.set_ydata([0, k]), alt="A line.", k=(0.0, 1.0))
    figure.controls["k"].value = 0.5
    figure.controls["k"].value = 0.7
    assert line in figure._redraw.moving
    assert ax not in figure._redraw.moving
