"""Files as platforms send them: CSV or Parquet, opened without believing anything, and laid out by day where they are large."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.schemas import INSTANT
from chengxin.law.models import TradeKind

LINE, DAY = "line", "day"
# A file of no more rows or bytes is judged in one piece; a larger one is first laid out by day, so that memory is a day's.
ROWS_AT_ONCE, BYTES_AT_ONCE = 2_000_000, 256 << 20
_CHINA_US, _DAY_US = 8 * 3_600_000_000, 86_400_000_000


@contextmanager
def reading(form: str) -> Iterator[None]:
    """What the reader says of a file may repeat its cells: only that it cannot be read is told."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError):
        raise rules.FileUnreadable(form=form) from None


class Arrived:
    """A file on the disk, opened: its columns fit the kind, its rows are not read yet."""

    def __init__(self, path: Path, kind: TradeKind) -> None:
        self.kind = kind
        with path.open("rb") as file:
            self.form = "Parquet" if file.read(4) == b"PAR1" else "CSV"
        with reading(self.form):
            if self.form == "Parquet":
                self.scan = pl.scan_parquet(
                    path, row_index_name=LINE, row_index_offset=1, hive_partitioning=False, glob=False
                )
            else:
                self.scan = pl.scan_csv(
                    path,
                    infer_schema=False,
                    row_index_name=LINE,
                    row_index_offset=2,
                    glob=False,
                )
            self.schema = dict(self.scan.collect_schema())
            self.rows = self._rows(path)
        del self.schema[LINE]
        rules.columns_fit(kind, list(self.schema))
        for name, column in kind.columns.items():
            dtype = self.schema.get(name)
            if column.type == "instant" and isinstance(dtype, pl.Datetime) and dtype.time_zone is None:
                raise rules.InstantUnzoned(column=name)
            if dtype is not None and dtype.is_nested():
                raise rules.FileUnreadable(form=self.form)

    def _rows(self, path: Path) -> int | None:
        if self.form == "Parquet":
            return int(self.scan.select(pl.len()).collect().item())
        return None if path.stat().st_size > BYTES_AT_ONCE else 0

    @property
    def at_once(self) -> bool:
        """Whether it is small enough to be judged in one piece."""
        return self.rows is not None and self.rows <= ROWS_AT_ONCE

    def frames(self, scratch: Path) -> Iterator[pl.DataFrame]:
        """The rows as they came, each with its line: all at once, or a day at a time; those without a readable instant come together."""
        with reading(self.form):
            if self.at_once:
                yield self.scan.collect()
                return
            day = day_expr(instant_expr(self.kind.at, self.schema[self.kind.at]))
            laid = pl.PartitionBy(scratch, key=day.alias(DAY), include_key=False)
            self.scan.sink_parquet(laid, compression="uncompressed", statistics=False, mkdir=True)
        for folder in sorted(scratch.iterdir()):
            with reading(self.form):
                frame = pl.read_parquet(folder / "*.parquet", hive_partitioning=False)
            yield frame
            for file in folder.iterdir():
                file.unlink()


def instant_expr(name: str, dtype: pl.DataType) -> pl.Expr:
    """The column as instants: what is no instant is null."""
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return column.cast(INSTANT)
    if dtype.is_integer():
        return column.cast(pl.Int64, strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if dtype != pl.String:
        return pl.lit(None, dtype=INSTANT)
    written = column.str.to_datetime("%+", time_unit="us", strict=False, exact=True).cast(INSTANT)
    counted = column.str.extract(r"^(\d{15,17})$").cast(pl.Int64, strict=False)
    return pl.coalesce(written, counted.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))


def day_expr(instant: pl.Expr) -> pl.Expr:
    """The day in China on which an instant falls: eight hours ahead of UTC, the year round."""
    return ((instant.dt.epoch("us") + _CHINA_US) // _DAY_US).cast(pl.Int32).cast(pl.Date)
