"""Answers given anew since the first rested on a mistake, and what was done with answers."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Reissue(models.Model):
    """An answer given anew, since the one that the ledger entry tells of rested on a wrong match or merge. Never edited.

    `cause` names what was undone (`record:…`, `merge:…`); `was` and `now` are the outcome and the measures before and after.
    """

    class Kind(models.TextChoices):
        """What was answered."""

        CHECK = "check", "核查 check"
        FILE = "file", "企业档案 a subject's file"

    kind = models.TextField(choices=Kind.choices, db_collation="C")
    entry = models.BigIntegerField()
    cause = models.TextField(db_collation="C")
    actor = models.TextField(db_collation="C")
    subject = models.BigIntegerField()
    number = models.TextField(db_collation="C")
    purpose = models.TextField()
    asked_at = models.DateTimeField()
    was = models.JSONField(encoder=DjangoJSONEncoder)
    now = models.JSONField(encoder=DjangoJSONEncoder)
    reason = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause", "entry", "at"], name="checks_reissue_once")]
        indexes = [models.Index(fields=["actor", "-id"], name="checks_reissue_actor")]

    def as_dict(self) -> dict[str, Any]:
        """The new answer beside the old, as every door gives it."""
        shown = ("kind", "actor", "number", "purpose", "asked_at", "entry", "cause", "was", "now", "reason", "at")
        receipt = getattr(self, "receipt", None)
        return {
            "reissue": self.pk,
            **{name: getattr(self, name) for name in shown},
            "received_at": receipt.at if receipt else None,
        }


class Receipt(models.Model):
    """That whoever had the first answer has taken note of the new one."""

    reissue = models.OneToOneField(Reissue, on_delete=models.PROTECT, primary_key=True, related_name="receipt")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()


class Use(models.Model):
    """What whoever asked did with an answer: a person's decision and why. An answer is advice, never a lock; the latest counts."""

    class Outcome(models.TextChoices):
        """What was done."""

        FOLLOWED = "followed", "采纳 followed"
        SET_ASIDE = "set-aside", "未采纳 set aside"
        NOT_RELEVANT = "not-relevant", "与本案无关 not relevant"

    entry = models.BigIntegerField()
    number = models.SmallIntegerField()
    outcome = models.TextField(choices=Outcome.choices, db_collation="C")
    reason = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="checks_use_in_order"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["followed", "set-aside", "not-relevant"]),
                name="checks_use_outcome_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="followed") | ~models.Q(reason=""), name="checks_use_reasoned"
            ),
        ]


class Decision(models.Model):
    """That an agency decided its case on a day, as it says itself; against these the checks are counted. Never edited: of one
    case the latest counts, and one taken back counts no more.
    """

    agency = models.TextField(db_collation="C")
    matter = models.TextField(db_collation="C")
    case_number = models.TextField(db_collation="C")
    number = models.SmallIntegerField()
    decided_on = models.DateField()
    taken_back = models.BooleanField(default=False)
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "matter", "case_number", "number"], name="checks_decision_in_order"
            ),
            models.CheckConstraint(
                condition=~models.Q(agency="") & ~models.Q(case_number=""), name="checks_decision_of_somebody"
            ),
        ]


class Ticket(models.Model):
    """What opens one check, once and soon, in a frame of the asker's own system: only the SHA-256 of its token is kept. Never edited."""

    token_hash = models.BinaryField(unique=True)
    client = models.BigIntegerField()
    actor = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C")
    matter = models.TextField(db_collation="C")
    purpose = models.TextField()
    case_number = models.TextField()
    jurisdiction = models.TextField(db_collation="C")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("issued_at")), name="checks_ticket_expires"
            ),
        ]


class Opening(models.Model):
    """That a ticket was used, the answer that it opened, and the SHA-256 of the token with which what was done is written down once."""

    ticket = models.OneToOneField(Ticket, on_delete=models.PROTECT, primary_key=True, related_name="opening")
    entry = models.BigIntegerField()
    form_hash = models.BinaryField(unique=True)
    form_expires_at = models.DateTimeField()
    at = models.DateTimeField()
