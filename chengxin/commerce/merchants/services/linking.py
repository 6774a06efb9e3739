"""Looking at the official pages that licences link to."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import LinkCheck
from chengxin.commerce.merchants.selectors import LinkDue, links_due, platform_for, platforms_linking
from chengxin.commerce.merchants.services.ticketing import tickets_renew
from chengxin.kernel.official import PageUnreachable, Resolve, address_public, page_read
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


def links_check(
    *, by: str, at: datetime, platform: str = "", most: int = 500, resolve: Resolve = address_public
) -> dict[str, int]:
    """Look at the official pages of licences that are due, of one platform or of all: keep what was seen with its day, and open or close the tickets
    that come of it. A page is read outside of any transaction.
    """
    if platform:
        platform_for(platform, by, at=at)
    seen = dict.fromkeys(("found", "gone", "differs", "unreachable"), 0)
    opened = mended = left = 0
    for each in [platform] if platform else platforms_linking(known_at=at):
        looks = []
        for due in links_due(each, at=at, most=most - left):
            state = _link_state(due, resolve)
            looks.append(LinkCheck(platform=each, shop=due.shop, item=due.item, link=due.link, state=state, at=at))
            seen[state] += 1
        left += len(looks)
        if not looks:
            continue
        with transaction.atomic():
            turn_taken("merchants", each)
            LinkCheck.objects.bulk_create(looks, batch_size=5000)
            done = tickets_renew(each, by=by, at=at, shops={look.shop for look in looks})
            opened, mended = opened + done[0], mended + done[1]
            detail = {"looked": len(looks), "opened": done[0], "mended": done[1]}
            trace(event="merchants.links.checked", by=by, at=at, about=f"platform:{each}", detail=detail)
    return {"looked": left, **seen, "opened": opened, "mended": mended}


def _link_state(due: LinkDue, resolve: Resolve) -> str:
    try:
        page = page_read(due.link, roots=settings.CHENGXIN_LINKS_ROOTS, resolve=resolve)
    except PageUnreachable:
        return "unreachable"
    return rules.page_state(page.status, page.text, due.number)
