"""Every notebook alone, in an empty folder, on a machine that has never seen the course.

The machine is an environment with the packages of `--platform`, without hpcourse. The setup cell of the
notebook installs it, with its own command, from an archive of these files instead of the one on GitHub, which
is not to be reached where the tests run.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hpcourse.frame.course import LANGUAGES, OPTIONAL

pytestmark = pytest.mark.platform
ROOT = Path(__file__).parents[2]
EVERY = sorted(p for language in LANGUAGES for p in ROOT.glob(f"notebooks/{language}/*.ipynb"))
LACKING = [path for path in EVERY if path.stem in OPTIONAL]  # need what these platforms do not have
NOTEBOOKS = [path for path in EVERY if path not in LACKING]


def names(paths):
    return {"argvalues": paths, "ids": [f"{path.parent.name}/{path.stem}" for path in paths]}


@pytest.fixture(scope="session")
def platform(request):
    """The environment that stands for the platform; its packages are not touched."""
    folder = request.config.getoption("--platform")
    if folder is None:
        pytest.skip("no --platform named; make platforms does")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def archive(tmp_path_factory):
    """An archive of these files as GitHub would make it, in a folder of the name of the branch."""
    folder = tmp_path_factory.mktemp("github")
    wanted = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, folder / "hpcourse-main", ignore=wanted)
    return Path(shutil.make_archive(folder / "course", "zip", folder, "hpcourse-main"))


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    """Nothing of what the user of this machine has set up for Jupyter or matplotlib."""
    folder = tmp_path_factory.mktemp("settings")
    names = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "MPLCONFIGDIR")
    return {name: str(folder / name) for name in names}


@pytest.fixture
def machine(platform, tmp_path):
    """The Python of a fresh environment on top of the platform's: an installation changes nothing else."""
    subprocess.run([platform / "bin/python", "-m", "venv", "--without-pip", tmp_path / "machine"], check=True)
    (packages,) = tmp_path.glob("machine/lib/python*/site-packages")
    (base,) = platform.glob("lib/python*/site-packages")
    (packages / "platform.pth").write_text(str(base), encoding="utf-8")
    return tmp_path / "machine/bin/python"


@pytest.fixture
def alone(machine, archive, settings, tmp_path):
    """Runs a notebook in an empty folder: what became of it, and where the report would be."""

    def run(notebook):
        folder = tmp_path / "empty"
        folder.mkdir()
        shutil.copy(notebook, folder)
        shutil.copy(archive, folder / "course.zip")
        ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MPLBACKEND", "TQDM_DISABLE")
        environment = {k: v for k, v in os.environ.items() if k not in ours} | settings
        environment["JUPYTER_PREFER_ENV_PATH"] = "1"  # python3 is the machine's, not a kernel of the user's
        runner, report = Path(__file__).with_name("run_notebook.py"), tmp_path / "report.json"
        command = [machine, runner, notebook.name, report]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True), report

    return run


@pytest.mark.parametrize("notebook", **names(LACKING))
def test_a_notebook_that_lacks_its_package_says_so_and_stops(notebook, alone):
    done, report = alone(notebook)
    assert not report.exists()
    said = {"en": "This notebook needs torch: `pip install torch`", "zh-TW": "這份筆記本需要 torch"}
    assert said[notebook.parent.name] in done.stderr


@pytest.mark.parametrize("notebook", **names(NOTEBOOKS))
def test_a_notebook_alone_installs_the_course_and_runs(notebook, alone):
    done, report = alone(notebook)
    assert done.returncode == 0, done.stderr[-4000:]
    result = json.loads(report.read_text(encoding="utf-8"))
    before, after, played = result["before"], result["after"], result["played"]
    assert "hpcourse" not in before
    assert {name: after[name] for name in before} == before  # nothing of the platform's was changed
    assert set(after) - set(before) == {"hpcourse"}
    assert result["stderr"] == ""
    assert (played["complaints"], played["unanswered"]) == ([], 0)
    if not notebook.stem.endswith("_exercises"):
        assert played["figures"] >= 1
        assert played["quizzes"] >= 1
    assert played["frames"] >= played["figures"]


SETUP = """
import nbformat, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
cell = nbformat.read(sys.argv[1], 4).cells
code = next(c.source for c in cell if c.cell_type == "code")
result = shell.run_cell(code.replace("https://", "https://nowhere.invalid/"))
print(result.error_in_exec or sys.modules["hpcourse"].__file__)
"""


@pytest.fixture
def set_up(machine, tmp_path):
    """Runs the setup cell of Day 1 where GitHub cannot be reached; what it ends in."""

    def run(folder):
        command = [machine, "-c", SETUP, NOTEBOOKS[0]]
        environment = os.environ | {"PIP_RETRIES": "0"}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout

    return run


def test_where_the_course_cannot_be_reached_the_setup_cell_says_what_to_do(set_up, tmp_path):
    said = set_up(tmp_path)
    assert "switch the Internet on" in said
    assert "put the wheel beside this notebook" in said
    assert "請打開網路" in said


def test_a_wheel_beside_the_notebook_comes_first(set_up, tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "notebooks"))
    (source / "notebooks").mkdir()
    folder = tmp_path / "class room"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", source]
    subprocess.run(command, check=True)
    assert "site-packages" in set_up(folder).splitlines()[-1]
