"""The lesson builder sees every fault that is planted, and names the line."""

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import pytest

from hpcourse.frame.course import read
from tools import build
from tools.languages import zh_TW
from tools.lesson import Lesson
from tools.notebook import written

GLOSSARY = """en,zh-TW,avoid,require,note
learning rate,學習率,學習速率,yes,
batch size,批次大小,批量大小,yes,the seed's term
algorithm,演算法,算法,no,
optimizer,最佳化器,優化器|優化,no,
"""
SETUP = """\
# %% key="setup" tags=["language"]
class hp:
    def use_language(name):
        hp.language = name


hp.use_language("en")
"""
TOY = f"""\
# %% [markdown] key="title" lang="en"
# # The learning rate
#
# Tune $\\beta$ in `step`, see [the paper](https://x.org/a) and
# ![a curve](curve.png): which algorithm and which batch size?

# %% [markdown] key="title" lang="zh-TW" of="STAMP"
# # 學習率
#
# 在 `step` 裡調整 $\\beta$，見[論文](https://x.org/a)與
# ![曲線](curve.png)：哪個演算法，多大的批次大小？

{SETUP}
# %% key="exercise"
def step(w, grad, lr):
    ### BEGIN SOLUTION
    change = lr * grad
    return w - change
    ### END SOLUTION

# %% key="show"
print(hp.language, step(1.0, 2.0, 0.1))

# %% key="widget"
import ipywidgets


class Picture(ipywidgets.VBox):
    def _repr_mimebundle_(self, **kwargs):
        picture = {{"image/png": "iVBORw0KGgo=", "text/plain": "a picture"}}
        return super()._repr_mimebundle_(**kwargs) | picture


Picture([ipywidgets.IntSlider()])

# %% key="slider"
ipywidgets.IntSlider(value=3)

# %% [markdown] key="why" lang="en" tags=["solution"]
# The first step is **plain** descent.

# %% [markdown] key="why" lang="zh-TW" of="STAMP" tags=["solution"]
# 第一步就是**普通**的下降法。
"""
BAD = f"""\
{SETUP}
# %% key="warns"
import sys
print("careful", file=sys.stderr)

# %% key="address"
object()

# %% key="path"
import os
print(os.__file__)

# %% key="hidden"
import ipywidgets


def update(x):
    raise KeyError("in a callback")


ipywidgets.interact(update, x=(0, 3));

# %% key="error"
1 / 0
"""


def stamped(text):
    """A source with the stamps that its English has now."""
    english = re.findall(r'lang="en".*\n((?:#.*\n)+?)\n', text)
    for cell in english:
        source = "\n".join(re.sub("^# ?", "", line) for line in cell.splitlines())
        text = text.replace("STAMP", hashlib.sha256(source.encode()).hexdigest()[:8], 1)
    return text


COURSE = """\
[languages.en]
name = "English"
locale = "en"
[languages.zh-TW]
name = "繁體中文"
locale = "zh_TW"
"""


def write(root, **sources):
    (root / "lessons").mkdir(parents=True, exist_ok=True)
    (root / "hpcourse").mkdir(exist_ok=True)
    days = [
        f'[days.{name.partition("_")[0]}]\nname.en = "Toy"\nnotebooks = {{ {name} = 30 }}\n'
        for name in sources
    ]
    (root / "hpcourse" / "course.toml").write_text("\n".join([COURSE, *days]), encoding="utf-8")
    (root / "lessons" / "glossary.csv").write_text(GLOSSARY, encoding="utf-8")
    for name, text in sources.items():
        (root / "lessons" / f"{name}.py").write_text(text, encoding="utf-8")


def run(root, *arguments):
    """The exit code and the printed lines of a command."""
    with redirect_stdout(io.StringIO()) as out:
        code = build.main(list(arguments), root)
    return code, out.getvalue().splitlines()


