"""The published files: queries with their truth, and the register that they are asked of.

Rows of the maker's own begin with q and f; whoever adds lines by hand begins their ids otherwise, and no new making touches
them. A truth is the codes that the query fits equally, with blanks between; none for a firm that the register lacks.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.match.firms import HERE, firms, firms_write
from benchmarks.match.slips import Firm, Query, firms_of, queries_make

PAIRS, REGISTER = HERE / "pairs.csv", HERE / "register.csv"
COLUMNS = ("qid", "name", "province", "city", "address", "uscc", "truth", "kind", "note")
SEED, FIRMS, MOST, LEFT_OUT = 2026, 4_400, 2_400, 0.08
OTHER_SEED = 1999  # what rivals are tuned on


def pairs_read(path: Path = PAIRS) -> list[Query]:
    """The queries of the file, in its order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Query(
                row["qid"],
                row["name"],
                row["province"],
                row["city"],
                row["address"],
                row["uscc"],
                tuple(sorted(row["truth"].split())),
                row["kind"],
            )
            for row in csv.DictReader(file)
        ]


def register_rows(path: Path = REGISTER) -> Iterator[Firm]:
    """The firms of the file, one by one."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from firms_of(csv.DictReader(file))


def register_read(path: Path = REGISTER) -> list[Firm]:
    """The firms of the file, in its order."""
    return list(register_rows(path))


def made(seed: int = SEED, number: int = FIRMS, most: int = MOST) -> tuple[list[Firm], list[Query]]:
    """The maker's rows: the same for a seed, always."""
    return queries_make(firms(number, seed), seed=seed, most=most, left_out=LEFT_OUT)


def queries_write(path: Path, queries: Iterable[Query]) -> None:
    """The queries as matchers are given them: without truth and kind."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[:6])
        writer.writerows((q.qid, q.name, q.province, q.city, q.address, q.uscc) for q in queries)


def published_write(pairs: Path = PAIRS, register: Path = REGISTER) -> None:
    """Makes the maker's rows anew in both files and leaves everybody else's as they are."""
    rows, queries = made()
    own_rows = [row for row in register_read(register) if not row.id.startswith("f")] if register.exists() else []
    firms_write(register, [*rows, *own_rows])
    own = _lines_of_others(pairs)
    with pairs.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_line(query) for query in queries)
        writer.writerows(own)


def _line(query: Query) -> Sequence[str]:
    place = (query.province, query.city, query.address, query.uscc)
    return (query.qid, query.name, *place, " ".join(query.truth), query.kind, "")


def _lines_of_others(pairs: Path) -> list[list[str]]:
    if not pairs.exists():
        return []
    with pairs.open(encoding="utf-8", newline="") as file:
        return [row for row in list(csv.reader(file))[1:] if not row[0].startswith("q")]


if __name__ == "__main__":
    published_write()
