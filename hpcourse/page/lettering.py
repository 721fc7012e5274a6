"""The words in a figure, in the language in use, with a font that has its characters.

Lessons write figures in English. Before a figure is shown, `translate` puts its titles, labels, legends,
annotations and tick labels through `hpcourse.frame.language.words`. No font with Chinese can be assumed where
the course runs, so a small one comes with the package.
"""

import functools
from importlib import resources

import matplotlib as mpl
from matplotlib.axis import Axis
from matplotlib.font_manager import fontManager
from matplotlib.text import Text
from matplotlib.ticker import LogFormatter, NullFormatter, ScalarFormatter, StrMethodFormatter

from hpcourse.frame.language import current_language, words

# The course's font comes first: a label with a formula in it is drawn with the first font only.
NUMBERS = (LogFormatter, NullFormatter, ScalarFormatter, StrMethodFormatter)
FAMILIES = {"zh-TW": ["hpcourse TC", "DejaVu Sans"]}  # of a language that needs more than this one:
ORDINARY = ["sans-serif"]


def use_font():
    """Let figures made from now on use a font that has the characters of the language in use."""
    mpl.rcParams["font.family"] = families()


def families():
    """The fonts of the language in use, the first one first; matplotlib knows them from now on."""
    if current_language() != "en":
        _register()
    return FAMILIES.get(current_language(), ORDINARY)


@functools.cache
def _register():
    for file in resources.files("hpcourse.page").joinpath("fonts").iterdir():
        if file.name.endswith(".otf"):
            fontManager.addfont(str(file))


def translate(fig):
    """Put the words drawn in `fig` into the language in use; English figures are left as they are."""
    if current_language() != "en":
        for artist in lettered(fig):
            if isinstance(artist, Axis):
                _translate_ticks(artist)
            else:
                _translate_text(artist)


def lettered(artist):
    """The texts in `artist`, and each `Axis`, which writes its tick labels anew whenever it is drawn."""
    if isinstance(artist, Text):
        yield artist
    elif isinstance(artist, Axis):
        yield from (artist, artist.label)
    else:
        for child in artist.get_children():
            yield from lettered(child)


def lines_in(fig):
    """What is written in `fig`, each line once; numbers at ticks are left out."""
    lines = []
    for artist in lettered(fig):
        lines += tick_labels(artist) if isinstance(artist, Axis) else [artist.get_text()]
    return list(dict.fromkeys(line for line in lines if any(map(str.isalpha, line))))


def _translate_text(artist):
    line = artist.get_text()
    translated = words(line)
    if translated != line:
        artist.set_text(translated)
    if not translated.isascii() and artist.get_fontfamily() != families():
        artist.set_fontfamily(families())


def _translate_ticks(axis):
    labels = tick_labels(axis)
    translated = [words(label) for label in labels]
    if translated != labels:
        axis.set_ticks(axis.get_majorticklocs(), translated)
        axis.set_tick_params(labelfontfamily=families())


def tick_labels(axis):
    """What `axis` writes at its ticks, where that is words: numbers are the same in all languages."""
    formatter = axis.get_major_formatter()
    if isinstance(formatter, NUMBERS):
        return []
    return formatter.format_ticks(axis.get_majorticklocs())
