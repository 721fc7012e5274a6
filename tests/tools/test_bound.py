"""A sentence that has become false is refused, and so is a number that is bound to nothing."""

import io
import re
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import nbformat
import pytest

from hpcourse.frame.course import LANGUAGES
from hpcourse.page import quizzes
from tools import bound, build, evaluate
from tools.prose import number, sentence, spoken

LESSON = """\
# %% key="setup" tags=["language"]
class hp:
    def use_language(name):
        pass


hp.use_language("en")

# %% key="race"
slow, fast, runs = 60.0, 2.0, range(7)

# %% bind="seen"
slow = slow / fast
fast = print("nothing of this is seen, and nothing of it stays")
says("some thirty times nearer", "三十分之一", 25 < slow < 40)
says("all runs agree", "每一次都一樣", len(runs) == 7)
free("the *smallest* of all", "最小的一個", "a definition")

# %% key="after"
print(slow, fast, runs)

# %% [markdown] key="seen" lang="en"
# In 7 runs the second ends some thirty
# times nearer, and all runs agree. That is the *smallest* of all.

# %% [markdown] key="seen" lang="zh-TW" of="STAMP"
# 跑 7 次，第二個的距離是三十分之一，每一次都一樣。這是最小的一個。
"""


COURSE = """\
[languages]
en = { name = "English", locale = "en" }
zh-TW = { name = "繁體中文", locale = "zh_TW" }

[days.day1]
name = { en = "One", zh-TW = "一" }
notebooks = { day1_toy = 1 }
"""


def lesson(root, *changes):
    """The lesson with changes (old, new), its translation marked as up to date."""
    text = LESSON
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    for folder in ("lessons", "hpcourse"):
        (root / folder).mkdir(exist_ok=True)
    (root / "hpcourse/course.toml").write_text(COURSE, encoding="utf-8")
    (root / "lessons/glossary.csv").write_text("en,zh-TW,avoid,require,note\n", encoding="utf-8")
    path = root / "lessons/day1_toy.py"
    path.write_text(text, encoding="utf-8")
    stamp = bound.read_lessons(root)[0].pairs[0][0].stamp()
    path.write_text(text.replace("STAMP", stamp), encoding="utf-8")
    return bound.read_lessons(root)[0]


def ran(root, *changes):
    with redirect_stdout(io.StringIO()) as out:
        lesson(root, *changes)
        code = build.main(["day1_toy"], root)
    return code, out.getvalue()


def test_a_lesson_is_built_without_its_bindings_and_with_its_own_variables(tmp_path):
    code, out = ran(tmp_path)
    assert code == 0, out
    for language in LANGUAGES:
        text = (tmp_path / f"notebooks/{language}/day1_toy.ipynb").read_text(encoding="utf-8")
        nb = nbformat.reads(text, as_version=4)
        assert [c.id for c in nb.cells] == ["setup", "race", "after", "seen"]
        assert [c.execution_count for c in nb.cells if c.cell_type == "code"] == [1, 2, 3]
        assert nb.cells[2].outputs[0].text == "60.0 2.0 range(0, 7)\n"
        assert "says" not in text
        assert "nothing of this is seen" not in text
    with redirect_stdout(io.StringIO()) as out:
        assert build.main(["day1_toy", "--check"], tmp_path) == 0, out.getvalue()


def test_a_false_sentence_is_refused_in_both_languages_with_value_and_range(tmp_path):
    code, out = ran(tmp_path, ("slow, fast, runs = 60.0", "slow, fast, runs = 90.0"))
    assert code == 1
    assert out.count("no longer true: 25 < 45 < 40, with 25 < slow < 40") == 1
    assert "'some thirty times nearer' in: In 7 runs the second ends some thirty times nearer" in out
    assert "'三十分之一' in: 跑 7 次，第二個的距離是三十分之一" in out
    line = (
        (tmp_path / "lessons/day1_toy.py")
        .read_text(encoding="utf-8")
        .split("\n")
        .index('says("some thirty times nearer", "三十分之一", 25 < slow < 40)')
    )
    assert out.startswith(f"lessons/day1_toy.py:{line + 1}: ")
    assert not list(tmp_path.glob("notebooks/*/*.ipynb"))


