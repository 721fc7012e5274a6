"""Change constants in the lessons' code one at a time: is each sentence that becomes false refused?

    python -m tools.mutate [NAME ...]     100 constants of all lessons, or of these
        --count 100  --seed 1             how many, and which: the seed decides
        --jobs 2                          at a time
        --afresh                          also those whose outcome is in build/mutate.jsonl

A mutant is killed when its lesson is refused before anything runs ("source": a number in the text no longer
stands in the code beside it), when a bound sentence is false ("sentence"), when the code fails ("raises"), or
when an exercise no longer passes its own check ("check").
Those that survive are listed with what they print otherwise. Why one does no harm stands in
tools/survivors.toml, once somebody has looked.
"""

import argparse
import ast
import contextlib
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
KEPT = "build/mutate.jsonl"
KILLED = {"raises": ": raises ", "check": bound.NOT_PASSED}  # by the words of the fault
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


def outcomes(name, mutants, keys, root):
    """Write what becomes of each mutant of a lesson, under its key. For a process of its own.

    The lesson runs once. At each cell that a mutant changes, a copy of the process goes on with the change.
    """
    os.environ |= bound.QUIET
    lesson, waiting, own = bound.read_lessons(root, [name])[0], {}, []
    for m in mutants:
        changed = as_changed(m, root)
        if fault := next(bound.source_faults(changed), None):
            keep(root, keys[m], "source", fault)
        else:
            cell = next(c for c in changed.cells if c.key == m.cell)
            waiting.setdefault(m.cell, []).append((keys[m], cell))

    def changed_or_not(cell):
        for key, other in waiting.pop(cell.key, ()) if not own else ():
            if child := os.fork():
                if os.waitpid(child, 0)[1]:
                    keep(root, key, "raises", "the process ends")
            else:
                own.append(key)
                signal.signal(signal.SIGALRM, too_slow)  # a mutant may train for ever
                signal.alarm(LONGEST)
                return other
        return cell

    running = bound.run(lesson, changed_or_not)
    try:
        fault = next(running)
        found = next((fate for fate, words in KILLED.items() if words in fault), "sentence"), fault
    except StopIteration as end:
        found = "survived", end.value
    if own:
        keep(root, own[0], *found)
        os._exit(0)
    keep(root, keys[name], *found)
    for key, _ in (pair for pairs in waiting.values() for pair in pairs):  # cells that only show
        keep(root, key, *found)


def as_changed(mutant, root):
    """The lesson of a mutant, with its change."""
    original = (root / f"lessons/{mutant.lesson}.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        lessons = Path(folder) / "lessons"
        lessons.mkdir()
        shutil.copy(root / "lessons/glossary.csv", lessons)
        (lessons.parent / "hpcourse").symlink_to(root / "hpcourse")
        (lessons / f"{mutant.lesson}.py").write_text(mutant.applied(original), encoding="utf-8")
        return bound.read_lessons(lessons.parent, [mutant.lesson])[0]


def keep(root, key, fate, told):
    """Add a line to what is known, at once: whoever is stopped begins where it was."""
    (root / KEPT).parent.mkdir(exist_ok=True)
    with open(root / KEPT, "a", encoding="utf-8") as file:
        file.write(json.dumps([key, fate, told], ensure_ascii=False) + "\n")


def known_outcomes(root):
    """{key: (fate, fault or printed texts)} of all that was ever tried."""
    found = {}
    for line in (root / KEPT).read_text(encoding="utf-8").splitlines() if (root / KEPT).exists() else ():
        with contextlib.suppress(ValueError):  # cut off in the middle
            key, *found[key] = json.loads(line)
    return found


def too_slow(*_):
    raise TimeoutError(f"it takes more than {LONGEST} s")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:20]


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
    notes = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    if args.afresh:
        (ROOT / KEPT).unlink(missing_ok=True)
    sources = {x.path.stem: x.path.read_text(encoding="utf-8") for x in lessons}
    keys = {m: digest(m.applied(sources[m.lesson])) for m in mutants}
    keys |= {name: digest(source) for name, source in sources.items()}
    known, work = known_outcomes(ROOT), []
    context = get_context("forkserver")
    context.set_forkserver_preload(["tools.lesson", "hpcourse.page.figures", "IPython.core.interactiveshell"])
    with ProcessPoolExecutor(args.jobs, context, max_tasks_per_child=1) as pool:
        for name in sources:
            new = [m for m in mutants if m.lesson == name and keys[m] not in known]
            if new or keys[name] not in known:
                work.append(pool.submit(outcomes, name, new, keys, ROOT))
        for number, done in enumerate(as_completed(work), 1):
            done.result()
            print(f"\r{number} of {len(work)} lessons", end="", file=sys.stderr, flush=True)
    known = known_outcomes(ROOT)
    fates = {m: known[keys[m]] for m in mutants}
    survivors = [m for m in mutants if fates[m][0] == "survived"]
    unread = [m for m in survivors if m.name not in notes]
    for m in survivors:
        print(f"\nsurvived: {m.name}\n    lessons/{m.lesson}.py:{m.line}")
        for line in differences(known[keys[m.lesson]][1], fates[m][1])[:8]:
            print(f"    {line}")
        print(f"    harmless: {notes.get(m.name, '? read it, then say why in tools/survivors.toml')}")
    kinds = ("source", "sentence", *KILLED)
    killed = {kind: sum(fate == kind for fate, _ in fates.values()) for kind in kinds}
    print(
        f"\n{len(mutants)} mutants of {len(lessons)} lessons: {sum(killed.values())} killed {killed}, ",
        end="",
    )
    print(f"{len(survivors)} survived, of which {len(unread)} nobody has looked at")
    return 1 if len(unread) > 5 * len(mutants) / 100 else 0


if __name__ == "__main__":
    sys.exit(main())
