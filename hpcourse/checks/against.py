"""The course's known mistakes put to somebody else's tests: `python -m hpcourse.checks --against FILE`.

FILE is a Python file with a function for each task that it tests, named after it. The function takes the
answer and raises, as `assert` does, if it finds the answer wrong:

    def test_gd_step(answer):
        assert answer(1.0, 2.0, 0.1) == 0.8

Told are the mistakes that such a test lets through, each with the words that a student should have read.
"""

import runpy
from functools import partial

from hpcourse.checks.isolation import TimeUp, run_apart
from hpcourse.checks.properties import in_a_line
from hpcourse.checks.task import LONGEST, say
from hpcourse.checks.tasks import TASKS
from hpcourse.frame.language import text

PREFIX = "test_"
ENDED = {
    "time": say("it did not end within 2 seconds"),
    "died": say("it ended Python itself, or crashed it"),
}


def tests_in(path):
    """({task's name: its test function}, the other names that begin so) of a file.

    Raises ValueError if the file cannot be run or tests no task.
    """
    try:
        found = runpy.run_path(str(path))
    except (OSError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a file of tests may end in any way, by `exit` too
        raise ValueError(f"{path}: {in_a_line(error)}") from None
    named = {name.removeprefix(PREFIX): value for name, value in found.items() if name.startswith(PREFIX)}
    tests = {name: named[name] for name in TASKS if callable(named.get(name))}
    if not tests:
        told = say("{path} has no function named after a task, such as test_gd_step(answer)", path=path)
        raise ValueError(str(told))
    return tests, [PREFIX + name for name in named if name not in tests]


def fault_found(test, answer):
    """What `test` finds wrong with `answer`, in a line, or that it comes to no end; "" for nothing."""

    def work():
        try:
            test(answer)
        except TimeUp:
            raise
        except BaseException as error:
            return in_a_line(error).partition("\n")[0][:LONGEST]
        return ""

    outcome = run_apart(work)
    return outcome.value if outcome.ending == "done" else str(ENDED[outcome.ending])


def let_through(task, test):
    """The known mistakes of `task` that `test` finds nothing wrong with."""
    return [mistake for mistake in task.mistakes if not fault_found(test, mistake.wrong)]


def report(path, out=print, only=()):
    """Tell for each test of the file what it lets through; returns how many mistakes that are.

    A test that refuses the right answer counts as one. With `only`, the tests of these tasks.
    """
    tests, others = tests_in(path)
    if only:
        tests, others = {name: test for name, test in tests.items() if name in only}, []
        for name in set(only) - set(tests):
            out(say("{name}: the file has no test of it", name=name))
    for name in others:
        out(say("{name}: no task is called so, and nothing was tried", name=name))
    total = 0
    for name, test in tests.items():
        task = TASKS[name]
        if fault := fault_found(test, partial(task.reference)):
            out(say("{name}: the test refuses the right answer ({fault})", name=name, fault=fault))
            total += 1
            continue
        passed = let_through(task, test)
        found, all = len(task.mistakes) - len(passed), len(task.mistakes)
        out(say("{name}: {found} of {all} mistakes are found", name=name, found=found, all=all))
        for mistake in passed:
            out(f"  {mistake.id}: {text(mistake.message)}")
        total += len(passed)
    return total
