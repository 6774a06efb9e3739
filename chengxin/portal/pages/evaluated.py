"""What the register published of whoever is signed in, shops and quarters, and what they say against it. Nobody else sees a word of theirs."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.accounts.pages import account_here
from chengxin.commerce.circles.rules import MOST_WORDS
from chengxin.commerce.logistics.selectors import quarters_own
from chengxin.commerce.logistics.services import quarter_object
from chengxin.commerce.merchants.selectors import OwnShop
from chengxin.commerce.objections.rules import NotTheirs
from chengxin.commerce.objections.selectors import objections_own, objections_shown
from chengxin.commerce.objections.services import objection_withdraw
from chengxin.commerce.ratings.selectors import ratings_own
from chengxin.commerce.ratings.services import rating_object
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import on_behalf
from chengxin.mydata.selectors import codes_of, shops_of
from chengxin.portal.pages.signing import signed_in_only
from chengxin.portal.pages.typed import beside, number_typed


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def evaluations(request: HttpRequest, subject: int) -> HttpResponse:
    """Each evaluation of one's own that stands, with the form by which to object; and the objections, each with its answer."""
    at, more = timezone.now(), dict[str, Any]()
    codes = codes_of(subject, known_at=at)
    shops = [each.shop for each in shops_of(subject, known_at=at) if each.shop.run and each.shop.code]
    if request.method == "POST":
        account = account_here(request)
        try:
            with on_behalf(account.pk if account else 0):
                _done(request, shops, codes)
            return redirect("portal:my-evaluations")
        except Refusal as refusal:
            typed = {name: request.POST.get(name, "") for name in ("act", "publication", "platform", "shop", "words")}
            more = {"refusal": refusal, "beside": beside(refusal), "typed": typed, "again": _anchor(typed)}
    context = {
        "ratings": _anchored(ratings_own(shops, known_at=at)), "quarters": _anchored(quarters_own(codes, known_at=at)),
        "objections": objections_shown(objections_own(codes), known_at=at), "most": MOST_WORDS, "firm": bool(codes), **more,
    }  # fmt: skip
    refused = more.get("refusal")
    return render(request, "portal/my_evaluations.html", context, status=refused.status if refused else HTTPStatus.OK)


def _anchored(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "anchor": _anchor(each)} for each in found]


def _anchor(of: Mapping[str, Any]) -> str:
    """Which of the page's forms it is."""
    return "-".join(str(of.get(name, "")) for name in ("publication", "platform", "shop"))


def _done(request: HttpRequest, shops: list[OwnShop], codes: list[str]) -> None:
    """Object to a rating or a quarter, or take an objection back."""
    typed, at = request.POST, timezone.now()
    act, publication, words = (
        typed.get("act", ""),
        number_typed(typed.get("publication", "")) or 0,
        typed.get("words", ""),
    )
    if act == "withdraw":
        objection_withdraw(number=typed.get("number", ""), codes=codes, at=at)
    elif act == "quarter":
        quarter_object(codes=codes, publication=publication, words=words, at=at)
    else:
        key = typed.get("platform", ""), typed.get("shop", "")
        own = next((each for each in shops if (each.platform, each.shop) == key), None)
        if own is None:
            raise NotTheirs(what="/".join(key)[:80])
        rating_object(own=own, publication=publication, words=words, at=at)
