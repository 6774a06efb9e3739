"""Rating a platform's shops over a period, taking trades that were decided to be forged out of it, and hearing the firm that was rated."""

import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import transaction

from chengxin.accounts.models import Proposal
from chengxin.accounts.services.confirming import deed_propose
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.commerce.merchants.rules import words_public
from chengxin.commerce.merchants.selectors import OwnShop, law_of
from chengxin.commerce.objections.models import Objection
from chengxin.commerce.objections.rules import NotTheirs
from chengxin.commerce.objections.services import objection_answer, objection_raise
from chengxin.commerce.ratings import rules
from chengxin.commerce.ratings.bulk import ShopsSeen, shops_seen
from chengxin.commerce.ratings.models import Exclusion, Publication, Rating, Revocation
from chengxin.commerce.ratings.selectors import (
    complaints_counted,
    complaints_said,
    exclusion_of,
    exclusions_standing,
    filed_in,
    method_known,
    method_said,
    publications_known,
    ratings_own,
    shops_kept,
    sources_said,
)
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.kernel.days import day_of
from chengxin.law.models import Method
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken

BATCH = 2000


@dataclass(frozen=True)
class Computed:
    """What a computation published: the contract that the command and the tests share."""

    publication: int
    platform: str
    period: str
    version: int
    method: str
    method_from: date
    shops: int
    rated: int
    rows: int
    excluded: int
    repeated: bool
    seconds: float
    peak_memory_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return dict(self.__dict__)


def ratings_publish(*, platform: str, period: str, by: str, at: datetime, method: str = rules.METHOD) -> Computed:
    """Rate every shop of the platform over a period that is over, by the method in force on its last day, from what is known now, and publish it.

    The same from the same is published once. What was published before stays as it was, and is answered by its version.
    """
    started = time.monotonic()
    publisher = actor_acting(by, at=at)
    if publisher.kind not in rules.PUBLISHERS:
        raise rules.NotAPublisher(actor=publisher.title)
    actor_acting(platform, at=at)
    span = rules.period_of(period)
    rules.period_over(span, day_of(at))
    chosen = method_known(method, on=span.last)
    with transaction.atomic():
        turn_taken("ratings", platform)
        exclusions = list(exclusions_standing(platform, known_at=at))
        filed = filed_in(platform, span, chosen, (order for each in exclusions for order in each.orders), known_at=at)
        kept = shops_kept(platform, known_at=at)
        said = method_said(chosen, on=span.last)
        sources = sources_said(filed)
        sources["exclusions"] = {
            "of": [{"exclusion": each.pk} for each in exclusions], "filings": [], "days": 0, "rows": len(filed.excluded), "digests": [],
        }  # fmt: skip
        if complaints_counted(chosen):
            sources["complaints"] = complaints_said(filed)
        resting = {"method": said, "sources": sources, "shops": kept, "excluded": filed.excluded}
        inputs = sha256(rules.inputs_text(resting).encode()).hexdigest()
        before = publications_known(platform, known_at=at).filter(period=span.name).order_by("-version").first()
        repeated = before is not None and before.inputs == inputs
        if before is not None and repeated:
            made = before
            trace(event="ratings.publication.repeated", by=by, at=at, about=f"publication:{made.pk}")
        else:
            seen = shops_seen(lake_of(), law_of(day_of(at)).trade_kinds, filed, chosen)
            made = Publication.objects.create(
                platform=platform, period=span.name, first=span.first, last=span.last, version=before.version + 1 if before else 1,
                method=chosen.key, method_from=chosen.in_force.from_, method_said=said, lawbook_digest=law_of(day_of(at)).book.digest,
                sources=sources, inputs=inputs, **_counted(chosen, seen, kept), at=at, by=by,
            )  # fmt: skip
            rated = _rated(chosen, seen, kept)
            while some := list(islice(rated, BATCH)):
                Rating.objects.bulk_create(Rating(publication=made, **row) for row in some)
            detail = {name: getattr(made, name) for name in ("platform", "period", "version", "shops", "rated")}
            trace(event="ratings.publication.made", by=by, at=at, about=f"publication:{made.pk}", detail=detail)
    return Computed(
        made.pk, platform, made.period, made.version, made.method, made.method_from, made.shops, made.rated, filed.rows, len(filed.excluded), repeated,
        round(time.monotonic() - started, 3), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )  # fmt: skip


