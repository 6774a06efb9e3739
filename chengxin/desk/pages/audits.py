"""What was noticed in the use of the register: the reader's own page, on which it answers, and the auditor's, who decides. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from chengxin.actors.selectors import Asker
from chengxin.audits.rules import DECISIONS, MOST_DOCUMENT, MOST_WORDS
from chengxin.audits.selectors import findings_rows
from chengxin.audits.services import finding_answer, finding_decide, findings_read
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import csv_text, file_named


@require_safe
@staff_only
def own(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What is said about one's own use, with what it rests on."""
    return _page(request, asker, audits=False)


@require_POST
@staff_only
def answer(request: HttpRequest, asker: Asker, finding: int) -> HttpResponse:
    """What the reader says to it."""
    try:
        finding_answer(finding=finding, **_typed(request, "words", "document"), asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _page(request, asker, audits=False, refusal=refusal, of=finding, typed=request.POST)
    return redirect(f"{reverse('desk:own-findings')}?done=1")


@require_safe
@staff_only
def audit(request: HttpRequest, asker: Asker) -> HttpResponse:
    """What waits for a decision, the earliest due first; with `all`, everything that was noticed."""
    return _page(request, asker, audits=True)


@require_safe
@staff_only
def audit_csv(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All of it for a spreadsheet."""
    at = timezone.now()
    found = findings_read(asker=asker, at=at, most=100_000)
    told = HttpResponse(csv_text(*findings_rows(found)), content_type="text/csv; charset=utf-8")
    told["Content-Disposition"] = file_named("audits", at)
    return told


@require_POST
@staff_only
def decide(request: HttpRequest, asker: Asker, finding: int) -> HttpResponse:
    """What a person decides, with reasons."""
    typed = _typed(request, "kind", "reason", "document")
    try:
        finding_decide(finding=finding, **typed, asker=asker, at=timezone.now())
    except Refusal as refusal:
        return _page(request, asker, audits=True, refusal=refusal, of=finding, typed=request.POST)
    return redirect(f"{reverse('desk:audit')}?done=1")


def _typed(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip() for name in names}


def _page(
    request: HttpRequest, asker: Asker, *, audits: bool, refusal: Refusal | None = None, **more: Any
) -> HttpResponse:
    undecided = audits and "all" not in request.GET
    found = findings_read(asker=asker, at=timezone.now(), undecided=undecided, own=not audits)
    context = {
        "asker": asker, "found": found, "audits": audits, "undecided": undecided, "refusal": refusal, "decisions": DECISIONS,
        "most_words": MOST_WORDS, "most_document": MOST_DOCUMENT, "done": "done" in request.GET, "today": timezone.localdate(),
        **more,
    }  # fmt: skip
    return render(request, "desk/audits.html", context, status=refusal.status if refusal else HTTPStatus.OK)
