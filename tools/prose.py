"""The numbers, ratios and comparisons that a text speaks of, in English and in Chinese.

Formulas, code, links, years, days, sections and the numbers of lists are not meant.
"""

import re
from dataclasses import dataclass

UNITS = "three four five six seven eight nine ten eleven twelve"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = dict(zip(UNITS.split(" "), range(3, 13))) | dict(zip(TENS.split(" "), range(20, 100, 10)))
ENGLISH |= {"fifteen": 15, "sixteen": 16, "dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
HAN = dict(zip("一二三四五六七八九", range(1, 10))) | {"兩": 2, "〇": 0, "零": 0}

MASKED = (  # what speaks of no result, in this order
    r"(?s)^(```+|~~~+).*?^\1",
    r"(?s)(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)",
    r"(?s)(?<!\\)\$\$.+?\$\$|(?<!\\)\$[^$]+?(?<!\\)\$",
    r"!?\[!\[[^\]]*\]\([^)]*\)\]\([^)]*\)|!\[[^\]]*\]\([^)]*\)|(?<=\])\([^)\s]+\)|<[^>\n]+>",
    r"\b(?:19|20)\d\d\b",  # a year
    r"^\s*(?:#{1,6}\s+)?\d+\.\s",  # of a list or a heading
    r"\b(?:[Dd]ays?|[Ss]ections?|[Tt]asks?|[Cc]hapters?|[Ff]igures?|[Pp]arts?|Steps?|[Ee]xercises?|Python|Jupyter|Notebook)"
    r"\s\d+(?:(?:,\s|\sand\s|\sto\s|\sor\s|–)\d+)*(?:,?\sand\s\d+)?\b",
    r"第[一二三四五六七八九十]+",
    r"第\s*[\d一二三四五六七八九十]+(?:\s*[、，到至和與或～–-]\s*\d+)*\s*[天節章題格部]",
    r"\b[Aa]bout \d+ minutes\b|大約 \d+ 分鐘",
    r"\(\d+ points?\)|（\d+ 分）|\b\d+ tasks?, \d+ points?\b|\d+ 題，共 \d+ 分",  # of an exercise
    r"\b[Nn]o (?:longer|sooner|later)\b|\b[Aa]s (?:long|soon|well|far) as\b|#\d+\b",
    r"\b[Aa] third (?=row|line|one|way|time|kind|rate|rule|walk|run|curve|task|thing|language)",
    r"十分(?!之)|再三|四處|四面|千萬別|萬一|百分點|五花八門|三角|四捨五入|一五一十",
)
# Of formulas only those that name a setting: $\\kappa = 30$. 0 and 1 are theory.
SETTING = re.compile(r"(?<!\\)\$\\?[A-Za-z]+(?:_\{?\w+\}?)?\s*=\s*(?!0\$|1\$)-?(\d[\d.,]*)\$")
CODE = re.compile(r"`[\w.]+\(?(?:\w+\s*)?=\s*(\d[\d.]*(?:e-?\d+)?)\)?`")  # and of code: `average=0.99`
POINT = re.compile(r"(?<!\\)\$\(-?(\d[\d.]*),\s*-?(\d[\d.]*)\)\$")  # and a start: $(3, 3)$
DIGITS = r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w]*[A-Za-z_])"
WORD = rf"\b(?:{'|'.join(sorted(ENGLISH, key=len, reverse=True))})s?\b"
ABOUT = r"(?:about|some|around|roughly|nearly|almost|over|under|barely|up to|more than|less than|fewer than)"
COUNTED = "個種組次步張筆條項類格題層點遍輪人份塊段隻頁週回批行列維秒名場件句顆歲字條粒遭對"
LARGE = "大小好佳差快慢高低多少長短寬窄深淺近遠陡平準穩省貴早晚便強弱久密粗細重輕"
ADJECTIVES = (  # of which English makes comparatives
    "large small great big near close far wide narrow high low fast slow long short steep flat sharp smooth "
    "rough deep shallow cheap noisy quick strong weak few late safe"
)


def compared(adjective):
    """`larger` and `largest` for `large`."""
    if adjective == "far":
        return "farther|farthest"
    stem = re.sub("(?<=[^aeiou])y$", "i", adjective.removesuffix("e"))
    if re.fullmatch("(big|flat)", adjective):
        stem += adjective[-1]
    return f"{stem}er|{stem}est"


