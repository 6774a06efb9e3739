"""Complaints as they stand on a day, who may see them, and how many were solved."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from chengxin import law as lawroom
from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker, actor_titled, centre_acting
from chengxin.cases.rules import DOERS, Course, Open, course_kept
from chengxin.cases.selectors import key_holds, numbered
from chengxin.commerce.complaints import rules
from chengxin.commerce.complaints.models import (
    Charge,
    Complainant,
    Complaint,
    Exhibit,
    Filing,
    Fund,
    Joining,
    Leg,
    Payment,
    Recovery,
    Step,
    complainant_bound,
)
from chengxin.commerce.merchants.models import Registration
from chengxin.commerce.merchants.rules import mobiles_masked
from chengxin.commerce.merchants.selectors import code_known, law_of, registrations_known
from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import persons_masked
from chengxin.kernel.periods import months_after
from chengxin.law.models import Doer, Procedure, Words
from chengxin.vault.selectors import seal_of

SOURCE = {
    "zh": "消费者经热线、平台和本站提出的投诉，同一争议只计一次；没有经任何机关认定，不是失信记录",
    "en": "Complaints that consumers made through hotlines, platforms and this site, one dispute counted once; decided by nobody, and no record of dishonesty",
}  # fmt: skip
SEEING_ALL = ("operator", "credit-centre", "supervisor")


# --- who is in charge ------------------------------------------------------------------------------------------------------------


def charges_known(*, known_at: datetime) -> list[Charge]:
    """Who is in charge of each field and division at the instant."""
    found = Charge.objects.filter(at__lte=known_at).order_by("sector", "division", "-pk")
    return list(found.distinct("sector", "division"))


def agency_for(sector: str, code: str, *, known_at: datetime) -> str:
    """Which agency is in charge of a field for a firm registered in its division; the credit centre, which hands it on, where nobody is."""
    charges = {each.division: each.agency for each in charges_known(known_at=known_at) if each.sector == sector}
    return rules.charge_for(charges, code[2:8] if code else "") or centre_acting(at=known_at)


# --- one complaint -----------------------------------------------------------------------------------------------------------------


def leg_course(leg: Leg, *, on: date, steps: Sequence[Step] | None = None) -> Course:
    """The leg's procedure by the law of the day on which it opened, the steps taken, and what the clock has done by this day."""
    rows = leg.steps.order_by("number") if steps is None else steps
    return course_kept(law_of(leg.opened_on), leg.procedure, rows, on=on)


def complaints_headed(found: QuerySet[Complaint], *, known_at: datetime | None = None) -> QuerySet[Any]:
    """Each with the complaint with which it is handled (`under`), as the agency said last or as was found when it came; none where it stands for
    itself.
    """
    said = Joining.objects.filter(complaint=OuterRef("pk")).order_by("-pk")
    if known_at is not None:
        said = said.filter(at__lte=known_at)
    return found.annotate(under=_under(said, F("joined")))


def _under(said: QuerySet[Joining], otherwise: F) -> Case:
    latest = Subquery(said.values("into")[:1])
    return Case(When(Exists(said), then=latest), default=otherwise, output_field=BigIntegerField())


def heads_of(found: Sequence[Complaint]) -> dict[int, Complaint]:
    """Of each the complaint with which it is handled now: itself, where it was joined to none."""
    said = Joining.objects.filter(complaint__in=[each.pk for each in found]).order_by("complaint", "-pk")
    by_hand = {each.complaint_id: each.into for each in said.distinct("complaint").select_related("into")}
    return {each.pk: by_hand.get(each.pk, each.joined) or each for each in found}


def head_of(complaint: Complaint) -> Complaint:
    """The complaint with which this one is handled now: itself, where it was joined to none."""
    return heads_of([complaint])[complaint.pk]


def joined_with(heads: Iterable[Complaint]) -> QuerySet[Any]:
    """What is handled with these now, in the order in which it came."""
    keys = [head.pk for head in heads]
    by_hand = Joining.objects.filter(into__in=keys).values("complaint")
    found = complaints_headed(Complaint.objects.filter(Q(joined__in=keys) | Q(pk__in=by_hand)))
    return found.filter(under__in=keys).order_by("pk")


