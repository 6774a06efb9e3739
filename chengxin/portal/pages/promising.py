"""What was promised with repairs: a list of organisations' promises that may be shown today, a page at a time, and as a table."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_text, file_named
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.typed import number_typed
from chengxin.portal.rules import Query, query_read
from chengxin.portal.selectors import PROMISE_HEADS, promise_rows, promises_page


@answering
def promises(request: HttpRequest) -> HttpResponse:
    """The latest first. What is typed comes by POST only: it may be about a person, and must not stand in an address or a log."""
    at, typed = timezone.now(), request.POST.get("q", "").strip()
    context: dict[str, Any] = {"q": typed}
    try:
        before = _before(request.POST.get("before") or request.GET.get("before", ""))
        shown, more = promises_page(_asked(typed), on=timezone.localdate(at), known_at=at, before=before)
    except Refusal as refusal:
        return render(request, "portal/promises.html", {"refusal": refusal}, status=refusal.status)
    context |= {"promises": shown, "more": more}
    return render(request, "portal/promises.html", context, status=HTTPStatus.OK)


@answering
def promises_csv(request: HttpRequest) -> HttpResponse:
    """All of them, or those that are asked for, for a spreadsheet."""
    at = timezone.now()
    try:
        rows = list(promise_rows(_asked(request.POST.get("q", "").strip()), on=timezone.localdate(at), known_at=at))
    except Refusal as refusal:
        return render(request, "portal/promises.html", {"refusal": refusal}, status=refusal.status)
    answer = HttpResponse(csv_text(PROMISE_HEADS, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = file_named("promises", at)
    return answer


def _asked(typed: str) -> Query | None:
    return query_read(typed) if typed else None


def _before(written: str) -> int | None:
    """The record before which the page begins; what is no number begins at the first."""
    return number_typed(written)
