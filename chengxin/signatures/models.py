"""By which certificates things were signed, with the signatures sealed. A row is never changed, but that it may be sealed anew."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from chengxin.vault.models import SealedField


class ByCertificate(models.Model):
    """Who issued the certificate, and until when it holds; in the column `sealed`, which each table binds to its own row, the signature, since
    certificates name persons too. The code is the signer's, as it was when it was verified.
    """

    code = models.TextField(db_collation="C")
    issuer = models.TextField()
    serial = models.TextField(db_collation="C")
    fingerprint = models.TextField(db_collation="C")
    until = models.DateField()
    at = models.DateTimeField()
    by = models.TextField(db_collation="C")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(issuer="") & Q(code__regex=r"^[0-9A-Z]{18}$") & Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="%(app_label)s_%(class)s_whole",
            )
        ]


def reply_bound(row: Mapping[str, Any]) -> bytes:
    """What the seal is bound to: the reply that it stands beside."""
    return f"signatures_replysignature:{row['about']}".encode()


class ReplySignature(ByCertificate):
    """The signature of a reply, one of each: `about` names it as the ledger does (`case:7/step:2`), `digest` is the SHA-256 of its text."""

    about = models.TextField(unique=True, db_collation="C")
    digest = models.TextField(db_collation="C")
    signed_on = models.DateField()
    sealed = SealedField(ring="vault", bound=reply_bound, needs=["about"])

    class Meta(ByCertificate.Meta):
        constraints: ClassVar = [
            *ByCertificate.Meta.constraints,
            models.CheckConstraint(
                condition=Q(until__gte=F("signed_on")) & Q(digest__regex=r"^[0-9a-f]{64}$") & ~Q(about=""),
                name="signatures_replysignature_in_force",
            ),
        ]
