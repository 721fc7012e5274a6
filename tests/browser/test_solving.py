"""Day 1's exercises, solved in JupyterLab as a learner would solve them: wrong first, then right."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hpcourse.checks import READINGS, TASKS
from hpcourse.frame.course import LANGUAGES
from hpcourse.frame.language import text, use_language

pytestmark = pytest.mark.browser

expect.set_options(timeout=30_000)  # milliseconds; a reward plays for some seconds
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
UPHILL = "def gd_step(w, grad, lr):\n    return w + lr * grad"
RIGHT = UPHILL.replace("+", "-")


class Cell:
    """A cell with the key `key`, to type into and to run."""

    def __init__(self, notebook, key):
        index = notebook.page.evaluate(
            "key => jupyterapp.shell.currentWidget.content.widgets.findIndex(c => c.model.id === key)", key
        )
        self.page, self.box = notebook.page, notebook.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def write(self, source):
        """Replace what stands in the cell."""
        self.box.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def run(self):
        """Run the cell as Ctrl+Enter does."""
        self.box.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")

    @property
    def verdict(self):
        """What the check says."""
        return self.box.get_by_role("status")


def said(english):
    """How the beginning of a message reads in the language in use."""
    return re.compile(re.escape(text(english)[:30]))


@pytest.mark.parametrize(
    "language", [code for code in LANGUAGES if (NOTEBOOKS / code / "day1_exercises.ipynb").exists()]
)
def test_day_1_is_solved_on_the_page(language, jupyter, open_notebook):
    use_language(language)
    notebook = open_notebook(jupyter(NOTEBOOKS, "lab"), f"{language}/day1_exercises.ipynb")
    notebook.run_all()
    assert notebook.faults() == []
    answer, check = Cell(notebook, "gd-step-answer"), Cell(notebook, "gd-step-check")
    expect(check.verdict).to_contain_text("…")

    answer.write(UPHILL)
    answer.run()
    check.run()
    uphill = next(mistake for mistake in TASKS["gd_step"].mistakes if mistake.id == "ascent")
    expect(check.verdict).to_contain_text(said(uphill.message))
    expect(check.box.locator("img")).to_have_count(0)
    notebook.screenshot(f"{language}_exercise_wrong")

    answer.write(RIGHT)
    answer.run()
    check.run()
    expect(check.verdict).to_contain_text("✓")
    expect(check.box.locator("img")).to_have_attribute("alt", re.compile("8"))
    notebook.screenshot(f"{language}_exercise_right")

    answer, check = Cell(notebook, "steepest-bowl-answer"), Cell(notebook, "steepest-bowl-check")
    answer.write('steepest_bowl = "C", 0.25')
    answer.run()
    check.run()
    expect(check.verdict).to_contain_text(said(READINGS["steepest_bowl"].mistakes[0].message))
    answer.write('steepest_bowl = "B", 0.25')
    answer.run()
    check.run()
    expect(check.verdict).to_contain_text("✓")

    hint = notebook.page.locator("details").first
    assert hint.get_attribute("open") is None
    hint.locator("summary").click()
    assert hint.get_attribute("open") is not None
    assert notebook.faults() == []
    use_language("en")
