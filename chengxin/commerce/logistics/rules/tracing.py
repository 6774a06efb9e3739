"""How a parcel's scans are told, and where something is missing between them. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal

TRACED = "parcel-traced-days"
QUIET = "parcel-quiet-days"
WAYBILL = re.compile(r"[0-9A-Za-z_.:-]{1,64}")
DONE = ("delivered", "returned")
# What may come next after a step, where every step between was filed. A parcel that was not handed over goes back to a station, or back.
NEXT: Mapping[str, frozenset[str]] = {
    "accepted": frozenset({"departed", "customs", "out-for-delivery", "returned"}),
    "departed": frozenset({"arrived", "customs"}),
    "arrived": frozenset({"departed", "customs", "out-for-delivery", "delivered", "returned"}),
    "customs": frozenset({"departed", "arrived", "customs", "returned"}),
    "out-for-delivery": frozenset({"delivered", "arrived", "out-for-delivery", "returned"}),
    "delivered": frozenset({"returned"}),
    "returned": frozenset({"departed", "arrived", "customs", "out-for-delivery", "delivered", "returned"}),
}
# Of what follows an arrival, these happen where the parcel arrived.
SAME_PLACE = ("departed", "out-for-delivery", "delivered")


class WaybillUnfit(Refusal):
    """A waybill number is of letters, digits and - _ . : only, 64 at most. Type the number as it stands on the waybill."""

    code = "logistics-waybill-unfit"
    zh = "运单编号只由字母、数字和 - _ . : 组成，最长64位。请照运单上的编号填写。"


@dataclass(frozen=True)
class Scan:
    """One scan: when, which step, and at which station of the carrier's."""

    at: datetime
    step: str
    station: str


@dataclass(frozen=True)
class Line:
    """A line of a parcel's way: a scan, or what is not known at this place."""

    scan: Scan | None
    gap: str = ""


GAPS: Mapping[str, tuple[str, str]] = {
    "no-scan": ("包裹已报送，没有报送任何扫描：在哪里不详", "The parcel was filed, no scan of it: where it is is not known"),
    "no-begin": ("收寄没有报送，此前的经过不详", "Its acceptance was not filed: what came before is not known"),
    "between": ("其间有环节没有报送，经过不详", "A step between was not filed: what happened is not known"),
    "quiet": ("此后没有报送扫描：现在在哪里不详", "No scan was filed since: where it is now is not known"),
}  # fmt: skip


def waybill_read(written: str) -> str:
    """The number as it is looked for; refuses what is none."""
    typed = written.strip()
    if not WAYBILL.fullmatch(typed):
        raise WaybillUnfit
    return typed


def way(scans: Sequence[Scan], *, at: datetime, quiet_days: int) -> list[Line]:
    """The scans in the order of their instants, each gap said where it is."""
    if not scans:
        return [Line(None, "no-scan")]
    ordered = sorted(scans, key=lambda s: (s.at, list(NEXT).index(s.step) if s.step in NEXT else len(NEXT)))
    lines = [] if ordered[0].step == "accepted" else [Line(None, "no-begin")]
    for before, scan in zip([None, *ordered], ordered, strict=False):
        if before is not None and not follows(before, scan):
            lines.append(Line(None, "between"))
        lines.append(Line(scan))
    last = ordered[-1]
    if last.step not in DONE and day_of(at) - day_of(last.at) > timedelta(days=quiet_days):
        lines.append(Line(None, "quiet"))
    return lines


def follows(before: Scan, after: Scan) -> bool:
    """Whether nothing is missing between two scans."""
    if after.step not in NEXT.get(before.step, frozenset()):
        return False
    return before.step != "arrived" or after.step not in SAME_PLACE or before.station == after.station


def gaps_of(lines: Sequence[Line]) -> int:
    """How many places are not known."""
    return sum(1 for line in lines if line.scan is None)
