"""From "this is wrong" to the last step, as a firm and a department meet it in Chromium: wide and narrow, no JavaScript needed."""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.lists.models import Activation
from chengxin.lists.services.measures import measure_activate, measure_dry_run, measures_raise
from chengxin.site.testing_live import SiteServer
from tests.browser.conftest import Visit, at_the_desk, pictured
from tests.browser.test_public_pages import good_to_all
from tests.signing import at_desk, session_of
from tests.world import code, file_write, ingest, listing, penalty

NUMBERS = itertools.count(700)


def seen(page: Page, name: str) -> None:
    """Nothing wrong with the page; a picture of it for who wants one."""
    good_to_all(page)
    pictured(page, name)


@pytest.fixture(scope="session")
def staff(site: str, site_server: SiteServer) -> dict[str, str]:
    """Sessions at the desk of a department and of the credit centre."""
    found = {}
    with site_server.database_open():
        for actor, kind in (("inspection", "department"), ("counter", "credit-centre")):
            at = timezone.now()
            actor_add(key=actor, kind=kind, title=actor, by="operator", at=at)
            found[actor] = session_of(at_desk(actor))
    return found


@pytest.fixture
def firm(staff: dict[str, str], site_server: SiteServer, tmp_path: Path) -> Iterator[str]:
    """A firm with one penalty that the department sent in, decided four months ago; its code."""
    number, at = next(NUMBERS), timezone.now() - timedelta(seconds=1)
    decided = timezone.localdate(at) - timedelta(days=120)
    with site_server.database_open():
        row = penalty(number, decided_on=decided.isoformat(), document=f"云川市监处罚〔2026〕{number}号")
        ingest(file_write(tmp_path / "penalty.csv", [row]), at=at, by="inspection")
        yield code(number)


def step_taken(page: Page, number: str, to: str, **words: str) -> None:
    page.get_by_role("link", name=number).click()
    page.locator(f"#to-{to}").check()
    for name, text in words.items():
        page.locator(f"#{name}").fill(text)
    page.get_by_role("button", name="办理").click()


def test_an_objections_whole_life(journey: Visit, firm: str, staff: dict[str, str]) -> None:
    page = journey.open(f"/enterprise/{firm}")
    # One: this is wrong. Two: the form, sent. There is the receipt, with a number and a day.
    page.get_by_role("link", name="认为这条有误").click()
    seen(page, "objection-form")
    page.get_by_label("哪里有误").fill("当事人不是本公司：决定书上的地址是另一家。")
    page.get_by_label("您的姓名").fill("经办人")
    page.get_by_label("怎样联系您").fill("云川市琥珀路1号")
    page.locator("#papers").set_input_files(
        {"name": "决定书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF"}
    )
    page.get_by_role("button", name="提交异议").click()
    number, key = page.locator("#case-number").inner_text(), page.locator("#case-key").inner_text()
    expect(page.locator("main")).to_contain_text("公共信用信息中心")
    seen(page, "objection-receipt")

    at_the_desk(page, journey.site, staff["counter"])
    seen(page, "desk-cases")
    page.get_by_role("link", name=number).click()
    expect(page.locator(".statement")).to_contain_text("当事人不是本公司")
    seen(page, "desk-case")
    page.goto(f"{journey.site}/desk/cases")
    step_taken(page, number, "accepted")
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    page.goto(f"{journey.site}/enterprise/{firm}")
    expect(page.locator("article.record-adverse")).to_contain_text("异议处理中")

    # Its own words stand beside the record from now on.
    page.goto(f"{journey.site}/case")
    seen(page, "case-ask")
    page.get_by_label("回执上的编号").fill(number)
    page.get_by_label("查询码").fill(key)
    page.get_by_role("button", name="查看").click()
    page.get_by_label("说明（").fill("我们正在与办案机关核对。")
    page.get_by_role("button", name="保存说明").click()
    seen(page, "case-followed")
    assert number not in page.url and key not in page.url
    page.goto(f"{journey.site}/enterprise/{firm}")
    expect(page.locator(".statement")).to_have_text("我们正在与办案机关核对。")

    at_the_desk(page, journey.site, staff["inspection"])
    step_taken(page, number, "corrected")
    expect(page.get_by_role("alert")).to_contain_text("理由")
    seen(page, "desk-refused")
    page.locator("#to-corrected").check()
    page.locator("#reasons").fill("罚款数额录入有误")
    if not page.locator("#f-fine").is_visible():
        page.locator("details summary").click()
    page.locator("#f-fine").fill("200")
    page.get_by_role("button", name="办理").click()
    expect(page.get_by_role("status")).to_contain_text("新立的记录")
    seen(page, "desk-corrected")
    page.goto(f"{journey.site}/enterprise/{firm}")
    expect(page.locator("article.record-adverse")).to_contain_text("200.00")
    seen(page, "enterprise-corrected")


