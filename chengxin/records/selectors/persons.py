"""What is counted of the files of natural persons, and the rows that wait for their source. Nobody is listed, and nothing is unsealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import RecordType, Words
from chengxin.records.bulk.persons import certificate_marks
from chengxin.records.models import CertificateMark, Record, Ticket, TicketAnswer, record_bound
from chengxin.records.selectors.batches import SEEING_ALL
from chengxin.subjects.rules.persons import PersonUnder18
from chengxin.vault.selectors import seal_of

OCCUPATIONS = "occupations"
COUNTING = (*SEEING_ALL, "supervisor")


class CountsNotOpen(Refusal):
    """Only who runs or supervises the register sees how many persons have files; {actor} does not."""

    code = "counts-not-open"
    status = 403
    zh = "只有本系统的运行、监督单位可以查看各人群的建档数；{actor}不能查看。"


@dataclass(frozen=True)
class Group:
    """One occupational group: named by which papers, why it has no files, how many persons and records it has."""

    key: str
    title: Words
    papers: tuple[str, ...]
    closed: Words | None
    persons: int
    records: int

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {
            "group": self.key, "title": self.title.zh, "title_en": self.title.en, "papers": list(self.papers),
            "closed": self.closed.zh if self.closed else None, "persons": self.persons, "records": self.records,
        }  # fmt: skip


@dataclass(frozen=True)
class Occupations:
    """The groups, and how many rows were refused since whoever they were about was under 18."""

    groups: list[Group]
    under_18_refused: int

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it: of the groups that may have files, how many have one."""
        return {
            "covered": sum(group.persons > 0 for group in self.groups),
            "open": sum(group.closed is None for group in self.groups),
            "under_18_refused": self.under_18_refused,
            "groups": [group.as_dict() for group in self.groups],
        }


def occupations(asker: Asker, *, known_at: datetime, jurisdiction: str = "cn") -> Occupations:
    """Coverage by occupational group, as known at the instant: counts only."""
    if asker.kind not in COUNTING:
        raise CountsNotOpen(actor=asker.key)
    listed = lawroom.load().on(day_of(known_at), jurisdiction).code_lists[OCCUPATIONS]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select r.body->>'group', count(distinct r.subject_id), count(*) from records_record r
            where r.sealed is not null and r.received_at <= %s group by 1
            """,
            [known_at],
        )
        counted = {group: (int(persons), int(records)) for group, persons, records in cursor.fetchall()}
        cursor.execute(
            """
            select coalesce(sum((p.detail->'refused_by_reason'->>%s)::bigint), 0) from records_report p
            join records_batch b on b.id = p.batch_id where b.received_at <= %s and b.status = 'landed'
            """,
            [PersonUnder18.code, known_at],
        )
        refused = int(cursor.fetchone()[0])
    groups = [
        Group(key, code.title, tuple(b.instrument for b in code.basis), code.closed, *counted.get(key, (0, 0)))
        for key, code in listed.codes.items()
    ]
    return Occupations(groups, refused)


def tickets_accessible(actor: str, kind: str) -> QuerySet[Ticket]:
    """The tickets that the actor may see, unanswered, oldest first: those of its own batches, or for the operator and a credit centre all."""
    tickets = Ticket.objects.select_related("batch").order_by("batch_id", "line")
    tickets = tickets.filter(~Exists(TicketAnswer.objects.filter(content=OuterRef("content"))))
    return tickets if kind in SEEING_ALL else tickets.filter(batch__actor=actor)


def content_unsealed(record: Record) -> tuple[str, dict[str, Any]]:
    """The document's number and the content of a record about a person, as a record about a firm bears them in the clear."""
    held = seal_of("vault").unseal_json(bytes(record.sealed or b""), record_bound({"id": record.pk}))
    return str(held["document"]), dict(held["body"])


def content_opened(record: Record, record_type: RecordType) -> dict[str, str]:
    """field → text for all that the register holds of a record about a person. What of it is told is disclosure's to decide."""
    document, body = content_unsealed(record)
    roles = record_type.roles
    found = {name: str(value) for name, value in body.items() if value is not None}
    found |= {
        roles.document: document,
        roles.authority: record.authority,
        roles.decided_on: str(record.decided_on),
    }
    return found | (
        {roles.authority_code: record.authority_code} if roles.authority_code and record.authority_code else {}
    )


def records_certified(number: str, *, known_at: datetime) -> QuerySet[Record]:
    """The records about persons that bear this number of a licence or certificate: whose they are is not told."""
    marks = CertificateMark.objects.filter(mark__in=list(certificate_marks(number).values()))
    return Record.objects.filter(pk__in=marks.values("record"), received_at__lte=known_at)
