"""Taking part, putting facts in, confirming them, offering and using benefits, and leaving, after which nothing is left."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.benefits import rules
from chengxin.benefits.models import Code, Fact, Offer, Owed, Wallet, fact_bound
from chengxin.benefits.rules import PURPOSE, FactUnfit, NotEntitled, WalletMissing
from chengxin.benefits.selectors import (
    FactNotYours,
    OfferUnknown,
    fact_accessible,
    offer_open,
    offers_accessible,
    points_now,
    record_addable,
    uses_this_year,
)
from chengxin.kernel.days import day_of
from chengxin.kernel.wording import words_fit
from chengxin.ledger.models import Entry, Leaf
from chengxin.ledger.services import entries_erase, trace
from chengxin.lists.selectors import records_filed
from chengxin.subjects.models import Person
from chengxin.subjects.rules.persons import Grant, PersonUnknown, names_agree
from chengxin.subjects.services.persons import person_open
from chengxin.vault.selectors import seal_of

PUBLIC = "public"
CONFIRMING = Grant(frozenset({"name"}), "《个人信息保护法》第13条第一项、第14条")
GONE = ("本人退出惠民服务 / the person left benefits", "《个人信息保护法》第47条")


# --- taking part, and leaving ----------------------------------------------------------------------------------------------


def wallet_open(*, subject: int, jurisdiction: str, at: datetime) -> Wallet:
    """Take part: by the person's own word, and of no consequence to anything else. Whoever takes part already, does."""
    if not Person.objects.filter(pk=subject).exists():
        raise PersonUnknown
    with transaction.atomic():
        wallet, made = Wallet.objects.get_or_create(
            subject_id=subject, defaults={"jurisdiction": jurisdiction, "opened_at": at}
        )
        if made:
            _trace("wallet.opened", subject, at=at)
    return wallet


def wallet_leave(*, subject: int, at: datetime) -> int:
    """Leave: every row is deleted, and every entry of the ledger about it loses its text; how many entries. Those that have no place in the
    signed tree yet, a second's worth, are owed and erased by the next `owed_erase`.
    """
    with transaction.atomic():
        wallet = _locked(subject)
        wallet.codes.all().delete()
        wallet.facts.all().delete()
        wallet.delete()
        entries = list(Entry.objects.filter(subject=subject, purpose=PURPOSE).values_list("pk", flat=True))
        placed = _placed(entries)
        if placed:
            entries_erase(entries=placed, reason=GONE[0], basis=GONE[1], by=PUBLIC, at=at)
        Owed.objects.bulk_create(Owed(entry=entry) for entry in entries if entry not in placed)
        # That somebody left, and not who.
        trace(event="benefits.wallet.left", by=PUBLIC, at=at, purpose=PURPOSE)
    return len(entries)


def owed_erase(*, by: str, at: datetime) -> int:
    """Erase what could not be erased when somebody left, since it had no place in the signed tree yet; how many entries."""
    with transaction.atomic():
        owed = list(Owed.objects.select_for_update(skip_locked=True).order_by("entry").values_list("entry", flat=True))
        placed = _placed(owed)
        if placed:
            entries_erase(entries=placed, reason=GONE[0], basis=GONE[1], by=by, at=at)
            Owed.objects.filter(entry__in=placed).delete()
    return len(placed)


def _placed(entries: Iterable[int]) -> set[int]:
    return set(Leaf.objects.filter(entry__in=list(entries)).values_list("entry", flat=True))


def _locked(subject: int) -> Wallet:
    """The wallet, its row the lock: nothing is put in or used while its person leaves."""
    wallet = Wallet.objects.select_for_update().filter(pk=subject).first()
    if wallet is None:
        raise WalletMissing
    return wallet


def _trace(what: str, subject: int, *, at: datetime, by: str = PUBLIC, about: str = "") -> None:
    """Nothing of what was put in stands in the ledger: that something was, and whose."""
    trace(event=f"benefits.{what}", by=by, at=at, purpose=PURPOSE, subject=subject, about=about)


# --- facts ---------------------------------------------------------------------------------------------------------------------


