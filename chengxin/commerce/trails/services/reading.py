"""The readings that are written down: events asked for, goods traced, and the public page of goods."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any
from urllib.parse import unquote

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.commerce.trails.bulk.reading import StoredLinks, actors_counted, declared_counted
from chengxin.commerce.trails.models import Capture, Event
from chengxin.commerce.trails.rules import asking, identifying, linking
from chengxin.commerce.trails.rules.shaping import persons_barred
from chengxin.commerce.trails.rules.tracing import GAPS, MOST, STEPS, Shown, Way, links_judged, traced
from chengxin.commerce.trails.selectors import (
    Page,
    declared_among,
    document_captured,
    events_accessible,
    events_asked,
    events_of_id,
    facts_of,
    goods_of_gtins,
    place_titles,
    query_document,
    recalls_reaching,
    serials_and_lots,
    told_about,
)
from chengxin.kernel.days import day_of
from chengxin.law.models import CodeList, Words
from chengxin.ledger.services import trace

# ---- readings, written down before they are given


def events_read(*, asker: Asker, parameters: Mapping[str, list[str]], at: datetime) -> tuple[dict[str, Any], str]:
    """The events that a firm asks for, as a query document, and the token of the next page where there is one. What is asked is written down: whoever
    asks for what looks like a person's number is refused first.
    """
    persons_barred(dict(parameters))
    asked = asking.asked_of(parameters)
    trace(event="trails.events.read", by=asker.key, at=at, detail={"asked": dict(parameters)})
    page = events_asked(events_accessible(asker.key, asker.kind), asked)
    return query_document(page, at=at), page.next_token


def event_read(*, asker: Asker, event_id: str, at: datetime) -> dict[str, Any]:
    """Every event of this id that the asker may see."""
    persons_barred(event_id, "EQ_eventID")
    asking.asked_of({"EQ_eventID": [event_id]})
    found = events_of_id(events_accessible(asker.key, asker.kind), event_id, asker.key)
    trace(event="trails.events.read", by=asker.key, at=at, detail={"asked": {"EQ_eventID": [event_id]}})
    return query_document(Page(found, ""), at=at)


def document_read_back(*, capture: Capture, by: str, at: datetime) -> dict[str, Any]:
    """A captured document, equal to what came."""
    trace(event="trails.document.read", by=by, at=at, about=f"capture:{capture.pk}")
    return document_captured(capture)


@dataclass(frozen=True)
class TraceResult:
    """Where goods went or came from: each thing as it was first met, the carriers, and who said the events on the way."""

    goods: str
    way: str
    things: list[dict[str, Any]]
    carriers: list[str]
    events: int
    levels: int
    actors: dict[str, int]
    declared: int
    more: bool

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return dict(self.__dict__)


def goods_trace(*, goods: str, way: Way, by: str, at: datetime, most: int = MOST) -> TraceResult:
    """Trace goods (a class, a lot or a piece; or any other thing by its URI) forward or backward through every event captured."""
    persons_barred(goods, "goods")
    start = _start(goods)
    trace(event="trails.goods.traced", by=by, at=at, about=f"goods:{goods[:200]}", detail={"way": way})
    found = traced(start, way, StoredLinks(), most=most)
    things = [
        {"thing": linking.uri_of(met.thing), "from": linking.uri_of(met.origin), "at": met.at, "level": met.level}
        for met in sorted(found.reached, key=attrgetter("level", "thing"))
    ]
    return TraceResult(
        goods,
        way,
        things,
        sorted(map(linking.uri_of, found.carriers)),
        len(found.events),
        found.levels,
        actors_counted(found.events),
        declared_counted(found.things),
        found.more,
    )


def _start(written: str) -> list[str]:
    """The things under which goods stand; a logistic unit or another's own URI stands for itself."""
    key = linking.key_of(written)
    if not key.startswith("01/"):
        return [key]
    return serials_and_lots(identifying.goods_of(written))


# ---- the page of goods

MOST_INPUTS = 20


@dataclass(frozen=True)
class Line:
    """One line of a trail as it is shown: an event with who said it, or what is not known."""

    at: datetime | None = None
    step: tuple[str, str] = ("", "")
    place: str = ""
    said_by: str = ""
    carrier: str = ""
    gap: tuple[str, str] | None = None
    declared_by: str = ""


@dataclass(frozen=True)
class Six:
    """One of the papers' six steps: when it was first said, or not known."""

    title: Words
    at: datetime | None

    @property
    def known(self) -> bool:
        """Whether anybody said it."""
        return self.at is not None


@dataclass(frozen=True)
class Input:
    """What the goods were made of: its name, its own page, how much of its own trail is not known."""

    title: str
    path: str
    gaps: int


