"""Setting a measure going: a dry run first, tasks for whoever carries it out, nothing under objection, and lifted when its ground falls."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.telling import notices_send
from chengxin.kernel.days import working_day_add
from chengxin.lists import rules
from chengxin.lists.models import Task
from chengxin.lists.selectors import tasks_counted, tasks_open
from chengxin.lists.services.measures import (
    measure_activate,
    measure_deactivate,
    measure_dry_run,
    measures_raise,
    task_answer,
)
from chengxin.lists.services.remedies import remedies_raise
from chengxin.records.models import Record
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.events import record_dispute, record_repair, record_settle, record_withdraw
from chengxin.records.services.waiting import waiting_match
from tests.world import NOW, TODAY, code, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

CENTRE, LAND, ROADS = Asker("centre", "credit-centre"), Asker("land", "department"), Asker("roads", "department")
MEASURE, ABNORMAL = "land-abnormal", "abnormal-operations"


@pytest.fixture
def records(tmp_path: Path) -> list[int]:
    """Five firms on the list; their records."""
    for asker in (CENTRE, LAND, ROADS):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)
    sent(tmp_path, *(listing(n) for n in range(1, 6)), source=ABNORMAL)
    return list(Record.objects.order_by("pk").values_list("pk", flat=True))


def counted(hours: float) -> dict[str, int]:
    return measure_dry_run(measure=MEASURE, asker=CENTRE, at=later(hours=hours)).counts


def activated(hours: float = 1) -> None:
    found = measure_dry_run(measure=MEASURE, asker=CENTRE, at=later(hours=hours))
    measure_activate(measure=MEASURE, agency="land", dry_run=found.dry_run, asker=CENTRE, at=later(hours=hours))


def test_a_dry_run_counts_whom_the_measure_would_meet_and_whom_not(records: list[int], tmp_path: Path) -> None:
    assert counted(1) == {"subjects": 5, "records": 5, "disputed": 0, "past_term": 0, "over": 0, "weakly_matched": 0}
    record_dispute(record=records[0], by="operator", at=later(hours=2), grounds="x")
    record_withdraw(record=records[1], by="operator", at=later(hours=2), reason="x")
    record_repair(record=records[2], by="operator", at=later(hours=2), on=TODAY, decision="1号")
    sent(tmp_path, listing(6, decided_on="2026-07-01", exit_on="2026-07-09"), source=ABNORMAL)
    sent(tmp_path, listing(50, name="云川市甲4号商贸有限公司", code=""), source=ABNORMAL)
    waiting_match(by="operator", at=later(hours=3))
    found = counted(4)
    assert (found["disputed"], found["over"], found["past_term"]) == (1, 2, 1)
    assert (found["subjects"], found["records"], found["weakly_matched"]) == (2, 3, 1)
    assert not Task.objects.exists()


def test_a_dry_run_that_is_older_than_the_data_activates_nothing(records: list[int]) -> None:
    found = measure_dry_run(measure=MEASURE, asker=CENTRE, at=later(hours=1))
    record_dispute(record=records[0], by="operator", at=later(hours=2), grounds="x")
    words: dict[str, Any] = {"measure": MEASURE, "agency": "land", "asker": CENTRE, "at": later(hours=3)}
    with pytest.raises(rules.DryRunStale):
        measure_activate(**words, dry_run=found.dry_run)
    other = measure_dry_run(measure="tender-abnormal", asker=CENTRE, at=later(hours=3))
    with pytest.raises(rules.DryRunStale):
        measure_activate(**words, dry_run=other.dry_run)
    again = measure_dry_run(measure=MEASURE, asker=CENTRE, at=later(hours=3))
    assert measure_activate(**words, dry_run=again.dry_run).active
    with pytest.raises(rules.ActivationUnchanged):
        measure_activate(**words, dry_run=again.dry_run)


def test_only_who_runs_or_supervises_the_register_sets_a_published_measure_going(records: list[int]) -> None:
    with pytest.raises(rules.MeasureNotYours):
        measure_dry_run(measure=MEASURE, asker=LAND, at=later(hours=1))
    with pytest.raises(rules.MeasureUnknown):
        measure_dry_run(measure="travel-barred", asker=CENTRE, at=later(hours=1))


def test_tasks_go_to_the_agency_once_and_none_for_what_is_disputed(records: list[int]) -> None:
    record_dispute(record=records[0], by="operator", at=later(minutes=30), grounds="x")
    activated()
    assert measures_raise(by="operator", at=later(hours=2)).as_dict() == {
        "measures": 1,
        "carry_out": 4,
        "lift": 0,
        "remedy": 0,
    }
    assert measures_raise(by="operator", at=later(hours=3)).carry_out == 0
    tasks = list(tasks_open(LAND))
    assert {t.record_id for t in tasks} == set(records[1:]) and {t.due_on for t in tasks} == {
        working_day_add(TODAY, 10)
    }
    assert list(tasks_open(ROADS)) == []
    record_settle(record=records[0], by="operator", at=later(hours=4), outcome="维持")
    assert measures_raise(by="operator", at=later(hours=5)).carry_out == 1


def test_a_task_is_answered_by_its_agency_done_or_not_with_the_reason(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    first, second, third, *_ = tasks_open(LAND)
    words: dict[str, Any] = {"asker": LAND, "at": later(hours=3)}
    for task, outcome, reason, refusal in (
        (first.pk, "not-done", " ", rules.AnswerUnfit),
        (first.pk, "partly", "x", rules.AnswerUnfit),
        (first.pk + 99, "done", "", rules.TaskUnknown),
    ):
        with pytest.raises(refusal):
            task_answer(task=task, outcome=outcome, reason=reason, **words)
    for asker in (ROADS, CENTRE):
        with pytest.raises(rules.TaskUnknown):
            task_answer(task=first.pk, outcome="done", asker=asker, at=later(hours=3))
    task_answer(task=first.pk, outcome="done", document="云川自然资〔2026〕1号", **words)
    task_answer(task=second.pk, outcome="not-done", reason="该企业未参与土地出让", **words)
    task_answer(task=third.pk, outcome="done", asker=LAND, at=later(days=60))
    [found] = tasks_counted(LAND, at=later(days=61))
    assert (found.raised, found.done, found.not_done, found.open, found.late) == (5, 2, 1, 2, 3)
    assert tasks_counted(ROADS, at=later(days=61)) == []


def test_what_was_carried_out_is_lifted_when_its_ground_falls(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    tasks = {t.record_id: t.pk for t in tasks_open(LAND)}
    for record in records[:2]:
        task_answer(task=tasks[record], outcome="done", asker=LAND, at=later(hours=3))
    record_withdraw(record=records[0], by="operator", at=later(hours=4), reason="错报")
    record_withdraw(record=records[4], by="operator", at=later(hours=4), reason="错报")
    assert measures_raise(by="operator", at=later(hours=5)).lift == 1, "what was never carried out need not be lifted"
    assert measures_raise(by="operator", at=later(hours=6)).lift == 0
    [lift] = [t for t in tasks_open(LAND) if t.kind == "lift"]
    assert lift.record_id == records[0]


def test_a_stopped_measure_raises_nothing_more(records: list[int], tmp_path: Path) -> None:
    activated()
    measure_deactivate(measure=MEASURE, agency="land", asker=CENTRE, at=later(hours=2))
    assert measures_raise(by="operator", at=later(hours=3)).as_dict() == {
        "measures": 0,
        "carry_out": 0,
        "lift": 0,
        "remedy": 0,
    }
    activated(4)
    assert measures_raise(by="operator", at=later(hours=4) + timedelta(minutes=1)).carry_out == 5
    sent(tmp_path, penalty(9), at=later(hours=5))
    assert code(9) and measures_raise(by="operator", at=later(hours=6)).carry_out == 0


# ---- made good


def carried_out(records: list[int]) -> None:
    """The first two records' measures carried out by the agency."""
    activated()
    measures_raise(by="operator", at=later(hours=2))
    tasks = {t.record_id: t.pk for t in tasks_open(LAND)}
    for record in records[:2]:
        task_answer(task=tasks[record], outcome="done", asker=LAND, at=later(hours=3))


