"""The staff's page of reports: one for an authority's own matter, one for a firm at the counter, and its pass. It reads the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.selectors import matters_asked, reports_asked
from chengxin.kernel.errors import Refusal
from chengxin.reports.rules import Choice, canonical, years_read
from chengxin.reports.services.admitting import pass_give
from chengxin.reports.services.issuing import report_count, report_issue
from chengxin.reports.services.reading import report_read


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def reports(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Issue a report; what is refused stays typed."""
    if request.method != "POST":
        return _reports(request, asker, typed={})
    names = ("number", "kind", "years", "matter", "purpose", "case_number", "seen", "jurisdiction")
    typed = {name: request.POST.get(name, "").strip() for name in names}
    domains = request.POST.getlist("domains")
    choice = Choice(years_read(typed["years"]), domains, typed["matter"], typed["purpose"], typed["case_number"])
    at = timezone.now()
    try:
        report_count(asker=asker, kind=typed["kind"], at=at)
        issued = report_issue(
            kind=typed["kind"], number=typed["number"], asker=asker, choice=choice, seen=typed["seen"],
            jurisdiction=typed["jurisdiction"] or "cn", at=at,
        )  # fmt: skip
    except Refusal as refusal:
        return _reports(request, asker, typed=typed | {"domains": domains}, refusal=refusal)
    context = {
        "asker": asker, "report": issued.envelope["report"], "digest": issued.envelope["digest"], "number": issued.number,
        "code": issued.code,
    }  # fmt: skip
    return render(request, "desk/report.html", context)


@require_safe
@staff_only
def again(request: HttpRequest, asker: Asker, number: str, form: str) -> HttpResponse:
    """A report that the asker drew before, as PDF or JSON."""
    try:
        had = report_read(number=number, asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _reports(request, asker, typed={}, refusal=refusal)
    content = had.pdf if form == "pdf" else canonical(had.envelope)
    answer = HttpResponse(
        content, content_type="application/pdf" if form == "pdf" else "application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{had.number}.{form}"'
    return answer


@require_POST
@staff_only
def admit(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Give a firm its pass, having seen its papers; the pass is shown once."""
    typed = {name: request.POST.get(name, "").strip() for name in ("number", "seen")}
    try:
        given = pass_give(number=typed["number"], seen=typed["seen"], asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _reports(request, asker, typed=typed, refusal=refusal)
    return _reports(request, asker, typed={}, given=given)


def _reports(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    on = timezone.localdate()
    matters, places = matters_asked(asker, on=on)
    context = {
        "kinds": reports_asked(asker, on=on), "matters": matters, "places": places, "asker": asker, "refusal": refusal, **more,
    }  # fmt: skip
    return render(request, "desk/reports.html", context, status=refusal.status if refusal else HTTPStatus.OK)
