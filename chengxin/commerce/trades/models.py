"""The manifest of the lake: what platforms filed, which file holds which day, what was removed. Nothing here is edited."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Filing(models.Model):
    """One file of a platform's, and what became of its rows; the n-th of its kind. Where it is whole, the days and shops of which it says all."""

    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    version = models.IntegerField()
    digest = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    whole_from = models.DateField(null=True)
    whole_to = models.DateField(null=True)
    whole_shops = ArrayField(models.TextField(db_collation="C"), default=list)
    rows = models.BigIntegerField()
    accepted = models.BigIntegerField()
    refused = models.BigIntegerField()
    unchanged = models.BigIntegerField()
    # Rows whose order or parcel is not filed yet: accepted, and counted.
    unmet = models.BigIntegerField()
    refused_by_reason = models.JSONField(default=dict)
    refused_path = models.TextField(db_collation="C", default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "kind", "version"], name="trades_filing_in_order"),
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("refused") + F("unchanged")), name="trades_filing_rows_counted"
            ),
            models.CheckConstraint(
                condition=Q(whole_from__isnull=True, whole_to__isnull=True) | Q(whole_to__gte=F("whole_from")),
                name="trades_filing_days_ordered",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="trades_filing_digest_shaped"),
        ]
        indexes: ClassVar = [models.Index(fields=["platform", "kind", "digest"], name="trades_filing_again")]


class Part(models.Model):
    """The rows of one day of a platform's kind, as one filing left them: a file of the lake, or none where no row is left. The latest stands."""

    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="parts")
    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    day = models.DateField()
    version = models.IntegerField()
    path = models.TextField(db_collation="C", default="")
    rows = models.BigIntegerField()
    bytes = models.BigIntegerField()
    digest = models.TextField(db_collation="C", default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "kind", "day", "version"], name="trades_part_in_order"),
            models.UniqueConstraint(fields=["path"], condition=~Q(path=""), name="trades_part_path_once"),
            models.CheckConstraint(
                condition=Q(rows=0, path="", bytes=0)
                | Q(rows__gt=0, bytes__gt=0, digest__regex=r"^[0-9a-f]{64}$") & ~Q(path=""),
                name="trades_part_whole",
            ),
        ]


class Vanished(models.Model):
    """What a whole filing no longer says though it was filed before and may not be deleted: the rows stand in a file of the lake, as evidence."""

    filing = models.OneToOneField(Filing, on_delete=models.PROTECT, related_name="vanished")
    missing = models.BigIntegerField()
    emptied = models.BigIntegerField()
    path = models.TextField(db_collation="C", unique=True)
    digest = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(missing__gte=0, emptied__gte=0) & ~Q(missing=0, emptied=0), name="trades_vanished_counted"
            )
        ]


class Removal(models.Model):
    """A file of the lake removed when its time of keeping was over."""

    part = models.OneToOneField(Part, on_delete=models.PROTECT, related_name="removal")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")
