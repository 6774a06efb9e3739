"""Price cases are a view over records: only e-commerce firms, only the Price Law, only while a record is shown."""

from pathlib import Path

import pytest

from chengxin.commerce.circles.selectors import price_cases
from chengxin.commerce.merchants.tests.stalls import filed, platform_add, shop
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute
from tests.world import NOW, code, later, penalty, sent

pytestmark = pytest.mark.django_db
GROUND = "《中华人民共和国价格法》第四十条"


def test_only_firms_in_e_commerce_under_the_price_law_and_only_while_shown(tmp_path: Path) -> None:
    platform_add()
    filed(shop(1), shop(2))
    sent(tmp_path, penalty(1, basis=GROUND, violation="虚构原价"), penalty(2), penalty(5, basis=GROUND), at=NOW)
    (case,) = price_cases(known_at=later(hours=1))
    assert (case["code"], case["violation"], case["ground"]) == (code(1), "虚构原价", GROUND)
    assert case["name"] == "云川市甲1号商贸有限公司" and case["authority"] and case["document"]
    assert not price_cases(known_at=later(days=2000))
    record_dispute(record=Record.objects.get(pk=case["record"]).pk, by="operator", at=later(hours=2), grounds="有误")
    assert not price_cases(known_at=later(hours=3)) and price_cases(known_at=later(hours=1))
