"""The door of patrols and loops: departments plan, patrol and follow risks, other regions' departments answer, anybody reads plans and counts."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, text_kept
from chengxin.commerce.monitoring import rules, services
from chengxin.commerce.monitoring.selectors import monitoring_counted, plans_public
from chengxin.commerce.monitoring.services import Chosen

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["monitoring 巡查与闭环监管"])


class MonitoringReading(PerAddress):
    """So many looks a minute from one address, by whoever has no key."""

    scope = "monitoring-reading"


OPEN = MonitoringReading("60/m")
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{8}-[0-9]{6,15}$")]
Words = Annotated[str, StringConstraints(max_length=2000), AfterValidator(text_kept)]
Key = Annotated[Text, StringConstraints(max_length=64)]
Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]


class MonitoringCountedOut(Schema):
    """How many of a kind."""

    key: str
    title: str
    title_en: str
    count: int


class MonitoringOpenStepOut(Schema):
    """A step that can be taken now, by whom, with what in hand, and until when."""

    to: str
    by: str
    title: str
    title_en: str
    last_day: date | None
    needs: list[str]
    deeds: list[str]


class MonitoringStandingOut(Schema):
    """Where something stands by its procedure."""

    state: str
    state_title: str
    state_title_en: str
    last_day: date | None
    final: bool
    open: list[MonitoringOpenStepOut]


class MonitoringStepOut(Schema):
    """A step that was taken: by whom, by which article, with what words and document."""

    to: str
    title: str
    title_en: str
    on: date
    at: datetime | None
    doer: str
    who: str
    who_en: str
    article: str
    article_en: str
    words: str
    document: str
    digest: str


class MonitoringFindingOut(Schema):
    """What an officer saw of one item, and what became of it."""

    item: str
    title: str
    title_en: str
    article: str
    article_en: str
    result: str
    facts: str
    digest: str
    seen_on: date
    misconduct: str
    misconduct_title: str
    misconduct_title_en: str
    officer: str
    ticket: int | None
    lead: str
    lead_filed: bool


class MonitoringPatrolOut(MonitoringStandingOut):
    """One shop that is patrolled: by chance with its rank, or why; each finding, each step."""

    number: str
    plan: str
    plan_title: str
    plan_title_en: str
    checklist: str
    platform: str
    platform_title: str
    shop: str
    code: str
    department: str
    department_title: str
    reason: str
    reason_title: str
    reason_title_en: str
    reference: str
    words: str
    rank: str
    on: date
    findings: list[MonitoringFindingOut]
    unmet: int
    steps: list[MonitoringStepOut]


class MonitoringPatrolReadOut(MonitoringPatrolOut):
    """The same, and what the register holds of the shop."""

    held: dict[str, Any]


class MonitoringPlanOut(Schema):
    """A plan as anybody sees it: scope, draw, and in numbers what came of it; which shops stands nowhere."""

    number: str
    title: str
    title_en: str
    department: str
    department_title: str
    checklist: str
    checklist_title: str
    checklist_title_en: str
    platform: str
    platform_title: str
    category: str
    category_title: str
    category_title_en: str
    count: int
    size: int
    document: str
    digest: str
    on: date
    state: str
    seed_hash: str
    salt: str
    population_digest: str
    seed: str
    threshold: str
    reason: str
    patrols: int
    reasons: list[MonitoringCountedOut]
    states: list[MonitoringCountedOut]


class MonitoringPlanReadOut(MonitoringPlanOut):
    """A plan as its department sees it, with its patrols."""

    shops: list[MonitoringPatrolOut]


class MonitoringPlanMadeOut(Schema):
    """A plan just published; `seed` only where the register made it, once."""

    number: str
    size: int
    seed_hash: str
    salt: str
    population_digest: str
    seed: str


class MonitoringCountsOut(Schema):
    """What was monitored in a time, in numbers by kind."""

    since: date
    until: date
    patrols: int
    loops: int
    requests: int
    warnings: int
    recalls: int
    patrol_reasons: list[MonitoringCountedOut]
    patrol_states: list[MonitoringCountedOut]
    unmet_items: list[MonitoringCountedOut]
    misconduct: list[MonitoringCountedOut]
    loop_reasons: list[MonitoringCountedOut]
    loop_states: list[MonitoringCountedOut]
    request_states: list[MonitoringCountedOut]
    tickets: list[MonitoringCountedOut]


class MonitoringRequestOut(MonitoringStandingOut):
    """A request to another region's department, whole in itself."""

    number: str
    loop: str
    loop_title: str
    goods: str
    facts: str
    department: str
    department_title: str
    by: str
    by_title: str
    role: str
    role_title: str
    role_title_en: str
    words: str
    document: str
    digest: str
    on: date
    at: datetime
    steps: list[MonitoringStepOut]


