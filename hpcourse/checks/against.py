"""The course's known mistakes put to somebody else's tests: `python -m hpcourse.checks --against FILE`.

FILE is a Python file with a function for each task that it tests, named after it. The function takes the
answer and raises, as `assert` does, if it finds the answer wrong:

    def test_gd_step(answer):
        assert answer(1.0, 2.0, 0.1) == 0.8

Told are the mistakes that such a test lets through, each with the words that a student should have read.
"""

import runpy
from functools import partial

from hpcourse.checks.isolation import run_apart
from hpcourse.checks.tasks import TASKS

PREFIX = "test_"


def tests_in(path):
    """{task's name: its test function} of a file; raises ValueError if there is none for any task."""
    found = runpy.run_path(str(path))
    tests = {name: found[PREFIX + name] for name in TASKS if callable(found.get(PREFIX + name))}
    if not tests:
        raise ValueError(f"{path} has no function named after a task, such as test_gd_step(answer)")
    return tests


def finds_wrong(test, answer):
    """Whether `test` finds fault with `answer`, or does not come to an end with it."""

    def work():
        try:
            test(answer)
        except Exception:
            return True
        return False

    outcome = run_apart(work)
    return outcome.ending != "done" or outcome.value


def let_through(task, test):
    """The known mistakes of `task` that `test` finds nothing wrong with."""
    return [mistake for mistake in task.mistakes if not finds_wrong(test, mistake.wrong)]


def report(path, out=print):
    """Tell for each test of the file what it lets through; returns how many mistakes that are.

    A test that refuses the right answer counts as one.
    """
    total = 0
    for name, test in tests_in(path).items():
        task = TASKS[name]
        if finds_wrong(test, partial(task.reference)):
            out(f"{name}: the test refuses the right answer")
            total += 1
            continue
        passed = let_through(task, test)
        out(f"{name}: {len(task.mistakes) - len(passed)} of {len(task.mistakes)} mistakes are found")
        for mistake in passed:
            out(f"  {mistake.id}: {mistake.message}")
        total += len(passed)
    return total
