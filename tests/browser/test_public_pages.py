"""The public's pages as a visitor meets them: wide and narrow, without JavaScript, by keyboard, in the dark, on paper."""

import os
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.conf import LazySettings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from chengxin.actors.models import Actor
from chengxin.actors.selectors import Asker
from chengxin.commerce.badges.selectors import snippet
from chengxin.commerce.badges.services import badge_issue, badge_restore, badge_revoke
from chengxin.commerce.complaints.services.stepping import Said, complaint_step
from chengxin.commerce.merchants.selectors import law_of
from chengxin.commerce.merchants.services.filing import merchants_file
from chengxin.commerce.merchants.tests.stalls import platform_add, shop
from chengxin.commerce.ratings.services import exclusion_settle, ratings_publish
from chengxin.commerce.ratings.tests.shops import month_filed, trade
from chengxin.commerce.warnings.selectors import record_state
from chengxin.commerce.warnings.services import warning_draft, warning_step
from chengxin.kernel.days import day_of
from chengxin.lists.selectors import fact_of
from chengxin.records.models import Record
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, PHONE, Visit, at_the_desk, pictured
from tests.signing import at_desk, session_of

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
ASKED = ("双桅帆货运", "双", "云川市", "查无此企业有限公司", "110101199003070011", "91390102MAY000017K")
PATHS = (
    "/", "/enterprise/91390102MAY000999X", "/no-such-page", "/reports", "/verify", "/verify/2026-0000001", "/remedies?place=cn-33", "/ledger", "/statements", "/badges",
    "/methods/shop-rating", "/warnings",
    "/firms", "/associations", "/prices", "/agreements", "/incidents", "/recalls", "/reports-centre",
    "/third-party-reports", "/complaints", "/complaints/funds", "/complaints/new", "/complaints/case",
)  # fmt: skip


def searched(visit: Visit, text: str) -> Page:
    """The page that a search for the text leads to."""
    page = visit.open("/")
    page.get_by_role("textbox").fill(text)
    with page.expect_navigation():
        page.get_by_role("button").click()
    return page


def good_to_all(page: Page) -> None:
    """No fault by axe, and nothing to scroll sideways on a phone or a wide screen."""
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    shown = page.viewport_size
    assert shown is not None
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": shown["height"]})
        assert page.evaluate(SIDEWAYS) == 0, (page.url, width)
    page.set_viewport_size(shown)


def test_one_process_walks_all_pages(request: pytest.FixtureRequest) -> None:
    """pytest-xdist keeps a group together by what it adds to the node's name; where it cannot, it says nothing."""
    together = os.environ.get("PYTEST_XDIST_WORKER") and request.config.getoption("loadgroup")
    assert not together or request.node.nodeid.endswith("@browser")


def test_a_name_leads_by_the_candidates_to_the_page(visit: Visit) -> None:
    page = searched(visit, "双桅帆货运")
    assert page.url == f"{visit.site}/search"
    assert page.evaluate(SIDEWAYS) == 0
    page.get_by_role("link", name=CAST["carrier"].name).click()
    expect(page).to_have_url(f"{visit.site}/enterprise/{CAST['carrier'].code}")
    expect(page.get_by_role("heading", level=1)).to_have_text(CAST["carrier"].name)
    assert page.evaluate(SIDEWAYS) == 0


def test_a_code_leads_straight_to_the_page(visit: Visit) -> None:
    page = searched(visit, CAST["blacklisted"].code.lower())
    expect(page).to_have_url(f"{visit.site}/enterprise/{CAST['blacklisted'].code}")


def test_an_open_objection_is_marked_and_a_repaired_record_is_gone(visit: Visit) -> None:
    page = visit.open(f"/enterprise/{CAST['carrier'].code}")
    penalties = page.locator("article.record-adverse")
    expect(penalties).to_have_count(1)
    expect(penalties).to_contain_text("异议处理中")
    expect(penalties).to_contain_text("900002号")
    assert "900001号" not in page.content()


def test_a_citizen_number_is_refused_and_stands_in_no_address_and_on_no_page(visit: Visit) -> None:
    page = searched(visit, "110101199003070011")
    assert page.url == f"{visit.site}/search"
    assert "110101199003070011" not in page.content()


def test_every_firm_of_the_cast_has_a_page_that_fits_the_screen(visit: Visit) -> None:
    for firm in CAST.values():
        page = visit.open(f"/enterprise/{firm.number}")
        expect(page.get_by_role("heading", level=1)).to_have_text(firm.name)
        assert page.evaluate(SIDEWAYS) == 0, firm.key


