"""Live figures of day 3: how many examples make a step, what they cost, and which rate belongs to them."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from hpcourse.datasets import linear_regression
from hpcourse.frame.language import sentences, text
from hpcourse.measure import updates_to_target
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider


def explore_batches(epochs=5, start=(-1.0, -1.6), seed=1):
    """Least squares with two weights: sliders for the batch size, from one example to all 200, and the rate.

    Left the path on the loss, right its distance to the minimum against the passes through the data.
    """
    data = linear_regression(250, weights=(2.0,), noise=1.0)
    X, y = np.column_stack([data.X_train, np.ones(len(data.X_train))]), data.y_train
    sums = np.column_stack([X[:, 0] ** 2, X[:, 0], X[:, 0] * y, y])
    best = np.linalg.lstsq(X, y, rcond=None)[0]
    sizes = [size for size in range(1, len(X) + 1) if len(X) % size == 0 and size not in (4, 8, 25, 40)]
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.8))
    across, up = np.meshgrid(np.linspace(-2, 5, 100), np.linspace(-2.6, 2.2, 100))
    off = np.stack([across, up], axis=-1) - best
    rise = np.sqrt(np.einsum("...i,ij,...j", off, X.T @ X / len(X), off) / 2)
    left.contour(across, up, rise, np.arange(0.25, 4, 0.35), colors="#BBBBBB", linewidths=0.8)
    (walk,) = left.plot([], [], "-", lw=0.8, color=figures.BLUE)
    (stops,) = left.plot([], [], "o", ms=3, color=figures.BLUE)
    left.plot(*start, "o", ms=7, color="black")
    left.plot(*best, "+", ms=12, mew=2, color="black")
    left.set(xlabel="slope $w_1$", ylabel="offset $w_2$", xlim=(-2, 5), ylim=(-2.6, 2.2))
    (fall,) = right.plot([], [], "-", lw=1, color=figures.BLUE)
    right.set(xlabel="passes through the data (epochs)", ylabel="distance to the minimum", yscale="log")
    right.set(xlim=(0, epochs), ylim=(1e-3, 10))

    def update(batch_size=10, lr=0.1):
        rng, (w1, w2), path = np.random.default_rng(seed), start, [start]
        for _ in range(epochs):
            # the gradient needs only the means of x², x, xy and y over each batch
            batches = sums[rng.permutation(len(X))].reshape(-1, batch_size, 4).mean(axis=1)
            for xx, x, xy, y_mean in batches.tolist():
                w1, w2 = w1 - lr * (xx * w1 + x * w2 - xy), w2 - lr * (x * w1 + w2 - y_mean)
                path.append((w1, w2))
            if not abs(w1) + abs(w2) < 1e6:
                break
        path, per_epoch = np.array(path), len(X) // batch_size
        apart = np.clip(np.hypot(*(path - best).T), 1e-9, 1e9)
        walk.set_data(*np.clip(path, -50, 50).T)
        stops.set_data(*np.clip(path if len(path) <= 100 else path[:0], -50, 50).T)
        fall.set_data(np.arange(len(path)) / per_epoch, apart)
        colour = figures.ORANGE if apart[-1] > apart[0] else figures.BLUE
        for line in (walk, stops, fall):
            line.set_color(colour)
        said = text(
            "Batch size {size}, updates in every epoch: {updates}. "
            "After one epoch the distance is {first}; in the last epoch it is {last} on average."
        )
        first, last = f"{apart[per_epoch]:.2g}", f"{apart[-per_epoch:].mean():.2g}"
        return said.format(size=batch_size, updates=per_epoch, first=first, last=last)

    return LiveFigure(
        fig,
        update,
        alt=text("Left: the path on the loss of two weights. Right: its distance to the minimum by epoch."),
        batch_size=widgets.SelectionSlider(options=sizes, value=10, description=text("batch size B")),
        lr=log_slider(0.01, 4, 0.1, text("learning rate η")),
    )


def explore_map(history):
    """A sweep over learning rates, batch sizes and seeds: a slider picks the batch size."""
    rates, sizes = np.asarray(history.axes["lr"]), list(history.axes["batch_size"])
    loss = np.where(np.isnan(history.train_loss), np.inf, history.train_loss)
    mean = np.minimum(loss.mean(axis=2), 99)
    best = mean.argmin(axis=0)
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.2), width_ratios=(5, 4))
    figures.batch_map(rates, sizes, mean, left)
    rows = len(rates)
    (frame,) = left.plot([], [], color=figures.ORANGE, lw=2.5, zorder=10)
    rule_line = right.axvline(rates[0], color="black", lw=1, ls="--")
    name = right.annotate("rule ", (rates[0], 0.97), xycoords=("data", "axes fraction"), ha="right", va="top")
    seeds = [right.plot([], [], lw=0.8, alpha=0.6, color=figures.BLUE)[0] for _ in range(loss.shape[2])]
    (middle,) = right.plot([], [], "o-", ms=4, color=figures.BLUE)
    right.set(xscale="log", yscale="log", xlabel=r"learning rate $\eta$", ylabel="training loss")
    right.set(xlim=(rates[0] / 1.4, rates[-1] * 1.4), ylim=(0.9 * loss.min(), 6))
    figures.plain_log(right.xaxis)

    def update(batch_size=0):
        k = batch_size
        sides = np.array([-0.5, 0.5, 0.5, -0.5, -0.5])
        frame.set_data(k + sides, [-0.5, -0.5, rows - 0.5, rows - 0.5, -0.5])
        rule = rates[best[0]] * sizes[k] / sizes[0]
        inside = rule <= rates[-1] * 1.01
        rule_line.set_xdata([rule] * 2)
        rule_line.set_visible(inside)
        name.set_visible(inside)
        name.xy = (rule, 0.97)
        name.set_position(name.xy)
        for line, run in zip(seeds, loss[:, k].T):
            line.set_data(rates, run)
        middle.set_data(rates, mean[:, k])
        numbers = {"size": sizes[k], "rate": f"{rates[best[k]]:.3g}", "loss": f"{mean[best[k], k]:.2f}"}
        said = text("Batch size {size}: the lowest loss, {loss}, is at learning rate {rate}.").format(
            **numbers
        )
        if k and inside:
            there = mean[np.abs(np.log(rates / rule)).argmin(), k]
            more = text("The linear rule from batch size {first} says {rule}, with loss {there}.")
            said = sentences(said, more.format(first=sizes[0], rule=f"{rule:.3g}", there=f"{there:.2f}"))
        elif k:
            more = text("The linear rule from batch size {first} says {rule}: beyond the map.")
            said = sentences(said, more.format(first=sizes[0], rule=f"{rule:.3g}"))
        return said

    return LiveFigure(
        fig,
        update,
        alt=text("Left: training loss for each pair of rate and batch size. Right: one batch size, by rate."),
        batch_size=widgets.SelectionSlider(
            options=[(str(size), k) for k, size in enumerate(sizes)],
            value=0,
            description=text("batch size B"),
        ),
    )


def explore_race(races, seconds):
    """Trainings with several batch sizes on three axes: counted in updates, in examples, or in seconds.

    `races` maps a batch size to its `History` over seeds, `seconds` to the seconds of one update.
    """
    sizes = list(races)
    loss = [np.nanmean(races[size].loss, axis=0) for size in sizes]
    price = {"updates": np.ones(len(sizes)), "examples": np.array(sizes, float)}
    price["seconds"] = np.array([seconds[size] for size in sizes])
    fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.8), width_ratios=(5, 4))
    made = [np.arange(1, len(run) + 1) for run in loss]
    lines = figures.losses_by_batch_size(made, loss, sizes, left, "updates")
    drawn = [line.get_xdata() for line in lines]
    legend = left.legend(handles=lines, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, fontsize=9)
    legend.set_zorder(1)
    goal = left.axhline(1, color="black", lw=1, ls=":")
    left.set_ylim(0.04, 4)
    (cost,) = right.plot([], [], "-", lw=1, color=figures.GREY)
    dots = [right.plot([], [], "o", ms=8, color=line.get_color())[0] for line in lines]
    right.set(xscale="log", yscale="log", xlabel="batch size $B$", xlim=(0.7, 2 * sizes[-1]))
    shown = {"unit": None}

    def update(unit="updates", target=0.2):
        needed = [np.mean(updates_to_target(races[size].loss, target, max(1, 512 // size))) for size in sizes]
        total = np.array(needed) * price[unit]
        if shown["unit"] != unit:
            for line, x, each in zip(lines, drawn, price[unit]):
                line.set_xdata(x * each)
            highest = max(line.get_xdata().max() for line in lines)
            lowest = np.min(price[unit]) * 5
            left.set(xlim=(lowest, 1.3 * highest), xlabel=unit)
            right.set(ylim=(lowest, 1.3 * highest), ylabel=f"{unit} to the target")
            shown["unit"] = unit
        goal.set_ydata([target] * 2)
        cost.set_data(sizes, total)
        for dot, size, value in zip(dots, sizes, total):
            dot.set_data([size], [value])
        if np.isnan(total).all():
            return text("No batch size gets to a loss of {target}.").format(target=f"{target:.2f}")
        least, most = np.nanargmin(total), np.nanargmax(total)
        said = text(_RACE[unit])
        least_cost, times = f"{total[least]:.2g}", f"{total[most] / total[least]:.2g}"
        if unit != "seconds":
            least_cost = f"{total[least]:,.0f}"
        return said.format(
            target=f"{target:.2f}", best=sizes[least], least=least_cost, worst=sizes[most], times=times
        )

    return LiveFigure(
        fig,
        update,
        alt=text("Left: training loss of several batch sizes. Right: what each needs to get to the target."),
        unit=widgets.ToggleButtons(
            options=[
                (text("updates"), "updates"),
                (text("examples"), "examples"),
                (text("seconds"), "seconds"),
            ],
            value="updates",
            description=text("count in"),
        ),
        target=widgets.FloatSlider(
            value=0.2, min=0.15, max=1, step=0.05, description=text("target for the loss")
        ),
    )


_RACE = {
    "updates": "To a loss of {target}: batch size {best} needs the fewest updates, {least}. "
    "Batch size {worst} needs {times} times as many.",
    "examples": "To a loss of {target}: batch size {best} needs the fewest examples, {least}. "
    "Batch size {worst} needs {times} times as many.",
    "seconds": "To a loss of {target}: batch size {best} needs the least time, {least} seconds. "
    "Batch size {worst} needs {times} times as much.",
}
