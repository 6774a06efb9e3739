"""Patrols, loops and requests to other regions as they stand at an instant: what a department, another region, the firm and the public see."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar, cast

from django.db import connection
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled, actors_titled
from chengxin.cases.rules import DOERS, Course, course_kept
from chengxin.commerce.circles.rules import is_firm
from chengxin.commerce.merchants.models import Ticket
from chengxin.commerce.merchants.selectors import OwnShop, law_of
from chengxin.commerce.monitoring import rules
from chengxin.commerce.monitoring.models import (
    Finding,
    Loop,
    LoopStep,
    Patrol,
    PatrolStep,
    Plan,
    Referral,
    ReferralStep,
    Taken,
)
from chengxin.commerce.trails.models import Recall
from chengxin.commerce.warnings.models import WarningStep
from chengxin.commerce.warnings.rules import OUT
from chengxin.kernel.days import day_of
from chengxin.law.models import Procedure, Words

M = TypeVar("M", bound=Model)
TITLES = {Plan: ("巡查计划", "plan"), Patrol: ("巡查", "patrol"), Loop: ("闭环监管案卷", "loop"), Referral: ("协助请求", "request")}  # fmt: skip

# Of each, its procedure, its steps, and by which name they know it.
STEPPED: dict[type[Model], tuple[str, type[Taken], str]] = {
    Patrol: (rules.PATROL, PatrolStep, "patrol"), Loop: (rules.LOOP, LoopStep, "loop"), Referral: (rules.LINKAGE, ReferralStep, "referral"),
}  # fmt: skip
AT_ONCE = 500


def course_of(procedure: str, opened_on: date, steps: Iterable[Taken], *, on: date) -> Course:
    """The procedure by the law of the day on which it began, the steps taken, and what the clock has done by this day."""
    return course_kept(law_of(opened_on), procedure, sorted(steps, key=lambda s: s.number), on=on)


def steps_by(steps: Iterable[Taken], known_at: datetime) -> list[Taken]:
    """The steps known by the instant, in order."""
    return sorted((s for s in steps if s.at <= known_at), key=lambda s: s.number)


def patrol_course(found: Patrol, *, known_at: datetime) -> Course:
    """Where a patrol stands."""
    return course_of(rules.PATROL, found.on, steps_by(found.steps.all(), known_at), on=day_of(known_at))


def loop_course(found: Loop, *, known_at: datetime) -> Course:
    """Where a loop stands."""
    return course_of(rules.LOOP, found.on, steps_by(found.steps.all(), known_at), on=day_of(known_at))


def referral_course(found: Referral, *, known_at: datetime) -> Course:
    """Where a request to another region stands."""
    return course_of(rules.LINKAGE, found.on, steps_by(found.steps.all(), known_at), on=day_of(known_at))


# --- who sees what -----------------------------------------------------------------------------------------------------------


def plans_accessible(asker: Asker) -> QuerySet[Plan]:
    """The plans that the asker may handle: a department its own, whoever supervises or runs the register all."""
    return _own(Plan.objects.order_by("-pk").select_related("end"), asker)


def patrols_accessible(asker: Asker) -> QuerySet[Patrol]:
    """The patrols that the asker may see, likewise."""
    return _own(Patrol.objects.order_by("-pk").select_related("plan").prefetch_related("steps"), asker)


def loops_accessible(asker: Asker) -> QuerySet[Loop]:
    """The loops that the asker may see, likewise: another region's department sees its request alone."""
    return _own(Loop.objects.order_by("-pk").prefetch_related("steps"), asker)


def referrals_accessible(asker: Asker) -> QuerySet[Referral]:
    """The requests that the asker made or was told."""
    found = Referral.objects.order_by("-pk").select_related("loop").prefetch_related("steps")
    if asker.kind in rules.SEEING_ALL:
        return found
    return found.filter(Q(by=asker.key) | Q(department=asker.key)) if asker.kind == "department" else found.none()


def _own(found: QuerySet[Any], asker: Asker) -> QuerySet[Any]:
    if asker.kind in rules.SEEING_ALL:
        return found
    return found.filter(by=asker.key) if asker.kind == "department" else found.none()


