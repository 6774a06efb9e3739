"""The door of trails for firms' own programs: the capture, events and query parts of the EPCIS 2.0 REST binding."""

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import ClientKey, Most, PerClient, Text, text_kept
from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.models import Capture
from chengxin.commerce.trails.rules.asking import MOST_BYTES, MOST_EVENTS, PARAMETERS
from chengxin.commerce.trails.rules.recalling import MOST_WORDS
from chengxin.commerce.trails.selectors import capture_accessible, captures_accessible
from chengxin.commerce.trails.services import capturing, reading, recalling

router = Router(auth=ClientKey("trails"), throttle=PerClient(), tags=["trails 轨迹"])
HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-Capture-Error-Behaviour": "rollback",
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(MOST_BYTES),
}
_LISTED = [
    {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": "several: with |"}
    for name in PARAMETERS
]
_DOCUMENT = {"required": True, "content": {"application/ld+json": {"schema": {"type": "object"}}}}


class JobOut(Schema):
    """A capture job, as the binding has it: what came was taken whole or refused whole before the answer."""

    captureID: str
    createdAt: str
    finishedAt: str
    running: bool
    success: bool
    captureErrorBehaviour: str
    errors: list[dict[str, Any]]


class CapturedOut(JobOut):
    """A capture job just done: each event's id in the document's order, and what is to be looked at."""

    events: int
    ids: list[str]
    differing: int
    declared: int
    repeated: bool


class CaptureQuery(Schema):
    """For which actor the document speaks; only the operator names another than itself."""

    actor: Text = ""


def _asker(request: HttpRequest) -> Asker:
    asker: Asker = request.auth  # type: ignore[attr-defined]
    return asker


def _job(capture: Capture) -> dict[str, Any]:
    at = capture.at.isoformat()
    return {
        "captureID": str(capture.pk),
        "createdAt": at,
        "finishedAt": at,
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }


@router.post(
    "/capture",
    response={202: CapturedOut},
    summary="报送事件 / capture events",
    operation_id="trails_capture",
    openapi_extra={"requestBody": _DOCUMENT},
)
def capture(request: HttpRequest, response: HttpResponse, asked: Query[CaptureQuery]) -> Any:
    """一份EPCIS 2.0文件，整份收下或者整份拒绝。 / An EPCIS 2.0 document, taken whole or refused whole."""
    by = _asker(request).key
    done = capturing.trail_capture(content=request.body, actor=asked.actor or by, by=by, at=timezone.now())
    for name, value in HEADERS.items():
        response[name] = value
    response["Location"] = f"/api/v1/trails/capture/{done.capture}"
    told = {name: getattr(done, name) for name in ("events", "ids", "differing", "declared", "repeated")}
    return Status(202, {**_job(Capture.objects.get(pk=done.capture)), **told})


@router.get("/capture", response=list[JobOut], summary="报送列表 / capture jobs", operation_id="trails_captures")
def captures(request: HttpRequest, before: int | None = None, most: Most = 50) -> Any:
    """本单位的报送，新的在前。 / The caller's own captures, newest first."""
    found = captures_accessible(_asker(request).key, _asker(request).kind)
    found = found if before is None else found.filter(pk__lt=before)
    return [_job(each) for each in found[:most]]


@router.get("/capture/{int:capture}", response=JobOut, summary="一次报送 / a capture job", operation_id="trails_job")
def job(request: HttpRequest, capture: int) -> Any:
    """一次报送的结果。 / What became of one capture."""
    return _job(capture_accessible(_asker(request).key, _asker(request).kind, capture))


@router.get("/capture/{int:capture}/document", summary="报送的原文 / what was captured", operation_id="trails_document")
def captured(request: HttpRequest, capture: int) -> JsonResponse:
    """报送的文件，与报送时相同。 / The document, equal to what was captured."""
    found = capture_accessible(_asker(request).key, _asker(request).kind, capture)
    document = reading.document_read_back(capture=found, by=_asker(request).key, at=timezone.now())
    return _answer(document)


@router.get(
    "/events",
    summary="查询事件 / events",
    operation_id="trails_events",
    openapi_extra={"parameters": _LISTED},
)
def events(request: HttpRequest) -> JsonResponse:
    """按EPCIS的查询参数；每页一个后续链接。 / By the binding's query parameters; a next link where more follow."""
    asked = {name: [str(each) for each in request.GET.getlist(name)] for name in request.GET}
    document, token = reading.events_read(asker=_asker(request), parameters=asked, at=timezone.now())
    answer = _answer(document)
    if token:
        again = urlencode({**{name: "|".join(values) for name, values in asked.items()}, "nextPageToken": token})
        answer["Link"] = f'</api/v1/trails/events?{again}>; rel="next"'
    return answer


@router.get("/events/{path:event_id}", summary="一个事件 / one event", operation_id="trails_event")
def event(request: HttpRequest, event_id: str) -> JsonResponse:
    """这一编号的事件，以及声明其有误的事件。 / The events of this id, with what declares them wrong."""
    return _answer(reading.event_read(asker=_asker(request), event_id=event_id, at=timezone.now()))


# --- recalls ------------------------------------------------------------------------------------------------------------------------

Words = Annotated[str, StringConstraints(max_length=MOST_WORDS), AfterValidator(text_kept)]
Counted = Annotated[int, Field(ge=0, le=10**9)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RecallIn(Schema):
    """Goods to call back: a class, a lot or a piece by its link, why, whose they are where no maker is registered, what consumers are to do."""

    goods: Annotated[Text, StringConstraints(min_length=1, max_length=300)]
    reason: Words
    reason_en: Words = ""
    advice: Words = ""
    advice_en: Words = ""
    maker: Text = ""
    document: Annotated[Text, StringConstraints(max_length=200)] = ""


class RecallReceiptIn(Schema):
    """A firm's receipt: how many it still held when it was told, and took off sale."""

    held: Counted
    note: Words = ""


class RecallAnswerIn(Schema):
    """What became of the goods: how many were held, came back and were destroyed, with the SHA-256 of the paper that proves it."""

    held: Counted
    taken_back: Counted
    destroyed: Counted
    digest: Digest
    note: Words = ""


class RecallStepIn(Schema):
    """Why a step is taken."""

    reasons: Words


class RecallOut(Schema):
    """A recall: the goods, whose they are, where it stands, and its figures: firms told, receipted, answered, late; goods held, taken back, destroyed."""

    recall: int
    goods: str
    gtin: str
    lot: str
    serial: str
    title: str
    title_en: str
    maker: str
    maker_title: str
    authority: str
    authority_title: str
    reason: str
    reason_en: str
    advice: str
    advice_en: str
    document: str
    state: str
    state_title: str
    state_title_en: str
    running: bool
    opened_at: datetime
    opened_on: date
    ended_on: date | None
    last_day: date | None
    told: int
    receipted: int
    late: int
    answered: int
    answers_late: int
    held: int
    taken_back: int
    destroyed: int


class RecallAnswerOut(Schema):
    """An answer of a firm that was told; the latest stands."""

    number: int
    held: int
    taken_back: int
    destroyed: int
    digest: str
    note: str
    at: datetime


class RecallNoticeOut(Schema):
    """A firm that was told: with which goods, its receipt and answers, until when each is due."""

    actor: str
    title: str
    things: list[str]
    events: int
    at: datetime
    due_on: date
    answer_due_on: date | None
    receipted_at: datetime | None
    receipt_held: int | None
    receipt_note: str
    late: bool
    answered: bool
    answer_late: bool
    answers: list[RecallAnswerOut]


class RecallTakenOut(Schema):
    """A step that was taken."""

    number: int
    to: str
    title: str
    title_en: str
    by: str
    at: datetime
    on: date
    reasons: str


class RecallOpenOut(Schema):
    """A step that the caller can take now, and until when."""

    to: str
    by: str
    title: str
    title_en: str
    last_day: date | None


class RecallFileOut(RecallOut):
    """A recall with its steps and with whom it told: of a firm itself alone."""

    notices: list[RecallNoticeOut]
    steps: list[RecallTakenOut]
    open: list[RecallOpenOut]


@router.get("/recalls", response=list[RecallOut], summary="召回列表 / recalls", operation_id="trails_recalls")
def recalls(request: HttpRequest, before: int | None = None, most: Most = 50) -> Any:
    """可以查看的召回，新的在前：监管部门看全部，单位看自己的和通知到自己的。 / Newest first: all of them for whoever supervises, for a firm its own and those it was told of."""
    return recalling.recalls_look(asker=_asker(request), at=timezone.now(), before=before, most=most)


@router.post(
    "/recalls", response={201: RecallFileOut}, summary="启动召回 / call goods back", operation_id="trails_recall_open"
)
def recall_open(request: HttpRequest, said: RecallIn) -> Any:
    """货品到过的每一单位即时得到通知。 / Every firm that the goods reached is told at once."""
    asker, at = _asker(request), timezone.now()
    done = recalling.recall_open(asker=asker, at=at, **said.dict())
    return Status(201, recalling.recall_look(recall=done.recall, asker=asker, at=at))


@router.get(
    "/recalls/{int:recall}", response=RecallFileOut, summary="一次召回 / one recall", operation_id="trails_recall"
)
def recall_show(request: HttpRequest, recall: int) -> Any:
    """召回、各步骤和通知、回执、处理情况。 / A recall with its steps, whom it told, receipts and answers."""
    return recalling.recall_look(recall=recall, asker=_asker(request), at=timezone.now())


@router.post(
    "/recalls/{int:recall}/renewal",
    response=RecallFileOut,
    summary="重新追踪 / trace again",
    operation_id="trails_recall_renew",
)
def recall_renew(request: HttpRequest, recall: int) -> Any:
    """通知其后货品到过的单位。 / Whom the goods reached since is told."""
    asker, at = _asker(request), timezone.now()
    recalling.recall_renew(recall=recall, asker=asker, at=at)
    return recalling.recall_look(recall=recall, asker=asker, at=at)


@router.post(
    "/recalls/{int:recall}/receipt",
    response=RecallFileOut,
    summary="回执 / receipt",
    operation_id="trails_recall_receipt",
)
def recall_receipt(request: HttpRequest, recall: int, said: RecallReceiptIn) -> Any:
    """被通知的单位回执：知道了，在手多少。 / A firm that was told knows of it, and held so many."""
    asker, at = _asker(request), timezone.now()
    recalling.recall_receipt(recall=recall, asker=asker, at=at, **said.dict())
    return recalling.recall_look(recall=recall, asker=asker, at=at)


@router.post(
    "/recalls/{int:recall}/answers",
    response=RecallFileOut,
    summary="处理情况 / answer",
    operation_id="trails_recall_answer",
)
def recall_answer(request: HttpRequest, recall: int, said: RecallAnswerIn) -> Any:
    """在手、收回、销毁各多少，附证明材料的摘要；可以再报，以最近的为准。 / How many were held, came back, were destroyed; said anew, the latest stands."""
    asker, at = _asker(request), timezone.now()
    recalling.recall_answer(recall=recall, asker=asker, at=at, **said.dict())
    return recalling.recall_look(recall=recall, asker=asker, at=at)


@router.post(
    "/recalls/{int:recall}/steps/{to}",
    response=RecallFileOut,
    summary="办理召回 / a step",
    operation_id="trails_recall_step",
)
def recall_step(request: HttpRequest, recall: int, to: Text, said: RecallStepIn) -> Any:
    """报告、结束、继续或者撤销召回。 / Reported, closed, gone on with, or withdrawn."""
    asker, at = _asker(request), timezone.now()
    recalling.recall_step(recall=recall, to=to, reasons=said.reasons, asker=asker, at=at)
    return recalling.recall_look(recall=recall, asker=asker, at=at)


def _answer(document: dict[str, Any]) -> JsonResponse:
    return JsonResponse(
        document, json_dumps_params={"ensure_ascii": False}, content_type="application/ld+json", headers=HEADERS
    )
