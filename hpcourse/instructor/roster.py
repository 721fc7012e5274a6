"""The students: roster.csv, or the list of participants as a system or a spreadsheet exports it."""

import re
from dataclasses import dataclass

from hpcourse.instructor import Misuse
from hpcourse.instructor.spreadsheets import read_tables, without_accents

STUDENT = re.compile(r"\w[\w.@-]*")  # it becomes a folder's name and part of search patterns
SEEMS_AN_ID = re.compile(r"[A-Za-z]{0,3}\d{3,}")
ROSTERS = (".csv", ".xlsx", ".xlsm", ".txt", ".tsv", ".xls", ".ods", ".numbers")
EXAMPLES = {
    "en": "id,name,email,aliases\ns001,Ada Chen,ada.chen@example.edu,\ns002,Ben Lin,ben.lin@example.edu,\n",
    "zh-TW": "id,name,email,aliases\nb14901001,陳雅婷,b14901001@x.edu,\nb14901002,林柏翰,b14901002@x.edu,\n",
}
# What Moodle, Canvas, Gradescope, GitHub Classroom, Blackboard, Brightspace, Google, Teams and universities
# call a column, without spaces and signs. Of several ids, the first in this order counts.
SEAT = "座號"  # tells people apart where a table has nothing better, and is no name for anybody elsewhere
COLUMNS = {
    "id": (
        "sisuserid", "idnumber", "studentid", "studentnumber", "studentno", "sid",
        "uniqueuserid", "orgdefinedid", "matriculationnumber", "registrationnumber", "registrationno",
        "regnumber", "regno", "rollnumber", "rollno", "enrollmentnumber", "enrollmentno", "enrolmentnumber",
        "matricnumber", "matricno", "indexnumber", "admissionnumber", "universityid", "campusid",
        "studentcode", "matrikelnummer", "matrikelnr", "idnummer", "studentnummer", "numeroetudiant",
        "netudiant", "matricula", "numerodeid", "matricola", "nralbumu", "masosinhvien", "mssv",
        "學號", "学号", "學生編號", "識別號碼", "id號碼", "sis使用者id", "用戶編號", "使用者編號", "人員編號",
        "学籍番号", "학번",
        "id", "identifier", SEAT,
    ),
    "name": (
        "name", "studentname", "fullname", "student", "displayname", "姓名", "学生姓名", "學生姓名",
        "中文姓名", "chinesename", "學生", "全名", "學員姓名", "氏名", "이름", "성명", "nom", "nombre",
        "nome", "nomecompleto", "nomcomplet", "nombrecompleto", "hovaten", "hoten",
    ),
    "first": (
        "firstname", "givenname", "forename", "vorname", "prenom", "voornaam", "imie", "名字", "名",
    ),
    "last": (
        "lastname", "surname", "familyname", "nachname", "familienname", "apellidos", "apellido",
        "cognome", "achternaam", "nazwisko", "姓氏", "姓",
    ),
    "middle": ("middlename", "middleinitial", "secondname"),
    "other": ("englishname", "preferredname", "nickname", "英文姓名", "英文名", "英文名字"),
    "email": (
        "email", "emailaddress", "mail", "studentemail", "schoolemail", "useremail", "emailadress",
        "電子郵件", "電子郵件地址", "電子郵件信箱", "電子信箱", "信箱", "电子邮件", "邮箱",
        "郵件", "郵箱", "email位址", "emailadresse", "adressemail", "correoelectronico", "direcciondecorreo",
        "メールアドレス", "이메일",
    ),
    "login": ("sisloginid", "sis登入id", "netid", "username", "login", "loginid", "userid", "account", "帳號", "账号", "使用者名稱"),  # noqa: E501
    "github": ("githubusername", "github", "githubid", "githubaccount"),
    "canvas": ("canvasid", "canvasuserid"),
    "aliases": ("aliases", "alias", "別名", "也叫做"),
    "role": ("role", "roles", "角色", "身分"),
}  # fmt: skip
HALF = {"name", "nom", "nombre", "nome"}  # beside a column for the other half of a name
IDS = [{"id"}, {"email"}, {"login"}, {"github"}, {"canvas"}]
NAMES = [{"name"}, {"first", "last"}, {"email"}, {"login"}]
HEADERS = [one | other for one in IDS for other in NAMES if len(one | other) > 1]
# Lines below a header or a list that are about nobody: what a column is worth, how many there are.
NO_PERSON = re.compile(
    r"points( possible)?|date|student, test|test student|可能的?得?分數?|滿分|日期|截止日期"
    r"|(總人數|總計|合計|小計|共|total|count|average|平均)[:： \d人]*"
    r"|(以下空白|以下無資料|製表|列印|備註|備注|說明|注意|註\d*[:：]|[※*]).*"
    r"|(notes?|remarks?|generated|printed|exported|created)(:| (on|by|at)\b).*",
    re.I,
)
BLIND = re.compile(r"(participant|參與者|参与者)\s*\d+", re.I)
MADE_A_DATE = re.compile(
    r"\d{1,2}-[A-Z][a-z]{2}(-\d+)?|[A-Z][a-z]{2}-\d{1,2}|\d{1,2}月\d{1,2}日?|\d{4}[-/]\d\d?[-/]\d\d?"
)
ERROR = re.compile(r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|ERROR!)", re.I)
TEACHERS = re.compile(r"instructor|teacher|\bta\b|assistant|教師|老師|助教", re.I)


