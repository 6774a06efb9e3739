"""Invented trails, laid down by a few statements: every thousand lots share one raw lot, and pallets go round.

Of each group eleven events: a lot comes into being, becomes another with some of a raw lot, is packed on a pallet, sent, received, unpacked, becomes
four pieces, and each is sold.
"""

import json
from collections.abc import Iterator
from typing import Any

EVENTS_A_GROUP, SHARING, PALLETS = 11, 1000, 2000
_GTIN = {"raw": "06900000000014", "first": "06900000000021", "second": "06900000000038", "piece": "06900000000045"}

_CAPTURE = """
insert into trails_capture (id, actor, by, at, digest, envelope, context, events)
values (1, 'operator', 'operator', now(), repeat('0', 64), '{}', '[]', 0)
"""
_AT = "timestamptz '2026-01-01' + (g / %(pallets)s) * interval '1 day' + k * interval '1 hour'"
_EVENTS = f"""
insert into trails_event (id, capture_id, position, event_id, hash, kind, action, at, recorded_at, biz_step, disposition, read_point, biz_location,
    actor, declares, body)
select g * 11 + k + 1, 1, g * 11 + k, named.id, named.id,
    (array['ObjectEvent', 'TransformationEvent', 'AggregationEvent', 'ObjectEvent', 'ObjectEvent', 'AggregationEvent', 'TransformationEvent'])[least(k, 7) %% 7 + 1],
    case k when 0 then 'ADD' when 2 then 'ADD' when 5 then 'DELETE' when 1 then '' when 6 then '' else 'OBSERVE' end,
    {_AT}, now(), (array['commissioning', 'commissioning', 'packing', 'shipping', 'receiving', 'unpacking', 'commissioning', 'retail_selling'])[least(k, 7) + 1],
    '', '414/' || lpad((g %% 9000 + case when k > 3 then 1 else 0 end)::text, 13, '0'), '', 'firm-' || (g %% 500 + case when k > 3 then 1 else 0 end), false,
    '{{"type":"ObjectEvent","eventID":"' || named.id || '","eventTime":"2026-01-01T00:00:00+08:00","eventTimeZoneOffset":"+08:00","action":"OBSERVE","readPoint":{{"id":"https://id.gs1.org/414/'
        || lpad(g::text, 13, '0') || '"}},"quantityList":[{{"epcClass":"https://id.gs1.org/01/{_GTIN["first"]}/10/' || g || '","quantity":' || g %% 997 || ',"uom":"KGM"}}],'
        || '"bizTransactionList":[{{"type":"po","bizTransaction":"urn:x:po:' || g || '"}}],"firm:line":"L' || g %% 40 || '","firm:batch":"B' || g || '"}}'
from generate_series(%(first)s::bigint, %(last)s::bigint) g, generate_series(0, 10) k,
    lateral (select 'ni:///sha-256;' || encode(sha256((g * 11 + k)::text::bytea), 'hex') || '?ver=CBV2.0' as id) named
"""  # noqa: E501
_LINKS = f"""
insert into trails_link (event_id, thing, role, at)
select g * 11 + k + 1, l.thing, l.role, {_AT}
from generate_series(%(first)s::bigint, %(last)s::bigint) g,
lateral (values
    (0, 'o', '01/{_GTIN["first"]}/10/' || g), (1, 'i', '01/{_GTIN["first"]}/10/' || g), (1, 'i', '01/{_GTIN["raw"]}/10/' || g / %(sharing)s),
    (1, 'u', '01/{_GTIN["second"]}/10/' || g), (2, 'C', '01/{_GTIN["second"]}/10/' || g), (2, 'P', '00/' || lpad((g %% %(pallets)s)::text, 18, '0')),
    (3, 'o', '00/' || lpad((g %% %(pallets)s)::text, 18, '0')), (4, 'o', '00/' || lpad((g %% %(pallets)s)::text, 18, '0')),
    (5, 'c', '01/{_GTIN["second"]}/10/' || g), (5, 'p', '00/' || lpad((g %% %(pallets)s)::text, 18, '0')),
    (6, 'i', '01/{_GTIN["second"]}/10/' || g),
    (6, 'u', '01/{_GTIN["piece"]}/21/' || g * 4), (6, 'u', '01/{_GTIN["piece"]}/21/' || g * 4 + 1),
    (6, 'u', '01/{_GTIN["piece"]}/21/' || g * 4 + 2), (6, 'u', '01/{_GTIN["piece"]}/21/' || g * 4 + 3),
    (7, 'o', '01/{_GTIN["piece"]}/21/' || g * 4), (8, 'o', '01/{_GTIN["piece"]}/21/' || g * 4 + 1),
    (9, 'o', '01/{_GTIN["piece"]}/21/' || g * 4 + 2), (10, 'o', '01/{_GTIN["piece"]}/21/' || g * 4 + 3)
) l (k, role, thing)
"""  # noqa: E501
# What anybody would write who wants to know what became of a thing: no carriers, no time, no declarations.
PLAIN = """
with recursive reached (thing) as (
    select %s::text collate "C"
    union
    select o.thing from reached r join trails_link i on i.thing = r.thing and i.role = {from_}
    join trails_link o on o.event_id = i.event_id and o.role = {to}
) select count(*) - 1 from reached
"""
FORWARD, BACKWARD = PLAIN.format(from_="'i'", to="'u'"), PLAIN.format(from_="'u'", to="'i'")
BLOCK = 100_000
# Name → what is asked of the events' bodies: a word of eleven events, one of each fortieth, a range of numbers of each 142nd, and what stands in none.
FIRM = "firm-7"
QUERIES: dict[str, dict[str, Any]] = {
    "ask-rare": {"EQ_bizTransaction_po": ["urn:x:po:777"]},
    "ask-often": {"EQ_firm:line": ["L7"]},
    "ask-range": {"GE_quantity_KGM": 990},
    "ask-anywhere": {"EXISTS_INNER_firm:none": True},
    "ask-anywhere-firm": {"EXISTS_INNER_firm:none": True},
}


