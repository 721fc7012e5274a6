"""The page that a student gets: points, the check's own words, and nothing smuggled in by a submission."""

import re
from pathlib import Path

from nbgrader.preprocessors import NbGraderPreprocessor

from hpcourse.instructor.course import Course
from hpcourse.instructor.notes import words
from hpcourse.instructor.report import read_outcomes
from hpcourse.instructor.submission import speaking
from hpcourse.language import text

TEMPLATES = Path(__file__).parent / "templates"
HEADING = re.compile(r"^#+\s+(.+)$", re.M)


class Describe(NbGraderPreprocessor):
    """Hands the template what to show."""

    def preprocess(self, nb, resources):
        """Everything in `resources["feedback"]`, in the course's language."""
        course, about = Course.open(Path()), resources["nbgrader"]
        with speaking(course.language):
            resources["feedback"] = _contents(course, about["student"], about["assignment"])
        return nb, resources


def _contents(course, student, assignment):
    (outcome,) = read_outcomes(course, [assignment], only=student)
    person = course.roster().get(student)
    return {
        "language": course.language,
        "title": text("Feedback on the exercises of day {day}").format(day=assignment.removeprefix("day")),
        "student": person.name if person and person.name else student,
        "score": f"{outcome.score:g} / {outcome.points:g}",
        "points": text("points"),
        "tasks": _tasks(course, assignment, outcome),
        "notes": [words(noted) for noted in outcome.notes],
        "words": {
            "notes": text("What happened to your notebook"),
            "code": text("Your answer"),
            "comment": text("Comment"),
            "by_hand": text("set by hand"),
        },
    }


def _tasks(course, assignment, outcome):
    titles, title = {}, ""
    for cell in course.released(assignment).cells:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        title = heading[1] if heading else title
        titles[cell.id] = title
    cells = {task.name: task.cell for task in course.tasks(assignment)}
    for mark in outcome.marks:
        yield {
            "title": titles[cells[mark.task]] or mark.task,
            "score": f"{mark.score:g} / {mark.points:g}",
            "full": mark.score >= mark.points,
            "shown": mark.shown,
            "answer": mark.answer,
            "comment": mark.comment,
            "by_hand": mark.by_hand,
        }