def plans_asked(asker: Asker, *, state: str = "", platform: str = "", department: str = "") -> QuerySet[Plan]:
    """Of the plans that the asker may handle those in a state, of a platform, of a department."""
    states = {
        "open": ~Q(seed_hash="") & Q(end__isnull=True), "drawn": Q(end__isnull=False) & ~Q(end__seed=""), "abandoned": Q(end__isnull=False, end__seed=""),
        "stated": Q(seed_hash=""),
    }  # fmt: skip
    found = plans_accessible(asker)
    found = found.filter(states[state]) if state in states else found
    # A plan for stated reasons names its platforms by its shops.
    among = Q(platform=platform) | Q(pk__in=Patrol.objects.filter(platform=platform).values("plan"))
    found = found.filter(among) if platform else found
    return found.filter(by=department) if department else found


def patrols_asked(asker: Asker, *, platform: str = "", department: str = "", plan: str = "") -> QuerySet[Patrol]:
    """Of the patrols that the asker may see those of a platform, a department, a plan."""
    found = patrols_accessible(asker)
    found = found.filter(platform=platform) if platform else found
    found = found.filter(plan=rules.number_fit(plan)) if plan else found
    return found.filter(by=department) if department else found


def loops_asked(asker: Asker, *, platform: str = "", department: str = "") -> QuerySet[Loop]:
    """Of the loops that the asker may see those about shops of a platform, or of a department."""
    found = loops_accessible(asker)
    found = found.filter(platform=platform) if platform else found
    return found.filter(by=department) if department else found


def referrals_asked(asker: Asker, *, department: str = "") -> QuerySet[Referral]:
    """Of the requests that the asker made or was told those that a department made or was told."""
    found = referrals_accessible(asker)
    return found.filter(Q(by=department) | Q(department=department)) if department else found


def standing(found: QuerySet[Any], *, state: str, known_at: datetime) -> Iterator[Any]:
    """Those of these that stand in the state, in their order; what the clock did is in no row, so that whatever may have come to it is read in turn."""
    key, steps, of = STEPPED[found.model]
    procedures = [each for _, each in lawroom.load().entries() if isinstance(each, Procedure) and each.key == key]
    if state:
        last = steps.objects.filter(**{of: OuterRef("pk")}, at__lte=known_at).order_by("-number").values("to")[:1]  # type: ignore[attr-defined]
        could = rules.states_before(procedures, state)
        found = found.alias(last_to=Subquery(last)).filter(last_to__in=sorted(could))
    some = list(found[:AT_ONCE])
    while some:
        for each in some:
            if not state or _stands(_course(each, known_at), state):
                yield each
        some = list(found.filter(pk__lt=some[-1].pk)[:AT_ONCE]) if len(some) == AT_ONCE else []


def paged(found: QuerySet[M], *, page: int, most: int, known_at: datetime, state: str = "") -> tuple[list[M], bool]:
    """A page of these, of one state or of any, and whether there are more."""
    first = (page - 1) * most
    some = list(islice(standing(found, state=state, known_at=known_at), first, first + most + 1)) if state else list(found[first : first + most + 1])  # fmt: skip
    return some[:most], len(some) > most


def _stands(course: Course, state: str) -> bool:
    return course.state_key == state or state == rules.OPEN and not course.state.final


def _course(found: Any, known_at: datetime) -> Course:
    return course_of(STEPPED[type(found)][0], found.on, steps_by(found.steps.all(), known_at), on=day_of(known_at))


def numbered(found: QuerySet[M], number: str) -> M:
    """The one of these with the number; unknown and forbidden look alike."""
    one: Any = found.filter(pk=rules.number_fit(number)).first()
    if one is None or one.number != number.strip():
        zh, en = TITLES[found.model]  # type: ignore[index]
        raise rules.MonitoringUnknown(what=en, what_zh=zh, number=number[:40])
    return cast(M, one)


# --- plans ---------------------------------------------------------------------------------------------------------------------


def plan_state(found: Plan) -> str:
    """`open` until it is drawn, `drawn`, `abandoned`, or `stated` where each shop has its reason."""
    if not found.seed_hash:
        return "stated"
    end = getattr(found, "end", None)
    return "open" if end is None else "drawn" if end.seed else "abandoned"


