"""What a sweep costs through an executor, beside the work itself: the table of docs/cluster.md.

    python tests/benchmarks/bench_executors.py [--repeats 5]

Counts the seconds of the processor, of the caller (where Dask's scheduler lives) and of the one worker: what
is beyond the work itself is overhead, also on a busy machine. Only the start is in seconds of the clock.
"""

import argparse
import time
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np

import hpcourse as hp

TASKS = 16


@contextmanager
def processes():
    with ProcessPoolExecutor(1) as pool:
        yield pool


@contextmanager
def dask():
    from distributed import Client

    with Client(n_workers=1, threads_per_worker=1, dashboard_address=None) as client:
        yield client.get_executor()


def nothing(_):
    """A task that does nothing."""


def send(executor):
    """As many of these as the work has tasks."""
    for future in [executor.submit(nothing, k) for k in range(TASKS)]:
        future.result()


def train(**where):
    """Sixteen runs, 60 updates each, sent with the digits (0.5 MB)."""
    hp.train(hp.MLP((64, 32, 10)), hp.digits(), hp.Adam(np.logspace(-4, -1, TASKS)), updates=60, **where)


def descend(**where):
    """16,000 paths of 100 steps, of which 39 MB come back."""
    starts = np.random.default_rng(0).normal(size=(16_000, 2))
    hp.descend(hp.Rosenbrock(), hp.SGD(1e-3), start=starts, steps=100, **where)


def spent(executor):
    """Seconds of the processor so far, of this process and of the worker."""
    return time.process_time() + (executor.submit(time.process_time).result() if executor else 0)


def seconds(function, executor):
    began = spent(executor)
    function()
    return spent(executor) - began


class Here:
    """The executor's own order of things, without a worker: what the work itself takes, in as many tasks."""

    _max_workers = 1

    def submit(self, function, *arguments):
        done = Future()
        done.set_result(function(*arguments))
        return done


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    for name, start in (("process pool", processes), ("Dask", dask)):
        began = time.perf_counter()
        with start() as executor:
            executor.submit(nothing, 0).result()
            print(f"{name}: start {time.perf_counter() - began:.1f} s", end="")
            empty = min(seconds(partial(send, executor), executor) for _ in range(repeats))
            print(f", a task that does nothing {1000 * empty / TASKS:.1f} ms", end="")
            for work in (train, descend):
                work(executor=executor, chunks=TASKS)  # the worker has imported all
                here, there = [], []
                for _ in range(repeats):
                    here.append(seconds(partial(work, executor=Here(), chunks=TASKS), None))
                    there.append(seconds(partial(work, executor=executor, chunks=TASKS), executor))
                more = (min(there) - min(here)) / TASKS
                print(
                    f", {work.__name__} {1000 * min(here) / TASKS:.0f} ms a task and {1000 * more:.1f} more",
                    end="",
                )
            print(flush=True)


if __name__ == "__main__":
    main()
