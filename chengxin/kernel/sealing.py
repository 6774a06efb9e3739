"""Sealing: what may not be read in the database is kept there as authenticated ciphertext, its key outside.

AES-256 in Galois/counter mode. A sealed value is key id (4 bytes), nonce (12), ciphertext, tag (16). The key file holds
one key a line: the last one seals, all of them unseal, so that a key can be replaced without touching old values.
"""

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from os import urandom
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chengxin.kernel.errors import Refusal
from chengxin.kernel.keyfile import keyfile_once

ID, NONCE, TAG = 4, 12, 16


class KeyFileNotUsable(Refusal):
    """The key file {path} does not hold keys of 32 bytes in base64, one a line. Restore it from its backup."""

    code = "key-file-not-usable"
    status = 503
    zh = "密钥文件 {path} 的内容不是每行一个 32 字节密钥（base64）。请从备份恢复。"


class SealKeyMissing(Refusal):
    """The key {key} that sealed this value is not in the key file. Restore the key file from its backup."""

    code = "seal-key-missing"
    status = 503
    zh = "密封此值的密钥 {key} 不在密钥文件中。请从备份恢复密钥文件。"


class SealBroken(Refusal):
    """The sealed value was changed, or belongs to another place than the one it was read from."""

    code = "seal-broken"
    status = 500
    zh = "密封的值已被改动，或不属于读取它的位置。"


@dataclass(frozen=True)
class Seal:
    """Seals and unseals with the keys of one key file."""

    current: bytes
    keys: dict[bytes, AESGCM]

    @classmethod
    def of_file(cls, path: Path) -> "Seal":
        """The seal of a key file, which is made with a fresh key (mode 0600) where there is none."""
        text = keyfile_once(path, base64.b64encode(secrets.token_bytes(32)).decode("ascii") + "\n")
        try:
            keys = [base64.b64decode(line, validate=True) for line in text.split()]
        except binascii.Error as error:
            raise KeyFileNotUsable(path=path) from error
        if not keys or {len(key) for key in keys} != {32}:
            raise KeyFileNotUsable(path=path)
        return cls(current=_id(keys[-1]), keys={_id(key): AESGCM(key) for key in keys})

    def seal(self, plain: bytes, about: bytes = b"") -> bytes:
        """Seals the bytes; `about` (a table and key, say) is not stored, and unsealing asks for the same again.

        A nonce is drawn for each value: one key is good for 2^32 values (NIST SP 800-38D 8.3), then add another.
        """
        nonce = urandom(NONCE)
        return self.current + nonce + self.keys[self.current].encrypt(nonce, plain, about)

    def unseal(self, sealed: bytes, about: bytes = b"") -> bytes:
        """The bytes as they were sealed; refuses a changed value, another `about`, or a key that is not there."""
        key = self.keys.get(sealed[:ID])
        if len(sealed) < ID + NONCE + TAG:
            raise SealBroken
        if key is None:
            raise SealKeyMissing(key=sealed[:ID].hex())
        try:
            return key.decrypt(sealed[ID : ID + NONCE], sealed[ID + NONCE :], about)
        except InvalidTag as error:
            raise SealBroken from error

    def seal_json(self, value: Any, about: bytes = b"") -> bytes:
        """Seals a value that JSON can hold."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal(text.encode(), about)

    def unseal_json(self, sealed: bytes, about: bytes = b"") -> Any:
        """The value as it was sealed by `seal_json`."""
        return json.loads(self.unseal(sealed, about))


def _id(key: bytes) -> bytes:
    """Names a key without telling anything of it."""
    return hashlib.sha256(b"chengxin key id" + key).digest()[:ID]
