"""One shop's whole life over HTTP: filed, verified, renewed, rated by what it sells, complained of, warned about and heard, its badge taken and given back."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.services import SCOPES, actor_add, client_add
from chengxin.commerce.complaints.services.charging import charge_set
from chengxin.commerce.complaints.tests.test_complaints import OPERATOR
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, platform_add, shop
from chengxin.commerce.ratings.tests.shops import trade
from chengxin.commerce.trades.tests.goods import parquet_write
from chengxin.commerce.warnings.tests.grounds import WORDS, entry
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.signing import signed_in, staff_account
from tests.world import NOW, code, later, penalty, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Api = Callable[..., Any]
ADDRESS = "https://mall.example/shops/s1"


@pytest.fixture(autouse=True)
def world(settings: Any, tmp_path: Path) -> None:
    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_LAKE = str(tmp_path / "lake")
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    charge_set(sector="market", division="", agency="market", asker=OPERATOR, at=NOW)
    sent(tmp_path, penalty(1))  # by it the register knows the firm behind the shop


def program(actor: str) -> Api:
    """What a program of the actor's asks of the API."""
    key = client_add(actor=actor, title="t", scopes=list(SCOPES), per_minute=1000, by="operator", at=NOW)[1]

    def asked(method: str, path: str, said: Any = None) -> Any:
        headers = {"authorization": f"Bearer {key}"}
        if isinstance(said, Path):
            with said.open("rb") as file:
                answer = Browser().post(f"/api/v1{path}", {"file": file}, headers=headers)
        else:
            words = {} if said is None else {"data": json.dumps(said), "content_type": "application/json"}
            answer = getattr(Browser(), method)(f"/api/v1{path}", headers=headers, **words)
        assert answer.status_code < 300, answer.content.decode()
        return answer.json()

    return asked


