"""Who is who: what systems really produce, and that nothing doubtful takes anybody's place."""

import email.message
import io
import json
import zipfile

import pytest
from submissions import cell, solve, text

from hpcourse.__main__ import main
from hpcourse.instructor.archive import File
from hpcourse.instructor.matching import People
from hpcourse.instructor.notes import words
from hpcourse.instructor.records import read_doubts, read_records
from hpcourse.instructor.repair import answered
from hpcourse.instructor.roster import Student, read_roster

CLASS = {
    student.id: student
    for student in (
        Student("b14901001", "陳雅婷 (Tina Chen)", "yating@example.edu"),
        Student("b14901002", "林柏翰", "b14901002@example.edu"),
        Student(
            "b14901003", "Ada Lovelace", "ada.l@example.edu", ("ada-codes", "lovelace's Mac"), canvas="55501"
        ),
        Student("b14901004", "José Núñez García", "jose@example.edu"),
        Student("b14901005", "Wei Chen", "wei@example.edu"),
        Student("b14901006", "Chen Wei", "chen@example.edu"),
        Student("10002", "Grace Hopper", "hopper@example.edu"),
        Student("x16-no-notebook", "Doris Day", ""),
    )
}
ADA, TINA, LIN = "b14901003", "b14901001", "b14901002"


def match(path, roster=CLASS, **more):
    found = People(roster).match(File(tuple(path.split("/")), 0.0, 1, lambda **_: b"", **more))
    return found.certain, found.candidates


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("lovelaceada_12345_67890_day1_exercises-1.ipynb", ADA),
        ("lovelaceada_LATE_12345_67890_x.ipynb", ADA),
        ("garcíajosénúñez_444_555_day1.ipynb", "b14901004"),
        ("somethingelse_55501_67890_day1.ipynb", ADA),  # Canvas' own number, which the roster has
        ("林柏翰_444_555_day1.ipynb", LIN),
        ("Day 1_b14901002_attempt_2024-10-01-12-34-56_day1.ipynb", LIN),
        ("Day 1_ada.l_attempt_2024-10-01-12-34-56.ipynb", ADA),
        ("12345-67890 - Ada Lovelace - Oct 1, 2024 1147 PM/day1.ipynb", ADA),
        ("Submitted files/Ada Lovelace/Day 1/Version 2/day1.ipynb", ADA),
        ("Day 1-20241001T123456Z-001/Ada Lovelace - day1_exercises.ipynb", ADA),
        ("day1-ada-codes/day1_exercises.ipynb", ADA),
        ("lovelace's Mac/day1_exercises.ipynb", ADA),
        ("ada.l+hw1@example.edu/day1.ipynb", ADA),
        ("Participant 77_5_assignsubmission_file_/b14901002.ipynb", LIN),
        ("陳雅婷_77_assignsubmission_file_day1_exercises.ipynb", TINA),
        ("Tina Chen - day1.ipynb", TINA),
        ("陳雅婷/hw 2.ipynb", TINA),
        ("林柏翰/陳雅婷老師班/林柏翰的作業一.ipynb", LIN),
        ("陳雅婷/陳雅婷第一次寫的.ipynb", TINA),
        ("林柏翰組-陳雅婷_77_assignsubmission_file_day1.ipynb", TINA),
        ("ＡＤＡ Lovelace/ｂ14901003.ipynb", ADA),
        ("x16-no_notebook/day1.ipynb", "x16-no-notebook"),
        ("Doris Day - day1.ipynb", "x16-no-notebook"),
        ("grace hopper_2024-10-10 day1.ipynb", "10002"),
        ("Group 3-Ada Lovelace_12_assignsubmission_file_/x.ipynb", ADA),
    ],
)
def test_what_a_system_or_a_person_writes_is_understood(path, student):
    assert match(path) == ((student,), ())


