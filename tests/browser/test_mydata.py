"""My data in Chromium, wide and narrow: a person's whole way from the door to being erased, and what a firm has of it."""

import json
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from pdfminer.high_level import extract_text
from playwright.sync_api import Download, Page, expect

from chengxin.accounts.models import Account
from chengxin.accounts.services.opening import account_save
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.checks.services.asking import check_perform
from chengxin.commerce.merchants.services.filing import merchants_file
from chengxin.commerce.merchants.tests.stalls import platform_add, stall
from chengxin.disclosure.rules.disclosing import Outcome
from chengxin.disclosure.services.reading import person_read
from chengxin.kernel.certificates import pdf_signed_by
from chengxin.mydata.models import Question
from chengxin.mydata.services import question_answer
from chengxin.site.testing_live import SiteServer
from chengxin.subjects.selectors import person_of, subject_of
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, Visit, pictured
from tests.browser.test_public_pages import SIDEWAYS, good_to_all
from tests.people import DIVISION, decision, licence, name, number, people_sent
from tests.signing import PASSWORD

NARROW = 390
READER = Asker("tourism-bureau", "department")
GRANTEE = Asker("credit-firm", "service-firm")
ASKED = {"purpose": "practice-supervision", "case_number": "云川文旅〔2026〕9号"}


@pytest.fixture(scope="module")
def person(site: str, site_server: SiteServer, tmp_path_factory: pytest.TempPathFactory) -> int:
    """A licensed guide with an account, whom the bureau has read for a case, and of whom a platform filed a shop."""
    at, folder = timezone.now() - timedelta(seconds=5), tmp_path_factory.mktemp("people")
    with site_server.database_open(), override_settings(CHENGXIN_INVENTED_DIVISION=DIVISION):
        for actor, title in ((READER, "云川市文化广电和旅游局"), (GRANTEE, "云川鸿雁信用服务有限公司")):
            actor_add(key=actor.key, kind=actor.kind, title=title, by="operator", at=at)
        people_sent(folder, licence(7), at=at)
        people_sent(folder, decision(7), source="practice-decisions", at=at)
        platform_add("guide-mall")
        merchants_file(platform="guide-mall", kind="shops", rows=[stall(1)], by="guide-mall", at=at)
        subject = person_of(number(7), known_at=timezone.now())
        made = Account(login="invented-guide", kind="person", subject_id=subject)
        account_save(made, PASSWORD, by="public", at=at)
    assert read(site_server, READER, **ASKED) is Outcome.SHOWN
    return subject


def read(server: SiteServer, asker: Asker, **words: Any) -> Outcome:
    """What somebody who knows number and name is told of the person."""
    with server.database_open(), override_settings(CHENGXIN_INVENTED_DIVISION=DIVISION):
        return person_read(asker=asker, number=number(7), name=name(7), at=timezone.now(), **words).found.outcome


def signed_in(visit: Visit, login: str) -> Page:
    page = visit.open("/sign-in?next=/my")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("我的数据")
    return page


def looked(page: Page, picture: str) -> None:
    """The page at both widths: good to all, and nothing to scroll sideways."""
    good_to_all(page)
    pictured(page, picture)
    page.set_viewport_size({"width": NARROW, "height": 800})
    assert page.evaluate(SIDEWAYS) == 0, page.url
    pictured(page, picture)
    page.set_viewport_size({"width": DESKTOP, "height": 800})


def went(page: Page, link: str) -> None:
    page.get_by_role("link", name=link).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(link)


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


