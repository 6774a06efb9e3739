"""Candidates for many names at once: the hundred registered names that share the most telling characters and pairs.

Each name is the set of its characters and pairs of neighbours, each weighing as much as the namebook says it tells; the
likeness of two names is the cosine between them. The register lies as a sparse matrix, gram by name; a query is the sum of
its grams' rows, of which only the best are kept. What nearly every name has (公司, 有限) is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse

# The sum of one column at a time, without copying it, is what no public function of scipy's does: a product of slices takes
# twice as long, one that keeps lists of what is not zero (sparse-dot-topn) three times.
from scipy.sparse._sparsetools import csc_matvec

from chengxin.subjects.rules.namebook import Namebook, namebook
from chengxin.subjects.rules.naming import name_parts

# As many are found by their grams; `nearing` keeps those that are worth judging.
BEST = 100
# Beside these, where they do not tell who fits, so many of those that bear all that is asked.
WHOLE_MOST = 2_000
# A candidate less than this part as like as the best is never as good; nor is one that shares next to nothing.
PART, LEAST_LIKE = 0.2, 0.12
# Firms of the very same name, and names of the firm whose number is given, that are judged beside the candidates.
SAME_NAME, SAME_NUMBER = 50, 5
# Grams are hashed to columns: single characters to the lower half, pairs to the upper. A collision costs a little
# likeness, never a candidate's name.
_BITS = 21
_HALF = 1 << _BITS
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# Names a block: one product's row of sums (4 bytes a name) stays in the processor's cache.
_BLOCK = 250_000
_LEAST = 1.6  # a gram that every fifth name has tells nothing

Matrix = Any  # scipy has no types: a sparse.csr_matrix
_Hits = tuple[int, Any, Any]  # of a query the rows and their likenesses


def _columns(keys: np.ndarray[Any, Any], pairs: bool) -> np.ndarray[Any, Any]:
    hashed = (keys.astype(np.uint64) * _MULTIPLIER) >> np.uint64(64 - _BITS)
    return cast(np.ndarray[Any, Any], hashed.astype(np.int32) + (_HALF if pairs else 0))


def _pair_keys(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return cast(np.ndarray[Any, Any], (first.astype(np.uint64) << np.uint64(21)) | second.astype(np.uint64))


def column_weights(book: Namebook | None = None) -> np.ndarray[Any, np.dtype[np.float32]]:
    """How much each column tells; a gram that the namebook does not know tells the most that its kind can."""
    book = book or namebook()
    weights = np.full(2 * _HALF, book.rarest, dtype=np.float32)
    known = [(g, w) for g, w in book.rarity.items() if len(g) <= 2]
    codes = [(ord(g), 0) if len(g) == 1 else (ord(g[0]), ord(g[1])) for g, _ in known]
    values = np.array([w for _, w in known], dtype=np.float32)
    first, second = np.array([c[0] for c in codes]), np.array([c[1] for c in codes])
    pairs = second > 0
    weights[_columns(first[~pairs], False)] = values[~pairs]
    weights[_columns(_pair_keys(first[pairs], second[pairs]), True)] = values[pairs]
    weights[weights < _LEAST] = 0
    return weights


# A query's mark and trade weigh so much more than its place and form: what is left out or added is mostly these.
_CORE = 2.0


_Entries = tuple[np.ndarray[Any, np.dtype[np.int32]], np.ndarray[Any, np.dtype[np.int32]]]


def grams_matrix(
    names: pl.Series, weights: np.ndarray[Any, Any], *, turned: bool = False, cores: bool = False
) -> Matrix:
    """Names by columns, each row of length one; `turned`, columns by names, as the register lies; `cores`, with the weight
    laid on mark and trade, as a query lies.
    """
    texts = [name or "" for name in names.to_list()]
    (lines, places), values = grams_told(texts, weights, turned=turned, cores=cores)
    shape = (len(weights), len(texts)) if turned else (len(texts), len(weights))
    bounds = np.zeros(shape[0] + 1, dtype=np.int32)
    np.cumsum(np.bincount(lines, minlength=shape[0]), out=bounds[1:])
    return sparse.csr_matrix((values, places, bounds), shape=shape)


def grams_told(
    texts: list[str], weights: np.ndarray[Any, Any], *, turned: bool = False, cores: bool = False
) -> tuple[_Entries, np.ndarray[Any, np.dtype[np.float32]]]:
    """The same entry by entry, in their order."""
    lines, places = _entries(texts, weights, turned)
    values = weights[lines if turned else places]
    if cores:
        more = _entries([name_parts(text).core if text else "" for text in texts], weights)
        (lines, places), values = _together((lines, places), values, more, np.float32(_CORE) * weights[more[1]])
    owners = places if turned else lines
    told = np.sqrt(np.bincount(owners, weights=values**2, minlength=len(texts)))
    return (lines, places), (values / told[owners]).astype(np.float32)


def _entries(texts: list[str], weights: np.ndarray[Any, Any], turned: bool = False) -> _Entries:
    """(row, column) of every telling gram of every text, once however often the text has it, in their order; `turned`,
    (column, row).
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    together = rows[1:] == rows[:-1]
    columns = np.concatenate(
        [_columns(codes, False), _columns(_pair_keys(codes[:-1][together], codes[1:][together]), True)]
    )
    rows = np.concatenate([rows, rows[1:][together]])
    telling = weights[columns] > 0
    rows, columns = rows[telling], columns[telling]
    return _apart(np.sort(_joined(columns, rows) if turned else _joined(rows, columns)))


