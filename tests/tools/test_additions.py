"""A day and a language are added by their own files and one entry of course.toml; nothing else has to change.

Each is added to a copy of the repository, where builder, check, site and the instructor's commands then run.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest

from hpcourse.frame import course
from tools.lesson import Lesson

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
LEFT_OUT = (".git", ".venv*", "build", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")

DAY9 = """
[days.day9]
notebooks = { day9_toy = 10, day9_exercises = 5 }
name.en = "How small is half?"
"""
LESSON = """\
# %% [markdown] key="half" lang="en"
# Half of a weight, as on [Day 1](day1_learning_rate.ipynb). The [exercises](day9_exercises.ipynb) ask for it.

# %% [markdown] key="half" lang="zh-TW"
# 權重的一半，和[第 1 天](day1_learning_rate.ipynb)一樣。[練習](day9_exercises.ipynb)會問到。

# %% key="half-print"
half = np.float64(3) / 2
print(half)

# %% bind="half"
says("Half of a weight", "權重的一半", half == 1.5)
"""
EXERCISE = """\
# %% [markdown] key="halve" lang="en"
# ## 1. Halve (2 points)
#
# Return half of `w`.
#
# <details><summary>Hint</summary>
#
# Divide.
#
# </details>

# %% [markdown] key="halve" lang="zh-TW"
# ## 1. 一半（2 分）
#
# 傳回 `w` 的一半。
#
# <details><summary>提示</summary>
#
# 用除的。
#
# </details>

# %% bind="halve"
free("Return half of", "## 1. 一半", "the task")
free("", "的一半", "the task")

# %% key="halve-answer"
def halve(w):
    ### BEGIN SOLUTION
    return w / 2
    ### END SOLUTION

# %% key="halve-check" task="halve" points=2 tags=["nbval-ignore-output"]
hp.check("halve", halve)
"""
TASK = '''\
"""Day 9: a toy."""

from hpcourse.checks.task import Case, Mistake, Task, once


def halve(w):
    """Half of a weight."""
    return w / 2


def _cases(rng):
    return [Case("one", {"w": 1.0}), Case("random", {"w": float(rng.uniform(1, 2))}, "random")]


DOUBLED = Mistake("doubled", lambda w: w * 2, "You double the weight; here it should be halved.")
HALVE = Task(name="halve", day=9, reference=halve, cases=_cases, observe=once("result"), mistakes=(DOUBLED,))
TASKS = (HALVE,)
'''
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
MESSAGE = 'msgid "You double the weight; here it should be halved."\nmsgstr "{}"\n'
OPENING = """\
# %% [markdown] key="title" lang="en"
# # Day 9 · {title}
#
# {links}
#
# **You will do:** halve.
#
# **You need:** about 5 minutes, 2 points.

# %% [markdown] key="title" lang="zh-TW"
# # 第 9 天 · {title}
#
# {links}
#
# **你會動手做**：取一半。
#
# **你需要**：大約 5 分鐘，共 2 分。

# %% bind="title"
free("", "取一半", "the task")
free("about 5 minutes, 2 points", "大約 5 分鐘，共 2 分", "what it takes")

