"""A recall: whom the goods reached is told, and nobody else; each gives a receipt; it closes by its procedure."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Http
from django.test.utils import CaptureQueriesContext

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.rules import StepLacks, StepUnknown
from chengxin.commerce.trails.models import RecallAnswer, RecallNotice, RecallReceipt, RecallStep
from chengxin.commerce.trails.rules import recalling as rules
from chengxin.commerce.trails.selectors import recall_public, recalls_accessible, recalls_public
from chengxin.commerce.trails.services import capturing, recalling
from chengxin.commerce.trails.tests.events import gtin, lot, seen, serial
from chengxin.commerce.trails.tests.test_capturing import MILL, SHOP, captured, firms
from chengxin.commerce.trails.tests.test_reading import PIECE, whole_way
from chengxin.kernel.days import day_of
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import NOW, later

__all__ = ["firms"]
pytestmark = pytest.mark.django_db
MARKET, MAKER, SHOPKEEPER = Asker("market", "department"), Asker(MILL, "platform"), Asker(SHOP, "service-firm")


@pytest.fixture(autouse=True)
def sold() -> None:
    """Flour of the mill's became a piece that the shop sold; another shop sold other noodles."""
    actor_add(key="market", kind="department", title="云川市场监管局", by="operator", at=NOW)
    actor_add(key="corner", kind="service-firm", title="云川街角店", by="operator", at=NOW)
    capturing.goods_register(gtin=gtin(5), kind="food", actor=MILL, title="面粉", by=MILL, at=NOW)
    told = whole_way()
    captured(*told[:4])
    captured(*told[4:], by=SHOP)
    captured(seen(9, "retail_selling", serial(1, "OTHER"), at=7), by="corner")


def opened(**more: Any) -> recalling.RecallResult:
    words: dict[str, Any] = {"goods": lot(5, "F"), "reason": "检出不得检出的物质", "asker": MARKET, "at": NOW}
    return recalling.recall_open(**{**words, **more})


def test_whom_the_goods_reached_is_told_and_nobody_else() -> None:
    done = opened()
    assert (done.told, done.new, done.receipted, done.state) == (2, 2, 0, "recalling")
    told = {notice.actor: notice for notice in RecallNotice.objects.all()}
    assert set(told) == {MILL, SHOP} and PIECE in told[SHOP].things
    assert recalling.recall_renew(recall=done.recall, asker=MARKET, at=later(days=1)).new == 0
    captured(seen(20, "inspecting", PIECE, at=7), by="corner")
    assert recalling.recall_renew(recall=done.recall, asker=MARKET, at=later(days=1)).new == 1
    assert recalls_accessible(Asker("corner", "service-firm")).count() == 1
    assert not recalls_accessible(Asker("idle", "public")).exists()
    with pytest.raises(rules.RecallRunning):
        opened()
    page = Http().get(PIECE.removeprefix("https://id.gs1.org")).content.decode()
    assert "正在召回" in page and "检出不得检出的物质" in page


def test_each_firm_gives_one_receipt_and_they_are_counted() -> None:
    """Food Safety Law 63: who was notified, and that they were, is recorded."""
    recall = opened().recall
    recalling.recall_receipt(recall=recall, held=12, note="已下架封存", asker=SHOPKEEPER, at=later(hours=1))
    with pytest.raises(rules.RecallReceipted):
        recalling.recall_receipt(recall=recall, held=12, note="", asker=SHOPKEEPER, at=later(hours=2))
    with pytest.raises(rules.RecallUnknown):
        recalling.recall_receipt(recall=recall, held=1, note="", asker=Asker("corner", "service-firm"), at=NOW)
    now = recalling.recalls_read(asker=MARKET, at=later(days=9))[0]
    assert (now.told, now.receipted, now.late, now.held) == (2, 1, 1, 12)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecallReceipt.objects.create(notice=RecallNotice.objects.get(actor=MILL), held=-1, at=NOW, by=MILL)


