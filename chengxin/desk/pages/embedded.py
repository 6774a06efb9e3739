"""A check's answer in a frame of a department's own system: opened by a one-use ticket, POST only, without cookie or session. It reads the clock.

Nobody may frame it but the origins that are registered for whoever got the ticket; where the ticket is unknown, nobody at all.
"""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chengxin.checks.services.framing import ticket_open, ticket_used
from chengxin.desk.pages.checks import OUTCOMES
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.reading import in_both_languages, passing


@csrf_exempt  # no cookie is read here: the token in the body is all that counts
@require_POST
@in_both_languages
@passing
def check(request: HttpRequest) -> HttpResponse:
    """The answer, with the form for what was done with it."""
    origin = request.headers.get("Origin", "")
    try:
        shown = ticket_open(token=request.POST.get("token", ""), origin=origin, at=timezone.now())
    except Refusal as refusal:
        return _framed(request, refusal.data.get("origins", []), refusal=refusal)
    answer = shown.answer
    context: dict[str, Any] = {
        "answer": answer,
        "said": OUTCOMES[answer.outcome],
        "form": shown.form if answer.outcome != "not_permitted" else "",
    }
    return _framed(request, shown.origins, case_number=shown.case_number, **context)


@csrf_exempt
@require_POST
@in_both_languages
@passing
def used(request: HttpRequest) -> HttpResponse:
    """What was done with the answer, written down once."""
    form, outcome, reason = (request.POST.get(name, "") for name in ("form", "outcome", "reason"))
    try:
        written = ticket_used(form=form, outcome=outcome, reason=reason, at=timezone.now())
    except Refusal as refusal:
        again = {"reason": reason, "use": outcome}
        mend = form if refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY else ""
        return _framed(request, refusal.data.get("origins", []), refusal=refusal, form=mend, again=again)
    return _framed(request, written.origins, written=written.use)


def _framed(
    request: HttpRequest, origins: list[str], *, refusal: Refusal | None = None, **context: Any
) -> HttpResponse:
    status = refusal.status if refusal else HTTPStatus.OK
    response = render(request, "desk/embedded.html", {"refusal": refusal, **context}, status=status)
    if origins:
        # What Django's own header says only to deny or to one's own pages, the policy says by name.
        response._csp_replace = {"frame-ancestors": origins}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True
    return response
