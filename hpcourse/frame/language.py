"""Which language the course speaks: everything a learner reads comes out of gettext catalogues.

Messages that the package makes go through `text`; whole lines in which numbers stand, such as what a lesson
prints with `say` and the words in figures, through `words`, so that code is the same in both languages.
"""

import ast
import functools
import re
import unicodedata
from numbers import Number
from pathlib import Path

from hpcourse.frame.course import LANGUAGES

ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.M)
WIDE = "[\u2e80-\u9fff\uff00-\uffef]"  # Chinese characters and full-width marks
OPEN, CLOSE = "\ue000", "\ue001"  # around a value while its sentence is put together
SEAM = re.compile(f"(?<={WIDE}) (?={OPEN}{WIDE})|(?<={WIDE}{CLOSE}) (?={WIDE})")
FULL_STOP = re.compile(r"(?<=[。？！：；」）]) ")
AS_PYTHON = re.compile(r"\s*[\[{]|\s*\(\d")  # a list, a dict, numbers in parentheses, commas and all
_current = "en"


def use_language(language):
    """Choose the language of everything shown from now on: "en", "zh-TW", ... (those of course.toml).

    What is not yet translated into it is shown in English. Raises ValueError for any other name.
    """
    global _current
    if not isinstance(language, str) or language not in LANGUAGES:
        known = " or ".join(repr(name) for name in LANGUAGES)
        raise ValueError(f"language must be {known}, got {language!r}")
    _current = language


def current_language():
    """The language in use, "en" until `use_language` is called."""
    return _current


def text(message):
    """`message` (English) in the language in use; English where no translation exists."""
    return _catalogue(_current).get(message, message)


def say(line):
    """Print `line`, which is English, in the language in use: for lines that people must understand.

    >>> say(f"border {0.5:.1f}, at {'once'}")
    border 0.5, at once
    """
    print(words(line))


def filled(template, values):
    """`template` (English) in the language in use, with `values` in its braces.

    Chinese has a space beside what is foreign to it; where a value is Chinese as well, none is left.
    """
    marked = dict(values)
    for name, value in values.items():
        if not isinstance(value, Number):
            marked[name] = f"{OPEN}{value}{CLOSE}"
    return SEAM.sub("", text(template).format(**marked)).replace(OPEN, "").replace(CLOSE, "")


def sentences(*said):
    """What is `said`, one sentence after the other, with a space between; none after a full-width mark."""
    return FULL_STOP.sub("", " ".join(sentence for sentence in said if sentence))


class Listed:
    """Things in a row within a sentence, with the comma of the language in use when it is read.

    >>> f"The settings are {Listed(['lr', 'mup'])}."
    'The settings are lr, mup.'
    """

    def __init__(self, things):
        self.things = list(things)

    def __str__(self):
        return text(", ").join(map(str, self.things))


def words(line):
    """`line` in the language in use, with the numbers that stand in it; English where none is known.

    The catalogue has the line as it is, or with {} for each part that varies, which is translated where it
    is known as well: "lr = {}: {}" is there for "lr = 0.1: rings". The entry with most letters comes first.
    """
    return line if _current == "en" else _words(line, _current)


@functools.lru_cache(2000)  # numbers make ever new lines
def _words(line, language):
    translations = _catalogue(language)
    if AS_PYTHON.match(line):
        return line
    found = translations.get(line.strip())
    if found is not None:
        return line.replace(line.strip(), found)
    for pattern, template in _patterns(language):
        if match := pattern.fullmatch(line.strip()):
            pieces = template.split("{}")
            parts = [
                _keep_width(value, _words(value, language), piece.startswith("  "))
                for value, piece in zip(match.groups(), pieces[1:])
            ]
            translated = "".join(piece + part for piece, part in zip(pieces, [*parts, ""]))
            return line.replace(line.strip(), translated)
    return line


def _keep_width(english, translated, column):
    """`translated` as wide as `english`, where that ends in spaces for a `column` or is followed by some."""
    if not (column or english.endswith(" ")):
        return translated
    shown = translated.rstrip()
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in shown)
    return shown.ljust(max(len(english) - wide, len(shown) + (not column)))


@functools.cache
def _patterns(language):
    """(what a line looks like, its translation) for the entries with {}, those with most letters first."""
    entries = [entry for entry in _catalogue(language).items() if "{}" in entry[0]]
    entries.sort(key=lambda entry: -len(entry[0]))
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.S), translated)
        for english, translated in entries
    ]


@functools.cache
def _catalogue(language):
    """{English: translation} from all gettext catalogues (.po files) of the language.

    Read as they are, so that there is no compiled twin to fall out of step with.
    """
    translations = {}
    for file in sorted((Path(__file__).parents[1] / "locale" / language).glob("*.po")):
        translations.update(read_catalogue(file.read_text(encoding="utf-8")))
    return translations


def read_catalogue(content):
    """The pairs (English, translation) in the text of a .po file."""
    for entry in ENTRY.findall(content):
        english, translated = ("".join(map(ast.literal_eval, part.splitlines())) for part in entry)
        if english and translated:
            yield english, translated
