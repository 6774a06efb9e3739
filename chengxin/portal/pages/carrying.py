"""Firms that carry parcels: each one's file, and the pages on which whoever received or sent a parcel answers about the firm."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.commerce.logistics.rules.evaluating import METHOD, TokenUnknown
from chengxin.commerce.logistics.rules.judging import LOST, PROMISED, firm_read, quarter_read
from chengxin.commerce.logistics.selectors import firms_published, law_of, method_of, quarters_open, token_opened
from chengxin.commerce.logistics.services import consumer_answer, merchant_answer
from chengxin.commerce.logistics.services import firm_read as file_read
from chengxin.kernel.errors import Refusal
from chengxin.law.models import EvaluationSide
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.reading import in_both_languages, passing, waiting
from chengxin.portal.pages.signing import FirmHere, firms_only
from chengxin.subjects.selectors import number_of

MOST = 50


@answering
def firms(request: HttpRequest) -> HttpResponse:
    """Firms of which a quarter was published, by code; and a box for a code."""
    at = timezone.now()
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            return redirect("portal:logistics-firm", code=firm_read(request.POST.get("code", "")[:100]))
        except Refusal as refusal:
            context["refusal"] = refusal
    after = request.GET.get("after", "")[:18]
    found = firms_published(on=timezone.localdate(at), known_at=at, after=after.replace("\0", ""), most=MOST + 1)
    context |= {"firms": found[:MOST], "more": found[MOST - 1][0] if len(found) > MOST else "", "method": _method(at)}
    refused = context.get("refusal")
    return render(request, "portal/logistics.html", context, status=refused.status if refused else HTTPStatus.OK)


def _method(at: Any) -> Any:
    return law_of(timezone.localdate(at)).evaluations.get(METHOD)


@require_safe
@in_both_languages
@passing
def firm(request: HttpRequest, code: str) -> HttpResponse:
    """Its licences, supervision and penalties that may be shown today, and its quarters as published."""
    at = timezone.now()
    on = timezone.localdate(at)
    try:
        found = file_read(code=code, on=on, at=at)
    except Refusal as refusal:
        return render(request, "portal/logistics_firm.html", {"refusal": refusal}, status=refusal.status)
    law = law_of(on)
    basis = [law.cite(law.parameters[key].basis[0]) for key in (PROMISED, LOST)]
    latest = {each["quarter"]: each["version"] for each in found.quarters}
    earlier = [each for each in found.versions if each.version < latest[each.quarter]]
    context = {"firm": found, "basis": basis, "earlier": earlier, "enterprise": {"number": found.code}}
    return render(request, "portal/logistics_firm.html", context)


def asked(side: EvaluationSide) -> list[dict[str, Any]]:
    """The questions of a side as a form shows them."""
    return [{"key": key, "title": q.title, "yes_no": q.kind == "yes-no"} for key, q in side.questions.items()]


def answers_typed(request: HttpRequest, side: EvaluationSide) -> dict[str, int]:
    """What was chosen; a question that was not answered is missing."""
    typed = {key: request.POST.get(f"q-{key}", "") for key in side.questions}
    return {key: int(value) for key, value in typed.items() if value.isascii() and value.isdigit() and len(value) == 1}


@sensitive_post_parameters("token")
@answering
def answer(request: HttpRequest) -> HttpResponse:
    """Whoever received a parcel answers once, by the number that the platform handed out; nothing is kept of who it is."""
    if request.method != "POST":
        return render(request, "portal/logistics_answer.html")
    at, token = timezone.now(), request.POST.get("token", "")[:100]
    context: dict[str, Any] = {}
    try:
        lookup_count(page="logistics-answer", address=address_of(request), at=at)
        opened, method = token_opened(token, on=timezone.localdate(at))
        side = method.sides["consumers"]
        context = {"token": token, "firm": opened.firm, "questions": asked(side)}
        if "answer" not in request.POST:
            return render(request, "portal/logistics_answer.html", context)
        consumer_answer(token=token, answers=answers_typed(request, side), at=at)
    except Refusal as refusal:
        shown = {"refusal": refusal} if isinstance(refusal, TokenUnknown) else {**context, "refusal": refusal}
        return waiting(render(request, "portal/logistics_answer.html", shown, status=refusal.status), refusal)
    return render(request, "portal/logistics_answer.html", {"kept": True})


@require_http_methods(["GET", "HEAD", "POST"])
@firms_only
def rate(request: HttpRequest, here: FirmHere, code: str) -> HttpResponse:
    """A unit that sent parcels with the firm answers once a quarter."""
    at = timezone.now()
    quarters = quarters_open(timezone.localdate(at))
    context: dict[str, Any] = {"code": code, "quarters": quarters}
    try:
        context["code"] = firm_read(code)
        if quarters:
            context["questions"] = asked(method_of(quarters[0]).sides["merchants"])
        if request.method == "POST":
            side = method_of(quarter_read(request.POST.get("quarter", "")[:10])).sides["merchants"]
            merchant_answer(
                unit=number_of(here.subject, known_at=at), code=code, quarter=request.POST.get("quarter", "")[:10],
                answers=answers_typed(request, side), at=at,
            )  # fmt: skip
            context = {"code": code, "kept": True}
    except Refusal as refusal:
        context["refusal"] = refusal
        return render(request, "portal/logistics_rate.html", context, status=refusal.status)
    return render(request, "portal/logistics_rate.html", context)
