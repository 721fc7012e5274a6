"""What optimizers and schedules share: hyperparameters, checked once and then left as they are."""

import functools
from dataclasses import dataclass, fields
from typing import Annotated, get_type_hints

import numpy as np

from hpcourse.frame.arguments import is_axis, numeric
from hpcourse.frame.classes import schedule, sound
from hpcourse.frame.precision import Numbers


@dataclass(frozen=True)
class Range:
    """Where the values of a field may lie; `schedule` says whether a function of the step may give them."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    schedule: bool = False

    def checked(self, name, value):
        """`value` as a float, as an array that nobody can write to, or as the schedule it is."""
        if callable(value) and self.schedule:
            return schedule(name, value)
        ends = {"low_open": self.low_open, "high_open": self.high_open}
        value = numeric(name, value, self.low, self.high, **ends)
        if not is_axis(value):
            return float(value)
        value.setflags(write=False)
        return value if value.ndim == 1 else value.view(Numbers)  # a column of runs


# What a field's annotation may be, as in `beta1: Fraction = 0.9`
Rate = Annotated[float, Range(low=0, schedule=True)]
NotNegative = Annotated[float, Range(low=0)]
Positive = Annotated[float, Range(low=0, low_open=True)]
Fraction = Annotated[float, Range(low=0, high=1, high_open=True)]
AtLeastOne = Annotated[float, Range(low=1)]


class Hyperparameters:
    """A frozen dataclass whose fields are numbers, arrays (a sweep) or schedules.

    A field's range stands in its annotation; without one it takes any finite number, or a schedule.
    Raises TypeError or ValueError naming the field, its value and what was expected.
    """

    def __init_subclass__(cls, **named):
        super().__init_subclass__(**named)
        for name in ("__eq__", "__hash__"):  # or `dataclass` writes its own, which cannot compare arrays
            if name not in vars(cls):
                setattr(cls, name, vars(Hyperparameters)[name])

    def __new__(cls, *values, **named):
        sound(cls)
        return super().__new__(cls)

    def __post_init__(self):
        for name, span in _ranges(type(self)).items():
            object.__setattr__(self, name, span.checked(name, getattr(self, name)))

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.__post_init__()  # a copy's arrays are as closed as the original's

    def __eq__(self, other):
        return self._key() == other._key() if type(self) is type(other) else NotImplemented

    def __hash__(self):
        return hash(self._key())

    def _key(self):
        values = (getattr(self, field.name) for field in fields(self))
        return tuple((np.shape(v), tuple(np.ravel(v).tolist())) if is_axis(v) else v for v in values)

    def value(self, name, t):
        """The field `name` after `t` updates: a schedule is asked, and its answer checked as a number is."""
        value = getattr(self, name)
        if not callable(value):
            return value
        name, span, value = f"{name} at t = {t}", _ranges(type(self))[name], value(t)
        if callable(value):
            raise TypeError(f"{name} must be a number, got {value!r}")
        return span.checked(name, value)


@functools.cache
def _ranges(cls):
    """The range of every field, from the annotations."""
    try:
        hints = get_type_hints(cls, include_extras=True)
    except NameError:  # a class inside a function, whose annotations are text
        hints = {field.name: field.type for field in fields(cls)}
    marks = {field.name: getattr(hints[field.name], "__metadata__", ()) for field in fields(cls)}
    free = Range(schedule=True)
    return {name: next((m for m in found if isinstance(m, Range)), free) for name, found in marks.items()}
