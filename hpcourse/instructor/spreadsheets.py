"""Tables as spreadsheets and learning-management systems save them: text in any encoding, or xlsx."""

import contextlib
import csv
import html
import io
import re
import unicodedata
import zipfile
from datetime import datetime, timedelta
from xml.etree import ElementTree

from hpcourse.instructor import Misuse
from hpcourse.instructor.charsets import COMMON, bytes_of, decode
from hpcourse.instructor.scripts import FAMILIES, of_names

TOP = 30  # lines in which the header is looked for: there may be titles above it
LARGEST = 64 * 2**20
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # Excel's own formats
# What a workbook in the strict form of the standard calls its parts.
STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", SHEET[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", LINK[1:-3].encode()),
)
OLD = b"\xd0\xcf\x11\xe0"  # Excel's files before 2007, and what hides a newer one behind a password
SAVED = "save it as CSV UTF-8 (.csv) or as .xlsx"
AS_CSV = f"open it in the spreadsheet and {SAVED}"


def _lowered(header):
    return [cell.lower() for cell in header]


def read_table(path, columns, meaning=_lowered):
    """[(line number, {column: cell})] of a table whose header has all of one of the sets `columns`.

    `meaning(header)` turns the cells of a header into names of columns, and raises ValueError for one that
    cannot be a header. Raises Misuse with the remedy.
    """
    return next(read_tables(path, columns, meaning))[1]


def read_tables(path, columns, meaning, people=False):
    """Yield (where, table as of read_table) for each sheet of a workbook that has one, and of a text once.

    Of a table of `people`, the letters have to make names.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Misuse(f"{path} is missing") from None
    seen, found = "", False
    for sheet, table in _tables(path.name, data, people):
        for place, (line, row) in enumerate(table[:TOP]):
            try:
                names = meaning(row)
            except ValueError as error:
                raise Misuse(f"{path.name}, line {line}: {error}") from None
            seen = seen or ", ".join(filter(None, row))
            if any(wanted <= set(names) for wanted in columns):
                below = [(line, cells) for line, cells in table[place + 1 :] if any(cells) and cells != row]
                found = True
                yield sheet, [(line, _named(names, cells)) for line, cells in below]
                break
        if found and not sheet:
            return
    if not found:
        raise Misuse(
            f"{path.name}: no line names the columns {', '.join(sorted(columns[0]))}; the first one is "
            f"{seen[:200]!r}. Put a line with these names above the others"
        )


def _named(names, cells):
    """{column: cell}; of columns of one name, the first that holds something."""
    row = {}
    for name, cell in zip(names, cells):
        if name and not row.get(name):
            row[name] = cell
    return row


def _tables(name, data, people):
    """("", table) for each reading by separator, or (sheet, table) for each sheet; rows as (line, cells)."""
    if len(data) > LARGEST:
        raise Misuse(f"{name} is larger than {LARGEST // 2**20} MB: no table of people is")
    if data.startswith(b"PK"):
        return _sheets(name, data)
    if data.startswith(OLD) and "EncryptedPackage".encode("utf-16-le") in data:
        raise Misuse(f"{name} is protected by a password: take it off in the spreadsheet, or {SAVED}")
    if data.startswith(OLD):
        raise Misuse(f"{name} is a table of an old Excel (.xls): {AS_CSV}")
    content = decode(data)
    if re.match(r"\s*<(!doctype|html|table|meta|\?xml)", content, re.I):
        raise Misuse(f"{name} is a web page, whatever it is called: {AS_CSV}")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")) or "\0" in content:
        raise Misuse(f"{name} is not a table: {AS_CSV}")
    texts = [content]
    if not _is_unicode(data):
        if people:
            texts = [_told(name, data)]
        for encoding in COMMON:  # if no header is found in one code, it may be in another
            with contextlib.suppress(UnicodeDecodeError):
                texts.append(data.decode(encoding))
    elif people:
        texts = [_read_wrongly(content), content]
    return (("", table) for said in dict.fromkeys(texts) for table in _readings(name, said))


def _told(name, data):
    """The text of a roster in an old code; raises Misuse where which one it is cannot be told."""
    written = [(number, line) for number, line in enumerate(data.splitlines(), 1) if not line.isascii()]
    others = [number for number, line in written if not _is_unicode(line)]
    if len(others) <= len(written) / 2:  # no old code makes a table of which half is UTF-8 by chance
        raise Misuse(
            f"{name}, line {others[0]}: its letters are in another code than those of other lines: "
            f"write it again in the spreadsheet and {SAVED}"
        )
    text, _ = of_names(data)
    if not text:
        line = next(number for number, line in enumerate(data.splitlines(), 1) if not line.isascii())
        raise Misuse(f"{name}, line {line}: in what code its letters are cannot be told: {AS_CSV}")
    return text


def _read_wrongly(content):
    """A roster that a program has read in its own country's code and saved in Unicode, as it was meant."""
    try:
        data = bytes_of(content, "latin")
    except UnicodeEncodeError:
        return content
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    text, script = of_names(data)
    return text if script in FAMILIES else content


