"""Signing in for a firm by a real provider, in Chromium, wide and narrow: there, back, and out again."""

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, expect

from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, PHONE, pictured
from tests.browser.test_answering import seen
from tests.provider import CLIENT, PASSWORD, SECRET, provider_running


def test_a_button_leads_to_the_provider_and_back_into_the_firm_s_account(
    browser: Browser, site: str, site_server: SiteServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("provider")
    (folder / "client.secret").write_text(SECRET, encoding="utf-8")
    with provider_running(folder) as provider:
        claims = {"org_code": CAST["carrier"].code, "org_position": "法定代表人"}
        provider.say(people={"director": claims}, redirects=[f"{site}/sign-in/back/city"])
        city = {
            "key": "city", "title": "云川市统一身份认证", "title_en": "Yunchuan identity", "issuer": provider.issuer, "client": CLIENT,
            "secret_file": str(folder / "client.secret"),
            "firms": {"code": "org_code", "authority": "org_position", "authorities": ["法定代表人"]},
        }  # fmt: skip
        site_server.providers.write_text(yaml.safe_dump({"providers": [city]}), encoding="utf-8")
        context = browser.new_context(viewport={"width": DESKTOP, "height": 800}, locale="zh-CN")
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(f"{site}/sign-in?next=/my")
        pictured(page, "sign-in-provider")
        page.set_viewport_size({"width": PHONE, "height": 800})
        seen(page, "sign-in-provider")
        page.get_by_role("link", name="代表单位登录").click()
        page.locator("#id_login").fill("director")
        page.locator("#id_password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(f"{site}/my")
        page.goto(f"{site}/account")
        expect(page.locator("main")).to_contain_text(CAST["carrier"].code)
        seen(page, "account-provider")
        page.get_by_role("button", name="退出登录").first.click()
        expect(page.get_by_role("link", name="在对方网站也退出")).to_be_visible()
        seen(page, "signed-out")
        page.goto(f"{site}/my")
        expect(page).to_have_url(f"{site}/sign-in?next=%2Fmy")
        context.close()
        site_server.providers.write_text("providers: []\n", encoding="utf-8")
