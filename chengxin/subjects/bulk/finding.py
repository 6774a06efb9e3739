"""The candidates of one name, from the index in the database: the very ones that the set-wise search finds.

One statement, and so one snapshot, reads what the index holds of the name's grams, and the names that came since. The sparse
product of the set-wise search is made of them; whatever is among the best, or as like but for the rounding in the index, is
compared once more from its own text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from psycopg import Cursor
from scipy import sparse

from chengxin.kernel.errors import Refusal
from chengxin.subjects.bulk.indexing import PLACE, WEIGHT, index_version, index_weights
from chengxin.subjects.bulk.searching import (
    BEST,
    LEAST_LIKE,
    PART,
    SAME_NAME,
    SAME_NUMBER,
    WHOLE_MOST,
    are_single,
    grams_told,
    in_all,
)
from chengxin.subjects.rules.answering import Firm
from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.namebook import place_words
from chengxin.subjects.rules.nearing import ALL_HELD, Nearness, nearest

WAITING_MOST = 20_000  # names in no segment that are compared one by one; more would take too long
_ALIKE_MOST = 2_000  # names as like as the last of the best that are told apart
_ROUNDED = 1e-3  # a weight in the index is off by at most 2^-11 of itself

_NONE = np.empty(0, dtype=np.int64)

_READ = """
    select id, names, firsts, places, version, null::int as gram, null::bytea as held, null::text as normal
    from subjects_segment
    union all
    -- offset 0: probed segment by segment, whatever the planner thinks.
    select s.id, null, null, null, null, p.gram, p.held, null
    from subjects_segment s cross join lateral (
        select gram, held from subjects_posting where segment_id = s.id and gram = any(%(grams)s) offset 0) p
    union all
    select n.id, null, null, null, null, null, null, n.normal
    from (select name_id from subjects_unindexed limit %(most)s) u join subjects_name n on n.id = u.name_id
"""

# Beside the names most like: every firm of the very same name and the firm of the number, as candidates_of finds them in a register
# that Register.of_subjects reads: merges followed, a firm's code its least one.
_FIRMS = """
    with same as (select id from subjects_name where normal = %(normal)s offset 0),  -- offset 0: found by its index
    numbered as (
        select i.subject_id as firm from subjects_identifier i where i.value = %(number)s and i.scheme = 'uscc'
            and i.value = (select min(value) from subjects_identifier where subject_id = i.subject_id and scheme = 'uscc')
            and not exists (select from subjects_link where subject_id = i.subject_id and known_to is null)
    ), wanted as (
        select unnest(%(ids)s::bigint[]) as id, false as beside
        union all (select id, true from same order by id limit %(same_name)s)
        union all (select n.id, true from numbered
                   cross join lateral (select firm as subject_id union all select subject_id from subjects_link
                                       where root_id = firm and known_to is null) member
                   join subjects_name n using (subject_id) order by n.id limit %(same_number)s)
    )
    select n.id, w.beside, f.firm, n.written, n.normal, i.scheme, i.value
    from (select id, bool_or(beside) as beside from wanted group by id) w join subjects_name n on n.id = w.id
    left join subjects_link l on l.subject_id = n.subject_id and l.known_to is null
    cross join lateral (select coalesce(l.root_id, n.subject_id) as firm) f
    left join lateral (select scheme, value from subjects_identifier where subject_id = f.firm
                       order by scheme desc, value limit 1) i on true  -- uscc is the last of the schemes
