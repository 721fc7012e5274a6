"""`hpcourse course collect`: show whose is what, then take what is certain to where nbgrader wants it.

What is doubtful waits in matches.csv. It has a row of its own in the marks, and takes nobody's place.
"""

import os
import re
import shutil
import sys
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

import nbformat
from tqdm import tqdm

from hpcourse.instructor import Misuse
from hpcourse.instructor.archive import Unreadable, files_in
from hpcourse.instructor.course import Course, alone
from hpcourse.instructor.matching import Match, People
from hpcourse.instructor.notebooks import (
    LEFT_OUT,
    NO_NOTEBOOK,
    NOTEBOOK,
    ONLY,
    UNREAD,
    best,
    is_one,
    seems_one,
)
from hpcourse.instructor.notes import as_it_is, note, words
from hpcourse.instructor.records import (
    NOBODY,
    Doubt,
    earlier,
    fingerprint,
    forget_record,
    read_doubts,
    read_records,
    write_csv,
    write_doubts,
    write_record,
    write_whole,
)
from hpcourse.instructor.repair import repair
from hpcourse.instructor.systems import GRADESCOPE, blackboard_person, gradescope_people

MOST = 2000  # files of one student; whoever has more is named, and their notebooks are read all the same
NOTEBOOKS, OTHERS = 200, 100  # of one student's that are kept
SHOWN = 30  # certain ones in the table on the screen
UNCLEAR = note("could be {students}")[0]
LATER = note("a later file was not used: {why}")[0]
TOO_LARGE = note("larger than {count} MB")[0]
TOO_MANY = note("{count} files, of which only notebooks were looked at")[0]


@dataclass
class Submission:
    """What one student handed in, or a stranger: `students` is whose it certainly is, by `match`."""

    students: tuple
    match: Match
    path: str  # where it lay, as a person would say it
    files: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    count: int = 0
    fingerprint: str = ""
    name: str = ""  # of its row

    def add(self, file):
        """Keep a file while there is room for it; whatever is called a notebook first."""
        self.count += 1
        if file.stuffing:
            return
        room = NOTEBOOKS if is_one(file) else OTHERS
        if sum(is_one(kept) == is_one(file) for kept in self.files) < room:
            self.files.append(file)


def collect_drop(arguments):
    """`hpcourse course collect`."""
    course = Course.open(arguments.course)
    with alone(course):
        return _collect(course, arguments)


def _collect(course, arguments):
    drop = arguments.drop.expanduser()
    (assignment,) = course.chosen(arguments.assignment)
    roster, released = course.roster(), course.released(assignment)
    if not drop.exists():
        raise Misuse(f"{drop} does not exist: name the folder or zip that you downloaded")
    doubts, trouble, aside = read_doubts(course), [], []
    certain, others = whose(drop, roster, trouble, aside)
    if drop.is_file() and len(others) == 1 and (problem := others[0].files[0].problem) and not certain:
        raise Misuse(f"{drop}: {words(problem)}")
    if not certain and not others:
        what = f"no notebook, only {_some(aside)}" if aside else "no files"
        raise Misuse(f"{drop} holds {what}" + "".join(f"; {problem}" for problem in trouble))
    settled, doubtful = _settle(assignment, others, doubts, certain)
    _show(course, assignment, certain, doubtful, roster)
    if arguments.show:
        print("Nothing has been taken (--show).")
        return 0
    _write_doubts(course, assignment, doubtful, [*settled, *certain], doubts)
    if not _agreed(certain, doubtful, arguments.yes):
        print("Nothing has been taken. Fill in the column student of matches.csv, then collect again.")
        return 1
    return _take_all(
        course, assignment, certain, doubtful, settled, released, roster, trouble, aside, arguments.note
    )


def _agreed(certain, doubtful, yes):
    """Whether to take the certain ones now: asked only where somebody can answer."""
    if yes or not doubtful or not sys.stdin.isatty():
        return True
    answer = input(f"Take the {len(certain)} certain ones now? The others wait. [Y/n] ")
    return not answer.strip().lower().startswith("n")


