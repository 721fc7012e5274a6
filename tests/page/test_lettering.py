"""Figures speak the language of the page: every word drawn is translated, and the font has its characters."""

import ast
import itertools
import json
import re
import warnings
from pathlib import Path
from unittest import TestCase

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import fontManager

import hpcourse as hp
from hpcourse.frame import language
from hpcourse.page import explorers, figures, lettering
from hpcourse.page.live import LiveFigure
from tools.languages.zh_TW import HALF_WIDTH

matplotlib.use("agg")
ROOT = Path(hp.__file__).parent.parent
FONT = next(ROOT.glob("hpcourse/page/fonts/*.otf"))
NAMES = {*figures.OPTIMIZER_STYLES, "AMSGrad", "Lion", "Muon", "lr", "ReLU", "PyTorch", "Keras", "healthy"}
NAMES |= {"GPT", "Llama", "Pythia", "WSD", "muP", "nat"}
DAYS = sorted(ROOT.glob("hpcourse/page/explorers/day*.py"))
EXPLORERS = sorted(re.findall(r"^def (explore_\w+)", "\n".join(map(Path.read_text, DAYS)), re.M))


@pytest.fixture(autouse=True)
def chinese():
    with matplotlib.rc_context():
        hp.use_language("zh-TW")
        hp.use_style()
        yield
        hp.use_language("en")
        plt.close("all")


def draw(fig):
    """Draws, and no character is missing: in plain text a warning would say so, in a formula the log."""
    with warnings.catch_warnings(), TestCase().assertNoLogs("matplotlib", "WARNING"):
        warnings.filterwarnings("error", "Glyph")
        fig.canvas.draw()


@pytest.mark.parametrize("label", ["學習率", r"學習率 $\eta$", "$10^{學}$"])
def test_a_box_is_noticed(label):
    matplotlib.rcParams["font.family"] = ["DejaVu Sans"]
    fig, ax = plt.subplots()
    ax.set_title(label)
    with pytest.raises((UserWarning, AssertionError)):
        draw(fig)


def test_a_printed_list_keeps_its_commas(capsys):
    hp.say(f"curvature × border: {['2.00', '2.00']}")
    hp.say("each one's own rate: {4: 0.1, 16: 0.5}")
    hp.say("curvatures (1, 100): after 30 steps w = [0. 1.]")
    assert capsys.readouterr().out.splitlines() == [
        "曲率 × 界線：['2.00', '2.00']",
        "各自的學習率：{4: 0.1, 16: 0.5}",
        "曲率 (1, 100)：走 30 步之後 w = [0. 1.]",
    ]


def test_columns_stay_as_wide_as_in_english(capsys):
    for name in ("constant", "inverse time"):  # one filled up with spaces, one as wide as its column
        hp.say(f"{name:<12}  best lr 0.1   loss 0.2")
    assert (
        capsys.readouterr().out
        == "固定          最佳 lr 0.1   損失 0.2\n反時間衰減    最佳 lr 0.1   損失 0.2\n"
    )


def test_sentences_follow_each_other_as_the_language_wants():
    assert language.sentences("One.", "", "Two.") == "One. Two."
    assert language.sentences("是嗎？", "是：", "一。", "二！", "三") == "是嗎？是：一。二！三"
    assert language.sentences("第一句。", "第二句。") == "第一句。第二句。"
    assert "。 " not in hp.explore_bowl().description


def english_left_in(line):
    """Words of English in a line, apart from formulas, names and code with an underscore."""
    return set(re.findall(r"[A-Za-z]{2,}(?!\w)", re.sub(r"\$[^$]*\$|\w+_\w+", " ", line))) - NAMES


def characters_of_font():
    return {chr(code) for code in TTFont(FONT).getBestCmap()}


def runs_of_lessons():
    """Small stand-ins for the runs of a lesson that some explorers look into."""
    data, net = hp.moons(100, seed=1), hp.MLP((2, 5, 2))
    rates = [0.01, 0.1, 1.0]
    sweep = hp.train(net, data, hp.SGD(rates), batch_size=20, epochs=2, seed=range(2))
    table = hp.train(net, data, hp.SGD(rates), batch_size=[10, 20], epochs=2, seed=range(2))
    races = {
        size: hp.train(net, data, hp.SGD(0.5), batch_size=size, epochs=20, seed=range(2)) for size in (10, 20)
    }
    losses = np.geomspace(1, 0.1, 9)[None] * [[1.0], [0.5]]
    return {
        "explore_sweep": (sweep,),
        "explore_map": (table,),
        "explore_race": (races, {10: 1.0, 20: 2.0}),
        "explore_edge": (np.array([0.5, 1.0]), losses, np.array([[1.0, 1.5], [1.2, 1.97]]), 8),
    }


