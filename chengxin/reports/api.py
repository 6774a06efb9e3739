"""The door of reports for programs."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from chengxin.actors.api import ClientKey, PerClient, Text
from chengxin.reports.rules import Choice
from chengxin.reports.services.issuing import report_count, report_issue
from chengxin.reports.services.ordering import (
    report_order,
    third_report_register,
    third_report_verify,
    third_report_withdraw,
)
from chengxin.reports.services.reading import report_read, report_verify

router = Router(auth=ClientKey("reports"), throttle=PerClient(), tags=["reports 信用报告"])


class ReportIn(Schema):
    """About whom, which kind, and what the kind lets one choose; an authority names its matter, the counter what it has seen."""

    code: Text
    kind: Text
    years: int | None = None
    domains: list[Text] = Field(default_factory=list, max_length=40)
    matter: Text = ""
    purpose: Text = ""
    case_number: Text = ""
    seen: Text = ""
    jurisdiction: Text = "cn"


class SignatureOut(Schema):
    """The detached signature of the report's canonical JSON, with the certificate of its key (PEM)."""

    algorithm: str
    value: str
    certificate: str


class ReportHadOut(Schema):
    """The report (form `chengxin-report-1`), the SHA-256 of its canonical JSON, and the signature of the same bytes."""

    number: str
    report: dict[str, Any]
    digest: str
    signature: SignatureOut


class ReportOut(ReportHadOut):
    """The report just issued, with the code by which it is verified, and the number under which the reading is traced."""

    code: str
    trace: int


class ReportVerifyIn(Schema):
    """Number and code, as they stand on the report."""

    number: Text
    code: Text


class ReportTitleOut(Schema):
    """The kind of report in both languages."""

    zh: str
    en: str


class ReportVerifiedOut(Schema):
    """That it was issued so, whether digest and signatures hold, and whether what it says has changed since (`null` of a natural person's)"""

    number: str
    kind: str
    title: ReportTitleOut
    issued_at: datetime
    name: str
    code: str
    digest: str
    intact: bool
    signed: bool
    changed: bool | None


@router.post("", response=ReportOut, summary="出具报告 / issue a report", operation_id="report_issue")
def issue(request: HttpRequest, asked: ReportIn) -> Any:
    """按法典规定的种类出具；部门须写明事项、用途和案件编号，窗口须写明核实了什么证照。 / Issue a report of a kind of the lawbook."""
    choice, at = Choice(asked.years, asked.domains, asked.matter, asked.purpose, asked.case_number), timezone.now()
    report_count(asker=request.auth, kind=asked.kind, at=at)  # type: ignore[attr-defined]
    issued = report_issue(
        kind=asked.kind, number=asked.code, asker=request.auth, choice=choice, seen=asked.seen,  # type: ignore[attr-defined]
        jurisdiction=asked.jurisdiction, at=at,
    )  # fmt: skip
    return issued.as_dict()


@router.post("/verify", response=ReportVerifiedOut, summary="核验报告 / verify a report", operation_id="report_verify")
def verify(request: HttpRequest, asked: ReportVerifyIn) -> Any:
    """凭编号和校验码核验；其后情况有变化的，答复 changed。 / By number and code; `changed` says to ask for a new one."""
    return report_verify(number=asked.number, code=asked.code, at=timezone.now()).as_dict()


class ReportOrderIn(Schema):
    """About which firm, and which kind of report it allowed."""

    code: Text
    kind: Text = "enterprise-full"


@router.post(
    "/ordered",
    response=ReportOut,
    summary="经企业授权取得报告 / order a report on consent",
    operation_id="report_order",
)
def order(request: HttpRequest, asked: ReportOrderIn) -> Any:
    """信用服务机构凭企业有效的授权取得，作为自己出具报告的资料。 / By a credit-service firm on the firm’s consent, as data for a report of its own."""
    at = timezone.now()
    report_count(asker=request.auth, kind=asked.kind, at=at)  # type: ignore[attr-defined]
    return report_order(number=asked.code, kind=asked.kind, asker=request.auth, at=at).as_dict()  # type: ignore[attr-defined]


class ThirdReportIn(Schema):
    """A third-party report as its issuer registers it: number, SHA-256, the firm’s code, the day, and the numbers of our reports on which it rests."""

    number: Text
    digest: Text
    code: Text
    issued_on: date
    rests_on: Annotated[list[Text], Field(min_length=1, max_length=20)]


class ThirdRestsOnOut(Schema):
    """One of our reports on which it rests."""

    number: str
    kind: str
    issued_at: datetime


class ThirdReportOut(Schema):
    """A third-party report as it was registered. Nothing that it says is kept, and no score. `state`: `registered`, `withdrawn` by its issuer, or
    `consent-ended` by the firm.
    """

    number: str
    issuer: str
    issuer_code: str
    code: str
    digest: str
    issued_on: date
    registered_at: datetime
    rests_on: list[ThirdRestsOnOut]
    state: str
    withdrawn_at: datetime | None
    withdrawn_why: str
    consent_ended_at: datetime | None


class ThirdWithdrawIn(Schema):
    """Which report of one's own, by its number, and why."""

    number: Text
    reason: Text


class ThirdWithdrawnOut(Schema):
    """That it was taken back."""

    number: str
    withdrawn_at: datetime


@router.post(
    "/third-party",
    response=ThirdReportOut,
    summary="登记第三方报告 / register a third-party report",
    operation_id="third_report_register",
)
def third_register(request: HttpRequest, said: ThirdReportIn) -> Any:
    """只登记编号、摘要、日期和所依据的报告，不登记内容和评分。 / Number, digest, day and what it rests on; neither its words nor any score."""
    at = timezone.now()
    third_report_register(asker=request.auth, at=at, **said.dict())  # type: ignore[attr-defined]
    return third_report_verify(number=said.number, digest=said.digest, at=at).as_dict()


@router.post(
    "/third-party/withdrawals",
    response=ThirdWithdrawnOut,
    summary="撤销第三方报告 / take a third-party report back",
    operation_id="third_report_withdraw",
)
def third_withdraw(request: HttpRequest, said: ThirdWithdrawIn) -> Any:
    """出具机构撤销自己登记的报告并写明理由，此后核验的人看到。 / By its issuer, with a reason; whoever verifies it is told."""
    made = third_report_withdraw(asker=request.auth, at=timezone.now(), **said.dict())  # type: ignore[attr-defined]
    return {"number": said.number, "withdrawn_at": made.at}


@router.get("/{str:number}", response=ReportHadOut, summary="再次取得 / have it again", operation_id="report_read")
def read(request: HttpRequest, number: str) -> Any:
    """本账户出具过的报告，与当时一字不差。 / A report that the caller drew, word for word as it was."""
    had = report_read(number=number, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"number": had.number, **had.envelope}


@router.get("/{str:number}/pdf", summary="再次取得 PDF / its PDF", operation_id="report_pdf")
def read_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """本账户出具过的报告的 PDF，带电子签名。 / The signed PDF of a report that the caller drew."""
    had = report_read(number=number, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    answer = HttpResponse(had.pdf, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{had.number}.pdf"'
    return answer
