"""Who a record is about: organisations, their identifiers and names, and the merges of what turned out to be one; and persons, sealed."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Substr

from chengxin.vault.models import SealedField


class Kind(models.TextChoices):
    """Kinds of subject. A natural person has no identifier and no name here: both stand sealed in `Person`."""

    ORGANISATION = "organisation", "法人和非法人组织 organisation"
    PERSON = "person", "自然人 natural person"


class Scheme(models.TextChoices):
    """Kinds of identifier whose check character proves them."""

    USCC = "uscc", "统一社会信用代码 unified social credit code"
    REGISTRATION = "registration-number", "注册号 registration number"
    ORGANISATION = "organisation-code", "组织机构代码 organisation code"
    OLD = "old-number", "旧编号（无校验位） old number without check character"


class Subject(models.Model):
    """One organisation or person. What an organisation is called and numbered are claims of their own, kept beside it."""

    kind = models.TextField(choices=Kind.choices, default=Kind.ORGANISATION, db_default=Kind.ORGANISATION)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="subjects_subject_kind_known")
        ]


class Identifier(models.Model):
    """A number that a source gave to the subject; one number names one subject (merges are events, not edits)."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="identifiers", db_constraint=False)
    scheme = models.TextField(choices=Scheme.choices, db_collation="C")
    value = models.TextField(db_collation="C")
    known_at = models.DateTimeField()
    batch = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["value", "scheme"], name="subjects_identifier_once"),
            models.CheckConstraint(
                condition=models.Q(scheme__in=Scheme.values), name="subjects_identifier_scheme_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(scheme="uscc") | models.Q(value__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="subjects_identifier_uscc_shaped",
            ),
        ]
        indexes = [
            # The 9-character organisation code stands inside the new code at places 9 to 17 (GB 32100-2015, 4.2).
            models.Index(Substr("value", 9, 9), condition=models.Q(scheme="uscc"), name="subjects_identifier_org_code"),
        ]


class Name(models.Model):
    """A name under which a source knew the subject, as written and in the normal form that is searched."""

    subject = models.ForeignKey(
        Subject, on_delete=models.PROTECT, related_name="names", db_constraint=False, db_index=False
    )
    written = models.TextField()
    normal = models.TextField(db_collation="C")
    source = models.TextField(db_collation="C")
    known_at = models.DateTimeField()
    batch = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "normal"], name="subjects_name_once")]
        indexes = [
            models.Index(fields=["normal"], name="subjects_name_normal"),
            GinIndex(OpClass("normal", name="gin_trgm_ops"), name="subjects_name_trigrams"),
        ]


def person_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal of a person's number and name is bound to: the subject that they are."""
    return f"subjects_person:{row['subject_id']}".encode()


class Person(models.Model):
    """A natural person: number, name and a salt of their own, sealed together. Found by the number's mark alone; never listed.

    The salt makes digests of what is said about the person tell nothing to whoever only guesses what was said.
    """

    subject = models.OneToOneField(Subject, on_delete=models.PROTECT, primary_key=True, db_constraint=False)
    sealed = SealedField(ring="vault", bound=person_bound, needs=["subject_id"])
    known_at = models.DateTimeField()
    batch = models.BigIntegerField(null=True)


class PersonMark(models.Model):
    """The mark of a person's number under one version of the index key: one number is one person. Derived, and replaced with the key."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="marks", db_constraint=False, db_index=False
    )
    version = models.IntegerField()
    mark = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mark"], name="subjects_personmark_once"),
            models.UniqueConstraint(fields=["person", "version"], name="subjects_personmark_one_a_key"),
        ]


class Segment(models.Model):
    """So many names that are found by their characters (ADR 0018). Derived from `Name`, never changed, replaced as a whole."""

    version = models.TextField(db_collation="C")  # of the weights and the layout
    names = models.IntegerField()
    # Names are numbered within their segment in the order of their ids: each run of consecutive ids has its first id here,
    # and that one's place.
    firsts = ArrayField(models.BigIntegerField())
    places = ArrayField(models.IntegerField())


class Posting(models.Model):
    """The names of a segment that have a character or a pair: their places, and the gram's weight in each."""

    pk = models.CompositePrimaryKey("segment_id", "gram")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    gram = models.IntegerField()
    held = models.BinaryField()


class Unindexed(models.Model):
    """A name that stands in no segment yet: the database notes each on arrival."""

    name = models.OneToOneField(Name, on_delete=models.PROTECT, primary_key=True, db_constraint=False)


class Merge(models.Model):
    """An event: `absorbed` and `into` are one firm (merge), or were wrongly held to be one (unmerge)."""

    class Kind(models.TextChoices):
        """What the event says."""

        MERGE = "merge", "合并 merge"
        UNMERGE = "unmerge", "撤销合并 unmerge"

    kind = models.TextField(choices=Kind.choices)
    absorbed = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")
    reason = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(absorbed=models.F("into")), name="subjects_merge_two_subjects"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="subjects_merge_reasoned"),
        ]


class Link(models.Model):
    """Which subject stands for this one, and over which system time: the replay of the merge events, kept for reading."""

    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    root = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=models.Q(known_to__isnull=True), name="subjects_link_one_now"
            ),
        ]


class Conflict(models.Model):
    """A case for a person: numbers and names that do not fit together. It blocks nothing else."""

    class Kind(models.TextChoices):
        """What does not fit."""

        CODE_SEVERAL_NAMES = "code-several-names", "一码多名 one code under several names"
        NAME_SEVERAL_CODES = "name-several-codes", "一名多码 one name under several codes"
        OLD_AND_NEW = "old-number-and-new-code", "新旧号码并存 an old number and a new code for one firm"
        BRANCH = "branch-under-parent-code", "分支机构用总机构代码 a branch under its parent's code"
        MATCH_AGAINST_CODE = "match-against-code", "按名称的认定与代码不符 a match by name that a code contradicts"

    kind = models.TextField(choices=Kind.choices, db_collation="C")
    about = models.TextField(db_collation="C")
    detail = models.JSONField()
    batch = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="subjects_conflict_once")]


class ConflictDecision(models.Model):
    """What a person decided about a conflict, and why."""

    conflict = models.OneToOneField(Conflict, on_delete=models.PROTECT, related_name="decision")
    outcome = models.TextField()
    reason = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
