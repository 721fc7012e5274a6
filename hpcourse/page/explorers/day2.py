"""Live figures of day 2: let the learning rate fall, and see where large rates can rest."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from hpcourse.frame.language import text
from hpcourse.optimizers import SGD
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider
from hpcourse.schedules import Constant, CosineDecay, ExponentialDecay, InverseTimeDecay, StepDecay
from hpcourse.surfaces import Product, Quadratic
from hpcourse.training import descend

PEAK, START = 0.5, -5.0  # of all schedules of `explore_decay`


def explore_decay(steps=200, seed=4):
    r"""Noisy descent on $L(w) = \tfrac12 w^2$ with five schedules: a slider for the exponential decay.

    The noise has standard deviation 1 and is the same for all. Thin lines are one run, thick ones the
    average over all noise, which is exact.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    t, surface = np.arange(steps), Quadratic([1.0])
    others = {"constant": Constant(PEAK), "step decay": StepDecay(PEAK, 0.2, steps / 3),
              "inverse time": InverseTimeDecay(PEAK, PEAK), "cosine": CosineDecay(PEAK, steps)}  # fmt: skip
    for name, schedule in others.items():
        left.plot(t, schedule(t), lw=1.3, **figures.SCHEDULE_STYLES[name])
        right.plot(_average_loss(schedule(t)), lw=1.3, label=name, **figures.SCHEDULE_STYLES[name])
    style = figures.SCHEDULE_STYLES["exponential"]
    (rate_line,) = left.plot(t, t, lw=2.5, **style)
    (run,) = right.plot([], [], lw=0.7, alpha=0.5, **style)
    (average,) = right.plot([], [], lw=2.5, label="exponential", **style)
    left.set(xlabel="step", ylabel=r"learning rate $\eta_t$", yscale="log", ylim=(1e-4, 1), xlim=(0, steps))
    right.set(xlabel="step", ylabel="loss", yscale="log", ylim=(1e-3, 50), xlim=(0, steps))
    for ax in (left, right):
        ax.minorticks_off()  # they would be drawn again in every frame
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5)).set_zorder(1)  # below what moves
    floor = _average_loss(others["constant"](t))[-1]

    def update(decay=0.005):
        schedule = ExponentialDecay(PEAK, decay)
        rates, loss = schedule(t), _average_loss(schedule(t))
        path = descend(surface, SGD(schedule), [START], steps, noise=1.0, seed=seed)
        rate_line.set_ydata(np.maximum(rates, 1e-9))
        run.set_data(np.arange(steps + 1), path.loss)
        average.set_data(np.arange(steps + 1), loss)
        said = text(
            "k = {decay}: all rates together {total}; without noise {left} of the distance would be left. "
            "Average loss at the end {loss}; with the constant rate {floor}."
        )
        return said.format(
            decay=f"{decay:.3g}",
            total=f"{rates.sum():.3g}",
            left=f"{np.prod(1 - rates):.2g}",
            loss=f"{loss[-1]:.2g}",
            floor=f"{floor:.2g}",
        )

    return LiveFigure(
        fig,
        update,
        alt=text("Left: five schedules of the learning rate. Right: the loss that each of them leads to."),
        decay=log_slider(1e-4, 1, 0.005, text("decay rate k")),
    )


def _average_loss(rates):
    """The expected loss (steps + 1) of noisy descent with these rates: mean and variance step by step."""
    mean, variance, losses = START, 0.0, [0.5 * START**2]
    for rate in rates.tolist():
        mean, variance = (1 - rate) * mean, (1 - rate) ** 2 * variance + rate**2
        losses.append(0.5 * (mean**2 + variance))
    return np.array(losses)


