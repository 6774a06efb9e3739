"""The staff's pages: the queue of waiting rows, and what was decided. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.accounts.services.confirming import four_eyes
from chengxin.actors.selectors import Asker
from chengxin.desk.deeds import TAKING_BACK, taking_back_propose
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.selectors import decisions_undone
from chengxin.desk.services import decision_undo, decisions_read, queue_read, row_decide
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal

LATEST = "latest"  # the session holds the row decided last


@require_safe
@staff_only
def queue(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The row that should be decided next, or the one that `row` names."""
    return _queue(request, asker, row=_row(request.GET.get("row", "")))


@require_POST
@staff_only
def decide(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Write a decision down and go on to the next row; what is refused stays on its row with the reason."""
    row = _row(request.POST.get("row", ""))
    if row is None:
        return redirect("desk:queue")
    number = request.POST.get("code", "").strip() or request.POST.get("number", "")
    words = {
        "choice": request.POST.get("choice", ""),
        "number": number,
        "reason": request.POST.get("reason", "").strip(),
    }
    try:
        row_decide(asker=asker, row=row, at=timezone.now(), **words)
    except Refusal as refusal:
        # Somebody else was quicker: on with the next. Anything else is to be put right on this row.
        return _queue(
            request, asker, row=None if refusal.code == "waiting-unknown" else row, refusal=refusal, typed=words
        )
    request.session[LATEST] = f"{row[0]}:{row[1]}"
    return redirect("desk:queue")


@require_POST
@staff_only
def undo(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Take a decision back and show its row again."""
    row = _row(request.POST.get("row", ""))
    if row is None:
        return redirect("desk:queue")
    at, reason = timezone.now(), request.POST.get("reason", "").strip()
    try:
        if four_eyes(TAKING_BACK, at=at, before=decisions_undone(asker, day=day_of(at))):
            made = taking_back_propose(row=row, reason=reason, asker=asker, at=at)
            return _queue(request, asker, row=None, made=made)
        done = decision_undo(asker=asker, row=row, reason=reason, at=at)
    except Refusal as refusal:
        return _queue(request, asker, row=None, refusal=refusal)
    request.session.pop(LATEST, None)
    return _queue(request, asker, row=row, undone=done)


@require_safe
@staff_only
def decided(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What was decided lately, each with a way to take it back."""
    return render(
        request, "desk/decided.html", {"decisions": decisions_read(asker=asker, at=timezone.now()), "asker": asker}
    )


def _queue(
    request: HttpRequest, asker: Asker, *, row: tuple[int, int] | None, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    try:
        item = queue_read(asker=asker, at=timezone.now(), row=row)
    except Refusal as unknown:
        item, refusal = queue_read(asker=asker, at=timezone.now()), refusal or unknown
    status = refusal.status if refusal else HTTPStatus.OK
    context = {"item": item, "refusal": refusal, "asker": asker, "latest": request.session.get(LATEST), **more}
    return render(request, "desk/queue.html", context, status=status)


def _row(text: str) -> tuple[int, int] | None:
    batch, _, line = text.partition(":")
    return (int(batch), int(line)) if batch.isdecimal() and line.isdecimal() and len(text) < 30 else None
