"""Live figures of day 1: drag a slider, and gradient descent runs again.

Each function builds its figure with `hpcourse.page.figures`, runs `hpcourse.descend` in its `update`, and
says in words what came out.
"""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from hpcourse.frame.language import sentences, text
from hpcourse.measure import regimes
from hpcourse.optimizers import SGD
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider
from hpcourse.surfaces import Quadratic, TwoBasins
from hpcourse.training import descend


def explore_parabola(steps=20, start=-2.5):
    r"""Gradient descent on $L(w) = \tfrac12 \lambda w^2$: sliders for the rate and for $\lambda$."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.4))
    grid = np.linspace(-6, 6, 300)
    (bowl,) = left.plot(grid, grid, color="#999999", lw=2)
    left.plot([0], [0], "+", ms=10, mew=1.5, color=figures.GREY)
    (walk,) = left.plot([], [], "o-", ms=4, lw=1)
    (first,) = left.plot([], [], "o", ms=7, color="black")
    left.set(xlabel="$w$", ylabel="$L(w)$", xlim=(-6, 6), ylim=(-1.2, 24))
    right.axhline(1, color=figures.GREY, lw=1, ls="--")
    (fall,) = right.plot([], [], "o-", ms=4, lw=1)
    right.set(xlabel="step", ylabel=r"$|w_t|\,/\,|w_0|$", yscale="log", xlim=(0, steps), ylim=(1e-6, 1e3))
    right.xaxis.set_major_locator(MaxNLocator(integer=True))

    def update(lr=0.1, curvature=2.0):
        surface = Quadratic([curvature])
        path = descend(surface, SGD(lr), [start], steps)
        w, factor = path.w[:, 0], 1 - lr * curvature
        (name,) = regimes(path)
        bowl.set_ydata(surface(grid[:, None]))
        first.set_data([start], [surface([start])])
        walk.set_data(w, path.loss)
        fall.set_data(np.arange(steps + 1), np.maximum(np.abs(w / start), 1e-12))
        for line in (walk, fall):
            line.set_color(figures.REGIME_COLOURS[name])
        if path.diverged:
            return text("Diverged at step {step}: every step multiplies w by {factor}.").format(
                step=int(path.diverged_at), factor=_signed(factor)
            )
        return text(_PARABOLA[name]).format(
            factor=_signed(factor), steps=steps, left=f"{abs(factor) ** steps:.2g}"
        )

    return LiveFigure(
        fig,
        update,
        alt=text("Left: gradient descent on a parabola. Right: its distance to the minimum at every step."),
        lr=log_slider(0.01, 10, 0.1, text("learning rate η")),
        curvature=log_slider(0.1, 10, 2.0, text("curvature λ")),
    )


_PARABOLA = {
    "crawls": "Crawls: every step multiplies w by {factor}; "
    "after {steps} steps {left} of the distance is left.",
    "converges": "Converges: every step multiplies w by {factor}; "
    "after {steps} steps {left} of the distance is left.",
    "rings": "Rings: every step crosses the minimum and multiplies w by {factor}; "
    "after {steps} steps {left} of the distance is left.",
    "diverges": "Diverges: every step multiplies w by {factor} and lands farther away; "
    "after {steps} steps it is {left} times as far.",
}


def explore_bowl(steps=40, start=(-2.5, 2.0)):
    """Gradient descent in a bowl with two curvatures: sliders for the rate and for the steeper one."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    side = np.linspace(-3, 3, 121)
    grid = np.stack(np.meshgrid(side, side), axis=-1)
    drawn = {"steepness": None, "lines": left.contour(side, side, side[:, None] ** 2 + side**2, levels=[1])}
    (walk,) = left.plot([], [], "o-", ms=3.5, lw=1, color=figures.BLUE)
    left.plot(*start, "o", ms=7, color="black")
    left.plot(0, 0, "+", ms=10, mew=1.5, color=figures.GREY)
    left.set(xlabel="$w_1$ (flat)", ylabel="$w_2$ (steep)", xlim=(-3, 3), ylim=(-3, 3))
    (flat,) = right.plot([], [], "-", color=figures.BLUE)
    (steep,) = right.plot([], [], "--", color=figures.ORANGE)
    names = [right.annotate(label, (steps, 1), color=line.get_color(), va="center", annotation_clip=False)
             for label, line in (("  $w_1$", flat), ("  $w_2$", steep))]  # fmt: skip
    right.set(xlabel="step", ylabel="distance along each axis", yscale="log")
    right.set(xlim=(0, steps), ylim=(1e-6, 1e3))

    def update(lr=0.18, steepness=10.0):
        surface = Quadratic((1.0, steepness))
        path = descend(surface, SGD(lr), start, steps)
        if drawn["steepness"] != steepness:
            drawn["lines"].remove()
            heights = 0.5 * steepness * np.linspace(0.3, 3, 9) ** 2
            lines = left.contour(side, side, surface(grid), heights, colors="#BBBBBB", linewidths=0.8)
            drawn.update(steepness=steepness, lines=lines)
        walk.set_data(*path.w.T)
        for line, name, w in zip((flat, steep), names, path.w.T):
            distance = np.maximum(np.abs(w), 1e-12)
            line.set_data(np.arange(steps + 1), distance)
            end = np.flatnonzero(np.isfinite(distance))[-1]
            name.xy = (end, np.clip(distance[end], 1e-6, 1e3))
            name.set_position(name.xy)
        # along each axis the bowl is a parabola
        apart = descend(Quadratic([1.0]), SGD([lr, lr * steepness]), [1.0], steps)
        words = [text(name) for name in regimes(apart)]
        said = text("Flat direction (λ = 1): {flat}. Steep direction (λ = {value}): {steep}.")
        said = said.format(flat=words[0], steep=words[1], value=f"{steepness:.3g}")
        if path.diverged:
            diverged = text("Diverged at step {step}.").format(step=int(path.diverged_at))
            said = sentences(said, diverged)
        return said

    return LiveFigure(
        fig,
        update,
        alt=text("Left: the path in a bowl, steeper in one direction. Right: its distance along each axis."),
        lr=log_slider(0.01, 10, 0.18, text("learning rate η")),
        steepness=log_slider(1, 100, 10.0, text("steep curvature λ_max")),
    )


