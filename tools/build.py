"""Build the notebooks from the lesson sources, or check that the two agree.

python -m tools.build [NAME ...]              build and execute the notebooks of all (or these) sources
python -m tools.build [NAME ...] --check      say what is wrong; execute nothing, write nothing
python -m tools.build [NAME ...] --stamp      list the translations that are older than their English
python -m tools.build [NAME ...] --stamp KEY  show these cells and mark their translations as up to date
"""

import argparse
import asyncio
import difflib
import hashlib
import json
import os
import re
import sys
from collections import Counter
from csv import DictReader
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

LANGUAGES = ("en", "zh-TW")
BEGIN, END, LANGUAGE_CALL = "### BEGIN SOLUTION", "### END SOLUTION", 'hp.use_language("en")'
VALUE = re.compile(r"^(\s*\w+ = )(.+?)  ### SOLUTION$")  # learners see `name = ...`
LESSON_LINK = re.compile(r"\]\((day\d_(?!exercises)\w+\.ipynb)")  # lessons have no solution beside them
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
LONGEST_CELL, LARGEST_NOTEBOOK, LONGEST_HARMLESS, CELL_TIMEOUT = 15, 1_000_000, 12, 900

PARTS = {  # of a text, in the order in which they are recognised
    "code block": re.compile(r"^(```+|~~~+).*?^\1", re.S | re.M),
    "inline code": re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S),
    "formula": re.compile(r"(?<!\\)\$\$.+?\$\$|(?<!\\)\$[^$]+?(?<!\\)\$", re.S),
    "image target": re.compile(r"!\[[^\]]*\]\(([^)\s]+)|<img\b[^>]*?\bsrc=[\"']([^\"']+)"),
    "link target": re.compile(r"\]\(([^)\s]+)|<(https?:[^>\s]+)>|\bhref=[\"']([^\"']+)"),
}
MARKER_LIKE = re.compile(r"^\s*(###|#+\s*(BEGIN|END)\b)|#.*\b[Ss](?i:olut)")
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+|\b0x[0-9a-fA-F]{8,}")
PATH = re.compile(r"(?<![\w./:<-])/(home|Users|root|tmp|usr|opt|var|mnt|private)/[\w.]|\b[A-Z]:\\Users\b")
# Big5 holds the characters of Taiwan, so what only GB 2312 has is Simplified. Big5 also has the following as
# rare characters, but in a text of today they are Simplified (and 后 台 里 干 面 系 准 are Traditional too).
SIMPLIFIED_IN_BIG5 = set("万与么价优体儿凄听圣坏复宁并庄异怀怜惊扑扰极机构栖气洁洒痒确种离网胜触赶")


class Cell:
    """A cell of a source, and where it stands there."""

    def __init__(self, cell, file, lines, after):
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
                learner.append(f"{value[1]}...")
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
            if self.kind != "markdown" or self.lang not in LANGUAGES:
                yield self.fault('only [markdown] cells with lang="en" or lang="zh-TW" hold text: correct it')
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


def translation_faults(en, zh, glossary):
    """Where a zh-TW cell does not say the same as its English cell, or not in the words of Taiwan."""
    if zh.of != en.stamp():
        command = f"python -m tools.build {Path(en.file).stem} --stamp {en.key}"
        yield zh.fault(f"not stamped for the English as it is now: compare, correct, then run {command}")
    if en.tags != zh.tags:
        yield zh.fault("give it the same tags as the English cell")
    ours, theirs = aspects(en.source), aspects(zh.source)
    for kind in ours:
        gone, extra = list(ours[kind] - theirs[kind]), list(theirs[kind] - ours[kind])
        if gone or extra:
            both = [f"{name} alone has {' '.join(x)}" for name, x in (("en", gone), ("zh-TW", extra)) if x]
            yield zh.fault(
                f"other {kind} than in the English cell, make them equal: {'; '.join(both)}", *extra[:1]
            )
    for char in dict.fromkeys(filter(is_simplified, zh.source)):
        yield zh.fault(f"{char} is Simplified: write the Traditional character", char)
    english, chinese = prose(en.source), prose(zh.source)
    if len(re.findall("[A-Za-z]{2,}", english)) > 5 and not re.search("[一-鿿]", chinese):
        yield zh.fault("no Chinese in it: translate the English cell")
    for allowed in zh.allow:
        chinese = chinese.replace(allowed, "")
    for term in glossary:
        good = "|".join(map(re.escape, term["zh-TW"]))
        advice = f'{" or ".join(term["zh-TW"])} for "{term["en"][0]}", as lessons/glossary.csv has it'
        rest = re.sub(good, " ", chinese, flags=re.I).lower()  # 演算法 is right although 算法 is not
        for bad in (word for word in term["avoid"] if word.lower() in rest):
            yield zh.fault(f"not {bad}: write {advice}", bad)
        words = "|".join(r"[\s-]+".join(map(re.escape, phrase.split())) for phrase in term["en"])
        said = re.search(good, chinese, re.I) or set(zh.allow) & set(term["avoid"])
        if term["require"] == "yes" and not said and re.search(rf"\b({words})(s|es)?\b", english, re.I):
            yield zh.fault(f"write {advice}, since the English cell has the term")


