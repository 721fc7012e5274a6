"""Live figures of day 5: Adam step by step, the turned ravine, and the walk in the wrong direction."""

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np

from hpcourse.frame.language import text
from hpcourse.measure import replay
from hpcourse.optimizers import Adam
from hpcourse.page import figures
from hpcourse.page.live import LiveFigure, log_slider

_ADAM, _SGD = (figures.OPTIMIZER_STYLES[name] for name in ("Adam", "SGD"))
_MARKED = {  # the dashes of these two differ in length alone
    name: figures.OPTIMIZER_STYLES[name] | {"marker": figures.OPTIMIZER_MARKERS[name]}
    for name in ("Momentum", "Adam")
}


def explore_adam(steps=60):
    """Adam met by a given sequence of gradients: m, v, their corrected values, and the step, one by one."""
    noise = np.random.default_rng(0).normal(size=steps)
    sequences = {
        "same": np.ones(steps),
        "signs": np.where(np.arange(steps) % 2, -1.0, 1.0),
        "noise": 0.2 + noise,
        "rare": np.where(np.arange(steps) % 20 == 4, 1.0, 0.0),
        "fading": np.where(np.arange(steps) < 15, 1.0, 0.1),
    }
    fig, (first, second, third) = plt.subplots(1, 3, figsize=(10, 3.2))
    time = np.arange(1, steps + 1)
    dots = [ax.plot([], [], ".", color="#999999", ms=6)[0] for ax in (first, second)]
    plain = [ax.plot([], [], color=figures.BLUE, ls="--")[0] for ax in (first, second)]
    corrected = [ax.plot([], [], color=figures.ORANGE, ls="-")[0] for ax in (first, second)]
    (move,) = third.plot([], [], color=_ADAM["color"], ls="-", marker=".", ms=4, lw=1)
    for ax, symbol in ((first, "m"), (second, "v")):
        root = symbol if symbol == "m" else r"\sqrt{v}"
        hat = r"\hat m" if symbol == "m" else r"\sqrt{\hat v}"
        for line, name in zip(
            (dots, plain, corrected), (r"$g$" if symbol == "m" else r"$|g|$", f"${root}$", f"${hat}$")
        ):
            line[ax is second].set_label(name)
        ax.legend(loc="lower right", ncols=3, handlelength=1.4, columnspacing=0.8).set_zorder(1)
        ax.set(xlim=(0, steps + 1), xlabel="step", ylim=(-3, 3) if ax is first else (-1.2, 3))
        ax.axhline(0, color=figures.GREY, lw=0.6)
    first.set_title("gradient and its average")
    second.set_title("size and its average")
    third.set_title(r"step / $\eta$")
    third.axhline(0, color=figures.GREY, lw=0.6)
    for height in (-1, 1):
        third.axhline(height, color=figures.GREY, lw=0.6, ls=":")
    third.set(xlim=(0, steps + 1), ylim=(-5, 5), xlabel="step")

    def update(sequence="same", t=40, beta1=0.9, beta2=0.999, size=1.0):
        g = size * sequences[sequence]
        memory = replay(Adam(lr=1.0, beta1=beta1, beta2=beta2), g).memory
        m, v = memory["m"], memory["v"]
        m_hat, v_hat = m / (1 - beta1**time), v / (1 - beta2**time)
        taken = m_hat / (np.sqrt(v_hat) + 1e-8)
        shown = (g, m, m_hat), (np.abs(g), np.sqrt(v), np.sqrt(v_hat))
        for ax_lines, values in zip(zip(dots, plain, corrected), shown):
            for line, value in zip(ax_lines, values):
                line.set_data(time[:t], value[:t] / size)
        move.set_data(time[:t], taken[:t])
        now = t - 1
        said = text(
            "Step {t}: g = {g}, m = {m}, m̂ = {m_hat}, v = {v}, v̂ = {v_hat}. The weight moves by {step} η."
        )
        numbers = {"g": g, "m": m, "m_hat": m_hat, "v": v, "v_hat": v_hat}
        numbers = {name: _short(values[now]) for name, values in numbers.items()}
        return said.format(t=t, step=_signed(taken[now]), **numbers)

    return LiveFigure(
        fig,
        update,
        alt=text(
            "Left: gradients and their average. Middle: their size and its average. Right: Adam's steps."
        ),
        sequence=widgets.Dropdown(
            options=[(text(words), name) for name, words in _SEQUENCES.items()], description=text("gradients")
        ),
        t=widgets.IntSlider(value=40, min=1, max=steps, description=text("step t")),
        beta1=widgets.SelectionSlider(options=[0.0, 0.5, 0.9, 0.99], value=0.9, description="β₁"),
        beta2=widgets.SelectionSlider(options=[0.0, 0.1, 0.9, 0.99, 0.999], value=0.999, description="β₂"),
        size=log_slider(1e-10, 1e6, 1.0, text("size of the gradients")),
    )


_SEQUENCES = {
    "same": "always the same",
    "signs": "changing sign",
    "noise": "a small mean in noise",
    "rare": "rare and large",
    "fading": "large, then small",
}