@pytest.mark.parametrize(
    ("path", "candidates"),
    [
        ("Ada Lovelace/b14901001_day1.ipynb", {ADA, TINA}),
        ("lovelaceada_10002_67890_day1.ipynb", {ADA, "10002"}),
        ("b14901001_b14901003.ipynb", {ADA, TINA}),
        ("Wei Chen/day1.ipynb", {"b14901005", "b14901006"}),
        ("Somebody Else_12_assignsubmission_file_/b14901003.ipynb", {ADA}),
        ("day1-adalovelace/day1_exercises.ipynb", {ADA}),
        ("Lovelace.ipynb", {ADA}),
        ("林柏翰瑋.ipynb", {LIN}),
        ("Ada Lovelace King.ipynb", {ADA}),
        ("day1-ada-codes-2/day1.ipynb", {ADA}),
        ("ada.l@gmail.com/day1.ipynb", {ADA}),
        ("14901003.ipynb", {ADA}),
        ("014901003/day1.ipynb", {ADA}),
        ("b149O1OO3.ipynb", {ADA}),
        ("bl4901003_day1.ipynb", {ADA}),
        ("陳雅停.ipynb", {TINA}),
        ("陳雅婷/林柏翰給的參考.ipynb", {TINA, LIN}),
        ("陳雅婷_77_assignsubmission_file_/林柏翰借我看的.ipynb", {TINA, LIN}),
        ("陳雅婷_77_assignsubmission_file_林柏翰借我看的.ipynb", {TINA, LIN}),
        ("陈雅婷.ipynb", {TINA}),  # as in China, whole or in part
        ("陈雅停/day1.ipynb", {TINA}),
        ("陳婷雅_77_assignsubmission_file_/day1.ipynb", {TINA}),
        ("陳雅_7_8_day1.ipynb", {TINA}),
        ("陳林雅婷_LATE_7_8_day1.ipynb", {TINA}),
    ],
)
def test_what_only_resembles_or_contradicts_is_doubtful(path, candidates):
    certain, could_be = match(path)
    assert certain == ()
    assert candidates <= set(could_be)


NUMBERS = {
    number: Student(number, name, email)
    for number, name, email in (
        ("41047001", "Ada Lovelace", ""), ("41047002", "陳雅婷", "yating@example.edu"),
        ("s001", "Ben Hur", ""), ("112-0003", "林柏翰", ""),
    )
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Lovelace_b14909999.ipynb", ADA),
        ("R13922011 林柏翰/hw.ipynb", LIN),  # of another school, with the same name?
        ("b14909999/陳雅婷.ipynb", TINA),
        ("b14909999@mail.example.edu/Ada Lovelace.ipynb", ADA),
        ("lovelaceada_12345_67890_B14909999.ipynb", ADA),
        ("Ada Lovelace_1_assignsubmission_file_/b14909999_day1.ipynb", ADA),
        ("陳雅婷 b14909999_77_assignsubmission_file_/day1.ipynb", TINA),
        ("12345-67890 - Ada Lovelace - Oct 1, 2024 1147 PM/b14909999.ipynb", ADA),
        ("Submitted files/Ada Lovelace/Day 1/b14909999.ipynb", ADA),
        ("41047999_陳雅婷.ipynb", "41047002"),
        ("Ada Lovelace 41099001/day1.ipynb", "41047001"),
        ("Ben Hur S031.ipynb", "s001"),
        ("112-0033 林柏翰.ipynb", "112-0003"),
    ],
)
def test_a_name_beside_an_id_of_nobody_on_the_roster_is_doubtful(path, student):
    found = People(CLASS if student in CLASS else NUMBERS).match(File(tuple(path.split("/")), 0.0, 1, None))
    assert (found.certain, found.candidates) == ((), (student,))
    assert "is not on the roster" in words(found.why)


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ada Lovelace_20241001.ipynb", "41047001"),
        ("Ada Lovelace_v20241001_123456.ipynb", ADA),
        ("Ada Lovelace_41047999_assignsubmission_file_/day1.ipynb", "41047001"),  # Moodle's number
        ("lovelaceada_LATE_41047998_41047999_day1-1.ipynb", "41047001"),  # Canvas'
        ("41047998-41047999 - 陳雅婷 - Oct 1, 2024 1147 PM/d.ipynb", "41047002"),
        ("submission_41047999/Ada Lovelace.ipynb", "41047001"),  # Gradescope's
        ("陳雅婷 12345678.ipynb", "41047002"),  # no id of this course begins so
        ("陳雅婷_410479991.ipynb", "41047002"),
        ("Ada Lovelace 4104799.ipynb", "41047001"),
        ("yating@example.edu/41047999.ipynb", "41047002"),  # an address is nobody else's
        ("41047002_41047999.ipynb", "41047002"),  # nor is an id
        ("Ben Hur v002.ipynb", "s001"),
        ("day1-ada-codes/b14909999.ipynb", ADA),  # an alias settles it
        ("Ada Lovelace 3f2a1b9c.ipynb", ADA),
        ("Ada Lovelace 20002.ipynb", ADA),  # five digits may be anything
    ],
)
def test_other_numbers_beside_a_name_are_no_ids(path, student):
    assert match(path, CLASS if student in CLASS else NUMBERS)[0] == (student,)


