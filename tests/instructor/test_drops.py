# ruff: noqa: E501  (tables)
"""Whole drops and rosters, as systems, programs and people make them: whose is what, and what is asked."""

import email.message
import io
import os
import unicodedata
import zipfile

import pytest
from submissions import cell, solve, text
from test_who import LINKS, SHEET, workbook, zipped

from hpcourse.__main__ import main
from hpcourse.instructor import Misuse
from hpcourse.instructor.charsets import reread
from hpcourse.instructor.notes import words
from hpcourse.instructor.records import read_doubts, read_records
from hpcourse.instructor.roster import read_roster
from hpcourse.instructor.scripts import of_names

CLASS = """id,name,email
b14901001,陳雅婷,yating@example.edu
b14901002,林柏翰,b14901002@example.edu
b14901003,Ada Lovelace,ada.l@example.edu
b14901004,José Núñez García,jose@example.edu
b14901005,Wei-Ting O'Brien,wt.obrien@example.edu
b14901006,高金素梅·Ciwas Ali,ciwas@example.edu
b14901008,撒韵·武荖,sayun@example.edu
b14901009,Jean-Luc Picard,jlp@example.edu
b14901010,Mary Ann Smith,mas@example.edu
"""
GITHUB = """"identifier","github_username","github_id","name"
"b14901003","ada-codes","123","Ada Lovelace"
"b14901001","yating","","陳雅婷"
"b14901002","yating-lin","","林柏翰"
"""
BRACKETS = """id,name
q1,王大明（旁聽）
q2,Wang Wei (Wendy Wang)
q3,Robert Brown (Bob)
q4,Albert (Al) Green
q5,Joy Main
"""
TINA, LIN, ADA, JOSE, WEI, CIWAS, SAYUN, JEAN, MARY = (f"b149010{n:02}" for n in (1, 2, 3, 4, 5, 6, 8, 9, 10))
TWO = "id,name\nb14901001,高雅婷\nb14901002,林柏翰\nb14901003,王明\n"
WORLD = """id,name,email
u1000001,김민준,minjun.kim@univ.ac.kr
u1000002,山田 太郎,t-yamada@univ.ac.jp
u1000003,محمد الأحمد,m.ahmad@uni.edu
u1000004,Nguyễn Văn An,an.nguyen@uni.edu.vn
u1000005,Siobhán O'Connor-Smith,s.oconnor@uni.edu
u1000006,Сергей Иванов,ivanov@uni.ru
u1000008,Suharto,suharto@uni.id
u1000010,Þóra Jónsdóttir,thora@uni.is
u1000011,İpek Yıldız,ipek@uni.tr
u1000012,王小明,ming1@uni.tw
u1000013,王小明,ming2@uni.tw
u1000014,Ada Lovelace,ada.l@example.edu
u1000015,Jean-Luc Picard,jlp@example.edu
u1000016,南宮 雅,nangong@uni.tw
u1000018,Jürgen Groß,gross@uni.de
u1000019,Łukasz Żółw,lz@uni.pl
"""
KIM, YAMADA, AHMAD, AN, CONNOR, IVANOV = (f"u100000{n}" for n in range(1, 7))
SUHARTO, THORA, IPEK, MING, MING2, ADA2, JEAN2, NAN, JURGEN, LUKASZ = (
    f"u10000{n:02}" for n in (8, 10, 11, 12, 13, 14, 15, 16, 18, 19)
)
MOODLE = "_1002_assignsubmission_file_"


@pytest.fixture
def notebook(released, solved):
    """The text of a notebook that can be told from others; `tasks` are those it solves."""

    def make(tag, *tasks):
        made = solve(released, solved, *tasks)
        cell(made, "gd-step-answer").source = f"# tag:{tag}\n" + cell(made, "gd-step-answer").source
        return text(made)

    return make


@pytest.fixture
def taken(course, write):
    """({student: tag of the notebook taken}, paths that are asked about) after collecting a drop."""

    def collect(files, roster=CLASS, status=0, drop=None):
        (course.root / "roster.csv").write_text(roster, encoding="utf-8")
        arguments = ["course", "collect", str(drop or write(files)), "--assignment", "day1"]
        assert main([*arguments, "--course", str(course.root)]) == status
        tags = {}
        for student in read_records(course, "day1"):
            content = course.notebook("submitted", "day1", student).read_text(encoding="utf-8")
            _, found, rest = content.partition("# tag:")
            if found and not student.startswith("unknown-"):
                tags[student] = rest.split("\\n")[0]
        return tags, [doubt.path for doubt in read_doubts(course).values()]

    return collect


def old_zip(files, encoding):
    """A zip whose names are in an old encoding, and do not say so."""
    standing = {f"{n:03}".ljust(len(name.encode(encoding)), "A"): name for n, name in enumerate(files)}
    data = zipped({mark: files[name] for mark, name in standing.items()})
    for mark, name in standing.items():
        data = data.replace(mark.encode(), name.encode(encoding))
    return data


