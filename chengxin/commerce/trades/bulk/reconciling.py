"""Cross-border trade reconciled three ways: what the orders, the payments and the parcels say of the same order."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from chengxin.commerce.trades.bulk.arriving import day_expr
from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.law.models import TradeKind

# What an order may be found to be; the first that holds counts.
FINDINGS = ("no-order", "no-payment", "no-parcel", "payment-differs", "parcel-differs", "agrees")


def reconciled(
    lake: Lake, kinds: Mapping[str, TradeKind], paths: Mapping[str, Sequence[str]], first: date, last: date
) -> pl.DataFrame:
    """One row an order across the border: what was ordered, paid (less what was given back) and declared, in fen, and what is found.

    An order counts by its own day; what was paid or sent without one, by the day of its payment or parcel.
    """

    def scan(kind: str) -> pl.LazyFrame:
        return lake.scan(paths[kind], polars_of(kinds[kind])).filter(pl.col("channel") == "cross-border")

    ordered = scan("orders").filter(pl.col("state") != "cancelled")
    ordered = ordered.select("order", "shop", pl.col("at").alias("ordered_at"), pl.col("amount").alias("ordered"))
    sign = pl.when(pl.col("state") == "refunded").then(-1).when(pl.col("state") == "failed").then(0).otherwise(1)
    paid = (
        scan("payments")
        .group_by("order")
        .agg(
            (pl.col("amount") * sign).sum().alias("paid"),
            pl.col("shop").min().alias("paid_shop"),
            pl.col("at").min().alias("paid_at"),
        )
    )
    sent = (
        scan("parcels")
        .group_by("order")
        .agg(pl.col("declared").sum(), pl.col("shop").min().alias("sent_shop"), pl.col("at").min().alias("sent_at"))
    )
    both = ordered.join(paid, on="order", how="full", coalesce=True).join(sent, on="order", how="full", coalesce=True)
    found = (
        pl.when(pl.col("ordered").is_null()).then(pl.lit("no-order"))
        .when(pl.col("paid").is_null()).then(pl.lit("no-payment"))
        .when(pl.col("declared").is_null()).then(pl.lit("no-parcel"))
        .when(pl.col("paid") != pl.col("ordered")).then(pl.lit("payment-differs"))
        .when(pl.col("declared") != pl.col("ordered")).then(pl.lit("parcel-differs"))
        .otherwise(pl.lit("agrees"))
    )  # fmt: skip
    day = day_expr(pl.coalesce("ordered_at", pl.min_horizontal("paid_at", "sent_at")))
    both = both.filter(day.is_between(first, last))
    shop = pl.coalesce("shop", "paid_shop", "sent_shop").alias("shop")
    wanted = "order", shop, "ordered_at", "ordered", "paid", "declared", found.alias("found")
    return both.select(*wanted).collect(engine="streaming").sort("found", "shop", "order")


def differences(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that do not agree."""
    return rows.filter(pl.col("found") != "agrees")


def counted(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """For each finding how many orders, and the three sums in fen."""
    sums = rows.group_by("found").agg(pl.len().alias("orders"), pl.col("ordered", "paid", "declared").sum())
    by = {row["found"]: row for row in sums.iter_rows(named=True)}
    none = {"orders": 0, "ordered": 0, "paid": 0, "declared": 0}
    return [by.get(found, {"found": found, **none}) for found in FINDINGS]
