"""Every lesson, in both languages, run in JupyterLab as a learner would run it; Day 1 also in Notebook 7.

`make test` runs the first and the last, `make slow` the others, `make browser` all.
"""

from pathlib import Path

import pytest

from hpcourse.frame.course import DAYS, LANGUAGES

pytestmark = pytest.mark.browser

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [
    path.relative_to(NOTEBOOKS).as_posix()
    for language in LANGUAGES
    for day in DAYS.values()
    for path in (NOTEBOOKS / language / f"{name}.ipynb" for name in day.lessons)
    if path.exists()
]


def mark(path):
    """[slow] for a lesson that `make test` leaves out: it opens the first and the last."""
    return [] if path in (LESSONS[0], LESSONS[-1]) else [pytest.mark.slow]


# Adam does not care for the size of gradients: there a slider rightly changes the words alone.
SAME_PICTURE = "day5_adam.ipynb"


@pytest.mark.parametrize(
    ("app", "path"),
    [
        *(pytest.param("lab", path, marks=mark(path)) for path in LESSONS),
        *(pytest.param("notebook", path, marks=pytest.mark.slow) for path in LESSONS if "/day1" in path),
    ],
)
def test_lesson(app, path, jupyter, open_notebook):
    notebook = open_notebook(jupyter(NOTEBOOKS, app), path)
    notebook.run_all()
    assert notebook.faults() == []
    notebook.show_all()
    for number, figure in enumerate(notebook.figures()):
        figure.scroll_to()
        figure.words_agree()
        for slider in range(figure.sliders.count()):
            handle = figure.sliders.nth(slider)
            at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
            same_picture = slider > 0 and path.endswith(SAME_PICTURE)
            figure.picture_changes(
                lambda f=figure, s=slider, e=at_end: f.press("Home" if e else "End", s), or_words=same_picture
            )
        figure.words_agree()
        notebook.screenshot(f"{app}_{path.removesuffix('.ipynb').replace('/', '_')}_{number}")
    assert notebook.faults() == []
