"""What stands around a trade, at the desk: platforms called to their duty, and their answers; firms that support e-commerce; what associations did, for
reference; agreements. They read the clock.
"""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.rules import BY_AGREEMENT
from chengxin.actors.selectors import Asker, actors_of_kinds, agreements_known
from chengxin.actors.services import SCOPES, agreement_end, agreement_file
from chengxin.commerce.circles import services
from chengxin.commerce.circles.rules import (
    DECIDED,
    DUTIES,
    FILING_FIRMS,
    KINDS,
    MOST_WORDS,
    REFERRING,
    STATED,
    NotInCharge,
)
from chengxin.commerce.circles.selectors import firms_accessible, firms_said
from chengxin.commerce.merchants.selectors import law_of
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.circling import neglect_stepped, steps_for
from chengxin.portal.pages.typed import Typed, beside, day_typed, number_typed, page_asked, paper_typed, typed_of

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def circles(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The files about platforms' duties: those in which it is the asker's turn, all of them by page, and to a department the form of one."""
    if request.method != "POST":
        return _circles(request, asker)
    paper = paper_typed(request)
    words = {name: request.POST.get(name, "").strip() for name in ("platform", "duty", "facts")}
    try:
        done = services.neglect_open(**words, **paper, asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _circles(request, asker, refusal=refusal, typed=typed_of(request, paper))
    return redirect("desk:circle", done["number"])


def _circles(
    request: HttpRequest, asker: Asker, *, refusal: Refusal | None = None, typed: Typed | None = None
) -> HttpResponse:
    at, page = timezone.now(), page_asked(request)
    owing, files, more = services.neglects_looked(asker=asker, at=at, page=page, most=MOST)
    context = {
        "owing": owing, "files": files, "page": page, "next": page + 1 if more else None, "asker": asker, "opens": asker.kind == "department",
        "today": timezone.localdate(at), "platforms": actors_of_kinds(["platform"]) if asker.kind == "department" else [],
        "duties": law_of(timezone.localdate(at)).code_lists[DUTIES].codes, "most": MOST_WORDS,
        "refusal": refusal, "typed": typed or {}, "beside": beside(refusal) if refusal else "",
    }  # fmt: skip
    return render(request, "desk/circles.html", context, status=refusal.status if refusal else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def circle(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One file: what was found, each step of both sides with its document, and what the asker can do now."""
    more = neglect_stepped(request, asker, number) if request.method == "POST" else {}
    try:
        found = services.neglect_read(number=number, asker=asker, at=timezone.now())
    except Refusal as unknown:
        return render(request, "desk/circle.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    context = {"file": found, "steps": steps_for(found, asker), "asker": asker, "most": MOST_WORDS, **more}
    refused = more.get("refusal")
    return render(request, "desk/circle.html", context, status=refused.status if refused else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def firms(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What the asker says of firms that support e-commerce, also what ended; and the form by which one is filed anew, put right or ended."""
    at, more = timezone.now(), dict[str, Any]()
    if request.method == "POST":
        paper, said = paper_typed(request), request.POST
        words = {name: said.get(name, "").strip() for name in ("code", "kind", "name", "state")}
        try:
            services.firm_file(
                **words, **paper, since=day_typed(said.get("since", "")) or date.max, record=number_typed(said.get("record", "")), asker=asker, at=at
            )  # fmt: skip
            more["done"] = True
        except Refusal as refusal:
            more |= {"refusal": refusal, "typed": typed_of(request, paper), "beside": beside(refusal)}
    kinds = law_of(timezone.localdate(at)).code_lists[KINDS].codes
    page, asked = page_asked(request), request.GET.get("kind", "")
    kind = asked if asked in kinds else ""
    found = list(firms_accessible(asker, known_at=at, kind=kind)[(page - 1) * MOST : page * MOST + 1])
    shown = firms_said(found[:MOST], known_at=at)
    anew = request.GET.get("code", "")
    if anew and "typed" not in more:  # one that stands here is put right: its form is filled in
        more["typed"] = next((each for each in shown if each["code"] == anew and each["by"] == asker.key), {})
    context = {
        "firms": shown, "kinds": kinds, "kind": kind, "page": page, "next": page + 1 if len(found) > MOST else None, "asker": asker,
        "which_kind": f"kind={kind}&" if kind else "",
        "files": asker.kind in FILING_FIRMS, "states": (*STATED, *DECIDED) if asker.kind == "department" else STATED, **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/firms.html", context, status=refused.status if refused else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def references(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What associations did to one firm, by its code, for reference alone. The firm sees who read it."""
    code = request.POST.get("code", "").strip()[:40]
    context: dict[str, Any] = {"asker": asker, "code": code, "refers": asker.kind in REFERRING}
    if request.method == "POST":
        try:
            context["found"] = services.reference_read(code=code.upper(), asker=asker, at=timezone.now())
        except Refusal as refusal:
            context |= {"refusal": refusal, "beside": beside(refusal)}
    refused = context.get("refusal")
    return render(request, "desk/references.html", context, status=refused.status if refused else HTTPStatus.OK)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def agreements(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The agreements: all to whoever runs the register, who files and ends them; to the others their own."""
    at, more, runs = timezone.now(), dict[str, Any](), asker.kind == "operator"
    if request.method == "POST":
        paper, said = paper_typed(request), request.POST
        try:
            if not runs:
                raise NotInCharge(
                    actor=asker.key,
                    why="whoever runs the register files agreements.",
                    why_zh="共享协议由运行单位登记。",
                )
            if "end" in said:
                agreement_end(actor=said.get("actor", "")[:63], number=said["end"], by=asker.key, at=at)
            else:
                agreement_file(
                    actor=said.get("actor", "")[:63], number=said.get("number", ""), scopes=said.getlist("scopes"), **paper,
                    from_on=day_typed(said.get("from_on", "")) or date.max, to_on=day_typed(said.get("to_on", "")) or date.min, by=asker.key, at=at,
                )  # fmt: skip
            more["done"] = True
        except Refusal as refusal:
            typed = {**typed_of(request, paper), "scopes": said.getlist("scopes")}
            more |= {"refusal": refusal, "typed": typed, "beside": beside(refusal, "number")}
    known = agreements_known(at=at, actor="" if runs else asker.key)
    page = page_asked(request)
    context = {
        "agreements": known[(page - 1) * MOST : page * MOST], "page": page, "next": page + 1 if len(known) > page * MOST else None,
        "asker": asker, "runs": runs, "actors": actors_of_kinds(BY_AGREEMENT) if runs else [], "scopes": SCOPES, **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "desk/agreements.html", context, status=refused.status if refused else HTTPStatus.OK)
