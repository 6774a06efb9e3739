"""`python -m benchmarks.trades`: trades filed beside the same rows sorted and written, a shop's year read back, deleted reviews found."""

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.place import Place
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown
from benchmarks.trades.one import forgotten
from benchmarks.trades.world import FILINGS, KINDS, World

HERE = Path(__file__).parent
PARTS = (*KINDS, "month", "shop", "deleted")
KEYS = {"orders": "order", "payments": "payment", "parcels": "parcel", "reviews": "review"}
DATABASE, PLATFORM, MONTHLY = "trades", "yunji", "qingfan"
# So many days' files are made, filed, measured against the floor and taken away before the next are made.
BATCH = 30
AIM, YEAR_AIM, FLAT_AIM = ">=0.6", "<=1", "<=1.3"
# In a small size the start of each command is all there is to see: no aim is held against it.
AIMED_FROM = 1_000_000
FLOOR = ("下限：排序、压缩、写入", "floor: sorted, compressed, written")
WORDS = {
    "orders": ("订单，一天一个文件", "orders, a file a day"),
    "payments": ("付款", "payments"),
    "parcels": ("包裹", "parcels"),
    "reviews": ("评价", "reviews"),
    "all": ("以上一天一个文件的合计", "all of a file a day together"),
    "month": ("订单，一月一个文件", "orders, a file a month"),
    **{f"{kind}-plain": FLOOR for kind in (*KINDS, "all", "month")},
    "memory": ("内存，与最小规模相比", "memory beside the smallest size"),
    "shop": ("一家店铺一年，新进程", "a shop’s year, a fresh process"),
    "shop-large": ("最大店铺一年，新进程", "the largest shop’s year, a fresh process"),
    "shop-warm": ("一家店铺一年，再读", "a shop’s year, read again"),
    "shop-large-warm": ("最大店铺一年，再读", "the largest shop’s year, read again"),
    "deleted": ("查找被删除的评价", "deleted reviews found"),
    "deleted-false": ("误报", "found though not deleted"),
}

Measured = dict[str, Any]


