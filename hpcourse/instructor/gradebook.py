"""nbgrader's gradebook: what the formgrader shows. Only the process of the command writes it."""

from nbgrader.api import Assignment, BaseCell, Comment, Grade, SubmittedNotebook
from nbgrader.api import SubmittedAssignment as Submitted


def enter(book, student, assignment, cells, released):
    """Enter a graded notebook's `cells` by id: points of its checks, and which answers are as `released`."""
    book.update_or_create_student(student)
    submission = book.update_or_create_submission(assignment, student)
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            told = cells[grade.name].metadata.get("hpcourse", {}) if grade.name in cells else {}
            score = told.get("score", 0.0)
            grade.auto_score = None if score is None else score * told.get("points", 0.0)
            grade.needs_manual_grade = score is None
        for comment in notebook.comments:
            given = released.get(comment.name, "")
            written = cells[comment.name].source if comment.name in cells else ""
            comment.auto_comment = "No response." if written.split() == given.split() else ""
    book.db.commit()


def set_by_hand(book, assignment):
    """What was set in the formgrader: {(student, cell): points} and {(student, cell): comment}."""

    def rows(kind, *wanted):
        return (
            book.db.query(Submitted.student_id, BaseCell.name, *wanted)
            .select_from(kind)
            .join(BaseCell, kind.cell_id == BaseCell.id)
            .join(SubmittedNotebook, kind.notebook_id == SubmittedNotebook.id)
            .join(Submitted, SubmittedNotebook.assignment_id == Submitted.id)
            .join(Assignment, Submitted.assignment_id == Assignment.id)
            .filter(Assignment.name == assignment)
        )

    marked = rows(Grade, Grade.manual_score, Grade.extra_credit).filter(Grade.manual_score.isnot(None))
    scores = {(student, cell): score + (extra or 0) for student, cell, score, extra in marked}
    said = rows(Comment, Comment.manual_comment).filter(Comment.manual_comment.isnot(None))
    return scores, {(student, cell): comment for student, cell, comment in said if comment}
