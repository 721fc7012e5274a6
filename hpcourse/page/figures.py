"""Figures: functions that draw on an `ax` and return it. They never train.

One colour and one dash belong to each optimizer in the whole course; both survive greyscale print
and the common kinds of colour blindness. Where a run diverges, a cross marks the last point.
"""

import base64
import html
import io
import re
from importlib import import_module, resources
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LogNorm
from matplotlib.ticker import LogLocator, NullFormatter

from hpcourse.frame.language import text
from hpcourse.measure import regimes as name_regimes
from hpcourse.optimizers import RULES
from hpcourse.page.lettering import lines_in, translate, use_font

BLUE, ORANGE, GREEN, VIOLET, BROWN, GREY = "#0072B2", "#D55E00", "#009E73", "#8B5FBF", "#B07A00", "#555555"
REGIME_COLOURS = {"crawls": GREY, "converges": BLUE, "rings": GREEN, "diverges": ORANGE}
_LOOKS = [  # colour, dash and marker, in the order of the rules; the last ones wait for rules to come
    (BLUE, "-", "o"),
    (ORANGE, "--", "s"),
    (BROWN, "-.", "v"),
    (GREY, ":", "X"),
    (GREEN, (0, (5, 1, 1, 1, 1, 1)), "D"),
    (VIOLET, (0, (7, 2)), "^"),
    ("#4B2E83", (0, (1, 1)), "P"),
    ("#B8255F", (0, (8, 2, 1, 2)), "<"),
    ("#00636B", (0, (2, 3)), ">"),
    ("#7A4A00", (0, (4, 1, 4, 3)), "h"),
]
OPTIMIZER_STYLES = {name: {"color": c, "linestyle": dash} for name, (c, dash, _) in zip(RULES, _LOOKS)}
OPTIMIZER_MARKERS = {name: marker for name, (*_, marker) in zip(RULES, _LOOKS)}


def use_style():
    """The course's look for all figures made from now on, lettered in the language in use."""
    plt.style.use(str(resources.files("hpcourse.page").joinpath("hpcourse.mplstyle")))
    use_font()


# JupyterLab drops the `alt` of a still picture, so its text stands beside it: empty to the eye, and an image
# with a name for screen readers, even where the style is dropped too.
ALTERNATIVE = '<div class="hpcourse-alternative" role="img"'


def show(fig, key=""):
    """Show `fig`, with what it shows in words for those who cannot see it, and close it.

    The words stand under `key`, such as "day1-border", in `hpcourse/page/alternatives/`, so that neither
    they nor a cell's code give an answer away; for a figure of your own give the words themselves. What is
    not a figure of matplotlib, such as an explorer, is shown as it is, in a `with hp.predict(...)` too.
    The words in the figure appear in the language in use. Raises ValueError for a key without words.
    """
    from IPython.display import display

    if not hasattr(fig, "savefig"):
        display(fig)
        return
    alt = alternative(key)
    translate(fig)
    picture = io.BytesIO()
    FigureCanvasAgg(fig).print_png(picture)  # `savefig` gives the same picture and draws twice
    plt.close(fig)
    width = round(fig.get_figwidth() * fig.dpi)
    bundle = {"image/png": base64.b64encode(picture.getvalue()).decode(), "text/plain": alt}
    about = {"alt": alt, "width": width, "words": lines_in(fig)}
    display(bundle, metadata={"image/png": about}, raw=True)
    beside = f'{ALTERNATIVE} aria-label="{html.escape(alt)}" style="height: 1px"></div>'
    display({"text/html": beside, "text/plain": ""}, raw=True)


def alternative(key):
    """The words for a figure, in the language in use; `key` itself unless it begins like "day1-"."""
    page, dash, _ = key.partition("-")
    texts = _texts(page) if dash and re.fullmatch(r"[\w-]+", key) else None
    if texts is None or not (texts or re.fullmatch(r"day\d+", page)):
        return text(key)
    if key not in texts:
        known = ", ".join(repr(name) for name in texts) or "none for this day"
        raise ValueError(f"key must have words in hpcourse/page/alternatives ({known}), got {key!r}")
    return text(texts[key])


def _texts(page):
    try:
        return import_module(f"hpcourse.page.alternatives.{page}").TEXTS
    except ModuleNotFoundError:
        return {}


