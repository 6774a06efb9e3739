"""A platform as anybody may see it: what it discloses, and what departments did about its duties. It reads the clock."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from chengxin.actors.selectors import actor_coded, actor_titled, actors_of_kinds, agreements_known
from chengxin.commerce.circles.rules import KINDS
from chengxin.commerce.circles.selectors import firms_filed, platform_acts, price_cases
from chengxin.commerce.merchants.rules import NotAPlatform
from chengxin.commerce.merchants.selectors import disclosures_known, law_of
from chengxin.kernel.tables import csv_text, file_named
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.typed import page_asked

MOST, MOST_ROWS = 50, 100_000
FIRM_HEADS = ("代码 code", "名称 name", "类别 kind", "情况 state", "自 since", "文书 document", "登记单位 filed by")
PRICE_HEADS = (
    "代码 code", "名称 name", "违法行为 violation", "依据 ground", "机关 authority", "文书 document", "决定日期 decided on", "公示至 shown until",
)  # fmt: skip
STATES = {
    "registered": gettext_noop("已登记或者备案"), "revoked": gettext_noop("许可已被吊销"), "unlicensed": gettext_noop("经决定认定无证经营"),
}  # fmt: skip


@require_safe
@in_both_languages
@passing
def platform(request: HttpRequest, platform: str) -> HttpResponse:
    """Its disclosures, and each act about a duty that stands, with its own answers beside it."""
    at = timezone.now()
    if not actors_of_kinds(["platform"]).filter(key=platform).exists():
        refusal = NotAPlatform(actor=platform[:63], kind="-")
        return render(request, "portal/platform.html", {"refusal": refusal}, status=HTTPStatus.NOT_FOUND)
    kinds = law_of(timezone.localdate(at)).code_lists["platform-disclosures"].codes
    context = {
        "key": platform, "title": actor_titled(platform), "code": actor_coded(platform), "on": timezone.localdate(at),
        "acts": platform_acts(platform, known_at=at),
        "disclosures": [(kinds[d["kind"]].title, d) for d in disclosures_known(platform, known_at=at) if d["kind"] in kinds],
    }  # fmt: skip
    return render(request, "portal/platform.html", context)


@require_safe
@in_both_languages
@passing
def firms(request: HttpRequest) -> HttpResponse:
    """The firms that support e-commerce, of one kind or of all, each by its document. Organisations only."""
    at, asked = timezone.now(), request.GET.get("kind", "")
    kinds = law_of(timezone.localdate(at)).code_lists[KINDS].codes
    kind = asked if asked in kinds else ""
    page = page_asked(request)
    found = firms_filed(known_at=at, kind=kind)
    shown = [
        {**each, "filed": [{**said, "state_title": STATES[said["state"]]} for said in each["filed"]]}
        for each in found[(page - 1) * MOST : page * MOST]
    ]
    context = {
        "kinds": [(key, code.title) for key, code in kinds.items()],
        "kind": kind,
        "firms": shown,
        "count": len(found),
        "page": page,
        "next": page + 1 if len(found) > page * MOST else None,
        "kept": urlencode({"kind": kind}) + "&" if kind else "",
    }
    return render(request, "portal/firms.html", context)


@require_safe
def firms_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet, a line for each that says so."""
    at, asked = timezone.now(), request.GET.get("kind", "")
    kinds = law_of(timezone.localdate(at)).code_lists[KINDS].codes
    found = firms_filed(known_at=at, kind=asked if asked in kinds else "")
    rows = [
        [f["code"], f["name"], f"{f['kind_title']} {f['kind']}", f"{STATES[said['state']]} {said['state']}", said["since"], said["document"], said["by_title"]]
        for f in found
        for said in f["filed"]
    ]  # fmt: skip
    return _table("firms", FIRM_HEADS, rows, at)


@require_safe
@in_both_languages
@passing
def prices(request: HttpRequest) -> HttpResponse:
    """Penalties of e-commerce firms under the Price Law that may be shown today, the latest decided first."""
    page = page_asked(request)
    found = price_cases(known_at=timezone.now(), most=page * MOST + 1)
    shown, more = found[(page - 1) * MOST : page * MOST], len(found) > page * MOST
    return render(request, "portal/prices.html", {"cases": shown, "page": page, "next": page + 1 if more else None})


@require_safe
def prices_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    names = ("code", "name", "violation", "ground", "authority", "document", "decided_on", "shown_until")
    at = timezone.now()
    found = price_cases(known_at=at, most=MOST_ROWS)
    return _table("prices", PRICE_HEADS, [[case[name] for name in names] for case in found], at)


def _table(name: str, heads: Sequence[str], rows: list[list[Any]], at: datetime) -> HttpResponse:
    told = HttpResponse(csv_text(heads, rows), content_type="text/csv; charset=utf-8")
    told["Content-Disposition"] = file_named(name, at)
    return told


@require_safe
@in_both_languages
@passing
def agreements(request: HttpRequest) -> HttpResponse:
    """Under which agreement which platform, credit-service firm or association exchanges what."""
    return render(request, "portal/agreements.html", {"agreements": agreements_known(at=timezone.now())})
