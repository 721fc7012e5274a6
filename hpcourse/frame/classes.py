"""Rules and schedules of one's own: what must be there, and what they must return."""

import functools
import inspect
import reprlib
from dataclasses import fields, is_dataclass

import numpy as np


@functools.cache
def sound(cls):
    """Raises TypeError that says what a rule or a schedule lacks; asked once for each class."""
    name = cls.__name__
    if "__dataclass_fields__" not in vars(cls) and (not is_dataclass(cls) or inspect.get_annotations(cls)):
        raise TypeError(f"{name} must be a dataclass: write @dataclass(frozen=True) above its class")
    if hasattr(cls, "step"):  # a rule
        _sound_memory(name, getattr(cls, "State", None))
        _sound_update(f"{name}.update", getattr(cls, "update", None), [field.name for field in fields(cls)])
    elif not hasattr(cls, "at"):
        raise TypeError(f"{name} must define at(self, t), its formula")


def _sound_memory(name, state):
    made = getattr(state, "_fields", ("",)) if isinstance(state, type) and issubclass(state, tuple) else ("",)
    if made[:1] != ("t",):
        raise TypeError(f"{name}.State must be a named tuple whose first entry is t, got {state!r}")


def _sound_update(name, update, names):
    """It takes every hyperparameter, and none in the place of another."""
    found = inspect.signature(update) if callable(update) else None
    given = list(found.parameters)[4:] if found else ()
    misplaced = [one for place, one in enumerate(given) if one in names and names.index(one) != place]
    wanted = ["self", "w", "grad", "state", *names]
    try:
        found.bind(*wanted)
        complete = True
    except (AttributeError, TypeError):  # there is none, or it takes another number
        complete = False
    if misplaced or not complete:
        raise TypeError(f"{name} must take ({', '.join(wanted)}), in the order of the fields, got {found}")


def schedule(name, value):
    """`value` if it can be asked for a rate; raises TypeError for a class, and where it takes no step."""
    if isinstance(value, type):
        kind = value.__name__
        raise TypeError(f"{name} must be a number or a schedule such as {kind}(...), got the class {kind}")
    try:
        takes = inspect.signature(value)
    except ValueError:  # some of NumPy's have none
        return value
    try:
        takes.bind(0)
    except TypeError:
        message = f"{name} must be a function of one argument, the updates made so far, got one of {takes}"
        raise TypeError(message) from None
    return value


def columns(rule, t, n_runs):
    """The hyperparameters after `t` updates: numbers, and columns of one number for each run."""
    values = rule.values(t)
    for field, value in zip(fields(rule), values):
        if type(value) is not float and np.size(value) != 1 and np.shape(value) != (n_runs, 1):
            found = f"an array of shape {np.shape(value)}; to sweep, give a schedule whose fields are arrays"
            raise ValueError(f"{field.name} at t = {t} must be one number, got {found}")
    return values


def updated(rule, w, state, returned):
    """What a rule's `update` returned: new weights, as precise as `w`, and the next state.

    Raises TypeError or ValueError for anything else.
    """
    if _is_pair(returned, state):
        new, after = returned
        precise = isinstance(new, (np.ndarray, np.generic)) and new.dtype == w.dtype
        if precise and new.shape == w.shape and after.t == state.t + 1:
            return returned
    wanted = f"{type(rule).__name__}.update must return the new weights and the next state"
    return _mended(wanted, w, state, returned)


def _is_pair(returned, state):
    return isinstance(returned, tuple) and len(returned) == 2 and isinstance(returned[1], type(state))


def _mended(wanted, w, state, returned):
    if not _is_pair(returned, state):
        raise TypeError(f"{wanted} ({type(state).__name__}), got {reprlib.repr(returned)}")
    new, after = returned
    if after.t != state.t + 1:
        raise ValueError(f"{wanted}, with t = {state.t + 1}, got one with t = {after.t}")
    new = _as_precise(wanted, new, w)
    if not _covers(new.shape, w.shape):
        raise ValueError(f"{wanted}, weights of shape {w.shape}, got {new.shape}")
    return new, after


def _covers(shape, part):
    """Arrays of the shape `part` broadcast to `shape`, as weights do where rates are arrays."""
    try:
        return np.broadcast_shapes(shape, part) == shape
    except ValueError:
        return False


def _as_precise(wanted, new, w):
    try:
        return np.asarray(new, w.dtype)
    except (TypeError, ValueError):
        raise TypeError(f"{wanted}, got {reprlib.repr(new)} as weights") from None


def keeps_precision(rule, w, grad, numbers):
    """Does `update` leave float32 as it is when its hyperparameters are plain numbers?

    What NumPy makes of them, such as `np.sqrt(beta2)`, is a float64 that turns all it meets into float64.
    Tried on a copy of the first run.
    """
    w, grad = w[:1].copy(), grad[:1].copy()
    state = rule.init(w)
    returned = rule.update(w, grad, state, *numbers)
    updated(rule, w, state, returned)
    return all(np.asarray(part).dtype == w.dtype for part in (returned[0], *returned[1][1:]))
