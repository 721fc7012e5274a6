"""The least that NumPy needs: two workloads of `bench_speed.py` as loops written by hand for them alone.

No rule, no network, no checks, no choice: every array is made once, every operation writes into one that is
there already. The operations and their order are the package's, and so are the results, to the last bit
(`same` compares them). What the package needs beyond these loops is the price of its abstractions; what these
loops need beyond another library, no package on NumPy can save without rounding otherwise.
"""

from itertools import pairwise

import numpy as np

import hpcourse as hp
from hpcourse.frame.cores import OneThread
from hpcourse.networks import with_ones
from hpcourse.training import Path

BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


def train(sizes, runs, batch_size, epochs):
    """Adam on the digits at `runs` rates: losses (runs, updates), weights, and the measures at the end."""
    data, rng, network = hp.digits(), np.random.default_rng(0), hp.MLP(sizes)
    w = np.repeat(network.init(rng)[None], runs, axis=0)
    X, labels, n = with_ones(data.X_train), np.eye(sizes[-1], dtype=w.dtype)[data.y_train], len(data.X_train)
    lr = np.logspace(-4, -1, runs).astype(w.dtype)[:, None]
    adam, gradient = Adam(w, lr), np.empty_like(w)
    passes, losses, t = {}, np.empty((runs, epochs * -(-n // batch_size)), w.dtype), 0
    for _ in range(epochs):
        order = rng.permutation(n)
        X_now, labels_now = X.take(order, axis=0), labels.take(order, axis=0)
        for start in range(0, n, batch_size):
            Xb, yb = X_now[start : start + batch_size], labels_now[start : start + batch_size]
            if len(Xb) not in passes:
                passes[len(Xb)] = Pass(sizes, w, gradient, len(Xb))
            losses[:, t] = passes[len(Xb)](Xb, yb)
            t += 1
            adam(gradient, t)
    return losses, w, network.loss_from(w, X, labels), network.accuracy(w, data.X_test, data.y_test)


class Pass:
    """Forward and back for batches of one size: from weights `w` to `gradient`, both (runs, P)."""

    def __init__(self, sizes, w, gradient, n):
        runs, shapes = len(w), [(outputs, inputs + 1) for inputs, outputs in pairwise(sizes)]
        ends = np.cumsum([0] + [rows * columns for rows, columns in shapes])
        parts = list(zip(map(slice, ends, ends[1:]), shapes))
        self.W, self.G = ([a[:, part].reshape(runs, *shape) for part, shape in parts] for a in (w, gradient))
        self.back = [W[..., :-1].mT for W in self.W]
        self.a = [np.ones((runs, width + 1, n), w.dtype) for width in sizes[1:-1]]
        self.z = [a[:, :-1] for a in self.a]
        self.zeros = [np.zeros(a.shape[1:], w.dtype) for a in self.a]
        self.error = [np.empty((runs, width, n), w.dtype) for width in sizes[1:-1]]
        self.on = [np.empty(a.shape, bool) for a in self.a]
        self.out, self.p = (np.empty((runs, sizes[-1], n), w.dtype) for _ in range(2))
        self.top, self.total = (np.empty((runs, 1, n), w.dtype) for _ in range(2))

    def __call__(self, X, labels):
        a, y, n = np.ascontiguousarray(X.T), np.ascontiguousarray(labels.T), len(X)
        for W, z, units, zeros in zip(self.W, self.z, self.a, self.zeros):
            np.matmul(W, a, out=z)
            a = np.maximum(units, zeros, out=units)
        np.matmul(self.W[-1], a, out=self.out)
        loss, error = self.softmax(y, n), self.p
        np.matmul(error, self.a[-1].mT if self.a else X, out=self.G[-1])
        for k in reversed(range(len(self.a))):
            error = np.matmul(self.back[k + 1], error, out=self.error[k])
            np.greater(self.a[k], self.zeros[k], out=self.on[k])
            np.multiply(error, self.on[k][:, :-1], out=error)
            np.matmul(error, self.a[k - 1].mT if k else X, out=self.G[k])
        return loss

    def softmax(self, y, n):
        """The loss of each run; `p` becomes its slope by the outputs."""
        out, p, top, total = self.out, self.p, self.top, self.total
        np.maximum.reduce(out, axis=-2, keepdims=True, out=top)
        np.subtract(out, top, out=out)
        np.exp(out, out=p)
        np.add.reduce(p, axis=-2, keepdims=True, out=total)
        np.log(total, out=top)
        loss = (np.add.reduce(top[:, 0], axis=-1) - np.vecdot(out.reshape(len(out), -1), y.ravel())) / n
        np.multiply(total, n, out=total)
        np.divide(1, total, out=total)
        np.multiply(p, total, out=p)
        np.subtract(p, y / n, out=p)
        return loss


class Adam:
    """`hp.Adam`, in place: it spoils the gradient."""

    def __init__(self, w, lr):
        self.w, self.lr = w, lr
        self.m, self.v, self.step = np.zeros_like(w), np.zeros_like(w), np.empty_like(w)

    def __call__(self, g, t):
        m, v, step = self.m, self.v, self.step
        np.multiply(m, BETA1, out=m)
        np.multiply(g, 1 - BETA1, out=step)
        np.add(m, step, out=m)
        np.multiply(v, BETA2, out=v)
        np.square(g, out=g)
        np.multiply(g, 1 - BETA2, out=g)
        np.add(v, g, out=v)
        np.divide(m, 1 - BETA1**t, out=step)
        np.multiply(self.lr, step, out=step)
        np.divide(v, 1 - BETA2**t, out=g)
        np.sqrt(g, out=g)
        np.add(g, EPS, out=g)
        np.divide(step, g, out=step)
        np.subtract(self.w, step, out=self.w)


def descend(starts, lr=1e-3, steps=100, b=100.0, chunk=50_000):
    """SGD on the banana valley: points (steps + 1, 2, runs) and losses (steps + 1, runs)."""
    points, losses = np.empty((steps + 1, 2, len(starts))), np.empty((steps + 1, len(starts)))
    for begin in range(0, len(starts), chunk):
        rows = slice(begin, begin + chunk)
        x, y = starts[rows].T.copy()
        room = np.empty((4, len(x)))
        with np.errstate(all="ignore"):
            for t in range(steps + 1):
                points[t, 0, rows], points[t, 1, rows], loss = x, y, losses[t, rows]
                off = _banana(x, y, b, loss, room)
                if t == 0:
                    limit, n_good = 1e6 * np.maximum(1, np.abs(loss)), len(x)
                good = np.abs(loss, out=room[3]) <= limit
                if np.count_nonzero(good) < n_good:  # what has diverged is not seen again
                    x[~good], n_good = np.nan, np.count_nonzero(good)
                    y[~good] = np.nan
                if t < steps:
                    _walk(x, y, off, b, lr, room)
    return points, losses


def _banana(x, y, b, loss, room):
    """The loss; returns what x and y are off the valley."""
    beside, off, square = room[:3]
    np.subtract(1, x, out=beside)
    np.square(x, out=square)
    np.subtract(y, square, out=off)
    np.square(off, out=square)
    np.multiply(b, square, out=square)
    np.add(np.square(beside, out=loss), square, out=loss)
    return off


def _walk(x, y, off, b, lr, room):
    """One step, with what `_banana` left in `room`."""
    beside, _, slope, _ = room
    np.multiply(-2, beside, out=beside)
    np.multiply(4 * b, x, out=slope)
    np.multiply(slope, off, out=slope)
    np.subtract(beside, slope, out=slope)
    np.multiply(lr, slope, out=slope)
    np.subtract(x, slope, out=x)
    np.multiply(2 * b, off, out=off)
    np.multiply(lr, off, out=off)
    np.subtract(y, off, out=y)


def work(given):
    """A workload of `bench_speed.py`, on one thread as the package does it there."""
    with OneThread():
        if given is None:
            return descend(np.random.default_rng(0).normal(size=(100_000, 2)))
        return train(*given)


def same(result, bare):
    """Is what the package returned what these loops computed, in every bit?"""
    if isinstance(result, Path):
        theirs = np.moveaxis(result.w, 0, -1), result.loss.T
    else:
        measured = result.loss, result.weights, result.train_loss, result.test_accuracy
        theirs = [there.reshape(here.shape) for there, here in zip(measured, bare)]
    return all(np.array_equal(there, here, equal_nan=True) for there, here in zip(theirs, bare))