def plans_shown(found: Sequence[Plan], *, known_at: datetime) -> list[dict[str, Any]]:
    """Plans as anybody sees them: scope, how many, the draw that anybody can check, and in numbers what came of it. Which shops stands nowhere."""
    held: dict[int, list[Patrol]] = {each.pk: [] for each in found}
    for patrol in Patrol.objects.filter(plan_id__in=held).prefetch_related("steps").order_by("pk"):
        held[patrol.plan_id].append(patrol)
    titles = actors_titled({name for each in found for name in (each.by, each.platform) if name})
    shown = []
    for each in found:
        law, end, state = law_of(each.on), getattr(each, "end", None), plan_state(each)
        states = Counter(patrol_course(patrol, known_at=known_at).state_key for patrol in held[each.pk])
        reasons = Counter(patrol.reason for patrol in held[each.pk])
        goods = law.goods.get(each.category)
        shown.append(
            {
                "number": each.number, "title": each.title, "title_en": each.title_en, "department": each.by, "department_title": titles[each.by],
                "checklist": each.checklist, "checklist_title": law.code_lists[each.checklist].title.zh,
                "checklist_title_en": law.code_lists[each.checklist].title.en, "platform": each.platform, "platform_title": titles.get(each.platform, ""),
                "category": each.category, "category_title": goods.title.zh if goods else "", "category_title_en": goods.title.en if goods else "",
                "count": each.count, "size": each.size, "document": each.document, "digest": each.digest, "on": each.on, "state": state,
                "seed_hash": each.seed_hash, "salt": each.salt, "population_digest": each.population_digest, "seed": end.seed if end else "",
                "threshold": end.threshold if end else "", "reason": end.reason if end else "", "patrols": sum(states.values()),
                "reasons": _counted(reasons, law.code_lists[rules.REASONS].choices),
                "states": _counted(states, {key: s.title for key, s in law.procedures[rules.PATROL].states.items()}),
            }
        )  # fmt: skip
    return shown


def plans_public(*, known_at: datetime, most: int = 100, skip: int = 0) -> list[dict[str, Any]]:
    """The plans that anybody sees, the latest first, after so many. The seed stands there once no shop of the plan waits for its patrol: before, whoever keeps one
    could tell that it was drawn.
    """
    found = Plan.objects.filter(at__lte=known_at).select_related("end").order_by("-pk")
    shown = plans_shown(list(found[skip : skip + most]), known_at=known_at)
    return [
        {**each, "seed": "", "threshold": ""} if any(state["key"] == "planned" for state in each["states"]) else each for each in shown
    ]  # fmt: skip


def _counted(counts: Counter[str], titles: Any) -> list[dict[str, Any]]:
    """Each with its title and how many, in the lawbook's order; those that did not happen are left out."""
    return [
        {"key": key, "title": t.zh, "title_en": t.en, "count": counts[key]} for key, t in titles.items() if counts[key]
    ]


_OPEN = """
select shop from (
    select distinct on (shop, item) shop, body ->> 'closed_on' as closed, body -> 'categories' as goods from merchants_registration
    where platform = %(platform)s and kind = 'shops' and at <= %(at)s order by shop, item, version desc
) latest
where (coalesce(closed, '') = '' or closed > %(on)s) and (%(category)s = '' or goods ? %(category)s)
"""
_SHOPS_AT_ONCE = 10_000


def shops_open(platform: str, category: str, *, on: date, known_at: datetime) -> Iterator[list[str]]:
    """The shops of a platform that are open on the day, as it had filed them by the instant, in order and some thousands at a time: a platform may
    have millions.
    """
    said: dict[str, Any] = {"platform": platform, "category": category, "on": on.isoformat(), "at": known_at}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_OPEN, said)
        while some := cursor.fetchmany(_SHOPS_AT_ONCE):
            yield [shop for (shop,) in some]


# --- a patrol --------------------------------------------------------------------------------------------------------------------


