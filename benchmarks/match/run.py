"""`python -m benchmarks.match`: whose a written name is, ours beside the rivals: how rightly and how fast."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.arguments import cases_read, parser_make
from benchmarks.match.measures import AIMS, ALL, Frozen, Quality, frozen_quality_read, frozen_quality_write, met
from benchmarks.match.one import one_query
from benchmarks.match.quality import OURS, SYSTEMS, TRIGRAMS, Runner, quality
from benchmarks.match.sets import PAIRS, Asked, published_sets, real_sets
from benchmarks.match.slips import AMBIGUOUS, KINDS, NOT_REGISTERED
from benchmarks.match.speed import case_of, growth, speed
from benchmarks.place import Place
from benchmarks.results import WIDTH, Line, frozen_read, frozen_write, middle, shown

HERE = Path(__file__).parent
PARTS = ("quality", "speed", "one-query")
TIMED = (OURS, "tfidf", TRIGRAMS)
SIGNS = {True: " ✓", False: " ✗", None: ""}

WORDS = {
    "ours": ("本程序，整个命令", "ours, the whole command"),
    "ours-search": ("本程序，检索与判断", "ours, search and judging"),
    "ours-memory": ("内存，GiB", "memory, in GiB"),
    "platform": ("平台商户，分钟", "a platform's merchants, in minutes"),
    "tfidf": ("TF-IDF，仅检索", "TF-IDF, search alone"),
    "pg_trgm": ("pg_trgm，仅检索", "pg_trgm, search alone"),
    "one-index": ("名称索引", "the index of names in the database"),
    "one-query-1": ("逐个检索（HTTP），1 个客户端，p95 毫秒", "one name at a time through HTTP, 1 client, p95 in ms"),
    "one-query-8": ("逐个检索（HTTP），8 个客户端，p95 毫秒", "one name at a time through HTTP, 8 clients, p95 in ms"),
    "one-pg_trgm": ("pg_trgm，仅检索，p95 毫秒", "pg_trgm, search alone, p95 in ms"),
    "growth-time": ("每条查询用时，与最小规模比", "time a query beside the smallest"),
    "growth-memory": ("内存，与最小规模比", "memory beside the smallest"),
}
COLUMNS: Mapping[str, str] = {
    "queries": "查询\nqueries",
    "precision": "自动匹配准确率\nprecision",
    "recall": "召回率\nrecall",
    "false": "未登记误配\nfalse",
    "false_branches": "其中总分机构\nbranches",
    "all_proposed": "歧义全部列出\nall proposed",
    "exactly_proposed": "恰好列出\nexactly",
    "top1": "首位\ntop 1",
    "recall5": "前五\nin five",
}


def main(words: Sequence[str]) -> int:
    """Measures, prints, freezes if asked; 1 where ours misses an aim."""
    parser = parser_make("match", "名称匹配性能测试 / the benchmark of matching names", PARTS, HERE)
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS), help="只测这些 / these only")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="也测真实登记册 / real registers, too (*.tsv.gz)")
    parser.add_argument("--most", type=int, default=3_000, metavar="N", help="每个真实登记册的查询数 / queries of each")
    parser.add_argument(
        "--rivals-python", default=sys.executable, metavar="PYTHON", help="装有对手的环境 / their Python"
    )
    parser.add_argument(
        "--load-seconds", type=int, default=15, metavar="N", help="每轮负载的秒数 / seconds of each load"
    )
    asked = parser.parse_args(words)
    today = datetime.now(UTC).date()
    lines: list[Line] = []
    told: list[Frozen] = []
    with Place(asked.work, keep=asked.keep) as place, Console(stderr=True).status("…") as status:
        runner = Runner(place.folder, place, asked.rivals_python, status.update)
        if "quality" in asked.only:
            told = _quality(runner, asked.systems, asked.real, asked.most)
        if "speed" in asked.only:
            for case in map(case_of, cases_read(HERE, "firms", asked.sizes)):
                timed = [system for system in asked.systems if system in TIMED]
                lines += middle([speed(runner, case, timed) for _ in range(asked.runs or 1)])
            lines += growth(lines)
        if "one-query" in asked.only:
            for case in map(case_of, cases_read(HERE, "firms", asked.sizes)):
                status.update(f"{case.firms:,} one-query")
                wanted = {"seconds": asked.load_seconds, "rivals": TRIGRAMS in asked.systems}
                lines += middle([one_query(place, case, **wanted) for _ in range(asked.runs or 1)])
    _told_shown(told, frozen_quality_read(asked.frozen / "quality.csv"))
    if lines:
        shown(lines, frozen_read(asked.frozen), WORDS)
    if asked.freeze:
        if told:
            frozen_quality_write(asked.frozen / "quality.csv", told)
        if lines:
            frozen_write(asked.frozen, lines, today)
    unmeasured = OURS in asked.systems and "quality" in asked.only and not any(line.system == OURS for line in told)
    return int(unmeasured or any(line.met is False for line in lines) or any(_missed(line) for line in told))


def _quality(runner: Runner, systems: Sequence[str], real: Path | None, most: int) -> list[Frozen]:
    told = quality(runner, published_sets(), systems, [PAIRS])
    if real is not None:
        sets: list[Asked] = real_sets(real, most)
        told += quality(runner, sets, systems, [asked.name for asked in sets])
    return told


def _missed(line: Frozen) -> bool:
    if line.system != OURS or line.quality.kind != ALL:
        return False
    return any(met(name, getattr(line.quality, name)) is False for name in AIMS)


# ---- shown


def _told_shown(told: Sequence[Frozen], frozen: Mapping[tuple[str, str, str], Frozen]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    for name in dict.fromkeys(line.queries_of for line in told):
        own = [line for line in told if line.queries_of == name]
        console.print(_summary(name, own, frozen))
        console.print(_kinds(own))


def _summary(name: str, lines: Sequence[Frozen], frozen: Mapping[tuple[str, str, str], Frozen]) -> Table:
    """Every system on all queries; the frozen value stands in brackets where it differs."""
    table = Table(title=name, pad_edge=False)
    table.add_column("系统\nsystem")
    for title in COLUMNS.values():
        table.add_column(title, justify="right")
    for line in lines:
        if line.quality.kind == ALL:
            before = frozen.get(line.key)
            cells = (_cell(each, line, before) for each in COLUMNS)
            table.add_row(line.system, *cells)
    return table


def _cell(name: str, line: Frozen, before: Frozen | None) -> str:
    value = getattr(line.quality, name)
    sign = SIGNS[met(name, value)] if line.system == OURS else ""
    old = getattr(before.quality, name) if before else value
    moved = f" ({_figure(old)})" if _figure(old) != _figure(value) else ""
    return _figure(value) + sign + moved


def _kinds(lines: Sequence[Frozen]) -> Table:
    """Kind by kind what the kind is about: matched; proposed with all; matched though nobody is registered."""
    table = Table(pad_edge=False)
    systems = list(dict.fromkeys(line.system for line in lines))
    for title in ("种类 kind", "查询 queries", "量 measure", *systems):
        table.add_column(title, justify="left" if "kind" in title else "right")
    by_key = {(line.system, line.quality.kind): line.quality for line in lines}
    there = {line.quality.kind for line in lines}
    for kind in (kind for kind in KINDS if kind in there):
        measure = about(kind)
        own = [by_key.get((system, kind)) for system in systems]
        count = max((each.queries for each in own if each), default=0)
        table.add_row(kind, str(count), measure, *(_of(each, measure) for each in own))
    return table


def about(kind: str) -> str:
    """The measure that a kind of query is asked for."""
    return "all_proposed" if kind == AMBIGUOUS else "false" if kind in NOT_REGISTERED else "recall"


def _of(line: Quality | None, measure: str) -> str:
    return "" if line is None else _figure(getattr(line, measure))


def _figure(value: float | int | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
