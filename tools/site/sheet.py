"""The sheet of all figures: a page that shows each with its words, and leads to its place in the lesson."""

import html
from pathlib import Path

from tools.site.pages import words

NAME = "figures"


def as_markdown(pages, language):
    """The sheet for Sphinx, by pages in the order of the course."""
    say = words(language)
    parts = [f"# {say['sheet']}", say["about_sheet"]]
    for page in filter(lambda page: page.pictures, pages):
        title = page.opening.partition("\n")[0].lstrip("# ")
        parts += [f"## [{title}]({page.path.name})"]
        parts += [as_html(page, number, say) for number in range(len(page.pictures))]
    return "\n\n".join(parts) + "\n"


def as_html(page, number, say):
    """One figure; folded if it waits for a prediction."""
    name, picture = [*page.pictures.items()][number]
    numbered = f"{say['figure']} {number + 1}"
    image = picture.as_html(name, alt=numbered)
    link = f"{page.path.stem}.html#{Path(name).stem}"
    figure = (
        f'<figure><a href="{link}">{image}</a><figcaption>{html.escape(picture.alt)}</figcaption></figure>'
    )
    if not picture.waits:
        return figure
    return f"<details><summary>{numbered} · {say['waits']}</summary>{figure}</details>"
