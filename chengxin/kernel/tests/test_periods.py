"""Periods and months."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.periods import Period, PeriodBackwards, months_after

MONTHS = [
    (date(2023, 1, 15), 1, date(2023, 2, 15)),
    (date(2023, 1, 31), 1, date(2023, 2, 28)),
    (date(2024, 1, 31), 1, date(2024, 2, 29)),
    (date(2023, 8, 31), 3, date(2023, 11, 30)),
    (date(2024, 2, 29), 12, date(2025, 2, 28)),
    (date(2024, 2, 29), 48, date(2028, 2, 29)),
    (date(2023, 12, 31), 2, date(2024, 2, 29)),
    (date(2023, 3, 31), -1, date(2023, 2, 28)),
    (date(2023, 1, 1), -1, date(2022, 12, 1)),
    (date(2023, 5, 5), 0, date(2023, 5, 5)),
    (date(2023, 5, 5), 36, date(2026, 5, 5)),
]


@pytest.mark.parametrize(("day", "n", "later"), MONTHS)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(day: date, n: int, later: date) -> None:
    assert months_after(day, n) == later


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
ENDS = st.none() | DAYS


@given(DAYS, st.integers(-600, 600))
def test_months_count_months_and_never_lengthen_the_day(day: date, n: int) -> None:
    later = months_after(day, n)
    assert (later.year - day.year) * 12 + later.month - day.month == n
    assert later.day <= day.day


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    period = Period(date(2023, 1, 1), date(2024, 1, 1))
    assert date(2023, 1, 1) in period
    assert date(2023, 12, 31) in period
    assert date(2024, 1, 1) not in period
    assert date(2022, 12, 31) not in period
    assert period.last_day == date(2023, 12, 31)
    assert date(2999, 1, 1) in Period(date(2023, 1, 1))
    assert Period(date(2023, 1, 1)).last_day is None


def test_a_period_that_begins_and_ends_on_one_day_is_empty() -> None:
    period = Period(date(2023, 1, 1), date(2023, 1, 1))
    assert period.empty
    assert date(2023, 1, 1) not in period
    assert period.last_day is None


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PeriodBackwards, match="2022-12-31"):
        Period(date(2023, 1, 1), date(2022, 12, 31))


@given(DAYS, ENDS, DAYS, ENDS, DAYS)
def test_an_overlap_holds_the_days_that_both_hold(a: date, b: date | None, c: date, d: date | None, day: date) -> None:
    one = Period(a, b if b is None or b >= a else a)
    other = Period(c, d if d is None or d >= c else c)
    overlap = one.overlap(other)
    for each in (day, a, c, a + timedelta(days=1), c + timedelta(days=1)):
        assert (overlap is not None and each in overlap) == (each in one and each in other)
    assert overlap == other.overlap(one)
