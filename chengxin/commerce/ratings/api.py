"""The door of ratings: anybody reads what was published and by which method; an authority has forged trades taken out."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from chengxin.accounts.services.confirming import put_of
from chengxin.actors.api import ClientKey, PerAddress, PerClient, Text
from chengxin.commerce.objections.api import EvaluationObjectionOut
from chengxin.commerce.ratings import services
from chengxin.commerce.ratings.rules import MOST_ORDERS
from chengxin.commerce.ratings.selectors import (
    exclusions_shown,
    method_known,
    method_said,
    publication_of,
    publication_shown,
    publications_known,
    rating_shown,
    table_of,
)
from chengxin.kernel.days import day_of
from chengxin.kernel.tables import csv_lines

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["ratings 店铺评价"])


OPEN = PerAddress("60/m", "ratings-reading")
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{1,64}$")]
Version = Annotated[int | None, Field(ge=1, le=2**31 - 1)]


class MethodArticleOut(Schema):
    """An article, as it is cited."""

    zh: str
    en: str


class MethodFeatureOut(Schema):
    """A feature of a method: what it is computed from, whether more is better, its weight of a hundred, how many trades it needs."""

    feature: str
    title: str
    title_en: str
    says: str
    says_en: str
    computed: str
    direction: str
    weight: int
    least: int
    within_hours: int | None
    where: dict[str, list[str]]
    basis: list[MethodArticleOut]


class MethodGradeOut(Schema):
    """A word, and the lower bound of the interval (of a hundred) from which it is given."""

    grade: str
    title: str
    title_en: str
    least: int


class MethodOut(Schema):
    """A method's card: `from` is its version."""

    method: str
    from_: date = Field(alias="from")
    title: str
    title_en: str
    note: str
    note_en: str
    level: int
    basis: list[MethodArticleOut]
    features: list[MethodFeatureOut]
    grades: list[MethodGradeOut]


class RatingFilingOut(Schema):
    """A filing that was read."""

    filing: int
    version: int


class RatingEvidenceOut(Schema):
    """What a feature was computed from: the platform's filings of a kind, and how many rows of theirs were read."""

    kind: str
    filings: list[RatingFilingOut]
    rows_read: int


class RatedFeatureOut(Schema):
    """A feature of a shop: its value in its own unit, of how many trades; what it counts for from 0 to 1, with its interval."""

    feature: str
    title: str
    title_en: str
    computed: str
    direction: str
    weight: int
    least: int
    value: float | None
    count: int
    total: int
    counts_for: float | None
    low: float
    high: float
    enough: bool
    evidence: list[RatingEvidenceOut]


class RatingExclusionOut(Schema):
    """A decision by which trades were taken out: which document of which authority, and why; and whether it was revoked."""

    exclusion: int
    platform: str
    document: str
    authority: str
    decided_on: date
    reason: str
    orders: int
    at: datetime
    revoked_at: datetime | None
    revoked_by_document: str
    revoked_because: str


class RatingWithoutOut(Schema):
    """What the rating would be had no trade been taken out; empty where it would be the same."""

    total: float | None = None
    low: float | None = None
    high: float | None = None
    grade: str = ""
    grade_zh: str = ""
    grade_en: str = ""
    features: list[RatedFeatureOut] = []


class RatingOut(Schema):
    """A shop's rating. Of a shop that is no firm's (`kind`) there are `counts` of trades, and nothing else; nor is there where the firm's `objection` was
    not answered in time.
    """

    platform: str
    platform_title: str
    shop: str
    title: str
    period: str
    first: date
    last: date
    version: int
    versions: list[int]
    periods: list[str]
    method: str
    method_from: date
    published_at: datetime
    kind: str
    counts: dict[str, int]
    grade: str
    grade_zh: str
    grade_en: str
    total: float | None
    low: float | None
    high: float | None
    level: int
    features: list[RatedFeatureOut]
    excluded: int
    exclusions: list[RatingExclusionOut]
    without: RatingWithoutOut
    objection: EvaluationObjectionOut | None


class RatingSourceOut(Schema):
    """What was read of a kind."""

    filings: list[Any]
    days: int
    rows: int


class RatingPublicationOut(Schema):
    """What was published of a platform over a period; `inputs` is the digest of everything that it rests on."""

    publication: int
    platform: str
    period: str
    first: date
    last: date
    version: int
    method: str
    method_from: date
    shops: int
    rated: int
    sources: dict[str, RatingSourceOut]
    inputs: str
    at: datetime
    by: str


class ExclusionIn(Schema):
    """Trades decided to be forged, by the platform's own ids of their orders; and the decision."""

    orders: Annotated[list[Id], Field(min_length=1, max_length=MOST_ORDERS)]
    document: Annotated[Text, StringConstraints(min_length=1, max_length=200)]
    authority: Annotated[Text, StringConstraints(min_length=1, max_length=200)]
    decided_on: date
    reason: Annotated[Text, StringConstraints(min_length=1, max_length=1000)]


