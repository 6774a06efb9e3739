"""SM2: the standard's own example, and signatures by certificates that OpenSSL issued, as CMS and as GM/T 0010 write them."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, pem
from asn1crypto import x509 as asn1x509
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel import sm2
from chengxin.kernel.signers import CertificateUntrusted, SignatureOfOtherText, Signed, roots_read, signature_verified

NOW = datetime.now(UTC)
CODE = "91390102000000019U"
TEXT = "本承诺书由签署者自愿作出。".encode()
# GB/T 32918.5-2017, annex A.2: the signature of "message digest" on the recommended curve.
POINT = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
EXAMPLE = bytes.fromhex(f"3046022100{R}022100{S}")
CONFIG = """
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = here
[here]
database = index.txt
crlnumber = crlnumber
default_md = sm3
default_crl_days = 30
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[unit]
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
"""
BY = "-sm3 -sigopt distid:1234567812345678 -config openssl.cnf"


class Authority:
    """A folder in which OpenSSL issues certificates of SM2 keys, and signs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        Path(folder, "openssl.cnf").write_text(CONFIG)
        Path(folder, "index.txt").touch()
        Path(folder, "crlnumber").write_text("01")
        for key in ("root", "other", "unit"):
            self.run(f"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out {key}.key")
        for key in ("root", "other"):
            self.run(f"openssl req -new -x509 -key {key}.key {BY} -subj /CN={key} -days 3000 -extensions authority -out {key}.pem")  # fmt: skip
        self.run(f"openssl req -new -key unit.key {BY} -subj /CN=unit/serialNumber={CODE} -out unit.csr")
        self.run(
            "openssl x509 -req -in unit.csr -CA root.pem -CAkey root.key -sm3 -sigopt distid:1234567812345678 "
            "-vfyopt distid:1234567812345678 -days 300 -extfile openssl.cnf -extensions unit -set_serial 77 -out unit.pem"
        )
        self.certificate = asn1x509.Certificate.load(pem.unarmor(Path(folder, "unit.pem").read_bytes())[2])

    def run(self, command: str) -> None:
        subprocess.run(command, shell=True, check=True, cwd=self.folder, capture_output=True)

    def trusts(self, *names: str) -> str:
        """A folder in which these roots, and these lists of those revoked, are trusted."""
        trusted = Path(self.folder, "trusted-" + "-".join(names))
        trusted.mkdir(exist_ok=True)
        for name in names:
            Path(trusted, name).write_bytes(Path(self.folder, name).read_bytes())
        return str(trusted)

    def signs(self, text: bytes, *, algorithm: str = sm2.SIGNATURES[0], attributes: bool = True, own: bool = False) -> bytes:  # fmt: skip
        """A detached signature of the text, with attributes or without, under the names of CMS or those of GM/T 0010."""
        digest = hashes.Hash(hashes.SM3())
        digest.update(text)
        told = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": [sm2.DATA if own else "data"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [digest.finalize()]}),
                cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": NOW})]}),
            ]
        )
        Path(self.folder, "signed").write_bytes(told.dump() if attributes else text)
        self.run("openssl pkeyutl -sign -rawin -digest sm3 -pkeyopt distid:1234567812345678 -inkey unit.key -in signed -out value")  # fmt: skip
        issuer = {"issuer": self.certificate.issuer, "serial_number": self.certificate.serial_number}
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(issuer)}),
            "digest_algorithm": {"algorithm": sm2.DIGEST},
            "signature_algorithm": {"algorithm": algorithm},
            "signature": Path(self.folder, "value").read_bytes(),
        }
        held = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": sm2.DIGEST}],
                "encap_content_info": {"content_type": "data"},
                "certificates": [self.certificate],
                "signer_infos": [signer | ({"signed_attrs": told} if attributes else {})],
            }
        )
        made = bytes(cms.ContentInfo({"content_type": "signed_data", "content": held}).dump())
        for plain, named in (("data", sm2.DATA), ("signed_data", sm2.SIGNED)) if own else ():
            made = _renamed(made, cms.ContentType(plain).dump(), cms.ContentType(named).dump())
        return made


