"""What waits for a second person: shown whole to whoever may confirm it, confirmed or refused. It reads the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.accounts.services.confirming import deed_answer, proposals_open, proposed
from chengxin.actors.selectors import Asker
from chengxin.desk.deeds import DEEDS, DUTIES
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def proposals(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What others of the organisation proposed and this one may confirm; their own are marked as waiting for somebody else."""
    at, refusal, done = timezone.now(), None, False
    if request.method == "POST":
        number, agreed = request.POST.get("proposal", ""), request.POST.get("answer") == "confirm"
        try:
            deed_answer(
                proposal=int(number) if number.isdecimal() and len(number) < 19 else 0, agreed=agreed, duties=DUTIES, deeds=DEEDS,
                asker=asker, at=at,
            )  # fmt: skip
            done = True
        except Refusal as unfit:
            refusal = unfit
    shown = [
        {"it": each, "what": proposed(each), "own": each.account_id == asker.account}
        for each in proposals_open(asker, at=at)
        if DUTIES[each.kind] in asker.duties
    ]
    context = {"asker": asker, "proposals": shown, "refusal": refusal, "done": done}
    return render(request, "desk/proposals.html", context, status=refusal.status if refusal else HTTPStatus.OK)
