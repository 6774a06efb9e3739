"""Signing: a key with its certificate, by which documents are signed so that anybody can verify them, off line too.

A PDF gets a PAdES signature that standard readers verify; any other bytes a detached one (RSASSA-PKCS1-v1_5 or ECDSA, with
SHA-256). Whose key it is, the certificate says: a centre's own, or one that this installation made for itself and says so.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from asn1crypto import cms
from asn1crypto import x509 as asn1x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from chengxin.kernel.errors import Refusal
from chengxin.kernel.keyfile import keyfile_once
from chengxin_verify.reports import ECDSA, RSA, signature_holds

SELF_MADE = "自制证书 self-made"
_BITS, _YEARS = 3072, 10
_FIELD = "chengxin"
_MOST = 8192  # bytes of a signature with its certificates


class SigningKeyNotUsable(Refusal):
    """The signing key {key} or its certificate {certificate} cannot be used: {why}. Both are PEM files; the certificate is of that key, an RSA
    key of 2048 bits or more, or an EC key.
    """

    code = "signing-key-not-usable"
    status = 503
    zh = "签名密钥 {key} 或者证书 {certificate} 不能使用：{why}。两者均为 PEM 文件，证书须与密钥相符；RSA 密钥不少于2048位，或者用 EC 密钥。"


class NotSigned(Refusal):
    """The document could not be signed: {why}. Nothing was issued."""

    code = "document-not-signed"
    status = 503
    zh = "文件未能签名：{why}。没有出具任何文件。"


@dataclass(frozen=True)
class Detached:
    """A signature beside the bytes that it signs, with the certificate of its key, as a file or an answer holds it."""

    algorithm: str
    value: str
    certificate: str

    def as_dict(self) -> dict[str, str]:
        """The signature as JSON holds it."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Signatory:
    """A private key and its certificates, the key's own first."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    @classmethod
    def of_files(cls, key: Path, certificate: Path) -> "Signatory":
        """The signatory of two PEM files: the key, and the certificate with those that lead to its root, if any."""
        try:
            private = load_pem_private_key(key.read_bytes(), None)
            certificates = tuple(x509.load_pem_x509_certificates(certificate.read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise SigningKeyNotUsable(key=key, certificate=certificate, why=error) from error
        if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) or (
            isinstance(private, rsa.RSAPrivateKey) and private.key_size < 2048
        ):
            raise SigningKeyNotUsable(key=key, certificate=certificate, why="the kind or length of the key")
        if certificates[0].public_key() != private.public_key():
            raise SigningKeyNotUsable(key=key, certificate=certificate, why="the certificate is of another key")
        return cls(private, certificates)

    @property
    def made_here(self) -> bool:
        """Whether nobody but this installation vouches for it."""
        return SELF_MADE in self.name

    @property
    def name(self) -> str:
        """Whose certificate it is, in its own words."""
        return self.certificates[0].subject.rfc4514_string({NameOID.COMMON_NAME: "CN"})

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal."""
        return self.certificates[0].fingerprint(hashes.SHA256()).hex()

    def sign(self, content: bytes) -> Detached:
        """A detached signature of the bytes."""
        algorithm = RSA if isinstance(self.key, rsa.RSAPrivateKey) else ECDSA
        chain = "".join(each.public_bytes(Encoding.PEM).decode() for each in self.certificates)
        return Detached(algorithm, base64.b64encode(self._value(content)).decode(), chain)

    def pdf_sign(self, content: bytes, *, reason: str, timestamps: str = "") -> bytes:
        """The PDF with an invisible PAdES signature over all of it, with a timestamp where a service is named.

        Where the signature's length is known before, as an RSA key's is, just so many bytes are kept free for it: there is no
        padding in which a byte could be changed unseen.
        """
        stamper = HTTPTimeStamper(timestamps, timeout=10) if timestamps else None
        told = PdfSignatureMetadata(
            field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason, name=self.name
        )
        signer = PdfSigner(told, _Signer(self), timestamper=stamper)
        try:
            signed = _pdf_signed(signer, content, reserve=None if stamper else 4 * _MOST)
            if isinstance(self.key, rsa.RSAPrivateKey) and stamper is None:
                signed = _pdf_signed(signer, content, reserve=2 * len(_cms(signed)))
        except (SigningError, TimestampRequestError, OSError, ValueError) as error:
            raise NotSigned(why=error) from error
        return signed

    def _value(self, content: bytes) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(content, padding.PKCS1v15(), hashes.SHA256())
        return self.key.sign(content, ec.ECDSA(hashes.SHA256()))


class _Signer(Signer):
    """The signatory as pyHanko asks for one. Its own signer reads the key anew for each signature, which takes ten times as long."""

    def __init__(self, signatory: Signatory) -> None:
        first, *others = (asn1x509.Certificate.load(c.public_bytes(Encoding.DER)) for c in signatory.certificates)
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(others)
        super().__init__(signing_cert=first, cert_registry=store)
        self._signatory = signatory

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """The signature of the attributes, whose digest is always SHA-256 here."""
        return self._signatory._value(data)


def signing_file(folder: Path, *, name: str, at: datetime) -> Path:
    """The file with the key and certificate that this installation makes for itself, once (mode 0600); the certificate says that it did, and is
    good for ten years from the instant.
    """
    path = folder / "report-signing.pem"  # one file for both, so that they are made together or not at all
    if not path.exists():
        keyfile_once(path, _self_made(name, at))
    return path


def signed_by(content: bytes, signature: Detached) -> x509.Certificate | None:
    """The certificate whose key signed the bytes; nothing where the signature is not of them. Whether to trust it is another question."""
    try:
        certificate = x509.load_pem_x509_certificates(signature.certificate.encode())[0]
        value = base64.b64decode(signature.value, validate=True)
    except ValueError:
        return None
    return certificate if signature_holds(content, signature.algorithm, value, certificate) else None


def pdf_signed_by(content: bytes) -> x509.Certificate | None:
    """The certificate whose key signed the whole PDF; nothing where a byte of it was changed or added since, or it has no such signature.

    Meant for what was made here: a stranger's file is known by its digest before anybody reads its insides.
    """
    try:
        signatures = PdfFileReader(BytesIO(content)).embedded_signatures
        if len(signatures) != 1 or signatures[0].signer_cert is None:
            return None
        signer = signatures[0].signer_cert
        status = validate_pdf_signature(signatures[0], ValidationContext(trust_roots=[signer], allow_fetching=False))
    except (
        Exception
    ):  # of changed bytes the readers of PDF, ASN.1 and certificates fail in every way there is: all mean the same
        return None
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return x509.load_der_x509_certificate(signer.dump()) if whole and status.intact and status.valid else None


def _pdf_signed(signer: PdfSigner, content: bytes, reserve: int | None = None) -> bytes:
    out: BytesIO = signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(content)), bytes_reserved=reserve)
    return out.getvalue()


def _cms(signed: bytes) -> bytes:
    """What stands in the signature of the PDF, without its padding."""
    padded = PdfFileReader(BytesIO(signed)).embedded_signatures[0].pkcs7_content
    contents: bytes = cms.ContentInfo.load(padded).dump()
    return contents


def _self_made(name: str, at: datetime) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name[:40]}（{SELF_MADE}）")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=_YEARS * 365))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode("ascii")
