"""Run cells of a notebook in a kernel of their own, in any order, and print what they showed, as JSON.

    python run_cells.py NOTEBOOK ORDER [BEFORE]

ORDER is a list of indices of code cells as JSON, BEFORE is Python that is run first. A failing cell does not
end the run. Prints {"cells": [[id, text], ...], "megabytes": the kernel's peak}.
"""

import json
import sys

import nbformat
from nbclient import NotebookClient

PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"  # kB on Linux


def text_of(outputs):
    """What a cell showed, pictures and live views left out."""
    shown = []
    for output in outputs:
        if output.output_type == "error":
            shown.append(f"{output.ename}: {output.evalue}")
        elif output.output_type == "stream":
            shown.append(f"{output.name}: {output.text}")
        else:
            shown += [
                f"{kind}: {output.data[kind]}" for kind in ("text/plain", "text/html") if kind in output.data
            ]
    return "\n".join(shown)


def main(path, order, before=""):
    """Run and print."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    client = NotebookClient(
        notebook, kernel_name="python3", timeout=300, allow_errors=True, coalesce_streams=True
    )
    client.extra_arguments = ["--log-level=40"]  # of the kernel's own messages
    shown = []

    def execute(cell):
        notebook.cells = [cell]
        client.execute_cell(cell, 0)
        return text_of(cell.outputs)

    with client.setup_kernel():
        trouble = execute(nbformat.v4.new_code_cell(before))
        shown += [["before", trouble]] if trouble else []
        for index in json.loads(order):
            shown.append([code[index].id, execute(code[index])])
        peak = execute(nbformat.v4.new_code_cell(PEAK))
    print(json.dumps({"cells": shown, "megabytes": int(peak.removeprefix("stdout: "))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