def statements(events: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What lays down so many events, block by block."""
    yield _CAPTURE, {}
    groups = events // EVENTS_A_GROUP
    for first in range(0, groups, BLOCK):
        block = {"first": first, "last": min(first + BLOCK, groups) - 1, "pallets": PALLETS, "sharing": SHARING}
        yield _EVENTS, block
        yield _LINKS, block


def raw_lot(events: int) -> str:
    """A raw lot in the middle: a thousand lots and four thousand pieces came of it."""
    return f"https://id.gs1.org/01/{_GTIN['raw']}/10/{events // EVENTS_A_GROUP // SHARING // 2}"


def piece(events: int) -> str:
    """A piece in the middle."""
    return f"https://id.gs1.org/01/{_GTIN['piece']}/21/{events // EVENTS_A_GROUP * 2}"


def document(number: int, events: int) -> str:
    """A document of so many invented events, as a firm would send it."""
    listed = [
        {
            "type": "ObjectEvent",
            "eventTime": f"2026-01-01T00:{n // 60 % 60:02}:{n % 60:02}+08:00",
            "eventTimeZoneOffset": "+08:00",
            "epcList": [f"urn:epc:id:sgtin:6900000.000001.{number}-{n}-{piece_}" for piece_ in range(3)],
            "action": "OBSERVE",
            "bizStep": "shipping",
            "disposition": "in_transit",
            "readPoint": {"id": f"urn:epc:id:sgln:6900000.{n % 90000:05}.0"},
            "bizTransactionList": [{"type": "po", "bizTransaction": f"urn:epcglobal:cbv:bt:6900000000007:{n}"}],
        }
        for n in range(events)
    ]
    return json.dumps(
        {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-01-01T00:00:00+08:00",
            "epcisBody": {"eventList": listed},
        }
    )
