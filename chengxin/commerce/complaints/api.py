"""The door of complaints: hotlines and platforms hand them in and handle them; anybody reads how many were solved."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, text_kept
from chengxin.actors.services import call_count
from chengxin.commerce.complaints.rules import Told
from chengxin.commerce.complaints.selectors import (
    charges_known,
    complaint_told,
    complaints_accessible,
    complaints_owing,
    complaints_shown,
    filing_accessible,
    funds_told,
    rates_known,
    rates_told,
)
from chengxin.commerce.complaints.services import charging, intake, joining, opening, stepping
from chengxin.commerce.complaints.services.funds import fund_declare, recovery_add
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.days import day_of
from chengxin.kernel.tables import file_named

router = Router(auth=ClientKey("complaints"), throttle=PerClient(), tags=["complaints 消费投诉"])


OPEN = PerAddress("60/m", "complaints-reading")
Number = Annotated[str, StringConstraints(pattern=r"^TS[0-9]{8}-[0-9]{6,12}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{0,64}$")]
Long = Annotated[str, StringConstraints(max_length=2000), AfterValidator(text_kept)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{0,18}$")]
Page = Annotated[int, Field(ge=1, le=10_000)]
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]


class ComplaintRowIn(Schema):
    """A complaint as it came: through which channel, about what and whom, in the consumer’s words, and who complains. `share`: they let the platform
    know who they are.
    """

    source: Text
    kind: Text
    wants: Text
    words: Long
    name: Text
    reach: Text
    received_on: date | None = None
    platform: Id = ""
    shop: Id = ""
    code: Code = ""
    order: Id = ""
    amount: Money | None = None
    goods_on: date | None = None
    reference: Id = ""
    share: bool = False


class ComplaintRowsIn(Schema):
    """Complaints, as many as a call may hold."""

    rows: Annotated[list[dict[Text, Any]], Field(min_length=1, max_length=1000)]


class ComplaintReceiptOut(Schema):
    """What whoever complained keeps; the key is shown once. `joined`: the complaint about the same dispute with which it is handled."""

    number: str
    key: str
    on: date
    procedure: str
    handler: str
    last_day: date | None
    joined: str
    unchanged: bool


class ComplaintLineOut(Schema):
    """The receipt of a row of a file."""

    line: int
    reference: str
    number: str
    key: str
    joined: str


class ComplaintFilingOut(Schema):
    """What became of a file of complaints."""

    filing: int
    rows: int
    accepted: int
    joined: int
    unchanged: int
    refused: int
    refused_by_reason: dict[str, int]
    receipts: list[ComplaintLineOut]


class ComplaintStepOut(Schema):
    """A step: where it led, by whom in which part, with what words, what was offered or paid."""

    on: date
    title: str
    title_en: str
    by: str
    by_en: str
    who: str
    reasons: str
    remedy: str
    amount: Decimal | None
    ground: str


class ComplaintLegOut(Schema):
    """One run of a procedure."""

    procedure: str
    title: str
    title_en: str
    steps: list[ComplaintStepOut]


class ComplaintChoiceOut(Schema):
    """What the caller may do now, by when, with what."""

    to: str
    act: str
    act_en: str
    last_day: date | None
    needs: list[str]


class ComplaintOut(Schema):
    """A complaint as the caller sees it; `words` only where one is asked for. Who complained stands nowhere in it."""

    number: str
    kind: str
    kind_en: str
    wants: str
    wants_en: str
    source: str
    source_en: str
    received_on: date
    platform: str
    shop: str
    code: str
    order: str
    amount: Decimal | None
    state: str
    state_title: str
    state_title_en: str
    outcome: str
    last_day: date | None
    handler: str
    joined: str
    duplicates: int
    words: str
    legs: list[ComplaintLegOut]
    choices: list[ComplaintChoiceOut]


class ComplaintStepIn(Schema):
    """A step of the procedure, with its words; what is offered or was paid; on which listed ground goods are not taken back; to which agency it is
    handed; from which fund it is paid.
    """

    to: Text
    reasons: Text = ""
    remedy: Text = ""
    amount: Money | None = None
    ground: Text = ""
    to_agency: Text = ""
    fund: Text = ""


class ComplaintJoinIn(Schema):
    """With which complaint it is handled, by its number, and why it is the same dispute."""

    into: Number
    reasons: Text


class ComplaintPartIn(Schema):
    """Why it is handled apart again."""

    reasons: Text


class ComplainantIn(Schema):
    """The case in which who complained is opened."""

    case_number: Annotated[Text, StringConstraints(min_length=1, max_length=100)]


class ComplainantOut(Schema):
    """Who complained, and how to reach them."""

    name: str
    reach: str


class FundIn(Schema):
    """A consumer protection fund: who keeps it, of which platforms’ shops it pays, how much is set aside, how it is raised, kept, used and given back, and
    the document that says so with its SHA-256.
    """

    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,60}$")]
    title: Text
    keeper: Text
    keeper_code: Code
    platforms: Annotated[list[Id], Field(max_length=100)]
    amount: Money
    fund_rules: Long
    document: Text
    digest: Text
    since: date


class FundYearOut(Schema):
    """What a fund paid in a year, and how much of that came back."""

    year: int
    payments: int
    paid: Decimal
    recovered: Decimal


class FundOut(Schema):
    """A fund as it was declared last, and its years."""

    key: str
    version: int
    title: str
    keeper: str
    keeper_code: str
    platforms: list[str]
    amount: Decimal
    rules: str
    document: str
    digest: str
    since: date
    at: datetime
    years: list[FundYearOut]


class RecoveryIn(Schema):
    """What the merchant paid back to the fund, when, by which document."""

    amount: Money
    on: date
    document: Text


class RecoveryOut(Schema):
    """As it was written down."""

    amount: Decimal
    on: date
    document: str
    at: datetime


class ChargeIn(Schema):
    """Which agency is in charge of a field, in a division and below it."""

    sector: Text
    division: Annotated[str, StringConstraints(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")] = ""
    agency: Text


class ChargeOut(Schema):
    """Who is in charge, since when."""

    sector: str
    division: str
    agency: str
    at: datetime


class SolvedRateOut(Schema):
    """How many were solved, of all that came and of those that were taken up and ended; a share is null below the least number."""

    key: str
    title: str
    received: int
    ended: int
    solved: int
    unsettled: int
    unconfirmed: int
    not_accepted: int
    late: int
    dropped: int
    open: int
    of_received: float | None
    of_ended: float | None


class SolvedRatesOut(Schema):
    """Both solved rates of a period; `returns`: of goods to be given back without a reason, solved where the money was paid back."""

    first: date
    last: date
    on: date
    least: int
    platforms: list[SolvedRateOut]
    firms: list[SolvedRateOut]
    agencies: list[SolvedRateOut]
    returns: list[SolvedRateOut]


@router.post("", response=ComplaintReceiptOut, summary="提交一件投诉 / hand one in", operation_id="complaint_take")
def take(request: HttpRequest, row: ComplaintRowIn) -> Any:
    """热线转来的由机关提交，平台提交自己收到的；同一来源编号再次提交不重复。 / By an agency or a platform; the same reference again changes nothing."""
    at = timezone.now()
    _counted(request, "complaints", at)
    told = Told(**{**row.model_dump(), "received_on": row.received_on or day_of(at)})
    return intake.complaint_file(told=told, asker=request.auth, at=at).as_dict()  # type: ignore[attr-defined]


@router.post("/files", response=ComplaintFilingOut, summary="成批提交 / hand in a file", operation_id="complaints_take")
def take_many(request: HttpRequest, rows: ComplaintRowsIn) -> Any:
    """逐行核对；不能收下的密封保存并写明理由，其余照收。 / Row by row; what cannot be taken is kept sealed with its reason."""
    at = timezone.now()
    _counted(request, "complaints", at)
    return intake.complaints_file(rows=rows.rows, asker=request.auth, at=at).as_dict()  # type: ignore[attr-defined]


@router.get("/files/{filing}/refused", summary="退回的行 / refused rows", operation_id="complaints_refused")
def refused(request: HttpRequest, filing: Annotated[int, Field(ge=1, le=2**53)]) -> HttpResponse:
    """行号和理由（CSV）。 / Lines and reasons, as CSV."""
    at, found = timezone.now(), filing_accessible(request.auth, filing)  # type: ignore[attr-defined]
    text = intake.refused_export(filing=found, by=request.auth.key, at=at)  # type: ignore[attr-defined]
    named = {"Content-Disposition": file_named(f"refused-complaints-{filing}", at)}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=named)


@router.get(
    "", response=list[ComplaintOut], summary="可以查看的投诉 / those that you may see", operation_id="complaints_list"
)
def listed(request: HttpRequest, owing: bool = False, page: Page = 1, most: Most = 50) -> Any:
    """新的在前；`owing` 只列轮到调用方办理的，先到期的在前；`page` 从1起。没有消费者的话和身份。 / Newest first; `owing`: only where it is the caller’s
    turn, the first due first; `page` from 1. Without words and identities.
    """
    asker, on = request.auth, timezone.localdate()  # type: ignore[attr-defined]
    if owing:
        return [complaint_told(each) for each in complaints_owing(asker, on=on, page=page, most=most)[0]]
    found = complaints_accessible(asker).select_related("joined")[(page - 1) * most : page * most]
    return [complaint_told(each) for each in complaints_shown(list(found), doers=None, asker=asker, on=on)]


@router.get(
    "/charges", response=list[ChargeOut], summary="主管机关 / who is in charge", operation_id="complaint_charges"
)
def charges(request: HttpRequest) -> Any:
    """各领域、各区划的主管机关。 / Of each field and division."""
    return charges_known(known_at=timezone.now())


@router.post(
    "/charges", response=ChargeOut, summary="指定主管机关 / put in charge", operation_id="complaint_charge_set"
)
def charge(request: HttpRequest, asked: ChargeIn) -> Any:
    """由信用中心指定；正在办理的不变。 / By the credit centre; what is being handled stays where it is."""
    return charging.charge_set(**asked.model_dump(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]


@router.get(
    "/rates",
    auth=None,
    throttle=OPEN,
    response=SolvedRatesOut,
    summary="解决率 / solved rates",
    operation_id="complaint_rates",
)
def rates(request: HttpRequest, first: date, last: date, code: Code = "") -> Any:
    """期间内收到的投诉：占收到的、占受理并办结的两个比例；企业按统一社会信用代码查询。 / Of those received in the days: both shares; a firm by its code."""
    at = timezone.now()
    return rates_told(rates_known(first=first, last=last, on=timezone.localdate(at), known_at=at, code=code))


@router.get(
    "/funds",
    auth=None,
    throttle=OPEN,
    response=list[FundOut],
    summary="消费者权益保护金 / protection funds",
    operation_id="complaint_funds",
)
def funds(request: HttpRequest) -> Any:
    """申报的内容，逐年赔付和追回的合计；不涉及个人。 / As declared, and by year the sums paid and recovered; nobody is named."""
    return funds_told(known_at=timezone.now())


@router.post("/funds", response=FundOut, summary="申报保护金 / declare a fund", operation_id="complaint_fund_declare")
def fund(request: HttpRequest, asked: FundIn) -> Any:
    """平台申报自己的，协会的由部门或者信用中心申报；再次申报是新的版本。 / A platform its own, that of an association a department or the credit centre; again, a
    further version.
    """
    at = timezone.now()
    fund_declare(**asked.model_dump(), asker=request.auth, at=at)  # type: ignore[attr-defined]
    return next(each for each in funds_told(known_at=at) if each["key"] == asked.key)


@router.post(
    "/{number}/recoveries", response=RecoveryOut, summary="追回 / recovered", operation_id="complaint_recovered"
)
def recovered(request: HttpRequest, number: Number, asked: RecoveryIn) -> Any:
    """商家偿还保护金的，由赔付的一方登记。 / By whoever paid from the fund, what the merchant paid back."""
    return recovery_add(number=number, **asked.model_dump(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]


@router.get("/{number}", response=ComplaintOut, summary="一件投诉 / one complaint", operation_id="complaint_read")
def read(request: HttpRequest, number: Number) -> Any:
    """含消费者所写的内容；查看留痕。 / With the consumer’s words; the reading is kept."""
    return complaint_told(opening.complaint_read(number=number, asker=request.auth, at=timezone.now()))  # type: ignore[attr-defined]


@router.post("/{number}/steps", response=ComplaintOut, summary="办理一步 / take a step", operation_id="complaint_step")
def step(request: HttpRequest, number: Number, asked: ComplaintStepIn) -> Any:
    """按法典规定的程序和时限。 / By the procedure and clocks of the lawbook."""
    words = asked.model_dump()
    to = words.pop("to")
    asker: Any = request.auth  # type: ignore[attr-defined]
    done = stepping.complaint_step(number=number, to=to, said=stepping.Said(**words), asker=asker, at=timezone.now())
    return complaint_told(done)


@router.post("/{number}/join", response=ComplaintOut, summary="并案 / join", operation_id="complaint_join")
def join(request: HttpRequest, number: Number, asked: ComplaintJoinIn) -> Any:
    """由两件的主管机关，写明理由；同一争议只办一次、只计一次，两份回执照常有效。 / By the agency in charge of both, with reasons; handled and counted once, both
    receipts go on working.
    """
    asker: Any = request.auth  # type: ignore[attr-defined]
    return complaint_told(joining.complaint_join(number=number, **asked.model_dump(), asker=asker, at=timezone.now()))


@router.post("/{number}/part", response=ComplaintOut, summary="拆分 / part", operation_id="complaint_part")
def part(request: HttpRequest, number: Number, asked: ComplaintPartIn) -> Any:
    """并错的由主管机关拆开，写明理由。 / By the agency in charge, with reasons; what was joined wrongly stands for itself again."""
    asker: Any = request.auth  # type: ignore[attr-defined]
    return complaint_told(joining.complaint_part(number=number, **asked.model_dump(), asker=asker, at=timezone.now()))


@router.post(
    "/{number}/complainant",
    response=ComplainantOut,
    summary="打开投诉人的身份 / who complained",
    operation_id="complainant_open",
)
def complainant(request: HttpRequest, number: Number, asked: ComplainantIn) -> Any:
    """办理的机关在自己的案件中；投诉人看得到谁因何案打开过。 / The agency in charge, in a case of its own; whoever complained sees it."""
    at = timezone.now()
    _counted(request, "identities", at)  # of who complained as of who keeps a shop, few a day
    return opening.complainant_open(
        number=number,
        case_number=asked.case_number,
        asker=request.auth,  # type: ignore[attr-defined]
        at=at,
    )


def _counted(request: HttpRequest, kind: str, at: datetime) -> None:
    """Count the call of the day; it waits for no transaction."""
    call_count(asker=request.auth, kind=kind, purpose="", law=law_of(day_of(at)), at=at)  # type: ignore[attr-defined]
