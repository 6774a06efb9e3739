"""What is known: batches as they came, records as claims, and the events that happened to them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from chengxin.signatures.models import ByCertificate
from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField

# A record's id is its batch and its line in it: no counter to contend for, and the id says where the row came from.
LINES_PER_BATCH = 1 << 26


class Batch(models.Model):
    """One delivery of one source by one actor: landed whole, or held and not shown. Never edited."""

    class Status(models.TextChoices):
        """Landed, or held until a person lets it in."""

        LANDED = "landed", "已入库 landed"
        HELD = "held", "待放行 held"

    source = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    actor = models.TextField(db_collation="C")
    channel = models.TextField(db_collation="C")
    received_at = models.DateTimeField()
    file_name = models.TextField()
    file_digest = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    status = models.TextField(choices=Status.choices)
    releases = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="released_as")
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=["landed", "held"]), name="records_batch_status_known")
        ]
        indexes = [models.Index(fields=["source", "file_digest"], name="records_batch_file")]


def batch_signature_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal is bound to: the batch that it stands beside."""
    return f"records_batchsignature:{row['batch_id']}".encode()


class BatchSignature(ByCertificate):
    """The signature of a delivery by its sender's certificate."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="signature")
    sealed = SealedField(ring="vault", bound=batch_signature_bound, needs=["batch_id"])


class Report(models.Model):
    """What became of a batch's rows: written once, when the batch has landed or is held."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, primary_key=True, related_name="report")
    rows = models.IntegerField()
    accepted = models.IntegerField()
    refused = models.IntegerField()
    unchanged = models.IntegerField()
    waiting = models.IntegerField()
    detail = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    rows=models.F("accepted") + models.F("refused") + models.F("unchanged") + models.F("waiting")
                ),
                name="records_report_adds_up",
            )
        ]


def record_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a record's content is bound to: the record."""
    return f"records_record:{row['id']}".encode()


class Record(models.Model):
    """A claim: source S said V about subject T, by document D of authority A, in force from … to …. Never edited.

    Of a record about a natural person the content, its document's number too, stands in `sealed`; in the clear stand the authority,
    the days, the terms, and the occupational group, by which nobody is told apart.

    `row_key` says which claim it is, `content` what it says; the same claim saying the same is one row. The three
    terms stand apart: `effect_*` (counts in a check), `shown_until` (may be published), `kept_until` (may be held);
    all ends are exclusive, and an empty `effect_until` means open-ended by the statute in the lawbook's term.
    """

    id = models.BigIntegerField(primary_key=True)
    row_key = models.UUIDField()
    content = models.UUIDField()
    record_type = models.TextField(db_collation="C")
    # Constraints without row triggers: migration 0001 checks each statement's rows by one join (a row-wise foreign
    # key takes nearly half of the insert; benchmarks/ingest).
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    authority = models.TextField()
    authority_code = models.TextField(db_collation="C", null=True)
    document = models.TextField()
    decided_on = models.DateField()
    effect_from = models.DateField()
    effect_until = models.DateField(null=True)
    shown_until = models.DateField(null=True)
    kept_until = models.DateField(null=True)
    published_on = models.DateField(null=True)
    late_days = models.SmallIntegerField(null=True)
    severity = models.TextField(db_collation="C", null=True)
    received_at = models.DateTimeField()
    body = models.JSONField()
    sealed = SealedField(null=True, ring="vault", bound=record_bound, needs=["id"])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row_key", "content"], name="records_record_claim_once"),
            models.CheckConstraint(
                condition=~models.Q(authority="") & ~models.Q(document=""), name="records_record_documented"
            ),
            models.CheckConstraint(
                condition=models.Q(effect_until__isnull=True) | models.Q(effect_until__gte=models.F("effect_from")),
                name="records_record_term_ordered",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__isnull=True) | models.Q(severity__in=["minor", "general", "serious"]),
                name="records_record_severity_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "record_type"], name="records_record_subject"),
            # Those about natural persons: few beside all others, gone through when a key is replaced and when groups are counted.
            models.Index(fields=["id"], condition=models.Q(sealed__isnull=False), name="records_record_sealed"),
        ]


class CertificateMark(models.Model):
    """The mark of a licence's or certificate's number under one version of the index key: by it a qualification is confirmed, and nothing is
    listed. Derived, and replaced with the key.
    """

    record = models.ForeignKey(Record, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    version = models.IntegerField()
    mark = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "version"], name="records_certificatemark_one_a_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["mark"], name="records_certificatemark_mark")]


class Event(models.Model):
    """Something that happened to a record: filed, superseded, withdrawn, disputed, settled, repaired (or a repair undone), ended, found to be
    about somebody else (unmatched), laid there again (matched), or under reconsideration or lawsuit (contested, concluded). Never edited.
    """

    pk = models.CompositePrimaryKey("record_id", "number")
    record = models.ForeignKey(
        Record, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="events"
    )
    number = models.SmallIntegerField()
    kind = models.TextField(db_collation="C")
    at = models.DateTimeField()
    on = models.DateField(null=True)
    by = models.TextField(db_collation="C")
    detail = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "filed",
                        "superseded",
                        "withdrawn",
                        "disputed",
                        "settled",
                        "repaired",
                        "unrepaired",
                        "ended",
                        "unmatched",
                        "matched",
                        "contested",
                        "concluded",
                    ]  # fmt: skip
                ),
                name="records_event_kind_known",
            ),
            models.CheckConstraint(condition=~models.Q(by=""), name="records_event_has_actor"),
        ]
        indexes = [
            # Nearly every record has only its first event; whatever happened later is few and is found here.
            models.Index(fields=["record"], condition=~models.Q(number=0), name="records_event_later"),
            # Fewer still are what a case decided, and what it put in a record's place: each delivery is held against these.
            models.Index(
                fields=["record"],
                condition=~models.Q(number=0) & models.Q(detail__has_key="case"),
                name="records_event_case",
            ),
            models.Index(
                Cast(KT("detail__record"), models.BigIntegerField()),
                condition=models.Q(kind="superseded"),
                name="records_event_replaced",
            ),
        ]


