"""What a person sees of their own wallet, what an issuer is to confirm, and what is offered. Nobody lists wallets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.benefits import rules
from chengxin.benefits.models import Code, Fact, Offer, Wallet, fact_bound
from chengxin.benefits.rules import Held, WalletMissing, points_of
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.law import Law
from chengxin.law.models import Words
from chengxin.lists.selectors import FiledRecord, records_filed
from chengxin.records.rules import Effect
from chengxin.vault.selectors import seal_of

MOST = 50


class FactNotYours(Refusal):
    """There is no fact {fact} that you are to confirm: unknown, confirmed or declined already, taken back, or another issuer's."""

    code = "benefit-fact-not-yours"
    status = 404
    zh = "没有编号为{fact}、待您确认的事项：不存在、已经办结、本人已撤回，或者属于其他单位。"


class OfferUnknown(Refusal):
    """There is no benefit {offer} here, or it is not offered any more."""

    code = "benefit-offer-unknown"
    status = 404
    zh = "没有编号为{offer}的惠民项目，或者已经停止提供。"


@dataclass(frozen=True)
class ShownFact:
    """A fact as its person sees it."""

    fact: int
    title: Words
    unit: Words
    units: int
    on: date
    issuer: str
    evidence: str
    record: int | None
    counts: bool
    state: str
    reason: str


@dataclass(frozen=True)
class Holding:
    """A wallet as its person sees it: facts, and what they count for by the table of the day."""

    opened_at: datetime
    jurisdiction: str
    points: int
    facts: list[ShownFact]
    codes: list[Code]
    addable: list[FiledRecord]


@dataclass(frozen=True)
class Waiting:
    """A fact that its issuer is to confirm: what the evidence says, and not whose it is."""

    fact: int
    kind: str
    units: int
    on: date
    evidence: str
    entered_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """As the API gives it."""
        return dict(self.__dict__)


def fact_opened(fact: Fact) -> dict[str, Any]:
    """What a fact says."""
    said: dict[str, Any] = seal_of("benefits").unseal_json(
        bytes(fact.sealed), fact_bound({"wallet_id": fact.wallet_id})
    )
    return said


def takes_part(subject: int) -> bool:
    """Whether the person takes part; for that person alone."""
    return Wallet.objects.filter(pk=subject).exists()


def wallet_of(subject: int) -> Wallet:
    """The person's wallet; refuses whoever takes no part."""
    wallet = Wallet.objects.filter(pk=subject).first()
    if wallet is None:
        raise WalletMissing
    return wallet


def holding_of(subject: int, *, on: date, known_at: datetime) -> Holding:
    """The wallet of this person, for this person."""
    wallet = wallet_of(subject)
    law = lawroom.load().on(on, wallet.jurisdiction)
    filed = {f.record.pk: f for f in records_filed([subject], law, on=on, known_at=known_at)}
    facts = list(wallet.facts.order_by("entered_at", "pk"))
    held = [_held(fact, filed) for fact in facts]
    taken = {fact.record for fact in facts}
    return Holding(
        wallet.opened_at,
        wallet.jurisdiction,
        points_of(law, held),
        [_shown(fact, one, law) for fact, one in zip(facts, held, strict=True)],
        list(wallet.codes.filter(used_at__isnull=True, until__gt=known_at).select_related("offer").order_by("pk")),
        [f for f in filed.values() if f.record.pk not in taken and record_addable(f, law)],
    )


def record_addable(filed: FiledRecord, law: Law) -> bool:
    """Whether a record of one's own may be added: favourable, named by the table, and in effect."""
    named = any(filed.record.record_type in entry.records for entry in law.benefit_points.values())
    return named and filed.effect is Effect.COUNTS


def points_now(subject: int, *, on: date, known_at: datetime) -> int:
    """What this person's facts count for; asked for by nothing but the drawing of a code for that person."""
    return holding_of(subject, on=on, known_at=known_at).points


