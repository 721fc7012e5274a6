"""The course as a book: an EPUB that readers of books accept, with everything in it."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from hpcourse.frame.course import LANGUAGES
from tools.site.pages import Page, notebooks

pytestmark = pytest.mark.browser
REPOSITORY = Path(__file__).parents[3]
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """{language: (the open EPUB, {name of each page: its XML})}."""
    folder = tmp_path_factory.mktemp("books")
    made = subprocess.run(
        [sys.executable, "-m", "tools.site.book", folder], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    assert made.stderr == ""
    files = {code: zipfile.ZipFile(folder / f"hpcourse-{code}.epub") for code in LANGUAGES}
    return {
        code: (
            file,
            {n: ElementTree.fromstring(file.read(n)) for n in file.namelist() if n.endswith(".xhtml")},
        )
        for code, file in files.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_book_is_what_its_standard_asks_for(books, language):
    file, pages = books[language]
    assert file.testzip() is None
    first = file.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert file.read("mimetype").strip() == b"application/epub+zip"
    assert b'full-path="content.opf"' in file.read("META-INF/container.xml")
    package = ElementTree.fromstring(file.read("content.opf"))
    assert package.findtext(f".//{DC}language") == language
    items = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    listed = {unquote(item.get("href")) for item in items.values()}
    assert listed == set(file.namelist()) - {"mimetype", "META-INF/container.xml", "content.opf"}
    spine = [unquote(items[ref.get("idref")].get("href")) for ref in package.iter(f"{OPF}itemref")]
    assert spine[: len(notebooks(language)) + 1] == [
        "index.xhtml",
        *(f"{path.stem}.xhtml" for path in notebooks(language)),
    ]
    for item in items.values():
        if (page := unquote(item.get("href"))) in pages:
            formulas = any(part.tag.endswith("}math") for part in pages[page].iter())
            assert ("mathml" in (item.get("properties") or "")) == formulas, page
    assert not [name for name in file.namelist() if name.endswith(".js")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_says_its_language_and_its_links_lead_somewhere(books, language):
    file, pages = books[language]
    ids = {name: {part.get("id") for part in page.iter()} for name, page in pages.items()}
    broken = []
    for name, page in pages.items():
        assert page.get(LANG) == page.get("lang", language) == language, name
        for part in page.iter():
            target = part.get("src") or part.get("href") or ""
            if not target or re.match("https?:|mailto:", target):
                continue
            path, _, anchor = target.partition("#")
            path = (PurePosixPath(name).parent / unquote(path)).as_posix() if path else name
            missing = anchor and path in ids and unquote(anchor) not in ids[path]
            if missing or path not in file.namelist():
                broken.append((name, target))
    assert broken == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_and_every_question_is_in_the_book(books, language):
    _, pages = books[language]
    for path in notebooks(language):
        page = Page(path, language)
        parts = [*pages[f"{path.stem}.xhtml"].iter()]
        shown = {part.get("src"): part.get("alt") for part in parts if part.tag.endswith("}img")}
        assert {name: picture.alt for name, picture in page.pictures.items()} == shown
        asked = sum("hp.quiz(" in c.source or "hp.predict(" in c.source for c in page.notebook.cells)
        assert sum(part.get("class") == "question" for part in parts) == asked


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_drawn_and_nothing_is_wider_than_a_small_screen(books, language, chromium, tmp_path):
    file, pages = books[language]
    file.extractall(tmp_path)
    page, formulas = chromium.new_page(viewport={"width": 390, "height": 844}), 0
    for name in pages:
        page.goto((tmp_path / name).as_uri())
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        heights = page.eval_on_selector_all("math", "all => all.map(m => m.getBoundingClientRect().height)")
        assert all(height > 5 for height in heights), name
        formulas += len(heights)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    assert formulas > 100
    page.close()
