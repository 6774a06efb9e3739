"""Candidates for many names at once: the twenty registered names that share the most telling characters and pairs.

Each name is the set of its characters and pairs of neighbours, each weighing as much as the namebook says it tells; the
likeness of two names is the cosine between them. The register lies as a sparse matrix, gram by name; a batch of names is
one sparse product of which only the best of each row are kept. What nearly every name has (公司, 有限) is left out.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse
from sparse_dot_topn import sp_matmul_topn

from chengxin.subjects.rules.namebook import Namebook, namebook
from chengxin.subjects.rules.naming import name_parts

BEST = 20
# Grams are hashed to columns: single characters to the lower half, pairs to the upper. A collision costs a little
# likeness, never a candidate's name.
_BITS = 21
_HALF = 1 << _BITS
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# Names a block: one product's row of sums (4 bytes a name) stays in the processor's cache.
_BLOCK = 250_000
_LEAST = 1.6  # a gram that every fifth name has tells nothing

Matrix = Any  # scipy has no types: a sparse.csr_matrix


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


def grams_matrix(
    names: pl.Series, weights: np.ndarray[Any, Any], *, turned: bool = False, cores: bool = False
) -> Matrix:
    """Names by columns, each row of length one; `turned`, columns by names, as the register lies; `cores`, with the weight
    laid on mark and trade, as a query lies.
    """
    texts = names.fill_null("").to_list()
    rows, columns, values = _entries(texts, weights)
    if cores:
        more = _entries([name_parts(text).core if text else "" for text in texts], weights)
        rows = np.concatenate([rows, more[0]])
        columns = np.concatenate([columns, more[1]])
        values = np.concatenate([values, more[2] * np.float32(_CORE)])
    told = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=len(texts)))
    values /= np.maximum(told, 1e-6)[rows].astype(np.float32)
    shape = (len(texts), len(weights))
    if turned:
        return sparse.coo_matrix((values, (columns, rows)), shape=shape[::-1], dtype=np.float32).tocsr()
    return sparse.coo_matrix((values, (rows, columns)), shape=shape, dtype=np.float32).tocsr()


def _entries(texts: list[str], weights: np.ndarray[Any, Any]) -> tuple[Any, Any, Any]:
    """(row, column, weight) of every telling gram of every text."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
    rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    together = rows[1:] == rows[:-1]
    columns = np.concatenate(
        [_columns(codes, False), _columns(_pair_keys(codes[:-1][together], codes[1:][together]), True)]
    )
    rows = np.concatenate([rows, rows[1:][together]])
    values = weights[columns]
    telling = values > 0
    return rows[telling], columns[telling], values[telling]


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
        """For each name the registered names most like it: `query`, `row`, `likeness`, best first."""
        asked = grams_matrix(normals, self.weights, cores=True)
        found = []
        for start, block in self.blocks:
            top = sp_matmul_topn(asked, block, top_n=best, sort=True, n_threads=1).tocoo()
            found.append(
                pl.DataFrame({"query": top.row, "row": top.col.astype(np.int64) + start, "likeness": top.data})
            )
        frame = pl.concat(found)
        if len(found) == 1:
            return frame
        return (
            frame.sort(["query", "likeness"], descending=[False, True], maintain_order=True)
            .group_by("query", maintain_order=True)
            .head(best)
        )
