"""What a person should see before the marks are out: it accuses nobody.

Code is read as Python reads it (`ast`), so that an import under another name is the same import.
"""

import ast
import inspect
import re
from collections import defaultdict

import nbformat

from hpcourse import measure, optimizers, schedules
from hpcourse.frame.language import text
from hpcourse.instructor.collect import LATER, TOO_MANY, UNCLEAR
from hpcourse.instructor.notebooks import LEFT_OUT, ONLY, UNREAD
from hpcourse.instructor.notes import note, words
from hpcourse.instructor.outcomes import FAILED, NOT_GRADED, STALE, WAITS, answer_of
from hpcourse.instructor.submission import ENDED, STOPPED, UNFINISHED

PACKAGE, FILES, INTERPRETER, TEXT, RUN, NETWORK = (
    note("uses the package's own answers")[0],
    note("opens files or starts programs")[0],
    note("looks into the interpreter")[0],
    note("makes code out of text")[0],
    note("changes how code is run")[0],
    note("uses the network")[0],
)
ANSWERS = {
    name
    for module in (optimizers, schedules, measure)
    for name, value in vars(module).items()
    if not name.startswith("_")
    and getattr(value, "__module__", "") == module.__name__
    and inspect.isclass(value)
}
INNER = {"checks", "optimizers", "schedules", "instructor", "exercises", "TASKS", "ALL", "reference"}
MODULES = {
    why: frozenset(names.split())
    for why, names in {
        FILES: "os subprocess shutil pathlib glob io tempfile pickle sqlite3 zipfile pty",
        INTERPRETER: "inspect gc importlib ctypes builtins types runpy pkgutil marshal dis",
        NETWORK: "socket urllib requests http ftplib asyncio aiohttp httpx ssl smtplib",
    }.items()
}
CALLS = {FILES: {"open", "Path", "system", "popen"}, TEXT: {"exec", "eval", "compile"}, RUN: {"get_ipython"}}
NAMES = {
    RUN: {"ast_transformers", "settrace", "setprofile", "input_transformers"},
    INTERPRETER: {"modules", "_getframe"},
}
MAGIC = re.compile(r"^\s*[!%]")
LONGEST = 100_000  # characters of a cell that are read
MOST_LINES = 50  # that are no Python and left out
LONG = 4  # lines from which equal answers are worth a look
TELLING = (
    FAILED, NOT_GRADED[0], STALE[0], WAITS, UNCLEAR, ENDED, STOPPED, UNFINISHED, UNREAD, LEFT_OUT, TOO_MANY,
    LATER, ONLY, note("the file says {said}")[0],
)  # fmt: skip


def look_at(course, outcomes):
    """[(assignment, student, why, where)]."""
    rows, given = [], {}
    for outcome in outcomes:
        if outcome.assignment not in given:
            source = nbformat.read(course.notebook("source", outcome.assignment), as_version=4)
            cells = [cell.source for cell in source.cells if cell.cell_type == "code"]
            given[outcome.assignment] = {sign for _, sign, _ in signs(cells)}
        seen = set()
        for why, sign, line in signs(outcome.own):
            if why not in seen and sign not in given[outcome.assignment]:
                seen.add(why)
                rows.append([outcome.assignment, outcome.student, text(why), f"`{line.strip()[:120]}`"])
        for noted in outcome.notes:
            if noted[0] in TELLING:
                rows.append([outcome.assignment, outcome.student, text("see the note"), words(noted)])
    return [*rows, *_same_answers(course, outcomes)]


def signs(cells):
    """(why, sign, line) of what the code in some cells, run one after the other, does unusually."""
    reader, found = _Reader(), []
    for source in cells:
        source = source[:LONGEST]
        lines = source.splitlines()
        found += [(FILES, "!", line) for line in lines if MAGIC.match(line) and "!" in line.split()[0]]
        tree, lines = _parsed(["" if MAGIC.match(line) else line for line in lines])
        for why, sign, number in reader.read(tree):
            found.append((why, sign, lines[number - 1] if 0 < number <= len(lines) else ""))
    return found


def _parsed(lines):
    """(tree, lines) without the lines that are no Python."""
    for _ in range(MOST_LINES):
        try:
            return ast.parse("\n".join(lines)), lines
        except SyntaxError as error:
            number = min(error.lineno or 1, len(lines))
            while number > 1 and not lines[number - 1].strip():
                number -= 1
            if not lines or not lines[number - 1].strip():
                break
            lines = [*lines[: number - 1], "", *lines[number:]]
        except (ValueError, RecursionError, MemoryError):
            break
    return ast.parse(""), lines