def joinings_of(complaint: Complaint) -> list[Joining]:
    """When and why it was joined by hand, and parted."""
    return list(complaint.joinings.select_related("into").order_by("pk"))


def leg_now(complaint: Complaint) -> Leg:
    """The leg in which the complaint is handled now: of what was joined, that of the complaint with which it is handled."""
    return head_of(complaint).legs.order_by("-number")[0]


def handler_of(leg: Leg) -> str:
    """Who is in charge of the leg now."""
    return leg.steps.order_by("-number").values_list("handler", flat=True)[0]


def doers_of(complaint: Complaint, asker: Asker, leg: Leg, handler: str | None = None) -> set[Doer]:
    """Which parts the asker plays: the platform in whose shop it was bought, the agency in charge."""
    doers: set[Doer] = set()
    if asker.kind == "platform" and asker.key == complaint.platform:
        doers.add("platform")
    if leg.procedure == rules.AGENCY and asker.kind in rules.AGENCIES and asker.key == (handler or handler_of(leg)):
        doers.add("authority")
    return doers


def complaints_accessible(asker: Asker) -> QuerySet[Complaint]:
    """Those that the asker may see: a platform those about its shops and those that it handed in, an agency those that it handed in or has ever
    been in charge of; who runs or supervises the register sees all.
    """
    found = Complaint.objects.order_by("-pk")
    if asker.kind in SEEING_ALL:
        return found
    if asker.kind == "platform":
        return found.filter(Q(platform=asker.key) | Q(filed_by=asker.key))
    if asker.kind not in rules.AGENCIES:
        return found.none()
    own = Q(leg__complaint=OuterRef("pk")) | Q(leg__complaint=OuterRef("under"))
    handled = Step.objects.filter(own | Q(leg__complaint=OuterRef("joined_id")), handler=asker.key)
    return complaints_headed(found).filter(Q(filed_by=asker.key) | Exists(handled))


def complaints_numbered(found: QuerySet[Complaint], number: str) -> Complaint:
    """The complaint of that number, of these; one that is not among them looks like one that is not."""
    complaint = numbered(found, number, prefix="TS", day="received_on")
    if complaint is None:
        raise rules.ComplaintUnknown(number=number[:40])
    return complaint


def complaint_accessible(asker: Asker, number: str) -> Complaint:
    """The complaint of that number, of those that the asker may see."""
    return complaints_numbered(complaints_accessible(asker), number)


def complaint_by_key(number: str, key: str) -> Complaint:
    """The complaint of that number for whoever holds its key; unknown and not theirs look alike."""
    found = numbered(Complaint.objects.all(), number, prefix="TS", day="received_on")
    if found is None or not key_holds(found.key_hash, key):
        raise rules.ComplaintKeyUnknown(number=number[:40])
    return found


def complaints_of_shops(shops: Iterable[tuple[str, str]], codes: Sequence[str]) -> QuerySet[Complaint]:
    """Those about these shops, or about the unit of one of these codes, which is whoever is signed in."""
    mine = Q(code__in=[code for code in codes if code])
    for platform, shop in shops:
        mine |= Q(platform=platform, shop=shop)
    return complaints_headed(Complaint.objects.filter(mine)).filter(under__isnull=True).order_by("-pk")


def steps_owing(asker: Asker, *, on: date) -> QuerySet[Step]:
    """The last step of each complaint in which it may be the asker's turn, the first due first: where the state written last leaves something to do,
    or its time is over, so that the clock has moved it since.
    """
    later = Step.objects.filter(leg=OuterRef("leg"), number__gt=OuterRef("number"))
    legs = Leg.objects.filter(complaint=OuterRef("leg__complaint"), number__gt=OuterRef("leg__number"))
    said = Joining.objects.filter(complaint=OuterRef("leg__complaint")).order_by("-pk")
    found = Step.objects.filter(~Exists(later), ~Exists(legs)).annotate(under=_under(said, F("leg__complaint__joined")))
    found = found.filter(under__isnull=True)
    doer: Doer
    if asker.kind == "platform":
        doer, found = "platform", found.filter(leg__complaint__platform=asker.key)
    elif asker.kind in rules.AGENCIES:
        doer, found = "authority", found.filter(leg__procedure=rules.AGENCY, handler=asker.key)
    else:
        return Step.objects.none()
    open_ = Q(last_day__lt=on)
    for procedure, states in _states_open(lawroom.load().digest, doer).items():
        open_ |= Q(leg__procedure=procedure, to__in=states)
    return found.filter(open_).order_by(F("last_day").asc(nulls_last=True), "leg__complaint_id")


