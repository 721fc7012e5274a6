"""The work of a sweep, split over cores or handed to an executor, and its progress bar."""

import contextlib
import functools
import os
import sys
import time

PATIENCE = 0.5  # seconds before a progress bar is worth showing
NO_THREADS = sys.platform == "emscripten"  # Python in a browser cannot start any


def run_chunks(function, chunks, sizes, executor=None):
    """Results of `function(chunk)` for every chunk, in order; `sizes` are the runs in each.

    On this machine's cores as threads, because NumPy computes outside Python's lock, or through
    `executor`, any `concurrent.futures.Executor`. Work that takes long shows a progress bar. Here,
    `function` also gets a `tick` to call with the share of a run that it has done; an interrupt
    (Ctrl-C, the stop button) ends it there.
    """
    progress = Progress(sum(sizes))
    try:
        if executor is not None:
            futures = []
            for chunk in chunks:
                futures.append(executor.submit(function, chunk))
                progress.count(futures, sizes)  # some executors do the work at once
            return _wait(futures, progress, sizes)
        with _one_thread_for_each_product():
            if len(chunks) == 1 or n_cores() == 1:
                return [function(chunk, progress.tick_and_show) for chunk in chunks]
            from concurrent.futures import ThreadPoolExecutor  # here, to keep `import hpcourse` quick

            with ThreadPoolExecutor(n_cores()) as pool:
                futures = [pool.submit(function, chunk, progress.tick) for chunk in chunks]
                return _wait(futures, progress)
    finally:
        progress.close()


def _one_thread_for_each_product():
    """Keep the matrix library from starting threads of its own, which would fight with ours."""
    if NO_THREADS:
        return contextlib.nullcontext()
    return _blas().limit(limits=1, user_api="blas")


@functools.cache
def _blas():
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _wait(futures, progress, sizes=None):
    """Results of the futures; meanwhile the bar moves, by `sizes` where nothing ticks."""
    from concurrent.futures import FIRST_EXCEPTION, wait

    try:
        pending = futures
        while pending:
            _, pending = wait(pending, timeout=0.1, return_when=FIRST_EXCEPTION)
            if sizes is not None:
                progress.count(futures, sizes)
            progress.show()
            if any(future.done() and future.exception() for future in futures):
                break
        return [future.result() for future in futures]
    except BaseException:
        progress.stopped = True
        for future in futures:
            future.cancel()
        raise


class Stopped(Exception):
    """Raised in a thread whose work nobody waits for any more."""


class Progress:
    """A bar that appears after `PATIENCE` seconds and goes away at the end."""

    def __init__(self, total):
        self.total, self.done, self.bar, self.stopped = total, 0.0, None, False
        self.next_look = time.perf_counter() + PATIENCE

    def tick(self, amount):
        if self.stopped:
            raise Stopped
        self.done += amount

    def tick_and_show(self, amount):
        self.done += amount
        self.show()

    def count(self, futures, sizes):
        self.done = sum(size for size, future in zip(sizes, futures) if future.done())
        self.show()

    def show(self):
        if time.perf_counter() < self.next_look:
            return
        if self.bar is None and self.done < self.total:
            self.bar = _new_bar(self.total)
        if self.bar is not None:
            self.bar.n = min(int(self.done), self.total)
            self.bar.refresh()
        self.next_look = time.perf_counter() + 0.1

    def close(self):
        if self.bar is not None:
            self.bar.n = self.total  # or tqdm would leave the bar on the page as unfinished
            self.bar.close()


def n_cores():
    """Cores that this process may use."""
    if NO_THREADS:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _new_bar(total):
    from tqdm.auto import tqdm  # only long work pays for this import

    if NO_THREADS:
        tqdm.monitor_interval = 0  # else it warns that it could not start its thread
    # tqdm itself heeds this variable in a terminal, but not in a notebook
    return tqdm(total=total, unit="run", leave=False, disable="TQDM_DISABLE" in os.environ)
