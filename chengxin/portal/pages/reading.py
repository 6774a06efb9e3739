"""The public's pages: home and search, and one enterprise. They read the clock, answer in HTML, and set no cookie."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from chengxin import law as lawroom
from chengxin.actors.selectors import contacts_published
from chengxin.cases.rules import DOERS
from chengxin.commerce.circles.selectors import enterprise_acts
from chengxin.kernel.errors import Refusal
from chengxin.law.lawbook import NATIONAL
from chengxin.portal.rules import QueryEmpty, number_query, query_read, remedies_of
from chengxin.portal.selectors import MOST, number_shown
from chengxin.portal.services import enterprise_read, names_search
from chengxin.rights.rules import COMPLAINT, OBJECTION, REPAIR
from chengxin.rights.selectors import Choice
from chengxin.subjects.selectors import SubjectUnknown

Page = Callable[..., HttpResponse]


def in_both_languages(page: Page) -> Page:
    """Says of the page that it is in Chinese with English beside it, whatever the browser would rather have."""

    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = page(request, *args, **kwargs)
        response.headers["Content-Language"] = "zh-Hans, en"
        return response

    return answer


def owed(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """What others may do in a case, each thing once with all who may do it."""
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for choice in choices:
        same = (choice.to, choice.act.zh, choice.last_day, choice.article)
        found.setdefault(same, {"step": choice, "by": []})["by"].append(DOERS[choice.by])
    return list(found.values())


def passing(page: Page) -> Page:
    """Keeps the page out of caches and search engines: what it shows may be repaired tomorrow, and must be gone then."""

    @wraps(page)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = page(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return answer


def waiting(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    """The page of a refusal, with when to come back where the refusal knows it."""
    if wait := refusal.data.get("retry_after"):
        response.headers["Retry-After"] = str(wait)
    return response


@require_safe
@in_both_languages
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what it never does, and one box to search by."""
    return render(request, "portal/home.html")


# Without a token, and so without a cookie: nobody is signed in here and a search changes nothing, so that a form on
# another site could only ask what anybody may ask.
@csrf_exempt
@in_both_languages
@passing
def search(request: HttpRequest) -> HttpResponse:
    """By a code straight to the enterprise's page, by a name to candidates. By POST only: what is typed may be about a
    person, and must not stand in an address or a log.
    """
    if request.method != "POST":
        return redirect("portal:home")
    at = timezone.now()
    on = timezone.localdate(at)
    try:
        query = query_read(request.POST.get("q", ""))
        if not query.value:
            found = names_search(query, on=on, at=at)
            return _results(request, query=query.name, found=found, most=MOST)
        if number_shown(query, on=on, known_at=at):
            return redirect("portal:enterprise", number=query.value)
    except QueryEmpty as refusal:
        return _refused(request, "portal/home.html", refusal)
    except Refusal as refusal:
        return _refused(request, "portal/results.html", refusal)
    # Of numbers only a whole code is shown again: an old number has the length of an old identity number.
    return _results(request, query=query.value if query.scheme == "uscc" else "", unknown=True)


@require_safe
@in_both_languages
@passing
def enterprise(request: HttpRequest, number: str) -> HttpResponse:
    """One enterprise: its names and numbers, and the records that may be shown today."""
    at = timezone.now()
    on = timezone.localdate(at)
    try:
        shown = enterprise_read(number_query(number), on=on, at=at)
    except SubjectUnknown:
        return _results(request, unknown=True, status=HTTPStatus.NOT_FOUND)
    except Refusal as refusal:
        return _refused(request, "portal/results.html", refusal, status=HTTPStatus.NOT_FOUND)
    codes = [number, *(value for _, value in shown.identifiers)]
    context = {"enterprise": shown, "acts": enterprise_acts(codes, known_at=at), **_remedies(on, shown.places)}
    return render(request, "portal/enterprise.html", context)


@require_safe
@in_both_languages
def remedies(request: HttpRequest) -> HttpResponse:
    """How to object, to have a record repaired, and to complain of how that is handled: each clock of the place asked for, and where
    each office is reached.
    """
    places, place = places_offered(request.GET.get("place", ""))
    on = timezone.localdate(timezone.now())
    context = {**_remedies(on, [place]), "places": places, "place": place, "contacts": contacts_published()}
    return render(request, "portal/remedies.html", context)


def _results(request: HttpRequest, *, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
    return render(request, "portal/results.html", context, status=status)


def _refused(request: HttpRequest, template: str, refusal: Refusal, status: int | None = None) -> HttpResponse:
    return render(request, template, {"refusal": refusal}, status=status or refusal.status)


def places_offered(asked: str) -> tuple[list[str], str]:
    """The places that have law of their own, and the one asked for; the whole country where none is, or none of these."""
    places = lawroom.load().jurisdictions
    return places, asked if asked in places else NATIONAL


def _remedies(on: date, places: Iterable[str]) -> dict[str, Any]:
    """How to object, to have a record repaired and to complain, by the law of each of the places."""
    laws = [lawroom.load().on(on, place) for place in places]
    return {procedure: remedies_of(procedure, laws) for procedure in (OBJECTION, REPAIR, COMPLAINT)}
