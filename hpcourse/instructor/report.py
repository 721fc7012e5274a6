"""What comes out: marks, feedback, what the class misunderstood, and what to look at by hand."""

import csv
import io
import json
import math
import re
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import nbformat
from tqdm import tqdm

from hpcourse.checks import ALL
from hpcourse.instructor import Misuse
from hpcourse.instructor.collect import UNCLEAR
from hpcourse.instructor.course import Course, alone, find_alembic, inside, quiet
from hpcourse.instructor.notes import note, words
from hpcourse.instructor.records import read_records
from hpcourse.instructor.spreadsheets import read_table
from hpcourse.instructor.submission import ENDED, UNFINISHED, speaking
from hpcourse.language import text
from hpcourse.optimizers import RULES

NOT_GRADED = note("not graded yet")
FAILED = note("could not be graded: {why}")[0]
PACKAGE = r"\bhp(?:course)?\.(?:checks|optimizers|schedules|instructor)\b|\bTASKS\b|\breference\b"
LOOK_AT = {  # in what students wrote, and not in what they were given
    note("uses the package's own answers")[0]: PACKAGE + rf"|\bhp\.(?:{'|'.join(RULES)})\b",
    note("opens files or starts programs")[0]: r"\bopen\(|\bPath\(|\bos\.|\bsubprocess\b|\bshutil\b|^\s*!",
    note("looks into the interpreter")[0]: r"\bsys\.modules\b|\binspect\b|\bgc\.|__\w+__\(|\bimportlib\b",
    note("makes code out of text")[0]: r"\bexec\(|\beval\(|\bcompile\(",
    note("changes how code is run")[0]: r"\bast_transformers\b|\bget_ipython\b|\bsettrace\b",
    note("uses the network")[0]: r"\bsocket\b|\burllib\b|\brequests\b|\bhttp\b",
}
NUMBER = re.compile(r"-?[\d.]+(e[-+]\d+)?")
TELLING = (FAILED, UNCLEAR, ENDED, UNFINISHED)
LINE = 1000  # characters of a line that are looked at; some patterns take long on longer ones
LONG = 4  # lines from which equal answers are worth a look


@dataclass
class Mark:
    """What one student has in one task."""

    task: str
    points: float
    score: float = 0.0  # in points
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
    own: str = ""  # all that is not given

    @property
    def score(self):
        """Points in all."""
        return sum(mark.score for mark in self.marks)

    @property
    def points(self):
        """Points that could be had."""
        return sum(mark.points for mark in self.marks)


def report_all(arguments):
    """`hpcourse course report`."""
    course = Course.open(arguments.course)
    with alone(course):
        _report(course, arguments)


def _report(course, arguments):
    assignments = [name for name in course.chosen(arguments.assignment) if read_records(course, name)]
    if not assignments:
        raise Misuse("nothing collected yet: first run hpcourse course collect DOWNLOAD --assignment day1")
    folder = course.root / "report"
    folder.mkdir(exist_ok=True)
    with speaking(course.language):
        outcomes = read_outcomes(course, assignments)
        _write_marks(course, outcomes, assignments, folder / "marks.csv")
        counts = count_mistakes(outcomes)
        _write_mistakes(outcomes, counts, folder / "misconceptions.csv")
        _plot(counts, folder / "misconceptions.png")
        looks = look_at(course, outcomes)
        _write_csv(folder / "look_at.csv", ["assignment", "student", "why", "where"], looks)
    pages = 0
    for assignment in assignments:
        pages += _write_feedback(course, assignment)
        _pack(course, assignment, folder / f"feedback_{assignment}.zip")
    _tell(course, outcomes, assignments, counts, looks, pages)


