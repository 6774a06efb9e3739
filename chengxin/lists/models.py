"""Measures set going: what a dry run found, who is asked to carry a measure out, each task, and what was answered."""

from typing import ClassVar

from django.db import models

from chengxin.cases.models import Notice
from chengxin.records.models import Record
from chengxin.subjects.models import Subject


class DryRun(models.Model):
    """How many a measure would meet, as counted at an instant over data up to the ledger's entry `data`. Never edited."""

    measure = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")
    data = models.BigIntegerField()
    counts = models.JSONField()


class Activation(models.Model):
    """From this instant the agency is asked to carry the measure out, or no more; the latest counts. It rests on a dry run."""

    measure = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    agency = models.TextField(db_collation="C")
    number = models.SmallIntegerField()
    active = models.BooleanField()
    dry_run = models.ForeignKey(DryRun, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["measure", "jurisdiction", "agency", "number"], name="lists_activation_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(active=False) | models.Q(dry_run__isnull=False), name="lists_activation_dry_run"
            ),
        ]


class Task(models.Model):
    """An agency is to carry a measure out on a subject because of a record, to lift it since its ground has fallen, or to make good one
    that should never have been carried out; by the day. Never edited.

    `turn` counts how often before the measure was carried out on that subject because of that record, and what lifts it or makes it
    good bears the turn of what it undoes: who was freed may be met again, and a record met first as another firm's meets its own.
    """

    class Kind(models.TextChoices):
        """What is to be done."""

        CARRY_OUT = "carry-out", "执行 carry out"
        LIFT = "lift", "解除 lift"
        REMEDY = "remedy", "补救 remedy"

    kind = models.TextField(choices=Kind.choices, db_collation="C")
    measure = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    agency = models.TextField(db_collation="C")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    turn = models.SmallIntegerField(default=0, db_default=0)
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["measure", "agency", "record", "subject", "turn", "kind"], name="lists_task_once_a_turn"
            ),
            models.CheckConstraint(condition=models.Q(turn__gte=0), name="lists_task_turn_counted"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["carry-out", "lift", "remedy"]), name="lists_task_kind_known"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["agency", "due_on"], name="lists_task_agency_due")]


class Change(models.Model):
    """A change of who stands on a list of a place, as told to whoever keeps the list elsewhere, in the order in which it is to be made
    there: a record put on (`entered`, or `corrected` where it takes the place of `replaces` or its subject bears another number),
    or taken off, for good (`left`) or while an objection is open (`suspended`). Never edited.
    """

    class Kind(models.TextChoices):
        """What became of the entry."""

        ENTERED = "entered", "列入 entered"
        CORRECTED = "corrected", "更正 corrected"
        SUSPENDED = "suspended", "暂不产生效力 suspended"
        LEFT = "left", "移出 left"

    jurisdiction = models.TextField(db_collation="C")
    list = models.TextField(db_collation="C")
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    # Held by one join a statement (ADR 0002).
    record = models.ForeignKey(Record, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    replaces = models.ForeignKey(
        Record, on_delete=models.PROTECT, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    code = models.TextField(db_collation="C")
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["entered", "corrected", "suspended", "left"]),
                name="lists_change_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(replaces__isnull=True) | models.Q(kind="corrected"),
                name="lists_change_replaces_corrected",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["jurisdiction", "id"], name="lists_change_in_order")]


class TaskAnswer(models.Model):
    """What the agency says of a task: done, or not done and why. The latest counts. Never edited.

    Of a measure carried out its subject is told by `notice`; unless that is served by the day `tell_by` the measure has no effect, and
    its task is the agency's again.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        DONE = "done", "已办 done"
        NOT_DONE = "not-done", "未办 not done"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="answers")
    number = models.SmallIntegerField()
    outcome = models.TextField(choices=Outcome.choices, db_collation="C")
    reason = models.TextField()
    document = models.TextField(default="")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, related_name="+")
    tell_by = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "number"], name="lists_taskanswer_in_order"),
            models.CheckConstraint(
                condition=models.Q(notice__isnull=True, tell_by__isnull=True)
                | models.Q(notice__isnull=False, tell_by__isnull=False, outcome="done"),
                name="lists_taskanswer_told_by_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="done") | ~models.Q(reason=""), name="lists_taskanswer_reasoned"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["done", "not-done"]), name="lists_taskanswer_outcome_known"
            ),
        ]
