"""Live figures of day 7: words learnt one by one, clipping at the cliff, and a player for schedules."""

from fractions import Fraction

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from hpcourse.datasets import bigram_counts
from hpcourse.frame.language import text
from hpcourse.optimizers import SGD, Adam, Momentum
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider
from hpcourse.schedules import CosineDecay, WarmupStableDecay
from hpcourse.surfaces import Bigram, Cliff
from hpcourse.training import descend

BEHIND = 0.5  # nats: a word with more left to learn counts as not yet learnt
RULES = {"SGD": (SGD, 256.0), "Momentum": (Momentum, 128.0), "Adam": (Adam, 1.0)}  # and the first rate


def explore_words(words=None, counts=None, steps=30):
    """One dot a word: how much is left to learn of what follows it, against how often it comes.

    `words` and `counts` are those of `bigram_counts` unless given: another text's, `counts[i, j]` for word
    j right after word i.
    """
    names, counts = bigram_counts() if counts is None else (words, counts)
    model = Bigram(counts)
    if names is None or len(names) != len(model.counts):
        raise ValueError(f"words must name the {len(model.counts)} rows of counts, got {names!r}")
    start, often = np.zeros(model.dim, np.float32), model.frequencies
    fig, ax = plt.subplots(figsize=(7.2, 3.6))
    (dots,) = ax.plot(often, np.ones_like(often), "o", ms=4)
    ax.axhline(BEHIND, color=figures.GREY, lw=1, ls=":")
    ax.set(xscale="log", xlabel="how often the word comes", ylabel="nats left to learn", ylim=(0, 4))
    figures.plain_log(ax.xaxis)

    def update(rule="SGD", times=1.0):
        kind, first = RULES[rule]
        end = descend(model, kind(times * first), start, steps, record=False).end
        left = model.excess(end)
        dots.set_data(often, np.clip(left, 0, 4))
        dots.set(color=figures.OPTIMIZER_STYLES[rule]["color"], marker=figures.OPTIMIZER_MARKERS[rule])
        said = text(
            "{rule}, η = {rate}, {steps} steps: {behind} of {n} words are more than half a nat behind. "
            "Farthest behind: {names}. On average {left} nats."
        )
        farthest = text(", ").join(names[i] for i in np.argsort(-left)[:5])
        behind, mean = int((left > BEHIND).sum()), f"{left @ often:.3f}"
        return said.format(
            rule=rule, rate=f"{times * first:.3g}", steps=steps, behind=behind, n=len(names), names=farthest,
            left=mean,
        )  # fmt: skip

    return LiveFigure(
        fig,
        update,
        alt=text("Each word's loss above the lowest possible, against the word's frequency."),
        rule=widgets.ToggleButtons(options=list(RULES), description=text("rule")),
        times=widgets.SelectionSlider(
            options=[(str(Fraction(2) ** k), 2.0**k) for k in range(-6, 4)],
            value=1.0,
            description=text("times the first rate"),
        ),
    )


