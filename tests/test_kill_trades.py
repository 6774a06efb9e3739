"""`kill -9` of a filing of trades, of whatever kind and at any moment: all of it or none of it is read, and what is left over is swept."""

import contextlib
import os
import random
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from chengxin.commerce.trades.bulk.schemas import polars_of
from chengxin.commerce.trades.tests.goods import FIRST, pseudonym
from chengxin.law import load
from chengxin.law.models import TradeKind
from chengxin.site.server import server_url
from tests.test_kill import Nursery, nursery
from tests.world import TODAY, code

__all__ = ["nursery"]
# Every kind once in the suite, and a whole filing; as many times as wished by hand.
ROUNDS = int(os.environ.get("CHENGXIN_KILLS", "1"))
TABLES = ("trades_filing", "trades_part", "trades_vanished", "ledger_entry")
# Days of each filing, rows of each, reviews that the whole filing leaves out.
DAYS, MANY, LEFT_OUT = 10, 30_000, 11


def counts() -> dict[str, int]:
    statement = " union all ".join(f"select '{t}', count(*) from {t}" for t in TABLES)
    with psycopg.connect(server_url()) as connection:
        return {str(table): int(rows) for table, rows in connection.execute(statement)}


def standing_rows(lake: Path, kind: str) -> int:
    """The rows that a reader sees: those of the files that the manifest lists, each of which must lie there whole."""
    statement = "select distinct on (day) path, rows from trades_part where kind = %s order by day, version desc"
    with psycopg.connect(server_url()) as connection:
        listed = connection.execute(statement, [kind]).fetchall()
    for path, rows in listed:
        assert pl.scan_parquet(lake / path, hive_partitioning=False).select(pl.len()).collect().item() == rows
    return sum(rows for _, rows in listed)


def listed_files() -> set[str]:
    """Every file that the manifest lists."""
    statement = "select path from trades_part union select refused_path from trades_filing union select path from trades_vanished"
    with psycopg.connect(server_url()) as connection:
        return {path for (path,) in connection.execute(statement)} - {""}


def frame_made(kind: TradeKind, number: int) -> pl.DataFrame:
    """Rows of any kind over ten days, the first of them faulty: whatever a column's type wants, and each key once."""

    def value(name: str, n: int) -> Any:
        column = kind.columns[name]
        made: dict[str, Any] = {
            "id": f"{name[0]}{number}-{n}" if name in kind.row_key else f"{name[0]}{n % 3}",
            "pseudonym": pseudonym(n % 7),
            "digest": pseudonym(n % 7),
            "code": code(n % 3 + 1),
            "instant": FIRST + timedelta(minutes=n % MANY * DAYS * 1300 // MANY),
            "choice": next(iter(column.values or {""})),
        }
        return made.get(column.type, (column.least or 0) + 1 + n % 2)

    needed = [name for name, column in kind.columns.items() if column.required]
    schema = {name: polars_of(kind)[name] for name in needed}
    frame = pl.DataFrame({name: [value(name, n) for n in range(MANY)] for name in needed}, schema=schema)
    return frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("not an id")).otherwise(kind.shop).alias(kind.shop)
    )


def test_a_filing_killed_at_any_moment_is_there_whole_or_not_at_all(
    tmp_path: Path, installed: Path, nursery: Nursery
) -> None:
    chance, lake = random.Random(20261127), installed / "lake"
    kinds = load().on(TODAY).trade_kinds
    nursery.run("actors", "yunji", "--kind", "platform", "--title", "云集商城")
    rows, spent, ended = dict.fromkeys(kinds, 0), 0.0, {"whole": 0, "nothing": 0}

    def filed(kind: str, frame: pl.DataFrame, *how: str, kill: bool = True) -> dict[str, Any]:
        """File once to be killed, and again: the first is there or is not, and the second mends it; each row stands in one count."""
        nonlocal spent
        path = tmp_path / f"{kind}-{sum(ended.values())}-{kill}.parquet"
        frame.write_parquet(path)
        before, words = counts(), ("trades", "file", "yunji", kind, str(path), *how)
        begun = time.monotonic()
        process = nursery.start(*words, "--json")
        if kill:
            time.sleep(spent * chance.uniform(0.1, 1.1))
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        status, out, err = nursery.wait(process)
        if not kill:
            assert status == 0, out + err
            spent = time.monotonic() - begun
        after = counts()
        new = after["trades_filing"] - before["trades_filing"]
        assert new in (0, 1)
        assert new or after == before
        ended["whole" if new else "nothing"] += kill
        standing = rows[kind] + (frame.height - 1 if new and not how else 0)
        if not how:
            assert standing_rows(lake, kind) == standing
        again = nursery.run(*words)
        assert (again["accepted"] + again["unchanged"], again["refused"]) == (frame.height - 1, 1)
        return again

    for number in range(ROUNDS):
        for name, kind in kinds.items():
            frame = frame_made(kind, number)
            filed(name, frame, kill=bool(spent))
            rows[name] += frame.height - 1
            assert standing_rows(lake, name) == rows[name]
            if kind.lasting:
                days = ("--whole", "--from", str(FIRST.date()), "--to", str(FIRST.date() + timedelta(days=DAYS)))
                before = counts()["trades_vanished"]
                filed(name, frame.head(MANY - LEFT_OUT), *days)
                rows[name] = frame.height - 1 - LEFT_OUT
                assert standing_rows(lake, name) == rows[name]
                assert counts()["trades_vanished"] == before + 1
                with psycopg.connect(server_url()) as connection:
                    found = connection.execute(
                        "select missing from trades_vanished order by id desc limit 1"
                    ).fetchone()
                assert found is not None and found[0] >= LEFT_OUT
    assert ended["nothing"] >= max(1, sum(ended.values()) // 5), ended
    swept = nursery.run("trades", "keep", "yunji")
    assert {str(p.relative_to(lake)) for p in lake.rglob("*.parquet")} == listed_files()
    assert swept["files"] == 0 and nursery.run("trades", "keep", "yunji")["swept"] == 0
