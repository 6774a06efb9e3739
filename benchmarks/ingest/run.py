"""`python -m benchmarks.ingest`: how long a file of penalties takes from its bytes to its records, and what that is beside."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.arguments import cases_read, parser_make
from benchmarks.ingest.floors import copy_floor, records_count, rows_export, staging_floor, staging_write
from benchmarks.ingest.rival import frictionless_validate
from benchmarks.place import Done, Place
from benchmarks.results import Line, frozen_read, frozen_write, middle, shown
from demo.city import City
from demo.sheets import write_penalties

HERE = Path(__file__).parent
PARTS = ("again", "copy", "staging", "frictionless")
MILLION = 1_000_000  # the size that the aims speak of
GIB = 2**30
OURS, FLOOR = "ours", "floor"  # databases

WORDS = {
    "first": ("首次入库", "ingest, first time"),
    "same-bytes": ("同一文件再报", "the very same file again"),
    "same-rows": ("同样的行换一个文件", "the same rows in another file"),
    "copy": ("下限A：COPY 同样的行", "floor A: COPY of the same rows"),
    "staging": ("下限B：暂存加一条 INSERT", "floor B: staging and one INSERT … SELECT"),
    "staging-subjects": ("下限B 连同建主体", "floor B, making the subjects too"),
    "frictionless": ("frictionless 仅校验", "frictionless, validation alone"),
    "memory": ("内存，以 1 GiB 计", "memory, in GiB"),
    "growth-time": ("每行用时，与最小规模比", "time a row beside the smallest size"),
    "growth-memory": ("内存，与百万行比", "memory beside a million rows"),
}


@dataclass(frozen=True)
class Case:
    """One line of `cases.csv`."""

    rows: int
    firms: int
    dirt: float
    oddity: float
    seed: int
    runs: int
    frictionless: bool


class FloorNotTheSame(Exception):
    """A floor filed another number of rows than the ingest accepted: the two cannot be compared."""


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; 1 where an aim is missed."""
    parser = parser_make("ingest", "入库性能测试 / the ingest benchmark", PARTS, HERE)
    asked = parser.parse_args(words)
    console, today = Console(stderr=True), datetime.now(UTC).date()
    lines: list[Line] = []
    asked_for_frictionless = "--only" in words and "frictionless" in asked.only
    for case in map(_case, cases_read(HERE, "rows", asked.sizes)):
        case = replace(case, runs=asked.runs or case.runs)
        only = {part for part in asked.only if part != "frictionless" or case.frictionless or asked_for_frictionless}
        with Place(asked.work, keep=asked.keep) as place:
            lines += _case_measure(place, case, only, console)
    lines += growth(lines)
    shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        frozen_write(asked.frozen, lines, today)
    return int(any(line.met is False for line in lines))


