"""Draws of inspections, step by step: a seed committed to, a population frozen, the seed revealed, who was drawn, and what came of it.

Nothing here is edited, but that the database itself marks a draw as over when its result is written.
"""

from typing import ClassVar

from django.db import models

from chengxin.subjects.models import Subject


class Draw(models.Model):
    """An agency's commitment to a seed for a draw in one domain of its supervision; of the seed only its SHA-256 is kept.

    `over` is set by the database when the draw's result is written, and by nothing else: so of an agency's draws in a domain at most
    one is not over.
    """

    agency = models.TextField(db_collation="C")
    domain = models.TextField()
    jurisdiction = models.TextField(db_collation="C")
    seed_hash = models.TextField(db_collation="C")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")
    over = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "domain"], condition=models.Q(over=False), name="inspections_draw_one_open"
            ),
            models.UniqueConstraint(fields=["seed_hash"], name="inspections_draw_seed_once"),
            models.CheckConstraint(
                condition=models.Q(seed_hash__regex="^[0-9a-f]{64}$"), name="inspections_draw_seed_hashed"
            ),
        ]


class Freezing(models.Model):
    """Who may be drawn, fixed at an instant, with the shares of the law of that day and the register's own salt."""

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, primary_key=True, related_name="freezing")
    salt = models.TextField(db_collation="C")
    shares = models.JSONField()
    size = models.IntegerField()
    population_digest = models.TextField(db_collation="C")
    inspectors = models.JSONField()
    inspectors_each = models.SmallIntegerField()
    inspectors_digest = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")


class Member(models.Model):
    """One subject of a frozen population, by its number, in its group."""

    # Held by one join a statement (ADR 0002), and found by the unique index.
    draw = models.ForeignKey(
        Draw, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="members"
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    code = models.TextField(db_collation="C")
    group = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "code"], name="inspections_member_once")]


class Result(models.Model):
    """The end of a draw: the seed revealed, how many were drawn of each group, which of these were no longer in their class, and by when
    they are to be inspected; or why it was abandoned.
    """

    draw = models.OneToOneField(Draw, on_delete=models.PROTECT, primary_key=True, related_name="result")
    seed = models.TextField(null=True, db_collation="C")
    reason = models.TextField(default="")
    groups = models.JSONField(default=dict)
    fallen = models.JSONField(default=list)
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(seed__isnull=False, due_on__isnull=False) | ~models.Q(reason=""),
                name="inspections_result_revealed_or_reasoned",
            )
        ]


class Inspection(models.Model):
    """One subject drawn, with the rank that chance gave it and the staff numbers of who inspects it."""

    draw = models.ForeignKey(
        Draw, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="inspections"
    )
    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    code = models.TextField(db_collation="C")
    group = models.TextField(db_collation="C")
    rank = models.TextField(db_collation="C")
    inspectors = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "code"], name="inspections_inspection_once")]


class Answer(models.Model):
    """What the agency says of an inspection: done and what was found, or not done and why. The latest counts."""

    class Outcome(models.TextChoices):
        """What became of it."""

        DONE = "done", "已检查 done"
        NOT_DONE = "not-done", "未检查 not done"

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="answers")
    number = models.SmallIntegerField()
    outcome = models.TextField(choices=Outcome.choices, db_collation="C")
    reason = models.TextField()
    document = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["inspection", "number"], name="inspections_answer_in_order"),
            models.CheckConstraint(
                condition=models.Q(outcome="done") | ~models.Q(reason=""), name="inspections_answer_reasoned"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["done", "not-done"]), name="inspections_answer_outcome_known"
            ),
        ]
