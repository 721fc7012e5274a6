"""What all optimizers share, so that each rule in `optimizers.py` is its formula and little else."""

from dataclasses import fields

import numpy as np

from hpcourse._hyperparameters import Hyperparameters
from hpcourse.frame.arguments import fitting, floating
from hpcourse.frame.classes import updated
from hpcourse.frame.precision import Column


class Optimizer(Hyperparameters):
    """A rule adds its hyperparameters as fields, a named tuple `State`, and its formula, `update`.

    `update(self, w, grad, state, lr, ...)` gets the hyperparameters of the moment in their order.

    Making one raises TypeError or ValueError when a hyperparameter is not a number in its range.
    """

    def init(self, w):
        """The state before the first update of `w`: no updates made, all memory zero."""
        w = floating("w", w)
        return self.State(0, *(np.zeros_like(w) for _ in self.State._fields[1:]))

    def step(self, w, grad, state):
        """One update: the new weights and the new state.

        Raises TypeError or ValueError when `grad` or `state` does not belong to `w`.
        """
        if not isinstance(state, self.State):
            raise TypeError(f"state must be what {type(self).__name__}.init(w) returned, got {state!r}")
        w = floating("w", w)
        grad = floating("grad", grad).astype(w.dtype, copy=False)
        fitting("grad", grad, w)
        for name, memory in zip(state._fields[1:], state[1:]):
            fitting(f"state.{name}", memory, w)
        return updated(self, w, state, self.update(w, grad, state, *self.values(state.t)))

    def values(self, t):
        """The hyperparameters after `t` updates: a schedule is asked, an array becomes a column."""
        now = (self.value(field.name, t) for field in fields(self))
        return [np.asarray(value).view(Column) if np.ndim(value) else float(value) for value in now]
