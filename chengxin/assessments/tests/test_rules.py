"""What an agency's cases come to: ends, steps owed and taken in time or missed, by hand."""

from collections import Counter
from datetime import date, timedelta

import pytest

from chengxin.assessments.rules import FIGURES, Ran, Sort, YearUnfit, cases_tallied, figures, year_days
from chengxin.cases.rules import Taken
from chengxin.law import load
from chengxin.law.models import Doer

DAY = date(2026, 11, 2)
SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)
LAW = load().on(DAY)


def ran(sort: Sort, *steps: tuple[str, Doer], start: date = DAY) -> Ran:
    procedure = LAW.procedures[sort]
    taken = [Taken(n, to, start + timedelta(days=n), by) for n, (to, by) in enumerate(steps)]
    return Ran(sort, procedure, taken)


def tallied(*cases: Ran, since: date = SINCE, until: date = UNTIL) -> dict[str, int]:
    found = cases_tallied(cases, since=since, until=until)
    return {key: count for key, count in found.items() if count}


LISTED: tuple[tuple[str, Doer], ...] = (
    ("proposed", "authority"), ("noticed", "authority"), ("decided", "authority"), ("served", "authority"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (ran("listing", *LISTED), {"listings": 1, "listings-decided": 1, "notices": 1, "notices-in-time": 1}),
        (
            ran(
                "listing",
                ("proposed", "authority"),
                ("noticed", "authority"),
                ("replied", "subject"),
                ("dropped", "authority"),
            ),
            {"listings": 1, "listings-dropped": 1, "notices": 1, "notices-in-time": 1},
        ),
        (
            ran("listing", ("proposed", "authority"), ("lapsed", "clock")),
            {"listings": 1, "listings-lapsed": 1, "notices": 1},
        ),
        (ran("listing", ("proposed", "authority"), ("dropped", "authority")), {"listings": 1, "listings-dropped": 1}),
        (ran("listing", ("proposed", "authority"), ("noticed", "authority")), {"notices": 1, "notices-in-time": 1}),
        (
            ran("objection", ("received", "subject"), ("accepted", "credit-centre"), ("upheld", "authority")),
            {"objections": 1, "objections-upheld": 1, "objection-steps": 1, "objections-in-time": 1},
        ),
        (
            ran("objection", ("received", "subject"), ("accepted", "clock"), ("unverified", "clock")),
            {"objections": 1, "objections-unverified": 1, "objection-steps": 1},
        ),
        (
            ran("objection", ("received", "subject"), ("accepted", "credit-centre"), ("corrected", "authority")),
            {"objections": 1, "objections-corrected": 1, "objection-steps": 1, "objections-in-time": 1},
        ),
        (ran("objection", ("received", "subject"), ("withdrawn", "subject")), {"objections": 1}),
        (
            ran("repair", ("asked", "subject"), ("granted", "authority"), ("applied", "credit-centre")),
            {"repairs": 1, "repairs-granted": 1, "repair-steps": 1, "repairs-in-time": 1},
        ),
        (
            ran("repair", ("asked", "subject"), ("escalated", "clock"), ("refused", "supervisor")),
            {"repairs": 1, "repairs-refused": 1, "repair-steps": 1},
        ),
        (ran("repair", ("asked", "subject"), ("withdrawn", "subject")), {"repairs": 1}),
    ],
)
def test_a_case_comes_to_what_its_steps_say(case: Ran, expected: dict[str, int]) -> None:
    assert tallied(case) == expected


def test_a_case_ends_in_the_days_of_its_last_step_and_a_step_counts_in_its_own() -> None:
    case = ran(
        "listing", *LISTED, start=date(2025, 12, 30)
    )  # noticed on New Year's Eve, decided and served in the new year
    old = tallied(case, since=date(2025, 1, 1), until=date(2025, 12, 31))
    assert old == {"notices": 1, "notices-in-time": 1}
    assert tallied(case) == {"listings": 1, "listings-decided": 1}


def test_no_figure_is_more_than_its_whole_and_each_stands_even_with_nothing_to_count() -> None:
    shown = figures(cases_tallied([ran("listing", *LISTED)] * 3, since=SINCE, until=UNTIL))
    assert [f.key for f in shown] == list(FIGURES)
    assert all(0 <= f.part <= f.whole for f in shown)
    assert {(f.part, f.whole) for f in figures(Counter())} == {(0, 0)}


def test_a_year_runs_to_its_end_or_to_today() -> None:
    assert year_days(None, today=DAY) == (date(2026, 1, 1), DAY)
    assert year_days(2025, today=DAY) == (date(2025, 1, 1), date(2025, 12, 31))
    for year in (2027, 2013, 0, -1, 99999):
        with pytest.raises(YearUnfit):
            year_days(year, today=DAY)
