"""Goods called back: for firms' own programs and for whoever supervises."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import AfterValidator, Field, StringConstraints

from chengxin.actors.api import Most, Text, text_kept
from chengxin.commerce.trails.api.calling import DOOR, asker_of
from chengxin.commerce.trails.rules.recalling import MOST_WORDS
from chengxin.commerce.trails.services import recalling

router = Router(**DOOR)
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
    return recalling.recalls_look(asker=asker_of(request), at=timezone.now(), before=before, most=most)


@router.post(
    "/recalls", response={201: RecallFileOut}, summary="启动召回 / call goods back", operation_id="trails_recall_open"
)
def recall_open(request: HttpRequest, said: RecallIn) -> Any:
    """货品到过的每一单位即时得到通知。 / Every firm that the goods reached is told at once."""
    asker, at = asker_of(request), timezone.now()
    done = recalling.recall_open(asker=asker, at=at, **said.dict())
    return Status(201, recalling.recall_look(recall=done.recall, asker=asker, at=at))


@router.get(
    "/recalls/{int:recall}", response=RecallFileOut, summary="一次召回 / one recall", operation_id="trails_recall"
)
def recall_show(request: HttpRequest, recall: int) -> Any:
    """召回、各步骤和通知、回执、处理情况。 / A recall with its steps, whom it told, receipts and answers."""
    return recalling.recall_look(recall=recall, asker=asker_of(request), at=timezone.now())


@router.post(
    "/recalls/{int:recall}/renewal",
    response=RecallFileOut,
    summary="重新追踪 / trace again",
    operation_id="trails_recall_renew",
)
def recall_renew(request: HttpRequest, recall: int) -> Any:
    """通知其后货品到过的单位。 / Whom the goods reached since is told."""
    asker, at = asker_of(request), timezone.now()
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
    asker, at = asker_of(request), timezone.now()
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
    asker, at = asker_of(request), timezone.now()
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
    asker, at = asker_of(request), timezone.now()
    recalling.recall_step(recall=recall, to=to, reasons=said.reasons, asker=asker, at=at)
    return recalling.recall_look(recall=recall, asker=asker, at=at)
