"""Messages are put together with real values as the language in use wants."""

import pytest

import hpcourse as hp
from hpcourse.checks.task import say
from hpcourse.frame.language import Listed, filled, sentences


@pytest.fixture(autouse=True)
def english_again():
    yield
    hp.use_language("en")


def test_a_list_has_the_comma_of_the_language_in_which_it_is_read():
    names = Listed(["lr", "mup"])
    assert f"The settings are {names}." == "The settings are lr, mup."
    hp.use_language("zh-TW")
    assert str(names) == "lr、mup"
    assert str(Listed([])) == ""


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        (
            "{name} holds {got} numbers and should hold {wanted}.",
            {"name": "w"},
            "w 有 3 個數字，應該有 2 個。",
        ),
        (
            "{name} holds {got} numbers and should hold {wanted}.",
            {"name": say("result")},
            "結果有 3 個數字，應該有 2 個。",
        ),
        ("several students have the name {name}", {"name": "王小明"}, "有好幾位學生叫做王小明"),
        ("several students have the name {name}", {"name": "Ada"}, "有好幾位學生叫做 Ada"),
        (
            "{said} is not on the roster",
            {"said": "王 小明"},
            "王 小明不在名單上",
        ),  # what was said stays as it is
    ],
)
def test_where_chinese_meets_chinese_no_space_is_left(template, values, expected):
    hp.use_language("zh-TW")
    assert filled(template, {"got": 3, "wanted": 2} | values) == expected


def test_sentences_have_a_space_between_them_where_the_language_wants_one():
    assert sentences("Is it?", "", "It is (so).") == "Is it? It is (so)."
    assert (
        sentences("是嗎？", "看 `w`：", "這裡（和那裡）", "w = 1。") == "是嗎？看 `w`：這裡（和那裡）w = 1。"
    )
