"""The work of a sweep, split over cores or handed to an executor, and its progress bar."""

import functools
import os
import sys
import threading
import time
from functools import partial
from timeit import repeat

import numpy as np

from hpcourse.frame.arguments import whole
from hpcourse.frame.language import text

TASKS = 4  # for each worker, so that none waits long for the last
LONG = 30  # times what calling NumPy costs: from here on threads gain
PATIENCE = 0.5  # seconds before a progress bar is worth showing
NO_THREADS = sys.platform == "emscripten"  # Python in a browser cannot start any


def run_chunks(function, chunks, sizes, executor=None, apart=True):
    """Results of `function(chunk)` for every chunk, in order; `sizes` are the runs in each.

    On this machine's cores as threads, because NumPy computes outside Python's lock, or one after the
    other where `apart` is False; or through `executor`, any `concurrent.futures.Executor`. Work that
    takes long shows a progress bar. Here, `function` also gets a `tick` to call with the share of a run
    that it has done; an interrupt (Ctrl-C, the stop button) ends it there.
    """
    progress = Progress(sum(sizes))
    try:
        if executor is not None:
            return _sent(executor, function, chunks, progress, sizes)
        if len(chunks) == 1 or n_cores() == 1 or not apart:
            return [_run(function, chunk, progress.tick_and_show) for chunk in chunks]
        from concurrent.futures import ThreadPoolExecutor  # here, to keep `import hpcourse` quick

        with ThreadPoolExecutor(n_cores()) as pool:
            return _gather(lambda chunk: pool.submit(_run, function, chunk, progress.tick), chunks, progress)
    finally:
        progress.close()


def outlasts(function, rows):
    """Does one of `function`'s operations on all `rows` last long, compared with one on a single row?

    NumPy leaves Python's lock to other threads only while it is at work: when that is short, they mostly
    wait for each other, and two take up to twice as long as one. Which they are changes no result.
    """
    with np.errstate(all="ignore"):
        one, many = (min(repeat(partial(function, some), number=1, repeat=3)) for some in (rows[:1], rows))
    return many > LONG * one


def n_tasks(executor, chunks=None):
    """Chunks to make at least: as many as asked for, else enough to keep all workers of an executor busy."""
    if executor is not None and (isinstance(executor, type) or not hasattr(executor, "submit")):
        example = "an open one such as ProcessPoolExecutor()"
        raise TypeError(f"executor must be None or {example}, got {executor!r}")
    if chunks is not None:
        return whole("chunks", chunks, 1)
    return 1 if executor is None else TASKS * _workers(executor)


def _workers(executor):
    """Workers of Python's pools and of Dask's clients; for others, the cores of this machine."""
    client = getattr(executor, "_client", None)
    if hasattr(client, "nthreads"):  # Dask's
        return sum(client.nthreads().values()) or n_cores()
    return getattr(executor, "_max_workers", None) or n_cores()


def _run(function, chunk, *tick):
    """One chunk, wherever it was sent."""
    with OneThread():
        return function(chunk, *tick)


class OneThread:
    """Keeps the matrix library from starting threads of its own, while any work holds it.

    They would fight with ours, and a product that is split otherwise is rounded otherwise. Most
    libraries have one setting for the whole process: the first holder makes it, the last takes it back.
    Those on OpenMP have one for each thread.
    """

    lock, holders, before = threading.Lock(), 0, []

    def __enter__(self):
        shared, own = _libraries()
        self.before_here = _set_threads(own, [1] * len(own))
        with OneThread.lock:
            if not OneThread.holders:
                OneThread.before = _set_threads(shared, [1] * len(shared))
            OneThread.holders += 1

    def __exit__(self, *error):
        shared, own = _libraries()
        _set_threads(own, self.before_here)
        with OneThread.lock:
            OneThread.holders -= 1
            if not OneThread.holders:
                _set_threads(shared, OneThread.before)


def on_one_thread(function):
    """`function` with the matrix library on one thread: for many small products its threads mostly wait."""

    @functools.wraps(function)
    def alone(*args, **settings):
        with OneThread():
            return function(*args, **settings)

    return alone


if hasattr(os, "register_at_fork"):  # else a worker forked in the wrong moment would wait for ever
    os.register_at_fork(
        before=OneThread.lock.acquire,
        after_in_parent=OneThread.lock.release,
        after_in_child=OneThread.lock.release,
    )


@functools.cache
def _libraries():
    """The matrix libraries with one setting for the process, and those with one for each thread."""
    if NO_THREADS:
        return [], []
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(user_api="blas").lib_controllers
    own = [library for library in found if getattr(library, "threading_layer", None) == "openmp"]
    return [library for library in found if library not in own], own


def _set_threads(libraries, numbers):
    """Let each library start so many threads; how many it might before."""
    before = [library.get_num_threads() for library in libraries]
    for library, number in zip(libraries, numbers):
        free = getattr(library, "clear_controlling_thread", lambda **_: None)
        free(force=True)  # threadpoolctl 3.8 ignores all threads but the one that came first
        library.set_num_threads(number)
        free(force=True)
    return before


def _sent(executor, function, chunks, progress, sizes):
    """`_gather` through an executor; what goes wrong on the way to its workers is said in other words."""
    try:
        return _gather(lambda chunk: executor.submit(_run, function, chunk), chunks, progress, sizes)
    except Exception as error:
        from hpcourse.frame.sending import in_words  # only an error pays for this import

        words = in_words(error, (function, chunks))
        if words is None:
            raise
        raise type(error)(words) from error


def _gather(submit, chunks, progress, sizes=None):
    """Results of all chunks; meanwhile the bar moves, by `sizes` where nothing ticks.

    The first error of a worker is raised here, and at an error or an interrupt what has not begun is
    given up.
    """
    from concurrent.futures import FIRST_EXCEPTION, wait

    futures = []
    try:
        for chunk in chunks:
            futures.append(submit(chunk))
            progress.look(futures, sizes)  # some executors do the work at once
        pending = futures
        while pending:
            done, pending = wait(pending, timeout=0.1, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
            progress.look(futures, sizes)
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

    def look(self, futures, sizes=None):
        if sizes is not None:
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


def seeds(n, start=0):
    """The seeds of a long sweep: `range(start, start + n)`.

    Python in a browser is slow and has one core: there a third of them, rounded up, and the page says so.
    """
    whole("n", n, 1)
    whole("start", start, 0)
    fewer = -(-n // 3) if NO_THREADS else n
    if fewer < n:
        said = text(
            "Python in a browser is slow: {few} of {many} seeds here, so numbers differ from the text."
        )
        print(said.format(few=fewer, many=n))
    return range(start, start + fewer)


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
