r"""Learning rate schedules: the learning rate as a function of the step.

A schedule is called with `t`, the number of updates made so far: the first update uses `t = 0`.
`t` may be an array, and so may every hyperparameter; they broadcast. A schedule remembers nothing,
so asking twice gives the same answer, and `plt.plot(t, schedule(t))` draws it.

    >>> ExponentialDecay(lr=0.1, rate=0.5)(2)
    0.036787944117144235
"""

from dataclasses import dataclass, fields

import numpy as np

from hpcourse._arguments import is_axis, numeric

_RANGES = {
    "lr": {"low": 0},
    "rate": {"low": 0},
    "factor": {"low": 0, "low_open": True},
    "every": {"low": 1},
    "steps": {"low": 1},
    "warmup_steps": {"low": 0},
    "final": {"low": 0},
    "first": {"low": 0, "low_open": True},
    "last": {"low": 0, "low_open": True},
    "warmup": {"low": 0, "high": 1, "low_open": True, "high_open": True},
    "cooldown": {"low": 0, "high": 1, "low_open": True, "high_open": True},
    "div": {"low": 1},
    "final_div": {"low": 1},
}


class Schedule:
    """What every schedule shares: hyperparameters that are checked when it is made.

    Raises TypeError or ValueError naming the argument, its value and what was expected.
    """

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "then" and callable(value):
                continue
            checked = numeric(field.name, value, **self._range(field.name))
            if not is_axis(checked):
                checked = float(checked)
            object.__setattr__(self, field.name, checked)

    def _range(self, name):
        return _RANGES["lr" if name == "then" else name]

    def __call__(self, t):
        value = self.at(np.asarray(t))
        return float(value) if np.ndim(value) == 0 else value


@dataclass(frozen=True)
class Constant(Schedule):
    r"""The same learning rate for every update: $\eta_t = \eta$."""

    lr: float

    def at(self, t):
        return self.lr + 0.0 * t


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    r"""$\eta_t = \eta_0 \exp(-\lambda t)$, with `lr` for $\eta_0$ and `rate` for $\lambda$ (per update)."""

    lr: float
    rate: float

    def at(self, t):
        return self.lr * np.exp(-self.rate * t)


@dataclass(frozen=True)
class StepDecay(Schedule):
    r"""$\eta_t = \eta_0\, f^{\lfloor t/s \rfloor}$: times `factor` ($f$) after `every` ($s$) updates."""

    lr: float
    factor: float
    every: float

    def at(self, t):
        return self.lr * self.factor ** (t // self.every)


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    r"""$\eta_t = \eta_0 / (1 + \lambda t)$, with `lr` for $\eta_0$ and `rate` for $\lambda$ (per update).

    Slow enough for noise to average out: $\sum \eta_t$ diverges while $\sum \eta_t^2$ does not
    (Robbins and Monro 1951).
    """

    lr: float
    rate: float

    def at(self, t):
        return self.lr / (1 + self.rate * t)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    r"""$\eta_t = \eta_T + \tfrac12(\eta_0 - \eta_T)(1 + \cos(\pi t / T))$, then $\eta_T$.

    `lr` is $\eta_0$, `steps` is $T$ and `final` is $\eta_T$ (Loshchilov and Hutter 2017, eq. 5).
    """

    lr: float
    steps: float
    final: float = 0.0

    def at(self, t):
        done = np.minimum(t / self.steps, 1)
        return self.final + 0.5 * (self.lr - self.final) * (1 + np.cos(np.pi * done))


@dataclass(frozen=True)
class LinearWarmup(Schedule):
    r"""Rises in a straight line for `steps` ($W$) updates, afterwards does what `then` says.

    $\eta_t = \eta_{\text{then}}(0)\,(t + 1)/W$ for $t < W$, afterwards $\eta_{\text{then}}(t - W)$.
    `then` is a number, a schedule, or any function of the step. No update is wasted on a rate of zero,
    and `steps=0` is no warmup at all (Goyal et al. 2017, section 2.2).
    """

    steps: float
    then: float | Schedule

    def _range(self, name):
        return _RANGES["warmup_steps"] if name == "steps" else super()._range(name)

    def at(self, t):
        then = self.then if callable(self.then) else Constant(self.then)
        rising = then(np.zeros_like(t)) * (t + 1) / np.maximum(self.steps, 1)
        return np.where(t < self.steps, rising, then(np.maximum(t - self.steps, 0)))


@dataclass(frozen=True)
class OneCycle(Schedule):
    r"""Up to `lr` and down again in straight lines, then on towards zero (Smith and Topin 2018).

    From $\eta/$`div` to the peak $\eta$ = `lr` at `warmup`$\,T$, back to $\eta/$`div` at
    `cooldown`$\,T$, and down to $\eta/($`div`$\cdot$`final_div`$)$ at $T$ = `steps`; `warmup` and
    `cooldown` are fractions of the cycle.
    """

    lr: float
    steps: float
    warmup: float = 0.3
    cooldown: float = 0.85
    div: float = 25.0
    final_div: float = 1e4

    def __post_init__(self):
        super().__post_init__()
        if np.any(np.asarray(self.cooldown) <= np.asarray(self.warmup)):
            raise ValueError(f"cooldown must be greater than warmup ({self.warmup}), got {self.cooldown}")

    def at(self, t):
        start = self.lr / self.div
        end = start / self.final_div
        peak_at, back_at = self.warmup * self.steps, self.cooldown * self.steps
        up = (self.lr - start) * _ramp(t, 0, peak_at)
        down = (self.lr - start) * _ramp(t, peak_at, back_at)
        out = (start - end) * _ramp(t, back_at, self.steps)
        return start + up - down - out


@dataclass(frozen=True)
class GeometricRamp(Schedule):
    r"""From `first` ($a$) to `last` ($b$) by equal factors: $\eta_t = a\,(b/a)^{t/(T-1)}$, $T$ = `steps`.

    The schedule of the learning rate range test (Smith 2017, section 3.3).
    """

    first: float
    last: float
    steps: float

    def at(self, t):
        done = np.minimum(t / np.maximum(self.steps - 1, 1), 1)
        return self.first * (self.last / self.first) ** done


def _ramp(t, start, stop):
    """0 before `start`, 1 after `stop`, a straight line between."""
    return np.clip((t - start) / (stop - start), 0, 1)
