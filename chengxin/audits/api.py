"""The door of audits: what was noticed about a reader's use, its answer, what a person decided; and data incidents, which a firm reports of itself."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chengxin import law as lawroom
from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text
from chengxin.audits import services
from chengxin.audits.rules import SAID
from chengxin.audits.selectors import (
    finding_accessible,
    finding_shown,
    incident_accessible,
    incident_shown,
    incidents_counted,
)

router = Router(auth=ClientKey("audits"), throttle=PerClient(), tags=["audits 查询审计"])


class SaidOut(Schema):
    """What was said to a finding: `answered` by the reader; `justified`, `not-justified` or `passed-on` by a person who decided."""

    kind: str
    words: str
    document: str
    at: datetime
    by: str


class FindingOut(Schema):
    """What was noticed in a reader's use on one day: the detector of the lawbook with its article, how many readings, the first of them by
    their entries in the ledger, the greatest value beside its threshold, by which day the reader answers, and what was said. It names no
    subject.
    """

    finding: int
    detector: str
    title: str
    title_en: str
    basis: list[str]
    reader: str
    reader_title: str
    account: int
    on: date
    count: int
    entries: list[int]
    value: str
    against: str
    due_on: date
    state: str
    said: list[SaidOut]


class FindingAnswerIn(Schema):
    """What the reader says, and the document that shows it."""

    words: Text
    document: Text = ""


class FindingDecisionIn(Schema):
    """`justified`, `not-justified` or `passed-on`, with the reasons."""

    kind: Text
    reason: Text
    document: Text = ""


@router.get("", response=list[FindingOut], summary="查询线索 / findings about use", operation_id="audits_findings")
def findings(request: HttpRequest, undecided: bool = False, own: bool = False, most: Most = 200) -> Any:
    """本单位查询中提请说明的情况；运行单位、信用中心和主管部门看到全部。 / What was noticed about one's own use; whoever audits reads all."""
    asker = request.auth  # type: ignore[attr-defined]
    found = services.findings_read(asker=asker, at=timezone.now(), undecided=undecided, own=own, most=most)
    return [each.as_dict() for each in found]


@router.post("/{int:finding}/answer", response=FindingOut, summary="说明情况 / answer", operation_id="audits_answer")
def answer(request: HttpRequest, finding: int, asked: FindingAnswerIn) -> Any:
    """查询单位说明情况，处理以前可以再说明。 / The reader answers, and may do so anew until a person has decided."""
    asker = request.auth  # type: ignore[attr-defined]
    services.finding_answer(finding=finding, **asked.dict(), asker=asker, at=timezone.now())
    return finding_shown(finding_accessible(asker, finding)).as_dict()


@router.post("/{int:finding}/decide", response=FindingOut, summary="处理 / decide", operation_id="audits_decide")
def decide(request: HttpRequest, finding: int, asked: FindingDecisionIn) -> Any:
    """由人处理并写明理由；任何单位不得处理自己的查询。 / A person decides with reasons, and nobody about their own use."""
    asker = request.auth  # type: ignore[attr-defined]
    services.finding_decide(finding=finding, **asked.dict(), asker=asker, at=timezone.now())
    return finding_shown(finding_accessible(asker, finding)).as_dict()


# --- incidents ----------------------------------------------------------------------------------------------------------------


class IncidentLineOut(Schema):
    """An incident in a line: what, at whom, where it stands, and until when the next step is owed."""

    number: str
    kind: str
    title: str
    title_en: str
    place: str
    reader: str
    reader_title: str
    opened_on: date
    state: str
    state_title: str
    state_title_en: str
    last_day: date | None
    late: bool


class IncidentStepOut(Schema):
    """A step taken: to which state, by whom, with what; how many persons were told by it."""

    to: str
    title: str
    title_en: str
    doer: str
    by: str
    at: datetime
    words: str
    document: str
    recipient: str
    told: int


class IncidentOpenOut(Schema):
    """A step that may be taken now, by whom, until when, with what, and its articles."""

    to: str
    by: str
    title: str
    title_en: str
    last_day: date | None
    needs: list[str]
    basis: list[str]


