"""What a task consists of: a reference, cases to try, known mistakes, and how a function is watched."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from hpcourse.language import text

LARGEST = 10**6  # numbers in one result


class Said:
    """A message that is put into words when it is read, in the language in use then."""

    def __init__(self, template, values):
        self.template, self.values = template, values

    def __str__(self):
        return text(self.template).format(**self.values)


def say(template, **values):
    """A message in English, to be shown in the language in use; `values` fill the names in braces."""
    return Said(template, values)


@dataclass(frozen=True)
class Mistake:
    """A known mistake: a small wrong implementation, and what to tell somebody who made it."""

    id: str
    wrong: Callable
    message: str


@dataclass(frozen=True)
class Case:
    """One set of arguments.

    `kind` is "plain", "random", or what is unusual about it ("integers", "float32", "lists", "array",
    "scalar", "matrix"). With a `note`, an answer that raises an exception here passes all the same and
    is told the note; one that answers must answer rightly.
    """

    name: str
    arguments: dict
    kind: str = "plain"
    note: Said | None = None


class Seen(NamedTuple):
    """One value that a function gave: what it is called, in which step, and the value before the step."""

    name: str
    step: int
    value: Any
    start: Any = None


class Form(NamedTuple):
    """Another way to keep the same memory: how to hand it over and how to read it back."""

    hand: Callable
    read: Callable


@dataclass(frozen=True)
class Task:
    """An exercise. `cases(rng)` lists the cases, the last of them drawn from `rng`."""

    name: str
    day: int
    reference: Callable
    cases: Callable
    mistakes: tuple[Mistake, ...]
    observe: Callable
    forms: tuple[Form, ...] = ()
    remarks: tuple[Case, ...] = ()  # a right answer that differs here is told the case's note
    whole: bool = False  # the result should be an int
    words: tuple[str, ...] = ()  # the results to choose from, where they are words
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(inspect.signature(self.reference).parameters))

    @property
    def signature(self):
        """As the learner writes it: `gd_step(w, grad, lr)`."""
        return f"{self.name}({', '.join(self.names)})"


class Unusable(Exception):
    """A result that cannot be compared: `problem` says why, `details` are for the message."""

    def __init__(self, problem, **details):
        super().__init__(problem)
        self.problem, self.details = problem, details


def numbers(value):
    """`value` as an array of its own; raises Unusable where it is not made of numbers or words."""
    if value is None or value is Ellipsis:
        raise Unusable("nothing" if value is None else "ellipsis")
    if callable(value) or inspect.isgenerator(value):
        raise Unusable("type", got=type(value).__name__)
    try:
        array = np.array(value)
        if array.dtype.kind == "O":  # fractions, decimals; a None or a ... inside
            inside = array.ravel().tolist()
            if any(item is Ellipsis for item in inside):
                raise Unusable("ellipsis")
            array = array.astype(float)
    except (TypeError, ValueError):
        raise Unusable("type", got=type(value).__name__) from None
    if array.dtype.kind not in "biufcU":
        raise Unusable("type", got=type(value).__name__)
    if array.size > LARGEST:
        raise Unusable("huge", got=array.size)
    return array


def several(value, names):
    """The results called `names`, as arrays: from a tuple, a list, a named tuple, a dict or an array."""
    if value is None or value is Ellipsis:
        raise Unusable("nothing" if value is None else "ellipsis")
    if len(names) == 1 and not isinstance(value, Mapping):
        try:
            return {names[0]: numbers(value)}
        except Unusable as unusable:
            if unusable.problem != "type" or not isinstance(value, tuple):
                raise
            raise Unusable("count", wanted=1, got=len(value)) from None
    if isinstance(value, Mapping):
        value = [value[name] for name in names] if set(names) <= set(value) else list(value.values())
    if not isinstance(value, tuple | list | np.ndarray):
        raise Unusable("count", wanted=len(names), got=1)
    if isinstance(value, np.ndarray) and len(value) != len(names):
        raise Unusable("count", wanted=len(names), got=1)
    if len(value) != len(names):
        raise Unusable("count", wanted=len(names), got=len(value))
    return {name: numbers(part) for name, part in zip(names, value)}


def once(*names):
    """Watch a function that is called once and returns what `names` say."""

    def observe(function, case, form=None):
        for name, value in several(function(**case.arguments), names).items():
            yield Seen(name, 0, value)

    return observe


def steps(*state):
    """Watch an update rule walk: what it returned goes in again, with the next of the case's gradients."""

    def observe(function, case, form=None):
        arguments = dict(case.arguments)
        gradients = arguments.pop("grads")
        if form:
            arguments["v"] = form.hand(_arrays(arguments))
        for number, gradient in enumerate(gradients, start=1):
            given = {name: arguments[name] for name in state}
            arguments["grad"] = gradient
            after = several(function(**arguments), state)
            before, read = _arrays(given), dict(after)
            if form:
                read["v"] = form.read(after, arguments)
            for name in state:
                yield Seen(name, number, read[name], before[name])
            arguments |= after
            if "t" in arguments:
                arguments["t"] += 1

    return observe


def _arrays(arguments):
    return {name: np.asarray(value) if name in "wmv" else value for name, value in arguments.items()}


def _as_arrays(value):
    if isinstance(value, dict):
        return {key: _as_arrays(item) for key, item in value.items()}
    return np.asarray(value, float) if isinstance(value, list | tuple) else value


def fresh(value):
    """A copy, so that an answer that works in place changes nothing but its own arguments."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list | tuple):
        return type(value)(fresh(item) for item in value)
    if isinstance(value, dict):
        return {key: fresh(item) for key, item in value.items()}
    return value


class Answer:
    """A learner's function, called with fresh copies and, where its parameters allow it, by name."""

    def __init__(self, function, names):
        self.function, self.names = function, names
        self.by_name = _understands(function, names)

    def __call__(self, **arguments):
        given = {name: fresh(arguments[name]) for name in self.names}
        if self.by_name:
            return self.function(**given)
        return self.function(*given.values())

    def untouched(self, **arguments):
        """Called with the arguments themselves, to see afterwards what became of them."""
        if self.by_name:
            return self.function(**arguments)
        return self.function(*(arguments[name] for name in self.names))


class Ours:
    """A function of this package, which expects arrays and is spared lists."""

    def __init__(self, function, names):
        self.function, self.names = function, names

    def __call__(self, **arguments):
        return self.function(*(_as_arrays(fresh(arguments[name])) for name in self.names))

    def untouched(self, **arguments):
        """Called with the arguments themselves, to see afterwards what became of them."""
        return self.function(*(arguments[name] for name in self.names))


def _understands(function, names):
    """Whether the parameters have the names that the task gives them, in whatever order."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    if any(p.kind is p.POSITIONAL_ONLY or p.kind is p.VAR_POSITIONAL for p in parameters):
        return False
    required = {p.name for p in named if p.default is p.empty}
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return required <= set(names) and (takes_any or set(names) <= {p.name for p in named})