def test_every_kind_of_enterprise_page_is_good_to_all(inspection: Visit) -> None:
    for key in ("carrier", "grocer", "blacklisted", "renamed", "old_timer"):
        good_to_all(inspection.open(f"/enterprise/{CAST[key].number}"))


def test_a_report_of_an_enterprise_is_issued_and_good_to_all(inspection: Visit) -> None:
    page = inspection.open(f"/enterprise/{CAST['carrier'].number}")
    page.get_by_role("button", name="出具信用报告").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("企业公共信用信息报告（公示版）")
    good_to_all(page)


def test_every_other_page_is_good_to_all(inspection: Visit) -> None:
    for path in PATHS:
        good_to_all(inspection.open(path))


def test_every_answer_to_a_search_is_good_to_all(inspection: Visit) -> None:
    for text in ASKED:
        good_to_all(searched(inspection, text))


def test_the_guide_gives_the_clocks_of_the_place_that_is_chosen(visit: Visit) -> None:
    page = visit.open("/remedies")
    objection = page.locator("section", has=page.locator("#object"))
    expect(objection).to_contain_text("20个工作日内")
    page.get_by_label("哪个地方的规定").select_option(label="河南省 / Henan")
    page.get_by_role("button", name="更换").click()
    expect(page.get_by_label("哪个地方的规定")).to_have_value("cn-41")
    expect(objection).to_contain_text("7个工作日内")
    expect(objection).not_to_contain_text("20个工作日内")
    pictured(page, "remedies-henan")


