"""The doors of issuers and providers: confirm what a person entered, offer a benefit, take a code. No operation tells of a person."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from chengxin.actors.api import ClientKey, PerClient, Text
from chengxin.benefits import selectors, services

router = Router(auth=ClientKey("benefits"), throttle=PerClient(), tags=["benefits 惠民"])


class WaitingOut(Schema):
    """A fact that waits for the caller's word: what the evidence says, and not whose it is."""

    fact: int
    kind: str
    units: int
    on: date
    evidence: str
    entered_at: datetime


class ConfirmIn(Schema):
    """Which name stands on the caller's own evidence."""

    name: Text


class ConfirmOut(Schema):
    """Whether it was confirmed; `false` where another name stands on the evidence, and then it is declined."""

    fact: int
    confirmed: bool


class DeclineIn(Schema):
    """One of `not-found`, `differs`, `not-ours`, `name-differs`."""

    reason: Text


class OfferIn(Schema):
    """A benefit: the scene of the lawbook, what it is, what everybody else has, how many points, how often a year, from when to when."""

    scene: Text
    title: Text
    words: Text
    otherwise: Text
    points: int
    times_a_year: int | None = None
    starts_on: date
    ends_on: date | None = None
    jurisdiction: Text = "cn"


class OfferOut(Schema):
    """A benefit as it is offered."""

    offer: int
    scene: str
    title: str
    words: str
    otherwise: str
    points: int
    times_a_year: int | None
    starts_on: date
    ends_on: date | None
    ended: bool


class CodeIn(Schema):
    """The code that somebody shows."""

    code: Text


class CodeOut(Schema):
    """Entitled or not, once; nothing else is told."""

    entitled: bool
    offer: int | None


@router.get("/facts", response=list[WaitingOut], summary="待确认的事项 / to confirm", operation_id="benefit_facts")
def facts(request: HttpRequest) -> Any:
    """本人申报、待本单位确认的事项：只有证明编号和内容，没有姓名。 / What persons entered with the caller's evidence; no names."""
    return [each.as_dict() for each in selectors.facts_waiting(request.auth)]  # type: ignore[attr-defined]


@router.post(
    "/facts/{int:fact}/confirm", response=ConfirmOut, summary="确认 / confirm", operation_id="benefit_fact_confirm"
)
def confirm(request: HttpRequest, fact: int, asked: ConfirmIn) -> Any:
    """写明证明上的姓名；只答是否相符，不符的不予确认，不能再试。 / Say which name stands on it; one try, answered yes or no."""
    done = services.fact_confirm(fact=fact, name=asked.name, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"fact": fact, "confirmed": done}


@router.post(
    "/facts/{int:fact}/decline", response=ConfirmOut, summary="不予确认 / decline", operation_id="benefit_fact_decline"
)
def decline(request: HttpRequest, fact: int, asked: DeclineIn) -> Any:
    """不予确认，理由从给定的几项中选。 / Not confirmed, for one of the known reasons."""
    services.fact_decline(fact=fact, reason=asked.reason, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"fact": fact, "confirmed": False}


@router.get("/offers", response=list[OfferOut], summary="本单位的惠民项目 / own offers", operation_id="benefit_offers")
def offers(request: HttpRequest) -> Any:
    """本单位提供过的惠民项目。 / What the caller offers or offered."""
    return [_offer(each) for each in selectors.offers_accessible(request.auth)[:200]]  # type: ignore[attr-defined]


@router.post("/offers", response=OfferOut, summary="提供惠民项目 / offer", operation_id="benefit_offer_add")
def offer(request: HttpRequest, asked: OfferIn) -> Any:
    """提供一项惠民；须写明不参加的人照常享有什么。 / Offer a benefit, and say what everybody else has as before."""
    return _offer(services.offer_add(**asked.dict(), asker=request.auth, at=timezone.now()))  # type: ignore[attr-defined]


@router.post(
    "/offers/{int:offer}/end", response=OfferOut, summary="停止提供 / end an offer", operation_id="benefit_offer_end"
)
def end(request: HttpRequest, offer: int) -> Any:
    """停止提供；已经领取的凭证仍然有效。 / Codes that were drawn before hold."""
    return _offer(services.offer_end(offer=offer, asker=request.auth, at=timezone.now()))  # type: ignore[attr-defined]


@router.post("/codes", response=CodeOut, summary="核销凭证 / take a code", operation_id="benefit_code_redeem")
def redeem(request: HttpRequest, asked: CodeIn) -> Any:
    """只答可以享受与否，一码一次；不告知是谁、有多少分。 / Entitled, yes or no, once; neither who nor how many points."""
    done = services.code_redeem(code=asked.code, asker=request.auth, at=timezone.now())  # type: ignore[attr-defined]
    return {"entitled": done.entitled, "offer": done.offer}


def _offer(made: Any) -> dict[str, Any]:
    names = ("scene", "title", "words", "otherwise", "points", "times_a_year", "starts_on", "ends_on")
    return {"offer": made.pk, "ended": made.ended_at is not None, **{name: getattr(made, name) for name in names}}
