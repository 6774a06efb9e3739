"""What platforms say of their merchants, what the register asks them, and what they answer. Nothing here is edited."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from chengxin.signatures.models import ByCertificate
from chengxin.subjects.models import Subject
from chengxin.vault.models import SealedField


class Filing(models.Model):
    """One file of a platform's merchants, licences or suppliers, and what became of its rows."""

    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    digest = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    rows = models.IntegerField()
    accepted = models.IntegerField()
    refused = models.IntegerField()
    unchanged = models.IntegerField()
    refused_by_reason = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("refused") + F("unchanged")), name="merchants_filing_rows_counted"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["platform", "kind", "digest"], name="merchants_filing_again")]


class Refused(models.Model):
    """A row that was refused, sealed as it came, with the reason."""

    pk = models.CompositePrimaryKey("filing_id", "line")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+", db_index=False)
    line = models.IntegerField()
    shop = models.TextField(db_collation="C")
    reason = models.TextField(db_collation="C")
    sealed = SealedField(ring="intake")


def registration_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal is bound to: the platform, shop and version that it stands beside."""
    return f"merchants_registration:{row['platform']}:{row['shop']}:{row['version']}".encode()


class Registration(models.Model):
    """One version of what a platform says: of a shop, of a licence, supplier, product or service promise of it. Who an individual seller is, and who represents a
    unit, stands in `sealed` alone; `body` is what may be shown. `subject` is the individual seller, as the vault knows them by their number.
    """

    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    item = models.TextField(db_collation="C", default="")
    version = models.IntegerField()
    code = models.TextField(db_collation="C", default="")
    body = models.JSONField()
    sealed = SealedField(null=True, ring="vault", bound=registration_bound, needs=["platform", "shop", "version"])
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, null=True, related_name="+")
    filing = models.ForeignKey(Filing, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "kind", "shop", "item", "version"], name="merchants_registration_in_order"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["shops", "licences", "suppliers", "products", "promises"]),
                name="merchants_registration_kind_known",
            ),
            # A natural person is nowhere in the clear: no number, no name, no representative, whoever writes.
            models.CheckConstraint(
                condition=~Q(kind="shops")
                | Q(sealed__isnull=False)
                & ~Q(
                    body__has_any_keys=[
                        "number",
                        "legal_representative",
                        "principal",
                        "legal_representative_number",
                        "principal_number",
                    ]
                )
                & (Q(body__kind="unit") | Q(body__kind="individual", code="") & ~Q(body__has_key="name")),
                name="merchants_registration_persons_sealed",
            ),
            # Whoever sells as an individual sees what is filed of them: no version of theirs is nobody's.
            models.CheckConstraint(
                condition=Q(kind="shops", body__kind="individual", subject__isnull=False)
                | ~Q(kind="shops", body__kind="individual") & Q(subject__isnull=True),
                name="merchants_registration_sellers_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["code"], condition=~Q(code=""), name="merchants_registration_code"),
        ]


class Representing(models.Model):
    """Whom a version of a unit's shop names by number as its legal representative or principal, as the vault knows them: so they see it."""

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="representing")
    role = models.TextField(db_collation="C")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["registration", "role"], name="merchants_representing_once_a_role"),
            models.CheckConstraint(
                condition=Q(role__in=["legal_representative", "principal"]), name="merchants_representing_role_known"
            ),
        ]


class LinkCheck(models.Model):
    """What the register saw at the official page that a platform filed of a licence; the latest of a link stands, and is kept with its day."""

    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    item = models.TextField(db_collation="C")
    link = models.TextField()
    state = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["found", "gone", "differs", "unreachable"]),
                name="merchants_linkcheck_state_known",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["platform", "shop", "item", "at"], name="merchants_linkcheck_latest")]


class Ticket(models.Model):
    """Something found about a shop that its platform must mend or explain by a day; one is open a finding at a time."""

    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    finding = models.TextField(db_collation="C")
    item = models.TextField(db_collation="C", default="")
    words = models.TextField(default="")
    number = models.IntegerField()
    due_on = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "shop", "finding", "item", "number"], name="merchants_ticket_in_order"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["due_on", "id"], name="merchants_ticket_by_day")]


