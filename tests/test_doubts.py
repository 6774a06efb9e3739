"""An agency that is to carry a measure out doubts its record: the provider verifies, nothing has effect meanwhile, silence goes up."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from chengxin import law as lawroom
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.models import Case
from chengxin.cases.rules import StepUnknown
from chengxin.cases.selectors import CaseUnknown, case_accessible
from chengxin.cases.services.running import Words
from chengxin.kernel.days import working_day_add
from chengxin.lists import rules as lists
from chengxin.lists.models import Task
from chengxin.lists.selectors import subject_file
from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise, task_answer
from chengxin.records.services.correcting import record_correct
from chengxin.rights import rules, services
from tests.signing import at_desk
from tests.world import NOW, TODAY, code, later, listing, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE, LAND = Asker("market", "department"), Asker("centre", "credit-centre"), Asker("land", "department")
REFORM, ROADS = Asker("reform", "supervisor"), Asker("roads", "department")
WHY = Words(reasons="经核对，该企业已于列入前公示年度报告")


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A task of the land department on a record that the market department sent."""
    for asker in (MARKET, CENTRE, LAND, REFORM, ROADS):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)
    sent(tmp_path, listing(1), source="abnormal-operations", by="market")
    dry_run = measure_dry_run(measure="land-abnormal", asker=CENTRE, at=later(minutes=10)).dry_run
    measure_activate(measure="land-abnormal", agency="land", dry_run=dry_run, asker=CENTRE, at=later(minutes=10))
    measures_raise(by="clock", at=later(minutes=20))
    return Task.objects.get()


def dry_run(hours: float) -> int:
    return measure_dry_run(measure="land-abnormal", asker=CENTRE, at=later(hours=hours)).dry_run


def effect(hours: float) -> str:
    [found] = subject_file(code(1), on=TODAY, known_at=later(hours=hours)).records
    return found.effect.value


def decided(number: str, to: str, asker: Asker, hours: float, **more: Any) -> Any:
    return services.case_decide(number=number, asker=asker, to=to, words=WHY, at=later(hours=hours), **more)


def test_what_is_doubted_has_no_effect_until_its_provider_has_verified_it(task: Task) -> None:
    with pytest.raises(lists.TaskUnknown):
        services.doubt_raise(task=task.pk, grounds="名称不符", asker=ROADS, at=later(hours=1))
    with pytest.raises(rules.WordsWrong):
        services.doubt_raise(task=task.pk, grounds=" ", asker=LAND, at=later(hours=1))
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    assert receipt.suspended and {(c.by, c.last_day) for c in receipt.next} == {("provider", working_day_add(TODAY, 5))}
    assert effect(1) == "suspended"
    with pytest.raises(lists.TaskGroundless):
        task_answer(task=task.pk, outcome="done", asker=LAND, at=later(hours=2))
    with pytest.raises(rules.CaseOpen):
        services.doubt_raise(task=task.pk, grounds="再次", asker=LAND, at=later(hours=2))
    assert case_accessible(LAND, receipt.number).about == f"record:{task.record_id}", "who doubted may follow it"
    with pytest.raises(CaseUnknown):
        case_accessible(ROADS, receipt.number)
    with pytest.raises(StepUnknown):
        decided(receipt.number, "upheld", LAND, 3)
    assert decided(receipt.number, "upheld", MARKET, 3).final and effect(3) == "counts"


def test_the_key_of_whoever_doubts_puts_no_words_in_the_subject_s_mouth(task: Task) -> None:
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    words: dict[str, Any] = {"number": receipt.number, "key": receipt.key, "words": "本企业承认", "at": later(hours=3)}
    for raised in (True, False):
        with pytest.raises(rules.KeyNotSubjects, match=receipt.number) as refused:
            services.statement_answer(**words)
        assert "object" in str(refused.value) and "提出异议" in refused.value.message_zh, "what to do instead"
        if raised:
            decided(receipt.number, "upheld", MARKET, 2)


def test_a_number_and_a_key_that_do_not_belong_together_are_named(task: Task) -> None:
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    told = set()
    for number, key in ((receipt.number, "别的查询码"), ("20261122-999999", receipt.key)):
        with pytest.raises(CaseUnknown) as refused:
            services.case_followed(number=number, key=key, at=later(hours=2))
        assert (refused.value.code, number in str(refused.value)) == ("case-key-unknown", True)
        told.add(str(refused.value).replace(number, "N"))
    assert len(told) == 1, "whether the number or the key is wrong is told to nobody"
    with pytest.raises(CaseUnknown, match="20261122-999999") as unknown:
        case_accessible(LAND, "20261122-999999")
    assert unknown.value.code == "case-unknown" and "receipt" in str(unknown.value)