def _take_all(course, assignment, certain, doubtful, settled, released, roster, trouble, aside, remark):
    others = [(name, course.released(name)) for name in course.assignments if name != assignment]
    records, kinds, left_out = read_records(course, assignment), defaultdict(list), []
    named = _rows([*certain, *doubtful], records)
    for student, submission in tqdm(named.items(), unit="student", desc="collecting"):
        kind = _take(course, assignment, student, submission, released, others, records, remark)
        kinds[kind].append(student)
        if any(map(_is_too_much, records[student]["notes"])):
            left_out.append(student)
    found = _recognised_now(course, assignment, named, roster, records, settled)
    for student in roster:
        if not course.notebook("submitted", assignment, student).exists() and student not in named:
            records[student] = {"notes": [NO_NOTEBOOK], "source": "", "folder": ""}
            write_record(course, assignment, student, records[student])  # first: a kill leaves this to do
            _write(course, assignment, student, repair(released, released)[0])
            kinds["missing"].append(student)
    for stranger, student in found.items():
        print(
            f"{stranger} is {student} now"
            if student != NOBODY
            else f"{stranger} is nobody's and was left aside"
        )
    _tell(assignment, named, kinds, roster, records, trouble, left_out, aside)
    return 1 if left_out or trouble else 0


def _is_too_much(noted):
    return noted[0] in (LEFT_OUT, TOO_MANY) or noted[1].get("why", [""])[0] == TOO_LARGE


def whose(drop, roster, trouble, aside):
    """([Submission] of students, [Submission] that are doubtful or of strangers) of what is in `drop`.

    Files that are no notebooks and nobody's go into `aside`.
    """
    people = People(roster, common_start(drop))
    names = "".join(f"{student.name}{student.other}" for student in roster.values())
    known = frozenset(char for char in unicodedata.normalize("NFC", names) if char > "\x7f")
    certain, strange, waiting = {}, defaultdict(list), defaultdict(list)
    metadata, receipts = {}, {}
    sizes = Counter()
    for file in files_in(drop, trouble, known):
        if file.name == "submission_metadata.yml" and len(file.parts) <= 3:
            metadata |= gradescope_people(_text(file))
        elif any(GRADESCOPE.fullmatch(part) for part in file.parts[:-1]):
            group = next(part for part in file.parts if GRADESCOPE.fullmatch(part))
            if len(waiting[group]) < MOST + OTHERS:
                waiting[group].append(file)
        else:
            _sort_in(file, people, {}, certain, strange, receipts, sizes)
    for files in waiting.values():
        for file in files:
            _sort_in(file, people, metadata, certain, strange, receipts, sizes)
    _two_accounts(certain, strange)
    inhabited = {
        file.parts[:n] for one in certain.values() for file in one.files for n in range(len(file.parts))
    }
    others = [
        submission
        for (parts, folder), entries in strange.items()
        for submission in _strangers(parts, folder, entries, inhabited, aside)
    ]
    for submission in [*certain.values(), *others]:
        if submission.count > MOST:
            submission.notes.append(note(TOO_MANY, count=submission.count))
    return list(certain.values()), others


def common_start(drop):
    """hp-day1- of the folders hp-day1-ada and hp-day1-ben, as GitHub Classroom names its clones."""
    if not drop.is_dir():
        return ""
    names = sorted(path.name for path in drop.iterdir() if path.is_dir())
    if len(names) == 1 and "-" not in names[0]:
        return common_start(drop / names[0])
    if len(names) == 1 and names[0].startswith(f"{drop.name.removesuffix('-submissions')}-"):
        return f"{drop.name.removesuffix('-submissions')}-"
    start = os.path.commonprefix(names) if len(names) > 1 else ""  # noqa: RUF071  (letters, not folders)
    return start[: start.rfind("-") + 1]


def _text(file):
    try:
        return file.read(most=16 * 2**20).decode("utf-8", errors="replace")
    except Unreadable:
        return ""


def _sort_in(file, people, metadata, certain, strange, receipts, sizes):
    """Put a file to those of its student, or of its folder where that is not certain."""
    match = people.match(file, metadata)
    if file.name.endswith(".txt") and "_attempt_" in file.name and not match.certain:
        name, login = blackboard_person(_text(file))
        receipts[file.name[:-4]] = people.match_name(name, login)
        return
    if not match.certain:
        for stem, said in receipts.items():
            if file.name.startswith(stem) and (said.certain or said.candidates):
                match = replace(said, remarks=[])
    if match.certain:
        key = match.certain, match.account
        if key not in certain:
            certain[key] = Submission(match.certain, match, "/".join(file.parts[:-1]) or file.name)
        certain[key].add(file)
        certain[key].match.remarks += [
            said for said in match.remarks if said not in certain[key].match.remarks
        ]
        certain[key].match.folder = certain[key].match.folder or match.folder
        return
    place = file.parts[:-1]
    sizes[place] += 1
    if sizes[place] <= MOST or is_one(file):
        strange[place, match.folder].append((file, match))


