r"""Optimizers: what to do with a gradient.

Each is a frozen dataclass. Its fields are the hyperparameters; its memory is the *state*, a named
tuple that `init` makes and `step` returns anew. Nothing is changed in place:

    >>> optimizer = Momentum(lr=0.1, momentum=0.5)
    >>> w = np.array([1.0, 2.0])
    >>> state = optimizer.init(w)
    >>> w, state = optimizer.step(w, np.array([1.0, -1.0]), state)
    >>> w
    array([0.9, 2.1])
    >>> state.t, state.v
    (1, array([ 0.1, -0.1]))

Every rule is elementwise, so that `w`, `grad` and the hyperparameters may have any shapes that
broadcast: with `w` of shape (runs, weights) and `lr` of shape (runs, 1), one call updates all the
runs of a sweep. `lr` may also be a schedule, a function of the number of updates made so far.

In the formulas $g$ is the gradient `grad`, and $t$ counts from 1 at the first update, while
`state.t` is the number of updates made so far, 0 at first.
"""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from hpcourse._arguments import floating, is_axis, numeric
from hpcourse._columns import Column

_RANGES = {
    "lr": {"low": 0},
    "momentum": {"low": 0, "high": 1, "high_open": True},
    "rho": {"low": 0, "high": 1, "high_open": True},
    "beta1": {"low": 0, "high": 1, "high_open": True},
    "beta2": {"low": 0, "high": 1, "high_open": True},
    "eps": {"low": 0},
    "weight_decay": {"low": 0},
}


class Optimizer:
    """What every rule shares. A rule adds its hyperparameters, its `State` and its `step`.

    Making one raises TypeError or ValueError when a hyperparameter is not a number in its range.
    """

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "lr" and callable(value):
                continue
            checked = numeric(field.name, value, **_RANGES[field.name])
            object.__setattr__(self, field.name, checked if is_axis(checked) else float(checked))

    def init(self, w):
        """The state before the first update: no updates made, all memory zero."""
        w = floating("w", w)
        return self.State(0, *(np.zeros_like(w) for _ in self.State._fields[1:]))

    def step(self, w, grad, state):
        """One update: the new weights and the new state."""
        raise NotImplementedError(f"{type(self).__name__} has no update rule")

    def values(self, t):
        """The hyperparameters after `t` updates, in the order of the fields."""
        now = (getattr(self, field.name) for field in fields(self))
        now = (value(t) if callable(value) else value for value in now)
        return [np.asarray(value).view(Column) if np.ndim(value) else float(value) for value in now]

    def check(self, w, grad, state):
        """`w` and `grad` as arrays of one precision. Raises TypeError or ValueError when they cannot be."""
        if not isinstance(state, self.State):
            raise TypeError(f"state must be what {type(self).__name__}.init(w) returned, got {state!r}")
        w = floating("w", w)
        grad = floating("grad", grad).astype(w.dtype, copy=False)
        for name, array in [("grad", grad), *zip(state._fields[1:], state[1:])]:
            try:
                np.broadcast_shapes(w.shape, np.shape(array))
            except ValueError:
                name = name if name == "grad" else f"state.{name}"
                raise ValueError(
                    f"{name} must have the shape of w, {w.shape}, got {np.shape(array)}"
                ) from None
        return w, grad


class NoMemory(NamedTuple):
    """State of a rule that remembers nothing but how often it was used."""

    t: int


class OneMemory(NamedTuple):
    """State of a rule with one number per weight: the velocity, or the mean of squared gradients."""

    t: int
    v: np.ndarray


class TwoMemories(NamedTuple):
    """State of Adam: moving averages of the gradient (`m`) and of its square (`v`)."""

    t: int
    m: np.ndarray
    v: np.ndarray


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Gradient descent: $w \leftarrow w - \eta\, g$, with `lr` for $\eta$.

    Stochastic when $g$ comes from a mini-batch (Robbins and Monro 1951).
    """

    lr: float
    State = NoMemory

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        (lr,) = self.values(state.t)
        return w - lr * grad, NoMemory(state.t + 1)


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""Heavy ball: $v_t = \gamma v_{t-1} + \eta\, g$, then $w \leftarrow w - v_t$.

    `momentum` is $\gamma$, `lr` is $\eta$ (Polyak 1964). Under a constant gradient the step grows to
    $\eta g/(1-\gamma)$. Libraries that keep $\eta$ outside, $z_t = \gamma z_{t-1} + g$ and
    $w \leftarrow w - \eta_t z_t$, walk the same path as long as $\eta$ does not change.
    """

    lr: float
    momentum: float = 0.9
    State = OneMemory

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        lr, momentum = self.values(state.t)
        v = momentum * state.v + lr * grad
        return w - v, OneMemory(state.t + 1, v)