def line_of(root, text, source="day1_toy"):
    lines = (root / "lessons" / f"{source}.py").read_text(encoding="utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if text in line)


def assert_fault(root, message, at, lines, source="day1_toy"):
    """Some line names the source line on which `at` stands and says `message`."""
    start = f"lessons/{source}.py:{line_of(root, at, source) if at else 1}: "
    assert [line for line in lines if line.startswith(start) and message in line], "\n".join([start, *lines])


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    write(root, day1_toy=stamped(TOY))
    code, lines = run(root)
    assert (code, lines[-1]) == (0, "1 sources, 4 notebooks: built"), lines
    return root


@pytest.fixture
def course(built, tmp_path):
    return Path(shutil.copytree(built, tmp_path / "course"))


@pytest.fixture(scope="session")
def again(tmp_path_factory):
    """Built a second time elsewhere, beside a source that fails."""
    root = tmp_path_factory.mktemp("again")
    write(root, day1_toy=stamped(TOY), day2_bad=BAD)
    return root, *run(root)


def cells(root, folder):
    return json.loads((root / "notebooks" / folder / "day1_toy.ipynb").read_text(encoding="utf-8"))["cells"]


def change(root, edit, folder="en"):
    """Edit a built notebook as a hand would."""
    path = root / "notebooks" / folder / "day1_toy.ipynb"
    nb = json.loads(path.read_text(encoding="utf-8"))
    edit(nb["cells"])
    path.write_text(json.dumps(nb), encoding="utf-8")


def test_a_clean_course_passes_the_check_which_writes_nothing(course):
    before = {path: path.stat().st_mtime_ns for path in course.rglob("*")}
    assert run(course, "--check") == (0, ["1 sources, 4 notebooks: in order"])
    assert {path: path.stat().st_mtime_ns for path in course.rglob("*")} == before


def test_the_languages_differ_in_text_and_in_the_language_cell_only(built):
    for folder in ("", "solutions/"):
        en, zh = cells(built, f"{folder}en"), cells(built, f"{folder}zh-TW")
        assert [c["id"] for c in en] == [c["id"] for c in zh]
        differ = [a["id"] for a, b in zip(en, zh) if a["cell_type"] == "code" and a["source"] != b["source"]]
        assert differ == ["setup"]
        english = [line.replace('"zh-TW"', '"en"') for line in zh[1]["source"]]
        assert english == en[1]["source"] != zh[1]["source"]


def test_learners_get_no_solution_and_solutions_no_markers(built):
    learner, solution = ({c["id"]: c for c in cells(built, folder)} for folder in ("en", "solutions/en"))
    assert "".join(learner["exercise"]["source"]) == "def step(w, grad, lr):\n    ..."
    want = "def step(w, grad, lr):\n    change = lr * grad\n    return w - change"
    assert "".join(solution["exercise"]["source"]) == want
    assert set(solution) - set(learner) == {"why"}
    assert learner["show"]["outputs"][0]["text"] == ["en None\n"]
    assert solution["show"]["outputs"][0]["text"] == ["en 0.8\n"]


def test_widgets_leave_their_picture(built):
    found = {c["id"]: c for c in cells(built, "en")}
    assert set(found["widget"]["outputs"][0]["data"]) == {"image/png", "text/plain"}
    assert set(found["slider"]["outputs"][0]["data"]) == {"text/plain"}


def test_nbval_strict_passes_on_live_widgets(built):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
    ]
    notebook = built / "notebooks" / "zh-TW" / "day1_toy.ipynb"
    result = subprocess.run([*command, notebook], capture_output=True, text=True, cwd=built, check=False)
    assert result.returncode == 0, result.stdout
    assert "5 passed" in result.stdout


def test_building_twice_gives_the_same_bytes(built, again):
    for path in built.rglob("*.ipynb"):
        assert path.read_bytes() == (again[0] / path.relative_to(built)).read_bytes()


