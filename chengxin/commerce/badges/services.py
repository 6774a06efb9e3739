"""Issuing a shop's badge, taking it back with reasons, and giving it back."""

from datetime import datetime, timedelta

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.badges import rules
from chengxin.commerce.badges.models import Badge, BadgeStep
from chengxin.commerce.badges.selectors import badge_said, badge_state, shop_fit, steps_of
from chengxin.commerce.merchants.rules import words_public
from chengxin.commerce.merchants.selectors import law_of, platform_for
from chengxin.kernel.days import day_of
from chengxin.ledger.selectors import log_key
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin_verify.badges import badge_text


def badge_issue(*, platform: str, shop: str, by: str, at: datetime) -> Badge:
    """Sign a badge for a shop of the platform's, for the days of the lawbook; the one that stands where it says the same and less than half of its
    time is over. Refused to a shop about which anything was found.
    """
    platform_for(platform, by, at=at)
    issued = at.replace(microsecond=0)  # a badge says whole seconds; the shop is read as it is now
    ends = issued + timedelta(days=law_of(day_of(at)).parameter(rules.VALID))
    with transaction.atomic():
        turn_taken("badges", platform)
        shop_fit(platform, shop, known_at=at)
        number = rules.number_new()
        said = badge_said(platform, shop, number=number, issued_at=issued, expires_at=ends, known_at=at)
        for before in Badge.objects.filter(platform=platform, shop=shop, expires_at__gt=at).order_by("-pk"):
            same = rules.same_said(before.said, said) and rules.fresh(before.issued_at, before.expires_at, at)
            if same and badge_state(before, known_at=at).state == "valid":
                return before
        key = log_key()
        made = Badge.objects.create(
            number=number, platform=platform, shop=shop, said=said, note=key.sign_once(badge_text(key.origin, said)), issued_at=issued, expires_at=ends, by=by,
        )  # fmt: skip
        trace(
            event="badges.badge.issued",
            by=by,
            at=at,
            about=f"badge:{number}",
            detail={"platform": platform, "shop": shop},
        )
    return made


def badge_revoke(*, badge: Badge, words: str, asker: Asker, at: datetime) -> None:
    """Take a badge back, with reasons that anybody reads: its platform, a department, or the operator."""
    if asker.kind not in ("department", "operator") and asker.key != badge.platform:
        raise rules.NotYourBadge(actor=asker.key, number=badge.number, platform=badge.platform)
    _step(badge, "revoked", words, asker, at)


def badge_restore(*, badge: Badge, words: str, asker: Asker, at: datetime) -> None:
    """Give a revoked badge back: whoever revoked it, or the operator; the shop must be fit for one again."""
    _step(badge, "restored", words, asker, at)


def _step(badge: Badge, kind: str, words: str, asker: Asker, at: datetime) -> None:
    said = words_public(words, ("The reasons", "理由"))  # anybody reads them
    with transaction.atomic():
        turn_taken("badges", badge.platform)
        steps = steps_of(badge, known_at=at)
        revoked = bool(steps) and steps[-1].kind == "revoked"
        ended = badge.expires_at <= at
        if ended or revoked != (kind == "restored"):
            stands = "ended" if ended else "revoked" if revoked else "valid"
            wanted = "revoked" if kind == "restored" else "valid"
            raise rules.BadgeOver(
                number=badge.number, state=stands, state_zh=rules.STATES_ZH[stands], act=kind, act_zh=rules.ACTS_ZH[kind], wanted=wanted,
                wanted_zh=rules.STATES_ZH[wanted],
            )  # fmt: skip
        if kind == "restored":
            if asker.kind != "operator" and asker.key != steps[-1].by:
                raise rules.NotTheRevoker(actor=asker.key, number=badge.number, revoker=steps[-1].by)
            shop_fit(badge.platform, badge.shop, known_at=at)
        BadgeStep.objects.create(badge=badge, number=len(steps) + 1, kind=kind, words=said, at=at, by=asker.key)
        trace(event=f"badges.badge.{kind}", by=asker.key, at=at, about=f"badge:{badge.number}")
