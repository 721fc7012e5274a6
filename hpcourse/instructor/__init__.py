"""`hpcourse course`: from assigning the exercises to a table of marks. Needs the extra `instructor`.

Built on nbgrader: its gradebook, its folders, its conversion of notebooks. What is added makes it stand
what students really hand in: `collect` puts right what can be put right, `submission` runs one
within limits and reaches the verdict outside of it, `sandbox` takes away network and files.
"""

import importlib.util
import sys
from pathlib import Path

from hpcourse.frame.course import LANGUAGES

NEEDED = ("nbgrader", "nbclient", "nbconvert", "nbformat", "psutil", "tqdm")


class Misuse(Exception):
    """Something that the person at the keyboard can put right; the message says what."""


def add_to(commands):
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser("course", help="assign, collect and grade the exercises (for instructors)")
    steps = parser.add_subparsers(title="steps", required=True, metavar="STEP")

    new = steps.add_parser("new", help="make a private course folder with assignments to hand out")
    new.add_argument("folder", metavar="DIR", type=Path, help="where; not inside the public course")
    new.add_argument("--language", choices=LANGUAGES, help="of the assignments (default: en, or as it is)")
    new.add_argument("--days", help="such as 1-3 or 1,3,5 (default: all, or as it is)")
    new.add_argument("--force", action="store_true", help="write assignments anew in a folder that has some")
    new.set_defaults(run=_run("course", "new_course"))

    release = steps.add_parser("release", help="make the notebooks to hand out again, after editing source/")
    release.set_defaults(run=_run("course", "release_again"))

    collect = steps.add_parser("collect", help="take what students handed in: a folder or a zip")
    collect.add_argument("drop", metavar="DROP", type=Path, help="from Moodle, Colab, e-mail, however named")
    collect.add_argument("--show", action="store_true", help="only show who is who; take nothing")
    collect.add_argument("--yes", action="store_true", help="take the certain ones without asking")
    collect.add_argument("--note", default="", help="stands in the marks of each, such as --note late")
    collect.set_defaults(run=_run("collect", "collect_drop"))

    grade = steps.add_parser("grade", help="run and mark all submissions that are new or have changed")
    grade.add_argument("--sandbox", action=_yes_or_no(), default=None, help="without network and files")
    grade.add_argument("--jobs", type=_positive, default=2, metavar="N", help="at once (default: 2)")
    grade.add_argument("--dask", metavar="ADDRESS", help="of a Dask cluster's scheduler, to use its workers")
    grade.add_argument("--again", action="store_true", help="also those that are done")
    grade.add_argument("--cell-seconds", type=_positive, metavar="S", help="limit for a cell, of CPU time")
    grade.add_argument("--seconds", type=_positive, metavar="S", help="limit for a submission, of CPU time")
    grade.set_defaults(run=_run("grade", "grade_all"))

    report = steps.add_parser("report", help="write marks, feedback, and the misconceptions of the class")
    systems = ("canvas", "moodle", "gradescope")
    report.add_argument("--for", dest="system", choices=systems, help="also the marks as it takes them back")
    report.set_defaults(run=_run("report", "report_all"))

    autograder = steps.add_parser("autograder", help="make what Gradescope or GitHub Classroom checks with")
    autograder.add_argument("--gradescope", action="store_true", help="a zip for a programming assignment")
    autograder.add_argument("--github", action="store_true", help="a template repository with a workflow")
    autograder.set_defaults(run=_run("autograder", "make_autograder"))

    for step in (release, collect, grade, report, autograder):
        required = step is collect
        step.add_argument("--assignment", metavar="dayN", required=required, help="one assignment")
        step.add_argument("--course", type=Path, default=Path(), metavar="DIR", help="default: this folder")


def _yes_or_no():
    from argparse import BooleanOptionalAction

    return BooleanOptionalAction


def _positive(word):
    number = int(word)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "positive whole number"  # argparse names it in its error


def _run(module, function):
    """A function that carries out a step, and says plainly what is missing or wrong."""

    def run(arguments):
        if sys.platform == "win32":
            print("hpcourse course runs on Linux and macOS; on Windows, use WSL", file=sys.stderr)
            return 1
        missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            print(
                f"hpcourse course needs {', '.join(missing)}: pip install 'hpcourse[instructor]'",
                file=sys.stderr,
            )
            return 1
        step = getattr(importlib.import_module(f"hpcourse.instructor.{module}"), function)
        try:
            return step(arguments) or 0
        except Misuse as misuse:
            print(misuse, file=sys.stderr)
            return 1
        except OSError as error:  # a folder that may not be written, a full disk
            print(error, file=sys.stderr)
            return 1
        except Exception as error:
            told = getattr(error, "orig", None)  # what SQLite says of a full disk or a damaged file
            if told is None:
                raise
            print(f"gradebook.db: {told}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
            return 130

    return run
