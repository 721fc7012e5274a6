"""What a chunk of runs computes, update by update, on one core."""

import time
from dataclasses import fields

import numpy as np

from hpcourse._axes import find_axes, with_values
from hpcourse.frame.classes import columns, keeps_precision, updated
from hpcourse.frame.precision import Column

DIVERGED = 1e6  # a run has diverged when its loss exceeds this many times its first loss (or 1, if larger)


def room_for(steps, dim, n_runs):
    """Where points and losses are written; what is written at the same time lies in one piece."""
    return np.empty((steps + 1, dim, n_runs)), np.empty((steps + 1, n_runs))


def descend_chunk(surface, steps, chunk, tick=lambda _: None):
    """All runs of one chunk, step by step: where they went and their losses (in `room`), their ends."""
    optimizer, w, kicks, also, room = chunk
    if room is True:
        room = room_for(steps, surface.dim, len(w))
    runs = _Runs(optimizer, np.asfortranarray(w) if len(w) > surface.dim else w, **also, idle=1 / 8)
    with np.errstate(all="ignore"):
        for t in range(steps + 1):
            loss = surface(runs.w)
            for written, now in zip(room or (), (runs.w.T, loss)):
                _write(written[t], runs, now)
            kept = runs.drop_diverged(loss, t)
            if t == steps or not len(runs.rows):
                break
            grad = surface.gradient(runs.w)
            if kicks is not None:
                kicks = kicks if kept is None else kicks[kept]
                grad += kicks[:, t]
            runs.step(grad)
            tick(len(w) / steps)
    for written in room or ():
        written[t + 1 :] = np.nan  # when all had diverged
    return room, *runs.finish()


def _write(place, runs, now):
    """Put `now` into the runs' rows, which are last in `place`; NaN into those of the diverged."""
    if not len(runs.diverged):
        place[...] = now
        return
    for line, values in zip(np.atleast_2d(place), np.atleast_2d(now)):  # much faster than both axes at once
        line[runs.rows if len(values) < len(line) else ...] = values
        line[runs.diverged] = np.nan


def train_chunk(network, prepared, rates, longest, chunk, tick=lambda _: None):
    """All runs of one chunk, update by update, then the final measures."""
    X1, targets, X_test, y_test = prepared
    optimizer, batch_size, n_updates, seeds, w, also = chunk
    began = time.perf_counter()
    runs = _Runs(optimizer, w, rates=rates, **also)
    losses = np.full((len(w), longest), np.nan, w.dtype)
    batches = _Batches(network, X1, targets, seeds, batch_size)
    share = len(w) / n_updates
    with np.errstate(all="ignore"):
        for t, batch in zip(range(n_updates), batches):
            loss, gradient = network.backpropagate(runs.w, *batch)
            losses[runs.rows, t] = loss
            kept = runs.drop_diverged(loss, t)
            if kept is not None:
                gradient = gradient[kept]
                batches.keep(kept)
                if not len(runs.rows):
                    break
            runs.step(gradient)
            del gradient  # the next one gets its place in memory, which is still near
            tick(share)
        train_loss = np.full(len(w), np.nan)
        if len(runs.rows):
            last = network.loss_from(runs.w, X1, targets)
            kept = runs.drop_diverged(last, n_updates)
            train_loss[runs.rows] = last if kept is None else last[kept]
        weights, diverged_at = runs.finish()
        accuracy = _accuracy(network, weights, runs.rows, X_test, y_test)
        averaged_accuracy = _accuracy(network, runs.averaged, runs.rows, X_test, y_test)
    seconds = np.full(len(w), (time.perf_counter() - began) / len(w))
    return losses, seconds, train_loss, accuracy, weights, diverged_at, runs.averaged, averaged_accuracy


def _accuracy(network, weights, rows, X, y):
    """Accuracy of the runs in `rows`, NaN of all others; None without weights."""
    if weights is None:
        return None
    accuracy = np.full(len(weights), np.nan)
    if network.task == "classification" and len(X) and len(rows):
        accuracy[rows] = network.accuracy(weights[rows], X, y)
    return accuracy


