"""Whom a measure meets, and what has changed on a list, over the whole register in one statement."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from psycopg import Cursor

from chengxin.kernel.days import day_of
from chengxin.kernel.identifiers import persons_masked
from chengxin.kernel.tables import csv_lines, csv_text, output_known
from chengxin.law.models import ListEntry
from chengxin.ledger.turns import turn_taken
from chengxin.records.bulk.replaying import LATER
from chengxin.subjects.bulk.numbers import numbers_of

# The lists' rules as rows, each under its key, and whether record `r` is one that rule `u` names: `lists/rules.listed` in SQL. Takes what
# `rules_words` gives.
RULES = """
select u.key, u.record_type, u.conditions
from unnest(%(keys)s::text[], %(types)s::text[], %(conditions)s::jsonb[]) u(key, record_type, conditions)
"""
NAMED = """u.record_type = r.record_type and not exists (select from jsonb_each(u.conditions) c where not coalesce(
        c.value ? case c.key when 'severity' then r.severity else r.body ->> c.key end, false))"""
# Every claim of a list's kind with what has become of it: one row a record.
_MET = f"""
create temp table met on commit drop as
with rule as ({RULES}), claim as materialized (
    select r.id, r.subject_id, r.effect_from <= %(on)s and (r.effect_until is null or r.effect_until > %(on)s) as in_term
    from records_record r join rule u on {NAMED}
    where r.received_at <= %(known_at)s
), later as (
    {LATER}
)
select distinct c.id as record, coalesce(l.root_id, c.subject_id) as root, c.in_term, coalesce(e.over, false) as over,
    coalesce(e.disputed, false) as disputed,
    exists (select from records_waitingdecision d where d.record = c.id and d.outcome = 'matched') as weak
from claim c
left join later e on e.record_id = c.id
left join subjects_link l on l.subject_id = c.subject_id and l.known_from <= %(known_at)s
    and (l.known_to is null or l.known_to > %(known_at)s)
"""

# The record on which task `t` stands: the one that it was raised for, or where only its wording was put right since, the one that took its
# place. What the measure hangs on besides the list is the term: where that was corrected, the task's own record is over. `fact_stood` in SQL.
STOOD = """
lateral (
    with recursive walk as (
        select t.record_id as record, 0 as step
        union all
        select (n.detail ->> 'record')::bigint, w.step + 1 from walk w cross join lateral (
            select e.detail from records_event e
            where e.record_id = w.record and e.number > 0 and e.kind = 'superseded' and e.at <= %(known_at)s order by e.number desc limit 1
        ) n where w.step < 10000 and n.detail ? 'record'
    )
    select case when l.effect_from = o.effect_from and l.effect_until is not distinct from o.effect_until then l.id else o.id end as record
    from records_record o, (select record from walk order by step desc limit 1) w join records_record l on l.id = w.record
    where o.id = t.record_id
) s
"""

COUNTED = {
    "subjects": "count(distinct root) filter (where in_term and not over and not disputed)",
    "records": "count(*) filter (where in_term and not over and not disputed)",
    "disputed": "count(*) filter (where in_term and not over and disputed)",
    "past_term": "count(*) filter (where not in_term and not over)",
    "over": "count(*) filter (where over)",
    "weakly_matched": "count(*) filter (where in_term and not over and not disputed and weak)",
}


def rules_words(entries: Iterable[tuple[str, ListEntry]]) -> dict[str, list[str]]:
    """The lists' rules, each under its key, as `RULES` takes them."""
    found = list(entries)
    return {
        "keys": [key for key, _ in found],
        "types": [entry.record_type for _, entry in found],
        "conditions": [json.dumps({name: list(values) for name, values in entry.where.items()}) for _, entry in found],
    }


def met_stage(cursor: Cursor, lists: Iterable[ListEntry], *, on: date, known_at: datetime) -> None:
    """Stage every record that one of the lists is made of, with whether it is in term, over, disputed or weakly matched."""
    cursor.execute("drop table if exists met")
    words = rules_words((entry.key, entry) for entry in lists)
    cursor.execute(_MET, {**words, "on": on, "known_at": known_at})


def met_count(cursor: Cursor) -> dict[str, int]:
    """How many of the staged there are of each sort."""
    cursor.execute(f"select {', '.join(COUNTED.values())} from met")
    row = cursor.fetchone() or ()
    return dict(zip(COUNTED, map(int, row), strict=True))


