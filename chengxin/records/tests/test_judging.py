"""What is read over a whole column is what the kernel reads one by one."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengxin import law
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import USCC_LETTERS, identifier_read, uscc_check
from chengxin.kernel.identifiers import uscc_valid as one_valid
from chengxin.kernel.money import amount_read
from chengxin.kernel.names import name_normal
from chengxin.kernel.periods import months_after
from chengxin.records.bulk.judging import BLANKS, Judge
from chengxin.records.rules import columns_map
from chengxin.subjects.bulk.resolving import names_normal, numbers_read, uscc_valid
from demo.templates import TEMPLATES
from tests.world import PERSON_NUMBER, TODAY, code, old_number, organisation_code, penalty

LAW = law.load().on(TODAY)
SOURCE = LAW.sources["penalty-publicity"]
TYPE = LAW.record_types["administrative-penalty"]
TEMPLATE = TEMPLATES["penalty-publicity"]["2018-zh"]


def judged(column: str, texts: list[str | None]) -> tuple[dict[int, Any], dict[int, tuple[str, str]]]:
    """Rows that differ in one column: the frame of claims' values by line, and the refusals."""
    rows = [{TEMPLATE[k]: v for k, v in penalty(1, document=f"{n}号").items()} for n in range(len(texts))]
    frame = pl.DataFrame(rows).with_columns(pl.Series(TEMPLATE[column], texts, dtype=pl.String))
    judge = Judge(LAW, SOURCE, TYPE, TODAY, columns_map(SOURCE, frame.columns))
    done = judge.rows_judge(pl.Series(range(len(texts))), frame)
    refused = {line: (reason, field) for line, reason, field in done.refused.iter_rows()}
    return {row["line"]: row for row in done.claims.iter_rows(named=True)}, refused


def one(read: Any, *words: Any) -> Any:
    """The kernel's value, or its refusal's code."""
    try:
        return read(*words)
    except Refusal as refusal:
        return refusal.code


PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
ODD = {**SOURCE.odd_values_of("decided_on"), **SOURCE.odd_values_of("fine")}
DAYS = st.one_of(
    st.dates(date(1890, 1, 1), date(2110, 1, 1)).flatmap(
        lambda d: st.sampled_from(
            [
                d.isoformat(),
                f"{d:%Y/%m/%d}",
                f"{d:%Y%m%d}",
                f"{d.year}年{d.month}月{d.day}日",
                f"{d.year}.{d.month}.{d.day}",
                f"{d.isoformat()} 10:00:00",
                f"{d.day}/{d.month}/{d.year}",
                str((d - date(1899, 12, 30)).days),
                f"{d.isoformat()}Z",
            ]
        )
    ),  # fmt: skip
    st.from_regex(r"(19|20|２０)[0-9０-９]{2}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?", fullmatch=True),
    st.text(PLAIN, max_size=12),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(DAYS, min_size=1, max_size=25))
@example(["2023-02-29", "2024-02-29", "20231345", "２０２３-11-13", "٢٠٢٣-11-13", "45000", "2026-11-22\n"])
def test_days_are_read_as_the_kernel_reads_them(texts: list[str]) -> None:
    claims, refused = judged("decided_on", list(texts))
    for line, text in enumerate(texts):
        bare = text.strip(BLANKS)
        if bare in ODD or not bare:
            assert refused[line] == ("value-missing", "decided_on")
            continue
        expected = one(day_read, bare)
        if isinstance(expected, str):
            assert refused[line] == (expected, "decided_on")
        elif expected > TODAY:
            assert refused[line][0] == "day-in-future"
        else:
            assert claims[line]["decided_on"] == expected


AMOUNTS = st.one_of(
    st.decimals(0, 10**14, places=2).map(str),
    st.decimals(-100, 10**18, places=8).map(str),
    st.integers(0, 10**19).map(lambda n: f"{n:,}"),
    st.from_regex(r"[¥￥]?[-+]?[0-9０-９]{1,14}(\.[0-9]{0,12})?(万|亿|百万)?元?整?", fullmatch=True),
    st.text(PLAIN, max_size=12),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(AMOUNTS, min_size=1, max_size=25))
