"""Whole lives as staff and whoever is recorded meet them in Chromium, wide and narrow: an entry on a list, a wrong measure made good, and what a court stays."""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page, expect

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.lists.models import Activation
from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise
from chengxin.site.testing_live import SiteServer
from tests.browser.conftest import Visit, at_the_desk, pictured
from tests.browser.test_answering import seen
from tests.signing import at_desk, session_of
from tests.world import code, file_write, ingest, penalty

NUMBERS = itertools.count(1200)
EVIDENCE: FilePayload = {"name": "立案通知书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF"}
STAFF = {
    "supervision": ("department", "云川市市场监督管理局"),
    "land-bureau": ("department", "云川市自然资源局"),
    "front-desk": ("credit-centre", "云川市公共信用信息中心"),
    "reform-office": ("supervisor", "云川市发展和改革委员会"),
}


@pytest.fixture(scope="session")
def staff(site: str, site_server: SiteServer) -> dict[str, str]:
    """Sessions at the desk: for the department that decides, for one that carries measures out, and for the credit centre."""
    found = {}
    with site_server.database_open():
        for actor, (kind, title) in STAFF.items():
            at = timezone.now()
            actor_add(key=actor, kind=kind, title=title, by="operator", at=at)
            found[actor] = session_of(at_desk(actor))
    return found


@pytest.fixture
def firm(staff: dict[str, str], site_server: SiteServer, tmp_path: Path) -> Iterator[str]:
    """A firm whose licence the department revoked four months ago; its code."""
    number, at = next(NUMBERS), timezone.now() - timedelta(seconds=1)
    decided = timezone.localdate(at) - timedelta(days=120)
    with site_server.database_open():
        row = penalty(
            number, decided_on=decided.isoformat(), document=f"云川市监处罚〔2026〕{number}号", kind="吊销食品经营许可证",
            content="吊销食品经营许可证。",
        )  # fmt: skip
        ingest(file_write(tmp_path / "penalty.csv", [row]), at=at, by="supervision")
        yield code(number)


def measure_raised(site_server: SiteServer, measure: str) -> None:
    """The measure is set going for the department of land, and its tasks are written."""
    at, centre = timezone.now(), Asker("front-desk", "credit-centre")
    with site_server.database_open():
        if not Activation.objects.filter(measure=measure, agency="land-bureau").exists():
            found = measure_dry_run(measure=measure, asker=centre, at=at)
            measure_activate(measure=measure, agency="land-bureau", dry_run=found.dry_run, asker=centre, at=at)
        measures_raise(by="operator", at=timezone.now())


def task_of(page: Page, firm: str, title: str = "") -> Locator:
    return page.locator("article.panel").filter(has_text=firm).filter(has_text=title).first


def stepped(page: Page, site: str, case: str, to: str, **words: str) -> None:
    page.goto(f"{site}/desk/cases/{case}")
    page.locator(f"#to-{to}").check()
    for name, text in words.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="办理").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")


def followed(page: Page, site: str, number: str, key: str) -> None:
    page.goto(f"{site}/case")
    page.get_by_label("回执上的编号").fill(number)
    page.get_by_label("查询码").fill(key)
    page.get_by_role("button", name="查看").click()


def objected(page: Page, site: str, firm: str, title: str, grounds: str) -> tuple[str, str]:
    """Said to be wrong on the firm's page; the receipt's number and key."""
    page.goto(f"{site}/enterprise/{firm}")
    page.locator("article.record").filter(has_text=title).first.get_by_role("link", name="认为这条有误").click()
    page.get_by_label("哪里有误").fill(grounds)
    page.get_by_label("您的姓名").fill("经办人")
    page.get_by_label("怎样联系您").fill("云川市琥珀路1号")
    page.get_by_role("button", name="提交异议").click()
    return page.locator("#case-number").inner_text(), page.locator("#case-key").inner_text()


def entry_of(page: Page) -> Locator:
    """The entry on the firm's page."""
    return page.locator("article.record").filter(has=page.get_by_role("heading", name="严重违法失信"))


def carried_out(page: Page, site: str, firm: str, document: str) -> None:
    """The task of the measure is answered as done, and its notice as served."""
    page.goto(f"{site}/desk/tasks")
    task_of(page, firm).get_by_label("文书文号").fill(document)
    task_of(page, firm).get_by_role("button", name="已办").click()
    expect(task_of(page, firm)).to_contain_text("送达告知书之前不产生效力")
    pictured(page, "tasks-telling")
    task_of(page, firm).get_by_label("送达凭据").fill("EMS1234567890")
    task_of(page, firm).get_by_role("button", name="已送达").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")


