"""Official pages of licences, read from a real server over TLS on this machine: what was seen, what is refused, and the ticket of it."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.test import Client as Browser

from chengxin.actors.selectors import Asker
from chengxin.commerce.merchants.models import LinkCheck
from chengxin.commerce.merchants.rules import link_official, page_state
from chengxin.commerce.merchants.selectors import shop_shown, tickets_accessible, tickets_open
from chengxin.commerce.merchants.services.linking import links_check
from chengxin.commerce.merchants.tests.stalls import PLATFORM, filed, licence, platform_add, shop
from chengxin.kernel import official
from chengxin.kernel.official import PageUnreachable, address_public, page_read
from chengxin.law import load
from chengxin.site.cli import run
from tests.people import DIVISION
from tests.world import NOW, TODAY, later

HOST = "licences.example.gov.cn"
NUMBER = "JY13901020000001"
PAGE = "<html><script>var x='JY13901020000009'</script><b>许可证</b> JY1390102<i>0000001</i></html>"


class Site(ThreadingHTTPServer):
    """A site of licences that says whatever the test has it say."""

    says: dict[str, tuple[int, bytes, dict[str, str]]]
    drips = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.says = {}
        self.asked: list[tuple[str, str]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust it hangs up."""

    @property
    def where(self) -> Any:
        """Where a name leads in these tests: here."""
        return lambda host: [("127.0.0.1", self.server_port)]


class _Answer(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["Host"], self.path))
        status, body, headers = self.server.says.get(self.path, (404, b"", {}))
        self.send_response(status)
        for each in headers.items():
            self.send_header(*each)
        self.end_headers()
        for at in range(0, len(body), 100_000):
            self.wfile.write(body[at : at + 100_000])
            self.wfile.flush()
            time.sleep(self.server.drips)

    def log_message(self, format: str, *args: Any) -> None:
        """It keeps no log."""


