"""Deliveries that come signed by their sender's certificate: held against the file, kept, and where a place wants it, asked for."""

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from chengxin import law as lawroom
from chengxin.actors.services import actor_add, actor_identify, client_add
from chengxin.kernel.signers import CertificateOfAnother, RootsMissing, SignatureOfOtherText, SignatureUnreadable
from chengxin.law import Lawbook
from chengxin.ledger.models import Entry
from chengxin.records.models import Batch, BatchSignature, Record
from chengxin.records.selectors.certifying import DeliveryUnsigned, SenderCodeless
from chengxin.records.services.certifying import batch_signature_open
from chengxin.site.cli import run
from tests.certificates import Holder, issued, root_made
from tests.world import NOW, code, file_write, ingest, later, penalty

pytestmark = pytest.mark.django_db
SENDER = "market"


@pytest.fixture
def holder(tmp_path: Path, settings: LazySettings) -> Holder:
    """The certificate of the department that sends."""
    folder = tmp_path / "roots"
    folder.mkdir()
    settings.CHENGXIN_SIGNER_ROOTS = str(folder)
    root = root_made("云川电子认证有限公司根证书")
    (folder / "root.pem").write_bytes(root.certificate.public_bytes(Encoding.PEM))
    actor_add(key=SENDER, kind="department", title="云川市市场监督管理局", by="operator", at=NOW)
    actor_identify(actor=SENDER, code=code(40), by="operator", at=NOW)
    return issued({NameOID.COMMON_NAME: "云川市市场监督管理局", NameOID.ORGANIZATION_IDENTIFIER: code(40)}, root)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return file_write(tmp_path / "sent.csv", [penalty(1)], source="penalty-publicity", edition="2018-zh")


def test_a_delivery_signed_by_its_sender_says_by_which_certificate(holder: Holder, path: Path) -> None:
    signature = holder.signs(path.read_bytes())
    done = ingest(path, by=SENDER, signature=signature)
    kept = BatchSignature.objects.get(batch=done.batch)
    assert (kept.code, kept.issuer) == (code(40), "云川电子认证有限公司根证书")
    assert b64decode(signature) not in bytes(kept.sealed) and holder.certificate.subject.rfc4514_string() not in repr(
        kept.__dict__
    )
    assert batch_signature_open(batch=kept.batch, by=SENDER, at=later(hours=1)) == signature
    told = Entry.objects.filter(event__in=["records.batch.certified", "records.signature.opened"]).order_by("pk")
    assert [(each.event, each.object) for each in told] == [
        ("records.batch.certified", f"batch:{done.batch}"),
        ("records.signature.opened", f"batch:{done.batch}"),
    ]


def test_a_signature_of_other_bytes_or_of_another_unit_files_nothing(holder: Holder, path: Path) -> None:
    other = replace(holder, **issued({NameOID.ORGANIZATION_IDENTIFIER: code(41)}, root_made("x")).__dict__)
    for signature, refused in (
        (holder.signs(path.read_bytes() + b"\n"), SignatureOfOtherText),
        (other.signs(path.read_bytes()), Exception),
        ("AAAA", SignatureUnreadable),
        ("不是签名", SignatureUnreadable),
    ):
        with pytest.raises(refused):
            ingest(path, by=SENDER, signature=signature)
    assert not Record.objects.exists() and not Batch.objects.exists()


def test_whose_code_is_not_known_and_where_no_root_is_trusted_nothing_signed_is_taken(holder: Holder, path: Path, settings: LazySettings) -> None:  # fmt: skip
    signature = holder.signs(path.read_bytes())
    actor_add(key="traffic", kind="department", title="云川市交通运输局", by="operator", at=NOW)
    with pytest.raises(SenderCodeless):
        ingest(path, by="traffic", signature=signature)
    actor_identify(actor="traffic", code=code(42), by="operator", at=NOW)
    with pytest.raises(CertificateOfAnother):
        ingest(path, by="traffic", signature=signature)
    settings.CHENGXIN_SIGNER_ROOTS = ""
    with pytest.raises(RootsMissing):
        ingest(path, by=SENDER, signature=signature)
    assert not Batch.objects.exists()


