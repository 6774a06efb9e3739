"""Whole files of names matched to a register: searched set-wise, judged pair by pair, written with every reason."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Cursor

from chengxin.kernel.errors import Refusal
from chengxin.subjects.bulk.resolving import names_normal, numbers_read
from chengxin.subjects.bulk.searching import BEST, SAME_NAME, SAME_NUMBER, NameIndex
from chengxin.subjects.rules.answering import Candidate, Firm, candidates_judged, candidates_shown, outcome_of
from chengxin.subjects.rules.judging import Judgement, Model, Side
from chengxin.subjects.rules.namebook import place_words
from chengxin.subjects.rules.naming import asked_normal

ASKED = ("qid", "name", "province", "city", "address", "uscc")
REGISTER = ("id", "name", "uscc", "province", "city", "address")
SCHEMA = {
    "qid": pl.String, "rank": pl.Int64, "uscc": pl.String, "name": pl.String, "score": pl.Float64,
    "decision": pl.String, "reasons": pl.String,
}  # fmt: skip
_BATCH = 1024

# Each subject's code is gathered once for all, not asked for name by name: the planner took that for few.
_SUBJECTS = """
    copy (select n.root, n.written, i.value
          from (select n.id, coalesce(l.root_id, n.subject_id) as root, n.written
                from subjects_name n left join subjects_link l on l.subject_id = n.subject_id and l.known_to is null) n
          left join (select subject_id, min(value) as value from subjects_identifier
                     where scheme = 'uscc' group by subject_id) i on i.subject_id = n.root
          order by n.id)
    to stdout (format csv)
