"""`python -m benchmarks.trails`: events captured a second, and a trace forward and backward beside a plain recursive query."""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from psycopg import Connection
from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.place import Place
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown
from benchmarks.trails import world

HERE = Path(__file__).parent
PARTS = ("capture", "ask", "forward", "backward")
AIM = "<=5"
DATABASE = "trails"
DOCUMENTS, EVENTS = 20, 1000

WORDS = {
    "load": ("铺设，不经报送", "laid down, not captured"),
    "capture": ("报送", "capture"),
    "ask-rare": ("问一个少见的词", "ask for a rare word"),
    "ask-often": ("问一个常见的词", "ask for a common word"),
    "ask-range": ("问一个数量范围", "ask for a range of numbers"),
    "ask-anywhere": ("问任何一处都没有的", "ask for what stands nowhere"),
    "ask-anywhere-firm": ("一个单位问同样的", "a firm asks the same"),
    "forward": ("向前追踪", "trace forward"),
    "backward": ("向后追踪", "trace backward"),
    "forward-plain": ("下限：一条递归SQL", "floor: one recursive query"),
    "backward-plain": ("下限：一条递归SQL", "floor: one recursive query"),
}
_INDEXES = """
select indexname, indexdef from pg_indexes where tablename in ('trails_event', 'trails_link')
    and indexname not in (select conname from pg_constraint)
"""


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; 1 where an aim is missed."""
    asked = parser_make("trails", "货品轨迹性能测试 / the benchmark of trails", PARTS, HERE).parse_args(words)
    console, lines = Console(stderr=True), list[Line]()
    for case in cases_read(HERE, "events", asked.sizes):
        events = int(case["events"])
        with Place(asked.work, keep=asked.keep) as place, console.status(f"{events:,}"):
            lines.append(_world_ready(place, events))
            runs = [_measured(place, events, asked.only, n) for n in range(asked.runs or int(case["runs"]))]
            lines += middle(runs)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return int(any(line.met is False for line in lines))


def _world_ready(place: Place, events: int) -> Line:
    """Lay the events down, past capture: how fast that is, is measured apart."""
    place.database_fresh(DATABASE)
    began = time.monotonic()
    with place.connected(DATABASE) as connection:
        connection.execute("set session_replication_role = replica")
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f'drop index "{name}"')
        for statement, block in world.statements(events):
            connection.execute(statement, block or None)
        for table in ("trails_capture", "trails_event"):
            connection.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), (select max(id) from {table}))")
        for _, definition in indexes:
            connection.execute(definition)
    with place.connected(DATABASE, autocommit=True) as connection:
        connection.execute("vacuum analyze trails_event, trails_link")
        size = connection.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchone()
    busy = os.getloadavg()[0]
    note = f"database {size[0] if size else ''}, load of the machine {busy:.1f}"
    return Line(events, "load", seconds=time.monotonic() - began, note=note)


def _measured(place: Place, events: int, only: Sequence[str], run: int) -> list[Line]:
    lines: list[Line] = []
    if "capture" in only:
        lines.append(_captured(place, events, run))
    if "ask" in only:
        lines += _asked(place, events, run)
    for way, start, plain in (
        ("forward", world.raw_lot(events), world.FORWARD),
        ("backward", world.piece(events), world.BACKWARD),
    ):
        if way not in only:
            continue
        place.settle()
        done = place.command("trails", "trace", start, f"--{way}", database=DATABASE)
        with place.connected(DATABASE) as connection:
            seconds, count = _plain(connection, plain, start)
        found = done.result
        assert count == len(found["things"]), f"both reach the same: {count}, {len(found['things'])}"
        note = f"things {count:,}, carriers {len(found['carriers']):,}, events {found['events']:,}"
        own = found["seconds"]
        lines.append(
            Line(events, way, done.seconds, own, ratio=own / seconds, aim=AIM, memory_bytes=_peak(), note=note)
        )
        lines.append(Line(events, f"{way}-plain", seconds=seconds))
    return lines


def _captured(place: Place, events: int, run: int) -> Line:
    folder = place.folder / "documents"
    folder.mkdir(exist_ok=True)
    paths = []
    for n in range(DOCUMENTS):
        path = folder / f"{run}-{n}.jsonld"
        path.write_text(world.document(run * DOCUMENTS + n, EVENTS), encoding="utf-8")
        paths.append(str(path))
    place.settle()
    done = place.command("trails", "capture", *paths, database=DATABASE)
    own = done.result["seconds"]
    many = DOCUMENTS * EVENTS
    return Line(events, "capture", seconds=done.seconds, own_seconds=own, per_second=many / own, note=f"{many:,}")


def _asked(place: Place, events: int, run: int) -> list[Line]:
    """Queries that look into the bodies of events, kept and asked by command: a page of what they find."""
    lines, firm = list[Line](), world.FIRM
    if not run:
        place.command("actors", firm, "--kind", "platform", "--title", firm, database=DATABASE)
    for name, query in world.QUERIES.items():
        by = firm if name.endswith("-firm") else "operator"
        path = place.folder / f"{name}.json"
        path.write_text(json.dumps(query), encoding="utf-8")
        if not run:
            place.command("trails", "save", name, str(path), "--by", by, database=DATABASE)
        place.settle()
        done = place.command("trails", "ask", name, "--by", by, database=DATABASE)
        found = done.result
        note = f"events {found['events']}"
        lines.append(Line(events, name, done.seconds, found["seconds"], memory_bytes=_peak(), note=note))
    return lines


def _peak() -> int:
    """The most memory that any process of the program's took so far; the server's not counted."""
    return getrusage(RUSAGE_CHILDREN).ru_maxrss * 1024


def _plain(connection: Connection, statement: str, start: str) -> tuple[float, int]:
    began = time.monotonic()
    row = connection.execute(statement, [start.removeprefix("https://id.gs1.org/")]).fetchone()
    return time.monotonic() - began, int(row[0]) if row else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
