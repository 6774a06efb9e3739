"""Invented events for the tests: a maker's flour becomes noodles, is packed, shipped and sold; every firm and key is made up."""

from datetime import datetime, timedelta
from typing import Any

from chengxin.commerce.trails.rules.identifying import check_digit
from tests.world import NOW

Event = dict[str, Any]
CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"firm": "https://firm.example.com/epcis/"},
]
MADE = NOW - timedelta(days=60)


def gtin(n: int) -> str:
    """The n-th kind of goods: 14 digits with the check digit."""
    digits = f"0690{n:09d}"
    return digits + check_digit(digits)


def gln(n: int) -> str:
    """The n-th place."""
    digits = f"6901{n:08d}"
    return digits + check_digit(digits)


def lot(n: int, name: str) -> str:
    """A lot of the n-th kind."""
    return f"https://id.gs1.org/01/{gtin(n)}/10/{name}"


def serial(n: int, name: str) -> str:
    """One piece of the n-th kind."""
    return f"https://id.gs1.org/01/{gtin(n)}/21/{name}"


def pallet(n: int) -> str:
    """The n-th pallet."""
    digits = f"069012345{n:08d}"
    return f"https://id.gs1.org/00/{digits}{check_digit(digits)}"


def place(n: int) -> Event:
    """The n-th place, as an event names it."""
    return {"id": f"https://id.gs1.org/414/{gln(n)}"}


def event(kind: str, hours: float = 0, **more: Any) -> Event:
    """An event so many hours after the making began."""
    at: datetime = MADE + timedelta(hours=hours)
    return {
        "type": f"{kind}Event",
        "eventTime": at.isoformat(),
        "eventTimeZoneOffset": "+08:00",
        **({} if kind == "Transformation" else {"action": "OBSERVE"}),
        **more,
    }


def seen(hours: float, step: str, *things: str, at: int = 1, **more: Any) -> Event:
    """Goods seen at a place in a step: pieces by their URI, lots with a quantity."""
    lots = [each for each in things if "/10/" in each]
    pieces = [each for each in things if each not in lots]
    what: Event = {"epcList": pieces} if pieces or not lots else {}
    if lots:
        what["quantityList"] = [{"epcClass": each, "quantity": 10, "uom": "KGM"} for each in lots]
    return event("Object", hours, bizStep=step, readPoint=place(at), **what, **more)


def made(hours: float, inputs: list[str], outputs: list[str], **more: Any) -> Event:
    """Goods made of others."""
    return event(
        "Transformation",
        hours,
        bizStep="commissioning",
        inputQuantityList=[{"epcClass": each, "quantity": 5, "uom": "KGM"} for each in inputs],
        outputQuantityList=[{"epcClass": each, "quantity": 4, "uom": "KGM"} for each in outputs],
        **more,
    )


def packed(hours: float, into: str, *things: str, action: str = "ADD", kind: str = "Aggregation", at: int = 1) -> Event:
    """Goods put into something, or taken out of it."""
    lots = [each for each in things if "/10/" in each]
    pieces = [each for each in things if each not in lots]
    what: Event = {"childEPCs": pieces} if pieces or not lots else {}
    if lots:
        what["childQuantityList"] = [{"epcClass": each, "quantity": 10, "uom": "KGM"} for each in lots]
    step = "packing" if action == "ADD" else "unpacking"
    return event(kind, hours, parentID=into, bizStep=step, readPoint=place(at), **{**what, "action": action})


def document(*events: Event, **more: Any) -> Event:
    """A document of these events."""
    return {
        "@context": CONTEXT,
        "id": "https://firm.example.com/documents/1",
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": NOW.isoformat(),
        "epcisBody": {"eventList": list(events)},
        **more,
    }
