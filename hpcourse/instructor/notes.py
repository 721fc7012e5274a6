"""Notes on a submission: kept as a template and its values, put into words in the language in use."""

import re

from hpcourse.frame.language import Listed, filled

# Halves of characters, which no file can hold, and what would reorder or break the line it stands in.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def note(template, **values):
    """A note that can be stored as JSON; a value may be a note itself, or a list of names."""
    return [template, values]


def storable(said):
    """A text without the halves of characters (lone surrogates) that cannot be written to a file."""
    return said.encode("utf-8", "replace").decode()


def on_a_line(name):
    """A file's name as it can be stored and shown: file systems allow anything in it."""
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", name)


def as_it_is(said):
    """A note in words that need no translation."""
    return ["{said}", {"said": said}]


def words(noted):
    """A note as people read it."""
    template, values = noted
    return filled(template, {name: _in_words(value) for name, value in values.items()})


def _in_words(value):
    """A value of a note: a note itself, a list of names, or what stands there as it is."""
    if not isinstance(value, list):
        return value
    is_note = len(value) == 2 and isinstance(value[1], dict)
    return words(value) if is_note else Listed(value)
