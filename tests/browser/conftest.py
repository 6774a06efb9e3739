"""The site with the cast on file, and a Chromium without JavaScript to look at it with."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from chengxin.records.models import Record
from chengxin.records.services.batches import batch_ingest
from chengxin.records.services.events import record_dispute, record_repair
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from demo.sheets import cast_written

# In the order in which they arrive; the edition is any one that the demo can write.
SOURCES = {
    "enterprise-register": "zh",
    "penalty-publicity": "2018-zh",
    "licence-publicity": "2018-zh",
    "abnormal-operations": "zh",
    "serious-dishonesty": "zh",
    "honours": "zh",
}
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
DESKTOP, PHONE = 1280, 360
PICTURES = os.environ.get("CHENGXIN_PICTURES")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process walks all pages, for each more would serve the site, file the cast and start a browser anew. It begins with them:
    they take minutes, and at the end the other processes would stand idle meanwhile.
    """

    def of_pages(item: pytest.Item) -> bool:
        return item.path.is_relative_to(Path(__file__).parent)

    for item in filter(of_pages, items):
        item.add_marker(pytest.mark.xdist_group("browser"))
    items.sort(key=lambda item: not of_pages(item))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which `make test` sees to; it may run as root in a container. It is closed before any other test: while
    Playwright's loop runs, a process can run no other.
    """
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(site_server: SiteServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the site, with what every source says about the cast, one open objection and one repair."""
    folder, at = tmp_path_factory.mktemp("cast"), timezone.now() - timedelta(seconds=5)
    with site_server.database_open():
        for source, edition in SOURCES.items():
            path = Path(folder, f"{source}.csv")
            cast_written(path, source, edition, timezone.localdate(at))
            batch_ingest(source=source, path=path, by="operator", at=at)
        older, newer = _penalties_of("carrier")
        record_dispute(record=newer, by="operator", at=at, grounds="称重设备未经检定")
        record_repair(record=older, by="operator", at=at, on=timezone.localdate(at), decision="云川交修复〔2026〕1号")
    return site_server.url


def _penalties_of(key: str) -> list[int]:
    found = Record.objects.filter(record_type="administrative-penalty", subject__identifiers__value=CAST[key].code)
    return list(found.order_by("decided_on").values_list("pk", flat=True))


class Visit:
    """A page that remembers what its browser complained of and which other places it asked."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def open(self, path: str) -> Page:
        """Go to the path of the site."""
        self.page.goto(self.site + path)
        return self.page

    def _said(self, message: ConsoleMessage) -> None:
        # A browser notes any answer but 200 as an error of its console; that a page is not there is no fault of it.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status} {response.url}")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:")):
            self.elsewhere.append(request.url)


def at_the_desk(page: Page, site: str, session: str, to: str = "/desk/cases") -> Page:
    """One of the staff, signed in, before that page: nobody else's session is left."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page.goto(site + to)
    return page


def pictured(page: Page, name: str) -> None:
    """A picture of a page whose kind is examined elsewhere."""
    if PICTURES:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(PICTURES, f"{name}-{width}.png"), full_page=True)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def width(request: pytest.FixtureRequest) -> int:
    """A wide screen, and a phone."""
    return int(request.param)


@pytest.fixture
def visit(browser: Browser, site: str, width: int) -> Iterator[Visit]:
    """A visit with JavaScript off; at its end nothing may have gone wrong unseen."""
    yield from _visit(browser, site, width, java_script_enabled=False)


@pytest.fixture
def inspection(browser: Browser, site: str, width: int) -> Iterator[Visit]:
    """The same with JavaScript on, which the pages do not have but the tool that examines them is written in."""
    yield from _visit(browser, site, width, java_script_enabled=True)


@pytest.fixture
def journey(browser: Browser, site: str) -> Iterator[Visit]:
    """A long way through many pages, walked on a phone, where it is hardest; `good_to_all` looks at each page's two widths."""
    yield from _visit(browser, site, PHONE, java_script_enabled=True)


def _visit(browser: Browser, site: str, width: int, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN", **options)
    context.set_default_timeout(15_000)
    made = Visit(context.new_page(), site)
    yield made
    context.close()
    assert made.complaints == []
    assert made.elsewhere == []
