"""Grading as a pure function, done by whatever workers there are; and a kill at any moment loses nobody."""

import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
import zipfile
from concurrent.futures import Future, ThreadPoolExecutor

import nbformat
import pytest
from submissions import MAKERS, cell, solve, text
from tqdm import tqdm

from hpcourse.__main__ import main
from hpcourse.checks import ALL
from hpcourse.instructor import (
    autograder,
    elsewhere,
    hosts,
    limits,
    outcomes,
    records,
    report,
    sandbox,
    scratch,
)
from hpcourse.instructor.course import Course
from hpcourse.instructor.feedback import page_of, write_feedback
from hpcourse.instructor.grade import Due, find_due, grade_with
from hpcourse.instructor.hosts import Graded, Work
from hpcourse.instructor.look_at import look_at
from hpcourse.instructor.notes import words
from hpcourse.instructor.outcomes import Mark, Outcome, read_outcomes
from hpcourse.instructor.report import _plot, _write_mistakes, count_mistakes
from hpcourse.instructor.signs import signs

WHY_NOT = sandbox.why_not()
UPHILL = "def gd_step(w, grad, lr):\n    return w + lr * grad"


@pytest.fixture
def small(course, released, solved, write):
    """A class of three, collected: right, uphill, nothing."""
    (course.root / "roster.csv").write_text("id,name\na,Ada Lovelace\nb,Ben\nc,Cy\n")
    wrong = solve(released, solved)
    cell(wrong, "gd-step-answer").source = UPHILL
    drop = write({"a.ipynb": text(solve(released, solved)), "b.ipynb": text(wrong)})
    assert main(["course", "collect", str(drop), "--assignment", "day1", "--course", str(course.root)]) == 0
    return course, drop


def full_points(work):
    """Stands in for grading: everything is right, and no kernel is started."""
    notebook = nbformat.reads(work.notebook, as_version=4)
    for one in notebook.cells:
        if one.metadata.get("nbgrader", {}).get("grade"):
            told = {"status": "passed", "mistake": None, "score": 1.0, "points": one.metadata.nbgrader.points}
            one.metadata.hpcourse.update(told)
            shown = {"text/html": "<p>passed</p>", "text/plain": "passed"}
            one.outputs = [nbformat.v4.new_output("display_data", shown)]
    notebook.metadata["hpcourse"] = {"notes": [], "stamp": work.stamp}
    return Graded(nbformat.writes(notebook) + "\n")


def scores(course):
    return {outcome.student: outcome.score for outcome in read_outcomes(course, ["day1"])}


def grade_all(course, grade=full_points, executor=None):
    due, _ = find_due(course, ["day1"])
    grade_with(executor or ThreadPoolExecutor(2), 2, course, due, False, grade)
    return due


class Fragile:
    """An executor whose workers die: the first tries of each work end without a result."""

    def __init__(self, deaths):
        self.deaths, self.tries = deaths, {}

    def submit(self, function, work):
        future, before = Future(), self.tries.get(work.student, 0)
        self.tries[work.student] = before + 1
        if before < self.deaths:
            future.set_exception(type("KilledWorker", (Exception,), {})("gone"))
        else:
            future.set_result(function(work))
        return future


def test_a_worker_that_dies_costs_a_second_try_and_no_mark(small):
    course, _ = small
    grade_all(course, executor=Fragile(2))
    assert scores(course) == {"a": 9, "b": 9, "c": 9}


def test_what_no_worker_survives_has_no_mark_and_says_so(small):
    course, _ = small
    due = grade_all(course, executor=Fragile(99))
    assert all(one.trouble == ["the worker ended 3 times"] for one in due)
    assert scores(course) == {"a": None, "b": None, "c": None}
    assert main(["course", "report", "--course", str(course.root)]) == 0
    table = (course.root / "report/marks.csv").read_text(encoding="utf-8-sig").splitlines()
    assert all(",," in line and "could not be graded" in line for line in table[1:])
    assert (course.root / "report/look_at.csv").read_text(encoding="utf-8-sig").count(
        "could not be graded"
    ) == 3


@pytest.mark.parametrize("name", ["c.pdf", "c.docx", "c.html"])
def test_another_file_than_a_notebook_has_no_mark_and_is_to_be_looked_at(name, small, write):
    course, drop = small
    write({name: b"%PDF-1.4"}, drop)
    where = ["--course", str(course.root)]
    assert main(["course", "collect", str(drop), "--assignment", "day1", *where]) == 0
    grade_all(course)
    assert scores(course) == {"a": 9, "b": 9, "c": None}
    assert main(["course", "report", *where]) == 0
    assert f"only {name}" in (course.root / "report/look_at.csv").read_text(encoding="utf-8-sig")


class Killed(BaseException):
    """What a kill is here: nothing catches it."""


@pytest.mark.parametrize("step", range(1, 13, 2))
def test_after_a_kill_at_any_write_nobody_has_a_wrong_mark_and_the_same_command_goes_on(
    step, small, monkeypatch, released, solved, write
):
    course, drop = small
    grade_all(course)
    assert scores(course) == {"a": 9, "b": 9, "c": 9}
    write({"c.ipynb": text(solve(released, solved)), "a.ipynb": text(released)}, drop)  # handed in again
    left = [step]
    replace = os.replace

    def dying(source, target):
        left[0] -= 1
        if not left[0]:
            raise Killed
        replace(source, target)

    monkeypatch.setattr(records.os, "replace", dying)
    collect = ["course", "collect", str(drop), "--assignment", "day1", "--course", str(course.root)]
    try:
        main(collect)
        grade_all(course, grade=lambda work: full_points(work))
    except Killed:
        pass
    monkeypatch.setattr(records.os, "replace", replace)
    assert set(scores(course).values()) <= {9, None}
    assert scores(course)["b"] == 9
    assert main(collect) == 0
    assert set(scores(course).values()) <= {9, None}
    grade_all(course)
    assert scores(course) == {"a": 9, "b": 9, "c": 9}
    assert list(course.root.glob("earlier/day1/a/*.ipynb"))


