"""A patrol and a loop as a department, another region's, the firm and anybody meet them, on a phone and wide."""

from datetime import timedelta
from uuid import uuid4

from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import expect

from chengxin.accounts.models import Account
from chengxin.accounts.services.opening import account_save
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.commerce.merchants.services.filing import merchants_file
from chengxin.commerce.merchants.tests.stalls import digest, platform_add, shop
from chengxin.commerce.monitoring.services import plan_draw_from, plan_reveal
from chengxin.site.testing_live import SiteServer
from chengxin.subjects.selectors import subject_of
from demo.cast import CAST
from tests.browser.conftest import Visit, at_the_desk
from tests.browser.test_leads import looked_at
from tests.browser.test_mydata import signed_in
from tests.people import DIVISION
from tests.signing import PASSWORD, at_desk, session_of

OWNER = CAST["carrier"]


def test_a_shop_is_patrolled_and_a_risk_followed_to_another_region(journey: Visit, site_server: SiteServer) -> None:
    some, at = uuid4().hex[:8], timezone.now() - timedelta(minutes=5)
    mall, market, afar, login = f"mall-{some}", f"market-{some}", f"afar-{some}", f"owner-{some}"
    with site_server.database_open(), override_settings(CHENGXIN_INVENTED_DIVISION=DIVISION):
        platform_add(mall)
        actor_add(key=market, kind="department", title="云川市市场监督管理局", by="operator", at=at)
        actor_add(key=afar, kind="department", title=f"远山市市场监督管理局{some}", by="operator", at=at)
        row = shop(1, number=OWNER.code, name=OWNER.name, verified_on=timezone.localdate(at).isoformat())
        merchants_file(platform=mall, kind="shops", rows=[row], by=mall, at=at)
        asker = Asker(market, "department")
        words = {"title": "网店信用巡查", "title_en": "Patrol of shops", "checklist": "truth-items", "document": "云市监巡〔2026〕1号", "digest": digest(1)}  # fmt: skip
        made = plan_draw_from(**words, count=1, platform=mall, asker=asker, at=at)
        plan_reveal(number=made.number, seed=made.seed, asker=asker, at=at + timedelta(minutes=1))
        owner = subject_of(OWNER.code, known_at=timezone.now())
        account_save(Account(login=login, kind="firm", subject_id=owner), PASSWORD, by="public", at=at)
        officer, other = session_of(at_desk(market)), session_of(at_desk(afar))
    page = at_the_desk(journey.page, journey.site, officer, "/desk/patrols")
    looked_at(page, "patrols-desk")
    page.locator("#tshops").fill(f"{mall} s1\n{mall} s99\n只写了平台")
    stated = {
        "title": "投诉核查",
        "document": "云市监巡〔2026〕2号",
        "digest": digest(2),
        "reference": "20261121-000007",
        "words": "不公示执照",
    }
    for name, typed in stated.items():
        page.locator(f"#t{name}").fill(typed)
    page.locator("#tshops").locator("xpath=ancestor::form").get_by_role("button").click()
    expect(page.locator("#refused-shops li")).to_have_count(2)
    expect(page.locator("#tshops")).to_have_attribute("aria-describedby", "refused-shops")
    looked_at(page, "patrols-refused")
    page.get_by_role("link", name="s1").click()
    page.locator("#officer").fill("YC-017")
    page.locator("#seen_on").fill(timezone.localdate(at).isoformat())
    for n, item in enumerate(page.locator("input[name=item]").evaluate_all("all => all.map(each => each.value)")):
        page.locator(f"#result-{item}").select_option("met" if n else "unmet")
        page.locator(f"#digest-{item}").fill(digest(n))
    page.get_by_role("button", name="登记所见").click()
    expect(page.locator(".panel.refused, .notice, [role=alert]").first).to_be_visible()  # an unmet item lacks its facts
    page.locator("textarea[name^=facts-]").first.fill("页面所示名称与营业执照不一致，缺少“有限公司”字样。")
    page.locator("select[name^=misconduct-]").first.select_option("false-marketing")
    looked_at(page, "patrol-form")
    page.get_by_role("button", name="登记所见").click()
    expect(page.locator("main")).to_contain_text("等待商家答复")
    looked_at(page, "patrol")
    page.goto(f"{journey.site}/desk/loops")
    paper = {"document": "云市监函〔2026〕8号", "digest": digest(8)}
    said = {
        "title": "儿童水杯风险",
        "reference": "云川市监抽〔2026〕001号",
        "facts": "抽检检出邻苯二甲酸酯超标。",
        "platform": mall,
        "shop": "s1",
        **paper,
    }
    for name, typed in said.items():
        page.locator(f"#{name}").fill(typed)
    page.locator("#reason").select_option("failed-sampling")
    looked_at(page, "loops")
    page.get_by_role("button", name="立卷").click()
    for step in ("写明不需抽检的理由", "写明不能追溯的理由", "告知商家"):
        page.locator("#words").fill("已有抽检结果，批次在售，见文书。")
        page.locator("#sdocument").fill("云市监函〔2026〕9号")
        page.locator("#sdigest").fill(digest(9))
        page.get_by_role("button", name=step).click()
    page.locator("#department").select_option(afar)
    page.locator("#awords").fill("请查明生产者同批次产品的去向。")
    page.locator("#adocument").fill("云市监协〔2026〕1号")
    page.locator("#adigest").fill(digest(7))
    page.get_by_role("button", name="发出请求").click()
    looked_at(page, "loop")
    file = page.url
    page = at_the_desk(page, journey.site, other, "/desk/loops")
    page.get_by_role("link", name="儿童水杯风险").first.click()
    page.get_by_role("button", name="回执").click()
    expect(page.locator("main")).to_contain_text("已回执，办理中")
    looked_at(page, "linkage")
    page.goto(file)
    expect(page.locator("main")).not_to_contain_text("邻苯二甲酸酯")
    page.context.clear_cookies()
    page = signed_in(journey, login)
    page.goto(f"{journey.site}/my/patrols")
    looked_at(page, "my-patrols")
    for words_ in ("名称已经更正。", "该批次已经下架。"):
        page.locator("textarea").first.fill(words_)
        page.get_by_role("button", name="答复").first.click()
        expect(page.locator("main")).to_contain_text(words_)
    expect(page.locator("textarea")).to_have_count(0)
    page.context.clear_cookies()
    page.goto(f"{journey.site}/patrols")
    expect(page.locator("main")).not_to_contain_text(OWNER.code)
    looked_at(page, "patrols")
