"""What a benchmark found: lines to print, to freeze, and to hold against the frozen ones."""

import csv
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

WIDTH = 190  # columns, where no terminal says how many it has
DRIFT = 0.15  # a ratio that differs by more from the frozen one is marked

Words = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One thing measured at one size. `ratio` is what the aim is about; the benchmark's README says of what to what."""

    size: int
    what: str
    seconds: float | None = None
    own_seconds: float | None = None  # as the command itself reports them, without its start-up
    per_second: float | None = None
    p99_ms: float | None = None
    ratio: float | None = None
    aim: str = ""
    memory_bytes: int | None = None
    note: str = ""

    @property
    def key(self) -> tuple[int, str]:
        """What it is a measurement of."""
        return self.size, self.what

    @property
    def met(self) -> bool | None:
        """Whether the ratio is within the aim, such as `>=0.6`; nothing where there is none."""
        if self.ratio is None or not self.aim:
            return None
        bound = float(self.aim[2:])
        return self.ratio >= bound if self.aim.startswith(">=") else self.ratio <= bound


def middle(runs: Sequence[Sequence[Line]]) -> list[Line]:
    """The median of several runs, figure by figure, in the first run's order."""
    together: dict[tuple[int, str], list[Line]] = {}
    for line in (line for run in runs for line in run):
        together.setdefault(line.key, []).append(line)
    return [_middle(lines) for lines in together.values()]


def _middle(lines: Sequence[Line]) -> Line:
    figures = {}
    for name in ("seconds", "own_seconds", "per_second", "p99_ms", "ratio", "memory_bytes"):
        values = [value for line in lines if (value := getattr(line, name)) is not None]
        figures[name] = median(values) if values else None
    first = lines[0]
    return Line(size=first.size, what=first.what, aim=first.aim, note=first.note, **figures)


# ---- frozen results


def frozen_read(folder: Path) -> dict[tuple[int, str], Line]:
    """The committed results by what they measured; none where nothing is frozen."""
    path = folder / "results.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        lines = [_line(row) for row in csv.DictReader(file)]
    return {line.key: line for line in lines}


def _line(row: Mapping[str, str]) -> Line:
    def number(name: str) -> float | None:
        return float(row[name]) if row.get(name) else None

    memory = number("memory_bytes")
    return Line(
        size=int(row["size"]),
        what=row["what"],
        seconds=number("seconds"),
        own_seconds=number("own_seconds"),
        per_second=number("per_second"),
        p99_ms=number("p99_ms"),
        ratio=number("ratio"),
        aim=row["aim"],
        memory_bytes=None if memory is None else int(memory),
        note=row["note"],
    )


def frozen_write(folder: Path, lines: Iterable[Line], on: date) -> None:
    """Puts the lines in place of the frozen ones that measured the same, and says on which machine they were taken."""
    kept = frozen_read(folder) | {line.key: line for line in lines}
    folder.mkdir(parents=True, exist_ok=True)
    order = list(kept.values())
    order.sort(key=lambda line: line.size)  # stable: within a size, as measured
    with (folder / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(Line)], lineterminator="\n")
        writer.writeheader()
        for line in order:
            writer.writerow({name: _written(value) for name, value in asdict(line).items()})
    with (folder / "machine.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("what", "value"), *machine(on)])


def _written(value: object) -> object:
    return f"{value:.6g}" if isinstance(value, float) else value


def machine(on: date) -> list[tuple[str, str]]:
    """What it was measured on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return [
        ("on", on.isoformat()),
        ("cores", str(os.cpu_count())),
        ("memory", f"{memory:.0f} GiB"),
        ("system", f"{platform.system()} {platform.machine()}"),
        ("python", platform.python_version()),
    ]


# ---- shown


def shown(lines: Sequence[Line], frozen: Mapping[tuple[int, str], Line], words: Words) -> None:
    """Prints the lines beside the frozen ratios; `words` are their titles in Chinese and English."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    columns: list[tuple[str, Callable[[Line], str]]] = [
        ("规模\nsize", lambda line: f"{line.size:,}"),
        ("项目 what", lambda line: " ".join(words.get(line.what, (line.what, "")))),
        ("秒\nseconds", lambda line: _figure(line.seconds)),
        ("自报秒\nown", lambda line: _figure(line.own_seconds)),
        ("每秒\nper second", lambda line: "" if line.per_second is None else f"{line.per_second:,.0f}"),
        ("p99 ms", lambda line: _figure(line.p99_ms)),
        ("比值\nratio", lambda line: _figure(line.ratio)),
        ("目标\naim", lambda line: f"{line.aim} {_sign(line.met)}".strip()),
        ("冻结\nfrozen", lambda line: _beside(line, frozen.get(line.key))),
        ("内存\nMiB", lambda line: "" if line.memory_bytes is None else f"{line.memory_bytes / 2**20:,.0f}"),
        ("附注 note", lambda line: line.note),
    ]
    used = [(title, read) for title, read in columns if any(read(line) for line in lines)]
    table = Table(pad_edge=False)
    for title, _ in used:
        left = title.endswith(("what", "note"))
        table.add_column(title, justify="left" if left else "right", overflow="fold")
    for line in lines:
        table.add_row(*(read(line) for _, read in used))
    console.print(table)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _sign(met: bool | None) -> str:
    return {True: "✓", False: "✗", None: ""}[met]


def _beside(line: Line, before: Line | None) -> str:
    if before is None or before.ratio is None or line.ratio is None:
        return ""
    far = abs(line.ratio / before.ratio - 1) > DRIFT if before.ratio else False
    return f"{_figure(before.ratio)}{' !' if far else ''}"
