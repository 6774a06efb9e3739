"""Merchants by API and on the pages: a platform files and states why, anybody reads without a key, nobody learns who an individual seller is."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.services import actor_add, client_add
from chengxin.commerce.merchants.models import Duty
from chengxin.commerce.merchants.services.committing import commitment_sign
from chengxin.commerce.merchants.tests.stalls import (
    PLATFORM,
    SELLER,
    SELLER_NUMBER,
    digest,
    filed,
    licence,
    platform_add,
    shop,
    stall,
)
from chengxin.commerce.merchants.tests.test_stating import SAID, stated
from tests.people import DIVISION
from tests.world import NOW, TODAY, code, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def platform(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    filed(shop(1), stall(1))


@pytest.fixture
def call(client: Browser) -> Iterator[Callable[..., Any]]:
    """call(method, path, body, by=…): an answer to that actor’s program, or to nobody’s."""
    keys = {}
    for key, kind in ((PLATFORM, ""), ("market", "department")):
        if kind:
            actor_add(key=key, kind=kind, title=key, by="operator", at=timezone.now())
        keys[key] = client_add(actor=key, title=key, scopes=["merchants"], by="operator", at=timezone.now())[1]

    def asked(method: str, path: str, body: Any = None, *, by: str = PLATFORM) -> Any:
        words: dict[str, Any] = (
            {} if body is None else {"data": json.dumps(body, default=str), "content_type": "application/json"}
        )
        headers = {"authorization": f"Bearer {keys[by]}"} if by else {}
        return getattr(client, method)(f"/api/v1/merchants{path}", headers=headers, **words)

    yield asked


def test_by_api_a_platform_files_and_states_and_anybody_reads_without_a_key(call: Callable[..., Any]) -> None:
    sent_back = call("post", f"/{PLATFORM}/rows/shops", {"rows": [shop(5), stall(6, exemption=None)]}).json()
    assert (sent_back["accepted"], sent_back["refused_by_reason"]) == (1, {"exemption-missing": 1})
    refused = call("get", f"/filings/{sent_back['filing']}/refused.csv")
    stem = f'attachment; filename="refused-merchants-{sent_back["filing"]}-'
    assert refused["Content-Disposition"].startswith(stem) and refused["Content-Disposition"].endswith('Z.csv"')
    assert "p6" in (text := b"".join(refused.streaming_content).decode()) and SELLER not in text
    made = call("post", f"/{PLATFORM}/statements", SAID).json()
    assert made["measure_title"] == "暂停服务"
    found = call("post", "/statements/search", {"words": "抽检"}, by="").json()
    assert [each["number"] for each in found] == ["YJ-2026-1"] and SELLER not in json.dumps(found, ensure_ascii=False)
    steps = f"/{PLATFORM}/statements/YJ-2026-1/steps"
    assert call("post", steps, {"kind": "contested", "words": "有异议"}, by="market").json()["contested"]
    assert call("get", f"/{PLATFORM}/statements/YJ-2026-1", by="").json()["contested"]
    assert call("get", f"/{PLATFORM}/statements/none", by="").status_code == 404
    told = call("get", f"/{PLATFORM}/shops/p1").content.decode()
    assert SELLER not in told and SELLER_NUMBER not in told and '"by-platform"' in told

    call("post", f"/{PLATFORM}/commitments", {"form": "platform", "digest": digest(1), "signed_on": "2026-11-01"})
    assert [c["form"] for c in call("get", f"/{PLATFORM}/commitments", by="").json()] == ["platform"]
    duties = {d["duty"]: d for d in call("get", f"/{PLATFORM}/duties").json()}
    assert duties["mark-advertising"]["state"] == "unknown" and "40" in duties["mark-advertising"]["article_en"]
    bare = call("post", f"/{PLATFORM}/duties", {"duty": "show-rules", "state": "done"})
    assert bare.json()["code"] == "platform-duty-unfit" and not Duty.objects.exists()
    done = {"duty": "show-rules", "state": "done", "digest": digest(3)}
    assert {d["duty"]: d for d in call("post", f"/{PLATFORM}/duties", done).json()}["show-rules"]["state"] == "done"
    failed = {"duty": "show-rules", "state": "not-done", "words": "首页没有链接"}
    assert {d["duty"]: d for d in call("post", f"/{PLATFORM}/duties", failed, by="market").json()}["show-rules"][
        "by"
    ] == "market"
    event = {"kind": "major-event", "title": "系统故障", "words": "订单延迟两小时", "since": "2026-11-02"}
    assert call("post", f"/{PLATFORM}/disclosures", event).status_code == 200
    assert [d["title"] for d in call("get", f"/{PLATFORM}/disclosures", by="").json()] == ["系统故障"]
    payer = {
        "code": code(20),
        "name": "云川支付有限公司",
        "state": "licensed",
        "document": "银支许1号",
        "decided_on": "2026-01-05",
    }
    assert call("post", "/payers", payer).status_code == 403
    assert call("post", "/payers", payer, by="market").json() == [payer]
    assert call("post", "/payers", {**payer, "state": "ended"}, by="market").json()[0]["state"] == "ended"
    assert len(call("get", "/payers", by="").json()) == 1


def test_the_pages_show_the_shop_its_mark_and_why_and_never_the_person(client: Browser, tmp_path: Path) -> None:
    sent(tmp_path, penalty(1))
    filed(shop(1, categories="food"), stall(9, title=f"{SELLER}的小店"))
    filed(licence(1), kind="licences")
    commitment_sign(
        platform=PLATFORM, form="merchant", shop="s1", digest=digest(1), signed_on=TODAY, by=PLATFORM, at=NOW
    )
    stated(shop="s1", number="YJ-9")
    stated()
    unit = client.get(f"/shops/{PLATFORM}/s1").content.decode()
    assert (
        "平台已核验，名称与统一社会信用代码和本库一致" in unit
        and code(1) in unit
        and "https://licences.example.gov.cn/1" in unit
    )
    assert "商家信用承诺书" in unit and "YJ-9" in unit and "YJ-2026-1" not in unit
    person = client.get(f"/shops/{PLATFORM}/p9").content.decode()
    assert "个人店铺，身份由平台核验" in person and SELLER not in person and SELLER_NUMBER not in person
    assert client.get(f"/shops/{PLATFORM}/none").status_code == 404
    listed = client.get("/statements").content.decode()
    assert listed.index("YJ-2026-1") < listed.index("YJ-9") and "怎样申诉" in listed
    assert "YJ-9" not in client.post("/statements", {"q": "YJ-2026-1"}).content.decode()
    assert "没有公示的措施" in client.post("/statements", {"q": "\0无"}).content.decode()