class Ground(models.Model):
    """That an entry on a list rests on another record. Where the ground is corrected, or the entry is, the new pair stands beside the old.

    Never edited.
    """

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    ground = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "ground"], name="records_ground_once"),
            models.CheckConstraint(condition=~models.Q(record=models.F("ground")), name="records_ground_another"),
        ]


class Statement(models.Model):
    """What a subject says beside a record, shown wherever the record is shown. The latest counts; empty words take it back.

    Never edited, and never about anybody but the record that it stands beside.
    """

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    words = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "number"], name="records_statement_in_order"),
            models.CheckConstraint(condition=~models.Q(by=""), name="records_statement_has_actor"),
        ]


class Refused(models.Model):
    """A row that the rules refused, sealed as it came, with the rule: listed, downloaded, mended, sent again."""

    pk = models.CompositePrimaryKey("batch_id", "line")
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="refused"
    )
    line = models.IntegerField()
    reason = models.TextField(db_collation="C")
    field = models.TextField(db_collation="C", null=True)
    sealed = SealedField(ring="intake")


class Waiting(models.Model):
    """A row whose subject is not decided: unseen by any check or page until a person, or matching, says whose it is. Or one that says
    otherwise than a decision about the record `against`: until a person who does not send rows releases or rejects it.
    """

    pk = models.CompositePrimaryKey("batch_id", "line")
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="waiting"
    )
    line = models.IntegerField()
    content = models.UUIDField(unique=True)
    source = models.TextField(db_collation="C")
    name = models.TextField()
    name_normal = models.TextField(db_collation="C")
    number = models.TextField(null=True)
    sealed = SealedField(ring="intake")
    against = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["name_normal"], name="records_waiting_name"),
            models.Index(fields=["against"], condition=models.Q(against__isnull=False), name="records_waiting_against"),
        ]


class Ticket(models.Model):
    """A row about a natural person whose name is not the one held under the number: it waits for its source, sealed whole, and what is
    held stays as it is. No matching and no queue of rows ever sees it.
    """

    pk = models.CompositePrimaryKey("batch_id", "line")
    batch = models.ForeignKey(
        Batch, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="tickets"
    )
    line = models.IntegerField()
    content = models.UUIDField(unique=True)
    source = models.TextField(db_collation="C")
    reason = models.TextField(db_collation="C")
    sealed = SealedField(ring="intake")


class TicketAnswer(models.Model):
    """What became of a ticket, by whom, and why: the row was corrected, or what is held was."""

    content = models.UUIDField(unique=True)
    reason = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="records_ticketanswer_reasoned"),
        ]


class Proposal(models.Model):
    """What the matcher made of a waiting row: its outcome, and every firm that may be meant with all reasons. The latest counts.

    `candidates` is a list, best first, of subject, name, score, decision and reasons (feature, level, asked, held, points).
    """

    content = models.UUIDField()
    outcome = models.TextField(db_collation="C")
    candidates = models.JSONField()
    model = models.TextField(db_collation="C")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["match", "propose", "none"]), name="records_proposal_outcome_known"
            )
        ]
        indexes = [models.Index(fields=["content", "-id"], name="records_proposal_content")]


class WaitingDecision(models.Model):
    """What was decided about a waiting row, when, by whom and why; one after the other, the latest counts.

    `matched` by the matcher where it was sure, `assigned` or `rejected` by a person, `released` against a decision, `postponed` to the end of the queue,
    `undone`: the row waits again. `proposal` is the one that the decision had before it.
    """

    class Outcome(models.TextChoices):
        """What a decision may be."""

        MATCHED = "matched", "自动认定 matched"
        ASSIGNED = "assigned", "人工认定 assigned"
        RELEASED = "released", "放行 released"
        REJECTED = "rejected", "不属于任何主体 about nobody here"
        POSTPONED = "postponed", "稍后再定 later"
        UNDONE = "undone", "撤销 undone"

    content = models.UUIDField()
    number = models.SmallIntegerField(default=0)
    record = models.BigIntegerField(null=True)
    proposal = models.BigIntegerField(null=True)
    outcome = models.TextField(db_collation="C", choices=Outcome.choices)
    reason = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content", "number"], name="records_waitingdecision_in_order"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["matched", "assigned", "released", "rejected", "postponed", "undone"]),
                name="records_waitingdecision_outcome_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["rejected", "postponed", "undone"]) | models.Q(record__isnull=False),
                name="records_waitingdecision_filed",
            ),
        ]
        indexes = [models.Index(fields=["record"], name="records_waitingdecision_record")]
