"""Setting a measure going: a dry run first, tasks for whoever carries it out, nothing under objection, and lifted when its ground falls."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.telling import ProofMissing, notices_send
from chengxin.checks.services.reissuing import match_undo, merge_undo
from chengxin.kernel.days import working_day_add
from chengxin.kernel.written import day_written
from chengxin.lists import rules
from chengxin.lists.models import Task
from chengxin.lists.selectors import fact_last, task_shown, task_state_of, tasks_counted, tasks_due, tasks_open
from chengxin.lists.services.informing import task_served
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
from chengxin.records.services.events import (
    record_dispute,
    record_repair,
    record_settle,
    record_unrepair,
    record_withdraw,
)
from chengxin.records.services.waiting import waiting_assign, waiting_match
from chengxin.rights.services import Claimant, case_followed, objection_file
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.merging import subjects_merge, subjects_unmerge
from tests.signing import signed_in, staff_account
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
    with pytest.raises(rules.MeasureOfPersons):
        measure_dry_run(measure="office-after-serious-listing", asker=CENTRE, at=later(hours=1))


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
    tasks = list(tasks_open(LAND, at=later(hours=3)))
    assert {t.record_id for t in tasks} == set(records[1:]) and {t.due_on for t in tasks} == {
        working_day_add(TODAY, 10)
    }
    assert list(tasks_open(ROADS, at=later(hours=3))) == []
    record_settle(record=records[0], by="operator", at=later(hours=4), outcome="维持")
    assert measures_raise(by="operator", at=later(hours=5)).carry_out == 1


def test_a_task_is_answered_by_its_agency_done_or_not_with_the_reason(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    first, second, third, *_ = tasks_open(LAND, at=later(hours=3))
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
    task_served(task=first.pk, proof="EMS 1", asker=LAND, at=later(hours=4))
    task_answer(task=third.pk, outcome="done", asker=LAND, at=later(days=60))
    [found] = tasks_counted(LAND, at=later(days=61))
    assert (found.raised, found.done, found.telling, found.not_done, found.open, found.late) == (5, 1, 1, 1, 2, 3)
    assert tasks_counted(ROADS, at=later(days=61)) == []


def test_what_was_carried_out_is_lifted_when_its_ground_falls(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    tasks = {t.record_id: t.pk for t in tasks_open(LAND, at=later(hours=3))}
    for record in records[:2]:
        task_answer(task=tasks[record], outcome="done", asker=LAND, at=later(hours=3))
    record_withdraw(record=records[0], by="operator", at=later(hours=4), reason="错报")
    record_withdraw(record=records[4], by="operator", at=later(hours=4), reason="错报")
    assert measures_raise(by="operator", at=later(hours=5)).lift == 1, "what was never carried out need not be lifted"
    assert measures_raise(by="operator", at=later(hours=6)).lift == 0
    [lift] = [t for t in tasks_open(LAND, at=later(hours=7)) if t.kind == "lift"]
    assert lift.record_id == records[0]


def test_nobody_is_asked_to_carry_out_what_has_no_effect_and_it_is_not_counted_late(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    withdrawn, repaired, disputed, *rest = records
    record_withdraw(record=withdrawn, by="operator", at=later(hours=3), reason="错报")
    record_repair(record=repaired, by="operator", at=later(hours=3), on=TODAY, decision="云川市监修复〔2026〕1号")
    record_dispute(record=disputed, by="operator", at=later(hours=3), grounds="x")
    assert {t.record_id for t in tasks_open(LAND, at=later(hours=4))} == set(rest)
    [count] = tasks_counted(LAND, at=later(days=60))
    assert (count.raised, count.open, count.fallen, count.late) == (5, 2, 3, 2)
    assert [each.count for each in tasks_due(LAND, at=later(hours=4))] == [2]
    record_settle(record=disputed, by="operator", at=later(hours=5), outcome="维持")
    assert {t.record_id for t in tasks_open(LAND, at=later(hours=6))} == {disputed, *rest}
    ends = Record.objects.get(pk=rest[0]).effect_until
    assert ends is None or not tasks_open(LAND, at=later(days=(ends - TODAY).days)).filter(record=rest[0])


def test_a_task_whose_record_was_under_objection_is_due_anew_from_the_outcome(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    disputed = records[0]
    record_dispute(record=disputed, by="operator", at=later(days=3), grounds="x")
    record_settle(record=disputed, by="operator", at=later(days=30), outcome="维持")
    due, first = working_day_add((NOW + timedelta(days=30)).date(), 10), working_day_add(TODAY, 10)
    tasks = tasks_open(LAND, at=later(days=31))
    assert {t.record_id: task_shown(t, at=later(days=31))["due_on"] for t in tasks} == {
        disputed: due, **dict.fromkeys(records[1:], first),
    }  # fmt: skip
    assert [t.record_id for t in tasks][-1] == disputed, "the first due first"
    assert [(each.due_on, each.count) for each in tasks_due(LAND, at=later(days=31))] == [(first, 4), (due, 1)]
    assert [count.late for count in tasks_counted(LAND, at=later(days=31))] == [4]
    task = Task.objects.get(record=disputed).pk
    task_answer(task=task, outcome="done", asker=LAND, at=later(days=31))
    task_served(task=task, proof="EMS 1", asker=LAND, at=later(days=31))
    assert [count.late for count in tasks_counted(LAND, at=later(days=90))] == [4], "done in its time"


def test_a_task_is_due_anew_too_where_the_objection_was_to_its_record_as_corrected(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    record_correct(
        record=records[0], changes={"reason": "通过住所无法联系"}, by="operator", at=later(days=1), reason="录入有误"
    )
    now = fact_last(records[0], known_at=later(days=2)).record
    record_dispute(record=now, by="operator", at=later(days=3), grounds="x")
    record_settle(record=now, by="operator", at=later(days=30), outcome="维持")
    due, first = working_day_add((NOW + timedelta(days=30)).date(), 10), working_day_add(TODAY, 10)
    shown = [task_shown(t, at=later(days=31)) for t in tasks_open(LAND, at=later(days=31))]
    assert {t["record"]: t["due_on"] for t in shown} == {now: due, **dict.fromkeys(records[1:], first)}
    assert [(each.due_on, each.count) for each in tasks_due(LAND, at=later(days=31))] == [(first, 4), (due, 1)]
    assert [count.late for count in tasks_counted(LAND, at=later(days=31))] == [4]
    assert [t["due_on"] for t in (task_shown(t, at=later(days=29)) for t in Task.objects.all())] == [first] * 5


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


# ---- told


def test_a_measure_has_no_effect_before_its_subject_is_told_of_it_in_time(
    records: list[int], settings: LazySettings
) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    told, late, *_ = list(tasks_open(LAND, at=later(hours=3)))
    answers = [
        task_answer(task=task.pk, outcome="done", document="云川自然资〔2026〕1号", asker=LAND, at=later(hours=3))
        for task in (told, late)
    ]
    assert {answer.tell_by for answer in answers} == {working_day_add(TODAY, 5)}
    settings.CHENGXIN_SENDER = f"{__name__}.keep"
    TOLD.clear()
    notices_send(by="operator", at=later(hours=4))
    body = TOLD[0]["body"]
    for words in (
        "经营异常企业在土地出让中受限制", "《企业信息公示暂行条例》第18条", "采取措施告知书\n云川自然资〔2026〕1号\n",
        "云川市监列入〔2026〕00001号", "移出名单时解除", "提出异议", "信用修复", "行政复议", "has no effect",
        str(working_day_add(TODAY, 5)), day_written(working_day_add(TODAY, 5)), "　　land\n　　2026年11月22日",
    ):  # fmt: skip
        assert words in body, words
    on = later(hours=5).date()
    assert [task_state_of(task, on=on) for task in (told, late)] == ["telling", "telling"]
    for asker, task, refusal in (
        (ROADS, told.pk, rules.TaskUnknown), (LAND, told.pk + 2, rules.NothingToTell), (LAND, told.pk, ProofMissing),
    ):  # fmt: skip
        with pytest.raises(refusal):
            task_served(task=task, proof=" ", asker=asker, at=later(hours=5))
    task_served(task=told.pk, proof="EMS 1", asker=LAND, at=later(hours=6))
    with pytest.raises(rules.NothingToTell):
        task_served(task=told.pk, proof="EMS 2", asker=LAND, at=later(hours=7))
    last = datetime.combine(working_day_add(TODAY, 5), NOW.timetz())
    over = last + timedelta(days=1)
    [count] = tasks_counted(LAND, at=last)
    assert (count.done, count.telling, count.open) == (1, 1, 3)
    [count] = tasks_counted(LAND, at=over)
    assert (count.done, count.telling, count.open) == (1, 0, 4), "nobody told: the task is the agency's again"
    assert [task_state_of(task, on=over.date()) for task in (told, late)] == ["done", "returned"]
    assert told not in tasks_open(LAND, at=over) and late in tasks_open(LAND, at=over)
    with pytest.raises(rules.ToldTooLate, match=str(last.date())):
        task_served(task=late.pk, proof="EMS 3", asker=LAND, at=over)
    task_answer(task=late.pk, outcome="done", asker=LAND, at=over)
    task_served(task=late.pk, proof="EMS 4", asker=LAND, at=over)
    assert task_state_of(late, on=over.date()) == "done" and late not in tasks_open(LAND, at=later(hours=3))


def test_nothing_is_carried_out_on_a_record_that_has_no_effect(records: list[int]) -> None:
    activated()
    measures_raise(by="operator", at=later(hours=2))
    task = tasks_open(LAND, at=later(hours=3))[0]
    record_dispute(record=task.record_id, by="operator", at=later(hours=3), grounds="x")
    with pytest.raises(rules.TaskGroundless, match="disputed"):
        task_answer(task=task.pk, outcome="done", asker=LAND, at=later(hours=4))
    task_answer(task=task.pk, outcome="not-done", reason="异议处理中", asker=LAND, at=later(hours=4))
    record_settle(record=task.record_id, by="operator", at=later(hours=5), outcome="维持")
    task_answer(task=task.pk, outcome="done", asker=LAND, at=later(hours=6))
    assert task_state_of(task, on=TODAY) == "telling"


# ---- made good


def carried_out(records: list[int]) -> None:
    """The first two records' measures carried out by the agency."""
    activated()
    measures_raise(by="operator", at=later(hours=2))
    tasks = {t.record_id: t.pk for t in tasks_open(LAND, at=later(hours=3))}
    for record in records[:2]:
        task_answer(task=tasks[record], outcome="done", asker=LAND, at=later(hours=3))