def _counted(method: Method, seen: ShopsSeen, kept: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """How many shops there are, and how many have a total: known before any is written, so that not all are held at once."""
    met, rated = set(), 0
    for each in seen:
        met.add(each["shop"])
        firm = kept.get(each["shop"], ("", ""))[0] == rules.FIRM
        rated += firm and all(each[f"{key}.count"] >= feature.least for key, feature in method.features.items())
    return {"shops": len(met | set(kept)), "rated": rated}


def _rated(method: Method, seen: ShopsSeen, kept: Mapping[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Each shop's columns: those that traded, then those filed that did not."""
    met = set()
    for each in seen:
        met.add(each["shop"])
        yield _one(method, each, *kept.get(each["shop"], (rules.UNFILED, "")))
    for shop in sorted(set(kept) - met):
        yield _one(method, {"shop": shop}, *kept[shop])


def _one(method: Method, seen: Mapping[str, Any], kind: str, code: str) -> dict[str, Any]:
    counts = {name: seen.get(name, 0) for name in rules.COUNTS}
    words = {
        "shop": seen["shop"],
        "kind": kind,
        "code": code,
        "counts": counts,
        "excluded": seen.get("excluded", 0),
    }
    if kind != rules.FIRM:
        return words

    def rated(ending: str) -> dict[str, Any]:
        found = {
            key: rules.Seen(seen.get(f"{key}.count{ending}", 0), seen.get(f"{key}.total{ending}", 0))
            for key in method.features
        }
        return rules.shop_rated(method, found)

    now, without = rated(""), rated("_all")
    return {**words, **now, "without": without if without != now else {}}


# --- trades taken out ------------------------------------------------------------------------------------------------------------


def exclusion_propose(
    *, platform: str, orders: Sequence[str], document: str, authority: str, decided_on: date, reason: str, asker: Asker, at: datetime
) -> Proposal:  # fmt: skip
    """Put before another of the decider's that these trades, decided to be forged, count no more. Nothing changes until that other confirms it."""
    what = {
        "act": "exclude", "platform": platform, "document": document, "authority": authority, "decided_on": decided_on.isoformat(), "reason": reason,
        "orders": list(orders),
    }  # fmt: skip
    return _proposed(what, f"orders:{platform}", asker, at)


def revocation_propose(*, exclusion: int, document: str, reason: str, asker: Asker, at: datetime) -> Proposal:
    """Put before another that a decision was revoked and its trades count again."""
    what = {"act": "revoke", "exclusion": exclusion, "document": document, "reason": reason}
    return _proposed(what, f"exclusion:{exclusion}", asker, at)


def _proposed(what: dict[str, Any], about: str, asker: Asker, at: datetime) -> Proposal:
    # Tried and undone first, so that whoever proposes it is told what is wrong with it.
    with transaction.atomic():
        exclusion_settle(what, asker.key, at)
        transaction.set_rollback(True)
    return deed_propose(kind=rules.EXCLUDING, about=about, what=what, asker=asker, at=at, programs=True)


def exclusion_settle(what: Mapping[str, Any], by: str, at: datetime) -> dict[str, Any]:
    """What another has confirmed, done: trades taken out by a decision, or a decision revoked. Whatever is published next rests on it."""
    decider = actor_acting(by, at=at)
    if decider.kind not in rules.DECIDERS:
        raise rules.NotADecider(actor=decider.title)
    document = words_public(what["document"], ("The document's number", "文号"))
    reason = words_public(what["reason"], ("The reason", "理由"))
    if what["act"] == "revoke":
        found = exclusion_of(what["exclusion"], known_at=at)
        if decider.kind != "operator" and found.by != by:
            raise rules.NotADecider(actor=decider.title)
        turn_taken("ratings", found.platform)
        Revocation.objects.create(exclusion=found, document=document, reason=reason, at=at, by=by)
        trace(event="ratings.exclusion.revoked", by=by, at=at, about=f"exclusion:{found.pk}")
        return {"exclusion": found.pk}
    platform = actor_acting(what["platform"], at=at)
    turn_taken("ratings", platform.key)
    orders = rules.orders_fit(what["orders"])
    decided_on = date.fromisoformat(what["decided_on"])
    if decided_on > day_of(at):
        raise rules.ExclusionUnfit(why="it is decided in the future.", why_zh="决定日期晚于今天。")
    made = Exclusion.objects.create(
        platform=platform.key, orders=orders, document=document, authority=words_public(what["authority"], ("The authority", "决定机关")),
        decided_on=decided_on, reason=reason, at=at, by=by,
    )  # fmt: skip
    detail = {"platform": platform.key, "document": document, "orders": len(orders)}
    trace(event="ratings.exclusion.made", by=by, at=at, about=f"exclusion:{made.pk}", detail=detail)
    return {"exclusion": made.pk}


# --- the firm that was rated ----------------------------------------------------------------------------------------------------


def rating_object(*, own: OwnShop, publication: int, words: str, at: datetime) -> Objection:
    """The firm that keeps the shop objects, by its own account, to the version that stands of a period's rating. The page says so from then on."""
    stands = next((each for each in ratings_own([own], known_at=at) if each["publication"] == publication), None)
    if stands is None:
        raise NotTheirs(what=f"{own.platform} {own.shop} {publication}")
    period, version = stands["period"], stands["version"]
    title = f"{own.title}（{own.platform_title}）{period}评价第{version}版", f"rating of {own.title} ({own.platform_title}), {period}, version {version}"  # fmt: skip
    return objection_raise(
        kind=rules.OBJECTED, of=(publication, own.shop), version=version, code=own.code, title=title, words=words, at=at
    )


def rating_objection_answer(*, number: str, to: str, words: str, asker: Asker, at: datetime) -> Objection:
    """The centre answers such an objection. Computed anew: a further version of the period must have been published since it was raised."""

    def anew(found: Objection) -> bool:
        made = Publication.objects.get(pk=found.evaluation)
        later = Publication.objects.filter(platform=made.platform, period=made.period, version__gt=made.version)
        return later.filter(at__gte=found.opened_at).exists()

    return objection_answer(kind=rules.OBJECTED, number=number, to=to, words=words, anew=anew, asker=asker, at=at)
