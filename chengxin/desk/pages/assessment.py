"""The year assessed, as staff see it, and what an agency is told of its work and answers. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.actors.selectors import Asker, departments
from chengxin.assessments.rules import MOST_DOCUMENT, MOST_WHAT
from chengxin.assessments.selectors import assessment_rows, real_names
from chengxin.assessments.services import oversight_answer, oversight_record, oversight_withdraw
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import oversights_writable, year_read
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_text, file_named

NAMES = ("kind", "agency", "on", "due_on", "what", "document", "words", "reason")


@require_safe
@staff_only
def assessment(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Each agency's figures of a year, with their wholes, and what it was told of its work."""
    return _assessment(request, asker, _year(request.GET.get("year", "")), done=request.GET.get("done", ""))


@require_safe
@staff_only
def assessment_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The same for a spreadsheet."""
    at = timezone.now()
    try:
        shown = year_read(asker=asker, at=at, year=_year(request.GET.get("year", "")))
    except Refusal as refusal:
        return _assessment(request, asker, None, refusal=refusal)
    answer = HttpResponse(csv_text(*assessment_rows(shown.found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = file_named(f"assessment-{shown.year}", at)
    return answer


@require_POST
@staff_only
def oversight(request: HttpRequest, asker: Asker) -> HttpResponse:
    """A circular, an inspection or a demand written down; it is seen in the year of its day. What is refused stands where it was typed."""
    typed = _typed(request)
    place, _, kind = typed["kind"].partition("/")
    try:
        made = oversight_record(
            kind=kind, agency=typed["agency"], on=day_read(typed["on"]), what=typed["what"], document=typed["document"],
            due_on=day_read(typed["due_on"]) if typed["due_on"] else None, jurisdiction=place, asker=asker, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return _assessment(
            request, asker, _year(request.POST.get("year", "")), refusal=refusal, form="new", typed=typed
        )
    return _done(made.on.year, "recorded")


@require_POST
@staff_only
def answer(request: HttpRequest, asker: Asker, number: int) -> HttpResponse:
    """The agency's answer to a demand."""
    typed, year = _typed(request), _year(request.POST.get("year", ""))
    try:
        oversight_answer(
            oversight=number, words=typed["words"], document=typed["document"], asker=asker, at=timezone.now()
        )
    except Refusal as refusal:
        return _assessment(request, asker, year, refusal=refusal, form="answer", of=number, typed=typed)
    return _done(year, "answered")


@require_POST
@staff_only
def withdraw(request: HttpRequest, asker: Asker, number: int) -> HttpResponse:
    """What was written down in error, taken back by whoever did."""
    typed, year = _typed(request), _year(request.POST.get("year", ""))
    try:
        oversight_withdraw(oversight=number, reason=typed["reason"], asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _assessment(request, asker, year, refusal=refusal, form="withdraw", of=number, typed=typed)
    return _done(year, "withdrawn")


def _typed(request: HttpRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in NAMES}


def _done(year: int | None, what: str) -> HttpResponse:
    """To the year's page, which says what was done: loaded again it does nothing twice."""
    return redirect(f"{reverse('desk:assessment')}?{f'year={year}&' if year else ''}done={what}")


def _year(written: str) -> int | None:
    """The year that was named; what is none is year 0, which is refused with the reason."""
    return (int(written) if written.isdigit() and len(written) == 4 else 0) if written else None


def _assessment(
    request: HttpRequest,
    asker: Asker,
    year: int | None,
    *,
    refusal: Refusal | None = None,
    form: str = "",
    of: int = 0,
    **more: Any,
) -> HttpResponse:
    at = timezone.now()
    try:
        shown = year_read(asker=asker, at=at, year=year)
    except Refusal as unfit:
        shown, refusal = year_read(asker=asker, at=at), refusal or unfit
    kinds = oversights_writable(asker=asker, at=at)
    told = [(each.agency, fact) for each in shown.found for fact in each.oversights]
    forms = {("new", 0)} if kinds else set()
    forms |= {("answer", fact.oversight) for agency, fact in told if agency == asker.key and fact.due_on}
    forms |= {("withdraw", fact.oversight) for _, fact in told if kinds and fact.by == asker.key}
    if (form, of) not in forms:
        form = ""  # it is not on the page, so the refusal stands at the top
    context = {
        "shown": shown, "asker": asker, "refusal": refusal, "kinds": kinds,
        "form": form, "of": of, "agencies": departments(), "today": timezone.localdate(at), "most_what": MOST_WHAT,
        "most_document": MOST_DOCUMENT, "real_names": real_names(known_at=at), **more,
    }  # fmt: skip
    return render(request, "desk/assessment.html", context, status=refusal.status if refusal else HTTPStatus.OK)