def test_after_a_kill_at_any_write_of_the_report_each_file_is_whole_and_the_same_command_goes_on(
    small, monkeypatch
):
    course, _ = small
    grade_all(course)
    command = ["course", "report", "--for", "moodle", "--course", str(course.root)]

    def files():
        places = [*course.root.glob("report/*"), *course.root.glob("feedback/**/*.html")]
        return {path: path.read_bytes() for path in places}

    assert main(command) == 0
    whole, replace, calls = files(), os.replace, []
    monkeypatch.setattr(records.os, "replace", lambda *paths: calls.append(paths) or replace(*paths))
    assert main(command) == 0
    assert len(calls) == len(whole)  # every file is written by way of another
    monkeypatch.setattr(report, "_plot", lambda counts, path: records.write_whole(path, b"quickly"))
    assert main(command) == 0
    whole = files()
    for step in range(0, len(whole), 3):
        for path in whole:
            path.unlink(missing_ok=True)
        left = iter(range(step + 1))

        def dying(source, target, left=left, last=step):
            if next(left) == last:
                raise Killed
            replace(source, target)

        monkeypatch.setattr(records.os, "replace", dying)
        with pytest.raises(Killed):
            main(command)
        assert files().items() <= whole.items()
        monkeypatch.setattr(records.os, "replace", replace)
        assert main(command) == 0
        assert files() == whole


def half_points(work):
    """Stands in for grading: an answer is right unless it is as it was given, or goes uphill."""
    given = {one.id: one.source for one in nbformat.reads(work.released, as_version=4).cells}
    graded = nbformat.reads(full_points(work).notebook, as_version=4)
    answers = {one.id: one.source for one in graded.cells}
    for one in graded.cells:
        source = answers.get(one.id.removesuffix("-check") + "-answer")
        if "status" in one.metadata.get("hpcourse", {}) and source in (given[one.id[:-5] + "answer"], UPHILL):
            one.metadata.hpcourse.update(status="not yet", score=0.0)
    return Graded(nbformat.writes(graded) + "\n")


def after_a_kill(step, after):
    """What SIGKILL does to a step, `after` so many seconds; None lets it end. Returns the seconds it took."""
    began, child = time.perf_counter(), os.fork()
    if child == 0:
        try:
            sys.stdout = sys.stderr = io.StringIO()
            tqdm.set_lock(threading.RLock())  # the one it has from here would stay locked in the killed one
            step()
        except BaseException:
            os.write(2, traceback.format_exc().encode())  # else nobody would hear why it did not do its work
            os._exit(1)
        os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert after is not None or status == 0
    return time.perf_counter() - began


