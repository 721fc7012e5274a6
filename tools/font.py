"""Make the font for Chinese words in figures: a subset of Noto Sans CJK TC with what the course can draw.

python -m tools.font [FILE]

FILE is NotoSansCJK-Regular.ttc, as Debian's package fonts-noto-cjk installs it. The subset has every
character of the catalogues and lessons, ASCII, Greek and some signs, and a name of its own, as its licence
(OFL 1.1) asks of changed versions.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).parent.parent
SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
TARGET = ROOT / "hpcourse/page/fonts/hpcourseTC-Regular.otf"
NAME, ORIGIN = "hpcourse TC", "Noto Sans CJK TC"
# Latin with accents, Greek, punctuation, arrows, signs of formulas: what tick labels and names may need.
ALWAYS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x391, 0x3CA), *range(0x2010, 0x2027),
          *range(0x2190, 0x2194), *range(0x3000, 0x3012), *range(0xFF01, 0xFF5F),
          *map(ord, "−×÷√∞≈≠≤≥∝∂∇∑·°²³⁴‰…")]  # fmt: skip
NAMES = {1: NAME, 3: f"{NAME} 1.0", 4: NAME, 6: "hpcourseTC-Regular", 16: NAME}


def characters(root=ROOT):
    """Every character that a message, a figure or a lesson may draw."""
    files = [*root.glob("hpcourse/locale/zh-TW/*.po"), *root.glob("lessons/*.py")]
    return {*ALWAYS, *(ord(char) for file in files for char in file.read_text(encoding="utf-8"))}


def subset(font, wanted):
    """Keep only the glyphs of the characters `wanted`, and give the font its own name."""
    options = Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID]
    top = font["CFF "].cff
    top.fontNames = ["hpcourseTC-Regular"]
    top.topDictIndex[0].FullName = top.topDictIndex[0].FamilyName = NAME


def main(source=SOURCE):
    font = next(f for f in TTCollection(source, lazy=True).fonts if f["name"].getDebugName(1) == ORIGIN)
    subset(font, characters())
    TARGET.parent.mkdir(exist_ok=True)
    font["head"].modified = font["head"].created  # the same file whenever it is made
    font.recalcTimestamp = False
    font.save(TARGET)
    print(
        f"{TARGET.relative_to(ROOT)}: {len(font.getBestCmap())} characters, {TARGET.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
