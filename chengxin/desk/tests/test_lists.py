"""Lists at the desk: what each is, who stands on it and who may see that; an entry proposed; and the month of what is due."""

import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from chengxin.actors.selectors import Asker
from chengxin.cases.models import Case
from chengxin.desk.services import month_read
from chengxin.desk.tests.test_pages import desk_of, text_of
from chengxin.ledger.models import Entry
from chengxin.records.models import Record
from chengxin.records.services.events import record_dispute, record_withdraw
from tests.world import code, later, listing, penalty, sent

pytestmark = pytest.mark.django_db

SERIOUS = "cn/serious-dishonesty"
REVOKED = penalty(1, kind="吊销食品经营许可证", content="吊销食品经营许可证。")


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(later(hours=2), tick=True):
        yield


@pytest.fixture
def market() -> Client:
    """A browser that has signed in for the department that decides."""
    return desk_of("market", "department")


def ground(folder: Path) -> int:
    """A slight penalty and a grave one of the first firm; the grave one."""
    sent(folder, penalty(1, document="轻〔2026〕1号"), REVOKED, by="market")
    return Record.objects.get(document=REVOKED["document"]).pk


def proposed(market: Client, **words: Any) -> Any:
    return market.post("/desk/lists/propose", {"list": SERIOUS, "code": code(1), **words})


@pytest.mark.parametrize("path", ["/desk/lists", "/desk/lists/propose", f"/desk/lists/{SERIOUS}", "/desk/month"])
def test_without_an_account_they_lead_to_the_door(client: Client, path: str) -> None:
    assert client.get(path).url == "/desk/sign-in"  # type: ignore[attr-defined]


def test_an_entry_is_proposed_by_ground_reasons_and_a_notice_looked_at(market: Client, tmp_path: Path) -> None:
    record = ground(tmp_path)
    assert "严重违法失信名单" in text_of(market.get("/desk/lists/propose", {"list": SERIOUS}))
    page = text_of(proposed(market, act="look"))
    assert REVOKED["name"] in page and f'value="{record}"' in page
    assert "名单没有列明此类记录" in page, "the slight penalty is seen, and why it will not do"
    assert len(re.findall(r"disabled", page)) == 1 and "告知书预览" not in page
    page = text_of(proposed(market, record=record, reasons="许可证被吊销", act="look"))
    for words in ("列入事先告知书", "许可证被吊销", "土地出让", "如何移出", "行政复议", "个工作日内", "立案时编号"):
        assert words in page, words
    assert not Case.objects.exists(), "nothing is proposed by looking"
    answer = proposed(market, record=record, reasons="许可证被吊销", act="file")
    case = Case.objects.get()
    assert answer.url == f"/desk/cases/{case.number}"
    page = text_of(market.get(answer.url))
    assert "列入事先告知书" in page and "拟列入" in page and 'name="served"' in page
    told = market.post(f"{answer.url}/step", {"to": "noticed", "reasons": "见告知书", "served": "EMS1"})
    assert "已告知" in text_of(told)
    looked = Entry.objects.filter(event="desk.listing.looked", actor="market")
    assert {entry.object for entry in looked} == {"list:serious-dishonesty"}


def test_what_cannot_be_proposed_is_refused_with_what_was_typed(market: Client, tmp_path: Path) -> None:
    record = ground(tmp_path)
    slight = Record.objects.get(document="轻〔2026〕1号").pk
    for act in ("look", "file"):
        answer = proposed(market, record=slight, reasons="屡次违法", act=act)
        assert answer.status_code == 422
        page = text_of(answer)
        assert "不能作为列入" in page and "屡次违法" in page and f'value="{record}"' in page
    assert proposed(market, code=code(9), act="look").status_code == 404
    assert proposed(market, list="cn/penalties", act="look").status_code == 404
    assert proposed(market, list="mars/x", act="look").status_code == 404
    assert proposed(market, record=record, reasons=" ", act="file").status_code == 200, "no reasons: nothing is filed"
    record_dispute(record=record, by="operator", at=timezone.now(), grounds="有误")
    assert "目前不产生效力" in text_of(proposed(market, act="look"))
    assert not Case.objects.exists()