class ExclusionRevocationIn(Schema):
    """The document by which the decision was revoked, and why."""

    document: Annotated[Text, StringConstraints(min_length=1, max_length=200)]
    reason: Annotated[Text, StringConstraints(min_length=1, max_length=1000)]


class RatingProposedOut(Schema):
    """What waits for another of the caller's to confirm it, until when."""

    proposal: int
    kind: str
    about: str
    account: int | None
    client: int | None
    at: datetime
    until: datetime
    state: str
    answered_at: datetime | None


@router.get("/methods/{method}", auth=None, throttle=OPEN, response=MethodOut, by_alias=True, summary="评价方法 / a method", operation_id="rating_method")  # fmt: skip
def method(request: HttpRequest, method: Id, on: date | None = None) -> Any:
    """方法卡：指标、权重、最少笔数、等级分界和依据；`on` 为某日施行的版本。 / Its card; `on`: the version in force on a day."""
    day = on or day_of(timezone.now())
    return method_said(method_known(method, on=day), on=day)


@router.get("/shops/{platform}/{shop}", auth=None, throttle=OPEN, response=RatingOut, summary="一家店铺的评价 / a shop's rating", operation_id="rating_show")  # fmt: skip
def show(
    request: HttpRequest,
    platform: Id,
    shop: Id,
    period: Annotated[str, StringConstraints(max_length=10)] = "",
    version: Version = None,
) -> Any:
    """最近公布的，或者某一评价期、某一版的；自然人的店铺只有交易计数。 / The latest, or of a period and version; of a natural person's shop only counts."""
    return rating_shown(platform, shop, period, version, known_at=timezone.now()).as_dict()


@router.get("/publications/{platform}", auth=None, throttle=OPEN, response=list[RatingPublicationOut], summary="各期 / published", operation_id="rating_publications")  # fmt: skip
def publications(request: HttpRequest, platform: Id) -> Any:
    """各评价期的各版，最近的在前；不含店铺。 / Each period and version, without shops."""
    return [publication_shown(each) for each in publications_known(platform, known_at=timezone.now())[:200]]


@router.get("/publications/{platform}/{period}.csv", auth=None, throttle=OPEN, summary="导出 / as CSV", operation_id="rating_table")  # fmt: skip
def table(request: HttpRequest, platform: Id, period: Id, version: Version = None) -> StreamingHttpResponse:
    """一个评价期里各企业店铺的评价；自然人的店铺不在其中。 / The firms' shops of a period; shops of natural persons are not in it."""
    at = timezone.now()
    made = publication_of(platform, period, version, known_at=at)
    heads, rows = table_of(made, known_at=at)
    lines = (csv_lines([row]) for row in rows)
    answer = StreamingHttpResponse(_marked(csv_lines([heads]), lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="ratings-{platform}-{period}-{made.version}.csv"'
    return answer


def _marked(heads: str, lines: Any) -> Any:
    yield "\ufeff" + heads
    yield from lines


@router.get("/exclusions/{platform}", auth=None, throttle=OPEN, response=list[RatingExclusionOut], summary="移出的交易 / taken out", operation_id="rating_exclusions")  # fmt: skip
def exclusions(request: HttpRequest, platform: Id) -> Any:
    """各决定的文号、机关、日期、理由、订单数；不列订单。 / Each decision and how many orders; not which."""
    return exclusions_shown(platform, known_at=timezone.now())


@router.post("/exclusions/{platform}", response={202: RatingProposedOut}, summary="提出移出交易 / propose", operation_id="rating_exclude")  # fmt: skip
def exclude(request: HttpRequest, platform: Id, said: ExclusionIn) -> Any:
    """经决定认定为虚构的交易不再计入；由本单位另一人在工作台确认后生效。 / They count no more once another of the caller's confirms it at the desk."""
    at, asker = timezone.now(), request.auth  # type: ignore[attr-defined]
    made = services.exclusion_propose(platform=platform, asker=asker, at=at, **said.dict())
    return Status(202, put_of(made, at=at).as_dict())


@router.post("/exclusions/{exclusion}/revocation", response={202: RatingProposedOut}, summary="提出恢复 / put back", operation_id="rating_exclusion_revoke")  # fmt: skip
def revoke(request: HttpRequest, exclusion: int, said: ExclusionRevocationIn) -> Any:
    """决定被撤销的，交易重新计入；同样须由另一人确认。 / The decision was revoked: they count again, once another confirms it."""
    at, asker = timezone.now(), request.auth  # type: ignore[attr-defined]
    made = services.revocation_propose(exclusion=exclusion, asker=asker, at=at, **said.dict())
    return Status(202, put_of(made, at=at).as_dict())
