"""The tables of the days in the READMEs: written from course.toml and from the languages of the lessons."""

import re

from tools.lesson import spoken

BETWEEN = re.compile(r"(<!-- days: .*? -->\n)(.*?)<!-- end of days -->", re.S)
HEADS = {  # of the columns: day, its question, lesson, exercises, minutes
    "en": ("day", "its question", "lesson", "exercises", "minutes"),
    "zh-TW": ("第幾天", "問題", "課程", "練習", "分鐘"),
}
README = {"en": "README.md"}  # README.CODE.md for all others


def table(course, root, language):
    """The table in one language: a row for each day, each notebook with a link for each of its languages."""
    rows = ["| {} | {} | {} | {} | {} |".format(*HEADS.get(language, HEADS["en"])), "|---|---|---|---|---|"]
    for day in (*course.days.values(), *course.optional.values()):
        number = day.number if day.key in course.days else "+"
        links = [
            "<br>".join(links_to(name, course, root, language) for name in names)
            for names in (day.lessons, day.exercises)
        ]
        minutes = " + ".join(map(str, day.notebooks.values()))
        rows.append(f"| {number} | {day.called(language)} | {links[0]} | {links[1]} | {minutes} |")
    return "\n".join(rows) + "\n"


def links_to(name, course, root, language):
    """The links to a notebook: that in the language of the table first."""
    path = root / "lessons" / f"{name}.py"
    there = spoken(path, course.languages) if path.exists() else ()
    order = sorted(there, key=lambda other: other != language)
    return " · ".join(f"[{course.languages[other].name}](notebooks/{other}/{name}.ipynb)" for other in order)


def differing(course, root):
    """Each README whose table is not as it should be: its path, and the text with the right one."""
    for language in course.languages:
        path = root / README.get(language, f"README.{language}.md")
        if path.exists():
            text = path.read_text(encoding="utf-8")
            old = BETWEEN.search(text)
            wanted = text.replace(old[2], table(course, root, language)) if old else text
            if wanted != text:
                yield path, wanted


def faults(course, root):
    """The tables that are older than course.toml."""
    for path, _ in differing(course, root):
        yield f"{path.name}:1: its table of the days is older than course.toml: run python -m tools.build"


def write(course, root):
    """Bring the tables up to date."""
    for path, text in differing(course, root):
        path.write_text(text, encoding="utf-8")
        print(f"wrote the table of the days in {path.name}")
