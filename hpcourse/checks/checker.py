"""The engine: let an answer work on every case, compare it with the reference, and say what is wrong.

Two answers are the same if they give the same numbers on every case. So a wrong answer is recognised
by behaving as a known mistake does, however it is written; what behaves like none of them is described
by its properties (`properties.py`).
"""

import dataclasses
import itertools
import traceback
import warnings
from dataclasses import dataclass, field

import numpy as np

from hpcourse.checks import properties
from hpcourse.checks.isolation import TimeUp, load_pyplot, run_apart
from hpcourse.checks.lines import has_caret, has_gaps, is_below_input, is_stub, with_powers
from hpcourse.checks.result import Result
from hpcourse.checks.task import Answer, Ours, Reordered, Unusable, kind_of, say

NOT_STARTED = say(
    "Something is still to be written: replace the `...` with your own lines, then run this again."
)


PARAMETER_ORDER, CARET, LIMITED = "parameter_order", "caret", "limited"


@dataclass
class Record:
    """What a function did on one case: the values seen until `problem`, if there was one, ended it."""

    seen: list = field(default_factory=list)
    problem: str = ""
    details: dict = field(default_factory=dict)


@dataclass
class Observed:
    """What an answer did: how the work ended, what it printed, and its records.

    `again` is the record of the first case once more, `remarks` are those of cases only remarked on,
    `overwritten` the arguments that it changed, `order` that of its parameters, if it is not the task's.
    `gaps` says whether a `...` stands in it where a value should, `caret` whether a `^` does, `asks` whether
    its cell asks for `input` first.
    """

    ending: str
    printed: str = ""
    characters: int = 0
    records: list = field(default_factory=list)
    again: Record | None = None
    remarks: list = field(default_factory=list)
    overwritten: tuple = ()
    order: tuple = ()
    gaps: bool = False
    caret: bool = False
    asks: bool = False


class Live:
    """An answer that is here to be tried, each question put to it only when it comes up."""

    def __init__(self, task, answer, seed=None):
        self.task, self.answer = task, answer
        self.cases = task.cases(np.random.default_rng(seed))

    def observed(self):
        """The answer on every case."""
        function = Answer(self.answer, self.task.names)
        load_pyplot(self.answer)
        outcome = run_apart(lambda: _watch_all(self.task, function, self.cases))
        value = outcome.value or ([], None, [], ())
        told = (outcome.ending, outcome.printed, outcome.characters, *value)
        lines = (look(self.answer) for look in (has_gaps, has_caret, is_below_input))
        return Observed(*told, function.order, *lines)

    def far(self):
        """The answer's records on the cases far away, its memory as the task has it and in each other form.

        The small ones come first, so that an answer that is stopped on a large one has been tried on those.
        What is not tried any more counts as stopped, which is forgiven far away.
        """
        forms, far = (None, *self.task.forms), self.task.far
        records = [[Record(problem="raised") for _ in far] for _ in forms]
        turns = {"end": 0, "repeats": 0, "vast": 2}
        for turn in range(3):
            places = [i for i, case in enumerate(far) if turns.get(case.kind, 1) == turn]

            def work(cases=tuple(far[i] for i in places)):
                function = Answer(self.answer, self.task.names)
                return [watch(self.task, function, cases, form) for form in forms]

            found = places and run_apart(work).value
            if places and not found:
                break
            for kept, new in zip(records, found or ()):
                for i, record in zip(places, new):
                    kept[i] = record
        return records

    def steady(self, records):
        """Whether these are the answer's records also where the last of the cases is tried first."""
        function = Answer(self.answer, self.task.names)
        backwards = run_apart(lambda: watch(self.task, function, self.cases[::-1])).value or []
        return all(map(_repeats, records, backwards[::-1]))

    def in_other_forms(self):
        """The answer's records, its memory handed over and read in each of the task's other forms."""

        def work():
            function = Answer(self.answer, self.task.names)
            return [watch(self.task, function, self.cases, form) for form in self.task.forms]

        outcome = run_apart(work)
        return outcome.value if outcome.ending == "done" else []

    def with_powers(self):
        """The answer's records, had it `**` wherever it has `^`; [] if it has none, or cannot be read."""

        def work():
            other = with_powers(self.answer)
            return other and watch(self.task, Answer(other, self.task.names), self.cases)

        return (has_caret(self.answer) and run_apart(work).value) or []

    def unused(self):
        """Names of arguments whose numbers never change the answer's results."""
        function = Answer(self.answer, self.task.names)
        names = run_apart(lambda: _unused(self.task, function, self.cases)).value
        if not names:
            return []
        # Who keeps results between calls gives the first ones again: other numbers come first once.
        others = [(_with_others(case, names) or [case])[0] for case in self.cases]
        usual = run_apart(lambda: watch(self.task, function, self.cases)).value
        first = run_apart(lambda: watch(self.task, function, others)).value
        return names if usual and first and all(map(_alike, usual, first)) else []

    def right_order(self):
        """The order of the arguments with which the answer would be right, or ()."""
        return run_apart(lambda: _right_order(self.task, self.answer, self.cases)).value or ()


