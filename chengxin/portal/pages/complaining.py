"""A consumer's complaint: the form, its receipt, where it stands, and what whoever complained or the shop answers. What is typed comes by POST only."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.actors.selectors import actor_titled, actors_of_kinds, asker_acting
from chengxin.commerce.complaints.rules import MOST_WORDS, Told
from chengxin.commerce.complaints.selectors import (
    complaints_numbered,
    complaints_of_shops,
    funds_told,
    joinings_of,
    rates_known,
    shown_of,
    words_opened,
)
from chengxin.commerce.complaints.services import intake, opening, stepping
from chengxin.commerce.complaints.services.stepping import Said
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.errors import Refusal
from chengxin.mydata.selectors import shops_of
from chengxin.portal.pages.answering import MOST_PAPERS, answering, papers_of
from chengxin.portal.pages.reading import in_both_languages, passing, waiting
from chengxin.portal.pages.signing import signed_in_only
from chengxin.portal.pages.typed import page_asked

MOST_LISTED = 50


class ComplaintForm(forms.Form):
    """What happened, about whom, what is asked for, and who complains."""

    kind = forms.CharField(max_length=60)
    platform = forms.CharField(max_length=64, required=False)
    shop = forms.CharField(max_length=64, required=False)
    code = forms.CharField(max_length=18, required=False)
    order = forms.CharField(max_length=64, required=False)
    amount = forms.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal(0), required=False)
    goods_on = forms.DateField(required=False)
    wants = forms.CharField(max_length=60)
    words = forms.CharField(max_length=MOST_WORDS)
    name = forms.CharField(max_length=100)
    reach = forms.CharField(max_length=200)


def quarter_before(on: date) -> tuple[date, date]:
    """The first and last day of the last quarter that has ended."""
    last = date(on.year, (on.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last


@answering
def complaints(request: HttpRequest) -> HttpResponse:
    """What becomes of a complaint, and how many were solved in the last quarter; a firm's by its code."""
    at = timezone.now()
    on = timezone.localdate(at)
    first, last = quarter_before(on)
    typed = {name: request.POST.get(name, "").strip()[:18] for name in ("code", "first", "last")}
    try:
        first, last = date.fromisoformat(typed["first"]), date.fromisoformat(typed["last"])
    except ValueError:
        pass
    rates = rates_known(first=first, last=last, on=on, known_at=at, code=typed["code"])
    groups = [
        (name, [(each, actor_titled(each.key), _share(each.of_received), _share(each.of_ended)) for each in getattr(rates, name)])
        for name in ("platforms", "agencies", "firms", "returns")
    ]  # fmt: skip
    return render(request, "portal/complaints.html", {"rates": rates, "groups": groups, "typed": typed})


