"""The address of the course: every link names it, every link leads somewhere, and a fork gets its own."""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import nbformat
import pytest

from hpcourse.frame.course import LANGUAGES
from tools import build, links

ROOT = Path(__file__).parents[2]
HERE = links.published(ROOT)
FORK = links.Address("mia-lin/class.2027", "spring-1")
TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("lessons/*.py"), *ROOT.glob("notebooks/**/*.ipynb")])
LESSON = "day2_learning_rate_schedules"


def run_links(folder, monkeypatch, *arguments):
    """Run `python -m tools.links` in a folder; returns its exit code."""
    monkeypatch.chdir(folder)
    return links.main([*arguments])


def copied(names, folder):
    """A copy of these files of the repository."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def fork(tmp_path):
    """A small fork: one lesson and its notebooks, and what stands around them."""
    around = ["pyproject.toml", "README.md", "README.zh-TW.md", "tools/build.py", "lessons/glossary.csv"]
    around += ["hpcourse/course.toml"]
    notebooks = [f"notebooks/{language}/{LESSON}.ipynb" for language in LANGUAGES]
    return copied([*around, f"lessons/{LESSON}.py", *notebooks], tmp_path / "fork")


@pytest.fixture
def whole_fork(tmp_path):
    """A fork with every file of the repository, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True
    )
    names = [name for name in listed.stdout.decode().split("\0") if (ROOT / name).is_file()]
    return copied([name for name in names if not in_an_environment(ROOT / name)], tmp_path / "fork")


def in_an_environment(path):
    """Whether a file belongs to a Python environment within the folder, whatever that is called."""
    return any((folder / "pyvenv.cfg").exists() for folder in path.parents)


