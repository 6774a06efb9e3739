"""Reading a person, by number and name, for a purpose; and the person's reading of themselves. Traced always, also when nothing is told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.disclosure.models import Use
from chengxin.disclosure.rules.disclosing import (
    MASKED,
    Allowed,
    Disclosure,
    Outcome,
    PurposeUnknown,
    asker_barred,
    case_named,
    disclosed,
    keep_until,
    mask,
    purpose_of,
)
from chengxin.disclosure.selectors import consent_in_force, facts_of_person, purposes_of
from chengxin.disclosure.services.calling import call_take
from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import citizen_number_read
from chengxin.law import Law
from chengxin.law.models import OfPersons, Purpose
from chengxin.ledger.services import trace, trace_receipted
from chengxin.subjects.bulk.vaulting import person_met
from chengxin.subjects.rules.persons import Grant
from chengxin.subjects.services.persons import person_open

OWN, PUBLIC = "own-record", "public"


@dataclass(frozen=True)
class Reading:
    """What whoever asked about a person is told, as every door gives it."""

    purpose: Purpose
    found: Disclosure
    identity: dict[str, str]
    on: date
    keep_until: date | None
    trace: int
    receipt: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """As it is printed and returned. No number and no name that the asker did not bring."""
        found = self.found
        return {
            "outcome": str(found.outcome), "purpose": self.purpose.key, "title": self.purpose.title.zh, "title_en": self.purpose.title.en,
            "on": self.on, "reason": found.why.as_dict() if found.why else None, "by": found.by, "article": found.article,
            "article_en": found.article_en, "consent": found.consent, "identity": self.identity,
            "records": [told.as_dict() for told in found.records], "withheld": [each.as_dict() for each in found.withheld],
            "keep_until": self.keep_until, "trace": self.trace, "receipt": self.receipt,
        }  # fmt: skip


def person_read(
    *,
    asker: Asker,
    number: str,
    name: str,
    purpose: str,
    at: datetime,
    case_number: str = "",
    consent: int | None = None,
    jurisdiction: str = "cn",
) -> Reading:
    """What of the person of this number and name the asker may know for the purpose today, on a statute or on the person's consent.

    Who gets nothing is told the same whether nobody is held, the name is another's, nothing is held or nothing allowed; the person sees
    the attempt, the asker's receipt names nobody. A reading on a consent is counted, and none commits after its withdrawal does.
    """
    value = citizen_number_read(number, invented=settings.CHENGXIN_INVENTED_DIVISION)
    on = day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    entry, persons = _readable(law, purpose)
    told = {"on": on, **({} if jurisdiction == "cn" else {"jurisdiction": jurisdiction})}
    told |= {"case_number": case_number.strip()[:200]} if case_number.strip() else {}
    if asker_barred(law, entry, persons, asker.kind):
        found = disclosed(law, entry, kind=asker.kind, records=None, on=on)
        return _answered(law, entry, persons, found, {}, None, told, by=asker.key, at=at)
    case_named(law, entry, persons, case_number)
    call_take(law=law, purpose=entry, persons=persons, asker=asker, at=at)
    with transaction.atomic():
        subject = person_met(value, name)
        held = None
        if subject is not None and persons.by == "consent":
            held = consent_in_force(subject, asker.key, entry.key, consent=consent, on=on)
        found = disclosed(
            law, entry, kind=asker.kind, on=on,
            records=facts_of_person(law, subject, known_at=at) if subject is not None else None,
            consent=Allowed(held.pk, frozenset(held.record_types)) if held else None,
        )  # fmt: skip
        if found.outcome is not Outcome.SHOWN or subject is None:
            trace(
                event="disclosure.person.tried", by=asker.key, at=at, purpose=entry.key, subject=subject, detail=told | {"outcome": found.outcome}
            )  # fmt: skip
            return _answered(law, entry, persons, found, {}, None, told, by=asker.key, at=at)
        identity = _identity(found, subject, by=asker.key, at=at, purpose=entry.key)
        answer = _answered(law, entry, persons, found, identity, subject, told, by=asker.key, at=at)
        if held is not None:
            Use.objects.create(
                consent=held, number=held.uses.count(), entry=answer.trace, by=asker.key, at=at
            )  # fmt: skip
    return answer


def own_read(*, subject: int, at: datetime, jurisdiction: str = "cn") -> Reading:
    """What the register holds of the person who is signed in: everything, also what counts no more. The caller knows who is there."""
    on = day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    entry, persons = purpose_of(law, OWN)
    with transaction.atomic():
        found = disclosed(law, entry, kind=PUBLIC, records=facts_of_person(law, subject, known_at=at), on=on)
        identity = _identity(found, subject, by=PUBLIC, at=at, purpose=OWN)
        return _answered(law, entry, persons, found, identity, subject, {"on": on, "as": "subject"}, by=PUBLIC, at=at)


def _readable(law: Law, purpose: str) -> tuple[Purpose, OfPersons]:
    """The purpose, if another than the person reads for it: who reads themselves signs in, and a yes or no has a door of its own."""
    entry, persons = purpose_of(law, purpose)
    if persons.by not in ("consent", "statute"):
        known = ", ".join(each.key for each, _ in purposes_of(law, "consent", "statute"))
        raise PurposeUnknown(purpose=purpose, known=known)
    return entry, persons


def _identity(found: Disclosure, subject: int, *, by: str, at: datetime, purpose: str) -> dict[str, str]:
    """Name and number as far as the rule lets them be told."""
    names = dict(found.identity)
    if not names:
        return {}
    grant = Grant(frozenset(names), found.article)
    opened = person_open(subject=subject, fields=list(names), grant=grant, purpose=purpose, by=by, at=at)
    return {field: mask(opened[field]) if how == MASKED else opened[field] for field, how in names.items()}


def _answered(
    law: Law,
    purpose: Purpose,
    persons: OfPersons,
    found: Disclosure,
    identity: dict[str, str],
    subject: int | None,
    told: dict[str, Any],
    *,
    by: str,
    at: datetime,
) -> Reading:
    on = day_of(at)
    until = keep_until(law, persons, on=on) if found.outcome is Outcome.SHOWN else None
    detail = told | {"outcome": found.outcome}
    if found.outcome is Outcome.SHOWN:
        kinds = sorted({each.record_type for each in found.records})
        detail |= {"right": found.by, "article": found.article, "record_types": kinds, "identity": sorted(identity)}
        detail |= {"consent": found.consent} if found.consent is not None else {}
        detail |= {"keep_until": until} if until else {}
    receipt = trace_receipted(
        event="disclosure.person.read", by=by, at=at, purpose=purpose.key, subject=subject, detail=detail
    )  # fmt: skip
    return Reading(purpose, found, identity, on, until, receipt.entry, receipt.as_dict())
