"""Turns an executed notebook into one that Sphinx can show to a reader without a kernel."""

import base64
import html
import re
import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import nbformat
from babel.messages.pofile import read_po

from hpcourse.frame import language as course_language
from hpcourse.frame.course import COURSE, LANGUAGES
from hpcourse.page import quizzes
from hpcourse.page.figures import ALTERNATIVE
from tools import seals
from tools.links import published

SITE, REPOSITORY = Path(__file__).parent, Path(__file__).parents[2]
WORDS = {  # translated where the theme is: locale/LOCALE/LC_MESSAGES/sphinx.po
    "title": "hpcourse: learning rate, batch size, optimizer",
    "lesson": "Read the lesson",
    "exercises": "Exercises",
    "binder": "Open in Binder",
    "colab": "Open in Colab",
    "github": "View on GitHub",
    "still": "A still picture. <a>Open the notebook</a> to move the sliders.",
    "navigation": "Other language, and ways to run this page",
    "source": "Source on GitHub",
    "licence": "Code: MIT. Texts: CC BY 4.0.",
    "start": "start page",
    "lost": "There is no such page.",
    "found": "found ${resultCount} pages",
    "opened": "The result is shown below.",
    "about": "Learning rate, batch size, optimizer: a course in notebooks whose figures follow your hand.",
    "offline": "There is no connection. This is the nearest position at hand:",
    "book": "This is the course as a book, to be read without a connection: its figures stand still, "
    "its questions open. On the site the figures move.",
    "sheet": "All figures",
    "about_sheet": "Every figure of the course in its order, with the words that describe it. "
    "A picture leads to its place in the lesson, where many of them move.",
    "figure": "Figure",
    "waits": "This one waits for your prediction in the lesson. Show it",
}
READABLE = 0.65  # of its width: on narrower pages a picture scrolls, as its letters would get too small
PNG_SIZE = struct.Struct(">16x2I")  # width and height in the header of a PNG file

BADGES = re.compile(r"^.*\[!\[.*\]\(https?://.*\n", re.M)  # the page has links of its own in their place
CODE = r"(`+)(?:(?!\1).)+?\1(?!`)|"  # in code brackets make no link
LINK = re.compile(CODE + r"(?<!!)\[([^\]]*)\]\(((?!https?:|mailto:|#)[^)\s]+)\)", re.S)
EXPLORER = re.compile(r"\bhp\.(explore_\w+)\(")
QUIZ = re.compile(r"\bhp\.quiz\([\"']([\w-]+)[\"']\)")


def open_in(path):
    """Where the file `path` of the repository opens: {"binder": address, "colab": ..., "github": ...}."""
    name, branch, *_ = published(REPOSITORY)
    in_lab = quote(f"lab/tree/{path}", safe="")
    return {
        "binder": f"https://mybinder.org/v2/gh/{name}/{branch}?urlpath={in_lab}",
        "colab": f"https://colab.research.google.com/github/{name}/blob/{branch}/{path}",
        "github": f"https://github.com/{name}/blob/{branch}/{path}",
    }


def notebooks(language, root=REPOSITORY, course=COURSE):
    """The notebooks for learners that there are, in the order of the course."""
    paths = [root / "notebooks" / language / f"{name}.ipynb" for name in course.notebooks]
    return [path for path in paths if path.exists()]


@cache
def words(language):
    """What the site says itself: {key of WORDS: the words in this language, or in English}."""
    catalogue = SITE / "locale" / LANGUAGES[language].locale / "LC_MESSAGES" / "sphinx.po"
    if not catalogue.exists():
        return WORDS
    with catalogue.open("rb") as file:
        messages = {message.id: message.string for message in read_po(file)}
    return {key: messages.get(english) or english for key, english in WORDS.items()}


class Picture(NamedTuple):
    """A figure of a page: a PNG, its words, and the size at which it is shown."""

    png: bytes
    alt: str
    width: int
    height: int
    waits: bool  # for the answer to a prediction

    def as_html(self, name, alt=None):
        """Its element; a page that is too narrow for its letters scrolls."""
        size = (
            f'width="{self.width}" height="{self.height}" style="min-width: {round(READABLE * self.width)}px"'
        )
        words = html.escape(self.alt if alt is None else alt)
        return f'<img src="{name}" alt="{words}" {size} loading="lazy" />'


