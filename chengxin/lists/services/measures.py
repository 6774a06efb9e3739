"""Setting measures going: a dry run, an activation that rests on it, tasks for the agencies, their answers, and what came of it all."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker, actor_acting
from chengxin.kernel.days import day_due, day_of
from chengxin.ledger.services import trace
from chengxin.lists import rules
from chengxin.lists.bulk import met_count, met_stage, tasks_carry_out_raise, tasks_lift_raise
from chengxin.lists.models import Activation, DryRun, Task, TaskAnswer
from chengxin.lists.selectors import RESPOND, activations_latest, data_latest, task_accessible
from chengxin.lists.services.informing import measure_tell
from chengxin.lists.services.remedies import remedies_raise, remedy_answered

SETTING_GOING = ("operator", "credit-centre", "supervisor")


@dataclass(frozen=True)
class DryRunResult:
    """What a dry run found: the contract of `chengxin measures dry-run`."""

    dry_run: int
    measure: str
    jurisdiction: str
    on: date
    counts: dict[str, int]
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """The result as it is printed and returned."""
        return {
            "dry_run": self.dry_run,
            "measure": self.measure,
            "jurisdiction": self.jurisdiction,
            "on": self.on,
            **self.counts,
            "seconds": self.seconds,
        }


def measure_dry_run(*, measure: str, jurisdiction: str = "cn", asker: Asker, at: datetime) -> DryRunResult:
    """Count whom the measure would meet today: subjects, records, and of its lists' records those under objection, past their term,
    over, and laid on their subject by name alone. Nothing is set going; the count is kept.
    """
    rules.setting_going_permitted(asker.kind, SETTING_GOING, asker.key)
    started, on = time.monotonic(), day_of(at)
    law = lawroom.load().on(on, jurisdiction)
    entry = rules.measure_of(law, measure)
    with transaction.atomic(), connection.cursor() as cursor:
        data = data_latest()
        met_stage(cursor.cursor, rules.lists_of(law, entry), on=on, known_at=at)
        counts = met_count(cursor.cursor)
        made = DryRun.objects.create(
            measure=measure, jurisdiction=jurisdiction, at=at, by=asker.key, data=data, counts=counts
        )
        trace(
            event="lists.measure.counted",
            by=asker.key,
            at=at,
            about=f"measure:{measure}",
            detail={"dry_run": made.pk, **counts},
        )
    return DryRunResult(made.pk, measure, jurisdiction, on, counts, round(time.monotonic() - started, 3))


def measure_activate(
    *, measure: str, jurisdiction: str = "cn", agency: str, dry_run: int, asker: Asker, at: datetime
) -> Activation:
    """From now on ask the agency to carry the measure out. Refuses a dry run of something else, and one that is older than the
    data: what it counted is not what would be met.
    """
    rules.setting_going_permitted(asker.kind, SETTING_GOING, asker.key)
    law = lawroom.load().on(day_of(at), jurisdiction)
    rules.measure_of(law, measure)
    with transaction.atomic():
        found = DryRun.objects.filter(pk=dry_run, measure=measure, jurisdiction=jurisdiction).first()
        if found is None or found.data < data_latest():
            raise rules.DryRunStale(dry_run=dry_run, measure=measure)
        return _activation(measure, jurisdiction, actor_acting(agency, at=at).key, found, True, by=asker.key, at=at)


def measure_deactivate(
    *, measure: str, jurisdiction: str = "cn", agency: str, asker: Asker, at: datetime
) -> Activation:
    """Ask the agency no more; tasks raised before stay to be answered."""
    rules.setting_going_permitted(asker.kind, SETTING_GOING, asker.key)
    with transaction.atomic():
        return _activation(measure, jurisdiction, agency, None, False, by=asker.key, at=at)


def _activation(
    measure: str, jurisdiction: str, agency: str, dry_run: DryRun | None, active: bool, *, by: str, at: datetime
) -> Activation:
    latest = (
        Activation.objects.filter(measure=measure, jurisdiction=jurisdiction, agency=agency).order_by("-number").first()
    )
    if (latest is not None and latest.active) == active:
        raise rules.ActivationUnchanged(measure=measure, agency=agency)
    made = Activation.objects.create(
        measure=measure, jurisdiction=jurisdiction, agency=agency, number=latest.number + 1 if latest else 0, active=active,
        dry_run=dry_run, at=at, by=by,
    )  # fmt: skip
    word = "activated" if active else "deactivated"
    trace(event=f"lists.measure.{word}", by=by, at=at, about=f"measure:{measure}", detail={"agency": agency})
    return made


@dataclass(frozen=True)
class Raised:
    """How many tasks were raised, to carry out, to lift and to make good: the contract of `chengxin measures raise`."""

    measures: int
    carry_out: int
    lift: int
    remedy: int

    def as_dict(self) -> dict[str, int]:
        """The result as it is printed."""
        return dict(self.__dict__)


def measures_raise(*, by: str, at: datetime) -> Raised:
    """For each active measure raise what is to be carried out since; a record under objection is nobody's task. For each that was
    ever active, what is to be lifted since its ground has fallen, and what is to be made good since its ground was wrong: that a
    measure was stopped, or is published no more, frees nobody on whom it was carried out. Each measure in a transaction of its own.
    """
    on, active, raised = day_of(at), 0, {"carry_out": 0, "lift": 0}
    for each in activations_latest():
        law = lawroom.load().on(on, each.jurisdiction)
        measure = law.measures.get(each.measure)
        due_on = day_due(on, law.parameter(RESPOND), law.parameters[RESPOND].unit)
        words = {
            "measure": each.measure,
            "jurisdiction": each.jurisdiction,
            "agency": each.agency,
            "due_on": due_on,
            "at": at,
            "known_at": at,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            met_stage(cursor.cursor, rules.lists_of(law, measure) if measure else [], on=on, known_at=at)
            asked = each.active and measure is not None
            found = {
                "carry_out": tasks_carry_out_raise(cursor.cursor, **words) if asked else 0,
                "lift": tasks_lift_raise(cursor.cursor, **words),
            }
            active, raised = active + asked, {key: raised[key] + found[key] for key in raised}
            trace(
                event="lists.tasks.raised", by=by, at=at, about=f"measure:{each.measure}", detail={"agency": each.agency, **found}
            )  # fmt: skip
    return Raised(active, **raised, remedy=len(remedies_raise(by=by, at=at)))


def task_answer(
    *, task: int, outcome: str, reason: str = "", document: str = "", asker: Asker, at: datetime
) -> TaskAnswer:
    """What the agency did: done, or not done with the reason. A person decides, and may leave a recommended measure undone; the
    answer may change, the latest counts. Refuses to carry anything out on a record that has no effect. Its subject is told of a
    measure carried out, which has no effect unless the notice is served in time.
    """
    with transaction.atomic():
        found = task_accessible(asker, task)
        Task.objects.select_for_update().get(pk=found.pk)
        rules.answer_fit(found.kind, outcome, TaskAnswer.Outcome.values, reason)
        latest = found.answers.order_by("-number").first()
        number = latest.number + 1 if latest else 0
        acts = found.kind == Task.Kind.CARRY_OUT and outcome == TaskAnswer.Outcome.DONE
        told = measure_tell(task=found, number=number, document=document.strip(), by=asker.key, at=at) if acts else None
        made = TaskAnswer.objects.create(
            task=found, number=number, outcome=outcome, reason=reason.strip(), document=document.strip(), at=at,
            by=asker.key, notice=told.notice if told else None, tell_by=told.tell_by if told else None,
        )  # fmt: skip
        trace(
            event="lists.task.answered", by=asker.key, at=at, subject=found.subject_id, about=f"task:{task}",
            detail={"measure": found.measure, "outcome": outcome},
        )  # fmt: skip
        if found.kind == Task.Kind.REMEDY:
            remedy_answered(answer=made, by=asker.key, at=at)
    return made
