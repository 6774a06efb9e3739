"""A person's wallet, what they put in, and what providers offer. Whoever leaves is deleted, so these tables forget."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models

from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField


def fact_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a fact is bound to: the wallet that it lies in."""
    return f"benefits_fact:{row['wallet_id']}".encode()


class Wallet(models.Model):
    """That a person takes part. It holds no points: they are counted from the facts whenever the person looks, and kept nowhere."""

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, primary_key=True)
    jurisdiction = models.TextField(db_collation="C")
    opened_at = models.DateTimeField()


class Fact(models.Model):
    """A positive fact that the person put in: a record of their own, or something entered with evidence, for its issuer to confirm.

    What it is stands sealed (`kind`, `units`, `on`, `evidence`); in the clear stands who is to confirm it.
    """

    class Reason(models.TextChoices):
        """Why an issuer did not confirm; words of its own would say something of a person."""

        NOT_FOUND = "not-found", "查无此项证明 no such evidence"
        NAME_DIFFERS = "name-differs", "证明上的姓名不符 another name stands on it"
        DIFFERS = "differs", "内容与证明不符 it says something else"
        NOT_OURS = "not-ours", "不是本单位出具 issued by somebody else"

    wallet = models.ForeignKey(Wallet, on_delete=models.CASCADE, related_name="facts")
    issuer = models.TextField(db_collation="C", default="")
    record = models.BigIntegerField(null=True)
    sealed = SealedField(ring="benefits", bound=fact_bound, needs=["wallet_id"])
    entered_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    reason = models.TextField(choices=Reason.choices, default="", db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wallet", "record"], name="benefits_fact_record_once"),
            models.CheckConstraint(
                condition=models.Q(record__isnull=True) ^ models.Q(issuer=""), name="benefits_fact_shown_somehow"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True) | models.Q(declined_at__isnull=True),
                name="benefits_fact_decided_once",
            ),
            models.CheckConstraint(
                condition=models.Q(declined_at__isnull=True) ^ ~models.Q(reason=""), name="benefits_fact_declined_why"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["issuer", "entered_at"],
                condition=~models.Q(issuer="") & models.Q(confirmed_at__isnull=True, declined_at__isnull=True),
                name="benefits_fact_waiting",
            )
        ]


class Offer(models.Model):
    """A benefit that a provider offers in a scene of the lawbook: what it is, what everybody else has, how many points, how often a year."""

    provider = models.TextField(db_collation="C")
    scene = models.TextField(db_collation="C")
    title = models.TextField()
    words = models.TextField()
    otherwise = models.TextField()
    points = models.PositiveIntegerField()
    times_a_year = models.PositiveSmallIntegerField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(points__gt=0) & (models.Q(times_a_year__isnull=True) | models.Q(times_a_year__gt=0)),
                name="benefits_offer_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(words="") & ~models.Q(otherwise=""),
                name="benefits_offer_said_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="benefits_offer_days_ordered",
            ),
        ]


class Code(models.Model):
    """That a person may have a benefit once: the SHA-256 of a code that they show its provider, until it is used or its time is over."""

    wallet = models.ForeignKey(Wallet, on_delete=models.CASCADE, related_name="codes")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="codes")
    digest = models.BinaryField(unique=True)
    drawn_at = models.DateTimeField()
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(used_at__lte=models.F("until")),
                name="benefits_code_used_in_time",
            )
        ]


class Owed(models.Model):
    """An entry of the ledger about somebody who left, to be erased as soon as it has its place in the signed tree."""

    entry = models.BigIntegerField(primary_key=True)