def tasks_carry_out_raise(cursor: Cursor, **words: Any) -> int:
    """Raise a task for each staged record that counts and whose subject has none by it, or was freed since; returns how many. One raised
    for a firm that was merged since is its own, and one whose record's wording was corrected is the corrected record's; one raised for a
    firm that was found to be another is not. Takes `measure`, `jurisdiction`, `agency`, `due_on`, `at` and `known_at`.
    """
    cursor.execute(
        f"""
        insert into lists_task (kind, measure, jurisdiction, agency, record_id, subject_id, turn, due_on, at)
        select 'carry-out', %(measure)s, %(jurisdiction)s, %(agency)s, m.record, m.root, (
                select count(*) from lists_task t where t.measure = %(measure)s and t.agency = %(agency)s and t.record_id = m.record
                    and t.subject_id = m.root and t.kind = 'carry-out'
            ), %(due_on)s, %(at)s
        from met m where m.in_term and not m.over and not m.disputed and not exists (
            select from lists_task t cross join {STOOD} left join subjects_link l on l.subject_id = t.subject_id and l.known_to is null
            where t.measure = %(measure)s and t.agency = %(agency)s and s.record = m.record and t.kind = 'carry-out'
                and coalesce(l.root_id, t.subject_id) = m.root and not exists (
                    select from lists_task f where f.measure = t.measure and f.agency = t.agency and f.record_id = t.record_id
                        and f.subject_id = t.subject_id and f.turn = t.turn and f.kind = 'lift'
                )
        )
        on conflict (measure, agency, record_id, subject_id, turn, kind) do nothing
        """,
        words,
    )
    return cursor.rowcount


def tasks_lift_raise(cursor: Cursor, **words: Any) -> int:
    """Raise a task to lift for each that was carried out and whose record is not among the staged any more, has fallen since, or is about
    somebody else; returns how many. Takes the same.
    """
    cursor.execute(
        f"""
        insert into lists_task (kind, measure, jurisdiction, agency, record_id, subject_id, turn, due_on, at)
        select 'lift', t.measure, t.jurisdiction, t.agency, t.record_id, t.subject_id, t.turn, %(due_on)s, %(at)s
        from lists_task t cross join {STOOD} left join subjects_link l on l.subject_id = t.subject_id and l.known_to is null
        where t.kind = 'carry-out' and t.measure = %(measure)s and t.jurisdiction = %(jurisdiction)s and t.agency = %(agency)s
            and (select a.outcome from lists_taskanswer a where a.task_id = t.id order by a.number desc limit 1) = 'done'
            and not exists (
                select from met m where m.record = s.record and m.in_term and not m.over
                    and m.root = coalesce(l.root_id, t.subject_id)
            )
        on conflict (measure, agency, record_id, subject_id, turn, kind) do nothing
        """,
        words,
    )
    return cursor.rowcount


# --- changes of lists ----------------------------------------------------------------------------------------------------------

# Who stands on the place's lists today, under objection or not, but for what its sender withholds from everybody's eyes; of a
# province, by what was filed by its law.
_LISTED = f"""
create temp table standing on commit drop as
with rule as ({RULES}), claim as materialized (
    select r.id, r.subject_id, u.key
    from records_record r join rule u on {NAMED} join records_batch b on b.id = r.batch_id
    where r.received_at <= %(known_at)s and r.effect_from <= %(on)s and (r.effect_until is null or r.effect_until > %(on)s)
        and (%(place)s = 'cn' or b.jurisdiction = %(place)s) and (r.shown_until is null or r.shown_until > r.effect_from)
), later as (
    {LATER}
), here as (
    select c.key, c.id, coalesce(l.root_id, c.subject_id) as root, not coalesce(e.disputed, false) as counts
    from claim c left join later e on e.record_id = c.id
    left join subjects_link l on l.subject_id = c.subject_id and l.known_from <= %(known_at)s
        and (l.known_to is null or l.known_to > %(known_at)s)
    where not coalesce(e.over, false)
), numbered as ({numbers_of("here")})
select h.key as list, h.id as record, h.counts, coalesce(n.value, '') as code
from here h left join numbered n on n.root = h.root
"""
# What whoever has made every change holds, or holds back while it is suspended.
_HELD = """
create temp table held on commit drop as
select c.list, c.record, c.kind, c.code from (
    select distinct on (x.list, x.record) x.list, x.record, x.kind, x.code from (
        select list, record_id as record, kind, code, id from lists_change where jurisdiction = %(place)s
        union all
        select list, replaces_id, 'left', '', id from lists_change where jurisdiction = %(place)s and replaces_id is not null
    ) x order by x.list, x.record, x.id desc
) c where c.kind <> 'left'
"""
# Between the two lie the changes. Where a record that goes was superseded, through however many, by one that comes, that is one change.
_CHANGED = """
with recursive coming as (
    select s.list, s.record, s.code, h.kind as was from standing s left join held h using (list, record)
    where s.counts and (h.record is null or h.kind = 'suspended' or h.code <> s.code)
), going as (
    select h.list, h.record, h.code, case when s.record is null then 'left' else 'suspended' end as kind
    from held h left join standing s using (list, record)
    where s.record is null or (not s.counts and h.kind <> 'suspended')
), walk as (
    select g.list, g.record as old, g.record as now, 0 as steps from going g where g.kind = 'left'
    union all
    select w.list, w.old, n.record, w.steps + 1 from walk w cross join lateral (
        select (e.detail ->> 'record')::bigint as record from records_event e
        where e.record_id = w.now and e.number > 0 and e.kind = 'superseded' and e.at <= %(known_at)s order by e.number desc limit 1
    ) n where n.record is not null and w.steps < 10000
), replaced as (
    select distinct on (w.list, w.now) w.list, w.now as record, w.old
    from walk w join coming c on c.list = w.list and c.record = w.now order by w.list, w.now, w.old
)
insert into lists_change (jurisdiction, list, kind, record_id, replaces_id, code, "on", at)
select %(place)s, x.list, x.kind, x.record, x.old, x.code, %(on)s, %(known_at)s from (
    select c.list, c.record, r.old, c.code,
        case when r.old is not null or c.was in ('entered', 'corrected') then 'corrected' else 'entered' end as kind
    from coming c left join replaced r using (list, record)
    union all
    select g.list, g.record, null, g.code, g.kind from going g
    where not exists (select from replaced r where r.list = g.list and r.old = g.record)
) x order by x.list, x.record
"""
_PAGE = """
select c.id, c.list, c.kind, c.record_id, c.replaces_id, c.code, c."on", c.at, r.authority, r.authority_code, r.document, r.decided_on,
    r.effect_from, r.effect_until
from lists_change c join records_record r on r.id = c.record_id
where c.jurisdiction = %(place)s and c.id > %(after)s order by c.id limit %(most)s
"""
CHANGE = (
    "change", "list", "kind", "record", "replaces", "code", "on", "at", "authority", "authority_code", "document", "decided_on", "effect_from",
    "effect_until",
)  # fmt: skip


