"""The report centre: what may be reported, to whom, who protects whoever reports, how long it takes; the form, its receipt, and what became of it.
What is typed comes by POST only.
"""

from datetime import date
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.actors.selectors import actor_titled, actors_of_kinds, asker_acting, contacts_published
from chengxin.commerce.complaints.selectors import charges_known
from chengxin.commerce.leads import services
from chengxin.commerce.leads.rules import MOST_WORDS, Told
from chengxin.commerce.leads.selectors import rates_known, rates_told
from chengxin.commerce.merchants.selectors import law_of
from chengxin.kernel.errors import Refusal
from chengxin.law.models import Basis
from chengxin.portal.pages.answering import MOST_PAPERS, answering, papers_of
from chengxin.portal.pages.complaining import quarter_before
from chengxin.portal.pages.reading import waiting

# Who must keep a reporter's secret, and tell them the result.
PROTECTED_BY = (
    ("anti-unfair-competition-law", "16"), ("price-law", "38"), ("advertising-law", "53"), ("food-safety-law", "115"), ("express-delivery-regulation", "39"),
    ("cybersecurity-law", "14"),
)  # fmt: skip
TERMS = ("report-file-within", "report-file-extended-within", "penalty-decide-within")


class ReportForm(forms.Form):
    """What happened, about whom, and who reports, where they say so."""

    kind = forms.CharField(max_length=60)
    platform = forms.CharField(max_length=64, required=False)
    shop = forms.CharField(max_length=64, required=False)
    code = forms.CharField(max_length=18, required=False)
    about = forms.CharField(max_length=500, required=False)
    words = forms.CharField(max_length=MOST_WORDS)
    name = forms.CharField(max_length=100, required=False)
    reach = forms.CharField(max_length=200, required=False)


@answering
def centre(request: HttpRequest) -> HttpResponse:
    """What may be reported and to whom, who protects whoever reports, and how many leads there were; by no firm."""
    at = timezone.now()
    on = timezone.localdate(at)
    law = law_of(on)
    first, last = quarter_before(on)
    try:
        first, last = (date.fromisoformat(request.POST.get(name, "").strip()[:10]) for name in ("first", "last"))
    except ValueError:
        pass
    sectors = law.code_lists["sectors"].codes
    agencies = {each.sector: each.agency for each in charges_known(known_at=at) if not each.division}
    kinds = [
        (code.title, sectors[code.sector or "market"].title, actor_titled(agencies[code.sector]) if code.sector in agencies else "",
         [law.cite(each) for each in code.basis])
        for code in law.code_lists["misconduct"].codes.values()
    ]  # fmt: skip
    lines = law.code_lists["complaint-sources"].codes
    context = {
        "kinds": kinds, "lines": [(key, code.title) for key, code in lines.items() if key.isdigit() and code.now is None],
        "contacts": contacts_published(set(agencies.values())), "terms": {key.replace("-", "_"): law.parameter(key) for key in TERMS},
        "protected": [law.cite(Basis(instrument=key, article=article)) for key, article in PROTECTED_BY],
        "rates": rates_told(rates_known(first=first, last=last, on=on, known_at=at)),
    }  # fmt: skip
    return render(request, "portal/centre.html", context)


@answering
def new(request: HttpRequest) -> HttpResponse:
    """The form, and after it the receipt."""
    at = timezone.now()
    law = law_of(timezone.localdate(at))
    context: dict[str, Any] = {
        "kinds": law.code_lists["misconduct"].choices, "platforms": list(actors_of_kinds(["platform"])), "most": MOST_WORDS, "papers": MOST_PAPERS,
        "typed": request.POST or {name: request.GET.get(name, "")[:64] for name in ("platform", "shop")},
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "portal/centre_new.html", context)
    form = ReportForm(request.POST)
    if form.errors:
        context["lacking"] = list(form.errors)
        return render(request, "portal/centre_new.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        lookup_count(page="lead", address=address_of(request), at=at)
    except Refusal as often:
        page = render(request, "portal/centre_new.html", {**context, "refusal": often}, status=often.status)
        return waiting(page, often)
    told = Told(source="public", received_on=timezone.localdate(at), **form.cleaned_data)
    try:
        receipt = services.lead_file(told=told, asker=asker_acting("public", at=at), papers=papers_of(request), at=at)
    except Refusal as refusal:
        return render(request, "portal/centre_new.html", {**context, "refusal": refusal}, status=refusal.status)
    more = {"receipt": receipt, "handler": actor_titled(receipt.handler), "named": bool(told.name)}
    return render(request, "portal/centre_receipt.html", more)


@answering
def case(request: HttpRequest) -> HttpResponse:
    """Two boxes for the receipt's number and key, and then what became of the report, and who opened who reported."""
    if request.method != "POST":
        return render(request, "portal/centre_ask.html")
    number, key = request.POST.get("number", "").strip(), request.POST.get("key", "").strip()
    at = timezone.now()
    try:
        lookup_count(page="lead-case", address=address_of(request), at=at)
        shown, openings = services.lead_followed(number=number, key=key, at=at)
    except Refusal as unknown:
        told = {"refusal": unknown, "number": number[:40]}
        return waiting(render(request, "portal/centre_ask.html", told, status=unknown.status), unknown)
    opened = [(each, actor_titled(each.by)) for each in openings]
    return render(request, "portal/centre_case.html", {"shown": shown, "report": shown.reports[0], "openings": opened})
