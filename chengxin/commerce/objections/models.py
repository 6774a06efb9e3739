"""Objections to evaluations, and the steps in which they are answered. Nothing here is edited; no natural person is in any of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from chengxin.cases.models import StepKept
from chengxin.ledger.guards import nobody_in


class Objection(models.Model):
    """What a firm says against one version of an evaluation of it. `kind` and `evaluation` tell which: a shop's rating in a publication (`shop`
    names it), or a logistics firm's quarter. `again`: how many before it were taken back.
    """

    kind = models.TextField(choices=[("rating", "rating"), ("quarter", "quarter")], db_collation="C")
    evaluation = models.BigIntegerField()
    shop = models.TextField(db_collation="C", blank=True)
    version = models.IntegerField()
    again = models.SmallIntegerField(default=0)
    code = models.TextField(db_collation="C")
    title = models.TextField()
    title_en = models.TextField()
    words = models.TextField()
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "evaluation", "shop", "again"], name="objections_objection_once_a_version"),
            models.CheckConstraint(
                condition=Q(kind="rating") & ~Q(shop="") | Q(kind="quarter", shop=""), name="objections_objection_of_one"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{18}$") & ~Q(code__startswith="92"), name="objections_objection_of_a_firm"
            ),
            models.CheckConstraint(condition=~Q(words="") & nobody_in("words"), name="objections_objection_no_person"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["code"], name="objections_objection_code")]

    @property
    def number(self) -> str:
        """The number that firm and centre quote."""
        return f"{self.opened_on:%Y%m%d}-{self.pk:06d}"


class ObjectionStep(StepKept):
    """One step of an objection, with what words."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="steps")
    words = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["objection", "number"], name="objections_objectionstep_in_order"),
            models.CheckConstraint(
                condition=~Q(to__in=["corrected", "upheld"]) | ~Q(words=""), name="objections_objectionstep_answered"
            ),
            models.CheckConstraint(condition=~Q(by="") & nobody_in("words"), name="objections_objectionstep_no_person"),
        ]
