"""Trades that were decided to be forged: put before a second person, that they count no more in ratings, or that they count again. It reads the clock."""

import re
from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.actors.selectors import Asker, actors_of_kinds
from chengxin.commerce.ratings.rules import MOST_ORDERS, ExclusionUnfit
from chengxin.commerce.ratings.selectors import exclusions_by
from chengxin.commerce.ratings.services import exclusion_propose, revocation_propose
from chengxin.desk.pages.staffing import staff_only
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.typed import number_typed

NAMES = ("platform", "orders", "document", "authority", "decided_on", "reason", "exclusion")
BETWEEN = re.compile(r"[\s,，、;；]+")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def exclusions(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The decisions that this authority entered, and the form by which one is proposed, or its revocation."""
    at, refusal, done = timezone.now(), None, None
    typed = {name: request.POST.get(name, "").strip() for name in NAMES}
    if request.method == "POST":
        try:
            done = _revoked(typed, asker, at) if typed["exclusion"] else _proposed(typed, asker, at)
        except Refusal as unfit:
            refusal = unfit
    context: dict[str, Any] = {
        "asker": asker, "refusal": refusal, "done": done, "typed": typed if refusal else {}, "most": MOST_ORDERS,
        "platforms": actors_of_kinds(["platform"]), "decisions": exclusions_by(asker.key, known_at=at),
    }  # fmt: skip
    return render(request, "desk/exclusions.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _proposed(typed: dict[str, str], asker: Asker, at: Any) -> Any:
    try:
        decided_on = date.fromisoformat(typed["decided_on"])
    except ValueError:
        raise ExclusionUnfit(why="name the day of the decision.", why_zh="请写明作出决定的日期。") from None
    orders = [each for each in BETWEEN.split(typed["orders"]) if each]
    words = {name: typed[name] for name in ("platform", "document", "authority", "reason")}
    return exclusion_propose(**words, orders=orders, decided_on=decided_on, asker=asker, at=at)


def _revoked(typed: dict[str, str], asker: Asker, at: Any) -> Any:
    written = typed["exclusion"]
    number = number_typed(written) or 0
    return revocation_propose(exclusion=number, document=typed["document"], reason=typed["reason"], asker=asker, at=at)
