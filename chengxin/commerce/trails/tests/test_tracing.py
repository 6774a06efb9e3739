"""Where goods went and came from: carriers only while they carried, rings that end, and no trail that shows as whole what is not."""

import json
import os
import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import pytest

from chengxin.commerce.trails.bulk.reading import StoredLinks
from chengxin.commerce.trails.rules import linking
from chengxin.commerce.trails.rules.tracing import Fact, Met, Named, links_judged, traced, whole
from chengxin.commerce.trails.services import capturing
from chengxin.commerce.trails.tests.events import document, event, lot, made, packed, pallet, place, seen, serial
from tests.world import NOW

# How many trails lose events at random; ten thousand for the long run.
TRAILS = int(os.environ.get("CHENGXIN_TRAILS", "150"))
DRAWING = int(os.environ.get("CHENGXIN_TRAILS_DRAWING", "42"))


class Remembered:
    """Links in memory, in the order of the events."""

    def __init__(self, events: Sequence[Any]) -> None:
        self.rows = [
            (n, link.thing, link.role, linking.said_of(one, "").at)
            for n, one in enumerate(events)
            for link in linking.links_of(one)
        ]

    def of_things(self, met: Sequence[Met], roles: str) -> tuple[list[Named], Iterable[int]]:
        """Which of these things is named, by which event, in which of these roles, when, each in its time; and the events that name them in any."""
        named = [
            (place, event, role, at)
            for place, each in enumerate(met)
            for event, thing, role, at in self.rows
            if thing == each.thing and each.since <= at <= each.until
        ]
        return [row for row in named if row[2] in roles], [row[1] for row in named]

    def of_events(self, events: Iterable[int], roles: str) -> list[tuple[int, str, str]]:
        """Event, role and thing of whatever these events name in these roles."""
        events = {*events}
        return [(event, role, thing) for event, thing, role, _ in self.rows if event in events and role in roles]

    def emptied(self, carriers: Sequence[Met]) -> Iterable[tuple[str, datetime]]:
        """When everything was taken out of each of these at once, in its time."""
        some = {event for event, _, role, _ in self.rows if role == linking.TAKEN}
        rows, _ = self.of_things(carriers, linking.PARTED)
        return [(carriers[place].thing, at) for place, event, _, at in rows if event not in some]


def stored(*events: Any) -> None:
    """The same events, captured."""
    content = json.dumps(document(*events)).encode()
    capturing.trail_capture(content=content, actor="operator", by="operator", at=NOW)


def key(uri: str) -> str:
    return linking.key_of(uri)


def test_a_carrier_counts_only_while_it_carries_and_its_other_load_not_at_all() -> None:
    flour, other, later_load = lot(1, "L"), serial(2, "O"), serial(3, "X")
    events = [
        packed(1, pallet(1), flour, other),
        seen(2, "shipping", pallet(1)),
        packed(3, pallet(1), flour, action="DELETE"),
        packed(4, pallet(1), later_load),
        seen(5, "shipping", pallet(1)),
    ]
    found = traced([key(flour)], "forward", Remembered(events))
    assert (found.things, found.carriers) == ({key(flour)}, {key(pallet(1))})
    assert found.events == {0, 1, 2}
    # A pallet that is itself what is recalled takes with it what was ever put on it.
    assert traced([key(pallet(1))], "forward", Remembered(events)).things == {
        *map(key, (pallet(1), flour, other, later_load))
    }


def test_taking_everything_out_ends_what_a_carrier_carries() -> None:
    emptied = {**packed(2, pallet(1), action="DELETE"), "childEPCs": []}
    events = [packed(1, pallet(1), lot(1, "L")), emptied, seen(3, "shipping", pallet(1))]
    assert traced([key(lot(1, "L"))], "forward", Remembered(events)).events == {0, 1}


def test_goods_are_followed_through_making_runs_carriers_within_carriers_and_lots() -> None:
    run = "urn:x:run"
    events = [
        made(1, [lot(1, "L"), lot(9, "W")], [lot(2, "D")]),
        event("Transformation", 2, transformationID=run, inputQuantityList=[{"epcClass": lot(2, "D")}]),
        event("Transformation", 3, transformationID=run, outputEPCList=[serial(3, "S")]),
        packed(4, pallet(1), serial(3, "S")),
        packed(5, pallet(2), pallet(1), kind="Association"),
        seen(6, "shipping", pallet(2)),
        seen(7, "commissioning", serial(4, "P"), action="ADD", ilmd={"cbvmda:lotNumber": "Q"}),
        made(8, [lot(4, "Q")], [lot(5, "E")]),
        event("Transformation", 9, inputEPCList=[serial(4, "P")], outputEPCList=[serial(6, "Z")]),
    ]
    links = Remembered(events)
    found = traced([key(lot(1, "L"))], "forward", links)
    assert found.things == {*map(key, (lot(1, "L"), lot(2, "D"), serial(3, "S")))}
    assert found.carriers == {key(pallet(1)), key(pallet(2))} and 5 in found.events
    back = traced([key(serial(3, "S"))], "backward", links)
    assert back.things == {*map(key, (serial(3, "S"), lot(2, "D"), lot(1, "L"), lot(9, "W")))}
    recalled = traced([key(lot(4, "Q"))], "forward", links)
    assert recalled.things == {*map(key, (lot(4, "Q"), serial(4, "P"), lot(5, "E"), serial(6, "Z")))}
    assert key(lot(4, "Q")) in traced([key(serial(6, "Z"))], "backward", links).things