def test_the_same_file_sent_again_with_its_signature_is_signed_from_then_on(holder: Holder, path: Path) -> None:
    first = ingest(path, by=SENDER)
    assert not BatchSignature.objects.exists()
    for _ in range(2):
        again = ingest(path, by=SENDER, signature=holder.signs(path.read_bytes()), at=later(hours=1))
        assert again.repeated and again.batch == first.batch
    assert BatchSignature.objects.get().batch_id == first.batch


def test_a_held_delivery_keeps_its_signature_and_a_trial_run_verifies_it(holder: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    empty = file_write(tmp_path / "none.csv", [], source="penalty-publicity", edition="2018-zh")
    with pytest.raises(SignatureOfOtherText):
        ingest(empty, by=SENDER, dry_run=True, signature=holder.signs(b""))
    assert ingest(empty, by=SENDER, dry_run=True, signature=holder.signs(empty.read_bytes())).dry_run
    held = ingest(empty, by=SENDER, signature=holder.signs(empty.read_bytes()))
    assert held.status == "held" and BatchSignature.objects.get().batch_id == held.batch


def test_a_source_that_asks_for_a_signature_takes_no_file_without(holder: Holder, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    source = Lawbook.on(lawroom.load(), NOW.date()).sources["penalty-publicity"]
    monkeypatch.setitem(source.__dict__, "signed", True)
    with pytest.raises(DeliveryUnsigned, match="penalty|双公示|处罚"):
        ingest(path, by=SENDER)
    assert not Batch.objects.exists()
    assert ingest(path, by=SENDER, signature=holder.signs(path.read_bytes())).accepted == 1
    assert ingest(path, at=later(hours=1)).repeated, "the operator files for others"


def test_the_same_by_api_and_command(
    holder: Holder, path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = client_add(actor=SENDER, title="t", scopes=["batches"], by="operator", at=NOW)[1]
    words = {"headers": {"authorization": f"Bearer {key}"}}
    content = path.read_bytes()
    with time_machine.travel(NOW, tick=True):
        bad = Browser().post("/api/v1/batches/penalty-publicity", {"file": SimpleUploadedFile("a.csv", content), "signature": holder.signs(b"x")}, **words)  # type: ignore[arg-type]  # fmt: skip
        assert bad.status_code == 422 and bad.json()["code"] == "signature-of-other-text" and not Batch.objects.exists()
        made = Browser().post("/api/v1/batches/penalty-publicity", {"file": SimpleUploadedFile("a.csv", content), "signature": holder.signs(content)}, **words)  # type: ignore[arg-type]  # fmt: skip
        batch = made.json()["batch"]
        shown = Browser().get(f"/api/v1/batches/{batch}", **words).json()  # type: ignore[arg-type]
        assert shown["certificate"]["code"] == code(40) and shown["certificate"]["issuer"]
        held = Browser().get(f"/api/v1/batches/{batch}/signature", **words).json()  # type: ignore[arg-type]
        assert b64decode(held["signature"])[:1] == b"\x30"
        (tmp_path / "sig.p7s").write_bytes(b64decode(holder.signs(content)))
        assert (
            run(
                [
                    "ingest",
                    "penalty-publicity",
                    str(path),
                    "--by",
                    SENDER,
                    "--signature",
                    str(tmp_path / "sig.p7s"),
                    "--json",
                ]
            )
            == 0
        )
        assert json.loads(capfd.readouterr().out)["repeated"] is True
        assert run(["batches", "--signature", str(batch), "--out", str(tmp_path / "out.p7s"), "--json"]) == 0
        assert (tmp_path / "out.p7s").read_bytes() == b64decode(held["signature"]) and capfd.readouterr()
        assert run(["batches", "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["batches"][0]["certificate"]["code"] == code(40)
        assert run(["batches", "--signature", "999999"]) == 1
