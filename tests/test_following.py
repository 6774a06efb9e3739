"""A list kept elsewhere: whoever makes the changes in their order holds exactly who stands on it."""

import csv
import json
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import OutputUnknown
from chengxin.law import load
from chengxin.ledger.models import Entry
from chengxin.lists import rules
from chengxin.lists.bulk import CHANGE
from chengxin.lists.models import Change
from chengxin.lists.selectors import list_entered
from chengxin.lists.services.following import changes_export, changes_read
from chengxin.records.models import Record
from chengxin.records.services import events
from chengxin.records.services.correcting import record_correct
from chengxin.site.cli import run
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.merging import subjects_merge
from tests.world import NOW, OPERATOR, PERSON_NUMBER, classed, classes_sent, code, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

CENTRE, FINANCE = Asker("centre", "credit-centre"), Asker("finance", "department")
ABNORMAL = "abnormal-operations"


def given_(at: datetime, *, after: int = 0, most: int = 100, place: str = "cn") -> list[dict[str, Any]]:
    return changes_read(jurisdiction=place, after=after, most=most, asker=CENTRE, at=at).changes


class Elsewhere:
    """A centre that makes every change that it is given, and knows nothing else: (list, record) → the subject's number."""

    def __init__(self, place: str = "cn") -> None:
        self.place, self.cursor, self.held = place, 0, dict[tuple[str, int], str]()

    def pull(self, at: datetime, most: int = 100) -> bool:
        page = changes_read(jurisdiction=self.place, after=self.cursor, most=most, asker=CENTRE, at=at)
        for change in page.changes:
            if change["replaces"] is not None:
                self.held.pop((change["list"], change["replaces"]), None)
            if change["kind"] in ("entered", "corrected"):
                self.held[change["list"], change["record"]] = change["code"]
            else:
                self.held.pop((change["list"], change["record"]), None)
        self.cursor = page.cursor
        return page.more

    def pull_all(self, at: datetime) -> None:
        while self.pull(at):
            pass


def standing(at: datetime, place: str = "cn") -> dict[tuple[str, int], str]:
    """Who stands on the lists, one by one, as the desk shows it; nobody by an entry under objection."""
    law = load().on(at.date(), place)
    found: dict[tuple[str, int], str] = {}
    for entry in rules.lists_followed(law):
        entered, more = list_entered(OPERATOR, law, entry, on=at.date(), known_at=at, most=1000)
        assert more is None
        found |= {(entry.key, each.record.pk): each.number for each in entered if not each.suspended}
    return found


def test_each_change_is_told_once_with_the_decision_behind_it(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), listing(2), source=ABNORMAL)
    first, second = Record.objects.order_by("pk")
    one, other = given_(later(hours=1))
    assert (one["list"], one["kind"], one["record"], one["code"]) == (ABNORMAL, "entered", first.pk, code(1))
    assert (one["authority"], one["document"], str(one["decided_on"])) == (
        "云川市市场监督管理局", "云川市监列入〔2026〕00001号", "2026-07-03",
    )  # fmt: skip
    assert tuple(one) == CHANGE and given_(later(hours=2), after=other["change"]) == []

    def kinds(at: datetime) -> list[tuple[str, int]]:
        return [(c["kind"], c["record"]) for c in given_(at, after=int(Change.objects.latest("pk").pk))]

    events.record_dispute(record=first.pk, by="operator", at=later(hours=3), grounds="x")
    assert kinds(later(hours=4)) == [("suspended", first.pk)]
    events.record_settle(record=first.pk, by="operator", at=later(hours=5), outcome="upheld")
    assert kinds(later(hours=6)) == [("entered", first.pk)]
    events.record_withdraw(record=first.pk, by="operator", at=later(hours=7), reason="x")
    assert kinds(later(hours=8)) == [("left", first.pk)]
    new = record_correct(record=second.pk, changes={"reason": "另一理由"}, by="operator", at=later(hours=9), reason="x")
    newest = record_correct(record=new, changes={"reason": "第三理由"}, by="operator", at=later(hours=10), reason="x")
    (corrected,) = given_(later(hours=11), after=int(Change.objects.latest("pk").pk))
    assert (corrected["kind"], corrected["record"], corrected["replaces"]) == ("corrected", newest, second.pk)
    # What came and went between two readings, or is under objection from the start, is told to nobody.
    sent(tmp_path, listing(3), source=ABNORMAL, at=later(hours=12))
    third = Record.objects.latest("received_at").pk
    events.record_dispute(record=third, by="operator", at=later(hours=12), grounds="x")
    assert kinds(later(hours=13)) == []
    events.record_withdraw(record=third, by="operator", at=later(hours=14), reason="x")
    assert kinds(later(hours=15)) == []
    assert not Change.objects.filter(record=third).exists()


