"""The door of merchants: platforms file shops, licences and suppliers, and answer what is found of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerAddress, PerClient, Text, on_disk, text_kept
from chengxin.actors.services import call_count
from chengxin.commerce.merchants.models import Filing
from chengxin.commerce.merchants.rules import IDENTITY, MOST_EVIDENCE, REASONS
from chengxin.commerce.merchants.selectors import (
    commitment_text,
    commitments_public,
    disclosures_known,
    duties_known,
    filing_accessible,
    filings_accessible,
    payers_known,
    products_known,
    promises_known,
    shop_shown,
    statement_of,
    statement_shown,
    statements_found,
    suppliers_accessible,
    ticket_accessible,
    ticket_shown,
    tickets_asked,
)
from chengxin.commerce.merchants.services import committing, opening, stating, ticketing
from chengxin.commerce.merchants.services.duties import disclosure_publish, duty_state, payer_state
from chengxin.commerce.merchants.services.filing import merchants_file, refused_export, refused_resend
from chengxin.kernel.days import day_of
from chengxin.kernel.tables import file_named
from chengxin.law import load
from chengxin.signatures.api import SignatureText, SignedOnOut, SigningTextOut

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["merchants 商家"])

Passed = Annotated[int, Field(ge=0, le=1_000_000)]
Words = Annotated[Text, StringConstraints(max_length=1000)]


class MerchantFilingOut(Schema):
    """A file of merchants and what became of its rows."""

    filing: int
    platform: str
    kind: str
    rows: int
    accepted: int
    refused: int
    unchanged: int
    refused_by_reason: dict[str, int]
    at: datetime | None = None
    by: str | None = None


class MerchantFiledOut(MerchantFilingOut):
    """A file just sent: the tickets opened by it, and those that it closed."""

    opened: int
    mended: int
    repeated: bool


class MerchantRowsIn(Schema):
    """Rows as a file would have them: column → value."""

    rows: Annotated[list[dict[Text, Text | None]], Field(min_length=1, max_length=1000)]


class MerchantReasonOut(Schema):
    """Why a row may be refused."""

    code: str
    zh: str
    en: str


class MerchantTicketStepOut(Schema):
    """What became of a ticket, by whom."""

    kind: str
    words: str
    evidence: list[str]
    to: str
    due_on: date | None
    by: str
    at: datetime


class MerchantTicketOut(Schema):
    """What a platform is asked to mend or explain."""

    ticket: int
    platform: str
    shop: str
    finding: str
    title: str
    title_en: str
    item: str
    words: str
    opened_at: datetime
    due_on: date
    state: str
    turn: str
    late: bool
    holder: str
    reopened: bool
    steps: list[MerchantTicketStepOut]


class MerchantResentIn(Schema):
    """A refused row to send again, by its line, with the columns to change."""

    line: Annotated[int, Field(ge=1, le=2**31 - 1)]
    changes: dict[Text, Text | None] = {}


class MerchantResendIn(Schema):
    """Refused rows of a filing to send again."""

    rows: Annotated[list[MerchantResentIn], Field(min_length=1, max_length=1000)]


class MerchantWordsIn(Schema):
    """The reasons of what a regulator decides of a ticket."""

    words: Words


class MerchantReplyIn(Schema):
    """The platform's reply, with the SHA-256 of each paper that proves it; the papers stay with the platform."""

    words: Words
    evidence: Annotated[list[Text], Field(max_length=MOST_EVIDENCE)] = []


class MerchantEscalationIn(Schema):
    """Which agency goes on with a ticket, and why."""

    to: Text
    words: Words


class MerchantTicketsQuery(Schema):
    """Which tickets: of which state, platform, shop and finding; so many passed over."""

    state: Literal["open", "closed", "all"] = "open"
    platform: Text = ""
    shop: Text = ""
    finding: Text = ""
    after: Passed = 0
    most: Most = 50


