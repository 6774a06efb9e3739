"""Capturing what firms say of goods, and registering whose places and goods are whose."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import actor_acting
from chengxin.commerce.trails.bulk.storing import events_store, json_text
from chengxin.commerce.trails.models import KINDS, Capture, Event, Goods, Place
from chengxin.commerce.trails.rules import asking, identifying, linking
from chengxin.commerce.trails.rules.hashing import hashes_of
from chengxin.commerce.trails.rules.shaping import document_checked, document_read, envelope_of, events_of
from chengxin.commerce.trails.selectors import (
    goods_of_gtins,
    places_of,
)
from chengxin.kernel.days import day_of
from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken


class PlaceUnfit(Refusal):
    """ "{gln}" is no location number: 13 digits with their check digit are needed."""

    code = "trails-place-unfit"
    zh = "“{gln}”不是位置码：须为带校验码的13位数字。"


class GoodsKindUnknown(Refusal):
    """The lawbook keeps no trails of goods of the kind "{kind}"; it knows {known}."""

    code = "trails-goods-kind-unknown"
    zh = "法典中没有“{kind}”这一类追溯货品；有{known}。"


class GoodsTaken(Refusal):
    """{what} is {actor}'s already; only the operator gives it to another."""

    code = "trails-taken"
    status = 409
    zh = "{what}已登记为{actor}所有；只有系统运行单位可以改登。"


@dataclass(frozen=True)
class CaptureResult:
    """What became of a document: the contract that the command, the API and the tests share."""

    capture: int
    actor: str
    events: int
    ids: list[str]
    # Events whose own id is a hash of something else: kept as they came, and told.
    differing: int
    # Events that a declaration in or about this document takes out of every trail.
    declared: int
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def trail_capture(*, content: bytes, actor: str, by: str, at: datetime) -> CaptureResult:
    """Capture what a firm says of goods: all of the document or nothing of it. The same document twice changes nothing.

    What is kept is what came, event by event; a wrong event is declared wrong by a later one and never edited.
    """
    if len(content) > asking.MOST_BYTES:
        raise asking.CaptureTooLarge(events="?", most=asking.MOST_EVENTS)
    whose, sender = actor_acting(actor, at=at), actor_acting(by, at=at)
    asking.said_for(sender.key, sender.kind, whose.key, whose.kind, KINDS)
    digest = sha256(content).hexdigest()
    earlier = Capture.objects.filter(actor=actor, digest=digest).first()
    if earlier is not None:
        return _repeated(earlier, by=by, at=at)
    document = document_read(content)
    document_checked(document)
    events = events_of(document)
    if len(events) > asking.MOST_EVENTS:
        raise asking.CaptureTooLarge(events=len(events), most=asking.MOST_EVENTS)
    if whose.kind != "operator":
        places = places_of(gln for event in events for gln in asking.glns_of(event))
        goods = goods_of_gtins({linking.gtin_of(thing) for event in events for thing in linking.born_of(event)})
        asking.captured_of(events, actor, places, {gtin: found.actor for gtin, found in goods.items()})
    hashes = hashes_of(document, events)
    said = [linking.said_of(event, digest_) for event, digest_ in zip(events, hashes, strict=True)]
    links = [linking.links_of(event) for event in events]
    with transaction.atomic():
        capture = Capture.objects.create(
            actor=actor,
            by=by,
            at=at,
            digest=digest,
            envelope=json_text(envelope_of(document)),
            context=json_text(document.get("@context", [])),
            events=len(events),
        )
        bodies = [json_text(event) for event in events]
        declared = events_store(said, bodies, links, capture=capture.pk, actor=actor, at=at)
        differing = sum(1 for one in said if _differs(one))
        detail = {"events": len(events), "digest": digest, "differing": differing, "declared": declared}
        trace(
            event="trails.document.captured",
            by=by,
            at=at,
            about=f"capture:{capture.pk}",
            detail={"actor": actor, **detail},
        )
    return CaptureResult(capture.pk, actor, len(events), [one.event_id for one in said], differing, declared)


def _differs(one: linking.Said) -> bool:
    return one.event_id.startswith("ni:///sha-256;") and one.event_id != one.hash


def _repeated(earlier: Capture, *, by: str, at: datetime) -> CaptureResult:
    trace(
        event="trails.document.repeated", by=by, at=at, about=f"capture:{earlier.pk}", detail={"digest": earlier.digest}
    )
    rows = Event.objects.filter(capture=earlier).order_by("position").values_list("event_id", flat=True)
    return CaptureResult(earlier.pk, earlier.actor, earlier.events, list(rows), 0, 0, repeated=True)


def place_register(*, gln: str, actor: str, title: str, by: str, at: datetime, title_en: str = "") -> Place:
    """Say whose a place is: from now on only that actor says what happened there. Another's is given over by the operator alone."""
    if len(gln) != 13 or not gln.isdigit() or identifying.check_digit(gln[:-1]) != gln[-1]:
        raise PlaceUnfit(gln=gln[:40])
    whose, sender = actor_acting(actor, at=at), actor_acting(by, at=at)
    asking.said_for(sender.key, sender.kind, whose.key, whose.kind, KINDS)
    with transaction.atomic():
        turn_taken("trails", gln)
        latest = Place.objects.filter(gln=gln).order_by("-number").first()
        if latest and latest.actor not in ("", actor) and sender.kind != "operator":
            raise GoodsTaken(what=f"GLN {gln}", actor=latest.actor)
        number = latest.number + 1 if latest else 1
        place = Place.objects.create(gln=gln, number=number, actor=actor, title=title, title_en=title_en, at=at, by=by)
        trace(event="trails.place.registered", by=by, at=at, about=f"gln:{gln}", detail={"actor": actor})
    return place


def goods_register(*, gtin: str, kind: str, actor: str, title: str, by: str, at: datetime, title_en: str = "") -> Goods:
    """Say whose goods a GTIN names and of which kind: from now on only that actor says that some of them came into being."""
    found = identifying.goods_of(f"{identifying.ROOT}/01/{gtin.zfill(14)}")
    kinds = lawroom.load().on(day_of(at)).code_lists["traced-goods"].choices
    if kind not in kinds:
        raise GoodsKindUnknown(kind=kind, known=", ".join(kinds))
    whose, sender = actor_acting(actor, at=at), actor_acting(by, at=at)
    asking.said_for(sender.key, sender.kind, whose.key, whose.kind, KINDS)
    with transaction.atomic():
        turn_taken("trails", found.gtin)
        latest = Goods.objects.filter(gtin=found.gtin).order_by("-number").first()
        if latest and latest.actor != actor and sender.kind != "operator":
            raise GoodsTaken(what=f"GTIN {found.gtin}", actor=latest.actor)
        number = latest.number + 1 if latest else 1
        goods = Goods.objects.create(
            gtin=found.gtin, number=number, actor=actor, kind=kind, title=title, title_en=title_en, at=at, by=by
        )
        detail = {"actor": actor, "kind": kind}
        trace(event="trails.goods.registered", by=by, at=at, about=f"gtin:{found.gtin}", detail=detail)
    return goods
