"""An authenticator in software, for tests: passkeys as a browser shows them, with whatever is wrong with them."""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SoftKey:
    """One passkey of one site, which counts its uses."""

    def __init__(self, origin: str = "http://localhost:8000") -> None:
        self.origin, self.counter, self.identity = origin, 0, b"invented-passkey"
        self._key = ec.generate_private_key(ec.SECP256R1())

    def made(self, options: str) -> str:
        """What the browser answers when it has made the passkey."""
        wanted = json.loads(options)
        public = cbor.encode(dict(ES256.from_cryptography_key(self._key.public_key())))  # type: ignore[no-untyped-call]
        credential = bytes(16) + len(self.identity).to_bytes(2, "big") + self.identity + public
        data = self._data(wanted["rp"]["id"], 0x41) + credential
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._told("webauthn.create", wanted, attestationObject=_b64(attestation))

    def shown(self, options: str) -> str:
        """What it answers when it has shown the passkey."""
        wanted = json.loads(options)
        self.counter += 1
        data, client = self._data(wanted["rpId"], 0x01), self._client("webauthn.get", wanted)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._told("webauthn.get", wanted, authenticatorData=_b64(data), signature=_b64(signature))

    def _data(self, site: str, flags: int) -> bytes:
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, wanted: Any) -> bytes:
        return json.dumps({"type": kind, "challenge": wanted["challenge"], "origin": self.origin}).encode()

    def _told(self, kind: str, wanted: Any, **response: str) -> str:
        client = _b64(self._client(kind, wanted))
        name = _b64(self.identity)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": {"clientDataJSON": client, **response}}
        )
