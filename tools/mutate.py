"""Change constants in the lessons' code one at a time: is each sentence that becomes false refused?

    python -m tools.mutate [NAME ...]     100 constants of all lessons, or of these
        --count 100  --seed 1             how many, and which: the seed decides
        --jobs 2                          at a time
        --afresh                          also those whose outcome is in build/mutate.json

A mutant is killed when its lesson is refused before anything runs ("source": a number in the text no longer
stands in the code beside it), when a bound sentence is false ("sentence"), or when the code fails ("raises").
Those that survive are listed with what they print otherwise. Why one does no harm stands in
tools/survivors.toml, once somebody has looked.
"""

import argparse
import ast
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import tomllib
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from difflib import unified_diff
from multiprocessing import get_context
from pathlib import Path

from tools import bound

ROOT = Path(__file__).parent.parent
SURVIVORS = Path(__file__).with_name("survivors.toml")
LONGEST = 300  # seconds for a mutant
DRAWN = {
    "figsize",
    "ms",
    "lw",
    "zorder",
    "fontsize",
    "height",
    "alpha",
}  # keywords that change a figure's looks


@dataclass(frozen=True)
class Mutant:
    """A constant of a lesson, and what takes its place."""

    lesson: str
    cell: str
    line: int  # of the source, from 1
    start: int  # in bytes of the line
    end: int
    old: str
    new: str
    code: str  # the line

    @property
    def name(self):
        return f"{self.lesson} {self.cell}: {self.code.strip()} [{self.old} at {self.start} -> {self.new}]"

    def applied(self, source):
        """The source of the lesson with the change."""
        lines = source.split("\n")
        line = lines[self.line - 1].encode()
        lines[self.line - 1] = (line[: self.start] + self.new.encode() + line[self.end :]).decode()
        return "\n".join(lines)


def constants(lesson):
    """(cell, node) of each number in the code of a lesson that is not a matter of looks."""
    for c in lesson.cells:
        if c.kind != "code" or "language" in c.tags or c.key == "setup":
            continue
        try:
            tree = ast.parse(c.source)
        except SyntaxError:  # a magic command
            continue
        looks = {
            inner
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg in DRAWN
            for inner in ast.walk(node.value)
        }
        for node in ast.walk(tree):
            number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
            if number and node not in looks and node.lineno == node.end_lineno:
                yield c, node


