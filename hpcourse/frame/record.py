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
BROKEN = "hpcourse_progress.broken-*.json"
KEEP = "HPCOURSE_KEEP_PROGRESS"  # "no" in the environment: nothing is read or written
LOCK_WAITS, LOCK_LASTS = 2, 10  # seconds; an older lock was left behind by a kernel that died
PARTS = {"questions": "choice", "checks": "score"}  # and what every entry of the part has

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


def add(content):
    """Merge in a record that was saved elsewhere: the bytes of its file. Raises ValueError if it is none."""
    _session.update(merged(_session, _parsed(content)))
    _write()


def saved():
    """Whether the file holds what this session has recorded."""
    try:
        stored = _parsed(Path(FILE).read_bytes())
    except (OSError, ValueError):
        return False
    return merged(stored, _session) == merged(stored, {})


def put_aside():
    """The files that were not in order, and are kept."""
    return sorted(Path().glob(BROKEN))


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
            text_now = as_json(merged(_read(file, tidy=True), _session))
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


def _read(file, tidy=False):
    """What can be read of the record in `file`. One that is not in order is kept under another name too."""
    try:
        content = file.read_bytes()
        return _parsed(content)
    except OSError:
        return {}
    except ValueError:  # not UTF-8, not JSON, or something else
        if tidy:
            names = (file.with_name(BROKEN.replace("*", str(n))) for n in range(1, 1000))
            os.replace(file, next(name for name in names if not name.exists()))
    try:
        return _parsed(content, salvage=True)
    except ValueError:
        return {}


def _parsed(content, salvage=False):
    """The record in the bytes of a file; raises ValueError if they hold none.

    With `salvage`, entries that are not in order are left out instead.
    """
    try:
        record = json.loads(content.decode("utf-8-sig"))  # an editor may have put a mark before it
        as_json({"record": record}).encode()  # half a character cannot be written again
    except RecursionError as error:
        raise ValueError("a record is no deeper than three tables") from error
    if not isinstance(record, dict) or not all(isinstance(record.get(part, {}), dict) for part in PARTS):
        raise ValueError(f"a record must be a table with {' and '.join(PARTS)}, got {str(record)[:60]!r}")
    for part, needed in PARTS.items():
        entries = record.get(part, {})
        bad = [key for key, entry in entries.items() if not _in_order(entry, needed)]
        if bad and not salvage:
            raise ValueError(f"{bad[0]} in {part} must have a {needed}, got {str(entries[bad[0]])[:60]!r}")
        record[part] = {key: entry for key, entry in entries.items() if key not in bad}
    return record


def _in_order(entry, needed):
    """Whether the date is text, and what is needed there: a choice, or a score between 0 and 1."""
    if not isinstance(entry, dict) or not isinstance(entry.get("date", ""), str):
        return False
    if needed == "choice":
        return isinstance(entry.get("choice"), str)
    return type(entry.get("score")) in (int, float) and 0 <= entry["score"] <= 1


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
