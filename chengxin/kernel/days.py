"""Days as people write them, and working days on the State Council's calendar with its make-up days."""

import functools
import re
import unicodedata
from bisect import bisect_left
from datetime import date, datetime, timedelta, timezone

from holidays import country_holidays

from chengxin.kernel.errors import Refusal
from chengxin.kernel.periods import months_after

CHINA_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
CALENDAR_FROM, CALENDAR_TO = date(1990, 1, 1), date(2035, 12, 31)
_YEARS = (1900, 2100)

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_TIME = (
    r"(?:[T日]?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_WRITTEN = re.compile(r"(?P<y>[0-9]{4})(?P<mark>[-/.])(?P<m>[0-9]{1,2})(?P=mark)(?P<d>[0-9]{1,2})" + _TIME)
_WORDED = re.compile(r"(?P<y>[0-9]{4})年(?P<m>[0-9]{1,2})月(?P<d>[0-9]{1,2})[日号]?" + _TIME)
_JOINED = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?:\.0+)?" + _TIME)
_SERIAL = re.compile(r"(?P<days>[2-5][0-9]{4}|60000)(?:\.[0-9]+)?")
_YEAR_LAST = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}(?:[0-9]{2})?")
_SERIAL_ZERO = date(1899, 12, 30)  # so that serial 61 is 1 March 1900, as spreadsheets have it

_NUMERALS = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_ONES = "[一二三四五六七八九]"
_IN_NUMERALS = re.compile(
    rf"([〇○零一二三四五六七八九]{{4}})年({_ONES}?十{_ONES}?|{_ONES})月({_ONES}?十{_ONES}?|{_ONES})[日号]?"
)


class DayShape(Refusal):
    """{text} is not a day as this system reads one. Write it as 2023-11-13, 2023/11/13, 20231113 or 2023年11月13日."""

    code = "day-shape"
    basis = "GB/T 7408.1-2023"
    zh = "{text}不是可识别的日期。请写成 2023-11-13、2023/11/13、20231113 或 2023年11月13日。"


class DayImpossible(Refusal):
    """There is no day {text} in the calendar. Compare it with the document and correct it."""

    code = "day-impossible"
    basis = "GB/T 7408.1-2023"
    zh = "日历上没有{text}这一天。请对照文书更正。"


class DayOutOfRange(Refusal):
    """The day {text} lies outside the years 1900 to 2100. Leave the field empty if there is no end; otherwise correct
    the year.
    """

    code = "day-out-of-range"
    zh = "日期{text}不在1900年至2100年之间。没有截止日的请留空，否则请更正年份。"


class DayAmbiguous(Refusal):
    """{text} can be read in more than one way, for the year does not come first with four digits. Write it as
    2023-11-13: year, month, day.
    """

    code = "day-ambiguous"
    basis = "GB/T 7408.1-2023"
    zh = "{text}有多种读法：没有把四位年份写在最前。请按年、月、日写成 2023-11-13。"


class CalendarRange(Refusal):
    """The calendar of working days covers {first} to {last}, and {day} lies outside it."""

    code = "calendar-range"
    zh = "工作日历的范围是{first}至{last}，{day}不在其中。"


def day_of(at: datetime) -> date:
    """The day in China on which the instant lies: clocks count in days there."""
    return at.astimezone(CHINA_TIME).date()


def day_read(text: str | int | float | date | None) -> date:
    """The day that a person, a spreadsheet or a program wrote; an instant with a zone gives its day in China; raises a
    Refusal for what is no day, no possible day, outside 1900 to 2100, or readable in two ways.
    """
    if isinstance(text, datetime):
        return _in_range((text.astimezone(CHINA_TIME) if text.tzinfo else text).date(), str(text))
    if isinstance(text, date):
        return _in_range(text, str(text))
    shown = "" if text is None else str(text).strip()[:40]
    written = _numerals_as_digits(_BLANKS.sub("", unicodedata.normalize("NFKC", "" if text is None else str(text))))
    for shape in (_WRITTEN, _WORDED, _JOINED):
        if match := shape.fullmatch(written):
            return _in_range(_day_of(match, shown), shown)
    if serial := _SERIAL.fullmatch(written):
        return _SERIAL_ZERO + timedelta(days=int(serial["days"]))
    if _YEAR_LAST.fullmatch(written):
        raise DayAmbiguous(text=shown)
    raise DayShape(text=shown)


