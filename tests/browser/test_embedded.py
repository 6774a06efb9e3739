"""An answer in a real frame of another origin's page: the department's own approval system, and a stranger's."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from chengxin.actors.services import actor_add, client_add, origin_add
from chengxin.checks.models import Opening, Use
from chengxin.site.testing_live import SiteServer
from demo.cast import CAST
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_answering import seen
from tests.browser.test_public_pages import SIDEWAYS

APPLICATION = """<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8"><title>审批系统</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>采购资格申请 2026-17</h1><p>申请人：云川市某企业</p>
<iframe name="check" title="信用核查" style="width: 100%; height: 60rem; border: 1px solid gray"></iframe>
<form method="post" action="{address}" target="check"><input type="hidden" name="token" value="{token}"><button>查看核查答复</button></form>
<p><button id="approve">批准</button></p></main></body></html>"""


class ApprovalSystem:
    """A department's own system, on an origin of its own: its server gets tickets by the key, its page frames the answer."""

    def __init__(self) -> None:
        system, self.ticket = self, {"address": "", "token": ""}

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = APPLICATION.format(**system.ticket).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def system() -> Iterator[ApprovalSystem]:
    """It answers as 127.0.0.1, which is registered, and as localhost, which is not."""
    made = ApprovalSystem()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 800}, locale="zh-CN")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_an_answer_stands_in_the_department_s_own_page_and_in_no_stranger_s(
    page: Page, site: str, site_server: SiteServer, system: ApprovalSystem
) -> None:
    at, actor = timezone.now(), f"approval-{system.port}"
    with site_server.database_open():
        actor_add(key=actor, kind="department", title="云川市财政局", by="operator", at=at)
        key = client_add(actor=actor, title="审批系统", scopes=["checks"], by="operator", at=at)[1]
        origin_add(actor=actor, origin=f"http://127.0.0.1:{system.port}", by="operator", at=at)
    asked = {
        "code": CAST["blacklisted"].code,
        "matter": "tender",
        "purpose": "供应商资格审查",
        "case_number": "2026-17",
    }
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    call = Request(f"{site}/api/v1/checks/tickets", json.dumps(asked).encode(), headers)
    with urlopen(call) as answer:
        system.ticket = json.load(answer)

    page.goto(f"http://localhost:{system.port}/")
    page.get_by_role("button", name="查看核查答复").click()
    page.wait_for_timeout(500)
    assert "有适用的措施" not in "".join(f.content() for f in page.frames), "a stranger's page shows nothing"
    with site_server.database_open():
        assert not Opening.objects.filter(ticket__actor=actor).exists(), "and uses no ticket up"

    page.goto(f"http://127.0.0.1:{system.port}/")
    page.get_by_role("button", name="查看核查答复").click()
    frame = page.frame_locator("iframe[name=check]")
    expect(frame.get_by_role("heading", level=2)).to_contain_text("有适用的措施")
    expect(frame.locator("article.record").first).to_contain_text("《企业信息公示暂行条例》第18条")
    seen(page, "embedded")
    inside = page.frame(name="check")
    assert inside is not None
    found = Axe().run(inside)
    assert found.violations_count == 0, found.generate_report()
    assert inside.evaluate(SIDEWAYS) == 0
    expect(page.locator("#approve")).to_be_enabled()
    frame.get_by_label("没有采纳").check()
    frame.get_by_role("button", name="记下").click()
    expect(frame.get_by_role("alert")).to_contain_text("须写明理由")
    frame.get_by_label("理由（").fill("项目不属于该措施的范围")
    frame.get_by_role("button", name="记下").click()
    expect(frame.get_by_role("status")).to_contain_text("已经记下")
    seen(page, "embedded-written")
    with site_server.database_open():
        assert Use.objects.get(by=actor).outcome == "set-aside"

    page.reload()
    page.get_by_role("button", name="查看核查答复").click()
    expect(frame.get_by_role("alert")).to_contain_text("凭证已经用过")
    seen(page, "embedded-over")
