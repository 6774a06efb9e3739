"""Signatures by certificate, kept beside what was signed and opened for whoever verifies again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from chengxin.ledger.services import trace
from chengxin.signatures import rules
from chengxin.signatures.models import ByCertificate, ReplySignature
from chengxin.signatures.selectors import Certified
from chengxin.vault.models import SealedField
from chengxin.vault.selectors import seal_of


def signature_keep(
    kind: type[ByCertificate], certified: Certified | None, *, beside: Mapping[str, Any], event: str, about: str, by: str, at: datetime,
    subject: int | None = None, **more: Any,
) -> None:  # fmt: skip
    """Keep who signed beside what was signed, in a row of this kind, once; call it in the transaction of what it belongs to."""
    if certified is None or kind._default_manager.filter(**beside).exists():
        return
    field = _sealed(kind)
    sealed = seal_of(field.ring).seal_json(certified.held, field.bound(beside))
    words = asdict(certified.by)
    kind._default_manager.create(**beside, **words, **more, **{field.name: sealed}, at=at, by=by)
    detail = {name: words[name] for name in ("issuer", "serial", "fingerprint")}
    trace(event=event, by=by, at=at, subject=subject, about=about, detail=detail)


def signature_open(
    kind: type[ByCertificate], *, beside: Mapping[str, Any], event: str, about: str, by: str, at: datetime, subject: int | None = None
) -> dict[str, str] | None:  # fmt: skip
    """What was sealed with a signature; nothing where there is none. Written down before it is given, since certificates may name persons."""
    with transaction.atomic():
        found = kind._default_manager.filter(**beside).first()
        if found is None:
            return None
        trace(event=event, by=by, at=at, subject=subject, about=about)
        field = _sealed(kind)
        held: dict[str, str] = seal_of(field.ring).unseal_json(bytes(getattr(found, field.name)), field.bound(beside))
        return held


def _sealed(kind: type[ByCertificate]) -> SealedField:
    return next(field for field in kind._meta.local_fields if isinstance(field, SealedField))


def reply_keep(
    certified: Certified | None, *, about: str, signed_on: date, by: str, at: datetime, subject: int | None = None
) -> None:
    """Keep by which certificate a reply was signed."""
    signature_keep(
        ReplySignature, certified, beside={"about": about}, event="signatures.reply.certified", about=about, by=by, at=at, subject=subject,
        signed_on=signed_on, digest=sha256(certified.text.encode()).hexdigest() if certified else "",
    )  # fmt: skip


def reply_open(*, about: str, title: str, by: str, at: datetime, subject: int | None = None) -> dict[str, str]:
    """The text of a reply and its signature, for whoever must verify it again; `title` is what a refusal calls it."""
    words: dict[str, Any] = {"event": "signatures.reply.read", "about": about, "by": by, "at": at, "subject": subject}
    held = signature_open(ReplySignature, beside={"about": about}, **words)
    if held is None:
        raise rules.ReplyUncertified(about=title)
    return held