class TicketStepKind(models.TextChoices):
    """What a step is; mended, dismissed and settled close the ticket, reopened opens it again."""

    REPLY = "reply", "答复 reply"
    MENDED = "mended", "已改正 mended"
    DISMISSED = "dismissed", "撤销 dismissed"
    SETTLED = "settled", "办结 settled"
    REOPENED = "reopened", "重开 reopened"
    ESCALATED = "escalated", "移送 escalated"


class TicketStep(models.Model):
    """What became of a ticket: the platform's reply with the digests of its evidence, that it was mended, or what a regulator decided: that nothing
    is wrong, that it is settled, that it is open again, or that another agency (`to`) goes on with it. `due_on` is until when the next is due.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    kind = models.TextField(choices=TicketStepKind.choices, db_collation="C")
    words = models.TextField(default="")
    evidence = ArrayField(models.TextField(db_collation="C"), default=list)
    to = models.TextField(db_collation="C", default="")
    due_on = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "number"], name="merchants_ticketstep_in_order"),
            models.CheckConstraint(condition=Q(kind__in=TicketStepKind.values), name="merchants_ticketstep_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="escalated") & ~Q(to="") | ~Q(kind="escalated") & Q(to=""),
                name="merchants_ticketstep_to_somebody",
            ),
            models.CheckConstraint(condition=Q(kind="mended") | ~Q(words=""), name="merchants_ticketstep_with_reasons"),
        ]


class Statement(models.Model):
    """Why a platform took a measure against a shop, as anybody may read it: filed once under the platform's own number, never edited."""

    platform = models.TextField(db_collation="C")
    number = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C")
    measure = models.TextField(db_collation="C")
    ground = models.TextField(db_collation="C")
    reference = models.TextField()
    facts = models.TextField()
    decided_on = models.DateField()
    from_on = models.DateField()
    until = models.DateField(null=True)
    detected_by_machine = models.BooleanField()
    decided_by_machine = models.BooleanField()
    contest = models.TextField()
    publish_by = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "number"], name="merchants_statement_once"),
            models.CheckConstraint(
                condition=Q(ground__in=["illegal", "terms"]), name="merchants_statement_ground_known"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("from_on")), name="merchants_statement_days_ordered"
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(facts="") & ~Q(contest=""), name="merchants_statement_says_why"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["platform", "shop"], name="merchants_statement_shop")]


class StatementStepKind(models.TextChoices):
    """What happened to a statement since."""

    CORRECTED = "corrected", "更正 corrected"
    CONTESTED = "contested", "申诉 contested"
    ANSWERED = "answered", "答复申诉 answered"
    WITHDRAWN = "withdrawn", "撤回 withdrawn"