def _day_of(match: re.Match[str], shown: str) -> date:
    try:
        day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        if match["hour"] is None:
            return day
        clock = timedelta(hours=int(match["hour"]), minutes=int(match["minute"]), seconds=int(match["second"] or 0))
        if clock > timedelta(days=1) or int(match["minute"]) > 59 or int(match["second"] or 0) > 60:
            raise DayImpossible(text=shown)
        if match["zone"] is None:
            return day
        midnight = datetime(day.year, day.month, day.day, tzinfo=_zone(match["zone"]))
        return (midnight + clock).astimezone(CHINA_TIME).date()
    except (ValueError, OverflowError):
        raise DayImpossible(text=shown) from None


def _zone(written: str) -> timezone:
    if written == "Z":
        return timezone.utc  # noqa: UP017
    ahead = timedelta(hours=int(written[1:3]), minutes=int(written[-2:]))
    return timezone(ahead if written[0] == "+" else -ahead)


def _numerals_as_digits(text: str) -> str:
    if not (match := _IN_NUMERALS.fullmatch(text)):
        return text
    year, month, day = match.groups()
    return f"{''.join(_NUMERALS[c] for c in year)}年{_below_hundred(month)}月{_below_hundred(day)}日"


def _below_hundred(numeral: str) -> str:
    tens, ten, ones = numeral.rpartition("十")
    return f"{_NUMERALS.get(tens, '1') if ten else '0'}{_NUMERALS.get(ones, '0')}"


def _in_range(day: date, shown: str) -> date:
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise DayOutOfRange(text=shown)
    return day


@functools.cache
def working_days_table() -> tuple[date, list[int]]:
    """The calendar's first day and, for each day from it on, how many working days there were up to and with that day.

    Years that the State Council has not yet announced carry their statutory holidays without exchanged days.
    """
    china = country_holidays("CN", years=range(CALENDAR_FROM.year, CALENDAR_TO.year + 1))
    counts: list[int] = []
    count = 0
    for n in range((CALENDAR_TO - CALENDAR_FROM).days + 1):
        count += china.is_working_day(CALENDAR_FROM + timedelta(days=n))
        counts.append(count)
    return CALENDAR_FROM, counts


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`, negative if `end` comes first; raises CalendarRange."""
    _, counts = working_days_table()
    return counts[_place(end)] - counts[_place(start)]


def working_day_add(day: date, n: int) -> date:
    """The n-th working day after `day` (before it if n is negative; `day` itself for 0); raises CalendarRange."""
    first, counts = working_days_table()
    if n == 0:
        return day
    place = _place(day)
    before = counts[place] if n > 0 else (counts[place - 1] if place else 0) + 1
    wanted = before + n
    if not 1 <= wanted <= counts[-1]:
        raise CalendarRange(first=CALENDAR_FROM, last=CALENDAR_TO, day=f"{day} {n:+d}")
    return first + timedelta(days=bisect_left(counts, wanted))


def day_due(start: date, n: int, unit: str) -> date:
    """The last day of a term of n `working-days`, `days` or `months` that begins with an event on `start`, which is not
    itself counted; a term in days or months that would end on a day off ends on the next working day. Raises CalendarRange.
    """
    if unit == "working-days":
        return working_day_add(start, n)
    last = start + timedelta(days=n) if unit == "days" else months_after(start, n)
    return last if working_days_between(last - timedelta(days=1), last) else working_day_add(last, 1)


def _place(day: date) -> int:
    if not CALENDAR_FROM <= day <= CALENDAR_TO:
        raise CalendarRange(first=CALENDAR_FROM, last=CALENDAR_TO, day=day)
    return (day - CALENDAR_FROM).days
