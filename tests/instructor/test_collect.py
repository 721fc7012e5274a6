"""Whatever way a notebook was handed in, it is found, matched to its student and put right."""

import io
import json
import os
import zipfile

import nbformat
import pytest
from submissions import cell, from_colab, metadata_stripped, solve, text

from hpcourse.__main__ import main
from hpcourse.instructor.archive import File, files_in
from hpcourse.instructor.collect import whose
from hpcourse.instructor.matching import People
from hpcourse.instructor.notes import words
from hpcourse.instructor.records import read_records
from hpcourse.instructor.repair import answered, repair
from hpcourse.instructor.roster import Student

ROSTER = """id,name,email
b14901001,陳雅婷,yating@example.edu
b14901002,林 柏翰,b14901002@example.edu
b14901003,Ada Lovelace,ada.l@example.edu
b14901004,José Núñez García,jose@example.edu
b14901005,Wei Chen,wei@example.edu
b14901006,Chen Wei,chen@example.edu
"""
STUDENTS = {line.split(",")[0]: Student(*line.split(",")) for line in ROSTER.strip().splitlines()[1:]}


def match(path, roster=STUDENTS):
    """Who a file at this path is taken to be from: (certain, candidates)."""
    found = People(roster).match(File(tuple(path.split("/")), 0.0, 1, lambda **_: b""))
    return found.certain, found.candidates