def test_an_objection_that_ends_in_another_record_is_one_change(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source=ABNORMAL)
    old, centre = Record.objects.get().pk, Elsewhere()
    centre.pull_all(later(hours=1))
    events.record_dispute(record=old, by="operator", at=later(hours=2), grounds="x", case=7)
    centre.pull_all(later(hours=3))
    assert centre.held == {}
    new = record_correct(record=old, changes={"reason": "另一理由"}, by="operator", at=later(hours=4), reason="x")
    events.record_settle(record=new, by="operator", at=later(hours=5), outcome="corrected", case=7)
    centre.pull_all(later(hours=6))
    assert centre.held == {(ABNORMAL, new): code(1)}
    assert [c.kind for c in Change.objects.order_by("pk")] == ["entered", "suspended", "corrected"]


def test_a_term_that_ends_and_a_merge_are_changes_although_nothing_happened_to_the_record(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), listing(2), source=ABNORMAL)
    centre = Elsewhere()
    centre.pull_all(later(hours=1))
    one, into = (subject_of(code(n), known_at=later(hours=1)) for n in (2, 1))
    subjects_merge(absorbed=one, into=into, by="operator", at=later(hours=2), reason="x")
    centre.pull_all(later(hours=3))
    assert set(centre.held.values()) == {code(1)} and Change.objects.latest("pk").kind == "corrected"
    for record in Record.objects.all():
        events.record_end(
            record=record.pk, by="operator", at=later(hours=4), on=(NOW + timedelta(days=9)).date(), reason="x"
        )
    centre.pull_all(later(hours=5))
    assert len(centre.held) == 2
    centre.pull_all(NOW + timedelta(days=10))
    assert centre.held == {}


def test_a_place_is_given_what_was_filed_by_its_law(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source=ABNORMAL)
    sent(tmp_path, listing(2), source=ABNORMAL, jurisdiction="cn-41")
    assert [c["code"] for c in given_(later(hours=1), place="cn-41")] == [code(2)]
    assert [c["code"] for c in given_(later(hours=1))] == [code(1), code(2)]


def test_no_person_and_no_supervision_class_is_told_to_anybody(tmp_path: Path) -> None:
    classes_sent(tmp_path, classed(1, "D"), by="operator")
    sent(tmp_path, listing(2, document=f"列入（负责人{PERSON_NUMBER}）"), source=ABNORMAL)
    found = given_(later(hours=1))
    assert [c["list"] for c in found] == [ABNORMAL] and PERSON_NUMBER not in str(found)
    assert "*" * 18 in found[0]["document"] and "name" not in found[0]


def test_what_its_sender_withholds_from_publication_is_told_to_nobody(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1), penalty(2, 信息使用范围="1"), penalty(3, 信息使用范围="2"))
    assert Record.objects.count() == 3
    assert {(c["list"], c["code"]) for c in given_(later(hours=1))} == {("penalties", code(1))}


@pytest.mark.parametrize("kind", ["department", "court", "platform", "service-firm", "public"])
def test_only_who_keeps_lists_elsewhere_is_given_them(tmp_path: Path, kind: str) -> None:
    words: dict[str, Any] = {"jurisdiction": "cn", "after": 0, "asker": Asker("x", kind), "at": NOW}
    with pytest.raises(rules.ListsNotYours):
        changes_read(**words, most=9)
    with pytest.raises(rules.ListsNotYours):
        changes_export(**words, out=tmp_path / "out.csv")
    assert not list(tmp_path.iterdir()) and not Change.objects.exists()


