"""A program known by its certificate: told by a proxy that is believed, and by nobody else; as good as its key, and no longer than it lasts."""

import base64
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from chengxin.actors.models import Certificate, Client
from chengxin.actors.rules import CERTIFICATE_HEADERS, CertificateUnread, certificate_read, fingerprint_written
from chengxin.actors.services import (
    CertificateOver,
    CertificateTaken,
    CertificateUnknown,
    ClientUnknown,
    actor_add,
    certificate_add,
    certificate_end,
    client_add,
    client_revoke,
)
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.world import NOW, later

PROXY, STRANGER = "10.0.0.1", "203.0.113.9"
Ask = Callable[..., Any]


def certificate(name: str = "tender-desk", *, at: datetime = NOW, days: int = 90) -> str:
    """A self-made certificate as PEM: whose it is, its fingerprint says."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder().subject_name(whose).issuer_name(whose).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=days))
    )  # fmt: skip
    return built.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def written(pem: str) -> dict[str, str]:
    """The forms in which proxies pass it on."""
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return {"rfc 9440": f":{base64.b64encode(der).decode()}:", "escaped": quote(pem, safe=""), "nginx": quote(pem)}


ONE, OTHER = certificate(), certificate("other")
PRINT = fingerprint_written(certificate_read(ONE).fingerprint)


@pytest.fixture
def market() -> tuple[Client, str]:
    actor_add(key="market", kind="department", title="市场监管局", by="operator", at=NOW)
    return client_add(actor="market", title="t", scopes=["checks"], per_minute=5, by="operator", at=NOW)


@pytest.fixture
def ask(settings: LazySettings, clock: Any) -> Ask:
    """ask(certificate, …): who the API says is calling, as its status and client."""
    settings.CHENGXIN_CERTIFICATE_HEADER, settings.CHENGXIN_PROXIES = "Client-Cert", [PROXY]

    def answer(
        told: str, *, sender: str = PROXY, header: str = "Client-Cert", path: str = "/client", **more: str
    ) -> Any:
        headers = {header: told, **{name.replace("_", "-"): value for name, value in more.items()}}
        found = Browser().get(f"/api/v1{path}", headers=headers, REMOTE_ADDR=sender)
        return (found.status_code, found.json().get("code", found.json().get("client")))

    return answer


def test_every_form_in_which_a_proxy_writes_a_certificate_is_the_same_certificate() -> None:
    assert {certificate_read(form) for form in (ONE, *written(ONE).values())} == {certificate_read(ONE)}
    assert PRINT == x509.load_pem_x509_certificate(ONE.encode()).fingerprint(SHA256()).hex(":").upper()


@pytest.mark.parametrize(
    "wrong",
    [
        "", ":", "::", ":AAAA:", "x", "(null)", ONE[:200], ONE + OTHER, written(ONE)["rfc 9440"][:-1],
        f"{written(ONE)['rfc 9440']}, {written(OTHER)['rfc 9440']}", written(ONE)["rfc 9440"].replace(":", ""), "%zz", "é", "A" * 20_000,
    ],
    # Of certificates that each process makes for itself; pytest-xdist runs nothing where processes name tests differently.
    ids=range(14),
)  # fmt: skip
def test_what_is_cut_joined_or_no_certificate_is_refused(wrong: str) -> None:
    with pytest.raises(CertificateUnread):
        certificate_read(wrong)


@pytest.mark.django_db
def test_a_program_is_known_by_its_certificate_as_by_its_key(market: tuple[Client, str], ask: Ask) -> None:
    client, key = market
    certificate_add(client=client.pk, certificate=ONE, by="operator", at=NOW)
    assert {ask(form) for form in written(ONE).values()} == {(200, client.pk)}
    assert ask("", authorization=f"Bearer {key}") == (200, client.pk)  # a proxy to which none was shown sends it empty
    assert ask(written(ONE)["escaped"], path="/subjects/x") == (403, "scope-missing")
    assert ask(written(OTHER)["escaped"]) == (401, "unauthorized")
    # The same bucket as its key's: five a minute, of which four were taken at this router.
    assert ask(written(ONE)["escaped"])[0] == 200 and ask("", authorization=f"Bearer {key}")[0] == 429


@pytest.mark.django_db
def test_a_certificate_from_anybody_else_is_refused_and_never_passed_over(
    market: tuple[Client, str], ask: Ask, settings: LazySettings
) -> None:
    client, key = market
    certificate_add(client=client.pk, certificate=ONE, by="operator", at=NOW)
    told, refused = written(ONE)["rfc 9440"], (403, "certificate-not-believed")
    assert ask(told, sender=STRANGER) == refused
    assert ask(told, sender=STRANGER, authorization=f"Bearer {key}") == refused
    assert {ask(told, header=each) for each in CERTIFICATE_HEADERS if each != "Client-Cert"} == {refused}
    assert ask(told, header="X-Forwarded-For", authorization=f"Bearer {key}") == (200, client.pk)
    settings.CHENGXIN_CERTIFICATE_SECRET = "s3cret"  # from now on an address alone is not believed
    assert ask(told) == refused
    assert ask(told, X_Chengxin_Proxy_Secret="s3cre") == refused
    assert ask(told, sender=STRANGER, X_Chengxin_Proxy_Secret="s3cret") == (200, client.pk)
    settings.CHENGXIN_CERTIFICATE_HEADER = ""
    assert ask(told, X_Chengxin_Proxy_Secret="s3cret") == refused


@pytest.mark.django_db
def test_certificate_and_key_name_one_client_or_nobody(market: tuple[Client, str], ask: Ask) -> None:
    client, key = market
    _, other = client_add(actor="market", title="other", scopes=["checks"], by="operator", at=NOW)
    certificate_add(client=client.pk, certificate=ONE, by="operator", at=NOW)
    told, refused = written(ONE)["rfc 9440"], (403, "certificate-and-key")
    assert ask(told, authorization=f"Bearer {key}") == (200, client.pk)
    assert {ask(told, authorization=each) for each in (f"Bearer {other}", "Bearer cx_wrong", "Basic YTpi")} == {refused}
    assert ask(written(OTHER)["rfc 9440"], authorization=f"Bearer {key}") == refused
    assert ask("nonsense", authorization=f"Bearer {key}") == (400, "certificate-unread")


@pytest.mark.django_db
def test_a_certificate_works_until_it_runs_out_is_ended_or_its_client_is_revoked(
    market: tuple[Client, str], ask: Ask
) -> None:
    client, _ = market
    at = timezone.now()
    made = certificate_add(client=client.pk, certificate=ONE, by="operator", at=at, days=10)
    assert made.expires_at == at + timedelta(days=10)
    long = certificate_add(client=client.pk, certificate=OTHER, by="operator", at=at, days=1000)
    assert long.expires_at == certificate_read(OTHER).not_after
    told, over = written(ONE)["rfc 9440"], (401, "unauthorized")
    Certificate.objects.filter(pk=made.pk).update(expires_at=at, added_at=at - timedelta(days=1))
    assert ask(told) == over
    again = certificate_add(client=client.pk, certificate=ONE, by="operator", at=at)
    assert ask(told) == (200, client.pk)
    certificate_end(fingerprint=PRINT, by="operator", at=at)
    assert ask(told) == over and Certificate.objects.get(pk=again.pk).ended_at == at
    with pytest.raises(CertificateUnknown):
        certificate_end(fingerprint=PRINT, by="operator", at=at)
    client_revoke(client=client.pk, by="operator", at=at)
    assert ask(written(OTHER)["rfc 9440"]) == over
    events = Entry.objects.filter(event__startswith="actors.certificate").order_by("pk").values_list("event", "object")
    kept = [f"actors.certificate.{verb}" for verb in ("added", "added", "added", "ended")]
    assert list(events) == list(zip(kept, itertools.repeat(f"client:{client.pk}"), strict=False))


@pytest.mark.django_db
def test_one_certificate_names_one_client_and_only_while_it_is_valid(market: tuple[Client, str]) -> None:
    client, _ = market
    other, _ = client_add(actor="market", title="other", scopes=[], by="operator", at=NOW)
    certificate_add(client=client.pk, certificate=ONE, by="operator", at=NOW)
    with pytest.raises(CertificateTaken):
        certificate_add(client=other.pk, certificate=ONE, by="operator", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Certificate.objects.create(
            client=other, fingerprint=certificate_read(ONE).fingerprint, added_at=NOW, expires_at=later(days=1)
        )
    for at in (NOW - timedelta(days=2), later(days=91)):
        with pytest.raises(CertificateOver):
            certificate_add(client=other.pk, certificate=OTHER, by="operator", at=at)
    with pytest.raises(ClientUnknown):
        certificate_add(client=0, certificate=OTHER, by="operator", at=NOW)


@pytest.mark.django_db
def test_the_command_registers_lists_and_ends_and_gives_no_key_with_a_certificate(
    market: tuple[Client, str], tmp_path: Path, capfd: pytest.CaptureFixture[str], clock: Any
) -> None:
    file = tmp_path / "client.pem"
    file.write_text(ONE)
    assert run(["clients", "market", "--certificate", str(file), "--json"]) == 0
    assert "cx_" not in (out := capfd.readouterr().out) and PRINT in out
    assert run(["clients", "--json"]) == 0 and PRINT in capfd.readouterr().out
    assert run(["clients", "--end-certificate", PRINT, "--json"]) == 0 and PRINT not in capfd.readouterr().out
    assert run(["clients", "--certificate", str(file), "--client", str(market[0].pk), "--json"]) == 0
    assert PRINT in capfd.readouterr().out
    file.write_bytes(b"\xff")
    assert run(["clients", "market", "--certificate", str(file), "--json"]) == 1
    assert "certificate-unread" in capfd.readouterr().out and Client.objects.count() == 2
