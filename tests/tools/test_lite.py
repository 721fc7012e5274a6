"""The course in the browser: what the built site holds, and the package where nothing can be forked.

The site is built by `make lite`, which runs these tests too. What Pyodide itself does is not run here:
its NumPy and matplotlib come from its makers' server.
"""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from hpcourse.frame.course import LANGUAGES

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "lite"
LESSONS = sorted(path.relative_to(ROOT / "notebooks").as_posix() for path in ROOT.glob("notebooks/*/*.ipynb"))
LESSONS = [name for name in LESSONS if name.split("/")[0] in LANGUAGES]
KERNEL = SITE / "extensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static"


@pytest.fixture(scope="module")
def site():
    if not (SITE / "index.html").exists():
        pytest.fail("build/lite is missing: run make lite")
    return SITE


@pytest.fixture(scope="module")
def wheel(site):
    (path,) = (site / "pypi").glob("hpcourse-*.whl")
    return path


@pytest.mark.lite
def test_the_site_holds_every_notebook_and_no_solution(site):
    held = {
        path.relative_to(site / "files").as_posix() for path in (site / "files").rglob("*") if path.is_file()
    }
    assert held == set(LESSONS), "run make lite"
    for language in LANGUAGES:
        listed = json.loads((site / "api" / "contents" / language / "all.json").read_text(encoding="utf-8"))
        assert {file["path"] for file in listed["content"]} == {
            n for n in LESSONS if n.startswith(f"{language}/")
        }


@pytest.mark.lite
@pytest.mark.parametrize("name", LESSONS)
def test_a_notebook_of_the_site_differs_only_in_where_the_package_comes_from(site, name):
    original = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    copy = nbformat.read(site / "files" / name, as_version=4)
    assert copy.metadata.hpcourse.kind == "learner"
    different = [(a, b) for a, b in zip(original.cells, copy.cells, strict=True) if a != b]
    assert [a.id for a, _ in different] == ["setup"]
    assert different[0][0].source.count("%pip") == 1
    assert different[0][1].source == re.sub("%pip .*", "%pip install -q hpcourse", different[0][0].source)


@pytest.mark.lite
def test_the_wheel_is_pure_python_and_complete(wheel):
    assert wheel.name.endswith("-py3-none-any.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = {".py", ".po", ".npz", ".mplstyle"}
    package = {p.relative_to(ROOT).as_posix() for p in (ROOT / "hpcourse").rglob("*") if p.suffix in kept}
    assert package <= held, "run make lite"
    assert not [name for name in held if name.startswith("tests/") or name.endswith(".ipynb")]


@pytest.mark.lite
def test_every_package_comes_from_the_site_or_with_pyodide(site, wheel):
    pyodide = json.loads((ROOT / "tools" / "lite" / "pyodide.json").read_text(encoding="utf-8"))
    schema = (KERNEL / "schema" / "kernel.v0.schema.json").read_text(encoding="utf-8")
    assert f"/v{pyodide['version']}/" in schema, "another Pyodide now: correct lite/pyodide.json"
    versions = {name: [version] for name, version in pyodide["packages"].items()}
    for index in (KERNEL / "pypi" / "all.json", site / "pypi" / "all.json"):
        for name, entry in json.loads(index.read_text(encoding="utf-8")).items():
            versions.setdefault(canonicalize_name(name), []).extend(entry["releases"])
    wheels = {canonicalize_name(p.name.split("-")[0]): p for p in (site / "pypi").glob("*.whl")}
    wanted, seen = ["hpcourse"], set()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in wheels:
            continue
        seen.add(name)
        for requirement in requirements_of(wheels[name]):
            found = versions.get(canonicalize_name(requirement.name), [])
            assert any(map(requirement.specifier.contains, found)), (
                f"{name} needs {requirement}, found {found}"
            )
            wanted.append(canonicalize_name(requirement.name))
    assert seen == set(wheels), "a wheel that nothing needs"


def requirements_of(wheel):
    """What a wheel needs in a browser, extras left out."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(name).decode().splitlines()
    found = [Requirement(line.partition(": ")[2]) for line in lines if line.startswith("Requires-Dist:")]
    browser = {"extra": "", "sys_platform": "emscripten", "python_version": "3.14"}
    return [r for r in found if r.marker is None or r.marker.evaluate(browser)]


WITHOUT_FIGURES = """
import importlib.util, hpcourse as hp
assert not [name for name in ("matplotlib", "ipywidgets", "IPython") if importlib.util.find_spec(name)]
assert "site-packages" in hp.__file__
hp.use_language("zh-TW")
assert hp.train(hp.MLP((64, 10)), hp.digits(), hp.SGD([0.1, 0.5]), epochs=1).loss.shape == (2, 23)
result = hp.check("gd_step", lambda w, grad, lr: w + lr * grad)
assert result.mistake == "ascent" and "梯度" in result.message
"""


@pytest.mark.lite
def test_the_wheel_works_without_matplotlib_and_widgets(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "--quiet",
        "--disable-pip-version-check",
        "install",
    ]
    subprocess.run([*pip, "numpy", "threadpoolctl", "tqdm"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    subprocess.run([python, "-I", "-c", WITHOUT_FIGURES], check=True, cwd=tmp_path)


# What Pyodide 314 does, seen there: `os.fork` and threads exist but fail, some modules are missing.
AS_IN_A_BROWSER = """
import errno, os, sys, threading, warnings
import IPython, ipywidgets, matplotlib.pyplot, numpy, tqdm.auto

def no_thread(*_):
    raise RuntimeError("can't start new thread")

def no_fork():
    raise OSError(errno.ENOSYS, "Function not implemented")

threading.Thread.start, os.fork, os.cpu_count = no_thread, no_fork, lambda: 1
del os.sched_getaffinity
for name in ("resource", "_multiprocessing", "_posixsubprocess", "threadpoolctl"):
    sys.modules[name] = None
sys.platform = "emscripten"
warnings.simplefilter("error")

import numpy as np, hpcourse as hp

hp.use_style()
rates, seeds = np.logspace(-2, 0, 40), range(20)
history = hp.train(hp.MLP((64, 32, 10)), hp.digits(), hp.SGD(rates), updates=2, seed=seeds)
assert history.loss.shape == (40, 20, 2)
assert hp.descend(hp.Quadratic((1, 10)), hp.SGD(rates), start=(1, 1), steps=3).w.shape == (40, 4, 2)
assert hp.check("gd_step", lambda w, grad, lr: w - lr * grad).passed
assert hp.check("gd_step", lambda w, grad, lr: w + lr * grad).mistake == "ascent"
assert hp.check("gd_step", lambda w, grad, lr: 1 / 0).status == "not yet"
for explorer in (hp.explore_sweep(history), hp.explore_bowl(), hp.explore_luck(), hp.explore_dashboard()):
    assert "image/png" in explorer._repr_mimebundle_()[0]
hp.quiz("day1-threshold").answer(1)
assert hp.seeds(5) == range(2)
"""


def test_the_package_needs_no_threads_and_no_processes():
    done = subprocess.run(
        [sys.executable, "-c", AS_IN_A_BROWSER], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-2000:]