def test_words_beside_a_record_say_whose_key_is_wanted(task: Task) -> None:
    words: dict[str, Any] = {"words": "本企业已改正", "at": later(hours=4)}
    filed = services.objection_file(
        record=task.record_id,
        number=code(1),
        claimant=services.Claimant("经办人", "云川市"),
        grounds="有误",
        at=later(hours=1),
    )
    key: dict[str, Any] = {"number": filed.number, "key": filed.key}
    with pytest.raises(rules.NotYetAccepted):
        services.statement_answer(**key, **words)
    decided(filed.number, "not-accepted", CENTRE, 2)
    with pytest.raises(rules.NotAccepted, match=filed.number):
        services.statement_answer(**key, **words)


def test_what_was_found_right_is_not_doubted_again_by_the_same_agency(task: Task) -> None:
    """Each doubt suspends: an agency that could repeat it would keep the record without effect for ever."""
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    decided(receipt.number, "upheld", MARKET, 2)
    with pytest.raises(rules.FoundRight) as refused:
        services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=3))
    assert receipt.number in str(refused.value) and str(TODAY) in str(refused.value)
    assert "主管部门" in refused.value.message_zh and effect(3) == "counts"
    measure_activate(measure="land-abnormal", agency="roads", dry_run=dry_run(4), asker=CENTRE, at=later(hours=4))
    measures_raise(by="clock", at=later(hours=4))
    other = Task.objects.get(agency="roads")
    again = services.doubt_raise(task=other.pk, grounds="名称不符", asker=ROADS, at=later(hours=5))
    assert again.suspended, "another agency may have grounds of its own"


def test_a_record_that_has_changed_since_may_be_doubted_again(task: Task) -> None:
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    decided(receipt.number, "upheld", MARKET, 2)
    new = record_correct(
        record=task.record_id, changes={"reason": "通过住所无法联系"}, by="market", at=later(hours=3), reason="录入有误"
    )
    measures_raise(by="clock", at=later(hours=4))
    again = services.doubt_raise(task=task.pk, grounds="该住所可以联系", asker=LAND, at=later(hours=5))
    assert Case.objects.latest("pk").about == f"record:{new}", "the words that now stand are doubted"
    decided(again.number, "upheld", MARKET, 6)
    with pytest.raises(rules.FoundRight):
        services.doubt_raise(task=task.pk, grounds="该住所可以联系", asker=LAND, at=later(hours=7))


def test_what_took_the_place_of_a_record_under_doubt_is_not_doubted_again(task: Task) -> None:
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    record_correct(
        record=task.record_id, changes={"reason": "通过住所无法联系"}, by="market", at=later(hours=2), reason="录入有误"
    )
    decided(receipt.number, "upheld", MARKET, 3)
    measures_raise(by="clock", at=later(hours=4))
    with pytest.raises(rules.FoundRight):
        services.doubt_raise(task=task.pk, grounds="再次", asker=LAND, at=later(hours=5))


def test_a_place_may_let_a_doubt_be_raised_again() -> None:
    law = lawroom.load().on(TODAY)
    words: dict[str, Any] = {"record": 1, "number": "20261122-000001", "answered_on": TODAY, "changed": False}
    procedure = law.procedures["doubt"]
    with pytest.raises(rules.FoundRight):
        rules.again_admissible(law, procedure, **words)
    rules.again_admissible(law, procedure.model_copy(update={"again": "always"}), **words)
    rules.again_admissible(law, procedure, **{**words, "changed": True})


def test_a_wrong_record_is_taken_out(task: Task) -> None:
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    assert decided(receipt.number, "record-withdrawn", MARKET, 2).final and effect(2) == "none"


def test_a_provider_s_silence_goes_to_the_supervisor(task: Task) -> None:
    receipt = services.doubt_raise(task=task.pk, grounds="列入前已公示年度报告", asker=LAND, at=later(hours=1))
    over = 24.0 * ((working_day_add(TODAY, 5) - TODAY).days + 1)
    assert [d.state for d in services.cases_lapse(by="clock", at=later(hours=over))] == ["escalated"]
    assert effect(over) == "suspended"
    with pytest.raises(StepUnknown):
        decided(receipt.number, "upheld", MARKET, over + 1)
    assert decided(receipt.number, "upheld", REFORM, over + 1).final and effect(over + 1) == "counts"


def test_it_is_doubted_from_the_task_at_the_desk(task: Task) -> None:
    with time_machine.travel(later(hours=1), tick=True):
        client = at_desk("land")
        assert "对记录有疑义" in client.get("/desk/tasks").content.decode()
        unknown = client.post("/desk/tasks/answer", {"task": "²", "outcome": "doubt", "reason": "x"})
        assert unknown.status_code == 404 and "任务“²”" in unknown.content.decode(), "the value that was wrong"
        refused = client.post("/desk/tasks/answer", {"task": task.pk, "outcome": "doubt", "reason": ""})
        assert refused.status_code == 422
        answered = client.post(
            "/desk/tasks/answer", {"task": task.pk, "outcome": "doubt", "reason": "列入前已公示年度报告"}
        )
        assert "已经记下。" in answered.content.decode()
    assert effect(1 + timedelta(minutes=5) / timedelta(hours=1)) == "suspended"
