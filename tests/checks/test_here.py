"""No process, thread or signal to be had: an endless answer is stopped, and nothing it changes stays."""

import builtins
import contextlib
import itertools
import math
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import hpcourse as hp
from hpcourse.checks import here, isolation


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """As in a browser: no fork, no thread, no signal."""

    def refused(*_, **__):
        raise RuntimeError("not to be had here")

    monkeypatch.delattr(os, "fork")
    monkeypatch.setattr(threading.Thread, "start", refused)
    monkeypatch.setattr(signal, "signal", refused)
    monkeypatch.setattr(signal, "setitimer", refused, raising=False)
    monkeypatch.setattr(isolation, "SECONDS", 0.3)
    monkeypatch.setattr(isolation.run_apart, "__defaults__", (0.3,))


def loop(w, grad, lr):
    while True:
        pass


def loop_over_iterator(w, grad, lr):
    for _ in itertools.repeat(0):
        w = w + 1


def generator(w, grad, lr):
    def numbers():
        while True:
            yield 1

    return sum(numbers())


def recursion(w, grad, lr):
    def again(n):
        with contextlib.suppress(RecursionError):
            return again(n + 1)
        return again(n) or again(n)

    return again(0)


def swallowing(w, grad, lr):
    while True:
        try:
            while True:
                pass
        except:  # noqa: E722
            pass


def swallowing_with_suppress(w, grad, lr):
    while True:
        with contextlib.suppress(BaseException):
            np.sqrt(w * w)


def comprehension(w, grad, lr):
    return [x for x in itertools.count() if x < 0]


def recursion_behind_a_bare_except(w, grad, lr):
    def again(n):
        for _ in range(2):
            try:  # noqa: SIM105
                again(n + 1)
            except:  # noqa: E722
                pass

    return again(0)


def generator_that_swallows(w, grad, lr):
    def numbers():
        while True:
            try:
                yield 1
            except BaseException:
                yield 2

    return sum(numbers())


def switches_the_clock_off(w, grad, lr):
    sys.settrace(None)
    while True:
        abs(0)


ENDLESS = [loop, loop_over_iterator, generator, comprehension, recursion, recursion_behind_a_bare_except]
ENDLESS += [swallowing, swallowing_with_suppress, generator_that_swallows, switches_the_clock_off]


@pytest.mark.parametrize("answer", ENDLESS, ids=lambda f: f.__name__)
def test_what_never_ends_is_stopped(answer):
    trace, profiler, began = sys.gettrace(), sys.getprofile(), time.monotonic()
    result = hp.check("gd_step", answer)
    assert time.monotonic() - began < 5
    assert result.status == "not yet"
    assert "did not finish within 2 seconds" in result.message
    assert sys.gettrace() is trace
    assert sys.getprofile() is profiler
    assert hp.check("gd_step", lambda w, grad, lr: w - lr * grad).passed


def test_where_the_processor_has_no_clock_the_time_is_the_same(monkeypatch):
    monkeypatch.setattr(time, "process_time", lambda: 0.0)  # as in Pyodide 0.27
    began = time.monotonic()
    assert "did not finish within 2 seconds" in hp.check("gd_step", loop).message
    assert time.monotonic() - began < 1.5  # 0.3 seconds, and not ten times as many


def test_batches_and_schedules_are_stopped_too():
    def batches(X, y, batch_size, rng):
        start = 0
        while start < len(X):
            yield X[start : start + batch_size], y[start : start + batch_size]
            start += 0 * batch_size

    def schedule(lr0, factor):
        def ask(t):
            while t != -1:
                t = abs(t) + 1
            return lr0

        return ask

    assert hp.check("minibatches", batches).status == "not yet"
    assert "did not finish" in hp.check("factor_schedule", schedule).message


def vandal(w, grad, lr):
    np.sqrt, np.float64, np.random.shuffle, np.new = None, int, None, 3
    builtins.abs, builtins.mine, math.exp = max, 1, math.cos
    os.environ["HPCOURSE_TOUCHED"] = "1"
    np.random.seed(0)  # noqa: NPY002
    random.seed(0)
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    warnings.simplefilter("error")
    sys.setrecursionlimit(5000)
    sys.stdout = None
    return w - lr * grad


def loops_after_it(w, grad, lr):
    vandal(w, grad, lr)
    while True:
        pass


@pytest.mark.parametrize("answer", [vandal, loops_after_it])
def test_nothing_that_is_changed_stays_changed(answer):
    for name in here.LOADED_LATE:
        getattr(np, name, None)
    modules = np, np.random, np.fft, np.ma, np.polynomial, builtins, math

    def state():
        settings = (np.geterr(), np.get_printoptions()["precision"], warnings.filters[:], sys.stdout)
        drawn = (np.random.get_state()[1].tolist(), random.getstate())  # noqa: NPY002
        return (
            [dict(vars(module)) for module in modules],
            settings,
            drawn,
        )

    before, limit = state(), sys.getrecursionlimit()
    hp.check("gd_step", answer)
    assert state() == before
    assert sys.getrecursionlimit() == limit
    assert "HPCOURSE_TOUCHED" not in os.environ
    assert hp.check("adam_step", lambda *given: given[:3]).status == "not yet"


def test_a_part_of_numpy_that_an_answer_loads_is_put_back_too():
    lines = """
import os
del os.fork
import numpy, hpcourse as hp
def gd_step(w, grad, lr):
    numpy.fft.fft = numpy.ma.array = None
    return w - lr * grad
assert hp.check("gd_step", gd_step).passed
assert numpy.fft.fft and numpy.ma.array
"""
    subprocess.run([sys.executable, "-c", lines], check=True)


def test_the_clock_raises_at_every_event_once_it_is_late():
    caught = 0

    def work():
        nonlocal caught
        while True:
            try:
                for _ in range(10**9):
                    pass
            except BaseException:
                caught += 1
                if caught == 1:
                    continue
                raise

    with pytest.raises(here.TimeUp):
        here.within(0.05, work)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring came with Python 3.12")
def test_after_the_time_is_up_nobody_looks_at_the_clock_any_more():
    with pytest.raises(here.TimeUp):
        here.within(0.05, lambda: all(True for _ in range(10**9)))
    assert [sys.monitoring.get_tool(number) for number in range(6)] == [None] * 6
    assert here.within(5, lambda: 42) == 42


def test_what_ends_in_time_is_returned():
    assert here.within(5, lambda: sum(range(1000))) == 499500


def test_a_deep_recursion_ends_as_it_does_elsewhere():
    def deep(n):
        return n and 1 + deep(n - 1)

    limit = sys.getrecursionlimit()
    assert here.within(5, lambda: deep(500)) == 500
    with pytest.raises(RecursionError):
        here.within(5, lambda: deep(10**6))

    def caught():
        with contextlib.suppress(RecursionError):
            deep(10**6)
        return deep(100)

    assert here.within(5, caught) == 100
    assert sys.getrecursionlimit() == limit
