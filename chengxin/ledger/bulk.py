"""Entries placed by the thousand in one statement, and the kept hashes read in one."""

from collections.abc import Sequence

from psycopg import Connection

from chengxin.ledger.rules import HASH, WIDE, Hole, Kept, Span
from chengxin_verify.tree import leaf_hash

# The text that the commitment is made of; `chengxin_verify.entries.entry_text` writes the same.
TEXT = """jsonb_build_object('id', e.id, 'at', (extract(epoch from e.at) * 1000000)::bigint, 'actor', e.actor, 'event', e.event,
    'purpose', e.purpose, 'subject', e.subject, 'object', e.object, 'detail', e.detail)::text"""

# What the tree holds of it, made where the text is.
COMMITMENT = f"sha256(uuid_send(e.salt) || convert_to({TEXT}, 'UTF8'))"

_NEW = "select e.* from ledger_entry e where e.id > %(reached)s order by e.id limit %(most)s"
_NEW_AND_LATE = f"""
select * from (
    ({_NEW})
    union all
    (select e.* from unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) h (first, last)
        join ledger_entry e on e.id between h.first and h.last order by e.id limit %(most)s)
) e order by id limit %(most)s
"""
# What comes back of an entry is its number and the hash of its leaf.
_PLACED = f"""
with found as materialized (
    select e.id, {COMMITMENT} as commitment from ({{unplaced}}) e
), put as (
    insert into ledger_leaf (position, entry, commitment)
    select %(start)s + row_number() over (order by id) - 1, id, commitment from found order by id
)
select coalesce(array_agg(id order by id), '{{{{}}}}'), coalesce(string_agg(sha256('\\x00'::bytea || commitment), ''::bytea order by id), '')
from found
"""
_PLACE, _PLACE_ALSO_LATE = (_PLACED.format(unplaced=each) for each in (_NEW, _NEW_AND_LATE))


def entries_place(
    connection: Connection, start: int, reached: int, holes: Sequence[Hole], most: int
) -> tuple[list[int], list[bytes]]:
    """Give the entries above `reached`, and those that came late into a hole, at most so many, the places from `start` on in the
    order of their numbers; the numbers, and the hashes of the leaves.
    """
    words: dict[str, int | list[int]] = {"start": start, "reached": reached, "most": most}
    words |= {"firsts": [h.first for h in holes], "lasts": [h.last for h in holes]}
    with connection.cursor(binary=True) as cursor:
        # Planned each time: a plan for any `most` would reckon with a tenth of the table.
        cursor.execute(_PLACE_ALSO_LATE if holes else _PLACE, words, prepare=False)
        ((numbers, leaves),) = cursor.fetchall()
    return numbers, [leaves[at : at + HASH] for at in range(0, len(leaves), HASH)]


def tiles_put(connection: Connection, tiles: Sequence[tuple[int, int, bytes]]) -> None:
    """Write tiles that became full."""
    if tiles:
        levels, numbers, hashes = zip(*tiles, strict=True)
        connection.execute(
            "insert into ledger_tile (level, number, hashes) select * from unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
            [list(levels), list(numbers), list(hashes)],
        )


# Each span is an index scan, whatever the planner takes the tables for: it cannot know how long a span is. None is longer than the
# leaves under one tile of tiles.
_KEPT = f"""
select s.level, k.number, k.hashes from unnest(%s::smallint[], %s::bigint[], %s::bigint[]) s (level, first, last) cross join lateral (
    (select l.position, l.commitment from ledger_leaf l where s.level = 0 and l.position between s.first and s.last limit {WIDE * WIDE})
    union all
    (select t.number, t.hashes from ledger_tile t where s.level > 0 and t.level = s.level and t.number between s.first and s.last
        limit {WIDE})
) k (number, hashes)
"""


def kept_read(connection: Connection, spans: Sequence[Span]) -> Kept:
    """What the spans name, in one reading: of each an index scan."""
    leaves: dict[int, bytes] = {}
    tiles: dict[tuple[int, int], bytes] = {}
    words = [[s.level for s in spans], [s.first for s in spans], [s.last for s in spans]]
    with connection.cursor(binary=True) as cursor:
        for level, number, hashes in cursor.execute(_KEPT, words):
            if level:
                tiles[level, number] = hashes
            else:
                leaves[number] = leaf_hash(hashes)
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
