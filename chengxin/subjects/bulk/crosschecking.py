"""Where Splink's clusters and the decisions on two registers differ, written for a person; no decision is changed by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from chengxin.subjects.bulk.matching import asked_prepared, reasons_text, side_of
from chengxin.subjects.bulk.splinking import LINKED, splink_weighed
from chengxin.subjects.bulk.writing import frame_write
from chengxin.subjects.rules.judging import Judgement, Model, judge, model

# From here on Splink holds a pair for all but sure.
STRONG = 0.99
COLUMNS = {
    "kind": pl.String, "qid": pl.String, "asked": pl.String, "id": pl.String, "uscc": pl.String, "name": pl.String,
    "decision": pl.String, "score": pl.Float64, "reasons": pl.String, "match_weight": pl.Float64, "cluster": pl.String,
}  # fmt: skip
KINDS = ("match-not-linked", "linked-not-matched", "several-firms")

Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True)
class Sides:
    """The names asked, the register's rows, and the model that decided."""

    asked: pl.DataFrame
    firms: pl.DataFrame
    by: Model


def cross_checked(
    pairs: pl.DataFrame, asked: pl.DataFrame, firms: pl.DataFrame, out: Path, by: Model | None
) -> dict[str, int]:
    """Write where the two differ; returns how many pairs there are, how many Splink links, and how often they differ, by kind.

    `match-not-linked`: matched, and not in one cluster. `linked-not-matched`: not matched to any firm, and to one alone strongly
    linked. `several-firms`: two firms that one row is strongly linked to, and that could be one firm registered twice.
    """
    sides = Sides(asked_prepared(asked), firms, by or model())
    weighed = splink_weighed(pairs, sides.asked, firms)
    rows = [*_not_linked(weighed, sides), *_not_matched(weighed, sides), *_twice(weighed, sides)]
    found = pl.DataFrame(rows, schema=COLUMNS, orient="row")
    frame_write(found.lazy(), out)
    counts = {kind.replace("-", "_"): found.filter(pl.col("kind") == kind).height for kind in KINDS}
    return {"pairs": len(pairs), "linked": weighed.filter(pl.col("probability") >= LINKED).height, **counts}


def _not_linked(weighed: pl.DataFrame, sides: Sides) -> Rows:
    """Those first of which Splink thinks least."""
    apart = weighed.filter(pl.col("decision") == "match", pl.col("cluster") != pl.col("cluster_asked"))
    return _told(KINDS[0], apart.sort("weight", "place"), sides)


def _not_matched(weighed: pl.DataFrame, sides: Sides) -> Rows:
    """Those first of which Splink is surest."""
    matched = weighed.filter(pl.col("decision") == "match")
    strong = weighed.filter(pl.col("probability") >= STRONG).join(matched, on="place", how="anti")
    alone = strong.filter(pl.len().over("place") == 1)
    return _told(KINDS[1], alone.sort("weight", "place", descending=[True, False]), sides)


def _told(kind: str, rows: pl.DataFrame, sides: Sides) -> Rows:
    asked, held = sides.asked[rows["place"]].iter_rows(named=True), sides.firms[rows["row"]].iter_rows(named=True)
    for row, one, other in zip(rows.iter_rows(named=True), asked, held, strict=True):
        judged = judge(side_of(one), side_of(other), sides.by)
        yield kind, one["qid"], one["name"], *_firm(other, row["decision"], judged), row["weight"], row["cluster"]


def _twice(weighed: pl.DataFrame, sides: Sides) -> Rows:
    """Firms that, their numbers apart, would be matched to each other."""
    strong = weighed.filter(pl.col("probability") >= STRONG)
    both = strong.join(strong, on="place", suffix="_too").filter(pl.col("row") < pl.col("row_too"))
    weight = pl.min_horizontal("weight", "weight_too").max()
    rows = both.group_by("row", "row_too").agg(weight=weight, cluster=pl.col("cluster").first()).sort("row", "row_too")
    firms, others = (sides.firms[rows[name]].iter_rows(named=True) for name in ("row", "row_too"))
    for row, one, other in zip(rows.iter_rows(named=True), firms, others, strict=True):
        judged = judge(side_of({**one, "number": ""}), side_of({**other, "number": ""}), sides.by)
        if one["firm"] != other["firm"] and judged.score >= sides.by.match_from and not judged.never:
            yield KINDS[2], one["id"], one["name"], *_firm(other, None, judged), row["weight"], row["cluster"]


def _firm(firm: dict[str, Any], decision: str | None, judged: Judgement) -> tuple[Any, ...]:
    return firm["id"], firm["uscc"], firm["name"], decision, judged.score, reasons_text(judged)
