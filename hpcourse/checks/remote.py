"""A check in two halves: the answer is tried in one process, the verdict is reached in another.

So a grader need not believe what a submission's own process says of itself: `observe` reports there what
an answer gave, `conclude` compares it here with what is right. Between them goes text, JSON without any
code in it; whatever is wrong with it makes the answer wrong and harms nobody.

>>> from hpcourse import SGD
>>> told = observe("gd_step", lambda w, grad, lr: w - lr * grad, seed=7)
>>> conclude("gd_step", told, seed=7).passed
True
"""

import base64
import functools
import json
import math
import os
import tempfile
import threading

import numpy as np

from hpcourse.checks import checker, optimizer_class, properties
from hpcourse.checks.checker import Live, Observed, Record
from hpcourse.checks.result import Result
from hpcourse.checks.task import LARGEST, Seen, kind_of, say
from hpcourse.checks.tasks import ALL, TASKS

LONGEST = 64 * 2**20  # characters of a report
ENDINGS = ("done", "time", "died")
NEEDS = 128 * 2**20  # bytes that an answer may count on
UNREADABLE = say("What this answer gave could not be read.")


def observe(name, answer, seed=None):
    """What `answer` to the task `name` did, as text."""
    task = ALL[name]
    if name not in TASKS:
        return json.dumps({"told": task.telling(answer)})
    early = checker.not_to_be_tried(task, answer)
    if early:
        return json.dumps({"status": early.status, "type": kind_of(answer)})
    walks = optimizer_class.handles(name, answer)
    if walks and optimizer_class.not_written(answer):
        return json.dumps({"status": "not started"})
    live = optimizer_class.walking(task, answer, seed) if walks else Live(task, answer, seed)
    observed = live.observed()
    report = _report(observed) | {"walks": walks}
    if observed.ending == "done":
        report |= {
            "forms": [[_record_out(record) for record in records] for records in live.in_other_forms()],
            "far": [[_record_out(record) for record in records] for records in live.far()],
            "right_order": list(live.right_order()),
            "steady": live.steady(observed.records),
            "powers": [_record_out(record) for record in live.with_powers()],
            "unused": list(live.unused()),
        }
    return json.dumps(report)


def control(name, seed=None):
    """What the task's own reference did where answers are tried, as text like that of `observe`.

    `conclude` passes it wherever an answer can be judged: by the same version of this package as here, with
    the memory, the files and the threads that an answer may ask for.
    """
    task, asked = TASKS[name], []

    @functools.wraps(task.reference)
    def own(*args, **kwargs):
        if not asked:
            asked.append(_ask_the_machine())
        return task.reference(*args, **kwargs)

    return json.dumps(_report(Live(task, own, seed).observed()))


def _ask_the_machine():
    import mmap  # not everywhere

    mmap.mmap(-1, NEEDS).close()
    with tempfile.TemporaryFile() as file:
        file.write(bytes(2**16))
        file.flush()
    for descriptor in [os.dup(0) for _ in range(8)]:
        os.close(descriptor)
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()


def _report(observed):
    return {
        "ending": observed.ending,
        "printed": observed.printed,
        "characters": observed.characters,
        "records": [_record_out(record) for record in observed.records],
        "again": observed.again and _record_out(observed.again),
        "remarks": [_record_out(record) for record in observed.remarks],
        "overwritten": list(observed.overwritten),
        "order": list(observed.order),
        "gaps": observed.gaps,
        "caret": observed.caret,
        "steady": True,
        **{name: [] for name in ("forms", "far", "right_order", "powers", "unused")},
    }


def conclude(name, text, seed=None):
    """The Result of an answer to the task `name`, from what `observe` said with the same `seed`.

    Raises MemoryError or OSError where this process has not what it takes.
    """
    task = ALL[name]
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        report = json.loads(text)
        if name not in TASKS:
            return task.conclude(report["told"], seed)
        if "status" in report:
            return _untried(task, report)
        tasks = optimizer_class.as_walks(task) if report.get("walks") else [task]
        result = optimizer_class.best(checker.conclude(task, Told(task, report, seed)) for task in tasks)
        str(result.message), result.example  # the report may lack what a message needs
        return result
    except (MemoryError, OSError):  # this process lacks something: that is nobody's answer
        raise
    except Exception:  # the text may hold anything
        return Result(task, "not yet", UNREADABLE)