@pytest.mark.slow
@pytest.mark.parametrize(
    "paths",
    [
        {f"陳雅婷{MOODLE}/day1.ipynb": TINA, f"Jean-Luc Picard{MOODLE}/x.ipynb": JEAN},
        {f"陳雅婷{MOODLE}day1.ipynb": TINA, f"Mary Ann Smith{MOODLE}final_2.ipynb": MARY},
        {"Ada Lovelace_1_assignsubmission_file/day1.ipynb": ADA},
        {f"Wei-Ting OBrien{MOODLE}/d.ipynb": WEI, f"Jose Nunez Garcia{MOODLE}/d.ipynb": JOSE},
        {f"Ada Lovelace (b14901003){MOODLE}/d.ipynb": ADA, f"第一組-陳雅婷{MOODLE}/d.ipynb": TINA},
        {f"Participant 4711{MOODLE}/ada_lovelace.ipynb": ADA, f"參與者 4712{MOODLE}/d.ipynb": None},
        {f"Ada Lovelace{MOODLE}/b14901001.ipynb": None},
        {"smithmaryann_LATE_123_444_day1.ipynb": MARY, "picardjeanluc_5_6_day1-2.ipynb": JEAN},
        {"obrienweiting_51_61_d.ipynb": WEI, "garciajosenunez_52_62_d.ipynb": JOSE, "雅婷陳_7_8_d.ipynb": TINA},
        {"lovelaceada_question_12345_67890_day1.ipynb": ADA, "anon_aB3xY_123_day1.ipynb": None},
        {"Day 1/Ada Lovelace - day1_exercises.ipynb": ADA, "Day 1/陳雅婷 - day1_exercises.ipynb": TINA},
        {
            "Day 1-20241001T010203Z-001/Day 1/「day1_exercises.ipynb」的副本 - 林柏翰": LIN,
            "Day 1-20241001T010203Z-001/Day 1/陳雅婷 的副本.ipynb": TINA,
            "Day 1-20241001T010203Z-001/Day 1/day1.ipynb 的副本 (Ada Lovelace)": ADA,
        },
        {"Day 1_b14901003_attempt_2024-10-01-12-34-56_day1.ipynb": ADA},
        {
            "12345-67890 - Ada Lovelace - Oct 1, 2024 1147 PM - day1.ipynb": ADA,
            "12348-67890 - O'Brien, Wei-Ting - Oct 1, 2024 1147 PM - d.ipynb": WEI,
            "12346-67890 - 陳雅婷 - 10月 1, 2024 1148 下午/day1.ipynb": TINA,
        },
        {"Submitted files/Ada Lovelace/Day 1/day1.ipynb": ADA, "Working files/林柏翰/Day 1/d.ipynb": LIN},
        {"Day 1/Lovelace, Ada(b14901003)/Submission attachment(s)/d.ipynb": ADA, "Day 1/grades.csv": ""},
        {"b14901003/day1/day1.ipynb": ADA, "b14901001+day1+2024-10-01 12:00:00 UTC+abc/d.ipynb": TINA},
        {"home/jupyter-b14901003/hw/d.ipynb": ADA, "資工二_b14901005_day1.ipynb": WEI, "[b14901001]d.ipynb": TINA},
        {"高金素梅‧Ciwas Ali.ipynb": CIWAS, "撒韵•武荖/d.ipynb": SAYUN},
        {"撒韵．武荖/d.ipynb": SAYUN, "ciwas ali - d.ipynb": CIWAS},
        {"撒韵武荖_51_62_d.ipynb": SAYUN, "高金素梅/d.ipynb": CIWAS},
        {"Jean‐Luc Picard/d.ipynb": JEAN, "Wei‑Ting O’Brien.ipynb": WEI, "Ada Lovelace's day1.ipynb": ADA},
        {"Ｂ１４９０１００１_作業.ipynb": TINA, "\u202ab14901002\u202c.ipynb": LIN, " Ada  Lovelace \t/d.ipynb": ADA},
        {"b14901004 - Copy.ipynb": JOSE, "Copy of Copy of b14901005.ipynb": WEI, "b14901006 - 複製.ipynb": CIWAS},
        {"Copie de Ada Lovelace.ipynb": ADA, "Kopie von Mary Ann Smith.ipynb": MARY, "Cópia de Jean-Luc Picard": JEAN},
        {"遲交_陳雅婷.ipynb": TINA, "林柏翰(補交).ipynb": LIN, "[LATE] Jean-Luc Picard.ipynb": JEAN},
        {"b14901001.docx": TINA, "b14901002.py": LIN, "b14901003.ipynb~": ADA, "b14901004.ipynb.bak": JOSE},
        {"b14901001.ipyn": TINA, "b14901002.ipynb .txt": LIN, "b14901003.octet-stream": ADA, "b14901004.bin": JOSE},
        {"hw1b14901001.ipynb": None, "b1490102.ipynb": None, "b149010022.ipynb": None, "b1490l003.ipynb": None},
        {"新增資料夾/b14901002.html": LIN, "❤️陳雅婷❤️.ipynb": TINA, "ada.l+hw1@example.edu/d.ipynb": ADA},
        {"資工三甲-陳雅婷_7_assignsubmission_file_/d.ipynb": TINA, "b14901002林柏翰_LATE_5_6_d.ipynb": LIN},
        {"d (陳雅婷 的衝突複本 2026-10-01).ipynb": TINA, "林柏翰/d-DESKTOP-AB12CD3.ipynb": LIN},
        {"林柏翰/d (陳雅婷 的衝突複本 2026-10-01).ipynb": None, "112-1_深度學習_HW1_b14901003.ipynb": ADA},
        {"學號：b14901001 姓名：陳雅婷.ipynb": TINA, "Weiting OBrien.ipynb": None, "給老師-林柏翰.ipynb": LIN},
        {"新增資料夾 (2)/陳雅婷.ipynb": TINA, "day1_exercises_林柏翰.ipynb": LIN, "b14901003 - Copy - Copy.ipynb": ADA},
        {"Lovelace, Ada/d.ipynb": ADA, "b14901001_b14901002.ipynb": None, "MaryAnnSmith.ipynb": None},
    ],
    ids=lambda paths: next(iter(paths)),
)  # fmt: skip
def test_a_drop_gives_everybody_their_own(paths, taken, notebook):
    tags = {path: f"t{number}" for number, path in enumerate(paths)}
    tags_of, asked = taken(
        {path: notebook(tags[path]) if student != "" else "" for path, student in paths.items()}
    )
    assert tags_of == {student: tags[path] for path, student in paths.items() if student}
    assert len(asked) == list(paths.values()).count(None)


