"""The course folder: what it holds, what is handed out, and what is refused."""

import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from setuptools import find_packages

import hpcourse
from hpcourse.__main__ import main
from hpcourse.frame.course import DAYS, LANGUAGES
from hpcourse.instructor import course as made

ROOT = Path(hpcourse.__file__).parent.parent


@pytest.mark.parametrize(
    ("day", "language"),
    [
        (day, language)
        for day in DAYS
        for language in LANGUAGES
        if made.published(day, language, True).exists()
    ],
)
def test_the_learners_version_of_a_source_is_what_is_published(day, language):
    source = made.source_notebook(day, language)
    public = made.exercises(day, language, solved=False)
    shown = [(c.id, c.metadata.get("hpcourse", {}).get("stub", c.source)) for c in source.cells]
    assert shown == [(c.id, c.source) for c in public.cells]
    checks = [c for c in public.cells if "task" in c.metadata.get("hpcourse", {})]
    marked = [c for c in source.cells if c.metadata.get("nbgrader", {}).get("grade")]
    assert [(c.id, c.metadata.nbgrader.points) for c in marked] == [
        (c.id, c.metadata.hpcourse.points) for c in checks
    ]
    assert sum("stub" in c.metadata.get("hpcourse", {}) for c in source.cells) >= len(checks)


def test_what_is_handed_out_is_what_is_published_without_a_line_of_a_solution(released, solved):
    public = made.exercises("day1", "en", solved=False)
    assert [(c.id, c.cell_type, c.source) for c in released.cells] == [
        (c.id, c.cell_type, c.source) for c in public.cells
    ]
    assert "stub" not in nbformat.writes(released)
    assert not any(c.get("outputs") for c in released.cells)
    shown = "\n".join(c.source for c in released.cells)
    answers = [c.source for c in solved.cells if c.metadata.get("nbgrader", {}).get("solution")]
    assert len(answers) == 6
    assert not any(answer in shown for answer in answers)


def test_the_folder_is_private(template):
    assert stat.S_IMODE((template / ".secret").stat().st_mode) == 0o600
    assert ".secret" in (template / ".gitignore").read_text()


def test_the_public_course_and_full_folders_are_refused(tmp_path, capsys):
    if (ROOT / "tools/build.py").exists():
        assert main(["course", "new", str(ROOT / "private")]) == 1
        assert "inside the public course" in capsys.readouterr().err
        assert not (ROOT / "private").exists()
    (tmp_path / "thesis.tex").write_text("x")
    assert main(["course", "new", str(tmp_path)]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["course", "new", str(tmp_path / "a[1]")]) == 1
    assert "none of the signs" in capsys.readouterr().err
    assert main(["course", "new", str(tmp_path / "b"), "--days", "0-3"]) == 1
    assert "--days" in capsys.readouterr().err


def test_hints_name_a_day_that_the_course_has(tmp_path, capsys):
    root = tmp_path / "late"
    assert main(["course", "new", str(root), "--days", "7"]) == 0
    assert "collect DOWNLOAD --assignment day7" in capsys.readouterr().out
    assert "collect DOWNLOAD --assignment day7" in (root / "README.md").read_text()
    for step in ("grade", "report"):
        assert main(["course", step, "--course", str(root)]) == 1
        assert "collect DOWNLOAD --assignment day7" in capsys.readouterr().err


def test_force_keeps_what_people_put_in(course):
    (course.root / "roster.csv").write_text("id,name\nx,X\n")
    secret = (course.root / ".secret").read_text()
    settings = course.root / "course.toml"
    settings.write_text(settings.read_text().replace('"en"', '"zh-TW"').replace("= 48", "= 96"))
    assert main(["course", "new", str(course.root), "--force"]) == 0
    again = type(course).open(course.root)
    assert (again.language, again.days, again.limits["processes"]) == ("zh-TW", (1,), 96)
    assert (course.root / "roster.csv").read_text() == "id,name\nx,X\n"
    assert (course.root / ".secret").read_text() == secret


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_roster_from_a_spreadsheet_is_read(course, encoding, delimiter):
    lines = [["ID", "Name", "email"], ["b1", "陳雅婷", "a@b.c"], ["", "", ""]]
    content = "\r\n".join(delimiter.join(line) for line in lines)
    (course.root / "roster.csv").write_bytes(content.encode(encoding))
    assert [(s.id, s.name, s.email) for s in course.roster().values()] == [("b1", "陳雅婷", "a@b.c")]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('language = "fr"\ndays = [1]', "language must be en or zh-TW"),
        ('language = "en"\ndays = [99]', "days must be"),
        ('language = "en"\ndays = [1]\n[limits]\nsecond = 3', "limits are whole numbers for cell_seconds"),
        ("language = ", "cannot be read"),
    ],
)
def test_settings_that_are_wrong_are_named(course, settings, said, capsys):
    (course.root / "course.toml").write_text(settings)
    assert main(["course", "grade", "--course", str(course.root)]) == 1
    assert said in capsys.readouterr().err


def test_an_edited_source_is_released_again(course):
    path = course.notebook("source", "day1")
    source = nbformat.read(path, as_version=4)
    source.cells[0].source += "\n\nHand in by Friday."
    nbformat.write(source, path)
    assert main(["course", "release", "--course", str(course.root)]) == 0
    assert "Friday" in course.released("day1").cells[0].source


def test_all_packages_are_shipped():
    if not (ROOT / "pyproject.toml").exists():
        pytest.skip("an installed package has no pyproject.toml")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    assert sorted(settings["packages"]) == sorted(
        [*find_packages(ROOT, include=["hpcourse*"]), "hpcourse.notebooks"]
    )


def test_learners_never_load_it():
    program = (
        "import sys, hpcourse, hpcourse.checks\n"
        "print([name for name in sys.modules if 'instructor' in name or 'nbgrader' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_the_extra_it_says_what_to_install(tmp_path):
    program = (
        "import sys, importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'nbgrader' else find(name, *a)\n"
        "from hpcourse.__main__ import main\n"
        f"sys.exit(main(['course', 'new', {str(tmp_path / 'c')!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"needs nbgrader: pip install 'hpcourse\[instructor\]'", done.stderr)
