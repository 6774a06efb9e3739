"""Rows of the lake as a door gives them: of one shop, refused, vanished."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from chengxin.commerce.trades.bulk.judging import REASON
from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.landing import conformed
from chengxin.commerce.trades.bulk.schemas import polars_of, schema_of
from chengxin.commerce.trades.rules import REASONS
from chengxin.law.models import TradeKind

Rows = list[dict[str, Any]]


def shop_rows(
    lake: Lake,
    kind: TradeKind,
    paths: Sequence[str],
    shop: str,
    *,
    since: datetime,
    until: datetime,
    most: int,
    after: int,
) -> tuple[int, Rows]:
    """How many rows the shop has in these files between two instants, and so many of them after the first `after`, by instant and key."""
    schema = polars_of(kind)
    rows = conformed(lake.of_shop(paths, schema, kind.shop, shop), schema)
    rows = rows.filter(pl.col(kind.at).is_between(since, until, closed="left")).sort(kind.at, *kind.row_key)
    return rows.height, rows.slice(after, most).to_dicts()


def refused_lines(lake: Lake, path: str) -> Iterator[str]:
    """The refused rows as lines of a CSV file to mend: their columns as they came, with line, reason and the reason's words."""
    rows = lake.scan([path], {}).collect()
    words = {code: f"{zh} / {en}" for code, (zh, en) in REASONS.items()}
    told = rows.with_columns(pl.col(REASON).replace_strict(words).alias("message"))
    for at in range(0, told.height, 10_000):
        yield told.slice(at, 10_000).write_csv(include_header=at == 0, include_bom=at == 0)


def rows_of(lake: Lake, paths: Sequence[str], most: int) -> Rows:
    """So many rows of these files, one below the other."""
    return lake.scan(paths, {}).head(most).collect().to_dicts() if paths else []


def frame_write(rows: Rows | pl.DataFrame, path: Path) -> int:
    """Write the rows as CSV, or as Parquet where the file’s name says so; returns how many."""
    frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows, infer_schema_length=None)
    if path.suffix == ".parquet":
        frame.write_parquet(path, compression="zstd")
    else:
        frame.write_csv(path, include_bom=True)
    return frame.height


def template_write(kind: TradeKind, path: Path) -> None:
    """An empty Parquet file of the kind, whose fields say their units: what a platform fills."""
    pq.write_table(schema_of(kind).empty_table(), path)
