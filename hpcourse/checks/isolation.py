"""Run a learner's function where it can do no harm: in a forked child, with limits.

A child knows the notebook's objects without any of them being sent to it, and whatever it does (loops
for ever, fills the memory, leaves the interpreter, changes a global) ends with it. Where there is no
`fork` (Windows, Pyodide) the work is done in this process, in the bounds of `here.py`, its output captured.
"""

import builtins
import contextlib
import gc
import io
import math
import os
import pickle
import select
import signal
import struct
import sys
import time
import warnings
from dataclasses import dataclass
from typing import Any

from hpcourse.checks.here import TimeUp, put_back, within

SECONDS = 2.0
# A grader, whose machine may be busy, does not look at the clock: it counts how long an answer computes and
# how long it sleeps. So many times `seconds` may both take, where a busy processor is slower as well.
PATIENCE = float(os.environ.get("HPCOURSE_PATIENCE", 1))
COMPUTING = 2
PAUSE = 0.1  # seconds between looks at that
MEMORY = 512 * 2**20  # what an answer may use beyond what the notebook has in use already
FILE_SIZE = 16 * 2**20
RETURNED = 32 * 2**20  # no honest answer to a check returns more
KEPT = 1000  # characters of what the answer prints
HEADER = struct.Struct("!Q")


class NoProcess(OSError):
    """The system has no process for a check; that says nothing about an answer."""


@dataclass(frozen=True)
class Outcome:
    """What became of the work: `ending` is "done", "time" or "died"; `value` is what it returned."""

    ending: str
    value: Any = None
    printed: str = ""
    characters: int = 0


class Cut(io.TextIOBase):
    """A stream that keeps the beginning and counts the rest."""

    def __init__(self):
        self.kept, self.characters = "", 0

    def writable(self):
        """Always; some libraries ask."""
        return True

    def write(self, text):
        """Keep what still fits."""
        if len(self.kept) < KEPT:
            self.kept += text[: KEPT - len(self.kept)]
        self.characters += len(text)
        return len(text)


def run_apart(work, seconds=SECONDS):
    """`work()` in a child of this process, given up after `seconds`; returns an `Outcome`.

    `work` returns only numbers, strings, arrays and containers of these, and raises nothing. Raises NoProcess
    where the system refuses a child.
    """
    if not hasattr(os, "fork") or sys.platform in ("emscripten", "wasi"):
        return _run_bounded(work, seconds)
    try:
        incoming, outgoing, child = _fork()
    except OSError as error:
        raise NoProcess(*error.args) from error
    if child == 0:
        _be_the_child(work, outgoing, seconds)
    os.close(outgoing)
    try:
        message = _receive(incoming, _Clock(seconds) if PATIENCE <= 1 else _Work(child, seconds))
    finally:
        os.close(incoming)
        signalled = _end(child)
    if not isinstance(message, bytes):
        return Outcome("time" if signalled == getattr(signal, "SIGXCPU", None) else message)
    return Outcome("done", *pickle.loads(message))


def _fork():
    """(where the child's message comes in, where it goes out, the child's number or 0)."""
    incoming, outgoing = os.pipe()
    try:
        with warnings.catch_warnings():
            # From 3.12 on Python warns of forking beside threads. The child starts none of the notebook's
            # threads and touches none of their locks; if it should hang all the same, its time limit ends it.
            warnings.simplefilter("ignore", DeprecationWarning)
            return incoming, outgoing, os.fork()
    except OSError:
        os.close(incoming)
        os.close(outgoing)
        raise


def _run_bounded(work, seconds):
    """In this process, with what bounds can be had here."""
    result = {}

    def bounded():
        result["value"] = within(seconds, work)

    builtins_input = builtins.input
    try:
        with put_back():
            builtins.input = _nobody_answers
            plots_do_nothing()
            outcome = _run_here(bounded)
    except TimeUp:
        return Outcome("time")
    except KeyboardInterrupt:  # whoever sits there does not want to wait
        raise
    except BaseException:  # as a child would
        return Outcome("died")
    finally:
        builtins.input = builtins_input
    return Outcome("done", result["value"], outcome.printed, outcome.characters)


def plots_do_nothing():
    """An answer may draw a figure at every call: what takes time, making and showing figures, is left out.

    All its drawing goes to one figure that nobody sees. pyplot is left alone if nobody has loaded it.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    made = {}

    def once(make):
        """The first figure, or axes, made with these arguments; the next time the same."""

        def again(*args, **kwargs):
            key = make.__name__, repr(args), repr(kwargs)
            if key not in made:
                made[key] = make(*args, **kwargs)
            return made[key]

        return again

    with contextlib.suppress(Exception):
        from matplotlib.figure import Figure

        hidden = Figure()
        hidden.add_subplot, hidden.subplots = once(hidden.add_subplot), once(hidden.subplots)
        hidden.savefig = hidden.show = lambda *_, **__: None
        pyplot.figure = lambda *_, **__: hidden
        pyplot.gcf = lambda: hidden
        pyplot.gca = lambda: hidden.gca()
        pyplot.subplots = lambda *args, **kwargs: (hidden, _axes(hidden, args, kwargs))
        for name in ("show", "draw", "pause", "close", "clf", "cla", "savefig", "tight_layout"):
            setattr(pyplot, name, lambda *_, **__: None)


def _axes(figure, args, kwargs):
    known = ("sharex", "sharey", "squeeze", "width_ratios", "height_ratios", "nrows", "ncols")
    return figure.subplots(*args, **{name: value for name, value in kwargs.items() if name in known})


def load_pyplot(function):
    """Load pyplot for an answer that will: in the answer's own time it would take up most of it."""
    code = getattr(function, "__code__", None)
    if code and any(name.startswith("matplotlib") for name in code.co_names):
        with contextlib.suppress(ImportError):
            import matplotlib.pyplot  # noqa: F401