def _is_unicode(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return b"\0" in data
    return True


def _begins(table):
    """The line on which the last row begins."""
    return table[-2][0] + 1 if len(table) > 1 else 1


def _readings(name, content):
    told = re.match(r'\s*"?sep=(.)"?[ \t]*,*\r?\n', content, re.I)
    top = "\n".join(content.splitlines()[:TOP])
    separators = told[1] if told else sorted(",;\t|，；", key=lambda sign: -top.count(sign))
    for separator in separators:
        reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, skipinitialspace=True)
        table = []
        try:
            for cells in reader:
                table.append((reader.line_num, [clean(cell) for cell in cells]))
        except csv.Error:  # such as a cell without end
            continue
        if content.count('"') % 2 and reader.line_num > _begins(table):
            raise Misuse(
                f"{name}, line {_begins(table)}: a quotation mark there has no second one: take it out"
            )
        yield table[1:] if told else table


def without_accents(said):
    """prenom of prénom; other scripts as they are."""
    apart = unicodedata.normalize("NFD", said)
    latin = "".join(char for char in apart if not "\u0300" <= char <= "\u036f")
    return latin if said[:1] < "\u0370" or "\u1e00" <= said[:1] < "\u1f00" else said


def clean(cell):
    """A cell without what cannot be seen: marks of direction and order, spaces without width or break."""
    if re.search(r"&#?\w+;", cell):  # as a web page writes it
        cell = html.unescape(cell)
    cell = "".join(char for char in cell if unicodedata.category(char) != "Cf")
    cell = " ".join(unicodedata.normalize("NFKC", cell).split())
    quoted = re.fullmatch(r'="(.*)"', cell)  # how a number is kept from being taken as one
    return quoted[1] if quoted else cell


def _sheets(name, data):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            if "xl/workbook.xml" not in book.namelist():
                raise Misuse(f"{name} is neither CSV nor xlsx: {AS_CSV}")
            shared, formats = _shared(book), _formats(book)
            return [
                (title, _cells(_parsed(book, sheet), shared, formats)) for title, sheet in _in_order(book)
            ]
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        IndexError,
        ArithmeticError,
        ValueError,
        RuntimeError,
    ):
        raise Misuse(
            f"{name} is an xlsx that cannot be read (damaged, or with a password): {AS_CSV}"
        ) from None


def _parsed(book, member):
    if book.getinfo(member).file_size > LARGEST:
        raise ValueError("too large")
    content = book.read(member)
    for strict, usual in STRICT:
        content = content.replace(strict, usual)
    return ElementTree.fromstring(content)


def _in_order(book):
    """(title, member) of the sheets that are shown, as the workbook orders them."""
    links = _parsed(book, "xl/_rels/workbook.xml.rels")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in _parsed(book, "xl/workbook.xml").iter(f"{SHEET}sheet"):
        target = targets.get(sheet.get(LINK), "")
        if "worksheet" in target and sheet.get("state", "visible") == "visible":
            yield sheet.get("name") or "?", target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _shared(book):
    """The texts that cells refer to by number, without the readings above Japanese ones."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    return [_said(entry) for entry in _parsed(book, "xl/sharedStrings.xml").iter(f"{SHEET}si")]


def _said(entry):
    runs = [entry, *entry.findall(f"{SHEET}r")]
    return "".join(part.text or "" for run in runs for part in run.findall(f"{SHEET}t"))


def _formats(book):
    """How each style shows a number: "date", how many digits it has at least, or None."""
    if "xl/styles.xml" not in book.namelist():
        return []
    styles = _parsed(book, "xl/styles.xml")
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{SHEET}numFmt")}
    listed = styles.find(f"{SHEET}cellXfs")
    return [_format(one.get("numFmtId", "0"), codes) for one in ([] if listed is None else listed)]


def _format(number, codes):
    code = re.sub(r'"[^"]*"|\\.|\[[^]]*\]', "", codes.get(number, ""))
    if int(number) in DATES or re.search("[ymdYMD]", code):
        return "date"
    return len(code) if re.fullmatch("0+", code) else None


def _cells(sheet, shared, formats):
    table = []
    for number, row in enumerate(sheet.iter(f"{SHEET}row"), start=1):
        cells = []
        for cell in row.iter(f"{SHEET}c"):
            place = _column(cell.get("r", "")) if cell.get("r") else len(cells)
            cells += [""] * min(place - len(cells), 1000)
            cells.append(clean(_value(cell, shared, formats)))
        table.append((int(row.get("r", number)), cells))
    return table


def _column(reference):
    """2 of "C7"."""
    number = 0
    for letter in re.match("[A-Z]*", reference)[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _value(cell, shared, formats):
    kind, value = cell.get("t", "n"), cell.findtext(f"{SHEET}v") or ""
    if kind == "inlineStr":
        inline = cell.find(f"{SHEET}is")
        return _said(inline) if inline is not None else ""
    if kind == "s":
        return shared[int(value)]
    if kind == "n" and value:
        number, style = float(value), int(cell.get("s", "0"))
        shown = formats[style] if style < len(formats) else None
        if shown == "date":
            return f"{datetime(1899, 12, 30) + timedelta(number):%Y-%m-%d}"
        whole = f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else value
        return whole.zfill(shown) if shown else whole  # what is shown as 00123 is that
    return value
