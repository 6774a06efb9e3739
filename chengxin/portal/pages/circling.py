"""What a platform was told of its duties, for whoever is signed in for the firm that runs it, and its replies; and how a document, a day or a page that
was typed is read, here and at the desk. It reads the clock.
"""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
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

PAGE, MOST_PAGES = 50, 1000
# Beside which field a refusal stands that names none itself.
BESIDE = {"actor-unknown": "platform", "case-step-lacks": "document"}
Typed = Mapping[str, str]


def paper_typed(request: HttpRequest) -> dict[str, str]:
    """The document's number and digest as they were typed; of a file that came in its place the digest alone is taken, and nothing is kept."""
    file, digest = request.FILES.get("file"), request.POST.get("digest", "").strip().lower()
    if file is not None:
        made = sha256()
        for chunk in file.chunks():
            made.update(chunk)
        digest = made.hexdigest()
    return {"document": request.POST.get("document", ""), "digest": digest}


def typed_of(request: HttpRequest, paper: Typed) -> dict[str, str]:
    """What was typed, to be shown again beside the refusal."""
    return {**{name: str(value) for name, value in request.POST.items()}, **paper}


def beside(refusal: Refusal, otherwise: str = "") -> str:
    """The field beside which the refusal stands; empty where it stands above all."""
    return str(refusal.data.get("field") or BESIDE.get(refusal.code, otherwise))


def page_asked(request: HttpRequest, name: str = "page") -> int:
    """Which page of a list is wanted."""
    asked = request.GET.get(name, "1")
    good = asked.isascii() and asked.isdigit() and 0 < int(asked[:5]) <= MOST_PAGES and len(asked) < 5
    return int(asked) if good else 1


def day_typed(written: str) -> date | None:
    """A day as it was typed; none where it is none."""
    try:
        return date.fromisoformat(written.strip()[:10])
    except ValueError:
        return None


def number_typed(written: str) -> int | None:
    """A number as it was typed; none where it is none."""
    written = written.strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


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
