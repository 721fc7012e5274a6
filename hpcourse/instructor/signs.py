"""What some code does unusually: signs for a person to look at, found as Python reads the code (`ast`).

An import under another name is the same import, and a name that is put together from parts is that name. What
cannot be followed (the package handed to other code, an attribute by a computed name) is a sign of its own.
"""

import ast
import inspect
import re

from hpcourse import datasets, measure, optimizers, schedules
from hpcourse.instructor.notes import note

PACKAGE, UNFOLLOWED, FILES, INTERPRETER, TEXT, RUN, NETWORK = (
    note("uses the package's own answers")[0],
    note("uses the package or a name in a way that cannot be followed")[0],
    note("opens files or starts programs")[0],
    note("looks into the interpreter")[0],
    note("makes code out of text")[0],
    note("changes how code is run")[0],
    note("uses the network")[0],
)
RULES = {
    name
    for module in (optimizers, schedules, measure)
    for name, value in vars(module).items()
    if not name.startswith("_")
    and getattr(value, "__module__", "") == module.__name__
    and inspect.isclass(value)
}
ANSWERS = RULES | {datasets.minibatches.__name__, measure.gradient_noise_scale.__name__}
INNER = {"checks", "optimizers", "schedules", "instructor", "exercises", "TASKS", "ALL", "reference"}
GENERAL = {"Constant", "Count", "Mean", "Moments", "Replay", "Schedule", "Squares", "Velocity"}  # others' too
MODULES = {
    why: frozenset(names.split())
    for why, names in {
        FILES: "os subprocess shutil pathlib glob io tempfile pickle sqlite3 zipfile pty shelve mmap",
        INTERPRETER: "inspect gc importlib ctypes builtins types runpy pkgutil marshal dis code codeop",
        NETWORK: "socket urllib requests http ftplib asyncio aiohttp httpx ssl smtplib",
    }.items()
}
READ = {
    "loadtxt",
    "genfromtxt",
    "fromfile",
    "memmap",
    "read_csv",
    "read_text",
    "read_bytes",
    "tofile",
    "savetxt",
}
CALLS = {
    FILES: {"open", "Path", "system", "popen", *READ},
    TEXT: {"exec", "eval", "compile"},
    RUN: {"get_ipython"},
}
NAMES = {
    RUN: {"ast_transformers", "settrace", "setprofile", "input_transformers", "user_ns", "user_global_ns"},
    INTERPRETER: {"modules", "_getframe"},
}
LOOKUPS = {"getattr": 1, "getattr_static": 1, "__getattribute__": -1, "attrgetter": 0, "methodcaller": 0}
FINDERS = {"import_module", "__import__", "resolve_name", "locate", "import_item"}  # by "hpcourse.SGD"
BUILTIN = {"getattr", "vars", "exec", "eval", "compile", "open", "globals", "locals", "__import__"}
WITHIN = re.compile(r"\b(import|from)\s+hpcourse\b|\bhpcourse[.:]\w|^hpcourse$")  # a text for others to run
SHOWS = {"help", "print", "display", "repr", "str", "type", "id", "dir", "isinstance", "hasattr", "reload"}
MAGIC = re.compile(r"^\s*[!%]|^\s*[\w.,\s]+=\s*!")
SHELL = re.compile(
    r"^\s*!|^\s*[\w.,\s]+=\s*!|^\s*%%?(?:bash|sh|script|system|sx|run|load|python3?|perl|ruby)\b"
)
TIMED = re.compile(r"^\s*%%?(?:time|timeit|prun)\b(?:\s+-\w\s*\d*)*\s*")  # what follows is Python
LONGEST = 100_000  # characters of a cell that are read
MOST_LINES = 50  # that are no Python and left out
LONGEST_NAME = 1000  # characters of a text that is put together


def signs(cells, free=()):
    """(why, sign, line) of what the code in some cells, run one after the other, does unusually.

    In the cells with an index in `free`, the package's rules may be used; whatever is made of them there,
    is a sign elsewhere.
    """
    reader, found = Reader(), []
    for index, source in enumerate(cells):
        lines = source[:LONGEST].splitlines()
        found += [(FILES, "!", line) for line in lines if SHELL.match(line)]
        lines = [TIMED.sub("", line) for line in lines]
        tree, lines = _parsed(["" if MAGIC.match(line) else line for line in lines])
        for why, sign, number in reader.read(tree):
            if not (index in free and why == PACKAGE and set(sign.split(".")) <= RULES):
                found.append((why, sign, lines[number - 1] if 0 < number <= len(lines) else ""))
        if index in free:
            reader.keep(tree)
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


