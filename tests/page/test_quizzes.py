"""Quizzes answer at once, in words, in the language in use, and give nothing away before."""

import pkgutil
import re
from importlib import import_module

import pytest

from hpcourse.page import questions, quizzes
from hpcourse.page.quizzes import Question, Quiz, quiz

QUESTION = Question(
    "Is `a < b` for η > 0?",
    (("yes, `a`", "Since a is <small>."), ("no", "Look at `b`.")),
    right=0,
)
ALL = {
    key: question
    for module in pkgutil.iter_modules(questions.__path__)
    for key, question in import_module(f"hpcourse.page.questions.{module.name}").QUESTIONS.items()
}


@pytest.fixture
def shown():
    return Quiz(QUESTION)


def html_in(widget):
    """All HTML in a widget and in those within, in order, without the <div> around it and without style."""
    own = (
        [re.sub("</?div[^>]*>|<style>.*</style>", "", widget.value)]
        if isinstance(widget, quizzes.widgets.HTML)
        else []
    )
    return own + [value for child in getattr(widget, "children", ()) for value in html_in(child)]


def test_prompt_and_answers_are_shown_escaped_with_code(shown):
    assert html_in(shown.box) == [
        "<b>Is <code>a &lt; b</code> for η &gt; 0?</b>",
        "yes, <code>a</code>",
        "no",
        "",
    ]
    assert [button.description for button in shown.buttons] == ["A", "B"]
    assert [button.tooltip for button in shown.buttons] == ["yes, a", "no"]


def test_wrong_then_right_answer(shown):
    shown.buttons[1].click()
    assert 'role="status"' in shown.feedback.value
    assert "✗ <b>B. Not yet:</b> Look at <code>b</code>." in shown.feedback.value
    shown.buttons[0].click()
    assert "✓ <b>A. Right:</b> Since a is &lt;small&gt;." in shown.feedback.value
    assert "Not yet" not in shown.feedback.value
    assert [button.description for button in shown.buttons] == ["A ✓", "B ✗"]


def test_fallback_asks_and_gives_nothing_away(shown):
    bundle = shown._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.box.model_id
    assert bundle["text/plain"] == "Is `a < b` for η > 0?\nA. yes, `a`\nB. no\nRun this cell to answer."
    assert "<li>yes, <code>a</code></li><li>no</li>" in bundle["text/html"]
    shown.answer(0)
    for data in shown._repr_mimebundle_().values():
        assert "small" not in str(data)
        assert "✓" not in str(data)


def test_language_in_use(monkeypatch):
    chinese = {
        "Right:": "答對了：",
        "no": "不是",
        "Look at `b`.": "看看 `b`。",
        "Run this cell to answer.": "執行後作答。",
    }
    monkeypatch.setattr(quizzes, "text", lambda message: chinese.get(message, message))
    shown = Quiz(Question(QUESTION.prompt, QUESTION.options, right=1))
    shown.buttons[1].click()
    assert "✓ <b>B. 答對了：</b> 看看 <code>b</code>。" in shown.feedback.value
    assert "不是" in html_in(shown.box)
    assert shown._repr_mimebundle_()["text/plain"].endswith("B. 不是\n執行後作答。")


def test_known_key():
    assert quiz("day1-threshold").question is ALL["day1-threshold"]


@pytest.mark.parametrize("key", ["day1-nothing", "day0-threshold", "threshold", ""])
def test_unknown_key(key):
    with pytest.raises(ValueError, match=f"got '{key}'"):
        quiz(key)


def test_unknown_key_names_the_known_ones():
    with pytest.raises(ValueError, match="'day1-threshold'"):
        quiz("day1-nothing")


@pytest.mark.parametrize("key", ALL)
def test_questions_are_well_formed(key):
    question = ALL[key]
    assert 2 <= len(question.options) <= 8
    assert 0 <= question.right < len(question.options)
    answers = [answer for answer, _ in question.options]
    assert len(set(answers)) == len(answers)
    for message in [question.prompt, *(part for option in question.options for part in option)]:
        assert message.strip() == message != ""
        assert message.count("`") % 2 == 0
