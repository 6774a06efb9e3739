"""The page of draws: what was committed to, and how it ended. It names no firm."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.inspections.selectors import draws_public, groups_shown
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.typed import page_asked

MOST = 50


@require_safe
@in_both_languages
@passing
def draws(request: HttpRequest) -> HttpResponse:
    """The latest draws of inspections: the hash from the commitment on, the seed when all is inspected, also those abandoned."""
    at = timezone.now()
    on = timezone.localdate(at)
    page = page_asked(request)
    found = draws_public(most=MOST + 1, at=at, skip=(page - 1) * MOST)
    shown = [(draw, groups_shown(draw, on=on)) for draw in found[:MOST]]
    more = page + 1 if len(found) > MOST else None
    return render(request, "portal/draws.html", {"draws": shown, "page": page, "next": more})
