"""Take what students handed in, find out whose it is, and put it where nbgrader wants it."""

import json
import re
import shutil
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field

import nbformat
from tqdm import tqdm

from hpcourse.instructor import Misuse
from hpcourse.instructor.archive import LARGEST, OTHER_ARCHIVES, File, Unreadable, files_in
from hpcourse.instructor.course import Course, alone
from hpcourse.instructor.notes import as_it_is, note, words
from hpcourse.instructor.repair import affinity, answered, repair

NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.I)
MOODLE = re.compile(r"^(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?", re.I)
# What Colab, browsers and people add to a file's name around what it was called.
ADDED = re.compile(
    r"(的)?副本|\(\d+\)|[「」]|(?<![a-z])(copy of|copy|day[ _-]?\d+|exercises?|homework|hw|zip)(?![a-z])",
    re.I,
)
NO_NOTEBOOK = note("no notebook")
UNCLEAR = note("could be {students}")[0]
LATER = note("a later file was not used: {why}")[0]


@dataclass
class Submission:
    """What one student handed in."""

    student: str
    files: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    folder: str = ""  # as Moodle named it; feedback goes back under the same name


def collect_drop(arguments):
    """`hpcourse course collect`."""
    course = Course.open(arguments.course)
    with alone(course):
        _collect(course, arguments)


def _collect(course, arguments):
    drop = arguments.drop.expanduser()
    (assignment,) = course.chosen(arguments.assignment)
    roster, released = course.roster(), course.released(assignment)
    if not drop.exists():
        raise Misuse(f"{drop} does not exist: name the folder or zip that you downloaded")
    if drop.is_file() and not re.search(r"\.zip$|\.ipynb$", drop.name, re.I):
        raise Misuse(f"{drop} is neither a folder nor a zip nor a notebook")
    trouble = []
    submissions = whose(files_in(drop, trouble), roster)
    if not submissions:
        raise Misuse(f"{drop} holds no files" + "".join(f"; {problem}" for problem in trouble))
    others = [(name, course.released(name)) for name in course.assignments if name != assignment]
    records = read_records(course, assignment)
    kinds = defaultdict(list)
    for submission in tqdm(submissions, unit="student", desc="collecting"):
        kind = _take(course, assignment, submission, released, others, records, arguments.note)
        kinds[kind].append(submission.student)
    found = _recognised_now(course, assignment, submissions, roster, records)
    for student in roster:
        if not course.notebook("submitted", assignment, student).exists():
            records[student] = {"notes": [NO_NOTEBOOK], "source": "", "folder": ""}
            _write(course, assignment, student, repair(released, released)[0])
            kinds["missing"].append(student)
    path = _records_path(course, assignment)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    for stranger, student in found.items():
        print(f"{stranger} is {student} now")
    _tell(assignment, submissions, kinds, roster, records, trouble)


def _recognised_now(course, assignment, submissions, roster, records):
    """Take away the rows of strangers whose notebook has found its student; {stranger: student}."""
    theirs = {}
    for submission in submissions:
        if submission.student in roster:
            path = course.notebook("submitted", assignment, submission.student)
            if path.exists() and records[submission.student]["source"]:
                theirs[path.read_bytes()] = submission.student
    here, found = {submission.student for submission in submissions}, {}
    for stranger in sorted(set(records) - set(roster) - here):
        path = course.notebook("submitted", assignment, stranger)
        if path.exists() and path.read_bytes() in theirs:
            found[stranger] = theirs[path.read_bytes()]
            del records[stranger]
            for step in ("submitted", "autograded", "feedback"):
                shutil.rmtree(course.notebook(step, assignment, stranger).parent, ignore_errors=True)
    return found


def _tell(assignment, submissions, kinds, roster, records, trouble):
    known = [submission for submission in submissions if submission.student in roster]
    print(f"{assignment}: {len(known)} of {len(roster)} students on the roster are in this drop")
    said = {"new": "new", "changed": "handed in again", "same": "unchanged"}
    print("  " + ", ".join(f"{len(kinds[kind])} {said[kind]}" for kind in said if kinds[kind]))
    if kinds["missing"]:
        print(f"  without a notebook, graded as an empty one: {' '.join(sorted(kinds['missing']))}")
    strangers = [submission.student for submission in submissions if submission.student not in roster]
    if strangers:
        print("  not on the roster, with a row of their own in the marks:")
        for student in strangers:
            print(f"    {student} ({records[student]['source']})")
    noted = [submission for submission in submissions if records[submission.student]["notes"]]
    if noted:
        print("  put right or to be looked at:")
        for submission in noted:
            print(f"    {submission.student}: {'; '.join(map(words, records[submission.student]['notes']))}")
    for problem in trouble:
        print(f"  {problem}")
    print("Next: hpcourse course grade")


