"""A warning's life over HTTP and at the command line: drafted at the desk, replied to on the portal, published, acknowledged, withdrawn."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client as Browser

from chengxin.actors.services import SCOPES, actor_add, client_add
from chengxin.commerce.merchants.tests.stalls import PLATFORM, filed, platform_add, shop
from chengxin.commerce.warnings.models import Warning, WarningStep
from chengxin.commerce.warnings.tests.grounds import WORDS, entry, published
from chengxin.records.services.events import record_withdraw
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.people import number as citizen
from tests.signing import signed_in, staff_account
from tests.world import NOW, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture(autouse=True)
def world(settings: LazySettings, tmp_path: Path) -> None:
    cache.clear()  # whatever other tests asked from this address
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CHENGXIN_HOME = tmp_path
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)


@pytest.fixture
def record(tmp_path: Path) -> int:
    files = tmp_path / "files"
    files.mkdir()
    return entry(files)


class Api:
    """A program of an actor's."""

    def __init__(self, actor: str) -> None:
        self.browser = Browser()
        self.key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=1000, by="operator", at=NOW)[1]

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.browser.get(f"/api/v1/warnings{path}", headers={"authorization": f"Bearer {self.key}"})
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, path: str, said: Any, status: int = 200) -> Any:
        answer = self.browser.post(
            f"/api/v1/warnings{path}",
            json.dumps(said),
            "application/json",
            headers={"authorization": f"Bearer {self.key}"},
        )
        assert answer.status_code == status, answer.content
        return answer.json()


def desk_draft(clerk: Browser, record: int, **changes: str) -> Any:
    typed = {
        "ground": "list-entry",
        "list_key": "abnormal-operations",
        "record": str(record),
        "until": "2027-01-31",
        **WORDS,
        **changes,
    }
    return clerk.post("/desk/warnings", typed)


def test_a_whole_life_through_the_pages(record: int) -> None:
    clerk = signed_in(Browser(), staff_account("market", "clerk"))
    visitor = Browser()
    refused = desk_draft(clerk, record, facts=f"店主{citizen(7)}")
    assert refused.status_code == 422 or refused.status_code == 400
    assert "不写自然人" in refused.content.decode() and not Warning.objects.exists()
    assert desk_draft(clerk, record, until="").status_code == refused.status_code
    made = desk_draft(clerk, record)
    assert made.status_code == 302
    number = Warning.objects.get().number
    page = f"/desk/warnings/{number}"
    assert made.url == page and visitor.get(f"/warnings/{number}").status_code == 404
    told = clerk.post(page, {"to": "heard", "words": ""})
    key = told.context["done"].key
    assert key in told.content.decode() and key not in clerk.get(page).content.decode()
    assert clerk.post(page, {"to": "published", "words": "理由"}).status_code == 409
    form = visitor.get(f"/warnings/{number}/reply")
    assert form.status_code == 200 and "查询码" in form.content.decode()
    assert visitor.post(f"/warnings/{number}/reply", {"key": "no", "words": "答复"}).status_code == 404
    assert visitor.post(f"/warnings/{number}/reply", {"key": key, "words": "已整改，谢谢。"}).status_code == 200
    assert clerk.post(page, {"to": "nonsense"}).status_code >= 400
    assert clerk.post(page, {"to": "published", "words": "答复不改变结论"}).status_code == 200
    shown = visitor.get(f"/warnings/{number}").content.decode()
    assert all(
        each in shown
        for each in (
            "儿童水杯不合格",
            "Children’s cups failed",
            "停止使用",
            "Stop using",
            "已整改，谢谢。",
            "企业信息公示暂行条例",
        )
    )
    listed = visitor.get("/warnings").content.decode()
    assert f"/warnings/{number}" in listed and "商家已答复" in listed
    assert f"/warnings/{number}" not in visitor.post("/warnings", {"words": "电饭锅"}).content.decode()
    assert f"/warnings/{number}" in visitor.post("/warnings", {"words": "水杯"}).content.decode()
    waiting = clerk.get(page).content.decode()
    assert "待回执" in waiting
    assert clerk.post(page, {"to": "withdrawn", "words": "检验方法有误"}).status_code == 200
    off = visitor.get(f"/warnings/{number}")
    assert off.status_code == 200
    text = off.content.decode()
    assert "警示已撤回" in text and "检验方法有误" in text and "已整改，谢谢。" in text and "停止使用" not in text
    assert text.index("警示已撤回") < text.index("<h1>")
    assert "警示已撤回" in visitor.get("/warnings").content.decode()


def test_danger_to_life_takes_a_second_officer_at_the_desk(record: int) -> None:
    clerk = signed_in(Browser(), staff_account("market", "clerk"))
    one = signed_in(Browser(), staff_account("market", "reviewer"))
    desk_draft(one, record)
    number = Warning.objects.get().number
    page, urgent = f"/desk/warnings/{number}", {"to": "urgent", "words": "可致窒息"}
    assert one.post(page, urgent).status_code == 403
    assert clerk.post(page, urgent).status_code == 403
    two = signed_in(Browser(), staff_account("market", "reviewer"))
    assert two.post(page, {"to": "urgent", "words": ""}).status_code >= 400
    assert two.post(page, urgent).status_code == 200
    step = WarningStep.objects.get(to="urgent")
    assert step.first and step.second and step.first != step.second
    shown = Browser().get(f"/warnings/{number}").content.decode()
    assert "可致窒息" in shown and "商家没有答复" in shown


