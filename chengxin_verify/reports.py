"""What a report's signature is over, and whether it holds: of its JSON the one text, of its PDF the bytes around the signature.

The text of a report is its JSON in UTF-8 with keys in order, no blanks, and characters beyond ASCII as they are. The PDF bears a PAdES signature (CMS)
over the whole file but the signature itself; what is needed of it is read here, and nothing else of the PDF.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from chengxin_verify.errors import Unfit

RSA, ECDSA = "rsa-pkcs1v15-sha256", "ecdsa-sha256"
SHA256 = bytes.fromhex("0609608648016503040201")  # id-sha256 and id-messageDigest, as DER writes them
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")


def report_text(value: Mapping[str, Any]) -> str:
    """The one text of a report's JSON (RFC 8785 of what has neither fractions nor keys beyond ASCII): over it go digest and signature."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def signature_holds(content: bytes, algorithm: str, value: bytes, certificate: x509.Certificate) -> bool:
    """Whether the certificate's key made the signature of the bytes."""
    key = certificate.public_key()
    try:
        if algorithm == RSA and isinstance(key, rsa.RSAPublicKey):
            key.verify(value, content, padding.PKCS1v15(), hashes.SHA256())
        elif algorithm == ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, content, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def certificates_read(written: str) -> list[x509.Certificate]:
    """The certificates of a PEM text; refuses one without any."""
    try:
        return x509.load_pem_x509_certificates(written.encode())
    except ValueError as error:
        raise Unfit("不是证书（PEM）", "this is no certificate in PEM") from error


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of the certificate, in hexadecimal, as it stands on a report."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def value_read(written: str) -> bytes:
    """A signature's bytes."""
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unfit("签名不是 base64", "the signature is not base64") from error


# --- PDF --------------------------------------------------------------------------------------------------------------------------

_RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_OF_SIGNER = 0xA0  # the tag of the attributes that a signer signs


def pdf_holds(content: bytes, certificate: x509.Certificate) -> bool:
    """Whether the PDF bears one signature, by the certificate's key, over every byte of the file but itself."""
    ranges = _RANGE.findall(content)
    if len(ranges) != 1:
        return False
    first, start, rest = map(int, ranges[0])
    inside = content[first:start]
    if start + rest != len(content) or inside[:1] != b"<" or inside[-1:] != b">":
        return False
    try:
        attributes, told, signature = _signer(bytes.fromhex(inside[1:-1].decode("ascii")))
    except (ValueError, IndexError):  # bytes that are no such structure
        return False
    algorithm = RSA if isinstance(certificate.public_key(), rsa.RSAPublicKey) else ECDSA
    same = told == hashlib.sha256(content[:first] + content[start:]).digest()
    return same and signature_holds(attributes, algorithm, signature, certificate)


def _signer(signed: bytes) -> tuple[bytes, bytes, bytes]:
    """Of a CMS signature with one signer: the attributes as they are signed, the digest of the file among them, and the signature."""
    outer = _parts(_parts(signed, most=1)[0].content)
    data = _parts(_parts(outer[1].content)[0].content)
    (signer,) = _parts(data[-1].content)
    parts = _parts(signer.content)
    at = [part.tag for part in parts].index(_OF_SIGNER)
    if not parts[at - 1].content.startswith(SHA256):
        raise ValueError("another digest than SHA-256")
    named = [_parts(each.content) for each in _parts(parts[at].content)]
    (digest,) = [values for name, values in named if name.whole == MESSAGE_DIGEST]
    return b"\x31" + parts[at].whole[1:], _parts(digest.content)[0].content, parts[at + 2].content


@dataclass(frozen=True)
class _Part:
    """One value of DER: its tag, its content, and all of it."""

    tag: int
    content: bytes
    whole: bytes


def _parts(data: bytes, most: int = 10_000) -> list[_Part]:
    """The values of DER that stand side by side, at most so many."""
    found: list[_Part] = []
    at = 0
    while at < len(data) and len(found) < most:
        length, begins = data[at + 1], at + 2
        if length & 0x80:
            begins += length & 0x7F
            length = int.from_bytes(data[at + 2 : begins], "big")
        if begins + length > len(data):
            raise ValueError("cut short")
        found.append(_Part(data[at], data[begins : begins + length], data[at : begins + length]))
        at = begins + length
    return found