class MerchantShopOut(Schema):
    """A shop as anybody may see it: of an individual seller the shop and the platform’s mark, never the person."""

    platform: str
    shop: str
    title: str
    url: str
    kind: str
    code: str
    name: str
    exemption: str
    state: str
    verified_on: date
    verify_by: date
    overdue: bool
    closed_on: date | None
    changed_late: bool
    categories: list[str]
    needs: list[dict[str, Any]]
    licences: list[dict[str, Any]]
    products: list[dict[str, Any]]
    promises: list[dict[str, Any]]


@router.get(
    "/reasons", response=list[MerchantReasonOut], summary="拒绝的原因 / reasons", operation_id="merchant_reasons"
)
def reasons(request: HttpRequest) -> Any:
    """一行资料可能被拒绝的原因。 / Why a row may be refused."""
    return [{"code": code, "zh": zh, "en": en} for code, (zh, en) in REASONS.items()]


@router.get("/filings", response=list[MerchantFilingOut], summary="报送列表 / filings", operation_id="merchant_filings")
def filings(request: HttpRequest, before: int | None = None, most: Most = 50) -> Any:
    """可以查看的报送，新的在前。 / The filings that the caller may see, newest first."""
    found = filings_accessible(request.auth)  # type: ignore[attr-defined]
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_shown(filing) for filing in found[:most]]


@router.get(
    "/filings/{int:filing}/refused.csv", summary="被拒的行和原因 / refused rows", operation_id="merchant_refused_file"
)
def filing_refused(request: HttpRequest, filing: int) -> StreamingHttpResponse:
    """被拒的各行：行号、店铺和原因。 / The refused rows: line, shop and reason."""
    asker = request.auth  # type: ignore[attr-defined]
    at = timezone.now()
    lines = refused_export(filing=filing_accessible(asker, filing), by=asker.key, at=at)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": file_named(f"refused-merchants-{filing}", at)},
    )


@router.post(
    "/filings/{int:filing}/resend", response=MerchantFiledOut, summary="更正后重新报送被拒的行 / send refused rows again",
    operation_id="merchant_refused_resend",
)  # fmt: skip
def filing_resend(request: HttpRequest, filing: int, sent: MerchantResendIn) -> Any:
    """按行号写明要更正的栏目，其余照原样；重新核验。 / By line what to change, the rest as it came; judged anew."""
    at, asker = timezone.now(), request.auth  # type: ignore[attr-defined]
    _counted(request, "merchant-filing", at)
    changes = {row.line: row.changes for row in sent.rows}
    found = filing_accessible(asker, filing)
    return refused_resend(filing=found, changes=changes, by=asker.key, at=at).as_dict()


@router.get("/tickets", response=list[MerchantTicketOut], summary="工单 / tickets", operation_id="merchant_tickets")
def tickets(request: HttpRequest, asked: Query[MerchantTicketsQuery]) -> Any:
    """未办结的（或者已办结的、全部的）工单，先到期的在前。 / The tickets that the caller may see, open ones unless it says otherwise, those due first."""
    at, which = timezone.now(), asked.dict()
    after, most = which.pop("after"), which.pop("most")
    found = tickets_asked(request.auth, known_at=at, **which)  # type: ignore[attr-defined]
    return [ticket_shown(ticket, on=day_of(at)) for ticket in found[after : after + most]]


@router.get(
    "/tickets/{int:ticket}", response=MerchantTicketOut, summary="一张工单 / one ticket", operation_id="merchant_ticket"
)
def ticket_show(request: HttpRequest, ticket: int) -> Any:
    """工单和各次答复。 / A ticket with what was answered."""
    return ticket_shown(ticket_accessible(request.auth, ticket), on=day_of(timezone.now()))  # type: ignore[attr-defined]


