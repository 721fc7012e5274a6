"""What an answer's own lines give away, without running them."""

import ast
import dis
import inspect
import io
import itertools
import linecache
import textwrap
import tokenize
import types


def is_stub(function):
    """Whether nothing has been written yet: the body is `...`, `pass`, a docstring, or such a line."""
    if not isinstance(function, types.FunctionType):
        return False
    code = function.__code__
    if code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE):
        return False
    harmless = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP", "COPY_FREE_VARS"}
    instructions = list(dis.get_instructions(code))
    if not {instruction.opname for instruction in instructions} <= harmless:
        return False
    given = [i.argval for i in instructions if i.opname in ("LOAD_CONST", "RETURN_CONST")]
    return all(value is None or value is Ellipsis for value in given)


def has_gaps(function):
    """Whether a `...` stands somewhere in the function's lines where a value should: `v = ...`."""
    return any(map(_stores_ellipsis, _codes(function)))


def has_caret(function):
    """Whether a `^` stands somewhere in the function's lines, or in its code where they cannot be read."""
    try:
        return bool(_carets(_lines(function)))
    except Exception:  # no file, no function of Python's, half a statement
        steps = (step for code in _codes(function) for step in dis.get_instructions(code))
        return any("XOR" in step.opname or step.argrepr in ("^", "^=") for step in steps)


def is_below_input(function):
    """Whether the function's cell asks for `input` first, and stops there if nobody answers."""
    try:
        cell = ast.parse("".join(linecache.getlines(function.__code__.co_filename))).body
    except Exception:  # no function of Python's, no lines
        return False
    before = [step for step in cell if step.lineno < function.__code__.co_firstlineno]
    return any(map(_asks, before))


def _asks(node):
    """Whether a statement calls `input` itself, nothing catching what happens then."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.Try):
        return False
    if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "input":
        return True
    return any(map(_asks, ast.iter_child_nodes(node)))


def with_powers(function):
    """The function that the same lines make with `**` wherever they have `^`; None if they cannot be read.

    Text is changed, not what Python has made of it: `**` binds tighter than `*`, and `^` less than `+`.
    """
    try:
        node = _of_function(ast.parse(_powers(_lines(function))), function.__name__)
        names = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        if isinstance(node, ast.Lambda):
            return eval(compile(ast.Expression(node), "<powers>", "eval"), names)
        exec(compile(ast.Module([node], []), "<powers>", "exec"), names)
        return names[node.name]
    except Exception:  # a decorator may mind, too
        return None


def _codes(function):
    """The function's code, and that of all functions and comprehensions inside it."""
    code = getattr(function, "__code__", None)
    codes = [code] if code else []
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return codes


def _stores_ellipsis(code):
    instructions = list(dis.get_instructions(code))
    return any(
        one.opname in ("LOAD_CONST", "RETURN_CONST")
        and one.argval is Ellipsis
        and (
            one.opname == "RETURN_CONST"
            or other.opname.startswith(("STORE_FAST", "STORE_NAME", "RETURN", "YIELD"))
        )
        for one, other in itertools.pairwise([*instructions, instructions[-1]])
    )


def _lines(function):
    return textwrap.dedent(inspect.getsource(function))


def _carets(lines):
    """Where a `^` is an operator: (row, column), both counted from 0."""
    tokens = tokenize.generate_tokens(io.StringIO(lines).readline)
    return [
        (token.start[0] - 1, token.start[1])
        for token in tokens
        if token.type == tokenize.OP and token.string in ("^", "^=")
    ]


def _powers(lines):
    """The lines with `**` in place of `^`."""
    rows = lines.splitlines(keepends=True)
    for row, column in reversed(_carets(lines)):
        rows[row] = f"{rows[row][:column]}**{rows[row][column + 1 :]}"
    return "".join(rows)


def _of_function(tree, name):
    """The function of that name in some lines, or their one lambda."""
    kind = ast.Lambda if name == "<lambda>" else ast.FunctionDef
    found = [node for node in ast.walk(tree) if isinstance(node, kind)]
    (node,) = found if kind is ast.Lambda else [node for node in found if node.name == name][:1]
    return node
