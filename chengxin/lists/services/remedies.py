"""Making good what should never have been carried out: lifted, reputation restored, effects undone, and the subject told of it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import actor_titled
from chengxin.cases.services.telling import notice_write
from chengxin.kernel.days import day_due, day_of
from chengxin.ledger.services import trace
from chengxin.lists import rules
from chengxin.lists.models import Task, TaskAnswer
from chengxin.lists.selectors import (
    REMEDY,
    TURN,
    addressee_of,
    fact_last,
    measure_of_task,
    task_misplaced,
    tasks_perhaps_wrong,
)
from chengxin.records.models import Record


def remedies_raise(
    *, by: str, at: datetime, record: int | None = None, subjects: Iterable[int] | None = None
) -> list[Task]:
    """Ask every agency that carried a measure out on a record that turned out to be wrong, or on a firm that turned out not to be the
    record's, to lift it and to make it good, and tell the subject; of one record, of some subjects, or of all. Call it in the
    transaction that corrects the record, takes it out or sets firms apart; a daily job finds what came with a file.
    """
    raised = []
    for carried_out in tasks_perhaps_wrong(record, subjects):
        with transaction.atomic():
            # The row is the lock: whoever corrects and the daily job may meet here.
            Task.objects.select_for_update().get(pk=carried_out.pk)
            if _wrong(carried_out, at) and (remedy := _remedy_raise(carried_out, by=by, at=at)) is not None:
                raised.append(remedy)
    return raised


def _wrong(task: Task, at: datetime) -> bool:
    if task_misplaced(task, known_at=at):
        return True
    done = task.answers.latest("number")
    law, measure = measure_of_task(task)
    entries = [law.lists[key] for key in measure.lists if key in law.lists]
    return rules.carried_out_wrongly(entries, fact_last(task.record_id, known_at=at), on=day_of(done.at))


def _remedy_raise(carried_out: Task, *, by: str, at: datetime) -> Task | None:
    law = lawroom.load().on(day_of(at), carried_out.jurisdiction)
    due_on = day_due(day_of(at), law.parameter(REMEDY), law.parameters[REMEDY].unit)
    words = {name: getattr(carried_out, name) for name in TURN}
    more = {"jurisdiction": carried_out.jurisdiction, "due_on": due_on, "at": at}
    Task.objects.get_or_create(**words, kind=Task.Kind.LIFT, defaults=more)
    remedy, made = Task.objects.get_or_create(**words, kind=Task.Kind.REMEDY, defaults=more)
    if not made:
        return None
    trace(
        event="lists.remedy.raised", by=by, at=at, subject=remedy.subject_id, about=f"task:{remedy.pk}",
        detail={"measure": remedy.measure, "agency": remedy.agency, "record": remedy.record_id},
    )  # fmt: skip
    of_then, measure = measure_of_task(carried_out)
    firm, to = addressee_of(remedy.subject_id, known_at=at)
    telling = rules.remedy_told(
        of_then, measure, firm=firm, agency=actor_titled(remedy.agency), record=remedy.record_id, due_on=due_on,
        misplaced=task_misplaced(remedy, known_at=at), document=Record.objects.get(pk=remedy.record_id).document, basis=law.parameters[REMEDY].basis[0],
        on=day_of(at),
    )  # fmt: skip
    notice_write(subject=remedy.subject_id, about=f"task:{remedy.pk}", to=to, telling=telling, by=by, at=at)
    return remedy


def remedy_answered(*, answer: TaskAnswer, by: str, at: datetime) -> None:
    """Tell the subject what was done to make the measure good, or why nothing was; call it in the transaction of the answer."""
    task = answer.task
    firm, to = addressee_of(task.subject_id, known_at=at)
    telling = rules.remedied_told(
        measure_of_task(task)[1],
        firm=firm,
        agency=actor_titled(task.agency),
        outcome=answer.outcome,
        reason=answer.reason,
        on=day_of(at),
    )
    about = f"task:{task.pk}/answer:{answer.number}"
    notice_write(subject=task.subject_id, about=about, to=to, telling=telling, by=by, at=at)
    trace(event="lists.remedy.told", by=by, at=at, subject=task.subject_id, about=f"task:{task.pk}")
