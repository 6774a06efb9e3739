"""Making public what whoever asked for a repair promised: a record of its own, which does not say what was repaired."""

from datetime import date, datetime

from chengxin import law as lawroom
from chengxin.actors.selectors import actor_titled
from chengxin.cases.models import Case
from chengxin.kernel.days import day_of
from chengxin.records.rules import replay
from chengxin.records.selectors.filed import EVER, events_of
from chengxin.records.selectors.promised import PROMISED, PROMISES, promise_of
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.filing import record_file
from chengxin.subjects.selectors import members_of, names_of, number_of


def promise_publish(*, case: Case, by: str, at: datetime) -> int | None:
    """File the promise that was made with this request for repair, now that the repair is granted; returns its record. Nothing where the
    lawbook of the day makes no such promise public, or it is filed already. Call it in the transaction of the step.
    """
    law = lawroom.load().on(day_of(at), case.jurisdiction)
    source, members = law.sources.get(PROMISES), members_of(case.subject_id, known_at=at)
    name, number = (
        next((n.written for n in names_of(members, known_at=at)), ""),
        number_of(case.subject_id, known_at=at),
    )
    # Who stands under a name or a number alone is on no page by which a promise could be looked up.
    if source is None or promise_of(case) is not None or not (name and number):
        return None
    roles = law.record_types[source.record_type].roles
    row: dict[str, str | None] = {
        **source.fixed,
        roles.name: name,
        roles.code: number,
        roles.document: case.number,
        roles.authority: actor_titled(case.authority),
        roles.decided_on: case.opened_on.isoformat(),
    }
    return record_file(
        source=PROMISES, row=row, actor=case.authority, jurisdiction=case.jurisdiction, channel=PROMISED, by=by, at=at,
        reason=f"case:{case.pk}",
    ).record  # fmt: skip


def promise_break(*, case: Case, document: str, on: date, by: str, at: datetime, reason: str) -> int | None:
    """An authority's decision finds the promise broken: that is shown with it from now on. Returns the record that says so; nothing where
    no promise is filed, or its provider has taken it back. Call it in the transaction of the step.
    """
    promise = promise_of(case)
    if promise is None or replay(events_of([promise.pk], known_at=EVER)[promise.pk], known_at=EVER).gone:
        return None
    changes = {"broken_by": document, "broken_on": on.isoformat()}
    return record_correct(record=promise.pk, changes=changes, by=by, at=at, reason=reason, case=case.pk)
