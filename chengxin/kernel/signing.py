"""The key with which the ledger signs its checkpoints and receipts: Ed25519, in a file outside the database.

The key file holds the log's name (its origin) and then one key a line, the 32 bytes of each in base64. Every key signs a checkpoint, so that
who knows only the old or only the new one can verify it while both stand there; the last one signs receipts.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin.kernel.errors import Refusal
from chengxin.kernel.keyfile import keyfile_once
from chengxin_verify.notes import Key, name_fits, note_write


class LogKeyNotUsable(Refusal):
    """The key file {path} does not hold the log's name and then keys of 32 bytes in base64, one a line. Restore it from its backup."""

    code = "log-key-not-usable"
    status = 503
    zh = "密钥文件 {path} 的内容不是日志名称加每行一个 32 字节密钥（base64）。请从备份恢复。"


class OriginUnfit(Refusal):
    """ "{origin}" cannot name a log: write a name without spaces and plus signs, such as credit.example.cn/ledger."""

    code = "origin-unfit"
    zh = "“{origin}”不能作为日志名称。请写不含空格和加号的名称，如 credit.example.cn/ledger。"


@dataclass(frozen=True)
class LogKey:
    """Signs in the log's name."""

    origin: str
    signers: tuple[tuple[Key, Ed25519PrivateKey], ...]

    @classmethod
    def of_file(cls, path: Path, *, origin: str = "") -> "LogKey":
        """The keys of a key file, which is made with a fresh key (mode 0600) where there is none, for a log of that name."""
        origin = origin or f"chengxin.local/{secrets.token_hex(8)}"
        if not name_fits(origin):
            raise OriginUnfit(origin=origin)
        name, *lines = keyfile_once(path, f"{origin}\n{_fresh()}\n").split("\n")
        try:
            seeds = [base64.b64decode(line, validate=True) for line in lines]
        except binascii.Error as error:
            raise LogKeyNotUsable(path=path) from error
        if not seeds or {len(seed) for seed in seeds} != {32} or not name_fits(name):
            raise LogKeyNotUsable(path=path)
        private = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]
        return cls(name, tuple((Key(name, each.public_key().public_bytes_raw()), each) for each in private))

    @property
    def keys(self) -> tuple[Key, ...]:
        """The public keys, the one in use last."""
        return tuple(key for key, _ in self.signers)

    def sign(self, text: str) -> str:
        """The note that every key signed."""
        return note_write(text, self.signers)

    def sign_once(self, text: str) -> str:
        """The note that the key in use signed."""
        return note_write(text, self.signers[-1:])


def key_add(path: Path) -> None:
    """Put a fresh key at the end of the key file; written aside and moved in place, so that nobody reads half of it."""
    text = path.read_text(encoding="ascii").strip()
    aside = path.with_name(f".{path.name}.new")
    aside.touch(mode=0o600)
    aside.write_text(f"{text}\n{_fresh()}\n", encoding="ascii")
    aside.replace(path)


def key_retire(path: Path) -> None:
    """Take every key but the last out of the key file."""
    origin, *lines = path.read_text(encoding="ascii").strip().split("\n")
    aside = path.with_name(f".{path.name}.new")
    aside.touch(mode=0o600)
    aside.write_text(f"{origin}\n{lines[-1]}\n", encoding="ascii")
    aside.replace(path)


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode("ascii")