class _Reader:
    """Knows what names mean, from cell to cell: {name: "hpcourse.SGD"}."""

    def __init__(self):
        self.names, self.everything = {"hp": "hpcourse", "getattr": "getattr"}, False

    def read(self, tree):
        """Yield (why, sign, line number)."""
        nodes = list(ast.walk(tree))
        for _ in range(2):  # a function may use what is imported below it
            for node in nodes:
                self._bind(node)
        for node in nodes:
            for why, sign in self._signs(node):
                yield why, sign, node.lineno

    def _bind(self, node):
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if alias.name == "*":
                    self.everything = self.everything or (node.module or "").split(".")[0] == "hpcourse"
                else:
                    self.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            meant = self._meant(node.value)
            for target in targets:
                pairs = [(target, meant)]
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = [(one, self._meant(value)) for one, value in zip(target.elts, node.value.elts)]
                for one, dotted in pairs:
                    if isinstance(one, ast.Name) and dotted:
                        self.names[one.id] = dotted

    def _meant(self, node):
        """The dotted name that an expression stands for, or ""."""
        if isinstance(node, ast.Name):
            if node.id in self.names:
                return self.names[node.id]
            return f"hpcourse.{node.id}" if self.everything and node.id in ANSWERS | INNER else ""
        if isinstance(node, ast.Attribute):
            inner = self._meant(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        if isinstance(node, ast.Subscript):  # vars(hp)["SGD"], hp.__dict__["SGD"], sys.modules["hpcourse"]
            key = _constant(node.slice)
            inner = self._meant(node.value).removesuffix(".__dict__")
            if inner == "sys.modules":
                return key
            return f"{inner}.{key}" if inner and key else ""
        if isinstance(node, ast.Call):
            called = self._called(node)
            first = (*node.args, *(key.value for key in node.keywords if key.arg == "name"), None)[0]
            if called in ("import_module", "__import__"):
                return _constant(first)
            if called == "getattr" and len(node.args) > 1:
                inner = self._meant(first)
                return f"{inner}.{_constant(node.args[1])}" if inner else ""
            if called in ("vars", "reload", "import_module") and first is not None:
                return self._meant(first)
        return ""

    def _called(self, node):
        """The last name of what a call calls, under whatever name it was imported or kept."""
        if isinstance(node.func, ast.Name):
            return self.names.get(node.func.id, node.func.id).rpartition(".")[2]
        return getattr(node.func, "attr", "")

    def _signs(self, node):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield from self._of_name(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from self._of_name(alias.name)
        elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            yield from self._of_name(self._meant(node))
        if isinstance(node, ast.Attribute):
            for why, names in NAMES.items():
                if node.attr in names:
                    yield why, node.attr
            if re.fullmatch(r"__(?!name|doc|version|init)\w+__", node.attr):
                yield INTERPRETER, node.attr
        if isinstance(node, ast.Call):
            if self._called(node) == "getattr" and len(node.args) > 1:
                inner, name = self._meant(node.args[0]), _constant(node.args[1])
                if inner.split(".")[0] == "hpcourse" and (not name or name in ANSWERS | INNER):
                    yield PACKAGE, f"getattr {name}"  # its own sign: nobody who may use a name needs this way
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            plain = isinstance(node.func, ast.Name)
            for why, names in CALLS.items():
                if called in names and (plain or called not in ("compile", "open")):
                    yield why, called
            if plain and called in ("__import__", "globals", "locals"):
                yield INTERPRETER, called

    @staticmethod
    def _of_name(dotted):
        first, *rest = dotted.split(".")
        if first == "hpcourse" and (set(rest) & (ANSWERS | INNER)):
            yield PACKAGE, ".".join(part for part in rest if part in ANSWERS | INNER)
        for why, modules in MODULES.items():
            if first in modules:
                yield why, first


def _constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _same_answers(course, outcomes):
    answers = defaultdict(list)
    for outcome in outcomes:
        for mark in outcome.marks:
            if mark.status in ("passed", "not yet"):
                answers[outcome.assignment, mark.task, _lines(mark.answer)].append(outcome.student)
    published = {}
    for assignment in {outcome.assignment for outcome in outcomes}:
        source = nbformat.read(course.notebook("source", assignment), as_version=4)
        cells = {cell.id: cell.source for cell in source.cells}
        for task in course.tasks(assignment):
            published[assignment, task.name] = _lines(cells.get(answer_of(task), ""))
    for (assignment, task, lines), students in answers.items():
        who = " ".join(students)
        if len(lines) >= LONG and lines == published[assignment, task]:
            yield [assignment, who, text("the published solution, line by line"), task]
        elif len(lines) >= LONG and len(students) > 1:
            yield [assignment, who, text("the same answer, line by line"), task]


def _lines(source):
    """The lines of an answer without comments."""
    lines = (line.split("#")[0].rstrip() for line in source.splitlines())
    return tuple(line for line in lines if line)
