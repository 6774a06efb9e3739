"""How fast, on one core, and with how much memory, as the register grows; beside searching alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from benchmarks.match.firms import firms_endless, firms_write
from benchmarks.match.ours import ours_run
from benchmarks.match.pairs import queries_write, register_rows
from benchmarks.match.quality import TRIGRAMS, Runner
from benchmarks.match.slips import Firm, Query, merchants_make, queries_make
from benchmarks.match.trigrams import trigrams_index, trigrams_search
from benchmarks.results import Line

GIB = 2**30
MINUTES = 10  # within which a platform is matched
SAMPLE = 20_000  # firms, the first of the register, whose names are asked


@dataclass(frozen=True)
class Case:
    """One line of `cases.csv`."""

    firms: int
    queries: int
    few: int
    rival_queries: int
    seed: int
    per_second: float | None
    gib: float | None
    merchants: int


def case_of(row: Mapping[str, str]) -> Case:
    """A line of `cases.csv` as numbers."""
    return Case(
        int(row["firms"]),
        int(row["queries"]),
        int(row["few"]),
        int(row["rival_queries"]),
        int(row["seed"]),
        float(row["per_second"]) if row["per_second"] else None,
        float(row["gib"]) if row["gib"] else None,
        int(row["merchants"]),
    )


def speed(runner: Runner, case: Case, systems: Sequence[str]) -> list[Line]:
    """The lines of one size."""
    folder = runner.folder / f"firms-{case.firms}"
    folder.mkdir(parents=True, exist_ok=True)
    register = folder / "register.csv"
    runner.tell(f"{case.firms:,}")
    firms_write(register, islice(firms_endless(case.seed, rare=False), case.firms))
    sample = list(islice(firms_endless(case.seed, rare=False), min(SAMPLE, case.firms)))
    _, queries = queries_make(sample, seed=case.seed, most=case.queries, left_out=0.1)
    lines = _ours(case, folder, register, queries) if "ours" in systems else []
    if case.merchants and "ours" in systems:
        runner.tell(f"{case.merchants:,} × {case.firms:,}")
        lines.append(_platform(case, folder, register, sample))
    rate = next((line.per_second for line in lines if line.what == "ours-search"), None)
    for system in systems:
        if system != "ours":
            runner.tell(f"{case.firms:,} {system}")
            line = _rival(runner, system, case, folder, register, queries)
            ratio = rate / line.per_second if rate and line.per_second else None
            lines.append(replace(line, ratio=ratio))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return lines


def _ours(case: Case, folder: Path, register: Path, queries: Sequence[Query]) -> list[Line]:
    """A run with few queries and one with many: what they differ by is searching and judging alone."""
    few, many = folder / "few.csv", folder / "many.csv"
    queries_write(few, queries[: case.few])
    queries_write(many, queries)
    short, long = (ours_run(path, register, folder / "ours.csv") for path in (few, many))
    count = len(queries)
    rate = (count - min(case.few, count)) / max(long.seconds - short.seconds, 1e-3)
    told = long.told.get("seconds")
    return [
        Line(
            case.firms,
            "ours",
            long.seconds,
            own_seconds=float(told) if isinstance(told, int | float) else None,
            per_second=count / long.seconds,
            note=f"{count:,} 条查询，连同启动与读入登记册 queries, start and register included",
            memory_bytes=long.memory_bytes,
        ),
        Line(
            case.firms,
            "ours-search",
            long.seconds - short.seconds,
            per_second=rate,
            ratio=rate / case.per_second if case.per_second else None,
            aim=">=1" if case.per_second else "",
            note=f"目标每秒 aim a second: {case.per_second:g}" if case.per_second else "",
        ),
        Line(
            case.firms,
            "ours-memory",
            ratio=long.memory_bytes / GIB,
            aim=f"<={case.gib:g}" if case.gib else "",
        ),
    ]


def _platform(case: Case, folder: Path, register: Path, sample: Sequence[Firm]) -> Line:
    """A platform's merchants against the whole register, on every core that there is."""
    merchants = folder / "merchants.csv"
    queries_write(merchants, merchants_make(sample, seed=case.seed, number=case.merchants))
    done = ours_run(merchants, register, folder / "ours.csv", one_core=False)
    return Line(
        case.firms,
        "platform",
        done.seconds,
        per_second=case.merchants / done.seconds,
        ratio=done.seconds / 60,
        aim=f"<={MINUTES}",
        memory_bytes=done.memory_bytes,
        note=f"{case.merchants:,} 商户 merchants",
    )


def _rival(runner: Runner, system: str, case: Case, folder: Path, register: Path, queries: Sequence[Query]) -> Line:
    asked = queries[: case.rival_queries]
    if system == TRIGRAMS:
        index = trigrams_index(runner.place, register_rows(register), folder)
        _, search = trigrams_search(runner.place, asked)
        memory = None
    else:
        path = folder / "asked.csv"
        queries_write(path, asked)
        told = runner.rival(system, path, register, folder / "rival.csv")
        index, search = told["index_seconds"], told["search_seconds"]
        memory = int(told["peak_memory_bytes"])
    note = f"{len(asked):,} 条查询 queries; 索引 index {index:.1f} s"
    return Line(case.firms, system, search, per_second=len(asked) / search, memory_bytes=memory, note=note)


def growth(lines: Sequence[Line]) -> list[Line]:
    """Time a query and memory at each size, beside the smallest: a register five times as large should cost less than five times."""
    found = []
    for what, figure in (("growth-time", "ours-search"), ("growth-memory", "ours")):
        own = sorted((line for line in lines if line.what == figure), key=lambda line: line.size)
        for line in own[1:]:
            if what == "growth-time" and line.per_second and own[0].per_second:
                found.append(
                    Line(line.size, what, ratio=own[0].per_second / line.per_second, note=_times(line, own[0]))
                )
            elif what == "growth-memory" and line.memory_bytes and own[0].memory_bytes:
                found.append(
                    Line(line.size, what, ratio=line.memory_bytes / own[0].memory_bytes, note=_times(line, own[0]))
                )
    return found


def _times(line: Line, base: Line) -> str:
    return f"登记册为 {line.size / base.size:g} 倍 times the register"
