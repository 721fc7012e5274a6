"""Live figures of day 4: a noisy walk, a ball with memory in a ravine, and the map of its two numbers."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from hpcourse.frame.language import text
from hpcourse.optimizers import SGD, Momentum
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider
from hpcourse.surfaces import Quadratic
from hpcourse.training import descend


def explore_noisy_walk(steps=200, start=(-2.5, 2.0)):
    """SGD in a bowl with noise in every gradient: sliders for the rate and for the noise."""
    curvatures = np.array([1.0, 10.0])
    surface = Quadratic(curvatures)
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    figures.contours(surface, left)
    (walk,) = left.plot([], [], "o-", ms=2.5, lw=0.8, color=figures.BLUE)
    left.plot(*start, "o", ms=7, color="black")
    (fall,) = right.plot([], [], lw=1, color=figures.BLUE)
    floor = right.axhline(1, color="black", lw=1.2, ls="--")
    right.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, steps), ylim=(1e-6, 1e3))

    def update(lr=0.1, noise=1.0):
        path = descend(surface, SGD(lr), start, steps, noise=noise, seed=1)
        walk.set_data(*path.w.T)
        fall.set_data(np.arange(steps + 1), np.maximum(path.loss, 1e-12))
        if path.diverged:
            floor.set_ydata([1e-9, 1e-9])
            return text("Diverged at step {step}.").format(step=int(path.diverged_at))
        if lr * curvatures.max() >= 2:
            floor.set_ydata([1e-9, 1e-9])
            return text("At this rate the walk finds no level: the border is η = 0.2.")
        exact = np.sum(lr * noise**2 / (2 * (2 - lr * curvatures)))
        floor.set_ydata([max(exact, 1e-9)] * 2)
        if not noise:
            return text("Without noise the loss is {loss} after {steps} steps, and still falls.").format(
                loss=f"{path.loss[-1]:.2g}", steps=steps
            )
        said = text("Mean loss of the last {n} steps: {measured}. Exact level (dashed): {exact}.")
        half = steps // 2
        return said.format(n=half, measured=f"{path.loss[half:].mean():.2g}", exact=f"{exact:.2g}")

    return LiveFigure(
        fig,
        update,
        alt=text("Left: a noisy walk in a bowl. Right: its loss, which falls and then stays at a level."),
        lr=log_slider(0.002, 0.25, 0.1, text("learning rate η")),
        noise=widgets.FloatSlider(value=1.0, min=0, max=4, step=0.1, description=text("noise σ")),
    )


def explore_ravine(steps=100, start=(-2.5, 0.8)):
    """Momentum in a ravine: sliders for the rate, the momentum and the condition number."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    turn = np.append(np.linspace(0, 2 * np.pi, 80), np.nan)
    radii = np.arange(0.6, 12, 0.9)[:, None]
    (rings,) = left.plot([], [], lw=0.8, color="#BBBBBB")
    (walk,) = left.plot([], [], "o-", ms=3, lw=1, color=figures.OPTIMIZER_STYLES["Momentum"]["color"])
    left.plot(*start, "o", ms=7, color="black")
    left.plot(0, 0, "+", ms=10, mew=1.5, color=figures.GREY)
    left.set(xlabel="$w_1$ (flat)", ylabel="$w_2$ (steep)", xlim=(-3, 3), ylim=(-1.5, 1.5))
    (fall,) = right.plot([], [], label="Momentum", **figures.OPTIMIZER_STYLES["Momentum"])
    (plain,) = right.plot([], [], label="gradient descent, best rate", **figures.OPTIMIZER_STYLES["SGD"])
    right.set(xlabel="step", ylabel="distance left", yscale="log", xlim=(0, steps), ylim=(1e-8, 1e4))
    right.legend(loc="upper right").set_zorder(1)

    def left_over(path):
        distance = np.linalg.norm(path.w, axis=-1)
        return np.maximum(distance / distance[0], 1e-12)

    def update(lr=0.03, momentum=0.0, kappa=50.0):
        surface = Quadratic((1.0, kappa))
        path = descend(surface, Momentum(lr, momentum), start, steps)
        best = left_over(descend(surface, SGD(2 / (1 + kappa)), start, steps))
        rings.set_data((radii * np.cos(turn)).ravel(), (radii * np.sin(turn) / np.sqrt(kappa)).ravel())
        walk.set_data(*path.w.T)
        distance = left_over(path)
        for line, values in ((fall, distance), (plain, best)):
            line.set_data(np.arange(steps + 1), values)
        numbers = {"product": f"{lr * kappa:.3g}", "border": f"{2 * (1 + momentum):.3g}"}
        if path.diverged:
            said = text("Diverged at step {step}. η λ_max = {product}; the border at this γ is {border}.")
            return said.format(step=int(path.diverged_at), **numbers)
        said = text(
            "{left} of the distance is left after {steps} steps; "
            "gradient descent at its best rate leaves {plain}. "
            "η λ_max = {product}; the border at this γ is {border}."
        )
        return said.format(left=f"{distance[-1]:.2g}", plain=f"{best[-1]:.2g}", steps=steps, **numbers)

    return LiveFigure(
        fig,
        update,
        alt=text("Left: the path of momentum in a ravine. Right: the distance left, against plain descent."),
        lr=log_slider(0.001, 1, 0.03, text("learning rate η")),
        momentum=widgets.FloatSlider(value=0.0, min=0, max=0.99, step=0.01, description=text("momentum γ")),
        kappa=log_slider(1, 1000, 50.0, text("condition number κ")),
    )


def explore_momentum_map(steps=50):
    """The map of momentum's two numbers for a ravine, walked again for every condition number."""
    x, gamma = np.linspace(0.05, 3.95, 30), np.linspace(0, 0.98, 20)
    fig, ax = plt.subplots(figsize=(6.4, 3.4))
    figures.momentum_map(x, gamma, np.ones((len(x), len(gamma))), ax, steps, lowest=1e-6)
    image = ax.images[0]
    (best,) = ax.plot([], [], "*", ms=16, mfc="white", mec="black", zorder=6)

    def update(kappa=300.0):
        path = descend(Quadratic((1.0, kappa)), Momentum(x / kappa, gamma), (1.0, 1.0), steps, record=False)
        left = np.linalg.norm(path.end, axis=-1) / np.sqrt(2)
        left[path.diverged] = np.inf
        image.set_data(image.to_rgba(np.where(left < 1, left, np.nan).T, bytes=True))  # small, so quick
        lr, momentum = figures.momentum_star(kappa)
        best.set_data([kappa * lr], [momentum])
        said = text(
            "κ = {kappa}: with {share} of these {runs} settings the ball is nearer after {steps} steps. "
            "The best (star) keeps {fast} of the distance per step, gradient descent at its best rate {slow}."
        )
        return said.format(
            kappa=f"{kappa:.3g}", share=f"{(left < 1).mean():.0%}", runs=left.size, steps=steps,
            fast=f"{np.sqrt(momentum):.3f}", slow=f"{(kappa - 1) / (kappa + 1):.3f}",
        )  # fmt: skip

    return LiveFigure(
        fig,
        update,
        alt=text("Map of rate and momentum: dark where momentum is fast, white where it ends no nearer."),
        kappa=log_slider(1, 1000, 300.0, text("condition number κ")),
    )
