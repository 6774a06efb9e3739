"""Badges as they were signed, and what became of them. Nothing here is edited."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Badge(models.Model):
    """A badge: whose it is, its words as signed, and until when."""

    number = models.TextField(unique=True, db_collation="C")
    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    said = models.JSONField()
    note = models.TextField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="badges_badge_ends"),
            # No natural person is on a badge, whoever writes it.
            models.CheckConstraint(
                condition=~Q(said__kind="individual") | Q(said__name="", said__code=""), name="badges_badge_no_person"
            ),
            # Nor is one graded: only a firm's shop, and never that of an individual business, which is a natural person in trade.
            models.CheckConstraint(
                condition=Q(said__rating__isnull=True)
                | Q(said__rating=None)
                | Q(said__has_keys=["kind", "code"], said__kind="unit", said__code__regex="^[0-9A-Z]{18}$")
                & ~Q(said__code__startswith="92"),
                name="badges_badge_no_person_graded",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["platform", "shop"], name="badges_badge_shop")]


class BadgeStep(models.Model):
    """That a badge was revoked, with the reasons, or given back: in turns, each once."""

    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    kind = models.TextField(choices=[("revoked", "撤销 revoked"), ("restored", "恢复 restored")], db_collation="C")
    words = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["badge", "number"], name="badges_badgestep_in_order"),
            models.CheckConstraint(condition=~Q(words="") & Q(number__gte=1), name="badges_badgestep_with_reasons"),
        ]
