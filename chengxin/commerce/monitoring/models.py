"""Patrols and what they saw; risks followed, and other regions asked for help. Nothing here is edited; no natural person is in any of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from chengxin.commerce.merchants.models import Ticket
from chengxin.ledger.guards import nobody_in
from chengxin.subjects.models import Subject

HASHED = r"^[0-9a-f]{64}$"


class Numbered(models.Model):
    """What people quote by the day on which it was made and its own number."""

    at = models.DateTimeField()
    on = models.DateField()
    by = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")

    class Meta:
        abstract = True

    @property
    def number(self) -> str:
        """The number that people quote."""
        return f"{self.on:%Y%m%d}-{self.pk:06d}"


class Plan(Numbered):
    """A department's plan of patrols by a document: which checklist, which shops, how many. Drawn at random, it bears the hash of a seed, the
    register's salt, and the size and digest of the shops from which is drawn; otherwise each shop has its stated reason.
    """

    title = models.TextField()
    title_en = models.TextField()
    checklist = models.TextField(db_collation="C")
    platform = models.TextField(db_collation="C", blank=True)
    category = models.TextField(db_collation="C", blank=True)
    count = models.IntegerField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    seed_hash = models.TextField(db_collation="C", blank=True)
    salt = models.TextField(db_collation="C", blank=True)
    size = models.IntegerField()
    population_digest = models.TextField(db_collation="C", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(document="") & ~Q(by="") & Q(digest__regex=HASHED) & Q(count__gt=0, size__gt=0),
                name="monitoring_plan_says_all",
            ),
            models.CheckConstraint(
                condition=Q(seed_hash="", salt="", population_digest="") | Q(seed_hash__regex=HASHED, population_digest__regex=HASHED) & ~Q(salt=""),
                name="monitoring_plan_drawn_or_stated",
            ),
            models.UniqueConstraint(fields=["seed_hash"], condition=~Q(seed_hash=""), name="monitoring_plan_seed_once"),
            models.CheckConstraint(condition=nobody_in("title", "title_en", "document"), name="monitoring_plan_no_person"),
        ]  # fmt: skip


class PlanEnd(models.Model):
    """The end of a draw: its seed revealed, and the highest rank drawn; or why it was abandoned, which is public."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, primary_key=True, related_name="end")
    seed = models.TextField(db_collation="C", blank=True)
    threshold = models.TextField(db_collation="C", blank=True)
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(~Q(seed="") & Q(reason="") | Q(seed="") & ~Q(reason="")) & nobody_in("reason"),
                name="monitoring_planend_drawn_or_reasoned",
            )
        ]


