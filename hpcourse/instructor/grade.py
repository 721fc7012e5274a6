"""`hpcourse course grade`: hand what is new or has changed to workers, and write down what comes back.

The workers are threads here, each with a process that grades, or those of a Dask cluster; `grade_with` takes
any executor. Only this process writes: the gradebook first, then the graded notebook, whose stamp says
that it is done. So a kill at any moment costs the submissions in hand, which are graded again.
"""

import json
import sys
import time
import warnings
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import nbformat
from tqdm import tqdm

import hpcourse
from hpcourse.instructor import Misuse, sandbox
from hpcourse.instructor.course import Course, alone, digest, find_alembic
from hpcourse.instructor.gradebook import enter
from hpcourse.instructor.hosts import Graded, Work, close_hosts, grade_apart
from hpcourse.instructor.records import write_whole

TRIES = 3  # with workers that end
AHEAD = 2  # works a worker that wait in its queue


@dataclass
class Due:
    """A submission to be graded."""

    student: str
    assignment: str
    path: object
    trouble: list = field(default_factory=list)


@dataclass
class Totals:
    """What grading took: CPU seconds of graders and of kernels; what is left without a mark, as lines."""

    graders: float = 0.0
    kernels: float = 0.0
    unmarked: list = field(default_factory=list)


def grade_all(arguments):
    """`hpcourse course grade`."""
    course = Course.open(arguments.course)
    for name in ("cell_seconds", "seconds"):
        course.limits[name] = getattr(arguments, name) or course.limits[name]
    assignments = course.chosen(arguments.assignment)
    fenced = _choose_sandbox(arguments.sandbox)
    with alone(course):
        due, done = find_due(course, assignments, arguments.again)
        if not due and not done:
            raise Misuse(
                f"nothing to grade: first run hpcourse course collect DOWNLOAD --assignment {assignments[0]}"
            )
        began = time.monotonic()
        totals = Totals()
        if due:
            with _workers(arguments.jobs, arguments.dask) as (executor, workers):
                totals = grade_with(executor, workers, course, due, fenced)
    failed = [one for one in due if one.trouble]
    print(
        f"{len(due) - len(failed)} graded in {time.monotonic() - began:.0f} s, {done} were done already",
        end="",
    )
    if len(due) > len(failed):
        each = totals.graders / (len(due) - len(failed))
        kernel = totals.kernels / (len(due) - len(failed))
        print(f" ({kernel:.1f} s of CPU for a kernel, {each:.1f} s beside it)", end="")
    print(f", {len(failed)} could not be graded:" if failed else "")
    for one in failed:
        print(f"  {one.student} {one.assignment}: {one.trouble[-1]}")
    for line in totals.unmarked:
        print(f"  {line}")
    print("Next: hpcourse course report")
    return 1 if failed else 0


def _choose_sandbox(wanted):
    """Whether to use the sandbox; says loudly when there is none."""
    if wanted is False:
        why = "you asked for none"
    else:
        why = sandbox.why_not()
        if wanted and why:
            raise Misuse(f"no sandbox: {why}. Without --sandbox the submissions are run unprotected")
    if not why:
        print("Sandbox: on (no network, no files but the submission's own)")
        return True
    print(
        f"WARNING: NO SANDBOX, {why}.\n"
        "         The submissions run as you: they can read and write your files, those of this course\n"
        "         included, and use the network.",
        file=sys.stderr,
    )
    return False


