"""Entries read and placed by the thousand: one reading, one COPY."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psycopg import Connection

from chengxin.ledger.rules import Hole, Kept, Span
from chengxin_verify.tree import leaf_hash

# The text that the commitment is made of; `chengxin_verify.entries.entry_text` writes the same.
TEXT = """jsonb_build_object('id', e.id, 'at', (extract(epoch from e.at) * 1000000)::bigint, 'actor', e.actor, 'event', e.event,
    'purpose', e.purpose, 'subject', e.subject, 'object', e.object, 'detail', e.detail)::text"""

_ROW = f"select e.id, uuid_send(e.salt), convert_to({TEXT}, 'UTF8')"
_UNPLACED = f"{_ROW} from ledger_entry e where e.id > %(reached)s order by e.id limit %(most)s"
_UNPLACED_AND_LATE = f"""
select * from (
    ({_UNPLACED})
    union all
    ({_ROW} from unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) h (first, last)
        join ledger_entry e on e.id between h.first and h.last order by e.id limit %(most)s)
) e order by id limit %(most)s
"""
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_LEAF = struct.Struct("!hiqiqi").pack


@dataclass(frozen=True)
class Found:
    """An entry that has no place yet."""

    number: int
    salt: bytes
    text: bytes


def entries_unplaced(connection: Connection, reached: int, holes: Sequence[Hole], most: int) -> list[Found]:
    """The entries above `reached`, and those that came late into a hole, in the order of their numbers; at most so many."""
    words = {"reached": reached, "most": most, "firsts": [h.first for h in holes], "lasts": [h.last for h in holes]}
    with connection.cursor(binary=True) as cursor:
        cursor.execute(_UNPLACED_AND_LATE if holes else _UNPLACED, words)
        return [Found(*row) for row in cursor.fetchall()]


def leaves_put(connection: Connection, start: int, entries: Iterable[Found]) -> list[bytes]:
    """Give the entries the places from `start` on; the hashes of their leaves."""
    hashes, rows = [], [_HEAD]
    for position, entry in enumerate(entries, start):
        commitment = hashlib.sha256(entry.salt + entry.text).digest()
        rows.append(_LEAF(3, 8, position, 8, entry.number, 32) + commitment)
        hashes.append(leaf_hash(commitment))
    rows.append(_TAIL)
    with (
        connection.cursor() as cursor,
        cursor.copy("copy ledger_leaf (position, entry, commitment) from stdin (format binary)") as copy,
    ):
        copy.write(b"".join(rows))
    return hashes


def tiles_put(connection: Connection, tiles: Sequence[tuple[int, int, bytes]]) -> None:
    """Write tiles that became full."""
    if tiles:
        levels, numbers, hashes = zip(*tiles, strict=True)
        connection.execute(
            "insert into ledger_tile (level, number, hashes) select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [list(levels), list(numbers), list(hashes)],
        )


def kept_read(connection: Connection, spans: Sequence[Span]) -> Kept:
    """What the spans name: an index scan for each."""
    leaves: dict[int, bytes] = {}
    tiles: dict[tuple[int, int], bytes] = {}
    with connection.cursor(binary=True) as cursor:
        if below := [(span.first, span.last) for span in spans if not span.level]:
            cursor.execute(
                "select l.position, l.commitment from unnest(%s::bigint[], %s::bigint[]) s (first, last)"
                " join ledger_leaf l on l.position between s.first and s.last",
                [list(each) for each in zip(*below, strict=True)],
            )
            leaves = {position: leaf_hash(commitment) for position, commitment in cursor.fetchall()}
        if above := [(span.level, span.first, span.last) for span in spans if span.level]:
            cursor.execute(
                "select t.level, t.number, t.hashes from unnest(%s::smallint[], %s::bigint[], %s::bigint[]) s (level, first, last)"
                " join ledger_tile t on t.level = s.level and t.number between s.first and s.last",
                [list(each) for each in zip(*above, strict=True)],
            )
            tiles = {(level, number): hashes for level, number, hashes in cursor.fetchall()}
    return Kept(leaves, tiles)


def writers_read(connection: Connection) -> frozenset[str]:
    """The transactions that hold the ledger for writing: whoever has drawn a number holds it until its end.

    Two-phase commit is not reckoned with; it is off unless a server is told otherwise, and nothing here uses it.
    """
    rows = connection.execute(
        "select virtualtransaction from pg_locks where relation = 'ledger_entry'::regclass and granted and pid <> pg_backend_pid()"
        " and database = (select oid from pg_database where datname = current_database())"
        " and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"
    ).fetchall()
    return frozenset(row[0] for row in rows)