def fact_enter(
    *, subject: int, kind: str, units: int, on: date, issuer: str, evidence: str, at: datetime
) -> Fact:  # fmt: skip
    """Enter a positive fact with the number of its evidence, for whoever issued that to confirm; it counts from then on."""
    with transaction.atomic():
        wallet = _locked(subject)
        law = lawroom.load().on(day_of(at), wallet.jurisdiction)
        found = actor_acting(issuer, at=at)
        rules.fact_enterable(law, kind, units=units, on=on, issuer_kind=found.kind, today=day_of(at))
        words = words_fit(evidence, rules.EVIDENCE, most=rules.MOST_TITLE, needed=True)
        return _fact(
            wallet, {"kind": kind, "units": units, "on": on.isoformat(), "evidence": words}, at=at, issuer=found.key
        )


def fact_add_record(*, subject: int, record: int, at: datetime) -> Fact:
    """Add a favourable record of one's own file, which counts as long as the record does."""
    with transaction.atomic():
        wallet = _locked(subject)
        law = lawroom.load().on(day_of(at), wallet.jurisdiction)
        own = next(
            (f for f in records_filed([subject], law, on=day_of(at), known_at=at) if f.record.pk == record), None
        )
        if own is None or not record_addable(own, law):
            raise FactUnfit(
                why="it is no favourable record of yours that counts today", why_zh="这不是您今日有效的守信记录"
            )
        if wallet.facts.filter(record=record).exists():
            raise FactUnfit(why="it is in already", why_zh="已经加入过")
        kind = rules.kind_of_record(law, own.record.record_type)
        return _fact(wallet, {"kind": kind, "units": 1, "on": own.record.decided_on.isoformat()}, at=at, record=record)


def _fact(
    wallet: Wallet, said: dict[str, object], *, at: datetime, issuer: str = "", record: int | None = None
) -> Fact:
    if wallet.facts.count() >= rules.MOST_FACTS:
        raise FactUnfit(why=f"a wallet holds {rules.MOST_FACTS}", why_zh=f"最多可以加入{rules.MOST_FACTS}项")
    made = Fact.objects.create(
        wallet=wallet, issuer=issuer, record=record, entered_at=at,
        sealed=seal_of("benefits").seal_json(said, fact_bound({"wallet_id": wallet.pk})),
    )  # fmt: skip
    _trace("fact.added", wallet.pk, at=at, about=f"fact:{made.pk}")
    return made


def fact_remove(*, subject: int, fact: int, at: datetime) -> None:
    """Take a fact out again: the row is deleted."""
    with transaction.atomic():
        wallet = _locked(subject)
        gone, _ = wallet.facts.filter(pk=fact).delete()
        if not gone:
            raise FactNotYours(fact=fact)
        _trace("fact.removed", subject, at=at, about=f"fact:{fact}")


def fact_confirm(*, fact: int, name: str, asker: Asker, at: datetime) -> bool:
    """The issuer confirms, and says which name stands on its evidence; whether that is the person's. One try: where it is another, the fact
    is declined. Nothing of the person is given.
    """
    with transaction.atomic():
        found = fact_accessible(asker, fact)
        _locked(found.wallet_id)
        held = person_open(
            subject=found.wallet_id, fields={"name"}, grant=CONFIRMING, purpose=PURPOSE, by=asker.key, at=at
        )
        if not names_agree(name, held["name"]):
            _decide(found, asker, at=at, declined_at=at, reason=Fact.Reason.NAME_DIFFERS)
            return False
        _decide(found, asker, at=at, confirmed_at=at)
        return True


def fact_decline(*, fact: int, reason: str, asker: Asker, at: datetime) -> None:
    """The issuer does not confirm, for one of the known reasons."""
    if reason not in Fact.Reason.values:
        raise FactUnfit(
            why=f"the reasons are {', '.join(Fact.Reason.values)}", why_zh=f"理由有{'、'.join(Fact.Reason.values)}"
        )
    with transaction.atomic():
        found = fact_accessible(asker, fact)
        _locked(found.wallet_id)
        _decide(found, asker, at=at, declined_at=at, reason=reason)


def _decide(found: Fact, asker: Asker, *, at: datetime, **columns: object) -> None:
    waiting = Fact.objects.filter(pk=found.pk, confirmed_at__isnull=True, declined_at__isnull=True)
    if not waiting.update(**columns):
        raise FactNotYours(fact=found.pk)
    _trace("fact.decided", found.wallet_id, at=at, by=asker.key, about=f"fact:{found.pk}")


