"""Notes on a submission: kept as a template and its values, put into words in the language in use."""

from hpcourse.language import text


def note(template, **values):
    """A note that can be stored as JSON; a value may be a note itself."""
    return [template, values]


def as_it_is(said):
    """A note in words that need no translation."""
    return ["{said}", {"said": said}]


def words(noted):
    """A note as people read it."""
    template, values = noted
    said = {name: words(value) if isinstance(value, list) else value for name, value in values.items()}
    return text(template).format(**said)