def explore_cliff(steps=60):
    """A walk in front of a cliff; a gradient longer than the limit is shortened to it."""
    surface = Cliff()
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    w, b = np.linspace(3.5, 7.5, 120), np.linspace(-4.2, -1.2, 120)
    grid = np.stack(np.meshgrid(w, b), axis=-1)
    left.contourf(w, b, surface(grid), levels=14, cmap="Greys")
    (walk,) = left.plot([], [], marker=".", ms=5, lw=1, color=figures.BLUE)
    (begin,) = left.plot([], [], "o", ms=7, color="black")
    left.set(xlabel="$w$", ylabel="$b$", xlim=(w[0], w[-1]), ylim=(b[0], b[-1]))
    (fall,) = right.plot([], [], color=figures.BLUE)
    right.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, steps), ylim=(1e-7, 1))

    def update(lr=0.3, limit=np.inf, first=-2.75):
        path = descend(surface, SGD(lr), [5.5, first], steps, clip=limit)
        points, loss = path.w, np.maximum(path.loss, 1e-12)
        walk.set_data(*points.T)
        begin.set_data(points[:1, 0], points[:1, 1])
        fall.set_data(np.arange(steps + 1), loss)
        moved = np.linalg.norm(np.diff(points, axis=0), axis=1).max()
        steepest = np.linalg.norm(surface.gradient(points), axis=-1).max()
        said = text("Longest gradient {steepest}, longest step {moved}, loss at the end {loss}.")
        return said.format(steepest=f"{steepest:.3g}", moved=f"{moved:.3g}", loss=f"{loss[-1]:.2g}")

    limits = [(text("none"), np.inf), *((f"{c:g}", c) for c in (10.0, 3.0, 1.0, 0.3, 0.1))]
    return LiveFigure(
        fig,
        update,
        alt=text("Left: a walk on a surface with a cliff. Right: its loss at every step."),
        lr=log_slider(0.03, 3, 0.3, text("learning rate η")),
        limit=widgets.SelectionSlider(options=limits, value=np.inf, description=text("clip at")),
        first=widgets.FloatSlider(value=-2.75, min=-3.2, max=-2.2, step=0.01, description=text("start, b")),
    )


def explore_schedule(steps=1000, lr=0.5):
    r"""Two schedules and where training is cut: the rate, and the mean loss on a noisy bowl, exact.

    The bowl is $\tfrac12 w^2$: $V_{t+1} = (1-\eta_t)^2 V_t + \eta_t^2$ in noise of deviation 1, V from 25.
    """
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.4))
    t, styles = (
        np.arange(steps),
        {"cosine": (figures.ORANGE, "--"), "warmup-stable-decay": (figures.BLUE, "-")},
    )
    rates = [left.plot([], [], color=c, ls=s)[0] for c, s in styles.values()]
    losses = [right.plot([], [], color=c, ls=s, label=n)[0] for n, (c, s) in styles.items()]
    cuts = [ax.axvline(0, color=figures.GREY, lw=1, ls=":") for ax in (left, right)]
    left.set(xlabel="step", ylabel="learning rate", xlim=(0, steps), ylim=(0, 1.1 * lr))
    right.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, steps), ylim=(1e-3, 20))
    right.legend(loc="upper right").set_zorder(1)

    def update(planned=1000, cut=500, decay=20, warmup=20):
        descent = max(1, round(cut * decay / 100))
        stable = max(0, cut - warmup - descent)
        shapes = CosineDecay(lr, planned), WarmupStableDecay(lr, warmup, stable, descent)
        ends = []
        for rate, fall, schedule in zip(rates, losses, shapes):
            eta = schedule(t[:cut])
            V = [25.0]
            for step in eta:
                V.append((1 - step) ** 2 * V[-1] + step**2)
            rate.set_data(t[:cut], eta)
            fall.set_data(np.arange(cut + 1), np.array(V) / 2)
            ends.append(f"{V[-1] / 2:.4f}")
        for line in cuts:
            line.set_xdata([cut, cut])
        said = text(
            "Cut at {cut}: cosine planned for {planned} ends at {cosine}, warmup-stable-decay at {wsd}."
        )
        return said.format(cut=cut, planned=planned, cosine=ends[0], wsd=ends[1])

    return LiveFigure(
        fig,
        update,
        alt=text("Left: two schedules up to the step where training is cut. Right: their mean loss."),
        planned=widgets.IntSlider(
            value=1000, min=100, max=1000, step=100, description=text("cosine planned for")
        ),
        cut=widgets.IntSlider(value=500, min=100, max=1000, step=50, description=text("cut at step")),
        decay=widgets.IntSlider(value=20, min=0, max=50, step=5, description=text("descent, % of the run")),
        warmup=widgets.IntSlider(value=20, min=0, max=100, step=10, description=text("warmup, steps")),
    )
