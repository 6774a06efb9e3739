"""Keeping the very file of a held delivery, sealed, until a person lets it in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, BufferedWriter
from pathlib import Path

from django.conf import settings

from chengxin.kernel.sealing import HEADER, Key, Seal
from chengxin.vault.selectors import seal_of

BLOCK = 4 << 20
_LENGTH = 4


def file_hold(path: Path, kept: Path, seal: Seal) -> None:
    """Write the file aside, sealed block by block; each block is bound to its place, so none can be moved or dropped."""
    kept.parent.mkdir(exist_ok=True, mode=0o700)
    aside = kept.with_suffix(".part")
    with path.open("rb") as source, aside.open("wb") as target:
        place = 0
        while block := source.read(BLOCK):
            _block_write(target, seal.seal(block, f"held:{place}".encode()))
            place += 1
        _block_write(target, seal.seal(b"", f"held:{place}:end".encode()))
    aside.chmod(0o600)
    aside.replace(kept)


@contextmanager
def file_held(kept: Path, name: str, seal: Seal) -> Iterator[Path]:
    """The file as it came, under its own name, for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        with kept.open("rb") as source, path.open("wb") as target:
            for sealed, about in _blocks(source):
                target.write(seal.unseal(sealed, about))
        yield path


def _blocks(source: BufferedReader) -> Iterator[tuple[bytes, bytes]]:
    """Each block with what its seal is bound to: its place, and whether it is the last."""
    place = 0
    while length := int.from_bytes(source.read(_LENGTH), "big"):
        sealed = source.read(length)
        last = source.peek(1) == b""
        yield sealed, f"held:{place}:end".encode() if last else f"held:{place}".encode()
        place += 1


def _block_write(target: BufferedWriter, sealed: bytes) -> None:
    target.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)


class HeldFiles:
    """The held files as something that lies under a ring of keys."""

    ring, label = "intake", "held/*.sealed"

    def left(self, key: Key) -> int:
        """How many files have a block that another key sealed."""
        return sum(not self._under(path, key) for path in self._files())

    def renew(self, key: Key, most: int) -> Iterator[int]:
        """Seal each file anew, whole, under the newest key."""
        seal = seal_of(self.ring)
        for path in self._files():
            if self._under(path, key):
                continue
            aside = path.with_suffix(".resealed.part")
            with path.open("rb") as source, aside.open("wb") as target:
                for sealed, about in _blocks(source):
                    _block_write(target, seal.seal(seal.unseal(sealed, about), about))
            aside.chmod(0o600)
            aside.replace(path)
            yield 1

    def forget(self, key: Key) -> None:
        """Nothing lies beside the files themselves."""

    def _files(self) -> list[Path]:
        return sorted((Path(settings.CHENGXIN_HOME) / "held").glob("*.sealed"))

    @staticmethod
    def _under(path: Path, key: Key) -> bool:
        with path.open("rb") as source:
            while length := int.from_bytes(source.read(_LENGTH), "big"):
                if source.read(HEADER) != key.header:
                    return False
                source.seek(length - HEADER, 1)
        return True
