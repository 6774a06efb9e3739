"""Writing frames as the files that people send: CSV, TSV, XLSX, JSON Lines, Parquet; gzipped or not.

Chunk by chunk, so that memory stays flat; the same frames give the same bytes.
"""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

BOM = b"\xef\xbb\xbf"


@dataclass
class Written:
    """What stands in a written file: its rows, how many of each kind, and how many must become what."""

    path: Path
    rows: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
    by_verdict: dict[str, int] = field(default_factory=dict)


class Sink(Protocol):
    """Where chunks of one file go."""

    def write(self, frame: pl.DataFrame) -> None:
        """Adds the rows of a frame whose columns are the file's headings, all text."""


@contextmanager
def sink(path: Path, encoding: str = "utf-8") -> Iterator[Sink]:
    """Opens the file that the name asks for: .csv .tsv .jsonl .parquet .xlsx, each also .gz.

    Text is written in `utf-8`, `utf-8-sig` (with its mark) or `gb18030`.
    """
    form = path.suffixes[-2] if path.suffix == ".gz" else path.suffix
    path.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        file: BinaryIO = stack.enter_context(path.open("wb"))
        if path.suffix == ".gz":
            # No name and no clock in the gzip header: the same rows, the same bytes.
            file = stack.enter_context(gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=file, mtime=0))  # type: ignore[assignment]
        if form in (".csv", ".tsv"):
            yield _Delimited(file, "," if form == ".csv" else "\t", encoding)
        elif form == ".jsonl":
            yield _Lines(file)
        elif form == ".parquet":
            parquet = _Parquet(file)
            stack.callback(parquet.close)
            yield parquet
        elif form == ".xlsx":
            sheet = _Sheet(file)
            stack.callback(sheet.close)
            yield sheet
        else:
            raise ValueError(f"no such form of file: {path.name}")


class _Delimited:
    def __init__(self, file: BinaryIO, separator: str, encoding: str) -> None:
        self._file, self._separator, self._encoding = file, separator, encoding
        self._begun = False

    def write(self, frame: pl.DataFrame) -> None:
        if not self._begun and self._encoding == "utf-8-sig":
            self._file.write(BOM)
        head, self._begun = not self._begun, True
        if self._encoding.startswith("utf-8"):
            frame.write_csv(self._file, separator=self._separator, include_header=head)
        else:
            text = frame.write_csv(separator=self._separator, include_header=head)
            self._file.write(text.encode(self._encoding))


class _Lines:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, frame: pl.DataFrame) -> None:
        frame.write_ndjson(self._file)


class _Parquet:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writer: pq.ParquetWriter | None = None

    def write(self, frame: pl.DataFrame) -> None:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(
            pa.schema([(name, pa.string()) for name in frame.columns])
        )
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


class _Sheet:
    """A workbook of one sheet; plain days become real date cells, as spreadsheet programs make them."""

    def __init__(self, file: BinaryIO) -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_numbers": False})
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001  (the format knows no zone)
        self._sheet = self._book.add_worksheet()
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._line = 0

    def write(self, frame: pl.DataFrame) -> None:
        if self._line == 0:
            self._sheet.write_row(0, 0, frame.columns)
        for row in frame.iter_rows():
            self._line += 1
            for place, value in enumerate(row):
                if (day := _plain_day(value)) is not None:
                    self._sheet.write_datetime(self._line, place, day, self._day)
                elif value:
                    self._sheet.write_string(self._line, place, value)

    def close(self) -> None:
        self._book.close()


def _plain_day(value: str | None) -> date | None:
    if value is None or len(value) != 10:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day.year >= 1900 else None
