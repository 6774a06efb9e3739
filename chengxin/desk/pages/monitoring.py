"""The staff's patrols and loops: plans drawn or for stated reasons, what was seen, the stages of a risk, and requests across regions. They read the clock."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.actors.selectors import Asker, actors_of_kinds, departments
from chengxin.cases.rules import StepLacks
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.monitoring import rules, services
from chengxin.commerce.monitoring.rules import Seen
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import NothingChosen
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import file_named
from chengxin.law import Law
from chengxin.law.models import Words
from chengxin.portal.pages.typed import beside, page_asked

PAPER = ("document", "digest")
PAGE, PLANS = 50, 10
SEEN = ("result", "facts", "digest", "misconduct")
# At which field a refusal stands that names none itself.
FIELDS = {"seed-hash-unfit": "seed_hash", "inspector-unfit": "officer", "shop-unknown": "shops"}
# By what the lists are narrowed.
PATROLS, LOOPS = ("state", "platform", "department", "plan"), ("state", "platform", "department")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def patrols(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The department's plans with their shops; a plan that draws, or for a stated reason; its seed revealed, or why it is abandoned."""
    at, typed, refusal, made = timezone.now(), request.POST, None, None
    act = typed.get("act", "")
    if request.method == "POST":
        try:
            if act == "draw":
                count = typed.get("count", "")
                made = services.plan_draw_from(
                    **_said(typed, "title", "title_en", "checklist", "platform", "category", "seed_hash", *PAPER),
                    count=int(count) if count.isascii() and count.isdigit() and len(count) < 6 else 0, asker=asker, at=at,
                )  # fmt: skip
            elif act == "stated":
                said = _said(typed, "title", "title_en", "checklist", "reason", "reference", "words", *PAPER)
                services.plan_state_shops(**said, lines=typed.get("shops", "").replace("\0", ""), asker=asker, at=at)
            elif act == "reveal":
                services.plan_reveal(**_said(typed, "number", "seed"), asker=asker, at=at)
            elif act == "abandon":
                services.plan_abandon(**_said(typed, "number", "reason"), asker=asker, at=at)
            else:
                raise NothingChosen
        except Refusal as refused:
            refusal = refused
    now, law = timezone.now(), law_of(timezone.localdate(at))
    which, planned = asked_for(request, *PATROLS), asked_for(request, "planned").get("planned", "")
    page, plans_page = page_asked(request), page_asked(request, "plans")
    shops, more = services.patrols_looked(asker=asker, at=now, page=page, most=PAGE, **which)
    of_plans = {name: value for name, value in which.items() if name in ("platform", "department")}
    plans, beyond = services.plans_looked(asker=asker, at=now, page=plans_page, most=PLANS, state=planned, **of_plans)
    context = {
        "plans": plans, "shops": shops, "which": which, "planned": planned, "page": page, "next": page + 1 if more else None, "asked": _kept(which),
        "plans_page": plans_page, "plans_next": plans_page + 1 if beyond else None, "plans_asked": _kept(which | {"planned": planned}),
        "states": _states(law, rules.PATROL), **_narrowing(asker), "made": made, "refusal": refusal, "beside": _beside(refusal),
        "typed": typed if refusal else {}, "act": act, "asker": asker, "goods": {key: each.title for key, each in law.goods.items()},
        "checklists": {key: law.code_lists[key].title for key in rules.CHECKLISTS}, "done": request.method == "POST" and not refusal,
        "reasons": {key: title for key, title in law.code_lists[rules.REASONS].choices.items() if key != rules.DRAWN},
    }  # fmt: skip
    return render(request, "desk/patrols.html", context, status=_status(refusal))


