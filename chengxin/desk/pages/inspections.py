"""The staff's draws of inspections: commit, freeze, reveal, and the answer to each inspection. They read the clock."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import NothingChosen, inspections_read
from chengxin.inspections import services
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import number_typed

_APART = re.compile(r"[\s,，、;；]+")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def inspections(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The draws with what can be done next, and the inspections to be answered; what is refused says why."""
    if request.method != "POST":
        return _page(request, asker)
    try:
        return _page(request, asker, done=_do(request, asker))
    except Refusal as refusal:
        return _page(request, asker, refusal=refusal)


def _do(request: HttpRequest, asker: Asker) -> Any:
    typed = {name: request.POST.get(name, "").strip() for name in ("domain", "seed_hash", "seed", "reason", "document")}
    words: dict[str, Any] = {"asker": asker, "at": timezone.now()}
    draw = number_typed(request.POST.get("draw", "")) or 0
    match request.POST.get("do", ""):
        case "commit":
            return services.draw_commit(domain=typed["domain"], seed_hash=typed["seed_hash"], **words)
        case "freeze":
            inspectors = _APART.split(request.POST.get("inspectors", ""))
            return services.draw_freeze(draw=draw, inspectors=inspectors, **words)
        case "reveal":
            return services.draw_reveal(draw=draw, seed=typed["seed"], **words)
        case "abandon":
            return services.draw_abandon(draw=draw, reason=typed["reason"], **words)
        case "answer":
            return services.inspection_answer(
                inspection=number_typed(request.POST.get("inspection", "")) or 0, outcome=request.POST.get("outcome", ""),
                reason=typed["reason"], document=typed["document"], **words,
            )  # fmt: skip
        case _:
            raise NothingChosen


def _page(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    at = timezone.now()
    draws, open_ = inspections_read(asker=asker, at=at)
    context = {
        "draws": draws,
        "open": open_,
        "asker": asker,
        "today": timezone.localdate(at),
        "refusal": refusal,
        **more,
    }
    return render(request, "desk/inspections.html", context, status=refusal.status if refusal else 200)
