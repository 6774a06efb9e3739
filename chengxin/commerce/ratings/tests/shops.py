"""An invented platform's month for the tests of ratings: shops of firms and of one person, their orders, reviews, returns, parcels."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from chengxin.commerce.merchants.tests.stalls import filed as shops_filed
from chengxin.commerce.merchants.tests.stalls import shop, stall
from chengxin.commerce.ratings.bulk import Filed, shops_seen
from chengxin.commerce.ratings.rules import Period, period_of
from chengxin.commerce.trades.bulk.lake import Lake
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.commerce.trades.tests.goods import PLATFORM, filed, pseudonym
from chengxin.law import load
from chengxin.law.models import Method
from tests.world import TODAY

OCTOBER: Period = period_of("2026-10")
MIDNIGHT = datetime(2026, 10, 2, 0, tzinfo=UTC)

Row = dict[str, Any]
Kinds = dict[str, list[Row]]


def method() -> Method:
    """The method as the lawbook has it on the tests' own day."""
    return load().on(TODAY).methods["shop-rating"]


def trade(
    n: int,
    shop: str = "s1",
    *,
    stars: int = 5,
    returned: str = "",
    hours: int = 24,
    lost: bool = False,
    hidden_for: str = "",
) -> Kinds:
    """The n-th trade of a shop: ordered, sent after so many hours, reviewed, and perhaps returned or lost."""
    at = MIDNIGHT + timedelta(minutes=n * 11 % 30_000)
    order = f"o{n:06d}"
    common = {"order": order, "shop": shop}
    rows: Kinds = {
        "orders": [
            {
                **common, "buyer": pseudonym(n), "at": at, "goods": "g1", "category": "other", "quantity": 1, "amount": 1000, "channel": "domestic",
                "state": "completed",
            }
        ],
        "parcels": [
            {
                **common, "parcel": f"p{n:06d}", "carrier": "c1", "at": at + timedelta(hours=hours), "declared": 1000, "weight": 10,
                "channel": "domestic", "state": "lost" if lost else "delivered",
            }
        ],
        "reviews": [
            {
                **common, "review": f"r{n:06d}", "buyer": pseudonym(n), "at": at + timedelta(hours=1), "stars": stars, "characters": 9,
                "digest": pseudonym(n), "state": "hidden" if hidden_for else "shown", "hidden_for": hidden_for or None,
                "added_at": at + timedelta(hours=2) if n % 5 == 0 else None,
            }
        ],
        "returns": [],
    }  # fmt: skip
    if returned:
        rows["returns"] = [
            {
                **common,
                "return": f"b{n:06d}",
                "at": at + timedelta(days=3),
                "amount": 1000,
                "ground": returned,
                "state": "refunded",
            }
        ]
    return rows


def together(trades: Sequence[Kinds]) -> Kinds:
    """The rows of these trades by kind, in the order of the trades."""
    return {
        kind: [row for each in trades for row in each[kind]] for kind in ("orders", "parcels", "reviews", "returns")
    }


def month_filed(folder: Path, trades: Sequence[Kinds], **how: Any) -> None:
    """File them as the platform would: orders first."""
    for kind, rows in together(trades).items():
        if rows:
            filed(folder, kind, rows, **how)


def firms_filed() -> None:
    """Two shops of firms, and one that a person keeps."""
    shops_filed(shop(1), shop(2), stall(1))


def seen_in(lake: Lake, rows: Mapping[str, Sequence[Row]], excluded: Sequence[str] = (), at_once: int = 10**6) -> Any:
    """What is seen of each shop in rows that lie in the lake, a file a kind, without filing them."""
    kinds = load().on(TODAY).trade_kinds
    paths = {}
    for kind, some in rows.items():
        frame = pl.DataFrame(list(some), schema=polars_of(kinds[kind]))
        paths[kind] = [lake.put(frame, f"seen/{kind}").path] if frame.height else []
    count = sum(len(some) for some in rows.values())
    held = Filed(paths, (), count, sorted(excluded), OCTOBER.first, OCTOBER.last)
    return {each["shop"]: each for each in shops_seen(lake, kinds, held, method(), rows_at_once=at_once)}


__all__ = ["OCTOBER", "PLATFORM", "firms_filed", "method", "month_filed", "seen_in", "together", "trade"]
