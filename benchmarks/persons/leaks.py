"""Looking for persons in whatever a thief may read: every number and every name, in the clear, as escapes, and inside bytes written in hexadecimal."""

import re
from collections.abc import Iterable
from pathlib import Path

_NUMBERS = re.compile(r"(?=([0-9]{17}[0-9Xx]))")
_CHINESE = re.compile(r"[一-鿿]{2,}")
_HEX = re.compile(r"[0-9a-f]{16,}")
_ESCAPES = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")


class Wanted:
    """Every number and name that is looked for."""

    def __init__(self, numbers: Iterable[str], names: Iterable[str]) -> None:
        self._numbers, self._names = frozenset(numbers), frozenset(names)
        self._lengths = sorted({len(name) for name in self._names})

    def found_in(self, text: str) -> set[str]:
        """Which of them stand in the text, whichever way it hides them."""
        found = self._plain(text)
        for piece in _HEX.findall(text):
            octets = bytes.fromhex(piece[: len(piece) // 2 * 2])
            found |= self._plain(octets.decode("utf-8", "ignore"))
        for piece in _ESCAPES.findall(text):
            found |= self._plain(piece.encode("ascii").decode("unicode_escape", "ignore"))
        return found

    def found_in_files(self, paths: Iterable[Path]) -> set[str]:
        """Which of them stand in any of the files, line by line."""
        found: set[str] = set()
        for path in paths:
            with path.open("rb") as file:
                for line in file:
                    found |= self.found_in(line.decode("utf-8", "replace"))
        return found

    def _plain(self, text: str) -> set[str]:
        numbers = (match[1].upper() for match in _NUMBERS.finditer(text))
        found = {number for number in numbers if number in self._numbers}
        for run in _CHINESE.findall(text):
            for n in self._lengths:
                pieces = (run[at : at + n] for at in range(len(run) - n + 1))
                found.update(piece for piece in pieces if piece in self._names)
        return found
