"""Every word that a page says in Chinese has its English, and the compiled catalogue says the same as the written one."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils import translation

from chengxin.site.templatetags.languages import both, both_plain, day, moment, pair, place_plain

PACKAGE = Path(__file__).parents[2]
WRITTEN = PACKAGE / "site" / "locale" / "en" / "LC_MESSAGES" / "django.po"
_TAG = re.compile(r"""\{%\s*both(?:_plain)?\s+(?:"([^"]*)"|'([^']*)')""")
_HAN = re.compile(r"[一-鿿]")
_DATA = re.compile(r"\{\w+\}")
# Words that stand on the page as they are: the name of the product, and one full-width mark between two languages.
_BARE = {"诚信", "：", "；"}


def catalogue() -> Catalog:
    """The written catalogue."""
    with WRITTEN.open("rb") as file:
        return read_po(file, locale="en")


def msgids_used() -> Iterator[str]:
    """Every msgid in the templates' tags, and in gettext_noop in the code."""
    for template in PACKAGE.rglob("templates/**/*.html"):
        for match in _TAG.finditer(template.read_text(encoding="utf-8")):
            yield match[1] or match[2]
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "gettext_noop":
                assert isinstance(node.args[0], ast.Constant), module
                yield str(node.args[0].value)


def test_every_msgid_in_pages_has_english_words() -> None:
    english = {message.id: message.string for message in catalogue() if message.id}
    lacking = sorted({msgid for msgid in msgids_used() if not english.get(msgid)})
    assert lacking == []


def test_no_msgid_is_written_twice() -> None:
    written = [line for line in WRITTEN.read_text(encoding="utf-8").splitlines() if line.startswith("msgid ")]
    assert [line for line, many in Counter(written).items() if many > 1] == []


def test_the_catalogue_holds_no_words_that_no_page_says() -> None:
    used = set(msgids_used())
    assert sorted(str(message.id) for message in catalogue() if message.id and message.id not in used) == []


def test_both_languages_take_the_same_data() -> None:
    for message in catalogue():
        assert sorted(_DATA.findall(str(message.id))) == sorted(_DATA.findall(str(message.string))), message.id


def test_english_words_hold_no_chinese_ones() -> None:
    assert [m.id for m in catalogue() if m.id and _HAN.search(str(m.string))] == []


def test_the_compiled_catalogue_says_what_the_written_one_says() -> None:
    with WRITTEN.with_suffix(".mo").open("rb") as file:
        compiled = {m.id: m.string for m in read_mo(file) if m.id}
    assert compiled == {m.id: m.string for m in catalogue() if m.id}


def test_no_template_says_chinese_words_outside_the_tags() -> None:
    for template in [*PACKAGE.rglob("templates/portal/*.html"), *PACKAGE.rglob("templates/[45]*.html")]:
        bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert {word for word in bare.split() if _HAN.search(word)} <= _BARE, template


def test_a_tag_puts_english_beside_chinese_and_escapes_its_data() -> None:
    said = both("{day}（含当日）", day="<b>")
    assert said == '&lt;b&gt;（含当日） <span class="en" lang="en">through &lt;b&gt;</span>'


def test_a_day_is_written_as_each_language_does() -> None:
    said = both("最迟{day}", day=date(2026, 3, 7))
    assert said == '最迟2026年3月7日 <span class="en" lang="en">by 2026-03-07</span>'
    assert day(date(2026, 3, 7)) == '<time datetime="2026-03-07">2026年3月7日</time>'
    at = datetime(2026, 3, 6, 17, 5, tzinfo=UTC)
    assert day(at) == '<time datetime="2026-03-07">2026年3月7日</time>', "the day it is in China"
    assert moment(at) == '<time datetime="2026-03-07T01:05:00+08:00">2026年3月7日 01:05</time>'


def test_a_place_stands_by_its_name() -> None:
    assert place_plain("cn-33") == "浙江省 / Zhejiang"


def test_a_pair_escapes_both_languages() -> None:
    assert pair("<甲>", "<A>") == '&lt;甲&gt; <span class="en" lang="en">&lt;A&gt;</span>'


def test_a_title_is_plain_text_in_both_languages() -> None:
    assert both_plain("查询结果") == "查询结果 / Search results"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_reader_s_language_does_not_change_the_page(language: str) -> None:
    with translation.override(language):
        assert both("查询") == '查询 <span class="en" lang="en">Search</span>'


def test_an_english_word_has_the_form_that_fits_its_number() -> None:
    words = "会员{n}家"
    assert "{n} [member|members]" in str(catalogue()[words].string)
    assert "[" not in both(words, n=1) and "[" not in both(words, n=2)
    assert both(words, n=1).replace("1", "#") != both(words, n=2).replace("2", "#")


def test_a_sentence_is_told_from_words() -> None:
    assert 'class="en sentence"' in pair("没有记录。", "No record.") and 'class="en"' in pair("记录", "Record")
