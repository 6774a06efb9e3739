"""What holds of a record holds of what takes its place: marks without a case, the subject's own words, and the look-up of open cases."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.running import PaperIn, Words
from chengxin.lists import rules as lists
from chengxin.lists.selectors import subject_file
from chengxin.lists.services.listing import listing_propose
from chengxin.records.models import LINES_PER_BATCH, Statement
from chengxin.records.rules import EventNotAllowed
from chengxin.records.services.correcting import record_correct
from chengxin.records.services.events import record_dispute, record_settle
from chengxin.rights import rules, services
from chengxin.rights.services import Claimant, Receipt
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE = Asker("market", "department"), Asker("centre", "credit-centre")
SOMEBODY = Claimant("经办人", "云川市琥珀路1号")
PAPER = PaperIn("立案通知书", "application/pdf", b"%PDF-1.7 ...")
WHY = Words(reasons="经核实有误", document="云川异议〔2026〕1号")
RIGHT = {"fine": "200", "content": "罚款金额200元。"}
OTHERS = {"code": code(2), "name": "云川市甲2号商贸有限公司"}
SAID = "本企业已于当日改正"


@pytest.fixture
def record(tmp_path: Path) -> int:
    """A penalty that the department sent in."""
    for asker in (MARKET, CENTRE):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)
    return filed(tmp_path)


def filed(folder: Path, hours: float = 0, /, **changes: str) -> int:
    done = sent(folder, penalty(1, **changes), by="market", at=later(hours=hours))
    assert done.accepted == 1
    return (done.batch or 0) * LINES_PER_BATCH + 2


def stands(record: int, hours: float, n: int = 1) -> tuple[str, bool, str]:
    """Its effect, whether it is marked as contested, and what its subject says beside it."""
    found = subject_file(code(n), on=TODAY, known_at=later(hours=hours)).records
    [one] = [r for r in found if r.record.pk == record]
    return one.effect.value, one.contest is not None, one.statement


def stepped(receipt: Receipt, to: str, asker: Asker, hours: float, **more: Any) -> Any:
    return services.case_decide(number=receipt.number, asker=asker, to=to, words=WHY, at=later(hours=hours), **more)


def objected(record: int, hours: float, n: int = 1) -> Receipt:
    receipt = services.objection_file(
        record=record, number=code(n), claimant=SOMEBODY, grounds="有误", at=later(hours=hours)
    )
    stepped(receipt, "accepted", CENTRE, hours)
    return receipt


def contested(record: int, hours: float, n: int = 1) -> Receipt:
    receipt = services.contest_file(
        record=record, number=code(n), claimant=SOMEBODY, grounds="不服处罚", at=later(hours=hours), papers=[PAPER],
        forum="lawsuit", document="（2026）云0102行初3号", since=TODAY,
    )  # fmt: skip
    stepped(receipt, "marked", CENTRE, hours)
    return receipt


def test_a_mark_without_a_case_moves_with_whatever_takes_the_record_s_place(record: int, tmp_path: Path) -> None:
    record_dispute(record=record, by="centre", at=later(hours=1), grounds="名称与代码不符")
    new = filed(tmp_path, 2, content="罚款金额另行计算。")
    assert (stands(record, 2)[0], stands(new, 2)[0]) == ("none", "suspended")
    last = record_correct(record=new, changes=RIGHT, by="operator", at=later(hours=3), reason="笔误")
    assert stands(last, 3)[0] == "suspended"
    record_settle(record=last, by="centre", at=later(hours=4), outcome="名称已核实")
    assert stands(last, 4)[0] == "counts"


def test_one_that_was_settled_before_does_not_move(record: int, tmp_path: Path) -> None:
    record_dispute(record=record, by="centre", at=later(hours=1), grounds="名称与代码不符")
    record_settle(record=record, by="centre", at=later(hours=2), outcome="名称已核实")
    assert stands(filed(tmp_path, 3, **RIGHT), 3)[0] == "counts"


def test_what_a_sender_says_of_its_own_row_its_next_row_says_anew(record: int, tmp_path: Path) -> None:
    doubted = filed(tmp_path, 1, **{"当前状态": "2"})
    assert stands(doubted, 1)[0] == "suspended"
    assert stands(filed(tmp_path, 2, **{"当前状态": "0"}), 2)[0] == "counts"


def test_nobody_settles_by_hand_what_a_case_holds(record: int) -> None:
    receipt = objected(record, 1)
    with pytest.raises(EventNotAllowed, match="case"):
        record_settle(record=record, by="market", at=later(hours=2), outcome="维持")
    assert stands(record, 2)[0] == "suspended"
    assert stepped(receipt, "upheld", MARKET, 3).final and stands(record, 3)[0] == "counts"


@pytest.mark.parametrize("how", ["sent again", "corrected", "corrected under another document"])
def test_the_subject_s_own_words_stand_wherever_its_record_does(
    record: int, tmp_path: Path, how: str, client: Browser
) -> None:
    receipt = objected(record, 1)
    services.statement_answer(number=receipt.number, key=receipt.key, words=SAID, at=later(hours=2))
    if how == "sent again":
        new = filed(tmp_path, 3, content="罚款金额另行计算。")
        stepped(receipt, "upheld", MARKET, 4)
    else:
        changes = RIGHT if how == "corrected" else {"document": "云川市监处罚〔2026〕90001号"}
        new = stepped(receipt, "corrected", MARKET, 4, changes=changes).record
    assert stands(new, 4) == ("counts", False, SAID)
    assert SAID in client.get(f"/enterprise/{code(1)}").content.decode()
    words = services.case_followed(number=receipt.number, key=receipt.key, at=later(hours=5)).statement
    assert words == SAID
    services.statement_answer(number=receipt.number, key=receipt.key, words="", at=later(hours=6))
    assert stands(new, 6)[2] == "" and stands(filed(tmp_path, 7, document="另一号"), 7)[2] == ""


def test_words_taken_back_do_not_come_again(record: int, tmp_path: Path) -> None:
    receipt = objected(record, 1)
    for words, hours in ((SAID, 2), ("", 3)):
        services.statement_answer(number=receipt.number, key=receipt.key, words=words, at=later(hours=hours))
    assert stands(filed(tmp_path, 4, **RIGHT), 4)[2] == ""


def test_what_is_laid_on_another_takes_its_mark_and_its_open_case_along_and_not_the_first_one_s_words(
    record: int, client: Browser
) -> None:
    objection, lawsuit = objected(record, 1), contested(record, 2)
    services.statement_answer(number=objection.number, key=objection.key, words=SAID, at=later(hours=3))
    stepped(lawsuit, "stayed", CENTRE, 3)
    new = stepped(objection, "corrected", MARKET, 4, changes=OTHERS).record
    assert stands(new, 4, 2) == ("suspended", True, ""), "the mark and the stay hold, and no words of another's"
    assert SAID not in client.get(f"/enterprise/{code(2)}").content.decode()
    with pytest.raises(rules.CaseOpen):
        contested(new, 5, 2)
    with pytest.raises(rules.RecordElsewhere, match=str(new)):
        services.statement_answer(number=lawsuit.number, key=lawsuit.key, words=SAID, at=later(hours=6))
    with pytest.raises(rules.RecordElsewhere):
        services.statement_answer(number=objection.number, key=objection.key, words=SAID, at=later(hours=6))
    services.statement_make(record=new, number=code(2), words="与本企业无关", by="centre", at=later(hours=7))
    told = services.case_followed(number=lawsuit.number, key=lawsuit.key, at=later(hours=8))
    assert told.statement == "", "nor are the other's words told to the first"
    assert Statement.objects.filter(record=new).count() == 1
    stepped(lawsuit, "revoked", MARKET, 9)
    assert stands(new, 9, 2)[0] == "none"


def test_an_entry_under_way_is_found_by_its_ground_corrected_since(tmp_path: Path, record: int) -> None:
    words: dict[str, Any] = {"list_key": "serious-dishonesty", "number": code(1), "asker": MARKET, "reasons": "吊销"}
    ground = filed(tmp_path, 0.5, document="吊销1号", kind="吊销食品经营许可证", content="吊销食品经营许可证。")
    listing_propose(**words, record=ground, at=later(hours=1))
    new = filed(tmp_path, 2, document="吊销1号", kind="吊销食品经营许可证", content="吊销食品经营许可证一张。")
    with pytest.raises(lists.AlreadyListed):
        listing_propose(**words, record=new, at=later(hours=3))
