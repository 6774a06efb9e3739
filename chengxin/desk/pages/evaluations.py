"""Objections to evaluations that the register published: those that wait, all of them, and the centre's answer. They read the clock."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.actors.selectors import Asker
from chengxin.commerce.circles.rules import MOST_WORDS
from chengxin.commerce.logistics.services import quarter_objection_answer
from chengxin.commerce.objections.selectors import objections_owing
from chengxin.commerce.objections.services import objection_read, objections_read
from chengxin.commerce.ratings.services import rating_objection_answer
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import beside, page_asked

# Which room answers for which kind of evaluation.
ANSWERS: dict[str, Callable[..., Any]] = {"rating": rating_objection_answer, "quarter": quarter_objection_answer}
FIELDS = {"evaluation-not-computed-anew": "to"}


@require_safe
@staff_only
def objections(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Those that wait for the centre, the first due first; and all of them by page."""
    at, page = timezone.now(), page_asked(request)
    files, more = objections_read(asker=asker, at=at, page=page)
    context = {
        "owing": objections_owing(asker, known_at=at), "files": files, "page": page, "next": page + 1 if more else None, "asker": asker,
        "today": timezone.localdate(at),
    }  # fmt: skip
    return render(request, "desk/evaluations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def objection(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One objection: what the firm says of which version, each step, and the answer with its reasons."""
    at, more = timezone.now(), dict[str, Any]()
    try:
        found = objection_read(number=number, asker=asker, at=at)
        if request.method == "POST":
            typed = {name: request.POST.get(name, "") for name in ("to", "words")}
            try:
                ANSWERS[found["kind"]](number=number, **typed, asker=asker, at=timezone.now())
                return redirect("desk:evaluation", number)
            except Refusal as refusal:
                more = {"refusal": refusal, "beside": beside(refusal, FIELDS.get(refusal.code, "")), "typed": typed}
    except Refusal as unknown:
        return render(request, "desk/evaluation.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    context = {
        "file": found, "choices": [each for each in found["open"] if each["by"] == "credit-centre"], "asker": asker, "most": MOST_WORDS, **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/evaluation.html", context, status=refused.status if refused else HTTPStatus.OK)
