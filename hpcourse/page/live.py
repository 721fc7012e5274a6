"""Figures that follow sliders at once, because only what moves is drawn again.

    def update(lr=0.03):
        path.set_data(x, y)  # changes what is drawn, in place
        return f"loss {y[-1]:.3g}"  # the caption

    LiveFigure(fig, update, alt="Path of gradient descent.", lr=log_slider(0.001, 1, 0.03))

Works with ipywidgets 7.7 and 8; its only JavaScript is one line, for the arrow keys.
"""

import asyncio
import base64
import contextlib
import html
import io
import math
import struct
import time
import traceback
import zlib
from decimal import Decimal
from inspect import Parameter, signature

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import SubFigure
from matplotlib.text import Annotation

from hpcourse.frame.language import sentences, text
from hpcourse.page.lettering import lines_in, translate

BACK_TO_BACK = 0.002  # seconds: events this close together come from a queue, not from a hand
QUEUE_RUNS_DRY = 0.004  # seconds
FULL_PACKET = 66_000  # bytes: just over 64 KiB
# Notebook 7 takes the arrow keys away from sliders, to go from cell to cell. Its shortcuts pass over what has
# this attribute, which any other key takes away again, so that Shift+Enter still runs the cell.
ARROWS_MOVE_SLIDERS = (
    "self.hpcourseArrows ||= self.addEventListener('keydown', e => e.target.matches?.('.noUi-handle') &&"
    " e.target.toggleAttribute('data-lm-suppress-shortcuts', e.key.startsWith('Arrow')), true) || true"
)


def log_slider(low, high, start, label=""):
    """A slider from `low` to `high` whose steps multiply, by about 12 %: what a learning rate needs."""
    lowest, highest, first = (math.log10(value) for value in (low, high, start))
    # In powers of ten: about 20 presses of an arrow key, or 4 of PageUp, for a factor of ten. A whole number
    # of steps leads to `start`, since the page moves a slider that stands between two steps.
    step = (first - lowest) / max(1, round((first - lowest) / 0.05)) or 0.05
    return widgets.FloatLogSlider(
        value=start, min=lowest, max=highest, step=step, readout_format=".3g", description=label
    )


