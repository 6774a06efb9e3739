"""The page of draws: what was committed to, and how it ended. It names no firm."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.inspections.selectors import draws_public, groups_shown
from chengxin.portal.pages.reading import in_both_languages, passing

MOST = 50


@require_safe
@in_both_languages
@passing
def draws(request: HttpRequest) -> HttpResponse:
    """The latest draws of inspections: the hash from the commitment on, the seed when all is inspected, also those abandoned."""
    at = timezone.now()
    on = timezone.localdate(at)
    shown = [(draw, groups_shown(draw, on=on)) for draw in draws_public(most=MOST, at=at)]
    return render(request, "portal/draws.html", {"draws": shown})
