"""Leads as they stand on a day, who may see them, and how many became of what. No reading here is of a firm: by whom it is about nothing is counted."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.cases.rules import DOERS, Course, Open, Taken, course_kept
from chengxin.cases.selectors import key_holds, numbered
from chengxin.commerce.complaints.models import Exhibit
from chengxin.commerce.complaints.selectors import choices_told
from chengxin.commerce.leads import rules
from chengxin.commerce.leads.models import (
    Filing,
    Lead,
    Reporter,
    Request,
    Step,
    reply_bound,
    reporter_bound,
    words_bound,
)
from chengxin.commerce.merchants.selectors import law_of, registrations_known
from chengxin.kernel.days import day_of
from chengxin.law.models import Words
from chengxin.vault.selectors import seal_of

SEEING_ALL = ("operator", "credit-centre", "supervisor")
OWN = Q(joined__isnull=True) | Q(parting__isnull=False)
_REQUEST = re.compile(r"XZ(\d{8})-(\d{6,12})")


# --- one lead ----------------------------------------------------------------------------------------------------------------------


def course_of(lead: Lead, *, on: date, steps: Iterable[Step] | None = None) -> Course:
    """The procedure by the law of the day of receipt, the steps taken, and what the clock has done by this day."""
    rows = lead.steps.order_by("number") if steps is None else steps
    return course_kept(law_of(lead.received_on), rules.PROCEDURE, rows, on=on)


def handler_of(lead: Lead) -> str:
    """Who is in charge of the lead now."""
    return lead.head.steps.order_by("-number").values_list("handler", flat=True)[0]


def in_charge(lead: Lead, asker: Asker) -> bool:
    """Whether the asker is the agency in charge."""
    return asker.kind in rules.AGENCIES and asker.key == handler_of(lead)


def leads_whole() -> QuerySet[Lead]:
    """Leads with what tells whose handling they share."""
    return Lead.objects.select_related("joined", "joined__parting", "parting").order_by("-pk")


def leads_accessible(asker: Asker) -> QuerySet[Lead]:
    """Those that the asker may see: who handed it in, and an agency those that it has ever been in charge of; who runs or supervises the register sees
    all. Never whom it is about, be it a platform.
    """
    found = leads_whole()
    if asker.kind in SEEING_ALL:
        return found
    if asker.kind not in rules.AGENCIES:
        return found.filter(filed_by=asker.key) if asker.kind != "public" else found.none()
    handled = Step.objects.filter(handler=asker.key)
    of_head = handled.filter(lead=OuterRef("joined_id"))
    own = handled.filter(lead=OuterRef("pk"))
    return found.filter(Q(filed_by=asker.key) | Exists(own) | Q(parting__isnull=True) & Exists(of_head))


def leads_numbered(found: QuerySet[Lead], number: str) -> Lead:
    """The lead of that number, of these; one that is not among them looks like one that is not."""
    lead = numbered(found, number, prefix="JB", day="received_on")
    if lead is None:
        raise rules.LeadUnknown(number=number[:40])
    return lead


def lead_accessible(asker: Asker, number: str) -> Lead:
    """The lead of that number, of those that the asker may see."""
    return leads_numbered(leads_accessible(asker), number)


def lead_by_key(number: str, key: str) -> Lead:
    """The lead of that number for whoever holds its key; unknown and not theirs look alike."""
    found = numbered(leads_whole(), number, prefix="JB", day="received_on")
    if found is None or not key_holds(found.key_hash, key):
        raise rules.LeadKeyUnknown(number=number[:40])
    return found


def handled_with(head: Lead) -> list[Lead]:
    """The lead and those that are handled with it, the first first."""
    return [head, *leads_whole().filter(joined=head, parting__isnull=True).order_by("pk")]


def words_of(lead: Lead) -> dict[str, str]:
    """What was told, and the description of whom it is about, as written."""
    key = words_bound({"key_hash": lead.key_hash})
    found: dict[str, str] = seal_of("complaints").unseal_json(bytes(lead.sealed), key)
    return found


def reporter_of(lead: Lead) -> dict[str, str] | None:
    """Who reported, unsealed for the program; nobody where they gave no name. Whoever shows it writes that down first."""
    who = Reporter.objects.filter(lead=lead).first()
    if who is None:
        return None
    found: dict[str, str] = seal_of("reporters").unseal_json(bytes(who.sealed), reporter_bound({"lead_id": lead.pk}))
    return found


def titles_of(keys: Iterable[str]) -> dict[str, str]:
    """The titles of actors, in one query."""
    return dict(Actor.objects.filter(key__in=set(keys)).values_list("key", "title"))


@dataclass(frozen=True)
class StepShown:
    """A step as it is shown."""

    on: date
    title: Words
    by: Words
    who: str
    reasons: str
    document: str
    approved_by: str
    handler: str


@dataclass(frozen=True)
class Report:
    """One report of those handled together, as the reader may see it; `named` says whether somebody stands behind it who can be opened."""

    number: str
    received_on: date
    source: Words
    reference: bool
    named: bool
    words: str
    about: str
    digests: list[str]
    exhibits: list[Exhibit]


@dataclass(frozen=True)
class Shown:
    """A lead as one side sees it: where it stands, what was done, what that side may do and until when."""

    lead: Lead
    number: str
    kind: Words
    source: Words
    reference: bool
    platform_title: str
    shop_title: str
    state: str
    state_title: Words
    last_day: date | None
    late: bool
    handler: str
    handler_title: str
    steps: list[StepShown]
    choices: list[Open]
    reports: list[Report]
    requests: list[Request]
    many: int


def _shown(
    lead: Lead, course: Course, rows: Sequence[Step], *, charged: bool, titles: dict[str, str], many: int, shop: str = "",
    reports: Sequence[Report] = (), requests: Sequence[Request] = (),
) -> Shown:  # fmt: skip
    law = law_of(lead.received_on)
    head, sources = lead.head, law.code_lists["lead-sources"].codes
    states = course.procedure.states
    steps = [
        StepShown(
            t.on, states[t.to].title, _by(t), titles.get(row.by, "") if row and t.number else "", row.reasons if row else "",
            row.document if row else "", row.approved_by if row else "", titles.get(row.handler, row.handler) if row else "",
        )
        for t, row in ((t, rows[t.number] if t.number < len(rows) else None) for t in course.taken)
    ]  # fmt: skip
    handler = rows[-1].handler
    source = sources[lead.source]
    return Shown(
        lead, lead.number, law.code_lists["misconduct"].codes[lead.kind].title, source.title, source.reference, titles.get(head.platform, head.platform), shop,
        course.state_key, course.state.title, course.last_day, any(t.to in rules.LATE for t in course.taken), handler, titles.get(handler, handler), steps,
        [o for o in course.steps if charged], list(reports), list(requests), many,
    )  # fmt: skip


_TOLD_BY = Words(zh="举报人或者报送单位", en="Whoever told it")
_CHARGED = Words(zh="办理机关", en="The agency in charge")


def _by(taken: Taken) -> Words:
    """Who took a step: not every agency has decided something yet."""
    if not taken.number:
        return _TOLD_BY
    return DOERS["clock"] if taken.by == "clock" else _CHARGED


def lead_shown(lead: Lead, *, on: date, asker: Asker | None, words: bool = True) -> Shown:
    """The lead for one side: the asker, or whoever holds its receipt where there is none. The agency that is or was in charge reads every report that is
    handled here as written; whoever sent one, that one; whoever runs the register, without numbers of telephones and persons.
    """
    head = lead.head
    rows = list(head.steps.order_by("number"))
    course = course_of(head, on=on, steps=rows)
    handled = bool(asker) and asker is not None and any(row.handler == asker.key for row in rows)
    agency = asker is not None and asker.kind in rules.AGENCIES and handled
    charged = agency and asker is not None and rows[-1].handler == asker.key
    all_ = handled_with(head)
    seen = [lead] if asker is None or not (agency or asker.kind in SEEING_ALL) else all_
    reports = _reports(seen, lambda each: asker is None or agency or asker.key == each.filed_by) if words else []
    requests = list(Request.objects.filter(lead__in=all_).select_related("reply").order_by("pk")) if agency else []
    keys = {head.platform, *(row.by for row in rows), *(row.handler for row in rows)} - {"public", "clock"}
    return _shown(
        lead,
        course,
        rows,
        charged=charged,
        titles=titles_of(keys),
        many=len(all_),
        shop=_shop_title(head),
        reports=reports,
        requests=requests,
    )


def _reports(leads: Sequence[Lead], full: Callable[[Lead], bool]) -> list[Report]:
    """The reports, in as many queries for many as for one."""
    named = set(Reporter.objects.filter(lead__in=leads).values_list("lead", flat=True))
    exhibits: dict[str, list[Exhibit]] = defaultdict(list)
    about = [f"lead:{lead.pk}" for lead in leads if full(lead)]
    for each in Exhibit.objects.filter(about__in=about).defer("sealed").order_by("pk"):
        exhibits[each.about].append(each)
    shown = []
    for lead in leads:
        told, source = words_of(lead), law_of(lead.received_on).code_lists["lead-sources"].codes[lead.source]
        words, whom = (text if full(lead) else rules.outside(text) for text in (told["words"], told["about"]))
        shown.append(
            Report(
                lead.number, lead.received_on, source.title, source.reference, lead.pk in named, words, whom, list(lead.digests),
                exhibits[f"lead:{lead.pk}"],
            )
        )  # fmt: skip
    return shown


def _shop_title(lead: Lead) -> str:
    if not lead.shop:
        return ""
    filed = registrations_known(lead.platform, "shops", known_at=lead.at, shops=[lead.shop]).first()
    return str(filed.body.get("title", "")) if filed else ""


def leads_listed(found: QuerySet[Lead], asker: Asker, *, on: date) -> list[Shown]:
    """Leads for a list, without words: the same few queries however many they are."""
    steps = Prefetch("steps", Step.objects.order_by("number"))
    joined = Prefetch("joined__steps", Step.objects.order_by("number"))
    twins = Prefetch("duplicates", Lead.objects.filter(parting__isnull=True).only("pk", "joined"))
    leads = list(found.prefetch_related(steps, joined, twins))
    rows = {lead.pk: list(lead.head.steps.all()) for lead in leads}
    keys = {lead.platform for lead in leads} | {
        k for steps_ in rows.values() for s in steps_ for k in (s.by, s.handler)
    }
    titles = titles_of(keys)
    return [
        _shown(
            lead, course_of(lead.head, on=on, steps=rows[lead.pk]), rows[lead.pk], charged=rows[lead.pk][-1].handler == asker.key, titles=titles,
            many=1 + len(lead.duplicates.all()),
        )
        for lead in leads
    ]  # fmt: skip


def leads_open() -> QuerySet[Lead]:
    """Those that are handled by themselves and are not over, newest first."""
    last = Step.objects.filter(lead=OuterRef("pk")).order_by("-number")
    return leads_whole().filter(OWN).alias(to=Subquery(last.values("to")[:1])).exclude(to__in=rules.OVER)


def leads_owing(asker: Asker, *, on: date, most: int = 1000, page: int = 1) -> tuple[list[Shown], bool]:
    """Those of which the asker is in charge and in which something is open, what is late first and then the first due: a page of them, each matter
    once, and whether there are more.
    """
    if asker.kind not in rules.AGENCIES:
        return [], False
    last = Step.objects.filter(lead=OuterRef("pk")).order_by("-number")
    by, due = (Subquery(last.values(name)[:1]) for name in ("handler", "last_day"))
    mine = leads_open().alias(by=by, due=due).filter(by=asker.key).order_by(F("due").asc(nulls_first=True), "pk")
    shown = leads_listed(mine[(page - 1) * most : page * most + 1], asker, on=on)
    return shown[:most], len(shown) > most


# --- what a platform is asked for ----------------------------------------------------------------------------------------------------


def requests_to(asker: Asker) -> QuerySet[Request]:
    """What the platform was asked for, newest first; nobody else is asked."""
    found = Request.objects.select_related("reply").order_by("-pk")
    return found.filter(platform=asker.key) if asker.kind == "platform" else found.none()


def request_numbered(found: QuerySet[Request], number: str) -> Request:
    """The request of that number, of these."""
    match = _REQUEST.fullmatch(number.strip())
    request = found.filter(pk=int(match[2])).first() if match else None
    if request is None or request.number != number.strip():
        raise rules.MaterialUnknown(number=number[:40])
    return request


def reply_words(request: Request) -> str:
    """What the platform answered; nothing where it has not."""
    reply = getattr(request, "reply", None)
    if reply is None:
        return ""
    return str(seal_of("complaints").unseal_json(bytes(reply.sealed), reply_bound({"request_id": request.pk}))["words"])


def request_told(request: Request, *, on: date, words: bool = False) -> dict[str, Any]:
    """A request as it is sent: to the platform without anything of the lead; `words` with what it answered."""
    reply = getattr(request, "reply", None)
    return {
        "number": request.number, "platform": request.platform, "shop": request.shop, "what": request.what, "on": request.on, "due_on": request.due_on,
        "late": request.due_on < (day_of(reply.at) if reply else on), "answered_at": reply.at if reply else None,
        "digest": reply.digest if reply else "", "digests": reply.digests if reply else [], "answer": reply_words(request) if words else "",
    }  # fmt: skip


def lead_told(shown: Shown, *, on: date) -> dict[str, Any]:
    """A lead as it is sent or printed."""
    head = shown.lead.head
    return {
        "number": shown.number, "kind": shown.kind.zh, "kind_en": shown.kind.en, "source": shown.source.zh, "source_en": shown.source.en,
        "reference_only": shown.reference, "received_on": shown.lead.received_on, "platform": head.platform, "shop": head.shop, "code": head.code,
        "state": shown.state, "state_title": shown.state_title.zh, "state_title_en": shown.state_title.en, "last_day": shown.last_day,
        "late": shown.late, "handler": shown.handler, "many": shown.many,
        "steps": [
            {
                "on": s.on, "title": s.title.zh, "title_en": s.title.en, "by": s.by.zh, "by_en": s.by.en, "who": s.who, "reasons": s.reasons,
                "document": s.document, "handler": s.handler,
            }
            for s in shown.steps
        ],
        "choices": choices_told(shown.choices),
        "reports": [
            {
                "number": r.number, "received_on": r.received_on, "source": r.source.zh, "source_en": r.source.en, "reference_only": r.reference,
                "named": r.named, "words": r.words, "about": r.about, "digests": r.digests,
            }
            for r in shown.reports
        ],
        "requests": [request_told(each, on=on, words=True) for each in shown.requests],
    }  # fmt: skip


def filings_accessible(asker: Asker) -> QuerySet[Filing]:
    """The files that the asker sent; who runs the register sees all."""
    found = Filing.objects.order_by("-pk")
    return found if asker.kind == "operator" else found.filter(by=asker.key)


def filing_accessible(asker: Asker, filing: int) -> Filing:
    """One of them; unknown and another's look alike."""
    found = filings_accessible(asker).filter(pk=filing).first()
    if found is None:
        raise rules.LeadFilingUnknown(filing=filing)
    return found