@lru_cache(maxsize=16)
def _states_open(digest: str, doer: Doer) -> Mapping[str, list[str]]:
    """The states of each procedure in which any version of the lawbook lets the doer take a step."""
    states: dict[str, set[str]] = {rules.PLATFORM: set(), rules.RETURN: set(), rules.AGENCY: set()}
    for _, entry in lawroom.load().entries():
        if isinstance(entry, Procedure) and entry.key in states:
            states[entry.key] |= {step.from_ for step in entry.steps if step.by == doer}
    return {key: sorted(found) for key, found in states.items()}


def complaints_owing(asker: Asker, *, on: date, page: int = 1, most: int = 50) -> tuple[list["Shown"], bool]:
    """A page of those in which something is open that the asker may do, the first due first, and whether there is another. A page holds fewer where
    the clock has ended some of them and has not been written down; how many queries it takes does not depend on how many complaints there are.
    """
    first = (page - 1) * most
    heads = list(steps_owing(asker, on=on).values_list("leg__complaint", flat=True)[first : first + most + 1])
    found = Complaint.objects.in_bulk(heads[:most])
    shown = complaints_shown([found[pk] for pk in heads[:most]], doers=None, asker=asker, on=on)
    due = sorted((s for s in shown if s.choices), key=lambda s: (s.last_day or date.max, s.complaint.pk))
    return due, len(heads) > most


@dataclass(frozen=True)
class StepShown:
    """A step as it is shown: where it led, by whom, and with what words."""

    on: date
    title: Words
    by: Words
    who: str
    reasons: str
    remedy: Words | None
    amount: Decimal | None
    ground: Words | None
    handler: str


@dataclass(frozen=True)
class LegShown:
    """One leg: its procedure and the steps taken in it, with what the clock did."""

    procedure: str
    title: Words
    steps: list[StepShown]


@dataclass(frozen=True)
class Shown:
    """A complaint as one side sees it: where it stands, what was done, what that side may do and until when."""

    complaint: Complaint
    head: Complaint
    number: str
    kind: Words
    wants: Words
    source: Words
    platform: str
    shop_title: str
    state: str
    state_title: Words
    outcome: str
    last_day: date | None
    handler: str
    handler_title: str
    legs: list[LegShown]
    choices: list[Open]
    words: str
    exhibits: list[Exhibit]
    duplicates: int

    @property
    def joined(self) -> bool:
        """Whether it is handled with another complaint about the same dispute."""
        return self.head.pk != self.complaint.pk

    @property
    def late(self) -> bool:
        """Whether somebody let their time run out in the state in which it stands."""
        return self.outcome == "late"


@dataclass(frozen=True)
class Around:
    """What is read once for many complaints: their legs, titles of actors and of shops, how many were joined with each."""

    legs: Mapping[int, Sequence[Leg]]
    titles: Mapping[str, str]
    shops: Mapping[int, str]
    duplicates: Mapping[int, int]

    def titled(self, key: str) -> str:
        """An actor's title, or its key."""
        return self.titles.get(key, key)


def shown_of(
    complaint: Complaint, *, doers: set[Doer] | None, asker: Asker | None, on: date, words: bool = False
) -> Shown:
    """The complaint for one side; `doers` are its parts, or those of the asker. The words are opened only where they are asked for, telephone and
    identity numbers hidden from everybody but whoever wrote them and the agency.
    """
    return complaints_shown([complaint], doers=doers, asker=asker, on=on, words=words)[0]


def complaints_shown(
    found: Sequence[Complaint], *, doers: set[Doer] | None, asker: Asker | None, on: date, words: bool = False
) -> list[Shown]:
    """Many complaints for one side, with as many queries as one takes."""
    heads = heads_of(found)
    around = _around(list({head.pk: head for head in heads.values()}.values()))
    return [_shown(each, heads[each.pk], around, doers, asker, on=on, words=words) for each in found]


