"""Run and mark all submissions: each in a process of its own, so that none can lose another."""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass, field
from multiprocessing import connection

import nbformat
from tqdm import tqdm

import hpcourse
from hpcourse.instructor import Misuse, sandbox
from hpcourse.instructor.course import Course, alone, digest, find_alembic, inside, quiet

TRIES = 2
GRACE = 30  # seconds beyond a submission's own limit, for what is around it


@dataclass
class Work:
    """A submission to grade."""

    student: str
    assignment: str
    stamp: str
    tries: int = 0
    process: object = None
    pipe: object = None
    deadline: float = 0.0
    trouble: list = field(default_factory=list)


def grade_all(arguments):
    """`hpcourse course grade`."""
    course = Course.open(arguments.course)
    for name in ("cell_seconds", "seconds"):
        course.limits[name] = getattr(arguments, name) or course.limits[name]
    assignments = course.chosen(arguments.assignment)
    fenced = _choose_sandbox(arguments.sandbox)
    with alone(course):
        works, done = _to_do(course, assignments, arguments.again)
        if not works and not done:
            raise Misuse("nothing to grade: first run hpcourse course collect DOWNLOAD --assignment day1")
        began = time.monotonic()
        if works:
            _grade(course, works, fenced, _find_fonts(course.root / ".matplotlib"), arguments.jobs)
        failed = [work for work in works if work.trouble]
        _remember_failures(course, works)
    seconds = time.monotonic() - began
    print(f"{len(works) - len(failed)} graded in {seconds:.0f} s, {done} were done already", end="")
    print(f", {len(failed)} could not be graded:" if failed else "")
    for work in failed:
        print(f"  {work.student} {work.assignment}: {work.trouble[-1]}")
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


def _to_do(course, assignments, again):
    """What is new or has changed, and how many are done."""
    works, done = [], 0
    for assignment in assignments:
        paths = sorted(course.root.glob(f"submitted/*/{assignment}/{assignment}_exercises.ipynb"))
        if not paths:
            continue
        released = nbformat.writes(course.released(assignment))
        secret = course.seed("", assignment, "")  # a new secret draws other numbers: grade again
        for path in paths:
            student = path.parent.parent.name
            submitted = path.read_text(encoding="utf-8", errors="replace")
            stamp = digest(hpcourse.__version__, released, str(secret), submitted)
            if not again and stamp_of(course.notebook("autograded", assignment, student)) == stamp:
                done += 1
            else:
                works.append(Work(student, assignment, stamp))
    return works, done


def stamp_of(path):
    """The stamp in a graded notebook; "" where there is none or it was not written to its end."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["metadata"]["hpcourse"]["stamp"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _find_fonts(folder):
    """Let matplotlib look for fonts once instead of once for every submission; returns `folder`."""
    if not any(folder.glob("fontlist*")):
        folder.mkdir(exist_ok=True)
        command = [sys.executable, "-c", "import matplotlib.font_manager"]
        environment = {**os.environ, "MPLCONFIGDIR": str(folder)}
        subprocess.run(command, env=environment, capture_output=True, check=False)
    return folder


def _grade(course, works, fenced, fonts, jobs):
    """Keep `jobs` of them going until all are graded, or have failed twice."""
    find_alembic()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["hpcourse.instructor.nbgrader_steps", "nbgrader.converters"])
    waiting, going = list(works), []
    with tqdm(total=len(works), unit="submission", desc="grading", disable=not works) as bar:
        try:
            while waiting or going:
                while waiting and len(going) < jobs:
                    going.append(_start(processes, course, waiting.pop(0), fenced, fonts))
                connection.wait([work.process.sentinel for work in going], timeout=1)
                for work in [work for work in going if _ended(work)]:
                    going.remove(work)
                    if work.trouble and work.tries < TRIES:
                        waiting.append(work)
                        continue
                    bar.update()
                    bar.set_postfix_str(work.student)
        finally:
            for work in going:
                _stop(work)


def _start(processes, course, work, fenced, fonts):
    work.tries += 1
    work.trouble = []
    work.pipe, theirs = processes.Pipe(duplex=False)
    work.process = processes.Process(
        target=grade_one, args=(theirs, course, work.student, work.assignment, work.stamp, fenced, fonts)
    )
    work.process.start()
    theirs.close()
    work.deadline = time.monotonic() + course.limits["seconds"] + GRACE
    return work


def _ended(work):
    """Whether a process is over; notes its trouble."""
    if work.process.is_alive() and time.monotonic() < work.deadline:
        return False
    if work.process.is_alive():
        _stop(work)
        work.trouble = ["the grader itself took too long"]
    else:
        try:
            trouble = work.pipe.recv() if work.pipe.poll() else f"the grader ended ({work.process.exitcode})"
        except EOFError:
            trouble = f"the grader ended ({work.process.exitcode})"
        work.trouble = [trouble] if trouble else []
    work.process.join()
    work.pipe.close()
    return True


def _stop(work):
    """Let a grader end its submission and itself."""
    work.process.terminate()
    work.process.join(5)
    work.process.kill()


def grade_one(pipe, course, student, assignment, stamp, fenced, fonts):
    """In a process of its own: let nbgrader grade one submission; sends "" or what went wrong."""
    from nbgrader.apps import NbGrader  # noqa: F401
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory

    from hpcourse.instructor import limits

    warnings.simplefilter("ignore")  # of nbgrader's use of its database
    limits.limit(course.limits)
    with inside(course.root), quiet(course.root / "hpcourse.log") as log:
        config = course.config()
        config.Run.fenced, config.Run.fonts, config.Run.stamp = fenced, str(fonts), stamp
        config.Run.limits = course.limits
        directory = CourseDirectory(config=config)
        directory.assignment_id, directory.student_id = assignment, student
        try:
            Autograde(coursedir=directory, config=config, force=True).start()
        except BaseException as error:
            shutil.rmtree(course.notebook("autograded", assignment, student).parent, ignore_errors=True)
            pipe.send(log.line or f"{type(error).__name__}: {error}")
            return
    pipe.send("")


def _remember_failures(course, works):
    """For the report: what could not be graded, and why."""
    path = course.root / "failed.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for work in works:
        key = f"{work.assignment}/{work.student}"
        known.pop(key, None)
        if work.trouble:
            known[key] = work.trouble[-1]
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
