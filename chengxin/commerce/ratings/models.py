"""Ratings as they were published, and decisions by which trades were taken out. Nothing here is edited."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Exclusion(models.Model):
    """Trades that an authority decided to be forged: its document, and the platform's orders that count no more."""

    platform = models.TextField(db_collation="C")
    orders = ArrayField(models.TextField(db_collation="C"))
    document = models.TextField()
    authority = models.TextField()
    decided_on = models.DateField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(document="") & ~Q(authority="") & ~Q(reason="") & Q(orders__len__gte=1),
                name="ratings_exclusion_decided",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["platform"], name="ratings_exclusion_platform")]


class Revocation(models.Model):
    """That such a decision was revoked, by which document and why: its trades count again."""

    exclusion = models.OneToOneField(Exclusion, on_delete=models.PROTECT, related_name="revocation")
    document = models.TextField()
    reason = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(document="") & ~Q(reason=""), name="ratings_revocation_decided")
        ]


class Publication(models.Model):
    """The ratings of a platform's shops over a period, as computed once: by which method, from what, as known when. `inputs` is the digest of all that."""

    platform = models.TextField(db_collation="C")
    period = models.TextField(db_collation="C")
    first = models.DateField()
    last = models.DateField()
    version = models.IntegerField()
    method = models.TextField(db_collation="C")
    method_from = models.DateField()
    method_said = models.JSONField()
    lawbook_digest = models.TextField(db_collation="C")
    sources = models.JSONField()
    inputs = models.TextField(db_collation="C")
    shops = models.IntegerField()
    rated = models.IntegerField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "period", "version"], name="ratings_publication_in_order"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="ratings_publication_days_ordered"),
            models.CheckConstraint(
                condition=Q(rated__gte=0, shops__gte=F("rated")), name="ratings_publication_counted"
            ),
        ]


class Rating(models.Model):
    """One shop in a publication. Of a firm's: its features, total, interval and word; `without` is what it would be had no trade been taken out.
    Of anybody else's there are counts of trades, and nothing more.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="ratings")
    shop = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C", default="")
    counts = models.JSONField()
    features = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    low = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    high = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    grade = models.TextField(db_collation="C", default="")
    without = models.JSONField(default=dict)
    excluded = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["publication", "shop"], name="ratings_rating_once"),
            # No natural person is rated, whoever writes it: what is not a firm's, or an individual business's, has counts alone.
            models.CheckConstraint(
                condition=Q(kind="firm", code__regex=r"^[0-9A-Z]{18}$") & ~Q(code__startswith="92")
                | Q(kind__in=["individual", "unfiled"], code="", features={}, without={}, grade="")
                & Q(total__isnull=True, low__isnull=True, high__isnull=True),
                name="ratings_rating_no_person",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True, low__isnull=True, high__isnull=True, grade__in=["", "not-enough"])
                | Q(total__isnull=False, low__isnull=False, high__isnull=False)
                & Q(low__gte=0, total__gte=F("low"), high__gte=F("total"), high__lte=1)
                & ~Q(grade__in=["", "not-enough"]),
                name="ratings_rating_whole",
            ),
            models.CheckConstraint(condition=Q(excluded__gte=0), name="ratings_rating_excluded_counted"),
        ]
        indexes: ClassVar = [models.Index(fields=["shop"], name="ratings_rating_shop")]
