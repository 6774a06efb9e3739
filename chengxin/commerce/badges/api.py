"""The door of badges: platforms have them signed, anybody checks them."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import StringConstraints

from chengxin.actors.api import ClientKey, PerAddress, PerClient, Text
from chengxin.commerce.badges import services
from chengxin.commerce.badges.selectors import badge_of, badge_shown, badge_verify, revoked_signed

router = Router(auth=ClientKey("merchants"), throttle=PerClient(), tags=["badges 店铺标识"])


OPEN = PerAddress("60/m", "badges-reading")
Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.:-]{1,64}$")]


class BadgeLicenceOut(Schema):
    """A licence in force when the badge was issued."""

    licence: str
    number: str


class BadgeRatingOut(Schema):
    """How a firm's shop is rated: the word, its bounds in millionths (none where there are not enough trades), period, version and method."""

    grade: str
    title: str
    title_en: str
    low: int | None
    high: int | None
    level: int
    period: str
    version: int
    method: str
    method_from: str


class BadgeStepOut(Schema):
    """That it was revoked or given back, by whom and why."""

    kind: str
    words: str
    by: str
    at: datetime


class BadgeOut(Schema):
    """A badge as anybody may see it; `note` is what was signed, `snippet` what the shop puts into its page. `rating`: as it was signed; `rating_now`:
    what stands.
    """

    number: str
    platform: str
    platform_title: str
    shop: str
    title: str
    kind: str
    code: str
    name: str
    address: str
    licences: list[BadgeLicenceOut]
    issued_at: datetime
    expires_at: datetime
    rating: BadgeRatingOut | None
    rating_now: BadgeRatingOut | None
    state: str
    because: str
    why_zh: str
    why: str
    page: str
    note: str
    snippet: str
    steps: list[BadgeStepOut]


class BadgeWordsIn(Schema):
    """The reasons, which anybody reads."""

    words: Annotated[Text, StringConstraints(min_length=1, max_length=1000)]


class BadgeCheckIn(Schema):
    """A badge as it was met: its text, and the address of the page on which it was."""

    badge: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
    address: Annotated[Text, StringConstraints(max_length=500)] = ""


class BadgeFindingOut(Schema):
    """What is against it, as a shopper reads it."""

    code: str
    zh: str
    en: str


class BadgeCheckedOut(Schema):
    """Whether the badge holds, and if not why; where it does, which grade it bears."""

    holds: bool
    number: str | None
    rating: BadgeRatingOut | None
    findings: list[BadgeFindingOut]


@router.post("/{platform}/{shop}", response=BadgeOut, summary="签发店铺标识 / issue", operation_id="badge_issue")
def issue(request: HttpRequest, platform: Id, shop: Id) -> Any:
    """店铺已核验、没有待改正的问题的，签发标识；内容没有变化的，返回已有的。 / For a verified shop about which nothing was found; the one that stands if it says the same."""
    at = timezone.now()
    made = services.badge_issue(platform=platform, shop=shop, by=request.auth.key, at=at)  # type: ignore[attr-defined]
    return badge_shown(made, known_at=at)


@router.get("/revoked", auth=None, throttle=OPEN, summary="撤销清单 / those revoked", operation_id="badges_revoked")
def revoked(request: HttpRequest) -> HttpResponse:
    """签名的撤销清单，一日内有效，供离线验证（`chengxin-verify badge --revoked`）。 / The signed list of those revoked, good for a day, for checks off line."""
    return HttpResponse(revoked_signed(at=timezone.now()), content_type="text/plain; charset=utf-8")


@router.post(
    "/check", auth=None, throttle=OPEN, response=BadgeCheckedOut, summary="验证 / check", operation_id="badge_check"
)
def check(request: HttpRequest, asked: BadgeCheckIn) -> Any:
    """签名、期限、是否撤销、是否属于所在的网页、店铺现在的状况。 / Its signature, its end, whether it was revoked or copied, and how the shop is now."""
    return badge_verify(asked.badge, address=asked.address, known_at=timezone.now())


@router.get(
    "/{number}", auth=None, throttle=OPEN, response=BadgeOut, summary="一个标识 / a badge", operation_id="badge_show"
)
def show(request: HttpRequest, number: Id) -> Any:
    """标识的内容和现在的状态。 / What it says, and what it is worth now."""
    return badge_shown(badge_of(number), known_at=timezone.now())


@router.post("/{number}/steps/revocation", response=BadgeOut, summary="撤销 / revoke", operation_id="badge_revoke")
def revoke(request: HttpRequest, number: Id, said: BadgeWordsIn) -> Any:
    """平台撤销自己店铺的，部门依法撤销；理由公开。 / By its platform or a department; anybody reads the reasons."""
    at, badge = timezone.now(), badge_of(number)
    services.badge_revoke(badge=badge, words=said.words, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return badge_shown(badge, known_at=at)


@router.post("/{number}/steps/restoration", response=BadgeOut, summary="恢复 / restore", operation_id="badge_restore")
def restore(request: HttpRequest, number: Id, said: BadgeWordsIn) -> Any:
    """由撤销的单位恢复，店铺须仍符合条件。 / By whoever revoked it; the shop must be fit again."""
    at, badge = timezone.now(), badge_of(number)
    services.badge_restore(badge=badge, words=said.words, asker=request.auth, at=at)  # type: ignore[attr-defined]
    return badge_shown(badge, known_at=at)
