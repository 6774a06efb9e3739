"""Changing who is who: merges and their undoing, the conflicts that wait for a person; and telling whose a name is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from psycopg import Cursor

from chengxin.kernel.errors import Refusal
from chengxin.ledger.services import trace
from chengxin.subjects.models import Conflict, ConflictDecision, Link, Merge, Segment
from chengxin.subjects.rules import merging as rules

if TYPE_CHECKING:
    from chengxin.subjects.bulk.matching import Register
    from chengxin.subjects.rules.answering import Candidate

Advance = Callable[[int], None]

NAMES_MOST = 1_000  # names that may be asked about at a time
_INDEXED_FROM = 1_000  # new names that are worth a segment; fewer are compared one by one


class ConflictUnknown(Refusal):
    """There is no open conflict {conflict}."""

    code = "conflict-unknown"
    status = 404
    zh = "没有编号为{conflict}的待处理冲突。"


def subjects_merge(*, absorbed: int, into: int, by: str, at: datetime, reason: str) -> Merge:
    """Hold two subjects to be one from this instant: whatever stands for `into` stands for both. Nothing is moved, so all
    of it can be undone.
    """
    with transaction.atomic():
        events = _merges_locked()
        rules.merge_admissible(events, absorbed=absorbed, into=into)
        return _merge_add(Merge.Kind.MERGE, events, absorbed=absorbed, into=into, by=by, at=at, reason=reason)


def subjects_unmerge(*, absorbed: int, into: int, by: str, at: datetime, reason: str) -> Merge:
    """Take back one merge: from this instant both stand as they would had it never been made."""
    with transaction.atomic():
        events = _merges_locked()
        rules.unmerge_admissible(events, absorbed=absorbed, into=into)
        return _merge_add(Merge.Kind.UNMERGE, events, absorbed=absorbed, into=into, by=by, at=at, reason=reason)


def _merge_add(
    kind: Merge.Kind, events: list[rules.MergeEvent], *, absorbed: int, into: int, by: str, at: datetime, reason: str
) -> Merge:
    # Whoever read the clock first may have waited here for another: an event never comes before the one it follows.
    at = max([at, *(e.at for e in events)])
    merge = Merge.objects.create(kind=kind, absorbed_id=absorbed, into_id=into, at=at, by=by, reason=reason)
    _links_rebuild()
    event, detail = f"subjects.subject.{kind}d", {"reason": reason}
    trace(event=event, by=by, at=at, subject=absorbed, about=f"subject:{into}", detail=detail)
    return merge


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


@dataclass(frozen=True)
class NameAsked:
    """A name that somebody asks about, what else they say of the firm, and how many firms they want to see."""

    name: str
    province: str = ""
    city: str = ""
    address: str = ""
    number: str = ""
    top: int = 5


@dataclass(frozen=True)
class NameAnswer:
    """Whose a name is: `match`, `propose` or `none`, by which model, the firms shown, best first, and the ledger's entry."""

    decision: str
    model: str
    candidates: "tuple[Candidate, ...]"
    trace: int

    def as_dict(self) -> dict[str, Any]:
        """The answer as every door gives it."""
        candidates = [each.as_dict() for each in self.candidates]
        return {"decision": self.decision, "model": self.model, "candidates": candidates, "trace": self.trace}


def name_match(
    *,
    name: str,
    province: str = "",
    city: str = "",
    address: str = "",
    number: str = "",
    top: int = 5,
    by: str,
    at: datetime,
) -> NameAnswer:
    """Whose is this name, among the firms of the register: the best `top` and every firm that is proposed, with reasons."""
    asked = NameAsked(name, province, city, address, number, top)
    return names_asked_match(queries=[asked], by=by, at=at)[0]