# --- offers, and their use -----------------------------------------------------------------------------------------------------


def offer_add(
    *, scene: str, title: str, words: str, otherwise: str, points: int, starts_on: date, ends_on: date | None = None,
    times_a_year: int | None = None, jurisdiction: str = "cn", asker: Asker, at: datetime,
) -> Offer:  # fmt: skip
    """Offer a benefit: what it is, and what everybody else has as before."""
    if asker.kind not in rules.PROVIDERS:
        raise rules.ProviderUnfit(actor=asker.key, kind=asker.kind, providers=", ".join(rules.PROVIDERS))
    law = lawroom.load().on(day_of(at), jurisdiction)
    rules.offer_fit(law, scene=scene, points=points, times_a_year=times_a_year, starts_on=starts_on, ends_on=ends_on)
    with transaction.atomic():
        made = Offer.objects.create(
            provider=asker.key, scene=scene, title=words_fit(title, rules.TITLE, most=rules.MOST_TITLE, needed=True),
            words=words_fit(words, rules.WORDS, most=rules.MOST_WORDS, needed=True),
            otherwise=words_fit(otherwise, rules.OTHERWISE, most=rules.MOST_WORDS, needed=True),
            points=points, times_a_year=times_a_year, starts_on=starts_on, ends_on=ends_on, added_at=at,
        )  # fmt: skip
        trace(event="benefits.offer.added", by=asker.key, at=at, about=f"offer:{made.pk}", detail={"scene": scene})
    return made


def offer_end(*, offer: int, asker: Asker, at: datetime) -> Offer:
    """Offer it no more; codes that were drawn before hold."""
    with transaction.atomic():
        found = offers_accessible(asker).select_for_update().filter(pk=offer, ended_at__isnull=True).first()
        if found is None:
            raise OfferUnknown(offer=offer)
        found.ended_at = at
        found.save(update_fields=["ended_at"])
        trace(event="benefits.offer.ended", by=asker.key, at=at, about=f"offer:{offer}")
    return found


def code_draw(*, subject: int, offer: int, at: datetime) -> str:
    """A code that says once, to the provider of this benefit alone: entitled. It says nothing of how many points, or of whom."""
    with transaction.atomic():
        wallet = _locked(subject)
        wanted = offer_open(offer, on=day_of(at))
        wallet.codes.filter(used_at__isnull=True, until__lte=at).delete()
        points = points_now(subject, on=day_of(at), known_at=at)
        used = uses_this_year(wallet, wanted, at=at)
        rules.entitled(points=points, needed=wanted.points, used=used, times_a_year=wanted.times_a_year)
        if wallet.codes.filter(used_at__isnull=True).count() >= 20:
            raise NotEntitled(why="you hold 20 unused codes", why_zh="您有20个未使用的凭证")
        code = rules.code_written(secrets.token_bytes(10))
        Code.objects.create(wallet=wallet, offer=wanted, digest=_digest(code), drawn_at=at, until=at + rules.VALID)
        _trace("code.drawn", subject, at=at, about=f"offer:{offer}")
    return code


@dataclass(frozen=True)
class Redeemed:
    """What a provider is told of a code: yes or no, and for which of its own benefits."""

    entitled: bool
    offer: int | None = None


def code_redeem(*, code: str, asker: Asker, at: datetime) -> Redeemed:
    """Whether whoever shows this code is entitled, once. Unknown, used, over and another provider's look alike: no."""
    with transaction.atomic():
        shown = Code.objects.filter(digest=_digest(code), offer__provider=asker.key, used_at__isnull=True, until__gt=at)
        # The row is the lock: of two who show it at once, one is told yes.
        found = shown.select_for_update(of=("self",)).first()
        if found is None:
            trace(event="benefits.code.refused", by=asker.key, at=at)
            return Redeemed(entitled=False)
        found.used_at = at
        found.save(update_fields=["used_at"])
        _trace("code.used", found.wallet_id, at=at, by=asker.key, about=f"offer:{found.offer_id}")
    return Redeemed(entitled=True, offer=found.offer_id)


def _digest(code: str) -> bytes:
    return sha256(rules.code_typed(code).encode()).digest()
