"""Badges as they are worth at an instant."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from chengxin.actors.selectors import actor_titled
from chengxin.commerce.badges import rules
from chengxin.commerce.badges.models import Badge, BadgeStep
from chengxin.commerce.merchants.selectors import findings_known, law_of, shop_shown
from chengxin.commerce.ratings.selectors import grades_standing, words_standing
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.ledger.selectors import log_key, public_keys
from chengxin_verify.badges import badge_check, revoked_text
from chengxin_verify.notes import Key
from chengxin_verify.outcome import Outcome


def badge_of(number: str) -> Badge:
    """The badge of the number; refuses one that nobody issued."""
    found = Badge.objects.filter(number=number[:40].strip().upper()).first()
    if found is None:
        raise rules.BadgeUnknown(number=number[:40])
    return found


def steps_of(badge: Badge, *, known_at: datetime) -> list[BadgeStep]:
    """What became of it by the instant, in order."""
    return list(badge.steps.filter(at__lte=known_at).order_by("number"))


def shop_fit(platform: str, shop: str, *, known_at: datetime) -> None:
    """Refuses where the shop may have no badge at the instant, and says why."""
    on = day_of(known_at)
    shown = shop_shown(platform, shop, on=on, known_at=known_at)
    found = findings_known(platform, on=on, known_at=known_at, shops=[shop])
    titles = law_of(on).code_lists["merchant-findings"].codes
    told = [{"zh": titles[each.finding].title.zh, "en": titles[each.finding].title.en} for each in found]
    rules.fit(shop, shown.state, shown.url, shown.state == "closed", told)


def badge_said(
    platform: str, shop: str, *, number: str, issued_at: datetime, expires_at: datetime, known_at: datetime
) -> dict[str, Any]:
    """What a badge says: the shop, its platform, of a unit its code and name, the licences in force, and of a firm's how it is
    rated. Of an individual seller no person.
    """
    shown = shop_shown(platform, shop, on=day_of(known_at), known_at=known_at)
    licences = [{"licence": each["licence"], "number": each["number"]} for each in shown.licences if each["in_force"]]
    return {
        "number": number, "platform": platform, "platform_title": actor_titled(platform), "shop": shop, "title": shown.title, "kind": shown.kind,
        "code": shown.code, "name": shown.name, "address": shown.url, "licences": licences,
        "rating": grades_standing(platform, [shop], known_at=known_at).get(shop),
        "issued_at": issued_at.isoformat(timespec="seconds"), "expires_at": expires_at.isoformat(timespec="seconds"),
    }  # fmt: skip


@dataclass(frozen=True)
class Worth:
    """What a badge is worth: its state, and where it lapsed, because of what and in which words; and the rating of its shop that stands."""

    state: str
    because: str
    why_zh: str
    why: str
    rating: dict[str, Any] | None


def badge_state(badge: Badge, *, known_at: datetime) -> Worth:
    """What it is worth at the instant, and why where it is worth nothing, in both languages."""
    steps = steps_of(badge, known_at=known_at)
    revoked = bool(steps) and steps[-1].kind == "revoked"
    because, why_zh, why = "", "", ""
    rating = grades_standing(badge.platform, [badge.shop], known_at=known_at).get(badge.shop)
    try:
        shop_fit(badge.platform, badge.shop, known_at=known_at)
    except Refusal as refusal:
        because, why_zh, why = "unfit", str(refusal.data.get("why_zh", "")), str(refusal.data.get("why", ""))
    if not because and rules.overtaken(badge.said, rating):
        because, why_zh, why = "outdated", *rules.overtaken_told(badge.said["rating"], rating)
    state = rules.state_of(revoked, not because, badge.expires_at, known_at)
    return Worth(state, *((because, why_zh, why) if state == "lapsed" else ("", "", "")), rating)


def badge_shown(badge: Badge, *, known_at: datetime) -> dict[str, Any]:
    """A badge as anybody may see it: as it was signed, what it is worth, and how the shop is rated now."""
    worth = badge_state(badge, known_at=known_at)
    address = f"{settings.CHENGXIN_SITE_URL.rstrip('/')}/badges/{badge.number}"
    return {
        "rating": None, **badge.said, "issued_at": badge.issued_at, "expires_at": badge.expires_at, "state": worth.state,
        "because": worth.because, "why_zh": worth.why_zh, "why": worth.why, "rating_now": worth.rating,
        "page": address, "note": badge.note, "snippet": snippet(badge, address),
        "steps": [{"kind": s.kind, "words": s.words, "by": actor_titled(s.by), "at": s.at} for s in steps_of(badge, known_at=known_at)],
    }  # fmt: skip


def badge_standing(platform: str, shop: str, *, known_at: datetime) -> str:
    """The number of the shop's latest badge that is valid at the instant; nothing where it has none."""
    found = Badge.objects.filter(
        platform=platform, shop=shop, issued_at__lte=known_at, expires_at__gt=known_at
    ).order_by("-pk")
    return next((each.number for each in found if badge_state(each, known_at=known_at).state == "valid"), "")


