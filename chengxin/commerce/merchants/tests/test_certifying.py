"""Commitments signed by the signer's certificate: whose it must be, who must vouch for it, and that not a character of the text may differ."""

import json
import subprocess
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser

from chengxin.actors.services import ActorCodeWrong, actor_identify
from chengxin.commerce.merchants import rules
from chengxin.commerce.merchants.models import Commitment, Signature
from chengxin.commerce.merchants.selectors import commitment_text, commitments_public
from chengxin.commerce.merchants.services.committing import commitment_sign
from chengxin.commerce.merchants.tests.stalls import PLATFORM, digest, filed, platform_add, shop, stall
from chengxin.kernel import signers
from chengxin.kernel.errors import Refusal
from chengxin.ledger.models import Entry
from chengxin.site.cli import run
from tests.certificates import Holder, issued, root_made
from tests.people import DIVISION, name
from tests.world import NOW, TODAY, code, later

pytestmark = [pytest.mark.django_db]
ORGANISATION = NameOID.ORGANIZATION_IDENTIFIER


@pytest.fixture
def root(tmp_path: Path, settings: LazySettings) -> Holder:
    """The one authority that is trusted; the platform, a shop of a unit and one of a person."""
    settings.CHENGXIN_INVENTED_DIVISION = DIVISION
    folder = tmp_path / "roots"
    folder.mkdir()
    settings.CHENGXIN_SIGNER_ROOTS = str(folder)
    made = root_made("云川电子认证有限公司根证书")
    (folder / "root.pem").write_bytes(made.certificate.public_bytes(Encoding.PEM))
    platform_add()
    filed(shop(1), shop(2), stall(1))
    return made


def text_of(whose: str = "s1", form: str = "merchant") -> bytes:
    return commitment_text(PLATFORM, form, shop=whose, signed_on=TODAY, at=NOW)[1].encode()


def signed(signature: str, whose: str = "s1", form: str = "merchant", **changes: Any) -> Commitment:
    words = {
        "platform": PLATFORM,
        "shop": whose,
        "form": form,
        "digest": "",
        "signed_on": TODAY,
        "by": PLATFORM,
        "at": NOW,
    }
    return commitment_sign(**{**words, **changes}, signature=signature)


def of_shop(by: Holder | None, n: int = 1, **changes: Any) -> Holder:
    return issued({NameOID.ORGANIZATION_NAME: f"云川市甲{n}号商贸有限公司", ORGANISATION: code(n), NameOID.COMMON_NAME: name(5)}, by, **changes)  # fmt: skip


def test_a_commitment_signed_by_the_signer_s_certificate_says_by_whom_it_was_issued_and_when(root: Holder) -> None:
    made = signed(of_shop(root).signs(text_of()))
    assert made.on_behalf and made.digest == sha256(text_of()).hexdigest()
    certificate = commitments_public(PLATFORM, "s1", known_at=NOW)[0]["certificate"]
    assert (certificate["code"], certificate["issuer"], certificate["signed_on"]) == (code(1), "云川电子认证有限公司根证书", TODAY)  # fmt: skip
    page = Browser().get(f"/shops/{PLATFORM}/s1").content.decode()
    assert "以证书签名" in page and "Signed by certificate" in page and "云川电子认证有限公司根证书" in page
    # The certificate names a person too: nowhere but sealed.
    with connection.cursor() as cursor:
        cursor.execute("select t::text from merchants_signature t")
        kept = cursor.fetchone()[0]
    assert name(5) not in page + kept and name(5).encode().hex() not in kept
    assert name(5) not in str(list(Entry.objects.values_list("detail", flat=True)))
    # Once; the same again, and another signature, change nothing.
    signed(of_shop(root).signs(text_of()), at=later(hours=1))
    assert Signature.objects.count() == Commitment.objects.count() == 1


@pytest.mark.parametrize(
    "subject",
    [{ORGANISATION: code(1)}, {ORGANISATION: f"NTRCN-{code(1)}"}, {NameOID.SERIAL_NUMBER: code(1)}, {NameOID.SERIAL_NUMBER: code(1), ORGANISATION: code(1)}],
)  # fmt: skip
@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_the_code_stands_in_either_place_and_the_authority_may_stand_between(
    root: Holder, subject: dict[Any, str], encoding: Encoding
) -> None:
    between = issued({NameOID.COMMON_NAME: "云川电子认证有限公司企业证书"}, root, authority=True)
    holder = issued({NameOID.COMMON_NAME: "印章", **subject}, between, rsa_key=True)
    signed(holder.signs(text_of(), between.certificate, encoding=encoding))
    assert Signature.objects.get().issuer == "云川电子认证有限公司企业证书"


