"""Data incidents, for whoever audits: what happened, what is owed until when, how many are concerned and were told; never who. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.audits.rules import MOST_DOCUMENT, MOST_WORDS, ORIGINS, PLACES, SAID, public_kinds
from chengxin.audits.services import closing_propose, incident_open, incident_read, incident_step, incidents_read
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.law.models import Words
from chengxin.portal.pages.typed import day_typed, number_typed

CLOSE = "close-access"
LONG = ("data", "cause", "harm", "advice")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def incidents(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Those that there are, and a form to enter one."""
    at, refusal = timezone.now(), None
    if request.method == "POST":
        try:
            return redirect("desk:incident", _opened(request, asker).number)
        except Refusal as unfit:
            refusal = unfit
    law = lawroom.load().on(timezone.localdate(at), settings.CHENGXIN_PLACE)
    fields = [(name, Words(zh=zh, en=en), name in LONG) for name, (en, zh) in SAID.items()]
    context = {
        "asker": asker, "incidents": incidents_read(asker=asker, at=at), "refusal": refusal, "kinds": public_kinds(law), "places": PLACES,
        "origins": ORIGINS, "fields": fields, "typed": request.POST, "most_words": MOST_WORDS, "finding": request.GET.get("finding", ""),
    }  # fmt: skip
    return render(request, "desk/incidents.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _opened(request: HttpRequest, asker: Asker) -> Any:
    typed = {name: request.POST.get(name, "").strip() for name in ("kind", "place", "reader", "origin")}
    account, finding = (number_typed(request.POST.get(name, "")) or 0 for name in ("account", "finding"))
    since, until = (day_typed(request.POST.get(name, "")) for name in ("since", "until"))
    said = {name: request.POST.get(name, "") for name in SAID}
    return incident_open(
        said=said, since=since, until=until, account=account or 0, finding=finding or None, asker=asker, at=timezone.now(), **typed
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def incident(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One of them, with the steps that may be taken now, and the way to have the firm's programs cut off by two persons."""
    at, refusal = timezone.now(), None
    if request.method == "POST":
        words = {name: request.POST.get(name, "") for name in ("words", "document", "recipient")}
        try:
            if (to := request.POST.get("to", "")) == CLOSE:
                closing_propose(number=number, words=words["words"], asker=asker, at=at)
                return redirect(f"{reverse('desk:incident', args=[number])}?proposed=1")
            incident_step(number=number, to=to, asker=asker, at=at, **words)
            return redirect(f"{reverse('desk:incident', args=[number])}?done=1")
        except Refusal as unfit:
            refusal = unfit
    try:
        shown = incident_read(number=number, asker=asker, at=at)
    except Refusal as unknown:
        return render(request, "desk/incidents.html", {"asker": asker, "refusal": unknown}, status=unknown.status)
    steps = {step["to"]: step for step in reversed(shown["open"]) if step["by"] == "credit-centre"}
    context = {
        "asker": asker, "incident": shown, "said": [(SAID[name], shown[name]) for name in SAID], "steps": list(reversed(steps.values())),
        "origin": ORIGINS[shown["origin"]], "refusal": refusal, "done": "done" in request.GET, "proposed": "proposed" in request.GET,
        "typed": request.POST, "most_words": MOST_WORDS, "most_document": MOST_DOCUMENT, "close": CLOSE if asker.kind == "operator" and shown["place"] == "reader" else "",
    }  # fmt: skip
    return render(request, "desk/incident.html", context, status=refusal.status if refusal else HTTPStatus.OK)
