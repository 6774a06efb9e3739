"""Associations as anybody may see them: charters, and their own acts that stand; and a member's answer by its key. They read the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.actors.selectors import actors_of_kinds
from chengxin.commerce.circles.rules import MOST_WORDS
from chengxin.commerce.circles.selectors import associations_shown
from chengxin.commerce.circles.services import discipline_answer
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.reading import in_both_languages, passing, waiting


@require_safe
@in_both_languages
@passing
def associations(request: HttpRequest) -> HttpResponse:
    """Every association with its charter and its acts that stand: its own acts, under which nothing follows."""
    at = timezone.now()
    found = associations_shown((each.key for each in actors_of_kinds(["association"])), known_at=at)
    return render(request, "portal/associations.html", {"associations": found})


@answering
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """The member's reply or appeal, by the number and key of its letter."""
    context: dict[str, object] = {"number": number, "most": MOST_WORDS}
    if request.method != "POST":
        return render(request, "portal/association_answer.html", context)
    said = {name: request.POST.get(name, "")[:MOST_WORDS] for name in ("key", "kind", "words")}
    at = timezone.now()
    try:
        lookup_count(page="association-answer", address=address_of(request), at=at)
        done = discipline_answer(number=number, **said, at=at)
    except Refusal as refusal:
        context |= {"refusal": refusal, "words": said["words"]}
        return waiting(render(request, "portal/association_answer.html", context, status=refusal.status), refusal)
    return render(request, "portal/association_answer.html", {**context, "done": done}, status=HTTPStatus.OK)
