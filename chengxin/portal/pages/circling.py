"""What a platform was told of its duties, for whoever is signed in for the firm that runs it, and its replies. It reads the clock."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.accounts.pages import account_here
from chengxin.actors.selectors import Asker, firms_coded
from chengxin.commerce.circles import services
from chengxin.commerce.circles.rules import MOST_WORDS, NeglectUnknown
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import on_behalf
from chengxin.mydata.selectors import codes_of
from chengxin.portal.pages.signing import signed_in_only
from chengxin.portal.pages.typed import beside, day_typed, number_typed, page_asked, paper_typed, typed_of

PAGE = 50


def neglect_stepped(request: HttpRequest, asker: Asker, number: str) -> dict[str, Any]:
    """Take the step that was sent; what the page says of it."""
    paper, said = paper_typed(request), request.POST
    try:
        services.neglect_step(
            number=number, to=said.get("to", "")[:30], words=said.get("words", ""), **paper, mend_by=day_typed(said.get("mend_by", "")),
            record=number_typed(said.get("record", "")), asker=asker, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        lacking = "record" if said.get("to") == "penalised" else "document"
        field = beside(refusal)
        field = lacking if refusal.code == "case-step-lacks" else field
        return {"refusal": refusal, "typed": typed_of(request, paper), "beside": field}
    return {"done": True}


def steps_for(found: Mapping[str, Any], asker: Asker) -> list[dict[str, Any]]:
    """The steps that the asker can take now, each with the fields that it needs."""
    if asker.kind == "platform":
        doer = "subject" if asker.key == found["platform"] else ""
    else:
        doer = "authority" if asker.key == found["authority"] else ""
    return [
        {**each, "paper": bool({"document", "evidence"} & set(each["needs"])) and each["to"] != "penalised"}
        for each in found["open"]
        if each["by"] == doer
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def mine(request: HttpRequest, subject: int) -> HttpResponse:
    """The files about the platforms registered under the code of the firm, the latest first, a page at a time, each with what the platform can do now."""
    at, more, account = timezone.now(), dict[str, Any](), account_here(request)
    codes = codes_of(subject, known_at=at)
    platforms = [each for each in firms_coded(codes, at=at) if each.kind == "platform"]
    number = request.POST.get("number", "")
    with on_behalf(account.pk if account else 0):
        if request.method == "POST":
            refused: Refusal = NeglectUnknown(number=number[:40])
            more = {"refusal": refused}
            for each in platforms:
                more = neglect_stepped(request, each, number)
                if "done" in more or not isinstance(more["refusal"], NeglectUnknown):
                    break
        page, files, beyond = page_asked(request), list[dict[str, Any]](), False
        for each in platforms:
            _, found, further = services.neglects_looked(asker=each, at=timezone.now(), page=page, most=PAGE)
            files += [{**file, "doable": steps_for(file, each)} for file in found]
            beyond = beyond or further
    context = {
        "files": files, "firm": bool(codes), "platform": bool(platforms), "page": page, "next": page + 1 if beyond else None, "of": number,
        "most": MOST_WORDS, **more,
    }  # fmt: skip
    shown = more.get("refusal")
    return render(request, "portal/my_circles.html", context, status=shown.status if shown else HTTPStatus.OK)
