"""Days as written, and the calendar of working days, as tables."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.days import (
    CALENDAR_FROM,
    CALENDAR_TO,
    CHINA_TIME,
    CalendarRange,
    day_read,
    working_day_add,
    working_days_between,
    working_days_table,
)
from chengxin.kernel.errors import Refusal

DAY = date(2023, 11, 13)
SAME_DAY = [
    "2023-11-13", "2023/11/13", "2023.11.13", "20231113", "2023年11月13日", "2023年11月13号", "2023年11月13",
    " 2023-11-13 ", "2023 - 11 - 13", "2023年 11月 13日", "２０２３－１１－１３",
    "２０２３年１１月１３日", "２０２３１１１３",
    "2023-11-13 00:00:00", "2023-11-13 08:30", "2023/11/13 23:59:59", "2023-11-13T00:00:00", "2023-11-13T09:15:00.123",
    "2023-11-13T00:00:00+08:00", "2023-11-12T16:00:00Z", "2023-11-12T16:00:00.000Z", "2023-11-13T15:59:59Z",
    "2023-11-13T23:00:00+0800", "2023-11-12 11:00:00-05:00", "2023-11-13 24:00:00", "2023年11月13日 08:30",
    "2023年11月13日08:30:00",
    "45243", "45243.0", "45243.75", "20231113.0", "20231113 00:00:00", "二〇二三年十一月十三日",
    "二○二三年十一月十三日",
    "二零二三年十一月十三日", "2023-11-13\u200b", "\ufeff2023-11-13", 45243, 45243.5, 20231113, DAY,
    datetime(2023, 11, 13, 10, 0),  # noqa: DTZ001
    datetime(2023, 11, 12, 16, 0, tzinfo=UTC), datetime(2023, 11, 13, 1, tzinfo=CHINA_TIME),
]  # fmt: skip

OTHER_DAYS = [
    ("2023-1-5", date(2023, 1, 5)),
    ("2023/1/5", date(2023, 1, 5)),
    ("2023年1月5日", date(2023, 1, 5)),
    ("二〇二四年二月二十九日", date(2024, 2, 29)),
    ("二〇二四年十月十日", date(2024, 10, 10)),
    ("二〇二四年十二月三十一日", date(2024, 12, 31)),
    ("2024-02-29", date(2024, 2, 29)),
    ("1900-01-01", date(1900, 1, 1)),
    ("2100-12-31", date(2100, 12, 31)),
    ("20000", date(1954, 10, 3)),
    ("60000", date(2064, 4, 8)),
    ("1949.10.1", date(1949, 10, 1)),
]

REFUSED = [
    ("", "day-shape"),
    (None, "day-shape"),
    ("无", "day-shape"),
    ("长期", "day-shape"),
    ("N/A", "day-shape"),
    ("-", "day-shape"),
    ("2023", "day-shape"),
    ("2023-11", "day-shape"),
    ("2023年11月", "day-shape"),
    ("202311", "day-shape"),
    ("19999", "day-shape"),
    ("60001", "day-shape"),
    ("1700000000", "day-shape"),
    ("2023-11/13", "day-shape"),
    ("2023-11-13至2024-11-13", "day-shape"),
    ("2023-11-13 下午", "day-shape"),
    ("Nov 13, 2023", "day-shape"),
    ("2023-02-30", "day-impossible"),
    ("2023-02-29", "day-impossible"),
    ("2023-13-01", "day-impossible"),
    ("2023-00-10", "day-impossible"),
    ("2023-11-00", "day-impossible"),
    ("0000-00-00", "day-impossible"),
    ("20231332", "day-impossible"),
    ("2023年2月30日", "day-impossible"),
    ("二〇二三年二月三十日", "day-impossible"),
    ("二〇二三年十十月三日", "day-shape"),
    ("2023-11-13 25:00:00", "day-impossible"),
    ("2023-11-13 10:61", "day-impossible"),
    ("2023-11-13T10:00:00+99:00", "day-impossible"),
    ("1899-12-31", "day-out-of-range"),
    ("2101-01-01", "day-out-of-range"),
    ("9999-12-31", "day-out-of-range"),
    ("99991231", "day-out-of-range"),
    ("0001-01-01", "day-out-of-range"),
    (date(1888, 8, 8), "day-out-of-range"),
    ("13/11/2023", "day-ambiguous"),
    ("11/13/2023", "day-ambiguous"),
    ("05-06-2023", "day-ambiguous"),
    ("23-11-13", "day-ambiguous"),
    ("13.11.23", "day-ambiguous"),
]


@pytest.mark.parametrize("text", SAME_DAY)
def test_one_day_written_in_many_ways_is_one_day(text: str | int | float | date) -> None:
    assert day_read(text) == DAY


@pytest.mark.parametrize(("text", "day"), OTHER_DAYS)
def test_a_written_day_is_read(text: str, day: date) -> None:
    assert day_read(text) == day


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_is_no_certain_day_is_refused_with_its_reason(text: str | date | None, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        day_read(text)
    assert caught.value.code == code
    assert caught.value.message
    assert caught.value.message_zh


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_back_from_every_way_of_writing_it(day: date) -> None:
    for shape in (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y%m%d",
        "%Y年%m月%d日",
        "%Y-%m-%d 00:00:00",
        "%Y-%m-%dT00:00:00",
    ):
        assert day_read(day.strftime(shape)) == day


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        assert isinstance(day_read(text), date)
    except Refusal as refusal:
        assert refusal.message


WORKING = [
    (date(2023, 9, 28), True),
    (date(2023, 9, 29), False),  # Mid-Autumn
    (date(2023, 10, 6), False),
    (date(2023, 10, 7), True),  # a Saturday worked in exchange
    (date(2023, 10, 8), True),  # a Sunday worked in exchange
    (date(2023, 10, 14), False),
    (date(2024, 2, 4), True),
    (date(2024, 2, 12), False),
    (date(2024, 2, 18), True),
    (date(2025, 1, 26), True),
    (date(2025, 10, 8), False),
    (date(2025, 10, 11), True),
    (date(2026, 1, 4), True),
    (date(2026, 2, 14), True),
    (date(2026, 10, 10), True),
    (date(2001, 12, 29), True),  # worked for New Year of the next year
]


@pytest.mark.parametrize(("day", "working"), WORKING)
def test_exchanged_days_are_worked_and_holidays_are_not(day: date, working: bool) -> None:
    assert working_days_between(day - timedelta(days=1), day) == int(working)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2023, 9, 28), 1, date(2023, 10, 7)),
        (date(2023, 9, 28), 7, date(2023, 10, 13)),
        (date(2023, 9, 30), 1, date(2023, 10, 7)),
        (date(2023, 11, 10), 7, date(2023, 11, 21)),
        (date(2023, 11, 11), 0, date(2023, 11, 11)),
        (date(2023, 10, 7), -1, date(2023, 9, 28)),
        (date(2023, 10, 3), -1, date(2023, 9, 28)),
        (date(2023, 10, 9), -2, date(2023, 10, 7)),
    ],
)
def test_a_clock_of_working_days_skips_holidays_and_counts_exchanged_days(start: date, n: int, end: date) -> None:
    assert working_day_add(start, n) == end


IN_CALENDAR = st.dates(date(1991, 1, 1), date(2034, 12, 31))


@given(IN_CALENDAR, st.integers(1, 200))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    later = working_day_add(day, n)
    assert working_days_between(day, later) == n
    assert working_days_between(day, later - timedelta(days=1)) == n - 1
    assert working_days_between(later, day) == -n
    earlier = working_day_add(day, -n)
    assert working_days_between(earlier - timedelta(days=1), day - timedelta(days=1)) == n


@given(IN_CALENDAR, IN_CALENDAR, IN_CALENDAR)
def test_counts_of_neighbouring_spans_add_up(a: date, b: date, c: date) -> None:
    assert working_days_between(a, b) + working_days_between(b, c) == working_days_between(a, c)


def test_the_table_covers_every_day_of_the_calendar() -> None:
    first, counts = working_days_table()
    assert first == CALENDAR_FROM
    assert first + timedelta(days=len(counts) - 1) == CALENDAR_TO
    assert all(0 <= b - a <= 1 for a, b in zip(counts, counts[1:], strict=False))


@pytest.mark.parametrize(
    "outside",
    [
        lambda: working_days_between(date(1989, 12, 31), date(2000, 1, 1)),
        lambda: working_days_between(date(2000, 1, 1), date(2036, 1, 1)),
        lambda: working_day_add(date(2035, 12, 31), 1),
        lambda: working_day_add(date(1990, 1, 1), -1),
    ],
)
def test_a_day_outside_the_calendar_is_refused(outside: object) -> None:
    with pytest.raises(CalendarRange):
        outside()  # type: ignore[operator]
