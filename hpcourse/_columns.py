"""Hyperparameters of many runs that mix with weights as a single number would."""

import numpy as np


class Column(np.ndarray):
    """Float64 hyperparameters that take on the precision of the weights they meet.

    NumPy lets `0.1 * w` keep the float32 of `w`, but an *array* of learning rates would make it
    float64. Between columns and numbers (`1 - beta2 ** t`) full precision stays, so that a run in a
    sweep is rounded exactly as the same run alone.
    """

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        met = [
            x.dtype for x in inputs if isinstance(x, (np.ndarray, np.generic)) and not isinstance(x, Column)
        ]
        dtype = np.result_type(*met) if met else self.dtype
        plain = [x.view(np.ndarray).astype(dtype, copy=False) if isinstance(x, Column) else x for x in inputs]
        result = getattr(ufunc, method)(*plain, **kwargs)
        return result if met else result.view(Column)
