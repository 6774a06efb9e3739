"""Events laid down by COPY, in the caller's one transaction."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from chengxin.commerce.trails.rules.linking import Link, Said

_EVENT = (
    "id", "capture_id", "position", "event_id", "hash", "kind", "action", "at", "recorded_at", "biz_step", "disposition",
    "read_point", "biz_location", "actor", "declares", "body",
)  # fmt: skip

# What a declaration of the same actor's (or the operator's) takes out: every event of that id that declares nothing itself.
_DECLARED = """
insert into trails_declared (event_id, declaration_id, at)
select e.id, d.id, %(at)s from trails_event d join trails_event e on e.event_id = d.event_id
where d.declares and not e.declares and (e.actor = d.actor or d.actor = 'operator')
    and (d.capture_id = %(capture)s or e.capture_id = %(capture)s)
on conflict do nothing
"""
# A declaration says that something did not happen so: it is no link of any trail itself.
_ITSELF = """
insert into trails_declared (event_id, declaration_id, at)
select id, id, %(at)s from trails_event where capture_id = %(capture)s and declares
"""


def json_text(value: Any) -> str:
    """A JSON value as it is kept: nothing sorted, nothing escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def events_store(
    said: Sequence[Said], bodies: Sequence[str], links: Iterable[list[Link]], *, capture: int, actor: str, at: datetime
) -> int:
    """Store a capture's events with what they link; returns how many earlier events are declared wrong by it, or were before it came."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence('trails_event', 'id')) from generate_series(1, %s)", [len(said)]
        )
        ids = [row[0] for row in cursor.fetchall()]
        with cursor.copy(f"copy trails_event ({', '.join(_EVENT)}) from stdin") as copy:
            for position, (number, one, body) in enumerate(zip(ids, said, bodies, strict=True)):
                copy.write_row(
                    (number, capture, position, one.event_id, one.hash, one.kind, one.action, one.at, at, one.biz_step,
                     one.disposition, one.read_point, one.biz_location, actor, one.declares, body)
                )  # fmt: skip
        with cursor.copy("copy trails_link (event_id, thing, role, at) from stdin") as copy:
            for number, one, named in zip(ids, said, links, strict=True):
                for link in named:
                    copy.write_row((number, link.thing, link.role, one.at))
        if any(one.declares for one in said):
            cursor.execute(_ITSELF, {"capture": capture, "at": at})
        cursor.execute(_DECLARED, {"capture": capture, "at": at})
        return int(cursor.rowcount)
