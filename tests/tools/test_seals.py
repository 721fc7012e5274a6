"""The builder finds every prompt without a seal, and every place where the answer can be seen too early."""

import json
import re

import nbformat
import pytest

from hpcourse.frame import course as course_file
from hpcourse.page import predictions, quizzes
from hpcourse.page.quizzes import Question
from tools import seals
from tools.lesson import Lesson

QUESTION = Question(
    "Which of the three walks arrives?",
    (
        ("the careful walk", "It is slow."),
        ("the zigzagging walk", "It is."),
        ("neither of them", "One does."),
    ),
    right=1,
)
CHINESE = {"the zigzagging walk": "左右擺盪的那一條", "the careful walk": "小心翼翼的那一條"}
LESSON = """\
# %% [markdown] key="ask" lang="en"
# ## 1. Walks
#
# **Predict:** which walk arrives?

# %% [markdown] key="ask" lang="zh-TW" of="00000000"
# ## 1. 路徑
#
# **先預測**：哪一條走得到？

# %% key="walk"
with hp.predict("day1-x"):
    walk = hp.descend()  # three walks
    hp.show(fig, "day1-regimes")

# %% key="numbers"
with hp.after("day1-x"):
    print(walk.end)

# %% [markdown] key="why" lang="en"
# <details><summary>After your answer</summary>
#
# The zigzagging walk arrives.
#
# </details>

# %% [markdown] key="why" lang="zh-TW" of="00000000"
# <details><summary>作答之後</summary>
#
# 左右擺盪的那一條走得到。
#
# </details>

# %% [markdown] key="more" lang="en"
# A walk is a list of points.

# %% [markdown] key="more" lang="zh-TW" of="00000000"
# 路徑是一串點。

# %% key="count"
print("points:", len(walk.end))

# %% [markdown] key="next" lang="en"
# ## 2. Zigzagging

# %% [markdown] key="next" lang="zh-TW" of="00000000"
# ## 2. 左右擺盪的那一條
"""


@pytest.fixture(autouse=True)
def question(monkeypatch):
    def find(key):
        if key != "day1-x":
            raise ValueError(f"key must be the name of a question, got {key!r}")
        return QUESTION

    monkeypatch.setattr(quizzes, "find_question", find)
    catalogue = seals.course_language._catalogue
    monkeypatch.setattr(
        seals.course_language,
        "_catalogue",
        lambda language: {**catalogue(language), **CHINESE} if language == "zh-TW" else catalogue(language),
    )


@pytest.fixture
def lesson_of(tmp_path):
    """A function (source, name) -> Lesson."""

    def make(source, name="day1_toy"):
        path = tmp_path / "lessons" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
        return Lesson(path, course_file.COURSE)

    return make


def faults_of(lesson):
    return list(seals.source_faults(lesson))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("After your answer: why the zigzag is fast", "why"),
        ("After your answer: the zigzagging walk", "zigzagging"),
        ("作答之後：為什麼這麼快", "為什麼"),
        ("作答之後：左右擺盪的那一條", "not in its name"),
    ],
)
def test_the_name_of_a_closed_fold_is_read_before_the_answer(lesson_of, name, told):
    before = "作答之後" if name > "一" else "After your answer"
    (fault,) = faults_of(lesson_of(LESSON.replace(f"<summary>{before}<", f"<summary>{name}<")))
    assert told in fault


def test_a_sealed_prediction_has_no_fault(lesson_of):
    assert faults_of(lesson_of(LESSON)) == []


