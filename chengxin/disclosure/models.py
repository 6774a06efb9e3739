"""What persons allowed and took back, how often it was used, and how often somebody asked. Nothing here is edited; nobody is named."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField


def scan_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a consent's scan is bound to: whose it is, and what it says."""
    return f"disclosure_consent:{row['subject_id']}:{row['scan_digest']}".encode()


class Consent(models.Model):
    """What a person allowed: whom, what for, which kinds of record, from when until when, how often. Never edited: a withdrawal stands beside it.

    Given by the person at the portal, or on paper, and then its scan is on file, sealed. `single` says that the purpose wants one named use.
    """

    class Way(models.TextChoices):
        """How it was given."""

        PORTAL = "portal", "网上 at the portal"
        PAPER = "paper", "书面 on paper"

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    grantee = models.TextField(db_collation="C")
    purpose = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    record_types = ArrayField(models.TextField(db_collation="C"))
    starts_on = models.DateField()
    ends_on = models.DateField()
    most = models.SmallIntegerField(null=True)
    single = models.BooleanField()
    named_use = models.TextField()
    way = models.TextField(choices=Way.choices, db_collation="C")
    scan_type = models.TextField(db_collation="C", default="")
    scan_digest = models.TextField(db_collation="C", default="")
    sealed = SealedField(null=True, ring="vault", bound=scan_bound, needs=["subject_id", "scan_digest"])
    lawbook_digest = models.TextField(db_collation="C")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")), name="disclosure_consent_term_ordered"
            ),
            models.CheckConstraint(
                condition=models.Q(most__isnull=True) | models.Q(most__gt=0), name="disclosure_consent_times"
            ),
            models.CheckConstraint(
                condition=models.Q(single=False) | models.Q(most__isnull=False, most=1) & ~models.Q(named_use=""),
                name="disclosure_consent_one_named_use",
            ),
            models.CheckConstraint(
                condition=models.Q(way="portal", sealed__isnull=True)
                | models.Q(way="paper", sealed__isnull=False) & ~models.Q(scan_digest=""),
                name="disclosure_consent_paper_on_file",
            ),
            models.CheckConstraint(
                condition=models.Q(record_types__len__gt=0) & ~models.Q(by="") & ~models.Q(grantee=""),
                name="disclosure_consent_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "grantee", "purpose"], name="disclosure_consent_reader"),
            models.Index(fields=["grantee", "-id"], name="disclosure_consent_grantee"),
        ]


class Withdrawal(models.Model):
    """That the person took a consent back, at the portal or on paper; from its commit on the database lets no use of it in. Never edited."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, primary_key=True, related_name="withdrawal")
    way = models.TextField(choices=Consent.Way.choices, db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    due_on = models.DateField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(way__in=["portal", "paper"]), name="disclosure_withdrawal_way_known"
            )
        ]


class Acknowledgement(models.Model):
    """That the grantee took note of a withdrawal. Never edited."""

    withdrawal = models.OneToOneField(
        Withdrawal, on_delete=models.PROTECT, primary_key=True, related_name="acknowledgement"
    )
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()


class Request(models.Model):
    """That a partner asks for a consent, of nobody yet: what for, which kinds of record, for how many days, how often; until when it may be answered.
    Its `number` is drawn and cannot be guessed. Nobody's identifier is in it; whose it is says who opened it first.
    """

    number = models.TextField(unique=True, db_collation="C")
    grantee = models.TextField(db_collation="C")
    client = models.BigIntegerField()
    purpose = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    record_types = ArrayField(models.TextField(db_collation="C"))
    days = models.SmallIntegerField()
    most = models.SmallIntegerField(null=True)
    named_use = models.TextField(default="")
    reference = models.TextField(default="")
    at = models.DateTimeField()
    until = models.DateTimeField()
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(record_types__len__gt=0, days__gt=0, until__gt=models.F("at"))
                & models.Q(number__regex=r"^[0-9a-f]{20}$")
                & ~models.Q(grantee=""),
                name="disclosure_request_of_something",
            ),
            models.UniqueConstraint(
                fields=["grantee", "reference"],
                condition=~models.Q(reference=""),
                name="disclosure_request_once_a_reference",
            ),
        ]


class RequestOpening(models.Model):
    """Whose a request is: who opened it first. One, by the database, however many open it at once. Never edited."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, primary_key=True, related_name="opening")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class RequestAnswer(models.Model):
    """What that person answered: the consent that they gave, or none. Once, by the database. Never edited."""

    request = models.OneToOneField(Request, on_delete=models.PROTECT, primary_key=True, related_name="answer")
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, null=True, related_name="request_answer")
    at = models.DateTimeField()


class Use(models.Model):
    """One reading on a consent: which one it was, and the ledger's entry of it. The database lets in no more than the person allowed."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="uses")
    number = models.IntegerField()
    entry = models.BigIntegerField(unique=True)
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consent", "number"], name="disclosure_use_in_order")]


class Call(models.Model):
    """One call about a person: the how-manieth of this program for this purpose on the day. The database lets in no more than `most`."""

    actor = models.TextField(db_collation="C")
    client = models.BigIntegerField()
    purpose = models.TextField(db_collation="C")
    day = models.DateField()
    number = models.IntegerField()
    most = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "client", "purpose", "day", "number"], name="disclosure_call_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gte=0) & models.Q(number__lt=models.F("most")),
                name="disclosure_call_limited",
            ),
        ]
