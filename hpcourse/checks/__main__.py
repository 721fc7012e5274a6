"""What the checks know, as tables: `python -m hpcourse.checks [task ...]`.

Without an option, which case tells which mistake from a right answer. With `--against FILE`, which known
mistakes somebody else's tests let through.
"""

import argparse

from hpcourse.checks import TASKS, against
from hpcourse.checks.checker import kills
from hpcourse.frame.course import LANGUAGES
from hpcourse.frame.language import use_language


def main(words=None):
    """Print a table for each task named, or for all; or what a file of tests lets through."""
    parser = argparse.ArgumentParser("python -m hpcourse.checks", description=__doc__.partition("\n\n")[2])
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"one of {', '.join(TASKS)} (default: all)")
    parser.add_argument("--against", metavar="FILE", help="a file of tests: test_gd_step, ...")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the messages (default: en)")
    arguments = parser.parse_args(words)
    use_language(arguments.language)
    if unknown := [name for name in arguments.tasks if name not in TASKS]:
        parser.error(f"task must be one of {', '.join(TASKS)}, got {unknown[0]!r}")
    if arguments.against is None:
        total = sum(map(_table, arguments.tasks or TASKS))
        print(f"{total} mistakes")
        return
    try:
        raise SystemExit(min(against.report(arguments.against, only=arguments.tasks), 1))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error)) from None


def _table(name):
    """Print which case kills which mistake of a task; returns how many mistakes it has."""
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
    return len(table)


if __name__ == "__main__":
    main()
