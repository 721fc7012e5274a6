"""What a check answers: shown by the notebook, read by the instructor's tools."""

import html
import re

from hpcourse.checks.task import say

MARKS = {"passed": "✓", "not yet": "✗", "not started": "…"}
WORDS = {"passed": say("passed"), "not yet": say("not yet"), "not started": say("not started")}
STYLE = "line-height: 1.5; padding: 0.3em 0.8em; border-left: 4px solid; max-width: 50em"
CELL = "text-align: left; padding: 0.1em 0.8em 0.1em 0; vertical-align: top; white-space: pre-wrap"


class Result:
    """The outcome of one check. It shows itself where it is the last line of a cell.

    `passed` is a bool, `score` 1.0, or less for an answer that is right in part, `status` "passed",
    "not yet" or "not started", `mistake` the id of the known mistake that the answer behaves like, or None.
    `message` and what is shown are in the language in use when they are read. `example` is [(what, text)]
    about the first case that differs.
    """

    def __init__(self, task, status, message, mistake=None, example=(), printed="", characters=0, score=0.0):
        self.task, self.status, self.mistake = task.name, status, mistake
        self.score = 1.0 if status == "passed" else score
        self.printed, self.characters = printed, characters
        self._message, self._example = message, example
        self.reward = None  # what is shown after a right answer

    @property
    def passed(self):
        """Whether the answer is right."""
        return self.status == "passed"

    @property
    def message(self):
        """What happened, and a hint, in the language in use."""
        return str(self._message)

    @property
    def example(self):
        """The first case that differs: pairs of what it is and the numbers, as text."""
        return [(str(what), str(value)) for what, value in self._example]

    @property
    def _heading(self):
        words = say("{name}: {value}", name=self.task, value=WORDS[self.status])
        return f"{MARKS[self.status]} {words}"

    def __repr__(self):
        lines = [self._heading, self.message]
        lines += [f"  {say('{name}: {value}', name=what, value=value)}" for what, value in self.example]
        if self.printed:
            lines += [f"  {self._printed_title}", self.printed]
        return "\n".join(line for line in lines if line)

    @property
    def _printed_title(self):
        if self.characters > len(self.printed):
            return str(
                say(
                    "Your function printed {count} characters; the first {kept}:",
                    count=self.characters,
                    kept=len(self.printed),
                )
            )
        return str(say("Your function printed:"))

    def _ipython_display_(self):
        from IPython.display import display

        display({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)
        if self.reward:
            self.reward.show()

    def _repr_html_(self):
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        rows = "".join(
            f'<tr><th scope="row" style="{CELL}">{html.escape(what)}</th>'
            f'<td style="{CELL}"><code>{html.escape(value)}</code></td></tr>'
            for what, value in self.example
        )
        table = f'<table style="margin: 0.4em 0">{rows}</table>' if rows else ""
        printed = ""
        if self.printed:
            printed = (
                f"<details><summary>{html.escape(self._printed_title)}</summary>"
                f"<pre>{html.escape(self.printed)}</pre></details>"
            )
        return (
            f'<div role="status" aria-live="polite" style="{STYLE}"><b>{html.escape(self._heading)}</b>'
            f"<div>{message}</div>{table}{printed}</div>"
        )