def asked(kind: str) -> list[Task]:
    return [task for task in tasks_open(LAND, at=later(hours=3)) if task.kind == kind]


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


def test_a_correction_of_the_wording_alone_lifts_nothing_and_asks_for_nothing_anew(records: list[int]) -> None:
    carried_out(records)
    worded = {"reason": "通过住所无法联系"}
    for record in (records[0], records[2]):  # carried out; not answered yet
        record_correct(record=record, changes=worded, by="operator", at=later(days=1), reason="录入有误")
    assert measures_raise(by="operator", at=later(days=1, hours=1)).as_dict() == {
        "measures": 1, "carry_out": 0, "lift": 0, "remedy": 0,
    }  # fmt: skip
    first, third = (fact_last(record, known_at=later(days=2)).record for record in (records[0], records[2]))
    assert {first, third}.isdisjoint(records)
    tasks = {task_shown(t, at=later(days=2))["record"]: t for t in tasks_open(LAND, at=later(days=2))}
    assert {first, third} <= tasks.keys(), (
        "the proof of service and the answer are still owed, on the record as it reads now"
    )
    task_served(task=tasks[first].pk, proof="EMS 1", asker=LAND, at=later(days=2))
    task_answer(task=tasks[third].pk, outcome="done", asker=LAND, at=later(days=2))
    record_withdraw(record=first, by="operator", at=later(days=3), reason="错报")
    assert measures_raise(by="operator", at=later(days=3, hours=1)).as_dict() == {
        "measures": 1, "carry_out": 0, "lift": 1, "remedy": 1,
    }, "what stands in its place now is what it falls with"  # fmt: skip