def test_an_optional_notebook_is_held_to_its_words_and_not_run_without_what_it_needs(tmp_path):
    needs = (
        "slow, fast, runs = 60.0",
        'hp.needs("no_such_module", "pip install it")\nslow, fast, runs = 60.0',
    )
    lesson(tmp_path, needs)
    with redirect_stdout(io.StringIO()) as out:
        assert bound.main(["day1_toy"], tmp_path) == 0
    assert "lessons/day1_toy.py is not run here: it needs no_such_module\n0 bound" in out.getvalue()
    assert list(lesson(tmp_path, needs, ("ends some thirty", "ends some forty")).faults())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("the second ends some thirty", "the second ends some forty"),
            "'some thirty times nearer' stands 0",
        ),
        (("距離是三十分之一", "距離是四十分之一"), "'三十分之一' stands 0 times in the zh-TW text"),
        (("all runs agree. ", "all runs agree, all runs agree. "), "'all runs agree' stands 2 times"),
        (('bind="seen"', 'bind="sene"'), 'no text, figure or question has the key "sene"'),
        (("25 < slow < 40)", "25 < slow < 40"), "is not Python"),
        (("25 < slow < 40", "25 < 30 < 40"), "asks no variable"),
        (("25 < slow < 40", "25 < slow < 40, 3"), "write says(English words"),
        ((', "a definition"', ', ""'), "write free(English words"),
        (('# %% bind="seen"', '# %% bind="seen" tag=["x"]'), "remove tag"),
        (('free("the *smallest* of all", "最小的一個", "a definition")\n', ""), "'最小' is bound to nothing"),
        (("range(7)", "range(8)"), "'7' is bound to nothing: In 7 runs"),
        (("跑 7 次", "跑 9 次"), "zh-TW cell seen: '9' is bound to nothing"),
    ],
)
def test_what_no_longer_fits_is_seen_before_anything_runs(tmp_path, change, message):
    assert any(message in fault for fault in lesson(tmp_path, change).faults())


def test_a_lesson_without_bindings_is_held_to_them(tmp_path):
    source = LESSON[LESSON.index("# %% bind") : LESSON.index('# %% key="after"')]
    assert len(list(lesson(tmp_path, (source, "")).faults())) == 5
    bare = lesson(tmp_path, ('free("the *smallest* of all", "最小的一個", "a definition")', ""))
    assert len(list(bare.faults())) == 2


@pytest.mark.parametrize(
    ("test", "holds", "values"),
    [
        ("1 < x < 3", True, "1 < 2 < 3"),
        ("1 < x <= 1.5", False, "1 < 2 <= 1.5"),
        ("x == 2", True, "2 == 2"),
        ("x != 2", False, "2 != 2"),
        ("x > 1 >= 2", False, "2 > 1 >= 2"),
        ("float('nan') < x", False, "nan < 2"),
        ("x < 9 and not x", False, "x < 9 and (not x) is False"),
        ("x in [1]", False, "x in [1] is False"),
        ("y < 1", False, "NameError: name 'y' is not defined"),
        ("[i for i in (x, 5) if i > x] == [5]", True, "[5] == [5]"),
    ],
)
def test_a_comparison_says_whether_it_holds_and_with_which_values(test, holds, values):
    assert evaluate.evaluate(f'says("a", "b", {test})', {"x": 2}) == [(1, holds, values)]


