"""The engine: let an answer work on every case, compare it with the reference, and say what is wrong.

Two answers are the same if they give the same numbers on every case. So a wrong answer is recognised
by behaving as a known mistake does, however it is written; what behaves like none of them is described
by its properties (`properties.py`).
"""

import dataclasses
import dis
import inspect
import traceback
import types
import warnings
from dataclasses import dataclass, field

import numpy as np

from hpcourse.checks import properties
from hpcourse.checks.isolation import run_apart
from hpcourse.checks.result import Result
from hpcourse.checks.task import Answer, Ours, Unusable, say

NOT_STARTED = say(
    "Something is still to be written: replace the `...` with your own lines, then run this again."
)


@dataclass
class Record:
    """What a function did on one case: the values seen until `problem`, if there was one, ended it."""

    seen: list = field(default_factory=list)
    problem: str = ""
    details: dict = field(default_factory=dict)


@dataclass
class Observed:
    """What an answer did: how the work ended, what it printed, and its records.

    `again` is the record of the first case once more, `remarks` are those of cases only remarked on.
    """

    ending: str
    printed: str = ""
    characters: int = 0
    records: list = field(default_factory=list)
    again: Record | None = None
    remarks: list = field(default_factory=list)


class Live:
    """An answer that is here to be tried, each question put to it only when it comes up."""

    def __init__(self, task, answer, seed=None):
        self.task, self.answer = task, answer
        self.cases = task.cases(np.random.default_rng(seed))

    def observed(self):
        """The answer on every case."""
        outcome = run_apart(lambda: _watch_all(self.task, Answer(self.answer, self.task.names), self.cases))
        value = outcome.value or ([], None, [])
        return Observed(outcome.ending, outcome.printed, outcome.characters, *value)

    def in_other_forms(self):
        """The answer's records, its memory handed over and read in each of the task's other forms."""

        def work():
            function = Answer(self.answer, self.task.names)
            return [watch(self.task, function, self.cases, form) for form in self.task.forms]

        outcome = run_apart(work)
        return outcome.value if outcome.ending == "done" else []

    def unused(self):
        """Names of numbers among the arguments that never change the answer's results."""
        function = Answer(self.answer, self.task.names)
        return run_apart(lambda: _unused(self.task, function, self.cases)).value or []


def judge(task, answer, seed=None):
    """Check `answer` against `task` and return a `Result`; `seed` draws the random cases."""
    return not_to_be_tried(task, answer) or conclude(task, Live(task, answer, seed))


def not_to_be_tried(task, answer):
    """The Result of an answer that is no function or has nothing written in it yet, else None."""
    if answer is Ellipsis or answer is None or (callable(answer) and is_stub(answer)):
        return Result(task, "not started", NOT_STARTED)
    if not callable(answer):
        return Result(task, "not yet", properties.not_a_function(task, type(answer).__name__))
    return None


def conclude(task, source):
    """The Result of an answer whose behaviour `source` tells: a `Live` one, or one observed elsewhere."""
    cases, observed = source.cases, source.observed()
    printed = {"printed": observed.printed, "characters": observed.characters}
    if observed.ending != "done":
        return Result(task, "not yet", properties.no_end(observed.ending), **printed)
    records = observed.records
    if any(properties.unfinished(record) for record in records):
        return Result(task, "not started", NOT_STARTED, **printed)
    expected = watch(task, Ours(task.reference, task.names), cases)
    wrong = differences(cases, expected, records)
    behaviours = [records]
    if wrong and task.forms and not any(given.problem for _, _, given, _ in wrong):
        behaviours += source.in_other_forms()
        if any(not differences(cases, expected, other) for other in behaviours):
            wrong = []
    repeats = _repeats(records[0], observed.again)
    if not wrong and not repeats:
        return Result(task, "not yet", properties.remembers(), **printed)
    if not wrong:
        remarks = _remarks(task, observed.remarks)
        return Result(task, "passed", properties.passed(cases, records, task, remarks), **printed)
    example = properties.example(task, wrong[0])
    mistake = _recognise(task, cases, behaviours)
    if mistake:
        message = say(mistake.message)
        return Result(task, "not yet", message, mistake=mistake.id, example=example, **printed)

    def unused():
        needed = _unused(task, Ours(task.reference, task.names), cases)
        return [name for name in source.unused() if name not in needed]

    message = properties.describe(task, cases, expected, records, wrong, repeats, unused)
    return Result(task, "not yet", message, example=example, **printed)


