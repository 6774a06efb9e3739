"""Undoing what was laid on the wrong firm, with every answer that rested on it given anew in the same transaction."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.checks import rules
from chengxin.checks.models import Receipt, Reissue
from chengxin.checks.selectors import CHECKED, Finding, ReissueUnknown, answers_given, finding, reissues_accessible
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.ledger.models import Entry
from chengxin.ledger.services import trace
from chengxin.lists.services.remedies import remedies_raise
from chengxin.records.models import Event, Record, WaitingDecision
from chengxin.records.selectors.filed import records_of
from chengxin.records.selectors.waiting import waiting_of
from chengxin.records.services.waiting import waiting_undo
from chengxin.subjects.selectors import (
    members_of,
    merge_latest,
    number_of,
    number_read,
    roots_ever,
    subject_of,
)
from chengxin.subjects.services.merging import subjects_unmerge

PUBLIC = "public"

# Which of the records behind an answer should not have been there, by the number that was asked about.
Wrong = Callable[[str, Iterable[int]], set[int]]


class RecordNotMatched(Refusal):
    """Record {record} was not filed from a row that waited for its subject, so there is no match to undo. If its code is wrong, its provider withdraws it."""

    code = "record-not-matched"
    status = 409
    zh = "记录{record}不是由待定行认定而来，没有可以撤销的认定。代码有误的，由报送单位撤回。"


@dataclass(frozen=True)
class Undone:
    """What was undone, and what was given anew because of it."""

    cause: str
    row: str
    checks: int
    files: int
    public_readings: int

    @property
    def reissued(self) -> int:
        """How many answers were given anew."""
        return self.checks + self.files

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed."""
        return {**self.__dict__, "reissued": self.reissued}


def match_undo(*, record: int, by: str, at: datetime, reason: str) -> Undone:
    """A record was laid on the wrong firm: its row waits again, the record neither counts nor shows there, and whoever was
    answered on the strength of it is answered anew. All or nothing.
    """
    with transaction.atomic():
        filed = Record.objects.filter(pk=record).first()
        decision = WaitingDecision.objects.filter(record=record).order_by("-pk").first()
        if filed is None or decision is None:
            raise RecordNotMatched(record=record)
        waiting = waiting_of(decision.content)
        waiting_undo(batch=waiting.batch_id, line=waiting.line, by=by, at=at, reason=reason)
        # Whoever read the clock first may have waited for another: what is given anew is known when the undoing is.
        at = Event.objects.filter(record_id=record).latest("number").at
        remedies_raise(record=record, by=by, at=at)
        return _answers_reissue(
            cause=f"record:{record}",
            row=f"{waiting.batch_id}:{waiting.line}",
            subjects=roots_ever([filed.subject_id]),
            since=filed.received_at,
            wrong=lambda number, records: {record} & set(records),
            by=by, at=at, reason=reason,
        )  # fmt: skip


def record_recall(*, record: int, by: str, at: datetime, reason: str) -> Undone:
    """A record was found to be wrong and has been corrected or taken out: whoever was answered on the strength of it is
    answered anew. Call it in the transaction of the correction, after it.
    """
    filed = Record.objects.get(pk=record)
    at = Event.objects.filter(record_id=record).latest("number").at
    return _answers_reissue(
        cause=f"record:{record}",
        row="",
        subjects=roots_ever([filed.subject_id]),
        since=filed.received_at,
        wrong=lambda number, records: {record} & set(records),
        by=by, at=at, reason=reason,
    )  # fmt: skip


def merge_undo(*, absorbed: int, into: int, by: str, at: datetime, reason: str) -> Undone:
    """Two firms were wrongly held to be one: they stand apart again, whoever was told of one what belongs to the other is answered
    anew, and whoever carried a measure out on one because of the other's record is to make it good. All or nothing.
    """
    with transaction.atomic():
        merged = merge_latest(absorbed, into)
        subjects = roots_ever([absorbed, into])
        at = subjects_unmerge(absorbed=absorbed, into=into, by=by, at=at, reason=reason).at
        remedies_raise(subjects=subjects, by=by, at=at)
        return _answers_reissue(
            cause=f"merge:{merged.pk if merged else 0}",
            row="",
            subjects=subjects,
            since=merged.at if merged else at,
            wrong=lambda number, records: _of_others(number, records, known_at=at),
            by=by, at=at, reason=reason,
        )  # fmt: skip


def _of_others(number: str, records: Iterable[int], *, known_at: datetime) -> set[int]:
    """The records that are not about the firm that bears the number now."""
    try:
        own = members_of(subject_of(number, known_at=known_at), known_at=known_at)
    except Refusal:
        return set()
    return set(Record.objects.filter(pk__in=list(records)).exclude(subject_id__in=own).values_list("pk", flat=True))


