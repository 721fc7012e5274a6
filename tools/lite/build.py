"""Build the course as a site that runs in the browser alone: no server, nothing to install.

    python -m tools.lite.build     into build/lite; then: python -m http.server -d build/lite

Needs the packages of `pip install ".[lite]"`. README.md in this folder says what the site holds.
"""

import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import nbformat

from hpcourse.frame.course import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
PROJECT, SITE = ROOT / "build" / "lite-project", ROOT / "build" / "lite"
SETTINGS = ("jupyter-lite.json", "overrides.json")
# The page's side of the widgets and the kernel; other extensions of this environment stay out.
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension")
# The kernel's side of the widgets, which Pyodide does not come with.
WHEELS = ("ipywidgets", "jupyterlab_widgets", "comm")
# A kernel in the browser finds the wheel of the site by its name.
FROM_AFAR = re.compile(r'%pip install .*"{course}"')
FROM_SITE = "%pip install -q hpcourse"
KERNEL = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}


def main():
    """Build the site from nothing."""
    for folder in (PROJECT, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    collect_wheels(PROJECT / "pypi")  # what lies in this folder, JupyterLite offers to %pip
    for language in LANGUAGES:
        for notebook in sorted((ROOT / "notebooks" / language).glob("*.ipynb")):
            put_notebook(notebook, PROJECT / "files" / language)
    for name in SETTINGS:
        shutil.copy(ROOT / "tools" / "lite" / name, PROJECT)
    extensions = Path(sysconfig.get_path("data"), "share", "jupyter", "labextensions")
    options = [
        f"--lite-dir={PROJECT}",
        f"--output-dir={SITE}",
        f"--contents={PROJECT / 'files'}",
        "--no-sourcemaps",
        "--no-unused-shared-packages",
        "--ignore-sys-prefix",
        *(f"--LiteBuildConfig.federated_extensions={extensions / name}" for name in EXTENSIONS),
        *(f"--apps={name}" for name in ("lab", "notebooks", "tree")),
    ]
    subprocess.run([sys.executable, "-m", "jupyter", "lite", "build", *options], cwd=PROJECT, check=True)
    print(f"built {SITE.relative_to(ROOT)}")


def collect_wheels(folder):
    """Build the course's own wheel, and download the others."""
    source = PROJECT / "source"  # a copy, as building leaves its traces beside the source
    shutil.copytree(ROOT / "hpcourse", source / "hpcourse", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "notebooks").mkdir()  # empty: learners need no exercises for instructors, with solutions, in it
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", f"--wheel-dir={folder}", source], check=True)
    others = [f"{name}=={version(name)}" for name in WHEELS]
    subprocess.run(
        [*pip, "download", "--no-deps", "--only-binary=:all:", f"--dest={folder}", *others], check=True
    )


def put_notebook(path, folder):
    """Copy a notebook, for the kernel of the browser: its setup cell installs the package from the site."""
    notebook = nbformat.read(path, as_version=4)
    installed = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source, found = FROM_AFAR.subn(FROM_SITE, cell.source)
            installed += found
    if installed != 1:
        sys.exit(f"{path.name} must install hpcourse in one cell, found {installed}")
    notebook.metadata.kernelspec = nbformat.from_dict(KERNEL)
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / path.name)


if __name__ == "__main__":
    main()
