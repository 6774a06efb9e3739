"""The runner works at a small size: what it times is placed and signed, and its proofs hold."""

from benchmarks.conftest import Measure


def test_three_thousand_entries_written_placed_and_proven(measure: Measure) -> None:
    lines = measure("ledger", "--sizes", "3000", "--load-seconds", "1")
    assert lines["sequence"].note == "1 rounds, each signed"
    for what in (
        "bulk",
        "append",
        "append-sequenced",
        "lag",
        "check-receipted",
        "inclusion-memory",
        "consistency-memory",
    ):
        assert lines[what].ratio, what
    for what in ("inclusion", "consistency", "pymerkle-sqlite"):
        assert lines[what].per_second and lines[what].p99_ms, what