def test_rings_end() -> None:
    events = [
        made(1, [lot(1, "A")], [lot(2, "B")]),
        made(2, [lot(2, "B")], [lot(1, "A")]),
        packed(3, pallet(1), pallet(2)),
        packed(4, pallet(2), pallet(1)),
    ]
    links = Remembered(events)
    assert traced([key(lot(1, "A"))], "forward", links).things == {key(lot(1, "A")), key(lot(2, "B"))}
    assert traced([key(pallet(1))], "forward", links).things == {key(pallet(1)), key(pallet(2))}
    assert traced([key(lot(2, "B"))], "backward", links).things == {key(lot(1, "A")), key(lot(2, "B"))}
    assert traced([key(lot(1, "A"))], "forward", links, most=1).more


@pytest.mark.django_db
@pytest.mark.parametrize("drawing", range(8))
def test_the_database_is_followed_as_the_rules_say(drawing: int) -> None:
    chance = random.Random(drawing)
    goods = [lot(1, "A"), lot(2, "B"), lot(4, "Q"), serial(3, "S"), serial(4, "P")]
    pallets = [pallet(n) for n in range(3)]
    events: list[Any] = [
        seen(1, "commissioning", serial(4, "P"), action="ADD", ilmd={"cbvmda:lotNumber": "Q"}),
        {**packed(6, pallets[0], action="DELETE"), "childEPCs": []},
    ]
    for hour in range(2, 14):
        inside = chance.sample(goods + pallets[1:], 2)
        into = chance.choice(pallets)
        events += [
            packed(hour, into, *inside, action=chance.choice(["ADD", "ADD", "DELETE"])),
            made(hour, [chance.choice(goods)], [chance.choice(goods)]),
            seen(hour, "shipping", into),
        ]
    links = Remembered(events)
    stored(*events)
    for start in [*goods, *pallets]:
        for way in ("forward", "backward", "custody"):
            ours, theirs = (traced([key(start)], way, each) for each in (links, StoredLinks()))
            assert (ours.things, ours.carriers, len(ours.events)) == (
                theirs.things,
                theirs.carriers,
                len(theirs.events),
            )
            assert {(at.thing, at.until) for at, _ in ours.rows} == {(at.thing, at.until) for at, _ in theirs.rows}


# ---- no trail shown as whole that is not


def journey(chance: random.Random) -> list[Any]:
    """A piece's whole way: made, packed or not, sent from firm to firm, sold in a shop or by post and signed for."""
    piece, firms = serial(1, "S"), chance.randint(1, 4)
    hours = iter(range(1, 200))
    told = [seen(next(hours), "commissioning", piece, action="ADD", at=0)]
    for n in range(firms):
        load = piece
        if chance.random() < 0.6:
            load = pallet(n)
            told.append(packed(next(hours), load, piece, at=n))
        where = {"destinationList": [{"type": "location", "destination": place(n + 1)["id"]}]}
        told.append(seen(next(hours), "shipping", load, at=n, **where))
        told.append(seen(next(hours), "receiving", load, at=n + 1))
        if load != piece:
            told.append(packed(next(hours), load, piece, action="DELETE", at=n + 1))
    if chance.random() < 0.5:
        return [*told, seen(next(hours), "retail_selling", piece, at=firms)]
    sale = event("Transaction", next(hours), bizTransactionList=[{"bizTransaction": "urn:x:o1"}], epcList=[piece])
    signed = event("Object", next(hours) + 2, bizStep="receiving", epcList=[piece])
    return [*told, sale, seen(next(hours), "shipping", piece, at=firms), signed]


def judged(events: Sequence[Any]) -> list[Any]:
    """The trail of the piece, from these events alone."""
    links = Remembered(events)
    found = traced([key(serial(1, "S"))], "custody", links)
    facts = {}
    for met, row in sorted(found.rows, key=lambda each: each[0].carries):
        one = events[row.event]
        said = linking.said_of(one, "")
        if row.event in facts or (met.carries and row.role == "P"):
            continue
        facts[row.event] = Fact(
            row.event, row.at, said.kind, said.action, said.biz_step, said.read_point, row.role,
            met.thing if met.carries else "", row.parents, linking.destinations_of(one),
        )  # fmt: skip
    return links_judged(facts.values())


def test_of_trails_that_lost_events_none_is_shown_whole_and_of_the_others_each_is() -> None:
    chance = random.Random(DRAWING)
    for _ in range(TRAILS):
        told = journey(chance)
        assert whole(judged(told)), [s.gap for s in judged(told) if s.gap]
        left = [one for one in told if chance.random() < 0.8]
        if len(left) == len(told):
            left.pop(chance.randrange(len(left)))
        assert not whole(judged(left)), json.dumps([told, left], indent=1)


@pytest.mark.parametrize(
    ("steps", "gaps"),
    [
        ([], ["nothing"]),
        ([("shipping", 1)], ["origin", "destination", "arrival"]),
        ([("commissioning", 1), ("inspecting", 2)], ["move", "end"]),
        ([("commissioning", 1), ("receiving", 2), ("retail_selling", 2)], ["departure"]),
        ([("commissioning", 1), ("retail_selling", 1), ("inspecting", 1)], ["return", "end"]),
    ],
)
def test_each_thing_that_is_not_known_is_said(steps: list[tuple[str, int]], gaps: list[str]) -> None:
    born = {"action": "ADD"}
    told = [
        seen(n, step, serial(1, "S"), at=at, **(born if step == "commissioning" else {}))
        for n, (step, at) in enumerate(steps)
    ]
    assert [line.gap for line in judged(told) if line.gap] == gaps
