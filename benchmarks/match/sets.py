"""The sets of queries that quality is measured on, each with its register, and the one that its rivals are tuned on."""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.match.firms import firms_write
from benchmarks.match.pairs import OTHER_SEED, made, pairs_read, queries_write, register_read
from benchmarks.match.slips import Firm, Query, firms_of, queries_make

PAIRS, OTHER = "pairs", "other-seed"
REAL_LEFT_OUT = 0.05
REAL_SEED = 3


@dataclass(frozen=True)
class Asked:
    """Queries, the register that they are asked of, and the name of the set that rivals are tuned on."""

    name: str
    register: Sequence[Firm]
    queries: Sequence[Query]
    tuned_on: str

    def written(self, folder: Path) -> tuple[Path, Path]:
        """The files that a matcher is given."""
        folder.mkdir(parents=True, exist_ok=True)
        queries, register = folder / "queries.csv", folder / "register.csv"
        queries_write(queries, self.queries)
        firms_write(register, self.register)
        return queries, register


def published_sets() -> list[Asked]:
    """The committed queries, and those of another seed on which nothing is reported."""
    register, queries = made(OTHER_SEED)
    return [Asked(PAIRS, register_read(), pairs_read(), OTHER), Asked(OTHER, register, queries, PAIRS)]


def real_sets(folder: Path, most: int, seed: int = REAL_SEED) -> list[Asked]:
    """Queries made from each real register of the folder; its neighbour in the alphabet is what rivals are tuned on.

    Nothing of them may be committed: only sums are shown and frozen.
    """
    paths = sorted(folder.glob("*.tsv.gz"))
    names = [path.name.removesuffix(".tsv.gz") for path in paths]
    found = []
    for place, path in enumerate(paths):
        register, queries = queries_make(register_of(path), seed=seed, most=most, left_out=REAL_LEFT_OUT)
        found.append(Asked(names[place], register, queries, names[(place + 1) % len(names)]))
    return found


def register_of(path: Path) -> list[Firm]:
    """A real register as it was published, dirt included; rows without a name are nobody."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["name"]]
    return list(firms_of({name: _told(value) for name, value in row.items() if name} for row in rows))


def _told(value: str | None) -> str:
    return "" if value is None or value == "N/A" else value
