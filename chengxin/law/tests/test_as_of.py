"""The law of a day and of a place: dated values, entries in force, overlays."""

from datetime import date
from pathlib import Path

import pytest

from chengxin.law import Lawbook, load
from chengxin.law.refusals import JurisdictionUnknown, ParameterUnset
from chengxin.law.tests.small import BASIS, COMMON, FILES, lawbook_written, words

TODAY = date(2026, 11, 22)
PROVINCES = {"cn-31": "上海", "cn-33": "浙江", "cn-37": "山东", "cn-41": "河南"}


@pytest.fixture(scope="module")
def book() -> Lawbook:
    return load()


def test_a_dated_value_holds_from_its_day(tmp_path: Path) -> None:
    law = load(lawbook_written(tmp_path)).on(date(2024, 6, 1))
    assert law.parameter("answer-within", on=date(2024, 5, 31)) == 20
    assert law.parameter("answer-within", on=date(2024, 6, 1)) == law.parameter("answer-within") == 7


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    law = load(lawbook_written(tmp_path)).on(date(2024, 6, 1))
    for key, on in (("answer-within", date(2019, 12, 31)), ("none", None)):
        with pytest.raises(ParameterUnset):
            law.parameter(key, on=on)


def test_an_entry_is_in_force_from_its_first_day_to_the_day_before_its_last(tmp_path: Path) -> None:
    book = load(lawbook_written(tmp_path, ("cn/measures/barred.yaml", "in_force.to", "2025-01-01")))
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2024, 12, 31), date(2025, 1, 1)]
    assert ["barred" in book.on(day).measures for day in days] == [False, True, True, False]


def test_an_overlay_stands_for_the_national_entry_in_its_own_place_only(tmp_path: Path) -> None:
    own = {**COMMON, "title": words("Own", "本省"), "unit": "working-days"}
    own["values"] = [{"from": "2020-01-01", "value": 3, "basis": BASIS, "verified": True}]
    book = load(lawbook_written(tmp_path, more={"cn-33/parameters/answer-within.yaml": own}))
    day = date(2025, 1, 1)
    assert book.on(day).parameter("answer-within") == 7
    assert book.on(day, "cn-33").parameter("answer-within") == book.on(day, "cn-3301").parameter("answer-within") == 3
    assert book.on(day, "cn-32").parameter("answer-within") == 7
    assert book.on(day, "cn-33").measures.keys() == book.on(day).measures.keys()


def test_before_an_overlay_is_in_force_the_national_entry_stands(tmp_path: Path) -> None:
    own = {**FILES["cn/matters/tender.yaml"], "title": words("Own", "本省"), "in_force": {"from": "2025-01-01"}}
    book = load(lawbook_written(tmp_path, more={"cn-33/matters/tender.yaml": own}))
    assert book.on(date(2024, 12, 31), "cn-33").matters["tender"].title.zh == "招标"
    assert book.on(date(2025, 1, 1), "cn-33").matters["tender"].title.zh == "本省"


@pytest.mark.parametrize("jurisdiction", ["xx", "cn-3", "cn-333", "33", "cn-33010101", ""])
def test_a_jurisdiction_that_is_none_is_refused(book: Lawbook, jurisdiction: str) -> None:
    with pytest.raises(JurisdictionUnknown):
        book.on(TODAY, jurisdiction)


def test_the_view_of_a_day_is_made_once(book: Lawbook) -> None:
    assert book.on(TODAY, "cn-33") is book.on(TODAY, "cn-33")


# The four provinces differ


def test_objection_clocks_differ_by_province(book: Lawbook) -> None:
    clocks = {
        place: tuple(
            book.on(TODAY, place).parameter(f"objection-{clock}-within") for clock in ("mark", "answer", "longest")
        )
        for place in ("cn", *PROVINCES)
    }
    assert clocks == {
        "cn": (0, 20, 20),
        "cn-31": (1, 5, 7),
        "cn-33": (0, 5, 20),
        "cn-37": (0, 3, 7),
        "cn-41": (0, 3, 7),
    }
    assert book.on(TODAY, "cn-31").parameter("objection-forward-within") == 2
    assert book.on(TODAY, "cn-41").parameter("objection-provider-within") == 3


def test_each_province_runs_its_own_objection_by_its_own_statute(book: Lawbook) -> None:
    for place, name in PROVINCES.items():
        law = book.on(TODAY, place)
        procedure = law.procedures["objection"]
        assert procedure.jurisdiction == place
        own = [step for step in procedure.steps if step.to != "moved"]  # reconsideration and lawsuits are the nation's
        assert all(name in law.cite(basis).title_zh for step in own for basis in step.basis)


def test_terms_after_repair_and_the_query_log_differ_by_province(book: Lawbook) -> None:
    assert book.on(TODAY, "cn-31").parameter("repair-applied-within") == 3
    assert book.on(TODAY, "cn-41").parameter("repair-applied-within") == 1
    assert book.on(TODAY, "cn-33").parameter("query-log-kept-months") == 120
    assert book.on(TODAY, "cn-31").parameter("query-log-kept-months") == 6


def test_the_five_years_rest_on_each_provinces_own_article(book: Lawbook) -> None:
    kept = {place: book.on(TODAY, place).parameters["kept-adverse-months"] for place in PROVINCES}
    assert {place: (each.values[0].value, each.basis[0].article) for place, each in kept.items()} == {
        "cn-31": (60, "35"),
        "cn-33": (60, "16"),
        "cn-37": (60, "38"),
        "cn-41": (60, "19"),
    }


def test_publicity_and_exit_of_the_serious_list_differ_by_province(book: Lawbook) -> None:
    entries = [book.on(TODAY, place).lists["serious-dishonesty"] for place in PROVINCES]
    assert len({entry.exit.zh for entry in entries}) == len({entry.note.zh for entry in entries if entry.note}) == 4


def test_a_local_measure_is_known_only_where_it_was_made(book: Lawbook) -> None:
    assert "funds-limited" not in book.on(TODAY).measures
    assert {book.on(TODAY, place).measures["funds-limited"].basis[0].article for place in PROVINCES} == {
        "30",
        "26",
        "28",
        "32",
    }


def test_before_its_statute_a_province_follows_the_nation(book: Lawbook) -> None:
    assert book.on(date(2017, 9, 30), "cn-31").parameter("objection-answer-within") == 20
    assert book.on(date(2017, 10, 1), "cn-31").parameter("objection-answer-within") == 5
