"""`hp.progress()`: what was predicted and solved, day by day, what is next, and at the end a certificate."""

import base64
import html
import json
import os
import re
import sys
from pathlib import Path

import ipywidgets as widgets

from hpcourse.frame import record
from hpcourse.frame.course import DAYS
from hpcourse.frame.language import current_language, text
from hpcourse.frame.start import shipped_notebooks
from hpcourse.page.quizzes import find_question, in_html, letter_of

CERTIFICATE = "hpcourse_certificate.html"
PREDICTION = re.compile(r"\bhp\.predict\(\s*[\"']([\w-]+)")
CELL = "text-align: left; padding: 0.1em 1.2em 0.1em 0"
# On these the disk goes with the session; the names are of variables that they set.
SESSIONS = ("COLAB_RELEASE_TAG", "BINDER_SERVICE_HOST", "BINDER_LAUNCH_HOST", "KAGGLE_KERNEL_RUN_TYPE")


def progress():
    """What you predicted and solved in each day of the course, and what is next; at the end, a certificate.

    It is kept in `hpcourse_progress.json` beside the notebooks, and never sent anywhere.
    """
    return Recap() if record.kept() else Nothing()


class Nothing:
    """What stands in place of a recap where no record is kept: the same for everybody."""

    def _repr_mimebundle_(self, **_):
        hint = text("Run this cell: it shows what you have predicted and solved, and what is next.")
        return {"text/html": f"<p><i>{html.escape(hint)}</i></p>", "text/plain": hint}


class Standing:
    """One day: what there is in it, and what the learner has of it."""

    def __init__(self, day, contents, kept):
        self.day, self.predictions, self.points = day, *contents
        questions, checks = kept["questions"], kept["checks"]
        self.answered = {key: questions[key] for key in self.predictions if key in questions}
        self.right = [key for key, entry in self.answered.items() if entry.get("right")]
        self.scores = {task: checks[task]["score"] for task in self.points if task in checks}
        self.solved = [task for task, score in self.scores.items() if score == 1]
        dated = [*self.answered.values(), *(checks[task] for task in self.scores)]
        self.dates = sorted(entry["date"][:10] for entry in dated if entry.get("date"))

    @property
    def earned(self):
        """Points, where a check that is right in part counts in part."""
        return sum(self.points[task] * score for task, score in self.scores.items())

    @property
    def next(self):
        """The notebook of this day in which something is left, and how much; None if nothing is."""
        left = [where for key, where in self.predictions.items() if key not in self.answered]
        for notebook in (name for name in self.day.lessons if name in left):
            return notebook, left.count(notebook), text("predictions")
        if tasks := len(self.points) - len(self.solved):
            return self.day.exercises[0], tasks, text("tasks")
        return (left[0], len(left), text("predictions")) if left else None


class Recap:
    """The page of `hp.progress()`."""

    def __init__(self):
        self.kept = record.load()
        self.days = [Standing(day, contents_of(day), self.kept) for day in DAYS.values()]
        self.name = widgets.Text(description=text("Name"), placeholder=text("as it should be printed"))
        self.write = widgets.Button(description=text("Write the certificate"), layout={"width": "auto"})
        self.write.on_click(lambda _: self.write_certificate())
        self.load = widgets.FileUpload(accept=".json", description=text("Load"), layout={"width": "auto"})
        self.load.observe(self._loaded, "value")
        self.table, self.said = widgets.HTML(self.as_html()), widgets.HTML()
        rows = [self.table, widgets.HBox([widgets.HTML(self._save_link()), self.load])]
        rows += [widgets.HBox([self.name, self.write])] if self.finished else []
        self.page = widgets.VBox([*rows, self.said])

    @property
    def finished(self):
        """Whether every day has something that was solved."""
        return all(day.solved for day in self.days if day.points)

    @property
    def next(self):
        """What to do next: from the day that was worked on last, else from the beginning."""
        begun = max((k for k, day in enumerate(self.days) if day.dates), default=0)
        return next(filter(None, (day.next for day in [*self.days[begun:], *self.days[:begun]])), None)

    def as_html(self):
        """Table, surprises, what is next, and where this is kept."""
        heads = [text("Day"), text("Predictions"), text("Tasks"), text("Points")]
        head = "".join(f'<th scope="col" style="{CELL}">{html.escape(word)}</th>' for word in heads)
        rows = "".join(map(_row, self.days))
        return f"<table><tr>{head}</tr>{rows}</table>{self._surprises()}{self._what_is_next()}{self._where()}"

    def _surprises(self):
        """The predictions that were wrong: what was said, and what is so."""
        items = []
        for day in self.days:
            for key, entry in day.answered.items():
                question, choice = find_question(key), entry["choice"]
                letters = [letter_of(index) for index in range(len(question.options))]
                if choice in letters and choice != letters[question.right]:
                    said, right = (question.options[k][0] for k in (letters.index(choice), question.right))
                    lines = [f"<b>{in_html(question.prompt)}</b>"]
                    lines += [f"✗ {in_html(said)}", f"✓ {in_html(right)}"]
                    items.append(f"<li>{'<br>'.join(lines)}</li>")
        if not items:
            return ""
        return f"<p>{html.escape(text('Where intuition failed:'))}</p><ul>{''.join(items)}</ul>"

    def _what_is_next(self):
        if self.next is None:
            return f"<p>{html.escape(text('Everything is done.'))}</p>"
        notebook, left, what = self.next
        words = text("Next: {notebook} ({what} left: {left}).").format(
            left=left, what=what, notebook=f"`{notebook}`"
        )
        return f"<p>{in_html(words)}</p>"

    def _where(self):
        if sys.platform == "emscripten":
            where = text("This is kept in this browser; save it if you want to go on in another.")
        elif any(name in os.environ for name in SESSIONS):
            where = text("This computer forgets everything after the session: save, and load it next time.")
        elif record.saved() or not (self.kept["questions"] or self.kept["checks"]):
            where = text("Kept in `hpcourse_progress.json` beside this notebook, and never sent anywhere.")
        else:
            where = text(
                "This folder cannot be written to, so it is kept as long as the kernel runs: save it."
            )
        aside = text(", ").join(f"`{file.name}`" for file in record.put_aside())
        found = text("What could not be read was put aside: {files}.").format(files=aside) if aside else ""
        return f"<p>{in_html(where)}</p>" + (f"<p>{in_html(found)}</p>" if found else "")

    def _save_link(self):
        return _download(record.as_json(self.kept), record.FILE, "application/json", text("Save"))

    def _loaded(self, _):
        """Merge in a file that was saved elsewhere."""
        try:
            record.add(_content(self.load.value))
        except ValueError:
            words = text("This file is none that was saved here.")
        else:
            self.kept = record.load()
            self.days = [Standing(day, contents_of(day), self.kept) for day in DAYS.values()]
            self.table.value = self.as_html()
            words = text("Loaded.")
        self.said.value = f'<div role="status">{html.escape(words)}</div>'

    def write_certificate(self):
        """Write the certificate beside the notebook, and offer it for download."""
        page = certificate(self.name.value.strip(), self.days)
        link = _download(page, CERTIFICATE, "text/html", text("Save the certificate"))
        try:
            Path(CERTIFICATE).write_text(page, encoding="utf-8")
            words = text("It is in `hpcourse_certificate.html` beside this notebook: open it, and print it.")
        except OSError:
            words = text("This folder cannot be written to: save it with the link.")
        self.said.value = f'<div role="status">{in_html(words)} {link}</div>'

    def _repr_mimebundle_(self, **_):
        lines = [f"{day.day.number}: {day.earned:g} / {sum(day.points.values())}" for day in self.days]
        view = {"version_major": 2, "version_minor": 0, "model_id": self.page.model_id}
        return {
            "application/vnd.jupyter.widget-view+json": view,
            "text/html": self.as_html(),
            "text/plain": "\n".join(lines),
        }


