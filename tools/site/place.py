"""The site as a place on the web: where it stands, what links to it show, what search engines read."""

import html
import io

import matplotlib
from matplotlib.figure import Figure
from matplotlib.image import imread

from hpcourse.frame import language as course_language
from hpcourse.frame.course import COURSE, LANGUAGES
from hpcourse.page import lettering
from tools.links import published

CARD = (1200, 630)  # pixels of the picture that a link shows, as those who show them ask for


def base(root):
    """Where the site stands: GitHub's pages of the repository that pyproject.toml names."""
    owner, name = published(root).name.split("/")
    return f"https://{owner}.github.io/{name}"


def day_of(page):
    """The `Day` that a page belongs to, None for others such as the start page."""
    days = (*COURSE.days.values(), *COURSE.optional.values())
    return next((day for day in days if page in day.notebooks), None)


def description(page, language, words):
    """What a page is about, in one sentence, without code."""
    day = day_of(page)
    if day is None:
        return words["about"]
    about = day.called(language)
    return f"{words['exercises']}: {about}" if page in day.exercises else about


def card(title, about, picture, language):
    """The picture of a page for links to it: its title, what it is about, and one of its figures (a PNG)."""
    course_language.use_language(language)
    with matplotlib.rc_context({"font.family": lettering.families()}):
        fig = Figure(figsize=(CARD[0] / 100, CARD[1] / 100), dpi=100, facecolor="white")
        fig.text(0.05, 0.9, title, fontsize=34, va="top", color="#0072B2", wrap=True)
        fig.text(0.05, 0.06, f"hpcourse · {about}"[:70], fontsize=20, va="bottom", color="#333333")
        if picture:
            ax = fig.add_axes((0.05, 0.16, 0.9, 0.58))
            ax.imshow(imread(io.BytesIO(picture)))
            ax.set_axis_off()
        file = io.BytesIO()
        fig.savefig(file, format="png", dpi=100)
    return file.getvalue()


def sitemap(pages, address):
    """sitemap.xml of all pages, {name: [languages that have it]}; each names its translations."""
    entries = []
    for page, languages in sorted(pages.items()):
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href="{address}/{code}/{page}.html"/>'
            for code in languages
        )
        entries += [f"<url><loc>{address}/{code}/{page}.html</loc>{others}</url>" for code in languages]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n' + "\n".join(entries) + "\n</urlset>\n"
    )


def robots(address):
    """robots.txt: everything may be read."""
    return f"User-agent: *\nAllow: /\nSitemap: {address}/sitemap.xml\n"


def links_to_languages(prefix=""):
    """A link to the start page of each language, for pages that belong to none."""
    return "\n      ".join(
        f'<a href="{prefix}{code}/index.html" hreflang="{code}" lang="{code}">{html.escape(named.name)}</a>'
        for code, named in LANGUAGES.items()
    )
