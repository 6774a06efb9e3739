"""The staff's complaints: those in which it is their turn, one with its steps, and who complained, opened in a case alone. They read the clock."""

from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.actors.selectors import Asker, actor_titled, actors_of_kinds
from chengxin.commerce.complaints.models import Exhibit
from chengxin.commerce.complaints.rules import AGENCIES
from chengxin.commerce.complaints.selectors import (
    complaint_accessible,
    complaints_accessible,
    complaints_owing,
    complaints_shown,
    doers_of,
    exhibits_of,
    funds_for,
    joinings_of,
    leg_now,
    payment_of,
)
from chengxin.commerce.complaints.services import exhibits, funds, joining, opening, stepping
from chengxin.commerce.complaints.services.stepping import Said
from chengxin.commerce.merchants.selectors import law_of
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import NothingChosen
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import day_typed, page_asked

MOST = 50


@require_safe
@staff_only
def complaints(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Those in which it is the asker's turn, the first due first; and the latest of the others."""
    at = timezone.now()
    on = timezone.localdate(at)
    page, others = page_asked(request), page_asked(request, "latest")
    owing, more = complaints_owing(asker, on=on, page=page, most=MOST)
    mine = {each.number for each in owing}
    some = complaints_accessible(asker).select_related("joined")[(others - 1) * MOST : others * MOST + 1]
    found = [] if page > 1 else list(some)
    latest = complaints_shown([c for c in found[:MOST] if c.number not in mine], doers=None, asker=asker, on=on)
    pages = {
        "page": page,
        "next": page + 1 if more else None,
        "others": others,
        "others_next": others + 1 if len(found) > MOST else None,
    }
    return render(
        request, "desk/complaints.html", {"owing": owing, "latest": latest, "asker": asker, "today": on, **pages}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def complaint(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One complaint with the consumer's words; a step, or who complained."""
    at, more = timezone.now(), dict[str, Any]()
    try:
        if request.method == "POST" and "case_number" in request.POST:
            more["who"] = opening.complainant_open(
                number=number, case_number=request.POST["case_number"], asker=asker, at=at
            )
        elif request.method == "POST" and "into" in request.POST:
            joining.complaint_join(
                number=number,
                into=request.POST["into"].strip(),
                reasons=request.POST.get("why", ""),
                asker=asker,
                at=at,
            )
            more["done"] = True
        elif request.method == "POST" and "recovered" in request.POST:
            funds.recovery_add(
                number=number,
                amount=_money(request.POST["recovered"]) or Decimal(0),
                on=day_typed(request.POST.get("on", "")) or timezone.localdate(at),
                document=request.POST.get("document", ""),
                asker=asker,
                at=at,
            )
            more["done"] = True
        elif request.method == "POST" and "part" in request.POST:
            joining.complaint_part(number=number, reasons=request.POST.get("why", ""), asker=asker, at=at)
            more["done"] = True
        elif request.method == "POST":
            if not request.POST.get("to"):
                raise NothingChosen
            said = Said(
                request.POST.get("reasons", ""), request.POST.get("remedy", ""), _money(request.POST.get("amount", "")),
                request.POST.get("ground", ""), request.POST.get("to_agency", ""), request.POST.get("fund", ""),
            )  # fmt: skip
            stepping.complaint_step(number=number, to=request.POST["to"], said=said, asker=asker, at=at)
            more["done"] = True
    except Refusal as refusal:
        more |= {"refusal": refusal, "typed": request.POST}
    try:
        shown = opening.complaint_read(number=number, asker=asker, at=at)
    except Refusal as refusal:
        return render(request, "desk/complaint.html", {"refusal": refusal, "asker": asker}, status=refusal.status)
    law = law_of(timezone.localdate(at))
    context = {
        "shown": shown, "asker": asker, "remedies": law.code_lists["remedies"].choices, "grounds": law.code_lists["return-exceptions"].choices,
        "joinings": [(each, actor_titled(each.by)) for each in joinings_of(shown.complaint)],
        "funds": funds_for(shown.head, known_at=at), "payment": payment_of(shown.head),
        "joins": "authority" in doers_of(shown.head, asker, leg_now(shown.head)),
        "agencies": [each for each in actors_of_kinds(AGENCIES) if each.key != asker.key], **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/complaint.html", context, status=refused.status if refused else HTTPStatus.OK)


@require_safe
@staff_only
def exhibit(request: HttpRequest, asker: Asker, number: str, exhibit: int) -> HttpResponse:
    """What was handed in, as it was; the reading is written down."""
    try:
        found = next((e for e in exhibits_of(complaint_accessible(asker, number)) if e.pk == exhibit), None)
    except Refusal:
        found = None
    if found is None:
        return render(request, "desk/complaint.html", {"unknown": True, "asker": asker}, status=HTTPStatus.NOT_FOUND)
    kept = Exhibit.objects.get(pk=found.pk)
    content = exhibits.exhibit_read(exhibit=kept, by=asker.key, at=timezone.now())
    response = HttpResponse(content, content_type=kept.media_type)
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _money(written: str) -> Decimal | None:
    try:
        amount = Decimal(written or "NaN")
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 <= amount < 10**11 else None
