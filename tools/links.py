"""`python -m tools.links`: write the address of a fork into every badge, link and setup cell.

Owner, repository and branch stand once, in pyproject.toml under [tool.hpcourse]. The package is installed
from the archive of that repository, or, once the owner has published it (`index = true` there), from the
package index: a name that nobody has claimed there could be taken by anybody. What opens or installs the
course follows them whatever it named before, so that a badge merged from elsewhere is put right too. Any
other link on GitHub is the course's own only if it names the repository of pyproject.toml.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

OPENS_THE_COURSE = (
    "mybinder.org/v2/gh/{name}/{branch}",
    "colab.research.google.com/github/{name}/blob/{branch}",
    "nbviewer.org/github/{name}/blob/{branch}",
    "kaggle.com/kernels/welcome?src=https://github.com/{name}/blob/{branch}",
    "github.com/{name}/archive/refs/heads/{branch}.zip",
)
LEADS_TO_THE_COURSE = (
    "raw.githubusercontent.com/{name}/{branch}",
    "github.com/{name}/blob/{branch}",
    "github.com/{name}/tree/{branch}",
    "github.com/{name}/raw/{branch}",
    "github.com/{name}",
    "{owner}.github.io/{repository}",
)
ARCHIVE = "https://github.com/{name}/archive/refs/heads/{branch}.zip"
# Where the package is installed: the setup cell of a notebook, and commands with the extras.
INSTALLS = re.compile(
    r'(?P<cell>course = \\?")(?:hpcourse|https://github\.com/[\w./-]+?\.zip)(?=\\?")'
    r'|(?P<extra>"hpcourse\[\w+\])(?: @ https://[^"\s]+)?(?=")',
    re.A,
)
FOLDERS = (".github", "binder", "docs", "lessons", "notebooks", "tools")
SUFFIXES = {".cff", ".html", ".ipynb", ".json", ".md", ".py", ".rst", ".toml", ".txt", ".yaml", ".yml"}

NAME = r"[a-zA-Z0-9][\w-]*/[\w.-]+"
BRANCH = r"\w(?:[\w.-]*\w)?"
END = r"(?![\w-]|\.(?!git\b)\w)"  # a full stop may end a sentence there
REMOTE = re.compile(
    rf"(?:[\w+]+://)?(?:[^@/]+@)?(?:(?:www|ssh)\.)?github(?:\.com|[\w-]*)(?::\d+)?[/:]({NAME}?)(?:\.git)?/?",
    re.A,
)
TARGET = "course"  # where nbgitpuller puts the notebooks; no folder of the repository has this name


class Address(NamedTuple):
    """Where the course is published."""

    name: str  # OWNER/REPOSITORY
    branch: str
    index: bool = False  # published on the package index under its own name

    @property
    def is_set(self):
        """False for the address that cannot exist, which stands until somebody has set one."""
        return not self.name.split("/")[0].endswith("-")

    def install(self, match):
        """What `INSTALLS` found, as it should be."""
        archive = self.fill(ARCHIVE)
        if match["cell"]:
            return match["cell"] + ("hpcourse" if self.index else archive)
        return match["extra"] + ("" if self.index else f" @ {archive}")

    def fill(self, form):
        owner, repository = self.name.split("/")
        return form.format(name=self.name, branch=self.branch, owner=owner, repository=repository)


def published(root):
    """The address that pyproject.toml gives."""
    table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hpcourse"]
    return Address(table["repository"], table["branch"], table.get("index", False))


def rewriter(old, new):
    """A function that puts the address `new` into a text in which the course's own links name `old`."""
    owner, repository = old.name.split("/")
    ours = {"name": NAME, "owner": owner, "repository": repository}
    theirs = ours | {"name": re.escape(old.name)}
    rules = [
        (_pattern(form, names), new.fill(form))
        for forms, names in ((OPENS_THE_COURSE, ours), (LEADS_TO_THE_COURSE, theirs))
        for form in forms
    ]

    def rewrite_line(line):
        if "github" in line or "mybinder" in line:  # most of a notebook is pictures
            for pattern, link in rules:
                line = pattern.sub(link, line)
        if "course" in line:
            line = INSTALLS.sub(new.install, line)
        return line

    def rewrite(text):
        return "\n".join(map(rewrite_line, text.split("\n")))

    return rewrite


def _pattern(form, names):
    pattern = re.escape(form).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(r"(?<![\w.-])" + pattern.format(branch=BRANCH, **names) + END, re.A)


def files(root):
    """Every file of the course that may hold a link."""
    found = [path for path in root.iterdir() if path.is_file()]
    found += [path for folder in FOLDERS for path in (root / folder).rglob("*")]
    return sorted(p for p in found if p.suffix in SUFFIXES and ".ipynb_checkpoints" not in p.parts)