class _workers:
    """`with _workers(jobs, address) as (executor, number):` threads here, or a Dask cluster."""

    def __init__(self, jobs, address):
        self.jobs, self.address, self.client = jobs, address, None

    def __enter__(self):
        if not self.address:
            self.executor = ThreadPoolExecutor(self.jobs)
            return self.executor, self.jobs
        try:
            from distributed import Client
        except ImportError:
            raise Misuse("--dask needs Dask: pip install distributed, here and on its workers") from None
        try:
            self.client = Client(self.address, timeout=20, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise Misuse(f"--dask: no cluster answers at {self.address} ({error})") from None
        number = sum(self.client.nthreads().values())
        if not number:
            raise Misuse(f"--dask: the cluster at {self.address} has no workers")
        print(f"Dask: {number} threads on {len(self.client.nthreads())} workers")
        self.executor = self.client.get_executor(pure=False, retries=TRIES)
        return self.executor, number

    def __exit__(self, kind, *_):
        if not self.client and kind:  # what they wait for has to end first
            self.executor.shutdown(wait=False, cancel_futures=True)
            close_hosts(over=True)
        elif not self.client:
            self.executor.shutdown()
            close_hosts(over=False)
        else:
            self.executor.shutdown(wait=kind is None)
            self.client.close()


def find_due(course, assignments, again=False):
    """([Due] that are new or have changed, how many are done)."""
    due, done = [], 0
    for assignment in assignments:
        notebooks = course.handed_in(assignment)
        if not notebooks:
            continue
        released, secret = _basis(course, assignment)
        for student, path in notebooks.items():
            graded = course.notebook("autograded", assignment, student)
            if not again and stamp_of(graded) == stamp(path.read_bytes(), released, secret):
                done += 1
            else:
                due.append(Due(student, assignment, path))
    return due, done


def _basis(course, assignment):
    """What grading rests on beside the submission: the released notebook, and the secret."""
    released = course.notebook("release", assignment).read_text(encoding="utf-8")
    return released, str(course.seed("", assignment, ""))  # a new secret draws other numbers: grade again


def stamp_now(course, assignment, submitted):
    """The stamp that grading these bytes has now."""
    return stamp(submitted, *_basis(course, assignment))


def stamp(submitted, released, secret):
    """What a grading rests on, in short; the first half is of the submission alone."""
    return f"{digest(submitted.decode('utf-8', 'replace'))}-{digest(hpcourse.__version__, released, secret)}"


def stamp_of(path):
    """The stamp in a graded notebook; "" where there is none, or a mark is missing."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["metadata"]["hpcourse"]
        return "" if told.get("unmarked") else told["stamp"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def grade_with(executor, workers, course, due, fenced, grade=grade_apart):
    """Grade all of `due` with any executor, at most a few works a worker ahead; returns the Totals."""
    find_alembic()
    warnings.filterwarnings("ignore", module="nbgrader|sqlalchemy")
    basis = {name: _basis(course, name) for name in {one.assignment for one in due}}
    tasks = {name: course.tasks(name) for name in basis}
    given = {name: {cell.id: cell.source for cell in course.released(name).cells} for name in basis}
    demoted = sandbox.can_demote(fenced)
    waiting, going, totals = list(reversed(due)), {}, Totals()
    with course.gradebook() as book, tqdm(total=len(due), unit="submission", desc="grading") as bar:
        while waiting or going:
            while waiting and len(going) < (1 + AHEAD) * workers:
                one = waiting.pop()
                work = _work(course, one, basis[one.assignment], tasks[one.assignment], fenced, demoted)
                try:
                    going[executor.submit(grade, work)] = one, work
                except (BrokenExecutor, RuntimeError) as error:
                    _keep(course, book, one, work, Graded(trouble=f"no worker is left ({error})"), {}, totals)
                    bar.update()
            finished, _ = wait(going, return_when=FIRST_COMPLETED) if going else ((), ())
            for future in finished:
                one, work = going.pop(future)
                graded = _result(future)
                if graded is None and len(one.trouble) + 1 < TRIES:
                    one.trouble.append("the worker ended")
                    waiting.append(one)
                    continue
                graded = graded or Graded(trouble=f"the worker ended {TRIES} times")
                _keep(course, book, one, work, graded, given[one.assignment], totals)
                bar.update()
                bar.set_postfix_str(one.student)
    return totals


def _work(course, one, basis, tasks, fenced, demoted):
    submitted = one.path.read_bytes()
    return Work(
        one.student,
        one.assignment,
        stamp(submitted, *basis),
        submitted.decode("utf-8", "replace"),
        basis[0],
        {task.name: course.seed(one.student, one.assignment, task.name) for task in tasks},
        dict(course.limits),
        course.language,
        fenced,
        str(course.root),
        demoted,
    )


def _result(future):
    """What a worker gave back; None where it ended before."""
    try:
        return future.result()
    except (KeyboardInterrupt, SystemExit):
        raise
    except (BrokenExecutor, CancelledError, OSError):
        return None
    except Exception as error:
        if "Killed" in type(error).__name__ or "Lost" in type(error).__name__:  # Dask's words for it
            return None
        return Graded(trouble=f"{type(error).__name__}: {error}")


def _keep(course, book, one, work, graded, given, totals):
    """Write a result down: the gradebook, then the notebook; or what went wrong, and no notebook."""
    path = course.notebook("autograded", one.assignment, one.student)
    failed = course.root / "failed" / one.assignment / f"{one.student}.txt"
    if graded.trouble:
        one.trouble = [graded.trouble]
        write_whole(failed, graded.trouble)
        path.unlink(missing_ok=True)
        return
    one.trouble = []
    totals.graders += graded.seconds
    totals.kernels += graded.kernel_seconds
    if graded.unmarked:
        said = f"{one.student} {one.assignment}: no mark for {', '.join(graded.unmarked)}"
        totals.unmarked.append(f"{said}; the next grade tries again (see report/look_at.csv)")
    cells = {cell.id: cell for cell in nbformat.reads(graded.notebook, as_version=4).cells}
    enter(book, one.student, one.assignment, cells, given)
    write_whole(path, graded.notebook)
    failed.unlink(missing_ok=True)
