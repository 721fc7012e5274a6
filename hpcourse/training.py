"""Runs: gradient descent on a surface, and training on data. A sweep is broadcasting.

The weights of all runs are rows of one array, so that one pass of the network and one optimizer
step move all of them. A hyperparameter given as an array becomes an axis of the result.

    >>> import hpcourse as hp
    >>> path = descend(hp.Quadratic([1.0]), hp.SGD(lr=[0.5, 1.5, 2.5]), start=[1.0], steps=3)
    >>> path.axes
    {'lr': array([0.5, 1.5, 2.5])}
    >>> path.w[..., -1, 0]
    array([ 0.125, -0.125, -3.375])
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from hpcourse._axes import CHUNK, Grid, cut, joined
from hpcourse._runs import descend_chunk, room_for, train_chunk
from hpcourse.datasets import Dataset
from hpcourse.frame.arguments import finite, floating, instance, listed, number, precision, row, whole
from hpcourse.frame.cores import n_tasks, outlasts, run_chunks
from hpcourse.frame.precision import Column
from hpcourse.networks import MLP, with_ones
from hpcourse.optimizers import Optimizer
from hpcourse.surfaces import Surface


class _Sweep:
    """What both results share."""

    @property
    def diverged(self):
        return self.diverged_at >= 0

    def __repr__(self):
        axes = " x ".join(f"{len(values)} {axis}" for axis, values in self.axes.items()) or "1 run"
        return f"{type(self).__name__}({axes}; {self.diverged.sum()} of {self.diverged.size} diverged)"


@dataclass(frozen=True, eq=False, repr=False)
class Path(_Sweep):
    """What `descend` returns. Leading axes are those of `axes`, in their order.

    `w` (..., steps + 1, dim) and `loss` (..., steps + 1) start with the starting point, and hold NaN
    after a run has diverged; both are None when nothing was recorded. `end` (..., dim) is the last
    point at which a run had not diverged. `diverged_at` is the step at which it had, -1 for never.
    """

    axes: dict
    w: np.ndarray
    loss: np.ndarray
    end: np.ndarray
    diverged_at: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class History(_Sweep):
    """What `train` returns. Leading axes are those of `axes`, in their order.

    - `loss` (..., updates): mini-batch loss before each update; NaN after a run has diverged, and
      where a larger batch size leaves fewer updates;
    - `examples` (updates) or (batch sizes, updates): examples seen when that loss was measured;
    - `seconds` (...): time spent on each run;
    - `train_loss`, `test_accuracy` (...): at the end, over the whole training and test part; NaN for
      runs that diverged, accuracy NaN for regression;
    - `weights` (..., P): the last ones at which a run had not diverged;
    - `diverged_at` (...): the update at which it had, -1 for never;
    - `averaged` (..., P) and `averaged_accuracy` (...): the averaged weights and their accuracy, with
      `average`; None without.
    """

    axes: dict
    loss: np.ndarray
    examples: np.ndarray
    seconds: np.ndarray
    train_loss: np.ndarray
    test_accuracy: np.ndarray
    weights: np.ndarray
    diverged_at: np.ndarray
    averaged: np.ndarray | None = None
    averaged_accuracy: np.ndarray | None = None


def descend(
    surface, optimizer, start, steps=100, *, noise=0.0, clip=None, seed=0, record=True,
    executor=None, chunks=None,
):  # fmt: skip
    """Follow `optimizer` down `surface` for `steps` steps.

    `start` is a point, or an array (points, dim) that becomes the axis "start". `noise` is the
    standard deviation of what is added to every coordinate of every gradient; it comes from `seed`
    alone, so that runs with the same seed meet the same noise. Axes: optimizer fields, clip, start, seed.
    `record=False` keeps only the end, for very many runs. `clip`, `executor` and `chunks` are those of
    `train`. Returns a `Path`.
    """
    instance("surface", surface, Surface, "hp.Quadratic((1, 10))")
    instance("optimizer", optimizer, Optimizer, "hp.SGD(lr=0.1)")
    chunks = n_tasks(executor, chunks)
    steps = whole("steps", steps, 1)
    noise = number("noise", noise, 0)
    points = _starting_points(surface, start)
    seeds = listed("seed", seed)
    also = {"clip": _limits(clip)}
    grid = Grid(optimizer, clip=clip, start=points if points.ndim > 1 else None, seed=seed)
    starts = np.atleast_2d(points)[grid.index("start")]
    kicks = None
    if noise:
        kicks = noise * np.stack([np.random.default_rng(s).normal(size=(steps, surface.dim)) for s in seeds])
    job = partial(descend_chunk, surface, steps)
    few = CHUNK // (40 * surface.dim)  # runs in the chunk of a thread; where threads only wait, twice as many
    apart = executor is not None or not 50 <= few < grid.n_runs or outlasts(surface.gradient, starts[:few])
    parts = cut([np.arange(grid.n_runs)], [(40 if apart else 20) * surface.dim], least=chunks)[0]
    room = room_for(steps, surface.dim, grid.n_runs) if record else ()
    here = executor is None  # elsewhere a chunk cannot write into our memory
    work = [
        (
            grid.optimizer(rows),
            starts[rows],
            None if kicks is None else kicks[grid.index("seed")[rows]],
            _columns(grid, also, rows),
            [a[..., rows[0] : rows[-1] + 1] for a in room] if here else record,
        )
        for rows in parts
    ]
    written, end, diverged_at = zip(*run_chunks(job, work, [len(rows) for rows in parts], executor, apart))
    room = room if here or not record else [np.concatenate(part, axis=-1) for part in zip(*written)]
    w, loss = [joined([np.moveaxis(a, -1, 0)], grid.shape) for a in room] or (None, None)
    return Path(grid.axes, w, loss, joined(end, grid.shape), joined(diverged_at, grid.shape))


def train(
    network, data, optimizer, *, batch_size=None, epochs=10, seed=0, updates=None, start=None,
    clip=None, average=None, rates=None, dtype=np.float32, executor=None, chunks=None,
):  # fmt: skip
    r"""Train `network` on `data` with `optimizer`, for `epochs` passes through the training part.

    Every hyperparameter of the optimizer (and of its schedule), `clip`, `average`, `batch_size` and
    `seed` may be an array, list or range, and is then an axis of the result, in this order. Initial
    weights and the order of the mini-batches come from `seed` alone:

        rng = np.random.default_rng(seed)
        w = network.init(rng)
        for epoch in range(epochs):
            for X, y in minibatches(data.X_train, data.y_train, batch_size, rng): ...

    `batch_size` is 64 unless given, or all examples where there are fewer.
    `updates` ends training after that many updates instead of after `epochs`. `start` replaces the
    initial weights, (P,) for all runs or (seeds, P).

    `clip` ($c$) shortens a gradient, that of all weights of a run together, to this length where it is
    longer, $g \leftarrow g \min(1, c/\lVert g \rVert)$; np.inf is none (Pascanu et al. 2013). `average` ($d$)
    keeps a moving average of the weights beside the run, $a_t = d\,a_{t-1} + (1-d)\,w_t$ from
    $a_0 = w_0$, which ends in `averaged`. `rates` (P,) multiplies the step of each weight, as
    `MLP.mup` gives it.

    `executor` is any `concurrent.futures.Executor`;
    by default the runs are split over this machine's cores. It gets four tasks for each of its
    workers; `chunks` asks for another number of tasks, at least. The results are the same to the last
    bit wherever the runs are trained, on one kind of processor. Returns a `History`.
    """
    instance("network", network, MLP, "hp.MLP((64, 32, 10))")
    instance("data", data, Dataset, "hp.digits()")
    instance("optimizer", optimizer, Optimizer, "hp.SGD(lr=0.1)")
    chunks = n_tasks(executor, chunks)
    dtype = precision(dtype)
    n_examples = len(data.X_train)
    batch_size = min(64, n_examples) if batch_size is None else batch_size
    sizes = listed("batch_size", batch_size, 1, n_examples)
    seeds = listed("seed", seed)
    if updates is None:
        n_updates = [whole("epochs", epochs, 1) * -(-n_examples // size) for size in sizes]
    else:
        n_updates = [whole("updates", updates, 1)] * len(sizes)
    grid = Grid(optimizer, clip=clip, average=average, batch_size=batch_size, seed=seed)
    also = {"clip": _limits(clip), "average": row("average", average, 0, 1, high_open=True)}
    rates = _factors(rates, network.n_weights, dtype)
    starts = _initial_weights(network, seeds, start, dtype)
    longest = max(n_updates)
    job = partial(train_chunk, network, _prepared(network, data, dtype), rates, longest)
    order = np.argsort(grid.index("seed"), kind="stable")  # neighbours share their mini-batches
    groups = [order[grid.index("batch_size")[order] == k] for k in range(len(sizes))]
    numbers = [7 * network.n_weights + 2 * size * sum(network.sizes[1:]) for size in sizes]
    work, rows_of = [], []
    for k, parts in enumerate(cut(groups, numbers, n_updates, chunks)):
        for rows in parts:
            which = grid.index("seed")[rows]
            orders = sizes[k], n_updates[k], [seeds[i] for i in which]
            work.append((grid.optimizer(rows), *orders, starts[which], _columns(grid, also, rows)))
            rows_of.append(rows)
    results = run_chunks(job, work, [len(rows) for rows in rows_of], executor)
    loss, *measured = (joined(part, grid.shape, rows_of) for part in zip(*results))
    examples = np.stack([_examples_seen(n_examples, size, longest) for size in sizes])
    return History(grid.axes, loss, examples if np.ndim(batch_size) else examples[0], *measured)


def _starting_points(surface, start):
    points = finite("start", floating("start", start).astype(float))
    if surface.dim == 1 and (points.ndim == 0 or points.shape[-1] != 1):
        points = points[..., None]
    if points.ndim not in (1, 2) or points.shape[-1] != surface.dim or points.size == 0:
        raise ValueError(
            f"start must be a point of {surface.dim} numbers or an array (points, {surface.dim}), "
            f"got shape {np.shape(start)}"
        )
    return points


def _limits(clip):
    """`clip` as an array, None without; infinity is no limit, and nothing is greater than this number."""
    if clip is not None:
        clip = np.where(np.isposinf(floating("clip", clip)), np.finfo(float).max, clip)
    return row("clip", clip, 0, low_open=True)


def _factors(rates, n_weights, dtype):
    if rates is not None and np.shape(rates) != (n_weights,):
        raise ValueError(f"rates must have shape ({n_weights},), one for each weight, got {np.shape(rates)}")
    return None if rates is None else row("rates", rates, 0).astype(dtype)


def _columns(grid, settings, rows):
    """Each setting as a column of its value for these runs; None stays None."""
    return {
        name: None if values is None else values[grid.index(name)[rows]][:, None].view(Column)
        for name, values in settings.items()
    }


def _initial_weights(network, seeds, start, dtype):
    if start is None:
        return np.stack([network.init(seed, dtype) for seed in seeds])
    start = finite("start", floating("start", start)).astype(dtype)
    try:
        return np.array(np.broadcast_to(start, (len(seeds), network.n_weights)))
    except ValueError:
        raise ValueError(
            f"start must have shape ({network.n_weights},) or ({len(seeds)}, {network.n_weights}), "
            f"got {start.shape}"
        ) from None


def _prepared(network, data, dtype):
    """The data as the inner loop wants it: inputs with their ones, targets as rows."""
    if data.X_train.shape[1] != network.sizes[0]:
        raise ValueError(
            f"network must take the data's {data.X_train.shape[1]} features, got sizes {network.sizes}"
        )
    X_train, X_test = (X.astype(dtype, copy=False) for X in (data.X_train, data.X_test))
    return with_ones(X_train), network.targets(data.y_train, dtype), X_test, data.y_test


def _examples_seen(n_examples, batch_size, n_updates):
    per_epoch = -(-n_examples // batch_size)
    t = np.arange(n_updates)
    return (t // per_epoch) * n_examples + (t % per_epoch) * batch_size
