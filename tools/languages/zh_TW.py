"""Traditional Chinese as it is written in Taiwan: its characters, its punctuation, its terms."""

import re
from csv import DictReader
from functools import cache

from tools.cells import terms
from tools.prose import ENGLISH, number

# Big5 holds the characters of Taiwan, so what only GB 2312 has is Simplified. Big5 also has the following as
# rare characters, but in a text of today they are Simplified (and 后 台 里 干 面 系 准 are Traditional too).
SIMPLIFIED_IN_BIG5 = set("万与么价优体儿凄听圣坏复宁并庄异怀怜惊扑扰极机构栖气洁洒痒确种离网胜触赶")
NUMBER = re.compile(r"(?<![\w.])\d(?:[\d,]*\d)?(?:\.\d+)?")
HAN_NUMBER = re.compile(r"[一二兩三四五六七八九十百千萬]+")
WORDS = ENGLISH | {"one": 1, "single": 1, "first": 1, "once": 1, "two": 2, "both": 2, "twice": 2, "second": 2}
WORDS |= {"third": 3, "fourth": 4, "fifth": 5}
HALF_WIDTH = re.compile(r"[一-鿿]([,;:?!])(?=\s|[一-鿿]|$)")
TIMES = r"\s*[\d一二兩三四五六七八九十百千萬幾數][\d,.一二兩三四五六七八九十百千萬幾數]*\s*[多幾]?倍"
SMALLER = r"(?:[低弱淺窄短]|罕見|(?<![大極])小|(?<![至最不多])少|(?<![將接附最])近)了?好?"
LARGER = r"(?<!放)[大高多長寬快強重遠久深]了好?"
UNCHINESE = {  # and what to write instead
    SMALLER + TIMES: "write 剩幾分之一",
    LARGER + TIMES: "write 變成幾倍, for it may also mean so much more",
    "[大小長短高低快慢]得太多|太[大小長短高低快慢]太多": "too long by far is 太長",
    "的根(?![據本號源])": "a square root is a 平方根",
    "可是是|但是是": "begin the second half anew",
    "讀對|讀手寫": "a network does not read digits: 認對, 辨識",
}


def faults(cell, english, chinese, root):
    """Simplified characters, punctuation of English, a cell left in English, and words of elsewhere."""
    for char in dict.fromkeys(filter(is_simplified, cell.source)):
        yield f"{char} is Simplified: write the Traditional character", char
    yield from style_faults(chinese)
    if len(re.findall("[A-Za-z]{2,}", english)) > 5 and not re.search("[一-鿿]", chinese):
        yield "no Chinese in it: translate the English cell", ""
    yield from number_faults(english, chinese)
    yield from term_faults(cell, english, chinese, read_glossary(root / "lessons" / "glossary.csv"))


def unchinese(chinese):
    """What is English in Chinese words: five times smaller, larger by ten times, too long by far."""
    for pattern, advice in UNCHINESE.items():
        for match in re.finditer(pattern, chinese):
            yield f"{match[0]} is no Chinese: {advice}", match[0]


def message_faults(english, chinese, root):
    """The same for a message of a catalogue, which is shown as it stands and gets values in its braces."""
    for char in dict.fromkeys(filter(is_simplified, chinese)):
        yield f"{char} is Simplified: write the Traditional character"
    for fault, _ in style_faults(chinese):
        yield fault
    if re.search("[一-鿿] [一-鿿]", chinese):
        yield "has a space between two Chinese characters"
    if "**" in chinese and "**" not in english:
        yield "has asterisks, which would be shown"
    for fault, _ in avoided(chinese, read_glossary(root / "lessons" / "glossary.csv")):
        yield fault


def style_faults(chinese):
    """Punctuation of English, and what translating leaves behind."""
    for mark in HALF_WIDTH.finditer(chinese):
        yield f"{mark[0]} ends in the punctuation of English: write it full-width", mark[0]
    yield from unchinese(chinese)


def number_faults(english, chinese):
    """Numbers in digits that only one of the two has, in digits or in words."""
    ours, theirs = ({number(m): m for m in NUMBER.findall(text)} for text in (english, chinese))
    worded = {WORDS[word] for word in re.findall("[a-z]+", english.lower()) if word in WORDS}
    for value in sorted(theirs.keys() - ours.keys() - worded):
        yield f"has the number {theirs[value]}, which the English cell does not have", theirs[value]
    worded = {number(m) for m in HAN_NUMBER.findall(chinese)}
    for value in sorted(ours.keys() - theirs.keys() - worded):
        yield f"lacks the number {ours[value]} of the English cell", ""


def term_faults(cell, english, chinese, glossary):
    """Where the glossary has another word."""
    for allowed in cell.allow:
        chinese = chinese.replace(allowed, "")
    yield from avoided(chinese, glossary)
    for term in (term for term in glossary if term["require"] == "yes"):
        words = "|".join(r"[\s-]+".join(map(re.escape, phrase.split())) for phrase in term["en"])
        said = re.search(good(term), chinese, re.I) or set(cell.allow) & set(term["avoid"])
        if not said and re.search(rf"\b({words})(s|es)?\b", english, re.I):
            yield f"write {advice(term)}, since the English cell has the term", ""


def avoided(chinese, glossary):
    """Words that the glossary has another one for."""
    for term in glossary:
        rest = re.sub(good(term), " ", chinese, flags=re.I).lower()  # 演算法 is right although 算法 is not
        for bad in (word for word in term["avoid"] if word.lower() in rest):
            yield f"not {bad}: write {advice(term)}", bad


def good(term):
    """A pattern for what the glossary wants."""
    return "|".join(map(re.escape, term["zh-TW"]))


def advice(term):
    """What the glossary wants, in words."""
    return f'{" or ".join(term["zh-TW"])} for "{term["en"][0]}", as lessons/glossary.csv has it'


def is_simplified(char):
    """Whether a character is Simplified."""
    try:
        return bool(char.encode("big5")) and char in SIMPLIFIED_IN_BIG5
    except UnicodeEncodeError:
        return "一" <= char <= "鿿" and bool(char.encode("gb2312", "ignore"))


@cache
def read_glossary(path):
    """The rows of the glossary: its terms in English and Chinese, and the words to avoid."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(DictReader(file))
    return [
        {n: terms(row[n]) for n in ("en", "zh-TW", "avoid")} | {"require": row["require"]} for row in rows
    ]
