"""Build the site of the course: python -m tools.site.build [FOLDER], by default into build/site.

Each language is a site of its own, with its own search, in a folder of its own; a page has the same name
in both. Sphinx reads copies of the notebooks which `pages` has made readable without a kernel.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tools.site.pages import LANGUAGES, REPOSITORY, WORDS, Page, as_page_text, notebooks, open_in

SITE = Path(__file__).parent
MATHJAX = Path(find_spec("sphinx-mathjax-offline").submodule_search_locations[0], "static", "mathjax")


def build(out):
    """Write the site into the folder `out`, in place of what is there; a warning of Sphinx is an error."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        builders = {language: start_sphinx(language, scratch / language) for language in LANGUAGES}
        failed = [language for language, builder in builders.items() if builder.wait()]
        if failed:
            raise SystemExit(f"The site was not built: see the warnings above ({', '.join(failed)}).")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(SITE / "root", out)
        for language in LANGUAGES:
            shutil.copytree(scratch / language / "html", out / language)


def start_sphinx(language, scratch):
    """Write what Sphinx reads, and start it; returns the process."""
    sources, extra = scratch / "sources", scratch / "extra"
    sources.mkdir(parents=True)
    for file in ("tex-chtml.js", "output/chtml/fonts/woff-v2"):
        copy(MATHJAX / file, extra / "_static" / "mathjax" / file)
    pages = [Page(path, language) for path in notebooks(language)]
    for page in pages:
        page.write(sources, extra)
    (sources / "index.md").write_text(start_page(pages, language), encoding="utf-8")
    shutil.copytree(SITE / "locale", sources / "locale")  # Sphinx compiles it where it lies
    shutil.copy(
        REPOSITORY / ".github" / ("day1.png" if language == "en" else f"day1.{language}.png"),
        sources / "day1.png",
    )
    options = [
        "-D",
        f"html_extra_path={extra}",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        "-c",
        SITE,
        "-d",
        scratch / "doctrees",
        "-t",
        language,
    ]
    return subprocess.Popen([sys.executable, "-m", "sphinx", *options, sources, scratch / "html"])


def copy(source, target):
    """Copy a file or a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    (shutil.copytree if source.is_dir() else shutil.copy)(source, target)


def start_page(pages, language):
    """The start page in Markdown: the text of its file, with the syllabus and the order of the pages."""
    text = as_page_text((SITE / language / "index.md").read_text(encoding="utf-8"), SITE / language, language)
    contents = "\n".join(page.path.stem for page in pages)
    toctree = f"```{{toctree}}\n:hidden:\n\n{contents}\n```\n"
    return text.replace("{syllabus}", syllabus(pages, language)) + "\n" + toctree


def syllabus(pages, language):
    """The days of the course, each with what its lesson says it is about, and its links."""
    exercises = {page.path.stem.partition("_")[0]: page for page in pages if "exercises" in page.path.stem}
    days = []
    for page in (page for page in pages if "exercises" not in page.path.stem):
        title, about = [part.strip() for part in page.opening.split("\n\n") if part.strip()][:2]
        words, where = WORDS[language], open_in(page.path.relative_to(REPOSITORY).as_posix())
        links = [f"[{words['lesson']}]({page.path.name})"]
        if others := exercises.get(page.path.stem.partition("_")[0]):
            links.append(f"[{words['exercises']}]({others.path.name})")
        links += [f"[{words[service]}]({where[service]})" for service in ("binder", "colab")]
        days.append(f"##{title}\n\n{about}\n\n{' · '.join(links)}\n")
    return "\n".join(days)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build" / "site")
    build(parser.parse_args().folder)
