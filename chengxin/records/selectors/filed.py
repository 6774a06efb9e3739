"""Reading records, their events and what their subjects say beside them, as known at an instant."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from chengxin.law.models import RecordType
from chengxin.records import rules
from chengxin.records.models import Event, Record, Statement

# To know what all events make of a record, one written a moment ahead of this clock included.
EVER = datetime.max.replace(tzinfo=UTC)


def records_of(subjects: list[int], *, known_at: datetime) -> QuerySet[Record]:
    """Every claim about these subjects that the register held at the instant, newest decision first."""
    return (
        Record.objects.filter(subject_id__in=subjects, received_at__lte=known_at)
        .select_related("batch")
        .order_by("-decided_on", "-pk")
    )


def events_of(records: list[int], *, known_at: datetime) -> dict[int, list[rules.Event]]:
    """The events of each record that were known at the instant."""
    found: dict[int, list[rules.Event]] = {record: [] for record in records}
    for event in Event.objects.filter(record_id__in=records, at__lte=known_at).order_by("record_id", "number"):
        found[event.record_id].append(
            rules.Event(event.number, rules.Kind(event.kind), event.at, event.on, event.by, event.detail or {})
        )
    return found


_BEFORE = """
with recursive chain(id) as (
    values (%s::bigint)
    union
    select e.record_id from chain c join records_event e on e.kind = 'superseded' and (e.detail ->> 'record')::bigint = c.id
)
select id from chain order by id
"""


def records_before(record: int) -> list[int]:
    """The record, and every one in whose place it stands, through all corrections, whomever they were about."""
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [record])
        return [int(each) for (each,) in cursor.fetchall()]


def statements_of(records: Iterable[int], *, known_at: datetime) -> dict[int, str]:
    """The subject's own words beside each of these records, as known at the instant; only where there are any."""
    found = Statement.objects.filter(record_id__in=list(records), at__lte=known_at).order_by("record_id", "number")
    said = {statement.record_id: statement.words for statement in found}
    return {record: words for record, words in said.items() if words}


def fields_written(record: Record, record_type: RecordType) -> dict[str, str | None]:
    """field → text for all that the register holds of the record, as a form would bring it."""
    roles = record_type.roles
    body: dict[str, Any] = record.body if isinstance(record.body, dict) else json.loads(record.body)
    row: dict[str, str | None] = {name: None if value is None else str(value) for name, value in body.items()}
    row |= {
        roles.document: record.document,
        roles.authority: record.authority,
        roles.decided_on: str(record.decided_on),
    }
    if roles.authority_code:
        row[roles.authority_code] = record.authority_code
    return row