def explore_basins(steps=60):
    """Gradient descent on a curve with two valleys: sliders for the rate and for the starting point."""
    surface = TwoBasins(tilt=0.2)
    deep, barrier, shallow = surface.stationary_points()
    fig, ax = plt.subplots(figsize=(7.2, 3.4))
    figures.curve(surface, ax)
    for place, label in ((deep, "deep"), (shallow, "shallow")):
        ax.annotate(label, (place, surface([place])), xytext=(0, -14), textcoords="offset points",
                    ha="center", color=figures.GREY)  # fmt: skip
    (walk,) = ax.plot([], [], "o-", ms=3.5, lw=0.8, alpha=0.8)
    (first,) = ax.plot([], [], "o", ms=8, color="black")
    ax.set(ylim=(-0.45, 1.8))

    def update(lr=0.05, start=1.8):
        path = descend(surface, SGD(lr), [start], steps)
        w, end = path.w[:, 0], path.w[-1, 0]
        walk.set_data(w, path.loss)
        first.set_data([start], [surface([start])])
        crossings = int(np.sum(np.diff(w[np.isfinite(w)] > barrier)))
        if path.diverged:
            walk.set_color(figures.ORANGE)
            return text("Diverged at step {step}.").format(step=int(path.diverged_at))
        place = "deep" if abs(end - deep) < 0.05 else "shallow" if abs(end - shallow) < 0.05 else "neither"
        beyond = lr * surface.hessian([end])[0, 0] > 2  # there it jumps to and fro, close to the bottom
        if beyond or abs(end - w[-2]) > 0.02:
            place = "neither"
        walk.set_color({"deep": figures.BLUE, "shallow": figures.GREEN, "neither": figures.GREY}[place])
        longest = f"{np.abs(np.diff(w)).max():.2f}"
        return text(_BASINS[place]).format(steps=steps, longest=longest, crossings=crossings)

    return LiveFigure(
        fig,
        update,
        alt=text(
            "Gradient descent on a curve with a deep valley on the left and a shallow one on the right."
        ),
        lr=log_slider(0.01, 10, 0.05, text("learning rate η")),
        start=widgets.FloatSlider(value=1.8, min=-2, max=2, step=0.05, description=text("start w₀")),
    )


_BASINS = {
    "deep": "After {steps} steps it rests in the deep valley. "
    "Its longest step was {longest}; it crossed the barrier {crossings} times.",
    "shallow": "After {steps} steps it is stuck in the shallow valley. "
    "Its longest step was {longest}; it crossed the barrier {crossings} times.",
    "neither": "After {steps} steps it is still moving. "
    "Its longest step was {longest}; it crossed the barrier {crossings} times.",
}


def explore_sweep(history):
    """Look into a sweep over learning rates and seeds: a slider picks the rate, its loss curves appear."""
    rates, loss = np.asarray(history.axes["lr"]), history.loss
    top = min(loss[np.isfinite(loss)].max(), 10)
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.4))
    figures.sweep(rates, history.test_accuracy, left, "test accuracy")
    marker = left.axvline(rates[0], color=figures.ORANGE, lw=2)
    curves = [right.plot([], [], lw=1, alpha=0.8, color=figures.BLUE)[0] for _ in range(loss.shape[1])]
    right.set(xlabel="update", ylabel="loss", yscale="log", xlim=(0, loss.shape[2]), ylim=(0.01, top))

    def update(rate):
        marker.set_xdata([rates[rate]] * 2)
        for curve, run in zip(curves, loss[rate]):
            curve.set_data(np.arange(len(run)), run)
        accuracy, lost = history.test_accuracy[rate], int(history.diverged[rate].sum())
        if lost:
            said = text("Learning rate {rate}: {lost} of {seeds} runs diverged.")
            return said.format(rate=f"{rates[rate]:.3g}", lost=lost, seeds=len(accuracy))
        said = text("Learning rate {rate}: test accuracy {low} to {high} over {seeds} seeds.")
        low, high = f"{accuracy.min():.1%}", f"{accuracy.max():.1%}"
        return said.format(rate=f"{rates[rate]:.3g}", low=low, high=high, seeds=len(accuracy))

    return LiveFigure(
        fig,
        update,
        alt=text("Left: test accuracy against the learning rate. Right: the loss curves at the chosen rate."),
        rate=widgets.SelectionSlider(
            options=[(f"{rate:.3g}", k) for k, rate in enumerate(rates)],
            value=len(rates) // 2,
            description=text("learning rate η"),
        ),
    )


def _signed(factor):
    return f"{factor:.3g}".replace("-", "−")
