"""A request for a consent on a phone, and a data incident at the desk and in my data, in Chromium: no page goes wrong, wide or narrow."""

from datetime import timedelta
from pathlib import Path

from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from chengxin.accounts.models import Account
from chengxin.accounts.services.opening import account_save
from chengxin.actors.selectors import Asker
from chengxin.actors.services import actor_add
from chengxin.disclosure.selectors import request_polled
from chengxin.disclosure.services.requesting import Asked, request_make
from chengxin.ledger.services import trace
from chengxin.site.testing_live import SiteServer
from chengxin.subjects.selectors import person_of
from tests.browser.conftest import Visit, at_the_desk, pictured
from tests.browser.test_public_pages import SIDEWAYS, good_to_all
from tests.people import DIVISION, licence, number, people_sent
from tests.signing import PASSWORD, at_desk, session_of

FIRM = Asker("allow-firm", "service-firm", client=1)


def looked(page: Page, picture: str) -> None:
    """The page at both widths."""
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        good_to_all(page)
        assert page.evaluate(SIDEWAYS) == 0, page.url
        pictured(page, f"{picture}-{width}")


def test_a_request_is_allowed_on_a_phone_and_an_incident_told(
    journey: Visit, site_server: SiteServer, tmp_path: Path
) -> None:
    at = timezone.now() - timedelta(seconds=5)
    with site_server.database_open(), override_settings(CHENGXIN_INVENTED_DIVISION=DIVISION):
        actor_add(key=FIRM.key, kind=FIRM.kind, title="云川鸿雁征信服务有限公司", by="operator", at=at)
        people_sent(tmp_path, licence(23), at=at)
        subject = person_of(number(23), known_at=timezone.now())
        account_save(Account(login="allow-guide", kind="person", subject_id=subject), PASSWORD, by="public", at=at)
        wanted = Asked("consented-report", ["practice-licence"], 30, 3, reference="贷2026-17")
        made = request_make(asked=wanted, asker=FIRM, at=at)
        trace(event="disclosure.person.read", by=FIRM.key, at=at, purpose="consented-report", subject=subject)
        session = session_of(at_desk("operator", "auditor"))

    page = journey.page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{journey.site}/my/allow/{made.number}")
    page.locator("#login").fill("allow-guide")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("请求您同意")
    looked(page, "allow-door")
    page.get_by_role("button", name="打开请求").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("云川鸿雁征信服务有限公司")
    looked(page, "allow")
    page.get_by_role("button", name="同意", exact=False).first.click()
    expect(page.get_by_role("status")).to_contain_text("已经作出")
    with site_server.database_open():
        assert request_polled(made.number, FIRM, at=timezone.now()).state == "given"

    page.context.clear_cookies()
    at_the_desk(page, journey.site, session, "/desk/incidents")
    page.locator("#reader").fill(FIRM.key)
    page.locator("#since").fill(timezone.localdate(at).isoformat())
    page.locator("#until").fill((timezone.localdate() + timedelta(days=1)).isoformat())
    for field, words in (
        ("data", "执业许可"),
        ("cause", "接口密钥外泄"),
        ("harm", "可能被冒用"),
        ("advice", "留意以您名义的来电"),
        ("contact", "云川信用 0390-1234567"),
    ):
        page.locator(f"#{field}").fill(words)
    looked(page, "desk-incidents")
    page.get_by_role("button", name="登记事件").click()
    looked(page, "desk-incident")
    for button in ("采取补救措施", "通知履行个人信息保护职责的部门", "通知个人"):
        page.locator("#words").fill("已经停用密钥")
        page.locator("#document").fill("云信函〔2026〕3号")
        page.get_by_role("button", name=button).first.click()
        expect(page.get_by_role("status")).to_contain_text("已经记下")
    looked(page, "desk-incident-told")

    page.context.clear_cookies()
    page.goto(f"{journey.site}/sign-in?next=/my")
    page.locator("#login").fill("allow-guide")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("与您有关的信息安全事件")).to_be_visible()
    looked(page, "my-incident")
    page.goto(f"{journey.site}/incidents")
    looked(page, "incidents")
