"""Arrays of hyperparameters that are rounded as the numbers in them are, each in a run alone."""

import numpy as np


class Numbers(np.ndarray):
    """An array whose powers are those of its numbers: NumPy's own may have another last bit."""

    def __pow__(self, exponent):
        return _power(self, exponent)

    def __rpow__(self, base):
        return _power(base, self)


def _power(base, exponent):
    if type(exponent) is np.ndarray:  # weights are an array for a run alone, too
        return np.power(base, exponent)
    if type(base) is np.ndarray:
        return _power_of_weights(base, exponent)
    pairs = np.broadcast(base, exponent)
    kind = type(base) if isinstance(base, Numbers) else type(exponent)
    return np.array([a**b for a, b in pairs], float).reshape(pairs.shape).view(kind)


def _power_of_weights(base, exponent):
    """With a single exponent NumPy takes a root or a square for a power, which may differ in the last bit."""
    result = np.power(base, exponent)
    for special in (-1, 0, 0.5, 1, 2):
        here = np.asarray(exponent) == special
        if here.any():
            result = np.where(here, base**special, result)
    return result


class Column(Numbers):
    """Float64 hyperparameters that take on the precision of the weights they meet.

    NumPy lets `0.1 * w` keep the float32 of `w`, but an *array* of learning rates would make it
    float64. Between columns and numbers (`1 - beta2 ** t`) full precision stays, so that a run in a
    sweep is rounded exactly as the same run alone.
    """

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if len(inputs) == 2 and inputs[0] is self and type(inputs[1]) is np.ndarray:  # most often, and sooner
            return getattr(ufunc, method)(np.asarray(self, inputs[1].dtype), inputs[1], **kwargs)
        met = [
            x.dtype for x in inputs if isinstance(x, (np.ndarray, np.generic)) and not isinstance(x, Column)
        ]
        dtype = np.result_type(*met) if met else self.dtype
        plain = [x.view(np.ndarray).astype(dtype, copy=False) if isinstance(x, Column) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **kwargs)
        return result if met else result.view(Column)
