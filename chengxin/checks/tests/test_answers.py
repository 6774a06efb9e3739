"""One check, a file of checks and an oracle of its own say the same, on any day and as known at any instant."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.checks.services.asking import check_perform, file_check
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import uscc_check
from chengxin.lists.selectors import subject_file
from chengxin.subjects.models import Identifier, Subject
from chengxin.subjects.selectors import root_of
from tests.world import NOW, OPERATOR, later, organisation_code
from tests.worlds import (
    FIRMS,
    MATTERS,
    MINUTES,
    Answer,
    Claim,
    Happening,
    World,
    days_of,
    happen,
    instant,
    number_of,
    oracle,
    said,
    world_build,
    worlds,
)

pytestmark = pytest.mark.django_db

AFTER = later(days=1)
SLOW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def one(firm: int, matter: str, on: date, minute: int, *, inside: bool = False) -> Answer:
    answer = check_perform(
        asker=OPERATOR, matter=matter, number=number_of(firm, inside), on=on, at=AFTER, known_at=instant(minute)
    )
    found = frozenset((m["measure"], m["list"], m["record"], said(m)) for m in answer.measures)
    assert len(found) == len(answer.measures)
    return str(answer.outcome), found


def many(folder: Path, matter: str, on: date, minute: int, *, inside: bool = False) -> list[Answer]:
    """The answers about every firm from one file."""
    asked, out = folder / "asked.csv", folder / "answers.csv"
    asked.write_text("\n".join(["code", *(number_of(firm, inside) for firm in range(FIRMS))]) + "\n", encoding="utf-8")
    done = file_check(asker=OPERATOR, matter=matter, path=asked, out=out, on=on, at=AFTER, known_at=instant(minute))
    with connection.cursor() as cursor:  # dropped at the end of a transaction; a test is one whole transaction
        cursor.execute("drop table asked, rule, held, found, answer, receipt")
    answers: list[tuple[str, set[tuple[str, str, int, str]]]] = [("", set()) for _ in range(FIRMS)]
    with out.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert (done.rows, done.lines) == (FIRMS, len(lines))
    for line in lines:
        firm = int(line["line"]) - 2
        answers[firm] = (line["outcome"], answers[firm][1])
        if line["measure"]:
            answers[firm][1].add((line["measure"], line["list"], int(line["record"]), said(line)))
    return [(outcome, frozenset(found)) for outcome, found in answers]


@SLOW
@given(made=worlds(), data=st.data())
def test_one_check_a_file_of_checks_and_the_oracle_agree(
    tmp_path: Path, made: tuple[list[Claim], list[Happening]], data: st.DataObject
) -> None:
    """In and out of term, before and after each event, through merges and their undoing, by either of a firm's numbers."""
    with transaction.atomic():
        world = world_build(*made)
        pairs = st.tuples(
            st.sampled_from(days_of(world)), st.integers(0, MINUTES), st.sampled_from(MATTERS), st.booleans()
        )
        for on, minute, matter, inside in data.draw(st.lists(pairs, min_size=3, max_size=3)):
            expected = [oracle(world, firm, matter, on, minute) for firm in range(FIRMS)]
            assert [one(firm, matter, on, minute, inside=inside) for firm in range(FIRMS)] == expected
            assert many(tmp_path, matter, on, minute, inside=inside) == expected
        transaction.set_rollback(True)


@SLOW
@given(made=worlds(), data=st.data())
def test_a_past_term_fact_has_no_effect_at_any_day_and_instant(
    made: tuple[list[Claim], list[Happening]], data: st.DataObject
) -> None:
    """Every (day, instant) pair at which a record's term is over: no check names it and its file says that it counts no more."""
    with transaction.atomic():
        world = world_build(*made)
        for number, claim in enumerate(world.claims):
            past = [day for day in days_of(world) if claim.effect_until and day >= claim.effect_until]
            if not past:
                continue
            on, minute = data.draw(st.sampled_from(past)), data.draw(st.integers(0, MINUTES))
            for matter in MATTERS:
                assert world.records[number] not in {m[2] for m in one(claim.firm, matter, on, minute)[1]}
            file = subject_file(number_of(claim.firm, False), on=on, known_at=instant(minute))
            assert all(
                str(r.effect) == "none" and r.lists == [] for r in file.records if r.record.pk == world.records[number]
            )
        transaction.set_rollback(True)