class MonitoringLoopReplyOut(Schema):
    """The merchant's own words."""

    on: date
    words: str


class MonitoringLoopOut(MonitoringStandingOut):
    """A file as one time line: each entry `step`, `fact`, `request` or `request-step`, with its day, authority, article and document."""

    number: str
    title: str
    authority: str
    authority_title: str
    reason: str
    reason_title: str
    reason_title_en: str
    reference: str
    facts: str
    document: str
    goods: str
    platform: str
    platform_title: str
    shop: str
    code: str
    on: date
    timeline: list[dict[str, Any]]
    requests: list[MonitoringRequestOut]
    replies: list[MonitoringLoopReplyOut]


class MonitoringPaperIn(Schema):
    """A document by its number and digest."""

    document: Words
    digest: Digest


class MonitoringDrawIn(MonitoringPaperIn):
    """A plan that draws: checklist, scope, how many, and the hash of a seed of one's own."""

    title: Words
    title_en: Words = ""
    checklist: Key
    count: Annotated[int, Field(ge=1, le=rules.MOST_SHOPS)]
    platform: Key = ""
    category: Key = ""
    seed_hash: Digest = ""


class MonitoringShopIn(Schema):
    """A shop that is patrolled for a reason, and where that stands."""

    platform: Key
    shop: Key
    reason: Key
    reference: Words
    words: Words


class MonitoringStatedIn(MonitoringPaperIn):
    """A plan of shops, each for a stated reason."""

    title: Words
    title_en: Words = ""
    checklist: Key
    shops: Annotated[list[MonitoringShopIn], Field(min_length=1, max_length=rules.MOST_SHOPS)]


class MonitoringSeedIn(Schema):
    """The seed whose hash was published."""

    seed: Annotated[Text, StringConstraints(max_length=200)]


class MonitoringReasonIn(Schema):
    """Reasons, or words."""

    words: Words


class MonitoringSeenIn(Schema):
    """What was seen of one item; what is unmet needs facts and a kind of misconduct."""

    item: Key
    result: Literal["met", "unmet", "not-applicable"]
    facts: Words = ""
    digest: Digest = ""
    misconduct: Key = ""


class MonitoringLookIn(Schema):
    """Every item of the checklist, by an officer's staff number on a day."""

    officer: Annotated[Text, StringConstraints(max_length=16)]
    seen_on: date
    seen: Annotated[list[MonitoringSeenIn], Field(max_length=100)]


class MonitoringFollowIn(MonitoringReasonIn):
    """The unmet items that become tickets, and those that became leads, by number."""

    items: Annotated[list[Key], Field(max_length=100)] = []
    leads: dict[Key, Number] = {}


class MonitoringLoopIn(MonitoringPaperIn):
    """A risk: its reason and where that stands, the facts, and whom it concerns."""

    title: Words
    reason: Key
    reference: Words
    facts: Words
    goods: Words = ""
    platform: Key = ""
    shop: Key = ""
    code: Annotated[Text, StringConstraints(max_length=18)] = ""


class MonitoringFactIn(Schema):
    """A fact held elsewhere in the register, by its number, and which stage it shows."""

    deed: Key
    kind: Key
    reference: Words
    words: Words = ""


class MonitoringSearchIn(Schema):
    """The goods, or a lot or piece of them."""

    goods: Annotated[Text, StringConstraints(max_length=300)]


class MonitoringStepIn(Schema):
    """The words of a step and its document."""

    words: Words = ""
    document: Words = ""
    digest: Digest = ""


class MonitoringRequestIn(MonitoringPaperIn):
    """Which department, in charge of whom in the chain, is asked what."""

    department: Key
    role: Key
    words: Words


# --- patrols -------------------------------------------------------------------------------------------------------------------------


@router.get(
    "/plans/public",
    auth=None,
    throttle=OPEN,
    response=list[MonitoringPlanOut],
    summary="巡查计划（公示） / plans of patrols",
    operation_id="patrol_plans_public",
)
def plans_open(request: HttpRequest, most: Most = 100) -> Any:
    """计划的范围、抽取和结果的数字，不含店铺。 / Scope, draw and numbers; no shop."""
    return plans_public(known_at=timezone.now(), most=most)


@router.get(
    "/counts",
    auth=None,
    throttle=OPEN,
    response=MonitoringCountsOut,
    summary="监测统计 / what was monitored, in numbers",
    operation_id="monitoring_counts",
)
def counts(request: HttpRequest, since: date, until: date) -> Any:
    """按种类的件数，不含任何店铺、企业和个人。 / By kind; no shop, firm or person."""
    return monitoring_counted(since, until, known_at=timezone.now())