@dataclass(frozen=True)
class Nesterov(Optimizer):
    r"""Momentum that looks ahead:

    $v_t = \gamma v_{t-1} + \eta\, g$, then $w \leftarrow w - (\gamma v_t + \eta\, g)$.

    `momentum` is $\gamma$, `lr` is $\eta$. Nesterov's method (1983) in the form of Sutskever et al.
    (2013), written for the gradient at the point it stands on (Bengio et al. 2013, eq. 7).
    """

    lr: float
    momentum: float = 0.9
    State = OneMemory

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        lr, momentum = self.values(state.t)
        v = momentum * state.v + lr * grad
        return w - (momentum * v + lr * grad), OneMemory(state.t + 1, v)


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    r"""$v_t = v_{t-1} + g^2$, then $w \leftarrow w - \eta\, g / (\sqrt{v_t} + \epsilon)$.

    `lr` is $\eta$, `eps` is $\epsilon$ (Duchi et al. 2011). $v$ only grows, so the steps only shrink.
    """

    lr: float
    eps: float = 1e-8
    State = OneMemory

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        lr, eps = self.values(state.t)
        v = state.v + grad**2
        return w - lr * grad / (np.sqrt(v) + eps), OneMemory(state.t + 1, v)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""$v_t = \rho v_{t-1} + (1-\rho)\, g^2$, then $w \leftarrow w - \eta\, g / (\sqrt{v_t} + \epsilon)$.

    `lr` is $\eta$, `rho` is $\rho$, `eps` is $\epsilon$ (Tieleman and Hinton 2012, lecture 6e). AdaGrad
    that forgets. The first step is $\eta/\sqrt{1-\rho}$ whatever the gradient.
    """

    lr: float
    rho: float = 0.9
    eps: float = 1e-8
    State = OneMemory

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        lr, rho, eps = self.values(state.t)
        v = rho * state.v + (1 - rho) * grad**2
        return w - lr * grad / (np.sqrt(v) + eps), OneMemory(state.t + 1, v)


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Momentum and RMSProp in one, both corrected for having started at zero:

    $m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g$ and $v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g^2$,
    $\hat m_t = m_t / (1-\beta_1^t)$ and $\hat v_t = v_t / (1-\beta_2^t)$,
    $w \leftarrow w - \eta\, \hat m_t / (\sqrt{\hat v_t} + \epsilon)$.

    `lr` is $\eta$, `beta1` is $\beta_1$, `beta2` is $\beta_2$, `eps` is $\epsilon$ (Kingma and Ba 2015,
    algorithm 1). The first step is $\eta$ whatever the gradient.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    State = TwoMemories

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        lr, beta1, beta2, eps, *_ = self.values(state.t)
        t = state.t + 1
        m = beta1 * state.m + (1 - beta1) * grad
        v = beta2 * state.v + (1 - beta2) * grad**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), TwoMemories(t, m, v)


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam's step, and every weight shrinks by the fraction $\eta\lambda$, `weight_decay` being $\lambda$:

    $w \leftarrow w - \eta\, \big(\hat m_t / (\sqrt{\hat v_t} + \epsilon) + \lambda w\big)$.

    The decay never enters $m$ and $v$, which tells it from an L2 penalty in the loss (Loshchilov and
    Hutter 2019, algorithm 2).
    """

    weight_decay: float = 0.01

    def step(self, w, grad, state):
        w, grad = self.check(w, grad, state)
        lr, *_, weight_decay = self.values(state.t)
        adam, new_state = super().step(w, grad, state)
        return adam - lr * weight_decay * w, new_state