def patrols_shown(found: Sequence[Patrol], *, known_at: datetime, own: bool = False) -> list[dict[str, Any]]:
    """Patrols with each item's finding, article and what became of it, the steps, and what can be done until when; `own` for the firm, which is not
    told who complained or which lead it was.
    """
    seen: dict[int, list[Finding]] = {each.pk: [] for each in found}
    for finding in Finding.objects.filter(patrol_id__in=seen, at__lte=known_at).select_related("follow").order_by("pk"):
        seen[finding.patrol_id].append(finding)
    titles = actors_titled(
        {name for each in found for name in (each.by, each.platform, *(s.by for s in each.steps.all()))}
    )
    shown = []
    for each in found:
        law, course = law_of(each.on), patrol_course(each, known_at=known_at)
        items, kinds = law.code_lists[each.plan.checklist].codes, law.code_lists[rules.MISCONDUCT].choices
        reason = law.code_lists[rules.REASONS].choices[each.reason]
        findings = []
        for finding in sorted(seen[each.pk], key=lambda f: list(items).index(f.item)):
            item, follow, kind = items[finding.item], getattr(finding, "follow", None), kinds.get(finding.misconduct)
            cited = law.cite(item.basis[0])
            findings.append(
                {
                    "item": finding.item, "title": item.title.zh, "title_en": item.title.en, "article": cited.zh, "article_en": cited.en,
                    "result": finding.result, "facts": finding.facts, "digest": finding.digest, "seen_on": finding.seen_on,
                    "misconduct": finding.misconduct, "misconduct_title": kind.zh if kind else "", "misconduct_title_en": kind.en if kind else "",
                    "officer": "" if own else finding.officer, "ticket": follow.ticket_id if follow else None,
                    "lead": follow.lead if follow and not own else "", "lead_filed": bool(follow and follow.lead),
                }
            )  # fmt: skip
        quoted = own and each.reason in rules.STATED
        shown.append(
            {
                "number": each.number, "plan": each.plan.number, "plan_title": each.plan.title, "plan_title_en": each.plan.title_en,
                "checklist": each.plan.checklist, "platform": each.platform, "platform_title": titles[each.platform], "shop": each.shop, "code": each.code,
                "department": each.by, "department_title": titles[each.by], "reason": each.reason, "reason_title": reason.zh, "reason_title_en": reason.en,
                "reference": "" if quoted else each.reference, "words": "" if quoted else each.words, "rank": each.rank, "on": each.on,
                **_standing(course), "findings": findings, "unmet": sum(f["result"] == "unmet" for f in findings),
                "steps": _steps(course, steps_by(each.steps.all(), known_at), titles),
            }
        )  # fmt: skip
    return shown


def _standing(course: Course) -> dict[str, Any]:
    states = course.procedure.states
    return {
        "state": course.state_key, "state_title": course.state.title.zh, "state_title_en": course.state.title.en, "last_day": course.last_day,
        "final": course.state.final,
        "open": [
            {"to": o.step.to, "by": o.step.by, "title": (o.step.act or states[o.step.to].title).zh,
             "title_en": (o.step.act or states[o.step.to].title).en, "last_day": o.last_day, "needs": list(o.step.needs), "deeds": list(o.step.deeds)}
            for o in course.steps
        ],
    }  # fmt: skip


