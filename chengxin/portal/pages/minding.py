"""A shop of whoever is signed in: what it promises by its own account, and what it says against its platform's measures. Whoever it is not gets 404."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from chengxin.accounts.pages import account_here
from chengxin.commerce.merchants.rules import CONTEST, MOST_WORDS, ShopUnknown
from chengxin.commerce.merchants.selectors import (
    OwnShop,
    commitments_of,
    forms_for,
    law_of,
    statement_of,
    statement_shown,
    statements_found,
)
from chengxin.commerce.merchants.services import committing, stating
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import on_behalf
from chengxin.mydata.selectors import shops_of
from chengxin.portal.pages.answering import signature_of
from chengxin.portal.pages.shopping import STATES
from chengxin.portal.pages.signing import signed_in_only
from chengxin.portal.pages.typed import day_typed, number_typed, page_asked

MOST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def shop(request: HttpRequest, subject: int, platform: str, shop: str) -> HttpResponse:
    """The forms to sign and the commitments that stand, and the measures of its platform with what was said against them."""
    at, refusal = timezone.now(), None
    run = [each.shop for each in shops_of(subject, known_at=at) if each.shop.run]
    own = next((each for each in run if (each.platform, each.shop) == (platform, shop)), None)
    if own is None:
        unknown = ShopUnknown(platform=platform, shop=shop)
        return render(request, "portal/my_shop.html", {"refusal": unknown}, status=unknown.status)
    if request.method == "POST":
        account = account_here(request)
        try:
            with on_behalf(account.pk if account else 0):
                _done(request, own)
            return redirect("portal:my-shop", platform, shop)
        except Refusal as refused:
            refusal = refused
    law = law_of(timezone.localdate(at))
    later = {key: list(each.later) for key, each in law.commitment_forms.items()}
    page = page_asked(request)
    found = list(statements_found(known_at=at, platform=platform, shop=shop)[(page - 1) * MOST : page * MOST + 1])
    shown = [statement_shown(each, on=timezone.localdate(at), known_at=at) for each in found[:MOST]]
    context: dict[str, Any] = {
        "page": page, "next": page + 1 if len(found) > MOST else None,
        "shop": own, "forms": forms_for(own, at=at), "most": MOST_WORDS, "refusal": refusal, "firm": bool(own.code),
        "commitments": [{**each, "later": later.get(each["form"], [])} for each in commitments_of(platform, shop, known_at=at)],
        "statements": [{**each, "state_title": STATES[each["state"]]} for each in shown], "contest": law.cite(law.procedures[CONTEST].basis[1]),
    }  # fmt: skip
    return render(request, "portal/my_shop.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _done(request: HttpRequest, own: OwnShop) -> None:
    """Do what the form asks: sign, correct or withdraw a commitment, or contest a statement."""
    at, typed = timezone.now(), request.POST
    act = typed.get("act", "")
    if act == "contest":
        statement = statement_of(own.platform, typed.get("number", "")[:100].replace("\0", ""))
        stating.statement_contest(statement=statement, own=own, words=typed.get("words", ""), at=at)
    elif act == "step":
        number = number_typed(typed.get("commitment", "")) or 0
        committing.commitment_step(own=own, commitment=number, kind=typed.get("kind", ""), words=typed.get("words", ""), at=at)  # fmt: skip
    elif act == "sign" and "sure" in typed:
        signature = signature_of(request)
        committing.commitment_sign_own(own=own, form=typed.get("form", ""), form_from=day_typed(typed.get("form_from", "")) or date.min, at=at, signature=signature)  # fmt: skip
