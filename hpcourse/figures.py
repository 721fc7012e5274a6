"""Figures: functions that draw on an `ax` and return it. They never train.

One colour and one dash belong to each optimizer in the whole course; both survive greyscale print
and the common kinds of colour blindness. Where a run diverges, a cross marks the last point.
"""

import base64
import io
from importlib import resources

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter

from hpcourse.language import text
from hpcourse.measure import regimes as name_regimes

BLUE, ORANGE, GREEN, VIOLET, BROWN, GREY = "#0072B2", "#D55E00", "#009E73", "#8B5FBF", "#B07A00", "#555555"
REGIME_COLOURS = {"crawls": GREY, "converges": BLUE, "rings": GREEN, "diverges": ORANGE}
OPTIMIZER_STYLES = {
    "SGD": {"color": BLUE, "linestyle": "-"},
    "Momentum": {"color": ORANGE, "linestyle": "--"},
    "Nesterov": {"color": BROWN, "linestyle": "-."},
    "AdaGrad": {"color": GREY, "linestyle": ":"},
    "RMSProp": {"color": GREEN, "linestyle": (0, (5, 1, 1, 1, 1, 1))},
    "Adam": {"color": VIOLET, "linestyle": (0, (7, 2))},
    "AdamW": {"color": "#4B2E83", "linestyle": (0, (1, 1))},
}


def use_style():
    """The course's look for all figures made from now on."""
    plt.style.use(str(resources.files("hpcourse").joinpath("hpcourse.mplstyle")))


def show(fig, alt):
    """Show `fig` with the text alternative `alt`, which says what there is to see, and close it."""
    from IPython.display import display

    alt = text(alt)
    picture = io.BytesIO()
    fig.savefig(picture, format="png", dpi=fig.dpi)
    plt.close(fig)
    width = round(fig.get_figwidth() * fig.dpi)
    bundle = {"image/png": base64.b64encode(picture.getvalue()).decode(), "text/plain": alt}
    display(bundle, metadata={"image/png": {"alt": alt, "width": width}}, raw=True)


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
    """How far from the minimum each learning rate ended; above the line it ended farther than it began."""
    nearer = distance < start
    ax.plot(lr[nearer], np.maximum(distance[nearer], 1e-12), ".", ms=3, color=BLUE)
    ax.plot(lr[~nearer], distance[~nearer], "x", ms=4, color=ORANGE)
    ax.axhline(start, color=GREY, lw=1, ls="--")
    ax.annotate("start", (ax.get_xlim()[0], start), xytext=(2, 3), textcoords="offset points", color=GREY)
    ax.set(yscale="log", xlabel=r"learning rate $\eta$", ylabel="$|w|$ at the end")
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


def name_ends(ax, lines, apart=14):
    """Write each label at the end of its line, at least `apart` points from the next."""
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
        ax.annotate(label, xy, xytext=(6, shift), textcoords="offset points", va="center",
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


def share_by_rate(lr, ends, ax, thresholds=()):
    """How many runs end in which way at each learning rate; `ends` maps a name to (rates, runs) of bools."""
    for (name, how), style, colour in zip(ends.items(), ("-", "--", "-.", ":"), (BLUE, GREEN, GREY, ORANGE)):
        ax.plot(lr, how.mean(axis=1), ls=style, color=colour, label=name)
    for threshold in thresholds:
        ax.axvline(threshold, color="black", lw=1, ls="--")
        ax.annotate(r"$2/\lambda$", (threshold, 1.0), xytext=(3, 0), textcoords="offset points", va="top")
    ax.set(xlabel=r"learning rate $\eta$", ylabel="share of starts", ylim=(-0.02, 1.02))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return ax


def range_test(test, ax, threshold=None):
    """The curve of an LR range test: raw and smoothed loss, its minimum, and the threshold where known."""
    smoothed = np.atleast_2d(test.smoothed)
    many = len(smoothed) > 1
    for row in smoothed:
        ax.plot(test.lr, row, color=GREY if many else BLUE, lw=0.8 if many else 1.8)
    low, first = np.nanmin(smoothed[smoothed > 0]), np.nanmax(smoothed[:, 0])
    for rate, row in zip(np.atleast_1d(test.at_minimum), smoothed):
        ax.plot(rate, np.nanmin(row), "v", color=BLUE, ms=7)
    if threshold is not None:
        ax.axvline(threshold, color=ORANGE, ls="--", lw=1.5)
        ax.annotate(r" $2/\lambda_{\max}$", (threshold, 0.95), xycoords=("data", "axes fraction"),
                    color=ORANGE, va="top")  # fmt: skip
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="loss")
    ax.set_ylim(max(low / 5, 1e-30 * first), 5 * first)
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


def named_lines(x, lines, ax, **axes):
    """Curves over the same `x`, each named at its end; `lines` maps a name to its values.

    A name that is an optimizer's, or begins with one ("Adam, turned"), gets that optimizer's look;
    others get a colour and dash of their own. `axes` goes to `ax.set`.
    """
    spare = zip((BLUE, ORANGE, GREEN, BROWN, GREY), ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":"))
    drawn = []
    for name, values in lines.items():
        style = OPTIMIZER_STYLES.get(name.replace(",", " ").split()[0])
        if style is None:
            colour, dash = next(spare)
            style = {"color": colour, "linestyle": dash}
        (line,) = ax.plot(x, values, **style)
        drawn.append((line, name))
    ax.set(**axes)
    name_ends(ax, drawn)
    return ax


def optimizer_sweeps(lr, results, ax, ylabel):
    """One measure against the learning rate for several optimizers: median, and range over seeds.

    `results` maps the optimizer's name to (rates, seeds); a run that diverged (NaN) counts as 0. The best
    rate of each by the mean gets a ring and its name.
    """
    for name, values in results.items():
        style, values = OPTIMIZER_STYLES[name], np.nan_to_num(values, nan=0.0)
        middle, best = np.median(values, axis=1), values.mean(axis=1).argmax()
        ax.fill_between(lr, values.min(axis=1), values.max(axis=1), color=style["color"], alpha=0.12, lw=0)
        ax.plot(lr, middle, **style, label=name)
        ax.plot(lr[best], middle[best], "o", ms=9, mfc="none", mec=style["color"], mew=1.8)
    ax.set(xscale="log", xlabel=r"learning rate $\eta$", ylabel=ylabel)
    plain_log(ax.xaxis)
    return ax


def optimizer_walks(surface, paths, ax):
    """Paths of several optimizers on a surface of two weights; `paths` maps the optimizer's name to a path."""
    contours(surface, ax)
    for name, path in paths.items():
        style = OPTIMIZER_STYLES[name]
        ax.plot(*path.w.T, marker=".", ms=4, lw=1.2, label=name, **style)
    ax.plot(*path.w[0], "o", ms=7, color="black")
    ax.legend(loc="best")
    return ax
