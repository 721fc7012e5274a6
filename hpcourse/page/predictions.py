"""A cell that asks first and then shows: what it draws and prints waits until an answer is chosen.

    with hp.predict("day1-regimes"):
        path = hp.descend(...)  # the code runs at once, so that names exist and "Run All" works
        hp.show(fig, "day1-regimes")  # this waits

    with hp.after("day1-regimes"):  # in a later cell: waits for the same answer, without asking again
        print(path.end)

Stored is the question with its answers alone. Works with ipywidgets 7.7 and 8, without JavaScript.
"""

import contextlib
import html
import io
import json
import os
import sys
from pathlib import Path

import ipywidgets as widgets
from IPython import get_ipython
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.display import display

from hpcourse.frame import record
from hpcourse.frame.language import text
from hpcourse.page.figures import ALTERNATIVE, picture_as_html
from hpcourse.page.quizzes import Quiz, as_list, find_question, letter_of

# In the environment: "show" puts what is sealed beside the question in the output, for the builder; a folder
# holds what the builder found there, and what is now printed has to equal it.
SEALED = "HPCOURSE_SEALED"
MIME = "application/vnd.hpcourse.sealed+json"
VIEW = "application/vnd.jupyter.widget-view+json"

PRINTED = "line-height: 1.3; overflow: auto"

answers = {}  # key: letter of the first choice, "" for "Show me"; of this session
_waiting = {}  # key: functions to call at the answer


@contextlib.contextmanager
def predict(key):
    """Ask the question `key`, and show what the `with` block displays and prints once it is answered.

    Errors and warnings show at once. After an error, or an answer in the block that `hp.check` does not find
    right, nothing is asked, and what was printed is shown too.
    Where the question has been answered before, by the same learner, all is shown at once. `key` and the
    ValueError for an unknown one are those of `hp.quiz`; outside a notebook the block runs as if alone.
    """
    question = find_question(key)
    with _kept() as kept:
        yield
    if kept and kept.sealed:
        display(Prediction(key, question, kept.outputs))


@contextlib.contextmanager
def after(key):
    """Show what the `with` block displays and prints once an earlier `hp.predict(key)` is answered."""
    find_question(key)
    with _kept() as kept:
        yield
    if kept and kept.sealed:
        display(Waiting(key, kept.outputs))


def unseal():
    """Let the block that runs show all at once, and ask nothing: what it needs is not written yet.

    Where notebooks are built the question is stored even so: a learner meets it once the rest is there.
    """
    keeper = getattr(get_ipython(), "display_pub", None)
    if isinstance(keeper, _Keeper) and not os.environ.get(SEALED):
        keeper.sealed = False


class Prediction(Quiz):
    """A question whose answer is what its cell shows. The first choice counts; later ones only explain."""

    def __init__(self, key, question, outputs):
        super().__init__(question)
        self.prediction, self.result = key, _Result(outputs)
        self.for_the_builder = _for_the_builder(key, outputs)
        self.show_me = widgets.Button(description=text("Show me"), layout={"min_width": "7em"})
        self.show_me.on_click(lambda _: self._commit(""))
        row = widgets.HBox([self.show_me])
        *question_and_answers, feedback = self.box.children
        self.box.children = [*question_and_answers, row, feedback]
        self.page = widgets.VBox([self.box, self.result.box])
        self._restore()

    def _restore(self):
        """Show at once what this learner has answered before, in this session or in an earlier one."""
        letter = answers.get(self.prediction, record.first_choice(self.prediction))
        if letter is not None:
            letters = [letter_of(index) for index in range(len(self.buttons))]
            if letter in letters:
                super().answer(letters.index(letter))
                self.show_me.layout.display = "none"
            self._commit(letter)

    def answer(self, index):
        """Commit to the answer at `index`: say whether it is right, and why, and show what the cell shows."""
        super().answer(index)
        self.show_me.layout.display = "none"
        self._commit(letter_of(index))

    @staticmethod
    def not_right():
        """What a wrong answer begins with: it is explained at once, and there is no second try."""
        return text("Not so:")

    def _commit(self, letter):
        if self.prediction not in answers:
            answers[self.prediction] = letter
            record.question(self.prediction, letter, letter == letter_of(self.question.right))
        self.result.open()
        for open_it in _waiting.pop(self.prediction, []):
            open_it()

    def _repr_mimebundle_(self, **_):
        """The live question; where no kernel runs, the question and its answers, and nothing that answers."""
        return stored(self.question) | {VIEW: _view(self.page)} | self.for_the_builder


def stored(question):
    """What a notebook keeps of a prediction, as {MIME type: text}."""
    return as_list(question, text("Run this cell and choose an answer: then it shows what happens."))


class Waiting:
    """What waits for the answer to a question that an earlier cell asks."""

    def __init__(self, key, outputs):
        self.result, self.for_the_builder = _Result(outputs), _for_the_builder(key, outputs)
        self.note = widgets.HTML(f"<i>{html.escape(_hint())}</i>")
        self.page = widgets.VBox([self.note, self.result.box])
        if key in answers or record.first_choice(key) is not None:
            self.open()
        else:
            _waiting.setdefault(key, []).append(self.open)

    def open(self):
        """Show it."""
        self.note.layout.display = "none"
        self.result.open()

    def _repr_mimebundle_(self, **_):
        hint = _hint()
        bundle = {"text/html": f"<p><i>{html.escape(hint)}</i></p>", "text/plain": hint}
        return bundle | {VIEW: _view(self.page)} | self.for_the_builder


