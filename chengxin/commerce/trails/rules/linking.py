"""What an event links: the things it names, each in its role. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chengxin.commerce.trails.rules.hashing import CBV, PREFIXES
from chengxin.commerce.trails.rules.identifying import ROOT, canonical, thing

Event = Mapping[str, Any]
# Role → what it says. Upper-case where something is put together, lower-case where it is taken apart.
SEEN, PARENT, CHILD, PARTED, TAKEN, INPUT, OUTPUT, RUN, LOT = "o", "P", "C", "p", "c", "i", "u", "t", "l"
ROLES: Final = (SEEN, PARENT, CHILD, PARTED, TAKEN, INPUT, OUTPUT, RUN, LOT)
_LOT_NAMES = ("cbvmda:lotNumber", f"{PREFIXES['cbvmda']}lotNumber", f"{PREFIXES['gs1']}hasBatchLotNumber")


@dataclass(frozen=True)
class Link:
    """One thing that an event names, in its role."""

    thing: str
    role: str


def key_of(uri: str) -> str:
    """What a thing is kept under: its canonical link without the domain, or its URI."""
    return thing(uri).removeprefix(ROOT + "/")


def uri_of(key: str) -> str:
    """The URI of a thing that is kept under this key."""
    return f"{ROOT}/{key}" if key[:1].isdigit() else key


def links_of(event: Event) -> list[Link]:
    """Every thing that the event names, once a role."""
    return list(dict.fromkeys(_links(event)))


def _links(event: Event) -> Iterator[Link]:
    kind, taken = event.get("type"), event.get("action") == "DELETE"
    if kind in ("AggregationEvent", "AssociationEvent"):
        parent, child = (PARTED, TAKEN) if taken else (PARENT, CHILD)
        if "parentID" in event:
            yield Link(key_of(event["parentID"]), parent)
        yield from _named(event, "childEPCs", "childQuantityList", child)
    elif kind == "TransformationEvent":
        yield from _named(event, "inputEPCList", "inputQuantityList", INPUT)
        yield from _named(event, "outputEPCList", "outputQuantityList", OUTPUT)
        if "transformationID" in event:
            yield Link(key_of(event["transformationID"]), RUN)
    else:
        if kind == "TransactionEvent" and "parentID" in event:
            yield Link(key_of(event["parentID"]), SEEN)
        yield from _named(event, "epcList", "quantityList", SEEN)
    yield from (Link(each, SEEN) for each in about_of(event))
    yield from _lots(event)


def about_of(event: Event) -> list[str]:
    """The ids of the events that an event of one's own, such as a review or a complaint, points to."""
    if str(event.get("type")).endswith("Event") and ":" not in str(event.get("type")):
        return []
    named = [value for name, value in event.items() if name.endswith(":about")]
    return [
        each for value in named for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
    ]


def marks_of(kind: str, action: str, biz_step: str) -> set[str]:
    """The words by which the lawbook knows a step: the business step, the kind of event, and goods that come into being."""
    local = re.split(r"[:/#]", kind)[-1]
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", local).lower()
    return {biz_step, snake} | ({"object_add"} if (kind, action) == ("ObjectEvent", "ADD") else set())


def _named(event: Event, pieces: str, quantities: str, role: str) -> Iterator[Link]:
    listed = event.get(pieces), event.get(quantities)
    yield from (Link(key_of(each), role) for each in listed[0] or () if isinstance(each, str))
    yield from (Link(key_of(each["epcClass"]), role) for each in listed[1] or () if isinstance(each, dict))


def _lots(event: Event) -> Iterator[Link]:
    """The lot of pieces that come into being, where their master data name one."""
    ilmd = event.get("ilmd")
    lot = next((ilmd[name] for name in _LOT_NAMES if name in ilmd), None) if isinstance(ilmd, dict) else None
    if not isinstance(lot, str) or not lot:
        return
    for each in (*event.get("epcList", ()), *event.get("outputEPCList", ())):
        found = canonical(each) or ""
        if found.startswith(f"{ROOT}/01/") and "/21/" in found:
            yield Link(key_of(found.split("/21/")[0] + f"/10/{lot}"), LOT)


@dataclass(frozen=True)
class Said:
    """What of an event is asked for by itself, beside the event as it came."""

    event_id: str
    hash: str
    kind: str
    action: str
    at: datetime
    biz_step: str
    disposition: str
    read_point: str
    biz_location: str
    declares: bool


def said_of(event: Event, digest: str) -> Said:
    """What of an event is asked for by itself; `digest` is its own hash, which names it where it bears no id."""
    return Said(
        event_id=event.get("eventID", digest),
        hash=digest,
        kind=event["type"],
        action=event.get("action", ""),
        at=datetime.fromisoformat(event["eventTime"]),
        biz_step=word_of(event.get("bizStep", "")),
        disposition=word_of(event.get("disposition", "")),
        read_point=_place(event, "readPoint"),
        biz_location=_place(event, "bizLocation"),
        declares="errorDeclaration" in event,
    )


def word_of(written: str) -> str:
    """A vocabulary's word by itself, however it is written; a URI of somebody's own as it stands."""
    for stem in (f"{CBV}BizStep-", f"{CBV}Disp-", "cbv:BizStep-", "cbv:Disp-"):
        written = written.removeprefix(stem)
    return written


def _place(event: Event, name: str) -> str:
    place = event.get(name)
    return key_of(place["id"]) if isinstance(place, dict) else ""


def destinations_of(event: Event) -> tuple[str, ...]:
    """The places to which the event says the goods were sent."""
    listed = event.get("destinationList", [])
    keys = [key_of(each["destination"]) for each in (listed if isinstance(listed, list) else [listed])]
    return tuple(key for key in keys if key.startswith("414/"))


def gln_of(key: str) -> str:
    """The location number (13 digits) of a place or party; empty where it has none."""
    ai, _, rest = key.partition("/")
    return rest[:13] if ai in ("414", "417") else ""


def born_of(event: Event) -> list[str]:
    """The goods that the event says came into being."""
    kind = event.get("type")
    if kind == "ObjectEvent" and event.get("action") == "ADD":
        return [link.thing for link in _named(event, "epcList", "quantityList", SEEN)]
    return [link.thing for link in _named(event, "outputEPCList", "outputQuantityList", OUTPUT)]


def gtin_of(key: str) -> str:
    """The GTIN of goods; empty where a thing bears none."""
    return key[3:17] if key.startswith("01/") else ""