def _take(course, assignment, submission, released, others, records, remark):
    """Choose, repair and write one student's notebook; returns "new", "changed" or "same"."""
    notebook, source, notes = _best(submission, released, others, assignment)
    if notebook is None:
        before = records.get(submission.student)
        if before and before["source"]:
            kept = [noted for noted in before["notes"] if noted[0] != LATER]
            before["notes"] = [*kept, note(LATER, why="; ".join(map(words, notes)))]
            return "same"
        notebook = released
    fixed, repairs = repair(notebook, released)
    if notebook is released:
        repairs = []
    notes = [*submission.notes, *notes, *repairs, *([as_it_is(remark)] if remark else [])]
    folder = submission.folder or records.get(submission.student, {}).get("folder", "")
    path = course.notebook("submitted", assignment, submission.student)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    _write(course, assignment, submission.student, fixed)
    after = path.read_text(encoding="utf-8")
    was_missing = not records.get(submission.student, {}).get("source")
    records[submission.student] = {"notes": notes, "source": source, "folder": folder}
    if before is None or (was_missing and source):
        return "new" if source else "missing"
    return "same" if before == after else "changed"


def _best(submission, released, others, assignment):
    """(notebook or None, where it comes from, notes): the most complete, of these the newest."""
    notes, readable = [], []
    for file in submission.files:
        if not NOTEBOOK.search(file.name):
            continue
        try:
            readable.append((read_notebook(file), file))
        except Unreadable as error:
            notes.append(note("{file} cannot be read: {why}", file=file.name, why=error.why))
    fitting = []
    for notebook, file in readable:
        ours = affinity(notebook, released)
        theirs, other = max(((affinity(notebook, given), name) for name, given in others), default=(0, ""))
        if theirs > ours:
            notes.append(
                note("{file} is {other}, not {wanted}", file=file.name, other=other, wanted=assignment)
            )
            continue
        done = answered(repair(notebook, released)[0], released)
        fitting.append((ours > 0, done, file.modified, file, notebook))
    if not fitting:
        notes += _instead(submission.files) if not readable else []
        return None, "", [*notes, NO_NOTEBOOK]
    *_, file, notebook = max(fitting, key=lambda entry: (entry[:3], str(entry[3])))
    if len(fitting) > 1:
        notes.append(note("{count} notebooks, of which {file} was taken", count=len(fitting), file=str(file)))
    elif file.name != f"{assignment}_exercises.ipynb":
        notes.append(note("renamed from {file}", file=file.name))
    return notebook, str(file), notes


def _instead(files):
    """What there is where a notebook should be."""
    names = sorted({file.name for file in files if not NOTEBOOK.search(file.name)})[:3]
    if any(name.lower().endswith((*OTHER_ARCHIVES, ".zip")) for name in names):
        return [note("to be unpacked: {files}", files=", ".join(names))]
    return [note("only {files}", files=", ".join(names))] if names else []