def build_check(folder):
    """What `tools/build.py --check` says about a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.build", "--check"], cwd=folder, capture_output=True, text=True
    )
    return done.stdout


def test_every_link_names_the_repository_of_pyproject():
    assert list(links.disagreements(ROOT, HERE)) == []


def test_every_notebook_and_readme_opens_itself_and_installs_the_course():
    for path in ROOT.glob("notebooks/*/*.ipynb"):
        page, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        lab = quote(f"lab/tree/{page}", safe="")
        binder = f"https://mybinder.org/v2/gh/{HERE.name}/{HERE.branch}?urlpath={lab}"
        colab = f"https://colab.research.google.com/github/{HERE.name}/blob/{HERE.branch}/{page}"
        assert [link for link in (f"({binder})", f"({colab})") if link not in text] == [], page
        kaggle = f"kernels/welcome?src=https://github.com/{HERE.name}/blob/{HERE.branch}/{page})"
        assert kaggle in text, page
        assert f'course = \\"{HERE.fill(links.ARCHIVE)}\\"' in text, page


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_that_exists(path):
    text = prose(path)
    base = ROOT / "notebooks/en" if path.parent.name == "lessons" else path.parent
    assert [target for target in targets(text, base) if not exists(*target)] == []


def prose(path):
    """What stands in a file as text, without code, in which `](` is a call."""
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, 4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            text = "\n".join(line for line in text.split("\n") if line.startswith("#"))
    return re.sub(r"`[^`\n]+`", "", text)


def targets(text, base):
    """The file and the heading that each link within the course leads to."""
    inside = rf"/{re.escape(HERE.name)}/(?:blob|tree|raw)/{re.escape(HERE.branch)}/([^\s()<>\"'?]+)"
    found = [(ROOT, target) for target in re.findall(inside, text)]
    found += [(ROOT, unquote(target)) for target in re.findall(r"path=lab%2Ftree%2F([^\s()<>\"'&]+)", text)]
    beside = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
    found += [(base, a or b) for a, b in beside if not re.match(r"\w+:|#", a or b)]
    for folder, target in found:
        name, _, heading = target.partition("#")
        yield folder / name, heading


def exists(path, heading):
    if not heading or path.suffix != ".md":
        return path.exists()
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
    return heading in {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.slow
def test_a_fork_gets_its_own_address_everywhere_and_stays_in_order(whole_fork, monkeypatch, capsys):
    before = build_check(whole_fork)
    arguments = [f"--repo={FORK.name}", f"--branch={FORK.branch}"]
    assert run_links(whole_fork / "notebooks/en", monkeypatch, *arguments) == 0
    assert "changed README.zh-TW.md\n" in capsys.readouterr().out
    assert links.published(whole_fork) == FORK
    owner, name = HERE.name.split("/")
    old = rf"(gh|github|github\.com|content\.com)/{owner}/{name}\b(?![-.]\w)|{owner}\.github\.io/{name}\b"
    for path in whole_fork.rglob("*"):
        if path.is_file() and "tests" not in path.parts:
            assert not re.search(old, path.read_bytes().decode(errors="replace")), path
    assert build_check(whole_fork) == before
    assert run_links(whole_fork, monkeypatch, "--check") == 0


def test_running_twice_changes_nothing(fork, monkeypatch, capsys):
    run_links(fork, monkeypatch, f"--repo={FORK.name}")
    written = {path: path.stat().st_mtime_ns for path in links.files(fork)}
    capsys.readouterr()
    run_links(fork, monkeypatch, f"--repo={FORK.name}")
    assert capsys.readouterr().out == f"0 files changed: every link names {FORK.name}, branch {HERE.branch}\n"
    assert {path: path.stat().st_mtime_ns for path in links.files(fork)} == written


def test_it_says_whether_the_address_is_written(fork, monkeypatch):
    assert run_links(fork, monkeypatch, f"--is={FORK.name}") == 1
    links.rewrite_all(fork, FORK)
    assert run_links(fork, monkeypatch, f"--is={FORK.name}") == 0


def test_there_and_back_gives_the_same_bytes(fork):
    before = {path: path.read_bytes() for path in links.files(fork)}
    links.rewrite_all(fork, FORK)
    assert {path: path.read_bytes() for path in links.files(fork)} != before
    links.rewrite_all(fork, HERE)
    assert {path: path.read_bytes() for path in links.files(fork)} == before


def test_what_was_stale_stays_stale(fork, capsys):
    source, notebook = fork / f"lessons/{LESSON}.py", fork / f"notebooks/en/{LESSON}.ipynb"
    text = source.read_text(encoding="utf-8")
    stamp = re.search(r'key="title" lang="zh-TW" of="(\w+)"', text)[1]
    source.write_text(text.replace(f'of="{stamp}"', 'of="00000000"'), encoding="utf-8")
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("You will do", "You shall do"), encoding="utf-8")
    links.rewrite_all(fork, FORK)
    build.main(["--check", LESSON], fork)
    said = capsys.readouterr().out
    assert re.search(r"schedules.py:\d+: zh-TW cell title: not stamped", said)
    assert f"edited in notebooks/en/{LESSON}.ipynb" in said


def test_check_names_the_file_the_line_and_both_links_and_changes_nothing(fork, monkeypatch, capsys):
    readme = fork / "README.md"
    text = readme.read_text(encoding="utf-8")
    stray = text.replace(f"gh/{HERE.name}/", "gh/someone/else/")
    readme.write_text(stray, encoding="utf-8")
    assert run_links(fork, monkeypatch, "--check") == 1
    line = stray[: stray.index("someone")].count("\n") + 1
    (said,) = capsys.readouterr().out.splitlines()
    assert re.fullmatch(rf"README.md:{line}: has \S+/gh/someone/else/\S+, not \S+/gh/{HERE.name}/\S+", said)
    assert readme.read_text(encoding="utf-8") == stray
    links.rewrite_all(fork, HERE)
    assert readme.read_text(encoding="utf-8") == text


ARCHIVE = "https://github.com/new/fork/archive/refs/heads/b.zip"


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("https://github.com/old/course", "https://github.com/new/fork"),
        ("see github.com/old/course.", "see github.com/new/fork."),
        ("git clone https://github.com/old/course.git", "git clone https://github.com/new/fork.git"),
        ("github.com/old/course/tree/main/lessons", "github.com/new/fork/tree/b/lessons"),
        ("(https://old.github.io/course/en/)", "(https://new.github.io/fork/en/)"),
        ("nbviewer.org/github/any/one/blob/main/x.ipynb", "nbviewer.org/github/new/fork/blob/b/x.ipynb"),
        ('course = "hpcourse"', f'course = "{ARCHIVE}"'),
        (r"course = \"https://github.com/any/one/archive/refs/heads/v1.2.zip\"", rf"course = \"{ARCHIVE}\""),
        ('uvx --from "hpcourse[lab]" hpcourse lab', f'uvx --from "hpcourse[lab] @ {ARCHIVE}" hpcourse lab'),
        (
            "kaggle.com/kernels/welcome?src=https://github.com/a/b/blob/main/x.ipynb",
            "kaggle.com/kernels/welcome?src=https://github.com/new/fork/blob/b/x.ipynb",
        ),
        ("mybinder.org/v2/gh/any/one/HEAD?labpath=x", "mybinder.org/v2/gh/new/fork/b?labpath=x"),
        ("raw.githubusercontent.com/old/course/main/a.png", "raw.githubusercontent.com/new/fork/b/a.png"),
    ],
)
def test_the_courses_own_links_are_rewritten(text, rewritten):
    rewrite = links.rewriter(links.Address("old/course", "main"), links.Address("new/fork", "b"))
    assert rewrite(text) == rewritten
    assert rewrite(rewritten) == rewritten


def test_once_published_the_package_comes_from_the_index_and_can_come_back():
    """Never before: a name that nobody has claimed there can be taken by anybody."""
    here = links.Address("old/course", "main")
    archive = (
        f'course = "{here.fill(links.ARCHIVE)}"\npip install "hpcourse[lab] @ {here.fill(links.ARCHIVE)}"'
    )
    index = 'course = "hpcourse"\npip install "hpcourse[lab]"'
    published = here._replace(index=True)
    assert links.rewriter(here, published)(archive) == index
    assert links.rewriter(published, here)(index) == archive


def test_the_address_that_stands_until_one_is_set_cannot_exist_on_github():
    assert HERE.is_set or HERE.name.split("/")[0].endswith("-")
    with pytest.raises(argparse.ArgumentTypeError):
        links.repository_name("your-account-/hpcourse")


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/numpy/numpy",
        "https://github.com/any/one/blob/main/x",
        "github.com/old/course-notes",
        "github.com/old/course.github.io",
        "my-old.github.io/course",
        "old.github.io/course2",
        "old/course",
    ],
)
def test_other_links_are_left_alone(text):
    rewrite = links.rewriter(links.Address("old/course", "main"), links.Address("new/fork", "b"))
    assert rewrite(text) == text


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/mia-lin/class.2027",
        "https://github.com/mia-lin/class.2027.git",
        "https://github.com/mia-lin/class.2027/",
        "https://token@github.com/mia-lin/class.2027.git",
        "git@github.com:mia-lin/class.2027.git",
        "git@github.com:mia-lin/class.2027",
        "ssh://git@github.com/mia-lin/class.2027.git",
        "ssh://git@ssh.github.com:443/mia-lin/class.2027.git",
        "git@github-work:mia-lin/class.2027.git",
    ],
)
def test_every_usual_form_of_the_git_remote_is_understood(url, tmp_path):
    for command in (["init", "-q", "-b", FORK.branch], ["remote", "add", "origin", url]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    assert links.origin(tmp_path) == FORK


def test_without_repo_the_git_remote_and_its_branch_are_taken(fork, monkeypatch):
    for command in (
        ["init", "-q", "-b", FORK.branch],
        ["remote", "add", "origin", f"git@github.com:{FORK.name}"],
    ):
        subprocess.run(["git", *command], cwd=fork, check=True)
    assert run_links(fork / "lessons", monkeypatch) == 0
    assert links.published(fork) == FORK


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([["init"]], "no git remote called origin"),
        ([["init"], ["remote", "add", "origin", "https://gitlab.com/mia/course.git"]], "is not on GitHub"),
        (
            [["init", "-b", "a/b"], ["remote", "add", "origin", "git@github.com:mia/course"]],
            "'a/b' cannot stand",
        ),
    ],
)
def test_a_remote_that_will_not_do_is_refused_and_nothing_is_written(
    commands, reason, fork, monkeypatch, capsys
):
    for command in commands:
        subprocess.run(["git", *command], cwd=fork, check=True, capture_output=True)
    assert run_links(fork, monkeypatch) == 1
    assert reason in capsys.readouterr().err
    assert links.published(fork) == HERE


@pytest.mark.parametrize(
    "name", ["hpcourse", "a/b/c", "a b/c", "-a/b", "a/..", "https://github.com/a/b", "a/b.git", "老師/課", ""]
)
def test_a_malformed_name_is_refused_in_a_plain_sentence(name):
    with pytest.raises(
        argparse.ArgumentTypeError, match=r"is not the name of a repository: write OWNER/NAME"
    ):
        links.repository_name(name)


def test_outside_the_repository_it_says_so(tmp_path, monkeypatch, capsys):
    assert run_links(tmp_path, monkeypatch) == 1
    assert capsys.readouterr().err == "tools.links: run this in a folder of the course's repository\n"


def test_the_link_for_a_class_opens_the_notebook_of_the_fork_on_another_image(monkeypatch, capsys):
    notebook = "notebooks/zh-TW/day1_learning_rate.ipynb"
    arguments = [f"--nbgitpuller={notebook}", f"--repo={FORK.name}", f"--branch={FORK.branch}"]
    assert run_links(ROOT, monkeypatch, *arguments, "--environment=some/image@stable") == 0
    binder = urlsplit(capsys.readouterr().out.strip())
    assert (binder.netloc, binder.path) == ("mybinder.org", "/v2/gh/some/image/stable")
    pull = urlsplit(parse_qs(binder.query)["urlpath"][0])
    wanted = {
        "repo": [f"https://github.com/{FORK.name}"],
        "branch": [FORK.branch],
        "targetpath": ["course"],
        "urlpath": [f"lab/tree/course/{notebook}"],
    }
    assert (pull.path, parse_qs(pull.query)) == ("git-pull", wanted)
    assert not (ROOT / "course").exists()  # on Binder the notebooks are put beside the files of the image
    assert run_links(ROOT, monkeypatch, *arguments, "--environment=https://hub.example.edu/") == 0
    hub = urlsplit(capsys.readouterr().out.strip())
    assert (hub.netloc, hub.path) == ("hub.example.edu", "/hub/user-redirect/git-pull")
    assert parse_qs(hub.query) == wanted


def test_a_class_cannot_be_sent_to_a_notebook_that_does_not_exist(monkeypatch, capsys):
    assert run_links(ROOT, monkeypatch, "--nbgitpuller=notebooks/en/day7.ipynb", f"--repo={FORK.name}") == 1
    assert "day7.ipynb is not a file of the course" in capsys.readouterr().err