def asked(kind: str) -> list[Task]:
    return [task for task in tasks_open(LAND) if task.kind == kind]


def test_what_was_carried_out_on_a_wrong_record_is_made_good(records: list[int], settings: LazySettings) -> None:
    carried_out(records)
    record_withdraw(record=records[0], by="operator", at=later(hours=4), reason="错报")
    record_withdraw(record=records[4], by="operator", at=later(hours=4), reason="错报")
    record_repair(record=records[1], by="operator", at=later(hours=4), on=TODAY, decision="1号")
    assert measures_raise(by="operator", at=later(hours=5)).as_dict() | {"measures": 1} == {
        "measures": 1, "carry_out": 0, "lift": 2, "remedy": 1,
    }  # fmt: skip
    assert measures_raise(by="operator", at=later(hours=6)).remedy == 0, "once"
    [remedy] = asked("remedy")
    assert (remedy.record_id, remedy.due_on) == (records[0], working_day_add(TODAY, 5))
    assert {task.record_id for task in asked("lift")} == set(records[:2]), "a repair is lifted, and nothing was wrong"
    with pytest.raises(rules.AnswerUnfit):
        task_answer(task=remedy.pk, outcome="done", asker=LAND, at=later(hours=7))
    task_answer(task=remedy.pk, outcome="done", reason="已致函说明并登报更正", asker=LAND, at=later(hours=7))
    settings.CHENGXIN_SENDER = f"{__name__}.keep"
    notices_send(by="operator", at=later(hours=8))
    raised, answered = (told for told in TOLD if "补救" in told["title"])
    assert raised["to"].startswith(f"云川市甲1号商贸有限公司 {code(1)}") and raised["channel"] == "letter"
    for words in (
        "经营异常企业在土地出让中受限制",
        "《企业信息公示暂行条例》第12条第一款",
        str(remedy.due_on),
        "restores your",
    ):
        assert words in raised["body"], words
    assert "登报更正" in answered["body"]
    counts = {c.kind: (c.raised, c.done) for c in tasks_counted(LAND, at=later(hours=8))}
    assert counts["remedy"] == (1, 1)


