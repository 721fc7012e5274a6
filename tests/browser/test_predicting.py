"""A sealed prediction in a real page: question, commitment, figure; keyboard, roles, and what is kept."""

import json

import nbformat
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CELLS = [
    "import os\nos.environ.pop('HPCOURSE_KEEP_PROGRESS', None)\nimport hpcourse as hp\n"
    "import matplotlib.pyplot as plt\nimport numpy as np",
    """
with hp.predict("day1-regimes"):
    print("a printed line")
    fig, ax = plt.subplots(figsize=(4, 2))
    hp.show(fig, "day1-regimes")
    hp.show(hp.explore_parabola())
    kept = 7
""",
    """
with hp.after("day1-regimes"):
    print("a later line")
""",
    "print('kept is', kept)",
    """
fig, ax = plt.subplots(figsize=(4, 2))
hp.show(fig, "day1-border")
""",
    "hp.progress()",
]


@pytest.fixture(scope="module", params=("lab", "notebook"))
def notebook(request, jupyter, open_notebook, tmp_path_factory):
    folder = tmp_path_factory.mktemp("predictions")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "predict.ipynb")
    notebook = open_notebook(jupyter(folder, request.param), "predict.ipynb")
    notebook.app = request.param
    notebook.run_all()
    return notebook


def test_question_commitment_figure(notebook):
    page = notebook.page
    outputs = page.locator(".jp-OutputArea-output")
    show_me = page.get_by_role("button", name="Show me")
    expect(show_me).to_be_visible()
    expect(page.get_by_text("kept is 7")).to_be_visible()  # after Run All the names exist
    expect(page.get_by_text("Curvature λ = 2, learning rate η = 0.9")).to_be_visible()
    # Before the answer there is nothing to see, and nothing to hear.
    picture = page.locator('.jp-OutputArea img[alt^="Four walks"]')
    expect(picture).to_have_count(0)
    expect(outputs.get_by_text("a printed line")).to_have_count(0)
    expect(outputs.get_by_text("a later line")).to_have_count(0)
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_role("button", name="C", exact=True)).to_have_attribute(
        "title", "It jumps from side to side and moves away."
    )

    # The keyboard alone: from "Show me" back to the third answer.
    page.get_by_role("button", name="C", exact=True).focus()
    page.keyboard.press("Enter")
    status = page.get_by_role("status").filter(has_text="Not so:")
    expect(status).to_be_visible()
    expect(picture).to_be_visible()
    expect(outputs.get_by_text("a printed line")).to_be_visible()
    expect(outputs.get_by_text("a later line")).to_be_visible()
    expect(show_me).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent").startswith("C")  # the focus stays

    # The live figure in it lives.
    slider = page.get_by_role("slider").first
    expect(slider).to_be_visible()
    live = page.locator('.jp-OutputArea img[alt^="Left: gradient descent"]')
    before = live.get_attribute("src")
    slider.focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "([alt, src]) => document.querySelector(`.jp-OutputArea img[alt^='${alt}']`)?.src !== src",
        arg=["Left: gradient descent", before],
    )
    notebook.screenshot(f"prediction_{notebook.app}")
    assert notebook.faults() == []


def test_a_still_figure_has_its_words_for_screen_readers(notebook):
    words = notebook.page.get_by_role("img", name="Final distance against the learning rate", exact=False)
    expect(words.first).to_be_attached()
    beside = notebook.page.locator(".hpcourse-alternative")
    expect(beside).to_have_count(1)
    assert beside.bounding_box()["height"] <= 2  # nothing to see


def test_what_was_predicted_is_remembered(notebook):
    if not notebook.page.get_by_role("button", name="C ✗").count():
        pytest.skip("the prediction was not answered")
    # All cells again: the answer is known, so nothing asks a second time, and the recap knows it.
    notebook.run_all()
    page = notebook.page
    expect(page.locator('.jp-OutputArea img[alt^="Four walks"]').last).to_be_visible()
    expect(page.get_by_text("Where intuition failed:").last).to_be_visible()
    expect(page.get_by_role("link", name="Save").last).to_be_visible()
    stored = page.evaluate(
        "async () => (await jupyterapp.serviceManager.contents.get('hpcourse_progress.json')).content"
    )
    entry = (stored if isinstance(stored, dict) else json.loads(stored))["questions"]["day1-regimes"]
    assert (entry["choice"], entry["right"]) == ("C", False)
