"""Recalls as the public meets them, and the side of a firm that was told or whose goods they are. They read the clock."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.accounts.pages import account_here
from chengxin.actors.selectors import Asker, firms_coded
from chengxin.commerce.trails.rules.recalling import MOST_WORDS, RecallUnknown
from chengxin.commerce.trails.selectors import recall_public, recalls_public
from chengxin.commerce.trails.services import recalling
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import on_behalf
from chengxin.mydata.selectors import codes_of
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.signing import signed_in_only

NUMBERS = ("held", "taken_back", "destroyed")


@require_safe
@in_both_languages
@passing
def recalls(request: HttpRequest) -> HttpResponse:
    """The recalls under way, and those over for so long as they stay public."""
    return render(request, "portal/recalls.html", {"recalls": recalls_public(on=timezone.localdate())})


@require_safe
@in_both_languages
@passing
def recall(request: HttpRequest, recall: int) -> HttpResponse:
    """One recall: goods and lots, from when to when, what whoever has them does. Nobody who bought, sold or held them is named but the maker."""
    try:
        shown = recall_public(recall, on=timezone.localdate())
    except Refusal as refusal:
        return render(request, "portal/recall.html", {"refusal": refusal}, status=refusal.status)
    return render(request, "portal/recall.html", {"recall": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def mine(request: HttpRequest, subject: int) -> HttpResponse:
    """The recalls that reached the goods of the firm for which somebody is signed in: its receipt, its answers, the report of its own recall."""
    at = timezone.now()
    codes = codes_of(subject, known_at=at)
    askers = firms_coded(codes, at=at)
    refusal: Refusal | None = None
    done = False
    account = account_here(request)
    with on_behalf(account.pk if account else 0):
        if request.method == "POST":
            try:
                _done(request, askers)
                done = True
            except Refusal as refused:
                refusal = refused
        shown = [
            recalling.recall_look(recall=each["recall"], asker=asker, at=at)
            for asker in askers
            for each in recalling.recalls_look(asker=asker, at=at, most=30)
        ]
    typed = request.POST if refusal else {}
    context = {
        "recalls": shown,
        "firm": bool(codes),
        "refusal": refusal,
        "done": done,
        "typed": typed,
        "most": MOST_WORDS,
    }
    return render(request, "portal/my_recalls.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _done(request: HttpRequest, askers: list[Asker]) -> None:
    at, typed = timezone.now(), request.POST
    number = _number(typed.get("recall", ""))
    asker = next((each for each in askers if each.key == typed.get("actor", "")), None)
    if asker is None:
        raise RecallUnknown(recall=number, actor="public")
    note, act = typed.get("note", ""), typed.get("act", "")
    counted = {name: _number(typed.get(name, "")) for name in NUMBERS}
    if act == "receipt":
        recalling.recall_receipt(recall=number, held=counted["held"], note=note, asker=asker, at=at)
    elif act == "answer":
        recalling.recall_answer(
            recall=number, digest=typed.get("digest", "").strip(), note=note, asker=asker, at=at, **counted
        )
    else:
        recalling.recall_step(recall=number, to=act, reasons=note, asker=asker, at=at)


def _number(written: str) -> int:
    """The number typed; what is none is out of every range."""
    text = written.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
