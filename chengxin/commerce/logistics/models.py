"""Who carries for a platform, what was answered, and what was published of each quarter. Nothing here is edited."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q


class Carrier(models.Model):
    """Which company a platform's own id of a carrier stands for; the latest stands."""

    platform = models.TextField(db_collation="C")
    carrier = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{18}$"), name="logistics_carrier_coded"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["platform", "carrier"], name="logistics_carrier_of"),
            models.Index(fields=["code"], name="logistics_carrier_code"),
        ]


class Token(models.Model):
    """What opens one evaluation of a firm by whoever received a parcel: marks of it and of the parcel, by which neither is read; no person."""

    mark = models.TextField(unique=True, db_collation="C")
    parcel = models.TextField(unique=True, db_collation="C")
    platform = models.TextField(db_collation="C")
    firm = models.TextField(db_collation="C")
    quarter = models.TextField(db_collation="C")
    at = models.DateTimeField()


class Spent(models.Model):
    """That a token is used up: not by which answer."""

    token = models.OneToOneField(Token, on_delete=models.PROTECT, primary_key=True, related_name="spent")
    on = models.DateField()


class Answer(models.Model):
    """One answer of a side. `who` is a department, or a unit's mark, so that each answers once; of a consumer nothing. Its number is drawn
    and its day is all that is kept of when, so that no answer is laid beside the token that it came by.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    side = models.TextField(choices=[(s, s) for s in ("regulator", "merchants", "consumers")], db_collation="C")
    firm = models.TextField(db_collation="C")
    quarter = models.TextField(db_collation="C")
    method_version = models.IntegerField()
    scores = models.JSONField()
    who = models.TextField(db_collation="C", default="")
    on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(side="consumers", who="") | ~Q(side="consumers") & ~Q(who=""),
                name="logistics_answer_no_person",
            ),
            models.UniqueConstraint(
                fields=["side", "firm", "quarter", "who"], condition=~Q(who=""), name="logistics_answer_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["firm", "quarter"], name="logistics_answer_firm")]


class Publication(models.Model):
    """A firm's quarter as it was published: frozen. A correction is the next version, with its reason."""

    firm = models.TextField(db_collation="C")
    quarter = models.TextField(db_collation="C")
    version = models.IntegerField()
    said = models.JSONField()
    reason = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["firm", "quarter", "version"], name="logistics_publication_in_order"),
            models.CheckConstraint(
                condition=Q(version=1, reason="") | Q(version__gt=1) & ~Q(reason=""),
                name="logistics_publication_with_reason",
            ),
        ]
