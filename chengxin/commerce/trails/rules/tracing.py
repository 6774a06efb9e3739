"""Where goods came from and where they went: one level of a trace after another, with the time during which a carrier held them. Pure.

Two ways in which a thing is met. It is *itself* what is traced: the goods, what was made of them, what they were made of. Or it *carries* what is
traced, for as long as that is in it: then what happens to it happens to the goods, and what else lies in it does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
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
_PIECE: Final = "/21/"


class Lead(NamedTuple):
    """In which roles the event names what a thing leads to, and whether it leads on where the thing only carries."""

    to: str
    carriers: bool = True


_HELD: Final = {CHILD: Lead(PARENT), TAKEN: Lead(PARTED)}
# In which roles of a thing an event may lead on to others.
LEADS: Final[dict[Way, dict[str, Lead]]] = {
    "forward": {**_HELD, INPUT: Lead(OUTPUT + RUN), LOT: Lead(SEEN + OUTPUT, False), PARENT: Lead(CHILD, False)},
    "backward": {
        **_HELD,
        OUTPUT: Lead(INPUT + RUN + LOT, False),
        SEEN: Lead(LOT, False),
        PARENT: Lead(CHILD, False),
    },
    "custody": _HELD,
}


# What a trace makes by the ten thousand are tuples: a dataclass takes three times as long to make.
class Met(NamedTuple):
    """A thing as a trace meets it: itself or as a carrier, the time during which it counts; and from what it was reached, when, at which level."""

    thing: str
    carries: bool = False
    since: datetime = BEGINNING
    until: datetime = END
    origin: str = ""
    at: datetime = BEGINNING
    level: int = 0


class Row(NamedTuple):
    """An event that names a thing, in which role, when it happened; and what the thing was put in by it, or taken out of."""

    event: int
    role: str
    at: datetime
    parents: tuple[str, ...] = ()


# Which of the things asked for, by its place among them, the event, the thing's role in it, the event's time.
Named = tuple[int, int, str, datetime]


class Links(Protocol):
    """Whatever holds the links, but for those of events that were declared wrong."""

    def of_things(self, met: Sequence[Met], roles: str) -> tuple[Iterable[Named], Iterable[int]]:
        """Which of these things is named, by which event, in which of these roles, when, each in its time; and the events that name them in any."""

    def of_events(self, events: Iterable[int], roles: str) -> Iterable[tuple[int, str, str]]:
        """Event, role and thing of whatever these events name in these roles."""

    def emptied(self, carriers: Sequence[Met]) -> Iterable[tuple[str, datetime]]:
        """When everything was taken out of each of these at once, in its time."""


@dataclass
class Traced:
    """What a trace found: every thing as it was met, itself or carrying, again where in another time; the events; `more` where it was cut short."""

    way: Way
    itself: dict[str, list[Met]] = field(default_factory=dict)
    carrying: dict[str, list[Met]] = field(default_factory=dict)
    events: set[int] = field(default_factory=set)
    rows: list[tuple[Met, Row]] = field(default_factory=list)
    levels: int = 0
    more: bool = False

    @property
    def things(self) -> set[str]:
        """Every thing that is itself what was traced, the start among them."""
        return {*self.itself}

    @property
    def carriers(self) -> set[str]:
        """Every thing that carried some of them."""
        return {*self.carrying}

    @property
    def reached(self) -> list[Met]:
        """Every thing that is itself what was traced, as it was first reached; the start is not among them."""
        return [met[0] for met in self.itself.values() if met[0].level]

    def new(self, met: Met) -> bool:
        """Whether it says what was not known of the thing, and is known from now on; that something met itself also carries is nothing new."""
        known = self.carrying if met.carries else self.itself
        before = known.get(met.thing)
        if (before and _within(met, before)) or (met.carries and _within(met, self.itself.get(met.thing, ()))):
            return False
        if before is None:
            known[met.thing] = [met]
        else:
            before.append(met)
        return True


def traced(start: Sequence[str], way: Way, links: Links, *, most: int = MOST) -> Traced:
    """Follow the goods level by level until nothing new is met. A ring of events ends where it closes: nothing is met twice in the same time."""
    found = Traced(way)
    frontier = [Met(thing) for thing in dict.fromkeys(start) if found.new(Met(thing))]
    most += len(frontier)
    while frontier and not found.more:
        found.levels += 1
        reached, frontier = _Level(links, way, found.levels).reached(frontier, found), []
        for met in reached:
            if found.new(met):
                frontier.append(met)
                if len(found.itself) + len(found.carrying) >= most:
                    found.more = True
                    break
    return found


def _within(met: Met, before: Iterable[Met]) -> bool:
    """Whether the thing counts at that time already."""
    return any(each.since <= met.since and met.until <= each.until for each in before)


@dataclass
class _Level:
    """One level of a trace: from these things to the next, over one event each."""

    links: Links
    way: Way
    number: int
    # What the events that lead on name besides, by event and role; and of an event that is part of a run, all its parts.
    beside: dict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    runs: dict[int, Sequence[tuple[int, datetime]]] = field(default_factory=dict)

    def reached(self, frontier: Sequence[Met], found: Traced) -> Iterator[Met]:
        """What is met next: first what became of these things or what they came of, then what carried them."""
        leads, custody = LEADS[self.way], self.way == "custody"
        named, events = self.links.of_things(frontier, "".join(ROLES if custody else leads))
        found.events.update(events)
        if custody:  # of an event that names the goods twice, the same role counts whenever it is read
            named = sorted(named, key=itemgetter(0, 3, 1, 2))
        rows = [(frontier[place], event, role, at) for place, event, role, at in named]
        turning = [row for row in rows if self._turns(row[0], row[2])]
        if turning:
            self._read({row[1] for row in turning}, "".join(leads[role].to for role in {row[2] for row in turning}))
            self._runs_read()
        if custody:
            found.rows += [(met, Row(event, role, at, self._parents(event, role))) for met, event, role, at in rows]
        for met, event, role, at in turning:
            if role in (INPUT, OUTPUT):
                yield from self._made(met, event, at)
            if role not in (INPUT, *_HELD):
                yield from self._alike(met, event, role, at)
        yield from self._carried([row for row in turning if row[2] in _HELD])

    def _turns(self, met: Met, role: str) -> bool:
        """Whether an event that names the thing so may lead on to others."""
        lead = LEADS[self.way].get(role)
        return lead is not None and (lead.carriers or not met.carries) and (role != SEEN or _PIECE in met.thing)

    def _read(self, events: Iterable[int], roles: str) -> None:
        for event, role, thing in self.links.of_events(events, roles):
            self.beside[event, role].append(thing)

    def _parents(self, event: int, role: str) -> tuple[str, ...]:
        return tuple(self.beside.get((event, _HELD[role].to), ())) if role in _HELD else ()

    def _runs_read(self) -> None:
        """Of a run (transformationID) one event bears inputs, another the outputs."""
        named = {event: things[0] for (event, role), things in self.beside.items() if role == RUN}
        if not named:
            return
        runs = {thing: list[tuple[int, datetime]]() for thing in sorted(set(named.values()))}
        parts = list(runs.values())
        for place, event, _, at in self.links.of_things([Met(thing) for thing in runs], RUN)[0]:
            parts[place].append((event, at))
        self._read({event for each in parts for event, _ in each} - named.keys(), INPUT + OUTPUT)
        self.runs = {event: runs[thing] for event, thing in named.items()}

    def _made(self, met: Met, event: int, at: datetime) -> Iterator[Met]:
        """What was made of a thing, or what it was made of."""
        forward = self.way == "forward"
        for part, when in self.runs.get(event, ((event, at),)):
            since, until = (min(at, when), END) if forward else (BEGINNING, max(at, when))
            for thing in self.beside.get((part, OUTPUT if forward else INPUT), ()):
                yield Met(thing, False, since, until, met.thing, at, self.number)

    def _alike(self, met: Met, event: int, role: str, at: datetime) -> Iterator[Met]:
        """What lay in a thing that is itself traced; the pieces of a lot; the lot of a piece."""
        since, until = (at, END) if self.way == "forward" else (BEGINNING, at)
        for to in LEADS[self.way][role].to:
            for thing in self.beside.get((event, to), ()) if to == CHILD or LOT in (role, to) else ():
                piece = met.thing if to == LOT else thing
                if to == CHILD or (_PIECE in piece and gtin_of(thing) == gtin_of(met.thing)):
                    yield Met(thing, False, since, until, met.thing, at, self.number)

    def _carried(self, rows: Sequence[tuple[Met, int, str, datetime]]) -> Iterator[Met]:
        """What carried these things, each for as long as it held one: until that was taken out, or everything was."""
        taken: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        for met, event, role, at in rows:
            if role == TAKEN:
                for carrier in self.beside.get((event, PARTED), ()):
                    taken[met.thing, carrier].append(at)
        held = [
            Met(carrier, True, at, _out(taken.get((met.thing, carrier), ()), at, met.until), met.thing, at, self.number)
            for met, event, role, at in rows
            if role == CHILD
            for carrier in self.beside.get((event, PARENT), ())
        ]
        # A carrier goes round for years: only while it held some of the goods it matters whether it was emptied.
        emptied: dict[str, list[datetime]] = defaultdict(list)
        for carrier, at in self.links.emptied(_joined(held)) if held else ():
            emptied[carrier].append(at)
        for met in held:
            yield met._replace(until=_out(emptied[met.thing], met.since, met.until)) if met.thing in emptied else met


def _out(ends: Iterable[datetime], since: datetime, until: datetime) -> datetime:
    """Until when something is in a carrier that was put in at `since`: the first end after that."""
    return min((at for at in ends if since <= at < until), default=until)


def _joined(carriers: Iterable[Met]) -> list[Met]:
    """The times of each carrier, those that overlap made one: nothing is looked for twice."""
    joined: list[Met] = []
    for thing, since, until in sorted({(met.thing, met.since, met.until) for met in carriers}):
        if joined and joined[-1].thing == thing and since <= joined[-1].until:
            joined[-1] = joined[-1]._replace(until=max(joined[-1].until, until))
        else:
            joined.append(Met(thing, True, since, until))
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
