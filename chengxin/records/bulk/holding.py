"""Keeping the very file of a held delivery, sealed, until a person lets it in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chengxin.kernel.sealing import Seal

BLOCK = 4 << 20
_LENGTH = 4


def file_hold(path: Path, kept: Path, seal: Seal) -> None:
    """Write the file aside, sealed block by block; each block is bound to its place, so none can be moved or dropped."""
    kept.parent.mkdir(exist_ok=True, mode=0o700)
    aside = kept.with_suffix(".part")
    with path.open("rb") as source, aside.open("wb") as target:
        place = 0
        while block := source.read(BLOCK):
            sealed = seal.seal(block, f"held:{place}".encode())
            target.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
            place += 1
        end = seal.seal(b"", f"held:{place}:end".encode())
        target.write(len(end).to_bytes(_LENGTH, "big") + end)
    aside.chmod(0o600)
    aside.replace(kept)


@contextmanager
def file_held(kept: Path, name: str, seal: Seal) -> Iterator[Path]:
    """The file as it came, under its own name, for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        with kept.open("rb") as source, path.open("wb") as target:
            place = 0
            while length := int.from_bytes(source.read(_LENGTH), "big"):
                sealed = source.read(length)
                last = source.peek(1) == b""
                target.write(seal.unseal(sealed, f"held:{place}:end".encode() if last else f"held:{place}".encode()))
                place += 1
        yield path