@router.get(
    "/plans",
    response=list[MonitoringPlanOut],
    summary="本部门的巡查计划 / one’s own plans",
    operation_id="patrol_plans",
)
def plans(request: HttpRequest, most: Most = 100) -> Any:
    """部门看本部门的。 / A department's own."""
    return services.plans_read(asker=_asker(request), at=timezone.now(), most=most)


@router.post("/plans", response={201: MonitoringPlanMadeOut}, summary="随机抽取的计划 / a plan that draws", operation_id="patrol_plan_draw")  # fmt: skip
def plan_draw(request: HttpRequest, wanted: MonitoringDrawIn) -> Any:
    """先公布种子的散列值，再由本系统加盐并冻结范围。 / The seed's hash first, then the register's salt and the shops counted."""
    return Status(201, services.plan_draw_from(**wanted.dict(), asker=_asker(request), at=timezone.now()).as_dict())


@router.post("/plans/stated", response={201: MonitoringPlanReadOut}, summary="写明理由的计划 / a plan for stated reasons", operation_id="patrol_plan_stated")  # fmt: skip
def plan_stated(request: HttpRequest, wanted: MonitoringStatedIn) -> Any:
    """每家店铺写明理由和出处。 / Each shop with its reason and where that stands."""
    said = wanted.dict()
    shops = [Chosen(**each) for each in said.pop("shops")]
    return Status(201, services.plan_state_reasons(**said, shops=shops, asker=_asker(request), at=timezone.now()))


@router.get("/plans/{number}", response=MonitoringPlanReadOut, summary="一个计划 / a plan", operation_id="patrol_plan")
def plan(request: HttpRequest, number: Number) -> Any:
    """计划和它的巡查。 / It and its patrols."""
    return services.plan_read(number=number, asker=_asker(request), at=timezone.now())


@router.post("/plans/{number}/reveal", response=MonitoringPlanReadOut, summary="揭晓抽取 / reveal and draw", operation_id="patrol_plan_reveal")  # fmt: skip
def plan_reveal(request: HttpRequest, number: Number, wanted: MonitoringSeedIn) -> Any:
    """揭晓种子，抽取店铺。 / The seed is revealed, and the shops are drawn."""
    return services.plan_reveal(number=number, seed=wanted.seed, asker=_asker(request), at=timezone.now())


@router.post("/plans/{number}/abandon", response=MonitoringPlanReadOut, summary="作废 / abandon", operation_id="patrol_plan_abandon")  # fmt: skip
def plan_abandon(request: HttpRequest, number: Number, wanted: MonitoringReasonIn) -> Any:
    """不抽取而终止，理由公开。 / Ended without drawing; the reason is public."""
    return services.plan_abandon(number=number, reason=wanted.words, asker=_asker(request), at=timezone.now())


@router.get(
    "/patrols", response=list[MonitoringPatrolOut], summary="本部门的巡查 / one’s own patrols", operation_id="patrols"
)
def patrols(request: HttpRequest, most: Most = 100) -> Any:
    """部门看本部门的。 / A department's own."""
    return services.patrols_read(asker=_asker(request), at=timezone.now(), most=most)


@router.get("/patrols/{number}", response=MonitoringPatrolReadOut, summary="一次巡查 / a patrol", operation_id="patrol")
def patrol(request: HttpRequest, number: Number) -> Any:
    """所见、步骤，和本库对该店铺的记载。 / What was seen, its steps, and what the register holds of the shop."""
    return services.patrol_read(number=number, asker=_asker(request), at=timezone.now())


@router.post("/patrols/{number}/look", response=MonitoringPatrolOut, summary="登记所见 / what was seen", operation_id="patrol_look")  # fmt: skip
def patrol_look(request: HttpRequest, number: Number, wanted: MonitoringLookIn) -> Any:
    """清单每项写一次，附取证摘要。 / Every item once, with the digest of its capture."""
    said = wanted.dict()
    seen = [rules.Seen(**each) for each in said.pop("seen")]
    return services.patrol_look(number=number, **said, seen=seen, asker=_asker(request), at=timezone.now())


@router.post("/patrols/{number}/follow", response=MonitoringPatrolOut, summary="发出工单或者移送 / go on with it", operation_id="patrol_follow")  # fmt: skip
def patrol_follow(request: HttpRequest, number: Number, wanted: MonitoringFollowIn) -> Any:
    """商家答复之后，不符合的项目转为工单或者线索。 / After the merchant was heard, unmet items become tickets or leads."""
    return services.patrol_follow(number=number, **wanted.dict(), asker=_asker(request), at=timezone.now())


@router.post(
    "/patrols/{number}/steps/{to}", response=MonitoringPatrolOut, summary="终止 / end it", operation_id="patrol_step"
)
def patrol_step(
    request: HttpRequest, number: Number, to: Literal["undone", "dropped"], wanted: MonitoringReasonIn
) -> Any:
    """未能巡查，或者不再处理，写明理由。 / Not patrolled, or not gone on with; with reasons."""
    return services.patrol_step(number=number, to=to, words=wanted.words, asker=_asker(request), at=timezone.now())