def contents_of(day):
    """{prediction: notebook} and {task: points} of a day, from the notebooks that came with the package."""
    predictions, points = {}, {}
    for name in day.notebooks:
        languages = (current_language(), "en")
        paths = [shipped_notebooks() / language / f"{name}.ipynb" for language in languages]
        path = next((path for path in paths if path.exists()), None)
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if path else ():
            if cell["cell_type"] == "code":
                predictions |= dict.fromkeys(PREDICTION.findall("".join(cell["source"])), name)
                if about := cell["metadata"].get("hpcourse"):
                    points[about["task"]] = about["points"]
    return predictions, points


def certificate(name, days):
    """A page to print: who, when, what was solved, and what this does and does not say."""
    worked = [day for day in days if day.dates]
    dates = sorted(date for day in worked for date in day.dates)
    rows = "".join(
        f"<tr><td>{day.day.number}</td><td>{html.escape(day.day.called(current_language()))}</td>"
        f"<td>{len(day.answered)} / {len(day.predictions)}</td><td>{len(day.solved)} / {len(day.points)}</td>"
        f"<td>{day.earned:g} / {sum(day.points.values())}</td></tr>"
        for day in worked
    )
    heads = [text("Day"), text("Subject"), text("Predictions"), text("Tasks"), text("Points")]
    title = html.escape(text("hpcourse: the hyperparameters that decide whether a neural network learns"))
    if len(set(dates)) > 1:
        has = text("has worked through the following, from {first} to {last}.")
    else:
        has = text("has worked through the following, on {first}.")
    has = has.format(first=dates[0] if dates else "", last=dates[-1] if dates else "")
    honest = text(
        "This page is no examination. Its reader wrote the answers on a computer of their own, as often as "
        "they liked; a program checked them; nobody looked on."
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{current_language()}"><meta charset="utf-8"><title>{title}</title>\n'
        "<style>body {max-width: 46em; margin: 3em auto; font-family: serif; line-height: 1.5}"
        " td, th {text-align: left; padding: 0.2em 1em 0.2em 0; vertical-align: top}</style>\n"
        f"<h1>{title}</h1>\n<p><b>{html.escape(name)}</b><br>{html.escape(has)}</p>\n<table><tr>"
        + "".join(f"<th>{html.escape(word)}</th>" for word in heads)
        + f"</tr>{rows}</table>\n<p><i>{html.escape(honest)}</i></p></html>\n"
    )


def _row(day):
    answered = text("{right} right of {answered} answered, of {all}").format(
        right=len(day.right), answered=len(day.answered), all=len(day.predictions)
    )
    cells = [answered, f"{len(day.solved)} / {len(day.points)}"]
    cells.append(f"{day.earned:g} / {sum(day.points.values())}")
    row = "".join(f'<td style="{CELL}">{html.escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row" style="{CELL}">{day.day.number}</th>{row}</tr>'


def _download(content, name, kind, words):
    data = base64.b64encode(content.encode()).decode()
    return f'<a download="{name}" href="data:{kind};charset=utf-8;base64,{data}">{html.escape(words)}</a>'


def _content(uploaded):
    """The bytes of what was uploaded: ipywidgets 7 has {name: {"content": ...}}, 8 a tuple of tables."""
    files = list(uploaded.values()) if isinstance(uploaded, dict) else list(uploaded)
    return bytes(files[-1]["content"]) if files else b""
