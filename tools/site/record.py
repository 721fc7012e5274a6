"""Records live figures, so that their sliders move on the site without a kernel.

python -m tools.site.record day1_learning_rate LANGUAGE FOLDER    (the site's builder calls it)

Each explorer's own `update` runs over positions of its own controls. What never moves is kept once, as SVG;
of what moves each different piece is kept once in a file, with the captions. The player (static/live.js) only
puts pieces in their places. An explorer with many controls has fewer positions of each, and several files.
"""

import argparse
import ast
import gzip
import io
import itertools
import json
import math
import re
import sys
from pathlib import Path

import ipywidgets as widgets
import matplotlib
import nbformat
import numpy as np
from matplotlib.backends.backend_svg import RendererSVG

import hpcourse as hp
from hpcourse.page import figures, lettering
from hpcourse.page.live import LiveFigure, PartialRedraw

FRAMES = {1: 200, 2: 700, 3: 2000}  # most positions of an explorer, by how many of its controls slide
MANY_FRAMES, FILE = 3600, 2_000_000  # with more controls; bytes of a file before it is packed
SHARP = 200  # dots per inch of what is a picture in the figure, such as a map
# Slower ones: every position is a training. `memory` is the control that chooses what is drawn over the rest.
SPECIAL = {"explore_dashboard": {"lr": 6, "batch_size": 3, "memory": "pen"}}
CHOICES = widgets.Dropdown, widgets.ToggleButtons  # of these every option stays
EXPLORER = re.compile(r"hp\.(explore_\w+)\(")

CLUTTER = re.compile(r"<!--.*?-->|(?<=<g) id=\"[^\"]*\"|\s*\n\s*", re.S)
DEFINITIONS = re.compile(r"<defs>(.*?)</defs>", re.S)
DEFINITION = re.compile(r"<clipPath id=\"([^\"]+)\">.*?</clipPath>|<\w+ [^>]*?id=\"([^\"]+)\"[^>]*/>", re.S)
REFERENCE = re.compile(r"(?:xlink:)?(href=\"#|url\(#|id=\")([^\")]+)")
PLACES = re.compile(r"(?<=[ (])(?:d|x|y)=\"[^\"]*\"|translate\([^)]*\)")
NUMBER = re.compile(r"-?\d+\.\d+")


class Sketch:
    """Draws parts of a figure as SVG, with definitions (markers, letters, clips) kept apart, once."""

    def __init__(self, fig, name):
        self.stream, self.definitions, self.name, self.short = io.StringIO(), {}, name, {}
        self.width, self.height = fig.get_size_inches() * 72
        self.renderer = RendererSVG(self.width, self.height, self.stream, image_dpi=SHARP)
        self.renderer.writer.flush()

    def draw(self, part):
        """The SVG of one part, or of the figure."""
        self.stream.seek(0)
        self.stream.truncate()
        part.draw(self.renderer)
        self.renderer.writer.flush()
        return self._tidy(self.stream.getvalue())

    def finish(self):
        """All definitions that the parts refer to."""
        self.stream.seek(0)
        self.stream.truncate()
        self.renderer.finalize()
        self._tidy(self.stream.getvalue())
        return "".join(self.definitions.values())

    def _tidy(self, svg):
        for inside in DEFINITIONS.findall(svg):
            for found in DEFINITION.finditer(CLUTTER.sub(" ", inside)):
                self.definitions[found[1] or found[2]] = self._rename(shorter(found[0]))
        return self._rename(shorter(DEFINITIONS.sub("", svg)))

    def _rename(self, svg):
        """Short names of definitions, different from those of other figures on the page."""
        return REFERENCE.sub(
            lambda found: found[1] + self.short.setdefault(found[2], f"{self.name}-{len(self.short)}"), svg
        )


def shorter(svg):
    """The same with places to a tenth of a point, which no screen shows the difference of."""
    svg = CLUTTER.sub("", svg.replace("\n", " \n"))
    return PLACES.sub(lambda found: NUMBER.sub(tenth, found[0]).replace(" L ", "L").replace("M ", "M"), svg)


def tenth(number):
    short = f"{float(number[0]):.1f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def positions(control, most):
    """At most about `most` values of a control that include its own, its first and its last, with their words.

    Returns (values, what the page shows for them, the place of the control's own value).
    """
    if hasattr(control, "options"):
        pairs = list(zip(control._options_labels, control._options_values))
        own = control.index
    else:
        log = isinstance(control, widgets.FloatLogSlider)
        own_step = (math.log(control.value, control.base) if log else control.value) - control.min
        own = round(own_step / control.step)
        steps = [control.min + k * control.step for k in range(round((control.max - control.min) / control.step) + 1)]
        values = [control.base**step for step in steps] if log else steps
        values = [control.value if k == own else value for k, value in enumerate(values)]
        whole = isinstance(control, widgets.IntSlider)
        pairs = [(str(v) if whole else format(v, control.readout_format), v) for v in values]
    kept = range(len(pairs))
    if len(pairs) > most and not isinstance(control, CHOICES):
        every = math.ceil((len(pairs) - 1) / max(1, most - 1))
        kept = [k for k in kept if (k - own) % every == 0 or k in (0, len(pairs) - 1)]
    return [pairs[k][1] for k in kept], [pairs[k][0] for k in kept], list(kept).index(own)