"""


class NamesNotIndexed(Refusal):
    """The index of names is not up to date, so nothing was searched. Whoever runs the system brings it up to date with `chengxin index-names`."""

    code = "names-not-indexed"
    status = 503
    zh = "名称索引尚未更新，因此没有检索。请运行单位执行 chengxin index-names。"


def firms_alike(cursor: Cursor, asked: Side) -> list[Firm]:
    """The registered names worth judging for what is asked: of those most alike the nearest, every firm of the very same name, and the firm
    of the number that is given. Refuses where the index does not hold what it should.
    """
    query, nearness = _Query.of(asked.normal), Nearness(asked)
    wanted = {"normal": asked.normal, "number": asked.number, "same_name": SAME_NAME, "same_number": SAME_NUMBER}
    ids, whole = _near(cursor, query)
    firms, beside = _firms(cursor, wanted | {"ids": ids})

    def near(best: Mapping[int, float]) -> list[tuple[int, float, bool]]:
        sides = ((name, firms[name].side, like) for name, like in best.items())
        return [(name, *nearness.of(side.normal, side.province, side.city, like)) for name, side, like in sides]

    alike = near(_best(query, {name: firm.side.normal for name, firm in firms.items()}))
    fitting = sum(holds_all for *_, holds_all in alike)
    more = [name for name in whole if name not in {name for name, *_ in alike}]
    if len(alike) == BEST and fitting < ALL_HELD and more:
        # As in the set-wise search: those that hold all that is asked, however unlike.
        firms |= _firms(cursor, wanted | {"ids": more})[0]
        best = _best(query, {name: firms[name].side.normal for name in more}, WHOLE_MOST)
        alike += [each for each in near(best) if each[2]][: ALL_HELD - fitting]
    return [firms[name] for name in dict.fromkeys((*nearest(alike), *beside))]


def _firms(cursor: Cursor, wanted: Mapping[str, Any]) -> tuple[dict[int, Firm], set[int]]:
    """The firms of the names that are wanted; and which names are wanted for themselves or their number."""
    cursor.execute(_FIRMS, wanted, binary=True)
    rows = cursor.fetchall()
    return {name: _firm(name, *row) for name, _, *row in rows}, {name for name, is_beside, *_ in rows if is_beside}


def _firm(name: int, firm: int, written: str, normal: str, scheme: str | None, number: str | None) -> Firm:
    uscc = number or "" if scheme == "uscc" else ""
    # GB 32100-2015, 4.2: places 3 to 8 of the code are the division of the registering authority.
    province, city = (place_words().get(uscc[2:end], "") for end in (4, 6))
    side = Side(normal, uscc, province, city)
    return Firm(name, str(firm), written, side, subject=firm, scheme=scheme or "", number=number or "")


@dataclass(frozen=True)
class _Query:
    """The grams of a name that is asked about, and how much each tells."""

    grams: np.ndarray[Any, np.dtype[np.int32]]
    tells: np.ndarray[Any, np.dtype[np.float32]]

    @classmethod
    def of(cls, normal: str) -> "_Query":
        (_, grams), tells = grams_told([normal], index_weights(), cores=True)
        return cls(grams, tells)

    def likeness(self, normals: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """How like it each name is."""
        (rows, grams), told = grams_told(normals, index_weights())
        at = np.minimum(np.searchsorted(self.grams, grams), len(self.grams) - 1)
        shared = np.where(self.grams[at] == grams, told * self.tells[at], 0)
        return cast(np.ndarray[Any, np.dtype[np.float64]], np.bincount(rows, weights=shared, minlength=len(normals)))


def _best(query: _Query, normals: Mapping[int, str], most: int = BEST) -> dict[int, float]:
    """The names most like the query, with their likeness; best first, of equals the first registered."""
    if not normals or not len(query.grams):
        return {}
    ids, like = np.array(list(normals)), query.likeness(list(normals.values()))
    order = np.lexsort((ids, -like))[:most]
    order = order[like[order] >= max(PART * like[order[0]], LEAST_LIKE)]
    return dict(zip(ids[order].tolist(), like[order].tolist(), strict=True))


def _near(cursor: Cursor, query: _Query) -> tuple[list[int], list[int]]:
    """The names that are among the best, or may be but for the rounding in the index, and the best of those in no segment; and
    those that bear every telling character, the most alike first.
    """
    if not len(query.grams):
        return [], []
    segments, waiting = _read(cursor, query.grams.tolist())
    likeness = [segment.likeness(query) for segment in segments]
    least = max(LEAST_LIKE, PART * max((float(like.max()) for like in likeness), default=0.0)) - _ROUNDED
    places = [np.flatnonzero(like >= least) for like in likeness]
    ids = np.concatenate([_NONE, *(segment.ids(at) for segment, at in zip(segments, places, strict=True))])
    like = np.concatenate([_NONE, *(like[at] for like, at in zip(likeness, places, strict=True))])
    order = np.lexsort((ids, -like))[:_ALIKE_MOST]
    ids, like = ids[order], like[order]
    last = like[BEST - 1] if len(like) >= BEST else 0.0
    near = [*ids[like >= last - _ROUNDED].tolist(), *_best(query, waiting)]
    return near, _whole(query, segments, likeness, waiting)


def _whole(
    query: _Query,
    segments: Sequence["_Segment"],
    likeness: Sequence[np.ndarray[Any, Any]],
    waiting: Mapping[int, str],
) -> list[int]:
    grams = query.grams[are_single(query.grams)].tolist()
    places = [segment.bearing(grams) for segment in segments]
    ids = np.concatenate([_NONE, *(segment.ids(at) for segment, at in zip(segments, places, strict=True))])
    like = np.concatenate([_NONE, *(like[at] for like, at in zip(likeness, places, strict=True))])
    order = np.lexsort((ids, -like))[:WHOLE_MOST]
    return [*ids[order].tolist(), *_best(query, waiting, WHOLE_MOST)]


@dataclass
class _Segment:
    """A segment, and what was read of its postings."""

    names: int
    firsts: Sequence[int]
    places: Sequence[int]
    grams: list[int] = field(default_factory=list)
    held: list[bytes] = field(default_factory=list)

    def likeness(self, query: _Query) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Each name's likeness by the rounded weights: one sparse product, as the set-wise search makes it."""
        sizes = [len(held) // (PLACE.itemsize + WEIGHT.itemsize) for held in self.held]
        parts = list(zip(self.held, sizes, strict=True))
        places = np.concatenate([np.frombuffer(held, PLACE, size) for held, size in parts])
        weights = np.concatenate([np.frombuffer(held, WEIGHT, size, size * PLACE.itemsize) for held, size in parts])
        bounds = np.append(0, np.cumsum(sizes)).astype(np.int32)
        matrix = sparse.csc_array((weights.astype(np.float32), places, bounds), shape=(self.names, len(sizes)))
        tells = query.tells[np.searchsorted(query.grams, self.grams)]
        return cast(np.ndarray[Any, np.dtype[np.float32]], matrix @ tells)

    def bearing(self, grams: Sequence[int]) -> np.ndarray[Any, Any]:
        """The places of the names that have every one of the grams."""
        postings = dict(zip(self.grams, self.held, strict=True))
        if not grams or any(gram not in postings for gram in grams):
            return _NONE
        held = (postings[gram] for gram in grams)
        return in_all([np.frombuffer(each, PLACE, len(each) // (PLACE.itemsize + WEIGHT.itemsize)) for each in held])

    def ids(self, places: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The names that stand at these places."""
        run = np.searchsorted(self.places, places, side="right") - 1
        ids: np.ndarray[Any, np.dtype[np.int64]] = np.array(self.firsts)[run] + places - np.array(self.places)[run]
        return ids


def _read(cursor: Cursor, grams: list[int]) -> tuple[list[_Segment], dict[int, str]]:
    """The segments that have any of the grams, with their postings; and the names in no segment."""
    cursor.execute(_READ, {"grams": grams, "most": WAITING_MOST + 1}, binary=True)
    rows = cursor.fetchall()
    segments = {row[0]: _Segment(*row[1:4]) for row in rows if row[1] is not None}
    waiting: dict[int, str] = {row[0]: row[7] for row in rows if row[7] is not None}
    if {row[4] for row in rows} - {None, index_version()} or len(waiting) > WAITING_MOST:
        raise NamesNotIndexed
    for segment, *_, gram, held, _ in rows:
        if held is not None:
            segments[segment].grams.append(gram)
            segments[segment].held.append(held)
    return [segment for segment in segments.values() if segment.held], waiting