def picture_as_html(data, metadata):
    """What `show` displays, as HTML with its alternative."""
    about = metadata.get("image/png", {})
    png, alt = data["image/png"], about.get("alt") or data.get("text/plain", "")
    png = png if isinstance(png, str) else base64.b64encode(png).decode()
    width = f' width="{about["width"]}"' if "width" in about else ""
    source = f"data:image/png;base64,{png.strip()}"
    return f'<img alt="{html.escape(alt)}"{width} style="max-width: 100%; height: auto" src="{source}">'


def curve(surface, ax, points=400):
    """A surface of one weight as a curve over its window."""
    (low, high) = surface.window[0]
    w = np.linspace(low, high, points)
    ax.plot(w, surface(w[:, None]), color="#999999", lw=2, zorder=1)
    ax.set(xlabel="$w$", ylabel="$L(w)$", xlim=(low, high))
    return ax


def contours(surface, ax, levels=14):
    """A surface of two weights as contour lines, evenly spaced in the square root of the loss."""
    grid = surface.grid()
    loss = surface(grid)
    low = loss.min()
    heights = low + np.linspace(0, np.sqrt(loss.max() - low), levels + 1)[1:] ** 2
    ax.contour(grid[..., 0], grid[..., 1], loss, heights, colors="#BBBBBB", linewidths=0.8, zorder=1)
    if surface.minimum is not None:
        ax.plot(*surface.minimum, marker="+", ms=10, mew=1.5, color=GREY, zorder=2)
    ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=surface.window[0], ylim=surface.window[1])
    return ax


def regimes(path, surface, axes):
    """One panel for each learning rate of `path`: the walk along the curve, named after what it does."""
    for ax, lr, w, loss, name in zip(axes, path.axes["lr"], path.w[..., 0], path.loss, name_regimes(path)):
        curve(surface, ax)
        colour = REGIME_COLOURS[name]
        ax.plot(w, loss, "o-", color=colour, ms=4, lw=1)
        ax.plot(w[0], loss[0], "o", color="black", ms=6)
        ax.set_title(f"lr = {lr:g}: {name}", color=colour)
        ax.set_ylim(0, 1.05 * surface([surface.window[0][1]]))
        ax.label_outer()
    return axes


def distance_by_rate(lr, distance, ax, start):
    """How far from the minimum each learning rate ended; above the line it ended farther than it began.

    Distances below 1e-8 lie outside of the picture.
    """
    nearer = distance < start
    ax.plot(lr[nearer], distance[nearer], ".", ms=3, color=BLUE)
    ax.plot(lr[~nearer], distance[~nearer], "x", ms=4, color=ORANGE)
    ax.axhline(start, color=GREY, lw=1, ls="--")
    ax.annotate("start", (ax.get_xlim()[0], start), xytext=(2, 3), textcoords="offset points", color=GREY)
    ax.set(yscale="log", xlabel=r"learning rate $\eta$", ylabel="$|w|$ at the end")
    ax.set_ylim(bottom=1e-8)
    return ax


def loss_curves(history, ax, labels, window=10):
    """Mini-batch losses along the first axis, thin, and averaged over `window` updates; named at the end."""
    kernel = np.ones(window) / window
    styles, ends = ["-", "--", "-.", ":"], []
    for k, (loss, label) in enumerate(zip(history.loss, labels)):
        smooth = np.convolve(loss, kernel, mode="valid")
        updates = np.arange(len(smooth)) + window
        (line,) = ax.plot(updates, smooth, ls=styles[k % 4])
        ax.plot(loss, color=line.get_color(), lw=0.6, alpha=0.35)
        ends.append((line, label))
    ax.set(xlabel="update", ylabel="loss", yscale="log")
    ax.margins(x=0.02)
    name_ends(ax, ends)
    return ax


def name_ends(ax, lines, apart=14, gap=6):
    """Write each label `gap` points after the end of its line, at least `apart` points from the next."""
    points = []
    for line, label in lines:
        xy = line.get_xydata()
        points.append((line, label, xy[np.isfinite(xy).all(axis=1)][-1]))
    points.sort(key=lambda entry: entry[2][1])
    pixels = ax.figure.dpi / 72
    last = -np.inf
    for line, label, xy in points:
        height = ax.transData.transform(xy)[1] / pixels
        shift = max(0.0, last + apart - height)
        ax.annotate(label, xy, xytext=(gap, shift), textcoords="offset points", va="center",
                    color=line.get_color(), annotation_clip=False)  # fmt: skip
        last = height + shift


