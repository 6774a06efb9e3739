"""Looking for persons in whatever a thief may read: every number and every name, in the clear, as escapes, and inside bytes written in hexadecimal."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

_NUMBERS = re.compile(r"(?=([0-9]{17}[0-9Xx]))")
_CHINESE = re.compile(r"[一-鿿]{2,}")
_HEX = re.compile(r"[0-9a-f]{16,}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")


def leaks(text: str, numbers: Collection[str], names: Collection[str]) -> set[str]:
    """Which of the numbers and names stand in the text."""
    found = _plain(text, numbers, names)
    for piece in _HEX.findall(text):
        octets = bytes.fromhex(piece[: len(piece) // 2 * 2])
        found |= _plain(octets.decode("utf-8", "ignore"), numbers, names)
    for piece in _ESCAPES.findall(text):
        found |= _plain(piece.encode("ascii").decode("unicode_escape", "ignore"), numbers, names)
    return found


def _plain(text: str, numbers: Collection[str], names: Collection[str]) -> set[str]:
    found = {match[1].upper() for match in _NUMBERS.finditer(text)} & set(numbers)
    lengths = {len(name) for name in names}
    for run in _CHINESE.findall(text):
        found |= {run[at : at + n] for n in lengths for at in range(len(run) - n + 1)} & set(names)
    return found


def files_leaking(paths: Collection[Path], numbers: Collection[str], names: Collection[str]) -> set[str]:
    """Which of them stand in any of the files, line by line."""
    numbers, names = set(numbers), set(names)
    found: set[str] = set()
    for path in paths:
        for line in lines_of(path):
            found |= leaks(line, numbers, names)
    return found


def lines_of(path: Path) -> Iterator[str]:
    """The file's lines, whatever bytes they hold."""
    with path.open("rb") as file:
        for line in file:
            yield line.decode("utf-8", "replace")
