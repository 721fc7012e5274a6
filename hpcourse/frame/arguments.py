"""Arguments checked where they enter, so that a mistake is named before anything runs."""

import numbers
import reprlib

import numpy as np


def numeric(name, value, low=None, high=None, *, low_open=False, high_open=False):
    """`value` as a Python number or, for anything array-like, as a float array.

    Raises TypeError when it is not numeric and ValueError when any of it is not finite or lies
    outside `low` to `high`.
    """
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        array = np.asarray(_as_float(value))
    else:
        array = value = _float_array(name, value)
    outside = ~np.isfinite(array)
    if low is not None:
        outside |= array <= low if low_open else array < low
    if high is not None:
        outside |= array >= high if high_open else array > high
    if outside.any():
        wrong = np.atleast_1d(array)[np.atleast_1d(outside)][0]
        span = _range_in_words(low, high, low_open, high_open)
        if np.isinf(wrong) and high is None and low is not None:  # which is greater, too
            span = f"a finite number, {span}"
        raise ValueError(f"{name} must be {span}, got {wrong:g}")
    return value


def whole(name, value, low=0, high=None):
    """`value` as an int. Raises TypeError for anything but a whole number, ValueError outside the range."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < low or (high is not None and value > high):
        span = f"at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be {span}, got {value}")
    return int(value)


def number(name, value, low=None, high=None, **open_ends):
    """`value` as a float. Like `numeric`, but a single number only."""
    if is_axis(value):
        raise TypeError(f"{name} must be one number, got {value!r}")
    return float(numeric(name, value, low, high, **open_ends))


def row(name, value, low=None, high=None, **open_ends):
    """`value`, a number or a list of numbers, as an array with one axis; None stays None."""
    if value is None:
        return None
    values = np.atleast_1d(numeric(name, value, low, high, **open_ends))
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} must be a number or a list of numbers, got shape {values.shape}")
    return values


def listed(name, value, low=0, high=None):
    """`value`, a whole number or a list of some, as a list of ints."""
    values = list(value) if is_axis(value) else [value]
    if not values:
        raise ValueError(f"{name} must name at least one value, got {value!r}")
    return [whole(name, one, low, high) for one in values]


def finite(name, array):
    """Raise ValueError when `array` holds NaN or infinity."""
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(f"{name} must hold finite numbers, got {array[where]} at index {where}")
    return array


def floating(name, value):
    """`value` as an array of floats: float32 stays float32, whole numbers become float64."""
    array = np.asarray(value)
    if array.dtype.kind in "iu":
        array = array.astype(float)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must be numbers, got {value!r}")
    return array


def ending(name, value, length, of=""):
    """`value` as an array of floats whose last axis is so long."""
    array = floating(name, value)
    if array.ndim == 0 or array.shape[-1] != length:
        raise ValueError(
            f"{name} must have a last axis of {of or f'length {length}'}, got shape {array.shape}"
        )
    return array


def fitting(name, array, w):
    """Raise ValueError unless `array` broadcasts against the weights `w`."""
    try:
        np.broadcast_shapes(w.shape, np.shape(array))
    except ValueError:
        raise ValueError(f"{name} must have the shape of w, {w.shape}, got {np.shape(array)}") from None


def instance(name, value, kind, example):
    """`value` if it is a `kind`; raises TypeError that shows an `example` of one."""
    if isinstance(value, type):
        raise TypeError(f"{name} must be something like {example}, got the class {value.__name__}")
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be something like {example}, got {value!r}")
    return value


def precision(dtype):
    """`dtype` if it is float32 or float64, the two in which the course computes."""
    try:
        found = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = None
    if found not in (np.float32, np.float64):
        raise TypeError(f"dtype must be np.float32 or np.float64, got {dtype!r}")
    return found


def is_axis(value):
    """True for a hyperparameter given as an array, list or range: an axis of a sweep."""
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _as_float(number):
    try:
        return float(number)
    except OverflowError:  # a whole number beyond all floats
        return np.inf if number > 0 else -np.inf


def _float_array(name, value):
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "iuf":
            raise TypeError
    except (TypeError, ValueError):
        message = f"{name} must be a number or an array of numbers, got {reprlib.repr(value)}"
        raise TypeError(message) from None
    return array.astype(float)


def _range_in_words(low, high, low_open, high_open):
    if low is None and high is None:
        return "a finite number"
    if high is None:
        return f"greater than {low}" if low_open else f"{low} or greater"
    left, right = "(" if low_open else "[", ")" if high_open else "]"
    return f"in {left}{low}, {high}{right}"
