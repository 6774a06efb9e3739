"""Generated histories, the clock moved over every edge: nothing past its term, repaired, withdrawn or ended is found anywhere."""

import csv
import os
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin import law as lawroom
from chengxin.checks.services.asking import check_perform, file_check
from chengxin.kernel.names import name_normal
from chengxin.lists.selectors import file_shown, subject_file
from chengxin.portal.selectors import enterprise_of, names_find
from tests.world import OPERATOR, later
from tests.worlds import (
    FIRMS,
    MATTERS,
    MINUTES,
    Claim,
    Happening,
    World,
    days_of,
    instant,
    name_of,
    number_of,
    oracle,
    said,
    shown,
    world_build,
    worlds,
)

pytestmark = pytest.mark.django_db

HISTORIES = int(os.environ.get("CHENGXIN_HISTORIES", "10"))
AFTER = later(days=1)


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
@given(made=worlds(), data=st.data())
def test_check_file_page_search_and_export_say_what_the_oracle_says_on_every_edge(
    tmp_path: Path, made: tuple[list[Claim], list[Happening]], data: st.DataObject
) -> None:
    with transaction.atomic():
        world = world_build(*made)
        for on in days_of(world):
            minute, matter = data.draw(st.integers(0, MINUTES)), data.draw(st.sampled_from(MATTERS))
            for firm in range(FIRMS):
                _checked(world, firm, matter, on, minute)
                _seen(world, firm, on, minute)
        _exported(world, tmp_path, data.draw(st.sampled_from(days_of(world))), data.draw(st.sampled_from(MATTERS)))
        transaction.set_rollback(True)


def _checked(world: World, firm: int, matter: str, on: date, minute: int) -> None:
    answer = check_perform(
        asker=OPERATOR, matter=matter, number=number_of(firm, False), on=on, at=AFTER, known_at=instant(minute)
    )
    found = frozenset((m["measure"], m["list"], m["record"], said(m)) for m in answer.measures)
    assert (str(answer.outcome), found) == oracle(world, firm, matter, on, minute)


def _seen(world: World, firm: int, on: date, minute: int) -> None:
    """The file as the API gives it, the public page, and the search by name."""
    expected = shown(world, firm, on, minute)
    file = subject_file(number_of(firm, False), on=on, known_at=instant(minute))
    told = file_shown(file, lawroom.load().on(on))["records"]
    assert {r["record"] for r in told if r["shown"]} == expected
    assert all(r["lists"] == [] for r in told if r["effect"] == "none")
    page = enterprise_of(file)
    assert {r.number for group in page.groups for r in group.records} == expected if page else not expected
    found = names_find(name_normal(name_of(firm)), on=on, known_at=instant(minute))
    assert any(c.exact for c in found.candidates) == bool(_named(world, firm, on, minute))


def _named(world: World, firm: int, on: date, minute: int) -> set[int]:
    """The records shown that bear the firm's own name: by them alone it may be found."""
    own = {world.records[n] for n, claim in enumerate(world.claims) if claim.firm == firm}
    return shown(world, firm, on, minute) & own


def _exported(world: World, folder: Path, on: date, matter: str) -> None:
    asked, out = folder / "asked.csv", folder / "answers.csv"
    asked.write_text("\n".join(["code", *(number_of(n, False) for n in range(FIRMS))]) + "\n", encoding="utf-8")
    file_check(asker=OPERATOR, matter=matter, path=asked, out=out, on=on, at=AFTER, known_at=instant(MINUTES))
    with connection.cursor() as cursor:  # dropped at the end of a transaction; a test is one whole transaction
        cursor.execute("drop table asked, rule, held, found, answer, receipt")
    with out.open(encoding="utf-8", newline="") as lines:
        named = {int(line["record"]) for line in csv.DictReader(lines) if line["record"]}
    expected = {record for n in range(FIRMS) for _, _, record, _ in oracle(world, n, matter, on, MINUTES)[1]}
    assert named == expected
