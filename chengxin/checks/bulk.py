"""Millions of checks at once: numbers are staged, one join answers them all, and one insert traces them all."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import Cursor, sql
from psycopg.types.json import Jsonb

from chengxin.checks.rules import Decided, decisions_unfit
from chengxin.kernel.days import day_read
from chengxin.kernel.errors import Refusal
from chengxin.kernel.tables import output_known
from chengxin.law import Law
from chengxin.ledger.bulk import COMMITMENT
from chengxin.lists.rules import measures_in
from chengxin.records.bulk.reading import rows_read
from chengxin.records.bulk.reading.refusals import HeaderUnknown
from chengxin.records.bulk.replaying import LATER
from chengxin.subjects.bulk.resolving import numbers_read
from chengxin_verify.tree import root_of

CODE = ("code", "uscc", "统一社会信用代码", "代码", "number", "号码", "企业代码", "社会信用代码")
CASE = ("case_number", "case", "案号", "案件编号", "项目编号", "采购项目编号", "业务编号")
HEADINGS = {**dict.fromkeys(CODE, "code"), **dict.fromkeys(CASE, "case_number")}
COLUMNS = (
    "line", "code", "outcome", "reason", "measure", "state", "list", "record", "authority", "document", "article", "from", "until", "ends",
    "contested",
)  # fmt: skip


STAGED = ("n", "written", "scheme", "value", "reason", "case_number")


def codes_stage(cursor: Cursor, path: Path, *, case_number: str = "", advance: Callable[[int], None]) -> int:
    """Stage every number of the file, in its order, with its line's case number, or the one of them all; a number that its check
    character forbids is staged with the reason. Refuses a file without a column of codes.
    """
    cursor.execute(
        """
        create temp table asked (n bigint, written text, scheme text collate "C", value text collate "C", reason text, case_number text)
            on commit drop;
        """
    )
    rows = 0
    stream = rows_read(path, wanted=HEADINGS)
    columns = {HEADINGS[h]: h for h in reversed(stream.headers) if h in HEADINGS}
    if "code" not in columns:
        raise HeaderUnknown(name=path.name, found=", ".join(stream.headers), expected=", ".join(CODE))
    for chunk in stream:
        written = chunk.columns[columns["code"]]
        case = pl.lit(case_number or None, dtype=pl.String)
        if "case_number" in columns:
            own = chunk.columns[columns["case_number"]].str.strip_chars()
            case = pl.coalesce(own.replace("", None), case)
        staged = numbers_read(written).with_columns(n=chunk.lines, written=written, case_number=case)
        broken = pl.DataFrame(
            {
                "n": pl.Series([b.line for b in chunk.broken], dtype=pl.Int64),
                "written": pl.Series([b.raw for b in chunk.broken], dtype=pl.String),
                "reason": pl.Series([b.reason.code for b in chunk.broken], dtype=pl.String),
            }
        )
        blank = (
            pl.when((pl.col("scheme") == "none") & pl.col("reason").is_null())
            .then(pl.lit("number-missing"))
            .otherwise("reason")
        )
        staged = pl.concat([staged.with_columns(reason=blank), broken], how="diagonal_relaxed")
        with cursor.copy(f"copy asked ({', '.join(STAGED)}) from stdin (format csv)") as copy:
            copy.write(staged.select(STAGED).write_csv(include_header=False))
        rows += len(staged)
        advance(len(staged))
    cursor.execute("analyze asked")
    return rows


DECIDED = {
    **dict.fromkeys(CASE, "case_number"),
    **dict.fromkeys(("decided_on", "决定日期", "办结日期", "日期", "day"), "decided_on"),
    **dict.fromkeys(("taken_back", "撤回", "撤销"), "taken_back"),
}


def decisions_read(path: Path) -> list[Decided]:
    """The decisions of a file with a column of case numbers and one of days; one of `taken_back` says which are none after all.
    Refuses a file that lacks a column, or in which a line cannot be read.
    """
    stream = rows_read(path, wanted=DECIDED)
    columns = {DECIDED[h]: h for h in reversed(stream.headers) if h in DECIDED}
    if lacking := {"case_number", "decided_on"} - columns.keys():
        expected = ", ".join(h for h, field in DECIDED.items() if field in lacking)
        raise HeaderUnknown(name=path.name, found=", ".join(stream.headers), expected=expected)
    found: list[Decided] = []
    bad: list[str] = []
    for chunk in stream:
        bad += [str(b.line) for b in chunk.broken]
        cells = [
            chunk.columns[columns[name]] if name in columns else [None] * len(chunk.lines) for name in DECIDED_FIELDS
        ]
        for line, case, written, back in zip(chunk.lines, *cells, strict=True):
            try:
                found.append(Decided(line, (case or "").strip(), day_read(written), _yes(back)))
            except Refusal:
                bad.append(str(line))
    if bad:
        raise decisions_unfit([*bad[:10], *(["…"] if len(bad) > 10 else [])])
    return found


DECIDED_FIELDS = ("case_number", "decided_on", "taken_back")


def _yes(written: str | None) -> bool:
    return (written or "").strip().casefold() in ("是", "撤回", "撤销", "yes", "true", "1")


def lines_without_case(cursor: Cursor) -> list[int]:
    """The lines of the file that bear a number and no case number, in their order; at most eleven."""
    cursor.execute("select n from asked where case_number is null and reason is null order by n limit 11")
    return [int(n) for (n,) in cursor.fetchall()]


def answers_make(cursor: Cursor, law: Law, matter: str, *, on: date, known_at: datetime) -> None:
    """Find what follows for every staged number, as `lists.rules.measures_following` does for one.

    records/tests and checks/tests hold the two answers equal; the events of a record are replayed set-wise here.
    """
    _rules_stage(cursor, law, matter)
    cursor.execute(
        """
        create temp table held on commit drop as
        select a.n, coalesce(l.root_id, i.subject_id) as root
        from asked a join subjects_identifier i on i.value = a.value and i.scheme = a.scheme and i.known_at <= %(known_at)s
        left join subjects_link l on l.subject_id = i.subject_id and l.known_from <= %(known_at)s
            and (l.known_to is null or l.known_to > %(known_at)s)
        where a.reason is null;
        """,
        {"known_at": known_at},
    )
    cursor.execute(
        """
        insert into held
        select f.n, coalesce(l.root_id, f.subject_id) from (
            select a.n, min(i.subject_id) as subject_id from asked a
            join subjects_identifier i on i.scheme = 'uscc' and substr(i.value, 9, 9) = a.value and i.known_at <= %(known_at)s
            where a.scheme = 'organisation-code' and a.reason is null and not exists (select from held h where h.n = a.n)
            group by a.n having count(*) = 1
        ) f left join subjects_link l on l.subject_id = f.subject_id and l.known_from <= %(known_at)s
            and (l.known_to is null or l.known_to > %(known_at)s);
        """,
        {"known_at": known_at},
    )
    cursor.execute("analyze held")
    cursor.execute(
        f"""
        create temp table found on commit drop as
        with later as (
            {LATER}
        ), member as (
            select h.n, h.root as subject from held h
            union all
            select h.n, l.subject_id from held h join subjects_link l on l.root_id = h.root and l.known_from <= %(known_at)s
                and (l.known_to is null or l.known_to > %(known_at)s)
        )
        select m.n, u.no, r.id as record, r.authority, r.document, r.effect_from, r.effect_until, coalesce(e.disputed, false) as disputed,
            coalesce(e.contested, false) as contested
        from member m
        join records_record r on r.subject_id = m.subject and r.effect_from <= %(on)s
            and (r.effect_until is null or r.effect_until > %(on)s) and r.received_at <= %(known_at)s
        join rule u on u.record_type = r.record_type
        left join later e on e.record_id = r.id
        where not coalesce(e.over, false)
            and not exists (select from jsonb_each(u.conditions) c where not coalesce(
                c.value ? case c.key when 'severity' then r.severity else r.body ->> c.key end, false));
        """,
        {"on": on, "known_at": known_at},
    )
    cursor.execute(
        """
        analyze found;
        create temp table answer on commit drop as
        select a.n, a.written, coalesce(a.value, a.written, '') as code, h.root, a.reason, a.case_number,
            case when a.reason is not null or h.root is null then 'cannot_say'
                 when f.applies then 'applies' when f.n is not null then 'suspended' else 'none_applies' end as outcome
        from asked a left join held h on h.n = a.n
        left join (select n, bool_or(not disputed) as applies from found group by n) f on f.n = a.n
        """
    )


def _rules_stage(cursor: Cursor, law: Law, matter: str) -> None:
    """The matter's measures as rows: one a measure and list, with the list's conditions on the record."""
    cursor.execute(
        """
        create temp table rule (no int, measure text, list text, record_type text collate "C", conditions jsonb, article text, ends text)
            on commit drop
        """
    )
    lines = [
        (
            number,
            m.key,
            entry.key,
            entry.record_type,
            Jsonb({k: list(v) for k, v in entry.where.items()}),
            law.cite(m.basis[0]).zh,
            m.ends.zh,
        )
        for number, (m, entry) in enumerate(
            (m, law.lists[key]) for m in measures_in(law, matter) for key in m.lists if key in law.lists
        )
    ]
    cursor.executemany("insert into rule values (%s, %s, %s, %s, %s, %s, %s)", lines)
    cursor.execute("analyze rule")


def traces_write(cursor: Cursor, *, by: str, at: datetime, purpose: str, told: Mapping[str, Any]) -> int:
    """One ledger entry for each number asked about, as a single check writes; all in one statement, which keeps what each line's receipt is
    made of: an entry names its line. `told` is what they all say of the question.
    """
    words = {"at": at, "by": by, "purpose": purpose, "told": json.dumps(told, default=str)}
    cursor.execute("create temp table receipt (n bigint, entry bigint, salt bytea, commitment bytea) on commit drop")
    cursor.execute(_TRACED, words)
    return cursor.rowcount


_TRACED = f"""
with e as (
insert into ledger_entry (at, actor, event, purpose, subject, object, detail)
select %(at)s, %(by)s, 'checks.check.answered', %(purpose)s, a.root,
    case when a.reason is null then 'number:' || a.code else 'number:' end,
    %(told)s::jsonb || jsonb_build_object('line', a.n, 'outcome', a.outcome, 'measures', coalesce(t.measures, '[]'::jsonb))
        || case when a.case_number is null then '{{}}'::jsonb else jsonb_build_object('case_number', a.case_number) end
from answer a left join (
    select f.n, jsonb_agg(distinct u.measure) as measures from found f join rule u on u.no = f.no group by f.n
) t on t.n = a.n
order by a.root -- as the index on subjects lies, so that its pages are filled one after the other
returning *
)
insert into receipt select (e.detail ->> 'line')::bigint, e.id, uuid_send(e.salt), {COMMITMENT} from e
"""


def receipts_write(cursor: Cursor, out: Path, sign: Callable[[int, bytes], str]) -> bytes:
    """Write each line's number, salt and commitment in the file's order, below the note that `sign` makes of how many there are and
    of the root over them; the finished file appears whole or not at all. The root.
    """
    cursor.execute(
        "select sha256('\\x00'::bytea || convert_to(entry || E'\\n' || encode(commitment, 'hex') || E'\\n', 'UTF8')) from receipt order by n"
    )
    leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
    root = root_of(leaves)
    aside = out.with_name(f".{out.name}.part")
    try:
        with aside.open("wb") as file, cursor.copy(sql.SQL(_RECEIPTS)) as copy:
            aside.chmod(0o600)  # with salt and number the text is opened
            file.write(json.dumps({"note": sign(len(leaves), root)}, ensure_ascii=False).encode() + b"\n")
            for data in copy:
                file.write(data)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return root


_RECEIPTS = """
copy (
    select format('{"line": %s, "entry": %s, "salt": "%s", "commitment": "%s"}', n, entry, encode(salt, 'hex'), encode(commitment, 'hex'))
    from receipt order by n
) to stdout
"""


_LINES = """
copy (
    select a.n as line, a.code, a.outcome,
        case when a.outcome = 'cannot_say' then coalesce(a.reason, 'subject-unknown') end as reason,
        u.measure, case when f.disputed then 'suspended' when f.n is not null then 'applies' end as state, u.list,
        f.record, f.authority, f.document, u.article, f.effect_from as "from", f.effect_until as "until", u.ends,
        case when f.contested then 'true' when f.n is not null then 'false' end as contested
    from answer a left join found f on f.n = a.n left join rule u on u.no = f.no
    order by a.n, u.measure, f.record
) to stdout (format csv, header)
"""


def answers_write(cursor: Cursor, out: Path) -> int:
    """Write one line a number and measure, in the file's order; the finished file appears whole or not at all."""
    writer = writer_known(out)
    aside = out.with_name(f".{out.name}.part")
    try:
        with cursor.copy(sql.SQL(_LINES)) as copy:
            lines = writer(_blocks(copy), aside)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return lines


