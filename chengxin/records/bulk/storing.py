"""Storing judged rows by COPY, chunk by chunk, in the caller's one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl
from psycopg import Cursor, sql

from chengxin.kernel.errors import Refusal
from chengxin.kernel.sealing import Seal
from chengxin.records.bulk.judging import Judged
from chengxin.records.bulk.reading import BrokenRow
from chengxin.records.models import LINES_PER_BATCH
from chengxin.records.rules import CARRIED
from chengxin.subjects.bulk.resolving import Resolver, staging_prepare

RECORD = (
    "id", "row_key", "content", "record_type", "batch_id", "subject_id", "authority", "authority_code", "document", "decided_on",
    "effect_from", "effect_until", "shown_until", "kept_until", "published_on", "late_days", "severity", "received_at", "body",
)  # fmt: skip
_EVENT = ("record_id", "number", "kind", "at", "on", "by")
_WAITING = ("batch_id", "line", "content", "source", "name", "name_normal", "number", "sealed", "against")
_REFUSED = ("batch_id", "line", "reason", "field", "sealed")

# What a case decided about records of a type, and what it put in a record's place, each under every number of its subject. `fell` where
# the record itself has no effect any more, or is what took its place: a repair or an end is carried over and lets a later row in.
_DECIDED = """
with event as materialized (
    select e.record_id, e.kind, e.detail from records_event e
    where not (e.number = 0) and e.detail ? 'case' and e.kind in ('withdrawn', 'superseded', 'repaired', 'ended')
        and not (e.kind = 'repaired' and exists (select from records_event u
            where u.record_id = e.record_id and not (u.number = 0) and u.number > e.number and u.kind = 'unrepaired'))
), decided as (
    select record_id as id, kind in ('withdrawn', 'superseded') as fell from event
    union
    select (detail ->> 'record')::bigint, true from event where kind = 'superseded'
    union
    -- A row that was released once and is waiting again.
    select d.record, true from records_waiting w
    join lateral (select x.record, x.outcome from records_waitingdecision x where x.content = w.content
                  order by x.number desc limit 1) d on d.outcome = 'undone' and d.record is not null
    where w.against is not null
)
select r.id, bool_or(d.fell), r.document, i.value from decided d
join records_record r on r.id = d.id and r.record_type = %(type)s
left join subjects_identifier i on i.subject_id = r.subject_id
group by r.id, r.document, i.value
"""

# Beside a row that could not even be taken apart stands why, since its value cannot be asked again.
RAW, NOTES = "原文 raw", "\x00notes"


class FileTooLong(Refusal):
    """The file has more lines than one batch can number ({most}). Cut it into several files and send them one after the other."""

    code = "file-too-long"
    status = 413
    zh = "文件行数超过一个批次可编号的上限（{most}行）。请拆成几个文件依次报送。"


@dataclass
class Tally:
    """What became of the rows so far."""

    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    waiting: int = 0
    refused_by_reason: dict[str, int] = field(default_factory=dict)
    subjects_created: int = 0
    late: int = 0

    @property
    def refused(self) -> int:
        """How many rows were refused, whatever the reason."""
        return sum(self.refused_by_reason.values())


@dataclass(frozen=True)
class Parcel:
    """One chunk, judged and sealed, ready to be stored."""

    judged: Judged
    waiting_sealed: list[str]
    refused: pl.DataFrame  # line, reason, field, sealed
    # The rows as they came: what says otherwise than a decision is known only when it is stored, and is sealed then.
    lines: pl.Series
    rows: pl.DataFrame
    seal: Seal

    @property
    def latest(self) -> int:
        """The last line of the file that stands in this chunk."""
        frames = (self.judged.claims, self.judged.waiting, self.refused)
        return max((int(frame["line"].max()) for frame in frames if len(frame)), default=0)  # type: ignore[arg-type]

    def with_broken(self, broken: Sequence[BrokenRow], seal: Seal) -> "Parcel":
        """The same chunk with the rows that could not be taken apart, each refused and sealed as it came."""
        if not broken:
            return self
        rows = [{RAW: b.raw, NOTES: {"zh": b.reason.message_zh, "en": b.reason.message}} for b in broken]
        refused = pl.DataFrame(
            {
                "line": [b.line for b in broken],
                "reason": [b.reason.code for b in broken],
                "field": pl.Series([None] * len(broken), dtype=pl.String),
                "sealed": [sealed(row, seal) for row in rows],
            }
        )
        return replace(self, refused=pl.concat([self.refused, refused]))


def parcel_make(judged: Judged, lines: pl.Series, rows: pl.DataFrame, seal: Seal) -> Parcel:
    """Seal the rows that are not filed, as they came; the filed ones are kept as the claims that they make."""
    waiting = sealed_rows(judged.waiting["line"], lines, rows, seal)
    refused = judged.refused.with_columns(
        sealed=pl.Series(sealed_rows(judged.refused["line"], lines, rows, seal), dtype=pl.String)
    )
    return Parcel(judged, waiting, refused, lines, rows, seal)


def sealed_rows(chosen: pl.Series, lines: pl.Series, rows: pl.DataFrame, seal: Seal) -> list[str]:
    """The chosen lines of the file, each sealed, as PostgreSQL writes bytes."""
    if not len(chosen):
        return []
    frame = pl.DataFrame({"line": chosen}).join(
        rows.with_columns(lines.alias("line\x00")),
        left_on="line",
        right_on="line\x00",
        how="left",
        maintain_order="left",
    )
    return [sealed(row, seal) for row in frame.drop("line").iter_rows(named=True)]


def sealed(row: Mapping[str, Any], seal: Seal) -> str:
    """One row as it came, sealed."""
    return "\\x" + seal.seal(json.dumps(row, ensure_ascii=False).encode()).hex()


@dataclass
class Landing:
    """One batch on its way into the tables; everything happens in the caller's transaction."""

    cursor: Cursor
    batch: int
    source: str
    record_type: str
    by: str
    at: datetime
    tally: Tally = field(default_factory=Tally)
    names_sure: bool = True
    # Whether a row that says otherwise than a case decided is not filed (`claims_store`), and which case decided what is filed.
    decisions_stand: bool = False
    case: int | None = None
    # Records of which something holds that must hold of what took their place: for `records_carry`, in this order.
    replaced: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._resolver = Resolver(self.cursor, self.source, self.batch, self.at, names_sure=self.names_sure)
        staging_prepare(self.cursor)
        self.cursor.execute(
            "create temp table if not exists staged_key (line bigint, row_key uuid, content uuid) on commit delete rows;"
            # Probing an index is right for a chunk against a register of any size, and the planner cannot know that a
            # table filled in this very transaction is large.
            "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off; set local enable_bitmapscan = off;"
            # The index of names takes what is new by the ten thousand, not by the hundred.
            "set local gin_pending_list_limit = '64MB'; set local work_mem = '128MB'"
        )

    def parcel_store(self, parcel: Parcel) -> None:
        """Store one chunk: claims with their first event, waiting rows, refused rows; the tally says what became of them."""
        if parcel.latest >= LINES_PER_BATCH:
            raise FileTooLong(most=LINES_PER_BATCH - 1)
        claims, waiting, refused = parcel.judged.claims, parcel.judged.waiting, parcel.refused
        self.tally.rows += len(claims) + len(waiting) + len(refused)
        against = self.claims_store(claims)
        self._waiting_store(waiting.with_columns(against=pl.lit(None, pl.Int64)), parcel.waiting_sealed)
        self._waiting_store(against, sealed_rows(against["line"], parcel.lines, parcel.rows, parcel.seal))
        self._copy("records_refused", _REFUSED, refused.with_columns(batch_id=pl.lit(self.batch)))
        for reason, count in refused["reason"].value_counts().iter_rows():
            self.tally.refused_by_reason[reason] = self.tally.refused_by_reason.get(reason, 0) + count

    def claims_store(self, claims: pl.DataFrame) -> pl.DataFrame:
        """File the claims not yet held, each with its first event; what they correct is superseded. Returns those that were not filed, as
        rows to wait: where decisions stand, a claim that says otherwise than a case did.
        """
        once = claims.unique(["row_key", "content"], keep="first", maintain_order=True)
        held, others = self._claims_held(once)
        fresh = once.filter(~pl.col("line").is_in(held)) if held else once
        self.tally.unchanged += len(claims) - len(fresh)
        against = self._against(fresh, others) if self.decisions_stand else {}
        waits = fresh.filter(pl.col("line").is_in(list(against))).select(
            "line", "name", "content", name_normal="normal", number="value",
            against=pl.col("line").replace_strict(against, default=None, return_dtype=pl.Int64),
        )  # fmt: skip
        self._claims_file(fresh.filter(~pl.col("line").is_in(list(against))) if against else fresh, others)
        return waits

    def _claims_file(self, fresh: pl.DataFrame, others: dict[int, list[int]]) -> None:
        if not len(fresh):
            return
        records = self._subjects_found(fresh).with_columns(
            id=pl.lit(self.batch * LINES_PER_BATCH) + pl.col("line"),
            record_type=pl.lit(self.record_type),
            batch_id=pl.lit(self.batch),
            subject_id="subject",
            received_at=pl.lit(self.at.isoformat()),
        )
        self._records_copy(records)
        events = records.select(
            record_id="id",
            number=pl.lit(0),
            kind=pl.lit("filed"),
            at=pl.lit(self.at.isoformat()),
            by=pl.lit(self.by),
            on=pl.lit(None, pl.Date),
        )
        self._copy("records_event", _EVENT, events)
        # What the sender itself says of the row: withdrawn, disputed, or ended as of the day of receipt.
        said = events.with_columns(number=pl.lit(1), kind=records["state"]).drop_nulls("kind")
        ended = pl.when(pl.col("kind") == "ended").then(pl.lit(self.at.astimezone().date()))
        self._copy("records_event", _EVENT, said.with_columns(on=ended))
        self._supersede(records, others)
        self.tally.accepted += len(records)
        self.tally.late += int((records["late_days"].fill_null(0) > 0).sum())

    def _against(self, fresh: pl.DataFrame, others: dict[int, list[int]]) -> dict[int, int]:
        """line → the decided record, for each claim that says otherwise: the one filed last under its key fell by a case or took the place of
        one that did; or nothing is filed under its key, and a case decided about the same document and subject. A letter changed in
        the key itself undoes no decision either.
        """
        self.cursor.execute(_DECIDED, {"type": self.record_type})
        schema = {"against": pl.Int64, "fell": pl.Boolean, "document": pl.String, "value": pl.String}
        decided = pl.DataFrame(self.cursor.fetchall(), schema=schema, orient="row")
        if not len(decided):
            return {}
        fallen = set(decided.filter("fell")["against"])
        found = {line: records[-1] for line, records in others.items() if records[-1] in fallen}
        alone = fresh.filter(~pl.col("line").is_in(list(others)))
        same = alone.join(decided, on=["document", "value"]).group_by("line").agg(pl.col("against").max())
        return {line: found[line] for line in fresh["line"] if line in found} | dict(same.iter_rows())

    def _subjects_found(self, claims: pl.DataFrame) -> pl.DataFrame:
        """The claims, each with its `subject`."""
        found, created = self._resolver.subjects_resolve(claims)
        self.tally.subjects_created += created
        return claims.join(found, on=["scheme", "value"], how="left", maintain_order="left")

    def _records_copy(self, records: pl.DataFrame) -> None:
        self._copy("records_record", RECORD, records)

    def _claims_held(self, claims: pl.DataFrame) -> tuple[list[int], dict[int, list[int]]]:
        """The lines whose claim is held already, and for each line every held claim under the same key, the one filed last at the end."""
        self.cursor.execute("truncate staged_key")
        self._copy("staged_key", ("line", "row_key", "content"), claims)
        self.cursor.execute(
            """
            select s.line, r.id, r.content = s.content from staged_key s
            cross join lateral (select k.id, k.content, k.received_at from records_record k where k.row_key = s.row_key offset 0) r
            order by r.received_at, r.id
            """
        )
        held: set[int] = set()
        others: dict[int, list[int]] = {}
        for line, record, same in self.cursor.fetchall():
            if same:
                held.add(line)
            others.setdefault(line, []).append(record)
        return sorted(held), others

    def _supersede(self, records: pl.DataFrame, others: dict[int, list[int]]) -> None:
        """The claim that came later stands; each older claim under the same key learns which record took its place.

        Within one file the later line corrects the earlier, as it would had they come in two files.
        """
        place = records.select(
            "line",
            "id",
            first=pl.int_range(pl.len()).over("row_key") == 0,
            later=pl.col("id").shift(-1).over("row_key"),
        )
        pairs = list(place.filter(pl.col("later").is_not_null()).select("id", "later").iter_rows())
        pairs += [
            (old, new)
            for line, new in place.filter("first").select("line", "id").iter_rows()
            for old in others.get(line, ())
        ]
        if not pairs:
            return
        self.cursor.execute(
            """
            insert into records_event (record_id, number, kind, at, by, detail)
            select p.old, (select max(number) from records_event e where e.record_id = p.old) + 1,
                'superseded', %(at)s, %(by)s, jsonb_build_object('record', p.new) || %(case)s::jsonb
            from unnest(%(olds)s::bigint[], %(news)s::bigint[]) p(old, new)
            where not exists (select from records_event e where e.record_id = p.old and e.number > 0 and e.kind in ('superseded', 'withdrawn'))
            returning record_id, (detail->>'record')::bigint
            """,
            {
                "at": self.at,
                "by": self.by,
                "olds": [old for old, _ in pairs],
                "news": [new for _, new in pairs],
                "case": json.dumps({} if self.case is None else {"case": self.case}),
            },  # fmt: skip
        )
        replaced: dict[int, int] = dict(self.cursor.fetchall())
        self.cursor.execute(
            "select record_id from records_event where record_id = any(%(olds)s) and number > 0 and detail is not null and kind = any(%(kinds)s)"
            " union select record_id from records_statement where record_id = any(%(olds)s)"
            " union select record_id from records_ground where record_id = any(%(olds)s)"
            " union select ground_id from records_ground where ground_id = any(%(olds)s)",
            {"olds": list(replaced), "kinds": list(CARRIED)},
        )
        met = {old for (old,) in self.cursor.fetchall()} | {new for _, new in self.replaced}
        # What was held before the file comes first, then the file's own lines in their order: each may replace the one before.
        for old in sorted(replaced):
            if old in met:
                self.replaced.append((old, replaced[old]))
                met.add(replaced[old])

    def _waiting_store(self, waiting: pl.DataFrame, rows_sealed: list[str]) -> None:
        """Keep the waiting rows not yet kept; one that a person has decided since, or that stands twice in the file,
        counts as unchanged.
        """
        if not len(waiting):
            return
        once = waiting.with_columns(sealed=pl.Series(rows_sealed, dtype=pl.String)).unique(
            "content", keep="first", maintain_order=True
        )
        self.cursor.execute(
            """
            select replace(w.content::text, '-', ''), w.batch_id = %s or coalesce(
                (select d.outcome in ('matched', 'assigned', 'released', 'rejected') from records_waitingdecision d
                 where d.content = w.content order by d.number desc limit 1), false)
            from unnest(%s::uuid[]) c(content) join records_waiting w on w.content = c.content
            """,
            [self.batch, once["content"].to_list()],
        )
        kept: dict[str, bool] = dict(self.cursor.fetchall())
        fresh = once.filter(~pl.col("content").is_in(list(kept)))
        self._copy(
            "records_waiting", _WAITING, fresh.with_columns(batch_id=pl.lit(self.batch), source=pl.lit(self.source))
        )
        decided = sum(kept.values())
        self.tally.unchanged += decided + len(waiting) - len(once)
        self.tally.waiting += len(once) - decided

    def _copy(self, table: str, columns: tuple[str, ...], frame: pl.DataFrame) -> None:
        if not len(frame):
            return
        statement = sql.SQL("copy {} ({}) from stdin (format csv)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.cursor.copy(statement) as copy:
            copy.write(frame.select(columns).write_csv(include_header=False))


class Pairs:
    """Which numbers and names of a file stand beside which: kept as hashes, since only their count is wanted."""

    def __init__(self) -> None:
        self._seen = pl.DataFrame(schema={"number": pl.UInt64, "name": pl.UInt64})
        self._fresh: list[pl.DataFrame] = []

    def add(self, parcel: Parcel) -> None:
        """Take in one chunk's pairs, filed or waiting."""
        claims = parcel.judged.claims.select(number=pl.col("value").hash(), name=pl.col("normal").hash())
        waiting = parcel.judged.waiting.filter(pl.col("number").is_not_null())
        held = waiting.select(number=pl.col("number").hash(), name=pl.col("name_normal").hash())
        self._fresh.append(pl.concat([claims, held]).unique())
        # Each pair is gone through as often as all of them have doubled, not once a chunk.
        if sum(map(len, self._fresh)) > len(self._seen):
            self._gather()

    def _gather(self) -> None:
        self._seen = pl.concat([self._seen, *self._fresh]).unique()
        self._fresh.clear()

    def count(self) -> dict[str, int]:
        """How many numbers stand under several names, and names under several numbers, in the file."""
        self._gather()
        return {
            "codes_with_several_names": self._several("number"),
            "names_with_several_codes": self._several("name"),
        }

    def _several(self, key: str) -> int:
        return self._seen.group_by(key).len().filter(pl.col("len") > 1).height