class StatementStep(models.Model):
    """A correction, a contest, its answer, or a withdrawal: `changes` are the words that stand from then on."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    kind = models.TextField(choices=StatementStepKind.choices, db_collation="C")
    words = models.TextField()
    changes = models.JSONField(default=dict)
    due_on = models.DateField(null=True)  # of a contest: the day by which its platform answers
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["statement", "number"], name="merchants_statementstep_in_order"),
            models.UniqueConstraint(
                fields=["statement"], condition=Q(kind="withdrawn"), name="merchants_statementstep_withdrawn_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=StatementStepKind.values) & ~Q(words=""), name="merchants_statementstep_kind_known"
            ),
        ]


class Commitment(models.Model):
    """A form of the lawbook, signed: which version, by whom, by itself or by its platform on its behalf. Of an individual seller the shop alone."""

    form = models.TextField(db_collation="C")
    form_from = models.DateField()
    text_digest = models.TextField(db_collation="C")
    platform = models.TextField(db_collation="C")
    shop = models.TextField(db_collation="C", default="")
    on_behalf = models.BooleanField()
    digest = models.TextField(db_collation="C")
    signed_on = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "shop", "form", "form_from"], name="merchants_commitment_once_a_version"
            ),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="merchants_commitment_digest_shaped"
            ),
        ]


class CommitmentStepKind(models.TextChoices):
    """What a signer did by its own account: signed what its platform had filed or what it had withdrawn, or as far as the form allows."""

    SIGNED = "signed", "本账户签署 signed"
    CORRECTED = "corrected", "更正 corrected"
    WITHDRAWN = "withdrawn", "撤回 withdrawn"


class CommitmentStep(models.Model):
    """What a signer did about a commitment since, by its own account: the text signed by its digest, or the words of a correction or withdrawal."""

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="steps")
    number = models.IntegerField()
    kind = models.TextField(choices=CommitmentStepKind.choices, db_collation="C")
    words = models.TextField(default="")
    digest = models.TextField(db_collation="C", default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["commitment", "number"], name="merchants_commitmentstep_in_order"),
            models.CheckConstraint(
                condition=Q(kind="signed", digest__regex=r"^[0-9a-f]{64}$")
                | Q(kind__in=["corrected", "withdrawn"]) & ~Q(words=""),
                name="merchants_commitmentstep_says_what",
            ),
        ]


def signature_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal is bound to: the commitment that it stands beside."""
    return f"merchants_signature:{row['commitment_id']}".encode()


class Signature(ByCertificate):
    """The signature of a commitment by the certificate of its signer, and its text."""

    commitment = models.OneToOneField(Commitment, on_delete=models.PROTECT, related_name="signature")
    signed_on = models.DateField()
    sealed = SealedField(ring="vault", bound=signature_bound, needs=["commitment_id"])

    class Meta(ByCertificate.Meta):
        constraints: ClassVar = [
            *ByCertificate.Meta.constraints,
            models.CheckConstraint(condition=Q(until__gte=F("signed_on")), name="merchants_signature_in_force"),
        ]


class Breach(models.Model):
    """A breach of one promise as a complaint, an inspection or a case found it, with its evidence. It is a record only by the decision that
    `record` names.
    """

    commitment = models.ForeignKey(Commitment, on_delete=models.PROTECT, related_name="breaches")
    promise = models.TextField(db_collation="C")
    source = models.TextField(db_collation="C")
    reference = models.TextField()
    digest = models.TextField(db_collation="C")
    record = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(source__in=["complaint", "inspection", "case"]) & ~Q(reference=""),
                name="merchants_breach_found_somewhere",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="merchants_breach_digest_shaped"),
            models.UniqueConstraint(
                fields=["commitment", "promise", "source", "reference", "record"],
                nulls_distinct=False,
                name="merchants_breach_once",
            ),
        ]


class Duty(models.Model):
    """How far a platform does one of its duties, as it or a regulator says, with evidence; the latest stands."""

    platform = models.TextField(db_collation="C")
    duty = models.TextField(db_collation="C")
    version = models.IntegerField()
    state = models.TextField(db_collation="C")
    words = models.TextField(default="")
    digest = models.TextField(db_collation="C", default="")
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "duty", "version"], name="merchants_duty_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "under-way", "not-done"]) & (~Q(state="done") | ~Q(digest="")),
                name="merchants_duty_done_with_evidence",
            ),
        ]


class Disclosure(models.Model):
    """What a platform discloses of itself: base data, rules, a major event. The latest of a kind and title stands."""

    platform = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    title = models.TextField()
    version = models.IntegerField()
    words = models.TextField()
    url = models.TextField(default="")
    digest = models.TextField(db_collation="C", default="")
    since = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "kind", "title", "version"], name="merchants_disclosure_in_order"
            )
        ]


class Payer(models.Model):
    """Whether a firm may provide payment, as its regulator says by a document: status only; the latest stands."""

    code = models.TextField(db_collation="C")
    name = models.TextField()
    version = models.IntegerField()
    state = models.TextField(db_collation="C")
    document = models.TextField()
    decided_on = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "version"], name="merchants_payer_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["licensed", "ended", "unlicensed"]) & ~Q(document=""),
                name="merchants_payer_by_document",
            ),
        ]
