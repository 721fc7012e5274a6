"""How a notebook becomes a page."""

import base64
import io
import json

import nbformat
import pytest
from PIL import Image

from hpcourse.frame import course
from tools.site import pages
from tools.site.chinese_search import SearchTraditionalChinese

HTML = "text/html"


def picture(width, height):
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def page_of(tmp_path, monkeypatch):
    """A function (outputs, source) -> Page of a notebook with this one code cell, called "c"."""
    monkeypatch.setattr(pages, "REPOSITORY", tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.hpcourse]\nrepository = "me/fork"\nbranch = "dev"\n')

    def make(*outputs, source="1", language="en"):
        path = tmp_path / "notebooks" / language / "day1_x.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        title = nbformat.v4.new_markdown_cell("# Day 1\n")
        code = nbformat.v4.new_code_cell(source, id="c", outputs=list(outputs))
        nbformat.write(nbformat.v4.new_notebook(cells=[title, code]), path)
        return pages.Page(path, language)

    return make


def shown(page):
    return [output.data for output in page.notebook.cells[1].outputs]


def output(kind="display_data", metadata=None, **data):
    data = {mime.replace("_", "/"): value for mime, value in data.items()}
    return nbformat.v4.new_output(kind, data=data, metadata=metadata or {})


def test_a_picture_keeps_its_words_and_its_size(page_of):
    about = {"image/png": {"alt": 'a "walk" & more', "width": 300}}
    page = page_of(output(image_png=picture(600, 400), text_plain="other words", metadata=about))
    (data,) = shown(page)
    assert "image/png" not in data
    assert 'alt="a &quot;walk&quot; &amp; more" width="300" height="200"' in data[HTML]
    assert 'src="pictures/day1_x-c-0.png"' in data[HTML]
    assert "figcaption" not in data[HTML]
    with Image.open(io.BytesIO(page.pictures["pictures/day1_x-c-0.png"].png)) as image:
        assert image.size == (600, 400)


def test_a_picture_without_words_in_its_metadata_has_those_of_its_text(page_of):
    (data,) = shown(page_of(output(image_png=picture(10, 10), text_plain="a walk")))
    assert 'alt="a walk" width="10" height="10"' in data[HTML]


@pytest.mark.parametrize("text", ["", "<Figure size 640x480 with 1 Axes>"])
def test_a_picture_without_words_stops_the_build(page_of, text):
    with pytest.raises(ValueError, match=r"cell c: the picture has no text alternative; use hp\.show"):
        page_of(output(image_png=picture(10, 10), text_plain=text))


def test_a_live_figure_says_that_it_stands_still(page_of):
    live = nbformat.v4.new_output(
        "execute_result", data={"image/png": picture(10, 10), "text/plain": "x"}, execution_count=1
    )
    (data,) = shown(page_of(live, language="zh-TW"))
    link = "https://mybinder.org/v2/gh/me/fork/dev?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday1_x.ipynb"
    assert f'<figcaption>這是靜態圖片。<a href="{link}">開啟筆記本</a>' in data[HTML]


def test_two_pictures_of_a_cell_keep_their_own_words(page_of):
    outputs = [output(image_png=picture(8, 8), text_plain=words) for words in ("one", "two")]
    first, second = (data[HTML] for data in shown(page_of(*outputs)))
    assert 'alt="one"' in first
    assert 'alt="two"' in second
    assert first.split('"')[1] != second.split('"')[1]


def test_a_question_shows_every_answer_with_its_reason(page_of):
    from hpcourse.page.questions.day1 import QUESTIONS

    (data,) = shown(page_of(output(text_html="old", text_plain="old"), source='hp.quiz("day1-threshold")'))
    question = QUESTIONS["day1-threshold"]
    assert data[HTML].count("<details>") == len(question.options)
    assert data[HTML].index("✓") > data[HTML].index(question.options[question.right][0])
    assert data[HTML].count("✓") == 1
    assert "<code>loss = 5 * w**2</code>" in data[HTML]


def test_links_lead_to_pages_to_the_other_language_and_to_the_repository(page_of, tmp_path):
    folder = page_of().path.parent
    (tmp_path / "README.md").touch()
    text = (
        "[a](day2_y.ipynb#x) [b](../en/day2_y.ipynb) [c](../zh-TW/day2_y.ipynb) [d](../../README.md) [e](#f)"
    )
    assert pages.as_page_text(text, folder, "en") == (
        '[a](day2_y.ipynb#x) [b](day2_y.ipynb) <a href="../zh-TW/day2_y.html" lang="zh-TW">c</a>'
        " [d](https://github.com/me/fork/blob/dev/README.md) [e](#f)"
    )
    with pytest.raises(ValueError, match=r"a link leads to \.\./no\.md, which does not exist"):
        pages.as_page_text("[a](../no.md)", folder, "en")