# --- counts ---------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """What became of the leads of a period, as known on a day, by kind and by agency; by no firm, shop, platform or person."""

    first: date
    last: date
    on: date
    kinds: list[rules.Count]
    agencies: list[rules.Count]


def rates_known(*, first: date, last: date, on: date, known_at: datetime) -> Rates:
    """Of the leads received in the days: each matter once, however often it was told."""
    own = Lead.objects.filter(received_on__gte=first, received_on__lte=last, at__lte=known_at).filter(
        Q(joined__isnull=True) | Q(parting__at__lte=known_at)
    )
    steps = Prefetch("steps", Step.objects.filter(at__lte=known_at).order_by("number"))
    twins = Prefetch(
        "duplicates", Lead.objects.filter(at__lte=known_at).exclude(parting__at__lte=known_at).only("pk", "joined")
    )
    by_kind: dict[str, list[tuple[int, str, frozenset[str]]]] = defaultdict(list)
    by_agency: dict[str, list[tuple[int, str, frozenset[str]]]] = defaultdict(list)
    for lead in own.prefetch_related(steps, twins):
        rows = list(lead.steps.all())
        course = course_of(lead, on=on, steps=rows)
        found = (1 + len(lead.duplicates.all()), course.state_key, frozenset(t.to for t in course.taken))
        by_kind[lead.kind].append(found)
        by_agency[rows[-1].handler].append(found)
    return Rates(first, last, on, *([rules.count(k, v) for k, v in sorted(of.items())] for of in (by_kind, by_agency)))


def rates_told(rates: Rates) -> dict[str, Any]:
    """The counts as they are printed."""
    kinds = law_of(rates.on).code_lists["misconduct"].codes
    titles = titles_of(each.key for each in rates.agencies)
    return {
        "first": rates.first, "last": rates.last, "on": rates.on,
        "kinds": [{**e.__dict__, "title": kinds[e.key].title.zh, "title_en": kinds[e.key].title.en} for e in rates.kinds],
        "agencies": [{**e.__dict__, "title": titles.get(e.key, e.key), "title_en": ""} for e in rates.agencies],
    }  # fmt: skip
