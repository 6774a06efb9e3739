"""The Merkle tree of RFC 6962 (and RFC 9162): hashes, roots, and whether a proof holds. Pure."""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: 0x00 before the data (RFC 6962 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes | bytearray, right: bytes | bytearray) -> bytes:
    """The hash of an inner node: 0x01 before its two children (RFC 6962 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Peaks:
    """A tree that grows, holding only its complete trees' hashes, the largest first."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Put the hash of one more leaf at the end."""
        height, peaks = 0, self._peaks
        while peaks and peaks[-1][0] == height:
            leaf = node_hash(peaks.pop()[1], leaf)
            height += 1
        peaks.append((height, leaf))

    def root(self) -> bytes:
        """The root over all leaves so far."""
        return folded([peak for _, peak in self._peaks]) if self._peaks else EMPTY


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over hashes of leaves in their order."""
    tree = Peaks()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def path_of(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that the leaf at the index stands in the tree over these hashes of leaves, from below."""
    found, level, place = [], list(leaves), index
    while len(level) > 1:
        if place ^ 1 < len(level):
            found.append(level[place ^ 1])
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)] + odd
        place >>= 1
    return found


def folded(peaks: Sequence[bytes]) -> bytes:
    """One hash of complete trees that stand side by side, the largest first."""
    *rest, top = peaks
    for peak in reversed(rest):
        top = node_hash(peak, top)
    return top


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf's hash stands at the index in the tree of that size and root (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, top = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if place & 1 or place == last:
            top = node_hash(sibling, top)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            top = node_hash(top, sibling)
        place >>= 1
        last >>= 1
    return not last and top == root


def consistency_holds(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Whether the tree of the second size begins with the whole of the first (RFC 9162 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        return not proof and (first_root == second_root if first else first_root == EMPTY)
    path = list(proof)
    if not first & (first - 1):  # a power of two: the first root is itself a node of the second tree
        path.insert(0, first_root)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new = node_hash(new, sibling)
        place >>= 1
        last >>= 1
    return not last and old == first_root and new == second_root
