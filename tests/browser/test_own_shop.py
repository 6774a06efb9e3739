"""A firm's own shop in Chromium, wide and narrow: it signs what it was shown, and contests what its platform did; anybody reads it on the shop's page."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import expect

from chengxin.accounts.models import Account
from chengxin.accounts.services.opening import account_save
from chengxin.commerce.merchants.services.filing import merchants_file
from chengxin.commerce.merchants.services.stating import statement_file
from chengxin.commerce.merchants.tests.stalls import digest, platform_add, shop
from chengxin.site.testing_live import SiteServer
from chengxin.subjects.selectors import subject_of
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, Visit
from tests.browser.test_mydata import looked, signed_in
from tests.people import DIVISION
from tests.signing import PASSWORD

MALL, OWNER = "carrier-mall", CAST["carrier"]
PROMISE = {
    "shop": "s1",
    "promise": "delivery-time",
    "words": "四十八小时内发货",
    "from_on": "2026-11-01",
    "digest": digest(2),
}
PRODUCT = {
    "shop": "s1",
    "product": "k1",
    "title": "保温杯",
    "category": "other",
    "origin": "云川",
    "price": "59.00元",
    "digest": digest(1),
}


@pytest.fixture
def owner(site: str, site_server: SiteServer) -> None:
    """A firm with an account, a shop, a promise and a product filed of it, and a measure of its platform."""
    at = timezone.now() - timedelta(seconds=5)
    day = timezone.localdate(at)
    with site_server.database_open(), override_settings(CHENGXIN_INVENTED_DIVISION=DIVISION):
        platform_add(MALL)
        row = shop(1, number=OWNER.code, name=OWNER.name, verified_on=day.isoformat())
        for kind, said in (("shops", row), ("promises", PROMISE | {"from_on": day.isoformat()}), ("products", PRODUCT)):
            merchants_file(platform=MALL, kind=kind, rows=[said], by=MALL, at=at)
        statement_file(
            platform=MALL, number="CM-1", shop="s1", measure="hidden", ground="terms", reference="平台规则第八条", facts="连续七日未发货", contest="在本库或者商家后台申诉",
            decided_on=day, from_on=day, until=day + timedelta(days=10), detected_by_machine=True, decided_by_machine=False, by=MALL, at=at,
        )  # fmt: skip
        subject = subject_of(OWNER.code, known_at=timezone.now())
        account_save(Account(login="invented-owner", kind="firm", subject_id=subject), PASSWORD, by="public", at=at)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("width", [DESKTOP], indirect=True)
def test_a_firm_signs_what_it_was_shown_and_contests_its_platform(inspection: Visit) -> None:
    page = signed_in(inspection, "invented-owner")
    page.get_by_role("link", name="平台报送的店铺").first.click()
    looked(page, "my-shops-firm")
    page.locator(f'a[href="/my/shops/{MALL}/s1"]').click()
    looked(page, "my-shop")
    page.get_by_text("将要签署的全文").first.click()
    expect(page.locator("pre").first).to_contain_text(OWNER.code)
    page.get_by_label("我已阅读全文").first.check()
    page.get_by_role("button", name="签署", exact=False).first.click()
    expect(page.get_by_text("已用本账户签署").first).to_be_visible()
    page.get_by_label("申诉内容").fill("已按约定发货，有签收记录，请撤销。")
    page.get_by_role("button", name="提出申诉").click()
    expect(page.get_by_text("已按约定发货").first).to_be_visible()
    expect(page.get_by_text("申诉处理中").first).to_be_visible()
    looked(page, "my-shop-signed")
    inspection.open(f"/shops/{MALL}/s1")
    for words in ("店铺用自己的账户签署", "店铺申诉", "四十八小时内发货", "保温杯"):
        expect(page.get_by_text(words).first).to_be_visible()
    looked(page, "shop-own")