def killed_before(number, step):
    """SIGKILL before a step's change of that `number` to what lies on the disk; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = iter(range(number))

        def watch(event, _):  # each write is a new file beside the old one, and ends with these two
            if event in ("os.rename", "os.remove", "os.rmdir") and next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.stdout = sys.stderr = io.StringIO()
            tqdm.set_lock(threading.RLock())
            sys.addaudithook(watch)
            step()
        except BaseException:
            os.write(2, traceback.format_exc().encode())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL)
    return status != 0


@pytest.mark.slow
def test_after_sigkill_at_any_change_that_collect_makes_the_same_command_brings_all_of_it(
    template, released, solved, tmp_path, write
):
    right, uphill = solve(released, solved), solve(released, solved)
    cell(uphill, "gd-step-answer").source = UPHILL
    right, uphill, some = text(right), text(uphill), text(solve(released, solved, "gd_step"))
    drops = [
        write({"a.ipynb": uphill, "who.ipynb": some, "x.ipynb": uphill}, tmp_path / "first"),
        write({"a.ipynb": right, "b.ipynb": some}, tmp_path / "second"),
    ]

    def collect(course, drop):
        where = ["--assignment", "day1", "--course", str(course.root)]
        return lambda: main(["course", "collect", str(drop), *where])

    def files(course):
        places = (path for path in course.root.rglob("*") if path.is_file() and path.name != ".lock")
        return {str(path.relative_to(course.root)): path.read_bytes() for path in places}

    def settle(course):  # x is nobody's
        table = course.root / "matches.csv"
        if table.exists():
            table.write_text(table.read_text("utf-8-sig").replace("x.ipynb,,", "x.ipynb,-,"), "utf-8-sig")

    def fresh(name, base):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        shutil.copytree(base, tmp_path / name)
        return Course.open(tmp_path / name)

    calm = fresh("calm", template)
    (calm.root / "roster.csv").write_text("id,name\na,Ada Lovelace\nb,Ben\n")
    rows = [{"a", "b", "unknown-who", "unknown-x"}, {"a", "b", "unknown-x"}, {"a", "b", "unknown-who"}]
    for drop, expected in zip((*drops, drops[0]), rows):
        before = fresh("before", calm.root)
        assert not killed_before(10**6, collect(calm, drop))
        whole, there = files(calm), calm.handed_in("day1")
        number = 0
        while killed_before(number, collect(course := fresh("course", before.root), drop)):
            number += 1
            read = {one.student: one for one in read_outcomes(course, ["day1"])}
            assert set(course.handed_in("day1")) <= set(read), "a row is missing"
            assert all(one.score is None and one.notes for one in read.values())
            kept = {data for name, data in files(course).items() if name.startswith(("submitted", "earlier"))}
            handed_in = [name for name in files(before) if name.startswith("submitted/a/")]
            assert {files(before)[name] for name in handed_in} <= kept, "work is lost"
            assert not killed_before(10**6, collect(course, drop))
            assert files(course) == whole, f"killed before change {number - 1}"
        assert number > 12
        assert set(there) == expected
        settle(calm)


@pytest.mark.slow
def test_after_sigkill_at_random_moments_marks_are_true_or_missing_with_a_reason(
    template, released, solved, tmp_path, write, monkeypatch
):
    right, uphill = solve(released, solved), solve(released, solved)
    cell(uphill, "gd-step-answer").source = UPHILL
    right, uphill, nothing, some = map(text, (right, uphill, released, solve(released, solved, "gd_step")))
    drops = [
        write({"a.ipynb": right, "b.ipynb": uphill, "c.ipynb": nothing, "d.pdf": b"%PDF", "who.ipynb": some}),
        write({"a.ipynb": b"{", "b.ipynb": right, "d.ipynb": uphill, "e.ipynb": right}, tmp_path / "second"),
    ]
    monkeypatch.setattr(report, "_plot", lambda counts, path: records.write_whole(path, b"quickly"))

    def fresh(name):
        shutil.copytree(template, tmp_path / name)
        people = "".join(f"{student},{student.upper()}na Lee\n" for student in "abcde")
        (tmp_path / name / "roster.csv").write_text(f"id,name\n{people}")
        return Course.open(tmp_path / name)

    def steps(course):
        where = ["--course", str(course.root)]
        for drop in drops:
            yield lambda drop=drop: main(["course", "collect", str(drop), "--assignment", "day1", *where])
            yield lambda: grade_all(course, half_points)
            yield lambda: main(["course", "report", "--for", "canvas", *where])

    def kept(course):
        places = [*course.root.glob("submitted/**/*.ipynb"), *course.root.glob("earlier/**/*.ipynb")]
        return {path.read_bytes() for path in places}

    def written(course):
        places = [*course.root.glob("report/*.csv"), *course.root.glob("feedback/**/*.html")]
        return {str(path.relative_to(course.root)): path.read_bytes() for path in places}

    calm = fresh("calm")
    seconds, marks, handed_in, files = [], [], [], []
    for step in steps(calm):
        seconds.append(after_a_kill(step, None))
        marks.append(scores(calm))
        handed_in.append(kept(calm))
        files.append(written(calm))
    assert marks[4] == {"a": 9, "b": 9, "c": 0, "d": 8, "e": 9, "unknown-who": 1}
    true = {(student, score) for table in marks for student, score in table.items() if score is not None}
    drawn, course = random.Random(7), fresh("course")
    for number, step in enumerate(steps(course)):
        for _ in range(6):
            after_a_kill(step, drawn.uniform(0, 1.1) * seconds[number])
            read = read_outcomes(course, ["day1"])
            looked = {student for _, row, *_ in look_at(course, read) for student in row.split()}
            for one in read:
                assert (one.student, one.score) in true or (one.score is None and one.notes)
                assert one.score is not None or one.student in looked
            assert number == 0 or handed_in[number - 1] <= kept(course)
            for path in course.root.rglob("*.json"):
                json.loads(path.read_bytes())
        after_a_kill(step, None)
        assert scores(course) == marks[number]
        assert kept(course) == handed_in[number]
        assert written(course) == files[number]
    assert not list(course.root.rglob("*.part"))


def test_a_damaged_gradebook_is_named(small, capsys):
    course, _ = small
    (course.root / "gradebook.db").write_bytes(b"no database" * 999)
    assert main(["course", "report", "--course", str(course.root)]) == 1
    assert "gradebook.db: file is not a database" in capsys.readouterr().err


def test_the_gradebook_holds_what_was_graded(small):
    course, _ = small
    grade_all(course)
    with course.gradebook() as book:
        assert book.find_submission("day1", "a").score == 9
        assert (
            book.find_comment("gd-step-answer", "day1_exercises", "day1", "c").auto_comment == "No response."
        )


@pytest.mark.slow
def test_a_host_that_is_killed_is_replaced(small, monkeypatch):
    course, _ = small
    due, _ = find_due(course, ["day1"])
    first = hosts._Host.borrow()
    hosts._Host.give_back(first)
    first.process.kill()
    grade_with(ThreadPoolExecutor(1), 1, course, due[1:2], not WHY_NOT)
    assert scores(course)["b"] == 8
    hosts.close_hosts(over=False)


HANGING = """
import sys, time
from hpcourse.instructor import hosts, limits, submission
limits.FAR, limits.STUCK, hosts.GRACE = {far}, 5, 1
def hang(*_): time.sleep(1000)
{what} = hang
hosts.be_host()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "far", "seconds", "said"),
    [
        ("hosts._be_the_fork", 0, 5, hosts.TOO_LONG),  # whatever the grader hangs in
        ("hosts._in_a_fork", 0, 5, hosts.TOO_LONG),  # the host itself
        ("submission.Client.execute_cell", 10, 40, "the grader ended (1)"),  # its own guard sees it sleep
    ],
)
def test_a_grader_that_hangs_does_not_hold_the_class(what, far, seconds, said, small, monkeypatch):
    course, _ = small
    course.limits["seconds"] = 1
    monkeypatch.setattr(hosts._Host, "command", (sys.executable, "-c", HANGING.format(what=what, far=far)))
    monkeypatch.setattr(hosts, "TRIES", 1)
    monkeypatch.setattr(hosts, "far", lambda limits: 3 if far == 0 else 100)
    monkeypatch.setattr(hosts, "GRACE", 10)
    due = find_due(course, ["day1"])[0][:1]
    began = time.monotonic()
    grade_with(ThreadPoolExecutor(1), 1, course, due, False)
    hosts.close_hosts(over=False)
    assert due[0].trouble == [said]
    assert time.monotonic() - began < 20 + seconds  # on a busy machine; by the limits alone it would be 130
    assert scores(course)[due[0].student] is None


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_marks_also_when_a_worker_is_killed(small):
    distributed = pytest.importorskip("distributed")
    course, _ = small
    due, _ = find_due(course, ["day1"])
    grade_with(ThreadPoolExecutor(2), 2, course, due, not WHY_NOT)
    hosts.close_hosts(over=False)
    here = {one.student: course.notebook("autograded", "day1", one.student).read_bytes() for one in due}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        pids = client.run(os.getpid)
        executor = client.get_executor(pure=False, retries=3)
        again, _ = find_due(course, ["day1"], again=True)
        victim = ThreadPoolExecutor(1).submit(lambda: (time.sleep(1), os.kill(next(iter(pids.values())), 9)))
        grade_with(executor, 2, course, again, not WHY_NOT)
        victim.result()
    assert not [one.trouble for one in again if one.trouble]
    assert {
        one.student: course.notebook("autograded", "day1", one.student).read_bytes() for one in due
    } == here