def certificate_made(path: Path, host: str) -> Path:
    """A key and a certificate of the host that nobody but itself vouches for, in one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "site.example")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def site(tmp_path: Path, settings: LazySettings) -> Iterator[Site]:
    pem = certificate_made(tmp_path / "site.pem", HOST)
    server, context = Site(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    settings.CHENGXIN_LINKS_ROOTS = str(pem)
    yield server
    server.shutdown()
    server.server_close()
    running.join()


@pytest.mark.django_db
def test_what_was_seen_stands_on_the_shop_s_page_with_its_day_and_becomes_a_ticket(site: Site, settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    filed(*(shop(n) for n in range(1, 5)))
    filed(*(licence(n) for n in range(1, 5)), kind="licences")
    other = PAGE.encode().replace(b"1390102", b"9999999")
    site.says = {"/1": (200, PAGE.encode(), {}), "/3": (200, other, {}), "/4": (500, b"", {})}
    done = links_check(by="operator", at=later(hours=1), resolve=site.where)
    assert done == {"looked": 4, "found": 1, "gone": 1, "differs": 1, "unreachable": 1, "opened": 2, "mended": 0}
    assert {host for host, _ in site.asked} == {HOST}
    shown = {n: shop_shown(PLATFORM, f"s{n}", on=TODAY, known_at=later(hours=1)).licences[0] for n in range(1, 5)}
    assert [shown[n]["link_state"] for n in range(1, 5)] == ["found", "gone", "differs", "unreachable"]
    assert (
        shown[1]["link_seen_on"] == TODAY
        and shop_shown(PLATFORM, "s1", on=TODAY, known_at=NOW).licences[0]["link_state"] == ""
    )
    stand = tickets_open(tickets_accessible(Asker(PLATFORM, "platform")), known_at=later(hours=1))
    assert sorted((t.shop, t.finding) for t in stand) == [("s2", "link-gone"), ("s3", "link-differs")]
    # Looked at, a page is left alone for its time; what was not reached is looked at the next day.
    assert links_check(by="operator", at=later(hours=2), resolve=site.where)["looked"] == 0
    site.says["/4"] = (200, PAGE.encode().replace(b"0000001", b"0000004"), {})
    assert links_check(by="operator", at=later(days=1), resolve=site.where)["found"] == 1
    site.says["/2"] = site.says["/3"] = (200, PAGE.encode().replace(b"<i>0000001", b"<i>0000002 JY13901020000003"), {})
    again = links_check(by="operator", at=later(days=31), platform=PLATFORM, resolve=site.where)
    assert (again["found"], again["mended"]) == (4, 2) and LinkCheck.objects.count() == 9
    # Filed anew with another page, what was seen of the first says nothing of it.
    filed(licence(2, link=f"https://{HOST}/new"), kind="licences", at=later(days=32))
    assert shop_shown(PLATFORM, "s2", on=TODAY, known_at=later(days=32)).licences[0]["link_state"] == ""


@pytest.mark.django_db
def test_a_link_of_another_host_is_not_filed_and_one_filed_before_is_neither_shown_nor_asked(settings: Any) -> None:
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    platform_add()
    filed(shop(1))
    wrong = [
        "https://gov.cn.evil.example/1",
        "http://a.gov.cn/1",
        "https://a.gov.cn:8443/1",
        "https://u@a.gov.cn/1",
        "https://127.0.0.1/1",
    ]
    done = filed(*(licence(1, number=f"N{n}", link=link) for n, link in enumerate(wrong)), kind="licences")
    assert (done.accepted, done.refused_by_reason) == (0, {"link-unofficial": len(wrong)})
    paper = licence(1, licence="quality-certificate", link="https://a.gov.cn/1")  # of this there is no official page
    assert filed(paper, kind="licences").refused_by_reason == {"link-unofficial": 1}
    assert filed(licence(1, link=None), kind="licences").accepted == 1
    assert links_check(by="operator", at=NOW)["looked"] == 0
    assert "官方页面" not in Browser().get(f"/shops/{PLATFORM}/s1").text
    assert run(["merchants", "links", "--platform", "nobody", "--json"]) != 0


@pytest.mark.django_db
def test_the_command_says_what_was_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["merchants", "links", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["looked"] == 0


def test_a_page_is_redirected_within_its_host_alone_and_is_neither_large_nor_late(
    site: Site, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(path: str, host: str = HOST) -> Any:
        return page_read(f"https://{host}{path}", roots=settings.CHENGXIN_LINKS_ROOTS, resolve=site.where)

    site.says = {
        "/a": (302, b"", {"Location": "/b?x=1"}), "/b?x=1": (200, "许可".encode("gb18030"), {}), "/away": (302, b"", {"Location": "https://other.gov.cn/"}),
        "/plain": (301, b"", {"Location": f"http://{HOST}/b"}), "/port": (301, b"", {"Location": f"https://{HOST}:22/"}), "/round": (302, b"", {"Location": "/round"}),
        "/large": (200, b"x" * (official.MOST + 1), {}), "/slow": (200, b"x" * 400_000, {}),
    }  # fmt: skip
    assert read("/a").text == "许可"
    for path in ("/away", "/plain", "/port", "/round", "/large"):
        with pytest.raises(PageUnreachable):
            read(path)
    assert not any(host != HOST for host, _ in site.asked)
    with pytest.raises(PageUnreachable):  # the certificate is not this host's
        read("/a", "other.example.gov.cn")
    with pytest.raises(PageUnreachable):  # nor does anybody whom the world trusts vouch for it
        page_read(f"https://{HOST}/a", resolve=site.where)
    monkeypatch.setattr(official, "WHOLE", 0.1)
    site.drips = 0.06
    with pytest.raises(PageUnreachable):
        read("/slow")


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0", "100.64.0.1", "224.0.0.1", "2002:7f00:1::1"],
)  # fmt: skip
def test_no_address_that_is_not_public_is_ever_asked(host: str) -> None:
    with pytest.raises(PageUnreachable):
        address_public(host)


def test_which_hosts_are_official_is_data_of_the_lawbook() -> None:
    codes = load().on(TODAY, "cn").code_lists["merchant-licences"].codes
    assert codes["food-business-licence"].hosts == ["gov.cn"] and codes["quality-certificate"].hosts == []
    assert link_official("https://spjyxk.example.gov.cn/x", ["gov.cn"]) and not link_official(
        "https://xgov.cn/x", ["gov.cn"]
    )
    assert not link_official("https://[::1/", ["gov.cn"]) and not link_official("https://a.gov.cn:x/", ["gov.cn"])
    assert page_state(200, PAGE, NUMBER) == "found" and page_state(200, PAGE, "JY13901020000009") == "differs"
    assert page_state(410, "", NUMBER) == "gone" and page_state(403, PAGE, NUMBER) == "unreachable"
