"""A consumer's complaint over HTTP: made on the portal, answered by the shop and the platform, taken to the agency, counted where anybody reads it."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.services import SCOPES, actor_add, client_add
from chengxin.commerce.complaints.models import Complaint
from chengxin.commerce.complaints.services.charging import charge_set
from chengxin.commerce.complaints.tests.test_complaints import NAME, OPERATOR, REACH
from chengxin.commerce.merchants.tests.stalls import PLATFORM, filed, platform_add, shop
from chengxin.ledger.models import Entry
from tests.people import DIVISION
from tests.signing import signed_in, staff_account
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TYPED = {
    "kind": "quality", "platform": PLATFORM, "shop": "s1", "order": "o-1", "amount": "89", "wants": "refund", "words": f"锅有裂纹，我的电话{REACH}", "name": NAME,
    "reach": "lu@example.org",
}  # fmt: skip


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    filed(shop(1), shop(2))
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    charge_set(sector="market", division="", agency="market", asker=OPERATOR, at=NOW)


def complained(**changes: str) -> dict[str, str]:
    page = Browser().post("/complaints/new", {**TYPED, **changes}).content.decode()
    number, key = (re.search(f'id="complaint-{name}">([^<]+)<', page) for name in ("number", "key"))
    assert number and key, page
    return {"number": number[1], "key": key[1]}


def test_a_complaint_goes_from_the_form_to_the_agency_and_back() -> None:
    visitor = Browser()
    assert "我要投诉" in visitor.get("/complaints").content.decode()
    form = visitor.get(f"/complaints/new?platform={PLATFORM}&shop=s1").content.decode()
    assert 'value="s1"' in form and "不在这些平台上" in form
    lacking = visitor.post("/complaints/new", {**TYPED, "words": ""})
    assert lacking.status_code == 422 and 'aria-invalid="true"' in lacking.content.decode()
    refused = visitor.post("/complaints/new", {**TYPED, "shop": "s999"})
    assert (
        refused.status_code == 422
        and "没有报送过这家店铺" in refused.content.decode()
        and "锅有裂纹" in refused.content.decode()
    )
    kept = complained()
    page = visitor.post("/complaints/case", kept).content.decode()
    assert "待平台答复" in page and REACH in page and "还没有人打开过" in page
    clerk = signed_in(Browser(), staff_account(PLATFORM, "clerk"))
    desk = clerk.get("/desk/complaints").content.decode()
    assert kept["number"] in desk
    seen = clerk.get(f"/desk/complaints/{kept['number']}").content.decode()
    assert "锅有裂纹" in seen and REACH not in seen and NAME not in seen
    step = {"to": "offered", "remedy": "refund", "amount": "89", "reasons": "全额退款"}
    assert "已提出解决办法" in clerk.post(f"/desk/complaints/{kept['number']}", step).content.decode()
    closed = clerk.post(f"/desk/complaints/{kept['number']}", {"case_number": "客服1"})
    assert closed.status_code == 403 and NAME not in closed.content.decode()
    declined = visitor.post("/complaints/case/answer", {**kept, "to": "declined", "reasons": "要求换货"})
    assert "消费者不接受" in declined.content.decode()
    assert "已收到，待受理" in visitor.post("/complaints/case/answer", {**kept, "to": "escalated"}).content.decode()
    officer = signed_in(Browser(), staff_account("market", "clerk"))
    number = kept["number"]
    assert "调解中" in officer.post(f"/desk/complaints/{number}", {"to": "accepted"}).content.decode()
    opened = officer.post(f"/desk/complaints/{number}", {"case_number": "云市监〔2026〕7号"}).content.decode()
    assert NAME in opened and "lu@example.org" in opened
    assert "云市监〔2026〕7号" in visitor.post("/complaints/case", kept).content.decode()
    officer.post(f"/desk/complaints/{number}", {"to": "agreed", "reasons": "商家换货"})
    done = visitor.post("/complaints/case/answer", {**kept, "to": "performed"}).content.decode()
    assert "已履行" in done
    assert visitor.post("/complaints/case", {**kept, "key": "wrong"}).status_code == 404
    rates = visitor.post("/complaints", {"first": "2026-11-01", "last": "2026-11-30"}).content.decode()
    assert "云集商城" in rates and "件数不足" in rates
    assert not any(word in str(Entry.objects.values_list("detail", flat=True)) for word in (NAME, REACH, "lu@"))


def test_a_hotline_hands_in_and_handles_by_program_and_nobody_else_reads_it() -> None:
    def api(actor: str, scopes: Any = SCOPES) -> Any:
        key = client_add(actor=actor, title="t", scopes=list(scopes), per_minute=1000, by="operator", at=NOW)[1]

        def asked(method: str, path: str, said: Any = None) -> Any:
            words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
            headers = {"authorization": f"Bearer {key}"}
            return getattr(Browser(), method)(f"/api/v1/complaints{path}", headers=headers, **words)

        return asked

    market, mall = api("market"), api(PLATFORM)
    row = {**TYPED, "source": "12331", "reference": "Z1", "amount": "89.00"}
    made = market("post", "", row).json()
    assert made["handler"] == "market" and made["key"]
    again = market("post", "", row).json()
    assert again["unchanged"] and not again["key"] and Complaint.objects.count() == 1
    many = market(
        "post",
        "/files",
        {"rows": [{**row, "reference": f"Z{n}", "order": f"o{n}"} for n in range(3, 8)] + [{"kind": "x"}]},
    ).json()
    assert (many["accepted"], many["refused"]) == (5, 1)
    assert "source-unknown" in market("get", f"/files/{many['filing']}/refused").content.decode()
    assert mall("get", f"/files/{many['filing']}/refused").status_code == 404
    owing = market("get", "?owing=true").json()
    assert len(owing) == 6 and owing[0]["state"] == "received" and NAME not in json.dumps(owing, ensure_ascii=False)
    number = made["number"]
    assert market("post", f"/{number}/steps", {"to": "accepted"}).json()["state"] == "accepted"
    assert mall("post", f"/{number}/steps", {"to": "ended", "reasons": "不归我管"}).status_code == 409
    paid = {"to": "compensated", "reasons": "先行赔付", "remedy": "refund", "amount": "89.00"}
    assert mall("post", f"/{number}/steps", paid).json()["outcome"] == "solved"
    assert market("post", f"/{number}/complainant", {"case_number": "7号"}).json()["name"] == NAME
    assert mall("post", f"/{number}/complainant", {"case_number": "7号"}).status_code == 403
    assert (
        Browser().get("/api/v1/complaints/rates?first=2026-11-01&last=2026-11-30").json()["platforms"][0]["solved"] == 1
    )
    assert api("market", ["checks"])("get", "").status_code == 403
    with time_machine.travel(NOW + timedelta(days=20), tick=True):
        assert {each["state"] for each in market("get", "").json()} == {"overdue", "compensated"}