def read_outcomes(course, assignments, only=None):
    """[Outcome] for everyone on the roster and everyone else who handed something in, or for one student."""
    roster, overrides = course.roster(), read_overrides(course, assignments)
    outcomes = []
    with course.gradebook() as book:
        for assignment in assignments:
            tasks, records = course.tasks(assignment), read_records(course, assignment)
            given = {cell.id: cell.source for cell in course.released(assignment).cells}
            scores, comments = _from_gradebook(book, assignment, only)
            for student in [only] if only else [*roster, *sorted(set(records) - set(roster))]:
                outcome = read_outcome(course, student, assignment, tasks, given, records)
                for task, mark in zip(tasks, outcome.marks):
                    by_hand = scores.get((student, task.cell))
                    mark.comment = comments.get((student, _answer_of(task)), "")
                    if (student, assignment, task.name) in overrides:
                        by_hand, comment = overrides.pop((student, assignment, task.name))
                        mark.comment = comment or mark.comment
                    if by_hand is not None:
                        mark.score, mark.by_hand = by_hand, True
                outcomes.append(outcome)
    if overrides and not only:
        student, assignment, task = next(iter(overrides))
        raise Misuse(f"overrides.csv: there is no task {task!r} of a student {student!r} in {assignment}")
    return outcomes


def _answer_of(task):
    """The id of the cell with the answer that a task checks."""
    return task.cell.removesuffix("-check") + "-answer"


def read_outcome(course, student, assignment, tasks, given, records):
    """One Outcome from the graded notebook, before anything that was corrected by hand."""
    marks = [Mark(task.name, task.points) for task in tasks]
    record = records.get(student)
    if record is None:
        return Outcome(student, assignment, marks, [note("nothing collected")])
    notes = list(record["notes"])
    try:
        graded = nbformat.read(course.notebook("autograded", assignment, student), as_version=4)
    except (OSError, ValueError):
        why = _failures(course).get(f"{assignment}/{student}")
        return Outcome(student, assignment, marks, [*notes, note(FAILED, why=why) if why else NOT_GRADED])
    cells = {cell.id: cell for cell in graded.cells}
    for task, mark in zip(tasks, marks):
        check = cells.get(task.cell)
        told = check.metadata.get("hpcourse", {}) if check else {}
        if "status" in told:
            mark.score, mark.status = told["score"] * task.points, told["status"]
            mark.mistake = told["mistake"] or ""
            mark.shown = check.outputs[0].data["text/html"]
        answer = cells.get(_answer_of(task))
        mark.answer = answer.source if answer else ""
    own = "\n".join(c.source for c in graded.cells if c.cell_type == "code" and given.get(c.id) != c.source)
    return Outcome(student, assignment, marks, [*notes, *graded.metadata.hpcourse.get("notes", [])], own)


def _failures(course):
    path = course.root / "failed.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _from_gradebook(book, assignment, only):
    """What was set in nbgrader's formgrader: {(student, cell): points} and {(student, cell): comment}."""
    scores, comments = {}, {}
    for submission in book.assignment_submissions(assignment):
        student = submission.student.id
        for notebook in submission.notebooks if only in (None, student) else ():
            for grade in notebook.grades:
                if grade.manual_score is not None:
                    scores[student, grade.name] = grade.manual_score + (grade.extra_credit or 0)
            for comment in notebook.comments:
                if comment.manual_comment:
                    comments[student, comment.name] = comment.manual_comment
    return scores, comments


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


