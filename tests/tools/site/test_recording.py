"""Recorded live figures: every frame is what the explorer's own update draws and says."""

import gzip
import json
import re

import ipywidgets as widgets
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

import hpcourse as hp
from hpcourse.page.live import LiveFigure, log_slider
from tools.site import record
from tools.site.record import Packed, Recording, Sketch, columns, positions, shorter

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def style():
    with matplotlib.rc_context({"svg.hashsalt": "hpcourse"}):
        hp.use_style()
        yield
        plt.close("all")


def unpack(file):
    return json.loads(gzip.decompress(file.read_bytes()))


def a_figure(**controls):
    """Two panels; a line in the left one follows the sliders, the right one never moves."""
    fig, (left, right) = plt.subplots(1, 2, figsize=(6, 3))
    (line,) = left.plot([0, 1], [0, 1], label="a line")
    left.set(xlabel="loss", ylim=(0, 6))
    right.plot([1, 2])

    def update(k=2, size=1.0, way="up"):
        line.set_ydata([0, k * (1 if way == "up" else 0.5)])
        return f"k is {k}, {way}"

    return LiveFigure(fig, update, alt="A line.", **controls)


def recorded(tmp_path, live, **special):
    count, _ = Recording(live, "x", special).write(tmp_path)
    about = unpack(tmp_path / "figure.bin")
    files = [unpack(tmp_path / f"{number}.bin") for number in range(len(about["files"]))]
    frames = [
        ([file["pieces"][piece] for piece in frame], caption)
        for file in files
        for frame, caption in zip(file["frames"], file["captions"])
    ]
    assert len(frames) == count
    return about, frames


def test_the_frame_of_any_position_is_found_by_the_weights_of_its_controls(tmp_path):
    live = a_figure(k=(1, 5), way=widgets.Dropdown(options=["up", "down"]))
    about, frames = recorded(tmp_path, live)
    k, way = about["controls"]
    assert (k["kind"], k["shown"], k["start"]) == ("range", ["1", "2", "3", "4", "5"], 1)
    assert (way["kind"], way["shown"]) == ("select", ["up", "down"])
    for at in range(5):
        for other in range(2):
            _, caption = frames[at * k["weight"] + other * way["weight"]]
            assert caption == f"k is {at + 1}, {way['shown'][other]}"
    assert about["caption"] == "k is 2, up" == frames[about["start"]][1]
    assert about["frame"] == frames[about["start"]][0]


def test_only_what_moves_is_in_the_frames_and_each_different_piece_is_kept_once(tmp_path):
    about, frames = recorded(tmp_path, a_figure(k=(1, 5)))
    assert about["slots"] < 8
    assert sum(len({pieces[slot] for pieces, _ in frames}) > 1 for slot in range(about["slots"])) == 1
    assert "#ffffff" in about["still"]
    file = unpack(tmp_path / "0.bin")
    assert len(file["pieces"]) == len(set(file["pieces"]))


def test_every_definition_that_a_piece_refers_to_is_there(tmp_path):
    about, frames = recorded(tmp_path, hp.explore_parabola(), frames=6)
    svg = about["still"] + "".join(piece for pieces, _ in frames for piece in pieces)
    used = set(re.findall(r'href="#([^"]+)|url\(#([^)]+)', svg))
    defined = set(re.findall(r'id="([^"]+)"', about["defs"]))
    assert {one or other for one, other in used} <= defined
    assert all(name.startswith("x-") for name in defined)  # apart from other figures on the page


def test_what_starts_to_move_late_is_found(tmp_path):
    fig, ax = plt.subplots()
    lines = [ax.plot([0, 1], [k, k])[0] for k in range(40)]

    def update(k=0):
        for number, line in enumerate(lines):
            line.set_ydata([number, number + (number == k)])
        return str(k)

    _, frames = recorded(tmp_path, LiveFigure(fig, update, alt="x", k=(0, 39)))
    assert [caption for _, caption in frames] == [str(k) for k in range(40)]
    assert len({tuple(pieces) for pieces, _ in frames}) == 40


def test_captions_and_words_come_in_the_language_in_use(tmp_path):
    hp.use_language("zh-TW")
    hp.use_style()
    try:
        about, frames = recorded(tmp_path, hp.explore_parabola(), frames=6)
    finally:
        hp.use_language("en")
    assert all(re.search("[一-鿿]", caption) for _, caption in frames)
    assert about["controls"][0]["label"] == "學習率 η"


@pytest.mark.parametrize("most", [4, 7, 20, 1000])
def test_thinned_positions_keep_the_first_the_last_and_the_start(most):
    slider = log_slider(0.001, 10, 0.03)
    values, shown, own = positions(slider, most)
    assert values[0] == pytest.approx(0.001)
    assert 9 < values[-1] <= 10.01
    assert values[own] == 0.03
    assert len(values) == len(shown) <= most + 3
    assert values == sorted(values)
    assert shown[own] == "0.03"


