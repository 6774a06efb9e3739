"""What is offered to whoever chooses to take part, and what facts count for: the same page for everybody, about nobody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin import law as lawroom
from chengxin.benefits.selectors import catalogue
from chengxin.portal.pages.reading import in_both_languages


@require_safe
@in_both_languages
def offered(request: HttpRequest) -> HttpResponse:
    """The table of points with each entry's article, and the catalogue by scene."""
    on = timezone.localdate(timezone.now())
    law = lawroom.load().on(on, settings.CHENGXIN_PLACE)
    table = [(entry, [law.cite(basis) for basis in entry.basis]) for _, entry in sorted(law.benefit_points.items())]
    context = {"table": table, "scenes": catalogue(on=on, jurisdiction=settings.CHENGXIN_PLACE)}
    return render(request, "portal/benefits.html", context)