@dataclass(frozen=True)
class Student:
    """A line of the roster; `aliases` are whatever else is known to mean this person, and settle a doubt."""

    id: str
    name: str = ""
    email: str = ""
    aliases: tuple[str, ...] = ()
    other: str = ""  # another name
    canvas: str = ""  # Canvas' own number


def read_roster(root):
    """{id: Student}; raises Misuse with the line where something is wrong, and the remedy."""
    path = _which(root)
    students, lines, first = {}, {}, ""
    for sheet, table in read_tables(path, HEADERS, _meaning, people=True):
        before = set(students)
        for line, row in table:
            student = _student(row, f"{path.name}, line {line}")
            if student is None:
                continue
            folded = student.id.casefold()  # a path does not tell A1 from a1
            if before:  # a second sheet: the same people with their marks, or another class
                if folded in lines:
                    continue
                raise Misuse(
                    f"{path.name}: the sheets {first!r} and {sheet!r} name different students: "
                    "put all of them into one, and take the other out"
                )
            if folded in lines:
                raise Misuse(
                    f"{path.name}, line {line}: id {student.id!r} is there twice, in line {lines[folded]} "
                    "too: take one of the lines out"
                )
            lines[folded], students[student.id] = line, student
        first = first or sheet
    if not students:
        raise Misuse(f"{path.name} names no student: put your list of participants there")
    return students


def _which(root):
    """The file with the roster: an export put beside the examples takes their place."""
    there = sorted(
        path for path in root.iterdir() if path.stem.lower() == "roster" and path.suffix.lower() in ROSTERS
    )
    if len(there) > 1 and there[0].name == "roster.csv":
        with_bom = there[0].read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
        if with_bom.replace("\r\n", "\n") in EXAMPLES.values():
            there = there[1:]
    if len(there) > 1:
        names = " and ".join(path.name for path in there)
        raise Misuse(f"{names} are both there: keep the one that is right")
    return there[0] if there else root / "roster.csv"


def _meaning(header):
    """What each column of a header is; "" for what is of no use here. ValueError for two lists in one."""
    plain = [_plain(cell) for cell in header]
    meant = [_column(name) for name in plain]
    twice = {column: cell for cell, name, (column, _) in zip(header, plain, meant) if plain.count(name) > 1}
    if {"id", "name"} <= twice.keys():
        raise ValueError(
            f"the columns {twice['id']} and {twice['name']} are there twice, side by side: "
            "put the right half of the list below the left one"
        )
    ids = sorted(
        (COLUMNS["id"].index(rank), place) for place, (column, rank) in enumerate(meant) if column == "id"
    )
    columns = [column for column, _ in meant]
    ids.sort(key=lambda entry: (plain[entry[1]] != COLUMNS["id"][entry[0]], entry))  # 學號 before 原學號
    names = [place for place, column in enumerate(columns) if column == "name"]
    exact = [place for place in names if plain[place] == meant[place][1]]
    for place in names:  # 姓名 beside 家長姓名; and Name beside 姓名, which is the same person's
        if exact and place != exact[0]:
            columns[place] = "other" if place in exact or re.search("英|中|eng|chi", plain[place]) else ""
    for rank, place in ids[1:]:  # Canvas' own number stands beside the university's
        said = COLUMNS["id"][rank]
        columns[place] = {"id": "canvas", SEAT: ""}.get(said if said == SEAT else plain[place], "login")
    for known, missing in (("first", "last"), ("last", "first")):  # Name and Vorname, Cognome and Nome
        if known in columns and missing not in columns:
            halves = (place for place, name in enumerate(plain) if columns[place] == "name" and name in HALF)
            for place in halves:
                columns[place] = missing
    if ids and plain[ids[0][1]] == "id" and "sisloginid" in plain:
        columns[ids[0][1]] = "canvas"
    return columns


