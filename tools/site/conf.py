"""Sphinx's settings, for all languages: `-t zh-TW` chooses Traditional Chinese."""

import importlib.metadata
import sys
from pathlib import Path

SITE = Path(__file__).parent
sys.path.insert(0, str(SITE.parents[1]))

from tools.site import epub, mathml, place, sheet  # noqa: E402
from tools.site.chinese_search import SearchTraditionalChinese  # noqa: E402
from tools.site.pages import LANGUAGES, REPOSITORY, notebooks, open_in, published, words  # noqa: E402

CODE = next(code for code in LANGUAGES if tags.has(code))  # noqa: F821 (Sphinx puts `tags` here)
project, html_title = "hpcourse", words(CODE)["title"]
language = LANGUAGES[CODE].locale
locale_dirs = ["locale"]
extensions = ["myst_nb"]
exclude_patterns = ["locale"]
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "amsmath", "attrs_inline"]
myst_heading_anchors = 3

html_theme = "furo"
html_theme_options = {"navigation_with_keys": False}  # arrow keys scroll wide formulas and listings
html_show_copyright = html_copy_source = html_show_sourcelink = html_use_index = False
templates_path = [str(SITE / "templates")]
html_static_path, html_favicon = [str(SITE / "static")], str(SITE / "static" / "favicon.svg")
html_css_files, html_js_files = (
    ["course.css"],
    [("course.js", {"defer": "defer"}), ("live.js", {"type": "module"})],
)
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"

html_math_renderer = "mathml"

if tags.has("book"):  # noqa: F821
    templates_path, html_static_path = [], [str(SITE / "book")]
    html_css_files, html_js_files = [], []
    version = release = importlib.metadata.version("hpcourse")
    epub_title, epub_language, epub_description = html_title, CODE, words(CODE)["about"]
    epub_author = epub_contributor = epub_publisher = "hpcourse contributors"
    epub_copyright = words(CODE)["licence"]
    epub_uid = epub_identifier = f"hpcourse-{CODE}"
    epub_cover = ("cover.png", "")
    epub_css_files = ["book.css"]
    epub_show_urls, epub_tocdepth = "no", 2


def add_links(app, pagename, templatename, context, doctree):
    """Give the templates the links to the other language and to the services that run the notebook."""
    is_notebook = any(path.stem == pagename for path in notebooks(CODE))
    context["notebook"] = open_in(f"notebooks/{CODE}/{pagename}.ipynb") if is_notebook else None
    context["languages"], context["code"], context["words"] = LANGUAGES, CODE, words(CODE)
    context["pairs"] = language == SearchTraditionalChinese.lang
    own = {"index", "search", sheet.NAME}
    there = {other: {*own, *(p.stem for p in notebooks(other))} for other in LANGUAGES}
    context["translations"] = {
        other: f"{other}/{pagename}.html" for other in LANGUAGES if pagename in there[other]
    }
    address = context["address"] = place.base(REPOSITORY)
    context["about"] = place.description(pagename, CODE, words(CODE))
    picture = f"cards/{pagename}.png" if is_notebook else "_images/day1.png"
    context["card"] = f"{address}/{CODE}/{picture}"
    context["starts"] = {other: words(other)["start"] for other in LANGUAGES}
    context["repository"] = f"https://github.com/{published(REPOSITORY).name}"


def setup(app):
    mathml.add_to(app)
    app.add_search_language(SearchTraditionalChinese)
    app.connect("html-page-context", add_links)
    app.add_builder(epub.Book, override=True)