def test_programs_draft_publish_and_acknowledge(record: int) -> None:
    market, platform = Api("market"), Api(PLATFORM)
    words = {
        "ground": "list-entry",
        "list_key": "abnormal-operations",
        "record": record,
        "until": "2027-01-31",
        **WORDS,
    }
    platform.post("", words, 403)
    number = market.post("", words, 201)["number"]
    key = market.post(f"/{number}/steps/heard", {})["key"]
    market.get(f"/{number}", 404)
    answer = Browser().post(
        f"/api/v1/warnings/{number}/reply", json.dumps({"key": key, "words": "已整改"}), "application/json"
    )
    assert answer.status_code == 200 and answer.json()["step"] == "replied"
    assert market.post(f"/{number}/steps/urgent", {"words": "x"}, 422)
    assert market.post(f"/{number}/steps/published", {"words": "答复不改变结论"})["told"] == 1
    assert (
        [each["number"] for each in platform.get("")]
        == [number]
        == [each["number"] for each in market.post("/search", {"words": "水杯"})]
    )
    waiting = platform.get("/waiting")
    assert [(each["kind"], each["warning"]["number"]) for each in waiting] == [("published", number)]
    market.get("/waiting", 403)
    platform.get(f"/{number}/file", 404)
    platform.post(f"/{number}/receipt", {"found": 3, "url": "http://plain.example"}, 422)
    done = platform.post(f"/{number}/receipt", {"found": 3, "url": "https://mall.example/tips/1"})
    assert done["receipted_at"] and platform.get("/waiting") == []
    platform.post(f"/{number}/receipt", {"found": 3}, 409)
    file = market.get(f"/{number}/file")
    assert (file["waiting"], file["late"], file["pushes"][0]["found"]) == (0, 0, 3)
    assert len(market.get("/handled")) == 1 and platform.get("/handled") == []


def test_the_feeds_carry_what_stands_and_what_was_taken_back(record: int) -> None:
    market = Api("market")
    words = {
        "ground": "list-entry",
        "list_key": "abnormal-operations",
        "record": record,
        "until": "2027-01-31",
        **WORDS,
    }
    number = market.post("", words, 201)["number"]
    key = market.post(f"/{number}/steps/heard", {})["key"]
    said = json.dumps({"key": key, "words": "已整改"})
    Browser().post(f"/api/v1/warnings/{number}/reply", said, "application/json")
    market.post(f"/{number}/steps/published", {"words": "结论"})
    for state in ("published", "withdrawn"):
        if state == "withdrawn":
            market.post(f"/{number}/steps/withdrawn", {"words": "检验有误"})
        feed = Browser().get("/warnings/feed.json").json()
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        item = feed["items"][0]
        assert item["id"].endswith(number) and item["tags"][0] == state and "已整改" in item["content_text"]
        assert ("停止使用" in item["content_text"]) is (state == "published")
        atom = Browser().get("/warnings/feed.atom")
        assert atom.headers["Content-Type"].startswith("application/atom+xml")
        assert number in atom.content.decode() and ("检验有误" in atom.content.decode()) is (state == "withdrawn")


def test_the_command_runs_a_warning(record: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: Any) -> Any:
        assert run(["warnings", *map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    draft = tmp_path / "draft.json"
    said = {"ground": "list-entry", "list_key": "abnormal-operations", "record": record, "until": "2027-01-31", **WORDS}
    draft.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    number = told("draft", draft, "--by", "market")["number"]
    key = told("step", number, "heard", "--by", "market")["key"]
    assert told("reply", number, key, "--say", "已整改")["step"] == "replied"
    assert told("step", number, "published", "--say", "结论", "--by", "market")["told"] == 1
    assert told("show", number)["state"] == "published"
    assert len(told("list", "--goods", "水杯")["warnings"]) == 1 == len(told("handled", "--by", "market")["warnings"])
    assert told("waiting", "--by", PLATFORM)["waiting"][0]["kind"] == "published"
    assert told("receipt", number, 4, "--by", PLATFORM)["found"] == 4
    assert told("file", number, "--by", "market")["waiting"] == 0
    assert told("follow")["told"] == 0
    draft.write_text("{}", encoding="utf-8")
    for wrong in (["draft", str(draft)], ["step", number, "urgent"], ["show"]):
        assert run(["warnings", *wrong]) != 0
    capsys.readouterr()


def test_the_chores_tell_platforms_what_changed_and_a_shop_s_page_says_it_is_warned_of(
    record: int, settings: LazySettings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    sent(tmp_path / "files", penalty(1))
    filed(shop(1))
    number = published(record, platform=PLATFORM, shop="s1")
    record_withdraw(record=record, by="market", at=later(hours=2), reason="误报")
    for hours, words in ((1.5, "消费警示"), (2.5, "警示的依据已不成立")):
        with time_machine.travel(later(hours=hours), tick=True):
            page = Browser().get(f"/shops/{PLATFORM}/s1").content.decode()
            assert f"/warnings/{number}" in page and words in page
    with time_machine.travel(later(hours=3), tick=True):
        for told in (1, 0):
            assert run(["chores", "--once", "--json"]) == 0
            assert json.loads(capfd.readouterr().out)["told"] == told
