"""The door of whoever asks about a person: readings, confirmations, consents on paper, and the consents that one holds. Numbers and names
come in bodies alone.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import segno
from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from chengxin.actors.api import ClientKey, Most, PerClient, Text
from chengxin.actors.rules import day_over
from chengxin.cases.services.running import MOST_BYTES, PaperIn
from chengxin.disclosure.rules.consenting import Terms
from chengxin.disclosure.selectors import calls_used, request_link, request_polled, request_shown
from chengxin.disclosure.services.confirming import qualification_confirm
from chengxin.disclosure.services.consenting import (
    consent_file,
    consents_read,
    withdrawal_acknowledge,
    withdrawal_file,
    withdrawals_read,
)
from chengxin.disclosure.services.reading import person_read
from chengxin.disclosure.services.requesting import Asked, request_make
from chengxin.kernel.days import day_of
from chengxin.ledger.api import LogReceiptOut

router = Router(auth=ClientKey("persons"), throttle=PerClient(), tags=["persons 自然人"])
used = Router(auth=ClientKey(), throttle=PerClient(), tags=["client 客户端"])


class UsedOut(Schema):
    """Of one purpose: how many calls were made on the day, and how many may be."""

    purpose: str
    used: int
    most: int


class CallsOut(Schema):
    """The calling program's calls of today, and when they open again."""

    day: date
    opens_at: datetime
    calls: list[UsedOut]


@used.get("", response=CallsOut, summary="今天的调用次数 / calls of today", operation_id="calls_read")
def calls_read(request: HttpRequest) -> Any:
    """按用途：已用次数和上限；没有用过的不列。 / By purpose: calls used, and the limit; what was not used is not listed."""
    at = timezone.now()
    found = calls_used(day=day_of(at), client=request.auth.client)  # type: ignore[attr-defined]
    return {"day": day_of(at), "opens_at": day_over(at), "calls": [each.as_dict() for each in found]}


Number = Annotated[int, Field(ge=1, le=2**62)]


class NothingOut(Schema):
    """Why nothing is told."""

    code: str
    zh: str
    en: str
    basis: str


class CellOut(Schema):
    """One field: its title, its value in both languages, and whether it is shown whole or masked."""

    field: str
    title: str
    title_en: str
    value: str
    value_en: str
    how: str


class PersonRecordOut(Schema):
    """One record as far as the purpose needs it."""

    record: int
    record_type: str
    title: str
    title_en: str
    state: str
    fields: Sequence[CellOut]
    term: dict[str, date | None]
    contested: bool
    statement: str


class WithheldOut(Schema):
    """A class of what is not told, with why and the article; the same whoever is asked about."""

    class_: str = Field(alias="class")
    what: str
    what_en: str
    why: str
    why_en: str
    article: str
    article_en: str


class PersonIn(Schema):
    """Whom: number and name must agree. What for, in which case; on which consent, where one is named."""

    number: Text
    name: Text
    purpose: Text
    case_number: Text = ""
    consent: Number | None = None
    jurisdiction: Text = "cn"


class PersonOut(Schema):
    """One of three outcomes, the records, what is withheld and why, until when it may be kept, and the receipt of the reading."""

    outcome: str
    purpose: str
    title: str
    title_en: str
    on: date
    reason: NothingOut | None
    by: str
    article: str
    article_en: str
    consent: int | None
    identity: dict[str, str]
    records: Sequence[PersonRecordOut]
    withheld: Sequence[WithheldOut]
    keep_until: date | None
    trace: int
    receipt: LogReceiptOut


@router.post(
    "/readings", response=PersonOut, by_alias=True, summary="查询自然人 / read a person", operation_id="person_read"
)
def read(request: HttpRequest, asked: PersonIn) -> Any:
    """依法定职责或者本人同意，凭号码和姓名查询；查不到、不相符、没有同意的答复相同；一律留痕，附回执。 / On a statute or on consent."""
    answer = person_read(asker=request.auth, at=timezone.now(), **asked.dict())  # type: ignore[attr-defined]
    return answer.as_dict()


class QualificationIn(Schema):
    """A name, and the number of a licence or certificate."""

    name: Text
    certificate: Text
    jurisdiction: Text = "cn"


class QualificationOut(Schema):
    """Yes or no, and the receipt."""

    confirmed: bool
    on: date
    trace: int
    receipt: LogReceiptOut


@router.post(
    "/qualifications",
    response=QualificationOut,
    summary="确认资格 / confirm a qualification",
    operation_id="qualification_confirm",
)
def confirm(request: HttpRequest, asked: QualificationIn) -> Any:
    """该姓名、证号的许可或者资格今天是否有效：只答是或者否。 / Whether it stands today: yes or no, nothing else."""
    return qualification_confirm(asker=request.auth, at=timezone.now(), **asked.dict()).as_dict()  # type: ignore[attr-defined]


class ConsentIn(Schema):
    """A consent on paper: whose, and what they allowed; until `ends_on`, which is not included."""

    number: Text
    name: Text
    grantee: Text
    purpose: Text
    record_types: list[Text]
    starts_on: date
    ends_on: date
    most: int | None = None
    named_use: Text = ""
    jurisdiction: Text = "cn"


class GivenOut(Schema):
    """The consent's number, which the person tells whoever may read."""

    consent: int