def thinned(controls, special):
    """{name: positions} of all controls, thinned until there are not too many frames."""
    chosen = {name: positions(c, special.get(name, 10**6)) for name, c in controls.items()}
    wanted = {name: len(chosen[name][0]) for name, c in controls.items() if not isinstance(c, CHOICES)}
    most = FRAMES.get(len(controls), MANY_FRAMES)
    while math.prod(len(values) for values, _, _ in chosen.values()) > most and max(wanted.values()) > 3:
        name = max(wanted, key=wanted.get)
        wanted[name] = int(wanted[name] * 0.9)
        chosen[name] = positions(controls[name], wanted[name])
    return chosen


def columns(fig):
    """Where the figure can be cut from top to bottom into panels: [left, ..., right], in points."""
    fig.canvas.draw()
    renderer, spans = fig.canvas.get_renderer(), []
    for axes in fig.axes:
        box = axes.get_tightbbox(renderer)
        if axes.get_label() == "<colorbar>" and spans:
            spans[-1] = (spans[-1][0], max(spans[-1][1], box.x1))
        else:
            spans.append((box.x0, box.x1))
    merged = []
    for low, high in sorted(spans):
        if merged and low < merged[-1][1] - 1:
            merged[-1][1] = max(merged[-1][1], high)
        else:
            merged.append([low, high])
    cuts = [float(left[1] + right[0]) / 2 for left, right in itertools.pairwise(merged)]
    return [0, *[round(cut, 1) for cut in cuts], round(float(fig.get_figwidth() * 72), 1)]


