"""Complaints, who made them (sealed apart), the legs in which they are handled, and what was handed in. Nothing here is edited."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from chengxin.cases.models import StepKept
from chengxin.vault.models import SealedField


def words_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a complaint's words is bound to: the key of its receipt."""
    return b"complaints.words:" + bytes(row["key_hash"])


def complainant_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of who complained is bound to: none can be moved to another complaint."""
    return f"complaints.complainant:{row['complaint_id']}".encode()


def exhibit_bound(row: Mapping[str, Any]) -> bytes:
    """What an exhibit's seal is bound to."""
    return f"complaints.exhibit:{row['about']}:{row['digest']}".encode()


class FilingKept(models.Model):
    """One file of complaints, or of leads, and what became of its rows."""

    digest = models.TextField(db_collation="C")
    rows = models.IntegerField()
    accepted = models.IntegerField()
    joined = models.IntegerField()
    unchanged = models.IntegerField()
    refused = models.IntegerField()
    refused_by_reason = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("joined") + F("unchanged") + F("refused")),
                name="%(app_label)s_filing_rows_counted",
            )
        ]


class HandledStep(StepKept):
    """A step by which somebody is in charge since (`handler`), with what words."""

    handler = models.TextField(db_collation="C")
    reasons = models.TextField(default="")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by="") & ~Q(handler=""), name="%(app_label)s_step_by_somebody")
        ]
        indexes: ClassVar = [
            models.Index(fields=["handler"], name="%(app_label)s_step_handler"),
            models.Index(fields=["last_day"], condition=Q(last_day__isnull=False), name="%(app_label)s_step_last_day"),
        ]


class Filing(FilingKept):
    """One file of complaints that a hotline or a platform sent, and what became of its rows."""


class Refused(models.Model):
    """A row that was refused, sealed as it came, with the reason."""

    pk = models.CompositePrimaryKey("filing_id", "line")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.IntegerField()
    reason = models.TextField(db_collation="C")
    sealed = SealedField(ring="intake")


class Complaint(models.Model):
    """What a consumer complained of: whose shop, which order, what they ask for. Their words stand in `sealed`, who they are in `Complainant`.

    `source` is the channel as it stands today, `written` as it was written; `joined` the complaint about the same dispute that came before.
    """

    source = models.TextField(db_collation="C")
    written = models.TextField(db_collation="C")
    reference = models.TextField(db_collation="C", default="")
    filed_by = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    platform = models.TextField(db_collation="C", default="")
    shop = models.TextField(db_collation="C", default="")
    code = models.TextField(db_collation="C", default="")
    order = models.TextField(db_collation="C", default="")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    goods_on = models.DateField(null=True)
    wants = models.TextField(db_collation="C")
    received_on = models.DateField()
    at = models.DateTimeField()
    joined = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")
    key_hash = models.BinaryField()
    sealed = SealedField(ring="complaints", bound=words_bound, needs=["key_hash"])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["filed_by", "source", "reference"],
                condition=~Q(reference=""),
                name="complaints_complaint_once_a_reference",
            ),
            models.CheckConstraint(
                condition=~Q(filed_by="") & ~Q(kind="") & ~Q(source="") & (~Q(platform="") | ~Q(code="")),
                name="complaints_complaint_about_somebody",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="complaints_complaint_amount"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["platform", "shop"], name="complaints_complaint_shop"),
            models.Index(fields=["platform", "order"], condition=~Q(order=""), name="complaints_complaint_order"),
            models.Index(fields=["code"], condition=~Q(code=""), name="complaints_complaint_code"),
            models.Index(fields=["received_on"], name="complaints_complaint_day"),
        ]

    @property
    def number(self) -> str:
        """The number that a receipt bears."""
        return f"TS{self.received_on:%Y%m%d}-{self.pk:06d}"


class Joining(models.Model):
    """That the agency in charge handles a complaint with another about the same dispute (`into`), or apart again (none); the latest stands, before
    what was found when it came. `along`: what was joined to a complaint goes where that one goes, and comes back with it.
    """

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="joinings")
    into = models.ForeignKey(Complaint, on_delete=models.PROTECT, null=True, related_name="+")
    along = models.ForeignKey(Complaint, on_delete=models.PROTECT, null=True, related_name="+")
    reasons = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(by="") & ~Q(reasons="") & (Q(into__isnull=True) | ~Q(into=F("complaint"))),
                name="complaints_joining_with_another",
            )
        ]