def test_who_does_not_decide_proposes_nothing(market: Client, tmp_path: Path) -> None:
    record = ground(tmp_path)
    centre = desk_of("centre", "credit-centre")
    assert "由主管部门提出" in text_of(centre.get("/desk/lists/propose"))
    for act in ("look", "file"):
        assert proposed(centre, record=record, reasons="x", act=act).status_code == 403
    assert not Case.objects.exists()


def test_a_list_s_file_says_who_stands_on_it_by_what_and_until_when(market: Client, tmp_path: Path) -> None:
    at = timezone.now()
    sent(tmp_path, listing(1), listing(2, exit_on="2026-09-01"), source="serious-dishonesty", by="market", at=at)
    sent(tmp_path, listing(3), source="serious-dishonesty", at=at)
    page = text_of(market.get(f"/desk/lists/{SERIOUS}"))
    assert code(1) in page and listing(1)["document"] in page and "2029年7月3日之前" in page
    assert code(2) not in page, "who left stands there no more"
    assert code(3) not in page, "what another sent is not this department's"
    seen = text_of(desk_of("centre", "credit-centre").get(f"/desk/lists/{SERIOUS}"))
    assert code(1) in seen and code(3) in seen
    record = Record.objects.get(body__reason=listing(1)["reason"], document=listing(1)["document"]).pk
    record_dispute(record=record, by="operator", at=timezone.now(), grounds="有误")
    assert "在此期间不产生效力" in text_of(market.get(f"/desk/lists/{SERIOUS}"))
    record_withdraw(record=record, by="market", at=timezone.now(), reason="错")
    assert "没有您可以查看的" in text_of(market.get(f"/desk/lists/{SERIOUS}"))
    assert Entry.objects.filter(event="desk.list.read", actor="market", object="list:serious-dishonesty").count() == 3


def test_a_list_s_file_is_closed_to_everybody_else() -> None:
    for actor, kind in (("shop", "platform"), ("bureau", "service-firm"), ("bench", "court")):
        answer = desk_of(actor, kind).get(f"/desk/lists/{SERIOUS}")
        assert answer.status_code == 403 and "只对作出决定或者报送的部门" in text_of(answer)
    market = desk_of("market", "department")
    assert market.get("/desk/lists/cn/none").status_code == 404
    assert "没有您可以查看的" in text_of(market.get(f"/desk/lists/{SERIOUS}", {"before": "9" * 30}))


def test_every_list_is_named_with_its_authority_and_its_exit(market: Client) -> None:
    page = text_of(market.get("/desk/lists"))
    assert (
        "经营异常名录" in page
        and "依照规定履行公示义务后移出" in page
        and "/desk/lists/cn-41/serious-dishonesty" in page
    )


def test_the_month_shows_each_case_on_the_day_it_is_due(market: Client, tmp_path: Path) -> None:
    record = ground(tmp_path)
    assert "这个月没有到期的案件和任务" in text_of(market.get("/desk/month"))
    proposed(market, record=record, reasons="许可证被吊销", act="file")
    case = Case.objects.get()
    due = case.steps.get().last_day
    assert due is not None
    page = text_of(market.get("/desk/month", {"month": f"{due:%Y-%m}"}))
    assert re.search(f'datetime="{due}">{due.day}</time><ul>\\s*<li><a href="/desk/cases/{case.number}"', page)
    assert case.number not in text_of(market.get("/desk/month", {"month": "2025-01"}))
    assert case.number not in text_of(desk_of("roads", "department").get("/desk/month"))
    over = month_read(asker=Asker("market", "department"), at=later(days=40))
    assert (over.late_cases, over.late_tasks, over.days) == (1, 0, [])
    assert month_read(asker=Asker("reform", "supervisor"), at=later(days=40)).late_cases == 0, "it was not its turn"


@pytest.mark.parametrize("month", ["x", "2026-13", "0000-01", "9999-99", "2026-11-02"])
def test_a_month_that_is_none_leads_to_this_one(market: Client, month: str) -> None:
    assert market.get("/desk/month", {"month": month}).url == "/desk/month"  # type: ignore[attr-defined]


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "1990-05", "2150-02"])
def test_a_month_far_away_is_shown_or_leads_back(market: Client, month: str) -> None:
    assert market.get("/desk/month", {"month": month}).status_code in (200, 302)
