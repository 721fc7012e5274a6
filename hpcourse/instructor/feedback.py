"""The page that a student gets: points, the check's own words, and nothing smuggled in by a submission."""

import re
from pathlib import Path

import jinja2

from hpcourse.frame.language import text
from hpcourse.instructor.notes import words
from hpcourse.instructor.records import write_whole

TEMPLATES = Path(__file__).parent / "templates" / "hpcourse"
HEADING = re.compile(r"^#+\s+(.+)$", re.M)
LONGEST = {"answer": 4000, "shown": 12_000, "note": 500, "comment": 2000}  # characters


def page_of(course, student, assignment):
    """Where a student's page lies."""
    return course.root / "feedback" / student / assignment / f"{assignment}_exercises.html"


def write_feedback(course, outcomes):
    """Write a page for each Outcome that has a mark, and take away pages that are none any more; how many."""
    template = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES)).get_template("index.html.j2")
    roster, titles, pages = course.roster(), {}, 0
    for outcome in outcomes:
        path = page_of(course, outcome.student, outcome.assignment)
        if not outcome.graded and not any(mark.by_hand for mark in outcome.marks):
            path.unlink(missing_ok=True)
            continue
        if outcome.assignment not in titles:
            titles[outcome.assignment] = _titles(course, outcome.assignment)
        contents = _contents(course, outcome, roster.get(outcome.student), titles[outcome.assignment])
        write_whole(path, template.render(page=contents))
        pages += 1
    return pages


def _contents(course, outcome, person, titles):
    return {
        "language": course.language,
        "title": text("Feedback on the exercises of day {day}").format(
            day=outcome.assignment.removeprefix("day")
        ),
        "student": person.name if person and person.name else outcome.student,
        "score": f"{_number(outcome.score)} / {outcome.points:g}",
        "points": text("points"),
        "tasks": [_task(mark, titles) for mark in outcome.marks],
        "notes": [cut(words(noted), "note") for noted in outcome.notes],
        "words": {
            "notes": text("What happened to your notebook"),
            "code": text("Your answer"),
            "comment": text("Comment"),
            "by_hand": text("set by hand"),
        },
    }


def _task(mark, titles):
    return {
        "title": titles[mark.task] or mark.task,
        "score": f"{_number(mark.score)} / {mark.points:g}",
        "full": mark.score is not None and mark.score >= mark.points,
        "shown": mark.shown if len(mark.shown) <= LONGEST["shown"] else "<p>[...]</p>",
        "answer": cut(mark.answer, "answer"),
        "comment": cut(mark.comment, "comment"),
        "by_hand": mark.by_hand,
    }


def cut(said, kind):
    """A text of a length that a page can hold."""
    return said if len(said) <= LONGEST[kind] else f"{said[: LONGEST[kind]]}\n[...]"


def _number(score):
    return "–" if score is None else f"{score:g}"


def _titles(course, assignment):
    """{task: the heading above it}."""
    headings, heading = {}, ""
    for cell in course.released(assignment).cells:
        found = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        heading = found[1] if found else heading
        headings[cell.id] = heading
    return {task.name: headings[task.cell] for task in course.tasks(assignment)}