def judge(task, answer, seed=None):
    """Check `answer` against `task` and return a `Result`; `seed` draws the random cases."""
    return not_to_be_tried(task, answer) or conclude(task, Live(task, answer, seed))


def not_to_be_tried(task, answer):
    """The Result of an answer that is no function or has nothing written in it yet, else None."""
    if answer is Ellipsis or answer is None or (callable(answer) and is_stub(answer)):
        return Result(task, "not started", NOT_STARTED)
    if not callable(answer):
        return Result(task, "not yet", properties.not_a_function(task, kind_of(answer)))
    return None


def conclude(task, source):
    """The Result of an answer whose behaviour `source` tells: a `Live` one, or one observed elsewhere."""
    cases, observed = source.cases, source.observed()
    printed = {"printed": properties.printable(observed.printed), "characters": observed.characters}
    if observed.ending != "done":
        return Result(task, "not yet", properties.no_end(observed.ending), **printed)
    records = observed.records
    if any(properties.unfinished(record) for record in records):
        return Result(task, "not started", NOT_STARTED, **printed)
    expected = watch(task, Ours(task.reference, task.names), cases)
    wrong = differences(cases, expected, records)
    behaviours, kept = [records], 0
    if wrong and task.forms and not any(given.problem for _, _, given, _ in wrong):
        behaviours += source.in_other_forms()
        fitting = [
            number for number, other in enumerate(behaviours) if not differences(cases, expected, other)
        ]
        if fitting:
            wrong, kept = [], fitting[0]
    repeats = _repeats(records[0], observed.again)
    if not wrong and not repeats:
        return Result(task, "not yet", properties.remembers(), **printed)
    if not wrong and observed.order:
        message = properties.parameter_order(task, observed.order)
        return Result(task, "not yet", message, mistake=PARAMETER_ORDER, **printed)
    far = source.far() if not wrong else []
    if not wrong and (beyond := _beyond(task, far, kept)):
        example = properties.example(task, beyond[0])
        message = properties.limited(beyond)
        return Result(task, "not yet", message, mistake=LIMITED, example=example, **printed)
    if not wrong:
        note = task.forms[kept - 1].note if kept else None
        stops = [
            case.long for case, record in zip(task.far, far[kept] if far else []) if _stops_late(case, record)
        ]
        remarks = [
            note,
            *stops[:1],
            *_remarks(task, observed.remarks),
            properties.overwrites(observed.overwritten),
        ]
        remarks.append(properties.ASKS_FIRST if observed.asks else None)
        message = properties.passed(cases, records, task, [remark for remark in remarks if remark])
        return Result(task, "passed", message, **printed)
    mistake, message = _what_is_wrong(task, source, observed, expected, behaviours, wrong, repeats)
    if message is NOT_STARTED:
        return Result(task, "not started", NOT_STARTED, **printed)
    message = properties.Parts([message, properties.overwrites(observed.overwritten)])
    example = properties.example(task, wrong[0])
    return Result(task, "not yet", message, mistake=mistake, example=example, **printed)


def _stops_late(case, record):
    """Whether an answer stops, where it would have to go on for long, at a limit of Python's."""
    return case.long and record.details.get("kind") in ("RecursionError", "OverflowError")


def _beyond(task, records, form):
    """What differs far outside of the ordinary cases, where the memory is kept in the form of that number."""
    if not records:
        return []
    expected = watch(task, Ours(task.reference, task.names), task.far)
    found = differences(task.far, expected, records[form])
    return [one for one in found if not (form and task.forms[form - 1].lost(one[0].arguments))]


