"""Execute a submitted notebook and reach the verdicts, whatever it does to its kernel."""

import ast
import asyncio
import contextlib
import copy
import re
import shutil
import signal
import tempfile
import time
from pathlib import Path

from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_output

import hpcourse
from hpcourse.checks import ALL, Result, remote
from hpcourse.checks.task import say
from hpcourse.instructor.limits import FAR, Guard, Meter, addresses, cpu_seconds, remove
from hpcourse.instructor.notes import note, on_a_line, storable, words
from hpcourse.instructor.repair import binds
from hpcourse.instructor.sandbox import Kernel

TOLD = "application/x-hpcourse"
NO_PROCESS = "BlockingIOError"  # what a refused `fork` raises
OBSERVE = (
    "__import__('IPython.display', fromlist=['display']).publish_display_data({{{kind!r}: "
    "__import__('hpcourse.checks.remote', fromlist=['observe']).observe({task!r}, {answer}, {seed})}})"
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
ENDED = note("the kernel ended in cell {cell}: {why}")[0]
STOPPED = note("cell {cell} was stopped after {seconds} s")[0]
CUT = note("the output of cell {cell} was too long and was cut")[0]
ASKED = note("cell {cell} waits for something to be typed in (input), and what follows in it did not run")[0]
LOST = note("{name} is missing, since cell {cell} ended early: {said}")[0]
UNFINISHED = note("not run to its end, {count} cells left")[0]


class Gone(Exception):
    """The kernel is no longer there; `why` is a note."""

    def __init__(self, why):
        super().__init__(why)
        self.why = why


class Short(RuntimeError):
    """This machine had no process left for a check. That is nobody's zero: there will be no mark."""


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
        self.cut = False

    def begin(self, room, seconds):
        """Before a cell: how much it may show, and how many CPU seconds it may take."""
        self.room, self.seconds, self.slow, self.cut = room, seconds, False, False
        self.timeout, self.meter = FAR * seconds, None  # the first look is taken when the cell takes long

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

    `seeds` are {task: what draws the inputs for its answer}, `hidden` is a folder that it must not see.
    """

    def __init__(self, seeds, limits, fenced, hidden=None, fonts=None, demoted=False):
        self.seeds, self.limits, self.notes = seeds, limits, []
        self.fenced, self.hidden, self.fonts, self.demoted = fenced, hidden, fonts, demoted

    def run(self, notebook):
        """Execute and judge every cell of `notebook` in place; returns notes for people."""
        self.deadline = time.monotonic() + FAR * self.limits["seconds"]
        self.earlier, self.most, self.before = 0.0, 0.0, cpu_seconds()
        self.meter = Meter()
        self.guard = Guard(self.limits, lambda: self.meter.look() and self._out_of_time(5))
        self.guard.start()
        before = signal.signal(signal.SIGTERM, self.guard.give_up)
        self.stopped, self.ended = set(), {}
        try:
            self._lives(notebook)
        finally:
            signal.signal(signal.SIGTERM, before)
            self.guard.stop()
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
                self._end_with(cell, "KernelDied", words(gone.why))
                self.notes.append(note(ENDED, cell=cell.id, why=gone.why))
            if self._out_of_time() or self.guard.reason == TIME_IS_UP:
                break
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
                self._execute(new_code_cell(CUT_SHORT), 0)
                for self.at in range(start):
                    cell = notebook.cells[self.at]
                    if self.at not in self.stopped and not _is_check(cell):
                        again = copy.deepcopy(cell)
                        self._execute(again, self.at)
                        self._look_around(again)
                for self.at in range(start, len(notebook.cells)):
                    if self.guard.reason:
                        raise Gone(self.guard.reason)
                    cell = notebook.cells[self.at]
                    if _is_check(cell):
                        self._judge(cell, self.at)
                    elif cell.cell_type == "code":
                        self._execute(cell, self.at)
                        self._look_around(cell)
                        if self.client.cut or _printed(cell) > LONGEST_OUTPUT:
                            self.notes.append(note(CUT, cell=cell.id))
                        self._note_end(cell, self.at)
                        cell.outputs = [kept for kept in map(_plain, cell.outputs) if kept]
                self.used()
        except (Gone, Short):
            raise
        except Exception as error:
            if start == 0 and self.at is None:  # nothing of the submission has run yet: not its fault
                said = kernel.said.read_text(errors="replace").strip().splitlines() or [""]
                raise RuntimeError(f"no kernel could be started: {said[-1] or error}") from None
            stubborn = note("it could not be interrupted") if self.client.stubborn else None
            raise Gone(self.guard.reason or stubborn or _why(error)) from None
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
            raise Gone(note("more than {count} MB of memory", count=self.limits["memory_mb"]))

    def _out_of_time(self, more=0):
        most = self.limits["seconds"] + more
        return max(self.used(), self.meter.idle) > most or time.monotonic() > self.deadline + more

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
        if self.client.slow:
            self.stopped.add(index)
            self.notes.append(note(STOPPED, cell=kept.id, seconds=self.limits["cell_seconds"]))

    def _note_end(self, cell, index):
        """Keep what a cell ended with, if it ended early."""
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors:
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
        seed = self.seeds[task]
        answer = _second_argument(cell.source)
        probe = new_code_cell(OBSERVE.format(kind=TOLD, task=task, answer=answer, seed=seed))
        try:
            self._execute(probe, index, room=remote.LONGEST)
        except BaseException:
            self._record(cell, _untried(task, "NotRun", answer))
            raise
        told = [output.data[TOLD] for output in probe.outputs if TOLD in output.get("data", {})]
        errors = [output for output in probe.outputs if output.output_type == "error"]
        if errors and errors[0].ename == NO_PROCESS:
            raise Short(f"no process was left for the check of {answer}")
        if told:
            result = remote.conclude(task, str(told[-1]), seed)
        else:
            why = SLOW if self.client.slow else errors[0].ename if errors else ""
            result = _untried(task, why, answer, self._end_of(answer) if why == "NameError" else "")
        self._record(cell, result)

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

    def _end_with(self, cell, name, why):
        """What stands in a cell that did not run."""
        if _is_check(cell):
            self._record(cell, _untried(cell.metadata.hpcourse.task, name, ""))
        elif cell.cell_type == "code":
            kept = [output for output in map(_plain, cell.get("outputs", [])) if output]
            cell.outputs = [*kept, new_output("error", ename=name, evalue=why, traceback=[f"{name}: {why}"])]


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
