"""Live figures of day 6: the luck of one seed, and a dashboard for training on the digits."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullLocator

from hpcourse.datasets import Dataset, digits
from hpcourse.frame.language import sentences, text, words
from hpcourse.networks import MLP
from hpcourse.optimizers import RULES, SGD
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider
from hpcourse.schedules import CosineDecay, ExponentialDecay, LinearWarmup
from hpcourse.surfaces import Quadratic
from hpcourse.training import descend, train

PENS = {"A": "-", "B": "--", "C": ":", "D": "-."}


def explore_luck(rates=None, draws=20, most=30, steps=200):
    """Tuning on a noisy bowl: sliders for the seeds at each rate and for which seeds they are."""
    rates = np.geomspace(0.005, 0.19, 12) if rates is None else np.asarray(rates)
    bowl = Quadratic([1.0, 10.0])
    seeds = range(draws * most)
    ends = descend(bowl, SGD(rates), (3.0, 3.0), steps, noise=1.0, seed=seeds, record=False).end
    loss, truth = bowl(ends).reshape(len(rates), draws, most), _true_mean(rates, steps)
    best = truth.argmin()
    fig, ax = plt.subplots(figsize=(7.2, 3.6))
    ax.plot(rates, truth, color=figures.GREY, lw=1.5, ls="--")
    ax.annotate(
        "true mean", (rates[1], truth[1]), xytext=(6, 6), textcoords="offset points", color=figures.GREY
    )
    (dots,) = ax.plot([], [], ".", ms=5, color=figures.BLUE, alpha=0.35)
    (measured,) = ax.plot([], [], "o-", ms=4, color=figures.BLUE)
    (pick,) = ax.plot([], [], "o", ms=13, mfc="none", mec=figures.ORANGE, mew=2)
    ax.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="final loss", ylim=(1e-5, 10))
    figures.plain_log(ax.xaxis)
    ax.yaxis.set_minor_locator(NullLocator())  # over six decades they are many, slow, and say nothing

    def update(seeds=1, draw=1):
        group = loss[:, draw - 1, :seeds]
        mean = group.mean(axis=1)
        chosen = mean.argmin()
        dots.set_data(np.repeat(rates, seeds), group.ravel())
        measured.set_data(rates, mean)
        pick.set_data([rates[chosen]], [mean[chosen]])
        said = text("Picked {rate}, which reports a loss of {reported}; its true mean is {true}.").format(
            rate=f"{rates[chosen]:.2g}", reported=f"{mean[chosen]:.2g}", true=f"{truth[chosen]:.2g}"
        )
        away = abs(int(chosen - best))
        if away == 0:
            return sentences(said, text("This is the truly best rate."))
        wrong = text("The truly best rate is {best}, {away} steps of the grid away.")
        return sentences(said, wrong.format(best=f"{rates[best]:.2g}", away=away))

    return LiveFigure(
        fig,
        update,
        alt=text("Measured and true final loss of 12 learning rates on a noisy bowl; a ring marks the pick."),
        seeds=widgets.SelectionSlider(
            options=[n for n in (1, 2, 3, 5, 10, 20, 30) if n <= most],
            value=1,
            description=text("seeds per rate"),
        ),
        draw=widgets.IntSlider(value=1, min=1, max=draws, description=text("draw again")),
    )


def explore_dashboard(epochs=6, seeds=range(3)):
    """Train on digits with settings of your choice; four pens keep four runs side by side.

    Judged by 287 validation images: the test images are for the report, not for tuning.
    """
    data, network = _tuning_digits(), MLP((64, 32, 10))
    n_examples = len(data.X_train)
    fig, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(1.1, 1))
    left.set(xlabel="epoch", ylabel="training loss", yscale="log", xlim=(0, 1.06 * epochs), ylim=(0.02, 4))
    right.set(
        xlabel="validation accuracy", xlim=(0.7, 1.0), ylim=(3.6, -0.6), yticks=range(4), yticklabels=PENS
    )
    right.grid(axis="x", color="#DDDDDD", lw=0.8)
    drawn = {}
    for row, (pen, dash) in enumerate(PENS.items()):
        drawn[pen] = (
            left.plot([], [], ls=dash, lw=2)[0],
            left.annotate("", (0, 1), xytext=(4, 0), textcoords="offset points", va="center"),
            right.plot([], [], "o", ms=6, alpha=0.7, mew=0)[0],
            right.text(0.705, row - 0.22, "", va="bottom", fontsize=9),
        )
    runs, tried = {}, set()

    def update(optimizer="SGD", lr=0.1, schedule="constant", batch_size=64, pen="A"):
        updates = epochs * -(-n_examples // batch_size)
        rule = RULES[optimizer](_schedule(schedule, lr, updates))
        history = train(network, data, rule, batch_size=batch_size, epochs=epochs, seed=seeds)
        tried.add((optimizer, lr, schedule, batch_size))
        name, accuracy = words(f"{optimizer} {lr:.3g}, {schedule}, {batch_size}"), history.test_accuracy
        runs[pen] = name, accuracy
        curve, letter, dots, label = drawn[pen]
        per_point = max(1, updates // 60)  # a mean over about a tenth of an epoch
        loss = _block_means(history.loss, per_point)
        at = (np.arange(len(loss)) + 0.5) * per_point * epochs / updates
        curve.set_data(at, loss)
        dots.set_data(np.maximum(np.nan_to_num(accuracy), 0.703), np.full(len(seeds), list(PENS).index(pen)))
        for artist in (curve, letter, dots, label):
            artist.set_color(figures.OPTIMIZER_STYLES[optimizer]["color"])
        last = np.flatnonzero(np.isfinite(loss))[-1]
        letter.xy = at[last], np.clip(loss[last], 0.02, 4)
        letter.set_text(pen)
        below = np.nan_to_num(accuracy).min() < 0.7  # then its dot lies at the edge
        label.set_text(f"{name} (< 0.70)" if below else name)
        said = [
            text("{pen}: {name}: mean {mean}, {low} to {high}").format(
                pen=key, name=kept, mean=_percent(a.mean()), low=_percent(a.min()), high=_percent(a.max())
            )
            if np.isfinite(a).all()
            else text("{pen}: {name}: diverged").format(pen=key, name=kept)
            for key, (kept, a) in sorted(runs.items())
        ]
        count = text("Settings tried: {count}.").format(count=len(tried))
        return " · ".join([*said, count])

    rate = log_slider(0.0001, 10, 0.1, text("learning rate η"))
    rate.continuous_update = False  # it trains on release
    return LiveFigure(
        fig,
        update,
        alt=text(
            "Left: training loss of up to four runs. Right: their validation accuracy, a dot for each seed."
        ),
        optimizer=widgets.Dropdown(options=list(RULES), description=text("optimizer")),
        lr=rate,
        schedule=widgets.Dropdown(
            options=[
                (text("constant"), "constant"),
                (text("exponential"), "exponential"),
                (text("cosine"), "cosine"),
                (text("warmup + cosine"), "warmup + cosine"),
            ],
            value="constant",
            description=text("schedule"),
        ),
        batch_size=widgets.SelectionSlider(
            options=[16, 32, 64, 128, 256],
            value=64,
            description=text("batch size"),
            continuous_update=False,
        ),
        pen=widgets.ToggleButtons(options=list(PENS), description=text("pen"), style={"button_width": "3em"}),
    )


def _tuning_digits():
    """The training digits, split as in the lesson: 1,150 to train on, the rest to choose by."""
    data = digits()
    X, y = data.X_train, data.y_train
    return Dataset("digits for tuning", X[:1150], y[:1150], X[1150:], y[1150:])


def _true_mean(rates, steps):
    """The exact mean of the final loss in `explore_luck`: what is left of the start, and the noise."""
    curvatures = np.array([1.0, 10.0])
    left = (1 - np.outer(rates, curvatures)) ** 2
    noise = np.square(rates)[:, None] * (1 - left**steps) / (1 - left)
    return (0.5 * curvatures * (3.0**2 * left**steps + noise)).sum(axis=1)


def _schedule(name, lr, updates):
    """The learning rate of a dashboard run: schedules end with the run."""
    if name == "exponential":
        return ExponentialDecay(lr, 3 / updates)  # ends at a twentieth
    if name == "cosine":
        return CosineDecay(lr, updates)
    if name == "warmup + cosine":
        warmup = updates // 5
        return LinearWarmup(warmup, CosineDecay(lr, updates - warmup))
    return lr


def _block_means(loss, length):
    """Means of `length` updates in a row over all seeds, (seeds, updates) -> (blocks,); NaN is left out."""
    blocks = loss[:, : loss.shape[1] // length * length].reshape(len(loss), -1, length)
    seen = np.isfinite(blocks)
    count = seen.sum(axis=(0, 2))
    return np.where(count, np.where(seen, blocks, 0).sum(axis=(0, 2)) / np.maximum(count, 1), np.nan)


def _percent(share):
    return f"{share:.1%}"