def sweep(lr, values, ax, ylabel, better=max, colour=BLUE):
    """One measure against the learning rate: median over seeds with the range from worst to best.

    `values` is (rates, seeds). Rates at which a seed diverged (NaN) are marked on the upper edge. The
    best rate by the mean, as `better` of it, gets a ring; rates with a diverged seed do not qualify.
    """
    lost = np.isnan(values).any(axis=1)
    kept = np.where(lost[:, None], np.nan, values)
    middle = np.nanmedian(kept[~lost], axis=1)
    ax.fill_between(
        lr[~lost], kept[~lost].min(axis=1), kept[~lost].max(axis=1), color=colour, alpha=0.2, lw=0
    )
    ax.plot(lr[~lost], middle, "o-", ms=3.5, color=colour)
    best = np.flatnonzero(~lost)[np.argmax(kept[~lost].mean(axis=1) * (1 if better is max else -1))]
    ax.plot(lr[best], np.median(kept[best]), "o", ms=12, mfc="none", mec="black", mew=1.5)
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel=ylabel)
    if lost.any():
        ax.plot(lr[lost], np.full(lost.sum(), 0.98), "x", color=ORANGE, transform=ax.get_xaxis_transform())
    plain_log(ax.xaxis)
    return ax


def share_by_rate(lr, ends, ax, thresholds):
    """How many runs end in which way at each learning rate; `ends` maps a name to (rates, runs) of bools.

    `thresholds` maps the name of each place to its 2/λ.
    """
    for (name, how), style, colour in zip(ends.items(), ("-", "--", "-.", ":"), (BLUE, GREEN, GREY, ORANGE)):
        ax.plot(lr, how.mean(axis=1), ls=style, color=colour, label=name)
    for place, threshold in thresholds.items():
        ax.axvline(threshold, color="black", lw=1, ls="--")
        ax.annotate(rf"$2/\lambda$ {place}", (threshold, 1.05), ha="center", annotation_clip=False)
    ax.set(xlabel=r"learning rate $\eta$", ylabel="share of starts", ylim=(-0.02, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def range_test(test, ax, threshold=None):
    """The curve of an LR range test: raw and smoothed loss, its minimum, and the threshold where known."""
    smoothed = np.atleast_2d(test.smoothed)
    many = len(smoothed) > 1
    for row in smoothed:
        ax.plot(test.lr, row, color=GREY if many else BLUE, lw=0.8 if many else 1.8, alpha=0.6 if many else 1)
    low, first = np.nanmin(smoothed[smoothed > 0]), np.nanmax(smoothed[:, 0])
    for rate, row in zip(np.atleast_1d(test.at_minimum), smoothed):
        ax.plot(rate, np.nanmin(row), "v", color=BLUE, ms=7)
    if threshold is not None:
        ax.axvline(threshold, color=ORANGE, ls="--", lw=1.5)
        ax.annotate(r"$2/\lambda_{\max}$", (threshold, 0.04), xycoords=("data", "axes fraction"),
                    xytext=(8, 0), textcoords="offset points", color=ORANGE)  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="loss")
    ax.set_ylim(max(low / (2 if many else 5), 1e-30 * first), 5 * first)
    plain_log(ax.xaxis)
    return ax


def trainability(lr, starts, diverged_at, ax, limit, frame=None):
    """Dark blue where a (learning rate, start) has not diverged, else the brighter the later it did.

    `diverged_at` is (rates, starts), -1 for never, and `limit` the last step. `frame` is a window
    ((low, high), (low, high)) of rates and starts to mark.
    """
    shown = np.log(1.0 + np.where(diverged_at < 0, np.nan, diverged_at))
    extent = (lr[0], lr[-1], starts[0], starts[-1])
    ax.imshow(shown.T, origin="lower", extent=extent, aspect="auto", cmap="YlOrBr_r",
              interpolation="nearest", vmin=0, vmax=np.log(1 + limit))  # fmt: skip
    ax.set_facecolor("#12263F")
    if frame is not None:
        (left, right), (low, high) = frame
        ax.plot([left, right, right, left, left], [low, low, high, high, low], color="white", lw=1.5)
    ax.set(xlabel=r"learning rate $\eta$", ylabel="start")
    ax.locator_params(nbins=4)
    return ax


def plain_log(axis):
    """Ticks at the powers of ten only, without labels between."""
    axis.set_major_locator(LogLocator(numticks=12))
    axis.set_minor_formatter(NullFormatter())


def named_lines(x, lines, ax, names="end", **axes):
    """Curves over the same `x`, each with its name; `lines` maps a name to its values.

    A name that is an optimizer's gets that optimizer's look; others get a colour and dash of their own.
    The names stand at the "end" or at the "start" of the curves, or in a "legend". `axes` goes to `ax.set`.
    """
    first = zip((BLUE, ORANGE, GREEN, BROWN, GREY), ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":"))
    spare = cycle([*first, *((colour, dash) for colour, dash, _ in _LOOKS[5:])])
    drawn = []
    for name, values in lines.items():
        style = OPTIMIZER_STYLES.get(name)
        if style is None:
            colour, dash = next(spare)
            style = {"color": colour, "linestyle": dash}
        (line,) = ax.plot(x, values, label=name, **style)
        drawn.append((line, name))
        if names == "start":
            ax.annotate(name, (x[0], values[0]), xytext=(-6, 0), textcoords="offset points", ha="right",
                        va="center", color=line.get_color(), annotation_clip=False)  # fmt: skip
    ax.set(**axes)
    if names == "start":
        ax.spines["left"].set_visible(False)
        ax.spines["right"].set_visible(True)
        ax.yaxis.set_ticks_position("right")
        ax.yaxis.set_label_position("right")
    elif names == "end":
        name_ends(ax, drawn)
    else:
        ax.legend()
    return ax


