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
from tools.site import record
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


DRAG = """async (figure) => {
  const [first, ...others] = figure.querySelectorAll("input[type=range]");
  const put = (input, value) => { input.value = value; input.dispatchEvent(new Event("input")); };
  // All elsewhere than at the start: the file that comes first holds what one control alone changes.
  const elsewhere = (input) => +input.value === +input.max ? 0 : +input.max;
  const end = elsewhere(first);
  for (const input of others) put(input, elsewhere(input));
  for (let value = 0; value <= +first.max; value++) {
    put(first, end ? value : +first.max - value);
    await new Promise(requestAnimationFrame);
  }
  while (figure.getAttribute("aria-busy")) await new Promise(requestAnimationFrame);
}"""


def test_a_drag_fetches_no_file_that_it_only_passes(chromium, address):
    context, asked = chromium.new_context(**PHONE), []
    # With this the page fetches nothing before somebody asks for it.
    context.add_init_script("Object.defineProperty(navigator, 'connection', {value: {saveData: true}})")
    body = context.new_page()
    body.goto(f"{address}/en/day4_sgd_and_momentum.html")
    body.wait_for_function(READY)
    figure = body.query_selector("[data-live$=explore_ravine]")
    files = figure.evaluate("figure => figure.live.about.files.length")
    assert files > 4
    body.on("request", lambda request: asked.append(request.url))
    figure.evaluate(DRAG)
    body.wait_for_load_state("networkidle")
    assert 1 <= len(asked) <= 3  # where it rests, and beside it
    assert figure.get_attribute("aria-busy") is None
    context.close()


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


class Compared(Recording):
    """Instead of recording: some frames of the site's own files, each beside the figure drawn anew."""

    site, rng, found = None, None, []  # found: (name, SVG, its size, its caption; drawn, its caption)

    def write(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        language, _, notebook = folder.parent.stem.partition("_")
        there = self.site / language / "live" / notebook / folder.name
        about = unpacked(there / "figure.bin")
        settings = [*self.grid()]
        assert len(settings) == np.prod([len(control["shown"]) for control in about["controls"]])
        # What other pens hold depends on what they were given before; the first one draws for itself here.
        frames = len(settings) // (len(self.chosen[self.memory][0]) if self.memory else 1)
        for number in self.rng.choice(frames, SAMPLES[language], replace=False):
            at = max(k for k, first in enumerate(about["files"]) if first <= number)
            file, place = unpacked(there / f"{at}.bin"), number - about["files"][at]
            own = about["remembers"][0] if self.memory else range(about["slots"])  # as the player does
            pieces = "".join(
                file["pieces"][piece] for slot, piece in enumerate(file["frames"][place]) if slot in own
            )
            size = about["width"], about["height"]
            svg = f"<defs>{about['defs']}</defs>{about['still']}{pieces}"
            said = self.update(settings[number])
            self.fig.set_dpi(144)
            self.fig.canvas.draw()
            drawn = Image.fromarray(np.asarray(self.fig.canvas.buffer_rgba())).convert("L")
            captions = file["captions"][place], said
            if self.memory:  # they count what has been tried
                captions = [caption.split(" · ")[0] for caption in captions]
            self.found.append((f"{there} {settings[number]}", svg, size, drawn, captions))
        return len(settings), 0


def unpacked(file):
    return json.loads(gzip.decompress(file.read_bytes()))


SAMPLES = {language: 1 + (language == "en") for language in LANGUAGES}  # frames of each figure: 63 in all


@pytest.mark.parametrize("page", pages_with_live_figures())
def test_recorded_frames_show_what_is_drawn(chromium, site, frames, tmp_path, monkeypatch, page):
    """Frames chosen at random, of every figure of every day: the same picture but for edges, and words."""
    language, _, name = page.removesuffix(".html").partition("/")
    monkeypatch.setattr(record, "Recording", Compared)
    Compared.site, Compared.rng, Compared.found = site, np.random.default_rng(len(page)), []
    with matplotlib.rc_context():
        path = Path(hp.__file__).parents[1] / "notebooks" / language / f"{name}.ipynb"
        try:
            record.record_notebook(path, language, tmp_path / f"{language}_{name}", frames)
        finally:
            hp.use_language("en")
            plt.close("all")
    assert Compared.found
    body = chromium.new_page(device_scale_factor=2)
    for setting, svg, (width, height), drawn, (kept, said) in Compared.found:
        assert kept == said, setting
        body.set_viewport_size({"width": round(width), "height": round(height)})
        body.set_content(
            f'<body style="margin: 0"><svg width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}">{svg}</svg>'
        )
        shown = Image.open(io.BytesIO(body.screenshot())).convert("L")
        both = [
            np.asarray(image.resize(drawn.size).filter(ImageFilter.GaussianBlur(3)), float)
            for image in (drawn, shown)
        ]
        assert abs(both[0] - both[1]).mean() < 1.5, setting  # of 255
        assert abs(both[0] - both[1]).max() < 90, setting
    body.close()
