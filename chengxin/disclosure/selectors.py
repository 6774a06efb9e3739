"""Finding consents and withdrawals of those that one may see, and what the register holds of a person for the rule to decide on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from chengxin import law as lawroom
from chengxin.actors.models import Actor, Use
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.cases.selectors import SEEING_ALL
from chengxin.disclosure.models import Call, Consent, Request, RequestAnswer, Withdrawal
from chengxin.disclosure.rules.consenting import RequestUnknown, State, state_of
from chengxin.disclosure.rules.consenting import Terms as Allowing
from chengxin.disclosure.rules.disclosing import PersonFact
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import OfPersons, Purpose, RecordType
from chengxin.records.models import Record
from chengxin.records.rules import Terms, replay
from chengxin.records.selectors.filed import events_of, records_of, statements_of
from chengxin.records.selectors.persons import content_opened

# As requests are numbered; nothing else is asked of the database.
REQUEST_NUMBER = re.compile(r"[0-9a-f]{20}")


@dataclass(frozen=True)
class Used:
    """How often a program called on a day for a purpose, and how often it might."""

    client: int
    actor: str
    purpose: str
    used: int
    most: int

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


def calls_used(*, day: date, client: int | None = None) -> list[Used]:
    """What the programs, or this one, have used of their calls of a day: of checks, batches and reports, and of readings of persons."""
    counted = Use.objects.filter(day=day).values_list("client", "client__actor__key", "purpose", "used", "most")
    persons = (
        Call.objects.filter(day=day, client__gt=0).values("client", "actor", "purpose")
        .annotate(used=Count("pk"), limit=Max("most")).values_list("client", "actor", "purpose", "used", "limit")
    )  # fmt: skip
    if client is not None:
        counted, persons = counted.filter(client=client), persons.filter(client=client)
    found = [Used(*row) for row in counted]
    found += [Used(of, actor, f"persons.{purpose}", used, most) for of, actor, purpose, used, most in persons]
    return sorted(found, key=lambda each: (each.client, each.purpose))


def calls_accessible(asker: Asker, *, day: date) -> list[Used]:
    """Those that the asker may see: whoever runs or supervises the register all, anybody else those of their own programs."""
    found = calls_used(day=day)
    return (
        found
        if asker.kind in ("operator", "credit-centre", "supervisor")
        else [e for e in found if e.actor == asker.key]
    )


class ConsentUnknown(Refusal):
    """There is no consent {consent} that you may see or take back."""

    code = "consent-unknown"
    status = 404
    zh = "没有您可以查看或者撤回的第{consent}号同意。"


class WithdrawalUnknown(Refusal):
    """No withdrawal of consent {consent} waits for you to take note of it."""

    code = "withdrawal-unknown"
    status = 404
    zh = "第{consent}号同意没有等待您签收的撤回。"


@dataclass(frozen=True)
class ConsentShown:
    """A consent as its grantee and its giver see it: everything but whose it is."""

    consent: int
    grantee: str
    grantee_title: str
    purpose: str
    title: str
    title_en: str
    record_types: list[dict[str, str]]
    starts_on: date
    ends_on: date
    most: int | None
    used: int
    named_use: str
    way: str
    given_at: datetime
    withdrawn_at: datetime | None
    state: State

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return {**self.__dict__, "state": str(self.state)}


@dataclass(frozen=True)
class WithdrawalShown:
    """A withdrawal that its grantee takes note of by a day."""

    consent: int
    grantee: str
    grantee_title: str
    purpose: str
    title: str
    title_en: str
    withdrawn_at: datetime
    due_on: date
    late: bool
    acknowledged_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """As every door gives it."""
        return dict(self.__dict__)


def purposes_of(law: Law, *rights: str) -> list[tuple[Purpose, OfPersons]]:
    """The purposes for which a person is read by one of these rights, those that are closed left out."""
    found = [(p, p.persons) for _, p in sorted(law.purposes.items()) if p.persons is not None]
    return [(purpose, persons) for purpose, persons in found if persons.by in rights and not persons.closed]


@dataclass(frozen=True)
class Offered:
    """What a form of consent lets choose: whom, what for, which kinds of record, and the days that it begins with."""

    grantees: list[tuple[str, str]]
    purposes: list[Purpose]
    types: list[RecordType]
    starts_on: str
    ends_on: str


def consents_offered(*, on: date, jurisdiction: str = "cn", grantee: str | None = None) -> Offered:
    """The actors that may be allowed to read, or this one alone, with the purposes and kinds of record of today's law of the place."""
    law = lawroom.load().on(on, jurisdiction)
    purposes = purposes_of(law, "consent")
    kinds = {kind for purpose, _ in purposes for kind in purpose.askers}
    types = {key for _, persons in purposes for key in persons.shows}
    actors = Actor.objects.filter(kind__in=kinds, closed_at__isnull=True).order_by("title", "key")
    actors = actors if grantee is None else actors.filter(key=grantee)
    return Offered(
        [(actor.key, actor.title) for actor in actors],
        [purpose for purpose, persons in purposes if grantee is None or any(a.kind in purpose.askers for a in actors)],
        [law.record_types[key] for key in sorted(types)], on.isoformat(), (on + timedelta(days=30)).isoformat(),
    )  # fmt: skip


