"""The days and the languages of the course: what course.toml says, read once.

Whoever needs a list of days or of languages takes it from here, so that a new one is named in one place.
"""

import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Language(NamedTuple):
    """A language: its code as in `hp.use_language`, its own name, and its name in libraries ("zh_TW")."""

    code: str
    name: str
    locale: str


class Day(NamedTuple):
    """A day, or an optional notebook: what it is called, what it is about, {notebook: minutes}."""

    key: str  # "day1"; names of notebooks, tasks' modules, questions and assignments begin with it
    name: dict  # {"en": "How big a step? ...", "zh-TW": ...}
    notebooks: dict

    @property
    def number(self):
        """1 of "day1"."""
        return int(self.key.removeprefix("day"))

    @property
    def lessons(self):
        """Its notebooks to read."""
        return [name for name in self.notebooks if not name.endswith("_exercises")]

    @property
    def exercises(self):
        """Its notebooks to work on."""
        return [name for name in self.notebooks if name.endswith("_exercises")]

    def called(self, language):
        """What it is about, in English where course.toml does not say it in `language`."""
        return self.name.get(language, self.name["en"])


class Course(NamedTuple):
    """What a course.toml says: {code: Language}, {key: Day}, and {name: Day} of what is optional."""

    languages: dict
    days: dict
    optional: dict

    @property
    def notebooks(self):
        """The names of all notebooks, in the order of the course; those that are optional come last."""
        return [name for day in (*self.days.values(), *self.optional.values()) for name in day.notebooks]


def read(path):
    """The `Course` of a course.toml. Raises ValueError where an entry lacks something or has another name."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    languages = {code: Language(code, **entry) for code, entry in table["languages"].items()}
    days = {key: Day(key, **entry) for key, entry in table["days"].items()}
    optional = {
        name: Day(name, entry["name"], {name: entry["minutes"]})
        for name, entry in table.get("optional", {}).items()
    }
    if next(iter(languages)) != "en":
        raise ValueError(f"{path}: the first language must be en, got {', '.join(languages)}")
    for day in days.values():
        if not day.key.removeprefix("day").isdecimal():
            raise ValueError(f'{path}: a day is called "day" and its number, got {day.key}')
        if wrong := [name for name in day.notebooks if not name.startswith(f"{day.key}_")]:
            raise ValueError(f"{path}: notebooks of {day.key} begin with {day.key}_, got {', '.join(wrong)}")
    return Course(languages, days, optional)


COURSE = read(Path(__file__).parents[1] / "course.toml")
LANGUAGES, DAYS, OPTIONAL = COURSE.languages, COURSE.days, COURSE.optional


def modules(package):
    """One after the other, the modules of `package` that are named after a day; a day may have none."""
    for key in (*DAYS, *OPTIONAL):
        if find_spec(f"{package}.{key}"):
            yield import_module(f"{package}.{key}")
