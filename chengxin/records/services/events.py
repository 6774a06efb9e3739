"""What happens to a record after it was filed: corrections, objections and repairs are events, and nothing is edited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.records import rules
from chengxin.records.models import Event, Ground, Record, Statement
from chengxin.records.selectors.filed import EVER, events_of
from chengxin.subjects.selectors import root_of


class RecordUnknown(Refusal):
    """There is no record {record}."""

    code = "record-unknown"
    status = 404
    zh = "没有编号为{record}的记录。"


def record_withdraw(*, record: int, by: str, at: datetime, reason: str, case: int | None = None) -> Event:
    """The claim is taken back, by its provider or by a case: from this instant it neither counts nor shows. What a case took back, its
    provider does not bring again by sending the row with another letter: that row waits for a person.
    """
    return _event_add(record, rules.Kind.WITHDRAWN, by=by, at=at, detail=_by_case({"reason": reason}, case))


def record_dispute(*, record: int, by: str, at: datetime, grounds: str, case: int | None = None) -> Event:
    """An objection is open: from this instant the fact has no effect until it is settled (boundary 5)."""
    return _event_add(record, rules.Kind.DISPUTED, by=by, at=at, detail=_by_case({"grounds": grounds}, case))


def record_supersede(*, record: int, by: str, at: datetime, new: int, reason: str, case: int | None = None) -> Event:
    """Another record takes this one's place: from this instant it neither counts nor shows."""
    detail = _by_case({"record": new, "reason": reason}, case)
    with transaction.atomic():
        event = _event_add(record, rules.Kind.SUPERSEDED, by=by, at=at, detail=detail)
        records_carry(replaced=[(record, new)], by=by, at=at)
    return event


def records_carry(*, replaced: Sequence[tuple[int, int]], by: str, at: datetime) -> None:
    """Let what holds of each record hold of the one that took its place: whatever disputes or marks it, with a case or without, its repair,
    its end, and what its subject says beside it. Otherwise whoever sent it could undo all of that by sending its row again with another
    letter. Call it in the transaction that supersedes.
    """
    for old, new in replaced:
        _carry(old, new, by=by, at=at)


def _carry(old: int, new: int, *, by: str, at: datetime) -> None:
    for resting, ground in Ground.objects.filter(Q(record=old) | Q(ground=old)).values_list("record_id", "ground_id"):
        pair = (new, ground) if resting == old else (resting, new)
        Ground.objects.get_or_create(record_id=pair[0], ground_id=pair[1])
    _marks_carry(old, new, by=by, at=at)
    entries_follow(record=new, by=by, at=at)


def _marks_carry(old: int, new: int, *, by: str, at: datetime) -> None:
    if Event.objects.filter(record_id=new, kind=rules.Kind.WITHDRAWN).exists():
        return
    events = events_of([old], known_at=EVER)[old]
    common: dict[str, Any] = {"by": by, "at": at}
    for begun, over in rules.OVER.items():
        # What a sender says of its own row has no detail: its next row says it anew.
        for event in filter(lambda e: e.detail, rules.marks_open(events, begun)):
            _event_add(new, begun, **common, detail=event.detail)
            held_by: dict[str, Any] = {key: event.detail[key] for key in ("case", "ground") if key in event.detail}
            _event_add(old, over, **common, detail={"outcome": "moved", "record": new, **held_by})
    undone = max((e.number for e in events if e.kind is rules.Kind.UNREPAIRED), default=0)
    for event in events:
        repaired = event.kind is rules.Kind.REPAIRED and event.number > undone
        if event.detail and (repaired or event.kind is rules.Kind.ENDED):
            _event_add(new, event.kind, **common, on=event.on, detail=event.detail)
    _statement_carry(old, new, at=at)


def _statement_carry(old: int, new: int, *, at: datetime) -> None:
    """What the subject says beside a record stands beside the one that took its place, unless that is about somebody else."""
    said = Statement.objects.filter(record=old).order_by("-number").first()
    one, other = Record.objects.get(pk=old), Record.objects.get(pk=new)
    if (
        said is not None
        and said.words
        and root_of(one.subject_id, known_at=at) == root_of(other.subject_id, known_at=at)
    ):
        Statement.objects.create(record=other, number=0, words=said.words, by=said.by, at=max(at, said.at))


def record_settle(*, record: int, by: str, at: datetime, outcome: str, case: int | None = None) -> Event:
    """One open objection is closed; what it found to be wrong is a correction or a withdrawal of its own."""
    return _event_add(record, rules.Kind.SETTLED, by=by, at=at, detail=_by_case({"outcome": outcome}, case))


def record_repair(*, record: int, by: str, at: datetime, on: Any, decision: str, case: int | None = None) -> Event:
    """The authority that found the breach has repaired it: from the day it is neither shown nor used."""
    return _event_add(record, rules.Kind.REPAIRED, by=by, at=at, on=on, detail=_by_case({"decision": decision}, case))


