"""How long each lesson runs and how much memory it takes.

    python tests/benchmarks/bench_lessons.py [NAME ...]

Runs every English lesson (the Chinese one has the same code) from first to last cell in a kernel of its own
and prints a table. Exits with 1 if a lesson takes over 15 s or 500 MB, or one of its cells over 5 s.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks" / "en"
MOST_SECONDS, MOST_IN_A_CELL, MOST_MEGABYTES = 15, 5, 500
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"  # kB on Linux


def measure(path):
    """Seconds of each code cell by id, and the kernel's peak memory in MB."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3")
    seconds = {}
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            began = time.perf_counter()
            client.execute_cell(cell, index)
            if cell.cell_type == "code":
                seconds[cell.id] = time.perf_counter() - began
        asked = nbformat.v4.new_code_cell(PEAK)
        notebook.cells.append(asked)
        client.execute_cell(asked, len(notebook.cells) - 1)
    return seconds, int(asked.outputs[0].text)


def main(names):
    """Print the table; True if all bars are met."""
    paths = [NOTEBOOKS / f"{name}.ipynb" for name in names] or sorted(NOTEBOOKS.glob("day*.ipynb"))
    os.environ["TQDM_DISABLE"] = "1"
    print(f"{'lesson':34} cells  seconds  slowest cell              MB")
    met = True
    for path in paths:
        seconds, megabytes = measure(path)
        total, slowest = sum(seconds.values()), max(seconds, key=seconds.get)
        good = total <= MOST_SECONDS and seconds[slowest] <= MOST_IN_A_CELL and megabytes <= MOST_MEGABYTES
        met &= good
        print(
            f"{path.stem:34} {len(seconds):5} {total:8.1f}  {slowest[:18]:18} {seconds[slowest]:4.1f} s "
            f"{megabytes:4}{'' if good else '  MISSED'}"
        )
    return met


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
