"""Asking for a consent: a partner asks for one without saying of whom, somebody opens the link and it is theirs, and allows or refuses."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.disclosure.models import Request, RequestAnswer, RequestOpening
from chengxin.disclosure.rules.consenting import (
    OPEN_DAYS,
    RequestAnswered,
    RequestOver,
    RequestRepeated,
    RequestUnknown,
    Terms,
    consent_fit,
    reference_fit,
    term_days,
)
from chengxin.disclosure.rules.disclosing import AskerBarred, purpose_of
from chengxin.disclosure.selectors import (
    request_number_known,
    request_terms,
)
from chengxin.disclosure.services.consenting import PUBLIC, consent_give
from chengxin.kernel.days import day_of
from chengxin.ledger.services import trace


@dataclass(frozen=True)
class Asked:
    """What a partner asks for: what for, which kinds of record, for how many days, how often, for which named use, under its own reference."""

    purpose: str
    record_types: Sequence[str]
    days: int
    most: int | None = None
    named_use: str = ""
    reference: str = ""


def request_make(*, asked: Asked, asker: Asker, at: datetime, jurisdiction: str = "") -> Request:
    """Ask for a consent to the asker itself. Nobody is named in it; it is refused at once where the lawbook would not let anybody allow it."""
    if asker.client is None:
        raise AskerBarred(why="Programs ask for consents; give the API a key.", why_zh="同意由接口客户端请求。")
    place, book, on = jurisdiction or settings.CHENGXIN_PLACE, lawroom.load(), day_of(at)
    law = book.on(on, place)
    purpose, persons = purpose_of(law, asked.purpose)
    terms = Terms(
        asker.key, asked.purpose, asked.record_types, on, on + timedelta(days=term_days(asked.days)), asked.most, asked.named_use
    )  # fmt: skip
    kept = consent_fit(law, purpose, persons, terms, kind=asker.kind, today=on)
    reference = reference_fit(asked.reference)
    try:
        with transaction.atomic():
            made = Request.objects.create(
                number=secrets.token_hex(10), grantee=asker.key, client=asker.client, purpose=kept.purpose, jurisdiction=place,
                record_types=list(kept.record_types), days=asked.days, most=kept.most, named_use=kept.named_use, reference=reference, at=at,
                until=at + timedelta(days=law.parameter(OPEN_DAYS)), lawbook_digest=book.digest,
            )  # fmt: skip
            about = f"request:{made.pk}"
            trace(event="disclosure.request.made", by=asker.key, at=at, purpose=kept.purpose, about=about)
    except IntegrityError as error:
        if "disclosure_request_once_a_reference" in str(error):
            raise RequestRepeated(reference=reference) from None
        raise
    return made


def request_open(*, number: str, subject: int, at: datetime) -> Request:
    """Let the person who is signed in see what is asked. Whoever opens it first has it: to anybody else it is not there."""
    with transaction.atomic():
        found = request_number_known(number)
        _not_over(found, subject, at=at)
        opening, new = RequestOpening.objects.get_or_create(request=found, defaults={"subject_id": subject, "at": at})
        if opening.subject_id != subject:
            raise RequestUnknown
        if new:
            about = f"request:{found.pk}"
            trace(
                event="disclosure.request.opened", by=PUBLIC, at=at, purpose=found.purpose, subject=subject, about=about
            )
    return found


def request_answer(*, number: str, subject: int, allow: bool, at: datetime) -> int | None:
    """Allow what is asked, and the consent runs from today; or refuse. Once, by whoever opened it; the consent's number."""
    with transaction.atomic():
        found = Request.objects.select_for_update().get(pk=request_number_known(number).pk)
        opening = RequestOpening.objects.filter(request=found, subject_id=subject).first()
        if opening is None:
            raise RequestUnknown
        if RequestAnswer.objects.filter(request=found).exists():
            raise RequestAnswered
        _not_over(found, subject, at=at)
        consent = None
        if allow:
            terms = request_terms(found, on=day_of(at))
            consent = consent_give(subject=subject, terms=terms, at=at, jurisdiction=found.jurisdiction).consent
        RequestAnswer.objects.create(request=found, consent_id=consent, at=at)
        event = "disclosure.request.allowed" if allow else "disclosure.request.refused"
        trace(event=event, by=PUBLIC, at=at, purpose=found.purpose, subject=subject, about=f"request:{found.pk}")
    return consent


def _not_over(found: Request, subject: int, *, at: datetime) -> None:
    """Whoever answered it may look at it again; nobody answers one that is over, or whose asker is admitted no more."""
    if RequestAnswer.objects.filter(request=found).exists():
        return
    acting = Actor.objects.filter(key=found.grantee, closed_at__isnull=True).exists()
    if found.until <= at or not acting:
        raise RequestOver
