"""A shop as anybody may see it, and why platforms took measures against shops. Of an individual seller there is the shop, never the person."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from chengxin.actors.selectors import actor_titled
from chengxin.commerce.badges.selectors import badge_standing
from chengxin.commerce.complaints.rules import Outcome
from chengxin.commerce.complaints.selectors import complaints_counted
from chengxin.commerce.merchants.selectors import (
    commitments_public,
    law_of,
    products_known,
    promises_known,
    shop_shown,
    statement_shown,
    statements_found,
)
from chengxin.commerce.ratings.selectors import grades_standing
from chengxin.commerce.warnings.selectors import warnings_of_shop
from chengxin.kernel.errors import Refusal
from chengxin.kernel.periods import months_after
from chengxin.portal.pages.answering import answering
from chengxin.portal.pages.badging import graded
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.typed import number_typed, page_asked
from chengxin.portal.pages.warning import STATES as WARNED

MOST, MOST_PRODUCTS = 20, 50
UNSOLVED: tuple[Outcome, ...] = ("unsettled", "late", "unconfirmed", "not-accepted")
MARKS = {
    "verified": gettext_noop("平台已核验，名称与统一社会信用代码和本库一致"),
    "not-held": gettext_noop("平台已核验；本库没有这一主体的信息"),
    "name-unlike": gettext_noop("名称与统一社会信用代码不符，已请平台核对"),
    "ended": gettext_noop("该主体已被吊销营业执照或者已注销，已请平台处理"),
    "by-platform": gettext_noop("个人店铺，身份由平台核验；依法不公开个人信息"),
    "closed": gettext_noop("店铺已关闭"),
}
NEEDS = {"held": gettext_noop("持有"), "expired": gettext_noop("已过期"), "missing": gettext_noop("未见")}
STATES = {"in-force": gettext_noop("执行中"), "over": gettext_noop("已期满"), "withdrawn": gettext_noop("已撤回")}


@require_safe
@in_both_languages
@passing
def shop(request: HttpRequest, platform: str, shop: str) -> HttpResponse:
    """Its mark, its licences and what its goods need, its commitments, and what its platform did to it and why."""
    at = timezone.now()
    on = timezone.localdate(at)
    try:
        shown = shop_shown(platform, shop, on=on, known_at=at)
    except Refusal as refusal:
        return render(request, "portal/shop.html", {"refusal": refusal}, status=refusal.status)
    law, page, goods_page = law_of(on), page_asked(request, "statements"), page_asked(request, "products")
    found = list(statements_found(known_at=at, platform=platform, shop=shop)[(page - 1) * MOST : page * MOST + 1])
    sold = products_known(platform, shop, on=on, known_at=at)
    some = sold[(goods_page - 1) * MOST_PRODUCTS : goods_page * MOST_PRODUCTS]
    licences = law.code_lists["merchant-licences"].codes
    exemptions = law.code_lists["registration-exemptions"].codes
    context: dict[str, Any] = {
        "shop": shown, "on": on, "platform": actor_titled(platform), "mark": MARKS[shown.state],
        "exemption": exemptions[shown.exemption].title if shown.exemption in exemptions else None,
        "needs": [(law.goods[n["category"]].title, law.goods[n["category"]].needs[n["need"]].title, NEEDS[n["state"]]) for n in shown.needs],
        "licences": [(licences[each["licence"]].title, each) for each in shown.licences if each["licence"] in licences],
        "promises": _promises(platform, shop, on, at),
        "products": [(law.goods[each["category"]].title, each) for each in some if each["category"] in law.goods],
        "goods_page": goods_page, "goods_next": goods_page + 1 if len(sold) > goods_page * MOST_PRODUCTS else None,
        "commitments": commitments_public(platform, shop, known_at=at),
        "grade": graded(grades_standing(platform, [shop], known_at=at).get(shop)),
        "badge": badge_standing(platform, shop, known_at=at),
        "warnings": [(each, WARNED[each["state"]]) for each in warnings_of_shop(platform, shop, known_at=at)],
        "statements": _shown(found[:MOST], on, at), "page": page, "next": page + 1 if len(found) > MOST else None,
    }  # fmt: skip
    return render(request, "portal/shop.html", context)


def _promises(platform: str, shop: str, on: date, at: datetime) -> list[dict[str, Any]]:
    """What the shop promises, with facts of the last year beside each: complaints that are over, and breaches that a decision found. No share, no mark."""
    promises = promises_known(platform, shop, on=on, known_at=at)
    kinds = {kind for promise in promises for kind in promise["complaints"]}
    counted = complaints_counted(platform, shop, kinds, since=months_after(on, -12), on=on, known_at=at)
    for promise in promises:
        of = [(counted or {}).get(kind, {}) for kind in promise["complaints"]]
        promise["counted"] = counted is not None
        promise["solved"] = sum(each.get("solved", 0) for each in of)
        promise["unsolved"] = sum(each.get(name, 0) for each in of for name in UNSOLVED)
        promise["open"] = sum(each.get("open", 0) for each in of)
    return promises


@answering
def statements(request: HttpRequest) -> HttpResponse:
    """The statements of reasons, newest first. What is typed comes by POST only: it may be about a person."""
    at, typed = timezone.now(), request.POST.get("q", "").strip()[:100]
    before = request.POST.get("before", "")
    after = number_typed(before)
    found = list(statements_found(known_at=at, words=typed.replace("\0", ""), before=after)[: MOST + 1])
    more = found[MOST - 1].pk if len(found) > MOST else None
    context = {"q": typed, "statements": _shown(found[:MOST], timezone.localdate(at), at), "more": more}
    return render(request, "portal/statements.html", context, status=HTTPStatus.OK)


def _shown(found: Any, on: Any, at: Any) -> list[dict[str, Any]]:
    shown = [statement_shown(each, on=on, known_at=at) for each in found]
    return [{**each, "state_title": STATES[each["state"]]} for each in shown]
