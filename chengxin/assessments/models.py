"""What whoever assesses the agencies wrote down of their work on the lists, and what they answered. Nothing here is edited."""

from typing import ClassVar

from django.db import models


class Oversight(models.Model):
    """A circular, an inspection of an agency's work or a demand to put something right, of a kind of the lawbook; by whom, of which day and
    document, and where it is to be answered, by which day.
    """

    kind = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    agency = models.TextField(db_collation="C")
    on = models.DateField()
    what = models.TextField()
    document = models.TextField()
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(what="") & ~models.Q(document="") & ~models.Q(agency=""),
                name="assessments_oversight_documented",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__isnull=True) | models.Q(due_on__gte=models.F("on")),
                name="assessments_oversight_days_ordered",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["on", "agency"], name="assessments_oversight_on")]


class Reply(models.Model):
    """What came after: the agency's answer, or that whoever wrote it down takes it back. The latest counts."""

    class Kind(models.TextChoices):
        """What came."""

        ANSWERED = "answered", "已答复 answered"
        WITHDRAWN = "withdrawn", "已撤回 taken back"

    oversight = models.ForeignKey(Oversight, on_delete=models.PROTECT, related_name="replies")
    number = models.SmallIntegerField()
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    words = models.TextField()
    document = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["oversight", "number"], name="assessments_reply_in_order"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["answered", "withdrawn"]) & ~models.Q(words=""),
                name="assessments_reply_known",
            ),
        ]


class RealNames(models.Model):
    """How many accounts of a domain an agency says are held, and of how many the real name was verified, as of a day and by a document. Nobody's
    name is in it. The latest of an agency's in a domain stands.
    """

    domain = models.TextField(db_collation="C")
    agency = models.TextField(db_collation="C")
    as_of = models.DateField()
    held = models.BigIntegerField()
    verified = models.BigIntegerField()
    document = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(held__gte=0, verified__gte=0, verified__lte=models.F("held"))
                & ~models.Q(document=""),
                name="assessments_realnames_a_part_of_a_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["domain", "agency"], name="assessments_realnames_of")]
