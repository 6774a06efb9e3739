"""One thing in a process of its own, whose memory is its own too, and which prints what it took: `python -m benchmarks.trades.one make|plain|shop|deleted WORD…`."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

from benchmarks.trades.world import Reviews, World

CHINA = "Asia/Shanghai"
AGAIN = 5


def make(orders: str, a_day: str, shops: str, kind: str, first: str, last: str, folder: str) -> dict[str, Any]:
    """A platform's files of these days of its, a file a day, and how many of their rows are faulty; `month` makes one file of them all."""
    world = World(int(orders), int(a_day), int(shops))
    paths, faulty = list[str](), 0
    for day in range(int(first), int(last)):
        frame = world.frame("orders" if kind == "month" else kind, day)
        if not frame.height:
            continue
        faulty += int((frame["amount"] < 0).sum()) if kind in ("orders", "month") else 0
        paths.append(f"{folder}/{day:04d}.parquet")
        frame.write_parquet(paths[-1], compression="zstd", compression_level=1)
    if kind == "month":
        whole = f"{folder}/month.parquet"
        pl.scan_parquet(paths).sink_parquet(whole, compression="zstd", compression_level=1)
        for path in paths:
            Path(path).unlink()
        paths = [whole]
    return {"paths": paths, "faulty": faulty}


def plain(key: str, folder: str, *files: str) -> dict[str, Any]:
    """The floor: each file read, sorted by shop and instant and written by day, compressed as the lake is; nothing is looked at."""
    from chengxin.commerce.trades.bulk.lake import row_group

    out, rows, size = Path(folder), 0, 0
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    for file in files:
        for name, day in _by_day(pl.read_parquet(file)):
            target = out / f"{key}-{name}.parquet"
            day.sort("shop", "at", key).write_parquet(
                target, compression="zstd", compression_level=3, row_group_size=row_group(day.height)
            )
            rows += day.height
            size += target.stat().st_size
    return {"seconds": time.monotonic() - began, "rows": rows, "bytes": size}


def _by_day(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    days = frame.with_columns(pl.col("at").dt.convert_time_zone(CHINA).dt.date().alias("day"))
    if days["day"].n_unique() == 1:
        yield str(days["day"][0]), frame
        return
    for (day,), rows in days.partition_by("day", as_dict=True, include_key=False).items():
        yield str(day), rows


def shop(platform: str, name: str, first: str, last: str) -> dict[str, Any]:
    """One shop's orders of these days read by the platform itself: the first time in this process, and again; and by a plain scan."""
    django_setup()
    from django.utils import timezone

    from chengxin.actors.selectors import asker_acting
    from chengxin.commerce.trades.services import shop_read
    from chengxin.law import load

    load()

    def read() -> tuple[float, int]:
        at = timezone.now()
        asker = asker_acting(platform, at=at)
        began = time.monotonic()
        found = shop_read(
            platform=platform, kind="orders", shop=name, first=date.fromisoformat(first), last=date.fromisoformat(last),
            known_at=at, asker=asker, at=at, most=10_000_000,
        )  # fmt: skip
        assert len(found.rows) == found.count
        return time.monotonic() - began, found.count

    cold, rows = read()
    warm = median(read()[0] for _ in range(AGAIN))
    peak = _peak()
    return {
        "cold": cold,
        "warm": warm,
        "plain": median(_scanned(name) for _ in range(AGAIN)),
        "rows": rows,
        "peak": peak,
    }


def deleted(reviews: str, platform: str, path: str) -> dict[str, Any]:
    """A platform files its reviews whole, again and again; what vanished is read back and held against what was made to vanish."""
    django_setup()
    from django.utils import timezone

    from chengxin.actors.selectors import asker_acting
    from chengxin.actors.services import actor_add
    from chengxin.commerce.trades.rules import Whole
    from chengxin.commerce.trades.services import trades_file, vanished_read

    actor_add(key=platform, kind="platform", title=platform, title_en=platform, by="operator", at=timezone.now())
    world, file = Reviews(int(reviews)), Path(path)
    expected, seconds, rows, other = world.vanished(), 0.0, 0, 0
    for number, made in enumerate(expected):
        world.frame(number).write_parquet(file, compression="zstd", compression_level=1)
        done = trades_file(
            platform=platform, kind="reviews", path=file, by=platform, at=timezone.now(), whole=Whole(*world.window(number))
        )  # fmt: skip
        seconds, rows = seconds + done.seconds, rows + done.rows
        other += [done.missing, done.emptied] != [sum(how == h for _, how in made) for h in ("missing", "emptied")]
    file.unlink()
    at = timezone.now()
    found = vanished_read(platform=platform, asker=asker_acting(platform, at=at), at=at, most=100_000_000)
    told = [(row["review"], row["vanished"]) for row in found.rows]
    made_all = set[tuple[str, str]]().union(*expected)
    counts = {"made": len(made_all), "found": len(made_all & set(told)), "false": len(told) - len(made_all & set(told))}
    return {"seconds": seconds, "rows": rows, "other": other, **counts}


def _scanned(name: str) -> float:
    from chengxin.commerce.trades.bulk.lake import lake_of

    folder = lake_of().folder
    assert folder
    began = time.monotonic()
    paths = sorted((folder / "trades" / "kind=orders").rglob("*.parquet"))
    pl.scan_parquet(paths, hive_partitioning=False).filter(pl.col("shop") == name).collect()
    return time.monotonic() - began


def forgotten(folder: Path) -> None:
    """The system's memory holds nothing of these files any more: who reads them next, reads the disk."""
    for path in folder.rglob("*.parquet"):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(handle)


def django_setup() -> None:
    """What the program's own commands do first."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    django.setup()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(words: Sequence[str]) -> None:
    """Does it and prints it."""
    does: dict[str, Callable[..., dict[str, Any]]] = {"make": make, "plain": plain, "shop": shop, "deleted": deleted}
    found = does[words[0]](*words[1:])
    sys.stdout.write(json.dumps({"peak": _peak(), **found}))


if __name__ == "__main__":
    main(sys.argv[1:])
