"""Build the course as a book, an EPUB of each language: python -m tools.site.book [FOLDER], by default build.

Text, code, formulas and pictures in one file, without scripts.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from hpcourse.frame.course import LANGUAGES
from tools.site import place
from tools.site.build import card_of, sphinx, write_sources
from tools.site.pages import REPOSITORY, words


def build(folder):
    """Write hpcourse-LANGUAGE.epub into `folder`, for every language."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        builders = {language: start_sphinx(language, scratch / language) for language in LANGUAGES}
        failed = [language for language, builder in builders.items() if builder.wait()]
        if failed:
            raise SystemExit(f"No book was made: see the warnings above ({', '.join(failed)}).")
        for language in LANGUAGES:
            shutil.copy(scratch / language / "epub" / "hpcourse.epub", folder / f"hpcourse-{language}.epub")


def start_sphinx(language, scratch):
    """Write what Sphinx reads, and start it; returns the process."""
    sources, extra = scratch / "sources", scratch / "extra"
    pages = write_sources(language, sources, extra)
    (extra / "cover.png").write_bytes(card_of(pages[0], language))
    (sources / "index.md").write_text(first_page(pages, language), encoding="utf-8")
    address = place.base(REPOSITORY)
    for notebook in sources.glob("*.ipynb"):  # the other languages are other books
        text = notebook.read_text(encoding="utf-8")
        notebook.write_text(text.replace('href=\\"../', f'href=\\"{address}/'), encoding="utf-8")
    return sphinx("epub", language, scratch, f"html_extra_path={extra}", tags=("book",))


def first_page(pages, language):
    """What the book is, and its contents."""
    say, address = words(language), f"{place.base(REPOSITORY)}/{language}/"
    contents = "\n".join(page.path.stem for page in pages)
    toctree = f"```{{toctree}}\n:maxdepth: 1\n\n{contents}\n```"
    parts = [f"# {say['title']}", say["about"], say["book"], f"<{address}>", say["licence"], toctree]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / "build")
    build(parser.parse_args().folder)