def _together(one: _Entries, values: Any, other: _Entries, more: Any) -> tuple[_Entries, Any]:
    """The entries of both, in their order, each with the sum of its values."""
    joined, at = np.unique(np.concatenate([_joined(*one), _joined(*other)]), return_inverse=True)
    return _apart(joined), np.bincount(at, weights=np.concatenate([values, more])).astype(np.float32)


def _joined(lines: np.ndarray[Any, Any], places: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return cast(np.ndarray[Any, np.dtype[np.int64]], lines.astype(np.int64) << 32 | places)


def _apart(joined: np.ndarray[Any, Any]) -> _Entries:
    once = np.append(True, joined[1:] != joined[:-1])[: len(joined)]
    joined = joined[once]
    return (joined >> 32).astype(np.int32), joined.astype(np.int32)


@dataclass(frozen=True)
class NameIndex:
    """A register's names, ready to be searched; rows are numbered as they were given."""

    weights: np.ndarray[Any, Any]
    blocks: tuple[tuple[int, Matrix], ...]

    @classmethod
    def of(cls, normals: pl.Series) -> "NameIndex":
        """Index the names, in their normal form."""
        weights = column_weights()
        starts = range(0, max(len(normals), 1), _BLOCK)
        blocks = [(n, grams_matrix(normals.slice(n, _BLOCK), weights, turned=True)) for n in starts]
        return cls(weights, tuple(blocks))

    def candidates(self, normals: pl.Series, best: int = BEST) -> pl.DataFrame:
        """For each name the registered names most like it: `query`, `row`, `likeness`, best first, of equal ones the first
        in the register; none that is far behind the best. However the register is cut into blocks, the answer is the same.
        """
        return self.candidates_and_whole(normals, best)[0]

    def candidates_and_whole(self, normals: pl.Series, best: int = BEST) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The candidates; and for names with as many candidates as there may be, those that bear every telling character of the
        name, wherever it stands, in the same columns and order.
        """
        asked = grams_matrix(normals, self.weights, cores=True)
        top = np.zeros(len(normals), dtype=np.float32)
        whole: list[_Hits] = []
        found = [hits for start, block in self.blocks for hits in _hits(asked, block, start, top, best, whole)]
        return _ordered(found, top, best), _ordered(whole, top, WHOLE_MOST)


def _ordered(found: list[_Hits], top: Any, most: int) -> pl.DataFrame:
    """So many of what all blocks yielded for each name."""
    frame = pl.DataFrame(
        {
            "query": np.repeat([query for query, _, _ in found], [len(rows) for _, rows, _ in found]),
            "row": np.concatenate([rows for _, rows, _ in found] or [np.zeros(0, dtype=np.int64)]),
            "likeness": np.concatenate([likes for _, _, likes in found] or [np.zeros(0, dtype=np.float32)]),
        },
        schema={"query": pl.Int64, "row": pl.Int64, "likeness": pl.Float32},
    )
    return (
        frame.filter(pl.col("likeness") >= pl.lit(_least(top)).gather("query"))
        .sort(["query", "likeness", "row"], descending=[False, True, False])
        .group_by("query", maintain_order=True)
        .head(most)
    )


def _hits(asked: Matrix, block: Matrix, start: int, top: Any, best: int, whole: list[_Hits]) -> Iterator[_Hits]:
    """The best in this block, equal ones all; adds those that bear all to `whole`, raises `top` where something likelier is found."""
    names = block.shape[1]
    likes = np.zeros(names, dtype=np.float32)
    for query in range(asked.shape[0]):
        likes.fill(0)
        for entry in range(asked.indptr[query], asked.indptr[query + 1]):
            ends = block.indptr[asked.indices[entry] : asked.indices[entry] + 2]
            csc_matvec(names, 1, ends, block.indices, block.data, asked.data[entry : entry + 1], likes)
        top[query] = max(top[query], likes.max(initial=0))
        rows = np.flatnonzero(likes >= _least(top[query]))
        if len(rows) > best or start or names == _BLOCK:
            grams = asked.indices[asked.indptr[query] : asked.indptr[query + 1]]
            bearing = _rows_of_all(block, grams[grams < _HALF])
            if len(bearing := bearing[likes[bearing] >= _least(top[query])]):
                whole.append((query, bearing + start, likes[bearing]))
        if len(rows) > best:
            rows = rows[likes[rows] >= np.partition(likes[rows], -best)[-best]]
        if len(rows):
            yield query, rows + start, likes[rows]


def _rows_of_all(block: Matrix, grams: Any) -> Any:
    """The names of the block that have every one of the grams."""
    return in_all([block.indices[block.indptr[gram] : block.indptr[gram + 1]] for gram in grams])


def in_all(lists: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """What stands in every one of some ordered lists; of no lists, nothing."""
    lists = sorted(lists, key=len)
    found = lists[0] if lists else np.zeros(0, dtype=np.int32)
    for other in lists[1:]:
        if not len(found):
            break
        found = found[other[np.minimum(np.searchsorted(other, found), len(other) - 1)] == found]
    return found


def are_single(grams: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of the grams are single characters."""
    return cast(np.ndarray[Any, np.dtype[np.bool_]], grams < _HALF)


def _least(top: Any) -> Any:
    """How like a name must be to be a candidate beside the likeliest."""
    return np.maximum(np.float32(PART) * top, np.float32(LEAST_LIKE))
