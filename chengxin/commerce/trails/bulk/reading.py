"""The links as a trace asks for them: one statement a level, whatever its width."""

from collections.abc import Iterable, Sequence

from django.db import connection

from chengxin.commerce.trails.rules.tracing import Met, Row

_OF_THINGS = """
select f.n, l.event_id, l.thing, l.role, l.at
from unnest(%s::int[], %s::text[], %s::timestamptz[], %s::timestamptz[]) f (n, thing, since, until)
join trails_link l on l.thing = f.thing and l.at between f.since and f.until
where not exists (select from trails_declared d where d.event_id = l.event_id)
"""
_OF_EVENTS = "select event_id, thing, role, at from trails_link where event_id = any(%s)"


class StoredLinks:
    """The links in the database; those of events that were declared wrong are followed by nobody."""

    def of_things(self, met: Sequence[Met]) -> Iterable[tuple[Met, Row]]:
        """The rows that name these things, each in its time."""
        asked = [(n, each.thing, each.since, each.until) for n, each in enumerate(met)]
        with connection.cursor() as cursor:
            cursor.execute(_OF_THINGS, [list(column) for column in zip(*asked, strict=True)])
            return [(met[n], Row(*row)) for n, *row in cursor.fetchall()]

    def of_events(self, events: Sequence[int]) -> Iterable[Row]:
        """Every row of these events."""
        with connection.cursor() as cursor:
            cursor.execute(_OF_EVENTS, [list(events)])
            return [Row(*row) for row in cursor.fetchall()]
