"""A whole class, some of it hostile, from a folder of downloads to a table of marks."""

import csv
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile

import nbformat
import pytest
from submissions import MAKERS, cell, solve, tasks_passed, text, write_drop

import hpcourse as hp
from hpcourse.__main__ import main
from hpcourse.instructor import limits, outcomes, report, sandbox
from hpcourse.instructor.course import Course, alone
from hpcourse.instructor.grade import stamp_of
from hpcourse.instructor.look_at import look_at
from hpcourse.instructor.records import write_csv
from hpcourse.instructor.signs import signs

WHY_NOT = sandbox.why_not()
FENCE = "--no-sandbox" if WHY_NOT else "--sandbox"
WITHOUT_FENCE = {"opens_the_gradebook"}  # would do what it says
SMALL = {"cell_seconds": 3, "seconds": 40, "memory_mb": 512, "disk_mb": 48}  # reached in less time
SOLUTION = b"def gd_step(w, grad, lr):\n    return w - lr * grad\n"


def hpcourse(*arguments):
    return [sys.executable, "-m", "hpcourse", "course", *arguments]


@pytest.fixture(scope="module")
def server():
    """A web server on this machine that has the answer."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SOLUTION)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


HEAVY = {  # cells that only show something; a whole notebook is graded in test_workers.py
    "steepest-bowl-figure",
    "steepest-curvature-walk",
    "steepest-curvature-try",
    "best-learning-rate-sweep",
    "slope-step-try",
}


@pytest.fixture(scope="module")
def light(template, tmp_path_factory):
    """A course whose released notebook has the tasks and no figures: it takes a third of the time."""
    root = tmp_path_factory.mktemp("light") / "course"
    shutil.copytree(template, root)
    path = Course.open(root).notebook("release", "day1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in HEAVY]
    cell(notebook, "setup").source = "import hpcourse as hp\nimport numpy as np"
    cell(notebook, "language").source = 'hp.use_language("en")'
    nbformat.write(notebook, path)
    settings = (root / "course.toml").read_text()
    for name, value in SMALL.items():
        settings = re.sub(rf"^{name} = \d+", f"{name} = {value}", settings, flags=re.M)
    (root / "course.toml").write_text(settings)
    assert Course.open(root).limits.items() >= SMALL.items()
    return root


@pytest.fixture(scope="module")
def released(light):
    return Course.open(light).released("day1")


@pytest.fixture
def course(light, tmp_path):
    root = tmp_path / "course"
    shutil.copytree(light, root)
    return Course.open(root)


@pytest.fixture(scope="module")
def graded(light, released, solved, server, tmp_path_factory):
    """All submissions graded, in a run that was killed in the middle and then continued."""
    root = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(light, root)
    names = [name for name in MAKERS if not (WHY_NOT and name in WITHOUT_FENCE)]
    students = write_drop(root.parent / "drop", released, solved, root, server, names)
    rows = [f"{student},Name of {student},{student}@example.edu" for student in [*students, "absent"]]
    (root / "roster.csv").write_text("\n".join(["id,name,email", *rows]))
    assert (
        main(["course", "collect", str(root.parent / "drop"), "--assignment", "day1", "--course", str(root)])
        == 0
    )
    command = hpcourse("grade", "--course", str(root), FENCE)
    course = Course.open(root)
    first = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    while len(done(course)) < 4 and first.poll() is None:
        time.sleep(0.2)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    early = done(course)
    second = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert second.returncode == 0, second.stdout + second.stderr
    assert main(["course", "report", "--course", str(root)]) == 0
    return course, students, early, second.stdout


def done(course):
    """{student: when} of the notebooks that are graded."""
    paths = course.root.glob("autograded/*/day1/*.ipynb")
    return {path.parent.parent.name: path.stat().st_mtime_ns for path in paths if stamp_of(path)}


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def marks(course):
    return {row["id"]: row for row in table(course.root / "report/marks.csv")}


UNREADABLE = {"not_json": "not JSON", "no_notebook": "only report.pdf"}


def read(students):
    """Those whose file could be read."""
    return [student for student, maker in students.items() if maker.__name__ not in UNREADABLE]


def test_what_could_not_be_read_has_no_mark_and_is_to_be_looked_at(graded):
    course, students, _, _ = graded
    looks = table(course.root / "report/look_at.csv")
    for unread in set(students) - set(read(students)):
        row, why = marks(course)[unread], UNREADABLE[students[unread].__name__]
        assert (row["day1 gd_step (1)"], row["day1 (9)"], row["total (9)"]) == ("", "", "")
        assert any(row["student"] == unread and why in row["where"] for row in looks)


def test_nobody_is_lost(graded):
    course, students, _, _ = graded
    assert set(marks(course)) == {*students, "absent"}
    assert marks(course)["absent"]["total (9)"] == "0"
    assert "沒有" not in marks(course)["absent"]["notes"]
    assert "no notebook" in marks(course)["absent"]["notes"]


def test_everyone_gets_the_points_that_the_work_deserves(graded):
    course, students, _, _ = graded
    tasks = course.tasks("day1")
    wrong = {}
    for student, maker in students.items():
        wanted = tasks_passed(maker, [task.name for task in tasks], sandbox=not WHY_NOT)
        row = marks(course)[student]
        given = {
            task.name
            for task in tasks
            if float(row[f"day1 {task.name} ({task.points:g})"] or 0) == task.points
        }
        if given != wanted:
            wrong[student] = {"missing": wanted - given, "too much": given - wanted, "notes": row["notes"]}
    assert wrong == {}


def test_an_interrupted_run_is_continued_where_it_was(graded):
    course, _, early, said = graded
    assert len(early) >= 4
    assert {student: done(course)[student] for student in early} == early
    assert f"{len(early)} were done already" in said


@pytest.mark.skipif(bool(WHY_NOT), reason=f"NO SANDBOX TESTED: {WHY_NOT}")
def test_what_reads_files_or_the_network_fails_in_the_sandbox(graded):
    course, students, _, _ = graded
    for student, maker in students.items():
        if maker.__name__ in ("reads_the_source_folder", "reads_the_package", "asks_the_network"):
            assert marks(course)[student]["day1 gd_step (1)"] == "0", student
            assert marks(course)[student]["day1 (9)"] == "8", student


def test_what_went_wrong_is_said(graded):
    course, students, _, _ = graded
    expected = {
        "exits": "it ended itself",
        "killed": "it was ended, by itself or from outside",
        "loop_in_a_cell": "was stopped after 3 s",
        "loop_that_swallows_interrupts": "could not be interrupted",
        "writes_much": "MB of files",
        "leaves_what_ends_every_kernel": "the kernel ended in cell gd-step-answer: it ended itself",
        "takes_all_addresses": "gd-step-answer: more than 512 MB of memory",
        "leaves_threads": "gd-step-answer: more than 48 processes",
        "renamed_file": "renamed from my final homework",
        "prints_much": "the output of cell gd-step-answer was too long and was cut",
        "not_json": "not JSON",
        "no_notebook": "only report.pdf",
        "copied_cell": "copied cells: gd-step-answer",
        "edited_check": "the check of gd_step had been changed",
        "deleted_check": "the check of gd_step was gone",
        "metadata_stripped": "lost their marks",
        "asks_before": "gd-step-answer waits for something to be typed in",
        "asks_afterwards": "gd-step-answer waits for something to be typed in",
        "lacks_a_module": "gd_step is missing, since cell gd-step-answer ended early: ModuleNotFoundError",
    }
    for student, maker in students.items():
        if maker.__name__ in expected:
            assert expected[maker.__name__] in marks(course)[student]["notes"]


LOST = {
    "asks_before": ("something is to be typed in first", "waits for something to be typed in"),
    "asks_afterwards": ("", "waits for something to be typed in"),
    "lacks_a_module": ("ended before that with ModuleNotFoundError", "No module named"),
    "syntax_error": ("ended before that with SyntaxError", None),  # it runs nowhere: nobody need look
}


def test_whose_task_is_lost_reads_why_and_a_person_sees_it(graded):
    course, students, _, _ = graded
    looks = table(course.root / "report/look_at.csv")
    for student, maker in students.items():
        if maker.__name__ in LOST:
            said, seen = LOST[maker.__name__]
            page = course.root / f"feedback/{student}/day1/day1_exercises.html"
            assert said in page.read_text(encoding="utf-8")
            rows = [row["where"] for row in looks if row["student"] == student]
            assert any(seen in row for row in rows) if seen else not any("gd-step" in row for row in rows)


def test_files_stay_small_and_nothing_is_left_running(graded):
    course, students, _, _ = graded
    for student in read(students):
        assert course.notebook("autograded", "day1", student).stat().st_size < 500_000, student
        assert (course.root / f"feedback/{student}/day1/day1_exercises.html").stat().st_size < 40_000, student
    everything = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(course.root) not in everything


def test_feedback_shows_no_html_of_the_students_own(graded):
    course, students, _, _ = graded
    pages = [course.root / f"feedback/{student}/day1/day1_exercises.html" for student in read(students)]
    for page in pages:
        content = page.read_text(encoding="utf-8")
        assert "<script" not in content
        assert "default-src 'none'" in content
        assert "<h1>999" not in content
    perfect = next(student for student, maker in students.items() if maker.__name__ == "perfect")
    content = (course.root / f"feedback/{perfect}/day1/day1_exercises.html").read_text(encoding="utf-8")
    assert "9 / 9" in content
    assert f"Name of {perfect}" in content
    with zipfile.ZipFile(course.root / "report/feedback_day1.zip") as archive:
        assert len(archive.namelist()) == len(read(students)) + 1


def test_what_to_look_at_by_hand_names_the_cheats(graded):
    course, students, _, _ = graded
    rows = table(course.root / "report/look_at.csv")
    seen = {name for row in rows for name in row["student"].split()}
    cheats = (
        "drops_asserts",
        "patches_check",
        "reads_the_package",
        "reads_the_source_folder",
        "asks_the_network",
        "prints_much",
    )
    for student, maker in students.items():
        if maker.__name__ in cheats:
            assert student in seen, student
    assert any(row["why"] == "the published solution, line by line" for row in rows)


def test_misconceptions_are_counted(graded):
    course, students, _, _ = graded
    rows = [row for row in table(course.root / "report/misconceptions.csv") if row["task"] == "gd_step"]
    assert sum(int(row["students"]) for row in rows) == len(students) + 1
    picture = (course.root / "report/misconceptions.png").read_bytes()
    assert picture.startswith(b"\x89PNG")


@pytest.fixture
def small(course, released, solved, write):
    """A class of four: right, one known mistake twice, nothing."""

    def answer(source):
        notebook = solve(released, solved)
        cell(notebook, "gd-step-answer").source = source
        return text(notebook)

    (course.root / "roster.csv").write_text("id,name\na,Ada\nb,Ben\nc,Cy\nd,Di\n")
    uphill = "def gd_step(w, grad, lr):\n    return w + lr * grad"
    sly = "def gd_step(w, grad, lr):\n    step = '</pre><script>alert(1)</script>'\n    return w + grad * lr"
    drop = write(
        {"a.ipynb": text(solve(released, solved)), "b.ipynb": answer(uphill), "c.ipynb": answer(sly)}
    )
    where = ["--course", str(course.root)]
    assert main(["course", "collect", str(drop), "--assignment", "day1", *where]) == 0
    return course, drop, where


@pytest.fixture
def step(capsys):
    """Carry out a step and return what it says."""

    def carry_out(where, *arguments, status=0):
        capsys.readouterr()
        ended = main(["course", *arguments, *where])
        said = capsys.readouterr()
        assert ended == status, said.out + said.err
        return said.out

    return carry_out


def everything(course):
    """All that comes out."""
    paths = sorted([*course.root.glob("report/*"), *course.root.glob("feedback/**/*.html")])
    return {str(path.relative_to(course.root)): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_a_small_class_twice_again_by_hand_and_resubmitted(small, released, solved, write, step):
    course, drop, where = small
    step(where, "grade", FENCE)
    step(where, "report")
    first = everything(course)
    rows = [row for row in table(course.root / "report/misconceptions.csv") if row["outcome"] == "ascent"]
    assert [(row["task"], row["students"], row["share"], row["who"]) for row in rows] == [
        ("gd_step", "2", "0.50", "b c")
    ]
    assert rows[0]["message"]
    page = (course.root / "feedback/c/day1/day1_exercises.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script" not in page

    # The same again gives the same, to the byte.
    assert "4 graded" in step(where, "grade", FENCE, "--again")
    step(where, "report")
    assert everything(course) == first

    # Corrections by hand count, and say that they do; a slip in them is not passed over.
    overrides = course.root / "overrides.csv"
    overrides.write_text("student,assignment,task,points,comment\nb,day1,gd_step,0.5,Nearly <b>right</b>\n")
    step(where, "report")
    assert marks(course)["b"]["day1 (9)"] == "8.5"
    assert "gd_step *" in marks(course)["b"]["notes"]
    page = (course.root / "feedback/b/day1/day1_exercises.html").read_text(encoding="utf-8")
    assert "Nearly &lt;b&gt;right" in page
    overrides.write_text("student,assignment,task,points,comment\nb,day1,gd_stepp,0.5,\n")
    assert main(["course", "report", *where]) == 1
    overrides.unlink()

    # So do those made in nbgrader's formgrader.
    with course.gradebook() as book:
        book.find_grade("gd-step-check", "day1_exercises", "day1", "b").manual_score = 0.25
        book.find_comment("gd-step-answer", "day1_exercises", "day1", "b").manual_comment = "The sign!"
        book.db.commit()
    step(where, "report")
    assert marks(course)["b"]["day1 (9)"] == "8.25"
    assert "The sign!" in (course.root / "feedback/b/day1/day1_exercises.html").read_text(encoding="utf-8")

    # Who hands in again is graded again, and nobody else.
    write({"b.ipynb": text(solve(released, solved))}, drop)
    step(where, "collect", str(drop), "--assignment", "day1")
    said = step(where, "grade", FENCE)
    assert "1 graded" in said
    assert "3 were done already" in said
    step(where, "report")
    assert [marks(course)[student]["day1 (9)"] for student in "acd"] == ["9", "8", "0"]
    assert marks(course)["b"]["day1 gd_step (1)"] == "0.25"  # what a person has set stays


@pytest.mark.slow
def test_a_grader_that_fails_loses_only_that_submission_and_says_so(small, step):
    course, _, where = small
    for student in "cd":
        shutil.rmtree(course.root / "submitted" / student)
    course.notebook("submitted", "day1", "b").write_text("{}")
    said = step(where, "grade", FENCE, status=1)
    assert re.search(r"^  b day1: .*\w", said, re.M)
    step(where, "report")
    rows = marks(course)
    assert [rows[student]["day1 (9)"] for student in "ab"] == ["9", ""]
    assert "could not be graded" in rows["b"]["notes"]


def test_two_commands_in_one_folder_wait_for_each_other(course, tmp_path, capsys):
    steps = (["collect", str(tmp_path), "--assignment", "day1"], ["grade", FENCE], ["report"])
    with alone(course):
        for arguments in steps:
            assert main(["course", *arguments, "--course", str(course.root)]) == 1
            assert "is at work" in capsys.readouterr().err


def test_what_the_disk_refuses_is_said_in_a_line(course, capsys):
    (course.root / ".lock").unlink(missing_ok=True)
    (course.root / ".lock").mkdir()
    assert main(["course", "report", "--course", str(course.root)]) == 1
    assert ".lock" in capsys.readouterr().err


def test_a_spreadsheet_computes_nothing_that_a_student_wrote(tmp_path):
    cells = ["=1+1", "+1@x", "-2+3", "@SUM(A1)", "\t=1", "-0.5", "1e-05", "", "Ada", 7]
    write_csv(tmp_path / "x.csv", ["a"] * len(cells), [cells])
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        _, row = csv.reader(file)
    assert row == ["'=1+1", "'+1@x", "'-2+3", "'@SUM(A1)", "'\t=1", "-0.5", "1e-05", "", "Ada", "7"]


def test_feedback_is_packed_into_folders_that_lead_nowhere_else(course, write):
    folder = "..\\..\\Ada_14_assignsubmission_file_"
    records = json.dumps({"s001": {"notes": [], "source": "x", "folder": folder}})
    files = {"collected/day1.json": records, "feedback/s001/day1/day1_exercises.html": "x"}
    write(files, course.root)
    one = outcomes.Outcome("s001", "day1", [])
    report._pack(course, "day1", [one], course.root / "x.zip")
    with zipfile.ZipFile(course.root / "x.zip") as archive:
        assert archive.namelist() == ["..-..-Ada_14_assignsubmission_file_/day1_feedback.html"]


def test_points_by_hand_are_finite(course, capsys):
    overrides = "student,assignment,task,points\ns001,day1,gd_step,nan\n"
    (course.root / "overrides.csv").write_text(overrides)
    with pytest.raises(outcomes.Misuse, match="line 2: points must be a number"):
        outcomes.read_overrides(course, ["day1"])


def test_a_line_without_end_does_not_keep_the_report_waiting(course):
    def seconds(own):
        began = time.process_time()
        rows = look_at(course, [outcomes.Outcome("s001", "day1", [], own=[own])])
        assert [row[2] for row in rows] == ["opens files or starts programs"]
        return time.process_time() - began

    lines = seconds("x = '_'\n" * 11_000 + "open('x')")  # as much text, in lines of the usual length
    assert seconds("x = '" + "_" * 90_000 + "'\nopen('x')") < 0.5 + 10 * lines


def test_files_are_counted_and_removed_however_deep_they_lie(tmp_path):
    folder, here = tmp_path / "deep", os.getcwd()
    folder.mkdir()
    os.chdir(folder)
    try:
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        with open("x", "wb") as file:
            file.write(bytes(10**6))
    finally:
        os.chdir(here)
    assert limits._size(folder)[0] > 10**6
    limits.remove(folder)
    assert not folder.exists()


@pytest.mark.skipif(bool(WHY_NOT), reason=f"NO SANDBOX TESTED: {WHY_NOT}")
def test_in_the_sandbox_files_can_be_written_in_the_counted_folder_only(tmp_path, course):
    program = (
        "import os\n"
        f"for place in ('/', '/etc', '/dev', '/tmp', '/dev/shm', {str(course.root)!r}, '.'):\n"
        "    try:\n        open(place + '/x' + place.replace('/', '_'), 'w').close()\n"
        "    except OSError:\n        print(place)"
    )
    command = [*sandbox.fence(tmp_path, course.root), sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["/", "/etc", "/dev", str(course.root)]
    assert {"x_tmp", "x_dev_shm", "x."} <= set(os.listdir(tmp_path))


def test_every_student_has_other_inputs_and_the_same_ones_each_time(course):
    seeds = [course.seed(student, "day1", "gd_step") for student in ("a", "b", "a")]
    assert seeds[0] == seeds[2] != seeds[1]
    assert course.seed("a", "day1", "slope_step") != seeds[0]
    (course.root / ".secret").write_text("00" * 32)
    assert course.seed("a", "day1", "gd_step") != seeds[0]


@pytest.mark.parametrize("rule", hp.optimizers.RULES)
def test_an_answer_that_uses_any_rule_of_the_package_is_worth_a_look(rule):
    assert signs([f"w, _ = hp.{rule}(lr).step(w, grad, state)"])
    assert not signs([f"my_{rule}(lr); hp.{rule}s"])
