"""What is read of goods: traces through the database, and the page behind their Digital Link."""

import json
from typing import Any

import pytest
from django.test import Client as Http

from chengxin.actors.selectors import Asker
from chengxin.commerce.trails.rules.shaping import PersonInTrail
from chengxin.commerce.trails.services import capturing, reading
from chengxin.commerce.trails.tests.events import (
    event,
    gln,
    gtin,
    lot,
    made,
    packed,
    pallet,
    place,
    seen,
    serial,
)
from chengxin.commerce.trails.tests.test_capturing import MILL, SHOP, captured, firms
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import NOW, later

__all__ = ["firms"]
pytestmark = pytest.mark.django_db
PIECE = serial(1, "S")


def whole_way() -> list[Any]:
    """A piece made of flour, packed, sent to a shop, unpacked and sold."""
    to_shop = {"destinationList": [{"type": "location", "destination": place(2)["id"]}]}
    return [
        seen(0, "commissioning", lot(5, "F"), action="ADD", at=1),
        event("Transformation", 1, bizStep="commissioning", readPoint=place(1),
              inputQuantityList=[{"epcClass": lot(5, "F")}], outputEPCList=[PIECE]),
        packed(2, pallet(1), PIECE, at=1),
        seen(3, "shipping", pallet(1), at=1, **to_shop),
        seen(4, "receiving", pallet(1), at=2),
        packed(5, pallet(1), PIECE, action="DELETE", at=2),
        seen(6, "retail_selling", PIECE, at=2),
    ]  # fmt: skip


def page(path: str) -> tuple[int, str]:
    answer = Http().get(path)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("number", ["13812345678", "tel:+8613812345678", "mailto:a@b.example"])
def test_whoever_asks_for_a_person_s_number_is_refused_and_it_is_written_down_nowhere(number: str) -> None:
    asker = Asker(MILL, "platform")
    for ask in (
        lambda: reading.events_read(asker=asker, parameters={"MATCH_anyEPC": [number]}, at=NOW),
        lambda: reading.event_read(asker=asker, event_id=number, at=NOW),
        lambda: reading.goods_trace(goods=number, way="forward", by="operator", at=NOW),
    ):
        with pytest.raises(PersonInTrail):
            ask()
    assert not Entry.objects.filter(event__startswith="trails.").exists()


def test_goods_are_traced_through_what_two_firms_said(capsys: pytest.CaptureFixture[str]) -> None:
    told = whole_way()
    captured(*told[:4])
    captured(*told[4:], by=SHOP)
    there = reading.goods_trace(goods=lot(5, "F"), way="forward", by="operator", at=NOW)
    assert [each["thing"] for each in there.things] == [PIECE]
    assert (there.carriers, there.events, there.actors) == ([pallet(1)], 7, {MILL: 4, SHOP: 3})
    back = reading.goods_trace(goods=PIECE, way="backward", by="operator", at=NOW)
    assert [each["thing"] for each in back.things] == [lot(5, "F")]
    of_class = reading.goods_trace(goods=f"https://id.gs1.org/01/{gtin(5)}", way="forward", by="operator", at=NOW)
    assert PIECE in [each["thing"] for each in of_class.things]
    assert run(["trails", "trace", pallet(1), "--backward", "--json"]) == 0
    assert [each["thing"] for each in json.loads(capsys.readouterr().out)["things"]][0] == PIECE
    assert run(["trails", "trace", PIECE, "--by", SHOP, "--json"]) == 1
    wrong = {**told[1], "errorDeclaration": {"declarationTime": NOW.isoformat()}}
    captured(wrong, at=later(hours=1))
    gone = reading.goods_trace(goods=lot(5, "F"), way="forward", by="operator", at=NOW)
    assert (gone.things, gone.declared) == ([], 1)


def test_the_page_of_a_piece_names_who_said_each_link_and_what_is_not_known() -> None:
    capturing.place_register(gln=gln(2), actor=SHOP, title="云川小店", title_en="Shop", by="operator", at=NOW)
    capturing.goods_register(gtin=gtin(1), kind="food", actor=MILL, title="挂面", title_en="Noodles", by=MILL, at=NOW)
    told = whole_way()
    captured(*told[:4])
    captured(told[4], *told[6:], by=SHOP)
    path = PIECE.removeprefix("https://id.gs1.org")
    status, text = page(path)
    assert status == 200 and "有1处不详" in text and "何时取出不详" in text and "不表示所有经过" not in text
    for shown in ("挂面", "Noodles", "云川小店", "云川mill", "云川shop", "零售", "<svg", path):
        assert shown in text, shown
    captured(told[5], by=SHOP)
    status, text = page(path)
    assert "没有发现缺环" in text and "何时取出不详" not in text
    review = {"type": "firm:ReviewEvent", "eventTime": NOW.isoformat(), "eventTimeZoneOffset": "+08:00"}
    ids = captured(told[6], by="operator").ids
    before = text.count("不详")
    captured({**review, "firm:about": ids}, by=SHOP)
    assert page(path)[1].count("不详") < before
    assert Entry.objects.filter(event="trails.page.read", actor="public").count() == 3


def test_what_nobody_said_and_what_is_no_goods() -> None:
    assert "没有任何单位说过" in page(f"/01/{gtin(7)}/10/X")[1]
    status, text = page(f"/01/{gtin(7)}")
    assert status == 200 and "按批次或者单件记载" in text and "名称不详" in text
    assert page("/01/123")[0] == 404 and page(f"/01/{gtin(7)}/21/%3Cscript%3E")[0] in (200, 404)
    assert "<script>" not in page(f"/01/{gtin(7)}/21/%3Cscript%3E")[1].partition("<main")[2]


def test_flour_of_which_the_origin_is_not_known_leaves_the_noodles_unknown() -> None:
    told = whole_way()
    captured(*told[1:])
    assert "没有发现缺环" not in page(PIECE.removeprefix("https://id.gs1.org"))[1]
    captured(made(-1, [lot(6, "G")], [lot(5, "F")]))
    assert "没有发现缺环" not in page(PIECE.removeprefix("https://id.gs1.org"))[1]
