"""Judged rows into the lake: merged day by day with what is there, each changed day as a new file, what vanished kept as evidence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from chengxin.commerce.trades import rules
from chengxin.commerce.trades.bulk.arriving import DAY, LINE, Arrived, day_expr
from chengxin.commerce.trades.bulk.judging import REASON, Judged
from chengxin.commerce.trades.bulk.lake import Lake, Put
from chengxin.commerce.trades.bulk.referring import Pairs, Referred, Standing, differing
from chengxin.commerce.trades.bulk.schemas import metadata_of, polars_of
from chengxin.law.models import TradeKind

HOW, VERSION = "vanished", "version"
_HASH = "_hash"


@dataclass
class Landed:
    """What became of a file: its counts, its new days, what vanished, and every file that was written on the way."""

    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    unmet: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    days: dict[date, tuple[int, Put | None]] = field(default_factory=dict)
    refused_file: Put | None = None
    vanished_file: Put | None = None
    missing: int = 0
    emptied: int = 0


class Landing:
    """Lands one file of a platform's kind. Files are written under new names; nothing of it holds before the manifest lists them."""

    def __init__(
        self,
        lake: Lake,
        kind: TradeKind,
        platform: str,
        standing: Mapping[date, Standing],
        *,
        refers: Mapping[str, Referred],
        pairs: Pairs,
        whole: rules.Whole | None,
    ) -> None:
        self.lake, self.kind, self.platform, self.pairs = lake, kind, platform, pairs
        self.standing, self.refers, self.whole = standing, refers, whole
        self.schema = polars_of(kind)
        self.keys = list(kind.row_key)
        self.landed = Landed()
        self.written: list[str] = []
        self._refused: list[pl.DataFrame] = []
        self._gone: list[pl.DataFrame] = []
        self._emptied: list[pl.DataFrame] = []
        self._seen: set[date] = set()

    def frame_land(self, came: pl.DataFrame, judged: Judged) -> None:
        """Look for what the judged rows name and land each of their days."""
        judged = self._referred(judged, came)
        self.landed.rows += came.height
        if judged.refused.height:
            self.landed.refused += judged.refused.height
            self.landed.reasons.update(dict(judged.refused[REASON].value_counts().iter_rows()))
            self._refused.append(judged.refused)
        if not judged.good.height:
            return
        days = judged.good.with_columns(day_expr(pl.col(self.kind.at)).alias(DAY))
        first, last = days[DAY].min(), days[DAY].max()
        if first == last:
            assert isinstance(first, date)
            self._day_land(first, judged.good)
            return
        for (day,), rows in days.partition_by(DAY, as_dict=True, include_key=False).items():
            self._day_land(day, rows)

    def end(self, arrived: Arrived) -> Landed:
        """Land the days of which a whole filing says nothing more, and write what was refused and what vanished."""
        if self.whole:
            empty = pl.DataFrame(schema=self.schema)
            for day in self.whole.days():
                if day in self.standing and day not in self._seen:
                    self._day_land(day, empty)
        if self._gone:
            self._gone_settle(arrived)
        if self._refused:
            rows = pl.concat(self._refused, how="diagonal").sort(pl.col(LINE).cast(pl.Int64))
            self.landed.refused_file = self._put(rows, "refused")
        vanished = [
            rows.with_columns(pl.lit(how).alias(HOW))
            for how, found in (("missing", self._gone), ("emptied", self._emptied))
            for rows in found
            if rows.height
        ]
        if vanished:
            rows = pl.concat(vanished).sort(DAY, *self.keys)
            self.landed.vanished_file = self._put(rows, "vanished")
            counts = Counter(dict(rows[HOW].value_counts().iter_rows()))
            self.landed.missing, self.landed.emptied = counts["missing"], counts["emptied"]
        return self.landed

    def _put(self, rows: pl.DataFrame, what: str, day: date | None = None) -> Put:
        """Every file's name is new and noted, so that all can be taken away where the filing fails."""
        place = f"{what}/kind={self.kind.key}/platform={self.platform}" + (f"/day={day}" if day else "")
        put = self.lake.put(rows, place, metadata_of(self.kind) if day else None)
        self.written.append(put.path)
        return put

    def _referred(self, judged: Judged, came: pl.DataFrame) -> Judged:
        """Look for the orders and parcels that rows name: one of another shop refuses the row, one not filed yet is counted."""
        good = judged.good
        if not self.refers or not good.height:
            return judged
        wrong = np.zeros(good.height, dtype=bool)
        first, last = (
            good.select(day_expr(pl.col(self.kind.at)))
            .select(pl.min(self.kind.at), pl.max(self.kind.at).alias("last"))
            .row(0)
        )
        for column, referred in self.refers.items():
            named = good.select(pl.col(column).alias("key"), pl.col(self.kind.shop).alias("shop"))
            others, unmet = differing(self.lake, named, referred, first, last, self.pairs)
            wrong |= others
            self.landed.unmet += unmet
        if not wrong.any():
            return judged
        lines = judged_lines(judged, came).filter(pl.Series(wrong))
        refused = came.filter(pl.col(LINE).is_in(lines.implode())).select(pl.all().cast(pl.String))
        refused = refused.with_columns(pl.lit("shop-differs").alias(REASON))
        return Judged(good.filter(pl.Series(~wrong)), pl.concat([judged.refused, refused]))

    def _day_land(self, day: date, good: pl.DataFrame) -> None:
        self._seen.add(day)
        standing = self.standing.get(day)
        version = standing.version + 1 if standing else 1
        if standing and standing.path:
            rows = self._merged(day, good, standing)
            if rows is None:
                return
        else:
            self.landed.accepted += good.height
            rows = good
        self._day_write(day, version, rows)

    def _day_write(self, day: date, version: int, rows: pl.DataFrame) -> None:
        put = self._put(rows.sort(self.kind.shop, self.kind.at, *self.keys), "trades", day) if rows.height else None
        self.landed.days[day] = version, put

    def _old(self, standing: Standing) -> pl.DataFrame:
        """A day as it stands, in the columns of today's lawbook."""
        rows = self.lake.scan([standing.path], self.schema).collect()
        return conformed(rows, self.schema)

    def _merged(self, day: date, good: pl.DataFrame, standing: Standing) -> pl.DataFrame | None:
        """The day with these rows in it; nothing where they change nothing."""
        old = self._old(standing)
        both = good.with_columns(good.hash_rows().alias(_HASH)).join(
            old.with_columns(old.hash_rows().alias(_HASH)), on=self.keys, how="left", suffix="_old"
        )
        same = int((both[_HASH] == both[f"{_HASH}_old"]).sum())
        self.landed.unchanged += same
        self.landed.accepted += good.height - same
        rest = old.join(good, on=self.keys, how="anti")
        gone = rest.clear()
        if self.whole:
            covered = pl.col(self.kind.shop).is_in(list(self.whole.shops)) if self.whole.shops else pl.lit(value=True)
            gone, rest = rest.filter(covered), rest.filter(~covered)
        if self.kind.lasting:
            self._lasting_compare(day, both, gone, standing)
        if same == good.height and not gone.height:
            return None
        return pl.concat([rest, good])

    def _lasting_compare(self, day: date, both: pl.DataFrame, gone: pl.DataFrame, standing: Standing) -> None:
        lasting = self.kind.lasting
        assert lasting
        text, state = lasting.text, lasting.state
        emptied = both.filter((pl.col(f"{text}_old") > 0) & (pl.col(text) == 0) & (pl.col(state) != lasting.hidden))
        marks = pl.lit(day).alias(DAY), pl.lit(standing.version).cast(pl.Int64).alias(VERSION)
        if emptied.height:
            before = [pl.col(name if name in self.keys else f"{name}_old").alias(name) for name in self.schema]
            self._emptied.append(emptied.select(*before, *marks))
        if gone.height:
            self._gone.append(gone.with_columns(*marks))

    def _gone_settle(self, arrived: Arrived) -> None:
        """A row that is missing from its day may stand in the file all the same: under another day, or refused. The first has moved;
        the second stays as it was, so that a faulty row is no way of making a review vanish.
        """
        gone = pl.concat(self._gone)
        names = gone.select(pl.col(self.keys).cast(pl.String))
        named = (
            arrived.scan.select(pl.col(self.keys).cast(pl.String))
            .join(names.lazy(), on=self.keys, how="semi")
            .collect()
        )
        if not named.height:
            return
        as_text = gone.with_columns(pl.col(self.keys).cast(pl.String))
        if self._refused:
            refused = pl.concat([rows.select(self.keys) for rows in self._refused])
            for (day,), rows in as_text.join(refused, on=self.keys, how="semi").partition_by(DAY, as_dict=True).items():
                self._carry(day, rows)
        self._gone = [as_text.join(named, on=self.keys, how="anti")]

    def _carry(self, day: date, rows: pl.DataFrame) -> None:
        """Put rows back into a day that was just written without them."""
        version, put = self.landed.days[day]
        now = self.lake.scan([put.path], self.schema).collect() if put else pl.DataFrame(schema=self.schema)
        self._day_write(day, version, pl.concat([now, conformed(rows, self.schema)]))
        if put:
            self.lake.remove([put.path])


def judged_lines(judged: Judged, came: pl.DataFrame) -> pl.Series:
    """The lines of the good rows: those of the frame that were not refused, in its order."""
    if not judged.refused.height:
        return came[LINE]
    refused = judged.refused.select(pl.col(LINE).cast(came.schema[LINE]))
    return came.select(LINE).join(refused, on=LINE, how="anti", maintain_order="left")[LINE]


def conformed(rows: pl.DataFrame, schema: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """The rows in these columns: one that the file lacks is empty."""
    if list(rows.columns) == list(schema):
        return rows
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    )