def _around(heads: Sequence[Complaint]) -> Around:
    legs: dict[int, list[Leg]] = defaultdict(list)
    for leg in Leg.objects.filter(complaint__in=[h.pk for h in heads]).order_by("number").prefetch_related("steps"):
        legs[leg.complaint_id].append(leg)
    steps = [step for of in legs.values() for leg in of for step in leg.steps.all()]
    keys = {s.by for s in steps} | {s.handler for s in steps} | {h.platform for h in heads}
    joined = joined_with(heads).values_list("under", flat=True)
    titles = dict(Actor.objects.filter(key__in=keys).values_list("key", "title"))
    return Around(legs, titles, _shop_titles(heads), Counter(joined))


def _shop_titles(heads: Sequence[Complaint]) -> dict[int, str]:
    """What each complaint's shop was called when the complaint came."""
    asked = {(head.platform, head.shop) for head in heads if head.shop}
    if not asked:
        return {}
    places = {platform for platform, _ in asked}
    versions: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    filed = Registration.objects.filter(kind="shops", platform__in=places, shop__in={shop for _, shop in asked})
    for platform, shop, at, title in filed.order_by("version").values_list("platform", "shop", "at", "body__title"):
        versions[platform, shop].append((at, str(title or "")))
    told = {h.pk: [title for at, title in versions[h.platform, h.shop] if at <= h.at] for h in heads if h.shop}
    return {pk: titles[-1] for pk, titles in told.items() if titles}


def _shown(
    complaint: Complaint,
    head: Complaint,
    around: Around,
    doers: set[Doer] | None,
    asker: Asker | None,
    *,
    on: date,
    words: bool,
) -> Shown:
    legs = around.legs[head.pk]
    told: list[LegShown] = []
    course: Course | None = None
    handler = ""
    for leg in legs:
        rows = sorted(leg.steps.all(), key=lambda step: step.number)
        course = leg_course(leg, on=on, steps=rows)
        told.append(_leg_shown(leg, course, rows, around))
        handler = rows[-1].handler
    assert course is not None  # every complaint begins with a leg
    parts = doers if doers is not None else doers_of(head, asker, legs[-1], handler) if asker else set()
    law = law_of(day_of(head.at))
    outcome = rules.outcome_of(course.state.outcome, course.state.final)
    kinds, sources = law.complaint_kinds, law.code_lists["complaint-sources"].codes
    return Shown(
        complaint, head, complaint.number, kinds[head.kind].title, law.code_lists["remedies"].codes[head.wants].title, sources[complaint.source].title,
        around.titled(head.platform), around.shops.get(head.pk, ""), course.state_key, course.state.title, outcome, course.last_day,
        handler, around.titled(handler), told, [o for o in course.steps if o.step.by in parts],
        words_opened(complaint, full="consumer" in parts or bool(asker and asker.kind in rules.AGENCIES)) if words else "",
        exhibits_of(complaint) if words else [], around.duplicates.get(head.pk, 0),
    )  # fmt: skip


def _leg_shown(leg: Leg, course: Course, rows: Sequence[Step], around: Around) -> LegShown:
    law, states = course.law, course.procedure.states
    remedies, grounds = law.code_lists["remedies"].codes, law.code_lists["return-exceptions"].codes
    shown = []
    for taken in course.taken:
        row = rows[taken.number] if taken.number < len(rows) else None
        shown.append(
            StepShown(
                taken.on, states[taken.to].title, DOERS[taken.by], around.titled(row.by) if row and row.by not in ("clock", "public") else "",
                row.reasons if row else "", remedies[row.remedy].title if row and row.remedy else None, row.amount if row else None,
                grounds[row.ground].title if row and row.ground else None, row.handler if row else "",
            )
        )  # fmt: skip
    return LegShown(leg.procedure, course.procedure.title, shown)


def choices_told(choices: Iterable[Open]) -> list[dict[str, Any]]:
    """What may be done now as it is sent: to which state, what it is called, until when, and what it needs."""
    return [
        {
            "to": o.step.to, "act": o.step.act.zh if o.step.act else o.step.to, "act_en": o.step.act.en if o.step.act else o.step.to,
            "last_day": o.last_day, "needs": list(o.step.needs),
        }
        for o in choices
    ]  # fmt: skip


