"""What a page of the site fetches by itself, and what one touch of a live figure fetches, as transferred."""

import gzip
import json
import re

BY_ITSELF, BY_A_TOUCH = 1_000_000, 400_000  # bytes at most

PARTS = re.compile(r'<(?:link rel="stylesheet"|script)[^>]*?(?:href|src)="([^"?#]+)')
LIVE = re.compile(r'data-live="([^"]+)"')


def check(site):
    """Stop, and name each page and each live figure of the folder `site` that fetches too much."""
    found = {page.relative_to(site): by_itself(page) for page in site.glob("*/*.html")}
    wrong = [f"{page} fetches {size} bytes" for page, size in found.items() if size > BY_ITSELF]
    for figure in site.glob("*/live/*/*"):
        if (size := by_a_touch(figure)) > BY_A_TOUCH:
            wrong.append(f"a touch of {figure.relative_to(site)} fetches {size} bytes")
    if wrong:
        raise SystemExit("\n".join(sorted(wrong)))


def by_itself(page):
    """Bytes of a page with its styles and scripts, and the first files of its live figures."""
    text = page.read_text(encoding="utf-8")
    parts = [page, *(page.parent / name for name in PARTS.findall(text))]
    for name in LIVE.findall(text):
        first = page.parent / name / "first.bin"
        figure = page.parent / name / "figure.bin"
        parts += (
            [figure, first if first.exists() else page.parent / name / "0.bin"] if figure.exists() else []
        )
    return sum(map(transferred, parts))


def transferred(file):
    """Bytes of a file, which a server packs unless it is packed."""
    data = file.read_bytes()
    return len(data) if file.suffix == ".bin" else len(gzip.compress(data))


def by_a_touch(figure):
    """Bytes for a control of the live figure in this folder, wherever it rests and the others stand.

    Nothing, if the frame came with the page; else (live.js) the file that holds it, and those beside it.
    """
    about = json.loads(gzip.decompress((figure / "figure.bin").read_bytes()))
    if about["first"] is None:
        return 0
    sizes = [(figure / f"{number}.bin").stat().st_size for number in range(len(about["files"]))]
    return max(sum(sizes[max(0, k - 1) : k + 2]) for k in range(len(sizes)))
