"""Consumer warnings as the public meets them: the list, one of them, the feeds, and the merchant's reply. They read the clock."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import feedgenerator, timezone
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from chengxin.accounts.services.counting import lookup_count
from chengxin.actors.api import address_of
from chengxin.commerce.warnings.rules import MOST_WORDS
from chengxin.commerce.warnings.selectors import reply_to_sign, warning_by_key, warning_public, warnings_public
from chengxin.commerce.warnings.services import warning_reply
from chengxin.kernel.errors import Refusal
from chengxin.portal.pages.answering import answering, signature_of, text_given
from chengxin.portal.pages.reading import in_both_languages, passing, waiting
from chengxin.portal.pages.typed import page_read

STATES = {
    "published": gettext_noop("消费警示"),
    "suspended": gettext_noop("依据正在异议中，警示暂不产生效力"),
    "withdrawn": gettext_noop("警示已撤回"),
    "fallen": gettext_noop("警示的依据已不成立，警示失效"),
}
TITLES = {
    "published": ("消费警示", "Consumer warning"),
    "suspended": ("暂不产生效力", "No effect for now"),
    "withdrawn": ("已撤回", "Withdrawn"),
    "fallen": ("已失效", "Holds no more"),
}
PAGE = 50
MOST = 100  # of the feeds


@answering
def listed(request: HttpRequest) -> HttpResponse:
    """The warnings shown now; of a platform, or with a word of the goods. What was taken back stands where it stood."""
    words, platform = (request.POST.get(name, "").strip()[:100] for name in ("words", "platform"))
    found = warnings_public(known_at=timezone.now(), words=words, platform=platform)
    page = page_read(request.POST.get("page", "1"))
    context = {
        "warnings": [(each, STATES[each["state"]]) for each in found[(page - 1) * PAGE : page * PAGE]],
        "page": page,
        "next": page + 1 if len(found) > page * PAGE else None,
        "words": words,
        "platform": platform,
    }
    return render(request, "portal/warnings.html", context)


@require_safe
@in_both_languages
@passing
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One warning, the merchant's replies beside it; withdrawn as plainly as it was published; of one that is over, that it is."""
    try:
        shown = warning_public(number, known_at=timezone.now())
    except Refusal as refusal:
        return render(request, "portal/warning.html", {"refusal": refusal}, status=refusal.status)
    return render(request, "portal/warning.html", {"warning": shown, "state": STATES[shown["state"]]})


@answering
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """The merchant's reply, by the key of its letter; only by POST."""
    context: dict[str, Any] = {"number": number[:40], "most": MOST_WORDS}
    if request.method != "POST":
        return render(request, "portal/warning_reply.html", context)
    at, key, words = timezone.now(), request.POST.get("key", ""), request.POST.get("words", "")
    try:
        lookup_count(page="warning-reply", address=address_of(request), at=at)
        if "text" in request.POST:
            return text_given(reply_to_sign(warning_by_key(number, key[:64]), words, signed_on=None, at=at))
        done = warning_reply(number=number, key=key[:64], words=words, signature=signature_of(request), at=at)
    except Refusal as refusal:
        context |= {"refusal": refusal, "words": words[:MOST_WORDS]}
        return waiting(render(request, "portal/warning_reply.html", context, status=refusal.status), refusal)
    return render(request, "portal/warning_reply.html", {**context, "done": done}, status=HTTPStatus.OK)


@require_safe
@passing
def feed_json(request: HttpRequest) -> HttpResponse:
    """The list as a JSON Feed 1.1."""
    site, items = settings.CHENGXIN_SITE_URL.rstrip("/"), []
    for each in warnings_public(known_at=timezone.now())[:MOST]:
        zh, en = TITLES[each["state"]]
        items.append(
            {
                "id": each["page"], "url": each["page"], "title": f"{zh}：{each['title']} / {en}: {each['title_en']}", "content_text": _words(each),
                "date_published": each["published_at"].isoformat(), "date_modified": (each["off_at"] or each["published_at"]).isoformat(),
                "tags": [each["state"], each["ground"]],
            }
        )  # fmt: skip
    said = {
        "version": "https://jsonfeed.org/version/1.1", "title": "消费警示 / Consumer warnings", "home_page_url": f"{site}/warnings",
        "feed_url": f"{site}/warnings/feed.json", "language": "zh-Hans", "items": items,
    }  # fmt: skip
    kept = {"ensure_ascii": False}
    return JsonResponse(said, json_dumps_params=kept, content_type="application/feed+json; charset=utf-8")


@require_safe
@passing
def feed_atom(request: HttpRequest) -> HttpResponse:
    """The list as Atom."""
    site = settings.CHENGXIN_SITE_URL.rstrip("/")
    feed = feedgenerator.Atom1Feed(
        title="消费警示 / Consumer warnings", link=f"{site}/warnings", description="", language="zh-Hans", feed_url=f"{site}/warnings/feed.atom"
    )  # fmt: skip
    for each in warnings_public(known_at=timezone.now())[:MOST]:
        zh, en = TITLES[each["state"]]
        feed.add_item(
            title=f"{zh}：{each['title']} / {en}: {each['title_en']}", link=each["page"], unique_id=each["page"], description=_words(each),
            pubdate=each["published_at"], updateddate=each["off_at"] or each["published_at"], categories=[each["state"]],
        )  # fmt: skip
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _words(each: dict[str, Any]) -> str:
    """What a feed says of a warning: its words while it holds, then that it does not, and the replies always."""
    zh, en = TITLES[each["state"]]
    lines = [each[name] for name in ("facts", "advice", "facts_en", "advice_en") if each[name]]
    lines = lines or [f"{zh} {each['reasons']}".strip(), en]
    replies = [f"商家答复 / The merchant: {reply['words']}" for reply in each["replies"]]
    return "\n".join([f"{each['name']} {each['code']} {each['shop_title']}".strip(), *lines, *replies])
