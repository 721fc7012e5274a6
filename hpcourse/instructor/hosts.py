"""Grading one submission as a pure function, and the process of its own in which that happens.

    notebook, release, seeds -> graded notebook, notes

`grade` knows no course folder, no gradebook and no other submission. `grade_apart` does the same from any
thread of any worker, on this machine or another: it hands the work to a host, a process that has imported
everything once and forks for each submission. Whatever becomes of that fork, the worker lives on.
"""

import atexit
import contextlib
import json
import os
import queue
import select
import signal
import struct
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field, replace

import hpcourse

TRIES = 2
GRACE = 120  # seconds beyond a submission's own outermost limit, for what is around it
TOO_LONG = "the grader itself took too long"
HEADER = struct.Struct("!Q")


@dataclass(frozen=True)
class Work:
    """A submission to grade: notebooks as text, and {task: seed} of what draws the inputs of its answers."""

    student: str
    assignment: str
    stamp: str
    notebook: str
    released: str
    seeds: dict
    limits: dict
    language: str = "en"
    fenced: bool = True
    hidden: str = ""  # a folder that it must not see
    demoted: bool = False  # where root grades: as a user without rights
    version: str = hpcourse.__version__


@dataclass
class Graded:
    """What came of it: the graded notebook as text, or else `trouble`; CPU seconds beside the kernel's.

    `unmarked` are the tasks without a mark.
    """

    notebook: str = ""
    trouble: str = ""
    unmarked: list = field(default_factory=list)
    seconds: float = 0.0
    kernel_seconds: float = 0.0


def grade(work, fonts=None):
    """The Graded of a Work. The same work gives the same notebook wherever it is done."""
    import nbformat

    from hpcourse.instructor.notebooks import MOST_CELLS
    from hpcourse.instructor.repair import repair
    from hpcourse.instructor.submission import Runner, first_cells, judged, speaking

    if work.version != hpcourse.__version__:
        raise RuntimeError(f"the worker has hpcourse {hpcourse.__version__}, the course {work.version}")
    released = nbformat.reads(work.released, as_version=4)
    submitted = json.loads(work.notebook)
    if not isinstance(submitted, dict) or not isinstance(submitted.get("cells"), list):
        raise ValueError("the submitted file is not a notebook")
    if len(submitted["cells"]) > 2 * MOST_CELLS:
        raise ValueError(f"the notebook has more than {2 * MOST_CELLS} cells")
    notebook, _ = repair(submitted, released)
    with speaking(work.language):
        runner = Runner(
            work.seeds, work.limits, work.fenced, work.hidden, fonts, work.demoted, first_cells(released)
        )
        notes, unmarked = judged(runner, notebook)
    notebook.metadata["hpcourse"] = {
        "assignment": work.assignment,
        "language": work.language,
        "notes": notes,
        "unmarked": unmarked,
        "stamp": work.stamp,
    }
    return Graded(nbformat.writes(notebook) + "\n", unmarked=unmarked, kernel_seconds=runner.spent)


def grade_apart(work):
    """The Graded of a Work, done in a process of its own; what ends that process costs a second try."""
    trouble = ""
    work = replace(work, demoted=work.demoted and os.getuid() == 0)  # on another machine we may not be root
    for number in range(TRIES):
        host = _Host.borrow(new=number > 0)  # this package may have changed since the others started
        try:
            graded = Graded(**host.ask(asdict(work), far(work.limits) + GRACE))
        except TimeoutError:  # it hangs and cannot even be ended; another try would take as long
            host.abandon()
            return Graded(trouble=TOO_LONG)
        except (OSError, ValueError, EOFError) as error:
            host.close()
            trouble = f"the grader ended ({type(error).__name__})"
            continue
        if not graded.trouble or graded.trouble == TOO_LONG:
            _Host.give_back(host)
            return graded
        host.close()
        trouble = graded.trouble
    return Graded(trouble=trouble)


def far(limits):
    """Seconds of wall time after which a submission is given up, whatever holds it."""
    from hpcourse.instructor.limits import FAR

    return FAR * limits["seconds"] + GRACE


