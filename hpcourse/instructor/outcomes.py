"""What every student has in every assignment, read once: graded notebooks, records, what was set by hand.

What was not graded has no mark: `score` is None and a note says why. Never zero.
"""

import json
import math
from dataclasses import dataclass, field

from hpcourse.checks import ALL
from hpcourse.checks.task import Task
from hpcourse.instructor import Misuse
from hpcourse.instructor.course import digest
from hpcourse.instructor.gradebook import set_by_hand
from hpcourse.instructor.notes import note
from hpcourse.instructor.records import open_doubts, read_records
from hpcourse.instructor.spreadsheets import read_table

NOT_COLLECTED = note("nothing collected")
NOT_GRADED = note("not graded yet")
STALE = note("handed in again since, and not graded yet")
FAILED = note("could not be graded: {why}")[0]
WAITS = note("a file waits for you in matches.csv: {files}")[0]


@dataclass
class Mark:
    """What one student has in one task."""

    task: str
    points: float
    score: float | None = None  # in points; None as long as it is not graded
    status: str = ""
    mistake: str = ""
    shown: str = ""  # the check's own words, as HTML
    answer: str = ""  # what the student wrote
    comment: str = ""
    by_hand: bool = False


@dataclass
class Outcome:
    """What one student has in one assignment."""

    student: str
    assignment: str
    marks: list
    notes: list = field(default_factory=list)
    own: list = field(default_factory=list)  # the cells of code that are not as they were given
    free: set = field(default_factory=set)  # which of them belong to a task that the package's rules may help
    graded: bool = False

    @property
    def score(self):
        """Points in all, or None where something has no mark."""
        scores = [mark.score for mark in self.marks]
        return None if None in scores else sum(scores)

    @property
    def points(self):
        """Points that could be had."""
        return sum(mark.points for mark in self.marks)


def read_outcomes(course, assignments):
    """[Outcome] for everyone on the roster and everyone else who handed something in."""
    roster, overrides = course.roster(), read_overrides(course, assignments)
    outcomes = []
    with course.gradebook() as book:
        for assignment in assignments:
            tasks, records = course.tasks(assignment), read_records(course, assignment)
            given = {cell.id: cell.source for cell in course.released(assignment).cells}
            waiting = open_doubts(course, assignment)
            scores, comments = set_by_hand(book, assignment)
            strangers = {*records, *course.handed_in(assignment)} - set(roster)  # a kill may leave no record
            for student in [*roster, *sorted(strangers)]:
                outcome = read_outcome(
                    course, student, assignment, tasks, given, records.get(student), waiting
                )
                for task, mark in zip(tasks, outcome.marks):
                    by_hand = scores.get((student, task.cell))
                    mark.comment = comments.get((student, answer_of(task)), "")
                    if (student, assignment, task.name) in overrides:
                        by_hand, comment = overrides.pop((student, assignment, task.name))
                        mark.comment = comment or mark.comment
                    if by_hand is not None:
                        mark.score, mark.by_hand = by_hand, True
                outcomes.append(outcome)
    if overrides:
        student, assignment, task = next(iter(overrides))
        raise Misuse(f"overrides.csv: there is no task {task!r} of a student {student!r} in {assignment}")
    return outcomes


def answer_of(task):
    """The id of the cell with the answer that a task checks."""
    return task.cell.removesuffix("-check") + "-answer"


def read_outcome(course, student, assignment, tasks, given, record, waiting):
    """One Outcome from the graded notebook, before anything that was corrected by hand."""
    outcome = Outcome(student, assignment, [Mark(task.name, task.points) for task in tasks])
    doubts = waiting.get(student, ())
    if record is None:
        outcome.notes = [NOT_COLLECTED]
    else:
        outcome.notes = list(record["notes"])
    if doubts:
        outcome.notes.append(note(WAITS, files=[doubt.path for doubt in doubts]))
    if record is None or record.get("unread") or (doubts and not record["source"]):
        return outcome
    graded, why = _graded(course, student, assignment)
    if graded is None:
        outcome.notes.append(why)
        return outcome
    outcome.graded = True
    cells = {cell["id"]: cell for cell in graded["cells"]}
    for task, mark in zip(tasks, outcome.marks):
        check = cells.get(task.cell, {})
        told = check.get("metadata", {}).get("hpcourse", {})
        if "status" in told:
            mark.status = told["status"]
            mark.score = None if told["score"] is None else told["score"] * task.points
            mark.mistake = told["mistake"] or ""
            mark.shown = "".join(check["outputs"][0]["data"]["text/html"])
        mark.answer = _source(cells.get(answer_of(task), {}))
    outcome.notes += graded["metadata"]["hpcourse"].get("notes", [])
    outcome.own, outcome.free = _own(graded["cells"], given, {task.cell: task.name for task in tasks})
    return outcome


def _own(cells, given, checks):
    """(the sources that are not as they were given, the indices of those that lead up to an open task)."""
    own, free, since = [], set(), []
    for cell in cells:
        source = _source(cell)
        if cell["id"] in checks:
            if not isinstance(ALL[checks[cell["id"]]], Task):  # a value or a proposal, no function to write
                free.update(since)
            since = []
        elif cell["cell_type"] == "code" and given.get(cell["id"]) != source:
            since.append(len(own))
            own.append(source)
    return own, free


def _graded(course, student, assignment):
    """(the graded notebook, None), or (None, why there is none that is up to date)."""
    try:
        graded = json.loads(course.notebook("autograded", assignment, student).read_bytes())
        stamp = graded["metadata"]["hpcourse"]["stamp"]
    except (OSError, ValueError, KeyError, TypeError):
        failed = course.root / "failed" / assignment / f"{student}.txt"
        if failed.exists():
            return None, note(FAILED, why=failed.read_text(encoding="utf-8"))
        return None, NOT_GRADED
    try:
        submitted = course.notebook("submitted", assignment, student).read_text(encoding="utf-8")
    except OSError:
        return graded, None  # taken away by hand after grading
    if stamp.split("-")[0] != digest(submitted):
        return None, STALE
    return graded, None


def _source(cell):
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def read_overrides(course, assignments):
    """{(student, assignment, task): (points, comment)} from overrides.csv."""
    path, overrides = course.root / "overrides.csv", {}
    if not path.exists():
        return overrides
    for number, row in read_table(path, [{"student", "assignment", "task", "points"}]):
        try:
            points = float(row["points"])
            if not math.isfinite(points):
                raise ValueError
        except ValueError:
            raise Misuse(
                f"overrides.csv, line {number}: points must be a number, got {row['points']!r}"
            ) from None
        if row["assignment"] not in course.assignments:
            raise Misuse(f"overrides.csv, line {number}: there is no assignment {row['assignment']!r}")
        if row["assignment"] in assignments:
            key = row["student"], row["assignment"], row["task"]
            overrides[key] = points, row.get("comment", "")
    return overrides