def _held(fact: Fact, filed: dict[int, FiledRecord]) -> Held:
    said = fact_opened(fact)
    if fact.record is not None:
        own = filed.get(fact.record)
        counts = own is not None and own.effect is Effect.COUNTS
    else:
        counts = fact.confirmed_at is not None
    return Held(said["kind"], said["units"], date.fromisoformat(said["on"]), counts)


def _shown(fact: Fact, held: Held, law: Law) -> ShownFact:
    entry = law.benefit_points.get(held.kind)
    plain = Words(zh=held.kind, en=held.kind)
    state = (
        "own"
        if fact.record is not None
        else "confirmed"
        if fact.confirmed_at
        else "declined"
        if fact.declined_at
        else "waiting"
    )
    return ShownFact(
        fact.pk, entry.title if entry else plain, entry.unit if entry else plain, held.units, held.on,
        actor_titled(fact.issuer) if fact.issuer else "", fact_opened(fact).get("evidence", ""), fact.record, held.counts, state,
        fact.get_reason_display() if fact.reason else "",
    )  # fmt: skip


# --- for issuers -----------------------------------------------------------------------------------------------------------


def facts_waiting(asker: Asker) -> list[Waiting]:
    """What waits for this issuer's word, the longest waiting first: the evidence, never the person."""
    found = _waiting(asker).order_by("entered_at", "pk")[:MOST]
    return [_waiting_shown(fact) for fact in found]


def fact_accessible(asker: Asker, fact: int) -> Fact:
    """One of those; unknown, decided and another's look alike."""
    found = _waiting(asker).filter(pk=fact).first()
    if found is None:
        raise FactNotYours(fact=fact)
    return found


def _waiting(asker: Asker) -> QuerySet[Fact]:
    return Fact.objects.filter(
        issuer=asker.key, record__isnull=True, confirmed_at__isnull=True, declined_at__isnull=True
    ).exclude(issuer="")


def _waiting_shown(fact: Fact) -> Waiting:
    said = fact_opened(fact)
    return Waiting(
        fact.pk, said["kind"], said["units"], date.fromisoformat(said["on"]), said["evidence"], fact.entered_at
    )


# --- what is offered -------------------------------------------------------------------------------------------------------


def offers_open(*, on: date) -> list[Offer]:
    """What is offered on the day, by scene."""
    standing = Offer.objects.filter(starts_on__lte=on, ended_at__isnull=True).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return list(standing.order_by("scene", "points", "pk"))


def offer_open(offer: int, *, on: date) -> Offer:
    """One of those."""
    found = next((each for each in offers_open(on=on) if each.pk == offer), None)
    if found is None:
        raise OfferUnknown(offer=offer)
    return found


def offers_accessible(asker: Asker) -> QuerySet[Offer]:
    """What this provider offers or offered."""
    return Offer.objects.filter(provider=asker.key).order_by("-pk")


@dataclass(frozen=True)
class Scene:
    """A scene of the lawbook with what is offered in it, and by whom."""

    title: Words
    offers: Sequence[tuple[Offer, str]]


def catalogue(*, on: date, jurisdiction: str = "cn") -> list[Scene]:
    """Every scene with its benefits, for anybody to read."""
    law = lawroom.load().on(on, jurisdiction)
    offered = offers_open(on=on)
    listed = law.code_lists[rules.SCENES].choices
    return [
        Scene(title, [(each, actor_titled(each.provider)) for each in offered if each.scene == key])
        for key, title in listed.items()
    ]


def uses_this_year(wallet: Wallet, offer: Offer, *, at: datetime) -> int:
    """How often the person had this benefit this year, and how many codes for it can still be shown."""
    year = wallet.codes.filter(offer=offer, drawn_at__year=day_of(at).year)
    return year.filter(Q(used_at__isnull=False) | Q(until__gt=at)).count()