def test_options_stay_whole_and_a_float_slider_shows_its_decimals():
    values, shown, own = positions(widgets.Dropdown(options=[("a", 1), ("b", 2)], value=2), 1)
    assert (values, shown, own) == ([1, 2], ["a", "b"], 1)
    slider = widgets.FloatSlider(value=0.5, min=0, max=1, step=0.25, readout_format=".2f")
    assert positions(slider, 99)[1] == ["0.00", "0.25", "0.50", "0.75", "1.00"]


def test_panels_side_by_side_can_be_cut_apart_and_a_colour_bar_stays_with_its_map():
    fig, _ = plt.subplots(1, 3)
    assert len(columns(fig)) == 4
    fig, ax = plt.subplots()
    fig.colorbar(ax.imshow(np.eye(2)))
    assert len(columns(fig)) == 2
    fig, _axes = plt.subplots(2, 2)
    assert len(columns(fig)) == 3


def test_places_are_short_and_opacity_and_scale_are_whole():
    style = 'style="opacity: 0.35"'
    svg = f'<path d="M 10.123 20.06 \nL 3 4" {style} transform="translate(1.234 2.0) scale(0.125)"/>'
    assert shorter(svg) == (
        '<path d="M10.1 20.1L3 4" style="opacity: 0.35" transform="translate(1.2 2) scale(0.125)"/>'
    )


def test_a_figure_that_remembers_says_which_parts_belong_to_which_pen(tmp_path):
    fig, ax = plt.subplots()
    lines = {pen: ax.plot([], [])[0] for pen in "AB"}

    def update(k=1, pen="A"):
        lines[pen].set_data([0, 1], [0, k])
        return f"{pen}: {k} · 1"

    live = LiveFigure(fig, update, alt="x", k=(1, 3), pen=widgets.ToggleButtons(options=["A", "B"]))
    about, frames = recorded(tmp_path, live, memory="pen")
    first, second = about["remembers"]
    assert first
    assert second
    assert not set(first) & set(second)
    assert [caption for _, caption in frames] == [f"{pen}: {k} · 1" for pen in "AB" for k in (1, 2, 3)]


def test_a_run_is_needed_only_where_the_explorer_gets_one():
    cell = lambda source: type("Cell", (), {"source": source})  # noqa: E731
    assert not record.needs_run(cell("hp.explore_parabola()"))
    assert record.needs_run(cell("with hp.after('x'):\n    hp.show(hp.explore_sweep(sweep))"))


def test_files_are_cut_where_they_get_long():
    packed = Packed()
    packed.add(["x" * 10, "y" * 5], "caption")
    packed.add(["x" * 10, "z"], "")
    data = json.loads(gzip.decompress(packed.as_bytes()))
    assert data == {
        "pieces": ["x" * 10, "y" * 5, "z"],
        "frames": [[0, 1], [0, 2]],
        "captions": ["caption", ""],
    }


def test_files_follow_each_other_without_a_gap():
    random = np.random.default_rng(0)
    frames = [([random.bytes(3000).hex()], str(number)) for number in range(60)]
    files = record.in_pieces(frames, 40_000)
    assert len(files) > 2
    assert [first for first, _ in files] == list(np.cumsum([0, *(len(f.frames) for _, f in files[:-1])]))
    assert [caption for _, file in files for caption in file.captions] == [c for _, c in frames]


def test_what_comes_first_lies_along_every_control_and_keeps_all_choices():
    way = widgets.Dropdown(options=["up", "down", "flat"])
    recording = Recording(a_figure(k=(1, 40), size=(0.0, 1.0, 0.025), way=way), "x")
    sizes = [len(recording.chosen[name][0]) for name in recording.order]
    frames = np.unravel_index(recording.at_first(sizes), sizes)
    places = dict(zip(recording.order, frames))
    own = {name: recording.chosen[name][2] for name in recording.order}
    for name, size in zip(recording.order, sizes):
        others = [places[other] == own[other] for other in recording.order if other != name]
        assert set(places[name][np.all(others, axis=0)]) == set(range(size))
    for chosen in range(3):
        assert len(set(places["k"][places["way"] == chosen])) > 3
    assert len(frames[0]) <= record.COARSE + sum(sizes)


def test_a_figure_of_one_panel_is_narrow_enough_for_a_phone_and_no_letter_is_too_small():
    fig, ax = plt.subplots(figsize=(7.2, 3.4))
    ax.text(0.5, 0.5, "small", fontsize=7)
    record.for_phones(fig)
    assert fig.get_figwidth() * 72 * 9 / 356 <= record.SMALLEST  # 356 px for it, 9 px for the letters
    assert ax.texts[0].get_fontsize() == record.SMALLEST
    fig, _ = plt.subplots(1, 2, figsize=(8.4, 3.4))
    record.for_phones(fig)
    assert fig.get_figwidth() == 8.4


def test_a_part_drawn_alone_is_the_part_of_the_whole():
    fig, ax = plt.subplots()
    (line,) = ax.plot([0, 1], [2, 3])
    fig.set_dpi(72)
    fig.canvas.draw()
    fig.set_layout_engine("none")
    sketch = Sketch(fig, "x")
    alone, whole = sketch.draw(line), sketch.draw(fig)
    assert alone.strip() in whole
