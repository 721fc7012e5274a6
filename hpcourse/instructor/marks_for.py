"""The marks as learning-management systems take them back: `hpcourse course report --for canvas`.

A cell of somebody without a mark stays empty, which all of them take for "no change".
"""

from collections import defaultdict

from hpcourse.instructor.records import write_csv


def write_for(system, course, outcomes, folder):
    """Write the tables for one of SYSTEMS; returns their paths."""
    scores = defaultdict(dict)
    for outcome in outcomes:
        scores[outcome.student][outcome.assignment] = outcome.score
    points = {outcome.assignment: outcome.points for outcome in outcomes}
    people = [(student, scores[student.id]) for student in course.roster().values()]
    return SYSTEMS[system](people, points, folder)


def _said(score):
    return "" if score is None else f"{score:g}"


def _canvas(people, points, folder):
    """Grades, Import: students are known by ID or SIS User ID, assignments by their names."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *points]
    rows = [["    Points Possible", "", "", "", "", *(f"{most:g}" for most in points.values())]]
    for student, theirs in people:
        login = student.aliases[0] if student.canvas and student.aliases else student.email
        marks = [_said(theirs.get(assignment)) for assignment in points]
        rows.append([_last_first(student.name), student.canvas, student.id, login, "", *marks])
    write_csv(folder / "for_canvas.csv", header, rows)
    return [folder / "for_canvas.csv"]


def _moodle(people, points, folder):
    """Grades, Import, CSV file: map ID number or e-mail to the user, each column to its grade item."""
    header = ["ID number", "Full name", "Email address", *points]
    rows = [
        [student.id, student.name, student.email, *(_said(theirs.get(assignment)) for assignment in points)]
        for student, theirs in people
    ]
    write_csv(folder / "for_moodle.csv", header, rows)
    return [folder / "for_moodle.csv"]


def _gradescope(people, points, folder):
    """One table an assignment, with the columns of Gradescope's own download of grades."""
    paths = []
    for assignment, most in points.items():
        rows = [
            [student.name, student.id, student.email, _said(theirs.get(assignment)), f"{most:g}"]
            for student, theirs in people
        ]
        paths.append(folder / f"for_gradescope_{assignment}.csv")
        write_csv(paths[-1], ["Name", "SID", "Email", "Total Score", "Max Points"], rows)
    return paths


def _last_first(name):
    """Lovelace, Ada, as Canvas sorts names; Chinese ones as they are."""
    first, _, last = name.rpartition(" ")
    return f"{last}, {first}" if first and name.isascii() else name


SYSTEMS = {"canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope}
