"""What a run shows to someone who measures: the LR range test and the sharpness of the loss."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from hpcourse._axes import find_axes
from hpcourse.frame.arguments import ending, floating, instance, number, numeric, whole
from hpcourse.networks import MLP
from hpcourse.optimizers import SGD, Optimizer
from hpcourse.schedules import GeometricRamp
from hpcourse.surfaces import Surface
from hpcourse.training import Path, descend, train

BORDER = 1e-9  # of the distance: a run that ends this much farther away has only been rounded


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What `lr_range_test` returns: the rates tried (`lr`, (steps,)) and the `loss` (..., steps) at each.

    `smoothed` is the loss averaged over its neighbours, and `at_minimum` the rate at which the
    smoothed loss is lowest: past the last rate that is safe, as the lesson shows.
    """

    lr: np.ndarray
    loss: np.ndarray
    smoothed: np.ndarray

    @property
    def at_minimum(self):
        return self._rate_of_lowest(self.smoothed)

    @property
    def at_steepest(self):
        """The rate at which the smoothed loss falls fastest per factor of the rate.

        Below `at_minimum`, and past the first tenth of the steps, where the average is still noise.
        """
        slope = np.gradient(self.smoothed, np.log(self.lr), axis=-1)
        steps = np.arange(len(self.lr))
        below = (steps >= len(steps) // 10) & (steps <= _lowest(self.smoothed)[..., None])
        slope = np.where(below, slope, np.inf)
        return self._rate_of_lowest(np.where(np.isnan(self.smoothed), np.nan, slope))

    def _rate_of_lowest(self, values):
        """The rate at which `values` are lowest, NaN for a run lost from the start."""
        lost = ~np.isfinite(self.smoothed).any(axis=-1)
        rates = np.where(lost, np.nan, self.lr[_lowest(values)])
        return float(rates) if rates.ndim == 0 else rates


def lr_range_test(model, data=None, *, first=1e-4, last=10.0, steps=100, optimizer=None, smooth=0.9, **run):
    r"""Raise the learning rate by equal factors from `first` to `last`, one update each (after Smith 2017).

    `model` is a network, and then `data` its data set and `run` goes to `train` (`batch_size`,
    `seed`); or a surface, and then `run` goes to `descend` and must name `start`. `optimizer` is SGD
    unless given; its learning rate is replaced. The loss at each rate is the one *after* the update
    made with it. `smooth` is the weight $\beta$ of the past in the moving average
    $s_t = (\beta s_{t-1} + (1-\beta) L_t)$, divided by $1-\beta^t$; 0 for none. Returns a `RangeTest`.
    """
    instance("model", model, (Surface, MLP), "hp.MLP((64, 32, 10)) or hp.Quadratic((1, 10))")
    number("smooth", smooth, 0, 1, high_open=True)
    if number("last", last) <= number("first", first):
        raise ValueError(f"last must be greater than first ({first:g}), got {last:g}")
    ramp = GeometricRamp(first, last, whole("steps", steps, 2))
    optimizer = instance("optimizer", SGD(0) if optimizer is None else optimizer, Optimizer, "hp.Adam()")
    if not hasattr(optimizer, "lr"):
        raise ValueError(f"optimizer must have a field lr, to be raised, got {optimizer!r}")
    optimizer = replace(optimizer, lr=ramp)
    if isinstance(model, Surface):
        loss = descend(model, optimizer, steps=steps, **run).loss[..., 1:]
    else:
        if data is None:
            raise TypeError("data must be given with a network, got None")
        loss = train(model, data, optimizer, updates=steps + 1, **run).loss[..., 1:]
    lr = ramp(np.arange(steps))
    return RangeTest(lr, loss, _moving_average(loss, smooth))


def sharpness(model, w, X=None, y=None, *, iterations=20):
    r"""Largest eigenvalue of the loss's Hessian at `w`, one for each run (NaN where `w` is not finite).

    On a surface it is exact. On a network the Lanczos method finds it from products of the Hessian
    with a vector, $Hv \approx (\nabla L(w + hv) - \nabla L(w - hv)) / 2h$, computed in float64 over
    `X` and `y`; the largest means the most positive. `iterations` products are made.
    """
    instance("model", model, (Surface, MLP), "hp.MLP((64, 32, 10)) or hp.Quadratic((1, 10))")
    iterations = whole("iterations", iterations, 1)
    w = floating("w", w).astype(float)
    if isinstance(model, Surface):
        largest, n_weights = partial(_exact_eigenvalue, model), model.dim
    elif X is None or y is None:
        raise TypeError("X and y must be given with a network")
    else:
        X = floating("X", X).astype(float)
        largest, n_weights = partial(_largest_eigenvalue, model, X, y, iterations), model.n_weights
    runs = ending("w", w, n_weights).reshape(-1, n_weights)
    good = np.isfinite(runs).all(axis=1)
    found = np.full(len(runs), np.nan)
    if good.any():
        found[good] = largest(runs[good])
    return found.reshape(w.shape[:-1]) if w.ndim > 1 else float(found[0])


def _exact_eigenvalue(surface, w):
    """Largest eigenvalue of the Hessian at each point; NaN where that has left all bounds."""
    with np.errstate(over="ignore", invalid="ignore"):
        hessian = surface.hessian(w)
    good = np.isfinite(hessian).all(axis=(-2, -1))
    eigenvalues = np.linalg.eigvalsh(np.where(good[:, None, None], hessian, 0.0))
    return np.where(good, eigenvalues[:, -1], np.nan)


def regimes(path):
    """What each run of a one-weight `path` does, seen from its distances to the minimum at 0.

    "diverges": it ends farther away than it began; "rings": it changes sides at every step, and its
    first step leaves more than a tenth of the distance; "crawls": more than a tenth is left at the
    end; "converges": none of these. A run on the border, which ends as far away as it began, rings or
    crawls. Raises ValueError for a path of several weights, or not recorded.
    """
    instance("path", path, Path, "hp.descend(hp.Quadratic([1.0]), hp.SGD(0.1), start=1.0)")
    if path.w is None or path.w.shape[-1] != 1:
        found = "not recorded" if path.w is None else f"of {path.w.shape[-1]}"
        raise ValueError(f"path must be recorded and of one weight, got one {found}")
    w = path.w.reshape(-1, path.w.shape[-2])
    return [_regime(run[np.isfinite(run)], lost) for run, lost in zip(w, np.ravel(path.diverged))]


def _regime(w, diverged):
    if diverged or abs(w[-1]) > (1 + BORDER) * abs(w[0]):
        return "diverges"
    if w[0] == 0:
        return "converges"
    left, first = abs(w[-1] / w[0]), w[1] / w[0]
    if first < -0.1 and np.all(np.sign(w[:-1]) * np.sign(w[1:]) <= 0):
        return "rings"
    return "crawls" if left > 0.1 else "converges"


def _largest_eigenvalue(network, X, y, iterations, w):
    """Lanczos for all runs at once, keeping the basis orthogonal."""
    n_runs, n_weights = w.shape
    iterations = min(iterations, n_weights)
    h = 1e-8  # a ReLU has kinks, and a longer step would take them for curvature
    vector = np.random.default_rng(0).normal(size=(n_runs, n_weights))
    basis, projected = [], np.zeros((n_runs, iterations, iterations))
    for k in range(iterations):
        norm = np.linalg.norm(vector, axis=1, keepdims=True)
        vector = vector / np.where(norm > 0, norm, 1)
        basis.append(vector)
        rise = network.gradient(w + h * vector, X, y) - network.gradient(w - h * vector, X, y)
        product = rise / (2 * h)
        for i, old in enumerate(basis):
            along = (old * product).sum(axis=1)
            projected[:, i, k] = projected[:, k, i] = along
            product = product - along[:, None] * old
        for old in basis:  # twice is enough: what is left of one pass is only rounding
            product = product - (old * product).sum(axis=1, keepdims=True) * old
        vector = product
    return np.linalg.eigvalsh(projected)[:, -1]


def _lowest(values):
    return np.argmin(np.where(np.isnan(values), np.inf, values), axis=-1)


def _moving_average(loss, beta):
    """Exponential moving average with bias correction; NaN once the loss is."""
    average, out = np.zeros(loss.shape[:-1]), np.empty(loss.shape)
    for t in range(loss.shape[-1]):
        average = beta * average + (1 - beta) * loss[..., t]
        out[..., t] = average / (1 - beta ** (t + 1))
    return out


@dataclass(frozen=True, eq=False)
class Replay:
    """What `replay` returns, with the time as first axis.

    `w` (steps + 1, ...) starts with the start. `memory` maps each symbol of the optimizer's state, such
    as "m" and "v", to its values after each step, (steps, ...).
    """

    w: np.ndarray
    memory: dict

    @property
    def moves(self):
        """How far each step went downhill, `w` before it minus `w` after it, (steps, ...)."""
        return -np.diff(self.w, axis=0)


def replay(optimizer, gradients, start=0.0):
    """What `optimizer` does when it meets `gradients` (steps, ...), one after the other, whatever it does.

    A loss would answer each step with the next gradient; here they are given, so that the rule alone is
    seen. All weights begin at `start`. Hyperparameters are numbers or schedules. Returns a `Replay`.
    """
    instance("optimizer", optimizer, Optimizer, "hp.Adam(0.1)")
    for name, values in find_axes(optimizer).items():
        raise ValueError(f"{name} must be one number or a schedule in a replay, got {values[1]!r}")
    gradients = floating("gradients", gradients).astype(float)
    if gradients.ndim == 0 or len(gradients) == 0:
        raise ValueError(f"gradients must be a list of at least one gradient, got shape {gradients.shape}")
    w = np.full(gradients.shape[1:], number("start", start))
    state = optimizer.init(w)
    walk, states = [w], []
    for gradient in gradients:
        w, state = optimizer.step(w, gradient, state)
        walk.append(w)
        states.append(state)
    memory = {name: np.stack([getattr(state, name) for state in states]) for name in state._fields[1:]}
    return Replay(np.stack(walk), memory)


def gradient_noise_scale(network, w, X, y, *, small=None, large=None, draws=100, seed=0):
    r"""How noisy a gradient is, $\mathcal B = \operatorname{tr}\Sigma / |G|^2$ (McCandlish et al. 2018).

    $G$ is the gradient over all N examples of `X` and `y`, $\Sigma$ the covariance of the gradients of
    single examples. Both are read off two batch sizes, b = `small` (16, or fewer where B is) and
    B = `large` (all N).
    A batch of n, drawn without replacement, has $E|g_n|^2 = |G|^2 + c_n \operatorname{tr}\Sigma$ with
    $c_n = (N-n)/(n(N-1))$, so that

    $\operatorname{tr}\Sigma \approx (|g_b|^2 - |g_B|^2)/(c_b - c_B)$ and
    $|G|^2 \approx |g_B|^2 - c_B \operatorname{tr}\Sigma$

    are unbiased; both are averaged over `draws` pairs of batches before one is divided by the other.
    (For large N, $c_n$ is the paper's $1/n$.) `w` is (P,) or (..., P); gives one number a run, infinity
    where the estimate of $|G|^2$ is not above zero. Raises ValueError unless 1 <= small < large <= N.
    """
    instance("network", network, MLP, "hp.MLP((64, 32, 10))")
    network.loss(w, X, y)  # names the one of them that is wrong
    n_examples = len(X)
    if n_examples < 2:
        raise ValueError(f"X must have at least two examples, got {n_examples}")
    large = n_examples if large is None else whole("large", large, 2, n_examples)
    small = min(16, large - 1) if small is None else whole("small", small, 1, large - 1)
    rng, w, X, y = np.random.default_rng(whole("seed", seed)), *map(np.asarray, (w, X, y))
    c_small, c_large = ((n_examples - n) / (n * (n_examples - 1)) for n in (small, large))
    squares = []
    for size in (small, large):
        times = 1 if size == n_examples else whole("draws", draws, 1)
        total = 0.0
        for _ in range(times):
            batch = rng.permutation(n_examples)[:size]
            gradient = network.gradient(w.reshape(-1, w.shape[-1]), X[batch], y[batch]).astype(float)
            total = total + (gradient**2).sum(axis=-1).reshape(w.shape[:-1])
        squares.append(total / times)
    trace = (squares[0] - squares[1]) / (c_small - c_large)
    length = squares[1] - c_large * trace
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(length <= 0, np.inf, trace / length)
    return float(scale) if scale.ndim == 0 else scale


def updates_to_target(loss, target, window=1):
    """Updates made until the mean of the last `window` losses is below `target`; NaN where it never is.

    `loss` is (..., updates), such as the `loss` of a `History`; gives one number a run.
    """
    loss, target = floating("loss", loss).astype(float), numeric("target", target)
    if loss.ndim == 0 or loss.shape[-1] == 0:
        raise ValueError(f"loss must be (..., updates), got shape {loss.shape}")
    window = whole("window", window, 1, loss.shape[-1])
    below = np.lib.stride_tricks.sliding_window_view(loss, window, axis=-1).mean(axis=-1) < target
    made = np.where(below.any(axis=-1), below.argmax(axis=-1) + window, np.nan)
    return float(made) if made.ndim == 0 else made
