"""What a page and a touch fetch is counted as the player does, and too much stops the build."""

import gzip
import os

import pytest

from tools.site import sizes
from tools.site.record import pack


@pytest.fixture
def site(tmp_path):
    """A page with one style, one script, and two live figures: one light, one in three files."""
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "a.html").write_text(
        '<link rel="stylesheet" type="text/css" href="_static/a.css?v=1" />'
        '<script src="_static/a.js"></script><link rel="alternate" href="b.html">'
        '<img src="big.png" loading="lazy" />'
        '<figure data-live="live/a/light"></figure><figure data-live="live/a/heavy"></figure>'
    )
    put(folder / "_static" / "a.css", b"x" * 1000)
    put(folder / "_static" / "a.js", os.urandom(100))
    for name, first, files in (("light", None, [900]), ("heavy", [0, 3], [400, 50, 300])):
        live = folder / "live" / "a" / name
        put(live / "figure.bin", pack({"first": first, "files": [*range(len(files))]}))
        for number, size in enumerate(files):
            put(live / f"{number}.bin", os.urandom(size))
    put(folder / "live" / "a" / "heavy" / "first.bin", os.urandom(70))
    return tmp_path


def put(file, data):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def test_a_page_counts_what_it_asks_for_before_a_touch_and_packed(site):
    folder = site / "en"
    packed = [
        len(gzip.compress((folder / n).read_bytes())) for n in ("a.html", "_static/a.css", "_static/a.js")
    ]
    live = folder / "live" / "a"
    figures = [(live / name / "figure.bin").stat().st_size for name in ("light", "heavy")]
    assert sizes.by_itself(folder / "a.html") == sum(packed) + sum(figures) + 900 + 70


def test_a_touch_fetches_a_file_and_its_neighbours_unless_all_came_with_the_page(site):
    live = site / "en" / "live" / "a"
    assert sizes.by_a_touch(live / "light") == 0
    assert sizes.by_a_touch(live / "heavy") == 750


def test_at_the_limit_nothing_is_said_and_above_it_the_page_and_the_figure_are_named(site, monkeypatch):
    page = sizes.by_itself(site / "en" / "a.html")
    monkeypatch.setattr(sizes, "BY_ITSELF", page)
    monkeypatch.setattr(sizes, "BY_A_TOUCH", 750)
    sizes.check(site)
    monkeypatch.setattr(sizes, "BY_ITSELF", page - 1)
    with pytest.raises(SystemExit, match=rf"^en/a\.html fetches {page} bytes$"):
        sizes.check(site)
    monkeypatch.setattr(sizes, "BY_ITSELF", page)
    monkeypatch.setattr(sizes, "BY_A_TOUCH", 749)
    with pytest.raises(SystemExit, match=r"^a touch of en/live/a/heavy fetches 750 bytes$"):
        sizes.check(site)
