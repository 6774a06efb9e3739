"""Complaints joined by hand and paid from a fund, in Chromium: the desk’s page, the funds, a firm’s solved rates in its report."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.complaints.models import Complaint
from chengxin.commerce.complaints.rules import Told
from chengxin.commerce.complaints.services import funds, intake, stepping
from chengxin.kernel.days import day_of
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import Visit, at_the_desk, pictured
from tests.browser.test_public_pages import good_to_all
from tests.signing import at_desk, session_of


def test_a_complaint_is_joined_by_hand_and_a_fund_is_read(inspection: Visit, site_server: SiteServer) -> None:
    mall, market, at = f"mall-{uuid4().hex[:8]}", f"market-{uuid4().hex[:8]}", timezone.now() - timedelta(days=40)
    firm, now = CAST["carrier"], timezone.now()
    clerk, itself = Asker(market, "department"), Asker(mall, "platform")
    with site_server.database_open():
        actor_add(key=mall, kind="platform", title="云集商城", by="operator", at=at)
        actor_add(key=market, kind="department", title="云川市市场监督管理局", by="operator", at=at)
        funds.fund_declare(
            key=f"{mall}-fund", title="云集消费者权益保护金", keeper=firm.name, keeper_code=firm.code, platforms=[mall], amount=Decimal("500000"),
            fund_rules="按交易额千分之一提取，专户管理；赔付后向商家追偿。", document="保护金管理约定〔2026〕1号", digest="a" * 64, since=day_of(at),
            asker=itself, at=at,
        )  # fmt: skip
        told = Told(
            source="portal", kind="quality", wants="refund", words="货物有裂纹，商家不理。", name="陆某某", reach="-", received_on=day_of(at), platform=mall,
            code=firm.code, order="o-1", amount=Decimal("89.00"),
        )  # fmt: skip
        intake.complaint_file(told=told, asker=Asker("public", "public"), at=at)
        paid = Complaint.objects.get(platform=mall).number
        said = stepping.Said("商家不答复", "refund", Decimal("89.00"), fund=f"{mall}-fund")
        stepping.complaint_step(number=paid, to="fund-paid", said=said, asker=itself, at=now)
        funds.recovery_add(
            number=paid, amount=Decimal("50"), on=day_of(now), document="银行回单1", asker=itself, at=timezone.now()
        )
        numbers = [
            intake.complaint_file(
                told=replace(told, source="12315", order=f"o-{n}", received_on=day_of(now)), asker=clerk, at=now
            ).number
            for n in (2, 3)
        ]
        session = session_of(at_desk(market, "clerk"))
        platform_session = session_of(at_desk(mall, "clerk"))
    page = inspection.open("/complaints/funds")
    expect(page.locator("main")).to_contain_text("云集消费者权益保护金")
    expect(page.locator("main")).to_contain_text("50.00")
    good_to_all(page)
    pictured(page, "complaint-funds")
    page = at_the_desk(page, inspection.site, session, f"/desk/complaints/{numbers[1]}")
    page.locator("#into").fill(numbers[0])
    page.locator("#join-why").fill("同一次购买拆成两单")
    page.get_by_role("button", name="并入那一件").click()
    expect(page.locator("[role=status]")).to_contain_text("已经记下")
    expect(page.locator("section[aria-labelledby=joined]")).to_contain_text("同一次购买拆成两单")
    good_to_all(page)
    pictured(page, "desk-complaint-joined")
    page = at_the_desk(page, inspection.site, platform_session, f"/desk/complaints/{paid}")
    expect(page.locator("section[aria-labelledby=fund]")).to_contain_text("银行回单1")
    good_to_all(page)
    pictured(page, "desk-complaint-fund")
    page = inspection.open(f"/logistics/{firm.code}")
    expect(page.locator("section[aria-labelledby=complaints]")).to_contain_text("少于20件的不计算比例")
    good_to_all(page)
    pictured(page, "logistics-complaints")
