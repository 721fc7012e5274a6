"""What a language demands of its texts, in the lessons (tests/tools/test_build.py) and in the catalogues."""

from pathlib import Path

import pytest

from hpcourse.frame.language import read_catalogue
from tools.languages import zh_TW

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(ROOT.glob("hpcourse/locale/zh-TW/*.po"))
CATALOGUES += ROOT.glob("tools/site/locale/zh_TW/**/*.po")


@pytest.mark.parametrize(
    ("chinese", "named"),
    [
        ("力道弱一千倍，權重還是縮小一樣多", ["弱一千倍"]),
        ("罕見十倍的字，損失低了好幾十倍", ["罕見十倍", "低了好幾十倍"]),
        ("誤差小 30 倍，雜訊少兩倍，離最小值近 10 倍", ["小 30 倍", "少兩倍", "近 10 倍"]),
        ("初始權重大了八倍，梯度長了 10,000 倍", ["大了八倍", "長了 10,000 倍"]),
        ("批次大小 4 倍，至少三倍、最多將近兩倍，極小 2 倍", []),
        ("放大了三倍，縮小成 0.5 倍，慢兩倍，放大 128 倍", []),
        ("只剩千分之一，變成八倍，是它的 30 倍", []),
        ("學習率太大太多，大得太多；大太多了，太大，太多", ["太大太多", "大得太多"]),
    ],
)
def test_what_chinese_cannot_say_is_named(chinese, named):
    assert [words for _, words in zh_TW.unchinese(chinese)] == named


@pytest.mark.parametrize(
    ("english", "chinese", "told"),
    [
        ("The first step is **too** long.", "第一步**太**長了。步伐要除以平方根。", ""),
        ("The `lr` of {name}", "{name} 的 `lr`，也就是學習率：{value}", ""),
        ("By how much?", "縮小的**量**是多少？", "has asterisks, which would be shown"),
        ("The first steps are too long by far.", "頭幾步長得太多。", "長得太多 is no Chinese"),
        ("It is divided by its root.", "要除以 v 的根。", "的根 is no Chinese"),
        ("what the root is based on", "平方根的根據是什麼，數學家的根本問題。", ""),
        ("True, but of another.", "對是對，可是是另一個的。", "可是是 is no Chinese"),
        ("it reads 97% of unseen digits", "沒看過的數字讀對 97%", "讀對 is no Chinese"),
        ("Rate, then loss", "學習率,再來是損失", "punctuation of English"),
        ("of rate and loss", "學習率 損失", "has a space between two Chinese characters"),
        ("the software", "这個軟件", "Simplified"),
        ("the algorithm", "這個算法", "not 算法: write 演算法"),
        ("the algorithm", "這個演算法", ""),
    ],
)
def test_what_a_message_in_chinese_must_not_have_is_named(english, chinese, told):
    found = list(zh_TW.message_faults(english, chinese, ROOT))
    assert (told in found[0]) if told else found == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_keeps_the_law_of_the_language(path):
    """What the builder asks of a lesson's cells, asked of every message of the package and of the site."""
    found = {}
    for english, chinese in read_catalogue(path.read_text(encoding="utf-8")):
        if faults := list(zh_TW.message_faults(english, chinese, ROOT)):
            found[chinese] = faults
    assert found == {}
