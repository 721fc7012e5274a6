"""A course folder to work in; the tests need the extra `instructor`."""

import shutil
from pathlib import Path

import nbformat
import pytest

from hpcourse.__main__ import main
from hpcourse.instructor.course import Course


def pytest_itemcollected(item):
    """What looks at the class of hostile submissions has to wait until it is graded."""
    if "graded" in getattr(item, "fixturenames", ()):
        item.add_marker("slow")


@pytest.fixture(scope="session", autouse=True)
def extra():
    """Where nbgrader is missing, these tests are skipped and say so."""
    pytest.importorskip(
        "nbgrader", reason="THE INSTRUCTOR'S TOOLS ARE NOT TESTED: pip install -e '.[instructor]'"
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A fresh course with Day 1, made once."""
    root = tmp_path_factory.mktemp("made") / "course"
    assert main(["course", "new", str(root), "--days", "1"]) == 0
    return root


@pytest.fixture
def course(template, tmp_path):
    """A fresh course of the test's own."""
    root = tmp_path / "course"
    shutil.copytree(template, root)
    return Course.open(root)


@pytest.fixture(scope="session")
def released(template):
    return Course.open(template).released("day1")


@pytest.fixture(scope="session")
def solved(template):
    return nbformat.read(Course.open(template).notebook("source", "day1"), as_version=4)


@pytest.fixture
def write(tmp_path):
    """Write files into a folder to collect from: write({"Ada/x.ipynb": text})."""

    def write_files(files, folder=None):
        folder = folder or tmp_path / "drop"
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write_files