class NotAsMade(Exception):
    """What was filed or found is not what was made."""


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; 1 where an aim is missed."""
    asked = parser_make("trades", "交易资料性能测试 / the benchmark of trades", PARTS, HERE).parse_args(words)
    console, lines = Console(stderr=True), list[Line]()
    before = frozen_read(asked.frozen)
    for case in cases_read(HERE, "orders", asked.sizes):
        orders = int(case["orders"])
        world = World(orders, max(1, min(int(case["a_day"]), -(-orders // 4))), int(case["shops"]))
        with Place(asked.work, keep=asked.keep) as place, console.status(f"{orders:,}"):
            runs = []
            for _ in range(asked.runs or int(case["runs"])):
                runs.append(_run(place, world, asked.only))
                if "deleted" in asked.only and (reviews := min(int(case["reviews"]), orders)):
                    runs[-1] += _deleted(place, reviews)
        lines += middle(runs)
        lines += _growth([*before.values(), *lines], orders)
    shown(lines, before, WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return int(any(line.met is False for line in lines))


def _run(place: Place, world: World, only: Sequence[str]) -> list[Line]:
    """One size. Where the place is kept, what an earlier run has filed and noted is not filed again."""
    kinds = [kind for kind in KINDS if kind in only]
    database = f"{DATABASE}{world.orders}"
    notes = place.folder / f"{database}.jsonl"
    if not (place.keep and place.database_there(database)):
        notes.unlink(missing_ok=True)
        place.database_fresh(database)
        for platform in (PLATFORM, MONTHLY) if "month" in only else (PLATFORM,):
            place.command("actors", platform, "--kind", "platform", database=database)
    noted = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()] if notes.exists() else []
    for first in range(0, len(world.days), BATCH):
        days = range(first, min(first + BATCH, len(world.days)))
        # One large file a size is enough: its days are the first.
        for kind in [*kinds, *(["month"] if "month" in only and not first else [])]:
            if any(note["what"] == kind and note["first"] == first for note in noted):
                continue
            note = _batch(place, database, world, kind, days)
            noted.append({"what": kind, "first": first, **note})
            with notes.open("a", encoding="utf-8") as file:
                file.write(json.dumps(noted[-1]) + "\n")
    lines = [line for what in PARTS for line in _lines(world.orders, what, [n for n in noted if n["what"] == what])]
    if len(kinds) > 1:
        lines += list(_lines(world.orders, "all", [note for note in noted if note["what"] in kinds]))
    if "shop" in only:
        lines += _shops(place, database, world)
    if not place.keep:
        shutil.rmtree(place.folder / "home" / "lake", ignore_errors=True)
    return lines


def _batch(place: Place, database: str, world: World, what: str, days: range) -> Measured:
    """Some days of a kind: made, filed by the command, written by the floor, taken away; each of the two goes first in turn."""
    folder, kind = place.folder / "files", "orders" if what == "month" else what
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    words = map(str, ("make", world.orders, world.a_day, world.shops, what, days.start, days.stop, folder))
    made = place.module("benchmarks.trades.one", *words, database=database).result
    files, faulty = made["paths"], made["faulty"]
    took: Measured = {}
    for turn in ("ours", "plain") if days.start // BATCH % 2 == 0 else ("plain", "ours"):
        place.settle()
        if turn == "ours":
            platform = MONTHLY if what == "month" else PLATFORM
            done = place.command("trades", "file", platform, kind, *files, "--by", platform, database=database)
            found = done.result
            took |= {"wall": done.seconds, "own": found["seconds"], "peak": found["peak_memory_bytes"]}
            took |= {name: found[name] for name in ("rows", "accepted", "refused", "unmet")}
            if found["refused"] != faulty or found["accepted"] + faulty != found["rows"]:
                raise NotAsMade(f"{what}: {faulty} faulty rows made, {found['refused']} refused")
        else:
            plain = ("plain", KEYS[kind], str(folder / "plain"), *files)
            floor = place.module("benchmarks.trades.one", *plain, database=database).result
            took |= {f"plain_{name}": floor[name] for name in ("seconds", "bytes", "peak", "rows")}
            shutil.rmtree(folder / "plain")
    if took["plain_rows"] != took["rows"]:
        raise NotAsMade(f"{what}: {took['rows']} rows filed, {took['plain_rows']} written")
    shutil.rmtree(folder)
    with place.connected(database) as connection:
        row = connection.execute(
            "select sum(bytes) from trades_part where platform = %s and kind = %s and day between %s and %s",
            [MONTHLY if what == "month" else PLATFORM, kind, world.days[days[0]], world.days[days[-1]]],
        ).fetchone()
    return took | {"bytes": int(row[0]) if row else 0, "files": len(files)}


def _lines(size: int, what: str, noted: Sequence[Measured]) -> Iterator[Line]:
    if not noted:
        return
    sums = {name: sum(note[name] for note in noted) for name in noted[0] if name not in ("what", "first")}
    rows, accepted, own, plain = sums["rows"], sums["accepted"], sums["own"], sums["plain_seconds"]
    note = f"{rows:,} rows in {sums['files']:,} files, {sums['bytes'] / accepted:.1f} bytes a row (floor {sums['plain_bytes'] / rows:.1f})"
    note += f", refused {sums['refused']:,}" + (f", unmet {sums['unmet']:,}" if sums["unmet"] else "")
    peak = max(note["peak"] for note in noted)
    aim = AIM if size >= AIMED_FROM else ""
    yield Line(size, what, sums["wall"], own, rows / own, ratio=plain / own, aim=aim, memory_bytes=peak, note=note)
    peak = max(note["plain_peak"] for note in noted)
    yield Line(size, f"{what}-plain", own_seconds=plain, per_second=rows / plain, memory_bytes=peak)


def _growth(lines: Sequence[Line], size: int) -> list[Line]:
    """The most memory that a filing of a file a day took at this size, beside that at the smallest size there is."""
    peaks = {
        s: max(line.memory_bytes or 0 for line in lines if line.size == s and line.what in KINDS)
        for s in {line.size for line in lines if line.what in KINDS}
    }
    if size not in peaks or min(peaks) == size:
        return []
    ratio = peaks[size] / peaks[min(peaks)]
    return [Line(size, "memory", ratio=ratio, aim=FLAT_AIM, memory_bytes=peaks[size], note=f"{min(peaks):,} orders: 1")]


def _shops(place: Place, database: str, world: World) -> Iterator[Line]:
    """A shop in the middle of the list, and the largest: read by a process that has read nothing yet from files that are not in memory, and again."""
    first, last, aim = str(world.days[0]), str(world.days[-1]), YEAR_AIM if world.orders >= AIMED_FROM else ""
    for what, shop in (("shop", world.shops // 4), ("shop-large", 0)):
        words = ("shop", PLATFORM, world.shop_named(shop), first, last)
        forgotten(place.folder / "home" / "lake")
        done = place.module("benchmarks.trades.one", *words, database=database)
        found = done.result
        note = f"{found['rows']:,} rows of {len(world.days)} days"
        cold = found["cold"]
        yield Line(world.orders, what, done.seconds, cold, ratio=cold, aim=aim, memory_bytes=found["peak"], note=note)
        note = f"a plain scan: {found['plain']:.3f} s"
        yield Line(world.orders, f"{what}-warm", own_seconds=found["warm"], ratio=found["warm"], aim=aim, note=note)


def _deleted(place: Place, reviews: int) -> list[Line]:
    """Thirty whole filings of the last seven days, in one process; then what the register says has vanished, beside what was made to vanish."""
    database = f"{DATABASE}deleted"
    place.database_fresh(database)
    words = ("deleted", str(reviews), PLATFORM, str(place.folder / "reviews.parquet"))
    done = place.module("benchmarks.trades.one", *words, database=database)
    found = done.result
    own, rows, made = found["seconds"], found["rows"], found["made"]
    note = f"{FILINGS} filings of {rows:,} rows; {made:,} vanished; filings that found another number: {found['other']}"
    decoys = "late, corrected, rewritten, hidden, moved, refused, back again"
    return [
        Line(reviews, "deleted", done.seconds, own, rows / own, ratio=found["found"] / made, aim=">=1", note=note),
        Line(reviews, "deleted-false", ratio=float(found["false"]), aim="<=0", note=decoys),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
