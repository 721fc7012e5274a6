"""Full-text search in Traditional Chinese.

Chinese is written without spaces, and a dictionary that cuts it into words cuts the text of a page and the
words of a reader differently: one reads 學習 + 率 where the other reads 學習率, and the page is not found. So
both are cut into all pairs of neighbouring characters (學習, 習率), as search engines do. Single characters
are kept too. Words in Latin letters are treated as in English.
"""

import re
from itertools import pairwise

from sphinx.search.en import SearchEnglish

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
WORD_OR_RUN = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")


class SearchTraditionalChinese(SearchEnglish):
    """What Sphinx puts into the index, and how the page cuts what a reader types."""

    lang = "zh_TW"
    js_splitter_code = rf"""
function splitQuery(query) {{
  const terms = [];
  for (const run of query.match(/[{HAN}]+|(?:(?![{HAN}])[\p{{Letter}}\p{{Number}}_])+/gu) || []) {{
    if (!/[{HAN}]/.test(run) || run.length === 1) terms.push(run);
    else for (let i = 0; i + 1 < run.length; i++) terms.push(run.slice(i, i + 2));
  }}
  return terms;
}}
"""

    def split(self, input):
        """The terms of a text: words, single Chinese characters, and pairs of them."""
        terms = []
        for run in WORD_OR_RUN.findall(input):
            is_chinese = re.match(f"[{HAN}]", run)
            terms += [*run, *map("".join, pairwise(run))] if is_chinese else [run]
        return terms
