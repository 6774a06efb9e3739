"""Finding who acts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from chengxin.actors.models import Actor, Agreement, Allowance, Certificate, Client, Contact, Origin
from chengxin.actors.rules import BY_AGREEMENT
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal


class ActorUnknown(Refusal):
    """There is no actor "{actor}" that may act now. List the actors with `chengxin actors`, or add one with `chengxin actors add`."""

    code = "actor-unknown"
    status = 403
    zh = "没有可用的主体账户“{actor}”。用 chengxin actors 查看，用 chengxin actors add 添加。"


def actor_acting(key: str, *, at: datetime) -> Actor:
    """The actor of that key, if it may act at the instant; refuses one unknown or closed."""
    actor = Actor.objects.filter(key=key).filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at)).first()
    if actor is None:
        raise ActorUnknown(actor=key)
    return actor


@dataclass(frozen=True)
class Asker:
    """Who asks: the actor's key and kind; for a program its client, scopes and rate, for one of its staff the account and its duties."""

    key: str
    kind: str
    client: int | None = None
    scopes: frozenset[str] = frozenset()
    per_minute: int = 0
    account: int | None = None
    duties: frozenset[str] = frozenset()


def asker_acting(key: str, *, at: datetime) -> Asker:
    """The actor of that key as an asker; refuses one unknown or closed."""
    actor = actor_acting(key, at=at)
    return Asker(actor.key, actor.kind)


def actor_titled(key: str) -> str:
    """The actor's title as people know it; its key where there is no such actor."""
    return Actor.objects.filter(key=key).values_list("title", flat=True).first() or key


def actors_titled(keys: Iterable[str]) -> dict[str, str]:
    """The titles of these actors as people know them; a key where there is no such actor."""
    named = set(keys)
    held = dict(Actor.objects.filter(key__in=named).values_list("key", "title"))
    return {key: held.get(key) or key for key in named}


# What a program may do. That of a platform, a credit-service firm or an association goes no further than its agreements in force, once it has any or the
# place wants one of each.
_IN_FORCE = """
select a.key, a.kind, c.id,
    case when a.kind = any(%(kinds)s) and (%(wanted)s or exists (select from actors_agreement g where g.actor_id = a.id)) then array(
        select unnest(c.scopes) intersect select unnest(g.scopes) from actors_agreement g
        where g.actor_id = a.id and g.from_on <= %(day)s and g.to_on > %(day)s and (g.ended_at is null or g.ended_at > %(at)s)
    ) else c.scopes end,
    c.per_minute
from actors_client c join actors_actor a on a.id = c.actor_id
where {by} and c.expires_at > %(at)s and c.revoked_at is null and (a.closed_at is null or a.closed_at > %(at)s)
"""
_BY_KEY, _BY_NUMBER = _IN_FORCE.format(by="c.key_hash = %(it)s"), _IN_FORCE.format(by="c.id = %(it)s")
_BY_CERTIFICATE = _IN_FORCE.format(
    by="""c.id = (
    select client_id from actors_certificate where fingerprint = %(it)s and ended_at is null and expires_at > %(at)s)"""
)


def asker_by_key(key: str, *, at: datetime) -> Asker | None:
    """Whose program bears this API key, if it is in force at the instant; one read, by the key's hash."""
    return _asker(_BY_KEY, sha256(key.encode()).digest(), at=at)


def asker_by_certificate(fingerprint: bytes, *, at: datetime) -> Asker | None:
    """Whose program this certificate names, if both are in force at the instant; one read."""
    return _asker(_BY_CERTIFICATE, fingerprint, at=at)


def asker_of_client(client: int, *, at: datetime) -> Asker | None:
    """The asker behind a client that has shown its key before, if it is still in force at the instant."""
    return _asker(_BY_NUMBER, client, at=at)


def _asker(statement: str, it: bytes | int, *, at: datetime) -> Asker | None:
    kinds, wanted = list(BY_AGREEMENT), settings.CHENGXIN_AGREEMENTS
    with connection.cursor() as cursor:
        cursor.execute(statement, {"it": it, "at": at, "day": day_of(at), "kinds": kinds, "wanted": wanted})
        row = cursor.fetchone()
    return Asker(row[0], row[1], row[2], frozenset(row[3]), row[4]) if row else None