@pytest.mark.slow
def test_a_broken_work_is_told_apart_from_a_dead_worker(small):
    course, _ = small
    one = Due("x", "day1", course.root / "x.ipynb")
    one.path.write_text("[1]")
    grade_with(ThreadPoolExecutor(1), 1, course, [one], False)
    hosts.close_hosts(over=False)
    assert "not a notebook" in one.trouble[0]


# ---- what a person should look at


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("from hpcourse import SGD as H\nH(0.1)", "package"),
        ("from hpcourse import *\nAdam(0.1)", "package"),
        ("import hpcourse\nhpcourse.SGD(0.1)", "package"),
        ("import hpcourse.optimizers as o\no.SGD(0.1)", "package"),
        ("x = hp\ny = x.Adam\ny(1)", "package"),
        ("getattr(hp, 'SGD')(0.1)", "package"),
        ("vars(hp)['SGD'](0.1)", "package"),
        ("hp.__dict__['SGD']", "package"),
        ("import importlib\nimportlib.import_module('hpcourse').Momentum", "package"),
        ("m = __import__('hpcourse')\nm.CosineDecay(1, 2)", "package"),
        ("import sys\nsys.modules['hpcourse'].Adam", "package"),
        ("this is no Python\nhp.Adam(0.1)", "package"),
        ("from hpcourse.checks.tasks import TASKS", "package"),
        ("from os import system as s\ns('ls')", "opens files"),
        ("!cat /etc/passwd", "opens files"),
        ("import subprocess as sp", "opens files"),
        ("open('x')", "opens files"),
        ("().__class__.__subclasses__()", "interpreter"),
        ("eval('1')", "out of text"),
        ("get_ipython().ast_transformers", "how code is run"),
        ("from urllib import request", "network"),
        ("from operator import attrgetter as a\na('SGD')(hp)", "package"),
        ("import operator\noperator.methodcaller('Adam', 0.1)(hp)", "package"),
        ("import operator\nget = operator.attrgetter(name)\nget(hp)", "cannot be followed"),
        ("getattr(hp, 'S' + 'GD')", "package"),
        ("n = 'mada'\ngetattr(thing(), n[::-1].title())", "package"),
        ("getattr(hp, f'{\"Ad\"}am')", "package"),
        ("getattr(hp, ''.join(['Mo', 'mentum']))", "package"),
        ("getattr(hp, chr(83) + 'GD')", "package"),
        ("getattr(hp, '{}{}'.format('Ad', 'am'))", "package"),
        ("getattr(hp, input())", "cannot be followed"),
        ("import importlib\nimportlib.import_module('hp' + 'course').Lion", "package"),
        ("import importlib\nimportlib.import_module(name)", "cannot be followed"),
        ("import pydoc\npydoc.locate('hpcourse.Adam')", "package"),
        ("import pkgutil\npkgutil.resolve_name('hpcourse:Adam')", "package"),
        ("[x for x in vars(hp).values()]", "cannot be followed"),
        ("import inspect\ninspect.getmembers(hp)", "cannot be followed"),
        ("box = [hp]", "cannot be followed"),
        ("def f(w, h=hp):\n    return h", "cannot be followed"),
        ("(lambda h: h.SGD)(hp)", "package"),
        ("hp.__getattribute__('SGD')", "package"),
        ("globals()['hp'].SGD", "package"),
        ("globals()['h' + 'p'].Momentum", "package"),
        ("(h := hp).SGD", "package"),
        ("if (h := hp):\n    h.Adam", "package"),
        ("exec('from hpcourse import Adam')", "package"),
        ("code = 'import hpcourse as z; '\nexec(code + 'z.RMSProp')", "package"),
        ("eval('hp.' + 'AdamW')", "package"),
        ("exec(open('x').read())", "out of text"),
        ("e = exec\ne(source)", "out of text"),
        ("hp.minibatches(10, 5)", "package"),
        ("from hpcourse.optimizers import *\nAdam(1)", "package"),
        ("%time y = hp.Adam(0.1)", "package"),
        ("files = !ls /", "opens files"),
        ("%%bash\nls", "opens files"),
        ("from unittest.mock import patch\npatch('hpcourse.SGD')", "cannot be followed"),
        ("import timeit\ntimeit.timeit('SGD()', setup='from hpcourse import SGD')", "cannot be followed"),
        ("from pkg_resources import resource_string as r\nr('hp' + 'course', 'x')", "cannot be followed"),
        ("hp.check = lambda *a: None", "cannot be followed"),
        ("import code\ncode.interact()", "interpreter"),
        ("run(exec, 'x')", "out of text"),
        ("from IPython.core.interactiveshell import InteractiveShell as I", "how code is run"),
        ("np.load('x.npy')", "opens files"),
        ("import numpy\nnumpy.loadtxt('x')", "opens files"),
        ("import pandas as pd\npd.read_csv('x')", "opens files"),
    ],
)
def test_what_code_does_is_seen_under_whatever_name(code, why):
    assert any(why in sign[0] for sign in signs([code]))