# --- loops -----------------------------------------------------------------------------------------------------------------------------


@router.get(
    "/loops",
    response=list[MonitoringLoopOut],
    summary="本部门的案卷 / one’s own files",
    operation_id="supervision_loops",
)
def loops(request: HttpRequest, most: Most = 100) -> Any:
    """部门看本部门的。 / A department's own."""
    return services.loops_read(asker=_asker(request), at=timezone.now(), most=most)


@router.post(
    "/loops", response={201: MonitoringLoopOut}, summary="立卷 / open a file", operation_id="supervision_loop_open"
)
def loop_open(request: HttpRequest, wanted: MonitoringLoopIn) -> Any:
    """写明风险的理由、出处、情况和文书。 / A risk by its reason, where that stands, the facts and the document."""
    return Status(201, services.loop_open(**wanted.dict(), asker=_asker(request), at=timezone.now()))


@router.get("/loops/{number}", response=MonitoringLoopOut, summary="一份案卷 / a file", operation_id="supervision_loop")
def loop(request: HttpRequest, number: Number) -> Any:
    """按时间排列的全卷。 / The whole file as one time line."""
    return services.loop_read(number=number, asker=_asker(request), at=timezone.now())


@router.post("/loops/{number}/facts", response=MonitoringLoopOut, summary="引用事实 / link a fact", operation_id="supervision_loop_fact")  # fmt: skip
def loop_fact(request: HttpRequest, number: Number, wanted: MonitoringFactIn) -> Any:
    """抽检、工单、召回、警示、处罚、巡查的编号；投诉、线索只写编号。 / By its number; a complaint or lead by its number alone."""
    return services.loop_fact(number=number, **wanted.dict(), asker=_asker(request), at=timezone.now())


@router.post("/loops/{number}/search", response=MonitoringLoopOut, summary="源头追溯 / search back to the source", operation_id="supervision_loop_search")  # fmt: skip
def loop_search(request: HttpRequest, number: Number, wanted: MonitoringSearchIn) -> Any:
    """检索全部溯源事件，结果的摘要写入案卷。 / Through every event captured; the digest of what was found stands in the file."""
    return services.loop_search(number=number, goods=wanted.goods, asker=_asker(request), at=timezone.now())


@router.post("/loops/{number}/steps/{to}", response=MonitoringLoopOut, summary="办理 / a stage", operation_id="supervision_loop_step")  # fmt: skip
def loop_step(
    request: HttpRequest,
    number: Number,
    to: Literal["sampled", "unsampled", "traced", "untraced", "heard", "handled", "linked", "closed", "dropped"],
    wanted: MonitoringStepIn,
) -> Any:
    """下一环节，附理由和文书。 / The next stage, with reasons and document."""
    return services.loop_step(number=number, to=to, **wanted.dict(), asker=_asker(request), at=timezone.now())


@router.post("/loops/{number}/requests", response={201: MonitoringRequestOut}, summary="请求外地协助 / ask another region", operation_id="supervision_request_make")  # fmt: skip
def request_make(request: HttpRequest, number: Number, wanted: MonitoringRequestIn) -> Any:
    """凭文书向主管部门请求协助。 / By a document, of the department in charge."""
    return Status(201, services.referral_make(loop=number, **wanted.dict(), asker=_asker(request), at=timezone.now()))


@router.get(
    "/requests", response=list[MonitoringRequestOut], summary="协助请求 / requests", operation_id="supervision_requests"
)
def requests(request: HttpRequest, most: Most = 100) -> Any:
    """本部门提出的和收到的。 / Those that one made or was told."""
    return services.referrals_read(asker=_asker(request), at=timezone.now(), most=most)


@router.get("/requests/{number}", response=MonitoringRequestOut, summary="一件协助请求 / a request", operation_id="supervision_request")  # fmt: skip
def request_shown(request: HttpRequest, number: Number) -> Any:
    """请求的事项和办理情况。 / What is asked, and what came of it."""
    return services.referral_read(number=number, asker=_asker(request), at=timezone.now())


@router.post("/requests/{number}/steps/{to}", response=MonitoringRequestOut, summary="回执、反馈 / receipt and report", operation_id="supervision_request_step")  # fmt: skip
def request_step(
    request: HttpRequest,
    number: Number,
    to: Literal["acknowledged", "returned", "reported", "recalled"],
    wanted: MonitoringStepIn,
) -> Any:
    """被请求的部门：回执、退回、反馈；请求的部门：撤回。 / The department asked, or who asked taking it back."""
    return services.referral_step(number=number, to=to, **wanted.dict(), asker=_asker(request), at=timezone.now())


def _asker(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]