def explore_turned_ravine(steps=150):
    """Adam and momentum in a ravine that a slider turns; the start turns with it."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.7))
    around = np.linspace(0, 2 * np.pi, 61)
    circle, gap = np.stack([np.cos(around), np.sin(around)]), np.full((2, 1), np.nan)
    (lines,) = left.plot([], [], color="#BBBBBB", lw=0.8)
    walks = [left.plot([], [], ms=3, lw=1, **style)[0] for style in _MARKED.values()]
    (begin,) = left.plot([], [], "o", ms=7, color="black")
    left.plot(0, 0, "+", ms=10, mew=1.5, color=figures.GREY)
    left.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
    looks = _MARKED.items()
    falls = [right.plot([], [], ms=4, markevery=10, label=name, **look)[0] for name, look in looks]
    right.legend(loc="lower left").set_zorder(1)
    right.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, steps), ylim=(1e-8, 1e4))

    def update(angle=0.0, lr=0.1, steepness=1000.0):
        turn = np.deg2rad(angle)
        frame = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        bends = frame @ np.diag([1.0, steepness]) @ frame.T
        start = frame @ (2.5, 1.0)
        rules = _Momentum(1 / steepness), _Adam(lr)
        paths = np.array([_walk(bends.tolist(), start.tolist(), rule, steps) for rule in rules])
        losses = 0.5 * ((paths @ bends) * paths).sum(axis=-1)
        ellipses = [frame @ (size * circle / [[1.0], [steepness**0.5]]) for size in (1, 3, 6, 12, 24)]
        lines.set_data(*np.hstack([part for ellipse in ellipses for part in (ellipse, gap)]))
        begin.set_data(start[:1], start[1:])
        for walk, fall, path, loss in zip(walks, falls, paths, losses):
            walk.set_data(*path.T)
            fall.set_data(np.arange(steps + 1), np.maximum(loss, 1e-12))
        said = text(
            "Turned by {angle}°. Largest loss of the last ten of {steps} steps: "
            "momentum {momentum}, Adam {adam}."
        )
        momentum, adam = (f"{loss:.1e}" for loss in losses[:, -10:].max(axis=1))
        return said.format(angle=f"{angle:g}", steps=steps, momentum=momentum, adam=adam)

    return LiveFigure(
        fig,
        update,
        alt=text("Left: momentum and Adam in a ravine that turns. Right: their losses at every step."),
        angle=widgets.FloatSlider(
            value=0, min=0, max=90, step=5, readout_format=".0f", description=text("angle (degrees)")
        ),
        lr=log_slider(0.01, 1, 0.1, text("Adam's learning rate η")),
        steepness=log_slider(1, 1000, 1000.0, text("condition number κ")),
    )


def _walk(bends, w, rule, steps):
    """`descend` for two weights in plain numbers: an array of two is slower than they are."""
    (a, b), (_, c) = bends
    path = [w]
    for t in range(1, steps + 1):
        x, y = path[-1]
        path.append([p - move for p, move in zip((x, y), rule((a * x + b * y, b * x + c * y), t))])
    return path


class _Momentum:
    def __init__(self, lr):
        self.lr, self.v = lr, (0.0, 0.0)

    def __call__(self, gradient, t):
        self.v = [0.9 * v + self.lr * g for v, g in zip(self.v, gradient)]
        return self.v


class _Adam:
    def __init__(self, lr):
        self.lr, self.m, self.v = lr, (0.0, 0.0), (0.0, 0.0)

    def __call__(self, gradient, t):
        self.m = [0.9 * m + 0.1 * g for m, g in zip(self.m, gradient)]
        self.v = [0.999 * v + 0.001 * g * g for v, g in zip(self.v, gradient)]
        first, second = self.lr / (1 - 0.9**t), 1 / (1 - 0.999**t)
        return [first * m / ((second * v) ** 0.5 + 1e-8) for m, v in zip(self.m, self.v)]


def explore_wrong_way(steps=300):
    """Slopes that are +C once in C steps and −1 otherwise: SGD, Adam without m, and AMSGrad on them."""
    fig, ax = plt.subplots(figsize=(7.2, 3.4))
    names = {"SGD": _SGD, "Adam": _ADAM, "AMSGrad": {"color": figures.BROWN, "linestyle": "-."}}
    lines = [ax.plot([], [], label=name, lw=1.4, **style)[0] for name, style in names.items()]
    ax.axhline(-1, color=figures.GREY, lw=1, ls=":")
    ax.annotate("best", (steps, -1), xytext=(0, -12), textcoords="offset points", ha="right",
                color=figures.GREY)  # fmt: skip
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5)).set_zorder(1)
    ax.set(xlabel="step", ylabel="$w$", xlim=(0, steps), ylim=(-1.3, 1.15))

    def update(cycle=3, beta2=0.1):
        walks = np.zeros((3, steps + 1))
        v = v_max = 0.0
        for t in range(steps):
            g, eta = (cycle if t % cycle == 0 else -1.0), 0.5 / (t + 1) ** 0.5
            v = beta2 * v + (1 - beta2) * g * g
            v_max = max(v, v_max)
            for walk, by in zip(walks, (1.0, v**0.5, v_max**0.5)):
                walk[t + 1] = min(1.0, max(-1.0, walk[t] - eta * g / by))
        ends = []
        for line, walk in zip(lines, walks):
            line.set_data(np.arange(steps + 1), walk)
            ends.append(_signed(walk[-cycle:].mean()))
        said = text("Mean of the last {cycle} steps: SGD {sgd}, Adam {adam}, AMSGrad {amsgrad}. Best: −1.")
        return said.format(cycle=cycle, **dict(zip(("sgd", "adam", "amsgrad"), ends)))

    return LiveFigure(
        fig,
        update,
        alt=text("Where SGD, Adam and AMSGrad stand at every step; the best place is at the bottom."),
        cycle=widgets.IntSlider(value=3, min=2, max=50, description=text("every C steps a slope of C; C")),
        beta2=widgets.SelectionSlider(
            options=[0.0, 0.1, 0.3, 0.5, 0.9, 0.99, 0.999], value=0.1, description="β₂"
        ),
    )


def _signed(value):
    return f"{value:.2f}".replace("-", "−")


def _short(value):
    return f"{value:.2g}".replace("-", "−")