def explore_valley(steps=60, start_b=0.1):
    r"""Gradient descent on $\tfrac12(ab - 1)^2$, whose minima form a curve: where can a rate rest?"""
    surface = Product()
    fig, (ax, right) = plt.subplots(1, 2, figsize=(9, 3.8))
    figures.contours(surface, ax)
    (a_low, a_high), (b_low, b_high) = surface.window
    branches = np.geomspace(1 / b_high, a_high, 200), -np.geomspace(0.4, -a_low, 100)
    minima = np.concatenate([branches[0], [np.nan], branches[1]])
    for style in ({"color": "#DDDDDD", "lw": 5}, {"color": figures.GREY, "lw": 1, "ls": ":"}):
        ax.plot(minima, 1 / minima, zorder=1.5, **style)
    (rests,) = ax.plot([], [], color=figures.GREEN, lw=5, alpha=0.8, zorder=1.8)
    (walk,) = ax.plot([], [], "o-", ms=3, lw=0.8, color=figures.BLUE)
    (first,) = ax.plot([], [], "o", ms=7, color="black", clip_on=False)  # whole at the edge, too
    (last,) = ax.plot([], [], "s", ms=7, color=figures.ORANGE, zorder=4)
    ax.set(xlabel="$a$", ylabel="$b$", xlim=(a_low, a_high), ylim=(b_low, b_high))
    (fall,) = right.plot([], [], color=figures.BLUE)
    right.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, steps), ylim=(1e-12, 100))

    def update(lr=0.2, start=3.5):
        path = descend(surface, SGD(lr), (start, start_b), steps)
        flat = np.where(minima**2 + minima**-2.0 < 2 / lr, minima, np.nan)
        rests.set_data(flat, 1 / flat)
        walk.set_data(*path.w.T)
        first.set_data([start], [start_b])
        fall.set_data(np.arange(steps + 1), np.maximum(path.loss, 1e-30))
        if path.diverged:
            last.set_data([], [])
            return text("Diverged at step {step}.").format(step=int(path.diverged_at))
        last.set_data(*path.end[:, None])
        sharpness = np.linalg.eigvalsh(surface.hessian(path.end))[-1]
        highest = path.loss.max() / path.loss[0]
        said = text(
            "2/η = {threshold}. It ends where the sharpness is {sharpness}; "
            "on the way the loss rose to {highest} times its first value."
        )
        if highest <= 1:
            said = text(
                "2/η = {threshold}. It ends where the sharpness is {sharpness}; "
                "the loss never rose above its first value."
            )
        return said.format(threshold=f"{2 / lr:.3g}", sharpness=f"{sharpness:.3g}", highest=f"{highest:.2g}")

    return LiveFigure(
        fig,
        update,
        alt=text("Left: a path among the minima ab = 1, green where this rate can rest. Right: its loss."),
        lr=log_slider(0.01, 1, 0.2, text("learning rate η")),
        start=widgets.FloatSlider(value=3.5, min=1, max=4, step=0.1, description=text("start a₀")),
    )


def explore_edge(rates, losses, sharpness, every):
    r"""Look into trainings with several rates: the loss, and the sharpness on its way to $2/\eta$.

    `losses` is (updates, rates), `sharpness` (measurements, rates), one for `every` updates.
    """
    losses, sharpness = np.asarray(losses), np.asarray(sharpness)
    measured = every * np.arange(len(sharpness))
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    (loss,) = left.plot([], [], lw=0.8, color=figures.BLUE)
    left.set(xlabel="update", ylabel="training loss", yscale="log", xlim=(0, len(losses)))
    left.set_ylim(losses.min() / 2, losses.max() * 2)
    (track,) = right.plot([], [], color=figures.BLUE)
    (line,) = right.plot([0, len(losses)], [1, 1], "--", color=figures.ORANGE)
    right.set(xlabel="update", ylabel="sharpness", xlim=(0, len(losses)), ylim=(0, 1.6 * sharpness.max()))
    name = right.annotate(r"$2/\eta$", (0.99, 1), xycoords=("axes fraction", "data"), ha="right",
                          va="bottom", color=figures.ORANGE)  # fmt: skip

    def update(rate):
        threshold = 2 / rates[rate]
        loss.set_data(np.arange(len(losses)), losses[:, rate])
        track.set_data(measured, sharpness[:, rate])
        line.set_ydata([threshold] * 2)
        name.xy = (0.99, min(threshold, right.get_ylim()[1] * 0.92))
        name.set_position(name.xy)
        rises = int((np.diff(losses[:, rate]) > 0).sum())
        said = text(
            "Learning rate {rate}: 2/η = {threshold}, sharpness at the end {sharpness}. "
            "The loss rose in {rises} of {updates} updates."
        )
        return said.format(
            rate=f"{rates[rate]:.3g}",
            threshold=f"{threshold:.2f}",
            sharpness=f"{sharpness[-1, rate]:.2f}",
            rises=rises,
            updates=len(losses) - 1,
        )

    return LiveFigure(
        fig,
        update,
        alt=text("Left: the training loss. Right: the sharpness during training, and the line 2/η."),
        rate=widgets.SelectionSlider(
            options=[(f"{rate:.3g}", k) for k, rate in enumerate(rates)],
            value=min(len(rates) // 2 + 1, len(rates) - 1),
            description=text("learning rate η"),
        ),
    )