def optimizer_sweeps(lr, results, ax, ylabel):
    """One measure against the learning rate for several optimizers: median, and range over seeds.

    `results` maps the optimizer's name to (rates, seeds); a run that diverged (NaN) counts as 0. The best
    rate of each by the mean gets a ring. `ax.legend()` names them.
    """
    for name, values in results.items():
        style, values = OPTIMIZER_STYLES[name], np.nan_to_num(values, nan=0.0)
        middle, best = np.median(values, axis=1), values.mean(axis=1).argmax()
        ax.fill_between(lr, values.min(axis=1), values.max(axis=1), color=style["color"], alpha=0.12, lw=0)
        ax.plot(lr, middle, marker=OPTIMIZER_MARKERS[name], ms=4, label=name, **style)
        ax.plot(lr[best], middle[best], "o", ms=9, mfc="none", mec=style["color"], mew=1.8)
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel=ylabel)
    plain_log(ax.xaxis)
    return ax


def sweep_panels(lr, results, chosen, axes, ylabel, mark=None):
    """One panel for each of `results`, {name: (rates, seeds)}: its own sweep, and in grey all the others.

    Mean over seeds with the range from worst to best; a ring marks the rate `chosen[name]`, a dashed
    line the rate `mark`.
    """
    for ax, (name, values) in zip(np.ravel(axes), results.items()):
        for other in results.values():
            ax.plot(lr, other.mean(axis=1), color="#CCCCCC", lw=1, zorder=1)
        style, mean = OPTIMIZER_STYLES[name], values.mean(axis=1)
        ax.fill_between(lr, values.min(axis=1), values.max(axis=1), color=style["color"], alpha=0.2, lw=0)
        ax.plot(lr, mean, **style)
        ax.plot(chosen[name], np.interp(np.log(chosen[name]), np.log(lr), mean), "o", ms=10, mfc="none",
                mec="black", mew=1.5)  # fmt: skip
        if mark is not None:
            ax.axvline(mark, color="black", lw=1, ls="--")
        ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel=ylabel)
        ax.set_title(name, color=style["color"])
        plain_log(ax.xaxis)
        ax.minorticks_off()
        ax.label_outer()
    return axes


