"""The course folder: what is in it, and how it is made."""

import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import sys
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from hpcourse.frame.course import DAYS, LANGUAGES
from hpcourse.frame.start import shipped_notebooks
from hpcourse.instructor import Misuse
from hpcourse.instructor.records import write_whole
from hpcourse.instructor.roster import EXAMPLES, read_roster

LIMITS = {  # seconds are of CPU time
    "cell_seconds": 20,
    "seconds": 120,
    "memory_mb": 2048,
    "disk_mb": 256,
    "files": 5000,
    "processes": 48,
}

SETTINGS = """\
# What `hpcourse course` needs to know. Limits are for one submission; see the guide for instructors.
language = "{language}"
days = {days}

[limits]
{limits}
"""
CONFIG = """\
# nbgrader's own commands (formgrader, export, ...) work in this folder too. Settings of yours go below.
from hpcourse.instructor.nbgrader_steps import configure

configure(get_config())
"""
OVERRIDES = "student,assignment,task,points,comment\n"
README = """\
# {title}

A private course folder: it holds solutions, submissions and marks. Keep it out of public repositories.

    hpcourse course release                       (only after you edited source/)
    hpcourse course collect DOWNLOAD --assignment {first}
    hpcourse course grade
    hpcourse course report

- `release/` is what students get, `source/` the same with solutions
- `roster.csv` lists the students (id, name, email, aliases); replace it by your system's own list
- `matches.csv` asks whose a doubtful file is: fill in its column student
- `overrides.csv` corrects marks by hand (student, assignment, task, points, comment)
- `.secret` draws the numbers that answers are tried on; do not hand it on, do not lose it during a semester
"""
IGNORE = ".secret\n.lock\n.matplotlib/\nhpcourse.log\n__pycache__/\n.ipynb_checkpoints/\n"


@dataclass(frozen=True)
class Task:
    """A check of an assignment: its cell's id, the task's name, its points."""

    cell: str
    name: str
    points: float


