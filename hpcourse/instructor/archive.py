"""Every file in what students handed in: a folder, a zip, zips inside. Nothing is unpacked to disk."""

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from hpcourse.instructor.notes import as_it_is, note, on_a_line, words

DEEPEST = 3  # zips inside zips
MOST = 20_000  # files
LARGEST = 256 * 2**20  # bytes of one file
ALTOGETHER = 4 * 2**30
IGNORED = {"__MACOSX", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db", ".git"}
OTHER_ARCHIVES = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")


@dataclass(frozen=True)
class File:
    """A file that was handed in: its path as names, when it was changed, and how to read it."""

    parts: tuple[str, ...]
    modified: float
    size: int
    read: Callable

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


def files_in(drop, trouble):
    """Every File in a folder or a zip; what cannot be read goes into the list `trouble` as text."""
    found = _in_folder(drop, trouble) if drop.is_dir() else [_on_disk(drop, (drop.name,))]
    opened = []
    for file in found:
        opened += _opened(file, trouble, 0, top=not drop.is_dir())
        if len(opened) > MOST:
            trouble.append(f"more than {MOST} files; the rest is left out")
            break
    return opened


def _in_folder(drop, trouble):
    for place, folders, names in os.walk(drop, onerror=lambda error: trouble.append(str(error))):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        for name in sorted(names):
            path = Path(place) / name
            ours = path.is_file() and not path.is_symlink()  # a link could lead anywhere, a pipe never ends
            if ours and not _ignored((name,)):
                yield _on_disk(path, path.relative_to(drop).parts)


def _on_disk(path, parts):
    about = path.stat()
    return File(tuple(map(on_a_line, parts)), about.st_mtime, about.st_size, path.read_bytes)


def _opened(file, trouble, depth, top=False):
    """The file itself, or what is in it when it is a zip."""
    if not file.name.lower().endswith(".zip"):
        return [file]
    if depth == DEEPEST:
        trouble.append(f"{file}: zips inside zips more than {DEEPEST} deep")
        return [file]
    folder = () if top else (*file.parts[:-1], file.name[:-4])
    found, total = [], 0
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.read()))
        for member in archive.infolist()[: MOST + 1]:
            parts = tuple(part for part in PurePosixPath(_name(member)).parts if part not in ("/", "..", "."))
            if member.is_dir() or not parts or _ignored(parts):
                continue
            total += member.file_size
            if total > ALTOGETHER or len(found) > MOST:
                trouble.append(f"{file}: too large when unpacked; the rest is left out")
                break
            inner = File(
                (*folder, *map(on_a_line, parts)), _time(member), member.file_size, _reader(archive, member)
            )
            found += _opened(inner, trouble, depth + 1)
    except (OSError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, Unreadable) as error:
        trouble.append(f"{file}: not a zip that can be read ({error})")
        return [*found, file]
    return found


def _reader(archive, member):
    def read():
        """At most LARGEST bytes, whatever the member says of its size."""
        try:
            with archive.open(member) as stream:
                data = stream.read(LARGEST + 1)
        except Exception as error:  # damaged, encrypted, an unknown compression
            raise Unreadable(as_it_is(str(error))) from None
        if len(data) > LARGEST:
            raise Unreadable(note("larger than {count} MB", count=LARGEST // 2**20))
        return data

    return read


def _name(member):
    """The name as it was meant: many Windows programs write Chinese names without saying in what code."""
    if member.flag_bits & 0x800:
        return member.filename
    raw = member.orig_filename.encode("cp437", errors="ignore")
    for encoding in ("utf-8", "cp950"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return member.filename


def _time(member):
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError):
        return 0.0


def _ignored(parts):
    return bool(IGNORED & set(parts)) or parts[-1].startswith("._")