@pytest.mark.parametrize(
    ("roster", "paths"),
    [
        ("id,name\n1001,王小明\n1002,王小明\n", {"1001王小明.ipynb": "1001", "王小明1002.ipynb": "1002"}),
        ("id,name\n1001,王小明\n1002,王小明\n", {f"王小明{MOODLE}/d.ipynb": None, "王小明 2.ipynb": None}),
        ("id,name\n12,A B\n123,C D\n1234,E F\n", {"1234_hw.ipynb": "1234", "12/d.ipynb": "12", "91234.ipynb": None}),
        ("id,name\n1001,陳怡\n1002,陳怡君\n", {"陳怡君/d.ipynb": "1002", "陳怡/d.ipynb": "1001"}),
        ("id,name\n1001,Jo Annsmith\n1002,Joann Smith\n", {"smithjoann_5_6_d.ipynb": "1002"}),
        ("id,name\n1001,Li Na\n1002,Lin A\n", {"lina_5_6_d.ipynb": None}),
        ("id,name\n0012,A B\n0123,C D\n", {"0012.ipynb": "0012", "12/d.ipynb": None}),
        ("id,name\n20241001,Ada King\n20241002,Ben Hur\n", {"Ben Hur/day1_20241001.ipynb": None}),
        ("座號,姓名\n1,陳雅婷\n2,林柏翰\n12,王小明\n", {"01陳雅婷.ipynb": "1", "2號 林柏翰.ipynb": "2", "座號12.ipynb": "12"}),
        (WORLD, {f"민준 김{MOODLE}/d.ipynb": KIM, f"太郎 山田{MOODLE}/d.ipynb": YAMADA, "محمـد الأحمد.ipynb": AHMAD}),
        (WORLD, {"김민준의 사본.ipynb": KIM, "「山田太郎」のコピー.ipynb": YAMADA}),
        (WORLD, {"مُحَمَّد الأحمد.ipynb": AHMAD, "Nguyen Van An.ipynb": AN, "ИВАНОВ_Сергей_day1.ipynb": IVANOV}),
        (WORLD, {"oconnor-smithsiobhan_5_6_d.ipynb": CONNOR, "suharto_7_8_d.ipynb": SUHARTO}),
        (WORLD, {f"Siobhan O&#39;Connor-Smith{MOODLE}/d.ipynb": CONNOR, "Ada%20Lovelace%20-%20d.ipynb": ADA2}),
        (WORLD, {"%E5%8D%97%E5%AE%AE%E9%9B%85.ipynb": NAN, "Thora Jonsdottir.ipynb": THORA, "İPEK YILDIZ.ipynb": IPEK}),
        (WORLD, {f"Lukasz Zolw{MOODLE}/d.ipynb": LUKASZ, "grossjurgen_5_6_d.ipynb": JURGEN}),
        (WORLD, {"Juergen Gross.ipynb": JURGEN, "Suharto Suharto.ipynb": None, "南宮雅/d.ipynb": NAN}),
        (WORLD, {f"王小明 {MING}{MOODLE}/d.ipynb": MING, f"王小明_{MING2}_78_assignsubmission_file_/d.ipynb": MING2}),
        (WORLD, {f"王小明 {ADA2}{MOODLE}/d.ipynb": None, f"南宮雅 {ADA2}_7_assignsubmission_file_/d.ipynb": None}),
        (WORLD, {"王小明 (ming1@uni.tw)/d.ipynb": MING, "Ada Lovelace & Jean-Luc Picard.ipynb": None}),
        (WORLD, {"D/Abgaben/Picard_Jean-Luc_jlp_12346/20261001_d.ipynb": JEAN2, "ada.l@example.edu_1_d_1_2_d.ipynb": ADA2}),
        (WORLD, {"Day 1/Lovelace, Ada - 8812345/Revision 2 - Late/d.ipynb": ADA2, "jlp@example.edu.ipynb": JEAN2}),
        (WORLD, {f"day1-{ADA2}-main-3f2a1b9c/d.ipynb": ADA2, "KakaoTalk_20261001_103000_김민준.ipynb": KIM}),
        (TWO, {"b14901003_王朋.ipynb": None, "b14901001_林柏瀚.ipynb": None, "b14901002_林柏瀚 作業.ipynb": None}),
        (TWO, {"b14901003_明王.ipynb": "b14901003", "b14901002_柏翰.ipynb": "b14901002"}),
        (TWO, {"b14901003_王明第一次作業.ipynb": "b14901003", "b14901001_高等數學.ipynb": "b14901001"}),
        ("id,name\nk1,林完成\nk2,張修正\nk3,王新版\n", {"林完成.ipynb": "k1", "張修正 第一天.ipynb": "k2", "作業_王新版 作業.ipynb": "k3"}),
        ("id,name\nk1,陳怡安\nk2,林小華\n", {"#U9673#U6021#U5b89.ipynb": "k1", "林\u200b小\u200b華2.ipynb": "k2"}),
        ("id,name,aliases\nk1,Ada King,Countess of Lovelace; ada-c\nk2,Ben Hur,ben benny\n",
         {"Countess of Lovelace/d.ipynb": "k1", "benny/d.ipynb": "k2", "of.ipynb": None}),
        (BRACKETS, {"王大明.ipynb": "q1", "Wendy Wang.ipynb": "q2", "Robert Brown/d.ipynb": "q3", "Joy-Main.ipynb": "q5"}),
        (BRACKETS, {"Wei Wang/d.ipynb": "q2", "Bob Brown/d.ipynb": "q3", "Al Green.ipynb": "q4", "旁聽.ipynb": None}),
        (BRACKETS, {"Albert Green.ipynb": "q4", "Albert Brown.ipynb": None, "brownbob_5_6_d.ipynb": "q3"}),
        (GITHUB, {"day1-yating-main/day1-yating-main/d.ipynb": TINA, "day1-yating-lin-master/d.ipynb": LIN}),
        (GITHUB, {"day1-yating/d.ipynb": TINA, "day1-yating-lin/d.ipynb": LIN}),
        (GITHUB, {"hp-nets-Ada-Codes/d.ipynb": ADA, "hp-nets-yating-lin/d.ipynb": LIN, "hp-nets-x-yating/d.ipynb": None}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_people_who_are_hard_to_tell_apart(roster, paths, taken, notebook):
    tags = {path: f"t{number}" for number, path in enumerate(paths)}
    tags_of, asked = taken({path: notebook(tag) for path, tag in tags.items()}, roster)
    assert tags_of == {student: tags[path] for path, student in paths.items() if student}
    assert len(asked) == list(paths.values()).count(None)


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp950", ["陳雅婷", "林柏翰"]),
        ("gbk", ["张伟", "王芳"]),
        ("cp932", ["田中太郎", "佐藤花子"]),
        ("cp949", ["김민준", "이서연"]),
        ("cp437", ["José Núñez", "Jörg Müller"]),
        ("cp1252", ["José Núñez", "Jörg Müller"]),
        ("cp866", ["Сергей Иванов", "Анна Каренина"]),
        ("cp1251", ["Сергей Иванов", "Анна Каренина"]),
        ("cp874", ["สมชาย ใจดี", "สมหญิง รักเรียน"]),
        ("cp1250", ["Łukasz Żółw", "Zdeněk Dvořák"]),
        ("utf-8", [unicodedata.normalize("NFD", "José Núñez"), unicodedata.normalize("NFD", "김민준")]),
    ],
)
def test_names_in_a_zip_of_any_country(encoding, names, taken, notebook, tmp_path):
    first, second = names
    files = {f"{first}/x.ipynb": notebook("a"), f"hw\\{second}.ipynb": notebook("b")}
    (tmp_path / "drop.zip").write_bytes(old_zip(files, encoding))
    composed = [unicodedata.normalize("NFC", name) for name in names]
    roster = f"id,name\n1001,{composed[0]}\n1002,{composed[1]}\n"
    assert taken({}, roster, drop=tmp_path / "drop.zip") == ({"1001": "a", "1002": "b"}, [])


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("cp437", "cp950"),
        ("latin-1", "cp950"),
        ("latin-1", "utf-8"),
        ("cp437", "utf-8"),
        ("cp850", "gbk"),
        (None, "cp950"),
    ],
)
def test_names_that_a_program_has_read_in_a_wrong_code(read, written, taken, notebook, tmp_path):
    drop = os.fsencode(tmp_path / "drop")
    os.makedirs(drop)
    for name, tag in (("許功蓋", "g"), ("林小華_作業", "x")):
        raw = f"{name}.ipynb".encode(written)  # 功 in Big5 ends with what is a backslash elsewhere
        with open(drop + b"/" + (raw.decode(read).encode() if read else raw), "wb") as file:
            file.write(notebook(tag).encode())
    roster = "id,name\nk1001,許功蓋\nk1002,林小華\n"
    assert taken({}, roster, drop=tmp_path / "drop") == ({"k1001": "g", "k1002": "x"}, [])


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("JosÃ© NÃºÃ±ez", "José Núñez"),
        ("Józef", "Józef"),
        ("Ñu", "Ñu"),
        ("陳大文", "陳大文"),
        ("¬Lñp", "¬Lñp"),
    ],
)
def test_a_name_is_read_again_only_where_that_makes_known_characters_of_it(name, meant):
    assert reread(name, frozenset("éúñ陳怡安")) == meant


