"""Leads over HTTP: a platform and an association hand them in, the agency handles them and asks the platform, nobody else reads them."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.services import SCOPES, actor_add, client_add
from chengxin.commerce.complaints.services.charging import charge_set
from chengxin.commerce.leads.models import Lead
from chengxin.commerce.leads.tests.test_leads import NAME, OPERATOR, REACH
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop
from chengxin.desk.pages import leads as desk_leads
from chengxin.ledger.models import Entry
from tests.people import DIVISION
from tests.signing import at_desk, signed_in, staff_account
from tests.world import NOW, code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def world(settings: Any) -> None:
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    filed(shop(1), shop(2))
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    actor_add(key="guild", kind="service-firm", title="云川市电子商务协会", by="operator", at=NOW)
    charge_set(sector="market", division="", agency="market", asker=OPERATOR, at=NOW)


def api(actor: str, scopes: Any = SCOPES) -> Any:
    key = client_add(actor=actor, title="t", scopes=list(scopes), per_minute=1000, by="operator", at=NOW)[1]

    def asked(method: str, path: str, said: Any = None) -> Any:
        words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
        return getattr(Browser(), method)(
            f"/api/v1/leads{path}", headers={"authorization": f"Bearer {key}"}, **words
        )  # fmt: skip

    return asked


def test_platforms_and_associations_hand_in_and_the_agency_handles_by_program() -> None:
    market, mall, guild = api("market"), api(PLATFORM), api("guild")
    row = {
        "source": "platform", "kind": "forged-trade", "words": "同一地址成串下单", "platform": PLATFORM, "shop": "s1", "reference": "L1", "digests": [digest(1)],
    }  # fmt: skip
    made = mall("post", "", row).json()
    assert made["handler"] == "market" and made["key"] and made["last_day"] == "2026-12-11"
    again = mall("post", "", row).json()
    assert again["unchanged"] and not again["key"] and Lead.objects.count() == 1
    assert mall("post", "", {**row, "source": "public"}).status_code == 422
    public = {**row, "source": "public", "name": NAME, "reach": REACH, "reference": "H1", "kind": "fakes"}
    reported = market("post", "", public).json()["number"]
    rows = [{**row, "source": "association", "reference": f"A{n}", "shop": "s2"} for n in range(3)] + [{"kind": "x"}]
    many = guild("post", "/files", {"rows": rows}).json()
    assert (many["accepted"], many["joined"], many["refused"]) == (1, 2, 1)
    assert "source-unknown" in guild("get", f"/files/{many['filing']}/refused").content.decode()
    assert mall("get", f"/files/{many['filing']}/refused").status_code == 404
    assert [each["number"] for each in mall("get", "").json()] == [made["number"]]
    owing = market("get", "?owing=true").json()
    assert (
        len(owing) == 3
        and not any(each["reports"] for each in owing)
        and NAME not in json.dumps(owing, ensure_ascii=False)
    )
    assert {each["reference_only"] for each in owing} == {True, False}
    number = made["number"]
    assert market("post", f"/{number}/steps", {"to": "filed", "reasons": "有初步证据"}).json()["state"] == "filed"
    assert mall("post", f"/{number}/steps", {"to": "closed", "reasons": "不归我管"}).status_code == 409
    asked = market("post", f"/{number}/requests", {"what": "请提供s1近三个月的订单和物流"}).json()
    assert number not in json.dumps(mall("get", "/requests").json()) and guild("get", "/requests").json() == []
    given = mall("post", f"/requests/{asked['number']}/reply", {"words": "见摘要", "digests": [digest(2)]}).json()
    assert given["answered_at"] and not given["late"]
    assert market("get", f"/{number}").json()["requests"][0]["answer"] == "见摘要"
    assert guild("post", f"/requests/{asked['number']}/reply", {"words": "x"}).status_code == 404
    asked_who = {"case_number": "云市监〔2026〕7号", "reason": "须当面核实"}
    assert market("post", f"/{reported}/reporter", asked_who).json() == {"name": NAME, "reach": REACH}
    for other in (mall, guild, api("operator")):
        assert other("post", f"/{reported}/reporter", asked_who).status_code in (403, 404)
    twin = guild("get", "").json()[0]["number"]
    assert market("post", f"/{twin}/part", {"reasons": "另一回事"}).json()["many"] == 1
    rates = Browser().get("/api/v1/leads/rates?first=2026-11-01&last=2026-11-30").json()
    assert {each["key"]: each["told"] for each in rates["kinds"]} == {"fakes": 1, "forged-trade": 4}
    assert PLATFORM not in json.dumps(rates) and api("market", ["checks"])("get", "").status_code == 403
    with time_machine.travel(NOW + timedelta(days=30), tick=True):
        assert [each["late"] for each in market("get", "").json()].count(True) == 4
    assert not any(word in str(Entry.objects.values_list("detail", flat=True)) for word in (NAME, REACH))


TYPED = {"kind": "fakes", "platform": PLATFORM, "shop": "s1", "words": f"卖的是假货，我的电话{REACH}"}


def reported(**changes: str) -> dict[str, str]:
    page = Browser().post("/reports-centre/new", {**TYPED, **changes}).content.decode()
    number, key = (re.search(f'id="lead-{name}">([^<]+)<', page) for name in ("number", "key"))
    assert number and key, page
    return {"number": number[1], "key": key[1]}


def test_a_report_goes_from_the_form_to_the_desk_and_the_reporter_sees_what_became_of_it() -> None:
    visitor = Browser()
    centre = visitor.get("/reports-centre").content.decode()
    assert (
        "我要举报" in centre
        and "12315" in centre
        and "云川市市场监督管理局" in centre
        and "《中华人民共和国反不正当竞争法》第16条" in centre
    )
    form = visitor.get(f"/reports-centre/new?platform={PLATFORM}&shop=s1").content.decode()
    assert 'value="s1"' in form
    lacking = visitor.post("/reports-centre/new", {**TYPED, "words": ""})
    assert lacking.status_code == 422 and 'aria-invalid="true"' in lacking.content.decode()
    half = visitor.post("/reports-centre/new", {**TYPED, "name": NAME})
    assert half.status_code == 422 and "一并写明" in half.content.decode() and "卖的是假货" in half.content.decode()
    kept, unnamed = reported(name=NAME, reach="lu@example.org"), reported()
    assert "您没有署名，没有可以打开的" in visitor.post("/reports-centre/case", unnamed).content.decode()
    assert visitor.post("/reports-centre/case", {**kept, "key": "wrong"}).status_code == 404
    mall = signed_in(Browser(), staff_account(PLATFORM, "clerk"))
    number = kept["number"]
    assert number not in mall.get("/desk/leads").content.decode()
    assert mall.get(f"/desk/leads/{number}").status_code == 404
    officer = signed_in(Browser(), staff_account("market", "clerk"))
    assert number in officer.get("/desk/leads").content.decode()
    seen = officer.get(f"/desk/leads/{number}").content.decode()
    assert "卖的是假货" in seen and NAME not in seen and "共2份" not in seen and unnamed["number"] in seen
    named = {"case_number": "云市监〔2026〕7号", "reason": "须当面核实"}
    assert NAME in officer.post(f"/desk/leads/{number}", named).content.decode()
    assert "云市监〔2026〕7号" in visitor.post("/reports-centre/case", kept).content.decode()
    quoted = officer.post(f"/desk/leads/{number}", {"what": f"{NAME}说是假货"})
    assert quoted.status_code == 422 and "会暴露举报人" in quoted.content.decode()
    officer.post(f"/desk/leads/{number}", {"what": "请提供s1的进货凭证", "due_on": "2026-12-01"})
    asked = mall.get("/desk/leads").content.decode()
    assert "请提供s1的进货凭证" in asked and number not in asked and "卖的是假货" not in asked
    of = re.search(r'name="request" value="([^"]+)"', asked)
    assert of and "摘要即回执" in mall.post("/desk/leads", {"request": of[1], "words": "见附"}).content.decode()
    assert "见附" in officer.get(f"/desk/leads/{number}").content.decode()
    assert "已立案" in officer.post(f"/desk/leads/{number}", {"to": "filed", "reasons": "有初步证据"}).content.decode()
    parted = officer.post(f"/desk/leads/{unnamed['number']}", {"part": "不是同一批货"}).content.decode()
    assert "已收到，待核查" in parted
    done = {"to": "decided", "reasons": "没收违法所得", "document": "云市监处罚〔2026〕9号"}
    assert "已作出决定" in officer.post(f"/desk/leads/{number}", done).content.decode()
    assert "云市监处罚〔2026〕9号" in visitor.post("/reports-centre/case", kept).content.decode()
    counted = visitor.post("/reports-centre", {"first": "2026-11-01", "last": "2026-11-30"}).content.decode()
    assert "云川市市场监督管理局" in counted and "s1" not in counted and "云集商城" not in counted
    for page in (f"/shops/{PLATFORM}/s1", f"/enterprises/{code(1)}"):
        assert number not in visitor.get(page).content.decode()
    assert not any(word in str(Entry.objects.values_list("detail", flat=True)) for word in (NAME, REACH, "lu@"))


def test_the_latest_at_the_desk_have_pages_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_leads, "MOST", 1)
    mall = api(PLATFORM)
    row = {"source": "platform", "kind": "forged-trade", "words": "同一地址成串下单", "platform": PLATFORM}
    numbers = [mall("post", "", {**row, "shop": f"s{n}", "reference": f"L{n}"}).json()["number"] for n in (1, 2)]
    desk = at_desk(PLATFORM)
    first, second = (desk.get(f"/desk/leads?latest={n}").content.decode() for n in (1, 2))
    assert numbers[1] in first and numbers[0] not in first and "latest=2#latest" in first
    assert numbers[0] in second and numbers[1] not in second and 'rel="next"' not in second
