"""A zero needs evidence: whatever goes wrong in the machine, a right answer has its points or no mark."""

import contextlib
import copy
import dataclasses
import itertools
import json
import os
import signal
import sys
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from submissions import cell, solve, text

from hpcourse.checks import TASKS, isolation, remote
from hpcourse.instructor import hosts, limits, sandbox, submission
from hpcourse.instructor.grade import stamp_of
from hpcourse.instructor.hosts import Work
from hpcourse.instructor.outcomes import read_outcome
from hpcourse.instructor.submission import NO_MARK, Doubt, Unfit, judged

FENCED = not sandbox.why_not()
RIGHT = "def gd_step(w, grad, lr):\n    return w - lr * grad"
UPHILL = "def gd_step(w, grad, lr):\n    return w + lr * grad"
CELLS = ("setup", "gd-step-answer", "gd-step-check", "largest-stable-lr-answer", "largest-stable-lr-check")


@pytest.fixture(scope="module")
def little(released):
    """A released notebook of two tasks, and nothing that takes time."""
    notebook = copy.deepcopy(released)  # other tests hand out the same one
    notebook.cells = [one for one in notebook.cells if one.id in CELLS]
    cell(notebook, "setup").source = "import hpcourse as hp\nimport numpy as np"
    return notebook


@pytest.fixture
def graded(little, solved, course):
    """{task: points, or None} and the notes, of a notebook in which some cells are as given here."""

    def grade(**sources):
        notebook = solve(little, solved)
        for name, source in sources.items():
            cell(notebook, name.replace("_", "-")).source = source
        few, seeds = {**course.limits, "cell_seconds": 5}, {"gd_step": 1, "largest_stable_lr": 2}
        work = Work("x", "day1", "s", text(notebook), text(little), seeds, few, "en", FENCED)
        done = hosts.grade(work)
        told = json.loads(done.notebook)
        path = course.notebook("autograded", "day1", "x")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(done.notebook)
        tasks = [task for task in course.tasks("day1") if task.name in seeds]
        record = {"notes": [], "source": "x"}
        given = {one.id: one.source for one in little.cells}
        outcome = read_outcome(course, "x", "day1", tasks, given, record, {})
        assert (stamp_of(path) == "") == (None in [mark.score for mark in outcome.marks])
        return {mark.task: mark.score for mark in outcome.marks}, [
            noted[0] for noted in told["metadata"]["hpcourse"]["notes"]
        ]

    return grade


FULL = {"gd_step": 1.0, "largest_stable_lr": 1.0}
NONE = {"gd_step": None, "largest_stable_lr": 1.0}
ZERO = {"gd_step": 0.0, "largest_stable_lr": 1.0}


@pytest.fixture
def when(monkeypatch):
    """Let something happen before a kernel is given a cell with some words in it, the first `times` times."""

    def arrange(words, times, happen):
        left, execute = [times], submission.Client.execute_cell

        def watched(client, one, index, **more):
            if words in one.source and left[0]:
                left[0] -= 1
                happen(client, one)
            return execute(client, one, index, **more)

        monkeypatch.setattr(submission.Client, "execute_cell", watched)

    return arrange


