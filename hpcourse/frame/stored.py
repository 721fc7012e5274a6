"""What was measured once because it takes too long for a lesson.

>>> table = measured("day4-memory")
>>> table.row(momentum=0.9)["lr"] < table.row(momentum=0)["lr"]
True
"""

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np


@dataclass(frozen=True)
class Measured:
    """Rows that `make measure` stored: `table["loss"]` is a column, `table.row(momentum=0.9)` one row."""

    about: str
    date: str  # 2026-11-29
    versions: dict  # of Python, numpy and hpcourse
    seconds: int
    seeds: dict  # {"tuning": "range(100, 120)", ...}
    code: str  # a digest of the experiment
    rows: list

    def __getitem__(self, column):
        if column not in self.rows[0]:
            raise KeyError(f"no column {column!r}: choose from {', '.join(self.rows[0])}")
        return np.array([row[column] for row in self.rows])

    def row(self, **wanted):
        """The one row with these values."""
        found = [row for row in self.rows if all(row[key] == value for key, value in wanted.items())]
        if len(found) != 1:
            raise KeyError(f"{len(found)} rows have {wanted}, expected 1")
        return found[0]


def measured(name):
    """The stored table called `name`, such as "day4-memory"; FileNotFoundError if there is none."""
    folder = files("hpcourse") / "data" / "measured"
    path = folder / f"{name.replace('-', '_')}.json"
    if not path.is_file():
        known = sorted(p.name.removesuffix(".json").replace("_", "-") for p in folder.iterdir())
        raise FileNotFoundError(f"nothing was measured under {name!r}: choose from {', '.join(known)}")
    return Measured(**json.loads(path.read_text(encoding="utf-8")))
