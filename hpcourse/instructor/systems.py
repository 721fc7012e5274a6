"""What learning-management systems write into the names of files: who handed in, by their own account.

Each system has a pattern for one part of a path. What it says there is the system's word and not the
student's; numbers in it are the system's own and never a student's id.
"""

import re
from dataclasses import dataclass

NOBODY = re.compile(r"(participant|anonymous|anon|參與者|参与者|匿名\w*)[ _-]?\w*", re.I)  # marked blind


@dataclass(frozen=True)
class Told:
    """What a system says of who handed in: at `place` in the path, by `name`, `login`, or run-together name.

    `number` is the system's own number for the person, `folder` what the feedback has to be named after,
    `rest` is what remains of the part: the file's own name.
    """

    system: str
    place: int
    name: str = ""
    login: str = ""
    compact: str = ""
    number: str = ""
    folder: str = ""
    rest: str = ""


PATTERNS = {
    # Ada Lovelace_1234_assignsubmission_file_ (a folder), or the same before a file's name
    "Moodle": re.compile(
        r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<rest>.*)", re.I
    ),
    # Day 1_b14901003_attempt_2024-10-01-12-34-56_day1.ipynb
    "Blackboard": re.compile(
        r"(?:.*_)?(?P<login>[^_]+)_(?:attempt|作答|嘗試)_\d{4}(?:-\d\d){5}(?:[_.](?P<rest>.*))?", re.I
    ),
    # lovelaceada_LATE_12345_67890_day1-1.ipynb
    "Canvas": re.compile(
        r"(?P<compact>[^\W_]+(?:-[^\W_]+)*)_(?:(?:LATE|question)_)*(?P<number>\d+)_(?:question_)?\d+_(?P<rest>.+)",
        re.I,
    ),
    # 12345-67890 - Ada Lovelace - Oct 1, 2024 1147 PM
    "Brightspace": re.compile(r"\d+-\d+\s+-\s+(?P<name>.+?)\s+-\s+(?P<rest>.*\d{4}.*)"),
}
GRADESCOPE = re.compile(r"submission_\d+", re.I)
TEAMS = re.compile(r"submitted files|working files|已提交的檔案|繳交的檔案|進行中的檔案", re.I)


def told_by_system(parts):
    """The Told of a path, or None. The outermost part that fits counts: what is inside, students name."""
    for place, part in enumerate(parts):
        for system, pattern in PATTERNS.items():
            match = pattern.fullmatch(part)
            if not match:
                continue
            said = {key: (value or "").strip() for key, value in match.groupdict().items()}
            if system == "Brightspace":
                said["rest"] = ""
            if system == "Moodle":
                folder = part[: match.start("rest")].rstrip("_") + "_"
                said["folder"] = folder
            if NOBODY.fullmatch(said.get("name") or said.get("compact") or "-"):
                said["login"], said["name"], said["compact"] = said.get("name", ""), "", ""
            return Told(system, place, **said)
        if TEAMS.fullmatch(part) and place + 1 < len(parts) - 1:
            return Told("Teams", place + 1, name=parts[place + 1])
    return None


def gradescope_people(metadata):
    """{submission folder: [(name, id, e-mail), ...]} of a submission_metadata.yml."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        table = yaml.load(metadata, Loader=loader)
    except (yaml.YAMLError, ValueError):
        return {}
    people = {}
    for folder, about in table.items() if isinstance(table, dict) else ():
        submitters = about.get(":submitters", about.get("submitters")) if isinstance(about, dict) else None
        if isinstance(submitters, list):
            people[str(folder)] = [
                tuple(str(one.get(f":{key}", one.get(key)) or "") for key in ("name", "sid", "email"))
                for one in submitters
                if isinstance(one, dict)
            ]
    return people


def blackboard_person(receipt):
    """(name, login) from the text that Blackboard puts beside a submission: "Name: Ada Lovelace (ada)"."""
    match = re.search(r"^\s*(?:Name|姓名|名稱)\s*[:：]\s*(.+?)\s*[(（]([^)）]+)[)）]\s*$", receipt, re.M)
    return match.groups() if match else ("", "")