def test_a_reading_is_written_down_and_no_change_can_be_altered(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source=ABNORMAL)
    given_(later(hours=1))
    entry = Entry.objects.get(event="lists.changes.read")
    assert entry.actor == "centre" and (entry.detail["given"], entry.detail["noted"]) == (1, 1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("delete from lists_change")
    with pytest.raises(rules.PlaceUnknown):
        given_(later(hours=1), place="cn-99")


def test_the_same_through_the_api_a_page_at_a_time_and_only_for_its_scope(tmp_path: Path) -> None:
    for key, kind in (("centre", "credit-centre"), ("finance", "department")):
        actor_add(key=key, kind=kind, title=key, by="operator", at=NOW)
    sent(tmp_path, *(listing(n) for n in range(1, 6)), source=ABNORMAL)
    with time_machine.travel(later(hours=1), tick=True):
        keys = {
            (actor, scope): client_add(actor=actor, title="t", scopes=[scope], by="operator", at=NOW)[1]
            for actor, scope in (("centre", "lists"), ("centre", "measures"), ("finance", "lists"))
        }

        def call(query: str, who: tuple[str, str] = ("centre", "lists")) -> Any:
            return Browser().get(f"/api/v1/lists/cn/changes{query}", headers={"authorization": f"Bearer {keys[who]}"})

        assert call("", ("centre", "measures")).status_code == 403
        assert call("", ("finance", "lists")).status_code == 403
        page = call("?most=2").json()
        assert page["more"] and [c["code"] for c in page["changes"]] == [code(1), code(2)]
        rest = call(f"?after={page['cursor']}").json()
        assert not rest["more"] and [c["code"] for c in rest["changes"]] == [code(3), code(4), code(5)]
        assert call(f"?after={rest['cursor']}").json() == {"changes": [], "cursor": rest["cursor"], "more": False}
        for bad in ("?after=-1", "?after=x", f"?after={2**63}"):
            assert call(bad).status_code == 422


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_the_same_as_a_file(tmp_path: Path, ending: str, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    sent(folder, listing(1), listing(2), source=ABNORMAL)
    out = tmp_path / f"changes.{ending}"
    with time_machine.travel(later(hours=1), tick=True):
        assert run(["changes", "--out", str(out), "--json"]) == 0
        told = json.loads(capfd.readouterr().out)
        assert told["changes"] == 2
        with pytest.raises(SystemExit):
            run(["changes", "--after", "x", "--out", str(out), "--json"])
        assert "整数" in capfd.readouterr().err
        assert run(["changes", "--out", str(tmp_path / "changes.xls"), "--json"]) == 1
        capfd.readouterr()
    rows: list[dict[str, Any]]
    if ending == "csv":
        rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    elif ending == "jsonl":
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    else:
        rows = pl.read_parquet(out).to_dicts()
    assert [(r["code"], r["kind"], str(r["decided_on"])) for r in rows] == [
        (code(n), "entered", "2026-07-03") for n in (1, 2)
    ]
    assert int(rows[-1]["change"]) == told["cursor"] and list(rows[0]) == list(CHANGE)
    with time_machine.travel(later(hours=2), tick=True):
        assert run(["changes", "--after", str(told["cursor"]), "--out", str(out), "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["changes"] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"changes.{ending}", "in"]
    with pytest.raises(OutputUnknown):
        changes_export(jurisdiction="cn", after=0, out=tmp_path / "x.xls", asker=CENTRE, at=later(hours=3))


WHICH, FIRM = st.integers(0, 9), st.integers(1, 4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["dispute", "settle", "withdraw", "repair", "unrepair", "end", "unmatch", "match"]), WHICH),
        st.tuples(st.just("correct"), WHICH, st.sampled_from(["甲", "乙", "丙"])),
        st.tuples(st.just("send"), FIRM, st.sampled_from(["甲", "乙"])),
        st.tuples(st.just("merge"), FIRM, FIRM),
        st.tuples(st.just("days"), st.integers(1, 900)),
        st.tuples(st.just("pull"), st.integers(1, 3)),
    ),
    min_size=4,
    max_size=14,
)  # fmt: skip


def taken(step: tuple[Any, ...], at: datetime, folder: Path, centre: Elsewhere) -> None:
    """One step of a history; what the register refuses does not happen."""
    records = list(Record.objects.order_by("pk").values_list("pk", flat=True))
    words: dict[str, Any] = {"by": "operator", "at": at}
    with suppress(Refusal), transaction.atomic():
        match step:
            case ("send", n, why):
                sent(folder, listing(n, reason=why), source=ABNORMAL, at=at)
            case ("merge", one, other):
                absorbed, into = (subject_of(code(n), known_at=at) for n in (one, other))
                subjects_merge(absorbed=absorbed, into=into, reason="x", **words)
            case ("pull", most):
                centre.pull(at, most)
            case (what, which, *more) if records:
                record = records[which % len(records)]
                today: dict[str, Any] = {"on": at.date()}
                match what:
                    case "dispute":
                        events.record_dispute(record=record, grounds="x", **words)
                    case "settle":
                        events.record_settle(record=record, outcome="upheld", **words)
                    case "repair":
                        events.record_repair(record=record, decision="x", **today, **words)
                    case "end":
                        events.record_end(record=record, reason="x", **today, **words)
                    case "correct":
                        record_correct(record=record, changes={"reason": more[0]}, reason="x", **words)
                    case _:
                        getattr(events, f"record_{what}")(record=record, reason="x", **words)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whoever_makes_every_change_holds_exactly_what_the_list_holds(
    tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        sent(tmp_path, *(listing(n, reason="甲") for n in range(1, 5)), source=ABNORMAL)
        at, centre, late = NOW, Elsewhere(), Elsewhere()
        for step in steps:
            at += timedelta(days=step[1]) if step[0] == "days" else timedelta(minutes=1)
            if step[0] != "days":
                taken(step, at, tmp_path, centre)
        at += timedelta(minutes=1)
        centre.pull_all(at)
        assert centre.held == standing(at)
        late.pull_all(at)  # whoever begins at the end, and makes every change from the first, comes to the same
        assert late.held == centre.held and late.cursor == centre.cursor
        numbers = list(Change.objects.order_by("pk").values_list("pk", "at"))
        assert all(one[1] <= other[1] for one, other in pairwise(numbers))
        transaction.set_rollback(True)
