"""The pages of reports: the public one of a firm, a firm's own, having one again, and verifying one.

Without a token, and so without a cookie: a firm is known by the pass that the counter gave it, a report by its number and code; all of
them by POST only.
"""

from datetime import date
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chengxin import law as lawroom
from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.actors.selectors import actor_titled, actors_of_kinds, asker_acting
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.reading import in_both_languages, passing, waiting
from chengxin.portal.pages.typed import day_typed, number_typed
from chengxin.portal.rules import number_query
from chengxin.reports.rules import Choice, FileUnfit, canonical, years_read
from chengxin.reports.selectors.issued import code_of_report, firm_consents, number_of_report
from chengxin.reports.selectors.writing import kinds_drawn
from chengxin.reports.services.issuing import PUBLIC, Issued, report_draw, report_issue
from chengxin.reports.services.ordering import firm_consent_end, firm_consent_give, third_report_verify
from chengxin.reports.services.reading import MOST_BYTES, Had, pdf_verify, report_have, report_verify, reports_list
from chengxin.subjects.selectors import SubjectUnknown

_AROUND = 64 * 1024  # bytes of a form around its file


@csrf_exempt
@in_both_languages
@passing
@require_POST
def public(request: HttpRequest, number: str) -> HttpResponse:
    """The public report of a firm, as anybody may have it."""
    at = timezone.now()
    try:
        value = number_query(number).value
        issued = report_issue(kind="enterprise-public", number=value, asker=asker_acting(PUBLIC, at=at), at=at)
    except SubjectUnknown:
        return render(request, "portal/results.html", {"unknown": True}, status=HTTPStatus.NOT_FOUND)
    except Refusal as refusal:
        return render(request, "portal/results.html", {"refusal": refusal}, status=refusal.status)
    return _shown(request, issued, issued.code)


@answering
def own(request: HttpRequest) -> HttpResponse:
    """Two boxes for a firm's code and its pass; then its reports, and what it may draw."""
    if request.method != "POST":
        return render(request, "portal/reports.html")
    return _own(request)


@csrf_exempt
@in_both_languages
@passing
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """A firm draws a report about itself."""
    at = timezone.now()
    words = request.POST
    try:
        lookup_count(page="reports", address=address_of(request), at=at)
        issued = report_draw(
            kind=words.get("kind", ""), number=number_query(words.get("number", "")).value, key=words.get("key", ""),
            asker=asker_acting(PUBLIC, at=at), choice=Choice(years_read(words.get("years", "")), words.getlist("domains")),
            jurisdiction=settings.CHENGXIN_PLACE, at=at,
        )  # fmt: skip
    except Refusal as refusal:
        return _own(request, refusal)
    return _shown(request, issued, issued.code)


@csrf_exempt
@in_both_languages
@passing
@require_POST
def allow(request: HttpRequest) -> HttpResponse:
    """A firm allows a credit-service firm to order a report about it, or takes that back."""
    at, words = timezone.now(), request.POST
    try:
        lookup_count(page="reports", address=address_of(request), at=at)
        number, key = number_query(words.get("number", "")).value, words.get("key", "")
        if words.get("act") == "end":
            consent = words.get("consent", "")
            firm_consent_end(
                number=number,
                key=key,
                consent=number_typed(consent) or 0,
                at=at,
            )
        else:
            firm_consent_give(
                number=number, key=key, grantee=words.get("grantee", ""), kind=words.get("kind", ""), until=day_typed(words.get("until", "")) or date.min,
                jurisdiction=settings.CHENGXIN_PLACE, at=at,
            )  # fmt: skip
    except Refusal as refusal:
        return _own(request, refusal)
    return _own(request)