def test_a_measure_that_was_stopped_is_lifted_and_made_good_all_the_same(records: list[int]) -> None:
    carried_out(records)
    measure_deactivate(measure=MEASURE, agency="land", asker=CENTRE, at=later(hours=4))
    record_withdraw(record=records[0], by="operator", at=later(hours=5), reason="错报")
    assert measures_raise(by="operator", at=later(hours=6)).as_dict() == {
        "measures": 0, "carry_out": 0, "lift": 1, "remedy": 1,
    }  # fmt: skip


# ---- on the wrong firm


def subject(n: int, hours: float = 0) -> int:
    return subject_of(code(n), known_at=later(hours=hours))


@pytest.fixture
def merged(records: list[int]) -> list[int]:
    """The first firm was held to be the second, and the measure carried out on that one because of the first one's record."""
    subjects_merge(absorbed=subject(1), into=subject(2), by="operator", at=later(minutes=30), reason="同一企业")
    carried_out(records)
    assert {t.record_id: t.subject_id for t in Task.objects.all()}[records[0]] == subject(2)
    return records


def parted(hours: float = 4) -> None:
    merge_undo(absorbed=subject(1), into=subject(2), by="operator", at=later(hours=hours), reason="查明不是")


def tasks_of(record: int) -> list[tuple[str, int, int]]:
    return sorted((t.kind, t.subject_id, t.turn) for t in Task.objects.filter(record=record))