@dataclass(frozen=True)
class Course:
    """A course folder and its settings."""

    root: Path
    language: str
    days: tuple[int, ...]
    limits: dict = field(default_factory=lambda: dict(LIMITS))

    @classmethod
    def open(cls, folder):
        """The course in `folder`; raises Misuse where there is none or its settings are wrong."""
        root = Path(folder).resolve()
        try:
            settings = tomllib.loads((root / "course.toml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise Misuse(
                f"{root} is no course folder (it has no course.toml): go to one, name it with --course DIR, "
                "or make one with: hpcourse course new DIR"
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Misuse(f"{root / 'course.toml'} cannot be read: {error}") from None
        language, days = settings.get("language"), settings.get("days")
        if language not in LANGUAGES:
            known = " or ".join(LANGUAGES)
            raise Misuse(f"course.toml: language must be {known}, got {language!r}")
        if not isinstance(days, list) or not days or not all(day in _numbers() for day in days):
            raise Misuse(f"course.toml: days must be a list of some of {_listed(_numbers())}, got {days!r}")
        limits = settings.get("limits", {})
        for name, value in limits.items():
            if name not in LIMITS or not isinstance(value, int) or value < 1:
                raise Misuse(
                    f"course.toml: limits are whole numbers for {', '.join(LIMITS)}, got {name} = {value!r}"
                )
        return cls(root, language, tuple(days), {**LIMITS, **limits})

    @property
    def assignments(self):
        """day1, day2, ..."""
        return [f"day{day}" for day in self.days]

    def chosen(self, assignment):
        """[assignment], or all where it is None; raises Misuse for one that the course does not have."""
        if assignment is None:
            return self.assignments
        if assignment not in self.assignments:
            raise Misuse(f"--assignment must be one of {', '.join(self.assignments)}, got {assignment!r}")
        return [assignment]

    def notebook(self, step, assignment, student="."):
        """Where a notebook is: `step` is source, release, submitted, autograded."""
        return self.root / step / student / assignment / f"{assignment}_exercises.ipynb"

    def handed_in(self, assignment):
        """{student: the notebook that is graded}, of the roster and not."""
        paths = sorted(self.root.glob(f"submitted/*/{assignment}/{assignment}_exercises.ipynb"))
        return {path.parent.parent.name: path for path in paths}

    def released(self, assignment):
        """The notebook as students got it."""
        path = self.notebook("release", assignment)
        if not path.exists():
            raise Misuse(f"{assignment} has not been released: run hpcourse course release")
        try:
            return nbformat.read(path, as_version=4)
        except (OSError, ValueError):
            raise Misuse(f"{path} is damaged: run hpcourse course release") from None

    def tasks(self, assignment):
        """The tasks of an assignment, in their order."""
        return tasks_of(self.released(assignment))

    def roster(self):
        """{id: Student}; raises Misuse with the line where something is wrong."""
        return read_roster(self.root)

    def seed(self, student, assignment, task):
        """What draws the numbers that this student's answer is tried on: the same whenever it is graded."""
        path = self.root / ".secret"
        try:
            secret = bytes.fromhex(path.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            raise Misuse(
                f"{path} is missing or damaged: put it back, or make a new one with "
                "hpcourse course new . --force (then grade --again, since other numbers are drawn)"
            ) from None
        words = json.dumps([student, assignment, task]).encode()
        return int.from_bytes(hmac.digest(secret, words, "sha256")[:8])

    def config(self):
        """nbgrader's configuration for this course, with what its nbgrader_config.py adds."""
        from traitlets.config import PyFileConfigLoader

        with inside(self.root):
            return PyFileConfigLoader("nbgrader_config.py", path=str(self.root)).load_config()

    def gradebook(self):
        """nbgrader's gradebook, to be used in a with statement."""
        from nbgrader.api import Gradebook

        find_alembic()
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "hpcourse")


def tasks_of(notebook):
    """The tasks of a notebook with the course's metadata."""
    checks = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return [
        Task(cell.id, cell.metadata.hpcourse.task, float(cell.metadata.nbgrader.points)) for cell in checks
    ]


def new_course(arguments):
    """`hpcourse course new`."""
    root = arguments.folder.expanduser().resolve()
    before = _before(root)
    language = arguments.language or (before.language if before else "en")
    days = list(before.days) if before and not arguments.days else _days(arguments.days or "all", language)
    _refuse(root, arguments.force)
    root.mkdir(parents=True, exist_ok=True)
    limits = "\n".join(f"{name} = {value}" for name, value in (before.limits if before else LIMITS).items())
    _write(root / "course.toml", SETTINGS.format(language=language, days=days, limits=limits), True)
    _write(root / "nbgrader_config.py", CONFIG)
    _write(root / "roster.csv", EXAMPLES.get(language, EXAMPLES["en"]))
    _write(root / "overrides.csv", OVERRIDES)
    _write(root / "README.md", README.format(title=root.name, first=f"day{days[0]}"))
    _write(root / ".gitignore", IGNORE)
    _write(root / ".secret", secrets.token_hex(32))
    (root / ".secret").chmod(0o600)
    course = Course.open(root)
    for assignment in course.assignments:
        notebook = source_notebook(assignment, course.language)
        write_whole(course.notebook("source", assignment), nbformat.writes(notebook) + "\n")
    print(f"{root}: a course in {course.language}")
    with alone(course):
        _release(course, course.assignments)
    print("Next: put your students into roster.csv there, and hand out release/. Later, in that folder:")
    print(f"      hpcourse course collect DOWNLOAD --assignment {course.assignments[0]}")
    print("      hpcourse course grade")
    print("      hpcourse course report")


def _before(root):
    """The course that is in a folder already, whose settings stay; None where there is none to read."""
    try:
        return Course.open(root)
    except Misuse:
        return None


def _numbers():
    """The days that have exercises."""
    return [day.number for day in DAYS.values() if day.exercises]


def _listed(numbers):
    """ "1, 2, 3"."""
    return ", ".join(map(str, numbers))


def _days(word, language):
    """[1, 2, 3] from 1-3 or 1,2,3; from "all", every day that has its exercises in the language."""
    there = [number for number in _numbers() if published(f"day{number}", language, solved=True).exists()]
    if not there:
        raise Misuse(f"no exercises are in {language} yet: make a course of those in English (--language en)")
    if word == "all":
        return there
    days = set()
    for part in word.split(","):
        match = re.fullmatch(r"\s*(?:day)?(\d+)(?:\s*-\s*(?:day)?(\d+))?\s*", part)
        if not match:
            raise Misuse(f"--days must be such as 1-3 or 1,3,5 or all, got {word!r}")
        days |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    if not days or not days <= set(_numbers()):
        raise Misuse(f"--days must be some of {_listed(_numbers())}, got {word!r}")
    if missing := sorted(days - set(there)):
        raise Misuse(
            f"the exercises of day {_listed(missing)} are not in {language} yet: make a course of them with "
            f"--language en, or name other days than {word}"
        )
    return sorted(days)


def _refuse(root, force):
    if re.search(r"[][*?{}]", str(root)):
        raise Misuse(f"the path must hold none of the signs [ ] * ? {{ }}, got {root}")
    if root.exists() and not root.is_dir():
        raise Misuse(f"{root} is a file; name a folder")
    for folder in (root, *root.parents):
        if (folder / "tools" / "build.py").exists() and (folder / "hpcourse").is_dir():
            raise Misuse(
                f"{root} lies inside the public course ({folder}): solutions and marks would be one commit "
                "away from everyone. Name a folder elsewhere"
            )
    if root.is_dir() and any(root.iterdir()) and not force:
        what = "has a course already" if (root / "course.toml").exists() else "is not empty"
        raise Misuse(
            f"{root} {what}. Name another folder; or, with --force, the assignments are written "
            "anew, and settings, roster, submissions and marks stay as they are"
        )


def _write(path, content, anew=False):
    """Write a file unless somebody may have put work into it."""
    if anew or not path.exists():
        write_whole(path, content)


def exercises_folder():
    """Where the published exercises are."""
    return shipped_notebooks()


def published(assignment, language, solved):
    """Where a notebook of exercises lies as it is published."""
    folder = exercises_folder() / "solutions" if solved else exercises_folder()
    return folder / language / f"{assignment}_exercises.ipynb"


def exercises(assignment, language, solved):
    """A notebook of exercises as it is published."""
    path = published(assignment, language, solved)
    try:
        return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
    except FileNotFoundError:
        raise Misuse(f"this hpcourse comes without exercises for {assignment} in {language}") from None


def source_notebook(assignment, language):
    """The solved notebook with nbgrader's metadata, and with the learner's version of each answer."""
    solved, unsolved = (exercises(assignment, language, solved) for solved in (True, False))
    open_cells = {cell.id: cell for cell in unsolved.cells}
    solved.cells = [cell for cell in solved.cells if cell.id in open_cells]  # the rest explains solutions
    for cell in solved.cells:
        told = cell.metadata.get("hpcourse", {})
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type != "code":
            cell.source = open_cells[cell.id].source  # its links lead on from where learners' notebooks are
            continue
        cell.outputs, cell.execution_count = [], None
        answer = cell.source != open_cells[cell.id].source
        if not answer and "task" not in told:
            continue  # an experiment: students change it as they like
        cell.metadata.nbgrader = nbformat.from_dict(
            {
                "schema_version": 3,
                "grade_id": cell.id,
                "grade": not answer,
                "solution": answer,
                "locked": not answer,
                "task": False,
            }
        )
        if answer:
            cell.metadata.hpcourse = nbformat.from_dict({"stub": open_cells[cell.id].source})
        else:
            cell.metadata.nbgrader.points = float(told.get("points", 1))
            cell.metadata.hpcourse = nbformat.from_dict({"task": told["task"]})
    solved.metadata = nbformat.from_dict(
        {key: solved.metadata[key] for key in ("kernelspec", "language_info") if key in solved.metadata}
        | {"hpcourse": {"assignment": assignment, "language": language}}
    )
    return solved


def release_again(arguments):
    """`hpcourse course release`."""
    course = Course.open(arguments.course)
    with alone(course):
        _release(course, course.chosen(arguments.assignment))


def _release(course, assignments):
    """Let nbgrader make release/ from source/ and note the checks in the gradebook."""
    from nbgrader.apps import NbGrader  # noqa: F401  (registers what the converters need)
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    find_alembic()
    for assignment in assignments:
        if not course.notebook("source", assignment).exists():
            raise Misuse(f"{course.notebook('source', assignment)} is missing: hpcourse course new . --force")
        with inside(course.root), quiet(course.root / "hpcourse.log") as log:
            config = course.config()
            directory = CourseDirectory(config=config)
            directory.assignment_id = assignment
            try:
                GenerateAssignment(coursedir=directory, config=config, force=True).start()
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                raise Misuse(f"{assignment} could not be released: {log.line or error}") from None
        tasks = course.tasks(assignment)
        points = sum(task.points for task in tasks)
        print(f"  release/{assignment}/{assignment}_exercises.ipynb: {len(tasks)} tasks, {points:g} points")


def find_alembic():
    """nbgrader calls `alembic` by name; it is next to this Python, whether or not that is on the path."""
    beside = str(Path(sys.executable).parent)
    if beside not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", os.defpath)])


@contextmanager
def alone(course):
    """Two commands at work in one folder would undo each other's work."""
    with open(course.root / ".lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Misuse(f"another hpcourse course is at work in {course.root}: wait for it") from None
        yield


@contextmanager
def inside(folder):
    """Work in `folder` for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class _Last(logging.Handler):
    """Remembers what was wrong of all that nbgrader wrote to its log."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.line = ""

    def emit(self, record):
        """Keep it."""
        lines = record.getMessage().strip().splitlines()
        if lines and ("Error" in lines[-1] or not self.line):  # the end of a traceback says most
            self.line = lines[-1]


@contextmanager
def quiet(path):
    """Send what nbgrader says to a log file for a while; yields what holds the last error's `line`."""
    logger = logging.getLogger("traitlets")
    before = logger.handlers[:], logger.level, logger.propagate
    file, last = logging.FileHandler(path, encoding="utf-8"), _Last()
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.handlers, logger.propagate = [file, last], False
    logger.setLevel(logging.ERROR)
    try:
        yield last
    finally:
        file.close()
        logger.handlers, logger.propagate = before[0], before[2]
        logger.setLevel(before[1])


def digest(*texts):
    """A short fingerprint of texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