def kill(client, one):
    """As the system does when memory is short."""
    for process in limits.below():
        with contextlib.suppress(ProcessLookupError):  # it went with the one before
            os.kill(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("words", ["import numpy", "def gd_step", "observe('gd_step'"])
def test_a_kernel_killed_from_outside_costs_no_points(words, graded, when):
    when(words, 1, kill)
    points, _ = graded()
    assert points == FULL


@pytest.mark.parametrize(
    ("words", "points"),
    [
        ("def gd_step", NONE),
        ("import numpy", {**FULL, "largest_stable_lr": None}),
        ("observe('gd_step'", NONE),
    ],
)
def test_a_kernel_that_is_killed_there_each_time_is_nobodys_zero(words, points, graded, when):
    when(words, 99, kill)
    told, notes = graded()
    assert told == points
    assert NO_MARK in notes


def test_a_kernel_that_ends_itself_in_the_same_cell_each_time_has_done_so(graded):
    assert graded(gd_step_answer="import os\nos._exit(3)")[0] == ZERO


def test_an_answer_that_kills_its_kernel_gains_nothing_and_is_to_be_looked_at(graded):
    points, notes = graded(gd_step_answer=f"{UPHILL}\nimport os\nos.kill(os.getpid(), 9)")
    assert points == NONE
    assert NO_MARK in notes


def test_a_wrong_answer_is_zero_in_one_run(graded, monkeypatch):
    runs, run = [], submission.Runner.run
    monkeypatch.setattr(submission.Runner, "run", lambda *a, **k: runs.append(a) or run(*a, **k))
    assert graded(gd_step_answer=UPHILL)[0] == ZERO
    assert len(runs) == 1


def test_an_error_that_does_not_come_again_costs_no_points(graded, when):
    fault = "raise OSError(28, 'No space left on device')\n"
    when("def gd_step", 1, lambda client, one: one.update(source=fault + one.source))
    assert graded()[0] == FULL


def test_where_a_cell_that_was_given_fails_each_time_no_answer_is_wrong(graded, when):
    def hide(client, one):  # as a package that is being replaced
        client.execute_cell(new_code_cell("import sys; sys.modules['numpy'] = None"), 0)

    when("import numpy", 99, hide)
    points, notes = graded()
    assert points == {"gd_step": None, "largest_stable_lr": None}
    assert NO_MARK in notes


def test_an_error_that_comes_again_is_the_submissions(graded):
    assert graded(gd_step_answer=f"1 / 0\n{RIGHT}")[0] == ZERO


def test_another_version_of_this_package_in_the_kernel_makes_nobody_wrong(graded, monkeypatch):
    task = TASKS["gd_step"]
    newer = dataclasses.replace(task, cases=lambda rng: task.cases(rng)[:-1])
    monkeypatch.setitem(TASKS, "gd_step", newer)
    monkeypatch.setitem(remote.ALL, "gd_step", newer)
    with pytest.raises(Unfit, match="own answer to gd_step fails"):
        graded()


def test_a_check_that_fails_once_costs_no_points(graded, when):
    gone = "__import__('os').fork = lambda: 1 / 0\n"
    when("observe('gd_step'", 1, lambda client, one: one.update(source=gone + one.source))
    assert graded()[0] == FULL


def test_whoever_breaks_the_kernel_for_our_own_answer_too_has_no_mark(graded):
    lies = "import hpcourse.checks.remote as r\nr.observe = r.control = lambda *a: '['"
    points, notes = graded(gd_step_answer=f"{lies}\n{RIGHT}")
    assert points == {"gd_step": None, "largest_stable_lr": None}
    assert NO_MARK in notes


def test_a_grader_without_memory_is_not_fit_to_judge(graded, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(remote, "Told", full)
    with pytest.raises(Unfit, match="MemoryError"):
        graded()


# ---- the same without a kernel


class Script:
    """A runner whose runs are written down: the scores, and the doubts."""

    def __init__(self, *runs):
        self.runs, self.careful = list(runs), []

    def run(self, notebook, careful=False):
        self.careful.append(careful)
        scores, self.doubts = self.runs.pop(0)
        for one, score in zip(notebook.cells, scores):
            one.metadata.hpcourse.update(status="passed" if score else "not yet", score=score)
        return []

    record_nothing = submission.Runner.record_nothing


ODD, OTHER, FOREIGN = Doubt("a", "ValueError"), Doubt("a", "KeyError"), Doubt("a", "ended", True)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([([1, 0], [])], [1, 0]),
        ([([1, 1], [FOREIGN])], [1, 1]),
        ([([1, 0], [ODD]), ([1, 1], [ODD])], [1, 1]),
        ([([1, 0], [ODD]), ([1, 0], [ODD])], [1, 0]),
        ([([1, 0], [ODD]), ([1, 0], [])], [1, 0]),
        ([([1, 0], [ODD]), ([1, 0], [OTHER])], [1, None]),
        ([([1, 0], [ODD]), ([0, 1], [OTHER])], [None, 1]),
        ([([1, 0], [FOREIGN]), ([1, 0], [FOREIGN])], [1, None]),
        ([([1, 0], [FOREIGN]), ([1, 0], [])], [1, 0]),
    ],
)
def test_what_counts_after_one_run_or_two(runs, expected, little):
    notebook = nbformat.from_dict(little)
    notebook.cells = [one for one in notebook.cells if one.id.endswith("-check")]
    runner = Script(*runs)
    _, unmarked = judged(runner, notebook)
    assert [one.metadata.hpcourse.score for one in notebook.cells] == expected
    assert len(unmarked) == expected.count(None)
    assert runner.careful == [False, True][: len(runs)]


@pytest.mark.parametrize(
    ("program", "own"),
    [
        ("os._exit(3)", True),
        ("os.abort()", True),
        ("os.kill(os.getpid(), 9)", False),
        ("os._exit(137)", False),
    ],
)
def test_a_death_that_may_come_from_outside_is_known_by_its_status(program, own):
    status = os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", f"import os; {program}"])
    assert submission._its_own(status) == own


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not say")
def test_an_answer_that_waits_for_a_processor_is_not_out_of_time(monkeypatch):
    """Between any two looks at the clock a minute has passed, in which the machine did other things."""
    monkeypatch.setattr(isolation, "PATIENCE", 10.0)
    minutes = itertools.count()
    monkeypatch.setattr(isolation.time, "monotonic", lambda: 60.0 * next(minutes))

    def work():
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass
        return "done"

    assert isolation.run_apart(work, 0.5).value == "done"


@pytest.mark.parametrize("forever", ["while True: pass", "time.sleep(99)", "os.kill(os.getpid(), 19)"])
def test_an_answer_that_computes_or_sleeps_for_ever_is_given_up(forever, monkeypatch):
    monkeypatch.setattr(isolation, "PATIENCE", 10.0)
    code = f"import os, signal, time\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n{forever}"
    assert isolation.run_apart(lambda: exec(code), 0.1).ending == "time"


def test_our_own_answer_passes_everywhere_unless_the_machine_refuses_what_answers_may_need(monkeypatch):
    for name in TASKS:
        assert remote.conclude(name, remote.control(name, 5), 5).passed, name
    monkeypatch.setattr(remote, "NEEDS", 2**45)
    assert not remote.conclude("gd_step", remote.control("gd_step", 5), 5).passed


def test_a_refused_process_is_said_to_be_that(monkeypatch):
    def refuse():
        raise OSError(12, "Cannot allocate memory")

    open_files = len(os.listdir("/dev/fd"))
    monkeypatch.setattr(os, "fork", refuse)
    with pytest.raises(isolation.NoProcess):
        remote.observe("gd_step", lambda w, grad, lr: w)
    assert len(os.listdir("/dev/fd")) == open_files
