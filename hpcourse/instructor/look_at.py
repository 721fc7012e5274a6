"""What a person should see before the marks are out: it accuses nobody."""

from collections import defaultdict

import nbformat

from hpcourse.frame.language import text
from hpcourse.instructor.collect import LATER, TOO_MANY, UNCLEAR
from hpcourse.instructor.notebooks import LEFT_OUT, ONLY, UNREAD
from hpcourse.instructor.notes import note, words
from hpcourse.instructor.outcomes import FAILED, NOT_COLLECTED, NOT_GRADED, STALE, WAITS, answer_of
from hpcourse.instructor.signs import signs
from hpcourse.instructor.submission import ASKED, CUT, ENDED, LOST, NO_MARK, STOPPED, UNFINISHED

LONG = 4  # lines from which equal answers are worth a look
TELLING = (
    FAILED, NOT_COLLECTED[0], NOT_GRADED[0], STALE[0], WAITS, UNCLEAR, ENDED, STOPPED, UNFINISHED, UNREAD,
    LEFT_OUT, NO_MARK, TOO_MANY, CUT, LATER, ONLY, ASKED, LOST, note("the file says {said}")[0],
)  # fmt: skip


def look_at(course, outcomes):
    """[(assignment, student, why, where)]."""
    rows, given = [], {}
    for outcome in outcomes:
        if outcome.assignment not in given:
            source = nbformat.read(course.notebook("source", outcome.assignment), as_version=4)
            cells = [cell.source for cell in source.cells if cell.cell_type == "code"]
            given[outcome.assignment] = {sign for _, sign, _ in signs(cells)}
        seen = set()
        for why, sign, line in signs(outcome.own, outcome.free):
            if why not in seen and sign not in given[outcome.assignment]:
                seen.add(why)
                rows.append([outcome.assignment, outcome.student, text(why), f"`{line.strip()[:120]}`"])
        for noted in outcome.notes:
            if noted[0] in TELLING:
                rows.append([outcome.assignment, outcome.student, text("see the note"), words(noted)])
    return [*rows, *_same_answers(course, outcomes)]


def _same_answers(course, outcomes):
    answers = defaultdict(list)
    for outcome in outcomes:
        for mark in outcome.marks:
            if mark.status in ("passed", "not yet"):
                answers[outcome.assignment, mark.task, _lines(mark.answer)].append(outcome.student)
    published = {}
    for assignment in {outcome.assignment for outcome in outcomes}:
        source = nbformat.read(course.notebook("source", assignment), as_version=4)
        cells = {cell.id: cell.source for cell in source.cells}
        for task in course.tasks(assignment):
            published[assignment, task.name] = _lines(cells.get(answer_of(task), ""))
    for (assignment, task, lines), students in answers.items():
        who = " ".join(students)
        if len(lines) >= LONG and lines == published[assignment, task]:
            yield [assignment, who, text("the published solution, line by line"), task]
        elif len(lines) >= LONG and len(students) > 1:
            yield [assignment, who, text("the same answer, line by line"), task]


def _lines(source):
    """The lines of an answer without comments."""
    lines = (line.split("#")[0].rstrip() for line in source.splitlines())
    return tuple(line for line in lines if line)
