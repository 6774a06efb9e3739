"""An association at the desk: its charter, its members' file, what it did to members and what they answered. They read the clock."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.commerce.circles import services
from chengxin.commerce.circles.rules import ACTS_OF_ASSOCIATIONS, MOST_WORDS, SHOWN_MONTHS
from chengxin.commerce.circles.selectors import charter_of, members_filed
from chengxin.commerce.merchants.selectors import law_of
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import beside, day_typed, page_asked, paper_typed, typed_of

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def association(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The charter that stands and the form of another; the members by code, who joins and who left."""
    at, more = timezone.now(), dict[str, Any]()
    if request.method == "POST":
        paper, said = paper_typed(request), request.POST
        act = "charter" if "title" in said else "member"
        try:
            if act == "charter":
                adopted = day_typed(said.get("adopted_on", "")) or date.max
                services.charter_file(title=said["title"], **paper, adopted_on=adopted, asker=asker, at=at)
            else:
                services.member_file(
                    code=said.get("code", "").strip().upper(), name=said.get("name", ""), state=said.get("state", "member"),
                    since=day_typed(said.get("since", "")) or date.max, asker=asker, at=at,
                )  # fmt: skip
            more["done"] = True
        except Refusal as refusal:
            more |= {"refusal": refusal, "typed": typed_of(request, paper), "act": act, "beside": beside(refusal)}
    page = page_asked(request)
    found = list(members_filed(asker.key, known_at=at)[(page - 1) * MOST : page * MOST + 1])
    context = {
        "charter": charter_of(asker.key, known_at=at), "members": found[:MOST], "page": page, "next": page + 1 if len(found) > MOST else None,
        "today": timezone.localdate(at), "asker": asker, **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/association.html", context, status=refused.status if refused else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def disciplines(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What the association did, the latest first; and the form of another, after which the member's key is shown once."""
    at, more = timezone.now(), dict[str, Any]()
    if request.method == "POST":
        paper, said = paper_typed(request), request.POST
        words: dict[str, Any] = {name: said.get(name, "") for name in ("act", "article", "facts")}
        days: dict[str, Any] = {name: day_typed(said.get(name, "")) or date.max for name in ("decided_on", "until")}
        try:
            made, key = services.discipline_open(
                code=said.get("code", "").strip().upper(), **{**words, **paper, **days}, asker=asker, at=at
            )
            more |= {"made": made, "key": key}
        except Refusal as refusal:
            more |= {"refusal": refusal, "typed": typed_of(request, paper), "beside": beside(refusal)}
    page = page_asked(request)
    found, beyond = services.disciplines_looked(asker=asker, at=at, page=page, most=MOST)
    law = law_of(timezone.localdate(at))
    context = {
        "acts": found, "page": page, "next": page + 1 if beyond else None, "asker": asker, "kinds": law.code_lists[ACTS_OF_ASSOCIATIONS].codes,
        "charter": charter_of(asker.key, known_at=at), "months": law.parameter(SHOWN_MONTHS), "most": MOST_WORDS, **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/disciplines.html", context, status=refused.status if refused else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def discipline(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One act: its article and document, what the member answered, and what the association can still do: decide an appeal, or withdraw."""
    at, more = timezone.now(), dict[str, Any]()
    if request.method == "POST":
        to, words = request.POST.get("to", ""), request.POST.get("words", "")
        try:
            services.discipline_close(number=number, to=to, words=words, asker=asker, at=at)
            more["done"] = True
        except Refusal as refusal:
            more |= {"refusal": refusal, "typed": request.POST, "beside": beside(refusal)}
    try:
        found = services.discipline_read(number=number, asker=asker, at=at)
    except Refusal as unknown:
        return render(request, "desk/discipline.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    context = {
        "act": found,
        "asker": asker,
        "most": MOST_WORDS,
        "over": found["state"] in ("withdrawn", "over"),
        **more,
    }
    refused = more.get("refusal")
    return render(request, "desk/discipline.html", context, status=refused.status if refused else HTTPStatus.OK)