def test_what_was_carried_out_on_a_firm_held_to_be_another_is_made_good_when_they_are_parted(
    merged: list[int], settings: LazySettings
) -> None:
    parted()
    wrong = subject(2)
    assert tasks_of(merged[0]) == [("carry-out", wrong, 0), ("lift", wrong, 0), ("remedy", wrong, 0)], (
        "with the parting"
    )
    assert {task.record_id for task in asked("lift") + asked("remedy")} == {merged[0]}
    told_of = Task.objects.get(record=merged[0], kind="carry-out")
    with pytest.raises(rules.TaskMisplaced):
        task_served(task=told_of.pk, proof="EMS 1", asker=LAND, at=later(hours=5))
    TOLD.clear()
    settings.CHENGXIN_SENDER = f"{__name__}.keep"
    notices_send(by="operator", at=later(hours=5))
    [told] = (told for told in TOLD if "补救" in told["title"])
    assert told["to"].startswith(f"云川市甲2号商贸有限公司 {code(2)}") and "不属于你单位" in told["body"]


def test_the_right_firm_gets_its_own_task_when_two_are_parted(merged: list[int]) -> None:
    parted()
    assert measures_raise(by="operator", at=later(hours=5)).as_dict() == {
        "measures": 1, "carry_out": 1, "lift": 0, "remedy": 0,
    }  # fmt: skip
    [own] = (task for task in asked("carry-out") if task.record_id == merged[0])
    assert own.subject_id == subject(1, 5), "of the other's nothing is left to tell"
    assert measures_raise(by="operator", at=later(hours=6)).carry_out == 0, "once"
    task_answer(task=own.pk, outcome="done", asker=LAND, at=later(hours=7))
    claimant = Claimant("王某", "13800000000")
    receipt = objection_file(record=merged[0], number=code(1), claimant=claimant, grounds="不实", at=later(hours=8))
    [seen] = case_followed(number=receipt.number, key=receipt.key, at=later(hours=8)).measures
    assert seen.task == own.pk, "what was done to the other is none of theirs"


def test_the_daily_job_finds_what_a_parting_left(merged: list[int]) -> None:
    subjects_unmerge(absorbed=subject(1), into=subject(2), by="operator", at=later(hours=4), reason="查明不是")
    assert measures_raise(by="operator", at=later(hours=5)).as_dict() == {
        "measures": 1, "carry_out": 1, "lift": 1, "remedy": 1,
    }  # fmt: skip


def test_nothing_is_carried_out_on_a_firm_that_is_no_longer_the_record_s(records: list[int]) -> None:
    subjects_merge(absorbed=subject(1), into=subject(2), by="operator", at=later(minutes=30), reason="同一企业")
    activated()
    measures_raise(by="operator", at=later(hours=2))
    parted(3)
    first = Task.objects.get(record=records[0], kind="carry-out", subject=subject(2, 2))
    assert first not in asked("carry-out"), "nobody is asked for what is another firm's"
    with pytest.raises(rules.TaskMisplaced):
        task_answer(task=first.pk, outcome="done", asker=LAND, at=later(hours=4))
    task_answer(task=first.pk, outcome="not-done", reason="该记录不属于该企业", asker=LAND, at=later(hours=4))
    assert tasks_of(records[0]) == [("carry-out", subject(2, 4), 0)], "nothing to make good"


def test_firms_that_are_merged_later_are_met_once(records: list[int]) -> None:
    carried_out(records)
    subjects_merge(absorbed=subject(1), into=subject(2), by="operator", at=later(hours=4), reason="同一企业")
    assert measures_raise(by="operator", at=later(hours=5)).as_dict() == {
        "measures": 1, "carry_out": 0, "lift": 0, "remedy": 0,
    }  # fmt: skip
    parted(6)
    assert asked("remedy") == [] and measures_raise(by="operator", at=later(hours=7)).carry_out == 0


