"""The queue of waiting rows as a clerk works it: by keyboard alone, and without JavaScript; wide and narrow."""

import itertools
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from chengxin.accounts.rules import PERIOD, totp_code
from chengxin.accounts.services.factors import authenticator_add
from chengxin.accounts.services.inviting import staff_invite, staff_join
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.cases.services.running import Words
from chengxin.records.models import LINES_PER_BATCH, WaitingDecision
from chengxin.records.services.waiting import waiting_match
from chengxin.rights.services import Claimant, case_decide, objection_file
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, Visit, at_the_desk
from tests.browser.test_answering import seen
from tests.browser.test_public_pages import good_to_all
from tests.signing import PASSWORD, at_desk, session_of
from tests.world import code, file_write, ingest, listing, penalty

SOURCE = "abnormal-operations"
NUMBERS = itertools.count(900)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(scope="session")
def session(site: str, site_server: SiteServer) -> str:
    """A session at the desk of the city's credit centre."""
    at = timezone.now()
    with site_server.database_open():
        actor_add(key="centre", kind="credit-centre", title="云川市公共信用中心", by="operator", at=at)
        return session_of(at_desk("centre"))


@pytest.fixture
def rows(session: str, site_server: SiteServer, tmp_path: Path) -> Iterator[list[str]]:
    """Three rows that wait, matched: an unregistered branch of the cast's parent, and two of nobody's."""
    names = [f"{CAST['parent'].name}青坞分公司", "云川市白鹭轮船有限公司", "云川市雁字回时文化有限公司"]
    at = timezone.now() - timedelta(seconds=1)
    with site_server.database_open():
        made = [
            listing(next(NUMBERS), name=name, code="", document=f"云川市监列入〔2026〕{next(NUMBERS)}号")
            for name in names
        ]
        batch = ingest(file_write(tmp_path / "names.csv", made, source=SOURCE, edition="zh"), SOURCE, at=at).batch
        waiting_match(by="operator", at=timezone.now())
        yield [f"{batch}:{line}" for line in (2, 3, 4)]


def decided() -> list[tuple[str, str]]:
    """What was decided, in its order: the outcome, and in whose name."""
    return list(WaitingDecision.objects.order_by("pk").values_list("outcome", "by"))


