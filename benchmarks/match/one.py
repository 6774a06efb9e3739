"""One name at a time through the API, as the register grows; beside pg_trgm's search alone for the same names."""

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import polars as pl
from psycopg import Connection

from benchmarks.check.serving import Served, site_served, wrk_run
from benchmarks.match.firms import firms_endless
from benchmarks.match.slips import Firm, Query, queries_make
from benchmarks.match.speed import SAMPLE, Case
from benchmarks.match.trigrams import LIKE
from benchmarks.place import Place
from benchmarks.results import Line
from chengxin.subjects.bulk.resolving import names_normal

ASKER = "benchmark"
WORKERS = 2
CLIENTS = (1, 8)
WARM_UP = 5  # seconds of load before the first that counts
AIM = "<=50"  # milliseconds, of twenty requests all but one
MILLION = 1_000_000
BUILT_WITHIN = "<=30"  # seconds, a million names
KNOWN = "2026-11-01T00:00:00+08:00"
_BLOCK = 100_000

_SIZE = "select pg_total_relation_size('subjects_posting') + pg_total_relation_size('subjects_segment')"
_TRIGRAMS = """
select written, similarity(normal, %(name)s) as score from subjects_name where normal %% %(name)s order by score desc, id limit 5
"""


@dataclass(frozen=True)
class Latency:
    """Of many requests, in milliseconds; and how many a second."""

    p50: float
    p95: float
    p99: float
    per_second: float


def one_query(place: Place, case: Case, *, seconds: int, rivals: bool) -> list[Line]:
    """The lines of one size; without seconds of load the server only answers a few names, which tells whether it is right."""
    database = f"names_{case.firms}_{case.seed}"
    lines = [] if place.database_there(database) else [_made(place, case, database)]
    sample = list(islice(firms_endless(case.seed, rare=False), min(SAMPLE, case.firms)))
    _, queries = queries_make(sample, seed=case.seed, most=case.queries, left_out=0.1)
    bodies = place.folder / "bodies.jsonl"
    bodies.write_text("".join(json.dumps(_body(query)) + "\n" for query in queries), encoding="utf-8")
    with site_served(place, database, _key(place, database), WORKERS) as served:
        _answers(served, queries)
        if seconds:
            _load(served, bodies, clients=max(CLIENTS), seconds=WARM_UP)
        for clients in CLIENTS if seconds else ():
            place.settle()
            lines.append(_line(case, f"one-query-{clients}", _load(served, bodies, clients=clients, seconds=seconds)))
    if rivals:
        lines.append(_line(case, "one-pg_trgm", _trigrams(place, database, queries[: case.rival_queries])))
    bodies.unlink()
    return lines


def _line(case: Case, what: str, told: Latency) -> Line:
    note = f"p50 {told.p50:.1f} ms, p95 {told.p95:.1f} ms"
    aim = AIM if what == "one-query-1" and case.firms >= MILLION else ""
    return Line(case.firms, what, per_second=told.per_second, p99_ms=told.p99, ratio=told.p95, aim=aim, note=note)


# ---- the register, in the database


def _made(place: Place, case: Case, database: str) -> Line:
    """Fills a database with so many firms and indexes their names; how long the index took, and how large it is."""
    place.database_fresh("names_new")
    with place.connected("names_new") as connection:
        firms = islice(firms_endless(case.seed, rare=False), case.firms)
        for first in range(0, case.firms, _BLOCK):
            _firms_copy(connection, islice(firms, _BLOCK), first + 1)
        connection.execute("select setval('subjects_subject_id_seq', %s)", [case.firms])
    with place.connected("names_new", autocommit=True) as connection:
        connection.execute("vacuum analyze")
    done = place.command("index-names", database="names_new")
    with place.connected("names_new", autocommit=True) as connection:
        connection.execute("vacuum analyze")
        ((size,),) = connection.execute(_SIZE).fetchall()
    place.database_rename("names_new", database)
    told = done.result
    return Line(
        case.firms, "one-index", done.seconds, own_seconds=told["seconds"], per_second=case.firms / done.seconds,
        ratio=told["seconds"], aim=BUILT_WITHIN if case.firms == MILLION else "", memory_bytes=told["peak_memory_bytes"],
        note=f"{size / 2**20:,.0f} MiB 在盘上 on disk",
    )  # fmt: skip