def changes_note(cursor: Cursor, lists: Iterable[ListEntry], *, place: str, at: datetime) -> int:
    """Write down what has changed on the place's lists since it was last written down; returns how many. One at a time for a place, so
    that the changes come in the order of their numbers; nothing that was known at the last is unknown at the next.
    """
    turn_taken("lists.change", place, of=cursor)
    cursor.execute("select greatest(%s, max(at)) from lists_change where jurisdiction = %s", [at, place])
    (known_at,) = cursor.fetchone() or (at,)
    words: dict[str, Any] = {"place": place, "known_at": known_at, "on": day_of(known_at)}
    words |= rules_words((entry.key, entry) for entry in lists)
    cursor.execute("drop table if exists standing, held")
    cursor.execute(_LISTED, words)
    cursor.execute(_HELD, words)
    cursor.execute("analyze standing, held")
    cursor.execute(_CHANGED, words)
    return cursor.rowcount


def changes_page(cursor: Cursor, *, place: str, after: int, most: int) -> list[dict[str, Any]]:
    """The changes after one of this number, in order, each with the decision behind it; no person's number in any."""
    cursor.execute(_PAGE, {"place": place, "after": after, "most": most})
    rows = [dict(zip(CHANGE, row, strict=True)) for row in cursor.fetchall()]
    return [
        {**row, "document": persons_masked(row["document"]), "authority": persons_masked(row["authority"])}
        for row in rows
    ]


def changes_write(out: Path, changes: Iterable[Sequence[Mapping[str, Any]]]) -> int:
    """Write the pages of changes one a line, as CSV, JSON Lines or Parquet by the file's ending; the finished file appears whole or
    not at all. Returns how many. Refuses another ending before anything is read.
    """
    kind = output_known(out, (".csv", ".jsonl", ".parquet"))
    aside, written = out.with_name(f".{out.name}.part"), 0
    try:
        if kind == ".parquet":
            frame = pl.DataFrame([row for page in changes for row in page], schema=_SCHEMA)
            frame.write_parquet(aside)
            written = len(frame)
        else:
            with aside.open("w", encoding="utf-8", newline="") as file:
                if kind == ".csv":
                    file.write(csv_text(CHANGE, []))
                for page in changes:
                    file.write(_lines(kind, page))
                    written += len(page)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return written


_NUMBERS, _DAYS = ("change", "record", "replaces"), ("on", "decided_on", "effect_from", "effect_until")
_SCHEMA = {
    name: pl.Int64 if name in _NUMBERS else pl.Date if name in _DAYS else pl.Datetime("us", "UTC") if name == "at" else pl.String
    for name in CHANGE
}  # fmt: skip


def _lines(kind: str, page: Sequence[Mapping[str, Any]]) -> str:
    if kind == ".csv":
        return csv_lines([_plain(row[name]) for name in CHANGE] for row in page)
    return "".join(json.dumps({name: _plain(row[name]) for name in CHANGE}, ensure_ascii=False) + "\n" for row in page)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
