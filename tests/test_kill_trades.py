"""`kill -9` of a filing of trades at any moment: all of it or none of it is read, and what is left over is swept."""

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import polars as pl
import psycopg

from chengxin.commerce.trades.tests.goods import order, parquet_write
from chengxin.site.server import server_url
from tests.test_kill import Nursery, nursery

__all__ = ["nursery"]
# Few in the suite; as many as wished by hand.
ROUNDS = int(os.environ.get("CHENGXIN_KILLS", "6"))
TABLES = ("trades_filing", "trades_part", "trades_vanished", "ledger_entry")


def counts() -> dict[str, int]:
    statement = " union all ".join(f"select '{t}', count(*) from {t}" for t in TABLES)
    with psycopg.connect(server_url()) as connection:
        return {str(table): int(rows) for table, rows in connection.execute(statement)}


def standing_rows(lake: Path) -> int:
    """The rows that a reader sees: those of the files that the manifest lists, each of which must lie there whole."""
    with psycopg.connect(server_url()) as connection:
        listed = connection.execute(
            "select distinct on (day) path, rows from trades_part where kind = 'orders' order by day, version desc"
        ).fetchall()
    for path, rows in listed:
        assert pl.scan_parquet(lake / path, hive_partitioning=False).select(pl.len()).collect().item() == rows
    return sum(rows for _, rows in listed)


def test_a_filing_killed_at_any_moment_is_there_whole_or_not_at_all(
    tmp_path: Path, installed: Path, nursery: Nursery
) -> None:
    chance = random.Random(20261127)
    lake = installed / "lake"
    nursery.run("actors", "yunji", "--kind", "platform", "--title", "云集商城")
    frame = parquet_write(tmp_path / "seed.parquet", "orders", [order(n) for n in range(240)])
    seed = pl.read_parquet(frame)
    rows, whole, ended = 0, 0.0, {"whole": 0, "nothing": 0}
    for number in range(ROUNDS + 1):
        path = tmp_path / f"{number}.parquet"
        many = pl.concat([seed.with_columns(order=pl.col("order") + f"-{number}-{n}") for n in range(150)])
        many.write_parquet(path)
        before = counts()
        begun = time.monotonic()
        process = nursery.start("trades", "file", "yunji", "orders", str(path), "--json")
        if number:
            time.sleep(whole * chance.uniform(0.1, 1.1))
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        status, out, err = nursery.wait(process)
        if not number:
            assert status == 0, out + err
            whole = time.monotonic() - begun
        after = counts()
        new = after["trades_filing"] - before["trades_filing"]
        assert new in (0, 1)
        if new:
            rows += many.height
        else:
            assert after == before
        ended["whole" if new else "nothing"] += 1
        assert standing_rows(lake) == rows
        again = nursery.run("trades", "file", "yunji", "orders", str(path))
        assert again["accepted"] + again["unchanged"] == many.height
        rows += again["accepted"]
        assert standing_rows(lake) == rows == (number + 1) * many.height
    assert ended["nothing"] >= max(1, ROUNDS // 5), ended
    swept = nursery.run("trades", "keep", "yunji")
    with psycopg.connect(server_url()) as connection:
        listed = {path for (path,) in connection.execute("select path from trades_part")}
    assert {str(p.relative_to(lake)) for p in lake.rglob("*.parquet")} == listed
    assert swept["files"] == 0 and nursery.run("trades", "keep", "yunji")["swept"] == 0