def _plain(cell):
    """A cell of the header without spaces, signs and accents."""
    return re.sub(r"[\W_]+", "", without_accents(cell)).casefold()


def _column(name):
    """(column, the word it was known by) of a cell of the header."""
    for column, words in COLUMNS.items():
        if name in words or name == f"student{column}name":  # Student Last Name
            return column, name
    for column, words in COLUMNS.items():  # such as 學號 Student ID
        for word in words:
            if len(word) > 1 and not word.isascii() and word in name and len(name) < 30:
                return column, word
    return "", ""


def _student(row, where):
    """The Student of a row; None for a line that is about nobody, such as Canvas' points possible."""
    name = row.get("name", "")
    first, last = row.get("first", ""), row.get("last", "")
    nobody = any(NO_PERSON.fullmatch(said) for said in (name or last, row.get("id", "")))
    if nobody and not first and not row.get("email"):  # Date is a name in Japan
        return None
    if _column(_plain(row.get("id", "")))[0] == "id" and _column(_plain(name))[0] == "name":
        return None  # the header once more, in another language
    if not any(row.values()) or TEACHERS.search(row.get("role", "")):
        return None
    for column in ("id", "name", "first", "last", "email"):
        if ERROR.fullmatch(row.get(column, "")):
            raise Misuse(f"{where}: {row[column]} is an error of the spreadsheet: correct the cell there")
    if not any(re.search(r"\w", cell) for cell in row.values()):  # the line below a header in Markdown
        return None
    if not name and (first or last):
        name = f"{last}{first}" if _chinese(first + last) else f"{first} {last}".strip()
        if row.get("middle") and not row.get("other"):
            row = {**row, "other": f"{first} {row['middle']} {last}"}
    if halves := re.fullmatch(r"([^,\d]+), ?([^,\d]+)", name):  # Lovelace, Ada
        last, first = halves.groups()
        name = f"{last}{first}" if _chinese(last + first) else f"{first} {last}"
    name = name or row.get("other", "")
    if BLIND.fullmatch(row.get("id", "")):  # Moodle's table for marks, where it knows no number
        row = {**row, "id": ""}
    email = row.get("email", "") or (row["id"] if "@" in row.get("id", "") else "")
    known = [row.get(column, "") for column in ("login", "github", "canvas")]
    said = row.get("aliases", "")
    between = r"\s*;\s*" if ";" in said else r"[,、\s]+(?![^(]*\))"
    given = [*re.split(between, said), said] if said else []  # a folder's name may hold spaces
    number = _number(row.get("id", ""), where)
    if number and (not name or " " in number) and (_chinese(number) or not STUDENT.fullmatch(number)):
        other = next((one for one in known if STUDENT.fullmatch(one)), "")
        number, name = other or number, name or number
    if SEEMS_AN_ID.fullmatch(name) and number and not re.search(r"[\d@]", number):  # the columns are swapped
        number, name = name, number
    number = number or next(filter(None, (known[0], email, known[1], known[2])), "")
    if not number:
        raise Misuse(f"{where}: no id: write the student's number there, or take the line out")
    if not STUDENT.fullmatch(number):
        raise Misuse(
            f"{where}: id {number!r} may hold letters, digits, - _ . and @ only: correct it, "
            "or take the line out"
        )
    aliases = tuple(dict.fromkeys(alias for alias in (*known[:2], *given) if alias and alias != number))
    return Student(number, name, email, aliases, row.get("other", ""), known[2])


def _number(number, where):
    """An id as it was before a spreadsheet took it for a number."""
    number = number.removeprefix("#").lstrip("'’‘`´")
    if re.fullmatch(r"\d+\.0+", number):
        return number.partition(".")[0]
    if MADE_A_DATE.fullmatch(number):
        raise Misuse(
            f"{where}: the id {number!r} has been made a date by a spreadsheet: format the column as text "
            "there and write the id again"
        )
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", number, re.I):
        raise Misuse(
            f"{where}: the id {number!r} has been shortened by a spreadsheet: format the column as text "
            "there and write the id again"
        )
    return number


def _chinese(name):
    return bool(re.fullmatch("[㐀-鿿]+", name))
