"""What was noticed in the use of the register, the readings that it rests on, what the reader answered and what a person decided. Nothing is edited."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Look(models.Model):
    """How far the ledger's readings have been looked at: the place in its tree before which all are."""

    reached = models.BigIntegerField()
    readings = models.IntegerField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")


class Finding(models.Model):
    """What a detector of the lawbook noticed in one reader's use on one day, and by which day the reader may answer. It is about the use
    and names no subject. After a decision, what is noticed of the same day is another finding.
    """

    detector = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    reader = models.TextField(db_collation="C")
    account = models.BigIntegerField()  # 0: a program's, or of before there were accounts
    on = models.DateField()
    number = models.SmallIntegerField()
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["detector", "reader", "account", "on", "number"], name="audits_finding_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(reader="") & models.Q(number__gte=0), name="audits_finding_of_somebody"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["reader", "-id"], name="audits_finding_reader")]


class Evidence(models.Model):
    """The readings that one look added to a finding: how many, the first hundred by their numbers in the ledger, and the greatest of what was
    compared with the threshold.
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="evidence")
    look = models.ForeignKey(Look, on_delete=models.PROTECT)
    count = models.IntegerField()
    entries = ArrayField(models.BigIntegerField())
    value = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "look"], name="audits_evidence_once_a_look"),
            models.CheckConstraint(
                condition=models.Q(count__gt=0) & models.Q(entries__len__gt=0), name="audits_evidence_is_some"
            ),
        ]


class Word(models.Model):
    """What was said to a finding, in order: the reader's answers, then the decision of a person, with its reasons."""

    class Kind(models.TextChoices):
        """Who said what."""

        ANSWERED = "answered", "查询单位的说明 the reader's answer"
        JUSTIFIED = "justified", "查询正当 justified"
        NOT_JUSTIFIED = "not-justified", "查询不当 not justified"
        PASSED_ON = "passed-on", "移送其机关 passed on to the agency"

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="words")
    number = models.SmallIntegerField()
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    words = models.TextField()
    document = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "number"], name="audits_word_in_order"),
            # One decision: whoever decides twice at once is refused by the database.
            models.UniqueConstraint(
                fields=["finding"], condition=~models.Q(kind="answered"), name="audits_word_decided_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["answered", "justified", "not-justified", "passed-on"])
                & ~models.Q(words=""),
                name="audits_word_known",
            ),
        ]
