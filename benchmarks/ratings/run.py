"""`python -m benchmarks.ratings`: every shop of a platform rated over a month, beside a plain group-by over the same files."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.place import ROOT
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown

HERE = Path(__file__).parent
PARTS = ("rate", "plain")
DAYS = 31
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
WORDS = {"rate": ("评价各店铺", "rate every shop"), "plain": ("下限：直接分组", "floor: plain group-bys")}


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked."""
    asked = parser_make("ratings", "店铺评价性能测试 / the benchmark of ratings", PARTS, HERE).parse_args(words)
    console, lines = Console(stderr=True), list[Line]()
    for case in cases_read(HERE, "orders", asked.sizes):
        orders = int(case["orders"])
        folder = asked.work / f"lake-{orders}"
        with console.status(f"{orders:,}"):
            world_write(folder, orders, max(1, orders // 100))
            runs = [_measured(folder, orders, asked.only) for _ in range(asked.runs or int(case["runs"]))]
            lines += middle(runs)
        if not asked.keep:
            shutil.rmtree(folder)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return 0


def world_write(folder: Path, orders: int, shops: int) -> None:
    """A month of trades as files of the lake, one a day and kind: each order with a parcel, six of ten reviewed, one of twenty-five returned."""
    for kind in ("orders", "reviews", "returns", "parcels"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    folder.joinpath("orders.txt").write_text(str(orders), encoding="utf-8")
    for day in range(DAYS):
        n = pl.int_range(day, orders, DAYS, eager=True).alias("n").to_frame()
        if n.is_empty():
            continue
        # Of fixed primes: the same rows whoever writes them.
        drawn = ((pl.col("n") * 2_654_435_761) % 4_294_967_291).alias("drawn")
        at = pl.lit(FIRST + timedelta(days=day)) + pl.duration(seconds=pl.col("n") % 50_000)
        text = pl.col("n").cast(pl.String).str.zfill(10)
        rows = n.with_columns(drawn, at.cast(pl.Datetime("us", "UTC")).alias("at"), text.alias("t")).with_columns(
            ("o" + pl.col("t")).alias("order"), ("s" + (pl.col("drawn") % shops).cast(pl.String)).alias("shop")
        )
        part = pl.col("drawn") // shops
        hours = pl.when(part % 10 == 0).then(60).otherwise(20)
        write = {
            "orders": rows.select("order", "shop", "at", pl.lit("completed").alias("state")),
            "parcels": rows.select(
                ("p" + pl.col("t")).alias("parcel"), "order", "shop", pl.col("at") + pl.duration(hours=hours), pl.lit("delivered").alias("state")
            ),
            "reviews": rows.filter(part % 10 < 6).select(
                ("r" + pl.col("t")).alias("review"), "order", "shop", "at", (part % 7).clip(1, 5).alias("stars"), pl.lit("shown").alias("state"),
                pl.lit(None, pl.String).alias("hidden_for"), pl.lit(None, pl.Datetime("us", "UTC")).alias("added_at"),
            ),
            "returns": rows.filter(part % 25 == 0).select(
                ("b" + pl.col("t")).alias("return"), "order", "shop", "at", pl.lit("quality").alias("ground"), pl.lit("refunded").alias("state")
            ),
        }  # fmt: skip
        for kind, frame in write.items():
            frame.sort("shop", "at").write_parquet(
                folder / kind / f"{day:02d}.parquet", compression="zstd", compression_level=3
            )


def _measured(folder: Path, orders: int, only: Sequence[str]) -> list[Line]:
    found = {part: _one(folder, "ours" if part == "rate" else part) for part in PARTS if part in only}
    if len(found) == len(PARTS):
        same = ("shops", "stars", "late")
        assert [found["rate"][name] for name in same] == [found["plain"][name] for name in same], "both see the same"
    lines = []
    for part, each in found.items():
        ratio = each["seconds"] / found["plain"]["seconds"] if part == "rate" and "plain" in found else None
        lines.append(
            Line(
                orders, part, own_seconds=each["seconds"], per_second=orders / each["seconds"], ratio=ratio, memory_bytes=each["memory"],
                note=f"shops {each['shops']:,}",
            )
        )  # fmt: skip
    return lines


def _one(folder: Path, what: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.ratings.one", str(folder.resolve()), what]
    found: dict[str, Any] = json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