@answering
def third(request: HttpRequest) -> HttpResponse:
    """Whether a third-party report that somebody holds was registered by its issuer, and on which of our reports it rests. Of a file nothing is kept."""
    if request.method != "POST":
        return render(request, "portal/third.html")
    length = request.headers.get("Content-Length") or ""
    if length.isdecimal() and int(length) > MOST_BYTES + _AROUND:  # not even received
        too_large = FileUnfit(most=MOST_BYTES // 1024 // 1024)
        return render(request, "portal/third.html", {"refusal": too_large}, status=too_large.status)
    at, number = timezone.now(), request.POST.get("number", "")[:64]
    file = request.FILES.get("file")
    digest = sha256(file.read()).hexdigest() if file is not None else request.POST.get("digest", "")
    try:
        lookup_count(page="verify", address=address_of(request), at=at)
        found = third_report_verify(number=number, digest=digest, at=at)
    except Refusal as refusal:
        told = render(request, "portal/third.html", {"refusal": refusal, "number": number}, status=refusal.status)
        return waiting(told, refusal)
    return render(request, "portal/third.html", {"found": found, "number": number})


@csrf_exempt
@in_both_languages
@passing
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """A report again, by number and code: as page, PDF or JSON."""
    number, code, form = (request.POST.get(name, "") for name in ("number", "code", "form"))
    at = timezone.now()
    try:
        lookup_count(page="verify", address=address_of(request), at=at)
        had = report_have(number=number, code=code, at=at)
    except Refusal as refusal:
        told = render(request, "portal/verify.html", {"refusal": refusal, "number": number[:40]}, status=refusal.status)
        return waiting(told, refusal)
    if form not in ("pdf", "json"):
        return _shown(request, had, code)
    content = had.pdf if form == "pdf" else canonical(had.envelope)
    answer = HttpResponse(
        content, content_type="application/pdf" if form == "pdf" else "application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{had.number}.{form}"'
    return answer


@answering
def verify(request: HttpRequest, number: str = "") -> HttpResponse:
    """Whether a report was issued so and still says what is so: by number and code, or by its PDF, of which nothing is kept."""
    if request.method != "POST":
        return render(request, "portal/verify.html", {"number": number[:40]})
    length = request.headers.get("Content-Length") or ""
    if length.isdecimal() and int(length) > MOST_BYTES + _AROUND:  # not even received
        too_large = FileUnfit(most=MOST_BYTES // 1024 // 1024)
        return render(request, "portal/verify.html", {"refusal": too_large}, status=too_large.status)
    at, typed = timezone.now(), request.POST.get("number", "")
    file = request.FILES.get("pdf")
    try:
        lookup_count(page="verify", address=address_of(request), at=at)
        if file is not None:
            verified = pdf_verify(content=bytes(file.read(MOST_BYTES + 1)), at=at)
        else:
            verified = report_verify(number=typed, code=request.POST.get("code", ""), at=at)
    except Refusal as refusal:
        told = render(request, "portal/verify.html", {"refusal": refusal, "number": typed[:40]}, status=refusal.status)
        return waiting(told, refusal)
    return render(request, "portal/verified.html", {"verified": verified, "report": verified.report})


def _own(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    at = timezone.now()
    number, key = request.POST.get("number", ""), request.POST.get("key", "")
    try:
        lookup_count(page="reports", address=address_of(request), at=at)
        value = number_query(number).value
        issued = [(number_of_report(r), code_of_report(r), r) for r in reports_list(number=value, key=key, at=at)]
    except Refusal as unknown:
        told = render(
            request, "portal/reports.html", {"refusal": unknown, "number": number[:40]}, status=unknown.status
        )
        return waiting(told, unknown)
    law = lawroom.load().on(timezone.localdate(at), settings.CHENGXIN_PLACE)
    context: dict[str, Any] = {
        "number": value, "key": key, "issued": issued, "kinds": kinds_drawn(law, value), "titles": law.reports, "refusal": refusal,
        "allowing": [k for k in law.reports.values() if k.allowed], "grantees": list(actors_of_kinds(["service-firm"])),
        "consents": [(each, actor_titled(each.grantee), law.reports.get(each.kind)) for each in firm_consents(value, on=law.day)],
    }  # fmt: skip
    return render(request, "portal/reports_own.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _shown(request: HttpRequest, had: Issued | Had, code: str) -> HttpResponse:
    context = {"report": had.envelope["report"], "digest": had.envelope["digest"], "number": had.number, "code": code}
    return render(request, "portal/report.html", context)
