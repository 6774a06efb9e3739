"""A platform as anybody may see it: what it discloses, and what departments did about its duties. It reads the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chengxin.actors.selectors import actor_coded, actor_titled, actors_of_kinds
from chengxin.commerce.circles.selectors import platform_acts
from chengxin.commerce.merchants.rules import NotAPlatform
from chengxin.commerce.merchants.selectors import disclosures_known, law_of
from chengxin.portal.pages.reading import in_both_languages, passing


@require_safe
@in_both_languages
@passing
def platform(request: HttpRequest, platform: str) -> HttpResponse:
    """Its disclosures, and each act about a duty that stands, with its own answers beside it."""
    at = timezone.now()
    if not actors_of_kinds(["platform"]).filter(key=platform).exists():
        refusal = NotAPlatform(actor=platform[:63], kind="-")
        return render(request, "portal/platform.html", {"refusal": refusal}, status=HTTPStatus.NOT_FOUND)
    kinds = law_of(timezone.localdate(at)).code_lists["platform-disclosures"].codes
    context = {
        "key": platform, "title": actor_titled(platform), "code": actor_coded(platform), "on": timezone.localdate(at),
        "acts": platform_acts(platform, known_at=at),
        "disclosures": [(kinds[d["kind"]].title, d) for d in disclosures_known(platform, known_at=at) if d["kind"] in kinds],
    }  # fmt: skip
    return render(request, "portal/platform.html", context)
