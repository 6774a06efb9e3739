"""Cases, the steps that were taken in them, and the papers of their files. Nothing is edited: where a case stands is its last step."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField


def contact_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of how to reach a claimant is bound to: the key that they were given."""
    return bytes(row["key_hash"] or b"")


def paper_bound(row: Mapping[str, Any]) -> bytes:
    """What a paper's seal is bound to: none can be moved into another case's file."""
    return f"cases.paper:{row['case_id']}".encode()


def notice_bound(row: Mapping[str, Any]) -> bytes:
    """What a notice's seal is bound to: its case, or what it is about."""
    return f"cases.notice:{row['case_id'] or row['about']}".encode()


class Case(models.Model):
    """One run of a procedure of the lawbook about one thing of one subject, by the law of the day on which it opened.

    `authority` decided what the case is about and `provider` sent it in, both by actor key. `key_hash` is the SHA-256 of the key that whoever
    opened the case from outside was given; `sealed` holds how to reach them.
    """

    procedure = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    about = models.TextField(db_collation="C")
    authority = models.TextField(db_collation="C")
    provider = models.TextField(db_collation="C")
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    opened_by = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    key_hash = models.BinaryField(null=True)
    sealed = SealedField(null=True, ring="cases", bound=contact_bound, needs=["key_hash"])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(about="") & ~models.Q(authority="") & ~models.Q(opened_by=""),
                name="cases_case_about_something",
            )
        ]
        indexes = [models.Index(fields=["about"], name="cases_case_about")]

    @property
    def number(self) -> str:
        """The number that a receipt bears: the day of receipt and the case's own."""
        return f"{self.opened_on:%Y%m%d}-{self.pk:06d}"


class StepKept(models.Model):
    """One step of a procedure as any room keeps it: to which state, by whom in which part, on which day, and when the last clock of the new state runs
    out; none where it is final. Never edited.
    """

    number = models.SmallIntegerField()
    to = models.TextField(db_collation="C")
    doer = models.TextField(db_collation="C")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
    on = models.DateField()
    last_day = models.DateField(null=True)

    class Meta:
        abstract = True


class Step(StepKept):
    """One step of a case, with what words and papers."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    reasons = models.TextField(default="")
    document = models.TextField(default="")
    served = models.TextField(default="")
    approved_by = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_step_in_order"),
            models.CheckConstraint(condition=~models.Q(by=""), name="cases_step_has_actor"),
        ]
        indexes: ClassVar = [models.Index(fields=["last_day"], name="cases_step_last_day")]


class Paper(models.Model):
    """One paper of a case's file, sealed: evidence, a decision, a proof of service."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    title = models.TextField()
    media_type = models.TextField(db_collation="C")
    size = models.IntegerField()
    digest = models.TextField(db_collation="C")
    sealed = SealedField(ring="cases", bound=paper_bound, needs=["case_id"])
    by = models.TextField(db_collation="C")
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(size__gte=0), name="cases_paper_sized")]


class Deed(models.Model):
    """Something done beside a case's steps, such as training or an interview, on which day. Never edited."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deeds")
    kind = models.TextField(db_collation="C")
    on = models.DateField()
    note = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "on"], name="cases_deed_once_a_day"),
            models.CheckConstraint(condition=~models.Q(kind="") & ~models.Q(by=""), name="cases_deed_by_somebody"),
        ]


class Notice(models.Model):
    """One thing to be told: to whoever opened a case, about one of its steps; or to a subject, or to whoever complained as a consumer, about what
    `about` names (a task of a measure, a step of a complaint). By which channel; its words and address sealed. Never edited.
    """

    class Channel(models.TextChoices):
        """How it is told."""

        LETTER = "letter", "书面 letter"
        EMAIL = "email", "电子邮件 e-mail"
        SMS = "sms", "短信 text message"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="notices")
    step = models.SmallIntegerField(null=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    about = models.TextField(db_collation="C", default="")
    channel = models.TextField(choices=Channel.choices, db_collation="C")
    sealed = SealedField(ring="cases", bound=notice_bound, needs=["case_id", "about"])
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "step", "channel"], name="cases_notice_once"),
            models.UniqueConstraint(
                fields=["about", "channel"], condition=~models.Q(about=""), name="cases_notice_about_once"
            ),
            models.CheckConstraint(
                condition=models.Q(case__isnull=False, step__isnull=False, subject__isnull=True, about="")
                | models.Q(case__isnull=True, step__isnull=True) & ~models.Q(about=""),
                name="cases_notice_about_something",
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=["letter", "email", "sms"]), name="cases_notice_channel_known"
            ),
        ]

    @property
    def concerns(self) -> str:
        """What it is about, as it is named to people: the case's number, or `task:…`."""
        return self.case.number if self.case else self.about

    @property
    def told(self) -> int | None:
        """The subject that it is about, if it is about one."""
        return self.case.subject_id if self.case else self.subject_id


class Delivery(models.Model):
    """One attempt to hand a notice over, or the proof that it was served. Never edited; the latest tells where it stands."""

    class Outcome(models.TextChoices):
        """What became of it."""

        SENT = "sent", "已发出 sent"
        FAILED = "failed", "未发出 failed"
        SERVED = "served", "已送达 served"

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="deliveries")
    number = models.SmallIntegerField()
    outcome = models.TextField(choices=Outcome.choices, db_collation="C")
    detail = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "number"], name="cases_delivery_in_order"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=["sent", "failed", "served"]) & ~models.Q(by=""),
                name="cases_delivery_outcome_known",
            ),
        ]
