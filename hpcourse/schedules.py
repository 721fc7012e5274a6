r"""Learning rate schedules: the learning rate as a function of the step.

A schedule is called with `t`, the number of updates made so far: the first update uses `t = 0`.
`t` may be an array, and so may every hyperparameter; they broadcast. A schedule remembers nothing,
so asking twice gives the same answer, and `plt.plot(t, schedule(t))` draws it.

    >>> ExponentialDecay(lr=0.1, rate=0.5)(2)
    0.036787944117144235
"""

from dataclasses import dataclass

import numpy as np

from hpcourse._hyperparameters import AtLeastOne, Hyperparameters, NotNegative, Positive, Rate
from hpcourse.frame.arguments import numeric


class Schedule(Hyperparameters):
    """What every schedule shares: hyperparameters that are checked when it is made.

    A schedule defines `at`, its formula. Raises TypeError or ValueError naming the argument, its value
    and what was expected, also where `t` or what `at` gives is no finite number.
    """

    def __call__(self, t):
        t = numeric("t", t, 0)
        value = numeric(f"{type(self).__name__}.at(t)", self.at(t if np.ndim(t) else float(t)))
        return float(value) if np.ndim(value) == 0 else value


@dataclass(frozen=True)
class Constant(Schedule):
    r"""The same learning rate for every update: $\eta_t = \eta$."""

    lr: Rate

    def at(self, t):
        return self.lr + 0.0 * t


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    r"""$\eta_t = \eta_0 \exp(-\lambda t)$, with `lr` for $\eta_0$ and `rate` for $\lambda$ (per update)."""

    lr: Rate
    rate: NotNegative

    def at(self, t):
        return self.lr * np.exp(-self.rate * t)


@dataclass(frozen=True)
class StepDecay(Schedule):
    r"""$\eta_t = \eta_0\, f^{\lfloor t/s \rfloor}$: times `factor` ($f$) after `every` ($s$) updates."""

    lr: Rate
    factor: Positive
    every: AtLeastOne

    def at(self, t):
        return self.lr * self.factor ** (t // self.every)


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    r"""$\eta_t = \eta_0 / (1 + \lambda t)$, with `lr` for $\eta_0$ and `rate` for $\lambda$ (per update).

    Slow enough for noise to average out: $\sum \eta_t$ diverges while $\sum \eta_t^2$ does not
    (Robbins and Monro 1951).
    """

    lr: Rate
    rate: NotNegative

    def at(self, t):
        return self.lr / (1 + self.rate * t)


@dataclass(frozen=True)
class CosineDecay(Schedule):
    r"""$\eta_t = \eta_T + \tfrac12(\eta_0 - \eta_T)(1 + \cos(\pi t / T))$, then $\eta_T$.

    `lr` is $\eta_0$, `steps` is $T$ and `final` is $\eta_T$ (Loshchilov and Hutter 2017, eq. 5).
    """

    lr: Rate
    steps: AtLeastOne
    final: NotNegative = 0.0

    def at(self, t):
        done = np.minimum(t / self.steps, 1)
        return self.final + 0.5 * (self.lr - self.final) * (1 + np.cos(np.pi * done))


@dataclass(frozen=True)
class LinearWarmup(Schedule):
    r"""Rises in a straight line for `steps` ($W$) updates, afterwards does what `then` says.

    $\eta_t = \eta_{\text{then}}(0)\,\min((t + 1)/W, 1)$ for $t < W$, afterwards $\eta_{\text{then}}(t - W)$.
    `then` is a number, a schedule, or any function of the step. No update is wasted on a rate of zero,
    and `steps=0` is no warmup at all (Goyal et al. 2017, section 2.2).
    """

    steps: NotNegative
    then: Rate

    def at(self, t):
        risen = np.minimum((t + 1) / np.maximum(self.steps, 1), 1)
        rising = self.value("then", np.zeros_like(t)) * risen
        return np.where(t < self.steps, rising, self.value("then", np.maximum(t - self.steps, 0)))


@dataclass(frozen=True)
class WarmupStableDecay(Schedule):
    r"""Up, flat, and down to zero, in straight lines:

    $\eta_t = \eta \min\bigl((t + 1)/W,\; 1,\; (W + S + D - t)/D\bigr)$, never below zero.

    `lr` is $\eta$, `warmup` $W$, `stable` $S$ and `decay` $D$, all in updates; each may be 0. Nothing but
    the end depends on when training ends, so one flat run serves many lengths, each with a descent of its
    own (Hu et al. 2024, section 4; Hägele et al. 2024).
    """

    lr: Rate
    warmup: NotNegative
    stable: NotNegative
    decay: NotNegative

    def at(self, t):
        rising = (t + 1) / np.maximum(self.warmup, 1)
        left = np.asarray(self.warmup) + self.stable + self.decay - t
        return self.value("lr", t) * np.clip(np.minimum(rising, left / np.maximum(self.decay, 1)), 0, 1)


@dataclass(frozen=True)
class GeometricRamp(Schedule):
    r"""From `first` ($a$) to `last` ($b$) by equal factors: $\eta_t = a\,(b/a)^{t/(T-1)}$, $T$ = `steps`.

    The schedule of the learning rate range test (Smith 2017, section 3.3).
    """

    first: Positive
    last: Positive
    steps: AtLeastOne

    def at(self, t):
        done = np.minimum(t / np.maximum(self.steps - 1, 1), 1)
        return self.first * (self.last / self.first) ** done