def differing(root, address):
    """Each file that does not name `address` throughout: its path, its text, and the text that does."""
    rewrite = rewriter(published(root), address)
    for path in files(root):
        text = path.read_bytes().decode()  # bytes, so that the ends of lines stay as they are
        wanted = rewrite(text)
        if path == root / "pyproject.toml":
            wanted = _with_table(wanted, address)
        if wanted != text:
            yield path, text, wanted


def disagreements(root, address):
    """Each line that does not name `address`: path, number, the link there, the link that should be."""
    for path, text, wanted in differing(root, address):
        for number, (line, right) in enumerate(zip(text.split("\n"), wanted.split("\n")), 1):
            if line != right:
                yield path, number, *_first_difference(line, right)


def rewrite_all(root, address):
    """Write `address` everywhere and return the paths of the files that changed.

    Sources and notebooks that agreed before agree afterwards: the stamps of translations and the hashes of
    notebooks follow the texts. What was stale stays stale.
    """
    rewrite = rewriter(published(root), address)
    changed = {path: (text, wanted) for path, text, wanted in differing(root, address)}
    lessons = _Lessons(root) if changed else None
    for path, (text, wanted) in changed.items():
        if path.match("lessons/*.py"):
            changed[path] = text, lessons.restamped(path, wanted, rewrite)
        elif path.suffix == ".ipynb":
            changed[path] = text, lessons.rehashed(path, text, wanted)
    for path, (_, wanted) in changed.items():  # not before all could be computed
        path.write_bytes(wanted.encode())
    return list(changed)


class _Lessons:
    """The builder's lessons, which know what stamps and hashes are made of."""

    def __init__(self, root):
        try:
            import nbformat

            from hpcourse.frame.course import COURSE
            from tools.lesson import Lesson
            from tools.notebook import digest
        except ModuleNotFoundError as error:
            sys.exit(f"tools.links needs {error.name}: run pip install -e '.[dev]' in {root} first")
        self.root, self.reads, self.digest = root, nbformat.v4.reads, digest
        self.lesson = cache(lambda path: Lesson(path, COURSE))

    def restamped(self, path, wanted, rewrite):
        """The source with the stamps of the rewritten English cells where it had those of the old ones."""
        for en, _ in self.lesson(path).pairs:
            before = en.stamp()
            en.source = rewrite(en.source)
            wanted = wanted.replace(f'of="{before}"', f'of="{en.stamp()}"')
        return wanted

    def rehashed(self, path, text, wanted):
        """The notebook with the hashes of its rewritten cells, if it had those of the old cells."""
        before, after = self.reads(text), self.reads(wanted)
        hashes = {"hash": self.digest}
        source = self.root / "lessons" / f"{path.stem}.py"
        for notebook in self.lesson(source).variants if source.exists() else ():
            if notebook.path == path:
                hashes["ran"] = notebook.ran
        for name, of in hashes.items():
            wanted = wanted.replace(f'"{name}": "{of(before)}"', f'"{name}": "{of(after)}"')
        return wanted


def _with_table(text, address):
    for key, value in (("repository", address.name), ("branch", address.branch)):
        text = re.sub(rf'(\[tool\.hpcourse\][^\[]*?^{key} = )"[^"]*"', rf'\1"{value}"', text, flags=re.M)
    return text


def _first_difference(line, right):
    """The links that differ, where a line may be as long as a paragraph."""
    pairs = zip(re.split(r"([\s()\[\]<>\"'\\]+)", line), re.split(r"([\s()\[\]<>\"'\\]+)", right))
    return next((a, b) for a, b in pairs if a != b)


def origin(root):
    """The address of the git remote `origin`, with the branch that is checked out."""
    url = _git(root, "remote", "get-url", "origin")
    if not url:
        raise LookupError("this repository has no git remote called origin: name one with --repo OWNER/NAME")
    found = REMOTE.fullmatch(url)
    if not found:
        raise LookupError(
            f"the git remote origin, {url}, is not on GitHub: name the fork with --repo OWNER/NAME"
        )
    return Address(found[1], _git(root, "branch", "--show-current"))


def _git(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    return done.stdout.strip()


def classroom(content, environment, notebook):
    """The link that opens a notebook of `content` on the Binder image of `environment`, by nbgitpuller.

    `environment` is an `Address`, or the https address of a JupyterHub that has hpcourse and nbgitpuller.
    """
    pull = "git-pull?" + urlencode(
        {
            "repo": f"https://github.com/{content.name}",
            "branch": content.branch,
            "targetpath": TARGET,  # its own name may be that of a folder that is there already
            "urlpath": f"lab/tree/{TARGET}/{notebook}",
        }
    )
    if isinstance(environment, str):
        return f"{environment.rstrip('/')}/hub/user-redirect/{pull}"
    return (
        f"https://mybinder.org/v2/gh/{environment.name}/{environment.branch}?urlpath={quote(pull, safe='')}"
    )


def find_root(start):
    """The folder of the course that `start` lies in, or None."""
    for folder in (start, *start.parents):
        if (folder / "tools/build.py").is_file() and (folder / "pyproject.toml").is_file():
            return folder
    return None


def repository_name(text):
    """`text` if it names a repository on GitHub; else an error for the command line."""
    if (
        re.fullmatch(NAME, text, re.A)
        and len(text.split("/")[0]) < 40
        and not text.split("/")[0].endswith("-")
        and not text.endswith((".git", "/.", "/.."))
    ):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is not the name of a repository: write OWNER/NAME, such as mia/hpcourse"
    )


