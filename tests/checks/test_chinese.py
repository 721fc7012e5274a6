"""What the checker says in Chinese, with real values in its sentences."""

import pytest

import hpcourse as hp


@pytest.fixture(autouse=True)
def chinese():
    hp.use_language("zh-TW")
    yield
    hp.use_language("en")


def raises_without_a_word(w, grad, lr):
    raise ValueError


def is_out_of_places_without_a_word(w, grad, lr):
    raise IndexError


def takes_the_mean(eigenvalues):
    return [2 / max(eigenvalues)]


@pytest.mark.parametrize(
    ("task", "answer", "message"),
    [
        ("gd_step", raises_without_a_word, "`raises_without_a_word` 的第 2 行出錯了：ValueError。"),
        ("gd_step", is_out_of_places_without_a_word, "陣列或串列的結尾（IndexError）。"),
        ("largest_stable_lr", takes_the_mean, "結果的形狀是 (1,)，應該是 ()："),
        ("steepest_bowl", ("X", 0.25), "請從下列答案裡選一個：A、B、C。檢查收到的是 'X'。"),
        ("steepest_bowl", (1, 2, 3), "答案有兩項，兩項都要寫"),
        ("capstone", {"lr": 1, "foo": 2}, "可以設定的有 optimizer、lr、batch_size、schedule、momentum。"),
    ],
)
def test_what_the_check_says_in_chinese_with_real_values(task, answer, message):
    assert message in hp.check(task, answer).message


def test_the_rows_below_a_message_are_named_in_chinese():
    rows = dict(hp.check("largest_stable_lr", takes_the_mean).example)
    assert {"引數", "結果（應為）", "結果（得到）"} == set(rows)