def words_opened(complaint: Complaint, *, full: bool) -> str:
    """What the consumer wrote; numbers of persons and telephones hidden unless `full`."""
    key = b"complaints.words:" + bytes(complaint.key_hash)
    words = str(seal_of("complaints").unseal_json(bytes(complaint.sealed), key)["words"])
    return words if full else mobiles_masked(persons_masked(words))


def complaint_told(shown: Shown) -> dict[str, Any]:
    """A complaint as it is sent."""
    found = shown.complaint
    head = shown.head
    return {
        "number": shown.number, "kind": shown.kind.zh, "kind_en": shown.kind.en, "wants": shown.wants.zh, "wants_en": shown.wants.en,
        "source": shown.source.zh, "source_en": shown.source.en, "received_on": found.received_on, "platform": head.platform, "shop": head.shop,
        "code": head.code, "order": head.order, "amount": head.amount, "state": shown.state, "state_title": shown.state_title.zh,
        "state_title_en": shown.state_title.en, "outcome": shown.outcome, "last_day": shown.last_day, "handler": shown.handler,
        "joined": head.number if shown.joined else "", "duplicates": shown.duplicates, "words": shown.words,
        "legs": [
            {
                "procedure": leg.procedure, "title": leg.title.zh, "title_en": leg.title.en,
                "steps": [
                    {
                        "on": s.on, "title": s.title.zh, "title_en": s.title.en, "by": s.by.zh, "by_en": s.by.en, "who": s.who, "reasons": s.reasons,
                        "remedy": s.remedy.zh if s.remedy else "", "amount": s.amount, "ground": s.ground.zh if s.ground else "",
                    }
                    for s in leg.steps
                ],
            }
            for leg in shown.legs
        ],
        "choices": choices_told(shown.choices),
    }  # fmt: skip


def code_of(complaint: Complaint) -> str:
    """The code of the firm that it is about, as the shop was filed when it came."""
    return code_known(complaint.platform, complaint.shop, complaint.code, known_at=complaint.at)


def who_complained(complainant: Complainant) -> dict[str, str]:
    """Who complained, unsealed for the program. Whoever shows it writes that down first."""
    bound = complainant_bound({"complaint_id": complainant.complaint_id})
    found: dict[str, str] = seal_of("reporters").unseal_json(bytes(complainant.sealed), bound)
    return found


def exhibits_of(complaint: Complaint) -> list[Exhibit]:
    """What was handed in, of the complaint itself and of those joined with it; the contents stay sealed."""
    head = head_of(complaint)
    keys = [f"complaint:{pk}" for pk in [head.pk, *joined_with([head]).values_list("pk", flat=True)]]
    return list(Exhibit.objects.filter(about__in=keys).defer("sealed").order_by("pk"))


def filings_accessible(asker: Asker) -> QuerySet[Filing]:
    """The files that the asker sent; who runs the register sees all."""
    found = Filing.objects.order_by("-pk")
    return found if asker.kind == "operator" else found.filter(by=asker.key)


def filing_accessible(asker: Asker, filing: int) -> Filing:
    """One of them; unknown and another's look alike."""
    found = filings_accessible(asker).filter(pk=filing).first()
    if found is None:
        raise rules.FilingUnknown(filing=filing)
    return found


# --- how many were solved ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rates:
    """Both solved rates of a period, as known on a day: of platforms, of firms by their code, of the agencies in charge; and of goods to be given back
    without a reason, by platform, where solved means that the money was paid back.
    """

    first: date
    last: date
    on: date
    least: int
    platforms: list[rules.Rate]
    firms: list[rules.Rate]
    agencies: list[rules.Rate]
    returns: list[rules.Rate]


def rates_known(*, first: date, last: date, on: date, known_at: datetime, code: str = "") -> Rates:
    """Of the complaints received in the days: each counted once, however often it was made; firms only those of a code that is asked for, never an
    individual seller's shop.
    """
    came = Complaint.objects.filter(received_on__gte=first, received_on__lte=last)
    law = law_of(on)
    least = law.parameter("solved-rate-least")
    platforms: dict[str, list[rules.Outcome]] = defaultdict(list)
    agencies: dict[str, list[rules.Outcome]] = defaultdict(list)
    returns: dict[str, list[rules.Outcome]] = defaultdict(list)
    for each in _ends(came, on=on, known_at=known_at):
        if each.returning:
            returns[each.platform].append(each.outcome)
        if each.platform:
            platforms[each.platform].append(each.outcome)
        if each.agency:
            agencies[each.agency].append(each.outcome)
    firm = firm_rate(code, first=first, last=last, on=on, known_at=known_at)
    told = [
        [rules.rate(key, of, least=least) for key, of in sorted(by.items())] for by in (platforms, agencies, returns)
    ]
    firms = [firm] if firm and firm.received + firm.dropped else []
    return Rates(first, last, on, least, told[0], firms, told[1], told[2])