def watch(task, function, cases, form=None):
    """A Record for every case."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        records = []
        for case in cases:
            hungry = records and records[-1].problem == "memory"  # filling it once takes long enough
            records.append(records[-1] if hungry else _record(task, function, case, form))
        return records


def _watch_all(task, function, cases):
    """The records, once more that of the first case, to see whether calls influence each other, and those
    of the cases that are only remarked on."""
    return (
        watch(task, function, cases),
        watch(task, function, cases[:1])[0],
        watch(task, function, task.remarks),
    )


def _remarks(task, records):
    expected = watch(task, Ours(task.reference, task.names), task.remarks)
    return [
        case.note for case, right, given in zip(task.remarks, expected, records) if _difference(right, given)
    ]


def _record(task, function, case, form):
    record = Record()
    try:
        for seen in task.observe(function, case, form):
            record.seen.append(seen)
    except Unusable as unusable:
        record.problem, record.details = unusable.problem, unusable.details
    except MemoryError:
        record.problem = "memory"
    except NotImplementedError:
        record.problem = "ellipsis"
    except BaseException as error:  # an answer may raise anything, SystemExit and KeyboardInterrupt too
        record.problem, record.details = "raised", _what_was_raised(error, function.function)
    return record


def _what_was_raised(error, function):
    code = getattr(function, "__code__", None)
    where = {}
    for frame, line in traceback.walk_tb(error.__traceback__):  # the last of the learner's own lines counts
        if code and frame.f_code.co_filename == code.co_filename:
            where = {"line": line - frame.f_code.co_firstlineno + 1, "function": frame.f_code.co_name}
    try:
        message = str(error)
    except Exception:
        message = ""
    return {"kind": type(error).__name__, "said": message[:200], **where}


def differences(cases, expected, records):
    """[(case, right record, given record, what differs)] for the cases where an answer is wrong."""
    found = []
    for case, right, given in zip(cases, expected, records):
        what = _difference(right, given)
        if what and not (what[0] == "raised" and case.note):
            found.append((case, right, given, what))
    return found


def _difference(right, given):
    """(kind, right Seen, given Seen) of the first value that differs, or None."""
    for one, other in zip(right.seen, given.seen):
        kind = compare(one.value, other.value, one.start)
        if kind:
            return kind, one, other
    if given.problem:
        return given.problem, None, None
    if len(given.seen) != len(right.seen):
        return "count", None, None
    return None


def compare(right, given, start=None):
    """How `given` differs from `right`: "" (not at all), "shape", "type", "nan", "value".

    float32 counts to 2e-5, as far as its rounding goes in a few steps; float64 to one part in a million,
    which leaves room for other algebra. `start` is what the numbers were made from: a small difference of
    large numbers carries their rounding.
    """
    if (given.dtype.kind == "U") != (right.dtype.kind == "U"):
        return "type"
    if given.shape != right.shape:
        return "shape"
    if given.dtype.kind == "U":
        return "" if np.array_equal(right, given) else "value"
    if given.dtype.kind == "c":
        return "type"
    with np.errstate(all="ignore"):
        if not np.all(np.isfinite(given) | ~np.isfinite(right)):
            return "nan"
        size = np.abs(right[np.isfinite(right)]).max(initial=0)
        if start is not None and start.dtype.kind in "iuf":
            size = max(size, np.abs(start[np.isfinite(start)]).max(initial=0))
        rough = given.dtype.kind == "f" and given.dtype.itemsize <= 4
        relative, absolute = (2e-5, 2e-6) if rough else (1e-6, 1e-9)
        close = np.allclose(given, right, rtol=relative, atol=absolute * float(size) + 1e-12, equal_nan=True)
    return "" if close else "value"


def _recognise(task, cases, behaviours):
    """The known mistake that the answer behaves like, its memory read in whatever form."""
    known = [(mistake, watch(task, Ours(mistake.wrong, task.names), cases)) for mistake in task.mistakes]
    for records in behaviours:
        for mistake, wrong in known:
            if _alike(cases, wrong, records):
                return mistake
    return None


def _unused(task, function, cases):
    """Names of numbers among the arguments that make no difference to what `function` gives."""
    names = [name for name in task.names if isinstance(cases[0].arguments.get(name), int | float)]
    plain = [case for case in cases if case.kind == "plain"]

    def changed(name):
        other = [_with_another(case, name) for case in plain]
        pairs = zip(watch(task, function, plain), watch(task, function, other))
        return any(a.problem or b.problem or _difference(a, b) for a, b in pairs)

    return [name for name in names if not changed(name)]


def _with_another(case, name):
    value = case.arguments[name]
    value = 2 * value + 1 if isinstance(value, int) else 0.6 * value
    return dataclasses.replace(case, arguments=case.arguments | {name: value})


def _alike(cases, one, other):
    """Whether two functions behave the same on every case that both have an answer for."""
    compared = 0
    for case, a, b in zip(cases, one, other):
        if a.problem and a.problem == b.problem and len(a.seen) == len(b.seen):
            continue  # such as a division by zero in both, or None; the other cases decide
        # Lists multiplied by integers repeat themselves: what a wrong answer makes of them tells nothing.
        if case.kind == "lists" or (case.note and "raised" in (a.problem, b.problem)):
            continue
        if a.problem != b.problem or len(a.seen) != len(b.seen) or _difference(a, b):
            return False
        compared += 1
    return compared > 0


def _repeats(first, again):
    return first.problem == again.problem and not _difference(first, again)


def kills(task, seed=0):
    """{mistake id: [whether each case tells it from the reference]}, and the cases."""
    cases = task.cases(np.random.default_rng(seed))
    expected = watch(task, Ours(task.reference, task.names), cases)
    table = {}
    for mistake in task.mistakes:
        records = watch(task, Ours(mistake.wrong, task.names), cases)
        table[mistake.id] = [bool(_difference(right, given)) for right, given in zip(expected, records)]
    return table, cases


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
