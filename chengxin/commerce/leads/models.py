"""Leads, who reported (sealed apart), the steps in which they are handled, and what a platform was asked for. Nothing here is edited, and nothing
here is a record: no table of another room refers to one.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from chengxin.commerce.complaints.models import FilingKept, HandledStep
from chengxin.vault.models import SealedField


def words_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a report's words is bound to: the key of its receipt."""
    return b"leads.words:" + bytes(row["key_hash"])


def reporter_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of who reported is bound to: none can be moved to another lead."""
    return f"leads.reporter:{row['lead_id']}".encode()


def reply_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a platform's answer is bound to."""
    return f"leads.reply:{row['request_id']}".encode()


class Filing(FilingKept):
    """One file of leads, and what became of its rows."""


class Refused(models.Model):
    """A row that was refused, sealed as it came, with the reason; a reporter may stand in it."""

    pk = models.CompositePrimaryKey("filing_id", "line")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.IntegerField()
    reason = models.TextField(db_collation="C")
    sealed = SealedField(ring="reporters")


class Lead(models.Model):
    """A suspected breach, as it was told: of what kind, whose shop or firm, by which channel. The words, and a description of whom it is about, stand
    in `sealed`, who told it in `Reporter`. `joined` is the lead about the same that came before.
    """

    source = models.TextField(db_collation="C")
    reference = models.TextField(db_collation="C", default="")
    filed_by = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    platform = models.TextField(db_collation="C", default="")
    shop = models.TextField(db_collation="C", default="")
    code = models.TextField(db_collation="C", default="")
    digests = models.JSONField(default=list)
    received_on = models.DateField()
    at = models.DateTimeField()
    joined = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")
    lawbook_digest = models.TextField(db_collation="C")
    key_hash = models.BinaryField()
    sealed = SealedField(ring="complaints", bound=words_bound, needs=["key_hash"])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["filed_by", "source", "reference"],
                condition=~Q(reference=""),
                name="leads_lead_once_a_reference",
            ),
            models.CheckConstraint(
                condition=~Q(filed_by="") & ~Q(kind="") & ~Q(source="") & (Q(shop="") | ~Q(platform="")),
                name="leads_lead_whole",
            ),
            models.CheckConstraint(
                condition=Q(code="") | Q(code__regex=r"^[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}$"),
                name="leads_lead_code_of_a_unit",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["platform", "shop", "kind"], name="leads_lead_shop"),
            models.Index(fields=["code", "kind"], condition=~Q(code=""), name="leads_lead_code"),
            models.Index(fields=["received_on"], name="leads_lead_day"),
        ]

    @property
    def number(self) -> str:
        """The number that a receipt bears."""
        return f"JB{self.received_on:%Y%m%d}-{self.pk:06d}"

    @property
    def head(self) -> "Lead":
        """The lead with which it is handled: itself, where it was joined to none or parted again."""
        return self if self.joined is None or hasattr(self, "parting") else self.joined


class Reporter(models.Model):
    """Who reported and how to reach them, under a ring of keys of its own."""

    lead = models.OneToOneField(Lead, on_delete=models.PROTECT, related_name="reporter")
    sealed = SealedField(ring="reporters", bound=reporter_bound, needs=["lead_id"])


class Opening(models.Model):
    """That somebody opened who reported: for which case of theirs, and why; the reporter sees it."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="openings")
    by = models.TextField(db_collation="C")
    account = models.BigIntegerField(null=True)
    case_number = models.TextField(db_collation="C")
    reason = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(by="") & ~Q(case_number="") & ~Q(reason=""), name="leads_opening_in_a_case"
            )
        ]


class Parting(models.Model):
    """That a lead which was joined to another is handled by itself since."""

    lead = models.OneToOneField(Lead, on_delete=models.PROTECT, related_name="parting")
    reasons = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()


class Step(HandledStep):
    """One step of a lead. `document` is the number of the decision, which becomes a record only where it is filed in its own way."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="steps")
    document = models.TextField(default="")
    approved_by = models.TextField(default="")

    class Meta(HandledStep.Meta):
        constraints: ClassVar = [
            *HandledStep.Meta.constraints,
            models.UniqueConstraint(fields=["lead", "number"], name="leads_step_in_order"),
        ]


class Request(models.Model):
    """What the agency in charge asks a platform for, by when. Nothing of the report stands in it."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="requests")
    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C", default="")
    what = models.TextField()
    due_on = models.DateField()
    by = models.TextField(db_collation="C")
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(platform="") & ~Q(what="") & Q(due_on__gte=F("on")), name="leads_request_whole"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["platform"], name="leads_request_platform")]

    @property
    def number(self) -> str:
        """Its number, which tells nothing of the lead."""
        return f"XZ{self.on:%Y%m%d}-{self.pk:06d}"


class Reply(models.Model):
    """What the platform answered, sealed, with the digests of what it keeps ready; its receipt is the request’s number and the instant."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="reply")
    digests = models.JSONField(default=list)
    digest = models.TextField(db_collation="C")
    sealed = SealedField(ring="complaints", bound=reply_bound, needs=["request_id"])
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
