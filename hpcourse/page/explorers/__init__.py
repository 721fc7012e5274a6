"""The live figures of the lessons, a module for each day: drag a slider, and the experiment runs again."""

from importlib import import_module
from pathlib import Path


def __getattr__(name):
    """`explore_...`, from the day that has it."""
    if name.startswith("explore_"):
        for file in sorted(Path(__file__).parent.glob("day*.py")):
            day = import_module(f"hpcourse.page.explorers.{file.stem}")
            if hasattr(day, name):
                return getattr(day, name)
    raise AttributeError(f"module 'hpcourse.page.explorers' has no attribute {name!r}")
