"""The tolerant way through delimited text that the fast parser will not take: row by row, good rows kept, bad ones named.

It yields the good rows as well-formed text again, so that one parser makes all columns and both ways agree.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from chengxin.kernel.errors import Refusal
from chengxin.records.bulk.reading.refusals import (
    RowBytes,
    RowNul,
    RowQuoteStray,
    RowQuoteUnclosed,
    RowTooBig,
    RowTooLong,
    RowTooShort,
)
from chengxin.records.bulk.reading.rows import BrokenRow
from chengxin.records.bulk.reading.scanning import QUOTED_LINES, Scan

ROW_BYTES = 4 << 20
_RAW_CHARACTERS = 64 << 10

csv.field_size_limit(ROW_BYTES)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file separates its fields, and how many a row has."""

    delimiter: str
    width: int

    @property
    def tabs(self) -> bool:
        """Whether fields are separated by tabs: quotes then count only around a whole value."""
        return self.delimiter == "\t"


@dataclass(slots=True)
class Mended:
    """What came of a block: well-formed rows with their lines, broken rows, and the open end left for the next block."""

    rows: list[bytes] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)
    rest: bytes = b""
    next_line: int = 0


def block_mend(scan: Scan, shape: Shape, line: int, at_end: bool) -> Mended:
    """Sort the lines of a block, the first of which is number `line`, into good and broken rows; nothing is dropped but
    blank lines.
    """
    return _Mending(scan, shape, line, at_end).run()


class _Open(Exception):  # noqa: N818 - not an error: more lines are needed
    pass


