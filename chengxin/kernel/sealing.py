"""Sealing: what may not be read in the database is kept there as authenticated ciphertext, its key outside.

A sealed value says by its first eight bytes with which suite (1 byte) and key version (3) it was made, and which key that was (4);
then come nonce (12), ciphertext and tag (16). Those eight bytes are authenticated too. A value of an earlier release begins with
four bytes that name its key, always AES-256-GCM, and stays readable. The newest key of a ring seals, every key of it unseals, so that a key can be
replaced while others read.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import urandom
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from chengxin.kernel.errors import Refusal

SECRET, ID, HEADER, NONCE, TAG = 32, 4, 8, 12, 16
OLDER = ID  # what a value of an earlier release begins with


class SuiteUnknown(Refusal):
    """There is no suite "{suite}". Use one of {known}."""

    code = "suite-unknown"
    status = 503
    zh = "没有密码套件“{suite}”。可用的有：{known}。"


class SealKeyMissing(Refusal):
    """The key {key} that sealed this value is not among the keys. Restore the keys from their backup."""

    code = "seal-key-missing"
    status = 503
    zh = "密封此值的密钥 {key} 不在密钥之列。请从备份恢复密钥。"


class SealBroken(Refusal):
    """The sealed value was changed, or belongs to another place than the one it was read from."""

    code = "seal-broken"
    status = 500
    zh = "密封的值已被改动，或不属于读取它的位置。"


class Opener(Protocol):
    """A cipher under one key: authenticated encryption with a nonce of 12 bytes and a tag of 16 behind the ciphertext."""

    def encrypt(self, nonce: bytes, plain: bytes, about: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, sealed: bytes, about: bytes) -> bytes: ...


class _Sm4Gcm:
    """SM4 (GB/T 32907-2016) in Galois/counter mode (RFC 8998): the first 16 bytes of the secret are its key."""

    def __init__(self, secret: bytes) -> None:
        self._key = algorithms.SM4(secret[:16])

    def encrypt(self, nonce: bytes, plain: bytes, about: bytes) -> bytes:
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(about)
        sealed = encryptor.update(plain) + encryptor.finalize()
        return sealed + encryptor.tag

    def decrypt(self, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
        decryptor = Cipher(self._key, modes.GCM(nonce, sealed[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(about)
        return decryptor.update(sealed[:-TAG]) + decryptor.finalize()


def _sha256_mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _sm3_mac(key: bytes, text: bytes) -> bytes:
    """HMAC with SM3 (GB/T 32905-2016)."""
    mac = HMAC(key, hashes.SM3())
    mac.update(text)
    return mac.finalize()


@dataclass(frozen=True)
class Suite:
    """A cipher and the hash that goes with it."""

    name: str
    number: int
    cipher: Callable[[bytes], Opener]
    mac: Callable[[bytes, bytes], bytes]


AES_SHA256 = Suite("aes-256-gcm-sha-256", 1, AESGCM, _sha256_mac)
SM4_SM3 = Suite("sm4-gcm-sm3", 2, _Sm4Gcm, _sm3_mac)
SUITES = {suite.name: suite for suite in (AES_SHA256, SM4_SM3)}


def suite_named(name: str) -> Suite:
    """The suite of this name."""
    if name not in SUITES:
        raise SuiteUnknown(suite=name, known=", ".join(SUITES))
    return SUITES[name]


@dataclass(frozen=True)
class Key:
    """One version of a ring's key: 32 secret bytes, and with which suite they are used."""

    version: int
    suite: Suite
    secret: bytes = field(repr=False)

    @classmethod
    def drawn(cls, version: int, suite: Suite) -> "Key":
        """A fresh key."""
        return cls(version, suite, secrets.token_bytes(SECRET))

    @cached_property
    def id(self) -> bytes:
        """Names the key without telling anything of it."""
        return self.suite.mac(self.secret, b"chengxin key id")[:ID]

    @cached_property
    def header(self) -> bytes:
        """What every value that this key sealed begins with."""
        return bytes([self.suite.number]) + self.version.to_bytes(3, "big") + self.id

    @cached_property
    def older(self) -> bytes:
        """What a value begins with that this key sealed under an earlier release."""
        return hashlib.sha256(b"chengxin key id" + self.secret).digest()[:ID]


class Keys(Protocol):
    """Where the keys of one ring are kept, outside the database: what a key-service plug gives.

    Whoever adds and retires holds a lock, so that no two do so at once.
    """

    def read(self) -> Sequence[Key]:
        """Every key, the oldest version first; the last one seals."""

    def mark(self) -> Hashable:
        """Changes whenever `read` would say something else. It is asked before each sealing, so it must be cheap."""

    def add(self, key: Key) -> None:
        """Keep one more key, behind all others; when this returns it can be read, whatever fails afterwards."""

    def retire(self, version: int) -> None:
        """Forget a key: nothing is sealed under it any more."""


