"""Questions that answer at once and count for nothing: predict, then see whether you were right."""

import html
import re
from dataclasses import dataclass
from importlib import import_module

import ipywidgets as widgets

from hpcourse.frame import record
from hpcourse.frame.language import text

STYLE = "line-height: 1.5; padding: 0.2em"
# Jupyter's own ring around the button that has the focus is thin and pale.
FOCUS = (
    "<style>.hpcourse-quiz .jupyter-button:enabled:focus-visible"
    " {outline: 3px solid currentColor; outline-offset: 1px}</style>"
)


@dataclass(frozen=True)
class Question:
    """A question in English: `options` are pairs (answer, feedback), `right` is the index of the right one.

    A part in `backticks` is shown as code; formulas are plain Unicode such as η < 2/λ.
    """

    prompt: str
    options: tuple[tuple[str, str], ...]
    right: int


def quiz(key):
    """The question called `key`, with a button for each answer; it may be tried any number of times.

    Keys begin with the day, as in "day1-threshold". Raises ValueError for a key that does not exist.
    """
    return Quiz(find_question(key), key)


def find_question(key):
    """The question called `key`; raises ValueError for a key that does not exist."""
    questions = _questions(key.partition("-")[0]) if isinstance(key, str) else {}
    if not isinstance(key, str) or key not in questions:
        known = ", ".join(repr(name) for name in questions) or "none for this day"
        raise ValueError(f"key must be the name of a question ({known}), got {key!r}")
    return questions[key]


def _questions(day):
    try:
        return import_module(f"hpcourse.page.questions.{day}").QUESTIONS
    except ModuleNotFoundError:
        return {}


class Quiz:
    """A question on the page, in the language in use. Tab and Enter or Space suffice to answer it."""

    def __init__(self, question, key=None):
        self.question, self.key = question, key  # with a key the first answer is recorded
        self.buttons = [self._button(index) for index in range(len(question.options))]
        self.feedback = widgets.HTML()
        rows = [
            widgets.HBox([button, _paragraph(in_html(answer))], layout={"align_items": "center"})
            for button, (answer, _) in zip(self.buttons, question.options)
        ]
        prompt = _paragraph(f"{FOCUS}<b>{in_html(question.prompt)}</b>")
        self.box = widgets.VBox([prompt, *rows, self.feedback], layout={"max_width": "46em"})
        self.box.add_class("hpcourse-quiz")

    def _button(self, index):
        """A button with the answer's letter; the answer itself stands beside it, as buttons do not wrap."""
        answer = text(self.question.options[index][0]).replace("`", "")
        button = widgets.Button(description=letter_of(index), tooltip=answer, layout={"flex": "0 0 4em"})
        button.on_click(lambda _: self.answer(index))
        return button

    def answer(self, index):
        """Say whether the answer at `index` is right, and why; mark it as tried."""
        right = index == self.question.right
        mark, verdict = ("✓", text("Right:")) if right else ("✗", self.not_right())
        if self.key is not None:
            record.question(self.key, letter_of(index), right)
        self.buttons[index].description = f"{letter_of(index)} {mark}"
        reason = in_html(self.question.options[index][1])
        self.feedback.value = (
            f'<div role="status" aria-live="polite" style="{STYLE}">'
            f"{mark} <b>{letter_of(index)}. {html.escape(verdict)}</b> {reason}</div>"
        )

    @staticmethod
    def not_right():
        """What a wrong answer begins with."""
        return text("Not yet:")

    def _repr_mimebundle_(self, **_):
        """The live question; for readers without a kernel the question and its answers as a list."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        listed = as_list(self.question, text("Run this cell to answer."))
        return {"application/vnd.jupyter.widget-view+json": view} | listed


def as_list(question, hint):
    """A question and its answers for readers without a kernel, and a hint what to do."""
    answers = [answer for answer, _ in question.options]
    items = "".join(f"<li>{in_html(answer)}</li>" for answer in answers)
    lines = [f"{letter_of(index)}. {text(answer)}" for index, answer in enumerate(answers)]
    return {
        "text/html": f"<p><b>{in_html(question.prompt)}</b></p>"
        f'<ol type="A">{items}</ol><p><i>{html.escape(hint)}</i></p>',
        "text/plain": "\n".join([text(question.prompt), *lines, hint]),
    }


def letter_of(index):
    """The letter of the answer at `index`."""
    return "ABCDEFGH"[index]


def in_html(message):
    """`message` in the language in use, with its backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text(message)))


def _paragraph(content):
    return widgets.HTML(f'<div style="{STYLE}">{content}</div>')
