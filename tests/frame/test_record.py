"""Progress is kept in a file that people can read, and survives whatever happens to that file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hpcourse.frame import record


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in which a record is kept; the session has recorded nothing yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(record.KEEP, raising=False)
    monkeypatch.setattr(record, "_session", {})
    return tmp_path


def stored():
    return json.loads(Path(record.FILE).read_text(encoding="utf-8"))


def test_first_choice_and_best_score_are_kept(folder):
    record.question("day1-x", "C", False)
    record.question("day1-x", "B", True)
    for score in (0.5, 1.0, 0.25):
        record.check("gd_step", score)
    assert stored()["questions"]["day1-x"]["choice"] == "C"
    assert stored()["checks"]["gd_step"]["score"] == 1.0
    assert record.first_choice("day1-x") == "C"
    assert record.first_choice("day1-y") is None


def test_an_answer_that_fails_leaves_no_file(folder):
    record.check("gd_step", 0.0)
    assert list(folder.iterdir()) == []


def test_nothing_is_left_beside_the_file(folder):
    record.check("gd_step", 1.0)
    assert [path.name for path in folder.iterdir()] == [record.FILE]


def test_the_next_session_finds_it(folder, monkeypatch):
    record.question("day1-x", "C", False)
    monkeypatch.setattr(record, "_session", {})
    assert record.first_choice("day1-x") == "C"


def test_nothing_is_read_or_written_where_notebooks_are_built(folder, monkeypatch):
    record.check("gd_step", 1.0)
    before = Path(record.FILE).read_bytes()
    monkeypatch.setenv(record.KEEP, "no")
    record.check("adam_step", 1.0)
    assert record.load() == {"questions": {}, "checks": {}}
    assert Path(record.FILE).read_bytes() == before


BROKEN = {
    "not JSON": b'{"questions": ',
    "empty": b"",
    "not UTF-8": b'{"questions": {"\xff": {}}}',
    "a list": b"[1, 2]",
    "a number": b"3",
    "a part that is no table": b'{"questions": [1]}',
    "an entry that is no table": b'{"questions": {"day1-x": "C"}}',
    "a score that is a word": b'{"checks": {"gd_step": {"score": "1"}}}',
    "a score beyond 1": b'{"checks": {"gd_step": {"score": 7}}}',
    "a score that is nan": b'{"checks": {"gd_step": {"score": NaN}}}',
    "a date that is a number": b'{"checks": {"gd_step": {"score": 1, "date": 3}}}',
    "a choice that is a number": b'{"questions": {"day1-x": {"choice": 3}}}',
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_put_aside_and_never_lost(folder, content):
    Path(record.FILE).write_bytes(content)
    assert record.first_choice("day1-x") is None
    assert Path(record.FILE).read_bytes() == content  # reading changes nothing
    record.check("gd_step", 1.0)
    assert stored()["checks"]["gd_step"]["score"] == 1.0
    assert (folder / "hpcourse_progress.broken-1.json").read_bytes() == content
    Path(record.FILE).write_bytes(content)
    record.check("adam_step", 1.0)
    assert (folder / "hpcourse_progress.broken-2.json").read_bytes() == content
    assert set(stored()["checks"]) == {"gd_step", "adam_step"}  # the session has not forgotten


def test_unknown_parts_are_kept(folder):
    Path(record.FILE).write_text('{"notes": "mine", "checks": {"x": {"score": 1, "why": "luck"}}}')
    record.check("gd_step", 1.0)
    assert stored()["notes"] == "mine"
    assert stored()["checks"]["x"] == {"score": 1, "why": "luck"}


def test_a_folder_that_cannot_be_written_to(folder, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError("read-only")

    monkeypatch.setattr(record.tempfile, "mkstemp", refuse)
    monkeypatch.setattr(record.os, "open", refuse)
    record.check("gd_step", 1.0)
    assert list(folder.iterdir()) == []
    assert record.load()["checks"]["gd_step"]["score"] == 1.0
    assert not record.saved()


def test_a_folder_in_the_place_of_the_file(folder):
    (folder / record.FILE).mkdir()
    record.check("gd_step", 1.0)
    assert record.load()["checks"]["gd_step"]["score"] == 1.0
    assert [path.name for path in folder.iterdir()] == [record.FILE]


def test_a_write_that_fails_leaves_the_old_file(folder, monkeypatch):
    record.check("gd_step", 1.0)
    before = Path(record.FILE).read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(record.os, "replace", fail)
    record.check("adam_step", 1.0)
    assert [path.name for path in folder.iterdir()] == [record.FILE]
    assert Path(record.FILE).read_bytes() == before


def test_a_lock_left_behind_does_not_last(folder):
    lock = folder / f".{record.FILE}.lock"
    lock.touch()
    os.utime(lock, (0, 0))
    record.check("gd_step", 1.0)
    assert stored()["checks"]["gd_step"]["score"] == 1.0
    assert not lock.exists()


MANY = """
import sys
from hpcourse.frame import record
for n in range(25):
    record.question(f"{sys.argv[1]}-{n}", "A", True)
"""


def test_two_notebooks_at_once_lose_nothing_of_each_other(folder):
    environment = {name: value for name, value in os.environ.items() if name != record.KEEP}
    environment["PYTHONPATH"] = str(Path(record.__file__).parents[2])
    both = [subprocess.Popen([sys.executable, "-c", MANY, who], env=environment) for who in ("one", "two")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert set(stored()["questions"]) == {f"{who}-{n}" for who in ("one", "two") for n in range(25)}


def test_merging_takes_the_first_answer_and_the_best_score_from_either_side():
    early = {
        "questions": {"q": {"choice": "A", "date": "2026-01-01 10:00:00"}},
        "checks": {"c": {"score": 0.5}},
    }
    late = {"questions": {"q": {"choice": "B", "date": "2026-01-02 10:00:00"}}, "checks": {"c": {"score": 1}}}
    for both in (record.merged(early, late), record.merged(late, early)):
        assert both["questions"]["q"]["choice"] == "A"
        assert both["checks"]["c"]["score"] == 1


def test_a_record_from_elsewhere_is_merged_in(folder):
    record.check("gd_step", 1.0)
    record.add(b'{"checks": {"adam_step": {"score": 0.5, "date": "2026-01-01 10:00:00"}}}')
    assert set(stored()["checks"]) == {"gd_step", "adam_step"}
    with pytest.raises(ValueError, match="must be a table"):
        record.add(b'["gd_step"]')
