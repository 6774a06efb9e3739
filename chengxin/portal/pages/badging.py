"""A shop's badge as a shopper meets it: its picture, the page that it leads to, and a form for whoever was handed one. They read the clock."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_safe

from chengxin.commerce.badges.selectors import badge_of, badge_shown, badge_verify
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.ratings.rules import FIRM, kind_of
from chengxin.commerce.ratings.selectors import MILLION
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin_verify.badges import host_of

STATES = {
    "valid": gettext_noop("有效"),
    "ended": gettext_noop("已到期"),
    "revoked": gettext_noop("已被撤销"),
    "lapsed": gettext_noop("店铺现在不符合条件，标识不作数"),
}
LONGEST = 20_000


@require_safe
@in_both_languages
@passing
@xframe_options_deny
def badge(request: HttpRequest, number: str) -> HttpResponse:
    """What the badge is worth now and whose it is; and a warning where the page that led here is not the shop's own."""
    at = timezone.now()
    try:
        shown = badge_shown(badge_of(number), known_at=at)
    except Refusal as refusal:
        return render(request, "portal/badge.html", {"refusal": refusal}, status=refusal.status)
    licences = law_of(timezone.localdate(at)).code_lists["merchant-licences"].codes
    context = {
        "badge": shown, "rating": graded(shown["rating"]), "now": graded(shown["rating_now"]), "rateable": rateable(shown),
        "state": STATES[shown["state"]], "came_from": came_from(request, shown["address"]),
        "licences": [(licences[e["licence"]].title, e["number"]) for e in shown["licences"] if e["licence"] in licences],
    }  # fmt: skip
    return render(request, "portal/badge.html", context)


def graded(rating: dict[str, Any] | None) -> dict[str, Any] | None:
    """A grade with its bounds of a hundred."""
    if rating is None:
        return None
    bounds = {name: None if rating[name] is None else f"{rating[name] * 100 / MILLION:.1f}" for name in ("low", "high")}
    return {**rating, **bounds}


def rateable(shown: dict[str, Any]) -> bool:
    """Whether it is a firm's shop, that may have a grade."""
    return kind_of(shown["kind"], shown["code"]) == FIRM


def came_from(request: HttpRequest, address: str) -> str:
    """The host of the page that led here, where it told and is neither the shop's nor one of ours."""
    host = host_of(request.headers.get("Referer", ""))
    ours = urlsplit(settings.CHENGXIN_SITE_URL).netloc.lower()
    return "" if host in ("", ours, request.get_host().lower(), host_of(address)) else host


@require_safe
def picture(request: HttpRequest, number: str) -> HttpResponse:
    """The picture that stands on the shop's page: what the badge is worth now, in words."""
    at = timezone.now()
    try:
        shown = badge_shown(badge_of(number), known_at=at)
    except Refusal:
        shown = {"state": "unknown", "title": "", "platform_title": "", "number": "", "rating_now": None}
    told = shown["state"] == "valid" or shown.get("because") == "outdated"
    context = {"badge": shown, "graded": graded(shown["rating_now"]) if told else None}
    answer = render(request, "portal/badge.svg", context, content_type="image/svg+xml")
    # Shown on other sites by design; a minute's memory is all that a revocation waits for.
    answer.headers["Cache-Control"] = "public, max-age=60"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@answering
def check(request: HttpRequest) -> HttpResponse:
    """Hold the text of a badge, or its number, against what the register signed."""
    if request.method != "POST":
        return render(request, "portal/badges.html", {"longest": LONGEST})
    typed, address = request.POST.get("badge", "")[:LONGEST], request.POST.get("address", "").strip()[:500]
    at = timezone.now()
    if "\n" in typed.strip():
        found = badge_verify(typed, address=address, known_at=at)
        return _answered(request, found, address)
    try:
        found = badge_verify(badge_of(typed).note, address=address, known_at=at)
    except Refusal as refusal:
        context = {"refusal": refusal, "typed": typed[:60], "address": address, "longest": LONGEST}
        return render(request, "portal/badges.html", context, status=refusal.status)
    return _answered(request, found, address)


def _answered(request: HttpRequest, found: dict[str, Any], address: str) -> HttpResponse:
    status = HTTPStatus.OK if found["holds"] else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"found": found, "rating": graded(found["rating"]), "address": address, "longest": LONGEST}
    return render(request, "portal/badges.html", context, status=status)