def _two_accounts(certain, strange):
    """Work of two accounts that bear one name is doubtful: who of them is on the roster?"""
    accounts = defaultdict(list)
    for (students, account), submission in certain.items():
        accounts[students].append((account, submission))
    for students, theirs in accounts.items():
        named = [account for account, submission in theirs if account and not submission.match.settled]
        if len(named) > 1 or (named and any(submission.match.settled for _, submission in theirs)):
            why = note("handed in from several accounts of this name")
            for account, submission in theirs:
                if account in named:
                    del certain[students, account]
                    match = Match((), students, why, submission.match.folder, account)
                    for file in submission.files:
                        place = file.parts[:-1] if len(file.parts) > 1 else file.parts
                        strange[place, match.folder].append((file, match))
        elif len(theirs) > 1:  # what one account handed in, and what came in another way
            first = theirs[0][1]
            for account, submission in theirs[1:]:
                for file in submission.files:
                    first.add(file)
                first.match.folder = first.match.folder or submission.match.folder
                first.match.remarks += submission.match.remarks
                del certain[students, account]


def _strangers(parts, folder, entries, inhabited, aside):
    """Files in one folder, or of one by Moodle's word (`folder`), that belong to nobody certain: one person's
    if the system says so or there is one notebook, otherwise each notebook is somebody's, so that nobody's
    work hides another's.

    `inhabited` are the folders in which certain work lies: what is beside it and no notebook, is nobody's.
    """
    notebooks = [entry for entry in entries if entry[0].problem or seems_one(entry[0])]
    own = any(part.rstrip("_") == folder.rstrip("_") for part in parts)  # a folder on the disk
    path = "/".join(parts if own or not folder else (*parts, folder))
    groups = [(folder or "/".join(parts[-1:]), path, entries)]
    if not folder and ((not notebooks and parts in inhabited) or not parts or len(notebooks) > 1):
        groups = [(NOTEBOOK.sub("", entry[0].name), str(entry[0]), [entry]) for entry in notebooks]
        aside += [str(entry[0]) for entry in entries if entry not in notebooks]
    for name, path, group in groups:
        matches = [match for _, match in group]
        told = next((match for match in matches if match.candidates), matches[0])
        candidates = tuple(sorted({student for match in matches for student in match.candidates}))
        match = Match((), candidates, told.why, folder, told.account)
        submission = Submission((), match, path, name=_row_name(name))
        for file, _ in group:
            submission.add(file)
        if candidates:
            submission.notes.append(note(UNCLEAR, students=" / ".join(candidates)))
            if told.why:
                submission.notes.append(told.why)
        submission.fingerprint = _fingerprint(submission.files)
        yield submission


def _fingerprint(files):
    contents = []
    for file in sorted(files, key=str):
        try:
            if is_one(file) or len(files) == 1:
                contents.append(file.read())
        except Unreadable as error:
            contents.append(words(error.why).encode())
    return fingerprint(contents)


def _row_name(name):
    name = re.sub(r"_?\d+_assignsubmission_\w*$", "", name)
    clean = re.sub(r"[^\w.@-]+", "-", unicodedata.normalize("NFKC", name)).strip("-._@")
    return f"unknown-{clean or 'file'}"[:60]  # of up to four bytes each, where a name may have 255


def _settle(assignment, others, doubts, certain):
    """(settled by a person, still doubtful); what is settled for a student goes to `certain`."""
    settled, doubtful = [], []
    for submission in others:
        doubt = doubts.get(Doubt(assignment, submission.path, "", (), "", submission.fingerprint).key)
        if doubt is None or not doubt.student:
            doubtful.append(submission)
            continue
        settled.append(submission)
        if doubt.student == NOBODY:
            continue
        submission.notes, submission.students = [], (doubt.student,)
        same = next((one for one in certain if one.students == submission.students), None)
        if same is None:
            certain.append(submission)
        else:
            for file in submission.files:
                same.add(file)
            same.match.folder = same.match.folder or submission.match.folder
    return settled, doubtful


