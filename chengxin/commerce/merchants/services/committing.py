"""Commitments of shops and platforms: signed, corrected, withdrawn, and the breaches linked to them."""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import Breach, Commitment, CommitmentStep, Signature
from chengxin.commerce.merchants.selectors import (
    OwnShop,
    commitment_own,
    commitment_state,
    commitment_text,
    form_fitting,
    form_known,
    own_text,
    platform_for,
    registrations_known,
)
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import CommitmentForm
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.records.models import Record
from chengxin.signatures.selectors import Certified, certified_of
from chengxin.signatures.services import signature_keep, signature_open
from chengxin.subjects.selectors import members_of, subject_of


def commitment_sign(
    *, platform: str, form: str, digest: str, signed_on: date, by: str, at: datetime, shop: str = "", signature: str = ""
) -> Commitment:  # fmt: skip
    """Keep a signed commitment: the platform's own, or a shop's that the platform hands over on its behalf, with the digest of the signed
    paper. The same version signed again changes nothing. With a detached `signature` by the signer's certificate the text of `commitment_text` is
    what was signed, and its digest is kept where no paper's is; what was signed on paper before may be signed so once.
    """
    platform_for(platform, by, at=at)
    entry = form_fitting(platform, form, shop=shop, signed_on=signed_on, at=at)
    certified = _certified(platform, form, shop=shop, signature=signature, signed_on=signed_on, at=at)
    digest = digest or (sha256(certified.text.encode()).hexdigest() if certified else "")
    if not rules.digest_holds(digest):
        raise rules.DigestUnfit
    with transaction.atomic():
        turn_taken("merchants", platform)
        made, _ = _commitment_made(
            platform, form, entry, shop=shop, on_behalf=bool(shop), digest=digest, signed_on=signed_on, by=by, at=at
        )
        _signature_kept(made, certified, signed_on=signed_on, by=by, at=at)
    return made


def commitment_sign_own(
    *, own: OwnShop, form: str, form_from: date, at: datetime, signature: str = ""
) -> Commitment:  # fmt: skip
    """A shop's commitment, signed by its own account, and by its certificate where that came: the version that was shown, of which the whole text's
    digest is kept. What its platform filed for it before, or what it had withdrawn, it signs beside that.
    """
    if not own.run:
        raise rules.ShopUnknown(platform=own.platform, shop=own.shop)
    by, on = rules.OWN_ACCOUNT, day_of(at)
    entry, text = own_text(own, form, signed_on=on, at=at)
    if entry.in_force.from_ != form_from:
        raise rules.CommitmentTextChanged(form=entry.title.zh, now=entry.in_force.from_, shown=form_from)
    digest = sha256(text.encode()).hexdigest()
    certified = _certified(own.platform, form, shop=own.shop, signature=signature, signed_on=on, at=at)
    with transaction.atomic():
        turn_taken("merchants", own.platform)
        made, fresh = _commitment_made(
            own.platform, form, entry, shop=own.shop, on_behalf=False, digest=digest, signed_on=on, by=by, at=at
        )
        steps = list(made.steps.order_by("number"))
        if not fresh and not commitment_own(made, steps):
            _commitment_step(made, steps, "signed", digest=digest, at=at)
        _signature_kept(made, certified, signed_on=on, by=by, at=at)
    return made


def commitment_step(*, own: OwnShop, commitment: int, kind: str, words: str, at: datetime) -> Commitment:
    """What a shop says later of what it signed, as far as the form allows: words that set it right, or that it stands by it no more. It stays readable
    as it was, with the breaches linked to it; what the law asks of the shop is not withdrawn with it.
    """
    made = Commitment.objects.filter(pk=commitment, platform=own.platform, shop=own.shop).first()
    if made is None or not own.run:
        raise rules.CommitmentUnknown(commitment=commitment)
    said = rules.words_public(words, ("The words", "内容"))
    with transaction.atomic():
        turn_taken("merchants", made.platform)
        steps = list(made.steps.order_by("number"))
        why = None
        if kind not in form_known(made).later:
            why = ("its form does not allow it.", "承诺书没有这样规定。")
        elif commitment_state(steps) == "withdrawn":
            why = ("it was withdrawn.", "已经撤回。")
        if why is not None:
            zh = {"corrected": "更正", "withdrawn": "撤回"}.get(kind, "这样办理")
            raise rules.CommitmentStepUnfit(kind=kind[:20], why=why[0], why_zh=why[1], kind_zh=zh)
        _commitment_step(made, steps, kind, words=said, at=at)
    return made


