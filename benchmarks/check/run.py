"""`python -m benchmarks.check`: how many checks a second, one by one and by the file, and what that is beside."""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.check import CASE, MATTER
from benchmarks.check.floors import ANSWERED, join_floor, ledger_floor, pgbench_run
from benchmarks.check.serving import Load, Served, load_run, site_served, thin_served
from benchmarks.check.world import World, world_build
from benchmarks.place import Place, table_export
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown

HERE = Path(__file__).parent
PARTS = ("answers", "http", "pgbench", "batch")
MILLION = 1_000_000  # subjects: the size that the aims speak of
ASKER = "benchmark"
CODES_MOST = 50_000  # so many distinct codes are asked about through HTTP
WARM_UP = 2  # seconds of load before the first that counts

WORDS = {
    "single": ("单次核查（HTTP）", "single checks through HTTP"),
    "thin": ("最薄的视图，同读同写", "the thinnest view, same read, same write"),
    "single-p99": ("单次核查 p99 与之比", "p99 of single checks beside it"),
    "pgbench": ("pgbench，同读同写", "pgbench, same read, same write"),
    "reads": ("每次核查的读取语句", "statements read per check"),
    "writes": ("每次核查的写入语句", "statements written per check"),
    "counts": ("每次核查计入当日次数的语句", "statements that count the day’s calls"),
    "check-file": ("批量核查", "check-file"),
    "join": ("下限：一次连接", "floor: one bare join"),
    "ledger": ("下限：COPY 留痕行", "floor: COPY of the ledger rows"),
}


@dataclass(frozen=True)
class Case:
    """One line of `cases.csv`."""

    world: World
    workers: int
    clients: int
    load_seconds: int
    rounds: int
    batch_runs: int


@dataclass(frozen=True)
class Asked:
    """What the parts share: the place, the case, a key that may ask, and the SQL of one check."""

    place: Place
    case: Case
    key: str
    told: Mapping[str, Any]

    @property
    def database(self) -> str:
        """The world's database."""
        return self.case.world.database

    @property
    def full(self) -> bool:
        """Whether the aims speak of worlds of this size."""
        return self.case.world.subjects >= MILLION


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; 1 where an aim is missed."""
    parser = parser_make("check", "核查性能测试 / the check benchmark", PARTS, HERE)
    parser.add_argument("--load-seconds", type=int, metavar="N", help="每轮负载的秒数 / seconds of each load")
    asked = parser.parse_args(words)
    console, today = Console(stderr=True), datetime.now(UTC).date()
    lines: list[Line] = []
    for case in map(_case, cases_read(HERE, "subjects", asked.sizes)):
        case = replace(
            case,
            load_seconds=asked.load_seconds or case.load_seconds,
            rounds=asked.runs or case.rounds,
            batch_runs=asked.runs or case.batch_runs,
        )
        with Place(asked.work, keep=asked.keep) as place:
            lines += _case_measure(place, case, asked.only, console)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, today)
    return int(any(line.met is False for line in lines))


def _case(row: Mapping[str, str]) -> Case:
    subjects = int(row["subjects"])
    world = World(subjects, subjects * int(row["records_per_subject"]), int(row["seed"]))
    rest = ("workers", "clients", "load_seconds", "rounds", "batch_runs")
    return Case(world, *(int(row[name]) for name in rest))


def _case_measure(place: Place, case: Case, only: Collection[str], console: Console) -> list[Line]:
    with console.status(f"{case.world.subjects:,}") as status:
        _world_ready(place, case.world, lambda what: status.update(what))
        asked = _asked(place, case)
        lines = _statements_lines(asked)
        if {"answers", "http"} & set(only):
            status.update("HTTP")
            lines += _http_lines(asked, loaded="http" in only)
        if "pgbench" in only:
            status.update("pgbench")
            lines.append(_pgbench_line(asked, lines))
        if "batch" in only:
            status.update("check-file")
            lines += middle([_batch_lines(asked) for _ in range(case.batch_runs)])
    return lines


def _world_ready(place: Place, world: World, say: Any) -> None:
    """The world's database: kept from an earlier run, or built aside and named when it is whole."""
    if place.database_there(world.database):
        return
    place.database_fresh("world_new")
    done = 0

    def advance(rows: int) -> None:
        nonlocal done
        done += rows
        say(f"{world.subjects:,} 主体 subjects, {done:,}/{world.records:,} 记录 records")

    with place.connected("world_new") as connection:
        world_build(connection, world, at=datetime.now(UTC), advance=advance)
    with place.connected("world_new", autocommit=True) as connection:
        connection.execute("vacuum analyze")
    place.database_rename("world_new", world.database)


def _asked(place: Place, case: Case) -> Asked:
    """Admits a department, gives its program a key with no limit that a load could reach, and looks at one check's SQL."""
    database = case.world.database
    actors = place.command("actors", database=database).result["actors"]
    if ASKER not in {actor["key"] for actor in actors}:
        place.command("actors", ASKER, "--kind", "department", database=database)
    key = place.command("clients", ASKER, "--per-minute", "100000000", database=database).result["key"]
    with place.connected(database) as connection:
        found = connection.execute("select value from subjects_identifier order by id limit 1").fetchone()
    told = place.module("benchmarks.check.statements", str(found[0] if found else ""), key, database=database).result
    return Asked(place, case, key, told)


