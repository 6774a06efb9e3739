"""Patrols planned, drawn, made and answered; risks followed to their handling, with other regions. Each in one transaction with its trace."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting, actor_titled
from chengxin.cases.rules import Course, Telling, step_admissible
from chengxin.cases.rules import Taken as Step
from chengxin.cases.services.telling import notice_write
from chengxin.commerce.merchants.models import Registration, Ticket
from chengxin.commerce.merchants.rules import ShopUnknown
from chengxin.commerce.merchants.selectors import OwnShop, law_of, registrations_known, shop_shown
from chengxin.commerce.merchants.services.ticketing import ticket_open
from chengxin.commerce.monitoring import rules
from chengxin.commerce.monitoring.models import (
    Finding,
    Follow,
    Loop,
    LoopFact,
    LoopStep,
    Patrol,
    PatrolStep,
    Plan,
    PlanEnd,
    Referral,
    ReferralStep,
    Taken,
)
from chengxin.commerce.monitoring.rules import Seen
from chengxin.commerce.monitoring.selectors import (
    LOOP_HEADS,
    PATROL_HEADS,
    REFERRAL_HEADS,
    loop_course,
    loop_rows,
    loop_shown,
    loop_told,
    loops_accessible,
    loops_asked,
    loops_listed,
    numbered,
    paged,
    patrol_course,
    patrol_rows,
    patrols_accessible,
    patrols_asked,
    patrols_shown,
    plan_state,
    plans_accessible,
    plans_asked,
    plans_shown,
    referral_course,
    referral_rows,
    referral_shown,
    referrals_accessible,
    referrals_asked,
    referrals_listed,
    shops_open,
)
from chengxin.commerce.trails.models import Recall
from chengxin.commerce.trails.services.reading import goods_trace
from chengxin.commerce.warnings.models import Warning
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_stream
from chengxin.law.models import Doer
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.lists.selectors import addressee_of
from chengxin.records.models import Record
from chengxin.subjects.selectors import subject_of

OWN_ACCOUNT = "public"  # whoever is signed in acts by their own account, whose number the entry bears
HELD = (
    "title",
    "url",
    "kind",
    "name",
    "code",
    "state",
    "exemption",
    "verified_on",
    "verify_by",
    "overdue",
    "needs",
    "licences",
)
RECORDS = {"sampling-record": "product-sampling", "penalty-record": "administrative-penalty"}


@dataclass(frozen=True)
class PlanResult:
    """A plan just published: its number, the shops from which is drawn, and the seed where the register made it; it is shown once."""

    number: str
    size: int
    seed_hash: str
    salt: str
    population_digest: str
    seed: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Chosen:
    """A shop that is patrolled for a reason, and where that reason stands."""

    platform: str
    shop: str
    reason: str
    reference: str
    words: str


# --- plans -------------------------------------------------------------------------------------------------------------------------


def plan_draw_from(
    *, title: str, checklist: str, count: int, document: str, digest: str, asker: Asker, at: datetime, title_en: str = "", platform: str = "",
    category: str = "", seed_hash: str = "",
) -> PlanResult:  # fmt: skip
    """Publish a plan that draws: the hash of the department's seed, then the register's salt, which nobody knew, and the shops of the scope counted.
    So neither chooses whom it meets. Without a hash the register makes the seed and tells it once.
    """
    _department(asker)
    on = day_of(at)
    law, words = law_of(on), _titled(title, title_en, document, digest)
    rules.checklist_fit(law, checklist)
    if category and category not in law.goods:
        raise rules.PlanUnfit(
            why=f"there is no category {category[:40]}.", why_zh=f"没有商品类别“{category[:40]}”。", field="category"
        )
    if platform:
        _platform(platform, at)
    seed = "" if seed_hash else secrets.token_urlsafe(24)
    hashed = rules.hash_fit(seed_hash) if seed_hash else rules.seed_hash(seed)
    with transaction.atomic():
        turn_taken("monitoring", f"plan:{asker.key}")
        running = Plan.objects.filter(by=asker.key, end__isnull=True).exclude(seed_hash="").first()
        if running is not None:
            raise rules.PlanOpen(number=running.number)
        if Plan.objects.filter(seed_hash=hashed).exists():
            raise rules.PlanUnfit(why="each plan needs a seed of its own.", why_zh="每次抽取须用新的种子。")
        salt = secrets.token_hex(16)
        size, population = rules.population_counted(_population(platform, category, on=on, known_at=at), salt)
        made = Plan.objects.create(
            **words, checklist=checklist, platform=platform, category=category, count=rules.count_fit(count, size), seed_hash=hashed, salt=salt,
            size=size, population_digest=population, at=at, on=on, by=asker.key,
            lawbook_digest=lawroom.load().digest,
        )  # fmt: skip
        trace(
            event="monitoring.plan.published", by=asker.key, at=at, about=f"patrol-plan:{made.number}",
            detail={"seed_hash": hashed, "salt": salt, "size": made.size, "digest": made.population_digest, "count": made.count},
        )  # fmt: skip
    return PlanResult(made.number, made.size, hashed, salt, made.population_digest, seed)


def plan_reveal(*, number: str, seed: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """Reveal the seed and draw: the shops of the lowest ranks are to be patrolled. Refuses another seed than the committed one."""
    with transaction.atomic():
        turn_taken("monitoring", f"plan:{asker.key}")
        found = _plan_open(number, asker)
        if rules.seed_hash(seed) != found.seed_hash:
            raise rules.PlanUnfit(why="the seed is not the one whose hash was published.", why_zh="该种子不是公布过散列值的种子。", field="seed")  # fmt: skip
        shops = _population(found.platform, found.category, on=found.on, known_at=found.at)
        population, drawn = rules.shops_drawn(shops, seed=seed, salt=found.salt, count=found.count)
        if population != found.population_digest:
            raise rules.PopulationMoved(number=found.number)
        PlanEnd.objects.create(plan=found, seed=seed, threshold=drawn[-1].rank, at=at, by=asker.key)
        _patrols_make(
            found, [(each.platform, each.shop, rules.DRAWN, "", "", each.rank) for each in drawn], known_at=found.at, by=asker.key, at=at
        )  # fmt: skip
        trace(
            event="monitoring.plan.drawn", by=asker.key, at=at, about=f"patrol-plan:{found.number}", detail={"seed": seed, "drawn": len(drawn)}
        )  # fmt: skip
    return plan_read(number=number, asker=asker, at=at)


def plan_abandon(*, number: str, reason: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """End a plan without drawing, with the reason, which is public."""
    kept = rules.said(reason, "The reason", "理由", most=500, field="reason")
    with transaction.atomic():
        turn_taken("monitoring", f"plan:{asker.key}")
        found = _plan_open(number, asker)
        PlanEnd.objects.create(plan=found, reason=kept, at=at, by=asker.key)
        trace(event="monitoring.plan.abandoned", by=asker.key, at=at, about=f"patrol-plan:{found.number}", detail={"reason": kept})  # fmt: skip
    return plan_read(number=number, asker=asker, at=at)


def plan_state_reasons(
    *,
    title: str,
    checklist: str,
    shops: Sequence[Chosen],
    document: str,
    digest: str,
    asker: Asker,
    at: datetime,
    title_en: str = "",
) -> dict[str, Any]:
    """Publish a plan of shops that are patrolled each for a stated reason: a complaint, a lead, a failed sampling, a recall, a warning, another
    patrol, or a disclosed source. Nothing ranks them.
    """
    _department(asker)
    on = day_of(at)
    law, words = law_of(on), _titled(title, title_en, document, digest)
    rules.checklist_fit(law, checklist)
    if not 0 < len(shops) <= rules.MOST_SHOPS or len({(c.platform, c.shop) for c in shops}) != len(shops):
        raise rules.PlanUnfit(
            why=f"it names each shop once, and 1 to {rules.MOST_SHOPS}.", why_zh=f"写明1至{rules.MOST_SHOPS}家店铺，每家只写一次。", field="shops"
        )  # fmt: skip
    rows = []
    for each in shops:
        rules.reason_fit(law, each.reason, drawn=False)
        where = rules.said(each.reference, "Where the reason stands", "理由的出处", most=200, field="reference")
        rows.append((each.platform, each.shop, each.reason, where, rules.said(each.words, "The reason", "理由", most=500), ""))  # fmt: skip
    unknown = _unfiled([(n, each.platform, each.shop) for n, each in enumerate(shops, 1)], at)
    if unknown and len(shops) == 1:
        raise ShopUnknown(platform=shops[0].platform[:64], shop=shops[0].shop[:64])
    if unknown:
        raise rules.shops_refused(unknown)
    with transaction.atomic():
        made = Plan.objects.create(
            **words, checklist=checklist, count=len(rows), size=len(rows), at=at, on=on, by=asker.key, lawbook_digest=lawroom.load().digest
        )  # fmt: skip
        _patrols_make(made, rows, known_at=at, by=asker.key, at=at)
        trace(
            event="monitoring.plan.published", by=asker.key, at=at, about=f"patrol-plan:{made.number}", detail={"count": made.count, "stated": True}
        )  # fmt: skip
    return plan_read(number=made.number, asker=asker, at=at)


def plan_state_shops(
    *, lines: str, title: str, checklist: str, reason: str, reference: str, words: str, document: str, digest: str, asker: Asker, at: datetime,
    title_en: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The same of shops that are named a line each, all for one reason: every line that cannot be taken is told with why, and nothing is half done."""
    _department(asker)
    law = law_of(day_of(at))
    _titled(title, title_en, document, digest)
    rules.checklist_fit(law, checklist)
    rules.reason_fit(law, reason, drawn=False)
    rules.said(reference, "Where the reason stands", "理由的出处", most=200, field="reference")
    rules.said(words, "The reason", "理由", most=500)
    named, refused = rules.shops_read(lines)
    refused += _unfiled(named[: rules.MOST_SHOPS + 1], at)
    if refused:
        raise rules.shops_refused(refused)
    shops = [Chosen(platform, shop, reason, reference, words) for _, platform, shop in named]
    return plan_state_reasons(
        title=title, title_en=title_en, checklist=checklist, shops=shops, document=document, digest=digest, asker=asker, at=at
    )  # fmt: skip


