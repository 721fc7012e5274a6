"""What every translation keeps of the English cell that it was made from, whatever the language."""

import re
from collections import Counter
from pathlib import Path

from tools.languages import demands

PARTS = {  # of a text, in the order in which they are recognised
    "code block": re.compile(r"^(```+|~~~+).*?^\1", re.S | re.M),
    "inline code": re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S),
    "formula": re.compile(r"(?<!\\)\$\$.+?\$\$|(?<!\\)\$[^$]+?(?<!\\)\$", re.S),
    "image target": re.compile(r"!\[[^\]]*\]\(([^)\s]+)|<img\b[^>]*?\bsrc=[\"']([^\"']+)"),
    "link target": re.compile(r"\]\(([^)\s]+)|<(https?:[^>\s]+)>|\bhref=[\"']([^\"']+)"),
}


def translation_faults(en, cell, root):
    """Where a cell does not say the same as its English cell, or not as its language demands."""
    if cell.of != en.stamp():
        command = f"python -m tools.build {Path(en.file).stem} --stamp {en.key}"
        yield cell.fault(f"not stamped for the English as it is now: compare, correct, then run {command}")
    if en.tags != cell.tags:
        yield cell.fault("give it the same tags as the English cell")
    ours, theirs = aspects(en.source, en.languages), aspects(cell.source, en.languages)
    for kind in ours:
        gone, extra = list(ours[kind] - theirs[kind]), list(theirs[kind] - ours[kind])
        if gone or extra:
            both = (("en", gone), (cell.lang, extra))
            told = "; ".join(f"{name} alone has {' '.join(x)}" for name, x in both if x)
            yield cell.fault(f"other {kind} than in the English cell, make them equal: {told}", *extra[:1])
    english, translated = prose(en.source), prose(cell.source)
    if english == translated and len(re.findall("[A-Za-z]{2,}", english)) > 5:
        yield cell.fault("is the English cell itself: translate it")
    for message, at in demands(en.languages[cell.lang])(cell, english, translated, root):
        yield cell.fault(message, at)


def aspects(text, languages):
    """What a translation keeps, each kind as a multiset."""
    codes = "|".join(languages)
    found = {}
    for kind, pattern in PARTS.items():
        hits = [m[0] for m in pattern.finditer(text)]
        if "target" in kind:
            hits = [next(filter(None, m.groups())) for m in pattern.finditer(text)]
        if kind == "link target":  # to a heading, or to the notebook in the other language: translated too
            hits = [re.sub(rf"^#.*|(?<=/|F)({codes})(?=/|%2F)", "#", hit) for hit in hits]
        found[kind] = Counter(hits)
        text = pattern.sub(" ", text)
    levels = re.findall(r"^(#{1,6})\s", text, re.M)
    return found | {"heading": Counter(f"{level} (number {i})" for i, level in enumerate(levels, 1))}


def prose(text):
    """A text without code, formulas, pictures and targets of links."""
    for pattern in PARTS.values():
        text = pattern.sub(" ", text)
    return text