TOLD: list[dict[str, Any]] = []


def keep(**words: Any) -> str:
    TOLD.append(words)
    return "1"


@pytest.mark.parametrize(
    ("changes", "wrong"), [({"reason": "通过住所无法联系"}, False), ({"removed_on": "2026-07-10"}, True)]
)
def test_a_correction_is_made_good_only_where_the_right_record_would_have_led_to_no_measure(
    records: list[int], changes: dict[str, str], wrong: bool
) -> None:
    """A reason put right leaves the measure as lawful as it was; one that was over before the measure did not bear it."""
    carried_out(records)
    with transaction.atomic():
        record_correct(record=records[0], changes=changes, by="operator", at=later(days=5), reason="录入有误")
        remedies_raise(record=records[0], by="operator", at=later(days=5))
    assert [task.record_id for task in asked("remedy")] == ([records[0]] if wrong else [])
    assert measures_raise(by="operator", at=later(days=5, hours=1)).remedy == 0


def test_a_measure_that_was_stopped_is_lifted_and_made_good_all_the_same(records: list[int]) -> None:
    carried_out(records)
    measure_deactivate(measure=MEASURE, agency="land", asker=CENTRE, at=later(hours=4))
    record_withdraw(record=records[0], by="operator", at=later(hours=5), reason="错报")
    assert measures_raise(by="operator", at=later(hours=6)).as_dict() == {
        "measures": 0, "carry_out": 0, "lift": 1, "remedy": 1,
    }  # fmt: skip
