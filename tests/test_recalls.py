"""A recall by API and on the pages: the authority opens and closes it, each firm acknowledges and answers, anybody reads what to do."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.services import SCOPES, actor_add, actor_identify, client_add
from chengxin.commerce.trails.models import RecallAnswer
from chengxin.commerce.trails.services import capturing
from chengxin.commerce.trails.tests.events import gtin, lot
from chengxin.commerce.trails.tests.test_capturing import MILL, SHOP, captured, firms
from chengxin.commerce.trails.tests.test_reading import PIECE, whole_way
from chengxin.ledger.models import Entry
from chengxin.subjects.selectors import subject_of
from tests.signing import firm_account, signed_in, staff_account
from tests.world import NOW, code, penalty, sent

__all__ = ["firms"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def sold(settings: Any) -> None:
    """Flour of the mill's became a piece that the shop sold; the shop is a firm on file."""
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    actor_add(key="market", kind="department", title="云川市场监管局", by="operator", at=NOW)
    capturing.goods_register(gtin=gtin(5), kind="food", actor=MILL, title="面粉", by=MILL, at=NOW)
    told = whole_way()
    captured(*told[:4])
    captured(*told[4:], by=SHOP)


def asked(actor: str, method: str, path: str, said: Any = None, status: int = 200) -> Any:
    """What a program of the actor's is answered."""
    key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=1000, by="operator", at=NOW)[1]
    words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
    answer = getattr(Browser(), method)(
        f"/api/v1/trails/recalls{path}", headers={"authorization": f"Bearer {key}"}, **words
    )
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def test_a_recall_runs_by_api() -> None:
    made = asked("market", "post", "", {"goods": lot(5, "F"), "reason": "检出异物", "advice": "请勿食用"}, 201)
    path = f"/{made['recall']}"
    assert (made["told"], made["state"], made["maker"]) == (2, "recalling", MILL)
    assert (
        asked(SHOP, "get", "")[0]["recall"] == made["recall"]
        and asked("market", "get", f"?before={made['recall']}") == []
    )
    told = {"held": 3, "taken_back": 1, "destroyed": 4, "digest": "c" * 64}
    assert asked(SHOP, "post", f"{path}/answers", told, 409)["code"] == "trails-recall-unreceipted"
    assert asked(SHOP, "post", f"{path}/receipt", {"held": 3})["notices"][0]["receipt_held"] == 3
    assert asked(SHOP, "post", f"{path}/answers", told)["destroyed"] == 4
    assert asked(SHOP, "post", f"{path}/steps/reported", {"reasons": "不是我的货"}, 409)["code"]
    assert asked(MILL, "post", f"{path}/steps/reported", {"reasons": "已召回"})["state"] == "reported"
    assert asked("market", "post", f"{path}/renewal", {})["told"] == 2
    done = asked("market", "post", f"{path}/steps/closed", {"reasons": "核实"})
    assert done["state"] == "closed" and not done["running"] and asked("idle", "get", path, status=404)["code"]


def test_a_recall_runs_on_the_pages(tmp_path: Path) -> None:
    clerk, visitor = signed_in(Browser(), staff_account("market")), Browser()
    assert visitor.get("/recalls").content.decode().count("没有公开的召回") == 1
    form = {"goods": lot(5, "F"), "reason": "检出异物", "advice": "请勿食用，凭小票退货", "advice_en": "Do not eat it"}
    assert "不写自然人" in clerk.post("/desk/recalls", {**form, "reason": ""}).content.decode()
    page = clerk.post("/desk/recalls", form)["Location"]
    number = page.rpartition("/")[2]
    assert f"/recalls/{number}" in visitor.get(PIECE.removeprefix("https://id.gs1.org")).content.decode()
    shown = visitor.get(f"/recalls/{number}").content.decode()
    assert all(each in shown for each in ("检出异物", "请勿食用", "面粉", "云川mill")) and "云川shop" not in shown
    assert "云川shop" in clerk.get(page).content.decode()

    actor_identify(actor=SHOP, code=code(3), by="operator", at=NOW)
    sent(tmp_path, penalty(3), penalty(4))
    firm = firm_account(subject_of(code(3), known_at=NOW))
    mine = signed_in(Browser(), firm)
    own = mine.get("/my/recalls").content.decode()
    assert "检出异物" in own and "taken_back" not in own
    told = {"recall": number, "actor": SHOP, "note": "已下架"}
    assert mine.post("/my/recalls", {**told, "actor": MILL, "act": "receipt", "held": "3"}).status_code == 404
    assert mine.post("/my/recalls", {**told, "act": "receipt", "held": "三"}).status_code == 422
    assert "已经记下" in mine.post("/my/recalls", {**told, "act": "receipt", "held": "3"}).content.decode()
    answer = {**told, "act": "answer", "held": "3", "taken_back": "1", "destroyed": "4", "digest": "d" * 64}
    assert "已经记下" in mine.post("/my/recalls", answer).content.decode() and RecallAnswer.objects.get().by == SHOP
    assert Entry.objects.filter(event="trails.recall.answered").get().detail["account"] == firm.pk
    assert "销毁4" in clerk.get(page).content.decode()

    assert clerk.post(page, {"to": "closed", "reasons": "核实"}).status_code == 409
    asked(MILL, "post", f"/{number}/steps/reported", {"reasons": "已召回"})
    assert "已经记下" in clerk.post(page, {"to": "closed", "reasons": "核实"}).content.decode()
    assert "召回已结束" in visitor.get("/recalls").content.decode()
    assert 'name="act"' not in mine.get("/my/recalls").content.decode()
    assert visitor.get("/recalls/99").status_code == 404 and clerk.get("/desk/recalls/99").status_code == 404
    assert "召回" in clerk.get("/desk/recalls").content.decode()
    other = signed_in(Browser(), firm_account(subject_of(code(4), known_at=NOW)))
    assert "没有召回涉及本单位" in other.get("/my/recalls").content.decode()
    actor_identify(actor="market", code=code(4), by="operator", at=NOW)
    assert "没有召回涉及本单位" in other.get("/my/recalls").content.decode(), (
        "an account of a firm never acts for an authority"
    )
