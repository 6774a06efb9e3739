"""Reading the rows that wait for their subject, in the order in which they should be decided."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, cast
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models import Case as Choose
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from chengxin import law as lawroom
from chengxin.cases.models import Case
from chengxin.kernel.errors import Refusal
from chengxin.records import rules
from chengxin.records.models import Event, Proposal, Waiting, WaitingDecision
from chengxin.records.selectors.batches import SEEING_ALL, intake_seal
from chengxin.subjects.models import Name
from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.judging import model

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Queued(TypedDict):
    """What the queue knows of a row beside the row: since when it has waited, and what the matcher makes of it."""

    since: datetime
    proposed: str | None


PLACES = ("province", "city", "address")
_Outcome = WaitingDecision.Outcome
DECIDED = (_Outcome.MATCHED, _Outcome.ASSIGNED, _Outcome.RELEASED, _Outcome.REJECTED)


def waiting_rows() -> QuerySet[Waiting]:
    """The rows whose subject is not decided, longest waiting first."""
    latest = WaitingDecision.objects.filter(content=OuterRef("content")).order_by("-number")
    rows = Waiting.objects.select_related("batch").annotate(latest=Subquery(latest.values("outcome")[:1]))
    return rows.filter(Q(latest__isnull=True) | ~Q(latest__in=DECIDED)).order_by("batch_id", "line")


def waiting_accessible(actor: str, kind: str) -> QuerySet[Waiting]:
    """The waiting rows that the actor may see and decide: those of the batches that it may see."""
    rows = waiting_rows()
    return rows if kind in SEEING_ALL else rows.filter(batch__actor=actor)


class WaitingRowUnknown(Refusal):
    """There is no row at line {line} of batch {batch} that {actor} may decide."""

    code = "waiting-unknown"
    status = 404
    zh = "没有{actor}可以处理的待定行：批次{batch}第{line}行。"


def waiting_row(actor: str, kind: str, *, batch: int, line: int) -> Waiting:
    """One row that came to wait, decided since or not, of those that the actor may see; unknown and forbidden look alike."""
    rows = Waiting.objects.select_related("batch").filter(batch_id=batch, line=line)
    found = (rows if kind in SEEING_ALL else rows.filter(batch__actor=actor)).first()
    if found is None:
        raise WaitingRowUnknown(batch=batch, line=line, actor=actor)
    return found


def waiting_queue(actor: str, kind: str, *, at: datetime) -> "QuerySet[WithAnnotations[Waiting, Queued]]":
    """The same in the order in which they should be decided: the days that a row has waited, times how much hangs on it;
    behind all others those that somebody put off, the first put off first.
    """
    law = lawroom.load().on(at.astimezone().date())
    weights = [
        When(source=key, then=Value(float(rules.weight(law, source.record_type))))
        for key, source in law.sources.items()
    ]
    days = Func(
        Value(at) - F("batch__received_at"),
        template="extract(epoch from %(expressions)s) / 86400 + 1",
        output_field=FloatField(),
    )
    proposed = Proposal.objects.filter(content=OuterRef("content")).order_by("-pk").values("outcome")[:1]
    put_off = WaitingDecision.objects.filter(content=OuterRef("content"), outcome="postponed").order_by("-number")
    rows = waiting_accessible(actor, kind).annotate(
        since=F("batch__received_at"),
        proposed=Subquery(proposed),
        later=Choose(When(latest="postponed", then=Subquery(put_off.values("at")[:1]))),
        urgency=Choose(*weights, default=Value(1.0), output_field=FloatField()) * days,
    )
    ordered = rows.order_by(F("later").asc(nulls_first=True), "-urgency", "batch_id", "line")
    return cast("QuerySet[WithAnnotations[Waiting, Queued]]", ordered)


def waiting_unproposed() -> QuerySet[Waiting]:
    """The rows that wait for their subject and that the matcher has not seen since the last name came into the register."""
    rows = waiting_rows().filter(against__isnull=True)
    latest = Name.objects.order_by("-pk").values_list("known_at", flat=True).first()
    if latest is None:
        return rows
    seen = Proposal.objects.filter(content=OuterRef("content"), at__gte=latest, model=model().version)
    return rows.filter(~Exists(seen))


@dataclass(frozen=True)
class Against:
    """The decision than which a row says otherwise: about which record, what became of it, by which case."""

    record: int
    word: str
    word_zh: str
    case: str | None


def decision_against(record: int) -> Against:
    """What a case decided about the record, or by which case it took another's place."""
    own = Event.objects.filter(record=record, number__gt=0, kind__in=list(rules.DECIDED_WORDS))
    replaced = Event.objects.annotate(new=Cast(KT("detail__record"), BigIntegerField())).filter(
        kind=rules.Kind.SUPERSEDED, new=record
    )
    found = (
        own.filter(detail__has_key="case").order_by("-number").first()
        or replaced.filter(detail__has_key="case").first()
        or own.order_by("-number").first()
    )
    zh, en = rules.DECIDED_WORDS[rules.Kind(found.kind)] if found else ("", "")
    case = Case.objects.filter(pk=int((found.detail or {}).get("case") or 0)).first() if found else None
    return Against(record, en, zh, case.number if case else None)


def waiting_asked(rows: Iterable[Waiting]) -> list[Side]:
    """What each row says of its firm: its name and number, and where its template has them, its place and address."""
    return [_asked(row) for row in rows]


def _asked(waiting: Waiting) -> Side:
    law = lawroom.load().on(waiting.batch.received_at.astimezone().date(), waiting.batch.jurisdiction)
    source = law.sources[waiting.source]
    roles, row = law.record_types[source.record_type].roles, row_unsealed(waiting)
    columns = rules.columns_map(source, list(row))
    places = {name: str(row.get(columns.get(getattr(roles, name) or "", "")) or "") for name in PLACES}
    return Side(normal=waiting.name_normal, number=waiting.number or "", **places)


def waiting_of(content: UUID) -> Waiting:
    """The waiting row of this content, decided or not."""
    return Waiting.objects.select_related("batch").get(content=content)


def row_unsealed(waiting: Waiting) -> dict[str, Any]:
    """The row as it came, heading → cell. Whoever shows it writes the reading down first, for it may name persons."""
    row: dict[str, Any] = json.loads(intake_seal().unseal(bytes(waiting.sealed)))
    return row


def decision_latest(content: UUID) -> WaitingDecision | None:
    """The decision about a waiting row that counts."""
    return WaitingDecision.objects.filter(content=content).order_by("-number").first()


def proposal_latest(content: UUID) -> Proposal | None:
    """The matcher's proposal for a waiting row that counts."""
    return Proposal.objects.filter(content=content).order_by("-pk").first()
