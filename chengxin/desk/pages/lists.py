"""The staff's lists: what each is, who stands on it, and an entry proposed. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import list_opened, listing_look, lists_proposable, lists_read
from chengxin.kernel.errors import Refusal
from chengxin.lists.services.listing import listing_propose
from chengxin.portal.pages.typed import number_typed


@require_safe
@staff_only
def lists(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Every list of the lawbook."""
    return _lists(request, asker)


@require_safe
@staff_only
def opened(request: HttpRequest, asker: Asker, place: str, key: str) -> HttpResponse:
    """One list's file."""
    before = request.GET.get("before", "")
    try:
        found = list_opened(
            asker=asker,
            place=place,
            key=key,
            at=timezone.now(),
            before=number_typed(before),
        )
    except Refusal as refusal:
        return _lists(request, asker, refusal=refusal)
    return render(request, "desk/list.html", {"opened": found, "asker": asker, "place": place})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def propose(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Choose list and firm, see the records on which an entry may rest, write reasons, see the notice, and file it; what is filed is
    seen as its case.
    """
    if request.method != "POST":
        return _propose(request, asker, typed={"list": request.GET.get("list", "")})
    typed = {name: request.POST.get(name, "").strip() for name in ("list", "code", "record", "reasons", "act")}
    place, _, key = typed["list"].partition("/")
    record = int(typed["record"]) if typed["record"].isdecimal() and len(typed["record"]) < 19 else None
    words: dict[str, Any] = {"asker": asker, "list_key": key, "number": typed["code"], "at": timezone.now()}
    looked = None
    try:
        if typed["act"] == "file" and record is not None and typed["reasons"]:
            made = listing_propose(record=record, reasons=typed["reasons"], jurisdiction=place, **words)
            return redirect("desk:case", made.number)
        looked = listing_look(place=place, record=record, reasons=typed["reasons"], **words)
    except Refusal as refusal:
        return _propose(request, asker, typed=typed, refusal=refusal)
    return _propose(request, asker, typed=typed, looked=looked, record=record)


def _lists(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None) -> HttpResponse:
    context = {"lists": lists_read(asker=asker, at=timezone.now()), "asker": asker, "refusal": refusal}
    return render(request, "desk/lists.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _propose(
    request: HttpRequest, asker: Asker, *, typed: dict[str, str], refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    if refusal is not None and typed.get("record"):  # refused on its ground: the others stay in view
        place, _, key = typed["list"].partition("/")
        try:
            words: dict[str, Any] = {"asker": asker, "number": typed["code"], "at": timezone.now()}
            more["looked"] = listing_look(place=place, list_key=key, **words)
        except Refusal:
            pass  # the list or the firm itself is what was refused
    lists = lists_proposable(asker=asker, at=timezone.now())
    context = {"lists": lists, "typed": typed, "asker": asker, "refusal": refusal, **more}
    return render(request, "desk/propose.html", context, status=refusal.status if refusal else HTTPStatus.OK)
