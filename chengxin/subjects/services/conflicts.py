"""Numbers and names that do not fit together: cases opened for a person, and what a person decided."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from psycopg import Cursor

from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.subjects.models import Conflict, ConflictDecision
from chengxin.subjects.rules import merging as rules

if TYPE_CHECKING:
    pass


class ConflictUnknown(Refusal):
    """There is no open conflict {conflict}."""

    code = "conflict-unknown"
    status = 404
    zh = "没有编号为{conflict}的待处理冲突。"


def conflict_decide(*, conflict: int, outcome: str, reason: str, by: str, at: datetime) -> ConflictDecision:
    """Keep what a person decided about a conflict; the merge that may follow is an event of its own."""
    with transaction.atomic():
        found = Conflict.objects.select_for_update(of=("self",)).filter(pk=conflict, decision__isnull=True).first()
        if found is None:
            raise ConflictUnknown(conflict=conflict)
        decision = ConflictDecision.objects.create(conflict=found, outcome=outcome, reason=reason, by=by, at=at)
        trace(
            event="subjects.conflict.decided", by=by, at=at, about=f"conflict:{conflict}", detail={"outcome": outcome}
        )
    return decision


def conflict_open(*, kind: Conflict.Kind, about: str, detail: dict[str, Any], batch: int, at: datetime) -> bool:
    """Open one case for a person, in the caller's transaction; says whether it is new."""
    _, made = Conflict.objects.get_or_create(
        kind=kind, about=about, defaults={"detail": detail, "batch": batch, "opened_at": at}
    )
    return made


def conflicts_open(cursor: Cursor, *, since: int, batch: int, at: datetime) -> int:
    """Open a case for each number and each name that the names filed after `since` make ambiguous; returns how many.

    Runs in the batch's own transaction. Kinds: one code under several names, unless one is a branch of the other; one
    name under several codes, unless one of them is an old number that the new code replaced.
    """
    cursor.execute(
        """
        with fresh as materialized (select subject_id, normal from subjects_name where id > %(since)s),
        -- One probe a row, as in subjects/bulk/resolving.py: these names are so new that the planner knows nothing of them.
        doubled as (
            select d.subject_id, (select array_agg(n.normal order by n.normal) from subjects_name n
                                  where n.subject_id = d.subject_id) as names
            from (select distinct o.subject_id from (
                select f.subject_id, (select true from subjects_name n where n.subject_id = f.subject_id
                                      and n.normal <> f.normal limit 1) as several from fresh f) o where o.several) d
        ), shared as (
            select d.normal, (select array_agg(n.subject_id order by n.subject_id) from subjects_name n
                              where n.normal = d.normal) as subjects
            from (select distinct o.normal from (
                select f.normal, (select true from subjects_name n where n.normal = f.normal
                                  and n.subject_id <> f.subject_id limit 1) as several from fresh f) o where o.several) d
        )
        insert into subjects_conflict (kind, about, detail, batch, opened_at)
        select case when d.names[2] like d.names[1] || '%%' and substr(d.names[2], length(d.names[1]) + 1) ~ %(tail)s
                    then 'branch-under-parent-code' else 'code-several-names' end,
            'subject:' || d.subject_id, jsonb_build_object('names', d.names), %(batch)s::bigint, %(at)s::timestamptz
        from doubled d
        union all
        select case when 'uscc' = any(s.schemes) and 'uscc' <> any(s.schemes)
                    then 'old-number-and-new-code' else 'name-several-codes' end,
            'name:' || s.normal, jsonb_build_object('subjects', s.subjects), %(batch)s, %(at)s
        from (
            -- All schemes, and then a look at them: a condition on the scheme lets the planner read the whole index of
            -- organisation codes for each name.
            select h.*, (select array_agg(i.scheme) from subjects_identifier i where i.subject_id = any(h.subjects)) as schemes
            from shared h) s
        on conflict do nothing
        """,
        {"since": since, "batch": batch, "at": at, "tail": rules.BRANCH_TAIL.pattern},
    )
    return cursor.rowcount