def _code(at: datetime) -> str:
    return totp_code(SECRET, int(at.timestamp()) // PERIOD)


def pressed(page: Page, key: str) -> None:
    """Press a key that sends the form, and wait for the page that comes of it."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_queue_is_worked_by_keyboard_alone(inspection: Visit, session: str, rows: list[str]) -> None:
    page = at_the_desk(inspection.page, inspection.site, session, "/desk/queue")
    before = len(decided())
    row = page.locator("input[name=row]").last
    first = row.input_value()
    # A digit and the arrows choose; accepting without a choice is refused on the same row.
    pressed(page, "a")
    expect(page.get_by_role("alert")).to_contain_text("请选择一户或填写代码")
    page.keyboard.press("c")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.type(CAST["parent"].code)
    page.keyboard.press("Escape")
    pressed(page, "a")
    expect(page.get_by_role("status")).to_contain_text(first)
    second = row.input_value()
    assert second != first
    pressed(page, "r")
    third = row.input_value()
    pressed(page, "l")
    # Undo takes the last one back and shows it again.
    pressed(page, "u")
    expect(page.get_by_role("status")).to_contain_text("已撤销")
    expect(row).to_have_value(third)
    assert decided()[before:] == [(what, "centre") for what in ("assigned", "rejected", "postponed", "undone")]


def test_firms_are_chosen_by_digits_and_arrows(inspection: Visit, session: str, rows: list[str]) -> None:
    page = at_the_desk(inspection.page, inspection.site, session, "/desk/queue")
    page.goto(f"{inspection.site}/desk/queue?row={rows[0]}")
    expect(page.locator("mark").first).to_be_visible()
    page.keyboard.press("1")
    choices = page.locator("input[name=number]")
    expect(choices.nth(0)).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(choices.nth(min(1, choices.count() - 1))).to_be_checked()
    page.keyboard.press("k")
    expect(choices.nth(0)).to_be_checked()
    pressed(page, "a")
    assert decided()[-1] == ("assigned", "centre")


def test_without_javascript_the_same_is_done_by_tab_and_enter(visit: Visit, session: str, rows: list[str]) -> None:
    page = at_the_desk(visit.page, visit.site, session, "/desk/queue")
    page.goto(f"{visit.site}/desk/queue?row={rows[1]}")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "reject":
            break
    pressed(page, "Enter")
    assert decided()[-1] == ("rejected", "centre")


@pytest.fixture
def held(session: str, site_server: SiteServer, tmp_path: Path) -> Iterator[str]:
    """A row that was sent again with a change after a decision had taken its record out; `batch:line`."""
    n, at = next(NUMBERS), timezone.now() - timedelta(seconds=9)
    sender, centre = Asker(f"market-{n}", "department"), Asker("centre", "credit-centre")
    row = penalty(n, document=f"云川市监处罚〔2026〕{n}号")
    with site_server.database_open():
        actor_add(key=sender.key, kind=sender.kind, title="云川市市场监督管理局", by="operator", at=at)
        record = (
            ingest(file_write(tmp_path / "row.csv", [row]), at=at, by=sender.key).batch or 0
        ) * LINES_PER_BATCH + 2
        claimant = Claimant("经办人", "云川市琥珀路1号")
        case = objection_file(record=record, number=code(n), claimant=claimant, grounds="有误", at=at)
        words: dict[str, Any] = {
            "number": case.number,
            "words": Words(reasons="经核实有误", document="云川异议〔2026〕9号"),
        }
        case_decide(**words, asker=centre, to="accepted", at=at + timedelta(seconds=1))
        case_decide(**words, asker=sender, to="record-withdrawn", at=at + timedelta(seconds=2))
        changed = row | {"content": "罚款金额另行计算。"}
        done = ingest(file_write(tmp_path / "again.csv", [changed]), at=at + timedelta(seconds=3), by=sender.key)
        assert done.waiting == 1
        yield f"{done.batch}:2"


def test_a_row_held_against_a_decision_is_released_for_a_reason_alone(
    inspection: Visit, session: str, held: str
) -> None:
    page = at_the_desk(inspection.page, inspection.site, session, f"/desk/queue?row={held}")
    expect(page.get_by_role("main")).to_contain_text("同一决定又报来一行，内容有改动")
    expect(page.locator("#accept")).to_have_count(0)
    page.get_by_text("整行内容").click()
    expect(page.get_by_role("main")).to_contain_text("罚款金额另行计算。")
    seen(page, "queue-held")
    page.locator("#release").click()
    expect(page.get_by_role("alert")).to_contain_text("须写明理由")
    page.locator("#reason").fill("与机关核实，系另一项罚款")
    page.locator("#release").click()
    expect(page.get_by_role("status")).to_contain_text(held)
    assert decided()[-1] == ("released", "centre")


PAGES = [
    "/desk/sign-in",
    "/desk/queue",
    "/desk/queue/decided",
    "/desk/cases",
    "/desk/month",
    "/desk/tasks",
    "/desk/lists",
    "/desk/lists/cn/serious-dishonesty",
    "/desk/lists/propose",
    "/desk/contests",
    "/desk/inspections",
    "/desk/check",
    "/desk/reports",
    "/desk/calls",
    "/desk/coverage",
    "/desk/assessment",
]


def test_every_page_of_the_desk_is_good_to_all(inspection: Visit, session: str, rows: list[str]) -> None:
    page = at_the_desk(inspection.page, inspection.site, session, "/desk/queue")
    for path in PAGES:
        page.goto(inspection.site + path)
        good_to_all(page)


def test_password_and_code_are_typed_by_keyboard_and_what_is_wrong_is_told(
    inspection: Visit, session: str, site_server: SiteServer
) -> None:
    login, at = f"clerk-{next(NUMBERS)}", timezone.now()
    with site_server.database_open():
        invited = staff_invite(actor="centre", role="clerk", by="centre", at=at)[1]
        account = staff_join(code=invited, login=login, password=PASSWORD, at=at)
        before = at - timedelta(seconds=2 * PERIOD)
        authenticator_add(account=account, secret=SECRET, code=_code(before), at=before)
    page = inspection.open("/desk/")
    expect(page.locator("#login")).to_be_focused()
    for password in ("not that one, surely", PASSWORD):
        page.locator("#login").fill(login)
        page.locator("#password").focus()
        page.keyboard.type(password)
        pressed(page, "Enter")
        if password != PASSWORD:
            expect(page.get_by_role("alert")).to_contain_text("账户名和密码不相符")
            good_to_all(page)
    expect(page).to_have_url(f"{inspection.site}/desk/second")
    good_to_all(page)
    page.locator("#code").fill(_code(timezone.now()))
    pressed(page, "Enter")
    expect(page).to_have_url(f"{inspection.site}/desk/queue")


@pytest.fixture
def department(site: str, site_server: SiteServer) -> str:
    """A session at the desk of a department, a new one each time: it decides on tenders and on lists."""
    at, actor = timezone.now(), f"market-{next(NUMBERS)}"
    with site_server.database_open():
        actor_add(key=actor, kind="department", title="云川市市场监督管理局", by="operator", at=at)
        return session_of(at_desk(actor))


NOTHING = {
    "/desk/cases": "没有待办的案件",
    "/desk/month": "这个月没有到期的案件和任务",
    "/desk/tasks": "没有待办的任务",
    "/desk/contests": "没有您可以查看的、正在复议或者诉讼的案件",
    "/desk/coverage": "该期间没有报送的决定",
    "/desk/assessment": "该年度没有可以统计的事项",
    "/desk/lists/cn/serious-dishonesty": "没有您可以查看的列入企业",
    "/desk/cases/20261122-000001": "没有您可以查看的案件20261122-000001",
    "/desk/lists/cn/no-such-list": "没有名单no-such-list",
    "/desk/no-such-page": "没有这个页面",
}


def test_what_is_empty_or_wrong_says_so_and_what_to_do(journey: Visit, department: str) -> None:
    page = at_the_desk(journey.page, journey.site, department, "/desk/queue")
    for path, words in NOTHING.items():
        page.goto(journey.site + path)
        expect(page.get_by_role("main")).to_contain_text(words)
        seen(page, f"nothing{path.replace('/', '-')}")


def test_a_check_is_refused_without_its_case_and_answered_with_it(inspection: Visit, department: str) -> None:
    page = at_the_desk(inspection.page, inspection.site, department, "/desk/queue")
    page.get_by_text("核查和措施").click()
    page.get_by_role("link", name="核查 Check", exact=True).click()
    page.locator("#code").fill(CAST["blacklisted"].code)
    page.locator("#matter").select_option("tender")
    page.locator("form.panel button").click()
    expect(page.get_by_role("alert")).to_contain_text("现缺少用途和案件编号")
    good_to_all(page)
    page.locator("#case_number").fill("云川采购〔2026〕17号")
    page.locator("#purpose").fill("供应商资格审查")
    page.locator("form.panel button").click()
    expect(page.locator("article.record")).to_contain_text("《企业信息公示暂行条例》第18条")
    good_to_all(page)
    page.locator("#u-followed").check()
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")


def test_an_entry_is_proposed_and_its_case_is_seen(inspection: Visit, department: str) -> None:
    page = at_the_desk(inspection.page, inspection.site, department, "/desk/queue")
    page.goto(f"{inspection.site}/desk/lists/propose")
    page.locator("#list").select_option("cn/serious-dishonesty")
    page.locator("#code").fill(CAST["revoked"].code)
    page.get_by_role("button", name="查看可以作为依据的记录").click()
    page.locator("input[name=record]:enabled").first.check()
    page.locator("#reasons").fill("许可证被吊销，情节严重")
    good_to_all(page)
    page.get_by_role("button", name="预览告知书").click()
    expect(page.locator("pre.paper")).to_contain_text("列入事先告知书")
    good_to_all(page)
    if inspection.page.viewport_size == {"width": DESKTOP, "height": 800}:
        page.get_by_role("button", name="提出并立案").click()
        expect(page).to_have_url(re.compile(r"/desk/cases/\d{8}-\d{6}$"))
        expect(page.get_by_role("main")).to_contain_text("拟列入")
        good_to_all(page)