def _write_doubts(course, assignment, doubtful, clear, doubts):
    """Bring matches.csv up to date: new doubts in, those that are cleared out, decisions as they are."""
    gone = {
        (assignment, path) for submission in clear for path in (submission.path, *map(str, submission.files))
    }
    kept = {key: doubt for key, doubt in doubts.items() if doubt.student or key[:2] not in gone}
    for submission in doubtful:
        why = words(submission.match.why) if submission.match.why else words(note("not on the roster"))
        doubt = Doubt(
            assignment, submission.path, "", submission.match.candidates, why, submission.fingerprint
        )
        if doubt.key not in kept or not kept[doubt.key].student:  # the roster may have changed
            kept[doubt.key] = doubt
    write_doubts(course, kept)


def _rows(submissions, records):
    """{row in the marks: Submission}: a student's id, or a name for a stranger that nobody else has."""
    rows = {}
    for submission in sorted(submissions, key=lambda one: (one.students, one.path)):
        for student in submission.students:
            if student in rows:  # their own and a group's
                submission = replace(submission, files=[*rows[student].files, *submission.files])
            rows[student] = submission
    taken = {student.casefold() for student in rows}  # some disks do not tell Ada from ada
    for submission in submissions:
        if not submission.students:
            while submission.name.casefold() in taken or _is_another(
                records.get(submission.name), submission
            ):
                submission.name += "x"
            taken.add(submission.name.casefold())
            rows[submission.name] = submission
    return {row: rows[row] for row in sorted(rows)}


def _is_another(record, submission):
    """Whether a stranger's row is taken by somebody else's work, of an earlier drop."""
    if record is None or "path" not in record:
        return False
    return record["path"] != submission.path and record["fingerprint"] != submission.fingerprint


def _show(course, assignment, certain, doubtful, roster):
    """Who is who, before anything is replaced; the whole of it in a table."""
    rows = []
    for submission in sorted(certain, key=lambda one: one.students):
        for student in submission.students:
            rows.append(["certain", submission.path, student, roster[student].name, ""])
    for submission in doubtful:
        kind = "doubtful" if submission.match.candidates else "unknown"
        why = words(submission.match.why) if submission.match.why else ""
        names = [f"{student} {roster[student].name}".strip() for student in submission.match.candidates]
        rows.append([kind, submission.path, " ".join(submission.match.candidates), " / ".join(names), why])
    write_csv(
        course.root / "collected" / f"{assignment}_who.csv", ["match", "handed in", "id", "name", "why"], rows
    )
    counts = Counter(row[0] for row in rows)
    print(", ".join(f"{counts[kind]} {kind}" for kind in ("certain", "doubtful", "unknown")))
    for kind, path, student, name, _ in rows[: min(SHOWN, counts["certain"])]:
        print(f"  {kind:9} {path} -> {student} {name}")
    if counts["certain"] > SHOWN:
        print(f"  ... and {counts['certain'] - SHOWN} more, all of them in collected/{assignment}_who.csv")
    for kind, path, _, names, why in rows[counts["certain"] :]:
        print(f"  {kind:9} {path}" + (f" -> {names}?" if names else "") + (f" ({why})" if why else ""))
    if doubtful:
        print("  To settle these, write an id into the column student of matches.csv and collect again")


def _recognised_now(course, assignment, named, roster, records, settled):
    """Take away the rows of strangers whose notebook has found its student; {stranger: student}."""
    theirs = {}
    for student in named:
        if student in roster:
            path = course.notebook("submitted", assignment, student)
            if path.exists() and records[student]["source"]:
                theirs[path.read_bytes()] = student
    paths = {(one.path, one.fingerprint): (one.students or (NOBODY,))[0] for one in settled}
    found = {}
    for stranger in sorted(set(records) - set(roster) - set(named)):
        path = course.notebook("submitted", assignment, stranger)
        student = paths.get((records[stranger].get("path"), records[stranger].get("fingerprint")))
        begun = "path" in records[stranger] and not path.exists()  # and killed
        if student is None and path.exists():
            student = theirs.get(path.read_bytes())
        if student is not None:
            found[stranger] = student
        if student is not None or begun:
            for step in ("autograded", "feedback", "submitted"):
                shutil.rmtree(course.notebook(step, assignment, stranger).parent, ignore_errors=True)
            forget_record(course, assignment, stranger)  # last: it says whose the rest was
            del records[stranger]
    return found


