"""Public lists have pages: none cuts what it holds without a way to the rest."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.circles.services import firm_file
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop
from chengxin.commerce.merchants.tests.test_stating import stated
from chengxin.commerce.monitoring.services import Chosen, plan_state_reasons
from chengxin.portal.pages import patrolling, platforms, shopping
from tests.world import NOW, code, later, penalty, sent

pytestmark = pytest.mark.django_db
MARKET = Asker("market", "department")


@pytest.fixture(autouse=True)
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    cache.clear()
    platform_add()
    actor_add(key="market", kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    for page, name in ((platforms, "MOST"), (patrolling, "MOST"), (shopping, "MOST")):
        monkeypatch.setattr(page, name, 2)  # else fifty rows for each second page
    with time_machine.travel(later(minutes=5), tick=True):
        yield


def pages(path: str, *marks: str) -> list[list[str]]:
    """Which of these each page of the list shows, page after page as its own links lead."""
    browser, found, where = Client(), [], path
    while where:
        text = browser.get(where).content.decode()
        found.append([mark for mark in marks if mark in text])
        next_ = text.partition('rel="next" href="')[2].partition('"')[0].partition("#")[0]
        where = path.partition("?")[0] + next_.replace("&amp;", "&") if next_ else ""
    return found


def test_firms_and_prices_have_pages(tmp_path: Path) -> None:
    for n in range(1, 6):
        name = f"云川市甲{n}号商贸有限公司"
        said = {"document": "备〔2026〕1号", "digest": digest(1), "since": date(2026, 10, 1), "state": "registered"}
        firm_file(code=code(n), kind="agent-operator" if n < 4 else "payment", name=name, **said, asker=MARKET, at=NOW)  # type: ignore[arg-type]
        sent(tmp_path, penalty(1, basis="《中华人民共和国价格法》第四十条", document=f"价〔2026〕{n}号"), at=NOW)
    codes = [code(n) for n in range(1, 6)]
    assert pages("/firms", *codes) == [codes[:2], codes[2:4], codes[4:]]
    assert pages("/firms?kind=agent-operator", *codes) == [codes[:2], codes[2:3]]
    documents = [f"价〔2026〕{n}号" for n in range(1, 6)]
    assert sorted(each for page in pages("/prices", *documents) for each in page) == documents
    assert (
        len(pages("/prices", *documents)) == 3 and Client().get("/firms.csv").content.decode().count("备〔2026〕") == 5
    )


def test_plans_of_patrols_have_pages_in_each_quarter() -> None:
    filed(shop(1))
    chosen = [Chosen(PLATFORM, "s1", "complaint", "20261121-000007", "x")]
    by = {"document": "巡", "digest": digest(1), "checklist": "patrol-items", "shops": chosen}
    for n in range(3):
        plan_state_reasons(title=f"核查{n}", **by, asker=MARKET, at=NOW)  # type: ignore[arg-type]
    titles = ["核查2", "核查1", "核查0"]
    assert pages("/patrols", *titles) == [titles[:2], titles[2:]]
    assert pages("/patrols?quarter=2026-07-01", *titles) == [titles[:2], titles[2:]]


def test_a_shop_s_measures_have_pages() -> None:
    filed(shop(1))
    for n in range(1, 6):
        stated(number=f"m-{n}", shop="s1", facts=f"事实{n}。")
    facts = [f"事实{n}。" for n in range(5, 0, -1)]
    assert pages(f"/shops/{PLATFORM}/s1", *facts) == [facts[:2], facts[2:4], facts[4:]]
