"""Statute texts are cut into articles, kept for display, and held against the citations."""

from datetime import date
from pathlib import Path

import pytest

from chengxin.law import citations_check, load, texts_load, texts_of, texts_read, texts_store
from chengxin.law.tests.small import lawbook_written
from chengxin.law.texts import article_shown, articles_cut, number_read

STATUTE = """# 处罚法

2020年1月1日 通过

<!-- INFO END -->

## 第一章 总则

第九条 处罚的种类：

（一）警告；

## 第二章 程序

第四十八条 依照第九条作出的决定应当公开。

第四十八条之一 补充规定。
"""
PAPER = """甲意见
一、总体要求
要求。
二、任务
(一)其一。甲。
（二）其二。乙。
乙意见
一、总体要求
再要求。
"""


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("九", 9),
        ("十", 10),
        ("十三", 13),
        ("二十", 20),
        ("四十八", 48),
        ("一百", 100),
        ("一百零九", 109),
        ("一百五十四", 154),
        ("48", 48),
    ],
)
def test_numerals_are_read_as_numbers(written: str, number: int) -> None:
    assert number_read(written) == number


def test_a_statute_is_cut_at_its_articles_without_chapter_headings() -> None:
    cut = articles_cut(STATUTE)
    assert list(cut) == ["9", "48", "48之1"]
    assert cut["9"] == "处罚的种类：\n\n（一）警告；"
    assert cut["48"] == "依照第九条作出的决定应当公开。"


def test_a_policy_paper_is_cut_at_its_sections_part_by_part() -> None:
    cut = articles_cut(PAPER)
    assert list(cut) == ["1/一", "1/二", "1/二(一)", "1/二(二)", "2/一"]
    assert cut["1/二(一)"] == "(一)其一。甲。"


def test_a_paper_of_one_part_goes_without_its_number() -> None:
    assert list(articles_cut("一、要求\n二、任务\n")) == ["一", "二"]


def test_an_article_is_shown_as_law_is_cited() -> None:
    assert article_shown("48", "zh") == "第48条" and article_shown("48", "en") == "art. 48"
    assert article_shown("48之1", "zh") == "第48条之1" and article_shown("48之1", "en") == "art. 48-1"
    assert article_shown("二(一)", "zh") == "第二部分（一）" and article_shown("二(一)", "en") == "section 2 (1)"
    assert article_shown("2/十一", "zh") == "第二篇第十一部分" and article_shown("2/十一", "en") == "part 2, section 11"
    assert article_shown("公示期限", "zh") == "“公示期限”" and article_shown("公示期限", "en") == "section 公示期限"


def test_texts_are_kept_and_read_back(tmp_path: Path) -> None:
    (tmp_path / "in" / "national").mkdir(parents=True)
    (tmp_path / "in" / "national" / "处罚法.md").write_text(STATUTE, encoding="utf-8")
    texts = texts_read(tmp_path / "in", {"penalty-law": "处罚法.md", "absent": "无.md"})
    assert texts.keys() == {"penalty-law"}
    texts_store(texts, tmp_path / "home")
    assert texts_load(tmp_path / "home") == texts
    assert texts_load(tmp_path / "elsewhere") == {}


def test_an_article_that_the_text_lacks_is_missing(tmp_path: Path) -> None:
    book = load(lawbook_written(tmp_path / "book"))
    held = tmp_path / "texts"
    held.mkdir()
    assert {cited.why for cited in citations_check(book, held).missing} == {"the text 处罚法.md is not in the folder"}
    (held / "处罚法.md").write_text("第一条 甲。", encoding="utf-8")
    report = citations_check(book, held)
    assert len(report.missing) == report.citations
    assert {cited.why for cited in report.missing} == {"the text has no such article"}
    (held / "处罚法.md").write_text(STATUTE, encoding="utf-8")
    assert citations_check(book, held).missing == []


def test_a_citation_of_an_unread_instrument_is_counted_as_unverified(tmp_path: Path) -> None:
    spoilt = [
        ("cn/matters/tender.yaml", "basis", [{"instrument": "paper", "article": "二(一)"}]),
        ("cn/matters/tender.yaml", "verified", False),
    ]
    report = citations_check(load(lawbook_written(tmp_path, *spoilt)))
    assert [(cited.entry, cited.instrument, cited.article) for cited in report.unverified] == [
        ("cn/matters/tender", "paper", "二(一)")
    ]


def test_a_citation_shows_the_articles_own_words(tmp_path: Path) -> None:
    book = load(lawbook_written(tmp_path / "book"))
    (tmp_path / "处罚法.md").write_text(STATUTE, encoding="utf-8")
    law = book.on(date(2024, 1, 1))
    basis = law.measures["barred"].basis[0]
    assert law.cite(basis).text is None
    shown = law.cite(basis, texts_of(book, tmp_path))
    assert shown.text == "处罚的种类：\n\n（一）警告；"
    assert (shown.zh, shown.en) == ("《处罚法》第9条", "Penalty Law, art. 9")
