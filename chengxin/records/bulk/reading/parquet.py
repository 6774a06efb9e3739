"""Parquet: batches of rows, every column as text; numbers in digits, days and instants as ISO 8601."""

from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pat

from chengxin.kernel.errors import Refusal
from chengxin.records.bulk.reading.content import Content
from chengxin.records.bulk.reading.mending import raw_text
from chengxin.records.bulk.reading.refusals import (
    ParquetColumn,
    ParquetDamaged,
    RowBytes,
    RowDigitsLost,
    RowNul,
)
from chengxin.records.bulk.reading.rows import CHUNK_ROWS, BrokenRow, Chunk, RowStream, Wanted

_EXACT_BELOW = 10**15


def parquet_open(content: Content, wanted: Wanted) -> RowStream:
    """Read the schema; raises HeaderUnknown, HeaderTwice, ParquetColumn, ParquetDamaged."""
    with content.seekable() as file:
        try:
            schema = pq.ParquetFile(file).schema_arrow
        except (pa.ArrowException, OSError) as problem:
            raise ParquetDamaged(name=content.name, problem=_reason(problem)) from None
    if not wanted.count(schema.names):
        raise wanted.refuse(schema.names, content.name)
    headers = wanted.headers(schema.names, content.name)
    for heading, kind in zip(headers, schema.types, strict=True):
        if pat.is_nested(kind) or not _readable(kind):
            raise ParquetColumn(column=heading, name=content.name, kind=str(kind))
    return RowStream("parquet", headers, 0, partial(_chunks, content, headers))


def _reason(problem: Exception) -> str:
    return str(problem).splitlines()[0][:200]


def _readable(kind: pa.DataType) -> bool:
    inner = kind.value_type if pat.is_dictionary(kind) else kind
    return any(
        test(inner)
        for test in (
            pat.is_string, pat.is_large_string, pat.is_string_view, pat.is_binary, pat.is_large_binary, pat.is_integer,
            pat.is_floating, pat.is_decimal, pat.is_boolean, pat.is_date, pat.is_timestamp, pat.is_null,
        )
    )  # fmt: skip


def _chunks(content: Content, headers: Sequence[str]) -> Iterator[Chunk]:
    row = 1
    with content.seekable() as file:
        try:
            for batch in pq.ParquetFile(file).iter_batches(CHUNK_ROWS, use_threads=False):
                yield _chunk(batch, headers, row)
                row += batch.num_rows
        except (pa.ArrowException, OSError) as problem:
            raise ParquetDamaged(name=content.name, problem=_reason(problem)) from None


def _chunk(batch: pa.RecordBatch, headers: Sequence[str], row: int) -> Chunk:
    faults: dict[int, Refusal] = {}
    columns = [_column(array, heading, faults) for array, heading in zip(batch.columns, headers, strict=True)]
    frame, lines = pl.DataFrame(columns), pl.int_range(row, row + batch.num_rows, eager=True).alias("line")
    if not faults:
        return Chunk(lines, frame)
    good = pl.Series([n not in faults for n in range(batch.num_rows)])
    broken = [BrokenRow(row + n, _raw(frame.row(n)), reason) for n, reason in sorted(faults.items())]
    return Chunk(lines.filter(good), frame.filter(good), broken)


def _raw(values: Sequence[str | None]) -> str:
    return raw_text("\t".join(v or "" for v in values).encode())


def _column(array: pa.Array, heading: str, faults: dict[int, Refusal]) -> pl.Series:
    """A column as text; rows whose value is no text are noted in `faults`."""
    if pat.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pat.is_null(array.type):
        return pl.Series(heading, [None] * len(array), dtype=pl.String)
    if pat.is_floating(array.type):
        return _of_floats(array, heading, faults)
    if pat.is_date(array.type) or pat.is_timestamp(array.type):
        return _of_days(array, heading)
    if pat.is_boolean(array.type) or pat.is_integer(array.type) or pat.is_decimal(array.type):
        return pl.Series(heading, array.cast(pa.string()))
    return _of_text(array, heading, faults)


def _of_text(array: pa.Array, heading: str, faults: dict[int, Refusal]) -> pl.Series:
    raw = array.cast(pa.large_binary())
    try:
        text = raw.cast(pa.large_string())
    except pa.ArrowInvalid:
        values = [None if v is None else v.decode("utf-8", "backslashreplace") for v in raw.to_pylist()]
        for n, (value, shown) in enumerate(zip(raw.to_pylist(), values, strict=True)):
            if value is not None and value != (shown or "").encode():
                faults[n] = RowBytes()
        text = pa.array(values, pa.large_string())
    series = pl.Series(heading, text)
    nul = series.str.contains("\0", literal=True)
    if nul.any():
        faults.update({n: RowNul() for n in nul.arg_true().to_list()})
    return series.replace("", None)


def _of_floats(array: pa.Array, heading: str, faults: dict[int, Refusal]) -> pl.Series:
    numbers = pl.Series(heading, array.cast(pa.float64())).fill_nan(None)
    lost = numbers.abs() >= _EXACT_BELOW
    if lost.any():
        faults.update({n: RowDigitsLost(heading=heading) for n in lost.arg_true().to_list()})
    whole = numbers == numbers.round()
    return (
        pl.select(
            pl.when(whole & ~lost)
            .then(numbers.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(numbers.cast(pl.String))
        )
        .to_series()
        .alias(heading)
    )


def _of_days(array: pa.Array, heading: str) -> pl.Series:
    if pat.is_date(array.type):
        return pl.Series(heading, array.cast(pa.date32())).dt.to_string("iso")
    instants = pl.Series(heading, array.cast(pa.timestamp("us")))
    if array.type.tz is not None:
        instants = instants.dt.replace_time_zone("UTC").dt.convert_time_zone("Asia/Shanghai").dt.replace_time_zone(None)
    days = instants.dt.date().dt.to_string("iso")
    at_midnight = instants.dt.truncate("1d") == instants
    return (
        pl.select(pl.when(at_midnight).then(days).otherwise(instants.dt.to_string("%Y-%m-%d %H:%M:%S")))
        .to_series()
        .alias(heading)
    )
