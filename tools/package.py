"""What of the package the outputs of a notebook can depend on."""

import hashlib
import re

OTHERS = ("course.toml", "__pycache__", "instructor")  # no output comes from them
NAMES = re.compile(r'def (explore_\w+)|^ +"(day\d+-[\w-]+)": Question', re.M)


def package_digest(lesson, language):
    """A digest of the package's files, without those of the instructor, of other languages and of other days.

    A file that is called after a day counts for the notebooks of that day, and for those that show one of its
    live figures or ask one of its questions.
    """
    package, text = lesson.root / "hpcourse", lesson.path.read_text(encoding="utf-8")
    used = [day for day, names in names_of_days(package).items() if any(name in text for name in names)]
    own = {lesson.path.stem.partition("_")[0], *used}
    digest = hashlib.sha256()
    for path in files(package):
        inside = path.relative_to(package)
        other_language = inside.parts[0] == "locale" and inside.parts[1] != language
        if not other_language and (not re.fullmatch(r"day\d+", path.stem) or path.stem in own):
            digest.update(inside.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def files(package):
    """The files of the package that count for anybody."""
    found = (p for p in package.rglob("*") if p.is_file() and p.suffix != ".md" and p.stem != "instructor")
    return sorted(p for p in found if not set(OTHERS) & set(p.relative_to(package).parts))


def names_of_days(package):
    """{"day1": the live figures and questions that are defined in its files}."""
    found = {}
    for path in (p for p in files(package) if re.fullmatch(r"day\d+", p.stem) and p.suffix == ".py"):
        names = NAMES.findall(path.read_text(encoding="utf-8"))
        found.setdefault(path.stem, []).extend("".join(name) for name in names)
    return found