def _what_is_wrong(task, source, observed, expected, behaviours, wrong, repeats):
    """(id of the mistake or None, message) of a wrong answer."""
    cases, records = source.cases, observed.records
    meant = source.with_powers()
    if meant and not differences(cases, expected, meant):
        return CARET, properties.Parts([properties.NO_POWER, properties.RIGHT_AS_POWER])
    known = _as_if(task, recognise(task, cases, behaviours))
    if meant and not known and (known := recognise(task, cases, [meant])):
        return f"{CARET}+{known[0]}", properties.Parts([properties.NO_POWER, known[1]])
    if known and observed.order:
        ids, message = known
        return f"{ids}+{PARAMETER_ORDER}", properties.Parts(
            [message, properties.parameter_order(task, observed.order)]
        )
    if known:
        return known
    if 2 * len(wrong) > len(cases) and (order := source.right_order()):
        return PARAMETER_ORDER, properties.parameter_order(task, order)
    if observed.gaps:
        return None, NOT_STARTED

    def unused():
        names = source.unused()
        ours = _unused(task, Ours(task.reference, task.names), cases, names)
        return [name for name in names if name not in ours]

    def steady():
        return repeats and source.steady(records)

    message = properties.of_all(task, cases, expected, records, wrong, steady)
    with _Quiet():
        seen = not message and _as_if(
            task, _in_views(task, cases, behaviours) or _three(task, cases, records)
        )
        ids, message = seen or (None, message)
    message = message or properties.describe(task, cases, expected, records, wrong, unused)
    if observed.caret and not any(map(properties.stopped_at_caret, records)):
        message = properties.Parts([message, properties.NO_POWER])
    if observed.order:
        message = properties.Parts([message, properties.parameter_order(task, observed.order)])
    return ids, message


def _as_if(task, known):
    """What is `known` of an answer, said with care where other answers may choose alike by chance."""
    return (known[0], properties.Parts([properties.AS_IF, known[1]])) if known and task.few else known


class _Quiet(warnings.catch_warnings):
    """No warnings inside. No generator: one that an answer's end leaves behind would put them back later."""

    def __init__(self):
        super().__init__(action="ignore")
        self.errors = np.errstate(all="ignore")

    def __enter__(self):
        super().__enter__()
        self.errors.__enter__()

    def __exit__(self, *raised):
        self.errors.__exit__(*raised)
        super().__exit__(*raised)


def watch(task, function, cases, form=None):
    """A Record for every case."""
    with _Quiet():
        records = []
        for case in cases:
            hungry = records and records[-1].problem in ("memory", "huge")  # once takes long enough
            records.append(records[-1] if hungry else _record(task, function, case, form))
        return records