class Lesson:
    """One source and the notebooks that come from it."""

    def __init__(self, path, root, glossary):
        self.path, self.root, self.file, self.glossary = path, root, f"lessons/{path.name}", glossary
        lines, self.cells = path.read_text(encoding="utf-8").split("\n"), []
        try:
            notebook = jupytext.read(path, fmt="py:percent")
        except Exception as error:  # such as a header that is not YAML
            sys.exit(f"{self.file}:1: jupytext cannot read it, correct it: {error}".split("\n")[0])
        for cell in notebook.cells:
            self.cells.append(Cell(cell, self.file, lines, self.cells[-1].line if self.cells else 0))
        self.pairs = [(a, b) for a, b in zip(self.cells, self.cells[1:]) if is_pair(a, b)]
        shown = [line for c in self.cells if "solution" not in c.tags for line in c.learner.split("\n")]
        hidden = {line.strip() for c in self.cells for line in c.secret} - {line.strip() for line in shown}
        self.secrets = sorted(line for line in hidden if len(line) > LONGEST_HARMLESS)
        solved = any(c.secret or c.learner != c.solved for c in self.cells)
        kinds = ("learner", "solution") if solved else ("learner",)
        self.variants = [Notebook(self, kind, language) for kind in kinds for language in LANGUAGES]

    def faults(self):
        """What is wrong with the source."""
        seen, languages, paired = (
            {},
            [c for c in self.cells if "language" in c.tags],
            [c for p in self.pairs for c in p],
        )
        for c in self.cells:
            yield from c.own_faults()
            others = seen.setdefault(c.key, [])
            if any(c.kind == "code" or o.kind == "code" or o.lang == c.lang for o in others):
                yield c.fault(f"line {others[0].line} has the same key: give this cell another")
            others.append(c)
            if c.lang in LANGUAGES and c not in paired:
                other = next(lang for lang in LANGUAGES if lang != c.lang)
                found = any(o.key == c.key and o.lang == other for o in self.cells)
                fault = "is not adjacent" if found else "is missing"
                yield c.fault(f"its {other} cell {fault}: put en first and zh-TW directly below")
        for en, zh in self.pairs:
            yield from translation_faults(en, zh, self.glossary)
        if len(languages) != 1:
            yield f'{self.file}:1: {len(languages)} cells tagged "language": tag the one with {LANGUAGE_CALL}'
        for c in self.cells[: self.cells.index(languages[0])] if languages else ():
            if c.kind == "code" and re.search(r"\bhp\.", c.source):
                yield c.fault("uses hp before the language is chosen: move it below the language cell", "hp.")
        for notebook in self.variants[: len(LANGUAGES)]:
            yield from notebook.leaks(notebook.fresh())