@router.post(
    "/consents", response=GivenOut, summary="登记书面同意 / file a consent on paper", operation_id="consent_file"
)
def consent(request: HttpRequest, asked: Form[ConsentIn], scan: File[UploadedFile]) -> Any:
    """书面同意连同扫描件登记；由信用中心窗口，或者被同意的部门、法院办理。 / With its scan, which is sealed."""
    words = asked.dict()
    whose = {name: words.pop(name) for name in ("number", "name", "jurisdiction")}
    paper = PaperIn(scan.name or "", scan.content_type or "", bytes(scan.read(MOST_BYTES + 1)))
    given = consent_file(terms=Terms(**words), scan=paper, asker=request.auth, at=timezone.now(), **whose)  # type: ignore[attr-defined]
    return given.as_dict()


class RequestIn(Schema):
    """What is asked for, of nobody yet: what for, which kinds of record, for how many days from the day it is allowed, how often, for which named use; `reference`
    is the caller's own number for it and holds no person's.
    """

    purpose: Text
    record_types: list[Text]
    days: int
    most: int | None = None
    named_use: Text = ""
    reference: Text = ""


class RequestOut(Schema):
    """Where a request stands: `waiting`, `given` with the consent's number, or `not-given`, which does not say why."""

    number: str
    link: str
    reference: str
    until: datetime
    state: str
    consent: int | None


class RequestMadeOut(RequestOut):
    """The same, with the link as a QR code (SVG) for a phone."""

    qr: str


@router.post(
    "/requests", response=RequestMadeOut, summary="请求本人同意 / ask for a consent", operation_id="consent_request"
)
def request_consent(request: HttpRequest, asked: RequestIn) -> Any:
    """不写是谁；得到编号、链接和二维码，由本人在手机上打开、登录后同意或者拒绝。 / Of nobody yet; the person opens the link and answers."""
    at = timezone.now()
    made = request_make(asked=Asked(**asked.dict()), asker=request.auth, at=at)  # type: ignore[attr-defined]
    picture = segno.make(request_link(made), error="m").svg_inline(scale=4)
    return {**request_shown(made, at=at).as_dict(), "qr": picture}


@router.get(
    "/requests/{number}",
    response=RequestOut,
    summary="请求的结果 / what became of it",
    operation_id="consent_requested",
)
def request_consented(request: HttpRequest, number: str) -> Any:
    """自己的请求：等待、已同意（附同意的编号）或者未同意，不说明原因。 / One's own: waiting, given with the consent's number, or not given."""
    return request_polled(number, request.auth, at=timezone.now()).as_dict()  # type: ignore[attr-defined]


class TypeOut(Schema):
    """A kind of record that may be read."""

    record_type: str
    title: str
    title_en: str


class ConsentOut(Schema):
    """A consent as its grantee sees it: by its number, and not whose it is."""

    consent: int
    grantee: str
    grantee_title: str
    purpose: str
    title: str
    title_en: str
    record_types: list[TypeOut]
    starts_on: date
    ends_on: date
    most: int | None
    used: int
    named_use: str
    way: str
    given_at: datetime
    withdrawn_at: datetime | None
    state: str


@router.get("/consents", response=list[ConsentOut], summary="所持的同意 / consents held", operation_id="consents")
def consents(request: HttpRequest, most: Most = 100) -> Any:
    """对本单位作出的同意，按编号，不写明是谁的。 / Those given to the caller, by number; not whose they are."""
    return [each.as_dict() for each in consents_read(asker=request.auth, at=timezone.now(), most=most)]  # type: ignore[attr-defined]


class WithdrawIn(Schema):
    """Whose consent it is: number and name must agree."""

    number: Text
    name: Text


class WithdrawnOut(Schema):
    """That the consent is withdrawn."""

    consent: int
    withdrawn: bool


@router.post(
    "/consents/{int:consent}/withdrawal",
    response=WithdrawnOut,
    summary="登记书面撤回 / file a withdrawal",
    operation_id="consent_withdraw",
)
def withdraw(request: HttpRequest, consent: int, asked: WithdrawIn) -> Any:
    """本人到窗口撤回同意；此后的查询一律不予办理。 / The person takes it back at the counter: the next reading is refused."""
    withdrawal_file(consent=consent, asker=request.auth, at=timezone.now(), **asked.dict())  # type: ignore[attr-defined]
    return {"consent": consent, "withdrawn": True}


class WithdrawalOut(Schema):
    """A withdrawal, and by when its grantee takes note of it."""

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


@router.get(
    "/withdrawals",
    response=list[WithdrawalOut],
    summary="待签收的撤回 / withdrawals to take note of",
    operation_id="withdrawals",
)
def withdrawals(request: HttpRequest, acknowledged: bool = False, most: Most = 100) -> Any:
    """本人已撤回的同意；默认只列未签收的，先到期的在前。 / By default those of which nobody took note yet, those due first before others."""
    found = withdrawals_read(asker=request.auth, at=timezone.now(), acknowledged=acknowledged, most=most)  # type: ignore[attr-defined]
    return [each.as_dict() for each in found]


class AcknowledgedOut(Schema):
    """That the withdrawal was taken note of."""

    consent: int
    acknowledged_at: datetime


@router.post(
    "/withdrawals/{int:consent}/acknowledgement",
    response=AcknowledgedOut,
    summary="签收撤回 / take note",
    operation_id="withdrawal_acknowledge",
)
def acknowledge(request: HttpRequest, consent: int) -> Any:
    """由被同意的单位自己签收。 / By the grantee itself."""
    made = withdrawal_acknowledge(consent=consent, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"consent": made.pk, "acknowledged_at": made.at}