def changed(value, rng):
    """Another number: doubled, halved, one more or one less."""
    if isinstance(value, int):
        near = [value + 1, value - 1] if value > 0 else [1]
        options = [*near, 2 * value, value // 2] if value > 2 else near
        return repr(rng.choice([o for o in options if o != value]))
    return repr(float(f"{value * rng.choice([0.5, 2, 0.8, 1.25]):.6g}")) if value else "0.1"


def chosen(lesson, count, seed):
    """`count` mutants of a lesson, decided by the seed alone."""
    rng = random.Random(f"{seed} {lesson.path.stem}")
    source = lesson.path.read_text(encoding="utf-8").split("\n")
    found = []
    for c, node in constants(lesson):
        line = c.first + node.lineno - 1
        text = source[line - 1]
        inside = text.encode()[node.col_offset : node.end_col_offset].decode()
        try:
            same = ast.literal_eval(inside) == node.value
        except (SyntaxError, ValueError):  # inside an f-string, whose offsets older Pythons do not know
            same = False
        if same:
            new = changed(node.value, rng)
            where = (node.col_offset, node.end_col_offset)
            found.append(Mutant(lesson.path.stem, c.key, line, *where, inside, new, text))
    return rng.sample(found, min(count, len(found)))


def outcome(mutant, root):
    """How a lesson fares with the change: (fate, fault or printed texts). For a process of its own."""
    os.environ |= bound.QUIET
    original = (root / f"lessons/{mutant.lesson}.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        lessons = Path(folder) / "lessons"
        lessons.mkdir()
        shutil.copy(root / "lessons/glossary.csv", lessons)
        (lessons.parent / "hpcourse").symlink_to(root / "hpcourse")
        (lessons / f"{mutant.lesson}.py").write_text(mutant.applied(original), encoding="utf-8")
        lesson = bound.read_lessons(lessons.parent, [mutant.lesson])[0]
        if fault := next(bound.source_faults(lesson), None):
            return "source", fault
        signal.signal(signal.SIGALRM, too_slow)  # a mutant may train for ever
        signal.alarm(LONGEST)
        running = bound.run(lesson)
        try:
            fault = next(running)
            return ("raises" if ": raises " in fault else "sentence"), fault
        except StopIteration as end:
            return "survived", end.value


def too_slow(*_):
    raise TimeoutError(f"it takes more than {LONGEST} s")


def printed(lesson_name, root):
    """What the lesson prints as it is."""
    os.environ |= bound.QUIET
    running = bound.run(bound.read_lessons(root, [lesson_name])[0])
    try:
        return {"fault": next(running)}
    except StopIteration as end:
        return end.value


def differences(before, after):
    """The printed lines that are other than before."""
    found = []
    for key in before:
        was, now = before[key].splitlines(), after.get(key, "").splitlines()
        found += [
            line for line in unified_diff(was, now, lineterm="", n=0) if line[:2] not in ("--", "++", "@@")
        ]
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    for option, default in (("--count", 100), ("--seed", 1), ("--jobs", 2)):
        parser.add_argument(option, type=int, default=default)
    parser.add_argument("--afresh", action="store_true")
    args = parser.parse_args(argv)
    lessons = [x for x in bound.read_lessons(ROOT, args.names) if x.bindings and not bound.lacking(x)]
    if not lessons:
        parser.error("none of these lessons has bindings")
    share, more = divmod(args.count, len(lessons))
    mutants = [m for i, x in enumerate(lessons) for m in chosen(x, share + (i < more), args.seed)]
    kept, notes = ROOT / "build/mutate.json", tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    known = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() and not args.afresh else {}
    sources = {x.path.stem: x.path.read_text(encoding="utf-8") for x in lessons}
    keys = {m: hashlib.sha256(m.applied(sources[m.lesson]).encode()).hexdigest()[:20] for m in mutants}
    own = {name: hashlib.sha256(text.encode()).hexdigest()[:20] for name, text in sources.items()}
    context = get_context("forkserver")
    context.set_forkserver_preload(["tools.lesson", "hpcourse.page.figures", "IPython.core.interactiveshell"])
    with ProcessPoolExecutor(args.jobs, context, max_tasks_per_child=1) as pool:
        work = {pool.submit(printed, n, ROOT): own[n] for n in sources if own[n] not in known}
        work |= {pool.submit(outcome, m, ROOT): keys[m] for m in mutants if keys[m] not in known}
        for number, done in enumerate(as_completed(work), 1):
            known[work[done]] = done.result()
            kept.parent.mkdir(exist_ok=True)
            kept.write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
            print(f"\r{number} of {len(work)}", end="", file=sys.stderr, flush=True)
    fates = {m: known[keys[m]] for m in mutants}
    survivors = [m for m in mutants if fates[m][0] == "survived"]
    unread = [m for m in survivors if m.name not in notes]
    for m in survivors:
        print(f"\nsurvived: {m.name}\n    lessons/{m.lesson}.py:{m.line}")
        for line in differences(known[own[m.lesson]], fates[m][1])[:8]:
            print(f"    {line}")
        print(f"    harmless: {notes.get(m.name, '? read it, then say why in tools/survivors.toml')}")
    killed = {fate: sum(f[0] == fate for f in fates.values()) for fate in ("source", "sentence", "raises")}
    print(
        f"\n{len(mutants)} mutants of {len(lessons)} lessons: {sum(killed.values())} killed {killed}, ",
        end="",
    )
    print(f"{len(survivors)} survived, of which {len(unread)} nobody has looked at")
    return 1 if len(unread) > 5 * len(mutants) / 100 else 0


if __name__ == "__main__":
    sys.exit(main())