def _run_here(work):
    stream = Cut()
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = work()
    return Outcome("done", value, stream.kept, stream.characters)


def _bars_wait_for_nobody():
    """tqdm's lock is one for a process and its children: left locked by one, it stops every later bar."""
    lock = getattr(sys.modules.get("tqdm.std"), "TqdmDefaultWriteLock", None)
    if lock:
        lock.acquire = lock.release = lambda *_, **__: None


def _be_the_child(work, outgoing, seconds):
    """Never returns: a child that came back would run the rest of the notebook a second time."""
    status = 1
    try:
        os.setsid()  # so that the notebook's interrupts stay away and the child's children can be ended
        gc.disable()  # objects of the notebook must not be finalised twice
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        builtins.input = _nobody_answers  # a notebook's own would ask over the parent's connection
        _mute_notebook()
        plots_do_nothing()
        _bars_wait_for_nobody()
        _limit(seconds)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        outcome = _run_here(work)
        payload = pickle.dumps((outcome.value, outcome.printed, outcome.characters))
        with os.fdopen(outgoing, "wb") as pipe:
            pipe.write(HEADER.pack(len(payload)) + payload)
        status = 0
    finally:
        os._exit(status)


def _mute_notebook():
    """Keep figures and other displays of the answer from being sent over the parent's connection."""
    with contextlib.suppress(Exception):
        sys.modules["IPython"].get_ipython().display_pub.publish = lambda *_, **__: None


def _nobody_answers(prompt=""):
    raise EOFError("nobody is there to answer")


def _limit(seconds):
    try:
        import resource
    except ImportError:
        return
    limits = {"RLIMIT_AS": _memory_in_use() + MEMORY, "RLIMIT_FSIZE": FILE_SIZE, "RLIMIT_CORE": 0}
    if PATIENCE > 1:
        limits["RLIMIT_CPU"] = math.ceil(COMPUTING * seconds)
    for name, value in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            kind = getattr(resource, name)
            _, most = resource.getrlimit(kind)
            value = value if most == resource.RLIM_INFINITY else min(value, most)
            resource.setrlimit(kind, (value, most))


def _memory_in_use():
    """Address space of this process; where the system does not say, a generous guess."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 64 * 2**30


class _Clock:
    """The time that a child has, by the clock."""

    def __init__(self, seconds):
        self.end = time.monotonic() + seconds

    def left(self):
        """Seconds until the next look; 0 when its time is up."""
        return max(self.end - time.monotonic(), 0)


class _Work:
    """The time that a child has, of computing and of sleeping: waiting for a processor is neither."""

    def __init__(self, child, seconds):
        self.child, self.seconds, self.clock = child, seconds, _Clock(seconds * PATIENCE)
        self.cpu, self.asleep, self.last = 0.0, 0.0, time.monotonic()

    def left(self):
        """Seconds until the next look; 0 when its time is up."""
        try:
            with open(f"/proc/{self.child}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:  # not Linux
            return self.clock.left()
        now, cpu = time.monotonic(), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        if cpu == self.cpu and fields[0] not in (b"R", b"D"):
            self.asleep += min(now - self.last, 2 * PAUSE)  # if we were kept waiting, it is not its sleep
        self.cpu, self.last = cpu, now
        up = cpu > COMPUTING * self.seconds or self.asleep > PATIENCE / 2 * self.seconds
        return 0 if up else PAUSE


def _receive(pipe, time_it_has):
    """The child's message, or how it ended without one."""
    data = bytearray()
    wanted = HEADER.size
    while len(data) < wanted:
        left = time_it_has.left()
        ready, _, _ = select.select([pipe], [], [], left)
        if not ready and not left:
            return "time"
        if not ready:
            continue
        part = os.read(pipe, 2**16)
        if not part:
            return "died"
        data += part
        if len(data) >= HEADER.size:
            wanted = HEADER.size + HEADER.unpack_from(data)[0]
            if wanted > RETURNED:
                return "died"
    return bytes(data[HEADER.size :])


def _end(child):
    """End what is left of a child; returns the signal that had ended it, if one had."""
    for kill in (os.killpg, os.kill):  # the group exists only once the child has made it
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        _, status = os.waitpid(child, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    return None