def test_the_skip_link_is_first_and_focus_is_seen(visit: Visit) -> None:
    page = visit.open("/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))


def test_the_page_is_readable_in_the_dark(browser: Browser, site: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{site}/enterprise/{CAST['carrier'].code}")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 23, 28)"
    good_to_all(page)
    context.close()


def test_on_paper_the_controls_are_gone(visit: Visit) -> None:
    page = visit.open("/")
    page.emulate_media(media="print")
    expect(page.locator(".search")).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()


def test_a_shop_s_badge_is_a_picture_that_leads_to_whose_it_is(inspection: Visit, site_server: SiteServer) -> None:
    at, firm = timezone.now() - timedelta(seconds=5), CAST["carrier"]
    with site_server.database_open():
        if not Actor.objects.filter(key="badge-mall").exists():
            platform_add("badge-mall")
        row = shop(
            1, shop="s1", title="双桅帆旗舰店", name=firm.name, number=firm.code, url=f"{inspection.site}/badges"
        )
        merchants_file(platform="badge-mall", kind="shops", rows=[row], by="badge-mall", at=at)
        badge = badge_issue(platform="badge-mall", shop="s1", by="badge-mall", at=timezone.now())
    page = inspection.open(f"/badges/{badge.number}")
    expect(page.locator(".state")).to_contain_text("有效")
    expect(page.locator("dl.facts")).to_contain_text("双桅帆旗舰店")
    good_to_all(page)
    pictured(page, "badge")
    page = inspection.open("/badges")
    html = snippet(badge, f"{inspection.site}/badges/{badge.number}")
    page.evaluate("html => { document.querySelector('main').innerHTML = html }", html)
    shown = page.locator("main img")
    expect(shown).to_have_js_property("complete", True)
    expect(shown).to_have_js_property("naturalWidth", 240)
    pictured(page, "badge-picture")
    page = inspection.open("/badges")
    page.locator("#badge").fill(badge.note.replace("双桅帆", "三桅帆"))
    page.get_by_role("button", name="查验").click()
    expect(page.locator("#found")).to_contain_text("标识不作数")
    expect(page.locator("main")).to_contain_text("签名不成立")
    pictured(page, "badge-forged")
    page.locator("#badge").fill(badge.number)
    page.get_by_role("button", name="查验").click()
    expect(page.locator("#found")).to_contain_text("标识是真的")


def test_a_shop_s_rating_is_read_with_what_it_rests_on(
    inspection: Visit, site_server: SiteServer, tmp_path: Path, settings: LazySettings
) -> None:
    settings.CHENGXIN_LAKE = str(tmp_path / "lake")
    mall, firm, at = f"mall-{uuid4().hex[:8]}", CAST["carrier"], timezone.now() - timedelta(seconds=5)
    who: dict[str, Any] = {"platform": mall, "by": mall}
    files = tmp_path / "files"
    files.mkdir()
    with site_server.database_open():
        platform_add(mall)
        row = shop(1, shop="s1", title="双桅帆旗舰店", name=firm.name, number=firm.code)
        merchants_file(kind="shops", rows=[row], at=at, **who)
        forged = [trade(n, stars=1, returned="quality") for n in range(60, 70)]
        month_filed(files, [trade(n) for n in range(60)] + forged, at=at, **who)
        exclusion_settle(
            {
                "act": "exclude", "platform": mall, "orders": [f"o{n:06d}" for n in range(60, 70)], "document": "云川市监处罚〔2026〕88号",
                "authority": "云川市市场监督管理局", "decided_on": "2026-11-10", "reason": "虚构交易，已作出处罚决定",
            },
            "operator", timezone.now(),
        )  # fmt: skip
        ratings_publish(platform=mall, period="2026-10", by="operator", at=timezone.now())
    page = inspection.open(f"/shops/{mall}/s1/rating")
    expect(page.locator("main")).to_contain_text("总评")
    expect(page.locator("section[aria-labelledby=features]")).to_contain_text("5.00 / 5")
    expect(page.locator("section[aria-labelledby=before]")).to_contain_text("虚构交易，已作出处罚决定")
    good_to_all(page)
    pictured(page, "rating")
    page.get_by_role("link", name="评价方法").click()
    expect(page.locator("main")).to_contain_text("因质量退货")
    good_to_all(page)
    pictured(page, "method")


def test_a_shop_s_life_is_seen_from_filing_to_its_badge_given_back(
    inspection: Visit, site_server: SiteServer, tmp_path: Path
) -> None:
    mall, at, firm = f"life-{uuid4().hex[:8]}", timezone.now() - timedelta(minutes=5), CAST["carrier"]
    itself, operator = Asker(mall, "platform"), Asker("operator", "operator")
    who: dict[str, Any] = {"platform": mall, "by": mall}
    row = shop(1, shop="s1", title="双桅帆旗舰店", name=firm.name, number=firm.code, url="https://mall.example/s1")
    files = tmp_path / "files"
    files.mkdir()
    with site_server.database_open():
        platform_add(mall)
        merchants_file(kind="shops", rows=[{**row, "verified_on": "2026-01-01"}], at=at, **who)
        merchants_file(kind="shops", rows=[row], at=at + timedelta(seconds=1), **who)  # verified anew
        month_filed(files, [trade(n) for n in range(60)], at=at, **who)
        ratings_publish(platform=mall, period="2026-10", by="operator", at=timezone.now())
        badge = badge_issue(platform=mall, shop="s1", by=mall, at=timezone.now())
    page = inspection.open(f"/badges/{badge.number}")
    expect(page.locator("dl.facts")).to_contain_text("Excellent")
    good_to_all(page)
    pictured(page, "badge-graded")
    page.set_content(snippet(badge, f"{inspection.site}/badges/{badge.number}"))
    expect(page.locator("img")).to_have_js_property("complete", True)
    pictured(page, "badge-graded-picture")
    page = inspection.open(f"/shops/{mall}/s1")
    expect(page.locator("main")).to_contain_text("名称与统一社会信用代码和本库一致")
    good_to_all(page)
    page.get_by_role("link", name="投诉这家店铺").click()
    expect(page.locator("#shop")).to_have_value("s1")
    page.locator("#wants").select_option("refund")
    page.locator("#words").fill("箱角破损，里面的灯座裂了。")
    page.locator("#name").fill("陆某某")
    page.locator("#reach").fill("lu@example.org")
    good_to_all(page)
    pictured(page, "complaint-form")
    page.get_by_role("button", name="提交投诉").click()
    number = page.locator("#complaint-number").inner_text()
    good_to_all(page)
    pictured(page, "complaint-receipt")
    with site_server.database_open():
        said = Said("全额退款", remedy="refund")
        complaint_step(number=number, to="offered", said=said, asker=itself, at=timezone.now())
    page.get_by_role("button", name="查看办理进度").click()
    expect(page.locator("main")).to_contain_text("已提出解决办法")
    good_to_all(page)
    pictured(page, "complaint-offered")
    page.get_by_role("button", name="同意解决办法").click()
    expect(page.locator(".state")).to_contain_text("待履行")
    with site_server.database_open():
        paid = Said("先行赔付", remedy="refund", amount=Decimal("35.00"))
        complaint_step(number=number, to="compensated", said=paid, asker=itself, at=timezone.now())
        words = {
            "title": "台灯漏电", "title_en": "Lamps leak current", "facts": "抽查不合格。", "facts_en": "They failed.", "advice": "停止使用。", "advice_en": "Stop.",
        }  # fmt: skip
        law = law_of(day_of(at))
        found = (
            r.pk
            for r in Record.objects.filter(record_type="abnormal-operations").order_by("pk")
            if record_state(
                law, "list-entry", "abnormal-operations", fact_of(r, known_at=timezone.now()), on=day_of(at)
            )
            == "holds"
        )
        made = warning_draft(
            ground="list-entry", list_key="abnormal-operations", record=next(found), said=words, until=day_of(at) + timedelta(days=30), asker=operator,
            at=timezone.now(),
        )  # fmt: skip
        told = warning_step(number=made.number, to="heard", words="", asker=operator, at=timezone.now()).key
    page = inspection.open(f"/warnings/{made.number}/reply")
    page.locator("#key").fill(told)
    page.locator("#words").fill("已全部召回。")
    page.get_by_role("button", name="答复").click()
    with site_server.database_open():
        warning_step(number=made.number, to="published", words="答复不改变结论", asker=operator, at=timezone.now())
    expect(inspection.open(f"/warnings/{made.number}").locator("main")).to_contain_text("已全部召回。")
    with site_server.database_open():
        badge_revoke(badge=badge, words="整改期间", asker=operator, at=timezone.now())
    expect(inspection.open(f"/badges/{badge.number}").locator(".state")).to_contain_text("已被撤销")
    with site_server.database_open():
        badge_restore(badge=badge, words="整改完成", asker=operator, at=timezone.now())
    page = inspection.open(f"/badges/{badge.number}")
    expect(page.locator(".state")).to_contain_text("有效")
    good_to_all(page)


def test_a_consumer_warning_is_seen_withdrawn_where_it_was_seen(inspection: Visit, site_server: SiteServer) -> None:
    words = {
        "title": "儿童水杯不合格", "title_en": "Children’s cups failed", "facts": "抽查检出邻苯二甲酸酯超标。", "facts_en": "Phthalates beyond the limit.",
        "advice": "停止使用，向商家退货。", "advice_en": "Stop using them and return them.",
    }  # fmt: skip
    at = timezone.now() - timedelta(seconds=5)
    operator = Asker("operator", "operator")
    with site_server.database_open():
        law = law_of(day_of(at))
        found = (
            r.pk
            for r in Record.objects.filter(record_type="abnormal-operations").order_by("pk")
            if record_state(law, "list-entry", "abnormal-operations", fact_of(r, known_at=at), on=day_of(at)) == "holds"
        )
        made = warning_draft(
            ground="list-entry", list_key="abnormal-operations", record=next(found), said=words, until=day_of(at) + timedelta(days=30), asker=operator, at=at,
        )  # fmt: skip
        key = warning_step(number=made.number, to="heard", words="", asker=operator, at=at).key
    page = inspection.open(f"/warnings/{made.number}/reply")
    good_to_all(page)
    page.locator("#key").fill(key)
    page.locator("#words").fill("已整改。")
    page.get_by_text("用单位证书签名").click()
    good_to_all(page)
    with page.expect_download() as given:
        page.get_by_role("button", name="取得供签名的全文").click()
    assert f"about: warning:{made.number}" in given.value.path().read_text("utf-8")
    page.locator("#key").press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("已经记下")
    with site_server.database_open():
        warning_step(number=made.number, to="published", words="答复不改变结论", asker=operator, at=timezone.now())
    page = inspection.open("/warnings")
    expect(page.locator("main")).to_contain_text("儿童水杯不合格")
    good_to_all(page)
    page.locator(f"#w{made.number} a").click()
    expect(page.locator("#replies + blockquote")).to_contain_text("已整改。")
    good_to_all(page)
    pictured(page, "warning")
    with site_server.database_open():
        session = session_of(at_desk("operator", "clerk"))
    page = at_the_desk(page, inspection.site, session, "/desk/warnings")
    expect(page.locator("main")).to_contain_text("起草消费警示")
    good_to_all(page)
    pictured(page, "desk-warnings")
    page.locator(f"#w{made.number} a").click()
    expect(page.locator("main")).to_contain_text("经过")
    good_to_all(page)
    pictured(page, "desk-warning")
    with site_server.database_open():
        warning_step(number=made.number, to="withdrawn", words="检验有误", asker=operator, at=timezone.now())
    page = inspection.open(f"/warnings/{made.number}")
    expect(page.locator("[role=status]")).to_contain_text("警示已撤回")
    expect(page.locator("main")).not_to_contain_text("停止使用")
    good_to_all(page)
    pictured(page, "warning-withdrawn")
