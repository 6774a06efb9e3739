"""What the columns of a kind are in Arrow and in Polars, with their units."""

import json

import polars as pl
import pyarrow as pa

from chengxin.law.models import TradeColumn, TradeKind

INSTANT = pl.Datetime("us", "UTC")


def polars_of(kind: TradeKind) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Column → type: what is counted and paid is a whole number, an instant is in microseconds of UTC, all else is text."""
    return {name: _polars(column) for name, column in kind.columns.items()}


def _polars(column: TradeColumn) -> pl.DataType | type[pl.DataType]:
    if column.type in ("count", "money"):
        return pl.Int64
    return INSTANT if column.type == "instant" else pl.String


def unit_of(column: TradeColumn) -> str:
    """What one stands for in a column of numbers: fen, microseconds, or the unit that the lawbook names; nothing for text."""
    return {"money": "fen", "instant": "us-utc", "count": column.unit or ""}.get(column.type, "")


def schema_of(kind: TradeKind) -> pa.Schema:
    """The Arrow schema of a file of this kind; each field says its title and its unit."""
    arrow = {"count": pa.int64(), "money": pa.int64(), "instant": pa.timestamp("us", "UTC")}
    fields = [
        pa.field(
            name,
            arrow.get(column.type, pa.string()),
            nullable=not column.required,
            metadata={"title": column.title.zh, "title_en": column.title.en, "unit": unit_of(column)},
        )
        for name, column in kind.columns.items()
    ]
    return pa.schema(fields, metadata={"kind": kind.key})


def metadata_of(kind: TradeKind) -> dict[str, str]:
    """What each file of the lake says of itself: its kind and its units."""
    units = {name: unit_of(column) for name, column in kind.columns.items() if unit_of(column)}
    return {"chengxin.kind": kind.key, "chengxin.units": json.dumps(units, sort_keys=True)}