@pytest.mark.parametrize(
    ("message", "at"),
    [
        ("raises ZeroDivisionError: division by zero", 'key="error"'),
        ("writes to stderr: 'careful'", 'key="warns"'),
        ("shows the memory address 'at 0x", 'key="address"'),
        ("shows a path of the machine", 'key="path"'),
        ("raises KeyError: 'in a callback'", 'key="hidden"'),
    ],
)
def test_what_goes_wrong_while_executing_is_named_and_not_written(again, message, at):
    root, code, lines = again
    assert code == 1
    assert_fault(root, message, at, lines, "day2_bad")
    assert not list(root.rglob("day2_bad.ipynb"))


@pytest.mark.parametrize(
    ("english", "chinese", "told"),
    [
        ("30 of 1,437 images, both twice", "1,437 張影像裡的 30 張，2 個都是 2 次", []),
        ("three of them, a dozen, 8", "3 個，12 個，八個", []),
        ("at 0.05 or 32", "在 0.5 或 32", ["has the number 0.5", "lacks the number 0.05"]),
        ("in step 3", "在某一步", ["lacks the number 3 "]),
    ],
)
def test_numbers_that_only_one_language_has_are_named(english, chinese, told):
    found = [message for message, _ in zh_TW.number_faults(english, chinese)]
    assert [part in message for part, message in zip(told, found, strict=True)] == [True] * len(told)


ZH = 'key="title" lang="zh-TW"'
SOURCE_FAULTS = {
    "stale": ("Tune $", "Change $", "not stamped for the English", ZH),
    "formula": ("調整 $\\beta$", "調整 $\\alpha$", "other formula", "\\alpha"),
    "formula twice": ("調整 $\\beta$", "調整 $\\beta$ $\\beta$", "other formula", "$ $"),
    "inline code": ("在 `step`", "在 `stop`", "other inline code", "`stop`"),
    "link": ("論文](https://x.org/a)", "論文](https://x.org/b)", "other link target", "org/b"),
    "image": ("曲線](curve.png)", "曲線](other.png)", "other image target", "other.png"),
    "heading": ("# # 學習率", "# ## 學習率", "other heading", ZH),
    "no heading": ("# # 學習率", "# 學習率", "other heading", ZH),
    "number": ("多大的批次大小", "32 的批次大小", "has the number 32, which the English", "32"),
    "missing zh": (re.compile(r'# %% .*key="why" lang="zh-TW"[^$]*'), "", "zh-TW cell is missing", '"why"'),
    "missing en": (re.compile(r'# %% .*key="why" lang="en"[^%]*(?=# %%)'), "", "en cell is missing", '"why"'),
    "not adjacent": (
        "\n# %% [mark" + "down] " + ZH,
        '\n# %% key="between"\n0\n\n# %% [markdown] ' + ZH,
        "not adjacent",
        ZH,
    ),
    "language": ('lang="zh-TW" of', 'lang="zh" of', 'only [markdown] cells with lang="en"', 'lang="zh"'),
    "no key": ('# %% key="show"', '# %% tags=["x"]', 'give it key="..."', 'tags=["x"]'),
    "illegal key": ('key="show"', 'key="show me"', 'give it key="..."', "show me"),
    "duplicate key": ('key="slider"', 'key="show" tags=["x"]', "has the same key", 'tags=["x"]'),
    "nested": ("    change =", "    ### BEGIN SOLUTION\n    change =", "has no partner", None),
    "no begin": ("    ### BEGIN SOLUTION\n", "", "### END SOLUTION has no partner", "### END SOLUTION"),
    "no end": ("    ### END SOLUTION\n", "", "### BEGIN SOLUTION is not closed", "### BEGIN SOLUTION"),
    "misspelt": ("### BEGIN SOLUTION", "### BEGIN SOLUTON", "is like a solution marker", "SOLUTON"),
    "comment": ("### BEGIN SOLUTION", "# solution", "is like a solution marker", "# solution"),
    "no blank": ("### BEGIN SOLUTION", "###BEGIN SOLUTION", "is like a solution marker", "###BEGIN"),
    "not alone": ("lr * grad\n", "lr * grad  ### END SOLUTION\n", "is like a solution marker", "lr * grad  "),
    "marker in text": (
        "# The first",
        "# ### BEGIN SOLUTION\n# The first",
        "markers are for code",
        "# ### BEGIN",
    ),
    "misspelt tag": ('["solution"]\n# The', '["solutions"]\n# The', 'write "solution"', '"solutions"'),
    "tags differ": (' tags=["solution"]\n# 第', "\n# 第", "same tags", 'key="why" lang="zh-TW"'),
    "leak in a text": ("Tune $", "Write `return w - change`. Tune $", "shows the solution line", "Tune $"),
    "leak in code": ("print(hp", "# return w - change\nprint(hp", "shows the solution line", "# return"),
    "unknown metadata": ('key="show"', 'key="show" tag="solution"', "unknown metadata tag", 'tag="sol'),
    "simplified": ("調整", "调整", "调 is Simplified", "调整"),
    "simplified in Big5": ("多大的", "多大的体", "体 is Simplified", "多大的"),
    "avoided word": ("哪個演算法", "哪個算法", "not 算法: write 演算法", "哪個算法"),
    "avoided word, required": ("# # 學習率", "# # 學習速率", "not 學習速率: write 學習率", "學習速率"),
    "unchinese": ("多大的", "小十倍的", "小十倍 is no Chinese: write 剩幾分之一", "小十倍"),
    "required word": ("# # 學習率", "# # 步長", 'write 學習率 for "learning rate"', ZH),
    "not translated": (
        re.compile("# # 學習率(\n#.*)+"),
        "# # The learning rate is not large",
        "no Chinese in it",
        ZH,
    ),
    "too long": ('key="show"\n', 'key="show"\n' + "0\n" * 15, "16 lines, over 15", 'key="show"'),
    "too wide": ('key="show"\n', 'key="show"\n' + "0" * 89 + "\n", "89 characters, over 88", "0" * 89),
    "no language": (' tags=["language"]', "", '0 cells tagged "language"', ""),
    "no language call": ('use_language("en")', 'use_language("fr")', "write hp.use_language", 'key="setup"'),
    "hp too early": (
        '# %% key="setup"',
        '# %% key="x"\nhp.a\n\n# %% key="setup"',
        "before the language",
        "hp.a",
    ),
}


