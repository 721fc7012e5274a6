"""`hpcourse lab` and `hpcourse save`: the way in and out for learners, on any system."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from jupyterlab_server.config import get_page_config

from hpcourse.__main__ import main
from hpcourse.frame import start
from hpcourse.frame.course import COURSE

LESSON = "en/day1_learning_rate.ipynb"


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A small course in place of the notebooks that come with the package."""
    folder = tmp_path / "shipped"
    for language in COURSE.languages:
        for name in ("day1_learning_rate", "day2_learning_rate_schedules"):
            path = folder / language / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{name} {language} first edition\r\n", encoding="utf-8", newline="")
    monkeypatch.setattr(start, "shipped_notebooks", lambda: folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    """A folder such as learners have: with spaces and Chinese in its name."""
    return tmp_path / "My Documents" / "深度學習"


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.ipynb")}


def test_all_notebooks_of_all_languages_are_put_there_byte_by_byte(shipped, folder):
    assert start.put_notebooks(folder) == []
    assert contents(folder) == contents(shipped)
    assert start.put_notebooks(folder) == []
    assert contents(folder) == contents(shipped)


def test_what_a_learner_changed_is_never_written_over(shipped, folder):
    start.put_notebooks(folder)
    (folder / LESSON).write_text("my answers", encoding="utf-8")
    assert start.put_notebooks(folder) == []  # nothing new: nothing beside it either
    assert not list(folder.rglob("*(2)*"))
    (shipped / LESSON).write_text("second edition", encoding="utf-8")
    assert start.put_notebooks(folder) == [LESSON]
    assert (folder / LESSON).read_text(encoding="utf-8") == "my answers"
    beside = folder / "en" / "day1_learning_rate (2).ipynb"
    assert beside.read_text(encoding="utf-8") == "second edition"
    assert start.put_notebooks(folder) == []  # once is enough


def test_a_notebook_that_was_not_touched_becomes_the_new_edition(shipped, folder):
    start.put_notebooks(folder)
    (shipped / LESSON).write_text("second edition", encoding="utf-8")
    assert start.put_notebooks(folder) == []
    assert (folder / LESSON).read_text(encoding="utf-8") == "second edition"


@pytest.mark.parametrize("record", ["", "{", "[1]", "null"])
def test_without_a_record_that_can_be_read_a_different_notebook_counts_as_changed(record, shipped, folder):
    start.put_notebooks(folder)
    (folder / LESSON).write_text("mine?", encoding="utf-8")
    (folder / start.RECORD).write_text(record, encoding="utf-8")
    assert start.put_notebooks(folder) == [LESSON]
    assert (folder / LESSON).read_text(encoding="utf-8") == "mine?"


def test_saving_packs_what_differs_and_nothing_else(shipped, folder, tmp_path, monkeypatch, capsys):
    start.put_notebooks(folder)
    monkeypatch.chdir(tmp_path)
    assert main(["save", str(folder)]) == 1
    assert "nothing in" in capsys.readouterr().err
    (folder / LESSON).write_text("my answers", encoding="utf-8")
    (folder / "en" / "capstone_log.json").write_text("[]", encoding="utf-8")
    (folder / "en" / ".ipynb_checkpoints").mkdir()
    (folder / "en" / ".ipynb_checkpoints" / "x.ipynb").write_text("x", encoding="utf-8")
    assert main(["save", str(folder)]) == 0
    assert main(["save", str(folder)]) == 0  # a second one takes nothing's place
    first, second = sorted(tmp_path.glob("hpcourse-work-*.zip"))
    for path in (first, second):
        with zipfile.ZipFile(path) as archive:
            assert sorted(archive.namelist()) == ["en/capstone_log.json", LESSON]
            assert archive.read(LESSON) == b"my answers"


def test_saving_from_a_folder_that_is_not_there_says_so(tmp_path, capsys):
    assert main(["save", str(tmp_path / "none")]) == 1
    assert "there is no folder" in capsys.readouterr().err


def test_checking_does_all_but_start(shipped, folder, capsys):
    assert main(["lab", "--check", "--language", "zh-TW", "--day", "2", str(folder)]) == 0
    said = capsys.readouterr().out
    assert str(Path("zh-TW", "day2_learning_rate_schedules.ipynb")) in said
    assert "opens in jupyterlab" in said
    assert contents(folder) == contents(shipped)


@pytest.mark.parametrize(("name", "program"), [("jupyterlab", "LabApp"), ("notebook", "JupyterNotebookApp")])
def test_jupyter_starts_in_the_folder_on_the_lesson(name, program, shipped, folder, monkeypatch):
    calls = []
    monkeypatch.setattr(start, "find_spec", lambda wanted: wanted == name or None)
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda command, env: calls.append(command) or subprocess.CompletedProcess(command, 0),
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)  # Windows has none
    assert main(["lab", str(folder)]) == 0
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)  # as in a container
    assert main(["lab", str(folder)]) == 0
    (python, _, module, root, page), as_root = calls
    assert as_root == [*calls[0], "--allow-root"]
    assert (python, module, root) == (sys.executable, name, f"--ServerApp.root_dir={folder}")
    assert page.startswith(f"--{program}.default_url=/")
    assert page.endswith(f"/{LESSON}")


def test_a_folder_that_cannot_be_written_and_a_missing_jupyter_are_said(
    shipped, tmp_path, monkeypatch, capsys
):
    (tmp_path / "file").write_text("x")
    assert main(["lab", str(tmp_path / "file")]) == 1
    assert "cannot write into" in capsys.readouterr().err
    monkeypatch.setattr(start, "find_spec", lambda _: None)
    assert main(["lab", str(tmp_path / "folder")]) == 1
    assert "pip install jupyterlab" in capsys.readouterr().err


def test_jupyterlab_asks_nobody_for_news(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", start.quiet()["JUPYTER_CONFIG_PATH"])
    assert "@jupyterlab/apputils-extension:announcements" in get_page_config([])["disabledExtensions"]


def test_the_wheel_brings_every_notebook_and_needs_no_unix(tmp_path):
    """The list of what is packed, and what the commands for learners import."""
    names = {
        p.relative_to(start.shipped_notebooks()).as_posix()
        for p in start.shipped_notebooks().rglob("*.ipynb")
    }
    assert {
        f"{language}/{name}.ipynb" for language in COURSE.languages for name in COURSE.notebooks
    } <= names | {f"{language}/{name}.ipynb" for language in COURSE.languages for name in COURSE.optional}
    program = (
        "import sys; from hpcourse.__main__ import main; import hpcourse.frame.start; print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert not {"nbgrader", "jupyterlab", "psutil"} & set(loaded.split())
    assert json.loads(
        (Path(start.__file__).parents[1] / "data/jupyter/labconfig/page_config.json").read_text()
    )
