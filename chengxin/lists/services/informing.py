"""Telling a subject of each measure that is carried out on it: by a day, with proof; a measure of which nobody was told has no effect."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_titled
from chengxin.cases.models import Delivery, Notice
from chengxin.cases.services.telling import notice_served, notice_write
from chengxin.kernel.days import day_due, day_of
from chengxin.ledger.services import trace
from chengxin.lists import rules
from chengxin.lists.models import Task
from chengxin.lists.rules import TaskState
from chengxin.lists.selectors import (
    NOTICE,
    addressee_of,
    fact_stood,
    measure_of_task,
    task_accessible,
    task_misplaced,
    task_state_of,
)
from chengxin.records.rules import Effect, effect


@dataclass(frozen=True)
class Informed:
    """The notice of a measure, and the last day of the time to serve it."""

    notice: Notice
    tell_by: date


def measure_tell(*, task: Task, number: int, document: str, by: str, at: datetime) -> Informed | None:
    """Write the notice of a measure that is being carried out by this answer to its task; nothing where it is to the subject's good.
    Call it in the transaction of the answer. Refuses what rests on a record that has no effect today, or is about another firm.
    """
    if task_misplaced(task, known_at=at):
        raise rules.TaskMisplaced(task=task.pk, record=task.record_id)
    law, measure = measure_of_task(task)
    fact = fact_stood(task.record_id, known_at=at)
    if effect(fact.terms, fact.standing, on=day_of(at)) is not Effect.COUNTS:
        raise rules.TaskGroundless(record=task.record_id, state=fact.standing.word)
    if measure.kind == "incentive":
        return None
    today = lawroom.load().on(day_of(at), task.jurisdiction)
    tell_by = day_due(day_of(at), today.parameter(NOTICE), today.parameters[NOTICE].unit)
    firm, to = addressee_of(task.subject_id, known_at=at)
    telling = rules.measure_told(
        law, measure, fact, firm=firm, agency=actor_titled(task.agency), tell_by=tell_by, document=document,
        basis=today.parameters[NOTICE].basis[0], on=day_of(at),
    )  # fmt: skip
    about = f"task:{task.pk}/answer:{number}"
    notice = notice_write(subject=task.subject_id, about=about, to=to, telling=telling, by=by, at=at)
    trace(event="lists.measure.notified", by=by, at=at, subject=task.subject_id, about=f"task:{task.pk}")
    return Informed(notice, tell_by)


def task_served(*, task: int, proof: str, asker: Asker, at: datetime) -> Delivery:
    """The agency proves that the subject was told of the measure, which has effect by this; refuses what comes too late."""
    with transaction.atomic():
        found = task_accessible(asker, task)
        Task.objects.select_for_update().get(pk=found.pk)
        answer = found.answers.order_by("-number").first()
        state = task_state_of(found, on=day_of(at))
        if task_misplaced(found, known_at=at):
            raise rules.TaskMisplaced(task=task, record=found.record_id)
        if answer is None or answer.notice_id is None or state not in (TaskState.TELLING, TaskState.RETURNED):
            raise rules.NothingToTell(task=task)
        if state is TaskState.RETURNED:
            law = lawroom.load().on(day_of(answer.at), found.jurisdiction)
            basis = law.cite(law.parameters[NOTICE].basis[0])
            raise rules.ToldTooLate(day=answer.tell_by, basis=basis.zh)
        served = notice_served(notice=answer.notice_id, proof=proof, by=asker.key, at=at)
        trace(event="lists.measure.told", by=asker.key, at=at, subject=found.subject_id, about=f"task:{task}")
    return served
