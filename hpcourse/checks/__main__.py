"""`python -m hpcourse.checks [task ...]`: which case tells which mistake from a right answer.

`python -m hpcourse.checks --against FILE`: which known mistakes somebody else's tests let through.
"""

import sys

from hpcourse.checks import TASKS, against
from hpcourse.checks.checker import kills


def main(names):
    """Print a table for each task named, or for all; or what a file of tests lets through."""
    if names and names[0] == "--against":
        if len(names) != 2:
            raise SystemExit("--against takes one file")
        try:
            raise SystemExit(min(against.report(names[1]), 1))
        except (OSError, ValueError) as error:
            raise SystemExit(str(error)) from None
    total = 0
    for name in names or TASKS:
        if name not in TASKS:
            raise SystemExit(f"task must be one of {', '.join(TASKS)}, got {name!r}")
        table, cases = kills(TASKS[name])
        width = max(map(len, table))
        print(f"{name}: {len(table)} mistakes, {len(cases)} cases")
        for number, case in enumerate(cases, start=1):
            print(f"  {number:2}  {case.name}")
        print(" " * (width + 3) + "".join(f"{number:>3}" for number in range(1, len(cases) + 1)))
        for mistake, told in table.items():
            marks = "".join(f"{'x' if hit else '.':>3}" for hit in told)
            print(f"  {mistake:<{width}} {marks}{'' if any(told) else '   MISSED'}")
        print()
        total += len(table)
    print(f"{total} mistakes")


if __name__ == "__main__":
    main(sys.argv[1:])
