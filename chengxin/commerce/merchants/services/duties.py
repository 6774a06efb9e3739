"""A platform’s duties and disclosures, and the state of payment firms."""

from datetime import date, datetime

from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.bulk import code_holds
from chengxin.commerce.merchants.models import Disclosure, Duty, Payer
from chengxin.commerce.merchants.selectors import law_of, platform_for
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


def duty_state(*, platform: str, duty: str, state: str, words: str, digest: str, asker: Asker, at: datetime) -> Duty:
    """Say how far a platform does a duty: the platform with its evidence, or a regulator with what it found."""
    if asker.kind != "department":
        platform_for(platform, asker.key, at=at)
    law = law_of(day_of(at))
    if duty not in law.code_lists["platform-duties"].choices or state not in ("done", "under-way", "not-done"):
        raise rules.DutyUnfit(
            why=f"there is no duty {duty[:60]}, or no state {state[:20]}.", why_zh="没有该项义务或者状态。"
        )
    if digest and not rules.digest_holds(digest) or state == "done" and not digest:
        raise rules.DutyUnfit(
            why="a duty done has the digest of its evidence.", why_zh="已履行的须有证据材料的摘要（SHA-256）。"
        )
    said = words_fit(words, ("The words", "说明"), most=1000)
    with transaction.atomic():
        turn_taken("merchants", platform)
        version = Duty.objects.filter(platform=platform, duty=duty).count() + 1
        made = Duty.objects.create(
            platform=platform, duty=duty, version=version, state=state, words=said, digest=digest, at=at, by=asker.key
        )
        trace(
            event="merchants.duty.stated",
            by=asker.key,
            at=at,
            about=f"platform:{platform}",
            detail={"duty": duty, "state": state},
        )
    return made


def disclosure_publish(
    *, platform: str, kind: str, title: str, words: str, url: str, since: date, by: str, at: datetime
) -> Disclosure:
    """Publish what a platform discloses of itself: base data, rules, a major event. A later version stands beside the earlier."""
    platform_for(platform, by, at=at)
    if (
        kind not in law_of(day_of(at)).code_lists["platform-disclosures"].choices
        or url
        and not url.startswith(("http://", "https://"))
    ):
        raise rules.DutyUnfit(
            why=f"there is no disclosure {kind[:60]}, or its address is none.", why_zh="没有该公开事项，或者网址有误。"
        )
    heading, said = rules.words_public(title, ("The title", "标题")), rules.words_public(words, ("The words", "内容"))
    with transaction.atomic():
        turn_taken("merchants", platform)
        version = Disclosure.objects.filter(platform=platform, kind=kind, title=heading).count() + 1
        made = Disclosure.objects.create(
            platform=platform, kind=kind, title=heading, version=version, words=said, url=url, since=since, at=at, by=by
        )
        trace(event="merchants.disclosure.published", by=by, at=at, about=f"platform:{platform}", detail={"kind": kind})
    return made


def payer_state(
    *, code: str, name: str, state: str, document: str, decided_on: date, asker: Asker, at: datetime
) -> Payer:
    """Keep what a regulator decided of a payment firm by a document: licensed, ended, or found without a licence."""
    if asker.kind not in ("department", "operator"):
        raise rules.NotTheRegulator(actor=asker.key)
    if not code_holds(code) or state not in ("licensed", "ended", "unlicensed"):
        raise rules.DutyUnfit(why="the code or the state is none.", why_zh="代码或者状态有误。")
    said, paper = rules.words_public(name, ("The name", "名称")), rules.words_public(document, ("The document", "文书"))
    with transaction.atomic():
        turn_taken("merchants", f"payer:{code}")
        version = Payer.objects.filter(code=code).count() + 1
        made = Payer.objects.create(
            code=code,
            name=said,
            version=version,
            state=state,
            document=paper,
            decided_on=decided_on,
            at=at,
            by=asker.key,
        )
        trace(event="merchants.payer.stated", by=asker.key, at=at, about=f"payer:{code}", detail={"state": state})
    return made
