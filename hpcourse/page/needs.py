"""What an optional notebook needs and the course does not bring."""

from importlib import import_module

from hpcourse.frame.language import text


class Missing(ImportError):
    """Ends a cell with a sentence in place of a traceback."""

    def _render_traceback_(self):
        return [str(self)]


def needs(module, command):
    """The module of this name. Where it is not installed, raises `Missing`, which says how to install it."""
    try:
        return import_module(module)
    except ModuleNotFoundError:
        advice = text("This notebook needs {module}: `{command}`. Then restart the kernel and begin again.")
        raise Missing(advice.format(module=module, command=command)) from None
