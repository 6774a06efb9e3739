"""Changing who is who: merges and their undoing."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from chengxin.ledger.services import trace
from chengxin.ledger.turns import turn_taken
from chengxin.subjects.models import Link, Merge, Subject
from chengxin.subjects.rules import merging as rules

if TYPE_CHECKING:
    pass


def subjects_merge(*, absorbed: int, into: int, by: str, at: datetime, reason: str) -> Merge:
    """Hold two subjects to be one from this instant: whatever stands for `into` stands for both. Nothing is moved, so all
    of it can be undone.
    """
    with transaction.atomic():
        events = _merges_locked()
        _both_organisations(absorbed, into)
        rules.merge_admissible(events, absorbed=absorbed, into=into)
        return _merge_add(Merge.Kind.MERGE, events, absorbed=absorbed, into=into, by=by, at=at, reason=reason)


def subjects_unmerge(*, absorbed: int, into: int, by: str, at: datetime, reason: str) -> Merge:
    """Take back one merge: from this instant both stand as they would had it never been made."""
    with transaction.atomic():
        events = _merges_locked()
        _both_organisations(absorbed, into)
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


def _both_organisations(*subjects: int) -> None:
    rules.merge_of_organisations(Subject.objects.filter(pk__in=subjects).values_list("kind", flat=True))


def _merges_locked() -> list[rules.MergeEvent]:
    """All merges, which are decided one after the other: each is judged on what the others made."""
    turn_taken("merge")
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
