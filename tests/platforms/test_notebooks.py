"""Every notebook alone, in an empty folder, on a machine that has never seen the course.

The machine is an environment with the packages of `--platform`, without hpcourse. The setup cell of the
notebook installs it, with its own command, unchanged; git alone is told to take the repository from a
snapshot of these files instead of from GitHub, which is not to be reached where the tests run.
"""

import json
import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.platform
ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(p for language in ("en", "zh-TW") for p in ROOT.glob(f"notebooks/{language}/*.ipynb"))
PUBLISHED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hpcourse"]


@pytest.fixture(scope="session")
def platform(request):
    """The environment that stands for the platform; its packages are not touched."""
    folder = request.config.getoption("--platform")
    if folder is None:
        pytest.skip("no --platform named; make platforms does")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    """What a child process needs to find the repository on GitHub in a snapshot of these files."""
    snapshot = tmp_path_factory.mktemp("github")
    wanted = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, snapshot, ignore=wanted, dirs_exist_ok=True)
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for command in (
        ["init", "--quiet", f"--initial-branch={PUBLISHED['branch']}"],
        ["config", "uploadpack.allowFilter", "true"],  # pip asks for less than the whole history
        ["add", "."],
        [*identity, "commit", "--quiet", "--message=snapshot"],
    ):
        subprocess.run(["git", *command], cwd=snapshot, check=True)
    address = f"https://github.com/{PUBLISHED['repository']}"
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{snapshot.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }


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


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_notebook_alone_installs_the_course_and_runs(notebook, machine, network, settings, tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    shutil.copy(notebook, folder)
    ours = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MPLBACKEND", "TQDM_DISABLE")
    environment = {k: v for k, v in os.environ.items() if k not in ours} | network | settings
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"  # python3 is the machine's, not a kernel of the user's
    runner, report = Path(__file__).with_name("run_notebook.py"), tmp_path / "report.json"
    done = subprocess.run(
        [machine, runner, notebook.name, report], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    result = json.loads(report.read_text(encoding="utf-8"))
    before, after, played = result["before"], result["after"], result["played"]
    assert "hpcourse" not in before
    assert {name: after[name] for name in before} == before  # nothing of the platform's was changed
    assert set(after) - set(before) == {"hpcourse"}
    assert f"git+https://github.com/{PUBLISHED['repository']}@{PUBLISHED['branch']}" in result["setup"]
    assert result["stderr"] == ""
    assert (played["complaints"], played["unanswered"]) == ([], 0)
    if not notebook.stem.endswith("_exercises"):
        assert played["figures"] >= 1
        assert played["quizzes"] >= 1
    assert played["frames"] >= played["figures"]