def test_a_sender_whose_address_is_an_id_of_nobody_may_be_another_of_that_name():
    said = match("x/day1.ipynb", sender=("b14909999@example.edu", "Ada Lovelace"))
    assert said == ((), (ADA,))


@pytest.mark.parametrize(
    "path",
    ["b149010031/day1.ipynb", "hw 10002a.ipynb", "Grace Murray/day1.ipynb", "day1-exercises (2).ipynb"],
)
def test_nobody_is_certain_by_a_part_of_an_id_or_a_name(path):
    assert match(path)[0] == ()


@pytest.mark.parametrize("path", ["王雅婷.ipynb", "陳怡君/d.ipynb", "b14902001.ipynb", "陳雅林淑婷.ipynb"])
def test_more_than_one_slip_resembles_nobody(path):
    assert match(path) == ((), ())


def test_seat_numbers_are_no_numbers_of_homework_or_copies():
    seats = {
        str(n): Student(str(n), name) for n, name in enumerate(["Grace Hopper", "Ada Lovelace", "陳雅婷"], 1)
    }
    assert match("Ada Lovelace/day1_exercises-1.ipynb", seats) == (("2",), ())
    assert match("陳雅婷/hw 2.ipynb", seats) == (("3",), ())
    assert match("day1_exercises-1.ipynb", seats)[0] == ()
    assert match("day1 (2).ipynb", seats)[0] == ()
    assert match("2/day1.ipynb", seats) == (("2",), ())


def test_an_e_mail_is_of_whoever_sent_it():
    assert match("x/day1.ipynb", sender=("ada.l+hw1@example.edu", "A. L."))[0] == (ADA,)
    assert match("x/day1.ipynb", sender=("someone@else.org", "Ada Lovelace"))[0] == (ADA,)
    assert match("x/day1.ipynb", sender=("someone@else.org", "A. L."))[0] == ()


