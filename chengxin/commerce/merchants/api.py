"""The door of merchants: platforms file shops, licences and suppliers, and answer what is found of them."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerClient, Text, on_disk
from chengxin.commerce.merchants import services
from chengxin.commerce.merchants.models import Filing
from chengxin.commerce.merchants.rules import REASONS
from chengxin.commerce.merchants.selectors import (
    filing_accessible,
    filings_accessible,
    shop_shown,
    ticket_accessible,
    ticket_shown,
    tickets_accessible,
    tickets_open,
)
from chengxin.kernel.days import day_of

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
    late: bool
    steps: list[MerchantTicketStepOut]


class MerchantWordsIn(Schema):
    """The words of a reply, or the reasons of a dismissal."""

    words: Words


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
    lines = services.refused_export(filing=filing_accessible(asker, filing), by=asker.key, at=timezone.now())
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-merchants-{filing}.csv"'},
    )


@router.get("/tickets", response=list[MerchantTicketOut], summary="工单 / tickets", operation_id="merchant_tickets")
def tickets(request: HttpRequest, after: Passed = 0, most: Most = 50) -> Any:
    """未办结的工单，先到期的在前。 / The open tickets that the caller may see, those due first."""
    at = timezone.now()
    found = tickets_open(tickets_accessible(request.auth), known_at=at)  # type: ignore[attr-defined]
    return [ticket_shown(ticket, on=day_of(at)) for ticket in found[max(after, 0) : max(after, 0) + most]]


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
def ticket_reply(request: HttpRequest, ticket: int, said: MerchantWordsIn) -> Any:
    """平台答复工单。 / The platform replies."""
    at = timezone.now()
    done = services.ticket_answer(ticket=ticket, words=said.words, asker=request.auth, at=at)  # type: ignore[attr-defined]
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
    done = services.ticket_dismiss(ticket=ticket, words=said.words, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return ticket_shown(done, on=day_of(at))


@router.post(
    "/{platform}/rows/{kind}", response=MerchantFiledOut, summary="逐条报送 / send rows", operation_id="merchants_rows"
)
def rows_send(request: HttpRequest, platform: Text, kind: Text, sent: MerchantRowsIn) -> Any:
    """店铺（shops）、证照（licences）、供货商（suppliers），一条或者至多一千条。 / Shops, licences or suppliers, one or up to a thousand."""
    by = request.auth.key  # type: ignore[attr-defined]
    return services.merchants_file(platform=platform, kind=kind, rows=sent.rows, by=by, at=timezone.now()).as_dict()


@router.post(
    "/{platform}/files/{kind}",
    response=MerchantFiledOut,
    summary="报送文件 / send a file",
    operation_id="merchants_file",
)
def file_send(request: HttpRequest, platform: Text, kind: Text, file: File[UploadedFile]) -> Any:
    """CSV 或 Parquet，逐行核验，整份入库或整份不入。 / Every row is judged; the file lands whole or not at all."""
    by = request.auth.key  # type: ignore[attr-defined]
    with on_disk(file) as path:
        return services.merchants_file(platform=platform, kind=kind, path=path, by=by, at=timezone.now()).as_dict()


@router.get("/{platform}/shops/{shop}", response=MerchantShopOut, summary="店铺 / a shop", operation_id="merchant_shop")
def shop_show(request: HttpRequest, platform: Text, shop: Text, on: date | None = None) -> Any:
    """店铺的核验标识、证照，以及所售商品应有而缺少的。 / A shop’s mark and licences, and what its goods need."""
    at = timezone.now()
    return shop_shown(platform, shop, on=on or day_of(at), known_at=at).as_dict()


def _shown(filing: Filing) -> dict[str, Any]:
    return {
        "filing": filing.pk,
        **{name: getattr(filing, name) for name in set(MerchantFilingOut.model_fields) - {"filing"}},
    }
