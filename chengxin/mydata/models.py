"""What somebody asked about a reading of themselves, and what was answered. Their own words: deleted when they have them erased."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models

from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField


def asked_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a question is bound to: the reading that it is about."""
    return f"mydata_question:{row['entry']}".encode()


def answered_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of an answer is bound to: its question."""
    return f"mydata_answer:{row['question_id']}:{row['number']}".encode()


class Question(models.Model):
    """A question about one reading: why, and by which right. It goes to the reader's agency and to the centre, and is answered by a day."""

    entry = models.BigIntegerField(unique=True)  # of the ledger, by number: that may be erased when its time is over
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    reader = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    sealed = SealedField(ring="cases", bound=asked_bound, needs=["entry"])
    asked_at = models.DateTimeField()
    due_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reader=""), name="mydata_question_to_somebody")
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "-id"], name="mydata_question_subject"),
            models.Index(fields=["reader", "due_on"], name="mydata_question_reader"),
        ]


class Answer(models.Model):
    """What the reader's agency answers, or what whoever runs or supervises the register finds after hearing it. Never edited; the latest holds."""

    class Kind(models.TextChoices):
        """Who says what."""

        ANSWERED = "answered", "已答复 the reader answered"
        LAWFUL = "lawful", "查询合法 found lawful"
        UNLAWFUL = "unlawful", "查询不合法 found unlawful"

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    number = models.SmallIntegerField()
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    sealed = SealedField(ring="cases", bound=answered_bound, needs=["question_id", "number"])
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["question", "number"], name="mydata_answer_in_order"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["answered", "lawful", "unlawful"]), name="mydata_answer_kind_known"
            ),
        ]
