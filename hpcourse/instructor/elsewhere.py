"""Grading where the course folder is not: in Gradescope's container, and on GitHub after a push.

    python -m hpcourse.instructor.elsewhere gradescope /autograder
    python -m hpcourse.instructor.elsewhere push day1_exercises.ipynb

The notebook is run and judged as `hpcourse course grade` does it. Without bubblewrap, what protects is the
container, the limits, a user without rights where this is started as root, and that the verdict is reached in
another process than the submission's.
"""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sys
from pathlib import Path

import nbformat

from hpcourse.frame.language import Listed, text
from hpcourse.instructor import sandbox
from hpcourse.instructor.archive import files_in
from hpcourse.instructor.course import LIMITS, tasks_of
from hpcourse.instructor.hosts import Work, close_hosts, grade_apart
from hpcourse.instructor.notebooks import best
from hpcourse.instructor.notes import words
from hpcourse.instructor.submission import speaking

CONTAINERS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
GRADERS, LEAST = 350, 256  # MB that the processes beside the submission take; that a kernel needs


def gradescope(root):
    """Grade what lies in root/submission and write root/results/results.json; returns an exit status."""
    root = Path(root)
    settings = json.loads((root / "source/settings.json").read_text(encoding="utf-8"))
    released = nbformat.read(root / "source/released.ipynb", as_version=4)
    key = bytes.fromhex(settings["key"])

    def seed(task):
        drawn = json.dumps([_who(root / "submission_metadata.json"), task]).encode()
        return int.from_bytes(hmac.digest(key, drawn, hashlib.sha256)[:8])

    with speaking(settings["language"]):
        graded, notes, trouble = _grade(
            root / "submission", released, seed, settings, hidden=str(root / "source")
        )
        if graded is None:  # no results: Gradescope says that the autograder failed, and gives no mark
            (root / "results/results.json").unlink(missing_ok=True)
            print(trouble or _unread(notes))
            return 1
        results = _results(graded, released, notes)
    (root / "results").mkdir(exist_ok=True)
    (root / "results/results.json").write_text(
        json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return 0


def push(notebook, released):
    """Print the verdict on a notebook in a repository, for the push as well; 0 if all is solved."""
    released = nbformat.read(released, as_version=4)
    language = released.metadata.get("hpcourse", {}).get("language", "en")
    drawn = secrets.randbits(32)
    settings = {"assignment": Path(notebook).stem.split("_")[0], "language": language, "limits": LIMITS}
    with speaking(language):
        place = Path(notebook)
        place = place if place.exists() else place.parent  # saved under another name
        graded, notes, trouble = _grade(place, released, lambda task: drawn, settings)
        if graded is None:
            _show(trouble or _unread(notes))
            return 1
        results = _results(graded, released, notes)
    lines = ["| | | |", "|---|---|---|"]
    for test in results["tests"]:
        said = test["output"].replace("|", "\\|").replace("\n", "<br>")
        sign = "✅" if test["status"] == "passed" else "❌"
        lines.append(f"| {sign} {test['name']} | {test['score']:g} / {test['max_score']:g} | {said} |")
    _show("\n".join([results["output"], "", *lines, ""]))
    solved = [test["status"] == "passed" for test in results["tests"]]
    return 0 if solved and all(solved) else 1  # no task at all is what an emptied release has


def _show(said):
    print(said)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        Path(summary).write_text(said, encoding="utf-8")


def _who(path):
    """Whose submission it is: the same whenever it is handed in again."""
    try:
        users = json.loads(path.read_text(encoding="utf-8"))["users"]
        return sorted(str(user.get("email") or user.get("id")) for user in users)
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _in_this_container(limits):
    """Limits that leave the grader its memory where a container has little: Gradescope's has 768 MB."""
    for place in CONTAINERS:
        with contextlib.suppress(OSError, ValueError):  # not there, or "max"
            most = int(Path(place).read_text(encoding="ascii")) // 2**20 - GRADERS
            return {**limits, "memory_mb": max(LEAST, min(limits["memory_mb"], most))}
    return limits


def _grade(place, released, seed, settings, hidden=""):
    """(graded notebook or None, notes, trouble)."""
    if not place.exists():
        return None, [], f"{place} is missing"
    notebook, _, notes = best(list(files_in(place, [])), released, [], settings["assignment"])
    if notebook is None:
        return None, notes, ""
    fenced = not sandbox.why_not()
    if not fenced:
        print(text("No sandbox here: the container, the limits and a user without rights protect."))
    work = Work(
        "student",
        settings["assignment"],
        "",
        nbformat.writes(notebook),
        nbformat.writes(released),
        {task.name: seed(task.name) for task in tasks_of(released)},
        _in_this_container(LIMITS | settings["limits"]),
        settings["language"],
        fenced,
        hidden,
        demoted=sandbox.can_demote(fenced),
    )
    graded = grade_apart(work)
    close_hosts(over=False)
    if graded.trouble:
        return None, notes, graded.trouble
    if graded.unmarked:
        unclear = text(
            "No verdict on {tasks}: what went wrong may be this machine's doing. Let it run once more."
        )
        return None, notes, unclear.format(tasks=Listed(graded.unmarked))
    graded = nbformat.reads(graded.notebook, as_version=4)
    return graded, [*notes, *graded.metadata.hpcourse.notes], ""


def _said(notes):
    return "\n".join(words(noted)[:500] for noted in notes)


def _unread(notes):
    """What to say of something in which there is no notebook."""
    advice = text("Nothing was graded: hand in the notebook itself, the .ipynb file as it was saved.")
    return f"{_said(notes)}\n{advice}"


def _results(graded, released, notes):
    """What Gradescope reads: a test a task, with the check's own words."""
    cells = {cell.id: cell for cell in graded.cells}
    tests = []
    for task in tasks_of(released):
        cell = cells[task.cell]
        told = cell.metadata.hpcourse
        tests.append(
            {
                "name": task.name,
                "score": told["score"] * task.points,
                "max_score": task.points,
                "status": "passed" if told["status"] == "passed" else "failed",
                "output": cell.outputs[0].data["text/plain"][:4000],
                "output_format": "text",
                "visibility": "visible",
            }
        )
    return {"output": _said(notes), "output_format": "text", "tests": tests, "stdout_visibility": "hidden"}


def main(arguments):
    """Run one of the two."""
    if arguments[:1] == ["gradescope"] and len(arguments) == 2:
        return gradescope(arguments[1])
    if arguments[:1] == ["push"] and len(arguments) == 3:
        return push(*arguments[1:])
    print("give: gradescope ROOT, or: push NOTEBOOK RELEASED", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