class Reader:
    """Knows what names mean, from cell to cell: {name: "hpcourse.SGD"}, {name: the text it holds}."""

    def __init__(self):
        self.names = {"hp": "hpcourse", "np": "numpy"} | {name: name for name in BUILTIN}
        self.texts, self.everything = {}, False

    def read(self, tree):
        """Yield (why, sign, line number)."""
        nodes = list(ast.walk(tree))
        for _ in range(2):  # a function may use what is imported below it
            for node in nodes:
                self._bind(node)
        within = {child: node for node in nodes for child in ast.iter_child_nodes(node)}
        for node in nodes:
            for why, sign in self._signs(node, within):
                yield why, sign, getattr(node, "lineno", 0)

    def keep(self, tree):
        """Remember the names that a statement makes of the package's rules as these rules."""
        for statement in tree.body:
            used = [sign for why, sign, _ in self.read(ast.Module([statement], [])) if why == PACKAGE]
            if not used:
                continue
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self.names[statement.name] = f"hpcourse.{used[0]}"
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.names[node.id] = f"hpcourse.{used[0]}"

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
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts):
                        self._give(one, value)
                else:
                    self._give(target, node.value)

    def _give(self, target, value):
        if isinstance(target, ast.Name):
            if meant := self._meant(value):
                self.names[target.id] = meant
            if said := self._text(value):
                self.texts[target.id] = said

    def _meant(self, node):
        """The dotted name that an expression stands for, or ""."""
        if isinstance(node, ast.Name):
            if node.id in self.names:
                return self.names[node.id]
            return f"hpcourse.{node.id}" if self.everything and node.id in ANSWERS | INNER else ""
        if isinstance(node, ast.NamedExpr):
            return self._meant(node.value)
        if isinstance(node, ast.Attribute):
            inner = self._meant(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        if isinstance(node, ast.Subscript):  # vars(hp)["SGD"], hp.__dict__["SGD"], sys.modules["hpcourse"]
            key = self._text(node.slice)
            inner = self._meant(node.value).removesuffix(".__dict__")
            if inner == "sys.modules" or (not inner and key == "hpcourse"):
                return key
            if self._called(node.value) in ("globals", "locals") and key in self.names:
                return self.names[key]
            return f"{inner}.{key}" if inner and key else ""
        if isinstance(node, ast.Call):
            return self._returned(node)
        return ""

    def _returned(self, node):
        """The dotted name of what a call gives back, or ""."""
        called = self._called(node)
        first = (*node.args, *(key.value for key in node.keywords if key.arg == "name"), None)[0]
        if called in FINDERS:
            return self._text(first).replace(":", ".")
        if called in ("getattr", "getattr_static") and len(node.args) > 1:
            inner, name = self._meant(first), self._text(node.args[1])
            return f"{inner}.{name}" if inner else ""
        if called in ("vars", "reload") and first is not None:
            return self._meant(first)
        if self._called(node.func) == "attrgetter" and first is not None:  # attrgetter("SGD")(hp)
            inner, name = self._meant(first), self._text((*node.func.args, None)[0])
            return f"{inner}.{name}" if inner and name else ""
        return ""

    def _called(self, node):
        """The last name of what a call calls, under whatever name it was imported or kept; "" for no call."""
        if not isinstance(node, ast.Call):
            return ""
        if isinstance(node.func, ast.Name):
            return self.names.get(node.func.id, node.func.id).rpartition(".")[2]
        return getattr(node.func, "attr", "")

    def _text(self, node):
        """The text that an expression puts together, or ""."""
        said = ""
        if isinstance(node, ast.Constant):
            said = node.value if isinstance(node.value, str) else ""
        elif isinstance(node, ast.Name):
            said = self.texts.get(node.id, "")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left), self._text(node.right)
            said = left + right if left and right else ""
        elif isinstance(node, ast.JoinedStr):
            parts = [
                self._text(getattr(part, "value", None) if _plain(part) else part) for part in node.values
            ]
            said = "".join(parts) if all(parts) else ""
        elif isinstance(node, ast.Subscript):
            said = _part(self._text(node.value), node.slice)
        elif isinstance(node, ast.Call):
            said = self._text_of_call(node)
        return said if len(said) <= LONGEST_NAME else ""

    def _text_of_call(self, node):
        called, inner = self._called(node), getattr(node.func, "value", None)
        if called == "chr" and isinstance((*node.args, None)[0], ast.Constant):
            code = node.args[0].value
            return chr(code) if isinstance(code, int) and 0 <= code < 0x110000 else ""
        if (
            called == "join"
            and node.args
            and isinstance(inner, ast.Constant)
            and inner.value in ("", ".", "_")
        ):
            parts = node.args[0].elts if isinstance(node.args[0], ast.List | ast.Tuple) else []
            if self._called(node.args[0]) == "reversed" and node.args[0].args:
                return self._text(node.args[0].args[0])[::-1]
            said = [self._text(part) for part in parts]
            return inner.value.join(said) if all(said) else ""
        said, words = self._text(inner), [self._text(argument) for argument in node.args]
        if called in ("lower", "upper", "title", "capitalize", "swapcase", "strip") and said and not words:
            return getattr(said, called)()
        if called in ("replace", "removeprefix", "removesuffix", "strip") and said and len(words) <= 2:
            return getattr(said, called)(*words) if words and (words[0] or called != "replace") else ""
        if called == "format" and said.count("{}") == len(words) and "{" not in said.replace("{}", ""):
            return said.format(*words) if all(words) else ""
        return ""

    def _signs(self, node, within):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield from _of_name(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _of_name(alias.name)
        elif isinstance(node, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            meant = self._meant(node)
            yield from _of_name(meant)
            if meant == "hpcourse" and self._handed_on(node, within):
                yield UNFOLLOWED, "hpcourse"
        given = isinstance(node, ast.Name) and getattr(within.get(node), "func", None) is not node
        if given and node.id in ("exec", "eval") and self.names.get(node.id) == node.id:  # for others to call
            yield TEXT, node.id
        if isinstance(node, ast.Attribute):
            yield from self._of_attribute(node)
        if isinstance(node, ast.Call):
            yield from self._of_call(node)

    def _of_attribute(self, node):
        for why, names in NAMES.items():
            if node.attr in names:
                yield why, node.attr
        if re.fullmatch(r"__(?!name|doc|version|init)\w+__", node.attr):
            yield INTERPRETER, node.attr
        if isinstance(node.ctx, ast.Store) and self._meant(node.value).split(".")[0] == "hpcourse":
            yield UNFOLLOWED, node.attr
        if node.attr in RULES - GENERAL and not self._meant(node.value) and not _own(node.value):
            yield PACKAGE, node.attr

    def _of_call(self, node):
        called = self._called(node)
        if called in LOOKUPS and len(node.args) > LOOKUPS[called]:
            name = self._text(node.args[LOOKUPS[called]])
            inner = self._meant(node.args[0]) if LOOKUPS[called] else ""
            if not name:
                yield UNFOLLOWED, called
            elif inner.split(".")[0] in ("", "hpcourse") and set(name.split(".")) & (ANSWERS | INNER):
                yield PACKAGE, f"{called} {name}"  # its own sign: who may use a name needs no such way
        if called in FINDERS and node.args and not self._text(node.args[0]):
            yield UNFOLLOWED, called
        if called not in SHOWS and any(WITHIN.search(self._text(one)) for one in _arguments(node)):
            yield UNFOLLOWED, f"{called} hpcourse"
        if called in ("exec", "eval") and node.args and (said := self._text(node.args[0])):
            yield from ((why, sign) for why, sign, _ in self.read(_parsed(said.splitlines())[0]))
        plain = isinstance(node.func, ast.Name) and self.names.get(node.func.id, called) == called
        for why, names in CALLS.items():
            if called in names and (plain or called not in ("compile", "open")):  # re.compile is harmless
                yield why, called
        if plain and called in ("__import__", "globals", "locals"):
            yield INTERPRETER, called

    def _handed_on(self, node, within):
        """Whether the package itself goes where it cannot be followed: into other code, or a list."""
        outer = within.get(node)
        while isinstance(outer, ast.NamedExpr):
            node, outer = outer, within.get(outer)
        if isinstance(outer, ast.Tuple):
            assigned = within.get(outer)
            return not (isinstance(assigned, ast.Assign) and isinstance(assigned.targets[0], ast.Tuple))
        if isinstance(outer, ast.Assign | ast.AnnAssign):
            targets = outer.targets if isinstance(outer, ast.Assign) else [outer.target]
            return not all(isinstance(target, ast.Name) for target in targets)
        if isinstance(outer, ast.Call) and node is not outer.func:
            called = self._called(outer)
            return called not in SHOWS and not (called == "getattr" and self._text((*outer.args, 0)[1]))
        return not isinstance(outer, ast.Attribute | ast.Expr | ast.Compare)


def _of_name(dotted):
    first, *rest = dotted.split(".")
    if first == "hpcourse" and (set(rest) & (ANSWERS | INNER)):
        yield PACKAGE, ".".join(part for part in rest if part in ANSWERS | INNER)
    if dotted in ("numpy.load", "numpy.save", "numpy.savez"):
        yield FILES, dotted
    if dotted.startswith("IPython.core"):
        yield RUN, "IPython.core"
    for why, modules in MODULES.items():
        if first in modules:
            yield why, first


def _arguments(call):
    return [*call.args, *(key.value for key in call.keywords)]


def _own(node):
    """Whether it is an attribute of what the code itself defines: `self.SGD`."""
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _plain(part):
    return isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None


def _part(said, index):
    """A letter or a slice of a text, as in "DGS"[::-1]."""
    try:
        if isinstance(index, ast.Slice):
            bounds = (index.lower, index.upper, index.step)
            return said[slice(*(None if bound is None else ast.literal_eval(bound) for bound in bounds))]
        place = ast.literal_eval(index)
        return said[place] if isinstance(place, int) else ""
    except (ValueError, TypeError, IndexError):
        return ""
