"""Batches of names matched to a register: searched set-wise, judged pair by pair, answered with every reason."""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from psycopg import Cursor

from chengxin.kernel.errors import Refusal
from chengxin.kernel.names import name_normal
from chengxin.subjects.bulk.resolving import names_normal, numbers_read
from chengxin.subjects.bulk.searching import BEST, SAME_NAME, SAME_NUMBER, NameIndex
from chengxin.subjects.rules.answering import Candidate, Firm, candidates_judged, candidates_shown, outcome_of
from chengxin.subjects.rules.comparing import Side
from chengxin.subjects.rules.judging import Judgement, Model
from chengxin.subjects.rules.namebook import place_words
from chengxin.subjects.rules.naming import asked_normal
from chengxin.subjects.rules.nearing import ALL_HELD, Nearness, nearest

ASKED = ("qid", "name", "province", "city", "address", "uscc", "representative")
REGISTER = ("id", "name", "uscc", "province", "city", "address", "representative")
_REPRESENTATIVE, _SEAL = "representative", "blake2b:"
SCHEMA = {
    "qid": pl.String, "rank": pl.Int64, "uscc": pl.String, "name": pl.String, "score": pl.Float64,
    "decision": pl.String, "reasons": pl.String,
}  # fmt: skip
# What stands beside an answer for those who order and count them: the query's place among those judged together, the name as
# it was asked, the firm's id, by what it is one firm, and the mark that the name is taken to bear: the firm's own where the two
# were read as one.
BESIDE = {"place": pl.Int64, "asked": pl.String, "id": pl.String, "firm": pl.String, "mark": pl.String}
# How a row found by its grams lies to what is asked.
NEAR = {"likeness": pl.Float32, "near": pl.Float64, "holds_all": pl.Boolean}
# Every pair that was judged: which row of the file, which of the register.
PAIRS = {"place": pl.Int64, "row": pl.Int64, "score": pl.Float64, "decision": pl.String}

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

    @classmethod
    def of(cls, frame: pl.DataFrame) -> "Register":
        """Prepare firms given in the columns of `REGISTER`. Rows of one number are one firm under several names, and so
        are rows of one id.
        """
        known = frame.select([name for name in REGISTER if name in frame.columns])
        whole = firms_prepared(known.with_row_index("row")).drop("row")
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
        return cls.of(
            frame.with_columns(
                province=places.str.slice(0, 2).replace_strict(names, default=None, return_dtype=pl.String),
                city=places.replace_strict(names, default=None, return_dtype=pl.String),
            )
        )


@dataclass
class Outcome:
    """How many queries ended how."""

    queries: int = 0
    match: int = 0
    propose: int = 0
    none: int = 0
    rows: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True)
class Answered:
    """A batch's answers in the columns of `SCHEMA` and `BESIDE`, all the pairs that were judged, and how the queries ended."""

    answers: pl.DataFrame
    pairs: pl.DataFrame
    outcome: Outcome


def table_read(path: Path, needed: tuple[str, ...]) -> pl.DataFrame:
    """A CSV or Parquet file, every column as text; refuses one that cannot be read or lacks a needed column."""
    with told_unreadable(path):
        return table_scan(path, needed).collect()


def table_scan(path: Path, needed: tuple[str, ...]) -> pl.LazyFrame:
    """The same, to be read where `told_unreadable` watches; a file in UTF-8 need not fit into memory."""
    with told_unreadable(path):
        frame = _scanned(path)
        columns = {name: name.strip() for name in frame.collect_schema().names()}
    if missing := [name for name in needed if name not in columns.values()]:
        raise TableColumnsMissing(file=path.name, missing=", ".join(missing), found=", ".join(columns.values()))
    told = frame.select(pl.all().cast(pl.String, strict=False)).rename(columns)
    return told.with_columns(pl.col(f"^{_REPRESENTATIVE}$").map_batches(_all_sealed, return_dtype=pl.String))


@contextlib.contextmanager
def told_unreadable(path: Path) -> Iterator[None]:
    """Tells whatever fails in reading as a refusal."""
    try:
        yield
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError, pa.ArrowException) as failure:
        kind = "Parquet" if _is_parquet(path) else "CSV"
        raise TableUnreadable(file=path.name, kind=kind, why=str(failure).split("\n", 1)[0]) from failure


def _is_parquet(path: Path) -> bool:
    """Or a folder of Parquet files, as clusters write them."""
    return path.suffix.lower() == ".parquet" or path.is_dir()


def _scanned(path: Path) -> pl.LazyFrame:
    if _is_parquet(path):
        return parquet_scan(path)
    source = path if _utf8(path) else path.read_bytes().decode("gb18030").encode()
    return pl.scan_csv(source, infer_schema=False, raise_if_empty=False, glob=False)


