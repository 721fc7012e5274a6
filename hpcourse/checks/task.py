"""What a task consists of: a reference, cases to try, known mistakes, and how a function is watched."""

import inspect
from collections import deque
from collections.abc import Callable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from itertools import islice
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from hpcourse.frame.language import filled

LARGEST = 20_000  # numbers in one result; no right one holds more than 1,200
LONGEST = 200  # characters of a word


class Said:
    """A message that is put into words when it is read, in the language in use then."""

    def __init__(self, template, values):
        self.template, self.values = template, values

    def __str__(self):
        return filled(self.template, self.values)


def say(template, **values):
    """A message in English, to be shown in the language in use; `values` fill the names in braces."""
    return Said(template, values)


@dataclass(frozen=True)
class Mistake:
    """A known mistake: a small wrong implementation, and what to tell somebody who made it.

    `parts` are the parts of the task's formula that it does differently, where it is known by them.
    `beside` is said instead of `message` where there is a second mistake, if `message` would then be untrue.
    """

    id: str
    wrong: Callable
    message: str
    parts: Mapping[str, Callable] = field(default_factory=dict)
    beside: str = ""


class Formula:
    """A rule put together from named parts, so that a mistake is one part done differently, or a few.

    `build(parts)` makes the function from a namespace of the parts; `right` are the right ones. Two
    mistakes in different parts are recognised together, without anybody having written the pair down.

    >>> decay = Formula(lambda p: lambda lr0, rate, t: lr0 * p.shape(-rate * p.clock(t)),
    ...                 shape=np.exp, clock=lambda t: t)
    >>> one_ahead, = decay.mistakes(("one_ahead", {"clock": lambda t: t + 1}, "One step ahead."))
    >>> float(decay()(1.0, 2.0, 0)), float(one_ahead.wrong(1.0, 2.0, 0))
    (1.0, 0.1353352832366127)
    """

    def __init__(self, build, **right):
        self.build, self.right = build, right

    def __call__(self, **changed):
        """The function with some parts changed; without any, the right one."""
        unknown = set(changed) - set(self.right)
        if unknown:
            raise ValueError(f"the parts are {', '.join(self.right)}, got {', '.join(sorted(unknown))}")
        return self.build(SimpleNamespace(**(self.right | changed)))

    def mistakes(self, *rows):
        """Mistakes from rows (id, {part: what stands in its place}, message, [message beside another])."""
        return tuple(
            Mistake(id, self(**parts), message, parts, *beside) for id, parts, message, *beside in rows
        )


@dataclass(frozen=True)
class Case:
    """One set of arguments.

    `kind` is "plain", "random", or what is unusual about it ("integers", "float32", "lists", "array",
    "scalar", "matrix"). With a `note`, an answer that raises an exception here passes all the same and
    is told the note; one that answers must answer rightly. `deep` is such a note for answers that call
    themselves once for each step, where there are more steps than Python allows calls; with `long` one that
    stops at a limit of Python's is told that, far away. `size` is given where
    numbers are compared as closely as the largest of them allows: it says what they were made from.
    """

    name: str
    arguments: dict
    kind: str = "plain"
    note: Said | None = None
    deep: Said | None = None
    long: Said | None = None
    size: float | None = None

    def forgiven(self, problem, details):
        """What is told of an answer that has a problem here and may be right all the same, or None."""
        if problem == "raised" and details.get("kind") == "RecursionError" and self.deep:
            return self.deep
        return self.note if problem in ("raised", "in place", "memory") else None


class Seen(NamedTuple):
    """One value that a function gave: what it is called, in which step, and the value before the step."""

    name: str
    step: int
    value: Any
    start: Any = None


class Form(NamedTuple):
    """Another way to keep the same memory: how to hand it over and how to read it back.

    `note` is told to whoever keeps it so and is right. `lost` says with which arguments nothing can be read.
    """

    hand: Callable
    read: Callable
    note: Said | None = None
    lost: Callable = lambda given: False


@dataclass(frozen=True)
class Task:
    """An exercise. `cases(rng)` lists the cases, the last of them drawn from `rng`.

    `far` are cases that an answer is tried on only once it is right on all those: far outside of them, where
    limits show that nobody asked for. What stops there, or takes too long, is right all the same.
    """

    name: str
    day: int
    reference: Callable
    cases: Callable
    mistakes: tuple[Mistake, ...]
    observe: Callable
    forms: tuple[Form, ...] = ()
    far: tuple[Case, ...] = ()
    remarks: tuple[Case, ...] = ()  # a right answer that differs here is told the case's note
    whole: bool = False  # the result should be an int
    few: bool = False  # it is chosen among a few, so that two answers may agree by chance
    words: tuple[str, ...] = ()  # the results to choose from, where they are words
    fitted: Callable = lambda cases, records: ()  # mistakes with a number in them, read off the records
    formula: Formula | None = None  # what `Mistake.parts` are parts of
    twins: tuple[
        Mistake, ...
    ] = ()  # each does, alone, what one of the mistakes does; beside others it differs
    variants: tuple[Mapping, ...] = ()  # parts done otherwise that are right all the same
    # The view that shows a result of a case: what several results or stretches show, each by itself.
    view: Callable = lambda case, name: (
        name if isinstance(name, str) and name not in ("result", "w") else None
    )
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


def kind_of(value):
    """The name of a value's type, cut to what a message can hold."""
    return type(value).__name__[:LONGEST]


