"""The one append-only log of every change and every reading."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now


class Entry(models.Model):
    """One thing done or asked: by which actor, for which purpose, about which subject, at which instant.

    Actors and subjects stand here by key, not by foreign key: an entry outlives whatever it names. The database
    refuses UPDATE, DELETE and TRUNCATE (migration 0001).
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.TextField(db_collation="C")
    event = models.TextField(db_collation="C")
    purpose = models.TextField(db_collation="C", default="", db_default="")
    subject = models.BigIntegerField(null=True)
    object = models.TextField(db_collation="C", default="", db_default="")
    detail = models.JSONField(default=dict, db_default={})

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(actor=""), name="ledger_entry_has_actor"),
            models.CheckConstraint(
                condition=models.Q(event__regex=r"^[a-z-]+\.[a-z-]+\.[a-z-]+$"), name="ledger_entry_event_named"
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject", "at"], condition=models.Q(subject__isnull=False), name="ledger_entry_subject_at"
            ),
            # By the asker's case, where an entry names one: whether a decision was checked before it was taken.
            models.Index(
                models.F("actor"),
                KeyTextTransform("case_number", "detail"),
                condition=models.Q(detail__has_key="case_number"),
                name="ledger_entry_case",
            ),
        ]
