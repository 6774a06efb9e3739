"""The orders and parcels that rows name, looked for in the days that stand."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.law.models import TradeKind

# How far back a named order or parcel is looked for, in days: each time as far as this, for what was not found until then.
REFERENCE_STEPS = (2, 14, 60, 400)
_FEW_ONE_IN = 10
# Sixteen bytes a row: 128 MB at the most, which is three weeks of a platform with 400,000 orders a day.
_ROWS_KEPT = 8_000_000


@dataclass(frozen=True)
class Standing:
    """The file that holds a day, as the manifest has it: the number of its version, and where it lies."""

    version: int
    path: str


@dataclass(frozen=True)
class Referred:
    """Where the rows that a column names are looked for: their kind, and its standing days."""

    kind: TradeKind
    days: Mapping[date, Standing]


class Pairs:
    """Hashes of each row's key and shop in the files of a lake that were read last. Each day's orders are looked for in nearly the same
    files as the day's before, and a file of the lake never changes: whoever files many keeps one of these.
    """

    def __init__(self, rows: int = _ROWS_KEPT) -> None:
        self._most, self._rows = rows, 0
        self._kept: OrderedDict[str, pl.DataFrame] = OrderedDict()

    def of(self, lake: Lake, kind: TradeKind, path: str) -> pl.DataFrame | None:
        """What is kept of this file."""
        found = self._kept.get(f"{lake.root}/{path}")
        if found is not None:
            self._kept.move_to_end(f"{lake.root}/{path}")
        return found

    def keep(self, lake: Lake, path: str, pairs: pl.DataFrame) -> None:
        """Keep it, and let go of what was not asked for the longest, as far as there is no room."""
        if pairs.height > self._most:
            return
        self._kept[f"{lake.root}/{path}"] = pairs
        self._rows += pairs.height
        while self._rows > self._most:
            self._rows -= self._kept.popitem(last=False)[1].height


def differing(
    lake: Lake, named: pl.DataFrame, referred: Referred, first: date, last: date, pairs: Pairs
) -> tuple[np.ndarray, int]:
    """Which rows name what is another shop's, and how many name what is not filed.

    Takes the rows' `key` and `shop`, and the first and last of their days. What the latest days hold is not looked for in earlier ones, and
    hashes are compared before words.
    """
    key, shop = referred.kind.row_key[0], referred.kind.shop
    wrong, left = np.zeros(named.height, dtype=bool), np.ones(named.height, dtype=bool)
    rows = named.select(pl.int_range(pl.len()).alias("row"), pl.col("key", "shop").hash())
    for paths in reference_days(referred.days, first, last):
        few = left.sum() * _FEW_ONE_IN < len(left)
        rest = named["key"].filter(pl.Series(left)) if few else None
        looked = rows.filter(pl.Series(left)).lazy()
        same = pl.col("held") == pl.col("shop")
        hashed = pl.concat(_hashed(lake, referred.kind, paths, rest, pairs))
        met = hashed.join(looked, on="key").select("row", same.alias("same")).collect(engine="streaming")
        if not met["same"].all():
            held = lake.scan(paths, polars_of(referred.kind)).select(
                pl.col(key).alias("key"), pl.col(shop).alias("held")
            )
            some = named.with_row_index("row").gather(met.filter(~pl.col("same"))["row"].to_list()).lazy()
            exact = held.join(some, on="key").group_by("row").agg(same.any().alias("same"))
            wrong[exact.filter(~pl.col("same")).collect(engine="streaming")["row"].to_numpy()] = True
        left[met["row"].to_numpy()] = False
        if not left.any():
            break
    return wrong, int(left.sum())


def _hashed(
    lake: Lake, kind: TradeKind, paths: Sequence[str], rest: pl.Series | None, pairs: Pairs
) -> list[pl.LazyFrame]:
    """Hashes of key and shop in these files. Where only the `rest` is still looked for, a file that is not kept is read as far as its rows
    can be among them: most ids grow with time, and groups of rows whose bounds exclude them are passed over.
    """
    key, shop = pl.col(kind.row_key[0]), pl.col(kind.shop)
    kept = {path: pairs.of(lake, kind, path) for path in paths}
    found = [frame.lazy() for frame in kept.values() if frame is not None]
    unread = [path for path, frame in kept.items() if frame is None]
    if rest is not None and unread:
        held = lake.scan(unread, polars_of(kind)).filter(key.is_between(pl.lit(rest.min()), pl.lit(rest.max())))
        return [*found, held.select(key.hash().alias("key"), shop.hash().alias("held"))]
    for path in unread:
        frame = lake.scan([path], polars_of(kind)).select(key.hash().alias("key"), shop.hash().alias("held")).collect()
        pairs.keep(lake, path, frame)
        found.append(frame.lazy())
    return found


def reference_days(days: Mapping[date, Standing], first: date, last: date) -> Iterator[Sequence[str]]:
    """The files in which the orders of rows of these days are looked for: those of the days themselves and a few before, then ever earlier ones."""
    until = last
    for back in REFERENCE_STEPS:
        since = first - timedelta(days=back)
        if paths := [
            standing.path for day, standing in sorted(days.items()) if standing.path and since <= day <= until
        ]:
            yield paths
        until = since - timedelta(days=1)
