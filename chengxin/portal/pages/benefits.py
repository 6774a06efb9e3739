"""What is offered to whoever chooses to take part, the same page for everybody; and each person's own wallet, for them alone."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin import law as lawroom
from chengxin.actors.selectors import actors_of_kinds
from chengxin.benefits import services
from chengxin.benefits.rules import FactUnfit
from chengxin.benefits.selectors import catalogue, holding_of, offers_open, takes_part
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.reading import in_both_languages
from chengxin.portal.pages.signing import persons_only


@require_safe
@in_both_languages
def offered(request: HttpRequest) -> HttpResponse:
    """The table of points with each entry's article, and the catalogue by scene."""
    on = timezone.localdate(timezone.now())
    law = lawroom.load().on(on, settings.CHENGXIN_PLACE)
    table = [(entry, [law.cite(basis) for basis in entry.basis]) for _, entry in sorted(law.benefit_points.items())]
    context = {"table": table, "scenes": catalogue(on=on, jurisdiction=settings.CHENGXIN_PLACE)}
    return render(request, "portal/benefits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@persons_only
def wallet(request: HttpRequest, subject: int) -> HttpResponse:
    """The person's own wallet: take part, put in, take out, draw a code, leave."""
    if request.method != "POST":
        return _wallet(request, subject)
    at, act = timezone.now(), request.POST.get("act", "")
    try:
        if act == "draw":
            return _wallet(
                request, subject, code=services.code_draw(subject=subject, offer=_number(request, "offer"), at=at)
            )
        if act in ACTS:
            ACTS[act](request, subject, at)
    except Refusal as refusal:
        return _wallet(request, subject, refusal=refusal)
    return redirect("portal:my-benefits")


def _open(request: HttpRequest, subject: int, at: datetime) -> None:
    services.wallet_open(subject=subject, jurisdiction=settings.CHENGXIN_PLACE, at=at)


def _enter(request: HttpRequest, subject: int, at: datetime) -> None:
    typed = request.POST
    services.fact_enter(
        subject=subject, kind=typed.get("kind", ""), units=_number(request, "units"), on=day_read(typed.get("on", "")),
        issuer=typed.get("issuer", ""), evidence=typed.get("evidence", ""), at=at,
    )  # fmt: skip


def _add(request: HttpRequest, subject: int, at: datetime) -> None:
    services.fact_add_record(subject=subject, record=_number(request, "record"), at=at)


def _remove(request: HttpRequest, subject: int, at: datetime) -> None:
    services.fact_remove(subject=subject, fact=_number(request, "fact"), at=at)


def _leave(request: HttpRequest, subject: int, at: datetime) -> None:
    services.wallet_leave(subject=subject, at=at)
    services.owed_erase(by="public", at=at)


ACTS: dict[str, Callable[[HttpRequest, int, datetime], None]] = {
    "open": _open, "enter": _enter, "add": _add, "remove": _remove, "leave": _leave,
}  # fmt: skip


def _number(request: HttpRequest, name: str) -> int:
    written = request.POST.get(name, "").strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise FactUnfit(why="a number is missing", why_zh="缺少编号或者数量")
    return int(written)


def _wallet(request: HttpRequest, subject: int, *, refusal: Refusal | None = None, code: str = "") -> HttpResponse:
    at = timezone.now()
    on = timezone.localdate(at)
    law = lawroom.load().on(on, settings.CHENGXIN_PLACE)
    context: dict[str, Any] = {"refusal": refusal, "code": code, "part": takes_part(subject)}
    if context["part"]:
        kinds = [(key, entry) for key, entry in sorted(law.benefit_points.items()) if entry.confirmed_by]
        holding = holding_of(subject, on=on, known_at=at)
        context |= {
            "holding": holding,
            "kinds": kinds,
            "issuers": actors_of_kinds({kind for _, entry in kinds for kind in entry.confirmed_by}),
            "offers": [(offer, holding.points >= offer.points) for offer in offers_open(on=on)],
            "addable": [(f.record, law.record_types[f.record.record_type].title) for f in holding.addable],
            "today": on,
        }
    return render(request, "portal/my_benefits.html", context, status=refusal.status if refusal else HTTPStatus.OK)