@pytest.mark.parametrize(
    "code", ['`f["A"](np.arange(10))`', "``a`b[0](x)``", "```\na[0](x)\n```", "`a`, `schedules[k](t)`"]
)
def test_what_looks_like_a_link_in_code_is_none(code):
    text = f"{code} and [a](day1_learning_rate.ipynb#x)"
    folder = pages.REPOSITORY / "notebooks" / "zh-TW"
    assert pages.as_page_text(text, folder, "zh-TW") == text
    with pytest.raises(ValueError, match="does not exist"):
        pages.as_page_text(f"{code} and [a](../no.md)", folder, "zh-TW")


@pytest.mark.parametrize("language", course.LANGUAGES)
def test_every_notebook_becomes_a_page(language):
    for path in pages.notebooks(language):
        assert pages.Page(path, language).opening.startswith("# ")


def test_badges_give_way_to_the_links_of_the_page():
    badge = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/a/b)"
    text = f"# Day\n\n{badge} · [中](../zh-TW/x.ipynb)\n\nText"
    assert pages.as_page_text(text, pages.REPOSITORY, "en").split() == ["#", "Day", "Text"]


def test_each_lesson_is_followed_by_its_exercises(tmp_path):
    folder = tmp_path / "notebooks" / "en"
    folder.mkdir(parents=True)
    for name in ("day10_z", "day2_exercises", "day1_learning", "day1_exercises", "day2_a", "notes"):
        (folder / f"{name}.ipynb").write_text(json.dumps({}))
    entry = '[days.day{}]\nname.en = "x"\nnotebooks = {{ {} }}\n'
    days = [
        entry.format(1, "day1_learning = 5, day1_exercises = 5"),
        entry.format(2, "day2_a = 5, day2_b = 5, day2_exercises = 5"),
        entry.format(10, "day10_z = 5"),
    ]
    file = tmp_path / "course.toml"
    file.write_text('[languages.en]\nname = "English"\nlocale = "en"\n' + "".join(days))
    names = [path.stem for path in pages.notebooks("en", tmp_path, course.read(file))]
    assert names == ["day1_learning", "day1_exercises", "day2_a", "day2_exercises", "day10_z"]


def test_chinese_is_cut_into_pairs():
    cut = SearchTraditionalChinese({}).split
    assert cut("學習率，lr_2") == ["學", "習", "率", "學習", "習率", "lr_2"]
    assert cut("用Adam步") == ["用", "Adam", "步"]


@pytest.fixture
def sealed_page_of(page_of, tmp_path):
    """A function (source) -> Page whose cell hides a printed line and a live picture."""
    folder = tmp_path / "notebooks/sealed/en/day1_x"
    folder.mkdir(parents=True)
    (folder / "c-1.png").write_bytes(base64.b64decode(picture(600, 400)))
    hidden = [{"text": "a < b"}, {"picture": "c-1.png", "alt": "a walk", "width": 300, "live": True}]
    blocks = {"day1-regimes": [{"cell": "c", "compared": True, "outputs": hidden}]}
    folder.with_suffix(".json").write_text(json.dumps(blocks))
    return lambda source: page_of(output(text_html="the question", text_plain="x"), source=source)


def test_a_prediction_is_a_question_and_below_it_closed_what_waits(sealed_page_of):
    page = sealed_page_of('with hp.predict("day1-regimes"):\n    print(1)')
    (data,) = shown(page)
    question, _, waiting = data[HTML].partition('<details class="sealed" data-question="day1-regimes">')
    assert 'data-opens="day1-regimes"' in question
    assert question.count("<summary>") == 4
    assert "Not so:" in question
    assert "a &lt; b" not in question
    assert "a &lt; b" in waiting
    assert 'alt="a walk" width="300" height="200"' in waiting
    assert "<figcaption>" in waiting
    assert list(page.pictures) == ["pictures/day1_x-c-c-1.png"]


def test_what_waits_in_a_later_cell_asks_nothing(sealed_page_of):
    (data,) = shown(sealed_page_of('with hp.after("day1-regimes"):\n    print(1)'))
    assert data[HTML].startswith('<details class="sealed" data-question="day1-regimes">')


def test_where_only_later_cells_show_something_nothing_opens_empty(sealed_page_of, tmp_path):
    blocks = {"day1-regimes": [{"cell": "c", "compared": True, "outputs": []}]}
    (tmp_path / "notebooks/sealed/en/day1_x.json").write_text(json.dumps(blocks))
    (data,) = shown(sealed_page_of('with hp.predict("day1-regimes"):\n    a = 1'))
    assert 'data-opens="day1-regimes"' in data[HTML]
    assert "sealed" not in data[HTML]
    assert shown(sealed_page_of('with hp.after("day1-regimes"):\n    b = 1')) == []


def test_a_sealed_cell_of_which_nothing_is_kept_stops_the_build(sealed_page_of):
    with pytest.raises(ValueError, match=r"cell c: .*day1_x\.json does not say what it hides"):
        sealed_page_of('with hp.predict("day1-bowl"):\n    print(1)')
