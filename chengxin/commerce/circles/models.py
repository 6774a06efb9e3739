"""What was done about a platform that neglects its duty. Nothing here is edited; no natural person is in any of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from chengxin.ledger.guards import nobody_in
from chengxin.records.models import Record


class Neglect(models.Model):
    """That a department finds a platform to neglect one duty of the checklist: what was found, by which document, to be heard first."""

    platform = models.TextField(db_collation="C")
    duty = models.TextField(db_collation="C")
    facts = models.TextField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    authority = models.TextField(db_collation="C")
    opened_at = models.DateTimeField()
    opened_on = models.DateField()
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(facts="") & ~Q(document="") & ~Q(authority="") & Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="circles_neglect_says_all",
            ),
            models.CheckConstraint(condition=nobody_in("facts", "document"), name="circles_neglect_no_person"),
        ]
        indexes: ClassVar = [models.Index(fields=["platform"], name="circles_neglect_platform")]

    @property
    def number(self) -> str:
        """The number that department and platform quote."""
        return f"{self.opened_on:%Y%m%d}-{self.pk:06d}"


class NeglectStep(models.Model):
    """One step: to which state, by whom, with what words and document. A demand has the day by which to put right, a penalty its record."""

    neglect = models.ForeignKey(Neglect, on_delete=models.PROTECT, related_name="steps")
    number = models.SmallIntegerField()
    to = models.TextField(db_collation="C")
    doer = models.TextField(db_collation="C")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
    on = models.DateField()
    words = models.TextField(blank=True)
    document = models.TextField(blank=True)
    digest = models.TextField(db_collation="C", blank=True)
    mend_by = models.DateField(null=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["neglect", "number"], name="circles_neglectstep_in_order"),
            models.CheckConstraint(
                condition=~Q(to__in=["interviewed", "circulated", "demanded"]) | ~Q(document="") & ~Q(digest=""),
                name="circles_neglectstep_act_by_document",
            ),
            models.CheckConstraint(
                condition=Q(to="demanded", mend_by__isnull=False) | ~Q(to="demanded") & Q(mend_by__isnull=True),
                name="circles_neglectstep_demand_with_day",
            ),
            models.CheckConstraint(
                condition=Q(to="penalised", record__isnull=False) | ~Q(to="penalised") & Q(record__isnull=True),
                name="circles_neglectstep_penalty_is_a_record",
            ),
            models.CheckConstraint(condition=~Q(by="") & nobody_in("words", "document"), name="circles_neglectstep_no_person"),
        ]  # fmt: skip


class Firm(models.Model):
    """What a department or a platform says of a firm that supports e-commerce, by a document; of each the latest stands. What a decision says of
    it (`revoked`, `unlicensed`) names the record of that decision, and is shown for as long as that is.
    """

    code = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    name = models.TextField()
    state = models.TextField(db_collation="C")
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    since = models.DateField()
    record = models.ForeignKey(Record, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.IntegerField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "kind", "by", "version"], name="circles_firm_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["registered", "ended"], record__isnull=True)
                | Q(state__in=["revoked", "unlicensed"], record__isnull=False),
                name="circles_firm_decided_by_record",
            ),
            # A firm, never a person in business: no sole trader's code, whoever writes.
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{18}$") & ~Q(code__startswith="92") & ~Q(name="") & ~Q(document="") & nobody_in("name", "document"),
                name="circles_firm_is_a_firm",
            ),
        ]  # fmt: skip


class Charter(models.Model):
    """The charter under which an association keeps members' files and disciplines; the latest stands."""

    association = models.TextField(db_collation="C")
    version = models.IntegerField()
    title = models.TextField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    adopted_on = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "version"], name="circles_charter_in_order"),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(document="") & Q(digest__regex=r"^[0-9a-f]{64}$"),
                name="circles_charter_by_document",
            ),
        ]


class Member(models.Model):
    """That a firm is a member of an association, under which charter, or left; the latest stands. Organisations only."""

    association = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C")
    version = models.IntegerField()
    name = models.TextField()
    state = models.TextField(db_collation="C")
    since = models.DateField()
    charter = models.ForeignKey(Charter, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["association", "code", "version"], name="circles_member_in_order"),
            models.CheckConstraint(condition=Q(state__in=["member", "left"]), name="circles_member_state_known"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{18}$") & ~Q(code__startswith="92") & ~Q(name="") & nobody_in("name"),
                name="circles_member_is_a_firm",
            ),
        ]  # fmt: skip


class Discipline(models.Model):
    """What an association did to a member under an article of its charter, until when. It is the association's own act, for reference."""

    association = models.TextField(db_collation="C")
    charter = models.ForeignKey(Charter, on_delete=models.PROTECT, related_name="+")
    code = models.TextField(db_collation="C")
    name = models.TextField()
    act = models.TextField(db_collation="C")
    article = models.TextField()
    facts = models.TextField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    decided_on = models.DateField()
    until = models.DateField()
    told_on = models.DateField()
    reply_by = models.DateField()
    key_hash = models.BinaryField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Z]{18}$") & ~Q(code__startswith="92") & ~Q(article="") & ~Q(facts="") & ~Q(document="")
                & Q(digest__regex=r"^[0-9a-f]{64}$") & nobody_in("name", "facts", "article", "document"),
                name="circles_discipline_whole",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("decided_on")), name="circles_discipline_ends"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["code"], name="circles_discipline_code")]

    @property
    def number(self) -> str:
        """The number that member and association quote."""
        return f"{self.told_on:%Y%m%d}-{self.pk:06d}"


class DisciplineStep(models.Model):
    """The member's reply or appeal, or that the association upheld or withdrew what it did."""

    discipline = models.ForeignKey(Discipline, on_delete=models.PROTECT, related_name="steps")
    number = models.SmallIntegerField()
    kind = models.TextField(db_collation="C")
    words = models.TextField()
    at = models.DateTimeField()
    on = models.DateField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["discipline", "number"], name="circles_disciplinestep_in_order"),
            models.UniqueConstraint(
                fields=["discipline", "kind"],
                condition=Q(kind__in=["appeal", "upheld", "withdrawn"]),
                name="circles_disciplinestep_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["reply", "appeal", "upheld", "withdrawn"]) & ~Q(words="") & nobody_in("words"),
                name="circles_disciplinestep_kind_known",
            ),
        ]
