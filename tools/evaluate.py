"""What a cell of bindings comes to, in the kernel of a lesson: so it needs nothing of this repository."""

import ast
import contextlib
import io
import json
import operator

OPERATORS = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
}


def binding(statement):
    """The call if `statement` is one of those that bind words, else None."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
    return call if named and call.func.id in ("says", "free", "rows", "right") else None


def evaluate(source, namespace):
    """What each `says` comes to in a copy of `namespace`: a list of (line, holds, values)."""
    scope, found = dict(namespace), []
    for statement in ast.parse(source).body:
        call = binding(statement)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                if call is None:
                    exec(compile(ast.Module([statement], []), "<bindings>", "exec"), scope)
                elif call.func.id in ("says", "right"):
                    found.append((statement.lineno, *judged(call.args[-1], scope)))
        except Exception as error:
            found.append((statement.lineno, False, f"{type(error).__name__}: {error}"))
            if call is None:
                break  # what follows needs it
    return found


def judged(test, scope):
    """Does the comparison hold, and with which values?"""

    def value(node):
        return eval(compile(ast.Expression(node), "<bindings>", "eval"), scope)

    if not isinstance(test, ast.Compare) or not all(type(op) in OPERATORS for op in test.ops):
        got = value(test)
        return bool(got), f"{ast.unparse(test)} is {got}"
    values = [value(node) for node in (test.left, *test.comparators)]
    signs, compare = zip(*(OPERATORS[type(op)] for op in test.ops))
    holds = all(bool(c(a, b)) for c, a, b in zip(compare, values, values[1:]))
    return holds, " ".join(word for pair in zip(map(short, values), (*signs, "")) for word in pair).strip()


def short(value):
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def report(source, namespace):
    print(json.dumps(evaluate(source, namespace), ensure_ascii=False, default=str))
