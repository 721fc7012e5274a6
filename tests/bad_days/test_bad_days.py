"""Bad days: cells run twice or out of order, a restart, no network, a folder that cannot be written to, a
locale without UTF-8, little memory, one core. The lessons work, or say what to do.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
import run_cells

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(path.stem for path in (NOTEBOOKS / "en").glob("day*.ipynb"))  # the code is the same in zh-TW
BY_DESIGN = {"capstone-lab"}  # the journal of the capstone goes on where it was
MOST_MEGABYTES = 600  # Binder grants 1,000, of which JupyterLab's server needs 150

# Equal work gives equal results, as other tests show; here a training is done once, to be quick. A descent
# writes into memory that it is given: its result is no answer to other memory.
REMEMBER = """
import hashlib, pickle, hpcourse.training as training
from hpcourse.frame.cores import run_chunks
known = {}

def remembering(function, chunks, sizes, *where):
    if function.func is not training.train_chunk:
        return run_chunks(function, chunks, sizes, *where)
    try:
        key = hashlib.sha256(pickle.dumps((function, chunks))).digest()
    except Exception:  # a surface made in the notebook
        return run_chunks(function, chunks, sizes, *where)
    if key not in known:
        known[key] = pickle.dumps(run_chunks(function, chunks, sizes, *where))
    return pickle.loads(known[key])

training.run_chunks = remembering
"""

# That the circumstances are as bad as the test says; no network at all, not even names.
HARD_DAY = """
import locale, os, socket, sys
from pathlib import Path

def no_network(event, arguments):
    address = {"socket.connect": arguments[1:2], "socket.getaddrinfo": [arguments[:1]]}.get(event)
    if address and isinstance(address[0], tuple) and address[0][0] not in ("127.0.0.1", "localhost"):
        raise OSError("Network is unreachable")

sys.addaudithook(no_network)
for attempt in (
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: Path("written").write_text(""),
    lambda: Path.home().joinpath("written").write_text(""),
):
    try:
        attempt()
    except OSError:
        continue
    print("that should have failed")
encoding, cores = locale.getpreferredencoding(False), len(os.sched_getaffinity(0))
if encoding != "ANSI_X3.4-1968" or cores > 1:
    print(encoding, cores)
"""


def run_lesson(path, order, before="", prefix=(), cwd=None, **variables):
    """What `run_cells.py` prints about cells of a notebook, run in these circumstances."""
    command = [*prefix, sys.executable, run_cells.__file__, path, json.dumps([*order]), before]
    environment = os.environ | {"TQDM_DISABLE": "1", "OPENBLAS_NUM_THREADS": "1"} | variables
    environment |= {"JUPYTER_PREFER_ENV_PATH": "1"}  # python3 is this interpreter
    environment = {name: value for name, value in environment.items() if value is not None}
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def code_cells(path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def waits_for_an_answer(source):
    """What a sealed cell says at once instead of asking, while the exercise before it is not solved."""
    sealed = "hp.predict(" in source and "hp.check(" in source
    return sealed and re.findall(r'hp\.say\("([^"]+)"\)', source)[-1]


def differences(path, shown):
    """Cells that showed an error, or something else than is stored where nbval compares that."""
    stored = {cell.id: cell for cell in code_cells(path)}

    def differs(name, text):
        if name not in stored:
            return True
        if guard := waits_for_an_answer(stored[name].source):
            return text != f"stdout: {guard}\n"
        if name in BY_DESIGN or "nbval-ignore-output" in stored[name].metadata.get("tags", []):
            return "Error: " in text or "stderr: " in text
        return text != run_cells.text_of(stored[name].outputs)

    return [(name, text) for name, text in shown if differs(name, text)]


@pytest.fixture(scope="module")
def rerun(tmp_path_factory):
    """Every lesson: each cell twice in a row, then all a second time from the top."""

    def twice(name):
        path = NOTEBOOKS / "en" / f"{name}.ipynb"
        every = range(len(code_cells(path)))
        order = [*(i for i in every for _ in (1, 2)), *every]
        return run_lesson(path, order, REMEMBER, cwd=tmp_path_factory.mktemp(name))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(LESSONS, pool.map(twice, LESSONS)))


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_cells_may_run_twice_and_all_again(rerun, name):
    assert differences(NOTEBOOKS / "en" / f"{name}.ipynb", rerun[name]["cells"]) == []


@pytest.fixture(scope="module")
def hard_day(tmp_path_factory):
    """A function (notebook) -> how it ran where everything is missing at once."""
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("folder")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    closed = [home, folder, *(path for path in folder.rglob("*") if path.is_dir())]
    for path in closed:
        path.chmod(0o555)
    prefix = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    if os.geteuid() == 0:  # else root writes where nobody may
        prefix += ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

    def run(name):
        path = folder / "notebooks" / name
        return run_lesson(
            path,
            range(len(code_cells(path))),
            HARD_DAY,
            prefix,
            path.parent,
            HOME=str(home),
            MPLCONFIGDIR=None,
            JUPYTER_RUNTIME_DIR=str(tmp_path_factory.mktemp("runtime")),  # Jupyter itself needs that
            LC_ALL="C",
            PYTHONCOERCECLOCALE="0",
            PYTHONUTF8="0",
        )

    yield run
    for path in closed:
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="takes the rights away in the way of Linux")
@pytest.mark.parametrize(
    "name",
    [
        # takes the most memory
        pytest.param("en/day2_learning_rate_schedules.ipynb", marks=pytest.mark.slow),
        "zh-TW/day1_exercises.ipynb",
    ],
)
def test_a_hard_day(hard_day, name):
    day = hard_day(name)
    different = dict(differences(NOTEBOOKS / name, day["cells"]))
    assert "set the MPLCONFIGDIR environment variable" in different.pop("setup")  # as matplotlib says itself
    assert different == {}
    assert day["megabytes"] < MOST_MEGABYTES


def test_after_a_restart_the_cells_above_are_enough(tmp_path):
    name = "day1_exercises"
    cells = code_cells(NOTEBOOKS / "en" / f"{name}.ipynb")
    middle = len(cells) // 2
    order = [middle, *range(middle + 1)]
    (_, text), *rest = run_lesson(NOTEBOOKS / "en" / f"{name}.ipynb", order, cwd=tmp_path)["cells"]
    assert text == "NameError: name 'hp' is not defined"
    assert differences(NOTEBOOKS / "en" / f"{name}.ipynb", rest) == []


def test_every_notebook_says_what_to_do_after_a_restart():
    sentences = {"en": "After a restart of the kernel", "zh-TW": "重新啟動核心"}
    for path in sorted(NOTEBOOKS.glob("*/day*.ipynb")):
        title = nbformat.read(path, as_version=4).cells[0].source
        assert sentences[path.parent.name] in title, path
