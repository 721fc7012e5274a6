"""What the prose of a lesson says in numbers, bound to the cells that compute them.

Bindings stand in the source, in a cell of their own below the code they ask, and in no notebook:

    # %% bind="puzzle-answer"
    far, near = (np.linalg.norm(walk.end) for walk in walks.values())
    says("some thirty times nearer", "三十分之一", 25 < far / near < 35)
    free("the largest curvature", "最大曲率", "a definition")

`says` names words of the text cell `puzzle-answer` (or of a figure or question with this key) in both
languages, and the range in which they are true. It is evaluated where it stands, in a copy of the lesson's
variables. `free` names words that speak of no result, and says why. `...` inside the words stands for
anything up to what follows. `rows("recipes.csv", "as published")` binds a table to a file in hpcourse/data:
in English the rows of the text are those of the file, in another language they have the same numbers.
`right("About ten", a comparison)` binds the right answer of the question that is the key of the cell; each
prediction has one.

    python -m tools.bound [NAME ...]          run the lessons, without a kernel; say which sentence is false
    python -m tools.bound [NAME ...] --list   list the numbers and comparisons that are bound to nothing
    python -m tools.bound [NAME ...] --words  list those in the words of figures and questions
"""

import argparse
import ast
import contextlib
import csv
import json
import os
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from hpcourse.frame import language as course_language
from hpcourse.page import figures, quizzes
from tools import evaluate, prose
from tools.evaluate import binding

LANGUAGES = tuple(prose.RATIO)  # whose numbers are known; the first two are those of the words in `says`
QUIET = {  # no bars, no windows, no files; sealed cells show what they show
    "TQDM_DISABLE": "1",
    "MPLBACKEND": "agg",
    "HPCOURSE_KEEP_LOG": "no",
    "HPCOURSE_KEEP_PROGRESS": "no",
    "HPCOURSE_SEALED": "show",
}
DATA = Path(figures.__file__).parent.parent / "data"
NEEDS = re.compile(r"\bhp\.needs\([\"'](\w+)")
SHOWN_ONLY = re.compile(r"hp\.(explore_\w+|quiz|progress)\([^()]*\);?")  # cells that compute nothing
NOT_PASSED = "its own solution does not pass this check: mend the solution, or the task"
FORMS = {
    "says": "says(English words, Chinese words, a comparison of what the lesson computed)",
    "free": "free(English words, Chinese words, why they speak of no result)",
    "right": "right(English words of the right answer, a comparison of what the lesson computed)",
    "rows": 'rows("FILE.csv", where its numbers come from)',
}


