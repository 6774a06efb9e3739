"""The door of logistics: a parcel's way, a firm's file, the method and the answers; platforms name carriers and hand out tokens."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import ClientKey, PerAddress, PerClient, Text, address_of
from chengxin.commerce.logistics import services
from chengxin.commerce.logistics.models import Publication
from chengxin.commerce.logistics.rules import evaluating, judging
from chengxin.commerce.logistics.selectors import method_of, quarter_shown
from chengxin.commerce.objections.api import EvaluationObjectionOut
from chengxin.kernel.days import day_of
from chengxin.reports.selectors.showing import ShownRecord

router = Router(auth=ClientKey("trades"), throttle=PerClient(), tags=["logistics 物流"])


OPEN = PerAddress("30/m", "logistics")


Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{1,64}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Period = Annotated[str, StringConstraints(min_length=1, max_length=10)]
Scores = Annotated[dict[Annotated[str, StringConstraints(max_length=64)], int], Field(max_length=50)]


class WaybillIn(Schema):
    """The number as it stands on the waybill."""

    waybill: Annotated[Text, StringConstraints(min_length=1, max_length=64)]


class ParcelLineOut(Schema):
    """A scan, or where `known` is false what is not known at this place."""

    known: bool
    day: date | None
    step: str
    step_en: str
    station: str


class ParcelOut(Schema):
    """A parcel's way as platforms filed it: no name, address, order or shop."""

    handed_over: date | None
    state: str
    state_en: str
    gaps: int
    lines: list[ParcelLineOut]


@router.post(
    "/parcels",
    auth=None,
    throttle=OPEN,
    response=list[ParcelOut],
    summary="包裹轨迹 / a parcel",
    operation_id="parcel_trace",
)
def parcels(request: HttpRequest, asked: WaybillIn) -> Any:
    """凭运单编号查看各环节；没有平台报送的，返回空。 / By the waybill's number; nothing where no platform filed it."""
    at = timezone.now()
    lookup_count(page="parcels", address=address_of(request), at=at)
    return [each.as_dict() for each in services.parcel_trace(waybill=asked.waybill, at=at)]


class FirmRecordOut(Schema):
    """A record of the firm's that may be shown today."""

    title: str
    title_en: str
    authority: str
    document: str
    decided_on: date
    shown_last: date | None
    disputed: bool


class IntervalOut(Schema):
    """A value and where it lies for 95 in a hundred."""

    value: float
    low: float
    high: float


class QuestionOut(Schema):
    """A question of a side; its result where enough answered."""

    key: str
    title: str
    title_en: str
    kind: str
    weight: int
    result: IntervalOut | None = None


class SideOut(Schema):
    """One side apart: how many answered, and from `least` on its result."""

    side: str
    title: str
    title_en: str
    least: int
    answers: int | None = None
    enough: bool | None = None
    result: IntervalOut | None = None
    questions: list[QuestionOut]


class FirmFigureOut(Schema):
    """A count with its whole."""

    part: int
    whole: int


class FirmMeasuresOut(Schema):
    """In time and lost, by which days, and how many parcels were left out and why."""

    in_time: FirmFigureOut
    lost: FirmFigureOut
    promised_days: int
    lost_days: int
    excluded: dict[str, int]


class QuarterOut(Schema):
    """A quarter as it was published; `reason` of a correction. Where the firm's `objection` was not answered in time, no figure is shown."""

    quarter: str
    first: date
    last: date
    version: int
    reason: str
    at: datetime
    method: str
    method_version: int
    objection: EvaluationObjectionOut | None = None
    measures: FirmMeasuresOut | None
    sides: list[SideOut]


class SolvedSourceOut(Schema):
    """Where the complaints come from, and what they are not."""

    zh: str
    en: str


class FirmSolvedOut(Schema):
    """How many of consumers' complaints about the firm, received in the days, were solved by a day; both shares in per cent, null below `least`."""

    first: date
    last: date
    on: date
    least: int
    received: int
    ended: int
    solved: int
    unsettled: int
    unconfirmed: int
    not_accepted: int
    late: int
    dropped: int
    open: int
    of_received: str | None
    of_ended: str | None
    source: SolvedSourceOut


class FirmFileOut(Schema):
    """A logistics firm as anybody may see it; of `complaints` counts alone."""

    code: str
    name: str
    on: date
    licences: list[FirmRecordOut]
    supervision: list[FirmRecordOut]
    adverse: list[FirmRecordOut]
    quarters: list[QuarterOut]
    complaints: FirmSolvedOut | None


class EvaluationMethodOut(Schema):
    """The published method of a quarter."""

    method: str
    version: int
    title: str
    title_en: str
    quarter: str
    sides: list[SideOut]


class CarrierIn(Schema):
    """The platform's own id of a carrier, and the company for which it stands."""

    carrier: Id
    code: Code


class CarrierOut(Schema):
    """What was said, and since when."""

    platform: str
    carrier: str
    code: str
    at: datetime


class TokensIn(Schema):
    """The parcels whose receivers are asked."""

    parcels: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class TokensOut(Schema):
    """By parcel its token, told once; `had` has one already, `unknown` is not filed, its carrier not named, or its quarter over."""

    tokens: dict[str, str]
    unknown: list[str]
    had: list[str]


class ConsumerAnswerIn(Schema):
    """The token, and each question's answer: 1 to 5, of a yes-no question 1 or 0."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    answers: Scores


class AnsweredOut(Schema):
    """That it is kept."""

    kept: bool


class QuarterPublishIn(Schema):
    """The quarter, and of a correction its reason, which anybody reads."""

    quarter: Period
    reason: Annotated[Text, StringConstraints(max_length=500)] = ""


class QuarterIn(Schema):
    """The quarter."""

    quarter: Period


class FirmQuarterOut(FirmMeasuresOut):
    """A firm's parcels of a quarter, judged as known now."""

    firm: str
    quarter: str