def _case(row: Mapping[str, str]) -> Case:
    rows = int(row["rows"])
    return Case(
        rows,
        max(1, rows // int(row["rows_per_firm"])),
        float(row["dirt"]),
        float(row["oddity"]),
        int(row["seed"]),
        int(row["runs"]),
        row["frictionless"] == "yes",
    )


def _case_measure(place: Place, case: Case, only: set[str], console: Console) -> list[Line]:
    folder = place.folder / f"rows-{case.rows}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        with console.status(f"{case.rows:,}") as status:
            files = _files_write(case, folder)
            runs = []
            for number in range(case.runs):
                status.update(f"{case.rows:,} 行 rows, {number + 1}/{case.runs}")
                runs.append(_run(place, case, only, folder, files))
            lines = middle(runs)
            if "frictionless" in only:
                status.update("frictionless")
                lines.append(_frictionless(case, folder, files[0], lines))
        return lines
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _files_write(case: Case, folder: Path) -> tuple[Path, Path]:
    """The file, and another with the same rows, the last of them first."""
    first, other = folder / "penalties.csv", folder / "penalties-reversed.csv"
    today = datetime.now(UTC).date()
    city = City(case.seed, case.firms)
    write_penalties(first, city, case.rows, case.dirt, case.seed, today=today, oddity=case.oddity)
    with first.open("rb") as file, other.open("wb") as reversed_:
        reversed_.write(file.readline())
        reversed_.flush()
        os.lseek(file.fileno(), file.tell(), os.SEEK_SET)  # the heading was read ahead of
        subprocess.run(["tac"], stdin=file, stdout=reversed_, check=True)
    return first, other


# ---- one run: ours, and everything that is held beside it


def _run(place: Place, case: Case, only: set[str], folder: Path, files: tuple[Path, Path]) -> list[Line]:
    place.database_fresh(OURS)
    first = _ingest(place, files[0])
    lines = _first_lines(case, first)
    if only & {"copy", "staging"}:
        rows_export(place, OURS, folder)
    if "again" in only:
        lines += [
            _again(place, case, name, path, first)
            for name, path in zip(("same-bytes", "same-rows"), files, strict=True)
        ]
    place.database_drop(OURS)
    if "copy" in only:
        seconds = copy_floor(place, FLOOR, folder)
        _same(place, first)
        lines.append(Line(case.rows, "copy", seconds, per_second=case.rows / seconds, ratio=seconds / first.seconds))
    if "staging" in only:
        lines += _staging_lines(place, case, folder, files[0], first)
    place.database_drop(FLOOR)
    return lines


def _ingest(place: Place, path: Path) -> Done:
    place.settle()
    return place.command("ingest", "penalty-publicity", str(path), database=OURS)


def _first_lines(case: Case, first: Done) -> list[Line]:
    told = first.result
    line = _ours("first", case, first)
    memory = Line(case.rows, "memory", ratio=told["peak_memory_bytes"] / GIB, aim="<=1" if case.rows <= MILLION else "")
    counts = ", ".join(f"{name} {told[name]:,}" for name in ("accepted", "refused", "unchanged", "waiting"))
    return [replace(line, note=counts), memory]


def _again(place: Place, case: Case, name: str, path: Path, first: Done) -> Line:
    done = _ingest(place, path)
    line = _ours(name, case, done)
    note = "整件识别 known by its digest" if done.result["repeated"] else "逐行识别 known row by row"
    aim = "<=0.25" if case.rows >= MILLION else ""
    return replace(
        line, ratio=done.seconds / first.seconds, aim=aim, note=f"{note}, accepted {done.result['accepted']}"
    )


def _ours(name: str, case: Case, done: Done) -> Line:
    told: dict[str, Any] = done.result
    return Line(
        case.rows,
        name,
        done.seconds,
        own_seconds=told["seconds"],
        per_second=case.rows / done.seconds,
        memory_bytes=told["peak_memory_bytes"],
    )


def _staging_lines(place: Place, case: Case, folder: Path, raw: Path, first: Done) -> list[Line]:
    done = staging_floor(place, FLOOR, folder, staging_write(raw, folder))
    _same(place, first)
    aim = ">=0.6" if case.rows >= MILLION else ""
    bare = done.staging + done.records
    note = f"COPY {done.staging:.1f} s, INSERT {done.records:.1f} s, 主体 subjects {done.subjects:.1f} s"
    return [
        Line(case.rows, "staging", bare, per_second=case.rows / bare, ratio=bare / first.seconds, aim=aim, note=note),
        Line(
            case.rows, "staging-subjects", done.total, per_second=case.rows / done.total, ratio=done.total / first.seconds
        ),
    ]  # fmt: skip


def _same(place: Place, first: Done) -> None:
    if (found := records_count(place, FLOOR)) != first.result["accepted"]:
        raise FloorNotTheSame(f"{found} != {first.result['accepted']}")


def _frictionless(case: Case, folder: Path, path: Path, lines: Sequence[Line]) -> Line:
    seconds, errors = frictionless_validate(path, case.rows, folder)
    ours = next(line.seconds for line in lines if line.what == "first") or 0.0
    return Line(
        case.rows,
        "frictionless",
        seconds,
        per_second=case.rows / seconds,
        ratio=seconds / ours,
        aim=">=1" if case.rows >= MILLION // 10 else "",
        note=f"{errors:,} 处错误 errors",
    )


# ---- between the sizes


def growth(lines: Sequence[Line]) -> list[Line]:
    """Time a row at each size beside the smallest size, and memory beside a million rows."""
    firsts = sorted((line for line in lines if line.what == "first"), key=lambda line: line.size)
    found = []
    for line in firsts[1:]:
        base = firsts[0]
        if line.own_seconds and base.own_seconds:
            ratio = (line.own_seconds / line.size) / (base.own_seconds / base.size)
            aim = "<=1.15" if line.size >= MILLION else ""
            found.append(Line(line.size, "growth-time", ratio=ratio, aim=aim))
    million = next((line for line in firsts if line.size == MILLION), None)
    for line in firsts:
        if million and million.memory_bytes and line.memory_bytes and line.size > MILLION:
            ratio = line.memory_bytes / million.memory_bytes
            found.append(Line(line.size, "growth-memory", ratio=ratio, aim="<=1.3"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
