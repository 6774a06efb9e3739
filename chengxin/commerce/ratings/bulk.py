"""What was seen of every shop of a platform over a period: set-wise, a part of the shops at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from chengxin.commerce.trades.bulk.arriving import day_expr
from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.landing import conformed
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.law.models import Feature, Method, TradeKind

# So many rows of the lake are held at a time: the shops are parted by their hash into as many parts as that takes.
ROWS_AT_ONCE = 2_000_000
KINDS = ("orders", "reviews", "returns", "parcels", "remarks")
# A review that its own writer took back is none any more; every other one counts, hidden or not.
TAKEN_BACK = "withdrawn"
_OUT = "_out"


@dataclass(frozen=True)
class Filed:
    """What is read: the files of each kind, those of reviews that vanished, how many rows they are, the orders taken out, and those complained of."""

    paths: Mapping[str, Sequence[str]]
    vanished: Sequence[str] = ()
    rows: int = 0
    excluded: Sequence[str] = ()
    first: date = field(default=date.min)
    last: date = field(default=date.max)
    complained: Sequence[str] = ()


@dataclass(frozen=True)
class ShopsSeen:
    """What was seen of every shop, as often as it is asked for, a shop at a time."""

    _frames: Sequence[pl.DataFrame]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for frame in self._frames:
            yield from frame.iter_rows(named=True)


def shops_seen(
    lake: Lake, kinds: Mapping[str, TradeKind], filed: Filed, method: Method, *, rows_at_once: int = ROWS_AT_ONCE
) -> ShopsSeen:
    """Each shop with what was seen of it: its counts, and for each feature `KEY.count` and `KEY.total` with the trades taken out left out, and
    `KEY.count_all` and `KEY.total_all` with them in. The order in which rows were filed, and the parting, change nothing.
    """
    parts = max(1, -(-filed.rows // rows_at_once))
    return ShopsSeen([_part(lake, kinds, filed, method, part, parts).sort("shop") for part in range(parts)])


def _part(
    lake: Lake, kinds: Mapping[str, TradeKind], filed: Filed, method: Method, part: int, parts: int
) -> pl.DataFrame:
    excluded = pl.Series(filed.excluded, dtype=pl.String).implode()
    complained = pl.Series(filed.complained, dtype=pl.String).implode()
    within = day_expr(pl.col("at")).is_between(filed.first, filed.last)

    def scan(kind: str, *names: str) -> pl.LazyFrame:
        """The rows of this part's shops; a key that stands in two days counts as it was said last."""
        key = kinds[kind].row_key[0]
        wanted = list(dict.fromkeys([key, "shop", "order", "at", *names]))
        rows = _columns(lake, filed.paths.get(kind, ()), kinds[kind], wanted)
        if kind == "reviews" and filed.vanished:
            gone = _columns(lake, filed.vanished, kinds[kind], wanted)
            gone = gone.join(rows, on=key, how="anti").with_columns(pl.lit(value=True).alias("gone"))
            rows = pl.concat([rows.with_columns(pl.lit(value=False).alias("gone")), gone])
        if parts > 1:
            rows = rows.filter(pl.col("shop").hash(seed=0) % parts == part)
        rest = [name for name in rows.collect_schema().names() if name != key]
        last = rows.group_by(key).agg(pl.col(rest).get(pl.col("at").arg_max())).drop(key if key != "order" else [])
        # Held, since each is looked at several times below; a part is small enough.
        return last.with_columns(pl.col("order").is_in(excluded).alias(_OUT)).collect(engine="streaming").lazy()

    orders = scan("orders", "state").filter(within, pl.col("state") != "cancelled")
    reviews = scan("reviews", "stars", "state", "hidden_for", "added_at").filter(within)
    returns = scan("returns", "ground", "state")
    parcels = scan("parcels", "state")
    of_order = ["order", "shop"]
    first_sent = parcels.group_by(of_order).agg(pl.col("at").min().alias("sent_at"))
    bases = {
        "review-stars": lambda each: reviews.filter((pl.col("hidden_for") != TAKEN_BACK).fill_null(value=True)).select(
            "shop", _OUT, pl.col("stars").alias("said")
        ),
        "orders-returned": lambda each: _with_any(orders, returns.filter(_where(each)), of_order),
        "orders-sent-late": lambda each: orders.join(first_sent, on=of_order).select(
            "shop", _OUT, (pl.col("sent_at") - pl.col("at") > pl.duration(hours=each.within_hours)).cast(pl.Int64).alias("said"),
        ),
        "orders-with-parcel": lambda each: _with_any(
            orders.join(first_sent, on=of_order, how="semi"), parcels.filter(_where(each)), of_order
        ),
        "orders-complained": lambda each: orders.select(
            "shop", _OUT, pl.col("order").is_in(complained).cast(pl.Int64).alias("said")
        ),
    }  # fmt: skip
    tables = [_summed(bases[each.computed](each), key) for key, each in method.features.items()]
    in_period = [
        orders.group_by("shop").agg(pl.len().alias("orders"), pl.col(_OUT).sum().alias("excluded")),
        reviews.group_by("shop").agg(
            pl.len().alias("reviews"),
            pl.col("added_at").is_not_null().sum().alias("added"),
            (pl.col("state") == "hidden").sum().alias("hidden"),
            (pl.col("hidden_for") == TAKEN_BACK).sum().alias("withdrawn"),
            (pl.col("gone").sum() if filed.vanished else pl.lit(0)).alias("vanished"),
        ),
        returns.join(orders, on=of_order, how="semi").group_by("shop").agg(pl.len().alias("returns")),
        parcels.join(orders, on=of_order, how="semi").group_by("shop").agg(pl.len().alias("parcels")),
        scan("remarks").filter(within).group_by("shop").agg(pl.len().alias("remarks")),
    ]
    collected = [*pl.collect_all([*tables, *in_period], engine="streaming")]
    shops = pl.concat([each.select("shop") for each in collected]).unique()
    for each in collected:
        shops = shops.join(each, on="shop", how="left")
    return shops.with_columns(pl.exclude("shop").fill_null(0).cast(pl.Int64))


