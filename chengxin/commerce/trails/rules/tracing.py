"""Where goods came from and where they went: one level of a trace after another, with the time during which a carrier held them. Pure.

Two ways in which a thing is met. It is *itself* what is traced: the goods, what was made of them, what they were made of. Or it *carries* what is
traced, for as long as that is in it: then what happens to it happens to the goods, and what else lies in it does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, Protocol

from chengxin.commerce.trails.rules.linking import (
    CHILD,
    INPUT,
    LOT,
    OUTPUT,
    PARENT,
    PARTED,
    ROLES,
    RUN,
    SEEN,
    TAKEN,
    gtin_of,
)

# Forward: what became of it. Backward: what it came of. Custody: what happened to the goods themselves.
Way = Literal["forward", "backward", "custody"]
BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
END: Final = datetime(9999, 12, 30, tzinfo=UTC)
MOST: Final = 100_000
# In which roles of a thing an event may lead on to others; custody asks for every event of the goods.
LEADING: Final[dict[Way, tuple[str, ...]]] = {
    "forward": (CHILD, TAKEN, INPUT, LOT, PARENT),
    "backward": (CHILD, TAKEN, OUTPUT, SEEN, PARENT),
    "custody": ROLES,
}
# What else such an event is then asked for.
LED: Final[dict[Way, tuple[str, ...]]] = {
    "forward": (PARENT, PARTED, OUTPUT, RUN, SEEN, CHILD),
    "backward": (PARENT, PARTED, INPUT, RUN, LOT, CHILD),
    "custody": (PARENT, PARTED),
}


# What a trace makes by the ten thousand are tuples: a dataclass takes three times as long to make.
class Met(NamedTuple):
    """A thing as a trace meets it: itself or as a carrier, and the time during which it counts."""

    thing: str
    carries: bool = False
    since: datetime = BEGINNING
    until: datetime = END


class Row(NamedTuple):
    """One link as it is stored."""

    event: int
    thing: str
    role: str
    at: datetime


class Hop(NamedTuple):
    """How a trace came from one thing to the next: by which event, when, at which level."""

    thing: str
    origin: str
    event: int
    at: datetime
    carries: bool
    level: int


class Links(Protocol):
    """Whatever holds the links, but for those of events that were declared wrong."""

    def of_things(self, met: Sequence[Met], roles: Sequence[str]) -> tuple[list[tuple[Met, Row]], Iterable[int]]:
        """The rows that name these things in these roles, each in its time, and the events that name them in any."""

    def of_events(self, events: Sequence[int], roles: Sequence[str]) -> Iterable[Row]:
        """The rows of these events in these roles."""

    def emptied(self, carriers: Sequence[Met]) -> Iterable[tuple[str, datetime]]:
        """When everything was taken out of each of these at once, in its time."""


@dataclass
class Traced:
    """What a trace found: each thing as first met, every event on the way; `more` where it was cut short."""

    start: tuple[str, ...]
    way: Way
    hops: dict[tuple[str, bool], Hop] = field(default_factory=dict)
    events: set[int] = field(default_factory=set)
    rows: list[tuple[Met, Row]] = field(default_factory=list)
    levels: int = 0
    more: bool = False

    @property
    def things(self) -> set[str]:
        """Every thing that is itself what was traced, the start among them."""
        return {*self.start, *(hop.thing for hop in self.hops.values() if not hop.carries)}

    @property
    def carriers(self) -> set[str]:
        """Every thing that carried some of them."""
        return {hop.thing for hop in self.hops.values() if hop.carries}


def traced(start: Sequence[str], way: Way, links: Links, *, most: int = MOST) -> Traced:
    """Follow the goods level by level until nothing new is met. A ring of events ends where it closes: nothing is met twice in the same time."""
    found = Traced(tuple(dict.fromkeys(start)), way)
    known: dict[tuple[str, bool], list[Met]] = defaultdict(list)
    frontier = [Met(thing) for thing in found.start]
    for met in frontier:
        known[met.thing, met.carries].append(met)
    while frontier and not found.more:
        found.levels += 1
        reached = []
        for met, hop in _Level(links, way, found.levels).hops(frontier, found):
            if _told(met, known):
                continue
            known[met.thing, met.carries].append(met)
            found.hops.setdefault((met.thing, met.carries), hop)
            reached.append(met)
            if len(found.hops) >= most:
                found.more = True
                break
        frontier = reached
    return found


def _told(met: Met, known: dict[tuple[str, bool], list[Met]]) -> bool:
    """Whether it says nothing of the thing that is not known yet; that something met itself also carries is nothing new."""
    before = known.get((met.thing, met.carries), [])
    if met.carries:
        before = before + known.get((met.thing, False), [])
    return bool(before) and any(each.since <= met.since and met.until <= each.until for each in before)


@dataclass
class _Level:
    """One level of a trace: from these things to the next, over one event each."""

    links: Links
    way: Way
    level: int
    beside: dict[int, dict[str, list[Row]]] = field(default_factory=dict)

    def hops(self, frontier: Sequence[Met], found: Traced) -> Iterator[tuple[Met, Hop]]:
        rows, events = self.links.of_things(frontier, LEADING[self.way])
        found.events.update(events)
        if self.way == "custody":
            found.rows += rows
        self._read(row.event for met, row in rows if self._turns(met, row))
        runs, ends = self._runs(), self._ends(rows)
        for met, row in rows:
            for reached in self._reached(met, row, runs, ends):
                yield reached, Hop(reached.thing, met.thing, row.event, row.at, reached.carries, self.level)

    def _turns(self, met: Met, row: Row) -> bool:
        """Whether the event may lead on to other things."""
        if row.role in (CHILD, TAKEN):
            return True
        if self.way == "forward":
            return row.role == INPUT or (row.role in (LOT, PARENT) and not met.carries)
        seen_piece = row.role == SEEN and "/21/" in row.thing
        return self.way == "backward" and not met.carries and (row.role in (OUTPUT, PARENT) or seen_piece)

    def _read(self, events: Iterable[int]) -> None:
        wanted = sorted(set(events) - set(self.beside))
        for event in wanted:
            self.beside[event] = defaultdict(list)
        for row in self.links.of_events(wanted, LED[self.way]) if wanted else ():
            self.beside[row.event][row.role].append(row)

    def _runs(self) -> dict[int, list[int]]:
        """Event → every event of the same run (transformationID): one of them bears inputs, another the outputs."""
        named = {event: rows[RUN][0].thing for event, rows in self.beside.items() if rows[RUN]}
        if not named:
            return {}
        parts: dict[str, list[int]] = defaultdict(list)
        rows, _ = self.links.of_things([Met(thing) for thing in sorted(set(named.values()))], [RUN])
        for met, row in rows:
            parts[met.thing].append(row.event)
        self._read(event for events in parts.values() for event in events)
        return {event: parts[thing] for event, thing in named.items()}

    def _ends(self, rows: Sequence[tuple[Met, Row]]) -> dict[tuple[str, str], list[datetime]]:
        """(thing, its carrier) → when it was taken out, or everything was."""
        ends: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for met, row in rows:
            for parent in self.beside[row.event][PARTED] if row.role == TAKEN else ():
                ends[met.thing, parent.thing].append(row.at)
        held = [
            (met.thing, Met(parent.thing, True, row.at, _out(ends[met.thing, parent.thing], row.at, met.until)))
            for met, row in rows
            if row.role == CHILD
            for parent in self.beside[row.event][PARENT]
        ]
        # A carrier goes round for years: only while it held some of the goods it matters whether it was emptied.
        emptied: dict[str, list[datetime]] = defaultdict(list)
        for carrier, at in self.links.emptied(_joined(each for _, each in held)) if held else ():
            emptied[carrier].append(at)
        for thing, carrier in {(thing, each.thing) for thing, each in held if each.thing in emptied}:
            ends[thing, carrier] += emptied[carrier]
        return ends

    def _reached(
        self, met: Met, row: Row, runs: dict[int, list[int]], ends: dict[tuple[str, str], list[datetime]]
    ) -> Iterator[Met]:
        rows, role = self.beside.get(row.event, {}), row.role
        every = runs.get(row.event, [row.event])
        if role == CHILD:
            for parent in rows[PARENT]:
                yield Met(parent.thing, True, row.at, _out(ends[met.thing, parent.thing], row.at, met.until))
        elif self.way == "forward":
            if role == INPUT:
                outputs = (out for event in every for out in self.beside[event][OUTPUT])
                yield from (Met(out.thing, since=min(row.at, out.at)) for out in outputs)
            elif role == LOT and not met.carries:
                pieces = [*rows[SEEN], *rows[OUTPUT]]
                gtin = gtin_of(met.thing)
                yield from (
                    Met(p.thing, since=row.at) for p in pieces if "/21/" in p.thing and gtin_of(p.thing) == gtin
                )
            elif role == PARENT and not met.carries:
                yield from (Met(child.thing, since=row.at) for child in rows[CHILD])
        elif self.way == "backward" and not met.carries:
            if role == OUTPUT:
                inputs = (each for event in every for each in self.beside[event][INPUT])
                yield from (Met(each.thing, until=max(row.at, each.at)) for each in inputs)
            elif role == PARENT:
                yield from (Met(child.thing, until=row.at) for child in rows[CHILD])
            if role in (SEEN, OUTPUT) and "/21/" in met.thing:
                lots = (lot for lot in rows.get(LOT, ()) if gtin_of(lot.thing) == gtin_of(met.thing))
                yield from (Met(lot.thing, until=row.at) for lot in lots)


def _out(ends: Iterable[datetime], since: datetime, until: datetime) -> datetime:
    """Until when something is in a carrier that was put in at `since`: the first end after that."""
    return min((at for at in ends if since <= at < until), default=until)


def _joined(carriers: Iterable[Met]) -> list[Met]:
    """The times of each carrier, those that overlap made one: nothing is looked for twice."""
    joined: list[Met] = []
    for met in sorted(set(carriers)):
        last = joined[-1] if joined else None
        if last and last.thing == met.thing and met.since <= last.until:
            joined[-1] = last._replace(until=max(last.until, met.until))
        else:
            joined.append(met)
    return joined


# ---- what is known of the goods' way, and what is not

SHIPPED: Final = ("shipping", "departing")
ARRIVED: Final = ("receiving", "arriving", "accepting")
ENDED: Final = ("retail_selling", "dispensing", "destroying", "decommissioning")

# What is not known → (zh, en). None of these is ever left out of what is shown.
GAPS: Final[dict[str, tuple[str, str]]] = {
    "nothing": ("没有任何单位说过这件货品", "nobody has said anything of these goods"),
    "origin": ("从何而来不详", "where it came from is not known"),
    "departure": ("何时从何处发出不详", "when and from where it was sent is not known"),
    "arrival": ("发出后何时到达何处不详", "where it arrived after it was sent, and when, is not known"),
    "destination": ("发往何处不详", "where it was sent is not known"),
    "move": ("怎样从前一地点到这里不详", "how it came here from the place before is not known"),
    "place": ("发生地点不详", "where this happened is not known"),
    "put-in": ("何时装入不详", "when it was put in is not known"),
    "taken-out": ("何时取出不详", "when it was taken out is not known"),
    "return": ("结束之后怎样又出现不详", "how it appeared again after its end is not known"),
    "end": ("此后去向不详", "what became of it after this is not known"),
}


# The vocabulary's business steps and kinds of event, as a page names them: word → (zh, en).
STEPS: Final[dict[str, tuple[str, str]]] = {
    "accepting": ("收受", "accepted"),
    "arriving": ("到达", "arrived"),
    "assembling": ("组装", "assembled"),
    "collecting": ("收集", "collected"),
    "commissioning": ("产生、赋码", "came into being"),
    "consigning": ("托运", "consigned"),
    "decommissioning": ("注销", "withdrawn from use"),
    "departing": ("离开", "departed"),
    "destroying": ("销毁", "destroyed"),
    "disassembling": ("拆解", "taken apart"),
    "dispensing": ("配发", "dispensed"),
    "encoding": ("写码", "encoded"),
    "holding": ("暂扣", "held"),
    "inspecting": ("检验", "inspected"),
    "installing": ("安装", "installed"),
    "loading": ("装载", "loaded"),
    "packing": ("装入", "packed"),
    "picking": ("拣货", "picked"),
    "receiving": ("收货", "received"),
    "repackaging": ("改换包装", "repacked"),
    "repairing": ("维修", "repaired"),
    "replacing": ("更换", "replaced"),
    "reserving": ("预留", "reserved"),
    "retail_selling": ("零售", "sold in a shop"),
    "sampling": ("抽样", "sampled"),
    "shipping": ("发货", "sent"),
    "stocking": ("上架", "put on the shelf"),
    "storing": ("入库", "stored"),
    "transporting": ("运输", "carried"),
    "unloading": ("卸载", "unloaded"),
    "unpacking": ("取出", "unpacked"),
    "ObjectEvent": ("观察", "seen"),
    "AggregationEvent": ("装入或者取出", "put together or apart"),
    "AssociationEvent": ("关联", "associated"),
    "TransactionEvent": ("交易", "traded"),
    "TransformationEvent": ("转化", "made"),
}


@dataclass(frozen=True)
class Fact:
    """One event as it bears on the goods: in which role, on the goods themselves or on what carried them."""

    event: int
    at: datetime
    kind: str
    action: str
    step: str
    place: str
    role: str
    carrier: str = ""
    parents: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One line of a trail: an event, or what is not known before it (`gap`, at the end without an event)."""

    fact: Fact | None = None
    gap: str = ""


