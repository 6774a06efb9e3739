"""Files that hold a secret: written whole, and readable by their owner alone."""

import base64
import binascii
import os
import tempfile
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chengxin.kernel.errors import Refusal
from chengxin.kernel.sealing import AES_SHA256, SECRET, SUITES, Key, Suite


class KeyFileNotUsable(Refusal):
    """The key file {path} does not hold keys, one a line: version, suite and 32 bytes in base64. Restore it from its backup."""

    code = "key-file-not-usable"
    status = 503
    zh = "密钥文件 {path} 的内容不是每行一个密钥（版本、套件、32 字节的 base64）。请从备份恢复。"


def keyfile_once(path: Path, text: str) -> str:
    """The text of the key file, which is made with `text` (mode 0600) if there is none yet.

    It is written aside and linked in, so that of two processes that come first at once both read the same secret.
    """
    if not path.exists():
        aside = _aside(path, text)
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first; its secret is the one
        finally:
            aside.unlink()
    return path.read_text(encoding="ascii").strip()


@dataclass(frozen=True)
class KeyFile:
    """The keys of a ring in a file (mode 0600), one a line, the last one seals: the default key plug.

    A line of base64 alone is a key of an earlier release: its version is its place, its suite AES-256-GCM. Where there is no file, one is made
    with a fresh key of the suite `fresh`. It changes by being replaced whole, so that a reader finds the old keys or the new.
    """

    path: Path
    fresh: Suite = AES_SHA256

    def read(self) -> Sequence[Key]:
        """Every key, oldest first; refuses a file that is not what it should be."""
        text = keyfile_once(self.path, _line(Key.drawn(1, self.fresh)))
        keys = [self._key(line, at) for at, line in enumerate(text.splitlines(), 1)]
        versions = [key.version for key in keys]
        if not keys or versions != sorted(set(versions)):
            raise KeyFileNotUsable(path=self.path)
        return keys

    def mark(self) -> Hashable:
        """The very file, and when it was written; none where there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def add(self, key: Key) -> None:
        """Keep one more key."""
        self._write([*self.read(), key])

    def retire(self, version: int) -> None:
        """Forget the key of this version."""
        self._write([key for key in self.read() if key.version != version])

    def _key(self, line: str, at: int) -> Key:
        words = line.split()
        try:
            version, suite, secret = words if len(words) == 3 else (str(at), AES_SHA256.name, *words)
            key = Key(int(version), SUITES[suite], base64.b64decode(secret, validate=True))
        except (ValueError, KeyError, binascii.Error) as error:
            raise KeyFileNotUsable(path=self.path) from error
        if len(key.secret) != SECRET or not 0 < key.version < 1 << 24:
            raise KeyFileNotUsable(path=self.path)
        return key

    def _write(self, keys: Sequence[Key]) -> None:
        aside = _aside(self.path, "".join(map(_line, keys)))
        aside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # a power cut must not bring the old file back once something is sealed under the new key
        finally:
            os.close(folder)


def keys_in_files(ring: str, folder: Path, suite: Suite) -> KeyFile:
    """The default key plug: the ring's keys stand in a file of the key folder."""
    folder.mkdir(exist_ok=True, mode=0o700)
    return KeyFile(folder / f"{ring}.key", suite)


def _line(key: Key) -> str:
    return f"{key.version} {key.suite.name} {base64.b64encode(key.secret).decode('ascii')}\n"


def _aside(path: Path, text: str) -> Path:
    """The text in a file beside the path (mode 0600), on the disk."""
    descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(aside)