class Complainant(models.Model):
    """Who complained and how to reach them, under a ring of keys of its own. `share`: the platform and the shop may know, too."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="complainant")
    share = models.BooleanField()
    sealed = SealedField(ring="reporters", bound=complainant_bound, needs=["complaint_id"])


class Opening(models.Model):
    """That somebody opened who complained, for which case of theirs; whoever complained sees it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="openings")
    by = models.TextField(db_collation="C")
    case_number = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by="") & ~Q(case_number=""), name="complaints_opening_in_a_case")
        ]


class Leg(models.Model):
    """One run of a procedure in a complaint: first the platform, say, and then the agency. The last one stands."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="legs")
    number = models.SmallIntegerField()
    procedure = models.TextField(db_collation="C")
    opened_on = models.DateField()
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["complaint", "number"], name="complaints_leg_in_order"),
        ]


class Step(HandledStep):
    """One step taken in a leg, with what is offered or was paid, and the listed ground on which goods are not taken back."""

    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="steps")
    remedy = models.TextField(db_collation="C", default="")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    ground = models.TextField(db_collation="C", default="")

    class Meta(HandledStep.Meta):
        constraints: ClassVar = [
            *HandledStep.Meta.constraints,
            models.UniqueConstraint(fields=["leg", "number"], name="complaints_step_in_order"),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="complaints_step_amount"),
        ]


class Exhibit(models.Model):
    """What somebody handed in, sealed: of a complaint, or of what else `about` names."""

    about = models.TextField(db_collation="C")
    title = models.TextField()
    media_type = models.TextField(db_collation="C")
    size = models.IntegerField()
    digest = models.TextField(db_collation="C")
    sealed = SealedField(ring="complaints", bound=exhibit_bound, needs=["about", "digest"])
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["about", "digest"], name="complaints_exhibit_once"),
            models.CheckConstraint(condition=Q(size__gt=0) & ~Q(about=""), name="complaints_exhibit_of_something"),
        ]


class Charge(models.Model):
    """Which agency is in charge of a field in a division and below it; of none, everywhere. The latest of both stands."""

    sector = models.TextField(db_collation="C")
    division = models.TextField(db_collation="C", default="")
    agency = models.TextField(db_collation="C")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(division__regex=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$") & ~Q(agency="") & ~Q(sector=""),
                name="complaints_charge_shaped",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["sector", "division"], name="complaints_charge_of")]


class Fund(models.Model):
    """A version of a consumer protection fund as it was declared: who keeps it, how much is set aside, of which platforms' shops it pays, and the digest of
    the agreement by which it is raised, kept, used and given back.
    """

    key = models.TextField(db_collation="C")
    version = models.IntegerField()
    title = models.TextField()
    keeper = models.TextField()
    keeper_code = models.TextField(db_collation="C")
    platforms = ArrayField(models.TextField(db_collation="C"))
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    rules = models.TextField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    since = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="complaints_fund_in_order"),
            # A firm or an association keeps it, never a person: of a sole trader (92…) nothing is published here.
            models.CheckConstraint(
                condition=Q(keeper_code__regex=r"^[0-9A-Z]{18}$") & ~Q(keeper_code__startswith="92")
                & Q(digest__regex=r"^[0-9a-f]{64}$", amount__gt=0, platforms__len__gte=1) & ~Q(key="") & ~Q(rules=""),
                name="complaints_fund_of_firms",
            ),
        ]  # fmt: skip


class Payment(models.Model):
    """That a step of a complaint was paid from a fund: how much stands in the step."""

    step = models.OneToOneField(Step, on_delete=models.PROTECT, related_name="payment")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="payments")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")


class Recovery(models.Model):
    """What the merchant paid back to the fund of a payment, by which document."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="recoveries")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    on = models.DateField()
    document = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0) & ~Q(document=""), name="complaints_recovery_amount")
        ]