def snippet(badge: Badge, address: str) -> str:
    """What the shop puts into its page: a picture that leads to the page that checks it. No script."""
    return f'<a href="{address}" rel="noopener"><img src="{address}.svg" width="240" height="72" alt="诚信店铺标识 {badge.number}"></a>'


def badges_revoked(*, known_at: datetime) -> list[str]:
    """The numbers of those revoked that have not ended by themselves."""
    latest = BadgeStep.objects.filter(at__lte=known_at, badge__expires_at__gt=known_at)
    latest = latest.order_by("badge_id", "-number").distinct("badge_id").select_related("badge")
    return sorted(step.badge.number for step in latest if step.kind == "revoked")


def badges_outdated(*, known_at: datetime) -> list[str]:
    """The numbers of those that have not ended by themselves and bear another grade than the one that stands. A constant number of queries a platform."""
    found = Badge.objects.filter(issued_at__lte=known_at, expires_at__gt=known_at, said__rating__grade__isnull=False)
    borne: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for platform, *rest in found.values_list("platform", "shop", "number", "said__rating__grade"):
        borne[platform].append((rest[0], rest[1], rest[2]))
    old = []
    for platform, some in borne.items():
        now = words_standing(platform, sorted({shop for shop, _, _ in some}), known_at=known_at)
        old += [number for shop, number, grade in some if now.get(shop, "") != grade]
    return sorted(old)


def badge_verify(written: str, *, address: str, known_at: datetime) -> dict[str, Any]:
    """A badge held against the log's keys, the instant, the page on which it was met, and what the register knows of it and its shop."""
    outcome = Outcome("badge")
    keys = [*map(Key.read, public_keys()), *log_key().keys]
    # A form's lines end in two characters; what was signed, in one.
    said = badge_check(written.replace("\r\n", "\n"), keys, outcome, at=known_at, address=address)
    number = str(said["number"]) if said else None
    if said and outcome.holds:
        found = Badge.objects.filter(number=number).first()
        if found is None:
            outcome.found("unknown", "本库没有签发过这个编号", "nobody issued this number here")
        elif outcome.demand(
            found.said == said, "unlike", "内容和本库用这个编号签发的不一样", "it does not say what was issued under this number"
        ):  # fmt: skip
            worth = badge_state(found, known_at=known_at)
            outcome.demand(worth.state != "revoked", "revoked", "已被撤销", "it was revoked")
            if worth.because == "outdated":
                outcome.found("outdated", worth.why_zh, worth.why)
            elif worth.because:
                outcome.found(
                    "lapsed", f"店铺现在不符合条件：{worth.why_zh}", f"the shop is not fit for one now: {worth.why}"
                )
    rating = said.get("rating") if said and outcome.holds else None
    return {"holds": outcome.holds, "number": number, "rating": rating, "findings": outcome.findings}


def revoked_signed(*, at: datetime) -> str:
    """The list of those revoked, and of those whose grade is out of date, signed, good for a day."""
    key, made = log_key(), at.replace(microsecond=0)
    until = made + rules.LIST_GOOD_FOR
    numbers, old = badges_revoked(known_at=at), badges_outdated(known_at=at)
    return key.sign_once(revoked_text(key.origin, made.isoformat(), until.isoformat(), numbers, old))