@pytest.mark.parametrize("name", SOURCE_FAULTS)
def test_a_fault_in_a_source_is_named(course, name):
    old, new, message, at = SOURCE_FAULTS[name]
    path = course / "lessons" / "day1_toy.py"
    text = path.read_text(encoding="utf-8")
    changed = (
        old.sub(lambda _: new, text, count=1) if isinstance(old, re.Pattern) else text.replace(old, new, 1)
    )
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    code, lines = run(course, "--check")
    assert code == 1
    if at is None:
        at = "    change ="
        assert f":{line_of(course, at) - 1}: ### BEGIN SOLUTION {message}" in "\n".join(lines)
    else:
        assert_fault(course, message, at, lines)


def test_a_faulty_source_is_not_built(tmp_path):
    write(tmp_path, day1_toy=TOY)
    code, lines = run(tmp_path)
    assert code == 1
    assert_fault(tmp_path, "not stamped", ZH, lines)
    assert not list(tmp_path.rglob("*.ipynb"))


@pytest.mark.parametrize("where", ["的批次大小？", "哪個"])
def test_a_word_can_be_allowed_in_one_cell(course, where):
    path = course / "lessons" / "day1_toy.py"
    text = path.read_text(encoding="utf-8").replace(
        where, "的批次大小（批量大小）？" if "批" in where else "批量大小"
    )
    path.write_text(text, encoding="utf-8")
    assert "not 批量大小" in "\n".join(run(course, "--check")[1])
    path.write_text(text.replace(ZH, f'{ZH} allow="批量大小"'), encoding="utf-8")
    assert "批量大小" not in "\n".join(run(course, "--check")[1])