"""


class Scratch:
    """A copy of the repository, and a Python that has this copy of the package."""

    def __init__(self, root):
        self.root, self.python = root, root.parent / "venv" / "bin" / "python"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
        venv.create(self.python.parents[1], with_pip=False)
        (site,) = self.python.parents[1].glob("lib/python*/site-packages")
        (site / "course.pth").write_text(f"{root}\n{sysconfig.get_path('purelib')}\n")
        self.before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def run(self, *command, cwd=None, codes=(0,)):
        """What a command of Python's says."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        tools = [Path(sys.executable).parent, os.environ["PATH"]]  # nbgrader calls alembic by its name
        environment["PATH"] = os.pathsep.join(map(str, tools))
        done = subprocess.run(
            [self.python, *command],
            cwd=cwd or self.root,
            env=environment | {"OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done.stdout

    def lesson(self, name):
        """A lesson as the builder has it."""
        listed = course.read(self.root / "hpcourse" / "course.toml")
        return Lesson(self.root / "lessons" / f"{name}.py", listed)

    def call_built(self, name):
        """Let the notebooks of a lesson pass for built with the package as it is, to save their execution."""
        for notebook in self.lesson(name).variants:
            stored = nbformat.read(notebook.path, as_version=4)
            stored.metadata.hpcourse.ran = notebook.ran(stored)
            nbformat.write(stored, notebook.path)

    def write(self, name, text, append=False):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if append else "w", encoding="utf-8") as file:
            file.write(text)

    def build(self, *names):
        """Stamp the translations of these lessons and build them."""
        for name in names:
            lesson = self.lesson(name)
            stale = [en.key for en, translated in lesson.pairs if translated.of != en.stamp()]
            self.run("-m", "tools.build", name, "--stamp", *dict.fromkeys(stale))
        return self.run("-m", "tools.build", *names)

    def faults(self, *words):
        """What the check of the whole says about what holds one of these words."""
        lines = self.run("-m", "tools.build", "--check", codes=(0, 1)).splitlines()
        assert lines
        return [line for line in lines if any(word in line for word in words)]

    def site(self):
        """The folder of the site, built anew; live figures stay pictures, which saves most of the time."""
        self.run("-m", "tools.site.build", self.root / "build/site", "--frames", "0")
        return self.root / "build/site"

    def graded(self, language, assignment, *options):
        """The course's marks of one student who hands in the solution."""
        folder, drop = self.root.parent / "class", self.root.parent / "drop"
        hpcourse = ("-m", "hpcourse", "course")
        said = self.run(*hpcourse, "new", folder, "--language", language, *options)
        solved = self.root / "notebooks/solutions" / language / f"{assignment}_exercises.ipynb"
        (drop / "s001").mkdir(parents=True)
        shutil.copy(solved, drop / "s001")
        (folder / "roster.csv").write_text("id,name\ns001,Ada\n", encoding="utf-8")
        self.run(*hpcourse, "collect", drop, "--assignment", assignment, cwd=folder)
        self.run(*hpcourse, "grade", "--no-sandbox", "--jobs", "1", cwd=folder)
        self.run(*hpcourse, "report", cwd=folder)
        return said, (folder / "report" / "marks.csv").read_text(encoding="utf-8-sig")

    def changed(self):
        """The files that were there and are different now."""
        there = (path for path, content in self.before.items() if path.read_bytes() != content)
        return {path.relative_to(self.root).as_posix() for path in there}


@pytest.fixture
def scratch(tmp_path):
    return Scratch(tmp_path / "repository")


def head(name):
    """The first cells of a source: its header, the setup cell, the cell of the language."""
    text = (ROOT / "lessons/day1_learning_rate.py").read_text(encoding="utf-8")
    header = text[: text.index("# %% [markdown]")]
    setup = text[text.index('# %% key="setup"') : text.index("# %% [markdown]", text.index('key="language"'))]
    links = re.search(r'key="title" lang="en"\n(?:#.*\n)*?# (\[!\[Open.*)', text)[1]
    links = links.replace("day1_learning_rate", name)
    return header + OPENING.format(title=name, links=links) + setup


def test_a_day_is_added_by_its_own_files_and_one_entry(scratch):
    scratch.write("hpcourse/course.toml", DAY9, append=True)
    scratch.write("hpcourse/checks/tasks/day9.py", TASK)
    scratch.write("hpcourse/locale/zh-TW/day9.po", HEAD + MESSAGE.format("你把權重加倍了，這裡應該取一半。"))
    scratch.write("lessons/day9_toy.py", head("day9_toy") + LESSON)
    scratch.write("lessons/day9_exercises.py", head("day9_exercises") + EXERCISE)

    assert "built notebooks/solutions/zh-TW/day9_exercises.ipynb" in scratch.build(
        "day9_toy", "day9_exercises"
    )
    assert scratch.faults("day9", "README", "course.toml") == []
    assert "| 9 | How small is half? | [English](notebooks/en/day9_toy.ipynb) · [繁體中文]" in (
        scratch.root / "README.md"
    ).read_text(encoding="utf-8")
    assert scratch.changed() - {"hpcourse/course.toml"} <= {"README.md", "README.zh-TW.md"}  # by the builder

    site = scratch.site()
    for language in ("en", "zh-TW"):
        assert 'href="day9_toy.html"' in (site / language / "index.html").read_text(encoding="utf-8")
        assert (site / language / "day9_exercises.html").exists()

    said, marks = scratch.graded("zh-TW", "day9", "--days", "9")
    assert "release/day9/day9_exercises.ipynb: 1 tasks, 2 points" in said
    assert re.search(r"s001.*\b2\b", marks)
    wrong = (
        "import hpcourse as hp; hp.use_language('zh-TW'); print(hp.check('halve', lambda w: w * 2).message)"
    )
    assert "加倍" in scratch.run("-c", wrong)
    tests = ("tests/test_frame.py", "tests/test_package.py", "tests/checks/test_exercises.py")
    scratch.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", "frame or day9 or every_task")


JAPANESE = """
[languages.ja]
name = "日本語"
locale = "ja"
"""
ENGLISH_CELL = re.compile(r'^# %% \[markdown\] key="([\w-]+)" lang="en"(.*)\n((?:#(?! %%).*\n)+)', re.M)


def with_japanese(text):
    """A source with a third language, which says that it is one and otherwise speaks English."""

    def add(match):
        key, tags, body = match.groups()
        end = "#\n# </details>\n"  # a fold is the whole cell
        body, fold = (body.removesuffix(end), end) if body.endswith(end) else (body, "")
        return f'{match[0]}\n# %% [markdown] key="{key}" lang="ja"{tags}\n{body}#\n# 日本語です。\n{fold}'

    return ENGLISH_CELL.sub(add, text)


def test_a_language_is_added_for_one_day_alone(scratch):
    toml = scratch.root / "hpcourse/course.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("\n[days.day1]", JAPANESE + "\n[days.day1]", 1), encoding="utf-8")
    scratch.write("hpcourse/locale/ja/day1.po", HEAD + 'msgid "learning rate η"\nmsgstr "学習率 η"\n')
    names = ["day1_learning_rate", "day1_exercises"]
    for name in names:
        scratch.call_built(name)
        source = scratch.root / "lessons" / f"{name}.py"
        source.write_text(with_japanese(source.read_text(encoding="utf-8")), encoding="utf-8")
    scratch.build(*names)
    assert scratch.faults("/ja/", "ja cell", "README", "course.toml", *names) == []

    made = nbformat.read(scratch.root / "notebooks/ja/day1_learning_rate.ipynb", as_version=4)
    texts = "\n".join(cell.source for cell in made.cells)
    assert "[Day 2 (English)](../en/day2_learning_rate_schedules.ipynb)" in texts
    assert "[exercises of Day 1](day1_exercises.ipynb)" in texts
    english = nbformat.read(scratch.root / "notebooks/en/day1_learning_rate.ipynb", as_version=4)
    name = "day1_learning_rate.ipynb"
    every = f"[English](../en/{name}) · [繁體中文](../zh-TW/{name}) · [日本語](../ja/{name})"
    assert every in english.cells[0].source
    assert every in made.cells[0].source
    assert not (scratch.root / "notebooks/ja/day2_exercises.ipynb").exists()

    site = scratch.site()
    start = (site / "ja/index.html").read_text(encoding="utf-8")
    assert 'href="day1_learning_rate.html"' in start
    assert (
        '<a href="../en/day2_learning_rate_schedules.html" lang="en">Read the lesson (English)</a>' in start
    )
    other_day = (site / "en/day2_exercises.html").read_text(encoding="utf-8")
    assert '/ja/index.html">日本語 (start page)</a>' in other_day
    assert 'href="ja/index.html"' in (site / "index.html").read_text(encoding="utf-8")

    said, marks = scratch.graded("ja", "day1")
    assert "release/day1/" in said
    assert "release/day2/" not in said
    assert re.search(r"s001.*\b9\b", marks)
    program = "import hpcourse as hp; hp.use_language('ja'); print(hp.language.text('learning rate η'))"
    assert scratch.run("-c", program) == "学習率 η\n"
    missing = scratch.root / "notebooks/ja/day2_exercises.ipynb"
    link = scratch.run("-m", "tools.links", "--repo=a/b", "--nbgitpuller", missing)
    assert "notebooks%252Fen%252Fday2_exercises" in link
    tests = ("tests/test_frame.py", "tests/test_package.py")
    scratch.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