def firm_rate(code: str, *, first: date, last: date, on: date, known_at: datetime) -> rules.Rate | None:
    """Both solved rates of the firm of the code, of the complaints about itself and about its shops as their platforms filed them; none of a sole
    trader, nor of what is no unified code.
    """
    if not rules.firm_counted(code):
        return None
    mine = Q(code=code)
    had = Registration.objects.filter(kind="shops", code=code, at__lte=known_at).values_list("platform", "shop")
    shops: dict[str, set[str]] = defaultdict(set)
    for platform, shop in had.distinct():
        shops[platform].add(shop)
    for platform, of in shops.items():
        latest = registrations_known(platform, "shops", known_at=known_at, shops=sorted(of))
        mine |= Q(code="", platform=platform, shop__in=[each.shop for each in latest if each.code == code])
    came = Complaint.objects.filter(mine, received_on__gte=first, received_on__lte=last)
    outcomes = [each.outcome for each in _ends(came, on=on, known_at=known_at)]
    return rules.rate(code, outcomes, least=law_of(on).parameter("solved-rate-least"))


def complaints_counted(
    platform: str, shop: str, kinds: Iterable[str], *, since: date, on: date, known_at: datetime
) -> dict[str, dict[rules.Outcome, int]] | None:
    """Of the complaints of these kinds about a shop received from the day on, each dispute once: by kind how many came to what. For the shops of firms
    alone; of a sole trader's and an individual seller's nothing is counted.
    """
    latest = registrations_known(platform, "shops", known_at=known_at, shops=[shop]).first()
    if latest is None or not rules.firm_counted(latest.code):
        return None
    found: dict[str, dict[rules.Outcome, int]] = {}
    about = Complaint.objects.filter(platform=platform, shop=shop, received_on__gte=since, received_on__lte=on)
    for kind in sorted(set(kinds)):
        of = found.setdefault(kind, {})
        for each in _ends(about.filter(kind=kind), on=on, known_at=known_at):
            of[each.outcome] = of.get(each.outcome, 0) + 1
    return found


@dataclass(frozen=True)
class End:
    """What a complaint came to by a day: with which platform it was made, with which agency it stands, whether goods were to be given back without a
    reason.
    """

    platform: str
    order: str
    agency: str
    returning: bool
    outcome: rules.Outcome


def _ends(came: QuerySet[Complaint], *, on: date, known_at: datetime) -> Iterator[End]:
    """What became of these, each dispute once, with three queries however many there are."""
    heads = complaints_headed(came.filter(at__lte=known_at), known_at=known_at).filter(under__isnull=True)
    latest = Step.objects.filter(leg__complaint=OuterRef("pk"), at__lte=known_at).order_by("-leg__number", "-number")
    returning = Exists(Leg.objects.filter(complaint=OuterRef("pk"), procedure=rules.RETURN))
    heads = heads.annotate(step=Subquery(latest.values("pk")[:1]), returning=returning)
    rows = list(heads.values_list("platform", "order", "step", "returning"))
    steps = {s.pk: s for s in Step.objects.filter(pk__in=[step for _, _, step, _ in rows]).select_related("leg")}
    lapsed = [s.leg_id for s in steps.values() if s.last_day is not None and s.last_day < on]
    taken: dict[int, list[Step]] = defaultdict(list)
    for each in Step.objects.filter(leg__in=lapsed, at__lte=known_at).order_by("leg", "number"):
        taken[each.leg_id].append(each)
    for platform, order, pk, goods in rows:
        step = steps[pk]
        state = law_of(step.leg.opened_on).procedures[step.leg.procedure].states[step.to]
        if step.leg_id in taken:
            state = leg_course(step.leg, on=on, steps=taken[step.leg_id]).state
        agency = step.handler if step.leg.procedure == rules.AGENCY else ""
        yield End(platform, order, agency, goods, rules.outcome_of(state.outcome, state.final))