def seed_dots(results, ax, xlabel, title="", colour=BLUE):
    """A row for each of `results`, {name: one number a seed}: every seed a dot, a bar at the median.

    A row named after an optimizer has its colour, any other `colour`.
    """
    colours = [OPTIMIZER_STYLES.get(name, {"color": colour})["color"] for name in results]
    for row, (values, colour) in enumerate(zip(results.values(), colours)):
        lift = 0.25 * (np.arange(len(values)) % 5 - 2) / 2  # equal values side by side
        ax.plot(values, row + lift, "o", ms=4, color=colour, alpha=0.6, mew=0)
        ax.plot([np.median(values)] * 2, [row - 0.38, row + 0.38], color="black", lw=2.5)
    ax.set_yticks(range(len(results)), results)
    ax.set(xlabel=xlabel, ylim=(len(results) - 0.5, -0.5))
    ax.set_title(title)
    ax.grid(axis="x", color="#DDDDDD", lw=0.8)
    ax.set_axisbelow(True)
    return ax


def search_path(tried, ax):
    """Where a search looked: each training's rate (to the right) in the order made (downwards).

    `tried` is {rate: loss} in that order; the lower the loss, the darker. A ring marks the best.
    """
    rates, losses = np.array(list(tried)), np.array(list(tried.values()))
    order = np.arange(1, len(rates) + 1)
    ax.plot(rates, order, color="#BBBBBB", lw=1, zorder=1)
    shade = np.log(np.minimum(losses, 10))
    ax.scatter(rates, order, c=shade, cmap="cividis", s=70, zorder=2, edgecolors=GREY, linewidths=0.6)
    ax.plot(rates[losses.argmin()], order[losses.argmin()], "o", ms=15, mfc="none", mec="black", mew=1.5)
    for rate, row, loss in zip(rates, order, losses):
        ax.annotate(f"{loss:.2f}", (rate, row), xytext=(12, 0), textcoords="offset points",
                    va="center", fontsize=9)  # fmt: skip
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel="training no.")
    ax.set_xlim(rates.min() / 2, rates.max() * 4)
    ax.set_ylim(len(rates) + 0.6, 0.4)
    ax.set_yticks(order)
    plain_log(ax.xaxis)
    ax.minorticks_off()
    return ax


SCHEDULE_STYLES = {
    "constant": {"color": GREY, "linestyle": ":"},
    "exponential": {"color": BLUE, "linestyle": "-"},
    "step decay": {"color": ORANGE, "linestyle": "--"},
    "inverse time": {"color": GREEN, "linestyle": "-."},
    "cosine": {"color": VIOLET, "linestyle": (0, (5, 1, 1, 1, 1, 1))},
}


def noisy_losses(path, ax, labels, floors=()):
    """Losses of `path`, whose last axis is "seed": the mean over seeds, and the first seed thin behind it.

    `floors` are the heights to mark with dashed lines, one for each line.
    """
    ends = []
    for k, (loss, label) in enumerate(zip(path.loss, labels)):
        (line,) = ax.plot(loss.mean(axis=0), ls=("-", "--", "-.", ":")[k % 4])
        ax.plot(loss[0], color=line.get_color(), lw=0.6, alpha=0.35)
        ends.append((line, label))
        if k < len(floors):
            ax.axhline(floors[k], color=line.get_color(), lw=1, ls=":")
    ax.set(xlabel="step", ylabel="loss", yscale="log", ylim=(1e-5, 50))
    ax.margins(x=0.01)
    name_ends(ax, ends)
    return ax


def strips(values, labels, ax, xlabel):
    """One row for each of `values` (rows, seeds): every seed a dot, the mean a bar."""
    shift = np.linspace(-0.22, 0.22, values.shape[1])
    for row, dots in enumerate(values):
        ax.plot(dots, row + shift, "o", ms=4, alpha=0.5, color=BLUE, mew=0)
        ax.plot([dots.mean()] * 2, [row - 0.36, row + 0.36], color="black", lw=2)
    ax.set(xlabel=xlabel, yticks=range(len(labels)), yticklabels=labels, ylim=(len(labels) - 0.4, -0.6))
    return ax


def sharpness_by_rate(rates, sharpness, ax):
    r"""The sharpness at which each learning rate came to rest, and the line $2/\eta$."""
    span = np.geomspace(np.min(rates), np.max(rates), 100)
    ax.plot(span, 2 / span, "--", color=ORANGE, lw=1.5)
    ax.annotate(r"$2/\eta$", (span[40], 2 / span[40]), xytext=(6, 4), textcoords="offset points",
                color=ORANGE)  # fmt: skip
    ax.plot(rates, sharpness, "o", ms=4, color=BLUE)
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="sharpness at the end")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    return ax


