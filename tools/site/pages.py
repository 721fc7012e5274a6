"""Turns an executed notebook into one that Sphinx can show to a reader without a kernel."""

import base64
import html
import re
import struct
from functools import cache
from pathlib import Path
from urllib.parse import quote

import nbformat
from babel.messages.pofile import read_po

from hpcourse import language as course_language
from hpcourse.course import COURSE, LANGUAGES
from hpcourse.page import quizzes
from hpcourse.page.figures import ALTERNATIVE
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
    "found": "found ${resultCount} pages",
}
PNG_SIZE = struct.Struct(">16x2I")  # width and height in the header of a PNG file

BADGES = re.compile(r"^.*\[!\[.*\]\(https?://.*\n", re.M)  # the page has links of its own in their place
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(((?!https?:|mailto:|#)[^)\s]+)\)")
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


class Page:
    """The page made from the notebook at `path`: `write` puts it and its pictures into a folder."""

    def __init__(self, path, language):
        self.path, self.language = path, language
        self.notebook, self.pictures = nbformat.read(path, as_version=4), {}
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
            (extra / name).write_bytes(picture)

    def _show_outputs(self, cell):
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
        png = base64.b64decode(output.data["image/png"])
        pixels = PNG_SIZE.unpack_from(png)
        width = about.get("width", pixels[0])
        height = round(pixels[1] * width / pixels[0])
        name = f"pictures/{self.path.stem}-{cell.id}-{number}.png"
        self.pictures[name] = png
        image = (
            f'<img src="{name}" alt="{html.escape(alt)}" width="{width}" height="{height}" loading="lazy">'
        )
        # A figure that is the value of its cell is a live one; hp.show displays the others.
        if output.output_type == "execute_result":
            binder = open_in(self.path.relative_to(REPOSITORY).as_posix())["binder"]
            note = words(self.language)["still"].replace("<a>", f'<a href="{binder}">')
            image += f"<figcaption>{note}</figcaption>"
        return f"<figure>{image}</figure>"


def as_page_text(markdown, folder, language):
    """`markdown` of a file in `folder`, with links that lead where the page's reader can go."""

    def link(match):
        text, (target, _, anchor) = match[1], match[2].partition("#")
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


def question_as_html(question):
    """A question whose answers open to say whether they are right, and why: no kernel is needed."""
    items = []
    for index, (answer, reason) in enumerate(question.options):
        right = index == question.right
        verdict = f"✓ {course_language.text('Right:')}" if right else f"✗ {course_language.text('Not yet:')}"
        items.append(
            f"<li><details><summary>{in_html(answer)}</summary>"
            f"<p><b>{html.escape(verdict)}</b> {in_html(reason)}</p></details></li>"
        )
    prompt = f"<p><b>{in_html(question.prompt)}</b></p>"
    return f'<div class="question">{prompt}<ol type="A">{"".join(items)}</ol></div>'


def in_html(message):
    """`message` in the language in use, with its backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(course_language.text(message)))
