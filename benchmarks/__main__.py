"""`python -m benchmarks [ingest] [check] [match] [measures] [persons] [ledger] [trails] [ratings] [patrols] [trades]`: those named, or all, at the sizes of their cases."""

import sys

from benchmarks.check import run as check
from benchmarks.ingest import run as ingest
from benchmarks.ledger import run as ledger
from benchmarks.match import run as match
from benchmarks.measures import run as measures
from benchmarks.patrols import run as patrols
from benchmarks.persons import run as persons
from benchmarks.ratings import run as ratings
from benchmarks.trades import run as trades
from benchmarks.trails import run as trails

ALL = {
    "ingest": ingest.main,
    "check": check.main,
    "match": match.main,
    "measures": measures.main,
    "persons": persons.main,
    "ledger": ledger.main,
    "trails": trails.main,
    "ratings": ratings.main,
    "patrols": patrols.main,
    "trades": trades.main,
}


def main(names: list[str]) -> int:
    """Runs the named benchmarks; the status is that of the first that missed an aim."""
    if unknown := [name for name in names if name not in ALL]:
        sys.stderr.write(f"没有这项性能测试 / no such benchmark: {', '.join(unknown)} ({', '.join(ALL)})\n")
        return 2
    return max(ALL[name]([]) for name in names or ALL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