def _commitment_step(
    made: Commitment, steps: Sequence[CommitmentStep], kind: str, *, at: datetime, words: str = "", digest: str = ""
) -> None:
    by = rules.OWN_ACCOUNT
    CommitmentStep.objects.create(
        commitment=made, number=len(steps) + 1, kind=kind, words=words, digest=digest, at=at, by=by
    )
    trace(event="merchants.commitment.stepped", by=by, at=at, about=f"commitment:{made.pk}", detail={"kind": kind})


def _certified(
    platform: str, form: str, *, shop: str, signature: str, signed_on: date, at: datetime
) -> Certified | None:
    """The detached signature of the commitment's text by its signer's certificate, verified; nothing where none came."""
    if not signature:
        return None
    code, text = commitment_text(platform, form, shop=shop, signed_on=signed_on, at=at)
    return certified_of(text, signature, code=code, signed_on=signed_on, at=at)


def _commitment_made(
    platform: str, form: str, entry: CommitmentForm, *, shop: str, on_behalf: bool, digest: str, signed_on: date, by: str, at: datetime
) -> tuple[Commitment, bool]:  # fmt: skip
    made, fresh = Commitment.objects.get_or_create(
        platform=platform, shop=shop, form=form, form_from=entry.in_force.from_,
        defaults={
            "text_digest": sha256(rules.form_text(entry).encode()).hexdigest(), "on_behalf": on_behalf, "digest": digest, "signed_on": signed_on,
            "at": at, "by": by,
        },
    )  # fmt: skip
    if fresh:
        detail = {"form": form, "digest": digest}
        trace(event="merchants.commitment.signed", by=by, at=at, about=f"commitment:{made.pk}", detail=detail)
    return made, fresh


def _signature_kept(made: Commitment, certified: Certified | None, *, signed_on: date, by: str, at: datetime) -> None:
    words: dict[str, Any] = {"event": "merchants.commitment.certified", "about": f"commitment:{made.pk}", "by": by}
    signature_keep(Signature, certified, beside={"commitment_id": made.pk}, at=at, signed_on=signed_on, **words)


def commitment_signature_open(*, commitment: int, by: str, at: datetime) -> dict[str, str]:
    """The text that was signed by certificate and the signature, for whoever must verify it again: written down before it is given, since the
    certificate may name persons.
    """
    words: dict[str, Any] = {"event": "merchants.signature.opened", "about": f"commitment:{commitment}", "by": by}
    held = signature_open(Signature, beside={"commitment_id": commitment}, at=at, **words)
    if held is None:
        raise rules.SignatureUnknown(commitment=commitment)
    return held


def breach_link(
    *, commitment: int, promise: str, source: str, reference: str, digest: str, asker: Asker, at: datetime, record: int | None = None
) -> Breach:  # fmt: skip
    """Link a breach that a complaint, an inspection or a case found to the promise that it breaks, with its evidence. Only a decision makes it a
    record: `record` names the one that is filed, and it must be about the signer.
    """
    made = Commitment.objects.filter(pk=commitment).first()
    if made is None:
        raise rules.CommitmentUnknown(commitment=commitment)
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    form = form_known(made)
    if (
        promise not in form.promises
        or source not in ("complaint", "inspection", "case")
        or not rules.digest_holds(digest)
    ):
        raise rules.BreachUnfit(
            why="its promise, source or evidence is missing.", why_zh="缺少承诺事项、来源或者证据摘要。"
        )
    kept = rules.words_public(reference, ("The reference", "编号"))
    if record is not None and not _record_about(made, record, at):
        raise rules.BreachUnfit(why="that record is not about whoever signed.", why_zh="该记录与承诺人无关。")
    with transaction.atomic():
        turn_taken("merchants", made.platform)
        linked, fresh = Breach.objects.get_or_create(
            commitment=made,
            promise=promise,
            source=source,
            reference=kept,
            record=record,
            defaults={"digest": digest, "at": at, "by": asker.key},
        )
        if fresh:
            detail = {"promise": promise, "source": source, "decided": record is not None}
            trace(event="merchants.breach.linked", by=asker.key, at=at, about=f"commitment:{made.pk}", detail=detail)
    return linked


def _record_about(made: Commitment, record: int, at: datetime) -> bool:
    """Whether the record is about the firm that signed. What an individual seller did is no record here."""
    latest = registrations_known(made.platform, "shops", known_at=at, shops=[made.shop]).first()
    found = Record.objects.filter(pk=record).values_list("subject_id", flat=True).first()
    if latest is None or not latest.code or found is None:
        return False
    try:
        root = subject_of(latest.code, known_at=at)
    except Refusal:
        return False
    return found in members_of(root, known_at=at)
