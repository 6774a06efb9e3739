"""A shop's rating as it was published, with what it rests on, and the card of the method. Of a natural person's shop there are counts alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from chengxin.commerce.ratings.selectors import method_known, method_said, rating_shown
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.reading import in_both_languages, passing

COUNTS = {
    "orders": gettext_noop("订单"),
    "reviews": gettext_noop("买家的评价"),
    "added": gettext_noop("其中有追评的"),
    "hidden": gettext_noop("其中被隐藏的"),
    "withdrawn": gettext_noop("其中平台称评价者撤回的"),
    "vanished": gettext_noop("其中平台后来不再报送的"),
    "returns": gettext_noop("退货申请"),
    "parcels": gettext_noop("包裹"),
    "remarks": gettext_noop("店铺对交易的评价"),
}
EVIDENCE = {
    "orders": gettext_noop("订单"),
    "reviews": gettext_noop("买家的评价"),
    "returns": gettext_noop("退货申请"),
    "parcels": gettext_noop("包裹"),
    "vanished": gettext_noop("不再报送的评价"),
    "complaints": gettext_noop("有投诉的订单"),
}
OF_SHARE = 100


@require_safe
@in_both_languages
@passing
def shop(request: HttpRequest, platform: str, shop: str) -> HttpResponse:
    """Its word and total with the interval, each feature with its evidence, what was taken out and what it would be otherwise."""
    asked, written = request.GET.get("period", "")[:10], request.GET.get("version", "")
    version = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
    try:
        found = rating_shown(platform, shop, asked.replace("\0", ""), version, known_at=timezone.now())
    except Refusal as refusal:
        context = {"refusal": refusal, "platform": platform, "shop": shop}
        return render(request, "portal/rating.html", context, status=refusal.status)
    context = {
        "rating": found, "counts": [(title, found.counts[name]) for name, title in COUNTS.items()], "features": _told(found.features),
        "before": _hundred(found.without) if found.without else None, "total": _hundred(found.__dict__),
        "earlier": [each for each in found.versions if each != found.version], "other": [each for each in found.periods if each != found.period],
    }  # fmt: skip
    return render(request, "portal/rating.html", context)


def _hundred(found: Any) -> dict[str, Any]:
    """A total and its bounds, of a hundred."""
    said = {name: None if found[name] is None else f"{found[name] * OF_SHARE:.1f}" for name in ("total", "low", "high")}
    return {**said, "grade_zh": found["grade_zh"], "grade_en": found["grade_en"]}


def _told(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each feature as it is read: stars as stars, shares in percent."""
    told = []
    for each in features:
        value = each["value"]
        stars = each["computed"] == "review-stars"
        shown = "—" if value is None else f"{value:.2f} / 5" if stars else f"{value * OF_SHARE:.1f}%"
        bounds = f"{each['low'] * OF_SHARE:.1f}–{each['high'] * OF_SHARE:.1f}"
        evidence = [{**some, "title": EVIDENCE[some["kind"]]} for some in each["evidence"]]
        rows = sum(some["rows_read"] for some in evidence)
        told.append({**each, "shown": shown, "bounds": bounds, "evidence": evidence, "rows": rows})
    return told


@require_safe
@in_both_languages
@passing
def method(request: HttpRequest, key: str) -> HttpResponse:
    """What the method is computed from, its weights, least counts and words; the version of another day where one is asked for."""
    written = request.GET.get("on", "")
    try:
        on = day_read(written) if written else timezone.localdate()
        said = method_said(method_known(key, on=on), on=on)
    except Refusal as refusal:
        return render(request, "portal/method.html", {"refusal": refusal}, status=refusal.status)
    return render(request, "portal/method.html", {"method": said, "since": said["from"]})
