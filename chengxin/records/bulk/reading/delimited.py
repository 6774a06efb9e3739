"""CSV, TSV and their kin: blocks of lines go through the fast parser, and a block that it will not take is mended first."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from chengxin.records.bulk.reading.content import HEAD, Content
from chengxin.records.bulk.reading.encoding import utf8_pieces
from chengxin.records.bulk.reading.mending import ROW_BYTES, Shape, block_mend, raw_text
from chengxin.records.bulk.reading.refusals import FileEmpty, RowTooBig
from chengxin.records.bulk.reading.rows import HEADER_WITHIN, BrokenRow, Chunk, RowStream, Wanted, chunk_of
from chengxin.records.bulk.reading.scanning import QUOTED_LINES, Scan

BLOCK = 8 << 20
_DELIMITERS = (",", "\t", ";", "|")
_HEADER_LINES = 60


@dataclass(frozen=True, slots=True)
class _Header:
    """The heading row: its fields, its delimiter, and the lines up to and with it."""

    fields: list[str]
    delimiter: str
    lines: int


def delimited_open(content: Content, wanted: Wanted) -> RowStream:
    """Find the delimiter and the heading row of a text file; raises HeaderUnknown, HeaderTwice, EncodingUnknown."""
    texts, lone_returns = _first_lines(content)
    if not any(t.strip() for t in texts):
        raise FileEmpty(name=content.name)
    found = [h for d in _DELIMITERS if (h := _header(texts, d, wanted))]
    if not found:
        widest = max((_records(texts, d)[0][1] for d in _DELIMITERS), key=len)
        raise wanted.refuse(widest, content.name)
    header = max(found, key=lambda h: (wanted.count(h.fields), len(h.fields)))
    headers = wanted.headers(header.fields, content.name)
    kind = "tsv" if header.delimiter == "\t" else "csv"
    reader = _Reader(headers, Shape(header.delimiter, len(headers)))
    return RowStream(kind, headers, header.lines, partial(_rows, content, reader, header.lines, lone_returns))


def _first_lines(content: Content) -> tuple[list[bytes], bool]:
    """The first lines of the file, and whether a lone carriage return ends them, as on old Macintoshes."""
    head = b""
    for piece in utf8_pieces(content.pieces(HEAD), content.name):
        head += piece
        if len(head) >= HEAD:
            break
    lone_returns = b"\r" in head and b"\n" not in head
    return head.split(b"\r" if lone_returns else b"\n", _HEADER_LINES)[:_HEADER_LINES], lone_returns


def _records(texts: Sequence[bytes], delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows that are not blank, each with the number of its last line."""
    reader = csv.reader((t.decode("utf-8", "replace").rstrip("\r") + "\n" for t in texts), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for fields in reader:
            if any(f.strip() for f in fields):
                rows.append((reader.line_num, fields))
            if len(rows) == HEADER_WITHIN:
                break
    except csv.Error:
        pass  # whatever stands there is no heading row
    return rows or [(0, [])]


def _header(texts: Sequence[bytes], delimiter: str, wanted: Wanted) -> _Header | None:
    rows = _records(texts, delimiter)
    place = wanted.header_row(fields for _, fields in rows)
    return None if place is None else _Header(rows[place][1], delimiter, rows[place][0])


def _rows(content: Content, reader: "_Reader", skipped: int, lone_returns: bool) -> Iterator[Chunk]:
    pieces = utf8_pieces(content.pieces(BLOCK), content.name)
    if lone_returns:
        pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
    return reader.chunks(_after_lines(pieces, skipped), skipped + 1)


def _after_lines(pieces: Iterator[bytes], skipped: int) -> Iterator[bytes]:
    for piece in pieces:
        while skipped and piece:
            _, ended, piece = piece.partition(b"\n")
            skipped -= bool(ended)
        if piece:
            yield piece
            break
    yield from pieces


class _Reader:
    """Turns blocks of well-formed or broken lines into chunks."""

    def __init__(self, headers: tuple[str, ...], shape: Shape) -> None:
        self.headers, self.shape = headers, shape

    def chunks(self, pieces: Iterator[bytes], line: int) -> Iterator[Chunk]:
        """The rows in the pieces of text, the first line of which is number `line`."""
        held = b""
        for piece in pieces:
            cut = self._cut(held, piece)
            if cut:
                chunk, rest, line = self._block(b"".join((held, memoryview(piece)[:cut])), line, at_end=False)
                held = rest + piece[cut:]
                yield chunk
                continue
            held += piece
            if len(held) > ROW_BYTES and b"\n" not in held:
                chunk, held, line = self._endless(held, pieces, line)
                yield chunk
        while held:
            chunk, held, line = self._block(held, line, at_end=True)
            yield chunk

    def _cut(self, held: bytes, piece: bytes) -> int:
        """Where in the piece to end a block, 0 for nowhere yet: behind a line, and for quoted text where the marks since
        the block's start are even in number.
        """
        cut = piece.rfind(b"\n") + 1
        if self.shape.tabs or not (b'"' in piece or b'"' in held):
            return cut
        odd, place = (held.count(b'"') + piece.count(b'"', 0, cut)) % 2, cut
        for _ in range(QUOTED_LINES):
            if not odd or place == 0:
                break
            before = piece.rfind(b"\n", 0, place - 1) + 1
            odd = (odd + piece.count(b'"', before, place)) % 2
            place = before
        return cut if odd or place == 0 else place

    def _endless(self, held: bytes, pieces: Iterator[bytes], line: int) -> tuple[Chunk, bytes, int]:
        """A line beyond all measure is broken as a whole; reading goes on behind its end."""
        raw, rest = held[:ROW_BYTES], b""
        for piece in pieces:
            _, ended, rest = piece.partition(b"\n")
            if ended:
                break
        broken = BrokenRow(line, raw_text(raw), RowTooBig(most=ROW_BYTES))
        return self._chunk([], [broken], b""), rest, line + 1

    def _block(self, block: bytes, line: int, at_end: bool) -> tuple[Chunk, bytes, int]:
        """A block's chunk, what of it belongs to the next block, and the number of the next line."""
        scan = Scan(block, self.shape.delimiter)
        if (fast := self._fast(scan, line)) is not None:
            return fast, b"", line + len(scan.ends)
        mended = block_mend(scan, self.shape, line, at_end)
        return self._chunk(mended.lines, mended.broken, b"\n".join(mended.rows)), mended.rest, mended.next_line

    def _fast(self, scan: Scan, line: int) -> Chunk | None:
        """The block as it is by the fast parser; None if it is not beyond all doubt."""
        quoted = len(scan.quotes) > 0
        if b"\0" in scan.block or scan.has_lone_return or scan.has_blank_line:
            return None
        if quoted and (self.shape.tabs or not scan.quotes_sound):
            return None
        spans = quoted and len(scan.within) > 0
        rows = len(scan.ends) - (len(scan.within) if spans else 0)
        # The parser fills up short rows in silence and refuses long ones: by this count none is short.
        if scan.delimiters_outside != rows * (self.shape.width - 1):
            return None
        frame = self._frame(scan.block, quoted)
        if frame is None or frame.height != rows:
            return None
        lines = pl.Series("line", scan.row_starts + line) if spans else pl.int_range(line, line + rows, eager=True)
        return _without_empty_rows(Chunk(lines.cast(pl.Int64).alias("line"), frame))

    def _chunk(self, lines: list[int], broken: list[BrokenRow], text: bytes) -> Chunk:
        """Well-formed rows without blank lines, and broken ones beside them."""
        if not lines:
            return chunk_of([()] * len(self.headers), (), self.headers, broken)
        frame = self._frame(text, b'"' in text)
        if frame is None or frame.height != len(lines):
            rows = csv.reader(io.StringIO(text.decode(), newline=""), delimiter=self.shape.delimiter, strict=True)
            columns = zip(*([v or None for v in row] for row in rows), strict=True)
            return _without_empty_rows(chunk_of(columns, lines, self.headers, broken))
        return _without_empty_rows(Chunk(pl.Series("line", lines, dtype=pl.Int64), frame, broken))

    def _frame(self, text: bytes, quoted: bool) -> pl.DataFrame | None:
        if text.startswith(_PACKED):
            return None
        try:
            frame = pl.read_csv(
                text,
                has_header=False,
                new_columns=self.headers,
                separator=self.shape.delimiter,
                quote_char='"' if quoted else None,
                infer_schema=False,
            )
        except pl.exceptions.PolarsError:
            return None
        return frame.with_columns(pl.all().replace("", None)) if quoted and b'""' in text else frame


# Polars takes text that begins like a packed stream ("xڮ", for one) for one, and would unpack whatever a row holds:
# zlib, gzip, zstd.
_PACKED = (b"x", b"\x1f\x8b", b"(\xb5/\xfd")


def _without_empty_rows(chunk: Chunk) -> Chunk:
    """Leave out rows of nothing but delimiters, which spreadsheets write below their last row."""
    columns = chunk.columns
    if not columns.height or any(s.null_count() == 0 for s in columns):
        return chunk
    filled = columns.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    return chunk if filled.all() else Chunk(chunk.lines.filter(filled), columns.filter(filled), chunk.broken)