def test_what_disks_and_programs_keep_for_themselves_was_not_handed_in(taken, notebook, capsys):
    hidden = [
        ".Trashes/501",
        ".Trash-1000/files",
        "$RECYCLE.BIN/S-1-5-21",
        "#recycle",
        "@eaDir",
        "hw/__MACOSX",
    ]
    files = {f"{folder}/{TINA}.ipynb": notebook("gone") for folder in hidden}
    files |= {f"._{LIN}.ipynb": b"\0\5\x16\7", "System Volume Information/IndexerVolumeGuid": b"x"}
    assert taken(files | {f"{ADA}.ipynb": notebook("a"), "index.html": "x"}) == ({ADA: "a"}, [])
    assert "no notebooks, and nobody's: index.html" in capsys.readouterr().out


def test_a_folder_that_is_a_link_is_named_as_left_out(taken, notebook, write, tmp_path, capsys):
    write({"d.ipynb": notebook("t")}, tmp_path / "elsewhere")
    drop = write({f"{ADA}/d.ipynb": notebook("a")})
    (drop / TINA).symlink_to(tmp_path / "elsewhere")
    assert taken({}, drop=drop, status=1) == ({ADA: "a"}, [])
    assert f"LEFT OUT: {TINA}: a link" in capsys.readouterr().out


def test_what_was_handed_out_does_not_stand_for_work_that_cannot_be_read(taken, notebook, released, course):
    broken, blank = notebook("x")[:3000], text(released)
    assert taken(
        {
            f"day1-{ADA}/day1_exercises.ipynb": broken, f"day1-{ADA}/.github/released/day1.ipynb": blank,
            f"day1-{TINA}/day1.ipynb": broken, f"day1-{TINA}/original.ipynb": blank,
            f"day1-{LIN}/day1.ipynb": broken, f"day1-{LIN}/.ipynb_checkpoints/day1-checkpoint.ipynb": blank,
            f"day1-{WEI}/day1.ipynb": notebook("w"), f"day1-{WEI}/.github/released/day1.ipynb": blank,
            f"day1-{JEAN}/old.ipynb": broken, f"day1-{JEAN}/day1.ipynb": notebook("j"),
        }
    ) == ({WEI: "w", JEAN: "j"}, [])  # fmt: skip
    records = read_records(course, "day1")
    assert [student for student in records if records[student].get("unread")] == [TINA, LIN, ADA]
    assert words(records[WEI]["notes"][0]) == "renamed from day1.ipynb"


def test_a_repository_whose_files_are_not_there_is_no_empty_notebook(taken, notebook, course):
    taken({f"day1/{ADA}/.git/HEAD": "ref: refs/heads/main", f"day1/{TINA}/d.ipynb": notebook("t")})
    record = read_records(course, "day1")[ADA]
    assert record["unread"]
    assert "git checkout" in words(record["notes"][0])


@pytest.mark.parametrize("content", [{}, {"__MACOSX/._d.ipynb": "x", "hw/": ""}])
def test_an_archive_without_files_is_no_empty_notebook(content, taken, notebook, course):
    taken({f"{TINA}.zip": zipped(content), f"{ADA}.ipynb": notebook("a")})
    assert read_records(course, "day1")[TINA]["unread"]


def test_a_folder_that_the_disk_does_not_give_is_no_empty_notebook(taken, notebook, course, monkeypatch):
    scandir = os.scandir

    def broken(place="."):
        if os.path.basename(place) == TINA:
            raise OSError(5, "Input/output error", place)
        return scandir(place)

    monkeypatch.setattr(os, "scandir", broken)
    files = {f"{TINA}/day1.ipynb": notebook("t"), f"{ADA}/day1.ipynb": notebook("a")}
    assert taken(files, status=1) == ({ADA: "a"}, [])
    record = read_records(course, "day1")[TINA]
    assert record["unread"]
    assert "Input/output error" in words(record["notes"][0])


@pytest.mark.parametrize("packed", [False, True])
def test_a_shadow_of_macos_without_its_file_says_what_it_is(packed, taken, notebook, course):
    shadow = b"\0\5\x16\7\0\2\0\0Mac OS X"
    files = {
        f"{TINA}_1_assignsubmission_file_/._day1.ipynb": shadow,
        f"{WEI}_2_assignsubmission_file_/._day1.ipynb": notebook(
            "w"
        ),  # called so, and a notebook all the same
        f"{ADA}_3_assignsubmission_file_/._day1.ipynb": shadow,
        f"{ADA}_3_assignsubmission_file_/day1.ipynb": notebook("a"),
        f"{LIN}_4_assignsubmission_file_._day1.ipynb": shadow,
    }
    drop = {"all.zip": zipped(files)} if packed else files
    assert taken(drop) == ({WEI: "w", ADA: "a"}, [])
    records = read_records(course, "day1")
    for student in (TINA, LIN):
        assert records[student]["unread"]
        assert any("macOS keeps beside a file" in words(noted) for noted in records[student]["notes"])


