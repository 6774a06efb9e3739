"""The runner works at a small size: no reading fails while keys are replaced, and a dump and the logs name nobody."""

import pytest

from benchmarks.conftest import Measure
from benchmarks.persons.leaks import Wanted
from demo.people import person_name, person_number

WANTED = Wanted(map(person_number, range(50)), map(person_name, range(50)))


def test_three_thousand_persons_and_nobody_found(measure: Measure) -> None:
    lines = measure("persons", "--sizes", "3000", "--runs", "1")
    assert lines["dump"].note.startswith("0 of 3,000 persons found")
    for ring, many in (("vault", 6_000), ("index", 6_000)):  # of the index, a mark each of number and certificate
        note = lines[f"rotate-{ring}"].note
        assert note.startswith(f"{many:,} values") and note.endswith(" 0 failed")
    assert lines["file"].ratio and lines["again"].ratio and lines["seal-sm4-gcm-sm3"].per_second


@pytest.mark.parametrize(
    "text",
    [
        f"x{person_number(7)}x", person_number(7).encode().hex(), f"\\\\x00ff{person_number(7).encode().hex()}00",
        f"赠{person_name(7)}君", person_name(7).encode().hex(), person_name(7).encode("unicode_escape").decode(), f"1{person_number(7)}2",
    ],
)  # fmt: skip
def test_whoever_is_there_is_found(text: str) -> None:
    assert WANTED.found_in(text) & {person_number(7), person_name(7)}


def test_who_is_not_there_is_not_found() -> None:
    assert WANTED.found_in("云川市文化广电和旅游局 390102196001010") == set()
