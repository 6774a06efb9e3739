"""What was noticed in the use of the register, what the reader answered and what a person decided; data incidents and their steps. Nothing is edited."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.cases.models import StepKept


class Look(models.Model):
    """How far the ledger's readings have been looked at: the place in its tree before which all are."""

    reached = models.BigIntegerField()
    readings = models.IntegerField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")


class Finding(models.Model):
    """What a detector of the lawbook noticed in one reader's use on one day, and by which day the reader may answer. It is about the use
    and names no subject. After a decision, what is noticed of the same day is another finding.
    """

    detector = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    reader = models.TextField(db_collation="C")
    account = models.BigIntegerField()  # 0: a program's, or of before there were accounts
    on = models.DateField()
    number = models.SmallIntegerField()
    due_on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["detector", "reader", "account", "on", "number"], name="audits_finding_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(reader="") & models.Q(number__gte=0), name="audits_finding_of_somebody"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["reader", "-id"], name="audits_finding_reader")]


class Evidence(models.Model):
    """The readings that one look added to a finding: how many, the first hundred by their numbers in the ledger, and the greatest of what was
    compared with the threshold.
    """

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="evidence")
    look = models.ForeignKey(Look, on_delete=models.PROTECT)
    count = models.IntegerField()
    entries = ArrayField(models.BigIntegerField())
    value = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "look"], name="audits_evidence_once_a_look"),
            models.CheckConstraint(
                condition=models.Q(count__gt=0) & models.Q(entries__len__gt=0), name="audits_evidence_is_some"
            ),
        ]


class Word(models.Model):
    """What was said to a finding, in order: the reader's answers, then the decision of a person, with its reasons."""

    class Kind(models.TextChoices):
        """Who said what."""

        ANSWERED = "answered", "查询单位的说明 the reader's answer"
        JUSTIFIED = "justified", "查询正当 justified"
        NOT_JUSTIFIED = "not-justified", "查询不当 not justified"
        PASSED_ON = "passed-on", "移送其机关 passed on to the agency"

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="words")
    number = models.SmallIntegerField()
    kind = models.TextField(choices=Kind.choices, db_collation="C")
    words = models.TextField()
    document = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["finding", "number"], name="audits_word_in_order"),
            # One decision: whoever decides twice at once is refused by the database.
            models.UniqueConstraint(
                fields=["finding"], condition=~models.Q(kind="answered"), name="audits_word_decided_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["answered", "justified", "not-justified", "passed-on"])
                & ~models.Q(words=""),
                name="audits_word_known",
            ),
        ]


class Incident(models.Model):
    """A leak, tampering, loss, sale or theft, here or at a `reader` that had data from here in the days from `since` up to, not with, `until`;
    `account` is one of its staff by number, 0 where none is known. Who is concerned stands in the ledger, not here.
    """

    kind = models.TextField(db_collation="C")
    place = models.TextField(db_collation="C")
    reader = models.TextField(db_collation="C", default="")
    account = models.BigIntegerField(default=0)
    since = models.DateField()
    until = models.DateField()
    origin = models.TextField(db_collation="C")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, null=True, related_name="incidents")
    data = models.TextField()
    cause = models.TextField()
    harm = models.TextField()
    advice = models.TextField()
    contact = models.TextField()
    jurisdiction = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    opened_by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["leak", "tampering", "loss", "sale", "theft"])
                & models.Q(origin__in=["finding", "report", "self", "ledger"])
                & (models.Q(place="here") | models.Q(place="reader") & ~models.Q(reader="")),
                name="audits_incident_known",
            ),
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="audits_incident_days_ordered"
            ),
            models.CheckConstraint(
                condition=models.Q(origin="finding", finding__isnull=False)
                | ~models.Q(origin="finding") & models.Q(finding__isnull=True),
                name="audits_incident_from_its_finding",
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=models.Q(finding__isnull=False), name="audits_incident_once_a_finding"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["reader", "-id"], name="audits_incident_reader"),
            models.Index(fields=["opened_on"], name="audits_incident_day"),
        ]

    @property
    def number(self) -> str:
        """The number that everybody quotes."""
        return f"SJ{self.opened_on:%Y%m%d}-{self.pk:06d}"


class IncidentStep(StepKept):
    """One step of an incident: with what words, by which document and to whom; `told` how many persons were told by it."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    words = models.TextField(default="")
    document = models.TextField(default="")
    recipient = models.TextField(default="")
    told = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "number"], name="audits_incidentstep_in_order"),
            models.CheckConstraint(
                condition=~models.Q(by="") & models.Q(told__gte=0), name="audits_incidentstep_by_somebody"
            ),
            models.CheckConstraint(
                condition=~models.Q(to="handed") | ~models.Q(document="") & ~models.Q(recipient=""),
                name="audits_incidentstep_handed_to_somebody",
            ),
        ]


class Closing(models.Model):
    """That the reader was cut off for an incident, by two persons of the operator's: which programs and which accounts of its staff, by their
    numbers.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="closings")
    clients = ArrayField(models.BigIntegerField())
    accounts = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    words = models.TextField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(clients__len__gt=0) | models.Q(accounts__len__gt=0))
                & ~models.Q(words="")
                & ~models.Q(by=""),
                name="audits_closing_of_something",
            )
        ]
