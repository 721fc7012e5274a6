"""Execute a submitted notebook and reach the verdicts, whatever it does to its kernel.

A verdict of "not right" needs evidence that the submission is to blame. It is at hand where the check ran to
its end, says the same a second time, and passes this package's own answer in the same kernel; or where
something of the submission's was measured: CPU time, memory, processes, files. Whatever else goes wrong (a
cell ends with an error, a kernel ends, a check gives nothing) is a doubt. Then all is run once more, in a
kernel that has first shown that it can judge: what goes wrong again in just the same way is the submission's.
Without such evidence there is no mark.
"""

import ast
import asyncio
import contextlib
import copy
import itertools
import re
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output

import hpcourse
from hpcourse.checks import ALL, TASKS, Result, remote
from hpcourse.checks.isolation import NoProcess
from hpcourse.checks.task import say
from hpcourse.instructor.limits import FAR, Guard, Meter, addresses, cpu_seconds, remove
from hpcourse.instructor.notes import note, on_a_line, storable, words
from hpcourse.instructor.repair import binds
from hpcourse.instructor.sandbox import Kernel

TOLD = "application/x-hpcourse"
NO_PROCESS = NoProcess.__name__  # what a check raises when `fork` is refused
ASK = (
    "__import__('IPython.display', fromlist=['display']).publish_display_data({{{kind!r}: "
    "__import__('hpcourse.checks.remote', fromlist=['remote']).{call}}})"
)
LONGEST_OUTPUT = 20_000  # characters of text in one cell
# What prints without end is cut where it is written: sending it all would take minutes. Whoever undoes this
# meets the limits on this side. And quit(), left in a cell, does not end the kernel: nothing follows from it.
CUT_SHORT = f"""
def _cut_short():
    from ipykernel.iostream import OutStream
    write, room = OutStream.write, [{LONGEST_OUTPUT + 1}]
    def cut(stream, text):
        room[0] -= len(text)
        return write(stream, text[: max(0, room[0] + len(text))])
    OutStream.write = cut
    get_ipython().events.register("pre_run_cell", lambda *_: room.__setitem__(0, {LONGEST_OUTPUT + 1}))

_cut_short()
del _cut_short
get_ipython().ask_exit = lambda: None
"""
LARGEST_PICTURE = 1_000_000
MOST_NOTES = 40
LOOK = 0.5  # seconds between looks at what a cell uses
STUBBORN = 3  # seconds that it may go on after it was interrupted
LIVES = 6  # kernels for one submission
SLOW = "CellTimeoutError"
ASKING = "StdinNotImplementedError"  # what `input` raises here
# What may run where it was written and not here, so that a person should see it.
ELSEWHERE = {"ModuleNotFoundError", "FileNotFoundError", "ConnectionError", "URLError", "gaierror"}
LONGEST_ERROR = 120  # characters
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
TIME_IS_UP = note("time is up")
KILLED = note("it was ended, by itself or from outside")
ENDED = note("the kernel ended in cell {cell}: {why}")[0]
STOPPED = note("cell {cell} was stopped after {seconds} s")[0]
CUT = note("the output of cell {cell} was too long and was cut")[0]
ASKED = note("cell {cell} waits for something to be typed in (input), and what follows in it did not run")[0]
LOST = note("{name} is missing, since cell {cell} ended early: {said}")[0]
UNFINISHED = note("not run to its end, {count} cells left")[0]
NO_MARK = note(
    "no mark for {tasks}: what went wrong may be the doing of the machine that graded ({cell}: {what}). The "
    "next hpcourse course grade tries again; if it stays so, look yourself"
)[0]
# How a kernel ends by its own doing: with a status of its own, or by these. Other signals come from anywhere.
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}
SIGNALLED = 128  # more than this is a signal, as the fence tells it


class Gone(Exception):
    """The kernel is no longer there; `why` is a note, `doubt` a Doubt if that may be the machine's doing."""

    def __init__(self, why, doubt=None):
        super().__init__(why)
        self.why, self.doubt = why, doubt


class Unfit(RuntimeError):
    """This machine cannot judge now. That is nobody's zero: there will be no mark."""