def threshold_in_training(updates, thresholds, rates, ax):
    r"""$2/$sharpness along a training, one thin line a seed with the median thick, and the rate in use."""
    ax.plot(updates, thresholds, color=BLUE, lw=0.8, alpha=0.5)
    (middle,) = ax.plot(updates, np.median(thresholds, axis=1), "o-", ms=4, color=BLUE)
    (rate,) = ax.plot(updates, rates, "--", color=ORANGE)
    ax.set(xlabel="update", yscale="log", ylabel="rate")
    name_ends(ax, [(middle, "2 / sharpness"), (rate, "learning rate")])
    return ax


def by_batch_size(sizes, series, ax, ylabel, exact=None, scale="log"):
    """What a batch size does: a line for each name in `series`, which holds (sizes,) or (sizes, seeds).

    The line is the median over seeds, the band runs from the lowest to the highest. Where `exact` has
    a name too, its values are the line, and what was measured is dots.
    """
    ends, exact = [], exact or {}
    styles = zip(("-", "--", "-.", ":"), "osD^", (BLUE, ORANGE, GREEN, VIOLET))
    ax.set(xscale="log", yscale=scale, xlabel="batch size $B$", ylabel=ylabel)
    for (name, values), (dash, shape, colour) in zip(series.items(), styles):
        values = np.asarray(values, float).reshape(len(sizes), -1)
        middle = np.median(values, axis=1)
        (line,) = ax.plot(sizes, exact.get(name, middle), ls=dash, color=colour)
        ax.plot(sizes, middle, shape, ms=6, color=colour, mfc="white" if name in exact else colour)
        low, high = values.min(axis=1), values.max(axis=1)
        ax.fill_between(sizes, low, high, color=colour, alpha=0.2, lw=0)
        ends.append((line, name))
    ax.margins(x=0.06)
    plain_log(ax.xaxis)
    if scale == "log":
        numbered_log(ax.yaxis)
    name_ends(ax, ends, gap=9)  # clear of the last dot
    return ax