def orders_complained(platform: str, *, first: date, last: date, on: date, known_at: datetime) -> list[str]:
    """The platform's orders about which consumers complained in the days, each once and in order; without what was taken back or not accepted."""
    came = Complaint.objects.filter(platform=platform, received_on__gte=first, received_on__lte=last).exclude(order="")
    ends = _ends(came, on=on, known_at=known_at)
    return sorted({each.order for each in ends if each.outcome not in ("dropped", "not-accepted")})


def solved_told(code: str, *, on: date, known_at: datetime) -> dict[str, Any] | None:
    """Both solved rates of a firm over the twelve months that have ended, as its report and its file print them: counts, period and source; a share in
    per cent, none below the least number. None of a sole trader.
    """
    last = on.replace(day=1) - timedelta(days=1)
    first = months_after(on.replace(day=1), -12)
    rate, law = firm_rate(code, first=first, last=last, on=on, known_at=known_at), law_of(on)
    if rate is None:
        return None
    counts = ("received", "ended", "solved", "unsettled", "unconfirmed", "not_accepted", "late", "dropped", "open")
    return {
        "first": first.isoformat(), "last": last.isoformat(), "on": on.isoformat(), "least": law.parameter("solved-rate-least"),
        **{name: getattr(rate, name) for name in counts}, "of_received": _percent(rate.of_received), "of_ended": _percent(rate.of_ended),
        "source": SOURCE,
    }  # fmt: skip


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def rates_told(rates: Rates) -> dict[str, Any]:
    """The rates as they are printed."""
    return {
        "first": rates.first, "last": rates.last, "on": rates.on, "least": rates.least,
        **{name: [{**each.__dict__, "title": actor_titled(each.key)} for each in getattr(rates, name)] for name in ("platforms", "firms", "agencies", "returns")},
    }  # fmt: skip


# --- protection funds ------------------------------------------------------------------------------------------------------------------


def funds_known(*, known_at: datetime) -> list[Fund]:
    """Each fund as it was declared last."""
    return list(Fund.objects.filter(at__lte=known_at).order_by("key", "-version").distinct("key"))


def funds_for(complaint: Complaint, *, known_at: datetime) -> list[Fund]:
    """Those from which a complaint may be paid: of its platform’s shops, or where it names none any."""
    found = funds_known(known_at=known_at)
    return [each for each in found if not complaint.platform or complaint.platform in each.platforms]


def payment_of(head: Complaint) -> Payment | None:
    """The payment from a fund by which the complaint stands, with its fund and what came back."""
    found = Payment.objects.filter(step__leg__complaint=head).select_related("fund", "step")
    return found.prefetch_related("recoveries").order_by("-pk").first()


def funds_told(*, known_at: datetime) -> list[dict[str, Any]]:
    """Every fund as anybody reads it: as declared, and by year how often it paid, how much, and how much came back of that. Nobody is named."""
    years: dict[str, dict[int, list[Decimal]]] = defaultdict(dict)
    paid = Payment.objects.filter(at__lte=known_at).values_list("fund__key", "step__on__year")
    for key, year, many, amount in paid.annotate(many=Count("pk"), sum=Sum("step__amount")):
        years[key][year] = [Decimal(many), amount or Decimal(0), Decimal(0)]
    back = Recovery.objects.filter(at__lte=known_at).values_list("payment__fund__key", "payment__step__on__year")
    for key, year, amount in back.annotate(sum=Sum("amount")):
        years[key][year][2] = amount or Decimal(0)
    names = (
        "key",
        "version",
        "title",
        "keeper",
        "keeper_code",
        "platforms",
        "amount",
        "rules",
        "document",
        "digest",
        "since",
        "at",
    )
    return [
        {
            **{name: getattr(fund, name) for name in names},
            "years": [
                {"year": year, "payments": int(many), "paid": paid_, "recovered": recovered}
                for year, (many, paid_, recovered) in sorted(years[fund.key].items(), reverse=True)
            ],
        }
        for fund in funds_known(known_at=known_at)
    ]