def _hint():
    return text("This shows once the question above is answered.")


class _Result:
    """The outputs as widgets, put into the page no sooner than they are to be seen."""

    def __init__(self, outputs):
        self.outputs, self.box = outputs, widgets.VBox(layout={"display": "none"})

    def open(self):
        if not self.box.children:
            self.box.children = [as_widget(output) for output in self.outputs if not _is_alternative(output)]
            self.box.layout.display = None


class _Keeper(CapturingDisplayPublisher):
    """Takes the place of IPython's publisher, and keeps displays and printed text in their order."""

    sealed = True  # until `unseal`

    def publish(self, data, metadata=None, **options):
        if type(_widget_in(data)).__name__ == "TqdmHBox":  # progress is nothing to wait for
            self.to_page.publish(data, metadata, **options)
        else:
            self.outputs.append({"data": data, "metadata": metadata or {}})


class _Printed(io.TextIOBase):
    def __init__(self, outputs):
        self.outputs = outputs

    def write(self, text):
        if not self.outputs or "text" not in self.outputs[-1]:
            self.outputs.append({"text": ""})
        self.outputs[-1]["text"] += text
        return len(text)


@contextlib.contextmanager
def _kept():
    """Keep what the block displays and prints; give it back at once if the block fails or is unsealed."""
    shell = get_ipython()
    if shell is None:
        yield None
        return
    publisher, keeper = shell.display_pub, _Keeper()
    keeper.to_page = publisher
    shell.display_pub = keeper
    failed = True
    try:
        with contextlib.redirect_stdout(_Printed(keeper.outputs)):
            yield keeper
            _show_open_figures()
        failed = False
    finally:
        shell.display_pub = publisher
        for output in keeper.outputs if failed or not keeper.sealed else ():
            if "text" in output:
                print(output["text"], end="")
            else:
                publisher.publish(**output)


def _show_open_figures():
    """Show figures left open, as Jupyter would after the cell, outside the seal."""
    plt = sys.modules.get("matplotlib.pyplot")
    if plt and plt.get_fignums() and "inline" in plt.get_backend().lower():
        plt.show()


def as_widget(output):
    """One output as a widget that shows the same."""
    if "text" in output:
        return widgets.HTML(f'<pre style="{PRINTED}">{html.escape(output["text"])}</pre>')
    data = output["data"]
    if widget := _widget_in(data):
        return widget
    if "image/png" in data:
        return widgets.HTML(picture_as_html(data, output["metadata"]))
    if "text/html" in data:
        return widgets.HTML(data["text/html"])
    return widgets.HTML(f"<pre>{html.escape(data.get('text/plain', ''))}</pre>")


def _widget_in(data):
    """The widget of a display, None if it has none."""
    model_id = data.get(VIEW, {}).get("model_id")
    known = getattr(widgets.widget, "_instances", None)  # ipywidgets 8; 7 keeps them with the class
    return (widgets.Widget.widgets if known is None else known).get(model_id)


def _view(widget):
    return {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}


def _is_alternative(output):
    """Whether it is the text that `hp.show` puts beside a picture, which here has an `alt` of its own."""
    return ALTERNATIVE in output.get("data", {}).get("text/html", "")


def _for_the_builder(key, outputs):
    """What goes along with the question where notebooks are built; elsewhere nothing."""
    place = os.environ.get(SEALED)
    if not place:
        return {}
    kept = [as_kept(output) for output in outputs if not _is_alternative(output)]
    if place == "show":
        return {MIME: {"key": key, "outputs": kept}}
    _compare(Path(place), key, kept)
    return {}


def _compare(folder, key, kept):
    """Raise AssertionError unless the texts are those that the builder stored for this notebook."""
    place, number = folder / Path.cwd().relative_to(folder.parent), _compared.get(key, 0)
    _compared[key] = number + 1
    stored = {}
    for file in place.glob(f"{key.partition('-')[0]}*.json"):
        stored |= json.loads(file.read_text(encoding="utf-8"))
    blocks = stored.get(key, [])
    assert number < len(blocks), f"{place} holds nothing for {key!r}: build the notebook again"
    if blocks[number]["compared"]:
        was, now = (texts_of(outputs) for outputs in (blocks[number]["outputs"], kept))
        assert now == was, f"what {key!r} hides has changed; it was {was!r} and is {now!r}"


_compared = {}  # key: how many blocks have been compared


def texts_of(kept):
    """What of what was kept is compared: everything but pictures, of which the words beside them are."""
    return [output.get("text", output.get("html", output.get("alt"))) for output in kept]


def as_kept(output):
    """One output as the builder keeps it: what of it can be told without a kernel."""
    if "text" in output:
        return {"text": output["text"]}
    data, about = output["data"], output["metadata"].get("image/png", {})
    if "image/png" in data:
        picture = {"picture": data["image/png"], "alt": about.get("alt") or data.get("text/plain", "")}
        return picture | {"width": about.get("width"), "words": about.get("words", []), "live": VIEW in data}
    if "text/html" in data:
        return {"html": data["text/html"]}
    return {"text": data.get("text/plain", "") + "\n"}
