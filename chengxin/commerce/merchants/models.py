"""What platforms say of their merchants, what the register asks them, and what they answer. Nothing here is edited."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from chengxin.vault.models import SealedField


class Filing(models.Model):
    """One file of a platform's merchants, licences or suppliers, and what became of its rows."""

    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    digest = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    rows = models.IntegerField()
    accepted = models.IntegerField()
    refused = models.IntegerField()
    unchanged = models.IntegerField()
    refused_by_reason = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("refused") + F("unchanged")), name="merchants_filing_rows_counted"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["platform", "kind", "digest"], name="merchants_filing_again")]


class Refused(models.Model):
    """A row that was refused, sealed as it came, with the reason."""

    pk = models.CompositePrimaryKey("filing_id", "line")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.IntegerField()
    shop = models.TextField(db_collation="C")
    reason = models.TextField(db_collation="C")
    sealed = SealedField(ring="intake")


def registration_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal is bound to: the platform, shop and version that it stands beside."""
    return f"merchants_registration:{row['platform']}:{row['shop']}:{row['version']}".encode()


class Registration(models.Model):
    """One version of what a platform says: of a shop, of a licence or a supplier of it. Who an individual seller is, and who represents a
    unit, stands in `sealed` alone; `body` is what may be shown.
    """

    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    item = models.TextField(db_collation="C", default="")
    version = models.IntegerField()
    code = models.TextField(db_collation="C", default="")
    body = models.JSONField()
    sealed = SealedField(null=True, ring="vault", bound=registration_bound, needs=["platform", "shop", "version"])
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "kind", "shop", "item", "version"], name="merchants_registration_in_order"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["shops", "licences", "suppliers"]), name="merchants_registration_kind_known"
            ),
            # A natural person is nowhere in the clear: no number, no name, no representative, whoever writes.
            models.CheckConstraint(
                condition=~Q(kind="shops")
                | Q(sealed__isnull=False)
                & ~Q(body__has_any_keys=["number", "legal_representative", "principal"])
                & (Q(body__kind="unit") | Q(body__kind="individual", code="") & ~Q(body__has_key="name")),
                name="merchants_registration_persons_sealed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["code"], condition=~Q(code=""), name="merchants_registration_code"),
        ]


class Ticket(models.Model):
    """Something found about a shop that its platform must mend or explain by a day; one is open a finding at a time."""

    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    finding = models.TextField(db_collation="C")
    item = models.TextField(db_collation="C", default="")
    words = models.TextField(default="")
    number = models.IntegerField()
    due_on = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "shop", "finding", "item", "number"], name="merchants_ticket_in_order"
            )
        ]


class TicketStepKind(models.TextChoices):
    """What a step is; all but a reply close the ticket."""

    REPLY = "reply", "答复 reply"
    MENDED = "mended", "已改正 mended"
    DISMISSED = "dismissed", "撤销 dismissed"


class TicketStep(models.Model):
    """What became of a ticket: the platform's reply, that it was mended, or that a regulator dismissed it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    kind = models.TextField(choices=TicketStepKind.choices, db_collation="C")
    words = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "number"], name="merchants_ticketstep_in_order"),
            models.UniqueConstraint(
                fields=["ticket"], condition=~Q(kind="reply"), name="merchants_ticketstep_closed_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=TicketStepKind.values), name="merchants_ticketstep_kind_known"),
        ]
