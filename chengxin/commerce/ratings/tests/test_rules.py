"""How sure a rating is: the interval against an independent computation, and what must hold whatever is seen."""

from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.commerce.ratings import rules
from chengxin.commerce.ratings.rules import Seen, interval, period_of, shop_rated, z_of
from chengxin.commerce.ratings.tests.shops import method

Z = z_of(95)


def by_halving(mean: Fraction, count: int, z: Fraction) -> tuple[float, float]:
    """The ends of all p with (mean - p)² ≤ z² p (1 - p) / count, found by halving in exact fractions: no formula is shared with the rules."""

    def holds(p: Fraction) -> bool:
        return (mean - p) ** 2 * count <= z * z * p * (1 - p)

    ends = []
    for outside in (Fraction(0), Fraction(1)):
        inside, out = mean, outside
        if holds(out):
            ends.append(float(out))
            continue
        for _ in range(60):
            half = (inside + out) / 2
            inside, out = (half, out) if holds(half) else (inside, half)
        ends.append(float(inside))
    return ends[0], ends[1]


@given(st.integers(1, 4000), st.data())
def test_the_interval_is_what_its_definition_says(count: int, data: st.DataObject) -> None:
    # Quarters, as stars are; never at the very ends, where halving begins.
    total = Fraction(data.draw(st.integers(1, 4 * count - 1)), 4)
    wanted = by_halving(total / count, count, Fraction(Z))
    assert interval(float(total), count, Z) == pytest.approx(wanted, abs=1e-9)


def test_the_interval_is_the_one_of_the_tables() -> None:
    # Newcombe 1998, table I: Wilson's score interval without correction, 95 %.
    for hits, count, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert interval(hits, count, Z) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("share", "least"), [(0.5, 0.94), (0.9, 0.93), (0.99, 0.92)])
def test_it_covers_what_is_true_nearly_as_often_as_it_says(share: float, least: float) -> None:
    count = 200
    covered = 0.0
    for hits in range(count + 1):
        low, high = interval(hits, count, Z)
        if low <= share <= high:
            covered += comb(count, hits) * share**hits * (1 - share) ** (count - hits)
    assert covered >= least


@given(st.integers(0, 400), st.integers(1, 100), st.integers(2, 50))
def test_more_evidence_never_widens_the_interval_at_the_same_mean(quarters: int, count: int, times: int) -> None:
    total = min(quarters, 4 * count) / 4
    low, high = interval(total, count, Z)
    low_more, high_more = interval(total * times, count * times, Z)
    assert high_more - low_more <= high - low + 1e-12
    assert low <= low_more + 1e-12 and high_more <= high + 1e-12


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_the_mean_lies_within_and_nothing_leaves_the_bounds(mean: float, count: int) -> None:
    low, high = interval(mean * count, count, Z)
    assert 0 <= low <= mean * count / count <= high <= 1


def seen(count: int, hits: int = 0, stars: int = 5) -> dict[str, Seen]:
    return {
        key: Seen(count, stars * count if each.computed == "review-stars" else hits)
        for key, each in method().features.items()
    }


def test_a_total_by_hand() -> None:
    # 100 of each: mean 4 stars is 0.75; 5 of 100 returned, late, lost are 0.95.
    found = shop_rated(method(), seen(100, 5, 4))
    assert found["total"] == pytest.approx(0.4 * 0.75 + 0.6 * 0.95)
    # By hand, z² = 3.841459: (75 + 1.92073 ∓ 1.959964 √(18.75 + 0.960365)) / 103.841459 and the like for 95.
    assert found["low"] == pytest.approx(0.4 * 0.656955 + 0.6 * 0.888250, abs=2e-6)
    assert found["high"] == pytest.approx(0.4 * 0.824546 + 0.6 * 0.978456, abs=2e-6)
    assert found["grade"] == "fair"
    assert found["features"]["buyers-stars"]["value"] == 4 and found["features"]["sent-late"]["value"] == 0.05


def test_too_little_is_not_enough_yet_and_never_bad() -> None:
    found = shop_rated(method(), seen(29, 29, 1))
    assert (found["grade"], found["total"], found["low"]) == ("not-enough", None, None)
    one_short = {**seen(500), "lost": Seen(29, 0)}
    assert shop_rated(method(), one_short)["grade"] == "not-enough"
    assert shop_rated(method(), seen(0))["features"]["lost"]["counts_for"] is None
    assert shop_rated(method(), seen(500))["grade"] == "excellent"
    assert shop_rated(method(), seen(500, 400, 1))["grade"] == "to-improve"


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4), st.integers(30, 100), st.integers(2, 30))
def test_more_of_the_same_never_lowers_the_bound_by_which_a_word_is_given(
    parts: list[int], count: int, times: int
) -> None:
    entry = method()
    few = {}
    for part, (key, each) in zip(parts, entry.features.items(), strict=True):
        few[key] = (
            Seen(count, count + part % (4 * count + 1))
            if each.computed == "review-stars"
            else Seen(count, part % (count + 1))
        )
    many = {key: Seen(each.count * times, each.total * times) for key, each in few.items()}
    one, other = shop_rated(entry, few), shop_rated(entry, many)
    assert other["low"] >= one["low"] - 1e-6 and other["high"] <= one["high"] + 1e-6
    assert other["total"] == pytest.approx(one["total"], abs=2e-6)
    assert one["low"] <= one["total"] <= one["high"]


def test_words_go_downward_with_the_lower_bound() -> None:
    bounds = [grade.least for grade in method().grades.values()]
    assert all(higher > lower for higher, lower in pairwise(bounds)) and bounds[-1] == 0


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_period_is_a_year_a_quarter_or_a_month(name: str, first: date, last: date) -> None:
    assert (period_of(name).first, period_of(name).last) == (first, last)


@pytest.mark.parametrize("name", ["", "2026-13", "2026-00", "2026-Q5", "1900", "十月", "2026-10-01", "9999"])
def test_anything_else_is_no_period(name: str) -> None:
    with pytest.raises(rules.PeriodUnknown):
        period_of(name)


@pytest.mark.parametrize(
    ("filed", "code", "kind"),
    [
        ("unit", "91390102000000017X", "firm"),
        ("unit", "92390102000000017X", "individual"),
        ("unit", "", "individual"),
        ("individual", "", "individual"),
        ("", "", "unfiled"),
    ],
)
def test_only_a_firm_s_shop_is_rated(filed: str, code: str, kind: str) -> None:
    assert rules.kind_of(filed, code) == kind