def _unfiled(shops: Sequence[tuple[int, str, str]], at: datetime) -> list[rules.LineRefused]:
    """Those of these shops that no platform of the name had filed by the instant."""
    filed = _codes([(platform, shop) for _, platform, shop in shops], known_at=at)
    refusals = ((n, p, s, ShopUnknown(platform=p[:64], shop=s[:64])) for n, p, s in shops if (p, s) not in filed)
    return [rules.LineRefused(n, f"{p} {s}"[:60], each.message, each.message_zh) for n, p, s, each in refusals]


def _codes(shops: Iterable[tuple[str, str]], *, known_at: datetime) -> dict[tuple[str, str], str]:
    """The code under which each of these shops was filed; one that was not filed has none."""
    by_platform: dict[str, list[str]] = {}
    for platform, shop in shops:
        by_platform.setdefault(platform, []).append(shop)
    found = dict[tuple[str, str], str]()
    for platform, names in by_platform.items():
        filed = registrations_known(platform, "shops", known_at=known_at, shops=names)
        found |= {(platform, shop): code for shop, code in filed.values_list("shop", "code")}
    return found


def plans_read(*, asker: Asker, at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The plans that the asker may handle, the latest first; the reading is written down."""
    return plans_looked(asker=asker, at=at, most=most)[0]


def plans_looked(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 100, **which: str
) -> tuple[list[dict[str, Any]], bool]:
    """A page of them, of a state, a platform, a department or of all, and whether there are more; the reading is written down."""
    first = (page - 1) * most
    found = list(plans_asked(asker, **which)[first : first + most + 1])
    trace(event="monitoring.plans.read", by=asker.key, at=at, detail={"plans": len(found[:most])})
    return plans_shown(found[:most], known_at=at), len(found) > most


def plan_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One of them, with its patrols; the reading is written down."""
    found = numbered(plans_accessible(asker), number)
    patrols = patrols_shown(list(patrols_accessible(asker).filter(plan=found).order_by("pk")), known_at=at)
    trace(event="monitoring.plan.read", by=asker.key, at=at, about=f"patrol-plan:{found.number}")
    return {**plans_shown([found], known_at=at)[0], "shops": patrols}


def _plan_open(number: str, asker: Asker) -> Plan:
    found = numbered(plans_accessible(asker), number)
    if found.by != asker.key:
        raise rules.NotInCharge(
            actor=asker.key, why="another department made the plan.", why_zh="该计划由别的部门制定。"
        )
    if plan_state(found) != "open":
        raise rules.PlanUnfit(why=f"the plan {number} is not open.", why_zh=f"巡查计划{number}不在待抽取状态。")
    return found


def _titled(title: str, title_en: str, document: str, digest: str) -> dict[str, str]:
    named, kept = rules.paper(document, digest)
    return {
        "title": rules.said(title, "The title", "标题", most=100, field="title"),
        "title_en": rules.said(title_en, "The title in English", "英文标题", most=200, needed=False, field="title_en"),
        "document": named, "digest": kept,
    }  # fmt: skip


def _population(platform: str, category: str, *, on: date, known_at: datetime) -> Iterator[rules.Part]:
    """The shops open on the day in the scope, of one platform or of all, as they were filed by the instant."""
    for each in [platform] if platform else sorted(_platforms(known_at)):
        for shops in shops_open(each, category, on=on, known_at=known_at):
            yield each, shops


def _platforms(known_at: datetime) -> set[str]:
    """The platforms that filed shops by the instant."""
    from_ = Registration.objects.filter(kind="shops", at__lte=known_at)
    return set(from_.order_by("platform").values_list("platform", flat=True).distinct())


def _patrols_make(
    plan: Plan, rows: Iterable[tuple[str, str, str, str, str, str]], *, known_at: datetime, by: str, at: datetime
) -> None:
    opens, on = law_of(day_of(at)).procedures[rules.PATROL].opens, day_of(at)
    kept = list(rows)
    codes = _codes([(row[0], row[1]) for row in kept], known_at=known_at)
    for platform, shop, reason, reference, words, rank in kept:
        made = Patrol.objects.create(
            plan=plan, platform=platform, shop=shop, code=codes[platform, shop], reason=reason, reference=reference, words=words, rank=rank, at=at, on=on, by=by,
            lawbook_digest=plan.lawbook_digest,
        )  # fmt: skip
        _write(PatrolStep(patrol=made), Step(0, opens, on, "authority"), f"patrol:{made.number}", by=by, at=at)


# --- a patrol --------------------------------------------------------------------------------------------------------------------


def patrol_look(
    *,
    number: str,
    officer: str,
    seen_on: date,
    seen: Sequence[Seen],
    asker: Asker,
    at: datetime,
    document: str = "",
    digest: str = "",
) -> dict[str, Any]:
    """What an officer saw of every item of the checklist on a day, each with the digest of its capture. Where nothing is unmet the patrol ends; else
    the merchant is told, sees it and may answer.
    """
    with transaction.atomic():
        found = _patrol(number, asker)
        law = law_of(found.on)
        kept, numbered_ = rules.seen_fit(
            law, found.plan.checklist, seen, seen_on=seen_on, officer=officer, on=day_of(at)
        )
        unmet = [each for each in kept if each.result == "unmet"]
        course = _step(found, "looked" if unmet else "clear", ("authority",), by=asker.key, at=at, has={"evidence"}, document=document, digest=digest)  # fmt: skip
        Finding.objects.bulk_create(
            [
                Finding(patrol=found, **each.__dict__, officer=numbered_, seen_on=seen_on, at=at, by=asker.key)
                for each in kept
            ]
        )
        if unmet:
            items = law.code_lists[found.plan.checklist].choices
            said = "；".join(f"{items[each.item].zh}：{each.facts}" for each in unmet)
            _told_firm(found.code, f"patrol:{found.number}", f"店铺巡查{found.number}", f"The patrol {found.number} of a shop", said, asker, course, at)  # fmt: skip
    return patrols_shown([found], known_at=at)[0]


def patrol_answer(*, number: str, shops: Sequence[OwnShop], words: str, at: datetime) -> dict[str, Any]:
    """The merchant's answer to what was seen, by its own account. Silence admits nothing."""
    said = rules.said(words, "The answer", "答复")
    own = {(each.platform, each.shop) for each in shops if each.run}
    with transaction.atomic():
        found = numbered(Patrol.objects.select_for_update(of=("self",)).select_related("plan"), number)
        if (found.platform, found.shop) not in own:
            raise rules.MonitoringUnknown(what="patrol", what_zh="巡查", number=number[:40])
        _step(found, "replied", ("subject",), by=OWN_ACCOUNT, at=at, words=said, has={"reasons"})
    return patrols_shown([found], known_at=at, own=True)[0]


def patrol_follow(*, number: str, items: Sequence[str], words: str, asker: Asker, at: datetime, leads: dict[str, str] | None = None) -> dict[str, Any]:  # fmt: skip
    """Go on with unmet items after the merchant was heard: each becomes a ticket to its platform, or a lead that was filed in the ordinary way, by
    its number. Nothing is a record until a decision.
    """
    said, filed = rules.said(words, "The reasons", "理由"), leads or {}
    with transaction.atomic():
        found = _patrol(number, asker)
        unmet = {each.item: each for each in found.findings.filter(result="unmet")}
        wanted = [*items, *filed]
        if not wanted or len(set(wanted)) != len(wanted) or set(wanted) - set(unmet):
            raise rules.FindingUnfit(
                why="it names unmet items, each once.", why_zh="须写明不符合的项目，每项一次。", field="items"
            )
        if amiss := next((item for item, lead in filed.items() if not rules.number_fit(lead)), ""):
            raise rules.FindingUnfit(
                why="a lead is named by its number.", why_zh="线索须写明编号。", field=f"lead-{amiss}"
            )
        _step(found, "followed", ("authority",), by=asker.key, at=at, words=said, has={"reasons", "evidence"})
        titles = law_of(found.on).code_lists[found.plan.checklist].choices
        for item in wanted:
            ticket: Ticket | None = None
            if item in items:
                ticket = ticket_open(
                    platform=found.platform, shop=found.shop, finding=rules.UNMET_TICKET, item=item,
                    words=f"巡查{found.number}：{titles[item].zh}。{unmet[item].facts}"[:1000], asker=asker, at=at,
                )  # fmt: skip
            Follow.objects.create(finding=unmet[item], ticket=ticket, lead=filed.get(item, ""), at=at, by=asker.key)
    return patrols_shown([numbered(patrols_accessible(asker), number)], known_at=at)[0]


def patrol_step(*, number: str, to: str, words: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """Say why a shop was not patrolled, or why what was seen is not gone on with."""
    said = rules.said(words, "The reasons", "理由")
    _of(to, rules.PATROL_STEPS, asker)
    with transaction.atomic():
        found = _patrol(number, asker)
        _step(found, to, ("authority",), by=asker.key, at=at, words=said, has={"reasons"})
    return patrols_shown([found], known_at=at)[0]


def patrols_read(*, asker: Asker, at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The patrols that the asker may see, the latest first; the reading is written down."""
    return patrols_looked(asker=asker, at=at, most=most)[0]


def patrols_looked(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 100, state: str = "", **which: str
) -> tuple[list[dict[str, Any]], bool]:
    """A page of them, of a state, a platform, a department, a plan or of all, and whether there are more; the reading is written down."""
    found, more = paged(patrols_asked(asker, **which), page=page, most=most, state=state, known_at=at)
    trace(event="monitoring.patrols.read", by=asker.key, at=at, detail={"patrols": len(found)})
    return patrols_shown(found, known_at=at), more


def patrols_export(*, asker: Asker, at: datetime, state: str = "", **which: str) -> Iterator[str]:
    """The same as lines of a CSV file, without an end; what is asked for is written down before a line is given."""
    trace(event="monitoring.patrols.read", by=asker.key, at=at, detail={"table": {"state": state, **which}})
    return csv_stream(PATROL_HEADS, patrol_rows(patrols_asked(asker, **which), state=state, known_at=at))


def patrol_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One patrol, and beside it what the register holds of the shop, against which a truth check is made; the reading is written down."""
    found = numbered(patrols_accessible(asker), number)
    trace(event="monitoring.patrol.read", by=asker.key, at=at, about=f"patrol:{found.number}")
    held = shop_shown(found.platform, found.shop, on=day_of(at), known_at=at).as_dict()
    return {**patrols_shown([found], known_at=at)[0], "held": {name: held[name] for name in HELD}}


def _patrol(number: str, asker: Asker) -> Patrol:
    """The asker's own patrol, its row locked: its steps are taken one after the other."""
    known = numbered(patrols_accessible(asker), number)
    if known.by != asker.key:
        raise rules.NotInCharge(
            actor=asker.key, why="another department makes the patrol.", why_zh="该巡查由别的部门办理。"
        )
    return Patrol.objects.select_for_update(of=("self",)).select_related("plan").get(pk=known.pk)


# --- a loop ------------------------------------------------------------------------------------------------------------------------


def loop_open(
    *, title: str, reason: str, reference: str, facts: str, document: str, digest: str, asker: Asker, at: datetime, platform: str = "", shop: str = "",
    code: str = "", goods: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Open a file on a risk: its sign with its reason, where that stands and by which document; about a shop as its platform filed it, or a unit."""
    _department(asker)
    on = day_of(at)
    rules.reason_fit(law_of(on), reason, drawn=False)
    named, kept = rules.paper(document, digest)
    if shop or platform:
        filed = shop_shown(platform, shop, on=on, known_at=at)
        if code and code != filed.code:
            raise rules.LoopUnfit(
                why="the code is not the shop’s.", why_zh="统一社会信用代码与店铺不一致。", field="code"
            )
        code = filed.code
    subject = _subject(code, at)
    if not shop and subject is None:
        raise rules.LoopUnfit(why="it is about a shop, or a unit that the register holds.", why_zh="须写明店铺，或者本库中的单位。", field="code" if code else "shop")  # fmt: skip
    with transaction.atomic():
        made = Loop.objects.create(
            title=rules.said(title, "The title", "标题", most=100, field="title"), reason=reason,
            reference=rules.said(reference, "Where the sign stands", "出处", most=200, field="reference"),
            facts=rules.said(facts, "The facts", "情况", field="facts"), document=named, digest=kept,
            goods=rules.said(goods, "The goods", "商品", most=200, needed=False, field="goods"),
            platform=platform, shop=shop, code=code, subject_id=subject, at=at, on=on, by=asker.key, lawbook_digest=lawroom.load().digest,
        )  # fmt: skip
        opens = law_of(on).procedures[rules.LOOP].opens
        taken = Step(0, opens, on, "authority")
        _write(
            LoopStep(loop=made),
            taken,
            f"loop:{made.number}",
            by=asker.key,
            at=at,
            document=named,
            digest=kept,
            subject=subject,
        )
    return loop_shown(made, known_at=at)


def loop_fact(
    *, number: str, deed: str, kind: str, reference: str, asker: Asker, at: datetime, words: str = ""
) -> dict[str, Any]:
    """Link a fact held elsewhere in the register to a stage, by its number: a sampling, a ticket, a recall, a warning, a penalty, a patrol. A
    complaint or a lead is named by its number alone.
    """
    said = rules.said(words, "The note", "说明", most=500, needed=False)
    where = rules.said(reference, "The number", "编号", most=200, field="reference")
    with transaction.atomic():
        found = _loop(number, asker)
        course = loop_course(found, known_at=at)
        _running(course)
        rules.fact_fit(course.law, course.procedure, deed, kind)
        if kind == "backward-search":
            raise rules.LoopUnfit(
                why="a search is made, and then stands in the file.", why_zh="源头追溯由系统检索后写入案卷。"
            )
        _exists(kind, where, found, asker)
        _fact(found, deed, kind, where, said, "", by=asker.key, at=at)
    return loop_shown(found, known_at=at)


def loop_search(*, number: str, goods: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """Search back to the source through every event captured, and write in the file what was found: how far, how many firms, and the digest."""
    with transaction.atomic():
        found = _loop(number, asker)
        _running(loop_course(found, known_at=at))
        result = goods_trace(goods=goods, way="backward", by=asker.key, at=at)
        said = f"共{result.events}个事件，{len(result.actors)}家单位，{result.levels}级" + (
            "，未尽" if result.more else ""
        )
        digest = rules.search_digest(result.as_dict())
        _fact(found, "tracing", "backward-search", goods[:200], said, digest, by=asker.key, at=at)
    return loop_shown(found, known_at=at)


def loop_step(
    *, number: str, to: str, words: str, asker: Asker, at: datetime, document: str = "", digest: str = ""
) -> dict[str, Any]:
    """The next stage, by the department in charge: its fact, its reasons and its document. From `heard` on the merchant sees the file."""
    said = rules.said(words, "The reasons", "理由", needed=False)
    _of(to, rules.LOOP_STEPS, asker)
    with transaction.atomic():
        found = _loop(number, asker)
        asked = list(found.referrals.prefetch_related("steps"))
        answered = [referral_course(each, known_at=at).state.final for each in asked]
        has = rules.deeds_done(found.linked.values_list("deed", "kind"), answered)
        course = _step(
            found, to, ("authority",), by=asker.key, at=at, words=said, document=document, digest=digest, has=has
        )
        if loop_told(found, known_at=at):
            _told_firm(found.code, f"loop:{found.number}", f"闭环监管{found.number}", f"The file {found.number}", said, asker, course, at)  # fmt: skip
    return loop_shown(found, known_at=at)


def loop_answer(
    *, number: str, shops: Sequence[OwnShop], codes: Sequence[str], words: str, at: datetime
) -> dict[str, Any]:
    """The merchant's own words in the file, by its own account, once it was told."""
    said = rules.said(words, "The answer", "答复")
    own = {(each.platform, each.shop) for each in shops if each.run}
    with transaction.atomic():
        found = numbered(Loop.objects.select_for_update(), number)
        theirs = bool(found.code) and found.code in codes or (found.platform, found.shop) in own
        if not theirs or not loop_told(found, known_at=at):
            raise rules.MonitoringUnknown(what="loop", what_zh="闭环监管案卷", number=number[:40])
        _step(found, "replied", ("subject",), by=OWN_ACCOUNT, at=at, words=said, has={"reasons"})
    return loop_shown(found, known_at=at, own=True)


def loops_read(*, asker: Asker, at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The files that the asker may see, the latest first; the reading is written down."""
    found = [loop_shown(each, known_at=at) for each in loops_accessible(asker)[:most]]
    trace(event="monitoring.loops.read", by=asker.key, at=at, detail={"loops": len(found)})
    return found


def loops_looked(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 100, state: str = "", **which: str
) -> tuple[list[dict[str, Any]], bool]:
    """A page of them as a list shows them, of a state, a platform, a department or of all, and whether there are more; the reading is written down."""
    found, more = paged(loops_asked(asker, **which), page=page, most=most, state=state, known_at=at)
    trace(event="monitoring.loops.read", by=asker.key, at=at, detail={"loops": len(found)})
    return loops_listed(found, known_at=at), more


def loops_export(*, asker: Asker, at: datetime, state: str = "", **which: str) -> Iterator[str]:
    """The same as lines of a CSV file; what is asked for is written down before a line is given."""
    trace(event="monitoring.loops.read", by=asker.key, at=at, detail={"table": {"state": state, **which}})
    return csv_stream(LOOP_HEADS, loop_rows(loops_asked(asker, **which), state=state, known_at=at))


def loop_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One file as one time line; the reading is written down, and the firm sees it."""
    found = numbered(loops_accessible(asker), number)
    trace(event="monitoring.loop.read", by=asker.key, at=at, subject=found.subject_id, about=f"loop:{found.number}")
    return loop_shown(found, known_at=at)


def _loop(number: str, asker: Asker) -> Loop:
    known = numbered(loops_accessible(asker), number)
    if known.by != asker.key:
        raise rules.NotInCharge(
            actor=asker.key, why="another department is in charge of the file.", why_zh="该案卷由别的部门办理。"
        )
    return Loop.objects.select_for_update().get(pk=known.pk)


def _running(course: Course) -> None:
    if course.state.final:
        raise rules.LoopUnfit(why="the file has ended.", why_zh="案卷已经终结。")


def _exists(kind: str, reference: str, found: Loop, asker: Asker) -> None:
    """Whether what is linked is held; a penalty is the department's own, about the loop's unit."""
    count = int(reference) if reference.isascii() and reference.isdigit() and len(reference) < 16 else 0
    match kind:
        case "sampling-record":
            held = Record.objects.filter(pk=count, record_type=RECORDS[kind]).exists()
        case "penalty-record":
            records = Record.objects.filter(pk=count, record_type=RECORDS[kind], batch__actor=asker.key)
            held = found.subject_id is not None and records.filter(subject=found.subject_id).exists()
        case "ticket":
            held = Ticket.objects.filter(pk=count, **({"platform": found.platform} if found.platform else {})).exists()
        case "recall":
            held = Recall.objects.filter(pk=count).exists()
        case "warning":
            warning = Warning.objects.filter(pk=rules.number_fit(reference)).first()
            held = warning is not None and warning.number == reference
        case "patrol":
            patrol = Patrol.objects.filter(pk=rules.number_fit(reference), by=asker.key).first()
            held = patrol is not None and patrol.number == reference
        case _:
            held = bool(rules.number_fit(reference))
    if not held:
        raise rules.LoopUnfit(why=f"{reference[:40]} is none that can be linked here.", why_zh=f"没有可以引用的{reference[:40]}。", field="reference")  # fmt: skip


def _fact(found: Loop, deed: str, kind: str, reference: str, words: str, digest: str, *, by: str, at: datetime) -> None:
    _, new = LoopFact.objects.get_or_create(
        loop=found, deed=deed, kind=kind, reference=reference, defaults={"words": words, "digest": digest, "at": at, "on": day_of(at), "by": by}
    )  # fmt: skip
    if new:
        trace(
            event="monitoring.loop.linked", by=by, at=at, subject=found.subject_id, about=f"loop:{found.number}",
            detail={"deed": deed, "kind": kind, "reference": reference},
        )  # fmt: skip


# --- other regions -----------------------------------------------------------------------------------------------------------------


def referral_make(
    *, loop: str, department: str, role: str, words: str, document: str, digest: str, asker: Asker, at: datetime
) -> dict[str, Any]:
    """Ask the department of another region that is in charge of a firm in the chain to help, by a document: it acknowledges, and reports back."""
    named, kept = rules.paper(document, digest)
    said = rules.said(words, "What is asked", "请求事项")
    on = day_of(at)
    with transaction.atomic():
        found = _loop(loop, asker)
        course = loop_course(found, known_at=at)
        _running(course)
        if role not in course.law.code_lists[rules.ROLES].choices:
            raise rules.LoopUnfit(
                why=f"there is no role {role[:40]}.", why_zh=f"没有“{role[:40]}”这一环节。", field="role"
            )
        asked = actor_acting(department, at=at)
        if asked.kind != "department" or asked.key == asker.key:
            raise rules.LoopUnfit(
                why="it is asked of another department.", why_zh="请求应向另一部门提出。", field="department"
            )
        made = Referral.objects.create(
            loop=found, department=department, role=role, words=said, document=named, digest=kept, at=at, on=on, by=asker.key,
            lawbook_digest=lawroom.load().digest,
        )  # fmt: skip
        opens = law_of(on).procedures[rules.LINKAGE].opens
        _write(
            ReferralStep(referral=made),
            Step(0, opens, on, "provider"),
            f"linkage:{made.number}",
            by=asker.key,
            at=at,
            document=named,
            digest=kept,
        )
        who, state = actor_titled(asker.key), referral_course(made, known_at=at)
        body = f"{who}就“{found.title}”请你单位协助：{said} 文书：{named}。请于{state.last_day}前回执。"
        body += f"\n\n{who} asks for help in “{found.title}”. Please acknowledge by {state.last_day}.\n"
        telling = Telling(f"协助请求{made.number} / A request to help {made.number}", body)
        notice_write(subject=None, about=f"linkage:{made.number}", to=actor_titled(department), telling=telling, by=asker.key, at=at)  # fmt: skip
    return referral_shown(made, known_at=at)


def referral_step(
    *, number: str, to: str, words: str, asker: Asker, at: datetime, document: str = "", digest: str = ""
) -> dict[str, Any]:
    """The department that was asked acknowledges, returns it with reasons, or reports what it did by a document; who asked may take it back."""
    said = rules.said(words, "The words", "内容", needed=False)
    _of(to, rules.LINKAGE_STEPS, asker)
    with transaction.atomic():
        known = numbered(referrals_accessible(asker), number)
        found = Referral.objects.select_for_update(of=("self",)).select_related("loop").get(pk=known.pk)
        parts: dict[Doer, str] = {"authority": found.department, "provider": found.by}
        doers = [doer for doer, actor in parts.items() if actor == asker.key]
        _step(found, to, doers, by=asker.key, at=at, words=said, document=document, digest=digest)
    return referral_shown(found, known_at=at)


def referrals_read(*, asker: Asker, at: datetime, most: int = 100) -> list[dict[str, Any]]:
    """The requests that the asker made or was told, the latest first; the reading is written down."""
    found = [referral_shown(each, known_at=at) for each in referrals_accessible(asker)[:most]]
    trace(event="monitoring.requests.read", by=asker.key, at=at, detail={"requests": len(found)})
    return found


def referrals_looked(
    *, asker: Asker, at: datetime, page: int = 1, most: int = 100, state: str = "", **which: str
) -> tuple[list[dict[str, Any]], bool]:
    """A page of them as a list shows them, of a state, a department or of all, and whether there are more; the reading is written down."""
    found, more = paged(referrals_asked(asker, **which), page=page, most=most, state=state, known_at=at)
    trace(event="monitoring.requests.read", by=asker.key, at=at, detail={"requests": len(found)})
    return referrals_listed(found, known_at=at), more


def referrals_export(*, asker: Asker, at: datetime, state: str = "", **which: str) -> Iterator[str]:
    """The same as lines of a CSV file; what is asked for is written down before a line is given."""
    trace(event="monitoring.requests.read", by=asker.key, at=at, detail={"table": {"state": state, **which}})
    return csv_stream(REFERRAL_HEADS, referral_rows(referrals_asked(asker, **which), state=state, known_at=at))


def referral_read(*, number: str, asker: Asker, at: datetime) -> dict[str, Any]:
    """One of them; the reading is written down."""
    found = numbered(referrals_accessible(asker), number)
    trace(event="monitoring.request.read", by=asker.key, at=at, about=f"linkage:{found.number}")
    return referral_shown(found, known_at=at)


# --- what all share ------------------------------------------------------------------------------------------------------------------


def _department(asker: Asker) -> None:
    if asker.kind != "department":
        raise rules.NotInCharge(actor=asker.key, why="a department does it.", why_zh="由主管部门办理。")


def _of(to: str, steps: Sequence[str], asker: Asker) -> None:
    if to not in steps:
        raise rules.NotInCharge(actor=asker.key, why=f"“{to[:30]}” is no step that is taken so.", why_zh=f"“{to[:30]}”不是这样办理的步骤。")  # fmt: skip


def _platform(platform: str, at: datetime) -> None:
    if actor_acting(platform, at=at).kind != "platform":
        raise rules.PlanUnfit(
            why=f"{platform[:40]} is no platform.", why_zh=f"{platform[:40]}不是平台。", field="platform"
        )


def _step(
    found: Patrol | Loop | Referral, to: str, doers: Iterable[Doer], *, by: str, at: datetime, words: str = "", document: str = "", digest: str = "",
    has: Iterable[str] = (),
) -> Course:  # fmt: skip
    """Take one step of the found thing's procedure, after what the clock has done meanwhile; its row is locked."""
    named, kept = rules.paper(document, digest) if document or digest else ("", "")
    course, blank, about, subject = _course(found, at)
    written = {step.number for step in found.steps.all()}
    on = max(day_of(at), course.taken[-1].on)
    there = {*has, *(["reasons"] if words else []), *(["document"] if named else [])}
    step = step_admissible(course, to=to, by=doers, on=on, has=there)
    for lapsed in course.taken:
        if lapsed.number not in written:
            _write(blank(), lapsed, about, by="clock", at=at, subject=subject)
    taken = Step(len(course.taken), to, on, step.by)
    _write(blank(), taken, about, by=by, at=at, words=words, document=named, digest=kept, subject=subject)
    return course.after(taken)


def _course(found: Patrol | Loop | Referral, at: datetime) -> tuple[Course, Any, str, int | None]:
    if isinstance(found, Patrol):
        return patrol_course(found, known_at=at), lambda: PatrolStep(patrol=found), f"patrol:{found.number}", None
    if isinstance(found, Loop):
        return loop_course(found, known_at=at), lambda: LoopStep(loop=found), f"loop:{found.number}", found.subject_id
    about = f"linkage:{found.number}"
    return referral_course(found, known_at=at), lambda: ReferralStep(referral=found), about, None


def _write(
    row: Taken, taken: Step, about: str, *, by: str, at: datetime, subject: int | None = None, **kept: Any
) -> None:
    for name, value in {"number": taken.number, "to": taken.to, "doer": taken.by, "by": by, "at": at, "on": taken.on, **kept}.items():  # fmt: skip
        setattr(row, name, value)
    row.save(force_insert=True)
    trace(event=f"monitoring.{about.partition(':')[0]}.stepped", by=by, at=at, subject=subject, about=about, detail={"to": taken.to, "by": taken.by})  # fmt: skip


def _subject(code: str, at: datetime) -> int | None:
    try:
        return subject_of(code, known_at=at) if code else None
    except Refusal:
        return None


def _told_firm(code: str, about: str, zh: str, en: str, said: str, asker: Asker, course: Course, at: datetime) -> None:
    """Write the unit a letter, where the register knows it; in any case whoever runs the shop sees it under their own account."""
    subject = _subject(code, at)
    if subject is None:
        return
    who, state, last = actor_titled(asker.key), course.state.title, course.last_day
    mine = any(o.step.by == "subject" for o in course.steps)
    body = f"{who}：{zh}，{state.zh}。{said} 依据：{course.law.cite(course.procedure.basis[0]).zh}。" + (
        f"可以登录后在“我的”中查看并答复，最迟{last}。" if mine and last else "可以登录后在“我的”中查看。"
    )
    body += f"\n\n{en}: {state.en}. You may see it under your own account" + (f" and answer by {last}.\n" if mine and last else ".\n")  # fmt: skip
    notice_write(
        subject=subject, about=f"{about}:{len(course.taken)}", to=addressee_of(subject, known_at=at)[1], telling=Telling(f"{zh} / {en}", body),
        by=asker.key, at=at,
    )  # fmt: skip
