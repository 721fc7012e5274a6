"""Put a submitted notebook right: which cell is which, and whatever was given and is missing.

Students copy cells, delete checks, rename, pass notebooks through Colab and Jupytext. What a cell is can be
told by nbgrader's metadata, by the cell's id, or by what it defines or checks; the released notebook says
what there should be.
"""

import ast
import re
from collections import Counter
from difflib import SequenceMatcher

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from hpcourse.instructor.notes import note, storable

NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
BINDS = re.compile(r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.M)
FENCED = re.compile(r"^[ \t]*(?:```|~~~)\w*[ \t]*\n(.*?)^[ \t]*(?:```|~~~)", re.M | re.S)
LONGEST = 100_000  # characters of a cell that are looked through


class Cells:
    """A submitted notebook's cells, with what tells them apart worked out once."""

    def __init__(self, submitted):
        raw = [cell for cell in submitted.get("cells", []) if isinstance(cell, dict)]
        self.cells = [_clean(cell) for cell in raw]
        self.marks = [_marks(cell) for cell in raw]
        self.words = [cell.source[:LONGEST].split() for cell in self.cells]
        self.names = [binds(cell.source[:LONGEST]) for cell in self.cells]
        self.lines = [cell.source[:LONGEST].splitlines() for cell in self.cells]

    def candidates(self, theirs, taken, given=()):
        """Indices of the cells that may be `theirs` and are not `taken`, the likeliest last."""
        free = [i for i in range(len(self.cells)) if i not in taken and self.cells[i].cell_type == "code"]
        words = theirs.source.split()
        marked = [i for i in free if theirs.id in self.marks[i]]
        same = [i for i in free if self.words[i] == words]
        if _is_answer(theirs) and binds(theirs.source):
            names = binds(theirs.source)
            fitting = [i for i in free if names <= self.names[i]]
            own = [i for i in fitting if i not in same]
            elsewhere = [] if own else self._in_text(theirs, names, taken, given)
            sure = [i for i in own if i in marked]
            pools = (sure, own, elsewhere, [i for i in fitting if i in marked], marked, fitting)
        elif _is_check(theirs):
            call = re.compile(rf"""\s*(hp\.)?check\(\s*["']{re.escape(theirs.metadata.hpcourse.task)}["']""")
            pools = (marked, same, [i for i in free if call.match(self.cells[i].source)])
        else:
            unknown = [i for i in free if not any(mark in taken.values() for mark in self.marks[i])]
            lines = theirs.source.splitlines()
            pools = (marked, same, [i for i in unknown if _alike(self.lines[i], lines)])
        return next((pool for pool in pools if pool), [])

    def _in_text(self, theirs, names, taken, given):
        """Cells of text or of no kind that hold the answer: one key turns a cell of code into them."""
        return [
            i
            for i, cell in enumerate(self.cells)
            if cell.cell_type != "code"
            and i not in taken
            and cell.source not in given
            and (code := code_in(cell)).split() != theirs.source.split()
            and names <= binds(code)
        ]


def code_in(cell):
    """The code that a cell of text holds, in a fence or without one; "" where that is not Python."""
    source = cell.source[:LONGEST]
    code = "\n".join(FENCED.findall(source)) or source
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return code


