r"""Optimizers: what to do with a gradient.

Each is a frozen dataclass. Its fields are the hyperparameters. Its memory is the *state*, a named
tuple that `init` makes and `step` returns anew. Nothing is changed in place:

    >>> sgd = SGD(lr=0.1)
    >>> w = np.array([1.0, 2.0])
    >>> state = sgd.init(w)
    >>> w, state = sgd.step(w, np.array([1.0, -1.0]), state)
    >>> w, state
    (array([0.9, 2.1]), Count(t=1))

A rule is its `update`, which `step` calls with the hyperparameters of the moment (`_optimizer.py`
has the checks around it). In formulas and code:

    w       w        the weights                    lr       $\eta$      the learning rate
    grad    $g$      the gradient of the loss       momentum $\gamma$    how much of the last step stays
    state.t          updates made so far            rho, beta1, beta2    how much of an average stays
    t       $t$      this update's number, from 1   eps      $\epsilon$  keeps a divisor from being zero

Every rule is elementwise, so that `w`, `grad` and the hyperparameters may have any shapes that
broadcast: with `w` of shape (runs, weights) and `lr` of shape (runs, 1), one call updates all the
runs of a sweep. `lr` may also be a schedule, a function of the number of updates made so far.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hpcourse._hyperparameters import Fraction, NotNegative, Rate
from hpcourse._optimizer import Optimizer


class Count(NamedTuple):
    """Memory of a rule that only counts its updates."""

    t: int


class Velocity(NamedTuple):
    """Memory of a rule that moves on: `v` is the last step."""

    t: int
    v: np.ndarray


class Squares(NamedTuple):
    """Memory of a rule that scales: `v` is a sum or an average of squared gradients."""

    t: int
    v: np.ndarray


class Moments(NamedTuple):
    """Memory of Adam: averages of the gradient, `m`, and of its square, `v`."""

    t: int
    m: np.ndarray
    v: np.ndarray


class Mean(NamedTuple):
    """Memory of Lion: `m` is an average of the gradient."""

    t: int
    m: np.ndarray


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Walk downhill: $w \leftarrow w - \eta\, g$.

    `lr` is $\eta$. Stochastic when the gradient comes from a mini-batch (Robbins and Monro 1951).
    """

    lr: Rate
    State = Count

    def update(self, w, grad, state, lr):
        return w - lr * grad, Count(state.t + 1)


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""Keep some of the last step: $v_t = \gamma v_{t-1} + \eta\, g$, then $w \leftarrow w - v_t$.

    `lr` is $\eta$, `momentum` is $\gamma$ (Polyak 1964). Under a constant gradient the step grows to
    $\eta g/(1-\gamma)$. Libraries that keep $\eta$ outside, $z_t = \gamma z_{t-1} + g$ and
    $w \leftarrow w - \eta_t z_t$, walk the same path as long as $\eta$ does not change.
    """

    lr: Rate
    momentum: Fraction = 0.9
    State = Velocity

    def update(self, w, grad, state, lr, momentum):
        v = momentum * state.v + lr * grad
        return w - v, Velocity(state.t + 1, v)


@dataclass(frozen=True)
class Nesterov(Optimizer):
    r"""Momentum that looks ahead:

    $v_t = \gamma v_{t-1} + \eta\, g$, then $w \leftarrow w - (\gamma v_t + \eta\, g)$.

    `lr` is $\eta$, `momentum` is $\gamma$. Nesterov's method (1983) in the form of Sutskever et al.
    (2013), written for the gradient at the point it stands on (Bengio et al. 2013, eq. 7).
    """

    lr: Rate
    momentum: Fraction = 0.9
    State = Velocity

    def update(self, w, grad, state, lr, momentum):
        v = momentum * state.v + lr * grad
        return w - (momentum * v + lr * grad), Velocity(state.t + 1, v)


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    r"""A step size of its own for every weight:

    $v_t = v_{t-1} + g^2$, then $w \leftarrow w - \eta\, g/(\sqrt{v_t} + \epsilon)$.

    `lr` is $\eta$, `eps` is $\epsilon$ (Duchi et al. 2011). $v$ only grows, so the steps only shrink.
    """

    lr: Rate
    eps: NotNegative = 1e-8
    State = Squares

    def update(self, w, grad, state, lr, eps):
        v = state.v + grad**2
        return w - lr * grad / (np.sqrt(v) + eps), Squares(state.t + 1, v)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""AdaGrad that forgets:

    $v_t = \rho v_{t-1} + (1-\rho)\, g^2$, then $w \leftarrow w - \eta\, g/(\sqrt{v_t} + \epsilon)$.

    `lr` is $\eta$, `rho` is $\rho$, `eps` is $\epsilon$ (Tieleman and Hinton 2012, lecture 6e). The
    first step is about $\eta/\sqrt{1-\rho}$, whatever the size of the gradient, if that is well above
    $\epsilon$.
    """

    lr: Rate
    rho: Fraction = 0.9
    eps: NotNegative = 1e-8
    State = Squares

    def update(self, w, grad, state, lr, rho, eps):
        v = rho * state.v + (1 - rho) * grad**2
        return w - lr * grad / (np.sqrt(v) + eps), Squares(state.t + 1, v)


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Momentum and RMSProp in one, both corrected for having started at zero:

    $m_t = \beta_1 m_{t-1} + (1-\beta_1)\, g$ and $v_t = \beta_2 v_{t-1} + (1-\beta_2)\, g^2$,
    $\hat m_t = m_t / (1-\beta_1^t)$ and $\hat v_t = v_t / (1-\beta_2^t)$,
    $w \leftarrow w - \eta\, \hat m_t / (\sqrt{\hat v_t} + \epsilon)$.

    `lr` is $\eta$, `beta1` is $\beta_1$, `beta2` is $\beta_2$, `eps` is $\epsilon$ (Kingma and Ba 2015,
    algorithm 1). The first step is about $\eta$, whatever the size of the gradient, if that is well
    above $\epsilon$.
    """

    lr: Rate = 0.001
    beta1: Fraction = 0.9
    beta2: Fraction = 0.999
    eps: NotNegative = 1e-8
    State = Moments

    def update(self, w, grad, state, lr, beta1, beta2, eps):
        t = state.t + 1
        m = beta1 * state.m + (1 - beta1) * grad
        v = beta2 * state.v + (1 - beta2) * grad**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        return w - lr * m_hat / (np.sqrt(v_hat) + eps), Moments(t, m, v)


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam's step, and every weight shrinks by the fraction $\eta d$:

    $w \leftarrow w - \eta\, \hat m_t / (\sqrt{\hat v_t} + \epsilon) - \eta\, d\, w$; `weight_decay` is $d$.

    The decay never enters $m$ and $v$, which tells it from an L2 penalty in the loss (Loshchilov and
    Hutter 2019, algorithm 2).
    """

    weight_decay: NotNegative = 0.01

    def update(self, w, grad, state, lr, beta1, beta2, eps, weight_decay):
        after_adam, new_state = super().update(w, grad, state, lr, beta1, beta2, eps)
        return after_adam - lr * weight_decay * w, new_state


@dataclass(frozen=True)
class Lion(Optimizer):
    r"""Every weight moves by $\eta$, and only the sign says where to:

    $w \leftarrow w - \eta \operatorname{sign}(\beta_1 m_{t-1} + (1-\beta_1)\, g)$, then
    $m_t = \beta_2 m_{t-1} + (1-\beta_2)\, g$.

    `lr` is $\eta$, `beta1` is $\beta_1$, `beta2` is $\beta_2$ (Chen et al. 2023, algorithm 2, without its
    weight decay). One memory instead of Adam's two. The same gradient thus counts more in the step
    than in the memory, and a weight stands still only where the average is exactly zero.
    """

    lr: Rate
    beta1: Fraction = 0.9
    beta2: Fraction = 0.99
    State = Mean

    def update(self, w, grad, state, lr, beta1, beta2):
        direction = np.sign(beta1 * state.m + (1 - beta1) * grad)
        m = beta2 * state.m + (1 - beta2) * grad
        return w - lr * direction, Mean(state.t + 1, m)


# The course's rules by name. Menus, colours, checks and tests take theirs from here: a rule is added by
# writing it and naming it once, and the tests then ask for its oracle.
RULES = {rule.__name__: rule for rule in (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW, Lion)}
