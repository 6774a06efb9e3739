"""The runner works, and the draw is the published rule's; nothing is timed here."""

from benchmarks.conftest import Measure


def test_the_draw_is_the_one_that_the_published_rule_gives_in_plain_sql(measure: Measure) -> None:
    lines = measure("patrols", "--sizes", "3000")
    assert lines.keys() == {"plan", "draw", "sql"}
    assert lines["draw"].ratio and lines["plan"].note == "2,940 open"
