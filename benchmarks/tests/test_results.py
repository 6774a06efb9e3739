"""Lines are frozen, read back, and held against their aims."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.results import Line, frozen_read, frozen_write, middle

DAY = date(2026, 11, 22)
LINE = Line(1000, "staging", seconds=2.5, per_second=400.0, ratio=0.5, aim=">=0.6", memory_bytes=7, note="as it was")


def test_frozen_lines_read_back_as_they_were(tmp_path: Path) -> None:
    frozen_write(tmp_path, [LINE], DAY)
    assert frozen_read(tmp_path) == {LINE.key: LINE}


def test_freezing_one_size_leaves_the_others(tmp_path: Path) -> None:
    larger = replace(LINE, size=5000)
    frozen_write(tmp_path, [larger], DAY)
    frozen_write(tmp_path, [LINE], DAY)
    frozen_write(tmp_path, [replace(LINE, ratio=0.7)], DAY)
    assert list(frozen_read(tmp_path).values()) == [replace(LINE, ratio=0.7), larger]


def test_an_aim_is_met_or_missed_or_absent() -> None:
    assert LINE.met is False
    assert replace(LINE, ratio=0.6).met is True
    assert replace(LINE, aim="<=0.5").met is True
    assert replace(LINE, aim="").met is None


def test_several_runs_become_their_median() -> None:
    runs = [[replace(LINE, ratio=ratio)] for ratio in (0.9, 0.1, 0.4)]
    assert middle(runs) == [replace(LINE, ratio=0.4)]