class Page:
    """The page made from the notebook at `path`: `write` puts it and its pictures into a folder."""

    def __init__(self, path, language):
        self.path, self.language = path, language
        self.notebook, self.pictures = nbformat.read(path, as_version=4), {}  # {file: Picture}
        course_language.use_language(language)  # of the questions' answers
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = as_page_text(cell.source, path.parent, language)
            else:
                self._show_outputs(cell)

    @property
    def opening(self):
        """The text of the first cell: title, what you will do, learn and need."""
        return self.notebook.cells[0].source

    def write(self, sources, extra):
        """Write the notebook into `sources`, and its pictures into `extra`, which is copied as it is."""
        nbformat.write(self.notebook, sources / self.path.name)
        for name, picture in self.pictures.items():
            (extra / name).parent.mkdir(parents=True, exist_ok=True)
            (extra / name).write_bytes(picture.png)

    def _show_sealed(self, cell, kind, key):
        """The question, and below it what waits for its answer: both open and close without a kernel."""
        file = self.path.parents[1] / "sealed" / self.language / f"{self.path.stem}.json"
        found, outputs = seals.read(file).get(cell.id, ("", ()))
        if found != key:
            raise ValueError(
                f"{self.path}, cell {cell.id}: {file} does not say what it hides; build it again"
            )
        parts = [self._sealed_output(cell, file.with_suffix(""), output) for output in outputs]
        summary = html.escape(course_language.text("Show me"))
        waiting = f'<details class="sealed" data-question="{key}"><summary>{summary}</summary>'
        waiting = f"{waiting}{''.join(parts)}</details>" if parts else ""  # only later cells show something
        asks = question_as_html(quizzes.find_question(key), key) if kind == "predict" else ""
        data = {"text/html": asks + waiting, "text/plain": ""}
        cell.outputs = [nbformat.v4.new_output("display_data", data=data)] if asks or waiting else []

    def _sealed_output(self, cell, folder, output):
        if "picture" not in output:
            return output.get("html") or f"<pre>{html.escape(output['text'])}</pre>"
        name = f"pictures/{self.path.stem}-{cell.id}-{output['picture']}"
        png = (folder / output["picture"]).read_bytes()
        return self._figure(name, png, output["alt"], output.get("width"), output.get("live"), cell, True)

    def _show_outputs(self, cell):
        if seal := seals.SEAL.search(cell.source):
            self._show_sealed(cell, *seal.groups())
            return
        question = QUIZ.search(cell.source)
        # A picture's words are its `alt` here, and need no second place.
        cell.outputs = [o for o in cell.outputs if ALTERNATIVE not in o.get("data", {}).get("text/html", "")]
        for number, output in enumerate(cell.outputs):
            data = output.get("data", {})
            if question and "text/html" in data:
                data["text/html"] = question_as_html(quizzes.quiz(question[1]).question)
            elif "image/png" in data:
                data["text/html"] = self._picture(cell, number, output)
                del data["image/png"]

    def _picture(self, cell, number, output):
        """A picture in a file of its own, with its text alternative, and its size so that nothing jumps."""
        about = output.metadata.get("image/png", {})
        alt = about.get("alt") or output.data.get("text/plain", "")
        if not alt or alt.startswith("<"):  # what a figure shown without hp.show says of itself
            raise ValueError(f"{self.path}, cell {cell.id}: the picture has no text alternative; use hp.show")
        name = f"pictures/{self.path.stem}-{cell.id}-{number}.png"
        # A figure that is the value of its cell is a live one; hp.show displays the others.
        live, png = output.output_type == "execute_result", base64.b64decode(output.data["image/png"])
        return self._figure(name, png, alt, about.get("width"), live, cell)

    def _figure(self, name, png, alt, width, live, cell, waits=False):
        pixels = PNG_SIZE.unpack_from(png)
        width = width or pixels[0]
        self.pictures[name] = Picture(png, alt, width, round(pixels[1] * width / pixels[0]), waits)
        image, anchor = self.pictures[name].as_html(name), f'id="{Path(name).stem}"'
        if not live:
            return f"<figure {anchor}>{image}</figure>"
        say, binder = words(self.language), open_in(self.path.relative_to(REPOSITORY).as_posix())["binder"]
        note = say["still"].replace("<a>", f'<a href="{binder}">')
        about = f' data-live="live/{self.path.stem}/{name}"' if (name := explorer_in(cell)) else ""
        about += f' data-offline="{html.escape(say["offline"])}"' if about else ""
        return f"<figure {anchor}{about}>{image}<figcaption>{note}</figcaption></figure>"


def explorer_in(cell):
    """The name of the live figure that a cell shows, "" if it shows none."""
    found = EXPLORER.search(cell.source)
    return found[1] if found else ""


def as_page_text(markdown, folder, language):
    """`markdown` of a file in `folder`, with links that lead where the page's reader can go."""

    def link(match):
        if match[1]:
            return match[0]
        text, (target, _, anchor) = match[2], match[3].partition("#")
        path = (folder / target).resolve().relative_to(REPOSITORY)
        anchor = anchor and f"#{anchor}"
        for other in LANGUAGES:
            if path.parent == Path("notebooks", other) and path.suffix == ".ipynb":
                if other == language:
                    return f"[{text}]({path.name}{anchor})"
                return f'<a href="../{other}/{path.stem}.html{anchor}" lang="{other}">{text}</a>'
        if not (REPOSITORY / path).exists():
            raise ValueError(f"{folder}: a link leads to {target}, which does not exist")
        return f"[{text}]({open_in(path.as_posix())['github']}{anchor})"

    return LINK.sub(link, BADGES.sub("", markdown))


def question_as_html(question, opens=""):
    """A question whose answers open to say whether they are right, and why: no kernel is needed.

    With the key of a prediction as `opens`, the first answer also opens all that waits for it (course.js).
    """
    text, items = course_language.text, []
    wrong = text("Not so:") if opens else text("Not yet:")
    for index, (answer, reason) in enumerate(question.options):
        verdict = f"✓ {text('Right:')}" if index == question.right else f"✗ {wrong}"
        items.append(
            f"<li><details><summary>{in_html(answer)}</summary>"
            f"<p><b>{html.escape(verdict)}</b> {in_html(reason)}</p></details></li>"
        )
    prompt = f"<p><b>{in_html(question.prompt)}</b></p>"
    data = f' data-opens="{opens}"' if opens else ""
    opened = html.escape(words(course_language.current_language())["opened"])
    said = f'<p role="status" data-says="{opened}"></p>' if opens else ""
    return f'<div class="question"{data}>{prompt}<ol type="A">{"".join(items)}</ol>{said}</div>'


def in_html(message):
    """`message` in the language in use, with its backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(course_language.text(message)))