@router.get(
    "/method",
    auth=None,
    throttle=OPEN,
    response=EvaluationMethodOut,
    summary="评价方法 / the method",
    operation_id="evaluation_method",
)
def method(request: HttpRequest, quarter: Period = "") -> Any:
    """一个季度的评价方法：问题、权重、最少份数。 / The method of a quarter: questions, weights, least numbers."""
    period = judging.quarter_read(quarter) if quarter else judging.quarter_of(day_of(timezone.now()))
    found = method_of(period)
    sides = [
        {
            "side": side, **_titled(found.sides[side].title), "least": found.sides[side].least,
            "questions": [
                {"key": key, **_titled(q.title), "kind": q.kind, "weight": q.weight} for key, q in found.sides[side].questions.items()
            ],
        }
        for side in evaluating.SIDES
    ]  # fmt: skip
    return {
        "method": found.key,
        "version": found.version,
        **_titled(found.title),
        "quarter": str(period),
        "sides": sides,
    }


@router.get(
    "/firms/{code}",
    auth=None,
    throttle=OPEN,
    response=FirmFileOut,
    summary="物流企业 / a firm",
    operation_id="firm_file",
)
def firm(request: HttpRequest, code: Code) -> Any:
    """许可、监管、在公示期内的处罚，已发布的评价和时效。 / Licences, supervision, penalties in term, what was published of each quarter."""
    at = timezone.now()
    found = services.firm_read(code=code, on=day_of(at), at=at)
    return {
        "code": found.code, "name": found.name, "on": found.on, "licences": _records(found.licences),
        "supervision": _records(found.supervision), "adverse": _records(found.adverse), "complaints": found.complaints,
        "quarters": [_quarter(each) for each in found.quarters],
    }  # fmt: skip


@router.post(
    "/answers",
    auth=None,
    throttle=OPEN,
    response=AnsweredOut,
    summary="收件人作答 / a receiver's answer",
    operation_id="consumer_answer",
)
def answer(request: HttpRequest, said: ConsumerAnswerIn) -> Any:
    """凭平台发的评价码作答一次，不记录是谁。 / Once by the token that the platform handed out; who answers is not kept."""
    at = timezone.now()
    lookup_count(page="logistics-answer", address=address_of(request), at=at)
    services.consumer_answer(token=said.token, answers=said.answers, at=at)
    return {"kept": True}


@router.post(
    "/firms/{code}/measures",
    response=FirmQuarterOut,
    summary="时效和丢失 / in time and lost",
    operation_id="firm_measures",
)
def measures(request: HttpRequest, code: Code, asked: QuarterIn) -> Any:
    """按现在所知计算，由信用中心或者运行单位。 / As known now, for the centre or the operator."""
    return services.quarter_measure(code=code, quarter=asked.quarter, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]


@router.post("/firms/{code}/quarters", response=QuarterOut, summary="发布 / publish", operation_id="firm_publish")
def publish(request: HttpRequest, code: Code, said: QuarterPublishIn) -> Any:
    """作答期满后发布，发布后不改动；更正另立版本并写明理由。 / After the last day of answers; frozen; a correction is a further version with its reason."""
    made = services.quarter_publish(
        code=code, quarter=said.quarter, reason=said.reason, asker=request.auth, at=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    return _published(made)


@router.post("/{platform}/carriers", response=CarrierOut, summary="承运企业 / a carrier", operation_id="carrier_name")
def carrier(request: HttpRequest, platform: Id, said: CarrierIn) -> Any:
    """平台说明自己的承运编号是哪家企业。 / Which company the platform's own id of a carrier stands for."""
    made = services.carrier_name(
        platform=platform, carrier=said.carrier, code=said.code, by=request.auth.key, at=timezone.now()  # type: ignore[attr-defined]
    )  # fmt: skip
    return {"platform": made.platform, "carrier": made.carrier, "code": made.code, "at": made.at}


@router.post("/{platform}/tokens", response=TokensOut, summary="评价码 / tokens", operation_id="tokens_issue")
def tokens(request: HttpRequest, platform: Id, said: TokensIn) -> Any:
    """为包裹取得一次性评价码，交给收件人；本库只存标记。 / One-use tokens to hand to receivers; only marks are kept here."""
    done = services.tokens_issue(platform=platform, parcels=said.parcels, by=request.auth.key, at=timezone.now())  # type: ignore[attr-defined]
    return done.as_dict()


def _titled(words: Any) -> dict[str, str]:
    return {"title": words.zh, "title_en": words.en}


def _records(shown: list[ShownRecord]) -> list[dict[str, Any]]:
    return [
        {
            **_titled(each.title), "authority": each.authority, "document": each.document, "decided_on": each.decided_on,
            "shown_last": each.shown_last, "disputed": each.disputed,
        }
        for each in shown
    ]  # fmt: skip


def _published(made: Publication) -> dict[str, Any]:
    return _quarter(quarter_shown(made, known_at=made.at))


def _quarter(shown: dict[str, Any]) -> dict[str, Any]:
    sides = [
        {
            **side, **_titled(side["title"]),
            "questions": [
                {**q, **_titled(q["title"]), "result": q if "value" in q else None} for q in side["questions"]
            ],
        }
        for side in shown["sides"]
    ]  # fmt: skip
    return {**shown, "sides": sides}
