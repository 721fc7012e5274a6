"""Text whose encoding nobody noted down: tables from spreadsheets, names in zips, notebooks."""

import itertools
import re
import unicodedata

# Where the characters of everyday use lie, by their first byte (and the second, in Shift JIS).
COMMON = {
    "cp950": lambda first, second: 0xA4 <= first <= 0xC6,
    "gb18030": lambda first, second: 0xB0 <= first <= 0xD7 and second >= 0xA1,
    "cp932": lambda first, second: first in (0x82, 0x83) or 0x88 <= first <= 0x97,
    "cp949": lambda first, second: 0xB0 <= first <= 0xC8 and second >= 0xA1,
}
CYRILLIC = ("cp1251", "koi8-r", "cp866")  # in the wrong one, capitals stand where small letters do
CYRILLIC_WORD = re.compile(r"(?<!\w)(?:[А-ЯЁ]?[а-яё]{2,}|[А-ЯЁ]{2,})(?!\w)")
# Codes of one byte a character, in which any bytes look well: taken where a name on the roster is in them.
ELSEWHERE = ("cp874", "cp1253", "cp1254", "cp1255", "cp1256", "cp1250", "cp852")

# A program that unpacks reads names in the code of its own country, whatever they are written in.
READ, WRITTEN = ("cp437", "latin", "cp850", "gb18030", "cp950", "cp932"), ("utf-8", *COMMON)


def decode(data, known=frozenset()):
    """`data` as text in the likeliest encoding; `known` are characters that names here are written in."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if b"\x1b$" in data and data.isascii():
        return data.decode("iso2022_jp", errors="replace")
    if b"\0" in data[:200]:  # no text of one byte a character holds any
        even, odd = data[:200:2].count(0), data[1:200:2].count(0)
        return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(likeliest(data, known))


def likeliest(data, known=frozenset(), more=()):
    """The encoding of bytes that are not UTF-8: what makes known characters, or common ones, of them."""
    encodings = [*COMMON, "cp1252", "latin-1", *more, *CYRILLIC, "mac_roman"]
    if known:
        encodings += [encoding for encoding in ELSEWHERE if _score(data, encoding, known)[0] > 0.5]
    return max(encodings, key=lambda encoding: _score(data, encoding, known))


def _score(data, encoding, known):
    """Shares of known and of common characters among those that are not ASCII; the first of equals wins."""
    try:
        chars = [char for char in data[:100_000].decode(encoding) if char > "\x7f"]
    except UnicodeDecodeError as error:
        cut = len(data) > 100_000 and error.start > 99_990  # in the middle of a character
        return (-0.5, 0.0) if cut else (-1.0, 0.0)
    if not chars:
        return 0.0, 1.0
    share = sum(char in known for char in chars) / len(chars)
    if encoding in COMMON:
        written = [char.encode(encoding, errors="replace") for char in chars]
        common = sum(len(pair) == 2 and COMMON[encoding](*pair) for pair in written) / len(chars)
    elif encoding in CYRILLIC:
        words = CYRILLIC_WORD.findall(data[:100_000].decode(encoding))
        common = 0.95 * sum(map(len, words)) / len(chars)
    else:  # one byte a character: letters with accents stand among others, hardly ever side by side
        pairs = [(a > 0x7F, b > 0x7F) for a, b in itertools.pairwise(data) if a > 0x7F or b > 0x7F]
        lonely = sum(a != b for a, b in pairs) / max(1, len(pairs))
        text = " " + data[:100_000].decode(encoding)
        letters = sum(_fits(*pair) for pair in itertools.pairwise(text)) / len(chars)
        common = (0.8 if encoding == "mac_roman" else 0.9) * letters * lonely
    return share, common


def _fits(before, char):
    """How well a character beyond ASCII stands where it does: a capital does not within a word (JosŽ)."""
    if char <= "\x7f" or not char.isalpha():
        return 0.0
    return (0.0 if before.islower() else 1.0) if char.isupper() else (1.0 if before.isalpha() else 0.9)


def reread(name, known):
    """The name that a program has read in a wrong code, as it was meant: what makes `known` characters of it.

    One of them is enough if the name was in UTF-8, which nothing else looks like; otherwise two side by side.
    """
    if not known or _beside(name, known) > 1:
        return name
    for read, written in itertools.product(READ, WRITTEN):
        try:
            meant = bytes_of(name, read).decode(written)
        except UnicodeError:
            continue
        if read != written and _beside(meant, known) > (written != "utf-8"):
            return meant
    return name


def bytes_of(name, read):
    """The bytes that were read as `name`; Windows' Latin with the characters that it leaves undefined."""
    if read != "latin":
        return name.encode(read)
    return b"".join(char.encode("latin-1" if ord(char) < 0x100 else "cp1252") for char in name)


def _beside(name, known):
    """The most known characters side by side in a name."""
    runs = itertools.groupby(unicodedata.normalize("NFC", name), known.__contains__)
    return max((sum(1 for _ in run) for there, run in runs if there), default=0)
