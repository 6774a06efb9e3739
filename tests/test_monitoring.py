"""Patrols and loops over HTTP and at the command line, and what anybody, the firm and the desk see of them."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.services import SCOPES, actor_add, client_add
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop
from chengxin.site.cli import run
from tests.world import NOW, TODAY, code, later

pytestmark = [pytest.mark.django_db]
BY = {"document": "云市监巡〔2026〕1号", "digest": digest(1)}
LOOP = {
    "title": "儿童水杯风险", "reason": "failed-sampling", "reference": "云川市监抽〔2026〕001号", "facts": "邻苯二甲酸酯超标。", "platform": PLATFORM,
    "shop": "s1", **BY,
}  # fmt: skip


class Api:
    """A program of an actor's; what it opens is remembered nowhere."""

    def __init__(self, actor: str) -> None:
        self.browser, self.actor = Browser(), actor
        self.key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=1000, by="operator", at=NOW)[1]

    def __call__(self, method: str, path: str, said: Any = None, status: int = 200) -> Any:
        words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
        ask = getattr(self.browser, method)
        answer = ask(f"/api/v1/monitoring{path}", headers={"authorization": f"Bearer {self.key}"}, **words)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture(autouse=True)
def world(settings: LazySettings, tmp_path: Path) -> None:
    cache.clear()
    settings.CHENGXIN_HOME = tmp_path
    platform_add()
    for key, title in (("market", "云川市市场监督管理局"), ("afar", "远山市市场监督管理局")):
        actor_add(key=key, kind="department", title=title, by="operator", at=NOW)
    filed(*(shop(n) for n in range(1, 6)))


def seen(unmet: str) -> list[dict[str, Any]]:
    items = law_of(TODAY).code_lists["truth-items"].choices
    return [
        {"item": item, "result": "unmet", "facts": "页面所示名称与登记不一致", "digest": digest(3), "misconduct": "false-marketing"}
        if item == unmet
        else {"item": item, "result": "met", "digest": digest(2)}
        for item in items
    ]  # fmt: skip


def test_a_department_plans_draws_patrols_and_follows_over_http() -> None:
    with time_machine.travel(later(minutes=5), tick=False) as clock:
        market, mall, visitor = Api("market"), Api(PLATFORM), Browser()
        wanted = {"title": "真实性核查", "checklist": "truth-items", "count": 2, "platform": PLATFORM, **BY}
        mall("post", "/plans", wanted, 403)
        made = market("post", "/plans", wanted, 201)
        market("post", "/plans", wanted, 409)
        clock.shift(60)
        plan = market("post", f"/plans/{made['number']}/reveal", {"seed": made["seed"]})
        (first, _) = plan["shops"]
        market("post", f"/patrols/{first['number']}/look", {"officer": "YC-017", "seen_on": "2026-11-22", "seen": []}, 422)  # fmt: skip
        look = {"officer": "YC-017", "seen_on": "2026-11-22", "seen": seen("name-true")}
        done = market("post", f"/patrols/{first['number']}/look", look)
        assert done["state"] == "looked" and done["unmet"] == 1
        assert market("get", f"/patrols/{first['number']}")["held"]["code"] == first["code"]
        (public,) = visitor.get("/api/v1/monitoring/plans/public").json()
        assert public["patrols"] == 2 and public["seed"] == "" and first["code"] not in str(public)
        counted = visitor.get("/api/v1/monitoring/counts?since=2026-11-01&until=2026-11-30").json()
        assert counted["misconduct"][0]["key"] == "false-marketing" and counted["unmet_items"][0]["count"] == 1
        assert mall("get", "/patrols") == []


def test_a_loop_and_another_region_s_answer_go_over_http() -> None:
    with time_machine.travel(later(minutes=5), tick=False):
        market, afar = Api("market"), Api("afar")
        number = market("post", "/loops", LOOP, 201)["number"]
        steps = f"/loops/{number}/steps"
        market("post", f"{steps}/sampled", {"words": "x", **BY}, 422)
        market("post", f"{steps}/unsampled", {"words": "已有抽检结果"})
        market("post", f"/loops/{number}/facts", {"deed": "handling", "kind": "ticket", "reference": "9"}, 422)
        ask = {"department": "afar", "role": "producer", "words": "请查明生产者。", **BY}
        asked = market("post", f"/loops/{number}/requests", ask, 201)["number"]
        afar("get", f"/loops/{number}", None, 404)
        (told,) = afar("get", "/requests")
        assert told["number"] == asked and told["state"] == "told"
        afar("post", f"/requests/{asked}/steps/acknowledged", {})
        report = {"words": "已查封同批次产品。", "document": "远市监函〔2026〕2号", "digest": digest(4)}
        assert afar("post", f"/requests/{asked}/steps/reported", report)["final"]
        line = market("get", f"/loops/{number}")["timeline"]
        assert [e["kind"] for e in line] == ["request", "request-step", "request-step", "step", "step"] or len(
            line
        ) == 5
        assert any(e["words"] == "已查封同批次产品。" and e["who"] == "远山市市场监督管理局" for e in line)


def test_the_command_plans_patrols_and_follows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def asked(*words: str, status: int = 0) -> Any:
        with time_machine.travel(later(minutes=5), tick=False):
            assert run(["monitoring", *words, "--json"]) == status
        told = capsys.readouterr().out
        return json.loads(told) if told.strip() and status == 0 else None

    def file(name: str, said: Any) -> str:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        return str(path)

    reason = {"platform": PLATFORM, "shop": "s1", "reason": "warning", "reference": "20261120-000001", "words": "警示商品在售"}  # fmt: skip
    plan = asked("stated", file("plan", {"title": "核查", "checklist": "truth-items", "shops": [reason], **BY}), "--by", "market")  # fmt: skip
    patrol = plan["shops"][0]["number"]
    look = file("look", {"officer": "YC-017", "seen_on": "2026-11-22", "seen": seen("none")})
    assert asked("look", patrol, look, "--by", "market")["state"] == "clear"
    number = asked("open", file("loop", LOOP), "--by", "market")["number"]
    asked("step", number, "unsampled", "--say", "已有抽检结果", "--by", "market")
    asked("ask", number, "afar", "warehouse", "--say", "请查明仓储。", "--document", "a", "--digest", digest(5), "--by", "market")  # fmt: skip
    (request,) = asked("requests", "--by", "afar")["requests"]
    assert asked("answer", request["number"], "returned", "--say", "不属本局职权", "--by", "afar")["final"]
    assert asked("loop", number, "--by", "market")["state"] == "unsampled"
    assert asked("counts", "2026-11-01", "2026-11-30")["patrols"] == 1 and len(asked("public")["plans"]) == 1
    asked("step", number, status=2)
    asked("open", str(tmp_path / "none.json"), status=2)
    assert code(1) not in json.dumps(asked("public"))