@require_safe
@staff_only
def patrols_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The patrols of the list for a spreadsheet."""
    at = timezone.now()
    return _table("patrols", services.patrols_export(asker=asker, at=at, **asked_for(request, *PATROLS)), at)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def patrol(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One patrol: every item with what was seen, what the register holds of the shop beside it, and what can be done now."""
    typed, refusal = request.POST, None
    if request.method == "POST":
        at, act = timezone.now(), typed.get("act", "")
        try:
            if act == "look":
                items = typed.getlist("item")[:100]
                seen = [Seen(key, *(typed.get(f"{name}-{key}", "").strip() for name in SEEN)) for key in items]  # fmt: skip
                services.patrol_look(number=number, officer=typed.get("officer", ""), seen_on=_day(typed.get("seen_on", "")), seen=seen, asker=asker, at=at)  # fmt: skip
            elif act == "follow":
                leads = {
                    key: lead for key in typed.getlist("unmet")[:100] if (lead := typed.get(f"lead-{key}", "").strip())
                }
                items = [key for key in typed.getlist("ticket")[:100] if key not in leads]
                services.patrol_follow(number=number, items=items, leads=leads, words=typed.get("words", ""), asker=asker, at=at)  # fmt: skip
            elif act in rules.PATROL_STEPS:
                services.patrol_step(number=number, to=act, words=typed.get("words", ""), asker=asker, at=at)
            else:
                raise NothingChosen
        except Refusal as refused:
            refusal = refused
    try:
        found = services.patrol_read(number=number, asker=asker, at=timezone.now())
    except Refusal as unknown:
        return render(request, "desk/patrol.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    law = law_of(found["on"])
    items_ = [
        {
            "key": key,
            "title": code.title,
            "article": law.cite(code.basis[0]),
            "said": {name: typed.get(f"{name}-{key}", "") if refusal else "" for name in SEEN},
            "names": {name: f"{name}-{key}" for name in SEEN},
        }
        for key, code in law.code_lists[found["checklist"]].codes.items()
    ]  # fmt: skip
    doable = (
        {each["to"] for each in found["open"] if each["by"] == "authority"}
        if found["department"] == asker.key
        else set()
    )
    context = {
        "patrol": found, "items": items_, "kinds": law.code_lists[rules.MISCONDUCT].choices, "doable": doable, "asker": asker, "refusal": refusal,
        "typed": typed if refusal else {}, "today": timezone.localdate(), "done": request.method == "POST" and not refusal,
        "beside": _beside(refusal), "unmet": [_following(each, typed if refusal else {}) for each in found["findings"] if each["result"] == "unmet"],
    }  # fmt: skip
    return render(request, "desk/patrol.html", context, status=_status(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def loops(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The files of the department, the requests that it made or was told, and the form that opens a file."""
    at, typed, refusal = timezone.now(), request.POST, None
    if request.method == "POST":
        try:
            made = services.loop_open(
                **_said(typed, "title", "reason", "reference", "facts", "goods", "platform", "shop", "code", *PAPER), asker=asker, at=at
            )  # fmt: skip
            return redirect("desk:loop", made["number"])
        except Refusal as refused:
            refusal = refused
    law, which, wanted = law_of(timezone.localdate(at)), asked_for(request, *LOOPS), asked_for(request, "asked")
    page, requests_page = page_asked(request), page_asked(request, "requests")
    found, more = services.loops_looked(asker=asker, at=at, page=page, most=PAGE, **which)
    of_requests = _of_requests(which, wanted)
    requests, beyond = services.referrals_looked(asker=asker, at=at, page=requests_page, most=PAGE, **of_requests)
    context = {
        "loops": found, "which": which, "page": page, "next": page + 1 if more else None, "kept": _kept(which), "states": _states(law, rules.LOOP),
        "requests": requests, "asked": wanted.get("asked", ""), "requests_page": requests_page, "requests_next": requests_page + 1 if beyond else None,
        "requests_kept": _kept(which | wanted), "request_states": _states(law, rules.LINKAGE), **_narrowing(asker), "asker": asker,
        "refusal": refusal, "typed": typed if refusal else {}, "beside": _beside(refusal, **{"shop-unknown": "shop"}),
        "reasons": {key: title for key, title in law.code_lists[rules.REASONS].choices.items() if key != rules.DRAWN},
    }  # fmt: skip
    return render(request, "desk/loops.html", context, status=_status(refusal))


@require_safe
@staff_only
def loops_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The files of the list for a spreadsheet."""
    at = timezone.now()
    return _table("loops", services.loops_export(asker=asker, at=at, **asked_for(request, *LOOPS)), at)


@require_safe
@staff_only
def linkages_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The requests of the list for a spreadsheet."""
    at = timezone.now()
    wanted = _of_requests(asked_for(request, *LOOPS), asked_for(request, "asked"))
    return _table("requests", services.referrals_export(asker=asker, at=at, **wanted), at)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def loop(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One file as one time line, and what can be done: a fact linked, a search, the next stage, a request to another region."""
    typed, refusal = request.POST, None
    if request.method == "POST":
        at = timezone.now()
        acts: dict[str, Callable[[], Any]] = {
            "fact": lambda: _fact(typed, number, asker),
            "search": lambda: services.loop_search(number=number, **_said(typed, "goods"), asker=asker, at=at),
            "ask": lambda: services.referral_make(loop=number, **_said(typed, "department", "role", "words", *PAPER), asker=asker, at=at),
            "step": lambda: services.loop_step(number=number, **_said(typed, "to", "words", *PAPER), asker=asker, at=at),
        }  # fmt: skip
        try:
            if typed.get("act", "") not in acts:
                raise NothingChosen
            acts[typed["act"]]()
        except Refusal as refused:
            refusal = refused
    try:
        found = services.loop_read(number=number, asker=asker, at=timezone.now())
    except Refusal as unknown:
        return render(request, "desk/loop.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    law = law_of(found["on"])
    own = found["authority"] == asker.key and not found["final"]
    deeds, facts = law.procedures[rules.LOOP].deeds, law.code_lists[rules.FACTS].choices
    pairs = [
        (f"{key} {kind}", deed.title, facts[kind])
        for key, deed in deeds.items()
        for kind in (*deed.facts, *(rules.STATED if deed.facts else ()))
        if kind != "backward-search"
    ]
    context = {
        "loop": found, "steps": [each for each in found["open"] if each["by"] == "authority"] if own else [], "own": own, "facts": pairs, "asker": asker,
        "refusal": refusal, "typed": typed if refusal else {}, "done": request.method == "POST" and not refusal, "act": typed.get("act", ""),
        "beside": _beside(refusal, **{"actor-unknown": "department", "trails-goods-unknown": "goods"}),
        "roles": law.code_lists[rules.ROLES].choices, "departments": [each for each in departments().order_by("title", "pk") if each.key != asker.key] if own else [],
    }  # fmt: skip
    return render(request, "desk/loop.html", context, status=_status(refusal))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def linkage(request: HttpRequest, asker: Asker, number: str) -> HttpResponse:
    """One request across regions: what is asked, and the receipt, report or return of whoever was asked."""
    typed, refusal = request.POST, None
    if request.method == "POST":
        try:
            services.referral_step(number=number, **_said(typed, "to", "words", *PAPER), asker=asker, at=timezone.now())
        except Refusal as refused:
            refusal = refused
    try:
        found = services.referral_read(number=number, asker=asker, at=timezone.now())
    except Refusal as unknown:
        return render(request, "desk/linkage.html", {"refusal": unknown, "asker": asker}, status=unknown.status)
    mine = {"authority": found["department"], "provider": found["by"]}
    steps = [each for each in found["open"] if mine.get(each["by"]) == asker.key]
    context = {
        "request_": found, "steps": steps, "asker": asker, "refusal": refusal, "typed": typed if refusal else {},
        "done": request.method == "POST" and not refusal, "beside": _beside(refusal),
    }  # fmt: skip
    return render(request, "desk/linkage.html", context, status=_status(refusal))


def asked_for(request: HttpRequest, *names: str) -> dict[str, str]:
    """By what a list is narrowed, as the address says; what it does not say is left out."""
    said = {name: request.GET.get(name, "").replace("\0", "").strip()[:64] for name in names}
    return {name: value for name, value in said.items() if value}


def _of_requests(which: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    said = {"state": wanted.get("asked", ""), "department": which.get("department", "")}
    return {name: value for name, value in said.items() if value}


def _kept(which: Mapping[str, str]) -> str:
    """The same for the address of another page."""
    said = {name: value for name, value in which.items() if value}
    return urlencode(said) + "&" if said else ""


def _states(law: Law, procedure: str) -> dict[str, Words]:
    return {key: state.title for key, state in law.procedures[procedure].states.items()}


def _narrowing(asker: Asker) -> dict[str, Any]:
    """The platforms by which a list is narrowed and, for whoever sees all, the departments."""
    return {
        "platforms": actors_of_kinds(["platform"]),
        "of": departments() if asker.kind in rules.SEEING_ALL else [],
    }


def _table(name: str, lines: Iterator[str], at: datetime) -> HttpResponse:
    told = HttpResponse(lines, content_type="text/csv; charset=utf-8")
    told["Content-Disposition"] = file_named(name, at)
    return told


def _beside(refusal: Refusal | None, **codes: str) -> str:
    """The field at which a refusal stands: the one that it names, else by its code; empty where it stands above all."""
    if refusal is None:
        return ""
    if refusal.code == StepLacks.code:
        needs = refusal.data.get("needs", [])
        return "words" if "reasons" in needs else "document" if "document" in needs else ""
    return codes.get(refusal.code) or beside(refusal, FIELDS.get(refusal.code, ""))


def _following(finding: dict[str, Any], typed: Any) -> dict[str, Any]:
    """An unmet item with what was typed of it before the refusal."""
    name = f"lead-{finding['item']}"
    ticketed = bool(typed) and finding["item"] in typed.getlist("ticket")
    return {**finding, "lead_name": name, "lead_said": typed.get(name, ""), "ticketed": ticketed}


def _fact(typed: Any, number: str, asker: Asker) -> Any:
    deed, _, kind = typed.get("fact", "").partition(" ")
    said = _said(typed, "reference", "words")
    return services.loop_fact(number=number, deed=deed, kind=kind, **said, asker=asker, at=timezone.now())


def _said(typed: Any, *names: str) -> dict[str, str]:
    return {name: typed.get(name, "").replace("\0", "").strip() for name in names}


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return date.max


def _status(refusal: Refusal | None) -> int:
    return refusal.status if refusal else HTTPStatus.OK