def rewrite_output(text):
    def edit(found):
        next(c for c in found if c["id"] == "show")["outputs"][0]["text"] = [text]

    return edit


NOTEBOOK_FAULTS = {
    "edited": (
        lambda c: c[3].update(source="print(1)"),
        "edited in notebooks/en/day1_toy.ipynb",
        'key="show"',
    ),
    "edited text": (
        lambda c: c[0].update(source="# Rates"),
        "edited in notebooks/en",
        'key="title" lang="en"',
    ),
    "deleted": (lambda c: c.pop(3), "deleted in notebooks/en/day1_toy.ipynb", 'key="show"'),
    "added": (
        lambda c: c.append({**c[3], "id": "new"}),
        "cell new: added in notebooks/en/day1_toy.ipynb",
        "",
    ),
    "moved": (lambda c: c.insert(1, c.pop(3)), "moved in notebooks/en/day1_toy.ipynb", 'key="setup"'),
    "tag": (lambda c: c[3]["metadata"].update(tags=["x"]), "edited in notebooks/en/day1_toy", 'key="show"'),
    "never executed": (lambda c: c[3].update(execution_count=None), "was not executed", 'key="show"'),
    "outputs cleared": (
        lambda c: [x.update(outputs=[]) for x in c if x["cell_type"] == "code"],
        "lost its outputs",
        'key="setup"',
    ),
    "leaked output": (rewrite_output("return w - change\n"), "shows the solution line", 'key="show"'),
    "path": (rewrite_output("saved in /home/me/x"), "shows a path of the machine", 'key="show"'),
    "address": (rewrite_output("<function f at 0x7f12ab>"), "shows the memory address", 'key="show"'),
    "too large": (rewrite_output("1 " * 500_001), "bytes, over 1,000,000", ""),
}


@pytest.mark.parametrize("name", NOTEBOOK_FAULTS)
def test_a_notebook_edited_by_hand_is_named(course, name):
    edit, message, at = NOTEBOOK_FAULTS[name]
    change(course, edit)
    code, lines = run(course, "--check")
    assert code == 1
    assert_fault(course, message, at, lines)
    assert all("notebooks/en/" in line for line in lines)


def test_a_change_in_the_source_makes_its_notebooks_stale(course):
    path = course / "lessons" / "day1_toy.py"
    path.write_text(path.read_text(encoding="utf-8").replace("1.0, 2.0", "1.0, 3.0"), encoding="utf-8")
    code, lines = run(course, "--check")
    assert code == 1
    assert len(lines) == 4
    for folder in ("en", "zh-TW", "solutions/en", "solutions/zh-TW"):
        assert_fault(course, f"notebooks/{folder}/day1_toy.ipynb is older than this", 'key="show"', lines)


def edit_source(root, *pairs):
    path = root / "lessons" / "day1_toy.py"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def notebook_of(root):
    path = root / "notebooks" / "en" / "day1_toy.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def as_an_earlier_run_left_it(root):
    """Make the outputs that stand in the English notebook those of its run."""
    notebook = Lesson(root / "lessons" / "day1_toy.py", read(root / "hpcourse" / "course.toml")).variants[0]
    nb = nbformat.read(notebook.path, as_version=4)
    nb.metadata.hpcourse["shown"] = notebook.shown(nb)
    notebook.path.write_bytes(written(nb))


