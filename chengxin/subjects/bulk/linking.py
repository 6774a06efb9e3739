"""Whole files matched to a register, and two registers joined: on every core, answers in the file's order, whole or not at all."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from chengxin.subjects.bulk.crew import Task, crew_started
from chengxin.subjects.bulk.crosschecking import cross_checked
from chengxin.subjects.bulk.keeping import frame_keep, frame_open, register_keep, register_open
from chengxin.subjects.bulk.matching import (
    ASKED,
    SCHEMA,
    Answered,
    Outcome,
    Register,
    batch_match,
    table_scan,
    told_unreadable,
)
from chengxin.subjects.bulk.splinking import splink_needed
from chengxin.subjects.bulk.writing import frame_write, outputs_known, parquet_written, terminated_cleanly, written
from chengxin.subjects.rules.judging import Model

# What joins two registers: a row asked, the firm that it is matched to or that is proposed for it, how many rows of the file
# are matched to that firm and how many different marks these bear.
LINKS = ("qid", "asked", "id", "uscc", "name", "score", "decision", "firm_rows", "firm_marks")
_BATCH = 1024
# Starting a worker costs as much as answering so many batches.
_WORTH = 3
_NAMES = 10  # shown of a firm that several fell on


class Advance(Protocol):
    """Is told how many more are done, and at the start of how many."""

    def __call__(self, done: int, *, total: int | None = None) -> None: ...


def file_match(
    file: Path,
    register: Callable[[], Register],
    *,
    out: Path | None = None,
    links: Path | None = None,
    cross_check: Path | None = None,
    top: int = 5,
    workers: int = 1,
    most: int = 20,
    by: Model | None = None,
    advance: Advance = lambda done, *, total=None: None,
) -> dict[str, Any]:
    """Match every row of a file; answers and links stand there only once all of them do.

    The register is called for when it is needed and let go once the workers have it, so that it lies in memory once. With
    links it is counted how the rows lie on the firms, and the first `most` of the firms that several marks fell on are told.
    With a cross-check another model's view of the same pairs follows; it changes no answer.
    """
    outputs_known(out, links, cross_check)
    if cross_check:
        splink_needed()
    with terminated_cleanly(), tempfile.TemporaryDirectory(prefix="chengxin-match-") as name:
        folder = Path(name)
        names = _asked_keep(file, folder / "asked.arrow")
        advance(0, total=len(names))
        # Without a file of answers nobody looks at the second best.
        task = Task(folder / "register", folder / "asked.arrow", _BATCH, top if out else 1, by)
        kept = Kept(out, folder / "links" if links else None, folder / "pairs" if cross_check else None)
        with _answers(task, names, register, workers) as (answers, firms):
            found = asdict(_gathered(answers, kept, advance)) | {"register": len(firms)}
        if not out:
            del found["rows"]
        if links:
            found |= links_write(pl.scan_parquet(folder / "links", glob=False), links, most)
        if cross_check:
            found["cross_check"] = cross_checked(pl.read_parquet(folder / "pairs"), names, firms, cross_check, by)
    return found


@dataclass(frozen=True)
class Kept:
    """Where the answers go, and what is made of them afterwards: rows for the links, every pair for a cross-check."""

    out: Path | None
    links: Path | None
    pairs: Path | None


def _asked_keep(file: Path, kept: Path) -> pl.DataFrame:
    """The file's rows, on disk and mapped: millions of them need not lie in memory."""
    with told_unreadable(file):
        frame = table_scan(file, ("qid", "name"))
        frame_keep(frame.select([name for name in ASKED if name in frame.collect_schema().names()]), kept)
    return frame_open(kept)


@contextlib.contextmanager
def _answers(
    task: Task, names: pl.DataFrame, register: Callable[[], Register], workers: int
) -> Iterator[tuple[Iterator[Answered], pl.DataFrame]]:
    """The answers, batch by batch, and the register's rows."""
    starts = range(0, max(len(names), 1), task.rows)
    workers = min(workers, len(starts) // _WORTH)
    if workers < 2:
        held = register()
        slices = (names.slice(start, task.rows) for start in starts)
        yield (batch_match(piece, held, task.top, task.by) for piece in slices), held.frame
        return
    register_keep(register(), task.register)
    firms = register_open(task.register).frame
    with crew_started(workers, task) as crew:
        # Open files stay readable: however this process ends, the largest of what it laid down is gone already.
        shutil.rmtree(task.register)
        yield crew.answers(starts), firms


def _gathered(answers: Iterator[Answered], kept: Kept, advance: Advance) -> Outcome:
    """Write what is kept of the answers; returns how the queries ended."""
    outcome = Outcome()
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(written(kept.out)) if kept.out else None
        link = stack.enter_context(parquet_written(kept.links)) if kept.links else None
        pair = stack.enter_context(parquet_written(kept.pairs)) if kept.pairs else None
        for answered in answers:
            if write:
                write(answered.answers.select(list(SCHEMA)))
            if link:
                link(answered.answers.filter(pl.col("decision") != "none"))
            if pair:
                pair(answered.pairs.with_columns(pl.col("place") + outcome.queries))
            outcome += answered.outcome
            advance(answered.outcome.queries)
    return outcome


# ---- the links


def links_write(whole: pl.LazyFrame, links: Path, most: int) -> dict[str, Any]:
    """Write what joins the two registers, and count how the rows of the one lie on the firms of the other."""
    matched = whole.filter(pl.col("decision") == "match")
    firms = matched.group_by("firm").agg(firm_rows=pl.len(), firm_marks=pl.col("mark").n_unique()).collect()
    counted = pl.col("firm_rows", "firm_marks").fill_null(0)
    joined = whole.join(firms.lazy(), on="firm", how="left", maintain_order="left").with_columns(counted)
    frame_write(joined.select(LINKS), links)
    return {
        "firms": len(firms),
        "firms_of_several_rows": firms.filter(pl.col("firm_rows") > 1).height,
        "several_names": firms.filter(pl.col("firm_marks") > 1).height,
        "several_names_list": _several(matched, firms, most),
    }


def _several(matched: pl.LazyFrame, firms: pl.DataFrame, most: int) -> list[dict[str, Any]]:
    """The firms on which most different marks fell, with the names as they were written."""
    first = (
        firms.filter(pl.col("firm_marks") > 1)
        .sort(["firm_marks", "firm_rows", "firm"], descending=[True, True, False])
        .head(most)
    )
    own = matched.with_row_index("n").join(first.lazy(), on="firm")
    names = pl.col("asked").sort_by("n").unique(maintain_order=True).head(_NAMES)
    told = own.group_by("firm").agg(pl.col("id", "uscc", "name").sort_by("n").first(), names=names)
    found = first.lazy().join(told, on="firm", how="left", maintain_order="left").collect()
    return found.select("id", "uscc", "name", "firm_rows", "firm_marks", "names").to_dicts()