@pytest.mark.parametrize(
    "code",
    [
        "import hpcourse as h\nf = getattr(h, 'SGD')",
        "import importlib\nm = importlib.import_module('hpcourse')\ngetattr(m, 'SGD')",
        "from importlib import import_module as load\ngetattr(load(name='hpcourse.optimizers'), 'SGD')",
        "getattr(__import__('hpcourse'), 'SGD')",
        "g = getattr\ng(hp, 'SGD', None)",
        "getattr(hp, 'S' + 'GD')",
    ],
)
def test_a_way_around_to_a_rule_counts_also_where_the_notebook_uses_the_rule_itself(code):
    assert any(sign.startswith("getattr") for _, sign, _ in signs([code]))
    assert not any(sign.startswith("getattr") for _, sign, _ in signs(["hp.SGD(0.1)\ngetattr(hp, 'say')"]))


def test_an_open_task_may_be_solved_by_the_packages_rules_and_no_function_by_way_of_it():
    rule = "def rate(step):\n    return hp.CosineDecay(0.1, 100)(step)\nlater = hp.CosineDecay(1, 2)"
    assert signs([rule])
    assert signs([rule], free={0}) == []
    assert signs([rule, "my_schedule = rate"], free={0, 1}) == []
    for used in ("def warm(step):\n    return rate(step)", "warm = later"):
        assert {sign[1] for sign in signs([rule, used], free={0})} == {"CosineDecay"}
    for never in ("hp.checks.ALL", "getattr(hp, 'Adam')", "f(hp)"):
        assert signs([never], free={0})


def test_what_leads_up_to_an_open_task_or_a_value_is_free_for_the_packages_rules():
    names = ("factor_schedule", "my_schedule", "best_decay_rate", "linear_warmup")
    cells = [{"id": "given", "cell_type": "code", "source": "import hpcourse as hp"}]
    for name in names:
        own = {"cell_type": "code", "metadata": {}}
        cells += [
            {**own, "id": f"more-{name}", "source": f"# before {name}"},
            {**own, "id": f"{name}-answer", "source": f"{name} = hp.CosineDecay(1, 2)"},
            {**own, "id": f"{name}-check", "source": f"hp.check('{name}', {name})"},
        ]
    checks = {f"{name}-check": name for name in names}
    own, free = outcomes._own(cells, {"given": "import hpcourse as hp"}, checks)
    assert [own[index] for index in sorted(free)] == [
        line
        for name in ("my_schedule", "best_decay_rate")
        for line in (f"# before {name}", f"{name} = hp.CosineDecay(1, 2)")
    ]


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY_NOT), reason=f"NO SANDBOX TESTED: {WHY_NOT}")
def test_a_kernel_that_broke_its_own_sockets_is_given_up_soon(course, released, solved):
    limits_here = {**course.limits, "cell_seconds": 2}
    wild = MAKERS["writes_into_every_descriptor"](released, solved)
    seeds = {task.name: 1 for task in course.tasks("day1")}
    began = time.monotonic()
    work = Work("x", "day1", "s", wild, text(released), seeds, limits_here)
    graded = hosts.grade_apart(work)
    hosts.close_hosts(over=False)
    assert time.monotonic() - began < 60
    cells = json.loads(graded.notebook)["cells"]
    told = [one["metadata"]["hpcourse"] for one in cells if one["metadata"].get("nbgrader", {}).get("grade")]
    assert [task["score"] for task in told] == [0.0] + [1.0] * (len(told) - 1)


@pytest.mark.slow
@pytest.mark.skipif(bool(WHY_NOT), reason=f"NO SANDBOX TESTED: {WHY_NOT}")
def test_where_the_machine_has_no_process_left_for_a_check_there_is_no_mark(course, released, solved):
    notebook = json.loads(text(solve(released, solved)))
    (setup,) = (one for one in notebook["cells"] if one["id"] == "setup")
    setup["source"] = "import os\ndef refuse():\n    raise BlockingIOError(11, 'x')\nos.fork = refuse\n" + (
        "".join(setup["source"])
    )
    seeds = {task.name: 1 for task in course.tasks("day1")}
    work = Work("x", "day1", "s", json.dumps(notebook), text(released), seeds, course.limits)
    graded = hosts.grade_apart(work)
    hosts.close_hosts(over=False)
    assert not graded.notebook
    assert "no process was left for the check observe('gd_step'" in graded.trouble


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nnp.sqrt(2)",
        "import hpcourse as hp\nhp.check('gd_step', gd_step)",
        "SGD = 3\nprint(SGD)",
        "# hp.Adam and open('x')",
        "text = 'hp.Adam, eval(1)'",
        "def compile_results(x):\n    return x",
        "import torch\ntorch.optim.Adam(p)",
        "print(hp)\nhelp(hp)\ntype(hp)",
        "a, b = hp, 3\nassert a is not None\na.check('x', b)",
        "getattr(hp, 'train')(network)",
        "results = {'SGD': 1}\nresults['SGD'], results.get('Adam')",
        "class Mine:\n    def __init__(self):\n        self.SGD = 1\n        print(self.SGD)",
        "%timeit -n 10 gd_step(1, 2, 3)",
        "print(f'{x:.3f} {y!r}'.format(1), 'x' * 10**9)",
        "'a'[5], 'abc'['x'], chr('x'), ''.join(x)",
        "print('hpcourse.SGD'), hp.say('a')\nplt.title('from the course')\nlabel = 'hpcourse'",
        "np.mean(np.ones(3)), data.load, model.save",
        "import re\nfrom re import compile\nre.compile('x'), compile('x')",
    ],
)
def test_what_is_harmless_is_not_seen(code):
    assert signs([code]) == []


