"""Every file in what students handed in: a folder, a zip, zips inside, e-mails. Nothing is unpacked to disk.

What a file is, its first bytes say and not its name.
"""

import email
import email.policy
import io
import os
import re
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parseaddr
from functools import cache
from pathlib import Path, PurePosixPath

from hpcourse.instructor.charsets import likeliest, reread
from hpcourse.instructor.notes import as_it_is, note, on_a_line, storable, words

DEEPEST = 3  # zips inside zips
LARGEST = 50 * 2**20  # bytes of a notebook
LARGEST_ARCHIVE = 256 * 2**20  # of a zip inside another, which is read as a whole
OPEN = 4  # archives kept in memory
CHECKPOINTS = ".ipynb_checkpoints"
# What programs and disks keep for themselves, what was thrown away among it: nobody hands that in. Nor what
# `hpcourse course autograder --github` puts beside the notebook.
IGNORED = set(
    """__MACOSX .DS_Store Thumbs.db .git .github desktop.ini $RECYCLE.BIN RECYCLER #recycle .Trashes @eaDir
    .Spotlight-V100 .fseventsd .TemporaryItems lost+found""".split()  # noqa: SIM905
) | {"System Volume Information"}
PACKAGES = {".venv", "venv", "env", "node_modules", "__pycache__", "site-packages"}
ZIP = b"PK\x03\x04"
SHADOW = b"\0\5\x16\7"
ARCHIVE = re.compile(r"\.(zip|7z|rar|t?gz|t?bz2?|t[bx]z2?|t?lz(ma|4|h)?|xz|t?zst|tar|z|alz|egg|cab)(?![a-z])")
OTHER_ARCHIVES = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!": "rar",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"\x04\x22M\x18": "lz4",
    b"LZIP": "lzip",
    b"]\0\0": "lzma",
    b"\x1f\x9d": "compress",
    b"MSCF": "cab",
    b"ALZ\1": "alz",
    b"EGGA": "egg",
}


@dataclass(frozen=True)
class File:
    """A file that was handed in: its path as names, when it was changed, and how to read it.

    `problem` is a note where it could not be opened; `sender` is who an e-mail is from; `spare` is a copy
    that Jupyter made by itself, `stuffing` belongs to an environment: both hardly ever what was handed in.
    """

    parts: tuple[str, ...]
    modified: float
    size: int
    read: Callable
    problem: list | None = None
    sender: tuple[str, ...] = ()
    path: Path | None = None  # where it lies on the disk, if it does
    spare: bool = field(default=False, compare=False)
    stuffing: bool = field(default=False, compare=False)

    @property
    def name(self):
        """The last of the names."""
        return self.parts[-1]

    def __str__(self):
        return "/".join(self.parts)


class Unreadable(Exception):
    """An archive or a file in it that cannot be read; `why` is a note."""

    def __init__(self, why):
        super().__init__(words(why))
        self.why = why


def files_in(drop, trouble, known=frozenset()):
    """Yield every File in a folder, a zip or an e-mail; folders that cannot be read go into `trouble`.

    `known` are the characters of the names on the roster, by which names in old encodings are read.
    """
    archives = _Archives(known)
    inside = _in_folder(drop, trouble, known) if drop.is_dir() else [_on_disk(drop, (drop.name,))]
    for file in inside:
        yield from archives.opened(file, 0, top=not drop.is_dir())


def _in_folder(drop, trouble, known):
    paths, linked, bare, closed = [], [], [], []
    for place, folders, names in os.walk(drop, onerror=closed.append):
        links = [name for name in folders if Path(place, name).is_symlink()]
        repository = ".git" in folders
        folders[:] = sorted(name for name in folders if not _ignored((name,)) and name not in links)
        if repository and not folders and not names:
            bare.append(Path(place) / ".git")
        alone = all(_ignored((name,)) for name in names + folders)
        for name in sorted(names + links):
            path = Path(place) / name
            ours = path.is_file() and not path.is_symlink()  # a link could lead anywhere, a pipe never ends
            if ours and not _ignored((name,), alone):
                paths.append(path)
            elif path.is_symlink() and (name in links or "ipynb" in name.lower()):
                linked.append(path)
    read = names_as_meant([name for path in paths for name in path.relative_to(drop).parts], known)
    for path in paths:
        yield _on_disk(path, tuple(map(read, path.relative_to(drop).parts)))
    why = note("a link to another place, which is not followed")
    for path in bare:
        file = _file(path.relative_to(drop).parts, path.lstat().st_mtime, 0, lambda *_, **__: b"")
        yield replace(file, problem=note("a repository whose files are not there: git checkout brings them"))
    for error in closed:  # somebody's folder, perhaps: that it is empty, nobody knows
        trouble.append(str(error))
        if Path(error.filename) != drop:
            file = _file(Path(error.filename).relative_to(drop).parts, 0.0, 0, lambda *_, **__: b"")
            yield replace(file, problem=as_it_is(error.strerror or str(error)))
    for path in linked:  # whose it is has handed in something: what, nobody knows
        file = _file(path.relative_to(drop).parts, path.lstat().st_mtime, 0, lambda *_, **__: b"")
        trouble.append(f"{'/'.join(file.parts)}: {words(why)}")
        yield replace(file, problem=why)