@dataclass(frozen=True)
class Called:
    """A recall under way that reaches the goods."""

    recall: int
    reason: str
    opened_by: str
    opened_at: datetime


@dataclass(frozen=True)
class Trail:
    """What the public is shown of goods."""

    goods: identifying.Goods
    title: str
    title_en: str
    kind: Words | None
    owner: str
    lines: list[Line]
    six: list[Six]
    inputs: list[Input]
    inputs_more: bool
    declared: list[Line]
    recalls: list[Called]

    @property
    def shown(self) -> str:
        """The lot or serial as a person reads it."""
        return unquote(self.goods.lot or self.goods.serial)

    @property
    def gaps(self) -> int:
        """How much is not known, of the goods and of what they were made of."""
        own = sum(1 for line in self.lines if line.gap)
        return own + sum(each.gaps for each in self.inputs) + self.inputs_more


def trail_read(*, goods: identifying.Goods, at: datetime) -> Trail:
    """What was said of goods, in order, with who said it; a link that ought to be known and is not stands there as not known."""
    law = lawroom.load().on(day_of(at))
    # The class alone: what anybody writes into an address may be a person.
    trace(event="trails.page.read", by="public", at=at, about=f"gtin:{goods.gtin}")
    named = goods_of_gtins([goods.gtin]).get(goods.gtin)
    key = goods.path[1:]
    shown, events = _judged(key) if goods.level != "class" else ([], {})
    titles = _titles(events.values())
    inputs, more = _inputs(key) if goods.level != "class" else ([], False)
    kind = law.code_lists["traced-goods"].codes.get(named.kind) if named else None
    return Trail(
        goods=goods,
        title=named.title if named else "",
        title_en=(named.title_en or named.title) if named else "",
        kind=kind.title if kind else None,
        owner=actor_titled(named.actor) if named else "",
        lines=[_line(each, events, titles) for each in shown],
        six=_six(law.code_lists["trail-steps"], events.values()),
        inputs=inputs,
        inputs_more=more,
        declared=[
            Line(each.event.at, _step_words(each.event), said_by=actor_titled(each.event.actor),
                 declared_by=actor_titled(each.declaration.actor))
            for each in declared_among([key])
        ],
        recalls=[
            Called(each.pk, each.reason, actor_titled(each.opened_by), each.opened_at)
            for each in recalls_reaching(goods, (i.path[1:] for i in inputs if i.path), on=day_of(at))
        ],
    )  # fmt: skip


def _judged(key: str) -> tuple[list[Shown], dict[int, Event]]:
    facts, events = facts_of(traced([key], "custody", StoredLinks(), most=1000))
    return links_judged(facts), events


def _titles(events: Iterable[Event]) -> dict[str, str]:
    """Places and actors of these events, by key, as people know them."""
    held = list(events)
    places = {each for event in held for each in (event.read_point or event.biz_location,) if each}
    glns = place_titles(filter(None, map(linking.gln_of, places)))
    named = {place: glns[gln].title if (gln := linking.gln_of(place)) in glns else place for place in places}
    return {**named, **{f"@{actor}": actor_titled(actor) for actor in {event.actor for event in held}}}


def _line(each: Shown, events: Mapping[int, Event], titles: Mapping[str, str]) -> Line:
    if each.fact is None:
        return Line(gap=GAPS[each.gap])
    event = events[each.fact.event]
    place = titles.get(each.fact.place, "")
    carrier = identifying.shown(linking.uri_of(each.fact.carrier)) if each.fact.carrier else ""
    return Line(event.at, _step_words(event), place, titles[f"@{event.actor}"], carrier)


def _step_words(event: Event) -> tuple[str, str]:
    """What an event's step is called; where it names none, its kind."""
    local = re.split(r"[:/#]", event.biz_step or event.kind)[-1]
    return STEPS.get(local, (local, local.replace("_", " ")))


def _six(steps: CodeList, events: Iterable[Event]) -> list[Six]:
    held = list(events)
    held += told_about(event.event_id for event in held)
    marked = [(linking.marks_of(event.kind, event.action, event.biz_step), event.at) for event in held]
    return [
        Six(code.title, min((at for marks, at in marked if marks & {*code.terms}), default=None))
        for code in steps.codes.values()
    ]


def _inputs(key: str) -> tuple[list[Input], bool]:
    """What the goods were made of, down to the first of it, each with what is not known of it."""
    found = traced([key], "backward", StoredLinks(), most=1000)
    things = sorted(found.things - {key})
    made = []
    for thing in things[:MOST_INPUTS]:
        gaps = sum(1 for each in _judged(thing)[0] if each.gap)
        goods = thing.startswith("01/")
        made.append(Input(identifying.shown(linking.uri_of(thing)), f"/{thing}" if goods else "", gaps))
    return made, found.more or len(things) > MOST_INPUTS
