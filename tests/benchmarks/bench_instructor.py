"""What a class costs: collecting, grading and the report, in CPU seconds and memory.

    python tests/benchmarks/bench_instructor.py [STUDENTS]

Thirty students who wrote Day 1's solution, each with comments of their own, are graded; then a class of
STUDENTS (500) and one of twice as many are collected and reported, each by the command as it is typed. Exits
with 1 if a submission takes over 1.5 s beside its kernel, the class over a minute to collect, a student over
0.05 s to report, twice the class over 2.2 times as long, or 5,000 students (by arithmetic) over 4 GB.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hpcourse.instructor import sandbox
from hpcourse.instructor.course import Course
from hpcourse.instructor.grade import find_due, grade_with, stamp_now
from hpcourse.instructor.hosts import close_hosts

SOLUTION = Path(__file__).parents[2] / "notebooks/solutions/en/day1_exercises.ipynb"
GRADED, MANY = 30, 5000
BARS = {"grading": 1.5, "collecting": 60.0, "reporting": 0.05, "twice as many": 2.2, "gigabytes": 4.0}


def measured(*arguments):
    """(CPU seconds, gigabytes) of a command, those of what it starts included."""
    command = [sys.executable, "-m", "hpcourse", "course", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: status {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e9


def make_class(root, students):
    """A course with so many students, and what they hand in: no two notebooks are the same."""
    course, drop = root / f"course{students}", root / f"drop{students}"
    measured("new", str(course), "--days", "1")
    names = [f"s{number:05}" for number in range(students)]
    lines = [f"{name},Student {name},{name}@example.edu" for name in names]
    (course / "roster.csv").write_text("\n".join(["id,name,email", *lines]))
    solved = json.loads(SOLUTION.read_text(encoding="utf-8"))
    answers = [cell for cell in solved["cells"] if cell["id"].endswith("-answer")]
    sources = ["".join(cell["source"]) for cell in answers]
    for name in names:
        for cell, source in zip(answers, sources):
            cell["source"] = f"# written by {name}\n{source}"
        (drop / name).mkdir(parents=True)
        (drop / name / SOLUTION.name).write_text(json.dumps(solved), encoding="utf-8")
    return course, drop


def grade_some(root):
    """CPU seconds a submission: (beside its kernel, in the parent as well; of the kernel), and the course."""
    folder, drop = make_class(root, GRADED)
    measured("collect", str(drop), "--assignment", "day1", "--course", str(folder))
    course = Course.open(folder)
    due, _ = find_due(course, ["day1"])
    began = time.process_time()
    totals = grade_with(ThreadPoolExecutor(2), 2, course, due, not sandbox.why_not())
    close_hosts(over=False)
    return (totals.graders + time.process_time() - began) / GRADED, totals.kernels / GRADED, folder


def collect_and_report(root, students, graded):
    """((CPU seconds, gigabytes) to collect, the same to report), each submission graded as its model is."""
    folder, drop = make_class(root, students)
    collecting = measured("collect", str(drop), "--assignment", "day1", "--course", str(folder))
    course = Course.open(folder)
    model = json.loads(Course.open(graded).notebook("autograded", "day1", "s00000").read_text("utf-8"))
    for name in course.roster():
        submitted = course.notebook("submitted", "day1", name).read_bytes()
        model["metadata"]["hpcourse"]["stamp"] = stamp_now(course, "day1", submitted)
        target = course.notebook("autograded", "day1", name)
        target.parent.mkdir(parents=True)
        target.write_text(json.dumps(model).replace("by s00000", f"by {name}"), encoding="utf-8")
    return collecting, measured("report", "--course", str(folder))


def main(students):
    """Print the table; True if all bars are met."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        grading, kernel, graded = grade_some(root)
        collecting, reporting = collect_and_report(root, students, graded)
        collecting_twice, twice = collect_and_report(root, 2 * students, graded)
    steps = (collecting, collecting_twice), (reporting, twice)
    room = [(more[1] - less[1]) / students for less, more in steps]  # gigabytes a student
    seen = {
        "grading": grading,
        "collecting": collecting[0],
        "reporting": reporting[0] / students,
        "twice as many": twice[0] / reporting[0],
        "gigabytes": max(less[1] + (MANY - students) * each for (less, _), each in zip(steps, room)),
    }
    hours = MANY * (grading + kernel) / 3600
    print(f"kernel of a submission {kernel:.2f} s; {MANY:,} students: {hours:.1f} h of CPU to grade")
    print(f"collecting twice as many: {collecting_twice[0] / collecting[0]:.2f} times as long")
    for name, value in seen.items():
        print(
            f"{name:<16}{value:8.3f}   at most {BARS[name]:g}{'' if value <= BARS[name] else '   TOO MUCH'}"
        )
    return all(value <= BARS[name] for name, value in seen.items())


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
