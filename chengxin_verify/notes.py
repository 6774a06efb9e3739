"""Signed notes and checkpoints, as C2SP writes them down (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). Ed25519 only."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chengxin_verify.errors import Unfit

ED25519 = b"\x01"
SIGNATURES_MOST = 64


@dataclass(frozen=True)
class Key:
    """A key that may have signed: its name and the 32 bytes of the public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that name the key in a signature line."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def written(self) -> str:
        """The key as it is handed out: name, id in hex, and type and public key in base64."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, written: str) -> "Key":
        """The key that is written so; refuses another type, and an id that is not the key's."""
        name, _, rest = written.strip().partition("+")
        mark, _, told = rest.partition("+")
        data = base64_read(told)
        if len(data) != 33 or data[:1] != ED25519 or not name_fits(name) or cls(name, data[1:]).id.hex() != mark:
            raise Unfit(f"“{written.strip()[:80]}”不是验证公钥", f"“{written.strip()[:80]}” is no verifier key")
        return cls(name, data[1:])


@dataclass(frozen=True)
class Note:
    """A text and the lines that sign it: (name, id of the key, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, written: str) -> "Note":
        """The note as it is written; refuses what is none."""
        text, gap, below = written.rpartition("\n\n")
        lines = below.split("\n")
        if (
            not gap
            or lines.pop() != ""
            or not lines
            or len(lines) > SIGNATURES_MOST
            or re.search(r"[\x00-\x09\x0b-\x1f]", written)
        ):
            raise Unfit("不是签名文书（signed note）", "this is no signed note")
        return cls(text + "\n", tuple(map(_signature, lines)))

    def signed_by(self, keys: Iterable[Key]) -> list[Key]:
        """The keys that signed the text. A line of an unknown key is passed over; one of a known key that does not hold refuses the note."""
        known = {(key.name, key.id): key for key in keys}
        found = []
        for name, mark, signature in self.signatures:
            if key := known.get((name, mark)):
                try:
                    Ed25519PublicKey.from_public_bytes(key.public).verify(signature, self.text.encode())
                except InvalidSignature:
                    return []
                found.append(key)
        return found


def _signature(line: str) -> tuple[str, bytes, bytes]:
    told = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
    data = base64_read(told[2]) if told else b""
    if told is None or len(data) < 5:
        raise Unfit(f"签名行不可读：{line[:80]}", f"a signature line cannot be read: {line[:80]}")
    return told[1], data[:4], data[4:]


def note_write(text: str, signers: Iterable[tuple[Key, Ed25519PrivateKey]]) -> str:
    """The text signed by each of the keys."""
    lines = (signature_line(text, key, private) for key, private in signers)
    return f"{text}\n{''.join(lines)}"


def signature_line(text: str, key: Key, private: Ed25519PrivateKey) -> str:
    """One line that signs the text."""
    return f"— {key.name} {base64.b64encode(key.id + private.sign(text.encode())).decode()}\n"


def name_fits(name: str) -> bool:
    """Whether a key or a log may be named so: something, without spaces, plus signs or control characters."""
    return bool(name) and not re.search(r"[\s+\x00-\x1f]", name)


@dataclass(frozen=True)
class Checkpoint:
    """What a log says it holds: its origin, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """The checkpoint that a note's text tells; refuses what is none. Further lines are passed over."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines) or not re.fullmatch(r"0|[1-9][0-9]{0,17}", lines[1], re.ASCII):
            raise Unfit("不是检查点（tlog-checkpoint）", "this is no checkpoint (tlog-checkpoint)")
        root = base64_read(lines[2])
        if len(root) != 32:
            raise Unfit("检查点的根哈希不是 32 字节", "the checkpoint's root is not 32 bytes long")
        return cls(lines[0], int(lines[1]), root)


def checkpoint_opened(written: str, keys: Iterable[Key]) -> Checkpoint:
    """The checkpoint of a note, whose log's own key signed it: a key named as the origin, among those given."""
    note = Note.read(written)
    found = Checkpoint.read(note.text)
    if not note.signed_by(key for key in keys if key.name == found.origin):
        raise Unfit(
            f"检查点（{found.origin}，{found.size}）没有所给公钥的有效签名",
            f"no key given signed the checkpoint ({found.origin}, {found.size})",
            code="signature-invalid",
        )
    return found


def base64_read(written: object) -> bytes:
    """Bytes of base64; refuses what is none, and any other way to write the same bytes."""
    try:
        data = base64.b64decode(str(written), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != written:
        raise Unfit(f"“{str(written)[:60]}”不是 base64", f"“{str(written)[:60]}” is not base64")
    return data
