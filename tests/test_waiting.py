"""Rows whose subject nobody knows wait: no check, no page, no file shows them until a person decides."""

from pathlib import Path

import pytest

from chengxin.checks.services.asking import check_perform
from chengxin.ledger.models import Entry
from chengxin.lists.selectors import subject_file
from chengxin.records.models import LINES_PER_BATCH, Record, Waiting, WaitingDecision
from chengxin.records.selectors.waiting import waiting_rows
from chengxin.records.services.batches import BatchResult
from chengxin.records.services.waiting import WaitingNotFiled, WaitingUnknown, waiting_assign, waiting_reject
from chengxin.subjects.models import Conflict, Name, Subject
from chengxin.subjects.selectors import SubjectUnknown
from tests.world import OPERATOR, TODAY, code, later, listing, old_number, penalty, sent

pytestmark = pytest.mark.django_db

ASSIGN = {"by": "operator", "reason": "与报送单位核实"}


@pytest.fixture
def waiting(tmp_path: Path) -> BatchResult:
    """One abnormal entry without a number, on line 2."""
    done = sent(tmp_path, listing(1, code=""), source="abnormal-operations")
    assert (done.waiting, done.accepted) == (1, 0)
    return done


def outcome(n: int) -> str:
    return str(check_perform(asker=OPERATOR, matter="tender", number=code(n), on=TODAY, at=later(days=1)).outcome)


def test_a_waiting_row_is_seen_by_no_check_and_makes_no_subject(waiting: BatchResult) -> None:
    assert (Record.objects.count(), Subject.objects.count()) == (0, 0)
    assert outcome(1) == "cannot_say"
    with pytest.raises(SubjectUnknown):
        subject_file(code(1), on=TODAY, known_at=later(days=1))
    (row,) = waiting_rows()
    assert (row.batch_id, row.line, row.name) == (waiting.batch, 2, "云川市甲1号商贸有限公司")


def test_an_assigned_row_becomes_a_record_from_that_instant(waiting: BatchResult) -> None:
    batch = waiting.batch
    assert batch
    record = waiting_assign(batch=batch, line=2, number=code(1), at=later(hours=1), **ASSIGN)
    assert record == batch * LINES_PER_BATCH + 2
    filed = Record.objects.get(pk=record)
    assert (filed.received_at, filed.batch_id) == (later(hours=1), batch)
    assert outcome(1) == "applies"
    before = check_perform(
        asker=OPERATOR, matter="tender", number=code(1), on=TODAY, at=later(days=1), known_at=later(minutes=5)
    )
    assert before.outcome == "cannot_say"
    assert not waiting_rows().exists()
    assert Waiting.objects.count() == 1  # what came is kept
    assert Entry.objects.get(event="records.waiting.assigned").object == f"record:{record}"
    for again in (waiting_assign, waiting_reject):
        words = {**ASSIGN, "number": code(2)} if again is waiting_assign else ASSIGN
        with pytest.raises(WaitingUnknown):
            again(batch=batch, line=2, at=later(hours=2), **words)


def test_an_assigned_row_that_comes_again_counts_as_unchanged(tmp_path: Path, waiting: BatchResult) -> None:
    waiting_assign(batch=waiting.batch or 0, line=2, number=code(1), at=later(hours=1), **ASSIGN)
    again = sent(tmp_path, listing(1, code=""), source="abnormal-operations", at=later(hours=2))
    assert (again.waiting, again.unchanged) == (0, 1)


def test_a_rejected_row_stays_unseen_for_good(tmp_path: Path, waiting: BatchResult) -> None:
    waiting_reject(batch=waiting.batch or 0, line=2, by="operator", at=later(hours=1), reason="不是本市企业")
    assert WaitingDecision.objects.get().outcome == "rejected"
    assert outcome(1) == "cannot_say"
    assert not waiting_rows().exists()
    again = sent(tmp_path, listing(1, code=""), source="abnormal-operations", at=later(hours=2))
    assert (again.waiting, again.unchanged) == (0, 1)


def test_a_row_that_somebody_filed_with_its_number_meanwhile_leads_to_that_record(
    tmp_path: Path, waiting: BatchResult
) -> None:
    sent(tmp_path, listing(1), source="abnormal-operations", at=later(hours=1))
    held = Record.objects.get()
    assert waiting_assign(batch=waiting.batch or 0, line=2, number=code(1), at=later(hours=2), **ASSIGN) == held.pk
    assert Record.objects.count() == 1


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (code(1)[:17] + "?", "18"),
        (code(1)[:17] + ("0" if code(1)[17] != "0" else "1"), "check"),
        ("", "no check character"),
        ("3901021000017", "no check character"),
        ("110103209812310010", "natural person"),
    ],
)
def test_a_row_is_not_filed_under_a_number_that_could_not_have_come_with_it(
    waiting: BatchResult, number: str, words: str
) -> None:
    with pytest.raises(WaitingNotFiled) as error:
        waiting_assign(batch=waiting.batch or 0, line=2, number=number, at=later(hours=1), **ASSIGN)
    assert words.casefold() in str(error.value).casefold().replace("does not add up", "check")
    assert (Record.objects.count(), WaitingDecision.objects.count()) == (0, 0)
    assert waiting_rows().count() == 1


def test_a_row_assigned_under_another_name_gives_the_firm_no_name_and_the_matcher_nothing_to_learn(
    tmp_path: Path, waiting: BatchResult
) -> None:
    sent(tmp_path, listing(1, name="云川市别名商行", document="9号"), source="abnormal-operations", at=later(hours=1))
    waiting_assign(batch=waiting.batch or 0, line=2, number=code(1), at=later(hours=2), **ASSIGN)
    assert [n.written for n in Name.objects.all()] == ["云川市别名商行"]
    assert not Conflict.objects.exists()


def test_a_row_assigned_to_a_firm_that_nobody_reported_yet_gives_it_its_name(waiting: BatchResult) -> None:
    waiting_assign(batch=waiting.batch or 0, line=2, number=code(1), at=later(hours=1), **ASSIGN)
    assert [n.written for n in Name.objects.all()] == ["云川市甲1号商贸有限公司"]


def test_a_row_with_another_number_that_proves_itself_does_not_wait(tmp_path: Path) -> None:
    done = sent(tmp_path, penalty(1, code="") | {"工商注册号": old_number(1)})
    assert (done.accepted, done.waiting) == (1, 0)


def test_a_row_with_a_number_that_proves_nothing_waits_under_it(tmp_path: Path) -> None:
    sent(tmp_path, penalty(1, code="企独浙杭总字第001234号"))
    assert Waiting.objects.get().number == "企独浙杭总字第001234号"
