"""The one append-only log of every change and every reading, and the tree that proves it."""

from django.contrib.postgres.functions import RandomUUID
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
    # Drawn by the database unless whoever writes has drawn it: without it nobody can try texts against the commitment.
    salt = models.UUIDField(db_default=RandomUUID())

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


class Leaf(models.Model):
    """The place of an entry in the tree, given after its commit, and what the tree holds of it. It outlives the entry's text."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    commitment = models.BinaryField()


class Tile(models.Model):
    """Sixteen neighbouring hashes of complete trees of 16^level leaves; written once, when all sixteen are known."""

    pk = models.CompositePrimaryKey("level", "number")
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()


class Checkpoint(models.Model):
    """What the log signed: so many leaves, with this root. `reached` and `holes` are where the sequencer goes on."""

    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.TextField()
    at = models.DateTimeField()
    reached = models.BigIntegerField()
    holes = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["size", "-id"], name="ledger_checkpoint_size")]


class LogKey(models.Model):
    """A public key with which the log signs or has signed, as verifiers are given it."""

    written = models.TextField(unique=True, db_collation="C")
    at = models.DateTimeField()


class Erased(models.Model):
    """That an entry's text and salt were taken out of the ledger, and which entry tells of it. Only what stands here can be deleted."""

    entry = models.BigIntegerField(primary_key=True)
    by_entry = models.BigIntegerField()