def _firms_copy(connection: Connection, firms: Iterable[Firm], first: int) -> None:
    rows = [(firm.name, firm.uscc) for firm in firms]
    frame = pl.DataFrame(rows, schema={"name": pl.String, "value": pl.String}, orient="row").with_row_index("n", first)
    frame = frame.select(
        "name", "value", pl.col("n").alias("subject"), normal=names_normal(frame["name"]), at=pl.lit(KNOWN),
        kind=pl.lit("organisation"), scheme=pl.lit("uscc"), source=pl.lit("enterprise-register"),
    )  # fmt: skip
    for target, columns in (
        ("subjects_subject (id, kind, created_at)", ("subject", "kind", "at")),
        ("subjects_identifier (subject_id, scheme, value, known_at)", ("subject", "scheme", "value", "at")),
        (
            "subjects_name (subject_id, written, normal, source, known_at)",
            ("subject", "name", "normal", "source", "at"),
        ),
    ):
        with connection.cursor().copy(f"copy {target} from stdin (format csv)") as copy:
            copy.write(frame.select(columns).write_csv(include_header=False))


# ---- asking


def _key(place: Place, database: str) -> str:
    """A key with no limit that a load could reach."""
    if ASKER not in {actor["key"] for actor in place.command("actors", database=database).result["actors"]}:
        place.command("actors", ASKER, "--kind", "platform", database=database)
    words = ("clients", ASKER, "--scopes", "matches", "--per-minute", "100000000")
    return str(place.command(*words, database=database).result["key"])


def _body(query: Query) -> dict[str, str]:
    told = {"name": query.name, "province": query.province, "city": query.city, "address": query.address}
    return told | {"number": query.uscc}


def _answers(served: Served, queries: Sequence[Query]) -> None:
    """The server finds the firms of some names before it is timed."""
    some = [query for query in queries if query.kind == "exact" and len(query.truth) == 1][:8]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {served.key}"}
    for query in some:
        body = json.dumps(_body(query)).encode()
        with urlopen(Request(f"{served.url}/api/v1/matches", body, headers), timeout=60) as answer:
            assert query.truth[0] in [firm["uscc"] for firm in json.load(answer)["candidates"]]


def _load(served: Served, bodies: Path, *, clients: int, seconds: int) -> Latency:
    script, more = Path(__file__).with_name("load.lua"), {"BODIES": str(bodies)}
    told = wrk_run(served, script, clients=clients, seconds=seconds, seed=clients, more=more)
    per_second = told["requests"] / told["microseconds"] * 1e6
    return Latency(told["p50"] / 1e3, told["p95"] / 1e3, told["p99"] / 1e3, per_second)


def _trigrams(place: Place, database: str, queries: Sequence[Query]) -> Latency:
    """The five most similar names by the register's own trigram index, a statement a name, nothing around it."""
    names = names_normal(pl.Series([query.name for query in queries])).to_list()
    taken = []
    with place.connected(database) as connection:
        connection.execute(f"set pg_trgm.similarity_threshold = {LIKE}")
        connection.execute("set max_parallel_workers_per_gather = 0")
        for name in names:
            began = time.perf_counter()
            connection.execute(_TRIGRAMS, {"name": name}).fetchall()
            taken.append((time.perf_counter() - began) * 1e3)
    p50, p95, p99 = (float(each) for each in np.percentile(taken, [50, 95, 99]))
    return Latency(p50, p95, p99, len(taken) / sum(taken) * 1e3)
