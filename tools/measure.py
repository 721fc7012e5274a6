"""Long experiments, measured once and stored: hp.measured shows them in a lesson.

    python -m tools.measure [NAME ...]     measure all experiments of tools/experiments, or these

An experiment is a module with SEEDS, a dict of seeds by what they are for, and `measure(...)`, which yields
rows: dicts of numbers and words. They go to hpcourse/data/measured/NAME.json with the seeds, the date, the
versions, and a digest of the code, by which a test sees that the file is older than the code. The claims
measure some rows again, with other seeds.
"""

import argparse
import hashlib
import json
import platform
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import numpy as np

import hpcourse

EXPERIMENTS = Path(__file__).with_name("experiments")
STORED = Path(__file__).parent.parent / "hpcourse" / "data" / "measured"


def names():
    """The experiments there are: day4_memory, ..."""
    return sorted(path.stem for path in EXPERIMENTS.glob("day*.py"))


def digest(name):
    """A digest of an experiment's code."""
    return hashlib.sha256((EXPERIMENTS / f"{name}.py").read_bytes()).hexdigest()[:16]


def plain(value):
    """A number of numpy as one of Python, at a precision that says no more than it knows."""
    value = getattr(value, "item", lambda: value)()
    return float(f"{value:.6g}") if isinstance(value, float) else value


def measure(name):
    """Run an experiment; what is to be stored."""
    experiment, begun = import_module(f"tools.experiments.{name}"), time.perf_counter()
    rows = [{key: plain(value) for key, value in row.items()} for row in experiment.measure()]
    return {
        "about": experiment.__doc__.strip().split("\n")[0],
        "date": datetime.now(UTC).date().isoformat(),
        "versions": {
            "python": platform.python_version(),
            "hpcourse": hpcourse.__version__,
            "numpy": np.__version__,
        },
        "seconds": round(time.perf_counter() - begun),
        "seeds": {use: str(seeds) for use, seeds in experiment.SEEDS.items()},
        "code": digest(name),
        "rows": rows,
    }


def written(found):
    """As it stands in the file: a row is a line."""
    rows = ",\n".join(f"    {json.dumps(row)}" for row in found["rows"])
    head = json.dumps(found | {"rows": []}, indent=2, ensure_ascii=False)
    return head.replace('"rows": []', f'"rows": [\n{rows}\n  ]') + "\n"


def main(argv=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *names()])
    for name in parser.parse_args(argv).names or names():
        found = measure(name)
        STORED.mkdir(exist_ok=True)
        (STORED / f"{name}.json").write_text(written(found), encoding="utf-8")
        print(f"{name}: {len(found['rows'])} rows in {found['seconds']} s")


if __name__ == "__main__":
    sys.exit(main())