def test_a_recall_goes_by_its_procedure() -> None:
    recall = opened().recall

    def step(to: str, asker: Asker, reasons: str = "召回十二件，已销毁") -> str:
        return recalling.recall_step(recall=recall, to=to, reasons=reasons, asker=asker, at=later(days=2)).state

    with pytest.raises(StepUnknown):
        step("closed", MARKET)
    with pytest.raises(StepUnknown):
        step("reported", MARKET)
    with pytest.raises(StepLacks):
        step("reported", MAKER, "")
    assert step("reported", MAKER) == "reported"
    assert step("recalling", MARKET) == "recalling" and step("reported", MAKER) == "reported"
    assert step("closed", MARKET) == "closed"
    assert "正在召回" not in Http().get(PIECE.removeprefix("https://id.gs1.org")).content.decode()
    assert opened(at=NOW + timedelta(days=9)).recall != recall


def test_silence_ends_no_recall() -> None:
    recall = opened().recall
    after = later(days=90)
    assert recalling.recalls_read(asker=MARKET, at=after)[0].state == "unreported"
    with pytest.raises(rules.RecallRunning):
        opened(at=after)
    assert (
        recalling.recall_step(recall=recall, to="reported", reasons="完成", asker=MAKER, at=after).state == "reported"
    )
    steps = RecallStep.objects.filter(recall=recall).order_by("number")
    assert [step.to for step in steps] == ["recalling", "overdue", "unreported", "reported"]
    assert recalling.recalls_read(asker=MARKET, at=later(days=200))[0].state == "unchecked"


def test_a_firm_calls_back_its_own_goods_and_an_authority_closes_that() -> None:
    done = opened(asker=MAKER)
    assert done.told == 1
    recalling.recall_step(recall=done.recall, to="reported", reasons="完成", asker=MAKER, at=NOW)
    with pytest.raises(StepUnknown):
        recalling.recall_step(recall=done.recall, to="closed", reasons="完成", asker=MAKER, at=NOW)
    assert (
        recalling.recall_step(recall=done.recall, to="closed", reasons="核实", asker=MARKET, at=NOW).state == "closed"
    )
    for asker, goods in ((SHOPKEEPER, lot(5, "F")), (MARKET, lot(8, "Q")), (Asker("idle", "public"), lot(5, "F"))):
        with pytest.raises(rules.RecallUnfit):
            opened(asker=asker, goods=goods)
    for reason in ("", "x" * 501, "通知110103209812310010"):
        with pytest.raises(rules.RecallReasonless):
            opened(reason=reason)


