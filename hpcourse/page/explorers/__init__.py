"""The live figures of the lessons, a module for each day: drag a slider, and the experiment runs again."""

from hpcourse.frame.course import modules


def __getattr__(name):
    """`explore_...`, from the day that has it."""
    if name.startswith("explore_"):
        for day in modules(__name__):
            if hasattr(day, name):
                return getattr(day, name)
    raise AttributeError(f"module 'hpcourse.page.explorers' has no attribute {name!r}")


def __dir__():
    return sorted(name for day in modules(__name__) for name in vars(day) if name.startswith("explore_"))
