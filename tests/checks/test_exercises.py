"""The exercise notebooks: unsolved they run to their end, solved they get every point, nothing leaks."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from hpcourse.checks import ALL
from hpcourse.frame.course import DAYS, LANGUAGES
from tools.kernels import AsyncOverFiles

ROOT = Path(__file__).parents[2]
NAMES = [name for day in DAYS.values() for name in day.exercises]
BOTH = [
    (language, name)
    for language in LANGUAGES
    for name in NAMES
    if (ROOT / "notebooks" / language / f"{name}.ipynb").exists()
]
POINTS = {"en": r"\((\d+) points?\)", "zh-TW": r"（(\d+) 分）"}  # in a heading, and in all
TOTALS = {"en": r"(\d+) points\.", "zh-TW": r"共 (\d+) 分"}


def read(language, name, kind=""):
    return nbformat.read(ROOT / "notebooks" / kind / language / f"{name}.ipynb", 4)


def checks(notebook):
    """The cells that check an answer."""
    return [cell for cell in notebook.cells if "hpcourse" in cell.metadata]


def verdict(cell):
    """How the check shows itself: its mark, after a bar of progress or before the reward's training."""
    shown = (output.get("data", {}).get("text/plain", "") for output in cell.outputs)
    return next((text[0] for text in shown if text[:1] in tuple("✓✗…")), "")


def test_every_day_has_its_exercises():
    assert [f"{day}_exercises" for day in DAYS] == NAMES


def test_every_task_is_asked_once_on_its_day():
    asked = [
        (cell.metadata.hpcourse.task, day.number)
        for day in DAYS.values()
        for name in day.exercises
        for cell in checks(read("en", name))
    ]
    assert sorted(asked) == sorted((task.name, task.day) for task in ALL.values())


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_unsolved_every_check_says_not_started_and_nothing_fails(language, name):
    notebook = read(language, name)
    assert {verdict(cell) for cell in checks(notebook)} == {"…"}
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.output_type == "error"]


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_the_stored_solution_has_every_point(language, name):
    assert {verdict(cell) for cell in checks(read(language, name, "solutions"))} == {"✓"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_solution_gets_every_point_again(name, tmp_path):
    notebook = read("en", name, "solutions")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(notebook, kernel_name="python3", timeout=300, kernel_manager_class=AsyncOverFiles)
    client.resources = {"metadata": {"path": str(tmp_path)}}
    client.execute()
    assert [verdict(cell) for cell in checks(notebook)] == ["✓"] * len(checks(notebook))


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_headings_announce_the_points_that_the_checks_give(language, name):
    notebook = read(language, name)
    heading = "^## \\d.*" + POINTS.get(language, r"[(（](\d+)\D*[)）]")
    headings = re.findall(heading, "\n".join(c.source for c in notebook.cells), re.M)
    given = [cell.metadata.hpcourse.points for cell in checks(notebook)]
    assert sum(map(int, headings)) == sum(given)
    totals = re.findall(TOTALS.get(language, r"\d+"), notebook.cells[0].source)
    assert str(sum(given)) in totals, "the first cell has to say how many points there are in all"


@pytest.mark.parametrize(("language", "name"), BOTH)
def test_every_task_has_a_stub_and_a_folded_hint(language, name):
    notebook = read(language, name)
    keys = [cell.id for cell in notebook.cells]
    for cell in checks(notebook):
        task = cell.metadata.hpcourse.task.replace("_", "-")
        assert cell.id == f"{task}-check"
        assert "..." in notebook.cells[keys.index(f"{task}-answer")].source
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    folded = sum(text.count("<details>") for text in texts)
    assert folded >= len(re.findall(r"^## \d", "\n".join(texts), re.M))
    assert folded == sum(text.count("</details>") for text in texts)
