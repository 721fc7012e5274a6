"""Notes on a submission: kept as a template and its values, put into words in the language in use."""

import re

from hpcourse.frame.language import text

# Halves of characters, which no file can hold, and what would reorder or break the line it stands in.
UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def note(template, **values):
    """A note that can be stored as JSON; a value may be a note itself."""
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
    said = {name: words(value) if isinstance(value, list) else value for name, value in values.items()}
    return text(template).format(**said)
