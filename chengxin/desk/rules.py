"""How two names stand beside each other on the page. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True)
class Piece:
    """A run of characters of one name, and whether the other name has it in the same place."""

    text: str
    same: bool


def names_apart(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both names in pieces, the differing ones marked, by the fewest edits that turn one into the other."""
    left: list[Piece] = []
    right: list[Piece] = []
    for step in Levenshtein.opcodes(one, other):
        same = step.tag == "equal"
        left.append(Piece(one[step.src_start : step.src_end], same))
        right.append(Piece(other[step.dest_start : step.dest_end], same))
    return _filled(left), _filled(right)


def _filled(pieces: Iterable[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.text]
