"""A row sent again with a change undoes no decision: it waits for somebody who does not send rows."""

from pathlib import Path
from typing import Any

import pytest

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.running import PaperIn, Words
from chengxin.checks.services.reissuing import match_undo
from chengxin.desk.services import row_decide
from chengxin.lists.selectors import subject_file
from chengxin.records import rules
from chengxin.records.models import LINES_PER_BATCH, Record, Waiting
from chengxin.records.selectors.waiting import decision_against, row_unsealed, waiting_rows
from chengxin.records.services.batches import BatchResult
from chengxin.records.services.events import record_withdraw
from chengxin.records.services.waiting import (
    waiting_assign,
    waiting_match,
    waiting_reject,
    waiting_release,
    waiting_reopen,
)
from chengxin.rights import services
from chengxin.rights.services import Claimant
from tests.signing import at_desk
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE = Asker("market", "department"), Asker("centre", "credit-centre")
SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
WHY = Words(reasons="经核实有误", document="云川异议〔2026〕1号")
PAPER = PaperIn("受理通知书", "application/pdf", b"%PDF-1.7 ...")
RIGHT = {"fine": "200", "content": "罚款金额200元。"}
LETTER = {"content": "罚款金额另行计算。"}


@pytest.fixture
def record(tmp_path: Path) -> int:
    """A penalty that the department sent in."""
    for asker in (MARKET, CENTRE):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)
    return (sent(tmp_path, penalty(1), by="market").batch or 0) * LINES_PER_BATCH + 2


def decided(record: int, to: str, hours: float = 2, **more: Any) -> tuple[str, int | None]:
    """An objection, accepted and decided: its case, and what took the record's place."""
    receipt = services.objection_file(
        record=record, number=code(1), claimant=SOMEBODY, grounds="有误", at=later(hours=hours - 1)
    )
    words: dict[str, Any] = {"number": receipt.number, "words": WHY}
    services.case_decide(**words, asker=CENTRE, to="accepted", at=later(hours=hours - 0.5))
    done = services.case_decide(**words, asker=MARKET, to=to, at=later(hours=hours), **more)
    return receipt.number, done.record


def again(folder: Path, hours: float = 3, /, **changes: str) -> BatchResult:
    return sent(folder, penalty(1, **changes), by="market", at=later(hours=hours))


def counting(hours: float) -> list[int]:
    found = subject_file(code(1), on=TODAY, known_at=later(hours=hours)).records
    return [r.record.pk for r in found if r.effect.value == "counts"]


def released(done: BatchResult, hours: float = 4, **more: Any) -> int:
    words: dict[str, Any] = {"line": 2, "asker": CENTRE, "reason": "与机关核实", "at": later(hours=hours)} | more
    return waiting_release(batch=done.batch or 0, **words)


@pytest.mark.parametrize(
    "changes",
    [LETTER, {"facts": "另有事实"}, {"name": "云川市甲1号商贸公司"}, {"violation": "未按规定查验进货的凭证"}],
    ids=["content", "facts", "name in the key", "violation in the key"],
)
def test_what_an_objection_took_out_is_not_brought_again_with_another_letter(
    record: int, tmp_path: Path, changes: dict[str, str]
) -> None:
    case, _ = decided(record, "record-withdrawn")
    done = again(tmp_path, **changes)
    assert (done.accepted, done.waiting) == (0, 1)
    assert counting(4) == [] and Record.objects.count() == 1
    [row] = waiting_rows()
    assert (row.against, row.number) == (record, code(1))
    assert decision_against(record).case == case and decision_against(record).word == "was taken out"
    field, value = next(iter(changes.items()))
    assert value in row_unsealed(row).values(), f"the row as it came, its {field} too"


def test_the_very_same_row_again_is_unchanged_as_ever(record: int, tmp_path: Path) -> None:
    decided(record, "record-withdrawn")
    done = again(tmp_path, remark="")
    assert (done.accepted, done.unchanged, done.waiting) == (0, 1, 0)


def test_a_row_that_waits_already_waits_once_and_other_rows_are_filed(record: int, tmp_path: Path) -> None:
    decided(record, "record-withdrawn")
    rows = [penalty(2), penalty(1, **LETTER), penalty(1, **LETTER), penalty(3)]
    done = sent(tmp_path, *rows, by="market", at=later(hours=3))
    assert (done.accepted, done.waiting, done.unchanged) == (2, 1, 1)
    assert again(tmp_path, 5, **LETTER).waiting == 1 and Waiting.objects.count() == 1


def test_what_a_court_revoked_is_not_brought_again(record: int, tmp_path: Path) -> None:
    receipt = services.contest_file(
        record=record, number=code(1), claimant=SOMEBODY, grounds="不服处罚", at=later(hours=1), papers=[PAPER],
        forum="lawsuit", document="（2026）云0102行初3号", since=TODAY,
    )  # fmt: skip
    services.case_decide(number=receipt.number, asker=CENTRE, to="marked", words=WHY, at=later(hours=1.5))
    services.case_decide(number=receipt.number, asker=MARKET, to="revoked", words=WHY, at=later(hours=2))
    assert again(tmp_path, **LETTER).waiting == 1 and counting(4) == []


