"""Build the site of the course: python -m tools.site.build [FOLDER], by default into build/site.

Each language is a site of its own, with its own search, in a folder of its own; a page has the same name
in all. What is not in a language yet is said there, with a link to the page in English. Sphinx reads copies
of the notebooks which `pages` has made readable without a kernel.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from hpcourse.frame.course import COURSE, LANGUAGES
from tools.site import place, record, sheet, sizes
from tools.site.pages import REPOSITORY, SITE, Page, as_page_text, notebooks, open_in, words


def build(out, frames=None):
    """Write the site into the folder `out`, in place of what is there; a warning of Sphinx is an error.

    `frames` is the most frames of a live figure, for a quick look, and 0 leaves all as pictures; by default
    as many as `record` says.
    """
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        builders = {language: start_sphinx(language, scratch / language) for language in LANGUAGES}
        recorded = {} if frames == 0 else record.record_all(frames)  # meanwhile
        failed = [language for language, builder in builders.items() if builder.wait()]
        if failed:
            raise SystemExit(f"The site was not built: see the warnings above ({', '.join(failed)}).")
        shutil.rmtree(out, ignore_errors=True)  # until all is there the old site stays
        shutil.copytree(SITE / "root", out)
        write_root(out)
        for language in LANGUAGES:
            shutil.copytree(scratch / language / "html", out / language)
        for (language, name), folder in recorded.items():
            shutil.copytree(folder, out / language / "live" / name)
        sizes.check(out)


def write_root(out):
    """What belongs to no language: the first page, that for wrong addresses, what search engines read."""
    address, say = place.base(REPOSITORY), words("en")
    front = f"""<meta name="description" content="{say["about"]}">
    <link rel="canonical" href="{address}/">"""
    lost = "<p>" + "<br>".join(f'<span lang="{code}">{words(code)["lost"]}</span>' for code in LANGUAGES)
    nowhere = '<meta name="robots" content="noindex">'
    template = (out / "index.html").read_text(encoding="utf-8")
    for name, prefix, head, title, text in (
        ("index.html", "", front, "hpcourse", ""),
        ("404.html", f"{address}/", nowhere, "404", f"{lost}</p>\n      "),
    ):
        page = template.replace("{head}", head).replace("{title}", title).replace("{text}", text)
        page = page.replace("{links}", place.links_to_languages(prefix)).replace("{prefix}", prefix)
        (out / name).write_text(page, encoding="utf-8")
    pages = {"index": [*LANGUAGES], sheet.NAME: [*LANGUAGES]}
    for language in LANGUAGES:
        for path in notebooks(language):
            pages.setdefault(path.stem, []).append(language)
    (out / "sitemap.xml").write_text(place.sitemap(pages, address), encoding="utf-8")
    (out / "robots.txt").write_text(place.robots(address), encoding="utf-8")


def start_sphinx(language, scratch):
    """Write what Sphinx reads, and start it; returns the process."""
    sources, extra = scratch / "sources", scratch / "extra"
    pages = write_sources(language, sources, extra)
    (extra / "cards").mkdir()
    for page in pages:
        (extra / "cards" / f"{page.path.stem}.png").write_bytes(card_of(page, language))
    (sources / f"{sheet.NAME}.md").write_text(sheet.as_markdown(pages, language), encoding="utf-8")
    (sources / "index.md").write_text(start_page(pages, language), encoding="utf-8")
    return sphinx("html", language, scratch, f"html_extra_path={extra}")


def write_sources(language, sources, extra):
    """Write the notebooks for Sphinx, and their pictures, which it copies; returns their pages."""
    sources.mkdir(parents=True)
    pages = [Page(path, language) for path in notebooks(language)]
    for page in pages:
        page.write(sources, extra)
    picture = REPOSITORY / ".github" / f"day1.{language}.png"
    shutil.copy(picture if picture.exists() else picture.with_name("day1.png"), sources / "day1.png")
    shutil.copytree(SITE / "locale", sources / "locale")  # Sphinx compiles it where it lies
    return pages


def sphinx(builder, language, scratch, *settings, tags=()):
    """Start Sphinx over `scratch`/sources; a warning is an error. Returns the process."""
    settings = [word for setting in settings for word in ("-D", setting)]
    settings += [word for tag in (language, *tags) for word in ("-t", tag)]
    options = ["-W", "--keep-going", "-q", "-b", builder, "-c", SITE, "-d", scratch / "doctrees"]
    options += [*settings, scratch / "sources", scratch / builder]
    return subprocess.Popen([sys.executable, "-m", "sphinx", *options])


def card_of(page, language):
    """What a link to a page shows; never a figure that waits for an answer."""
    title = page.opening.partition("\n")[0].lstrip("# ")
    picture = next((picture.png for picture in page.pictures.values() if not picture.waits), None)
    return place.card(
        title, words(language)["title"].partition("hpcourse")[2].lstrip(":： "), picture, language
    )


def start_page(pages, language):
    """The start page in Markdown: the text of its file, with the syllabus and the order of the pages."""
    folder = SITE / (language if (SITE / language / "index.md").exists() else "en")
    text = as_page_text((folder / "index.md").read_text(encoding="utf-8"), folder, language)
    contents = "\n".join([*(page.path.stem for page in pages), sheet.NAME])
    toctree = f"```{{toctree}}\n:hidden:\n\n{contents}\n```\n"
    return text.replace("{syllabus}", syllabus(pages, language)) + "\n" + toctree


def syllabus(pages, language):
    """The days of the course, each with what its lesson says it is about, and its links."""
    there = {page.path.stem: page for page in pages}
    days = []
    for day in (*COURSE.days.values(), *COURSE.optional.values()):
        for name in day.lessons:
            if name not in there:
                days.append(in_english(day, name, language))
                continue
            page, say = there[name], words(language)
            title, about = [part.strip() for part in page.opening.split("\n\n") if part.strip()][:2]
            where = open_in(page.path.relative_to(REPOSITORY).as_posix())
            links = [f"[{say['lesson']}]({name}.ipynb)"]
            links += [f"[{say['exercises']}]({other}.ipynb)" for other in day.exercises if other in there]
            links += [f"[{say[service]}]({where[service]})" for service in ("binder", "colab")]
            days.append(f"##{title}\n\n{about}\n\n{' · '.join(links)}\n")
    return "\n".join(days)


def in_english(day, name, language):
    """The entry of a lesson that is not in this language yet."""
    path = REPOSITORY / "notebooks" / "en" / f"{name}.ipynb"
    title = Page(path, "en").opening.partition("\n")[0]
    link = f'<a href="../en/{name}.html" lang="en">{words(language)["lesson"]} (English)</a>'
    return f"##{title} (English)\n\n{day.called(language)}\n\n{link}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build" / "site")
    parser.add_argument(
        "--frames", type=int, help="at most so many frames of a live figure, or 0: a quick look"
    )
    args = parser.parse_args()
    build(args.folder, args.frames)
