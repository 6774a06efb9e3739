"""SM2 signatures with SM3 (GB/T 32918, GM/T 0010), which the readers of certificates and of CMS do not know by themselves.

Chinese authorities issue certificates of these keys. What is taught here is how they are named in ASN.1 and how one of their
signatures is verified; paths, days, revocation and use of a certificate stay with the same library as for RSA and ECDSA.
"""

from asn1crypto import algos, cms, core, keys
from cryptography.exceptions import InvalidSignature
from gmalg import SM2  # type: ignore[import-untyped]
from gmalg.errors import GMError  # type: ignore[import-untyped]
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

CURVE, DIGEST = "1.2.156.10197.1.301", "1.2.156.10197.1.401"
# The algorithm of a certificate's signature; in CMS some name it so and some by the key alone, with or without `.1`.
SIGNATURES = ("1.2.156.10197.1.501", f"{CURVE}.1", CURVE)
# GM/T 0010 gives signed data and the data in it names of its own; what they hold is as in CMS.
DATA, SIGNED = "1.2.156.10197.6.1.4.2.1", "1.2.156.10197.6.1.4.2.2"
# Whose signature it is enters what is signed; where nobody agreed on another, GM/T 0009 says that it is this.
SIGNER = b"1234567812345678"


def _named(kind: type[core.ObjectIdentifier], name: str, *oids: str) -> None:
    """Let these identifiers be read under the name. What the library writes under a name that it knows already stays what it was."""
    kind.unmap(next(iter(kind._map.values())))  # the library sets up what it writes at the first use
    for oid in oids:
        kind._map[oid] = name
    kind._reverse_map.setdefault(name, oids[0])


_named(algos.DigestAlgorithmId, "sm3", DIGEST)
_named(algos.SignedDigestAlgorithmId, "sm2_sm3", *SIGNATURES)
_named(cms.ContentType, "data", DATA)
_named(cms.ContentType, "signed_data", SIGNED)
keys.NamedCurve.register("sm2", CURVE, 32)


class SignatureValidator(DefaultSignatureValidator):
    """Verifies signatures as the library does, and those of SM2 with SM3 besides. Where a signature has no attributes the library hands over
    the digest of the text, but SM2 signs a digest of its own: so the text is given here.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """Raises `InvalidSignature` where the signature is not of the data by the key."""
        if signature_algorithm["algorithm"].native != "sm2_sm3":
            super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)
            return
        if public_key_info.algorithm != "ec" or public_key_info.curve != ("named", "sm2"):
            raise InvalidSignature
        signed = self._text if context.prehashed else signed_data
        if not signature_holds(signature, signed, bytes(public_key_info["public_key"])):
            raise InvalidSignature


def signature_holds(signature: bytes, content: bytes, point: bytes) -> bool:
    """Whether the signature (DER, r and s) is of the bytes by the key whose point this is (uncompressed)."""
    if len(point) != 65:
        return False
    try:
        found = algos.DSASignature.load(signature, strict=True)
        r, s = (int(found[name]).to_bytes(32, "big") for name in ("r", "s"))
        return bool(SM2(uid=SIGNER, pk=point).verify(content, r, s))
    except (ValueError, TypeError, OverflowError, GMError):
        return False