class LiveFigure:
    """`fig` with `controls` above it and a caption in words below it: the last line of a cell shows it.

    `update(**values)` is called with the value of every control, at first and after each change. It changes
    what is drawn in place and may return the caption. The newest values win: those that came and went while
    it was at work are skipped. If it raises, the last good picture stays, and the error is shown below it
    until an update succeeds; what it prints is shown there too. The first error of all is raised.

    `alt` is a sentence that says what the figure shows; together with the caption it stands for the picture
    where that cannot be seen. A control is any widget with a value, or an abbreviation of ipywidgets such as
    (low, high, step), which starts at the default that `update` gives the parameter. The keyboard alone
    suffices: arrows, PageUp, PageDown, Home, End, and the slider's number can be typed.

    What `update` has to heed: it changes things through methods of the axes and artists (`line.set_data`,
    `ax.set_xlim`), not through `plt` or arrays changed in place, and does not set the controls. Not followed
    are changes of single tick labels, and parts that reach out of their axes into others. Cheapest are
    numbers in the caption rather than in the axes, limits that stay, and a legend below what moves
    (`legend.set_zorder(1)`).
    """

    def __init__(self, fig, update, alt, **controls):
        plt.close(fig)  # else the notebook shows the figure a second time, without controls
        self.fig, self.update, self.alt = fig, update, alt
        self.controls = {name: _as_widget(name, value, update) for name, value in controls.items()}
        self.picture, self.caption, self.messages = widgets.HTML(), widgets.HTML(), widgets.HTML()
        row = widgets.HBox([*self.controls.values()], layout={"flex_flow": "row wrap"})  # for narrow pages
        self.box = widgets.VBox([row, self.picture, self.caption, self.messages])
        self.frames = 0  # shown so far
        self._redraw, self._waiting, self._last_frame = PartialRedraw(fig), None, -math.inf
        self.refresh()
        fig.set_layout_engine("none")  # laid out once: later frames must not jitter
        for control in self.controls.values():
            control.observe(self._value_changed, "value")

    def refresh(self):
        """Call `update` with the newest values and show the result, or what went wrong."""
        self._waiting, printed, error = None, io.StringIO(), ""
        values = {name: control.value for name, control in self.controls.items()}
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                caption = self.update(**values)
                translate(self.fig)
                pixels = self._redraw.draw()
            self._show(pixels, caption if isinstance(caption, str) else "")
        except Exception as exception:
            if not self.frames:
                raise  # a cell that cannot work must fail where it stands
            in_update = exception.__traceback__.tb_next
            error = "".join(traceback.format_exception(type(exception), exception, in_update))
        self._show_messages(error, printed.getvalue())
        self._last_frame = time.monotonic()

    def _value_changed(self, _):
        """Draw at once, so that the page waits for the picture; but of queued events only the newest."""
        if self._waiting is None and time.monotonic() - self._last_frame < BACK_TO_BACK:
            with contextlib.suppress(RuntimeError):  # outside a kernel no event loop runs, and nothing queues
                self._waiting = asyncio.get_running_loop().call_later(QUEUE_RUNS_DRY, self.refresh)
        if self._waiting is None:
            self.refresh()

    def _show(self, pixels, caption):
        """Put a frame and its caption into the page."""
        first = self.frames == 0  # this one is stored in the notebook, so it is made small; the others, fast
        self._png = base64.b64encode(encode_png(pixels, level=9 if first else 1)).decode()
        sharpness = max(1, self.fig.dpi / 100)  # more dots than 100 per inch make it sharper, not larger
        self._width = round(pixels.shape[1] / sharpness)
        self.description = sentences(self.alt, caption)
        # An <img> in HTML, since widgets.Image has no alt text.
        image = (
            f'<img alt="{html.escape(self.description)}" width="{self._width}"'
            f' style="max-width: 100%; height: auto" onload="{html.escape(ARROWS_MOVE_SLIDERS)}"'
            f' src="data:image/png;base64,{self._png}">'
        )
        # Jupyter's server leaves Nagle's algorithm on: where server and browser share a computer, a message
        # shorter than a packet (64 KiB there) can wait 40 ms for an acknowledgement, so frames are padded.
        self.picture.value = image if first else image.ljust(FULL_PACKET)
        self.caption.value = f'<div role="status" aria-live="polite">{html.escape(caption)}</div>'
        self.frames += 1

    def _show_messages(self, error, printed):
        """Show an error and what was printed below the caption, or nothing."""
        if error:
            heading = html.escape(text("The figure was not updated:"))
            error = f'<b role="alert">{heading}</b>\n{html.escape(error)}'
        shown = error + html.escape(printed)
        self.messages.value = f'<pre style="line-height: 1.3; overflow: auto">{shown}</pre>' if shown else ""
        self.messages.layout.display = None if shown else "none"  # an empty line would take room

    def _repr_mimebundle_(self, **_):
        """The live figure; for readers without a kernel, the picture as it was when shown."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        bundle = {"application/vnd.jupyter.widget-view+json": view, "image/png": self._png}
        bundle["text/plain"] = self.description
        about = {"alt": self.description, "width": self._width, "words": lines_in(self.fig)}
        return bundle, {"image/png": about}


class PartialRedraw:
    """Draws a figure again by drawing only what moves; every frame equals a full draw, pixel for pixel.

    What has never changed is kept as one picture, the background. What has changed at least once, and all
    that is drawn over it, is drawn on top of that, in matplotlib's own order. Axes are drawn whole from the
    time their limits or ticks change, or something moves behind them; all others part by part.
    """

    def __init__(self, fig):
        self.fig, self.canvas = fig, FigureCanvasAgg(fig)
        self.still = None  # the parts that make up the background, None while there is no background
        self.known, self.moving, self.places, self.renderer = set(), set(), {}, None
        self.canvas.mpl_connect("draw_event", self._forget_background)

    def draw(self):
        """The figure as it is now: an array (height, width, 4) of bytes."""
        renderer = self.canvas.get_renderer()
        parts = self._find_parts(renderer)
        still = [part for part in parts if part not in self.moving]
        resized = renderer is not self.renderer
        if still != self.still or resized or self.fig.patch.stale:
            self._draw_background()
        self.canvas.restore_region(self.background)
        for part in parts:
            if part in self.moving:
                part.draw(renderer)
        self.still, self.known, self.renderer = still, set(parts), renderer
        return np.asarray(self.canvas.buffer_rgba())

    def _draw_background(self):
        """Draw the figure without the moving parts, and keep the picture."""
        animated = {part: part.get_animated() for part in self.moving}
        try:
            for part in self.moving:
                part.set_animated(True)  # matplotlib leaves these out
            self.canvas.draw()
        finally:
            for part, before in animated.items():
                part.set_animated(before)
        self.background = self.canvas.copy_from_bbox(self.fig.bbox)
        self.places = {axes: axes.bbox.bounds for axes in self.places}  # a layout engine may have moved them
        for artist in self.fig.findobj():
            artist.stale = False  # matplotlib leaves this mark of a change on some, such as empty texts

    def _forget_background(self, _):
        """After a draw by others, such as `fig.canvas.draw()`: it has cleared all marks of a change."""
        self.still = None

    def _find_parts(self, renderer):
        """All parts in the order matplotlib draws them; notes in `self.moving` which of them move."""
        parts, moving, moving_areas = [], set(), []
        for child in _in_drawing_order(self.fig.get_children(), self.fig.patch):
            over_moving = any(_area(child, renderer).overlaps(area) for area in moving_areas)
            if not over_moving and self._keeps_scale(child, renderer):
                inside = _parts_of_axes(child)
                moves = self._find_moving(inside, child, renderer)
            else:
                inside = [child]
                moves = inside if over_moving or self._has_changed(child) else []
            if moves:
                moving_areas.append(_area(child, renderer))
            parts.extend(inside)
            moving.update(moves)
        self.moving = moving
        return parts

    def _keeps_scale(self, child, renderer):
        """Whether `child` is axes with the same place, limits and ticks as ever."""
        if not isinstance(child, Axes) or _draws_its_own_way(child):
            return False
        _settle(child, renderer)
        place = child.bbox.bounds
        stays = place == self.places.setdefault(child, place)
        return child not in self.moving and (self.still is None or (stays and not _scale_changed(child)))

    def _find_moving(self, parts, axes, renderer):
        """The `parts` of `axes` that have changed, and those drawn over them."""
        moving, over_moving = [], False
        titles = _titles(axes)  # they stand above the axes, where nothing moves below them
        for part in parts:
            apart = part in titles and not (
                part.get_text() and part.get_window_extent(renderer).overlaps(axes.bbox)
            )
            if self._has_changed(part) or (over_moving and not apart):
                moving.append(part)
                over_moving = over_moving or not apart
        return moving

    def _has_changed(self, part):
        """Whether `part` has ever changed, or is new since the last frame."""
        if part in self.moving or part.get_animated():
            return True
        return self.still is not None and (part not in self.known or _is_marked(part))


def _in_drawing_order(artists, *left_out):
    return sorted((artist for artist in artists if artist not in left_out), key=lambda artist: artist.zorder)


def _parts_of_axes(axes):
    """What `Axes.draw` draws, in its order: the patch first, whatever its zorder."""
    if not axes.get_visible():
        return []
    framed = axes.axison and axes.get_frame_on()
    left_out = [axes.patch, *([] if framed else axes.spines.values())]
    if not axes.axison:
        left_out += [axes.xaxis, axes.yaxis]
    return [axes.patch] * framed + _in_drawing_order(axes.get_children(), *left_out)


def _titles(axes):
    return axes.title, axes._left_title, axes._right_title


def _area(child, renderer):
    return child.bbox if isinstance(child, (Axes, SubFigure)) else child.get_window_extent(renderer)


def _draws_its_own_way(artist):
    """Whether `artist` is more than plain axes: 3-D, polar, a figure in the figure."""
    return isinstance(artist, SubFigure) or (isinstance(artist, Axes) and type(artist).draw is not Axes.draw)


def _settle(axes, renderer):
    """Do now what matplotlib puts off until it draws: autoscaling and placing the axes."""
    _ = axes.viewLim  # autoscales
    locator = axes.get_axes_locator()
    axes.apply_aspect(locator(axes, renderer) if locator else None)
    for inset in axes.child_axes:
        _settle(inset, renderer)


def _scale_changed(axes):
    """Whether limits, ticks or labels changed, so that anything in `axes` may stand elsewhere."""
    if axes.xaxis.stale or axes.yaxis.stale:
        return True
    # matplotlib moves a title out of the way of what stands above the axes.
    top = "top" in (axes.xaxis.get_ticks_position(), axes.xaxis.get_label_position())
    if (top or axes.yaxis.offsetText.get_text()) and any(title.stale for title in _titles(axes)):
        return True
    return any(map(_scale_changed, axes.child_axes))


def _is_marked(artist):
    """Whether matplotlib has marked `artist`, or anything in it, as changed since it was drawn."""
    if isinstance(artist, Axis):
        return False  # _scale_changed looks at these
    # Some changes leave no mark: `annotation.xy = ...`, turning 3-D axes.
    unmarked = isinstance(artist, Annotation) or _draws_its_own_way(artist)
    return unmarked or artist.stale or any(map(_is_marked, artist.get_children()))


def encode_png(pixels, level):
    """`pixels` (height, width, 4) as a PNG file, lossless; without row filters, hence faster than Pillow."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 4 * width), np.uint8)  # each row begins with its filter: 0, none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0)  # 8 bits of red, green, blue and opacity
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, level)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _as_widget(name, control, update):
    """The widget for one control, with a label and room for it."""
    parameter = signature(update).parameters.get(name)
    start = parameter.default if parameter else Parameter.empty
    widget = widgets.interactive.widget_from_abbrev(control, start)
    if widget is None:
        raise TypeError(f"{name} must be a widget or an abbreviation like (low, high, step), got {control!r}")
    if widget is not control and isinstance(widget, widgets.FloatSlider):
        decimals = max(_decimals(widget.min), _decimals(widget.step))
        widget.readout_format = f".{decimals}f"  # else a rate of 0.004 would read 0.00
    widget.description = widget.description or name.replace("_", " ")
    widget.style.description_width = widget.style.description_width or "initial"  # as wide as the label
    if hasattr(widget, "readout"):  # a slider
        widget.layout.width = widget.layout.width or "28em"
    widget.layout.max_width = widget.layout.max_width or "98%"
    return widget


def _decimals(number):
    return max(0, -Decimal(str(number)).normalize().as_tuple().exponent)
