"""The runner works, and both count the same; nothing is timed here."""

from benchmarks.conftest import Measure


def test_the_dry_run_and_the_bare_sql_count_the_same(measure: Measure) -> None:
    lines = measure("measures", "--sizes", "3000", "--runs", "1")
    assert lines.keys() == {"dry-run", "sql"}
    assert "disputed" in lines["dry-run"].note and lines["dry-run"].ratio
