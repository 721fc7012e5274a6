"""Which of a student's files is the notebook, and what it says: found by content, not by name."""

import json
import re
import time

import nbformat

from hpcourse.instructor.archive import LARGEST, Unreadable
from hpcourse.instructor.charsets import decode
from hpcourse.instructor.notes import note
from hpcourse.instructor.repair import Cells, affinity, answered, repair

NOTEBOOK = re.compile(r"\.ipynb(?![a-z]).*$", re.I)  # whatever systems and people add to it
MOST_CELLS = 5000
EACH = 200 * 2**20  # bytes of one student's that are read
SECONDS = 20  # of work on one student's files
NO_NOTEBOOK = note("no notebook")
ONLY = note("only {files}")[0]  # something was handed in, and nobody has read it
UNREAD = note("{file} cannot be read: {why}")[0]
LEFT_OUT = note("left out, since there is too much of it: {files}")[0]


def best(files, released, others, assignment):
    """(notebook or None, where it comes from, notes): the most complete of `files`, of these the newest."""
    readable, notes = _read_all(files)
    fitting = []
    for notebook, file in readable:
        cells = Cells(notebook)
        ours = affinity(cells, released)
        theirs, other = max(((affinity(cells, given), name) for name, given in others), default=(0, ""))
        if theirs > ours:
            notes.append(
                note("{file} is {other}, not {wanted}", file=file.name, other=other, wanted=assignment)
            )
            continue
        fixed, repairs = repair(notebook, released)
        done = answered(fixed, released)
        fitting.append((ours > 0, done, file.modified, file, fixed, repairs))
    if not fitting:
        notes += _instead(files) if not readable else []
        unread = any(noted[0] == UNREAD for noted in notes)  # there may be one
        return None, "", notes if unread else [*notes, NO_NOTEBOOK]
    _, done, _, file, fixed, repairs = max(fitting, key=lambda entry: (entry[:3], str(entry[3])))
    if not done and any(noted[0] == UNREAD for noted in notes):  # the work is in what nobody can read
        return None, "", notes
    if len(fitting) > 1:
        notes.append(note("{count} notebooks, of which {file} was taken", count=len(fitting), file=str(file)))
    elif file.name != f"{assignment}_exercises.ipynb":
        notes.append(note("renamed from {file}", file=file.name))
    return fixed, str(file), [*notes, *repairs]


def is_one(file):
    """Whether a file is called like a notebook."""
    return bool(NOTEBOOK.search(file.name)) and not file.spare


def seems_one(file):
    """Whether a file is called like a notebook, or begins as programs write one."""
    if is_one(file):
        return True
    try:
        return bool(re.match(rb'\W*"(cells|nbformat|metadata|worksheets)"', file.read(first=512)))
    except Unreadable:
        return False


def _may_be_one(file):
    """Whether a file that is called otherwise begins like a notebook: a docx, a py or an html may be one."""
    try:
        return file.problem or decode(file.read(first=512)).lstrip().startswith("{")
    except (Unreadable, UnicodeError):
        return False


def _read_all(files):
    """([(notebook, file)], notes on the others): what is called a notebook, or else whatever is one."""
    notes, readable = [], []
    named = [file for file in files if is_one(file)]
    rounds = (
        named,
        [file for file in files if file.spare and NOTEBOOK.search(file.name)],
        [file for file in files if not file.spare and file not in named and _may_be_one(file)],
    )
    room, began, skipped = EACH, time.process_time(), []
    for number, some in enumerate(rounds):
        for file in some:
            room -= file.size
            if room < 0 or time.process_time() - began > SECONDS:
                skipped.append(file.name)
                continue
            try:
                readable.append((read_notebook(file), file))
            except Unreadable as error:
                if number == 0 or file.problem:
                    notes.append(note(UNREAD, file=file.name, why=error.why))
        if readable:
            break
    else:
        notes += [
            note(UNREAD, file=file.name, why=file.problem)
            for file in files
            if file.problem and file not in named
        ]
    if skipped:
        notes.append(note(LEFT_OUT, files=skipped[:5]))
    return readable, list({json.dumps(noted): noted for noted in notes}.values())


def _instead(files):
    """What there is where a notebook should be."""
    names = sorted({file.name for file in files if not NOTEBOOK.search(file.name) and not file.problem})[:3]
    return [note(ONLY, files=names)] if names else []


def read_notebook(file):
    """The notebook in a File; raises Unreadable with the reason."""
    if file.problem:
        raise Unreadable(file.problem)
    if file.size > LARGEST:
        raise Unreadable(note("larger than {count} MB", count=LARGEST // 2**20))
    data = file.read()
    if b"\0" not in data[:4]:  # what some disks and programs for keeping files in step put behind the end
        data = data.rstrip(b"\0\x1a \r\n\t")
    try:
        content = json.loads(data)  # tells UTF-8 and UTF-16 apart, with or without a mark
    except UnicodeDecodeError:
        content = _json(decode(data))
    except (ValueError, RecursionError):  # also a number with thousands of digits
        raise Unreadable(note("not JSON") if data.strip() else note("empty")) from None
    if not isinstance(content, dict):
        raise Unreadable(note("not a notebook"))
    if isinstance(content.get("worksheets"), list):  # nbformat 3
        try:
            content = nbformat.convert(nbformat.from_dict(content), 4)
        except Exception:  # conversion fails in many ways
            raise Unreadable(note("not a notebook")) from None
    if not isinstance(content.get("cells"), list):
        raise Unreadable(note("not a notebook"))
    content["cells"] = [cell for cell in content["cells"] if isinstance(cell, dict) and cell.get("source")]
    if len(content["cells"]) > MOST_CELLS:
        raise Unreadable(note("more than {count} cells", count=MOST_CELLS))
    return content


def _json(text):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable(note("not JSON")) from None