@pytest.mark.parametrize(
    "changes",
    [
        RIGHT,
        {"code": code(2), "name": "云川市甲2号商贸有限公司"},
        {"document": "云川市监处罚〔2026〕90001号"},
    ],
    ids=["same claim", "another subject", "another document"],
)
def test_the_old_content_with_another_letter_does_not_overwrite_what_was_corrected(
    record: int, tmp_path: Path, changes: dict[str, str]
) -> None:
    case, new = decided(record, "corrected", changes=changes)
    assert new
    done = again(tmp_path, **LETTER)
    assert (done.accepted, done.waiting) == (0, 1)
    [row] = waiting_rows()
    assert row.against in (record, new) and decision_against(row.against).case == case
    assert decision_against(row.against).word == "was corrected"
    assert subject_file(changes.get("code", code(1)), on=TODAY, known_at=later(hours=4)).records[0].record.pk == new
    mended = {k: v for k, v in changes.items() if k not in ("fine", "content")}
    assert again(tmp_path, 5, **mended, facts="另有事实").waiting == 1, "nor does the right row with another letter"


def test_what_a_person_released_is_filed_and_what_comes_later_corrects_it_as_ever(record: int, tmp_path: Path) -> None:
    _, corrected = decided(record, "corrected", changes=RIGHT)
    done = again(tmp_path, **LETTER)
    assert counting(3.5) == [corrected]
    new = released(done)
    assert counting(4) == [new] and not waiting_rows().exists()
    assert Record.objects.get(pk=new).body["content"] == LETTER["content"]
    assert again(tmp_path, 5, **LETTER).unchanged == 1
    assert again(tmp_path, 6, facts="另有事实").accepted == 1, "the claim that stands is the sender's again"


def test_what_was_taken_out_and_released_stands_again(record: int, tmp_path: Path) -> None:
    decided(record, "record-withdrawn")
    new = released(again(tmp_path, **LETTER))
    assert counting(4) == [new]
    assert again(tmp_path, 5, facts="另有事实").accepted == 1
    match_undo(record=new, by="centre", at=later(hours=6), reason="放行有误")


def test_a_release_taken_back_leaves_the_row_waiting_and_the_next_one_too(record: int, tmp_path: Path) -> None:
    decided(record, "record-withdrawn")
    new = released(again(tmp_path, **LETTER))
    match_undo(record=new, by="centre", at=later(hours=5), reason="放行有误")
    assert counting(5) == [] and waiting_rows().count() == 1
    assert again(tmp_path, 6, facts="另有事实").waiting == 1 and counting(6) == []


def test_its_sender_may_reject_the_row_and_not_release_it(record: int, tmp_path: Path) -> None:
    decided(record, "record-withdrawn")
    done = again(tmp_path, **LETTER)
    row: dict[str, Any] = {"batch": done.batch, "line": 2, "at": later(hours=4), "reason": "与机关核实"}
    with pytest.raises(rules.ReleaseNotYours):
        waiting_release(**row, asker=MARKET)
    with pytest.raises(rules.ReleaseNotYours):
        row_decide(asker=MARKET, row=(done.batch or 0, 2), choice="release", reason="x", at=later(hours=4))
    with pytest.raises(rules.RowAgainst, match=str(record)):
        waiting_assign(**row, by="market", number=code(1))
    with pytest.raises(rules.RowAgainst):
        waiting_assign(**row, by="market", number=code(2))
    assert counting(4) == []
    waiting_reject(**row, by="market")
    assert again(tmp_path, 5, **LETTER).unchanged == 1 and counting(5) == []
    waiting_reopen(**row, by="market")
    assert waiting_rows().count() == 1


def test_the_matcher_files_no_such_row_and_without_its_code_it_waits_too(record: int, tmp_path: Path) -> None:
    decided(record, "record-withdrawn")
    again(tmp_path, **LETTER)
    bare = sent(tmp_path, penalty(1, code="", facts="另有事实"), by="market", at=later(hours=3))
    found = waiting_match(by="operator", at=later(hours=4))
    assert (found.rows, found.matched) == (1, 0), "the one that bears a code is nothing to match"
    assert counting(4) == [] and waiting_rows().count() == 2
    row: dict[str, Any] = {"batch": bare.batch, "line": 2, "at": later(hours=5), "reason": "与机关核实"}
    with pytest.raises(rules.RowAgainst):
        waiting_assign(**row, by="market", number=code(1))
    new = waiting_release(**row, asker=CENTRE, number=code(1))
    assert counting(5) == [new]


def test_what_its_sender_took_back_itself_it_may_send_again(record: int, tmp_path: Path) -> None:
    record_withdraw(record=record, by="market", at=later(hours=1), reason="错报")
    assert again(tmp_path, **LETTER).accepted == 1


def test_the_desk_shows_the_case_and_releases_with_a_reason(record: int, tmp_path: Path) -> None:
    case, _ = decided(record, "record-withdrawn")
    done = again(tmp_path, **LETTER)
    at = f"{done.batch}:2"
    for actor, may in (("market", False), ("centre", True)):
        client = at_desk(actor)
        page = client.get("/desk/queue", {"row": at}).content.decode()
        assert case in page and str(record) in page and ('value="release"' in page) is may
        assert 'value="accept"' not in page
    assert client.post("/desk/queue/decide", {"row": at, "choice": "release"}).status_code == 422
    assert client.post("/desk/queue/decide", {"row": at, "choice": "release", "reason": "核实"}).status_code == 302
    assert not waiting_rows().exists()
