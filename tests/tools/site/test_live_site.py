"""Live figures on the site: every slider of every page moves, on a phone, with the network cut."""

import gzip
import io
import json
import re
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageFilter

import hpcourse as hp
from hpcourse.frame.course import LANGUAGES
from tools.site.record import Recording

matplotlib.use("agg")
pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
READY = "document.documentElement.dataset.liveFigures === 'ready'"
# Moves every control of a figure to its ends and back; returns what happened.
TRY_ALL = """async (figure) => {
  const wait = () => new Promise(resolve => setTimeout(resolve, 60));
  const state = () => figure.querySelector("figcaption").textContent + figure.querySelector("svg").innerHTML;
  const before = state(), moved = [];
  for (const input of figure.querySelectorAll("input[type=range], select")) {
    const was = input.value, last = input.max || input.options.length - 1;
    const put = async (value) => {
      input.value = value;
      input.dispatchEvent(new Event("input"));
      await wait();
      return state() !== before;
    };
    moved.push(await put(0) || await put(last));  // one end may rightly look the same, as without clipping
    await put(was);
  }
  for (const input of figure.querySelectorAll("input[type=radio]:not(:checked)")) {
    const was = figure.querySelector("input[type=radio]:checked");
    input.click();
    await wait();
    moved.push(state() !== before);
    was.click();
    await wait();
  }
  return { moved, back: state() === before, box: figure.querySelector("svg").getBoundingClientRect().width,
           shown: figure.querySelector("svg").viewBox.baseVal.width, letters: figure.live.about.letters,
           status: figure.querySelector("[role=status]").textContent, named: figure.querySelector("svg")
           .getAttribute("aria-label"), remembers: Boolean(figure.live.about.remembers) };
}"""


def pages_with_live_figures():
    root = Path(hp.__file__).parent.parent / "notebooks"
    return sorted(
        path.relative_to(root).with_suffix(".html").as_posix()
        for path in root.glob("[!s]*/*.ipynb")
        if "hp.explore_" in path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("page", pages_with_live_figures())
def test_every_live_figure_follows_its_controls_without_a_network(chromium, address, page):
    context = chromium.new_context(**PHONE)
    body = context.new_page()
    size = []
    body.on("response", lambda response: size.append(response))
    body.goto(f"{address}/{page}")
    body.wait_for_function(READY)
    fetched = sum(len(gzip.compress(response.body())) for response in size)
    assert fetched < 1_000_000
    context.set_offline(True)
    figures = body.query_selector_all("figure[data-live]")
    assert figures
    for fold in body.query_selector_all("details"):
        fold.evaluate("fold => fold.open = true")
    for figure in figures:
        name = figure.get_attribute("data-live")
        found = figure.evaluate(TRY_ALL)
        assert found["moved"], name
        assert all(found["moved"]), name
        assert found["back"] or found["remembers"], name
        assert found["letters"] * found["box"] / found["shown"] >= 8.99, name  # px
        assert found["status"] in found["named"]
    assert body.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_that_remembers_says_what_each_pen_holds(visit, language):
    body = visit(f"{language}/day6_summary.html").page
    body.wait_for_function(READY)
    figure = body.locator("[data-live$=dashboard]")
    words = [figure.locator("figcaption").text_content().split(" · ")]
    figure.get_by_text("B", exact=True).click()
    figure.locator("select").first.select_option(index=1)
    figure.locator("figcaption").filter(has_text="Momentum").wait_for()
    words.append(figure.locator("figcaption").text_content().split(" · "))
    (first, _), (kept, second, count) = words
    assert first.startswith("A")
    assert kept == first
    assert second.startswith("B")
    assert "Momentum" in second
    assert "SGD" in first
    assert re.search(r"\d+", count)[0] == "2"  # SGD with both pens, and momentum


def test_without_scripts_the_still_picture_stays(chromium, address):
    context = chromium.new_context(java_script_enabled=False, **PHONE)
    body = context.new_page()
    body.goto(f"{address}/en/day1_learning_rate.html")
    assert body.locator("[data-live] > img").count() >= 3
    context.close()


def test_the_keyboard_moves_a_slider(visit):
    body = visit("en/day1_learning_rate.html").page
    body.wait_for_function(READY)
    slider = body.locator("[data-live$=parabola] input").first
    slider.focus()
    before = body.locator("[data-live$=parabola] figcaption").text_content()
    body.keyboard.press("End")
    body.wait_for_function(
        "before => document.querySelector('[data-live$=parabola] figcaption').textContent !== before",
        arg=before,
    )
    assert slider.get_attribute("aria-valuetext") != "0.1"


@pytest.mark.parametrize("name", ["explore_parabola", "explore_basins", "explore_momentum_map"])
def test_recorded_frames_show_what_is_drawn(chromium, tmp_path, name):
    with matplotlib.rc_context({"svg.hashsalt": "hpcourse"}):
        hp.use_style()
        live = getattr(hp, name)()
        recording = Recording(live, "x", {"frames": 9})
        recording.write(tmp_path)
        about = json.loads(gzip.decompress((tmp_path / "figure.bin").read_bytes()))
        file = json.loads(gzip.decompress((tmp_path / "0.bin").read_bytes()))
        grid = list(recording.grid())
        page = chromium.new_page(
            viewport={"width": round(about["width"]), "height": round(about["height"])}, device_scale_factor=2
        )
        for number in np.random.default_rng(0).choice(len(file["frames"]), 4, replace=False):
            assert live.update(**grid[number]) == file["captions"][number]
            live.fig.set_dpi(144)
            live.fig.canvas.draw()
            drawn = Image.fromarray(np.asarray(live.fig.canvas.buffer_rgba())).convert("L")
            pieces = "".join(file["pieces"][piece] for piece in file["frames"][number])
            width, height, inside = about["width"], about["height"], about["still"] + pieces
            page.set_content(
                f'<body style="margin: 0"><svg width="{width}" height="{height}"'
                f' viewBox="0 0 {width} {height}">'
                f"<defs>{about['defs']}</defs>{inside}</svg>"
            )
            shown = Image.open(io.BytesIO(page.screenshot())).convert("L")
            both = [
                np.asarray(image.resize(drawn.size).filter(ImageFilter.GaussianBlur(3)), float)
                for image in (drawn, shown)
            ]
            assert abs(both[0] - both[1]).mean() < 1.5  # of 255
            assert abs(both[0] - both[1]).max() < 90
        page.close()
        plt.close("all")
