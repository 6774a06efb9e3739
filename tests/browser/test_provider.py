"""Signing in by a real provider, in Chromium, wide and narrow: a firm, a person and one of the staff; there, back, and out again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from chengxin.accounts.models import Account
from chengxin.accounts.rules import PERIOD, totp_code
from chengxin.actors.services import actor_add
from chengxin.site.testing_live import SiteServer
from chengxin.subjects.services.persons import population_load
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, PHONE, pictured
from tests.browser.test_answering import seen
from tests.people import DIVISION, name, number
from tests.provider import CLIENT, PASSWORD, SECRET, Provider, provider_running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    folder = tmp_path_factory.mktemp("provider")
    (folder / "client.secret").write_text(SECRET, encoding="utf-8")
    with provider_running(folder) as provider:
        yield provider


@contextmanager
def known(server: SiteServer, provider: Provider, **whom: Any) -> Iterator[None]:
    """Within it the site knows the provider, for whom it is."""
    city = {
        "key": "city", "title": "云川市统一身份认证", "title_en": "Yunchuan identity", "issuer": provider.issuer, "client": CLIENT,
        "secret_file": str(provider.folder / "client.secret"), **whom,
    }  # fmt: skip
    server.providers.write_text(yaml.safe_dump({"providers": [city]}), encoding="utf-8")
    try:
        yield
    finally:
        server.providers.write_text("providers: []\n", encoding="utf-8")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that no provider and no site knows yet."""
    context = browser.new_context(viewport={"width": DESKTOP, "height": 800}, locale="zh-CN")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def proven(page: Page, who: str) -> None:
    """Name and password, at the provider."""
    page.locator("#id_login").fill(who)
    page.locator("#id_password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_button_leads_to_the_provider_and_back_into_the_firm_s_account(
    page: Page, site: str, site_server: SiteServer, running: Provider
) -> None:
    claims = {"org_code": CAST["carrier"].code, "org_position": "法定代表人"}
    running.say(people={"director": claims}, redirects=[f"{site}/sign-in/back/city"])
    firms = {"code": "org_code", "authority": "org_position", "authorities": ["法定代表人"]}
    with known(site_server, running, firms=firms):
        page.goto(f"{site}/sign-in?next=/my")
        pictured(page, "sign-in-provider")
        page.set_viewport_size({"width": PHONE, "height": 800})
        seen(page, "sign-in-provider")
        page.get_by_role("link", name="代表单位登录").click()
        proven(page, "director")
        expect(page).to_have_url(f"{site}/my")
        page.goto(f"{site}/account")
        expect(page.locator("main")).to_contain_text(CAST["carrier"].code)
        seen(page, "account-provider")
        page.get_by_role("button", name="退出登录").first.click()
        expect(page.get_by_role("link", name="在对方网站也退出")).to_be_visible()
        seen(page, "signed-out")
        page.goto(f"{site}/my")
        expect(page).to_have_url(f"{site}/sign-in?next=%2Fmy")


def test_a_person_comes_back_from_the_provider_to_their_own_data_and_to_nobody_else_s(
    page: Page, site: str, site_server: SiteServer, running: Provider, tmp_path: Path
) -> None:
    register = tmp_path / "register.csv"
    register.write_text(f"{number(31)},{name(31)}\n{number(32)},{name(32)}\n", encoding="utf-8")
    with site_server.database_open(), override_settings(CHENGXIN_INVENTED_DIVISION=DIVISION):
        population_load(path=register, by="operator", at=timezone.now())
    people = {"guide": {"id": number(31), "name": name(31)}, "mistaken": {"id": number(32), "name": name(33)}}
    running.say(people=people, redirects=[f"{site}/sign-in/back/city"])
    with known(site_server, running, persons={"number": "id", "name": "name"}):
        page.goto(f"{site}/my")
        page.get_by_role("link", name="以个人身份登录").click()
        proven(page, "guide")
        expect(page).to_have_url(f"{site}/my")
        expect(page.get_by_role("heading", level=1)).to_contain_text("我的数据")
        seen(page, "my-by-provider")
        page.goto(f"{site}/account")
        seen(page, "account-person-provider")
        shown = page.content()
        assert number(31) not in shown and name(31) not in shown
        page.get_by_role("button", name="退出登录").first.click()
        page.get_by_role("link", name="在对方网站也退出").click()
        # The name that the register holds is another: nobody is signed in, and the page says why.
        page.context.clear_cookies()
        page.set_viewport_size({"width": PHONE, "height": 800})
        page.goto(f"{site}/sign-in?next=/my")
        page.get_by_role("link", name="以个人身份登录").click()
        proven(page, "mistaken")
        expect(page.get_by_role("alert")).to_contain_text("人口库未能确认")
        seen(page, "provider-refused")
        page.goto(f"{site}/my")
        expect(page).to_have_url(f"{site}/sign-in?next=%2Fmy")
    with site_server.database_open():
        assert Account.objects.filter(kind="person", password__startswith="!").count() == 1


def test_one_of_the_staff_comes_back_to_a_second_factor_of_ours_before_any_work(
    page: Page, site: str, site_server: SiteServer, running: Provider
) -> None:
    with site_server.database_open():
        actor_add(key="tourism", kind="department", title="云川市文化广电和旅游局", by="operator", at=timezone.now())
    clerk = {"dept": "330100-wgl", "post": "复核岗"}
    running.say(people={"clerk": clerk}, redirects=[f"{site}/desk/sign-in/back/city"])
    staff = {
        "organisation": "dept",
        "role": "post",
        "organisations": {"330100-wgl": "tourism"},
        "roles": {"复核岗": "reviewer"},
    }
    with known(site_server, running, staff=staff):
        page.goto(f"{site}/desk/cases")
        seen(page, "desk-sign-in-provider")
        page.get_by_role("link", name="工作人员登录").click()
        proven(page, "clerk")
        # The first time: nothing but the page on which a factor is added.
        expect(page).to_have_url(f"{site}/desk/factors")
        seen(page, "desk-factors-provider")
        page.goto(f"{site}/desk/cases")
        expect(page).not_to_have_url(f"{site}/desk/cases")
        page.goto(f"{site}/desk/factors")
        secret = page.locator("form", has=page.locator("#code")).locator("code").first.inner_text()
        page.locator("#code").fill(totp_code(secret, int(timezone.now().timestamp()) // PERIOD))
        page.locator("form", has=page.locator("#code")).get_by_role("button").click()
        spare = page.get_by_role("status").locator("li code").first.inner_text()
        page.goto(f"{site}/desk/cases")
        expect(page.get_by_role("heading", level=1)).to_contain_text("案件")
        page.goto(f"{site}/desk/factors")
        page.get_by_role("button", name="退出登录").first.click()
        # From then on the provider, which remembers its browser, and then the factor.
        page.set_viewport_size({"width": PHONE, "height": 800})
        page.goto(f"{site}/desk/sign-in")
        page.get_by_role("link", name="工作人员登录").click()
        expect(page).to_have_url(f"{site}/desk/second")
        seen(page, "desk-second-provider")
        page.locator("#code").fill("000000")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        page.locator("#code").fill(spare)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.goto(f"{site}/desk/cases")
        expect(page.get_by_role("heading", level=1)).to_contain_text("案件")
    with site_server.database_open():
        account = Account.objects.get(kind="staff", actor__key="tourism")
        assert (account.role, account.has_usable_password()) == ("reviewer", False)
