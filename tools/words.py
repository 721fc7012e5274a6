"""Count which word follows which, for `hp.bigram_counts`, and write hpcourse/data/words.<language>.npz.

    apt-get install bible-kjv                       # Debian: the program `bible` and the King James Version
    npm install chinese-poetry && pip install opencc
    python -m tools.words bible node_modules/chinese-poetry/dist/lunyu/lunyu.json

The package ships the counts alone. A pair counts when both of its words are among the `WORDS` most
frequent ones and stand side by side in one verse or paragraph; letters are made small, and punctuation is
left out. The Analects come in Simplified characters. They are converted, and what is shipped must be among
the characters below, which were compared one by one with the traditional text.
"""

import argparse
import json
import re
import subprocess
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[1] / "hpcourse" / "data"
WORDS = 150
READ = (
    "子曰之不也而其人者以有於矣為乎君可如與言無則問知何吾仁夫道焉行謂必禮孔斯三能見學事是哉聞未公好我路在得所已"
    "民小天樂邦亦使大下貢諸從文政食善德欲求對後惡信死然由仲非出過一雖足居爾夏父己及予色成遠上立友齊今張中季臣賢"
    "思義正命曾伯門敢猶生日敬難直喪說自用周顏年告十怨達孝弟至先師多忠四疾服氏冉女將士丘身入志"
)
MENDED = {"慾": "欲"}  # the Analects write one character for both


def english(program):
    """The verses of the King James Version, as words."""
    verses = subprocess.run([program, "-f", "gen1:1-rev22:21"], capture_output=True, text=True, check=True)
    for verse in verses.stdout.lower().splitlines():
        yield re.findall(r"[a-z]+(?:'[a-z]+)?", verse.partition(" ")[2])


def chinese(file):
    """The paragraphs of the Analects, as traditional characters."""
    from opencc import OpenCC

    convert = OpenCC("s2tw").convert
    for chapter in json.loads(Path(file).read_text(encoding="utf-8")):
        for paragraph in chapter["paragraphs"]:
            yield [MENDED.get(c, c) for c in re.findall(r"[\u3400-\u9fff]", convert(paragraph))]


def counted(lines):
    """The most frequent words, and how often the second of each pair follows the first."""
    lines = list(lines)
    words = [word for word, _ in Counter(word for line in lines for word in line).most_common(WORDS)]
    place = {word: i for i, word in enumerate(words)}
    counts = np.zeros((WORDS, WORDS), np.uint16)
    for line in lines:
        for given, following in pairwise(line):
            if given in place and following in place:
                counts[place[given], place[following]] += 1
    return np.array(words), counts


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("bible", help="the program that prints the King James Version")
    parser.add_argument("analects", help="lunyu.json of the npm package chinese-poetry")
    options = parser.parse_args(arguments)
    for language, lines in (("en", english(options.bible)), ("zh-TW", chinese(options.analects))):
        words, counts = counted(lines)
        unread = set(words) - set(READ) if language == "zh-TW" else set()
        if unread:
            raise SystemExit(f"not yet compared with the traditional text: {''.join(sorted(unread))}")
        np.savez_compressed(DATA / f"words.{language}.npz", words=words, counts=counts)
        print(f"{language}: {len(words)} words, {counts.sum()} pairs, most often {counts.max()}")


if __name__ == "__main__":
    main()
