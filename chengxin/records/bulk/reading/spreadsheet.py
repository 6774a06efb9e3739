"""XLSX, its kin and old XLS: the first sheet with a known heading, every cell as the text that a person would type."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import IO, cast

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from chengxin.kernel.errors import Refusal
from chengxin.records.bulk.reading.content import Content
from chengxin.records.bulk.reading.refusals import (
    FileEmpty,
    RowDigitsLost,
    RowNul,
    RowTooLong,
    SpreadsheetDamaged,
    SpreadsheetEncrypted,
    SpreadsheetTooLarge,
)
from chengxin.records.bulk.reading.rows import CHUNK_ROWS, HEADER_WITHIN, BrokenRow, Chunk, RowStream, Wanted, chunk_of

UNFOLDED_MB = 2048
_Cell = int | float | str | bool | date | datetime | time | timedelta
_EXACT_BELOW = 10**15  # a spreadsheet keeps 15 digits of a number


def spreadsheet_open(content: Content, wanted: Wanted) -> RowStream:
    """Find the sheet and its heading row; raises HeaderUnknown, HeaderTwice, SpreadsheetDamaged, SpreadsheetEncrypted,
    SpreadsheetTooLarge, FileEmpty.
    """
    workbook = _workbook(content)
    first: list[str] = []
    for name in workbook.sheet_names:
        top = _top(_sheet(workbook, name, content))
        place = wanted.header_row(fields for _, fields in top)
        if place is not None:
            line, fields = top[place]
            while not fields[-1].strip():
                fields.pop()
            headers = wanted.headers(fields, content.name)
            return RowStream("spreadsheet", headers, line, partial(_chunks, content, name, line, headers))
        first = first or max((fields for _, fields in top), key=lambda f: sum(map(bool, f)), default=[])
    if not first:
        raise FileEmpty(name=content.name)
    raise wanted.refuse(first, content.name)


def _workbook(content: Content) -> CalamineWorkbook:
    with content.seekable() as file:
        _must_not_unfold_too_far(content, cast(IO[bytes], file))
        try:
            return CalamineWorkbook.from_filelike(file)
        except PasswordError:
            raise SpreadsheetEncrypted(name=content.name) from None
        except (CalamineError, OSError, ValueError) as problem:
            raise SpreadsheetDamaged(name=content.name, problem=str(problem)[:200]) from None


def _must_not_unfold_too_far(content: Content, file: IO[bytes]) -> None:
    if content.head.startswith(b"PK"):
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist()) >> 20
        if size > UNFOLDED_MB:
            raise SpreadsheetTooLarge(name=content.name, size=size)
        file.seek(0)


def _sheet(workbook: CalamineWorkbook, name: str, content: Content) -> CalamineSheet:
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as problem:
        raise SpreadsheetDamaged(name=content.name, problem=str(problem)[:200]) from None


def _top(sheet: CalamineSheet) -> list[tuple[int, list[str]]]:
    """The first rows that are not blank, each with its number."""
    filled = ((line, cells) for line, cells in _numbered(sheet) if any(c != "" for c in cells))
    return [(line, [_shown(c) for c in cells]) for line, cells in islice(filled, HEADER_WITHIN)]


def _numbered(sheet: CalamineSheet) -> Iterator[tuple[int, list[_Cell]]]:
    return enumerate(sheet.iter_rows() if sheet.height else iter(()), 1)


def _chunks(content: Content, name: str, header_line: int, headers: Sequence[str]) -> Iterator[Chunk]:
    workbook = _workbook(content)
    source = islice(_numbered(_sheet(workbook, name, content)), header_line, None)
    while part := list(islice(source, CHUNK_ROWS)):
        yield _chunk(part, headers)


def _chunk(part: Sequence[tuple[int, list[_Cell]]], headers: Sequence[str]) -> Chunk:
    rows: list[list[str | None]] = []
    lines: list[int] = []
    broken: list[BrokenRow] = []
    for line, cells in part:
        if all(isinstance(c, str) and not c.strip() for c in cells):
            continue
        try:
            rows.append(_row(cells, headers))
            lines.append(line)
        except Refusal as reason:
            broken.append(BrokenRow(line, "\t".join(map(_shown, cells)).replace("\0", "\\x00"), reason))
    columns = zip(*rows, strict=True) if rows else iter([()] * len(headers))
    return chunk_of(columns, lines, headers, broken)


def _row(cells: Sequence[_Cell], headers: Sequence[str]) -> list[str | None]:
    width = len(headers)
    found = [_text(c, h) for c, h in zip(cells, headers, strict=False)]
    beyond = [n for n, c in enumerate(cells[width:], width + 1) if c != ""]
    if beyond:
        raise RowTooLong(found=beyond[-1], due=width)
    return found + [None] * (width - len(found))


def _text(cell: _Cell, heading: str) -> str | None:
    if isinstance(cell, str):
        if "\0" in cell:
            raise RowNul()
        return cell or None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and abs(cell) >= _EXACT_BELOW:
        raise RowDigitsLost(heading=heading)
    return _shown(cell)


def _shown(cell: _Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT_BELOW else number_plain(repr(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return str(cell)


def number_plain(written: str) -> str:
    """A number in digits, without an exponent unless it is very long."""
    return f"{Decimal(written):f}" if "e-" in written else written