class Patrol(Numbered):
    """One shop to be patrolled, as its platform filed it: drawn with its rank, or for a reason with where that stands."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="patrols")
    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C", blank=True)
    reason = models.TextField(db_collation="C")
    reference = models.TextField(blank=True)
    words = models.TextField(blank=True)
    rank = models.TextField(db_collation="C", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "platform", "shop"], name="monitoring_patrol_once"),
            # No shop is patrolled but by chance, or for a reason that is written with where it stands.
            models.CheckConstraint(
                condition=Q(reason="drawn", rank__regex=HASHED) | ~Q(reason="drawn") & ~Q(reference="") & ~Q(words="") & Q(rank=""),
                name="monitoring_patrol_drawn_or_reasoned",
            ),
            models.CheckConstraint(condition=nobody_in("reference", "words"), name="monitoring_patrol_no_person"),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["platform", "shop"], name="monitoring_patrol_shop")]


class Taken(models.Model):
    """One step: to which state, by whom, with what words and document."""

    number = models.SmallIntegerField()
    to = models.TextField(db_collation="C")
    doer = models.TextField(db_collation="C")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
    on = models.DateField()
    words = models.TextField(blank=True)
    document = models.TextField(blank=True)
    digest = models.TextField(db_collation="C", blank=True)

    class Meta:
        abstract = True


def _step_kept(of: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(fields=[of, "number"], name=f"monitoring_{of}step_in_order"),
        models.CheckConstraint(
            condition=~Q(by="") & (Q(document="", digest="") | ~Q(document="") & Q(digest__regex=HASHED)) & nobody_in("words", "document"),
            name=f"monitoring_{of}step_kept",
        ),
    ]  # fmt: skip


class PatrolStep(Taken):
    """A step of a patrol."""

    patrol = models.ForeignKey(Patrol, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        constraints: ClassVar = _step_kept("patrol")


class Finding(models.Model):
    """What an officer saw of one item on a day, with the digest of the capture. A fact, and no record."""

    patrol = models.ForeignKey(Patrol, on_delete=models.PROTECT, related_name="findings")
    item = models.TextField(db_collation="C")
    result = models.TextField(db_collation="C")
    facts = models.TextField(blank=True)
    digest = models.TextField(db_collation="C", blank=True)
    misconduct = models.TextField(db_collation="C", blank=True)
    officer = models.TextField(db_collation="C")
    seen_on = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patrol", "item"], name="monitoring_finding_once"),
            models.CheckConstraint(
                condition=Q(result="unmet", digest__regex=HASHED) & ~Q(facts="") & ~Q(misconduct="")
                | Q(result="met", digest__regex=HASHED, misconduct="")
                | Q(result="not-applicable", misconduct=""),
                name="monitoring_finding_evidenced",
            ),
            models.CheckConstraint(condition=~Q(officer="") & nobody_in("facts", "officer"), name="monitoring_finding_no_person"),
        ]  # fmt: skip


class Follow(models.Model):
    """What an unmet item became: a ticket to the platform, or a lead by its number."""

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, primary_key=True, related_name="follow")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    lead = models.TextField(db_collation="C", blank=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ticket__isnull=False, lead="") | Q(ticket__isnull=True, lead__regex=r"^[0-9]{8}-[0-9]{6,15}$"),
                name="monitoring_follow_one_way",
            )
        ]  # fmt: skip


class Loop(Numbered):
    """A risk followed as one file: its sign with its reason, where that stands, and by which document; and whom it concerns, a shop as its
    platform filed it or a unit by its code.
    """

    title = models.TextField()
    reason = models.TextField(db_collation="C")
    reference = models.TextField()
    facts = models.TextField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")
    goods = models.TextField(blank=True)
    platform = models.TextField(db_collation="C", blank=True)
    shop = models.TextField(db_collation="C", blank=True)
    code = models.TextField(db_collation="C", blank=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(reference="") & ~Q(facts="") & ~Q(document="") & ~Q(by="") & Q(digest__regex=HASHED) & ~Q(reason__in=["", "drawn"]),
                name="monitoring_loop_says_all",
            ),
            models.CheckConstraint(
                condition=(~Q(platform="") & ~Q(shop="") | Q(platform="", shop="")) & ~Q(shop="", code=""),
                name="monitoring_loop_about_somebody",
            ),
            models.CheckConstraint(
                condition=nobody_in("title", "reference", "facts", "document", "goods"), name="monitoring_loop_no_person"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(fields=["platform", "shop"], name="monitoring_loop_shop"),
            models.Index(fields=["code"], name="monitoring_loop_code"),
        ]


class LoopStep(Taken):
    """A step of a loop."""

    loop = models.ForeignKey(Loop, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        constraints: ClassVar = _step_kept("loop")


class LoopFact(models.Model):
    """A fact held elsewhere in the register that shows how a stage was gone through, by its kind and number. `digest` is that of a search."""

    loop = models.ForeignKey(Loop, on_delete=models.PROTECT, related_name="linked")
    deed = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    reference = models.TextField()
    words = models.TextField(blank=True)
    digest = models.TextField(db_collation="C", blank=True)
    at = models.DateTimeField()
    on = models.DateField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["loop", "deed", "kind", "reference"], name="monitoring_loopfact_once"),
            models.CheckConstraint(
                condition=~Q(reference="") & nobody_in("reference", "words"), name="monitoring_loopfact_no_person"
            ),
        ]


class Referral(Numbered):
    """A request to the department of another region that is in charge of a firm in the chain: what it is told, by which document."""

    loop = models.ForeignKey(Loop, on_delete=models.PROTECT, related_name="referrals")
    department = models.TextField(db_collation="C")
    role = models.TextField(db_collation="C")
    words = models.TextField()
    document = models.TextField()
    digest = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(department="") & ~Q(department=models.F("by")) & ~Q(words="") & ~Q(document="") & Q(digest__regex=HASHED) & nobody_in("words", "document"),
                name="monitoring_referral_says_all",
            )
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["department"], name="monitoring_referral_to")]


class ReferralStep(Taken):
    """A step of a request: acknowledged, returned, reported or taken back."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="steps")

    class Meta:
        constraints: ClassVar = _step_kept("referral")
