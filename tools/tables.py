"""The tables of the days in the READMEs: written from course.toml and from the languages of the lessons."""

import re

BETWEEN = re.compile(r"(<!-- days: .*? -->\n).*?(<!-- end of days -->)", re.S)
HEADS = {  # of the columns: day, its question, lesson, exercises, minutes
    "en": ("day", "its question", "lesson", "exercises", "minutes"),
    "zh-TW": ("天", "問題", "課程", "練習", "分鐘"),
}
README = {"en": "README.md"}  # README.CODE.md for all others


def table(lessons, language):
    """The table in one language: a row for each day, each notebook with a link for each of its languages."""
    course, by_name = lessons[0].course, {lesson.path.stem: lesson for lesson in lessons}
    rows = ["| {} | {} | {} | {} | {} |".format(*HEADS.get(language, HEADS["en"])), "|---|---|---|---|---|"]
    for day in (*course.days.values(), *course.optional.values()):
        number = day.number if day.key in course.days else "+"
        links = [
            "<br>".join(links_to(by_name[name], language) for name in names if name in by_name)
            for names in (day.lessons, day.exercises)
        ]
        minutes = " + ".join(map(str, day.notebooks.values()))
        rows.append(f"| {number} | {day.called(language)} | {links[0]} | {links[1]} | {minutes} |")
    return "\n".join(rows) + "\n"


def links_to(lesson, language):
    """The links to a notebook: that in the language of the table first."""
    known, name = lesson.course.languages, lesson.path.stem
    order = sorted(lesson.languages, key=lambda other: other != language)
    return " · ".join(f"[{known[other].name}](notebooks/{other}/{name}.ipynb)" for other in order)


def differing(lessons, root):
    """Each README whose table is not as it should be: its path, and the text with the right one."""
    for language in lessons[0].course.languages if lessons else ():
        path = root / README.get(language, f"README.{language}.md")
        if path.exists():
            text = path.read_text(encoding="utf-8")
            wanted = BETWEEN.sub(lambda m: m[1] + table(lessons, language) + m[2], text)  # noqa: B023
            if wanted != text:
                yield path, wanted


def faults(lessons, root):
    """The tables that are older than course.toml."""
    for path, _ in differing(lessons, root):
        yield f"{path.name}:1: its table of the days is older than course.toml: run python -m tools.build"


def write(lessons, root):
    """Bring the tables up to date."""
    for path, text in differing(lessons, root):
        path.write_text(text, encoding="utf-8")
        print(f"wrote the table of the days in {path.name}")
