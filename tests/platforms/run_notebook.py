"""Run one notebook in the environment of this Python, as a reader does, and write down what came of it.

python run_notebook.py NOTEBOOK REPORT

An archive of the course, `course.zip` beside the notebook, takes the place of the one on GitHub.
"""

import json
import re
import sys
from importlib.metadata import distributions
from pathlib import Path

import nbformat
from nbclient import NotebookClient

# A reader also drags and presses. An error in a callback would otherwise show on the page alone.
PLAY = """
import gc, json
from hpcourse.page.live import LiveFigure
from hpcourse.page.quizzes import Quiz
figures = [thing for thing in gc.get_objects() if isinstance(thing, LiveFigure)]
frames = sum(figure.frames for figure in figures)
for figure in figures:
    for control in figure.controls.values():
        if hasattr(control, "index"):
            control.index = 0 if control.index else len(control.options) - 1
        elif hasattr(control, "step"):
            away = -control.step if control.value > control.min else control.step
            control.value += away
        figure.refresh()
quizzes = [thing for thing in gc.get_objects() if isinstance(thing, Quiz)]
for quiz in quizzes:
    quiz.buttons[quiz.question.right].click()
print(json.dumps({
    "figures": len(figures), "frames": sum(figure.frames for figure in figures) - frames,
    "complaints": [figure.messages.value for figure in figures if figure.messages.value],
    "quizzes": len(quizzes), "unanswered": sum(not quiz.feedback.value for quiz in quizzes),
}))
"""


def versions():
    """What is installed; of a package that is there twice, the one that Python imports."""
    found = {}
    for package in distributions():
        found.setdefault(package.metadata["Name"], package.version)
    return found


def main(notebook, report):
    nb = nbformat.read(notebook, as_version=4)
    nb.cells = [cell for cell in nb.cells if cell.cell_type == "code"]
    archive = Path("course.zip").absolute().as_uri()
    nb.cells[0].source = re.sub(r"https://github\.com/\S+\.zip", archive, nb.cells[0].source)
    for cell in nb.cells:
        cell.outputs = []
    nb.cells.append(nbformat.v4.new_code_cell(PLAY))
    before = versions()
    NotebookClient(nb, timeout=600, kernel_name="python3").execute()
    streams = [output for cell in nb.cells for output in cell.outputs if output.output_type == "stream"]
    played = "".join(output.text for output in nb.cells[-1].outputs if output.get("name") == "stdout")
    result = {
        "before": before,
        "after": versions(),
        "stderr": "".join(output.text for output in streams if output.name == "stderr"),
        "played": json.loads(played.splitlines()[-1]),
    }
    with open(report, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