def _write_marks(course, outcomes, assignments, path):
    roster, table = course.roster(), defaultdict(dict)
    for outcome in outcomes:
        table[outcome.student][outcome.assignment] = outcome
    header, total = ["id", "name", "email"], 0.0
    for assignment in assignments:
        tasks = course.tasks(assignment)
        points = sum(task.points for task in tasks)
        header += [f"{assignment} {task.name} ({task.points:g})" for task in tasks]
        header.append(f"{assignment} ({points:g})")
        total += points
    rows = []
    for student, row in table.items():
        person = roster.get(student)
        cells, notes = [student, person.name if person else "", person.email if person else ""], []
        for assignment in assignments:
            outcome = row.get(assignment)
            if outcome is None:
                cells += [""] * (len(course.tasks(assignment)) + 1)
                continue
            cells += [f"{mark.score:g}" for mark in outcome.marks] + [f"{outcome.score:g}"]
            notes += [f"{assignment}: {words(noted)}" for noted in outcome.notes]
            notes += [f"{assignment}: {mark.task} *" for mark in outcome.marks if mark.by_hand]
        if not person:
            notes.insert(0, text("not on the roster"))
        rows.append([*cells, f"{sum(outcome.score for outcome in row.values()):g}", "; ".join(notes)])
    _write_csv(path, [*header, f"total ({total:g})", "notes"], rows)


def count_mistakes(outcomes):
    """{(assignment, task): Counter of "passed", "not started", a mistake's id, or "other"}."""
    counts = {}
    for outcome in outcomes:
        for mark in outcome.marks:
            kind = mark.mistake or {"not yet": "other", "": "not started"}.get(mark.status, mark.status)
            counts.setdefault((outcome.assignment, mark.task), Counter())[kind] += 1
    return counts


def _write_mistakes(outcomes, counts, path):
    who = defaultdict(list)
    for outcome in outcomes:
        for mark in outcome.marks:
            if mark.mistake:
                who[outcome.assignment, mark.task, mark.mistake].append(outcome.student)
    rows = []
    for (assignment, task), counter in counts.items():
        messages = {mistake.id: mistake.message for mistake in ALL[task].mistakes}
        everyone = sum(counter.values())
        for kind, count in counter.most_common():
            said = text(messages[kind]) if kind in messages else ""
            students = " ".join(who[assignment, task, kind])
            rows.append([assignment, task, kind, count, f"{count / everyone:.2f}", said, students])
    _write_csv(path, ["assignment", "task", "outcome", "students", "share", "message", "who"], rows)