def names_asked_match(*, queries: Sequence[NameAsked], by: str, at: datetime) -> list[NameAnswer]:
    """Whose is each of these names, in their order. Each is traced: the outcome and the firms shown, never the name, which
    may be a person's.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        return [_name_answer(cursor.cursor, asked, by, at) for asked in queries]


def _name_answer(cursor: Cursor, asked: NameAsked, by: str, at: datetime) -> NameAnswer:
    from chengxin.subjects.bulk.finding import firms_alike  # heavy: only those who match wait for scipy
    from chengxin.subjects.rules import answering
    from chengxin.subjects.rules.judging import model

    side = answering.side_asked(
        asked.name, province=asked.province, city=asked.city, address=asked.address, number=asked.number
    )
    judged = answering.candidates_judged(side, firms_alike(cursor, side))
    outcome, shown = answering.outcome_of(judged), answering.candidates_shown(judged, asked.top)
    detail = {"model": model().version, "outcome": outcome, "subjects": [each.firm.subject for each in shown]}
    subject = shown[0].firm.subject if outcome == "match" else None
    entry = trace(event="subjects.name.matched", by=by, at=at, subject=subject, detail=detail)
    return NameAnswer(outcome, model().version, tuple(shown), entry)


def names_index(*, rebuild: bool, by: str, at: datetime) -> dict[str, Any]:
    """Bring the index of names up to date: whole, or as it was. `rebuild` makes all of it anew from the names."""
    from chengxin.subjects.bulk import indexing  # heavy

    with transaction.atomic(), connection.cursor() as cursor:
        written = indexing.names_index(cursor.cursor, rebuild=rebuild)
        held = Segment.objects.aggregate(segments=Count("pk"), names=Coalesce(Sum("names"), 0))
        told = {**held, "written": written, "version": indexing.index_version()}
        trace(event="subjects.names.indexed", by=by, at=at, detail=told | {"rebuild": rebuild})
    return told


def names_index_due(cursor: Cursor) -> int:
    """Index what the caller's transaction and those before it brought, once it is much; returns how many were written.

    Part of the batch that brought it, so that no instant sees many names that cannot be found.
    """
    cursor.execute("select count(*) from (select from subjects_unindexed limit %s) u", [_INDEXED_FROM])
    ((waiting,),) = cursor.fetchall()
    if waiting < _INDEXED_FROM:
        return 0
    from chengxin.subjects.bulk import indexing  # heavy: most batches bring few new names

    return indexing.names_index(cursor)


def names_match(
    *, file: Path, out: Path, top: int, by: str, at: datetime, advance: Advance = lambda rows: None
) -> dict[str, Any]:
    """Whose are the names of a file, against the names that this register holds; the reading is written down before the
    answers are. Each answer stands with its reasons in `out`; the counts are returned.
    """
    from chengxin.subjects.bulk.matching import Register  # heavy: only those who match wait for scipy
    from chengxin.subjects.rules.judging import model

    with transaction.atomic(), connection.cursor() as cursor:
        register = Register.of_subjects(cursor.cursor)
        trace(
            event="subjects.names.matched", by=by, at=at, about=f"file:{file.name}", detail={"model": model().version}
        )
    return _matched(file, out, register, top, advance)


def table_match(
    *, file: Path, register: Path, out: Path, top: int, advance: Advance = lambda rows: None
) -> dict[str, Any]:
    """Whose are the names of a file, against a table of firms; neither the database nor the ledger has part in it."""
    from chengxin.subjects.bulk.matching import Register, table_read  # heavy

    return _matched(file, out, Register.of(table_read(register, ("name", "uscc"))), top, advance)


def _matched(file: Path, out: Path, register: "Register", top: int, advance: Advance) -> dict[str, Any]:
    from chengxin.subjects.bulk.matching import file_match  # heavy
    from chengxin.subjects.rules.judging import model

    outcome = file_match(file, out, register, top=top, advance=advance)
    return {**outcome.__dict__, "register": len(register.frame), "model": model().version}


def _merges_locked() -> list[rules.MergeEvent]:
    """All merges, which are decided one after the other: each is judged on what the others made."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('chengxin.merge'))")
    return _merges()


def _links_rebuild() -> None:
    """Write the replay of all merges anew: they are few, and a projection that is rebuilt cannot drift."""
    Link.objects.all().delete()
    Link.objects.bulk_create(
        Link(subject_id=p.subject, root_id=p.root, known_from=p.known_from, known_to=p.known_to)
        for p in rules.links(_merges())
    )


def _merges() -> list[rules.MergeEvent]:
    return [rules.MergeEvent(m.kind, m.absorbed_id, m.into_id, m.at) for m in Merge.objects.order_by("pk")]