def repair(submitted, released):
    """The submitted notebook with the released one's metadata, and notes on what was put right."""
    known = Cells(submitted)
    cells, marks = known.cells, known.marks
    wanted = [cell for cell in released.cells if cell.cell_type == "code"]
    given = {cell.source for cell in released.cells}
    found, notes, taken = {}, [], {}
    for theirs in wanted:
        hits = known.candidates(theirs, taken, given)
        if hits:
            found[theirs.id] = hits[-1]
            taken[hits[-1]] = theirs.id
    lost = [theirs for theirs in wanted if theirs.id in found and theirs.id not in marks[found[theirs.id]]]
    if len(lost) > len(found) / 2:
        notes.append(note("the cells had lost their marks, which were put back"))
    copies = _copies(wanted, marks, found)
    if copies:
        notes.append(note("copied cells: {cells}", cells=copies))
    for theirs in wanted:
        if theirs.id not in found:
            continue
        cell = cells[found[theirs.id]]
        if cell.cell_type != "code":
            notes.append(note("{names} stood in a cell that is not code", names=sorted(binds(theirs.source))))
            cell = cells[found[theirs.id]] = new_code_cell(code_in(cell))
            for place, words in enumerate(known.words):  # the stub would take the answer's place
                if words == theirs.source.split() and place not in taken:
                    cells[place].source = ""
        if _is_check(theirs):
            if cell.source.split() != theirs.source.split():
                notes.append(note("the check of {task} had been changed", task=theirs.metadata.hpcourse.task))
            cell.source = theirs.source
        _assign(cell, theirs)
    notes += _put_back(cells, wanted, found)
    notebook = new_notebook(cells=cells, metadata=nbformat.from_dict(dict(released.metadata)))
    _number(notebook, {theirs.id for theirs in wanted})
    return notebook, notes


def answered(notebook, released):
    """How many of the answer cells hold something of their own."""
    stubs = {cell.id: cell.source.split() for cell in released.cells if _is_answer(cell)}
    given = {cell.id: cell.source.split() for cell in notebook.cells if cell.id in stubs}
    return sum(given[key] not in ([], stubs[key]) for key in given)


def affinity(cells, released):
    """How many of the released checks and answers are recognised among the Cells of a notebook."""
    wanted = [cell for cell in released.cells if _is_answer(cell) or _is_check(cell)]
    given = {cell.source for cell in released.cells}
    return sum(bool(cells.candidates(theirs, {}, given)) for theirs in wanted)


def binds(source):
    """The names that a cell's source defines at its top level, also where it is not valid Python."""
    return {name for names in BINDS.findall(source) for name in names if name}


def _is_answer(cell):
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _is_check(cell):
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _clean(cell):
    """A cell with its source and nothing else: outputs, metadata and attachments may be of any kind."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    make = NEW.get(cell.get("cell_type"), new_raw_cell)
    return make(storable(source.replace("\r\n", "\n")) if isinstance(source, str) else "")


def _marks(cell):
    """What a cell says that it is: its nbgrader id and its cell id."""
    metadata = cell.get("metadata")
    told = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = told.get("grade_id") if isinstance(told, dict) else None
    return [mark for mark in (grade_id, cell.get("id")) if isinstance(mark, str)]


def _alike(one, other):
    """Whether some lines are others with some of them changed."""
    most = 2 * sum((Counter(one) & Counter(other)).values()) / max(1, len(one) + len(other))
    return most > 0.6 and SequenceMatcher(None, one, other).ratio() > 0.6


def _copies(wanted, marks, found):
    """Answers and checks that several cells claim to be."""
    names = [theirs.id for theirs in wanted if _is_answer(theirs) or _is_check(theirs)]
    return [name for name in names if name in found and sum(name in mark for mark in marks) > 1]


def _assign(cell, theirs):
    cell.id = theirs.id
    cell.metadata = nbformat.from_dict(dict(theirs.metadata))


def _put_back(cells, wanted, found):
    """Insert what was given and is gone; answers that are gone stay so, since they may stand elsewhere."""
    notes = []
    for number, theirs in enumerate(wanted):
        if theirs.id in found:
            continue
        if _is_answer(theirs):
            if names := binds(theirs.source):
                notes.append(note("no cell defines {names}", names=sorted(names)))
            continue
        before = [found[earlier.id] for earlier in wanted[:number] if earlier.id in found]
        place = max(before) + 1 if before else 0
        cell = new_code_cell(theirs.source)
        _assign(cell, theirs)
        cells.insert(place, cell)
        for key in found:
            found[key] += found[key] >= place
        found[theirs.id] = place
        if _is_check(theirs):
            notes.append(
                note("the check of {task} was gone and was put back", task=theirs.metadata.hpcourse.task)
            )
    return notes


def _number(notebook, reserved):
    """Ids for the student's own cells, the same each time."""
    number = 0
    for cell in notebook.cells:
        if cell.id not in reserved:
            number += 1
            cell.id = f"own-{number}"