class ClosingOut(Schema):
    """Programs and accounts of staff that were cut off for it."""

    clients: list[int]
    accounts: list[int]
    words: str
    at: datetime
    by: str


class IncidentOut(Schema):
    """An incident whole: what is told of it, its steps, what is owed, and how many persons it concerns; never who."""

    number: str
    kind: str
    title: str
    title_en: str
    place: str
    place_title: str
    place_title_en: str
    reader: str
    reader_title: str
    account: int
    since: date
    until: date
    origin: str
    finding: int | None
    data: str
    cause: str
    harm: str
    advice: str
    contact: str
    opened_at: datetime
    opened_by: str
    state: str
    state_title: str
    state_title_en: str
    last_day: date | None
    concerned: int
    told: int
    steps: list[IncidentStepOut]
    open: list[IncidentOpenOut]
    closings: list[ClosingOut]


class IncidentIn(Schema):
    """What happened (`kind`), to data had in which days, and what the persons concerned are told of it. `place`, `reader`, `account`, `origin` and
    `finding` are for whoever audits; what a firm's program enters happened at that firm.
    """

    kind: Text
    since: date | None = None
    until: date | None = None
    data: Text
    cause: Text
    harm: Text
    advice: Text
    contact: Text
    place: Text = "reader"
    reader: Text = ""
    account: int = 0
    origin: Text = "report"
    finding: int | None = None


class IncidentStepIn(Schema):
    """To which state, with what words, by which document, to whom."""

    to: Text
    words: Text = ""
    document: Text = ""
    recipient: Text = ""


class IncidentsCountedOut(Schema):
    """Of one year and kind: how many, where, how many persons were told, how many were handed over and decided."""

    year: int
    kind: str
    title: str
    title_en: str
    incidents: int
    here: int
    elsewhere: int
    told: int
    handed: int
    decided: int


@router.get(
    "/incidents", response=list[IncidentLineOut], summary="信息安全事件 / data incidents", operation_id="incidents"
)
def incidents(request: HttpRequest, running: bool = False, most: Most = 200) -> Any:
    """本单位的事件；运行单位、信用中心和主管部门看到全部。 / One's own; whoever audits sees all."""
    return services.incidents_read(asker=request.auth, at=timezone.now(), running=running, most=most)  # type: ignore[attr-defined]


@router.post("/incidents", response=IncidentOut, summary="报告事件 / report an incident", operation_id="incident_open")
def incident_open(request: HttpRequest, asked: IncidentIn) -> Any:
    """取得过信息的单位报告自己的事件，应当立即报告；审计方登记线索、举报和账本核验不符。 / A firm reports its own, at once."""
    asker, at, given = request.auth, timezone.now(), asked.dict()  # type: ignore[attr-defined]
    said = {name: given.pop(name) for name in SAID}
    made = services.incident_open(said=said, asker=asker, at=at, **given)
    return incident_shown(made, known_at=at)


@router.get(
    "/incidents/counts",
    auth=None,
    throttle=PerAddress("30/m"),
    response=list[IncidentsCountedOut],
    summary="事件统计 / incidents counted",
    operation_id="incidents_counted",
)
def incidents_counts(request: HttpRequest) -> Any:
    """按年度和种类公布。 / Published by year and kind."""
    return incidents_counted(law=lawroom.load().on(timezone.localdate(), settings.CHENGXIN_PLACE))


@router.get("/incidents/{number}", response=IncidentOut, summary="一起事件 / an incident", operation_id="incident")
def incident(request: HttpRequest, number: str) -> Any:
    """办理情况、期限和涉及人数；不列出是谁。 / Its steps and clocks, and how many it concerns; never who."""
    return services.incident_read(number=number, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]


@router.post(
    "/incidents/{number}/steps", response=IncidentOut, summary="办理一步 / take a step", operation_id="incident_step"
)
def incident_step(request: HttpRequest, number: str, asked: IncidentStepIn) -> Any:
    """补救、通知部门、通知个人、移送、记下决定、办结。 / Measures, telling, handing over, the decision, closing."""
    asker, at = request.auth, timezone.now()  # type: ignore[attr-defined]
    services.incident_step(number=number, asker=asker, at=at, **asked.dict())
    return incident_shown(incident_accessible(asker, number), known_at=at)
