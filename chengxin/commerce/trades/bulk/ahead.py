"""A file read and judged before its turn, without asking the database anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.arriving import Arrived
from chengxin.commerce.trades.bulk.judging import Judge, Judged
from chengxin.law.models import TradeKind
from chengxin.records.bulk.reading import file_digest


@dataclass(frozen=True)
class Ahead:
    """A file as of the instant of its filing, its rows judged where it is small enough to be judged in one piece."""

    at: datetime
    digest: str
    arrived: Arrived
    judge: Judge
    judged: tuple[pl.DataFrame, Judged] | None

    def frames(self, scratch: Path) -> Iterator[tuple[pl.DataFrame, Judged]]:
        """The rows as they came, and as they were judged; a large file by day."""
        if self.judged:
            yield self.judged
            return
        for frame in self.arrived.frames(scratch):
            yield frame, self.judge.rows_judge(frame)


def read_ahead(path: Path, kind: TradeKind, at: datetime, whole: rules.Whole | None) -> Ahead:
    """Read and judge a file; raises what refuses it as a whole."""
    arrived, judge = Arrived(path, kind), Judge(kind, at, whole)
    judged = None
    if arrived.at_once:
        (frame,) = arrived.frames(path)
        judged = frame, judge.rows_judge(frame)
    return Ahead(at, file_digest(path), arrived, judge, judged)