def test_a_line_that_others_need_and_that_fails_is_named():
    assert evaluate.evaluate("z = 1 / x\nsays('a', 'b', z > 0)", {"x": 0}) == [
        (1, False, "ZeroDivisionError: division by zero")
    ]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("It ends some thirty times nearer.", "en", ["some thirty times", "nearer"]),
        ("up by about 12 points, to 97.4%", "en", ["about 12 points", "97.4%"]),
        ("no more than the seeds differ", "en", ["more than"]),
        ("at least one, at most two; no longer, as long as 0 is left", "en", []),
        ("Which is nearest, after 40 steps? It is the nearest.", "en", ["40", "nearest"]),
        ("誰走得最快？走 40 步，誰最快：這一個最快。", "zh-TW", ["40", "最快", "最快"]),
        ("A step that remembers (2 points): a third row, a third of it", "en", ["a third"]),
        ("6 tasks, 10 points; see #4274", "en", []),
        ("1 task, 1 point", "en", []),
        ("第三列、第十次（2 分），6 題，共 10 分", "zh-TW", []),
        ("half of SGD's, or a third, twice as large as", "en", ["half", "a third", "twice", "as large as"]),
        ("the largest of 1,437 images", "en", ["largest", "1,437"]),
        ("On Day 3, in sections 2 and 3 (Polyak 1964), `x` gives $y = x^2$", "en", []),
        ("`average=0.99`, `f(x, 3)`, `SGD(lr=0.1)`, `w = v * 2`", "en", ["`average=0.99`", "`SGD(lr=0.1)`"]),
        ("from $(3, 4)$", "en", ["$(3, 4)$", "$(3, 4)$"]),
        ("1. one of two\n2. the other", "en", []),
        ("## 12. A map, about 45 minutes", "en", []),
        ("down from $w = -5$", "en", ["$w = -5$"]),
        ("from $(-2.5, 2)$ on", "en", ["$(-2.5, 2)$", "$(-2.5, 2)$"]),
        ("With $\\kappa = 30$ and $\\gamma = 0$", "en", ["$\\kappa = 30$"]),
        ("[97 of them](https://x.org/12/13)", "en", ["97"]),
        (
            "the flattest is the noisiest, later the closest",
            "en",
            ["flattest", "noisiest", "later", "closest"],
        ),
        ("大約只有三十分之一，最多兩倍，三十幾倍", "zh-TW", ["三十分之一", "兩倍", "三十幾倍"]),
        ("一半以上、97.4%、八成", "zh-TW", ["一半", "97.4%", "八成"]),
        ("最大的是 1,437 張，五個種子", "zh-TW", ["最大", "1,437", "五"]),
        ("第 3 天的第 2、3 節、第三題：最小值、最佳化器、最後，十分簡單", "zh-TW", []),
        ("它比較近，也更快，一樣寬", "zh-TW", ["比較近", "更快", "一樣寬"]),
        ("$\\kappa$ 變成十倍，$\\kappa = 30$", "zh-TW", ["十倍", "$\\kappa = 30$"]),
        ("好幾百次，一千以上", "zh-TW", ["幾百", "一千以上"]),
    ],
)
def test_numbers_ratios_and_comparisons_are_seen_and_nothing_else(text, language, words):
    found = spoken(text, language)
    assert [f.words for f in found] == words
    for f in found:
        assert f.words in text


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("1,437", 1437),
        ("0.01", 0.01),
        ("thirty", 30),
        ("五", 5),
        ("十二", 12),
        ("三百二十", 320),
        ("千", 1000),
    ],
)
def test_a_plain_number_has_its_value(words, value):
    assert number(words) == value


def test_settings_of_the_code_beside_the_text_are_not_meant_but_ratios_are(tmp_path):
    near = ("In 7 runs", "In 7 runs 60 of them")
    assert not [f for f in lesson(tmp_path, near).faults() if "bound to nothing" in f]
    for words in ("7 times as large", "61 of them", "some 60 of them"):
        faults = lesson(tmp_path, ("In 7 runs", f"In 7 runs {words}")).faults()
        assert [f for f in faults if "bound to nothing" in f], words


def test_a_setting_that_stands_twice_in_the_code_explains_no_number_of_the_text(tmp_path):
    twice = ("fast, runs = 60.0, 2.0, range(7)", "fast, runs = 60.0, 2.0, [7, *range(7)]")
    bind = ('says("all runs agree", "每一次都一樣"', 'says("7 runs", "跑 7 次"')
    faults = [f for f in lesson(tmp_path, twice).faults() if "bound to nothing" in f]
    assert len(faults) == 2
    assert all("'7'" in f for f in faults), faults
    assert not [f for f in lesson(tmp_path, twice, bind).faults() if "bound to nothing" in f]
    ones = ("fast, runs = 60.0, 2.0, range(7)", "fast, runs = 60.0, 2.0, [1, *range(1)]")
    assert not [f for f in lesson(tmp_path, ones, ("In 7 runs", "In 1 run")).faults() if "'1'" in f]