def _statements_lines(asked: Asked) -> list[Line]:
    size = asked.case.world.subjects
    aims = {"reads": "<=2", "writes": "<=1", "counts": "<=1"}
    return [Line(size, name, ratio=float(asked.told[name]), aim=aim) for name, aim in aims.items()]


# ---- one by one


def _http_lines(asked: Asked, *, loaded: bool) -> list[Line]:
    """Ours and the thin view in turn, several times: requests a second and p99, the median of each.

    Without a load they only answer a few codes, which tells whether both are right.
    """
    folder, case = asked.place.folder, asked.case
    codes, statements = folder / "codes.txt", folder / "statements.json"
    statements.write_text(json.dumps(dict(asked.told)), encoding="utf-8")
    with asked.place.connected(asked.database) as connection:
        query = f"select value from subjects_identifier where scheme = 'uscc' order by md5(value) limit {CODES_MOST}"
        table_export(connection, query, codes)
    with (
        site_served(asked.place, asked.database, asked.key, case.workers) as site,
        thin_served(asked.place, asked.database, asked.key, case.workers, statements) as thin,
    ):
        both_answer(site, thin, codes)
        loads = _loads(asked, (site, thin), codes) if loaded else []
    if not loads:
        return []
    ours, floor = (_load_middle(each) for each in loads)
    size = case.world.subjects
    rate_aim, p99_aim = (">=0.6", "<=2.5") if asked.full else ("", "")
    p50 = f"p50 {ours.p50_ms:.2f} ms; {floor.p50_ms:.2f} ms"
    return [
        Line(
            size, "single", per_second=ours.per_second, p99_ms=ours.p99_ms, ratio=ours.per_second / floor.per_second,
            aim=rate_aim, note=p50,
        ),
        Line(size, "thin", per_second=floor.per_second, p99_ms=floor.p99_ms),
        Line(size, "single-p99", ratio=ours.p99_ms / floor.p99_ms, aim=p99_aim),
    ]  # fmt: skip


def both_answer(site: Served, thin: Served, codes: Path) -> None:
    """Each server answers a few codes rightly before it is timed: the site with an outcome of a known subject."""
    with codes.open(encoding="utf-8") as file:
        for code in (line.strip() for _, line in zip(range(8), file, strict=False)):
            assert site.ask(code)["outcome"] in {"none_applies", "applies"}
            assert thin.ask(code)["outcome"]


def _loads(asked: Asked, servers: Sequence[Served], codes: Path) -> list[list[Load]]:
    case, loads = asked.case, [[] for _ in servers]  # type: tuple[Case, list[list[Load]]]
    for served in servers:
        load_run(served, codes, clients=case.clients, seconds=WARM_UP, seed=0)
    for number in range(case.rounds):
        for found, served in zip(loads, servers, strict=True):
            asked.place.settle()
            found.append(load_run(served, codes, clients=case.clients, seconds=case.load_seconds, seed=number + 1))
    return loads


def _load_middle(loads: Sequence[Load]) -> Load:
    return Load(*(median(getattr(load, name) for load in loads) for name in ("per_second", "p50_ms", "p99_ms")))


def _pgbench_line(asked: Asked, lines: Sequence[Line]) -> Line:
    case, size = asked.case, asked.case.world.subjects
    per_second, latency = pgbench_run(
        asked.place, asked.database, asked.told, subjects=size, clients=case.clients, seconds=case.load_seconds
    )
    ours = next((line.per_second for line in lines if line.what == "single"), None)
    ratio = ours / per_second if ours else None
    return Line(size, "pgbench", per_second=per_second, ratio=ratio, note=f"mean {latency:.2f} ms")


# ---- by the file


def _batch_lines(asked: Asked) -> list[Line]:
    """One run of `check-file` over every code in random order, and the two floors over the same codes and ledger rows."""
    place, database, size = asked.place, asked.database, asked.case.world.subjects
    codes, out, rows = (place.folder / name for name in ("codes.csv", "answers.csv", "ledger.csv"))
    with place.connected(database) as connection:
        query = "select value as code from subjects_identifier where scheme = 'uscc' order by md5(value)"
        table_export(connection, query, codes)
        before = connection.execute("select coalesce(max(id), 0) from ledger_entry").fetchall()[0][0]
    codes.write_bytes(b"code\n" + codes.read_bytes())
    place.settle()
    done = place.command(
        "check-file",
        str(codes),
        "--matter",
        MATTER,
        "--purpose",
        MATTER,
        "--case",
        CASE,
        "--out",
        str(out),
        "--by",
        ASKER,
        database=database,
    )
    with place.connected(database) as connection:
        table_export(connection, f"select * from ledger_entry where id > {before} and event = '{ANSWERED}'", rows)
    join = join_floor(place, database, codes, out, asked.told["types"])
    ledger = ledger_floor(place, database, rows)
    told = done.result
    for path in (codes, out, rows, Path(told["receipts"])):
        path.unlink()
    return [
        Line(
            size, "check-file", done.seconds, own_seconds=told["seconds"], per_second=size / done.seconds,
            ratio=(join + ledger) / done.seconds, aim=">=0.6" if asked.full else "", memory_bytes=told["peak_memory_bytes"],
            note=", ".join(f"{name} {count:,}" for name, count in told["outcomes"].items()),
        ),
        Line(size, "join", join, per_second=size / join),
        Line(size, "ledger", ledger, per_second=size / ledger),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
