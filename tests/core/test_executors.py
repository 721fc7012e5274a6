"""Sweeps on threads, processes and a cluster: the same bits, work for everybody, honest ends."""

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import hpcourse as hp
from hpcourse import training
from hpcourse.frame import cores
from hpcourse.frame.cores import OneThread


class Counting:
    """An executor that works at once, says that it has some workers or does not, and counts its tasks."""

    def __init__(self, workers=None):
        self.tasks = []
        if workers:
            self._max_workers = workers

    def submit(self, function, /, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        self.tasks.append(arguments)
        return future


def blas_threads():
    return max(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")


@pytest.fixture
def two_threads():
    with threadpool_limits(2, "blas"):
        if blas_threads() != 2:
            pytest.skip("this matrix library cannot be told how many threads to start")
        yield


def sweep(executor=None, network=None, optimizer=None, **settings):
    settings = {"updates": 1, "executor": executor} | settings
    return hp.train(network or hp.MLP((64, 8, 10)), hp.digits(), optimizer or hp.SGD(0.1), **settings)


# --- elsewhere, on networks whose products a matrix library would split over threads ------------------------


@pytest.mark.parametrize("kind", ["threads", "processes", "spawned", "dask"])
def test_elsewhere_is_like_here(kind):
    if kind == "dask":
        pytest.importorskip("distributed")
    clean = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    program = [sys.executable, Path(__file__).with_name("elsewhere.py"), kind]
    done = subprocess.run(program, env=clean, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["same"]
    assert report["tasks for two workers"] == 8
    assert report["error"] == ["LookupError", "no rate for update 0"]
    assert len(report["progress"]) > 2
    assert report["given up"] >= 1
    assert report["threads afterwards"] == 2
    if kind == "processes":
        unsendable, closed, dead = report["lost"]
        for error, words in (unsendable, closed):
            assert error in ("PicklingError", "AttributeError", "TypeError")
            assert re.match(
                r"executor must .*cannot be sent: .*write it into a \.py file.*executor=None", words
            )
        assert "<lambda>" in unsendable[1]
        assert dead[0] == "BrokenProcessPool"
        assert re.match("executor lost a worker .*it was killed, as when memory runs out", dead[1])


NOTEBOOK = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
import hpcourse as hp

def slower(t):
    return 0.1 / (1 + t)

with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
    hp.descend(hp.Quadratic(), hp.SGD(slower), (1, 1), steps=2, executor=executor)
"""


def test_what_a_notebook_defines_must_be_known_to_the_workers():
    # without a file, as in a notebook
    done = subprocess.run([sys.executable, "-c", NOTEBOOK], capture_output=True, text=True, timeout=120)
    last = done.stderr.strip().splitlines()[-1]
    assert "BrokenProcessPool: executor lost a worker" in last
    assert "did not know slower, which is defined in the notebook" in last
    assert "write it into a .py file" in last


# --- how the work is cut ------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [2, 8, 40])
def test_every_worker_gets_four_tasks(workers):
    executor = Counting(workers)
    sweep(executor, hp.MLP((64, 32, 10)), hp.SGD(lr=np.logspace(-3, 1, 32)), seed=range(5))
    assert len(executor.tasks) == 4 * workers


def test_descents_are_shared_out_too():
    executor = Counting(3)
    path = hp.descend(hp.Quadratic(), hp.SGD(0.1), np.ones((1000, 2)), steps=1, executor=executor)
    assert len(executor.tasks) == 12
    assert path.end.shape == (1000, 2)


def test_an_executor_that_does_not_say_its_workers_counts_as_this_machine(monkeypatch):
    monkeypatch.setattr("hpcourse.frame.cores.n_cores", lambda: 3)
    executor = Counting()
    sweep(executor, seed=range(60))
    assert len(executor.tasks) == 12


@pytest.mark.parametrize(("chunks", "tasks"), [(1, 1), (7, 7), (60, 60), (10**12, 60)])
def test_the_caller_may_say_how_many_tasks(chunks, tasks):
    executor = Counting(2)
    sweep(executor, seed=range(60), chunks=chunks)
    assert len(executor.tasks) == tasks
    executor = Counting(2)
    starts = np.ones((60, 2))
    hp.descend(hp.Quadratic(), hp.SGD(0.1), starts, steps=1, executor=executor, chunks=chunks)
    assert len(executor.tasks) == tasks


def test_batch_sizes_with_more_work_make_more_tasks_of_equal_work():
    executor = Counting(4)
    sweep(executor, batch_size=[8, 64, 512], seed=range(20), updates=None, epochs=1)
    runs = {size: [len(chunk[3]) for _, chunk in executor.tasks if chunk[1] == size] for size in (8, 64, 512)}
    assert sum(map(len, runs.values())) == 16
    assert len(runs[8]) > len(runs[64]) >= len(runs[512])
    assert all(sum(each) == 20 and max(each) - min(each) <= 1 for each in runs.values())


seen = {}


class Watched(hp.Rosenbrock):
    """Knows which threads asked for its slope."""

    def slope(self, x, y):
        seen.setdefault(threading.get_ident(), []).append(len(x))
        return super().slope(x, y)


@pytest.mark.parametrize(("lasts", "chunks", "largest"), [(True, 3, 13_334), (False, 2, 20_000)])
def test_descents_are_on_threads_where_operations_last_long_and_else_on_the_callers(
    lasts, chunks, largest, monkeypatch
):
    """Which changes how they are cut, and no bit."""
    asked = []
    monkeypatch.setattr(training, "outlasts", lambda function, rows: asked.append(len(rows)) or lasts)
    monkeypatch.setattr(cores, "n_cores", lambda: 2)
    starts = np.random.default_rng(0).normal(size=(40_000, 2))
    seen.clear()
    path = hp.descend(Watched(), hp.SGD(1e-3), starts, 3)
    assert asked == [18_750]
    assert (threading.get_ident() in seen) != lasts
    sizes = [n for sizes in seen.values() for n in sizes]
    assert (len(sizes), max(sizes)) == (3 * chunks, largest)
    for rows in (slice(0, 7), slice(13_333, 13_340), slice(39_990, None)):
        alone = hp.descend(hp.Rosenbrock(), hp.SGD(1e-3), starts[rows], 3)
        np.testing.assert_array_equal(path.w[rows], alone.w)
        np.testing.assert_array_equal(path.loss[rows], alone.loss)


def test_few_runs_runs_of_many_weights_and_an_executors_are_not_timed(monkeypatch):
    monkeypatch.setattr(training, "outlasts", lambda *args: pytest.fail("timed"))
    starts = np.zeros((18_750, 2))
    hp.descend(hp.Rosenbrock(), hp.SGD(1e-3), starts, 1)
    hp.descend(hp.Rosenbrock(), hp.SGD(1e-3), np.zeros((18_751, 2)), 1, executor=Counting())
    hp.descend(hp.Quadratic(np.ones(1000)), hp.SGD(1e-3), np.zeros((38, 1000)), 1)


@pytest.mark.parametrize(("one", "many", "long"), [(1.0, 29.0, False), (1.0, 31.0, True), (0.1, 3.1, True)])
def test_what_lasts_long_takes_thirty_times_as_long_as_a_single_row(one, many, long, monkeypatch):
    """The quickest of three counts, and what overflows warns nobody."""
    times = {1: [one, 9.0, 9.0], 5: [99.0, 99.0, many]}
    monkeypatch.setattr(cores, "repeat", lambda call, number, repeat: times[call()][:repeat])
    assert cores.outlasts(len, np.ones((5, 2))) == long
    monkeypatch.undo()
    with np.errstate(all="raise"):
        cores.outlasts(np.exp, np.full((5, 2), 1e3))


@pytest.mark.parametrize(("wrong", "error"), [(0, ValueError), (2.0, TypeError), ("all", TypeError)])
def test_a_wrong_number_of_chunks_is_named(wrong, error):
    for run in (
        lambda: sweep(chunks=wrong),
        lambda: hp.descend(hp.Quadratic(), hp.SGD(0.1), (1, 1), chunks=wrong),
    ):
        with pytest.raises(error, match=r"^chunks must be .*got"):
            run()


def test_an_executor_that_is_a_class_is_named():
    with pytest.raises(TypeError, match=r"^executor must be .*open.*Counting"):
        sweep(Counting)


# --- threads of the matrix library --------------------------------------------------------------------------


class Watching:
    """A schedule that notes how many threads a product may start, and does something more."""

    def __init__(self, then=lambda: None):
        self.seen, self.then = [], then

    def __call__(self, t):
        self.seen.append(blas_threads())
        self.then()
        return 0.1


def fail():
    raise OSError("out of paper")


def test_where_a_chunk_runs_a_product_has_one_thread_and_afterwards_as_many_as_before(two_threads):
    for where in ({}, {"executor": Counting(2)}, {"chunks": 4}):
        schedule = Watching()
        sweep(optimizer=hp.SGD(schedule), seed=range(4), **where)
        hp.descend(hp.Quadratic(), hp.SGD(schedule), np.ones((4, 2)), steps=1, **where)
        assert set(schedule.seen) == {1}
        assert blas_threads() == 2


@pytest.mark.parametrize("where", [{}, {"chunks": 4}], ids=str)
def test_an_error_or_a_training_within_a_training_leave_the_process_as_it_was(where, two_threads):
    with pytest.raises(OSError, match="out of paper"):
        sweep(optimizer=hp.SGD(Watching(fail)), seed=range(4), **where)
    assert blas_threads() == 2
    inner = Watching()
    outer = Watching(lambda: sweep(optimizer=hp.SGD(inner)))
    sweep(optimizer=hp.SGD(outer), seed=range(4), updates=2, **where)
    assert set(inner.seen) == set(outer.seen) == {1}
    assert blas_threads() == 2


@pytest.mark.parametrize("first_to_end", [0, 1])
@pytest.mark.parametrize("failing", [None, 0, 1])
def test_trainings_that_overlap_keep_the_limit_until_the_last_has_ended(first_to_end, failing, two_threads):
    begun, go_on = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]

    def work(k):
        def wait():
            begun[k].set()
            assert go_on[k].wait(20)
            if failing == k:
                fail()

        try:
            sweep(optimizer=hp.SGD(Watching(wait)))
        except OSError:
            assert failing == k

    workers = [threading.Thread(target=work, args=(k,)) for k in range(2)]
    for worker, event in zip(workers, begun):
        worker.start()
        assert event.wait(20)
    for k in (first_to_end, 1 - first_to_end):
        assert blas_threads() == 1
        go_on[k].set()
        workers[k].join(20)
    assert blas_threads() == 2


def test_many_trainings_at_once_leave_the_process_as_it_was(two_threads):
    def often():
        for _ in range(200):
            with OneThread():
                assert blas_threads() == 1

    workers = [threading.Thread(target=often) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert blas_threads() == 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda network, w, X, y: network.outputs(w, X),
        lambda network, w, X, y: network.activations(w, X),
        lambda network, w, X, y: network.accuracy(w, X, y),
        lambda network, w, X, y: network.loss(w, X, y),
        lambda network, w, X, y: network.gradient(w, X, y),
        lambda network, w, X, y: hp.sharpness(network, w, X, y),
    ],
)
def test_a_network_is_asked_on_one_thread_too(ask, two_threads, monkeypatch):
    seen, forward = [], hp.MLP._forward
    monkeypatch.setattr(hp.MLP, "_forward", lambda *args: seen.append(blas_threads()) or forward(*args))
    network, rng = hp.MLP((4, 5, 3)), np.random.default_rng(0)
    w = np.stack([network.init(seed) for seed in range(2)])
    ask(network, w, rng.normal(size=(6, 4)), np.arange(6) % 3)
    assert set(seen) == {1}
    assert blas_threads() == 2


@pytest.mark.parametrize(("n", "fewer"), [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (10, 4)])
def test_a_browser_uses_a_third_of_the_seeds_and_says_so(monkeypatch, capsys, n, fewer):
    assert hp.seeds(n) == range(n)
    assert hp.seeds(n, start=10) == range(10, 10 + n)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(cores, "NO_THREADS", True)
    assert hp.seeds(n, start=10) == range(10, 10 + fewer)
    said = capsys.readouterr().out
    assert (f"{fewer} of {n} seeds here" in said) == (fewer < n)
    hp.use_language("zh-TW")
    hp.seeds(n)
    hp.use_language("en")
    assert (f"{n} 個種子中的 {fewer} 個" in capsys.readouterr().out) == (fewer < n)


def test_seeds_are_whole_numbers():
    with pytest.raises((TypeError, ValueError), match="n must be"):
        hp.seeds(0)
    with pytest.raises((TypeError, ValueError), match="start must be"):
        hp.seeds(3, start=-1)
