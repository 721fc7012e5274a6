"""The axes of a sweep: which hyperparameters are arrays, the grid of runs that they span, and its columns."""

from dataclasses import fields, is_dataclass, replace

import numpy as np

from hpcourse.frame.arguments import is_axis

CHUNK = 1_500_000  # numbers that a chunk of runs works on: with fewer, threads only wait for Python's lock


def find_axes(settings):
    """Every field of a dataclass that is array-like, by name; fields of nested schedules included.

    A name that occurs twice is written with its path, as in "then.steps".
    """
    found = list(_walk(settings, ()))
    names = [path[-1] for path, _ in found]
    return {
        path[-1] if names.count(path[-1]) == 1 else ".".join(path): (path, value) for path, value in found
    }


def with_values(settings, values):
    """`settings` with other values at the given paths: {path: value}."""
    changed = {}
    for field in fields(settings):
        below = {path[1:]: value for path, value in values.items() if path[0] == field.name}
        if () in below:
            changed[field.name] = below[()]
        elif below:
            changed[field.name] = with_values(getattr(settings, field.name), below)
    return replace(settings, **changed) if changed else settings


class Grid:
    """The runs of a sweep: one for every combination of the axes' values."""

    def __init__(self, optimizer, **others):
        self._optimizer, found = optimizer, find_axes(optimizer)
        swept = {name: value for name, value in others.items() if is_axis(value)}
        found = {f"optimizer.{name}" if name in swept else name: axis for name, axis in found.items()}
        self.axes = {name: value for name, (_, value) in found.items()}
        for name, value in self.axes.items():
            if np.ndim(value) != 1 or len(value) == 0:
                raise ValueError(f"{name} must be a number or a list of numbers, got shape {np.shape(value)}")
        self._paths = {path: name for name, (path, _) in found.items()}
        self.axes |= swept
        self.shape = tuple(len(values) for values in self.axes.values())
        self.n_runs = int(np.prod(self.shape))
        places = np.indices(self.shape).reshape(len(self.shape), self.n_runs)
        self._swept, self._index = swept, dict(zip(self.axes, places))

    def index(self, name):
        """Which value of one of the `others` each run has; 0 for what is no axis."""
        return self._index[name] if name in self._swept else np.zeros(self.n_runs, int)

    def optimizer(self, rows):
        """The optimizer with one column of hyperparameters for these runs."""
        columns = {
            path: np.asarray(self.axes[name])[self._index[name][rows]][:, None]
            for path, name in self._paths.items()
        }
        return with_values(self._optimizer, columns)


def cut(groups, numbers, updates=(1,), least=1):
    """The runs of every group in chunks of about equal work, `least` or more in all; a list for each group.

    `numbers` are those that a run of the group works on, `updates` how often.
    """
    counts = [-(-len(runs) * n // CHUNK) for runs, n in zip(groups, numbers)]
    for _ in range(sum(counts), min(least, sum(map(len, groups)))):
        work = [
            len(runs) * n * u / count if count < len(runs) else 0
            for runs, n, u, count in zip(groups, numbers, updates, counts)
        ]
        counts[np.argmax(work)] += 1
    return [np.array_split(runs, min(count, len(runs))) for runs, count in zip(groups, counts)]


def joined(parts, shape, rows_of=None):
    """Results of all chunks as one array with the axes of the sweep in front."""
    if parts[0] is None:
        return None
    whole = np.concatenate(parts) if len(parts) > 1 else parts[0]
    if rows_of is not None:
        whole[np.concatenate(rows_of)] = whole.copy()
    return whole.reshape((*shape, *whole.shape[1:]))


def _walk(settings, path):
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            yield from _walk(value, (*path, field.name))
        elif is_axis(value):
            yield (*path, field.name), value