@pytest.mark.parametrize("width", [DESKTOP], indirect=True)
def test_a_person_sees_who_read_them_asks_allows_takes_away_and_is_erased(
    inspection: Visit, person: int, site_server: SiteServer
) -> None:
    page = signed_in(inspection, "invented-guide")
    looked(page, "my")
    # By whom, when, what for, by which right; and why.
    went(page, "谁查询过我")
    row = page.get_by_role("row").filter(has_text="云川市文化广电和旅游局").filter(has_text="云川文旅〔2026〕9号").first
    for words in ("《中华人民共和国行政许可法》第61条", "属于查询", timezone.localdate().strftime("%Y")):
        expect(row).to_contain_text(words)
    row.get_by_role("link", name="为什么查询").click()
    looked(page, "my-question")
    page.locator("#words").fill("我没有在贵局办理过业务，请说明因何查询")
    page.get_by_role("button", name="提交询问").click()
    with site_server.database_open():
        asked = Question.objects.get(subject_id=person)
        question_answer(question=asked.pk, words="导游证年度检查", asker=READER, at=timezone.now())
    page.reload()
    expect(page.locator(f"#q{asked.pk}")).to_contain_text("导游证年度检查")
    looked(page, "my-readings")
    # The shop that a platform filed as theirs.
    went(page, "平台报送的店铺")
    expect(page.locator("article")).to_contain_text("山里小铺1")
    looked(page, "my-shops")
    # What is recorded, with the person's own words beside it.
    went(page, "关于我的记录")
    record = page.locator("article.record").filter(has_text="暂扣许可证件")
    record.locator("textarea").fill("已经按要求参加培训")
    record.get_by_role("button", name="附上说明").click()
    expect(page.locator("blockquote.statement")).to_have_text("已经按要求参加培训")
    looked(page, "my-records")
    # Allowed, read on it, taken back, refused.
    went(page, "我的同意")
    looked(page, "my-consents-none")
    page.locator("#grantee").select_option(GRANTEE.key)
    page.locator("#purpose").select_option("consented-report")
    page.locator("#t-practice-licence").check()
    page.get_by_role("button", name="同意", exact=False).last.click()
    expect(page.get_by_role("status")).to_contain_text("已经作出")
    assert read(site_server, GRANTEE, purpose="consented-report") is Outcome.SHOWN
    went(page, "我的同意")
    looked(page, "my-consents")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("status")).to_contain_text("已经撤回")
    assert read(site_server, GRANTEE, purpose="consented-report") is Outcome.NOTHING
    # The report, as a page and as a signed PDF.
    went(page, "我的报告")
    page.locator("form.panel").first.get_by_role("button", name="出具").click()
    expect(page.get_by_role("main")).to_contain_text("D-3901-000007")
    looked(page, "my-report")
    went(page, "我的报告")
    looked(page, "my-reports")
    with page.expect_download() as began:
        page.get_by_role("button", name="下载 PDF").click()
    pdf = content(began.value)
    assert "D-3901-000007" in extract_text(BytesIO(pdf))
    with ThreadPoolExecutor(1) as apart:  # the checker wants a loop of its own, and Playwright's runs in this thread
        assert apart.submit(pdf_signed_by, pdf).result()
    # Everything taken away, and erased.
    went(page, "复制和删除")
    looked(page, "my-data")
    with page.expect_download() as began:
        page.get_by_role("button", name="下载").click()
    with zipfile.ZipFile(BytesIO(content(began.value))) as archive:
        whole = json.loads(archive.read("data.json"))
    assert [q["words"] for q in whole["questions"]] == ["我没有在贵局办理过业务，请说明因何查询"]
    page.locator("#sure").check()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已经删除")
    looked(page, "my-erased")
    page.goto(f"{inspection.site}/my")
    expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("width", [DESKTOP], indirect=True)
def test_a_firm_sees_who_read_it_and_asks_why(inspection: Visit, site_server: SiteServer) -> None:
    code, at = CAST["blacklisted"].code, timezone.now()
    with site_server.database_open():
        made = Account(login="invented-firm", kind="firm", subject_id=subject_of(code, known_at=at))
        account_save(made, PASSWORD, by="public", at=at)
        check_perform(
            asker=Asker("operator", "operator"), number=code, matter="tender", on=timezone.localdate(at), at=at
        )
    page = signed_in(inspection, "invented-firm")
    looked(page, "my-firm")
    page.get_by_role("link", name="谁查询过我").first.click()
    expect(page.get_by_role("row").filter(has_text="属于查询").first).to_be_visible()
    looked(page, "my-firm-readings")
    page.get_by_role("link", name="为什么查询").first.click()
    page.locator("#words").fill("本公司没有参加过投标")
    page.get_by_role("button", name="提交询问").click()
    expect(page.locator("article.panel")).to_contain_text("本公司没有参加过投标")