"""

Advance = Callable[[int], None]


class TableUnreadable(Refusal):
    """The file {file} cannot be read as {kind}: {why}. Give a CSV file in UTF-8 or GB18030, or a Parquet file."""

    code = "table-unreadable"
    zh = "文件{file}无法按{kind}读取：{why}。请提供 UTF-8 或 GB18030 的 CSV 文件，或 Parquet 文件。"


class TableColumnsMissing(Refusal):
    """The file {file} lacks the columns {missing}; it has {found}. Add them and start again; nothing was written."""

    code = "table-columns-missing"
    zh = "文件{file}缺少列：{missing}；现有列：{found}。请补齐后重新开始；没有写出任何结果。"


@dataclass(frozen=True)
class Register:
    """Registered firms: a frame of `REGISTER` with `normal` and `number` beside them, and the index of its names."""

    frame: pl.DataFrame
    index: NameIndex
    of_database: bool = False  # whether an id is a subject's

    @classmethod
    def of(cls, frame: pl.DataFrame) -> "Register":
        """Prepare firms given in the columns of `REGISTER`. Rows of one number are one firm under several names, and so
        are rows of one id.
        """
        whole = _prepared(frame, REGISTER).with_row_index("row")
        firm = (
            pl.when(pl.col("number") != "").then("number").otherwise(pl.coalesce("id", pl.col("row").cast(pl.String)))
        )
        whole = whole.with_columns(firm=firm).drop("row")
        return cls(whole, NameIndex.of(whole["normal"]))

    @classmethod
    def of_subjects(cls, cursor: Cursor) -> "Register":
        """Every name of every organisation that the register holds now, merges followed; where each is, by its code."""
        with cursor.copy(_SUBJECTS) as copy:
            text = b"".join(copy)
        frame = pl.read_csv(io.BytesIO(text), has_header=False, new_columns=["id", "name", "uscc"], infer_schema=False)
        places = pl.col("uscc").str.slice(2, 4)
        names = place_words()
        # GB 32100-2015, 4.2: places 3 to 8 of the code are the division of the registering authority.
        made = cls.of(
            frame.with_columns(
                province=places.str.slice(0, 2).replace_strict(names, default=None, return_dtype=pl.String),
                city=places.replace_strict(names, default=None, return_dtype=pl.String),
            )
        )
        return replace(made, of_database=True)

    def firm(self, row: int, held: Mapping[str, Any]) -> Firm:
        """One row as the judging takes it."""
        subject = int(held["id"]) if self.of_database else 0
        return Firm(row, held["firm"], held["name"], side_of(held), subject=subject, number=held["uscc"] or "")


@dataclass
class Outcome:
    """How many queries ended how."""

    queries: int = 0
    match: int = 0
    propose: int = 0
    none: int = 0
    rows: int = field(default=0)


def table_read(path: Path, needed: tuple[str, ...]) -> pl.DataFrame:
    """A CSV or Parquet file, every column as text; refuses one that cannot be read or lacks a needed column."""
    kind = "Parquet" if path.suffix.lower() == ".parquet" else "CSV"
    try:
        if kind == "Parquet":
            frame = pl.read_parquet(path)
            frame = frame.select(pl.all().cast(pl.String, strict=False))
        else:
            raw = path.read_bytes()
            try:
                text = raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = raw.decode("gb18030")
            frame = pl.read_csv(io.BytesIO(text.encode()), infer_schema=False) if text.strip() else pl.DataFrame()
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError, pa.ArrowException) as failure:
        raise TableUnreadable(file=path.name, kind=kind, why=str(failure).split("\n", 1)[0]) from failure
    frame = frame.rename({name: name.strip() for name in frame.columns})
    if missing := [name for name in needed if name not in frame.columns]:
        raise TableColumnsMissing(file=path.name, missing=", ".join(missing), found=", ".join(frame.columns))
    return frame


def file_match(
    asked: Path,
    out: Path,
    register: Register,
    *,
    top: int,
    by: Model | None = None,
    advance: Advance = lambda rows: None,
) -> Outcome:
    """Match every row of a file; the answers stand in `out` only once all of them do."""
    frame = _prepared(table_read(asked, ("qid", "name")), ASKED)
    frame = frame.with_columns(
        normal=pl.Series([asked_normal(name or "") for name in frame["name"].to_list()], dtype=pl.String)
    )
    outcome = Outcome()
    part = out.with_name(out.name + ".part")
    try:
        with _writer(part, parquet=out.suffix.lower() == ".parquet") as write:
            for start in range(0, max(len(frame), 1), _BATCH):
                batch = frame.slice(start, _BATCH)
                write(pl.DataFrame(list(_answers(batch, register, top, by, outcome)), schema=SCHEMA, orient="row"))
                advance(len(batch))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return outcome


def candidates_of(batch: pl.DataFrame, register: Register) -> list[list[int]]:
    """The register's rows worth judging for each query: the most alike, every firm of the very same name, and the firm of
    the number that the query gives.
    """
    found: list[dict[int, None]] = [{} for _ in range(len(batch))]
    for query, row, _ in register.index.candidates(batch["normal"], BEST).iter_rows():
        found[query][row] = None
    whole = register.frame.lazy().select("normal", "number").with_row_index("row")
    asked = batch.lazy().select("normal", "number").with_row_index("query")
    same = asked.join(whole, on="normal").group_by("query").agg(pl.col("row").head(SAME_NAME))
    numbered = (
        asked.filter(pl.col("number") != "")
        .join(whole, on="number")
        .group_by("query")
        .agg(pl.col("row").head(SAME_NUMBER))
    )
    for frame in pl.collect_all([same, numbered]):
        for query, rows in frame.iter_rows():
            found[query].update(dict.fromkeys(rows))
    return [list(rows) for rows in found]


def answers_of(batch: pl.DataFrame, register: Register, by: Model | None = None) -> Iterator[list[Candidate]]:
    """For each prepared query the firms that may be meant, judged, best first."""
    rows = candidates_of(batch, register)
    needed = sorted({row for many in rows for row in many})
    rows_needed = register.frame[needed].iter_rows(named=True)
    held = {row: register.firm(row, firm) for row, firm in zip(needed, rows_needed, strict=True)}
    for asked, candidates in zip(batch.iter_rows(named=True), rows, strict=True):
        yield candidates_judged(side_of(asked), (held[row] for row in candidates), by)


def _answers(
    batch: pl.DataFrame, register: Register, top: int, by: Model | None, outcome: Outcome
) -> Iterator[tuple[Any, ...]]:
    for qid, judged in zip(batch["qid"], answers_of(batch, register, by), strict=True):
        told = outcome_of(judged)
        outcome.queries += 1
        setattr(outcome, told, getattr(outcome, told) + 1)
        shown = candidates_shown(judged, top)
        outcome.rows += max(len(shown), 1)
        if not shown:
            yield qid, None, None, None, None, "none", "[]"
        for each in shown:
            firm, reasons = each.firm, reasons_text(each.judgement)
            yield qid, each.rank, firm.number or None, firm.name, each.judgement.score, each.decision, reasons


def side_of(row: Mapping[str, Any]) -> Side:
    """A prepared row as one side of a comparison."""
    return Side(row["normal"], row["number"], row["province"] or "", row["city"] or "", row["address"] or "")


def reasons_text(judgement: Judgement) -> str:
    """The reasons as one JSON array; the points add up to the score."""
    reasons = [reason.as_dict() for reason in judgement.reasons]
    return json.dumps(reasons, ensure_ascii=False, separators=(",", ":"))


def _prepared(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The columns asked for, empty where the file lacks them, with the name's normal form and the number that holds."""
    frame = frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None, pl.String)).cast(pl.String).alias(name)
        for name in columns
    )
    numbers = numbers_read(frame["uscc"].str.strip_chars().str.to_uppercase()).select(
        number=pl.when(pl.col("scheme") != "none").then("value").fill_null("")
    )
    return frame.with_columns(normal=names_normal(frame["name"].fill_null("")).fill_null(""), number=numbers["number"])


class _writer:
    """Writes frames one after the other to CSV or Parquet."""

    def __init__(self, path: Path, *, parquet: bool) -> None:
        self._file = path.open("wb")
        self._parquet: pq.ParquetWriter | None = None
        self._as_parquet, self._first = parquet, True

    def __enter__(self) -> Callable[[pl.DataFrame], None]:
        return self._write

    def __exit__(self, *raised: object) -> None:
        if self._parquet:
            self._parquet.close()
        self._file.close()

    def _write(self, frame: pl.DataFrame) -> None:
        if self._as_parquet:
            table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            self._parquet = self._parquet or pq.ParquetWriter(self._file, table.schema, compression="zstd")
            self._parquet.write_table(table)
        else:
            frame.write_csv(self._file, include_header=self._first)
        self._first = False