SEAL = 'with hp.predict("day1-x"):\n    walk = hp.descend()  # three walks\n    hp.show(fig, "day1-regimes")'
OPEN = 'walk = hp.descend()  # three walks\nhp.show(fig, "day1-regimes")'
FOLDED = "# <details><summary>After your answer</summary>\n#\n# The zigzagging walk arrives.\n#\n# </details>"
PLANTED = {  # what is replaced, by what, and what is said where
    "no seal": (SEAL, OPEN, "ask: asks for a prediction, but the next code cell is not sealed"),
    "a cell before the seal": (
        '# %% key="walk"',
        '# %% key="first"\nhp.show(fig, "day1-regimes")\n\n# %% key="walk"',
        "ask: asks for a prediction",
    ),
    "only waits": (SEAL, SEAL.replace("predict(", "after("), "ask: asks for a prediction"),
    "a part outside the block": (
        SEAL,
        f"x = 1\n{SEAL}",
        "walk: a sealed cell is one block",
    ),
    "a part below the block": (SEAL, f"{SEAL}\nprint(walk)", "walk: a sealed cell is one block"),
    "an unknown question": ('hp.predict("day1-x")', 'hp.predict("day1-y")', "walk: key must be the name"),
    "words in the code": ('"day1-regimes"', '"A walk zigzagging."', 'walk: say hp.show(fig, "KEY")'),
    "words put together": ('"day1-regimes"', 'f"day1-{name}"', 'walk: say hp.show(fig, "KEY")'),
    "an unknown picture": ('"day1-regimes"', '"day1-nothing"', "walk: key must have words"),
    "a comment": ("# three walks", "# the zigzagging one", "walk: says 'zigzagging'"),
    "a title": ('hp.show(fig, "day1-r', 'ax.set_title("Zigzagging")\n    hp.show(fig, "day1-r', "walk: says"),
    "a printed word": ("print(walk.end)", 'print("zigzagging:", walk.end)', "numbers: says 'zigzagging'"),
    "a part of a name": ("print(walk.end)", 'print(f"zigzagging {walk.end}")', "numbers: says 'zigzagging'"),
    "in Chinese": ("# three walks", "# 是左右擺盪的", "walk: says '"),
    "an open text": (FOLDED, "# The one arrives.", "why: stands open right below the prediction"),
    "an open fold": (FOLDED, FOLDED.replace("<details>", "<details open>"), "why: a fold is the whole cell"),
    "half a fold": (FOLDED, f"{FOLDED}\n#\n# And more.", "why: a fold is the whole cell"),
    "a fold before": (FOLDED, f"# See.\n#\n{FOLDED}", "why: a fold is the whole cell"),
    "an answer in a later text": ("a list of points", "zigzagging", "more: says 'zigzagging'"),
    "an answer in a later Chinese text": ("路徑是一串點", "左右擺盪的走得到", "more: says '"),
    "an answer in later code": ('"points:"', '"zigzagging:"', "count: says 'zigzagging'"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(lesson_of, name):
    old, new, message = PLANTED[name]
    assert LESSON.count(old) >= 1
    found = faults_of(lesson_of(LESSON.replace(old, new, 1)))
    assert [fault for fault in found if message in fault], found


@pytest.mark.parametrize(
    "prompt",
    [
        "**Predict:** which?",
        "**Predict** first: which?",
        "Read on. Predict: which?",
        "Predict first: the same, half, a tenth?",
        "First look. **Predict.** Which?",
        "**先預測**：哪一條？",
        "先猜猜看：哪一條？",
        "預測看看，哪一條？",
        "做之前先預測。",
    ],
)
def test_what_asks_for_a_prediction(prompt):
    assert seals.asks(prompt)


@pytest.mark.parametrize(
    "text",
    [
        "## 6. Predict the noise (1 point)",
        "The network predicts a digit.",
        "We predict that it rings.",
        "`Predict` is a name.",
        "網路預測的是數字。",
        "這個模型可以預測損失。",
    ],
)
def test_what_asks_for_none(text):
    assert not seals.asks(text)


EXERCISE = """\
# %% [markdown] key="task" lang="en"
# ## 1. A task
#
# Predict first: the same, or half?

# %% key="sweep"
hp.show(fig, "day1-regimes")

# %% key="answer"
answer = 3  ### SOLUTION

# %% [markdown] key="next" lang="en"
# ## 2. Another
"""


def test_in_exercises_an_answer_that_is_checked_is_a_commitment(lesson_of):
    assert faults_of(lesson_of(EXERCISE, "day1_exercises")) == []
    assert "asks for a prediction" in faults_of(lesson_of(EXERCISE))[0]
    without = re.sub(r"# %% key=\"answer\"\n.*\n\n", "", EXERCISE)
    assert "asks for a prediction" in faults_of(lesson_of(without, "day1_exercises"))[0]


# what is stored


@pytest.fixture
def stored(lesson_of):
    """The English notebook of the lesson, as it is stored: (Notebook, what is in the file)."""
    notebook = lesson_of(LESSON).variants[0]
    nb = notebook.fresh()
    code = {cell.id: cell for cell in nb.cells if cell.cell_type == "code"}
    hint = {"text/html": "<p>later</p>", "text/plain": "later"}
    for name, data in (("walk", predictions.stored(QUESTION)), ("numbers", hint)):
        code[name].outputs = [nbformat.v4.new_output("display_data", data=data)]
    code["count"].outputs = [nbformat.v4.new_output("stream", text="points: 3\n")]
    seals.keep(
        notebook,
        [
            (code["walk"], "day1-x", [{"text": "arrives\n"}, {"picture": "iVBORw0KGgo=", "alt": "a walk"}]),
            (code["numbers"], "day1-x", [{"text": "3\n"}]),
        ],
    )
    return notebook, nb


def test_what_is_hidden_stands_in_the_side_file_and_the_picture_beside_it(stored):
    notebook, nb = stored
    file = seals.side_file(notebook)
    assert file == notebook.lesson.root / "notebooks/sealed/en/day1_toy.json"
    blocks = json.loads(file.read_text(encoding="utf-8"))["day1-x"]
    assert [block["cell"] for block in blocks] == ["walk", "numbers"]
    assert blocks[0]["outputs"][1] == {"picture": "walk-1.png", "alt": "a walk"}
    assert (file.with_suffix("") / "walk-1.png").read_bytes().startswith(b"\x89PNG")
    assert list(seals.stored_faults(notebook, nb)) == []


def show(cell, **data):
    cell.outputs.append(nbformat.v4.new_output("display_data", data=data))


SEEN = {
    "a picture": ("walk", lambda cell: show(cell, **{"image/png": "iVBORw0KGgo="}), "shows more than the q"),
    "a printed line": (
        "walk",
        lambda cell: cell.outputs.append(nbformat.v4.new_output("stream", text="3\n")),
        "shows more than the question",
    ),
    "a verdict": (
        "walk",
        lambda cell: cell.outputs[0].data.update({"text/html": "✓ B"}),
        "shows more than the question",
    ),
    "another type of output": (
        "walk",
        lambda cell: cell.outputs[0].data.update({"text/markdown": "x"}),
        "shows more than the question",
    ),
    "nothing": ("walk", lambda cell: cell.outputs.clear(), "shows more than the question"),
    "a picture in what waits": (
        "numbers",
        lambda cell: show(cell, **{"image/png": "iVBORw0KGgo="}),
        "shows more than the question",
    ),
    "a later line": (
        "count",
        lambda cell: cell.outputs[0].update(text="the zigzagging one: 3\n"),
        'begin it with `with hp.after("day1-x"):`',
    ),
    "a later picture's words": (
        "count",
        lambda cell: show(cell, **{"image/png": "iVBORw0KGgo=", "text/plain": "A zigzagging walk."}),
        'begin it with `with hp.after("day1-x"):`',
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_what_can_be_seen_in_a_stored_notebook_is_found(stored, name):
    notebook, nb = stored
    key, edit, message = SEEN[name]
    edit(next(cell for cell in nb.cells if cell.id == key))
    found = list(seals.stored_faults(notebook, nb))
    assert [fault for fault in found if f"code cell {key}: " in fault and message in fault], found


def test_what_the_side_file_lacks_is_found(stored):
    notebook, nb = stored
    file = seals.side_file(notebook)
    (file.with_suffix("") / "walk-1.png").unlink()
    assert "walk: notebooks/sealed lacks" in next(seals.stored_faults(notebook, nb))
    for content in ("{", "[]", "{}", '{"day1-x": [{}]}', '{"day1-x": 3}'):
        file.write_text(content)
        found = list(seals.stored_faults(notebook, nb))
        assert [re.search("cell (.*): notebooks/sealed lacks", f)[1] for f in found] == ["walk", "numbers"]
    file.unlink()
    assert len(list(seals.missing(notebook))) == 2


def test_what_the_side_file_has_too_much_is_found(stored):
    notebook, nb = stored
    file = seals.side_file(notebook)
    blocks = json.loads(file.read_text())
    blocks["day1-x"].append({"cell": "gone", "compared": True, "outputs": []})
    file.write_text(json.dumps(blocks))
    (fault,) = seals.stored_faults(notebook, nb)
    assert "has the cell gone, which is not sealed" in fault


def test_a_lesson_without_seals_leaves_no_side_file(stored):
    notebook, _ = stored
    seals.keep(notebook, [])
    file = seals.side_file(notebook)
    assert not file.exists()
    assert not list(file.with_suffix("").glob("*"))


def test_what_was_sealed_is_taken_out_of_the_outputs():
    data = {"text/html": "q", predictions.MIME: {"key": "day1-x", "outputs": [{"text": "3"}]}}
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data=data)])
    ((found, key, outputs),) = seals.take(nbformat.v4.new_notebook(cells=[cell]))
    assert (found, key, outputs) == (cell, "day1-x", [{"text": "3"}])
    assert set(cell.outputs[0].data) == {"text/html"}


PAIRS = {'"B", 0.25': 2, "64, 0.8": 2, "0.25, 0.66": 2, "3": 1, '"B"': 1, "min(a, b)": 1, "2 / (1, 2)[0]": 1}


@pytest.mark.parametrize(("value", "gaps"), PAIRS.items())
def test_of_a_pair_learners_see_both_gaps(lesson_of, value, gaps):
    lesson = lesson_of(EXERCISE.replace("answer = 3", f"answer = {value}"), "day1_exercises")
    (cell,) = [cell for cell in lesson.cells if cell.key == "answer"]
    assert (cell.learner, cell.solved) == (f"answer = {', '.join(['...'] * gaps)}", f"answer = {value}")


RATES = quizzes.Question(
    "Which rate did they choose?",
    (("3e-4", "No."), ("8e-5, the third", "Yes."), ("12", "No.")),
    right=1,
)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("rates = [3e-4, 8e-5]", "8e-5"),
        ("rate = 8e-5", "8e-5"),
        ("rate = 18e-5", ""),
        ("rates = [3e-4, 8e-5, 12]", ""),  # what is compared
        ("rates = read(file)[3e-4, 12]", ""),
    ],
)
def test_a_number_that_only_the_right_answer_has_is_told(code, told):
    assert seals.number_in(code, RATES) == told
