"""What a learner has predicted and solved, in a small file beside the notebooks that is never sent anywhere.

>>> merged({"checks": {"gd_step": {"score": 0.5}}}, {"checks": {"gd_step": {"score": 1.0}}})["checks"]
{'gd_step': {'score': 1.0}}

The file is JSON that people can read. It is replaced as a whole, under a lock, after what is in it now has
been read again: so two notebooks that are open at once lose nothing of each other. One that cannot be read
is put aside under another name. Where the folder cannot be written to, the record lives as long as the
kernel.
"""

import contextlib
import json
import os
import tempfile
import time
from datetime import datetime
from pathlib import Path

FILE = "hpcourse_progress.json"
KEEP = "HPCOURSE_KEEP_PROGRESS"  # "no" in the environment: nothing is read or written
LOCK_WAITS, LOCK_LASTS = 2, 10  # seconds; an older lock was left behind by a kernel that died
PARTS = ("questions", "checks")

_session = {}  # what this kernel has recorded, whatever became of the file


def kept():
    """Whether a record is kept; not where notebooks are built, tested or graded."""
    return os.environ.get(KEEP) != "no"


def question(key, choice, right):
    """Record an answer to the question `key`: the letter that was chosen, "" for "Show me"; right or not.

    The first one counts, so a later one changes nothing.
    """
    _add("questions", key, {"choice": choice, "right": right, "date": _now()})


def check(task, score):
    """Record a score between 0 and 1 for the task of a check; the best one counts."""
    if score > 0:
        _add("checks", task, {"score": score, "date": _now()})


def first_choice(key):
    """The letter that was chosen first for the question `key`, "" for "Show me", None for no answer yet."""
    return load()["questions"].get(key, {}).get("choice")


def load():
    """Everything recorded, as {"questions": {key: ...}, "checks": {task: ...}}."""
    if not kept():
        return merged({}, {})
    return merged(_read(Path(FILE)), _session)


def merged(one, other):
    """Two records in one: of each question the first answer, of each check the best score, then the first."""
    both = {**one, **other}
    for part in PARTS:
        both[part] = dict(one.get(part, {}))
        for key, new in other.get(part, {}).items():
            old = both[part].get(key, new)
            both[part][key] = min(old, new, key=lambda e: (-e.get("score", 0), e.get("date", "")))
    return both


def add(record):
    """Merge another record in, such as one that was saved elsewhere. Raises ValueError if it is none."""
    _session.update(merged(_session, _valid(record)))
    _write()


def saved():
    """Whether the file holds what this session has recorded."""
    try:
        stored = _valid(json.loads(Path(FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return False
    return merged(stored, _session) == merged(stored, {})


def as_json(record):
    """A record as the text of the file."""
    about = "What you predicted and solved in hpcourse. It stays on this computer. Delete it to begin anew."
    return json.dumps({"about": about, **record}, ensure_ascii=False, indent=1) + "\n"


def _add(part, key, entry):
    if kept():
        _session.update(merged(_session, {part: {key: entry}}))
        _write()


def _write():
    """Bring the file up to date, where that is possible."""
    file = Path(FILE)
    try:
        with _locked(file):
            text_now = as_json(merged(_read(file, put_aside=True), _session))
            handle, scratch = tempfile.mkstemp(prefix=f".{FILE}.", dir=file.absolute().parent)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as out:
                    out.write(text_now)
                os.replace(scratch, file)
            except BaseException:
                os.unlink(scratch)
                raise
    except OSError:
        pass  # `hp.progress` says so


def _read(file, put_aside=False):
    """The record in `file`; an empty one if there is none. A broken file is kept under another name."""
    try:
        return _valid(json.loads(file.read_text(encoding="utf-8")))
    except OSError:
        return {}
    except ValueError:  # not UTF-8, not JSON, or something else
        if put_aside:
            names = (file.with_name(f"{file.stem}.broken-{n}{file.suffix}") for n in range(1, 1000))
            os.replace(file, next(name for name in names if not name.exists()))
        return {}


def _valid(record):
    """`record`, if it has the form of one; raises ValueError if not."""
    if not isinstance(record, dict) or not all(isinstance(record.get(part, {}), dict) for part in PARTS):
        raise ValueError(f"a record must be a table with {' and '.join(PARTS)}, got {str(record)[:60]!r}")
    for key, entry in ((k, e) for part in PARTS for k, e in record.get(part, {}).items()):
        right_form = isinstance(entry, dict) and isinstance(entry.get("date", ""), str)
        score = entry.get("score", 0) if right_form else None
        choice = entry.get("choice", "") if right_form else None
        if type(score) not in (int, float) or not 0 <= score <= 1 or not isinstance(choice, str):
            raise ValueError(f"{key} must have a choice or a score between 0 and 1, got {str(entry)[:60]!r}")
    return record


@contextlib.contextmanager
def _locked(file):
    """Keep other kernels from writing; rather go on without than wait for long."""
    lock, end = file.with_name(f".{FILE}.lock"), time.monotonic() + LOCK_WAITS
    mine = False
    while not mine and time.monotonic() < end:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            mine = True
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - lock.stat().st_mtime > LOCK_LASTS:
                    lock.unlink()
            time.sleep(0.01)
    try:
        yield
    finally:
        if mine:
            with contextlib.suppress(OSError):
                lock.unlink()


def _now():
    return datetime.now().isoformat(sep=" ", timespec="seconds")