def zipped(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def in_encoding(name, encoding, content):
    """A zip with one member, whose name is written in an old encoding."""
    raw = name.encode(encoding)
    return zipped({"A" * len(raw): content}).replace(b"A" * len(raw), raw)


@pytest.fixture
def roster(course):
    lines = [f"{one.id},{one.name},{one.email}" for one in CLASS.values()]
    (course.root / "roster.csv").write_text("\n".join(["id,name,email", *lines]), encoding="utf-8")
    return course


@pytest.fixture
def collect(roster):
    def carry_out(drop, *more, status=0):
        arguments = [
            "course",
            "collect",
            str(drop),
            "--assignment",
            "day1",
            "--course",
            str(roster.root),
            *more,
        ]
        assert main(arguments) == status
        return read_records(roster, "day1")

    return carry_out


@pytest.fixture
def perfect(released, solved):
    return text(solve(released, solved))


def source(records, student):
    return records[student]["source"]


def test_gradescope_says_itself_who_submitted(collect, write, perfect):
    metadata = f"""submission_111:
  :submitters:
  - :name: Ada Lovelace
    :sid: '{ADA}'
    :email: ada.l@example.edu
  :created_at: 2024-10-01 12:00:00.000000000 Z
submission_222:
  :submitters:
  - :name: Tina Chen
    :sid:
    :email: yating@example.edu
  - :name: 林柏翰
    :sid: {LIN}
    :email: b14901002@example.edu
submission_333:
  :submitters:
  - :name: Nobody Known
    :sid: x99
    :email: n@example.edu
"""
    drop = write({f"export/submission_{n}/day1.ipynb": perfect for n in (111, 222, 333)})
    write({"export/submission_metadata.yml": metadata}, drop)
    records = collect(drop)
    assert [source(records, student) for student in (ADA, TINA, LIN)] == [
        "export/submission_111/day1.ipynb",
        "export/submission_222/day1.ipynb",
        "export/submission_222/day1.ipynb",
    ]
    assert source(records, "unknown-submission_333") == "export/submission_333/day1.ipynb"


def test_e_mails_are_opened(collect, write, perfect):
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = "Ada <ada.l+hw1@example.edu>", "b14901001"
    message.set_content("Here it is")
    message.add_attachment(perfect.encode(), maintype="application", subtype="json", filename="day1.ipynb")
    records = collect(
        write({"mail (1).eml": message.as_bytes(), "empty.eml": b"From: yating@example.edu\n\nHi"})
    )
    assert source(records, ADA) == "mail (1)/day1.ipynb"
    assert "nothing is attached" in json.dumps(records[TINA])


@pytest.mark.parametrize("encoding", ["utf-8", "cp950", "gb18030", "cp932"])
def test_names_in_a_zip_are_read_in_the_encoding_they_were_written_in(encoding, collect, tmp_path, perfect):
    (tmp_path / "drop.zip").write_bytes(in_encoding("林柏翰/day1.ipynb", encoding, perfect))
    assert source(collect(tmp_path / "drop.zip"), LIN) == "林柏翰/day1.ipynb"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("day1.json", None),
        ("day1_exercises", None),
        ("day1.ipynb.download", None),
        ("day1.ipynb (1)", None),
        ("day1.ipynb.txt", None),
        ("day1.zip", None),
        ("day1.ipynb", lambda content: zipped({"inner.ipynb": content})),
        ("day1.ipynb", lambda content: content.replace("# ", "# 學習率 ", 1).encode("cp950", "ignore")),
        (".ipynb_checkpoints/day1_exercises-checkpoint.ipynb", None),
    ],
)
def test_what_is_a_notebook_is_read_whatever_it_is_called(
    name, change, collect, roster, write, perfect, released
):
    collect(write({f"{ADA}/{name}": change(perfect) if change else perfect}))
    assert answered(_submitted(roster, ADA), released) == 6


def _submitted(course, student):
    import nbformat

    return nbformat.read(course.notebook("submitted", "day1", student), as_version=4)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xfd7zXZ\0", "xz"),
        (b"(\xb5/\xfd", "zstd"),
        (b"\x1f\x9d\x90", "compress"),
        (b"EGGA\0\1", "egg"),
        (b"\x22\x01-lh5-", "lzh"),
        (b"PK\x03\x04damaged", "not a zip"),
    ],
)
def test_what_cannot_be_opened_says_how_it_could(start, said, collect, write):
    suffixes = {"gzip": "tar.gz", "xz": "txz", "zstd": "tar.zst", "compress": "tar.Z", "not a zip": "zip"}
    suffix = suffixes.get(said, said)
    records = collect(write({f"{ADA}/work.{suffix}": start + bytes(600)}))
    assert said in json.dumps(records[ADA]["notes"])
    assert records[ADA]["unread"]


@pytest.mark.parametrize("kind", ["markdown", "raw", "fenced"])
def test_an_answer_in_a_cell_of_text_is_found(kind, collect, roster, write, released, solved):
    notebook = solve(released, solved)
    answer = cell(notebook, "gd-step-answer")
    answer.cell_type = "raw" if kind == "raw" else "markdown"
    for key in ("outputs", "execution_count"):
        answer.pop(key, None)
    if kind == "fenced":
        answer.source = f"My answer:\n\n```python\n{answer.source}\n```\n"
        notebook.cells.insert(0, cell(released, "gd-step-answer"))
    records = collect(write({f"{ADA}.ipynb": text(notebook)}))
    assert answered(_submitted(roster, ADA), released) == 6
    assert "is not code" in json.dumps(records[ADA]["notes"])


