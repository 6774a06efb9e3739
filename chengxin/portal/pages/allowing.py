"""What a person allows others to read, at the portal, and the yes or no to a qualification for anybody. They read the clock."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chengxin import law as lawroom
from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.actors.selectors import Asker, actor_titled, actors_of_kinds
from chengxin.disclosure.rules.consenting import terms_read
from chengxin.disclosure.selectors import consents_offered, request_seen
from chengxin.disclosure.services.confirming import qualification_confirm
from chengxin.disclosure.services.consenting import consent_give, consent_withdraw, consents_own_read
from chengxin.disclosure.services.requesting import request_answer, request_open
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.reading import in_both_languages, passing, waiting
from chengxin.portal.pages.signing import FirmHere, firms_only, persons_only
from chengxin.portal.pages.typed import day_typed, number_typed
from chengxin.reports.selectors.issued import firm_consents as consents_of_firm
from chengxin.reports.services.ordering import firm_consent_allow, firm_consent_take_back
from chengxin.subjects.selectors import number_of

PUBLIC = Asker("public", "public")
NOTHING: Mapping[str, str] = {}
STATES = {
    "not-begun": gettext_noop("尚未开始"),
    "in-force": gettext_noop("有效"),
    "used-up": gettext_noop("次数已用完"),
    "over": gettext_noop("已到期"),
    "withdrawn": gettext_noop("已撤回"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@persons_only
def consents(request: HttpRequest, subject: int) -> HttpResponse:
    """What the person who is signed in allowed; a form to allow more, and a button to take each back. What was done is told by the page that it
    leads to, so that loading that page again does nothing again.
    """
    if request.method != "POST":
        return _consents(request, subject, typed={}, done=request.GET)
    at, back = timezone.now(), request.POST.get("withdraw", "")
    typed: dict[str, Any] = {} if back else request.POST.dict() | {"types": request.POST.getlist("record_types")}
    try:
        if back:
            number = number_typed(back) or 0
            consent_withdraw(consent=number, subject=subject, at=at)
            return redirect(f"{reverse('portal:consents')}?withdrawn={number}")
        terms = terms_read(request.POST.dict(), request.POST.getlist("record_types"))
        given = consent_give(subject=subject, terms=terms, at=at, jurisdiction=settings.CHENGXIN_PLACE)
    except Refusal as refusal:
        return _consents(request, subject, typed=typed, refusal=refusal)
    return redirect(f"{reverse('portal:consents')}?given={given.consent}")


def _consents(
    request: HttpRequest,
    subject: int,
    *,
    typed: dict[str, Any],
    refusal: Refusal | None = None,
    done: Mapping[str, str] = NOTHING,
) -> HttpResponse:
    at, place = timezone.now(), settings.CHENGXIN_PLACE
    shown = consents_own_read(subject=subject, at=at, jurisdiction=place)
    told = {
        word: each.consent for word in ("given", "withdrawn") for each in shown if str(each.consent) == done.get(word)
    }
    context = {
        "consents": [(each, STATES[each.state]) for each in shown], "refusal": refusal, "typed": typed,
        "asked": consents_offered(on=timezone.localdate(at), jurisdiction=place), **told,
    }  # fmt: skip
    return render(request, "portal/consents.html", context, status=refusal.status if refusal else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@persons_only
def allow(request: HttpRequest, subject: int, number: str) -> HttpResponse:
    """What a partner asks the person who is signed in to allow. Opening it, by a button since it makes the request theirs, shows who asks; then they allow
    or refuse. Before that the page says nothing, whoever has the link.
    """
    if request.method != "POST":
        return render(request, "portal/allow.html", {"number": number})
    at, word = timezone.now(), request.POST.get("answer", "")
    try:
        if word in ("allow", "refuse"):
            consent = request_answer(number=number, subject=subject, allow=word == "allow", at=at)
            if consent is not None:
                return redirect(f"{reverse('portal:consents')}?given={consent}")
        found = request_open(number=number, subject=subject, at=at)
    except Refusal as refusal:
        return render(request, "portal/allow.html", {"number": number, "refusal": refusal}, status=refusal.status)
    seen = request_seen(found, on=timezone.localdate(at))
    return render(request, "portal/allow.html", {"number": number, "asked": seen})


@require_http_methods(["GET", "HEAD", "POST"])
@firms_only
def firm_consents(request: HttpRequest, firm: FirmHere) -> HttpResponse:
    """What the firm for which somebody is signed in lets credit-service firms order; a form to allow more, and a button to take each back."""
    at, refusal = timezone.now(), None
    if request.method == "POST":
        back = request.POST.get("withdraw", "")
        try:
            if back:
                consent = number_typed(back) or 0
                firm_consent_take_back(subject=firm.subject, consent=consent, at=at)
            else:
                firm_consent_allow(
                    subject=firm.subject, account=firm.account, grantee=request.POST.get("grantee", ""), kind=request.POST.get("kind", ""),
                    until=day_typed(request.POST.get("until", "")) or date.min, jurisdiction=settings.CHENGXIN_PLACE, at=at,
                )  # fmt: skip
            return redirect(f"{reverse('portal:firm-consents')}?done=1")
        except Refusal as unfit:
            refusal = unfit
    law = lawroom.load().on(timezone.localdate(at), settings.CHENGXIN_PLACE)
    held = consents_of_firm(number_of(firm.subject, known_at=at) or "", on=law.day)
    context = {
        "firm": True, "refusal": refusal, "done": "done" in request.GET, "allowing": [k for k in law.reports.values() if k.allowed],
        "grantees": list(actors_of_kinds(["service-firm"])),
        "consents": [(each, actor_titled(each.grantee), law.reports.get(each.kind)) for each in held],
    }  # fmt: skip
    return render(request, "portal/firm_consents.html", context, status=refusal.status if refusal else HTTPStatus.OK)


# Without a token, and so without a cookie, as a search: nobody is signed in here.
@csrf_exempt
@sensitive_post_parameters("name", "certificate")
@require_http_methods(["GET", "HEAD", "POST"])
@in_both_languages
@passing
def confirm(request: HttpRequest) -> HttpResponse:
    """Whether a licence or qualification stands in a name: yes or no. By POST only, and what was typed is not shown again."""
    if request.method != "POST":
        return render(request, "portal/confirm.html")
    at = timezone.now()
    try:
        lookup_count(page="confirm", address=address_of(request), at=at)
        answer = qualification_confirm(
            asker=PUBLIC, name=request.POST.get("name", "")[:100], certificate=request.POST.get("certificate", "")[:200], at=at,
            jurisdiction=settings.CHENGXIN_PLACE,
        )  # fmt: skip
    except Refusal as refusal:
        return waiting(render(request, "portal/confirm.html", {"refusal": refusal}, status=refusal.status), refusal)
    return render(request, "portal/confirm.html", {"answer": answer})
