"""How long a check takes to answer, and a well-behaved submission to be graded.

    python tests/benchmarks/bench_checks.py

Prints a table: each task answered rightly, and by its slowest known mistake. Then ten copies of Day 1's
solution go through `hpcourse course`. Exits with 1 if a check takes over 0.3 s or a submission over 3 s.
"""

import contextlib
import io
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import hpcourse as hp
from hpcourse.__main__ import main as hpcourse
from hpcourse.checks import TASKS

SOLUTION = Path(__file__).parents[2] / "notebooks/solutions/en/day1_exercises.ipynb"
MOST_FOR_A_CHECK, MOST_FOR_A_SUBMISSION, SUBMISSIONS = 0.3, 3.0, 10


def seconds(answer, name):
    """The best of three, since other work on the machine only ever adds."""
    times = []
    for seed in range(3):
        began = time.perf_counter()
        hp.check(name, answer, seed)
        times.append(time.perf_counter() - began)
    return min(times)


def grading():
    """Seconds for each of some submissions, from collecting to marks."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        course, drop = Path(folder, "course"), Path(folder, "drop")
        hpcourse(["course", "new", str(course), "--days", "1"])
        for number in range(SUBMISSIONS):
            student = drop / f"student{number}"
            student.mkdir(parents=True)
            shutil.copy(SOLUTION, student / SOLUTION.name)
        os.chdir(course)
        hpcourse(["course", "collect", str(drop), "--assignment", "day1"])
        began = time.perf_counter()
        hpcourse(["course", "grade"])
        taken = time.perf_counter() - began
        os.chdir("/")
    return taken / SUBMISSIONS


def main():
    """Print the tables; True if all bars are met."""
    hp.check("gd_step", TASKS["gd_step"].reference)  # the first one imports
    slowest = 0.0
    print(f"{'task':<22}{'right':>8}{'wrong':>8}   slowest mistake")
    for name, task in TASKS.items():
        right = seconds(task.reference, name)
        wrong = {mistake.id: seconds(mistake.wrong, name) for mistake in task.mistakes}
        worst = max(wrong, key=wrong.get)
        slowest = max(slowest, right, wrong[worst])
        print(f"{name:<22}{right:>8.3f}{wrong[worst]:>8.3f}   {worst}")
    each = grading()
    print(f"slowest check {slowest:.3f} s (bar {MOST_FOR_A_CHECK}), ", end="")
    print(f"a submission of Day 1 {each:.2f} s (bar {MOST_FOR_A_SUBMISSION})")
    return slowest < MOST_FOR_A_CHECK and each < MOST_FOR_A_SUBMISSION


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
