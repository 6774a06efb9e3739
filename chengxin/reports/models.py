"""Reports as they were issued, and the passes by which the portal knows a firm."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from chengxin.vault.models import SealedField


def body_bound(row: Mapping[str, Any]) -> bytes:
    """What binds a report's sealed text to its place."""
    return f"reports_report:{row['id']}:body".encode()


def pdf_bound(row: Mapping[str, Any]) -> bytes:
    """What binds its PDF."""
    return f"reports_report:{row['id']}:pdf".encode()


class Report(models.Model):
    """One report as it was issued: frozen, with what it was made from, its digest, its signature and its PDF. Never edited.

    The JSON stands in `body` where anybody may see it, and sealed otherwise; the PDF is sealed always, for the code is printed on it. `facts` is the
    digest of what it says of the subject, without number and instants: by it is known whether that has changed. `drawn_by` says who drew
    it: the `subject` itself, the `counter` for it, an `authority` in its matter, the `public`, or whom the firm `allowed` it. A natural person's has no
    `code`: nobody's number stands here.
    """

    class Drawn(models.TextChoices):
        """Who drew it."""

        SUBJECT = "subject", "企业本身 the subject"
        COUNTER = "counter", "窗口代办 the counter"
        AUTHORITY = "authority", "部门 an authority"
        PUBLIC = "public", "公众 the public"
        ALLOWED = "allowed", "经企业同意 whom the firm allowed it"

    kind = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    subject = models.BigIntegerField(null=True)
    code = models.TextField(db_collation="C")
    asker = models.TextField(db_collation="C")
    drawn_by = models.TextField(choices=Drawn.choices, db_collation="C")
    choice = models.JSONField()
    issued_at = models.DateTimeField()
    lawbook_digest = models.TextField(db_collation="C")
    facts = models.TextField(db_collation="C")
    digest = models.TextField(db_collation="C")
    signature = models.JSONField()
    body = models.TextField(null=True)
    sealed = SealedField(null=True, ring="reports", bound=body_bound, needs=["id"])
    pdf = SealedField(ring="reports", bound=pdf_bound, needs=["id"])
    pdf_digest = models.TextField(unique=True, db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(body__isnull=False) ^ models.Q(sealed__isnull=False), name="reports_report_body_once"
            ),
            models.CheckConstraint(
                condition=models.Q(drawn_by__in=["subject", "counter", "authority", "public", "allowed"]),
                name="reports_report_drawn_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(code="")
                | models.Q(subject__isnull=False, sealed__isnull=False, drawn_by="subject"),
                name="reports_report_of_person_sealed",
            ),
        ]
        indexes = [
            models.Index(fields=["code", "kind", "-id"], name="reports_report_code"),
            models.Index(fields=["subject", "-id"], condition=models.Q(code=""), name="reports_report_person"),
        ]

    @property
    def of_person(self) -> bool:
        """Whether it is about a natural person."""
        return self.code == ""


class Pass(models.Model):
    """That whoever holds the key answers for the firm of this code: its papers were seen at the counter. Never edited."""

    code = models.TextField(db_collation="C")
    key_hash = models.BinaryField(unique=True)
    seen = models.TextField()
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("given_at")), name="reports_pass_ends"),
            models.CheckConstraint(condition=~models.Q(seen=""), name="reports_pass_seen"),
        ]
        indexes = [models.Index(fields=["code", "-id"], name="reports_pass_code")]


class FirmConsent(models.Model):
    """That a firm allowed a credit-service firm to order a report about it, until the end of a day; `way` says how the firm was known. Never edited."""

    code = models.TextField(db_collation="C")
    grantee = models.TextField(db_collation="C")
    kind = models.TextField(db_collation="C")
    jurisdiction = models.TextField(db_collation="C")
    until = models.DateField()
    way = models.TextField(db_collation="C")
    lawbook_digest = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(grantee="") & ~models.Q(way=""), name="reports_firmconsent_whole"
            )
        ]
        indexes = [models.Index(fields=["code", "grantee", "kind"], name="reports_firmconsent_of")]


class FirmConsentEnd(models.Model):
    """That the firm took the consent back. Never edited."""

    ended = models.OneToOneField(FirmConsent, on_delete=models.PROTECT, primary_key=True, related_name="end")
    at = models.DateTimeField()


class ThirdReport(models.Model):
    """A report that a credit-service firm issued of a firm: its number, digest and day, and on which of our reports it rests. Nothing that it says, and
    no score. Never edited.
    """

    issuer = models.TextField(db_collation="C")
    number = models.TextField(db_collation="C")
    digest = models.TextField(db_collation="C")
    code = models.TextField(db_collation="C")
    issued_on = models.DateField()
    rests_on = ArrayField(models.BigIntegerField())
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number"], name="reports_thirdreport_once"),
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^[0-9a-f]{64}$")
                & models.Q(rests_on__len__gt=0)
                & ~models.Q(issuer="")
                & ~models.Q(number=""),
                name="reports_thirdreport_whole",
            ),
        ]
        indexes = [models.Index(fields=["digest"], name="reports_thirdreport_digest")]


class ThirdWithdrawal(models.Model):
    """That the issuer took its report back, and why. Never edited."""

    withdrawn = models.OneToOneField(ThirdReport, on_delete=models.PROTECT, primary_key=True, related_name="withdrawal")
    reason = models.TextField()
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(by=""), name="reports_thirdwithdrawal_with_a_reason"
            )
        ]


class PassEnd(models.Model):
    """That a pass was taken back before its day."""

    ended = models.OneToOneField(Pass, on_delete=models.PROTECT, primary_key=True, related_name="end")
    by = models.TextField(db_collation="C")
    at = models.DateTimeField()
