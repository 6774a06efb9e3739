"""The invented city is made from its seed, its codes are valid, and it names nobody who exists."""

from itertools import islice

import polars as pl
import pytest

from chengxin.kernel.identifiers import (
    division_of,
    organisation_code_of,
    organisation_code_valid,
    registration_number_valid,
    uscc_valid,
)
from demo import words
from demo.cast import CAST
from demo.chance import drawn, drawn_one
from demo.city import NAMESAKE, OLD_NUMBER_ONLY, OLD_NUMBERED, RENAMED, City

# GB/T 2260: the provinces that are assigned. No division of the invented city lies in one of them.
PROVINCES = {
    "11",
    "12",
    "13",
    "14",
    "15",
    "21",
    "22",
    "23",
    "31",
    "32",
    "33",
    "34",
    "35",
    "36",
    "37",
    "41",
    "42",
    "43",
    "44",
    "45",
    "46",
    "50",
    "51",
    "52",
    "53",
    "54",
    "61",
    "62",
    "63",
    "64",
    "65",
    "71",
    "81",
    "82",
    "83",
}


@pytest.fixture(scope="module")
def firms() -> pl.DataFrame:
    """A city of two thousand firms."""
    return pl.concat(City(5, 2_000).chunks())


def test_draws_in_frames_are_the_draws_one_by_one() -> None:
    numbers = [0, 1, 17, 2**40]
    frame = pl.DataFrame({"n": numbers}, schema={"n": pl.UInt64})
    assert frame.select(drawn(pl.col("n"), 3, "a"))["n"].to_list() == [drawn_one(n, 3, "a") for n in numbers]


def test_the_same_seed_makes_the_same_city_in_chunks_of_any_size(firms: pl.DataFrame) -> None:
    assert pl.concat(City(5, 2_000).chunks(77)).equals(firms)


def test_another_seed_makes_another_city(firms: pl.DataFrame) -> None:
    other = pl.concat(City(6, 2_000).chunks())
    assert not set(other["code"].drop_nulls()) & set(firms["code"].drop_nulls())
    assert other["name"].to_list() != firms["name"].to_list()


def test_every_code_is_valid_and_so_is_the_organisation_code_inside(firms: pl.DataFrame) -> None:
    codes = firms["code"].drop_nulls().to_list()
    assert len(set(codes)) == len(codes) == 1_990
    assert all(map(uscc_valid, codes))
    assert all(organisation_code_valid(organisation_code_of(code)) for code in codes)


def test_every_old_number_has_its_own_check_digit(firms: pl.DataFrame) -> None:
    numbers = firms["old_number"].drop_nulls().to_list()
    assert len(set(numbers)) == len(numbers) == 10 * (len(OLD_NUMBERED) + 1)
    assert all(map(registration_number_valid, numbers))


def test_every_authority_has_a_valid_code_of_its_own() -> None:
    codes = City(1, 1).authorities["authority_code"].to_list()
    assert len(set(codes)) == len(codes)
    assert all(map(uscc_valid, codes))


def test_no_division_number_is_assigned_to_a_real_place(firms: pl.DataFrame) -> None:
    divisions = {str(district.division) for district in words.DISTRICTS} | {str(words.CITY_DIVISION)}
    assert {division_of(code) for code in firms["code"].drop_nulls()} <= divisions
    assert {division_of(firm.code) for firm in CAST.values() if firm.code} <= divisions
    assert not {division[:2] for division in divisions} & PROVINCES


def test_every_firm_carries_the_invented_city_s_name(firms: pl.DataFrame) -> None:
    names = [*firms["name"], *firms["former_name"].drop_nulls(), *(firm.name for firm in CAST.values())]
    assert all(name.startswith(words.CITY) for name in names)


def test_names_are_shared_only_by_those_that_are_meant_to(firms: pl.DataFrame) -> None:
    shared = firms.filter(pl.col("name").is_duplicated())
    assert set(shared["place"]) == {NAMESAKE - 1, NAMESAKE}


def test_each_block_of_firms_has_every_trait(firms: pl.DataFrame) -> None:
    block = firms.head(200)
    assert block.filter(pl.col("name").str.ends_with("分公司")).height == 2
    assert block.filter(pl.col("former_name").is_not_null()).height == len(RENAMED)
    assert block.filter(pl.col("code").is_null())["place"].to_list() == [OLD_NUMBER_ONLY]
    parent, branch = block["name"][0], block["name"][1]
    assert branch.startswith(parent)


def test_a_branch_and_its_parent_have_codes_of_their_own(firms: pl.DataFrame) -> None:
    assert len(set(firms["code"][:3])) == 3


def test_penalties_are_heavy_tailed() -> None:
    city = City(5, 10_000)
    rows = pl.int_range(0, 50_000, dtype=pl.UInt64, eager=True).alias("n").to_frame()
    counts = rows.select(firm=city.penalised(pl.col("n"), "penalty"))["firm"].value_counts(sort=True)["count"]
    assert 9_000 < len(counts) < 10_000
    assert counts[0] > 200
    assert counts.median() == pytest.approx(4, abs=1)


def test_codes_of_the_cast_are_valid_and_apart_from_the_city_s(firms: pl.DataFrame) -> None:
    codes = [firm.code for firm in CAST.values() if firm.code]
    assert len(set(codes)) == len(codes)
    assert all(map(uscc_valid, codes))
    assert all(organisation_code_valid(organisation_code_of(code)) for code in codes)
    assert all(registration_number_valid(firm.old_number) for firm in CAST.values() if firm.old_number)
    assert all(code[8:11] == "MAY" for code in codes)
    assert not firms["code"].str.slice(8, 3).is_in(["MAY"]).any()


def test_a_large_city_keeps_its_codes_and_names_apart() -> None:
    city = City(9, 5_000_000)
    numbers = pl.concat([pl.int_range(start, start + 2_000, eager=True) for start in range(0, 5_000_000, 400_000)])
    frame = city.identified(pl.DataFrame({"firm": numbers.cast(pl.UInt64)}))
    assert frame["code"].n_unique() == len(frame)
    assert frame.filter(pl.col("place") != NAMESAKE)["name"].n_unique() == len(frame) - len(frame) // 200
    assert all(map(uscc_valid, islice(frame["code"], 500)))