def test_what_was_signed_on_paper_is_signed_by_certificate_once_beside_it(root: Holder) -> None:
    paper = signed("", digest=digest(1))
    assert commitments_public(PLATFORM, "s1", known_at=NOW)[0]["certificate"] is None
    assert signed(of_shop(root).signs(text_of())).pk == paper.pk
    found = Commitment.objects.get()
    assert found.digest == digest(1) and found.signature.code == code(1)
    with pytest.raises(rules.DigestUnfit):
        signed("", "s2")


def refused(kind: type[Refusal], signature: str, *says: str, **changes: Any) -> None:
    with pytest.raises(kind) as told:
        signed(signature, **changes)
    for each in says:
        assert each in told.value.message and (each in told.value.message_zh or each[:4] in told.value.message_zh)
    assert name(5) not in told.value.message_zh and told.value.message_zh != told.value.message
    assert not Signature.objects.exists() and not Commitment.objects.exists()


def test_the_certificate_of_another_unit_or_of_none_is_refused(root: Holder) -> None:
    refused(signers.CertificateOfAnother, of_shop(root, 2).signs(text_of()), code(1), code(2))
    for subject in ({}, {ORGANISATION: "NTRCN-1"}, {ORGANISATION: code(1), NameOID.SERIAL_NUMBER: code(2)}):
        refused(signers.CertificateCodeless, issued({NameOID.COMMON_NAME: code(1), **subject}, root).signs(text_of()))


@pytest.mark.parametrize(
    ("began", "ends"),
    [(NOW - timedelta(days=400), NOW - timedelta(days=1)), (NOW + timedelta(hours=1), NOW + timedelta(days=90))],
)
def test_a_certificate_that_is_over_or_has_not_begun_is_refused(root: Holder, began: datetime, ends: datetime) -> None:
    refused(signers.CertificateOverdue, of_shop(root, began=began, ends=ends).signs(text_of()), TODAY.isoformat())


def test_a_certificate_that_had_not_begun_on_the_day_of_signing_is_refused(root: Holder) -> None:
    before = TODAY - timedelta(days=3)
    text = commitment_text(PLATFORM, "merchant", shop="s1", signed_on=before, at=NOW)[1].encode()
    holder = of_shop(root, began=NOW - timedelta(days=1))
    refused(signers.CertificateOverdue, holder.signs(text), before.isoformat(), signed_on=before)


def test_a_certificate_for_which_nobody_trusted_vouches_is_refused_and_its_holder_not_logged(
    root: Holder, caplog: pytest.LogCaptureFixture
) -> None:
    known = "云川电子认证有限公司根证书"
    refused(signers.CertificateUntrusted, of_shop(None).signs(text_of()), known)
    stranger = root_made("某某认证")
    refused(signers.CertificateUntrusted, of_shop(stranger).signs(text_of(), stranger.certificate), known)
    # The name of the one that is trusted, with another key.
    refused(signers.CertificateUntrusted, of_shop(root_made(known)).signs(text_of()), known)
    # One that may not issue, and one that is not for signing.
    refused(signers.CertificateUntrusted, of_shop(of_shop(root, 2)).signs(text_of()), known)
    refused(signers.CertificateUntrusted, of_shop(root, signing=False).signs(text_of()), known)
    over = issued({NameOID.COMMON_NAME: "旧机构"}, root, authority=True, ends=NOW - timedelta(days=1))
    refused(signers.CertificateUntrusted, of_shop(over).signs(text_of(), over.certificate), known)
    assert name(5) not in caplog.text


def test_a_revoked_certificate_is_refused(root: Holder, settings: LazySettings) -> None:
    holder, other = of_shop(root), of_shop(root, 2)
    gone = x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.certificate.subject)
        .last_update(NOW - timedelta(days=1))
        .next_update(NOW + timedelta(days=6))
        .add_revoked_certificate(gone.revocation_date(NOW - timedelta(days=2)).build())
        .sign(root.key, hashes.SHA256())
    )
    Path(settings.CHENGXIN_SIGNER_ROOTS, "root.crl").write_bytes(listed.public_bytes(Encoding.DER))
    refused(signers.CertificateUntrusted, holder.signs(text_of()))
    signed(other.signs(text_of("s2")), "s2", at=NOW)
    # A list that is no longer current says nothing of anybody.
    with pytest.raises(signers.CertificateUntrusted):
        signed(other.signs(text_of("s2")), "s2", at=later(days=7))


def test_a_changed_text_is_refused_wherever_it_was_changed(root: Holder) -> None:
    holder, text = of_shop(root), text_of()
    assert code(1).encode() in text and TODAY.isoformat().encode() in text
    for other in (
        text[:-1],
        text + b"\n",
        text.replace("依法".encode(), "合法".encode(), 1),
        text_of("s2"),
        b"",
        text.replace(b"\n", b"\r\n"),
    ):
        refused(signers.SignatureOfOtherText, holder.signs(other))
    day = commitment_text(PLATFORM, "merchant", shop="s1", signed_on=TODAY - timedelta(days=1), at=NOW)[1].encode()
    refused(signers.SignatureOfOtherText, holder.signs(day))


