"""What happens to a record after it is filed: each event once, in order, traced, and never against the rules."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chengxin.ledger.models import Entry
from chengxin.records.models import Event, Record
from chengxin.records.rules import EventNotAllowed
from chengxin.records.services.events import (
    RecordUnknown,
    record_dispute,
    record_end,
    record_repair,
    record_settle,
    record_withdraw,
)
from tests.world import NOW, later, penalty, sent

pytestmark = pytest.mark.django_db

BY: dict[str, Any] = {"by": "operator"}


@pytest.fixture
def record(tmp_path: Path) -> int:
    sent(tmp_path, penalty(1))
    return Record.objects.get().pk


def test_each_event_is_kept_with_who_and_why_and_traced_about_its_subject(record: int) -> None:
    record_dispute(record=record, at=later(hours=1), grounds="查无此事", **BY)
    record_settle(record=record, at=later(hours=2), outcome="维持", **BY)
    record_repair(record=record, at=later(hours=3), on=date(2026, 12, 1), decision="修复〔2026〕1号", **BY)
    record_end(record=record, at=later(hours=4), on=date(2026, 12, 2), reason="撤销许可", **BY)
    record_withdraw(record=record, at=later(hours=5), reason="报送有误", **BY)
    events = list(Event.objects.order_by("number"))
    assert [e.kind for e in events] == ["filed", "disputed", "settled", "repaired", "ended", "withdrawn"]
    assert [e.number for e in events] == [0, 1, 2, 3, 4, 5]
    assert [e.detail for e in events[1:]] == [
        {"grounds": "查无此事"}, {"outcome": "维持"}, {"decision": "修复〔2026〕1号"}, {"reason": "撤销许可"}, {"reason": "报送有误"},
    ]  # fmt: skip
    traced = Entry.objects.filter(object=f"record:{record}").order_by("pk")
    assert [e.event for e in traced] == [f"records.record.{e.kind}" for e in events[1:]]
    assert {e.subject for e in traced} == {Record.objects.get().subject_id}


def test_a_refused_event_leaves_no_mark(record: int) -> None:
    before = Entry.objects.count()
    with pytest.raises(EventNotAllowed):
        record_settle(record=record, at=later(hours=1), outcome="维持", **BY)
    with pytest.raises(RecordUnknown):
        record_dispute(record=record + 1, at=later(hours=1), grounds="x", **BY)
    assert (Event.objects.count(), Entry.objects.count()) == (1, before)


def test_an_event_whose_clock_was_overtaken_is_judged_on_what_was_done_meanwhile(record: int) -> None:
    """Two people settle the one objection; the one whose clock was read first is let in last, and refused."""
    record_dispute(record=record, at=later(hours=1), grounds="x", **BY)
    record_settle(record=record, at=later(hours=3), outcome="维持", **BY)
    with pytest.raises(EventNotAllowed):
        record_settle(record=record, at=later(hours=2), outcome="维持", **BY)
    event = record_dispute(record=record, at=later(hours=2), grounds="再议", **BY)
    assert event.at == later(hours=3)


def test_an_event_without_an_actor_or_of_no_known_kind_is_refused_by_the_database(record: int) -> None:
    for wrong in ({"by": ""}, {"kind": "forgotten"}):
        words = {"kind": "disputed", "by": "operator"} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.create(record_id=record, number=1, at=NOW, **words)


def test_what_the_sender_says_of_a_row_is_its_first_event(tmp_path: Path) -> None:
    """The template of 2016 has a column for the decision's state: 0 in force, 1 withdrawn, 2 disputed."""
    rows = [penalty(n) | {"当前状态": str(state)} for n, state in enumerate((0, 1, 2, 3), 1)]
    assert sent(tmp_path, *rows).accepted == 4
    kinds = [
        list(Event.objects.filter(record=r).order_by("number").values_list("kind", flat=True))
        for r in Record.objects.order_by("pk")
    ]
    assert kinds == [["filed"], ["filed", "withdrawn"], ["filed", "disputed"], ["filed"]]
