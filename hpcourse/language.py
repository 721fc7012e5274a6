"""Which language the course speaks: widget labels, captions, quizzes and checker messages.

Figures keep to symbols and short English words, because no Chinese font can be assumed where
the course runs; everything that is HTML goes through `text`.
"""

import ast
import functools
import re
from pathlib import Path

from hpcourse.course import LANGUAGES

ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.M)
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


@functools.cache
def _catalogue(language):
    """{English: translation} from all gettext catalogues (.po files) of the language.

    Read as they are, so that there is no compiled twin to fall out of step with.
    """
    translations = {}
    for file in sorted((Path(__file__).parent / "locale" / language).glob("*.po")):
        for entry in ENTRY.findall(file.read_text(encoding="utf-8")):
            english, translated = ("".join(map(ast.literal_eval, part.splitlines())) for part in entry)
            if english and translated:
                translations[english] = translated
    return translations