def test_an_entry_s_whole_life(journey: Visit, firm: str, staff: dict[str, str], site_server: SiteServer) -> None:
    page, site = journey.page, journey.site
    at_the_desk(page, site, staff["supervision"])
    page.goto(f"{site}/desk/lists/propose")
    page.locator("#list").select_option("cn/serious-dishonesty")
    page.locator("#code").fill(firm)
    page.get_by_role("button", name="查看可以作为依据的记录").click()
    page.locator("input[name=record]:enabled").first.check()
    page.locator("#reasons").fill("食品经营许可证被吊销，情节严重")
    page.get_by_role("button", name="预览告知书").click()
    seen(page, "entry-preview")
    page.get_by_role("button", name="提出并立案").click()
    number = page.url.rpartition("/")[2]
    pictured(page, "entry-proposed")
    href = page.get_by_role("link", name="列入事先告知书").get_attribute("href")
    notice = page.context.request.get(site + str(href)).text()
    key = re.search(r"查询码：?\s*(\S+)", notice)
    assert key and number in notice, notice
    stepped(page, site, number, "noticed", reasons="见告知书", served="EMS0987654321")
    pictured(page, "entry-noticed")

    followed(page, site, number, key[1])
    seen(page, "entry-for-the-firm")
    page.get_by_text("用单位证书签名").click()
    seen(page, "entry-to-be-signed")
    page.get_by_text("用单位证书签名").click()
    page.locator("#why-replied").fill("请求从轻：已经停业整顿，许可证正在重新申办。")
    page.get_by_role("button", name="陈述申辩").click()
    pictured(page, "entry-replied")

    at_the_desk(page, site, staff["supervision"])
    stepped(
        page, site, number, "decided", reasons="申辩理由不成立：许可证确已吊销。", document="云川市监严违〔2026〕7号"
    )
    pictured(page, "entry-decided")
    stepped(page, site, number, "served", served="送达回证〔2026〕7号")
    pictured(page, "entry-served")
    page.goto(f"{site}/desk/lists/cn/serious-dishonesty")
    expect(page.get_by_role("main")).to_contain_text(firm)
    pictured(page, "entry-on-the-list")
    measure_raised(site_server, "land-serious")
    at_the_desk(page, site, staff["land-bureau"])
    carried_out(page, site, firm, "云川自然资〔2026〕1号")
    page.goto(f"{site}/enterprise/{firm}")
    expect(page.get_by_role("main")).to_contain_text("严重违法失信")
    pictured(page, "entry-enterprise")

    case, pass_key = objected(page, site, firm, "严重违法失信", "许可证的吊销决定已经撤销。")
    page.goto(f"{site}/enterprise/{firm}")
    expect(entry_of(page)).not_to_contain_text("异议处理中")
    at_the_desk(page, site, staff["front-desk"])
    stepped(page, site, case, "accepted")
    page.goto(f"{site}/enterprise/{firm}")
    expect(entry_of(page)).to_contain_text("在此期间不产生效力")
    seen(page, "entry-disputed")
    at_the_desk(page, site, staff["supervision"])
    page.goto(f"{site}/desk/cases/{case}")
    page.locator("#to-corrected").check()
    page.locator("#reasons").fill("事由写错，列入不变")
    page.locator("summary").filter(has_text="更正内容").click()
    page.locator("#f-reason").fill("食品经营许可证被吊销")
    pictured(page, "entry-correcting")
    page.get_by_role("button", name="办理").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    page.goto(f"{site}/enterprise/{firm}")
    expect(entry_of(page)).to_contain_text("食品经营许可证被吊销")
    expect(entry_of(page)).not_to_contain_text("在此期间不产生效力")
    seen(page, "entry-corrected")

    case, pass_key = objected(page, site, firm, "严重违法失信", "许可证的吊销决定已经撤销。")
    at_the_desk(page, site, staff["front-desk"])
    stepped(page, site, case, "accepted")
    at_the_desk(page, site, staff["supervision"])
    stepped(page, site, case, "record-withdrawn", reasons="吊销决定已撤销")
    at_the_desk(page, site, staff["land-bureau"])
    page.goto(f"{site}/desk/tasks")
    task_of(page, firm, "补救").get_by_label("补救情况").fill("已恢复用地申请资格，并致函说明、致歉。")
    seen(page, "entry-remedy")
    task_of(page, firm, "补救").get_by_role("button", name="已办").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    page.goto(f"{site}/enterprise/{firm}")
    expect(entry_of(page)).to_have_count(0)
    followed(page, site, case, pass_key)
    told = page.locator("section[aria-labelledby=measures]")
    expect(told).to_contain_text("致函说明、致歉")
    seen(page, "entry-made-good")


