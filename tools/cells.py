"""A cell of a lesson's source: what learners see of it, what the solutions, and what is wrong with it."""

import difflib
import hashlib
import re

BEGIN, END, LANGUAGE_CALL = "### BEGIN SOLUTION", "### END SOLUTION", 'hp.use_language("en")'
VALUE = re.compile(r"^(\s*\w+ = )(.+?)  ### SOLUTION(?:  # fmt: skip)?$")  # learners see `name = ...`
PAIR = re.compile(r"""^(?:(["'])\w+\1|[\d.]+), """)  # a choice and its reason: `name = ..., ...`
MARKER_LIKE = re.compile(r"^\s*(###|#+\s*(BEGIN|END)\b)|#.*\b[Ss](?i:olut)")
TAGS = ("language", "solution", "long")  # what the builder acts on; a tag much like one of them is a slip
METADATA = {
    "key",
    "lang",
    "of",
    "allow",
    "tags",
    "task",
    "points",
    "lines_to_next_cell",
    "lines_to_end_of_cell_marker",
}
LONGEST_CELL, WIDEST = 15, 88  # lines; characters


class Cell:
    """A cell of a source, and where it stands there."""

    def __init__(self, cell, file, lines, after, languages):
        self.languages = languages
        self.file, self.kind, self.source, self.metadata = file, cell.cell_type, cell.source, cell.metadata
        get = cell.metadata.get
        self.key, self.lang, self.of = str(get("key", "")), get("lang", ""), str(get("of", ""))
        self.tags, self.allow = list(get("tags", [])), terms(get("allow", ""))
        self.id = re.sub("[^a-zA-Z0-9-_]", "-", self.key)[:64] or "no-key"  # the key, unless that is a fault
        wanted = f'key="{self.key}"' if self.key else ""  # since "# %%" may also stand inside a string
        heads = (i for i in range(after, len(lines)) if lines[i].startswith("# %%") and wanted in lines[i])
        self.line = next(heads, after) + 1
        self.first = self.line + 1
        self.learner, self.solved, self.secret, self.marker_faults = self.source, self.source, [], []
        if self.kind == "code":
            self.split()
        elif "solution" in self.tags:
            self.secret = self.source.split("\n")

    def split(self):
        """Part what learners see from the solutions."""
        learner, solved, begun = [], [], 0
        for number, line in enumerate(self.source.split("\n"), self.first):
            text = line.strip()
            if value := VALUE.match(line):
                learner.append(f"{value[1]}..., ..." if PAIR.match(value[2]) else f"{value[1]}...")
                solved.append(value[1] + value[2])
                self.secret.append(value[1] + value[2])
                continue
            if (text == BEGIN and begun) or (text == END and not begun):
                self.marker_faults.append(
                    (number, f"{text} has no partner: pair each {BEGIN} with one {END}")
                )
            elif text not in (BEGIN, END) and MARKER_LIKE.search(line):
                advice = f"write {BEGIN} or {END} alone on the line, or reword it"
                self.marker_faults.append((number, f"{text!r} is like a solution marker: {advice}"))
            if text == BEGIN:
                learner.append(line.replace(BEGIN, "..."))
                begun = number
            elif text == END:
                begun = 0
            else:
                solved.append(line)
                (self.secret if begun else learner).append(line)
        if begun:
            self.marker_faults.append((begun, f"{BEGIN} is not closed: add {END}"))
        self.learner, self.solved = "\n".join(learner), "\n".join(solved)

    def fault(self, message, at=""):
        """A fault of this cell; `at` is the text in it to point to."""
        start = self.source.find(at) if at else -1
        line = self.line if start < 0 else self.first + self.source.count("\n", 0, start)
        return f"{self.file}:{line}: {self.lang or self.kind} cell {self.key}: {message}"

    def stamp(self):
        """What a translation of this cell carries: the English it was made from."""
        text = "\n".join(line.rstrip() for line in self.source.rstrip().split("\n"))
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def own_faults(self):
        """What is wrong with the cell whatever stands around it."""
        yield from (f"{self.file}:{line}: {message}" for line, message in self.marker_faults)
        if not re.fullmatch("[a-zA-Z0-9-_]{1,64}", self.key):
            yield self.fault('give it key="..." of 1 to 64 letters, digits, - and _')
        if unknown := set(self.metadata) - METADATA:
            yield self.fault(f"correct or remove the unknown metadata {', '.join(sorted(unknown))}")
        for tag in self.tags:
            if tag not in TAGS and (near := difflib.get_close_matches(tag.lower(), TAGS, cutoff=0.75)):
                yield self.fault(f'unknown tag "{tag}": write "{near[0]}", or a name less like it')
        if self.kind != "code":
            if self.kind != "markdown" or self.lang not in self.languages:
                known = " or ".join(f'lang="{language}"' for language in self.languages)
                yield self.fault(f"only [markdown] cells with {known} hold text: correct it")
            if re.search("(BEGIN|END) SOLUTION", self.source):
                yield self.fault('markers are for code: give the cell tags=["solution"] instead', "SOLUTION")
            return
        if self.lang or "solution" in self.tags:
            yield self.fault(f"code has no lang and no tag solution: use {BEGIN} and {END}")
        if {"task", "points"} & set(self.metadata):
            task, points = self.metadata.get("task"), self.metadata.get("points")
            if not (
                isinstance(points, int) and points > 0 and self.source.startswith(f'hp.check("{task}", ')
            ):
                yield self.fault('a check has task="NAME" points=N and begins with hp.check("NAME", ...')
        if "language" in self.tags and self.source.count(LANGUAGE_CALL) != 1:
            yield self.fault(f"write {LANGUAGE_CALL} in it, once")
        lines = sum(bool(line.strip()) for line in self.solved.split("\n"))
        if lines > LONGEST_CELL and "long" not in self.tags:
            yield self.fault(f'{lines} lines, over {LONGEST_CELL}: split it, or give it tags=["long"]')
        for line in self.solved.split("\n"):
            if len(line) > WIDEST:
                yield self.fault(f"a line of {len(line)} characters, over {WIDEST}, scrolls sideways", line)


def terms(text):
    """The parts of "a | b"."""
    return [term.strip() for term in text.split("|") if term.strip()]