class Notebook:
    """One of the notebooks of a lesson: a kind ("learner" or "solution") and a language."""

    def __init__(self, lesson, kind, language):
        self.lesson, self.kind, self.language = lesson, kind, language
        folder = "notebooks" if kind == "learner" else "notebooks/solutions"
        self.name = f"{folder}/{language}/{lesson.path.stem}.ipynb"
        self.path = lesson.root / self.name
        self.cells = {c.id: c for c in lesson.cells if c.lang in ("", language)}
        if kind == "learner":
            self.cells = {i: c for i, c in self.cells.items() if "solution" not in c.tags}
        self.again = f"run python -m tools.build {lesson.path.stem}"

    def fresh(self):
        """The notebook as the source gives it, without outputs."""
        nb = nbformat.v4.new_notebook()
        for c in self.cells.values():
            source = c.learner if self.kind == "learner" else c.solved
            if self.kind == "solution" and c.kind == "markdown":
                source = LESSON_LINK.sub(rf"](../../{self.language}/\1", source)
            if "language" in c.tags:
                source = source.replace(LANGUAGE_CALL, LANGUAGE_CALL.replace('"en"', f'"{self.language}"'))
            new = nbformat.v4.new_code_cell if c.kind == "code" else nbformat.v4.new_markdown_cell
            metadata = {"tags": c.tags} if c.tags else {}
            if "task" in c.metadata:
                metadata["hpcourse"] = {"task": c.metadata["task"], "points": c.metadata["points"]}
            nb.cells.append(new(source, id=c.id, metadata=metadata))
        return self.clean(nb)

    def clean(self, nb):
        """Keep what is the same wherever the notebook is built, and shown without a kernel."""
        for output in (o for c in nb.cells for o in c.get("outputs", ()) if "data" in o):
            # Without its kernel a live view shows "model not found" in place of the picture in its bundle.
            output.data.pop("application/vnd.jupyter.widget-view+json", None)
        for c in nb.cells:
            if c.cell_type == "code":
                c.outputs = [o for o in c.outputs if o.get("data", True)]
        made = {"source": self.lesson.file, "language": self.language, "kind": self.kind, "hash": digest(nb)}
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "hpcourse": made}
        nb.metadata, nb.nbformat_minor = nbformat.from_dict(metadata), 5
        return nb

    def fault(self, cell, message, at=""):
        cell_id = cell if isinstance(cell, str) else (cell or {}).get("id")
        c = self.cells.get(cell_id)
        return c.fault(message, at) if c else f"{self.lesson.file}:1: cell {cell_id}: {message}"

    def leaks(self, nb):
        """Lines of a solution that a learner would see."""
        for c in nb.cells if self.kind == "learner" else ():
            text = "\n".join([c.source, *map(output_text, c.get("outputs", ()))])
            for secret in (s for s in self.lesson.secrets if s in text):
                yield self.fault(c, f"{self.name} shows the solution line {secret!r}: take it out", secret)

    def output_faults(self, nb):
        """What an executed notebook must not hold."""
        for c in (c for c in nb.cells if c.cell_type == "code"):
            for output in c.outputs:
                text, message = output_text(output), ""
                if output.output_type == "error":
                    message = f"raises {output.ename}: {output.evalue}".split("\n")[0] + "; correct the code"
                elif output.get("name") == "stderr":
                    message = f"writes to stderr: {text.strip()[-100:]!r}; remove the cause"
                elif bad := ADDRESS.search(text):
                    message = f"shows the memory address {bad[0]!r}; show something that stays the same"
                elif PATH.search(text) or str(self.lesson.root) in text:
                    message = "shows a path of the machine it ran on; show something that stays the same"
                if message:
                    yield self.fault(c, f"in {self.name} {message}")
        yield from self.leaks(nb)
        if (size := len(written(nb))) > LARGEST_NOTEBOOK:
            yield f"{self.lesson.file}:1: {self.name} is {size:,} bytes, over {LARGEST_NOTEBOOK:,}: show less"

    def faults(self):
        """How the stored notebook departs from the source."""
        try:
            nb = nbformat.read(self.path, as_version=4)
            recorded = nb.metadata.hpcourse.hash
        except Exception as error:  # whatever people or other programs made of the file
            state = "is missing" if isinstance(error, FileNotFoundError) else "is not as it was built"
            yield f"{self.lesson.file}:1: {self.name} {state}: {self.again}"
            return
        fresh, edit = self.fresh(), f"in {self.name}: make the change here instead, then {self.again}"
        want, have = ({c.get("id"): parts(c) for c in cells} for cells in (fresh.cells, nb.cells))
        if digest(nb) != recorded:
            found = [(key, "edited") for key in want if key in have and want[key] != have[key]]
            found += [(key, "deleted") for key in want if key not in have]
            found += [(key, "added") for key in have if key not in want]
            moved = [(a, "moved") for a, b in zip(want, have) if a != b]
            for key, what in found or moved[:1] or [("", "doubled")]:
                yield self.fault(key, f"{what} {edit}")
        elif recorded != fresh.metadata.hpcourse.hash:
            first = next((a for a, b in zip(want, [*have, ""]) if want[a] != have.get(b)), [*want][-1])
            yield self.fault(first, f"{self.name} is older than this: {self.again}")
        elif nb.metadata != fresh.metadata:
            yield f"{self.lesson.file}:1: {self.name} was saved by another program: {self.again}"
        code = [c for c in nb.cells if c.cell_type == "code" and c.source.strip()]
        idle = [c for c in code if c.execution_count is None]
        if idle or not any(c.outputs for c in code):
            first = (idle or code or [None])[0]
            yield self.fault(first, f"{self.name} was not executed, or lost its outputs: {self.again}")
        yield from self.output_faults(nb)

    async def build(self, turn):
        """Execute and write the notebook; if something is wrong write nothing and return the faults."""
        nb, state, hidden = self.fresh(), {}, []
        self.path.parent.mkdir(parents=True, exist_ok=True)

        def reveal(cell, **_):  # nbclient keeps what a widget's callback raises or warns to itself
            for output in (o for widget in client.widget_state.values() for o in widget.get("outputs") or ()):
                wrong = output["output_type"] == "error" or output.get("name") == "stderr"
                if wrong and output not in hidden and cell.cell_type == "code":
                    hidden.append(output)
                    cell.outputs.append(nbformat.from_dict(output))

        client = NotebookClient(nb, kernel_name="python3", timeout=CELL_TIMEOUT, record_timing=False)
        client.extra_arguments = ["--log-level=40"]  # of the kernel's own messages in the terminal
        client.coalesce_streams, client.resources = True, {"metadata": {"path": str(self.path.parent)}}
        client.on_cell_start, client.on_cell_executed = lambda cell, **_: state.update(cell), reveal
        environment = {**os.environ, "TQDM_DISABLE": "1", "HPCOURSE_KEEP_LOG": "no"}
        environment.pop("MPLBACKEND", None)  # the one of a CI machine would leave the figures out
        async with turn:
            try:
                await client.async_execute(env=environment)
            except CellExecutionError:
                pass  # the cell holds the error, as do cells that may raise
            except Exception as error:
                message = f"{type(error).__name__}: {error}".split("\n")[0]
                return [self.fault(state, f"{self.name} does not run to its end ({message})")]
        faults = list(self.output_faults(self.clean(nb)))
        if not faults:
            self.path.write_bytes(written(nb))
            print(f"built {self.name}, {len(written(nb)) // 1000} kB", flush=True)
        return faults