def _untried(task, report):
    if report["status"] == "not started":
        return Result(task, "not started", checker.NOT_STARTED)
    got = str(report.get("type"))[:80]
    return Result(task, "not yet", properties.not_a_function(task, got))


class Told:
    """An answer that is known from a report only."""

    def __init__(self, task, report, seed):
        self.cases = task.cases(np.random.default_rng(seed))
        if report["ending"] not in ENDINGS:
            raise ValueError(f"ending must be one of {ENDINGS}")
        records = [_record_in(record) for record in report["records"]]
        again = report["again"] and _record_in(report["again"])
        if report["ending"] == "done" and (len(records) != len(self.cases) or not again):
            raise ValueError(f"{len(self.cases)} cases should have a record, {len(records)} have")
        printed, characters = str(report["printed"])[:1000], int(report["characters"])
        remarks = [_record_in(record) for record in report["remarks"]]
        self.names = task.names
        lines = bool(report["gaps"]), bool(report["caret"])
        told = (self._names(report["overwritten"]), self._names(report["order"]), *lines)
        self.report = Observed(report["ending"], printed, characters, records, again or None, remarks, *told)
        self.order, self.no_use = self._names(report["right_order"]), self._names(report["unused"])
        self.forms = [[_record_in(record) for record in records] for records in report["forms"]]
        self.beyond = [[_record_in(record) for record in records] for records in report["far"]]
        if self.beyond and [len(records) for records in self.beyond] != [len(task.far)] * (
            1 + len(task.forms)
        ):
            raise ValueError("every case far away should have a record in each form")
        self.powers = [_record_in(record) for record in report["powers"]]
        self.is_steady = bool(report["steady"])
        if any(len(form) != len(self.cases) for form in [*self.forms, self.powers or self.cases]):
            raise ValueError("every case should have a record in each form")

    def observed(self):
        """The answer on every case."""
        return self.report

    def far(self):
        """Its records on the cases far away."""
        return self.beyond

    def steady(self, records):
        """Whether these are its records also where the last of the cases is tried first."""
        return self.is_steady

    def in_other_forms(self):
        """Its records with the memory kept in other forms."""
        return self.forms

    def with_powers(self):
        """Its records, had it `**` wherever it has `^`."""
        return self.powers

    def _names(self, told):
        """As many names as there are parameters, cut to what a name may be."""
        return tuple(str(name)[:40] for name in told[: len(self.names)])

    def right_order(self):
        """The order of its arguments with which it would be right."""
        return self.order

    def unused(self):
        """Names of arguments whose numbers never change its results."""
        return [name for name in self.names if name in self.no_use]


def _record_out(record):
    details = {key: value if isinstance(value, int) else str(value) for key, value in record.details.items()}
    return {
        "seen": [_array_out(seen.value) for seen in record.seen],
        "problem": record.problem,
        "details": details,
    }


def _record_in(report):
    seen = [Seen("", 0, _array_in(value)) for value in report["seen"]]
    details = {
        str(key): value if isinstance(value, int) else str(value)[:200]
        for key, value in report["details"].items()
    }
    return Record(seen, str(report["problem"])[:40], details)


def _array_out(array):
    if array.dtype.kind == "U":
        return {"dtype": "U", "shape": array.shape, "data": array.ravel().tolist()}
    array = np.asarray(array, array.dtype.newbyteorder("<"))
    data = base64.b64encode(array.tobytes()).decode()
    return {"dtype": array.dtype.str, "shape": array.shape, "data": data}


def _array_in(report):
    shape = tuple(int(length) for length in report["shape"])
    if min(shape, default=0) < 0 or math.prod(shape) > LARGEST:
        raise ValueError(f"shape {shape}")
    if report["dtype"] == "U":
        return np.array([str(word)[:200] for word in report["data"]], dtype=str).reshape(shape)
    dtype = np.dtype(str(report["dtype"]))
    if dtype.kind not in "biufc":
        raise ValueError(f"dtype {dtype}")
    return np.frombuffer(base64.b64decode(report["data"], validate=True), dtype).reshape(shape)
