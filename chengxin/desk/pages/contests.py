"""The staff's entries of reconsideration and lawsuits: what is under way, and one entered. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker
from chengxin.desk.pages.staffing import staff_only
from chengxin.desk.services import RecordUnchosen, contest_look, contests_read
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.answering import MOST_PAPERS, papers_of
from chengxin.rights.rules import FORUMS, MOST_WORDS
from chengxin.rights.services import contest_enter

NAMES = ("code", "record", "forum", "organ", "document", "since", "stayed", "grounds", "act")
# Beside which field a refusal stands; any other is about the record that was chosen.
BESIDE = {
    "record-not-theirs": "record",
    "record-gone": "record",
    "case-already-open": "record",
    "contest-not-yours": "record",
    "record-unchosen": "record",
    "words-wrong": "grounds",
    "case-paper-not-taken": "papers",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def contests(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What is under reconsideration or lawsuit; a firm's records looked for, and one of them entered; what is entered is seen as its case."""
    if request.method != "POST":
        return _contests(request, asker, typed={})
    typed = {name: request.POST.get(name, "").strip() for name in NAMES}
    at, field = timezone.now(), "code"
    try:
        if typed["act"] == "enter":
            field = "record"
            if not (typed["record"].isdecimal() and len(typed["record"]) < 19):
                raise RecordUnchosen
            field = "since"
            since = day_read(typed["since"])
            field = "record"
            done = contest_enter(
                record=int(typed["record"]), number=typed["code"], forum=typed["forum"], organ=typed["organ"], since=since,
                document=typed["document"], stayed=typed["stayed"], grounds=typed["grounds"], papers=papers_of(request),
                asker=asker, at=at,
            )  # fmt: skip
            return redirect("desk:case", done.number)
        looked = contest_look(asker=asker, number=typed["code"], at=at)
    except Refusal as refusal:
        beside = str(refusal.data.get("field") or BESIDE.get(refusal.code, field))
        return _contests(request, asker, typed=typed, refusal=refusal, beside=beside)
    return _contests(request, asker, typed=typed, looked=looked)


def _contests(
    request: HttpRequest, asker: Asker, *, typed: dict[str, str], refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    at = timezone.now()
    if refusal is not None and typed["act"] == "enter":  # the firm's records stay in view
        try:
            more["looked"] = contest_look(asker=asker, number=typed["code"], at=at)
        except Refusal:
            more["beside"] = "code"  # the firm itself is what was refused
    context = {
        "pending": contests_read(asker=asker, at=at),
        "typed": typed,
        "asker": asker,
        "refusal": refusal,
        "forums": FORUMS,
        "most": MOST_WORDS,
        "papers": MOST_PAPERS,
        "today": timezone.localdate(at),
        **more,
    }
    return render(request, "desk/contests.html", context, status=refusal.status if refusal else HTTPStatus.OK)
