"""What comes out: marks, feedback, what the class misunderstood, and what to look at by hand."""

import io
import re
import zipfile
from collections import Counter, defaultdict

from hpcourse.checks import ALL
from hpcourse.frame.language import text
from hpcourse.instructor import Misuse
from hpcourse.instructor.course import Course, alone
from hpcourse.instructor.feedback import page_of, write_feedback
from hpcourse.instructor.look_at import look_at
from hpcourse.instructor.marks_for import write_for
from hpcourse.instructor.notes import words
from hpcourse.instructor.outcomes import read_outcomes
from hpcourse.instructor.records import read_records, write_csv, write_whole
from hpcourse.instructor.submission import speaking

KINDS = ("passed", "other", "not started", "not graded")  # outcomes that are no mistake with a name


def report_all(arguments):
    """`hpcourse course report`."""
    course = Course.open(arguments.course)
    with alone(course):
        _report(course, arguments)


def _report(course, arguments):
    asked = course.chosen(arguments.assignment)
    assignments = [name for name in asked if read_records(course, name)]
    if not assignments:
        raise Misuse(
            f"nothing collected yet: first run hpcourse course collect DOWNLOAD --assignment {asked[0]}"
        )
    folder = course.root / "report"
    folder.mkdir(exist_ok=True)
    with speaking(course.language):
        outcomes = read_outcomes(course, assignments)
        _write_marks(course, outcomes, assignments, folder / "marks.csv")
        counts = count_mistakes(outcomes)
        _write_mistakes(outcomes, counts, folder / "misconceptions.csv")
        _plot(counts, folder / "misconceptions.png")
        looks = look_at(course, outcomes)
        write_csv(folder / "look_at.csv", ["assignment", "student", "why", "where"], looks)
        pages = write_feedback(course, outcomes)
    for assignment in assignments:
        _pack(course, assignment, outcomes, folder / f"feedback_{assignment}.zip")
    tables = write_for(arguments.system, course, outcomes, folder) if arguments.system else []
    _tell(outcomes, assignments, counts, looks, pages)
    for path in tables:
        print(f"  {path.relative_to(course.root)}   to be imported into {arguments.system}")


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
            cells += [_number(mark.score) for mark in outcome.marks] + [_number(outcome.score)]
            notes += [f"{assignment}: {words(noted)}" for noted in outcome.notes]
            notes += [f"{assignment}: {mark.task} *" for mark in outcome.marks if mark.by_hand]
        if not person:
            notes.insert(0, text("not on the roster"))
        scores = [outcome.score for outcome in row.values()]
        whole = None if None in scores else sum(scores)
        rows.append([*cells, _number(whole), "; ".join(notes)])
    write_csv(path, [*header, f"total ({total:g})", "notes"], rows)


def _number(score):
    """A mark; nothing where there is none, which is not zero."""
    return "" if score is None else f"{score:g}"


def count_mistakes(outcomes):
    """{(assignment, task): Counter of a mistake's id or one of KINDS}."""
    counts = {}
    for outcome in outcomes:
        for mark in outcome.marks:
            kind = mark.mistake or {"not yet": "other", "": "not graded"}.get(mark.status, mark.status)
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
        known = getattr(ALL[task], "mistakes", ())  # what is measured by its result knows none
        messages = {mistake.id: mistake.message for mistake in known}
        everyone = sum(counter.values())
        for kind, count in counter.most_common():
            said = text(messages[kind]) if kind in messages else ""
            students = " ".join(who[assignment, task, kind])
            rows.append([assignment, task, kind, count, f"{count / everyone:.2f}", said, students])
    write_csv(path, ["assignment", "task", "outcome", "students", "share", "message", "who"], rows)


def _plot(counts, path):
    """A bar for each task, and one for each mistake that somebody made."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    kinds = {"passed": "#3b7f4c", "named mistake": "#c8553d", "other": "#e3a587", "not started": "#d9d9d9"}
    made = Counter()
    for (assignment, task), counter in counts.items():
        for kind, count in counter.items():
            if kind not in KINDS:
                made[f"{assignment}  {task}: {kind}"] = count
    made = made.most_common(20)
    figure = Figure(figsize=(9, 1.8 + 0.3 * len(counts) + 0.28 * max(1, len(made))), layout="constrained")
    FigureCanvasAgg(figure)
    heights = [len(counts) + 2, max(1, len(made)) + 1]
    top, bottom = figure.subplots(2, 1, height_ratios=heights)
    for place, counter in enumerate(counts.values()):
        named = sum(count for kind, count in counter.items() if kind not in KINDS)
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
    picture = io.BytesIO()
    figure.savefig(picture, dpi=110)
    write_whole(path, picture.getvalue())


def _pack(course, assignment, outcomes, path):
    """A zip that Moodle takes back: one folder for each student, named as in its download."""
    records, roster = read_records(course, assignment), course.roster()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in sorted(outcome.student for outcome in outcomes if outcome.assignment == assignment):
            page = page_of(course, student, assignment)
            if not page.exists():
                continue
            name = roster[student].name if student in roster else ""
            folder = records.get(student, {}).get("folder") or f"{name}_{student}"
            folder = re.sub(r"[\\/:]", "-", folder)  # it must not lead out of where the zip is unpacked
            # no date: the same when run twice
            member = zipfile.ZipInfo(f"{folder}/{assignment}_feedback.html")
            archive.writestr(member, page.read_bytes(), zipfile.ZIP_DEFLATED)
    write_whole(path, content.getvalue())


def _tell(outcomes, assignments, counts, looks, pages):
    for assignment in assignments:
        ours = [outcome for outcome in outcomes if outcome.assignment == assignment]
        scores = [outcome.score for outcome in ours if outcome.score is not None]
        mean = sum(scores) / max(1, len(scores))
        points = max((outcome.points for outcome in ours), default=0)
        print(f"{assignment}: {len(scores)} students, {mean:.1f} of {points:g} points on average")
        if without := [outcome.student for outcome in ours if outcome.score is None]:
            print(f"  WITHOUT A MARK, see the notes: {' '.join(without)}")
    made = Counter()
    for (_, task), counter in counts.items():
        for kind, count in counter.items():
            if kind not in KINDS:
                made[f"{task}: {kind}"] += count
    for name, count in made.most_common(3):
        print(f"  {count} x {name}")
    print("  report/marks.csv            marks, with a note where something was unusual")
    print("  report/misconceptions.csv   which mistake occurred how often (.png: as a plot)")
    print(f"  report/look_at.csv          to look at by hand: {len(looks)}")
    print(f"  report/feedback_dayN.zip    {pages} pages, to upload to Moodle; also in feedback/")
