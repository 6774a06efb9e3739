"""The runner works, and both see the same; nothing is timed here."""

from pathlib import Path

from benchmarks.ratings.run import main
from benchmarks.results import frozen_read


def test_the_rating_and_the_plain_group_bys_see_the_same(tmp_path: Path) -> None:
    words = ["--sizes", "3000", "--runs", "1", "--freeze", "--work", str(tmp_path / "work"), "--frozen", str(tmp_path)]
    assert main(words) == 0
    lines = {what: line for (_, what), line in frozen_read(tmp_path).items()}
    assert lines.keys() == {"rate", "plain"} and lines["rate"].ratio and lines["rate"].note == "shops 30"