def test_a_wrong_measure_is_lifted_and_made_good_and_its_subject_sees_it(
    journey: Visit, firm: str, staff: dict[str, str], site_server: SiteServer
) -> None:
    page, site = journey.page, journey.site
    measure_raised(site_server, "food-inspections-raised")
    at_the_desk(page, site, staff["land-bureau"])
    carried_out(page, site, firm, "云川自然资〔2026〕2号")

    number, key = objected(page, site, firm, "行政处罚", "许可证没有被吊销：决定书已由作出机关撤销。")
    at_the_desk(page, site, staff["front-desk"])
    stepped(page, site, number, "accepted")
    at_the_desk(page, site, staff["supervision"])
    stepped(page, site, number, "record-withdrawn", reasons="处罚决定已撤销")

    at_the_desk(page, site, staff["land-bureau"])
    page.goto(f"{site}/desk/tasks")
    seen(page, "remedy-tasks")
    task_of(page, firm, "解除").get_by_label("文书文号").fill("云川自然资解〔2026〕1号")
    task_of(page, firm, "解除").get_by_role("button", name="已办").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    task_of(page, firm, "补救").get_by_role("button", name="已办").click()
    expect(page.get_by_role("alert")).to_contain_text("怎样")
    pictured(page, "remedy-refused")
    task_of(page, firm, "补救").get_by_label("补救情况").fill("已恢复正常检查频次，并向该企业致函说明、致歉。")
    task_of(page, firm, "补救").get_by_role("button", name="已办").click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    expect(page.locator("article.panel").filter(has_text=firm)).to_have_count(0)

    followed(page, site, number, key)
    told = page.locator("section[aria-labelledby=measures] li")
    expect(told).to_have_count(3)
    for words in ("解除", "补救", "致函说明、致歉", "云川市自然资源局"):
        expect(told.filter(has_text=words).first).to_be_visible()
    seen(page, "remedy-told")


def test_what_a_court_stays_is_entered_marked_and_carried_out(
    journey: Visit, firm: str, staff: dict[str, str], site_server: SiteServer
) -> None:
    page, site = journey.page, journey.site
    page.goto(f"{site}/enterprise/{firm}")
    page.get_by_role("link", name="已申请复议或者提起诉讼").click()
    seen(page, "contest-form")
    page.get_by_label("不服的决定").fill("不服吊销许可证的决定，请求撤销。")
    page.locator("#papers").set_input_files(EVIDENCE)
    page.locator("#lawsuit").check()
    page.locator("#document").fill("（2026）云0102行初3号")
    page.locator("#since").fill(timezone.localdate().isoformat())
    page.get_by_label("您的姓名").fill("经办人")
    page.get_by_label("怎样联系您").fill("云川市琥珀路1号")
    page.get_by_role("button", name="提交申请").click()
    number, key = page.locator("#case-number").inner_text(), page.locator("#case-key").inner_text()
    pictured(page, "contest-receipt")
    page.goto(f"{site}/enterprise/{firm}")
    expect(page.get_by_role("main")).not_to_contain_text("正在复议或者诉讼")

    at_the_desk(page, site, staff["front-desk"])
    page.get_by_role("link", name="复议和诉讼").click()
    expect(page.get_by_role("main")).to_contain_text("（2026）云0102行初3号")
    seen(page, "contests")
    stepped(page, site, number, "marked")
    stepped(page, site, number, "stayed", reasons="法院裁定停止执行", document="（2026）云0102行初3号之一")
    pictured(page, "contest-stayed")
    page.goto(f"{site}/enterprise/{firm}")
    record = page.locator("article.record-disputed")
    expect(record).to_contain_text("正在复议或者诉讼")
    expect(record).to_contain_text("已决定停止执行")
    expect(record).not_to_contain_text("异议处理中")
    seen(page, "contest-enterprise")
    followed(page, site, number, key)
    expect(page.get_by_role("main")).to_contain_text("已决定停止执行")
    pictured(page, "contest-for-the-firm")

    at_the_desk(page, site, staff["supervision"])
    stepped(page, site, number, "revoked", reasons="判决撤销处罚决定", document="（2026）云0102行初3号")
    pictured(page, "contest-revoked")
    followed(page, site, number, key)
    expect(page.get_by_role("main")).to_contain_text("原决定撤销")
    assert page.goto(f"{site}/enterprise/{firm}").status == 404, "nothing is left to show of the firm"  # type: ignore[union-attr]


