"""The clocks of every place and procedure, held against days that were worked out by hand (clocks.yaml)."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from chengxin.kernel.days import day_due
from chengxin.law import clocks_of, load

TABLE: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "clocks.yaml").read_text(encoding="utf-8"))
STARTS: list[date] = TABLE["starts"]
ON = date(2026, 11, 22)
PLACES = sorted({place for row in TABLE["clocks"] for place in row["jurisdiction"].split()})
Row = tuple[str, str, str, int, str, str, date]


def told(place: str, at: int) -> list[Row]:
    """What the table says of the place for the start day at this position."""
    rows = [row for row in TABLE["clocks"] if place in row["jurisdiction"].split()]
    return [(r["procedure"], r["from"], r["to"], r["number"], r["unit"], r["article"], r["days"][at]) for r in rows]


def test_the_table_has_every_place_and_its_days_lie_around_the_festivals() -> None:
    assert PLACES == load().jurisdictions
    assert len(STARTS) == 5 and len(TABLE["clocks"]) > 100
    assert {(day.month, day.day) for day in STARTS} >= {(2, 12), (2, 14), (9, 30)}


@pytest.mark.parametrize("place", PLACES)
def test_every_clock_of_the_place_is_that_of_the_table(place: str) -> None:
    for at, start in enumerate(STARTS):
        found = Counter(
            (c.procedure, c.step.from_, c.step.to, c.number, c.unit, c.cited.zh, c.day)
            for c in clocks_of(load().on(ON, place), start)
        )
        assert found == Counter(told(place, at)), (place, start)


@pytest.mark.parametrize(
    ("start", "n", "unit", "due"),
    [
        (date(2026, 9, 29), 2, "days", date(2026, 10, 8)),  # the last day is a holiday: the next working day
        (date(2026, 9, 29), 1, "days", date(2026, 9, 30)),
        (date(2026, 2, 12), 2, "working-days", date(2026, 2, 14)),  # the Saturday is made up for
        (date(2026, 2, 14), 1, "working-days", date(2026, 2, 24)),
        (date(2025, 12, 31), 2, "months", date(2026, 2, 28)),  # no 31st; and that Saturday is made up for
        (date(2026, 8, 31), 1, "months", date(2026, 9, 30)),
        (date(2026, 9, 1), 1, "months", date(2026, 10, 8)),
        (date(2026, 10, 3), 0, "working-days", date(2026, 10, 3)),  # at once is at once
    ],
)
def test_a_term_ends_on_its_lawful_day(start: date, n: int, unit: str, due: date) -> None:
    assert day_due(start, n, unit) == due
