"""The runner works; nothing is timed here, and the load, which needs wrk, is left out."""

from benchmarks.check.world import LINE_BITS
from benchmarks.conftest import Measure
from chengxin.records.models import LINES_PER_BATCH


def test_both_servers_answer_and_the_floors_run(measure: Measure) -> None:
    words = ("--sizes", "2000", "--load-seconds", "1", "--only", "answers", "pgbench", "batch")
    lines = measure("check", *words)
    assert lines.keys() == {"reads", "writes", "counts", "pgbench", "check-file", "join", "ledger"}
    assert (lines["reads"].ratio, lines["writes"].ratio, lines["counts"].ratio) == (2, 1, 1)
    assert "applies" in lines["check-file"].note
    assert "cannot_say" not in lines["check-file"].note


def test_the_world_counts_records_as_the_program_does() -> None:
    assert 1 << LINE_BITS == LINES_PER_BATCH
