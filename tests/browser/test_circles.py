"""What stands around a trade as a department, a platform, an association and anybody meets it, on a phone and wide."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add, agreement_file
from chengxin.commerce.circles.services import charter_file, member_file
from chengxin.commerce.merchants.tests.stalls import digest, platform_add
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import Visit, at_the_desk
from tests.browser.test_leads import looked_at
from tests.signing import at_desk, session_of


def test_a_platform_is_called_to_its_duty_and_an_association_acts(journey: Visit, site_server: SiteServer) -> None:
    some, at = uuid4().hex[:8], timezone.now() - timedelta(minutes=5)
    mall, market, guild, today = f"mall-{some}", f"market-{some}", f"guild-{some}", timezone.localdate()
    firm = CAST["carrier"]
    with site_server.database_open():
        platform_add(mall)
        actor_add(key=market, kind="department", title="云川市市场监督管理局", by="operator", at=at)
        actor_add(key=guild, kind="association", title="云川市电子商务协会", by="operator", at=at)
        itself = Asker(guild, "association")
        charter_file(title="云川市电子商务协会章程", document="云民社〔2019〕3号", digest=digest(1), adopted_on=today - timedelta(days=900), asker=itself, at=at)  # fmt: skip
        member_file(code=firm.code, name=firm.name, state="member", since=today - timedelta(days=400), asker=itself, at=at)  # fmt: skip
        days = {"from_on": today, "to_on": today + timedelta(days=365)}
        scopes = ["merchants", "trades", "complaints"]
        agreement_file(actor=mall, number=f"云信协{some}号", scopes=scopes, document="信息共享协议", digest=digest(5), **days, by="operator", at=at)  # fmt: skip
        officer, clerk = session_of(at_desk(market)), session_of(at_desk(mall))
        secretary, operator = session_of(at_desk(guild, "association-officer")), session_of(at_desk("operator"))
    page = at_the_desk(journey.page, journey.site, officer, "/desk/circles")
    page.locator("#platform").select_option(mall)
    page.locator("#duty").select_option("verify-merchants")
    page.locator("#facts").fill("抽查二十家店铺，三家没有核验营业执照，两家的联系方式已经停用。")
    page.locator("#document").fill("云市监询〔2026〕3号")
    page.locator("#digest").fill(digest(1))
    looked_at(page, "circles-new")
    page.get_by_role("button", name="登记并告知平台").click()
    number, file = page.locator("h1 .number").inner_text(), page.url.removeprefix(journey.site)
    looked_at(page, "circle-told")
    page = at_the_desk(page, journey.site, clerk, "/desk/circles")
    page.get_by_role("link", name="核验登记").first.click()
    page.locator("textarea").fill("三家已经补充核验，两家已经联系。")
    page.get_by_role("button", name="答复").click()
    expect(page.locator("main")).to_contain_text("平台已答复")
    page = at_the_desk(page, journey.site, officer, file)
    page.locator("summary", has_text="责令限期改正").click()
    form = page.locator("details", has=page.locator("#mend_by"))
    form.get_by_label("内容和理由").fill("三家仍未提交核验凭证，限期补正。")
    form.get_by_label("文书编号").fill("云市监改〔2026〕4号")
    form.get_by_label("或者选择文书").set_input_files(files={"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"})
    form.get_by_label("改正期限").fill((today - timedelta(days=1)).isoformat())
    form.locator("button").click()
    expect(page.locator("#refused-mend_by")).to_be_visible()
    looked_at(page, "circle-refused")
    page.get_by_label("改正期限").fill((today + timedelta(days=20)).isoformat())
    page.locator("details[open] button").click()
    expect(page.locator("main")).to_contain_text("正在公示")
    looked_at(page, "circle")
    page.goto(f"{journey.site}/desk/circles")
    looked_at(page, "circles")
    page.goto(f"{journey.site}/desk/firms")
    page.locator("#code").fill(firm.code)
    page.locator("#name").fill(firm.name)
    page.locator("#kind").select_option("logistics")
    page.locator("#since").fill("2025-03-01")
    page.locator("#document").fill("云邮许〔2025〕1号")
    page.locator("#digest").fill(digest(4))
    page.get_by_role("button", name="登记这家企业").click()
    looked_at(page, "desk-firms")
    page = at_the_desk(page, journey.site, secretary, "/desk/association")
    looked_at(page, "association")
    page.goto(f"{journey.site}/desk/association/acts")
    page.locator("#code").fill(firm.code)
    page.locator("#act").select_option("circular")
    page.locator("#article").fill("第二十一条")
    page.locator("#facts").fill("拒不履行行业公约，经两次劝告没有改正。")
    page.locator("#decided_on").fill(today.isoformat())
    page.locator("#until").fill((today + timedelta(days=90)).isoformat())
    page.locator("#document").fill("云电协〔2026〕8号")
    page.locator("#digest").fill(digest(6))
    page.get_by_role("button", name="登记并告知会员").click()
    looked_at(page, "disciplines")
    key, act = page.locator(".notice code").inner_text(), page.locator(".notice a").inner_text()
    page = journey.open(f"/associations/acts/{act}/answer")
    page.locator("#key").fill(key)
    page.locator("#words").fill("公约修改后没有送达本公司，收到后已经照办。")
    looked_at(page, "association-answer")
    page.get_by_role("button", name="提交").click()
    page = at_the_desk(page, journey.site, secretary, f"/desk/association/acts/{act}")
    expect(page.locator("main")).to_contain_text("收到后已经照办")
    looked_at(page, "discipline")
    page = at_the_desk(page, journey.site, officer, "/desk/references")
    page.locator("#code").fill(firm.code)
    page.get_by_role("button", name="查阅").click()
    looked_at(page, "references")
    page = at_the_desk(page, journey.site, operator, "/desk/agreements")
    looked_at(page, "desk-agreements")
    page.context.clear_cookies()
    for name, path in {
        "associations": "/associations", "firms": "/firms", "prices": "/prices", "agreements": "/agreements", "platform": f"/platforms/{mall}",
    }.items():  # fmt: skip
        page.goto(journey.site + path)
        looked_at(page, name)
    assert number
