"""Nothing in the course may need an ipywidgets newer than Colab's 7.7.1, not even where no test reaches."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("hpcourse/**/*.py"), *ROOT.glob("lessons/day*.py")])
ONLY_IN_8 = {
    "ColorsInput",
    "DatetimePicker",
    "FloatsInput",
    "IntsInput",
    "NaiveDatetimePicker",
    "Stack",
    "TagsInput",
    "TimePicker",
}
READS_BOTH = {"recap.py": {"FileUpload"}}  # `_content` there takes the value of 7 and that of 8
DIFFERENT_IN_8 = {"FileUpload"}  # its value is a dict in 7, a tuple in 8


def names_missing_on_colab(source):
    """What a source uses of ipywidgets that Colab's lacks, or would drop without a word."""
    for node in ast.walk(ast.parse(source)):
        name = getattr(node, "attr", getattr(node, "id", getattr(node, "name", "")))
        if name in ONLY_IN_8 | DIFFERENT_IN_8:
            yield name
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            titled = any(keyword.arg == "titles" for keyword in node.keywords)
            if called in ("Tab", "Accordion") and titled:
                yield f"{called}(titles=...)"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_needs_a_newer_ipywidgets_than_colab_has(path):
    found = set(names_missing_on_colab(path.read_text(encoding="utf-8")))
    assert found <= READS_BOTH.get(path.name, set())


@pytest.mark.parametrize(
    "source",
    [
        "widgets.TagsInput()",
        "from ipywidgets import Stack",
        "import ipywidgets.widgets as w; w.FileUpload()",
        "Tab(children, titles=['a'])",
        "widgets.Accordion(titles=titles)",
    ],
)
def test_each_way_to_need_one_is_noticed(source):
    assert list(names_missing_on_colab(source))
