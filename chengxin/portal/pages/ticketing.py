"""The tickets to a platform, for whoever is signed in for the firm that runs it: what was found, and its reply. They read the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.accounts.pages import account_here
from chengxin.actors.selectors import firms_coded
from chengxin.commerce.merchants.rules import TicketUnknown
from chengxin.commerce.merchants.selectors import tickets_asked, tickets_shown
from chengxin.commerce.merchants.services.ticketing import ticket_answer
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import on_behalf
from chengxin.mydata.selectors import codes_of
from chengxin.portal.pages.signing import signed_in_only

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def mine(request: HttpRequest, subject: int) -> HttpResponse:
    """The open tickets to the platforms registered under the code of the firm, those due first, a page at a time, each with the form of a reply."""
    at, refusal, done, number = timezone.now(), None, False, "0"
    codes = codes_of(subject, known_at=at)
    platforms = [each for each in firms_coded(codes, at=at) if each.kind == "platform"]
    account = account_here(request)
    if request.method == "POST":
        try:
            with on_behalf(account.pk if account else 0):
                asker = next((each for each in platforms if each.key == request.POST.get("platform", "")), None)
                number = request.POST.get("ticket", "")
                number = number if number.isascii() and number.isdigit() and len(number) < 19 else "0"
                if asker is None:
                    raise TicketUnknown(ticket=number, actor="public")
                ticket_answer(
                    ticket=int(number), words=request.POST.get("words", ""), evidence=request.POST.get("evidence", "").split(), asker=asker, at=at
                )  # fmt: skip
            done = True
        except Refusal as refused:
            refusal = refused
    written = request.GET.get("after", "")
    after = int(written) if written.isascii() and written.isdigit() and len(written) < 7 else 0
    found = [ticket for each in platforms for ticket in tickets_asked(each, known_at=at)[after : after + PAGE + 1]]
    context = {
        "tickets": tickets_shown(found[:PAGE], on=timezone.localdate(at)), "firm": bool(codes), "platform": bool(platforms), "refusal": refusal,
        "done": done,
        "typed": {**request.POST.dict(), "ticket": int(number)} if refusal else {}, "next": after + PAGE if len(found) > PAGE else None,
    }  # fmt: skip
    return render(request, "portal/my_tickets.html", context, status=refusal.status if refusal else HTTPStatus.OK)
