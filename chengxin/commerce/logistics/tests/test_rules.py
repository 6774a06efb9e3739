"""Worked out by hand: a parcel's way and its gaps."""

from datetime import UTC, datetime, timedelta

import pytest

from chengxin.commerce.logistics.rules import tracing
from chengxin.commerce.logistics.rules.tracing import Scan
from chengxin.commerce.trades.tests.goods import kind_of

START = datetime(2026, 10, 1, 2, tzinfo=UTC)

# What was scanned, at which station; how many days after the last scan it is looked at; what is told: a step, or the gap's key.
WAYS = [
    ("accepted@A departed@A arrived@B out-for-delivery@B delivered@B", 90, "accepted departed arrived out-for-delivery delivered"),
    ("", 1, "!no-scan"),
    ("departed@A arrived@B", 1, "!no-begin departed arrived"),
    ("accepted@A", 3, "accepted"),
    ("accepted@A", 4, "accepted !quiet"),
    ("accepted@A arrived@B", 1, "accepted !between arrived"),
    ("accepted@A departed@A delivered@B", 9, "accepted departed !between delivered"),
    ("accepted@A departed@A arrived@B departed@C arrived@D", 0, "accepted departed arrived !between departed arrived"),
    ("accepted@A departed@A arrived@B customs@Z departed@Z", 0, "accepted departed arrived customs departed"),
    ("accepted@A out-for-delivery@A arrived@A out-for-delivery@A returned@A", 9, "accepted out-for-delivery arrived out-for-delivery returned"),
    ("accepted@A accepted@B", 0, "accepted !between accepted"),
    ("delivered@B", 9, "!no-begin delivered"),
]  # fmt: skip


@pytest.mark.parametrize(("scanned", "days", "told"), WAYS)
def test_a_way_says_each_gap_where_it_is(scanned: str, days: int, told: str) -> None:
    steps = [each.split("@") for each in scanned.split()]
    scans = [Scan(START + timedelta(hours=n), step, station) for n, (step, station) in enumerate(steps)]
    at = (scans[-1].at if scans else START) + timedelta(days=days)
    lines = tracing.way(list(reversed(scans)), at=at, quiet_days=3)
    assert " ".join(line.scan.step if line.scan else f"!{line.gap}" for line in lines) == told
    assert tracing.gaps_of(lines) == told.count("!")


def test_every_step_of_the_lawbook_has_a_place_in_the_order_and_every_gap_its_words() -> None:
    assert set(tracing.NEXT) == set(kind_of("scans").columns["step"].values or ())
    assert set().union(*tracing.NEXT.values()) <= set(tracing.NEXT)
    assert all(zh and en for zh, en in tracing.GAPS.values())


@pytest.mark.parametrize("typed", ["", "  ", "云川市人民路1号", "a" * 65, "w1 w2", "w1\0"])
def test_what_is_no_waybill_number_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(tracing.WaybillUnfit) as caught:
        tracing.waybill_read(typed)
    assert not typed.strip() or typed not in str(caught.value)
    assert tracing.waybill_read(" w0001 ") == "w0001"
