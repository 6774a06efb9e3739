"""The rest of repair: by a court's order, the notice that goes with the decision, and training and interviews that are counted."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from django.test import Client as Browser

from chengxin import law
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, client_add
from chengxin.cases.models import Deed
from chengxin.cases.rules import DeedUnfit, StepLacks
from chengxin.cases.selectors import CaseUnknown, case_accessible, deeds_counted
from chengxin.cases.services.running import PaperIn, Words, paper_read
from chengxin.lists.services.listing import listing_propose
from chengxin.records.models import LINES_PER_BATCH
from chengxin.rights import rules, services
from chengxin.rights.selectors import case_file
from chengxin.rights.services import Claimant, Receipt
from tests.signing import signed_in, staff_account
from tests.world import NOW, TODAY, code, later, penalty, sent

pytestmark = pytest.mark.django_db

MARKET, CENTRE, ROADS = Asker("market", "department"), Asker("centre", "credit-centre"), Asker("roads", "department")
ORDER, PAPER = "（2026）云0102破3号", PaperIn("裁定书", "application/pdf", b"%PDF-1.7 ...")


@pytest.fixture
def people() -> None:
    """The department that decides, the centre, and one that has no part."""
    for asker in (MARKET, CENTRE, ROADS):
        actor_add(key=asker.key, kind=asker.kind, title=asker.key, by="operator", at=NOW)


def filed(folder: Path, **changes: str) -> int:
    return (sent(folder, penalty(1, **changes), by="market").batch or 0) * LINES_PER_BATCH + 2


def asked(record: int, *, performed: bool = False, **more: Any) -> Receipt:
    return services.repair_request(
        record=record, number=code(1), claimant=Claimant("管理人", "云川市"), grounds="重整计划已获批准",
        performed=performed, promised=True, at=later(hours=1), **more,
    )  # fmt: skip


def test_a_court_s_order_stands_for_performance_and_not_for_the_shortest_term(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path, decided_on="2026-07-01")
    with pytest.raises(rules.PromiseMissing):
        asked(record, papers=[PAPER])
    with pytest.raises(rules.OrderUnfit, match="itself"):
        asked(record, order=ORDER)
    receipt = asked(record, order=ORDER, papers=[PAPER])
    done = services.case_decide(
        number=receipt.number, asker=MARKET, to="granted", words=Words(document="修复1号"), at=later(hours=2)
    )
    assert done.state == "applied"
    early = filed(tmp_path, document="新〔2026〕2号", decided_on="2026-10-12")
    with pytest.raises(rules.RepairTooEarly):
        asked(early, order=ORDER, papers=[PAPER])


def test_training_is_counted_and_no_condition(tmp_path: Path, people: None) -> None:
    receipt = asked(filed(tmp_path, decided_on="2026-07-01"), performed=True)
    words: dict[str, Any] = {"number": receipt.number, "day": TODAY, "note": "", "at": later(hours=2)}
    with pytest.raises(DeedUnfit, match="volunteering"):
        services.deed_record(kind="volunteering", asker=MARKET, **words)
    with pytest.raises(DeedUnfit):
        services.deed_record(kind="training", asker=MARKET, **{**words, "day": date(2026, 11, 23)})
    with pytest.raises(CaseUnknown):
        services.deed_record(kind="training", asker=ROADS, **words)
    for _ in range(2):
        services.deed_record(kind="training", asker=MARKET, **words)
    services.deed_record(kind="interview", asker=MARKET, **words)
    assert Deed.objects.count() == 2
    asked(filed(tmp_path, document="新〔2026〕2号", decided_on="2026-07-01"), performed=True)
    count = deeds_counted(CENTRE, "repair")
    assert (count.cases, count.deeds, count.any) == (2, {"interview": 1, "training": 1}, 1)
    assert deeds_counted(ROADS, "repair").cases == 0


def test_it_is_a_condition_only_where_the_agency_s_own_rule_says_so(
    tmp_path: Path, people: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lawbook"
    shutil.copytree(law.default_folder(), folder)
    path = folder / "cn" / "procedures" / "repair@2026-04-01.yaml"
    entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    next(step for step in entry["steps"] if step["to"] == "granted")["deeds"] = ["training"]
    path.write_text(yaml.safe_dump(entry, allow_unicode=True, sort_keys=False), encoding="utf-8")
    monkeypatch.setenv("CHENGXIN_LAWBOOK", str(folder))
    (tmp_path / "files").mkdir()
    receipt = asked(filed(tmp_path / "files", decided_on="2026-07-01"), performed=True)
    words: dict[str, Any] = {"number": receipt.number, "asker": MARKET, "at": later(hours=2)}
    with pytest.raises(StepLacks, match="Training"):
        services.case_decide(**words, to="granted", words=Words(document="修复1号"))
    services.deed_record(**words, kind="training", day=TODAY, note="线上培训")
    assert services.case_decide(**words, to="granted", words=Words(document="修复1号")).state == "applied"


def test_the_notice_of_repair_comes_with_the_decision(tmp_path: Path, people: None) -> None:
    record = filed(tmp_path, kind="吊销食品经营许可证", content="吊销食品经营许可证。")
    words: dict[str, Any] = {"record": record, "number": code(1), "at": later(hours=1)}
    notice = services.repair_notice(asker=MARKET, **words)
    for piece in ("2027-10-12", "公开承诺", "3个工作日", "法院裁定", "《信用修复管理办法》", "Notice of repair"):
        assert piece in notice, piece
    with pytest.raises(rules.RecordNotTheirs):
        services.repair_notice(asker=ROADS, **words)
    made = listing_propose(
        list_key="serious-dishonesty",
        record=record,
        number=code(1),
        asker=MARKET,
        reasons="许可证被吊销",
        at=later(hours=1),
    )
    for to, days, said in (
        ("noticed", 0.1, Words(reasons="见告知书", served="EMS 1")),
        ("decided", 9, Words(reasons="成立", document="云川市监严违〔2026〕7号")),
    ):
        services.case_decide(number=made.number, asker=MARKET, to=to, words=said, at=later(days=days))
    case = case_accessible(MARKET, made.number)
    paper = case_file(case, known_at=later(days=9)).papers[-1]
    assert paper.title == "信用修复告知书"
    text = paper_read(paper=paper, by="market", at=later(days=9)).decode()
    assert "云川市监严违〔2026〕7号" in text and "如何移出" in text


def test_deeds_and_notices_through_http(tmp_path: Path, people: None, client: Browser) -> None:
    record = filed(tmp_path, decided_on="2026-07-01")
    receipt = asked(record, performed=True)
    with time_machine.travel(later(hours=2), tick=True):
        key = client_add(actor="market", title="程序", scopes=["cases"], by="operator", at=NOW)[1]
        headers = {"authorization": f"Bearer {key}"}

        def call(path: str, body: Any = None) -> Any:
            url = f"/api/v1{path}"
            if body is None:
                return client.get(url, headers=headers).json()
            return client.post(url, json.dumps(body), content_type="application/json", headers=headers).json()

        made = call(f"/cases/{receipt.number}/deeds", {"kind": "interview", "on": str(TODAY), "note": "提示约谈"})
        assert (made["title"], made["on"]) == ("约谈", str(TODAY))
        assert call("/cases/deeds") == {"procedure": "repair", "cases": 1, "deeds": {"interview": 1}, "any": 1}
        assert call(f"/cases/{receipt.number}")["deeds"] == [made]
        assert "信用修复告知书" in call("/cases/repair-notices", {"record": record, "code": code(1)})["notice"]
        signed_in(client, staff_account("market"))
        path = f"/desk/cases/{receipt.number}"
        assert client.post(f"{path}/deeds", {"kind": "training", "on": "不是日期"}).status_code == 422
        assert client.post(f"{path}/deeds", {"kind": "training", "on": str(TODAY), "note": "线上"}).status_code == 302
        page = client.get(path).content.decode()
        assert "提示约谈" in page and "信用修复培训" in page