def _some(names):
    """A few of many."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _tell(assignment, named, kinds, roster, records, trouble, left_out, aside):
    known = [student for student in named if student in roster]
    print(f"{assignment}: {len(known)} of {len(roster)} students on the roster are in this drop")
    said = {"new": "new", "changed": "handed in again", "same": "unchanged"}
    print("  " + ", ".join(f"{len(kinds[kind])} {said[kind]}" for kind in said if kinds[kind]))
    open_ = {student for one in named.values() if not one.students for student in one.match.candidates}
    if empty := sorted(set(kinds["missing"]) - open_):
        print(f"  without a notebook, graded as an empty one: {' '.join(empty)}")
    if waiting := sorted(set(kinds["missing"]) & open_):
        print(f"  no mark until you have said whose a doubtful file is: {' '.join(waiting)}")
    if kinds["unread"]:
        print(f"  could not be read, and has no mark until you decide: {' '.join(sorted(kinds['unread']))}")
        print("    ask for the .ipynb file itself and collect again, or give points in overrides.csv")
    strangers = [student for student in named if student not in roster]
    if strangers:
        print("  not on the roster or not certain, with a row of their own in the marks:")
        for student in strangers:
            print(f"    {student} ({records[student]['source']})")
    noted = [student for student in named if records[student]["notes"]]
    if noted:
        print("  put right or to be looked at:")
        for student in noted:
            print(f"    {student}: {'; '.join(map(words, records[student]['notes']))}")
    if aside:
        print(f"  no notebooks, and nobody's: {_some(aside)}")
    for problem in trouble:
        print(f"  LEFT OUT: {problem}")
    if left_out:
        print(f"  LEFT OUT, at least in part, since it is too much: {' '.join(left_out)}")
    print("Next: hpcourse course grade")


def _take(course, assignment, student, submission, released, others, records, remark):
    """Choose, repair and write one student's notebook; returns "new", "changed", "same" or what lacks."""
    notebook, source, notes = best(submission.files, released, others, assignment)
    before = records.get(student)
    if notebook is None and before and before["source"]:
        kept = [noted for noted in before["notes"] if noted[0] != LATER]
        why = "; ".join(map(words, [*submission.notes, *notes]))
        records[student] = {**before, "notes": [*kept, note(LATER, why=why)]}
        write_record(course, assignment, student, records[student])
        return "same"
    unread = notebook is None and any(noted[0] in (UNREAD, LEFT_OUT, ONLY) for noted in notes)
    notebook = repair(released, released)[0] if notebook is None else notebook
    notes = [*submission.notes, *submission.match.remarks, *notes, *([as_it_is(remark)] if remark else [])]
    folder = submission.match.folder or (before or {}).get("folder", "")
    path = course.notebook("submitted", assignment, student)
    content = path.read_text(encoding="utf-8") if path.exists() else None
    after = nbformat.writes(notebook)
    if content is not None and content.rstrip("\n") != after.rstrip("\n"):
        place, whole = earlier(course, assignment, student)
        if (before or {}).get("source") or content.rstrip("\n") != _empty(released):
            write_whole(place, whole)
    _write(course, assignment, student, notebook)
    record = {"notes": notes, "source": source, "folder": folder}
    if unread:
        record["unread"] = True
    if not submission.students:
        record |= {"path": submission.path, "fingerprint": submission.fingerprint}
    records[student] = record
    write_record(course, assignment, student, record)
    was_missing = not (before or {}).get("source")
    if content is None or (was_missing and source):
        return "new" if source else ("unread" if unread else "missing")
    if not source:
        return "unread" if unread else "missing"
    return "same" if content.rstrip("\n") == after.rstrip("\n") else "changed"


def _empty(released):
    """What stands for somebody who handed in nothing; a kill may have left more without a record."""
    return nbformat.writes(repair(released, released)[0]).rstrip("\n")


def _write(course, assignment, student, notebook):
    write_whole(course.notebook("submitted", assignment, student), nbformat.writes(notebook) + "\n")