@dataclass
class _Course:
    """Where the goods stand while their facts are read."""

    place: str = ""
    to: tuple[str, ...] = ()
    moving: bool = False
    sold: bool = False
    ended: bool = False
    inside: list[str] = field(default_factory=list)
    step: str = ""


def links_judged(facts: Iterable[Fact]) -> list[Shown]:
    """The facts in order, and before each what ought to be known and is not; without any gap only where the way is told from its beginning to its end.

    That no gap is shown says that what was told hangs together, never that everything was told.
    """
    course, shown = _Course(), list[Shown]()
    for n, fact in enumerate(sorted(facts, key=lambda each: (each.at, each.event))):
        gaps = _gaps(course, fact, first=n == 0)
        shown += [*(Shown(gap=gap) for gap in dict.fromkeys(gaps)), Shown(fact)]
    last = "nothing" if not shown else "arrival" if course.moving else "" if course.ended else "end"
    return [*shown, Shown(gap=last)] if last else shown


def whole(shown: Sequence[Shown]) -> bool:
    """Whether nothing is missing among what must be known."""
    return not any(each.gap for each in shown)


def _gaps(course: _Course, fact: Fact, *, first: bool) -> Iterator[str]:
    own = not fact.carrier
    if first and not (own and (fact.role == OUTPUT or (fact.kind, fact.action) == ("ObjectEvent", "ADD"))):
        yield "origin"
    if course.ended:
        course.ended = False
        yield "return"
    yield from _contained(course, fact, own)
    yield from _moved(course, fact)
    if fact.kind == "TransactionEvent" or fact.step == "retail_selling":
        course.sold = True
    signed = fact.step in ARRIVED and course.sold and not fact.place
    course.ended = own and (fact.step in ENDED or fact.role == INPUT or signed)
    course.step = fact.step