def test_the_sentence_of_a_phrase():
    text = "One. The second is here! Third"
    assert sentence(text, text.index("second")) == "The second is here!"
    assert sentence("甲。乙是三倍。丙", 4) == "乙是三倍。"


def test_the_words_of_a_figure_and_of_a_question_can_be_bound_too():
    figure = bound.words_of("day4-acceleration", ["en", "zh-TW"])
    assert "slope 1 for gradient descent" in figure["en"]
    assert "斜率" in figure["zh-TW"]
    question = bound.words_of("day4-border", ["en", "zh-TW"])
    assert "γ above 0.5" in question["en"]
    assert question["zh-TW"].count("\n\n") == question["en"].count("\n\n") == 6
    assert bound.words_of("day4-nothing", ["en"]) == bound.words_of("seen", ["en"]) == {}


ROOT = Path(bound.__file__).parent.parent


@pytest.fixture(scope="module")
def lessons():
    return bound.read_lessons(ROOT)


def test_every_prediction_has_its_right_answer_bound(lessons):
    for found in lessons:
        code = "\n".join(c.source for c in found.cells if c.kind == "code")
        asked = set(re.findall(r"hp\.predict\(\"([\w-]+)", code))
        assert asked == {b.key for b in found.bindings for _, call in b.calls if call.func.id == "right"}


def test_another_right_answer_than_the_one_that_is_bound_is_refused(lessons, monkeypatch):
    rights = [b for x in lessons for b in x.bindings for _, call in b.calls if call.func.id == "right"]
    assert len(rights) >= 30
    for cell in rights:
        questions = quizzes._questions(cell.key.partition("-")[0])
        question = questions[cell.key]
        for other in set(range(len(question.options))) - {question.right}:
            monkeypatch.setitem(questions, cell.key, replace(question, right=other))
            assert any("the right answer is" in fault for fault in cell.faults()), cell.key
        monkeypatch.setitem(questions, cell.key, question)
        assert not list(cell.faults())


PREDICTION = ("slow, fast, runs = 60.0", 'hp.predict("day1-bowl")\nslow, fast, runs = 60.0')
RIGHT = '# %% bind="day1-bowl"\nright("At 2/10", slow > fast)\n\n# %% bind="seen"'


@pytest.mark.parametrize(
    ("binding", "message"),
    [
        ("", "the right answer to 'day1-bowl' is bound to nothing"),
        (RIGHT, None),
        (RIGHT.replace("2/10", "2/11"), "the right answer is 'At 2/10'"),
        (RIGHT.replace("At 2/10", "2/1"), "'2/1' stands in ["),
        (RIGHT.replace("slow > fast", "True"), "write right(English words"),
        (RIGHT.replace("day1-bowl", "seen"), "below the key of a question"),
    ],
)
def test_a_prediction_needs_a_comparison_for_its_right_answer(tmp_path, binding, message):
    faults = list(lesson(tmp_path, PREDICTION, ('# %% bind="seen"', binding or '# %% bind="seen"')).faults())
    assert any(message in fault for fault in faults) if message else not faults, faults


def test_a_right_answer_that_has_become_wrong_is_refused(lessons):
    cell = next(b for x in lessons for b in x.bindings if b.key == "day1-digits")
    results = evaluate.evaluate(cell.source, {"good": [0.1, 0.2]})
    (fault,) = [
        found for found in cell.false(results) if "About a quarter of them" in found
    ]  # of the others none can be asked
    assert "no longer true: 6 <= 2 <= 10" in fault
    assert "'About a quarter of them' in: " in fault