def test_every_task_of_the_course_can_be_reported(tmp_path):
    marks = [Mark(name, 1.0, 0.0, "not yet", mistake="some") for name in ALL]
    outcome = Outcome("s001", "day1", marks, graded=True)
    counts = count_mistakes([outcome])
    _write_mistakes([outcome], counts, tmp_path / "table.csv")
    _plot(counts, tmp_path / "table.png")
    rows = (tmp_path / "table.csv").read_text("utf-8-sig").splitlines()[1:]
    assert rows == [f"day1,{name},some,1,1.00,,s001" for name in ALL]


def test_a_page_stays_small_whatever_a_submission_holds(course):
    marks = [
        Mark(task.name, 1.0, 0.0, "not yet", "", "<p>x</p>" * 10**5, '<"&' * 10**6)
        for task in course.tasks("day1")
    ]
    notes = [["renamed from {file}", {"file": "x" * 10**6}]] * 40
    outcome = Outcome("s001", "day1", marks, notes, graded=True)
    assert write_feedback(course, [outcome]) == 1
    assert page_of(course, "s001", "day1").stat().st_size < 300_000


@pytest.mark.parametrize("system", ["canvas", "moodle", "gradescope"])
def test_marks_are_written_as_systems_take_them_back(system, small):
    course, _ = small
    grade_all(course)
    course.notebook("autograded", "day1", "c").unlink()
    assert main(["course", "report", "--for", system, "--course", str(course.root)]) == 0
    (path,) = course.root.glob("report/for_*.csv")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    expected = {
        "canvas": ["Student,ID,SIS User ID,SIS Login ID,Section,day1", '"Lovelace, Ada",,a,,,9', "Cy,,c,,,"],
        "moodle": ["ID number,Full name,Email address,day1", "a,Ada Lovelace,,9", "c,Cy,,"],
        "gradescope": ["Name,SID,Email,Total Score,Max Points", "Ada Lovelace,a,,9,9", "Cy,c,,,9"],
    }[system]
    assert set(expected) <= set(lines)


# ---- limits


def held_by(program):
    """Bytes that a program holds, by our count and by what is resident."""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        (process,) = (one for one in limits.below() if one.pid == child.pid)
        return limits.memory([process]), process.rss
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="memory files are Linux'")
@pytest.mark.parametrize(
    "hold",
    [
        "f = os.memfd_create('x'); [os.write(f, bytes(2**20)) for _ in range(100)]",
        "m = mmap.mmap(-1, 10**8)\nif os.fork() == 0:\n    m.write(bytes(10**8)); os._exit(0)\nos.wait()",
        "f = open('/tmp/hp-held', 'wb'); os.unlink('/tmp/hp-held'); f.write(bytes(100 * 2**20)); f.flush()",
        "import socket\na, b = socket.socketpair()\nfor _ in range(2):\n    f = os.memfd_create('x')\n"
        "    for _ in range(50): os.write(f, bytes(2**20))\n"
        "    socket.send_fds(a, [b'x'], [f])\n    os.close(f)",
        "import socket\nkept = [socket.socketpair() for _ in range(120)]",
    ],
    ids=["memory file", "filled by a child that is gone", "deleted file", "waiting in a socket", "sockets"],
)
def test_memory_that_is_resident_nowhere_counts(hold):
    counted, resident = held_by(f"import os, mmap, time\n{hold}\nprint(flush=True)\ntime.sleep(60)")
    assert resident < 60 * 2**20
    assert counted > 0.9 * 10**8


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="other systems do not say")
def test_what_is_kept_in_a_socket_within_a_socket_is_too_much_after_a_while():
    guard = limits.Guard({"processes": 12, "memory_mb": 10**6}, lambda: False)
    send = "import socket, time\na, b = socket.socketpair()\nc, d = socket.socketpair()\n"
    send += (
        "socket.send_fds(c, [b'x'], [0])\nsocket.send_fds(a, [b'x'], [d.fileno()])\nc.close(), d.close()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", f"{send}print(flush=True)\ntime.sleep(60)"], stdout=subprocess.PIPE
    )
    try:
        child.stdout.readline()
        said = [guard._excess() for _ in range(limits.PATIENCE + 1)]
        assert said[:-1] == [None] * limits.PATIENCE
        assert "MB of memory" in words(said[-1])
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not say")
def test_what_a_process_shares_with_its_forks_counts_once():
    fill = "x = b'x' * 10**8\nfor _ in range(3): os.fork()"
    program = f"import os, time\n{fill}\nprint(flush=True)\ntime.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        for _ in range(8):
            child.stdout.readline()
        processes = limits.below()
        assert limits.memory(processes) > 7 * 10**8
        assert 10**8 < limits.memory(processes, 3 * 10**8) < 3 * 10**8
    finally:
        limits.end_all()
        child.wait()
        child.stdout.close()


