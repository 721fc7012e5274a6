"""The recap of a day says what was predicted and solved, what is next, and where it is kept."""

import base64
import html
import json
import re

import pytest

import hpcourse as hp
from hpcourse.frame import record
from hpcourse.frame.course import DAYS
from hpcourse.page import recap


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in which a record is kept, on a computer of the learner's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(record.KEEP, raising=False)
    for name in recap.SESSIONS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(record, "_session", {})
    return tmp_path


def words(markup):
    """What is read, a space between any two words."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", markup)).split())


def row(day):
    return re.findall("<tr>.*?</tr>", hp.progress().as_html())[day]


def solve(day):
    for task in recap.contents_of(DAYS[day])[1]:
        record.check(task, 1.0)


def test_the_days_list_what_the_notebooks_hold():
    predictions, points = recap.contents_of(DAYS["day1"])
    assert next(iter(predictions.items())) == ("day1-puzzle", "day1_learning_rate")
    assert points["gd_step"] == 1
    assert points["slope_step"] == 2
    assert all(recap.contents_of(day)[1] for day in DAYS.values() if day.exercises)


def test_an_empty_record_begins_with_the_first_day(folder):
    recap_now = hp.progress()
    assert words(row(1)).split()[:7] == ["1", "0", "right", "of", "0", "answered,", "of"]
    assert re.search(r"Next: day1_learning_rate \(predictions left: \d+\)", words(recap_now.as_html()))
    assert "Where intuition failed" not in recap_now.as_html()
    assert not recap_now.finished
    assert recap_now.write not in recap_now.page.children[1].children


def test_first_choices_points_and_surprises(folder):
    record.question("day1-puzzle", "B", True)
    record.question("day1-regimes", "C", False)
    record.question("day1-bowl", "", False)  # "Show me": neither right nor wrong
    record.check("gd_step", 1.0)
    record.check("slope_step", 0.5)
    said = words(row(1))
    assert "1 right of 3 answered" in said
    assert re.search("1 / 6 2 / 9", said)  # one task solved, two points: 1 and half of 2
    page = words(hp.progress().as_html())
    surprises = page.partition("Where intuition failed:")[2].partition("Next:")[0]
    assert "✗ It jumps from side to side and moves away." in surprises
    assert "✓ It jumps from side to side and comes nearer." in surprises
    assert "reads digits best" not in surprises
    assert "Where is the border" not in surprises


def test_next_is_what_is_left_of_the_day_worked_on_last(folder):
    for key in recap.contents_of(DAYS["day1"])[0]:
        record.question(key, "A", False)
    assert "Next: day1_exercises (tasks left: 6)." in words(hp.progress().as_html())
    record.check(next(iter(recap.contents_of(DAYS["day3"])[1])), 1.0)
    assert "Next: day3_" in words(hp.progress().as_html())


def test_a_prediction_that_is_left_in_the_exercises_sends_nobody_back_to_the_lesson(folder):
    where = recap.contents_of(DAYS["day4"])[0]
    for key in (key for key, notebook in where.items() if notebook == "day4_sgd_and_momentum"):
        record.question(key, "A", False)
    assert set(where.values()) == {"day4_sgd_and_momentum", "day4_exercises"}
    assert "Next: day4_exercises (tasks left: 7)." in words(hp.progress().as_html())
    solve("day4")
    assert "Next: day4_exercises (predictions left: 1)." in words(hp.progress().as_html())


def test_everything_is_done(folder):
    for day in DAYS:
        solve(day)
        for key in recap.contents_of(DAYS[day])[0]:
            record.question(key, "A", False)
    assert "Everything is done." in hp.progress().as_html()


def test_the_certificate_says_what_was_solved_and_what_it_is_not(folder):
    for day in DAYS:
        solve(day)
    now = hp.progress()
    assert now.finished
    now.name.value = "Ada <b>"
    now.write.click()
    page = (folder / recap.CERTIFICATE).read_text(encoding="utf-8")
    assert "Ada &lt;b&gt;" in page
    assert "no examination" in page
    assert f"has worked through the following, on {record._now()[:10]}." in page
    now.days[0].dates[0] = "2020-01-31"
    assert f"from 2020-01-31 to {record._now()[:10]}" in recap.certificate("Ada", now.days)
    points = sum(recap.contents_of(DAYS["day1"])[1].values())
    assert f"<td>6 / 6</td><td>{points} / {points}</td>" in page
    assert 'role="status"' in now.said.value


def test_a_date_from_an_edited_record_is_no_markup(folder):
    script = '{"checks": {"gd_step": {"score": 1, "date": "<script>"}}}'
    (folder / record.FILE).write_text(script)
    assert "<script>" not in recap.certificate("<b>Me", hp.progress().days)


def test_the_certificate_can_be_had_where_nothing_can_be_written(folder, monkeypatch):
    (folder / recap.CERTIFICATE).mkdir()
    now = hp.progress()
    now.write_certificate()
    assert "cannot be written to" in now.said.value
    link = re.search(
        'download="hpcourse_certificate.html" href="data:text/html;[^,]*,([^"]*)"', now.said.value
    )
    assert "no examination" in base64.b64decode(link[1]).decode()


def test_what_is_saved_can_be_loaded_elsewhere(folder, monkeypatch):
    record.check("gd_step", 1.0)
    saved = re.search('download="hpcourse_progress.json" href="[^,]*,([^"]*)"', hp.progress()._save_link())
    content = base64.b64decode(saved[1])
    (folder / record.FILE).unlink()
    monkeypatch.setattr(record, "_session", {})
    now = hp.progress()
    for uploaded in (
        {"p.json": {"content": content}},
        ({"content": memoryview(content)},),
    ):  # ipywidgets 7, 8
        assert recap._content(uploaded) == content
    monkeypatch.setattr(recap, "_content", lambda value: content)
    now._loaded(None)
    assert "Loaded." in now.said.value
    assert json.loads((folder / record.FILE).read_text())["checks"]["gd_step"]["score"] == 1.0
    assert re.search(r"1 / 6", words(now.table.value))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"checks": {"gd_step": {"score": 9}}}', b"\xff"])
def test_a_file_that_was_not_saved_here_is_refused(folder, monkeypatch, content):
    now = hp.progress()
    monkeypatch.setattr(recap, "_content", lambda value: content)
    now._loaded(None)
    assert "none that was saved here" in now.said.value
    assert list(folder.iterdir()) == []


GOOD = '"questions": {"day1-regimes": {"choice": "B", "right": true, "date": "2026-01-01"}}'


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b"\xef\xbb\xbf{" + GOOD.encode() + b"}", True),  # saved by an editor that puts a mark before it
        ("{" + GOOD + "}", True),
        ("{" + GOOD + ', "checks": {"gd_step": {"date": "2026-01-01"}}}', True),  # no score
        ("{" + GOOD + ', "checks": {"gd_step": {"score": NaN}}}', True),
        ("{" + GOOD + ', "checks": {"gd_step": null}}', True),
        ('{"questions": {"day1-regimes": {"right": true}}}', False),  # no choice
        ('{"questions": {"day1-regimes": {"choice": "\\ud800", "right": true}}}', False),  # half a character
        ('{"\\udfff": 1}', False),
        ("[" * 100_000, False),
        ("{" + GOOD, False),
    ],
)
def test_a_broken_record_is_put_aside_and_what_can_be_read_of_it_counts(folder, content, kept):
    content = content if isinstance(content, bytes) else content.encode()
    (folder / record.FILE).write_bytes(content)
    assert "day1" in hp.progress().as_html()  # before anything is written
    record.check("gd_step", 1.0)
    assert record.saved()
    assert record.first_choice("day1-regimes") == ("B" if kept else None)
    aside = [file.read_bytes() for file in record.put_aside()]
    assert aside in ([], [content])
    assert bool(aside) == ("put aside: <code>hpcourse_progress.broken-1.json" in hp.progress().as_html())
    assert aside or kept


@pytest.mark.parametrize("name", recap.SESSIONS)
def test_where_the_disk_goes_with_the_session_it_says_so(folder, monkeypatch, name):
    monkeypatch.setenv(name, "x")
    assert "forgets everything after the session" in hp.progress().as_html()


def test_in_a_browser_it_says_so(folder, monkeypatch):
    monkeypatch.setattr(recap.sys, "platform", "emscripten")
    assert "kept in this browser" in hp.progress().as_html()


def test_a_folder_that_cannot_be_written_to_is_told(folder):
    assert "Kept in <code>hpcourse_progress.json</code>" in hp.progress().as_html()
    (folder / record.FILE).mkdir()
    record.check("gd_step", 1.0)
    assert "This folder cannot be written to" in hp.progress().as_html()


def test_where_notebooks_are_built_it_is_the_same_for_everybody(folder, monkeypatch):
    record.check("gd_step", 1.0)
    monkeypatch.setenv(record.KEEP, "no")
    bundle = hp.progress()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"].startswith("Run this cell")


def test_it_speaks_the_language_in_use(folder):
    record.question("day1-regimes", "C", False)
    hp.use_language("zh-TW")
    try:
        page = words(hp.progress().as_html())
    finally:
        hp.use_language("en")
    assert "直覺失靈的地方" in page
    assert "✗ 左右來回跳，越跳越遠。" in page


def test_a_question_that_has_gone_is_no_trouble(folder):
    record.question("day1-gone", "A", False)
    assert "day1" in hp.progress().as_html()
    record.question("day1-regimes", "Z", False)
    assert "Where intuition failed" not in hp.progress().as_html()