class Doubt(NamedTuple):
    """What may be the machine's doing; `foreign` if even the same again does not show that it is not."""

    cell: str
    what: str
    foreign: bool = False


class Client(NotebookClient):
    """Hears a kernel out as far as its output is of a reasonable size; interrupts what takes too long."""

    def __init__(self, nb, manager):
        super().__init__(
            nb,
            manager,
            allow_errors=True,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": SLOW, "evalue": "", "traceback": []},
            iopub_timeout=120,
            raise_on_iopub_timeout=True,
            startup_timeout=300,
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        self.room, self.slow, self.stubborn, self.seconds, self.meter = 0, False, False, 0, None
        self.cut = self.waited = False

    def begin(self, room, seconds):
        """Before a cell: how much it may show, and how many CPU seconds it may take."""
        self.room, self.seconds, self.slow, self.cut, self.waited = room, seconds, False, False, False
        self.timeout, self.meter = FAR * seconds, None  # the first look is taken when the cell takes long

    @property
    def worked(self):
        """Whether the cell used up its time by computing, whatever else the machine does."""
        return self.meter is not None and self.meter.cpu > self.seconds

    @property
    def stopped(self):
        """Whether it was seen stopped, by whomever."""
        return self.meter is not None and self.meter.stopped

    async def _async_handle_timeout(self, timeout, cell=None):
        self.waited = True
        return await super()._async_handle_timeout(timeout, cell)

    async def _async_poll_kernel_alive(self):
        """While a cell is run: whether the kernel lives, and what the cell has used."""
        before = None
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self._async_check_alive()
            except DeadKernelError:
                self.task_poll_for_reply.cancel()
                return
            if self.meter is None:
                self.meter = Meter()
                continue
            used = self.meter.look().most
            if not self.slow and used > self.seconds:
                self.slow, before = True, used
                await ensure_async(self.km.interrupt_kernel())
            elif self.slow and used > before + STUBBORN:
                self.stubborn = True
                self.task_poll_for_reply.cancel()
                return

    def handle_comm_msg(self, outs, msg, cell_index):
        """Widgets have nobody to talk to here."""

    def output(self, outs, msg, display_id, cell_index):
        """Keep an output while there is room for it, its display id forgotten: by that, a later cell could
        write into the output of a check."""
        parts = msg["content"].get("data", msg["content"]).values()
        size = sum(len(part) for part in parts if isinstance(part, str))
        if size <= self.room or msg["msg_type"] == "error":
            self.room -= size
            return super().output(outs, msg, None, cell_index)
        self.cut = True
        if msg["msg_type"] == "stream" and self.room > 0:
            msg["content"]["text"] = str(msg["content"].get("text"))[: self.room] + "\n[...]\n"
            self.room = 0
            return super().output(outs, msg, None, cell_index)
        return None


class Runner:
    """One submission's execution: `run` fills in the outputs and returns what happened on the way.

    `seeds` are {task: what draws the inputs for its answer}, `hidden` is a folder that it must not see,
    `given` are the sources of the cells of code that were given before the first answer.
    """

    def __init__(self, seeds, limits, fenced, hidden=None, fonts=None, demoted=False, given=()):
        self.seeds, self.limits, self.given = seeds, limits, given
        self.fenced, self.hidden, self.fonts, self.demoted = fenced, hidden, fonts, demoted
        self.spent = 0.0

    def run(self, notebook, careful=False):
        """Execute and judge every cell of `notebook` in place; returns notes for people.

        `doubts` holds then what may be the machine's doing. A kernel that is `careful` shows first that it
        can judge; raises Unfit where it cannot.
        """
        self.careful, self.notes, self.doubts = careful, [], []
        self.deadline = time.monotonic() + FAR * self.limits["seconds"]
        self.earlier, self.most, self.before = 0.0, 0.0, cpu_seconds()
        self.meter, self.slept = Meter(us=True), 0.0  # in all; in cells
        self.guard = Guard(self.limits, lambda: self.meter.look() and self._out_of_time(5))
        self.guard.start()
        before = signal.signal(signal.SIGTERM, self.guard.give_up)
        self.stopped, self.ended = set(), {}
        try:
            self._lives(notebook)
        finally:
            signal.signal(signal.SIGTERM, before)
            self.guard.stop()
            self.spent += self.used()
        if len(self.notes) > MOST_NOTES:
            self.notes[MOST_NOTES:] = [note("and more of this kind")]
        return self.notes

    def _lives(self, notebook):
        """A kernel that dies is replaced by one that first hears what it knew, and the rest goes on."""
        start, suspect = 0, None
        for _ in range(LIVES):
            try:
                self._live(notebook, start)
                return
            except Gone as gone:
                if self.at is None:
                    continue
                blamed = self.at
                if suspect is not None:  # it has now ended two kernels: this cell gets another try without it
                    blamed, start, suspect = suspect, max(start, self.at), None
                else:
                    suspect = _answer_before(notebook, self.at)
                    start = max(start, self.at + 1)
                self.stopped.add(blamed)
                cell = notebook.cells[blamed]
                if gone.doubt:
                    self.doubts.append(gone.doubt)
                self._end_with(cell, "KernelDied", words(gone.why))
                self.notes.append(note(ENDED, cell=cell.id, why=gone.why))
            if self._out_of_time() or self.guard.reason == TIME_IS_UP:
                break
        if self.at is None:
            raise Unfit("no kernel could be started any more")
        if not self._worked_too_long():
            self._doubt(notebook.cells[-1], "was not reached", foreign=time.monotonic() > self.deadline)
        for cell in notebook.cells[start:]:
            self._end_with(cell, "NotRun", "")
        self.notes.append(note(UNFINISHED, count=len(notebook.cells) - start))

    def _live(self, notebook, start):
        folder, self.at = Path(tempfile.mkdtemp(prefix="hp-")).resolve(), None
        if self.fonts:
            shutil.copytree(self.fonts, folder / ".matplotlib")
        self.guard.watch(folder)
        kernel = Kernel(folder, self.hidden, self.fenced, self.demoted)
        self.client = Client(notebook, kernel)
        try:
            with self.client.setup_kernel(cleanup_kc=True):
                process = kernel.provisioner.process
                self._execute(new_code_cell(CUT_SHORT), 0)
                if self.careful:
                    self._show_that_it_can_judge(notebook)
                for self.at in range(start):
                    cell = notebook.cells[self.at]
                    if self.at not in self.stopped and not _is_check(cell):
                        again = copy.deepcopy(cell)
                        self._execute(again, self.at)
                        self._look_around(again)
                for self.at in range(start, len(notebook.cells)):
                    if self.guard.reason:
                        raise Gone(self.guard.reason, self._why_doubt(None))
                    cell = notebook.cells[self.at]
                    if _is_check(cell):
                        self._judge(cell, self.at)
                    elif cell.cell_type == "code":
                        self._execute(cell, self.at)
                        self._look_around(cell)
                        if self.client.cut or _printed(cell) > LONGEST_OUTPUT:
                            self.notes.append(note(CUT, cell=cell.id))
                        self._note_end(cell, self.at, notebook)
                        cell.outputs = [kept for kept in map(_plain, cell.outputs) if kept]
                self.used()
        except (Gone, Unfit):
            raise
        except Exception as error:
            if start == 0 and self.at is None:  # nothing of the submission has run yet: not its fault
                said = kernel.said.read_text(errors="replace").strip().splitlines() or [""]
                raise RuntimeError(f"no kernel could be started: {said[-1] or error}") from None
            stubborn = note("it could not be interrupted") if self.client.stubborn else None
            doubt = self._why_doubt(error, process) if self.at is not None else None
            why = self.guard.reason or stubborn or (KILLED if doubt and doubt.foreign else _why(error))
            raise Gone(why, doubt) from None
        finally:
            self.guard.watch(None)
            self.earlier = self.most
            self.before = cpu_seconds()
            remove(folder)

    def _look_around(self, cell):
        """After a cell, end a kernel in which it left too much, so that no later one has to answer for it."""
        if reason := self.guard.look():
            raise Gone(reason)
        if _ran_out(cell) and addresses() > self.limits["memory_mb"] * 2**20:
            why = note("more than {count} MB of memory", count=self.limits["memory_mb"])
            raise Gone(why, Doubt(cell.id, "MemoryError"))

    def _out_of_time(self, more=0):
        most = self.limits["seconds"] + more
        return max(self.used(), self.meter.idle) > most or time.monotonic() > self.deadline + more

    def _worked_too_long(self):
        return self.used() > self.limits["seconds"]

    def _doubt(self, cell, what, foreign=False):
        self.doubts.append(Doubt(cell.id, what, foreign))

    def _why_doubt(self, error, process=None):
        """The Doubt about how a kernel ended, or None where the submission's part was measured."""
        cell = self.client.nb.cells[self.at].id
        if self.guard.reason == TIME_IS_UP:
            in_cells = self.slept > self.limits["seconds"] / 2 and time.monotonic() < self.deadline
            return None if self._worked_too_long() else Doubt(cell, "slept", foreign=not in_cells)
        if self.guard.reason or (self.client.stubborn and self.client.worked):
            return None
        if isinstance(error, OSError | MemoryError):
            raise Unfit(f"{type(error).__name__}: {error}") from None
        if isinstance(error, DeadKernelError) and not self.client.stubborn:
            status = process.poll()
            return Doubt(cell, f"ended with status {status}", not _its_own(status))
        foreign = self.client.waited or self.client.stopped or isinstance(error, CellTimeoutError)
        return Doubt(cell, type(error).__name__, foreign)

    def used(self):
        """CPU seconds of the submission's processes so far."""
        self.most = max(
            self.most, self.earlier + cpu_seconds() - self.before
        )  # what ends, may not be counted
        return self.most

    def _execute(self, cell, index, room=LONGEST_OUTPUT + LARGEST_PICTURE):
        """Run one cell, its outputs into `cell`; the notebook stays as it is."""
        self.client.begin(room, self.limits["cell_seconds"])
        kept = self.client.nb.cells[index]
        try:
            self.client.execute_cell(cell, index)
        finally:
            self.client.nb.cells[index] = kept
        if self.client.meter:
            self.slept += self.client.meter.idle
        if self.client.waited:
            self._doubt(kept, "no end", foreign=True)
        if self.client.slow:
            self.stopped.add(index)
            if not self.client.worked:
                self._doubt(kept, "slept", foreign=self.client.stopped)
            self.notes.append(note(STOPPED, cell=kept.id, seconds=self.limits["cell_seconds"]))

    def _note_end(self, cell, index, notebook):
        """Keep what a cell ended with, if it ended early."""
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
            before = [one.source for one in notebook.cells[: index + 1] if one.cell_type == "code"]
            self._doubt(cell, errors[0].ename, foreign=before == self.given[: len(before)])
            said = on_a_line(f"{errors[0].ename}: {errors[0].evalue}")
            self.ended[index] = errors[0].ename, said[:LONGEST_ERROR]
        if any(error.ename == ASKING for error in errors):
            self.notes.append(note(ASKED, cell=cell.id))

    def _end_of(self, name):
        """What ended the cell that defines `name`: the error's name, or "" where none did."""
        for index, (error, said) in reversed(self.ended.items()):
            cell = self.client.nb.cells[index]
            if name in binds(cell.source):
                if error in ELSEWHERE:
                    self.notes.append(note(LOST, name=name, cell=cell.id, said=said))
                return error
        return ""

    def _judge(self, cell, index):
        """Ask the kernel what the answer gives, and compare here with what is right."""
        task = cell.metadata.hpcourse.task
        answer = _second_argument(cell.source)
        question = f"observe({task!r}, {answer}, {self.seeds[task]})"
        try:
            told, why = self._ask(question, index)
        except BaseException:
            self._record(cell, _untried(task, "NotRun", answer))
            raise
        if told is None:
            result = _untried(task, why, answer, self._end_of(answer) if why == "NameError" else "")
            if not self.client.worked:
                self._doubt(cell, why or "said nothing")
        else:
            result = remote.conclude(task, told, self.seeds[task])
        self._record(cell, result)
        if told is not None and not result.passed:
            self._confirm(cell, index, question, told, result)

    def _ask(self, question, index):
        """(what the kernel tells, or None; the error's name instead, or "")."""
        probe = new_code_cell(ASK.format(kind=TOLD, call=question))
        self._execute(probe, index, room=remote.LONGEST)
        told = [output.data[TOLD] for output in probe.outputs if TOLD in output.get("data", {})]
        errors = [output for output in probe.outputs if output.output_type == "error"]
        if errors and errors[0].ename == NO_PROCESS:
            raise Unfit(f"no process was left for the check {question}")
        if told:
            return str(told[-1]), ""
        return None, SLOW if self.client.slow else errors[0].ename if errors else ""

    def _confirm(self, cell, index, question, told, result):
        """Whether a check that says no says so again, and says yes to our own answer."""
        task = cell.metadata.hpcourse.task
        again, _ = self._ask(question, index)
        if again is None or (again != told and remote.conclude(task, again, self.seeds[task]).passed):
            self._doubt(cell, "not the same again")
        if result.message == str(remote.UNREADABLE):
            self._doubt(cell, "unreadable")
        if not self._can_judge(task, index):
            self._doubt(cell, "this package's own answer fails", foreign=True)

    def _can_judge(self, task, index):
        """Whether the kernel and this process agree that our own answer is right; for a value, a function."""
        task = task if task in TASKS else "gd_step"
        told, _ = self._ask(f"control({task!r}, {self.seeds.get(task, 0)})", index)
        return told is not None and remote.conclude(task, told, self.seeds.get(task, 0)).passed

    def _show_that_it_can_judge(self, notebook):
        for task in dict.fromkeys(cell.metadata.hpcourse.task for cell in notebook.cells if _is_check(cell)):
            if not self._can_judge(task, 0):
                raise Unfit(f"this package's own answer to {task} fails here")

    def _record(self, cell, result):
        """Write a verdict into a check cell, so that nbgrader counts it and people can read it."""
        points = float(cell.metadata.nbgrader.points)
        shown = {"text/plain": storable(repr(result)), "text/html": storable(result._repr_html_())}
        cell.outputs = [
            new_output("display_data", shown),
            new_output("execute_result", {"text/plain": f"{result.score * points:g}"}),
        ]
        cell.metadata.hpcourse.update(
            status=result.status, mistake=result.mistake, score=result.score, points=points
        )

    def record_nothing(self, cell):
        """A check that reached no verdict that counts."""
        said = say("There is no verdict: what went wrong here may be the doing of the machine that graded.")
        cell.outputs = [new_output("display_data", {"text/plain": str(said), "text/html": f"<p>{said}</p>"})]
        cell.metadata.hpcourse.update(status="", mistake=None, score=None)

    def _end_with(self, cell, name, why):
        """What stands in a cell that did not run."""
        if _is_check(cell):
            self._record(cell, _untried(cell.metadata.hpcourse.task, name, ""))
        elif cell.cell_type == "code":
            kept = [output for output in map(_plain, cell.get("outputs", [])) if output]
            cell.outputs = [*kept, new_output("error", ename=name, evalue=why, traceback=[f"{name}: {why}"])]


def first_cells(released):
    """The sources of the cells of code before the first answer."""
    cells = itertools.takewhile(
        lambda cell: not cell.metadata.get("nbgrader", {}).get("solution"), released.cells
    )
    return [cell.source for cell in cells if cell.cell_type == "code"]


def judged(runner, notebook):
    """Run and judge `notebook` in place; (notes, tasks without a mark: nothing shows whose doing that is)."""
    again = copy.deepcopy(notebook)
    notes = runner.run(notebook)
    if not runner.doubts or not _not_passed(notebook):
        return notes, []
    before, notebook.cells = runner.doubts, again.cells
    notes = runner.run(notebook, careful=True)
    missing = _not_passed(notebook)
    if not missing or (runner.doubts in ([], before) and not any(doubt.foreign for doubt in runner.doubts)):
        return notes, []
    for cell in missing:
        runner.record_nothing(cell)
    doubt = max(runner.doubts, key=lambda doubt: doubt.foreign)
    tasks = [cell.metadata.hpcourse.task for cell in missing]
    return [note(NO_MARK, tasks=tasks, cell=doubt.cell, what=doubt.what), *notes], tasks


def _not_passed(notebook):
    checks = filter(_is_check, notebook.cells)
    return [cell for cell in checks if cell.metadata.hpcourse.status != "passed"]


def _its_own(status):
    """Whether a process that ended with that status did so itself: SIGKILL may come from anywhere."""
    signal_number = -status if status < 0 else status - SIGNALLED if status > SIGNALLED else 0
    return not signal_number or signal_number in CRASHES


def _why(error):
    """Why a kernel is gone; it can send anything, and so anything can go wrong in hearing it."""
    if isinstance(error, CellTimeoutError):
        return note("it could not be interrupted")
    if isinstance(error, DeadKernelError):
        return note("it ended itself")
    return note("it sent what could not be understood")


def _not_found(name, ended):
    """About an answer that is not there, its cell having `ended` with an error."""
    if ended == ASKING:
        return say(
            "The check found no `{name}`: in the cell that defines it, something is to be typed in first "
            "(`input`), and where it is graded nobody does.",
            name=name,
        )
    if ended:
        return say(
            "The check found no `{name}`: the cell that defines it ended before that with {error}.",
            name=name,
            error=ended,
        )
    return say(
        "The check found no `{name}`: the cell that defines it is missing or ends with an error.", name=name
    )


def _untried(task, error, answer, ended=""):
    if error == "NameError":
        return Result(ALL[task], "not started", _not_found(answer, ended))
    if error in ("KernelDied", "NotRun"):
        message = say("The notebook had stopped working before this check; see what happened to it.")
    elif error == SLOW:
        message = say("The check was given up because it took too long.")
    else:
        message = say("The check could not try this answer ({error}).", error=error or "-")
    return Result(ALL[task], "not yet", message)


def _is_check(cell):
    return bool(cell.metadata.get("nbgrader", {}).get("grade")) and "task" in cell.metadata.get(
        "hpcourse", {}
    )


def _answer_before(notebook, place):
    """Where the answer of a check stands: it may have left behind what ends the kernel there."""
    if not _is_check(notebook.cells[place]):
        return None
    before = range(place - 1, -1, -1)
    return next((at for at in before if notebook.cells[at].cell_type == "code"), None)


def _second_argument(source):
    """The answer as it stands in the check: `gd_step` in `hp.check("gd_step", gd_step)`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "check" and len(node.args) > 1:
            return ast.unparse(node.args[1])
    raise ValueError(f"a check is written hp.check(task, answer), got {source!r}")


def _printed(cell):
    """Characters of text that a cell wrote."""
    return sum(len(output.text) for output in cell.outputs if output.output_type == "stream")


def _ran_out(cell):
    """Whether a cell met the end of memory; if it still holds that, no later cell would have any."""
    errors = (output for output in cell.get("outputs", ()) if output.output_type == "error")
    return any(output.ename == "MemoryError" for output in errors)


def _plain(output):
    """An output without anything that a browser would run."""
    if output.output_type == "stream":
        text = (
            output.text if len(output.text) <= LONGEST_OUTPUT else output.text[:LONGEST_OUTPUT] + "\n[...]\n"
        )
        return new_output("stream", name=output.name, text=storable(text))
    if output.output_type == "error":
        value = ADDRESS.sub("0x...", str(output.evalue))[:1000]
        lines = [ANSI.sub("", str(line))[:2000] for line in output.traceback[-20:]]
        name, value, *lines = map(storable, (str(output.ename)[:80], value, *lines))
        return new_output("error", ename=name, evalue=value, traceback=lines)
    data = {
        "text/plain": str(output.data.get("text/plain", ""))[:LONGEST_OUTPUT],
        "image/png": output.data.get("image/png"),
    }
    data = {kind: storable(value) for kind, value in data.items() if isinstance(value, str) and value}
    return new_output("display_data", data) if data else None


@contextlib.contextmanager
def speaking(language):
    """Use a language for a while."""
    before = hpcourse.current_language()
    hpcourse.use_language(language)
    try:
        yield
    finally:
        hpcourse.use_language(before)