def test_a_busy_machine_does_not_use_up_a_submissions_time():
    program = "import time\nprint(flush=True)\nwhile True:\n    pass"
    meter = limits.Meter()
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    child.stdout.readline()
    os.kill(child.pid, limits.signal.SIGSTOP)  # it would work, and gets no CPU
    time.sleep(0.3)
    meter.look()
    before = meter.cpu
    time.sleep(0.5)
    assert meter.look().cpu == before
    child.kill()
    child.wait()
    child.stdout.close()


FENCES = [
    pytest.param(lower, marks=pytest.mark.skipif(not can, reason=f"NO SANDBOX TESTED: {why}"))
    for lower, can, why in (
        (False, not WHY_NOT, WHY_NOT),
        (True, not WHY_NOT and sandbox.can_demote(fenced=True), WHY_NOT or "only root can do it"),
    )
]


@pytest.mark.parametrize("lower", FENCES)
def test_the_sandbox_shows_nothing_of_the_machine(lower, tmp_path, course):
    files = ("/etc/passwd", "/proc/1/cmdline", "/proc/self/mountinfo")
    program = f"import os\nfor file in {files}: print(open(file).read())\n"
    program += "open('/tmp/mine', 'w').close(); print(os.access('/usr', os.W_OK), os.access('/', os.W_OK))"
    (tmp_path / "work").mkdir()
    command = [*sandbox.start(tmp_path / "work", course.root, True, lower), sys.executable, "-c", program]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.endswith("False False\n")
    assert (tmp_path / "work/mine").exists()
    assert "root:" not in said
    assert str(course.root) not in said
    assert "--ro-bind" not in said


BOMB = """
import os, time
count = 0
try:
    while count < 300:
        if os.fork() == 0:
            time.sleep(3)
            os._exit(0)
        count += 1
except OSError:
    print(count)
"""
BOUND = """
import pathlib, subprocess, sys
from hpcourse.instructor import limits, sandbox
limits.limit({"memory_mb": 2048, "processes": 5}, sandbox.nobody())
print(sandbox.nobody(), flush=True)
before = sandbox.start(pathlib.Path(sys.argv[2]), None, sys.argv[3] == "True", True)
subprocess.run([*before, sys.executable, "-c", sys.argv[1]])
"""


