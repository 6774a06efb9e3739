"""The links as a trace asks for them: one statement a level, whatever its width, and who said what was found."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from chengxin.commerce.trails.rules.tracing import Met, Row
from chengxin.ledger.selectors import raw

_TIMES = "unnest(%b::int[], %b::text[], %b::timestamptz[], %b::timestamptz[]) f (n, thing, since, until)"
_NOT_DECLARED = "not exists (select from trails_declared d where d.event_id = l.event_id)"
# Most rows only say that an event happened: their numbers come in one array, and only the rows that lead on as rows.
_OF_THINGS = f"""
with named as materialized (
    select f.n, l.event_id, l.role, l.at from {_TIMES}
    join trails_link l on l.thing = f.thing and l.at between f.since and f.until where {_NOT_DECLARED}
)
select n, event_id, role, at, null::bigint[] from named where role = any(%b)
union all select null, null, null, null, array_agg(event_id) from named
"""
_OF_EVENTS = "select event_id, thing, role, at from trails_link where event_id = any(%b) and role = any(%b)"
_EMPTIED = f"""
select l.thing, l.at from {_TIMES}
join trails_link l on l.thing = f.thing and l.at between f.since and f.until and l.role = 'p'
where {_NOT_DECLARED} and not exists (select from trails_link c where c.event_id = l.event_id and c.role = 'c')
"""
_ACTORS = "select actor, count(*) from trails_event where id = any(%b) group by actor order by actor"
# Of thousands of texts, `= any` takes longer to plan than to run.
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

    def of_things(self, met: Sequence[Met], roles: Sequence[str]) -> tuple[list[tuple[Met, Row]], Iterable[int]]:
        """The rows that name these things in these roles, each in its time, and the events that name them in any."""
        *rows, (*_, events) = _rows(_OF_THINGS, *_times(met), list(roles))
        return [(met[n], Row(event, met[n].thing, role, at)) for n, event, role, at, _ in rows], events or ()

    def of_events(self, events: Sequence[int], roles: Sequence[str]) -> Iterable[Row]:
        """The rows of these events in these roles."""
        return map(Row._make, _rows(_OF_EVENTS, list(events), list(roles)))

    def emptied(self, carriers: Sequence[Met]) -> Iterable[tuple[str, datetime]]:
        """When everything was taken out of each of these at once, in its time."""
        return _rows(_EMPTIED, *_times(carriers))


def actors_counted(events: Iterable[int]) -> dict[str, int]:
    """Who said these events, and how many of them each."""
    return dict(_rows(_ACTORS, list(events)))


def declared_counted(things: Iterable[str]) -> int:
    """How many declarations took an event on these things out of their trails."""
    return int(_rows(_DECLARED, list(things))[0][0])


def actors_reached(events: Iterable[int], things: Iterable[str]) -> list[tuple[str, int, list[str]]]:
    """Who said these events, how many of them each, and which of the things it named in them."""
    return _rows(_REACHED, list(events), list(things))


def _times(met: Sequence[Met]) -> list[list[Any]]:
    return [list(range(len(met))), *([getattr(each, name) for each in met] for name in ("thing", "since", "until"))]


def _rows(statement: str, *words: list[Any]) -> list[Any]:
    # In binary, both ways (%b): as text, the dates and arrays took more than half of a trace's time.
    with raw().cursor(binary=True) as cursor:
        return cursor.execute(statement, words).fetchall()
