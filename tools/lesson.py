"""A lesson: one source in `lessons/`, in one language or several, and the notebooks that come from it."""

import re
import sys

import jupytext

from tools import bound
from tools.cells import LANGUAGE_CALL, Cell
from tools.notebook import Notebook
from tools.translation import translation_faults

LONGEST_HARMLESS = 12  # a line of a solution that is no longer tells nothing where it is seen
SPOKEN = re.compile(r'^# %% \[markdown\].* lang="([\w-]+)"', re.M)


def spoken(path, languages):
    """The languages in which a source has texts, in the order of the course."""
    found = {"en", *SPOKEN.findall(path.read_text(encoding="utf-8"))}
    return [language for language in languages if language in found]


class Lesson:
    """One source and the notebooks that come from it."""

    def __init__(self, path, course):
        self.path, self.root, self.course = path, path.parent.parent, course
        self.file, self.languages = f"lessons/{path.name}", spoken(path, course.languages)
        lines, self.cells, self.bindings = path.read_text(encoding="utf-8").split("\n"), [], []
        try:
            notebook = jupytext.read(path, fmt="py:percent")
        except Exception as error:  # such as a header that is not YAML
            sys.exit(f"{self.file}:1: jupytext cannot read it, correct it: {error}".split("\n")[0])
        line = 0
        for cell in notebook.cells:
            if "bind" in cell.metadata:
                line = next(i for i in range(line, len(lines)) if re.match("# %%.* bind=", lines[i])) + 1
                after = self.cells[-1].id if self.cells else ""
                self.bindings.append(bound.Bindings(cell, self.file, line, after))
            else:
                self.cells.append(Cell(cell, self.file, lines, line, course.languages))
                line = self.cells[-1].line
        self.pairs = list(pairs(self.cells))
        for cell in self.bindings:
            own = {c.lang: c.source for c in self.cells if c.key == cell.key and c.kind == "markdown"}
            cell.texts = own or bound.words_of(cell.key, self.languages)
        shown = [line for c in self.cells if "solution" not in c.tags for line in c.learner.split("\n")]
        hidden = {line.strip() for c in self.cells for line in c.secret} - {line.strip() for line in shown}
        self.secrets = sorted(line for line in hidden if len(line) > LONGEST_HARMLESS)
        solved = any(c.secret or c.learner != c.solved for c in self.cells)
        kinds = ("learner", "solution") if solved else ("learner",)
        self.variants = [Notebook(self, kind, language) for kind in kinds for language in self.languages]

    def languages_of(self, name):
        """The languages that the lesson called `name` has; none if there is no such lesson."""
        path = self.root / "lessons" / f"{name}.py"
        return spoken(path, self.course.languages) if path.exists() else []

    def faults(self):
        """What is wrong with the source."""
        seen, calls = {}, [c for c in self.cells if "language" in c.tags]
        for c in self.cells:
            yield from c.own_faults()
            others = seen.setdefault(c.key, [])
            if any(c.kind == "code" or o.kind == "code" or o.lang == c.lang for o in others):
                yield c.fault(f"line {others[0].line} has the same key: give this cell another")
            others.append(c)
        yield from self.partner_faults()
        for en, translated in self.pairs:
            yield from translation_faults(en, translated, self.root)
        if len(calls) != 1:
            yield f'{self.file}:1: {len(calls)} cells tagged "language": tag the one with {LANGUAGE_CALL}'
        for c in self.cells[: self.cells.index(calls[0])] if calls else ():
            if c.kind == "code" and re.search(r"\bhp\.", c.source):
                yield c.fault("uses hp before the language is chosen: move it below the language cell", "hp.")
        yield from bound.source_faults(self)
        for notebook in self.variants[: len(self.languages)]:
            yield from notebook.leaks(notebook.fresh())

    def partner_faults(self):
        """Texts that a language of the lesson lacks, and texts that do not stand together."""
        for c in (c for c in self.cells if c.lang in self.course.languages):
            if c.lang == "en":
                paired = [translated.lang for en, translated in self.pairs if en is c]
                lacking = [other for other in self.languages if other not in ("en", *paired)]
            else:
                lacking = [] if any(translated is c for _, translated in self.pairs) else ["en"]
            for other in lacking:
                found = any(o.key == c.key and o.lang == other for o in self.cells)
                fault = "is not adjacent" if found else "is missing"
                below = other if c.lang == "en" else c.lang
                yield c.fault(f"its {other} cell {fault}: put en first and {below} directly below")


def pairs(cells):
    """Each English cell with each of the translations that stand directly below it."""
    en = None
    for c in cells:
        if c.lang == "en":
            en = c
        elif en and c.lang in c.languages and c.key == en.key:
            yield en, c
        else:
            en = None
