"""The door of leads: platforms, associations and departments hand them in, the agency in charge handles them, anybody reads how many there were."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, text_kept
from chengxin.actors.services import call_count
from chengxin.commerce.leads import services
from chengxin.commerce.leads.rules import Told
from chengxin.commerce.leads.selectors import (
    filing_accessible,
    lead_told,
    leads_accessible,
    leads_listed,
    leads_owing,
    rates_known,
    rates_told,
    request_told,
    requests_to,
)
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.kernel.tables import file_named

router = Router(auth=ClientKey("leads"), throttle=PerClient(), tags=["leads 线索和举报"])


OPEN = PerAddress("60/m", "leads-reading")
Number = Annotated[str, StringConstraints(pattern=r"^JB[0-9]{8}-[0-9]{6,12}$")]
Asked = Annotated[str, StringConstraints(pattern=r"^XZ[0-9]{8}-[0-9]{6,12}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{0,64}$")]
Long = Annotated[str, StringConstraints(max_length=4000), AfterValidator(text_kept)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{0,18}$")]
Digests = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]], Field(max_length=20)]


class LeadRowIn(Schema):
    """A lead: from which source, of what kind, about whom (a code, or platform and shop, or a description alone), in whose words; digests of the
    evidence that the sender keeps; who reports, where they gave a name.
    """

    source: Text
    kind: Text
    words: Long
    platform: Id = ""
    shop: Id = ""
    code: Code = ""
    about: Text = ""
    digests: Digests = []
    name: Text = ""
    reach: Text = ""
    received_on: date | None = None
    reference: Id = ""


class LeadRowsIn(Schema):
    """Leads, as many as a call may hold."""

    rows: Annotated[list[dict[Text, Any]], Field(min_length=1, max_length=1000)]


class LeadReceiptOut(Schema):
    """What whoever reports keeps; the key is shown once. `joined`: the lead about the same with which it is handled."""

    number: str
    key: str
    on: date
    handler: str
    last_day: date | None
    joined: str
    unchanged: bool


class LeadLineOut(Schema):
    """The receipt of a row of a file."""

    line: int
    reference: str
    number: str
    key: str
    joined: str


class LeadFilingOut(Schema):
    """What became of a file of leads."""

    filing: int
    rows: int
    accepted: int
    joined: int
    unchanged: int
    refused: int
    refused_by_reason: dict[str, int]
    receipts: list[LeadLineOut]


class LeadStepOut(Schema):
    """A step: where it led, by whom, with what words; `document` is the number of the decision, which is a record only where it was filed as one."""

    on: date
    title: str
    title_en: str
    by: str
    by_en: str
    who: str
    reasons: str
    document: str
    handler: str


class LeadReportOut(Schema):
    """One of the reports that are handled together, as the caller may read it; who reported stands nowhere in it."""

    number: str
    received_on: date
    source: str
    source_en: str
    reference_only: bool
    named: bool
    words: str
    about: str
    digests: list[str]


class LeadChoiceOut(Schema):
    """What the caller may do now, by when, with what."""

    to: str
    act: str
    act_en: str
    last_day: date | None
    needs: list[str]


class MaterialOut(Schema):
    """What a platform was asked for, by when, and its answer; `digest` and `answered_at` are the platform’s receipt."""

    number: str
    platform: str
    shop: str
    what: str
    on: date
    due_on: date
    late: bool
    answered_at: datetime | None
    digest: str
    digests: list[str]
    answer: str


class LeadOut(Schema):
    """A lead as the caller sees it; `reports` only where one is asked for. A lead is no record and finds nothing."""

    number: str
    kind: str
    kind_en: str
    source: str
    source_en: str
    reference_only: bool
    received_on: date
    platform: str
    shop: str
    code: str
    state: str
    state_title: str
    state_title_en: str
    last_day: date | None
    late: bool
    handler: str
    many: int
    steps: list[LeadStepOut]
    choices: list[LeadChoiceOut]
    reports: list[LeadReportOut]
    requests: list[MaterialOut]


class LeadStepIn(Schema):
    """A step of the procedure: reasons, the number of the decision, who gave leave, to which agency it is handed."""

    to: Text
    reasons: Text = ""
    document: Text = ""
    approved_by: Text = ""
    to_agency: Text = ""


class PartIn(Schema):
    """Why a lead is no other’s twin."""

    reasons: Text


class ReporterIn(Schema):
    """The case in which who reported is opened, and why."""

    case_number: Annotated[Text, StringConstraints(min_length=1, max_length=100)]
    reason: Text


class ReporterOut(Schema):
    """Who reported, and how to reach them."""

    name: str
    reach: str


class MaterialIn(Schema):
    """What a platform is asked for, by which day; by the lawbook’s where none is named."""

    what: Text
    due_on: date | None = None


class GivenIn(Schema):
    """The platform’s answer, and the digests of what it keeps ready."""

    words: Long
    digests: Digests = []


class LeadCountOut(Schema):
    """How many leads of a kind, or of an agency, and what became of them."""

    key: str
    title: str
    title_en: str
    told: int
    received: int
    filed: int
    not_filed: int
    decided: int
    closed: int
    late: int
    open: int


class LeadRatesOut(Schema):
    """What became of the leads of a period, by kind and by agency."""

    first: date
    last: date
    on: date
    kinds: list[LeadCountOut]
    agencies: list[LeadCountOut]


@router.post("", response=LeadReceiptOut, summary="报送一条线索 / hand one in", operation_id="lead_take")
def take(request: HttpRequest, row: LeadRowIn) -> Any:
    """平台、协会、部门报送；同一来源编号再次提交不重复。 / By a platform, an association or a department; the same reference again changes nothing."""
    at = timezone.now()
    _counted(request, "leads", at)
    words = row.model_dump()
    told = Told(**{**words, "digests": tuple(words["digests"]), "received_on": row.received_on or day_of(at)})
    return services.lead_file(told=told, asker=request.auth, at=at).as_dict()  # type: ignore[attr-defined]


@router.post("/files", response=LeadFilingOut, summary="成批报送 / hand in a file", operation_id="leads_take")
def take_many(request: HttpRequest, rows: LeadRowsIn) -> Any:
    """逐行核对；不能收下的密封保存并写明理由，其余照收。 / Row by row; what cannot be taken is kept sealed with its reason."""
    at = timezone.now()
    _counted(request, "leads", at)
    return services.leads_file(rows=rows.rows, asker=request.auth, at=at).as_dict()  # type: ignore[attr-defined]


@router.get("/files/{filing}/refused", summary="退回的行 / refused rows", operation_id="leads_refused")
def refused(request: HttpRequest, filing: Annotated[int, Field(ge=1, le=2**53)]) -> HttpResponse:
    """行号和理由（CSV）。 / Lines and reasons, as CSV."""
    at, found = timezone.now(), filing_accessible(request.auth, filing)  # type: ignore[attr-defined]
    text = services.refused_export(filing=found, by=request.auth.key, at=at)  # type: ignore[attr-defined]
    named = {"Content-Disposition": file_named(f"refused-leads-{filing}", at)}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=named)


@router.get("", response=list[LeadOut], summary="可以查看的线索 / those that you may see", operation_id="leads_list")
def listed(request: HttpRequest, owing: bool = False, most: Most = 50) -> Any:
    """新的在前；`owing` 只列轮到调用方办理的。没有举报的内容和举报人。 / Newest first; `owing`: only where it is the caller’s turn. Without words and reporters."""
    asker, on = request.auth, timezone.localdate()  # type: ignore[attr-defined]
    if owing:
        return [lead_told(each, on=on) for each in leads_owing(asker, on=on, most=most)[0]]
    return [lead_told(each, on=on) for each in leads_listed(leads_accessible(asker)[:most], asker, on=on)]


@router.get(
    "/requests",
    response=list[MaterialOut],
    summary="要求本平台提供的材料 / what you were asked for",
    operation_id="lead_requests",
)
def requests(request: HttpRequest, most: Most = 50) -> Any:
    """机关要求的材料和期限；不含举报的任何内容。 / What an agency asks for, by when; nothing of a report."""
    on = timezone.localdate()
    return [request_told(each, on=on) for each in requests_to(request.auth)[:most]]  # type: ignore[attr-defined]


@router.post(
    "/requests/{asked}/reply", response=MaterialOut, summary="提供材料 / answer", operation_id="lead_request_answer"
)
def give(request: HttpRequest, asked: Asked, given: GivenIn) -> Any:
    """答复密封保存，只有办理的机关看得到；返回的时间和摘要即回执。 / Sealed, for the agency in charge alone; instant and digest are the receipt."""
    return services.material_give(
        number=asked,
        words=given.words,
        digests=given.digests,
        asker=request.auth,  # type: ignore[attr-defined]
        at=timezone.now(),
    )


@router.get(
    "/rates", auth=None, throttle=OPEN, response=LeadRatesOut, summary="办理情况 / how many", operation_id="lead_rates"
)
def rates(request: HttpRequest, first: date, last: date) -> Any:
    """期间内收到的线索，按种类和机关计；不按企业、平台或者个人。 / Of those received in the days, by kind and agency; by no firm, platform or person."""
    at = timezone.now()
    return rates_told(rates_known(first=first, last=last, on=timezone.localdate(at), known_at=at))


@router.get("/{number}", response=LeadOut, summary="一条线索 / one lead", operation_id="lead_read")
def read(request: HttpRequest, number: Number) -> Any:
    """含调用方可以看到的举报内容；查看留痕。 / With the reports that the caller may read; the reading is kept."""
    at = timezone.now()
    asker: Any = request.auth  # type: ignore[attr-defined]
    return lead_told(services.lead_read(number=number, asker=asker, at=at), on=day_of(at))


@router.post("/{number}/steps", response=LeadOut, summary="办理一步 / take a step", operation_id="lead_step")
def step(request: HttpRequest, number: Number, asked: LeadStepIn) -> Any:
    """按法典规定的程序和时限。 / By the procedure and clocks of the lawbook."""
    at, words = timezone.now(), asked.model_dump()
    to = words.pop("to")
    asker: Any = request.auth  # type: ignore[attr-defined]
    said = services.Said(**words)
    return lead_told(services.lead_step(number=number, to=to, said=said, asker=asker, at=at), on=day_of(at))


@router.post("/{number}/part", response=LeadOut, summary="与其他线索分开 / part it", operation_id="lead_part")
def part(request: HttpRequest, number: Number, asked: PartIn) -> Any:
    """误并的线索单独办理，时限从它自己的收到之日起算。 / What was joined wrongly is handled by itself, by the clock of its own receipt."""
    at = timezone.now()
    asker: Any = request.auth  # type: ignore[attr-defined]
    return lead_told(services.lead_part(number=number, reasons=asked.reasons, asker=asker, at=at), on=day_of(at))


@router.post(
    "/{number}/reporter", response=ReporterOut, summary="打开举报人的身份 / who reported", operation_id="reporter_open"
)
def reporter(request: HttpRequest, number: Number, asked: ReporterIn) -> Any:
    """只有正在办理的机关，写明案号和理由；举报人看得到谁因何打开过。 / The agency in charge alone, with case and reason; the reporter sees it."""
    at = timezone.now()
    _counted(request, "identities", at)  # of who reports as of who keeps a shop, few a day
    asker: Any = request.auth  # type: ignore[attr-defined]
    return services.reporter_open(**asked.model_dump(), number=number, asker=asker, at=at)


@router.post(
    "/{number}/requests",
    response=MaterialOut,
    summary="要求平台提供材料 / ask the platform",
    operation_id="lead_request",
)
def ask(request: HttpRequest, number: Number, asked: MaterialIn) -> Any:
    """由正在办理的机关；不得写举报人，不得引用举报原文。 / By the agency in charge; neither the reporter nor a quotation of the report may stand in it."""
    asker: Any = request.auth  # type: ignore[attr-defined]
    return services.material_ask(**asked.model_dump(), number=number, asker=asker, at=timezone.now())


def _counted(request: HttpRequest, kind: str, at: datetime) -> None:
    """Count the call of the day; it waits for no transaction."""
    call_count(asker=request.auth, kind=kind, purpose="", law=law_of(day_of(at)), at=at)  # type: ignore[attr-defined]