def test_nothing_doubtful_replaces_anything_until_a_person_has_decided(
    collect, roster, write, perfect, released, solved, capsys
):
    collect(write({f"{ADA}.ipynb": text(solve(released, solved, "gd_step"))}))
    before = roster.notebook("submitted", "day1", ADA).read_bytes()
    drop = write(
        {f"Ada Lovelace/{TINA}_day1.ipynb": perfect, f"{LIN}.ipynb": perfect}, roster.root.parent / "next"
    )
    records = collect(drop, "--show")
    assert TINA not in {row for row in records if records[row]["source"]}
    assert "doubtful" in capsys.readouterr().out
    records = collect(drop, "--yes")
    assert roster.notebook("submitted", "day1", ADA).read_bytes() == before
    assert source(records, LIN)
    assert source(records, "unknown-Ada-Lovelace")
    (doubt,) = read_doubts(roster).values()
    assert set(doubt.candidates) == {ADA, TINA}

    table = (roster.root / "matches.csv").read_text(encoding="utf-8-sig")
    (roster.root / "matches.csv").write_text(
        table.replace("ipynb,,", "ipynb,x,").replace("Lovelace,,", "Lovelace,x,")
    )
    assert main(["course", "collect", str(drop), "--assignment", "day1", "--course", str(roster.root)]) == 1
    assert "matches.csv, line 2" in capsys.readouterr().err
    settled = table.replace("Ada Lovelace,,", f"Ada Lovelace,{TINA},")
    (roster.root / "matches.csv").write_text(settled, encoding="utf-8")
    records = collect(drop)
    assert source(records, TINA)
    assert "unknown-Ada-Lovelace" not in records
    assert roster.notebook("submitted", "day1", ADA).read_bytes() == before

    # The decision was about that file; another one at the same place is another question.
    write({f"Ada Lovelace/{TINA}_day1.ipynb": text(solve(released, solved, "slope_step"))}, drop)
    collect(drop)
    assert [doubt.student for doubt in read_doubts(roster).values()].count("") == 1


def test_two_accounts_of_one_name_are_doubtful_and_an_alias_settles_it(collect, roster, write, perfect):
    drop = write({f"Ada Lovelace_{n}_assignsubmission_file_/x.ipynb": perfect for n in (12, 13)})
    assert source(collect(drop), ADA) == ""
    lines = (roster.root / "roster.csv").read_text(encoding="utf-8").splitlines()
    lines[0] += ",aliases"
    lines = [
        line + (",Ada Lovelace_12_assignsubmission_file_" if line.startswith(ADA) else "") for line in lines
    ]
    (roster.root / "roster.csv").write_text("\n".join(lines), encoding="utf-8")
    records = collect(drop)
    assert source(records, ADA) == "Ada Lovelace_12_assignsubmission_file_/x.ipynb"


def test_one_student_with_too_much_takes_nothing_from_the_others(collect, tmp_path, perfect, capsys):
    stuffed = {f".venv/lib/{n}.py": "" for n in range(2500)} | {"day1_exercises.ipynb": perfect}
    files = {f"{student}/day1.ipynb": perfect for student in CLASS if student != ADA}
    (tmp_path / "drop.zip").write_bytes(zipped({f"{ADA}/work.zip": zipped(stuffed)} | files))
    records = collect(tmp_path / "drop.zip", status=1)
    assert all(source(records, student) for student in CLASS)
    assert f"too much: {ADA}" in capsys.readouterr().out


def test_a_notebook_of_nothing_but_cells_keeps_nobody_waiting(collect, write, perfect):
    empty = json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 350_000, "nbformat": 4})
    many = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1"}] * 50_000, "nbformat": 4})
    records = collect(write({f"{ADA}.ipynb": empty, f"{TINA}.ipynb": many, f"{LIN}.ipynb": perfect}))
    assert "more than 5000 cells" in words(records[TINA]["notes"][0])
    assert source(records, LIN)


# ---- rosters

