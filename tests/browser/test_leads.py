"""A report as whoever makes it, the agency and the platform meet it: unnamed and by name, on a phone and wide."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import Page, expect

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.complaints.services.charging import charge_set
from chengxin.commerce.merchants.services.filing import merchants_file
from chengxin.commerce.merchants.tests.stalls import platform_add, shop
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, PHONE, Visit, at_the_desk, pictured
from tests.browser.test_public_pages import good_to_all
from tests.signing import at_desk, session_of

NAME = "陆某某"


def looked_at(page: Page, name: str) -> None:
    """Good to all, and its picture wide and narrow."""
    good_to_all(page)
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        pictured(page, name)


def told(visit: Visit, mall: str, **typed: str) -> tuple[str, str]:
    """Fill in the form; the receipt's number and key."""
    page = visit.open(f"/reports-centre/new?platform={mall}&shop=s1")
    page.locator("#kind").select_option("empty-parcels")
    for name, value in typed.items():
        page.locator(f"#{name}").fill(value)
    looked_at(page, "lead-form")
    page.get_by_role("button", name="提交举报").click()
    good_to_all(page)
    return page.locator("#lead-number").inner_text(), page.locator("#lead-key").inner_text()


def followed(visit: Visit, number: str, key: str) -> Page:
    """Where the report stands."""
    page = visit.open("/reports-centre/case")
    page.locator("#number").fill(number)
    page.locator("#key").fill(key)
    page.get_by_role("button", name="查看").click()
    return page


def test_a_report_is_made_handled_and_followed(journey: Visit, site_server: SiteServer) -> None:
    mall, posts, at = f"mall-{uuid4().hex[:8]}", f"posts-{uuid4().hex[:8]}", timezone.now() - timedelta(minutes=5)
    firm = CAST["carrier"]
    with site_server.database_open():
        platform_add(mall)
        actor_add(key=posts, kind="department", title="云川市邮政管理局", by="operator", at=at)
        charge_set(sector="posts", division="", agency=posts, asker=Asker("operator", "operator"), at=at)
        row = shop(1, shop="s1", title="双桅帆旗舰店", name=firm.name, number=firm.code)
        merchants_file(kind="shops", rows=[row], platform=mall, by=mall, at=at)
        officer, clerk = session_of(at_desk(posts)), session_of(at_desk(mall))
    page = journey.open("/reports-centre")
    expect(page.locator("main")).to_contain_text("举报不是认定")
    looked_at(page, "report-centre")
    named = told(journey, mall, words="整车空包裹发往同一地址。", name=NAME, reach="lu@example.org")
    looked_at(journey.page, "lead-receipt")
    unnamed = told(journey, mall, words="我收到过它寄的空包裹。")
    page = at_the_desk(page, journey.site, officer, "/desk/leads")
    expect(page.locator("main")).to_contain_text(named[0])
    looked_at(page, "lead-queue")
    page.locator("article", has_text=named[0]).get_by_role("link").click()
    expect(page.locator("main")).not_to_contain_text(NAME)
    page.locator("#what").fill("请提供s1近三个月的揽收记录")
    page.get_by_role("button", name="要求平台提供材料").click()
    page.locator(f"#case-{named[0]}").fill("云邮管〔2026〕7号")
    page.locator(f"#reason-{named[0]}").fill("须当面核实")
    page.get_by_role("button", name="打开").first.click()
    expect(page.locator("main")).to_contain_text(NAME)
    looked_at(page, "lead")
    page = at_the_desk(page, journey.site, clerk, "/desk/leads")
    expect(page.locator("main")).to_contain_text("揽收记录")
    expect(page.locator("main")).not_to_contain_text("空包裹发往")
    page.get_by_label("答复").fill("共四十单，见摘要。")
    page.get_by_role("button", name="答复").click()
    expect(page.locator("main")).to_contain_text("摘要即回执")
    looked_at(page, "lead-asked")
    page = at_the_desk(page, journey.site, officer, f"/desk/leads/{named[0]}")
    expect(page.locator("main")).to_contain_text("共四十单")
    step = page.locator("details", has=page.locator("input[value=filed]"))
    step.locator("summary").click()
    step.get_by_label("内容和理由").fill("有初步证据")
    step.get_by_role("button").click()
    expect(page.locator(".state")).to_contain_text("已立案")
    page.context.clear_cookies()
    page = followed(journey, *named)
    expect(page.locator("main")).to_contain_text("云邮管〔2026〕7号")
    looked_at(page, "lead-followed")
    page = followed(journey, *unnamed)
    expect(page.locator(".state")).to_contain_text("已立案")  # the same matter, handled once
    expect(page.locator("main")).to_contain_text("您没有署名")