def _columns(lake: Lake, paths: Sequence[str], kind: TradeKind, wanted: Sequence[str]) -> pl.LazyFrame:
    """These columns of the files, empty where an older file lacks one."""
    schema = {name: dtype for name, dtype in polars_of(kind).items() if name in wanted}
    if not paths:
        return pl.LazyFrame(schema=schema)
    rows = lake.scan(paths, schema)
    if set(schema) <= set(rows.collect_schema().names()):
        return rows.select(list(schema))
    return pl.concat([conformed(lake.scan([path], schema).collect(), schema).lazy() for path in paths])


def _where(feature: Feature) -> pl.Expr:
    """The rows that the feature looks for."""
    return pl.all_horizontal([pl.col(name).is_in(list(values)) for name, values in sorted(feature.where.items())])


def _with_any(orders: pl.LazyFrame, found: pl.LazyFrame, on: list[str]) -> pl.LazyFrame:
    """One for each order for which anything is found, nought for the others."""
    marked = found.select(on).unique().with_columns(pl.lit(1, dtype=pl.Int64).alias("said"))
    return orders.join(marked, on=on, how="left").select("shop", _OUT, pl.col("said").fill_null(0))


def _summed(said: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """What is said of each shop, counted and added up, with the trades taken out and without."""
    kept = ~pl.col(_OUT)
    return said.group_by("shop").agg(
        kept.sum().alias(f"{key}.count"),
        (pl.col("said") * kept).sum().alias(f"{key}.total"),
        pl.len().alias(f"{key}.count_all"),
        pl.col("said").sum().alias(f"{key}.total_all"),
    )
