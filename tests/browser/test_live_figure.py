"""A live figure, a quiz and a check in a real page: keyboard, mouse, roles, errors, narrow windows."""

import io

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CELLS = [
    """
import matplotlib.pyplot as plt
import numpy as np
from hpcourse.page.live import LiveFigure, log_slider
from hpcourse import check, quiz

x = np.linspace(0, 6, 200)
fig, ax = plt.subplots(figsize=(9, 3.5))
ax.imshow(np.outer(x, x), extent=(0, 6, -1, 1), aspect="auto")
line, = ax.plot(x, x, "w")
ax.set_ylim(-1, 1)

def update(k=0.3, lr=0.03):
    if k > 0.95:
        raise ValueError("k is too large")
    line.set_ydata(np.sin(9 * k * x) * lr**0.1)
    return f"k = {k:.2f}, η = {lr:.3g}"

LiveFigure(fig, update, alt="A sine wave.", k=(0.0, 1.0, 0.01), lr=log_slider(1e-3, 1, 0.03, "學習率 η"))
""",
    "quiz('day1-threshold')",
    """
def gd_step(w, grad, lr):
    print("printed by the answer")
    return w + lr * grad

check("gd_step", gd_step)
""",
]
APPS = ("lab", "notebook")


@pytest.fixture(scope="module", params=APPS)
def app(request):
    return request.param


