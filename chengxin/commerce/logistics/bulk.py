"""Parcels and scans read out of the lake of trades, set by set."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import polars as pl

from chengxin.commerce.logistics.rules.tracing import Scan
from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.law.models import TradeKind

Span: TypeAlias = tuple[datetime, datetime]


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


def parcels_named(
    lake: Lake, kind: TradeKind, paths: Sequence[str], waybills: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Of each number that is filed its carrier and when it was handed over, the latest."""
    rows = lake.scan(paths, polars_of(kind)).select("parcel", "carrier", "at")
    found = rows.filter(pl.col("parcel").is_in(list(waybills))).sort("at").collect().to_dicts()
    return {row["parcel"]: row for row in found}


def parcels_shipped(
    lake: Lake, kind: TradeKind, paths: Sequence[str], shops: Sequence[str], carriers: Sequence[str], span: Span
) -> int:
    """How many parcels these shops sent with these carriers between two instants."""
    rows = lake.scan(paths, polars_of(kind)).filter(
        pl.col("shop").is_in(list(shops)), pl.col("carrier").is_in(list(carriers)), pl.col("at").is_between(*span, closed="left"),
    )  # fmt: skip
    return int(rows.select(pl.len()).collect().item())


def fates_counted(
    lake: Lake, kinds: Mapping[str, TradeKind], paths: Mapping[str, Sequence[str]], carriers: Sequence[str], span: Span, *,
    known_at: datetime, promised: int, lost: int,
) -> dict[str, int]:  # fmt: skip
    """How many parcels that these carriers took between two instants met each fate: `judging.fate`, set by set."""
    parcels = lake.scan(paths["parcels"], polars_of(kinds["parcels"])).select(
        "parcel", "carrier", "at", "channel", "state"
    )
    parcels = parcels.filter(pl.col("carrier").is_in(list(carriers)), pl.col("at").is_between(*span, closed="left"))
    parcels = parcels.sort("at").unique("parcel", keep="last", maintain_order=True)
    scans = lake.scan(paths["scans"], polars_of(kinds["scans"])).select("parcel", pl.col("at").alias("when"), "step")
    scans = scans.filter(pl.col("when") <= known_at).join(parcels, on="parcel", how="semi").group_by("parcel").agg(
        pl.col("when").filter(pl.col("step") == "delivered").min().alias("delivered"),
        (pl.col("step") == "returned").any().alias("returned"),
        pl.lit(value=True).alias("scanned"),
    )  # fmt: skip
    both = parcels.join(scans, on="parcel", how="left").with_columns(
        pl.col("returned", "scanned").fill_null(value=False)
    )
    delivered = pl.col("delivered") >= pl.col("at")
    found = (
        pl.when(pl.col("channel") != "domestic").then(pl.lit("abroad"))
        .when(pl.col("at") + timedelta(days=lost) > known_at).then(pl.lit("open"))
        .when(pl.col("state") == "lost").then(pl.lit("lost"))
        .when(delivered & (pl.col("delivered") <= pl.col("at") + timedelta(days=promised))).then(pl.lit("in-time"))
        .when(delivered).then(pl.lit("late"))
        .when(pl.col("returned") | (pl.col("state") == "returned")).then(pl.lit("returned"))
        .when(~pl.col("scanned") | (pl.col("state") == "delivered") | pl.col("delivered").is_not_null()).then(pl.lit("unknown"))
        .otherwise(pl.lit("lost"))
    )  # fmt: skip
    counted = both.select(found.alias("fate")).group_by("fate").len().collect()
    return dict(counted.iter_rows())