def consents_accessible(asker: Asker) -> QuerySet[Consent]:
    """The consents that the asker may see: those given to it; who runs or supervises the register sees all. The latest first."""
    found = Consent.objects.order_by("-pk")
    return found if asker.kind in SEEING_ALL else found.filter(grantee=asker.key)


def withdrawals_accessible(asker: Asker) -> QuerySet[Withdrawal]:
    """The withdrawals of these consents, those due first before the others."""
    found = Withdrawal.objects.select_related("consent", "acknowledgement").order_by("due_on", "pk")
    return found if asker.kind in SEEING_ALL else found.filter(consent__grantee=asker.key)


def consents_of(subject: int) -> QuerySet[Consent]:
    """The consents that a person gave, the latest first; for the person alone."""
    return Consent.objects.filter(subject_id=subject).order_by("-pk")


def consents_shown(consents: QuerySet[Consent], law: Law, *, on: date) -> list[ConsentShown]:
    """Each consent with how often it was used and where it stands on the day."""
    titles: dict[str, str] = {}
    shown = []
    for row in consents.select_related("withdrawal").annotate(used=Count("uses")):
        withdrawn = row.withdrawal.at if hasattr(row, "withdrawal") else None
        purpose = law.purposes.get(row.purpose)
        state = state_of(
            starts_on=row.starts_on, ends_on=row.ends_on, most=row.most, used=row.used, withdrawn=withdrawn is not None, on=on
        )  # fmt: skip
        title = titles.setdefault(row.grantee, actor_titled(row.grantee))
        shown.append(
            ConsentShown(
                row.pk, row.grantee, title, row.purpose, purpose.title.zh if purpose else row.purpose,
                purpose.title.en if purpose else row.purpose, list(_types(law, row.record_types)), row.starts_on, row.ends_on, row.most, row.used,
                row.named_use, row.way, row.at, withdrawn, state,
            )
        )  # fmt: skip
    return shown


def _types(law: Law, keys: Iterable[str]) -> Iterator[dict[str, str]]:
    for key in keys:
        entry = law.record_types.get(key)
        yield {
            "record_type": key,
            "title": entry.title.zh if entry else key,
            "title_en": entry.title.en if entry else key,
        }


def withdrawals_shown(withdrawals: QuerySet[Withdrawal], law: Law, *, on: date) -> list[WithdrawalShown]:
    """Each withdrawal with the day by which its grantee takes note of it, and whether that is over."""
    shown = []
    for row in withdrawals:
        noted = row.acknowledgement.at if hasattr(row, "acknowledgement") else None
        purpose = law.purposes.get(row.consent.purpose)
        title, title_en = (
            (purpose.title.zh, purpose.title.en) if purpose else (row.consent.purpose, row.consent.purpose)
        )
        grantee = row.consent.grantee
        shown.append(
            WithdrawalShown(
                row.pk, grantee, actor_titled(grantee), row.consent.purpose, title, title_en, row.at, row.due_on,
                noted is None and on > row.due_on, noted,
            )
        )  # fmt: skip
    return shown


def consent_in_force(subject: int, grantee: str, purpose: str, *, consent: int | None, on: date) -> Consent | None:
    """The latest consent of the person to this reader for this purpose that is in force on the day, or the one named, if it is.

    Each row is locked to the end of the transaction before it is looked at: whoever withdraws waits, or has committed.
    """
    rows = Consent.objects.filter(subject_id=subject, grantee=grantee, purpose=purpose).order_by("pk")
    rows = rows if consent is None else rows.filter(pk=consent)
    numbers = [row.pk for row in rows.select_for_update()]
    # Asked again, now that nobody can change what hangs on these rows.
    held = Consent.objects.filter(pk__in=numbers).select_related("withdrawal").annotate(used=Count("uses"))
    for row in held.order_by("-pk"):
        withdrawn = hasattr(row, "withdrawal")
        state = state_of(
            starts_on=row.starts_on, ends_on=row.ends_on, most=row.most, used=row.used, withdrawn=withdrawn, on=on
        )  # fmt: skip
        if state is State.IN_FORCE:
            return row
    return None


