"""What collecting found out, a file a student, written as the work goes on; and the doubts in matches.csv.

Every file is written beside its place and then moved there, so that a kill at any moment leaves either the
old one or the new one.
"""

import csv
import hashlib
import io
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from hpcourse.instructor import Misuse
from hpcourse.instructor.spreadsheets import clean, read_table

NUMBER = re.compile(r"-?[\d.]+(e[-+]\d+)?")
DOUBTS = ["assignment", "handed in", "student", "could be", "why", "fingerprint"]
NOBODY = "-"


def write_whole(path, data):
    """Write text or bytes so that nobody ever sees half of it; what a kill leaves, the next write takes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:80]}.part")
    try:
        beside.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_csv(path, header, rows):
    """A table that a spreadsheet opens with Chinese intact, and computes nothing of."""
    content = io.StringIO(newline="")
    csv.writer(content, lineterminator="\n").writerows([map(no_formula, row) for row in [header, *rows]])
    write_whole(path, content.getvalue().encode("utf-8-sig"))


def no_formula(cell):
    """A cell that a spreadsheet shows and does not compute: names come from students."""
    starts_one = isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r") and not NUMBER.fullmatch(cell)
    return f"'{cell}" if starts_one and cell != NOBODY else cell


def read_records(course, assignment):
    """{student: what collect found out}; empty before the first collect."""
    records = {}
    folder = course.root / "collected"
    for path in [folder / f"{assignment}.json", *sorted((folder / assignment).glob("*.json"))]:
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except ValueError:
            raise Misuse(f"{path} is damaged: delete it and collect again") from None
        records |= {path.stem: content} if path.parent.name == assignment else content
    return records


def write_record(course, assignment, student, record):
    """Write down what is known of one student."""
    path = course.root / "collected" / assignment / f"{student}.json"
    write_whole(path, json.dumps(record, indent=1, ensure_ascii=False))


def forget_record(course, assignment, student):
    """Take a stranger's record away."""
    (course.root / "collected" / assignment / f"{student}.json").unlink(missing_ok=True)
    whole = course.root / "collected" / f"{assignment}.json"  # of an earlier version
    if whole.exists():
        records = json.loads(whole.read_text(encoding="utf-8"))
        records.pop(student, None)
        write_whole(whole, json.dumps(records, indent=1, ensure_ascii=False))


@dataclass(frozen=True)
class Doubt:
    """A line of matches.csv: `student` is empty until a person has decided, "-" if it is nobody's."""

    assignment: str
    path: str
    student: str
    candidates: tuple[str, ...]
    why: str
    fingerprint: str

    @property
    def key(self):
        """What it is about: these files at this place."""
        return self.assignment, clean(self.path).lstrip("'"), self.fingerprint


def read_doubts(course):
    """{key: Doubt}; raises Misuse with the line where a decision names nobody."""
    path = course.root / "matches.csv"
    if not path.exists():
        return {}
    roster, doubts = course.roster(), {}
    known = {student.casefold(): student for student in roster}
    for line, row in read_table(path, [{"assignment", "handed in", "student"}]):
        said = row.get("student", "").lstrip("'")
        student = said if said in ("", NOBODY) else known.get(said.casefold())
        if student is None:
            raise Misuse(
                f"matches.csv, line {line}: there is no student {said!r} on the roster: write an id from "
                f"roster.csv, {NOBODY} if the file is nobody's, or nothing as long as it is open"
            )
        doubt = Doubt(
            row.get("assignment", ""),
            row.get("handed in", ""),
            student,
            tuple(row.get("could be", "").split()),
            row.get("why", ""),
            row.get("fingerprint", ""),
        )
        doubts[doubt.key] = doubt
    return doubts


def write_doubts(course, doubts):
    """Write matches.csv, open doubts first."""
    path = course.root / "matches.csv"
    if not doubts:
        path.unlink(missing_ok=True)
        return
    ordered = sorted(doubts.values(), key=lambda doubt: (bool(doubt.student), doubt.assignment, doubt.path))
    rows = [
        [
            doubt.assignment,
            doubt.path.lstrip("'"),
            doubt.student,
            " ".join(doubt.candidates),
            doubt.why,
            doubt.fingerprint,
        ]
        for doubt in ordered
    ]
    write_csv(path, DOUBTS, rows)


def open_doubts(course, assignment):
    """{candidate: [Doubt]} of what waits for a decision."""
    waiting = {}
    for doubt in read_doubts(course).values():
        if doubt.assignment == assignment and not doubt.student:
            for candidate in doubt.candidates:
                waiting.setdefault(candidate, []).append(doubt)
    return waiting


def fingerprint(contents):
    """A short name for some files' contents that no spreadsheet takes for a number."""
    digest = hashlib.sha256()
    for data in contents:
        digest.update(hashlib.sha256(data).digest())
    return f"x{digest.hexdigest()[:12]}"


def earlier(course, assignment, student):
    """Where a submission goes that is replaced: nothing handed in is thrown away."""
    path = course.notebook("submitted", assignment, student)
    content = path.read_bytes()
    name = f"{hashlib.sha256(content).hexdigest()[:12]}.ipynb"
    return Path(course.root / "earlier" / assignment / student / name), content
