"""Invented firms: valid codes in divisions of no province, names of every kind, the same for a seed."""

from itertools import islice

from benchmarks.match.firms import firms, firms_endless, places
from benchmarks.match.names import PROVINCES, is_branch
from benchmarks.match.slips import code_valid

SOME = firms(3_000, 1)


def test_a_seed_makes_the_same_firms() -> None:
    assert list(islice(firms_endless(1), 3_000)) == SOME
    assert firms(100, 2) != SOME[:100]


def test_codes_are_valid_and_nobody_elses() -> None:
    assert all(code_valid(firm.uscc) for firm in SOME)
    assert len({firm.uscc for firm in SOME}) == len(SOME)


def test_codes_carry_divisions_that_no_province_has() -> None:
    assert {firm.uscc[2:4] for firm in SOME} == {"39"}


def test_every_province_has_firms() -> None:
    assert {place.province for place in places()} == set(PROVINCES.values())
    assert {firm.province for firm in SOME} == set(PROVINCES.values())


def test_firms_have_the_kin_that_makes_names_hard() -> None:
    names = [firm.name for firm in SOME]
    assert any(is_branch(name) for name in names)
    assert len(set(names)) < len(names)  # the same name twice
    for word in (
        "集团",
        "第二",
        "城东",
        "农民专业合作社",
        "（有限合伙）",
        "有限责任公司",
        "股份有限公司",
        "经营部",
        "厂",
        "）",
    ):
        assert any(word in name for name in names), word
