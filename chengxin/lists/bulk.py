"""Whom a measure meets, over the whole register in one statement."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from psycopg import Cursor

from chengxin.law.models import ListEntry
from chengxin.records.bulk.replaying import LATER

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
    for a firm that was merged since is its own; one raised for a firm that was found to be another is not. Takes `measure`,
    `jurisdiction`, `agency`, `due_on` and `at`.
    """
    cursor.execute(
        """
        insert into lists_task (kind, measure, jurisdiction, agency, record_id, subject_id, turn, due_on, at)
        select 'carry-out', %(measure)s, %(jurisdiction)s, %(agency)s, m.record, m.root, (
                select count(*) from lists_task t where t.measure = %(measure)s and t.agency = %(agency)s and t.record_id = m.record
                    and t.subject_id = m.root and t.kind = 'carry-out'
            ), %(due_on)s, %(at)s
        from met m where m.in_term and not m.over and not m.disputed and not exists (
            select from lists_task t left join subjects_link l on l.subject_id = t.subject_id and l.known_to is null
            where t.measure = %(measure)s and t.agency = %(agency)s and t.record_id = m.record and t.kind = 'carry-out'
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
        """
        insert into lists_task (kind, measure, jurisdiction, agency, record_id, subject_id, turn, due_on, at)
        select 'lift', t.measure, t.jurisdiction, t.agency, t.record_id, t.subject_id, t.turn, %(due_on)s, %(at)s
        from lists_task t left join subjects_link l on l.subject_id = t.subject_id and l.known_to is null
        where t.kind = 'carry-out' and t.measure = %(measure)s and t.jurisdiction = %(jurisdiction)s and t.agency = %(agency)s
            and (select a.outcome from lists_taskanswer a where a.task_id = t.id order by a.number desc limit 1) = 'done'
            and not exists (
                select from met m where m.record = t.record_id and m.in_term and not m.over
                    and m.root = coalesce(l.root_id, t.subject_id)
            )
        on conflict (measure, agency, record_id, subject_id, turn, kind) do nothing
        """,
        words,
    )
    return cursor.rowcount