# --- answers, one by one ------------------------------------------------------------------------------------------------


def _answers_reissue(
    *, cause: str, row: str, subjects: set[int], since: datetime, wrong: Wrong, by: str, at: datetime, reason: str
) -> Undone:
    counts = dict.fromkeys(Reissue.Kind.values, 0)
    public = 0
    for entry in answers_given(subjects, since=since, until=at).iterator(chunk_size=1000):
        found = _answer_anew(entry, wrong, at=at)
        if found is None:
            continue
        if entry.actor == PUBLIC:  # a page's reader is nobody whom one could tell; the page itself is right again
            public += 1
            continue
        kind, number, was, now = found
        Reissue.objects.create(
            kind=kind, entry=entry.pk, cause=cause, actor=entry.actor, subject=entry.subject or 0, number=number,
            purpose=entry.purpose, asked_at=entry.at, was=was, now=now, reason=reason, by=by, at=at,
        )  # fmt: skip
        trace(
            event="checks.answer.reissued", by=by, at=at, subject=entry.subject, about=f"entry:{entry.pk}",
            detail={"cause": cause, "actor": entry.actor},
        )  # fmt: skip
        counts[kind] += 1
    return Undone(cause, row, counts[Reissue.Kind.CHECK], counts[Reissue.Kind.FILE], public)


_Anew = tuple[str, str, dict[str, Any], dict[str, Any]]


def _answer_anew(entry: Entry, wrong: Wrong, *, at: datetime) -> _Anew | None:
    """The kind of an answer, the number asked about, what was said and what is to be said; nothing where it did not rest on the mistake."""
    return _check_anew(entry, wrong, at=at) if entry.event == CHECKED else _file_anew(entry, wrong, at=at)


def _check_anew(entry: Entry, wrong: Wrong, *, at: datetime) -> _Anew | None:
    asked, number = entry.detail, entry.object.removeprefix("number:")
    on = date.fromisoformat(asked["on"])
    law = lawroom.load().on(on, asked.get("jurisdiction", "cn"))
    known_at = datetime.fromisoformat(asked["known_at"]) if "known_at" in asked else entry.at
    scheme, value = number_read(number)
    was = finding(law, asked["matter"], scheme=scheme, value=value, on=on, known_at=known_at)
    if not wrong(number, {f.fact.record for f in was.following}):
        return None
    now = finding(law, asked["matter"], scheme=scheme, value=value, on=on, known_at=at)
    return Reissue.Kind.CHECK, number, _told(law, asked, was), _told(law, asked, now)


def _told(law: Law, asked: dict[str, Any], found: Finding) -> dict[str, Any]:
    measures = [rules.disclose(law, f) for f in found.following]
    reason = found.reason.as_dict() if found.reason else None
    return {
        "matter": asked["matter"],
        "on": asked["on"],
        "outcome": found.outcome,
        "measures": measures,
        "reason": reason,
    }


def _file_anew(entry: Entry, wrong: Wrong, *, at: datetime) -> _Anew | None:
    known_at = datetime.fromisoformat(entry.detail.get("known_at") or entry.at.isoformat())
    number = number_of(int(entry.subject or 0), known_at=at)
    shown = list(
        records_of(members_of(int(entry.subject or 0), known_at=entry.at), known_at=known_at).values_list(
            "pk", flat=True
        )
    )
    mistaken = wrong(number, shown)
    if not mistaken:
        return None
    on = entry.detail.get("on")
    left = [pk for pk in shown if pk not in mistaken]
    return Reissue.Kind.FILE, number, {"on": on, "records": shown}, {"on": on, "records": left}


# --- told to whoever had the first answer -----------------------------------------------------------------------------


def reissues_read(*, asker: Asker, at: datetime, received: bool = False, most: int = 50) -> Iterator[Reissue]:
    """The answers given anew to this asker, of which it has not yet taken note, or all; the reading is written down."""
    found = reissues_accessible(asker.key, asker.kind)
    if not received:
        found = found.filter(receipt__isnull=True)
    trace(event="checks.reissue.read", by=asker.key, at=at)
    return iter(found[:most])


def reissue_receive(*, reissue: int, asker: Asker, at: datetime) -> Receipt:
    """The asker has taken note of the new answer; once."""
    with transaction.atomic():
        found = reissues_accessible(asker.key, asker.kind).filter(pk=reissue, actor=asker.key).first()
        if found is None:
            raise ReissueUnknown(reissue=reissue)
        receipt, made = Receipt.objects.get_or_create(reissue=found, defaults={"by": asker.key, "at": at})
        if made:
            trace(
                event="checks.reissue.received", by=asker.key, at=at, subject=found.subject, about=f"reissue:{reissue}"
            )
    return receipt
