"""The floors of an ingest: the same accepted rows by COPY, and by COPY to staging with one INSERT … SELECT."""

import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from psycopg import Connection

from benchmarks.place import Place, table_copy, table_export
from demo.templates import TEMPLATES

# Every table that an ingest fills, each after those that it refers to.
TABLES = (
    "records_batch",
    "subjects_subject",
    "subjects_identifier",
    "subjects_name",
    "subjects_conflict",
    "records_record",
    "records_event",
    "records_refused",
    "records_waiting",
    "records_report",
    "ledger_entry",
)
TEMPLATE = TEMPLATES["penalty-publicity"]["2018"]
_STAGED = ("line", *TEMPLATE)


def rows_export(place: Place, database: str, folder: Path) -> None:
    """Writes what the first batch left in each table as ready-made CSV, and its accepted lines with what was read of them."""
    with place.connected(database) as connection:
        for table in TABLES:
            table_export(connection, f"select * from {table}", folder / f"{table}.csv")
        table_export(
            connection,
            "select r.id % 67108864, i.value, r.body ->> 'name', r.decided_on from records_record r"
            " join subjects_identifier i on i.subject_id = r.subject_id and i.scheme = 'uscc'",
            folder / "accepted.csv",
        )


def staging_write(raw: Path, folder: Path) -> Path:
    """The raw file's accepted rows, all text; code, name and day written plainly, since the floor's SQL only casts."""
    accepted = pl.scan_csv(
        folder / "accepted.csv", has_header=False, new_columns=["line", "plain_code", "plain_name", "plain_day"],
        schema_overrides={"line": pl.UInt32}, infer_schema=False,
    )  # fmt: skip
    path = folder / "staging.csv"
    (
        pl.scan_csv(raw, infer_schema=False)
        .rename({heading: column for column, heading in TEMPLATE.items()})
        .with_row_index("line", offset=2)  # the heading is line 1
        .join(accepted, on="line", maintain_order="left")
        .with_columns(code="plain_code", name="plain_name", decided_on="plain_day")
        .select(_STAGED)
        .sink_csv(path, include_header=False)
    )
    return path


def copy_floor(place: Place, database: str, folder: Path) -> float:
    """Seconds to COPY the ready-made rows into the program's own tables: same columns, constraints, indexes, triggers."""
    place.database_fresh(database)
    place.settle()
    began = time.monotonic()
    with place.connected(database) as connection:
        for table in TABLES:
            table_copy(connection, table, folder / f"{table}.csv")
    return time.monotonic() - began


@dataclass(frozen=True)
class Staged:
    """Seconds of the staging floor: COPY to staging, making the subjects, and the one INSERT … SELECT with its commit."""

    staging: float
    subjects: float
    records: float

    @property
    def total(self) -> float:
        """Everything."""
        return self.staging + self.subjects + self.records


def staging_floor(place: Place, database: str, folder: Path, rows: Path) -> Staged:
    """COPY of the accepted rows to an unlogged all-text table, and from there into the tables, in one transaction."""
    place.database_fresh(database)
    with place.connected(database) as connection:
        table_copy(connection, "records_batch", folder / "records_batch.csv")
    place.settle()
    marks = [time.monotonic()]
    with place.connected(database) as connection:
        _stage(connection, rows)
        marks.append(time.monotonic())
        connection.execute(_SUBJECTS)
        marks.append(time.monotonic())
        connection.execute(_RECORDS)
    marks.append(time.monotonic())
    return Staged(*(after - before for before, after in zip(marks, marks[1:], strict=False)))


def records_count(place: Place, database: str) -> int:
    """How many records, each with its event, a floor left: as many as the ingest accepted."""
    with place.connected(database) as connection:
        found = connection.execute("select count(*) from records_record r join records_event e on e.record_id = r.id")
        return int(found.fetchall()[0][0])


def _stage(connection: Connection, rows: Path) -> None:
    columns = ", ".join(f"{name} {'int' if name == 'line' else 'text'}" for name in _STAGED)
    connection.execute(f"create unlogged table staged ({columns})")
    table_copy(connection, "staged", rows)
    connection.execute("analyze staged")


_SUBJECTS = """
create temp table numbered on commit drop as
    select nextval('subjects_subject_id_seq') as subject, code from (select distinct code from staged) c;
analyze numbered;
insert into subjects_subject (id, kind, created_at) select subject, 'organisation', now() from numbered;
insert into subjects_identifier (subject_id, scheme, value, known_at, batch)
    select subject, 'uscc', code, now(), 1 from numbered;
insert into subjects_name (subject_id, written, normal, source, known_at, batch)
    select distinct on (subject, normal) subject, name, normal, 'penalty-publicity', now(), 1
    from (select n.subject, s.name, translate(s.name, '（）', '()') as normal from staged s join numbered n using (code)) f;
analyze subjects_identifier
"""

# The same columns as the program files, by the shortest SQL that gives values of the same size: whose terms and classes
# are right to the day matters less here than that they are as long.
_RECORDS = """
with read as (
    select s.*, i.subject_id, s.decided_on::date as day,
        case when s.content ~ '吊销|限制从业|责令关闭' then 'serious' when s.kind ~ '罚款|没收' then 'general' else 'minor' end as severity
    from staged s join subjects_identifier i on i.value = s.code and i.scheme = 'uscc'
), filed as (
    insert into records_record (id, row_key, content, record_type, batch_id, subject_id, authority, authority_code, document,
        decided_on, effect_from, effect_until, shown_until, kept_until, published_on, late_days, severity, received_at, body)
    select 67108864 + line, md5(concat_ws('|', code, name, authority, document, day, violation))::uuid,
        md5(concat_ws('|', line, code, name, authority, document, day, violation, facts, basis, kind, content, fine, confiscated))::uuid,
        'administrative-penalty', 1, subject_id, authority, nullif(authority_code, ''), document, day, day,
        day + case severity when 'serious' then 1095 when 'general' then 365 else 0 end, nullif(shown_until, '')::date, day + 1825,
        now()::date, least(now()::date - day, 32767)::smallint, severity, now(),
        jsonb_strip_nulls(jsonb_build_object('name', name, 'code', code, 'subject_class', nullif(category, ''),
            'violation_kind', nullif(violation, ''), 'facts', nullif(facts, ''), 'ground', nullif(basis, ''), 'penalty_kind', kind,
            'content', nullif(content, ''), 'fine', (nullif(fine, '')::numeric * 10000)::text,
            'confiscated', (nullif(confiscated, '')::numeric * 10000)::text, 'shown_until', nullif(shown_until, '')::date,
            'source_unit', nullif(provider, ''), 'source_unit_code', nullif(provider_code, '')))
    from read returning id
), told as (
    insert into ledger_entry (at, actor, event, object, detail)
    values (now(), 'operator', 'records.batch.landed', 'batch:1', '{"source": "penalty-publicity"}')
)
insert into records_event (record_id, number, kind, at, by) select id, 0, 'filed', now(), 'operator' from filed
"""
