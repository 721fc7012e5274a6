"""What a class costs: collecting, grading and the report, in CPU seconds.

    python tests/benchmarks/bench_instructor.py [STUDENTS]

Copies of Day 1's solution are graded, then a class of STUDENTS (500) and one of twice as many is
collected and reported. Exits with 1 if a submission takes over 1.5 s beside its kernel, the class over a
minute to collect, a student over 0.05 s to report, or twice the class over 2.2 times as long.
"""

import contextlib
import io
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hpcourse.__main__ import main as hpcourse
from hpcourse.instructor import sandbox
from hpcourse.instructor.course import Course
from hpcourse.instructor.grade import find_due, grade_with
from hpcourse.instructor.grading import close_hosts

SOLUTION = Path(__file__).parents[2] / "notebooks/solutions/en/day1_exercises.ipynb"
GRADED = 10
BARS = {"grading": 1.5, "collecting": 60.0, "reporting": 0.05, "twice as many": 2.2}


def quietly(*arguments):
    """CPU seconds that a command takes."""
    began = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        hpcourse(["course", *arguments])
    return time.process_time() - began


def make_class(root, students):
    """A course with so many students, and what they hand in."""
    course, drop = root / f"course{students}", root / f"drop{students}"
    quietly("new", str(course), "--days", "1")
    names = [f"s{number:05}" for number in range(students)]
    lines = [f"{name},Student {name},{name}@example.edu" for name in names]
    (course / "roster.csv").write_text("\n".join(["id,name,email", *lines]))
    for name in names:
        (drop / name).mkdir(parents=True)
        shutil.copy(SOLUTION, drop / name / SOLUTION.name)
    return course, drop


def grade_some(root):
    """CPU seconds a submission: (beside its kernel, in the parent as well; of the kernel)."""
    folder, drop = make_class(root, GRADED)
    quietly("collect", str(drop), "--assignment", "day1", "--course", str(folder))
    course = Course.open(folder)
    due, _ = find_due(course, ["day1"])
    began = time.process_time()
    totals = grade_with(ThreadPoolExecutor(2), 2, course, due, not sandbox.why_not())
    close_hosts(over=False)
    return (totals.graders + time.process_time() - began) / GRADED, totals.kernels / GRADED, folder


def collect_and_report(root, students, graded):
    """(CPU seconds to collect, to report a student); every notebook is the same, and so is its grading."""
    folder, drop = make_class(root, students)
    shutil.copy(graded / ".secret", folder / ".secret")
    collecting = quietly("collect", str(drop), "--assignment", "day1", "--course", str(folder))
    name = Path("day1/day1_exercises.ipynb")
    for student in (folder / "submitted").iterdir():
        target = folder / "autograded" / student.name / name
        target.parent.mkdir(parents=True)
        shutil.copy(graded / "autograded/s00000" / name, target)
    return collecting, quietly("report", "--course", str(folder)) / students


def main(students):
    """Print the table; True if all bars are met."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        grading, kernel, graded = grade_some(root)
        collecting, reporting = collect_and_report(root, students, graded)
        _, twice = collect_and_report(root, 2 * students, graded)
    measured = {
        "grading": grading,
        "collecting": collecting,
        "reporting": reporting,
        "twice as many": 2 * twice / reporting,
    }
    hours = 5000 * (grading + kernel) / 3600
    print(f"kernel of a submission {kernel:.2f} s; 5,000 students: {hours:.1f} h of CPU")
    for name, value in measured.items():
        print(
            f"{name:<16}{value:8.3f}   at most {BARS[name]:g}{'' if value <= BARS[name] else '   TOO MUCH'}"
        )
    return all(value <= BARS[name] for name, value in measured.items())


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
