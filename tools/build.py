"""Build the notebooks from the lesson sources, or check that the two agree.

python -m tools.build [NAME ...]              build and execute the notebooks of all (or these) sources; those
                                              keep their outputs of which code and package are as they were
python -m tools.build [NAME ...] --afresh     execute them all the same, such as with a new matplotlib
python -m tools.build [NAME ...] --check      say what is wrong; execute nothing, write nothing
python -m tools.build [NAME ...] --stamp      list the translations that are older than their English
python -m tools.build [NAME ...] --stamp KEY  show these cells and mark their translations as up to date
"""

import argparse
import asyncio
import os
import re
import sys
from pathlib import Path

from hpcourse.frame.course import read
from tools import seals, tables
from tools.lesson import Lesson


def stamp(lessons, keys):
    """List the stale translations, or stamp those of `keys` after showing them; returns the faults."""
    stale = [(lesson, en, cell) for lesson in lessons for en, cell in lesson.pairs if cell.of != en.stamp()]
    if not keys:
        print(*[cell.fault("stale") for _, _, cell in stale], f"{len(stale)} stale translations", sep="\n")
    faults = []
    for key in keys:
        hits = [hit for hit in stale if hit[1].key == key]
        if len({lesson for lesson, _, _ in hits}) != 1:
            where = ", ".join(dict.fromkeys(lesson.path.stem for lesson, _, _ in hits)) or "no source"
            faults.append(f'lessons: "{key}" is stale in {where}: name one source, and a key stale in it')
            continue
        for lesson, en, translated in hits:
            print(f"{en.fault('English')}\n{en.source}\n")
            print(f"{translated.fault('stamped')}\n{translated.source}\n")
            lines = lesson.path.read_text(encoding="utf-8").split("\n")
            bare = re.sub(r'\s+of="[^"]*"', "", lines[translated.line - 1]).rstrip()
            lines[translated.line - 1] = f'{bare} of="{en.stamp()}"'
            lesson.path.write_text("\n".join(lines), encoding="utf-8")
    return faults


def orphans(notebooks, root):
    found = {p for p in (root / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts}
    for path in sorted(found - {notebook.path for notebook in notebooks}):
        yield f"{path.relative_to(root).as_posix()}:1: no source makes this notebook: delete it"


def unlisted(course, root):
    """Sources that course.toml does not name, and names of it that have no source."""
    found = {path.stem for path in (root / "lessons").glob("*.py")}
    for name in sorted(found - set(course.notebooks)):
        yield f"lessons/{name}.py:1: hpcourse/course.toml does not name it: add it to its day"
    for name in (name for name in course.notebooks if name not in found):
        yield f"hpcourse/course.toml:1: lessons/{name}.py is missing: write it, or take its name out"


async def build_all(notebooks, afresh):
    turn = asyncio.Semaphore(2)
    found = await asyncio.gather(*(notebook.build(turn, afresh) for notebook in notebooks))
    return list(dict.fromkeys(fault for faults in found for fault in faults))  # a false sentence once


def main(argv=None, root=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--afresh", action="store_true")
    parser.add_argument("--stamp", nargs="*", metavar="KEY")
    args, root = parser.parse_args(argv), Path(root or Path(__file__).parent.parent).resolve()
    course = read(root / "hpcourse" / "course.toml")
    paths = {name: root / "lessons" / f"{name}.py" for name in map(stem, args.names or course.notebooks)}
    if unknown := [path.name for name, path in paths.items() if args.names and not path.exists()]:
        parser.error(f"not in lessons/: {', '.join(unknown)}")
    lessons = [Lesson(path, course) for path in paths.values() if path.exists()]
    notebooks = [notebook for lesson in lessons for notebook in lesson.variants]
    faults = [] if args.names else [*unlisted(course, root)]
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # python3 is this interpreter, not a kernel of the user's
    if args.stamp is not None:
        faults += stamp(lessons, args.stamp)
    else:
        faults += [fault for lesson in lessons for fault in lesson.faults()]
        if args.check:
            faults += [fault for lesson in lessons for fault in seals.source_faults(lesson)]
            faults += [fault for notebook in notebooks for fault in notebook.faults()]
            faults += [] if args.names else [*orphans(notebooks, root), *tables.faults(course, root)]
        elif not faults:
            if not args.names:  # what is optional is executed when it is named
                notebooks = [n for n in notebooks if n.lesson.path.stem not in course.optional]
            tables.write(course, root)
            faults = asyncio.run(build_all(notebooks, args.afresh))
        if not faults:
            state = "in order" if args.check else "built"
            print(f"{len(lessons)} sources, {len(notebooks)} notebooks: {state}")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


def stem(name):
    """day1_adam of "lessons/day1_adam.py"."""
    return Path(name).stem


if __name__ == "__main__":
    sys.exit(main())
