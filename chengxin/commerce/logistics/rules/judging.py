"""What became of a parcel, and how many of a firm's were in time and lost: the definitions, each with its whole. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chengxin.kernel.days import CHINA_TIME
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import identifier_read
from chengxin.kernel.periods import months_after

PROMISED, LOST = "parcel-promised-days", "parcel-lost-days"
# How long after a period scans of its parcels are read.
FOLLOWED_DAYS = 60
_QUARTER = re.compile(r"(20\d\d)Q([1-4])")


class FirmCodeUnfit(Refusal):
    """A firm is named by its unified social credit code, 18 characters with a check character; this is none. Copy it from the licence."""

    code = "logistics-firm-code"
    zh = "企业以统一社会信用代码指明，共18位，末位为校验码；所填的不是。请照营业执照填写。"


class FirmOfOnePerson(Refusal):
    """The code is a sole trader's. Express delivery is licensed to companies alone, and no natural person is evaluated here."""

    code = "logistics-firm-of-one-person"
    status = 409
    basis = "《邮政法》第52条；《个人信息保护法》第24条"
    zh = "这是个体工商户的代码。快递业务只许可企业法人经营；本系统不评价自然人。"


class QuarterUnfit(Refusal):
    """A period is a quarter, written as 2026Q3, from 2020 on; "{written}" is none."""

    code = "logistics-quarter"
    zh = "评价期为季度，写作2026Q3，自2020年起；“{written}”不是。"


def firm_read(written: str) -> str:
    """The unified code of a company; refuses what is none, without repeating it, and a sole trader's."""
    try:
        identifier = identifier_read(written)
    except Refusal:
        raise FirmCodeUnfit from None
    if identifier.scheme != "uscc":
        raise FirmCodeUnfit
    if identifier.value.startswith("92"):  # GB 32100: registered with market supervision, as a sole trader
        raise FirmOfOnePerson
    return identifier.value


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """The first day after it."""
        return months_after(self.first, 3)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The instants from which and before which it is, in China."""
        since, until = (datetime.combine(day, datetime.min.time(), CHINA_TIME) for day in (self.first, self.end))
        return since, until


def quarter_read(written: str) -> Quarter:
    """The quarter that is written so."""
    found = _QUARTER.fullmatch(written.strip().upper())
    if not found or int(found[1]) < 2020:
        raise QuarterUnfit(written=written[:20])
    return Quarter(int(found[1]), int(found[2]))


def quarter_of(day: date) -> Quarter:
    """The quarter in which the day lies."""
    return Quarter(day.year, (day.month + 2) // 3)


# What a parcel may be found to be; the first that holds counts.
FATES = ("abroad", "open", "lost", "in-time", "late", "returned", "unknown")
EXCLUDED: Mapping[str, tuple[str, str]] = {
    "abroad": ("跨境", "across the border"),
    "open": ("期限未到", "its time is not over"),
    "returned": ("退回", "returned"),
    "unknown": ("没有报送扫描，经过不详", "no scan filed: not known"),
}


def fate(
    *, handed_over: datetime, delivered: datetime | None, returned: bool, scanned: bool, channel: str, state: str,
    known_at: datetime, promised: int, lost: int,
) -> str:  # fmt: skip
    """What became of one parcel, as known at the instant. A day is of 24 hours from the handing over; what is exactly in time is in time."""
    if channel != "domestic":
        return "abroad"
    if handed_over + timedelta(days=lost) > known_at:
        return "open"
    if state == "lost":
        return "lost"
    if delivered is not None and delivered >= handed_over:
        return "in-time" if delivered <= handed_over + timedelta(days=promised) else "late"
    if returned or state == "returned":
        return "returned"
    if not scanned or state == "delivered" or delivered is not None:
        return "unknown"
    return "lost"


@dataclass(frozen=True)
class Figure:
    """A count with its whole."""

    part: int
    whole: int

    def as_dict(self) -> dict[str, int]:
        """As it is kept and returned."""
        return {"part": self.part, "whole": self.whole}


def figures(counts: Mapping[str, int]) -> tuple[Figure, Figure]:
    """In time: of the parcels in time, late and lost. Lost: of these and the returned ones."""
    of = {each: counts.get(each, 0) for each in FATES}
    judged = of["in-time"] + of["late"] + of["lost"]
    return Figure(of["in-time"], judged), Figure(of["lost"], judged + of["returned"])