def positions(control):
    """The ends of a control's range and some places between, or all its options."""
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    low, high = control.min, control.max
    if hasattr(control, "base"):
        low, high = control.base**low, control.base**high
    return [low, control.value, high]


@pytest.fixture(scope="module")
def runs():
    return runs_of_lessons()


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPLORERS)
def test_an_explorer_draws_no_english_and_no_box_wherever_its_controls_stand(name, runs):
    figure, known = getattr(explorers, name)(*runs.get(name, ())), characters_of_font()
    settings = {key: control.value for key, control in figure.controls.items()}
    for key, control in figure.controls.items():
        for value in positions(control):
            caption = figure.update(**settings | {key: value})
            assert "。 " not in caption  # else it is not the end of the alternative text
            assert not HALF_WIDTH.search(caption)
            lettering.translate(figure.fig)
            lines = lettering.lines_in(figure.fig)
            assert set("".join(lines)) <= known
            for line in (caption, *lines):
                assert english_left_in(line) == set(), line
    draw(figure.fig)
    about = figure._repr_mimebundle_()[1]["image/png"]
    assert any(re.search("[一-鿿]", line) for line in about["words"]) or name in ("explore_adam",)


def words_in_notebooks(language):
    """(file, line) for every line drawn in a figure of a built notebook, those of sealed cells too."""
    for path in sorted(ROOT.glob(f"notebooks/**/{language}/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                for line in output.get("metadata", {}).get("image/png", {}).get("words", ()):
                    yield path.relative_to(ROOT).as_posix(), line
    for path in sorted(ROOT.glob(f"notebooks/sealed/**/{language}/*.json")):
        for blocks in json.loads(path.read_text(encoding="utf-8")).values():
            for output in (output for block in blocks for output in block["outputs"]):
                for line in output.get("words", ()):
                    yield path.relative_to(ROOT).as_posix(), line


def test_no_figure_of_a_notebook_has_a_word_of_english_or_a_character_that_the_font_lacks():
    """To mend it, add the line to locale/zh-TW/words.po; for a character, run python -m tools.font."""
    drawn, known = list(words_in_notebooks("zh-TW")), characters_of_font()
    assert {(path, line) for path, line in drawn if english_left_in(line)} == set()
    assert {(path, line) for path, line in drawn if set(line) - known - {"\n"}} == set()


def literals(path):
    """Every string in a source; where it is an f-string, with {} for what is put in."""
    inside = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            inside |= set(map(id, node.values))
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def catalogue_of_words():
    text = (ROOT / "hpcourse/locale/zh-TW/words.po").read_text(encoding="utf-8")
    parts = [
        ["".join(map(ast.literal_eval, part.splitlines())) for part in entry]
        for entry in language.ENTRY.findall(text)
    ]
    return {english: chinese for english, chinese in parts if english}


def test_every_entry_of_the_words_is_a_line_of_the_package_or_of_a_lesson():
    sources = [*ROOT.glob("lessons/*.py"), *ROOT.glob("hpcourse/page/**/*.py")]
    found = {line.strip() for path in sources for line in literals(path)}
    for english in catalogue_of_words():
        pattern = "(.+?)".join(map(re.escape, english.split("{}")))
        start = english.removesuffix("{}").strip()  # print("start:", value)
        assert {english, start} & found or any(re.fullmatch(pattern, line, re.S) for line in found), english


def test_the_font_has_every_character_of_the_words_and_what_every_figure_may_need():
    wanted = set("".join(catalogue_of_words().values())) - {"\n"}
    assert (
        wanted | set(map(chr, range(0x20, 0x7F))) | set("ηλγκσεβ−×√°％，。：；（）「」？！、…")
        <= characters_of_font()
    )


def test_the_font_has_a_name_of_its_own_and_carries_its_licence():
    names = TTFont(FONT)["name"]
    shown = {i: names.getDebugName(i) for i in (1, 4, 6)}
    assert not any(re.search("noto|source|adobe", name, re.I) for name in shown.values())
    assert "SIL Open Font License" in names.getDebugName(13)
    licence = (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert names.getDebugName(0).split("(")[0].strip("© ") in licence
    assert FONT.stat().st_size < 260_000


def shown_words(fig):
    lettering.translate(fig)
    return lettering.lines_in(fig)


def test_titles_labels_legends_annotations_and_tick_labels_are_translated():
    fig, (left, right) = plt.subplots(1, 2)
    fig.suptitle("digits")
    left.set(xlabel="loss", ylabel="update", title="lr = 0.1: rings")
    left.plot([1, 2], label="theory")
    left.legend(title="bowl")
    left.annotate(" formula", (0, 1))
    right.barh(["digits", "both"], [1, 2])
    image = right.imshow([[1, 2]])
    fig.colorbar(image, label="distance left after 50 steps")
    lines = shown_words(fig)
    fig.canvas.draw()  # ticks are written anew
    expected = {
        "手寫數字",
        "損失",
        "更新次數",
        "lr = 0.1：震盪",
        "理論",
        "碗",
        " 公式",
        "走 50 步後剩下的距離",
    }
    assert expected <= set(lines)
    assert [label.get_text() for label in right.get_yticklabels()] == ["手寫數字", "都修正"]


def test_tick_labels_stay_translated_when_they_are_drawn_again():
    fig, ax = plt.subplots()
    ax.set_yticks([0, 1], ["spirals", "SGD"])
    lettering.translate(fig)
    fig.canvas.draw()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["螺線", "SGD"]
    assert ax.get_ylim()[0] <= 0


def test_what_is_not_in_the_catalogue_stays():
    fig, ax = plt.subplots()
    ax.set(title="my own title", xlabel="$w$")
    assert set(shown_words(fig)) == {"$w$", "my own title"}


def test_in_english_nothing_is_touched():
    hp.use_language("en")
    hp.use_style()
    fig, ax = plt.subplots()
    ax.set(title="loss")
    assert shown_words(fig) == ["loss"]
    assert matplotlib.rcParams["font.family"] == ["sans-serif"]


@pytest.mark.parametrize("label", ["學習率 $\\eta$", "剩下 −0.5 η", "$10^{-6}$ 的步數", "銳度（2/λ）"])
def test_no_box_in_labels_with_formulas_signs_or_greek(label):
    fig, ax = plt.subplots()
    ax.set(title=label, yscale="log", ylim=(1e-6, 1))
    draw(fig)
    shown_words(fig)


def test_a_figure_made_without_the_courses_style_gets_the_font_for_its_chinese():
    matplotlib.rcParams["font.family"] = ["DejaVu Sans"]
    fig, ax = plt.subplots()
    ax.set(title="loss", xlabel=r"learning rate $\eta$")
    ax.set_yticks([0, 1], ["spirals", "SGD"])
    lettering.translate(fig)
    draw(fig)


def test_a_live_figure_translates_what_update_writes_in_every_frame():
    fig, ax = plt.subplots()
    line = ax.plot([0, 1], [0, 1])[0]

    def update(k=1):
        line.set_ydata([0, k])
        ax.set_title(f"distance after {k} steps")

    figure = LiveFigure(fig, update, alt="x", k=(1, 5))
    for k in (3, 4):
        figure.controls["k"].value = k
        assert ax.get_title(loc="left") + ax.get_title() == f"走 {k} 步後的距離"
    shown = np.array(figure._redraw.draw())
    fig.canvas.draw()
    assert np.array_equal(shown, np.asarray(fig.canvas.buffer_rgba()))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("lr = 0.9: rings", "lr = 0.9：震盪"),
        ("lr = 3: unheard_of", "lr = 3：unheard_of"),
        ("SGD: slope 1.00", "SGD：斜率 1.00"),
        ("  loss ", "  損失 "),
        ("20 directions, noise", "20 個方向，有雜訊"),
        ("loss\n", "損失\n"),
        ("", ""),
        (
            "constant      best lr 0.3   loss 0.1",
            "固定          最佳 lr 0.3   損失 0.1",
        ),  # as wide on the screen
    ],
)
def test_words_keep_numbers_and_the_space_around(line, expected):
    assert language.words(line) == expected


def test_say_prints_in_the_language_in_use(capsys):
    hp.say("lr = 0.9: rings")
    hp.use_language("en")
    hp.say("lr = 0.9: rings")
    assert capsys.readouterr().out == "lr = 0.9：震盪\nlr = 0.9: rings\n"


def test_matplotlib_knows_the_font():
    assert lettering.families()[0] in {entry.name for entry in fontManager.ttflist}


def said_lines():
    """Each line that a lesson prints with `say`, with {} for what varies."""
    for path in sorted(ROOT.glob("lessons/day*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "say":
                (argument,) = node.args
                yield from itertools.islice(literals_of(argument), 1)


def literals_of(node):
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in parts).strip()


def test_every_line_that_a_lesson_says_has_a_translation():
    """To mend it, add the line to hpcourse/locale/zh-TW/words.po, with {} for each part that varies."""
    translated = language._catalogue("zh-TW")
    assert {line for line in said_lines() if line not in translated} == set()
