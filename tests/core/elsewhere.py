"""Trains here and through an executor, in an interpreter of its own: elsewhere.py KIND of EXECUTORS

Prints as JSON what test_executors.py looks at. As a program, because a matrix library asks once, when it is
loaded, how many threads it may start, and because workers must be able to import what they are sent.
"""

import _thread
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

import hpcourse as hp
from hpcourse.frame import cores

NETWORK = hp.MLP((64, 100, 100, 10))  # large enough for products to be split over threads
THREADS = {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}


@contextmanager
def dask():
    """Two workers that, unlike Dask's own, leave the matrix library its threads."""
    from dask import config
    from distributed import Client, LocalCluster

    config.set({"distributed.nanny.pre-spawn-environ": THREADS})
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client.get_executor()


EXECUTORS = {
    "threads": lambda: ThreadPoolExecutor(2),
    "processes": lambda: ProcessPoolExecutor(2),
    "spawned": lambda: ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")),
    "dask": dask,
}


@dataclass(frozen=True)
class Slow(hp.Quadratic):
    """Takes its time, as a larger problem does."""

    def gradient(self, w):
        time.sleep(0.02)
        return super().gradient(w)


@dataclass(frozen=True)
class Powers(hp.optimizers.Optimizer):
    """A rule of one's own with a field of its own, which workers know only from this program."""

    lr: hp.optimizers.Rate
    power: float = 1.0
    State = hp.optimizers.Count

    def update(self, w, grad, state, lr, power):
        return w - lr * np.sign(grad) * np.abs(grad) ** power, self.State(state.t + 1)


@dataclass(frozen=True)
class Fading(hp.schedules.Schedule):
    """A schedule of one's own with a field of its own."""

    lr: float
    shape: float = 2.0

    def at(self, t):
        return self.lr / (1 + t) ** self.shape


def raising(t):
    raise LookupError(f"no rate for update {t}")


def same(executor):
    """Are all results equal, bit by bit? In float32, where any other order of sums shows."""
    found = {}
    for name, where in (("here", {}), ("there", {"executor": executor}), ("cut", {"chunks": 3})):
        settings = {"batch_size": [1437, 500], "updates": 2, "seed": range(2), **where}
        history = hp.train(NETWORK, hp.digits(), hp.Adam([0.001, 1e20]), **settings)
        own = hp.train(NETWORK, hp.digits(), Powers(Fading([0.1, 0.2]), [0.5, 1]), updates=2, **where)
        surface, start = hp.Rosenbrock(), np.random.default_rng(0).normal(size=(50, 2))
        path = hp.descend(surface, hp.Momentum([1e-3, 1]), start, noise=0.1, seed=range(2), **where)
        found[name] = [history.loss, history.weights, history.test_accuracy]
        found[name] += [own.loss, own.weights, path.w, path.loss, path.end]
    return all(
        a.tobytes() == b.tobytes() for other in ("there", "cut") for a, b in zip(found["here"], found[other])
    )


def error(executor):
    try:
        hp.train(hp.MLP((64, 10)), hp.digits(), hp.SGD(raising), seed=range(9), epochs=1, executor=executor)
    except Exception as raised:
        return [type(raised).__name__, *raised.args]


def dying(t):
    os._exit(1)


def lost():
    """What is said of work that cannot be sent, and of a worker that dies."""
    said = []
    for schedule in (lambda t: 0.1, threading.Lock().acquire, dying):
        with ProcessPoolExecutor(2) as executor:
            try:
                hp.train(hp.MLP((64, 10)), hp.digits(), hp.SGD(schedule), updates=1, executor=executor)
            except Exception as raised:
                said.append([type(raised).__name__, str(raised)])
    return said


def crawl(executor, tasks=20):
    starts = np.arange(4.0 * tasks).reshape(2 * tasks, 2)  # no two alike, or Dask would do them once
    hp.descend(Slow(), hp.SGD(0.01), starts, steps=5, executor=executor, chunks=tasks)


def progress(executor):
    """What the bar stood at, whenever it was asked."""
    seen, show = set(), cores.Progress.show
    cores.Progress.show = lambda self: seen.add(self.done)
    crawl(executor)
    cores.Progress.show = show
    return sorted(seen)


def interrupted(executor):
    """Was the work interrupted after its first task, and how many of its tasks were given up?

    There are so many that a busy machine, too, hears of the first long before the last has begun.
    """
    futures, submit, show = [], executor.submit, cores.Progress.show
    cores.Progress.show = lambda self: _thread.interrupt_main() if 0 < self.done < self.total else None
    executor.submit = lambda *call: futures.append(submit(*call)) or futures[-1]
    try:
        crawl(executor, tasks=300)
    except KeyboardInterrupt:
        return sum(future.cancelled() for future in futures)
    finally:
        cores.Progress.show, executor.submit = show, submit


def blas_threads():
    return max(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    with threadpool_limits(2, "blas"):
        with EXECUTORS[sys.argv[1]]() as executor:
            report = {
                "same": same(executor),
                "tasks for two workers": cores.n_tasks(executor),
                "error": error(executor),
                "progress": progress(executor),
                "given up": interrupted(executor),
            }
        report["threads afterwards"] = blas_threads()
        report["lost"] = lost() if sys.argv[1] == "processes" else None
    print(json.dumps(report))
