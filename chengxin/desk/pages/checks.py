"""The staff's checks: asking in a case of theirs, what was done with the answer, and how many decisions were checked. They read the
clock.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.actors.selectors import Asker
from chengxin.checks.services.asking import answer_use, check_count, check_perform
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.selectors import matters_asked
from chengxin.desk.services import coverage_read
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_text, file_named
from chengxin.portal.pages.typed import number_typed

OUTCOMES = {
    "none_applies": gettext_noop("没有适用的措施"),
    "applies": gettext_noop("有适用的措施，请看依据，由您决定"),
    "suspended": gettext_noop("有异议正在处理或者已停止执行，暂不适用措施"),
    "cannot_say": gettext_noop("不能作出结论"),
    "not_permitted": gettext_noop("本单位不能就该事项查询"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def check(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Ask about a firm in a matter, for a case; what is refused stays typed."""
    if request.method != "POST":
        return _check(request, asker, typed={})
    names = ("code", "matter", "purpose", "case_number", "jurisdiction")
    typed = {name: request.POST.get(name, "").strip() for name in names}
    at = timezone.now()
    try:
        check_count(asker=asker, matter=typed["matter"], at=at)
        answer = check_perform(
            asker=asker,
            matter=typed["matter"],
            number=typed["code"],
            on=timezone.localdate(at),
            at=at,
            purpose=typed["purpose"],
            case_number=typed["case_number"],
            jurisdiction=typed["jurisdiction"] or "cn",
        )
    except Refusal as refusal:
        return _check(request, asker, typed=typed, refusal=refusal)
    return _check(request, asker, typed=typed, answer=answer, said=OUTCOMES[answer.outcome])


@require_POST
@staff_only
def use(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Write down what was done with an answer."""
    trace, outcome = request.POST.get("trace", ""), request.POST.get("outcome", "")
    number = number_typed(trace) or 0
    reason = request.POST.get("reason", "")
    try:
        answer_use(trace_number=number, outcome=outcome, reason=reason, asker=asker, at=timezone.now())
    except Refusal as refusal:
        again = {"trace": number, "reason": reason, "use": outcome}
        return _check(request, asker, typed={}, refusal=refusal, again=again if number else None)
    return _check(request, asker, typed={}, used=number)


@require_safe
@staff_only
def coverage(request: HttpRequest, asker: Asker) -> HttpResponse:
    """How many of the decisions were checked by their day, by matter and agency, and which were not."""
    return _coverage(request, asker)


@require_safe
@staff_only
def coverage_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The same counts for a spreadsheet."""
    at = timezone.now()
    try:
        shown = coverage_read(asker=asker, at=at, **_period(request))
    except Refusal as refusal:
        return _coverage(request, asker, refusal=refusal)
    heads = (
        "事项 matter", "名称 title", "依法须查 must", "依据 article", "单位 agency", "自 since", "至 until", "决定数 decisions",
        "当日前已查 checked", "此前已查 before", "当日查 same_day", "之后才查 after", "没有查 never", "答复数 answers", "采纳 followed",
        "未采纳 set_aside", "无关 not_relevant",
    )  # fmt: skip
    rows = [
        (
            c.matter, c.title, "是" if c.must else "否", c.article, c.agency, shown.since, shown.until, c.decisions, c.checked,
            c.before, c.same_day, c.after, c.never, c.answers, c.followed, c.set_aside, c.not_relevant,
        )
        for c in shown.counts
    ]  # fmt: skip
    answer = HttpResponse(csv_text(heads, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = file_named("coverage", at)
    return answer


def _period(request: HttpRequest) -> dict[str, Any]:
    """The days that the address names; refuses what is no day."""
    named = {name: request.GET.get(name, "").strip() for name in ("since", "until")}
    return {name: day_read(written) if written else None for name, written in named.items()}


def _check(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    matters, places = matters_asked(asker, on=timezone.localdate())
    context = {"matters": matters, "places": places, "asker": asker, "refusal": refusal, **more}
    return render(request, "desk/check.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _coverage(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None) -> HttpResponse:
    at = timezone.now()
    try:
        shown = coverage_read(asker=asker, at=at, **({} if refusal else _period(request)))
    except Refusal as unfit:
        shown, refusal = coverage_read(asker=asker, at=at), unfit
    context = {"shown": shown, "asker": asker, "refusal": refusal}
    return render(request, "desk/coverage.html", context, status=refusal.status if refusal else HTTPStatus.OK)
