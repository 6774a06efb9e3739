"""The pages of favourable lists: what is being published, an objection by anybody, and a firm's own application."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin import law as lawroom
from chengxin.actors.selectors import departments
from chengxin.kernel.errors import Refusal
from chengxin.lists.rules import lists_applied_for
from chengxin.portal.pages.answering import MOST_PAPERS, AnswerForm, answering, claimant_of, papers_of
from chengxin.portal.pages.reading import in_both_languages, owed, passing, places_offered
from chengxin.portal.pages.typed import number_typed
from chengxin.portal.rules import number_query
from chengxin.portal.selectors import entries_published, entry_published
from chengxin.portal.services import enterprise_read
from chengxin.rights import services
from chengxin.rights.rules import MOST_WORDS
from chengxin.subjects.selectors import SubjectUnknown


@require_safe
@in_both_languages
@passing
def published(request: HttpRequest) -> HttpResponse:
    """The favourable entries to which anybody may object, the first filed first."""
    return _published(request, after=request.GET.get("after", ""))


def _published(request: HttpRequest, *, after: str = "", over: bool = False) -> HttpResponse:
    number = number_typed(after)
    found, more = entries_published(at=timezone.now(), after=number)
    status = HTTPStatus.NOT_FOUND if over else HTTPStatus.OK
    return render(request, "portal/honours.html", {"published": found, "more": more, "over": over}, status=status)


@answering
def objection(request: HttpRequest, number: str) -> HttpResponse:
    """To say why somebody should not be entered: the form, and then that it was received."""
    at = timezone.now()
    found = entry_published(number, at=at)
    if found is None:
        return _published(request, over=True)
    context: dict[str, Any] = {"entry": found, "most": MOST_WORDS}
    if request.method != "POST":
        return render(request, "portal/honour_objection.html", context)
    form = AnswerForm(request.POST)
    context |= {"typed": request.POST, "lacking": [] if form.is_valid() else list(form.errors)}
    if context["lacking"]:
        return render(request, "portal/honour_objection.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        services.honour_object(number=number, claimant=claimant_of(form), grounds=form.cleaned_data["grounds"], at=at)
    except Refusal as refusal:
        return render(request, "portal/honour_objection.html", {**context, "refusal": refusal}, status=refusal.status)
    return render(request, "portal/honour_objection.html", {**context, "done": True})


@answering
def application(request: HttpRequest, number: str) -> HttpResponse:
    """A firm asks to be entered on a favourable list: the form, and after it the receipt."""
    at = timezone.now()
    on = timezone.localdate(at)
    try:
        enterprise = enterprise_read(number_query(number), on=on, at=at)
    except (Refusal, SubjectUnknown):
        return render(request, "portal/results.html", {"unknown": True}, status=HTTPStatus.NOT_FOUND)
    places, place = places_offered(request.POST.get("jurisdiction", request.GET.get("jurisdiction", "")))
    context: dict[str, Any] = {
        "enterprise": enterprise, "lists": lists_applied_for(lawroom.load().on(on, place)), "departments": departments(),
        "place": place, "places": places, "most": MOST_WORDS, "papers": MOST_PAPERS,
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "portal/honour_application.html", context)
    form = AnswerForm(request.POST)
    context |= {"typed": request.POST, "lacking": [] if form.is_valid() else list(form.errors)}
    if context["lacking"]:
        return render(request, "portal/honour_application.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        receipt = services.honour_apply(
            list_key=request.POST.get("list", ""), number=enterprise.number, authority=request.POST.get("authority", ""),
            claimant=claimant_of(form), grounds=form.cleaned_data["grounds"], papers=papers_of(request),
            jurisdiction=place, at=at,
        )  # fmt: skip
    except Refusal as refusal:
        return render(request, "portal/honour_application.html", {**context, "refusal": refusal}, status=refusal.status)
    owing = owed(choice for choice in receipt.next if choice.by != "subject")
    return render(request, "portal/receipt.html", {**context, "receipt": receipt, "next": owing})
