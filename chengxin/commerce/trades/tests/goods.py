"""Invented trades for the tests: frames in the kinds' own columns, written as Parquet or CSV and filed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from chengxin.actors.services import actor_add
from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.commerce.trades.services import FilingResult, trades_file
from chengxin.law import load
from chengxin.law.models import TradeKind
from tests.world import NOW, TODAY, code

PLATFORM = "yunji"
FIRST = datetime(2026, 10, 1, 2, tzinfo=UTC)

Row = dict[str, Any]


def kind_of(key: str) -> TradeKind:
    """The kind as the lawbook has it on the tests' own day."""
    return load().on(TODAY).trade_kinds[key]


def pseudonym(n: int) -> str:
    """The n-th buyer, as a platform would hide one."""
    return sha256(f"buyer {n}".encode()).hexdigest()[:32]


def order(n: int, **changes: Any) -> Row:
    """The n-th order: one every hour from the first day on, at three shops in turn."""
    return {
        "order": f"o{n:06d}",
        "shop": f"s{n % 3}",
        "merchant": code(n % 3 + 1),
        "buyer": pseudonym(n % 7),
        "at": FIRST + timedelta(hours=n),
        "goods": f"g{n % 5}",
        "category": "food",
        "quantity": 1,
        "amount": 1000 + n,
        "channel": "cross-border" if n % 4 == 0 else "domestic",
        "state": "completed",
    } | changes


def review(n: int, **changes: Any) -> Row:
    """The review of the n-th order, an hour after it."""
    return {
        "review": f"r{n:06d}",
        "order": f"o{n:06d}",
        "shop": f"s{n % 3}",
        "buyer": pseudonym(n % 7),
        "at": FIRST + timedelta(hours=n + 1),
        "stars": n % 5 + 1,
        "characters": 10 + n,
        "digest": pseudonym(n),
        "state": "shown",
    } | changes


def frame_of(kind: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """The rows in the kind's own types, with those of its columns that any row has."""
    schema = {name: dtype for name, dtype in polars_of(kind_of(kind)).items() if any(name in row for row in rows)}
    return pl.DataFrame(list(rows), schema=schema)


def parquet_write(path: Path, kind: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the rows as a platform would."""
    frame_of(kind, rows).write_parquet(path)
    return path


def csv_write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the rows as CSV: instants with their offset, what is nothing as nothing."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [{name: _cell(row.get(name)) for name in names} for row in rows]
    pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String)).write_csv(path)
    return path


def _cell(value: Any) -> str | None:
    if isinstance(value, datetime):
        return value.isoformat()
    return None if value is None else str(value)


def platform_add(key: str = PLATFORM) -> str:
    """A platform that may file."""
    actor_add(key=key, kind="platform", title="云集商城", title_en="Yunji Mall", by="operator", at=NOW)
    return key


def filed(
    folder: Path,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    at: datetime = NOW,
    whole: rules.Whole | None = None,
    **how: Any,
) -> FilingResult:
    """Write the rows to a new file and file it; every row stands in exactly one count."""
    path = parquet_write(folder / f"{len(list(folder.iterdir()))}.parquet", kind, rows)
    words: dict[str, Any] = {"platform": PLATFORM, "by": PLATFORM} | how
    done = trades_file(kind=kind, path=path, at=at, whole=whole, **words)
    assert done.accepted + done.refused + done.unchanged == done.rows
    return done