def owners(folder, *paths):
    """{row: number of files} of what lies at these paths."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("{}")
    certain, others = whose(folder, STUDENTS, [], [])
    return {one.name or one.students[0]: len(one.files) for one in [*certain, *others]}


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Lovelace_1234567_assignsubmission_file_/day1_exercises.ipynb", "b14901003"),
        ("Lovelace Ada_1234567_assignsubmission_file_/x.ipynb", "b14901003"),
        ("陳雅婷_77_assignsubmission_file_/作業.ipynb", "b14901001"),
        ("雅婷 陳_77_assignsubmission_file_/作業.ipynb", "b14901001"),
        ("Jose Nunez Garcia_9_assignsubmission_file_/x.ipynb", "b14901004"),
        ("b14901002_day1.ipynb", "b14901002"),
        ("B14901002 林柏翰.ipynb", "b14901002"),
        ("day1_b14901002 (2).ipynb", "b14901002"),
        ("b14901002day1.ipynb", "b14901002"),
        ("hw1_林柏翰_第一天.ipynb", "b14901002"),
        ("yating@example.edu/Copy of day1_exercises.ipynb", "b14901001"),
        ("ada.l_day1.ipynb", "b14901003"),
        ("class A/Ada Lovelace/sub/x.ipynb", "b14901003"),
        ("Copy of day1_exercises Ada Lovelace.ipynb", "b14901003"),
        # Two who worked together: the folder's name is Moodle's.
        ("Ada Lovelace_12_assignsubmission_file_/b14901001_b14901003_day1.ipynb", "b14901003"),
        ("Wei Chen_5_assignsubmission_file_/b14901005.ipynb", "b14901005"),
    ],
)
def test_a_student_is_recognised_in_a_path(path, student):
    assert match(path) == ((student,), ())


@pytest.mark.parametrize("path", ["b149010021.ipynb", "xb14901002.ipynb", "Ada/x.ipynb", "day1 (1).ipynb"])
def test_nobody_is_recognised_by_half(path):
    assert match(path)[0] == ()


def test_two_students_of_one_name_are_not_guessed_at():
    path = "Wei Chen_5_assignsubmission_file_/x.ipynb"
    assert match(path) == ((), ("b14901005", "b14901006"))


def test_strangers_files_side_by_side_do_not_hide_each_other(tmp_path):
    assert len(owners(tmp_path / "a", "day1.ipynb", "day1 (1).ipynb", "day1 (2).ipynb")) == 3
    assert len(owners(tmp_path / "b", "all/day1.ipynb", "all/「day1」的副本.ipynb")) == 2
    assert owners(tmp_path / "c", "Zoe X/a.ipynb", "Zoe X/data.csv") == {"unknown-Zoe-X": 2}


def archive(files, **settings):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content, **settings)
    return data.getvalue()


def test_zips_are_opened_also_inside_zips_and_nothing_is_written_outside(tmp_path):
    inner = archive({"../../../evil.ipynb": "{}", "/etc/x.ipynb": "{}", "__MACOSX/._y.ipynb": "no"})
    drop = tmp_path / "deep" / "drop.zip"
    drop.parent.mkdir()
    drop.write_bytes(archive({"Ada Lovelace_1_assignsubmission_file_/hw.zip": inner}))
    trouble = []
    found = list(files_in(drop, trouble))
    assert [str(file) for file in found] == [
        "Ada Lovelace_1_assignsubmission_file_/hw/evil.ipynb",
        "Ada Lovelace_1_assignsubmission_file_/hw/etc/x.ipynb",
    ]
    assert trouble == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "drop.zip"]


def test_a_zip_bomb_is_refused_without_being_unpacked(tmp_path):
    (tmp_path / "drop.zip").write_bytes(archive({"a.ipynb": b"0" * 60 * 2**20}))
    (file,) = files_in(tmp_path / "drop.zip", [])
    with pytest.raises(Exception, match="larger than"):
        file.read()


def test_zips_in_zips_without_end_are_given_up(tmp_path):
    data = archive({"a.ipynb": "{}"})
    for _ in range(5):
        data = archive({"more.zip": data})
    (tmp_path / "drop.zip").write_bytes(data)
    (file,) = files_in(tmp_path / "drop.zip", [])
    assert words(file.problem) == "zips inside zips more than 3 deep"


def test_names_in_big5_are_read(tmp_path):
    data = archive({"AAAAAA_7_assignsubmission_file_/x.ipynb": "{}"})
    (tmp_path / "drop.zip").write_bytes(data.replace(b"AAAAAA", "陳雅婷".encode("cp950")))
    (file,) = files_in(tmp_path / "drop.zip", [])
    assert file.parts[0].startswith("陳雅婷")


def test_links_are_not_followed(tmp_path):
    (tmp_path / "secret.ipynb").write_text("{}")
    drop = tmp_path / "drop"
    drop.mkdir()
    os.symlink(tmp_path / "secret.ipynb", drop / "b14901001.ipynb")
    trouble = []
    (link,) = files_in(drop, trouble)
    assert link.read() == b""
    assert "a link" in words(link.problem)
    assert "b14901001.ipynb: a link" in trouble[0]


def test_whose_only_file_is_a_link_has_no_mark_and_not_zero(tmp_path, course, write, released, solved):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    drop = write({"b14901002/day1_exercises.ipynb": text(solve(released, solved))})
    (tmp_path / "elsewhere.ipynb").write_text("{}")
    os.symlink(tmp_path / "elsewhere.ipynb", drop / "b14901001.ipynb")
    assert main(["course", "collect", str(drop), "--assignment", "day1", "--course", str(course.root)]) == 1
    record = read_records(course, "day1")["b14901001"]
    assert record["unread"] is True
    assert "a link" in "; ".join(map(words, record["notes"]))


def test_a_pipe_in_the_drop_is_passed_over(tmp_path):
    os.mkfifo(tmp_path / "b14901001.ipynb")
    assert list(files_in(tmp_path, [])) == []


def collected(course, drop, *more):
    assert (
        main(["course", "collect", str(drop), "--assignment", "day1", "--course", str(course.root), *more])
        == 0
    )
    return read_records(course, "day1")


def submitted(course, student):
    return nbformat.read(course.notebook("submitted", "day1", student), as_version=4)


def test_everyone_has_a_row_and_what_was_done_is_said(course, write, released, solved, capsys):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    perfect = text(solve(released, solved))
    drop = write(
        {
            "b14901001/day1_exercises.ipynb": perfect,
            "b14901002/my work.ipynb": perfect,
            "b14901003/day1_exercises.ipynb": "<html>",
            "Somebody Else/day1_exercises.ipynb": perfect,
        }
    )
    records = collected(course, drop)
    notes = {student: "; ".join(map(words, record["notes"])) for student, record in records.items()}
    assert notes == {
        "b14901001": "",
        "b14901002": "renamed from my work.ipynb",
        "b14901003": "day1_exercises.ipynb cannot be read: not JSON",
        "b14901004": "no notebook",
        "b14901005": "no notebook",
        "b14901006": "no notebook",
        "unknown-Somebody-Else": "",
    }
    assert all(answered(submitted(course, student), released) == 6 for student in ("b14901001", "b14901002"))
    assert answered(submitted(course, "b14901003"), released) == 0
    said = capsys.readouterr().out
    assert "3 of 6 students" in said
    assert "unknown-Somebody-Else" in said


def test_of_several_notebooks_the_most_complete_and_then_the_newest_is_taken(course, write, released, solved):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    one, two = (solve(released, solved, *tasks) for tasks in (["gd_step"], ["gd_step", "slope_step"]))
    other = solve(released, solved, "gd_step", "slope_step")
    cell(other, "gd-step-answer").source += "\n# newer"
    drop = write(
        {"b14901001/a.ipynb": text(one), "b14901001/b.ipynb": text(two), "b14901001/c.ipynb": text(other)}
    )
    for age, name in enumerate(["a", "c", "b"]):
        os.utime(drop / f"b14901001/{name}.ipynb", (10**9 - age, 10**9 - age))
    records = collected(course, drop)
    assert words(records["b14901001"]["notes"][0]) == "3 notebooks, of which b14901001/c.ipynb was taken"
    assert "# newer" in cell(submitted(course, "b14901001"), "gd-step-answer").source


def test_collecting_twice_changes_nothing_and_a_later_file_replaces(course, write, released, solved, capsys):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    drop = write({"b14901001.ipynb": text(released)})
    first = collected(course, drop)
    before = course.notebook("submitted", "day1", "b14901001").read_bytes()
    assert collected(course, drop) == first
    assert course.notebook("submitted", "day1", "b14901001").read_bytes() == before
    assert "1 unchanged" in capsys.readouterr().out
    later = write({"b14901001.ipynb": text(solve(released, solved))}, drop.parent / "later")
    records = collected(course, later, "--note", "late")
    assert [words(noted) for noted in records["b14901001"]["notes"]] == [
        "renamed from b14901001.ipynb",
        "late",
    ]
    assert answered(submitted(course, "b14901001"), released) == 6
    assert "1 handed in again" in capsys.readouterr().out


def test_an_unreadable_later_file_does_not_take_the_place_of_a_good_one(course, write, released, solved):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    collected(course, write({"b14901001.ipynb": text(solve(released, solved))}))
    records = collected(course, write({"b14901001.ipynb": "oops"}))
    assert answered(submitted(course, "b14901001"), released) == 6
    assert "a later file was not used" in words(records["b14901001"]["notes"][-1])


@pytest.mark.parametrize(
    ("change", "done"),
    [
        (lambda content: content.encode("utf-16"), 6),
        (lambda content: content.encode("utf-8-sig"), 6),
        (lambda content: content.replace('"cells": [', '"cells": [{"source": "\\ud800"},', 1), 6),
        (lambda content: content.replace('"cells": [', f'"count": {"9" * 5000}, "cells": [', 1), 0),
    ],
    ids=["utf-16", "bom", "half a character", "huge number"],
)
def test_odd_files_are_read_or_said_to_be_unreadable(change, done, course, write, released, solved):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    perfect = text(solve(released, solved))
    content = change(perfect)
    assert content != perfect
    records = collected(course, write({"b14901001.ipynb": content, "b14901002.ipynb": perfect}))
    assert answered(submitted(course, "b14901001"), released) == done
    assert answered(submitted(course, "b14901002"), released) == 6
    assert done or "not JSON" in words(records["b14901001"]["notes"][0])


def test_a_files_name_may_hold_anything_that_a_disk_allows(course, write, released, capsys):
    drop = write({"s001/x.ipynb": text(released)})
    try:
        os.rename(drop / "s001/x.ipynb", os.fsencode(drop / "s001") + b"/=1\r\xff.ipynb")
    except OSError:
        pytest.skip("this disk does not allow such a name")
    records = collected(course, drop)
    assert words(records["s001"]["notes"][0]) == "renamed from =1\N{REPLACEMENT CHARACTER}ÿ.ipynb"
    assert "renamed from =1" in capsys.readouterr().out


def test_a_stranger_who_is_recognised_later_has_one_row(course, write, released, solved, capsys):
    (course.root / "roster.csv").write_text(ROSTER, encoding="utf-8")
    drop = write({"A. L./day1_exercises.ipynb": text(solve(released, solved))})
    assert "unknown-A.-L" in collected(course, drop)
    (drop / "A. L.").rename(drop / "A. L. b14901003")
    records = collected(course, drop)
    assert set(records) == set(STUDENTS)
    assert not (course.root / "submitted/unknown-A.-L/day1").exists()
    assert "unknown-A.-L is b14901003 now" in capsys.readouterr().out


def test_misuse_is_answered_in_a_sentence(course, tmp_path, capsys):
    where = ["--course", str(course.root)]
    assert main(["course", "collect", str(tmp_path / "no"), "--assignment", "day1", *where]) == 1
    assert "does not exist" in capsys.readouterr().err
    assert main(["course", "collect", str(tmp_path), "--assignment", "day7", *where]) == 1
    assert "--assignment must be one of day1" in capsys.readouterr().err
    assert main(["course", "grade", "--course", str(tmp_path)]) == 1
    assert "no course folder" in capsys.readouterr().err
    (course.root / "roster.csv").write_text("id,name\na/b,X\n")
    assert main(["course", "collect", str(tmp_path), "--assignment", "day1", *where]) == 1
    assert "roster.csv, line 2" in capsys.readouterr().err
    (course.root / "roster.csv").write_text("id,name\na1,X\nA1,Y\n")
    assert main(["course", "collect", str(tmp_path), "--assignment", "day1", *where]) == 1
    assert "line 3: id 'A1' is there twice" in capsys.readouterr().err


@pytest.mark.parametrize("make", [from_colab, metadata_stripped])
def test_a_notebook_that_lost_its_metadata_gets_all_of_it_back(make, released, solved):
    lost = json.loads(make(released, solved))
    fixed, notes = repair(lost, released)
    wanted = solve(released, solved)
    assert [(c.id, c.source) for c in fixed.cells if c.cell_type == "code"] == [
        (c.id, c.source) for c in wanted.cells if c.cell_type == "code"
    ]
    assert [c.metadata for c in fixed.cells if "nbgrader" in c.metadata] == [
        c.metadata for c in wanted.cells if "nbgrader" in c.metadata
    ]
    assert "the cells had lost their marks, which were put back" in map(words, notes)


def test_an_experiment_that_the_student_changed_stays_changed(released, solved):
    theirs = solve(released, solved)
    cell(theirs, "slope-step-try").source += "\nbest = 1e-5"
    cell(theirs, "slope-step-answer").source = "slope_step = best"
    for one in theirs.cells:
        one.metadata.clear()
        one.id = one.id[::-1]
    fixed, _ = repair(theirs, released)
    assert "best = 1e-5" in cell(fixed, "slope-step-try").source
    assert sum("def slope(" in c.source for c in fixed.cells) == 1


def test_a_changed_check_is_restored_and_a_deleted_one_put_in_its_place(released, solved):
    theirs = solve(released, solved)
    cell(theirs, "gd-step-check").source = "print('passed')"
    theirs.cells = [c for c in theirs.cells if c.id != "slope-step-check"]
    fixed, notes = repair(theirs, released)
    assert [c.source for c in fixed.cells if c.id == "gd-step-check"] == ['hp.check("gd_step", gd_step)']
    ids = [c.id for c in fixed.cells]
    assert ids.index("slope-step-check") == ids.index("slope-step-answer") + 1
    assert len(notes) == 2


def test_repairing_twice_changes_nothing_more(released, solved):
    theirs = solve(released, solved)
    theirs.cells.insert(3, nbformat.v4.new_code_cell("x = 1"))
    theirs.cells = [c for c in theirs.cells if c.id != "gd-step-check"]
    once, _ = repair(theirs, released)
    twice, notes = repair(once, released)
    assert nbformat.writes(once) == nbformat.writes(twice)
    assert notes == []
