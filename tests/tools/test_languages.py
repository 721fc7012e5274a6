"""What a language demands of its texts, in the lessons (tests/tools/test_build.py) and in the catalogues."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from hpcourse.frame.language import read_catalogue
from tools.languages import zh_TW

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted(ROOT.glob("hpcourse/locale/zh-TW/*.po"))


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
    ],
)
def test_what_chinese_cannot_say_is_named(chinese, named):
    assert [words for _, words in zh_TW.unchinese(chinese)] == named


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_keeps_the_law_of_the_language(path):
    """Messages too have no Simplified character, no half-width mark after Chinese, no word of elsewhere."""
    glossary, found = zh_TW.read_glossary(ROOT / "lessons/glossary.csv"), []
    for _, chinese in read_catalogue(path.read_text(encoding="utf-8")):
        marks = zh_TW.HALF_WIDTH.findall(chinese)
        terms = zh_TW.term_faults(SimpleNamespace(allow=()), "", chinese, glossary)
        wrong = [*filter(zh_TW.is_simplified, chinese), *marks, *terms, *zh_TW.unchinese(chinese)]
        found += [(chinese, *wrong)] if wrong else []
    assert found == []