COUNTED = "addEventListener('click', () => sessionStorage.setItem('clicks', 1 + Number(sessionStorage.getItem('clicks'))), true)"


def test_it_takes_three_clicks_at_most_from_this_is_wrong_to_a_receipt(journey: Visit, firm: str) -> None:
    journey.page.add_init_script(COUNTED)
    page = journey.open(f"/enterprise/{firm}")
    page.get_by_role("link", name="认为这条有误").click()
    page.get_by_label("哪里有误").fill("当事人不是本公司")
    page.get_by_label("您的姓名").fill("经办人")
    page.get_by_label("怎样联系您").fill("云川市琥珀路1号")
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator("#case-number")).to_have_text(re.compile(r"^\d{8}-\d{6}$"))
    today = timezone.localdate()
    expect(page.locator(".lead")).to_contain_text(f"已于{today.year}年{today.month}月{today.day}日收到")
    assert int(page.evaluate("sessionStorage.getItem('clicks')")) <= 3


def test_a_repairs_whole_life(journey: Visit, firm: str, staff: dict[str, str]) -> None:
    page = journey.open(f"/enterprise/{firm}")
    page.get_by_role("link", name="申请信用修复").click()
    page.get_by_label("怎样改正").fill("罚款已缴，进货台账已补齐。")
    page.get_by_label("您的姓名").fill("经办人")
    page.get_by_label("怎样联系您").fill("云川市琥珀路1号")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("alert")).to_contain_text("作出信用承诺")
    seen(page, "repair-form")
    page.locator("#performed").check()
    page.locator("#promised").check()
    page.get_by_role("button", name="提交申请").click()
    number = page.locator("#case-number").inner_text()
    at_the_desk(page, journey.site, staff["inspection"])
    step_taken(page, number, "granted", document="云川市监修复〔2026〕1号")
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    seen(page, "repair-granted")
    page.goto(f"{journey.site}/enterprise/{firm}")
    expect(page.locator("article.record-adverse")).to_have_count(0)


def test_a_task_of_a_measure_is_answered_at_the_desk(
    journey: Visit, staff: dict[str, str], site_server: SiteServer, tmp_path: Path
) -> None:
    number, at = next(NUMBERS), timezone.now() - timedelta(seconds=1)
    centre = Asker("counter", "credit-centre")
    with site_server.database_open():
        rows = [listing(number, document=f"云川市监列入〔2026〕{number}号")]
        ingest(
            file_write(tmp_path / "listing.csv", rows, source="abnormal-operations", edition="zh"),
            "abnormal-operations",
            at=at,
        )
        if not Activation.objects.filter(measure="land-abnormal", agency="inspection").exists():
            found = measure_dry_run(measure="land-abnormal", asker=centre, at=at)
            measure_activate(measure="land-abnormal", agency="inspection", dry_run=found.dry_run, asker=centre, at=at)
        measures_raise(by="operator", at=at)
    page = journey.page
    at_the_desk(page, journey.site, staff["inspection"])
    page.get_by_text("核查和措施").click()
    page.get_by_role("link", name="措施任务").click()
    seen(page, "desk-tasks")
    before = page.get_by_role("button", name="已办").count()
    page.get_by_role("button", name="未办").first.click()
    expect(page.get_by_role("alert")).to_contain_text("未办的须写明理由")
    page.get_by_label("理由（未办的必填）").first.fill("该企业未参与土地出让")
    page.get_by_role("button", name="未办").first.click()
    expect(page.get_by_role("status")).to_contain_text("已经记下")
    expect(page.get_by_role("button", name="已办")).to_have_count(before - 1)


def test_a_form_with_something_missing_keeps_what_was_typed(visit: Visit, firm: str) -> None:
    page = visit.open(f"/enterprise/{firm}")
    page.get_by_role("link", name="认为这条有误").click()
    page.get_by_label("哪里有误").fill("不是本公司")
    page.get_by_label("您的姓名").fill(" ")
    page.get_by_label("怎样联系您").fill("云川市琥珀路1号")
    page.get_by_role("button", name="提交异议").click()
    expect(page.get_by_role("alert")).to_contain_text("已在下面标出")
    expect(page.get_by_label("哪里有误")).to_have_value("不是本公司")
    expect(page.locator("#name")).to_have_attribute("aria-invalid", "true")


def test_a_wrong_receipt_opens_nothing(visit: Visit, site: str) -> None:
    page = visit.open("/case")
    page.get_by_label("回执上的编号").fill("20261122-000001")
    page.get_by_label("查询码").fill("wrong")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("alert")).to_contain_text("没有您可以查看的案件")