def is_pair(en, zh):
    return en.key == zh.key and (en.lang, zh.lang) == LANGUAGES


def written(nb):
    return (nbformat.writes(nb) + "\n").encode()


def parts(cell):
    found = [cell.get("id"), cell.cell_type, cell.source, list(cell.metadata.get("tags", []))]
    return [*found, sorted(cell.metadata.hpcourse.items())] if "hpcourse" in cell.metadata else found


def digest(nb):
    return hashlib.sha256(json.dumps([parts(c) for c in nb.cells]).encode()).hexdigest()[:16]


def output_text(output):
    """The text of an output, pictures left out."""
    data = [str(d) for mime, d in output.get("data", {}).items() if mime not in ("image/png", "image/jpeg")]
    text = "\n".join([output.get("text", ""), *output.get("traceback", []), *data])
    return re.sub(r"base64,[A-Za-z0-9+/=\s]+", "", text)


def aspects(text):
    """What a translation keeps, each kind as a multiset."""
    found = {}
    for kind, pattern in PARTS.items():
        hits = [m[0] for m in pattern.finditer(text)]
        if "target" in kind:
            hits = [next(filter(None, m.groups())) for m in pattern.finditer(text)]
        if kind == "link target":  # to a heading, or to the notebook in the other language: translated too
            hits = [re.sub(r"^#.*|(?<=/|F)(en|zh-TW)(?=/|%2F)", "#", hit) for hit in hits]
        found[kind] = Counter(hits)
        text = pattern.sub(" ", text)
    levels = re.findall(r"^(#{1,6})\s", text, re.M)
    return found | {"heading": Counter(f"{level} (number {i})" for i, level in enumerate(levels, 1))}


