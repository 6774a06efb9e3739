"""Firms that support e-commerce: by document, organisations only; what a decision says of one stands with its record and no longer."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.circles import rules
from chengxin.commerce.circles.models import Firm
from chengxin.commerce.circles.selectors import firms_filed
from chengxin.commerce.circles.services import firm_file
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, platform_add
from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import uscc_check
from chengxin.records.models import Record
from chengxin.records.services.events import record_withdraw
from tests.people import number as citizen
from tests.world import NOW, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MARKET, ITSELF = Asker("market", "department"), Asker(PLATFORM, "platform")
TRADER = "92390102" + code(7)[8:17]
FILE: dict[str, Any] = {
    "code": code(1), "kind": "agent-operator", "name": "云川市甲1号商贸有限公司", "state": "registered", "document": "云市监备〔2026〕1号",
    "digest": digest(1), "since": date(2026, 10, 1),
}  # fmt: skip


@pytest.fixture(autouse=True)
def world() -> None:
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)


def filed(asker: Asker = MARKET, at: Any = NOW, **changes: Any) -> Firm:
    return firm_file(**{**FILE, **changes}, asker=asker, at=at)


def test_a_firm_is_listed_by_kind_with_who_says_so_and_by_which_document() -> None:
    filed()
    assert filed().version == 1 == Firm.objects.count()  # said again alike it changes nothing
    filed(ITSELF, document="服务协议2026-7")
    filed(code=code(2), kind="payment", name="云川市甲2号支付有限公司")
    (firm,) = firms_filed(known_at=NOW, kind="agent-operator")
    assert [(said["by"], said["document"]) for said in firm["filed"]] == [("market", "云市监备〔2026〕1号"), (PLATFORM, "服务协议2026-7")]  # fmt: skip
    assert len(firms_filed(known_at=NOW)) == 2 and not firms_filed(known_at=later(days=-1))
    filed(ITSELF, at=later(days=1), state="ended", document="终止协议2026-9")
    assert len(firms_filed(known_at=later(days=1), kind="agent-operator")[0]["filed"]) == 1
    filed(at=later(days=1), state="ended")
    assert not firms_filed(known_at=later(days=1), kind="agent-operator")


@pytest.mark.parametrize(
    "changes",
    [
        {"code": TRADER + uscc_check(TRADER)}, {"code": citizen(7)}, {"code": "x"}, {"kind": "staff"}, {"state": "bad"}, {"digest": ""},
        {"since": date(2027, 1, 1)}, {"name": f"店主{citizen(7)}"}, {"document": ""}, {"state": "revoked"}, {"state": "unlicensed", "record": 99},
    ],
)  # fmt: skip
def test_persons_sole_traders_and_what_rests_on_no_document_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        filed(**changes)
    assert not Firm.objects.exists()


def test_only_departments_and_platforms_file_and_only_departments_say_what_was_decided() -> None:
    for asker in (Asker("operator", "operator"), Asker("firm", "service-firm"), Asker("public", "public")):
        with pytest.raises(rules.NotInCharge):
            filed(asker)
    with pytest.raises(rules.FirmUnfit, match="only a department"):
        filed(ITSELF, state="revoked")


def test_what_a_decision_says_stands_with_its_record_and_no_longer(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    sent(files, penalty(3, kind="吊销许可证件", content="吊销许可证。"), penalty(4), by="market", at=NOW)
    of = {record.document: record.pk for record in Record.objects.all()}
    mine, others = (of[f"云川市监处罚〔2026〕{n:05d}号"] for n in (3, 4))
    about: dict[str, Any] = {
        "code": code(3),
        "kind": "credit-service",
        "name": "云川市甲3号信用服务有限公司",
        "state": "revoked",
    }
    for wrong in (others, None):
        with pytest.raises(rules.FirmUnfit):
            filed(**about, record=wrong)
    filed(**about, record=mine)
    (firm,) = firms_filed(known_at=NOW)
    assert firm["filed"][0]["record"] == mine
    record_withdraw(record=mine, reason="决定撤销", by="market", at=later(days=1))
    assert not firms_filed(known_at=later(days=1)) and firms_filed(known_at=NOW)
    assert not firms_filed(known_at=later(days=2000))


def test_the_database_takes_no_sole_trader_and_no_decision_without_its_record() -> None:
    row = FILE | {"version": 1, "at": NOW, "by": "market"}
    for wrong in ({"code": TRADER + uscc_check(TRADER)}, {"state": "revoked"}, {"name": citizen(7)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Firm.objects.create(**row | wrong)
