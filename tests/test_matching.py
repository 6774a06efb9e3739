"""Rows matched by name, put before a person, taken back: and every answer that rested on a wrong match given anew."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chengxin.actors.selectors import Asker
from chengxin.checks.models import Reissue
from chengxin.checks.selectors import ReissueUnknown
from chengxin.checks.services.asking import Answer, check_perform, file_check
from chengxin.checks.services.reissuing import (
    RecordNotMatched,
    match_undo,
    merge_undo,
    reissue_receive,
    reissues_read,
)
from chengxin.ledger.models import Entry
from chengxin.lists.selectors import subject_file
from chengxin.lists.services.reading import subject_read
from chengxin.records.bulk.proposing import rows_propose
from chengxin.records.models import Batch, Event, Proposal, Record, Waiting, WaitingDecision
from chengxin.records.selectors.waiting import WaitingRowUnknown, waiting_queue, waiting_row, waiting_rows
from chengxin.records.services.batches import BatchResult
from chengxin.records.services.waiting import (
    WaitingFiled,
    WaitingNotDecided,
    waiting_assign,
    waiting_match,
    waiting_postpone,
    waiting_reject,
    waiting_reopen,
    waiting_undo,
)
from chengxin.subjects.models import Conflict
from chengxin.subjects.rules.answering import side_asked
from chengxin.subjects.selectors import subject_of
from chengxin.subjects.services.merging import subjects_merge
from tests.world import CASE, DEPARTMENT, NOW, OPERATOR, TODAY, code, csv_rows, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

BY: dict[str, Any] = {"by": "operator", "reason": "与报送单位核实"}
ABNORMAL = "abnormal-operations"
NAMES = {1: "云川市琥珀渡商贸有限公司", 2: "云川市雁归桥食品有限公司", 3: "云川市雁归桥食品有限公司第二分公司"}


@pytest.fixture
def firms(tmp_path: Path) -> None:
    """Three firms that the register knows by code and name, with nothing against them that counts in a tender."""
    rows = [penalty(n, name=name, kind="警告", content="警告") for n, name in NAMES.items()]
    assert sent(tmp_path, *rows).accepted == 3


def waiting_sent(folder: Path, *names: str, **options: Any) -> BatchResult:
    """Entries on the abnormal list that bear a name alone."""
    rows = [listing(40 + n, name=name, code="") for n, name in enumerate(names)]
    done = sent(folder, *rows, source=ABNORMAL, **options)
    assert done.waiting == len(names)
    return done


def matched(hours: float = 1) -> dict[str, object]:
    return waiting_match(by="operator", at=later(hours=hours)).as_dict()


def checked(n: int, hours: float = 2, asker: Asker = OPERATOR, **options: Any) -> Answer:
    words = {**CASE, **options}
    return check_perform(asker=asker, matter="tender", number=code(n), on=TODAY, at=later(hours=hours), **words)


def record_of(n: int) -> Record:
    return Record.objects.get(subject_id=subject_of(code(n), known_at=later(days=1)), record_type=ABNORMAL)


# ---- the matcher


@pytest.mark.usefixtures("firms")
def test_what_is_sure_is_filed_and_the_rest_put_before_a_person_with_reasons(tmp_path: Path) -> None:
    waiting_sent(
        tmp_path, "云川市琥珀渡商贸有限责任公司", "雁归桥食品", "云川市雁归桥食品有限公司第三分公司", "广陵白鹭轮船公司"
    )
    found = matched()
    assert (found["rows"], found["matched"]) == (4, 1)
    assert checked(1).outcome == "applies"
    assert checked(2).outcome == "none_applies"
    decision = WaitingDecision.objects.get()
    assert (decision.outcome, decision.record, decision.by) == ("matched", record_of(1).pk, "operator")
    assert Entry.objects.get(event="records.waiting.matched").object == f"record:{decision.record}"
    proposals = {w.name: p for w in Waiting.objects.all() for p in Proposal.objects.filter(content=w.content)}
    assert len(proposals) == 4
    for proposal in proposals.values():
        for candidate in proposal.candidates:
            points = sum(reason["points"] for reason in candidate["reasons"])
            assert points == pytest.approx(candidate["score"], abs=0.011)
    branch = proposals["云川市雁归桥食品有限公司第三分公司"]
    assert branch.outcome != "match"
    assert waiting_rows().count() == 3


@pytest.mark.usefixtures("firms")
def test_many_rows_at_once_are_answered_as_few_are() -> None:
    asked = [side_asked(name) for name in ("云川市琥珀渡商贸有限责任公司", "雁归桥食品", "广陵白鹭轮船公司", "")]
    told: list[int] = []
    with connection.cursor() as cursor:
        few, model = rows_propose(cursor.cursor, asked, advance=told.append)
        many, same = rows_propose(cursor.cursor, asked * 60, advance=told.append)
    assert few[0].outcome == "match" and few[1].candidates and many == few * 60
    assert model == same and len(told) == 4 + 240


@pytest.mark.usefixtures("firms")
def test_rows_are_matched_again_only_when_the_register_has_grown(tmp_path: Path) -> None:
    waiting_sent(tmp_path, "云川市鹭江台酒业有限公司")
    assert matched()["rows"] == 1
    assert matched(2)["rows"] == 0
    sent(tmp_path, penalty(7, name="云川市鹭江台酒业有限公司", document="7号"), at=later(hours=3))
    assert matched(4) == {**matched(5), "rows": 1, "matched": 1}
    assert record_of(7).received_at == later(hours=4)


@pytest.mark.usefixtures("firms")
def test_what_a_person_took_back_the_matcher_does_not_file_again(tmp_path: Path) -> None:
    waiting_sent(tmp_path, NAMES[1])
    assert matched()["matched"] == 1
    match_undo(record=record_of(1).pk, at=later(hours=2), **BY)
    sent(tmp_path, penalty(8, name="云川市别家商行", document="8号"), at=later(hours=3))
    again = matched(4)
    assert (again["rows"], again["matched"]) == (1, 0)
    assert waiting_rows().count() == 1


# ---- the queue


@pytest.mark.usefixtures("firms")
def test_the_queue_puts_first_what_waits_longest_and_matters_most(tmp_path: Path) -> None:
    sent(tmp_path, penalty(50, name="云川市等得久的商行", code="", document="50号"), at=later(days=-8))
    waiting_sent(tmp_path, "云川市刚来的名单商行", at=later(days=-1))
    sent(tmp_path, penalty(51, name="云川市刚来的处罚商行", code="", document="51号"), at=later(days=-1))
    names = [w.name for w in waiting_queue("operator", "operator", at=NOW)]
    # More mandatory measures may follow from a penalty than from an abnormal entry.
    assert names == ["云川市等得久的商行", "云川市刚来的处罚商行", "云川市刚来的名单商行"]
    first = waiting_queue("operator", "operator", at=NOW)[0]
    waiting_postpone(batch=first.batch_id, line=first.line, by="operator", at=NOW)
    assert [w.name for w in waiting_queue("operator", "operator", at=NOW)] == [*names[1:], names[0]]


@pytest.mark.usefixtures("firms")
def test_a_sender_sees_and_decides_its_own_rows_only(tmp_path: Path) -> None:
    done = waiting_sent(tmp_path, "云川市鹭江台酒业有限公司")
    assert not waiting_queue("finance", "department", at=NOW).exists()
    assert waiting_queue("centre", "credit-centre", at=NOW).count() == 1
    with pytest.raises(WaitingRowUnknown):
        waiting_row("finance", "department", batch=done.batch or 0, line=2)
    assert waiting_row("operator", "operator", batch=done.batch or 0, line=2).line == 2


@pytest.mark.usefixtures("firms")
def test_a_rejection_and_a_delay_can_be_taken_back_and_what_was_filed_only_with_its_answers(tmp_path: Path) -> None:
    batch = waiting_sent(tmp_path, "雁归桥食品").batch or 0
    for hours, verb in ((1, waiting_reject), (3, waiting_postpone)):
        verb(batch=batch, line=2, at=later(hours=hours), **BY)
        waiting_reopen(batch=batch, line=2, at=later(hours=hours + 1), **BY)
        assert waiting_rows().count() == 1
    with pytest.raises(WaitingNotDecided):
        waiting_reopen(batch=batch, line=2, at=later(hours=5), **BY)
    waiting_assign(batch=batch, line=2, number=code(2), at=later(hours=6), **BY)
    with pytest.raises(WaitingFiled):
        waiting_reopen(batch=batch, line=2, at=later(hours=7), **BY)
    outcomes = [d.outcome for d in WaitingDecision.objects.order_by("number")]
    assert outcomes == ["rejected", "undone", "postponed", "undone", "assigned"]


# ---- wrong matches undone


@pytest.mark.usefixtures("firms")
def test_fifty_answers_that_rested_on_a_wrong_match_are_all_given_anew(tmp_path: Path) -> None:
    waiting_sent(tmp_path, NAMES[1])
    matched()
    record = record_of(1).pk
    for n in range(40):
        assert checked(1, hours=2 + n / 60, asker=DEPARTMENT).outcome == "applies"
    for n in range(9):
        subject_read(number=code(1), asker=DEPARTMENT, on=TODAY, at=later(hours=4, minutes=n))
    codes, out = tmp_path / "codes.csv", tmp_path / "out.csv"
    codes.write_text(f"code\n{code(1)}\n{code(2)}\n", encoding="utf-8")
    file_check(asker=DEPARTMENT, matter="tender", path=codes, out=out, on=TODAY, at=later(hours=5), **CASE)
    assert [row["outcome"] for row in csv_rows(out)] == ["applies", "none_applies"]
    checked(2, hours=5)
    done = match_undo(record=record, at=later(hours=6), **BY)
    assert (done.checks, done.files, done.reissued) == (41, 9, 50)
    assert all(r.now["outcome"] == "none_applies" for r in Reissue.objects.filter(kind="check"))
    assert all(
        record in r.was["records"] and record not in r.now["records"] for r in Reissue.objects.filter(kind="file")
    )
    assert checked(1, hours=7).outcome == "none_applies"
    assert waiting_rows().count() == 1
    still = [f for f in subject_file(code(1), on=TODAY, known_at=later(hours=7)).records if f.record.pk == record]
    assert [(f.standing.word, str(f.effect), f.shown) for f in still] == [("unmatched", "none", False)]
    # What was known then is still told as it was known then.
    assert checked(1, hours=8, known_at=later(hours=5)).outcome == "applies"


@pytest.mark.usefixtures("firms")
def test_whoever_was_answered_reads_the_new_answer_and_takes_note_of_it_once(tmp_path: Path) -> None:
    waiting_sent(tmp_path, NAMES[1])
    matched()
    asked = checked(1, asker=DEPARTMENT, purpose="采购项目 7")
    match_undo(record=record_of(1).pk, at=later(hours=3), **BY)
    other = Asker("transport", "department")
    assert list(reissues_read(asker=other, at=later(hours=4))) == []
    (new,) = reissues_read(asker=DEPARTMENT, at=later(hours=4))
    assert (new.entry, new.purpose, new.was["outcome"], new.now["outcome"]) == (
        asked.trace, "采购项目 7", "applies", "none_applies",
    )  # fmt: skip
    assert [m["document"] for m in new.was["measures"]] == [record_of(1).document] * len(new.was["measures"])
    for _ in range(2):
        assert reissue_receive(reissue=new.pk, asker=DEPARTMENT, at=later(hours=5)).at == later(hours=5)
    assert list(reissues_read(asker=DEPARTMENT, at=later(hours=6))) == []
    assert [r.pk for r in reissues_read(asker=DEPARTMENT, at=later(hours=6), received=True)] == [new.pk]
    with pytest.raises(ReissueUnknown):
        reissue_receive(reissue=new.pk, asker=other, at=later(hours=7))


@pytest.mark.usefixtures("firms")
def test_an_undone_row_goes_to_another_firm_or_back_to_the_first(tmp_path: Path) -> None:
    done = waiting_sent(tmp_path, NAMES[1])
    row: dict[str, Any] = {"batch": done.batch or 0, "line": 2}
    matched()
    first = record_of(1).pk
    match_undo(record=first, at=later(hours=2), **BY)
    second = waiting_assign(**row, number=code(2), at=later(hours=3), **BY)
    assert second != first and record_of(2).pk == second
    assert Batch.objects.get(pk=record_of(2).batch_id).reason == f"{done.batch}:2"
    assert (checked(1, hours=4).outcome, checked(2, hours=4).outcome) == ("none_applies", "applies")
    match_undo(record=second, at=later(hours=5), **BY)
    assert waiting_assign(**row, number=code(1), at=later(hours=6), **BY) == first
    assert (checked(1, hours=7).outcome, checked(2, hours=7).outcome) == ("applies", "none_applies")
    assert [e.kind for e in Event.objects.filter(record_id=first).order_by("number")] == [
        "filed",
        "unmatched",
        "matched",
    ]


@pytest.mark.usefixtures("firms")
def test_only_a_match_can_be_undone(tmp_path: Path) -> None:
    by_code = Record.objects.order_by("pk")[0].pk
    for record in (by_code, 1):
        with pytest.raises(RecordNotMatched):
            match_undo(record=record, at=later(hours=1), **BY)
    assert Reissue.objects.count() == 0
    done = waiting_sent(tmp_path, NAMES[1])
    with pytest.raises(WaitingNotDecided):
        waiting_undo(batch=done.batch or 0, line=2, at=later(hours=1), **BY)


@pytest.mark.usefixtures("firms")
def test_a_row_matched_to_one_firm_that_comes_with_another_s_code_loses_its_effect_until_a_person_decides(
    tmp_path: Path,
) -> None:
    waiting_sent(tmp_path, NAMES[1])
    matched()
    wrong = record_of(1).pk
    assert checked(1).outcome == "applies"
    sent(tmp_path, listing(40, name=NAMES[1], code=code(9)), source=ABNORMAL, at=later(hours=3))
    conflict = Conflict.objects.get(kind="match-against-code")
    assert conflict.about == f"record:{wrong}"
    assert (checked(1, hours=4).outcome, checked(9, hours=4).outcome) == ("suspended", "applies")
    match_undo(record=wrong, at=later(hours=5), **BY)
    assert checked(1, hours=6).outcome == "none_applies"


# ---- wrong merges undone


def test_answers_that_rested_on_a_wrong_merge_are_given_anew(tmp_path: Path) -> None:
    sent(tmp_path, listing(1), source=ABNORMAL)
    sent(tmp_path, penalty(2, kind="警告", content="警告"))
    one, two = (subject_of(code(n), known_at=later(minutes=1)) for n in (1, 2))
    subjects_merge(absorbed=two, into=one, at=later(minutes=5), **BY)
    assert [checked(n, hours=1, asker=DEPARTMENT).outcome for n in (1, 2)] == ["applies", "applies"]
    done = merge_undo(absorbed=two, into=one, at=later(hours=2), **BY)
    assert (done.checks, done.files) == (1, 0)
    new = Reissue.objects.get()
    assert (new.number, new.was["outcome"], new.now["outcome"]) == (code(2), "applies", "none_applies")
    assert [checked(n, hours=3).outcome for n in (1, 2)] == ["applies", "none_applies"]
