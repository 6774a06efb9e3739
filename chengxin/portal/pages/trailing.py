"""The page of goods behind their GS1 Digital Link: what was said to have happened to them, by whom, and what is not known."""

from urllib.parse import quote

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from chengxin.commerce.trails.rules.identifying import ROOT, GoodsUnknown, goods_of
from chengxin.commerce.trails.services.reading import trail_read
from chengxin.portal.pages.reading import in_both_languages, passing


@require_safe
@in_both_languages
@passing
def goods(request: HttpRequest, gtin: str, lot: str = "", serial: str = "") -> HttpResponse:
    """The trail of a lot or a piece; of a class its name alone, for a class has no trail of its own."""
    below = f"/21/{quote(serial, safe='')}" if serial else f"/10/{quote(lot, safe='')}" if lot else ""
    try:
        named = goods_of(f"{ROOT}/01/{gtin}{below}")
    except GoodsUnknown as refusal:
        return render(request, "portal/trail.html", {"refusal": refusal}, status=404)
    trail = trail_read(goods=named, at=timezone.now())
    address = settings.CHENGXIN_SITE_URL.rstrip("/") + named.path
    picture = SafeString(segno.make(address, error="m").svg_inline(scale=4, svgclass=None, lineclass=None))
    return render(request, "portal/trail.html", {"trail": trail, "address": address, "picture": picture})