def test_strangers_files_in_moodles_flat_download_are_of_as_many_people(taken, notebook, course):
    files = {
        f"{name}_{n}_assignsubmission_file_d.ipynb": notebook(name)
        for n, name in enumerate(("Xe Who", "Yu Who"))
    }
    files |= {
        "Zo Who_9_assignsubmission_file_d.pdf": b"%PDF",
        "note.json": notebook("j"),
        "settings.json": '{"a": 1}',
    }
    assert taken(files)[0] == {}
    assert set(read_records(course, "day1")) - set(course.roster()) == {
        "unknown-Xe-Who", "unknown-Yu-Who", "unknown-Zo-Who", "unknown-note.json",
    }  # fmt: skip


def test_an_e_mail_as_apple_keeps_it_is_opened(taken, notebook):
    one = mail("yating@example.edu", notebook("t"))
    box = str(len(one)).encode() + b"\n" + one + b"<?xml version='1.0'?><plist/>"
    assert taken({"Messages/1234.emlx": box}) == ({TINA: "t"}, [])


def test_the_last_of_several_is_taken(taken, notebook):
    files = {f"Submitted files/Ada Lovelace/Day 1/Version {n}/d.ipynb": notebook(f"v{n}") for n in (1, 9, 10)}
    files |= {f"Day 1_b14901001_attempt_2024-10-0{n}-12-34-56_d.ipynb": notebook(f"v{n}") for n in (1, 2)}
    files |= {"b14901002 (1).ipynb": notebook("whole"), "b14901002.ipynb": notebook("half", "gd_step")}
    assert taken(files)[0] == {ADA: "v10", TINA: "v2", LIN: "whole"}


def mail(sender, content):
    message = email.message.EmailMessage()
    message["From"], message["Subject"] = sender, "Day 1"
    message.set_content("From me:\n\nFrom the heart")
    message.add_attachment(content.encode(), maintype="application", subtype="json", filename="d.ipynb")
    return message.as_bytes(unixfrom=False).replace(b"\nFrom ", b"\n>From ")


def test_what_a_disk_puts_behind_the_end_of_a_notebook_is_no_part_of_it(taken, notebook):
    assert taken({f"{ADA}.ipynb": notebook("a") + "\n\0\0\0"})[0] == {ADA: "a"}


def test_a_mailbox_is_opened(taken, notebook):
    mails = [mail("Ada <ada.l@example.edu>", notebook("a")), mail("yating@example.edu", notebook("t"))]
    box = b"".join(b"From x@y Tue Oct  1 12:00:00 2024\n" + one + b"\n" for one in mails)
    assert taken({"hw.mbox": box}) == ({ADA: "a", TINA: "t"}, [])


def test_what_gradescope_and_the_file_say_may_differ(taken, notebook):
    people = f"submission_1:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: {ADA}\n    :email: ''\n"
    files = {"e/submission_metadata.yml": people, "e/submission_1/陳雅婷.ipynb": notebook("a")}
    assert taken(files) == ({}, ["e/submission_1"])


@pytest.mark.parametrize(("number", "asked"), [("b14909999", True), ("b149099990", False), (ADA, False)])
def test_a_name_of_gradescope_or_blackboard_beside_an_id_of_nobody_is_asked_about(
    number, asked, taken, notebook
):
    people = f"submission_1:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: {number}\n    :email: ''\n"
    files = {"e/submission_metadata.yml": people, "e/submission_1/d.ipynb": notebook("a")}
    assert taken(files) == (({}, ["e/submission_1"]) if asked else ({ADA: "a"}, []))
    stem = f"Day 1_{number}_attempt_2024-10-01-12-34-56"
    files = {f"{stem}.txt": f"Name: Ada Lovelace ({number})\n", f"{stem}_d.ipynb": notebook("b")}
    tags, doubts = taken(files)
    assert tags == ({} if asked else {ADA: "b"})
    assert [path for path in doubts if "attempt" in path] == ([f"{stem}_d.ipynb"] if asked else [])