class _Runs:
    """Weights and optimizer states of the runs that have not diverged, and what became of the others.

    While the diverged are at most the share `idle` of `rows`, it is quicker to let them run along, unseen.
    """

    def __init__(self, optimizer, w, clip=None, average=None, rates=None, idle=0):
        self.clip, self.average, self.rates, self.idle = clip, average, rates, idle
        self.averaged = None if average is None else np.array(w)
        self.optimizer, self.w, self.state = optimizer, w, optimizer.init(w)
        self.rows, self.n_good, self.diverged = np.arange(len(w)), len(w), []
        self.limit, self.values, self.columns = None, None, None
        self.scheduled = any(callable(getattr(optimizer, field.name)) for field in fields(optimizer))
        self.previous, self.end = w, np.array(w)
        self.diverged_at = np.full(len(w), -1)

    def step(self, gradient):
        if self.clip is not None:
            length = np.sqrt(np.square(gradient, dtype=float, order="C").sum(axis=-1, keepdims=True))
            gradient = (gradient * np.minimum(1, self.clip / length)).astype(self.w.dtype)
        if self.average is not None and self.state.t:
            self._average()  # only now it is known that these weights have not diverged
        if self.values is None or self.scheduled:
            self.values = self._values(gradient)
        self.previous = self.w  # below, `step` without its checks of what it is given
        returned = self.optimizer.update(self.w, gradient, self.state, *self.values)
        self.w, self.state = updated(self.optimizer, self.w, self.state, returned)
        if self.rates is not None:
            self.w = self.previous + self.rates * (self.w - self.previous)

    def _values(self, gradient):
        """The hyperparameters as columns; as numbers where one is for all and the rule stays as precise."""
        values = columns(self.optimizer, self.state.t, len(self.w))
        if self.columns is None:
            numbers = [np.asarray(value).item(0) for value in values]
            self.columns = not keeps_precision(self.optimizer, self.w, gradient, numbers)
        if self.columns:
            return [np.reshape(value, (-1, 1)).view(Column) for value in values]
        return [value if type(value) is float or len(value) > 1 else value.item() for value in values]

    def _average(self):
        if self.average is not None:
            past = self.averaged[self.rows]
            self.averaged[self.rows] = self.average * past + (1 - self.average) * self.w

    def drop_diverged(self, loss, t):
        """Take runs whose loss left all bounds out of the arithmetic; a mask of those kept, None for all."""
        if self.limit is None:
            self.limit = DIVERGED * np.maximum(1, np.abs(loss))
        good = np.abs(loss) <= self.limit
        n_good = np.count_nonzero(good)
        if n_good == self.n_good:
            return None
        new = ~good & (self.limit != -1)
        gone = self.rows[new]
        self.diverged_at[gone], self.end[gone] = t, self.previous[new]
        self.diverged, self.n_good = np.flatnonzero(self.diverged_at >= 0), n_good
        self.limit[new] = -1  # below every loss: they stay diverged
        if n_good >= (1 - self.idle) * len(good):
            return None
        self.rows, self.limit = self.rows[good], self.limit[good]
        self.w, self.previous = _kept(self.w, good), _kept(self.previous, good)
        self.clip, self.average = (x if x is None else x[good] for x in (self.clip, self.average))
        self.state = self.state._make(_kept(m, good) if np.ndim(m) else m for m in self.state)
        columns = {path: values[good] for path, values in find_axes(self.optimizer).values()}
        self.optimizer, self.values = with_values(self.optimizer, columns), None
        return good

    def finish(self):
        good = self.limit != -1
        self.end[self.rows[good]] = self.w[good]
        self._average()
        return self.end, self.diverged_at


def _kept(array, good):
    """The rows that are `good`, in the layout of `array`."""
    return np.compress(good, array, axis=0, out=np.empty_like(array, shape=(good.sum(), *array.shape[1:])))


class _Batches:
    """Inputs and targets of each mini-batch; with an axis of runs in front where they differ in seeds."""

    def __init__(self, network, X1, targets, seeds, batch_size):
        self.data, self.batch_size = (X1, targets), batch_size
        unique = list(dict.fromkeys(seeds))
        self.rngs = [np.random.default_rng(seed) for seed in unique]
        for rng in self.rngs:
            network.init(rng)  # the weights were drawn first
        self.run_order = None if len(unique) == 1 else np.array([unique.index(seed) for seed in seeds])

    def __iter__(self):
        n_examples = len(self.data[0])
        while True:
            orders = np.stack([rng.permutation(n_examples) for rng in self.rngs])
            if self.run_order is None:  # one epoch in its order, at once
                X1, targets = (part.take(orders[0], axis=0) for part in self.data)
            else:
                self.orders = orders[self.run_order]
            for start in range(0, n_examples, self.batch_size):
                now = slice(start, start + self.batch_size)
                if self.run_order is None:
                    yield X1[now], targets[now]
                else:
                    yield [part.take(self.orders[:, now], axis=0) for part in self.data]

    def keep(self, kept):
        if self.run_order is not None:
            self.run_order, self.orders = self.run_order[kept], self.orders[kept]
