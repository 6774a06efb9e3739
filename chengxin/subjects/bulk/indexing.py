"""The index of names in the database: the rows of the set-wise index's own matrix, gram by gram, segment by segment.

A segment holds up to `SEGMENT` names, numbered in the order of their ids, and is never changed. Names that came since stand in
`subjects_unindexed` and are compared one by one; once there are many, they are put into a segment. A segment no larger than
what is to be written is written anew with it: so a name is written a handful of times while the register grows, and
small segments stay few (ADR 0018).
"""

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from psycopg import Cursor

from chengxin.ledger.turns import turn_taken
from chengxin.subjects.bulk.searching import column_weights, grams_matrix

SEGMENT = 250_000
# What a posting holds: the names' places, then as many weights of the gram in them.
PLACE, WEIGHT = np.dtype("<i4"), np.dtype("<f2")
_LAYOUT = b"1"  # of segments and postings; part of the version

Ids = np.ndarray[Any, np.dtype[np.int64]]


@functools.cache
def index_weights() -> np.ndarray[Any, np.dtype[np.float32]]:
    """How much each gram tells, once a process."""
    return column_weights()


@functools.cache
def index_version() -> str:
    """What tells an index that was made by these weights and this layout from any other."""
    return hashlib.sha256(_LAYOUT + index_weights().tobytes()).hexdigest()[:16]


def names_index(cursor: Cursor, *, rebuild: bool = False) -> int:
    """Put every name that stands in no segment into one, in the caller's transaction; returns how many names were written.

    Segments of other weights are written anew, and with `rebuild` all of them, from the names alone.
    """
    turn_taken("names", of=cursor)
    ids = _all_taken(cursor) if rebuild else _due_taken(cursor)
    for start in range(0, len(ids), SEGMENT):
        _segment_write(cursor, ids[start : start + SEGMENT])
    return len(ids)


def _all_taken(cursor: Cursor) -> Ids:
    cursor.execute("delete from subjects_posting")
    cursor.execute("delete from subjects_segment")
    # One statement, one snapshot: a name that lands meanwhile is in neither part of it and stays noted.
    cursor.execute("with noted as (delete from subjects_unindexed) select id from subjects_name order by id")
    return _ids(cursor)


def _due_taken(cursor: Cursor) -> Ids:
    """What is noted, and the members of the segments that are written anew with it."""
    cursor.execute("delete from subjects_unindexed returning name_id")
    found = [_ids(cursor)]
    total = len(found[0])
    cursor.execute(
        "select id, version, names from subjects_segment order by version = %s, names, id", [index_version()]
    )
    taken = []
    for segment, version, names in cursor.fetchall():
        if version != index_version() or (names < SEGMENT and names <= total):
            taken.append(segment)
            total += names
    if taken:
        cursor.execute("delete from subjects_posting where segment_id = any(%s)", [taken])
        cursor.execute("delete from subjects_segment where id = any(%s) returning firsts, places, names", [taken])
        found += [members(*row) for row in cursor.fetchall()]
    return np.sort(np.concatenate(found))


def _ids(cursor: Cursor) -> Ids:
    return np.fromiter((row[0] for row in cursor), dtype=np.int64)


def _segment_write(cursor: Cursor, ids: Ids) -> None:
    places = np.flatnonzero(np.diff(ids, prepend=ids[0] - 2) != 1)
    cursor.execute(
        "insert into subjects_segment (version, names, firsts, places) values (%s, %s, %s, %s) returning id",
        [index_version(), len(ids), ids[places].tolist(), places.tolist()],
    )
    ((segment,),) = cursor.fetchall()
    cursor.execute("select normal from subjects_name where id = any(%s) order by id", [ids.tolist()])
    normals = pl.Series([normal for (normal,) in cursor], dtype=pl.String)
    matrix = grams_matrix(normals, index_weights(), turned=True)
    held, weights = matrix.indices.astype(PLACE).tobytes(), matrix.data.astype(WEIGHT).tobytes()
    grams = np.flatnonzero(np.diff(matrix.indptr))
    bounds = zip(grams.tolist(), matrix.indptr[grams].tolist(), matrix.indptr[grams + 1].tolist(), strict=True)
    with cursor.copy("copy subjects_posting (segment_id, gram, held) from stdin (format binary)") as copy:
        copy.set_types(["int8", "int4", "bytea"])
        for gram, a, b in bounds:
            postings = (
                held[a * PLACE.itemsize : b * PLACE.itemsize] + weights[a * WEIGHT.itemsize : b * WEIGHT.itemsize]
            )
            copy.write_row((segment, gram, postings))


def members(firsts: Sequence[int], places: Sequence[int], names: int) -> Ids:
    """The ids of a segment's names, place by place, from its runs of consecutive ids."""
    starts = np.array(places, dtype=np.int64)
    return np.repeat(np.array(firsts, dtype=np.int64) - starts, np.diff(starts, append=names)) + np.arange(names)
