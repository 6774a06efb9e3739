"""One computation in a process of its own: `python -m benchmarks.ratings.one FOLDER ours|plain`; prints seconds, peak memory and a sum that both must have."""

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl

from chengxin.commerce.ratings.bulk import Filed, shops_seen
from chengxin.commerce.ratings.rules import Seen, shop_rated
from chengxin.commerce.trades.bulk.lake import lake_of
from chengxin.law import load

FIRST, LAST, ON = date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 22)
KINDS = ("orders", "reviews", "returns", "parcels")


def ours(folder: Path) -> dict[str, int]:
    """Every shop rated as the register does it, a hundredth of the orders taken out; nothing is written to a database."""
    law = load().on(ON)
    method = law.methods["shop-rating"]
    paths = {
        kind: [str(path.relative_to(folder)) for path in sorted((folder / kind).glob("*.parquet"))] for kind in KINDS
    }
    rows = sum(
        pl.scan_parquet(folder / path).select(pl.len()).collect().item() for some in paths.values() for path in some
    )
    excluded = [f"o{n:010d}" for n in range(0, int((folder / "orders.txt").read_text(encoding="utf-8")), 5000)]
    filed = Filed(paths, (), rows, excluded, FIRST, LAST)
    shops = stars = late = 0
    for seen in shops_seen(lake_of(str(folder)), law.trade_kinds, filed, method):
        shop_rated(method, {key: Seen(seen[f"{key}.count"], seen[f"{key}.total"]) for key in method.features})
        shops += 1
        stars += seen["buyers-stars.total_all"]
        late += seen["sent-late.total_all"]
    return {"shops": shops, "stars": stars, "late": late}


def plain(folder: Path) -> dict[str, int]:
    """What anybody would write: three group-bys over the whole, no key told apart, nothing taken out, no interval."""
    orders, reviews, returns, parcels = (pl.scan_parquet(folder / kind / "*.parquet") for kind in KINDS)
    told = reviews.group_by("shop").agg(pl.len().alias("reviews"), pl.col("stars").sum())
    bad = returns.filter(pl.col("ground") == "quality").select("order").unique().with_columns(pl.lit(1).alias("bad"))
    back = orders.join(bad, on="order", how="left").group_by("shop").agg(pl.len().alias("orders"), pl.col("bad").sum())
    sent = parcels.group_by("order").agg(pl.col("at").min().alias("sent"))
    late = orders.join(sent, on="order").group_by("shop").agg((pl.col("sent") - pl.col("at") > pl.duration(hours=48)).sum().alias("late"))  # fmt: skip
    a, _, c = pl.collect_all([told, back, late], engine="streaming")
    return {"shops": a.height, "stars": int(a["stars"].sum()), "late": int(c["late"].sum())}


if __name__ == "__main__":
    started = time.monotonic()
    found = {"ours": ours, "plain": plain}[sys.argv[2]](Path(sys.argv[1]))
    took, peak = time.monotonic() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps({"seconds": took, "memory": peak, **found}))
