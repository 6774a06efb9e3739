"""Spans of days, half-open, and the counting of months."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.kernel.errors import Refusal


class PeriodBackwards(Refusal):
    """The period ends on {end}, before it begins on {start}. Correct one of the two days."""

    code = "period-backwards"
    zh = "期间的结束日{end}早于开始日{start}。请更正其中一个日期。"


def months_after(day: date, n: int) -> date:
    """The same day of the month n months later (earlier if n is negative), or that month's last day where it has none;
    a day outside the calendar of years 1 to 9999 raises ValueError.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` on and before `end`; no end means open-ended; raises PeriodBackwards."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise PeriodBackwards(start=self.start, end=self.end)

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    @property
    def empty(self) -> bool:
        """Whether no day lies in the period."""
        return self.end == self.start

    @property
    def last_day(self) -> date | None:
        """The last day inside, or None if the period is open-ended or empty."""
        return None if self.end is None or self.empty else self.end - timedelta(days=1)

    def overlap(self, other: "Period") -> "Period | None":
        """The days that lie in both, or None if there are none."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        return Period(start, end) if end is None or start < end else None
