"""What reading yields: chunks of rows as text, the rows that were broken, and the headings above them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from chengxin.kernel.errors import Refusal
from chengxin.records.bulk.reading.refusals import HeaderTwice, HeaderUnknown

CHUNK_ROWS = 16384
HEADER_WITHIN = 10
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f]+")
_BESIDE_CHINESE = re.compile(r"(?<=[⺀-鿿]) | (?=[⺀-鿿])")


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that could not be read: where it stands, how it came (bytes that are no text as \\x..), and why."""

    line: int
    raw: str
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of the file in its order, every column text or null, with their line numbers; and the broken rows."""

    lines: pl.Series
    columns: pl.DataFrame
    broken: list[BrokenRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RowStream:
    """A file that has been opened and understood: iterating reads its rows, each time from the start.

    `headers` are the columns of every chunk, in the file's order: as `wanted` spells them where it knows them. Lines are
    counted as a person counts them, from 1 with the heading; rows of Parquet and of a JSON list from 1 without it.
    """

    kind: str
    headers: tuple[str, ...]
    header_line: int
    read: Callable[[], Iterator[Chunk]] = field(repr=False)

    def __iter__(self) -> Iterator[Chunk]:
        return chunks_of_size(self.read())


def heading_normal(written: str) -> str:
    """A heading in the form in which headings are compared: half width, no stars around it, no needless blanks."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", written))
    return _BESIDE_CHINESE.sub("", " ".join(text.replace("*", " * ").split()).strip("* "))


def _key(heading: str) -> str:
    return heading_normal(heading).casefold().replace(" ", "")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The headings that the caller knows, found again however a file writes them."""

    spelling: Mapping[str, str]

    @classmethod
    def of(cls, headings: Iterable[str]) -> "Wanted":
        """Take in the headings as the caller spells them."""
        return cls({_key(h): h for h in headings})

    def known(self, written: str) -> str | None:
        """The caller's spelling of a written heading, or None."""
        return self.spelling.get(_key(written))

    def count(self, fields: Iterable[str]) -> int:
        """How many of the fields are known headings."""
        return sum(self.known(f) is not None for f in fields)

    def headers(self, fields: Sequence[str], name: str) -> tuple[str, ...]:
        """Column names for a heading row, all different; raises HeaderTwice if a known one stands twice."""
        known = Counter(h for h in map(self.known, fields) if h is not None)
        for heading, times in known.items():
            if times > 1:
                raise HeaderTwice(heading=heading, times=times, name=name)
        names: list[str] = []
        taken = set(known)
        for place, written in enumerate(fields, 1):
            if (spelled := self.known(written)) is None:
                names.append(_unlike(taken, heading_normal(written) or f"#{place}"))
                taken.add(names[-1])
            else:
                names.append(spelled)
        return tuple(names)

    def refuse(self, fields: Iterable[str], name: str) -> HeaderUnknown:
        """The refusal of a file without a known heading: what stands there, and what should."""
        found = [heading_normal(f)[:40] for f in fields if heading_normal(f)]
        return HeaderUnknown(name=name, found=_some(found) or "-", expected=_some(list(self.spelling.values())))

    def header_row(self, rows: Iterable[Sequence[str]]) -> int | None:
        """Which of the rows is the heading row: the first of those with most known headings; None if none has any."""
        best, best_count = None, 0
        for place, fields in enumerate(rows):
            if (count := self.count(fields)) > best_count:
                best, best_count = place, count
        return best


def _unlike(taken: set[str], heading: str) -> str:
    name, n = heading, 1
    while name in taken:
        n += 1
        name = f"{heading} ({n})"
    return name


def _some(headings: list[str]) -> str:
    return ", ".join(headings[:12]) + (", …" if len(headings) > 12 else "")


def chunk_of(
    columns: Iterable[Sequence[str | None]], lines: Sequence[int], headers: Sequence[str], broken: list[BrokenRow]
) -> Chunk:
    """A chunk from columns of Python values."""
    series = [pl.Series(h, c, dtype=pl.String) for h, c in zip(headers, columns, strict=True)]
    return Chunk(pl.Series("line", lines, dtype=pl.Int64), pl.DataFrame(series), broken)


def chunks_of_size(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The same rows in chunks of about CHUNK_ROWS, the last one smaller."""
    waiting: list[Chunk] = []
    rows = 0
    for chunk in chunks:
        for part in _sliced(chunk):
            waiting.append(part)
            rows += len(part.lines) + len(part.broken)
            if rows >= CHUNK_ROWS:
                yield _joined(waiting)
                waiting, rows = [], 0
    if rows:
        yield _joined(waiting)


def _sliced(chunk: Chunk) -> Iterator[Chunk]:
    if len(chunk.lines) <= CHUNK_ROWS * 3 // 2:
        yield chunk
        return
    for start in range(0, len(chunk.lines), CHUNK_ROWS):
        lines = chunk.lines[start : start + CHUNK_ROWS]
        yield Chunk(lines, chunk.columns[start : start + CHUNK_ROWS], [] if start else chunk.broken)


def _joined(chunks: list[Chunk]) -> Chunk:
    if len(chunks) == 1:
        return chunks[0]
    return Chunk(
        pl.concat([c.lines for c in chunks]),
        pl.concat([c.columns for c in chunks], rechunk=False),
        [b for c in chunks for b in c.broken],
    )