COMPARED = "|".join(map(compared, ADJECTIVES.split()))
TIMES = rf"times\b(?=\s+(?:as|the|more|less|its|that|over|ours|{COMPARED}|{ADJECTIVES.replace(' ', '|')}))"
PARTS = r"percent\b|points?\b|thirds?\b|quarters?\b|tenths?\b"
SHARE = r"(?:a|one)\s+(?:third|tenth|fifth|hundredth|thousandth|millionth)"
RATIO = {
    "en": rf"""(?:{ABOUT}\s+)?(?:{DIGITS}|{WORD}|\b(?:two|one)\b)(?:\s+(?:to|or|and)\s+(?:{DIGITS}|{WORD}))?
            (?:\s+(?:hundred|thousand|million)s?)?(?:\s?%|-?fold\b|\s+(?:{TIMES}|{PARTS}))
        |\b(?:twice|half|halves|thrice|doubles?d?|triples?d?|quarter|thousands|{SHARE})\b
        |\b{ABOUT}\s+(?:an?\s+)?(?:{DIGITS}|{WORD})""",
    "zh-TW": rf"""[〇一二兩三四五六七八九十百千萬億幾數\d.,]+\s*[多幾]?\s*倍
        |[一二兩三四五六七八九十百千萬幾數\d]+\s*分之\s*[〇一二三四五六七八九十幾\d.]+
        |{DIGITS}\s*(?:%|％|成|個百分點)|一半|半數|減半|加倍|(?<![一-龥])[兩三四五六七八九]成(?!為)
        |(?:大約|約|將近|超過|不到|幾乎)\s*(?:有\s*)?(?:{DIGITS}|[二兩三四五六七八九十百千萬]+(?![一-龥]*[樣般]))
        |[幾數好上][十百千萬]+|[一兩幾數]?[十百千萬]+以[上下]""",
}
COUNT = rf"[三四五六七八九十百千萬][一二兩三四五六七八九十百千萬]*(?=[多幾]?\s?[{COUNTED}])"
PLAIN = {
    "en": rf"{DIGITS}|{WORD}",
    "zh-TW": rf"{DIGITS}|{COUNT}",
}
COMPARISON = {
    "en": rf"""\b(?:{COMPARED}|earlier\s+than|later\s+than|sooner|better|best|worse|worst|(?<!at\s)least
        |fewest|(?<!at\s)most\s+(?!of\s+(?:this|what))|more\s+than|less\s+than|as\s+\w+\s+as|by\s+far
        |far\s+ahead|nearly\s+all|almost\s+all|none|nobody|wins?|loses?|winner|beats?|outperforms?|coincide)\b""",
    "zh-TW": rf"""最(?![多少]\s*[\d兩二三四五六七八九十]|[小大]值|佳[化解]|近的一)[{LARGE}]
        |更[{LARGE}]|(?<!比)較[{LARGE}]|比較[{LARGE}]|一樣[{LARGE}]|不如|[大險小]勝|贏|(?<!運)輸(?![入出送])|[領落][先後]
        |遠遠|幾乎全|幾乎都|幾乎每""",
}


@dataclass(frozen=True)
class Spoken:
    """Words of a text, from `start` to `end`; a plain number has its value."""

    start: int
    end: int
    words: str
    value: float | None = None


def masked(text):
    """The text with what speaks of no result blanked, at its old length."""
    for pattern in MASKED:
        text = re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.M)
    return text


def spoken(text, language):
    """All that `text` says in numbers or compares, in the order of the text."""
    named = [m for kind in (SETTING, CODE) for m in kind.finditer(text)]
    found = [Spoken(*m.span(1), m[0], number(m[1])) for m in named]
    found += [Spoken(*m.span(i), m[0], number(m[i])) for m in POINT.finditer(text) for i in (1, 2)]
    text = masked(text)
    for kind in (RATIO, COMPARISON, PLAIN):
        for match in re.finditer(kind[language], text, re.X | re.I):
            if kind is COMPARISON and sentence(text, match.start()).endswith(("?", "？")):
                continue  # it asks
            if not any(match.start() < f.end and f.start < match.end() for f in found):
                value = number(match[0]) if kind is PLAIN else None
                found.append(Spoken(match.start(), match.end(), match[0].strip(), value))
    found = [f for f in found if f.value != 0]
    return sorted(found, key=lambda f: f.start)


def number(words):
    """The value of a plain number: `1,437`, `thirty`, `三十`."""
    words = words.lower().replace(",", "")
    try:
        return float(words)
    except ValueError:
        pass
    if words.rstrip("s") in ENGLISH:
        return float(ENGLISH[words.rstrip("s")])
    total, last = 0, 0
    for char in words:
        unit = {"十": 10, "百": 100, "千": 1000, "萬": 10**4}.get(char)
        total, last = (total + (last or 1) * unit, 0) if unit else (total, HAN.get(char, 0))
    return float(total + last)


def sentence(text, start):
    """The sentence around `start`."""
    ends = [m.end() for m in re.finditer(r"[.?!:]\s|[。？！：]|\n\n", text)]
    begin = max((e for e in ends if e <= start), default=0)
    return " ".join(text[begin : min((e for e in ends if e > start), default=len(text))].split())