def record_unrepair(*, record: int, by: str, at: datetime, reason: str) -> Event:
    """The repair was got by fraud and is undone: for as long as its terms last the record counts and shows again."""
    return _event_add(record, rules.Kind.UNREPAIRED, by=by, at=at, detail={"reason": reason})


def record_end(*, record: int, by: str, at: datetime, on: Any, reason: str, case: int | None = None) -> Event:
    """The authority has ended the fact before its term: removal from a list, revocation of a licence."""
    return _event_add(record, rules.Kind.ENDED, by=by, at=at, on=on, detail=_by_case({"reason": reason}, case))


def record_unmatch(*, record: int, by: str, at: datetime, reason: str) -> Event:
    """The record was laid on the wrong firm: from this instant it neither counts nor shows there."""
    return _event_add(record, rules.Kind.UNMATCHED, by=by, at=at, detail={"reason": reason})


def record_match(*, record: int, by: str, at: datetime, reason: str) -> Event:
    """The undoing of a match was itself wrong: from this instant the record stands again where it was filed."""
    return _event_add(record, rules.Kind.MATCHED, by=by, at=at, detail={"reason": reason})


def record_contest(*, record: int, by: str, at: datetime, forum: str, case: int) -> Event:
    """The decision behind the record is under administrative reconsideration or lawsuit (`forum`): shown so wherever it is shown; by
    itself that stays nothing.
    """
    return _event_add(record, rules.Kind.CONTESTED, by=by, at=at, detail={"forum": forum, "case": case})


def record_conclude(*, record: int, by: str, at: datetime, outcome: str, case: int) -> Event:
    """Reconsideration or lawsuit is over; what it changed or revoked is a correction or a withdrawal of its own."""
    return _event_add(record, rules.Kind.CONCLUDED, by=by, at=at, detail={"outcome": outcome, "case": case})


def _by_case(detail: dict[str, Any], case: int | None) -> dict[str, Any]:
    return detail if case is None else {**detail, "case": case}


def _event_add(
    record: int, kind: rules.Kind, *, by: str, at: datetime, on: Any = None, detail: dict[str, Any]
) -> Event:
    with transaction.atomic():
        # The record's row is the lock: two events of one record are taken one after the other.
        found = Record.objects.select_for_update().filter(pk=record).first()
        if found is None:
            raise RecordUnknown(record=record)
        events = events_of([record], known_at=EVER)[record]
        # Whoever read the clock first may have waited here for another: an event never comes before the one it follows.
        at = max(at, *(e.at for e in events))
        rules.event_admissible(rules.replay(events, known_at=at), kind, on=on)
        number = max(e.number for e in events) + 1
        rules.end_admissible(events, rules.Event(number, kind, at, on, by, detail))
        event = Event.objects.create(record_id=record, number=number, kind=kind, at=at, on=on, by=by, detail=detail)
        trace(
            event=f"records.record.{kind}",
            by=by,
            at=at,
            subject=found.subject_id,
            about=f"record:{record}",
            detail=detail,
        )
        if kind in _SHAKING:
            entries_follow(record=record, by=by, at=at)
    return event


# What changes whether an entry may rest on the record.
_SHAKING = (
    rules.Kind.DISPUTED, rules.Kind.SETTLED, rules.Kind.WITHDRAWN, rules.Kind.UNMATCHED, rules.Kind.MATCHED,
)  # fmt: skip


def ground_lay(*, record: int, ground: int, by: str, at: datetime) -> None:
    """Let an entry on a list rest on another record: while that is disputed or stayed, or once it has fallen, the entry has no effect
    either. Call it in the transaction that files the entry.
    """
    with transaction.atomic():
        Record.objects.select_for_update().get(pk=ground)
        Ground.objects.create(record_id=record, ground_id=ground)
        trace(event="records.ground.laid", by=by, at=at, about=f"record:{record}", detail={"ground": ground})
        entries_follow(record=ground, by=by, at=at)


def entries_follow(*, record: int, by: str, at: datetime) -> None:
    """Let every entry that rests on this record follow it in the same transaction: disputed from the instant from which its ground is, and in
    effect again when that is confirmed, by events of its own (`records.record.disputed`, `records.record.settled`). A record that was
    replaced says nothing: what took its place does.
    """
    standing = rules.replay(events_of([record], known_at=EVER)[record], known_at=EVER)
    if standing.replaced:
        return
    for entry in Ground.objects.filter(ground=record).order_by("pk").values_list("record_id", flat=True):
        events = events_of([entry], known_at=EVER)[entry]
        doubted, resting = rules.ground_doubted(events), rules.replay(events, known_at=EVER)
        if resting.withdrawn or resting.replaced or rules.carries(standing) is (doubted is None):
            continue
        if doubted is not None:
            detail = {"outcome": "confirmed", "ground": record}
            _event_add(entry, rules.Kind.SETTLED, by=by, at=at, detail=detail)
        else:
            grounds = f"所依据的记录{record}正在核实或者已不成立"
            _event_add(entry, rules.Kind.DISPUTED, by=by, at=at, detail={"grounds": grounds, "ground": record})
