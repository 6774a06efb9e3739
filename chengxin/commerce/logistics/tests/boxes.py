"""Invented parcels and scans for the tests, in the columns of the files."""

from datetime import timedelta
from typing import Any

from chengxin.commerce.trades.tests.goods import FIRST, Row


def parcel(n: int, **changes: Any) -> Row:
    """The n-th parcel, handed over n hours after the first instant to the first carrier, delivered."""
    return {
        "parcel": f"w{n:04d}", "order": f"o{n:06d}", "shop": f"s{n % 3}", "carrier": "c1", "at": FIRST + timedelta(hours=n), "declared": 1000,
        "weight": 500, "channel": "domestic", "state": "delivered",
    } | changes  # fmt: skip


def scan(n: int, hours: float, step: str, station: str = "A1") -> Row:
    """A scan of the n-th parcel, so many hours after it was handed over."""
    return {
        "parcel": f"w{n:04d}",
        "shop": f"s{n % 3}",
        "at": FIRST + timedelta(hours=n + hours),
        "step": step,
        "station": station,
    }


def scans(n: int, hours: float = 48) -> list[Row]:
    """A whole way of the n-th parcel, delivered so many hours after it was handed over."""
    steps = ("accepted", "A1"), ("departed", "A1"), ("arrived", "B2"), ("out-for-delivery", "B2"), ("delivered", "B2")
    return [scan(n, hours * at / 4, *step) for at, step in enumerate(steps)]