@router.post(
    "/tickets/{int:ticket}/reply",
    response=MerchantTicketOut,
    summary="平台答复 / reply",
    operation_id="merchant_ticket_reply",
)
def ticket_reply(request: HttpRequest, ticket: int, said: MerchantReplyIn) -> Any:
    """平台答复工单，附证明材料的摘要。 / The platform replies, with the digests of its evidence."""
    at = timezone.now()
    done = ticketing.ticket_answer(ticket=ticket, asker=request.auth, at=at, **said.dict())  # type: ignore[attr-defined]
    return ticket_shown(done, on=day_of(at))


@router.post(
    "/tickets/{int:ticket}/settlement",
    response=MerchantTicketOut,
    summary="办结工单 / settle",
    operation_id="merchant_ticket_settle",
)
def ticket_settle(request: HttpRequest, ticket: int, said: MerchantWordsIn) -> Any:
    """部门认为答复足够，写明理由。 / A regulator finds the reply sufficient, with its reasons."""
    return _decided(request, ticket, "settled", said.words)


@router.post(
    "/tickets/{int:ticket}/reopening",
    response=MerchantTicketOut,
    summary="重开工单 / reopen",
    operation_id="merchant_ticket_reopen",
)
def ticket_reopen(request: HttpRequest, ticket: int, said: MerchantWordsIn) -> Any:
    """已办结的工单重新要求答复，写明理由。 / A closed ticket is asked anew, with reasons."""
    return _decided(request, ticket, "reopened", said.words)


@router.post(
    "/tickets/{int:ticket}/escalation",
    response=MerchantTicketOut,
    summary="移送工单 / escalate",
    operation_id="merchant_ticket_escalate",
)
def ticket_escalate(request: HttpRequest, ticket: int, said: MerchantEscalationIn) -> Any:
    """移送另一部门或者主管部门承办，写明理由。 / Another department or the supervisor goes on with it, with reasons."""
    return _decided(request, ticket, "escalated", said.words, to=said.to)


