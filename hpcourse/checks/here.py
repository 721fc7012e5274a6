"""What keeps an answer in bounds where it cannot have a process of its own: a browser (Pyodide), Windows.

A clock that is looked at while the answer runs ends what never ends, and what it changed in NumPy, in
Python's own names or in the settings of this process is put back. It works without threads and signals:
Python itself calls the clock, at every jump backwards and every call (`sys.monitoring`, from 3.12 on) or at
every instruction (`sys.settrace`). So it cannot stop a loop inside C, as `sum(iter(int, 1))` is, in which
Python is never asked anything.
"""

import builtins
import contextlib
import functools
import math
import os
import random
import sys
import threading
import time
import warnings

import numpy as np

EVERY = 256  # events from one look at the clock to the next
ROOM = 200  # calls that are left in a deep recursion for what looks at the clock
LOADED_LATE = ("char", "fft", "ma", "polynomial", "rec", "strings")  # NumPy's parts, once somebody asks
ASLEEP = 10  # times as long may an answer take that does not compute


class TimeUp(BaseException):
    """Raised in an answer whose time is up."""


class _Clock:
    def __init__(self, seconds):
        self.events, self.late = 0, False
        # seconds of the processor, as a busy machine lets an answer wait; one that sleeps ends as well
        self.ends = [(time.process_time, time.process_time() + seconds)]
        # in a browser that clock may stand still, at nothing: there the other one is all there is
        asleep = ASLEEP if time.process_time() else 1
        self.ends += [(time.monotonic, time.monotonic() + asleep * seconds)]

    def is_late(self):
        """Once the time is up it stays so: whoever catches the exception meets it again at the next event."""
        self.events += 1
        if not self.late and self.events % EVERY == 0:
            self.late = any(clock() > end for clock, end in self.ends)
        return self.late

    def stop(self):
        self.ends, self.late = [], False


def within(seconds, work):
    """`work()`, ended by TimeUp after about `seconds`."""
    return _monitored(_Clock(seconds), work)


def _monitored(clock, work):
    """With `sys.monitoring`, where there is such a thing and nobody has taken it all."""
    monitoring = getattr(sys, "monitoring", None)
    tool = monitoring and next((number for number in range(6) if monitoring.get_tool(number) is None), None)
    if tool is None:
        return _traced(clock, work)

    def look(*_):
        if clock.is_late():
            raise TimeUp

    events = monitoring.events.JUMP | monitoring.events.PY_START | monitoring.events.PY_RESUME
    monitoring.use_tool_id(tool, "hpcourse")
    try:
        for event in (monitoring.events.JUMP, monitoring.events.PY_START, monitoring.events.PY_RESUME):
            monitoring.register_callback(tool, event, look)
        monitoring.set_events(tool, events)
        return _in_time(clock, work())
    finally:
        monitoring.set_events(tool, 0)  # first: once the time is up, every Python function called here ends
        clock.stop()
        monitoring.free_tool_id(tool)


def _traced(clock, work):
    """The same with `sys.settrace`, which is switched off by any exception that is raised in it.

    So once it is late nothing is raised in it: what takes its place asks Python to raise TimeUp at the next
    jump or call, and again at every later one, and has no line in Python where that could happen. And in a
    deep recursion it stops the answer before there is no room left for itself; a profiler, which lives on,
    switches it on again.
    """
    import ctypes  # from 3.12 on not needed

    set_exception = ("PyThreadState_SetAsyncExc", ctypes.pythonapi)
    ask = ctypes.PYFUNCTYPE(None, ctypes.c_ulong, *[ctypes.py_object] * 4)(set_exception)
    late = functools.partial(ask, threading.get_ident(), TimeUp)  # it takes no notice of frame and event
    here, before, profiler, limit = sys._getframe(), sys.gettrace(), sys.getprofile(), sys.getrecursionlimit()

    asking = []

    def everywhere(frame, trace):
        while frame and frame is not here:
            if trace is late:
                asking.append(frame)
            frame.f_trace, frame = trace, frame.f_back

    def step(frame, event, argument):
        if not clock.is_late():
            return step
        sys.setprofile(None)
        sys.settrace(late)
        everywhere(frame, late)
        return late

    def call(frame, event, argument):
        if _depth(frame) > sys.getrecursionlimit() - ROOM:
            raise RecursionError("maximum recursion depth exceeded")
        frame.f_trace_opcodes = True  # `while True: pass` on one line makes no other event
        return step(frame, event, argument)

    def revive(frame, event, argument):
        if sys.gettrace() is None:
            sys.settrace(call)
            everywhere(frame, step)

    sys.setrecursionlimit(limit + ROOM)
    sys.setprofile(revive)
    sys.settrace(call)
    try:
        return _in_time(clock, work())
    finally:
        try:
            sys.setprofile(profiler)
        finally:  # what was asked for last may come only now
            sys.settrace(before)
            sys.setrecursionlimit(limit)
            clock.stop()
            for frame in asking:  # a generator that was left behind would go on asking
                frame.f_trace = None


def _in_time(clock, result):
    """The result, unless the answer came back only because its time was up, and caught that."""
    if clock.late:
        raise TimeUp
    return result


def _depth(frame):
    depth = 0
    while frame:
        depth, frame = depth + 1, frame.f_back
    return depth


@contextlib.contextmanager
def put_back():
    """What is changed inside in NumPy, in Python's own names and in this process's settings is undone."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    for name in LOADED_LATE:
        getattr(np, name, None)  # now, as nobody knows afterwards how it was
    public = [name for name in sys.modules if name.startswith("numpy.") and "._" not in name]
    parts = [sys.modules[name] for name in public if sys.modules[name]]
    modules = [builtins, math, random, np, *parts, *([pyplot] if pyplot else [])]
    names = [(vars(module), dict(vars(module))) for module in modules]
    environment, filters, errors = dict(os.environ), warnings.filters[:], np.geterr()
    drawn, drawn_too = np.random.get_state(), random.getstate()  # noqa: NPY002
    limit, printing = sys.getrecursionlimit(), np.get_printoptions()
    streams = sys.stdout, sys.stderr
    try:
        yield
    finally:
        for now, before in names:
            for name in now.keys() - before.keys():
                if not isinstance(now[name], type(sys)):  # a part of NumPy that was loaded meanwhile
                    del now[name]
            now.update(before)
        if os.environ != environment:
            os.environ.clear()
            os.environ.update(environment)
        warnings.filters[:] = filters
        sys.stdout, sys.stderr = streams
        sys.setrecursionlimit(limit)
        np.seterr(**errors)
        np.random.set_state(drawn)  # noqa: NPY002
        random.setstate(drawn_too)
        printing.pop("override_repr", None)
        np.set_printoptions(**printing)
