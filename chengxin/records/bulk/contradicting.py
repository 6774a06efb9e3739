"""Whether what came with a code says otherwise than a match by name: a code decides, but never in silence."""

from psycopg import Cursor

from chengxin.kernel.names import name_normal
from chengxin.records.models import LINES_PER_BATCH

_PAIRS = """
select m.id, n.id, m.subject_id, n.subject_id, m.body ->> 'name', n.body ->> 'name'
from (select distinct on (content) content, outcome, record from records_waitingdecision order by content, number desc) d
join records_record m on m.id = d.record and m.record_type = %(type)s
join records_record n on n.record_type = m.record_type and n.document = m.document and n.authority = m.authority
    and n.decided_on = m.decided_on and n.subject_id <> m.subject_id
where d.outcome in ('matched', 'assigned') and n.id >= %(low)s and n.id < %(high)s
order by m.id, n.id
"""


def matches_contradicted(cursor: Cursor, *, batch: int, record_type: str) -> list[tuple[int, int, int, int]]:
    """(matched record, coded record, its subject, the coded one's) wherever the batch brought the very decision that a match
    by name laid on another firm: same authority, document, day and name.
    """
    cursor.execute("select exists(select from records_waitingdecision where outcome in ('matched', 'assigned'))")
    if not (found := cursor.fetchone()) or not found[0]:
        return []
    # The few matches are held against the batch's many rows: here a hash is right, not the probes of a chunk's storing.
    cursor.execute("set local enable_hashjoin = on; set local enable_seqscan = on; set local enable_bitmapscan = on")
    low = batch * LINES_PER_BATCH
    cursor.execute(_PAIRS, {"type": record_type, "low": low, "high": low + LINES_PER_BATCH})
    return [tuple(row[:4]) for row in cursor.fetchall() if name_normal(row[4] or "") == name_normal(row[5] or "")]