class _Mending:
    def __init__(self, scan: Scan, shape: Shape, line: int, at_end: bool) -> None:
        self.scan, self.shape, self.first, self.at_end = scan, shape, line, at_end
        self.delimiter = shape.delimiter.encode()
        self.count = len(scan.ends)
        self.out = Mended()
        self.written: list[str] = []
        self.writer = csv.writer(_Appending(self.written), delimiter=shape.delimiter, lineterminator="\r\n")

    def run(self) -> Mended:
        place = 0
        try:
            for odd in np.flatnonzero(~self.scan.plain_lines(self.shape.width)).tolist():
                if odd >= place:  # else a value that began above has taken this line in
                    self._take(place, odd)
                    place = odd
                    place += self._odd(odd)
            self._take(place, self.count)
            place = self.count
        except _Open:
            self.out.rest = self.scan.block[self.scan.starts[place] :]
        self.out.next_line = self.first + place
        return self.out

    def _take(self, start: int, end: int) -> None:
        """Take plain lines over as they are."""
        if start < end:
            self.out.rows.append(self.scan.block[self.scan.starts[start] : self.scan.ends[end - 1]])
            self.out.lines.extend(range(self.first + start, self.first + end))

    def _odd(self, place: int) -> int:
        """Deal with the row that begins at a line that is not plainly good; how many lines it took."""
        text = self.scan.line(place)
        if not text.strip():
            return 1
        if len(text) > ROW_BYTES:
            self._break(place, 1, RowTooBig(most=ROW_BYTES))
            return 1
        if b"\r" in text[:-1] and b'"' not in text and self._joined_rows(place):
            return 1
        fields, taken = self._fields(place)
        if isinstance(fields, Refusal):
            self._break(place, taken, fields)
        else:
            self._keep(place, taken, fields)
        return taken

    def _joined_rows(self, place: int) -> bool:
        """Rows of an old Macintosh file inside a line: the lone carriage returns end them."""
        parts = [p for p in self.scan.line(place).split(b"\r") if p.strip()]
        if len(parts) < 2 or any(p.count(self.delimiter) != self.shape.width - 1 for p in parts):
            return False
        for part in parts:
            self._keep(place, 1, part.decode("utf-8", "surrogateescape").split(self.shape.delimiter), raw=part)
        return True

    def _fields(self, place: int) -> tuple[list[str] | Refusal, int]:
        if b'"' not in self.scan.line(place):
            return self._text(place).rstrip("\r").split(self.shape.delimiter), 1
        return self._tab_fields(place) if self.shape.tabs else self._quoted_fields(place)

    def _quoted_fields(self, place: int) -> tuple[list[str] | Refusal, int]:
        fields, taken = self._parsed(place)
        if isinstance(fields, Refusal):
            return fields, 1
        if taken > 1 and len(fields) != self.shape.width and self._rows_among(place + 1, taken - 1):
            return RowQuoteUnclosed(), 1  # it closed by chance, on a mark of another row
        return fields, taken

    def _tab_fields(self, place: int) -> tuple[list[str] | Refusal, int]:
        fields, taken = self._parsed(place)
        if not isinstance(fields, Refusal) and len(fields) == self.shape.width:
            # A value over several lines; but never over whole rows that happen to lie between two stray marks.
            lines = self._lines(place, taken)
            if taken == 1 or sum(t.count(b"\t") for t in lines) == self.shape.width - 1:
                return fields, taken
        return [_unquoted(f) for f in self._text(place).rstrip("\r").split("\t")], 1

    def _rows_among(self, place: int, count: int) -> bool:
        return any(t.count(self.delimiter) == self.shape.width - 1 for t in self._lines(place, count))

    def _parsed(self, place: int) -> tuple[list[str] | Refusal, int]:
        """One record by the rules of RFC 4180, which may take several lines; raises _Open if the block ends within it."""
        supply = _Supply(self._text(p) + "\n" for p in range(place, min(place + QUOTED_LINES, self.count)))
        reader = csv.reader(supply, delimiter=self.shape.delimiter, strict=True)
        try:
            return next(reader), reader.line_num
        except csv.Error:
            if not supply.ended:
                return RowQuoteStray(), 1
            window = self._lines(place, QUOTED_LINES)
            if len(window) < QUOTED_LINES and not self.at_end and sum(map(len, window)) < ROW_BYTES:
                raise _Open from None
            return RowQuoteUnclosed(), 1

    def _keep(self, place: int, taken: int, fields: list[str], raw: bytes | None = None) -> None:
        width, found = self.shape.width, len(fields)
        text = "".join(fields)
        if found > width and not any(f.strip() for f in fields[width:]):
            fields, found = fields[:width], width  # empty cells beyond the headings, as spreadsheets write them
        if not _is_text(text):
            self._break(place, taken, RowBytes(), raw)
        elif "\0" in text:
            self._break(place, taken, RowNul(), raw)
        elif found != width:
            short = RowTooShort if found < width else RowTooLong
            self._break(place, taken, short(found=found, due=width), raw)
        else:
            self.writer.writerow(fields)
            self.out.rows.append(self.written.pop()[:-2].encode())
            self.out.lines.append(self.first + place)

    def _break(self, place: int, taken: int, reason: Refusal, raw: bytes | None = None) -> None:
        lines = b"\n".join(self._lines(place, taken)) if raw is None else raw
        self.out.broken.append(BrokenRow(self.first + place, raw_text(lines), reason))

    def _text(self, place: int) -> str:
        return self.scan.line(place).decode("utf-8", "surrogateescape")

    def _lines(self, place: int, count: int) -> list[bytes]:
        return [self.scan.line(n) for n in range(place, min(place + count, self.count))]


class _Appending:
    def __init__(self, written: list[str]) -> None:
        self.write = written.append


class _Supply:
    """Hands lines to the parser and remembers whether it asked for more than there were."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.ended = lines, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        for line in self.lines:
            return line
        self.ended = True
        raise StopIteration


def raw_text(raw: bytes) -> str:
    """A row as received, in characters that a database takes: bytes that are no text, and NUL, as \\x.., very long ones cut."""
    text = raw.decode("utf-8", "backslashreplace").rstrip("\r").replace("\0", "\\x00")
    return text if len(text) <= _RAW_CHARACTERS else text[:_RAW_CHARACTERS] + "…"


def _is_text(value: str | bytes) -> bool:
    try:
        value.decode() if isinstance(value, bytes) else value.encode()
    except UnicodeError:
        return False
    return True


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('""', '"')
    return value