def _plot(counts, path):
    """A bar for each task, and one for each mistake that somebody made."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    kinds = {"passed": "#3b7f4c", "named mistake": "#c8553d", "other": "#e3a587", "not started": "#d9d9d9"}
    made = Counter()
    for (assignment, task), counter in counts.items():
        for kind, count in counter.items():
            if kind not in ("passed", "other", "not started"):
                made[f"{assignment}  {task}: {kind}"] = count
    made = made.most_common(20)
    figure = Figure(figsize=(9, 1.8 + 0.3 * len(counts) + 0.28 * max(1, len(made))), layout="constrained")
    FigureCanvasAgg(figure)
    heights = [len(counts) + 2, max(1, len(made)) + 1]
    top, bottom = figure.subplots(2, 1, height_ratios=heights)
    for place, counter in enumerate(counts.values()):
        named = sum(counter.values()) - counter["passed"] - counter["other"] - counter["not started"]
        left = 0.0
        for kind, count in zip(kinds, (counter["passed"], named, counter["other"], counter["not started"])):
            share = count / sum(counter.values())
            top.barh(place, share, left=left, color=kinds[kind], label="" if place else kind)
            if share > 0.05:
                top.text(left + share / 2, place, str(count), ha="center", va="center", fontsize=8)
            left += share
    top.set(yticks=range(len(counts)), yticklabels=["  ".join(key) for key in counts], xlim=(0, 1))
    top.set_xlabel("share of students")
    top.invert_yaxis()
    top.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1), frameon=False, fontsize=9)
    bottom.barh(range(len(made)), [count for _, count in made], color=kinds["named mistake"])
    bottom.set(yticks=range(len(made)), yticklabels=[name for name, _ in made], xlabel="students")
    bottom.xaxis.get_major_locator().set_params(integer=True)
    bottom.invert_yaxis()
    bottom.set_title("mistakes by name" if made else "no mistake has a name", fontsize=10, loc="left")
    figure.savefig(path, dpi=110)


def look_at(course, outcomes):
    """[(assignment, student, why, where)]: what a person should see before the marks are published."""
    rows = []
    for outcome in outcomes:
        given = course.notebook("source", outcome.assignment).read_text(encoding="utf-8")
        for why, pattern in LOOK_AT.items():
            known = {hit[0] for hit in re.finditer(pattern, given, re.M)}
            for line in outcome.own.splitlines():
                hit = re.search(pattern, line.split("#")[0][:LINE], re.M)
                if hit and hit[0] not in known:
                    rows.append([outcome.assignment, outcome.student, text(why), f"`{line.strip()[:120]}`"])
                    break
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
            published[assignment, task.name] = _lines(cells.get(_answer_of(task), ""))
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


def _write_feedback(course, assignment):
    """Let nbgrader write a page for each student; returns how many there are."""
    from nbgrader.apps import NbGrader  # noqa: F401
    from nbgrader.converters import GenerateFeedback
    from nbgrader.coursedir import CourseDirectory

    find_alembic()
    students = sorted(course.root.glob(f"autograded/*/{assignment}/{assignment}_exercises.ipynb"))
    pages = 0
    with inside(course.root), quiet(course.root / "hpcourse.log") as log:
        config = course.config()
        for path in tqdm(students, unit="page", desc=f"feedback {assignment}"):
            directory = CourseDirectory(config=config)
            directory.assignment_id, directory.student_id = assignment, path.parent.parent.name
            try:
                GenerateFeedback(coursedir=directory, config=config, force=True).start()
                pages += 1
            except Exception as error:
                tqdm.write(f"no feedback for {path.parent.parent.name}: {log.line or error}")
    return pages


def _pack(course, assignment, path):
    """A zip that Moodle takes back: one folder for each student, named as in its download."""
    records = read_records(course, assignment)
    roster = course.roster()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in sorted(course.root.glob(f"feedback/*/{assignment}/{assignment}_exercises.html")):
            student = page.parent.parent.name
            name = roster[student].name if student in roster else ""
            folder = records.get(student, {}).get("folder") or f"{name}_{student}"
            folder = re.sub(r"[\\/:]", "-", folder)  # it must not lead out of where the zip is unpacked
            member = zipfile.ZipInfo(
                f"{folder}/{assignment}_feedback.html"
            )  # no date: the same when run twice
            archive.writestr(member, page.read_bytes(), zipfile.ZIP_DEFLATED)


def _no_formula(cell):
    """A cell that a spreadsheet shows and does not compute: names come from students."""
    starts_one = isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r") and not NUMBER.fullmatch(cell)
    return f"'{cell}" if starts_one else cell


def _write_csv(path, header, rows):
    content = io.StringIO(newline="")
    csv.writer(content, lineterminator="\n").writerows([map(_no_formula, row) for row in [header, *rows]])
    path.write_text(content.getvalue(), encoding="utf-8-sig")  # so that Excel shows Chinese names


def _tell(course, outcomes, assignments, counts, looks, pages):
    for assignment in assignments:
        ours = [outcome for outcome in outcomes if outcome.assignment == assignment]
        mean = sum(outcome.score for outcome in ours) / max(1, len(ours))
        points = max((outcome.points for outcome in ours), default=0)
        print(f"{assignment}: {len(ours)} students, {mean:.1f} of {points:g} points on average")
    made = Counter()
    for (_, task), counter in counts.items():
        for kind, count in counter.items():
            if kind not in ("passed", "other", "not started"):
                made[f"{task}: {kind}"] += count
    for name, count in made.most_common(3):
        print(f"  {count} x {name}")
    print("  report/marks.csv            marks, with a note where something was unusual")
    print("  report/misconceptions.csv   which mistake occurred how often (.png: as a plot)")
    print(f"  report/look_at.csv          {len(looks)} things to look at by hand")
    print(f"  report/feedback_dayN.zip    {pages} pages, to upload to Moodle; also in feedback/")
