"""The runner works; nothing is timed here."""

from benchmarks.conftest import Measure
from benchmarks.match.run import about
from benchmarks.match.speed import growth
from benchmarks.results import Line


def test_a_register_is_made_searched_and_thrown_away(measure: Measure) -> None:
    lines = measure("match", "--only", "speed", "--sizes", "2000", "--systems", "pg_trgm")
    assert lines.keys() == {"pg_trgm"}
    assert lines["pg_trgm"].per_second


def test_a_register_in_the_database_is_indexed_and_asked_through_the_api(measure: Measure) -> None:
    lines = measure("match", "--only", "one-query", "--sizes", "2000", "--load-seconds", "0")
    assert lines.keys() == {"one-index", "one-pg_trgm"}
    assert lines["one-index"].memory_bytes and lines["one-pg_trgm"].p99_ms


def test_growth_is_told_beside_the_smallest_register() -> None:
    lines = [
        Line(200_000, "ours", memory_bytes=100),
        Line(200_000, "ours-search", per_second=400.0),
        Line(1_000_000, "ours", memory_bytes=300),
        Line(1_000_000, "ours-search", per_second=100.0),
    ]
    assert {line.what: line.ratio for line in growth(lines)} == {"growth-time": 4.0, "growth-memory": 3.0}


def test_a_kind_is_measured_by_what_it_asks() -> None:
    assert [about(kind) for kind in ("sound", "ambiguous", "branch")] == ["recall", "all_proposed", "false"]
