"""The links as a trace asks for them: one statement a level, whatever its width, and who said what was found."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from chengxin.commerce.trails.rules.tracing import BEGINNING, END, Met, Named
from chengxin.ledger.selectors import raw

_TIMES = "unnest(%b::text[], %b::timestamptz[], %b::timestamptz[])"
_NUMBERS = "array(select unnest(%b::text::bigint[]))"
_NOT_DECLARED = "not exists (select from trails_declared d where d.event_id = l.event_id)"
# Null is a time without beginning or end: such things are read out of the index in one go, the others, as carriers are, each in its own time.
# Of thousands of values, `= any` takes longer to plan than to run, unless a subquery hides them; `offset 0` has it run before the join.
# Rows come as arrays: most only say that an event happened, and only the numbers of those are wanted.
_OF_THINGS = f"""
with f as materialized (select * from {_TIMES} with ordinality f (thing, since, until, n)),
named as (
    select f.n, l.event_id, l.role, l.at
    from (select * from trails_link where thing = any(array(select thing from f where since is null or until is null)) offset 0) l
    join f on f.thing = l.thing and num_nulls(f.since, f.until) > 0
        and l.at between coalesce(f.since, '-infinity') and coalesce(f.until, 'infinity')
    union all
    select f.n, l.event_id, l.role, l.at from f join trails_link l on l.thing = f.thing and l.at between f.since and f.until
)
select array_agg(n::int - 1) filter (where asked), array_agg(event_id) filter (where asked), string_agg(role, '') filter (where asked),
    array_agg(at) filter (where asked), array_agg(event_id)
from (select *, strpos(%b, role) > 0 as asked from named l where {_NOT_DECLARED}) l
"""
_OF_EVENTS = f"""
select event_id, role, thing from trails_link where event_id = any({_NUMBERS}) and strpos(%b, role) > 0
"""
_EMPTIED = f"""
select l.thing, l.at from {_TIMES} f (thing, since, until)
join trails_link l on l.thing = f.thing and l.at between f.since and f.until and l.role = 'p'
where {_NOT_DECLARED} and not exists (select from trails_link c where c.event_id = l.event_id and c.role = 'c')
"""
_ACTORS = f"select actor, count(*) from trails_event where id = any({_NUMBERS}) group by actor"
_DECLARED = """
select count(*) from trails_declared where event_id <> declaration_id
    and event_id in (select l.event_id from unnest(%b::text[]) f (thing) join trails_link l on l.thing = f.thing)
"""
_REACHED = """
select e.actor, count(distinct e.id), array_agg(distinct l.thing)
from trails_event e join trails_link l on l.event_id = e.id
where e.id = any(%b) and l.thing in (select unnest(%b::text[])) group by e.actor order by e.actor
"""


class StoredLinks:
    """The links in the database; those of events that were declared wrong are followed by nobody."""

    def of_things(self, met: Sequence[Met], roles: str) -> tuple[Iterable[Named], Iterable[int]]:
        """Which of these things is named, by which event, in which of these roles, when, each in its time; and the events that name them in any."""
        *columns, events = _rows(_OF_THINGS, *_times(met), roles)[0]
        return zip(*(column or () for column in columns), strict=True), events or ()

    def of_events(self, events: Iterable[int], roles: str) -> Iterable[tuple[int, str, str]]:
        """Event, role and thing of whatever these events name in these roles."""
        return _rows(_OF_EVENTS, _numbers(events), roles)

    def emptied(self, carriers: Sequence[Met]) -> Iterable[tuple[str, datetime]]:
        """When everything was taken out of each of these at once, in its time."""
        return _rows(
            _EMPTIED, [met.thing for met in carriers], [met.since for met in carriers], [met.until for met in carriers]
        )


def actors_counted(events: Iterable[int]) -> dict[str, int]:
    """Who said these events, and how many of them each."""
    return dict(sorted(_rows(_ACTORS, _numbers(events))))


def declared_counted(things: Iterable[str]) -> int:
    """How many declarations took an event on these things out of their trails."""
    return int(_rows(_DECLARED, list(things))[0][0])


def actors_reached(events: Iterable[int], things: Iterable[str]) -> list[tuple[str, int, list[str]]]:
    """Who said these events, how many of them each, and which of the things it named in them."""
    return _rows(_REACHED, list(events), list(things))


def _times(met: Sequence[Met]) -> list[list[Any]]:
    return [
        [each.thing for each in met],
        [None if each.since == BEGINNING else each.since for each in met],
        [None if each.until == END else each.until for each in met],
    ]


def _numbers(events: Iterable[int]) -> str:
    """So many numbers are faster written as text than one by one."""
    return f"{{{','.join(map(str, events))}}}"


def _rows(statement: str, *words: Any) -> list[Any]:
    # In binary, both ways (%b): as text, the dates and arrays took more than half of a trace's time. Planned anew each time: a plan that is kept
    # reckons with ten things, and might compare thousands with thousands one by one.
    with raw().cursor(binary=True) as cursor:
        return cursor.execute(statement, words, prepare=False).fetchall()