def _contained(course: _Course, fact: Fact, own: bool) -> Iterator[str]:
    if own and course.inside and fact.role not in (TAKEN, CHILD):
        course.inside.clear()
        yield "taken-out"
    if fact.role == CHILD:
        course.inside += [parent for parent in fact.parents if parent not in course.inside]
    elif fact.role == TAKEN:
        if not set(fact.parents) & set(course.inside):
            yield "put-in"
        course.inside[:] = [parent for parent in course.inside if parent not in fact.parents]
    elif fact.role == PARTED:
        course.inside[:] = [parent for parent in course.inside if parent != fact.carrier]


def _moved(course: _Course, fact: Fact) -> Iterator[str]:
    if not fact.place:
        if fact.step in ARRIVED and course.sold and course.moving:
            # Signed for by whoever bought it. Where the sending named a place, the goods were still on their way to that.
            course.moving = False
            if course.to:
                yield "arrival"
        elif fact.kind != "TransactionEvent" and fact.step not in ENDED:
            yield "departure" if fact.step in ARRIVED and not course.moving else "place"
        return
    again = course.place == fact.place
    if course.moving:
        if fact.step in SHIPPED and again and course.step in SHIPPED:
            return
        expected = not course.to or fact.place in course.to
        if fact.step not in ARRIVED or again or not expected:
            yield "arrival"
    elif fact.step in ARRIVED:
        if not (again and course.step in ARRIVED):
            yield "departure"
    elif course.place and not again:
        yield "move"
    course.place, course.moving = fact.place, fact.step in SHIPPED
    if course.moving:
        course.to = fact.destinations
        if not course.to and not course.sold:
            yield "destination"