ROWS = {
    "English": ("en", "| 8e-5 | cosine to 8e-7", "| 7e-5 | cosine to 8e-7", "'Llama 3 405B' has '7e-5'"),
    "Chinese": (
        "zh-TW",
        "，1.2M 步降到 8e-7",
        "，1.2M 步降到 8e-6",
        "'Llama 3 405B' has '餘弦，1.2M 步降到 8e-6'",
    ),
    "a unit": ("zh-TW", "375M 個 token", "375B 個 token", "'GPT-3 175B' has '375B 個 token'"),
    "a word": ("en", "cosine to 10% over 143k", "linear to 10 % over 143k", "'Pythia 12B' has 'linear"),
    "a row": ("en", "| LLaMA 65B |", "| LLaMA 7B |", "the en row 'LLaMA 65B' has ''"),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_a_table_says_what_the_data_file_says(lessons, name, monkeypatch):
    day7 = next(x for x in lessons if x.path.stem == "day7_large_models")
    cell = next(b for b in day7.bindings if b.key == "recipes")
    assert not list(cell.faults())
    language, old, new, message = ROWS[name]
    assert cell.texts[language].count(old) == 1
    monkeypatch.setitem(cell.texts, language, cell.texts[language].replace(old, new))
    assert any(message in fault for fault in cell.faults())


def test_a_row_that_the_data_file_has_otherwise_is_refused_in_every_language(lessons, tmp_path, monkeypatch):
    day7 = next(x for x in lessons if x.path.stem == "day7_large_models")
    cell = next(b for b in day7.bindings if b.key == "recipes")
    text = (bound.DATA / "recipes.csv").read_text(encoding="utf-8")
    (tmp_path / "recipes.csv").write_text(text.replace("491520 tokens", "491521 tokens"), encoding="utf-8")
    monkeypatch.setattr(bound, "DATA", tmp_path)
    assert [fault.count("491521") for fault in cell.faults()] == [1, 1]


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ('print(f"after 30 steps: {30 * slow}")', "30"),
        ('label = "eta = 0.25"\nslow = 0.25 * slow', "0.25"),
        ('print("1,200 seeds", 1200 * fast)', "1,200"),
        ('steps = 30\nprint(f"after {steps} steps: {slow}")', None),
        ('print(f"2 / sharpness: {2 / slow}")', None),  # a formula
        ('print(f"{slow:<30} {30 * fast}")', None),  # a format
        ('print("Tasks 1 and 3 first", 3 * slow)', None),
        ('"""Three of 30."""\nslow = 30', None),
        ('key, colour = "day3-bowl", "#333333"\nslow = 3', None),
        ('print("B=64", 32 * slow)', None),
    ],
)
def test_printed_words_take_a_number_of_the_code_from_a_variable(tmp_path, code, number):
    faults = [f for f in lesson(tmp_path, ("print(slow, fast, runs)", code)).faults() if "repeats the" in f]
    assert len(faults) == (number is not None)
    assert number is None or f"repeats the {number} of the code" in faults[0]


DRAWN = """
import matplotlib.pyplot as plt
import hpcourse

fig, axes = plt.subplots(1, PANELS)
for ax, loss in zip(axes, [[1, 2], [2, 1], [3, 1]]):
    ax.plot(loss)
hpcourse.show(fig, "three losses")
"""


PANELS = {
    "as it is": (("PANELS", "3"), ""),
    "one less": (("PANELS", "2"), "raises ValueError: zip() argument 2 is longer than argument 1"),
    "one more": (("PANELS", "4"), "raises ValueError: zip() argument 2 is shorter than argument 1"),
    "an empty one": (
        ("zip(axes, [[1, 2], [2, 1], [3, 1]])", "zip(axes[:2], [[1], [2]])"),
        "1 of 3 panels show",
    ),
    "out of view": (("ax.plot(loss)", "ax.plot(loss)\n    ax.set_xlim(2, 3)"), "3 of 3 panels show nothing"),
}


@pytest.fixture(scope="module")
def faults_of_panels(tmp_path_factory):
    """What a run says of each, in one process for all."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        told = {}
        for name, (change, _) in PANELS.items():
            root = tmp_path_factory.mktemp("panels")
            drawn = DRAWN.replace(*change).replace("PANELS", "3")
            lesson(root, ("print(slow, fast, runs)", drawn))
            told[name] = pool.submit(bound.run_file, "day1_toy", root)
        return {name: "\n".join(future.result()) for name, future in told.items()}


@pytest.mark.parametrize("name", PANELS)
def test_panels_that_are_too_many_or_too_few_are_refused(faults_of_panels, name):
    message = PANELS[name][1]
    assert message in faults_of_panels[name] if message else not faults_of_panels[name]