@example(["999999999999.99", "0.123456789012", "1,000", "约5万", "5万元", "-0", "0", "00.10", "100", "1e5"])
def test_amounts_are_read_as_the_kernel_reads_them(texts: list[str]) -> None:
    claims, refused = judged("fine", list(texts))
    for line, text in enumerate(texts):
        bare = text.strip(BLANKS)
        if bare in ODD or not bare:
            assert '"fine"' not in claims[line]["body"]
            continue
        expected = one(amount_read, bare, "ten-thousand-yuan")
        if isinstance(expected, str):
            assert refused[line] == (expected, "fine")
        else:
            filed = Decimal(claims[line]["body"].split('"fine":"')[1].split('"')[0])
            assert abs(filed - expected) < Decimal("0.000001")


LETTERS = st.text(st.sampled_from(USCC_LETTERS), min_size=17, max_size=17)
NUMBERS = st.one_of(
    LETTERS.map(lambda b: b + uscc_check(b)),
    st.builds(lambda b, c: b + c, LETTERS, st.sampled_from(USCC_LETTERS)),
    st.integers(0, 10**8 - 1).flatmap(lambda n: st.sampled_from([code(n), old_number(n), organisation_code(n)])),
    st.from_regex(r"[1-8][0-9]{5}(19|20)[0-9]{9}[0-9X]", fullmatch=True),
    st.from_regex(r"[0-9A-Za-z０-９ -]{9,20}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.just("统" * 6),
    st.none(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=30))
@example([PERSON_NUMBER, code(1), "é" * 9, "统" * 6, None, "", " "])
def test_numbers_are_read_as_the_kernel_reads_them(texts: list[str | None]) -> None:
    frame = numbers_read(pl.Series(texts, dtype=pl.String))
    for text, (scheme, value, reason) in zip(texts, frame.iter_rows(), strict=True):
        expected = one(identifier_read, text)
        if isinstance(expected, str):
            assert (scheme, value, reason) == ("none", None, expected)
        else:
            assert (scheme, value or "", reason) == (expected.scheme, expected.value, None)


@settings(max_examples=100, deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_check_characters_hold_for_a_column_as_for_one(texts: list[str | None]) -> None:
    assert uscc_valid(pl.Series(texts, dtype=pl.String)).to_list() == [bool(t and one_valid(t)) for t in texts]


NAMES = st.one_of(
    st.text(st.sampled_from("云川市甲乙丙有限公司（）()AZaz09 　·・-—“”\u200b學髮餘干乾後\uff21①㈱"), max_size=14),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=30))
def test_names_have_the_kernel_s_normal_form(names: list[str]) -> None:
    assert names_normal(pl.Series(names, dtype=pl.String)).to_list() == [name_normal(n) for n in names]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dates(date(2012, 1, 1), TODAY), min_size=1, max_size=20))
@example([date(2024, 2, 29), date(2025, 11, 30), date(2026, 8, 31), date(2025, 12, 31)])
def test_terms_end_where_the_kernel_s_months_end(days: list[date]) -> None:
    claims, _ = judged("decided_on", [d.isoformat() for d in days])
    for line, day in enumerate(days):
        months = LAW.parameter("shown-general-months", on=max(day, date(2014, 10, 1)))
        assert claims[line]["shown_until"] == months_after(day, months)
        assert claims[line]["kept_until"] == months_after(day, 60)


def test_verdicts_do_not_depend_on_the_rows_beside() -> None:
    """A column of nothing, a row alone and a row among others are judged the same."""
    alone, refused = judged("code", [code(1)])
    among, _ = judged("code", [code(1), None, "坏", old_number(1)])
    assert not refused
    assert alone[0] == among[0]
