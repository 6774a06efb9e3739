"""Points only add up: whatever facts there are, one more never makes them fewer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.benefits import rules
from chengxin.benefits.rules import Held, NotEntitled, points_of
from chengxin.law import Law, load

DAY = date(2026, 11, 22)
KINDS = ("volunteer-hours", "honours", "kept-promises", "gone")


@pytest.fixture(scope="module")
def law() -> Law:
    return load().on(DAY)


FACTS = st.builds(
    Held,
    st.sampled_from(KINDS),
    st.integers(1, rules.MOST_UNITS),
    st.integers(0, 1500).map(lambda days: DAY - timedelta(days=days)),
    st.booleans(),
)


@given(st.lists(FACTS, max_size=12), FACTS)
def test_one_more_fact_never_makes_them_fewer(facts: list[Held], more: Held) -> None:
    law = load().on(DAY)
    assert 0 <= points_of(law, facts) <= points_of(law, [*facts, more])
    assert points_of(law, facts) == points_of(law, list(reversed(facts)))


def test_each_unit_counts_up_to_the_most_of_a_year(law: Law) -> None:
    hours = [Held("volunteer-hours", 150, date(2025, 5, 1)), Held("volunteer-hours", 150, date(2025, 6, 1))]
    assert points_of(law, hours) == 200
    assert points_of(law, [*hours, Held("volunteer-hours", 1, date(2026, 1, 1)), Held("honours", 3, DAY)]) == 261
    assert points_of(law, [Held("volunteer-hours", 150, DAY, counts=False)]) == 0


@pytest.mark.parametrize(
    ("points", "used", "times", "may"),
    [(50, 0, None, True), (49, 0, None, False), (50, 2, 2, False), (500, 1, 2, True)],
)
def test_whoever_has_the_points_is_entitled_so_often_a_year(
    points: int, used: int, times: int | None, may: bool
) -> None:
    if may:
        rules.entitled(points=points, needed=50, used=used, times_a_year=times)
    else:
        with pytest.raises(NotEntitled):
            rules.entitled(points=points, needed=50, used=used, times_a_year=times)


@pytest.mark.parametrize("typed", ["0123-4567-89ab-cdef", " 0123 4567 89AB CDEF ", "０１２３－4567—89AB‐CDEF"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert rules.code_typed(typed) == "0123456789ABCDEF"


def test_a_code_has_no_letters_that_are_taken_for_others() -> None:
    written = "".join(rules.code_written(bytes([n] * 10)) for n in range(256))
    assert not set(written) & set("ILOU") and set(written) - {"-"} <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