def test_who_was_freed_by_a_repair_got_by_fraud_is_met_again(records: list[int]) -> None:
    carried_out(records)
    record_repair(record=records[1], by="operator", at=later(hours=4), on=TODAY, decision="1号")
    assert measures_raise(by="operator", at=later(hours=5)).lift == 1
    record_unrepair(record=records[1], by="operator", at=later(hours=6), reason="材料虚假")
    assert measures_raise(by="operator", at=later(hours=7)).carry_out == 1
    own = subject(2)
    assert tasks_of(records[1]) == [("carry-out", own, 0), ("carry-out", own, 1), ("lift", own, 0)]
    assert measures_raise(by="operator", at=later(hours=8)).carry_out == 0


def test_a_measure_on_a_wrongly_matched_firm_is_made_good_and_the_right_one_has_its_own(
    records: list[int], tmp_path: Path, settings: LazySettings
) -> None:
    done = sent(tmp_path, listing(50, name="云川市甲4号商贸有限公司", code=""), source=ABNORMAL)
    waiting_match(by="operator", at=later(minutes=10))
    record = Record.objects.exclude(pk__in=records).get().pk
    carried_out([record])
    match_undo(record=record, by="operator", at=later(hours=4), reason="认错了")
    wrong = subject(4)
    assert tasks_of(record) == [("carry-out", wrong, 0), ("lift", wrong, 0), ("remedy", wrong, 0)]
    TOLD.clear()
    settings.CHENGXIN_SENDER = f"{__name__}.keep"
    notices_send(by="operator", at=later(hours=4))
    assert ["不属于你单位" in told["body"] for told in TOLD if "补救" in told["title"]] == [True]
    row: dict[str, Any] = {"batch": done.batch, "line": 2, "by": "operator", "reason": "x"}
    own = waiting_assign(**row, number=code(5), at=later(hours=5))
    measures_raise(by="operator", at=later(hours=6))
    assert tasks_of(own) == [("carry-out", subject(5), 0)]
    match_undo(record=own, by="operator", at=later(hours=7), reason="又认错了")
    assert waiting_assign(**row, number=code(4), at=later(hours=8)) == record
    assert measures_raise(by="operator", at=later(hours=9)).carry_out == 1
    assert ("carry-out", wrong, 1) in tasks_of(record), "the first was right after all"


def test_the_database_holds_one_task_a_turn(merged: list[int]) -> None:
    parted()
    remedy = Task.objects.get(kind="remedy")
    copy = {f.attname: getattr(remedy, f.attname) for f in Task._meta.fields if not f.primary_key}
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(**copy)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(**{**copy, "turn": -1})


# ---- at the desk


def test_an_agency_answers_proves_service_and_makes_good_at_its_desk(records: list[int], client: Browser) -> None:
    def page(**posted: str) -> str:
        answer = client.post("/desk/tasks/answer", posted) if posted else client.get("/desk/tasks")
        return str(answer.content.decode())

    activated()
    measures_raise(by="operator", at=later(hours=2))
    with time_machine.travel(later(hours=3), tick=True):
        signed_in(client, staff_account("land"))
        task = str(tasks_open(LAND, at=later(hours=3))[0].pk)
        assert "已经记下。" in page(task=task, outcome="done", document="云川自然资〔2026〕1号")
        assert "送达告知书之前不产生效力" in page()
        assert "请写明如何送达" in page(task=task, proof=" ")
        assert "送达告知书之前不产生效力" not in page(task=task, proof="EMS 1")
        record_withdraw(record=Task.objects.get(pk=task).record_id, by="operator", at=later(hours=3), reason="错报")
        measures_raise(by="operator", at=later(hours=4))
    with time_machine.travel(later(hours=5), tick=True):
        signed_in(client, staff_account("land"))
        [remedy] = asked("remedy")
        assert "恢复名誉、消除影响" in page()
        assert "补救任务须写明" in page(task=str(remedy.pk), outcome="done")
        assert "已经记下。" in page(task=str(remedy.pk), outcome="done", reason="已致函说明")
        assert "恢复名誉、消除影响" not in page()
    assert task_state_of(remedy, on=TODAY) == "done"