def prose(text):
    for pattern in PARTS.values():
        text = pattern.sub(" ", text)
    return text


def is_simplified(char):
    try:
        return bool(char.encode("big5")) and char in SIMPLIFIED_IN_BIG5
    except UnicodeEncodeError:
        return "一" <= char <= "鿿" and bool(char.encode("gb2312", "ignore"))


def read_glossary(path):
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(DictReader(file))
    return [
        {n: terms(row[n]) for n in ("en", "zh-TW", "avoid")} | {"require": row["require"]} for row in rows
    ]


def terms(text):
    return [term.strip() for term in text.split("|") if term.strip()]


def stamp(lessons, keys):
    """List the stale translations, or stamp those of `keys` after showing them; returns the faults."""
    stale = [(lesson, en, zh) for lesson in lessons for en, zh in lesson.pairs if zh.of != en.stamp()]
    if not keys:
        print(*[zh.fault("stale") for _, _, zh in stale], f"{len(stale)} stale translations", sep="\n")
    faults = []
    for key in keys:
        hits = [hit for hit in stale if hit[1].key == key]
        if len(hits) != 1:
            where = ", ".join(lesson.path.stem for lesson, _, _ in hits) or "no source"
            faults.append(f'lessons: "{key}" is stale in {where}: name one source, and a key stale in it')
            continue
        lesson, en, zh = hits[0]
        print(f"{en.fault('English')}\n{en.source}\n\n{zh.fault('stamped')}\n{zh.source}\n")
        lines = lesson.path.read_text(encoding="utf-8").split("\n")
        bare = re.sub(r'\s+of="[^"]*"', "", lines[zh.line - 1]).rstrip()
        lines[zh.line - 1] = f'{bare} of="{en.stamp()}"'
        lesson.path.write_text("\n".join(lines), encoding="utf-8")
    return faults


def orphans(notebooks, root):
    found = {p for p in (root / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts}
    for path in sorted(found - {notebook.path for notebook in notebooks}):
        yield f"{path.relative_to(root).as_posix()}:1: no source makes this notebook: delete it"


async def build_all(notebooks):
    turn = asyncio.Semaphore(2)
    found = await asyncio.gather(*(notebook.build(turn) for notebook in notebooks))
    return [fault for faults in found for fault in faults]


def main(argv=None, root=None):
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--stamp", nargs="*", metavar="KEY")
    args, root = parser.parse_args(argv), Path(root or Path(__file__).parent.parent).resolve()
    paths = [root / f"lessons/{Path(name).stem}.py" for name in args.names]
    paths = paths or sorted(root.glob("lessons/day*.py"))
    if unknown := [path.name for path in paths if not path.exists()]:
        parser.error(f"not in lessons/: {', '.join(unknown)}")
    glossary = read_glossary(root / "lessons/glossary.csv")
    lessons = [Lesson(path, root, glossary) for path in paths]
    notebooks = [notebook for lesson in lessons for notebook in lesson.variants]
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # python3 is this interpreter, not a kernel of the user's
    if args.stamp is not None:
        faults = stamp(lessons, args.stamp)
    else:
        faults = [fault for lesson in lessons for fault in lesson.faults()]
        if args.check:
            faults += [fault for notebook in notebooks for fault in notebook.faults()]
            faults += [] if args.names else orphans(notebooks, root)
        elif not faults:
            faults = asyncio.run(build_all(notebooks))
        if not faults:
            state = "in order" if args.check else "built"
            print(f"{len(lessons)} sources, {len(notebooks)} notebooks: {state}")
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