def _share(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


@require_safe
@in_both_languages
@passing
def funds(request: HttpRequest) -> HttpResponse:
    """The consumer protection funds as they were declared, and what each paid and got back by year."""
    found = funds_told(known_at=timezone.now())
    told = [{**each, "platforms": [actor_titled(key) for key in each["platforms"]]} for each in found]
    return render(request, "portal/complaint_funds.html", {"funds": told})


@answering
def new(request: HttpRequest) -> HttpResponse:
    """The form, and after it the receipt."""
    at = timezone.now()
    law = law_of(timezone.localdate(at))
    context: dict[str, Any] = {
        "kinds": sorted(law.complaint_kinds.items(), key=lambda k: (k[0] != "quality", k[0] == "other", k[0])), "remedies": law.code_lists["remedies"].choices,
        "platforms": list(actors_of_kinds(["platform"])), "most": MOST_WORDS, "papers": MOST_PAPERS,
        "typed": request.POST or {name: request.GET.get(name, "")[:64] for name in ("platform", "shop")},
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "portal/complaint_new.html", context)
    form = ComplaintForm(request.POST)
    if form.errors:
        context["lacking"] = list(form.errors)
        return render(request, "portal/complaint_new.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        lookup_count(page="complaint", address=address_of(request), at=at)
    except Refusal as often:
        return waiting(
            render(request, "portal/complaint_new.html", {**context, "refusal": often}, status=often.status), often
        )
    told = Told(
        source="portal", received_on=timezone.localdate(at), share="share" in request.POST, agency_first="agency_first" in request.POST,
        **form.cleaned_data,
    )  # fmt: skip
    try:
        receipt = intake.complaint_file(
            told=told, asker=asker_acting("public", at=at), papers=papers_of(request), at=at
        )
    except Refusal as refusal:
        return render(request, "portal/complaint_new.html", {**context, "refusal": refusal}, status=refusal.status)
    return render(
        request, "portal/complaint_receipt.html", {"receipt": receipt, "handler": actor_titled(receipt.handler)}
    )


@answering
def case(request: HttpRequest) -> HttpResponse:
    """Two boxes for the receipt's number and key, and then the complaint: what was done, what comes next, who opened who complained."""
    if request.method != "POST":
        return render(request, "portal/complaint_ask.html")
    return _case(request)


@csrf_exempt
@in_both_languages
@passing
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """A step by whoever holds the receipt; then the complaint again."""
    number, key, to = (request.POST.get(name, "").strip() for name in ("number", "key", "to"))
    try:
        stepping.complaint_answer(
            number=number,
            key=key,
            to=to,
            said=Said(request.POST.get("reasons", "")),
            papers=papers_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _case(request, refusal)
    return _case(request)


def _case(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    number, key = request.POST.get("number", "").strip(), request.POST.get("key", "").strip()
    at = timezone.now()
    try:
        lookup_count(page="case", address=address_of(request), at=at)
        shown, openings = opening.complaint_followed(number=number, key=key, at=at)
    except Refusal as unknown:
        told = render(
            request, "portal/complaint_ask.html", {"refusal": unknown, "number": number[:40]}, status=unknown.status
        )
        return waiting(told, unknown)
    context = {
        "shown": shown, "openings": [(each, actor_titled(each.by)) for each in openings], "key": key, "refusal": refusal, "consumer": True,
        "joinings": [(each, actor_titled(each.by)) for each in joinings_of(shown.complaint)],
        "action": "portal:complaint-answer",
    }  # fmt: skip
    return render(request, "portal/complaint_case.html", context, status=refusal.status if refusal else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def mine(request: HttpRequest, subject: int) -> HttpResponse:
    """The complaints about the shops of whoever is signed in, and their answer to each. Who complained stands nowhere."""
    at = timezone.now()
    on = timezone.localdate(at)
    own = [each.shop for each in shops_of(subject, known_at=at)]
    codes = [each.code for each in own if each.run and each.code]
    found = complaints_of_shops([(each.platform, each.shop) for each in own if each.run], codes)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            complaint = complaints_numbered(found, request.POST.get("number", ""))
            said = Said(
                request.POST.get("reasons", ""),
                request.POST.get("remedy", ""),
                _money(request),
                request.POST.get("ground", ""),
            )
            stepping.merchant_answer(
                complaint=complaint,
                to=request.POST.get("to", ""),
                said=said,
                by="public",
                papers=papers_of(request),
                at=at,
            )
        except Refusal as refused:
            refusal = refused
    law, page = law_of(on), page_asked(request)
    listed = list(found.prefetch_related("legs__steps")[(page - 1) * MOST_LISTED : page * MOST_LISTED + 1])
    shown = [
        (shown_of(each, doers={"merchant"}, asker=None, on=on), words_opened(each, full=False))
        for each in listed[:MOST_LISTED]
    ]
    context = {
        "complaints": shown, "page": page, "next": page + 1 if len(listed) > MOST_LISTED else None,
        "firm": bool(codes), "refusal": refusal, "typed": request.POST, "remedies": law.code_lists["remedies"].choices,
        "grounds": law.code_lists["return-exceptions"].choices,
    }  # fmt: skip
    return render(request, "portal/my_complaints.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _money(request: HttpRequest) -> Decimal | None:
    try:
        amount = Decimal(request.POST.get("amount", "") or "NaN")
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 <= amount < 10**11 else None
