"""The door of trades: platforms file, and whoever may read in their work reads as known at an instant."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from chengxin.actors.api import ClientKey, Instant, Most, PerClient, Text, at_most, on_disk
from chengxin.actors.services import call_count
from chengxin.commerce.trades import services
from chengxin.commerce.trades.models import Filing
from chengxin.commerce.trades.rules import REASONS, whole_of
from chengxin.commerce.trades.selectors import filing_accessible, filings_accessible
from chengxin.kernel.days import day_of
from chengxin.law import Law, load
from chengxin.law.models import TradeKind

router = Router(auth=ClientKey("trades"), throttle=PerClient(), tags=["trades 交易"])

Rows = Annotated[int, at_most(1000)]


class ColumnOut(Schema):
    """One column of a kind: its type and unit, its bounds or values, and the kind whose row it names."""

    name: str
    title: str
    title_en: str
    type: str
    unit: str | None
    required: bool
    least: int | None
    most: int | None
    values: list[str]
    refers: str | None


class KindOut(Schema):
    """A kind of file: who sends it, who reads it in their work, who of these names a case, and its columns."""

    kind: str
    title: str
    title_en: str
    senders: Sequence[str]
    readers: Sequence[str]
    with_case: Sequence[str]
    row_key: Sequence[str]
    columns: list[ColumnOut]


class FilingOut(Schema):
    """A file of trades and what became of its rows."""

    filing: int
    platform: str
    kind: str
    version: int
    rows: int
    accepted: int
    refused: int
    unchanged: int
    unmet: int
    refused_by_reason: dict[str, int]
    whole_from: date | None = None
    whole_to: date | None = None
    at: datetime | None = None
    by: str | None = None


class FiledOut(FilingOut):
    """A file just sent: the days that got a new version, and the reviews found missing or emptied by it."""

    days: list[date]
    missing: int
    emptied: int
    repeated: bool
    seconds: float


class WholeIn(Schema):
    """Where the file says all of these days (the last included), of these shops or of all."""

    whole_from: date | None = None
    whole_to: date | None = None
    shops: list[Text] = []


class SpanIn(Schema):
    """Which days (the last included), as known at which instant, and in which case of the asker’s own."""

    first: date
    last: date
    known_at: Instant | None = None
    case_number: Text = ""
    most: Rows = 1000


class ShopIn(SpanIn):
    """Whose rows are read, and after how many of them."""

    shop: Text
    after: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0


class ShopOut(Schema):
    """A shop’s rows of a kind: how many there are, and those asked for."""

    platform: str
    kind: str
    shop: str
    first: date
    last: date
    known_at: datetime
    count: int
    rows: list[dict[str, Any]]


class VanishedIn(Schema):
    """In which case; an agency that names none is told the counts alone."""

    case_number: Text = ""
    most: Rows = 1000


class VanishedOut(Schema):
    """What had been filed and is no longer said: the counts, the filings, and the rows as they were."""

    platform: str
    missing: int
    emptied: int
    filings: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class ReconciledOut(Schema):
    """What orders, payments and parcels across the border say of each other."""

    platform: str
    first: date
    last: date
    known_at: datetime
    findings: list[dict[str, Any]]
    rows: list[dict[str, Any]]


class TradeReasonOut(Schema):
    """Why a row may be refused."""

    code: str
    zh: str
    en: str


@router.get("/kinds", response=list[KindOut], summary="报送的种类 / kinds", operation_id="trade_kinds")
def kinds(request: HttpRequest) -> Any:
    """平台报送哪些资料，各列的类型与单位。 / What platforms file, each column with its type and unit."""
    return [_kind_shown(kind) for _, kind in sorted(_law(timezone.now()).trade_kinds.items())]


@router.get("/reasons", response=list[TradeReasonOut], summary="拒绝的原因 / reasons", operation_id="trade_reasons")
def reasons(request: HttpRequest) -> Any:
    """一行资料可能被拒绝的原因。 / Why a row may be refused."""
    return [{"code": code, "zh": zh, "en": en} for code, (zh, en) in REASONS.items()]


@router.get("/filings", response=list[FilingOut], summary="报送列表 / filings", operation_id="trade_filings")
def filings(request: HttpRequest, before: int | None = None, most: Most = 50) -> Any:
    """可以查看的报送，新的在前。 / The filings that the caller may see, newest first."""
    asker = request.auth  # type: ignore[attr-defined]
    found = filings_accessible(asker.key, asker.kind, _law(timezone.now()))
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_shown(filing) for filing in found[:most]]


@router.get("/filings/{int:filing}", response=FilingOut, summary="一次报送 / one filing", operation_id="trade_filing")
def filing_show(request: HttpRequest, filing: int) -> Any:
    """一次报送的结果。 / What became of one filing."""
    return _shown(_accessible(request, filing, timezone.now()))


@router.get(
    "/filings/{int:filing}/refused.csv",
    summary="下载被拒的行 / refused rows to mend",
    operation_id="trade_refused_file",
)
def filing_refused(request: HttpRequest, filing: int) -> StreamingHttpResponse:
    """更正后可直接重新报送的 CSV。 / A CSV file to mend and send again."""
    at = timezone.now()
    found = _accessible(request, filing, at)
    lines = services.refused_export(filing=found, by=request.auth.key, at=at)  # type: ignore[attr-defined]
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="refused-trades-{filing}.csv"'},
    )


@router.post(
    "/{platform}/{kind}/shop", response=ShopOut, summary="一家店铺的资料 / one shop’s rows", operation_id="trades_shop"
)
def shop_show(request: HttpRequest, platform: str, kind: str, asked: ShopIn) -> Any:
    """一家店铺在这些日期的资料，按当时所知。 / One shop’s rows of these days, as known at the instant."""
    at = timezone.now()
    _counted(request, kind, at)
    return services.shop_read(
        platform=platform, kind=kind, asker=request.auth, at=at, **_known(asked.dict(), at)  # type: ignore[attr-defined]
    ).as_dict()  # fmt: skip


@router.post(
    "/{platform}/vanished",
    response=VanishedOut,
    summary="消失的评价 / vanished reviews",
    operation_id="trades_vanished",
)
def vanished(request: HttpRequest, platform: str, asked: VanishedIn) -> Any:
    """报送过而不再出现的评价。 / Reviews that were filed and are no longer said."""
    at = timezone.now()
    _counted(request, "reviews", at)
    return services.vanished_read(
        platform=platform, asker=request.auth, at=at, **asked.dict()  # type: ignore[attr-defined]
    ).as_dict()  # fmt: skip


@router.post(
    "/{platform}/reconciliation",
    response=ReconciledOut,
    summary="跨境三单核对 / three ways across the border",
    operation_id="trades_reconciled",
)
def reconciled(request: HttpRequest, platform: str, asked: SpanIn) -> Any:
    """跨境的订单、付款、包裹相互核对。 / Orders, payments and parcels across the border, laid side by side."""
    at = timezone.now()
    _counted(request, "orders", at)
    return services.trades_reconcile(
        platform=platform, asker=request.auth, at=at, **_known(asked.dict(), at)  # type: ignore[attr-defined]
    ).as_dict()  # fmt: skip


# After the addresses below a platform: a kind's name would catch those too.
@router.post("/{platform}/{kind}", response=FiledOut, summary="报送文件 / send a file", operation_id="trades_file")
def trades_send(request: HttpRequest, platform: str, kind: str, file: File[UploadedFile], whole: Form[WholeIn]) -> Any:
    """逐行核验，整份入库或整份不入。 / Every row is judged; the file lands whole or not at all."""
    covers, at = whole_of(whole.whole_from, whole.whole_to, whole.shops), timezone.now()
    _counted(request, kind, at)
    with on_disk(file) as path:
        return services.trades_file(
            platform=platform,
            kind=kind,
            path=path,
            by=request.auth.key,  # type: ignore[attr-defined]
            at=at,
            whole=covers,
        ).as_dict()


def _law(at: datetime) -> Law:
    return load().on(day_of(at))


def _counted(request: HttpRequest, kind: str, at: datetime) -> None:
    """One more call of the day of whoever's program it is, for this kind of trades."""
    law = load().on(day_of(at), settings.CHENGXIN_PLACE)
    call_count(asker=request.auth, kind="trades", purpose=kind, law=law, at=at)  # type: ignore[attr-defined]


def _known(asked: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {**asked, "known_at": asked["known_at"] or at}


def _accessible(request: HttpRequest, filing: int, at: datetime) -> Filing:
    asker = request.auth  # type: ignore[attr-defined]
    return filing_accessible(asker.key, asker.kind, _law(at), filing)


def _shown(filing: Filing) -> dict[str, Any]:
    names = set(FilingOut.model_fields) - {"filing"}
    return {"filing": filing.pk, **{name: getattr(filing, name) for name in names}}


def _kind_shown(kind: TradeKind) -> dict[str, Any]:
    columns = [
        {
            "name": name, "title": column.title.zh, "title_en": column.title.en, "type": column.type, "unit": column.unit,
            "required": column.required, "least": column.least, "most": column.most, "values": list(column.values or ()),
            "refers": column.refers,
        }
        for name, column in kind.columns.items()
    ]  # fmt: skip
    return {
        "kind": kind.key, "title": kind.title.zh, "title_en": kind.title.en, "senders": kind.senders,
        "readers": kind.readers.kinds, "with_case": kind.readers.with_case, "row_key": kind.row_key, "columns": columns,
    }  # fmt: skip
