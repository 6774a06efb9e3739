"""A recall as authority, firm and consumer meet it in Chromium: no page goes wrong, wide or narrow."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from chengxin.accounts.models import Account
from chengxin.accounts.services.opening import account_save
from chengxin.actors.services import actor_add, actor_identify
from chengxin.commerce.trails.services import capturing
from chengxin.commerce.trails.tests.events import gtin, lot, seen
from chengxin.commerce.trails.tests.test_capturing import captured
from chengxin.site.testing_live import SiteServer
from chengxin.subjects.selectors import subject_of
from demo.cast import CAST
from tests.browser.conftest import Visit, at_the_desk, pictured
from tests.browser.test_public_pages import good_to_all
from tests.signing import PASSWORD, at_desk, session_of

MAKER, SELLER, MARKET = "recall-mill", "recall-shop", "recall-market"


def test_a_recall_s_whole_life(journey: Visit, site_server: SiteServer) -> None:
    at = timezone.now() - timedelta(seconds=5)
    with site_server.database_open():
        for key, kind in ((MAKER, "platform"), (SELLER, "service-firm"), (MARKET, "department")):
            actor_add(key=key, kind=kind, title=f"云川{key}", by="operator", at=at)
        actor_identify(actor=SELLER, code=CAST["carrier"].code, by="operator", at=at)
        capturing.goods_register(
            gtin=gtin(77), kind="food", actor=MAKER, title="挂面", title_en="Noodles", by=MAKER, at=at
        )
        captured(seen(0, "commissioning", lot(77, "N1"), action="ADD"), by=MAKER, at=at)
        captured(seen(1, "retail_selling", lot(77, "N1"), at=2), by=SELLER, at=at)
        made = Account(login="carrier-clerk", kind="firm", subject_id=subject_of(CAST["carrier"].code, known_at=at))
        account_save(made, PASSWORD, by="public", at=at)
        session = session_of(at_desk(MARKET))

    page = at_the_desk(journey.page, journey.site, session, "/desk/recalls")
    page.locator("#goods").fill(lot(77, "N1"))
    page.locator("#reason").fill("检出不得检出的物质")
    page.locator("#reason_en").fill("A forbidden substance was found")
    page.locator("#advice").fill("请勿食用，凭小票退货")
    page.locator("#advice_en").fill("Do not eat it; return it with the receipt")
    good_to_all(page)
    pictured(page, "desk-recalls")
    page.get_by_role("button", name="启动召回").click()
    expect(page.get_by_text("云川recall-shop")).to_be_visible()
    address = page.url

    page.context.clear_cookies()
    page.goto(f"{journey.site}/recalls")
    good_to_all(page)
    page.get_by_role("link", name="挂面").click()
    expect(page.get_by_text("请勿食用")).to_be_visible()
    expect(page.get_by_text("云川recall-shop")).to_have_count(0)
    good_to_all(page)
    pictured(page, "recall")

    page.goto(f"{journey.site}/sign-in?next=/my/recalls")
    page.locator("#login").fill("carrier-clerk")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("在手多少").fill("12")
    page.get_by_role("button", name="回执").click()
    page.get_by_label("在手多少").fill("12")
    page.get_by_label("收回多少").fill("3")
    page.get_by_label("销毁多少").fill("15")
    page.get_by_label("证明材料的摘要").fill("e" * 64)
    good_to_all(page)
    pictured(page, "my-recalls")
    page.get_by_role("button", name="报告处理情况").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    good_to_all(page)

    at_the_desk(page, journey.site, session, address.removeprefix(journey.site))
    expect(page.get_by_text("在手12，收回3，销毁15").first).to_be_visible()
    good_to_all(page)
    pictured(page, "desk-recall")
    page.locator("#reasons").fill("检验有误")
    page.get_by_role("button", name="撤销召回").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    page.goto(f"{journey.site}/recalls")
    expect(page.get_by_text("召回已撤销").first).to_be_visible()
