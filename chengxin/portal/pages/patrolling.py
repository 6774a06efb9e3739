"""Plans of patrols and counts, for anybody; what was seen of one's own shops, and the files about them, for whoever is signed in. They read the clock."""

from datetime import date, timedelta
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from chengxin.accounts.pages import account_here
from chengxin.commerce.monitoring.selectors import loops_own, monitoring_counted, patrols_own, plans_public
from chengxin.commerce.monitoring.services import loop_answer, patrol_answer
from chengxin.kernel.errors import Refusal
from chengxin.kernel.periods import months_after
from chengxin.ledger.services import on_behalf
from chengxin.mydata.selectors import codes_of, shops_of
from chengxin.portal.pages.reading import in_both_languages, passing
from chengxin.portal.pages.signing import signed_in_only
from chengxin.portal.pages.typed import page_asked

MOST, FIRST = 20, date(2026, 1, 1)
TABLES = {
    "patrol_reasons": gettext_noop("为什么巡查"), "patrol_states": gettext_noop("巡查的情况"), "unmet_items": gettext_noop("不符合的项目"),
    "misconduct": gettext_noop("所见可能属于的行为"), "loop_reasons": gettext_noop("为什么立卷"), "loop_states": gettext_noop("案卷的情况"),
    "request_states": gettext_noop("跨区域协助的情况"), "tickets": gettext_noop("平台工单"),
}  # fmt: skip


@require_safe
@in_both_languages
@passing
def public(request: HttpRequest) -> HttpResponse:
    """The plans, and what was monitored in a quarter in numbers by kind. No shop, firm or person stands here."""
    at = timezone.now()
    today = timezone.localdate(at)
    since = _quarter(request.GET.get("quarter", ""), today)
    after = months_after(since, 3)
    counts = monitoring_counted(since, after - timedelta(days=1), known_at=at)
    page, quarter = page_asked(request), request.GET.get("quarter", "")
    plans = plans_public(known_at=at, most=MOST + 1, skip=(page - 1) * MOST)
    context = {
        "plans": plans[:MOST], "page": page, "next": page + 1 if len(plans) > MOST else None,
        "kept": f"quarter={since.isoformat()}&" if quarter else "", "counts": counts, "tables": [(title, counts[key]) for key, title in TABLES.items()],
        "earlier": months_after(since, -3).isoformat() if since > FIRST else "", "later": after.isoformat() if after <= today else "",
    }  # fmt: skip
    return render(request, "portal/patrols.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_only
def mine(request: HttpRequest, subject: int) -> HttpResponse:
    """What was seen of the shops that whoever is signed in runs, and the files about them, each with the form of an answer while one can be given."""
    at, refusal, typed = timezone.now(), None, request.POST
    shops, codes = [each.shop for each in shops_of(subject, known_at=at)], codes_of(subject, known_at=at)
    if request.method == "POST":
        account, words = account_here(request), typed.get("words", "")
        try:
            with on_behalf(account.pk if account else 0):
                if typed.get("loop"):
                    loop_answer(number=typed["loop"][:40], shops=shops, codes=codes, words=words, at=at)
                else:
                    patrol_answer(number=typed.get("patrol", "")[:40], shops=shops, words=words, at=at)
        except Refusal as refused:
            refusal = refused
    at = timezone.now()
    page, loops_page = page_asked(request), page_asked(request, "loops")
    patrols, more = patrols_own(shops, known_at=at, page=page, most=MOST)
    loops, beyond = loops_own(shops, codes, known_at=at, page=loops_page, most=MOST)
    context = {
        "patrols": [{**each, "mine": _mine(each)} for each in patrols], "loops": [{**each, "mine": _mine(each)} for each in loops],
        "page": page, "next": page + 1 if more else None, "loops_page": loops_page, "loops_next": loops_page + 1 if beyond else None,
        "firm": bool(codes), "refusal": refusal, "done": request.method == "POST" and not refusal, "typed": typed if refusal else {},
    }  # fmt: skip
    return render(request, "portal/my_patrols.html", context, status=refusal.status if refusal else HTTPStatus.OK)


def _mine(found: dict[str, list[dict[str, str]]]) -> bool:
    return any(each["by"] == "subject" for each in found["open"])


def _quarter(written: str, today: date) -> date:
    """The first day of the quarter that is asked for; of today's where none is."""
    try:
        asked = date.fromisoformat(written)
    except ValueError:
        asked = today
    asked = min(max(asked, FIRST), today) if today > FIRST else today
    return date(asked.year, 3 * ((asked.month - 1) // 3) + 1, 1)