def _watch_all(task, function, cases):
    """The records, once more that of the first case, to see whether calls influence each other, those of
    the cases that are only remarked on, and the names of the arguments that were overwritten."""
    return (
        watch(task, function, cases),
        watch(task, function, cases[:1])[0],
        watch(task, function, task.remarks),
        tuple(sorted(function.overwritten, key=task.names.index)),
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
    except TimeUp:
        raise
    except BaseException as error:  # an answer may raise anything, SystemExit and KeyboardInterrupt too
        record.problem, record.details = "raised", _what_was_raised(error, function.function)
    return record


def _what_was_raised(error, function):
    if isinstance(error, RuntimeError) and isinstance(error.__cause__, StopIteration):
        error = error.__cause__  # it became another one only in the generator that watches
    code = getattr(function, "__code__", None)
    where = {}
    for frame, line in traceback.walk_tb(error.__traceback__):  # the last of the learner's own lines counts
        if code and frame.f_code.co_filename == code.co_filename:
            where = {"line": line - frame.f_code.co_firstlineno + 1, "function": frame.f_code.co_name}
    return {"kind": kind_of(error), "said": properties.said(error), **where}


def differences(cases, expected, records):
    """[(case, right record, given record, what differs)] for the cases where an answer is wrong."""
    found = []
    for case, right, given in zip(cases, expected, records):
        what = _difference(right, given, case.size)
        if what and not (what[0] == given.problem and _forgiven(case, given)):
            found.append((case, right, given, what))
    return found


def _forgiven(case, record):
    return case.forgiven(record.problem, record.details)


def _difference(right, given, size=None):
    """(kind, right Seen, given Seen) of the first value that differs, or None."""
    for one, other in zip(right.seen, given.seen):
        kind = compare(one.value, other.value, one.start, size)
        if kind:
            return kind, one, other
    if given.problem:
        return given.problem, None, None
    if len(given.seen) != len(right.seen):
        return "count", None, None
    return None


def compare(right, given, start=None, made_from=None):
    """How `given` differs from `right`: "" (not at all), "shape", "type", "nan", "value".

    float32 counts to 2e-5, as far as its rounding goes in a few steps; float64 to one part in a million,
    which leaves room for other algebra. `start` is what the numbers were made from: a small difference of
    large numbers carries their rounding. With a size that they were `made_from` nothing else is forgiven,
    however small they are.
    """
    if (given.dtype.kind == "U") != (right.dtype.kind == "U"):
        return "type"
    if given.shape != right.shape:
        return "shape"
    if given.dtype.kind == "U":
        return "" if np.array_equal(right, given) else "value"
    if given.dtype.kind == "c":
        return "type"
    rough = given.dtype.kind == "f" and given.dtype.itemsize <= 4
    relative, absolute, floor = (2e-5, 2e-6, 1e-12) if rough else (1e-6, 1e-9, 1e-12)
    if made_from is not None:
        absolute, floor = absolute if rough else 1e-14, 0
    with np.errstate(all="ignore"):
        finite = np.isfinite(right)
        if not np.all(np.isfinite(given) | ~finite):
            return "nan"
        near = np.abs(given - right)
        # not as `initial`: where whole numbers have 32 bits, a large one does not fit in
        size = max(np.abs(right).max(initial=0, where=finite), made_from or 0)
        if start is not None and start.dtype.kind in "iuf":
            size = max(size, np.abs(start).max(initial=0, where=np.isfinite(start)))
        close = near <= relative * np.abs(right) + absolute * size + floor
        if not finite.all():  # an infinite number is near to nothing but itself
            close = np.where(finite, close, (given == right) | (np.isnan(given) & np.isnan(right)))
    return "" if close.all() else "value"


def recognise(task, cases, behaviours):
    """(id, message) of the known mistake that the answer behaves like, or of two of them, or None.

    `behaviours` are its records, its memory read in whatever form. Single mistakes come first, then those
    of somebody whose formula is unusual in another part, then pairs: only mistakes in different parts of
    the task's formula can be made together. Who returns the old memory has no form of his own: what is known
    only in another one comes last, and without a word on the weights.
    """
    own = 1 if _memory_stays(behaviours[0]) else len(behaviours)
    behaviours, others = behaviours[:own], behaviours[own:]
    with _Quiet():
        for form, records in enumerate(behaviours):
            for mistake in task.mistakes:
                if _behaves_as(task, mistake.wrong, cases, records):
                    return mistake.id, say((form and mistake.beside) or mistake.message)
        for records in behaviours:
            for mistake, function in _unusual(task):
                if _behaves_as(task, function, cases, records):
                    return mistake.id, say(mistake.beside or mistake.message)
        known_pairs = [(*both, _first(task, both[1], cases[0])) for both in pairs(task)]
        for records in behaviours:
            numbered = task.fitted(cases, records)  # their messages have the number in them already
            for mistake in numbered:
                if _behaves_as(task, mistake.wrong, cases, records):
                    return mistake.id, mistake.message
            if properties.all_alike(records):  # two mistakes can come to that, but nobody made them
                continue
            more = [(*both, None) for both in pairs(task, numbered) if any(m in numbered for m in both[0])]
            fitting = [
                pair
                for pair, function, first in known_pairs + more
                if _starts_as(first, records[0]) and _behaves_as(task, function, cases, records)
            ]
            if fitting:
                # What has a number read off may be a known one with just that number: then that tells more.
                known = [pair for pair in fitting if not any(mistake in numbered for mistake in pair)]
                words = any(seen.value.dtype.kind == "U" for record in records for seen in record.seen)
                return properties.two_mistakes(known or fitting, words)
        for records in others:
            for mistake in task.mistakes:
                if _behaves_as(task, mistake.wrong, cases, records):
                    return mistake.id, say(mistake.beside or mistake.message)
    return None


def _first(task, function, case):
    """The first value that `function` shows on the case; None where there is none."""
    try:
        return next(iter(task.observe(Ours(function, task.names), case)))
    except Exception:
        return None


def _starts_as(first, record):
    """Whether a record may begin with this value; it saves trying the whole in every form of the memory."""
    if first is None or not record.seen:
        return True
    given = record.seen[0].value
    return not compare(_signed_as(given, first.value), given, first.start)


def _in_views(task, cases, behaviours):
    """(id, message) of the known mistakes that parts of the results show by themselves, or None.

    Where a task has such views, two mistakes in one part of its formula are told, or three at once: what
    a mistake does in one view, alone, is what the answer does there.
    """
    records = behaviours[0]
    expected = watch(task, Ours(task.reference, task.names), cases)
    named = {task.view(case, seen.name) for case, one in zip(cases, expected) for seen in one.seen} - {None}
    wrong = _unlike(task, task.reference, cases, records, named)
    other_memory = any(not _unlike(task, task.reference, cases, other, {"v"}) for other in behaviours[1:])
    stopped = any(record.problem and not _forgiven(case, record) for case, record in zip(cases, records))
    if not wrong or other_memory or stopped:
        return None
    alike = [(known, wrong - _unlike(task, known.wrong, cases, records, wrong)) for known in task.mistakes]
    told = {}
    for view in sorted(wrong):
        fitting = [
            (mistake, seen, _unlike(task, mistake.wrong, cases, expected, named))
            for mistake, seen in alike
            if view in seen
        ]
        fitting = [one for one in fitting if one[2] <= wrong]  # it would show where all is right
        whole = [one for one in fitting if one[2] <= one[1]]
        for found in (fitting, whole):
            if view not in told and properties.one_message(mistake for mistake, *_ in found):
                told[view] = found[0][0]
    return _told_of_views(task, cases, records, wrong, told) if told else None


def _told_of_views(task, cases, records, wrong, told):
    """(id, message) about the mistakes `told` of views, and the last one if with it nothing is left over.

    Where a view is left, something else differs, unless it is what those told make of it together.
    """
    left = wrong - set(told)
    told = list({mistake.id: mistake for mistake in told.values()}.values())
    parts = [part for mistake in told for part in mistake.parts]
    apart = all(mistake.parts for mistake in told) and len(set(parts)) == len(parts)
    more = len(told) == 1
    if apart:
        base = {part: change for mistake in told for part, change in mistake.parts.items()}
        others = [
            mistake for mistake in task.mistakes if mistake.parts and not set(mistake.parts) & set(base)
        ]
        last = [
            mistake
            for mistake in others
            if _behaves_as(task, task.formula(**base, **mistake.parts), cases, records)
        ]
        if properties.one_message(last):
            told, more = [*told, last[0]], False
        elif left:
            more = more or bool(left & _unlike(task, task.formula(**base), cases, records, left))
    return properties.several_mistakes(told, more)


FEW = 30  # mistakes, three of which can be tried together in less than a tenth of a second


def _three(task, cases, records):
    """(id, message) of three known mistakes in different parts, or of what all that fit have in common."""
    parted = [mistake for mistake in task.mistakes if mistake.parts]
    if len(parted) > FEW or any(record.problem for record in records):
        return None
    fitting = []
    for three in itertools.combinations(parted, 3):
        parts = [part for mistake in three for part in mistake.parts]
        if len(set(parts)) == len(parts):
            changed = {part: change for mistake in three for part, change in mistake.parts.items()}
            if _behaves_as(task, task.formula(**changed), cases, records):
                fitting.append(three)
    if not fitting:
        return None
    common = [mistake for mistake in fitting[0] if all(mistake in three for three in fitting)]
    return properties.several_mistakes(common, len(common) < 3) if common else None


def _unlike(task, function, cases, records, views):
    """Those of the `views` in which `function` does something else than was recorded."""
    function, apart = Ours(function, task.names), set()
    for case, record in zip(cases, records):
        if case.kind == "lists" or _forgiven(case, record):
            continue
        try:
            for mine, seen in zip(task.observe(function, case), record.seen):
                view = task.view(case, mine.name)
                if view in views and view not in apart and compare(mine.value, seen.value, mine.start):
                    apart.add(view)
                    if apart == views:
                        return apart
        except Exception:
            return set(views)
    return apart


def _memory_stays(records):
    """Whether the memory `v` comes back from every step as it was."""
    kept = [seen for record in records for seen in record.seen if seen.name == "v"]
    return bool(kept) and all(np.array_equal(seen.value, seen.start) for seen in kept)


def _unusual(task):
    for variant in task.variants:
        for mistake in task.mistakes:
            if mistake.parts and not set(mistake.parts) & set(variant):
                yield mistake, task.formula(**variant, **mistake.parts)


def pairs(task, more=()):
    """((mistake, mistake), a function with both) for all that are in different parts of the formula."""
    parted = [mistake for mistake in (*task.mistakes, *task.twins, *more) if mistake.parts]
    for one, other in itertools.combinations(parted, 2):
        if not set(one.parts) & set(other.parts):
            yield (one, other), task.formula(**one.parts, **other.parts)


def _behaves_as(task, function, cases, records):
    """Whether `function` does the same as was recorded, on every case that both have an answer for."""
    function, compared = Ours(function, task.names), 0
    for case, record in zip(cases, records):
        # Lists multiplied by integers repeat themselves: what a wrong answer makes of them tells nothing.
        if case.kind == "lists" or _forgiven(case, record):
            continue
        same = _same_on(task, function, case, record)
        if same is False:
            return False
        compared += same is True
    return compared > 0


def _same_on(task, function, case, record):
    """Whether `function` does on one case what was recorded; None where neither has an answer.

    It stops at the first difference: of a hundred mistakes nearly all are told apart by the first number.
    """
    problem, number = "", 0
    try:
        shown = iter(task.observe(function, case))
        for mine in shown:
            if number == len(record.seen):
                return None if _forgiven(case, record) or _stopped_there(record, mine, shown) else False
            given = record.seen[number].value
            value = _as_one(mine.value) if case.kind == "array" and not given.ndim else mine.value
            if compare(_signed_as(given, value), given, mine.start):
                return False
            number += 1
    except Unusable as unusable:
        problem = unusable.problem
    except Exception:
        problem = "raised"
    if problem != record.problem or number != len(record.seen):
        return None if case.note and "raised" in (problem, record.problem) else False
    return None if problem else True  # such as a division by zero in both; the other cases decide


def _as_one(value):
    """The number that `value` holds in all its places; `value` itself where there are several."""
    return value.ravel()[0] if value.size and (value == value.ravel()[0]).all() else value


def _signed_as(given, mine):
    """`mine` with the signs of `given` where both are infinite: of a division by zero they tell nothing."""
    if given.dtype.kind != "f" or mine.dtype.kind != "f" or given.shape != mine.shape:
        return mine
    endless = np.isinf(mine) & np.isinf(given)
    return np.where(endless, given, mine) if endless.any() else mine


def _stopped_there(record, mine, others):
    """Whether an answer stopped at a number that is none, as one of `mine` and `others` is: Python divides by
    no zero, and rounds neither NaN nor infinity, where NumPy goes on."""
    said, kind = (str(record.details.get(key)) for key in ("said", "kind"))
    if kind != "ZeroDivisionError" and not said.startswith("cannot convert float"):
        return False
    values = [seen.value for seen in (mine, *others)]
    return any(value.dtype.kind == "f" and not np.isfinite(value).all() for value in values)


def _right_order(task, answer, cases):
    """The order in which the answer, handed its arguments by position, is right; () if there is none.

    Tried are two arguments exchanged and one moved to another place.
    """
    expected = watch(task, Ours(task.reference, task.names), cases)

    def right(function):
        return all(_right_on(task, function, case, record) for case, record in zip(cases, expected))

    with _Quiet():
        by_place = Reordered(answer, task.names, task.names)
        if by_place.order and right(by_place):
            return by_place.order
        for order in _orders(task.names):
            # Where the formula does not mind an exchange, as of factors, it explains nothing.
            if right(Reordered(answer, task.names, order)) and not right(
                Reordered(task.reference, task.names, order)
            ):
                return order
    return ()


def _orders(names):
    """`names` with two exchanged, or with one moved."""
    found = []
    for i, j in itertools.combinations(range(len(names)), 2):
        order = list(names)
        order[i], order[j] = order[j], order[i]
        found.append(tuple(order))
    for i, j in itertools.permutations(range(len(names)), 2):
        order = list(names)
        order.insert(j, order.pop(i))
        found.append(tuple(order))
    return dict.fromkeys(found)


def _right_on(task, function, case, record):
    seen = iter(record.seen)
    try:
        for given in task.observe(function, case):
            right = next(seen, None)
            if right is None or compare(right.value, given.value, right.start):
                return False
    except Unusable as unusable:
        return bool(case.forgiven(unusable.problem, {}))
    except TimeUp:
        raise
    except BaseException as error:
        return bool(case.forgiven("raised", {"kind": type(error).__name__}))
    return next(seen, None) is None


def _unused(task, function, cases, names=None):
    """Names of the arguments, or of those among `names`, whose numbers make no difference to what `function`
    gives, anywhere: not to a single bit, on cases of every shape, with several others in their place. The
    shape and the kind of an array stay as they are, so that nothing is said of whoever asks for these alone.
    """
    before = watch(task, function, cases)

    def change(names, cases=cases):
        for case, record in zip(cases, before):
            for other in _with_others(case, names):
                after = watch(task, function, [other])[0]
                if not _alike(record, after):
                    return True
        return False

    if names is None:
        names = [name for name in task.names if any(_with_others(case, [name]) for case in cases)]
    quiet = [name for name in names if not change([name], cases[:2])]
    # Nearly always either all of them matter nowhere or there are none: one walk instead of one for each.
    return quiet if not change(quiet) else [name for name in quiet if not change([name])]


def _alike(record, other):
    return record.problem == other.problem and _identical(record, other)


def _with_others(case, names):
    """The case with other numbers for the arguments `names`, in several ways; none where none has numbers."""
    ways = {}
    for name in names:
        key = "grads" if name == "grad" and "grads" in case.arguments else name
        value = case.arguments.get(key)
        if isinstance(value, int):
            ways[key] = value + 1, 2 * value + 1, 10 * value
        elif isinstance(value, float) and key == name:
            ways[key] = 0.6 * value, 0.01 * value, min(1.2 * value, (1 + value) / 2), 1e4 * value
        elif _elsewhere(value, np.negative) is not None:
            ways[key] = [_elsewhere(value, change) for change in OTHER_NUMBERS]
    rounds = max(map(len, ways.values()), default=0)
    return [
        dataclasses.replace(
            case, arguments=case.arguments | {key: way[number % len(way)] for key, way in ways.items()}
        )
        for number in range(rounds)
    ]


OTHER_NUMBERS = (
    np.negative,
    lambda numbers: numbers.ravel()[::-1].reshape(numbers.shape),
    lambda numbers: numbers // 2 if numbers.dtype.kind in "iu" else 1e-4 * numbers,
    lambda numbers: 10_000 * numbers + 1,
    np.zeros_like,
    lambda numbers: numbers if numbers.dtype.kind in "iu" else np.full_like(numbers, np.nan),
)


def _elsewhere(value, change):
    """`change` of all the numbers in an argument, arranged as they were; None where there are none."""
    if isinstance(value, dict):
        return {key: _elsewhere(item, change) for key, item in value.items()}
    if isinstance(value, list) and any(isinstance(item, np.ndarray) for item in value):
        return [_elsewhere(item, change) for item in value]
    if isinstance(value, list | float | np.ndarray) and np.asarray(value).dtype.kind in "iuf":
        numbers = change(np.asarray(value))
        return numbers if isinstance(value, np.ndarray) else numbers.tolist()
    return None


def _identical(one, other):
    pairs = list(zip(one.seen, other.seen))
    return len(one.seen) == len(other.seen) and all(
        np.array_equal(a.value, b.value, equal_nan=a.value.dtype.kind in "fc") for a, b in pairs
    )


def _repeats(first, again):
    if first.problem != again.problem:
        return False
    return bool(first.problem) or _identical(first, again) or not _difference(first, again)


def kills(task, seed=0):
    """{mistake id: [whether each case tells it from the reference]}, and the cases."""
    cases = task.cases(np.random.default_rng(seed))
    expected = watch(task, Ours(task.reference, task.names), cases)
    table = {}
    for mistake in task.mistakes:
        records = watch(task, Ours(mistake.wrong, task.names), cases)
        table[mistake.id] = [bool(_difference(right, given)) for right, given in zip(expected, records)]
    return table, cases