def test_the_commands_run_a_recall(capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: Any) -> Any:
        assert run(["trails", *map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    recall = told("recall", lot(5, "F"), "检出异物", "--by", "market")["recall"]
    assert told("receipt", recall, 3, "--by", SHOP, "--note", "已下架")["held"] == 3
    assert told("answer", recall, 3, 1, 4, "e" * 64, "--by", SHOP)["destroyed"] == 4
    assert told("step", recall, "reported", "已召回", "--by", MILL)["state"] == "reported"
    assert told("renew", recall, "--by", "market")["new"] == 0
    assert told("recalls", "--by", SHOP)["recalls"][0]["receipted"] == 1


def answered(recall: int, asker: Asker = SHOPKEEPER, **changes: Any) -> Any:
    words: dict[str, Any] = {
        "recall": recall, "held": 12, "taken_back": 5, "destroyed": 17, "digest": "a" * 64, "note": "", "asker": asker, "at": later(hours=3)
    }  # fmt: skip
    return recalling.recall_answer(**{**words, **changes})


def test_each_firm_answers_what_became_of_the_goods_and_the_latest_stands() -> None:
    recall = opened().recall
    with pytest.raises(rules.RecallUnreceipted):
        answered(recall)
    recalling.recall_receipt(recall=recall, held=12, note="", asker=SHOPKEEPER, at=later(hours=1))
    for amiss in ({"destroyed": 18}, {"digest": "A" * 64}, {"held": -1}, {"taken_back": 10**10}):
        with pytest.raises(rules.RecallAnswerUnfit):
            answered(recall, **amiss)
    answered(recall, held=2, destroyed=1)
    answered(recall)
    now = recalling.recalls_read(asker=MARKET, at=later(days=1))[0]
    assert (now.answered, now.held, now.taken_back, now.destroyed, now.answers_late) == (1, 12, 5, 17, 0)
    assert recalling.recalls_read(asker=MARKET, at=later(days=20))[0].answers_late == 1
    with pytest.raises(rules.RecallUnknown):
        answered(recall, asker=Asker("corner", "service-firm"))
    recalling.recall_step(recall=recall, to="reported", reasons="已召回", asker=MAKER, at=later(days=2))
    recalling.recall_step(recall=recall, to="closed", reasons="核实", asker=MARKET, at=later(days=3))
    kept = Entry.objects.filter(event="trails.recall.stepped").order_by("-pk")[0].detail["figures"]
    assert (kept["told"], kept["answered"], kept["destroyed"]) == (2, 1, 17)
    for over in (
        lambda: answered(recall),
        lambda: recalling.recall_renew(recall=recall, asker=MARKET, at=later(days=4)),
    ):
        with pytest.raises(rules.RecallOver):
            over()
    with pytest.raises(IntegrityError), transaction.atomic():
        RecallAnswer.objects.create(
            notice=RecallNotice.objects.get(actor=SHOP), number=9, held=1, taken_back=0, destroyed=2, digest="b" * 64, at=NOW, by=SHOP
        )  # fmt: skip


def test_a_firm_sees_of_the_told_itself_alone_and_nobody_is_told_again_by_another() -> None:
    recall = opened().recall
    whole = recalling.recall_look(recall=recall, asker=MARKET, at=NOW)
    own = recalling.recall_look(recall=recall, asker=SHOPKEEPER, at=NOW)
    assert [each["actor"] for each in whole["notices"]] == [MILL, SHOP] and [
        each["actor"] for each in own["notices"]
    ] == [SHOP]
    assert own["open"] == [] and {each["to"] for each in whole["open"]} == {"withdrawn"}
    with pytest.raises(rules.RecallUnfit):
        recalling.recall_renew(recall=recall, asker=SHOPKEEPER, at=NOW)


def test_a_list_of_recalls_takes_the_same_statements_however_many_there_are() -> None:
    asked = []
    for name in ("F", "G", "H"):
        opened(goods=lot(5, name))
        with CaptureQueriesContext(connection) as queries:
            shown = recalls_public(on=day_of(NOW))
        asked.append(len(queries))
    assert len(shown) == 3 and len(set(asked[1:])) == 1


def test_a_recall_is_public_until_its_days_are_over() -> None:
    recall = opened(reason_en="Salmonella was found", advice="请勿食用，凭小票退货", advice_en="Do not eat it").recall
    shown = recall_public(recall, on=day_of(NOW))
    assert (
        any(each["path"] == PIECE.removeprefix("https://id.gs1.org") for each in shown["lots"])
        and shown["ended_on"] is None
    )
    recalling.recall_step(recall=recall, to="withdrawn", reasons="检验有误", asker=MARKET, at=later(days=1))
    assert recall_public(recall, on=day_of(later(days=180)))["withdrawn"] and recalls_public(on=day_of(later(days=180)))
    with pytest.raises(rules.RecallUnknown):
        recall_public(recall, on=day_of(later(days=181)))
    assert recalls_public(on=day_of(later(days=181))) == []
    for told in ({"advice": "请致电13812345678"}, {"reason_en": "x" * 501}):
        with pytest.raises(rules.RecallReasonless):
            opened(**told)
