"""`python -m benchmarks.ledger`: entries written, placed, signed and proven, beside plain INSERT, COPY and pymerkle in the same run."""

import re
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.check.floors import ANSWERED
from benchmarks.ledger.inside import ACTOR, MATTER
from benchmarks.place import ROOT, CommandFailed, Place, server_program, table_copy, table_export
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown

HERE = Path(__file__).parent
PARTS = ("bulk", "sequence", "proofs", "checks", "append", "lag", "memory", "stored")
DATABASE = "ledger"
MILLION = 1_000_000  # the most that is written in one statement, beyond which only the tree itself is measured
WRITERS = 8
PER_SECOND = 1_000  # entries, while the lag is measured
PROOFS, CHECKS = 500, 300
COLUMNS = "at, actor, event, purpose, subject, object, detail"
WORDS = {
    "bulk": ("成批写入", "entries written in bulk"),
    "copy": ("下限：COPY 到无守卫、无盐的表", "floor: COPY, no guard, no salt"),
    "sequence": ("排入签名的树", "placed in the signed tree"),
    "append": ("8 路并发写入", "appended by 8 writers"),
    "insert": ("下限：8 路 INSERT，无守卫、无盐", "floor: 8 writers' INSERT, no guard, no salt"),
    "append-sequenced": ("8 路并发写入，同时排入", "appended by 8 writers while entries are placed"),
    "lag": ("每秒 1,000 条时到签名的延迟", "lag to a signed checkpoint at 1,000 a second"),
    "check-bare": ("核查，不留痕", "a check that leaves nothing"),
    "check-traced": ("核查，留痕", "a check that leaves an entry"),
    "check-receipted": ("核查，留痕并给回执", "a check that gives its receipt"),
    "inclusion": ("包含证明（数据库）", "inclusion proof, from the database"),
    "consistency": ("一致性证明（数据库）", "consistency proof, from the database"),
    "grown-memory": ("树在内存中生成", "a tree grown in memory"),
    "inclusion-memory": ("包含证明（内存）", "inclusion proof, in memory"),
    "consistency-memory": ("一致性证明（内存）", "consistency proof, in memory"),
    "pymerkle-sqlite": ("pymerkle 的包含证明（SQLite）", "pymerkle's inclusion proof, from SQLite"),
}


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; 1 where an aim is missed."""
    parser = parser_make("ledger", "可证的账本 / the provable ledger", PARTS, HERE)
    parser.add_argument("--load-seconds", type=int, metavar="N", help="每轮负载的秒数 / seconds of each load")
    asked = parser.parse_args(words)
    console, lines = Console(stderr=True), list[Line]()
    for case in cases_read(HERE, "entries", asked.sizes):
        entries, runs = int(case["entries"]), asked.runs or int(case["runs"])
        with Place(asked.work, keep=asked.keep) as place, console.status(f"{entries:,}") as status:
            bench = _Bench(place, entries, runs, asked.load_seconds or int(case["seconds"]), asked.only)
            for what, part in bench.parts():
                status.update(f"{entries:,} {what}")
                lines += part
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, datetime.now(UTC).date())
    return int(any(line.met is False for line in lines))


class _Bench:
    """One size: a ledger of so many entries, and what is measured on it."""

    def __init__(self, place: Place, entries: int, runs: int, seconds: int, only: Collection[str]) -> None:
        self.place, self.entries, self.runs, self.seconds, self.only = place, entries, runs, seconds, only
        self.full = entries >= MILLION  # the aims speak of ledgers from there on

    def parts(self) -> Iterator[tuple[str, list[Line]]]:
        """What is measured, in the order in which it can be."""
        self.place.database_fresh(DATABASE)
        yield "bulk", self._bulk()
        yield "sequence", self._sequence()
        if "proofs" in self.only:
            yield "proofs", self._proofs()
        if "checks" in self.only:
            yield "checks", self._checks()
        if "append" in self.only and self.entries <= MILLION:
            yield "append", middle([self._append() for _ in range(self.runs)])
        if "lag" in self.only:
            yield "lag", [self._lag()]
        if "memory" in self.only and self.entries <= MILLION:
            yield "memory", self._memory()
        if "stored" in self.only and self.entries <= MILLION:
            yield "stored", [self._stored()]

    def _inside(self, part: str, number: int) -> dict[str, Any]:
        self.place.settle()
        return self.place.module("benchmarks.ledger.inside", part, str(number), database=DATABASE).result

    # ---- written and placed

    def _bulk(self) -> list[Line]:
        """The ledger filled by the statement that a file of checks writes its entries with, and the same rows by COPY."""
        seconds, left = 0.0, self.entries
        while left:
            rows = min(left, MILLION)
            seconds, left = seconds + self._inside("bulk", rows)["seconds"], left - rows
        ours = self.entries / seconds
        with self.place.connected(DATABASE, autocommit=True) as connection:
            connection.execute("vacuum analyze ledger_entry")
        if not {"bulk", "append"} & set(self.only) or self.entries > MILLION:
            return [Line(self.entries, "bulk", seconds, per_second=ours)]
        rows_file = self.place.folder / "entries.csv"
        with self.place.connected(DATABASE) as connection:
            table_export(
                connection, f"select {COLUMNS} from ledger_entry where actor = '{ACTOR}' order by id", rows_file
            )
            _plain_make(connection)
        self.place.settle()
        began = time.monotonic()
        with self.place.connected(DATABASE) as connection:
            table_copy(connection, f"plain ({COLUMNS})", rows_file)
        floor = time.monotonic() - began
        rows_file.unlink()
        with self.place.connected(DATABASE, autocommit=True) as connection:
            connection.execute("vacuum analyze plain")
        return [
            Line(self.entries, "bulk", seconds, per_second=ours, ratio=floor / seconds),
            Line(self.entries, "copy", floor, per_second=self.entries / floor),
        ]

    def _sequence(self) -> list[Line]:
        told = self._inside("sequence", 0)
        with self.place.connected(DATABASE, autocommit=True) as connection:
            connection.execute("vacuum analyze ledger_leaf, ledger_tile")
        note = f"{told['rounds']:,} rounds, each signed"
        return [
            Line(self.entries, "sequence", told["seconds"], per_second=told["entries"] / told["seconds"], note=note)
        ]

    # ---- one by one

    def _append(self) -> list[Line]:
        """Eight writers on the plain table, on the ledger, and on the ledger while it is being placed: in turn."""
        plain, ours = (self._pgbench(table, salt=table == "ledger_entry") for table in ("plain", "ledger_entry"))
        self._inside("sequence", 0)
        with self._sequencer():
            placed = self._pgbench("ledger_entry", salt=True)
        return [
            Line(self.entries, "append", per_second=ours, ratio=ours / plain, aim=">=0.8" if self.full else ""),
            Line(self.entries, "insert", per_second=plain),
            Line(self.entries, "append-sequenced", per_second=placed, ratio=placed / plain),
        ]

    def _pgbench(self, table: str, *, salt: bool, rate: int = 0) -> float:
        """Entries a second by eight writers, each entry a transaction."""
        script = self.place.folder / "append.pgbench"
        named, drawn = (", salt", ", gen_random_uuid()") if salt else ("", "")
        detail = '{"matter": "tender", "on": "2026-11-27", "outcome": "none_applies", "measures": []}'
        script.write_text(
            f"\\set n random(1, {self.entries})\n"
            f"insert into {table} ({COLUMNS}{named}) values (clock_timestamp(), '{ACTOR}', '{ANSWERED}', '{MATTER}', :n,"
            f" 'number:' || :n, '{detail}'{drawn}) returning id;\n",
            encoding="utf-8",
        )
        self.place.settle()
        words = ["--no-vacuum", "--protocol=prepared", f"--client={WRITERS}", "--jobs=1", f"--time={self.seconds}"]
        words += [f"--rate={rate}"] if rate else []
        words = [server_program("pgbench"), *words, f"--file={script}", self.place.address(DATABASE)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        script.unlink()
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or found is None:
            raise CommandFailed(done.stdout + done.stderr)
        return float(found[1])

    @contextmanager
    def _sequencer(self) -> Iterator[None]:
        """The program's own sequencer, as it runs beside the service; it has begun when this is entered."""
        words = [sys.executable, "-m", "chengxin.site.cli", "ledger", "sequence"]
        began = self._signed()
        with self.place.connected(DATABASE) as connection:
            connection.execute(f"insert into ledger_entry (actor, event) values ('{ACTOR}', '{ANSWERED}')")
        process = subprocess.Popen(words, cwd=ROOT, env=self.place.environment(DATABASE), stderr=subprocess.DEVNULL)
        try:
            while self._signed() == began:
                assert process.poll() is None, "the sequencer ended"
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait()

    def _signed(self) -> int:
        with self.place.connected(DATABASE) as connection:
            row = connection.execute("select size from ledger_checkpoint order by id desc limit 1").fetchone()
        return int(row[0]) if row else 0

    def _lag(self) -> Line:
        """A thousand entries a second; of each, how long it took from its writing until anybody could read a checkpoint that holds it."""
        self._inside("sequence", 0)
        with self._sequencer(), self.place.connected(DATABASE, autocommit=True) as connection:
            first = self._signed()
            words = [sys.executable, "-c", "import sys; from benchmarks.ledger.run import paced; paced(*sys.argv[1:])"]
            words += [str(self.place.folder), str(self.entries), str(self.seconds)]
            writing = subprocess.Popen(words, cwd=ROOT)
            seen: list[tuple[int, float]] = []
            waiting = time.monotonic() + self.seconds + 60
            while time.monotonic() < waiting:
                row = connection.execute("select size from ledger_checkpoint order by id desc limit 1").fetchone()
                size = int(row[0]) if row else 0
                if not seen or size > seen[-1][0]:
                    seen.append((size, time.time()))
                elif writing.poll() is not None and time.time() - seen[-1][1] > 2:
                    break
                time.sleep(0.005)
            if writing.wait():
                raise CommandFailed("the paced writers failed")
            written = connection.execute(
                "select l.position, extract(epoch from e.at)::float8 from ledger_leaf l join ledger_entry e on e.id = l.entry"
                " where l.position >= %s",
                [first],
            ).fetchall()
        sizes = [size for size, _ in seen]
        lags = [seen[bisect_right(sizes, position)][1] - at for position, at in written]
        p50, p99 = quantiles(lags, n=2)[0], quantiles(lags, n=100)[98]
        note = f"p50 {p50 * 1000:.0f} ms, {len(lags):,} entries"
        if len(lags) < self.seconds * PER_SECOND * 0.9:
            note += f": the writers did not keep a pace of {PER_SECOND:,} a second"
        return Line(self.entries, "lag", p99_ms=p99 * 1000, ratio=p99, aim="<=1" if self.full else "", note=note)

    # ---- asked

    def _proofs(self) -> list[Line]:
        return [
            Line(
                self.entries, what, told["mean"], per_second=1 / told["mean"], p99_ms=told["p99"] * 1000,
                note=f"p50 {told['p50'] * 1000:.2f} ms, {told['bytes']:,} bytes of JSON at most, checkpoint included",
            )
            for what, told in self._inside("proofs", PROOFS).items()
        ]  # fmt: skip

    def _checks(self) -> list[Line]:
        told = self._inside("checks", CHECKS)
        floor = told["bare"]["p50"]
        return [
            Line(
                self.entries, f"check-{way}", each["p50"], per_second=1 / each["p50"], p99_ms=each["p99"] * 1000,
                ratio=each["p50"] / floor if way != "bare" else None, note="median; no HTTP",
            )
            for way, each in told.items()
        ]  # fmt: skip

    def _memory(self) -> list[Line]:
        told = self._inside("memory", self.entries)
        asked, lines = told.pop("asked"), []
        for what, each in told.items():
            many = self.entries if what == "grown" else asked
            aim = ">=5" if self.full and what != "grown" else ""
            note = f"pymerkle {many / each['theirs']:,.0f} a second"
            lines.append(
                Line(
                    self.entries, f"{what}-memory", each["ours"], per_second=many / each["ours"],
                    ratio=each["theirs"] / each["ours"], aim=aim, note=note,
                )
            )  # fmt: skip
        return lines

    def _stored(self) -> Line:
        told = self._inside("stored", self.entries)
        return Line(
            self.entries, "pymerkle-sqlite", told["mean"], per_second=1 / told["mean"], p99_ms=told["p99"] * 1000
        )


def paced(folder: str, entries: str, seconds: str) -> None:
    """Write a thousand entries a second, for a process of its own."""
    _Bench(Place(Path(folder), keep=True), int(entries), 1, int(seconds), ())._pgbench(
        "ledger_entry", salt=True, rate=PER_SECOND
    )


def _plain_make(connection: Any) -> None:
    """A table with the ledger's columns and indexes, and nothing that guards it."""
    connection.execute("create table plain (like ledger_entry including defaults including identity including indexes)")
    connection.execute("alter table plain drop column salt")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