MOODLE = "First name,Last name,ID number,Email address\nAda,Lovelace,b1,ada@x.edu\n雅婷,陳,b2,y@x.edu\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
    '"Lovelace, Ada",55,b1,ada@x.edu,A\n陳雅婷,56,b2,yating,A\n"Student, Test",57,,,A\n'
)
GITHUB = '"identifier","github_username","github_id","name"\n"b1","ada-codes","123",""\n"b2","","",""\n'
CHINESE = (
    "112-1 深度學習 修課名單\n\n序號,學號,姓名,系級,電子郵件\n1,b1,Ada Lovelace,資工,a@x.edu\n2,b2,陳雅婷,,\n"
)


@pytest.mark.parametrize(
    "content",
    [
        MOODLE.encode(),
        MOODLE.encode("utf-16"),
        MOODLE.replace(",", "\t").encode("utf-16-le"),
        CANVAS.encode("utf-8-sig"),
        GITHUB.encode(),
        CHINESE.encode("cp950"),
        CHINESE.replace("b1", "\u200eb1\u200b").replace("姓名", "姓名 Name").encode(),
        b"sep=;\nid;name\nb1;Ada\nb2;Ben\n",
        b'id,name\n="b1",Ada\nb2,Ben\n',
        b"OrgDefinedId,Username,Last Name,First Name,Email\n#b1,a,L,A,\n#b2,c,L,C,\n",
    ],
)
def test_a_roster_is_read_as_systems_export_it(content, tmp_path):
    (tmp_path / "roster.csv").write_bytes(content)
    assert list(read_roster(tmp_path)) == ["b1", "b2"]


def test_canvas_numbers_and_logins_are_kept_to_know_people_by(tmp_path):
    (tmp_path / "roster.csv").write_text(CANVAS, encoding="utf-8")
    students = read_roster(tmp_path)
    assert students["b1"] == Student("b1", "Ada Lovelace", "", ("ada@x.edu",), "", "55")
    (tmp_path / "roster.csv").write_text(MOODLE, encoding="utf-8")
    assert read_roster(tmp_path)["b2"].name == "陳雅婷"


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(rows):
    """A small xlsx: texts inline, numbers as numbers."""

    def written(value, place):
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        return f'<c r="{place}"><v>{value}</v></c>'

    lines = "".join(
        f'<row r="{n}">'
        + "".join(written(v, f"{'ABC'[i]}{n}") for i, v in enumerate(row) if v != "")
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    main_ = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return zipped(
        {
            "xl/workbook.xml": (
                f'<workbook {main_} xmlns:r="{LINKS}"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
            ),
            "xl/worksheets/sheet1.xml": SHEET.format(lines),
        }
    )


@pytest.mark.parametrize("name", ["roster.csv", "roster.xlsx"])
def test_an_excel_workbook_is_read_whatever_it_is_called(name, course):
    rows = [["名單"], [], ["學號", "姓名"], [14901001.0, "陳雅婷"], ["", "Ben"], [14901002, "Ada"]]
    rows[4] = ["x9", "Ben"]
    (course.root / name).write_bytes(workbook(rows))
    assert list(course.roster()) == ["14901001", "x9", "14901002"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,name\n1.49E+07,Ada\n", "line 2: the id '1.49E\\+07' has been shortened"),
        (b"name,email\nAda,a@x.edu\nBen,\n", "line 3: no id"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old Excel"),
        (b"<html><table><tr><td>id", "a web page"),
        (b"\x89PNG\r\n", "is not a table"),
        (b"first,second\n1,2\n", "no line names the columns"),
        (b"id,name\na b,Ada\n", "line 2: id 'a b'"),
    ],
)
def test_a_roster_that_cannot_be_read_is_refused_with_the_line_and_the_remedy(content, said, tmp_path):
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(Exception, match=said):
        read_roster(tmp_path)


def test_a_number_that_a_spreadsheet_made_a_fraction_is_whole_again(tmp_path):
    (tmp_path / "roster.csv").write_text("id,name\n14901003.0,Ada\n")
    assert list(read_roster(tmp_path)) == ["14901003"]
