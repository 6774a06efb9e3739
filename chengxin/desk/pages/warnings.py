"""The staff's consumer warnings: a draft, its steps, danger to life by a second officer, and which platforms have acknowledged. They read the clock."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.warnings import services
from chengxin.commerce.warnings.rules import GROUNDS, LONGEST, OPTIONAL, STEPS, TEXTS
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import NothingChosen
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import day_typed, number_typed

NAMES = ("ground", "list_key", "record", "recall", "platform", "shop", "until")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def warnings(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The warnings that are handled, those with receipts overdue marked; and the form of a draft."""
    if request.method != "POST":
        return _list(request, asker)
    typed = {name: request.POST.get(name, "").strip() for name in (*NAMES, *TEXTS)}
    try:
        done = services.warning_draft(
            ground=typed["ground"], said={name: typed[name] for name in TEXTS}, until=day_typed(typed["until"]) or date.min, record=number_typed(typed["record"]),
            recall=number_typed(typed["recall"]), list_key=typed["list_key"], platform=typed["platform"], shop=typed["shop"], asker=asker, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _list(request, asker, refusal=refusal, typed=typed)
    return redirect("desk:warning", done.number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def warning(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One warning: its words, its steps, what can be done now, and each platform's receipt."""
    if request.method != "POST":
        return _one(request, asker, number)
    to, said = request.POST.get("to", ""), request.POST.get("words", "")
    words: dict[str, Any] = {"number": number, "words": said, "asker": asker, "at": timezone.now()}
    try:
        if to == "urgent":
            done = services.warning_urgent(**words)
        elif to in STEPS:
            done = services.warning_step(to=to, **words)
        else:
            raise NothingChosen
    except Refusal as refusal:
        return _one(request, asker, number, refusal=refusal)
    return _one(request, asker, number, done=done)


def _list(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, typed: Any = None) -> HttpResponse:
    at = timezone.now()
    law = law_of(timezone.localdate(at))
    lists = {k: e.title for k, e in sorted(law.lists.items()) if law.record_types[e.record_type].tone == "adverse"}
    typed = typed or {}
    texts = [
        (name, f"{zh} / {en}", most, name not in OPTIONAL, typed.get(name, ""))
        for name, (most, zh, en) in TEXTS.items()
    ]
    context = {
        "warnings": services.warnings_read(asker=asker, at=at), "grounds": law.code_lists[GROUNDS].choices, "lists": lists, "texts": texts,
        "typed": typed, "longest": law.parameter(LONGEST), "asker": asker, "refusal": refusal,
    }  # fmt: skip
    return render(request, "desk/warnings.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _one(
    request: HttpRequest, asker: Asker, number: str, *, refusal: Refusal | None = None, done: Any = None
) -> HttpResponse:
    try:
        found = services.warning_read(number=number, asker=asker, at=timezone.now())
    except Refusal as unknown:
        return render(request, "desk/warning.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    steps = [each for each in found["open"] if each["by"] == "authority"]
    context = {"warning": found, "steps": steps, "asker": asker, "refusal": refusal, "done": done, "typed": request.POST if refusal else {}}  # fmt: skip
    return render(request, "desk/warning.html", context, status=refusal.status if refusal else HTTPStatus.OK)
