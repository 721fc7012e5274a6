"""What a language demands of its texts: a module for each that demands something, called by its locale.

Its `faults(cell, english, translated, root)` yields pairs (message, the text to point to); `english` and
`translated` are the words of the two cells without code, formulas and links, `root` is the repository.
"""

from importlib import import_module
from importlib.util import find_spec


def demands(language):
    """The `faults` of a language; of one without a module, a function that finds none."""
    name = f"{__name__}.{language.locale}"
    return import_module(name).faults if find_spec(name) else lambda *_: ()