class Bindings:
    """A cell of bindings: of which text, and after which cell it is evaluated."""

    def __init__(self, cell, file, line, after):
        self.key, self.source, self.file, self.line = str(cell.metadata["bind"]), cell.source, file, line
        self.unknown = set(cell.metadata) - {"bind", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
        self.after, self.texts, self.calls, self.broken = after, {}, [], ""  # texts: by language
        try:
            self.calls = [(s.lineno, c) for s in ast.parse(self.source).body if (c := binding(s))]
        except SyntaxError as error:
            self.broken = f"is not Python: {error}"

    def fault(self, lineno, message):
        return f"{self.file}:{self.line + lineno}: bindings of {self.key}: {message}"

    def faults(self):
        """What is wrong with the cell before anything runs."""
        if self.broken or self.unknown or not self.texts:
            wrong = self.broken or (self.unknown and f"remove {', '.join(sorted(self.unknown))}")
            yield self.fault(0, wrong or f'no text, figure or question has the key "{self.key}"')
            return
        if not self.calls:
            yield self.fault(0, f"binds nothing: write {FORMS['says']}")
        for lineno, call in self.calls:
            words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if call.func.id == "rows":
                yield from self.faults_of_rows(lineno, call, words)
                continue
            if call.func.id == "right":
                yield from self.faults_of_right(lineno, call, words)
                continue
            says = call.func.id == "says"
            if len(call.args) != 3 or len(words) != (2 if says else 3):
                yield self.fault(lineno, f"write {FORMS[call.func.id]}")
                continue
            if says and not any(isinstance(node, ast.Name) for node in ast.walk(call.args[2])):
                yield self.fault(lineno, f"{ast.unparse(call.args[2])} asks no variable of the lesson")
            if not says and (not words[2].strip() or not words[0] + words[1]):
                yield self.fault(lineno, f"write {FORMS['free']}")
            for language, text in self.texts.items():
                phrase = self.phrases(call).get(language, "" if language in LANGUAGES else None)
                times = len(spans(phrase, text)) if phrase else phrase is None or not says
                if times != 1:
                    advice = "take words that stand once" if times else "bind what the text says now"
                    message = f"{phrase!r} stands {times:d} times in the {language} text, {advice}"
                    yield self.fault(lineno, message)

    def faults_of_rows(self, lineno, call, words):
        """Where the tables of the texts say other than the file."""
        file = DATA / words[0] if words else DATA
        if len(words) != 2 or len(call.args) != 2 or not file.is_file():
            yield self.fault(lineno, f"write {FORMS['rows']}, with a file in hpcourse/data")
            return
        for language, text in self.texts.items():
            shown = {cells[0]: cells for cells, _ in table_rows(text)}
            for row in rows_of(file):
                cells = shown.get(row[0], [row[0]])
                for there, here in zip_longest(row, cells, fillvalue=""):
                    if there != here if language == "en" else numbers(there) != numbers(here):
                        message = f"the {language} row {row[0]!r} has {here!r}, {file.name} has {there!r}"
                        yield self.fault(lineno, f"{message}: mend one of them")

    def faults_of_right(self, lineno, call, words):
        """Whether the words are those of the right answer, and of no other."""
        question = quizzes._questions(self.key.partition("-")[0]).get(self.key)
        if len(call.args) != 2 or not words or isinstance(call.args[1], ast.Constant) or not question:
            yield self.fault(lineno, f"write {FORMS['right']}, below the key of a question")
            return
        answers = [answer for answer, _ in question.options]
        fitting = [a for a in answers if a == words[0]] or [a for a in answers if words[0] in a]
        if fitting != [answers[question.right]]:
            right = answers[question.right]
            yield self.fault(lineno, f"{words[0]!r} stands in {fitting}, the right answer is {right!r}")

    def phrases(self, call):
        """The words of a call, by language; those of a third language are keywords, as in `ja="..."`."""
        if call.func.id == "right":
            return {"en": call.args[0].value}
        more = {word.arg.replace("_", "-"): word.value for word in call.keywords if word.arg}
        nodes = dict(zip(LANGUAGES[:2], call.args)) | more
        return {lang: node.value for lang, node in nodes.items() if isinstance(node, ast.Constant)}

    def covered(self, language):
        """Where the text of `language` is bound or free."""
        for _, call in self.calls:
            if call.func.id == "rows" and (DATA / call.args[0].value).is_file():
                names = {row[0] for row in rows_of(DATA / call.args[0].value)}
                yield from (span for cells, span in table_rows(self.texts[language]) if cells[0] in names)
            elif len(call.args) == 3 and (phrase := self.phrases(call).get(language)):
                yield from spans(phrase, self.texts.get(language, ""))

    def false(self, results):
        """Faults for those `results` of `evaluate` that do not hold."""
        calls = dict(self.calls)
        for lineno, holds, values in results:
            if holds:
                continue
            if lineno not in calls:
                yield self.fault(lineno, f"cannot be evaluated: {values}")
                continue
            said = []
            for language, phrase in self.phrases(calls[lineno]).items():
                text = self.texts.get(language, "")
                for start, _ in spans(phrase, text)[:1]:
                    said.append(f"    {language:7}{phrase!r} in: {prose.sentence(text, start)}")
            test, advice = ast.unparse(calls[lineno].args[-1]), "    mend the sentences, or the code"
            yield self.fault(lineno, "\n".join([f"no longer true: {values}, with {test}", *said, advice]))


def words_of(key, languages):
    """The words of a figure or of a question called `key`, by language; empty if there is none."""
    day, words = key.partition("-")[0], []
    if text := figures._texts(day).get(key):
        words.append(text)
    if question := quizzes._questions(day).get(key):
        words += [question.prompt, *(part for option in question.options for part in option)]
    known = {lang: course_language._catalogue(lang) if lang != "en" else {} for lang in languages}
    return {lang: "\n\n".join(known[lang].get(w, w) for w in words) for lang in languages if words}


def spans(phrase, text):
    """Where `phrase` stands in `text`, whatever the breaks between its words."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in phrase.split("...")]
    return [m.span() for m in re.finditer(r".*?".join(parts), text, re.S)]


def table_rows(text):
    """(cells, where it stands) of each row of the tables in `text`."""
    for match in re.finditer(r"^\|(.+)\|$", text, re.M):
        yield [cell.strip() for cell in match[1].split("|")], match.span()


def rows_of(file):
    """The rows of a table in hpcourse/data, without its head."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))[1:]


def numbers(cell):
    """The numbers of a cell, sorted, since languages differ in their order; `k` and `M` are part of them."""
    return sorted(re.findall(r"\d+(?:\.\d+)?(?:e-?\d+)?[kMBT]?", cell))


def source_faults(lesson):
    """What is wrong with the bindings of a lesson, and what it says that is bound to nothing."""
    for cell in lesson.bindings:
        yield from cell.faults()
    answered = {b.key for b in lesson.bindings for _, call in b.calls if call.func.id == "right"}
    for c in lesson.cells:
        for key in re.findall(r"\bhp\.predict\([\"']([\w-]+)", c.source) if c.kind == "code" else ():
            if key not in answered:
                yield c.fault(f"the right answer to {key!r} is bound to nothing: write {FORMS['right']}", key)
    yield from repeated(lesson)
    yield from unbound(lesson)


def repeated(lesson):
    """Words of the code, printed or drawn, that repeat a number of the same cell instead of taking it.

    Ones and twos are mostly parts of a formula, and the number of a task is none of the code's.
    """
    for c in lesson.cells:
        try:
            nodes = [*ast.walk(ast.parse(c.source))] if c.kind == "code" else []
        except SyntaxError:  # a magic command
            continue
        inner = [n.format_spec for n in nodes if isinstance(n, ast.FormattedValue) and n.format_spec]
        inner += [n.value for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
        silent = {part for n in inner for part in ast.walk(n)}  # formats and docstrings
        values = [n.value for n in nodes if isinstance(n, ast.Constant) and n not in silent]
        taken = {v for v in values if type(v) in (int, float) and v not in (0, 1, 2)}
        for said in (v for v in values if isinstance(v, str) and not v.startswith("Task")):
            for number in re.findall(r"(?<![\w.#-])\d[\d,]*(?:\.\d+)?(?![\w/])", said):
                if float(number.replace(",", "")) in taken:
                    yield c.fault(f"{said!r} repeats the {number} of the code: take it from a variable", said)


def unbound(lesson):
    """Numbers and comparisons in the prose that no binding holds and no setting nearby explains."""
    for index, c in enumerate(lesson.cells):
        if c.kind != "markdown" or c.lang not in LANGUAGES:
            continue
        held = [span for b in lesson.bindings if b.key == c.key for span in b.covered(c.lang)]
        settings = literals(lesson.cells, index)
        for s in prose.spoken(c.source, c.lang):
            if s.value not in settings and not any(a <= s.start and s.end <= b for a, b in held):
                said = prose.sentence(c.source, s.start)
                line = c.first + c.source.count("\n", 0, s.start)
                yield f"{c.file}:{line}: {c.lang} cell {c.key}: {s.words!r} is bound to nothing: {said}"


def unbound_words(lesson):
    """The same for the words of the figures and questions that the lesson shows by their keys."""
    for index, c in enumerate(lesson.cells):
        keys = re.findall(r"[\"'](\w+-[\w-]+)[\"']", c.source) if c.kind == "code" else []
        settings = literals(lesson.cells, index) if keys else set()
        for key in dict.fromkeys(keys):
            for lang, text in words_of(key, lesson.languages).items():
                held = [span for b in lesson.bindings if b.key == key for span in b.covered(lang)]
                for s in prose.spoken(text, lang) if lang in LANGUAGES else ():
                    if s.value not in settings and not any(a <= s.start and s.end <= b for a, b in held):
                        said = prose.sentence(text, s.start)
                        yield c.fault(f"{lang} words of {key}: {s.words!r} is bound to nothing: {said}", key)


def literals(cells, index):
    """The numbers that are written once in the code right above and right below the text at `index`.

    Of a number that stands there more often nobody knows which one the text means, and changing one of them
    would not be seen. Ones and twos are mostly parts of a formula.
    """
    near = []
    for step in (-1, 1):
        i = index + step
        while 0 <= i < len(cells) and cells[i].kind != "code":
            i += step
        while 0 <= i < len(cells) and cells[i].kind == "code":
            near.append(cells[i].solved)
            i += step
    found = Counter()
    for source in near:
        with contextlib.suppress(SyntaxError):  # a magic command
            nodes = ast.walk(ast.parse(source))
            found.update(
                n.value for n in nodes if isinstance(n, ast.Constant) and type(n.value) in (int, float)
            )
    return {value for value, times in found.items() if times == 1 or value in (1, 2)}


def insert(nb, bindings):
    """Put cells that report into a notebook before it runs; `take` gets them out again."""
    for number, cell in reversed(list(enumerate(bindings))):
        place = next((i for i, c in enumerate(nb.cells, 1) if c.id == cell.after), 0)
        ask = (
            f"__import__('runpy').run_path({evaluate.__file__!r})['report']({cell.source!r}, dict(globals()))"
        )
        new = {"cell_type": "code", "id": f"bound-{number}", "source": ask, "outputs": []}
        nb.cells.insert(place, type(nb)(new | {"metadata": type(nb)(), "execution_count": None}))


def take(nb, bindings):
    """Take the reporting cells out of a notebook that ran; returns the faults."""
    faults, inserted = [], [c for c in nb.cells if c.id.startswith("bound-")]
    nb.cells = [c for c in nb.cells if c not in inserted]
    ran = [c for c in nb.cells if c.cell_type == "code" and c.execution_count is not None]
    for count, c in enumerate(ran, 1):
        c.execution_count = count
        for output in c.outputs:
            if "execution_count" in output:
                output.execution_count = count
    for c in inserted:
        text = "".join(o.get("text", "") for o in c.outputs)
        if text:
            faults += bindings[int(c.id.removeprefix("bound-"))].false(json.loads(text))
    return faults


def run(lesson, changed=lambda cell: cell):
    """Run the code of a lesson, solutions included, in this process; yields the faults as they come.

    Returns (as a generator does) the texts that the cells printed, by their keys. `changed` may put another
    cell in the place of one.
    """
    import matplotlib.pyplot as plt
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    import hpcourse as hp

    def look(shown, *_, **__):  # what is drawn, the notebooks show
        plt.close("all")
        if empty := [ax for ax in getattr(shown, "axes", ()) if not in_view(ax)]:
            raise ValueError(f"{len(empty)} of {len(shown.axes)} panels show nothing")

    shell, begun, printed = InteractiveShell.instance(), {""}, {}
    hp.show, shell.user_ns["zip"] = look, partial(zip, strict=True)  # a list cut short would not be seen
    waiting = list(lesson.bindings)
    for c in [None, *lesson.cells]:
        if c is not None and c.kind == "code" and c.source.strip() and not SHOWN_ONLY.fullmatch(c.source):
            c = changed(c)
            with capture_output() as out:
                result = shell.run_cell(c.solved, store_history=False)
            printed[c.key] = out.stdout
            if error := result.error_before_exec or result.error_in_exec:
                yield c.fault(f"raises {type(error).__name__}: {error}".split("\n")[0])
                return printed
            if "task" in c.metadata and not result.result.passed:
                yield c.fault(NOT_PASSED)
        if c is not None:
            begun.add(c.id)
        while waiting and waiting[0].after in begun:
            cell = waiting.pop(0)
            yield from cell.false(evaluate.evaluate(cell.source, shell.user_ns))
    return printed


def in_view(ax):
    """Whether something is drawn where the panel looks."""
    return ax.has_data() and (ax.viewLim.overlaps(ax.dataLim) or not np.isfinite(ax.dataLim.bounds).all())


def lacking(lesson):
    """The modules that an optional notebook asks for and that are not installed."""
    needed = [name for c in lesson.cells if c.kind == "code" for name in NEEDS.findall(c.source)]
    return [name for name in needed if find_spec(name) is None]


def run_file(name, root):
    """`run` for a process of its own."""
    os.environ |= QUIET
    return list(run(read_lessons(root, [name])[0]))


def read_lessons(root, names=()):
    """The lessons called `names`, or all."""
    from hpcourse.frame.course import read
    from tools.lesson import Lesson

    course = read(root / "hpcourse" / "course.toml")
    paths = [root / "lessons" / f"{Path(name).stem}.py" for name in names or course.notebooks]
    return [Lesson(path, course) for path in paths]


def main(argv=None, root=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--words", action="store_true")
    args, root = parser.parse_args(argv), Path(root or Path(__file__).parent.parent).resolve()
    lessons = read_lessons(root, args.names)
    if args.list or args.words:
        ask = [source_faults, unbound] * args.list + [unbound_words] * args.words
        lists = [f(x) for x in lessons for f in ask]
        faults = list(dict.fromkeys(fault for found in lists for fault in found))
    else:
        bound = [lesson for lesson in lessons if lesson.bindings and not lacking(lesson)]
        for lesson in lessons:
            if lesson.bindings and lesson not in bound:
                print(f"{lesson.file} is not run here: it needs {', '.join(lacking(lesson))}")
        with ProcessPoolExecutor(2, get_context("spawn"), max_tasks_per_child=1) as pool:
            found = pool.map(run_file, [x.path.stem for x in bound], [root] * len(bound))
            faults = [fault for faults in found for fault in faults]
        count = sum(c.func.id == "says" for x in bound for b in x.bindings for _, c in b.calls)
        if not faults:
            print(f"{count} bound sentences of {len(bound)} lessons are true")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