def numbers(value):
    """`value` as an array of its own; raises Unusable where it is not made of numbers or words.

    A complex number without an imaginary part is a number; words are cut to `LONGEST` characters.
    """
    if type(value) is np.ndarray and value.dtype.kind in "biuf" and value.size <= LARGEST:
        return value.copy()  # nearly always, and this is called very often
    if value is None or value is Ellipsis:
        raise Unusable("nothing" if value is None else "ellipsis")
    if callable(value) or isinstance(value, Iterator):
        raise Unusable("type", got=kind_of(value))
    try:
        array = np.array(value)
        if array.dtype.kind == "O":  # fractions, decimals; a None or a ... inside
            inside = array.ravel().tolist()
            if any(item is Ellipsis for item in inside):
                raise Unusable("ellipsis")
            kind = complex if any(isinstance(item, complex) for item in inside) else float
            try:
                array = array.astype(kind)
            except OverflowError:  # whole numbers beyond all that can be told from infinity
                array = np.full(array.shape, np.inf)
    except (TypeError, ValueError):
        raise Unusable("type", got=kind_of(value)) from None
    many_words = array.dtype.kind == "U" and array.size * LONGEST > LARGEST
    if array.dtype.kind not in "biufcU" or many_words:
        raise Unusable("type", got=kind_of(value))
    if array.size > LARGEST:
        raise Unusable("huge", got=array.size)
    if array.dtype.kind == "c" and not array.imag.any():
        return array.real.copy()
    return array.astype(f"U{LONGEST}") if array.dtype.kind == "U" else array


def several(value, names):
    """The results called `names`, as arrays: from anything that unpacks, a dict or an array."""
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
    if isinstance(value, Iterator | ValuesView | deque):
        value = list(islice(value, LONGEST))
    if not isinstance(value, tuple | list | np.ndarray) or (isinstance(value, np.ndarray) and not value.ndim):
        raise Unusable("count", wanted=len(names), got=1)
    if any(isinstance(part, tuple) and any(np.ndim(item) for item in part) for part in value):
        raise Unusable("packed", wanted=len(names))
    if len(value) != len(names):
        got = 1 if isinstance(value, np.ndarray) else len(value)
        raise Unusable("count", wanted=len(names), got=got)
    return {name: _part(name, part) for name, part in zip(names, value)}


def _part(name, value):
    if value is None:
        raise Unusable("nothing", name=name)
    return numbers(value)


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


def _own(value):
    if type(value) in (int, float):  # most arguments, and this is called very often
        return value
    return value.copy() if type(value) is np.ndarray else _as_arrays(fresh(value))


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
    """A learner's function, called with fresh copies and, where its parameters allow it, by name.

    `order` is the order in which it takes the task's arguments by position, where that is another one
    than the task's. `overwritten` collects the names of arguments that it changed.
    """

    def __init__(self, function, names):
        self.function, self.names = function, names
        self.by_name = _understands(function, names)
        self.order = _other_order(function, names) if self.by_name else ()
        self.overwritten = set()

    def __call__(self, **arguments):
        given = {name: fresh(arguments[name]) for name in self.names}
        result = self.function(**given) if self.by_name else self.function(*given.values())
        for name, value in given.items():
            if isinstance(value, np.ndarray) and not _equal(value, arguments[name]):
                self.overwritten.add(name)
                if value.dtype.kind in "iu" and (name == "w" or _holds(result, value)):
                    raise Unusable("in place")  # fractions were cut off, as they are in such an array
            elif isinstance(value, dict | list) and not _alike(value, arguments[name]):
                self.overwritten.add(name)
        return result

    def untouched(self, **arguments):
        """Called with the arguments themselves, to see afterwards what became of them."""
        if self.by_name:
            return self.function(**arguments)
        return self.function(*(arguments[name] for name in self.names))


class Reordered(Answer):
    """A learner's function that is handed the arguments by position, in the order `order`."""

    def __init__(self, function, names, order):
        super().__init__(function, names)
        self.by_name, self.names = False, order


def _equal(one, other):
    return one.shape == np.shape(other) and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")


def _alike(one, other):
    """Whether two containers hold the same."""
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(_alike(one[key], other[key]) for key in one)
        )
    if isinstance(one, list | tuple):
        return type(one) is type(other) and len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and _equal(one, other)
    return one is other or one == other


def _holds(result, array):
    parts = result.values() if isinstance(result, Mapping) else result
    parts = list(parts) if isinstance(parts, tuple | list | ValuesView) else [result]
    return any(isinstance(part, np.ndarray) and np.may_share_memory(part, array) for part in parts)


class Ours:
    """A function of this package, which expects arrays and is spared lists."""

    def __init__(self, function, names):
        self.function, self.names = function, names

    def __call__(self, **arguments):
        return self.function(*[_own(arguments[name]) for name in self.names])

    def untouched(self, **arguments):
        """Called with the arguments themselves, to see afterwards what became of them."""
        return self.function(*(arguments[name] for name in self.names))


def _understands(function, names):
    """Whether the parameters have the names that the task gives them, in whatever order.

    What a decorator put around the function counts, not what is inside: that is what is called.
    """
    try:
        parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    except (TypeError, ValueError):
        return False
    named = [p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    if any(p.kind is p.POSITIONAL_ONLY or p.kind is p.VAR_POSITIONAL for p in parameters):
        return False
    required = {p.name for p in named if p.default is p.empty}
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    return required <= set(names) and (takes_any or set(names) <= {p.name for p in named})


def _other_order(function, names):
    """The names of the parameters in the order of their places, if that is not the task's order."""
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    places = tuple(p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD)[: len(names)]
    return places if places != names[: len(places)] else ()