def read_notebook(file):
    """The notebook in a File; raises Unreadable with the reason."""
    if file.size > LARGEST:
        raise Unreadable(note("larger than {count} MB", count=LARGEST // 2**20))
    try:
        data = file.read()
        content = json.loads(data)  # tells UTF-8 and UTF-16 apart, with or without a mark
    except (ValueError, RecursionError):  # also a number with thousands of digits
        raise Unreadable(note("not JSON") if data.strip() else note("empty")) from None
    except OSError as error:
        raise Unreadable(as_it_is(str(error))) from None
    if not isinstance(content, dict):
        raise Unreadable(note("not a notebook"))
    if isinstance(content.get("worksheets"), list):  # nbformat 3
        try:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        except Exception:  # conversion fails in many ways
            raise Unreadable(note("not a notebook")) from None
    if not isinstance(content.get("cells"), list):
        raise Unreadable(note("not a notebook"))
    return content


def whose(files, roster):
    """[Submission] for what was handed in: one for each student of the roster, one for each stranger."""
    index, submissions, strange = Roster(roster), {}, defaultdict(list)
    for file in files:
        students, folder = index.owner(file)
        if len(students) != 1:
            strange[file.parts[:-1]].append((file, folder, students))
            continue
        (student,) = students
        submission = submissions.setdefault(student, Submission(student))
        submission.files.append(file)
        submission.folder = submission.folder or folder
    for parts, entries in strange.items():
        for submission in _strangers(parts, entries):
            taken = {student.casefold() for student in submissions}  # some disks do not tell Ada from ada
            while submission.student.casefold() in taken:
                submission.student += "x"
            submissions[submission.student] = submission
    return [submissions[student] for student in sorted(submissions)]


def _strangers(parts, entries):
    """Files in one folder that belong to nobody known: one person's if Moodle says so or there is one
    notebook, otherwise each notebook is somebody's, so that nobody's work hides another's."""
    notebooks = [entry for entry in entries if NOTEBOOK.search(entry[0].name)]
    folder = next((folder for _, folder, _ in entries if folder), "")
    if folder or (parts and len(notebooks) <= 1):
        groups = [(_own_words(folder or parts[-1]), entries)]
    else:
        groups = [(NOTEBOOK.sub("", entry[0].name), [entry]) for entry in notebooks]
    for name, group in groups:
        clean = re.sub(r"[^\w.@-]+", "-", unicodedata.normalize("NFKC", name)).strip("-._@")
        could = sorted({student for _, _, students in group for student in students})
        notes = [note(UNCLEAR, students=" / ".join(could))] if could else []
        student = f"unknown-{clean or 'file'}"[:60]  # of up to four bytes each, where a name may have 255
        yield Submission(student, [file for file, _, _ in group], notes, folder)


class Roster:
    """Finds students by id, e-mail or name in the path of a file."""

    def __init__(self, students):
        self.ids, self.emails, self.names = {}, defaultdict(set), defaultdict(set)
        for student in students.values():
            after = "[0-9]" if student.id[-1].isdigit() else "[^\\W_]"
            known = re.compile(rf"(?<![^\W_]){re.escape(_fold(student.id))}(?!{after})")
            self.ids[student.id] = known
            if "@" in student.email:
                address = _fold(student.email)
                self.emails[address].add(student.id)
                self.emails[address.split("@")[0]].add(student.id)
            if student.name:
                self.names[_words(student.name)].add(student.id)

    def owner(self, file: File):
        """(ids of the students it may belong to, Moodle's name for the folder or "")."""
        moodle = next(filter(None, map(MOODLE.match, file.parts)), None)
        # Moodle's own word comes first: what is inside, a student may have named after another one.
        sure = self._whom([moodle["name"]]) if moodle else set()
        folder = moodle[0].rstrip("_") + "_" if moodle else ""
        # The innermost folder says most, then those around it, then the file's own name.
        places = [_own_words(part) for part in (*file.parts[-2::-1], file.name)]
        students = self._whom(places)
        return (sure if sure and not students <= sure else students), folder

    def _whom(self, places):
        for look in (self._by_id, self._by_email, self._by_name):
            for place in places:
                if students := look(place):
                    return students
        return set()

    def _by_id(self, place):
        return {student for student, known in self.ids.items() if known.search(_fold(place))}

    def _by_email(self, place):
        parts = [part.strip("_.-") for part in re.split(r"[^\w@.+-]+", _fold(place))]
        return set().union(*(self.emails.get(part, set()) for part in parts if len(part) > 2))

    def _by_name(self, place):
        words, plain = _words(place), "".join(_fold(place).split())
        if words in self.names:
            return self.names[words]
        hits = set()
        for name, students in self.names.items():
            if len(name) > 1 and _stands_in(name, words, plain):
                hits |= students
        return hits


def _stands_in(name, words, plain):
    """Whether a name stands among other words; Chinese characters must stand together."""
    if not all("㐀" <= word <= "鿿" for word in name):
        return set(name) <= set(words)
    return any(tuple(sorted(plain[i : i + len(name)])) == name for i in range(len(plain)))


def _own_words(part):
    """What a folder's or file's name says about its owner."""
    moodle = MOODLE.match(part)
    return moodle["name"] if moodle else ADDED.sub(" ", NOTEBOOK.sub("", part)).strip(" _-.")


def _fold(words):
    return unicodedata.normalize("NFKC", words).casefold()


def _words(name):
    """The words of a name in one order, without accents; a Chinese character is a word."""
    plain = unicodedata.normalize("NFKD", _fold(name))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return tuple(sorted(re.findall(r"[㐀-鿿]|[^\W_㐀-鿿]+", plain)))


def _write(course, assignment, student, notebook):
    path = course.notebook("submitted", assignment, student)
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def _records_path(course, assignment):
    return course.root / "collected" / f"{assignment}.json"


def read_records(course, assignment):
    """{student: what collect found out}; empty before the first collect."""
    try:
        return json.loads(_records_path(course, assignment).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