def test_a_mended_sentence_changes_the_sentence_alone(course):
    change(course, rewrite_output("as it was\n"))
    assert run(course, "--check")[0] == 1
    as_an_earlier_run_left_it(course)
    before = notebook_of(course)
    edit_source(course, ("Tune $", "Please tune $"), ("在 `step` 裡", "請在 `step` 裡"))
    assert run(course, "--stamp", "title")[0] == 0
    code, lines = run(course)
    assert code == 0
    assert [line.split(",")[0] for line in lines if line.startswith("kept the outputs of")] == [
        f"kept the outputs of notebooks/{folder}/day1_toy.ipynb"
        for folder in ("en", "zh-TW", "solutions/en", "solutions/zh-TW")
    ]
    after = notebook_of(course)
    assert "Please tune" in "".join(after["cells"][0].pop("source"))
    assert "Please tune" not in "".join(before["cells"][0].pop("source"))
    assert before["metadata"]["hpcourse"].pop("hash") != after["metadata"]["hpcourse"].pop("hash")
    assert before == after
    assert run(course, "--check")[0] == 0


def keeps_outputs(root):
    """Whether a notebook built now would keep the outputs that it has."""
    lesson = Lesson(root / "lessons" / "day1_toy.py", read(root / "hpcourse" / "course.toml"))
    return lesson.variants[0].with_stored_outputs() is not None


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        ("training.py", False),
        ("data/digits.npz", False),
        ("page/explorers/day1.py", False),
        ("page/explorers/day2.py", True),
        ("checks/tasks/day2.py", True),
        ("locale/zh-TW/words.po", True),  # of the other language
        ("instructor/grade.py", True),
    ],
)
def test_outputs_are_kept_unless_they_can_depend_on_what_changed(course, file, kept):
    assert keeps_outputs(course)
    path = course / "hpcourse" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("new", encoding="utf-8")
    assert keeps_outputs(course) == kept


def test_a_figure_of_another_day_counts_where_it_is_shown(course):
    explorers = course / "hpcourse" / "page" / "explorers"
    explorers.mkdir(parents=True)
    (explorers / "day2.py").write_text("def explore_valley(): ...", encoding="utf-8")
    edit_source(course, ("Tune $", "Call explore_valley and tune $"))
    assert not keeps_outputs(course)


@pytest.mark.parametrize(
    "edit",
    [("1.0, 2.0", "1.0, 3.0"), ('key="show"', 'key="shown"'), ("    change = lr", "    change = 2 * lr")],
)
def test_other_code_is_executed(course, edit):
    assert keeps_outputs(course)
    edit_source(course, edit)
    lesson = Lesson(course / "lessons" / "day1_toy.py", read(course / "hpcourse" / "course.toml"))
    assert any(notebook.with_stored_outputs() is None for notebook in lesson.variants)


def test_missing_broken_and_superfluous_notebooks_are_named(course):
    notebooks = course / "notebooks"
    (notebooks / "en" / "day1_toy.ipynb").rename(notebooks / "en" / "day9_old.ipynb")
    (notebooks / "zh-TW" / "day1_toy.ipynb").write_text("{", encoding="utf-8")
    code, lines = run(course, "--check")
    assert code == 1
    assert_fault(course, "notebooks/en/day1_toy.ipynb is missing", "", lines)
    assert_fault(course, "notebooks/zh-TW/day1_toy.ipynb is not as it was built", "", lines)
    assert lines[-1].startswith("notebooks/en/day9_old.ipynb:1: no source makes this notebook")


def test_stamp_lists_then_shows_and_stamps(tmp_path):
    write(tmp_path, day1_toy=TOY.replace(' of="STAMP" tags', " tags"))
    assert run(tmp_path, "--stamp")[1][-1] == "2 stale translations"
    code, lines = run(tmp_path, "--stamp", "title", "why")
    assert code == 0
    assert "# The learning rate" in lines
    assert "# 學習率" in lines
    assert run(tmp_path, "--stamp") == (0, ["0 stale translations"])
    code, lines = run(tmp_path, "--stamp", "title")
    assert code == 1
    assert '"title" is stale in no source' in lines[0]
