"""What waits for a second person: shown whole to whoever may confirm it, confirmed or refused. It reads the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from chengxin.accounts.services.confirming import act_by_two, deed_answer, proposals_open, proposals_put, proposed
from chengxin.actors.selectors import Asker
from chengxin.desk.deeds import DEEDS
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import number_typed

STATES = {
    "confirmed": gettext_noop("已确认并办理"),
    "refused": gettext_noop("未予确认"),
    "expired": gettext_noop("逾期失效"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def proposals(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What others of the organisation proposed and this one may confirm; their own are marked as waiting for somebody else."""
    at, refusal, done = timezone.now(), None, None
    if request.method == "POST":
        number, agreed = request.POST.get("proposal", ""), request.POST.get("answer") == "confirm"
        try:
            proposal = number_typed(number) or 0
            made = deed_answer(proposal=proposal, agreed=agreed, deeds=DEEDS, asker=asker, at=at)
            done = made if isinstance(made, dict) else {"agreed": agreed}
        except Refusal as unfit:
            refusal = unfit
    mine = [kind for kind in DEEDS if (entry := act_by_two(kind, at=at)) and entry.duty in asker.duties]
    shown = [
        {"it": each, "what": proposed(each), "own": each.account_id == asker.account}
        for each in proposals_open(asker, at=at)
        if each.kind in mine
    ]
    over = [each for each in proposals_put(asker, at=at, kinds=mine) if each.state != "pending"]
    titles = {kind: entry.title for kind in mine if (entry := act_by_two(kind, at=at))}
    context = {
        "asker": asker, "proposals": shown, "over": [(each, titles[each.kind], STATES[each.state]) for each in over],
        "refusal": refusal, "done": done,
    }  # fmt: skip
    return render(request, "desk/proposals.html", context, status=refusal.status if refusal else HTTPStatus.OK)