def seen(path: str, **typed: str) -> str:
    """What a visitor reads there."""
    answer = Browser().post(path, typed) if typed else Browser().get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def test_a_shop_lives_and_answers_for_itself(tmp_path: Path) -> None:
    mall, market = program(PLATFORM), program("market")
    row = shop(1, url=ADDRESS, verified_on="2026-05-01")
    assert mall("post", f"/merchants/{PLATFORM}/rows/shops", {"rows": [row]})["accepted"] == 1
    assert "名称与统一社会信用代码和本库一致" in seen(f"/shops/{PLATFORM}/s1")

    # Verified in May, and not since: the platform is asked to, does, and the ticket is closed.
    open_ = [each for each in mall("get", "/merchants/tickets") if each["state"] == "open"]
    assert [each["finding"] for each in open_] == ["identity-overdue"]
    renewed = {**row, "verified_on": "2026-11-20", "digest": digest(99)}
    mall("post", f"/merchants/{PLATFORM}/rows/shops", {"rows": [renewed]})
    assert not [each for each in mall("get", "/merchants/tickets") if each["state"] == "open"]

    # It sells and is reviewed; from that it is rated.
    trades = [trade(n) for n in range(60)] + [trade(n, stars=2, returned="quality") for n in range(60, 66)]
    for kind in ("orders", "reviews", "returns", "parcels"):
        path = parquet_write(tmp_path / f"{kind}.parquet", kind, [row for each in trades for row in each[kind]])
        assert mall("post", f"/trades/{PLATFORM}/{kind}", path)["refused"] == 0
    assert run(["ratings", "compute", PLATFORM, "2026-10", "--json"]) == 0
    assert "总评" in seen(f"/shops/{PLATFORM}/s1/rating")

    badge = mall("post", f"/badges/{PLATFORM}/s1", {})
    assert (badge["rating"]["grade"], badge["rating"]["period"]) == ("good", "2026-10")
    assert "Good" in seen(f"/shops/{PLATFORM}/s1")
    assert badge["rating"]["title"] in seen(f"/badges/{badge['number']}.svg")
    assert badge["code"] == code(1) and f"/badges/{badge['number']}" in seen(f"/shops/{PLATFORM}/s1")

    # It is complained of, and its platform pays first.
    typed = {
        "kind": "quality",
        "platform": PLATFORM,
        "shop": "s1",
        "order": "o000001",
        "wants": "refund",
        "words": "杯盖有异味。",
        "name": "陆某某",
        "reach": "-",
    }
    page = seen("/complaints/new", **typed)
    number, key = (re.search(f'id="complaint-{name}">([^<]+)<', page) for name in ("number", "key"))
    assert number and key
    paid = {"to": "compensated", "reasons": "先行赔付", "remedy": "refund", "amount": "10.00"}
    assert mall("post", f"/complaints/{number[1]}/steps", paid)["outcome"] == "solved"
    assert "平台已先行赔付" in seen("/complaints/case", number=number[1], key=key[1])

    promise = {"shop": "s1", "promise": "quality", "words": "假一赔三", "from_on": "2026-11-01", "digest": digest(3)}
    assert mall("post", f"/merchants/{PLATFORM}/rows/promises", {"rows": [promise]})["accepted"] == 1
    page = re.sub(r"<span class=\"en\".*?</span>|\s", "", seen(f"/shops/{PLATFORM}/s1"))
    assert "假一赔三" in page and "有关投诉，已解决</dt><dd>1</dd>" in page and "办结未解决</dt><dd>0</dd>" in page
    shown = mall("get", f"/merchants/{PLATFORM}/shops/s1")
    assert shown["promises"][0]["breaches_decided"] == 0 and shown["products"] == []

    # An authority warns of its goods: the shop is heard, the warning stands beside its reply, and is withdrawn in its place.
    files = tmp_path / "files"
    files.mkdir()
    clerk = signed_in(Browser(), staff_account("market", "clerk"))
    draft = {
        "ground": "list-entry",
        "list_key": "abnormal-operations",
        "record": str(entry(files)),
        "until": "2027-01-31",
        "platform": PLATFORM,
        "shop": "s1",
    }
    desk = clerk.post("/desk/warnings", {**draft, **WORDS})["Location"]
    warning = desk.rsplit("/", 1)[1]
    told = clerk.post(desk, {"to": "heard", "words": ""}).context["done"].key
    seen(f"/warnings/{warning}/reply", key=told, words="已整改，批次下架。")
    clerk.post(desk, {"to": "published", "words": "答复不改变结论"})
    shown = seen(f"/warnings/{warning}")
    assert (
        "儿童水杯不合格" in shown
        and "已整改，批次下架。" in shown
        and "儿童水杯不合格" in seen(f"/shops/{PLATFORM}/s1")
    )
    waiting = mall("get", "/warnings/waiting")
    assert len(waiting) == 1 and mall("post", f"/warnings/{warning}/receipt", {"found": 2})

    # Its badge is revoked, reads as worth nothing, and is given back.
    assert "标识：有效" in seen(f"/badges/{badge['number']}.svg")
    market("post", f"/badges/{badge['number']}/steps/revocation", {"words": "整改期间"})
    assert "整改期间" in seen(f"/badges/{badge['number']}") and f"/badges/{badge['number']}" not in seen(
        f"/shops/{PLATFORM}/s1"
    )
    clerk.post(desk, {"to": "withdrawn", "words": "复检合格"})
    assert "警示已撤回" in seen(f"/warnings/{warning}")
    market("post", f"/badges/{badge['number']}/steps/restoration", {"words": "复检合格"})
    assert f"/badges/{badge['number']}" in seen(f"/shops/{PLATFORM}/s1")
    rates = Browser().get("/api/v1/complaints/rates?first=2026-11-01&last=2026-11-30").json()
    assert (rates["platforms"][0]["received"], rates["platforms"][0]["solved"]) == (1, 1)

    # It closes: the page says so, and the badge falls by itself.
    with time_machine.travel(later(days=1), tick=True):
        closed = {**renewed, "closed_on": timezone.localdate().isoformat()}
        mall("post", f"/merchants/{PLATFORM}/rows/shops", {"rows": [closed]})
    with time_machine.travel(later(days=1) + timedelta(minutes=5), tick=True):
        assert "店铺已关闭" in seen(f"/shops/{PLATFORM}/s1")
        assert "标识：无效" in seen(f"/badges/{badge['number']}.svg")