@pytest.mark.slow
@pytest.mark.parametrize("fenced", [False, pytest.param(True, marks=FENCES[True].marks)])
@pytest.mark.skipif(not sandbox.can_demote(), reason="only root can start programs as another user")
def test_what_root_grades_is_bound_as_a_user_of_its_own(fenced, tmp_path):
    command = [sys.executable, "-c", BOUND, BOMB, str(tmp_path), str(fenced)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    user, started = map(int, run.stdout.split())
    assert user >= sandbox.NOBODIES
    assert 0 < started <= 20


@pytest.mark.parametrize(
    "fill",
    ["for _ in range(60):\n    if os.fork() == 0: os._exit(0)",
     "t = threading\nt.stack_size(2**15)\nfor _ in range(60): t.Thread(target=time.sleep, args=[9]).start()"],
    ids=["ended and not cleared away", "threads"],
)  # fmt: skip
def test_places_in_the_systems_table_count(fill):
    guard = limits.Guard({"processes": 12, "memory_mb": 10**6}, lambda: False)
    program = f"import os, threading, time\n{fill}\nprint(flush=True)\ntime.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    try:
        assert guard._excess() is None
        child.stdout.readline()
        assert words(guard._excess()) == "more than 12 processes"
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.mark.parametrize("lower", FENCES)
def test_in_the_sandbox_no_memory_outlives_its_process(lower, tmp_path):
    program = "import ctypes; c = ctypes.CDLL(None)\n"
    program += (
        "print(c.shmget(0, 10**6, 0o1600), c.semget(0, 32000, 0o1600), c.msgget(0, 0o1600), c.getppid() > 0)"
    )
    command = [*sandbox.start(tmp_path, None, True, lower), sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == [
        "-1", "-1", "-1", "True"
    ]  # fmt: skip


@pytest.mark.slow
def test_a_folder_whose_name_is_too_long_for_sockets_is_named(small, tmp_path, monkeypatch, capsys):
    course = small[0]
    deep = tmp_path / ("deep" * 25)
    deep.mkdir()
    monkeypatch.setenv("TMPDIR", str(deep))
    grade = ["course", "grade", "--course", str(course.root), "--jobs", "1"]
    main(grade)
    assert capsys.readouterr().out.count("set TMPDIR to a shorter folder") == 3
    assert not list(deep.iterdir())
    monkeypatch.undo()
    main(grade)
    assert "3 graded" in capsys.readouterr().out


@pytest.mark.slow
def test_what_a_killed_grader_leaves_the_next_one_removes(tmp_path):
    def start():
        before = set(tmp_path.glob("hp-*"))
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-m", "hpcourse.instructor.hosts"]
        host = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        while not (found := [f for f in set(tmp_path.glob("hp-*")) - before if (f / scratch.LOCK).exists()]):
            assert host.poll() is None
            time.sleep(0.02)
        return host, found[0]

    others, linked = tmp_path / "hp-of-somebody", tmp_path / "hp-linked"
    (others / "work").mkdir(parents=True)  # made in another way: nobody says that its owner is dead
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / scratch.LOCK).touch()
    linked.symlink_to(tmp_path / "kept")
    killed, its = start()
    (its / "hp-submission/deep").mkdir(parents=True)
    killed.kill()
    killed.wait()
    assert its.exists()
    living, second = start()
    assert not its.exists()
    third, last = start()
    assert second.exists()  # its owner lives
    assert others.exists()
    assert (tmp_path / "kept" / scratch.LOCK).exists()
    for host in (living, third):
        host.stdin.close()
        host.wait(60)
        host.stdout.close()
    killed.stdin.close()
    killed.stdout.close()
    assert not second.exists()
    assert not last.exists()


# ---- elsewhere


def test_neither_zip_nor_repository_holds_a_solution_or_the_secret(course, solved):
    where = ["--course", str(course.root)]
    assert main(["course", "autograder", "--gradescope", "--github", *where]) == 0
    with zipfile.ZipFile(course.root / "autograder/gradescope_day1.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
        runs = [name for name in files if archive.getinfo(name).external_attr >> 16 & 0o111]
    assert sorted(runs) == ["run_autograder", "setup.sh"]
    folder = course.root / "autograder/github_day1"
    files |= {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    wheels = [name for name in files if name.endswith(".whl")]
    assert len(wheels) == 2
    with zipfile.ZipFile(io.BytesIO(files[wheels[0]])) as wheel:
        files |= {name: wheel.read(name) for name in wheel.namelist()}
        assert {"hpcourse/instructor/elsewhere.py", "hpcourse/course.toml"} <= set(wheel.namelist())
        assert not [name for name in wheel.namelist() if "solutions" in name]
        (about,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/METADATA"))
    assert "Name: hpcourse" in about
    assert 'nbgrader>=0.9.5; extra == "instructor"' in about
    secret = (course.root / ".secret").read_bytes()
    answer = cell(solved, "gd-step-answer").source.encode()
    assert not [name for name, content in files.items() if secret in content or (answer in content)]


@pytest.mark.slow
def test_gradescope_reads_the_verdicts_and_a_push_shows_them(
    course, released, solved, tmp_path, monkeypatch, capsys
):
    root = tmp_path / "autograder"
    (root / "submission").mkdir(parents=True)
    (root / "source").mkdir()
    for name, content in autograder.gradescope_files(course, "day1").items():
        (root / "source" / name).write_bytes(content)
    wrong = solve(released, solved)
    cell(wrong, "gd-step-answer").source = UPHILL
    (root / "submission/homework.ipynb").write_text(text(wrong))
    (root / "submission_metadata.json").write_text(json.dumps({"users": [{"email": "a@x.edu"}]}))
    assert elsewhere.main(["gradescope", str(root)]) == 0
    results = json.loads((root / "results/results.json").read_text(encoding="utf-8"))
    assert sum(test["score"] for test in results["tests"]) == 8
    assert sum(test["max_score"] for test in results["tests"]) == 9
    first = next(test for test in results["tests"] if test["name"] == "gd_step")
    assert first["status"] == "failed"
    assert "uphill" in first["output"]

    handed_in = root / "submission/homework.ipynb"
    for content, said in (("{", "not JSON"), ("", "empty"), (None, "no notebook")):  # ungraded is never zero
        handed_in.unlink() if content is None else handed_in.write_text(content)
        capsys.readouterr()
        assert elsewhere.main(["gradescope", str(root)]) == 1
        assert not (root / "results/results.json").exists()  # nor one of before
        told = capsys.readouterr().out
        assert said in told
        assert "hand in the notebook itself" in told
    (root / "submission/homework.ipynb").write_text(text(wrong))

    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    release = course.notebook("release", "day1")
    assert elsewhere.main(["push", str(root / "submission/homework.ipynb"), str(release)]) == 1
    assert "❌ gd_step" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    emptied = tmp_path / "emptied.ipynb"
    emptied.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert elsewhere.main(["push", str(emptied), str(emptied)]) == 1


def test_a_push_under_another_name_is_read_and_one_without_a_notebook_says_what_to_do(
    course, write, monkeypatch, capsys
):
    release = course.notebook("release", "day1")
    translated = release.read_text(encoding="utf-8").replace('"language": "en"', '"language": "zh-TW"')
    folder = write({"README.md": "x", ".github/released/day1_exercises.ipynb": translated})
    push = [
        "push",
        str(folder / "day1_exercises.ipynb"),
        str(folder / ".github/released/day1_exercises.ipynb"),
    ]
    assert elsewhere.main(push) == 1
    assert "請直接交筆記本" in capsys.readouterr().out
    seen = []
    monkeypatch.setattr(
        elsewhere, "grade_apart", lambda work: seen.append(work) or Graded(trouble="no kernel")
    )
    write({"mine.ipynb": translated.replace("gd_step(w, grad, lr)", "gd_step(w, grad, lr, mine=1)")}, folder)
    assert elsewhere.main(push) == 1
    assert "mine=1" in seen[0].notebook


@pytest.mark.parametrize(
    ("most", "left"), [("805306368", 418), ("max", 2048), ("4294967296", 2048), ("1000", 256)]
)
def test_a_small_container_leaves_the_grader_its_memory(most, left, tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text(f"{most}\n")
    monkeypatch.setattr(elsewhere, "CONTAINERS", (tmp_path / "missing", tmp_path / "memory.max"))
    assert elsewhere._in_this_container({"memory_mb": 2048, "files": 7}) == {"memory_mb": left, "files": 7}


def test_gradescope_gives_no_mark_where_the_grader_fails(course, tmp_path, monkeypatch):
    (tmp_path / "source").mkdir()
    for name, content in autograder.gradescope_files(course, "day1").items():
        (tmp_path / "source" / name).write_bytes(content)
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission/x.ipynb").write_bytes(course.notebook("release", "day1").read_bytes())
    monkeypatch.setattr(elsewhere, "grade_apart", lambda work: Graded(trouble="no kernel"))
    assert elsewhere.main(["gradescope", str(tmp_path)]) == 1
    assert not (tmp_path / "results/results.json").exists()
