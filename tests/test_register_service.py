"""The population register's on-line service, asked by a real client over TLS on this machine."""

import json
import logging
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.utils import timezone

from chengxin.accounts.models import Account, Attempt
from chengxin.accounts.services.opening import person_account_open
from chengxin.ledger.models import Entry
from chengxin.subjects.bulk import register_service
from chengxin.subjects.bulk.register_service import RegisterUnset, from_service
from chengxin.subjects.rules.persons import RegisterSilent
from chengxin.subjects.services.persons import identity_confirm
from tests.people import DIVISION, name, number
from tests.signing import PASSWORD

pytestmark = [pytest.mark.django_db]
TOKEN = "shown to the register alone"
YES = (200, b'{"agrees": true}')


class Register(ThreadingHTTPServer):
    """A register that holds five persons, or says whatever the test has it say; what it was asked stays with it."""

    says: tuple[int, bytes] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    waits = drips = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust it hangs up."""


class _Answer(BaseHTTPRequestHandler):
    server: Register

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, dict(self.headers), asked))
        time.sleep(self.server.waits)
        agrees = any(asked == {"number": number(n), "name": name(n)} for n in range(1, 6))
        status, body = self.server.says or (200, json.dumps({"agrees": agrees}).encode())
        self.send_response(status)
        for each in self.server.headers:
            self.send_header(*each)
        self.end_headers()
        for at in range(len(body)):
            self.wfile.write(body[at : at + 1])
            time.sleep(self.server.drips)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """It keeps no log."""


def certificate_made(folder: Path) -> Path:
    """A key and a certificate of this machine's address that nobody but itself vouches for, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "register.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "register.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def register(tmp_path: Path, settings: LazySettings) -> Iterator[Register]:
    pem = certificate_made(tmp_path)
    server = Register()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    running.start()
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    settings.CHENGXIN_POPULATION = "chengxin.subjects.bulk.register_service.from_service"
    settings.CHENGXIN_POPULATION_URL = f"https://127.0.0.1:{server.server_port}/confirm"
    settings.CHENGXIN_POPULATION_TOKEN = TOKEN
    settings.CHENGXIN_POPULATION_ROOTS = str(pem)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield server
    server.shutdown()
    server.server_close()
    running.join()


def test_the_service_is_asked_in_the_body_of_a_post_and_says_yes_or_no_alone(
    register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for asked, told, answer in (
            (1, name(1), True),
            (1, f" {name(1)}", True),
            (1, name(2), False),
            (9, name(9), False),
        ):
            step: dict[str, Any] = {"purpose": "own-account", "by": "public", "at": timezone.now()}
            assert identity_confirm(number=number(asked), name=told, **step) is answer
    for path, headers, body in register.asked:
        assert path == "/confirm" and set(body) == {"number", "name"}
        assert headers["Authorization"] == f"Bearer {TOKEN}" and number(1) not in str(headers)
    kept = str(list(Entry.objects.values_list("detail", "object", "purpose")))
    for each in (number(1), name(1), number(9), TOKEN):
        assert each not in caplog.text and each not in kept


@pytest.mark.parametrize(
    "said",
    [
        (500, b'{"agrees": true}'), (404, b""), (204, b""), (200, b""), (200, b"true"), (200, b"[]"), (200, b'{"agrees": 1}'), (200, b'{"agrees": "yes"}'),
        (200, b'{"agrees": null}'), (200, b"{}"), (200, b"\xff\xfe"), (200, b"[" * 200), (200, b" " * 300 + b'{"agrees": true}'),
        (200, '{"agrees": true, "name": "赵砚砚", "address": "云川市"}'.encode()),
    ],
)  # fmt: skip
def test_whatever_is_no_plain_yes_or_no_confirms_nobody(register: Register, said: tuple[int, bytes]) -> None:
    register.says = said
    with pytest.raises(RegisterSilent) as refused:
        from_service(number(1), name(1))
    assert refused.value.__cause__ is None and number(1) not in str(refused.value)


def test_a_redirect_is_not_followed_with_a_number(register: Register) -> None:
    register.says, register.headers = (307, b""), (("Location", "/elsewhere"),)
    with pytest.raises(RegisterSilent):
        from_service(number(1), name(1))
    assert [path for path, _, _ in register.asked] == ["/confirm"]


def test_a_service_that_waits_or_drips_is_not_waited_for(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_service, "ANSWER", 0.4)
    for waits, drips in ((1.5, 0.0), (0.0, 0.15)):
        register.waits, register.drips = waits, drips
        began = time.monotonic()
        with pytest.raises(RegisterSilent):
            from_service(number(1), name(1))
        assert time.monotonic() - began < 1.5
    register.waits = register.drips = 0.0
    assert from_service(number(1), name(1))


def test_nothing_is_sent_to_a_service_for_which_no_known_root_vouches(
    register: Register, settings: LazySettings
) -> None:
    settings.CHENGXIN_POPULATION_ROOTS = ""
    with pytest.raises(RegisterSilent):
        from_service(number(1), name(1))
    assert register.asked == []


@pytest.mark.parametrize(
    "address", ["", "register", "http://register.example/confirm", "https://register.example/?asked=1", "https://a:b@register.example/"]
)  # fmt: skip
def test_an_address_to_which_no_number_may_go_is_refused(address: str, settings: LazySettings) -> None:
    settings.CHENGXIN_POPULATION_URL = address
    with pytest.raises(RegisterUnset):
        from_service(number(1), name(1))


def test_an_attempt_that_the_register_left_unanswered_does_not_count_as_a_guess(register: Register) -> None:
    def opened(told: str) -> Account:
        asked = {"number": number(1), "name": told, "address": "203.0.113.7"}
        return person_account_open(login="invented", password=PASSWORD, at=timezone.now(), **asked)

    register.says = (503, b"")
    for _ in range(5):
        with pytest.raises(RegisterSilent):
            opened(name(1))
    assert Attempt.objects.count() == 5 and not Account.objects.exists()  # those of the address alone
    register.says = None
    assert opened(name(1)).kind == "person"
