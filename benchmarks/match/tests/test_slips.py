"""The queries are the same for a seed, of every kind, and say the truth."""

from collections import Counter
from random import Random

import pytest

from benchmarks.match.firms import firms
from benchmarks.match.fits import EXACT, Hints, Row, Shelf, edit_cost, fit
from benchmarks.match.names import Firm, Reader, is_branch, plain
from benchmarks.match.slips import (
    AMBIGUOUS,
    KINDS,
    MOST_TRUTHS,
    NOT_REGISTERED,
    Query,
    _sayable,
    code_valid,
    old_number,
    queries_make,
)

NUMBER, MOST = 2_000, 900
Made = tuple[list[Firm], list[Query]]


@pytest.fixture(scope="module")
def made() -> Made:
    return queries_make(firms(NUMBER, 5), seed=5, most=MOST, left_out=0.1)


def test_a_seed_makes_the_same_queries_whatever_the_order_of_the_firms(made: Made) -> None:
    shuffled = firms(NUMBER, 5)
    Random(1).shuffle(shuffled)
    assert queries_make(shuffled, seed=5, most=MOST, left_out=0.1) == made
    assert queries_make(shuffled, seed=6, most=MOST, left_out=0.1) != made


def test_every_kind_is_there(made: Made) -> None:
    counts = Counter(query.kind for query in made[1])
    assert set(counts) == set(KINDS)
    assert len(made[1]) > 0.9 * MOST


def test_a_truth_is_in_the_register_under_a_code_of_its_own(made: Made) -> None:
    register, queries = made
    codes = Counter(firm.uscc for firm in register)
    for query in queries:
        assert all(codes[code] == 1 and code_valid(code) for code in query.truth), query
        least = 0 if query.kind in NOT_REGISTERED else 2 if query.kind == AMBIGUOUS else 1
        most = {0: 0, 1: 1, 2: MOST_TRUTHS}[least]
        assert least <= len(query.truth) <= most, query


def test_nobody_bears_the_name_of_a_query_about_nobody(made: Made) -> None:
    register, queries = made
    names = {plain(firm.name) for firm in register}
    strangers = [query for query in queries if query.kind in NOT_REGISTERED]
    assert strangers
    assert not [query for query in strangers if plain(query.name) in names]


def test_whoever_bears_exactly_the_name_of_a_query_is_among_its_truths(made: Made) -> None:
    register, queries = made
    named: dict[str, list[Firm]] = {}
    for firm in register:
        named.setdefault(plain(firm.name), []).append(firm)
    for query in queries:
        bearers = named.get(plain(query.name), [])
        if bearers and not (query.province or query.uscc):
            assert {firm.uscc for firm in bearers} == set(query.truth), query


def test_a_name_that_two_firms_bear_is_about_both() -> None:
    pair = [
        Firm("1", "云舟面馆", "92399901MA7HX00110", "江苏省", "南通市", "南通市听潮路1号"),
        Firm("2", "云舟面馆", "92399901MA7HX00224", "江苏省", "泰州市", "泰州市听潮路2号"),
    ]
    reader = Reader(pair)
    rows = [Row(firm, reader.parts(firm)) for firm in pair]
    shelf = Shelf(rows)
    assert [made for _, made in shelf.fits(rows[0].parts, Hints())] == [EXACT, EXACT]
    assert [row.firm.id for row, _ in shelf.fits(rows[0].parts, Hints("江苏", "泰州"))] == ["2"]


def test_leaving_out_is_lighter_than_mistaking_and_both_than_another_name() -> None:
    one = Firm("1", "南通市禾舟食品有限公司", "", "江苏省", "南通市", "")
    reader = Reader([one])
    row = Row(one, reader.parts(one))
    costs = [
        fit(row.parts.but(**changes), row).cost
        for changes in (
            {},
            {"form": "有限责任公司"},
            {"mark": "河舟食品", "trade": ""},
            {"mark": "鹭舟食品", "trade": ""},
        )
    ]
    assert costs == sorted(costs)
    assert len(set(costs)) == 4


@pytest.mark.parametrize(
    ("one", "other", "cost"),
    [
        ("禾舟", "河舟", 0.5),  # by ear
        ("未舟", "末舟", 0.5),  # by eye
        ("舟禾", "禾舟", 0.6),  # swapped
        ("禾舟", "禾舟舟", 0.7),  # one too many
        ("禾舟", "鹭舟", 1.0),  # another
    ],
)
def test_a_slip_has_its_cost(one: str, other: str, cost: float) -> None:
    assert edit_cost(one, other) == pytest.approx(cost)


@pytest.mark.parametrize(
    "tail",
    ["东溪分公司", "第二门市部", "东溪分社", "听潮路酒家", "啤酒城", "日杂门市", "东溪供电局", "云舟有限公司听潮店"],
)
def test_a_branch_is_told_from_its_parent_whatever_it_is_called(tail: str) -> None:
    assert is_branch(f"云川禾舟食品有限公司{tail}") and is_branch(f"东溪镇供销合作社{tail}")


@pytest.mark.parametrize(
    "form", ["食品有限公司", "投资中心（有限合伙）", "供销合作社有限公司", "有限公司（普通合伙）", "农业合作社"]
)
def test_a_whole_firm_is_no_branch(form: str) -> None:
    assert not is_branch(f"云川禾舟{form}")


def test_a_branch_is_no_truth_of_a_text_that_says_no_branch() -> None:
    names = ["云川中国旅行社有限责任公司", *(f"云川中国旅行社有限责任公司{each}分社" for each in ("东溪", "南溪"))]
    firms_here = [Firm(str(n), name, f"C{n}", "", "", "") for n, name in enumerate(names)]
    reader = Reader(firms_here)
    kept = [Row(firm, reader.parts(firm)) for firm in firms_here]
    asked = [
        Query("1", "云川中国旅行社", "", "", "", "", ("C1", "C2"), AMBIGUOUS),
        Query("2", "云川中国旅行社", "", "", "", "", ("C0",), "bare"),
        Query("3", names[1] + "（发票抬头）", "", "", "", "", ("C1",), "noise"),
        Query("4", "云川旅行社", "", "", "", "", (), "left-out"),
    ]
    assert [query.qid for query in _sayable(asked, kept)] == ["2", "3", "4"]


def test_an_old_number_has_a_right_check_digit() -> None:
    assert old_number("110105", Random(0))[:6] == "110105"
    digits, carry = old_number("390102", Random(3)), 10
    for digit in digits[:14]:
        carry = (((carry + int(digit)) % 10) or 10) * 2 % 11
    assert (carry + int(digits[14])) % 10 == 1
