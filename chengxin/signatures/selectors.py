"""Signatures by certificate held against what was signed, and by which certificates they were made."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from chengxin.kernel.signers import Signed, roots_read, signature_typed, signature_verified
from chengxin.signatures.models import ByCertificate, ReplySignature
from chengxin.signatures.rules import Reply


@dataclass(frozen=True)
class Certified:
    """A signature that holds, and by which certificate; the text that was signed where it is kept with it."""

    raw: bytes
    by: Signed
    text: str = ""

    @property
    def held(self) -> dict[str, str]:
        """What is sealed of it."""
        kept = {"signature": b64encode(self.raw).decode()}
        return {"text": self.text, **kept} if self.text else kept


def certified_of(content: bytes | str, signature: str, *, code: str, signed_on: date, at: datetime) -> Certified:
    """The detached signature of the bytes or the text by a certificate of the unit of this code, verified against the roots that are trusted here."""
    raw, trusted = signature_typed(signature), roots_read(settings.CHENGXIN_SIGNER_ROOTS)
    text = content if isinstance(content, str) else ""
    signed = content.encode() if isinstance(content, str) else content
    return Certified(raw, signature_verified(signed, raw, code=code, signed_on=signed_on, roots=trusted, at=at), text)


def reply_certified(reply: Reply, signature: str, *, at: datetime) -> Certified:
    """The signature of a reply's text by its firm's certificate, verified."""
    return certified_of(reply.text, signature, code=reply.code, signed_on=reply.signed_on, at=at)


def certificate_words(found: ByCertificate | None) -> dict[str, Any] | None:
    """By which certificate something was signed, as it is shown; nothing where it was not."""
    if found is None:
        return None
    names = ("code", "issuer", "serial", "fingerprint", "until", "signed_on")
    return {name: getattr(found, name) for name in names if hasattr(found, name)}


def replies_certified(abouts: Iterable[str], *, known_at: datetime) -> dict[str, dict[str, Any]]:
    """Of these replies those that were signed, each with the words of its certificate."""
    found = ReplySignature.objects.filter(about__in=list(abouts), at__lte=known_at).defer("sealed")
    return {each.about: certificate_words(each) or {} for each in found}
