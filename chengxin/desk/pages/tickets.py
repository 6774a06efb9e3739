"""The tickets to platforms as the desk works them: the queue by day, one ticket, and what is decided of it. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.actors.selectors import Asker, actors_of_kinds
from chengxin.commerce.merchants.rules import DECIDING, REPLY
from chengxin.commerce.merchants.selectors import (
    STATES,
    law_of,
    suppliers_known,
    ticket_accessible,
    tickets_asked,
    tickets_shown,
)
from chengxin.commerce.merchants.services import ticketing
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import NothingChosen
from chengxin.kernel.errors import Refusal

PAGE = 50
REGULATORS = ("department", "operator")


@require_safe
@staff_only
def tickets(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The tickets that the asker may see, those due first, a page at a time; late ones marked."""
    at = timezone.now()
    which = {name: request.GET.get(name, "").strip()[:64] for name in ("platform", "shop", "finding", "state")}
    which["state"] = which["state"] if which["state"] in STATES else "open"
    written = request.GET.get("after", "")
    after = int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0
    found = list(tickets_asked(asker, known_at=at, **which)[after : after + PAGE + 1])
    context = {
        "tickets": tickets_shown(found[:PAGE], on=timezone.localdate(at)), "which": which, "next": after + PAGE if len(found) > PAGE else None,
        "findings": law_of(timezone.localdate(at)).code_lists["merchant-findings"].choices, "asker": asker,
        "platforms": [] if asker.kind == "platform" else actors_of_kinds(["platform"]),
    }  # fmt: skip
    return render(request, "desk/tickets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def ticket(request: HttpRequest, asker: Asker, ticket: int) -> HttpResponse:
    """One ticket: what was found, what was answered with which evidence, and what the asker can do."""
    if request.method != "POST":
        return _one(request, asker, ticket)
    kind, said = request.POST.get("kind", ""), request.POST.get("words", "")
    words: dict[str, Any] = {"ticket": ticket, "words": said, "asker": asker, "at": timezone.now()}
    try:
        if kind == REPLY:
            ticketing.ticket_answer(evidence=request.POST.get("evidence", "").split(), **words)
        elif kind in DECIDING:
            to = request.POST.get("to", "").strip() if kind == "escalated" else ""
            ticketing.ticket_decide(kind=kind, to=to, **words)
        else:
            raise NothingChosen
    except Refusal as refusal:
        return _one(request, asker, ticket, refusal=refusal)
    return _one(request, asker, ticket, done=True)


def _one(
    request: HttpRequest, asker: Asker, ticket: int, *, refusal: Refusal | None = None, done: bool = False
) -> HttpResponse:
    at = timezone.now()
    try:
        found = ticket_accessible(asker, ticket)
    except Refusal as unknown:
        return render(request, "desk/ticket.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    suppliers = found.finding.startswith("supplier-")
    context = {
        "suppliers": suppliers_known(found.platform, found.shop, on=timezone.localdate(at), known_at=at) if suppliers else [],
        "ticket": tickets_shown([found], on=timezone.localdate(at))[0], "asker": asker, "refusal": refusal, "done": done,
        "regulator": asker.kind in REGULATORS, "own": asker.key == found.platform or asker.kind == "operator",
        "agencies": actors_of_kinds(("department", "supervisor")), "typed": request.POST if refusal else {},
    }  # fmt: skip
    return render(request, "desk/ticket.html", context, status=refusal.status if refusal else HTTPStatus.OK)