def test_what_is_no_detached_signature_of_one_signer_is_refused(root: Holder) -> None:
    holder = of_shop(root)
    attached = holder.signs(text_of(), options=[PKCS7Options.Binary])
    bare = holder.signs(text_of(), options=[PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCerts])
    good = holder.signs(text_of())
    for bad in (
        "x",
        "!!",
        "AAAA",
        attached,
        bare,
        good[: len(good) // 2 // 4 * 4],
        b64encode(b"\x30" * 70_000).decode(),
    ):
        refused(signers.SignatureUnreadable, bad)


def test_one_changed_byte_of_a_signature_is_never_taken(root: Holder, settings: LazySettings) -> None:
    raw = bytearray(signers.signature_typed(of_shop(root).signs(text_of())))
    for at in range(0, len(raw), 7):
        changed = bytes(raw[:at]) + bytes([raw[at] ^ 1]) + bytes(raw[at + 1 :])
        # Outside of what is signed (the list of digests, say) a change says nothing; then it is the same signature by the same certificate.
        try:
            made = signers.signature_verified(
                text_of(),
                changed,
                code=code(1),
                signed_on=TODAY,
                roots=signers.roots_read(settings.CHENGXIN_SIGNER_ROOTS),
                at=NOW,
            )
        except Refusal as told:
            assert told.message_zh != told.message
        else:
            assert made.code == code(1) and made.issuer == "云川电子认证有限公司根证书"


def test_without_roots_nothing_signed_by_certificate_is_taken(
    root: Holder, settings: LazySettings, tmp_path: Path
) -> None:
    text = of_shop(root).signs(text_of())
    for folder in ("", str(tmp_path / "none"), str(tmp_path)):
        settings.CHENGXIN_SIGNER_ROOTS = folder
        refused(signers.RootsMissing, text)
    assert signed("", digest=digest(1)).on_behalf


def test_a_platform_signs_under_the_code_that_the_operator_saw_and_a_person_on_paper_alone(root: Holder) -> None:
    with pytest.raises(rules.SignerCodeless):
        text_of("", "platform")
    with pytest.raises(rules.SignerCodeless):
        text_of("p1", "individual-seller")
    with pytest.raises(ActorCodeWrong):
        actor_identify(actor=PLATFORM, code=code(9)[:-1] + "-", by="operator", at=NOW)
    assert run(["actors", "--coded", PLATFORM, "--code", code(9), "--json"]) == 0
    signed(of_shop(root, 9).signs(text_of("", "platform")), "", "platform")
    assert commitments_public(PLATFORM, "", known_at=NOW)[0]["certificate"]["code"] == code(9)


def test_the_database_keeps_signatures_as_they_are(root: Holder) -> None:
    made = signed(of_shop(root).signs(text_of()))
    with pytest.raises(DatabaseError), transaction.atomic():
        Signature.objects.update(code=code(2))
    words = {f.attname: getattr(made.signature, f.attname) for f in Signature._meta.fields if f.attname != "id"}
    signed("", "s2", digest=digest(2))
    other = Commitment.objects.get(shop="s2").pk
    for change in ({"issuer": ""}, {"until": TODAY - timedelta(days=1)}, {"code": "x"}, {"commitment_id": made.pk}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.create(**{**words, "commitment_id": other, **change})


def test_openssl_signs_what_the_command_wrote_and_verifies_what_the_register_kept(
    root: Holder, tmp_path: Path, settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    holder = of_shop(root, began=now - timedelta(days=1), ends=now + timedelta(days=30))
    (tmp_path / "key.pem").write_bytes(holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "own.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))

    def told(*words: str) -> Any:
        assert run(["merchants", *words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    text, made, kept = (str(tmp_path / each) for each in ("text", "made.p7s", "kept.p7s"))
    assert told("text", PLATFORM, "merchant", "--shop", "s1", "--out", text)["code"] == code(1)
    sign = f"openssl cms -sign -binary -in {text} -signer {tmp_path}/own.pem -inkey {tmp_path}/key.pem -outform DER -out {made}"
    subprocess.run(sign.split(), check=True, capture_output=True)
    signed_so = told("sign", PLATFORM, "merchant", "--shop", "s1", "--signature", made, "--by", PLATFORM)[
        "commitments"
    ][0]
    assert signed_so["certificate"]["issuer"] == "云川电子认证有限公司根证书"
    told("signature", str(signed_so["commitment"]), "--out", kept)
    check = f"openssl cms -verify -binary -content {text} -in {kept} -inform DER -CAfile {settings.CHENGXIN_SIGNER_ROOTS}/root.pem -purpose any -out {tmp_path}/out"
    subprocess.run(check.split(), check=True, capture_output=True)
    assert Entry.objects.filter(event="merchants.signature.opened").count() == 1
    assert run(["merchants", "signature", "999999", "--json"]) == 1