@pytest.fixture(scope="module")
def notebook(app, jupyter, open_notebook, tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # else Jupyter asks for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "live.ipynb")
    notebook = open_notebook(jupyter(folder, app), "live.ipynb")
    notebook.run_all()
    expect(notebook.page.locator(".widget-html img")).to_be_visible()
    return notebook


@pytest.fixture
def figure(notebook):
    """The live figure with both sliders at their start."""
    (figure,) = notebook.figures()
    for slider, (start, shown) in enumerate([("0.3", "0.30"), ("0.03", "0.0300")]):
        if figure.readouts.nth(slider).inner_text() != shown:
            figure.type(start, slider)
    expect(figure.caption).to_have_text("k = 0.30, η = 0.03")
    return figure


def test_nothing_goes_wrong(app, notebook, figure):
    notebook.page.get_by_role("slider").first.scroll_into_view_if_needed()
    notebook.screenshot(f"live_figure_{app}")
    assert notebook.faults() == []
    expect(notebook.page.get_by_role("img", name="A sine wave. k = 0.30, η = 0.03")).to_be_visible()
    expect(notebook.page.get_by_role("slider")).to_have_count(2)


@pytest.mark.parametrize(
    ("key", "k"),
    [
        ("PageUp", "0.35"),
        ("PageDown", "0.25"),
        ("Home", "0.00"),
        ("ArrowRight", "0.31"),
        ("ArrowDown", "0.29"),
    ],
)
def test_keys_move_the_slider(figure, key, k):
    figure.picture_changes(lambda: figure.press(key), seconds=5)
    expect(figure.readouts.first).to_have_text(k)
    expect(figure.caption).to_have_text(f"k = {k}, η = 0.03")
    figure.words_agree()


def test_typed_number(figure):
    figure.picture_changes(lambda: figure.type("0.61"))
    expect(figure.caption).to_have_text("k = 0.61, η = 0.03")


def test_log_slider(figure):
    figure.picture_changes(lambda: figure.press("End", slider=1))
    expect(figure.caption).to_have_text("k = 0.30, η = 1")
    figure.picture_changes(lambda: figure.press("PageDown", slider=1))
    expect(figure.caption).to_have_text("k = 0.30, η = 0.572")
    expect(figure.readouts.nth(1)).to_have_text("0.572")


def test_drag_ends_on_the_newest_value(notebook, figure):
    mouse = notebook.page.mouse
    handle = figure.sliders.first.bounding_box()
    track = notebook.page.locator(".noUi-target").first.bounding_box()
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    for step in range(60):
        mouse.move(track["x"] + track["width"] * (0.1 + 0.7 * step / 60), track["y"] + 3)
    mouse.up()
    k = figure.readouts.first.inner_text()
    assert 0.7 < float(k) < 0.9
    expect(figure.caption).to_have_text(f"k = {k}, η = 0.03")
    figure.words_agree()


def test_error_is_shown_and_goes_away(notebook, figure):
    picture = figure.picture.get_attribute("src")
    figure.press("End")
    expect(figure.error).to_be_visible()
    expect(notebook.page.locator(".jp-OutputArea pre", has_text="ValueError: k is too large")).to_be_visible()
    assert figure.picture.get_attribute("src") == picture
    figure.picture_changes(lambda: figure.press("Home"))
    expect(figure.error).to_have_count(0)


def test_narrow_window(notebook, figure):
    page = notebook.page
    try:
        page.set_viewport_size({"width": 520, "height": 900})
        page.wait_for_timeout(500)  # until the notebook has settled
        output = figure.picture.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')]").first
        room = output.evaluate("e => [e.clientWidth, e.scrollWidth]")
        assert room[1] <= room[0], "one must scroll sideways"
        assert figure.picture.bounding_box()["width"] <= room[0]
        first, second = (figure.sliders.nth(index).bounding_box() for index in (0, 1))
        assert second["y"] > first["y"] + 10, "the sliders do not wrap"
        notebook.screenshot("narrow")
    finally:
        page.set_viewport_size({"width": 1200, "height": 1000})


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_quiz_by_keyboard(notebook, key):
    page = notebook.page
    verdict = page.get_by_role("status").filter(has_text=":")
    page.get_by_role("button", name="A").and_(page.get_by_title("η = 0.1")).focus()
    page.keyboard.press(key)
    expect(verdict.filter(has_text="✗ A. Not yet:")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press(key)
    expect(verdict.filter(has_text="✓ B. Right:")).to_be_visible()
    expect(verdict.filter(has_text="Not yet:")).to_have_count(0)
    notebook.screenshot("quiz")


def test_tab_leads_to_every_control_and_shows_where_one_is(notebook, figure):
    page = notebook.page
    page.mouse.move(0, 0)
    figure.sliders.first.evaluate("slider => slider.scrollIntoView({ block: 'start' })")
    figure.sliders.first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")  # for a page, now the keyboard is in use
    answers = [
        page.get_by_role("button", name=letter).and_(page.locator(".jupyter-button")) for letter in "ABCD"
    ]
    stops = [
        figure.sliders.nth(0),
        figure.readouts.nth(0),
        figure.sliders.nth(1),
        figure.readouts.nth(1),
        *answers,
    ]
    for stop, following in zip(stops, [*stops[1:], page.locator("summary")]):
        expect(stop).to_be_focused()
        page.wait_for_timeout(300)  # until the page has scrolled and faded
        box = stop.bounding_box()
        around = {
            "x": box["x"] - 6,
            "y": box["y"] - 6,
            "width": box["width"] + 12,
            "height": box["height"] + 12,
        }
        focused = page.screenshot(clip=around)
        stop.evaluate("element => element.blur()")
        page.wait_for_timeout(300)
        assert clearly_different_pixels(focused, page.screenshot(clip=around)) > 40, stop
        stop.focus()
        page.keyboard.press("Tab")
        expect(following).to_be_focused()


def clearly_different_pixels(*pngs):
    """How many pixels differ by a contrast of at least 3 : 1, as WCAG asks of what shows the focus."""
    pictures = [np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) / 255 for png in pngs]
    linear = [np.where(p <= 0.04045, p / 12.92, ((p + 0.055) / 1.055) ** 2.4) for p in pictures]
    first, second = (p @ [0.2126, 0.7152, 0.0722] + 0.05 for p in linear)
    return int(np.sum(np.maximum(first / second, second / first) >= 3))


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_what_an_answer_printed_opens_by_keyboard(notebook, key):
    printed = notebook.page.locator("pre", has_text="printed by the answer")
    expect(printed).to_be_hidden()
    notebook.page.locator("summary").focus()
    notebook.page.keyboard.press(key)
    expect(printed).to_be_visible()
    notebook.page.keyboard.press(key)
    expect(printed).to_be_hidden()


def test_shift_enter_on_a_slider_runs_the_cell(notebook, figure):
    before = notebook.run_count(0)
    figure.picture_changes(lambda: figure.press("ArrowRight"))  # the arrow keys are the slider's own
    notebook.page.keyboard.press("Shift+Enter")
    expect(notebook.page.locator(".jp-CodeCell").first).not_to_contain_text(f"[{before}]:")
    expect(figure.caption).to_have_text("k = 0.30, η = 0.03")