def parquet_scan(path: Path) -> pl.LazyFrame:
    """A Parquet file, or those of a folder by their names; a star in a name is no pattern."""
    if not path.is_dir():
        return pl.scan_parquet(path, glob=False)
    files = sorted(path.glob("*.parquet"))
    if not files:
        raise FileNotFoundError("*.parquet")
    return pl.scan_parquet(files, glob=False)


def _utf8(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    return True


def candidates_of(batch: pl.DataFrame, register: Register) -> list[list[int]]:
    """The register's rows worth judging for each query: of those most alike the nearest, the rest all."""
    like: list[list[tuple[int, float, bool]]] = [[] for _ in range(len(batch))]
    beside: list[list[int]] = [[] for _ in range(len(batch))]
    found = candidates_frame(batch, register).select("query", "row", "by", "near", "holds_all")
    for query, row, by, near, holds_all in found.iter_rows():
        if by == "like":
            like[query].append((row, near, holds_all))
        else:
            beside[query].append(row)
    return [list(dict.fromkeys((*nearest(one), *others))) for one, others in zip(like, beside, strict=True)]


def candidates_frame(batch: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Rows that may be worth judging, found `by` one of three ways: those most alike, and those that hold all that is asked, with
    their likeness, how near they are and whether they hold all; every firm of the very same name; and the firm of the number that
    the query gives.
    """
    whole = register.frame.lazy().select("normal", "number").with_row_index("row")
    asked = batch.lazy().select("normal", "number").with_row_index("query")
    same = asked.join(whole, on="normal").group_by("query").agg(pl.col("row").sort().head(SAME_NAME))
    numbered = asked.filter(pl.col("number") != "").join(whole, on="number")
    numbered = numbered.group_by("query").agg(pl.col("row").sort().head(SAME_NUMBER))
    like = _like(batch, register).lazy().with_columns(by=pl.lit("like"))
    others = [
        frame.explode("row").with_columns(by=pl.lit(way), **{name: pl.lit(None, kind) for name, kind in NEAR.items()})
        for frame, way in ((same, "name"), (numbered, "number"))
    ]
    columns = ("query", "row", "by", *NEAR)
    exact = pl.col("query", "row").cast(pl.Int64)
    return pl.concat([frame.with_columns(exact).select(columns) for frame in (like, *others)]).collect()


def _like(batch: pl.DataFrame, register: Register) -> pl.DataFrame:
    """Those most alike; and of those that hold all that is asked and are not elsewhere as many as may be judged, however unlike."""
    best, whole = register.index.candidates_and_whole(batch["normal"])
    like = _near(batch, register, best)
    fitting = like.group_by("query").agg(pl.len().alias("found"), pl.col("holds_all").sum())
    deeper = fitting.filter((pl.col("found") == BEST) & (pl.col("holds_all") < ALL_HELD))
    more = whole.join(deeper, on="query", how="semi", maintain_order="left")
    more = more.join(like, on=["query", "row"], how="anti", maintain_order="left")
    if more.is_empty():
        return like
    fits = _near(batch, register, more).filter("holds_all")
    before = fits.select("query").join(fitting, on="query", how="left", maintain_order="left")["holds_all"]
    return like.vstack(fits.filter(pl.int_range(pl.len()).over("query") < ALL_HELD - before))


def _near(batch: pl.DataFrame, register: Register, like: pl.DataFrame) -> pl.DataFrame:
    """What was found by grams, with how near each is."""
    told = batch.select(pl.col("normal", "province", "city", "address").fill_null("")).iter_rows()
    sides = [Side(normal, "", *said) for normal, *said in told]
    held = register.frame[like["row"]].select(pl.col("normal", "province", "city").fill_null("")).iter_rows()
    near, asked = [], -1
    found = zip(like["query"].to_list(), like["likeness"].to_list(), held, strict=True)
    for query, likeness, (normal, province, city) in found:
        if query != asked:
            asked, nearness = query, Nearness(sides[query])
        near.append(nearness.of(normal, province, city, likeness))
    measured = pl.DataFrame(near, schema={"near": pl.Float64, "holds_all": pl.Boolean}, orient="row")
    return like.hstack(measured)


def batch_match(asked: pl.DataFrame, register: Register, top: int, by: Model | None) -> Answered:
    """The answers to some rows of a file."""
    batch = asked_prepared(asked)
    rows = candidates_of(batch, register)
    needed = sorted({row for many in rows for row in many})
    held = dict(zip(needed, register.frame[needed].iter_rows(named=True), strict=True))
    return batch_judge(batch, rows, held, top, by)


def firms_prepared(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a register, each with its place in it as `row`: `REGISTER`, `normal`, `number`, and `firm`, by which rows are one."""
    firm = pl.when(pl.col("number") != "").then("number").otherwise(pl.coalesce("id", pl.col("row").cast(pl.String)))
    return _prepared(frame, REGISTER).with_columns(frame["row"]).with_columns(firm=firm)


def asked_prepared(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of a file as they are asked: `ASKED`, `normal`, `number`."""
    names = frame["name"].fill_null("").to_list()
    return _prepared(frame, ASKED).with_columns(
        normal=pl.Series([asked_normal(name) for name in names], dtype=pl.String)
    )


def batch_judge(
    batch: pl.DataFrame,
    rows: list[list[int]],
    held: Mapping[int, Mapping[str, Any]],
    top: int,
    by: Model | None,
) -> Answered:
    """Judge each query's candidates, given as rows of `held`."""
    outcome, pairs = Outcome(), list[tuple[Any, ...]]()
    answers = list(_answers(batch, rows, held, top, by, outcome, pairs))
    return Answered(
        pl.DataFrame(answers, schema={**SCHEMA, **BESIDE}, orient="row"),
        pl.DataFrame(pairs, schema=PAIRS, orient="row"),
        outcome,
    )


def _answers(
    batch: pl.DataFrame,
    rows: list[list[int]],
    held: Mapping[int, Mapping[str, Any]],
    top: int,
    by: Model | None,
    outcome: Outcome,
    pairs: list[tuple[Any, ...]],
) -> Iterator[tuple[Any, ...]]:
    for place, (asked, candidates) in enumerate(zip(batch.iter_rows(named=True), rows, strict=True)):
        judged = candidates_judged(side_of(asked), (firm_of(row, held[row]) for row in candidates), by)
        pairs += ((place, each.firm.place, each.judgement.score, each.decision) for each in judged)
        outcome.queries += 1
        told = outcome_of(judged)
        setattr(outcome, told, getattr(outcome, told) + 1)
        shown = candidates_shown(judged, top)
        outcome.rows += max(len(shown), 1)
        if not shown:
            yield asked["qid"], None, None, None, None, "none", "[]", place, asked["name"], None, None, None
        for each in shown:
            firm, judgement = held[each.firm.place], each.judgement
            answer = (
                asked["qid"],
                each.rank,
                firm["uscc"],
                firm["name"],
                judgement.score,
                each.decision,
                reasons_text(judgement),
            )
            yield *answer, place, asked["name"], firm["id"], firm["firm"], mark_borne(judgement)


def mark_borne(judgement: Judgement) -> str:
    """The mark that the asked name bears: the firm's own where they were read as one, else its own."""
    mark = next(reason for reason in judgement.reasons if reason.feature == "mark")
    return mark.held if mark.level in ("same", "markless", "none") else mark.asked


def subjects_judged(batch: pl.DataFrame, register: Register) -> Iterator[list[Candidate]]:
    """For each prepared query the subjects that may be meant, judged, best first; of a register that holds subjects."""
    rows = candidates_of(batch, register)
    needed = sorted({row for many in rows for row in many})
    held = dict(zip(needed, register.frame[needed].iter_rows(named=True), strict=True))
    for asked, candidates in zip(batch.iter_rows(named=True), rows, strict=True):
        firms = (firm_of(row, held[row], subject=int(held[row]["id"])) for row in candidates)
        yield candidates_judged(side_of(asked), firms)


def firm_of(row: int, held: Mapping[str, Any], *, subject: int = 0) -> Firm:
    """A row of the register as the judging takes it."""
    return Firm(row, held["firm"], held["name"], side_of(held), subject=subject, number=held["uscc"] or "")


def side_of(row: Mapping[str, Any]) -> Side:
    """A prepared row as one side of a comparison."""
    told = (row[name] or "" for name in ("province", "city", "address", "representative"))
    return Side(row["normal"], row["number"], *told)


def reasons_text(judgement: Judgement) -> str:
    """The reasons as one JSON array; the points add up to the score."""
    reasons = [reason.as_dict() for reason in judgement.reasons]
    return json.dumps(reasons, ensure_ascii=False, separators=(",", ":"))


def _prepared(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The columns asked for, empty where the file lacks them, with the name's normal form and the number that holds; a legal
    representative's name as its digest, which tells whether two are the same and no more.
    """
    frame = frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None, pl.String)).cast(pl.String).alias(name)
        for name in columns
    )
    numbers = numbers_read(frame["uscc"].str.strip_chars().str.to_uppercase()).select(
        number=pl.when(pl.col("scheme") != "none").then("value").fill_null("")
    )
    return frame.with_columns(
        normal=names_normal(frame["name"].fill_null("")).fill_null(""),
        number=numbers["number"],
        representative=_all_sealed(frame[_REPRESENTATIVE]),
    )


def _all_sealed(persons: pl.Series) -> pl.Series:
    return pl.Series(persons.name, map(_sealed, persons), dtype=pl.String)


def _sealed(person: str | None) -> str | None:
    """The digest of a person's name; of what is sealed already, that itself: files are sealed as they are read, so that
    nothing laid aside on the way bears a name.
    """
    if person and person.startswith(_SEAL):
        return person
    normal = name_normal(person or "")
    return _SEAL + hashlib.blake2b(normal.encode(), digest_size=16).hexdigest() if normal else None
