"""Signatures that others bring: a detached CMS signature (PKCS#7) by an X.509 certificate, held against the roots that are trusted here.

Certificates with RSA, ECDSA or SM2 keys; which roots are trusted, and which certificates were revoked, stands in a folder of files.
"""

import asyncio
import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from asn1crypto import cms, crl, pem
from asn1crypto import x509 as asn1x509
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule

from chengxin.kernel.errors import Refusal
from chengxin.kernel.identifiers import uscc_valid
from chengxin.kernel.sm2 import SignatureValidator

MOST = 65_536  # bytes of a signature with its certificates
SHOWN = 200  # characters of an issuer
# The attributes of a subject in which certificates of units bear the unified social credit code, alone or after `NTRCN-`.
BEARING = ("organization_identifier", "serial_number")
PREFIX = "NTRCN-"


class SignatureUnreadable(Refusal):
    """This is no detached signature with the certificate of its signer: {why} Send CMS (PKCS#7) in DER or PEM, at most 64 KiB, such as `openssl cms -sign -binary` makes it."""

    code = "signature-unreadable"
    zh = "这不是附有签名人证书的分离式签名：{why_zh}请提交 DER 或者 PEM 格式的 CMS（PKCS#7），不超过64 KiB，例如用 openssl cms -sign -binary 生成。"


class SignatureOfOtherText(Refusal):
    """The signature is not of this text: not one character of it may be changed. Take the text as it is given here, and sign its bytes."""

    code = "signature-of-other-text"
    basis = "《电子签名法》第13条"
    zh = "签名与文本不符：文本一个字也不能改动。请取得本库给出的文本，对其字节签名。"


class CertificateOverdue(Refusal):
    """The certificate holds from {begins} to {ends}, and not on {on}. Sign with one that is in force."""

    code = "certificate-overdue"
    basis = "《电子签名法》第13条"
    zh = "证书有效期为{begins}至{ends}，{on}不在有效期内。请用有效的证书签名。"


class CertificateUntrusted(Refusal):
    """No authority that is trusted here vouches for this certificate, or it was revoked, or is not for signing, or whether it was revoked cannot be told.
    Trusted are: {known}.
    """

    code = "certificate-untrusted"
    basis = "《电子签名法》第16条"
    zh = "这张证书没有本库所信任的机构作保，或者已被吊销，或者不是用于签名的证书，或者无从得知是否已被吊销。所信任的有：{known}。"


class CertificateCodeless(Refusal):
    """The certificate bears no unified social credit code, so it is not known whose it is. It stands in the subject's organizationIdentifier or
    serialNumber, and alike in both where both have one.
    """

    code = "certificate-codeless"
    zh = "证书中没有统一社会信用代码，不知属于哪个单位。代码应在证书主体的 organizationIdentifier 或者 serialNumber 中；两处都有的，须一致。"


class CertificateOfAnother(Refusal):
    """The certificate is of {found}, and the signer is {wanted}. Whoever signs brings a certificate of their own."""

    code = "certificate-of-another"
    basis = "《电子签名法》第13条"
    zh = "证书属于{found}，签署者是{wanted}。签署者须用自己的证书签名。"


class RootsMissing(Refusal):
    """No roots are trusted here, so that no certificate can be verified. Lay them as PEM files into the folder that CHENGXIN_SIGNER_ROOTS names."""

    code = "signer-roots-missing"
    status = 503
    zh = "本库没有设置信任的根证书，无法核验证书。请把根证书（PEM）放入 CHENGXIN_SIGNER_ROOTS 所指的文件夹。"


@dataclass(frozen=True)
class Roots:
    """Which certificates are trusted, and the lists of those revoked."""

    certificates: tuple[asn1x509.Certificate, ...]
    revoked: tuple[crl.CertificateList, ...] = ()

    @property
    def names(self) -> str:
        """Whose they are."""
        return ", ".join(sorted(named(each.subject) for each in self.certificates))


@dataclass(frozen=True)
class Signed:
    """Who signed: the code in the certificate, who issued it, its serial number and fingerprint, and until when it holds."""

    code: str
    issuer: str
    serial: str
    fingerprint: str
    until: date


def roots_read(folder: str) -> Roots:
    """What stands in the folder: `*.pem` with the roots, `*.crl` with lists of those revoked (DER or PEM). Refuses a folder without any root."""
    where = Path(folder)
    if not folder or not where.is_dir():
        raise RootsMissing
    try:
        certificates = [
            asn1x509.Certificate.load(der) for path in sorted(where.glob("*.pem")) for _, _, der in pem.unarmor(path.read_bytes(), multiple=True)
        ]  # fmt: skip
        revoked = [crl.CertificateList.load(_der(path.read_bytes())) for path in sorted(where.glob("*.crl"))]
    except (OSError, ValueError, TypeError):
        raise RootsMissing from None
    if not certificates:
        raise RootsMissing
    return Roots(tuple(certificates), tuple(revoked))


