"""Reading files of rows as departments send them: any usual kind, any usual encoding, nothing lost.

`rows_read` looks at a file, finds its heading row, and gives a stream of chunks. Every row that is not blank is either in a
chunk's columns, as text, or among its broken rows with the reason; what spoils the whole file is a Refusal.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from chengxin.records.bulk.reading.content import Content, Kind, content_of, must_be_file
from chengxin.records.bulk.reading.delimited import delimited_open
from chengxin.records.bulk.reading.json_lines import json_open
from chengxin.records.bulk.reading.parquet import parquet_open
from chengxin.records.bulk.reading.refusals import FileUnreadable
from chengxin.records.bulk.reading.rows import BrokenRow, Chunk, RowStream, Wanted, heading_normal
from chengxin.records.bulk.reading.spreadsheet import spreadsheet_open

__all__ = ["BrokenRow", "Chunk", "RowStream", "file_digest", "heading_normal", "rows_read"]

_OPEN: dict[Kind, Callable[[Content, Wanted], RowStream]] = {
    "delimited": delimited_open,
    "json": json_open,
    "spreadsheet": spreadsheet_open,
    "parquet": parquet_open,
}


def rows_read(path: Path, *, wanted: Iterable[str]) -> RowStream:
    """The rows of a CSV, TSV, XLSX, JSON Lines or Parquet file, plain or gzipped, beneath the row that holds most of the
    `wanted` headings (a mapping's keys will do); raises a Refusal for a file that cannot be read, there or while reading.
    """
    content = content_of(path)
    return _OPEN[content.kind](content, Wanted.of(wanted))


def file_digest(path: Path) -> str:
    """The SHA-256 of the file as it lies there, in hexadecimal; raises FileMissing, FileIsFolder, FileUnreadable."""
    must_be_file(path)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as problem:
        raise FileUnreadable(name=path.name, problem=problem.strerror or "") from None