def writer_known(out: Path) -> Callable[[Iterator[bytes], Path], int]:
    """The writer for a file's ending; refuses one that is not known before any work is done."""
    writers = {".csv": _csv_write, ".parquet": _parquet_write}
    return writers[output_known(out, tuple(writers))]


def _blocks(copy: Iterable[memoryview | bytes | bytearray], size: int = 1 << 22) -> Iterator[bytes]:
    """The copied bytes in blocks that end at a line's end: the server sends one line a message."""
    block = bytearray()
    for data in copy:
        block += data
        if len(block) >= size:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _csv_write(blocks: Iterator[bytes], out: Path) -> int:
    lines = -1
    with out.open("wb") as file:
        for block in blocks:
            file.write(block)
            lines += block.count(b"\n")
    return lines


_SCHEMA = {
    name: {"line": pl.Int64, "record": pl.Int64, "from": pl.Date, "until": pl.Date, "contested": pl.Boolean}.get(
        name, pl.String
    )
    for name in COLUMNS
}


def _parquet_write(blocks: Iterator[bytes], out: Path) -> int:
    lines = 0
    writer: pq.ParquetWriter | None = None
    with _closing(lambda: writer):
        for number, block in enumerate(blocks):
            frame = pl.read_csv(block, has_header=number == 0, schema=_SCHEMA)
            table: pa.Table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
            writer = writer or pq.ParquetWriter(out, table.schema, compression="zstd")
            writer.write_table(table)
            lines += len(frame)
    return lines


@contextmanager
def _closing(writer: Callable[[], pq.ParquetWriter | None]) -> Iterator[None]:
    try:
        yield
    finally:
        if opened := writer():
            opened.close()


def outcomes_count(cursor: Cursor) -> dict[str, int]:
    """How often each outcome is the answer."""
    cursor.execute("select outcome, count(*) from answer group by outcome order by outcome")
    return {outcome: int(count) for outcome, count in cursor.fetchall()}