def _decided(request: HttpRequest, ticket: int, kind: str, words: str, *, to: str = "") -> Any:
    at = timezone.now()
    done = ticketing.ticket_decide(ticket=ticket, kind=kind, words=words, to=to, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return ticket_shown(done, on=day_of(at))


@router.post(
    "/tickets/{int:ticket}/dismissal",
    response=MerchantTicketOut,
    summary="撤销工单 / dismiss",
    operation_id="merchant_ticket_dismiss",
)
def ticket_dismiss(request: HttpRequest, ticket: int, said: MerchantWordsIn) -> Any:
    """部门认为并无问题，写明理由。 / A regulator finds nothing wrong, with its reasons."""
    at = timezone.now()
    done = ticketing.ticket_dismiss(ticket=ticket, words=said.words, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return ticket_shown(done, on=day_of(at))


@router.post(
    "/{platform}/rows/{kind}", response=MerchantFiledOut, summary="逐条报送 / send rows", operation_id="merchants_rows"
)
def rows_send(request: HttpRequest, platform: Text, kind: Text, sent: MerchantRowsIn) -> Any:
    """店铺（shops）、证照、供货商、商品（products）、服务承诺（promises），至多一千条。 / Shops, licences, suppliers, products or promises, up to a thousand."""
    by, at = request.auth.key, timezone.now()  # type: ignore[attr-defined]
    _counted(request, "merchant-filing", at)
    return merchants_file(platform=platform, kind=kind, rows=sent.rows, by=by, at=at).as_dict()


@router.post(
    "/{platform}/files/{kind}",
    response=MerchantFiledOut,
    summary="报送文件 / send a file",
    operation_id="merchants_file",
)
def file_send(request: HttpRequest, platform: Text, kind: Text, file: File[UploadedFile]) -> Any:
    """CSV 或 Parquet，逐行核验，整份入库或整份不入。 / Every row is judged; the file lands whole or not at all."""
    by, at = request.auth.key, timezone.now()  # type: ignore[attr-defined]
    _counted(request, "merchant-filing", at)
    with on_disk(file) as path:
        return merchants_file(platform=platform, kind=kind, path=path, by=by, at=at).as_dict()


@router.get("/{platform}/shops/{shop}", response=MerchantShopOut, summary="店铺 / a shop", operation_id="merchant_shop")
def shop_show(request: HttpRequest, platform: Text, shop: Text, on: date | None = None) -> Any:
    """店铺的核验标识、证照，以及所售商品应有而缺少的。 / A shop’s mark and licences, and what its goods need."""
    at = timezone.now()
    as_of: dict[str, Any] = {"on": on or day_of(at), "known_at": at}
    shown = shop_shown(platform, shop, **as_of).as_dict()
    return shown | {"products": products_known(platform, shop, **as_of), "promises": promises_known(platform, shop, **as_of)}  # fmt: skip


class MerchantSupplierOut(Schema):
    """From whom a shop buys, as its platform filed it: how code and name agree with what is held, and whether the licence has expired."""

    supplier: str
    name: str
    category: str
    licence: str = ""
    number: str = ""
    valid_to: date | None = None
    evidence: str
    digest: str
    verified_on: date
    state: str
    licence_expired: bool


@router.get(
    "/{platform}/shops/{shop}/suppliers",
    response=list[MerchantSupplierOut],
    summary="供货商 / suppliers",
    operation_id="merchant_suppliers",
)
def suppliers_show(request: HttpRequest, platform: Text, shop: Text, on: date | None = None) -> Any:
    """店铺的供货商，只给本平台和监管部门。 / A shop’s suppliers, for its own platform and whoever regulates."""
    at = timezone.now()
    asker = request.auth  # type: ignore[attr-defined]
    return suppliers_accessible(asker, platform, shop, on=on or day_of(at), known_at=at)


def _counted(request: HttpRequest, purpose: str, at: datetime, *, kind: str = "merchants") -> None:
    """One more call of the day of whoever's program it is, for this purpose."""
    law = load().on(day_of(at), settings.CHENGXIN_PLACE)
    call_count(asker=request.auth, kind=kind, purpose=purpose, law=law, at=at)  # type: ignore[attr-defined]


def _shown(filing: Filing) -> dict[str, Any]:
    return {
        "filing": filing.pk,
        **{name: getattr(filing, name) for name in set(MerchantFilingOut.model_fields) - {"filing"}},
    }


OPEN = PerAddress("60/m", "merchants-reading")

# --- statements of reasons -------------------------------------------------------------------------------------------------------

Long = Annotated[str, StringConstraints(max_length=4000), AfterValidator(text_kept)]
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{1,64}$")]


class ShopStatementIn(Schema):
    """Why a platform took a measure against a shop: what, on which ground, which facts, until when, by a machine or not, how to contest."""

    number: Id
    shop: Id
    measure: Text
    ground: Literal["illegal", "terms"]
    reference: Long
    facts: Long
    contest: Long
    decided_on: date
    from_on: date
    until: date | None = None
    detected_by_machine: bool
    decided_by_machine: bool


class ShopStatementStepIn(Schema):
    """What happened since, in words; a correction says what stands from now on."""

    kind: Literal["corrected", "contested", "answered", "withdrawn"]
    words: Long
    reference: Long | None = None
    facts: Long | None = None
    contest: Long | None = None
    until: date | None = None


class ShopStatementStepOut(Schema):
    """A correction, a contest, its answer, or a withdrawal."""

    kind: str
    words: str
    changes: dict[str, Any]
    at: datetime
    by_shop: bool
    due_on: date | None
    late: bool


class ShopStatementOut(Schema):
    """A statement of reasons as it stands, with what happened since."""

    id: int
    platform: str
    platform_title: str
    number: str
    shop: str
    shop_title: str
    measure: str
    measure_title: str
    measure_title_en: str
    ground: str
    reference: str
    facts: str
    contest: str
    decided_on: date
    from_on: date
    until: date | None
    detected_by_machine: bool
    decided_by_machine: bool
    published_on: date
    late: bool
    state: str
    contested: bool
    contest_due_on: date | None
    contest_late: bool
    steps: list[ShopStatementStepOut]


class ShopStatementsIn(Schema):
    """Which statements: of which words, platform, shop and measure, before which."""

    words: Text = ""
    platform: Text = ""
    shop: Text = ""
    measure: Text = ""
    before: int | None = None
    most: Most = 50


@router.post(
    "/statements/search", auth=None, throttle=OPEN, response=list[ShopStatementOut], summary="查询处理说明 / search statements",
    operation_id="statements_search",
)  # fmt: skip
def statements_search(request: HttpRequest, asked: ShopStatementsIn) -> Any:
    """平台对店铺采取措施的理由，任何人可查，新的在前。 / Why platforms took measures against shops; open to anybody, newest first."""
    at, words = timezone.now(), asked.dict()
    most = words.pop("most")
    return [statement_shown(each, on=day_of(at), known_at=at) for each in statements_found(known_at=at, **words)[:most]]


@router.get(
    "/{platform}/statements/{number}", auth=None, throttle=OPEN, response=ShopStatementOut, summary="一份处理说明 / one statement",
    operation_id="statement_show",
)  # fmt: skip
def statement_one(request: HttpRequest, platform: Text, number: Text) -> Any:
    """一份处理说明和其后的更正、申诉、撤回。 / A statement, and what was corrected, contested or withdrawn since."""
    at = timezone.now()
    return statement_shown(statement_of(platform, number), on=day_of(at), known_at=at)


@router.post(
    "/{platform}/statements", response=ShopStatementOut, summary="公示处理说明 / publish", operation_id="statement_file"
)
def statement_send(request: HttpRequest, platform: Text, said: ShopStatementIn) -> Any:
    """含有公民身份号码或者手机号码的不予公示。 / Refused where it holds a citizen or a mobile number."""
    at = timezone.now()
    by = request.auth.key  # type: ignore[attr-defined]
    made = stating.statement_file(platform=platform, by=by, at=at, **said.dict())
    return statement_shown(made, on=day_of(at), known_at=at)


@router.post(
    "/{platform}/statements/{number}/steps", response=ShopStatementOut, summary="更正、申诉、答复、撤回 / a step",
    operation_id="statement_step",
)  # fmt: skip
def statement_add(request: HttpRequest, platform: Text, number: Text, said: ShopStatementStepIn) -> Any:
    """公示过的不改写，只在其后添加。 / What was published is never edited; this is added beside it."""
    at, words = timezone.now(), said.dict()
    kind, told = words.pop("kind"), words.pop("words")
    found = statement_of(platform, number)
    stating.statement_step(statement=found, kind=kind, words=told, changes=words, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return statement_shown(found, on=day_of(at), known_at=at)


class ShopIdentityAskedIn(Schema):
    """In which case of its own an agency opens who is behind a shop."""

    case_number: Annotated[Text, StringConstraints(max_length=100)]


class ShopIdentityOut(Schema):
    """Who is behind a shop, as its platform filed it last."""

    name: str | None = None
    number: str | None = None
    legal_representative: str | None = None
    legal_representative_number: str | None = None
    principal: str | None = None
    principal_number: str | None = None


@router.post(
    "/{platform}/shops/{shop}/identity", response=ShopIdentityOut, summary="办案中打开店铺经营者的身份 / who is behind a shop, in a case",
    operation_id="merchants_identity_open",
)  # fmt: skip
def identity(request: HttpRequest, platform: Text, shop: Text, asked: ShopIdentityAskedIn) -> Any:
    """须写明自己办理的案件的案号；先留痕后给出，本人在“谁查询过我”中看到。 / Names its case; written down before it is given, and seen by whoever it is about."""
    at = timezone.now()
    asker = request.auth  # type: ignore[attr-defined]
    _counted(request, IDENTITY, at, kind="identities")  # a few a day: nobody walks through all who sell
    return opening.identity_open(platform=platform, shop=shop, case_number=asked.case_number, asker=asker, at=at)


# --- commitments, duties, disclosures, payment firms ---------------------------------------------------------------------------------


class CommitmentIn(Schema):
    """A signed form: which, of which shop (of the platform itself where none), the signed paper’s digest, and the day; or a detached signature (CMS)
    of the text by the signer’s certificate.
    """

    form: Text
    shop: Id | None = None
    digest: Text = ""
    signed_on: date
    signature: SignatureText = ""


class CommitmentStepOut(Schema):
    """What its signer did about a commitment since, by its own account."""

    kind: str
    words: str
    at: datetime


class CommitmentOut(Schema):
    """A commitment, promise by promise, with the breaches linked to each."""

    commitment: int
    form: str
    title: str
    title_en: str
    form_from: date
    text_digest: str
    on_behalf: bool
    signed_on: date
    certificate: SignedOnOut | None
    state: str
    own_account: bool
    steps: list[CommitmentStepOut]
    promises: list[dict[str, Any]]


class BreachIn(Schema):
    """A breach: of which promise, found where, with which evidence; and the record of the decision, where there is one."""

    promise: Text
    source: Literal["complaint", "inspection", "case"]
    reference: Text
    digest: Text
    record: Annotated[int, Field(ge=1, le=2**53)] | None = None


class BreachOut(Schema):
    """A breach as it was linked; no record unless a decision made it one."""

    breach: int
    commitment: int
    promise: str
    source: str
    reference: str
    record: int | None


class DutyIn(Schema):
    """How far a duty is done, with the digest of the evidence."""

    duty: Text
    state: Literal["done", "under-way", "not-done"]
    words: Long = ""
    digest: Text = ""


class DutyOut(Schema):
    """A duty of the lawbook with its article, and how far the platform does it."""

    duty: str
    title: str
    title_en: str
    article: str
    article_en: str
    state: str
    words: str
    digest: str
    by: str
    at: datetime | None


class DisclosureIn(Schema):
    """What a platform discloses: base data, rules, a major event."""

    kind: Text
    title: Text
    words: Long
    url: Text = ""
    since: date


class DisclosureOut(Schema):
    """What a platform discloses of itself."""

    kind: str
    title: str
    words: str
    url: str
    digest: str
    since: date


class PayerIn(Schema):
    """What a regulator decided of a payment firm, by which document."""

    code: Text
    name: Text
    state: Literal["licensed", "ended", "unlicensed"]
    document: Text
    decided_on: date


class PayerOut(Schema):
    """A payment firm’s status, and nothing else of it."""

    code: str
    name: str
    state: str
    document: str
    decided_on: date


@router.get(
    "/payers",
    auth=None,
    throttle=OPEN,
    response=list[PayerOut],
    summary="支付机构状态 / payment firms",
    operation_id="payers",
)
def payers(request: HttpRequest) -> Any:
    """支付机构有无许可，以主管部门的文书为准；只有状态。 / Whether payment firms are licensed, by their regulator’s documents; status only."""
    return payers_known(known_at=timezone.now())


@router.post("/payers", response=list[PayerOut], summary="登记支付机构状态 / file a status", operation_id="payer_file")
def payer_send(request: HttpRequest, said: PayerIn) -> Any:
    """由部门登记。 / Filed by a department."""
    at = timezone.now()
    payer_state(asker=request.auth, at=at, **said.dict())  # type: ignore[attr-defined]
    return payers_known(known_at=at)


@router.post(
    "/commitments/{int:commitment}/breaches",
    response=BreachOut,
    summary="关联违诺线索 / link a breach",
    operation_id="breach_link",
)
def breach_send(request: HttpRequest, commitment: int, said: BreachIn) -> Any:
    """投诉、检查、案件中发现的违诺；只有决定才使它成为记录。 / A breach that was found; only a decision makes it a record."""
    made = committing.breach_link(commitment=commitment, asker=request.auth, at=timezone.now(), **said.dict())  # type: ignore[attr-defined]
    names = ("promise", "source", "reference", "record")
    return {"breach": made.pk, "commitment": commitment, **{name: getattr(made, name) for name in names}}


@router.get(
    "/{platform}/commitments", auth=None, throttle=OPEN, response=list[CommitmentOut], summary="信用承诺 / commitments",
    operation_id="commitments",
)  # fmt: skip
def commitments(request: HttpRequest, platform: Text, shop: Text = "") -> Any:
    """平台或者店铺的承诺；违诺只列经决定的。 / A platform’s or a shop’s commitments; of breaches only those decided."""
    return commitments_public(platform, shop, known_at=timezone.now())


@router.get(
    "/{platform}/commitments/text", auth=None, throttle=OPEN, response=SigningTextOut, summary="供证书签名的承诺文本 / the text to sign",
    operation_id="commitment_text",
)  # fmt: skip
def commitment_words(request: HttpRequest, platform: Text, form: Text, signed_on: date, shop: Text = "") -> Any:
    """对其UTF-8字节作分离式签名（CMS）。 / Its bytes in UTF-8 are signed, detached (CMS)."""
    code, text = commitment_text(platform, form, shop=shop, signed_on=signed_on, at=timezone.now())
    return {"code": code, "text": text}


@router.post(
    "/{platform}/commitments",
    response=list[CommitmentOut],
    summary="报送承诺 / file one",
    operation_id="commitment_sign",
)
def commitment_send(request: HttpRequest, platform: Text, said: CommitmentIn) -> Any:
    """平台自己的，或者代店铺报送的。 / The platform’s own, or a shop’s on its behalf."""
    at, by = timezone.now(), request.auth.key  # type: ignore[attr-defined]
    words = said.dict() | {"shop": said.shop or ""}
    committing.commitment_sign(platform=platform, by=by, at=at, **words)
    return commitments_public(platform, words["shop"], known_at=at)


@router.get(
    "/{platform}/duties", response=list[DutyOut], summary="平台义务清单 / duties", operation_id="platform_duties"
)
def duties(request: HttpRequest, platform: Text) -> Any:
    """每项义务的条文和履行情况。 / Each duty with its article, and how far it is done."""
    at = timezone.now()
    return duties_known(platform, on=day_of(at), known_at=at)


@router.post(
    "/{platform}/duties",
    response=list[DutyOut],
    summary="登记履行情况 / state a duty",
    operation_id="platform_duty_state",
)
def duty_send(request: HttpRequest, platform: Text, said: DutyIn) -> Any:
    """平台附证据登记，或者由部门登记所查明的。 / By the platform with evidence, or by a department with what it found."""
    at = timezone.now()
    duty_state(platform=platform, asker=request.auth, at=at, **said.dict())  # type: ignore[attr-defined]
    return duties_known(platform, on=day_of(at), known_at=at)


@router.get(
    "/{platform}/disclosures", auth=None, throttle=OPEN, response=list[DisclosureOut], summary="平台公开事项 / disclosures",
    operation_id="platform_disclosures",
)  # fmt: skip
def disclosures(request: HttpRequest, platform: Text) -> Any:
    """平台的基本信息、规则和重大事件。 / A platform’s base data, rules and major events."""
    return disclosures_known(platform, known_at=timezone.now())


@router.post(
    "/{platform}/disclosures",
    response=list[DisclosureOut],
    summary="公开事项 / disclose",
    operation_id="platform_disclosure_publish",
)
def disclosure_send(request: HttpRequest, platform: Text, said: DisclosureIn) -> Any:
    """由平台公开。 / By the platform."""
    at, by = timezone.now(), request.auth.key  # type: ignore[attr-defined]
    disclosure_publish(platform=platform, by=by, at=at, **said.dict())
    return disclosures_known(platform, known_at=at)