def branch_name(text):
    """`text` if it can stand in a badge; else an error for the command line."""
    if re.fullmatch(BRANCH, text, re.A):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} cannot stand in a badge: name a branch of letters, digits, dots, dashes and underscores"
    )


def run(arguments):
    """Carry out the command; returns 1 if something disagrees or cannot be done."""
    root = find_root(Path.cwd().resolve())
    if root is None:
        return _refuse("run this in a folder of the course's repository")
    try:
        if arguments.nbgitpuller:
            return _print_classroom_link(root, arguments)
        if arguments.wanted:
            return int(published(root).name != arguments.wanted)
        if arguments.check:
            return _check(root, arguments)
        address = _chosen(root, arguments)
        changed = rewrite_all(root, address)
    except (LookupError, argparse.ArgumentTypeError) as error:
        return _refuse(error)
    for path in changed:
        print(f"changed {path.relative_to(root).as_posix()}")
    print(f"{len(changed)} files changed: every link names {address.name}, branch {address.branch}")
    return 0


def _chosen(root, arguments):
    """The address asked for: --repo and --branch, or else the git remote."""
    given = published(root)
    if arguments.repo:
        return given._replace(name=arguments.repo, branch=arguments.branch or given.branch)
    name, branch, _ = origin(root)
    if not (arguments.branch or branch):
        raise LookupError("no branch is checked out: name one with --branch")
    return given._replace(name=repository_name(name), branch=arguments.branch or branch_name(branch))


def _check(root, arguments):
    given = published(root)
    address = given._replace(name=arguments.repo or given.name, branch=arguments.branch or given.branch)
    wrong = list(disagreements(root, address))
    for path, number, has, wanted in wrong:
        print(f"{path.relative_to(root).as_posix()}:{number}: has {has}, not {wanted}")
    if not wrong:
        print(f"in order: every link names {address.name}, branch {address.branch}")
    return 1 if wrong else 0


def _print_classroom_link(root, arguments):
    path = Path(arguments.nbgitpuller).resolve()
    if not (path.is_file() and path.is_relative_to(root)):
        english = root / "notebooks" / "en" / path.name
        if not (path.parent.parent == root / "notebooks" and english.is_file()):
            raise LookupError(
                f"{arguments.nbgitpuller} is not a file of the course: name one such as "
                "notebooks/en/day1_learning_rate.ipynb"
            )
        print(f"{path.stem} is not in {path.parent.name}; this is the one in English:", file=sys.stderr)
        path = english
    environment = arguments.environment or published(root)
    print(classroom(_chosen(root, arguments), environment, path.relative_to(root).as_posix()))
    return 0


def _refuse(reason):
    print(f"tools.links: {reason}", file=sys.stderr)
    return 1


def environment_name(text):
    """An `Address` from OWNER/NAME or OWNER/NAME@BRANCH, or the address of a JupyterHub as it is."""
    if text.startswith("https://"):
        return text
    name, _, branch = text.partition("@")
    return Address(repository_name(name), branch_name(branch or "main"))


def main(argv=None):
    """Run the command; returns what the process should exit with."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.links",
        description="Write the address of a fork into every badge, link, setup cell and pyproject.toml.",
        epilog="Without --repo the address is that of the git remote origin and of the branch checked out.",
    )
    add = parser.add_argument
    add("--repo", metavar="OWNER/NAME", type=repository_name, help="the fork")
    add("--branch", type=branch_name, help="its branch; with --repo, the one of pyproject.toml unless given")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check",
        action="store_true",
        help="change nothing; say which links differ from pyproject.toml, or from --repo and --branch",
    )
    what.add_argument(
        "--is",
        dest="wanted",
        metavar="OWNER/NAME",
        type=repository_name,
        help="change nothing; say by the exit code whether pyproject.toml names this repository",
    )
    what.add_argument(
        "--nbgitpuller",
        metavar="NOTEBOOK",
        help="change nothing; print a link for a class: it opens this notebook of the fork as it is by then, "
        "on the Binder image of another repository, so that a push builds none",
    )
    add(
        "--environment",
        metavar="OWNER/NAME[@BRANCH]",
        type=environment_name,
        help="that other repository (by default the one of pyproject.toml), or the https:// address of a "
        "JupyterHub that has hpcourse and nbgitpuller",
    )
    return run(parser.parse_args(argv))


if __name__ == "__main__":
    sys.exit(main())