@dataclass(frozen=True)
class KeysHeld:
    """Keys that are simply held: for tests, and for one key alone."""

    keys: tuple[Key, ...]

    def read(self) -> Sequence[Key]:
        """The keys."""
        return self.keys

    def mark(self) -> Hashable:
        """They never change."""
        return None

    def add(self, key: Key) -> None:
        """Held keys are not added to."""
        raise TypeError("these keys are held, not kept")

    def retire(self, version: int) -> None:
        """Nor taken from."""
        raise TypeError("these keys are held, not kept")


@dataclass(frozen=True)
class _Ring:
    """The keys as read at one moment, and what opens what."""

    mark: Hashable
    current: Key
    sealer: Opener
    openers: dict[bytes, Opener]  # by a value's first eight bytes
    older: dict[bytes, Opener]  # by its first four, for values of an earlier release


class Seal:
    """Seals and unseals with the keys of one ring; it reads them again when they have changed.

    It forgets no key that it ever read: whoever read a sealed value before its key was retired still opens it afterwards.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._ring = self._read()

    @property
    def current(self) -> Key:
        """The key that seals."""
        return self._fresh().current

    def seal(self, plain: bytes, about: bytes = b"") -> bytes:
        """Seals the bytes; `about` (a table and key, say) is not stored, and unsealing asks for the same again.

        A nonce is drawn for each value: one key is good for 2^32 values (NIST SP 800-38D 8.3), then add another.
        """
        ring = self._fresh()
        header, nonce = ring.current.header, urandom(NONCE)
        return header + nonce + ring.sealer.encrypt(nonce, plain, header + about)

    def unseal(self, sealed: bytes, about: bytes = b"") -> bytes:
        """The bytes as they were sealed; refuses a changed value, another `about`, or a key that is not there."""
        if len(sealed) < OLDER + NONCE + TAG:
            raise SealBroken
        found = self._opened(self._ring, sealed, about)
        if found is None:
            self._ring = self._read()  # sealed under a key that came since
            found = self._opened(self._ring, sealed, about)
        if found is None:
            raise SealKeyMissing(key=sealed[:HEADER].hex())
        return found

    def seal_json(self, value: Any, about: bytes = b"") -> bytes:
        """Seals a value that JSON can hold."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return self.seal(text.encode(), about)

    def unseal_json(self, sealed: bytes, about: bytes = b"") -> Any:
        """The value as it was sealed by `seal_json`."""
        return json.loads(self.unseal(sealed, about))

    def _opened(self, ring: _Ring, sealed: bytes, about: bytes) -> bytes | None:
        header = sealed[:HEADER]
        opener, at, bound = ring.openers.get(header), HEADER, header + about
        if opener is None:
            opener, at, bound = ring.older.get(sealed[:OLDER]), OLDER, about
        if opener is None:
            return None
        if len(sealed) < at + NONCE + TAG:
            raise SealBroken
        try:
            return opener.decrypt(sealed[at : at + NONCE], sealed[at + NONCE :], bound)
        except InvalidTag as error:
            raise SealBroken from error

    def _fresh(self) -> _Ring:
        if self._keys.mark() != self._ring.mark:
            self._ring = self._read()
        return self._ring

    def _read(self) -> _Ring:
        mark = self._keys.mark()  # before the keys: what changes in between is read again
        keys = self._keys.read()
        before = getattr(self, "_ring", None)
        openers: dict[bytes, Opener] = dict(before.openers) if before else {}
        older: dict[bytes, Opener] = dict(before.older) if before else {}
        for key in keys:
            cipher = key.suite.cipher(key.secret)
            openers[key.header] = cipher
            if key.suite is AES_SHA256:
                older[key.older] = cipher
        return _Ring(mark, keys[-1], openers[keys[-1].header], openers, older)


class Blind:
    """A keyed blind index: the mark of a value says whether two values are equal, and nothing else, to whoever lacks the key.

    The marks of one scheme and field tell nothing of those of another. While a key is replaced, a value has a mark under each version.
    """

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._mark, self._read = keys.mark(), tuple(keys.read())

    @property
    def keys(self) -> Sequence[Key]:
        """Every key of the index, the oldest version first."""
        if (mark := self._keys.mark()) != self._mark:
            self._mark, self._read = mark, tuple(self._keys.read())
        return self._read

    def marks(self, scheme: str, field: str, value: str) -> dict[int, bytes]:
        """version → the value's mark under that version, 32 bytes; the oldest first."""
        return {key.version: self.mark(key, scheme, field, value) for key in self.keys}

    @staticmethod
    def mark(key: Key, scheme: str, field: str, value: str) -> bytes:
        """The value's mark under one key."""
        parts = (b"chengxin blind index", scheme.encode(), field.encode(), value.encode())
        return key.suite.mac(key.secret, b"".join(len(part).to_bytes(4, "big") + part for part in parts))
