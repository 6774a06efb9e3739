"""The runner works; nothing is timed here."""

from benchmarks.conftest import Measure
from benchmarks.ingest.run import growth
from benchmarks.results import Line


def test_every_part_runs_and_the_floors_file_the_same_rows(measure: Measure) -> None:
    lines = measure("ingest", "--sizes", "2000", "--only", "again", "copy", "staging", "frictionless")
    told = {"first", "memory", "same-bytes", "same-rows", "copy", "staging", "staging-subjects", "frictionless"}
    assert lines.keys() == told
    assert "accepted 0" in lines["same-bytes"].note
    assert "accepted 0" in lines["same-rows"].note
    assert all(line.seconds for what, line in lines.items() if what != "memory")


def test_growth_is_told_by_the_row_beside_the_smallest_size() -> None:
    lines = [
        Line(1_000_000, "first", own_seconds=10.0, memory_bytes=100),
        Line(5_000_000, "first", own_seconds=60.0, memory_bytes=140),
    ]
    told = {line.what: (line.ratio, line.met) for line in growth(lines)}
    assert told == {"growth-time": (1.2, False), "growth-memory": (1.4, False)}
