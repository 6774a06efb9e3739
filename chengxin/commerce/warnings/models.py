"""Consumer warnings, their steps, and what platforms were told and acknowledged. Nothing here is edited; no natural person is in any of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from chengxin.cases.models import StepKept
from chengxin.commerce.trails.models import Recall
from chengxin.commerce.warnings.rules import TEXTS
from chengxin.ledger.guards import nobody_in
from chengxin.records.models import Record
from chengxin.subjects.models import Subject


class Warning(models.Model):
    """A draft and what it rests on: one ground by its key, a unit or a shop that it names, its words in both languages, and the day on which
    it is over. `account` is who drafted it, 0 for a program.
    """

    ground = models.TextField(db_collation="C")
    list = models.TextField(db_collation="C", blank=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="+")
    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    code = models.TextField(db_collation="C", blank=True)
    name = models.TextField()
    platform = models.TextField(db_collation="C", blank=True)
    shop = models.TextField(db_collation="C", blank=True)
    shop_title = models.TextField(blank=True)
    gtin = models.TextField(db_collation="C", blank=True)
    title = models.TextField()
    title_en = models.TextField()
    goods = models.TextField(blank=True)
    goods_en = models.TextField(blank=True)
    facts = models.TextField()
    facts_en = models.TextField()
    advice = models.TextField()
    advice_en = models.TextField()
    until = models.DateField()
    jurisdiction = models.TextField(db_collation="C")
    authority = models.TextField(db_collation="C")
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    opened_by = models.TextField(db_collation="C")
    account = models.BigIntegerField()
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("opened_on")), name="warnings_warning_ends"),
            models.CheckConstraint(
                condition=Q(ground="list-entry", record__isnull=False, recall__isnull=True, subject__isnull=False)
                & ~Q(list="")
                | Q(ground="sampling", record__isnull=False, recall__isnull=True, subject__isnull=False, list="")
                | Q(ground="recall", record__isnull=True, recall__isnull=False, list=""),
                name="warnings_warning_on_one_ground",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(title="") & ~Q(title_en="") & ~Q(facts="") & ~Q(facts_en="") & ~Q(advice="")
                & ~Q(advice_en="") & ~Q(authority="") & ~Q(opened_by=""),
                name="warnings_warning_says_all",
            ),  # fmt: skip
            models.CheckConstraint(
                condition=Q(platform="", shop="") | ~Q(platform="") & ~Q(shop=""), name="warnings_warning_shop_whole"
            ),
            # No natural person is in a warning, whoever writes it.
            models.CheckConstraint(
                condition=nobody_in("name", "shop_title", *TEXTS), name="warnings_warning_no_person"
            ),
        ]  # fmt: skip

    @property
    def number(self) -> str:
        """The number that the public, the merchant and the platforms quote."""
        return f"{self.opened_on:%Y%m%d}-{self.pk:06d}"


class WarningStep(StepKept):
    """One step of a warning, with what words. A reply is the merchant's step. Of danger to life `first` and `second` are the officers who drafted and
    who stated it.
    """

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="steps")
    words = models.TextField(blank=True)
    first = models.BigIntegerField(null=True)
    second = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warning", "number"], name="warnings_step_in_order"),
            models.CheckConstraint(condition=~Q(by=""), name="warnings_step_by_somebody"),
            models.CheckConstraint(
                condition=~Q(to="urgent")
                | Q(first__isnull=False, second__isnull=False, second__gt=0) & ~Q(first=F("second")) & ~Q(words=""),
                name="warnings_step_danger_by_two",
            ),
            models.CheckConstraint(condition=nobody_in("words"), name="warnings_step_no_person"),
        ]


class WarningKey(models.Model):
    """The SHA-256 of a key with which the merchant replies."""

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="keys")
    key_hash = models.BinaryField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")


class WarningPush(models.Model):
    """What a platform is told of a warning, in order: that it is published, holds no more for now, is taken back or has lost its ground."""

    warning = models.ForeignKey(Warning, on_delete=models.PROTECT, related_name="pushes")
    platform = models.TextField(db_collation="C")
    number = models.SmallIntegerField()
    kind = models.TextField(db_collation="C")
    at = models.DateTimeField()
    due_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warning", "platform", "number"], name="warnings_push_in_order"),
            models.CheckConstraint(
                condition=Q(kind__in=["published", "suspended", "withdrawn", "fallen"]) & ~Q(platform=""),
                name="warnings_push_kind_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["platform"], name="warnings_push_platform")]


class WarningReceipt(models.Model):
    """That the platform has it, how many offers it found, and where it tells its consumers."""

    push = models.OneToOneField(WarningPush, on_delete=models.PROTECT, related_name="receipt")
    found = models.IntegerField()
    url = models.TextField(blank=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(found__gte=0) & ~Q(by=""), name="warnings_receipt_counted"),
            models.CheckConstraint(condition=nobody_in("words"), name="warnings_receipt_no_person"),
        ]
