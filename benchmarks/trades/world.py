"""An invented platform, made day by day: orders, their payments, parcels and reviews; and reviews filed again and again, some of them gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pyarrow as pa

from chengxin.kernel.identifiers import uscc_check

KINDS = ("orders", "payments", "parcels", "reviews")
LAST = date(2026, 10, 31)
# What of a day's orders is reviewed, in tenths, and how many days after the order: of each ten orders one a day.
REVIEWED, REVIEW_DAYS, PARCEL_DAYS = 6, 10, 3
FAULTY_ONE_IN = 1000
MERCHANTS = 2000
DAY_US = 86_400_000_000
CHINA_US = 8 * 3_600_000_000
# Orders stand between seven in the morning and a little before midnight, so that payments fall on their day.
OPEN_US, SPAN_US = 7 * 3_600_000_000, 16 * 3_600_000_000
HEX = np.frombuffer(b"".join(b"%02x" % n for n in range(256)), dtype=np.uint16)

Array = np.ndarray


def mixed(n: Array, salt: int) -> Array:
    """Numbers that look drawn by chance, the same whoever draws them (splitmix64)."""
    z = n.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def texts(width: int, content: Array) -> pl.Series:
    """Strings of one width out of their bytes."""
    rows = content.size // width
    offsets = pa.py_buffer(np.arange(0, rows * width + 1, width, dtype=np.int64))
    array = pa.Array.from_buffers(pa.large_string(), rows, [None, offsets, pa.py_buffer(np.ascontiguousarray(content))])
    found = pl.from_arrow(array)
    assert isinstance(found, pl.Series)
    return found


def hexadecimal(n: Array, salt: int) -> pl.Series:
    """Thirty-two hexadecimal digits of each number: a pseudonym, or a digest."""
    both = np.stack([mixed(n, salt), mixed(n, salt + 1)], axis=1)
    return texts(32, HEX[both.view(np.uint8)].view(np.uint8))


def numbered(letter: str, n: Array, digits: int) -> pl.Series:
    """A letter and so many digits of each number."""
    content = np.empty((n.size, digits + 1), dtype=np.uint8)
    content[:, 0] = ord(letter)
    rest = n.astype(np.int64)
    for at in range(digits, 0, -1):
        rest, content[:, at] = rest // 10, rest % 10 + 48
    return texts(digits + 1, content.reshape(-1))


def codes() -> pl.Series:
    """Invented unified codes with their right check characters."""
    bodies = [f"91330106MA{n:07d}" for n in range(MERCHANTS)]
    return pl.Series([body + uscc_check(body) for body in bodies])


def chosen(values: Sequence[str], parts: Sequence[int], drawn: Array) -> pl.Series:
    """One of the values, so many of a hundred each."""
    bounds = np.cumsum(parts)
    assert bounds[-1] == 100
    return pl.Series(values)[np.searchsorted(bounds, (drawn % np.uint64(100)).astype(np.int64), side="right")]


def instants(us: Array) -> pl.Series:
    """Microseconds of UTC as instants."""
    return pl.Series(us.astype(np.int64)).cast(pl.Datetime("us", "UTC"))


@dataclass(frozen=True)
class World:
    """So many orders, as many on each day, the last of which is the same in every world; at so many shops, few of which have many."""

    orders: int
    a_day: int
    shops: int

    @property
    def days(self) -> list[date]:
        """The days on which there are orders."""
        many = -(-self.orders // self.a_day)
        return [LAST - timedelta(days=many - 1 - n) for n in range(many)]

    def frame(self, kind: str, day: int) -> pl.DataFrame:
        """What the platform has to file of this kind on its n-th day."""
        return {"orders": self._orders, "payments": self._payments, "parcels": self._parcels, "reviews": self._reviews}[
            kind
        ](day)

    def shop_named(self, n: int) -> str:
        """The n-th shop, the one with the most orders first."""
        return f"s{n:06d}"

    def _numbers(self, day: int) -> Array:
        if day < 0:
            return np.arange(0)
        return np.arange(day * self.a_day, min(self.orders, (day + 1) * self.a_day))

    def _after(self, day: int, within: int, some: int = 10) -> Array:
        """The orders of so many days of which something happens on this one: each day's in turn."""
        found = [self._numbers(day - lag) for lag in range(within)]
        return np.concatenate([n[(n % within == lag) & (n // within % 10 < some)] for lag, n in enumerate(found)])

    def _shops(self, n: Array) -> Array:
        drawn = mixed(n, 1) / 2.0**64
        return (self.shops * drawn**1.5).astype(np.int64)

    def _at(self, n: Array) -> Array:
        first = self.days[0]
        start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) * 1_000_000 - CHINA_US
        return start + n // self.a_day * DAY_US + OPEN_US + (mixed(n, 2) % np.uint64(SPAN_US)).astype(np.int64)

    def _amount(self, n: Array) -> Array:
        return np.exp(4 + 5 * (mixed(n, 3) / 2.0**64)).astype(np.int64) * 10

    def _channel(self, n: Array) -> pl.Series:
        return chosen(("domestic", "cross-border"), (95, 5), mixed(n, 4))

    def _orders(self, day: int) -> pl.DataFrame:
        n = self._numbers(day)
        shops, amount = self._shops(n), self._amount(n)
        # So few that each is looked at, so many that refusing is part of what is timed.
        amount[mixed(n, 9) % np.uint64(FAULTY_ONE_IN) == 0] = -1
        return pl.DataFrame(
            {
                "order": numbered("E", n + 10**11, 12),
                "shop": numbered("s", shops, 6),
                "merchant": codes()[shops % MERCHANTS],
                "buyer": hexadecimal((mixed(n, 5) % np.uint64(max(10, self.orders // 5))).astype(np.int64), 50),
                "at": instants(self._at(n)),
                "goods": numbered("g", shops * 20 + (mixed(n, 6) % np.uint64(20)).astype(np.int64), 8),
                "category": chosen(
                    ("food", "cosmetics", "farm-produce", "daily-goods", "other"), (20, 10, 10, 40, 20), mixed(shops, 7)
                ),
                "quantity": (mixed(n, 8) % np.uint64(4)).astype(np.int64) + 1,
                "amount": amount,
                "channel": self._channel(n),
                "state": chosen(("completed", "shipped", "cancelled"), (90, 4, 6), mixed(n, 10)),
            }
        )

    def _about(self, letter: str, name: str, n: Array) -> dict[str, pl.Series]:
        return {
            name: numbered(letter, n + 10**11, 12),
            "order": numbered("E", n + 10**11, 12),
            "shop": numbered("s", self._shops(n), 6),
        }

    def _payments(self, day: int) -> pl.DataFrame:
        n = self._numbers(day)
        return pl.DataFrame(
            {
                **self._about("P", "payment", n),
                "at": instants(self._at(n) + 60_000_000),
                "amount": self._amount(n),
                "channel": self._channel(n),
                "means": chosen(("payment-firm", "bank", "on-delivery"), (80, 15, 5), mixed(n, 11)),
                "state": chosen(("paid", "held", "refunded"), (92, 4, 4), mixed(n, 12)),
            }
        )

    def _parcels(self, day: int) -> pl.DataFrame:
        n = self._after(day, PARCEL_DAYS)
        return pl.DataFrame(
            {
                **self._about("K", "parcel", n),
                "carrier": numbered("c", (mixed(n, 13) % np.uint64(8)).astype(np.int64), 2),
                "at": instants(self._at(n) + n % PARCEL_DAYS * DAY_US + 600_000_000),
                "declared": self._amount(n),
                "weight": (mixed(n, 14) % np.uint64(5000)).astype(np.int64) + 20,
                "channel": self._channel(n),
                "state": chosen(("delivered", "sent", "returned"), (93, 4, 3), mixed(n, 15)),
            }
        )

    def _reviews(self, day: int) -> pl.DataFrame:
        n = self._after(day, REVIEW_DAYS, REVIEWED)
        drawn = mixed(n, 16)
        characters = (drawn % np.uint64(120)).astype(np.int64)
        return pl.DataFrame(
            {
                **self._about("R", "review", n),
                "buyer": hexadecimal((mixed(n, 5) % np.uint64(max(10, self.orders // 5))).astype(np.int64), 50),
                "at": instants(self._at(n) + n % REVIEW_DAYS * DAY_US + 1_800_000_000),
                "stars": 5 - np.minimum(4, (mixed(n, 17) % np.uint64(40)).astype(np.int64) ** 2 // 320),
                "characters": characters,
                # What has no words has no digest.
                "digest": hexadecimal(n, 60).set(pl.Series(characters == 0), None),
                "pictures": (mixed(n, 18) % np.uint64(3)).astype(np.int64),
                "state": pl.repeat("shown", n.size, eager=True),
            }
        )


# --- reviews filed whole, again and again -----------------------------------------------------------------------------

FILINGS, WINDOW = 30, 7
# What becomes of a review after it was filed: so many of ten thousand each. The rest stays as it is.
FATES = {
    "deleted": 10,  # found, as is what follows here
    "emptied": 5,
    "emptied-deleted": 3,
    "moved-deleted": 3,
    "refused-deleted": 3,
    "deleted-back": 3,
    "moved": 20,  # no finding, as is all that follows
    "refused": 20,
    "corrected": 50,
    "rewritten": 20,
    "hidden": 30,
    "hidden-emptied": 10,
}
LATE_ONE_IN = 50
_FATES = list(FATES)
_FOUND = 6


@dataclass(frozen=True)
class Reviews:
    """So many reviews over thirty days; at the end of each the platform files the last seven days whole, as they then stand."""

    reviews: int

    def window(self, filing: int) -> tuple[date, date]:
        """The days of which the n-th filing is all."""
        last = self._day(filing)
        return max(self._day(0), last - timedelta(days=WINDOW - 1)), last

    def frame(self, filing: int) -> pl.DataFrame:
        """What the platform files at the end of the n-th day: the reviews of its window that it still has."""
        some = [self._of_day(day, filing) for day in range(max(0, filing - WINDOW), filing + 1)]
        first, last = self.window(filing)
        found = pl.concat(some)
        return found.filter((pl.col("at") + pl.duration(hours=8)).dt.date().is_between(first, last))

    def vanished(self) -> list[set[tuple[str, str]]]:
        """For each filing what must be found in it: review and how it vanished."""
        found: list[set[tuple[str, str]]] = [set() for _ in range(FILINGS)]
        for day in range(FILINGS):
            n, _, fate, when = self._drawn(day)
            names = numbered("R", n + 10**11, 12).to_list()
            for at in np.flatnonzero((fate > 0) & (fate <= _FOUND)).tolist():
                kind, filing = _FATES[fate[at] - 1], int(when[at])
                later = min(filing, FILINGS), min(filing + 1, FILINGS)
                for step, how in {
                    "deleted": ((0, "missing"),),
                    "deleted-back": ((0, "missing"),),
                    "emptied": ((0, "emptied"),),
                    "emptied-deleted": ((0, "emptied"), (1, "missing")),
                    "moved-deleted": ((1, "missing"),),
                    "refused-deleted": ((1, "missing"),),
                }[kind]:
                    if later[step] < FILINGS:
                        found[later[step]].add((names[at], how))
        return found

    def _day(self, n: int) -> date:
        return LAST - timedelta(days=FILINGS - 1 - n)

    def _drawn(self, day: int) -> tuple[Array, Array, Array, Array]:
        """The day's reviews: their numbers, the filing in which each comes first, what becomes of it, and in which filing."""
        n = np.arange(self.reviews * day // FILINGS, self.reviews * (day + 1) // FILINGS)
        late = (mixed(n, 30) % np.uint64(LATE_ONE_IN) == 0) * (1 + (mixed(n, 31) % np.uint64(3)).astype(np.int64))
        bounds = np.cumsum([10_000 - sum(FATES.values()), *FATES.values()])
        fate = np.searchsorted(bounds, (mixed(n, 32) % np.uint64(10_000)).astype(np.int64), side="right")
        # One to five filings after it came, and one before its day leaves the window, for what takes two filings.
        came = day + late
        room = np.maximum(1, day + WINDOW - 2 - came)
        when = came + 1 + (mixed(n, 33) % room.astype(np.uint64)).astype(np.int64)
        return n, came, fate, when

    def _of_day(self, day: int, filing: int) -> pl.DataFrame:
        n, came, fate, when = self._drawn(day)
        names = np.array(["", *_FATES])[fate]
        done, then = filing >= when, filing >= when + 1
        there = came <= filing
        for name, gone in {
            "deleted": done, "deleted-back": done & ~then, "emptied-deleted": then, "moved-deleted": then, "refused-deleted": then
        }.items():  # fmt: skip
            there &= ~((names == name) & gone)
        n, names, done, once = n[there], names[there], done[there], np.equal(when, filing)[there]

        def of(*fates: str) -> Array:
            return np.isin(names, fates)

        first = self._day(0)
        start = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) * 1_000_000 - CHINA_US
        moved = (of("moved", "moved-deleted") & done).astype(np.int64)
        at = start + (day + moved) * DAY_US + OPEN_US + (mixed(n, 34) % np.uint64(SPAN_US)).astype(np.int64)
        written = 1 + (mixed(n, 35) % np.uint64(120)).astype(np.int64)
        emptied = of("emptied", "emptied-deleted", "hidden-emptied") & done
        rewritten = of("rewritten") & done
        hidden = pl.Series(of("hidden", "hidden-emptied") & done)
        stars = 1 + (mixed(n, 36) % np.uint64(5)).astype(np.int64)
        stars = np.where(of("corrected") & done, 6 - stars, stars)
        # Six stars refuse the row: for one filing, or for the one before it is gone.
        stars = np.where(of("refused", "refused-deleted") & once, 6, stars)
        return pl.DataFrame(
            {
                "review": numbered("R", n + 10**11, 12),
                "order": numbered("E", n + 10**11, 12),
                "shop": numbered("s", (10_000 * (mixed(n, 37) / 2.0**64) ** 1.5).astype(np.int64), 6),
                "buyer": hexadecimal(n, 38),
                "at": instants(at),
                "stars": stars,
                "characters": np.where(emptied, 0, written + rewritten),
                "digest": hexadecimal(n + 10**12 * rewritten, 39).set(pl.Series(emptied), None),
                "state": pl.repeat("shown", n.size, eager=True).set(hidden, "hidden"),
                "hidden_for": pl.repeat(None, n.size, dtype=pl.String, eager=True).set(hidden, "withdrawn"),
            }
        )