class _Host:
    """A host process as its worker sees it."""

    idle = queue.SimpleQueue()
    running = set()  # noqa: RUF012
    over = False  # nobody waits for results any more
    command = (sys.executable, "-m", "hpcourse.instructor.hosts")

    def __init__(self):
        environment = {**os.environ, "PYTHONWARNINGS": "ignore", "OPENBLAS_NUM_THREADS": "1"}
        here = os.path.dirname(os.path.dirname(hpcourse.__file__))
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # an interrupt on the keyboard is for whoever started it
        )
        self.running.add(self)

    @classmethod
    def borrow(cls, new=False):
        """An idle one, or a new one."""
        if cls.over:
            raise RuntimeError("grading is over")
        with contextlib.suppress(queue.Empty):
            return cls() if new else cls.idle.get_nowait()
        return cls()

    @classmethod
    def give_back(cls, host):
        """Let the next one have it."""
        cls.idle.put(host)

    def ask(self, request, seconds):
        """Its answer to a request; raises TimeoutError if none has begun after so many seconds."""
        _send(self.process.stdin, request)
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        if not ready:
            raise TimeoutError(f"no answer after {seconds} s")
        return _receive(self.process.stdout)

    def abandon(self):
        """End it without waiting for what it cannot end."""
        self.running.discard(self)
        self.process.kill()

    def close(self):
        """End it, and with it what it runs."""
        self.running.discard(self)
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # it ends what runs below it
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@atexit.register
def close_hosts(over=True):
    """End all hosts of this process; if it is `over`, no new ones are started."""
    _Host.over = over
    while True:
        try:
            _Host.idle.get_nowait()
        except queue.Empty:
            break
    for host in list(_Host.running):
        with contextlib.suppress(OSError):
            host.process.stdin.close()
    for host in list(_Host.running):
        host.close()


def _send(stream, content):
    data = json.dumps(content).encode()
    stream.write(HEADER.pack(len(data)) + data)
    stream.flush()


def _receive(stream):
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        raise EOFError("no answer")
    (length,) = HEADER.unpack(header)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError("half an answer")
    return json.loads(data)


def be_host():
    """Grade what comes in, each in a fork, until nothing more can come."""
    import tempfile

    from hpcourse.instructor import limits, scratch

    scratch.sweep()
    with scratch.folder() as folder:
        tempfile.tempdir = folder
        fonts = os.path.join(folder, "fonts")
        os.environ["MPLCONFIGDIR"] = fonts
        import matplotlib.font_manager  # noqa: F401  (found once, for all kernels)

        from hpcourse.instructor import notebooks, submission  # noqa: F401

        requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)  # nothing else may speak there
        limits.adopt()
        signal.signal(signal.SIGTERM, lambda *_: _leave(limits, folder))
        while True:
            try:
                request = _receive(requests)
            except EOFError:
                return
            _send(answers, _in_a_fork(Work(**request), folder, requests, limits))


def _in_a_fork(work, folder, requests, limits):
    incoming, outgoing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(incoming)
        _be_the_fork(work, os.path.join(folder, "fonts"), outgoing, limits)
    os.close(outgoing)
    deadline = time.monotonic() + far(work.limits)
    with os.fdopen(incoming, "rb") as pipe:
        while True:
            ready, _, _ = select.select([pipe, requests], [], [], max(0, deadline - time.monotonic()))
            if requests in ready:  # nobody asks before there is an answer: it is closed
                _leave(limits, folder)
            if pipe in ready or not ready:
                break
        answer = {"trouble": TOO_LONG}
        if ready:
            try:
                answer = _receive(pipe)
            except (EOFError, ValueError):
                answer = {}
    limits.end_all()
    status = 0
    with contextlib.suppress(ChildProcessError):
        while True:  # all of them: orphans of the submission have become ours
            ended, how = os.waitpid(-1, 0)
            status = how if ended == child else status
    if not answer:
        answer["trouble"] = f"the grader ended ({os.waitstatus_to_exitcode(status)})"
    return answer


def _be_the_fork(work, fonts, outgoing, limits):
    """Never returns."""
    from hpcourse.instructor import sandbox

    status = 1
    try:
        limits.limit(work.limits, sandbox.nobody() if work.demoted else None)
        began = time.process_time()
        try:
            answer = asdict(grade(work, fonts))
        except Exception as error:
            answer = {"trouble": f"{type(error).__name__}: {error}"[:500]}
        answer["seconds"] = time.process_time() - began
        with os.fdopen(outgoing, "wb") as pipe:
            _send(pipe, answer)
        status = 0
    finally:
        os._exit(status)


def _leave(limits, folder):
    limits.end_all()
    limits.remove(folder)
    os._exit(1)


if __name__ == "__main__":
    be_host()
