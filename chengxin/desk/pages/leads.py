"""The staff's leads: those in which it is their turn, one with its reports and steps, what a platform is asked for and answers, and who reported, opened in a
case alone. They read the clock.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.actors.selectors import Asker, actors_of_kinds
from chengxin.commerce.complaints.models import Exhibit
from chengxin.commerce.complaints.services.exhibits import exhibit_read
from chengxin.commerce.leads import services
from chengxin.commerce.leads.rules import AGENCIES, OPENING
from chengxin.commerce.leads.selectors import (
    lead_accessible,
    lead_shown,
    leads_accessible,
    leads_listed,
    leads_owing,
    request_told,
    requests_to,
)
from chengxin.commerce.leads.services import Said
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import NothingChosen
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import day_typed, page_asked

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def leads(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Those in which it is the asker's turn, the first due first, and the latest of the others; to a platform what it was asked for, and its answer."""
    at = timezone.now()
    on, more = timezone.localdate(at), dict[str, Any]()
    if request.method == "POST":
        try:
            services.material_give(
                number=request.POST.get("request", ""), words=request.POST.get("words", ""), digests=request.POST.get("digests", "").split(), asker=asker, at=at
            )  # fmt: skip
            more["done"] = True
        except Refusal as refused:
            more |= {"refusal": refused, "typed": request.POST}
    page, others, asking = page_asked(request), page_asked(request, "latest"), page_asked(request, "asked")
    owing, beyond = leads_owing(asker, on=on, most=MOST, page=page)
    mine = {each.number for each in owing}
    some = leads_accessible(asker)[(others - 1) * MOST : others * MOST + 1]
    found = [] if page > 1 else leads_listed(some, asker, on=on)
    latest = [each for each in found[:MOST] if each.number not in mine]
    asked = [request_told(each, on=on) for each in requests_to(asker)[(asking - 1) * MOST : asking * MOST + 1]]
    context = {
        "owing": owing,
        "latest": latest,
        "asked": asked[:MOST],
        "asking": asking,
        "asking_next": asking + 1 if len(asked) > MOST else None,
        "others": others,
        "others_next": others + 1 if len(found) > MOST else None,
        "asker": asker,
        "page": page,
        "next": page + 1 if beyond else None,
        **more,
    }
    refusal = more.get("refusal")
    return render(request, "desk/leads.html", context, status=refusal.status if refusal else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def lead(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One lead with its reports; a step, who reported, a question to the platform, or parting it."""
    at, more = timezone.now(), dict[str, Any]()
    try:
        if request.method == "POST":
            more |= _done(request, asker, number)
    except Refusal as refusal:
        more |= {"refusal": refusal, "typed": request.POST}
    try:
        shown = services.lead_read(number=number, asker=asker, at=at)
    except Refusal as refusal:
        return render(request, "desk/lead.html", {"refusal": refusal, "asker": asker}, status=refusal.status)
    on = timezone.localdate(at)
    context = {
        "shown": shown, "asker": asker, "opens": bool(shown.choices) and asker.kind in OPENING, "charged": bool(shown.choices),
        "joined": shown.lead.head.pk != shown.lead.pk, "asked": [request_told(each, on=on, words=True) for each in shown.requests],
        "agencies": [each for each in actors_of_kinds(AGENCIES) if each.key != asker.key], **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/lead.html", context, status=refused.status if refused else HTTPStatus.OK)


def _done(request: HttpRequest, asker: Asker, number: str) -> dict[str, Any]:
    """Do what the form that was sent is for."""
    at, typed = timezone.now(), request.POST
    if "case_number" in typed:
        case, reason = typed["case_number"], typed.get("reason", "")
        who = services.reporter_open(number=number, case_number=case, reason=reason, asker=asker, at=at)
        return {"who": who, "of": number}
    if "what" in typed:
        services.material_ask(
            number=number, what=typed["what"], due_on=day_typed(typed.get("due_on", "")), asker=asker, at=at
        )
    elif "part" in typed:
        services.lead_part(number=number, reasons=typed["part"], asker=asker, at=at)
    elif typed.get("to"):
        said = Said(*(typed.get(name, "") for name in ("reasons", "document", "approved_by", "to_agency")))
        services.lead_step(number=number, to=typed["to"], said=said, asker=asker, at=at)
    else:
        raise NothingChosen
    return {"done": True}


@require_safe
@staff_only
def exhibit(request: HttpRequest, asker: Asker, number: str, exhibit: int) -> HttpResponse:
    """What was handed in with a report that the asker may read; the reading is written down."""
    at = timezone.now()
    try:
        shown = lead_shown(lead_accessible(asker, number), on=timezone.localdate(at), asker=asker)
        found = next((e for report in shown.reports for e in report.exhibits if e.pk == exhibit), None)
    except Refusal:
        found = None
    if found is None:
        return render(request, "desk/lead.html", {"unknown": True, "asker": asker}, status=HTTPStatus.NOT_FOUND)
    kept = Exhibit.objects.get(pk=found.pk)
    response = HttpResponse(exhibit_read(exhibit=kept, by=asker.key, at=at), content_type=kept.media_type)
    response["Content-Disposition"] = "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
