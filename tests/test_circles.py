"""Platforms called to their duty over HTTP and at the command line, and on the public's pages; checks never know of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.services import SCOPES, actor_add, actor_identify, client_add
from chengxin.checks.services.asking import check_perform
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, platform_add
from chengxin.site.cli import run
from tests.world import CASE, DEPARTMENT, NOW, TODAY, code, later, penalty, sent

pytestmark = [pytest.mark.django_db]


class Api:
    """A program of an actor's; what it opens is remembered nowhere."""

    def __init__(self, actor: str) -> None:
        self.browser, self.actor = Browser(), actor
        self.key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=1000, by="operator", at=NOW)[1]

    def __call__(self, method: str, path: str, said: Any = None, status: int = 200) -> Any:
        words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
        ask = getattr(self.browser, method)
        answer = ask(f"/api/v1/circles{path}", headers={"authorization": f"Bearer {self.key}"}, **words)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture(autouse=True)
def world(settings: LazySettings, tmp_path: Path) -> None:
    cache.clear()
    settings.CHENGXIN_HOME = tmp_path
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    files = tmp_path / "files"
    files.mkdir()
    sent(files, penalty(9), by="market", at=NOW)
    actor_identify(actor=PLATFORM, code=code(9), by="operator", at=NOW)


def test_a_platform_is_told_heard_shown_and_put_right() -> None:
    with time_machine.travel(later(minutes=5), tick=False):
        market, mall, visitor = Api("market"), Api(PLATFORM), Browser()
        file = {"platform": PLATFORM, "duty": "publish-measures", "facts": "三项处理措施没有公示。", "document": "云市监询〔2026〕3号", "digest": digest(1)}  # fmt: skip
        mall("post", "/neglects", file, 403)
        number = market("post", "/neglects", file, 201)["number"]
        (waiting,) = mall("get", "/neglects")
        assert waiting["number"] == number and not waiting["shown"]
        steps = f"/neglects/{number}/steps"
        market("post", f"{steps}/circulated", {"words": "x", "document": "a", "digest": digest(2)}, 409)
        mall("post", f"{steps}/replied", {"words": "正在补公示。"})
        pages = (f"/platforms/{PLATFORM}", f"/enterprise/{code(9)}")
        for page in pages:
            assert "三项处理措施没有公示" not in visitor.get(page).content.decode()
        done = market("post", f"{steps}/demanded", {"words": "限期补公示", "document": "云市监改〔2026〕4号", "digest": digest(2), "mend_by": "2026-12-10"})  # fmt: skip
        assert done["shown"] and [s["to"] for s in market("get", f"/neglects/{number}")["steps"]][-1] == "demanded"
        for page in pages:
            text = visitor.get(page).content.decode()
            assert all(w in text for w in ("三项处理措施没有公示", "云市监改〔2026〕4号", "正在补公示。", "电子商务法"))
        acts = visitor.get(f"/api/v1/circles/platforms/{PLATFORM}/acts").json()
        assert acts[0]["acts"][0]["mend_by"] == "2026-12-10"
        assert visitor.get("/platforms/nobody").status_code == 404
        mall("post", f"{steps}/reported", {"words": "已全部公示", "document": "改正报告", "digest": digest(3)})
        market("post", f"{steps}/mended", {"words": "核实已改正"})
        for page in pages:
            assert "三项处理措施没有公示" not in visitor.get(page).content.decode()


def test_a_check_of_the_platform_s_firm_answers_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    def told() -> Any:
        done = check_perform(number=code(9), matter="tender", asker=DEPARTMENT, on=TODAY, at=later(hours=2), **CASE)
        return done.outcome, done.measures, done.reason

    actor_add(key="finance", kind="department", title="云川市财政局", by="operator", at=NOW)
    before = told()
    paper = ["--document", "云市监通〔2026〕1号", "--digest", digest(1), "--json"]
    with time_machine.travel(later(minutes=5), tick=False):
        assert run(["circles", "open", PLATFORM, "ratings", "--say", "删除差评。", "--by", "market", *paper]) == 0
        number = json.loads(capsys.readouterr().out)["number"]
        assert run(["circles", "step", number, "replied", "--say", "已恢复。", "--by", PLATFORM]) == 0
        assert run(["circles", "step", number, "circulated", "--say", "通报", "--by", "market", *paper]) == 0
        capsys.readouterr()
        for words in (["acts", PLATFORM], ["neglects", "--by", "market"], ["show", number, "--by", PLATFORM]):
            assert run(["circles", *words]) == 0
            assert "删除差评" in capsys.readouterr().out
        assert run(["circles", "acts"]) != 0
    assert told() == before
