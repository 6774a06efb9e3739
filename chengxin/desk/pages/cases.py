"""The staff's cases: what is due and by when, one case's file, and the next step decided with reasons. They read the clock."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.accounts.services.confirming import four_eyes
from chengxin.actors.selectors import Asker
from chengxin.cases.rules import DOERS
from chengxin.cases.services.running import Words
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import case_calendar, case_opened, month_read, paper_opened
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.reading import owed
from chengxin.rights.services import CASE_STEP, case_decide, case_propose, deed_record

FIELD = "field:"  # the prefix of a correction's fields in the form


@require_safe
@staff_only
def tasks(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The cases in which it is this actor's turn, day by day; late ones first."""
    at = timezone.now()
    context = {"days": case_calendar(asker=asker, at=at), "asker": asker, "today": timezone.localdate(at)}
    return render(request, "desk/cases.html", context)


@require_safe
@staff_only
def month(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What is due on each day of a month, of cases and of tasks."""
    at, written = timezone.now(), request.GET.get("month", "")
    try:
        named = date.fromisoformat(f"{written}-01") if written else None
        shown = month_read(asker=asker, at=at, month=named)
    except (ValueError, OverflowError):
        return redirect("desk:month")
    return render(request, "desk/month.html", {"month": shown, "asker": asker, "today": timezone.localdate(at)})


@require_safe
@staff_only
def case(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One case's file, with what may be done next."""
    return _case(request, asker, number)


@require_POST
@staff_only
def step(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """Take a step, and see the case again with what it did; what is refused stays typed."""
    typed = {name: request.POST.get(name, "").strip() for name in ("reasons", "document", "served", "approved_by")}
    changes = {name.removeprefix(FIELD): value for name, value in request.POST.items() if name.startswith(FIELD)}
    was = {name.removeprefix("was:"): value for name, value in request.POST.items() if name.startswith("was:")}
    changed = {
        name: str(value) for name, value in changes.items() if str(value).strip() != str(was.get(name, "")).strip()
    }
    to = request.POST.get("to", "")
    try:
        at = timezone.now()
        taken: dict[str, Any] = {
            "number": number,
            "asker": asker,
            "to": to,
            "words": Words(**typed),
            "changes": changed,
            "at": at,
        }
        if four_eyes(CASE_STEP, at=at):
            return _case(request, asker, number, made=case_propose(**taken))
        done = case_decide(**taken)
    except Refusal as refusal:
        return _case(request, asker, number, refusal=refusal, typed={**typed, "to": to, "changes": changes})
    return _case(request, asker, number, done=done)


@require_POST
@staff_only
def deed(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """Write training, an interview or the like down, and see the case again."""
    kind, note = request.POST.get("kind", ""), request.POST.get("note", "")
    try:
        day = day_read(request.POST.get("on", ""))
        deed_record(number=number, kind=kind, day=day, note=note, asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _case(request, asker, number, refusal=refusal)
    return redirect("desk:case", number=number)


@require_safe
@staff_only
def paper(request: HttpRequest, asker: Asker, number: str, paper: int) -> HttpResponse:
    """A paper of the file as it was handed in; offered for download, never opened in the page."""
    try:
        found, content = paper_opened(asker=asker, number=number, paper=paper, at=timezone.now())
    except Refusal:
        return redirect("desk:cases")
    answer = HttpResponse(content, content_type=found.media_type)
    answer["Content-Disposition"] = f'attachment; filename="paper-{found.pk}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _case(
    request: HttpRequest, asker: Asker, number: str, *, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    try:
        opened = case_opened(asker=asker, number=number, at=timezone.now())
    except Refusal as unknown:
        context = {"refusal": unknown, "asker": asker, "days": case_calendar(asker=asker, at=timezone.now())}
        return render(request, "desk/cases.html", context, status=unknown.status)
    told = [{"step": one, "by": DOERS[one.by]} for one in opened.case.told]
    owing = owed(opened.case.others)
    context = {
        "opened": opened,
        "case": opened.case,
        "told": told,
        "owing": owing,
        "asker": asker,
        "refusal": refusal,
        **more,
    }
    return render(request, "desk/case.html", context, status=refusal.status if refusal else 200)
