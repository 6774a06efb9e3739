"""Certificates for tests, by invented authorities, and what their holders sign."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

from tests.world import NOW

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
BEGAN, ENDS = NOW - timedelta(days=200), NOW + timedelta(days=165)


@dataclass(frozen=True)
class Holder:
    """A key and its certificate."""

    key: Key
    certificate: x509.Certificate

    def signs(self, text: bytes, *beside: x509.Certificate, encoding: Encoding = Encoding.DER, **changes: Any) -> str:
        """A detached signature of the bytes, as it is sent."""
        builder = (
            PKCS7SignatureBuilder()
            .set_data(text)
            .add_signer(self.certificate, self.key, changes.get("digest", hashes.SHA256()))
        )
        for each in beside:
            builder = builder.add_certificate(each)
        made = builder.sign(encoding, changes.get("options", [PKCS7Options.DetachedSignature, PKCS7Options.Binary]))
        return made.decode() if encoding is Encoding.PEM else b64encode(made).decode()


def issued(
    subject: Mapping[x509.ObjectIdentifier, str], by: Holder | None = None, *, authority: bool = False, rsa_key: bool = False,
    began: datetime = BEGAN, ends: datetime = ENDS, signing: bool = True,
) -> Holder:  # fmt: skip
    """A certificate of this subject, by an authority or by itself."""
    key: Key = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        if rsa_key
        else ec.generate_private_key(ec.SECP256R1())
    )
    named = x509.Name([x509.NameAttribute(each, value) for each, value in subject.items()])
    usage = x509.KeyUsage(signing, signing, not signing, False, False, authority, authority, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(by.certificate.subject if by else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(by.key if by else key, hashes.SHA256())
    )
    return Holder(key, made)


def root_made(title: str) -> Holder:
    """An authority of that name."""
    return issued({NameOID.COMMON_NAME: title}, authority=True, began=NOW - timedelta(days=900), ends=NOW + timedelta(days=900))  # fmt: skip
