"""Sphinx's EPUB, and what its standard asks for besides: each page's language, where formulas are."""

import re

from sphinx.builders.epub3 import Epub3Builder

ITEM = re.compile(r'(?<=<item )(?=[^>]*href="([^"]+\.xhtml)")')


class Book(Epub3Builder):
    """In place of Sphinx's own builder, whose name it keeps."""

    def init(self):
        super().init()
        self.html_tag = f'{self.html_tag[:-1]} lang="{self.config.epub_language}"'
        self.html_tag += f' xml:lang="{self.config.epub_language}">'

    def add_css_file(self, filename, **about):
        if not filename.startswith("mystnb"):  # folds code on pages, and comes when the book is closed
            super().add_css_file(filename, **about)

    def build_content(self):
        super().build_content()
        file = self.outdir / "content.opf"
        file.write_text(ITEM.sub(self._properties, file.read_text(encoding="utf-8")), encoding="utf-8")

    def _properties(self, item):
        page = self.outdir / item[1]
        formulas = page.exists() and "<math" in page.read_text(encoding="utf-8")
        return 'properties="mathml" ' if formulas else ""
