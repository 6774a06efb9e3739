"""The year assessed, as staff see it. It reads the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.actors.selectors import Asker
from chengxin.assessments.selectors import assessment_rows
from chengxin.desk.pages.waiting import staff_only
from chengxin.desk.services import year_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_text


@require_safe
@staff_only
def assessment(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Each agency's figures of a year, with their wholes."""
    return _assessment(request, asker, _year(request))


@require_safe
@staff_only
def assessment_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The same for a spreadsheet."""
    try:
        shown = year_read(asker=asker, at=timezone.now(), year=_year(request))
    except Refusal as refusal:
        return _assessment(request, asker, None, refusal=refusal)
    answer = HttpResponse(csv_text(*assessment_rows(shown.found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="assessment-{shown.year}.csv"'
    return answer


def _year(request: HttpRequest) -> int | None:
    """The year that the address names; what is none is year 0, which is refused with the reason."""
    written = request.GET.get("year", "")
    return (int(written) if written.isdigit() and len(written) == 4 else 0) if written else None


def _assessment(
    request: HttpRequest, asker: Asker, year: int | None, *, refusal: Refusal | None = None
) -> HttpResponse:
    at = timezone.now()
    try:
        shown = year_read(asker=asker, at=at, year=year)
    except Refusal as unfit:
        shown, refusal = year_read(asker=asker, at=at), unfit
    context = {"shown": shown, "asker": asker, "refusal": refusal}
    return render(request, "desk/assessment.html", context, status=refusal.status if refusal else HTTPStatus.OK)