def _renamed(made: bytes, name: bytes, other: bytes) -> bytes:
    """The same with another identifier in this one's place outside the attributes that are signed, every length made to fit."""
    content = cms.ContentInfo.load(made)["content"]
    if name == cms.ContentType("signed_data").dump():
        inner = bytes(content.untag().dump())
        body = other + bytes([0xA0, 0x82]) + len(inner).to_bytes(2, "big") + inner
        return bytes([0x30, 0x82]) + len(body).to_bytes(2, "big") + body
    content["encap_content_info"] = {"content_type": sm2.DATA}
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("sm2"))


def verified(authority: Authority, signature: bytes, text: bytes = TEXT, *trusted: str) -> Signed:
    roots = roots_read(authority.trusts(*(trusted or ("root.pem",))))
    at = datetime.now(UTC)  # OpenSSL's certificates hold from when it made them
    return signature_verified(text, signature, code=CODE, signed_on=at.date(), roots=roots, at=at)


def test_the_standard_s_own_example_holds_and_no_other_text_or_key_does() -> None:
    assert sm2.signature_holds(EXAMPLE, b"message digest", POINT)
    assert not sm2.signature_holds(EXAMPLE, b"message digesu", POINT)
    assert not sm2.signature_holds(EXAMPLE, b"message digest", POINT[:-1] + b"\x14"), "a point beside the curve"


@given(st.integers(0, len(EXAMPLE) - 1), st.integers(1, 255))
def test_a_signature_of_which_a_byte_was_changed_does_not_hold(at: int, by: int) -> None:
    changed = bytearray(EXAMPLE)
    changed[at] ^= by
    assert not sm2.signature_holds(bytes(changed), b"message digest", POINT)


@given(st.binary(max_size=80), st.binary(max_size=70))
def test_bytes_that_are_no_signature_or_no_key_do_not_hold(signature: bytes, point: bytes) -> None:
    assert not sm2.signature_holds(signature, b"message digest", POINT)
    assert not sm2.signature_holds(EXAMPLE, b"message digest", point)


@pytest.mark.parametrize("algorithm", sm2.SIGNATURES)
@pytest.mark.parametrize("attributes", [True, False])
def test_a_certificate_of_an_sm2_key_signs_in_each_form_that_is_in_use(authority: Authority, algorithm: str, attributes: bool) -> None:  # fmt: skip
    signature = authority.signs(TEXT, algorithm=algorithm, attributes=attributes)
    done = verified(authority, signature)
    assert (done.code, done.issuer, done.serial) == (CODE, "root", "4d")
    with pytest.raises(SignatureOfOtherText):
        verified(authority, signature, TEXT + b" ")


@pytest.mark.parametrize("attributes", [True, False])
def test_signed_data_under_the_names_of_gm_t_0010_is_read(authority: Authority, attributes: bool) -> None:
    signature = authority.signs(TEXT, attributes=attributes, own=True)
    assert cms.ContentType(sm2.SIGNED).dump() in signature and cms.ContentType(sm2.DATA).dump() in signature
    assert verified(authority, signature).code == CODE
    with pytest.raises(SignatureOfOtherText):
        verified(authority, signature, b"")


def test_another_s_root_vouches_for_nothing_and_what_was_revoked_is_refused(authority: Authority) -> None:
    signature = authority.signs(TEXT)
    with pytest.raises(CertificateUntrusted):
        verified(authority, signature, TEXT, "other.pem")
    revoked = "openssl ca -config openssl.cnf -cert root.pem -keyfile root.key -sigopt distid:1234567812345678"
    authority.run(f"{revoked} -gencrl -out none.crl")
    assert verified(authority, signature, TEXT, "root.pem", "none.crl").code == CODE
    authority.run(f"{revoked} -revoke unit.pem")
    authority.run(f"{revoked} -gencrl -out root.crl")
    with pytest.raises(CertificateUntrusted):
        verified(authority, signature, TEXT, "root.pem", "root.crl")


def test_what_the_library_writes_keeps_its_own_names() -> None:
    assert cms.ContentType("data").dotted == "1.2.840.113549.1.7.1"
    assert cms.ContentType("signed_data").dotted == "1.2.840.113549.1.7.2"
