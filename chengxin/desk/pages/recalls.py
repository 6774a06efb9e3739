"""The staff's recalls: goods called back, which firms were told and what each answered, the steps until it is closed. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.rules.recalling import AUTHORITIES, MOST_WORDS
from chengxin.commerce.trails.services import recalling
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal

NAMES = ("goods", "reason", "reason_en", "advice", "advice_en", "maker", "document")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def recalls(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The recalls that the asker may see, late receipts and answers marked; and the form by which goods are called back."""
    if request.method != "POST":
        return _list(request, asker)
    typed = {name: request.POST.get(name, "").strip() for name in NAMES}
    try:
        done = recalling.recall_open(asker=asker, at=timezone.now(), **typed)
    except Refusal as refusal:
        return _list(request, asker, refusal=refusal, typed=typed)
    return redirect("desk:recall", done.recall)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def recall(request: HttpRequest, asker: Asker, recall: int) -> HttpResponse:
    """One recall: its figures, each firm that was told with its receipt and answers, its steps, and what can be done now."""
    if request.method != "POST":
        return _one(request, asker, recall)
    to, at = request.POST.get("to", ""), timezone.now()
    try:
        if to == "renew":
            done = recalling.recall_renew(recall=recall, asker=asker, at=at)
        else:
            done = recalling.recall_step(
                recall=recall, to=to, reasons=request.POST.get("reasons", ""), asker=asker, at=at
            )
    except Refusal as refusal:
        return _one(request, asker, recall, refusal=refusal)
    return _one(request, asker, recall, done=done)


def _list(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, typed: Any = None) -> HttpResponse:
    context = {
        "recalls": recalling.recalls_look(asker=asker, at=timezone.now()), "typed": typed or {}, "most": MOST_WORDS, "asker": asker,
        "refusal": refusal, "authority": asker.kind in AUTHORITIES,
    }  # fmt: skip
    return render(request, "desk/recalls.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _one(
    request: HttpRequest, asker: Asker, recall: int, *, refusal: Refusal | None = None, done: Any = None
) -> HttpResponse:
    try:
        found = recalling.recall_look(recall=recall, asker=asker, at=timezone.now())
    except Refusal as unknown:
        return render(request, "desk/recall.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    context = {"recall": found, "asker": asker, "refusal": refusal, "done": done, "most": MOST_WORDS}
    return render(request, "desk/recall.html", context, status=refusal.status if refusal else HTTPStatus.OK)