def _steps(course: Course, steps: Sequence[Taken], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each step with its article, who took it, and its words and document; what the clock did by this day stands there too."""
    written, shown = {s.number: s for s in steps}, list[dict[str, Any]]()
    states, before = course.procedure.states, ""
    for taken in course.taken:
        step = written.get(taken.number)
        came = next((s for s in course.procedure.steps if (s.from_, s.to, s.by) == (before, taken.to, taken.by)), None)
        cited = course.law.cite((came or course.procedure).basis[0])
        who = (
            Words(zh=titles[step.by], en=titles[step.by]) if step and step.by in titles and taken.by not in ("clock", "subject") else DOERS[taken.by]
        )  # fmt: skip
        shown.append(
            {
                "to": taken.to, "title": states[taken.to].title.zh, "title_en": states[taken.to].title.en, "on": taken.on, "at": step.at if step else None,
                "doer": taken.by, "who": who.zh, "who_en": who.en, "article": cited.zh, "article_en": cited.en, "words": step.words if step else "",
                "document": step.document if step else "", "digest": step.digest if step else "",
            }
        )  # fmt: skip
        before = taken.to
    return shown


def patrols_own(
    shops: Sequence[OwnShop], *, known_at: datetime, page: int = 1, most: int = 100
) -> tuple[list[dict[str, Any]], bool]:
    """A page of the patrols of the shops that whoever is signed in answers for, the latest first, and whether there are more; once an officer has
    looked: before that nobody is told.
    """
    mine = _shops(shops)
    if mine is None:
        return [], False
    looked = PatrolStep.objects.filter(to__in=("looked", "clear"), at__lte=known_at).values("patrol")
    found = (
        Patrol.objects.filter(mine, at__lte=known_at, pk__in=looked).select_related("plan").prefetch_related("steps")
    )
    some, more = paged(found.order_by("-pk"), page=page, most=most, known_at=known_at)
    return patrols_shown(some, known_at=known_at, own=True), more


def _shops(shops: Sequence[OwnShop]) -> Q | None:
    mine = None
    for each in shops:
        if each.run:
            one = Q(platform=each.platform, shop=each.shop)
            mine = one if mine is None else mine | one
    return mine


# --- a loop ------------------------------------------------------------------------------------------------------------------------


def loop_told(found: Loop, *, known_at: datetime) -> bool:
    """Whether the merchant was told of it: from then on it sees the file."""
    return any(step.to == "heard" for step in steps_by(found.steps.all(), known_at))


def loop_shown(found: Loop, *, known_at: datetime, own: bool = False) -> dict[str, Any]:
    """A loop as one time line: its sign, each fact that a stage rests on, each step with its article, authority and document, and what other regions
    were asked and did. `own` for the merchant: not who complained or told, nor what stands in requests about other firms.
    """
    law, course = law_of(found.on), loop_course(found, known_at=known_at)
    codes, deeds = law.code_lists[rules.FACTS].choices, course.procedure.deeds
    reason = law.code_lists[rules.REASONS].choices[found.reason]
    steps = steps_by(found.steps.all(), known_at)
    line: list[dict[str, Any]] = [
        {"kind": "step", **each} for each in _steps(course, steps, actors_titled({s.by for s in steps}))
    ]
    told = next((n for n, each in enumerate(line) if each["to"] == "heard"), len(line))
    if own:
        # What was written before the merchant was told was written to nobody outside; the stage, its day and its article stand.
        line = [
            each if n >= told else {**each, "words": "", "document": "", "digest": ""} for n, each in enumerate(line)
        ]
    facts = []
    for fact in found.linked.filter(at__lte=known_at).order_by("pk"):
        if own and fact.kind not in rules.FACTS_OPEN:
            continue
        facts.append(
            {
                "kind": "fact", "fact": fact.kind, "deed": fact.deed, "title": codes[fact.kind].zh, "title_en": codes[fact.kind].en,
                "stage": deeds[fact.deed].title.zh, "stage_en": deeds[fact.deed].title.en, "reference": fact.reference, "words": fact.words,
                "digest": fact.digest, "on": fact.on, "at": fact.at, "who": actor_titled(fact.by), "who_en": actor_titled(fact.by),
            }
        )  # fmt: skip
    requests = [
        referral_shown(each, known_at=known_at)
        for each in found.referrals.filter(at__lte=known_at)
        .select_related("loop")
        .prefetch_related("steps")
        .order_by("pk")
    ]
    asked: list[dict[str, Any]] = []
    for each in requests:
        asked.append({"kind": "request", **_request_line(each, own=own)})
        if not own:
            asked += [{"kind": "request-step", **step, "request": each["number"]} for step in each["steps"][1:]]
    # In order of the day; on one day by the instant, what a step rests on before it, and what the clock did, which has no instant, at the day's end.
    line = [*facts, *asked, *line]
    line.sort(key=lambda e: (e["on"], e.get("at") is None, e.get("at") or known_at))
    quoted = own and found.reason in rules.STATED
    head = {
        "number": found.number, "title": found.title, "authority": found.by, "authority_title": actor_titled(found.by), "reason": found.reason,
        "reason_title": reason.zh, "reason_title_en": reason.en, "reference": "" if quoted else found.reference, "facts": "" if quoted else found.facts,
        "document": "" if quoted else found.document, "goods": found.goods, "platform": found.platform,
        "platform_title": actor_titled(found.platform) if found.platform else "", "shop": found.shop, "code": found.code, "on": found.on,
    }  # fmt: skip
    return {**head, **_standing(course), "timeline": line, "requests": [] if own else requests,
            "replies": [{"on": e["on"], "words": e["words"]} for e in line if e["kind"] == "step" and e["doer"] == "subject"]}  # fmt: skip


def loops_listed(found: Sequence[Loop], *, known_at: datetime) -> list[dict[str, Any]]:
    """Loops as a list shows them: what, whose, about which shop or unit, and where it stands."""
    titles = actors_titled({name for each in found for name in (each.by, each.platform) if name})
    listed = []
    for each in found:
        reason = law_of(each.on).code_lists[rules.REASONS].choices[each.reason]
        listed.append(
            {
                "number": each.number, "title": each.title, "authority": each.by, "authority_title": titles[each.by], "reason_title": reason.zh,
                "reason_title_en": reason.en, "platform_title": titles.get(each.platform, ""), "shop": each.shop, "code": each.code, "on": each.on,
                **_standing(loop_course(each, known_at=known_at)),
            }
        )  # fmt: skip
    return listed


def _request_line(each: dict[str, Any], *, own: bool) -> dict[str, Any]:
    kept = ("number", "role_title", "role_title_en", "state_title", "state_title_en", "on", "at")
    shown = {name: each[name] for name in kept} | {"title": each["role_title"], "title_en": each["role_title_en"]}
    if own:
        return {**shown, "number": "", "who": "", "who_en": "", "words": "", "document": ""}
    return {
        **shown, "who": each["department_title"], "who_en": each["department_title"], "words": each["words"], "document": each["document"],
    }  # fmt: skip


def loops_own(
    shops: Sequence[OwnShop], codes: Sequence[str], *, known_at: datetime, page: int = 1, most: int = 100
) -> tuple[list[dict[str, Any]], bool]:
    """A page of the loops about whoever is signed in, from the day on which the merchant was told, and whether there are more."""
    mine, coded = _shops(shops), Q(code__in=[code for code in codes if code])
    told = LoopStep.objects.filter(to="heard", at__lte=known_at).values("loop")
    found = Loop.objects.filter(coded if mine is None else mine | coded, at__lte=known_at, pk__in=told)
    some, more = paged(found.prefetch_related("steps").order_by("-pk"), page=page, most=most, known_at=known_at)
    return [loop_shown(each, known_at=known_at, own=True) for each in some], more


def referral_shown(found: Referral, *, known_at: datetime) -> dict[str, Any]:
    """A request as both departments see it, whole in itself: what is asked, of which loop and goods, and what came of it."""
    law, course, loop = law_of(found.on), referral_course(found, known_at=known_at), found.loop
    role = law.code_lists[rules.ROLES].choices[found.role]
    steps = steps_by(found.steps.all(), known_at)
    titles = actors_titled({found.by, found.department, *(s.by for s in steps)})
    return {
        "number": found.number, "loop": loop.number, "loop_title": loop.title, "goods": loop.goods, "facts": loop.facts, "department": found.department,
        "department_title": titles[found.department], "by": found.by, "by_title": titles[found.by], "role": found.role, "role_title": role.zh,
        "role_title_en": role.en, "words": found.words, "document": found.document, "digest": found.digest, "on": found.on, "at": found.at,
        **_standing(course), "steps": _steps(course, steps, titles),
    }  # fmt: skip


def referrals_listed(found: Sequence[Referral], *, known_at: datetime) -> list[dict[str, Any]]:
    """Requests as a list shows them: of which loop, by whom, of whom, and where each stands."""
    titles = actors_titled({name for each in found for name in (each.by, each.department)})
    listed = []
    for each in found:
        role = law_of(each.on).code_lists[rules.ROLES].choices[each.role]
        listed.append(
            {
                "number": each.number, "loop": each.loop.number, "loop_title": each.loop.title, "role_title": role.zh, "role_title_en": role.en,
                "by_title": titles[each.by], "department_title": titles[each.department], "on": each.on,
                **_standing(referral_course(each, known_at=known_at)),
            }
        )  # fmt: skip
    return listed


# --- tables for a spreadsheet: no code of a sole trader, no officer, no words ------------------------------------------------------------

PATROL_HEADS = (
    "编号 number", "计划 plan", "平台 platform", "店铺 shop", "理由 reason", "情况 state", "最迟 last day", "不符合项 unmet", "登记日 on", "部门 department",
)  # fmt: skip
LOOP_HEADS = (
    "编号 number", "标题 title", "理由 reason", "平台 platform", "店铺 shop", "统一社会信用代码 code", "情况 state", "最迟 last day", "登记日 on", "部门 department",
)  # fmt: skip
REFERRAL_HEADS = (
    "编号 number", "案卷 file", "标题 title", "环节 role", "请求的部门 by", "被请求的部门 department", "情况 state", "最迟 last day", "登记日 on",
)  # fmt: skip


def patrol_rows(found: QuerySet[Patrol], *, state: str, known_at: datetime) -> Iterator[list[Any]]:
    """A row for each patrol."""
    for some in _by_many(standing(found, state=state, known_at=known_at)):
        for each in patrols_shown(some, known_at=known_at):
            yield [
                each["number"], each["plan"], each["platform_title"], each["shop"], each["reason_title"], f"{each['state_title']} {each['state']}",
                each["last_day"], each["unmet"], each["on"], each["department_title"],
            ]  # fmt: skip


def loop_rows(found: QuerySet[Loop], *, state: str, known_at: datetime) -> Iterator[list[Any]]:
    """A row for each loop; a sole trader's code is left out."""
    for some in _by_many(standing(found, state=state, known_at=known_at)):
        for each in loops_listed(some, known_at=known_at):
            yield [
                each["number"], each["title"], each["reason_title"], each["platform_title"], each["shop"], each["code"] if is_firm(each["code"]) else "",
                f"{each['state_title']} {each['state']}", each["last_day"], each["on"], each["authority_title"],
            ]  # fmt: skip


def referral_rows(found: QuerySet[Referral], *, state: str, known_at: datetime) -> Iterator[list[Any]]:
    """A row for each request."""
    for some in _by_many(standing(found, state=state, known_at=known_at)):
        for each in referrals_listed(some, known_at=known_at):
            yield [
                each["number"], each["loop"], each["loop_title"], each["role_title"], each["by_title"], each["department_title"],
                f"{each['state_title']} {each['state']}", each["last_day"], each["on"],
            ]  # fmt: skip


def _by_many(found: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(found, AT_ONCE)):
        yield some


# --- statistics ------------------------------------------------------------------------------------------------------------------


def monitoring_counted(since: date, until: date, *, known_at: datetime) -> dict[str, Any]:
    """What was monitored from one day to another, both included, in numbers by kind: no shop, no firm, nobody stands in it."""
    law, days = law_of(day_of(known_at)), {"on__gte": since, "on__lte": until, "at__lte": known_at}
    lists = law.code_lists
    patrols = list(Patrol.objects.filter(**days).prefetch_related("steps"))
    loops = list(Loop.objects.filter(**days).prefetch_related("steps"))
    referrals = list(Referral.objects.filter(**days).prefetch_related("steps"))
    unmet = Finding.objects.filter(result="unmet", patrol__in=[each.pk for each in patrols], at__lte=known_at)
    items = {key: title for checklist in rules.CHECKLISTS for key, title in lists[checklist].choices.items()}

    def stood(courses: Iterable[Course], procedure: str) -> list[dict[str, Any]]:
        titles = {key: state.title for key, state in law.procedures[procedure].states.items()}
        return _counted(Counter(course.state_key for course in courses), titles)

    opened = Ticket.objects.filter(at__date__gte=since, at__date__lte=until, at__lte=known_at)
    warned = WarningStep.objects.filter(to__in=OUT, doer="authority", on__gte=since, on__lte=until, at__lte=known_at)
    recalled = Recall.objects.filter(opened_on__gte=since, opened_on__lte=until, opened_at__lte=known_at)
    return {
        "since": since, "until": until, "patrols": len(patrols), "loops": len(loops), "requests": len(referrals),
        "warnings": warned.values("warning").distinct().count(), "recalls": recalled.count(),
        "patrol_reasons": _counted(Counter(each.reason for each in patrols), lists[rules.REASONS].choices),
        "patrol_states": stood((patrol_course(each, known_at=known_at) for each in patrols), rules.PATROL),
        "unmet_items": _counted(Counter(unmet.values_list("item", flat=True)), items),
        "misconduct": _counted(Counter(unmet.values_list("misconduct", flat=True)), lists[rules.MISCONDUCT].choices),
        "loop_reasons": _counted(Counter(each.reason for each in loops), lists[rules.REASONS].choices),
        "loop_states": stood((loop_course(each, known_at=known_at) for each in loops), rules.LOOP),
        "request_states": stood((referral_course(each, known_at=known_at) for each in referrals), rules.LINKAGE),
        "tickets": _counted(Counter(opened.values_list("finding", flat=True)), lists["merchant-findings"].choices),
    }  # fmt: skip