def test_staff_enter_a_reconsideration_and_take_a_slip_back(journey: Visit, firm: str, staff: dict[str, str]) -> None:
    page, site = journey.page, journey.site
    at_the_desk(page, site, staff["supervision"])
    page.goto(f"{site}/desk/contests")
    page.locator("#code").fill(firm)
    page.get_by_role("button", name="查找记录").click()
    page.locator("#reconsideration").check()
    page.locator("#organ").fill("云川市人民政府")
    page.locator("#document").fill("云川府复〔2026〕9号")
    page.locator("#since").fill(timezone.localdate().isoformat())
    page.locator("#grounds").fill("收到行政复议答复通知书")
    page.locator("#papers").set_input_files(EVIDENCE | {"mimeType": "application/zip", "name": "通知.zip"})
    seen(page, "contest-enter")
    page.get_by_role("button", name="提交登记").click()
    expect(page.locator("#refused-papers")).to_contain_text("不能接收")
    expect(page.locator("#organ")).to_have_value("云川市人民政府")
    seen(page, "contest-enter-refused")
    page.locator("#papers").set_input_files(EVIDENCE)
    page.locator("#stayed").fill("云川府复停〔2026〕9号")
    page.get_by_role("button", name="提交登记").click()
    expect(page).to_have_url(re.compile(r"/desk/cases/\d{8}-\d{6}$"))
    expect(page.get_by_role("main")).to_contain_text("已决定停止执行")
    pictured(page, "contest-entered")
    number = page.url.rpartition("/")[2]
    stepped(page, site, number, "mistaken", reasons="文号录错")
    seen(page, "contest-mistaken")
    page.get_by_role("button", name="更正后重新登记").click()
    expect(page.locator("#organ")).to_have_value("云川市人民政府")
    page.locator("#document").fill("云川府复〔2026〕19号")
    page.get_by_role("button", name="提交登记").click()
    expect(page).to_have_url(re.compile(r"/desk/cases/\d{8}-\d{6}$"))
    expect(page.get_by_role("main")).to_contain_text("已标注复议")
    page.goto(f"{site}/enterprise/{firm}")
    expect(page.locator("article.record-adverse")).to_contain_text("正在复议或者诉讼")


def test_a_demand_on_an_agency_is_written_down_answered_and_taken_back(journey: Visit, staff: dict[str, str]) -> None:
    page, site, document = journey.page, journey.site, f"云川信用办〔2026〕{next(NUMBERS)}号"
    at_the_desk(page, site, staff["reform-office"])
    page.goto(f"{site}/desk/assessment")
    page.get_by_label("种类").select_option(label="限期整改 Demand to put something right （全国 / the whole country）")
    page.locator("#agency").select_option("supervision")
    page.get_by_label("文书日期").fill(timezone.localdate().isoformat())
    page.locator("#new-document").fill(document)
    page.locator("#what").fill("三件列入逾期未告知，限期补办")
    page.get_by_role("button", name="提交登记").click()
    expect(page.get_by_role("alert")).to_contain_text("答复期限")
    seen(page, "oversight-refused")
    page.get_by_label("答复期限").fill((timezone.localdate() + timedelta(days=15)).isoformat())
    page.get_by_role("button", name="提交登记").click()
    expect(page.get_by_role("status")).to_contain_text("已经登记")

    at_the_desk(page, site, staff["supervision"])
    page.goto(f"{site}/desk/assessment")
    demand = page.locator("li").filter(has_text=document)
    demand.locator("summary").click()
    demand.get_by_label("整改情况").fill("三件均已补告知")
    seen(page, "oversight-answering")
    demand.get_by_role("button", name="提交答复").click()
    expect(demand).to_contain_text("三件均已补告知")

    at_the_desk(page, site, staff["reform-office"])
    page.goto(f"{site}/desk/assessment")
    demand.locator("summary").click()
    demand.get_by_label("撤回的理由").fill("登记有误")
    seen(page, "oversight-taking-back")
    demand.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("status")).to_contain_text("不再计入任何年度")
    expect(demand).to_have_count(0)
