"""The door of draws and inspections for the departments that make them."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from chengxin.actors.api import ClientKey, Most, PerClient, Text
from chengxin.inspections import services
from chengxin.inspections.selectors import (
    draw_accessible,
    draw_shown,
    draws_accessible,
    inspection_shown,
    inspections_open,
)
from chengxin.lists.api import TaskAnswerIn

router = Router(auth=ClientKey("inspections"), throttle=PerClient(), tags=["inspections 抽查"])


class CommitIn(Schema):
    """In which domain, and the SHA-256 of a seed of the agency's own; without it one is made and shown once."""

    domain: Text
    seed_hash: Text = ""
    jurisdiction: Text = "cn"


class CommittedOut(Schema):
    """The draw, the hash that is public from now on, and the seed where the register made it."""

    draw: int
    seed_hash: str
    seed: str


class FreezeIn(Schema):
    """The staff numbers of who may inspect; none where only the subjects are drawn."""

    inspectors: list[Text] = Field(default_factory=list, max_length=10000)


class FrozenOut(Schema):
    """How many may be drawn, the digest of who, and the register's salt."""

    draw: int
    population: int
    population_digest: str
    salt: str


class RevealIn(Schema):
    """The seed whose hash was committed."""

    seed: Text


class GroupDrawnOut(Schema):
    """One group: its size, how many in a hundred are drawn, how many were, the highest rank drawn, and how many of the drawn were no longer
    in the group's class at the reveal: these are inspected only in the share of those without a class.
    """

    size: int
    share: int
    drawn: int
    threshold: str
    fallen: int


class RevealedOut(Schema):
    """How many were drawn of each group, and by when they are to be inspected."""

    draw: int
    drawn: int
    groups: dict[str, GroupDrawnOut]
    due_on: date


class AbandonIn(Schema):
    """Why the draw ends without drawing; the reason is public."""

    reason: Text


class DrawOut(Schema):
    """A draw as everybody may see it."""

    draw: int
    agency: str
    agency_title: str
    domain: str
    jurisdiction: str
    state: str
    seed_hash: str
    committed_at: datetime
    frozen_at: datetime | None
    population: int | None
    population_digest: str
    salt: str
    revealed_at: datetime | None
    due_on: date | None
    published: bool
    seed: str
    reason: str
    groups: dict[str, GroupDrawnOut]
    inspected: int
    not_inspected: int
    open: int


class DrawnOut(Schema):
    """One subject that was drawn."""

    code: str
    group: str
    rank: str
    inspectors: list[str]


class DrawDocument(Schema):
    """A whole draw, from which anybody can repeat it: `chengxin inspections verify FILE`."""

    draw: int
    agency: str
    domain: str
    jurisdiction: str
    seed_hash: str
    committed_at: str
    frozen_at: str
    revealed_at: str
    salt: str
    shares: dict[str, int]
    population_digest: str
    population: list[tuple[str, str]]
    inspectors: list[str]
    inspectors_each: int
    inspectors_digest: str
    seed: str
    fallen: list[str]
    result: list[DrawnOut]


class InspectionOut(Schema):
    """An inspection that is to be made."""

    inspection: int
    draw: int
    domain: str
    code: str
    group: str
    inspectors: list[str]
    due_on: date


class InspectionAnswerOut(Schema):
    """The answer as it was written down."""

    inspection: int
    outcome: str
    reason: str
    at: datetime


@router.post("/draws", response=CommittedOut, summary="承诺种子 / commit to a seed", operation_id="draw_commit")
def commit(request: HttpRequest, asked: CommitIn) -> Any:
    """先公布种子的散列值，再冻结检查对象。 / The seed's hash is public before the population is frozen."""
    made = services.draw_commit(**asked.dict(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return made.as_dict()


@router.get("/draws", response=list[DrawOut], summary="各次抽取 / draws", operation_id="draws")
def draws(request: HttpRequest, most: Most = 50) -> Any:
    """本单位的抽取，最近的在前。 / The caller's draws, the latest first."""
    at, found = timezone.now(), draws_accessible(request.auth)[:most]  # type: ignore[attr-defined]
    return [draw_shown(draw, at=at).as_dict() for draw in found]


@router.get("/draws/{int:draw}", response=DrawOut, summary="一次抽取 / one draw", operation_id="draw")
def one(request: HttpRequest, draw: int) -> Any:
    """它现在的状态。 / Where it stands."""
    return draw_shown(draw_accessible(request.auth, draw), at=timezone.now()).as_dict()  # type: ignore[attr-defined]


@router.post(
    "/draws/{int:draw}/freeze", response=FrozenOut, summary="冻结检查对象 / freeze", operation_id="draw_freeze"
)
def freeze(request: HttpRequest, draw: int, asked: FreezeIn) -> Any:
    """按今日有效的分类和比例；系统另加一段随机数。 / By the classes and shares in effect today; the register adds a random number of its own."""
    made = services.draw_freeze(draw=draw, inspectors=asked.inspectors, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return made.as_dict()


@router.post("/draws/{int:draw}/reveal", response=RevealedOut, summary="揭晓并抽取 / draw", operation_id="draw_reveal")
def reveal(request: HttpRequest, draw: int, asked: RevealIn) -> Any:
    """种子与事先承诺的散列值相符，才予抽取。 / Only with the seed whose hash was committed."""
    return services.draw_reveal(draw=draw, seed=asked.seed, asker=request.auth, at=timezone.now()).as_dict()  # type: ignore[attr-defined]


@router.post("/draws/{int:draw}/abandon", response=DrawOut, summary="作废 / abandon", operation_id="draw_abandon")
def abandon(request: HttpRequest, draw: int, asked: AbandonIn) -> Any:
    """不予抽取而终止，理由公开。 / End it without drawing; the reason is public."""
    at = timezone.now()
    made = services.draw_abandon(draw=draw, reason=asked.reason, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return draw_shown(made.draw, at=at).as_dict()


@router.get("/draws/{int:draw}/document", response=DrawDocument, summary="导出 / export", operation_id="draw_export")
def document(request: HttpRequest, draw: int) -> Any:
    """可据以重新抽取的全部内容；导出留痕。 / All that is needed to repeat it; the reading is traced."""
    return services.draw_export(draw=draw, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]


@router.get("/tasks", response=list[InspectionOut], summary="待检查 / to be inspected", operation_id="inspections")
def tasks(request: HttpRequest, most: Most = 50) -> Any:
    """尚未答复的检查，先到期的在前。 / The inspections not yet answered, the first due first."""
    found = inspections_open(request.auth)[:most]  # type: ignore[attr-defined]
    return [inspection_shown(each) for each in found]


@router.post(
    "/tasks/{int:inspection}/answer",
    response=InspectionAnswerOut,
    summary="检查结果 / what came of it",
    operation_id="inspection_answer",
)
def answer(request: HttpRequest, inspection: int, asked: TaskAnswerIn) -> Any:
    """已检查及结果，或者未检查及理由。 / Done and what was found, or not done and why."""
    made = services.inspection_answer(inspection=inspection, **asked.dict(), asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"inspection": inspection, "outcome": made.outcome, "reason": made.reason, "at": made.at}
