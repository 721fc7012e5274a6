"""`hpcourse lab` opens the course on any computer, `hpcourse save` packs what a learner has done.

The notebooks come with the package. They are copied into a folder, where they belong to the learner: what was
changed there is never written over; a newer edition of such a notebook is put beside it.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from hpcourse.frame.course import COURSE

RECORD = ".hpcourse.json"  # in the learner's folder: {notebook: digest of the edition that was put there}
PROGRAMS = {"jupyterlab": "lab/tree", "notebook": "notebooks"}  # and the path under which each opens a file
PACKED = {".ipynb", ".json", ".py", ".csv", ".md", ".txt", ".png", ".pdf", ".html"}


def add_to(commands):
    """Add both commands to the parser's `commands`."""
    lab = commands.add_parser("lab", help="put the notebooks into a folder and open them in Jupyter")
    lab.add_argument("folder", nargs="?", type=Path, default=Path("hpcourse"), metavar="DIR")
    lab.add_argument("--language", choices=COURSE.languages, default="en", help="to begin with (default: en)")
    days = [day.number for day in COURSE.days.values()]
    lab.add_argument("--day", type=int, choices=days, default=days[0], help="to begin with (default: 1)")
    lab.add_argument("--check", action="store_true", help="do all but start Jupyter, and say what was found")
    lab.set_defaults(run=open_course)
    save = commands.add_parser("save", help="make a zip of what you changed in the folder of `hpcourse lab`")
    save.add_argument("folder", nargs="?", type=Path, default=Path("hpcourse"), metavar="DIR")
    save.set_defaults(run=save_work)


def open_course(arguments):
    """Copy the notebooks and start Jupyter on a day; returns what the process should exit with."""
    try:
        kept = put_notebooks(arguments.folder)
    except OSError as error:
        return _refuse(f"cannot write into {arguments.folder} ({error.strerror}): name another folder")
    for name in kept:
        print(f"you changed {name}: it stays as it is, and the new edition is beside it")
    lesson = COURSE.days[f"day{arguments.day}"].lessons[0]
    notebook = Path(arguments.language, f"{lesson}.ipynb")
    if not (arguments.folder / notebook).exists():  # not translated yet
        notebook = Path("en", notebook.name)
    program = next((name for name in PROGRAMS if find_spec(name)), None)
    if program is None:
        return _refuse("Jupyter is missing: pip install jupyterlab, then try again")
    print(f"{arguments.folder / notebook} opens in {program}; Ctrl-C here ends it")
    if arguments.check:
        return 0
    command = [sys.executable, "-m", program, f"--ServerApp.root_dir={arguments.folder.resolve()}"]
    page = f"/{PROGRAMS[program]}/{notebook.as_posix()}"
    command.append(f"--{'LabApp' if program == 'jupyterlab' else 'JupyterNotebookApp'}.default_url={page}")
    if getattr(os, "geteuid", lambda: None)() == 0:  # in a container; without it Jupyter would not start
        command.append("--allow-root")
    with contextlib.suppress(KeyboardInterrupt):
        return subprocess.run(command, env=os.environ | quiet()).returncode
    return 0


def quiet():
    """The environment in which JupyterLab asks nobody whether news are wanted."""
    ours = Path(__file__).parents[1] / "data" / "jupyter"
    paths = [str(ours), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}


def shipped_notebooks():
    """The folder of the notebooks: inside an installed package, beside one that is being edited."""
    package = Path(__file__).parents[1]
    installed = package / "notebooks"
    return installed if installed.is_dir() else package.parent / "notebooks"


def put_notebooks(folder):
    """Copy the learner's notebooks of all languages into `folder`; returns those kept as they were."""
    source, kept = shipped_notebooks(), []
    record = folder / RECORD
    delivered = _read(record)
    for language in COURSE.languages:
        for path in sorted((source / language).glob("*.ipynb")):
            name, new = f"{language}/{path.name}", path.read_bytes()
            target = folder / language / path.name
            edition = _digest(new)
            if target.exists() and delivered.get(name) != edition and _digest(target.read_bytes()) != edition:
                if _digest(target.read_bytes()) != delivered.get(name):  # changed by its owner
                    kept.append(name)
                    target = _free(target)
                _write(target, new)
            elif not target.exists():
                _write(target, new)
            delivered[name] = edition
    _write(record, json.dumps(delivered, indent=1).encode())
    return kept


def save_work(arguments):
    """Pack what differs from the course as it came; returns what the process should exit with."""
    folder, delivered = arguments.folder, _read(arguments.folder / RECORD)
    if not folder.is_dir():
        return _refuse(f"there is no folder {folder}: name the one that hpcourse lab made")
    done = [path for path in sorted(folder.rglob("*")) if _is_work(path, folder, delivered)]
    if not done:
        return _refuse(f"nothing in {folder} differs from the course as it came: there is nothing to save")
    target = _free(Path(f"hpcourse-work-{date.today()}.zip"), first=True)
    with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
        for path in done:
            archive.write(path, path.relative_to(folder).as_posix())
    print(f"{target}: {len(done)} files")
    return 0


def _is_work(path, folder, delivered):
    name = path.relative_to(folder)
    ours = path.name == RECORD or ".ipynb_checkpoints" in name.parts
    if ours or path.suffix not in PACKED or not path.is_file():
        return False
    return delivered.get(name.as_posix()) != _digest(path.read_bytes())


def _free(path, first=False):
    """A name like `path` that nothing has yet: "day1 (2).ipynb"."""
    if first and not path.exists():
        return path
    tries = (path.with_stem(f"{path.stem} ({number})") for number in range(2, 1_000_000))
    return next(name for name in tries if not name.exists())


def _read(record):
    """What was put into a folder; nothing where no record is, or none that can be read."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(record.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _write(path, content):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(content)
    shutil.move(unfinished, path)


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _refuse(reason):
    print(f"hpcourse: {reason}", file=sys.stderr)
    return 1
