"""`python -m benchmarks.match.second`: what Splink's second opinion on our matches is worth, on queries with known truth.

Of the matches that its clusters lack, how many are wrong, beside as many matches of our own lowest scores; of the firms that it
alone is sure of, how many are right; of firms planted twice, how many it points out.
"""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.match.firms import code, firms_endless
from benchmarks.match.ours import process_run
from benchmarks.match.sets import Asked, published_sets, real_sets
from benchmarks.match.slips import Query, queries_make
from benchmarks.results import WIDTH

FIRMS, QUERIES, TWICE, SEED = 100_000, 20_000, 500, 11


@dataclass(frozen=True)
class Second:
    """What was matched and how much of it wrongly, and what the disagreements hold."""

    queries_of: str
    matches: int
    wrong: int
    not_linked: int
    wrong_in_it: int
    wrong_in_as_many_lowest: int
    not_matched: int
    right_in_it: int
    twice: int
    planted_in_it: int
    seconds: float


def main(words: Sequence[str]) -> int:
    """Measures each set and prints a line for it."""
    parser = ArgumentParser(prog="python -m benchmarks.match.second")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="也测真实登记册 / real registers, too (*.tsv.gz)")
    parser.add_argument("--most", type=int, default=6_000, metavar="N", help="每个真实登记册的查询数 / queries of each")
    asked = parser.parse_args(words)
    table = Table(title="Splink", pad_edge=False)
    for each in fields(Second):
        table.add_column(each.name.replace("_", "\n"), justify="right")
    for one in (
        *published_sets(),
        made_set(),
        planted_set(),
        *(real_sets(asked.real, asked.most) if asked.real else ()),
    ):
        found = measured(one)
        table.add_row(*(str(getattr(found, each.name)) for each in fields(Second)))
    Console(width=WIDTH).print(table)
    return 0


def made_set() -> Asked:
    """An invented platform, with more firms to a mark than the published queries."""
    firms = list(islice(firms_endless(SEED, rare=False), FIRMS))
    return Asked("made", *queries_make(firms, seed=SEED, most=QUERIES, left_out=0.1), "")


def planted_set() -> Asked:
    """A register that holds some firms twice, under another code and in another spelling, and the names of all that are asked."""
    firms = list(islice(firms_endless(SEED, rare=False), FIRMS // 5))
    asked = firms[: 10 * TWICE]
    twins = {
        firm.uscc: replace(
            firm, id=f"twin-{firm.id}", name=_respelt(firm.name), uscc=code("91", firm.uscc[2:8], f"MT{place:06}")
        )
        for place, firm in enumerate(asked[::10])
    }
    truths = [(firm, [firm.uscc, *([twins[firm.uscc].uscc] if firm.uscc in twins else [])]) for firm in asked]
    queries = [
        Query(f"q{firm.id}", firm.name, firm.province, firm.city, "", "", tuple(truth), "") for firm, truth in truths
    ]
    return Asked("planted", [*firms, *twins.values()], queries, "")


def _respelt(name: str) -> str:
    return name.replace("有限责任公司", "有限公司") if "责任" in name else name.replace("有限公司", "有限责任公司")


def measured(asked: Asked) -> Second:
    """Runs the command on a set and counts."""
    with TemporaryDirectory() as name:
        queries, register = asked.written(Path(name))
        links, other = Path(name) / "links.csv", Path(name) / "other.csv"
        words = ("match", str(queries), "--register", str(register), "--links", str(links), "--cross-check", str(other))
        seconds = process_run((sys.executable, "-m", "chengxin.site.cli", *words, "--json"), one_core=False).seconds
        matched = [row for row in _rows(links) if row["decision"] == "match"]
        differing = list(_rows(other))
    truths = {query.qid: query.truth for query in asked.queries}
    wrong = [row for row in matched if not _right(row, truths)]
    kinds = {kind: [row for row in differing if row["kind"] == kind] for kind in {row["kind"] for row in differing}}
    apart, strong, twice = (kinds.get(each, []) for each in ("match-not-linked", "linked-not-matched", "several-firms"))
    lowest = sorted(matched, key=lambda row: float(row["score"]))[: len(apart)]
    return Second(
        asked.name,
        len(matched),
        len(wrong),
        len(apart),
        sum(not _right(row, truths) for row in apart),
        sum(not _right(row, truths) for row in lowest),
        len(strong),
        sum(_right(row, truths) for row in strong),
        len(twice),
        sum(row["id"] == f"twin-{row['qid']}" for row in twice),
        round(seconds, 1),
    )


def _right(row: Mapping[str, str], truths: Mapping[str, Sequence[str]]) -> bool:
    return tuple(truths[row["qid"]]) == (row["uscc"],)


def _rows(path: Path) -> Iterator[Mapping[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
