"""Parcels and scans read out of the lake of trades, set by set."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from chengxin.commerce.logistics.rules import Scan
from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.law.models import TradeKind


def parcel_found(lake: Lake, kind: TradeKind, paths: Sequence[str], waybill: str) -> dict[str, Any] | None:
    """The parcel of this number in these files: when it was handed over, to whom, its state; the latest where the number was used again.
    Its order and its shop are not read.
    """
    rows = lake.scan(paths, polars_of(kind)).select("parcel", "carrier", "at", "channel", "state")
    found = rows.filter(pl.col("parcel") == waybill).sort("at").tail(1).collect().to_dicts()
    return found[0] if found else None


def scans_found(lake: Lake, kind: TradeKind, paths: Sequence[str], waybill: str) -> list[Scan]:
    """Its scans in these files."""
    rows = lake.scan(paths, polars_of(kind)).select("parcel", "at", "step", "station")
    return [
        Scan(row["at"], row["step"], row["station"])
        for row in rows.filter(pl.col("parcel") == waybill).collect().to_dicts()
    ]