def _on_disk(path, parts):
    about = path.stat()
    file = _file(parts, about.st_mtime, about.st_size, _limited(lambda: path.open("rb")))
    return replace(file, path=path)


def _file(parts, modified, size, read):
    names = set(parts[:-1])
    return File(
        tuple(map(on_a_line, parts)),
        modified,
        size,
        read,
        spare=CHECKPOINTS in names,
        stuffing=bool(PACKAGES & names),
    )


def _limited(start):
    """A function that reads at most `most` bytes of a stream, whatever is said of its size."""

    def read(most=LARGEST, first=None):
        try:
            with start() as stream:
                data = stream.read(first if first else most + 1)
        except Unreadable:
            raise
        except Exception as error:  # damaged, encrypted, an unknown compression, a disk's trouble
            raise Unreadable(as_it_is(str(error) or type(error).__name__)) from None
        if len(data) > most:
            raise Unreadable(note("larger than {count} MB", count=most // 2**20))
        return data

    return read


class _Archives:
    """Opens what holds other files; only the last few archives stay in memory."""

    def __init__(self, known):
        self.known, self.open = known, OrderedDict()

    def opened(self, file, depth, top=False):
        """The file itself, or what is in it."""
        name = file.name.lower()
        if file.stuffing or file.problem:
            return [file]
        if "._" in name and _starts(file).startswith(SHADOW):
            return [
                replace(file, problem=note("what macOS keeps beside a file; the file itself is not there"))
            ]
        if name.endswith((".eml", ".emlx")):
            return self._in_mail(file, depth)
        if top and _starts(file).startswith(b"PK"):
            return self._in_zip(file, depth, ())
        if name.endswith(".mbox") or name == "mbox":
            return self._in_mailbox(file, depth)
        telling = ARCHIVE.search(name)
        if not telling and "ipynb" not in name and "." in name:
            return [file]  # a picture, a report: not opened to look what it is
        start = _starts(file)
        if start.startswith(ZIP):
            stem = file.name[:-4] if name.endswith(".zip") else file.name
            return self._in_zip(file, depth, (*file.parts[:-1], stem))
        kind = next((kind for mark, kind in OTHER_ARCHIVES.items() if start.startswith(mark)), "")
        kind = "lzh" if start[2:4] == b"-l" and start[6:7] == b"-" else kind
        if kind or (telling and start[257:262] == b"ustar"):
            return [
                replace(
                    file, problem=note("a {kind} archive: unpack it and collect again", kind=kind or "tar")
                )
            ]
        if ".zip" in name and start.lstrip()[:1] != b"{":
            return [replace(file, problem=note("not a zip that can be opened"))]
        return [file]

    def _in_zip(self, file, depth, folder):
        if depth == DEEPEST:
            yield replace(file, problem=note("zips inside zips more than {count} deep", count=DEEPEST))
            return
        try:
            members = self._archive(file).infolist()
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile, Unreadable) as error:
            why = error.why if isinstance(error, Unreadable) else note("not a zip that can be opened")
            yield replace(file, problem=why)
            return
        names, found = _names(members, self.known), False
        places = [
            tuple(part for part in PurePosixPath(name).parts if part not in ("/", "..", "."))
            for name in names
        ]
        full = {parts[:-1] for parts in places if parts and not _ignored(parts)}
        for number, member in enumerate(members):
            parts = places[number]
            if names[number].endswith("/") or not parts or _ignored(parts, parts[:-1] not in full):
                continue
            found = True
            read = _limited(lambda member=member: self._archive(file).open(member))
            inner = _file((*folder, *parts), _time(member), member.file_size, read)
            if member.flag_bits & 1:
                inner = replace(inner, problem=note("locked with a password"))
            yield from self.opened(inner, depth + 1)
        if not found:
            yield replace(file, problem=note("an archive with no files in it"))

    def _archive(self, file):
        if file.parts not in self.open:
            if not file.path and file.size > LARGEST_ARCHIVE:
                raise Unreadable(note("larger than {count} MB", count=LARGEST_ARCHIVE // 2**20))
            self.open[file.parts] = zipfile.ZipFile(file.path or io.BytesIO(file.read(most=LARGEST_ARCHIVE)))
        self.open.move_to_end(file.parts)
        while len(self.open) > OPEN:
            self.open.popitem(last=False)
        return self.open[file.parts]

    def _in_mail(self, file, depth):
        """What is attached to an e-mail, with its sender; of what was passed on, the first sender."""
        try:
            data, (stem, kind) = file.read(), os.path.splitext(file.name)
            if kind.lower() == ".emlx":  # of Apple Mail: a line with the e-mail's length, and more behind it
                length, _, data = data.partition(b"\n")
                data = data[: int(length)]
            message = email.message_from_bytes(data, policy=email.policy.default)
            yield from self._attached(file, message, stem, depth)
        except Unreadable as error:
            yield replace(file, problem=error.why)
        except Exception as error:  # an e-mail can be malformed in many ways
            yield replace(file, problem=as_it_is(str(error) or type(error).__name__))

    def _in_mailbox(self, file, depth):
        """The e-mails of a file that mail programs export: each begins with a line "From "."""
        try:
            mails = re.split(rb"(?m)^From [^\n]*\n", file.read(most=LARGEST_ARCHIVE))[1:]
        except Unreadable as error:
            yield replace(file, problem=error.why)
            return
        for number, mail in enumerate(mails, 1):
            name = f"{file.name.removesuffix('.mbox')} {number}.eml"
            read = _limited(lambda mail=mail: io.BytesIO(mail))
            one = _file((*file.parts[:-1], name), file.modified, len(mail), read)
            yield from self._in_mail(one, depth)

    def _attached(self, file, message, stem, depth):
        inner = next((part for part in message.walk() if part.get_content_type() == "message/rfc822"), None)
        if inner is not None and inner.get_payload():
            message = inner.get_payload(0)
        name, address = parseaddr(str(message.get("From", "")))
        sender = tuple(filter(None, (address, name)))
        found = False
        for part in message.walk():
            called = part.get_filename()
            if not called or part.is_multipart():
                continue
            found = True
            data = part.get_payload(decode=True) or b""
            called = called.replace("/", "-").replace("\\", "-")
            read = _limited(lambda data=data: io.BytesIO(data))
            inside = _file((*file.parts[:-1], stem, called), file.modified, len(data), read)
            yield from (replace(one, sender=sender) for one in self.opened(inside, depth + 1))
        if not found:
            yield replace(file, problem=note("nothing is attached"), sender=sender)


def _starts(file):
    try:
        return file.read(first=512)
    except Unreadable:
        return b""


def _names(members, known):
    """The names as they were meant: many programs write Chinese ones without saying in what code."""
    raw = {}
    for number, member in enumerate(members):
        if not member.flag_bits & 0x800:
            raw[number] = member.orig_filename.encode("cp437", errors="ignore")
    doubtful = [name for name in raw.values() if not _is_utf8(name)]
    encoding = likeliest(b"\n".join(doubtful[:5000]), known, more=("cp437",)) if doubtful else "utf-8"
    names, read = [], names_as_meant([], known)
    for number, member in enumerate(members):
        name = _unicode_path(member.extra) or member.filename
        if number in raw and name == member.filename:
            chosen = "utf-8" if _is_utf8(raw[number]) else encoding
            name = raw[number].decode(chosen, errors="replace")
        names.append("/".join(map(read, name.replace("\\", "/").split("/"))))
    return names


def names_as_meant(names, known):
    """A function that reads one of a disk's `names`, bytes or what a program took them for."""
    raw = [os.fsencode(name) for name in names if not name.isascii() and storable(name) != name]
    encoding = likeliest(b"\n".join(raw[:5000]), known) if raw else "utf-8"

    @cache
    def read(name):
        if name.isascii():
            return name
        if storable(name) != name:
            return os.fsencode(name).decode(encoding, errors="replace")
        return reread(name, known)

    return read


def _is_utf8(name):
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _unicode_path(extra):
    """The name in UTF-8 that some programs add beside the old one."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == 0x7075 and length > 5:
            return extra[9 : 4 + length].decode("utf-8", errors="replace")
        extra = extra[4 + length :]
    return ""


def _time(member):
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _ignored(parts, alone=False):
    """Whether nobody has handed that in; what is called like a notebook counts where it is `alone`."""
    if alone and "ipynb" in parts[-1].lower() and not IGNORED & set(parts):
        return False
    return bool(IGNORED & set(parts)) or parts[-1].startswith(("._", ".Trash-"))