class Recording:
    """All frames of one live figure."""

    def __init__(self, live, name, special=None):
        self.live, self.fig, self.name, special = live, live.fig, name, dict(special or {})
        self.memory = special.pop("memory", None)
        self.fig.set_dpi(72)
        self.chosen = thinned(live.controls, special)
        # What changes most often comes last, so that neighbouring frames lie in the same file.
        self.order = sorted(self.chosen, key=lambda name: (name != self.memory, len(self.chosen[name][0])))
        self.redraw = PartialRedraw(self.fig)  # says what moves

    def grid(self):
        """Settings of all frames, in order."""
        for values in itertools.product(*(self.chosen[name][0] for name in self.order)):
            yield dict(zip(self.order, values))

    def update(self, settings):
        caption = self.live.update(**settings)
        lettering.translate(self.fig)
        return caption if isinstance(caption, str) else ""

    def record(self):
        """[(pieces of what moves, caption)] of all frames."""
        everything = list(self.grid())
        step = max(1, len(everything) // 12)
        for settings in [*everything[::step], everything[-1]]:
            self.update(settings)
            self.redraw.draw()
        while True:
            self.sketch, frames = Sketch(self.fig, self.name), []
            still = self._still()
            for settings in everything:
                caption = self.update(settings)
                parts = self.redraw._find_parts(self.redraw.renderer)
                moving = [part for part in parts if part in self.redraw.moving]
                if [part for part in parts if part not in self.redraw.moving] != self.redraw.still:
                    break  # something moves that had never moved before
                frames.append(([self.sketch.draw(part) for part in moving], caption))
            else:
                self.still, self.definitions = still, self.sketch.finish()
                return frames
            self.redraw.draw()

    def _still(self):
        """The SVG of all that does not move."""
        self.redraw.draw()
        moving = {part: part.get_animated() for part in self.redraw.moving}
        try:
            for part in moving:
                part.set_animated(True)  # matplotlib leaves these out
            return self.sketch.draw(self.fig)
        finally:
            for part, before in moving.items():
                part.set_animated(before)
            self.redraw.draw()

    def write(self, folder):
        """Write the figure and its files into `folder`; returns what the page needs to know."""
        folder.mkdir(parents=True, exist_ok=True)
        frames = self.record()
        sizes = [len(self.chosen[name][0]) for name in self.order]
        start = np.ravel_multi_index([self.chosen[name][2] for name in self.order], sizes)
        files, first, packed = [], 0, None
        for number, (pieces, caption) in enumerate(frames):
            if packed is None or packed.size > FILE:
                packed, first = Packed(), number
                files.append((first, packed))
            packed.add(pieces, caption)
        for number, (_, packed) in enumerate(files):
            (folder / f"{number}.bin").write_bytes(packed.as_bytes())
        about = {
            "width": round(float(self.sketch.width), 1),
            "height": round(float(self.sketch.height), 1),
            "columns": columns(self.fig),
            "letters": min(text.get_fontsize() for text in self._texts()),
            "alt": self.live.alt,
            "defs": self.definitions,
            "still": self.still,
            "slots": max(len(pieces) for pieces, _ in frames),
            "files": [first for first, _ in files],
            "start": int(start),
            "frame": frames[start][0],
            "caption": frames[start][1],
            "remembers": self._remembered(frames),
            "controls": [self._control(name) for name in self.live.controls],
        }
        (folder / "figure.bin").write_bytes(pack(about))
        return len(frames), sum(file.stat().st_size for file in folder.iterdir())

    def _remembered(self, frames):
        """Where a figure remembers: [slots that belong to each option of the control `memory`], else None."""
        if not self.memory:
            return None
        options = len(self.chosen[self.memory][0])
        groups = np.array_split(np.arange(len(frames)), options)
        return [
            [slot for slot in range(len(frames[0][0])) if len({frames[n][0][slot] for n in group}) > 1]
            for group in groups
        ]

    def _control(self, name):
        control, (_, shown, own) = self.live.controls[name], self.chosen[name]
        kind = {widgets.Dropdown: "select", widgets.ToggleButtons: "buttons"}.get(type(control), "range")
        return {
            "name": name,
            "label": control.description,
            "kind": kind,
            "shown": shown,
            "start": own,
            "weight": math.prod(len(self.chosen[after][0]) for after in self.order[self.order.index(name) + 1 :]),
        }

    def _texts(self):
        found = [a for a in lettering.lettered(self.fig) if hasattr(a, "get_fontsize") and a.get_text()]
        ticks = [label for axes in self.fig.axes for label in axes.get_xticklabels() if label.get_text()]
        return found + ticks


class Packed:
    """Frames of one file: each different piece once."""

    def __init__(self):
        self.pieces, self.frames, self.captions, self.size = {}, [], [], 0

    def add(self, pieces, caption):
        for piece in pieces:
            if piece not in self.pieces:
                self.pieces[piece] = len(self.pieces)
                self.size += len(piece)
        self.size += len(caption) + 6 * len(pieces)
        self.frames.append([self.pieces[piece] for piece in pieces])
        self.captions.append(caption)

    def as_bytes(self):
        return pack({"pieces": list(self.pieces), "frames": self.frames, "captions": self.captions})


def pack(data):
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


def explorers_in(notebook):
    """[(cell, name of the explorer)] of a notebook."""
    return [(cell, found[1]) for cell in notebook.cells if (found := EXPLORER.search(cell.source))]


def needs_run(cell):
    """Whether the explorer of a cell looks into what the lesson has computed before."""
    (call,) = [
        node
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "").startswith("explore_")
    ]
    return bool(call.args or call.keywords)


def record_notebook(path, language, folder):
    """Record every live figure of the notebook at `path` into `folder`/NAME."""
    notebook = nbformat.read(path, as_version=4)
    found = explorers_in(notebook)
    run = any(needs_run(cell) for cell, _ in found)
    namespace = {"hp": hp}
    figures.show = lambda fig, *_, **__: None if isinstance(fig, LiveFigure) else hp.figures.plt.close(fig)
    hp.use_language(language)
    hp.use_style()
    todo = {cell.id: name for cell, name in found}
    for cell in notebook.cells:
        if not todo:
            break
        if cell.cell_type == "code" and cell.id in todo:
            name = todo.pop(cell.id)
            live = caught(name, cell.source, namespace)
            yield name, Recording(live, name.removeprefix("explore_"), SPECIAL.get(name)).write(folder / name)
        elif cell.cell_type == "code" and run:
            exec(compile(without_magic(cell.source), cell.id, "exec"), namespace)


def caught(name, source, namespace):
    """The live figure that `source` makes by calling the explorer `name`."""
    made = []

    def explorer(*args, **kwargs):
        made.append(getattr(hp.explorers, name)(*args, **kwargs))
        return made[-1]

    setattr(hp, name, explorer)
    try:
        exec(compile(without_magic(source), name, "exec"), namespace)
    finally:
        delattr(hp, name)
    return made[0]


def without_magic(source):
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n"))


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebook", type=Path)
    parser.add_argument("language")
    parser.add_argument("folder", type=Path)
    args = parser.parse_args(argv)
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "hpcourse"
    for name, (frames, size) in record_notebook(args.notebook, args.language, args.folder):
        print(f"{args.language} {name}: {frames} frames, {size // 1000} kB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