def test_what_is_too_much_or_no_folder_ends_with_1(taken, notebook, tmp_path, capsys):
    (tmp_path / "class.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(99))
    taken({}, drop=tmp_path / "class.rar", status=1)
    assert "class.rar: a rar archive: unpack it" in capsys.readouterr().err
    large = notebook("l")[:-2] + " " * 53_000_000 + "}"
    assert taken({f"{ADA}.ipynb": large, f"{LIN}.ipynb": notebook("b")}, status=1)[0] == {LIN: "b"}


def test_paths_that_lead_out_lead_nowhere(taken, notebook, tmp_path):
    names = {f"../../{TINA}.ipynb": TINA, f"/etc/{LIN}.ipynb": LIN, "C:\\Users\\Ada Lovelace\\d.ipynb": ADA}
    names |= {"d/" * 80 + f"{JOSE}.ipynb": JOSE, f"__MACOSX/._{WEI}.ipynb": None, f"{WEI}/.DS_Store": None}
    data = zipped({name: notebook(student) for name, student in names.items()})
    (tmp_path / "drop.zip").write_bytes(data)
    students = [student for student in names.values() if student]
    assert taken({}, drop=tmp_path / "drop.zip") == ({student: student for student in students}, [])


# ---- rosters


def strict(book):
    """A workbook as Excel's "Strict Open XML" writes it."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        files = {name: parts.read(name).decode() for name in parts.namelist()}
    ours, theirs = "http://schemas.openxmlformats.org", "http://purl.oclc.org/ooxml"
    names = {f"{ours}/spreadsheetml/2006/main": f"{theirs}/spreadsheetml/main"}
    names[LINKS] = f"{theirs}/officeDocument/relationships"
    for old, new in names.items():
        files = {name: content.replace(old, new) for name, content in files.items()}
    return zipped(files)


OLD_EXCEL = b"\xd0\xcf\x11\xe0"
AB = {"b1": "Ada Lovelace", "b2": "陳雅婷"}
MAILS = {"a@x.edu": "Ada Lovelace", "b@x.edu": "陳雅婷"}
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Day 1 (111)\n"
LOVELACE = '"Lovelace, Ada",55,b1,ada,A,\n陳雅婷,56,b2,yt,A,\n'


@pytest.mark.parametrize(
    ("content", "students"),
    [
        ("First name,Last name,ID number,Email address,Groups\nAda,Lovelace,b1,a@x,\n雅婷,陳,b2,b@x,G1\n", AB),
        ("Identifier,Full name,ID number,Status\nParticipant 1,Ada Lovelace,b1,\nParticipant 2,陳雅婷,b2,\n", AB),
        ("Identifier,Full name,Email address\nParticipant 1,Ada Lovelace,a@x.edu\nParticipant 2,陳雅婷,b@x.edu\n", MAILS),
        ("姓,名,ID 號碼,Email 位址\nLovelace,Ada,b1,a@x\n陳,雅婷,b2,b@x\n", AB),
        (CANVAS + ",,,,,Manual Posting\n    Points Possible,,,,,9\n" + LOVELACE + '"Student, Test",57,,,A,\n', AB),
        ("學生,ID,SIS 使用者 ID,SIS 登入 ID,班別,d\n" + LOVELACE, AB),
        ("First Name,Last Name,SID,Email,Role\nAda,Lovelace,b1,a@x,Student\n雅婷,陳,b2,b@x,Student\nT,A,,t@x,TA\n", AB),
        ("Last Name,First Name,Email Address,Day 1\nDate,,,1\nPoints,,,9\nLovelace,Ada,a@x.edu,\n陳,雅婷,b@x.edu,\n", MAILS),
        ("First Name,Last Name,Email Address,Day 1,Points\nAda,Lovelace,a@x.edu,,\n雅婷,陳,b@x.edu,,\n", MAILS),
        ("OrgDefinedId,Username,Last Name,First Name,End-of-Line Indicator\n#b1,#a,Lovelace,Ada,#\n#b2,#y,陳,雅婷,#\n", AB),
        ("班級,座號,學號,姓名,信箱\n301,1,b1,Ada Lovelace,a@x\n301,2,b2,陳雅婷,b@x\n", AB),
        ("國立大學,,\n課程：深度學習,,教師：王\n,,\n學　號,姓　名,信箱\nb1,Ada Lovelace,\nb2,陳雅婷,\n共 2 人,,\n", AB),
        ("學號,姓名,聯絡方式\n,,電子郵件\nb1,Ada Lovelace,a@x\n\n,,\nb2,陳雅婷,\n總人數,2\n", AB),
        ("用戶編號,姓名,角色,郵箱\nb1,Ada Lovelace,學生,a@x\nb2,陳雅婷,學生,b@x\nT1,王明,教師,t@x\n", AB),
        ("全名,使用者名稱,電子郵件地址,群組\nAda Lovelace,b1,a@x,\n陳雅婷,b2,b@x,\n", AB),
        ("序號\t身份\t年級\t學號\t姓名\t英文姓名\n1\t學生\t3\tb1\tAda Lovelace\t\n2\t學生\t3\tb2\t陳雅婷\tCHEN,YA-TING\n", AB),
        ("學號;姓名;;;\nb1;Ada Lovelace;;;\nb2;陳雅婷;;;\n;;;;\n", AB),
        ("學號|姓名\nb1|Ada Lovelace\nb2|陳雅婷\n", AB),
        ("學號,姓名\nb1,Ada Lovelace\nb2,陳雅婷\n".encode("utf-16-be"), AB),
        (workbook([["組別", "學號", "姓名"], ["第一組", "b1", "Ada Lovelace"], ["", "b2", "陳雅婷"]]), AB),
        ("時間戳記,電子郵件地址,你的姓名,你的學號\n1,a@x,Ada Lovelace,b1\n2,b@x,陳雅婷,b2\n", AB),
        ("\ufeffsep=;\r\nid;name\r\nb1;Lovelace, Ada\r\nb2;陳雅婷\r\n", AB),
        ("id,name\rb1,Ada Lovelace\rb2,陳雅婷\r", AB),
        ('id,name\n\u00a0ｂ１\u00a0,Ada\u00a0Lovelace\n="b2",\u202a陳雅婷\u202c\n', AB),
        ("id,name\n'0012,A\n’0013,B\n0014,C\n41047001.0,D\n", {"0012": "A", "0013": "B", "0014": "C", "41047001": "D"}),
        ("NetID,Name\nb1,Ada Lovelace\nb2,陳雅婷\n", AB),
        ("Matrikel-Nr.;Name;Vorname;Punkte\nb1;Lovelace;Ada;3,5\nb2;陳;雅婷;2,0\n", AB),
        ("N° étudiant;Nom;Prénom;Adresse mail\nb1;Lovelace;Ada;a@x\nb2;陳;雅婷;b@x\n", AB),
        ("Nombre,Apellido(s),Número de ID,Dirección de correo\nAda,Lovelace,b1,a@x\n雅婷,陳,b2,b@x\n", AB),
        ("Vorname,Nachname,ID-Nummer,E-Mail-Adresse\nAda,Lovelace,b1,a@x\n雅婷,陳,b2,b@x\n", AB),
        ("Matricola;Cognome;Nome\nb1;Lovelace;Ada\nb2;陳;雅婷\n", AB),
        ("Matrícula;Nome;E-mail\nb1;Ada Lovelace;a@x\nb2;陳雅婷;b@x\n", AB),
        ("Nr albumu;Imię;Nazwisko\nb1;Ada;Lovelace\nb2;雅婷;陳\n", AB),
        ("CRN,Student ID,Student Last Name,Student First Name\n1,b1,Lovelace,Ada\n1,b2,陳,雅婷\n", AB),
        ('"Photo","ID","Name","Units"\n"","b1","Lovelace,Ada","3,00"\n"","b2","陳,雅婷","3,00"\n', AB),
        ("Student No,Chinese Name,English Name\nb1,,Ada Lovelace\nb2,陳雅婷,Tina Chen\n", AB),
        ("| id | name |\n|---|---|\n| b1 | Ada Lovelace |\n| b2 | 陳雅婷 |\n", AB),
        ('id,"name\n(姓名)"\nb1,"Ada\nLovelace"\nb2,陳雅婷\n', AB),
        ("학번,성명\nb1,김민준\nb2,이서연\n".encode("cp949"), {"b1": "김민준", "b2": "이서연"}),
        ("id;name\nb1;Сергей Иванов\nb2;Анна Ёлкина\n".encode("cp1251"), {"b1": "Сергей Иванов", "b2": "Анна Ёлкина"}),
        ("id;name\nb1;José Núñez\nb2;Ann Šimić\n".encode("mac_roman", "replace"), {"b1": "José Núñez", "b2": "Ann ?imi?"}),
        ("id;name\nb1;José Núñez\nb2;Slavoj Žižek\n".encode("cp1252"), {"b1": "José Núñez", "b2": "Slavoj Žižek"}),
        (GITHUB.replace('"b14901003"', '"艾達"').replace('"Ada Lovelace"', '""'),
         {"ada-codes": "艾達", "b14901001": "陳雅婷", "b14901002": "林柏翰"}),
        ("学籍番号,氏名\nb1,Ada Lovelace\nb2,陳雅婷\n", AB),
        ("學號,姓名\nb1,Ada Lovelace\n學號,姓名\nb2,陳雅婷\n以下空白,\n製表日期：2026/10/01,\n※ 旁聽生未列入,\n", AB),
        ("ID,Name\nb1,Ada Lovelace\nb2,陳雅婷\nGenerated on 2026-10-01,\nNote: auditors are not here,\n", AB),
        ("原學號,學號,家長姓名,姓名\nx1,b1,Mary,Ada Lovelace\nx2,b2,陳大文,陳雅婷\n", AB),
        ("id,name\r\r\nb1,Ada Lovelace\r\r\nb2,陳雅婷\r\r\n\x1a", AB),
        ("id,name\nb1,Ada Lovelace\nb2,陳雅婷\n".encode().decode("latin-1"), AB),
        ("學號,姓名\nb1,Ada Lovelace\nb2,陳雅婷\n".encode("cp950").decode("latin-1"), AB),
        ("id,name\nb1,José Núñez\nb2,Jörg Müller\n", {"b1": "José Núñez", "b2": "Jörg Müller"}),
        ("学籍番号,氏名\nb1,山田太郎\nb2,鈴木花子\n".encode("iso2022_jp"), {"b1": "山田太郎", "b2": "鈴木花子"}),
        ("First Name,Middle Name,Last Name,ID\nAda,King,Lovelace,b1\n雅婷,,陳,b2\n", AB),
        ("id,name\nb1,Ada O&#39;Neil\nb2,R&amp;D Li\n", {"b1": "Ada O'Neil", "b2": "R&D Li"}),
        (strict(workbook([["學號", "姓名"], ["b1", "Ada Lovelace"], ["b2", "陳雅婷"]])), AB),
        (workbook([["深度學習"], ["學號", "姓名", "聯絡"], ["", "", "信箱"], ["b1", "Ada Lovelace"], ["b2", "陳雅婷"]]), AB),
        ("學號,姓名\nStudent ID,Name\nb1,Ada Lovelace\nb2,陳雅婷\n", AB),
        ("學號，姓名\nb1，Ada Lovelace\nb2，陳雅婷\n", AB),
        ("Roll No,Name\nb1,Ada Lovelace\nb2,陳雅婷\n", AB),
        ("學號,姓名\n陳雅婷,b14901\nAda,r102\n", {"b14901": "陳雅婷", "r102": "Ada"}),
        ("id,name\nada,b14901\nx1,Ben 2\n", {"b14901": "ada", "x1": "Ben 2"}),
        (workbook([["學號", "姓名"], [41047001.0, "A"], [4.1e7, "B"]]), {"41047001": "A", "41000000": "B"}),
    ],
)  # fmt: skip
def test_a_roster_names_the_students_and_nobody_else(content, students, tmp_path):
    encodings = ("utf-8", "utf-16") if isinstance(content, str) else (None,)
    for encoding in encodings:
        (tmp_path / "roster.csv").write_bytes(content.encode(encoding) if encoding else content)
        assert {one.id: one.name for one in read_roster(tmp_path).values()} == students


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id,name\n4.1e7,Ada\n", "line 2: the id '4.1e7' has been shortened"),
        ('id,name\n"41,047,001",Ada\n', "line 2: id '41,047,001'"),
        (
            "名單,,,\n學號,姓名,學號,姓名\nb1,Ada,b2,Ben\n",
            "line 2: the columns 學號 and 姓名 are there twice",
        ),
        ("id,name\nb1,Ada\nB1,Ben\n", "line 3: id 'B1' is there twice, in line 2"),
        ("班級,座號,姓名\n301,1,Ada\n302,1,Ben\n", "line 3: id '1' is there twice"),
        ("id,name\nb1,Ada\n,Ben\n", "line 3: no id"),
        ("id,name\n../b1,Ada\n", "line 2: id '../b1'"),
        ("id,name\n", "names no student"),
        ('id,name\nb1,"Ada\nb2,Ben\nb3,Cy\n', "line 2: a quotation mark"),
        ("b1\tAda\n", "no line names the columns"),
        ("id,name\nb1,A\n12-Jan,Ada\n", "line 3: the id '12-Jan' has been made a date"),
        ("id,name\n1月12日,Ada\n", "line 2: the id '1月12日' has been made a date"),
        ("id,name\n2026/1/12,Ada\n", "line 2: the id '2026/1/12' has been made a date"),
        ("id,name\nb1,Ada\n#N/A,Ben\n", "line 3: #N/A is an error of the spreadsheet"),
        ("id,name,email\nb1,Ada,a@x\nb2,#REF!,b@x\n", "line 3: #REF! is an error of the spreadsheet"),
        ("id,name\nb1,陳雅婷\nb2,Jos".encode() + b"\xe9\n", "line 3: its letters are in another code"),
        ("id,name\nb1,José\nb2,Jörg\n".encode() + b"b3,Zo\xeb\n", "line 4: its letters are in another code"),
        (OLD_EXCEL + bytes(600), "an old Excel .* save it as CSV"),
        (OLD_EXCEL + "EncryptedPackage".encode("utf-16-le"), "protected by a password: take it off"),
    ],
)
def test_a_roster_is_refused_with_the_line_and_the_remedy(content, said, tmp_path):
    (tmp_path / "roster.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Misuse, match=said):
        read_roster(tmp_path)


NAMES = {
    "cp950": "陳雅婷 林小華 許功蓋", "gbk": "张伟 王芳 李娜", "cp932": "山田太郎 鈴木花子 佐藤健",
    "euc_jp": "山田太郎 鈴木花子 佐藤健", "cp949": "김민준 이서연 박지훈", "cp1252": "José Núñez Müller Gonçalves",
    "mac_roman": "José Núñez Brontë Müller", "cp437": "José Núñez Müller", "cp1250": "Łukasz Żółw Zdeněk Dvořák Šimić",
    "iso8859-2": "Łukasz Żółw Zdeněk Dvořák Šimić", "cp852": "Dvořák Łukasz Żółw Zdeněk",
    "cp1254": "Çağlar Yıldız İpek Şahin", "cp1257": "Bērziņš Jānis Žydrūnas Šarūnas",
    "cp1253": "Γιώργος Παπαδόπουλος Μαρία Ιωάννου", "iso8859-7": "Ελένη Νικολάου Κώστας Δημητρίου",
    "cp1251": "Сергей Иванов Пётр", "koi8-r": "Сергей Иванов Пётр", "cp866": "Анна Каренина", "mac_cyrillic": "Анна Каренина",
    "cp1255": "יוסף כהן שרה לוי", "cp1256": "محمد الأحمد فاطمة الزهراء", "iso8859-6": "خالد الوليد فاطمة الزهراء",
    "cp874": "สมชาย ใจดี อภิสิทธิ์ เวชชาชีวะ",
}  # fmt: skip


@pytest.mark.parametrize("code", NAMES)
@pytest.mark.parametrize("most", [1, 2, 3, 9])
def test_a_roster_in_an_old_code_is_read_right_or_refused_and_never_nonsense(code, most, tmp_path):
    names = NAMES[code].split()[:most]
    lines = "".join(f"k{number},{name},k{number}@uni.edu\n" for number, name in enumerate(names))
    (tmp_path / "roster.csv").write_bytes(f"id,name,email\n{lines}".encode(code))
    if most < 3 and not of_names((tmp_path / "roster.csv").read_bytes())[0]:
        with pytest.raises(Misuse, match=r"roster.csv, line 2: in what code .* save it as CSV UTF-8"):
            read_roster(tmp_path)
    else:
        assert [student.name for student in read_roster(tmp_path).values()] == names


def test_letters_that_are_nobodys_names_are_refused(tmp_path):
    (tmp_path / "roster.csv").write_bytes(b"id,name\nk1,Ada\nk2,\x80\x93\xfe\x81\xf7\n")
    with pytest.raises(Misuse, match="line 3: in what code its letters are cannot be told"):
        read_roster(tmp_path)


STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>'
    '<numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def sheets(*written):
    """A workbook: (title, state, rows) of each sheet; a cell is a text or (number, style)."""
    links, titles, files = "", "", {"xl/styles.xml": STYLES}
    for n, (title, state, rows) in enumerate(written):
        titles += f'<sheet name="{title}" state="{state}" r:id="r{n}"/>'
        links += f'<Relationship Id="r{n}" Target="worksheets/sheet{n}.xml"/>'
        cells = [
            "".join(
                f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
                if isinstance(cell, str)
                else f'<c s="{cell[1]}"><v>{cell[0]}</v></c>'
                for cell in row
            )
            for row in rows
        ]
        files[f"xl/worksheets/sheet{n}.xml"] = SHEET.format("".join(f"<row>{row}</row>" for row in cells))
    space = SHEET.split('"')[1]
    files["xl/workbook.xml"] = (
        f'<workbook xmlns="{space}" xmlns:r="{LINKS}"><sheets>{titles}</sheets></workbook>'
    )
    files["xl/_rels/workbook.xml.rels"] = f"<Relationships>{links}</Relationships>"
    return zipped(files)


HEAD = ["學號", "姓名"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ([("a", "visible", [HEAD, [(123, 1), "Ada"], [(45, 0), "Ben"]])], {"00123": "Ada", "45": "Ben"}),
        ([("a", "visible", [[*HEAD, "日期"], ["b1", "Ada", (46024, 2)]])], {"b1": "Ada"}),
        ([("a", "visible", [HEAD, ["b1", "Ada"], [(46024, 2), "Ben"]])], "line 3: the id '2026-01-02' has been made a date"),
        ([("a", "visible", [HEAD, [(46024, 3), "Ben"]])], "line 2: the id '2026-01-02' has been made a date"),
        ([("a", "hidden", [HEAD, ["old", "Old"]]), ("b", "visible", [HEAD, ["b1", "Ada"]])], {"b1": "Ada"}),
        ([("a", "visible", [HEAD, ["b1", "Ada"]]), ("b", "visible", [HEAD, ["b1", "Ada"]])], {"b1": "Ada"}),
        ([("甲", "visible", [HEAD, ["b1", "Ada"]]), ("乙", "visible", [HEAD, ["b2", "Ben"]])], "'甲' and '乙' name different"),
        ([("說明", "visible", [["請看下一頁"]]), ("b", "visible", [HEAD, ["b1", "Ada"]])], {"b1": "Ada"}),
    ],
)  # fmt: skip
def test_a_workbook_is_read_as_it_is_shown(written, found, tmp_path):
    (tmp_path / "Roster.XLSX").write_bytes(sheets(*written))
    if isinstance(found, dict):
        assert {one.id: one.name for one in read_roster(tmp_path).values()} == found
    else:
        with pytest.raises(Misuse, match=found):
            read_roster(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [("roster.xls", b"\xd0\xcf\x11\xe0" + bytes(600)), ("roster.ods", zipped({"content.xml": "<x/>"})),
     ("roster.xls", "<html><table><tr><td>學號".encode("cp950")), ("roster.numbers", zipped({"Index/a.iwa": "x"}))],
)  # fmt: skip
def test_an_export_put_beside_the_examples_is_never_passed_over(name, content, course):
    (course.root / name).write_bytes(content)
    with pytest.raises(Misuse, match=f"{name} .*save it as CSV"):
        course.roster()


def test_a_person_is_known_by_the_names_in_both_columns(taken, notebook):
    roster = "學號,Name,姓名\nk1,Ya-Ting Chen,陳雅婷\nk2,Ben Lin,林柏翰\n"
    assert taken({"陳雅婷.ipynb": notebook("t"), "Ben Lin.ipynb": notebook("l")}, roster)[0] == {
        "k1": "t",
        "k2": "l",
    }


def test_who_a_file_may_be_of_is_asked_again_when_the_roster_has_changed(taken, notebook, course):
    files = {"王小民.ipynb": notebook("t")}
    taken(files)
    assert [doubt.candidates for doubt in read_doubts(course).values()] == [()]
    taken(files, CLASS + "b14901011,王小明,\n")
    assert [doubt.candidates for doubt in read_doubts(course).values()] == [("b14901011",)]