def centre_acting(*, at: datetime) -> str:
    """The key of the credit centre that acts at the instant, the first admitted; of the operator, who runs the register, where there is none."""
    acting = Actor.objects.filter(kind="credit-centre").filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at))
    return acting.order_by("pk").values_list("key", flat=True).first() or "operator"


def client_told(client: int, *, at: datetime) -> Client:
    """A client with its actor and the certificates by which it is known at the instant."""
    known = Certificate.objects.filter(ended_at__isnull=True, expires_at__gt=at).order_by("pk")
    return Client.objects.select_related("actor").prefetch_related(Prefetch("certificates", known)).get(pk=client)


def allowance_of(client: int | None, purpose: str, *, usual: int) -> int:
    """How often a client may call a day for a purpose: its own number for it, or for its kind, else the usual one."""
    for each in (purpose, purpose.partition(".")[0]) if client else ():
        said = (
            Allowance.objects.filter(client=client, purpose=each).order_by("-pk").values_list("calls_a_day", flat=True)
        )
        if (own := said.first()) is not None:
            return own
    return usual


@dataclass(frozen=True)
class Reached:
    """How an authority's office is reached, as it is published."""

    key: str
    kind: str
    title: str
    title_en: str
    telephone: str
    address: str
    hours: str


def contacts_published(keys: Iterable[str] | None = None) -> list[Reached]:
    """The latest contact of each actor that acts and has one: whoever supervises or runs the register first, then by title; of these
    actors, or of all.
    """
    latest = Contact.objects.filter(actor=OuterRef("actor")).order_by("-number").values("pk")[:1]
    found = Contact.objects.filter(pk=Subquery(latest), actor__closed_at__isnull=True).select_related("actor")
    found = found if keys is None else found.filter(actor__key__in=list(keys))
    first = ("supervisor", "credit-centre", "operator")
    ranked = sorted(found, key=lambda c: (c.actor.kind not in first, c.actor.title, c.actor.key))
    return [
        Reached(c.actor.key, c.actor.kind, c.actor.title, c.actor.title_en, c.telephone, c.address, c.hours)
        for c in ranked
    ]


def departments() -> QuerySet[Actor]:
    """The departments that act, by title."""
    return Actor.objects.filter(kind="department", closed_at__isnull=True).order_by("title", "key")


def actor_coded(key: str) -> str:
    """The unified social credit code of the actor, where the operator saw its licence."""
    return Actor.objects.filter(key=key).values_list("code", flat=True).first() or ""


FIRMS = ("platform", "service-firm")


def firms_coded(codes: Iterable[str], *, at: datetime) -> list[Asker]:
    """The firms among the actors that act and are registered under one of these unified social credit codes, by key: never an authority."""
    named = sorted(set(codes) - {""})
    acting = Actor.objects.filter(code__in=named, kind__in=FIRMS).filter(
        Q(closed_at__isnull=True) | Q(closed_at__gt=at)
    )
    return [Asker(actor.key, actor.kind) for actor in acting.order_by("key")]


def actors_of_kinds(kinds: Iterable[str]) -> QuerySet[Actor]:
    """The actors of these kinds that act, by title."""
    return Actor.objects.filter(kind__in=list(kinds), closed_at__isnull=True).order_by("title", "key")


def origins_of(actor: str) -> list[str]:
    """The origins whose pages may frame the actor's answers."""
    found = Origin.objects.filter(actor__key=actor, removed_at__isnull=True).order_by("origin")
    return list(found.values_list("origin", flat=True))


@dataclass(frozen=True)
class Agreed:
    """An agreement as it is published: who exchanges what, by which document, from when until when (the first day without), and whether it holds."""

    actor: str
    title: str
    number: str
    scopes: list[str]
    document: str
    digest: str
    from_on: date
    to_on: date
    in_force: bool


def agreements_known(*, at: datetime, actor: str = "") -> list[Agreed]:
    """The agreements of an actor, or of all: those in force first, the latest before."""
    found = Agreement.objects.filter(at__lte=at, **({"actor__key": actor} if actor else {})).select_related("actor")
    day = day_of(at)
    shown = [
        Agreed(
            a.actor.key, a.actor.title, a.number, a.scopes, a.document, a.digest, a.from_on, a.to_on,
            a.from_on <= day < a.to_on and (a.ended_at is None or a.ended_at > at),
        )
        for a in found.order_by("-pk")
    ]  # fmt: skip
    return sorted(shown, key=lambda each: not each.in_force)
