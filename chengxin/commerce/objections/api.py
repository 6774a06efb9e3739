"""The door of objections to evaluations: what anybody reads of one beside the evaluation, and the centre's own list of them."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chengxin.actors.api import ClientKey, PerClient
from chengxin.commerce.objections.services import objections_read

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["ratings 店铺评价"])


class EvaluationObjectionOut(Schema):
    """That the firm objects to what was published: since when, until when the centre answers, and what it answered. The firm's own words are between
    it and the centre. `withheld`: not answered in time, so the evaluation is not shown.
    """

    number: str
    on: date
    state: str
    state_title: str
    state_title_en: str
    last_day: date | None
    withheld: bool
    answered_on: date | None
    answer: str


class EvaluationObjectionStepOut(Schema):
    """A step: to which state, by whom, on which day, with what words."""

    to: str
    title: str
    title_en: str
    by: str
    on: date
    words: str


class EvaluationObjectedOut(Schema):
    """An objection as the centre sees it; `evaluation` is the publication, `shop` names the shop of a rating."""

    number: str
    kind: str
    evaluation: int
    shop: str
    version: int
    code: str
    title: str
    title_en: str
    words: str
    opened_on: date
    opened_at: datetime
    state: str
    state_title: str
    state_title_en: str
    last_day: date | None
    steps: list[EvaluationObjectionStepOut]


@router.get("/objections", response=list[EvaluationObjectedOut], summary="对评价的异议 / objections", operation_id="evaluation_objections")  # fmt: skip
def objections(request: HttpRequest, page: int = 1) -> Any:
    """信用中心收到的对评价的异议，最近的在前，每页五十件；答复在工作台由人作出。 / What the centre received, the latest first, by fifties; a person answers, at the desk."""
    asker = request.auth  # type: ignore[attr-defined]
    return objections_read(asker=asker, at=timezone.now(), page=page)[0]
