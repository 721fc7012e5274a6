"""A notebook of a lesson: made from the source, executed, compared with what is stored."""

import hashlib
import json
import os
import re

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools import bound, seals
from tools.cells import LANGUAGE_CALL
from tools.kernels import AsyncOverFiles
from tools.package import package_digest

LARGEST_NOTEBOOK, CELL_TIMEOUT = 1_000_000, 900  # bytes, seconds
LINK = re.compile(r"\[([^\[\]]*)\]\((\w+)(\.ipynb[^)\s]*)\)")  # to a notebook in the same folder
TRANSLATIONS = r"\[[^\[\]]*\]\(\.\./[\w-]+/{name}\.ipynb\)"  # of this notebook
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+|\b0x[0-9a-fA-F]{8,}")
PATH = re.compile(r"(?<![\w./:<-])/(home|Users|root|tmp|usr|opt|var|mnt|private)/[\w.]|\b[A-Z]:\\Users\b")


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
        both = self.kind == "learner" and any(c.secret for c in lesson.cells)  # then ask the solutions alone
        self.bindings = [] if both else lesson.bindings
        self.again = f"run python -m tools.build {lesson.path.stem}"

    def fresh(self):
        """The notebook as the source gives it, without outputs."""
        nb = nbformat.v4.new_notebook()
        for c in self.cells.values():
            source = c.learner if self.kind == "learner" else c.solved
            if c.kind == "markdown":
                source = self.with_links(source)
            if "language" in c.tags:
                source = source.replace(LANGUAGE_CALL, LANGUAGE_CALL.replace('"en"', f'"{self.language}"'))
            new = nbformat.v4.new_code_cell if c.kind == "code" else nbformat.v4.new_markdown_cell
            metadata = {"tags": c.tags} if c.tags else {}
            if "task" in c.metadata:
                metadata["hpcourse"] = {"task": c.metadata["task"], "points": c.metadata["points"]}
            nb.cells.append(new(source, id=c.id, metadata=metadata))
        return self.clean(nb)

    def with_links(self, source):
        """A text whose links lead to what there is: in this language, else in English, which they say.

        Where it lists the languages of this notebook, it lists all of them.
        """

        def lead(link):
            name, languages = link[2], self.lesson.languages_of(link[2])
            there = self.language if self.language in languages or not languages else "en"
            shown = link[1] if there == self.language else f"{link[1]} (English)"
            if self.kind == "solution" and not name.endswith("_exercises"):  # it has no solution
                return f"[{shown}](../../{there}/{name}{link[3]})"
            return link[0] if there == self.language else f"[{shown}](../{there}/{name}{link[3]})"

        name, known = self.lesson.path.stem, self.lesson.course.languages
        one = TRANSLATIONS.format(name=name)
        every = " · ".join(f"[{known[code].name}](../{code}/{name}.ipynb)" for code in self.lesson.languages)
        return LINK.sub(lead, re.sub(rf"{one}( · {one})+", every, source))

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
        elif lasting(nb.metadata) != lasting(fresh.metadata):
            yield f"{self.lesson.file}:1: {self.name} was saved by another program: {self.again}"
        code = [c for c in nb.cells if c.cell_type == "code" and c.source.strip()]
        idle = [c for c in code if c.execution_count is None]
        if idle or not any(c.outputs for c in code):
            first = (idle or code or [None])[0]
            yield self.fault(first, f"{self.name} was not executed, or lost its outputs: {self.again}")
        if code and not idle and nb.metadata.hpcourse.get("shown") != self.shown(nb):
            what = f"the outputs of {self.name}, or what notebooks/sealed keeps of it,"
            yield f"{self.lesson.file}:1: {what} are not as they were built: {self.again}"
        yield from self.output_faults(nb)
        yield from seals.stored_faults(self, nb)

    def ran(self, nb):
        """A digest of what outputs come from: the cells of code, and the package as this notebook has it."""
        code = [parts(c) for c in nb.cells if c.cell_type == "code"]
        bindings = [cell.source for cell in self.bindings]  # which ask what only a run has
        return short_digest(json.dumps([code, bindings]), package_digest(self.lesson, self.language))

    def shown(self, nb):
        """A digest of all that comes from a run: the outputs, and what stands of them in notebooks/sealed."""
        outputs = [c.outputs for c in nb.cells if c.cell_type == "code"]
        return short_digest(json.dumps(outputs, sort_keys=True), *seals.kept(self))

    def with_stored_outputs(self):
        """The notebook with the outputs that it has, where neither its code nor the package changed; or None.

        So a sentence can be mended without new timings and pictures.
        """
        nb = self.fresh()
        try:
            stored = nbformat.read(self.path, as_version=4)
            made = stored.metadata.hpcourse
            if made.ran != self.ran(nb) or made.hash != digest(stored):
                return None
        except Exception:  # it is missing, or was made by something else
            return None
        if any(seals.missing(self)) or made.get("shown") != self.shown(stored):
            return None
        code = {c.id: c for c in stored.cells if c.cell_type == "code"}
        if any(c.execution_count is None for c in code.values() if c.source.strip()):
            return None
        for c in (c for c in nb.cells if c.cell_type == "code"):
            c.outputs, c.execution_count = code[c.id].outputs, code[c.id].execution_count
        return nb

    async def build(self, turn, afresh=False):
        """Execute and write the notebook; if something is wrong write nothing and return the faults."""
        nb, done, sealed = None if afresh else self.with_stored_outputs(), "kept the outputs of", None
        if nb is None:
            nb, done = self.fresh(), "built"
            if faults := await self.execute(nb, turn):
                return faults
            sealed = seals.take(nb)
        self.clean(nb).metadata.hpcourse["ran"] = self.ran(nb)
        faults = list(self.output_faults(nb))
        if not faults:
            if sealed is not None:
                seals.keep(self, sealed)
            nb.metadata.hpcourse["shown"] = self.shown(nbformat.reads(nbformat.writes(nb), as_version=4))
            self.path.write_bytes(written(nb))
            print(f"{done} {self.name}, {len(written(nb)) // 1000} kB", flush=True)
        return faults

    async def execute(self, nb, turn):
        """Run all cells; returns the fault that kept the kernel from coming to the end."""
        state, hidden = {}, []
        bound.insert(nb, self.bindings)
        self.path.parent.mkdir(parents=True, exist_ok=True)

        def reveal(cell, **_):  # nbclient keeps what a widget's callback raises or warns to itself
            for output in (o for widget in client.widget_state.values() for o in widget.get("outputs") or ()):
                wrong = output["output_type"] == "error" or output.get("name") == "stderr"
                if wrong and output not in hidden and cell.cell_type == "code":
                    hidden.append(output)
                    cell.outputs.append(nbformat.from_dict(output))

        client = NotebookClient(nb, kernel_name="python3", timeout=CELL_TIMEOUT, record_timing=False)
        client.kernel_manager_class = AsyncOverFiles
        client.extra_arguments = ["--log-level=40"]  # of the kernel's own messages in the terminal
        client.coalesce_streams, client.resources = True, {"metadata": {"path": str(self.path.parent)}}
        client.on_cell_start, client.on_cell_executed = lambda cell, **_: state.update(cell), reveal
        environment = {
            **os.environ,
            "TQDM_DISABLE": "1",
            "HPCOURSE_KEEP_LOG": "no",
            "HPCOURSE_KEEP_PROGRESS": "no",
            "HPCOURSE_SEALED": "show",
        }
        environment.pop("MPLBACKEND", None)  # the one of a CI machine would leave the figures out
        if (self.lesson.root / "hpcourse").is_dir():
            environment["PYTHONPATH"] = str(self.lesson.root)  # not the one that is installed
        async with turn:
            try:
                await client.async_execute(env=environment)
            except CellExecutionError:
                pass  # the cell holds the error, as do cells that may raise
            except Exception as error:
                message = f"{type(error).__name__}: {error}".split("\n")[0]
                return [self.fault(state, f"{self.name} does not run to its end ({message})")]
        return bound.take(nb, self.bindings)


def written(nb):
    return (nbformat.writes(nb) + "\n").encode()


def parts(cell):
    found = [cell.get("id"), cell.cell_type, cell.source, list(cell.metadata.get("tags", []))]
    return [*found, sorted(cell.metadata.hpcourse.items())] if "hpcourse" in cell.metadata else found


def lasting(metadata):
    """Metadata without what a run leaves there."""
    return metadata | {"hpcourse": {k: v for k, v in metadata.hpcourse.items() if k not in ("ran", "shown")}}


def digest(nb):
    return short_digest(json.dumps([parts(c) for c in nb.cells]))


def short_digest(*texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def output_text(output):
    """The text of an output, pictures left out."""
    data = [str(d) for mime, d in output.get("data", {}).items() if mime not in ("image/png", "image/jpeg")]
    text = "\n".join([output.get("text", ""), *output.get("traceback", []), *data])
    return re.sub(r"base64,[A-Za-z0-9+/=\s]+", "", text)
