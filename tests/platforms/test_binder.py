"""What Binder would build: the Dockerfile, rendered by repo2docker, and our part of the work, done here."""

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from repo2docker.app import Repo2Docker
from repo2docker.utils import chdir

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "binder/environment.yml"


@pytest.fixture(scope="module")
def build_pack():
    """The way of building that repo2docker chooses for the repository."""
    logging.getLogger("repo2docker").setLevel(logging.CRITICAL)
    app = Repo2Docker(dry_run=True)
    with chdir(str(ROOT)):  # build packs look for their files in the working directory
        packs = (pack(base_image=app.base_image) for pack in app.buildpacks)
        chosen = next(pack for pack in packs if pack.detect())
        chosen.platform = "linux/amd64"
        yield chosen


def test_binder_builds_with_conda_and_python_3_12(build_pack):
    assert type(build_pack).__name__ == "CondaBuildPack"
    locks = [name for name in build_pack.get_build_script_files() if name.endswith(".lock")]
    assert locks == ["conda/environment.py-3.12-linux-64.lock"]


def test_binder_takes_each_step_once_and_in_order(build_pack):
    dockerfile = build_pack.render({"NB_USER": "jovyan", "NB_UID": "1000"})
    repository = dockerfile.partition("WORKDIR ${REPO_DIR}")[2]
    steps = [
        "COPY --chown=1000:1000 src/binder/environment.yml",  # alone at first, so that a push of lessons
        'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"',  # installs nothing again
        "COPY --chown=1000:1000 src/ ${REPO_DIR}/",
        "RUN ./binder/postBuild",
    ]
    assert [repository.count(step) for step in steps] == [1, 1, 1, 1]
    assert sorted(steps, key=repository.index) == steps


def test_binder_runs_postbuild_as_a_program():
    assert os.access(ROOT / "binder/postBuild", os.X_OK)
    assert (ROOT / "binder/postBuild").read_bytes().startswith(b"#!/usr/bin/env bash\n")


def conda_requirements():
    """What binder/environment.yml lists, with the names that pip knows; Python itself is left out."""
    listed = re.findall(r"^  - ([\w-]+>=[\d.]+)", ENVIRONMENT.read_text(encoding="utf-8"), re.M)
    return [Requirement(line.replace("matplotlib-base", "matplotlib")) for line in listed]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A home with the repository in it, as on Binder, after pip (conda is not needed here) and postBuild."""
    folder = tmp_path_factory.mktemp("binder")
    home = folder / "home"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, home / name)
    subprocess.run([sys.executable, "-m", "venv", folder / "conda"], check=True)
    pip = [folder / "conda/bin/python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, *map(str, conda_requirements())], check=True)
    environment = {
        name: value for name, value in os.environ.items() if name not in ("MPLCONFIGDIR", "PYTHONPATH")
    }
    environment |= {"HOME": str(home), "PATH": f"{folder / 'conda/bin'}:{os.environ['PATH']}"}
    environment |= {"XDG_CACHE_HOME": str(home / ".cache"), "XDG_CONFIG_HOME": str(home / ".config")}
    subprocess.run([home / "binder/postBuild"], cwd=home, env=environment, check=True)

    def run(*command):
        return subprocess.run(
            command, cwd=home / "notebooks/en", env=environment, check=True, capture_output=True, text=True
        )

    run.home = home
    return run


@pytest.mark.platform
def test_every_listed_package_installs_in_a_listed_version(image):
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    requirements = conda_requirements()
    assert len(requirements) >= 7
    versions = image("python", "-c", code, *[r.name for r in requirements]).stdout.split()
    assert [r for r, version in zip(requirements, versions) if version not in r.specifier] == []


@pytest.mark.platform
def test_after_postbuild_the_course_is_there_and_the_first_cell_does_not_wait(image):
    (fonts,) = image.home.glob(".cache/matplotlib/fontlist-*.json")
    built = fonts.stat().st_mtime_ns
    code = "import hpcourse.page.figures, matplotlib.pyplot; print(hpcourse.__file__)"
    done = image("python", "-c", code)
    assert done.stdout.strip() == str(image.home / "hpcourse/__init__.py")
    assert done.stderr == ""
    assert fonts.stat().st_mtime_ns == built


@pytest.mark.platform
def test_on_binder_jupyterlab_starts_quietly_and_can_open_a_fork(image):
    assert re.search(
        r"Disabled extensions:\s+\S+:announcements", image("jupyter", "labextension", "list").stderr
    )
    assert re.search(r"nbgitpuller.*enabled", image("jupyter", "server", "extension", "list").stdout)