def everything_said(world: World, days: list[date], minute: int) -> dict[tuple[int, str, date], Answer]:
    return {
        (firm, matter, on): one(firm, matter, on, minute) for firm in range(FIRMS) for matter in MATTERS for on in days
    }


@settings(max_examples=12, deadline=None)
@given(made=worlds(), absorbed=st.integers(0, FIRMS - 1), into=st.integers(0, FIRMS - 1), data=st.data())
def test_merge_then_unmerge_restores_every_answer(
    made: tuple[list[Claim], list[Happening]], absorbed: int, into: int, data: st.DataObject
) -> None:
    """All firms, all matters, days drawn from every edge: afterwards as before, and what was said before it is said still."""
    with transaction.atomic():
        world = world_build(*made)
        days = data.draw(st.lists(st.sampled_from(days_of(world)), min_size=2, max_size=2, unique=True))
        now = everything_said(world, days, MINUTES)
        roots = [root_of(firm, known_at=instant(MINUTES)) for firm in world.firms]
        if happen(world, Happening(MINUTES + 1, "merge", absorbed, into, days[0])):
            assert len({root_of(world.firms[f], known_at=instant(MINUTES + 1)) for f in (absorbed, into)}) == 1
            assert happen(world, Happening(MINUTES + 2, "unmerge", absorbed, into, days[0]))
            assert everything_said(world, days, MINUTES + 2) == now
            assert [root_of(firm, known_at=instant(MINUTES + 2)) for firm in world.firms] == roots
            assert everything_said(world, days[:1], MINUTES) == {k: v for k, v in now.items() if k[2] == days[0]}
        transaction.set_rollback(True)


@settings(max_examples=12, deadline=None)
@given(made=worlds(), data=st.data())
def test_taking_back_one_merge_of_several_leaves_the_others_as_had_it_never_been_made(
    made: tuple[list[Claim], list[Happening]], data: st.DataObject
) -> None:
    tried = data.draw(
        st.lists(
            st.builds(
                Happening, st.just(40), st.just("merge"), st.integers(0, FIRMS - 1), st.integers(0, FIRMS - 1), st.just(date(2026, 1, 1))
            ),
            min_size=2, max_size=4,
        )
    )  # fmt: skip
    with transaction.atomic():
        world = world_build(made[0], [])
        happened = [step for step in tried if happen(world, step)]
        if happened:
            undone = data.draw(st.sampled_from(happened))
            assert happen(world, Happening(50, "unmerge", undone.one, undone.other, undone.on))
            never = World(world.claims, [h for h in happened if h != undone], world.records)
            on = data.draw(st.sampled_from(days_of(world)))
            for firm in range(FIRMS):
                assert one(firm, "tender", on, 50) == oracle(never, firm, "tender", on, 50)
        transaction.set_rollback(True)


def test_two_firms_with_one_organisation_code_inside_cannot_be_told_apart_by_it(tmp_path: Path) -> None:
    """A firm that moved has a new division in its code; by the nine characters alone nobody can say which is meant."""
    world = world_build([], [])
    body = "91390103" + organisation_code(0)
    other = Subject.objects.create(created_at=NOW)
    Identifier.objects.create(subject=other, scheme="uscc", value=body + uscc_check(body), known_at=NOW)
    on = date(2026, 11, 1)
    for merged in (False, True):
        assert one(0, "tender", on, MINUTES, inside=True)[0] == "cannot_say"
        assert many(tmp_path, "tender", on, MINUTES, inside=True)[0][0] == "cannot_say"
        assert many(tmp_path, "tender", on, MINUTES, inside=True)[1][0] == "none_applies"
        if not merged:
            world.firms[1] = other.pk
            assert happen(world, Happening(41, "merge", 1, 2, on))
    with pytest.raises(Refusal):
        subject_file(number_of(0, True), on=on, known_at=instant(MINUTES))