@dataclass(frozen=True)
class RequestShown:
    """A request as the partner sees it: its number and link, and where it stands; `not-given` is all there is to a refusal and to silence alike."""

    number: str
    link: str
    reference: str
    until: datetime
    state: str
    consent: int | None

    def as_dict(self) -> dict[str, Any]:
        """As the API gives it."""
        return dict(self.__dict__)


def request_number_known(number: str) -> Request:
    """The request of that number."""
    found = Request.objects.filter(number=number).first() if REQUEST_NUMBER.fullmatch(number) else None
    if found is None:
        raise RequestUnknown
    return found


def request_asked(number: str, asker: Asker) -> Request:
    """The asker's own request of that number; another's and unknown look alike."""
    found = request_number_known(number)
    if found.grantee != asker.key:
        raise RequestUnknown
    return found


def request_link(found: Request) -> str:
    """The address at which a person opens it."""
    return f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/my/allow/{found.number}"


def request_shown(found: Request, *, at: datetime) -> RequestShown:
    """Where the request stands at the instant."""
    answer = RequestAnswer.objects.filter(request=found).first()
    consent = answer.consent_id if answer else None
    state = "given" if consent else "not-given" if answer or found.until <= at else "waiting"
    return RequestShown(found.number, request_link(found), found.reference, found.until, state, consent)


def request_polled(number: str, asker: Asker, *, at: datetime) -> RequestShown:
    """Where the asker's own request stands: `waiting`, `given` with the consent's number, or `not-given`, which does not say why."""
    return request_shown(request_asked(number, asker), at=at)


def request_terms(found: Request, *, on: date) -> Allowing:
    """What a person would allow by it on the day."""
    return Allowing(
        found.grantee,
        found.purpose,
        found.record_types,
        on,
        on + timedelta(days=found.days),
        found.most,
        found.named_use,
    )


@dataclass(frozen=True)
class RequestSeen:
    """A request as the person sees it: who asks, what for, which records, from when until when, how often; and what they answered."""

    number: str
    grantee_title: str
    title: str
    title_en: str
    basis: list[str]
    record_types: list[dict[str, str]]
    starts_on: date
    ends_on: date
    most: int | None
    named_use: str
    until: datetime
    answered: bool
    consent: int | None


def request_seen(found: Request, *, on: date) -> RequestSeen:
    """It, by the law of the day."""
    law = lawroom.load().on(on, found.jurisdiction)
    purpose, terms = law.purposes.get(found.purpose), request_terms(found, on=on)
    answer = RequestAnswer.objects.filter(request=found).first()
    return RequestSeen(
        found.number, actor_titled(found.grantee), purpose.title.zh if purpose else found.purpose, purpose.title.en if purpose else found.purpose,
        [law.cite(each).zh for each in purpose.basis] if purpose else [], list(_types(law, found.record_types)), terms.starts_on, terms.ends_on,
        found.most, found.named_use, found.until, answer is not None, answer.consent_id if answer else None,
    )  # fmt: skip


def facts_of_person(law: Law, subject: int, *, known_at: datetime) -> list[PersonFact]:
    """What the register held of a person at the instant, opened for the rule that decides what of it is told."""
    return facts_of_records(law, records_of([subject], known_at=known_at), known_at=known_at)


def facts_of_records(law: Law, records: QuerySet[Record], *, known_at: datetime) -> list[PersonFact]:
    """These records about persons, each with its content and what its events make of it."""
    rows = [row for row in records if row.record_type in law.record_types]
    numbers = [row.pk for row in rows]
    events, said = events_of(numbers, known_at=known_at), statements_of(numbers, known_at=known_at)
    return [
        PersonFact(
            row.pk, row.record_type, content_opened(row, law.record_types[row.record_type]),
            Terms(row.effect_from, row.effect_until, row.shown_until), replay(events[row.pk], known_at=known_at), said.get(row.pk, ""),
        )
        for row in rows
    ]  # fmt: skip
