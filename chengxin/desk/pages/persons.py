"""The staff's pages about persons: reading one for a case, consents on paper, and withdrawals to take note of. They read the clock.

Numbers and names come by POST, and stand on no page that is shown again.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.cases.services.running import MOST_BYTES, PaperIn
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.selectors import consents_asked, persons_asked
from chengxin.disclosure.rules.consenting import terms_read
from chengxin.disclosure.services.consenting import (
    consent_file,
    consents_read,
    withdrawal_acknowledge,
    withdrawal_file,
    withdrawals_read,
)
from chengxin.disclosure.services.reading import person_read
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import number_typed

OUTCOMES = {
    "shown": gettext_noop("可以告知的信息如下"),
    "nothing": gettext_noop("没有可以告知的信息"),
    "not_permitted": gettext_noop("本单位不能为该用途查询"),
}
STATES = {
    "not-begun": gettext_noop("尚未开始"),
    "in-force": gettext_noop("有效"),
    "used-up": gettext_noop("次数已用完"),
    "over": gettext_noop("已到期"),
    "withdrawn": gettext_noop("已撤回"),
}


@sensitive_post_parameters("number", "name")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def persons(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Read a person for a purpose, in a case; what is refused stays typed, but for whom it was about."""
    if request.method != "POST":
        return _persons(request, asker, typed={})
    typed = {name: request.POST.get(name, "").strip() for name in ("purpose", "case_number", "jurisdiction")}
    try:
        answer = person_read(
            asker=asker,
            number=request.POST.get("number", ""),
            name=request.POST.get("name", ""),
            purpose=typed["purpose"],
            case_number=typed["case_number"],
            jurisdiction=typed["jurisdiction"] or "cn",
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _persons(request, asker, typed=typed, refusal=refusal)
    shown = answer.as_dict()
    return _persons(request, asker, typed=typed, answer=shown, said=OUTCOMES[shown["outcome"]])


@sensitive_post_parameters("number", "name")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def consents(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Enter a consent on paper, or that one was taken back at the counter; and take note of withdrawals."""
    if request.method != "POST":
        return _consents(request, asker, typed={})
    at, act, done = timezone.now(), request.POST.get("act", ""), ""
    typed: dict[str, Any] = (
        {} if act != "file" else request.POST.dict() | {"types": request.POST.getlist("record_types")}
    )
    whom = {"number": request.POST.get("number", ""), "name": request.POST.get("name", "")}
    consent = number_typed(request.POST.get("consent", "")) or 0
    try:
        if act == "acknowledge":
            withdrawal_acknowledge(consent=consent, asker=asker, at=at)
            done = gettext_noop("第{consent}号同意的撤回已经签收。")
        elif act == "withdraw":
            withdrawal_file(consent=consent, asker=asker, at=at, **whom)
            done = gettext_noop("第{consent}号同意已经撤回，此后的查询一律不予办理。")
        else:
            file = request.FILES.get("scan")
            content = bytes(file.read(MOST_BYTES + 1)) if file else b""
            scan = PaperIn((file.name if file else "") or "", (file.content_type if file else "") or "", content)
            terms = terms_read(request.POST.dict(), request.POST.getlist("record_types"))
            place = request.POST.get("jurisdiction", "") or "cn"
            consent = consent_file(terms=terms, scan=scan, asker=asker, at=at, jurisdiction=place, **whom).consent
            done, typed = gettext_noop("书面同意已经登记，编号{consent}，请告诉本人。"), {}
    except Refusal as refusal:
        return _consents(request, asker, typed=typed, refusal=refusal, act=act)
    return _consents(request, asker, typed=typed, done=done, consent=consent)


def _persons(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    purposes, places = persons_asked(asker, on=timezone.localdate())
    context = {"purposes": purposes, "places": places, "asker": asker, "refusal": refusal, **more}
    return render(request, "desk/persons.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _consents(request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    at = timezone.now()
    context = {
        "asked": consents_asked(asker, on=timezone.localdate(at)), "asker": asker, "refusal": refusal,
        "waiting": withdrawals_read(asker=asker, at=at),
        "held": [(each, STATES[each.state]) for each in consents_read(asker=asker, at=at)], **more,
    }  # fmt: skip
    return render(request, "desk/consents.html", context, status=refusal.status if refusal else HTTPStatus.OK)