def signature_verified(
    text: bytes, signature: bytes, *, code: str, signed_on: date, roots: Roots, at: datetime
) -> Signed:
    """Who signed the text; refuses a signature of another text, and a certificate that does not hold on the day of signing and now, that nobody
    vouches for who is trusted, or that is not of the unit of this code.
    """
    held, signer, others = _read(signature)
    # Where a list of the issuer's revoked certificates lies here, it must be current and not name this one; else there is none to ask.
    listed = any(each.issuer == signer.issuer for each in roots.revoked)
    rule = RevocationCheckingRule.CRL_REQUIRED if listed else RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
    policy = CertRevTrustPolicy(RevocationCheckingPolicy(rule, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT))
    context = ValidationContext(
        trust_roots=roots.certificates, other_certs=others, crls=roots.revoked, moment=at, allow_fetching=False, revinfo_policy=policy,
        signature_validator=SignatureValidator(text),
    )  # fmt: skip
    use = KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False)
    try:
        told = asyncio.run(
            async_validate_detached_cms(text, held, signer_validation_context=context, key_usage_settings=use)
        )
    except Exception:  # as below: whoever sends it may have made it to fail
        raise SignatureUnreadable(why="it does not hold together.", why_zh="结构有误。") from None
    if not (told.intact and told.valid):
        raise SignatureOfOtherText
    begins, ends = signer.not_valid_before.astimezone(at.tzinfo), signer.not_valid_after.astimezone(at.tzinfo)
    if not (begins <= at <= ends and begins.date() <= signed_on <= ends.date()):
        late = at.date() if not begins <= at <= ends else signed_on
        raise CertificateOverdue(begins=begins.date(), ends=ends.date(), on=late)
    if not told.trusted or told.revoked:
        raise CertificateUntrusted(known=roots.names)
    found = codes_borne(signer)
    if len(found) != 1:
        raise CertificateCodeless
    if found != {code}:
        raise CertificateOfAnother(found=found.pop(), wanted=code)
    return Signed(code, named(signer.issuer), f"{signer.serial_number:x}", signer.sha256.hex(), ends.date())


def codes_borne(certificate: asn1x509.Certificate) -> set[str]:
    """The unified social credit codes that the certificate's subject bears."""
    values: list[str] = []
    for name, value in certificate.subject.native.items():
        if name in BEARING:
            values += value if isinstance(value, list) else [value]
    return {code for code in (str(each).strip().removeprefix(PREFIX) for each in values) if uscc_valid(code)}


def named(name: asn1x509.Name) -> str:
    """Whose name it is, shortly: the common name, or the organisation, or all of it."""
    told = name.native
    return str(told.get("common_name") or told.get("organization_name") or name.human_friendly)[:SHOWN]


def _read(signature: bytes) -> tuple[cms.SignedData, asn1x509.Certificate, Iterable[asn1x509.Certificate]]:
    """The signature, the certificate of its one signer, and the others that came with it."""
    if len(signature) > MOST:
        raise SignatureUnreadable(why="it is too long.", why_zh="太长。")
    try:
        content = cms.ContentInfo.load(_der(signature), strict=True)
        if content["content_type"].native != "signed_data":
            raise ValueError("not signed")
        held = content["content"]
        if held["encap_content_info"]["content"].native is not None:
            raise SignatureUnreadable(why="the text stands inside it.", why_zh="其中包含了文本。")
        if len(held["signer_infos"]) != 1:
            raise SignatureUnreadable(
                why="it is of none or of several signers.", why_zh="没有签名人，或者有多个签名人。"
            )
        info = extract_certificate_info(held)
        signer = info.signer_cert
        # Read now, all that is asked of it later: what cannot be read fails here.
        _ = (
            signer.not_valid_before,
            signer.not_valid_after,
            signer.serial_number,
            signer.subject.native,
            signer.issuer.native,
        )
        return held, signer, info.other_certs
    except Refusal:
        raise
    except Exception:  # of bytes that are none the readers of ASN.1 fail in every way there is: all mean the same
        raise SignatureUnreadable(why="it cannot be read.", why_zh="无法读取。") from None


def _der(written: bytes) -> bytes:
    """The bytes of a file in DER or PEM."""
    return pem.unarmor(written)[2] if pem.detect(written) else written


def signature_text(content: bytes) -> str:
    """The signature of a file, in DER or PEM, as it is sent as text."""
    return base64.b64encode(content).decode()


def signature_typed(text: str) -> bytes:
    """A signature as it is sent as text: PEM, or DER in base64."""
    try:
        return text.encode() if "-----BEGIN" in text else base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureUnreadable(why="it is neither PEM nor base64.", why_zh="既不是 PEM 也不是 base64。") from None