def losses_by_batch_size(x, losses, sizes, ax, xlabel, average=256):
    """Losses of several batch sizes against `x`, each averaged over the last `average` examples."""
    lines = []
    for k, (places, loss, size) in enumerate(zip(x, losses, sizes)):
        window, loss = max(1, average // size), loss[np.isfinite(loss)]
        smooth = np.convolve(loss, np.ones(window) / window, mode="valid")
        few = np.unique(np.geomspace(1, len(smooth), 150).astype(int)) - 1  # no more can be seen
        colour = plt.get_cmap("viridis")(0.8 * k / max(1, len(sizes) - 1))
        marks = {"marker": "o"} if len(smooth) < 30 else {"marker": ("", "s")[k // 3 % 2], "markevery": 0.1}
        (line,) = ax.plot(places[window - 1 :][few], smooth[few], ls=("-", "--", "-.")[k % 3], color=colour,
                          ms=4, label=f"B = {size}", **marks)  # fmt: skip
        lines.append(line)
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel="training loss")
    numbered_log(ax.xaxis)
    numbered_log(ax.yaxis)
    return lines


def numbered_log(axis):
    """Ticks written as plain numbers: at 1, 2 and 5 times the powers of ten where there are few of these."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 50 else (1,)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(NullFormatter())


def batch_map(lr, sizes, loss, ax):
    """The loss of every pair of learning rate and batch size as a shaded table: dark is low."""
    shade = np.log(np.maximum(loss, 1e-3))
    ax.imshow(shade, origin="lower", aspect="auto", cmap="cividis", vmax=np.log(2.5))
    middle = (shade.min() + np.log(2.5)) / 2
    for (i, j), value in np.ndenumerate(loss):
        colour = "white" if shade[i, j] < middle else "black"
        ax.text(j, i, f"{value:.2f}", ha="center", va="center", fontsize=8, color=colour)
    ax.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    ax.set_yticks(range(len(lr)), [f"{rate:.3g}" for rate in lr])
    ax.set(xlabel="batch size $B$", ylabel=r"learning rate $\eta$")
    return ax


def share_bands(x, shares, ax, xlabel):
    """Shares of runs against `x`: `shares` maps a name to (x, groups); median, and range over the groups."""
    for (name, values), style, colour in zip(shares.items(), ("o-", "s--", "^:"), (BLUE, ORANGE, GREY)):
        ax.fill_between(x, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.2, lw=0)
        ax.plot(x, np.median(values, axis=1), style, ms=4, color=colour, label=name)
    ax.set(xlabel=xlabel, ylabel="share of runs", ylim=(-0.02, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def momentum_star(kappa):
    """Learning rate and momentum that are fastest between curvatures 1 and `kappa` (Polyak 1964).

    Lessons draw the star with it and leave the formula out: Day 4's exercise asks for it.
    """
    root = np.sqrt(kappa)
    return (2 / (1 + root)) ** 2, ((root - 1) / (root + 1)) ** 2


def momentum_map(x, momentum, left, ax, steps, lowest=1e-9):
    r"""The share of the distance that is `left`, (x, momentum), after `steps` steps, for each pair of
    $\eta\lambda_{\max}$ and $\gamma$: the darker the faster, white where it grew. The line is $2(1+\gamma)$.
    """
    edges = [(v[0] - (v[1] - v[0]) / 2, v[-1] + (v[-1] - v[-2]) / 2) for v in (x, momentum)]
    extent = (*edges[0], *edges[1])
    shown = np.where(left.T < 1, left.T, np.nan)
    norm = LogNorm(lowest, 1)
    image = ax.imshow(shown, origin="lower", extent=extent, aspect="auto", norm=norm,
                      interpolation="nearest", zorder=3)  # fmt: skip
    ax.plot(2 * (1 + momentum), momentum, color="black", lw=2, zorder=4)
    for words, place in ((r"border $2(1+\gamma)$", (2.7, 0.28)), ("diverges", (3.1, 0.08))):
        ax.text(*place, words, zorder=1)  # below the picture, which may then move alone
    ax.set(xlabel=r"$\eta\,\lambda_{\max}$", ylabel=r"momentum $\gamma$", xlim=(0, 4), ylim=(0, 1))
    ax.figure.colorbar(image, ax=ax, label=f"distance left after {steps} steps", extend="min")
    return ax


def steps_by_condition(kappa, steps, slopes, ax):
    r"""Steps needed against the condition number, with the fitted slope; `steps` maps an optimizer's name."""
    for name, counts in steps.items():
        style = OPTIMIZER_STYLES[name]
        ax.plot(kappa, counts, marker="o", **style)
        ax.annotate(f"{name}: slope {slopes[name]:.2f}", (kappa[-2], counts[-2]), xytext=(-4, 12),
                    textcoords="offset points", color=style["color"], ha="right")  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel=r"condition number $\kappa$", ylabel="steps to $10^{-6}$")
    return ax


def rate_sweeps(sweeps, ax, xlabel, ylabel):
    """`sweeps` maps an optimizer's name to (rates, values): median over seeds, and range over them."""
    for name, (rates, values) in sweeps.items():
        style, kept = OPTIMIZER_STYLES[name], ~np.isnan(values).any(axis=1)
        rates, values = rates[kept], values[kept]
        ax.fill_between(rates, values.min(axis=1), values.max(axis=1), color=style["color"], alpha=0.15, lw=0)
        ax.plot(rates, np.median(values, axis=1), marker=OPTIMIZER_MARKERS[name], ms=4, label=name, **style)
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    plain_log(ax.xaxis)
    return ax


def wanders(walks, spreads, axes, limit):
    """One panel for each of `walks`, {title: positions}; dashed at plus and minus its spread."""
    for ax, (title, w), spread in zip(axes, walks.items(), spreads):
        ax.plot(w, color=BLUE, lw=1)
        for edge in (-spread, spread):
            ax.axhline(edge, color="black", lw=1.2, ls="--")
        ax.set(xlabel="step", ylabel="$w$", ylim=(-limit, limit))
        ax.set_title(title)
        ax.label_outer()
    return axes


def ravine_walks(surface, walks, ax, height):
    """Walks in a ravine of two weights, `height` high; `walks` maps an optimizer's name to its path."""
    contours(surface, ax, levels=24)
    for name, walk in walks.items():
        ax.plot(*walk.w.T, marker=OPTIMIZER_MARKERS[name], ms=3, lw=1.2, label=name, **OPTIMIZER_STYLES[name])
    ax.plot(*walk.w[0], "o", ms=8, color="black", zorder=5)
    ax.set_ylim(-height, height)
    ax.legend(loc="upper right", frameon=True, framealpha=1)
    return ax
