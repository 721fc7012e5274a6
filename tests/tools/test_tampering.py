"""Whatever somebody changes by hand in what a run left behind, the check refuses."""

import json
import re
import shutil
from pathlib import Path

import nbformat
import pytest

from hpcourse.frame.course import read
from tools import build, notebook, seals
from tools.lesson import Lesson

ROOT = Path(build.__file__).parent.parent
NAME = "day1_learning_rate"


@pytest.fixture
def stored(tmp_path):
    """The English notebook of Day 1 in a copy of what belongs to it."""
    (tmp_path / "lessons").mkdir()
    for path in (f"lessons/{NAME}.py", "lessons/glossary.csv"):
        shutil.copy(ROOT / path, tmp_path / path)
    for language in ("en", "zh-TW"):
        (tmp_path / f"notebooks/{language}").mkdir(parents=True)
        shutil.copy(ROOT / f"notebooks/{language}/{NAME}.ipynb", tmp_path / f"notebooks/{language}")
        shutil.copytree(ROOT / f"notebooks/sealed/{language}", tmp_path / f"notebooks/sealed/{language}")
    found = Lesson(tmp_path / f"lessons/{NAME}.py", read(ROOT / "hpcourse/course.toml")).variants[0]
    assert not list(found.faults())
    return found


def side_file(edit):
    """A change of the side file's text."""

    def change(found):
        file = seals.side_file(found)
        text = file.read_text(encoding="utf-8")
        assert edit(text) != text
        file.write_text(edit(text), encoding="utf-8")

    return change


def outputs(edit):
    """A change of the stored notebook's code cells."""

    def change(found):
        nb = nbformat.read(found.path, as_version=4)
        before = json.dumps(nb)
        edit({c.id: c for c in nb.cells})
        assert json.dumps(nb) != before
        found.path.write_bytes(notebook.written(nb))

    return change


def pictures(found):
    return sorted(seals.side_file(found).with_suffix("").glob("*.png"))


def swap_pictures(found):
    first, second, *_ = pictures(found)
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)


def swap_blocks(text):
    blocks = json.loads(text)
    one, two = blocks["day1-puzzle"][0], blocks["day1-regimes"][0]
    one["outputs"], two["outputs"] = two["outputs"], one["outputs"]
    return json.dumps(blocks)


def of_the_other_language(path):
    return Path(str(path).replace("/en/", "/zh-TW/"))


def picture_of(cells):
    return next(o for c in cells.values() for o in c.get("outputs", ()) if "image/png" in o.get("data", {}))


TAMPERING = {
    "the side file is gone": lambda found: seals.side_file(found).unlink(),
    "a number in the side file": side_file(lambda text: text.replace("2 / 10 = 0.200", "2 / 10 = 0.300")),
    "a number in a text that may differ": side_file(
        lambda text: re.sub(r"reads \d", "reads 9", text, count=1)
    ),
    "what is compared": side_file(lambda text: text.replace('"compared": true', '"compared": false', 1)),
    "two blocks swapped": side_file(swap_blocks),
    "the words beside a hidden picture": side_file(
        lambda text: re.sub('"alt": "', '"alt": "Not ', text, count=1)
    ),
    "the other language's side file": lambda found: shutil.copy(
        of_the_other_language(seals.side_file(found)), seals.side_file(found)
    ),
    "two pictures swapped": swap_pictures,
    "a picture is gone": lambda found: pictures(found)[0].unlink(),
    "the other language's picture": lambda found: shutil.copy(
        of_the_other_language(pictures(found)[0]), pictures(found)[0]
    ),
    "a printed number": outputs(lambda cells: cells["by-hand"].outputs[0].update(text="3.14\n")),
    "an output is gone": outputs(lambda cells: cells["by-hand"].outputs.clear()),
    "an output too many": outputs(
        lambda cells: cells["by-hand"].outputs.append(nbformat.v4.new_output("stream", text="so it is\n"))
    ),
    "a picture": outputs(lambda cells: picture_of(cells).data.update({"image/png": "iVBORw0KGgo="})),
    "the words beside a picture": outputs(
        lambda cells: picture_of(cells).metadata["image/png"].update(alt="It falls.")
    ),
    "the digest is gone": outputs(lambda cells: cells["by-hand"].outputs[0].update(text="3.14\n")),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_what_a_run_left_behind_cannot_be_changed_by_hand(stored, name):
    TAMPERING[name](stored)
    if name == "the digest is gone":
        nb = nbformat.read(stored.path, as_version=4)
        del nb.metadata.hpcourse["shown"]
        stored.path.write_bytes(notebook.written(nb))
    faults = list(stored.faults())
    assert faults
    assert all("run python -m tools.build day1_learning_rate" in fault for fault in faults)
    assert stored.with_stored_outputs() is None  # the builder runs it again
